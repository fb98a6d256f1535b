"""SMS under the contract: through Twilio, and through a gateway of somebody's own."""

from collections.abc import Sequence
from dataclasses import replace
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
from baquiano.channels.protocol import RawRequest
from baquiano.channels.segments import segments
from baquiano.channels.sms.gateway import as_text, described
from tests.channels.cases import Line, Settings, Wire
from tests.fakes import sms as fake
from tests.fakes.provider import Said
from tests.fakes.sms import ACCOUNT, KEY, LINE, PHONE, SECRET, TOKEN, message_form, signed

PERSON = Alias(Scheme.SMS, PHONE)
AT = datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)


def received(text: str, kind: Kind = Kind.TEXT, **more: Any) -> Received:
    known: dict[str, Any] = {"provider_id": "SM1", "line": LINE, "aliases": (PERSON,), "sent_at": None}
    return Received(**(known | {"kind": kind, "text": text} | more))


def status(delivery: Delivery, own_id: str = "SM9", **more: Any) -> StatusChanged:
    return StatusChanged(own_id, LINE, delivery, None, **more)


def stopped(*, is_stop: bool) -> Stopped:
    return Stopped(LINE, (PERSON,), is_stop=is_stop, is_all=True, at=None)


def unparsed(reason: str, *, is_foreseen: bool = False) -> Unparsed:
    return Unparsed(LINE, reason, is_foreseen=is_foreseen)


EXPECTED: dict[str, tuple[Event, ...]] = {
    "twilio_text": (received("Hola, ¿cómo saco el PPT? 🙏🏽"),),
    "twilio_stop_is_a_word": (received("ALTO"),),
    "twilio_stop_that_twilio_took": (received("STOP"), stopped(is_stop=True)),
    "twilio_start_that_twilio_took": (received("START"), stopped(is_stop=False)),
    "twilio_two_files": (
        received("mi cédula", Kind.IMAGE, media=Media("MM1/ME1", "image/jpeg")),
        received("", Kind.AUDIO, provider_id="SM1:1", media=Media("MM1/ME2", "audio/amr")),
    ),
    "twilio_picture_elsewhere": (received("", Kind.IMAGE),),
    "twilio_empty": (received("", Kind.UNSUPPORTED),),
    "twilio_from_a_word": (unparsed("message without a sender"),),
    "twilio_without_an_id": (unparsed("message without an id"),),
    "twilio_sent": (status(Delivery.SENT),),
    "twilio_sent_with_our_id": (status(Delivery.SENT, echo="12:0"),),
    "twilio_delivered": (status(Delivery.DELIVERED),),
    "twilio_on_its_way": (unparsed("status of another kind", is_foreseen=True),),
    "twilio_unreachable": (status(Delivery.FAILED, error_code=30003, reason="undeliverable"),),
    "twilio_failed_after_stop": (
        status(Delivery.FAILED, error_code=21610, reason="blocked"),
        stopped(is_stop=True),
    ),
    "twilio_status_of_the_future": (unparsed("status of another kind"),),
    "twilio_status_without_an_id": (unparsed("status without an id"),),
    "gateway_text": (received("Hola, ¿qué hago?", provider_id="m1", sent_at=AT),),
    "gateway_batch": (
        received("uno", provider_id="m1", sent_at=AT),
        received("dos", provider_id="m2", aliases=(Alias(Scheme.SMS, "573000000002"),)),
        status(Delivery.DELIVERED, "gw-1", echo="12:0"),
        unparsed("item is not an object"),
    ),
    "gateway_failed": (status(Delivery.FAILED, "gw-1", echo="12:0", error_code=6),),
    "gateway_report_without_an_id": (unparsed("status without an id"),),
    "gateway_report_of_another_kind": (unparsed("status of another kind", is_foreseen=True),),
    "gateway_without_a_sender": (unparsed("message without a sender"),),
    "gateway_without_an_id": (unparsed("message without an id"),),
    "gateway_nothing_inside": (unparsed("nothing inside"),),
    "gateway_not_json": (unparsed("nothing inside"),),
    "query_text": (
        received(
            "Dónde queda", provider_id="69b520f9dc8820f56d57ea9448649e7076fdabd7226130048345fafdadcf340b", sent_at=AT
        ),
    ),
    "query_delivered": (status(Delivery.DELIVERED, "12:0"),),
    "query_buffered": (unparsed("status of another kind", is_foreseen=True),),
    "bare_message": (received("Hola", provider_id="m1", line="", sent_at=AT),),
    "bare_report": (StatusChanged("gw-1", "", Delivery.DELIVERED, None),),
}


def _fault_in(wire: Wire) -> str:
    fields = {"To": f"+{wire['to']}", "From": f"+{LINE}", "Body": wire["text"]}
    too_long = segments(wire["text"]).count > 6
    return str(fake.fault_in(fields) or ("" if not too_long else "too many segments"))


def _no_taps(_wires: Sequence[Wire]) -> list[bytes]:
    return []


# Twilio

_URL = "https://example.org/webhooks/sms/1/?echo=1%3A0"
_BODY = message_form("Hola", id="SM1")
_TWILIO = RawRequest("POST", _URL, {name.lower(): value for name, value in signed(_URL, _BODY).items()}, _BODY)


def _twilio(url: str) -> Settings:
    return {
        "provider": "twilio",
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "line": LINE,
        "api_url": url,
        "timeout_s": "0.3",
    }


def _lures(foreign: str) -> list[list[Said]]:
    host = foreign.partition("//")[2]
    places = (foreign, f"//{host}/x", f"https://twiliocdn.com.{host}/", f"http://media.twiliocdn.com@{host}/x")
    return [[Said(307, headers={"Location": place})] for place in places]


# A gateway

_AT_GATEWAY = RawRequest("POST", "https://example.org/webhooks/sms/2/", {"x-baquiano-secret": SECRET}, b"{}")


def _gateway(url: str) -> Settings:
    return {
        "provider": "http",
        "gateway": as_text(described(fake.description(url))),
        "gateway_key": KEY,
        "line": LINE,
        "timeout_s": "0.3",
        "webhook_secret": SECRET,
    }


LINES = (
    Line(
        name="twilio",
        settings=_twilio,
        to=PERSON,
        fault_in=_fault_in,
        words=lambda wire: str(wire["text"]),
        taps=_no_taps,
        genuine=_TWILIO,
        forged=(
            replace(_TWILIO, headers={}),
            replace(_TWILIO, headers={"x-twilio-signature": ""}),
            replace(_TWILIO, headers={"x-twilio-signature": _TWILIO.headers["x-twilio-signature"].swapcase()}),
            replace(_TWILIO, body=message_form("Otra cosa", id="SM1")),
            replace(_TWILIO, url="https://example.org/webhooks/sms/1/?echo=2%3A0"),
            replace(_TWILIO, method="GET"),
        ),
        secrets=("auth_token",),
        file_id="MM1/ME1",
        lures=_lures,
    ),
    Line(
        name="gateway",
        settings=_gateway,
        to=PERSON,
        fault_in=_fault_in,
        words=lambda wire: str(wire["text"]),
        taps=_no_taps,
        genuine=_AT_GATEWAY,
        forged=(
            replace(_AT_GATEWAY, headers={}),
            replace(_AT_GATEWAY, headers={"x-baquiano-secret": SECRET.upper()}),
            replace(_AT_GATEWAY, url=f"https://example.org/webhooks/sms/2/?secret={SECRET}", headers={}),
            replace(_AT_GATEWAY, url="https://example.org/webhooks/sms/2/otro/", headers={}),
        ),
        secrets=("webhook_secret",),
    ),
)
