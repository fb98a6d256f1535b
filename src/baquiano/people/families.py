"""Who lives with whom, and who looks after whom."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.lib.turnstile import writing
from baquiano.people.actions import CannotChange
from baquiano.people.models import Caregiver, FamilyGroup, FamilyMember, Person
from baquiano.people.models.family import Relation


@dataclass(frozen=True)
class LooksAfter:
    """Who looks after somebody: a person we know, or a name and a contact."""

    person: Person | None = None
    name: str = ""
    contact: str = ""
    is_guardian: bool = False
    paper: str = ""
    is_informed: bool = False


def group_of(person: Person) -> FamilyGroup | None:
    member = FamilyMember.objects.current(timezone.now()).filter(person=person).select_related("group").first()
    return member.group if member else None


def add_to_family(person: Person, member: Person, relation: Relation, *, by: User) -> FamilyMember:
    """`member` joins the family group of `person`, who becomes its head if there is none yet. Raises `CannotChange`."""
    if person.pk == member.pk:
        raise CannotChange(_("This is the same person."))
    if relation == Relation.HEAD:
        raise CannotChange(_("Say what they are to the head of the family."))
    if group_of(member) is not None:
        raise CannotChange(_("This person is in a family group already. Take them out of it first."))
    with writing():
        group = group_of(person)
        if group is None:
            group = FamilyGroup.objects.create()
            head = FamilyMember.objects.create(group=group, person=person, relation=Relation.HEAD)
            audit(by, "family.formed", head, about=person.pk)
        added = FamilyMember.objects.create(group=group, person=member, relation=relation)
        audit(by, "family.joined", added, about=member.pk)
    return added


def leave_family(membership: FamilyMember, *, by: User) -> None:
    """They live apart from now on. A family of one is no family: the last one leaves too."""
    now = timezone.now()
    with writing():
        left = FamilyMember.objects.current(now).filter(group=membership.group_id).exclude(pk=membership.pk)
        ending = [membership, *left] if left.count() == 1 else [membership]
        for one in ending:
            one.until = now
            one.save(update_fields=["until"])
            audit(by, "family.left", one, about=one.person_id)


def add_caregiver(person: Person, looks_after: LooksAfter, *, by: User) -> Caregiver:
    if looks_after.person is None and not looks_after.name.strip():
        raise CannotChange(_("Say who looks after them: a name is enough."))
    if looks_after.person is not None and looks_after.person.pk == person.pk:
        raise CannotChange(_("Nobody is their own caregiver."))
    with writing():
        caregiver = Caregiver.objects.create(
            cared_for=person,
            person=looks_after.person,
            name=looks_after.name.strip(),
            contact=looks_after.contact.strip(),
            is_guardian=looks_after.is_guardian,
            paper=looks_after.paper.strip(),
            is_informed=looks_after.is_informed,
        )
        audit(by, "caregiver.added", caregiver, about=person.pk)
    return caregiver


def end_caregiver(caregiver: Caregiver, *, by: User) -> None:
    with writing():
        caregiver.until = timezone.now()
        caregiver.save(update_fields=["until"])
        audit(by, "caregiver.ended", caregiver, about=caregiver.cared_for_id)
