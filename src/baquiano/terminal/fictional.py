"""A few invented people for the demo, so that the walls can be seen: each colleague sees their own, and no more."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.directory.models import Organization
from baquiano.people import families
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked, give
from baquiano.people.contact import SafeContact, dump
from baquiano.people.facts import told
from baquiano.people.holding import settle_person
from baquiano.people.models import Person
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.people.models.family import Relation
from baquiano.people.models.person import Gender, Group
from baquiano.territory.models import Division

ORGANISATIONS = ("Consultorio jurídico de prueba (demo)", "Centro de salud de prueba (demo)")


@dataclass(frozen=True)
class Invented:
    """Somebody who does not exist. `by`: the colleague who registered them. `told`: sensitive things, for that colleague's area."""

    by: str
    described: Described
    place: str  # pcode
    told: tuple[tuple[Data, str], ...] = ()
    contact: SafeContact | None = None


PEOPLE = (
    Invented(
        "luz",
        Described(
            "Yulimar Andreína Rojas Peña", "Yuli", "ella", Gender.WOMAN, 1994, language="es",
            groups=(Group.MIGRANT,), nationalities=("VE",), is_restricted=True,
        ),
        "CO54001",
        ((Data.MENTAL_HEALTH, "No duerme desde que llegó. (Texto inventado para la demo.)"),),
        SafeContact(may_call=False, hours="Mo-Fr 09:00-12:00", word="girasol", never_tell="su expareja"),
    ),
    Invented(
        "abel",
        Described(
            "Wilson José Cabrera Loaiza", "", "él", Gender.MAN, 1987, language="es",
            groups=(Group.MIGRANT,), nationalities=("VE", "CO"),
        ),
        "CO11001",
        ((Data.MIGRATORY, "Le negaron el PPT y tiene plazo para recurrir. (Texto inventado para la demo.)"),),
    ),
    Invented(
        "mario",
        Described("Marie-Ange Pierre", "Mari", "ella", Gender.WOMAN, 1999, language="ht", nationalities=("HT",)),
        "CL13101",
        ((Data.HEALTH, "Embarazo de seis meses, sin controles. (Texto inventado para la demo.)"),),
    ),
    Invented("nora", Described("Carmen Rosa Villamizar", "", "", Gender.WOMAN, 1961, groups=(Group.RETURNEE,)), "CO68001"),
    Invented("nora", Described("", "El Flaco", language="es", groups=(Group.TRANSIT,)), "CO27001"),
)  # fmt: skip
SON = Described("Kevin Alejandro Rojas", "", "", Gender.MAN, 2019, nationalities=("VE",), is_restricted=True)


def people() -> int:
    """Only into an empty demo. Returns how many."""
    if Person.objects.exists():
        return 0
    staff = {user.username: user for user in User.objects.filter(is_demo=True)}
    for name in ORGANISATIONS:
        Organization.objects.create(name=name, is_demo=True)
    made = [_make(one, staff[one.by]) for one in PEOPLE if one.by in staff]
    if made:
        _family(made[0], staff["luz"])
    Person.objects.update(is_demo=True)
    return Person.objects.count()


def _make(one: Invented, by: User) -> Person:
    place = Division.objects.filter(pcode=one.place).order_by("-level").first()
    person = register(_in(one.described, place), by=by)
    give(
        person,
        Asked(Purpose.CONTACT, (Data.NAME, Data.CONTACT), "es", Evidence.SPOKEN),
        by=by,
    )
    for category, text in one.told:
        asked = Asked(Purpose.SENSITIVE, (category,), "es", Evidence.SPOKEN)
        told(person, category, text, asked, by=by)
    if one.contact:
        settle_person(person, dump(one.contact), by=by)
    return person


def _in(described: Described, place: Division | None) -> Described:
    return Described(**{**vars(described), "municipality": place})


def _family(mother: Person, by: User) -> None:
    """A mother, her son, and a consent to share that ends in a month."""
    son = register(_in(SON, mother.municipality), by=by)
    families.add_to_family(mother, son, Relation.CHILD, by=by)
    families.add_caregiver(son, families.LooksAfter(person=mother, is_guardian=True, is_informed=True), by=by)
    asked = Asked(
        Purpose.SHARE,
        (Data.NAME, Data.CONTACT),
        "es",
        Evidence.SIGNATURE,
        receiver=Organization.objects.filter(is_demo=True).order_by("name").first(),
        expires_at=timezone.now() + timedelta(days=30),
    )
    give(mother, asked, by=by)
