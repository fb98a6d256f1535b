"""What was said with one person: shown only for the time in which an address was hers, and emptied with everything the assistant remembered.

The marks stay (when, how grave, which texts were quoted): figures do not change, and once the joining is gone nothing leads to her.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from baquiano.conversations import enclosures
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message, Note
from baquiano.knowledge import questions
from baquiano.lib.portrait import Entry, Erased, Section, Value, entry, section, value
from baquiano.people.portrait import Spell

MODELS = (
    "conversations.Conversation",
    "conversations.Message",
    "conversations.Note",
    "conversations.Enclosure",
    "knowledge.Question",
)


def messages_in(spells: Sequence[Spell]) -> "QuerySet[Message]":
    """Said while the address was hers: what was said before she joined it may be somebody else's."""
    hers = Q(pk__in=())
    for spell in spells:
        window = Q(conversation__address=spell.address, received_at__gte=spell.since)
        hers |= window & Q(received_at__lt=spell.until) if spell.until else window
    return Message.objects.filter(hers)


def notes_in(spells: Sequence[Spell]) -> "QuerySet[Note]":
    """What colleagues noted beside it in that time."""
    hers = Q(pk__in=())
    for spell in spells:
        window = Q(conversation__address=spell.address, at__gte=spell.since)
        hers |= window & Q(at__lt=spell.until) if spell.until else window
    return Note.objects.filter(hers)


def afar_in(spells: Sequence[Spell]) -> "QuerySet[Conversation]":
    """Where in that time it was written down why she is served from afar."""
    hers = Q(pk__in=())
    for spell in spells:
        window = Q(address=spell.address, remote_at__gte=spell.since)
        hers |= window & Q(remote_at__lt=spell.until) if spell.until else window
    return Conversation.objects.filter(hers)


def conversations_of(spells: Sequence[Spell]) -> list[int]:
    return sorted(set(messages_in(spells).values_list("conversation", flat=True)))


def letters_of(spells: Sequence[Spell]) -> list[int]:
    return list(messages_in(spells).filter(letter__isnull=False).values_list("letter", flat=True))


def portray(spells: Sequence[Spell]) -> list[Section]:
    rows = messages_in(spells).order_by("conversation", "pk")
    who = [_("those of the team who answer people"), _("the company that carries the messages")]
    return [
        section(
            "messages",
            _("What was said"),
            origin=_("you, the assistant and the team"),
            recipients=who,
            entries=_said(rows),
        ),
        section(
            "notes",
            _("What the team noted beside it"),
            origin=_("the team"),
            recipients=[who[0]],
            entries=(entry(note.at, [value(note, "text", _("Note"))]) for note in notes_in(spells).order_by("pk")),
        ),
        section(
            "afar",
            _("Why you are served from afar"),
            origin=_("you, as somebody of the team wrote it down"),
            recipients=[who[0]],
            entries=(
                entry(row.remote_at, [value(row, "remote_why", _("Reason"))]) for row in afar_in(spells).order_by("pk")
            ),
        ),
    ]


def _said(rows: "QuerySet[Message]") -> Iterator[Entry]:
    by = {
        Message.Author.PERSON: _("You"),
        Message.Author.MACHINE: _("The assistant"),
        Message.Author.STAFF: _("The team"),
    }
    enclosed = {row.message_id: row for row in Enclosure.objects.filter(message__in=rows).select_related("attachment")}
    for message in rows:
        who = by[Message.Author(message.author)]
        marks = [value(message, "level", _("How grave")), value(message, "danger", _("What it looked like"))]
        file = _file(enclosed[message.pk]) if message.pk in enclosed else []
        yield entry(message.sent_at, [value(message, "text", who), *file, *(marks if message.level else [])])


def _file(enclosure: Enclosure) -> list[Value]:
    """The file itself is handed over by whoever may open it; here stands that there is one, its name, and what was written down of it."""
    written = _("What it says or shows, as somebody of the team wrote it down")
    kept = enclosure.attachment
    named = value(kept, "name", _("Its name")) if kept else value(enclosure, "name", _("Its name"))
    return [value(enclosure, "state", _("What you sent")), named, value(enclosure, "transcript", written)]


def forget(spells: Sequence[Spell], *, at: datetime) -> list[Erased]:
    """Inside the caller's transaction."""
    whole = [spell.address for spell in spells if spell.is_whole]
    current = [spell.address for spell in spells if spell.is_current]
    ids = set(messages_in(spells).values_list("pk", flat=True))
    ids |= set(Message.objects.filter(conversation__address__in=whole).values_list("pk", flat=True))
    messages = Message.objects.filter(pk__in=ids)
    questions.forget(message.text for message in messages.inbound())
    touched = set(messages.values_list("conversation", flat=True))
    emptied, unsaid = messages.update(text=""), enclosures.forget(ids)
    noted = (notes_in(spells) | Note.objects.filter(conversation__address__in=whole)).update(text="")
    unexplained = (afar_in(spells) | Conversation.objects.filter(address__in=whole)).exclude(remote_why="")
    unexplained.update(remote_why="", remote_by=None, remote_at=None)
    messages.waiting().update(state=Message.State.HANDLED)
    conversations = Conversation.objects.filter(Q(pk__in=touched) & _hers(spells) | Q(address__in=current))
    states = conversations.update(state={}, state_number=F("state_number") + 1)
    alive = Conversation.objects.alive().filter(address__in=current)
    Handoff.objects.open().filter(conversation__in=alive).update(closed_at=at)
    alive.update(closed_at=at, owner=None, owner_until=None, claimed_until=None)
    found = [
        Erased("conversations.Message", emptied),
        Erased("conversations.Enclosure", unsaid),
        Erased("conversations.Note", noted),
        Erased("conversations.Conversation", states),
    ]
    return [one for one in found if one.rows]


def _hers(spells: Sequence[Spell]) -> Q:
    """A conversation whose last word falls in her time: what the assistant remembers of it is hers."""
    hers = Q(pk__in=())
    for spell in spells:
        window = Q(address=spell.address, last_at__gte=spell.since)
        hers |= window & Q(last_at__lt=spell.until) if spell.until else window
    return hers
