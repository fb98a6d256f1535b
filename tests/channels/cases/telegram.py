"""Telegram under the contract."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from baquiano.channels.events import Alias, Event, Kind, Media, Position, Received, Scheme, Stopped, Unparsed
from baquiano.channels.protocol import RawRequest
from tests.channels.cases import Line, Settings, Wire
from tests.fakes.provider import Said, as_json
from tests.fakes.telegram import CHAT, SECRET, TOKEN, Sent, fault_in, tap_update

PERSON = Alias(Scheme.TELEGRAM, CHAT)
LONG = "1:12:topic:permiso_por_proteccion_temporal_renovacion_de_menores_de_edad"
PLACE = Position(-33.4489, -70.6693)


def stamp(seconds: int) -> datetime:
    return datetime.fromtimestamp(1_790_000_000 + seconds, UTC)


def received(kind: Kind, text: str = "", **more: Any) -> Received:
    known: dict[str, Any] = {"provider_id": f"{CHAT}:11", "line": "", "aliases": (PERSON,), "sent_at": stamp(0)}
    return Received(**(known | {"kind": kind, "text": text} | more))


def media(file_id: str, mime_type: str = "", filename: str = "", *, is_voice: bool = False) -> Media:
    return Media(file_id, mime_type, filename=filename, is_voice=is_voice)


def edited(kind: Kind, text: str, **more: Any) -> Received:
    own_id = f"{CHAT}:11:edit:900000001"
    return received(kind, text, provider_id=own_id, reply_to=f"{CHAT}:11", sent_at=stamp(60), **more)


def tapped(query: str, choice_id: str, text: str = "", **more: Any) -> Received:
    known = {"provider_id": f"{CHAT}:tap:{query}", "sent_at": None, "reply_to": f"{CHAT}:7"}
    return received(Kind.CHOICE if choice_id else Kind.UNSUPPORTED, text, choice_id=choice_id, **(known | more))


def reaction(emoji: str) -> Received:
    own_id = f"{CHAT}:7:reaction:900000001"
    return received(Kind.REACTION, emoji, provider_id=own_id, reply_to=f"{CHAT}:7")


def unparsed(reason: str, field: str = "", *, is_foreseen: bool = False) -> Unparsed:
    return Unparsed("", reason, field, is_foreseen=is_foreseen)


def elsewhere(field: str) -> Unparsed:
    return unparsed("not a private chat", field, is_foreseen=True)


EXPECTED: dict[str, tuple[Event, ...]] = {
    "text": (received(Kind.TEXT, "Hola, ¿cómo saco el PPT? 🙏🏽"),),
    "text_that_is_a_number": (received(Kind.TEXT, "2"),),
    "text_empty": (received(Kind.UNSUPPORTED),),
    "text_quoting": (received(Kind.TEXT, "¿Esto?", reply_to=f"{CHAT}:7"),),
    "text_forwarded": (received(Kind.TEXT, "Dicen que regalan cupos", forwarded=True),),
    "text_with_garbage_stamp": (received(Kind.TEXT, "Hola", sent_at=None),),
    "command_start": (received(Kind.TEXT, "hola"),),
    "command_start_from_a_link": (received(Kind.TEXT, "hola"),),
    "command_with_the_name_of_the_bot": (received(Kind.TEXT, "menu"),),
    "edited_text": (edited(Kind.EDIT, "Perdón, es mañana"),),
    "edited_caption": (edited(Kind.IMAGE, "mi cédula", media=media("P1", "image/jpeg")),),
    "edited_place": (unparsed("a place that moved", "edited_message", is_foreseen=True),),
    "photo": (received(Kind.IMAGE, "mi cédula", media=media("P3", "image/jpeg")),),
    "photo_without_sizes": (received(Kind.IMAGE),),
    "voice": (received(Kind.AUDIO, media=media("V1", "audio/ogg", is_voice=True)),),
    "voice_without_file": (received(Kind.AUDIO),),
    "audio": (received(Kind.AUDIO, media=media("A1", "audio/mpeg", "nota.mp3")),),
    "video": (received(Kind.VIDEO, "mire", media=media("W1", "video/mp4", "v.mp4")),),
    "video_note": (received(Kind.VIDEO, media=media("N1")),),
    "animation": (received(Kind.VIDEO, media=media("G1", "video/mp4")),),
    "document": (received(Kind.DOCUMENT, media=media("D1", "application/pdf", "carta.pdf")),),
    "sticker": (received(Kind.STICKER, "😢", media=media("S1")),),
    "location": (received(Kind.LOCATION, position=PLACE),),
    "location_unreadable": (received(Kind.LOCATION),),
    "venue": (received(Kind.LOCATION, "Plaza\nCalle de prueba 1", position=PLACE),),
    "contact": (received(Kind.CONTACTS, "Contacto de prueba +57 300 000 0009"),),
    "poll": (received(Kind.UNSUPPORTED),),
    "dice": (received(Kind.UNSUPPORTED),),
    "form": (received(Kind.FORM, '{"edad":"34"}'),),
    "message_of_the_future": (received(Kind.UNSUPPORTED),),
    "message_without_an_id": (unparsed("message without an id", "message"),),
    "message_without_a_chat": (unparsed("message without a sender", "message"),),
    "message_is_not_an_object": (unparsed("message without a sender", "message"),),
    "service_message": (unparsed("service message", "pinned_message", is_foreseen=True),),
    "tap": (tapped("4382", "1:3:topic:ppt", "Permiso"),),
    "tap_on_a_long_id": (tapped("4383", LONG, "Largo"),),
    "tap_on_a_message_too_old_to_show": (tapped("4384", "1:3:menu"),),
    "tap_without_its_message": (tapped("4385", "1:3:menu", reply_to=""),),
    "tap_without_data": (tapped("4386", ""),),
    "tap_in_another_chat": (unparsed("tap without a chat", "callback_query"),),
    "tap_in_a_group": (elsewhere("callback_query"),),
    "reaction": (reaction("👍🏾"),),
    "reaction_removed": (reaction(""),),
    "blocked": (Stopped("", (PERSON,), is_stop=True, is_all=True, at=stamp(0)),),
    "let_in_again": (Stopped("", (PERSON,), is_stop=False, is_all=True, at=stamp(0)),),
    "membership_of_the_future": (unparsed("membership of another kind", "my_chat_member"),),
    "added_to_a_group": (elsewhere("my_chat_member"),),
    "group": (elsewhere("message"),),
    "channel_post": (unparsed("update of another kind", "channel_post", is_foreseen=True),),
    "inline_query": (unparsed("update of another kind", "inline_query", is_foreseen=True),),
    "update_of_the_future": (unparsed("unknown kind of update"),),
    "nothing_inside": (unparsed("nothing inside"),),
}


def _settings(url: str) -> Settings:
    return {"bot_token": TOKEN, "api_url": url, "timeout_s": "0.3", "webhook_secret": SECRET}


def _taps(wires: Sequence[Wire]) -> list[bytes]:
    sent = [Sent(CHAT, number, dict(wire)) for number, wire in enumerate(wires, 1)]
    updates = [tap_update(str(button["callback_data"]), one, update=9) for one in sent for button in one.buttons]
    return [json.dumps(update).encode() for update in updates]


def _lures(foreign: str) -> list[list[Said]]:
    """A path out of our own place, another machine instead of a path, and a redirection."""
    host = foreign.partition("//")[2]
    places = ("../../evil", f"//{host}/x", foreign, f"@{host}/x", "voice/..%2f..%2fevil")
    found = [[as_json({"ok": True, "result": {"file_id": "F", "file_path": place}})] for place in places]
    there = as_json({"ok": True, "result": {"file_id": "F", "file_path": "voice/1.oga"}})
    return [*found, [there, Said(302, headers={"Location": foreign})], [Said(302, headers={"Location": foreign})]]


_GENUINE = RawRequest(
    "POST", "https://example.org/webhooks/telegram/1/", {"x-telegram-bot-api-secret-token": SECRET}, b"{}"
)

LINES = (
    Line(
        name="telegram",
        settings=_settings,
        to=PERSON,
        fault_in=fault_in,
        words=lambda wire: str(wire["text"]),
        taps=_taps,
        genuine=_GENUINE,
        forged=(
            replace(_GENUINE, headers={}),
            replace(_GENUINE, headers={"x-telegram-bot-api-secret-token": ""}),
            replace(_GENUINE, headers={"x-telegram-bot-api-secret-token": SECRET.upper()}),
            replace(_GENUINE, headers={"x-telegram-bot-api-secret-token": SECRET[:-1]}),
            replace(_GENUINE, method="GET"),
        ),
        secrets=("webhook_secret",),
        file_id="AwACAgQAAxkBAAIB",
        lures=_lures,
    ),
)
