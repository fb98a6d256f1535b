"""Divisions as people type them, and by where they are: the shipped list of both countries."""

from pathlib import Path

import pytest
from django.conf import settings

from baquiano.territory import finding
from baquiano.territory.finding import ALSO, Found, find, label, middle, nearest, place
from baquiano.territory.loading import load, read
from baquiano.territory.models import Country, Division
from baquiano.territory.zones import zone_of

DIVISIONS = Path(settings.PACKS) / "comun" / "divisions.csv"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def both_countries(db: None) -> None:
    load(DIVISIONS)


def exactly(text: str, country: str = "") -> list[str]:
    """Their p-codes: names are shared."""
    return [named.pcode for pk in find(text, country).exact if (named := place(pk))]


def closely(text: str, country: str = "") -> list[str]:
    return [named.pcode for pk in find(text, country).close if (named := place(pk))]


@pytest.mark.parametrize(
    ("text", "country", "pcode"),
    [
        ("Viña del Mar", "", "CL05109"),
        ("Viña", "", "CL05109"),
        ("VINA DEL MAR", "CL", "CL05109"),
        ("viñadelmar", "CL", "CL05109"),
        ("Stgo", "CL", "CL13101"),
        ("stgo.", "CL", "CL13101"),
        ("Valpo", "", "CL05101"),
        ("Pto. Montt", "", "CL10101"),
        ("pta arenas", "", "CL12101"),
        ("serena", "CL", "CL04101"),
        ("coyhaique", "CL", "CL11101"),
        ("rapa nui", "", "CL05201"),
        ("Bogotá", "", "CO11001"),
        ("Bogotá D.C.", "", "CO11001"),
        ("Bogotá, D. C.", "CO", "CO11001"),
        ("bogota dc", "", "CO11001"),
        ("Cúcuta", "", "CO54001"),
        ("san jose de cucuta", "", "CO54001"),
        ("Cartagena", "CO", "CO13001"),
        ("tumaco", "", "CO52835"),
        ("Sta. Marta", "CO", "CO47001"),
        ("Soacha", "", "CO25754"),
    ],
)
def test_what_people_call_them_is_found(text: str, country: str, pcode: str) -> None:
    assert exactly(text, country) == [pcode]


@pytest.mark.parametrize(
    ("text", "pcode"),
    [
        ("estoy en Cúcuta", "CO54001"),
        ("Cúcuta, Norte de Santander", "CO54001"),
        ("Santiago, Norte de Santander", "CO54680"),
        ("quilpue valparaiso", "CL05801"),
        ("cartagena colombia", "CO13001"),
        ("Concepción, Chile", "CL08101"),
        ("vivo en la comuna de Providencia, Santiago", "CL13123"),
        ("I am in Arica", "CL15101"),
        ("mwen nan Iquique", "CL01101"),
    ],
)
def test_words_around_the_name_do_no_harm(text: str, pcode: str) -> None:
    assert exactly(text)[:1] == [pcode]


@pytest.mark.parametrize(
    ("text", "country", "pcode"),
    [
        ("balparaiso", "CL", "CL05101"),
        ("kilpue", "CL", "CL05801"),
        ("Valparaizo", "CL", "CL05101"),
        ("antofgasta", "CL", "CL02101"),
        ("cukuta", "CO", "CO54001"),
        ("medelin", "CO", "CO05001"),
        ("baranquilla", "CO", "CO08001"),
        ("bucaramnga", "CO", "CO68001"),
        ("viña dl mar", "CL", "CL05109"),
        ("hospicio", "CL", "CL01107"),
    ],
)
def test_slips_are_forgiven_and_only_proposed(text: str, country: str, pcode: str) -> None:
    found = find(text, country)
    assert found.exact == ()
    assert closely(text, country)[0] == pcode


def test_several_of_one_name_are_all_told_the_capital_first() -> None:
    assert exactly("Santiago")[0] == "CL13101"
    assert set(exactly("Santiago")) == {"CL13101", "CO54680", "CO86760"}
    assert exactly("Armenia")[0] == "CO63001"
    assert label(find("santiago", "CO").exact[0]) == "Santiago, Norte de Santander"


def test_the_city_comes_without_the_region_of_its_name_unless_the_region_is_said() -> None:
    assert exactly("Valparaíso", "CL") == ["CL05101"]
    assert exactly("región de Valparaíso") == ["CL05"]
    assert exactly("provincia de Quillota") == ["CL055"]
    assert exactly("Antioquia") == ["CO05"]
    assert exactly("Nariño")[0] == "CO52"  # its capital has another name


@pytest.mark.parametrize("text", ["", "  ", "?", "mar", "xx", "asdfghjk", "sí", "no sé", "1", "🙂", "la", "x" * 5000])
def test_what_is_no_place_is_none(text: str) -> None:
    assert find(text) == Found()


def test_a_name_inside_a_sentence_is_proposed() -> None:
    assert exactly("necesito comida en cúcuta") == []
    assert closely("necesito comida en cúcuta") == ["CO54001"]
    assert closely("voy de Cali a Bogotá") == ["CO76001", "CO11001"]


def test_a_country_keeps_out_what_lies_in_another() -> None:
    assert exactly("Valparaíso", "CO") == ["CO05856", "CO18860"]
    assert exactly("Viña del Mar", "CO") == []


def test_every_shipped_name_finds_itself() -> None:
    for row in read(DIVISIONS):
        named = find(row.name, row.country)
        codes = [one.pcode for pk in named.exact if (one := place(pk))]
        # Itself, or the municipality that stands for the region or the province.
        assert any(code.startswith(row.pcode) for code in codes), row.name


def test_every_other_name_is_of_a_division_that_is_there() -> None:
    assert set(ALSO) <= {row.pcode for row in read(DIVISIONS)}


def test_the_middle_of_a_municipality_is_known_and_that_of_a_region_is_not() -> None:
    vina = Division.objects.get(pcode="CL05109")
    assert middle(vina.pk) == (vina.latitude, vina.longitude)
    assert middle(Division.objects.get(pcode="CL05").pk) is None
    assert middle(Division.objects.get(country="CO", name="Salazar").pk) is None
    assert middle(0) is None


def test_a_point_lies_in_the_municipality_whose_middle_is_nearest() -> None:
    def around(lat: float, lon: float) -> str:
        pk = nearest(lat, lon)
        there = place(pk) if pk else None
        return there.pcode if there else ""

    assert around(-33.03, -71.55) == "CL05109"
    assert around(7.9, -72.5) == "CO54001"
    assert around(-27.15, -109.4) == "CL05201"
    assert around(0.0, 0.0) == ""


def test_the_lists_of_departments_and_of_what_lies_in_them() -> None:
    regions = finding.departments("CL")
    assert len(regions) == 16
    valparaiso = next(one for one in regions if one.pcode == "CL05")
    inside = finding.municipalities(valparaiso.pk)
    assert len(inside) == 38
    assert all(one.is_deepest and one.pcode.startswith("CL05") for one in inside)
    assert [one.name for one in inside] == sorted((one.name for one in inside), key=finding.fold)
    assert len(finding.departments("CO")) == 33


def test_a_division_loaded_later_is_found() -> None:
    assert exactly("Villa Ficticia") == []
    Division.objects.create(
        country=Country.objects.get(pk="CL"),
        level=1,
        code="99",
        pcode="CL99",
        name="Villa Ficticia",
        name_folded="villa ficticia",
    )
    assert exactly("Villa Ficticia") == ["CL99"]


@pytest.mark.parametrize(
    ("country", "pcode", "zone"),
    [
        ("CL", "CL05101", "America/Santiago"),
        ("CL", "CL05201", "Pacific/Easter"),
        ("CL", "CL12101", "America/Punta_Arenas"),
        ("CL", "CL11101", "America/Coyhaique"),
        ("CO", "CO88001", "America/Bogota"),
        ("CL", "", "America/Santiago"),
        ("FR", "", ""),
    ],
)
def test_each_corner_keeps_its_own_time(country: str, pcode: str, zone: str) -> None:
    assert zone_of(country, pcode) == zone
