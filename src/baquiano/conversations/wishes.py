"""Carrying out what a turn came to: marks, letters, hand-offs, alerts, ratings. Always inside one short transaction."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from baquiano.conversations import handoffs, learning
from baquiano.conversations.models import Conversation, Handoff, Message, Quote, Rating
from baquiano.conversations.wording import Composed
from baquiano.engine.danger import Finding
from baquiano.engine.turn import (
    Agree,
    CallPerson,
    Forget,
    Join,
    KeepCode,
    Learn,
    Leave,
    MissedCode,
    Raise,
    Rate,
    Turn,
    Unjoin,
    Wish,
    Withdraw,
)
from baquiano.knowledge import questions
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.batch import Batch
from baquiano.people import consenting, joining
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked
from baquiano.people.models import Consent
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.post import actions as post
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
        self._marks[mark, level, finding.kind if finding else ""].append(message.pk)
        if turn is None:
            _without_turn(conversation, mark, finding)
        if turn and turn.wishes:
            self._write_marks()  # what is forgotten includes the message that asked for it
            for wish in turn.wishes:  # before the words: what is forgotten is not the answer that says so
                if not _fulfil_for_her_record(conversation, message, turn, wish):
                    _fulfil(conversation, wish)
                if isinstance(wish, Forget):
                    self._asked = [heard for heard in self._asked if heard.conversation.pk != conversation.pk]
        is_automatic = turn is None or conversation.owner_id is not None
        for number, one in enumerate(composed):
            self._words.append(_Spoken(conversation, one, f"turn:{message.pk}:{number}", is_automatic))

    def learn(self, conversation: Conversation, asked: Sequence[questions.Asked]) -> None:
        self._asked += [learning.Heard(conversation, one) for one in asked]

    def write(self) -> None:
        self._write_marks()
        _say_all(self._words)
        learning.keep(self._asked)
        self._words, self._asked = [], []

    def _write_marks(self) -> None:
        for (mark, level, danger), messages in self._marks.items():
            Message.objects.filter(pk__in=messages).update(state=mark, level=level, danger=danger)
        self._marks.clear()


@dataclass(frozen=True)
class _Spoken:
    conversation: Conversation
    composed: Composed
    cause: str
    is_automatic: bool


_messages = Batch(Message, "conversation_id", "channel_id", "author", "text", "state", "letter_id", "is_automatic")
_quotes = Batch(Quote, "message_id", "version_id")


def _say_all(words: Sequence[_Spoken]) -> None:
    """Messages of the machine, each with its letter and the versions it quotes."""
    letters = post.send_all([post.Outgoing(one.conversation.address, one.composed.message, one.cause) for one in words])
    messages = _messages.insert([_said(one, letter) for one, letter in zip(words, letters, strict=True)])
    pairs = zip(words, messages, strict=True)
    _quotes.insert([(message, version) for one, message in pairs for version in one.composed.quoted])


def _said(one: _Spoken, letter: int) -> tuple[object, ...]:
    line, text = one.conversation.address.channel_id, one.composed.message.text
    return one.conversation.pk, line, Message.Author.MACHINE, text, Message.State.SAID, letter, one.is_automatic


def say(conversation: Conversation, composed: Composed, *, cause: str) -> None:
    """One message of the machine."""
    _say_all([_Spoken(conversation, composed, cause, is_automatic=False)])


def _without_turn(conversation: Conversation, mark: str, finding: Finding | None) -> None:
    """Late, or a person owns it: what is dangerous is raised, what is late is put before a person."""
    if finding and finding.level.is_crisis:
        raise_alert(finding, about=f"conversation:{conversation.pk}")
        handoffs.open_or_sharpen(conversation, Handoff.Reason.DANGER, finding.level)
    elif mark == Message.State.LATE:
        handoffs.open_or_sharpen(conversation, Handoff.Reason.LATE)


def _fulfil(conversation: Conversation, wish: Wish) -> None:
    match wish:
        case Raise(finding):
            raise_alert(finding, about=f"conversation:{conversation.pk}")
        case CallPerson(reason, level, _):
            handoffs.open_or_sharpen(conversation, reason, level)
        case Rate(version, is_useful):
            rate(conversation, version, is_useful)
        case Learn():
            pass  # masked while thinking, and kept once it is known that nobody was in danger
        case Forget():
            forget_words(conversation)
        case Leave():
            conversation.closed_at = timezone.now()
            conversation.save(update_fields=["closed_at"])


ASKED_BY_MESSAGE: dict[Purpose, tuple[Data, ...]] = {
    Purpose.CONTACT: (Data.NAME, Data.CONTACT),
    Purpose.REMINDERS: (Data.CONTACT,),
}
"""What may be asked in a chat: texts that are whole without naming a receiver or anything sensitive, which a shared telephone shows."""


class NobodyBehind(Exception):
    """The door was taken apart while she was answering: what we were about to say is not true, and a person looks."""


def _fulfil_for_her_record(conversation: Conversation, message: Message, turn: Turn, wish: Wish) -> bool:
    """False: this wish is about something else. What cannot be carried out raises: then nothing is said either."""
    address = conversation.address
    match wish:
        case Agree(purpose, version):
            _agree(conversation, message, Purpose(purpose), version, turn.state.language)
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
        data=ASKED_BY_MESSAGE[purpose],
        language=language,
        evidence=Evidence.MESSAGE,
        text_version=f"{purpose}.{version}",
        proof=f"message {message.pk} {message.provider_hash or ''}".strip(),
    )
    consenting.give(person, asked, by=None)


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
    post.erase([message.letter for message in messages if message.letter and message.letter.settled_at])
    questions.forget(message.text for message in messages if message.author == Message.Author.PERSON)
    for message in messages:
        message.text = ""
        message.save(update_fields=["text"])
