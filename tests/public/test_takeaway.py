"""What somebody takes along: a sheet of paper and a short link that lead back to the page as it is today."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client
from pypdf import PdfReader
from pytest_django import Settings

from baquiano.accounts.models import Organisation, User
from baquiano.knowledge import actions
from baquiano.knowledge.models import Article, ArticleVersion, Source, Verification
from baquiano.knowledge.shelf import EXPIRES_AFTER
from baquiano.knowledge.short_links import code_of, destination
from tests.public.house import FIRST_SENTENCE

CODE = code_of("co_sisben", "CO")
KILOBYTE = 1024


def read(body: bytes) -> str:
    """The words of a PDF in one line. It must have one page."""
    pages = PdfReader(BytesIO(body)).pages
    assert len(pages) == 1
    return " ".join(pages[0].extract_text().split())


def sheet(phone: Client, code: str = CODE, language: str = "es") -> bytes:
    response = phone.get(f"/a/{code}/{language}.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    return bytes(response.content)


# -- the sheet --------------------------------------------------------------------------------------------------------


def test_the_sheet_says_what_the_page_says_with_its_date_its_source_and_the_way_back(yulis_phone: Client) -> None:
    text = read(sheet(yulis_phone))
    for part in (
        "Inscribirse en el Sisbén",
        FIRST_SENTENCE,
        "No es un subsidio.",
        "1. Busca tu documento.",
        "2. Pide la encuesta.",
        "Confirma qué se usa hoy.",
        "Información de referencia con fecha 01-02-2022 (sin verificar).",
        "La autoridad https://autoridad.example/",
        f"localhost:8000/a/{CODE}/es",
        "Organización de prueba",
        "DEMO",
    ):
        assert part in text


def test_a_closed_window_is_said_on_the_sheet_before_the_answer(yulis_phone: Client) -> None:
    text = read(sheet(yulis_phone, code_of("co_pep_tutor", "CO")))
    assert text.index("CERRADA: la fecha era el 31-12-2024.") < text.index(FIRST_SENTENCE)


def test_the_sheet_is_in_her_language_and_says_what_is_in_spanish(yulis_phone: Client) -> None:
    body = sheet(yulis_phone, language="ht")
    assert "an panyòl" in read(body)
    assert f"/a/{CODE}/ht" in read(body)
    assert PdfReader(BytesIO(body)).trailer["/Root"]["/Lang"] == "ht"


def test_the_letters_are_inside_the_file_and_the_file_is_small(yulis_phone: Client) -> None:
    body = sheet(yulis_phone)
    fonts = PdfReader(BytesIO(body)).pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    assert [font.get_object()["/BaseFont"] for font in fonts if not _is_inside(font.get_object())] == []
    assert len(body) < 60 * KILOBYTE


def _is_inside(font: Any) -> bool:
    return "/FontFile2" in font.get("/FontDescriptor", {})


def test_every_accent_of_the_five_languages_is_printed_and_what_has_no_letter_is_left_out(yulis_phone: Client) -> None:
    letters = "áéíóúüñ ¿¡ ãõâêôç àèùëîïœ òÀÉÈÒÑ «» “” ’ € ºª"
    ArticleVersion.objects.filter(article="co_sisben").update(short_answer=f"{letters} 👍<b>&amp;")
    actions.shelf_changed()
    text = read(sheet(yulis_phone))
    assert " ".join(letters.split()) in text
    assert "<b>&amp;" in text
    assert "👍" not in text


def test_whoever_finds_the_sheet_reads_no_title_of_violence(yulis_phone: Client) -> None:
    body = sheet(yulis_phone, code_of("gen_violencia", "CO"))
    assert "violencia" not in read(body).lower()
    assert PdfReader(BytesIO(body)).metadata.title == "Información"  # type: ignore[union-attr]
    response = yulis_phone.get(f"/a/{code_of('gen_violencia', 'CO')}/es.pdf")
    assert "violencia" not in response["Content-Disposition"]
    assert "alguien puede encontrar el papel" in yulis_phone.get("/es/co/gen_violencia/").text


def test_however_long_it_is_it_is_one_page(yulis_phone: Client) -> None:
    version = ArticleVersion.objects.get(article="co_sisben")
    version.short_answer = "\n\n".join(["Palabras que hay que leer con calma. " * 5] * 4)[:700]
    version.sections = {
        **version.sections,
        "steps": [f"{'Paso largo con muchas palabras. ' * 12}{n}" for n in range(25)],
    }
    version.save()
    actions.shelf_changed()
    text = read(sheet(yulis_phone))
    assert "Los demás pasos están en esa página." in text
    assert "(sin verificar)" in text
    assert f"/a/{CODE}/es" in text


# -- the link ---------------------------------------------------------------------------------------------------------


def test_the_short_link_leads_to_the_page_of_its_country_in_its_language(yulis_phone: Client) -> None:
    assert len(CODE) <= 8
    assert yulis_phone.get(f"/a/{CODE}/fr").url == "/fr/co/co_sisben/co_sisben/"  # type: ignore[attr-defined]
    assert yulis_phone.get(f"/a/{CODE}", headers={"accept-language": "pt-BR"}).url.startswith("/pt/co/")  # type: ignore[attr-defined]
    followed = yulis_phone.get(f"/a/{CODE}/es", follow=True)
    assert FIRST_SENTENCE in followed.text
    assert f'href="http://localhost:8000/a/{CODE}/es"' in followed.text
    assert f'href="/a/{CODE}/es.pdf" download' in followed.text


def test_a_text_for_every_country_has_a_link_for_each(yulis_phone: Client) -> None:
    for country in ("CO", "CL"):
        code = code_of("gen_violencia", country)
        assert yulis_phone.get(f"/a/{code}/es").url == f"/es/{country.lower()}/gen_violencia/gen_violencia/"  # type: ignore[attr-defined]


def test_a_link_copied_by_hand_is_forgiven(yulis_phone: Client) -> None:
    assert destination(CODE.upper().replace("0", "O").replace("1", "I"), ["CO"]) == destination(CODE, ["CO"])
    assert yulis_phone.get(f"/a/{CODE.upper()}/es").status_code == 302


@pytest.mark.parametrize("code", ["nada", "zzzzzzzz", "0"])
def test_a_code_that_was_never_given_leads_nowhere(yulis_phone: Client, code: str) -> None:
    assert yulis_phone.get(f"/a/{code}").status_code == 404
    assert yulis_phone.get(f"/a/{code}/es.pdf").status_code == 404


def test_the_link_of_a_country_we_no_longer_serve_leads_nowhere(
    yulis_phone: Client, organisation: Organisation
) -> None:
    organisation.countries = ["CL"]
    organisation.save()
    assert yulis_phone.get(f"/a/{CODE}").status_code == 404


def test_the_link_outlives_a_new_version(yulis_phone: Client, edu: User, rita: User) -> None:
    version = ArticleVersion.objects.create(
        article_id="co_sisben",
        number=2,
        title="El Sisbén, de nuevo",
        first_sentence="Ahora se pide por internet.",
        short_answer="Otra cosa.",
        written_by=edu,
    )
    Source.objects.create(version=version, position=1, title="La autoridad")
    actions.publish(version, reviewed_by=rita)
    assert "Ahora se pide por internet." in yulis_phone.get(f"/a/{CODE}/es", follow=True).text
    assert "Ahora se pide por internet." in read(sheet(yulis_phone))


@pytest.fixture
def expired(edu: User, now: time_machine.Traveller) -> None:
    version = ArticleVersion.objects.get(article="co_sisben")
    today = date(2026, 11, 24)
    Verification.objects.create(version=version, on=today, by=edu, how="llamé", good_until=today + timedelta(days=1))
    actions.shelf_changed()
    now.shift(timedelta(days=2) + EXPIRES_AFTER)


@pytest.mark.usefixtures("expired")
def test_an_expired_text_is_neither_printed_nor_shown_by_its_link(yulis_phone: Client) -> None:
    printed = yulis_phone.get(f"/a/{CODE}/es.pdf")
    assert (printed.status_code, printed["Location"]) == (302, "/es/co/co_sisben/co_sisben/")
    followed = yulis_phone.get(f"/a/{CODE}/es", follow=True)
    assert followed.status_code == 404
    assert FIRST_SENTENCE not in followed.text
    assert "No tenemos una respuesta aprobada" in followed.text


def test_in_production_what_nobody_approved_is_not_printed(yulis_phone: Client, settings: Settings) -> None:
    settings.IS_DEMO = False
    actions.shelf_changed()
    assert yulis_phone.get(f"/a/{CODE}/es.pdf").status_code == 302


def test_another_text_of_the_topic_is_never_printed_under_a_link(yulis_phone: Client, edu: User) -> None:
    """The page may show its neighbour, under its own title; a link on paper was given for one text."""
    Article.objects.create(id="co_sisben_2", topic_id="co_sisben", country="CO")
    assert yulis_phone.get(f"/a/{code_of('co_sisben_2', 'CO')}/es.pdf").status_code == 302


def test_no_two_articles_of_the_packs_share_a_code() -> None:
    articles = [file.stem for file in Path(django_settings.PACKS).glob("*/articles/*.md")]
    codes = {code_of(article, country) for article in articles for country in ("CO", "CL")}
    assert len(articles) > 150
    assert len(codes) == 2 * len(articles)
