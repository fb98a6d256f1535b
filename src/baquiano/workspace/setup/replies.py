"""Ready answers of the team: what can be put in with two keys, what waits for somebody else, and writing one."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.conversations import replies as ready
from baquiano.conversations.models import CannedReply
from baquiano.conversations.replies import CannotKeepReady, ReplyWords
from baquiano.packs import spoken
from baquiano.workspace.codes import COUNTRIES
from baquiano.workspace.inbox.fragment import whole


class ReplyForm(forms.Form):
    shortcut = forms.SlugField(
        label=gettext_lazy("Shortcut"),
        help_text=gettext_lazy("What is typed after the slash, in one word: horario, espera, gracias."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    country = forms.ChoiceField(label=gettext_lazy("Country"), required=False)
    text = forms.CharField(
        label=gettext_lazy("Words"),
        help_text=gettext_lazy(
            "Whoever inserts it can still change it. No promise, no place and no number that is not in an article."
        ),
        widget=forms.Textarea(attrs={"rows": 5, "data-counts": ready.LONGEST}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["country"].choices = countries_served()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, object]:
        said = self.cleaned_data
        if found := spoken.refused_words(said.get("text", ""), said.get("language", "es")):
            self.add_error("text", refusal(found))
        return said

    @property
    def words(self) -> ReplyWords:
        said = self.cleaned_data
        return ReplyWords(said["shortcut"].lower(), said["language"], said["country"], said["text"])


def countries_served() -> list[tuple[str, str]]:
    """ "": what is said in all of them."""
    return [("", _("All countries")), *((code, COUNTRIES.get(code, code)) for code in organisation().countries)]


def refusal(words: str) -> ValidationError:
    """Nobody is promised anything, and nobody learns here how a border is crossed unseen."""
    return ValidationError(
        _("“%(words)s” promises what is not ours to give, or tells of a way across a border: say it another way.")
        % {"words": words}
    )


@dataclass(frozen=True)
class Row:
    """`before`: the words it would stand for. `is_mine`: somebody else must approve it."""

    reply: CannedReply
    before: str
    is_mine: bool


@require_safe
def replies(request: StaffRequest) -> HttpResponse:
    order = ("shortcut", "language", "country")
    in_force = list(CannedReply.objects.in_force().select_related("by", "approved_by").order_by(*order))
    said = {(row.shortcut, row.language, row.country): row.text for row in in_force}
    waiting = [
        Row(row, said.get((row.shortcut, row.language, row.country), ""), row.by_id == request.user.pk)
        for row in CannedReply.objects.filter(ready.UNDECIDED).select_related("by").order_by(*order)
    ]
    return render(request, "workspace/setup/replies.html", {"in_force": in_force, "waiting": waiting})


def new(request: StaffRequest) -> HttpResponse:
    """`of`: other words for one that is there."""
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=_as_it_is(request))
    if form.is_valid():
        try:
            ready.propose(form.words, by=request.user)
        except CannotKeepReady as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written. Somebody else must approve it before it can be inserted."))
            return redirect("workspace:replies")
    return render(request, "workspace/setup/new_reply.html", {"form": form})


def _as_it_is(request: StaffRequest) -> dict[str, str]:
    row = CannedReply.objects.filter(pk=whole(request.GET.get("of", ""))).first()
    if row is None:
        return {}
    return {"shortcut": row.shortcut, "language": row.language, "country": row.country, "text": row.text}


@require_POST
def approve(request: StaffRequest, reply_id: int) -> HttpResponse:
    reply = get_object_or_404(CannedReply, pk=reply_id)
    try:
        ready.approve(reply, by=request.user)
    except CannotKeepReady as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Approved: it can be inserted from now on."))
    return redirect("workspace:replies")


@require_POST
def refuse(request: StaffRequest, reply_id: int) -> HttpResponse:
    reply = get_object_or_404(CannedReply, pk=reply_id)
    try:
        ready.refuse(reply, by=request.user)
    except CannotKeepReady as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Refused. What was in force stays."))
    return redirect("workspace:replies")


@require_POST
def withdraw(request: StaffRequest, reply_id: int) -> HttpResponse:
    reply = get_object_or_404(CannedReply, pk=reply_id)
    try:
        ready.withdraw(reply, by=request.user)
    except CannotKeepReady as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Taken back: nobody can insert it any more."))
    return redirect("workspace:replies")
