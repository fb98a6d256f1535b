"""The assistant's fixed sentences: found by their name or their words, read in every language and country, and worded another way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.conversations import proposing
from baquiano.conversations.models import Wording, WordingProposal
from baquiano.conversations.proposing import UNDECIDED, CannotWord, Place
from baquiano.lib.text import fold
from baquiano.packs import spoken
from baquiano.workspace.setup.replies import countries_served, refusal

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
EXAMPLES: Mapping[str, str] = {
    "name": "una persona del equipo", "when": "mañana desde las 08:00", "time": "08:00", "date": "24-11-2026", "code": "4821-7730",
    "weekday": "martes", "day": "24-11", "numbers": "123 (emergencias)", "country": "Colombia", "title": "Ministerio de Salud",
    "url": "https://ejemplo.example/", "text": "…", "heard": "…", "receiver": "…", "data": "…", "purpose": "…", "until": "24-11-2026",
    "need": "Comida", "place": "Valparaíso",
}  # fmt: skip
"""What stands in the gaps of a preview."""


class ProposalForm(forms.Form):
    country = forms.ChoiceField(label=gettext_lazy("Where it is said so"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Other words"),
        required=False,  # whether it may be empty depends on the sentence
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: object, key: str, language: str, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.key, self.language = key, language
        self.fields["country"].choices = countries_served()  # type: ignore[attr-defined]
        self.fields["text"].widget.attrs["lang"] = language

    def clean(self) -> dict[str, object]:
        if found := spoken.refused_words(self.cleaned_data.get("text", ""), self.language):
            self.add_error("text", refusal(found))
        return self.cleaned_data

    @property
    def place(self) -> Place:
        return Place(self.key, self.language, self.cleaned_data["country"])


@dataclass(frozen=True)
class Sentence:
    """One sentence in the list: its Spanish words, and whether it was worded here or somebody proposes to."""

    key: str
    text: str
    is_own: bool
    is_waiting: bool


@dataclass(frozen=True)
class Said:
    """How a sentence is said in one language and country. `is_own`: worded here; no pack writes over it."""

    language: str
    country: str
    text: str
    is_own: bool


@dataclass(frozen=True)
class Waiting:
    """Words that somebody proposes, beside those said now. `is_mine`: somebody else must approve it."""

    proposal: WordingProposal
    now: str
    shown: str
    is_mine: bool


@require_safe
def wording(request: StaffRequest) -> HttpResponse:
    asked = request.GET.get("q", "").strip()[:80]
    sentences = _sentences(asked)
    page = {"q": asked, "sentences": sentences, "waiting": _waiting(request, WordingProposal.objects.filter(UNDECIDED))}
    return render(request, "workspace/setup/wording.html", page)


def _sentences(asked: str) -> list[Sentence]:
    """Those whose name, or whose words in any language, hold what was asked."""
    rows = list(Wording.objects.order_by("key", "language", "country"))
    waiting = set(WordingProposal.objects.filter(UNDECIDED).values_list("key", flat=True))
    wanted = fold(asked)
    of_key: dict[str, list[Wording]] = {}
    for row in rows:
        of_key.setdefault(row.key, []).append(row)
    return [
        Sentence(key, _in_spanish(held), any(not row.pack for row in held), key in waiting)
        for key, held in of_key.items()
        if not wanted or wanted in fold(key) or any(wanted in fold(row.text) for row in held)
    ]


def _in_spanish(rows: Sequence[Wording]) -> str:
    spanish = [row.text for row in rows if row.language == "es"]
    return spanish[0] if spanish else rows[0].text


@require_safe
def wording_of(request: StaffRequest, key: str) -> HttpResponse:
    """One sentence, in every language and country in which it is said its own way."""
    rows = list(Wording.objects.filter(key=key))
    if not rows:
        raise Http404
    order = {language: number for number, language in enumerate(LANGUAGES)}
    rows.sort(key=lambda row: (order.get(row.language, 9), row.country))
    page = {
        "key": key,
        "said": [Said(row.language, row.country, row.text, not row.pack) for row in rows],
        "gaps": sorted(proposing.gaps(_in_spanish(rows))),
        "is_fixed": key.startswith(proposing.AGREED_TO),
        "waiting": _waiting(request, WordingProposal.objects.filter(UNDECIDED, key=key)),
        "languages": LANGUAGES,
    }
    return render(request, "workspace/setup/wording_of.html", page)


def _waiting(request: StaffRequest, proposals: "QuerySet[WordingProposal]") -> list[Waiting]:
    rows = proposals.select_related("by").order_by("key", "language", "country")
    return [
        Waiting(
            row,
            proposing.said_now(Place(row.key, row.language, row.country)),
            filled(row.text),
            row.by_id == request.user.pk,
        )
        for row in rows
    ]


def propose(request: StaffRequest, key: str, language: str) -> HttpResponse:
    """Other words, seen first as they would be read. `country` in the address: where it is said its own way."""
    country = request.GET.get("country", "")
    now = proposing.said_now(Place(key, language, country))
    if language not in LANGUAGES or not (now or Wording.objects.filter(key=key).exists()):
        raise Http404
    posted = request.POST if request.method == "POST" else None
    form = ProposalForm(posted, key=key, language=language, initial={"country": country, "text": now})
    shown, faults = filled(now), []
    if form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        faults = list(proposing.faults_of(form.place, text))
        shown = filled(text) if not faults else shown
        if request.POST.get("do") == "submit" and _proposed(request, form, text):
            return redirect(reverse("workspace:wording_of", args=[key]))
    page = {
        "form": form,
        "key": key,
        "language": language,
        "now": now,
        "gaps": sorted(proposing.gaps(now)),
        "shown": shown,
        "faults": faults if request.POST.get("do") == "preview" else [],
        "is_previewed": request.method == "POST" and not form.errors,
    }
    return render(request, "workspace/setup/propose_wording.html", page)


def _proposed(request: StaffRequest, form: ProposalForm, text: str) -> bool:
    try:
        proposing.propose(form.place, text, by=request.user)
    except CannotWord as reason:
        form.add_error(None, str(reason))
        return False
    messages.success(request, _("Written. Somebody else must approve it; until then what is said now stays."))
    return True


def filled(text: str) -> str:
    """As somebody would read it, with an example in each gap. What cannot be read stays as it was typed."""
    try:
        return text.format_map(_Examples(EXAMPLES, organisation=organisation().name))
    except (ValueError, KeyError, IndexError, AttributeError):
        return text


class _Examples(dict[str, str]):
    """A gap without an example is shown as a gap."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


@require_POST
def approve(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(WordingProposal, pk=proposal_id)
    try:
        proposing.approve(proposal, by=request.user)
    except CannotWord as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Approved: the assistant says it from the next message on."))
    return redirect("workspace:wording_of", proposal.key)


@require_POST
def refuse(request: StaffRequest, proposal_id: int) -> HttpResponse:
    proposal = get_object_or_404(WordingProposal, pk=proposal_id)
    try:
        proposing.refuse(proposal, by=request.user)
    except CannotWord as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Refused. What was in force stays."))
    return redirect("workspace:wording_of", proposal.key)
