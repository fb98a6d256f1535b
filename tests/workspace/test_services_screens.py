"""Edu keeps the directory: finds a service, writes one, corrects it; what he writes is never lost and confirms nothing."""

from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.directory.models import (
    Capacity,
    Change,
    Confirmation,
    Location,
    Notice,
    Service,
    ServiceAtLocation,
)
from tests.conftest import Joins, browser_of
from tests.workspace.directory_cast import PLACES, SERVICES, Town, as_shown, built


@pytest.fixture
def town(organisation: Organisation, now: time_machine.Traveller) -> Town:
    return built()


@pytest.fixture
def pilars_browser(joins: Joins) -> Client:
    return browser_of(joins("pilar", "Pilar", Role.PROTECTION))


def of(town: Town) -> str:
    return f"{SERVICES}{town.kitchen.pk}/"


# -- finding one -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("", ["Comedor del Puerto", "Ropero"]),
        ("?q=COMEDÓR", ["Comedor del Puerto"]),
        ("?q=ficticia ropero", ["Ropero"]),
        ("?need=food", ["Comedor del Puerto"]),
        ("?need=work", []),
        ("?municipality=Valparaíso, Valparaíso", ["Comedor del Puerto"]),
        ("?municipality=Bogotá, D.C.", ["Ropero"]),
        ("?status=withheld", ["Ropero"]),
        ("?status=active", ["Comedor del Puerto"]),
        ("?status=unconfirmed", ["Comedor del Puerto", "Ropero"]),
        ("?visibility=orienters", ["Ropero"]),
        ("?quality=good", []),
        ("?quality=poor", ["Comedor del Puerto", "Ropero"]),
        ("?municipality=Macondo", ["Comedor del Puerto", "Ropero"]),
    ],
)
def test_the_list_is_narrowed_by_what_is_asked(town: Town, edus_browser: Client, asked: str, names: list[str]) -> None:
    Service.objects.create(
        organization=town.fund,
        name="Ropero",
        areas=("CO11",),
        is_withheld=True,
        visibility="orienters",
        needs=("clothing",),
    )
    page = edus_browser.get(SERVICES + asked)
    assert [row.service.name for row in page.context["rows"]] == names
    assert page.context["shown"].paginator.count == len(names)


def test_the_list_asks_the_database_as_often_for_thirty_as_for_one(town: Town, edus_browser: Client) -> None:
    edus_browser.get(SERVICES)
    with CaptureQueriesContext(
        connection,
    ) as of_one:
        edus_browser.get(SERVICES)
    for number in range(40):
        service = Service.objects.create(organization=town.fund, name=f"Servicio {number}")
        ServiceAtLocation.objects.create(service=service, location=town.hall)
    with CaptureQueriesContext(connection) as of_many:
        page = edus_browser.get(SERVICES)
    assert len(page.context["rows"]) == 30
    assert len(of_many) == len(of_one)
    assert len(edus_browser.get(f"{SERVICES}?page=2").context["rows"]) == 11


def test_the_page_of_a_service_asks_as_often_for_ten_places_as_for_one(town: Town, edus_browser: Client) -> None:
    edus_browser.get(of(town))
    with CaptureQueriesContext(connection) as of_one:
        edus_browser.get(of(town))
    for number in range(10):
        place = Location.objects.create(name=f"Sede {number}", country="CL", division=town.valparaiso)
        ServiceAtLocation.objects.create(service=town.kitchen, location=place)
    with CaptureQueriesContext(connection) as of_many:
        edus_browser.get(of(town))
    assert len(of_many) == len(of_one)


def test_rosa_reads_and_writes_nothing_and_bruno_as_much_as_his_role(town: Town, rosas_browser: Client) -> None:
    page = rosas_browser.get(of(town))
    assert (page.status_code, "Comedor del Puerto" in page.text) == (200, True)
    assert f"{of(town)}edit/" not in page.text
    assert f"{PLACES}{town.hall.pk}/" not in page.text
    for address in (
        f"{of(town)}edit/",
        f"{SERVICES}new/",
        f"{of(town)}hours/",
        f"{PLACES}new/",
        f"{PLACES}{town.hall.pk}/",
    ):
        assert rosas_browser.get(address).status_code == 404
    for address in (f"{of(town)}withhold/", f"{of(town)}notices/", f"{of(town)}capacity/"):
        assert rosas_browser.post(address, {"because": "porque sí"}).status_code == 404
    town.kitchen.refresh_from_db()
    assert not town.kitchen.is_withheld


# -- what is missing ---------------------------------------------------------------------------------------------------


def test_what_is_missing_leads_to_its_field(town: Town, edus_browser: Client) -> None:
    page = edus_browser.get(of(town))
    assert page.context["quality"].score == 30  # needs and where
    missing = {one.words: one.address for one in page.context["missing"]}
    assert f"{of(town)}edit/#id_description" in missing.values()
    assert f"{of(town)}hours/" in missing.values()
    form = edus_browser.get(f"{of(town)}edit/").text
    for address in missing.values():
        anchor = address.partition("#")[2]
        assert f'id="{anchor}"' in (form if "edit" in address else page.text) or not anchor


# -- writing and correcting --------------------------------------------------------------------------------------------


def test_a_service_is_written_with_all_that_is_known(town: Town, edus_browser: Client, edu: User) -> None:
    sent = as_shown(
        edus_browser,
        f"{SERVICES}new/",
        organization=str(town.fund.pk),
        name="Asesoría legal",
        needs=["legal_aid", "regularisation"],
        populations=["everyone"],
        asks_documents="no",
        asks_status="no",
        accepts=["none", "expired_passport"],
        minimum_age="0",
        phones="+56 32 555 0101; citas\n\n123",
        required_documents="Cualquier papel\nUna foto",
        cost="free",
        cost_options="Copia; 500,5; clp",
        languages=["es", "sgn"],
        areas="CL05\nColombia",
        source_on="2026-11-01",
    )
    answer = edus_browser.post(f"{SERVICES}new/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    written = Service.objects.get(name="Asesoría legal")
    assert (written.needs, written.accepts, written.minimum_age) == (
        ("legal_aid", "regularisation"),
        ("none", "expired_passport"),
        0,
    )
    assert written.phones == [{"number": "+56 32 555 0101", "description": "citas"}, {"number": "123"}]
    assert written.required_documents == [{"document": "Cualquier papel"}, {"document": "Una foto"}]
    assert written.cost_options == [{"option": "Copia", "amount": 500.5, "currency": "CLP"}]
    assert written.areas == ("CL05", "CO")
    assert (written.asks_documents, written.asks_status) == ("no", "no")
    assert AuditEntry.objects.get(verb="service.written").actor == edu
    assert not Confirmation.objects.exists()


def test_saving_a_page_that_nobody_touched_changes_nothing(town: Town, edus_browser: Client) -> None:
    Service.objects.update(
        needs=("work", "food", "from_elsewhere"),
        phones=[{"id": "7", "number": "123", "languages": ["es"]}],
        required_documents=[{"id": "8", "document": "Foto", "uri": "https://example.org"}],
        cost_options=[{"id": "9", "option": "Copia", "amount": 5, "currency": "CLP"}],
        areas=("CL05101",),
        email="ayuda@example.org",
    )
    answer = edus_browser.post(f"{of(town)}edit/", as_shown(edus_browser, f"{of(town)}edit/"))
    assert answer.status_code == 302, answer.context["form"].errors
    assert list(Change.objects.values_list("field", flat=True)) == []


def test_a_correction_is_in_the_history_field_by_field_and_confirms_nothing(town: Town, edus_browser: Client) -> None:
    sent = as_shown(
        edus_browser, f"{of(town)}edit/", description="Almuerzos.", asks_documents="no", needs=["food", "clothing"]
    )
    assert edus_browser.post(f"{of(town)}edit/", sent).status_code == 302
    page = edus_browser.get(f"{of(town)}history/")
    assert {line.change.field for line in page.context["shown"]} == {"description", "asks_documents", "needs"}
    assert "Almuerzos." in page.text
    assert "Edu" in page.text
    assert not Confirmation.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"phones": "llamar a Marta"},
        {"url": "no es una dirección"},
        {"areas": "Macondo"},
        {"areas": "Valparaíso"},
        {"minimum_age": "30", "maximum_age": "12"},
        {"cost_options": "Copia; mucho; COP"},
        {"cost_options": "Copia; inf; COP"},
        {"cost_options": "Copia; nan; COP"},
        {"cost_options": "Copia; -3; COP"},
        {"source_on": "ayer"},
    ],
)
def test_what_cannot_be_saved_comes_back_with_every_word(
    town: Town, edus_browser: Client, wrong: dict[str, str]
) -> None:
    kept = {"description": "Una descripción muy larga.", "how_to_ask": "Llegar temprano.", "needs": ["food", "work"]}
    page = edus_browser.post(f"{of(town)}edit/", as_shown(edus_browser, f"{of(town)}edit/", **{**kept, **wrong}))
    assert page.status_code == 422
    for words in (*(value for name, value in kept.items() if name != "needs"), *filter(None, wrong.values())):
        assert words in page.text
    assert page.context["form"]["needs"].value() == ["food", "work"]
    assert not Change.objects.exists()


def test_what_a_colleague_changed_meanwhile_is_said_and_not_overwritten_unseen(
    town: Town, edus_browser: Client, joins: Joins, now: time_machine.Traveller
) -> None:
    anna = browser_of(joins("anna", "Anna", Role.ALLIANCES))
    mine = as_shown(edus_browser, f"{of(town)}edit/", description="Lo mío.")
    now.shift(60)
    anna.post(f"{of(town)}edit/", as_shown(anna, f"{of(town)}edit/", cost="free"))
    page = edus_browser.post(f"{of(town)}edit/", mine)
    assert page.status_code == 422
    assert "Lo mío." in page.text
    town.kitchen.refresh_from_db()
    assert (town.kitchen.cost, town.kitchen.description) == ("free", "")
    again = {**mine, "seen": page.context["form"]["seen"].value(), "cost": "free"}
    assert edus_browser.post(f"{of(town)}edit/", again).status_code == 302
    town.kitchen.refresh_from_db()
    assert (town.kitchen.cost, town.kitchen.description) == ("free", "Lo mío.")


def test_what_only_the_colleague_wrote_stays_and_what_both_wrote_is_shown(
    town: Town, edus_browser: Client, joins: Joins, now: time_machine.Traveller
) -> None:
    anna = browser_of(joins("anna", "Anna", Role.ALLIANCES))
    mine = as_shown(edus_browser, f"{of(town)}edit/", description="Lo mío.", how_to_ask="Por teléfono.")
    now.shift(60)
    theirs = {"cost": "free", "needs": ["food", "clothing"], "is_emergency": "on", "phones": "555 0101"}
    anna.post(f"{of(town)}edit/", as_shown(anna, f"{of(town)}edit/", description="Lo de Anna.", **theirs))
    page = edus_browser.post(f"{of(town)}edit/", mine)
    assert (page.status_code, "Lo de Anna." in page.text) == (422, True)
    form = page.context["form"]
    again = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}
    assert edus_browser.post(f"{of(town)}edit/", again).status_code == 302
    town.kitchen.refresh_from_db()
    assert (town.kitchen.description, town.kitchen.how_to_ask) == ("Lo mío.", "Por teléfono.")
    assert (town.kitchen.cost, town.kitchen.needs, town.kitchen.is_emergency) == ("free", ("food", "clothing"), True)
    assert town.kitchen.phones == [{"number": "555 0101"}]


@pytest.mark.parametrize("seen", ["9999-99-99T00:00", "2026-01-01T00:00", "ayer"])
def test_a_page_that_carries_no_moment_of_ours_breaks_nothing(town: Town, edus_browser: Client, seen: str) -> None:
    sent = as_shown(edus_browser, f"{of(town)}edit/", description="Almuerzos.", seen=seen)
    assert edus_browser.post(f"{of(town)}edit/", sent).status_code == 302
    words = {"source": "words", "text": "24 horas", "seen": seen}
    assert edus_browser.post(f"{of(town)}hours/", words).status_code == 302


@pytest.mark.parametrize(
    ("written", "amount", "shown"),
    [
        ("5.000", 5000, "5000"),
        ("$ 12.500", 12500, "12500"),
        ("1.234.567,50", 1234567.5, "1234567,5"),
        ("5,000", 5000, "5000"),
        ("500,5", 500.5, "500,5"),
        ("0,5", 0.5, "0,5"),
    ],
)
def test_an_amount_is_read_as_people_here_write_it(
    town: Town, edus_browser: Client, written: str, amount: float, shown: str
) -> None:
    """Five thousand pesos are not five."""
    sent = as_shown(edus_browser, f"{of(town)}edit/", cost_options=f"Copia; {written}; COP")
    assert edus_browser.post(f"{of(town)}edit/", sent).status_code == 302
    town.kitchen.refresh_from_db()
    assert town.kitchen.cost_options == [{"option": "Copia", "amount": amount, "currency": "COP"}]
    assert as_shown(edus_browser, f"{of(town)}edit/")["cost_options"] == f"Copia; {shown}; COP"


def test_whoever_reads_a_service_can_say_that_something_is_wrong_there(town: Town, rosas_browser: Client) -> None:
    assert f"/workspace/directory/services/{town.kitchen.pk}/report/" in rosas_browser.get(of(town)).text


def test_not_to_be_published_says_why_and_can_be_taken_back(town: Town, edus_browser: Client) -> None:
    edus_browser.post(f"{of(town)}withhold/", {"because": ""})
    town.kitchen.refresh_from_db()
    assert not town.kitchen.is_withheld
    edus_browser.post(f"{of(town)}withhold/", {"because": "No quieren aparecer"})
    assert "No quieren aparecer" in edus_browser.get(of(town)).text
    edus_browser.post(f"{of(town)}withhold/", {"is_withheld": "no"})
    town.kitchen.refresh_from_db()
    assert not town.kitchen.is_withheld


# -- for a while -------------------------------------------------------------------------------------------------------


def notice(**other: str) -> dict[str, str]:
    given = {
        "kind": "closed",
        "text": "Inventario",
        "hours": "",
        "begins_at": "2026-11-24T08:00",
        "ends_at": "2026-11-26T08:00",
    }
    return {f"notice-{name}": value for name, value in {**given, **other}.items()}


def test_a_notice_is_read_until_its_end_and_can_be_ended_before(
    town: Town, edus_browser: Client, edu: User, now: time_machine.Traveller
) -> None:
    assert edus_browser.post(f"{of(town)}notices/", notice()).status_code == 302
    assert "Inventario" in edus_browser.get(of(town)).text
    edus_browser.post(f"{SERVICES}notices/{Notice.objects.get().pk}/end/")
    assert not edus_browser.get(of(town)).context["notices"]
    edus_browser.post(f"{PLACES}{town.hall.pk}/notices/", notice(text="Pintan la sede"))
    assert "Pintan la sede" in edus_browser.get(of(town)).text
    now.shift(3 * 24 * 3600)
    assert not browser_of(edu).get(of(town)).context["notices"]


@pytest.mark.parametrize(
    "wrong", [{"ends_at": "2026-11-20T08:00"}, {"ends_at": ""}, {"kind": "hours", "hours": "cuando haya"}]
)
def test_a_notice_that_cannot_be_said_comes_back_with_its_words(
    town: Town, edus_browser: Client, wrong: dict[str, str]
) -> None:
    page = edus_browser.post(f"{of(town)}notices/", notice(text="Estamos de inventario", **wrong))
    assert (page.status_code, "Estamos de inventario" in page.text) == (422, True)
    assert not Notice.objects.exists()


def test_other_hours_for_a_while_are_understood_in_spanish(town: Town, edus_browser: Client) -> None:
    edus_browser.post(f"{of(town)}notices/", notice(kind="hours", hours="lunes a viernes de 9 a 13"))
    assert Notice.objects.get().hours == "Mo-Fr 09:00-13:00"
    assert "Lunes a viernes de 9:00 a 13:00" in edus_browser.get(of(town)).text


def test_how_much_is_left_ends_with_its_hours(town: Town, edus_browser: Client) -> None:
    sent = {
        "unit": "cupos",
        "available": "3",
        "maximum": "40",
        "good_for": "6",
        "place": str(town.at.pk),
        "description": "",
    }
    sent = {f"capacity-{name}": value for name, value in sent.items()}
    assert edus_browser.post(f"{of(town)}capacity/", sent).status_code == 302
    said = Capacity.objects.get()
    assert (said.available, said.at, (said.good_until - said.updated_at).total_seconds()) == (3, town.at, 6 * 3600)
    page = edus_browser.post(
        f"{of(town)}capacity/", {**sent, "capacity-available": "50", "capacity-description": "camas bajas"}
    )
    assert (page.status_code, "camas bajas" in page.text) == (422, True)


# -- hours -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("available", ["1e300", "100000", "-1", "nan"])
def test_nobody_counts_so_many_beds(town: Town, edus_browser: Client, available: str) -> None:
    sent = {"capacity-unit": "camas", "capacity-available": available, "capacity-good_for": "6", "capacity-place": ""}
    assert edus_browser.post(f"{of(town)}capacity/", sent).status_code == 422
    assert not Capacity.objects.exists()


def test_what_is_left_is_marked_once_nobody_is_told_it_any_more(
    town: Town, edus_browser: Client, edu: User, now: time_machine.Traveller
) -> None:
    sent = {"capacity-unit": "camas", "capacity-available": "3", "capacity-good_for": "2", "capacity-place": ""}
    edus_browser.post(f"{of(town)}capacity/", sent)
    assert '<span class="badge">ya no se dice</span>' not in edus_browser.get(of(town)).text
    now.shift(3 * 3600)
    assert '<span class="badge">ya no se dice</span>' in browser_of(edu).get(of(town)).text


def week(**filled: str) -> dict[str, str]:
    return {
        "source": "week", "do": "save", "week-holidays": "unknown", "week-specials": "2",
        **{f"week-{name}": value for name, value in filled.items()},
    }  # fmt: skip


WEEKDAYS = {f"{day}_0_{edge}": hour for day in range(5) for edge, hour in (("opens", "08:00"), ("closes", "17:00"))}


def test_a_week_is_filled_in_and_written_as_openstreetmap_does(town: Town, edus_browser: Client) -> None:
    filled = {**WEEKDAYS, "0_1_opens": "18:00", "0_1_closes": "20:00", "5_0_opens": "22:00", "5_0_closes": "02:00"}
    dates = {
        "s0_first": "2026-12-24",
        "s0_comment": "Navidad",
        "s1_first": "2026-12-31",
        "s1_0_opens": "08:00",
        "s1_0_closes": "12:00",
    }
    sent = week(**filled, **dates) | {"week-holidays": "closed"}
    page = edus_browser.post(f"{of(town)}hours/", sent)
    assert page.status_code == 302, page.context["week"].errors
    town.kitchen.refresh_from_db()
    assert town.kitchen.holidays == "closed"
    for part in ("08:00-17:00,18:00-20:00", "Sa 22:00-02:00", "2026 Dec 24", "2026 Dec 31 08:00-12:00", "PH off"):
        assert part in town.kitchen.hours
    assert not Confirmation.objects.exists()
    shown = edus_browser.get(f"{of(town)}hours/").context["week"]
    assert shown["5_0_closes"].value() == "02:00"
    assert (shown["s0_comment"].value(), shown["holidays"].value()) == ("Navidad", "closed")


def test_saving_a_week_that_nobody_touched_changes_nothing(town: Town, edus_browser: Client) -> None:
    edus_browser.post(
        f"{of(town)}hours/",
        week(**WEEKDAYS) | {"week-holidays": "own", "week-ph_0_opens": "09:00", "week-ph_0_closes": "11:00"},
    )
    before = Service.objects.values("hours", "holidays", "modified_at").get()
    form = edus_browser.get(f"{of(town)}hours/").context["week"]
    sent = {bound.html_name: bound.field.prepare_value(bound.value()) or "" for bound in form}
    assert edus_browser.post(f"{of(town)}hours/", {**sent, "source": "week", "do": "save"}).status_code == 302
    assert Service.objects.values("hours", "holidays", "modified_at").get() == before


def test_hours_are_written_in_spanish_too_and_put_into_the_week_before_saving(town: Town, edus_browser: Client) -> None:
    words = {"source": "words", "text": "lunes a viernes de 8 a 17"}
    page = edus_browser.post(f"{of(town)}hours/", {**words, "do": "read"})
    assert page.context["week"]["4_0_closes"].value() == "17:00"
    assert not Change.objects.exists()
    edus_browser.post(f"{of(town)}hours/", {**words, "do": "save"})
    town.kitchen.refresh_from_db()
    assert town.kitchen.hours == "Mo-Fr 08:00-17:00"


@pytest.mark.parametrize(
    "wrong",
    [
        {"0_0_opens": "08:00"},
        {"0_0_opens": "8 y media", "0_0_closes": "17:00"},
        {"0_0_opens": "08:00", "0_0_closes": "12:00", "0_1_opens": "11:00", "0_1_closes": "13:00"},
        {"s0_comment": "Navidad"},
        {"holidays": "own", "0_0_opens": "08:00", "0_0_closes": "12:00"},
    ],
)
def test_a_week_that_cannot_be_comes_back_as_it_was_filled(
    town: Town, edus_browser: Client, wrong: dict[str, str]
) -> None:
    page = edus_browser.post(f"{of(town)}hours/", week(**wrong, **{"6_comment": "con cita previa"}))
    assert page.status_code == 422
    for value in wrong.values():
        assert value in page.text
    assert "con cita previa" in page.text
    assert not Change.objects.exists()


def test_what_is_being_written_is_read_back_while_it_is_written(town: Town, edus_browser: Client) -> None:
    """10:00 on a Tuesday in Bogotá is 12:00 in Valparaíso, where the kitchen is."""
    sent = {"source": "words", "do": "look", "text": "martes de 11 a 13"}
    part = edus_browser.post(f"{of(town)}hours/", sent, headers={"HX-Request": "true"})
    assert part.context["said"].state == "open"
    assert "<html" not in part.text
    closed = edus_browser.post(
        f"{of(town)}hours/", {**sent, "text": "miércoles de 11 a 13"}, headers={"HX-Request": "true"}
    )
    assert closed.context["said"].state == "closed"
    nothing = edus_browser.post(
        f"{of(town)}hours/", {**sent, "text": "cuando haya alguien"}, headers={"HX-Request": "true"}
    )
    assert nothing.context["faults"]
    assert not Change.objects.exists()


def test_without_script_the_same_is_a_button(town: Town, edus_browser: Client) -> None:
    page = edus_browser.post(f"{of(town)}hours/", week(**WEEKDAYS) | {"do": "look"})
    assert (page.status_code, page.context["said"].state, page.context["is_unsaved"]) == (200, "open", True)
    assert page.context["week"]["0_0_opens"].value() == "08:00"
    assert not Change.objects.exists()


def test_hours_too_rich_for_a_week_are_only_written_in_words(town: Town, edus_browser: Client) -> None:
    Service.objects.update(hours="Sa[1] 09:00-12:00")
    page = edus_browser.get(f"{of(town)}hours/")
    assert not page.context["fits"]
    assert "Sa[1] 09:00-12:00" in page.text


def test_no_hours_at_all_are_not_known_and_never_closed(town: Town, edus_browser: Client) -> None:
    assert edus_browser.get(of(town)).context["now"].state == "unknown"
    edus_browser.post(f"{of(town)}hours/", week())
    assert Service.objects.get().hours == ""


def test_a_service_has_its_own_hours_at_one_place_and_the_place_has_its_own(town: Town, edus_browser: Client) -> None:
    edus_browser.post(f"{SERVICES}at/{town.at.pk}/hours/", {"source": "words", "do": "save", "text": "24 horas"})
    edus_browser.post(f"{PLACES}{town.hall.pk}/hours/", {"source": "words", "do": "save", "text": "sábados 9 a 13"})
    town.at.refresh_from_db()
    town.hall.refresh_from_db()
    assert (town.at.hours, town.hall.hours) == ("24/7", "Sa 09:00-13:00")


# -- places ------------------------------------------------------------------------------------------------------------


def test_a_place_without_a_pin_is_in_the_middle_of_its_municipality_and_says_so(
    town: Town, edus_browser: Client
) -> None:
    sent = as_shown(
        edus_browser, f"{PLACES}new/?service={town.kitchen.pk}", name="Sede Bogotá", municipality="Bogotá, D.C., Bogotá, D.C.",
        address_1="Carrera Uno 1", hours="L-V 8:00-12:00",
    )  # fmt: skip
    answer = edus_browser.post(f"{PLACES}new/?service={town.kitchen.pk}", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    place = Location.objects.get(name="Sede Bogotá")
    assert (place.latitude, place.longitude, place.is_approximate) == (4.61, -74.08, True)
    assert (place.country, place.city, place.division, place.hours) == (
        "CO",
        "Bogotá, D.C.",
        town.bogota,
        "Mo-Fr 08:00-12:00",
    )
    assert town.kitchen.at.filter(location=place).exists()


def test_a_pin_is_exact_and_taking_it_away_is_approximate_again(town: Town, edus_browser: Client) -> None:
    address = f"{PLACES}{town.hall.pk}/"
    sent = as_shown(edus_browser, address)
    assert "latitude" not in sent  # a point that nobody set is not offered as if somebody had
    edus_browser.post(address, {**sent, "latitude": "-33.04567", "longitude": "-71.62"})
    town.hall.refresh_from_db()
    assert (town.hall.latitude, town.hall.is_approximate) == (-33.04567, False)
    edus_browser.post(address, as_shown(edus_browser, address, latitude=None, longitude=None))
    town.hall.refresh_from_db()
    assert (town.hall.latitude, town.hall.is_approximate) == (-33.05, True)


@pytest.mark.parametrize(
    "wrong",
    [{"latitude": "-33.1"}, {"latitude": "99", "longitude": "1"}, {"municipality": "Macondo"}, {"hours": "a veces"}],
)
def test_a_place_that_cannot_be_comes_back_with_every_word(
    town: Town, edus_browser: Client, wrong: dict[str, str]
) -> None:
    address = f"{PLACES}{town.hall.pk}/"
    page = edus_browser.post(address, as_shown(edus_browser, address, transportation="Micro 602", **wrong))
    assert page.status_code == 422
    for words in ("Micro 602", *wrong.values()):
        assert words in page.text
    assert not Change.objects.exists()


def test_the_map_names_our_own_divisions_and_nobody_elses_server(town: Town, edus_browser: Client) -> None:
    page = edus_browser.get(f"{PLACES}{town.hall.pk}/")
    assert "Valparaíso" in page.context["canvas"].points
    assert "Bogotá" not in page.context["canvas"].points
    assert "tile" not in page.context["canvas"].points


def test_a_service_is_put_at_a_place_and_leaves_it(town: Town, edus_browser: Client) -> None:
    other = Location.objects.create(name="Sede Dos", country="CL")
    edus_browser.post(f"{of(town)}places/", {"location": str(other.pk)})
    at = town.kitchen.at.get(location=other)
    assert "Sede Dos" in edus_browser.get(of(town)).text
    edus_browser.post(f"{SERVICES}at/{at.pk}/away/")
    at.refresh_from_db()
    assert not at.is_active


def test_what_is_so_at_one_place_only_is_written_there(town: Town, edus_browser: Client) -> None:
    address = f"{SERVICES}at/{town.at.pk}/"
    sent = as_shown(edus_browser, address, description="Segundo piso", phones="+56 32 555 0102; portería")
    assert edus_browser.post(address, sent).status_code == 302
    town.at.refresh_from_db()
    assert (town.at.description, town.at.phones[0]["description"]) == ("Segundo piso", "portería")
    wrong = edus_browser.post(address, {**sent, "phones": "portería"})
    assert (wrong.status_code, "Segundo piso" in wrong.text) == (422, True)


def test_a_place_that_is_not_used_any_more_stays_and_takes_no_service(town: Town, edus_browser: Client) -> None:
    address = f"{PLACES}{town.hall.pk}/"
    edus_browser.post(address, as_shown(edus_browser, address, is_active=None))
    town.hall.refresh_from_db()
    assert not town.hall.is_active
    other = Service.objects.create(organization=town.fund, name="Ropero")
    edus_browser.post(f"{SERVICES}{other.pk}/places/", {"location": str(town.hall.pk)})
    assert not other.at.exists()


# -- confidential places -----------------------------------------------------------------------------------------------


SECRET = "Calle del Silencio 77"


@pytest.fixture
def shelter(town: Town, edus_browser: Client) -> Location:
    """Edu makes the hall confidential, with its new address, on the screen."""
    address = f"{PLACES}{town.hall.pk}/"
    answer = edus_browser.post(address, as_shown(edus_browser, address, visibility="confidential", address_1=SECRET))
    assert answer.status_code == 302
    town.hall.refresh_from_db()
    return town.hall


def pages_of(town: Town, place: Location) -> list[str]:
    return [
        SERVICES, PLACES, of(town), f"{of(town)}edit/", f"{of(town)}history/", f"{of(town)}hours/", f"{SERVICES}at/{town.at.pk}/hours/", f"{SERVICES}at/{town.at.pk}/",
        f"{PLACES}{place.pk}/", f"{PLACES}{place.pk}/hours/", f"{PLACES}{place.pk}/history/", f"{PLACES}new/",
        f"{PLACES}confidential/", f"{PLACES}confidential/{place.pk}/", f"{SERVICES}?municipality=Valparaíso, Valparaíso",
    ]  # fmt: skip


def test_who_sealed_it_finds_it_nowhere_any_more(
    shelter: Location, town: Town, edus_browser: Client, edu: User
) -> None:
    for address in pages_of(town, shelter):
        page = edus_browser.get(address)
        assert not [word for word in (SECRET, "Calle Uno", "Sede Puerto", "Comedor del Puerto") if word in page.text], (
            address
        )
        assert page.status_code in (200, 404)
    assert edus_browser.get(f"{PLACES}confidential/{shelter.pk}/").status_code == 404
    assert AuditEntry.objects.filter(actor=edu, verb="refused").exists()
    assert not AuditEntry.objects.filter(verb="location.read").exists()


def test_pilar_opens_it_which_is_written_down_and_corrects_it(
    shelter: Location, town: Town, pilars_browser: Client
) -> None:
    assert SECRET not in pilars_browser.get(f"{PLACES}confidential/").text
    assert SECRET not in pilars_browser.get(of(town)).text
    assert not AuditEntry.objects.filter(verb="location.read").exists()
    address = f"{PLACES}confidential/{shelter.pk}/"
    sent = as_shown(pilars_browser, address, transportation="Micro 602")
    assert sent["address_1"] == SECRET
    assert AuditEntry.objects.filter(verb="location.read", actor__username="pilar").count() == 1
    assert pilars_browser.post(address, sent).status_code == 302
    shelter.refresh_from_db()
    assert (shelter.address_1, shelter.transportation, shelter.visibility) == ("", "", "confidential")
    page = pilars_browser.get(address)
    assert ("Micro 602" in page.text, "Calle Uno 123" in page.text) == (True, True)  # with its history
    assert AuditEntry.objects.filter(verb="location.read").count() == 2


def test_pilar_writes_a_confidential_place_and_puts_a_service_there(
    town: Town, pilars_browser: Client, edus_browser: Client
) -> None:
    new = f"{PLACES}confidential/new/"
    sent = as_shown(pilars_browser, new, name="Casa Ficticia", address_1=SECRET, visibility="public")
    assert pilars_browser.post(new, sent).status_code == 302
    place = Location.objects.get(visibility="confidential")
    assert place.name == ""
    refuge = Service.objects.create(organization=town.fund, name="Refugio Ficticio")
    pilars_browser.post(f"{PLACES}confidential/{place.pk}/services/", {"service": str(refuge.pk)})
    assert "Refugio Ficticio" in pilars_browser.get(SERVICES).text
    assert "Refugio Ficticio" not in edus_browser.get(SERVICES).text


def test_a_form_sent_back_to_pilar_keeps_her_words_and_is_an_opening_too(
    shelter: Location, pilars_browser: Client
) -> None:
    address = f"{PLACES}confidential/{shelter.pk}/"
    sent = as_shown(pilars_browser, address, transportation="Micro 602", latitude="200", longitude="1")
    before = AuditEntry.objects.filter(verb="location.read").count()
    page = pilars_browser.post(address, sent)
    assert (page.status_code, "Micro 602" in page.text) == (422, True)
    assert AuditEntry.objects.filter(verb="location.read").count() == before + 1


def test_a_confidential_service_leaves_the_list_of_whoever_made_it_so(
    town: Town, edus_browser: Client, pilars_browser: Client
) -> None:
    answer = edus_browser.post(
        f"{of(town)}edit/", as_shown(edus_browser, f"{of(town)}edit/", visibility="confidential")
    )
    assert answer.headers["Location"] == SERVICES
    assert edus_browser.get(of(town)).status_code == 404
    assert pilars_browser.get(of(town)).status_code == 200


def test_the_trail_of_each_deed_is_one_entry(town: Town, edus_browser: Client, edu: User) -> None:
    deeds: list[tuple[str, dict[str, Any]]] = [
        (f"{of(town)}edit/", as_shown(edus_browser, f"{of(town)}edit/", description="Almuerzos.")),
        (f"{of(town)}notices/", notice()),
        (f"{of(town)}withhold/", {"because": "No quieren"}),
        (f"{of(town)}hours/", week(**WEEKDAYS)),
        (f"{PLACES}{town.hall.pk}/", as_shown(edus_browser, f"{PLACES}{town.hall.pk}/", name="Otra sede")),
    ]
    for address, sent in deeds:
        before = AuditEntry.objects.filter(actor=edu).count()
        assert edus_browser.post(address, sent).status_code == 302
        assert AuditEntry.objects.filter(actor=edu).count() == before + 1, address


# -- slips of the hand -------------------------------------------------------------------------------------------------


def test_a_quotation_mark_in_the_terms_of_a_day_does_not_spoil_the_week(town: Town, edus_browser: Client) -> None:
    sent = week(**WEEKDAYS, **{"0_comment": 'con "cita"; llamar'})
    assert edus_browser.post(f"{of(town)}hours/", sent).status_code == 302
    town.kitchen.refresh_from_db()
    assert town.kitchen.hours == "Mo 08:00-17:00 \"con 'cita'; llamar\"; Tu-Fr 08:00-17:00"
    assert edus_browser.get(f"{of(town)}hours/").context["fits"]


def test_a_comma_in_a_coordinate_is_a_decimal_point(town: Town, edus_browser: Client) -> None:
    address = f"{PLACES}{town.hall.pk}/"
    sent = as_shown(edus_browser, address, latitude="-33,04", longitude="-71,6")
    assert edus_browser.post(address, sent).status_code == 302
    town.hall.refresh_from_db()
    assert (town.hall.latitude, town.hall.longitude) == (-33.04, -71.6)


def test_a_place_of_which_nothing_is_said_is_none(town: Town, edus_browser: Client) -> None:
    page = edus_browser.post(f"{PLACES}new/", as_shown(edus_browser, f"{PLACES}new/", description="Portón verde"))
    assert (page.status_code, "Portón verde" in page.text) == (422, True)
    assert Location.objects.count() == 1


@pytest.mark.parametrize("day", ["1926-11-22", "2025-11-20"])
def test_nothing_is_confirmed_for_a_year_that_was_a_slip(town: Town, edus_browser: Client, day: str) -> None:
    address = f"/workspace/directory/services/{town.kitchen.pk}/"
    assert (
        edus_browser.post(f"{address}confirm/", {"parts": "hours", "how": "call", "on": day, "at": ""}).status_code
        == 422
    )
    assert not Confirmation.objects.exists()
    sent = {"experience-kind": "served", "experience-on": day}
    assert edus_browser.post(f"{address}experience/", sent).status_code == 422
