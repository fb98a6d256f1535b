"""Claim → the engine → settle: two short transactions with the thinking between them.

`claim` leases conversations whose messages wait and reads state and number (of a few that came in just now, `receiving` leases them with what
it stores); `think` computes every turn with no transaction open; `settle` writes
state, letters, hand-offs and alerts only if the number is unchanged. A process that dies in between leaves
its lease, which runs out; the turn is then taken again from the same state, and a letter's cause makes it one letter.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from baquiano.channels.events import Kind
from baquiano.channels.protocol import OutMessage
from baquiano.channels.registry import sender_of
from baquiano.conversations import changed, handoffs, learning, sharing, wishes
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.tools import KnowledgeTools, tools
from baquiano.conversations.wording import Composed, Speaker, compose
from baquiano.conversations.wording import danger_text as words_of_danger
from baquiano.engine import state as engine_state
from baquiano.engine.danger import Danger, Finding
from baquiano.engine.danger_turn import in_danger_of
from baquiano.engine.said import Reading, Said, Turn
from baquiano.engine.state import State
from baquiano.engine.turn import take_right, take_turn
from baquiano.knowledge.questions import Asked
from baquiano.lib import faults
from baquiano.lib.batch import Change
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import For, ring, writing
from baquiano.people import holding

log = logging.getLogger(__name__)

CLAIM_SECONDS = 30
MESSAGES_AT_ONCE = 50
WAITING_SEEN = 128
"""Messages looked at to find out which conversations wait, the longest waiting first."""
_UNREADABLE = {
    Kind.AUDIO, Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT, Kind.STICKER, Kind.LOCATION, Kind.CONTACTS, Kind.FORM, Kind.UNSUPPORTED,
}  # fmt: skip

WORDS_OF_A_QUESTION = 3
NO_LONGER = "0:0:corrected"
"""A number, a yes or a command that was corrected answered a question that has passed: it chooses nothing now. Danger is looked for all the
same; a corrected question is answered like a new one."""


@dataclass(frozen=True)
class Leased:
    """One conversation that nobody else answers until the lease runs out, and its messages that wait, in the order they were sent.

    `has_more`: the rest of them waits for the next time.
    """

    conversation: Conversation
    messages: tuple[Message, ...]
    has_more: bool = False


@dataclass(frozen=True)
class Claimed:
    """One conversation leased to us, as it was. `messages` waiting, in the order they were sent."""

    conversation: Conversation
    number: int
    state: State
    messages: tuple[Message, ...]


@dataclass(frozen=True)
class Taken:
    """What became of one message: how it is marked, what was noticed, the turn (None: no turn was taken), its words, and what the
    content may learn from it (masked already)."""

    message: Message
    mark: str
    finding: Finding | None = None
    turn: Turn | None = None
    composed: tuple[Composed, ...] = ()
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True)
class Thought:
    """`taken` None: we failed; the messages go to a person instead of being tried for ever."""

    claimed: Claimed
    state: State
    taken: tuple[Taken, ...] | None


def work(limit: int = 32) -> int:
    """Answers what waits. Returns how many conversations."""
    return _answer(claim(limit))


def answer(leased: Sequence[Leased]) -> int:
    """The same for those that were leased with what came in."""
    return _answer(_as_they_are(leased, timezone.now()))


def _answer(claimed: Sequence[Claimed]) -> int:
    if not claimed:
        return 0
    faults.point("after_claim")
    ready = tools()
    thoughts = [_think_or_give_up(one, ready) for one in claimed]
    faults.point("after_turn")
    try:
        _settle_together(thoughts)
    except Exception:  # one that cannot be written must not hold up the others
        for thought in thoughts:
            _settle_or_give_up(thought)
    faults.point("after_settle")
    return len(claimed)


def _think_or_give_up(claimed: Claimed, ready: KnowledgeTools) -> Thought:
    try:
        return think(claimed, ready)
    except Exception as problem:
        log.error("conversation %s: no turn could be taken: %s", claimed.conversation.pk, type(problem).__name__)
        return Thought(claimed, claimed.state, None)


def _settle_together(thoughts: Sequence[Thought]) -> None:
    ledger = wishes.Ledger()
    with writing(on_disk=not all(_leaves_by_letter(thought) for thought in thoughts)):
        for thought in thoughts:
            settle(thought, ledger)
        ledger.write()
        ring(For.LETTERS)


def _leaves_by_letter(thought: Thought) -> bool:
    """Nobody reads of this turn before its letter is leased, on disk; what she fetches herself is there at once."""
    return sender_of(thought.claimed.conversation.address.channel.kind) is not None


def _settle_or_give_up(thought: Thought) -> None:
    try:
        _settle_together([thought])
    except Exception as problem:
        log.error(
            "conversation %s: a turn could not be kept: %s", thought.claimed.conversation.pk, type(problem).__name__
        )
        _settle_together([Thought(thought.claimed, thought.claimed.state, None)])


_waiting = Prepared(
    lambda: Message.objects.waiting().order_by("id").values_list("conversation", flat=True)[:WAITING_SEEN]
)
_waiting_in = Prepared(
    lambda conversation: (
        Message.objects.waiting().filter(conversation=conversation).values_list("conversation", flat=True)[:1]
    )
)
_messages_of = Prepared(lambda ids: Message.objects.waiting().filter(conversation__in=ids).order_by("sent_at", "id"))


def _unclaimed(ids: Collection[int], now: datetime) -> QuerySet[Conversation]:
    free = Conversation.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=now), pk__in=ids)
    return free.select_related("address__channel")


_free = Prepared(_unclaimed)
_free_and_ours = Prepared(
    lambda ids, now: _unclaimed(ids, now).order_by("id").select_for_update(skip_locked=True, of=("self",))
)
_claimed = Change(Conversation, "claimed_until")


def claim(limit: int, only: Conversation | None = None) -> list[Claimed]:
    now = timezone.now()
    waiting = _waiting_in(only.pk) if only else _waiting()
    wanted = list(dict.fromkeys(waiting))[:limit]
    if not wanted:  # the usual case: no write lock for nothing
        return []
    with writing(on_disk=False):  # a claim that is lost is made again
        leased = lease(wanted)
    return _as_they_are(leased, now)


def lease(wanted: Collection[int]) -> list[Leased]:
    """Of these conversations the ones that nobody else has. Inside the caller's transaction."""
    now = timezone.now()
    free = (_free_and_ours if connection.vendor == "postgresql" else _free)(wanted, now)
    ids = [conversation.pk for conversation in free]
    _claimed.write([(now + faults.lasting(CLAIM_SECONDS), pk) for pk in ids])
    messages: dict[int, list[Message]] = defaultdict(list)
    for message in _messages_of(ids):
        messages[message.conversation_id].append(message)
    return [
        Leased(one, tuple(messages[one.pk][:MESSAGES_AT_ONCE]), len(messages[one.pk]) > MESSAGES_AT_ONCE)
        for one in free
    ]


def _as_they_are(leased: Sequence[Leased], now: datetime) -> list[Claimed]:
    """With what the assistant knows of each. No transaction is open."""
    if not leased:
        return []
    conversations = [one.conversation for one in leased]
    held = holding.held_among([conversation.address for conversation in conversations])
    notices = changed.open_notices([c for c in conversations if c.owner_id is None], now)
    states = {c.pk: changed.offering(_state_of(c, c.address_id in held), notices.get(c.pk, ())) for c in conversations}
    return [
        Claimed(one.conversation, one.conversation.state_number, states[one.conversation.pk], one.messages)
        for one in leased
    ]


def _state_of(conversation: Conversation, is_held: bool) -> State:
    """What the assistant knew, and whether a danger told here still waits for a person to set how it is safe to write."""
    state = engine_state.from_json(
        conversation.state or {"language": conversation.language, "country": conversation.country}
    )
    if is_held:
        return replace(state, danger=state.danger or Danger.UNKNOWN)
    return replace(state, danger="", in_danger=False) if state.danger else state


# Thinking: no transaction is open ----------------------------------------------------------------------------------------


def think(claimed: Claimed, ready: KnowledgeTools) -> Thought:
    state, taken = claimed.state, []
    is_owned = claimed.conversation.owner_id is not None
    ready = ready.of(claimed.conversation.address)
    for message in claimed.messages:
        ready = ready.at(message.sent_at)
        if _is_late(message, claimed.conversation):
            taken.append(_only_scanned(message, state, ready, Message.State.LATE))
        elif is_owned:
            one, state = _while_owned(message, state, ready)
            taken.append(one)
        else:
            turn = take_turn(state, said(message), ready)
            state = turn.state
            composed = tuple(compose(reply, turn.state, ready.pictures) for reply in turn.replies)
            finding = ready.danger(message.text) if turn.level else None
            asked = learning.to_keep(turn, ready.shelf)
            taken.append(Taken(message, Message.State.HANDLED, finding, turn, composed, asked))
    return Thought(claimed, state, tuple(taken))


def said(message: Message) -> Said:
    if message.kind == Kind.REACTION:
        return Said(message.text, reading=Reading.IGNORED)
    if message.choice_id:
        return Said(message.text, message.choice_id, Reading.CHOICE)
    if message.kind == Kind.EDIT and len(message.text.split()) < WORDS_OF_A_QUESTION:
        return Said(message.text, NO_LONGER, Reading.CHOICE)
    if message.kind == Kind.LOCATION and (spot := sharing.spot_of(message)):
        return Said(sharing.words_of(message), reading=Reading.PLACE, spot=spot)
    reading = Reading.UNREADABLE if message.kind in _UNREADABLE else Reading.TEXT
    return Said(message.text, reading=reading)


def _is_late(message: Message, conversation: Conversation) -> bool:
    """Older than something already answered: the conversation has moved on."""
    return conversation.last_handled_at is not None and message.sent_at < conversation.last_handled_at


def _only_scanned(message: Message, state: State, ready: KnowledgeTools, mark: str) -> Taken:
    """No turn, but danger is never overlooked: its text leaves at once, marked as automatic."""
    finding = ready.danger(message.text) if message.text else None
    if finding is None or not finding.level.is_crisis:
        return Taken(message, mark, finding)
    voice = Speaker(state.language, state.country, ready.pictures)
    text = "\n\n".join((words_of_danger(finding.kind, voice), voice.say("automatic")))
    return Taken(message, mark, finding, None, (Composed(OutMessage(text)),))


def scan_heard(conversation: Conversation, message: Message, words: str) -> Taken:
    """What a colleague wrote down of a voice note: scanned as if she had written it, and no turn is taken. No transaction is open."""
    written = copy(message)
    written.text = words
    return _only_scanned(written, _state_of(conversation, True), tools().of(conversation.address), message.state)


def _while_owned(message: Message, state: State, ready: KnowledgeTools) -> tuple[Taken, State]:
    """A colleague answers. Danger comes first; then what nobody stands between: to erase, take back, take apart, complain."""
    scanned = _only_scanned(message, state, ready, Message.State.OWNED)
    if scanned.finding:
        state = in_danger_of(state, scanned.finding)
    if scanned.composed:  # what was asked is over: a yes after it says that the place is safe
        return scanned, replace(state, offered=(), step="")
    turn = take_right(state, said(message), ready)
    if not turn.replies:
        return scanned, turn.state
    composed = tuple(compose(reply, turn.state, ready.pictures) for reply in turn.replies)
    return Taken(message, Message.State.HANDLED, scanned.finding, turn, composed), turn.state


# Settling: one short transaction, only if nobody else took the turn ------------------------------------------------------


_moved = Change(
    Conversation,
    "state",
    "state_number",
    "language",
    "country",
    "claimed_until",
    "last_handled_at",
    only_if=("state_number",),
)


def settle(thought: Thought, ledger: wishes.Ledger) -> bool:
    """Inside the caller's transaction. False when the state has moved on: then nothing is written."""
    claimed, state = thought.claimed, thought.state
    if thought.taken is None:
        return _give_to_a_person(claimed)
    last = claimed.conversation.last_handled_at
    handled = [t.message.sent_at for t in thought.taken if t.mark != Message.State.LATE]
    handled += [last] if last else []
    fresh = (
        engine_state.to_json(state),
        claimed.number + 1,
        state.language,
        state.country,
        None,
        max(handled, default=None),
    )
    if not _moved.write([(*fresh, claimed.conversation.pk, claimed.number)]):
        return False
    for taken in thought.taken:
        ledger.enter(claimed.conversation, taken.message, taken.mark, taken.finding, taken.turn, taken.composed)
        ledger.learn(claimed.conversation, taken.asked)
    return True


def _give_to_a_person(claimed: Claimed) -> bool:
    moved = Conversation.objects.filter(pk=claimed.conversation.pk, state_number=claimed.number).update(
        state_number=claimed.number + 1, claimed_until=None
    )
    if moved:
        Message.objects.filter(pk__in=[m.pk for m in claimed.messages]).update(state=Message.State.HANDLED)
        for message in claimed.messages:
            sharing.forget_where(message)
        handoffs.open_or_sharpen(claimed.conversation, Handoff.Reason.LOST)
    return bool(moved)


def take_turn_now(conversation: Conversation) -> None:
    """For a door that answers in the same request. If another worker has the conversation, that one answers."""
    for claimed in claim(1, only=conversation):
        faults.point("after_claim")
        thought = _think_or_give_up(claimed, tools())
        faults.point("after_turn")
        _settle_or_give_up(thought)
        faults.point("after_settle")


def release_all_claims() -> None:
    """At the start of the only process there is (SQLite): nobody else can hold a lease."""
    Conversation.objects.filter(claimed_until__isnull=False).update(claimed_until=None)
