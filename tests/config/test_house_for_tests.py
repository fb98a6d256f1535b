"""The tests live in a house of their own: no test may touch the data or the keys of whoever runs them."""

import tempfile
from pathlib import Path

from django.conf import settings

from baquiano.config.environment import PROJECT


def test_nothing_is_written_where_people_keep_their_data() -> None:
    temporary = Path(tempfile.gettempdir()).resolve()
    for place in (settings.ENVIRONMENT.data, settings.ENVIRONMENT.keys_file, Path(settings.STATIC_ROOT)):
        assert place.is_relative_to(temporary) or place.is_relative_to("/dev/shm"), place
        assert not place.is_relative_to(PROJECT), place


def test_the_keys_are_those_of_the_tests() -> None:
    assert settings.KEYS.hash == "a hash key of the tests"
    assert not settings.ENVIRONMENT.keys_file.exists()
