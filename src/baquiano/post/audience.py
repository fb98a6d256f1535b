"""Whom a broadcast is for: who gets it, through which door, when and in which words; and why the others do not. Nothing is written here.

One person, however many doors they have, gets one letter; one telephone, however many people share it, gets one. Whoever said on one
door that they want nothing more, or told of danger there, is written to on none. What may leave at all is asked of `unasked.ways`,
and asked again when the turn of each letter comes.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from baquiano.accounts.models import organisation
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.channels.segments import segments
from baquiano.people.models import Address, Alias, Consent, Joining, Person
from baquiano.people.models.consent import Purpose
from baquiano.post import pace, unasked
from baquiano.post.models import Broadcast, OptOut
from baquiano.post.unasked import Answer

LANGUAGES = ("es", "en", "pt", "fr", "ht")
CLOSING = ("held", "opted_out", "blocked")
"""Heard on one door, they hold for every door of the same person."""
REASONS = (
    "elsewhere",  # another country, or nobody knows which
    "other_language",
    "no_words",  # their language has none here
    "no_consent",
    *CLOSING,
    "no_messages",
    "safe_contact",
    "telephone",  # somebody else on the same telephone must not, or does not want to, be written to
    "unknown",
    "moved",
    "no_way",
    "other_channel",
    "no_template",
    "shared",  # somebody else on the same telephone gets it
)
"""Why somebody does not get it. The first that holds is said."""
AT_ONCE = 500
_OF_A_TELEPHONE = (Scheme.WHATSAPP_PHONE, Scheme.SMS)


@dataclass(frozen=True)
class Audience:
    """Empty: all of them."""

    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()

    def stored(self) -> dict[str, list[str]]:
        return {
            "countries": sorted(self.countries),
            "languages": sorted(self.languages),
            "channels": sorted(self.channels),
        }


def audience_of(broadcast: Broadcast) -> Audience:
    kept = broadcast.audience
    return Audience(*(frozenset(kept.get(name, ())) for name in ("countries", "languages", "channels")))


@dataclass(frozen=True)
class Recipient:
    """One person at the one door they are written to. `at`: not before. `language`: of the words they get."""

    person: int
    address: int
    channel: int
    language: str
    at: datetime
    needs_template: bool


@dataclass(frozen=True)
class DryRun:
    """`why_not`: how many people do not get it, by reason. `strangers`: addresses that are nobody's record, who cannot have agreed."""

    recipients: tuple[Recipient, ...]
    why_not: Mapping[str, int]
    strangers: int
    digest: str

    def __len__(self) -> int:
        return len(self.recipients)

    def by_channel(self) -> Counter[int]:
        return Counter(one.channel for one in self.recipients)

    def by_language(self) -> Counter[str]:
        return Counter(one.language for one in self.recipients)

    def with_template(self) -> int:
        return sum(one.needs_template for one in self.recipients)


def dry_run(broadcast: Broadcast, now: datetime) -> DryRun:
    """Who would get it if it began now, and why the others would not."""
    chosen: list[Recipient] = []
    why_not: Counter[str] = Counter()
    taken: set[str] = set()
    judge = Judge(broadcast, now)
    for verdict in judge.judge(_meant(now)):
        door = next((one for one in verdict.doors if not one.numbers & taken), None)
        if door is None:
            why_not["shared" if verdict.doors else verdict.why_not] += 1
            continue
        taken |= door.numbers
        chosen.append(door.recipient)
    why_not["no_consent"] += _known_without_consent(now)
    recipients = tuple(chosen)
    return DryRun(
        recipients,
        {one: why_not[one] for one in REASONS if why_not[one]},
        _strangers(now),
        digest(broadcast, len(chosen)),
    )


def digest(broadcast: Broadcast, count: int) -> str:
    """What a second person saw: other words, other people or another number of them is something else."""
    seen = json.dumps(
        [broadcast.pk, broadcast.texts, broadcast.audience, broadcast.falls_to_spanish, count], sort_keys=True
    )
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


# Who is asked about at all ------------------------------------------------------------------------------------------------


def _agreed(now: datetime) -> set[int]:
    """The records of whoever agreed to news: a first sieve. Whether it covers this letter is asked of each."""
    rows = Consent.objects.active(now).filter(purpose=Purpose.NEWS, receiver=None)
    return {root or person for person, root in rows.values_list("person", "person__same_as")}


def _meant(now: datetime) -> list[int]:
    """Those who agreed and have a door, in the order of their records."""
    return sorted(_agreed(now) & _behind_a_door(now))


def _behind_a_door(now: datetime) -> set[int]:
    rows = Joining.objects.current(now).filter(person__forgotten_at=None)
    return {root or person for person, root in rows.values_list("person", "person__same_as")}


def _known_without_consent(now: datetime) -> int:
    return len(_behind_a_door(now) - _agreed(now))


def _strangers(now: datetime) -> int:
    joined = Joining.objects.current(now).filter(address=OuterRef("pk"))
    living = Alias.objects.filter(address=OuterRef("pk"), valid_to=None)
    return Address.objects.filter(Exists(living)).exclude(Exists(joined)).count()


# One person at a time -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Door:
    """One way to a person that may be used. `numbers`: of the telephone behind it; never shown, never kept."""

    recipient: Recipient
    numbers: frozenset[str] = field(repr=False)


@dataclass(frozen=True)
class Verdict:
    """`doors`: those that may be used, the best first. None: `why_not` says the reason. `closed`: why not through each of the others."""

    person: int
    doors: tuple[Door, ...]
    why_not: str = ""
    closed: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Somebody:
    person: int
    language: str
    country: str
    addresses: tuple[Address, ...]


class Judge:
    """Holds what is the same for everybody: the words, the audience, the telephones nobody may write to."""

    def __init__(self, broadcast: Broadcast, now: datetime) -> None:
        self._now = now
        self._texts = broadcast.texts
        self._falls_to_spanish = broadcast.falls_to_spanish
        self._audience = audience_of(broadcast)
        ours = organisation()
        self._our_language = ours.language
        self._our_country = ours.countries[0] if len(ours.countries) == 1 else ""
        self._closed = _closed_telephones()

    def judge(self, people: Sequence[int]) -> Iterator[Verdict]:
        for start in range(0, len(people), AT_ONCE):
            yield from self._judge(people[start : start + AT_ONCE])

    def _judge(self, people: Sequence[int]) -> Iterator[Verdict]:
        somebodies = list(_read(people, self._now))
        addresses = [address for one in somebodies for address in one.addresses]
        languages = {address.pk: self._words_for(one) for one in somebodies for address in one.addresses}
        answers = unasked.ways(addresses, Purpose.NEWS, self._now, languages=languages)
        numbers = _numbers_of(addresses)
        refusals = _refusals(addresses)
        for one in somebodies:
            yield self._verdict(one, answers, numbers, refusals)

    def _verdict(
        self,
        one: _Somebody,
        answers: Mapping[int, Answer],
        numbers: Mapping[int, frozenset[str]],
        refusals: Mapping[int, str],
    ) -> Verdict:
        reasons = {*self._not_meant(one), *(refusals[door.pk] for door in one.addresses if door.pk in refusals)}
        closed: dict[int, str] = {}
        doors: list[tuple[Address, Door]] = []
        language = self._words_for(one)
        for address in one.addresses:
            answer, behind = answers[address.pk], numbers.get(address.pk, frozenset())
            reason = self._why_not_through(address, answer, behind)
            if reason:
                closed[address.pk] = reason
                continue
            recipient = Recipient(
                one.person, address.pk, address.channel_id, language, answer.at or self._now, answer.needs_template
            )
            doors.append((address, Door(recipient, behind)))
        if doors and not reasons and "held" not in closed.values():
            best_first = tuple(door for _, door in sorted(doors, key=_best_first))
            return Verdict(one.person, best_first, closed=closed)
        reasons |= set(closed.values())
        return Verdict(one.person, (), next((word for word in REASONS if word in reasons), "unknown"), closed)

    def _not_meant(self, one: _Somebody) -> Iterator[str]:
        if self._audience.countries and (one.country or self._our_country) not in self._audience.countries:
            yield "elsewhere"
        if self._audience.languages and (one.language or self._our_language) not in self._audience.languages:
            yield "other_language"
        if not self._words_for(one):
            yield "no_words"

    def _words_for(self, one: _Somebody) -> str:
        """The language of the words they get; "": there are none for them."""
        hers = one.language or self._our_language
        if self._texts.get(hers):
            return hers
        return "es" if self._falls_to_spanish and self._texts.get("es") else ""

    def _why_not_through(self, address: Address, answer: Answer, behind: frozenset[str]) -> str:
        if not answer.may:
            return answer.why_not
        if behind & self._closed:
            return "telephone"
        if self._audience.channels and address.channel.kind not in self._audience.channels:
            return "other_channel"
        return ""


def _best_first(one: tuple[Address, Door]) -> tuple[bool, float, int]:
    """An SMS is read by whoever holds the card, so it comes last; then the door that was heard from last."""
    address, _ = one
    heard_at = address.heard_at or address.created_at
    return address.channel.kind == Channel.ChannelKind.SMS, -heard_at.timestamp(), address.pk


def _read(people: Sequence[int], now: datetime) -> Iterator[_Somebody]:
    doors: dict[int, list[Address]] = {}
    theirs = Q(person__in=people) | Q(person__same_as__in=people)
    for joining in Joining.objects.current(now).filter(theirs).select_related("address__channel", "person"):
        doors.setdefault(joining.person.same_as_id or joining.person_id, []).append(joining.address)
    rows = Person.objects.filter(pk__in=people).order_by("pk")
    for person, language, country in rows.values_list("pk", "language", "municipality__country"):
        yield _Somebody(person, language, country or "", tuple(doors.get(person, ())))


def _refusals(addresses: Sequence[Address]) -> dict[int, str]:
    """Also of a page that nothing is sent to, or of a number that is gone: what was said there was said."""
    rows = OptOut.objects.in_force().filter(address__in=[one.pk for one in addresses]).order_by("is_all")
    return {out.address_id: "blocked" if out.is_all else "opted_out" for out in rows}


# Telephones ---------------------------------------------------------------------------------------------------------------


def _numbers_of(addresses: Iterable[Address]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = {}
    living = Alias.objects.filter(address__in=[one.pk for one in addresses], valid_to=None, scheme__in=_OF_A_TELEPHONE)
    for alias in living:
        found.setdefault(alias.address_id, set()).add(alias.value)
    return {address: frozenset(numbers) for address, numbers in found.items()}


def _closed_telephones() -> frozenset[str]:
    """Those on which somebody, known or not, told of danger or wants nothing more, through whichever door."""
    wants_nothing = OptOut.objects.in_force().filter(address=OuterRef("address"))
    living = Alias.objects.filter(valid_to=None, scheme__in=_OF_A_TELEPHONE)
    closed = living.filter(Q(address__held_since__isnull=False) | Exists(wants_nothing))
    return frozenset(alias.value for alias in closed)


# The lines it leaves through ------------------------------------------------------------------------------------------------


def lines_in_use() -> list[Channel]:
    """Open lines that letters can be sent through."""
    return [line for line in Channel.objects.filter(is_open=True).order_by("pk") if sender_of(line.kind)]


def sms_parts(broadcast: Broadcast, run: DryRun, lines: Mapping[int, Channel]) -> int:
    """How many SMS will be paid for."""
    parts = {language: segments(text).count for language, text in broadcast.texts.items()}
    by_sms = (one for one in run.recipients if lines[one.channel].kind == Channel.ChannelKind.SMS)
    return sum(parts[one.language] for one in by_sms)


def last_leaves_at(run: DryRun, lines: Mapping[int, Channel], now: datetime) -> datetime | None:
    """If nothing else had to leave: the pace of each line, and the hours of everybody. None: nobody gets it."""
    ends = [_end_of(lines[pk], [one.at for one in run.recipients if one.channel == pk], now) for pk in run.by_channel()]
    return max(ends, default=None)


def _end_of(line: Channel, hours: Sequence[datetime], now: datetime) -> datetime:
    """Those whose hours begin together leave one after the other."""
    limit = pace.limit_of_line(line)
    free = now
    for at in sorted(hours):
        free = max(free, at) + (limit.every if limit else timedelta())
    return free
