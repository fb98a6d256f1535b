"""The chain over the audit trail: made within seconds of each entry, and checked from end to end.

An entry is written with its deed and knows nothing of its neighbours: a chain inside that transaction would make every deed wait for
the one before. The clock then seals what was committed, in the order in which it finds it. Numbers of seals have no gaps; numbers of
entries may have (a transaction that was rolled back), and a low one may be committed after a higher one was sealed.

The number of a seal is the lock: of two processes that seal at once one meets a number that is taken, and its whole batch is undone.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import TypeVar

from django.db import IntegrityError
from django.db.models import Exists, Max, Model, OuterRef, QuerySet
from django.utils import timezone

from baquiano.accounts import anchor
from baquiano.accounts.anchor import Anchor
from baquiano.accounts.audit import EMPTIED, audit, fits
from baquiano.accounts.models import AuditEntry, AuditSeal
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing

log = logging.getLogger(__name__)

BATCH = 500
RECENT = timedelta(minutes=2)  # an ordinary transaction that is still open began later than this
LATE = timedelta(hours=3)  # and any at all later than this
PATIENCE = timedelta(minutes=1)  # an entry that waits longer for its seal is told
MOST_FINDINGS = 1000
VERIFIED = "audit.verified"
LOWEST = -(2**62)  # nobody but a stranger gives an entry such a number

Row = TypeVar("Row", bound=Model)


# -- sealing -----------------------------------------------------------------------------------------------------------


def keep_up(now: datetime) -> int:
    """Seals what is new. Returns 0 unless a whole batch was sealed and more may wait: what comes within a second shares one write."""
    sealed = _seal(now, RECENT)
    return sealed if sealed == BATCH else 0


def catch_late(now: datetime) -> int:
    """Seals what a long transaction brought late, and looks whether the chain still holds what this machine remembers."""
    sealed = _seal(now, LATE)
    last = head()
    if last:
        anchor.advance(last)
    if not is_as_remembered():
        log.error("audit: the seal this machine remembers is not in the chain. See: baquiano audit verify")
    return sealed


def head() -> Anchor | None:
    """The newest seal; None before the first."""
    last = AuditSeal.objects.order_by("-number").values_list("number", "mac").first()
    return Anchor(*last) if last else None


def is_as_remembered() -> bool:
    """Whether the seal this machine noted is still in the chain. Also when it noted none."""
    try:
        noted = anchor.read()
    except anchor.Unreadable:
        return False
    return noted is None or noted.standing() is not None


def remembers_nothing() -> bool:
    """There is a chain, and this machine could note nothing of it."""
    return head() is not None and not anchor.exists()


def begin_again() -> None:
    """After a restore from a backup the chain is shorter than this machine remembers: it remembers the shorter one, and that is written
    down in the trail. The chain itself is not touched.
    """
    last = head()
    if last is None:
        anchor.forget()
        return
    with writing():
        audit(None, "audit.begun_again", AuditSeal(number=last.number))
    anchor.put(last)


def write_down(verdict: "Verdict") -> None:
    """That somebody looked, and how much was wrong, is an entry too. It is sealed at once, unless others have been waiting: then nobody
    seals, and the next look must find that again.
    """
    last = head()
    if last is None:
        return
    wrong = len(verdict.findings) + verdict.untold
    with writing():
        audit(None, VERIFIED, AuditSeal(number=last.number), about=f"findings:{wrong}")
    if Fault.UNSEALED not in {finding.fault for finding in verdict.findings}:
        keep_up(timezone.now())


def verified_last() -> datetime | None:
    return AuditEntry.objects.filter(verb=VERIFIED).order_by("-pk").values_list("at", flat=True).first()


def unsealed(above: int = 0) -> "QuerySet[AuditEntry]":
    """Those with a number higher than `above`, which is said to both tables: neither is read from its beginning."""
    seals = AuditSeal.objects.filter(entry=OuterRef("pk"), entry__gt=above)
    return AuditEntry.objects.filter(~Exists(seals), pk__gt=above).order_by("pk")


def _seal(now: datetime, looking_back: timedelta) -> int:
    """One batch, or less."""
    waiting = _new() or _since(now - looking_back)
    if not waiting:
        return 0
    try:
        with writing():
            last = _chain(head(), waiting, now)
    except IntegrityError:  # another process was faster
        return 0
    anchor.advance(last)
    return len(waiting)


def _new() -> list[tuple[int, str]]:
    """A whole batch above everything that is sealed, after the program stood still: cheaper than looking what lies between."""
    highest = AuditSeal.objects.aggregate(highest=Max("entry"))["highest"] or 0
    found = list(AuditEntry.objects.filter(pk__gt=highest).order_by("pk").values_list("pk", "mac")[:BATCH])
    return found if len(found) == BATCH else []


def _since(settled_at: datetime) -> list[tuple[int, str]]:
    """Whatever has no seal. Entries below the last one sealed before `settled_at` are not looked at: they are committed, or never will be."""
    settled = AuditSeal.objects.filter(at__lt=settled_at).order_by("-number").values_list("entry", flat=True).first()
    return list(unsealed(above=settled or 0).values_list("pk", "mac")[:BATCH])


def _chain(last: Anchor | None, entries: list[tuple[int, str]], now: datetime) -> Anchor:
    number, previous = (last.number, last.mac) if last else (0, "")
    links = []
    for entry, entry_mac in entries:
        number += 1
        link = AuditSeal(number=number, entry=entry, entry_mac=entry_mac, at=now)
        link.mac = previous = _mac(link, previous)
        links.append(link)
    AuditSeal.objects.bulk_create(links)
    return Anchor(number, previous)


def _mac(link: AuditSeal, previous: str) -> str:
    return crypto.keyed_hash(
        repr((link.number, previous, link.entry, link.entry_mac, link.at.isoformat())), "audit seal"
    )


# -- verifying ---------------------------------------------------------------------------------------------------------


class Fault(StrEnum):
    GAP = "gap"  # seals are missing from the middle of the chain
    ALTERED = "altered"  # an entry or a seal is not as it was written
    REMOVED = "removed"  # a sealed entry is gone
    CUT = "cut"  # the newest seals are gone
    EMPTIED = "emptied"  # a reason was taken away without an entry that says so
    UNSEALED = "unsealed"  # entries wait too long for their seal


@dataclass(frozen=True)
class Finding:
    """`what` in plain words, with numbers only. `entry` and `seal`: 0 for none in particular."""

    fault: Fault
    what: str
    entry: int = 0
    seal: int = 0


@dataclass(frozen=True)
class Verdict:
    """`findings`: the first thousand; `untold`: how many more. `head`: None before the first seal. `is_remembered`: this machine had noted
    a seal outside the database, without which a chain that was cut off cannot be told from a shorter one.
    """

    entries: int
    seals: int
    findings: tuple[Finding, ...]
    untold: int
    head: Anchor | None
    is_remembered: bool

    @property
    def is_well(self) -> bool:
        return not self.findings


Tell = Callable[[int, int], None]


def verify(now: datetime, *, since: Anchor | None = None, tell: Tell) -> Verdict:
    """The whole trail, or what was sealed after `since`. Changes nothing. `tell`: how many seals of how many were looked at."""
    last = head()
    findings = _findings(now, last, since, tell)
    told = tuple(islice(findings, MOST_FINDINGS))
    return Verdict(
        entries=AuditEntry.objects.count(),
        seals=AuditSeal.objects.count(),
        findings=told,
        untold=sum(1 for _ in findings),
        head=last,
        is_remembered=anchor.exists(),
    )


def _findings(now: datetime, last: Anchor | None, since: Anchor | None, tell: Tell) -> Iterator[Finding]:
    yield from _remembered(last)
    if since is not None:
        yield from _held(since, last)
    yield from _Walk(since).findings(last.number if last else 0, tell)
    yield from _waiting(now)


def _remembered(last: Anchor | None) -> Iterator[Finding]:
    """Against what this machine noted."""
    try:
        noted = anchor.read()
    except anchor.Unreadable as problem:
        yield Finding(Fault.CUT, f"What this machine noted of the trail cannot be trusted: {problem}.")
        return
    if noted is not None:
        yield from _held(noted, last)


def _held(noted: Anchor, last: Anchor | None) -> Iterator[Finding]:
    if noted.standing() is not None:
        return
    length = last.number if last else 0
    if length < noted.number:
        what = (
            f"The end of the trail was cut off: seal {noted.number} was noted, and the last one is {length}. "
            f"At least {noted.number - length} entries are gone."
        )
    else:
        what = f"Seal {noted.number} is not the one that was noted: the trail was cut before it and went on, or was replaced."
    yield Finding(Fault.CUT, what, seal=noted.number)


class _Walk:
    """Along the chain, from the first seal or from the one after `since`."""

    def __init__(self, since: Anchor | None) -> None:
        self.begins = since.number if since else 0
        self.number = self.begins
        self.previous = since.standing() if since else ""  # None: not known
        self.emptied: set[int] = set()
        self.said: set[int] = set()

    def findings(self, last: int, tell: Tell) -> Iterator[Finding]:
        while links := _read(self._next(last)):
            entries = _read(AuditEntry.objects.filter(pk__in=[link.entry for link in links.values() if link]))
            for number, link in links.items():
                yield from self._gap(number)
                yield from self._of_seal(number, link)
                if link is not None:
                    yield from self._of_entry(link, entries)
            tell(self.number - self.begins, last - self.begins)
        for entry in self._emptied_in_silence(last):
            yield Finding(Fault.EMPTIED, f"The reason of entry {entry} was taken away, and no entry says so.", entry)

    def _emptied_in_silence(self, last: int) -> list[int]:
        """Those whose emptying is not written down, not even in the seconds since this walk began."""
        if not self.emptied - self.said:
            return []
        walked = AuditSeal.objects.filter(entry=OuterRef("pk"), number__lte=last)
        later = _read(AuditEntry.objects.filter(~Exists(walked), verb=EMPTIED))
        self.said |= {_emptied_by(entry) for entry in later.values() if entry and _fits(entry)}
        return sorted(self.emptied - self.said)

    def _next(self, last: int) -> "QuerySet[AuditSeal]":
        return AuditSeal.objects.filter(number__gt=self.number, number__lte=last).order_by("number")[:BATCH]

    def _gap(self, number: int) -> Iterator[Finding]:
        missing = number - self.number - 1
        if missing > 0:
            self.previous = None
            yield Finding(
                Fault.GAP,
                f"There is a gap: {missing} seals are missing before seal {number}, and what they sealed may be too.",
                seal=number,
            )

    def _of_seal(self, number: int, link: AuditSeal | None) -> Iterator[Finding]:
        is_well = link is not None and _follows(link, self.previous)
        self.number, self.previous = number, link.mac if link else None
        if not is_well:
            yield Finding(Fault.ALTERED, f"Seal {number} was altered, or the one before it.", seal=number)

    def _of_entry(self, link: AuditSeal, entries: "dict[int, AuditEntry | None]") -> Iterator[Finding]:
        if link.entry not in entries:
            yield Finding(
                Fault.REMOVED, f"Entry {link.entry} is gone: seal {link.number} names it.", link.entry, link.number
            )
            return
        entry = entries[link.entry]
        if entry is None or entry.mac != link.entry_mac or not _fits(entry):
            yield _altered(link.entry, link.number)
        elif entry.reason is None and entry.reason_mac:
            self.emptied.add(entry.pk)
        elif entry.verb == EMPTIED:
            self.said.add(_emptied_by(entry))


def _waiting(now: datetime) -> Iterator[Finding]:
    """Entries without a seal: those of the last seconds, unless nobody seals."""
    after, oldest, late = LOWEST, 0, 0
    while rows := _read(unsealed(above=after)[:BATCH]):
        for number, entry in rows.items():
            if entry is None or not _fits(entry):
                yield _altered(number, 0)
            elif entry.at < now - PATIENCE:
                oldest, late = oldest or number, late + 1
        after = max(rows)
    if late:
        yield Finding(
            Fault.UNSEALED,
            f"{late} entries have waited more than a minute for their seal, the first is {oldest}. "
            "Is the program running? `baquiano serve` and `baquiano work` seal them.",
            oldest,
        )


def _emptied_by(entry: AuditEntry) -> int:
    return int(entry.row.partition(":")[2])


def _altered(entry: int, seal: int) -> Finding:
    return Finding(Fault.ALTERED, f"Entry {entry} is not as it was written.", entry, seal)


UNREADABLE = (crypto.WrongKey, ValueError, TypeError, AttributeError)
"""What a value that was overwritten by hand may raise when it is read or hashed."""


def _read(rows: "QuerySet[Row]") -> "dict[int, Row | None]":
    """By number, in order; None for one that cannot even be read."""
    try:
        return {row.pk: row for row in rows}
    except UNREADABLE:
        return {number: _one(rows, number) for number in rows.values_list("pk", flat=True)}


def _one(rows: "QuerySet[Row]", number: int) -> "Row | None":
    try:
        return rows.model._default_manager.get(pk=number)
    except UNREADABLE:
        return None


def _follows(link: AuditSeal, previous: str | None) -> bool:
    """Its mac holds itself and the one before. None: that one is not known, and nothing can be said."""
    try:
        return previous is None or link.mac == _mac(link, previous)
    except UNREADABLE:
        return False


def _fits(entry: AuditEntry) -> bool:
    try:
        return fits(entry)
    except UNREADABLE:
        return False
