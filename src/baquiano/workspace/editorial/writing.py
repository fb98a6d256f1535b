"""Writing an article: kept on the server while it is written, shown as it will be said, handed to the second person."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date

from django import forms
from django.contrib import messages
from django.core.validators import MaxLengthValidator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest
from baquiano.channels.segments import Segments, segments, transliterated
from baquiano.conversations.preview import Preview, preview
from baquiano.knowledge import editing
from baquiano.knowledge.editing import SECTIONS, CannotSave, SourceWritten, Written, mark_of
from baquiano.knowledge.models import FIRST_SENTENCE, SHORT_ANSWER, SOURCE_SAYS, Article, ArticleVersion, Draft
from baquiano.knowledge.shelf import SourceShown, Text
from baquiano.workspace.editorial.words import SECTION_WORDS
from baquiano.workspace.inbox.fragment import is_part

MOST_SOURCES = 20
SPARE_SOURCES = 2  # empty rows below the filled ones
DAY = {"type": "date"}
FORMATS = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y"]
_SOURCE = re.compile(r"source_(\d{1,2})_")


class Paragraphs(forms.CharField):
    """A text area counts a line break as one character, as people do; browsers send two."""

    def to_python(self, value: object) -> str:
        return str(super().to_python(value)).replace("\r\n", "\n")


def _text(
    label: object, rows: int, most: int | None = None, help_text: object = "", *, required: bool = False
) -> forms.CharField:
    """Not `max_length`: the browser would cut off, in silence, what was pasted."""
    return Paragraphs(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        validators=[MaxLengthValidator(most)] if most else [],
        widget=forms.Textarea(attrs={"rows": rows, **({"data-counts": most} if most else {})}),
    )


def _day(label: object, help_text: object) -> forms.DateField:
    return forms.DateField(
        label=label,  # type: ignore[arg-type]
        help_text=help_text,  # type: ignore[arg-type]
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        input_formats=FORMATS,
    )


class ArticleForm(forms.Form):
    """Everything that is said of an article. What is not right yet can be kept as a draft all the same."""

    title = _text(gettext_lazy("Title"), 1, 120, required=True)
    first_sentence = _text(
        gettext_lazy("First sentence"),
        2,
        FIRST_SENTENCE,
        gettext_lazy("What SMS and a voice say first. It has to stand alone. A window that has closed says CERRADA."),
        required=True,
    )
    short_answer = _text(
        gettext_lazy("Short answer"), 7, SHORT_ANSWER, gettext_lazy("An empty line makes a paragraph."), required=True
    )
    caution = _text(gettext_lazy("Caution"), 2, 600, gettext_lazy("What may be wrong or change soon."))
    window_closes_on = _day(
        gettext_lazy("The window closes on"), gettext_lazy("A date in the world: after it people read CERRADA first.")
    )
    figures_until = _day(
        gettext_lazy("Its figures are good until"),
        gettext_lazy("The last day of a tariff or a cap, as its source says."),
    )
    change_note = _text(
        gettext_lazy("What is different"), 2, 300, gettext_lazy("For colleagues: what changed, and why.")
    )
    is_material = forms.BooleanField(
        label=gettext_lazy("Whoever was told the earlier text may have to know"),
        help_text=gettext_lazy(
            "Take the tick off for a comma or a clearer word: nobody is listed as having been told something else."
        ),
        required=False,
    )

    def __init__(self, fields: Mapping[str, str], *, is_bound: bool, needs_note: bool) -> None:
        super().__init__(fields if is_bound else None, initial=None if is_bound else dict(fields))
        self.fields["change_note"].required = needs_note
        for name in SECTIONS:
            lines = fields.get(f"section_{name}", "").count("\n") + 2
            self.fields[f"section_{name}"] = _text(SECTION_WORDS[name], min(12, lines))
        self.sources = range(min(MOST_SOURCES, _sources_in(fields) + SPARE_SOURCES))
        for place in self.sources:
            self._add_source(place)

    def _add_source(self, place: int) -> None:
        self.fields[f"source_{place}_title"] = forms.CharField(label=_("Who says it"), required=False, max_length=160)
        self.fields[f"source_{place}_url"] = forms.URLField(
            label=_("Address"), required=False, max_length=300, assume_scheme="https"
        )
        self.fields[f"source_{place}_dated_on"] = _day(_("Its date"), "")
        self.fields[f"source_{place}_says"] = _text(
            _("What it says, where another says something else"), 2, SOURCE_SAYS
        )

    def section_fields(self) -> list[forms.BoundField]:
        return [self[f"section_{name}"] for name in SECTIONS]

    def source_rows(self) -> list[tuple[forms.BoundField, ...]]:
        return [
            tuple(self[f"source_{place}_{part}"] for part in ("title", "url", "dated_on", "says"))
            for place in self.sources
        ]

    def clean(self) -> dict[str, object]:
        said = self.cleaned_data
        for place in self.sources:
            has_more = any(said.get(f"source_{place}_{part}") for part in ("url", "dated_on", "says"))
            if has_more and not said.get(f"source_{place}_title") and f"source_{place}_title" not in self.errors:
                self.add_error(f"source_{place}_title", _("Say who says it: the authority or the page."))
        if not any(said.get(f"source_{place}_title") for place in self.sources):
            self.add_error(None, _("This text names no source. Add where it comes from."))
        self._refuse_one_side()
        return said

    def _refuse_one_side(self) -> None:
        """Sources differ from each other: one alone that says something contradicts nothing."""
        names = [f"source_{place}_says" for place in self.sources]
        told = [name for name in names if self.cleaned_data.get(name) or name in self.errors]
        if len(told) == 1 and told[0] not in self.errors:
            self.add_error(
                told[0], _("Only this source says something. Write what another one says too, or leave this empty.")
            )

    def written(self) -> Written:
        said = self.cleaned_data
        sources = [
            SourceWritten(
                said[f"source_{n}_title"],
                said[f"source_{n}_url"],
                said[f"source_{n}_dated_on"],
                " ".join(said[f"source_{n}_says"].split()),
            )
            for n in self.sources
            if said[f"source_{n}_title"]
        ]
        sections = {name: _lines(said[f"section_{name}"]) for name in SECTIONS}
        return Written(
            title=" ".join(said["title"].split()),
            first_sentence=" ".join(said["first_sentence"].split()),
            short_answer=said["short_answer"].strip(),
            sections={name: lines for name, lines in sections.items() if lines},
            caution=said["caution"].strip(),
            window_closes_on=said["window_closes_on"],
            figures_until=said["figures_until"],
            sources=tuple(sources),
            change_note=said["change_note"].strip(),
            is_material=said["is_material"],
        )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _sources_in(fields: Iterable[str]) -> int:
    places = [int(found[1]) for found in map(_SOURCE.match, fields) if found]
    return max(places, default=-1) + 1


def edit(request: StaffRequest, article_id: str) -> HttpResponse:
    """The draft, if there is one; else the words there are. Posted: kept, or handed in (by a person, never by the script that keeps)."""
    article = get_object_or_404(Article.objects.select_related("topic"), pk=article_id)
    if request.method != "POST":
        draft = _draft(request, article)
        return _page(request, article, draft, _fields_to_show(article, draft))
    if request.POST.get("do") == "submit" and not is_part(request):
        return _submit(request, article)
    return _kept(request, article)


def _draft(request: StaffRequest, article: Article) -> Draft | None:
    return Draft.objects.filter(author=request.user, article=article).first()


def _fields_to_show(article: Article, draft: Draft | None) -> dict[str, str]:
    if draft:
        return dict(draft.body.get("fields", {}))
    version = _words_before(article)
    return editing.fields_of(version) if version else {"is_material": "on"}


def _words_before(article: Article) -> ArticleVersion | None:
    """What is said now; else what was handed in or proposed last."""
    said = ArticleVersion.objects.servable(with_proposals=True).filter(article=article).prefetch_related("sources")
    return said.first()


def _page(
    request: StaffRequest, article: Article, draft: Draft | None, fields: dict[str, str], *, problem: str = "",
    form: ArticleForm | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    page = {
        "article": article,
        "form": form or ArticleForm(fields, is_bound=False, needs_note=False),
        "draft": draft,
        "sent_back": draft.body.get("sent_back", "") if draft else "",
        "problem": problem,
        "seen": mark_of(draft),
        **_shown(article, fields),
    }
    return render(request, "workspace/editorial/edit.html", page, status=status)


def _typed(request: StaffRequest) -> dict[str, str]:
    """What stands in the form, empty fields left out. Names the form does not know are not kept."""
    typed = {name: str(text).replace("\r\n", "\n") for name, text in request.POST.items() if text}
    known = ArticleForm(typed, is_bound=False, needs_note=False).fields
    return {name: text for name, text in typed.items() if name in known}


def _submit(request: StaffRequest, article: Article) -> HttpResponse:
    """What cannot be handed in yet is kept as a draft, with what is missing beside each field."""
    fields = _typed(request)
    has_words = article.versions.filter(published_at__isnull=False).exists()
    form = ArticleForm(fields, is_bound=True, needs_note=has_words)
    if form.is_valid():
        version = editing.submit(article, form.written(), by=request.user)
        messages.success(request, _("Handed in. Somebody else has to read and approve it."))
        return redirect("workspace:version", version.pk)
    try:
        draft = editing.save_draft(article, fields, by=request.user, seen=request.POST.get("seen", ""))
    except CannotSave as reason:
        return _page(request, article, _draft(request, article), fields, form=form, problem=str(reason), status=409)
    return _page(request, article, draft, fields, form=form, status=409)


def _kept(request: StaffRequest, article: Article) -> HttpResponse:
    """Every few seconds by the script, or by the button without it."""
    fields = _typed(request)
    try:
        draft = editing.save_draft(article, fields, by=request.user, seen=request.POST.get("seen", ""))
    except CannotSave as reason:
        if is_part(request):
            return render(
                request,
                "workspace/editorial/saved.html",
                {"problem": str(reason), "seen": request.POST.get("seen", "")},
            )
        return _page(request, article, _draft(request, article), fields, problem=str(reason), status=409)
    if is_part(request):
        page = {"article": article, "draft": draft, "seen": mark_of(draft), "is_part": True, **_shown(article, fields)}
        return render(request, "workspace/editorial/saved.html", page)
    messages.success(request, _("Kept as a draft. Only you see it."))
    return redirect("workspace:edit", article.pk)


@require_POST
def throw_away(request: StaffRequest, article_id: str) -> HttpResponse:
    draft = get_object_or_404(Draft, author=request.user, article=article_id)
    editing.throw_away(draft)
    messages.success(request, _("The draft is gone. What is published stays as it was."))
    return redirect("workspace:article", article_id)


# As it will be said -----------------------------------------------------------------------------------------------------


def _shown(article: Article, fields: Mapping[str, str]) -> dict[str, Preview | Segments]:
    said = preview(_text_of(article, fields))
    whole = f"{said.spoken}\n{fields.get('short_answer', '')}".strip()
    return {
        "preview": said,
        "sms": segments(said.spoken),
        "sms_long": segments(whole),
        "sms_plain": segments(transliterated(whole)),
    }


def _text_of(article: Article, fields: Mapping[str, str]) -> Text:
    """As if it were published today, and not verified yet. What cannot be read as a date is not there yet."""
    sources = [
        SourceShown(
            fields.get(f"source_{n}_title", ""),
            fields.get(f"source_{n}_url", ""),
            _read(fields.get(f"source_{n}_dated_on", "")),
            fields.get(f"source_{n}_says", "").strip(),
        )
        for n in range(_sources_in(fields))
        if fields.get(f"source_{n}_title")
    ]
    sections = {name: _lines(fields.get(f"section_{name}", "")) for name in SECTIONS}
    return Text(
        version=0,
        article=article.pk,
        topic=article.topic_id or "",
        country=article.country or "",
        title=fields.get("title", ""),
        first_sentence=fields.get("first_sentence", ""),
        short_answer=fields.get("short_answer", ""),
        sections={name: lines for name, lines in sections.items() if lines},
        caution=fields.get("caution", ""),
        known_on=None,
        window_closes_on=_read(fields.get("window_closes_on", "")),
        figures_until=_read(fields.get("figures_until", "")),
        next_topics=(),
        sources=tuple(sources),
        checked=None,
        is_proposal=False,
        is_life_saving=article.is_life_saving,
        translations={},
        examples=(),
    )


def _read(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None
