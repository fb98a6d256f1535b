"""Who reports a problem on our pages, for as long as it takes to tell one visitor from many.

A cookie is thrown away in a second; the line somebody comes by is not. So whoever comes by the line of somebody who reported the same place
today is heard, and does not count as another one; and no line reports without end. Of a line a keyed hash is kept, in the cache alone and
for a day: in no row, log or page. Many telephones may share one line of their operator: what is refused can be sent again later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

from baquiano.directory import reporting
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing
from baquiano.public.visitor import Visitor

DOOR = "web"
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
MOST_OF_A_LINE = 20  # an hour
MOST_OF_A_SERVICE = 30  # an hour, from everywhere
OF_A_HOME = 64  # bits: a telephone changes the rest of its IPv6 address by itself


class TooMany(Exception):
    """Not noted; it may be said again in a while."""


@dataclass(frozen=True)
class Told:
    """One report of a line: of which service, and by whom."""

    service: UUID
    visitor: str
    at: datetime


def report(service: UUID, reason: str, *, who: Visitor, line: str, at: UUID | None) -> None:
    """Raises `TooMany`, and has noted nothing then."""
    now = timezone.now()
    if reporting.how_many(service, since=now - AN_HOUR) >= MOST_OF_A_SERVICE:
        raise TooMany
    with writing():  # one after the other: two posts at once are two
        if _is_first_here(line, Told(service, reporting.hash_of(DOOR, who.alias.value), now)):
            reporting.report(service, reason, door=DOOR, door_key=who.alias.value, at=at)
        else:
            reporting.note(service, reason, door=DOOR, at=at)


def _is_first_here(line: str, told: Told) -> bool:
    """Whether nobody else of this line told the same today. Where the line is not known, everybody is the first."""
    if not line:
        return True
    key = f"reporters:{line}"
    before = [one for one in cache.get(key, ()) if one.at > told.at - A_DAY]
    if sum(one.at > told.at - AN_HOUR for one in before) >= MOST_OF_A_LINE:
        raise TooMany
    cache.set(key, (*before, told), A_DAY.total_seconds())
    first = next((one for one in before if one.service == told.service), told)
    return first.visitor == told.visitor


def line_of(request: HttpRequest) -> str:
    """A hash of where a request comes from; empty when that is not known, as behind a proxy that does not tell."""
    said = request.META.get("REMOTE_ADDR", "")
    if (
        settings.ENVIRONMENT.proxy_tls
    ):  # its last word is the proxy's own; whatever stands before it anybody may have written
        said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2]
    try:
        address = ip_address(said.strip())
    except ValueError:
        return ""
    if address.is_loopback:
        return ""
    home = ip_network((address, OF_A_HOME), strict=False) if isinstance(address, IPv6Address) else address
    return crypto.keyed_hash(str(home), "reporters")[:32]
