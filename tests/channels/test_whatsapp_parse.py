"""Every shape a webhook of WhatsApp takes, from bodies written by hand; and that nothing at all makes the parser fall."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels.events import (
    Alias,
    Delivery,
    Event,
    IdentityChanged,
    Kind,
    LineChanged,
    LineFact,
    Media,
    Position,
    Received,
    Scheme,
    StatusChanged,
    Stopped,
    TemplateChanged,
    Unparsed,
)
from baquiano.channels.replay import as_json_line
from baquiano.channels.whatsapp import ADAPTER
from baquiano.channels.whatsapp.parse import parse

BODIES = Path(__file__).parent / "bodies" / "whatsapp"
LINE = "100000000000001"
PHONE = Alias(Scheme.WHATSAPP_PHONE, "573000000001")
OTHER_PHONE = Alias(Scheme.WHATSAPP_PHONE, "573000000002")
USER = Alias(Scheme.WHATSAPP_USER, "CO.1000000000000001")
NEW_USER = Alias(Scheme.WHATSAPP_USER, "CO.2000000000000002")
PARENT = Alias(Scheme.WHATSAPP_PARENT, "CO.ENT.3000000000000003")
NEW_PARENT = Alias(Scheme.WHATSAPP_PARENT, "CO.ENT.4000000000000004")
ACCOUNT = "200000000000001"


def stamp(seconds: int) -> datetime:
    return datetime.fromtimestamp(1_790_000_000 + seconds, UTC)


def received(kind: Kind, **more: Any) -> Received:
    """A message of the person of the bodies, as all of them have it unless the test says otherwise."""
    known: dict[str, Any] = {"provider_id": "wamid.1", "line": LINE, "aliases": (USER, PHONE), "sent_at": stamp(0)}
    return Received(**(known | {"kind": kind} | more))


def hello(**more: Any) -> Received:
    return received(Kind.TEXT, text="Hola", **more)


def status(provider_id: str, delivery: Delivery, at: int, **more: Any) -> StatusChanged:
    return StatusChanged(provider_id, LINE, delivery, stamp(at), **more)


FORESEEN = (  # of no use here: nobody need look
    "unknown field",
    "group message",
    "status of another kind",
    "identity key changed",
    "message of our own",
    "call",
)


def unparsed(reason: str, field: str = "messages") -> Unparsed:
    return Unparsed(LINE, reason, field, is_foreseen=reason in FORESEEN)


def foreseen(reason: str, field: str) -> Unparsed:
    """News of an account names no line."""
    return Unparsed("", reason, field, is_foreseen=True)


def template(state: str, reason: str = "") -> TemplateChanged:
    return TemplateChanged("", ACCOUNT, "aviso_cambio", "es", state, reason, stamp(5))


def line_news(fact: LineFact, value: str, number: str = "") -> LineChanged:
    return LineChanged("", ACCOUNT, fact, value, stamp(5), number)


JPEG = Media("900", "image/jpeg", "aa")
OGG = Media("904", "audio/ogg; codecs=opus", "ae", is_voice=True)

EXPECTED: dict[str, tuple[Event, ...]] = {
    "text": (received(Kind.TEXT, text="Hola, ¿cómo saco el PPT? 🙏🏽"),),
    "text_before_user_ids": (hello(aliases=(PHONE,)),),
    "text_without_from": (hello(aliases=(USER,)),),
    "text_user_id_in_from": (hello(aliases=(USER,)),),
    "text_sender_only_in_contact": (hello(),),
    "text_without_sender": (unparsed("message without a sender"),),
    "text_in_milliseconds": (hello(sent_at=stamp(0).replace(microsecond=123000)),),
    "text_with_garbage_stamp": (hello(sent_at=None),),
    "text_numbers_for_strings": (received(Kind.TEXT, text="2"),),
    "text_forwarded": (received(Kind.TEXT, text="Dicen que regalan cupos", forwarded=True),),
    "text_quoting": (received(Kind.TEXT, text="¿Esto?", reply_to="wamid.out7"),),
    "text_from_advert": (hello(),),
    "group": (unparsed("group message"),),
    "batch": (
        received(Kind.TEXT, text="uno"),
        received(Kind.TEXT, text="dos", provider_id="wamid.2", aliases=(OTHER_PHONE,)),
        received(Kind.TEXT, text="uno"),
        status("wamid.out1", Delivery.DELIVERED, 1),
        received(Kind.TEXT, text="tres", provider_id="wamid.3", line="100000000000002", aliases=(PHONE,)),
    ),
    "image": (received(Kind.IMAGE, text="mi cédula", media=JPEG),),
    "document": (received(Kind.DOCUMENT, media=Media("901", "application/pdf", "ab", "carta.pdf")),),
    "video": (received(Kind.VIDEO, media=Media("902", "video/mp4", "ac")),),
    "sticker": (received(Kind.STICKER, media=Media("903", "image/webp", "ad")),),
    "voice_note": (received(Kind.AUDIO, media=OGG),),
    "voice_note_old_type": (received(Kind.AUDIO, media=OGG),),
    "audio_file": (received(Kind.AUDIO, media=Media("905", "audio/mpeg", "af")),),
    "media_with_errors": (received(Kind.IMAGE, text="mire"),),
    "location": (received(Kind.LOCATION, text="Plaza\nCalle de prueba 1", position=Position(-33.4489, -70.6693)),),
    "location_unreadable": (received(Kind.LOCATION),),
    "contacts": (received(Kind.CONTACTS, text="Contacto de prueba +57 300 000 0009\n+57 300 000 0010"),),
    "reaction": (received(Kind.REACTION, text="👍🏾", reply_to="wamid.out1"),),
    "reaction_removed": (received(Kind.REACTION, reply_to="wamid.out1"),),
    "button_reply": (received(Kind.CHOICE, text="Permiso", choice_id="3:menu:ppt", reply_to="wamid.out1"),),
    "list_reply": (received(Kind.CHOICE, text="Salud", choice_id="3:menu:salud", reply_to="wamid.out1"),),
    "reply_without_id": (received(Kind.UNSUPPORTED, text="Permiso"),),
    "quick_reply": (received(Kind.CHOICE, text="Sí", choice_id="3:aviso:si"),),
    "form": (received(Kind.FORM, text='{"edad":"34"}'),),
    "form_bad_json": (received(Kind.FORM, text='{"edad":'),),
    "form_without_answers": (received(Kind.FORM, text="Sent"),),
    "call_permission": (received(Kind.UNSUPPORTED),),
    "order": (received(Kind.UNSUPPORTED, text="quiero esto"),),
    "request_welcome": (received(Kind.TEXT, text="hola"),),
    "unsupported": (received(Kind.UNSUPPORTED),),
    "edit": (received(Kind.EDIT, text="Perdón, es mañana", reply_to="wamid.0"),),
    "edit_of_a_caption": (received(Kind.EDIT, text="mi pasaporte", reply_to="wamid.0"),),
    "revoke": (received(Kind.REVOKE, reply_to="wamid.0"),),
    "ephemeral": (received(Kind.UNSUPPORTED),),
    "unsupported_with_inner_type": (received(Kind.UNSUPPORTED),),
    "order_with_items": (received(Kind.UNSUPPORTED, text="quiero esto"),),
    "image_with_url": (received(Kind.IMAGE, media=JPEG),),
    "video_with_caption": (received(Kind.VIDEO, text="mire esto", media=Media("902", "video/mp4", "ac")),),
    "contact_shared_when_asked": (received(Kind.CONTACTS, text="+57 300 000 0009"),),
    "list_reply_without_type": (received(Kind.CHOICE, text="Salud", choice_id="3:menu:salud"),),
    "text_with_parent_id": (hello(aliases=(USER, PHONE, PARENT)),),
    "text_parent_id_only_in_contact": (hello(aliases=(USER, PHONE, PARENT)),),
    "change_alone": (hello(),),
    "type_of_the_future": (received(Kind.UNSUPPORTED),),
    "type_missing": (received(Kind.UNSUPPORTED),),
    "number_changed": (IdentityChanged(LINE, (PHONE,), (OTHER_PHONE,), stamp(0)),),
    "number_changed_with_user_ids": (IdentityChanged(LINE, (USER, PHONE), (NEW_USER, OTHER_PHONE), stamp(0)),),
    "user_id_changed": (
        IdentityChanged(
            LINE,
            (USER, Alias(Scheme.WHATSAPP_PARENT, "CO.ENT.1")),
            (NEW_USER, Alias(Scheme.WHATSAPP_PARENT, "CO.ENT.2")),
            stamp(0),
        ),
    ),
    "user_id_changed_told_by_the_name": (unparsed("identity change without before and after", "user_changed_user_id"),),
    "identity_key_changed": (unparsed("identity key changed", "system"),),
    "user_id_update": (IdentityChanged(LINE, (USER,), (NEW_USER,), stamp(3)),),
    "user_id_update_with_parent": (IdentityChanged(LINE, (USER, PARENT), (NEW_USER, NEW_PARENT), stamp(3)),),
    "user_id_update_flat": (IdentityChanged(LINE, (USER,), (NEW_USER,), stamp(3)),),
    "user_id_update_half": (unparsed("identity change without before and after", "user_id_update"),),
    "statuses": (
        status("wamid.out1", Delivery.SENT, 1, echo="carta-1"),
        status("wamid.out1", Delivery.READ, 3),
        status("wamid.out1", Delivery.READ, 4),
        status("wamid.out2", Delivery.FAILED, 2, echo="carta-2", error_code=131047, reason="window"),
        unparsed("status of another kind", "deleted"),
    ),
    "statuses_by_user_id": (status("wamid.out1", Delivery.DELIVERED, 1),),
    "errors": (unparsed("error 130429 of the provider", "errors"), unparsed("error of the provider", "errors")),
    "unknown_fields": (
        LineChanged(LINE, ACCOUNT, LineFact.ACCOUNT, "verified_account", None),
        unparsed("message of our own"),
        unparsed("unknown field", "?"),
    ),
    "template_approved": (template("approved"),),
    "template_rejected": (template("rejected", "INVALID_FORMAT"),),
    "template_paused": (template("paused"),),
    "template_without_name": (foreseen("template news of another kind", "message_template_status_update"),),
    "template_quality": (foreseen("unknown field", "message_template_quality_update"),),
    "template_category": (foreseen("unknown field", "template_category_update"),),
    "number_flagged": (
        line_news(LineFact.QUALITY, "red", number="15550000000"),
        line_news(LineFact.LIMIT, "10k", number="15550000000"),
    ),
    "number_limit": (line_news(LineFact.LIMIT, "unlimited", number="15550000000"),),
    "number_onboarding": (foreseen("quality news of another kind", "phone_number_quality_update"),),
    "capability": (line_news(LineFact.LIMIT, "2000"),),
    "account_restricted": (line_news(LineFact.ACCOUNT, "account_restriction"),),
    "account_banned": (line_news(LineFact.ACCOUNT, "disable"),),
    "account_of_no_consequence": (foreseen("account news of no consequence", "account_update"),),
    "account_alert": (line_news(LineFact.ACCOUNT, "oba_rejected"),),
    "account_alert_informs": (foreseen("alert that only informs", "account_alerts"),),
    "preference_stop": (Stopped(LINE, (USER, PHONE), is_stop=True, is_all=False, at=stamp(1)),),
    "preference_resume": (Stopped(LINE, (USER, PHONE), is_stop=False, is_all=False, at=stamp(2)),),
    "preference_of_the_future": (unparsed("preference of another kind", "user_preferences"),),
    "calls": (unparsed("call", "calls"),),
    "echoes": (unparsed("message of our own"),),
    "echo_among_messages": (unparsed("message of our own"), hello(), unparsed("message of our own")),
    "history": (unparsed("unknown field", "history"),),
    "app_state_sync": (unparsed("unknown field", "smb_app_state_sync"),),
    "nothing_inside": (unparsed("nothing inside"),),
}


def test_every_body_has_an_expectation() -> None:
    assert {path.stem for path in BODIES.glob("*.json")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_body_is_read_as_written_down(name: str) -> None:
    assert ADAPTER.parse((BODIES / f"{name}.json").read_bytes()) == EXPECTED[name]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_body_with_escaped_letters_reads_the_same(name: str) -> None:
    body = json.dumps(json.loads((BODIES / f"{name}.json").read_bytes()), ensure_ascii=True).encode()
    assert parse(body) == EXPECTED[name]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not JSON"),
        (b'{"entry": [', "not JSON"),
        (b'{"entry": "\xe9"}', "not UTF-8"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b"NaN", "not an object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b"{}", "no change inside"),
        (b'{"entry": []}', "no change inside"),
        (b'{"entry": 5}', "entry is not an object"),
        (b'{"entry": [{}]}', "entry without changes"),
        (b'{"entry": [{"changes": ["x"]}]}', "change is not an object"),
    ],
)
def test_a_body_that_is_no_webhook_is_kept_with_its_reason(body: bytes, reason: str) -> None:
    assert parse(body) == (Unparsed("", reason),)


def webhook(messages: Any, contacts: Any = ()) -> bytes:
    value = {"metadata": {"phone_number_id": LINE}, "contacts": contacts, "messages": messages}
    return json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()


def words(body: str, **more: Any) -> dict[str, Any]:
    message = {"id": "wamid.1", "from": PHONE.value, "timestamp": "1790000000", "type": "text", "text": {"body": body}}
    return message | more


def test_one_number_of_ten_thousand_digits_does_not_cost_the_batch() -> None:
    body = webhook([words("uno", odd="ODD"), words("dos", id="wamid.2")]).replace(b'"ODD"', b"9" * 10_000)
    assert [event.text for event in parse(body) if isinstance(event, Received)] == ["uno", "dos"]


def test_nan_where_degrees_are_expected_is_no_position() -> None:
    body = webhook([words("", type="location", location={"latitude": float("nan"), "longitude": float("inf")})])
    assert parse(body) == (received(Kind.LOCATION, aliases=(PHONE,)),)


@pytest.mark.parametrize(("latitude", "longitude"), [(-91, 0), (91, 0), (0, -181), (0, 181), (True, False), ("1", "2")])
def test_degrees_that_are_nowhere_on_earth_are_no_position(latitude: Any, longitude: Any) -> None:
    place = {"latitude": latitude, "longitude": longitude}
    assert parse(webhook([words("", type="location", location=place)])) == (received(Kind.LOCATION, aliases=(PHONE,)),)


def test_letters_that_no_database_stores_are_replaced() -> None:
    body = webhook([words("a\x00b\ud83dc", id="wamid.\x00")])
    (event,) = parse(body)
    assert isinstance(event, Received)
    assert (event.text, event.provider_id) == ("a\ufffdb\ufffdc", "wamid.\ufffd")


@pytest.mark.parametrize(
    "written", ["", "0", "100000000", "-1790000000", "1790000000.5", "17900000000000000", "١٧٩٠٠٠٠٠٠٠", None, []]
)
def test_a_stamp_that_cannot_be_a_time_is_none(written: Any) -> None:
    assert parse(webhook([words("Hola", timestamp=written)])) == (hello(aliases=(PHONE,), sent_at=None),)


def test_a_list_sent_as_a_single_object_is_read() -> None:
    assert parse(webhook(words("Hola"))) == (hello(aliases=(PHONE,)),)


def test_a_message_without_an_id_is_kept_for_a_person() -> None:
    assert parse(webhook([words("Hola", id="")])) == (unparsed("message without an id"),)


@pytest.mark.parametrize("sender", ["abc", "CO.", "573000000001x", "5730000 0001", "1", "٥٧٣٠٠٠٠٠٠٠٠١"])
def test_a_sender_nobody_could_answer_is_no_alias(sender: str) -> None:
    assert parse(webhook([words("Hola", **{"from": sender})])) == (unparsed("message without a sender"),)


def test_digits_in_the_user_id_are_never_taken_for_a_phone() -> None:
    assert parse(webhook([words("Hola", **{"from": ""}, from_user_id=PHONE.value)])) == (
        unparsed("message without a sender"),
    )


def test_another_persons_contact_lends_no_alias() -> None:
    contacts = [{"wa_id": OTHER_PHONE.value, "user_id": NEW_USER.value}]
    assert parse(webhook([words("Hola")], contacts)) == (hello(aliases=(PHONE,)),)


def test_two_lonely_contacts_are_not_guessed_between() -> None:
    contacts = [{"wa_id": OTHER_PHONE.value}, {"wa_id": PHONE.value}]
    assert parse(webhook([words("Hola", **{"from": ""})], contacts)) == (unparsed("message without a sender"),)


def test_a_contact_never_gives_a_message_a_second_user_id() -> None:
    contacts = [{"wa_id": PHONE.value, "user_id": NEW_USER.value}]
    (event,) = parse(webhook([words("Hola", from_user_id=USER.value)], contacts))
    assert event == hello(aliases=(USER, PHONE))


def test_the_user_id_field_is_believed_before_a_user_id_in_from() -> None:
    message = words("Hola", **{"from": NEW_USER.value}, from_user_id=USER.value)
    assert parse(webhook([message])) == (hello(aliases=(USER,)),)


def test_an_identity_change_tells_only_what_changed() -> None:
    system = {
        "type": "user_changed_number",
        "wa_id": PHONE.value,
        "user_id": NEW_USER.value,
        "previous_user_id": USER.value,
    }
    assert parse(webhook([words("", type="system", system=system)])) == (
        IdentityChanged(LINE, (USER,), (NEW_USER,), stamp(0)),
    )


def test_an_identity_change_to_the_same_identity_is_for_a_person_to_look_at() -> None:
    system = {"type": "user_changed_number", "wa_id": PHONE.value}
    (event,) = parse(webhook([words("", type="system", system=system)]))
    assert isinstance(event, Unparsed)


def test_what_a_person_said_is_not_in_a_repr() -> None:
    events = parse((BODIES / "location.json").read_bytes()) + parse((BODIES / "contacts.json").read_bytes())
    assert not any(secret in repr(events) for secret in ("Plaza", "33.4489", "300 000 0009", PHONE.value, USER.value))


def test_the_reason_of_the_unreadable_never_repeats_it() -> None:
    body = webhook([words("secreto", id=""), "secreto", words("secreto", type="system", system={"type": "Secreto 1"})])
    assert "ecreto" not in repr(parse(body))


def test_the_same_event_is_always_the_same_line() -> None:
    (event,) = parse((BODIES / "text.json").read_bytes())
    assert isinstance(event, Received)
    line = as_json_line(event)
    assert "\n" not in line
    assert line == as_json_line(replace(event))
    assert json.loads(line) == {
        "event": "Received",
        "provider_id": "wamid.1",
        "line": LINE,
        "aliases": [
            {"scheme": "wa_bsuid", "value": USER.value},
            {"scheme": "wa_phone", "value": PHONE.value},
        ],
        "sent_at": "2026-09-21T14:13:20+00:00",
        "kind": "text",
        "text": "Hola, ¿cómo saco el PPT? 🙏🏽",
        "choice_id": "",
        "media": None,
        "position": None,
        "reply_to": "",
        "forwarded": False,
    }


# Whatever arrives


def pairs(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a JSON value, however deep, with what it holds."""
    for key, held in value.items() if isinstance(value, dict) else ():
        yield key, held
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from pairs(held)


SEEN = [pair for path in BODIES.glob("*.json") for pair in pairs(json.loads(path.read_bytes()))]
KEYS = st.sampled_from(sorted({key for key, _ in SEEN}))
KINDS = st.sampled_from(sorted({held for key, held in SEEN if key == "type"}))
WORDS = st.text(st.characters(exclude_categories=[]), max_size=8) | KEYS  # half surrogate pairs too
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS | st.sampled_from(["1790000000", "wamid.1"]) | KINDS
)
JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | WORDS, inner, max_size=5),
    max_leaves=12,
)


@st.composite
def messages(draw: st.DrawFn) -> dict[str, Any]:
    """A message that looks right from outside, with anything in any place."""
    kind = draw(KINDS)
    message: dict[str, Any] = {"id": "wamid.1", "from": PHONE.value, "timestamp": "1790000000", "type": kind}
    message[kind] = draw(JSON)
    return message | draw(st.dictionaries(KEYS, JSON, max_size=4))


def is_storable(text: str) -> bool:
    return "\x00" not in text and text.encode(errors="ignore").decode() == text


@given(st.binary(max_size=200))
def test_any_bytes_give_an_event(body: bytes) -> None:
    assert parse(body)


@given(JSON)
def test_any_json_gives_an_event(value: Any) -> None:
    assert parse(json.dumps(value).encode())


@given(st.lists(JSON | messages(), max_size=4), st.lists(JSON, max_size=3), st.lists(JSON, max_size=3), JSON)
def test_no_message_and_no_status_is_dropped(
    said: list[Any], fates: list[Any], errors: list[Any], contacts: Any
) -> None:
    value = {"metadata": {"phone_number_id": LINE}, "contacts": contacts}
    value |= {"messages": said, "statuses": fates, "errors": errors}
    body = {"entry": [{"changes": [{"field": "messages", "value": value}]}]}
    events = parse(json.dumps(body).encode())
    assert len(events) == max(len(said) + len(fates) + len(errors), 1)
    assert {event.line for event in events} == {LINE}
    assert all(is_storable(as_json_line(event)) for event in events)


@given(st.lists(JSON, max_size=3), st.lists(JSON, max_size=3))
def test_no_change_is_dropped(first: list[Any], second: list[Any]) -> None:
    body = {"entry": [{"changes": first}, {"changes": second}, *second]}
    assert len(parse(json.dumps(body).encode())) >= len(first) + len(second) + len(second)


@given(st.lists(JSON, min_size=1, max_size=4))
def test_no_user_id_update_is_dropped(updates: list[Any]) -> None:
    value = {"metadata": {"phone_number_id": LINE}, "user_id_update": updates}
    body = {"entry": [{"changes": [{"field": "user_id_update", "value": value}]}]}
    assert len(parse(json.dumps(body).encode())) == len(updates)


@given(st.lists(JSON, min_size=1, max_size=4))
def test_no_wish_of_a_person_is_dropped(wishes: list[Any]) -> None:
    value = {"metadata": {"phone_number_id": LINE}, "user_preferences": wishes}
    body = {"entry": [{"changes": [{"field": "user_preferences", "value": value}]}]}
    assert len(parse(json.dumps(body).encode())) == len(wishes)


NEWS = (
    "message_template_status_update", "message_template_quality_update", "template_category_update", "phone_number_quality_update",
    "business_capability_update", "account_update", "account_review_update", "account_alerts", "security", "flows", "history",
)  # fmt: skip


@given(st.sampled_from(NEWS), JSON)
def test_news_of_the_account_in_any_shape_is_read_or_named(field: str, value: Any) -> None:
    body = {"entry": [{"id": "200000000000001", "changes": [{"field": field, "value": value}]}]}
    events = parse(json.dumps(body).encode())
    assert events
    assert not any(isinstance(event, Received | StatusChanged | IdentityChanged) for event in events)
    assert all(is_storable(as_json_line(event)) for event in events)


def test_what_our_own_telephone_wrote_is_never_a_persons_message() -> None:
    events = parse((BODIES / "echo_among_messages.json").read_bytes())
    assert [event.text for event in events if isinstance(event, Received)] == ["Hola"]
