"""Writing a letter, sending what is due, and settling what became of it.

A letter is leased in one short transaction, sent with none open, and settled in another. A process that dies in between leaves its lease:
when it runs out, the letter waits for a status that carries its id, and is repeated at most once, marked as possibly doubled.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from baquiano.channels.events import LATER, Alias, Delivery, StatusChanged
from baquiano.channels.models import Channel
from baquiano.channels.protocol import Accepted, Dead, OutMessage, Rejected, Retry, TemplateMessage, Uncertain, Verdict
from baquiano.channels.registry import sender_of
from baquiano.lib import crypto, faults
from baquiano.lib.batch import Batch, Change
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import writing
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import allowed, pace, templates, unasked, waiting, window
from baquiano.post.body import from_json, to_json
from baquiano.post.models import (
    PARKED_DAYS,
    BroadcastLine,
    Dispatch,
    Letter,
    LetterQuerySet,
    OptOut,
    ParkedStatus,
    State,
)

LEASE_SECONDS = 60
GRACE_SECONDS = 45  # how long a cut letter waits for news before it is repeated
TRIES = 8
SENDERS = 8
RESTORED = "restored"
"""Why a letter nobody asked for ended: it waited in a backup, and may have left after that was made."""
IN_DOUBT = "in_doubt"
"""Why a letter that is said once ended: nobody knows whether it arrived. A person is told."""
ALIAS_UNUSABLE = 131062  # WhatsApp cannot write to this user id: the phone, then

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
_STATE_OF = {
    Delivery.SENT: State.SENT,
    Delivery.DELIVERED: State.DELIVERED,
    Delivery.READ: State.READ,
    Delivery.FAILED: State.FAILED,
}


@dataclass(frozen=True)
class Outgoing:
    """`cause`: what made us write it; the same cause can never make two letters. `goes_first`: it tells somebody in danger what to do,
    or calls a colleague: it leaves before what waits for anybody else, and before what waits for the same person.
    """

    address: Address
    message: OutMessage
    cause: str
    goes_first: bool = False


def send(address: Address, message: OutMessage, *, cause: str) -> Letter:
    """Writes the letter inside the caller's transaction."""
    (letter,) = send_all([Outgoing(address, message, cause)])
    return Letter.objects.get(pk=letter)


TO_COLLEAGUES = "call:"
"""How the cause of a letter to a duty phone begins."""


def tell_colleague(address: Address, text: str, *, cause: str) -> Letter:
    """To a duty phone that wrote to us first. The words name nobody. No consent is asked and no hour waited for: whoever is on duty
    gave this telephone to be called. WhatsApp refuses it 24 hours after its last message to us; whoever calls sends a mail as well.
    Inside the caller's transaction. Raises ValueError for a cause that does not begin as `TO_COLLEAGUES`.
    """
    if not cause.startswith(TO_COLLEAGUES):
        raise ValueError("not a call to a colleague")
    (letter,) = send_all([Outgoing(address, OutMessage(text), cause, goes_first=True)])
    return Letter.objects.get(pk=letter)


_letters = Batch(Letter, "address_id", "cause", "body", "goes_first", "state", "settled_at")


def send_all(outgoing: Sequence[Outgoing]) -> list[int]:
    """The ids of the letters, in their order, written together. A channel that the person fetches from has them at once."""
    now = timezone.now()
    return _letters.insert([_row(one, now) for one in outgoing])


def _row(one: Outgoing, now: datetime) -> tuple[object, ...]:
    is_fetched = sender_of(one.address.channel.kind) is None
    state = (State.ACCEPTED, now) if is_fetched else (State.QUEUED, None)
    return one.address.pk, one.cause, to_json(one.message), one.goes_first, *state


def erase(letters: Iterable[Letter]) -> None:
    """What has already left is forgotten on our side; what has not left yet still leaves."""
    for letter in letters:
        letter.body = to_json(OutMessage(""))
        letter.save(update_fields=["body"])


def erase_all_to(address: Address) -> None:
    """Before the address itself goes. Inside the caller's transaction."""
    BroadcastLine.objects.filter(address=address).delete()
    OptOut.objects.filter(address=address).delete()
    Letter.objects.filter(address=address).delete()


# Sending -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leased:
    """A letter of ours to send now, and the living aliases to send it to, the safest first. `template`: leaves in place of its words."""

    letter: Letter
    channel: Channel
    to: tuple[Alias, ...]
    template: TemplateMessage | None = None


@dataclass(frozen=True)
class Sent:
    """What one attempt came to: the provider's ids of the parts it took, the verdict that ended it, and how many parts the letter has."""

    leased: Leased
    accepted: tuple[str, ...]
    verdict: Verdict
    parts: int = 0

    @property
    def first(self) -> int:
        """The part it began with."""
        return self.leased.letter.parts_sent


LETTERS_AT_ONCE = 16


def deliver(limit: int = LETTERS_AT_ONCE) -> int:
    """Sends what is due, at most one letter in flight per address. Returns how many it tried."""
    leased = lease(timezone.now(), limit)
    if not leased:
        return 0
    faults.point("after_lease")
    outcomes = list(_senders.map(_attempt, leased)) if len(leased) > 1 else [_attempt(leased[0])]
    faults.point("after_send")
    with writing():
        for outcome in outcomes:
            _record(outcome)
    faults.point("after_delivery")
    return len(outcomes)


def lease(now: datetime, limit: int) -> list[Leased]:
    """What leaves now: those that may (`unasked`), whose window is open (`waiting`), and not faster than allowed (`pace`).

    When none of the first may, those behind them are looked at: whoever waits behind a thousand that do not leave is not kept waiting.
    """
    waiting.come_back(now)
    while True:
        able = [line for line in _able(now) if sender_of(line.kind)]
        lines = pace.with_room(able, now)
        some_go_first = _goes_first(list(lines), now) if lines else []
        if not some_go_first:  # nobody to send through, or nothing to send: no write lock for that
            return []
        looked_at, leaving = _lease_some(lines, now, limit, some_go_first=some_go_first[0])
        if leaving or not looked_at:
            return [_leased(letter, lines[letter.address.channel_id], now) for letter in leaving]


def _lease_some(
    lines: Mapping[int, Channel], now: datetime, limit: int, *, some_go_first: bool
) -> tuple[int, list[Letter]]:
    """How many were looked at, and those that leave."""
    of_lines = list(lines)
    with writing():
        first = _first(of_lines, now) if some_go_first else []
        some = (first or _in_their_order(of_lines, now))[:limit]
        leaving = pace.admitted(waiting.in_time(unasked.released(some, now), now), lines, now)
        until = now + faults.lasting(LEASE_SECONDS)
        _sending.write([(State.SENDING, until, letter.pk) for letter in leaving])
    return len(some), leaving


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
    if connection.vendor == "postgresql":
        letters = letters.select_for_update(skip_locked=True, of=("self",))
    return letters.select_related("address__channel", "template")


_able = Prepared(Channel.objects.able_to_send)
_goes_first = Prepared(
    lambda lines, now: _due(lines, now).order_by("-goes_first").values_list("goes_first", flat=True)[:1]
)
_first = Prepared(_due_first)
_in_their_order = Prepared(_due_in_their_order)
_sending = Change(Letter, "state", "lease_until")


def _leased(letter: Letter, line: Channel, now: datetime) -> Leased:
    is_closed = letter.error == window.CLOSED or not window.is_open(letter.address, now)
    template = templates.as_message(letter.template) if letter.template and is_closed else None
    return Leased(letter, line, identity.living_aliases(letter.address), template)


_senders = ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="sender")


def _attempt(leased: Leased) -> Sent:
    """Only the network: no row is read or written here."""
    outcome = Sent(leased, (), Rejected(0, "no_address"))
    for alias in leased.to:
        outcome = _attempt_to(alias, leased)
        if not (isinstance(outcome.verdict, Rejected) and outcome.verdict.code == ALIAS_UNUSABLE):
            break
    return outcome


def _attempt_to(alias: Alias, leased: Leased) -> Sent:
    adapter = sender_of(leased.channel.kind)
    if adapter is None:
        return Sent(leased, (), Rejected(0, "no_address"))
    wires = adapter.render(_wording(leased), alias)
    settings = {key: str(value) for key, value in (leased.channel.settings or {}).items()}
    settings["phone_number_id"] = leased.channel.line
    accepted: list[str] = []
    for part in range(leased.letter.parts_sent, len(wires)):
        verdict = adapter.send(wires[part], settings, f"{leased.letter.pk}:{part}")
        if not isinstance(verdict, Accepted):
            return Sent(leased, tuple(accepted), verdict, len(wires))
        accepted.append(verdict.provider_id)
    return Sent(leased, tuple(accepted), Accepted(accepted[-1] if accepted else ""), len(wires))


def _wording(leased: Leased) -> OutMessage:
    return replace(from_json(leased.letter.body), template=leased.template)


def _record(outcome: Sent) -> None:
    letter = _held(outcome.leased.letter.pk)
    dispatches = [
        _dispatched(letter, outcome.leased.channel, outcome.first + offset, provider_id)
        for offset, provider_id in enumerate(outcome.accepted)
    ]
    stopped_at = outcome.first + len(outcome.accepted)
    letter.parts_sent = max(letter.parts_sent, stopped_at)  # news of a part may have been here first
    letter.lease_until = None
    now = timezone.now()
    match outcome.verdict:
        case Accepted():
            _advance(letter, State.ACCEPTED, now)
        case Retry():
            _retry(letter, outcome.leased.channel, now, outcome.verdict)
        case Rejected():
            _refused(letter, outcome, outcome.verdict, now)
        case Dead(code, reason):
            letter.state = State.QUEUED  # nothing is lost: it leaves when a person has mended the line
            letter.error_code, letter.error = code, reason
            Channel.objects.filter(pk=outcome.leased.channel.pk).update(trouble=reason)
        case Uncertain() if (
            letter.parts_sent > stopped_at
        ):  # news of it came before its answer was lost: nothing is in doubt
            _go_on(letter, outcome.parts, now)
        case Uncertain(reason):
            _uncertain(letter, reason, now)
    _keep_fate(letter)
    _apply_parked(letter, dispatches)


FATE = (
    "state", "not_before", "lease_until", "attempts", "parts_sent", "possibly_doubled", "error_code", "error", "settled_at",
)  # fmt: skip
"""What becomes of a letter. Its words stay as they are."""
_fate = Change(Letter, *FATE)


def _keep_fate(letter: Letter) -> None:
    _fate.write([(*(getattr(letter, name) for name in FATE), letter.pk)])


def _held(letter: int) -> Letter:
    """The row, and nobody else writes it until the transaction ends: news of one letter reach several processes at once."""
    (held,) = _row_of(letter)
    return held


_row_of = Prepared(lambda letter: Letter.objects.select_for_update().filter(pk=letter))


def _refused(letter: Letter, outcome: Sent, verdict: Rejected, now: datetime) -> None:
    """For good; unless only the words were, because her window is closed."""
    only_words = verdict.reason == window.CLOSED and outcome.leased.template is None and not outcome.accepted
    heard_at = outcome.leased.letter.address.heard_at or now
    if only_words and waiting.leaves_otherwise(letter, verdict.code, tried_at=heard_at, now=now):
        return
    if verdict.reason in _SHE_WANTS_NO_MORE:
        allowed.stop(letter.address, OptOut.How.PROVIDER, is_all=_SHE_WANTS_NO_MORE[verdict.reason])
    _fail(letter, verdict.code, verdict.reason, now)


_SHE_WANTS_NO_MORE = {"opt-out": False, "blocked": True}
"""Reasons of a refusal that hold for later letters too, and whether nothing at all arrives."""


def _retry(letter: Letter, channel: Channel, now: datetime, verdict: Retry) -> None:
    """A limit of the whole line is not this letter's fault: it waits as long as it takes and uses up no try."""
    letter.error_code = verdict.code
    if verdict.whole_line:
        letter.state, letter.not_before = State.QUEUED, now + faults.lasting(verdict.wait(1))
        Channel.objects.filter(pk=channel.pk).update(paused_until=letter.not_before)
        return
    letter.attempts += 1
    if letter.attempts >= min(TRIES, verdict.times or TRIES):
        _fail(letter, verdict.code, "gave_up", now)
        return
    letter.state = State.QUEUED
    letter.not_before = now + faults.lasting(verdict.wait(letter.attempts))


def _fail(letter: Letter, code: int, reason: str, now: datetime) -> None:
    letter.state, letter.error_code, letter.error, letter.settled_at = State.FAILED, code, reason, now


def _uncertain(letter: Letter, reason: str, now: datetime) -> None:
    """It may have arrived: wait for a status that names it, then repeat once; a second doubt ends it. What is said once is not repeated."""
    if letter.possibly_doubled:
        _fail(letter, 0, "uncertain_twice", now)
        return
    letter.state, letter.error = State.UNCERTAIN, reason
    letter.not_before = now + faults.lasting(GRACE_SECONDS)


def _go_on(letter: Letter, parts: int, now: datetime) -> None:
    """One part is known to have arrived: the next one leaves."""
    if letter.parts_sent < parts:
        letter.state, letter.not_before = State.QUEUED, now
    else:
        _advance(letter, State.ACCEPTED, now)


def settle_cut(now: datetime) -> int:
    """Letters whose sender died wait for news, and after the grace are repeated once; answers that waited too long for her end. Found by
    the clock.
    """
    return waiting.give_up(now) + _settle_doubts(now)


def _settle_doubts(now: datetime) -> int:
    doubtful = Letter.objects.filter(state=State.UNCERTAIN, not_before__lte=now)
    if not Letter.objects.cut(now).exists() and not doubtful.exists():
        return 0
    with writing():
        cut = list(Letter.objects.cut(now).select_for_update(skip_locked=connection.features.has_select_for_update))
        for letter in cut:
            letter.lease_until = None
            _uncertain(letter, "cut", now)
            letter.save()
        said_once = doubtful.filter(is_said_once=True).update(
            state=State.FAILED, error=IN_DOUBT, settled_at=now, not_before=now
        )
        return len(cut) + said_once + doubtful.update(state=State.QUEUED, possibly_doubled=True)


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


# Settling ------------------------------------------------------------------------------------------------------------


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
        return _held(known[0].letter_id), known[0]
    number, _, part = status.echo.partition(":")
    if not (number.isdecimal() and part.isdecimal()):
        return None
    if not Letter.objects.filter(pk=int(number), address__channel=channel).exists():
        return None
    letter = _held(int(number))
    if letter.state not in (State.SENDING, State.UNCERTAIN, State.QUEUED) and not _ended_in_doubt(letter):
        return letter, None
    # The request arrived, although nobody lived to write its answer down.
    letter.parts_sent = max(letter.parts_sent, int(part) + 1)
    if letter.state == State.UNCERTAIN and _has_parts_left(letter):
        letter.state, letter.not_before = State.QUEUED, timezone.now()
    return letter, _dispatched(letter, channel, int(part), status.provider_id)


def _dispatched(letter: Letter, channel: Channel, part: int, provider_id: str) -> Dispatch:
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


def _apply_parked(letter: Letter, dispatches: Iterable[Dispatch]) -> None:
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
            _advance(letter, _STATE_OF[news.delivery], timezone.now())
    elif _is_new(news) and _outranks(State.FAILED, letter):
        _did_not_arrive(letter, news, timezone.now())
    _keep_fate(letter)


def _has_parts_left(letter: Letter) -> bool:
    """News of its first part does not end a letter whose others have not left yet; news of the last one comes too."""
    if letter.state not in (State.SENDING, State.UNCERTAIN, State.QUEUED) or not letter.parts_sent:
        return False
    leased = _leased(letter, letter.address.channel, timezone.now())
    adapter = sender_of(leased.channel.kind)
    if adapter is None or not leased.to:
        return False
    return letter.parts_sent < len(adapter.render(_wording(leased), leased.to[0]))


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
        _retry(letter, dispatch.channel, now, Retry(GRACE_SECONDS, news.error_code or 0))
        return
    _advance(letter, State.FAILED, now)
    letter.error_code, letter.error = news.error_code, letter.error or news.reason or "failed"


def _leaves_otherwise(letter: Letter, dispatch: Dispatch, news: _News, now: datetime) -> bool:
    if news.reason != window.CLOSED or letter.error == window.CLOSED:
        return False
    return waiting.leaves_otherwise(letter, news.error_code, tried_at=dispatch.at, now=now)


def _advance(letter: Letter, state: State, now: datetime) -> None:
    if _outranks(state, letter):
        letter.state, letter.lease_until, letter.settled_at = state, None, now


def _outranks(state: State, letter: Letter) -> bool:
    return _RANK[state] > _RANK[State(letter.state)]


def settle_parked() -> int:
    """News that came while the answer to our own request was being written down, by another process: neither saw the other. Found by the clock."""
    known = Dispatch.objects.filter(channel=OuterRef("channel"), provider_hash=OuterRef("provider_hash"))
    hashes = ParkedStatus.objects.filter(Exists(known)).values("provider_hash")
    letters = list(Dispatch.objects.filter(provider_hash__in=hashes).values_list("letter", flat=True).distinct())
    for letter in letters:
        with writing():
            _apply_parked(_held(letter), Dispatch.objects.filter(letter=letter))
    return len(letters)


def forget_parked(now: datetime) -> int:
    deleted, _ = ParkedStatus.objects.filter(received_at__lt=now - timedelta(days=PARKED_DAYS)).delete()
    return deleted


def states(letters: Sequence[int]) -> dict[int, str]:
    """Letter id → state, for the ticks beside what we said."""
    return dict(Letter.objects.filter(pk__in=letters).values_list("pk", "state"))
