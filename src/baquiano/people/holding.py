"""After danger: nothing unasked leaves for whoever told of it, nor for any other door of hers, until a person has set how it is safe to write.

Somebody else may read that telephone. Whether a door is held is looked at each time and copied nowhere, so a door joined later is held
from that second, and one taken apart no longer is. A reply to what she writes always goes, and so does a call-back she asked for.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.engine.danger import Finding
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import writing
from baquiano.people import joining
from baquiano.people.models import Address, Joining, Person


def hold(address: Address, finding: Finding) -> None:
    """With the alert, in the caller's transaction. Held already: since the first danger."""
    if not finding.holds:
        return
    if Address.objects.filter(pk=address.pk, held_since=None).update(held_since=timezone.now()):
        audit(None, "address.held", address)


def is_held(address: Address) -> bool:
    return address.pk in held_of([address.pk])


def held_of(addresses: Collection[int]) -> set[int]:
    """Which of these doors are held, themselves or through another door of the same person."""
    return _with_other_doors(addresses, set(_held_themselves(addresses)))


def held_among(doors: Collection[Address]) -> set[int]:
    """The same of doors that were read a moment ago."""
    return _with_other_doors([door.pk for door in doors], {door.pk for door in doors if door.held_since})


def _with_other_doors(addresses: Collection[int], held: set[int]) -> set[int]:
    others = [pk for pk in addresses if pk not in held]
    behind = dict(_roots(_behind_doors(others, timezone.now())))
    if not behind:
        return held
    roots = set(behind.values())
    # Their ids, not the question for them: within another question a server that has counted no rows yet asks it for every door there is.
    theirs = Q(person__in=list(joining.records_of(roots).values_list("pk", flat=True)))
    dangerous = {root for _door, root in _roots(_behind(theirs & Q(address__held_since__isnull=False), timezone.now()))}
    return held | {door for door, root in behind.items() if root in dangerous}


def is_person_held(person: Person) -> bool:
    """One of her doors is."""
    return joining.doors_of(person, timezone.now()).filter(address__held_since__isnull=False).exists()


Behind = tuple[int, int, int | None]
"""A door, its person, and the record they are seen under if it is another."""


def _behind(which: Q, now: datetime) -> QuerySet[Joining, Behind]:
    """Of the doors that are somebody's now."""
    return Joining.objects.current(now).filter(which).values_list("address", "person", "person__same_as")


def _roots(rows: Iterable[Behind]) -> list[tuple[int, int]]:
    return [(address, root or person) for address, person, root in rows]


_behind_doors = Prepared(lambda doors, now: _behind(Q(address__in=doors), now))
_held_themselves = Prepared(
    lambda doors: Address.objects.filter(pk__in=doors, held_since__isnull=False).values_list("pk", flat=True)
)


# A person sets the rule --------------------------------------------------------------------------------------------------


def settle(address: Address, safe_contact: str, *, by: User) -> None:
    """How it is safe to write to whoever writes here (`people.contact`). Another door of hers may still be held, and then this one is."""
    with writing():
        Address.objects.filter(pk=address.pk).update(safe_contact=safe_contact, held_since=None)
        audit(by, "address.settled", address)


def settle_person(person: Person, safe_contact: str, *, by: User) -> None:
    """How she can be reached through any door. All that are hers now are free again, and the one rule holds for them."""
    with writing():
        person.safe_contact = safe_contact
        person.save(update_fields=["safe_contact"])
        audit(by, "person.contact_changed", person, about=person.pk)
        for door in joining.doors_of(person, timezone.now()).select_related("address"):
            if door.address.held_since or door.address.safe_contact:
                Address.objects.filter(pk=door.address_id).update(safe_contact="", held_since=None)
                audit(by, "address.settled", door.address, about=person.pk)
