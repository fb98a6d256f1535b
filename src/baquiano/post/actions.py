"""Writing a letter, and sending what is due.

A letter is leased in one short transaction, sent with none open, and settled in another. A process that dies in between leaves its lease:
when it runs out, the letter waits for a status that carries its id, and is repeated at most once, marked as possibly doubled.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from baquiano.channels.events import Alias
from baquiano.channels.models import Channel
from baquiano.channels.protocol import Accepted, Dead, OutMessage, Rejected, Retry, Uncertain, Verdict
from baquiano.channels.registry import sender_of
from baquiano.lib import faults
from baquiano.lib.batch import Batch
from baquiano.lib.turnstile import writing
from baquiano.people.models import Address
from baquiano.post import allowed, fate, waiting, window
from baquiano.post.body import to_json
from baquiano.post.leaving import LETTERS_AT_ONCE, Leased, lease, wording
from baquiano.post.models import BroadcastLine, Letter, OptOut, State
from baquiano.post.settling import apply_parked, dispatched

SENDERS = 8
ALIAS_UNUSABLE = 131062  # WhatsApp cannot write to this user id: the phone, then


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


def states(letters: Sequence[int]) -> dict[int, str]:
    """Letter id → state, for the ticks beside what we said."""
    return dict(Letter.objects.filter(pk__in=letters).values_list("pk", "state"))


# Sending -------------------------------------------------------------------------------------------------------------


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
    wires = adapter.render(wording(leased), alias)
    settings = {key: str(value) for key, value in (leased.channel.settings or {}).items()}
    settings["phone_number_id"] = leased.channel.line
    accepted: list[str] = []
    for part in range(leased.letter.parts_sent, len(wires)):
        verdict = adapter.send(wires[part], settings, f"{leased.letter.pk}:{part}")
        if not isinstance(verdict, Accepted):
            return Sent(leased, tuple(accepted), verdict, len(wires))
        accepted.append(verdict.provider_id)
    return Sent(leased, tuple(accepted), Accepted(accepted[-1] if accepted else ""), len(wires))


def _record(outcome: Sent) -> None:
    letter = fate.held(outcome.leased.letter.pk)
    dispatches = [
        dispatched(letter, outcome.leased.channel, outcome.first + offset, provider_id)
        for offset, provider_id in enumerate(outcome.accepted)
    ]
    stopped_at = outcome.first + len(outcome.accepted)
    letter.parts_sent = max(letter.parts_sent, stopped_at)  # news of a part may have been here first
    letter.lease_until = None
    now = timezone.now()
    match outcome.verdict:
        case Accepted():
            fate.advance(letter, State.ACCEPTED, now)
        case Retry():
            fate.retry(letter, outcome.leased.channel, now, outcome.verdict)
        case Rejected():
            _refused(letter, outcome, outcome.verdict, now)
        case Dead(code, reason):
            letter.state = State.QUEUED  # nothing is lost: it leaves when a person has mended the line
            letter.error_code, letter.error = code, reason
            Channel.objects.filter(pk=outcome.leased.channel.pk).update(trouble=reason)
        case Uncertain() if (
            letter.parts_sent > stopped_at
        ):  # news of it came before its answer was lost: nothing is in doubt
            fate.go_on(letter, outcome.parts, now)
        case Uncertain(reason):
            fate.doubt(letter, reason, now)
    fate.keep(letter)
    apply_parked(letter, dispatches)


def _refused(letter: Letter, outcome: Sent, verdict: Rejected, now: datetime) -> None:
    """For good; unless only the words were, because her window is closed."""
    only_words = verdict.reason == window.CLOSED and outcome.leased.template is None and not outcome.accepted
    heard_at = outcome.leased.letter.address.heard_at or now
    if only_words and waiting.leaves_otherwise(letter, verdict.code, tried_at=heard_at, now=now):
        return
    if verdict.reason in _SHE_WANTS_NO_MORE:
        allowed.stop(letter.address, OptOut.How.PROVIDER, is_all=_SHE_WANTS_NO_MORE[verdict.reason])
    fate.fail(letter, verdict.code, verdict.reason, now)


_SHE_WANTS_NO_MORE = {"opt-out": False, "blocked": True}
"""Reasons of a refusal that hold for later letters too, and whether nothing at all arrives."""
