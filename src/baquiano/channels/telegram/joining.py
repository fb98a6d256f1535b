"""Introducing us to Telegram: whose token it is, and where its updates go. Asked by whoever sets the line up; nothing of it is repeated."""

from collections.abc import Mapping
from dataclasses import dataclass

from baquiano.channels.client import Answer
from baquiano.channels.protocol import Retry, Verdict
from baquiano.channels.reading import Json, is_true, loaded, obj, word
from baquiano.channels.telegram.parse import UPDATES
from baquiano.channels.telegram.send import call


class NotJoined(Exception):
    """Telegram refused, or did not answer: says what it said, never the token."""


@dataclass(frozen=True)
class Bot:
    """`id`: its number, the line. `username`: people find it at t.me/username."""

    id: str
    username: str


def who(settings: Mapping[str, str]) -> Bot:
    """Whose token this is. Raises NotJoined."""
    found = _result(call("getMe", {}, settings))
    return Bot(word(found, "id"), word(found, "username"))


def knock_at(address: str, secret: str, settings: Mapping[str, str]) -> None:
    """From now on updates go there, with this secret. What waits is kept. Raises NotJoined."""
    wanted = {"url": address, "secret_token": secret, "allowed_updates": list(UPDATES), "drop_pending_updates": False}
    _result(call("setWebhook", wanted, settings))


def _result(answer: Answer | Verdict) -> Json:
    if not isinstance(answer, Answer):
        raise NotJoined("no connection" if isinstance(answer, Retry) else "no answer")
    found = loaded(answer.body)
    if isinstance(found, str):
        raise NotJoined("unreadable answer")
    if not is_true(found, "ok"):
        raise NotJoined(word(found, "description") or f"error {answer.status}")
    return obj(found, "result")
