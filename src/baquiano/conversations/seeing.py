"""A colleague has seen or heard what came with a message, and may write down what it says: those words are scanned for danger as if the
person had written them.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations import enclosures, turns, wishes
from baquiano.conversations.models import Conversation, Enclosure
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.lib.turnstile import ring, writing
from baquiano.people import joining
from baquiano.safety import following
from baquiano.safety.actions import acknowledge
from baquiano.safety.models import Alert, FollowUp

TRANSCRIPT_MOST = 4000


class CannotSee(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


def see(enclosure: Enclosure, transcript: str, *, by: User) -> None:
    """Somebody has seen or heard it. The first who did is kept; a transcript may be mended later. Raises `CannotSee`."""
    _settle(enclosure, transcript.strip(), by)


def see_no_danger(enclosure: Enclosure, transcript: str, *, by: User) -> None:
    """Somebody has seen or heard it, and nothing in it is dangerous: an alert that was only about it is closed too, in their name.

    Not if the words they wrote down say otherwise. Raises `CannotSee`.
    """
    finding = _settle(enclosure, transcript.strip(), by)
    conversation = enclosure.message.conversation
    alert = _about_what_was_unread(conversation).filter(acknowledged_at__isnull=False).first()
    if finding is None and alert is not None and not enclosures.unseen(conversation):
        following.follow_up(
            alert, FollowUp.Outcome.FALSE_ALARM, _("What was sent was seen or heard: no danger in it."), by=by
        )
        following.close(alert, by=by)


def _settle(enclosure: Enclosure, words: str, by: User) -> Finding | None:
    if not enclosures.may_be_settled(enclosure):
        raise CannotSee(_("This has not come yet: it is being fetched. Try again in a moment."))
    if len(words) > TRANSCRIPT_MOST:
        raise CannotSee(_("This is too long: 4,000 characters at most. Write only what whoever goes on must know."))
    message = enclosure.message
    conversation = Conversation.objects.select_related("address__channel").get(pk=message.conversation_id)
    scanned = turns.scan_heard(conversation, message, words) if words else None
    with writing():
        row = Enclosure.objects.select_for_update().filter(pk=enclosure.pk).first()
        if row is None:
            raise CannotSee(_("The person has erased this."))
        if row.seen_at is None:
            row.seen_by, row.seen_at = by, timezone.now()
        row.transcript = words or row.transcript
        row.save(update_fields=["seen_by", "seen_at", "transcript"])
        if scanned and scanned.finding:
            wishes.warn_of_heard(conversation, message, scanned.finding, scanned.composed)
        audit(by, "enclosure.written" if words else "enclosure.seen", row, about=_person_of(conversation))
        if not enclosures.unseen(conversation):
            for alert in _about_what_was_unread(conversation).filter(acknowledged_at=None):
                acknowledge(alert, by=by)
        ring()
    return scanned.finding if scanned else None


def _person_of(conversation: Conversation) -> int | None:
    """Who it is, if they have joined this door to their file."""
    behind = joining.person_behind(conversation.address)
    return behind.pk if behind else None


def _about_what_was_unread(conversation: Conversation) -> "models.QuerySet[Alert]":
    """What was raised because nobody had heard or seen what was sent. Once something graver is known it is another alert."""
    about = f"conversation:{conversation.pk}"
    return Alert.objects.unclosed().filter(about=about, level=Level.P2, kind=Danger.UNKNOWN)
