"""The page of an organisation whose services we tell people about: "all is still so" with one tap, or what has changed.

The link is the key and is no login. Opening it changes nothing: mail programs and telephones open links by themselves. Nothing of a
confidential place is on it. It is kept by no browser and no search engine, and is not compressed: its address is a secret.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from baquiano.accounts.models import organisation
from baquiano.directory import asking, hours
from baquiano.directory.asking import LinkOver, NotUnderstood, Opened, Shown
from baquiano.directory.card import Card
from baquiano.directory.card import shown as cards_shown
from baquiano.directory.hours import HoursNotUnderstood
from baquiano.directory.models import Answer, Service
from baquiano.directory.partner_fields import EDITABLE, open_to
from baquiano.public.pages import show
from baquiano.public.saying import local_posts_only

MOST_PHONES = 6

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Offered:
    """A service as the page shows it: at each of its places, or by itself. `waits`: what they proposed is not decided yet."""

    service: Service
    cards: tuple[Card, ...]
    waits: bool

    @property
    def first(self) -> Card:
        return self.cards[0]


def secret_page(view: View) -> View:
    """In the language of the address, at the hour of the organisation; for whoever has the link alone."""

    @csrf_exempt  # no session to abuse: the key is in the address, and `local_posts_only` refuses a foreign page
    @wraps(view)
    @require_http_methods(["GET", "HEAD", "POST"])
    @local_posts_only
    def shown(request: HttpRequest, language: str, *args: Any, **kwargs: Any) -> HttpResponse:
        with translation.override(language), timezone.override(organisation().timezone):
            try:
                response = view(request, language, *args, **kwargs)
            except LinkOver:
                response = show(request, "public/confirm_over.html", language, status=410)
        response.headers["Cache-Control"] = "private, no-store"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return shown


@secret_page
def confirm_link(request: HttpRequest, language: str, token: str) -> HttpResponse:
    """One button says that all is still so."""
    if request.method == "POST":
        asking.same(token)
        return redirect("public:confirm_link", language=language, token=token)
    opened = asking.open_link(token)
    return show(
        request,
        "public/confirm.html",
        language,
        opened=opened,
        token=token,
        offered=_offered(opened, language),
        is_answered=_is_answered(opened),
    )


@secret_page
def confirm_edit(request: HttpRequest, language: str, token: str, service: UUID) -> HttpResponse:
    """What has changed of one service. It waits for somebody of ours; until then people are told what they were told."""
    opened = asking.open_link(token)
    found = opened.find(service)
    if found is None:
        raise LinkOver
    form = EditForm(request.POST or None, shown=found)
    if form.is_valid():
        try:
            asking.edit(token, service, form.values, note=form.cleaned_data["note"])
        except NotUnderstood:
            form.add_error(None, _("This cannot be changed here. Write it in the last box."))
        else:
            return redirect("public:confirm_link", language=language, token=token)
    status = 422 if form.errors else 200
    return show(
        request, "public/confirm_edit.html", language, status=status, service=found.service, token=token, form=form
    )


def _is_answered(opened: Opened) -> bool:
    """Today: on another day they may say it again."""
    at = opened.asking.answered_at
    return at is not None and timezone.localdate(at) == timezone.localdate()


def _offered(opened: Opened, language: str) -> list[Offered]:
    pairs = [(one, _pairs(one)) for one in opened.services]
    wanted = [pair for _one, some in pairs for pair in some]
    known = cards_shown(wanted, reach=asking.REACH, language=language, now=timezone.now())
    offered = [
        Offered(one.service, tuple(known[pair] for pair in some if pair in known), one.draft is not None)
        for one, some in pairs
    ]
    return [one for one in offered if one.cards]


def _pairs(one: Shown) -> list[tuple[UUID, UUID | None]]:
    """The service at each of its places; by itself if it has none that this page may show."""
    places: list[UUID | None] = [at.pk for at in one.places] or [None]
    return [(one.service.pk, at) for at in places]


# -- what may be changed -------------------------------------------------------------------------------------------------


_ANSWERS = [
    (Answer.YES.value, gettext_lazy("Yes")),
    (Answer.NO.value, gettext_lazy("No")),
    (Answer.UNKNOWN.value, gettext_lazy("I do not know")),
]
_COSTS = [(Service.Cost.FREE.value, gettext_lazy("Free of charge")), (Service.Cost.SOME.value, gettext_lazy("Some things cost money")),
          (Service.Cost.PAID.value, gettext_lazy("Costs money")), (Service.Cost.UNKNOWN.value, gettext_lazy("I do not know"))]  # fmt: skip
_STATES = [(Service.Status.ACTIVE.value, gettext_lazy("Yes, it is offered")), (Service.Status.CLOSED.value, gettext_lazy("Closed for a while")),
           (Service.Status.DEFUNCT.value, gettext_lazy("It has ended"))]  # fmt: skip


def _choice(choices: list[tuple[str, Any]]) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect)


class EditForm(forms.Form):
    """The fields of `EDITABLE` that may be changed for this service, as they are now."""

    status = _choice(_STATES)
    hours = forms.CharField(
        required=False,
        max_length=400,
        help_text=gettext_lazy(
            "In words: Monday to Friday from 8 to 17. In Spanish, please: lunes a viernes de 8 a 17."
        ),
    )
    appointment = _choice(_ANSWERS)
    phones = forms.CharField(
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2, "inputmode": "tel"}),
        help_text=gettext_lazy("One a line."),
    )
    email = forms.EmailField(
        required=False, help_text=gettext_lazy("Of the service, not of somebody who works there: people will see it.")
    )
    url = forms.URLField(required=False, max_length=300, assume_scheme="https")
    asks_documents = _choice(_ANSWERS)
    asks_status = _choice(_ANSWERS)
    cost = _choice(_COSTS)
    cost_text = forms.CharField(required=False, max_length=400)
    description = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    note = forms.CharField(
        label=gettext_lazy("Something else? The address, the places, who may come…"),
        help_text=gettext_lazy("A person of our team reads it. Write no name of anybody you attend."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, shown: Shown) -> None:
        self._shown = shown
        self._now = {name: EDITABLE[name].now(shown.service, shown.places) for name in EDITABLE}
        proposed = shown.draft.values if shown.draft else {}
        super().__init__(data, initial=self._as_written({**self._now, **proposed}))
        self.initial["note"] = shown.draft.note if shown.draft else ""
        for name, editable in EDITABLE.items():
            if name not in open_to(shown.service, shown.places):
                del self.fields[name]
                continue
            self.fields[name].label = str(editable.label)
        self._keep_other_states()

    def _keep_other_states(self) -> None:
        """One that is not offered here stays as it is, unless they choose another."""
        status: Any = self.fields["status"]
        now = self._now["status"]
        if now not in dict(_STATES):
            status.choices = [*_STATES, (now, Service.Status(now).label)]

    def _as_written(self, values: dict[str, Any]) -> dict[str, Any]:
        return {**values, "phones": "\n".join(values["phones"]), "hours": _in_words(values["hours"])}

    def clean_hours(self) -> str:
        written = str(self.cleaned_data["hours"]).strip()
        if written == _in_words(self._now["hours"]):
            return str(self._now["hours"])
        try:
            return hours.understand(written)
        except HoursNotUnderstood as reason:
            raise forms.ValidationError(str(reason)) from None

    def clean_phones(self) -> list[str]:
        lines = [line.strip() for line in str(self.cleaned_data["phones"]).splitlines() if line.strip()]
        if any(sum(character.isdigit() for character in line) < 3 or len(line) > 40 for line in lines):
            raise forms.ValidationError(_("Write only the numbers, one a line."))
        if len(lines) > MOST_PHONES:
            raise forms.ValidationError(_("Write the six most important at most."))
        return lines

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in EDITABLE if name in self.cleaned_data}

    @property
    def parts(self) -> list[tuple[forms.BoundField, bool]]:
        """Each with whether it is a choice of a few, all in view."""
        return [(bound, isinstance(bound.field.widget, forms.RadioSelect)) for bound in self]


def _in_words(written: str) -> str:
    """As people write them, if that reads back as the same; else as they are kept."""
    if not written:
        return ""
    words = hours.in_words(written, "es")
    try:
        return words if hours.understand(words) == written else written
    except HoursNotUnderstood:
        return written
