"""A webhook body of the WhatsApp Cloud API, read into our own events. Pure; never raises; never drops.

Every message, status and change in the body gives at least one event, in the order they came (of one change: messages,
statuses, errors, the rest): what we cannot read is `Unparsed`, and its reason names the place, never the content. The same message twice in a body is two events with one
provider id: the unique key of whoever stores them makes it one row. The sending number is read from each change's own
metadata, because one body may carry several; news of an account name no line, only the account they are of.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

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
from baquiano.channels.reading import Json, degrees, is_true, items, loaded, moment, number, obj, word
from baquiano.channels.whatsapp.errors import reason_of

_PHONE = re.compile(r"\+?([0-9]{5,20})", re.ASCII)
_USER_ID = re.compile(r"[A-Za-z]{2}\.[\w.-]{1,160}", re.ASCII)  # "CC." and letters; a little wider than Meta promises
_PLAIN_NAME = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
_TELEPHONE = re.compile(
    r"^TEL[^:\r\n]*:(?:tel:)?([^\r\n]{1,40})", re.ASCII | re.MULTILINE | re.IGNORECASE
)  # in a vcard

_DELIVERIES = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "played": Delivery.READ,
    "failed": Delivery.FAILED,
}
_NUMBER_CHANGES = ("user_changed_number", "customer_changed_number")
_KEY_CHANGES = (
    "customer_identity_changed",
    "user_identity_changed",
)  # she has another telephone; her number is the same
_QUALITIES = {"flagged": "red", "unflagged": "yellow"}  # "flagged": it is low; what it is now is asked for
_OF_NO_CONSEQUENCE = (
    "account_offboarded_from_partner", "ad_account_linked", "business_primary_location_country_update", "partner_added",
    "partner_app_installed", "partner_app_uninstalled", "partner_client_certification_status_update", "partner_removed",
    "volume_based_pricing_tier_update", "mm_lite_terms_signed", "auth_intl_price_eligibility_update",
)  # fmt: skip


def parse(body: bytes) -> tuple[Event, ...]:
    """All that `body` tells, in its order; at least one event."""
    document = loaded(body)
    if isinstance(document, str):
        return (Unparsed("", document),)
    return tuple(_entries(document)) or (Unparsed("", "no change inside"),)


def _entries(document: Json) -> Iterator[Event]:
    if "entry" not in document and "field" in document:  # one change alone, as Meta's own test button shows it
        yield from _change(document, "", None)
    for entry in items(document, "entry"):
        if not isinstance(entry, dict):
            yield Unparsed("", "entry is not an object")
            continue
        changes = items(entry, "changes")
        if not changes:
            yield Unparsed("", "entry without changes")
        account, told_at = word(entry, "id"), moment(entry, "time")
        for change in changes:
            yield from _change(change, account, told_at)


@dataclass(frozen=True)
class _Around:
    """What one change says about all its items: which of our numbers (Meta's id of it, and its own digits), who its contacts are, and
    whose account it was told to, when.
    """

    line: str
    number: str
    contacts: tuple[dict[Scheme, Alias], ...]
    by_alias: dict[Alias, dict[Scheme, Alias]]
    account: str = ""
    told_at: datetime | None = None


def _change(change: Any, account: str, told_at: datetime | None) -> Iterator[Event]:
    if not isinstance(change, dict):
        yield Unparsed("", "change is not an object")
        return
    value = obj(change, "value")
    around = replace(_around(value), account=account, told_at=told_at)
    field = _plain_name(word(change, "field"))
    if news := _NEWS.get(field):
        yield from news(value, around, field)
        return
    readers = _READERS.get(field)
    if readers is None:
        yield Unparsed(around.line, "unknown field", field, is_foreseen=True)
        return
    events = [event for key, read in readers.items() for item in items(value, key) for event in read(item, around)]
    yield from events or [Unparsed(around.line, "nothing inside", field)]


def _around(value: Json) -> _Around:
    """Read once for the whole change: a body may hold a thousand messages, and as many contacts."""
    cards = [contact for contact in items(value, "contacts") if isinstance(contact, dict)]
    contacts = tuple(_by_scheme(_ids_of(card, "user_id", "wa_id", "parent_user_id")) for card in cards)
    by_alias: dict[Alias, dict[Scheme, Alias]] = {}
    for contact in contacts:
        for alias in contact.values():
            by_alias[alias] = contact | by_alias.get(alias, {})
    ours = obj(value, "metadata")
    return _Around(word(ours, "phone_number_id"), _digits(word(ours, "display_phone_number")), contacts, by_alias)


def _plain_name(name: str) -> str:
    """A name of Meta's own; anything else may be content, and is not repeated."""
    return name if _PLAIN_NAME.fullmatch(name) else "?"


# Messages


def _message(message: Any, around: _Around) -> Iterator[Event]:
    if not isinstance(message, dict):
        yield Unparsed(around.line, "message is not an object", "messages")
    elif message.get("group_id") not in (None, ""):
        yield Unparsed(around.line, "group message", "messages", is_foreseen=True)
    elif around.number and _digits(word(message, "from")) == around.number:
        yield from _echo(message, around)
    elif word(message, "type") == "system":
        yield _system(message, around.line)
    else:
        yield _received(message, around)


def _echo(_message: Any, around: _Around) -> Iterator[Event]:
    """What our own telephone wrote (the number is also used in the app): never a word of a person's."""
    yield Unparsed(around.line, "message of our own", "messages", is_foreseen=True)


def _received(message: Json, around: _Around) -> Event:
    provider_id = word(message, "id")
    if not provider_id:
        return Unparsed(around.line, "message without an id", "messages")
    aliases = _sender(message, around)
    if not aliases:
        return Unparsed(around.line, "message without a sender", "messages")
    kind = word(message, "type")
    said = _CONTENTS.get(kind, _other)(message, obj(message, kind))
    context = obj(message, "context")
    return Received(
        provider_id=provider_id,
        line=around.line,
        aliases=aliases,
        sent_at=moment(message),
        kind=said.kind,
        text=said.text,
        choice_id=said.choice_id,
        media=said.media,
        reply_to=said.reply_to or word(context, "id"),
        forwarded=is_true(context, "forwarded") or is_true(context, "frequently_forwarded"),
        position=said.position,
    )


def _sender(message: Json, around: _Around) -> tuple[Alias, ...]:
    """Every address the webhook itself ties to this message, the user id first.

    The user id is new when the number is: answering it never reaches the next owner of a recycled SIM. A contact that
    names neither of the message's ids belongs to somebody else, unless the message has none and the contact is alone.
    The message is believed before the contact: never two user ids, never two phones.
    """
    found = _by_scheme(_ids_of(message, "from_user_id", "from", "from_parent_user_id"))
    if not found and len(around.contacts) == 1:
        found = around.contacts[0]
    for alias in tuple(found.values()):
        found = around.by_alias.get(alias, {}) | found
    return _in_order(found)


def _in_order(found: dict[Scheme, Alias]) -> tuple[Alias, ...]:
    """The best to answer to first."""
    return tuple(found[scheme] for scheme in _TO_ANSWER if scheme in found)


_TO_ANSWER = (Scheme.WHATSAPP_USER, Scheme.WHATSAPP_PHONE, Scheme.WHATSAPP_PARENT)


def _ids_of(source: Json, user_id: str, address: str, parent: str) -> tuple[Alias, ...]:
    return _user_id(word(source, user_id)) + _address(word(source, address)) + _parent(word(source, parent))


def _by_scheme(aliases: tuple[Alias, ...]) -> dict[Scheme, Alias]:
    """The first of each scheme."""
    return {alias.scheme: alias for alias in reversed(aliases)}


def _address(written: str) -> tuple[Alias, ...]:
    """What `from` or `wa_id` holds: a phone, or since 2026 sometimes a user id."""
    phone = _PHONE.fullmatch(written)
    return (Alias(Scheme.WHATSAPP_PHONE, phone[1]),) if phone else _user_id(written)


def _user_id(written: str) -> tuple[Alias, ...]:
    """A business-scoped user id. Digits alone are refused: writing to them would be writing to somebody's phone."""
    return (Alias(Scheme.WHATSAPP_USER, written),) if _USER_ID.fullmatch(written) else ()


def _parent(written: str) -> tuple[Alias, ...]:
    """The id that all companies of one owner see; where it stands says so, its form only usually ("CC.ENT.…")."""
    return (Alias(Scheme.WHATSAPP_PARENT, written),) if _USER_ID.fullmatch(written) else ()


def _digits(written: str) -> str:
    return "".join(character for character in written if character in "0123456789")


# What a message holds, by its type


@dataclass(frozen=True)
class _Content:
    kind: Kind
    text: str = ""
    choice_id: str = ""
    media: Media | None = None
    reply_to: str = ""
    position: Position | None = None


def _text(_message: Json, part: Json) -> _Content:
    body = word(part, "body")
    return _Content(Kind.TEXT if body else Kind.UNSUPPORTED, body)


def _file(kind: Kind) -> Callable[[Json, Json], _Content]:
    def content(message: Json, part: Json) -> _Content:
        provider_id = word(part, "id")
        if not provider_id or items(message, "errors"):  # Meta could not keep the file: there is nothing to fetch
            return _Content(kind, word(part, "caption"))
        is_voice = word(message, "type") == "voice" or is_true(part, "voice")
        media = Media(provider_id, word(part, "mime_type"), word(part, "sha256"), word(part, "filename"), is_voice)
        return _Content(kind, word(part, "caption"), media=media)

    return content


def _location(_message: Json, part: Json) -> _Content:
    latitude, longitude = degrees(part, "latitude", 90.0), degrees(part, "longitude", 180.0)
    position = None if latitude is None or longitude is None else Position(latitude, longitude)
    return _Content(Kind.LOCATION, _lines(word(part, "name"), word(part, "address")), position=position)


def _contacts(message: Json, _part: Json) -> _Content:
    cards = [card for card in items(message, "contacts") if isinstance(card, dict)]
    return _Content(Kind.CONTACTS, _lines(*(_card(card) for card in cards)))


def _card(card: Json) -> str:
    phones = [word(phone, "phone") for phone in items(card, "phones") if isinstance(phone, dict)]
    phones = [phone for phone in phones if phone] or _TELEPHONE.findall(word(card, "vcard"))
    return " ".join(part for part in (word(obj(card, "name"), "formatted_name"), *phones) if part)


def _reaction(_message: Json, part: Json) -> _Content:
    """No emoji: the reaction was taken back."""
    return _Content(Kind.REACTION, word(part, "emoji"), reply_to=word(part, "message_id"))


_TAPS = ("button_reply", "list_reply", "nfm_reply")


def _interactive(_message: Json, part: Json) -> _Content:
    kind = word(part, "type") or next((one for one in _TAPS if one in part), "")
    if kind in ("button_reply", "list_reply"):
        return _choice(word(obj(part, kind), "id"), word(obj(part, kind), "title"))
    if kind == "nfm_reply":
        # The answers stay as they were sent, a string of JSON that is not always JSON: whoever knows the form reads it.
        form = obj(part, kind)
        return _Content(Kind.FORM, word(form, "response_json") or word(form, "body"))
    return _Content(Kind.UNSUPPORTED)


def _button(_message: Json, part: Json) -> _Content:
    return _choice(word(part, "payload"), word(part, "text"))


def _choice(choice_id: str, title: str) -> _Content:
    """A tap decides by its id; one without id decides nothing, its title is only shown to people."""
    return _Content(Kind.CHOICE if choice_id else Kind.UNSUPPORTED, title, choice_id)


def _order(_message: Json, part: Json) -> _Content:
    return _Content(Kind.UNSUPPORTED, word(part, "text"))


def _edit(_message: Json, part: Json) -> _Content:
    """Corrected words are read for danger like any others, and shown with the message they correct."""
    corrected = obj(part, "message")
    inner = obj(corrected, word(corrected, "type"))
    text = word(inner, "body") or word(inner, "caption")
    return _Content(Kind.EDIT, text, reply_to=word(part, "original_message_id"))


def _revoke(_message: Json, part: Json) -> _Content:
    return _Content(Kind.REVOKE, reply_to=word(part, "original_message_id"))


def _welcome(_message: Json, _part: Json) -> _Content:
    """She opened the chat and wrote nothing yet: a greeting."""
    return _Content(Kind.TEXT, "hola")


def _other(_message: Json, _part: Json) -> _Content:
    """`unsupported`, and whatever Meta invents next."""
    return _Content(Kind.UNSUPPORTED)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


_CONTENTS: dict[str, Callable[[Json, Json], _Content]] = {
    "text": _text,
    "image": _file(Kind.IMAGE),
    "video": _file(Kind.VIDEO),
    "audio": _file(Kind.AUDIO),
    "voice": _file(Kind.AUDIO),
    "document": _file(Kind.DOCUMENT),
    "sticker": _file(Kind.STICKER),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "interactive": _interactive,
    "button": _button,
    "order": _order,
    "edit": _edit,
    "revoke": _revoke,
    "request_welcome": _welcome,
}


# Identity


def _system(message: Json, line: str) -> Event:
    """A number or a user id that changed. The sentence in `body` is not read: it holds a name its owner can choose."""
    system = obj(message, "system")
    kind = word(system, "type")
    if kind in _NUMBER_CHANGES:
        old_phone = word(system, "previous_wa_id") or word(message, "from") or word(system, "customer")
        new_phone = word(system, "wa_id") or word(system, "new_wa_id")
    elif kind == "user_changed_user_id":
        old_phone = new_phone = ""
    elif kind in _KEY_CHANGES:
        return Unparsed(line, "identity key changed", "system", is_foreseen=True)
    else:
        return Unparsed(line, "system message of another kind", _plain_name(kind))
    old_user = word(system, "previous_user_id") or word(message, "from_user_id")
    old_parent = word(system, "previous_parent_user_id") or word(message, "from_parent_user_id")
    old = (*_user_id(old_user), *_address(old_phone), *_parent(old_parent))
    new = (*_user_id(word(system, "user_id")), *_address(new_phone), *_parent(word(system, "parent_user_id")))
    return _identity_change(IdentityChanged(line, old, new, moment(message)), kind)


def _user_id_update(update: Any, around: _Around) -> Iterator[Event]:
    """The pair under `user_id` (and `parent_user_id`), or laid out flat as in a system message."""
    if not isinstance(update, dict):
        yield Unparsed(around.line, "update is not an object", "user_id_update")
        return
    old_user, new_user = _pair(update, "user_id")
    old_parent, new_parent = _pair(update, "parent_user_id")
    old, new = (*_user_id(old_user), *_parent(old_parent)), (*_user_id(new_user), *_parent(new_parent))
    yield _identity_change(IdentityChanged(around.line, old, new, moment(update)), "user_id_update")


def _pair(update: Json, key: str) -> tuple[str, str]:
    pair = obj(update, key)
    old = word(pair, "previous") or word(update, f"previous_{key}") or word(update, f"old_{key}")
    return old, word(pair, "current") or word(update, f"current_{key}") or word(update, f"new_{key}") or word(
        update, key
    )


def _identity_change(change: IdentityChanged, field: str) -> Event:
    """Only what really changed; without both a before and an after, a person looks."""
    old = tuple(alias for alias in dict.fromkeys(change.old) if alias not in change.new)
    new = tuple(alias for alias in dict.fromkeys(change.new) if alias not in change.old)
    if not old or not new:
        return Unparsed(change.line, "identity change without before and after", field)
    return replace(change, old=old, new=new)


# Statuses and errors


def _status(status: Any, around: _Around) -> Iterator[Event]:
    if not isinstance(status, dict):
        yield Unparsed(around.line, "status is not an object", "statuses")
        return
    provider_id, name = word(status, "id"), word(status, "status")
    delivery = _DELIVERIES.get(name)
    if not provider_id:
        yield Unparsed(around.line, "status without an id", "statuses")
    elif delivery is None:
        yield Unparsed(around.line, "status of another kind", _plain_name(name), is_foreseen=True)
    else:
        codes = [number(error, "code") for error in items(status, "errors") if isinstance(error, dict)]
        error_code = next((code for code in codes if code is not None), None)
        echo = word(status, "biz_opaque_callback_data")
        reason = reason_of(error_code) if delivery is Delivery.FAILED else ""
        yield StatusChanged(provider_id, around.line, delivery, moment(status), echo, error_code, reason)


def _error(error: Any, around: _Around) -> Iterator[Event]:
    code = number(error, "code") if isinstance(error, dict) else None
    yield Unparsed(around.line, "error of the provider" if code is None else f"error {code} of the provider", "errors")


def _call(_call: Any, around: _Around) -> Iterator[Event]:
    yield Unparsed(around.line, "call", "calls", is_foreseen=True)


# What a person told Meta about us


def _preference(wish: Any, around: _Around) -> Iterator[Event]:
    """ "Stop" and "resume" what a company writes first; answers may go on."""
    if not isinstance(wish, dict):
        yield Unparsed(around.line, "preference is not an object", "user_preferences")
        return
    found = _by_scheme(_ids_of(wish, "user_id", "wa_id", "parent_user_id"))
    if not found and len(around.contacts) == 1:
        found = around.contacts[0]
    said = word(wish, "value").lower()
    if not found or said not in ("stop", "resume"):
        yield Unparsed(around.line, "preference of another kind", "user_preferences")
        return
    yield Stopped(around.line, _in_order(found), said == "stop", False, moment(wish) or around.told_at)


# News of our own account: one change is one piece of news


def _template(value: Json, around: _Around, field: str) -> Iterator[Event]:
    name, state = word(value, "message_template_name"), _plain_name(word(value, "event").lower())
    if not name or state == "?":
        yield Unparsed(around.line, "template news of another kind", field, is_foreseen=True)
        return
    language, reason = word(value, "message_template_language"), word(value, "reason")
    reason = "" if reason.upper() == "NONE" else reason
    yield TemplateChanged(around.line, around.account, name, language, state, reason, around.told_at)


def _number_quality(value: Json, around: _Around, field: str) -> Iterator[Event]:
    """Meta tells that the quality fell or is good again, how many people we may write to first, or both."""
    told = word(value, "event").lower()
    ours = replace(around, number=_digits(word(value, "display_phone_number")))
    facts: list[Event] = []
    if told in _QUALITIES:
        facts.append(_fact(ours, LineFact.QUALITY, _QUALITIES[told]))
    limit = limit_of(word(value, "max_daily_conversations_per_business") or word(value, "current_limit"))
    if limit:
        facts.append(_fact(ours, LineFact.LIMIT, limit))
    yield from facts or [Unparsed(around.line, "quality news of another kind", field, is_foreseen=True)]


def _capability(value: Json, around: _Around, field: str) -> Iterator[Event]:
    written = word(value, "max_daily_conversations_per_business") or word(value, "max_daily_conversation_per_phone")
    if limit := limit_of(written):
        yield _fact(around, LineFact.LIMIT, limit)
        return
    yield Unparsed(around.line, "capability of another kind", field, is_foreseen=True)


def _account(value: Json, around: _Around, field: str) -> Iterator[Event]:
    """Restricted, banned, free again: Meta's word for it. What is only about its address or its prices is foreseen."""
    told = _plain_name((word(value, "event") or word(value, "decision")).lower())
    state = _ban(obj(value, "ban_info")) or told
    if state in _OF_NO_CONSEQUENCE or state == "?":
        yield Unparsed(around.line, "account news of no consequence", field, is_foreseen=True)
        return
    yield _fact(replace(around, number=_digits(word(value, "phone_number"))), LineFact.ACCOUNT, state)


def _ban(info: Json) -> str:
    state = word(info, "waba_ban_state").lower()
    return state if _PLAIN_NAME.fullmatch(state) else ""


def _alert(value: Json, around: _Around, field: str) -> Iterator[Event]:
    alert = obj(value, "alert_info") or value
    kind, severity = _plain_name(word(alert, "alert_type").lower()), word(alert, "alert_severity").upper()
    if kind == "?" or severity not in ("CRITICAL", "WARNING"):
        yield Unparsed(around.line, "alert that only informs", field, is_foreseen=True)
        return
    yield _fact(around, LineFact.ACCOUNT, kind)


def _fact(around: _Around, fact: LineFact, value: str) -> LineChanged:
    return LineChanged(around.line, around.account, fact, value, around.told_at, around.number)


def limit_of(written: str) -> str:
    """ "TIER_2K" → "2k", "-1" and "TIER_UNLIMITED" → "unlimited", "2000" → "2000"; "" for what is no limit."""
    plain = written.lower().removeprefix("tier_")
    if plain in ("-1", "unlimited"):
        return "unlimited"
    return plain if re.fullmatch(r"[0-9]{1,9}k?", plain, re.ASCII) else ""


_READERS: dict[str, dict[str, Callable[[Any, _Around], Iterator[Event]]]] = {
    "messages": {
        "messages": _message,
        "statuses": _status,
        "errors": _error,
        "message_echoes": _echo,
        "calls": _call,
        "user_id_update": _user_id_update,
        "user_preferences": _preference,
    },
    "smb_message_echoes": {"message_echoes": _echo},
    "user_id_update": {"user_id_update": _user_id_update},
    "user_preferences": {"user_preferences": _preference},
    "calls": {"calls": _call, "statuses": _call, "errors": _error},
}
_NEWS: dict[str, Callable[[Json, _Around, str], Iterator[Event]]] = {
    "message_template_status_update": _template,
    "phone_number_quality_update": _number_quality,
    "business_capability_update": _capability,
    "account_update": _account,
    "account_review_update": _account,
    "account_alerts": _alert,
}
