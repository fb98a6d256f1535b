"""Finding a conversation again: by the exact number somebody writes from, a ticket, what was answered, a label, who answered, a day.

Never by words: they are encrypted. Only among those whoever looks may see, and a number says no more than whether there is one of them.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from baquiano.accounts.audit import searched
from baquiano.accounts.models import User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.conversations.models import Conversation, Handoff, Label, Message, Quote
from baquiano.conversations.models.talk import ConversationQuerySet
from baquiano.people import identity
from baquiano.people.models import Alias
from baquiano.safety.models import Alert

A_PAGE = 50
PHONE_SCHEMES = (Scheme.WHATSAPP_PHONE,)
_TICKET = re.compile(r"(?P<kind>[CHA]?)[-# ]?(?P<number>\d{1,18})", re.IGNORECASE)


@dataclass(frozen=True)
class Sought:
    """Everything that was filled in must hold. `state`: "open" (waits for a person), "alive", "closed"; "" for any."""

    phone: str = ""
    ticket: str = ""
    topic: str = ""
    label: str = ""
    operator: int = 0
    since: date | None = None
    until: date | None = None
    state: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Sought()


@dataclass(frozen=True)
class Found:
    """One conversation, without a word of what was said in it. `level` and `reason` of its last hand-off."""

    number: int
    level: str
    reason: str
    state: str
    language: str
    country: str
    channel: str
    owner: str
    opened_at: datetime
    last_at: datetime
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Results:
    """`count`: of all pages."""

    rows: tuple[Found, ...]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // A_PAGE))


def look_for(sought: Sought, *, page: int = 1, by: User) -> Results:
    """The newest first. A look by number is written down as a keyed hash: who looks for the same one again and again shows."""
    rows = _matching(Conversation.objects.visible_to(by), sought)
    count = rows.count()
    page = min(max(page, 1), max(1, -(-count // A_PAGE)))
    shown = (
        rows.select_related("owner", "address__channel")
        .prefetch_related("handoffs", "labels")
        .order_by("-last_at", "-pk")[(page - 1) * A_PAGE : page * A_PAGE]
    )
    results = Results(tuple(_found(row) for row in shown), count, page)
    if sought.phone:
        searched(by, "conversations", _digits(sought.phone), count)
    return results


def _matching(rows: ConversationQuerySet, sought: Sought) -> ConversationQuerySet:
    if sought.phone:
        rows = rows.filter(address__in=_addresses_of(sought.phone))
    if sought.ticket:
        rows = rows.filter(_of_ticket(sought.ticket))
    if sought.topic:
        told = Quote.objects.filter(message__conversation=OuterRef("pk"), version__article__topic=sought.topic)
        rows = rows.filter(Exists(told))
    if sought.label:
        rows = rows.filter(Exists(Label.objects.filter(conversation=OuterRef("pk"), word=sought.label)))
    if sought.operator:
        answered = Message.objects.filter(conversation=OuterRef("pk"), staff=sought.operator)
        taken = Handoff.objects.filter(conversation=OuterRef("pk"), taken_by=sought.operator)
        rows = rows.filter(Exists(answered) | Exists(taken) | Q(owner=sought.operator))
    if sought.since:
        rows = rows.filter(last_at__gte=_midnight(sought.since))
    if sought.until:
        rows = rows.filter(opened_at__lt=_midnight(sought.until + timedelta(days=1)))
    return rows.filter(_IN_STATE[sought.state])


_IN_STATE = {
    "": Q(),
    "open": Exists(Handoff.objects.open().filter(conversation=OuterRef("pk"))) & Q(closed_at=None),
    "alive": Q(closed_at=None),
    "closed": Q(closed_at__isnull=False),
}
STATES = tuple(_IN_STATE)


def _addresses_of(phone: str) -> list[int]:
    """Whose number it is now: one that changed hands leads to nobody's earlier history."""
    hashes = [identity.value_hash(SeenAlias(scheme, _digits(phone))) for scheme in PHONE_SCHEMES]
    return list(Alias.objects.filter(value_hash__in=hashes, valid_to=None).values_list("address", flat=True))


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone).removeprefix("00")


def _of_ticket(ticket: str) -> Q:
    """ "17": of a conversation, a hand-off or an alert; "C17", "H17" and "A17" say which."""
    read = _TICKET.fullmatch(ticket.strip())
    if read is None:
        return Q(pk__in=())
    number, kind = int(read["number"]), read["kind"].upper()
    found = Q(pk__in=())
    if kind in ("", "C"):
        found |= Q(pk=number)
    if kind in ("", "H"):
        found |= Q(pk__in=Handoff.objects.filter(pk=number).values("conversation"))
    if kind in ("", "A"):
        about = Alert.objects.filter(pk=number).values_list("about", flat=True).first() or ""
        opaque = about.removeprefix("conversation:")
        found |= Q(pk=int(opaque)) if opaque.isdecimal() else Q(pk__in=())
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _found(row: Conversation) -> Found:
    handoffs = sorted(row.handoffs.all(), key=lambda one: one.pk)
    last = handoffs[-1] if handoffs else None
    is_open = last is not None and last.closed_at is None
    return Found(
        number=row.pk,
        level=last.level if last else "",
        reason=last.reason if last else "",
        state="closed" if row.closed_at else "open" if is_open else "alive",
        language=row.language,
        country=row.country,
        channel=row.address.channel.kind,
        owner=row.owner.display_name if row.owner else "",
        opened_at=row.opened_at,
        last_at=row.last_at,
        labels=tuple(sorted(label.word for label in row.labels.all())),
    )
