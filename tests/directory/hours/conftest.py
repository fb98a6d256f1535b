"""The sentences of a refusal are compared as they are written in the code; their Spanish is looked at in test_reference.py and on the screens."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield
