"""Pages of others that may show our web chat. Who may hold the frame is exactly what stands in `Site.origins`: no pattern, no path."""

import ipaddress
import secrets
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.models import Site
from baquiano.lib.turnstile import writing

MOST_ORIGINS = 20
LONGEST = 200
OWN_MACHINE = frozenset(["localhost", "127.0.0.1"])
PORTS = {"https": 443, "http": 80}


class CannotEmbed(Exception):
    """Shown to staff as it is written."""


def origin(text: str, *, is_demo: bool) -> str:
    """What an address begins with, as browsers write it: "https://example.org". In a demo also a page on this machine."""
    written = text.strip()
    try:
        parts = urlsplit(written if "://" in written else f"https://{written}")
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode().lower()
    except (ValueError, UnicodeError):
        raise CannotEmbed(_not_an_address(written)) from None
    if "*" in written:
        raise CannotEmbed(_("Write each address in full: a star would let in pages nobody has looked at."))
    if (
        parts.username is not None
        or parts.password is not None
        or parts.query
        or parts.fragment
        or parts.path not in ("", "/")
    ):
        raise CannotEmbed(_("Only the beginning of the address, without a page: https://example.org"))
    is_here = is_demo and host in OWN_MACHINE
    if not is_here and (not _is_name(host) or len(written) > LONGEST):
        raise CannotEmbed(_not_an_address(written))
    if parts.scheme != "https" and not (is_here and parts.scheme == "http"):
        raise CannotEmbed(
            _("The page must be on https: on any other, somebody on the way could put another chat in its place.")
        )
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != PORTS[parts.scheme] else "")


def origins(lines: str, *, is_demo: bool) -> list[str]:
    """One address on each line, each once."""
    found = list(dict.fromkeys(origin(line, is_demo=is_demo) for line in lines.splitlines() if line.strip()))
    if not found:
        raise CannotEmbed(_("Write at least one address."))
    if len(found) > MOST_ORIGINS:
        raise CannotEmbed(_("At most %(most)s addresses: make another site for the others.") % {"most": MOST_ORIGINS})
    return found


def add(name: str, origins: Sequence[str], language: str, *, by: User) -> Site:
    with writing():
        site = Site.objects.create(
            token=secrets.token_urlsafe(12), name=name, origins=list(origins), language=language, created_by=by
        )
        audit(by, "site.added", site)
    return site


def change(site: Site, name: str, origins: Sequence[str], language: str, *, by: User) -> None:
    """Holds from the next time a page loads the frame."""
    with writing():
        Site.objects.filter(pk=site.pk).update(name=name, origins=list(origins), language=language)
        audit(by, "site.changed", site)


def close(site: Site, *, by: User) -> None:
    """The frame says so from now on, with a link to our own page; the row stays, so that it can be opened again."""
    with writing():
        if Site.objects.filter(pk=site.pk, is_open=True).update(is_open=False):
            audit(by, "site.closed", site)


def open_again(site: Site, *, by: User) -> None:
    with writing():
        if Site.objects.filter(pk=site.pk, is_open=False).update(is_open=True):
            audit(by, "site.opened", site)


def _is_name(host: str) -> bool:
    """A name that the world can look up, not a number."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        return len(labels) > 1 and all(
            label and label.replace("-", "a").isalnum() and label.isascii() for label in labels
        )
    return False


def _not_an_address(written: str) -> str:
    return _("“%(written)s” is not an address as browsers show it: https://example.org") % {"written": written[:80]}
