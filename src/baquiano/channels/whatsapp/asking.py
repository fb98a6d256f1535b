"""Asking Meta how one of our lines is: five questions, one after the other, each with its own answer. Nothing is changed there.

A question that has no answer says why in one of our own short words; the next ones are asked all the same, so that whoever mends it sees
how far it works.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

import httpx

from baquiano.channels.asked import NO_CONNECTION, Asked, Asking, Condition
from baquiano.channels.client import client
from baquiano.channels.events import TemplateChanged
from baquiano.channels.protocol import Dead, Rejected, Retry
from baquiano.channels.reading import Json, items, loaded, obj, word
from baquiano.channels.whatsapp.errors import classify
from baquiano.channels.whatsapp.parse import limit_of
from baquiano.channels.whatsapp.send import Line, line_of

_WITHIN = httpx.Timeout(10.0, connect=5.0)
_MOST_PAGES = 10
_NUMBER_FIELDS = "display_phone_number,quality_rating,status,name_status,whatsapp_business_manager_messaging_limit"
_TEMPLATE_FIELDS = "name,language,status,rejected_reason"
_NEEDED = {"whatsapp_business_messaging", "whatsapp_business_management"}

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


class _NoAnswer(Exception):
    """Why, in one of our own short words."""


def ask(settings: Mapping[str, str]) -> Condition:
    """`settings`: as for sending, and `account_id`, the WhatsApp account of the line. Raises nothing."""
    line = line_of(settings)
    if line is None:
        return Condition((Asked(Asking.SETTINGS, "settings"),))
    account = settings.get("account_id", "")
    asked = [Asked(Asking.SETTINGS)]
    token = _told(Asking.TOKEN, asked, lambda: _token(line))
    number = _told(Asking.NUMBER, asked, lambda: _number(line))
    state = _told(Asking.ACCOUNT, asked, lambda: _account(line, account))
    _told(Asking.WEBHOOK, asked, lambda: _webhook(line, account))
    templates = _told(Asking.TEMPLATES, asked, lambda: _templates(line, account))
    number = number or {}
    is_connected = word(number, "status").upper() in ("", "CONNECTED")
    return Condition(
        tuple(asked),
        token_until=_moment(token or {}, "expires_at"),
        quality=_quality(number),
        limit=limit_of(word(number, "whatsapp_business_manager_messaging_limit")),
        account_state=word(state or {}, "account_review_status").lower()
        if is_connected
        else word(number, "status").lower(),
        number="".join(filter(str.isdecimal, word(number, "display_phone_number"))),
        templates=None if templates is None else tuple(templates),
    )


def _told(asking: Asking, asked: list[Asked], question: Callable[[], Answer]) -> Answer | None:
    """The answer, or None; what came of asking is noted in `asked`. Once Meta could not be reached nothing more is asked."""
    if any(one.why_not == NO_CONNECTION for one in asked):
        asked.append(Asked(asking, NO_CONNECTION))
        return None
    try:
        answer = question()
    except _NoAnswer as reason:
        asked.append(Asked(asking, str(reason)))
        return None
    asked.append(Asked(asking))
    return answer


# The questions


def _token(line: Line) -> Json:
    told = obj(_get(line, "debug_token", {"input_token": line.token}), "data")
    if told.get("is_valid") is not True:
        raise _NoAnswer("token")
    scopes = {scope for scope in items(told, "scopes") if isinstance(scope, str)}
    if scopes and not scopes >= _NEEDED:
        raise _NoAnswer("permission")
    return told


def _number(line: Line) -> Json:
    told = _get(line, line.number, {"fields": _NUMBER_FIELDS})
    if word(told, "status").upper() not in ("", "CONNECTED", "FLAGGED", "RATE_LIMITED"):
        raise _NoAnswer("not registered")
    return told


def _account(line: Line, account: str) -> Json:
    told = _get(line, _known(account), {"fields": "account_review_status"})
    if word(told, "account_review_status").upper() in ("REJECTED", "DISABLED"):
        raise _NoAnswer("account")
    return told


def _webhook(line: Line, account: str) -> None:
    if not items(_get(line, f"{_known(account)}/subscribed_apps", {}), "data"):
        raise _NoAnswer("not subscribed")


def _templates(line: Line, account: str) -> list[TemplateChanged]:
    found: list[TemplateChanged] = []
    after = ""
    for _page in range(_MOST_PAGES):
        asked = {"fields": _TEMPLATE_FIELDS, "limit": "100"} | ({"after": after} if after else {})
        told = _get(line, f"{_known(account)}/message_templates", asked)
        found.extend(
            _template(one, account) for one in items(told, "data") if isinstance(one, dict) and word(one, "name")
        )
        paging = obj(told, "paging")
        after = word(obj(paging, "cursors"), "after") if word(paging, "next") else ""
        if not after:
            break
    return found


def _template(told: Json, account: str) -> TemplateChanged:
    reason = word(told, "rejected_reason")
    reason = "" if reason.upper() == "NONE" else reason
    return TemplateChanged(
        "", account, word(told, "name"), word(told, "language"), word(told, "status").lower(), reason
    )


def _known(account: str) -> str:
    if not account.isdecimal():
        raise _NoAnswer("account unknown")
    return account


def _get(line: Line, path: str, question: Mapping[str, str]) -> Json:
    headers = {"Authorization": f"Bearer {line.token}"}
    try:
        answer = client().get(f"{line.graph}/{path}", params=dict(question), headers=headers, timeout=_WITHIN)
    except (httpx.RequestError, httpx.InvalidURL) as fault:
        log.warning("no answer from Graph: %s", type(fault).__name__)
        raise _NoAnswer(NO_CONNECTION) from None
    told = loaded(answer.content)
    if answer.status_code == 200 and not isinstance(told, str):
        return told
    match classify(answer.status_code if answer.status_code >= 400 else 502, answer.content or json.dumps({}).encode()):
        case Dead(_, reason) | Rejected(_, reason):
            raise _NoAnswer(reason)
        case Retry(_, code):
            log.warning("Graph does not answer now: error %s", code)
    raise _NoAnswer(NO_CONNECTION)


# Words


def _quality(number: Json) -> str:
    told = word(number, "quality_rating").lower()
    return told if told in ("green", "yellow", "red") else ""


def _moment(source: Json, key: str) -> datetime | None:
    """Seconds since 1970; 0 is no end."""
    written = word(source, key)
    seconds = int(written) if written.isdecimal() and len(written) <= 11 else 0
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
