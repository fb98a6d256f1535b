"""Writing a letter, sending what is due, and settling what became of it.

A letter is leased in one short transaction, sent with none open, and settled in another. A process that dies in between leaves its lease:
when it runs out, the letter waits for a status that carries its id, and is repeated at most once, marked as possibly doubled.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from baquiano.channels.events import Alias, Delivery, StatusChanged
from baquiano.channels.models import Channel
from baquiano.channels.protocol import Accepted, Dead, OutMessage, Rejected, Retry, Uncertain, Verdict
from baquiano.channels.registry import sender_of
from baquiano.lib import crypto, faults
from baquiano.lib.batch import Batch
from baquiano.lib.turnstile import writing
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import unasked
from baquiano.post.body import from_json, to_json
from baquiano.post.models import PARKED_DAYS, Dispatch, Letter, ParkedStatus, State

LEASE_SECONDS = 60
GRACE_SECONDS = 45  # how long a cut letter waits for news before it is repeated
TRIES = 8
SENDERS = 8
ALIAS_UNUSABLE = 131062  # WhatsApp cannot write to this user id: the phone, then

_RANK = {
    State.QUEUED: 0,
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
    """`cause`: what made us write it; the same cause can never make two letters."""

    address: Address
    message: OutMessage
    cause: str


def send(address: Address, message: OutMessage, *, cause: str) -> Letter:
    """Writes the letter inside the caller's transaction."""
    (letter,) = send_all([Outgoing(address, message, cause)])
    return Letter.objects.get(pk=letter)


_letters = Batch(Letter, "address_id", "cause", "body", "state", "settled_at")


def send_all(outgoing: Sequence[Outgoing]) -> list[int]:
    """The ids of the letters, in their order, written together. A channel that the person fetches from has them at once."""
    now = timezone.now()
    return _letters.insert([_row(one, now) for one in outgoing])


def _row(one: Outgoing, now: datetime) -> tuple[object, ...]:
    is_fetched = sender_of(one.address.channel.kind) is None
    state = (State.ACCEPTED, now) if is_fetched else (State.QUEUED, None)
    return one.address.pk, one.cause, to_json(one.message), *state


def erase(letters: Iterable[Letter]) -> None:
    """What has already left is forgotten on our side; what has not left yet still leaves."""
    for letter in letters:
        letter.body = to_json(OutMessage(""))
        letter.save(update_fields=["body"])


# Sending -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Leased:
    """A letter of ours to send now, and the living aliases to send it to, the safest first."""

    letter: Letter
    channel: Channel
    to: tuple[Alias, ...]


@dataclass(frozen=True)
class Sent:
    """What one attempt came to: the provider's ids of the parts it took, and the verdict that ended it."""

    leased: Leased
    accepted: tuple[str, ...]
    verdict: Verdict


def deliver(limit: int = 16) -> int:
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
    lines = [line.pk for line in Channel.objects.able_to_send(now) if sender_of(line.kind)]
    if not lines:  # nobody to send through: do not look through what waits
        return []
    earlier = Letter.objects.before_others(now).filter(address=OuterRef("address"), pk__lt=OuterRef("pk"))
    due = Letter.objects.due(now).filter(address__channel__in=lines).exclude(Exists(earlier)).order_by("id")
    if not due.exists():  # the usual case: no write lock for nothing
        return []
    with writing():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True, of=("self",))
        letters = unasked.released(due.select_related("address__channel")[:limit], now)
        Letter.objects.filter(pk__in=[letter.pk for letter in letters]).update(
            state=State.SENDING, lease_until=now + faults.lasting(LEASE_SECONDS)
        )
    return [Leased(letter, letter.address.channel, identity.living_aliases(letter.address)) for letter in letters]


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
    wires = adapter.render(from_json(leased.letter.body), alias)
    settings = {key: str(value) for key, value in (leased.channel.settings or {}).items()}
    settings["phone_number_id"] = leased.channel.line
    accepted: list[str] = []
    for part in range(leased.letter.parts_sent, len(wires)):
        verdict = adapter.send(wires[part], settings, f"{leased.letter.pk}:{part}")
        if not isinstance(verdict, Accepted):
            return Sent(leased, tuple(accepted), verdict)
        accepted.append(verdict.provider_id)
    return Sent(leased, tuple(accepted), Accepted(accepted[-1] if accepted else ""))


def _record(outcome: Sent) -> None:
    letter = Letter.objects.get(pk=outcome.leased.letter.pk)
    for offset, provider_id in enumerate(outcome.accepted):
        _dispatched(letter, outcome.leased.channel, letter.parts_sent + offset, provider_id)
    letter.parts_sent += len(outcome.accepted)
    letter.lease_until = None
    now = timezone.now()
    match outcome.verdict:
        case Accepted():
            _advance(letter, State.ACCEPTED, now)
        case Retry():
            _retry(letter, outcome.leased.channel, now, outcome.verdict)
        case Rejected(code, reason):
            _fail(letter, code, reason, now)
        case Dead(code, reason):
            letter.state = State.QUEUED  # nothing is lost: it leaves when a person has mended the line
            letter.error_code, letter.error = code, reason
            Channel.objects.filter(pk=outcome.leased.channel.pk).update(trouble=reason)
        case Uncertain(reason):
            _uncertain(letter, reason, now)
    letter.save()
    _apply_parked(letter)


def _retry(letter: Letter, channel: Channel, now: datetime, verdict: Retry) -> None:
    """A limit of the whole line is not this letter's fault: it waits as long as it takes and uses up no try."""
    letter.error_code = verdict.code
    if verdict.whole_line:
        letter.state, letter.not_before = State.QUEUED, now + timedelta(seconds=verdict.wait(1))
        Channel.objects.filter(pk=channel.pk).update(paused_until=letter.not_before)
        return
    letter.attempts += 1
    if letter.attempts >= TRIES:
        _fail(letter, verdict.code, "gave_up", now)
        return
    letter.state = State.QUEUED
    letter.not_before = now + timedelta(seconds=verdict.wait(letter.attempts))


def _fail(letter: Letter, code: int, reason: str, now: datetime) -> None:
    letter.state, letter.error_code, letter.error, letter.settled_at = State.FAILED, code, reason, now


def _uncertain(letter: Letter, reason: str, now: datetime) -> None:
    """It may have arrived: wait for a status that names it, then repeat once; a second doubt ends it."""
    if letter.possibly_doubled:
        _fail(letter, 0, "uncertain_twice", now)
        return
    letter.state, letter.error = State.UNCERTAIN, reason
    letter.not_before = now + faults.lasting(GRACE_SECONDS)


def settle_cut(now: datetime) -> int:
    """Letters whose sender died: wait for news, and after the grace repeat once. Found by the clock."""
    doubtful = Letter.objects.filter(state=State.UNCERTAIN, not_before__lte=now)
    if not Letter.objects.cut(now).exists() and not doubtful.exists():
        return 0
    with writing():
        cut = list(Letter.objects.cut(now))
        for letter in cut:
            letter.lease_until = None
            _uncertain(letter, "cut", now)
            letter.save()
        return len(cut) + doubtful.update(state=State.QUEUED, possibly_doubled=True)


def release_all_leases() -> None:
    """At the start of the only process there is (SQLite): nobody else can hold a lease."""
    Letter.objects.filter(state=State.SENDING).update(lease_until=timezone.now())


# Settling ------------------------------------------------------------------------------------------------------------


def settle(channel: Channel, status: StatusChanged) -> None:
    """What a provider says became of a letter. Any order, any number of times: one result. Inside the caller's transaction."""
    provider_hash = crypto.keyed_hash(status.provider_id, "dispatch")
    letter = _letter_of(channel, status, provider_hash)
    if letter is None:
        ParkedStatus.objects.create(
            channel=channel, provider_hash=provider_hash, delivery=status.delivery, error_code=status.error_code
        )
        return
    _apply(letter, status.delivery, status.error_code)


def _letter_of(channel: Channel, status: StatusChanged, provider_hash: str) -> Letter | None:
    known = Dispatch.objects.filter(channel=channel, provider_hash=provider_hash).select_related("letter").first()
    if known:
        return known.letter
    number, _, part = status.echo.partition(":")
    if not (number.isdecimal() and part.isdecimal()):
        return None
    letter = Letter.objects.filter(pk=int(number), address__channel=channel).first()
    if letter and letter.state in (State.SENDING, State.UNCERTAIN, State.QUEUED):
        # The request arrived, although nobody lived to write its answer down.
        _dispatched(letter, channel, int(part), status.provider_id)
        letter.parts_sent = max(letter.parts_sent, int(part) + 1)
    return letter


def _dispatched(letter: Letter, channel: Channel, part: int, provider_id: str) -> None:
    Dispatch.objects.get_or_create(
        channel=channel,
        provider_hash=crypto.keyed_hash(provider_id, "dispatch"),
        defaults={"letter": letter, "part": part},
    )


def _apply_parked(letter: Letter) -> None:
    """A status may come before the answer to our own request: it waited."""
    hashes = letter.dispatches.values("provider_hash")
    for parked in ParkedStatus.objects.filter(provider_hash__in=hashes).order_by("id"):
        _apply(letter, Delivery(parked.delivery), parked.error_code)
        parked.delete()


def _apply(letter: Letter, delivery: Delivery, error_code: int | None) -> None:
    state = _STATE_OF[delivery]
    _advance(letter, state, timezone.now())
    if letter.state == State.FAILED and state is State.FAILED:
        letter.error_code, letter.error = error_code, letter.error or "failed"
    letter.save()


def _advance(letter: Letter, state: State, now: datetime) -> None:
    if _RANK[state] > _RANK[State(letter.state)]:
        letter.state, letter.lease_until, letter.settled_at = state, None, now


def forget_parked(now: datetime) -> int:
    deleted, _ = ParkedStatus.objects.filter(received_at__lt=now - timedelta(days=PARKED_DAYS)).delete()
    return deleted


def states(letters: Sequence[int]) -> dict[int, str]:
    """Letter id → state, for the ticks beside what we said."""
    return dict(Letter.objects.filter(pk__in=letters).values_list("pk", "state"))
