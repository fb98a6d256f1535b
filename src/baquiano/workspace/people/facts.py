"""What somebody tells one area: written with what it rests on, read by that area, erased on its day."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, find_for, find_or_refuse, posts_of
from baquiano.people import facts as verbs
from baquiano.people.categories import SENSITIVE, Data
from baquiano.people.consenting import Asked, CannotConsent
from baquiano.people.models import Fact, Person
from baquiano.people.models.consent import Evidence, GivenBy, Purpose
from baquiano.people.models.particulars import Basis
from baquiano.workspace.people.agreeing import AnswerFields


class FactForm(AnswerFields):
    """What, in their words, and what lets us keep it."""

    category = forms.ChoiceField(label=gettext_lazy("What it is about"))
    text = forms.CharField(
        label=gettext_lazy("What they told"),
        help_text=gettext_lazy("Only what your area needs to help. Nobody has to answer."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("Why it may be kept"), choices=Basis.choices, initial=Basis.CONSENT, widget=forms.RadioSelect
    )

    field_order = ("category", "text", "basis", "evidence", "proof", "given_by", "reason")

    def __init__(self, *args: Any, mine: Sequence[Data], **more: Any) -> None:
        super().__init__(*args, **more)
        category = self.fields["category"]
        assert isinstance(category, forms.ChoiceField)
        category.choices = [(one.value, one.label) for one in mine]

    @property
    def asked(self) -> Asked:
        given = self.cleaned_data
        return Asked(
            purpose=Purpose.SENSITIVE,
            data=(Data(given["category"]),),
            language=given["language"],
            evidence=Evidence(given["evidence"]),
            basis=Basis(given["basis"]),
            reason=given["reason"],
            given_by=GivenBy(given["given_by"]),
            was_read_aloud=given["was_read_aloud"],
            proof=given["proof"],
        )


def categories_of(user: User) -> list[Data]:
    """What this colleague may be told: of the areas of their posts, and risks. Whether it may be written is asked when it is."""
    areas = {post.area for post in posts_of(user)}
    return [one for one in Data if one in SENSITIVE and (SENSITIVE[one].area in areas or one is Data.RISK)]


def add(request: StaffRequest, person_id: int) -> HttpResponse:
    person = find_or_refuse(request, Person.objects.here(), pk=person_id)
    mine = categories_of(request.user)
    form = FactForm(request.POST or None, mine=mine)
    if form.is_valid():
        try:
            verbs.told(
                person, Data(form.cleaned_data["category"]), form.cleaned_data["text"], form.asked, by=request.user
            )
        except CannotConsent as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Written down. Only your area reads it."))
            return redirect("workspace:person", person.pk)
    page = {"person": person, "form": form, "mine": mine}
    return render(request, "workspace/people/fact.html", page, status=422 if form.errors else 200)


@require_POST
def erase(request: StaffRequest, person_id: int, fact_id: int) -> HttpResponse:
    fact = find_for(request, "write", Fact.objects.all(), pk=fact_id, person=person_id)
    verbs.erase(fact, by=request.user)
    messages.success(request, _("Erased."))
    return redirect("workspace:person", person_id)
