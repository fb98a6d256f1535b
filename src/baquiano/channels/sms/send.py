"""Sending one SMS, through whichever provider the line has: one request, one verdict. It repeats nothing and raises nothing.

Settings (texts, as a channel row keeps them): `provider` is "twilio" or "http"; `line` our number; `transliterate` "yes" to write without
accents where that saves a message. For Twilio `account_sid` and `auth_token`, and if wanted `messaging_service` and `status_url`; for a
gateway `gateway` (see there) and `gateway_key`. `api_url` and `timeout_s` may be given.
"""

import base64
import json
import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from baquiano.channels import client
from baquiano.channels.client import Answer, Ask
from baquiano.channels.protocol import Accepted, Uncertain, Verdict
from baquiano.channels.segments import segments, transliterated
from baquiano.channels.sms.errors import by_status, classify
from baquiano.channels.sms.gateway import Gateway, at, filled, of_text

API_URL = "https://api.twilio.com"
_SID = re.compile(r"[A-Z]{2}[A-Za-z0-9]{8,64}", re.ASCII)
_SECRET = re.compile(r"[\x21-\x7e]+")

log = logging.getLogger(__name__)


def send(wire: Mapping[str, Any], settings: Mapping[str, str], echo: str) -> Verdict:
    """`echo` comes back in every status of it: in the address that Twilio reports to, or as the id that the gateway was given."""
    text = str(wire.get("text", ""))
    if settings.get("transliterate") == "yes":
        text = transliterated(text)
    if settings.get("provider") == "http":
        return _by_gateway(str(wire.get("to", "")), text, settings, echo)
    return _by_twilio(str(wire.get("to", "")), text, settings, echo)


# Twilio


def account_url(settings: Mapping[str, str]) -> str:
    """The address everything of the account lies under; "" when the settings cannot be used."""
    url, account = settings.get("api_url") or API_URL, settings.get("account_sid", "")
    is_usable = (
        client.USABLE_URL.fullmatch(url)
        and _SID.fullmatch(account)
        and _SECRET.fullmatch(settings.get("auth_token", ""))
        and client.seconds(settings) is not None
    )
    return f"{url.rstrip('/')}/2010-04-01/Accounts/{account}" if is_usable else ""


def authorization(settings: Mapping[str, str]) -> dict[str, str]:
    pair = f"{settings.get('account_sid', '')}:{settings.get('auth_token', '')}"
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _by_twilio(to: str, text: str, settings: Mapping[str, str], echo: str) -> Verdict:
    account = account_url(settings)
    if not account:
        return client.NOT_SET_UP
    fields = {"To": f"+{to}", "Body": text, **_sender(settings)}
    if settings.get("status_url"):
        fields["StatusCallback"] = f"{settings['status_url']}?echo={quote(echo, safe='')}"
    headers = {**authorization(settings), "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode(fields, errors="replace").encode()
    question = Ask("POST", f"{account}/Messages.json", headers, body, client.seconds(settings) or client.ANSWER_WITHIN)
    answer = client.ask(question)
    return classify(answer.status, answer.body) if isinstance(answer, Answer) else answer


def _sender(settings: Mapping[str, str]) -> dict[str, str]:
    if settings.get("messaging_service"):
        return {"MessagingServiceSid": settings["messaging_service"]}
    line = settings.get("line", "")
    return {"From": f"+{line}" if line.isdecimal() and len(line) > 6 else line}  # a short number has no country


# A gateway


def _by_gateway(to: str, text: str, settings: Mapping[str, str], echo: str) -> Verdict:
    gateway, within = of_text(settings.get("gateway", "")), client.seconds(settings)
    if gateway is None or within is None:
        return client.NOT_SET_UP
    question = _question(gateway, to, text, settings, echo, within)
    if not _may_be_asked(question.url):
        return client.NOT_SET_UP
    answer = client.ask(question)
    return _of_gateway(gateway, answer, echo) if isinstance(answer, Answer) else answer


def _may_be_asked(url: str) -> bool:
    host = re.match(r"[a-z]+://[^/?#]*", url)
    return bool(host and client.USABLE_URL.fullmatch(host[0]))


def _question(gateway: Gateway, to: str, text: str, settings: Mapping[str, str], echo: str, within: float) -> Ask:
    coding = "0" if segments(text).alphabet == "GSM-7" else "2"
    key = settings.get("gateway_key", "")
    values = {"to": to, "text": text, "id": echo, "from": settings.get("line", ""), "key": key, "coding": coding}
    how = gateway.send
    headers = {name: filled(value, values, "header") for name, value in how.headers.items()}
    if how.method != "GET":
        headers = {"Content-Type": how.type, **headers}
    body = filled(how.body, values, how.type).encode(errors="replace") if how.method != "GET" else b""
    return Ask(how.method, filled(how.url, values, "url"), headers, body, within)


def _of_gateway(gateway: Gateway, answer: Answer, echo: str) -> Verdict:
    if not 200 <= answer.status < 300:
        return by_status(answer.status, answer.status)
    if not gateway.send.id:
        return Accepted(echo)
    provider_id = at(_json(answer.body), gateway.send.id)
    return Accepted(provider_id) if provider_id else Uncertain("unreadable answer")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
