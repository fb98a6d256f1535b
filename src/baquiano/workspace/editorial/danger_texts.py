"""Danger texts, signed per language: two people answer for each, or only the number is said."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from baquiano.accounts.models import User, organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.safety.actions import sign
from baquiano.safety.models import CrisisProposal, CrisisText, EmergencyNumber
from baquiano.safety.proposing import UNDECIDED
from baquiano.workspace.editorial.proposals import CHANGED
from baquiano.workspace.setup.danger_texts import as_read

LANGUAGES = ("es", "en", "pt", "fr", "ht")
SIGNATURES = 2


@dataclass(frozen=True)
class LanguageSigned:
    language: str
    signed: int
    texts: int

    @property
    def is_complete(self) -> bool:
        return self.signed == self.texts


@dataclass(frozen=True)
class DangerItem:
    """`value`: which words of which text are signed; other words are another value. `spanish`: what it should say.

    `proposal`: other words that wait for somebody else, and `shown` as they would be read; `may_approve`: it is not their own.
    """

    text: CrisisText
    value: str
    signers: tuple[User, ...]
    missing: int
    is_mine: bool
    spanish: str
    numbers: tuple[str, ...]
    proposal: CrisisProposal | None
    shown: str
    may_approve: bool


class SignForm(forms.Form):
    text = forms.MultipleChoiceField(error_messages={"required": "", "invalid_choice": CHANGED})

    def __init__(self, data: object, items: list[DangerItem]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["text"].choices = [(item.value, item.value) for item in items]  # type: ignore[attr-defined]
        self.fields["text"].error_messages["required"] = _("Tick at least one text.")
        self.by_value = {item.value: item.text for item in items}

    def texts(self) -> list[CrisisText]:
        return [self.by_value[value] for value in self.cleaned_data["text"]]


@require_safe
def danger_texts(request: StaffRequest) -> HttpResponse:
    texts = _texts()
    rows = [_signed(language, [text for text in texts if text.language == language]) for language in LANGUAGES]
    return render(request, "workspace/editorial/danger_texts.html", {"rows": [row for row in rows if row.texts]})


def _signed(language: str, texts: list[CrisisText]) -> LanguageSigned:
    return LanguageSigned(language, sum(text.is_signed() for text in texts), len(texts))


def _texts() -> list[CrisisText]:
    """Those of the countries served, and those for when the country is not known. Three queries."""
    rows = CrisisText.objects.filter(country__in=("", *organisation().countries))
    return list(rows.prefetch_related("signatures__by").order_by("country", "kind", "language"))


def danger_texts_in(request: StaffRequest, language: str) -> HttpResponse:
    """Each whole, beside the Spanish one; posted: she answers for the words she was shown, and for no others."""
    items = _items(language, request.user)
    if not items:
        raise Http404
    form = SignForm(request.POST if request.method == "POST" else None, items)
    if form.is_valid():
        done = sign(form.texts(), by=request.user)
        messages.success(request, ngettext("%(n)d text signed.", "%(n)d texts signed.", done) % {"n": done})
        return redirect("workspace:danger_texts_in", language)
    page = {
        "language": language,
        "items": items,
        "proposed": [item for item in items if item.proposal],
        "problems": tuple(form.errors.get("text", ())),
        "ticked": frozenset(request.POST.getlist("text")),
    }
    return render(request, "workspace/editorial/danger_texts_in.html", page, status=409 if form.errors else 200)


def _items(language: str, user: User) -> list[DangerItem]:
    texts = _texts()
    spanish = {(text.kind, text.country): text.text for text in texts if text.language == "es"}
    numbers = dict(EmergencyNumber.objects.values_list("id", "number"))
    waiting = {row.text_id: row for row in CrisisProposal.objects.filter(UNDECIDED).select_related("by")}
    return [
        _item(
            text,
            user,
            "" if language == "es" else spanish.get((text.kind, text.country), ""),
            numbers,
            waiting.get(text.pk),
        )
        for text in texts
        if text.language == language
    ]


def _item(
    text: CrisisText, user: User, spanish: str, numbers: dict[str, str], proposal: CrisisProposal | None
) -> DangerItem:
    signers = {row.by_id: row.by for row in text.signatures.all() if row.words == text.words}
    return DangerItem(
        text,
        f"{text.pk}:{text.words}",
        tuple(signers.values()),
        missing=max(0, SIGNATURES - len(signers)),
        is_mine=user.pk in signers,
        spanish=spanish,
        numbers=tuple(numbers.get(id, id) for id in text.numbers),
        proposal=proposal,
        shown=as_read(text, proposal.words) if proposal else "",
        may_approve=proposal is not None and proposal.by_id != user.pk,
    )
