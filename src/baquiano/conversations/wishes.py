"""Carrying out what a turn came to: marks, letters, hand-offs, alerts, ratings. Always inside one short transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from baquiano.accountability import setting_apart
from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.events import Kind
from baquiano.conversations import changed, enclosures, handoffs, learning, services_near, sharing
from baquiano.conversations.models import Conversation, Handoff, Message, Quote, Rating
from baquiano.conversations.wording import Composed
from baquiano.engine.danger import Danger, Finding
from baquiano.engine.said import (
    Agree,
    AllowLetters,
    Answered,
    CallPerson,
    DropWords,
    Forget,
    Join,
    KeepCode,
    Learn,
    Leave,
    MissedCode,
    Outcome,
    Raise,
    Rate,
    Report,
    ShowChange,
    StopLetters,
    Turn,
    Unjoin,
    Wish,
    Withdraw,
)
from baquiano.knowledge import questions
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.batch import Batch, Change
from baquiano.people import consenting, from_afar, holding, joining
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked
from baquiano.people.models import Consent
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.post import actions as post
from baquiano.post import allowed, broadcasting
from baquiano.post.models import Letter, OptOut
from baquiano.safety.actions import raise_alert


class Ledger:
    """What the turns of one transaction came to: wishes are fulfilled at once, marks and words are written together at the end."""

    def __init__(self) -> None:
        self._marks: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        self._words: list[_Spoken] = []
        self._asked: list[learning.Heard] = []

    def enter(
        self,
        conversation: Conversation,
        message: Message,
        mark: str,
        finding: Finding | None,
        turn: Turn | None,
        composed: Sequence[Composed],
    ) -> None:
        level = (turn.level if turn else None) or (finding.level if finding else "")
        _forget_where(message, turn)
        self._marks[mark, level, _kind(finding, turn)].append(message.pk)
        if turn is None:
            _without_turn(conversation, mark, finding)
        if turn and turn.wishes:
            self._write_marks()  # what is forgotten includes the message that asked for it
            for wish in turn.wishes:  # before the words: what is forgotten is not the answer that says so
                if not (_fulfil_for_her_record(conversation, message, turn, wish) or _report(conversation, wish)):
                    _fulfil(conversation, wish)
                if isinstance(wish, Forget):
                    self._asked = [heard for heard in self._asked if heard.conversation.pk != conversation.pk]
        if _kind(finding, turn) == Danger.COMPLAINT:
            broadcasting.complained(conversation.address_id, timezone.now())
        if conversation.owner_id is not None and _kind(finding, turn) in ABOUT_US:
            self._write_marks()
            _keep_from_whom_it_is_about(conversation, conversation.owner_id)
        is_automatic = turn is None or conversation.owner_id is not None
        is_danger = (
            turn is None or turn.outcome is Outcome.CRISIS
        )  # without a turn nothing is said but what to do in danger
        for number, one in enumerate(composed):
            self._words.append(_Spoken(conversation, one, f"turn:{message.pk}:{number}", is_automatic, is_danger))

    def learn(self, conversation: Conversation, asked: Sequence[questions.Asked]) -> None:
        self._asked += [learning.Heard(conversation, one) for one in asked]

    def write(self) -> None:
        self._write_marks()
        _say_all(self._words)
        learning.keep(self._asked)
        self._words, self._asked = [], []

    def _write_marks(self) -> None:
        _marked.write([(*mark, message) for mark, messages in self._marks.items() for message in messages])
        self._marks.clear()


ABOUT_US = (Danger.COMPLAINT, Danger.STAFF_ABUSE)


def _kind(finding: Finding | None, turn: Turn | None) -> str:
    """Of what was noticed, or of what she said by a word or a tap."""
    called = (wish.kind for wish in turn.wishes if isinstance(wish, CallPerson) and wish.kind) if turn else ()
    return finding.kind if finding else next(iter(called), "")


def _keep_from_whom_it_is_about(conversation: Conversation, owner_id: int) -> None:
    """She complains while a colleague answers: if that colleague may not see it now, they no longer own it and never will see it."""
    owner = User.objects.get(pk=owner_id)
    if Conversation.objects.visible_to(owner).filter(pk=conversation.pk).exists():
        return
    setting_apart.set_apart(conversation.pk, owner, by=None)
    Conversation.objects.filter(pk=conversation.pk).update(owner=None, owner_since=None, owner_until=None)
    Handoff.objects.open().filter(conversation=conversation).update(taken_by=None, taken_at=None)
    audit(None, "conversation.set_apart", conversation)


@dataclass(frozen=True)
class _Spoken:
    conversation: Conversation
    composed: Composed
    cause: str
    is_automatic: bool
    is_danger: bool = False


_marked = Change(Message, "state", "level", "danger")
_messages = Batch(Message, "conversation_id", "channel_id", "author", "text", "state", "letter_id", "is_automatic")
_quotes = Batch(Quote, "message_id", "version_id")


def _say_all(words: Sequence[_Spoken]) -> None:
    """Messages of the machine, each with its letter and the versions it quotes."""
    letters = post.send_all(
        [post.Outgoing(one.conversation.address, one.composed.message, one.cause, one.is_danger) for one in words]
    )
    messages = _messages.insert([_said(one, letter) for one, letter in zip(words, letters, strict=True)])
    pairs = zip(words, messages, strict=True)
    _quotes.insert([(message, version) for one, message in pairs for version in one.composed.quoted])


def _said(one: _Spoken, letter: int) -> tuple[object, ...]:
    line, text = one.conversation.address.channel_id, one.composed.message.text
    return one.conversation.pk, line, Message.Author.MACHINE, text, Message.State.SAID, letter, one.is_automatic


def say(conversation: Conversation, composed: Composed, *, cause: str) -> None:
    """One message of the machine."""
    _say_all([_Spoken(conversation, composed, cause, is_automatic=False)])


def warn_of_heard(conversation: Conversation, message: Message, finding: Finding, composed: Sequence[Composed]) -> None:
    """Danger in what was written down of a voice note: marked, raised and warned of as in a message, the same words once. Inside the
    caller's transaction.
    """
    Message.objects.filter(pk=message.pk).update(level=finding.level, danger=finding.kind)
    _without_turn(conversation, Message.State.OWNED, finding)
    words = [_Spoken(conversation, one, f"heard:{message.pk}:{n}", True, True) for n, one in enumerate(composed)]
    said = set(Letter.objects.filter(cause__in=[one.cause for one in words]).values_list("cause", flat=True))
    _say_all([one for one in words if one.cause not in said])


def _without_turn(conversation: Conversation, mark: str, finding: Finding | None) -> None:
    """Late, or a person owns it: what is dangerous is raised, what is late is put before a person."""
    if finding and finding.calls:
        _raise(conversation, finding)
        handoffs.open_or_sharpen(conversation, Handoff.Reason.DANGER, finding.level)
    elif mark == Message.State.LATE:
        handoffs.open_or_sharpen(conversation, Handoff.Reason.LATE)


def _raise(conversation: Conversation, finding: Finding) -> None:
    """The alert, and from the same moment nothing unasked leaves for whoever told of it."""
    raise_alert(finding, about=f"conversation:{conversation.pk}")
    holding.hold(conversation.address, finding)


def _forget_where(message: Message, turn: Turn | None) -> None:
    """Where she was when she wrote it; and the words with which her telephone names it, where it was only for a search."""
    if message.kind != Kind.LOCATION:
        return
    if turn and any(isinstance(wish, DropWords) for wish in turn.wishes):
        sharing.forget(message)
    else:
        sharing.forget_where(message)


def _report(conversation: Conversation, wish: Wish) -> bool:
    """False: this wish is about something else. Two doors that do not know each other warn: the door is her address here, never a number."""
    if not isinstance(wish, Report):
        return False
    door = conversation.address
    services_near.report(wish.offer, wish.reason, door=door.channel.kind, door_key=f"address {door.pk}")
    return True


def _fulfil(conversation: Conversation, wish: Wish) -> None:
    match wish:
        case Raise(finding):
            _raise(conversation, finding)
        case CallPerson(reason, level, _):
            handoffs.open_or_sharpen(conversation, reason, level)
        case Rate(version, is_useful):
            rate(conversation, version, is_useful)
        case Learn() | DropWords():
            pass  # learnt: masked while thinking, and kept once it is known that nobody was in danger; dropped: with its message
        case StopLetters():
            allowed.stop(conversation.address, OptOut.How.WORD)
        case AllowLetters():
            allowed.allow_again_by_her(conversation.address)
        case Forget():
            forget_words(conversation)
        case ShowChange(version):
            changed.shown(conversation, version)
        case Leave():
            conversation.closed_at = timezone.now()
            conversation.save(update_fields=["closed_at"])


AGREED_BY_WORD: dict[Purpose, tuple[Data, ...]] = {Purpose.REMINDERS: (Data.CONTACT,)}
"""What somebody may begin by herself, with a word. What a colleague asks for is a question of its own: `people.from_afar`."""


class NobodyBehind(Exception):
    """The door was taken apart while she was answering: what we were about to say is not true, and a person looks."""


def _fulfil_for_her_record(conversation: Conversation, message: Message, turn: Turn, wish: Wish) -> bool:
    """False: this wish is about something else. What cannot be carried out raises: then nothing is said either."""
    address = conversation.address
    match wish:
        case Agree(purpose, version):
            _agree(conversation, message, Purpose(purpose), version, turn.state.language)
        case Answered(question, is_yes):
            from_afar.answer(question, is_yes=is_yes, proof=_proof(message))
        case Withdraw(number):
            for consent in Consent.objects.filter(pk=number):
                consenting.withdraw(consent, by=None)
        case KeepCode(code):
            joining.keep_code(code, address=address)
        case Join(code):
            joining.join_by_code(code, address)
        case MissedCode():
            joining.missed(address=address)
        case Unjoin():
            joining.end_at([address], by=None)
        case _:
            return False
    return True


def _agree(conversation: Conversation, message: Message, purpose: Purpose, version: str, language: str) -> None:
    person = joining.person_behind(conversation.address)
    if person is None:
        raise NobodyBehind
    asked = Asked(
        purpose=purpose,
        data=AGREED_BY_WORD[purpose],
        language=language,
        evidence=Evidence.MESSAGE,
        text_version=f"{purpose}.{version}",
        proof=_proof(message),
    )
    consenting.give(person, asked, by=None)


def _proof(message: Message) -> str:
    """Which message it was; never what stands in it."""
    return f"message {message.pk} {message.provider_hash or ''}".strip()


def rate(conversation: Conversation, version: int, is_useful: bool) -> None:
    if not ArticleVersion.objects.filter(pk=version).exists():  # a forged id, or a version long gone
        return
    Rating.objects.update_or_create(
        conversation=conversation, version_id=version, defaults={"is_useful": is_useful, "at": timezone.now()}
    )


def forget_words(conversation: Conversation) -> None:
    """BORRAR: the words of this address go, in earlier conversations too; the marks stay (when, and whether it was danger)."""
    messages = (
        Message.objects.filter(conversation__address=conversation.address_id)
        .exclude(state=Message.State.WAITING)
        .select_related("letter")
    )
    Conversation.objects.filter(address=conversation.address_id).exclude(remote_why="").update(
        remote_why="", remote_by=None, remote_at=None
    )
    post.erase([message.letter for message in messages if message.letter and message.letter.settled_at])
    questions.forget(message.text for message in messages if message.author == Message.Author.PERSON)
    enclosures.forget(message.pk for message in messages)
    for message in messages:
        message.text = ""
        message.save(update_fields=["text"])
