"""The official divisions of both countries, from the file that comes with the packs."""

from pathlib import Path

import pytest
from django.conf import settings

from baquiano.territory.loading import load, read
from baquiano.territory.models import Country, Division

DIVISIONS = Path(settings.PACKS) / "comun" / "divisions.csv"
COUNTS = {("CL", 1): 16, ("CL", 2): 56, ("CL", 3): 346, ("CO", 1): 33, ("CO", 2): 1122}


@pytest.mark.django_db
def test_every_division_is_loaded_once() -> None:
    assert load(DIVISIONS) == sum(COUNTS.values())
    assert {key: Division.objects.filter(country=key[0], level=key[1]).count() for key in COUNTS} == COUNTS
    assert dict(Country.objects.values_list("code", "timezone")) == {"CL": "America/Santiago", "CO": "America/Bogota"}


@pytest.mark.django_db
def test_loading_twice_adds_nothing() -> None:
    load(DIVISIONS)
    before = list(Division.objects.order_by("pk").values_list("pk", "parent", "name"))
    assert load(DIVISIONS) == 0
    assert list(Division.objects.order_by("pk").values_list("pk", "parent", "name")) == before


@pytest.mark.django_db
def test_what_is_missing_is_added_and_hung_on_its_parent() -> None:
    load(DIVISIONS)
    Division.objects.filter(country="CL", level=3, name="Providencia").delete()
    assert load(DIVISIONS) == 1
    again = Division.objects.get(country="CL", level=3, name="Providencia")
    assert again.parent is not None
    assert again.parent.level == 2


@pytest.mark.django_db
def test_every_division_hangs_on_one_of_its_own_country_and_a_higher_floor() -> None:
    load(DIVISIONS)
    for division in Division.objects.select_related("parent"):
        if division.level == 1:
            assert division.parent is None
            continue
        assert division.parent is not None, division
        assert division.parent.country_id == division.country_id
        assert division.parent.level < division.level


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("country", "folded", "name", "above"),
    [
        ("CO", "medellin", "Medellín", "Antioquia"),
        ("CO", "cucuta", "Cúcuta", "Norte de Santander"),
        ("CL", "iquique", "Iquique", "Iquique"),
        ("CL", "antofagasta", "Antofagasta", "Antofagasta"),
    ],
)
def test_a_place_is_found_as_people_type_it(country: str, folded: str, name: str, above: str) -> None:
    load(DIVISIONS)
    deepest = {"CO": 2, "CL": 3}[country]
    place = Division.objects.select_related("parent").get(country=country, level=deepest, name_folded__contains=folded)
    assert name in place.name
    assert place.parent is not None
    assert above in place.parent.name


def test_codes_are_texts_that_keep_their_zeros() -> None:
    rows = list(read(DIVISIONS))
    assert len(rows) == sum(COUNTS.values())
    assert {len(row.code) for row in rows if (row.country, row.level) == ("CO", 1)} == {2}
    assert any(row.code.startswith("0") for row in rows)
    assert len({(row.country, row.level, row.code) for row in rows}) == len(rows)
