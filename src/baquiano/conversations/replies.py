"""Ready answers of the team: written by one, approved by another, taken back by anybody who may. Their words never change: others are another row."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations.models import CannedReply
from baquiano.lib.turnstile import writing

LONGEST = 1000
UNDECIDED = Q(approved_at=None, refused_at=None)


class CannotKeepReady(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class ReplyWords:
    """`shortcut`: what is typed after "/". `country` empty: said in all of them."""

    shortcut: str
    language: str
    country: str
    text: str


def propose(words: ReplyWords, *, by: User) -> CannedReply:
    """Waits for somebody else; what is in force under this shortcut stays until then."""
    text = words.text.replace("\r\n", "\n").strip()
    if not text or not words.shortcut:
        raise CannotKeepReady(_("Write the shortcut and the words."))
    if len(text) > LONGEST:
        raise CannotKeepReady(_("A ready answer has 1,000 characters at most."))
    place = {"shortcut": words.shortcut, "language": words.language, "country": words.country}
    with writing():
        if CannedReply.objects.in_force().filter(**place, text=text).exists():
            raise CannotKeepReady(_("These words are in force already."))
        waiting = CannedReply.objects.filter(UNDECIDED, **place)
        waiting.filter(by=by).update(refused_at=timezone.now())  # they have thought again
        if waiting.exists():
            raise CannotKeepReady(_("Other words for this shortcut wait to be approved. Decide about them first."))
        reply = CannedReply.objects.create(**place, text=text, by=by)
        audit(by, "reply.proposed", reply)
    return reply


def approve(reply: CannedReply, *, by: User) -> None:
    """The second person's yes: from now on it can be put in, and the one it stands for no longer."""
    if reply.by_id == by.pk:
        raise CannotKeepReady(_("You wrote these words. Somebody else must approve them."))
    now = timezone.now()
    with writing():
        place = {"shortcut": reply.shortcut, "language": reply.language, "country": reply.country}
        before = CannedReply.objects.in_force().filter(**place).exclude(pk=reply.pk)
        before.update(withdrawn_at=now)
        if not CannedReply.objects.filter(UNDECIDED, pk=reply.pk).update(approved_by=by, approved_at=now):
            raise CannotKeepReady(_("Somebody has decided about these words meanwhile. Look at them again."))
        audit(by, "reply.approved", reply)


def refuse(reply: CannedReply, *, by: User) -> None:
    """The second person's no."""
    with writing():
        if not CannedReply.objects.filter(UNDECIDED, pk=reply.pk).update(refused_at=timezone.now()):
            raise CannotKeepReady(_("Somebody has decided about these words meanwhile. Look at them again."))
        audit(by, "reply.refused", reply)


def withdraw(reply: CannedReply, *, by: User) -> None:
    """From now on nobody can put it in."""
    with writing():
        if not CannedReply.objects.in_force().filter(pk=reply.pk).update(withdrawn_at=timezone.now()):
            raise CannotKeepReady(_("It was taken back already."))
        audit(by, "reply.withdrawn", reply)
