"""The articles: a list to find one in, and one with all that has been said, checked and handed in about it."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest
from baquiano.knowledge import standing
from baquiano.knowledge.editing import good_until
from baquiano.knowledge.examples import add_example, remove_example
from baquiano.knowledge.models import Article, ArticleVersion, Draft, Example, Translation, Verification
from baquiano.knowledge.questions import EXAMPLE_LENGTH, CannotSettle
from baquiano.knowledge.shelf import Checked
from baquiano.knowledge.standing import State
from baquiano.workspace.editorial.deciding import VerifyForm
from baquiano.workspace.editorial.desk import LANGUAGES
from baquiano.workspace.editorial.words import Part, parts

A_PAGE = 40


class ExampleForm(forms.Form):
    """A question that is to lead to the article."""

    text = forms.CharField(
        label=gettext_lazy("A question, as somebody might type it"),
        help_text=gettext_lazy("Without names, numbers, addresses or links: whoever asks next will have others."),
        max_length=EXAMPLE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("In which language"),
        choices=[
            ("es", gettext_lazy("Spanish")),
            ("en", gettext_lazy("English")),
            ("pt", gettext_lazy("Portuguese")),
            ("fr", gettext_lazy("French")),
            ("ht", gettext_lazy("Haitian Creole")),
        ],
    )


@dataclass(frozen=True)
class ArticleRow:
    article: Article
    version: ArticleVersion | None
    state: State | None


@dataclass(frozen=True)
class VersionRow:
    version: ArticleVersion
    state: State
    verifications: tuple[Verification, ...]


@dataclass(frozen=True)
class LanguageOfArticle:
    """The last words of a language for the version in force or proposed; `is_older`: they belong to an earlier one."""

    language: str
    translation: Translation | None
    is_older: bool


@require_safe
def articles(request: StaffRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()[:80]
    shown = Paginator(_found(words), A_PAGE).get_page(request.GET.get("page"))
    states = standing.article_states(list(shown), timezone.localdate())
    rows = [ArticleRow(article, *states.get(article.pk, (None, None))) for article in shown]
    return render(request, "workspace/editorial/articles.html", {"rows": rows, "shown": shown, "words": words})


def _found(words: str) -> QuerySet[Article]:
    articles = Article.objects.select_related("topic").order_by("topic__position", "id")
    if not words:
        return articles
    titled = ArticleVersion.objects.filter(article=OuterRef("pk"), title__icontains=words)
    return articles.filter(Q(pk__icontains=words) | Exists(titled))


@require_safe
def article(request: StaffRequest, article_id: str) -> HttpResponse:
    return _page(request, _article(article_id), ExampleForm())


@require_POST
def add_question(request: StaffRequest, article_id: str) -> HttpResponse:
    """What cannot stand as an example comes back with the reason."""
    found, form = _article(article_id), ExampleForm(request.POST)
    if form.is_valid():
        try:
            add_example(found, form.cleaned_data["text"], form.cleaned_data["language"], by=request.user)
        except CannotSettle as reason:
            form.add_error("text", str(reason))
        else:
            messages.success(request, _("Added. Once the article is published, whoever asks so finds it."))
            return redirect("workspace:article", found.pk)
    return _page(request, found, form)


@require_POST
def remove_question(request: StaffRequest, example_id: int) -> HttpResponse:
    example = get_object_or_404(Example, pack="", article__isnull=False, pk=example_id)
    remove_example(example, by=request.user)
    messages.success(request, _("Taken out: it no longer leads to this article."))
    return redirect("workspace:article", str(example.article_id))


def _article(article_id: str) -> Article:
    return get_object_or_404(Article.objects.select_related("topic"), pk=article_id)


def _page(request: StaffRequest, found: Article, example_form: ExampleForm) -> HttpResponse:
    rows = _versions(found)
    current = next((row for row in rows if row.state in SAID), None)
    page = {
        "article": found,
        "rows": rows,
        "current": current,
        "parts": _read(current or next(iter(rows), None)),
        "draft": Draft.objects.filter(author=request.user, article=found).first(),
        "form": VerifyForm(
            initial={"good_until": good_until(found, timezone.localdate(), current.version.figures_until)}
        )
        if current
        else None,
        "languages": _languages(rows, current),
        "examples": Example.objects.filter(article=found).order_by("language", "pk"),
        "example_form": example_form,
    }
    return render(request, "workspace/editorial/article.html", page, status=422 if example_form.errors else 200)


SAID = (State.PUBLISHED, State.NEEDS_REVIEW, State.EXPIRED)


def _versions(article: Article) -> list[VersionRow]:
    """The last one first, each with who checked it and when. Three queries."""
    serving = ArticleVersion.objects.servable(with_proposals=False).filter(article=article).values_list("pk", flat=True)
    in_force = set(serving)
    versions = ArticleVersion.objects.filter(article=article).select_related(
        "article", "written_by", "reviewed_by", "withdrawn_by"
    )
    rows = versions.prefetch_related("sources", "verifications__by").order_by("-number")
    return [_version(version, version.pk in in_force) for version in rows]


def _version(version: ArticleVersion, is_in_force: bool) -> VersionRow:
    checks = tuple(version.verifications.all())
    checked = Checked(checks[0].on, checks[0].good_until) if checks else None
    state = standing.state_of(version, checked=checked, is_in_force=is_in_force, today=timezone.localdate())
    return VersionRow(version, state, checks)


def _read(row: VersionRow | None) -> list[Part]:
    return [part for part in parts(row.version) if part.text] if row else []


def _languages(rows: list[VersionRow], current: VersionRow | None) -> list[LanguageOfArticle]:
    main = current or next((row for row in rows if row.state != State.WITHDRAWN), None)
    if main is None:
        return []
    versions = [row.version.pk for row in rows]
    last: dict[str, Translation] = {}
    translations = Translation.objects.filter(version__in=versions, withdrawn_at=None).select_related("version")
    for row in translations.order_by("version__number", "published_at", "number"):
        known = last.get(row.language)
        if known is None or known.version_id != main.version.pk or row.version_id == main.version.pk:
            last[row.language] = row
    found = [(language, last.get(language)) for language in LANGUAGES]
    return [LanguageOfArticle(name, row, row is not None and row.version_id != main.version.pk) for name, row in found]
