"""Answers that come too late for the window: she is told that there is one, in a text that was approved, and it leaves when she writes.

Where she cannot be told (no approved text, danger, her own word), the answer fails and a person is told.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet

from baquiano.channels.protocol import OutMessage
from baquiano.lib.turnstile import writing
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import templates, unasked, window
from baquiano.post.body import to_json
from baquiano.post.models import Aim, Letter, State

WAITS = timedelta(days=7)
"""So long an answer may leave when she writes again; later it answers something nobody remembers."""


def in_time(letters: Iterable[Letter], now: datetime) -> list[Letter]:
    """Of those about to leave the ones whose window is open, or whose template may leave. The other answers wait for her, or fail.

    Inside the caller's transaction.
    """
    leaving = []
    for letter in letters:
        if not letter.purpose and window.is_closed(letter.address, now):
            put_aside(letter, now)
        else:
            leaving.append(letter)
    return leaving


def put_aside(letter: Letter, now: datetime) -> None:
    """It does not leave now. Inside the caller's transaction."""
    letter.lease_until, letter.error = None, window.CLOSED
    if not letter.goes_first and _tells_her(letter, now):
        letter.state = State.WINDOW
    else:
        letter.state, letter.settled_at = State.FAILED, now
    letter.save()


def leaves_otherwise(letter: Letter, code: int | None, *, tried_at: datetime, now: datetime) -> bool:
    """Only the words were refused, and the provider knows better than we do until when she may be written to: what was approved leaves,
    once, or an answer waits for her. False: there is no other way. Inside the caller's transaction.
    """
    if letter.purpose and not letter.template:
        return False
    identity.not_heard_since(letter.address, now - window.LASTS, unless_after=tried_at)
    letter.error_code, letter.parts_sent, letter.settled_at = code, 0, None
    if letter.template:
        letter.state, letter.error, letter.lease_until = State.QUEUED, window.CLOSED, None
        letter.save()
    else:
        put_aside(letter, now)
    return True


def can_be_told(address: Address, now: datetime) -> bool:
    """Whether somebody whose window is closed can be told that we answered."""
    return unasked.ways([address], Aim.ANSWERED, now)[address.pk].may


def _tells_her(letter: Letter, now: datetime) -> bool:
    """Once for all answers that wait for her."""
    if Letter.objects.waiting_for_her().filter(address=letter.address_id).exists():
        return True
    way = unasked.ways([letter.address], Aim.ANSWERED, now)[letter.address_id]
    if way.at is None or way.template is None:
        return False
    Letter.objects.create(
        address=letter.address,
        cause=f"window:{letter.pk}",
        body=to_json(OutMessage(templates.words(way.template))),
        not_before=way.at,
        purpose=Aim.ANSWERED,
        template=way.template,
    )
    return True


def who_wrote_again(since: datetime) -> "QuerySet[Letter]":
    return Letter.objects.waiting_for_her().filter(address__heard_at__gt=since)


def come_back(now: datetime) -> int:
    """Before anything newer leaves: she wrote again, and what waited for that leaves first. Returns how many."""
    with writing():
        back = list(who_wrote_again(now - window.LASTS).values_list("pk", "address"))
        told = Letter.objects.filter(address__in=[address for _pk, address in back], purpose=Aim.ANSWERED)
        told.filter(state=State.QUEUED).delete()
        return Letter.objects.filter(pk__in=[pk for pk, _address in back]).update(
            state=State.QUEUED, error="", error_code=None, not_before=now
        )


def give_up(now: datetime) -> int:
    """For the clock: nobody wrote again, and a person is told."""
    late = Letter.objects.waiting_for_her().filter(created_at__lt=now - WAITS)
    if not late.exists():
        return 0
    with writing():
        return late.update(state=State.FAILED, error=window.CLOSED, settled_at=now)
