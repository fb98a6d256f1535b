"""What packs bring, and what colleagues handed in, topic by topic: one person takes it on, another approves it."""

from dataclasses import dataclass
from datetime import date

from django import forms
from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.models import User, organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.knowledge.actions import CannotPublish, publish, verify
from baquiano.knowledge.editing import adopt as take_on
from baquiano.knowledge.editing import adopt_translations, good_until, publish_translation
from baquiano.knowledge.models import ArticleVersion, Topic, Translation
from baquiano.safety import book
from baquiano.workspace.editorial.words import Part, Words, parts

WITHOUT_TOPIC = "-"  # in an address: pages that no question leads to
LONGEST_HOW = 300
URGENT_BRANCH = "proteccion"
CHANGED = gettext_lazy("Something on this page changed meanwhile. Read it again and choose again: nothing was done.")


@dataclass(frozen=True)
class TopicRow:
    """`waiting`: taken on by somebody. `is_urgent`: a life may depend on it, or it is about protection."""

    id: str
    title: Words
    country: str
    is_urgent: bool
    proposed: int
    waiting: int


@dataclass(frozen=True)
class Item:
    """One text to decide about, whole. `is_mine`: whoever looks at it answers for it, so somebody else must approve it."""

    version: ArticleVersion
    parts: tuple[Part, ...]
    translations: tuple[Translation, ...]
    is_mine: bool
    has_earlier: bool
    how: str
    until: str
    error: str


class ChoiceForm(forms.Form):
    """The texts somebody ticked: only those that can still be decided about."""

    version = forms.ModelMultipleChoiceField(
        ArticleVersion.objects.none(), required=False, error_messages={"invalid_choice": CHANGED}
    )
    translation = forms.ModelMultipleChoiceField(
        Translation.objects.none(), required=False, error_messages={"invalid_choice": CHANGED}
    )

    def __init__(self, data: object, versions: QuerySet[ArticleVersion], translations: QuerySet[Translation]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["version"].queryset = versions  # type: ignore[attr-defined]
        self.fields["translation"].queryset = translations  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        chosen = self.cleaned_data
        if not self.errors and not chosen["version"] and not chosen["translation"]:
            raise forms.ValidationError(_("Tick at least one text."))
        return chosen


@require_safe
def proposals(request: StaffRequest) -> HttpResponse:
    """Danger texts first, then topics where a life may depend on it, then the others as menus show them."""
    page = {"topics": _topics(), "unsigned": len(book.unsigned(organisation().countries))}
    return render(request, "workspace/editorial/proposals.html", page)


def _topics() -> list[TopicRow]:
    """Two queries and no text."""
    found: dict[str, list[tuple[bool, bool]]] = {}
    rows = _open_versions().values_list("article__topic", "written_by", "article__is_life_saving")
    for topic, author, is_life_saving in [*rows, *_topics_of_translations()]:
        found.setdefault(topic or WITHOUT_TOPIC, []).append((author is not None, is_life_saving))
    topics = Topic.objects.in_bulk(list(found))
    shown = [_topic_row(topics.get(id), id, counted) for id, counted in found.items()]
    places = {id: topic.position for id, topic in topics.items()}
    return sorted(shown, key=lambda row: (not row.is_urgent, places.get(row.id, 10_000), row.id))


def _topics_of_translations() -> QuerySet[Translation, tuple[str | None, int | None, bool]]:
    rows = Translation.objects.filter(
        Q(pk__in=Translation.objects.proposed()) | Q(pk__in=Translation.objects.waiting())
    )
    return _of_living(rows).values_list("version__article__topic", "written_by", "version__article__is_life_saving")


def _topic_row(topic: Topic | None, id: str, counted: list[tuple[bool, bool]]) -> TopicRow:
    waiting = sum(is_taken_on for is_taken_on, _urgent in counted)
    is_urgent = any(urgent for _taken, urgent in counted) or (topic is not None and topic.branch == URGENT_BRANCH)
    if topic is None:
        return TopicRow(id, gettext_lazy("Pages without a topic"), "", is_urgent, len(counted) - waiting, waiting)
    return TopicRow(id, topic.title("es"), topic.country or "", is_urgent, len(counted) - waiting, waiting)


def _open_versions() -> QuerySet[ArticleVersion]:
    proposed, waiting = ArticleVersion.objects.proposed(), ArticleVersion.objects.waiting()
    return ArticleVersion.objects.filter(Q(pk__in=proposed.values("pk")) | Q(pk__in=waiting.values("pk")))


def _of_living(rows: QuerySet[Translation]) -> QuerySet[Translation]:
    """Translations of versions that are said, or could be once approved: not of what was replaced or taken back."""
    later = ArticleVersion.objects.filter(
        article=OuterRef("version__article"),
        number__gt=OuterRef("version__number"),
        published_at__isnull=False,
        withdrawn_at=None,
    )
    return rows.filter(version__withdrawn_at=None).exclude(Exists(later))


def _versions_of(topic: str) -> QuerySet[ArticleVersion]:
    return _open_versions().filter(article__topic=None if topic == WITHOUT_TOPIC else topic)


def _translations_of(topic: str) -> QuerySet[Translation]:
    rows = Translation.objects.filter(
        Q(pk__in=Translation.objects.proposed()) | Q(pk__in=Translation.objects.waiting())
    )
    return _of_living(rows).filter(version__article__topic=None if topic == WITHOUT_TOPIC else topic)


@require_safe
def batch(request: StaffRequest, topic: str) -> HttpResponse:
    """Every text of a topic that waits for somebody, whole."""
    return _batch(request, topic, ())


def _batch(
    request: StaffRequest, topic: str, problems: tuple[str, ...], errors: dict[int, str] | None = None
) -> HttpResponse:
    shown = Topic.objects.filter(pk=topic).first()
    if shown is None and topic != WITHOUT_TOPIC:
        raise Http404
    page = {
        "topic": topic,
        "title": shown.title("es") if shown else _("Pages without a topic"),
        "items": _items(topic, request, errors or {}),
        "problems": problems,
        "ticked": frozenset(request.POST.getlist("version")),
        "ticked_translations": frozenset(request.POST.getlist("translation")),
    }
    return render(request, "workspace/editorial/batch.html", page, status=409 if problems or errors else 200)


def _items(topic: str, request: StaffRequest, errors: dict[int, str]) -> list[Item]:
    """A text that is decided already stands here too while a translation of it waits: who reads that needs the Spanish words."""
    waiting: dict[int, list[Translation]] = {}
    for row in _translations_of(topic).select_related("written_by").order_by("language", "number"):
        waiting.setdefault(row.version_id, []).append(row)
    here = Q(pk__in=_versions_of(topic).values("pk")) | Q(pk__in=waiting)
    versions = (
        ArticleVersion.objects.filter(here).select_related("article__topic", "written_by").prefetch_related("sources")
    )
    earlier = ArticleVersion.objects.published().filter(article=OuterRef("article"), number__lt=OuterRef("number"))
    ordered = versions.annotate(has_earlier=Exists(earlier)).order_by(
        "-article__is_life_saving", "article_id", "number"
    )
    return [
        _item(version, tuple(waiting.get(version.pk, ())), request, errors.get(version.pk, "")) for version in ordered
    ]


def _item(version: ArticleVersion, translations: tuple[Translation, ...], request: StaffRequest, error: str) -> Item:
    suggested = good_until(version.article, timezone.localdate(), version.figures_until).isoformat()
    return Item(
        version,
        tuple(part for part in parts(version)[1:] if part.text),
        translations,
        is_mine=version.written_by_id == request.user.pk,
        has_earlier=getattr(version, "has_earlier"),  # noqa: B009 - an annotation
        how=request.POST.get(f"how_{version.pk}", ""),
        until=request.POST.get(f"until_{version.pk}", suggested),
        error=error,
    )


@require_POST
def adopt(request: StaffRequest, topic: str) -> HttpResponse:
    form = ChoiceForm(
        request.POST, _versions_of(topic).filter(written_by=None), _translations_of(topic).filter(written_by=None)
    )
    if not form.is_valid():
        return _batch(request, topic, _problems(form))
    done = take_on(form.cleaned_data["version"], by=request.user)
    done += adopt_translations(form.cleaned_data["translation"], by=request.user)
    messages.success(
        request,
        ngettext("You answer for %(n)d text. Somebody else can approve it now.",
                 "You answer for %(n)d texts. Somebody else can approve them now.", done) % {"n": done},
    )  # fmt: skip
    return redirect("workspace:batch", topic)


@require_POST
def approve_several(request: StaffRequest, topic: str) -> HttpResponse:
    """Each by itself: what is refused stays on the page with the reason, the others are published."""
    form = ChoiceForm(request.POST, _versions_of(topic), _translations_of(topic))
    if not form.is_valid():
        return _batch(request, topic, _problems(form))
    checks = {version.pk: _check(request, version) for version in form.cleaned_data["version"]}
    wrong = {pk: check for pk, check in checks.items() if isinstance(check, str)}
    if wrong:
        return _batch(request, topic, (_("Nothing was approved yet: one of the checks is not complete."),), wrong)
    refused, done = _approve(form, checks, request.user)
    if done:
        messages.success(request, ngettext("%(n)d text approved.", "%(n)d texts approved.", done) % {"n": done})
    return _batch(request, topic, tuple(refused)) if refused else redirect("workspace:batch", topic)


@dataclass(frozen=True)
class Check:
    """How somebody checked a text and until when she trusts it."""

    how: str
    until: date


def _check(request: StaffRequest, version: ArticleVersion) -> Check | str | None:
    """What she says about checking it; None when she says nothing; a text when it cannot be used."""
    how = request.POST.get(f"how_{version.pk}", "").strip()
    if not how:
        return None
    if len(how) > LONGEST_HOW:
        return _("Say it in fewer words: 300 characters at most.")
    try:
        until = date.fromisoformat(request.POST.get(f"until_{version.pk}", ""))
    except ValueError:
        return _("Say until when you trust it: day, month and year.")
    return Check(how, until) if until > timezone.localdate() else _("Trust must end on a later day than today.")


def _approve(form: ChoiceForm, checks: dict[int, Check | str | None], by: User) -> tuple[list[str], int]:
    refused: list[str] = []
    done = 0
    for version in form.cleaned_data["version"]:
        try:
            publish(version, reviewed_by=by)
        except CannotPublish as reason:
            refused.append(f"{version.title}: {reason}")
            continue
        done += 1
        check = checks[version.pk]
        if isinstance(check, Check):
            verify(version, by=by, how=check.how, good_until=check.until)
    for translation in form.cleaned_data["translation"]:
        try:
            publish_translation(translation, reviewed_by=by)
        except CannotPublish as reason:
            refused.append(f"{translation.title} ({translation.language}): {reason}")
            continue
        done += 1
    return refused, done


def _problems(form: ChoiceForm) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(error) for errors in form.errors.values() for error in errors))
