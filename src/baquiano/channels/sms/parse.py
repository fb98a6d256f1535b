"""What a provider of SMS brought, read into our own events. Pure; never raises; never drops.

Nothing here decides what STOP or ALTO mean: they are ordinary words. Only what the provider itself reports as stopped is told as such.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from baquiano.channels.events import (
    Alias,
    Delivery,
    Event,
    Kind,
    Media,
    Received,
    Scheme,
    StatusChanged,
    Stopped,
    Unparsed,
)
from baquiano.channels.reading import Json, loaded, moment, number, word
from baquiano.channels.sms.envelope import Envelope, form, opened
from baquiano.channels.sms.errors import STOPPED, reason_of
from baquiano.channels.sms.gateway import Gateway, Reporting, at, listed

_PHONE = re.compile(r"\+?(?:00)?([1-9][0-9]{4,19})", re.ASCII)
_LOCAL = re.compile(r"0?([0-9]{7,10})", re.ASCII)
_MEDIA_URL = re.compile(
    r"https://[\w.-]+/2010-04-01/Accounts/\w{1,40}/Messages/([A-Z]{2}\w{1,38})/Media/(ME\w{1,38})(\.json)?", re.ASCII
)
_DELIVERIES = {
    "sent": Delivery.SENT,
    "delivered": Delivery.DELIVERED,
    "read": Delivery.READ,
    "undelivered": Delivery.FAILED,
    "failed": Delivery.FAILED,
}
_ON_ITS_WAY = ("accepted", "scheduled", "queued", "sending", "canceled", "partially_delivered")


def parse(body: bytes) -> tuple[Event, ...]:
    """All that `body` tells, in its order; at least one event."""
    envelope = opened(body)
    if isinstance(envelope, str):
        return (Unparsed("", envelope),)
    read = _of_twilio(envelope) if envelope.gateway is None else _of_gateway(envelope, envelope.gateway)
    return tuple(read) or (Unparsed(envelope.line, "nothing inside"),)


# Twilio


def _of_twilio(envelope: Envelope) -> Iterator[Event]:
    fields = form(envelope.body)
    sid = word(fields, "MessageSid") or word(fields, "SmsSid")
    status = (word(fields, "MessageStatus") or word(fields, "SmsStatus")).lower()
    line = envelope.line or "".join(_phone(word(fields, "To"), ""))
    if status and status not in ("received", "receiving"):
        echo = word(form(envelope.query), "echo")
        yield from _twilio_status(fields, sid, status, envelope.line or "".join(_phone(word(fields, "From"), "")), echo)
    elif not fields:
        yield Unparsed(line, "not a form")
    elif not sid:
        yield Unparsed(line, "message without an id")
    else:
        yield from _twilio_message(fields, sid, line)


def _twilio_status(fields: Json, sid: str, status: str, line: str, echo: str) -> Iterator[Event]:
    if not sid:
        yield Unparsed(line, "status without an id")
        return
    delivery, code = _DELIVERIES.get(status), number(fields, "ErrorCode")
    if delivery is None:
        yield Unparsed(line, "status of another kind", is_foreseen=status in _ON_ITS_WAY)
        return
    yield StatusChanged(sid, line, delivery, None, echo, code, reason_of(code))
    person = _alias(word(fields, "To"), "")
    if code == STOPPED and person:
        yield Stopped(line, person, is_stop=True, is_all=True, at=None)


def _twilio_message(fields: Json, sid: str, line: str) -> Iterator[Event]:
    """One event for each file of a message, the first with its words."""
    person = _alias(word(fields, "From"), "")
    if not person:
        yield Unparsed(line, "message without a sender")
        return
    files = _files(fields)
    text = word(fields, "Body")
    if not files:
        yield Received(sid, line, person, None, Kind.TEXT if text else Kind.UNSUPPORTED, text)
    for place, (kind, media) in enumerate(files):
        own_id, words = (f"{sid}:{place}", "") if place else (sid, text)
        yield Received(own_id, line, person, None, kind, words, media=media)
    chosen = word(fields, "OptOutType").upper()
    if chosen in ("STOP", "START"):
        yield Stopped(line, person, is_stop=chosen == "STOP", is_all=True, at=None)


def _files(fields: Json) -> list[tuple[Kind, Media | None]]:
    count = min(number(fields, "NumMedia") or 0, 10)  # Twilio never sends more
    return [_file(word(fields, f"MediaUrl{n}"), word(fields, f"MediaContentType{n}")) for n in range(count)]


def _file(url: str, mime_type: str) -> tuple[Kind, Media | None]:
    kinds = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
    kind = kinds.get(mime_type.partition("/")[0], Kind.DOCUMENT)
    found = _MEDIA_URL.fullmatch(url)
    return kind, Media(f"{found[1]}/{found[2]}", mime_type) if found else None


# Any gateway


def _of_gateway(envelope: Envelope, gateway: Gateway) -> Iterator[Event]:
    document = _document(envelope, gateway.receive.charset)
    for item in listed(document, gateway.receive.items):
        yield _item(item, envelope.line, gateway)


def _document(envelope: Envelope, charset: str) -> Any:
    """A body of JSON, or a form; what stands in the address counts beside it."""
    asked = form(envelope.query, charset)
    body = envelope.body.strip()
    if body[:1] == "[":
        body = f'{{"": {body}}}'  # the one reader of JSON reads objects
    if body[:1] == "{":
        found = loaded(body.encode(errors="replace"))
        if not isinstance(found, str):
            return found[""] if set(found) == {""} else {**asked, **found}
    return {**asked, **form(body, charset)}


def _item(item: Any, line: str, gateway: Gateway) -> Event:
    if not isinstance(item, dict) or not item:
        return Unparsed(line, "item is not an object")
    reports, receive = gateway.reports, gateway.receive
    status = at(item, reports.status) if reports.status else ""
    if status and (_delivery(status, reports) or not at(item, receive.text)):
        return _report(item, status, line, reports)
    person = _alias(at(item, receive.from_), receive.country)
    if not person:
        return Unparsed(line, "message without a sender")
    text, stamp = at(item, receive.text), at(item, receive.time) if receive.time else ""
    own_id = at(item, receive.id) if receive.id else ""
    if not own_id and not stamp:
        return Unparsed(line, "message without an id")
    # Without an id of the provider's, the same words of the same person at the same time are the same message.
    own_id = own_id or _digest(person[0].value, stamp, text)
    return Received(own_id, line, person, _moment(stamp), Kind.TEXT if text else Kind.UNSUPPORTED, text)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def _report(item: Json, status: str, line: str, reports: Reporting) -> Event:
    delivery = _delivery(status, reports)
    if delivery is None:
        return Unparsed(line, "status of another kind", is_foreseen=True)
    ours = at(item, reports.ours) if reports.ours else ""
    own_id = at(item, reports.id) or ours
    if not own_id:
        return Unparsed(line, "status without an id")
    code = number({"code": at(item, reports.code)}, "code") if reports.code else None
    return StatusChanged(own_id, line, delivery, None, ours, code)


def _delivery(status: str, reports: Reporting) -> Delivery | None:
    known = {Delivery.SENT: reports.sent, Delivery.DELIVERED: reports.delivered, Delivery.FAILED: reports.failed}
    return next((one for one, names in known.items() if status.lower() in (name.lower() for name in names)), None)


def _moment(stamp: str) -> datetime | None:
    """Seconds or milliseconds since 1970, or ISO 8601 with its zone; None otherwise: a time of no zone is no time."""
    told = moment({"timestamp": stamp})
    if told or not stamp:
        return told
    try:
        found = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo and found.year > 2000 else None


# Telephones


def _alias(written: str, country: str) -> tuple[Alias, ...]:
    return tuple(Alias(Scheme.SMS, digits) for digits in _phone(written, country))


def _phone(written: str, country: str) -> tuple[str, ...]:
    """Digits with the country's number; nothing for a sender that is a word, which nobody could answer."""
    bare = re.sub(r"[\s().-]", "", written)
    local = _LOCAL.fullmatch(bare) if country else None
    if local:
        return (country + local[1],)
    found = _PHONE.fullmatch(bare)
    return (found[1],) if found else ()
