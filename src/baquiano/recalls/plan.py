"""What becomes of each line, looked at anew each time: who gets the notice and through which door, whom a person tells, who is left out
and why. Nothing is written here.

One person, however many doors they were told through, is told again once; and so is one telephone, however many people share it. What was
said on one of their doors (danger, "nothing more") holds for all of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.conversations import changed
from baquiano.conversations.models import Conversation, Quote
from baquiano.people import contact
from baquiano.people.contact import SafeContact
from baquiano.people.models import Address, Alias, Joining, Person
from baquiano.post import unasked
from baquiano.post.models import Aim, OptOut
from baquiano.post.unasked import Answer
from baquiano.recalls.models import Recall, RecallLine

Stage = RecallLine.Stage
Why = RecallLine.Why

BY_TELEPHONE = (Scheme.WHATSAPP_PHONE, Scheme.SMS)
NOTHING_MORE = (Why.BLOCKED, Why.OPTED_OUT, Why.NO_MESSAGES)
"""Heard on one door, they hold for all doors of the same person and of the same telephone."""
TOLD_ALREADY = (Why.KNOWS, Why.NOTICE_OPEN)
NOTHING_SAID = SafeContact()
A_PERSON_TELLS = (Why.SAFE_CONTACT, Why.NO_TEMPLATE, Why.CHAT_OVER, Why.MOVED, Why.NOT_ARRIVED)


@dataclass(frozen=True)
class Step:
    """`stage` WRITTEN: a notice is written, not before `at`; `by_template`: only an approved text arrives; `in_chat`: it is left in the web
    chat. Otherwise `why` says the reason.
    """

    line: RecallLine
    stage: Stage
    why: str = ""
    at: datetime | None = None
    by_template: bool = False
    in_chat: bool = False


@dataclass(frozen=True)
class DryRun:
    """`now`: to how many the notice leaves as soon as it can; `later`: when their hours begin; `by_template`, `in_chat`: of these two.
    `tasks`, `left_out`: how many by reason.
    """

    now: int
    later: int
    by_template: int
    in_chat: int
    tasks: Mapping[str, int]
    left_out: Mapping[str, int]

    @property
    def notices(self) -> int:
        return self.now + self.later

    @property
    def all_tasks(self) -> int:
        return sum(self.tasks.values())

    @property
    def all_left_out(self) -> int:
        return sum(self.left_out.values())


def dry_run(recall: Recall, now: datetime) -> DryRun:
    steps = plan(recall, list(recall.lines.waiting().select_related("channel")), now)
    notices = [step for step in steps if step.stage == Stage.WRITTEN]
    later = sum(1 for step in notices if step.at and step.at > now)
    return DryRun(
        now=len(notices) - later,
        later=later,
        by_template=sum(step.by_template for step in notices),
        in_chat=sum(step.in_chat for step in notices),
        tasks=_by_reason(steps, Stage.TASK),
        left_out=_by_reason(steps, Stage.LEFT_OUT),
    )


def _by_reason(steps: Iterable[Step], stage: Stage) -> Mapping[str, int]:
    return dict(Counter(step.why for step in steps if step.stage == stage).most_common())


def plan(recall: Recall, lines: Sequence[RecallLine], now: datetime) -> list[Step]:
    """One step for each of these lines, in their order. Some thirty queries, however many lines."""
    about = _About(recall, lines, now)
    steps = {step.line.pk: step for group in about.groups() for step in about.steps_of(group)}
    return [steps[line.pk] for line in lines]


@dataclass(frozen=True)
class _Group:
    """Lines of one person, or of one telephone, and every door that is theirs."""

    lines: tuple[RecallLine, ...]
    doors: frozenset[int]


class _About:
    """Everything that the lines need, looked up together."""

    def __init__(self, recall: Recall, lines: Sequence[RecallLine], now: datetime) -> None:
        self._recall, self._lines, self._now = recall, lines, now
        told = {line.address for line in lines}
        self._living = set(Alias.objects.filter(address__in=told, valid_to=None).values_list("address_id", flat=True))
        self._persons = _persons(lines, self._living, now)
        self._doors = _doors(set(self._persons.values()), now)
        everything = told | {door for doors in self._doors.values() for door in doors}
        self._numbers = _numbers(everything)
        self._closed = _closed(everything, set(self._numbers.values()))
        self._talks = _talks(told)
        self._kept = set(
            Conversation.objects.filter(pk__in=[line.conversation for line in lines]).values_list("pk", flat=True)
        )
        self._addresses = Address.objects.select_related("channel").in_bulk(told)
        self._answers = unasked.ways(
            list(self._addresses.values()),
            Aim.CORRECTION,
            now,
            languages={address: talk.language for address, talk in self._talks.items()},
        )
        self._rules = _rules(set(self._persons.values()))
        self._knowing = _knowing(recall, told)
        self._noticed = _noticed(recall, told, now)
        self._done = set(
            recall.lines.exclude(stage__in=(Stage.WAITING, Stage.LEFT_OUT))
            .exclude(pk__in=[line.pk for line in lines])
            .values_list("address", flat=True)
        )

    def groups(self) -> Iterable[_Group]:
        """Whoever shares a person or a telephone belongs together."""
        root: dict[object, object] = {}

        def find(one: object) -> object:
            root.setdefault(one, one)
            while root[one] != one:
                one = root[one]
            return one

        for line in self._lines:
            for mark in self._marks(line):
                root[find(mark)] = find(("line", line.pk))
        together: dict[object, list[RecallLine]] = defaultdict(list)
        for line in self._lines:
            together[find(("line", line.pk))].append(line)
        for lines in together.values():
            yield _Group(tuple(lines), frozenset(door for line in lines for door in self._doors_of(line)))

    def _marks(self, line: RecallLine) -> Iterable[object]:
        yield "line", line.pk
        if line.address in self._living or line.address not in self._addresses:
            yield "address", line.address
        for door in self._doors_of(line):
            if door in self._numbers:
                yield "number", self._numbers[door]
        if line.pk in self._persons:
            yield "person", self._persons[line.pk]

    def _doors_of(self, line: RecallLine) -> Collection[int]:
        """Hers now: a number that belongs to somebody else is no door of hers."""
        own = {line.address} if line.address in self._living or self._is_chat(line) else set()
        person = self._persons.get(line.pk)
        return own | self._doors.get(person, set()) if person else own

    def _is_chat(self, line: RecallLine) -> bool:
        return sender_of(line.channel.kind) is None

    # One group at a time ----------------------------------------------------------------------------------------------

    def steps_of(self, group: _Group) -> Iterable[Step]:
        """One of them is told, if anybody is; the others are that same person."""
        kept = [line for line in group.lines if line.conversation in self._kept]
        yield from (
            Step(line, Stage.LEFT_OUT, Why.ERASED) for line in group.lines if line.conversation not in self._kept
        )
        if not kept:
            return
        why = self._whole(group)
        if why:
            yield from (Step(line, Stage.LEFT_OUT, why) for line in kept)
            return
        first, *others = sorted((self._step(line, group) for line in kept), key=_best_first)
        yield first
        for step in others:
            is_told = first.stage != Stage.LEFT_OUT and step.stage != Stage.LEFT_OUT
            yield Step(step.line, Stage.LEFT_OUT, Why.OTHER_DOOR) if is_told else step

    def _whole(self, group: _Group) -> str:
        """Why none of them is told, through whichever door; empty: somebody may be."""
        addresses = {line.address for line in group.lines}
        if (addresses | group.doors) & self._done:
            return Why.OTHER_DOOR
        if addresses & self._knowing:
            return Why.KNOWS
        if addresses & self._noticed:
            return Why.NOTICE_OPEN
        if self._is_held(group):
            return ""  # a person looks, whatever else was asked
        said = {self._closed[door] for door in group.doors if door in self._closed}
        said |= {Why.BLOCKED for line in group.lines if self._rule(line).is_blocked}
        said |= {self._answers[one].why_not for one in addresses if one in self._living and one in self._answers}
        return next((why for why in NOTHING_MORE if why in said), "")

    def _is_held(self, group: _Group) -> bool:
        return any(self._closed.get(door) == Why.HELD for door in group.doors)

    def _step(self, line: RecallLine, group: _Group) -> Step:
        is_known = line.pk in self._persons
        if line.address not in self._living and not self._is_chat(line):
            elsewhere = is_known and group.doors - {line.address}
            return Step(line, Stage.TASK if elsewhere else Stage.LEFT_OUT, Why.MOVED)
        if self._is_held(group):
            return Step(line, Stage.TASK, Why.HELD)
        if self._recall.needs_a_person:
            return Step(line, Stage.TASK, Why.SENSITIVE)
        if self._is_chat(line):
            return self._in_chat(line, is_known=is_known)
        return _of_answer(line, self._answers[line.address])

    def _in_chat(self, line: RecallLine, *, is_known: bool) -> Step:
        """Nothing is sent there: it waits in the chat until she comes back. One that has ended is read by nobody."""
        if not self._lets_machines_write(line):
            return Step(line, Stage.TASK, Why.SAFE_CONTACT)
        talk = self._talks.get(line.address)
        if talk and talk.is_alive:
            return Step(line, Stage.WRITTEN, at=self._now, in_chat=True)
        return Step(line, Stage.TASK if is_known else Stage.LEFT_OUT, Why.CHAT_OVER)

    def _rule(self, line: RecallLine) -> _Rule:
        return self._rules.get(self._persons.get(line.pk, 0), _Rule())

    def _lets_machines_write(self, line: RecallLine) -> bool:
        """Hours do not matter to what waits in a chat."""
        rules = (self._rule(line).contact, contact.parse(self._addresses[line.address].safe_contact))
        return all(rule.may_write and rule.hours_are_understood for rule in rules)


def _of_answer(line: RecallLine, answer: Answer) -> Step:
    if answer.may:
        return Step(line, Stage.WRITTEN, at=answer.at, by_template=answer.needs_template)
    if answer.why_not in A_PERSON_TELLS:
        return Step(line, Stage.TASK, answer.why_not)
    return Step(line, Stage.LEFT_OUT, answer.why_not)


def _best_first(step: Step) -> tuple[int, bool, bool, float, int]:
    """What leaves before what a person must do; an SMS is read by whoever holds the card, so it comes late; then where it was told last."""
    rank = (Stage.WRITTEN, Stage.TASK, Stage.LEFT_OUT).index(step.stage)
    is_sms = step.line.channel.kind == Channel.ChannelKind.SMS
    return rank, step.by_template, is_sms, -step.line.told_at.timestamp(), step.line.pk


@dataclass(frozen=True)
class _Rule:
    """What holds for a person through every door."""

    contact: SafeContact = NOTHING_SAID
    is_blocked: bool = False


# Looking up ----------------------------------------------------------------------------------------------------------------


def _persons(lines: Sequence[RecallLine], living: Collection[int], now: datetime) -> dict[int, int]:
    """Line → whose door it is, under the record she is seen under. Of a number that changed hands: whose it was when it was told."""
    by_address: dict[int, list[Joining]] = defaultdict(list)
    for joining in Joining.objects.filter(address__in={line.address for line in lines}).select_related("person"):
        by_address[joining.address_id].append(joining)
    found = {}
    for line in lines:
        at = line.told_at if line.address not in living and sender_of(line.channel.kind) else now
        for joining in by_address[line.address]:
            if joining.since <= at and (joining.until is None or joining.until > at):
                found[line.pk] = joining.person.same_as_id or joining.person_id
    return found


def _doors(persons: Collection[int], now: datetime) -> dict[int, set[int]]:
    """Person → the doors that are theirs now."""
    theirs = Q(person__in=persons) | Q(person__same_as__in=persons)
    found: dict[int, set[int]] = defaultdict(set)
    rows = Joining.objects.current(now).filter(theirs).values_list("address", "person", "person__same_as")
    for address, person, root in rows:
        found[root or person].add(address)
    return found


def _rules(persons: Collection[int]) -> dict[int, _Rule]:
    rows = Person.objects.filter(pk__in=persons).only("safe_contact", "blocked_at", "forgotten_at")
    return {one.pk: _Rule(contact.parse(one.safe_contact), bool(one.blocked_at or one.forgotten_at)) for one in rows}


def _numbers(addresses: Collection[int]) -> dict[int, str]:
    """Address → the number of its telephone. Two channels of one telephone are one telephone."""
    living = Alias.objects.filter(address__in=addresses, valid_to=None, scheme__in=BY_TELEPHONE)
    return {alias.address_id: _digits(alias.value) for alias in living}


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdecimal())


def _closed(addresses: Collection[int], numbers: Collection[str]) -> dict[int, str]:
    """Door → what was said on it, or on another channel of the same telephone, that closes it: danger before anything else."""
    stopped = OptOut.objects.in_force().values_list("address", flat=True)
    found: dict[int, str] = dict.fromkeys(stopped.filter(is_all=False), Why.OPTED_OUT)
    found |= dict.fromkeys(stopped.filter(is_all=True), Why.BLOCKED)
    found |= dict.fromkeys(Address.objects.exclude(held_since=None).values_list("pk", flat=True), Why.HELD)
    by_number = {number: found[address] for address, number in _numbers(found).items() if number in numbers}
    here = _numbers(addresses)
    return {
        address: found.get(address) or by_number[here[address]]
        for address in addresses
        if address in found or here.get(address) in by_number
    }


@dataclass(frozen=True)
class _Talk:
    language: str
    is_alive: bool


def _talks(addresses: Collection[int]) -> dict[int, _Talk]:
    """Address → the conversation it is in, or was in last."""
    rows = Conversation.objects.filter(address__in=addresses).order_by(F("closed_at").asc(nulls_last=True), "pk")
    return {
        address: _Talk(language, closed_at is None)
        for address, language, closed_at in rows.values_list("address", "language", "closed_at")
    }


def _knowing(recall: Recall, addresses: Collection[int]) -> set[int]:
    """Who has read a newer text already, because they asked again."""
    newer = Quote.objects.filter(
        version__article=recall.old.article_id, version__number__gt=recall.old.number, version__withdrawn_at=None
    )
    said = newer.filter(message__conversation__address__in=addresses)
    return set(said.values_list("message__conversation__address", flat=True))


def _noticed(recall: Recall, addresses: Collection[int], now: datetime) -> set[int]:
    """Who was told by an earlier list of the same text, and has not looked yet: they will see the newest."""
    lines = RecallLine.objects.filter(
        address__in=addresses,
        stage=Stage.WRITTEN,
        at__gt=now - changed.STANDS,
        recall__old__article=recall.old.article_id,
    )
    return set(lines.exclude(recall=recall).values_list("address", flat=True))
