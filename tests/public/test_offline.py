"""A municipality to take along: one file or paper, with its day, that asks nobody for anything."""

import re
from html.parser import HTMLParser
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from pypdf import PdfReader

from baquiano.accounts.models import User
from baquiano.directory.models import Service
from baquiano.knowledge.models import Article, ArticleVersion, Topic
from baquiano.public.carried import LIMIT
from tests.public.directory_house import at, furnish_directory, place, service, told

pytestmark = pytest.mark.django_db
FILE, PAPER = "/es/cl/copia/cl05101.html", "/es/cl/copia/cl05101.pdf"


@pytest.fixture(autouse=True)
def directory(house: object, now: time_machine.Traveller) -> dict[str, Service]:
    return furnish_directory()


def printed(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)


def test_the_file_holds_places_answers_and_the_day_of_the_copy(yulis_phone: Client) -> None:
    response = yulis_phone.get(FILE)
    text = response.text
    assert response["Content-Disposition"] == 'attachment; filename="info-cl05101.html"'
    for part in (
        "Comedor Ficticio El Puerto",
        "Calle Inventada 123",
        "Línea Ficticia de Alimentos",
        "Inscribirse en Fonasa",
        "Confirma qué se usa hoy.",
        "24-11-2026",
        "131",
    ):
        assert part in text
    assert "Bogotá" not in text
    assert "Inscribirse en el Sisbén" not in text  # of the other country


class _Asks(HTMLParser):
    """Whatever would make a browser ask somebody for something by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe", "object", "embed", "video", "audio", "source", "form", "base"):
            self.found.append(tag)
        self.found += [
            name for name, value in attrs if name in ("src", "srcset", "background") or name.startswith("on")
        ]
        self.found += [value for name, value in attrs if name == "href" and not (value or "").startswith(("#", "tel:"))]  # type: ignore[misc]


def test_the_file_asks_nobody_for_anything(yulis_phone: Client) -> None:
    text = yulis_phone.get(FILE).text
    asks = _Asks()
    asks.feed(text)
    assert asks.found == []
    assert not re.search(r"url\(|@import|<script", text)


def test_a_full_municipality_still_fits(yulis_phone: Client, directory: dict[str, Service]) -> None:
    """Hundreds of places and long answers: the farthest places go last, and every answer keeps at least its sentence."""
    whose = directory["kitchen"].organization
    there = place("CL05101", address_1="Calle Inventada 1")
    for number in range(260):
        at(service(f"Servicio {number:03}", whose, description="Palabras. " * 40), there)
    topic = Topic.objects.get(pk="cl_fonasa")
    for number in range(120):
        article = Article.objects.create(id=f"largo_{number}", topic=topic, country="CL", pack="pruebas")
        ArticleVersion.objects.create(
            article=article,
            number=1,
            title=f"Texto {number}",
            first_sentence=f"Frase {number}.",
            short_answer="Respuesta corta. " * 40,
            sections={"steps": ["Un paso largo de verdad. " * 20] * 6},
            origin="pruebas",
        )
    told()
    response = yulis_phone.get(FILE)
    assert LIMIT * 0.8 < len(response.content) <= LIMIT == 300_000
    assert "Comedor Ficticio El Puerto" in response.text
    assert response.text.count("<details") > 20
    assert yulis_phone.get(PAPER).status_code == 200


def test_what_lies_far_away_is_not_carried_while_there_is_enough_near(
    yulis_phone: Client, directory: dict[str, Service]
) -> None:
    whose, santiago = directory["kitchen"].organization, place("CL13101")
    far = [at(service(f"Lejos {number:02}", whose), santiago).service.name for number in range(12)]
    told()
    text = yulis_phone.get(FILE).text
    assert [name in text for name in far] == [True] * 5 + [
        False
    ] * 7  # ten in all: also where nothing is near, somebody travels
    assert "Línea Ficticia de Alimentos" in text
    assert "Lejos" not in yulis_phone.get("/es/cl/copia/cl05201.html").text  # an island: 3,700 km away
    for number in range(5):
        at(service(f"Cerca {number}", whose), place("CL05101"))
    told()
    text = yulis_phone.get(FILE).text
    assert not [name for name in far if name in text]
    assert "farther" not in text
    assert "más lejos" not in text


def test_the_paper_says_the_same(yulis_phone: Client) -> None:
    response = yulis_phone.get(PAPER)
    text = printed(response.content)
    assert response["Content-Type"] == "application/pdf"
    for part in (
        "Comedor Ficticio El Puerto",
        "+56 32 555 0101",
        "24-11-2026",
        "Inscribirse en Fonasa",
        "Confirma qué se usa hoy.",
    ):
        assert part in text
    assert "Comedor" not in str(PdfReader(BytesIO(response.content)).metadata)


def test_one_place_on_a_sheet(yulis_phone: Client, directory: dict[str, Service]) -> None:
    kitchen = directory["kitchen"]
    response = yulis_phone.get(f"/es/lugar/{kitchen.pk}/{kitchen.at.get().pk}/hoja.pdf")
    assert "Calle Inventada 123" in printed(response.content)
    assert len(PdfReader(BytesIO(response.content)).pages) == 1


def test_what_is_hidden_is_never_printed(yulis_phone: Client, directory: dict[str, Service], rosa: User) -> None:
    Service.objects.filter(pk=directory["kitchen"].pk).update(visibility="orienters")
    told()
    response = yulis_phone.get(f"/es/lugar/{directory['kitchen'].pk}/hoja.pdf")
    assert (response.status_code, response["Location"]) == (302, f"/es/lugar/{directory['kitchen'].pk}/")
    assert "Comedor Ficticio El Puerto" not in yulis_phone.get(FILE).text
    assert "Comedor Ficticio El Puerto" not in printed(yulis_phone.get(PAPER).content)


@pytest.mark.parametrize("page", ["/es/co/copia/cl05101.html", "/es/cl/copia/cl99999.html", "/es/cl/copia/nada.pdf"])
def test_of_nowhere_there_is_no_copy(yulis_phone: Client, page: str) -> None:
    assert yulis_phone.get(page).status_code == 404


def test_a_town_of_which_we_know_nothing_says_so(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/co/copia/co52378.html").text
    assert "24-11-2026" in text


@pytest.mark.parametrize("language", ["en", "pt", "fr", "ht"])
def test_in_the_other_languages(yulis_phone: Client, language: str) -> None:
    assert "Comedor Ficticio El Puerto" in yulis_phone.get(FILE.replace("/es/", f"/{language}/")).text
    assert yulis_phone.get(PAPER.replace("/es/", f"/{language}/")).status_code == 200
