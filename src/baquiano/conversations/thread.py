"""A conversation as it is read: by the person on the web, by the team at the desk.

What is about another message is tied to it by a hash, in whatever order they came: a correction stands where it came, with the words it
corrects; a reaction stands small under its message; and what the person took back is shown no more, unless somebody may be in danger.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from baquiano.channels.events import Kind
from baquiano.channels.protocol import Choice
from baquiano.conversations.enclosures import Enclosed, enclosed_in
from baquiano.conversations.models import Conversation, Message
from baquiano.post.body import from_json
from baquiano.post.models import Dispatch, Letter, State
from baquiano.safety.models import Alert


@dataclass(frozen=True)
class Line:
    """One thing said. `choices` only on what we offered; `delivery` only on what we sent; `enclosed` only on what came with more than words.

    `about`: the id of the message that this one corrects or takes back; 0: none that is here. `corrects`: its words. `reaction`: None,
    nobody ever reacted; empty, they took it back.
    """

    id: int
    author: str
    text: str
    choices: tuple[Choice, ...]
    at: datetime
    is_automatic: bool
    is_late: bool
    level: str
    delivery: str
    quoted: tuple[int, ...]
    trouble: str = ""  # why it did not arrive, as a code
    is_doubled: bool = False  # it was sent again after a crash: they may have it twice
    kind: str = Kind.TEXT
    enclosed: Enclosed | None = None
    about: int = 0
    corrects: str = ""
    is_corrected: bool = False
    is_taken_back: bool = False
    reaction: str | None = None


def thread(conversation: Conversation, *, after: int = 0) -> list[Line]:
    """In the order it was stored: the cursor of a page that polls is the last id it has."""
    rows = conversation.messages.filter(pk__gt=after).select_related("letter").prefetch_related("quotes")
    messages = list(rows.order_by("id"))
    around = _around(conversation, messages)
    return [_line(message, around) for message in messages if message.kind != Kind.REACTION]


_WITH_MORE = {Kind.AUDIO, Kind.IMAGE, Kind.VIDEO, Kind.DOCUMENT, Kind.STICKER}
SIGN_MOST = 16
"""One sign may be written with many; whoever sends words instead of a sign is cut."""


@dataclass(frozen=True)
class _Around:
    """What belongs to the messages of one conversation, by their id. `hidden`: taken back, and shown to nobody."""

    enclosed: dict[int, Enclosed] = field(default_factory=dict)
    about: dict[int, Message] = field(default_factory=dict)
    corrected: frozenset[int] = frozenset()
    taken_back: frozenset[int] = frozenset()
    hidden: frozenset[int] = frozenset()
    reactions: dict[int, str] = field(default_factory=dict)


def _around(conversation: Conversation, messages: Sequence[Message]) -> _Around:
    """One query for what came with them; more only where somebody reacted to us, or took something grave back."""
    more = [message.pk for message in messages if message.kind in _WITH_MORE]
    enclosed = enclosed_in(more) if more else {}
    tying = [message for message in messages if message.refers_to]
    if not tying:
        return _Around(enclosed)
    about = _tied(messages, tying)
    tied = [one for one in tying if one.pk in about]
    corrections = {one.pk: about[one.pk].pk for one in tied if one.kind == Kind.EDIT}
    gone = {about[one.pk].pk for one in tied if one.kind == Kind.REVOKE}
    gone |= {correction for correction, original in corrections.items() if original in gone}
    grave = {message.pk for message in messages if message.level or message.pk in enclosed}
    shown = gone & grave if gone & grave and is_watched(conversation) else set()
    return _Around(
        enclosed=enclosed,
        about=about,
        corrected=frozenset(corrections.values()),
        taken_back=frozenset(gone),
        hidden=frozenset(gone - shown),
        reactions=_reactions([one for one in tied if one.kind == Kind.REACTION], about),
    )


def is_watched(conversation: Conversation) -> bool:
    """An alert about this conversation is open: what led to it is not hidden from whoever has to see to it."""
    return Alert.objects.unclosed().filter(about=f"conversation:{conversation.pk}").exists()


def _tied(messages: Sequence[Message], tying: Sequence[Message]) -> dict[int, Message]:
    """What each of these is about, where it is here: something of hers, or (a reaction) something of ours."""
    by_mark = {message.provider_hash: message for message in messages if message.provider_hash}
    left = {one.refers_to for one in tying if one.kind == Kind.REACTION} - by_mark.keys()
    if left:
        ours = {message.letter_id: message for message in messages if message.letter_id}
        sent = Dispatch.objects.filter(provider_hash__in=left, letter__in=list(ours))
        by_mark |= {mark: ours[letter] for mark, letter in sent.values_list("provider_hash", "letter")}
    return {one.pk: by_mark[one.refers_to] for one in tying if one.refers_to in by_mark}


def _reactions(reacting: Sequence[Message], about: dict[int, Message]) -> dict[int, str]:
    """The last one counts; without a sign it was taken back."""
    in_order = sorted(reacting, key=lambda one: (one.sent_at, one.pk))
    return {about[one.pk].pk: one.text[:SIGN_MOST] for one in in_order}


def _line(message: Message, around: _Around) -> Line:
    letter, is_hidden = message.letter, message.pk in around.hidden
    about = around.about.get(message.pk)
    return Line(
        id=message.pk,
        author=message.author,
        text="" if is_hidden else message.text,
        choices=from_json(letter.body).choices if letter else (),
        at=message.sent_at,
        is_automatic=message.is_automatic,
        is_late=message.state == Message.State.LATE,
        level=message.level,
        delivery=letter.state if letter else "",
        quoted=tuple(quote.version_id for quote in message.quotes.all()),
        trouble=_trouble(letter) if letter else "",
        is_doubled=bool(letter and letter.possibly_doubled),
        kind=message.kind,
        enclosed=None if is_hidden else around.enclosed.get(message.pk),
        about=about.pk if about else 0,
        corrects=about.text if about and message.kind == Kind.EDIT and about.pk not in around.hidden else "",
        is_corrected=message.pk in around.corrected,
        is_taken_back=message.pk in around.taken_back,
        reaction=around.reactions.get(message.pk),
    )


def _trouble(letter: Letter) -> str:
    """Our own short word for why it did not arrive; the provider's number when it was told only later."""
    if letter.state != State.FAILED:
        return ""
    if letter.error and letter.error != "failed":
        return letter.error
    return str(letter.error_code or "")
