"""What stands beside a conversation: what was answered and from which version, alerts, how to write to them safely, and the team's notes.

Only of what is shown: of a part of the conversation that is folded nothing stands here either.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from baquiano.conversations import changed
from baquiano.conversations.models import Conversation, Rating
from baquiano.conversations.notes import NoteShown, notes_of
from baquiano.conversations.thread import Line
from baquiano.conversations.window import Window, window_of
from baquiano.knowledge.models import ArticleVersion
from baquiano.people import holding
from baquiano.post import waiting
from baquiano.safety.models import Alert


@dataclass(frozen=True)
class Told:
    """One version that was told here. `state`: "said" (it still is), "newer" (another is said instead), "withdrawn".

    `is_useful` None: the person has not said.
    """

    article: str
    version: int
    title: str
    number: int
    at: datetime
    by_team: bool
    state: str
    is_proposal: bool
    is_useful: bool | None


@dataclass(frozen=True)
class Beside:
    """`is_held`: after a danger nobody has yet said how this person may be written to. `asks_what_changed`: she answered our notice that
    something changed, and whoever owns the conversation tells her.
    """

    number: int
    told: Sequence[Told]
    alerts: Sequence[Alert]
    is_held: bool
    asks_what_changed: bool
    notes: Sequence[NoteShown]


def beside(found: Conversation, lines: Sequence[Line], *, since: datetime | None = None) -> Beside:
    """A few small queries: it is asked for with every poll. `since`: what lies before is folded."""
    return Beside(
        number=found.pk,
        told=told_in(found, lines),
        alerts=tuple(_alerts(found)),
        is_held=holding.is_held(found.address),
        asks_what_changed=bool(changed.asked_for(found)),
        notes=notes_of(found, since=since),
    )


def told_in(found: Conversation, lines: Iterable[Line]) -> tuple[Told, ...]:
    """Each version once, as it was told last, the newest first."""
    said = {version: line for line in lines for version in line.quoted}
    if not said:
        return ()
    versions = ArticleVersion.objects.in_bulk(said)
    useful = dict(Rating.objects.filter(conversation=found).values_list("version", "is_useful"))
    newest = _newest(version.article_id for version in versions.values())
    in_order = sorted(said.items(), key=lambda one: -one[1].id)
    return tuple(
        _told(versions[version], line, newest, useful.get(version)) for version, line in in_order if version in versions
    )


def _newest(articles: Iterable[str]) -> dict[str, int]:
    """Article → the number of the version that is said now."""
    rows = ArticleVersion.objects.filter(
        article__in=set(articles), published_at__lte=timezone.now(), withdrawn_at=None
    ).order_by("published_at", "number")
    return dict(rows.values_list("article_id", "number"))


def _told(version: ArticleVersion, line: Line, newest: dict[str, int], is_useful: bool | None) -> Told:
    in_force = newest.get(version.article_id, version.number)
    state = "withdrawn" if version.withdrawn_at else "newer" if in_force != version.number else "said"
    return Told(
        article=version.article_id,
        version=version.pk,
        title=version.title,
        number=version.number,
        at=line.at,
        by_team=line.author == "staff",
        state=state,
        is_proposal=version.published_at is None,
        is_useful=is_useful,
    )


def _alerts(found: Conversation) -> Iterable[Alert]:
    rows = Alert.objects.unclosed().filter(about=f"conversation:{found.pk}")
    return rows.select_related("acknowledged_by").order_by("level", "pk")


@dataclass(frozen=True)
class WindowShown:
    """The hour at which nothing of our own words arrives any more. `is_told`: past it, they are told that there is an answer."""

    closes_at: datetime
    is_open: bool
    is_soon: bool
    is_told: bool


SOON_HOURS = 4


def window_shown(found: Conversation) -> WindowShown | None:
    """None: on this channel there is none."""
    window: Window | None = window_of(found)
    if window is None or found.closed_at:
        return None
    now = timezone.now()
    left = window.closes_at - now
    is_open = window.is_open(now)
    is_told = not is_open and waiting.can_be_told(found.address, now)
    return WindowShown(window.closes_at, is_open, left.total_seconds() < SOON_HOURS * 3600, is_told)
