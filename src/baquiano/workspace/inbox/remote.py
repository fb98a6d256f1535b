"""Serving somebody from afar as if they were here: a record, an agreement and one document, without leaving the conversation."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.models import Area, User
from baquiano.accounts.policy import StaffRequest, find_or_refuse, posts_of
from baquiano.conversations import asking, documents, remote
from baquiano.conversations.models import Conversation, Enclosure
from baquiano.conversations.owning import CannotDoThat
from baquiano.directory import desk
from baquiano.directory.models import Organization
from baquiano.files.models import Purpose as KeptFor
from baquiano.lib.turnstile import writing
from baquiano.people import from_afar, joining
from baquiano.people.actions import CannotChange, register
from baquiano.people.categories import SENSITIVE, Data
from baquiano.people.from_afar import (
    FOR_ITSELF,
    KEPT_FOR,
    LONGER,
    NEVER_BY_PHOTO,
    NEVER_WRITTEN,
    SHORTEST,
    WRITTEN,
    Question,
    Wanted,
)
from baquiano.people.models import ConsentQuestion, PaperRequest, Person
from baquiano.people.models.consent import Purpose
from baquiano.people.models.particulars import DocumentKind
from baquiano.workspace.inbox.desk import find
from baquiano.workspace.inbox.opening import still_open
from baquiano.workspace.people.describing import DescribeForm
from baquiano.workspace.people.places import municipality_names

ASKED_FOR = timedelta(days=180)
"""What is proposed as the end of something sensitive."""


# Why from afar ----------------------------------------------------------------------------------------------------------


@require_POST
def remote_why(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found = find(request, conversation_id)
    try:
        remote.say_why(found, request.POST.get("why", ""), by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Saved."))
    return _back(found)


# A record ---------------------------------------------------------------------------------------------------------------


class RegisterForm(DescribeForm):
    """As at the desk, and nothing more is required here but that they want it."""

    agreed = forms.BooleanField(
        label=gettext_lazy("They want a record, and that this chat is joined to it"),
        help_text=gettext_lazy(
            "Tell them first what it is for, and that they are helped without one. SEPARAR undoes it."
        ),
        error_messages={"required": gettext_lazy("Ask them first. Without a record they are helped all the same.")},
    )


def register_here(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """What they say here is written down, every field optional, and this chat is joined to it because they said so."""
    found = find(request, conversation_id)
    still_open(request, found)
    if joining.person_behind(found.address):
        messages.error(request, _("This chat is somebody's record already."))
        return _back(found)
    form = RegisterForm(request.POST if request.method == "POST" else None, initial={"language": found.language})
    if form.is_valid():
        try:
            with writing():
                person = register(form.described, by=request.user)
                joining.join_orally(person, found.address, by=request.user)
        except (CannotChange, joining.CannotJoin) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written down, and this chat is theirs from now on."))
            return _back(found)
    page = {"form": form, "number": found.pk, "municipalities": municipality_names()}
    return render(request, "workspace/inbox/register.html", page, status=422 if form.errors else 200)


# An agreement -----------------------------------------------------------------------------------------------------------


class AskForm(forms.Form):
    """One purpose, one receiver or area, one list of data, until a day."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("What for"),
        choices=[(one.value, one.label) for one in WRITTEN],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what for.")},
    )
    area = forms.ChoiceField(
        label=gettext_lazy("Which area reads it, if it is sensitive"),
        required=False,
        choices=[
            ("", gettext_lazy("Not sensitive")),
            *((area.value, area.label) for area in Area if any(one.area == area for one in SENSITIVE.values())),
        ],
    )
    receiver = forms.ChoiceField(label=gettext_lazy("With which organisation, if it is to share"), required=False)
    share_for = forms.ChoiceField(
        label=gettext_lazy("What it is shared for"),
        required=False,
        choices=[("", gettext_lazy("Not shared")), *ConsentQuestion.ShareFor.choices],
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Which data, if it is sensitive or to share"),
        help_text=gettext_lazy(
            "Only what it needs. What could harm them if somebody else read it is not in this list: ask it in a call."
        ),
        required=False,
        choices=[(one.value, one.label) for one in Data if one not in NEVER_WRITTEN and one is not Data.IMAGE],
        widget=forms.CheckboxSelectMultiple,
    )
    until = forms.DateField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("Sharing and what is sensitive always end; a year at most."),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    nobody_else_reads = forms.BooleanField(
        label=gettext_lazy("They said that nobody else reads this telephone"),
        help_text=gettext_lazy(
            "Needed for what is sensitive, to share, or an image: the message says what and with whom."
        ),
        required=False,
    )
    voice = forms.ChoiceField(label=gettext_lazy("They said yes in this voice note"), required=False)
    words = forms.CharField(
        label=gettext_lazy("The words with which they agree"),
        help_text=gettext_lazy(
            "As they say them, and nothing else of the note. They are kept as proof; the sound goes on its day."
        ),
        required=False,
        max_length=asking.WORDS_MOST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, voices: list[Enclosure], **more: Any) -> None:
        super().__init__(*args, **more)
        receiver, voice = self.fields["receiver"], self.fields["voice"]
        assert isinstance(receiver, forms.ChoiceField)
        assert isinstance(voice, forms.ChoiceField)
        known = ((str(row.pk), row.name) for row in desk.receivers(user))
        receiver.choices = [("", _("Nobody: ourselves")), *known]
        voice.choices = [("", _("Not in a voice note")), *((str(one.pk), _when(one)) for one in voices)]

    @property
    def question(self) -> Question:
        given = self.cleaned_data
        purpose = Purpose(given["purpose"])
        until = given["until"]
        is_shared, is_sensitive = purpose is Purpose.SHARE, purpose is Purpose.SENSITIVE
        return Question(
            purpose=purpose,
            data=FOR_ITSELF.get(purpose) or tuple(Data(one) for one in given["kinds"]),
            receiver=Organization.objects.get(pk=given["receiver"]) if is_shared and given["receiver"] else None,
            area=Area(given["area"]) if is_sensitive and given["area"] else None,
            share_for=given["share_for"] if is_shared else "",
            ends_at=timezone.make_aware(datetime.combine(until, time(23, 59))) if until else None,
            nobody_else_reads=given["nobody_else_reads"],
        )


def _when(voice: Enclosure) -> str:
    return f"{timezone.localtime(voice.message.sent_at):%d-%m-%Y %H:%M}"


def ask_consent(request: StaffRequest, conversation_id: int) -> HttpResponse:
    """First the exact words are shown, in their language; then they are sent, or what they said aloud is written down."""
    found, person = _with_person(request, conversation_id)
    voices = asking.voices_heard(found)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        voices=voices,
        initial={"until": timezone.localdate() + ASKED_FOR},
    )
    preview = ""
    if form.is_valid():
        try:
            if "send" in request.POST:
                asking.ask(found, form.question, by=request.user)
                messages.success(request, _("Asked. Their plain yes or no within a day is noted by itself."))
                return _back(found)
            if "aloud" in request.POST:
                voice = next((one for one in voices if str(one.pk) == form.cleaned_data["voice"]), None)
                if voice is None:
                    raise CannotDoThat(_("Choose the voice note in which they say yes."))
                asking.agreed_aloud(found, form.question, voice, form.cleaned_data["words"], by=request.user)
                messages.success(request, _("Written down. They can take it back at any time, here or by message."))
                return _back(found)
            preview = asking.preview(found, form.question)
        except CannotDoThat as reason:
            form.add_error(None, str(reason))
    page = {"number": found.pk, "person": person, "form": form, "preview": preview, "voices": voices}
    return render(request, "workspace/inbox/ask_consent.html", page, status=422 if form.errors else 200)


@require_POST
def take_back_consent(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found, _person = _with_person(request, conversation_id)
    asking.take_back(found, by=request.user)
    messages.success(request, _("Taken back: an answer to it counts no more."))
    return _back(found)


# A document -------------------------------------------------------------------------------------------------------------


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Which document"),
        choices=[(one.value, one.label) for one in DocumentKind if one not in NEVER_BY_PHOTO],
    )
    kept_for = forms.ChoiceField(
        label=gettext_lazy("What it is needed for"), choices=[(one.value, one.label) for one in KEPT_FOR]
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("When it is erased"),
        choices=[(SHORTEST, gettext_lazy("After 30 days")), (LONGER, gettext_lazy("After 90 days"))],
        coerce=int,
        initial=SHORTEST,
    )
    area = forms.ChoiceField(label=gettext_lazy("Which area opens it"))

    def __init__(self, *args: Any, areas: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        area = self.fields["area"]
        assert isinstance(area, forms.ChoiceField)
        words = dict(Area.choices)
        area.choices = [(one, words[one] if one else _("Whoever may see this person")) for one in areas]
        area.required = "" not in areas

    @property
    def wanted(self) -> Wanted:
        given = self.cleaned_data
        return Wanted(DocumentKind(given["kind"]), KeptFor(given["kept_for"]), given["area"], given["days"])


def ask_document(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found, person = _with_person(request, conversation_id)
    areas = sorted({post.area for post in posts_of(request.user)})
    form = DocumentForm(request.POST if request.method == "POST" else None, areas=areas)
    if form.is_valid():
        try:
            documents.ask(found, form.wanted, by=request.user)
        except CannotDoThat as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Asked. When it comes, look at it and say whether it is the document."))
            return _back(found)
    page = {"number": found.pk, "person": person, "form": form}
    return render(request, "workspace/inbox/ask_document.html", page, status=422 if form.errors else 200)


@require_POST
def file_document(request: StaffRequest, conversation_id: int, message_id: int) -> HttpResponse:
    """ "This is the document": only now it is a paper of that person."""
    found, wanted = _requested(request, conversation_id)
    row = next((one for one in documents.candidates(found, wanted) if one.message_id == message_id), None)
    try:
        if row is None:
            raise CannotDoThat(_("This did not arrive in time, or is not kept any more."))
        documents.file(found, wanted, row, by=request.user)
    except CannotDoThat as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Filed with their papers, until its day. Here it is erased."))
    return _back(found)


@require_POST
def end_document(request: StaffRequest, conversation_id: int) -> HttpResponse:
    found, wanted = _requested(request, conversation_id)
    from_afar.end_request(wanted, by=request.user)
    messages.success(request, _("Not asked for any more. What arrives stays in the conversation for its short time."))
    return _back(found)


def _requested(request: StaffRequest, conversation_id: int) -> tuple[Conversation, PaperRequest]:
    found, _person = _with_person(request, conversation_id)
    wanted = documents.request_of(found)
    if wanted is None:
        raise Http404
    return found, wanted


# Where they come from ---------------------------------------------------------------------------------------------------


def _with_person(request: StaffRequest, conversation_id: int) -> tuple[Conversation, Person]:
    """The conversation and whose it is: both must be theirs to see."""
    found = find(request, conversation_id)
    still_open(request, found)
    behind = joining.person_behind(found.address)
    if behind is None:
        raise Http404
    return found, find_or_refuse(request, Person.objects.here(), pk=behind.pk)


def _back(found: Conversation) -> HttpResponse:
    return redirect(reverse("workspace:conversation", args=[found.pk]) + "#afar")
