"""The words of names in memory: what one may stand for, and that it follows the table."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.people import vocabulary
from baquiano.people.models import NameWord
from baquiano.people.naming import is_one_slip, sound
from baquiano.people.vocabulary import CALLED, EXACT, SAME_SOUND, SLIP, SLIP_OF_SOUND, Vocabulary, word_hash

WORDS = st.lists(st.text("abchlsyz", min_size=1, max_size=6), unique=True, max_size=30)


def of(*words: str) -> Vocabulary:
    book = Vocabulary()
    book.add(enumerate(words, 1))
    return book


def learn(*words: str) -> None:
    NameWord.objects.bulk_create(NameWord(word=word, word_hash=word_hash(word)) for word in words)


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """The clock that never goes back: set it with `moments[0] = …`."""
    moment = [1000.0]
    monkeypatch.setattr(vocabulary.time, "monotonic", lambda: moment[0])
    yield moment


@pytest.mark.parametrize(
    ("typed", "meant", "closeness"),
    [
        ("gonzalez", "gonzalez", EXACT),
        ("gonsales", "gonzalez", SAME_SOUND),
        ("pepe", "jose", CALLED),
        ("gozalez", "gonzalez", SLIP),
        ("gonzlaez", "gonzalez", SLIP),
        ("gonzalezz", "gonzalez", SAME_SOUND),
        ("biyegass", "villegas", SAME_SOUND),
        ("biyega", "villegas", SLIP_OF_SOUND),
        ("lupe", "guadalupe", CALLED),
        ("lu", "luz", SLIP),
    ],
)
def test_what_is_typed_finds_what_is_meant(typed: str, meant: str, closeness: float) -> None:
    assert of("gonzalez", "villegas", "jose", "guadalupe", "luz").near(typed)[meant] == closeness


def test_a_word_that_nobody_bears_stands_for_itself() -> None:
    assert of("jose").near("xyz") == {"xyz": EXACT}


def test_the_closest_come_first_and_of_equals_the_one_that_came_in_first() -> None:
    assert list(of("mario", "mara", "maria", "marya").near("maria")) == ["maria", "marya", "mario", "mara"]


def test_among_the_shortest_words_nothing_is_forgiven() -> None:
    assert of("li", "lu", "ana").near("lo") == {"lo": EXACT}


@given(WORDS, st.text("abchlsyz", min_size=1, max_size=6))
def test_the_files_lose_nobody(words: list[str], typed: str) -> None:
    """The same as comparing with every word of the list."""
    near = of(*words).near(typed)
    for word in words:
        long_enough = len(word) + len(typed) >= vocabulary.SHORTEST
        slip = long_enough and (is_one_slip(word, typed) or is_one_slip(sound(word), sound(typed)))
        assert (word in near) == (word == typed or sound(word) == sound(typed) or slip)


def test_a_dropped_word_is_gone() -> None:
    book = of("maria", "marta")
    book.drop([2])
    assert "marta" not in book.near("martha")
    assert len(book) == 1


def test_thirty_thousand_words_would_take_less_than_thirty_megabytes() -> None:
    """Counted on a tenth of them: what the arrays, the lists and the texts take."""
    syllables = ["ma", "ri", "lu", "yu", "ben", "son", "der", "to", "ki", "ne", "sa", "vic", "ro", "jo"]
    words = [a + b + c + d for a in syllables for b in syllables for c in syllables for d in syllables][:3_000]
    book = Vocabulary(expected=len(words))
    book.add(enumerate(words, 1))
    held = [*vars(book).values(), *{id(text): text for text in (*book._words, *book._sounds)}.values()]
    assert sum(map(sys.getsizeof, held)) < 3_000_000


# -- the one of this process ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_word_that_comes_in_is_known_at_the_next_search() -> None:
    assert "yulimar" not in vocabulary.current().near("yulimr")
    learn("yulimar")
    assert "yulimar" in vocabulary.current().near("yulimr")


@pytest.mark.django_db
def test_a_word_that_another_process_committed_late_is_known_too() -> None:
    """Its id is lower than the newest one seen."""
    learn("uno", "yulimar", "tres")
    late = NameWord.objects.get(word_hash=word_hash("yulimar"))
    late.delete()
    vocabulary.current()
    NameWord.objects.bulk_create([late])
    assert "yulimar" in vocabulary.current().near("yulimr")


@pytest.mark.django_db
def test_many_words_at_once_are_all_known() -> None:
    learn("primera")
    vocabulary.current()
    learn(*(f"palabra{number}x" for number in range(1_200)))
    assert len(vocabulary.current()) == 1_201


@pytest.mark.django_db
def test_a_word_of_a_forgotten_person_leaves_the_memory_within_a_minute(moments: list[float]) -> None:
    learn("yulimar", "marta")
    assert "yulimar" in vocabulary.current().near("yulimr")
    NameWord.objects.filter(word_hash=word_hash("yulimar")).delete()
    moments[0] += vocabulary.RECOUNTED + 1
    assert "yulimar" not in vocabulary.current().near("yulimr")
    assert "marta" in vocabulary.current().near("martta")


@pytest.mark.django_db
def test_no_word_can_be_read_in_the_table() -> None:
    learn("yulimar")
    row = NameWord.objects.extra(select={"raw": "word"}).values_list("raw", "word_hash").get()
    assert "yulimar" not in str(bytes(row[0])) + row[1]
