"""Which letters leave now: those that may (`unasked`), whose window is open (`waiting`), and not faster than allowed (`pace`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from baquiano.channels.events import Alias
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage, TemplateMessage
from baquiano.channels.registry import sender_of
from baquiano.lib import faults
from baquiano.lib.batch import Change
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import For, bell, writing
from baquiano.people import identity
from baquiano.post import pace, templates, unasked, waiting, window
from baquiano.post.body import from_json
from baquiano.post.models import Letter, LetterQuerySet, State

LEASE_SECONDS = 60
LETTERS_AT_ONCE = 16


@dataclass(frozen=True)
class Leased:
    """A letter of ours to send now, and the living aliases to send it to, the safest first. `template`: leaves in place of its words."""

    letter: Letter
    channel: Channel
    to: tuple[Alias, ...]
    template: TemplateMessage | None = None


def lease(now: datetime, limit: int) -> list[Leased]:
    """What leaves now: those that may (`unasked`), whose window is open (`waiting`), and not faster than allowed (`pace`).

    When none of the first may, those behind them are looked at: whoever waits behind a thousand that do not leave is not kept waiting.
    """
    while True:
        able = _able(now, now - window.LASTS)
        if any(line.somebody_wrote_again for line in able) and waiting.come_back(now):
            continue
        lines = pace.with_room([line for line in able if line.has_letters and sender_of(line.kind)], now)
        if not lines:  # nobody to send through, or nothing to send: no write lock for that
            return []
        some_go_first = any(line.some_go_first for line in able)
        looked_at, leaving = _lease_some(lines, now, limit, some_go_first=some_go_first)
        if leaving or not looked_at:
            return [leased(letter, lines[letter.address.channel_id], now) for letter in leaving]


def _lease_some(
    lines: Mapping[int, Channel], now: datetime, limit: int, *, some_go_first: bool
) -> tuple[int, list[Letter]]:
    """How many were looked at, and those that leave. Where others may leave after them, the bell says so: nobody looks again for nothing."""
    of_lines = list(lines)
    with writing():
        first = _first(of_lines, now) if some_go_first else []
        some = (first or _in_their_order(of_lines, now))[:limit]
        for letter in some:
            letter.address.channel = lines[letter.address.channel_id]
        leaving = pace.admitted(waiting.in_time(unasked.released(some, now), now), lines, now)
        until = now + faults.lasting(LEASE_SECONDS)
        _sending.write([(State.SENDING, until, letter.pk) for letter in leaving])
    if len(some) == limit or any(_others_may_follow(letter) for letter in leaving):
        bell.strike(For.LETTERS)
    return len(some), leaving


def _others_may_follow(letter: Any) -> bool:
    """One of hers waits behind it, or others that were not looked at: those that do not go first, the rest of a broadcast."""
    return bool(letter.has_later or letter.goes_first or letter.purpose)


def _due_of_line(now: datetime) -> LetterQuerySet:
    return Letter.objects.due(now).filter(address__channel=OuterRef("pk"))


def _due(lines: Sequence[int], now: datetime) -> LetterQuerySet:
    return Letter.objects.due(now).filter(address__channel__in=lines).order_by("id")


def _due_first(lines: Sequence[int], now: datetime) -> LetterQuerySet:
    """Danger texts, and calls to colleagues: not even what is in doubt to the same person holds them up, only what is just being sent."""
    flying = Letter.objects.filter(address=OuterRef("address"), state=State.SENDING)
    earlier = Letter.objects.filter(
        address=OuterRef("address"), goes_first=True, state=State.QUEUED, pk__lt=OuterRef("pk")
    )
    first = _due(lines, now).filter(goes_first=True).exclude(Exists(flying)).exclude(Exists(earlier))
    return _taken(first)[:LETTERS_AT_ONCE]


def _due_in_their_order(lines: Sequence[int], now: datetime) -> LetterQuerySet:
    earlier = Letter.objects.before_others(now).filter(address=OuterRef("address"), pk__lt=OuterRef("pk"))
    return _taken(_due(lines, now).exclude(Exists(earlier)))[:LETTERS_AT_ONCE]


def _taken(letters: LetterQuerySet) -> LetterQuerySet:
    later = Letter.objects.unfinished().filter(address=OuterRef("address"), pk__gt=OuterRef("pk"))
    letters = letters.annotate(has_later=Exists(later))
    if connection.vendor == "postgresql":
        letters = letters.select_for_update(skip_locked=True, of=("self",))
    return letters.select_related("address", "template")


# The lines for which there is something: mostly there is none, and then nothing else is asked.
_able: Prepared[Any] = Prepared(
    lambda now, since: (
        Channel.objects.able_to_send(now)
        .annotate(
            has_letters=Exists(_due_of_line(now)),
            some_go_first=Exists(_due_of_line(now).filter(goes_first=True)),
            somebody_wrote_again=Exists(waiting.who_wrote_again(since)),
        )
        .filter(Q(has_letters=True) | Q(somebody_wrote_again=True))
    )
)
_first = Prepared(_due_first)
_in_their_order = Prepared(_due_in_their_order)
_sending = Change(Letter, "state", "lease_until")


def leased(letter: Letter, line: Channel, now: datetime) -> Leased:
    is_closed = letter.error == window.CLOSED or not window.is_open(letter.address, now)
    template = templates.as_message(letter.template) if letter.template and is_closed else None
    return Leased(letter, line, identity.living_aliases(letter.address), template)


def wording(leased: Leased) -> OutMessage:
    return replace(from_json(leased.letter.body), template=leased.template)
