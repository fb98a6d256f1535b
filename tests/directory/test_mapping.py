"""Spreadsheets of anybody's making, by a mapping file."""

from pathlib import Path

import openpyxl
import pytest
from django.core.management import CommandError, call_command

from baquiano.directory.models import Confirmation, Location, Service
from tests.directory import offers

MAPPING = """
id: [Código]
columns:
  organization.name: Institución
  service.name: Nombre del servicio
  service.needs: Tipo de ayuda
  service.asks_documents: Pide documentos
  service.opening_hours: Horario
  service.phone: Teléfonos
  service.languages: Idiomas
  location.address_1: [Calle, Número]
  location.city: Comuna
  location.latitude: Lat
  location.longitude: Lon
fixed:
  location.country: CL
  service.source: Catastro ficticio
codes:
  service.needs: {Alimentación: food, "Ropa y abrigo": [clothing, shelter]}
  service.asks_documents: {depende: unknown}
"""
HEADER = ["Código", "Institución", "Nombre del servicio", "Tipo de ayuda", "Pide documentos", "Horario", "Teléfonos", "Idiomas",
          "Calle", "Número", "Comuna", "Lat", "Lon"]  # fmt: skip
ROWS = [
    ["A1", "Centro Ficticio", "Comedor", "Alimentación", "No", "lunes a viernes de 9 a 13", "32 555 0101 / 9 5555 0102", "Español; Kreyol",
     "Calle Uno", "12", "Valparaíso", "-33,04", "-71,62"],
    ["A1", "Centro Ficticio", "Comedor", "Alimentación", "No", "lunes a viernes de 9 a 13", "32 555 0101", "Español", "Calle Dos", "7",
     "Valparaíso", "", ""],
    ["A2", "Centro Ficticio", "Ropero", "Ropa y abrigo", "depende", "cuando hay voluntarios", "", "", "", "", "", "", ""],
]  # fmt: skip


@pytest.fixture
def mapping(db: None, tmp_path: Path) -> Path:
    offers.territory()
    path = tmp_path / "mapa.yaml"
    path.write_text(MAPPING, encoding="utf-8")
    return path


def csv_file(folder: Path, rows: list[list[str]] = ROWS) -> Path:
    path = folder / "catastro.csv"
    lines = [";".join(HEADER), *(";".join(f'"{cell}"' for cell in row) for row in rows)]
    path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return path


def excel(folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.append(["Catastro de servicios"])
    book.active.append([])
    book.active.append(HEADER)
    for row in ROWS:
        book.active.append(row)
    book.save(folder / "catastro.xlsx")
    return folder / "catastro.xlsx"


def test_a_mapped_sheet_comes_in(mapping: Path, tmp_path: Path) -> None:
    call_command("hsds", "import", str(csv_file(tmp_path)), "--mapping", str(mapping))
    kitchen = Service.objects.get(name="Comedor")
    assert (kitchen.needs, kitchen.asks_documents, kitchen.languages) == (("food",), "no", ("es", "ht"))
    assert kitchen.hours == "Mo-Fr 09:00-13:00"
    assert [phone["number"] for phone in kitchen.phones] == ["32 555 0101", "9 5555 0102"]
    assert kitchen.at.count() == 2
    place = Location.objects.get(address_1="Calle Uno 12")
    assert (place.latitude, place.longitude, place.country) == (-33.04, -71.62, "CL")
    assert place.division is not None
    assert not Confirmation.objects.exists()


def test_hours_that_nobody_can_read_stay_words(mapping: Path, tmp_path: Path) -> None:
    call_command("hsds", "import", str(csv_file(tmp_path)), "--mapping", str(mapping))
    wardrobe = Service.objects.get(name="Ropero")
    assert (wardrobe.hours, wardrobe.hours_note) == ("", "cuando hay voluntarios")
    assert (wardrobe.asks_documents, wardrobe.needs) == ("unknown", ("clothing", "shelter"))


def test_a_sheet_twice_is_once(mapping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        call_command("hsds", "import", str(csv_file(tmp_path)), "--mapping", str(mapping))
    assert Service.objects.count() == 2
    assert Location.objects.count() == 2


def test_excel_with_a_title_above_its_columns(mapping: Path, tmp_path: Path) -> None:
    mapping.write_text(MAPPING + "header: 3\n", encoding="utf-8")
    call_command("hsds", "import", str(excel(tmp_path)), "--mapping", str(mapping))
    assert Service.objects.count() == 2


def test_a_word_that_the_mapping_does_not_explain_refuses_the_sheet_with_row_and_column(
    mapping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [*ROWS, ["A3", "Centro Ficticio", "Otro", "Peluquería", "quizás", "", "", "", "", "", "", "", ""]]
    with pytest.raises(CommandError):
        call_command("hsds", "import", str(csv_file(tmp_path, rows)), "--mapping", str(mapping))
    told = capsys.readouterr().err
    assert "5: Tipo de ayuda: " in told
    assert "5: Pide documentos: " in told
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        "columns: {service.name: Nombre del servicio}",
        "columns: {organization.name: Institución, service.name: Nombre, service.color: Horario}",
        "columns: {organization.name: Institución, service.name: No está}",
        "colums: {}",
        "columns: {organization.name: Institución, service.name: Nombre del servicio}\ncodes: {service.needs: {x: comida}}",
        "columns: [a: b",
    ],
)
def test_a_mapping_that_means_nothing_is_refused(mapping: Path, tmp_path: Path, wrong: str) -> None:
    mapping.write_text(wrong, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("hsds", "import", str(csv_file(tmp_path)), "--mapping", str(mapping))
    assert not Service.objects.exists()


def test_the_columns_of_a_sheet_and_a_first_mapping_that_can_be_used(
    mapping: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = csv_file(tmp_path)
    call_command("hsds", "columns", str(sheet))
    said = capsys.readouterr().out
    assert "organization.name: Institución" in said
    assert "location.city: Comuna" in said
    mapping.write_text(
        said.replace("service.needs", "# service.needs").replace("  service.needs:", "  #"), encoding="utf-8"
    )
    call_command("hsds", "import", str(sheet), "--mapping", str(mapping), "--preview")
    assert not Service.objects.exists()


def test_a_spreadsheet_without_a_mapping_says_what_to_do(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="hsds columns"):
        call_command("hsds", "import", str(excel(tmp_path)))
