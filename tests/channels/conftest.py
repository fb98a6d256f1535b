"""A Graph that is not Meta's, for every test that sends."""

from collections.abc import Iterator

import pytest

from baquiano.channels import client
from tests.fakes.graph import Graph


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server
        client.close()
