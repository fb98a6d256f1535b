"""Importing: all or nothing, twice is once, nothing of ours is overwritten, nothing is believed."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baquiano.accounts.models import AuditEntry, User
from baquiano.directory import editing, importing, layouts, version
from baquiano.directory.importing import Report
from baquiano.directory.models import (
    Confirmation,
    Location,
    OldId,
    Organization,
    Service,
    ServiceAtLocation,
    Visibility,
)
from tests.directory import elsewhere, offers

Json = dict[str, Any]


def taken(services: list[Json], **how: Any) -> Report:
    feed = layouts.from_services([(f"item {n}", json.loads(json.dumps(row))) for n, row in enumerate(services, 1)])
    return importing.take_in(feed, **{"origin": "import:vecinos", "by": None, **how})


@pytest.fixture
def three(db: None) -> list[Json]:
    offers.territory()
    return elsewhere.services_of_3(3)


def _placed(service: Json, **place: Any) -> Json:
    address = {"id": "00000000-0000-4000-8000-000000000071", "address_1": "Calle 1", "city": "Valparaíso",
               "state_province": "Valparaíso", "postal_code": "", "country": "CL", "address_type": "physical"}  # fmt: skip
    location = {
        "id": "00000000-0000-4000-8000-000000000070",
        "location_type": "physical",
        "name": "Sede",
        "addresses": [address],
    }
    at = {"id": "00000000-0000-4000-8000-000000000072", "location": {**location, **place}}
    return {**service, "service_at_locations": [at]}


# -- once, twice ---------------------------------------------------------------------------------------------------------


def test_what_comes_in_is_unverified_and_says_where_it_is_from(three: list[Json]) -> None:
    report = taken(three)
    assert (report.added, report.errors) == (4, ())
    assert set(Service.objects.values_list("origin", flat=True)) == {"import:vecinos"}
    assert not Confirmation.objects.exists()
    assert any(row.column == "assured_date" for row in report.remarks)


def test_the_same_file_twice_changes_nothing(three: list[Json]) -> None:
    taken(three)
    before, rows = version.number(), list(Service.objects.order_by("pk").values())
    report = taken(three)
    assert (report.added, report.changed, report.kept, report.unchanged) == (0, 0, 0, 4)
    assert version.number() == before
    assert list(Service.objects.order_by("pk").values()) == rows


def test_a_change_there_is_a_change_here_with_its_history(three: list[Json]) -> None:
    taken(three)
    three[0]["phones"][0]["number"] = "+56 32 555 9999"
    assert taken(three).changed == 1
    service = Service.objects.get(name="Servicio Ficticio 1")
    assert service.phones[0]["number"] == "+56 32 555 9999"


def test_what_was_edited_here_is_kept_and_told(three: list[Json], rosa: User) -> None:
    taken(three)
    service = Service.objects.get(name="Servicio Ficticio 1")
    editing.change(service, {"hours": "Mo-Fr 10:00-12:00"}, by=rosa, how="edit")
    three[0]["schedules"][0]["opens_at"] = "07:00:00"
    three[0]["description"] = "Nueva"
    report = taken(three)
    service.refresh_from_db()
    assert service.hours == "Mo-Fr 10:00-12:00"
    assert service.description == "Nueva"
    assert report.kept == 1
    assert any("hours" in row.text for row in report.remarks)


def test_a_row_that_was_written_here_is_not_overwritten_by_its_id(three: list[Json]) -> None:
    owner = offers.organization()
    Service.objects.create(pk=three[0]["id"], organization=owner, name="Nuestro")
    report = taken(three)
    assert Service.objects.get(pk=three[0]["id"]).name == "Nuestro"
    assert report.kept == 1


def test_an_id_that_was_merged_away_does_not_come_back(three: list[Json], rosa: User) -> None:
    ours = offers.service(offers.organization())
    OldId.objects.create(old=three[0]["id"], entity="service", row=ours.pk, by=rosa)
    taken(three)
    assert not Service.objects.filter(pk=three[0]["id"]).exists()


def test_a_place_the_service_left_is_not_offered_any_more(three: list[Json]) -> None:
    taken([_placed(three[0]), *three[1:]])
    assert ServiceAtLocation.objects.get().is_active
    taken([{**three[0], "service_at_locations": []}, *three[1:]])
    assert not ServiceAtLocation.objects.get().is_active


def test_a_list_of_short_rows_does_not_empty_what_we_know(three: list[Json]) -> None:
    taken(three)
    short = [{name: row[name] for name in ("id", "name", "status", "organization")} for row in three]
    assert taken(short).changed == 0
    assert Service.objects.get(name="Servicio Ficticio 1").phones


def test_who_took_it_in_is_in_the_trail(three: list[Json], rosa: User) -> None:
    taken(three, by=rosa)
    assert AuditEntry.objects.get(verb="directory.imported").actor == rosa


def test_a_demo_stays_a_demo(three: list[Json]) -> None:
    taken(three, origin="pack:demo", is_demo=True)
    assert not Service.objects.filter(is_demo=False).exists()


# -- all or nothing ------------------------------------------------------------------------------------------------------


def test_an_invalid_feed_is_refused_row_by_row_and_nothing_is_written(
    three: list[Json], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    del three[0]["name"]
    three[0] |= {"url": "example_counselling", "email": "email-example_com"}
    three[1]["status"] = "abierto"
    three[2] |= {"id": "3", "minimum_age": "muchos"}
    three[2]["phones"] = [{"extension": 3}]
    with pytest.raises(CommandError) as refusal:
        call_command("hsds", "import", elsewhere.saved(tmp_path / "malo.json", three))
    assert refusal.value.returncode == 1
    told = capsys.readouterr().err.splitlines()
    for row, column in (
        (1, "name"),
        (1, "url"),
        (1, "email"),
        (2, "status"),
        (3, "id"),
        (3, "minimum_age"),
        (3, "number"),
    ):
        assert any(f" {row}" in line and f" {column}: " in line for line in told), (row, column)
    assert not Service.objects.exists()
    assert not Organization.objects.exists()


def test_the_same_feed_as_an_older_one_leaves_out_what_cannot_be_read(three: list[Json], tmp_path: Path) -> None:
    three[0] |= {"url": "example_counselling", "email": "email-example_com"}
    call_command("hsds", "import", elsewhere.saved(tmp_path / "malo.json", three), "--layout", "older")
    assert Service.objects.get(name="Servicio Ficticio 1").email == ""


def test_an_organisation_that_is_nowhere_is_an_error(three: list[Json]) -> None:
    del three[0]["organization"]
    three[0]["organization_id"] = "00000000-0000-4000-8000-000000000099"
    report = taken(three)
    assert [(row.row, row.column) for row in report.errors] == [("item 1", "organization_id")]
    assert not Service.objects.exists()


def test_a_preview_writes_nothing(three: list[Json], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hsds", "import", elsewhere.saved(tmp_path / "tres.json", three), "--preview")
    assert "Servicio Ficticio 3" in capsys.readouterr().out
    assert not Service.objects.exists()


def test_an_empty_file_and_one_that_is_not_there_are_refused(db: None, tmp_path: Path) -> None:
    for path in (elsewhere.saved(tmp_path / "nada.json", []), str(tmp_path / "no-hay.json")):
        with pytest.raises(CommandError):
            call_command("hsds", "import", path)


# -- lies ----------------------------------------------------------------------------------------------------------------


def test_one_id_a_hundred_and_twenty_eight_times_is_one_service_and_is_told(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [one] = elsewhere.services_of_3(1)
    short = {"id": one["id"], "name": one["name"], "status": "active"}
    page = {
        "total_items": 31,
        "total_pages": 4,
        "page_number": 1,
        "size": 10,
        "contents": [*[short] * 60, one, *[short] * 67],
    }
    call_command("hsds", "import", elsewhere.saved(tmp_path / "miente.json", page))
    said = capsys.readouterr().out
    assert Service.objects.count() == 1
    assert Service.objects.get().phones  # the fullest of them
    assert "31" in said
    assert "128" in said
    assert one["id"] in said


@pytest.mark.parametrize(
    ("latitude", "longitude"), [(-71.6, -33.04), (0, 0), (4.6, -74.1), (133, 12), (91, 181)], ids=str
)
def test_a_point_that_cannot_be_there_is_left_out_and_told(
    three: list[Json], latitude: float, longitude: float
) -> None:
    report = taken([_placed(three[0], latitude=latitude, longitude=longitude)])
    place = Location.objects.get()
    assert (place.latitude, place.longitude) == (None, None)
    assert any("latitude" in row.column for row in report.remarks)


def test_a_point_written_with_commas_is_read_and_told(three: list[Json]) -> None:
    report = taken([_placed(three[0], latitude="-33,04", longitude="-71,62")])
    assert Location.objects.get().latitude == -33.04
    assert any("latitude" in row.column for row in report.remarks)


def test_days_that_are_different_do_not_close_all_the_others(three: list[Json]) -> None:
    closed = {"valid_from": "2036-12-25", "valid_to": "2036-12-25", "description": "Cerrado"}
    taken([{**three[0], "schedules": [{"id": "00000000-0000-4000-8000-000000000077", **closed}]}])
    service = Service.objects.get()
    assert service.hours == ""
    assert "2036-12-25" in service.hours_note


# -- what is hidden ------------------------------------------------------------------------------------------------------


def test_a_place_that_is_confidential_here_is_not_touched(three: list[Json]) -> None:
    shelter = offers.shelter()
    Location.objects.filter(pk=shelter.pk).update(origin="import:vecinos")
    taken([_placed(three[0], id=str(shelter.pk), name="Refugio")])
    shelter.refresh_from_db()
    assert (shelter.visibility, shelter.name, shelter.city) == (Visibility.CONFIDENTIAL, "", "")


def test_a_place_that_comes_in_as_confidential_is_sealed_at_once(three: list[Json]) -> None:
    taken([_placed(three[0], visibility="confidential")], origin="pack:prueba")
    place = Location.objects.get()
    assert place.visibility == Visibility.CONFIDENTIAL
    assert (place.name, place.address_1, place.division) == ("", "", None)
    assert place.sealed is not None
    taken([_placed(three[0], visibility="confidential")], origin="pack:prueba")
    assert Location.objects.get().visibility == Visibility.CONFIDENTIAL


# -- plain keys of our own -------------------------------------------------------------------------------------------------


def test_packs_say_our_code_lists_in_plain_keys(three: list[Json]) -> None:
    said = {"needs": ["food", "shelter"], "asks_documents": "no", "accepts": ["none"], "areas": ["CL05"], "is_emergency": True,
            "opening_hours": "lunes a viernes de 9 a 13", "source": "Prueba", "source_date": "2026-11-01"}  # fmt: skip
    report = taken([_placed({**three[0], **said}, accessibility_codes=["ramp"], step_free="yes")], origin="pack:prueba")
    assert report.errors == ()
    service = Service.objects.get()
    assert service.needs == ("food", "shelter")
    assert (service.asks_documents, service.accepts, service.areas) == ("no", ("none",), ("CL05",))
    assert (service.is_emergency, service.hours, str(service.source_on)) == (True, "Mo-Fr 09:00-13:00", "2026-11-01")
    assert Location.objects.get().accessibility == ("ramp",)


def test_a_code_nobody_knows_is_an_error_of_its_row(three: list[Json]) -> None:
    report = taken([{**three[0], "needs": ["comida"]}])
    assert [(row.row, row.column) for row in report.errors] == [("item 1", "needs")]
