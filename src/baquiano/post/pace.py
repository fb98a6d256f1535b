"""How fast letters may leave: of a whole line, and to one person. A limit of ours is kept before the provider has to remind us.

The generic cell rate algorithm (ITU-T I.371, GCRA): of each limit one moment is kept, when the next letter would be due if all left
evenly. A letter may leave so long before that moment as the burst allows, and moves it on by one interval. No counter, no window, and
after a pause no more than the burst leaves at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.lib.batch import say_for_each
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
    """
    waiting = list(letters)
    of_line, of_person, leaving = _kept(waiting), dict[int, datetime](), []
    for letter in waiting:
        line = lines[letter.address.channel_id]
        whole, own = limit_of_line(line), limit_of_person(line)
        if not _is_open(whole, of_line[line.pk], now):
            continue
        if own and not _is_open(own, letter.address.paced_until, now):
            Letter.objects.filter(pk=letter.pk).update(not_before=own.opens_at(letter.address.paced_until, now))
            continue
        leaving.append(letter)
        if whole:
            of_line[line.pk] = whole.after(of_line[line.pk], now)
        if own:
            of_person[letter.address_id] = own.after(letter.address.paced_until, now)
    _keep(Channel._meta.db_table, of_line)
    _keep(Address._meta.db_table, of_person)
    return leaving


def _is_open(limit: Limit | None, due: datetime | None, now: datetime) -> bool:
    return limit is None or limit.opens_at(due, now) <= now


def _kept(letters: Iterable[Letter]) -> dict[int, datetime | None]:
    """Of each line, held until the transaction ends: another worker counts on from where we stop."""
    if connection.vendor == "postgresql":
        return dict(_paced({letter.address.channel_id for letter in letters}))
    return {
        letter.address.channel_id: letter.address.channel.paced_until for letter in letters
    }  # nobody else writes now


_paced = Prepared(
    lambda lines: (
        Channel.objects.filter(pk__in=lines)
        .order_by("pk")
        .select_for_update(no_key=True)
        .values_list("pk", "paced_until")
    )
)


def _keep(table: str, moments: Mapping[int, datetime | None]) -> None:
    stored = connection.ops.adapt_datetimefield_value
    rows = [(stored(moment), pk) for pk, moment in sorted(moments.items()) if moment]
    if rows:
        with connection.cursor() as cursor:
            say_for_each(cursor, f"UPDATE {table} SET paced_until = %s WHERE id = %s", rows)
