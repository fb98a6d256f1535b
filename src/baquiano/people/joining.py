"""The person joins two doors: a code from one, typed on the other, or said before somebody of the team. Taking it back is one step.

A number alone joins nothing: people share telephones and numbers change hands. Joining shows nothing of what was said before, on either
side, and belongs to nobody else's history: what an address said counts as hers only while it was joined.
"""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.engine.tools import Fit
from baquiano.lib import codes, crypto
from baquiano.lib.turnstile import writing
from baquiano.people.models import Address, JoinCode, Joining, Person
from baquiano.people.models.joining import CODE_DAYS, How

LASTS = timedelta(minutes=10)
TRIES = 5
"""Wrong codes on one door, or at one record, in ten minutes; then right ones are not looked at either."""
TRIES_OF_ALL = 200
"""The same for all doors together: somebody is guessing."""
_NO_CODE = ""
"""The hash of a row that only counts wrong tries: no code ever has it."""


class CannotJoin(Exception):
    """Shown to staff as it is written. A wrong, an expired, a used and an unknown code say the same."""


@dataclass(frozen=True)
class _Ends:
    """What a code found: `person` None: two doors of somebody we have no record of."""

    code: JoinCode
    person: Person | None


# Codes -------------------------------------------------------------------------------------------------------------------


def new_code() -> str:
    """At random; not valid until it is kept."""
    while True:
        code = "".join(secrets.choice(codes.SIGNS) for _sign in range(codes.LENGTH))
        if codes.is_code(code):
            return code


def keep_code(
    code: str, *, address: Address | None = None, person: Person | None = None, by: User | None = None
) -> None:
    """Valid from now on, once, for ten minutes. An earlier one of the same door or record is not any more."""
    now = timezone.now()
    with writing():
        earlier = JoinCode.objects.filter(address=address, person=person, used_at=None)
        earlier.exclude(code_hash=_NO_CODE).update(expires_at=now)
        made = JoinCode.objects.create(
            address=address, person=person, code_hash=_hash(code), made_by=by, made_at=now, expires_at=now + LASTS
        )
        audit(by, "joining.code_made", made, about=person.pk if person else "")


def make_code(*, address: Address | None = None, person: Person | None = None, by: User | None = None) -> str:
    """A code to be typed on another door: from a record (staff reads it out) or from a door."""
    code = new_code()
    keep_code(code, address=address, person=person, by=by)
    return code


def fits(code: str, address: Address) -> Fit:
    """What this code would do if it were typed on this door now. Only looks."""
    found = _ends(code, address=address, now=timezone.now())
    if found is None:
        return Fit.UNKNOWN
    hers = person_behind(address)
    return Fit.TWO_RECORDS if hers and found.person and hers != found.person else Fit.FITS


def missed(*, address: Address | None = None, person: Person | None = None) -> None:
    """One more wrong try on this door, or at this record."""
    now = timezone.now()
    with writing():
        counting = JoinCode.objects.filter(address=address, person=person, code_hash=_NO_CODE, expires_at__gt=now)
        if not counting.update(tries=F("tries") + 1):
            JoinCode.objects.create(
                address=address, person=person, code_hash=_NO_CODE, made_at=now, expires_at=now + LASTS, tries=1
            )


def _ends(code: str, *, address: Address | None = None, person: Person | None = None, now: datetime) -> _Ends | None:
    """The valid code and whose record it leads to. None: wrong, expired, used, of this same door, or too many tries."""
    if _is_guessing(address, person, now):
        return None
    living = JoinCode.objects.filter(code_hash=_hash(code), used_at=None, expires_at__gt=now)
    found = living.select_related("person__same_as", "address").first()
    if found is None or (address and found.address_id == address.pk):
        return None
    behind = _root(found.person) if found.person else person_behind(found.address) if found.address else None
    if behind and (behind.forgotten_at or behind.blocked_at):
        return None
    return _Ends(found, behind)


def _is_guessing(address: Address | None, person: Person | None, now: datetime) -> bool:
    counting = JoinCode.objects.filter(code_hash=_NO_CODE, expires_at__gt=now)
    if counting.filter(address=address, person=person, tries__gte=TRIES).exists():
        return True
    return (counting.aggregate(tries=Sum("tries"))["tries"] or 0) >= TRIES_OF_ALL


def _use(code: JoinCode, now: datetime) -> bool:
    """False: somebody was faster."""
    return bool(JoinCode.objects.filter(pk=code.pk, used_at=None).update(used_at=now))


def _hash(code: str) -> str:
    return crypto.keyed_hash(code.upper(), "join-code")


def forget_codes(now: datetime) -> int:
    deleted, _rows = JoinCode.objects.filter(made_at__lt=now - timedelta(days=CODE_DAYS)).delete()
    return deleted


# Joining -----------------------------------------------------------------------------------------------------------------


def join_by_code(code: str, address: Address) -> Person:
    """Typed on a door. Two doors without a record get one that is empty: it needs no name. Raises `CannotJoin`."""
    now = timezone.now()
    with writing():
        found = _ends(code, address=address, now=now)
        if found is not None and fits(code, address) is Fit.FITS and _use(found.code, now):
            hers = person_behind(address) or found.person or Person.objects.create(last_seen_on=timezone.localdate(now))
            for door in (address, found.code.address):
                if door and person_behind(door) is None:
                    _join(hers, door, How.CODE, by=None, now=now)
            return hers
    if found is None:
        missed(address=address)
    raise CannotJoin(_wrong())


def take_code(code: str, person: Person, *, by: User) -> Joining:
    """A code from her telephone, typed by staff into the record that lies open. Raises `CannotJoin`."""
    now = timezone.now()
    _check(person)
    with writing():
        found = _ends(code, person=person, now=now)
        door = found.code.address if found else None
        if found and door and _use(found.code, now):
            return _joined(_root(person), door, How.CODE, by=by, now=now)
    missed(person=person)
    raise CannotJoin(_wrong())


def join_orally(person: Person, address: Address, *, by: User) -> Joining:
    """She said to somebody of the team that this is she. Raises `CannotJoin`."""
    _check(person)
    with writing():
        return _joined(_root(person), address, How.ORAL, by=by, now=timezone.now())


def _check(person: Person) -> None:
    if person.forgotten_at or person.blocked_at:
        raise CannotJoin(_("The data of this person are blocked. Nothing new is written until that is lifted."))


def _joined(person: Person, address: Address, how: How, *, by: User, now: datetime) -> Joining:
    living = Joining.objects.current(now).filter(address=address).select_related("person").first()
    if living is None:
        return _join(person, address, how, by=by, now=now)
    if _root(living.person) != person:
        raise CannotJoin(_("This door is joined to another record. The person undoes that first, by writing SEPARAR."))
    return living


def _join(person: Person, address: Address, how: How, *, by: User | None, now: datetime) -> Joining:
    joining = Joining.objects.create(person=person, address=address, how=how, by=by, since=now)
    audit(by, "joining.made", joining, about=person.pk)
    return joining


def _wrong() -> str:
    return _("This code does not work: it may be mistyped, used or expired. Ask for another one.")


# Ending ------------------------------------------------------------------------------------------------------------------


def unjoin(joining: Joining, *, by: User | None) -> None:
    """This door is no longer hers. Everything else stays as it was. `by` None: she wrote it, or her number changed hands."""
    now = timezone.now()
    with writing():
        if Joining.objects.filter(pk=joining.pk, until=None).update(until=now):
            audit(by, "joining.ended", joining, about=joining.person_id)


def end_at(addresses: Iterable[Address], *, by: User | None) -> None:
    """Whoever writes there from now on is not known: a recycled number, or SEPARAR. Codes from there are void."""
    doors = list(addresses)
    with writing():
        JoinCode.objects.filter(address__in=doors, used_at=None).exclude(code_hash=_NO_CODE).update(
            expires_at=timezone.now()
        )
        for joining in Joining.objects.filter(address__in=doors, until=None):
            unjoin(joining, by=by)


# Looking up --------------------------------------------------------------------------------------------------------------


def person_behind(address: Address) -> Person | None:
    """Whose door this is now, under the record she is seen under. Never a guess."""
    living = Joining.objects.current(timezone.now()).filter(address=address)
    joining = living.select_related("person__same_as").first()
    return _root(joining.person) if joining else None


def doors_of(person: Person, at: datetime) -> "QuerySet[Joining]":
    """The doors that were hers at that moment, also those of another record of hers."""
    root = person.same_as_id or person.pk
    return Joining.objects.current(at).filter(person__in=records_of([root])).order_by("since", "pk")


def records_of(roots: Collection[int]) -> "QuerySet[Person]":
    """Those, and every record seen under one of them. A question of its own: an "or" across a join reads both tables whole."""
    return Person.objects.filter(Q(pk__in=roots) | Q(same_as__in=roots))


def left_before(at: datetime) -> "QuerySet[Address]":
    """Doors that were somebody's, and nobody's since before then."""
    later = Joining.objects.filter(Q(until=None) | Q(until__gte=at), address=OuterRef("pk"))
    return Address.objects.filter(pk__in=Joining.objects.filter(until__lt=at).values("address")).exclude(Exists(later))


def _root(person: Person) -> Person:
    return person.same_as or person
