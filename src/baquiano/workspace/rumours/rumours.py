"""Rumours: noted by whoever hears them, checked by one, approved by another, and heard again with one button."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.policy import StaffRequest, find_or_refuse
from baquiano.knowledge import rumours as verbs
from baquiano.knowledge.models import SHORT_ANSWER, Rumour
from baquiano.knowledge.rumours import HEARD_LENGTH, CannotAnswer
from baquiano.workspace.rumours.places import Where, WhereField, place_names

SHOWN = 100
TRUSTED = timedelta(days=30)  # suggested: a rumour grows old fast


class HeardForm(forms.Form):
    heard = forms.CharField(
        label=gettext_lazy("What is heard"),
        help_text=gettext_lazy("As people tell it, in one sentence, without names or telephones. People will read it."),
        max_length=HEARD_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    where = WhereField()
    since = forms.DateField(
        label=gettext_lazy("Since when"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=timezone.localdate,
    )

    @property
    def said(self) -> verbs.Heard:
        where: Where = self.cleaned_data["where"]
        return verbs.Heard(self.cleaned_data["heard"], where.country, where.territory, self.cleaned_data["since"])


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=gettext_lazy("What is true"),
        help_text=gettext_lazy("Begin with yes or no. At most 700 letters."),
        max_length=SHORT_ANSWER,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    source_title = forms.CharField(label=gettext_lazy("Who says so"), max_length=160)
    source_url = forms.URLField(label=gettext_lazy("Its page"), required=False, max_length=300, assume_scheme="https")
    good_until = forms.DateField(
        label=gettext_lazy("We trust it until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    examples = forms.CharField(
        label=gettext_lazy("Other ways in which it is told"),
        help_text=gettext_lazy("One a line, also in other languages: that is how the assistant recognises it."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_examples(self) -> tuple[str, ...]:
        lines = (line.strip()[:HEARD_LENGTH] for line in str(self.cleaned_data["examples"]).splitlines())
        return tuple(line for line in lines if line)

    @property
    def said(self) -> verbs.Answer:
        given = self.cleaned_data
        return verbs.Answer(
            given["answer"], given["source_title"], given["source_url"], given["good_until"], given["examples"]
        )


@dataclass(frozen=True)
class Row:
    rumour: Rumour
    place: str
    state: str


@require_safe
def rumours(request: StaffRequest) -> HttpResponse:
    names, today = place_names(), timezone.localdate()
    found = Rumour.objects.visible_to(request.user).select_related("checking_by").order_by("-last_heard_on", "-pk")
    rows = [Row(rumour, _place(rumour, names), rumour.state(today)) for rumour in found[:SHOWN]]
    return render(request, "workspace/rumours/rumours.html", {"rows": rows})


def new(request: StaffRequest) -> HttpResponse:
    form = HeardForm(request.POST or None)
    if form.is_valid():
        try:
            noted = verbs.hear(form.said, by=request.user)
        except CannotAnswer as reason:
            form.add_error("since", str(reason))
        else:
            messages.success(request, _("Noted. Nobody is told anything before it is checked."))
            return redirect("workspace:rumour", noted.pk)
    return render(request, "workspace/rumours/new_rumour.html", {"form": form})


@require_safe
def rumour(request: StaffRequest, rumour_id: int) -> HttpResponse:
    noted = _found(request, rumour_id)
    return _page(request, noted, _as_it_is(noted))


@require_POST
def hear_again(request: StaffRequest, rumour_id: int) -> HttpResponse:
    noted = _found(request, rumour_id)
    return _done(request, noted, partial(verbs.hear_again, noted), _("Noted: heard again today."))


@require_POST
def check(request: StaffRequest, rumour_id: int) -> HttpResponse:
    noted = _found(request, rumour_id)
    return _done(request, noted, partial(verbs.check, noted), _("You check it. Write the answer when you know."))


def answer(request: StaffRequest, rumour_id: int) -> HttpResponse:
    noted = _found(request, rumour_id)
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            verbs.answer(noted, form.said, by=request.user)
        except CannotAnswer as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Handed in. Somebody else must approve it before anybody is told."))
            return redirect("workspace:rumour", noted.pk)
    return _page(request, noted, form, keeps_words=True)


@require_POST
def approve(request: StaffRequest, rumour_id: int) -> HttpResponse:
    """The form carries the answer that was read: another one, written meanwhile, is not approved by it."""
    noted = _found(request, rumour_id)
    noted.answer = request.POST.get("answer", "").replace("\r\n", "\n")
    return _done(request, noted, partial(verbs.approve, noted), _("Approved: it is said from now on to whoever asks."))


@require_POST
def take_back(request: StaffRequest, rumour_id: int) -> HttpResponse:
    noted = _found(request, rumour_id)
    return _done(request, noted, partial(verbs.take_back, noted), _("Taken back: nobody is told any more."))


def _found(request: StaffRequest, rumour_id: int) -> Rumour:
    rows = Rumour.objects.select_related("checking_by", "answered_by", "approved_by")
    return find_or_refuse(request, rows, pk=rumour_id)


def _done(request: StaffRequest, noted: Rumour, deed: Callable[..., None], words: str) -> HttpResponse:
    try:
        deed(by=request.user)
    except CannotAnswer as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, words)
    return redirect("workspace:rumour", noted.pk)


def _page(request: StaffRequest, noted: Rumour, form: AnswerForm, *, keeps_words: bool = False) -> HttpResponse:
    """`keeps_words`: the form was sent back with something wrong, and shows it whoever checks the rumour now."""
    state, is_mine = noted.state(timezone.localdate()), noted.checking_by_id == request.user.pk
    page = {
        "rumour": noted,
        "state": state,
        "place": _place(noted, place_names()),
        "can_check": state == Rumour.State.EXPIRED or (state != Rumour.State.ANSWERED and not is_mine),
        "is_writing": keeps_words or (is_mine and noted.answered_at is None),
        "form": form,
    }
    return render(request, "workspace/rumours/rumour.html", page)


def _as_it_is(noted: Rumour) -> AnswerForm:
    """What was written before, to be changed; trust is asked for again."""
    until = timezone.localdate() + TRUSTED
    return AnswerForm(
        initial={
            "answer": noted.answer,
            "source_title": noted.source_title,
            "source_url": noted.source_url,
            "good_until": until,
            "examples": "\n".join(noted.examples),
        }
    )


def _place(noted: Rumour, names: dict[Where, str]) -> str:
    return names.get(Where(noted.country, noted.territory), noted.country)
