"""Who saw the data of one person: by day and role, never by name. It is hers to know, and her colleagues' names are not."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.models import AuditEntry, Membership, Role, organisation

ROOMS = (
    "people", "conversations", "files", "custody", "accountability", "post", "cases", "points", "referrals", "activities",
)  # fmt: skip
"""Where `about` is the number of a person served; elsewhere it is that of a colleague or an article."""

READS = ("read", "exported", "broken", "explained")
DEEDS = {
    "access.ended": gettext_lazy("somebody's access to your data ended"),
    "access.explained": gettext_lazy("looked up who may see your data, without seeing it"),
    "access.granted": gettext_lazy("gave somebody of the team access to your data"),
    "attachment.read": gettext_lazy("opened one of your files"),
    "caregiver.added": gettext_lazy("wrote down who looks after you, or whom you look after"),
    "caregiver.ended": gettext_lazy("wrote down that somebody no longer looks after you, or you after them"),
    "consent.asked": gettext_lazy("asked you in the chat whether you agree to something"),
    "consent.given": gettext_lazy("wrote down what you agreed to"),
    "consent.refused": gettext_lazy("noted that you said no to something"),
    "consent.reviewed": gettext_lazy("reviewed why something was done without asking you"),
    "consent.taken_back": gettext_lazy("took back a question to you in the chat"),
    "consent.withdrawn": gettext_lazy("wrote down what you no longer agree to"),
    "conversation.read": gettext_lazy("read your conversation"),
    "conversation.remote_why": gettext_lazy("wrote down why you are served from afar"),
    "conversation.unfolded": gettext_lazy("opened what you had said before"),
    "document.added": gettext_lazy("added one of your documents"),
    "document.removed": gettext_lazy("removed one of your documents"),
    "fact.erased": gettext_lazy("erased a confidential note about you"),
    "fact.read": gettext_lazy("read a confidential note about you"),
    "enclosure.read": gettext_lazy("opened a file you sent: a voice note, a picture, a video or a document"),
    "enclosure.seen": gettext_lazy("noted that a file you sent was seen or heard"),
    "enclosure.written": gettext_lazy("wrote down what a file you sent says or shows"),
    "fact.recorded": gettext_lazy("wrote a confidential note about you"),
    "family.formed": gettext_lazy("changed your family group"),
    "family.joined": gettext_lazy("changed your family group"),
    "family.left": gettext_lazy("changed your family group"),
    "glass.broken": gettext_lazy("opened your safety summary in an emergency, without having access"),
    "glass.read": gettext_lazy("read your safety summary"),
    "glass.reviewed": gettext_lazy("reviewed an emergency opening of your safety summary"),
    "hold.lifted": gettext_lazy("ended a legal duty to keep your data"),
    "hold.put": gettext_lazy("wrote down a legal duty to keep your data"),
    "joining.code_made": gettext_lazy("gave you a code to join two of your conversations"),
    "joining.ended": gettext_lazy("separated one of your conversations from your file"),
    "joining.made": gettext_lazy("joined one of your conversations to your file"),
    "keptpaper.exported": gettext_lazy("opened one of your files"),
    "paper.asked": gettext_lazy("asked you in the chat for one document"),
    "paper.erased": gettext_lazy("erased one of your files"),
    "paper.kept": gettext_lazy("kept one of your files"),
    "paper.not_needed": gettext_lazy("noted that a document is not needed any more"),
    "person.blocked": gettext_lazy("blocked the use of your data"),
    "person.contact_changed": gettext_lazy("wrote down how to reach you safely"),
    "person.corrected": gettext_lazy("changed your file"),
    "person.distinct": gettext_lazy("wrote down that you and another person are not the same"),
    "person.exported": gettext_lazy("made a copy of your data"),
    "person.forgotten": gettext_lazy("erased your data"),
    "person.merged": gettext_lazy("put two files of yours together"),
    "person.read": gettext_lazy("read your file"),
    "person.received": gettext_lazy("received you at the desk"),
    "person.registered": gettext_lazy("opened your file"),
    "person.unblocked": gettext_lazy("allowed the use of your data again"),
    "person.unmerged": gettext_lazy("took apart two files that were together"),
    "recording.heard": gettext_lazy("noted that one of your voice notes was heard"),  # before other kinds were kept
    "recording.read": gettext_lazy("listened to one of your voice notes"),
    "recording.written": gettext_lazy("wrote down what one of your voice notes says"),
    "trail.read": gettext_lazy("looked up who had seen your data"),
}


@dataclass(frozen=True)
class Seen:
    """On this day, in the time of the organisation, somebody with these roles then did this so many times. All in words."""

    day: date
    roles: tuple[str, ...]
    deed: str
    count: int


def who_saw(person_id: int) -> list[Seen]:
    """Everything that was read, exported or done with the data of this person, the newest day first. Searches name nobody, and
    refusals showed nothing: neither is here.
    """
    zone = ZoneInfo(organisation().timezone)
    entries = list(_about(person_id))
    held = _Roles({actor for _at, actor, _verb in entries if actor is not None})
    counted = Counter((at.astimezone(zone).date(), held.at(actor, at), in_words(verb)) for at, actor, verb in entries)
    return sorted(
        (Seen(day, roles, deed, count) for (day, roles, deed), count in counted.items()),
        key=lambda seen: (-seen.day.toordinal(), seen.roles, seen.deed),
    )


def in_words(verb: str) -> str:
    """One that has no words yet is still told: that something was read, or done."""
    if verb in DEEDS:
        return str(DEEDS[verb])
    if verb.rpartition(".")[2] in READS:
        return _("read something of yours")
    return _("did something with your data")


def _about(person_id: int) -> "QuerySet[AuditEntry, tuple[datetime, int | None, str]]":
    rows = AuditEntry.objects.filter(about=str(person_id), room__in=ROOMS).order_by("pk")
    return rows.values_list("at", "actor", "verb")


class _Roles:
    """What each of these colleagues was at a moment."""

    def __init__(self, actors: set[int]) -> None:
        self.memberships = list(Membership.objects.filter(user__in=actors).order_by("pk"))

    def at(self, actor: int | None, moment: datetime) -> tuple[str, ...]:
        if actor is None:
            return (_("The system, or you yourself"),)
        return tuple(sorted(set(self._held(actor, moment)))) or (_("Somebody of the team"),)

    def _held(self, actor: int, moment: datetime) -> Iterator[str]:
        for row in self.memberships:
            if row.user_id == actor and row.since <= moment and (row.until is None or row.until > moment):
                yield str(Role(row.role).label)
