"""What an answer of a provider of SMS means for a letter: Twilio's codes (2026), and the HTTP status of any other gateway.

The same codes come in the answer to a request and, later, in a status "failed".
"""

from baquiano.channels.events import LATER
from baquiano.channels.protocol import Accepted, Dead, Rejected, Retry, Uncertain, Verdict
from baquiano.channels.reading import Json, loaded, number, word

STOPPED = 21610
"""They wrote STOP, and Twilio took it: nothing of ours arrives there."""

_RETRIES = {
    14107: Retry(60, 14107, whole_line=True),
    20429: Retry(10, 20429, whole_line=True),
    21611: Retry(300, 21611, whole_line=True),  # their queue for our number is full
    30001: Retry(300, 30001, whole_line=True),
}
_REJECTIONS = {
    21211: "undeliverable",
    21214: "undeliverable",
    21217: "undeliverable",
    21265: "undeliverable",
    21408: "undeliverable",  # we may not write to this country
    21601: "undeliverable",
    STOPPED: "blocked",
    21612: "undeliverable",
    21614: "undeliverable",  # not a mobile telephone
    21602: "invalid",
    21617: "invalid",
    21635: "undeliverable",
    30003: "undeliverable",
    30004: "ecosystem",  # by a network, not by them
    30005: "undeliverable",
    30006: "undeliverable",
    30007: "ecosystem",  # filtered by a carrier
    30008: "undeliverable",
}
_DEATHS = {
    20003: "token",
    20005: "account",
    20006: "account",
    21212: "account",  # our own number is not one
    21603: "account",
    21606: "account",  # not ours
    21659: "account",
    21660: "account",
    21701: "account",
    21703: "account",
    30002: "account",
    63038: "account",
}


def classify(status: int, body: bytes) -> Verdict:
    """What Twilio's answer means for the letter. The code in the body decides; the HTTP status only when there is none."""
    found = loaded(body)
    answer: Json = {} if isinstance(found, str) else found
    sid = word(answer, "sid")
    if 200 <= status < 300:
        return Accepted(sid) if sid else Uncertain("unreadable answer")
    code = number(answer, "code")
    if code in _DEATHS:
        return Dead(code, _DEATHS[code])
    if code in _RETRIES:
        return _RETRIES[code]
    if code in _REJECTIONS:
        return Rejected(code, _REJECTIONS[code])
    return by_status(status, code or status)


def reason_of(code: int | None) -> str:
    """Our own short word for the code of a failed message; "later": it may go later; "": nothing is known of it."""
    if code is None:
        return ""
    return LATER if code in _RETRIES else _REJECTIONS.get(code) or _DEATHS.get(code, "")


def by_status(status: int, code: int) -> Verdict:
    """For an answer without a code, or with one that no table here has."""
    if status == 429:
        return Retry(60, code, whole_line=True)
    if status >= 500:
        return Retry(30, code)
    if status in (401, 403):
        return Dead(code, "token")
    if 300 <= status < 400 or status in (404, 405):
        return Dead(code, "settings")  # not the address of a gateway
    if 400 <= status < 500:
        return Rejected(code, "unknown")
    return Uncertain("unreadable answer")
