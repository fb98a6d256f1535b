"""An update of Telegram's Bot API, read into our own events. Pure; never raises; never drops.

One body is one update. It does not say which bot it is for: the door it knocked at does. A message has the id `chat:message`; what happens
to it later (an edit, a tap, a reaction) has one of its own that begins so, hence the same update twice is the same event twice. Only private
chats are read: in a group everybody would see who asks for help.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from baquiano.channels.events import Alias, Event, Kind, Media, Position, Received, Scheme, Stopped, Unparsed
from baquiano.channels.reading import Json, degrees, items, loaded, moment, obj, word
from baquiano.channels.telegram.short_ids import long_id

LINE = ""  # an update names no bot

_ID = re.compile(r"-?[0-9]{1,20}", re.ASCII)
_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,32})(@\w{1,64})?(\s.*)?", re.ASCII | re.DOTALL)

# News that every bot may get and that is of no use here.
_FORESEEN = frozenset(
    "channel_post edited_channel_post business_connection business_message edited_business_message deleted_business_messages "
    "message_reaction_count inline_query chosen_inline_result shipping_query pre_checkout_query purchased_paid_media poll poll_answer "
    "chat_member chat_join_request chat_boost removed_chat_boost managed_bot".split()
)
# What Telegram itself writes into a private chat: nobody said it.
_SERVICE = frozenset(
    "pinned_message message_auto_delete_timer_changed write_access_allowed chat_background_set connected_website "
    "proximity_alert_triggered boost_added gift unique_gift video_chat_started video_chat_ended".split()
)


def parse(body: bytes) -> tuple[Event, ...]:
    """All that `body` tells; at least one event."""
    update = loaded(body)
    if isinstance(update, str):
        return (Unparsed(LINE, update),)
    name = next((name for name in update if name != "update_id"), "")
    if not name:
        return (Unparsed(LINE, "nothing inside"),)
    read = next((_READERS[name] for name in update if name in _READERS), None)
    if read is not None:
        return (read(update),)
    if any(name in _FORESEEN for name in update):
        return (Unparsed(LINE, "update of another kind", next(n for n in update if n in _FORESEEN), is_foreseen=True),)
    return (Unparsed(LINE, "unknown kind of update"),)


# Messages


def _message(update: Json) -> Event:
    return _received(obj(update, "message"), "message", "")


def _edited(update: Json) -> Event:
    """New words for an earlier message. One that holds a file is read as another one: nobody has seen the new file."""
    message = obj(update, "edited_message")
    event = _received(message, "edited_message", f":edit:{word(update, 'update_id')}")
    if not isinstance(event, Received):
        return event
    if event.kind is Kind.LOCATION:  # of somebody who shares the way they walk: every few seconds
        return Unparsed(LINE, "a place that moved", "edited_message", is_foreseen=True)
    kind = Kind.EDIT if event.text and event.media is None else event.kind
    return replace(event, kind=kind, reply_to=_message_id(message), sent_at=moment(message, "edit_date"))


def _received(message: Json, field: str, mark: str) -> Event:
    elsewhere = _elsewhere(obj(message, "chat"), field)
    if elsewhere is not None:
        return elsewhere
    own_id = _message_id(message)
    if not own_id:
        return Unparsed(LINE, "message without an id", field)
    service = next((name for name in message if name in _SERVICE), "")
    if service:
        return Unparsed(LINE, "service message", service, is_foreseen=True)
    said = _content(message)
    return Received(
        provider_id=own_id + mark,
        line=LINE,
        aliases=(Alias(Scheme.TELEGRAM, word(obj(message, "chat"), "id")),),
        sent_at=moment(message, "date"),
        kind=said.kind,
        text=said.text,
        media=said.media,
        reply_to=_message_id(obj(message, "reply_to_message")),
        forwarded="forward_origin" in message or "forward_date" in message,
        position=said.position,
    )


def _elsewhere(chat: Json, field: str) -> Unparsed | None:
    """None: a private chat with somebody we can answer."""
    kind = word(chat, "type")
    if kind in ("group", "supergroup", "channel"):
        return Unparsed(LINE, "not a private chat", field, is_foreseen=True)
    if kind != "private" or not _ID.fullmatch(word(chat, "id")):
        return Unparsed(LINE, "message without a sender", field)
    return None


def _message_id(message: Json) -> str:
    """`chat:message`, as `send` names what we sent; "" when the message does not say."""
    chat, number = word(obj(message, "chat"), "id"), word(message, "message_id")
    return f"{chat}:{number}" if _ID.fullmatch(chat) and _ID.fullmatch(number) else ""


# What a message holds: the first of these keys that it has


@dataclass(frozen=True)
class _Content:
    kind: Kind
    text: str = ""
    media: Media | None = None
    position: Position | None = None


def _content(message: Json) -> _Content:
    read = next((read for key, read in _CONTENTS.items() if key in message), _other)
    return read(message)


def _text(message: Json) -> _Content:
    text = word(message, "text")
    return _Content(Kind.TEXT if text else Kind.UNSUPPORTED, _as_said(text))


def _as_said(text: str) -> str:
    """A command of Telegram's menu is the word it names. `/start` is what its first button writes: a greeting, whatever link it came from."""
    command = _COMMAND.fullmatch(text.strip())
    if command is None:
        return text
    if command[1].lower() == "start":
        return "hola"
    return f"{command[1]}{command[3] or ''}"


def _file(key: str, kind: Kind, *, is_voice: bool = False) -> Callable[[Json], _Content]:
    def content(message: Json) -> _Content:
        part = obj(message, key)
        provider_id, caption = word(part, "file_id"), word(message, "caption") or word(part, "emoji")
        if not provider_id:
            return _Content(kind, caption)
        media = Media(provider_id, word(part, "mime_type"), filename=word(part, "file_name"), is_voice=is_voice)
        return _Content(kind, caption, media)

    return content


def _photo(message: Json) -> _Content:
    """The same picture in several sizes: the largest."""
    sizes = [size for size in items(message, "photo") if isinstance(size, dict) and word(size, "file_id")]
    caption = word(message, "caption")
    if not sizes:
        return _Content(Kind.IMAGE, caption)
    largest = max(enumerate(sizes), key=lambda one: (_width(one[1]), one[0]))[1]
    return _Content(Kind.IMAGE, caption, Media(word(largest, "file_id"), "image/jpeg"))


def _width(size: Json) -> int:
    width = size.get("width")
    return width if isinstance(width, int) else 0


def _location(message: Json) -> _Content:
    return _Content(Kind.LOCATION, position=_position(obj(message, "location")))


def _venue(message: Json) -> _Content:
    venue = obj(message, "venue")
    place = _position(obj(venue, "location"))
    return _Content(Kind.LOCATION, _lines(word(venue, "title"), word(venue, "address")), position=place)


def _position(place: Json) -> Position | None:
    latitude, longitude = degrees(place, "latitude", 90.0), degrees(place, "longitude", 180.0)
    return None if latitude is None or longitude is None else Position(latitude, longitude)


def _contact(message: Json) -> _Content:
    card = obj(message, "contact")
    parts = (word(card, "first_name"), word(card, "last_name"), word(card, "phone_number"))
    return _Content(Kind.CONTACTS, " ".join(part for part in parts if part))


def _form(message: Json) -> _Content:
    return _Content(Kind.FORM, word(obj(message, "web_app_data"), "data"))


def _other(message: Json) -> _Content:
    """A poll, a dice, a story, and whatever Telegram invents next: its words, if it has any."""
    return _Content(Kind.UNSUPPORTED, word(message, "caption"))


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


# The order matters: an animation is a document too, and a venue has a location.
_CONTENTS: dict[str, Callable[[Json], _Content]] = {
    "text": _text,
    "voice": _file("voice", Kind.AUDIO, is_voice=True),
    "audio": _file("audio", Kind.AUDIO),
    "photo": _photo,
    "animation": _file("animation", Kind.VIDEO),
    "video": _file("video", Kind.VIDEO),
    "video_note": _file("video_note", Kind.VIDEO),
    "document": _file("document", Kind.DOCUMENT),
    "sticker": _file("sticker", Kind.STICKER),
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "web_app_data": _form,
}


# Taps, reactions, blocks


def _tap(update: Json) -> Event:
    """A button under one of our messages. Its data decides, its title is only shown to people. Telegram does not say when it was tapped."""
    tap = obj(update, "callback_query")
    message = obj(tap, "message")
    elsewhere = _elsewhere(obj(message, "chat"), "callback_query") if message else None
    if elsewhere is not None:
        return elsewhere
    # The message may be too old to be shown to us: in a private chat the chat and the person have one number.
    chat = word(obj(message, "chat"), "id") or word(obj(tap, "from"), "id")
    query = word(tap, "id")
    if not _ID.fullmatch(chat) or "inline_message_id" in tap:
        return Unparsed(LINE, "tap without a chat", "callback_query")
    if not query:
        return Unparsed(LINE, "tap without an id", "callback_query")
    data = word(tap, "data")
    return Received(
        provider_id=f"{chat}:tap:{query}",
        line=LINE,
        aliases=(Alias(Scheme.TELEGRAM, chat),),
        sent_at=None,
        kind=Kind.CHOICE if data else Kind.UNSUPPORTED,
        text=_title_of(data, message),
        choice_id=long_id(data),
        reply_to=_message_id(message),
    )


def _title_of(data: str, message: Json) -> str:
    rows = [row for row in items(obj(message, "reply_markup"), "inline_keyboard") if isinstance(row, list)]
    buttons = [button for row in rows for button in row if isinstance(button, dict)]
    return next((word(button, "text") for button in buttons if data and word(button, "callback_data") == data), "")


def _reaction(update: Json) -> Event:
    """No emoji: the reaction was taken back."""
    news = obj(update, "message_reaction")
    elsewhere = _elsewhere(obj(news, "chat"), "message_reaction")
    if elsewhere is not None:
        return elsewhere
    about = _message_id(news)
    if not about:
        return Unparsed(LINE, "reaction without a message", "message_reaction")
    emoji = [word(one, "emoji") for one in items(news, "new_reaction") if isinstance(one, dict)]
    return Received(
        provider_id=f"{about}:reaction:{word(update, 'update_id')}",
        line=LINE,
        aliases=(Alias(Scheme.TELEGRAM, word(obj(news, "chat"), "id")),),
        sent_at=moment(news, "date"),
        kind=Kind.REACTION,
        text="".join(emoji),
        reply_to=about,
    )


def _membership(update: Json) -> Event:
    """Somebody blocked the bot ("kicked") or let it in again ("member")."""
    news = obj(update, "my_chat_member")
    elsewhere = _elsewhere(obj(news, "chat"), "my_chat_member")
    if elsewhere is not None:
        return elsewhere
    status = word(obj(news, "new_chat_member"), "status")
    if status not in ("kicked", "member"):
        return Unparsed(LINE, "membership of another kind", "my_chat_member")
    person = (Alias(Scheme.TELEGRAM, word(obj(news, "chat"), "id")),)
    return Stopped(LINE, person, is_stop=status == "kicked", is_all=True, at=moment(news, "date"))


_READERS: dict[str, Callable[[Json], Event]] = {
    "message": _message,
    "edited_message": _edited,
    "callback_query": _tap,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
}
UPDATES = tuple(_READERS)
"""What we ask Telegram for."""
