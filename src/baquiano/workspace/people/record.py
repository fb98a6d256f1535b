"""One person's page: who they are, who looks after whom, what they agreed to, who may see them."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from baquiano.accountability.actions import in_dispute
from baquiano.accounts.audit import read
from baquiano.accounts.policy import StaffRequest, find_for, find_or_refuse, permissions, reaches
from baquiano.people import consenting, same, searching
from baquiano.people.actions import CannotChange
from baquiano.people.models import Access, Caregiver, Consent, Fact, FamilyMember, Joining, KeptPaper, Person
from baquiano.territory.countries import NAMES
from baquiano.workspace.people import agreeing

MOST_ALIKE = 5


@dataclass(frozen=True)
class Kin:
    """Somebody of the family. `person` None: registered, but not for this colleague to see."""

    membership: FamilyMember
    person: Person | None


@dataclass(frozen=True)
class Agreed:
    """One consent as it is shown. `data`: in words."""

    consent: Consent
    is_active: bool
    data: tuple[str, ...]


@require_safe
def person(request: StaffRequest, person_id: int) -> HttpResponse:
    """Opening it is written down, once."""
    found = find_or_refuse(request, Person.objects.filter(forgotten_at=None), pk=person_id)
    if found.same_as_id is not None:
        return redirect("workspace:person", found.same_as_id)
    read(request.user, found, about=found.pk)
    return render(request, "workspace/people/person.html", _everything(request, found))


def _everything(request: StaffRequest, found: Person) -> dict[str, Any]:
    mine = permissions(request.user)
    now = timezone.now()
    return {
        "person": found,
        "age": _age(found),
        "nationalities": [NAMES.get(row.country, row.country) for row in found.nationalities.order_by("pk")],
        "groups": [row.get_group_display() for row in found.populations.order_by("pk")],
        "documents": found.documents.order_by("pk"),
        "papers": KeptPaper.objects.filter(person=found)
        .kept(timezone.now())
        .visible_to(request.user)
        .select_related("attachment"),
        "may_keep": "attachment.add" in mine,
        "family": _family(request, found),
        "caregivers": _caregivers(request, found),
        "facts": Fact.objects.filter(person=found)
        .visible_to(request.user)
        .select_related("told_to")
        .order_by("-told_at"),
        "areas_elsewhere": _areas_elsewhere(request, found),
        "in_dispute": in_dispute([found.pk]),
        "safe": agreeing.in_words(found),
        "consents": _consents(found) if "consent.read" in mine else (),
        "may_withdraw": "consent.withdraw" in mine,
        "doors": Joining.objects.current(now).filter(person=found).select_related("address__channel").order_by("pk"),
        "accesses": Access.objects.current(now).filter(person=found).select_related("user", "by").order_by("pk"),
        "joined": found.others.order_by("pk"),
        "alike": _alike(request, found) if "person.merge" in mine else (),
        "may_edit": reaches(request.user, "edit", found),
        "may_join": reaches(request.user, "join", found),
        "may_merge": reaches(request.user, "merge", found),
        "may_grant": "person.grant" in mine and reaches(request.user, "grant", found),
        "may_write_facts": "fact.write" in mine,
        "may_consent": "consent.give" in mine,
    }


def _consents(person: Person) -> list[Agreed]:
    """The newest first, also those given on another record of the same person."""
    rows = consenting.consents_of(person).select_related("receiver").order_by("-given_at", "-pk")
    active = set(Consent.objects.active(timezone.now()).filter(pk__in=rows.values("pk")).values_list("pk", flat=True))
    return [Agreed(row, row.pk in active, tuple(agreeing.words_of(row))) for row in rows]


def _age(person: Person) -> str:
    """In words: exact with a day of birth, about with a year."""
    today = timezone.localdate()
    born = parse_date(person.born_on) if person.born_on else None
    if born:
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        return _("%(years)d years old") % {"years": years}
    if person.birth_year:
        return _("about %(years)d years old") % {"years": today.year - person.birth_year}
    return ""


def _family(request: StaffRequest, person: Person) -> list[Kin]:
    now = timezone.now()
    group = FamilyMember.objects.current(now).filter(person=person).values("group")
    rows = FamilyMember.objects.current(now).filter(group__in=group).order_by("pk")
    seen = Person.objects.filter(pk__in=rows.values("person")).visible_to(request.user).in_bulk()
    return [Kin(row, seen.get(row.person_id)) for row in rows]


def _caregivers(request: StaffRequest, person: Person) -> list[tuple[Caregiver, Person | None]]:
    rows = list(person.caregivers.filter(until=None).order_by("pk"))
    ids = [row.person_id for row in rows if row.person_id]
    seen = Person.objects.filter(pk__in=ids).visible_to(request.user).in_bulk()
    return [(row, seen.get(row.person_id) if row.person_id else None) for row in rows]


def _areas_elsewhere(request: StaffRequest, person: Person) -> list[str]:
    """Areas that keep something of this person which is not for this colleague: that there is something, never what."""
    kept = Fact.objects.filter(person=person, until__gte=timezone.localdate())
    read = kept.visible_to(request.user).values("pk")
    return sorted({fact.get_area_display() for fact in kept.exclude(pk__in=read).only("area")})


def _alike(request: StaffRequest, person: Person) -> list[Person]:
    """Who may be the same person, among those this colleague may find."""
    hits = searching.alike(Person.objects.here().listed_to(request.user), person)[:MOST_ALIKE]
    rows = Person.objects.select_related("municipality").in_bulk([hit.person for hit in hits])
    return [rows[hit.person] for hit in hits if hit.person in rows]


@require_POST
def merge(request: StaffRequest, person_id: int, other_id: int) -> HttpResponse:
    """`other` is seen under `person` from now on."""
    kept = find_for(request, "merge", Person.objects.here(), pk=person_id)
    other = find_for(request, "merge", Person.objects.here(), pk=other_id)
    try:
        same.merge(other, kept, by=request.user)
    except CannotChange as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, _("One person from now on. If it was a mistake, separate them below."))
    return redirect("workspace:person", kept.pk)


@require_POST
def unmerge(request: StaffRequest, person_id: int, other_id: int) -> HttpResponse:
    kept = find_for(request, "merge", Person.objects.here(), pk=person_id)
    other = find_for(request, "merge", Person.objects.all(), pk=other_id, same_as=kept)
    same.unmerge(other, by=request.user)
    messages.success(request, _("Two records again, each as it was."))
    return redirect("workspace:person", kept.pk)


@require_POST
def are_two(request: StaffRequest, person_id: int, other_id: int) -> HttpResponse:
    one = find_for(request, "merge", Person.objects.here(), pk=person_id)
    other = find_for(request, "list", Person.objects.here(), pk=other_id)
    same.are_two(one, other, by=request.user)
    messages.success(request, _("Noted: they are two people."))
    return redirect("workspace:person", one.pk)
