"""What was said before a silence or before the number changed hands is folded: whoever writes now may not be who wrote then.

It opens by itself once she gives her word, or a code that joins this door; for whoever answers an open alert nothing of it was ever folded;
and a colleague opens it with a reason, which is written down. What is folded never leaves the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation
from baquiano.conversations.owning import CannotDoThat
from baquiano.conversations.thread import Line
from baquiano.lib.text import fold as folded_letters
from baquiano.lib.turnstile import writing
from baquiano.people import contact, joining
from baquiano.people.models import Alias, Joining
from baquiano.people.models.joining import How
from baquiano.safety.models import Alert

SILENCE = timedelta(hours=24)
AROUND_AN_ALERT = timedelta(hours=24)
"""Before an alert was raised: what led to it."""
REASON_AT_LEAST = 5


@dataclass(frozen=True)
class Folded:
    """What is not shown. `why`: "silence" or "identity". `last`: the id of its last message: it never says more than that there is one."""

    conversation: int
    count: int
    since: datetime
    until: datetime
    why: str
    last: int
    has_word: bool


@dataclass(frozen=True)
class _Cut:
    """From this moment on she may be somebody else."""

    at: datetime
    why: str


def parted(conversation: Conversation, lines: Sequence[Line], *, by: User) -> tuple[list[Line], Folded | None]:
    """What this colleague is shown, and what is folded above it. Once it was opened here, do not ask: it is all shown."""
    cut = _cut_of(conversation, lines)
    if cut is None or _is_known_since(conversation, cut.at):
        return list(lines), None
    edge = min([cut.at, *_alerts_answered(conversation, by)])
    folded = [line for line in lines if line.at < edge]
    if not folded:
        return list(lines), None
    there = Folded(
        conversation=conversation.pk,
        count=len(folded),
        since=folded[0].at,
        until=folded[-1].at,
        why=cut.why,
        last=folded[-1].id,
        has_word=bool(_word_of(conversation)),
    )
    hidden = {line.id for line in folded}
    return [_without(line, hidden) for line in lines if line.at >= edge], there


def _without(line: Line, hidden: set[int]) -> Line:
    """A correction does not show what it corrects, if that is folded."""
    return replace(line, corrects="") if line.about in hidden else line


def gave_her_word(conversation: Conversation, said: str, *, by: User) -> bool:
    """Whoever owns the conversation types what she said. The word itself is shown to nobody. False: it is another one."""
    word = _word_of(conversation)
    if not word:
        raise CannotDoThat(_("No word was agreed with this person: open it with a reason if you need to."))
    if conversation.owner_id != by.pk:
        raise CannotDoThat(_("You do not own this conversation."))
    is_right = folded_letters(said) == folded_letters(word)
    with writing():
        if is_right:
            Conversation.objects.filter(pk=conversation.pk).update(known_since=timezone.now())
        audit(by, "conversation.known" if is_right else "conversation.not_known", conversation)
    return is_right


def open_with(conversation: Conversation, reason: str, *, by: User) -> None:
    """Without her word: why is written down, and she may ask who read it."""
    reason = reason.strip()
    if len(reason) < REASON_AT_LEAST:
        raise CannotDoThat(_("Say why you need to read what was said before: it is written down."))
    behind = joining.person_behind(conversation.address)
    with writing():
        audit(by, "conversation.unfolded", conversation, about=behind.pk if behind else "", reason=reason)


def _cut_of(conversation: Conversation, lines: Sequence[Line]) -> _Cut | None:
    """The last moment after which it may be somebody else: her first words after a silence, or a number that changed hands."""
    cuts = [_Cut(at, "identity") for at in _identity_changes(conversation)]
    hers = sorted(line.at for line in lines if line.author == "person")
    cuts += [_Cut(later, "silence") for earlier, later in pairwise(hers) if later - earlier > SILENCE]
    return max(cuts, key=lambda cut: cut.at) if cuts else None


def _identity_changes(conversation: Conversation) -> list[datetime]:
    """When an alias of this address became another one, and when the number came back with somebody else."""
    ended: dict[str, datetime] = {}
    changes = []
    rows = Alias.objects.filter(address=conversation.address_id).order_by("valid_from", "pk")
    for scheme, since, until in rows.values_list("scheme", "valid_from", "valid_to"):
        if scheme in ended:
            changes.append(since)
        if until is not None:
            ended[scheme] = until
    collided = conversation.address.collided_at
    return [*changes, *([collided] if collided else [])]


def _is_known_since(conversation: Conversation, moment: datetime) -> bool:
    """She gave her word, or typed a code here, after that."""
    if conversation.known_since and conversation.known_since >= moment:
        return True
    codes = Joining.objects.current(timezone.now()).filter(address=conversation.address_id, how=How.CODE)
    return codes.filter(since__gte=moment).exists()


def _alerts_answered(conversation: Conversation, by: User) -> list[datetime]:
    """From when on nothing is folded from this colleague: open alerts that are theirs to answer, or nobody's yet."""
    rows = Alert.objects.unclosed().filter(about=f"conversation:{conversation.pk}")
    answering = (None, by.pk)
    return [
        raised - AROUND_AN_ALERT
        for raised, whose in rows.values_list("raised_at", "acknowledged_by_id")
        if whose in answering or conversation.owner_id == by.pk
    ]


def _word_of(conversation: Conversation) -> str:
    """What was agreed with her: at her record, or on this door."""
    behind = joining.person_behind(conversation.address)
    agreed = contact.parse(behind.safe_contact).word if behind else ""
    return agreed or contact.parse(conversation.address.safe_contact).word
