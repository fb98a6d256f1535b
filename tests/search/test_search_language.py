import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.engine.language import LANGUAGES, detect, named
from baquiano.knowledge.search.entries import Entry, Message, examples_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("¿Cómo saco el permiso para mi hijo?", "es"),
        ("q hago xq no m an dado el ppt tb pa mi mama", "es"),
        ("como me inscrevo no posto de saúde se não tenho documento", "pt"),
        ("Kijan pou m fè jwenn papye isit la?", "ht"),
        ("Mwen bezwen yon travay", "ht"),
        ("comment je peux renouveler ma carte", "fr"),
        ("how do I get a work permit here", "en"),
    ],
)
def test_a_sentence_shows_its_language(text: str, language: str) -> None:
    assert detect(text, None) == language
    assert detect(text, "es") == language


@pytest.mark.parametrize("current", LANGUAGES)
def test_a_word_or_two_never_change_the_language(current: str) -> None:
    assert detect("gracias", current) == current
    assert detect("bonjou zanmi", current) == current
    assert detect("👍", current) == current


def test_a_first_greeting_shows_its_language() -> None:
    assert [detect(text, None) for text in ("bonjour", "mèsi", "obrigado", "thanks", "hola", "ppt", "")] == [
        "fr", "ht", "pt", "en", "es", "es", "es",
    ]  # fmt: skip


def test_spanish_as_it_is_typed_does_not_become_portuguese(held_out: tuple[Message, ...]) -> None:
    spanish = [message.text for message in held_out if message.language == "es"]
    assert sum(detect(text, None) == "es" for text in spanish) >= 0.99 * len(spanish)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_the_packs_are_in_their_language(entries: tuple[Entry, ...], language: str) -> None:
    own = [message.text for message in examples_of(entries) if message.language == language]
    assert sum(detect(text, None) == language for text in own) >= 0.97 * len(own)


@given(st.text(max_size=200), st.sampled_from([None, *LANGUAGES, "xx"]))
def test_any_text_has_one_of_the_five(text: str, current: str | None) -> None:
    assert detect(text, current) in LANGUAGES


def test_ten_thousand_letters_and_half_a_letter_are_no_trouble() -> None:
    assert detect("permiso de trabajo " * 600, None) == "es"
    assert detect("\ud83d \ud83d \ud83d \ud83d", "ht") in LANGUAGES


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Kreyòl", "ht"),
        ("creole", "ht"),
        ("kreyòl ayisyen", "ht"),
        ("English please", "en"),
        ("inglés", "en"),
        ("PORTUGUÊS", "pt"),
        ("en français", "fr"),
        ("español", "es"),
        ("quiero hablar español", None),
        ("no hablo inglés", None),
        ("english español", None),
        ("", None),
        ("idioma", None),
    ],
)
def test_only_the_name_of_a_language_is_its_name(text: str, language: str | None) -> None:
    assert named(text) == language
