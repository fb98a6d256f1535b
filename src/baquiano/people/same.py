"""Two records of one person: a pointer, put and taken away. Nothing is moved, so nothing is lost when it was a mistake."""

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.lib.turnstile import writing
from baquiano.people import searching
from baquiano.people.actions import CannotChange
from baquiano.people.models import Access, Distinct, Person
from baquiano.people.models.person import Why


def merge(person: Person, into: Person, *, by: User) -> None:
    """From now on `person` is seen under `into`. Whoever could see one sees both. Raises `CannotChange`."""
    if person.pk == into.pk:
        raise CannotChange(_("This is the same record."))
    if not (person.may_be_merged and into.may_be_merged):
        raise CannotChange(_("They asked that their records are not joined."))
    if person.same_as_id is not None or into.same_as_id is not None:
        raise CannotChange(_("One of these records is joined to another one already. Open that one."))
    now = timezone.now()
    with writing():
        person.same_as = into
        person.save(update_fields=["same_as"])
        Distinct.objects.filter(one_id=min(person.pk, into.pk), other_id=max(person.pk, into.pk)).delete()
        for access in Access.objects.current(now).filter(person=person, merged_from=None):
            Access.objects.create(
                person=into, user=access.user, area=access.area, why=Why.SAME, since=now, until=access.until, by=by,
                merged_from=person,
            )  # fmt: skip
        searching.index(person)  # found from now on by both names, under the record that stays
        audit(by, "person.merged", person, about=into.pk)


def unmerge(person: Person, *, by: User) -> None:
    """Two records again, each as it was. Access that came with the other one ends."""
    if person.same_as_id is None:
        raise CannotChange(_("This record is not joined to another one."))
    now = timezone.now()
    with writing():
        Access.objects.current(now).filter(merged_from=person).update(until=now)
        audit(by, "person.unmerged", person, about=person.same_as_id)
        kept, person.same_as = person.same_as, None
        person.save(update_fields=["same_as"])
        for one in (person, kept):
            if one is not None:
                searching.index(one)


def are_two(one: Person, other: Person, *, by: User) -> None:
    """Somebody looked: they are two people. Not proposed again."""
    low, high = sorted((one, other), key=lambda person: person.pk)
    with writing():
        distinct, _is_new = Distinct.objects.get_or_create(one=low, other=high, defaults={"by": by})
        audit(by, "person.distinct", distinct, about=one.pk)
