"""The day has its hours here: what is written at night waits for the morning, as in a real house."""

import pytest

from baquiano.accounts.models import Organisation


@pytest.fixture(autouse=True)
def letters_wait_for_the_morning(request: pytest.FixtureRequest) -> None:
    if "organisation" in request.fixturenames:
        ours = request.getfixturevalue("organisation")
        assert isinstance(ours, Organisation)
        ours.letter_hours = "08:00-21:00"
        ours.save(update_fields=["letter_hours"])
