"""What comes with a message (sounds, pictures, films, documents): fetched from whoever carries it, kept encrypted for a month, and erased
with what was said.

One is leased in one short transaction, fetched and checked with none open, and settled in another. A process that dies in between leaves
its lease, which runs out; it is then fetched again. What nobody has seen or heard never counts as looked after: `unseen`.
"""

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from baquiano.channels.events import Kind
from baquiano.channels.models import Channel
from baquiano.channels.protocol import Fetched, File, Missing, NotNow, TooLarge
from baquiano.channels.registry import sender_of
from baquiano.conversations.models import Conversation, Enclosure, Message
from baquiano.files.actions import Term, keep_sent
from baquiano.files.content import (
    FILMS,
    MOST_BYTES_OF_A_PICTURE_SENT,
    MOST_BYTES_SENT,
    PAPERS,
    PICTURES,
    SOUNDS,
    Content,
)
from baquiano.files.erasing import erase
from baquiano.files.models import SHORT, Attachment, Purpose
from baquiano.files.refusal import AttachmentRefused, NotChecked, Why
from baquiano.lib import faults
from baquiano.lib.turnstile import writing

LEASE_SECONDS = 300
"""Longer than the slowest answer and the virus scanner after it."""
AT_ONCE = 4
TRIES_TO_FIND = 3
"""So often the provider may say that it has no such thing before it is believed."""
GIVE_UP_AFTER = timedelta(days=14)
"""No provider keeps it longer."""
SLOWEST = timedelta(minutes=15)
TRIES_BEFORE_KNOWING = 3
"""So many tries later, whoever waits for it may say that they know it has not come."""
TERM = Term(Purpose.MESSAGE, SHORT)

MAY_BE = {
    Kind.AUDIO: SOUNDS,
    Kind.IMAGE: PICTURES,
    Kind.STICKER: PICTURES,
    Kind.VIDEO: FILMS,
    Kind.DOCUMENT: (*PAPERS, *FILMS),
}
"""What the bytes may turn out to be, by what the message said it was. What lies about itself is refused."""
MOST_BYTES = {Kind.IMAGE: MOST_BYTES_OF_A_PICTURE_SENT, Kind.STICKER: MOST_BYTES_OF_A_PICTURE_SENT}
"""Everything else: `MOST_BYTES_SENT`."""

log = logging.getLogger(__name__)

_fetchers = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="fetcher")


@dataclass(frozen=True)
class Enclosed:
    """What came with a message, as a screen shows it. `is_over`: it was kept, and its time has ended. `seconds` None: it does not say how
    long it is. `content`: what it turned out to be; "" before. `why`: it was refused.

    `may_be_settled`: somebody may say that it was seen, or that they know it cannot be.
    """

    conversation: int
    message: int
    kind: str
    at: datetime
    state: str
    why: str
    is_over: bool
    content: str
    name: str
    size: int
    seconds: int | None
    tries: int
    may_be_settled: bool
    seen_by: str
    seen_at: datetime | None
    transcript: str

    @property
    def may_be_opened(self) -> bool:
        return self.state == Enclosure.State.KEPT and not self.is_over

    @property
    def look(self) -> str:
        """How it is shown: "sound", "picture", "film" or "paper"."""
        if self.content:
            return _look_of(Content(self.content))
        return {Kind.AUDIO: "sound", Kind.IMAGE: "picture", Kind.STICKER: "picture", Kind.VIDEO: "film"}.get(
            Kind(self.kind), "paper"
        )


def _look_of(content: Content) -> str:
    if content in SOUNDS:
        return "sound"
    if content in PICTURES:
        return "picture"
    return "film" if content in FILMS else "paper"


@dataclass(frozen=True)
class _Leased:
    """One to fetch now, and through which line."""

    enclosure: Enclosure
    channel: Channel

    @property
    def settings(self) -> dict[str, str]:
        settings = {key: str(value) for key, value in (self.channel.settings or {}).items()}
        return {**settings, "phone_number_id": self.channel.line}


def fetch_due(now: datetime) -> int:
    """Fetches what waits, a few at once. Returns how many it tried. A slow one holds up no other that was leased with it."""
    leased = _lease(now)
    asked = {_fetchers.submit(_ask, one): one for one in leased}
    for answer in as_completed(asked):
        one = asked[answer]
        try:
            _settle(one.enclosure, answer.result())
        except Exception as problem:  # its lease runs out and it is tried again; the others go on
            log.error("enclosure %s could not be kept: %s", one.enclosure.pk, type(problem).__name__)
    return len(leased)


def release_all_leases() -> None:
    """At the start of the only process there is (SQLite): nobody else can hold a lease."""
    Enclosure.objects.filter(lease_until__isnull=False).update(lease_until=None)


def enclosed_in(messages: Iterable[int]) -> dict[int, Enclosed]:
    """By message."""
    rows = Enclosure.objects.filter(message__in=list(messages)).select_related("message", "attachment", "seen_by")
    return {row.message_id: enclosed_of(row) for row in rows}


def enclosed_of(row: Enclosure) -> Enclosed:
    kept = row.attachment
    return Enclosed(
        conversation=row.message.conversation_id,
        message=row.message_id,
        at=row.message.sent_at,
        kind=row.message.kind,
        state=row.state,
        why=row.why,
        is_over=kept is not None and (kept.erased_at is not None or kept.expires_at <= timezone.now()),
        content=kept.content if kept else "",
        name=(kept.name if kept else row.name) or "",
        size=kept.size if kept else 0,
        seconds=kept.seconds if kept else None,
        tries=row.attempts,
        may_be_settled=may_be_settled(row),
        seen_by=row.seen_by.display_name if row.seen_by else "",
        seen_at=row.seen_at,
        transcript=row.transcript,
    )


def may_be_settled(row: Enclosure) -> bool:
    """Before it has come there is nothing to see; when it does not come, somebody must be able to say that they know."""
    return row.state != Enclosure.State.WAITING or row.attempts >= TRIES_BEFORE_KNOWING


def unseen(conversation: Conversation) -> int:
    """How much of what came in this conversation nobody has seen or heard. While there is something, the conversation is neither handed
    back nor closed.

    What was refused or is gone counts too, until somebody says that they know: there may be something grave in it.
    """
    return Enclosure.objects.filter(message__conversation=conversation, seen_at=None).count()


def files_of(addresses: Iterable[int]) -> list[int]:
    """Ids of the kept files of everything said from these addresses."""
    rows = Enclosure.objects.filter(message__conversation__address__in=list(addresses), attachment__isnull=False)
    return [pk for pk in rows.values_list("attachment", flat=True) if pk]


def forget(messages: Iterable[int]) -> int:
    """Of these messages: what came with them is erased and nothing is fetched any more. Returns how many. Inside the caller's transaction.

    An alert that they raised stays: that somebody may be in danger is not forgotten with the words.
    """
    rows = Enclosure.objects.filter(message__in=list(messages))
    erase(Attachment.objects.filter(pk__in=[pk for pk in rows.values_list("attachment", flat=True) if pk]))
    deleted, _by = rows.delete()
    return deleted


def forget_all_of(conversation: Conversation) -> int:
    """Before the conversation itself goes."""
    return forget(Message.objects.filter(conversation=conversation).values_list("pk", flat=True))


# -- one of them -------------------------------------------------------------------------------------------------------


def _lease(now: datetime) -> list[_Leased]:
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    due = Enclosure.objects.filter(free, state=Enclosure.State.WAITING, due_at__lte=now).order_by("due_at", "pk")
    if not due.exists():  # the usual case: no write lock for nothing
        return []
    with writing():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True, of=("self",))
        rows = list(due.select_related("message__channel")[:AT_ONCE])
        until = timezone.now() + faults.lasting(LEASE_SECONDS)
        Enclosure.objects.filter(pk__in=[row.pk for row in rows]).update(lease_until=until)
    return [_Leased(row, row.message.channel) for row in rows]


def _ask(leased: _Leased) -> Fetched:
    """Only the network: no row is read or written here."""
    adapter = sender_of(leased.channel.kind)
    if adapter is None:
        return Missing()
    return adapter.fetch(leased.enclosure.provider_id, leased.settings, _most_bytes(leased.enclosure))


def _most_bytes(enclosure: Enclosure) -> int:
    return MOST_BYTES.get(Kind(enclosure.message.kind), MOST_BYTES_SENT)


def _settle(enclosure: Enclosure, answer: Fetched) -> None:
    match answer:
        case File() if answer.is_whole(enclosure.sha256):
            _keep(enclosure, answer.data)
        case File():
            _later(enclosure, timedelta(0), "not what was sent")
        case TooLarge():
            _end(enclosure, Enclosure.State.REFUSED, why=Why.LARGE)
        case Missing() if enclosure.attempts + 1 >= TRIES_TO_FIND:
            _end(enclosure, Enclosure.State.GONE)
        case Missing():
            _later(enclosure, timedelta(0), "not there")
        case NotNow(after, reason):
            _later(enclosure, timedelta(seconds=after), reason)


def _keep(enclosure: Enclosure, data: bytes) -> None:
    try:
        attachment = keep_sent(data, TERM, among=MAY_BE[Kind(enclosure.message.kind)], name=enclosure.name)
    except NotChecked:
        _later(enclosure, timedelta(0), "not checked for viruses")
        return
    except AttachmentRefused as refusal:
        _end(enclosure, Enclosure.State.REFUSED, why=refusal.why)
        return
    if not _end(enclosure, Enclosure.State.KEPT, attachment=attachment):  # forgotten meanwhile, or somebody was faster
        erase([attachment])


def _end(enclosure: Enclosure, state: Enclosure.State, *, attachment: Attachment | None = None, why: str = "") -> bool:
    """What leads to it at the provider's is needed no more. False: it no longer waits."""
    with writing():
        waits = Enclosure.objects.filter(pk=enclosure.pk, state=Enclosure.State.WAITING)
        ended = waits.update(
            state=state,
            why=why,
            attachment=attachment,
            attempts=enclosure.attempts + 1,
            lease_until=None,
            provider_id="",
            sha256="",
            name="" if attachment else enclosure.name,
        )
    return bool(ended)


def _later(enclosure: Enclosure, at_least: timedelta, reason: str) -> None:
    """Ever later, at most a quarter of an hour: a line may be mended at any time."""
    now = timezone.now()
    if now - enclosure.message.received_at > GIVE_UP_AFTER:
        _end(enclosure, Enclosure.State.GONE)
        return
    log.info("enclosure %s: try %s: %s", enclosure.pk, enclosure.attempts + 1, reason)
    wait = min(max(at_least, timedelta(seconds=5 * 2 ** min(enclosure.attempts, 10))), SLOWEST)
    with writing():
        Enclosure.objects.filter(pk=enclosure.pk, state=Enclosure.State.WAITING).update(
            attempts=min(enclosure.attempts + 1, 30_000), lease_until=None, due_at=now + wait
        )
