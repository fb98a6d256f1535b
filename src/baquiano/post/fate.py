"""What becomes of a letter: its states, which of them outweighs which, trying again, giving up, and doubt."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from baquiano.channels.models import Channel
from baquiano.channels.protocol import Retry
from baquiano.lib import faults
from baquiano.lib.batch import Change
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import writing
from baquiano.post import waiting
from baquiano.post.models import Letter, State

GRACE_SECONDS = 45  # how long a cut letter waits for news before it is repeated
TRIES = 8
RESTORED = "restored"
"""Why a letter nobody asked for ended: it waited in a backup, and may have left after that was made."""
IN_DOUBT = "in_doubt"
"""Why a letter that is said once ended: nobody knows whether it arrived. A person is told."""

_RANK = {
    State.QUEUED: 0,
    State.WINDOW: 0,
    State.SENDING: 1,
    State.UNCERTAIN: 1,
    State.ACCEPTED: 2,
    State.SENT: 3,
    State.FAILED: 4,  # loses to any evidence that it arrived
    State.DELIVERED: 5,
    State.READ: 6,
}

FATE = (
    "state", "not_before", "lease_until", "attempts", "parts_sent", "possibly_doubled", "error_code", "error", "settled_at",
)  # fmt: skip
"""What becomes of a letter. Its words stay as they are."""
_fate = Change(Letter, *FATE)


def keep(letter: Letter) -> None:
    _fate.write([(*(getattr(letter, name) for name in FATE), letter.pk)])


def held(letter: int) -> Letter:
    """The row, and nobody else writes it until the transaction ends: news of one letter reach several processes at once."""
    (held,) = _row_of(letter)
    return held


_row_of = Prepared(lambda letter: Letter.objects.select_for_update().filter(pk=letter))


def advance(letter: Letter, state: State, now: datetime) -> None:
    if outranks(state, letter):
        letter.state, letter.lease_until, letter.settled_at = state, None, now


def outranks(state: State, letter: Letter) -> bool:
    return _RANK[state] > _RANK[State(letter.state)]


def retry(letter: Letter, channel: Channel, now: datetime, verdict: Retry) -> None:
    """A limit of the whole line is not this letter's fault: it waits as long as it takes and uses up no try."""
    letter.error_code = verdict.code
    if verdict.whole_line:
        letter.state, letter.not_before = State.QUEUED, now + faults.lasting(verdict.wait(1))
        Channel.objects.filter(pk=channel.pk).update(paused_until=letter.not_before)
        return
    letter.attempts += 1
    if letter.attempts >= min(TRIES, verdict.times or TRIES):
        fail(letter, verdict.code, "gave_up", now)
        return
    letter.state = State.QUEUED
    letter.not_before = now + faults.lasting(verdict.wait(letter.attempts))


def fail(letter: Letter, code: int, reason: str, now: datetime) -> None:
    letter.state, letter.error_code, letter.error, letter.settled_at = State.FAILED, code, reason, now


def doubt(letter: Letter, reason: str, now: datetime) -> None:
    """It may have arrived: wait for a status that names it, then repeat once; a second doubt ends it. What is said once is not repeated."""
    if letter.possibly_doubled:
        fail(letter, 0, "uncertain_twice", now)
        return
    letter.state, letter.error = State.UNCERTAIN, reason
    letter.not_before = now + faults.lasting(GRACE_SECONDS)


def go_on(letter: Letter, parts: int, now: datetime) -> None:
    """One part is known to have arrived: the next one leaves."""
    if letter.parts_sent < parts:
        letter.state, letter.not_before = State.QUEUED, now
    else:
        advance(letter, State.ACCEPTED, now)


# Doubt ---------------------------------------------------------------------------------------------------------------


def settle_cut(now: datetime) -> int:
    """Letters whose sender died wait for news, and after the grace are repeated once; answers that waited too long for her end. Found by
    the clock.
    """
    return waiting.give_up(now) + _settle_doubts(now)


def _settle_doubts(now: datetime) -> int:
    if not _some_cut(now) and not _some_in_doubt(now):  # the usual case, each second: no write lock for nothing
        return 0
    with writing():
        cut = list(Letter.objects.cut(now).select_for_update(skip_locked=connection.features.has_select_for_update))
        for letter in cut:
            letter.lease_until = None
            doubt(letter, "cut", now)
            letter.save()
        doubtful = Letter.objects.in_doubt(now)
        said_once = doubtful.filter(is_said_once=True).update(
            state=State.FAILED, error=IN_DOUBT, settled_at=now, not_before=now
        )
        return len(cut) + said_once + doubtful.update(state=State.QUEUED, possibly_doubled=True)


_some_cut = Prepared(lambda now: Letter.objects.cut(now).values_list("pk")[:1])
_some_in_doubt = Prepared(lambda now: Letter.objects.in_doubt(now).values_list("pk")[:1])


def mark_restored(now: datetime) -> None:
    """What waited when the backup was made may have left since: an answer leaves and is marked, what nobody asked for does not leave."""
    owed = Letter.objects.owed()
    owed.exclude(purpose="", is_said_once=False).update(
        state=State.FAILED, error=RESTORED, settled_at=now, lease_until=None
    )
    owed.update(possibly_doubled=True)


def release_all_leases() -> None:
    """At the start of the only process there is (SQLite): nobody else can hold a lease."""
    Letter.objects.filter(state=State.SENDING).update(lease_until=timezone.now())
