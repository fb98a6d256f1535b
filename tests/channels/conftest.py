"""A Graph that is not Meta's, for every test that sends."""

from collections.abc import Iterator

import pytest
from tests.fakes.graph import Graph

from baquiano.channels.whatsapp import send


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server
        send.close()
