"""Writing a broadcast, and seeing meanwhile what a locked telephone will show of it."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.models import organisation
from baquiano.accounts.policy import StaffRequest
from baquiano.packs import spoken
from baquiano.post import audience, broadcasting
from baquiano.post.audience import Audience
from baquiano.post.broadcasting import LONGEST, CannotBroadcast, Draft
from baquiano.post.models import Broadcast
from baquiano.workspace.broadcasts.looks import doubts, looks, names_what_it_should_not
from baquiano.workspace.codes import COUNTRIES, LANGUAGES
from baquiano.workspace.templatetags.workspace import CHANNELS


class BroadcastForm(forms.Form):
    """No box ticked: all of them."""

    title = forms.CharField(
        label=gettext_lazy("Title, for the team"),
        help_text=gettext_lazy("Nobody outside reads it."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    falls_to_spanish = forms.BooleanField(
        label=gettext_lazy("Whoever reads a language without words gets the Spanish ones"), required=False
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries"), required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages people speak"),
        required=False,
        choices=list(LANGUAGES.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    channels = forms.MultipleChoiceField(
        label=gettext_lazy("Channels"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        kinds = sorted({line.kind for line in audience.lines_in_use()})
        self.fields["countries"].choices = [(code, COUNTRIES.get(code, code)) for code in organisation().countries]  # type: ignore[attr-defined]
        self.fields["channels"].choices = [(kind, CHANNELS.get(kind, kind)) for kind in kinds]  # type: ignore[attr-defined]
        for language in audience.LANGUAGES:
            self.fields[_text(language)] = forms.CharField(
                label=LANGUAGES[language],
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 4, "data-counts": LONGEST, "lang": language}),
            )

    def clean(self) -> dict[str, object]:
        for language, text in self.texts.items():
            for fault in _faults(text, language):
                self.add_error(_text(language), fault)
        return self.cleaned_data

    @property
    def texts(self) -> dict[str, str]:
        """What is written so far, also while it cannot be kept yet."""
        written = {language: str(self.data.get(_text(language), "")).strip() for language in audience.LANGUAGES}
        return {language: text for language, text in written.items() if text}

    @property
    def text_fields(self) -> list[forms.BoundField]:
        return [self[_text(language)] for language in audience.LANGUAGES]

    @property
    def audience_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("countries", "languages", "channels")]

    @property
    def draft(self) -> Draft:
        said = self.cleaned_data
        chosen = (frozenset(said[name]) for name in ("countries", "languages", "channels"))
        return Draft(said["title"], self.texts, Audience(*chosen), said["falls_to_spanish"])


def _text(language: str) -> str:
    return f"text_{language}"


def _faults(text: str, language: str) -> list[str]:
    faults = []
    if found := spoken.refused_words(text, language):
        faults.append(
            _("“%(words)s” promises what is not ours to give, or tells of a way across a border: say it another way.")
            % {"words": found}
        )
    if found := names_what_it_should_not(text):
        faults.append(
            _("A locked telephone shows “%(word)s” to whoever holds it. Begin with other words.") % {"word": found}
        )
    return faults


def new(request: StaffRequest) -> HttpResponse:
    form = BroadcastForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            broadcast = broadcasting.write(form.draft, by=request.user)
        except CannotBroadcast as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Kept as a draft. Nothing has left: look at who would get it."))
            return redirect("workspace:broadcast", broadcast.pk)
    return _page(request, form, None)


def edit(request: StaffRequest, broadcast_id: int) -> HttpResponse:
    broadcast = get_object_or_404(Broadcast, pk=broadcast_id)
    form = BroadcastForm(request.POST if request.method == "POST" else None, initial=_as_it_is(broadcast))
    if form.is_valid():
        try:
            broadcasting.change(broadcast, form.draft, by=request.user)
        except CannotBroadcast as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Kept as a draft. Nothing has left: look at who would get it."))
            return redirect("workspace:broadcast", broadcast.pk)
    return _page(request, form, broadcast)


@require_POST
def preview(request: StaffRequest) -> HttpResponse:
    """Asked for while somebody writes. Nothing is kept."""
    form = BroadcastForm(request.POST)
    return render(
        request, "workspace/broadcasts/looks.html", _seen(form.texts, frozenset(request.POST.getlist("channels")))
    )


def _page(request: StaffRequest, form: BroadcastForm, broadcast: Broadcast | None) -> HttpResponse:
    texts = form.texts if form.is_bound else dict(broadcast.texts) if broadcast else {}
    channels = frozenset(request.POST.getlist("channels")) if form.is_bound else _channels(broadcast)
    page = {"form": form, "broadcast": broadcast, **_seen(texts, channels)}
    return render(request, "workspace/broadcasts/write.html", page, status=422 if form.errors else 200)


def _channels(broadcast: Broadcast | None) -> frozenset[str]:
    return audience.audience_of(broadcast).channels if broadcast else frozenset()


def _seen(texts: dict[str, str], channels: frozenset[str]) -> dict[str, object]:
    return {
        "looks": looks(texts, channels, audience.lines_in_use()),
        "doubts": sorted({doubt for text in texts.values() for doubt in doubts(text)}),
    }


def _as_it_is(broadcast: Broadcast) -> dict[str, object]:
    return {
        "title": broadcast.title,
        "falls_to_spanish": broadcast.falls_to_spanish,
        **broadcast.audience,
        **{_text(language): text for language, text in broadcast.texts.items()},
    }
