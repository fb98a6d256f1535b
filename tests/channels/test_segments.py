"""How many SMS a text is, counted by hand from the standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels.segments import segments


@pytest.mark.parametrize(
    ("text", "alphabet", "length", "count"),
    [
        ("", "GSM-7", 0, 0),
        ("Niño, ¿qué? ÑÜ", "GSM-7", 14, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "b" * 152, "GSM-7", 306, 3),  # the € does not fit into the first part and is not cut
        ("í" * 70, "UCS-2", 70, 1),
        ("í" * 71, "UCS-2", 71, 2),
        ("í" * 134, "UCS-2", 134, 2),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 67, "UCS-2", 134, 3),  # 33 in a part of 67 units
    ],
)
def test_counted_by_hand(text: str, alphabet: str, length: int, count: int) -> None:
    found = segments(text)
    assert (found.alphabet, found.length, found.count) == (alphabet, length, count)


def test_it_names_the_letters_that_make_it_dearer() -> None:
    assert segments("Aquí, así: ó").outside == "íó"


@given(st.text(max_size=400), st.text(max_size=40))
def test_a_longer_text_is_never_fewer_messages(text: str, more: str) -> None:
    assert segments(text + more).count >= segments(text).count
