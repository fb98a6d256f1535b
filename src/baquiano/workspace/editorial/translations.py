"""Other languages: what each text has, is missing, or has only for an earlier Spanish text; and writing one."""

from collections import Counter
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.validators import MaxLengthValidator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from baquiano.accounts.policy import StaffRequest
from baquiano.knowledge import editing
from baquiano.knowledge.actions import CannotPublish
from baquiano.knowledge.editing import WordsWritten
from baquiano.knowledge.models import FIRST_SENTENCE, SHORT_ANSWER, Article, ArticleVersion, Translation
from baquiano.knowledge.standing import Translated, in_languages
from baquiano.workspace.editorial.deciding import ReasonForm
from baquiano.workspace.editorial.desk import LANGUAGES
from baquiano.workspace.editorial.proposals import WITHOUT_TOPIC
from baquiano.workspace.editorial.writing import Paragraphs


@dataclass(frozen=True)
class LanguageCount:
    """How many texts stand how in one language, in the order of `Translated`."""

    language: str
    counts: tuple[int, ...]


class TranslationForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), validators=[MaxLengthValidator(120)])
    first_sentence = Paragraphs(
        label=gettext_lazy("First sentence"),
        validators=[MaxLengthValidator(FIRST_SENTENCE)],
        widget=forms.Textarea(attrs={"rows": 3, "data-counts": FIRST_SENTENCE}),
    )
    short_answer = Paragraphs(
        label=gettext_lazy("Short answer"),
        validators=[MaxLengthValidator(SHORT_ANSWER)],
        widget=forms.Textarea(attrs={"rows": 9, "data-counts": SHORT_ANSWER}),
    )

    def words(self) -> WordsWritten:
        said = self.cleaned_data
        return WordsWritten(said["title"], said["first_sentence"], said["short_answer"])


@require_safe
def languages(request: StaffRequest) -> HttpResponse:
    rows = in_languages(LANGUAGES)
    counted = {language: Counter(dict(row.states)[language] for row in rows) for language in LANGUAGES}
    counts = [
        LanguageCount(language, tuple(counted[language][state] for state in Translated)) for language in LANGUAGES
    ]
    return render(
        request, "workspace/editorial/languages.html", {"rows": rows, "counts": counts, "states": tuple(Translated)}
    )


def translate(request: StaffRequest, article_id: str, language: str) -> HttpResponse:
    """The Spanish words beside the form, which begins with the last words there are in that language, of whatever version."""
    if language not in LANGUAGES:
        raise Http404
    article = get_object_or_404(Article, pk=article_id)
    version = get_object_or_404(ArticleVersion.objects.servable(with_proposals=True).filter(article=article))
    last = _last(article, language)
    form = TranslationForm(request.POST or None, initial=_initial(last))
    if form.is_valid():
        editing.submit_translation(version, language, form.words(), by=request.user)
        messages.success(request, _("Handed in. Somebody else has to read and approve it."))
        return redirect("workspace:batch", article.topic_id or WITHOUT_TOPIC)
    page = {"article": article, "version": version, "language": language, "form": form, "last": last}
    return render(request, "workspace/editorial/translate.html", page, status=409 if form.errors else 200)


def _last(article: Article, language: str) -> Translation | None:
    rows = Translation.objects.filter(version__article=article, language=language).select_related(
        "version", "written_by"
    )
    return rows.order_by("version__number", "number").last()


def _initial(last: Translation | None) -> dict[str, str]:
    if last is None:
        return {}
    return {"title": last.title, "first_sentence": last.first_sentence, "short_answer": last.short_answer}


def withdraw_translation(request: StaffRequest, translation_id: int) -> HttpResponse:
    """From the next turn on the Spanish words are said, with a sentence that says so."""
    rows = Translation.objects.filter(withdrawn_at=None).select_related("version")
    found, form = get_object_or_404(rows, pk=translation_id), ReasonForm(request.POST or None)
    if form.is_valid():
        try:
            editing.withdraw_translation(found, by=request.user, reason=form.cleaned_data["reason"])
        except CannotPublish as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Taken back: from the next turn on the Spanish words are said."))
            return redirect("workspace:article", found.version.article_id)
    return render(request, "workspace/editorial/withdraw_translation.html", {"translation": found, "form": form})
