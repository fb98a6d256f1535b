"""The small client of Telegram's Bot API: one request, one verdict. It repeats nothing and raises nothing.

Settings (texts, as a channel row keeps them): `bot_token` is needed; `api_url` (default https://api.telegram.org) and `timeout_s` may be
given. The token is a part of every address, so no address is ever logged.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from baquiano.channels import client
from baquiano.channels.client import Answer, Ask
from baquiano.channels.protocol import Accepted, Dead, Rejected, Retry, Uncertain, Verdict
from baquiano.channels.reading import Json, loaded, obj, word

API_URL = "https://api.telegram.org"
_TOKEN = re.compile(r"([0-9]{3,20}):[A-Za-z0-9_-]{10,100}", re.ASCII)
_MESSAGE = re.compile(r"(-?[0-9]{1,20}):(tap:)?([A-Za-z0-9_-]{1,64})(:.*)?", re.ASCII)  # as `parse` names them

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Line:
    """One bot. `root`: the address its methods are asked under; `files`: where its files lie. Both hold the token."""

    root: str = field(repr=False)
    files: str = field(repr=False)
    within: float


def bot_of(token: str) -> str:
    """The bot's own number, which begins its token; "" when it is no token."""
    found = _TOKEN.fullmatch(token)
    return found[1] if found else ""


def line_of(settings: Mapping[str, str]) -> Line | None:
    """None when the settings cannot be used: nothing is tried with half of them."""
    token, url = settings.get("bot_token", ""), settings.get("api_url") or API_URL
    within = client.seconds(settings)
    if not bot_of(token) or not client.USABLE_URL.fullmatch(url) or within is None:
        return None
    return Line(f"{url.rstrip('/')}/bot{token}", f"{url.rstrip('/')}/file/bot{token}", within)


def call(method: str, body: Mapping[str, Any], settings: Mapping[str, str]) -> Answer | Verdict:
    """One method of the Bot API."""
    line = line_of(settings)
    if line is None:
        return client.NOT_SET_UP
    headers = {"Content-Type": "application/json"}
    return client.ask(Ask("POST", f"{line.root}/{method}", headers, json.dumps(body).encode(), line.within))


def send(wire: Mapping[str, Any], settings: Mapping[str, str], _echo: str) -> Verdict:
    """Sends one rendered message. Telegram brings nothing of ours back, and tells nothing more of it."""
    answer = call("sendMessage", wire, settings)
    return classify(answer.status, answer.body) if isinstance(answer, Answer) else answer


def seen(provider_id: str, settings: Mapping[str, str], *, types: bool) -> bool:
    """Telegram has no read marks. "typing…" lasts five seconds; a button that was tapped stops waiting."""
    place = _MESSAGE.fullmatch(provider_id)
    if place is None:
        return False
    was_taken = bool(place[2]) and _is_taken(call("answerCallbackQuery", {"callback_query_id": place[3]}, settings))
    if types:
        was_taken |= _is_taken(call("sendChatAction", {"chat_id": place[1], "action": "typing"}, settings))
    return was_taken


def _is_taken(answer: Answer | Verdict) -> bool:
    return isinstance(answer, Answer) and answer.status == 200


# What an answer means

_DOWN = Retry(30, 500)


def classify(status: int, body: bytes) -> Verdict:
    """What Telegram's answer means for the letter. The code in the body decides; the HTTP status only when there is none."""
    found = loaded(body)
    answer: Json = {} if isinstance(found, str) else found
    if answer.get("ok") is True:
        return _accepted(obj(answer, "result"))
    code = answer.get("error_code")
    if not isinstance(code, int) or isinstance(code, bool):
        code = status
    if code == 429:
        return Retry(_wait(obj(answer, "parameters")), 429, whole_line=True)
    if code >= 500:
        return Retry(_DOWN.after, code)
    if code in (401, 404):
        return Dead(code, "token")
    if code == 403:
        return Rejected(403, "undeliverable" if _is_nobody(answer) else "blocked")
    if 400 <= code < 500:
        return Rejected(code, "undeliverable" if _is_nobody(answer) else "invalid")
    return Uncertain("unreadable answer")


def _accepted(result: Json) -> Verdict:
    chat, number = word(obj(result, "chat"), "id"), word(result, "message_id")
    return Accepted(f"{chat}:{number}") if chat and number else Uncertain("unreadable answer")


def _wait(parameters: Json) -> float:
    said = parameters.get("retry_after")
    return min(max(float(said), 1.0), 86_400.0) if isinstance(said, int | float) else 30.0


_NOBODY = ("chat not found", "user not found", "peer_id_invalid", "deactivated", "can't initiate")


def _is_nobody(answer: Json) -> bool:
    """Telegram says in English only that there is nobody to write to."""
    description = word(answer, "description").lower()
    return any(words in description for words in _NOBODY)
