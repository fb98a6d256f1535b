"""From a draft or a pack's proposal to a published text: who takes it on, who approves it, what goes back and why.

A text handed in never changes any more: what goes back becomes a draft again, and comes back as another version. So whoever approves
has read the very words that are said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.knowledge.actions import CannotPublish, check_second_person, decide, shelf_changed
from baquiano.knowledge.models import DRAFT_DAYS, Article, ArticleVersion, Draft, Source, Translation
from baquiano.lib.turnstile import writing

SECTIONS = (
    "long", "steps", "documents", "cost", "time", "where", "options", "who_can", "who_cannot", "if_refused", "risks",
    "do_not_sign", "unknown",
)  # fmt: skip
"""Keys of `ArticleVersion.sections`, in the order in which they are written."""

# Domain: content, suggested review rhythm. Branches it does not name follow the nearest one that it does.
RHYTHM = {
    "regularizacion": 30,
    "movilidad": 30,
    "proteccion": 30,
    "trabajo_dinero": 60,
    "vivienda_ayuda": 60,
    "salud": 90,
    "ninez_educacion": 90,
    "registro_civil": 90,
    "derechos": 365,
}
SHORTEST_RHYTHM = 30


class CannotSave(Exception):
    """Shown to staff as it is written: the draft was saved from another window meanwhile."""


@dataclass(frozen=True)
class SourceWritten:
    """`says`: what it says where another source says something else; empty when none differs."""

    title: str
    url: str
    dated_on: date | None
    says: str


@dataclass(frozen=True)
class Written:
    """A text as an editor hands it in, already read and measured by the form."""

    title: str
    first_sentence: str
    short_answer: str
    sections: dict[str, list[str]]
    caution: str
    window_closes_on: date | None
    figures_until: date | None
    sources: tuple[SourceWritten, ...]
    change_note: str
    is_material: bool


@dataclass(frozen=True)
class WordsWritten:
    """A translation as it is handed in."""

    title: str
    first_sentence: str
    short_answer: str


def good_until(article: Article, today: date, figures_until: date | None = None) -> date:
    """Until when a check of this article is worth something, as its subject suggests; never past the day of its figures."""
    branch = article.topic.branch if article.topic else ""
    until = today + timedelta(days=RHYTHM.get(branch, SHORTEST_RHYTHM))
    return min(until, figures_until) if figures_until and figures_until > today else until


# Drafts ----------------------------------------------------------------------------------------------------------------


def save_draft(article: Article, fields: dict[str, str], *, by: User, seen: str) -> Draft:
    """What is in the form, right or wrong. `seen`: the mark of the draft that the form was filled from; empty for none.

    Raises `CannotSave` when it was saved from another window since: nothing is overwritten unseen.
    """
    with writing():
        draft = Draft.objects.select_for_update().filter(author=by, article=article).first()
        if draft is None and seen:
            raise CannotSave(_("This text was handed in or thrown away from another window. Copy what you still need."))
        if draft is None:
            return Draft.objects.create(author=by, article=article, body={"fields": fields})
        if draft.body.get("fields") == fields:
            return draft
        if mark_of(draft) != seen:
            raise CannotSave(
                _("You have this text open in another window, and it was saved there. Copy what is missing.")
            )
        draft.body, draft.saved_at = {**draft.body, "fields": fields}, timezone.now()
        draft.save(update_fields=["body", "saved_at"])
    return draft


def mark_of(draft: Draft | None) -> str:
    """Which state of a draft a page shows."""
    return draft.saved_at.isoformat() if draft else ""


def throw_away(draft: Draft) -> None:
    draft.delete()


def forget_drafts(now: datetime) -> int:
    """Drafts that nobody has touched for as long as they are kept."""
    deleted, _rows = Draft.objects.filter(saved_at__lt=now - timedelta(days=DRAFT_DAYS)).delete()
    return deleted


def fields_of(version: ArticleVersion) -> dict[str, str]:
    """A version as the form shows it, every value a text."""
    fields = {
        "title": version.title,
        "first_sentence": version.first_sentence,
        "short_answer": version.short_answer,
        "caution": version.caution,
        "window_closes_on": _day(version.window_closes_on),
        "figures_until": _day(version.figures_until),
        "is_material": "on",
    }
    fields |= {f"section_{name}": "\n".join(version.sections.get(name, [])) for name in SECTIONS}
    for place, source in enumerate(version.sources.all()):
        fields |= {
            f"source_{place}_title": source.title,
            f"source_{place}_url": source.url,
            f"source_{place}_dated_on": _day(source.dated_on),
            f"source_{place}_says": source.says,
        }
    return fields


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


# Handing in, taking on, sending back ------------------------------------------------------------------------------------


def submit(article: Article, words: Written, *, by: User) -> ArticleVersion:
    """A new version, handed to the second person; the draft it came from is no longer needed."""
    with writing():
        Article.objects.select_for_update().get(pk=article.pk)  # one number at a time
        before = article.versions.order_by("-number").first()
        version = ArticleVersion.objects.create(
            article=article,
            number=before.number + 1 if before else 1,
            title=words.title,
            first_sentence=words.first_sentence,
            short_answer=words.short_answer,
            sections=words.sections,
            caution=words.caution,
            known_on=before.known_on if before else None,
            window_closes_on=words.window_closes_on,
            figures_until=words.figures_until,
            next_topics=before.next_topics if before else [],
            change_note=words.change_note,
            is_material=words.is_material,
            written_by=by,
            submitted_at=timezone.now(),
        )
        Source.objects.bulk_create(
            _source(version, place, source) for place, source in enumerate(words.sources, start=1)
        )
        Draft.objects.filter(author=by, article=article).delete()
        audit(by, "article.submitted", version)
        shelf_changed()
    return version


def _source(version: ArticleVersion, place: int, source: SourceWritten) -> Source:
    return Source(
        version=version,
        position=place,
        title=source.title,
        url=source.url,
        dated_on=source.dated_on,
        says=source.says,
    )


def adopt(versions: Sequence[ArticleVersion], *, by: User) -> int:
    """Takes on what a pack proposes: she answers for it, and somebody else may approve it. Returns how many were still free."""
    adopted = 0
    with writing():
        for version in versions:
            free = ArticleVersion.objects.undecided().filter(pk=version.pk, written_by=None)
            if free.update(written_by=by, submitted_at=timezone.now()):
                audit(by, "article.adopted", version)
                adopted += 1
    return adopted


def send_back(version: ArticleVersion, *, by: User, reason: str) -> None:
    """Not as it is: the words become a draft of whoever handed them in, unless she has begun another one. A pack's are set aside."""
    if not reason.strip():
        raise CannotPublish(_("Say what has to change."))
    with writing():
        decide(version, withdrawn_at=timezone.now(), withdrawn_by=by)
        if version.written_by is not None:
            Draft.objects.get_or_create(
                author=version.written_by,
                article=version.article,
                defaults={"body": {"fields": fields_of(version), "sent_back": reason.strip()}},
            )
        audit(by, "article.sent_back", version, reason=reason.strip())
        shelf_changed()


# Approving for later ------------------------------------------------------------------------------------------------------


def schedule(version: ArticleVersion, *, reviewed_by: User, at: datetime) -> None:
    """The second person's yes, for a later time: the clock publishes it then."""
    if at <= timezone.now():
        raise CannotPublish(_("This time has passed. Choose a later one, or publish now."))
    check_second_person(version, reviewed_by)
    with writing():
        decide(version, reviewed_by=reviewed_by, publish_on=at)
        audit(reviewed_by, "article.scheduled", version)


def publish_scheduled(now: datetime) -> int:
    """For the clock: what two people approved for a time that has come."""
    due = list(ArticleVersion.objects.scheduled().filter(publish_on__lte=now).order_by("publish_on", "pk"))
    if not due:
        return 0
    with writing():
        for version in due:
            decide(version, published_at=now)
            audit(None, "article.published", version, about="scheduled")
        shelf_changed()
    return len(due)


# Translations -------------------------------------------------------------------------------------------------------------


def adopt_translations(translations: Sequence[Translation], *, by: User) -> int:
    """Takes on what a pack proposes in another language. Returns how many were still free."""
    adopted = 0
    with writing():
        for translation in translations:
            free = Translation.objects.undecided().filter(pk=translation.pk, written_by=None)
            if free.update(written_by=by):
                audit(by, "translation.adopted", translation)
                adopted += 1
    return adopted


def submit_translation(version: ArticleVersion, language: str, words: WordsWritten, *, by: User) -> Translation:
    """Handed to the second person."""
    with writing():
        ArticleVersion.objects.select_for_update().get(pk=version.pk)
        numbers: dict[str, Any] = version.translations.filter(language=language).aggregate(last=Max("number"))
        translation = Translation.objects.create(
            version=version,
            language=language,
            number=(numbers["last"] or 0) + 1,
            title=words.title,
            first_sentence=words.first_sentence,
            short_answer=words.short_answer,
            written_by=by,
        )
        audit(by, "translation.submitted", translation)
        shelf_changed()
    return translation


def publish_translation(translation: Translation, *, reviewed_by: User) -> None:
    """The second person's yes to the words in another language."""
    if translation.written_by_id is None:
        raise CannotPublish(_("Nobody has taken responsibility for this text yet. An editor must adopt it first."))
    if translation.written_by_id == reviewed_by.pk:
        raise CannotPublish(_("You wrote this text. Somebody else must approve it."))
    with writing():
        still_open = Translation.objects.undecided().filter(pk=translation.pk)
        if not still_open.update(reviewed_by=reviewed_by, published_at=timezone.now()):
            raise CannotPublish(_("Somebody has decided about this text meanwhile. Look at it again."))
        audit(reviewed_by, "translation.published", translation)
        shelf_changed()


def withdraw_translation(translation: Translation, *, by: User, reason: str) -> None:
    """From the next turn on the Spanish words are said instead."""
    if not reason.strip():
        raise CannotPublish(_("Say why it is taken back: colleagues will want to know."))
    taken_back = Translation.objects.filter(pk=translation.pk)
    if translation.published_at:
        taken_back = Translation.objects.filter(
            version=translation.version_id, language=translation.language, number__lte=translation.number
        )
    with writing():
        taken_back.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
        audit(by, "translation.withdrawn", translation, reason=reason.strip())
        shelf_changed()
