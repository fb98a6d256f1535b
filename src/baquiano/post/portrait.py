"""The letters to one person: what we wrote and what became of it. Forgotten letters are empty, and one that has not left does not leave."""

from collections.abc import Collection, Iterator, Sequence

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.channels.protocol import OutMessage
from baquiano.lib.portrait import Entry, Erased, Section, entry, said, section, value
from baquiano.people.portrait import Spell
from baquiano.post.body import from_json, to_json
from baquiano.post.models import Letter, State

MODELS = ("post.Letter",)


def letters_in(spells: Sequence[Spell]) -> "QuerySet[Letter]":
    """Written to an address while it was hers."""
    hers = Q(pk__in=())
    for spell in spells:
        window = Q(address=spell.address, created_at__gte=spell.since)
        hers |= window & Q(created_at__lt=spell.until) if spell.until else window
    return Letter.objects.filter(hers)


def portray(spells: Sequence[Spell], shown: Collection[int]) -> list[Section]:
    """Without those that stand in a conversation (`shown`)."""
    rows = letters_in(spells).exclude(pk__in=list(shown)).order_by("pk")
    return [
        section("letters", _("Messages we sent outside a conversation"), origin=_("the team"), entries=_entries(rows))
    ]


def _entries(rows: "QuerySet[Letter]") -> Iterator[Entry]:
    for letter in rows:
        words = from_json(letter.body).text
        yield entry(letter.created_at, [said(letter, "body", _("We"), words), value(letter, "state", _("Delivery"))])


def stop(spells: Sequence[Spell]) -> int:
    """What waits to leave for an address that is hers now does not leave. Inside the caller's transaction."""
    waiting = Letter.objects.owed().filter(address__in=[spell.address for spell in spells if spell.is_current])
    return waiting.update(state=State.FAILED, error="stopped", settled_at=timezone.now(), lease_until=None)


def forget(spells: Sequence[Spell]) -> list[Erased]:
    """Inside the caller's transaction."""
    stop(spells)
    whole = [spell.address for spell in spells if spell.is_whole]
    ids = set(letters_in(spells).values_list("pk", flat=True))
    ids |= set(Letter.objects.filter(address__in=whole).values_list("pk", flat=True))
    emptied = Letter.objects.filter(pk__in=ids).update(body=to_json(OutMessage("")))
    return [Erased("post.Letter", emptied)] if emptied else []
