"""Who may see a person: a coordinator gives it with a reason and an end; a glass is broken when it cannot wait, and reviewed."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from baquiano.accounts.audit import audit, read
from baquiano.accounts.models import Area, User
from baquiano.accounts.policy import StaffRequest, find_for, find_or_refuse, may
from baquiano.accounts.trail import who_saw
from baquiano.lib.turnstile import writing
from baquiano.people import granting, searching
from baquiano.people.actions import CannotChange
from baquiano.people.models import Access, BrokenGlass, GlassNotice, Person
from baquiano.workspace.people import agreeing


class GrantForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("Which colleague"))
    area = forms.ChoiceField(
        label=gettext_lazy("In which area"),
        help_text=gettext_lazy("The area's own notes and facts open only with it."),
        required=False,
        choices=[("", gettext_lazy("None: only who they are")), *Area.choices],
    )
    until = forms.DateField(
        label=gettext_lazy("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        help_text=gettext_lazy("It stays written. The person may ask who could see them and why."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, by: User, **more: Any) -> None:
        super().__init__(*args, **more)
        colleagues = User.objects.working(timezone.now()).exclude(pk=by.pk).order_by("username")
        to = self.fields["to"]
        assert isinstance(to, forms.ChoiceField)
        to.choices = [(str(one.pk), one.display_name) for one in colleagues if may(one, "person.read")]

    @property
    def ends_at(self) -> datetime:
        """The end of that day, where the organisation is."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["until"], time(23, 59)))


def grant(request: StaffRequest, person_id: int) -> HttpResponse:
    """Giving access is not having it: this page shows no more of the person than the list does."""
    person = find_for(request, "grant", Person.objects.here().select_related("municipality"), pk=person_id)
    form = GrantForm(request.POST or None, by=request.user)
    if form.is_valid():
        given = form.cleaned_data
        try:
            granting.grant(
                person, User.objects.get(pk=given["to"]), area=given["area"], until=form.ends_at, reason=given["reason"], by=request.user,
            )  # fmt: skip
        except CannotChange as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, _("Done: that colleague may see this person from now on."))
            return redirect("workspace:grant_access", person.pk)
    current = Access.objects.current(timezone.now()).filter(person=person).select_related("user", "by").order_by("pk")
    page = {"person": person, "form": form, "accesses": current}
    return render(request, "workspace/people/grant.html", page, status=422 if form.errors else 200)


@require_POST
def end(request: StaffRequest, person_id: int, access_id: int) -> HttpResponse:
    person = find_for(request, "grant", Person.objects.here(), pk=person_id)
    access = Access.objects.current(timezone.now()).filter(pk=access_id, person=person).first()
    if access is None:
        messages.error(request, _("This was changed meanwhile. Look again."))
    else:
        granting.end(access, by=request.user)
        messages.success(request, _("Ended. From this second on they do not see this person."))
    return redirect("workspace:grant_access", person.pk)


# Breaking the glass -----------------------------------------------------------------------------------------------------


SURE = 0.7  # so much of the name asked for is there: a weaker second hit does not make two people of one


class BreakForm(forms.Form):
    """Whose glass: the number on their slip, or their whole name and year of birth. Nobody is listed."""

    who = forms.CharField(
        label=gettext_lazy("Number of their record, or name and surnames"),
        max_length=160,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    birth_year = forms.IntegerField(
        label=gettext_lazy("Year of birth, with a name"), required=False, min_value=1900, max_value=2100
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it cannot wait"),
        help_text=gettext_lazy("Their team is told, and somebody else reviews it. It opens for one hour."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def break_glass(request: StaffRequest) -> HttpResponse:
    form = BreakForm(request.POST or None)
    if form.is_valid():
        try:
            person = _the_one(form.cleaned_data["who"], form.cleaned_data["birth_year"])
            glass = granting.break_glass(person, reason=form.cleaned_data["reason"], by=request.user)
        except CannotChange as reason:
            form.add_error(None, str(reason))
        else:
            return redirect("workspace:glass", glass.pk)
    page = {"form": form, "open": BrokenGlass.objects.open(timezone.now()).filter(user=request.user)}
    return render(request, "workspace/people/break.html", page, status=422 if form.errors else 200)


def _the_one(who: str, birth_year: int | None) -> Person:
    """Exactly one, or nobody: this door never shows a list. Raises `CannotChange`."""
    everybody = Person.objects.here()
    if who.strip().isdecimal():
        found = list(everybody.filter(pk=int(who.strip()[:18])))
    elif birth_year is None:
        raise CannotChange(_("With a name, write the year of birth too."))
    else:
        hits = searching.find(everybody.filter(birth_year=birth_year), text=who, birth_year=birth_year, limit=3)
        found = list(everybody.filter(pk__in=[hit.person for hit in hits if hit.likeness >= SURE]))
    if len(found) != 1:
        raise CannotChange(_("Not exactly one person fits. Write the number of the record, or the whole name."))
    return found[0]


@require_safe
def glass(request: StaffRequest, glass_id: int) -> HttpResponse:
    """The safety summary, to whoever broke this glass, until it closes."""
    broken = find_or_refuse(request, BrokenGlass.own.select_related("person"), pk=glass_id)
    try:
        summary = granting.safety_summary(broken)
    except CannotChange as reason:
        messages.error(request, str(reason))
        return redirect("workspace:break_glass")
    read(request.user, broken, about=broken.person_id)
    page = {"glass": broken, "summary": summary, "safe": agreeing.in_words(summary.person)}
    return render(request, "workspace/people/glass.html", page)


class ReviewForm(forms.Form):
    was_right = forms.TypedChoiceField(
        label=gettext_lazy("Was it right to open it?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    review = forms.CharField(
        label=gettext_lazy("What you found"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def reviews(request: StaffRequest) -> HttpResponse:
    waiting = BrokenGlass.objects.unreviewed().visible_to(request.user).select_related("user").order_by("since")
    return render(request, "workspace/people/reviews.html", {"rows": waiting, "form": ReviewForm()})


@require_POST
def review(request: StaffRequest, glass_id: int) -> HttpResponse:
    broken = find_or_refuse(request, BrokenGlass.objects.unreviewed(), pk=glass_id)
    form = ReviewForm(request.POST)
    try:
        if not form.is_valid():
            raise CannotChange(_("Say whether it was right."))
        granting.review_glass(broken, **form.cleaned_data, by=request.user)
    except CannotChange as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("Reviewed."))
    return redirect("workspace:glass_reviews")


@require_POST
def seen(request: StaffRequest, notice_id: int) -> HttpResponse:
    """“I have seen it”: whoever works with that person was told that somebody opened their summary."""
    notice = GlassNotice.objects.filter(pk=notice_id, user=request.user, seen_at=None).first()
    if notice is not None:
        granting.seen(notice)
    return redirect("workspace:people")


# Who saw them ------------------------------------------------------------------------------------------------------------


@require_safe
def trail(request: StaffRequest, person_id: int) -> HttpResponse:
    """By day and role, never by name: what the person is told when she asks who saw her data. Shows nothing of her."""
    person = get_object_or_404(Person.objects.only("pk"), pk=person_id)
    with writing():
        audit(request.user, "trail.read", person, about=person.pk)
    return render(request, "workspace/people/trail.html", {"number": person.pk, "rows": who_saw(person.pk)})
