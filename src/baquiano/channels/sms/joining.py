"""Trying an account of Twilio before its token is kept."""

from collections.abc import Mapping

from baquiano.channels import client
from baquiano.channels.client import Answer, Ask
from baquiano.channels.reading import loaded, word
from baquiano.channels.sms.send import account_url, authorization


class NotJoined(Exception):
    """Twilio refused, or did not answer: says what it said, never the token."""


def account_is_open(settings: Mapping[str, str]) -> None:
    """Raises NotJoined."""
    account = account_url(settings)
    if not account:
        raise NotJoined("the account looks like AC and 32 letters, and the token is one word")
    within = client.seconds(settings) or client.ANSWER_WITHIN
    answer = client.ask(Ask("GET", f"{account}.json", authorization(settings), within=within))
    if not isinstance(answer, Answer):
        raise NotJoined("no answer")
    if answer.status != 200:
        raise NotJoined(f"error {answer.status}")
    found = loaded(answer.body)
    state = "" if isinstance(found, str) else word(found, "status")
    if state != "active":
        raise NotJoined(f"the account is {state or 'not there'}")
