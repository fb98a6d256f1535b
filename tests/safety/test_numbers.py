"""Somebody calls a number and says what they found; it grows old; those who answer for it are told each day; a country is opened once."""

from collections.abc import Callable
from datetime import date, timedelta
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.conversations.wording import Speaker, danger_text, pictures
from baquiano.engine.danger import Danger
from baquiano.knowledge.actions import publish
from baquiano.knowledge.models import ArticleVersion
from baquiano.post.models import Mail
from baquiano.safety import book, golive, numbers, shifts
from baquiano.safety.actions import sign
from baquiano.safety.models import CrisisText, EmergencyNumber, GoLive, NumberVerification
from baquiano.safety.numbers import CannotVerify, Found
from baquiano.terminal.examination import Mark, examine
from tests import house_full
from tests.conftest import Joins

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(organisation: Organisation, packs_kept: None, now: time_machine.Traveller, settings: Any) -> Organisation:
    """Production, with the shipped packs, before anybody has called a number."""
    house_full.fill()
    settings.IS_DEMO = False
    Organisation.objects.update(is_demo=False)
    house_full.forget_pictures()
    return organisation


@pytest.fixture
def dora(joins: Joins) -> User:
    """Director: answers for what is published."""
    return joins("dora", "Dora", Role.DIRECTOR)


def calls(number_id: str, by: User, **found: Any) -> NumberVerification:
    number = EmergencyNumber.objects.get(pk=number_id)
    return numbers.verify(number, by=by, how="Llamé desde un prepago; contestó una mujer.", found=Found(**found))


def calls_all(by: User, *countries: str) -> None:
    for number in book.said_numbers(countries or ("CO", "CL")):
        calls(number.id, by)


def signed_by(*users: User) -> None:
    for user in users:
        sign(list(CrisisText.objects.all()), by=user)


def heard(kind: Danger, country: str = "CO", language: str = "es") -> str:
    return danger_text(kind, Speaker(language, country, pictures()))


# -- calling ----------------------------------------------------------------------------------------------------------------


def test_what_was_found_is_kept_and_what_was_not_tried_stays_unknown(house: Organisation, carla: User) -> None:
    row = calls("co_emergencias", carla, from_prepaid=True, is_free=True, languages=("es",), whose="Policía y salud")
    assert (row.on, row.from_prepaid, row.without_credit, row.is_free) == (date(2026, 11, 24), True, None, True)
    assert (row.languages, row.whose, row.hours) == (["es"], "Policía y salud", "")
    assert AuditEntry.objects.get(verb="number.verified").about == "co_emergencias"


def test_calling_again_adds_and_changes_nothing_before_it(
    house: Organisation, carla: User, now: time_machine.Traveller
) -> None:
    first = calls("co_emergencias", carla, hours="24 horas")
    now.shift(timedelta(days=20))
    calls("co_emergencias", carla)
    assert [row.on.day for row in NumberVerification.objects.order_by("on")] == [24, 14]
    assert NumberVerification.objects.get(pk=first.pk).hours == "24 horas"


@pytest.mark.parametrize(("how", "found"), [(" ", {}), ("x" * 301, {}), ("Llamé", {"languages": ("xx",)})])
def test_without_how_or_with_too_much_it_is_not_written(
    house: Organisation, carla: User, how: str, found: dict[str, Any]
) -> None:
    with pytest.raises(CannotVerify):
        numbers.verify(EmergencyNumber.objects.get(pk="co_emergencias"), by=carla, how=how, found=Found(**found))
    assert not NumberVerification.objects.exists()


# -- growing old, as people hear it --------------------------------------------------------------------------------------------


def test_a_number_is_said_alone_then_with_its_day_then_with_the_general_one(
    house: Organisation, carla: User, dora: User, now: time_machine.Traveller
) -> None:
    calls_all(carla)
    signed_by(carla, dora)
    assert "147 (Fono Niños, policía)" in heard(Danger.CHILD, "CL")
    now.shift(timedelta(days=31))
    calls("cl_samu", carla)
    assert "147 (Fono Niños, policía; confirmado el 24-11)." in heard(Danger.CHILD, "CL")
    now.shift(timedelta(days=30))
    calls("cl_samu", carla)
    assert "147 (Fono Niños, policía; confirmado el 24-11) o 131 (ambulancia)." in heard(Danger.CHILD, "CL")


def test_a_number_nobody_called_is_not_said_before_the_country_is_open_nor_after(
    house: Organisation, carla: User, dora: User
) -> None:
    signed_by(carla, dora)
    GoLive.objects.create(country="CO")
    assert "155" not in heard(Danger.VIOLENCE)
    calls("co_emergencias", carla)
    assert "123 (emergencias)" in heard(Danger.VIOLENCE)
    assert "155" not in heard(Danger.VIOLENCE)


def test_a_country_without_its_own_text_hears_both_with_their_names(
    house: Organisation, carla: User, dora: User
) -> None:
    CrisisText.objects.filter(country="CO", kind="medical").delete()
    calls_all(carla)
    signed_by(carla, dora)
    assert "123 (emergencias) en Colombia o 131 (ambulancia) en Chile" in heard(Danger.MEDICAL)


def test_a_line_of_one_place_is_given_only_there(house: Organisation, carla: User) -> None:
    calls("co_linea_106", carla)
    rules = book.current()
    assert rules.given(["co_linea_106"]) == []
    assert rules.given(["co_linea_106"], "CL05") == []
    assert [number.number for number in rules.given(["co_linea_106"], "CO11001")] == ["106"]


# -- telling those who answer for it -----------------------------------------------------------------------------------------------


@pytest.fixture
def told(house: Organisation, carla: User, mails_are_written: None) -> Callable[[], list[Mail]]:
    shifts.set_mail(carla, "carla@example.org", by=carla)

    def remind() -> list[Mail]:
        numbers.remind(timezone.now())
        return list(Mail.objects.filter(cause__startswith="numbers:").order_by("pk"))

    return remind


def test_each_day_one_mail_says_how_many_wait_and_where_and_nothing_else(
    told: Callable[[], list[Mail]], now: time_machine.Traveller
) -> None:
    (mail,) = told()
    assert mail.to == "carla@example.org"
    assert "10 números por confirmar" in mail.subject
    assert mail.body.endswith("/workspace/numbers/")
    assert "123" not in mail.body
    assert len(told()) == 1
    now.shift(timedelta(days=1))
    assert len(told()) == 2


def test_when_every_number_was_called_nobody_is_told(
    told: Callable[[], list[Mail]], carla: User, now: time_machine.Traveller
) -> None:
    calls_all(carla)
    assert told() == []
    now.shift(timedelta(days=31))
    assert len(told()) == 1


def test_nobody_is_woken_for_it(told: Callable[[], list[Mail]], now: time_machine.Traveller) -> None:
    now.shift(timedelta(hours=-5))  # five in the morning in Bogotá
    assert told() == []


def test_only_coordinators_who_gave_an_address_are_told(
    told: Callable[[], list[Mail]], rosa: User, carla: User
) -> None:
    shifts.set_mail(rosa, "rosa@example.org", by=rosa)
    shifts.set_mail(carla, "", by=carla)
    assert told() == []


# -- opening a country ----------------------------------------------------------------------------------------------------------------


def test_what_is_missing_is_said_number_by_number_and_language_by_language(house: Organisation) -> None:
    missing = golive.missing("CO")
    assert "Nadie de aquí ha llamado al 155 (para mujeres). Llámalo y di qué encontraste." in missing
    assert "Español: 22 textos de peligro no están firmados por dos personas." in missing
    assert not any("106" in sentence for sentence in missing)  # no text gives it


def test_a_country_is_opened_once_nothing_is_missing_and_stays_open(
    house: Organisation, carla: User, dora: User, now: time_machine.Traveller
) -> None:
    with pytest.raises(golive.CannotGoLive):
        golive.go_live("CO", dora)
    calls_all(carla, "CO")
    signed_by(carla, dora)
    row = golive.go_live("CO", dora)
    assert (golive.is_live("CO"), golive.is_live("CL")) == (True, False)
    assert AuditEntry.objects.get(verb="country.opened").actor == dora
    now.shift(timedelta(days=300))
    assert golive.go_live("CO", carla) == row  # nothing closes it, whatever has grown old
    assert "123 (emergencias; confirmado el 24-11)" in heard(Danger.MEDICAL)


def test_hours_that_nobody_can_read_are_missing_too(house: Organisation, carla: User, dora: User) -> None:
    calls_all(carla)
    signed_by(carla, dora)
    Organisation.objects.update(staffed_hours="cuando se pueda")
    assert golive.missing("CL") == ["No se entienden las horas en que alguien atiende."]


def test_a_country_we_do_not_serve_is_not_opened(house: Organisation, dora: User) -> None:
    with pytest.raises(golive.CannotGoLive):
        golive.go_live("PE", dora)


def test_whoever_opens_is_told_that_nobody_is_on_the_roster(house: Organisation) -> None:
    assert golive.warnings() == [
        "No hay nadie en los turnos: una alerta llama a quien mire una pantalla, y a nadie más."
    ]


def test_who_was_answering_before_there_was_a_gate_goes_on_answering(
    house: Organisation, edu: User, rita: User
) -> None:
    migration = import_module("baquiano.safety.migrations.0007_already_open")
    migration.open_those_who_answer(apps, None)
    assert not GoLive.objects.exists()  # nobody here had approved a text: nobody was answered
    version = ArticleVersion.objects.filter(article__country="CL").first()
    assert version is not None
    version.written_by = edu
    version.save()
    publish(version, reviewed_by=rita)
    migration.open_those_who_answer(apps, None)
    assert set(GoLive.objects.values_list("country", "by")) == {("CO", None), ("CL", None)}


# -- the commands ----------------------------------------------------------------------------------------------------------------------


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_command_takes_what_was_found_and_lists_it(house: Organisation, carla: User) -> None:
    said = run(
        "number", "verify", "co_emergencias", "--by", "carla", "--how", "Llamé.", "--prepaid", "yes", "--no-credit", "no",
        "--languages", "es,en", "--whose", "Policía",
    )  # fmt: skip
    assert "It is given from the next turn on" in said
    listed = run("number", "list")
    assert "called 24-11-2026, 0 days ago" in listed
    assert "from a prepaid mobile: yes; without credit: no; free: not known" in listed
    assert "languages: es, en; who answers: Policía" in listed
    assert "CO11 co_linea_106" in listed


def test_the_command_that_opens_lists_what_is_missing_and_refuses(house: Organisation, carla: User, rosa: User) -> None:
    assert "CO: not open yet" in run("golive")
    assert "missing: Nobody here has called 155" in run("golive")
    with pytest.raises(CommandError, match="Missing:"):
        run("golive", "CO", "--by", "carla")
    with pytest.raises(CommandError, match="may open a country"):
        run("golive", "CO", "--by", "rosa")
    assert not GoLive.objects.exists()


def test_the_command_opens(house: Organisation, carla: User, dora: User) -> None:
    calls_all(carla)
    signed_by(carla, dora)
    assert "CO: open since 24-11-2026" in run("golive", "co", "--by", "dora")
    assert "CO: open since 24-11-2026" in run("golive")


def test_doctor_explains_the_gate_and_the_ages(
    house: Organisation, carla: User, dora: User, now: time_machine.Traveller
) -> None:
    def ills() -> str:
        return "\n".join(finding.what for finding in examine() if finding.mark is Mark.ILL)

    assert "CO: not open." in ills()
    calls_all(carla)
    signed_by(carla, dora)
    golive.go_live("CO", dora)
    assert "CO:" not in ills()
    assert "CL: not open." in ills()
    assert "it may be opened" in ills()
    now.shift(timedelta(days=40))
    assert "verified more than 30 days ago" in ills()
    now.shift(timedelta(days=40))
    assert "more than 60 days ago" in ills()
