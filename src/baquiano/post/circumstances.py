"""What stands between us and writing to somebody, looked up for many addresses with a dozen queries. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from baquiano.accounts.models import Organisation, organisation
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.people import consenting, contact, holding
from baquiano.people.categories import Data
from baquiano.people.contact import SafeContact
from baquiano.people.models import Address, Alias, Joining, Person
from baquiano.people.models.consent import Purpose
from baquiano.post import templates
from baquiano.post.models import Aim, OptOut, Template
from baquiano.territory.models import Country

_HER_CLOCK = "municipality__country__timezone"
NEEDS_NO_CONSENT = (Aim.CORRECTION, Aim.ANSWERED)
_COUNTRY_UNKNOWN = "CO"  # only chooses whose public holidays are looked up, and hers do not close her hours


@dataclass(frozen=True)
class Hours:
    """When a letter may leave, as OpenStreetMap writes it, and on whose clock."""

    rule: SafeContact
    country: str
    timezone: str


@dataclass(frozen=True)
class Circumstances:
    """Of one address. `opted_out`: "", "opted_out" or "blocked". `has_agreed`: to this aim, or it needs no consent.

    `hours`: hers and this door's, and the organisation's unless she named hours of her own. `template`: what would leave if her window
    were closed.
    """

    address: Address
    has_sender: bool
    is_living: bool
    is_held: bool
    opted_out: str
    is_known: bool
    is_blocked: bool
    has_agreed: bool
    wants_no_messages: bool
    hours: tuple[Hours, ...]
    may_say_who: bool
    template: Template | None


def look_up(
    addresses: Collection[int], aim: Aim, use: str, at: datetime, languages: Mapping[int, str]
) -> dict[int, Circumstances]:
    """As it stands in the database now. `use`: of the template; empty: none. `languages`: hers, by address, where it is known."""
    doors = Address.objects.in_bulk(list(addresses))
    lines = Channel.objects.in_bulk({door.channel_id for door in doors.values()})
    for door in doors.values():
        door.channel = lines[door.channel_id]
    people = _people(doors, timezone.now())
    ours = organisation()
    found = _Found(
        people=people,
        living=set(Alias.objects.filter(address__in=doors, valid_to=None).values_list("address", flat=True)),
        held=holding.held_of(doors),
        opted_out=_opted_out(doors),
        allowed=_allowed({person.pk: person for person in people.values()}, aim, at),
        ours=ours,
        served=dict(Country.objects.filter(code__in=ours.countries).values_list("code", "timezone")),
        approved=templates.approved(list(lines), use) if use else [],
        languages=languages,
    )
    return {pk: found.of(door) for pk, door in doors.items()}


def _people(doors: Collection[int], now: datetime) -> dict[int, Person]:
    """Whose door each is now, under the record she is seen under."""
    living = Joining.objects.current(now).filter(address__in=doors)
    roots = {door: root or own for door, own, root in living.values_list("address", "person", "person__same_as")}
    wanted = Person.objects.filter(pk__in=set(roots.values())).select_related("municipality__country")
    found = wanted.only("language", "same_as", "safe_contact", "blocked_at", "forgotten_at", _HER_CLOCK).in_bulk()
    return {door: found[root] for door, root in roots.items()}


def _opted_out(doors: Collection[int]) -> dict[int, str]:
    rows = OptOut.objects.in_force().filter(address__in=doors).order_by("is_all").values_list("address", "is_all")
    return {door: "blocked" if is_all else "opted_out" for door, is_all in rows}


def _allowed(people: Mapping[int, Person], aim: Aim, at: datetime) -> dict[int, _Allowed]:
    if aim not in NEEDS_NO_CONSENT:
        answers = consenting.may_all(people.values(), Purpose(aim), data=(Data.CONTACT,), at=at)
        return {pk: _Allowed(one.is_yes, one.restrictions.no_messages) for pk, one in answers.items()}
    forbid = consenting.forbid_messages(people.values(), at)
    return {pk: _Allowed(True, pk in forbid) for pk in people}


@dataclass(frozen=True)
class _Allowed:
    has_agreed: bool
    wants_no_messages: bool


@dataclass(frozen=True)
class _Found:
    """Everything that was looked up, by address (`allowed`: by person)."""

    people: Mapping[int, Person]
    living: Collection[int]
    held: Collection[int]
    opted_out: Mapping[int, str]
    allowed: Mapping[int, _Allowed]
    ours: Organisation
    served: Mapping[str, str]
    approved: Sequence[Template]
    languages: Mapping[int, str]

    def of(self, door: Address) -> Circumstances:
        person = self.people.get(door.pk)
        allowed = self.allowed.get(person.pk) if person else None
        rules = contact.rules(person.safe_contact if person else None, door.safe_contact)
        may_say_who = all(rule.may_say_who for rule in rules)
        language = self.languages.get(door.pk) or (person.language if person else "")
        return Circumstances(
            address=door,
            has_sender=sender_of(door.channel.kind) is not None,
            is_living=door.pk in self.living,
            is_held=door.pk in self.held,
            opted_out=self.opted_out.get(door.pk, ""),
            is_known=person is not None,
            is_blocked=bool(person and (person.blocked_at or person.forgotten_at)),
            has_agreed=bool(allowed and allowed.has_agreed),
            wants_no_messages=bool(allowed and allowed.wants_no_messages),
            hours=self._hours(rules, person),
            may_say_who=may_say_who,
            template=templates.choose(
                self.approved, door.channel_id, language, self.ours.language, may_say_who=may_say_who
            ),
        )

    def _hours(self, rules: Sequence[SafeContact], person: Person | None) -> tuple[Hours, ...]:
        """Where we do not know in which country she is, ours are kept on the clocks of all."""
        place = person.municipality if person else None
        clocks = {place.country_id: place.country.timezone} if place else dict(self.served)
        unknown = next(iter(self.ours.countries), _COUNTRY_UNKNOWN)
        clocks = clocks or {unknown: self.ours.timezone}
        own_clock = (place.country_id, place.country.timezone) if place else (unknown, self.ours.timezone)
        hers = tuple(Hours(rule, *own_clock) for rule in rules)
        if any(rule.hours for rule in rules):
            return hers
        ours = SafeContact(hours=self.ours.letter_hours)
        return (*hers, *(Hours(ours, country, clock) for country, clock in clocks.items()))
