"""Which rumour somebody asks about. The threshold was chosen here: no statement below that is another one may be taken for a rumour.

A rumour that is missed goes on to the ordinary search; a rumour taken for another one would be a wrong answer.
"""

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.hearsay import asked_about, rumour_meant
from baquiano.knowledge.models import Example, Rumour, Topic

TOLD = {
    "closing": (
        "CO",
        "Que van a cerrar la entrega del PPT el 31 de diciembre",
        "ya no van a dar mas permisos por proteccion temporal despues de diciembre",
        "yap fini bay PPT an desanm",
    ),
    "bonus": (
        "CO",
        "Que a quien tenga Sisbén le van a dar un bono de 500 mil pesos",
        "regalan un bono de 500 mil por estar en el sisben",
        "yap bay 500 mil peso pou moun ki gen sisben",
    ),
    "hospitals": (
        "CO",
        "Que están deportando a las mujeres embarazadas en los hospitales",
        "si uno va a parir al hospital llaman a migracion y lo deportan",
    ),
    "fines": (
        "CO",
        "Que hay que pagar una multa por cada hijo que entró sin papeles",
        "cobran multa por los niños que entraron por trocha",
    ),
    "amnesty": (
        "CL",
        "Que en Chile van a dar una amnistía para todos los que entraron por paso no habilitado",
        "viene un perdon migratorio en chile para los que entraron sin papeles",
    ),
}
MEANT = (
    ("closing", "¿Es verdad que van a cerrar la entrega del PPT en diciembre?"),
    ("closing", "me dijeron que ya no van a dar más PPT después de diciembre"),
    ("closing", "hola buenas, es verdad q ya no van a dar mas permisos despues de diciembre??"),
    ("closing", "eske se vre yap fini bay PPT an desanm"),
    ("bonus", "me contaron que dan un bono de 500 mil a los que tienen sisben"),
    ("bonus", "¿Es verdad lo del bono de 500 mil pesos del sisbén?"),
    ("bonus", "eske se vre ke yap bay 500 mil peso pou moun ki gen sisben"),
    ("hospitals", "es verdad que deportan a las embarazadas en el hospital?"),
    ("hospitals", "me dijo una vecina que en los hospitales están deportando mujeres embarazadas"),
    ("hospitals", "si voy a parir al hospital llaman a migración, ¿es cierto?"),
    ("fines", "me dijeron que hay que pagar multa por cada niño que entró por trocha"),
    ("fines", "es verdad que cobran una multa por cada hijo sin papeles"),
    ("amnesty", "es verdad que en chile viene una amnistía para los que entraron por paso no habilitado"),
)
OTHERS = (
    "me dijeron que puedo pedir el PPT por internet",
    "es verdad que el ppt es gratis",
    "me dijeron que mi ppt se vence el 31 de diciembre",
    "me dijeron que la cita del PPT es en diciembre",
    "es verdad que cierran la frontera el 31 de diciembre",
    "me dijeron que debo pagar una multa por entrar sin sellar",
    "es verdad que hay que pagar por el permiso",
    "me dijeron que por cada hijo dan un bono",
    "es verdad que dan subsidio de arriendo de 500 mil pesos",
    "es verdad que el sisben sirve para la eps",
    "me contaron que con el sisben dan mercado",
    "es verdad que puedo ir al hospital sin papeles",
    "me dijeron que en el hospital atienden embarazadas aunque no tengan PPT",
    "me dijeron que en el hospital me van a cobrar el parto",
    "me dijeron que me pueden deportar si me separo",
    "es cierto que los niños pueden estudiar sin papeles",
    "me dijeron que mi hijo nacido en colombia es colombiano",
    "es verdad que en chile piden visa a los venezolanos",
    "escuche que en chile hay que pagar multa por paso no habilitado",
    "eske se vre pitit mwen ka ale lekol san papye",
    "eske se vre m ka jwenn travay ak PPT",
    "is it true that the PPT is valid for ten years",
    "é verdade que preciso pagar multa",
    "on m'a dit que les femmes enceintes peuvent accoucher gratuitement",
    # What nobody asks to be true or not.
    "van a cerrar la entrega del PPT el 31 de diciembre",
    "quiero el bono de 500 mil pesos del sisben",
    "",
)


@pytest.fixture
def rumours(edu: User, rita: User) -> dict[str, Rumour]:
    """Answered by two people, beside what people ask about every topic of the packs."""
    for file in Path(settings.PACKS).glob("*/topics/*.yaml"):
        topic = Topic.objects.create(id=file.stem, branch="salud")
        asked = yaml.load(file.read_bytes(), yaml.CSafeLoader)["examples"]
        Example.objects.bulk_create(
            Example(topic=topic, language=language, text=text) for language, texts in asked.items() for text in texts
        )
    told = {
        name: Rumour.objects.create(
            heard=heard,
            examples=list(examples),
            country=country,
            first_heard_on=timezone.localdate(),
            last_heard_on=timezone.localdate(),
            checking_by=edu,
            answer="No es cierto.",
            source_title="La autoridad",
            answered_by=edu,
            approved_by=rita,
            answered_at=timezone.now(),
            good_until=timezone.localdate() + timedelta(days=30),
        )
        for name, (country, heard, *examples) in TOLD.items()
    }
    shelf_changed()
    return told


def test_the_rumour_that_is_meant_is_found_and_no_other(rumours: dict[str, Rumour]) -> None:
    found = {text: rumour_meant(text, country="") for _, text in MEANT}
    assert {text: rumours[name].pk for name, text in MEANT} == found


def test_what_is_not_a_rumour_is_taken_for_none(rumours: dict[str, Rumour]) -> None:
    assert [text for text in OTHERS if rumour_meant(text, country="") is not None] == []


def test_a_rumour_of_another_country_is_not_meant(rumours: dict[str, Rumour]) -> None:
    name, asked = MEANT[-1]
    assert rumour_meant(asked, country="CO") is None
    assert rumour_meant(asked, country="CL") == rumours[name].pk


@pytest.mark.parametrize(
    "other",
    [{"answered_at": None}, {"good_until": date(2020, 1, 1)}],
    ids=["not answered", "expired"],
)
def test_only_what_is_answered_and_has_not_expired_is_said(
    rumours: dict[str, Rumour], other: dict[str, object]
) -> None:
    name, asked = MEANT[0]
    Rumour.objects.filter(pk=rumours[name].pk).update(**other)
    shelf_changed()
    assert rumour_meant(asked, country="CO") is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("¿Es verdad que cobran?", "cobran"),
        ("será cierto lo del bono", "bono"),
        ("Me dijeron que cobran", "cobran"),
        ("cobran por la cita, ¿es verdad?", "cobran por la cita"),
        ("Is it true that they charge?", "they charge"),
        ("é verdade que cobram?", "cobram"),
        ("Est-ce vrai qu'on paie ?", "on paie"),
        ("eske se vre yo fè peye", "yo fe peye"),
        ("cuánto cobran", ""),
        ("quiero saber la verdad", ""),
    ],
)
def test_it_is_heard_when_somebody_asks_whether_something_is_true(text: str, asked: str) -> None:
    assert asked_about(text) == asked
