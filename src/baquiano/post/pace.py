"""How fast letters may leave: of a whole line, and to one person. A limit of ours is kept before the provider has to remind us.

The generic cell rate algorithm (ITU-T I.371, GCRA): of each limit one moment is kept, when the next letter would be due if all left
evenly. A letter may leave so long before that moment as the burst allows, and moves it on by one interval. No counter, no window, and
after a pause no more than the burst leaves at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.lib.batch import Change
from baquiano.lib.prepared import Prepared
from baquiano.people.models import Address
from baquiano.post.models import Letter

AT_ONCE = 0.25
"""Seconds' worth of a line's letters that may leave together: the loop looks that often, and must not be slower than the line."""


@dataclass(frozen=True)
class Limit:
    """One letter every `every`, in the long run; `burst` of them at once."""

    every: timedelta
    burst: int = 1

    def opens_at(self, due: datetime | None, now: datetime) -> datetime:
        """When the next letter may leave: now, or later. `due`: the moment that is kept; None: nothing ever left."""
        return now if due is None else max(now, due - (self.burst - 1) * self.every)

    def after(self, due: datetime | None, now: datetime) -> datetime:
        """The moment to keep, once a letter has left."""
        return (now if due is None else max(now, due)) + self.every


def limit_of_line(channel: Channel) -> Limit | None:
    """As its setting `a_second` says, or as its kind allows. None: nobody counts."""
    adapter = sender_of(channel.kind)
    usual = adapter.capabilities.pace.line_a_second if adapter and adapter.capabilities.pace else 0.0
    a_second = _positive(channel.setting("a_second")) or usual
    return Limit(timedelta(seconds=1 / a_second), max(1, round(a_second * AT_ONCE))) if a_second else None


def limit_of_person(channel: Channel) -> Limit | None:
    adapter = sender_of(channel.kind)
    pace = adapter.capabilities.pace if adapter else None
    return Limit(timedelta(seconds=pace.person_every), pace.person_burst) if pace and pace.person_every else None


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 < value < 100_000 else 0.0


def with_room(lines: Iterable[Channel], now: datetime) -> dict[int, Channel]:
    """Those of which at least one letter may leave now."""
    return {line.pk: line for line in lines if _is_open(limit_of_line(line), line.paced_until, now)}


def admitted(letters: Iterable[Letter], lines: Mapping[int, Channel], now: datetime) -> list[Letter]:
    """Those that may leave now, in their order. One that is too much for its person waits; one that is too much for its line is looked
    at again soon. Inside the caller's transaction: one statement for all lines and one for all people, whatever their number.

    `lines`: as they were read a moment ago. If another worker has let letters of them leave since, we count on from where it stopped.
    """
    waiting = list(letters)
    ours = {letter.address.channel_id for letter in waiting}
    chosen = _of_one_line(waiting, lines, now) if len(ours) == 1 else None
    if chosen is None:
        chosen = _choose(waiting, lines, dict(_held(ours)), now)
        _of_lines.write([(moment, pk) for pk, moment in sorted(chosen.of_line.items())])
    for letter, opens_at in chosen.too_soon:
        Letter.objects.filter(pk=letter.pk).update(not_before=opens_at)
    _of_people.write([(moment, pk) for pk, moment in sorted(chosen.of_person.items())])
    return chosen.leaving


@dataclass(frozen=True)
class _Chosen:
    """`of_line`, `of_person`: the moments to keep. `too_soon`: with the moment from which each may leave."""

    leaving: list[Letter]
    too_soon: list[tuple[Letter, datetime]]
    of_line: dict[int, datetime]
    of_person: dict[int, datetime]


def _choose(
    waiting: Iterable[Letter], lines: Mapping[int, Channel], was: Mapping[int, datetime | None], now: datetime
) -> _Chosen:
    chosen = _Chosen([], [], {}, {})
    for letter in waiting:
        line, door = letter.address.channel_id, letter.address
        whole, own = limit_of_line(lines[line]), limit_of_person(lines[line])
        due = chosen.of_line.get(line, was[line])
        if not _is_open(whole, due, now):
            continue
        if own and not _is_open(own, door.paced_until, now):
            chosen.too_soon.append((letter, own.opens_at(door.paced_until, now)))
            continue
        chosen.leaving.append(letter)
        if whole:
            chosen.of_line[line] = whole.after(due, now)
        if own:
            chosen.of_person[door.pk] = own.after(door.paced_until, now)
    return chosen


def _is_open(limit: Limit | None, due: datetime | None, now: datetime) -> bool:
    return limit is None or limit.opens_at(due, now) <= now


def _of_one_line(waiting: Sequence[Letter], lines: Mapping[int, Channel], now: datetime) -> _Chosen | None:
    """The usual case, without asking again what was read a moment ago. None: another worker has moved it on since; nothing is written."""
    line = lines[waiting[0].address.channel_id]
    if line.paced_until is None:
        return None
    chosen = _choose(waiting, lines, {line.pk: line.paced_until}, now)
    rows = [(moment, pk, line.paced_until) for pk, moment in chosen.of_line.items()]
    return chosen if _if_unmoved.write(rows) == len(rows) else None


_if_unmoved = Change(Channel, "paced_until", only_if=("paced_until",))
_of_lines = Change(Channel, "paced_until")
_of_people = Change(Address, "paced_until")
# Held until the transaction ends: another worker counts on from where we stop.
_held = Prepared(
    lambda lines: (
        Channel.objects.filter(pk__in=lines)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", "paced_until")
    )
)
