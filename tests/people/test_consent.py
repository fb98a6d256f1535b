"""A consent names its purpose, its receiver and its data; it can be shown, looked at and taken back, and everything hangs on it."""

import dataclasses
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
import yaml
from django.db import connection
from django.utils import timezone
from hypothesis import given as for_all
from hypothesis import strategies as st

from baquiano.accounts.models import AuditEntry, User
from baquiano.accounts.policy import reaches
from baquiano.directory.models import Organization
from baquiano.people import age, consenting, facts, families, granting, same
from baquiano.people.actions import Described, register
from baquiano.people.categories import SENSITIVE, Data
from baquiano.people.consenting import Asked, CannotConsent, Restrictions
from baquiano.people.families import LooksAfter
from baquiano.people.models import Consent, Fact, Person
from baquiano.people.models.consent import Evidence, GivenBy, Purpose
from baquiano.people.models.particulars import REVIEW_WITHIN, Basis
from baquiano.territory.models import Country, Division

pytestmark = pytest.mark.django_db

WORDING = Path(__file__).parents[2] / "packs" / "comun" / "wording"
CONTACT = Asked(Purpose.CONTACT, (Data.NAME, Data.CONTACT), "es", Evidence.SPOKEN)
MIND = Asked(Purpose.SENSITIVE, (Data.MENTAL_HEALTH,), "es", Evidence.SPOKEN)
TO_SAVE_A_LIFE = dataclasses.replace(MIND, basis=Basis.VITAL_INTEREST, reason="No respondía y había que avisar.")


@pytest.fixture
def clinic(db: None) -> Organization:
    return Organization.objects.create(name="Centro de salud de prueba")


@pytest.fixture
def school(db: None) -> Organization:
    return Organization.objects.create(name="Escuela de prueba")


@pytest.fixture
def valparaiso(db: None) -> Division:
    chile = Country.objects.create(code="CL", name="Chile", timezone="America/Santiago")
    return Division.objects.create(
        country=chile, level=3, code="05101", pcode="CL05101", name="Valparaíso", name_folded="v"
    )


def sharing(receiver: Organization, *data: Data, days: int = 30) -> Asked:
    until = timezone.now() + timedelta(days=days)
    return Asked(Purpose.SHARE, data, "es", Evidence.SPOKEN, receiver=receiver, expires_at=until)


def may(
    person: Person, purpose: Purpose, *data: Data, to: Organization | None = None, at: datetime | None = None
) -> bool:
    return consenting.may(person, purpose, data=data, receiver=to, at=at or timezone.now()).is_yes


def aged(years: int, place: Division, by: User, **more: str) -> Person:
    """Somebody whose last birthday was yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    return register(
        Described(born_on=yesterday.replace(year=yesterday.year - years), municipality=place, **more), by=by
    )  # type: ignore[arg-type]


def with_guardian(person: Person, by: User) -> Person:
    families.add_caregiver(person, LooksAfter(name="Su tía", is_guardian=True), by=by)
    return person


def refused(person: Person, asked: Asked, by: User | None) -> bool:
    before = (Consent.objects.count(), AuditEntry.objects.count())
    try:
        consenting.give(person, asked, by=by)
    except CannotConsent as reason:
        assert str(reason)
        assert (Consent.objects.count(), AuditEntry.objects.count()) == before
        return True
    return False


# -- giving --------------------------------------------------------------------------------------------------------------


def test_what_was_agreed_is_kept_whole_and_audited(yuli: Person, luz: User) -> None:
    asked = dataclasses.replace(
        CONTACT, was_read_aloud=True, restrictions=Restrictions(no_calls=True, words="No llamar después de las 18")
    )
    consent = Consent.objects.get(pk=consenting.give(yuli, asked, by=luz).pk)
    assert (consent.basis, consent.given_by, consent.asked_by, consent.language) == ("consent", "self", luz, "es")
    assert (consent.text_version, consent.was_read_aloud) == ("contact.v1", True)
    assert consenting.restrictions(consent) == asked.restrictions
    entry = AuditEntry.objects.get(verb="consent.given")
    assert (entry.actor, entry.about) == (luz, str(yuli.pk))


def test_one_consent_allows_its_purpose_its_receiver_and_its_data_and_nothing_else(
    yuli: Person, luz: User, clinic: Organization, school: Organization
) -> None:
    consenting.give(yuli, sharing(clinic, Data.NAME, Data.HEALTH), by=luz)
    assert may(yuli, Purpose.SHARE, Data.NAME, to=clinic)
    assert may(yuli, Purpose.SHARE, Data.HEALTH, Data.NAME, to=clinic)
    assert not may(yuli, Purpose.SHARE, Data.NAME, Data.MIGRATORY, to=clinic)
    assert not may(yuli, Purpose.SHARE, Data.NAME, to=school)
    assert not may(yuli, Purpose.SHARE, Data.NAME)
    assert not may(yuli, Purpose.CONTACT, Data.NAME)


def test_two_consents_do_not_add_up_to_a_wider_one(yuli: Person, luz: User, clinic: Organization) -> None:
    for data in (Data.NAME, Data.HEALTH):
        consenting.give(yuli, sharing(clinic, data), by=luz)
    assert not may(yuli, Purpose.SHARE, Data.NAME, Data.HEALTH, to=clinic)


def test_sharing_ends_by_itself_and_lasts_a_year_at_most(yuli: Person, luz: User, clinic: Organization) -> None:
    consenting.give(yuli, sharing(clinic, Data.NAME, days=30), by=luz)
    assert may(yuli, Purpose.SHARE, Data.NAME, to=clinic, at=timezone.now() + timedelta(days=29))
    assert not may(yuli, Purpose.SHARE, Data.NAME, to=clinic, at=timezone.now() + timedelta(days=31))
    assert refused(yuli, sharing(clinic, Data.NAME, days=366), luz)
    assert refused(yuli, sharing(clinic, Data.NAME, days=-1), luz)
    assert refused(yuli, dataclasses.replace(sharing(clinic, Data.NAME), expires_at=None), luz)


@pytest.mark.parametrize(
    "asked",
    [
        dataclasses.replace(CONTACT, data=()),
        dataclasses.replace(CONTACT, data=(Data.NAME, Data.HEALTH)),
        dataclasses.replace(CONTACT, purpose=Purpose.REMINDERS, data=(Data.RISK,)),
        dataclasses.replace(MIND, data=(Data.MENTAL_HEALTH, Data.NAME)),
        dataclasses.replace(CONTACT, purpose=Purpose.SHARE),
        dataclasses.replace(CONTACT, evidence=Evidence.MESSAGE),
        dataclasses.replace(CONTACT, evidence=Evidence.WITNESS, proof=" "),
        dataclasses.replace(MIND, basis=Basis.VITAL_INTEREST),
        dataclasses.replace(MIND, basis=Basis.LEGAL_DUTY, reason=" "),
    ],
    ids=lambda asked: f"{asked.purpose} {asked.basis} {'+'.join(asked.data)} {asked.evidence}",
)
def test_what_is_not_said_or_does_not_belong_is_refused_and_changes_nothing(
    yuli: Person, luz: User, asked: Asked
) -> None:
    assert refused(yuli, asked, luz)


@pytest.mark.parametrize("purpose", [Purpose.REMINDERS, Purpose.IMAGE, Purpose.RESEARCH])
@pytest.mark.parametrize("basis", [basis for basis in Basis if basis is not Basis.CONSENT])
def test_no_danger_and_no_law_is_an_excuse_for_reminders_images_or_studies(
    yuli: Person, luz: User, purpose: Purpose, basis: Basis
) -> None:
    assert refused(yuli, Asked(purpose, (Data.CONTACT,), "es", Evidence.SPOKEN, basis=basis, reason="Conviene."), luz)


def test_an_inactive_organisation_receives_nothing(yuli: Person, luz: User, clinic: Organization) -> None:
    consenting.give(yuli, sharing(clinic, Data.NAME), by=luz)
    clinic.is_active = False
    clinic.save()
    assert not may(yuli, Purpose.SHARE, Data.NAME, to=clinic)
    assert refused(yuli, sharing(clinic, Data.NAME), luz)


def test_whoever_is_blocked_is_written_nothing_about_and_nothing_may_be_done(yuli: Person, luz: User) -> None:
    consenting.give(yuli, CONTACT, by=luz)
    yuli.blocked_at = timezone.now()
    yuli.save()
    assert not may(yuli, Purpose.CONTACT, Data.NAME)
    assert refused(yuli, CONTACT, luz)


def test_without_staff_only_a_message_shows_it(yuli: Person) -> None:
    assert refused(yuli, CONTACT, None)
    assert not refused(yuli, dataclasses.replace(CONTACT, evidence=Evidence.MESSAGE, proof="message 7"), None)


def test_what_was_agreed_on_one_record_holds_for_the_same_person(yuli: Person, luz: User) -> None:
    other = register(Described(called="La Yuli"), by=luz)
    consenting.give(other, CONTACT, by=luz)
    assert not may(yuli, Purpose.CONTACT, Data.NAME)
    same.merge(other, yuli, by=luz)
    assert may(yuli, Purpose.CONTACT, Data.NAME)
    same.unmerge(other, by=luz)
    assert not may(yuli, Purpose.CONTACT, Data.NAME)


def test_no_restriction_reason_or_proof_can_be_read_in_the_table(yuli: Person, luz: User) -> None:
    secret = "CANARIO-77"
    asked = dataclasses.replace(TO_SAVE_A_LIFE, reason=secret, proof=secret, restrictions=Restrictions(words=secret))
    consenting.withdraw(consenting.give(yuli, CONTACT, by=luz), by=luz, why=secret)
    consenting.give(yuli, asked, by=luz)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM people_consent")
        rows = [bytes(value) if isinstance(value, memoryview) else value for row in cursor.fetchall() for value in row]
    assert secret.encode() not in b" ".join(
        str(value).encode() if not isinstance(value, bytes) else value for value in rows
    )


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr", "ht"])
def test_every_purpose_has_its_short_text_in_every_language(language: str) -> None:
    said = yaml.safe_load((WORDING / f"{language}.yaml").read_text(encoding="utf-8"))
    versions = [consenting.text_version(purpose) for purpose in Purpose]
    assert all(said.get(consenting.text_key(version)) for version in versions)
    assert max(map(len, versions)) <= 20, "the column holds 20"


# -- taking back ---------------------------------------------------------------------------------------------------------


def test_taking_back_ends_it_at_once_and_is_written_once(yuli: Person, luz: User, clinic: Organization) -> None:
    before = timezone.now()
    consent = consenting.give(yuli, sharing(clinic, Data.NAME), by=luz)
    for _again in range(2):
        consenting.withdraw(consent, by=luz, why="Ya no quiere")
    assert not may(yuli, Purpose.SHARE, Data.NAME, to=clinic)
    consent.refresh_from_db()
    assert (consent.withdrawn_to, consent.withdrawn_why) == (luz, "Ya no quiere")
    assert AuditEntry.objects.filter(verb="consent.withdrawn", about=str(yuli.pk)).count() == 1
    assert list(consenting.withdrawn_since(before)) == [consent]
    assert not consenting.withdrawn_since(timezone.now() + timedelta(seconds=1)).exists()


def test_an_exception_is_reviewed_and_not_taken_back(yuli: Person, luz: User) -> None:
    with pytest.raises(CannotConsent):
        consenting.withdraw(consenting.give(yuli, TO_SAVE_A_LIFE, by=luz), by=luz)


def test_what_hangs_on_a_consent_is_out_of_reach_with_it_and_then_erased(yuli: Person, luz: User) -> None:
    consent = consenting.give(yuli, MIND, by=luz)
    fact = facts.record_fact(yuli, Data.MENTAL_HEALTH, "No duerme", basis=Basis.CONSENT, consent=consent, by=luz)
    assert list(Fact.objects.visible_to(luz)) == [fact]
    assert facts.erase_due(timezone.now()) == 0
    consenting.withdraw(consent, by=luz)
    assert not Fact.objects.visible_to(luz).exists()
    assert not reaches(luz, "write", fact)
    assert facts.erase_due(timezone.now()) == 1
    assert not Fact.objects.exists()
    assert AuditEntry.objects.get(verb="fact.erased").about == str(yuli.pk)


# -- exceptions ----------------------------------------------------------------------------------------------------------


def test_an_exception_holds_a_day_and_longer_only_if_somebody_else_found_it_right(
    yuli: Person, luz: User, carla: User
) -> None:
    consent = consenting.give(yuli, TO_SAVE_A_LIFE, by=luz)
    later = timezone.now() + REVIEW_WITHIN + timedelta(minutes=1)
    assert list(consenting.due_for_review(timezone.now())) == [consent]
    assert may(yuli, Purpose.SENSITIVE, Data.MENTAL_HEALTH)
    assert not may(yuli, Purpose.SENSITIVE, Data.MENTAL_HEALTH, at=later)
    assert consenting.is_overdue(consent, later)
    with pytest.raises(CannotConsent):
        consenting.review(consent, was_right=True, by=luz)
    consenting.review(consent, was_right=True, by=carla)
    assert may(yuli, Purpose.SENSITIVE, Data.MENTAL_HEALTH, at=later)
    assert not consenting.due_for_review(later).exists()
    assert AuditEntry.objects.get(verb="consent.reviewed").about == str(yuli.pk)
    with pytest.raises(CannotConsent):
        consenting.review(consent, was_right=False, by=carla)


def test_an_exception_found_wrong_takes_with_it_what_was_written_on_it(yuli: Person, luz: User, carla: User) -> None:
    exception = consenting.give(yuli, TO_SAVE_A_LIFE, by=luz)
    facts.record_fact(yuli, Data.MENTAL_HEALTH, "Algo", basis=Basis.VITAL_INTEREST, consent=exception, by=luz)
    assert Fact.objects.visible_to(luz).exists()
    consenting.review(exception, was_right=False, by=carla)
    assert not may(yuli, Purpose.SENSITIVE, Data.MENTAL_HEALTH)
    assert not Fact.objects.visible_to(luz).exists()
    assert facts.erase_due(timezone.now()) == 1


def test_an_exception_nobody_looked_at_closes_what_was_written_on_it(yuli: Person, luz: User) -> None:
    exception = consenting.give(yuli, TO_SAVE_A_LIFE, by=luz)
    facts.record_fact(yuli, Data.MENTAL_HEALTH, "Algo", basis=Basis.VITAL_INTEREST, consent=exception, by=luz)
    with time_machine.travel(timezone.now() + REVIEW_WITHIN + timedelta(minutes=1)):
        assert not Fact.objects.visible_to(luz).exists()
        assert facts.erase_due(timezone.now()) == 1


# -- sensitive facts -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("category", sorted(SENSITIVE))
def test_nothing_sensitive_is_kept_without_a_consent_or_another_basis(yuli: Person, luz: User, category: Data) -> None:
    """In Chile the economic situation is sensitive too; it is for everybody."""
    assert Data.SOCIOECONOMIC in SENSITIVE
    for basis in Basis:
        with pytest.raises(CannotConsent):
            facts.record_fact(yuli, category, "Algo", basis=basis, by=luz)
    assert not Fact.objects.exists()


def test_a_consent_for_one_thing_does_not_open_another_nor_another_person(yuli: Person, luz: User) -> None:
    other = register(Described(called="Otra"), by=luz)
    consent = consenting.give(yuli, MIND, by=luz)
    contact = consenting.give(yuli, CONTACT, by=luz)
    for person, category, on in (
        (yuli, Data.HEALTH, consent), (other, Data.MENTAL_HEALTH, consent), (yuli, Data.MENTAL_HEALTH, contact),
    ):  # fmt: skip
        with pytest.raises(CannotConsent):
            facts.record_fact(person, category, "Algo", basis=Basis.CONSENT, consent=on, by=luz)


def test_a_fact_is_written_only_by_its_area_and_read_only_by_it(
    yuli: Person, luz: User, abel: User, carla: User
) -> None:
    consent = consenting.give(yuli, dataclasses.replace(MIND, data=(Data.MENTAL_HEALTH, Data.MIGRATORY)), by=luz)
    granting.grant(
        yuli, abel, area="legal", until=timezone.now() + timedelta(days=9), reason="Su caso legal.", by=carla
    )
    with pytest.raises(CannotConsent):
        facts.record_fact(yuli, Data.MIGRATORY, "Sin permiso", basis=Basis.CONSENT, consent=consent, by=luz)
    assert not Fact.objects.exists()
    fact = facts.record_fact(yuli, Data.MIGRATORY, "Sin permiso", basis=Basis.CONSENT, consent=consent, by=abel)
    assert list(Fact.objects.visible_to(abel)) == [fact]
    assert not Fact.objects.visible_to(luz).exists()


def test_a_fact_hangs_on_what_she_agreed_to_on_her_other_record_too(yuli: Person, luz: User) -> None:
    other = register(Described(called="La Yuli"), by=luz)
    consent = consenting.give(other, MIND, by=luz)
    same.merge(other, yuli, by=luz)
    fact = facts.record_fact(yuli, Data.MENTAL_HEALTH, "Algo", basis=Basis.CONSENT, consent=consent, by=luz)
    assert list(Fact.objects.visible_to(luz)) == [fact]


def test_a_fact_ends_by_itself(yuli: Person, luz: User) -> None:
    consent = consenting.give(yuli, MIND, by=luz)
    facts.record_fact(yuli, Data.MENTAL_HEALTH, "Algo", basis=Basis.CONSENT, consent=consent, by=luz)
    days = SENSITIVE[Data.MENTAL_HEALTH].days
    with time_machine.travel(timezone.now() + timedelta(days=days - 1)):
        assert facts.erase_due(timezone.now()) == 0
    with time_machine.travel(timezone.now() + timedelta(days=days + 2)):
        assert not Fact.objects.visible_to(luz).exists()
        assert facts.erase_due(timezone.now()) == 1


def test_a_legal_duty_needs_its_reason_and_no_consent(yuli: Person, luz: User) -> None:
    fact = facts.record_fact(
        yuli, Data.MENTAL_HEALTH, "Algo", basis=Basis.LEGAL_DUTY, why="Lo pidió el juzgado de familia.", by=luz
    )
    assert list(Fact.objects.visible_to(luz)) == [fact]
    assert facts.erase_due(timezone.now()) == 0


def test_somebody_who_says_nothing_is_registered_all_the_same(luz: User) -> None:
    person = register(Described(), by=luz)
    assert (person.pk, Consent.objects.count(), Fact.objects.count()) == (person.pk, 0, 0)
    assert list(Person.objects.visible_to(luz)) == [person]


# -- by age --------------------------------------------------------------------------------------------------------------

COLOMBIA = [
    (5, False, {GivenBy.GUARDIAN, GivenBy.ASSENT}, set()),
    (9, False, {GivenBy.ASSENT}, {GivenBy.GUARDIAN}),
    (12, False, {GivenBy.ASSENT}, {GivenBy.GUARDIAN, GivenBy.ADOLESCENT}),
    (17, True, {GivenBy.ASSENT}, {GivenBy.GUARDIAN, GivenBy.ADOLESCENT}),
    (18, True, {GivenBy.SELF}, {GivenBy.GUARDIAN}),
]
CHILE = [
    (13, False, {GivenBy.ASSENT}, {GivenBy.GUARDIAN}),
    (14, False, {GivenBy.SELF}, {GivenBy.GUARDIAN}),
    (14, True, {GivenBy.ASSENT}, {GivenBy.GUARDIAN, GivenBy.ADOLESCENT}),
    (15, True, {GivenBy.ASSENT}, {GivenBy.GUARDIAN, GivenBy.ADOLESCENT}),
    (16, True, {GivenBy.SELF}, {GivenBy.GUARDIAN}),
]


@pytest.mark.parametrize(("years", "is_sensitive", "freely", "with_reason"), COLOMBIA)
def test_who_may_agree_in_colombia(
    years: int, is_sensitive: bool, freely: set[GivenBy], with_reason: set[GivenBy], cucuta: Division, luz: User
) -> None:
    found = age.givers(aged(years, cucuta, luz), is_sensitive=is_sensitive)
    assert (found.freely, found.with_reason) == (freely, with_reason)


@pytest.mark.parametrize(("years", "is_sensitive", "freely", "with_reason"), CHILE)
def test_who_may_agree_in_chile(
    years: int, is_sensitive: bool, freely: set[GivenBy], with_reason: set[GivenBy], valparaiso: Division, luz: User
) -> None:
    found = age.givers(aged(years, valparaiso, luz), is_sensitive=is_sensitive)
    assert (found.freely, found.with_reason) == (freely, with_reason)


def test_a_child_needs_her_guardian_who_is_written_down_and_agrees_herself(cucuta: Division, luz: User) -> None:
    girl = aged(10, cucuta, luz)
    both = dataclasses.replace(CONTACT, given_by=GivenBy.ASSENT)
    assert refused(girl, CONTACT, luz)
    assert refused(girl, both, luz), "nobody is written down as her guardian"
    with_guardian(girl, luz)
    assert refused(girl, dataclasses.replace(CONTACT, given_by=GivenBy.GUARDIAN), luz), "she was not heard, and why?"
    assert not refused(girl, both, luz)


def test_an_adolescent_alone_is_heard_with_a_written_reason(cucuta: Division, luz: User) -> None:
    boy = aged(15, cucuta, luz)
    alone = dataclasses.replace(MIND, given_by=GivenBy.ADOLESCENT)
    assert refused(boy, alone, luz)
    assert not refused(boy, dataclasses.replace(alone, reason="Teme a su tutor; interés superior."), luz)


def test_a_child_with_nobody_is_not_turned_away(cucuta: Division, luz: User) -> None:
    child = aged(9, cucuta, luz, child_status="unaccompanied")
    alone = dataclasses.replace(CONTACT, given_by=GivenBy.ADOLESCENT, reason="No hay quien la cuide; avisado el ICBF.")
    assert not refused(child, alone, luz)


def test_nobody_has_to_say_their_age(cucuta: Division, luz: User) -> None:
    assert not refused(register(Described(municipality=cucuta), by=luz), CONTACT, luz)


def test_with_the_year_alone_the_birthday_has_not_come_yet(cucuta: Division, luz: User) -> None:
    today = timezone.localdate()
    assert age.years(register(Described(birth_year=today.year - 18), by=luz), today) == 17


@pytest.mark.parametrize("ages", [*age.BY_COUNTRY.values(), age.STRICTEST])
def test_the_table_of_ages_does_not_contradict_itself(ages: age.Ages) -> None:
    assert ages.heard <= ages.adolescent <= ages.alone <= ages.sensitive <= 18


@for_all(st.integers(0, 110), st.booleans())
def test_growing_older_never_takes_a_decision_away(years: int, is_sensitive: bool) -> None:
    today = timezone.localdate()
    born = [Person(born_on=today.replace(year=today.year - years - more, day=1).isoformat()) for more in (0, 1)]
    alone = [GivenBy.SELF in age.givers(person, is_sensitive=is_sensitive).freely for person in born]
    assert all(later >= earlier for earlier, later in pairwise(alone))
