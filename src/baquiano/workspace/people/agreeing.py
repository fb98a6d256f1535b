"""What somebody agrees to, and how they can be reached: asked in their words, taken back as easily."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.audit import read
from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, find_for, find_or_refuse
from baquiano.conversations.wording import wording
from baquiano.directory import desk
from baquiano.directory.models import Organization
from baquiano.people import consenting, holding, joining
from baquiano.people.categories import SENSITIVE, Data
from baquiano.people.consenting import Asked, CannotConsent, Restrictions
from baquiano.people.contact import SafeContact, dump, parse
from baquiano.people.models import Consent, Joining, Person
from baquiano.people.models.consent import Evidence, GivenBy, Purpose
from baquiano.people.models.particulars import Basis

LANGUAGES = [
    ("es", gettext_lazy("Spanish")),
    ("ht", gettext_lazy("Haitian Creole")),
    ("fr", gettext_lazy("French")),
    ("pt", gettext_lazy("Portuguese")),
    ("en", gettext_lazy("English")),
]


class AnswerFields(forms.Form):
    """What shows that they said so: shared by every form that writes an answer down."""

    evidence = forms.ChoiceField(
        label=gettext_lazy("How they said it"), choices=Evidence.choices, initial=Evidence.SPOKEN
    )
    proof = forms.CharField(
        label=gettext_lazy("Which message, paper or witness"),
        help_text=gettext_lazy("So that it can be shown later. The paper itself stays with them."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    given_by = forms.ChoiceField(label=gettext_lazy("Who says it"), choices=GivenBy.choices, initial=GivenBy.SELF)
    language = forms.ChoiceField(label=gettext_lazy("In which language it was asked"), choices=LANGUAGES, initial="es")
    was_read_aloud = forms.BooleanField(label=gettext_lazy("It was read aloud"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason, if it is an exception"),
        help_text=gettext_lazy("Without their consent, or an adolescent alone: why. Somebody else reads it."),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ConsentForm(AnswerFields):
    """One purpose, one receiver, one list of data."""

    purpose = forms.ChoiceField(label=gettext_lazy("What for"), choices=Purpose.choices, widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which data"),
        help_text=gettext_lazy("Only what it needs. Nobody agrees to everything."),
        choices=Data.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    receiver = forms.ChoiceField(label=gettext_lazy("With which organisation, if it is to share"), required=False)
    until = forms.DateField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("Sharing always ends; a year at most."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    no_calls = forms.BooleanField(label=gettext_lazy("Do not call them"), required=False)
    no_messages = forms.BooleanField(label=gettext_lazy("Do not write to them"), required=False)
    words = forms.CharField(
        label=gettext_lazy("Anything else we may not do"),
        help_text=gettext_lazy("As they say it."),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("What it rests on"), choices=Basis.choices, initial=Basis.CONSENT, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, user: User, **more: Any) -> None:
        super().__init__(*args, **more)
        receiver = self.fields["receiver"]
        assert isinstance(receiver, forms.ChoiceField)
        known = ((str(row.pk), row.name) for row in desk.receivers(user))
        receiver.choices = [("", _("Nobody: ourselves")), *known]

    @property
    def asked(self) -> Asked:
        given = self.cleaned_data
        return Asked(
            purpose=Purpose(given["purpose"]),
            data=tuple(Data(one) for one in given["kinds"]),
            language=given["language"],
            evidence=Evidence(given["evidence"]),
            receiver=Organization.objects.get(pk=given["receiver"]) if given["receiver"] else None,
            expires_at=_end_of(given["until"]) if given["until"] else None,
            restrictions=Restrictions(given["no_calls"], given["no_messages"], given["words"].strip()),
            basis=Basis(given["basis"]),
            reason=given["reason"],
            given_by=GivenBy(given["given_by"]),
            was_read_aloud=given["was_read_aloud"],
            proof=given["proof"],
        )


def _end_of(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


def give(request: StaffRequest, person_id: int) -> HttpResponse:
    person = find_or_refuse(request, Person.objects.here(), pk=person_id)
    form = ConsentForm(request.POST or None, user=request.user, initial={"language": person.language or "es"})
    if form.is_valid():
        try:
            consenting.give(person, form.asked, by=request.user)
        except CannotConsent as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written down. They can take it back at any time, here or by message."))
            return redirect("workspace:person", person.pk)
    page = {
        "person": person,
        "form": form,
        "texts": texts_to_read(person.language or "es"),
        "sensitive": list(SENSITIVE),
    }
    return render(request, "workspace/people/consent.html", page, status=422 if form.errors else 200)


def texts_to_read(language: str) -> list[tuple[str, str]]:
    """What is read to them: the short text of each layer, as everybody else is told it. (purpose in words, text)"""
    spoken = language if language in dict(LANGUAGES) else "es"
    keys = [(purpose, consenting.text_key(consenting.text_version(purpose))) for purpose in Purpose]
    return [(str(purpose.label), text) for purpose, key in keys if (text := wording(key, spoken))]


@require_POST
def withdraw(request: StaffRequest, person_id: int, consent_id: int) -> HttpResponse:
    person = find_or_refuse(request, Person.objects.here(), pk=person_id)
    consent = consenting.consents_of(person).filter(pk=consent_id).first()
    if consent is None:
        messages.error(request, _("This was changed meanwhile. Look again."))
        return redirect("workspace:person", person.pk)
    try:
        consenting.withdraw(consent, by=request.user)
    except CannotConsent as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Taken back. Nothing that rested on it is possible from now on."))
    return redirect("workspace:person", person.pk)


@require_safe
def reviews(request: StaffRequest) -> HttpResponse:
    """What was done to protect a life without their consent, for somebody else to look at."""
    now = timezone.now()
    rows = consenting.due_for_review(now).exclude(asked_by=request.user).select_related("asked_by", "receiver")
    page = {"rows": [(row, consenting.is_overdue(row, now), words_of(row)) for row in rows]}
    return render(request, "workspace/people/consent_reviews.html", page)


@require_POST
def review(request: StaffRequest, consent_id: int) -> HttpResponse:
    consent = consenting.due_for_review(timezone.now()).filter(pk=consent_id).first()
    try:
        if consent is None:
            raise CannotConsent(_("This was changed meanwhile. Look again."))
        consenting.review(consent, was_right=request.POST.get("was_right") == "yes", by=request.user)
    except CannotConsent as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Reviewed."))
    return redirect("workspace:consent_reviews")


def words_of(consent: Consent) -> list[str]:
    known = dict(Data.choices)
    return [str(known.get(one, one)) for one in consent.data]


# How to reach them ------------------------------------------------------------------------------------------------------


class SafeContactForm(forms.Form):
    may_write = forms.BooleanField(label=gettext_lazy("We may write to them"), required=False)
    may_call = forms.BooleanField(label=gettext_lazy("We may call them"), required=False)
    hours = forms.CharField(
        label=gettext_lazy("When it is safe"),
        help_text=gettext_lazy(
            "For example Mo-Fr 18:00-20:00. In other words only a person will keep to it, no machine writes."
        ),
        required=False,
        max_length=120,
    )
    may_leave_message = forms.BooleanField(
        label=gettext_lazy("A message may be left with whoever answers"), required=False
    )
    may_say_who = forms.BooleanField(label=gettext_lazy("We may say who we are"), required=False)
    word = forms.CharField(
        label=gettext_lazy("A word by which we know that it is really them"), required=False, max_length=40
    )
    never_tell = forms.CharField(
        label=gettext_lazy("Who must not know"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def safe_contact(request: StaffRequest, person_id: int) -> HttpResponse:
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    held = parse(person.safe_contact)
    form = SafeContactForm(request.POST if request.method == "POST" else None, initial=vars(held))
    if not form.is_bound:
        read(request.user, person, about=person.pk)  # the form shows how to reach them
    if form.is_valid():
        holding.settle_person(person, dump(SafeContact(**form.cleaned_data)), by=request.user)
        messages.success(request, _("Saved."))
        return redirect("workspace:person", person.pk)
    page = {"person": person, "form": form, "is_held": holding.is_person_held(person)}
    return render(request, "workspace/people/contact.html", page, status=422 if form.errors else 200)


def in_words(person: Person) -> list[tuple[str, str]]:
    """How they can be reached, for a page. Empty: they were not asked."""
    return rule_in_words(parse(person.safe_contact)) if person.safe_contact else []


def rule_in_words(held: SafeContact) -> list[tuple[str, str]]:
    """One rule, of a person or of one door of theirs."""
    yes, no = _("yes"), _("no")
    rows = [
        (_("Write"), yes if held.may_write else no),
        (_("Call"), yes if held.may_call else no),
        (_("When"), held.hours or _("at any time")),
        (_("Leave a message with somebody"), yes if held.may_leave_message else no),
        (_("Say who we are"), yes if held.may_say_who else no),
        (_("Their word"), held.word),
        (_("Who must not know"), held.never_tell),
    ]
    return [(label, value) for label, value in rows if value]


# Their chats ------------------------------------------------------------------------------------------------------------


@require_POST
def join_code(request: StaffRequest, person_id: int) -> HttpResponse:
    """Shown once, to be read out or copied by the person into their chat. Only its hash is kept."""
    person = find_for(request, "join", Person.objects.here(), pk=person_id)
    code = joining.make_code(person=person, by=request.user)
    page = {"person": person, "code": code, "minutes": int(joining.LASTS.total_seconds() // 60)}
    return render(request, "workspace/people/code.html", page)


@require_POST
def take_code(request: StaffRequest, person_id: int) -> HttpResponse:
    """The code that their chat gave them after JUNTAR, typed at the desk."""
    person = find_for(request, "join", Person.objects.here(), pk=person_id)
    try:
        joining.take_code(request.POST.get("code", "").strip()[:20], person, by=request.user)
    except joining.CannotJoin as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Joined: that chat is this person's from now on."))
    return redirect("workspace:person", person.pk)


@require_POST
def unjoin(request: StaffRequest, person_id: int, joining_id: int) -> HttpResponse:
    person = find_for(request, "join", Person.objects.here(), pk=person_id)
    row = Joining.objects.filter(pk=joining_id, person=person, until=None).first()
    if row is None:
        messages.error(request, _("This was changed meanwhile. Look again."))
    else:
        joining.unjoin(row, by=request.user)
        messages.success(request, _("Separated. That chat is nobody's record from now on."))
    return redirect("workspace:person", person.pk)
