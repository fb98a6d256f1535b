"""Who may see whom: areas are walls, access ends, and what cannot wait leaves a trace."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from baquiano.accounts.models import Area, AuditEntry, Membership, Role, User
from baquiano.accounts.policy import reach, reaches
from baquiano.people import families, granting, same
from baquiano.people.actions import CannotChange, Described, Paper, add_document, correct, register
from baquiano.people.categories import Data
from baquiano.people.models import Access, BrokenGlass, Document, Fact, GlassNotice, Person
from baquiano.people.models.family import Relation
from baquiano.people.models.particulars import Basis, DocumentKind
from baquiano.territory.models import Division
from tests.conftest import Joins
from tests.people.conftest import works_in

pytestmark = pytest.mark.django_db


def seen_by(user: User) -> set[int]:
    return set(Person.objects.visible_to(user).values_list("pk", flat=True))


def found_by(user: User) -> set[int]:
    return set(Person.objects.listed_to(user).values_list("pk", flat=True))


def fact(person: Person, category: Data, area: Area, by: User) -> Fact:
    return Fact.objects.create(
        person=person, category=category, area=area, text="algo", basis=Basis.VITAL_INTEREST, told_to=by,
        until=timezone.localdate() + timedelta(days=365),
    )  # fmt: skip


def given(person: Person, to: User, by: User, area: str = "") -> Access:
    return granting.grant(
        person, to, area=area, until=timezone.now() + timedelta(days=30), reason="La atiende esta semana.", by=by
    )


# -- seeing --------------------------------------------------------------------------------------------------------------


def test_whoever_registers_somebody_sees_her_and_nobody_else_does(
    yuli: Person, luz: User, abel: User, rosa: User, bruno: User, carla: User
) -> None:
    assert seen_by(luz) == {yuli.pk}
    assert [seen_by(user) for user in (abel, rosa, bruno, carla)] == [set()] * 4


def test_reception_finds_somebody_of_its_part_of_the_country_and_reads_nothing(
    yuli: Person, nora: User, cucuta: Division, medellin: Division
) -> None:
    works_in(nora, cucuta)
    assert (found_by(nora), seen_by(nora)) == ({yuli.pk}, set())
    works_in(nora, medellin)
    assert found_by(nora) == set()


def test_whoever_asked_to_be_hidden_is_found_by_nobody_without_access(yuli: Person, nora: User, luz: User) -> None:
    correct(yuli, Described(name="Yulimar", is_restricted=True), by=luz)
    assert found_by(nora) == set()
    assert found_by(luz) == {yuli.pk}


def test_somebody_at_the_desk_is_seen_for_the_day(yuli: Person, nora: User, now: time_machine.Traveller) -> None:
    granting.receive(yuli, by=nora)
    assert seen_by(nora) == {yuli.pk}
    now.shift(timedelta(hours=13))
    assert seen_by(nora) == set()


def test_giving_access_is_not_having_it(yuli: Person, carla: User, abel: User) -> None:
    assert reaches(carla, "grant", yuli)
    given(yuli, abel, carla)
    assert (seen_by(abel), seen_by(carla)) == ({yuli.pk}, set())


def test_access_ends_on_its_day_and_at_once_when_it_is_taken(
    yuli: Person, carla: User, abel: User, rosa: User, now: time_machine.Traveller
) -> None:
    given(yuli, abel, carla)
    taken = given(yuli, rosa, carla)
    granting.end(taken, by=carla)
    assert (seen_by(abel), seen_by(rosa)) == ({yuli.pk}, set())
    now.shift(timedelta(days=31))
    assert seen_by(abel) == set()


def test_leaving_ends_everything_and_the_coordinator_sees_who_is_left_alone(
    yuli: Person, luz: User, carla: User, now: time_machine.Traveller
) -> None:
    assert not Person.objects.ownerless().exists()
    now.shift(timedelta(days=1))
    Membership.objects.filter(user=luz).update(until=timezone.now())
    assert seen_by(luz) == set()
    assert list(reach(Person.objects.here().ownerless(), carla, "grant")) == [yuli]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"reason": " "}, "por qué este colega"),
        ({"until": timezone.now() + timedelta(days=400)}, "dentro de un año"),
        ({"until": timezone.now() - timedelta(days=1)}, "dentro de un año"),
        ({"area": Area.MEDICAL}, "no trabaja en esa área"),
    ],
)
def test_access_without_a_reason_an_end_or_the_right_area_is_refused(
    yuli: Person, abel: User, carla: User, change: dict[str, object], said: str
) -> None:
    asked = {"area": "", "until": timezone.now() + timedelta(days=3), "reason": "La atiende.", **change}
    with pytest.raises(CannotChange, match=said):
        granting.grant(yuli, abel, by=carla, **asked)  # type: ignore[arg-type]
    assert not Access.objects.filter(user=abel).exists()


def test_nobody_gives_access_to_herself_nor_to_who_keeps_the_machines(yuli: Person, carla: User, bruno: User) -> None:
    for to, said in ((carla, "sí mismo"), (bruno, "no ve personas")):
        with pytest.raises(CannotChange, match=said):
            given(yuli, to, carla)


# -- areas are walls -----------------------------------------------------------------------------------------------------


def test_what_is_told_to_one_area_is_not_read_in_another(yuli: Person, luz: User, abel: User, carla: User) -> None:
    given(yuli, abel, carla, Area.LEGAL)
    hers = fact(yuli, Data.MENTAL_HEALTH, Area.PSYCHOLOGICAL, luz)
    his = fact(yuli, Data.MIGRATORY, Area.LEGAL, abel)
    assert list(Fact.objects.visible_to(luz)) == [hers]
    assert list(Fact.objects.visible_to(abel)) == [his]
    assert list(Fact.objects.visible_to(carla)) == []


def test_access_without_an_area_opens_no_facts(yuli: Person, luz: User, abel: User, carla: User) -> None:
    given(yuli, abel, carla)
    fact(yuli, Data.MIGRATORY, Area.LEGAL, abel)
    assert seen_by(abel) == {yuli.pk}
    assert list(Fact.objects.visible_to(abel)) == []


def test_a_risk_is_read_by_whoever_protects_and_has_access(yuli: Person, luz: User, carla: User, joins: Joins) -> None:
    paz = joins("paz", "Paz", Role.PROTECTION)
    risk = fact(yuli, Data.RISK, Area.SOCIAL, luz)
    fact(yuli, Data.ETHNICITY, Area.SOCIAL, luz)
    assert list(Fact.objects.visible_to(paz)) == []
    given(yuli, paz, carla)
    assert list(Fact.objects.visible_to(paz)) == [risk]


def test_whoever_is_blocked_is_kept_and_used_for_nothing(yuli: Person, luz: User, nora: User) -> None:
    fact(yuli, Data.MENTAL_HEALTH, Area.PSYCHOLOGICAL, luz)
    Person.objects.update(blocked_at=timezone.now())
    assert (seen_by(luz), found_by(nora), list(Fact.objects.visible_to(luz))) == (set(), set(), [])


# -- two records of one person -------------------------------------------------------------------------------------------


def test_merging_is_a_pointer_and_unmerging_takes_it_away(yuli: Person, luz: User, abel: User) -> None:
    other = register(Described(name="Yulimar Rojas", birth_year=1994), by=abel)
    same.merge(other, yuli, by=luz)
    assert list(Person.objects.here()) == [yuli]
    assert seen_by(abel) >= {yuli.pk}
    same.unmerge(other, by=luz)
    other.refresh_from_db()
    assert (other.same_as, other.name) == (None, "Yulimar Rojas")
    assert (seen_by(abel), seen_by(luz)) == ({other.pk}, {yuli.pk})


def test_who_prefers_not_to_be_merged_is_not(yuli: Person, luz: User) -> None:
    other = register(Described(name="Yulimar", may_be_merged=False), by=luz)
    for one, two in ((other, yuli), (yuli, other)):
        with pytest.raises(CannotChange, match="no se unan"):
            same.merge(one, two, by=luz)


def test_a_record_is_never_joined_in_a_circle(yuli: Person, luz: User) -> None:
    other = register(Described(name="Yulimar"), by=luz)
    same.merge(other, yuli, by=luz)
    other.refresh_from_db()
    with pytest.raises(CannotChange, match="ya está unido"):
        same.merge(yuli, other, by=luz)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=yuli.pk).update(same_as=yuli.pk)


# -- breaking the glass --------------------------------------------------------------------------------------------------


def test_a_broken_glass_shows_a_summary_tells_the_owner_and_closes_by_itself(
    yuli: Person, luz: User, rosa: User, carla: User, now: time_machine.Traveller
) -> None:
    fact(yuli, Data.RISK, Area.SOCIAL, luz)
    glass = granting.break_glass(yuli, reason="La policía la trae ahora y no habla.", by=rosa)
    summary = granting.safety_summary(glass)
    assert (summary.person, summary.owners, summary.has_risk_on_file) == (yuli, (luz,), True)
    assert seen_by(rosa) == set()
    assert [notice.glass for notice in granting.told_to(luz)] == [glass]
    assert AuditEntry.objects.get(verb="glass.broken").about == str(yuli.pk)
    now.shift(timedelta(minutes=61))
    with pytest.raises(CannotChange, match="pasó la hora"):
        granting.safety_summary(glass)


def test_nobody_reviews_their_own_glass_and_one_review_is_enough(yuli: Person, rosa: User, carla: User) -> None:
    glass = granting.break_glass(yuli, reason="No respira bien y viene sola.", by=carla)
    assert list(BrokenGlass.objects.visible_to(carla)) == []
    with pytest.raises(CannotChange, match="Otra persona debe"):
        granting.review_glass(glass, was_right=True, review="", by=carla)
    granting.review_glass(glass, was_right=False, review="Podía esperar.", by=rosa)
    with pytest.raises(CannotChange, match="ya se revisó"):
        granting.review_glass(glass, was_right=True, review="", by=rosa)


def test_a_glass_without_a_sentence_stays_whole(yuli: Person, rosa: User) -> None:
    with pytest.raises(CannotChange, match="en una frase"):
        granting.break_glass(yuli, reason="urgente", by=rosa)
    assert not BrokenGlass.objects.exists()
    assert not GlassNotice.objects.exists()


# -- writing down --------------------------------------------------------------------------------------------------------


def test_somebody_is_written_down_with_nothing_at_all(luz: User) -> None:
    person = register(Described(), by=luz)
    assert (person.name, person.birth_year, person.municipality) == ("", None, None)
    assert seen_by(luz) == {person.pk}


@pytest.mark.parametrize("year", [1850, 2090])
def test_an_impossible_year_is_refused_and_nothing_is_written(luz: User, year: int) -> None:
    with pytest.raises(CannotChange, match="año de nacimiento"):
        register(Described(birth_year=year), by=luz)
    assert not Person.objects.exists()


def test_a_document_is_recognised_however_it_is_written(yuli: Person, luz: User) -> None:
    first = add_document(yuli, Paper(DocumentKind.CL_RUN, number="12.345.678-K"), by=luz)
    second = add_document(yuli, Paper(DocumentKind.CL_RUN, number="12345678k"), by=luz)
    assert first.number_hash == second.number_hash != ""
    assert Document.objects.get(pk=first.pk).number == "12.345.678-K"


def test_a_family_has_one_head_and_nobody_is_in_two(yuli: Person, luz: User) -> None:
    son, other = (register(Described(name=name), by=luz) for name in ("Kevin", "Ana"))
    families.add_to_family(yuli, son, Relation.CHILD, by=luz)
    with pytest.raises(CannotChange, match="ya está en un grupo"):
        families.add_to_family(other, son, Relation.CHILD, by=luz)
    group = families.group_of(yuli)
    assert group is not None
    membership = group.members.get(person=son)
    families.leave_family(membership, by=luz)
    assert families.group_of(yuli) is None  # a family of one is no family
    families.add_to_family(other, son, Relation.NOT_KIN, by=luz)
