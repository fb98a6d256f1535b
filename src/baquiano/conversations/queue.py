"""Who waits for a person: everything open that one colleague may see, looked up together and sorted by how grave and how late it is.

One query whatever the length, and one more when somebody put labels on: what was said last comes as it lies in the table, and only of
those on top it is deciphered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import (
    BinaryField,
    Count,
    Exists,
    Expression,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    Subquery,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation, Handoff, Label, Message, Surge
from baquiano.conversations.surge import Rush, rush_at
from baquiano.lib import crypto

LAST_WORDS = 60
NEAR = 30
"""So many are told apart by their last words: whoever comes next is among them. The rest of a long queue is waited in, not read."""
SHOWN = 200
LOOKED_AT = 2000
GRAVE = ("P0", "P1")
"""Never put aside, and never kept for one colleague alone."""


@dataclass(frozen=True)
class InboxRow:
    """One conversation in the queue. `last_words` (`sealed`: as they are kept) is shown on that screen only. `owner`: a colleague's name, "" for nobody."""

    conversation: int
    level: str
    reason: str
    priority: int
    waiting_since: datetime
    due_at: datetime
    is_overdue: bool
    owner: str
    is_owned: bool
    is_mine: bool
    is_for_me: bool
    is_for_another: bool
    is_aside: bool
    language: str
    country: str
    channel: str
    unread: int
    sealed: bytes
    has_labels: bool
    is_near: bool = False
    last_words: str = ""
    labels: tuple[str, ...] = ()

    @property
    def is_waiting(self) -> bool:
        """For whoever looks: nobody has it, and it is neither put aside nor kept for somebody else."""
        return not (self.is_owned or self.is_aside or self.is_for_another)


@dataclass(frozen=True)
class Wanted:
    """Which part of the queue is looked at; "" for all. `level` "none": without one."""

    tab: str = "now"
    level: str = ""
    language: str = ""
    country: str = ""

    def takes(self, row: InboxRow) -> bool:
        return (
            _IN_TAB[self.tab](row)
            and self.level in ("", row.level or "none")
            and self.language in ("", row.language)
            and self.country in ("", row.country or "none")
        )


_IN_TAB: dict[str, Callable[[InboxRow], bool]] = {
    "now": lambda row: row.is_waiting or row.is_mine,
    "mine": lambda row: row.is_mine,
    "for_me": lambda row: row.is_for_me,
    "aside": lambda row: row.is_aside,
    "all": lambda _: True,
}
TABS = tuple(_IN_TAB)


@dataclass(frozen=True)
class Inbox:
    """`counts`: waiting, mine, overdue. `tabs`: how many in each. `left_off`: how many more there are than `rows` shows."""

    rows: tuple[InboxRow, ...]
    counts: dict[str, int]
    tabs: dict[str, int]
    left_off: int
    languages: tuple[str, ...]
    countries: tuple[str, ...]
    rush: Rush | None


def inbox(user: User, wanted: Wanted = Wanted()) -> Inbox:
    """Open hand-offs this person may see: danger first, then what was passed on to them, then whoever is latest."""
    every, rush = _looked_up(user, timezone.now())
    found = sorted((row for row in every if wanted.takes(row)), key=_place)
    shown = found[:SHOWN]
    return Inbox(
        rows=tuple(_with_words(shown)),
        counts={
            "waiting": sum(row.is_waiting for row in every),
            "mine": sum(row.is_mine for row in every),
            "overdue": sum(row.is_overdue for row in every),
        },
        tabs={tab: sum(map(_IN_TAB[tab], every)) for tab in TABS},
        left_off=len(found) - len(shown),
        languages=tuple(sorted({row.language for row in every})),
        countries=tuple(sorted({row.country for row in every})),
        rush=rush,
    )


def _place(row: InboxRow) -> tuple[bool, bool, int, datetime, int]:
    return row.level not in GRAVE, not row.is_for_me, row.priority, row.due_at, row.conversation


def _last_words() -> Expression:
    """As they lie in the table."""
    said = Message.objects.inbound().filter(conversation=OuterRef("conversation")).exclude(kind="reaction")
    said = said.order_by("-id")
    return ExpressionWrapper(Subquery(said.values("text")[:1]), output_field=BinaryField())


def _unread() -> "Subquery":
    answered = Message.objects.filter(conversation=OuterRef("conversation"), author=Message.Author.STAFF).order_by(
        "-id"
    )
    since = Message.objects.inbound().filter(conversation=OuterRef("conversation"))
    since = since.exclude(kind="reaction").filter(pk__gt=Coalesce(Subquery(answered.values("id")[:1]), 0))
    return Subquery(
        since.order_by().values("conversation").annotate(n=Count("pk")).values("n"), output_field=IntegerField()
    )


_FIELDS = (
    "conversation_id", "level", "reason", "priority", "opened_at", "due_at", "snoozed_at", "snoozed_until", "meant_for_id", "meant_until",
    "conversation__owner_id", "conversation__language", "conversation__country", "conversation__last_at",
    "conversation__address__channel__kind", "owner_name", "words", "unread", "has_labels", "surge", "surge_minutes",
)  # fmt: skip


def _looked_up(user: User, now: datetime) -> tuple[list[InboxRow], Rush | None]:
    surge = Surge.objects.now(now).order_by("-pk")
    rows = (
        Handoff.objects.open()
        .filter(conversation__in=Conversation.objects.visible_to(user), conversation__closed_at=None)
        .annotate(
            # As it lies in the table: one colleague's name is deciphered once, not on each of their rows.
            owner_name=ExpressionWrapper(F("conversation__owner__display_name"), output_field=BinaryField()),
            words=_last_words(),
            unread=_unread(),
            has_labels=Exists(Label.objects.filter(conversation=OuterRef("conversation"))),
            surge=Subquery(surge.values("pk")[:1]),
            surge_minutes=Subquery(surge.values("wait_minutes")[:1]),
        )
        .in_order()
        .values_list(*_FIELDS)[:LOOKED_AT]
    )
    names: dict[int, str] = {}
    found, rush = [], None
    for values in rows:
        row = dict(zip(_FIELDS, values, strict=True))
        owner = row["conversation__owner_id"]
        if owner is not None and owner not in names:
            names[owner] = _plain(row["owner_name"])
        rush = Rush(row["surge_minutes"]) if row["surge"] else None
        found.append(_row(row, user, now, names.get(owner, "")))
    return found, rush if found else rush_at(now)


def _row(row: dict[str, Any], user: User, now: datetime, owner: str) -> InboxRow:
    is_owned, is_grave = row["conversation__owner_id"] is not None, row["level"] in GRAVE
    is_meant = row["meant_for_id"] is not None and not is_owned
    return InboxRow(
        conversation=row["conversation_id"],
        level=row["level"],
        reason=row["reason"],
        priority=row["priority"],
        waiting_since=row["opened_at"],
        due_at=row["due_at"],
        is_overdue=row["due_at"] < now and not is_owned,
        owner=owner,
        is_owned=is_owned,
        is_mine=row["conversation__owner_id"] == user.pk,
        is_for_me=is_meant and row["meant_for_id"] == user.pk,
        is_for_another=is_meant and row["meant_for_id"] != user.pk and row["meant_until"] > now and not is_grave,
        is_aside=_is_aside(row, now) and not is_owned and not is_grave,
        language=row["conversation__language"],
        country=row["conversation__country"],
        channel=row["conversation__address__channel__kind"],
        unread=row["unread"] or 0,
        sealed=bytes(row["words"] or b""),
        has_labels=row["has_labels"],
    )


def _plain(sealed: bytes) -> str:
    return crypto.decrypt(bytes(sealed)).decode("utf-8", "surrogatepass") if sealed else ""


def _is_aside(row: dict[str, Any], now: datetime) -> bool:
    """Until its time, or until she writes."""
    until, since = row["snoozed_until"], row["snoozed_at"]
    return until is not None and until > now and row["conversation__last_at"] <= since


def _with_words(rows: Sequence[InboxRow]) -> Iterator[InboxRow]:
    labels = _labels_of(row.conversation for row in rows if row.has_labels)
    for place, row in enumerate(rows):
        is_near = place < NEAR
        words = _plain(row.sealed)[:LAST_WORDS] if is_near else ""
        on_it = tuple(labels.get(row.conversation, ()))
        yield replace(row, is_near=is_near, last_words=words, sealed=b"", labels=on_it)


def _labels_of(conversations: Iterable[int]) -> dict[int, list[str]]:
    labelled = list(conversations)
    found: dict[int, list[str]] = defaultdict(list)
    if not labelled:
        return found
    rows = Label.objects.filter(conversation__in=labelled).order_by("word")
    for conversation, word in rows.values_list("conversation_id", "word"):
        found[conversation].append(word)
    return found
