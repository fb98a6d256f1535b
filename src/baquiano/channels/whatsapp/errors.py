"""What an answer of Meta's means for a letter: the error codes of the Cloud API and of Graph (2026), each with one meaning.

- *retry*: the limit of one person, of the number, or trouble at Meta; the letter waits and nothing is lost;
- *rejected*: this letter never goes as it is (a closed window or a template go another way, the rest is given up);
- *dead*: the line itself cannot send, and a person of the organisation must act.

The same codes come in the answer to a request and, later, in a status "failed". `docs/how-to/whatsapp.md` shows the table to people.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from baquiano.channels.events import LATER
from baquiano.channels.protocol import Accepted, Dead, Rejected, Retry, Uncertain, Verdict

_RETRIES = {
    1: Retry(30, 1),  # unknown, perhaps down
    2: Retry(30, 2, whole_line=True),  # down
    4: Retry(60, 4, whole_line=True),  # calls of the app
    80007: Retry(60, 80007, whole_line=True),  # calls of the account
    130429: Retry(2, 130429, whole_line=True),  # messages a second of the number
    131000: Retry(30, 131000),  # unknown
    131016: Retry(60, 131016, whole_line=True),  # overloaded
    131048: Retry(1800, 131048, whole_line=True),  # too many people called it spam
    131053: Retry(30, 131053, times=2),  # Meta could not fetch our file: once more, not for ever
    131056: Retry(4, 131056, growth=4.0),  # too much for one person: 4^n seconds
    131057: Retry(300, 131057, whole_line=True),  # maintenance
    131064: Retry(60, 131064, whole_line=True),
    133016: Retry(1800, 133016, whole_line=True),  # too many registrations of the number
}
_REJECTIONS = {
    100: "invalid",
    130472: "experiment",
    130497: "country",  # we may not write to people of that country: the others still can be written to
    131008: "invalid",
    131009: "invalid",
    131021: "undeliverable",  # to ourselves
    131026: "undeliverable",
    131030: "not allowed",  # a test number writes only to its list
    131042: "payment",  # refuses paid templates only: answers still go
    131047: "window",
    131049: "ecosystem",
    131050: "opt-out",
    131051: "invalid",
    131062: "user id",  # this message needs a phone
    137000: "identity",
}
_DEATHS = {
    0: "token",
    3: "token",
    10: "token",
    190: "token",
    131005: "token",
    33: "account",  # the number was deleted
    131037: "account",  # its name is not approved
    131045: "account",  # it is not registered
    133010: "account",
    368: "policy",
    131031: "policy",
}
_NO_SUCH_OBJECT = 33  # subcode of 100: the number is not there, or not ours


def classify(status_code: int, body: bytes) -> Verdict:
    """What Meta's answer means for the letter. The code in the body decides; the HTTP status only when there is none."""
    answer = _object(body)
    error = answer.get("error")
    if isinstance(error, dict):
        code = _number(error.get("code"))
        return _refusal(status_code, code, _number(error.get("error_subcode")))
    if 200 <= status_code < 300:
        provider_id = _provider_id(answer)
        return Accepted(provider_id) if provider_id else Uncertain("unreadable answer")
    return _refusal(status_code, None, None)


def verdict_of(code: int) -> Verdict | None:
    """What one code means, wherever it stands. None: it is in no table here."""
    if code in _DEATHS:
        return Dead(code, _DEATHS[code])
    if 200 <= code <= 299:
        return Dead(code, "token")
    if code in _RETRIES:
        return _RETRIES[code]
    if code in _REJECTIONS:
        return Rejected(code, _REJECTIONS[code])
    if 132000 <= code <= 132999:
        return Rejected(code, "template")
    return None


def reason_of(code: int | None) -> str:
    """Our own short word for the code of a status "failed"; "later" when the same letter may go later, "" when nobody here knows it."""
    verdict = None if code is None else verdict_of(code)
    match verdict:
        case Rejected(_, reason) | Dead(_, reason):
            return reason
        case Retry():
            return LATER
    return ""


def _refusal(status_code: int, code: int | None, subcode: int | None) -> Verdict:
    if code is None:
        return _by_status(status_code, status_code)
    if code == 100 and subcode == _NO_SUCH_OBJECT:
        return Dead(code, "account")
    return verdict_of(code) or _by_status(status_code, code)


def _by_status(status_code: int, code: int) -> Verdict:
    """For an answer without a code, or with one that no table here has."""
    if status_code == 429:
        return Retry(60, code, whole_line=True)
    if status_code >= 500:
        return Retry(30, code)
    if status_code in (401, 403):
        return Dead(code, "token")
    if 400 <= status_code < 500:
        return Rejected(code, "unknown")
    return Uncertain("unreadable answer")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _provider_id(answer: Mapping[str, Any]) -> str:
    messages = answer.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    found = first.get("id") if isinstance(first, dict) else None
    return found if isinstance(found, str) else ""
