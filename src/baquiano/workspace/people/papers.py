"""Documents somebody shows: looked at, not kept. The number only if a procedure needs it; a file only for a time."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.models import Area, organisation
from baquiano.accounts.policy import StaffRequest, find_for, find_or_refuse, posts_of
from baquiano.files.actions import Term
from baquiano.files.models import LONG, LONGEST, SHORT, Purpose
from baquiano.files.refusal import AttachmentRefused
from baquiano.people import papers as kept
from baquiano.people.actions import Paper, add_document, remove_document
from baquiano.people.models import Document, KeptPaper, Person
from baquiano.people.models.particulars import DocumentKind
from baquiano.territory.models import Country


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Which document"), choices=DocumentKind.choices)
    number = forms.CharField(
        label=gettext_lazy("Its number"),
        help_text=gettext_lazy("Only if the procedure needs it. It is kept encrypted."),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    country = forms.ChoiceField(label=gettext_lazy("Country that gave it, if it is one of ours"), required=False)
    expires_on = forms.DateField(
        label=gettext_lazy("Valid until"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        country = self.fields["country"]
        assert isinstance(country, forms.ChoiceField)
        country.choices = [("", _("Not said")), *_ours().items()]

    @property
    def paper(self) -> Paper:
        given = self.cleaned_data
        country = Country.objects.get(pk=given["country"]) if given["country"] else None
        return Paper(DocumentKind(given["kind"]), country, given["number"], given["expires_on"])


def _ours() -> dict[str, str]:
    rows = Country.objects.filter(code__in=organisation().countries).order_by("name")
    return dict(rows.values_list("code", "name"))


def add(request: StaffRequest, person_id: int) -> HttpResponse:
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    form = DocumentForm(request.POST or None)
    if form.is_valid():
        add_document(person, form.paper, by=request.user)
        messages.success(request, _("Saved."))
        return redirect("workspace:person", person.pk)
    page = {"person": person, "form": form}
    return render(request, "workspace/people/document.html", page, status=422 if form.errors else 200)


@require_POST
def remove(request: StaffRequest, person_id: int, document_id: int) -> HttpResponse:
    person = find_for(request, "edit", Person.objects.here(), pk=person_id)
    document = Document.objects.filter(pk=document_id, person=person).first()
    if document is None:
        messages.error(request, _("This was changed meanwhile. Look again."))
    else:
        remove_document(document, by=request.user)
        messages.success(request, _("Erased."))
    return redirect("workspace:person", person.pk)


# Files that had to be kept ----------------------------------------------------------------------------------------------


class KeepForm(forms.Form):
    upload = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy(
            "A photo, a PDF, a voice message or a plain text, of at most 10 MB. Photos lose their hidden data."
        ),
        error_messages={"required": gettext_lazy("Choose a file of at most 10 MB.")},
    )
    purpose = forms.ChoiceField(label=gettext_lazy("What it is kept for"), choices=Purpose.choices)
    days = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        choices=[
            (SHORT, gettext_lazy("30 days")),
            (LONG, gettext_lazy("90 days")),
            (LONGEST, gettext_lazy("A year, with the reason")),
        ],
        coerce=int,
        initial=SHORT,
    )
    area = forms.ChoiceField(label=gettext_lazy("Which area opens it"))
    why = forms.CharField(
        label=gettext_lazy("In words, if it is something else or for longer"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, areas: list[str], **more: Any) -> None:
        super().__init__(*args, **more)
        area = self.fields["area"]
        assert isinstance(area, forms.ChoiceField)
        words = dict(Area.choices)
        area.choices = [(one, words[one] if one else _("Whoever may see this person")) for one in areas]

    @property
    def term(self) -> Term:
        given = self.cleaned_data
        return Term(Purpose(given["purpose"]), given["days"], given["why"].strip())


def keep(request: StaffRequest, person_id: int) -> HttpResponse:
    person = find_or_refuse(request, Person.objects.here(), pk=person_id)
    areas = sorted({post.area for post in posts_of(request.user)})
    form = KeepForm(request.POST or None, request.FILES or None, areas=areas)
    if form.is_valid():
        upload = form.cleaned_data["upload"]
        try:
            kept.keep(person, upload, form.term, name=upload.name, area=form.cleaned_data["area"], by=request.user)
        except AttachmentRefused as reason:
            form.add_error("upload", str(reason))
        else:
            messages.success(request, _("Kept, encrypted, until its day. Then it goes by itself."))
            return redirect("workspace:person", person.pk)
    page = {"person": person, "form": form}
    return render(request, "workspace/people/keep.html", page, status=422 if form.errors else 200)


@require_safe
def download(request: StaffRequest, paper_id: int) -> HttpResponseBase:
    paper = find_or_refuse(request, KeptPaper.objects.kept(timezone.now()).select_related("attachment"), pk=paper_id)
    try:
        served, pieces = kept.open_paper(paper, by=request.user)
    except AttachmentRefused as reason:
        messages.error(request, str(reason))
        return redirect("workspace:person", paper.person_id)
    return StreamingHttpResponse(pieces, headers=served.headers())


@require_POST
def let_go(request: StaffRequest, paper_id: int) -> HttpResponse:
    paper = find_for(request, "erase", KeptPaper.objects.kept(timezone.now()).select_related("attachment"), pk=paper_id)
    kept.let_go(paper, by=request.user)
    messages.success(request, _("Erased."))
    return redirect("workspace:person", paper.person_id)
