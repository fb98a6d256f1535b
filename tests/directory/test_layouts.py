"""Directories in every layout there has been come in through the command, whatever their ids, encodings, days and hours look like."""

import gzip
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baquiano.directory import layouts, reading, values
from baquiano.directory.documents import CannotRead
from baquiano.directory.models import Attribute, Confirmation, Location, Organization, Service, ServiceAtLocation, Term
from baquiano.directory.values import Order
from tests import hsds_schemas
from tests.directory import elsewhere
from tests.directory.offers import territory

DATA = Path(__file__).parents[1] / "data" / "hsds"


@pytest.fixture
def old(db: None, tmp_path: Path) -> Path:
    territory()
    return elsewhere.hsds_1(tmp_path / "viejo")


def test_a_package_of_hsds_1_comes_in_whole(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hsds", "import", str(old))
    assert (Organization.objects.count(), Service.objects.count(), ServiceAtLocation.objects.count()) == (2, 12, 12)
    first = Service.objects.get(name="Servicio 1")
    assert first.status == Service.Status.ACTIVE
    assert first.cost_text == "None."
    assert first.eligibility_text == "adult\nfamily"
    assert first.languages == ("es", "ht")
    assert first.phones[0]["number"] == "+56 32 555 0001"
    assert first.phones[0]["extension"] == 12
    assert [row["document"] for row in first.required_documents] == ["Cédula"]
    at = first.at.get()
    assert at.hours == "Mo-Fr 08:00-17:00; 2036 Dec 25 off; 2036 Dec 24 10:00-12:00"
    place = at.location
    assert (place.address_1, place.address_2, place.country) == ("Calle 1", "piso 2", "CL")
    assert place.division is not None
    assert place.zone == "America/Santiago"
    assert not Confirmation.objects.exists()


def test_names_of_people_stay_where_they_were(old: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hsds", "import", str(old))
    assert "contacts" in capsys.readouterr().out
    assert "Ana Ficticia" not in elsewhere.exported(tmp_path / "a.json")


def test_terms_of_an_older_taxonomy_stay_on_their_services(old: Path) -> None:
    call_command("hsds", "import", str(old))
    food = Term.objects.get(name="Food")
    assert food.parent == Term.objects.get(name="Basic needs")
    assert Attribute.objects.filter(term=food, entity="service").count() == 12


def test_a_service_named_by_a_number_has_the_same_id_each_time(old: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hsds", "import", str(old))
    ids = set(Service.objects.values_list("pk", flat=True))
    call_command("hsds", "import", str(old))
    assert set(Service.objects.values_list("pk", flat=True)) == ids
    assert {row.more["id"] for row in Service.objects.all()} == {str(n) for n in range(1, 13)}


@pytest.mark.parametrize(
    "how",
    [
        {"encoding": "utf-8-sig"},
        {"encoding": "cp1252", "separator": ";"},
        {"encoding": "utf-16", "separator": "\t"},
        {"encoding": "latin-1", "separator": "|"},
    ],
    ids=str,
)
def test_encodings_and_separators_are_noticed(db: None, tmp_path: Path, how: dict[str, Any]) -> None:
    call_command("hsds", "import", str(elsewhere.hsds_1(tmp_path / "viejo", 2, **how)))
    assert Organization.objects.filter(name="Fundación Ñandú Ficticia").exists()
    assert Location.objects.filter(city="Valparaíso").count() == 2


def test_a_zip_of_tables_is_read_as_its_folder(db: None, tmp_path: Path) -> None:
    folder = elsewhere.hsds_1(tmp_path / "viejo", 3)
    with zipfile.ZipFile(tmp_path / "viejo.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, f"datos/{path.name}")
    call_command("hsds", "import", str(tmp_path / "viejo.zip"))
    assert Service.objects.count() == 3


def test_hundreds_of_services_and_thousands_of_schedules(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = elsewhere.hsds_1(tmp_path / "viejo", 450)
    call_command("hsds", "import", str(folder))
    assert "2250 regular_schedule" in capsys.readouterr().out
    found = json.loads(elsewhere.exported(tmp_path / "a.json"))
    assert len(found) == 450
    rows = [row for service in found for at in service["service_at_locations"] for row in at["schedules"]]
    assert len(rows) == 2250 + 2  # and the two days that are different
    assert len({row["id"] for row in rows}) == len(rows)


def test_a_directory_without_ids_and_with_owners_it_does_not_bring(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = elsewhere.without_ids(tmp_path / "ayuda")
    call_command("hsds", "import", str(folder))
    told = capsys.readouterr().out
    assert "services.csv, " in told
    assert "organization_id" in told
    one, two, three = (Service.objects.get(name=f"Servicio {n}") for n in (1, 2, 3))
    assert one.organization.name == "Centro Ficticio"
    assert two.organization == three.organization != one.organization
    assert "91" in two.organization.name
    first, second = (Location.objects.get(name=f"Sede {n}") for n in (7, 8))
    assert first.hours == "Mo 09:00-17:00; Tu 10:00-04:00"
    assert "closes_at" in told  # a night, or somebody's afternoon
    assert (second.hours, second.hours_note) == ("", "")  # a weekday without hours is not a closed one
    assert [phone["number"] for phone in first.phones] == ["32 555 0107"]
    assert ServiceAtLocation.objects.count() == 3
    text = elsewhere.exported(tmp_path / "a.json")
    assert [fault for row in json.loads(text) for fault in hsds_schemas.faults("service", row)] == []
    call_command("hsds", "import", str(folder))
    assert elsewhere.exported(tmp_path / "b.json") == text


def test_a_directory_of_ohana_comes_in(db: None, tmp_path: Path) -> None:
    call_command("hsds", "import", str(elsewhere.ohana(tmp_path / "ohana")))
    first = Service.objects.get(name="Servicio 1")
    assert first.organization.name == "Centro Ficticio"
    assert first.hours == "Mo 09:00-15:00; Tu 14:00-16:00"
    assert "01-01" in first.hours_note  # every year: no row of HSDS says that
    assert first.eligibility_text == "Todas las personas\nFamilias"
    assert [row["name"] for row in first.more["service_areas"]] == ["Colma (norte, sur)", "Daly City"]
    assert [row["document"] for row in first.required_documents] == ["Cédula", "Certificado"]
    place = first.at.get().location
    assert place.accessibility == ("ramp", "lift")
    assert place.languages == ("es", "tl")
    assert Location.objects.get(name="Línea").kind == Location.Type.VIRTUAL
    assert Attribute.objects.filter(row=first.pk).count() == 2


def test_services_of_open_referral_uk_1_come_in(db: None, tmp_path: Path) -> None:
    call_command("hsds", "import", elsewhere.saved(tmp_path / "uk.json", elsewhere.UK_1))
    service = Service.objects.get()
    assert (service.minimum_age, service.maximum_age, service.eligibility_text) == (18, 65, "adults")
    assert service.at.get().hours == "Mo,Tu 09:00-17:00"
    place = service.at.get().location
    assert (place.city, place.country, place.postal_code) == ("Bristol", "GB", "BS1")
    assert Term.objects.get().name == "Food"


@pytest.mark.parametrize("name", ["service_full.json", "tables"])
def test_the_published_examples_come_in_and_go_out_again(
    db: None, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("hsds", "import", str(DATA / name))
    assert "100.0, 101.0" in capsys.readouterr().out  # the example lies off the globe
    [found] = json.loads(elsewhere.exported(tmp_path / "a.json"))
    assert hsds_schemas.faults("service", found) == []
    assert "assured_date" not in found
    assert found["id"] == "ac148810-d857-441c-9679-408f346de14b"
    assert found["service_at_locations"][0]["schedules"][0]["id"] == "48102e86-bb50-41c4-8f1e-e269368c41d1"


def test_a_folder_of_something_else_is_refused(db: None, tmp_path: Path) -> None:
    elsewhere.write(tmp_path / "otra", "ventas", [{"id": 1, "monto": 2}])
    with pytest.raises(CommandError):
        call_command("hsds", "import", str(tmp_path / "otra"))


# -- one cell at a time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "clock"),
    [
        ("8", "08:00"), ("08:00:00", "08:00"), ("9am", "09:00"), ("4:00 PM", "16:00"), ("12 a.m.", "00:00"), ("12pm", "12:00"),
        ("17h30", "17:30"), ("17 h", "17:00"), ("0830", "08:30"), ("9.30", "09:30"), ("24:00", "24:00"), ("mediodía", "12:00"),
        ("08:00Z", "08:00"), ("25:00", None), ("13pm", None), ("pronto", None), ("", None), ("9:75", None),
    ],
)  # fmt: skip
def test_hours_as_people_type_them(said: str, clock: str | None) -> None:
    assert values.clock(said) == clock


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2026-12-25", "2026-12-25"), ("2026-12-25T10:00:00Z", "2026-12-25"), ("25/12/2026", "2026-12-25"),
        ("12/25/26", "2026-12-25"), ("25 de diciembre de 2026", "2026-12-25"), ("December 25, 2026", "2026-12-25"),
        ("25-Dec-2026", "2026-12-25"), ("20261225", "2026-12-25"), ("06/06/2026", "2026-06-06"), ("05/06/2026", None),
        ("31/02/2026", None), ("ayer", None),
    ],
)  # fmt: skip
def test_days_as_people_type_them(said: str, day: str | None) -> None:
    found = values.day(said)
    assert (found.isoformat() if found else None) == day


def test_a_day_that_could_be_two_is_read_as_the_others_of_its_file() -> None:
    assert values.order_of(["05/06/2026", "25/12/2026"]) is Order.DAY
    assert values.order_of(["05/06/2026", "12/25/2026"]) is Order.MONTH
    assert values.order_of(["05/06/2026"]) is Order.UNKNOWN
    assert values.order_of(["25/12/2026", "12/25/2026"]) is Order.UNKNOWN
    assert str(values.day("05/06/2026", Order.DAY)) == "2026-06-05"


def test_numbers_of_weekdays_count_from_monday_unless_there_is_a_nought() -> None:
    assert values.weekdays(["1", "7"]) == {"1": "MO", "7": "SU"}
    assert values.weekdays(["0", "1"]) == {}
    assert values.weekdays(["miércoles", "Thu"]) == {"miércoles": "WE", "Thu": "TH"}


def test_a_separator_inside_quotes_does_not_count() -> None:
    rows = reading.rows_of(b'"id";"a, b, c, d"\n1;2\n', "x.csv")
    assert [row["a_b_c_d"] for row in rows] == ["2"]


def test_excel_says_its_separator_in_the_first_line() -> None:
    assert reading.rows_of(b"sep=;\nid;name\n1;Uno\n", "x.csv")[0]["name"] == "Uno"


def test_a_row_with_more_cells_than_the_header_is_named() -> None:
    with pytest.raises(CannotRead, match="3"):
        reading.rows_of(b"id,name\n1,Uno\n2,Dos,tres\n", "x.csv")


def test_a_file_is_known_by_its_name_in_any_version() -> None:
    assert layouts.table_of("datos/Services_At_Location.csv") == "service_at_location"
    assert layouts.table_of("organisations.csv") == "organization"
    assert layouts.table_of("ventas.csv") == ""


# -- files as people have them -------------------------------------------------------------------------------------------


def test_a_quote_that_is_never_closed_swallows_no_rows(old: Path) -> None:
    services = (old / "services.csv").read_text(encoding="utf-8").replace("Servicio 4,", '"Servicio 4,')
    (old / "services.csv").write_text(services, encoding="utf-8")
    with pytest.raises(CommandError, match=r"services\.csv, fila 5 abre una comilla que nunca se cierra"):
        call_command("hsds", "import", str(old))
    assert not Service.objects.exists()


def test_a_table_put_together_from_two_encodings_is_read_line_by_line(old: Path) -> None:
    rows = (old / "services.csv").read_bytes()
    rows = rows.replace(b"Servicio 3,", "Atención 3,".encode()).replace(b"Servicio 4,", "Atención 4,".encode("cp1252"))
    (old / "services.csv").write_bytes(rows)
    call_command("hsds", "import", str(old))
    assert Service.objects.filter(name__in=["Atención 3", "Atención 4"]).count() == 2


def test_a_line_of_ndjson_may_hold_other_ends_of_lines(db: None, tmp_path: Path) -> None:
    services = [{**row, "description": "una línea\u2028otra\x85otra\x0bfin"} for row in elsewhere.services_of_3(3)]
    path = tmp_path / "s.ndjson"
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in services), encoding="utf-8", newline="\n")
    call_command("hsds", "import", str(path))
    assert Service.objects.count() == 3


def test_what_gzip_packed_is_unpacked(db: None, tmp_path: Path) -> None:
    packed = gzip.compress(json.dumps(elsewhere.services_of_3(3)).encode())
    (tmp_path / "s.json.gz").write_bytes(packed)
    call_command("hsds", "import", str(tmp_path / "s.json.gz"))
    assert Service.objects.count() == 3
    (tmp_path / "cut.json.gz").write_bytes(packed[:60])
    with pytest.raises(CommandError, match="está dañado"):
        call_command("hsds", "import", str(tmp_path / "cut.json.gz"))


def test_a_table_that_is_none_of_hsds_asks_for_a_mapping(db: None, tmp_path: Path) -> None:
    (tmp_path / "ofertas.csv").write_text("nombre;dirección\nA;B\n", encoding="utf-8")
    with pytest.raises(CommandError, match="necesita un mapa de columnas"):
        call_command("hsds", "import", str(tmp_path / "ofertas.csv"))


def test_what_is_said_once_is_not_lost_among_what_is_said_of_every_row(
    old: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere.hsds_1(old, services=300)
    schedules = [
        {"id": "", "service_at_location_id": "", "weekday": "Monday", "opens_at": "9:00", "closes_at": "17:00"}
    ] * 200
    elsewhere.write(old, "regular_schedules", schedules)
    elsewhere.write(old, "required_documents", [{"id": 1, "service_id": 999, "document": "Cédula"}])
    call_command("hsds", "import", str(old))
    said = capsys.readouterr().out
    assert "regular_schedules.csv, fila 2: no dice de quién es: se deja fuera (y 199 filas más)" in said
    assert "no hay service 999" in said
