"""The list of what nobody could answer, those alike together, and what an editor makes of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse, may
from baquiano.knowledge import questions as kept
from baquiano.knowledge import shelf
from baquiano.knowledge.models import QUESTION_DAYS, Article, ArticleVersion, Question, Topic
from baquiano.knowledge.questions import EXAMPLE_LENGTH, CannotSettle, Edited, Group
from baquiano.lib.masking import without_marks

GROUPS_AT_ONCE = 30
ROWS_AT_ONCE = 40
WEEKS = 13  # as long as a question is kept

ATTACH, DRAFT, NEW, ASIDE = "attach", "draft", "new", "aside"


class RowForm(forms.Form):
    """One question of the group: whether it is meant, and the words the editor makes of it."""

    chosen = forms.BooleanField(label=gettext_lazy("Take this one"), required=False, initial=True)
    words = forms.CharField(
        label=gettext_lazy("As somebody might type it"),
        required=False,
        max_length=EXAMPLE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class ArticleForm(forms.Form):
    article = forms.ChoiceField(
        label=gettext_lazy("The article that answers it"),
        help_text=gettext_lazy(
            "The first one is of the topic that came nearest. Type its first letters to jump to another."
        ),
        required=False,
    )


@dataclass(frozen=True)
class Row:
    question: Question
    form: RowForm


@require_safe
def questions(request: StaffRequest) -> HttpResponse:
    open_ones = Question.objects.open().visible_to(request.user)
    groups = kept.grouped(list(open_ones.order_by("-asked_at", "-pk")[: kept.LOOKED_AT]), shelf.current())
    page = {
        "groups": groups[:GROUPS_AT_ONCE],
        "more": max(len(groups) - GROUPS_AT_ONCE, 0),
        "open": open_ones.count(),
        "topics": _topics(),
        "days": QUESTION_DAYS,
    }
    return render(request, "workspace/questions/list.html", page)


@require_safe
def question(request: StaffRequest, question_id: int) -> HttpResponse:
    """One group, by any of its questions."""
    asked = find_or_refuse(request, Question.objects.all(), pk=question_id)
    if asked.outcome:
        messages.info(request, _("Somebody has dealt with this one already."))
        return redirect("workspace:questions")
    group = _group_of(request, asked)
    rows = [_row(one) for one in group.questions[:ROWS_AT_ONCE]]
    form = ArticleForm()
    form.fields["article"].choices = _articles(group.topic_id)  # type: ignore[attr-defined]
    return _shown(request, asked, rows, form)


@require_POST
def settle(request: StaffRequest, question_id: int) -> HttpResponse:
    """What was typed comes back with whatever is missing; nothing is lost."""
    asked = find_or_refuse(request, Question.objects.all(), pk=question_id)
    ids = [number for number in request.POST.getlist("question")[:ROWS_AT_ONCE] if number.isdecimal()]
    found = Question.objects.open().visible_to(request.user).filter(pk__in=ids).order_by("-asked_at", "-pk")
    rows = [Row(one, RowForm(request.POST, prefix=f"q{one.pk}")) for one in found]
    form = ArticleForm(request.POST)
    form.fields["article"].choices = _articles(asked.topic_id or "")  # type: ignore[attr-defined]
    if all([form.is_valid(), *(row.form.is_valid() for row in rows)]):
        try:
            return _settled(request, rows, form.cleaned_data["article"])
        except CannotSettle as reason:
            form.add_error(None, str(reason))
    return _shown(request, asked, rows, form)


def _settled(request: StaffRequest, rows: Sequence[Row], article_id: str) -> HttpResponse:
    chosen = [row for row in rows if row.form.cleaned_data["chosen"]]
    deed = request.POST.get("deed")
    if deed == ASIDE:
        kept.set_aside([row.question for row in chosen], by=request.user)
        messages.success(request, _("Set aside: they are not our subject."))
        return redirect("workspace:questions")
    if deed == NEW:
        return _to_a_new_text([row.question for row in chosen])
    article = Article.objects.select_related("topic").filter(pk=article_id).first()
    if article is None:
        raise CannotSettle(_("Choose the article."))
    if deed == DRAFT:
        kept.open_draft([row.question for row in chosen], article, by=request.user)
        messages.success(request, _("This is your draft. Write what was missing, and hand it in."))
        return redirect("workspace:edit", article.pk)
    if deed != ATTACH:
        raise CannotSettle(_("Say what becomes of them."))
    added = kept.attach(
        [Edited(row.question, row.form.cleaned_data["words"]) for row in chosen], article, by=request.user
    )
    done = ngettext(
        "%(n)d new example: from the next question on it is understood.",
        "%(n)d new examples: from the next question on they are understood.",
        added,
    )
    messages.success(request, done % {"n": added})
    return redirect("workspace:questions")


def _to_a_new_text(asked: Sequence[Question]) -> HttpResponse:
    """They go on waiting until the article is opened."""
    if not asked:
        raise CannotSettle(_("Choose at least one question."))
    return redirect(reverse("workspace:new_article", query=[("question", one.pk) for one in asked]))


def _row(asked: Question) -> Row:
    initial = {"chosen": True, "words": without_marks(asked.text)[:EXAMPLE_LENGTH]}
    return Row(asked, RowForm(prefix=f"q{asked.pk}", initial=initial))


def _shown(request: StaffRequest, asked: Question, rows: Sequence[Row], form: ArticleForm) -> HttpResponse:
    page = {
        "asked": asked,
        "rows": rows,
        "form": form,
        "topics": _topics(),
        "may_settle": may(request.user, "question.settle"),
    }
    return render(request, "workspace/questions/group.html", page, status=422 if form.errors else 200)


def _group_of(request: StaffRequest, asked: Question) -> Group:
    open_ones = Question.objects.open().visible_to(request.user).order_by("-asked_at", "-pk")[: kept.LOOKED_AT]
    groups = kept.grouped(list(open_ones), shelf.current())
    return next((group for group in groups if asked in group.questions), Group((asked,)))


def _topics() -> dict[str, str]:
    return {topic.pk: topic.title("es") for topic in Topic.objects.all()}


def _articles(nearest: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """By topic, the nearest topic first: what a list of choices shows."""
    titles = dict(ArticleVersion.objects.order_by("number").values_list("article_id", "title"))
    articles = Article.objects.filter(topic__isnull=False).select_related("topic")
    ordered = sorted(articles, key=lambda one: (one.topic_id != nearest, *_place(one), one.pk))
    return [
        (label, [(one.pk, titles.get(one.pk, one.pk)) for one in own])
        for label, own in groupby(ordered, key=lambda one: _place(one)[0])
    ]


def _place(article: Article) -> tuple[str, str]:
    topic = article.topic
    title = topic.title("es") if topic else ""
    country = article.country or ""
    return (f"{title} ({country})" if country else title, country)


@require_safe
def weeks(request: StaffRequest) -> HttpResponse:
    """How often each topic was asked about in vain, by week."""
    mondays = kept.last_weeks(timezone.localdate(), WEEKS)
    rows = kept.by_week(mondays)
    page = {"weeks": mondays, "rows": rows, "topics": _topics(), "most": max((row.total for row in rows), default=0)}
    return render(request, "workspace/questions/weeks.html", page)
