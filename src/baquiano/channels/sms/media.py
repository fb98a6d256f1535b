"""Fetching a picture or a sound that came with a message (Twilio's Media). Other gateways bring words only.

The account's own address is built here, so nothing that an event says leads elsewhere. Twilio answers with a redirection to its store:
that is followed once, without the token, and to no other machine.
"""

import logging
import re
from collections.abc import Mapping

import httpx

from baquiano.channels import client
from baquiano.channels.client import Answer, Ask, Unusable
from baquiano.channels.protocol import Fetched, File, Missing, NotNow, TooLarge
from baquiano.channels.sms.send import account_url, authorization

_ID = re.compile(r"([A-Z]{2}\w{1,38})/(ME\w{1,38})", re.ASCII)
_STORE = "twiliocdn.com"

log = logging.getLogger(__name__)


def fetch(provider_id: str, settings: Mapping[str, str], most_bytes: int) -> Fetched:
    """`provider_id`: `message/media`, as `parse` read them. Raises nothing."""
    account, named = account_url(settings), _ID.fullmatch(provider_id)
    if settings.get("provider") == "http" or named is None:
        return Missing()
    if not account:
        return NotNow(300.0, "settings")
    try:
        return _fetch(f"{account}/Messages/{named[1]}/Media/{named[2]}", settings, most_bytes)
    except Unusable as reason:
        log.warning("media not fetched: %s", reason)
        return NotNow(5.0, str(reason))


def _fetch(url: str, settings: Mapping[str, str], most_bytes: int) -> Fetched:
    within = client.seconds(settings) or client.ANSWER_WITHIN
    brought = client.fetch(Ask("GET", url, authorization(settings), within=within), most_bytes)
    if isinstance(brought, Answer) and brought.status in (301, 302, 303, 307, 308):
        place = _in_the_store(url, brought.location)
        brought = client.fetch(Ask("GET", place, within=within), most_bytes)
    if isinstance(brought, TooLarge):
        return brought
    if brought.status in (404, 410):
        return Missing()
    if brought.status != 200:
        return NotNow(60.0, "token" if brought.status in (401, 403) else "unreadable answer")
    return File(brought.body)


def _in_the_store(asked: str, location: str) -> str:
    """Where the redirection leads, if that is Twilio's store or the machine that was asked. Raises Unusable."""
    try:
        before, there = httpx.URL(asked), httpx.URL(asked).join(location)
    except httpx.InvalidURL:
        raise Unusable("an address that is none") from None
    if there.userinfo:
        raise Unusable("an address that is not Twilio's")
    is_same = (there.scheme, there.host, there.port) == (before.scheme, before.host, before.port)
    is_store = there.scheme == "https" and there.port is None and there.host.endswith(f".{_STORE}")
    if not is_same and not is_store:
        raise Unusable("an address that is not Twilio's")
    return str(there)
