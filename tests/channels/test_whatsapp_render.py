"""What leaves is within Meta's limits, and nothing the person must read or could pick is lost on the way."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from baquiano.channels import console, webchat
from baquiano.channels.events import Alias, Scheme
from baquiano.channels.numbered import with_numbers
from baquiano.channels.protocol import Choice, OutMessage
from baquiano.channels.splitting import pieces, units
from baquiano.channels.whatsapp import ADAPTER
from baquiano.channels.whatsapp.render import render
from tests.fakes.graph import fault_in

PHONE = Alias(Scheme.WHATSAPP_PHONE, "573000000001")
USER = Alias(Scheme.WHATSAPP_USER, "CO.1000000000000001")

YES_NO = (Choice("1:ppt:si", "Sí"), Choice("1:ppt:no", "No"))


def choices(count: int, title: str = "Opción") -> tuple[Choice, ...]:
    return tuple(Choice(f"1:menu:{place}", f"{title} {place}") for place in range(1, count + 1))


def words(wire: dict[str, Any]) -> str:
    if wire["type"] == "text":
        return str(wire["text"]["body"])
    return str(wire["interactive"]["body"]["text"])


def tappable(wires: tuple[dict[str, Any], ...]) -> list[str]:
    """The ids the person can tap, in order."""
    ids: list[str] = []
    for wire in wires:
        action = wire.get("interactive", {}).get("action", {})
        ids += [button["reply"]["id"] for button in action.get("buttons", [])]
        ids += [row["id"] for section in action.get("sections", []) for row in section["rows"]]
    return ids


def test_a_text_is_one_message_without_link_preview() -> None:
    assert render(OutMessage("Hola"), PHONE) == (
        {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "573000000001",
            "type": "text",
            "text": {"body": "Hola", "preview_url": False},
        },
    )


def test_a_user_id_is_written_to_as_recipient() -> None:
    (wire,) = ADAPTER.render(OutMessage("Hola"), USER)
    assert wire["recipient"] == "CO.1000000000000001"
    assert "to" not in wire


def test_an_address_of_another_channel_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match=r"^not an address of WhatsApp: web$"):
        render(OutMessage("Hola"), Alias(Scheme.WEB, "secreto"))


def test_an_empty_message_is_no_message() -> None:
    assert render(OutMessage("  \n"), PHONE) == ()


def test_three_short_choices_are_buttons_and_numbered_lines() -> None:
    (wire,) = render(OutMessage("¿Llegaste antes de 2021?", YES_NO), PHONE)
    assert wire["interactive"] == {
        "type": "button",
        "body": {"text": "¿Llegaste antes de 2021?\n\n1. Sí\n2. No"},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": "1:ppt:si", "title": "Sí"}},
                {"type": "reply", "reply": {"id": "1:ppt:no", "title": "No"}},
            ]
        },
    }


def test_four_choices_are_a_list_whose_label_needs_no_language() -> None:
    (wire,) = render(OutMessage("Elige", choices(4)), PHONE)
    assert wire["interactive"]["type"] == "list"
    assert wire["interactive"]["action"]["button"] == "1–4"
    assert tappable((wire,)) == [choice.id for choice in choices(4)]


def test_the_conversation_can_name_the_list() -> None:
    (wire,) = render(OutMessage("Elige", choices(4), list_label="Ver temas de orientación"), PHONE)
    assert wire["interactive"]["action"]["button"] == "Ver temas de orient…"


@pytest.mark.parametrize(
    ("title", "kind"), [("a" * 20, "button"), ("a" * 21, "list"), ("😀" * 10, "button"), ("😀" * 11, "list")]
)
def test_the_length_of_a_title_counts_utf_16_units(title: str, kind: str) -> None:
    (wire,) = render(OutMessage("Elige", (Choice("1", title), Choice("2", "b"))), PHONE)
    assert wire["interactive"]["type"] == kind


def test_a_long_title_goes_whole_to_the_second_line_and_to_the_numbers() -> None:
    title = "Permiso por Protección Temporal"
    (wire,) = render(OutMessage("Elige", (Choice("a", title, "PPT"), Choice("b", "Salud", "EPS"))), PHONE)
    assert wire["interactive"]["action"]["sections"][0]["rows"] == [
        {"id": "a", "title": "Permiso por Protección…", "description": f"{title} · PPT"},
        {"id": "b", "title": "Salud", "description": "EPS"},
    ]
    assert words(wire).endswith(f"1. {title} · PPT\n2. Salud · EPS")


def test_more_choices_than_rows_are_numbered_text_with_none_missing() -> None:
    wires = render(OutMessage("Elige", choices(11)), PHONE)
    assert tappable(wires) == []
    assert words(wires[-1]).endswith("\n10. Opción 10\n11. Opción 11")


@pytest.mark.parametrize(
    "odd",
    [
        (Choice("a", "Sí"), Choice("a", "No")),
        (Choice("", "Sí"), Choice("b", "No")),
        (Choice(" a", "Sí"), Choice("b", "No")),
        (Choice("a", "Sí"), Choice("b", " ")),
        (Choice("a" * 257, "Sí"), Choice("b", "No")),
    ],
)
def test_choices_meta_would_refuse_become_text_that_still_works(odd: tuple[Choice, ...]) -> None:
    (wire,) = render(OutMessage("Elige", odd), PHONE)
    assert wire["type"] == "text"
    assert words(wire).startswith("Elige\n\n1. Sí\n2.")
    assert fault_in(wire) == ""


def test_two_buttons_that_read_the_same_become_rows() -> None:
    (wire,) = render(OutMessage("Elige", (Choice("a", "Sí"), Choice("b", "Sí"))), PHONE)
    assert wire["interactive"]["type"] == "list"


@pytest.mark.parametrize(("length", "kinds"), [(1011, ["interactive"]), (1012, ["text", "interactive"])])
def test_words_too_long_for_buttons_go_first_as_text(length: int, kinds: list[str]) -> None:
    wires = render(OutMessage("a" * length, YES_NO), PHONE)  # the numbers take 13 units more
    assert [wire["type"] for wire in wires] == kinds
    assert words(wires[-1]).endswith("1. Sí\n2. No")
    assert tappable(wires) == ["1:ppt:si", "1:ppt:no"]


def test_notes_too_long_for_buttons_go_first_and_the_titles_stay() -> None:
    noted = tuple(Choice(choice.id, choice.title, "nota " * 300) for choice in YES_NO)
    first, last = render(OutMessage("Elige", noted), PHONE)
    assert first["type"] == "text"
    assert words(first).count("nota") == 600
    assert words(last) == "1. Sí\n2. No"


# Cutting


def test_a_long_text_is_cut_between_paragraphs() -> None:
    assert pieces("uno dos tres\n\ncuatro\ncinco", 20) == ("uno dos tres", "cuatro\ncinco")


def test_a_paragraph_that_ends_too_early_does_not_waste_a_message() -> None:
    assert pieces("uno\n\ndos tres cuatro\ncinco", 22) == ("uno\n\ndos tres cuatro", "cinco")


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Primero esto.\n\nDespués lo otro.", 20, ("Primero esto.", "Después lo otro.")),
        ("Primero esto.\nDespués lo otro.", 20, ("Primero esto.", "Después lo otro.")),
        ("Vaya hoy. Lleve su carta.", 20, ("Vaya hoy. Lleve su", "carta.")),
        ("Vaya hoy mismo. Lleve su carta.", 22, ("Vaya hoy mismo.", "Lleve su carta.")),
        ("una palabra tras otra", 12, ("una palabra", "tras otra")),
        ("exactoexacto", 12, ("exactoexacto",)),
        ("abcdefghij", 4, ("abcd", "efgh", "ij")),
        ("abcdef ghi jkl", 10, ("abcdef ghi", "jkl")),
        ("👩‍👩‍👧👩‍👩‍👧", 12, ("👩‍👩‍👧", "👩‍👩‍👧")),
        ("a👍🏾b", 4, ("a", "👍🏾", "b")),
        ("🇨🇴🇻🇪🇨🇱", 6, ("🇨🇴", "🇻🇪", "🇨🇱")),
        ("cafe\u0301", 4, ("caf", "e\u0301")),
        ("Ki sa w ap chèche? Mwen isit la.", 25, ("Ki sa w ap chèche?", "Mwen isit la.")),
        ("كيف حالك؟ أنا هنا لمساعدتك", 18, ("كيف حالك؟", "أنا هنا لمساعدتك")),
        ("e" + "\u0301" * 9, 4, ("e\u0301\u0301\u0301", "\u0301" * 4, "\u0301\u0301")),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text: str, limit: int, expected: tuple[str, ...]) -> None:
    assert pieces(text, limit) == expected


def squeezed(text: str) -> str:
    return "".join(text.split())


LETTERS = st.text(st.sampled_from("ab .\n?á😀👍🏾\u200d\u0301🇨🇴") | st.characters(codec="utf-8"), max_size=60)


@given(LETTERS, st.integers(2, 20))
def test_no_letter_is_lost_or_repeated_and_no_piece_is_too_long(text: str, limit: int) -> None:
    cut = pieces(text, limit)
    assert all(0 < units(piece) <= limit and piece.strip() == piece for piece in cut)
    assert squeezed("".join(cut)) == squeezed(text)
    assert units(text) == len(text.encode("utf-16-le")) // 2


TITLES = st.text(st.characters(codec="utf-8"), max_size=60)
CHOICES = st.lists(st.builds(Choice, st.text("abc: ", max_size=5), TITLES, TITLES), max_size=14).map(tuple)
MESSAGES = st.builds(
    OutMessage, LETTERS | st.integers(900, 9000).map(lambda n: "Lleve su carta. " * (n // 16)), CHOICES, TITLES
)


@given(MESSAGES, st.sampled_from([PHONE, USER]))
def test_meta_accepts_whatever_we_say_and_nothing_is_lost(message: OutMessage, to: Alias) -> None:
    wires = render(message, to)
    assert [fault_in(json.loads(json.dumps(wire))) for wire in wires] == [""] * len(wires)
    said = squeezed("".join(words(wire) for wire in wires))
    assert squeezed(with_numbers(message)) in said
    ids = [choice.id for choice in message.choices]
    assert tappable(wires) in ([], ids)


@given(st.lists(st.text("abcé 😀", min_size=1, max_size=40), min_size=1, max_size=10), st.integers(0, 5000))
def test_up_to_ten_good_choices_can_always_be_tapped_and_answered_by_number(titles: list[str], length: int) -> None:
    assume(all(title.strip() for title in titles))
    offered = tuple(Choice(f"1:menu:{place}", title) for place, title in enumerate(titles))
    wires = render(OutMessage("a" * length, offered), PHONE)
    assert tappable(wires) == [choice.id for choice in offered]
    numbers = re.findall(r"^(\d+)\. ", words(wires[-1]), re.MULTILINE)
    assert numbers == [str(place) for place in range(1, len(titles) + 1)]


# Channels without a provider


def test_the_console_numbers_the_choices() -> None:
    alias = Alias(Scheme.CONSOLE, "terminal")
    assert console.render(OutMessage("¿Seguro?", YES_NO), alias) == ({"text": "¿Seguro?\n\n1. Sí\n2. No"},)
    assert console.render(OutMessage(""), alias) == ()


def test_the_web_chat_gets_the_message_as_it_is() -> None:
    alias = Alias(Scheme.WEB, "sesión")
    assert webchat.render(OutMessage("¿Seguro?", (Choice("a", "Sí", "nota"),)), alias) == (
        {"text": "¿Seguro?", "choices": [{"id": "a", "title": "Sí", "note": "nota"}]},
    )
    assert webchat.render(OutMessage(" "), alias) == ()
