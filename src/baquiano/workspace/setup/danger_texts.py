"""Other words for a danger text: proposed by one, approved by another. Signing those that stand: workspace/editorial/danger_texts.py."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.policy import StaffRequest
from baquiano.conversations.wording import Speaker, around, pictures
from baquiano.packs import spoken
from baquiano.safety import proposing
from baquiano.safety.models import CrisisProposal, CrisisText
from baquiano.safety.proposing import CannotPropose
from baquiano.safety.said import Around, said
from baquiano.workspace.setup.replies import refusal


class WordsForm(forms.Form):
    words = forms.CharField(
        label=gettext_lazy("Other words"),
        help_text=gettext_lazy(
            "{numbers} stands where the numbers are said. With them at most 320 characters; the first 40 say nothing of the danger; "
            "no link, no menu, no number written by hand."
        ),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 6, "data-counts": 320}),
    )

    def __init__(self, *args: object, text: CrisisText, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.text = text
        self.fields["words"].widget.attrs["lang"] = text.language

    def clean_words(self) -> str:
        words = str(self.cleaned_data["words"])
        if found := spoken.refused_words(words, self.text.language):
            raise refusal(found)
        return words


def propose(request: StaffRequest, text_id: int) -> HttpResponse:
    """The words in force stay until somebody else approves these."""
    text = get_object_or_404(CrisisText, pk=text_id)
    form = WordsForm(request.POST if request.method == "POST" else None, text=text, initial={"words": text.text})
    shown = as_read(text, text.text)
    if form.is_valid():
        words = form.cleaned_data["words"]
        shown = as_read(text, words)
        if request.POST.get("do") == "preview":
            for fault in proposing.faults_of(text, " ".join(words.split()), around_of(text)):
                form.add_error(None, fault)
        elif _proposed(request, text, form):
            return redirect("workspace:danger_texts_in", text.language)
    page = {
        "form": form,
        "text": text,
        "shown": shown,
        "spanish": "" if text.language == "es" else _spanish(text),
        "is_previewed": request.method == "POST" and not form.errors,
    }
    return render(request, "workspace/setup/propose_danger_text.html", page)


def _proposed(request: StaffRequest, text: CrisisText, form: WordsForm) -> bool:
    try:
        proposing.propose(text, form.cleaned_data["words"], around_of(text), by=request.user)
    except CannotPropose as reason:
        form.add_error(None, str(reason))
        return False
    messages.success(request, _("Written. Somebody else must approve it; until then what is said now stays."))
    return True


def _spanish(text: CrisisText) -> str:
    row = CrisisText.objects.filter(kind=text.kind, country=text.country, language="es").first()
    return row.text if row else ""


def around_of(text: CrisisText) -> Around:
    """How numbers are said in its language; with their country, when the text is for one that is not known."""
    return around(Speaker(text.language, text.country, pictures()), says_country=not text.country)


def as_read(text: CrisisText, words: str) -> str:
    """With its numbers, as somebody in danger would read it today."""
    today = timezone.localdate()
    numbers = pictures().book.told(text.numbers, today)
    return said(words, [number.line(text.language, today) for number in numbers], around_of(text))


@require_POST
def approve(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(CrisisProposal.objects.select_related("text", "by"), pk=proposal_id)
    try:
        proposing.approve(proposal, by=request.user)
    except CannotPropose as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Approved and signed by both of you: it is said from the next message on."))
    return redirect("workspace:danger_texts_in", proposal.text.language)


@require_POST
def refuse(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(CrisisProposal.objects.select_related("text"), pk=proposal_id)
    try:
        proposing.refuse(proposal, by=request.user)
    except CannotPropose as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Refused. What was in force stays."))
    return redirect("workspace:danger_texts_in", proposal.text.language)
