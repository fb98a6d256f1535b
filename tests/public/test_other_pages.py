"""Pages that no question leads to: found from the foot of every page, with the same dates and marks as answers."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from baquiano.accounts.models import Organisation, User
from baquiano.knowledge import actions
from baquiano.knowledge.models import Article, ArticleVersion, Source, Verification
from baquiano.knowledge.shelf import EXPIRES_AFTER
from baquiano.knowledge.short_links import code_of

LIST = "/es/co/paginas/"
PAGE = "/es/co/paginas/pagina_documentos/"


@pytest.fixture(autouse=True)
def pages(house: Organisation) -> None:
    """One for every country, one for Chile."""
    for name, country, title in (
        ("pagina_documentos", None, "Cuidar los papeles"),
        ("pagina_convivencia", "CL", "Vivir juntos"),
    ):
        article = Article.objects.create(id=name, topic=None, country=country)
        version = ArticleVersion.objects.create(
            article=article,
            number=1,
            title=title,
            first_sentence="Los papeles son de cada persona.",
            short_answer="Una foto.\n\nUna copia.",
            known_on=date(2024, 3, 1),
            origin="pruebas",
        )
        Source.objects.create(version=version, position=1, title="La autoridad", url="https://autoridad.example/")
    actions.shelf_changed()


def test_the_foot_of_a_page_and_the_page_about_us_lead_to_them(yulis_phone: Client) -> None:
    assert f'href="{LIST}"' in yulis_phone.get("/es/co/").text
    about = yulis_phone.get("/es/acerca/").text
    assert f'href="{LIST}"' in about
    assert 'href="/es/cl/paginas/"' in about


def test_the_list_has_those_of_the_country_and_of_every_country(yulis_phone: Client) -> None:
    here, there = yulis_phone.get(LIST).text, yulis_phone.get("/es/cl/paginas/").text
    assert f'href="{PAGE}"' in here
    assert "Vivir juntos" not in here
    assert "Vivir juntos" in there


def test_a_page_has_its_date_its_source_its_mark_and_its_short_link(yulis_phone: Client) -> None:
    text = yulis_phone.get(PAGE).text
    for part in (
        "Los papeles son de cada persona.",
        "Información de referencia con fecha 01-03-2024 (sin verificar).",
        'href="https://autoridad.example/"',
        "DEMO",
        f"/a/{code_of('pagina_documentos', 'CO')}/es",
    ):
        assert part in text
    assert "¿Te sirvió?" not in text
    assert yulis_phone.get(f"/a/{code_of('pagina_documentos', 'CL')}/en").url == "/en/cl/paginas/pagina_documentos/"  # type: ignore[attr-defined]
    assert yulis_phone.get(f"/a/{code_of('pagina_documentos', 'CO')}/es.pdf")["Content-Type"] == "application/pdf"


@pytest.mark.parametrize(
    "page", ["/es/co/paginas/pagina_convivencia/", "/es/co/paginas/nada/", "/es/co/paginas/co_sisben/"]
)
def test_what_is_no_page_of_this_country_says_so_and_offers_a_person(yulis_phone: Client, page: str) -> None:
    response = yulis_phone.get(page)
    assert response.status_code == 404
    assert "Hablar con una persona" in response.text


def test_an_expired_page_is_neither_listed_nor_shown(
    yulis_phone: Client, edu: User, now: time_machine.Traveller
) -> None:
    version = ArticleVersion.objects.get(article="pagina_documentos")
    today = date(2026, 11, 24)
    Verification.objects.create(version=version, on=today, by=edu, how="llamé", good_until=today + timedelta(days=1))
    actions.shelf_changed()
    now.shift(timedelta(days=2) + EXPIRES_AFTER)
    assert "Cuidar los papeles" not in yulis_phone.get(LIST).text
    response = yulis_phone.get(PAGE)
    assert response.status_code == 404
    assert "Los papeles son de cada persona." not in response.text


def test_in_production_what_nobody_approved_is_no_page(yulis_phone: Client, settings: Settings) -> None:
    settings.IS_DEMO = False
    actions.shelf_changed()
    assert "todavía no ha aprobado ningún texto" in yulis_phone.get(LIST).text
    assert yulis_phone.get(PAGE).status_code == 404
