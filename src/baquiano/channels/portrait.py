"""The bodies of webhooks that hold something of one correspondent: counted, never shown (the messages are what they say), and deleted.

A body names its sender by the very value of the alias, so looking for it finds every one: never too few, at worst one of somebody else's
who wrote that number down.
"""

from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _

from baquiano.channels.models import RawWebhook
from baquiano.lib.portrait import Entry, Erased, Section, Value, section

MODELS = ("channels.RawWebhook",)
SHORTEST = 6
"""A shorter value would be found everywhere."""


def bodies_with(values: Collection[str]) -> list[int]:
    """Outside any transaction: opens the bodies of the last days. Those that nobody has read yet are left to be read."""
    sought = [value.encode() for value in values if len(value) >= SHORTEST]
    if not sought:
        return []
    rows = RawWebhook.objects.filter(parsed_at__isnull=False).only("pk", "body").iterator(chunk_size=200)
    return [row.pk for row in rows if any(one in bytes(row.body) for one in sought)]


def portray(bodies: Sequence[int]) -> list[Section]:
    keeping = RawWebhook.PRIVACY["body"]
    words = str(len(bodies))
    found = Value("channels.RawWebhook.body", str(_("How many")), len(bodies), words, keeping.purpose, keeping.days)
    entries = [Entry("", (found,))] if bodies else []
    title = _("Deliveries as they came, with the same messages")
    return [section("deliveries", title, origin=_("the company that carries the messages"), entries=entries)]


def forget(bodies: Iterable[int]) -> list[Erased]:
    """Inside the caller's transaction."""
    deleted, _by = RawWebhook.objects.filter(pk__in=list(bodies)).delete()
    return [Erased("channels.RawWebhook", deleted)] if deleted else []
