"""How each text stands: its state, what falls due, how much of what is said is in date, and what each language lacks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from baquiano.knowledge.models import Article, ArticleVersion, Source, Translation
from baquiano.knowledge.shelf import Checked, is_past_saying, is_past_trust, last_checks

DUE_WITHIN = timedelta(days=7)
YEARS_APART = timedelta(days=365)


class State(StrEnum):
    """Of one version. A draft is no version yet."""

    PROPOSED = "proposed"  # a pack's, taken on by nobody
    REVIEW = "review"  # handed to the second person
    SCHEDULED = "scheduled"  # approved for a later time
    PUBLISHED = "published"
    NEEDS_REVIEW = "needs_review"  # said with its date and a caution
    EXPIRED = "expired"  # no longer said: who asks is told where to ask
    REPLACED = "replaced"  # a later version is said instead
    WITHDRAWN = "withdrawn"


class Due(StrEnum):
    """What ends on a day."""

    TRUST = "trust"  # our own check
    FIGURES = "figures"  # a tariff, a cap
    WINDOW = "window"  # a date in the world


class Translated(StrEnum):
    """How a text stands in another language, the best first."""

    PUBLISHED = "published"
    WAITING = "waiting"
    PROPOSED = "proposed"
    OLDER = "older"  # approved for an earlier version of the Spanish text
    NONE = "none"


@dataclass(frozen=True)
class Standing:
    """A version that two people published and that is the one in force."""

    version: ArticleVersion
    state: State
    checked: Checked | None

    @property
    def is_in_date(self) -> bool:
        """Somebody checked it, and that day has not passed."""
        return self.state == State.PUBLISHED and self.checked is not None


@dataclass(frozen=True)
class DueRow:
    version: ArticleVersion
    what: Due
    on: date
    is_past: bool


@dataclass(frozen=True)
class Conflict:
    """A text whose sources contradict each other, as somebody declared: what each of them says, in their order."""

    version: ArticleVersion
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class BoardRow:
    """`country` empty: everywhere. `branch` empty: pages without a topic."""

    country: str
    branch: str
    published: int
    in_date: int

    @property
    def percent(self) -> int:
        return round(100 * self.in_date / self.published) if self.published else 0


@dataclass(frozen=True)
class LanguageRow:
    """One text and how it stands in each language, in the order asked for."""

    version: ArticleVersion
    states: tuple[tuple[str, Translated], ...]


def state_of(version: ArticleVersion, *, checked: Checked | None, is_in_force: bool, today: date) -> State:
    """`is_in_force`: no other version of its article is said instead."""
    if version.withdrawn_at:
        return State.WITHDRAWN
    if version.published_at is None:
        return _unpublished(version)
    if not is_in_force:
        return State.REPLACED
    until = checked.good_until if checked else None
    if is_past_saying(until, today) and not version.article.is_life_saving:
        return State.EXPIRED
    return State.NEEDS_REVIEW if is_past_trust(until, version.figures_until, today) else State.PUBLISHED


def _unpublished(version: ArticleVersion) -> State:
    if version.written_by_id is None:
        return State.PROPOSED
    return State.SCHEDULED if version.reviewed_by_id else State.REVIEW


def in_force(today: date) -> list[Standing]:
    """Every published text, by topic. Two queries."""
    checks = last_checks()
    versions = ArticleVersion.objects.servable(with_proposals=False).select_related("article__topic")
    versions = versions.order_by("article__topic__position", "article_id").defer("sections", "short_answer")
    return [
        Standing(
            version,
            state_of(version, checked=checks.get(version.pk), is_in_force=True, today=today),
            checks.get(version.pk),
        )
        for version in versions
    ]


def due(standings: Iterable[Standing], today: date) -> list[DueRow]:
    """What has ended or ends within a week, the earliest first. A window that closed more than a week ago is told already."""
    rows = [row for standing in standings for row in _due(standing, today)]
    return sorted(rows, key=lambda row: (row.on, row.version.article_id))


def _due(standing: Standing, today: date) -> Iterable[DueRow]:
    version = standing.version
    ends = {
        Due.TRUST: standing.checked.good_until if standing.checked else None,
        Due.FIGURES: version.figures_until,
        Due.WINDOW: version.window_closes_on,
    }
    for what, on in ends.items():
        if on is None or on > today + DUE_WITHIN or (what == Due.WINDOW and on < today - DUE_WITHIN):
            continue
        yield DueRow(version, what, on, on < today)


def board(standings: Iterable[Standing]) -> list[BoardRow]:
    """How much of what is said is in date, by country and branch."""
    counted: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for standing in standings:
        article = standing.version.article
        counted[article.country or "", article.topic.branch if article.topic else ""].append(standing.is_in_date)
    return [BoardRow(country, branch, len(rows), sum(rows)) for (country, branch), rows in sorted(counted.items())]


def in_languages(languages: Sequence[str]) -> list[LanguageRow]:
    """Every text that is said, or would be once approved, and how it stands in each language. Two queries."""
    versions = ArticleVersion.objects.servable(with_proposals=True).select_related("article__topic")
    versions = versions.order_by("article__topic__position", "article_id").defer("sections", "short_answer")
    found: dict[tuple[str, str], list[Translation]] = defaultdict(list)
    rows = Translation.objects.filter(withdrawn_at=None, language__in=languages).select_related("version")
    for row in rows.only("language", "published_at", "written_by", "version__article"):
        found[row.version.article_id, row.language].append(row)
    return [
        LanguageRow(
            version,
            tuple((language, _translated(version, found[version.article_id, language])) for language in languages),
        )
        for version in versions
    ]


def _translated(version: ArticleVersion, rows: list[Translation]) -> Translated:
    of_this = [row for row in rows if row.version_id == version.pk]
    if any(row.published_at for row in of_this):
        return Translated.PUBLISHED
    if any(row.written_by_id for row in of_this):
        return Translated.WAITING
    if of_this:
        return Translated.PROPOSED
    return Translated.OLDER if any(row.published_at for row in rows) else Translated.NONE


def conflicts(standings: Iterable[Standing]) -> list[Conflict]:
    """Texts of which two or more sources say different things, as whoever wrote them declared. One query."""
    versions = {standing.version.pk: standing.version for standing in standings}
    told: dict[int, list[Source]] = defaultdict(list)
    for source in Source.objects.filter(version__in=versions).exclude(says=""):
        told[source.version_id].append(source)
    return [Conflict(version, tuple(told[pk])) for pk, version in versions.items() if len(told[pk]) > 1]


def disagreeing(standings: Iterable[Standing], declared: Iterable[Conflict]) -> list[ArticleVersion]:
    """Texts to read with care: their sources are of different confidence and more than a year apart. One query.

    Nobody reads the sources here: it says where two of them may well contradict each other, not that they do. Those already
    `declared` are left out.
    """
    known = {conflict.version.pk for conflict in declared}
    versions = {standing.version.pk: standing.version for standing in standings if standing.version.pk not in known}
    sources: dict[int, list[Source]] = defaultdict(list)
    for source in Source.objects.filter(version__in=versions, dated_on__isnull=False).exclude(confidence=""):
        sources[source.version_id].append(source)
    return [versions[pk] for pk, rows in sources.items() if _may_disagree(rows)]


def _may_disagree(rows: list[Source]) -> bool:
    days = [row.dated_on for row in rows if row.dated_on]
    return len({row.confidence for row in rows}) > 1 and max(days) - min(days) > YEARS_APART


def article_states(articles: Sequence[Article], today: date) -> dict[str, tuple[ArticleVersion, State]]:
    """The version that matters most of each article: the one in force, else what waits or is proposed, else the last one."""
    checks = last_checks()
    serving = set(ArticleVersion.objects.servable(with_proposals=False).values_list("pk", flat=True))
    found: dict[str, tuple[ArticleVersion, State]] = {}
    versions = (
        ArticleVersion.objects.filter(article__in=articles).select_related("article").defer("sections", "short_answer")
    )
    for version in versions.order_by("number"):
        known = found.get(version.article_id)
        if known and (known[0].pk in serving or (version.withdrawn_at and not known[0].withdrawn_at)):
            continue
        state = state_of(version, checked=checks.get(version.pk), is_in_force=version.pk in serving, today=today)
        found[version.article_id] = (version, state)
    return found
