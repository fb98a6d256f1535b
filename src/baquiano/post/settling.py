"""What a provider says became of a letter: any order, any number of times, before our own row of it or after. One result."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from baquiano.channels.events import LATER, Delivery, StatusChanged
from baquiano.channels.models import Channel
from baquiano.channels.protocol import Retry
from baquiano.channels.registry import sender_of
from baquiano.lib import crypto
from baquiano.lib.batch import Batch
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import writing
from baquiano.post import fate, waiting, window
from baquiano.post.fate import GRACE_SECONDS, IN_DOUBT, RESTORED
from baquiano.post.leaving import leased, wording
from baquiano.post.models import PARKED_DAYS, Dispatch, Letter, ParkedStatus, State

_STATE_OF = {
    Delivery.SENT: State.SENT,
    Delivery.DELIVERED: State.DELIVERED,
    Delivery.READ: State.READ,
    Delivery.FAILED: State.FAILED,
}


@dataclass(frozen=True)
class _News:
    """What became of one part of a letter. `dispatch`: which, where we know it."""

    dispatch: Dispatch | None
    delivery: Delivery
    error_code: int | None
    reason: str


def settle(channel: Channel, status: StatusChanged) -> None:
    """What a provider says became of a letter. Any order, any number of times: one result. Inside the caller's transaction."""
    provider_hash = crypto.keyed_hash(status.provider_id, "dispatch")
    found = _letter_of(channel, status, provider_hash)
    if found is None:
        ParkedStatus.objects.create(
            channel=channel,
            provider_hash=provider_hash,
            delivery=status.delivery,
            error_code=status.error_code,
            reason=status.reason,
        )
        return
    letter, dispatch = found
    _apply(letter, _News(dispatch, status.delivery, status.error_code, status.reason))


def _letter_of(channel: Channel, status: StatusChanged, provider_hash: str) -> tuple[Letter, Dispatch | None] | None:
    known = _dispatch_of(channel.pk, provider_hash)
    if known:
        return fate.held(known[0].letter_id), known[0]
    number, _, part = status.echo.partition(":")
    if not (number.isdecimal() and part.isdecimal()):
        return None
    if not Letter.objects.filter(pk=int(number), address__channel=channel).exists():
        return None
    letter = fate.held(int(number))
    if letter.state not in (State.SENDING, State.UNCERTAIN, State.QUEUED) and not _ended_in_doubt(letter):
        return letter, None
    # The request arrived, although nobody lived to write its answer down.
    letter.parts_sent = max(letter.parts_sent, int(part) + 1)
    if letter.state == State.UNCERTAIN and _has_parts_left(letter):
        letter.state, letter.not_before = State.QUEUED, timezone.now()
    return letter, dispatched(letter, channel, int(part), status.provider_id)


def dispatched(letter: Letter, channel: Channel, part: int, provider_id: str) -> Dispatch:
    """Nobody else writes it meanwhile: the letter is held."""
    provider_hash = crypto.keyed_hash(provider_id, "dispatch")
    known = _dispatch_of(channel.pk, provider_hash)
    if known:
        return known[0]
    at = timezone.now()
    (pk,) = _dispatches.insert([(letter.pk, part, channel.pk, provider_hash, at)])
    return Dispatch(pk=pk, letter=letter, part=part, channel=channel, provider_hash=provider_hash, at=at)


_dispatch_of = Prepared(
    lambda channel, provider_hash: Dispatch.objects.filter(channel=channel, provider_hash=provider_hash)
)
_dispatches = Batch(Dispatch, "letter_id", "part", "channel_id", "provider_hash", "at")
_parked = Prepared(lambda hashes: ParkedStatus.objects.filter(provider_hash__in=hashes).order_by("id"))


def apply_parked(letter: Letter, dispatches: Iterable[Dispatch]) -> None:
    """A status may come before the answer to our own request: it waited."""
    by_hash = {one.provider_hash: one for one in dispatches}
    for parked in _parked(list(by_hash)) if by_hash else ():
        dispatch = by_hash[parked.provider_hash]
        _apply(letter, _News(dispatch, Delivery(parked.delivery), parked.error_code, parked.reason))
        parked.delete()


def _ended_in_doubt(letter: Letter) -> bool:
    return letter.state == State.FAILED and letter.error in (IN_DOUBT, "uncertain_twice", RESTORED)


def _apply(letter: Letter, news: _News) -> None:
    if _ended_in_doubt(letter):
        letter.state, letter.error = State.UNCERTAIN, ""  # now somebody knows
    if news.delivery is not Delivery.FAILED:
        if not _comes_late(news) and not _has_parts_left(letter):
            fate.advance(letter, _STATE_OF[news.delivery], timezone.now())
    elif _is_new(news) and fate.outranks(State.FAILED, letter):
        _did_not_arrive(letter, news, timezone.now())
    fate.keep(letter)


def _has_parts_left(letter: Letter) -> bool:
    """News of its first part does not end a letter whose others have not left yet; news of the last one comes too."""
    if letter.state not in (State.SENDING, State.UNCERTAIN, State.QUEUED) or not letter.parts_sent:
        return False
    again = leased(letter, letter.address.channel, timezone.now())
    adapter = sender_of(again.channel.kind)
    if adapter is None or not again.to:
        return False
    return letter.parts_sent < len(adapter.render(wording(again), again.to[0]))


def _comes_late(news: _News) -> bool:
    """That it was sent, after we heard that it failed: what leaves after a refusal has another dispatch."""
    return news.delivery is Delivery.SENT and news.dispatch is not None and news.dispatch.has_failed


def _is_new(news: _News) -> bool:
    """The same refusal told twice is one refusal."""
    if news.dispatch is None:
        return True
    return Dispatch.objects.filter(pk=news.dispatch.pk, has_failed=False).update(has_failed=True) == 1


def _did_not_arrive(letter: Letter, news: _News, now: datetime) -> None:
    """It was accepted, and refused a moment later."""
    dispatch = news.dispatch
    if dispatch and _leaves_otherwise(letter, dispatch, news, now):
        return
    if dispatch and news.reason == LATER and dispatch.part == letter.parts_sent - 1:
        letter.parts_sent = dispatch.part
        fate.retry(letter, dispatch.channel, now, Retry(GRACE_SECONDS, news.error_code or 0))
        return
    fate.advance(letter, State.FAILED, now)
    letter.error_code, letter.error = news.error_code, letter.error or news.reason or "failed"


def _leaves_otherwise(letter: Letter, dispatch: Dispatch, news: _News, now: datetime) -> bool:
    if news.reason != window.CLOSED or letter.error == window.CLOSED:
        return False
    return waiting.leaves_otherwise(letter, news.error_code, tried_at=dispatch.at, now=now)


# News that waited ----------------------------------------------------------------------------------------------------


def settle_parked() -> int:
    """News that came while the answer to our own request was being written down, by another process: neither saw the other. Found by the clock."""
    known = Dispatch.objects.filter(channel=OuterRef("channel"), provider_hash=OuterRef("provider_hash"))
    # From the few that are parked to their letters: the other way goes through everything that was ever sent.
    parked = ParkedStatus.objects.annotate(letter=Subquery(known.values("letter")[:1])).exclude(letter=None)
    letters = set(parked.values_list("letter", flat=True))
    for letter in letters:
        with writing():
            apply_parked(fate.held(letter), Dispatch.objects.filter(letter=letter))
    return len(letters)


def forget_parked(now: datetime) -> int:
    deleted, _ = ParkedStatus.objects.filter(received_at__lt=now - timedelta(days=PARKED_DAYS)).delete()
    return deleted
