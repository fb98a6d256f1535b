"""The first page: in her language, with or without a country, and nothing is remembered."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from baquiano.accounts.models import Organisation
from tests.public.house import LANGUAGES

PAGES = ("/es/", "/es/co/", "/es/co/temas/", "/es/temas/salud/", "/es/co/co_sisben/", "/es/chat/", "/es/acerca/")
NEUTRAL_TITLES = {"Información", "Temas", "Respuesta", "Mensajes", "Acerca de"}


@pytest.mark.parametrize(
    ("asked", "given"),
    [("ht", "/ht/"), ("pt-BR,en;q=0.5", "/pt/"), ("de-DE,fr;q=0.4", "/fr/"), ("zh", "/es/"), ("", "/es/")],
)
def test_the_door_leads_to_the_language_the_browser_asks_for(asked: str, given: str) -> None:
    assert Client(headers={"accept-language": asked}).get("/").url == given  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_which_language_it_is_in(yulis_phone: Client, language: str) -> None:
    response = yulis_phone.get(f"/{language}/")
    assert f'<html lang="{language}"' in response.text
    assert response["Content-Language"] == language


@pytest.mark.parametrize("language", ["es", "pt", "fr", "ht"])
@pytest.mark.parametrize(
    "page",
    ["/", "/co/", "/co/temas/", "/co/co_sisben/", "/co/nada/", "/chat/", "/acerca/", "/lugares/", "/cl/lugares/"],
)
def test_no_sentence_of_the_site_is_left_in_english(yulis_phone: Client, language: str, page: str) -> None:
    text = yulis_phone.get(f"/{language}{page}").text
    for english in ("Leave now", "Talk to a person", "I feel in danger", "Who we are", " the ", "subject", "answer<"):
        assert english not in text


@pytest.mark.parametrize("page", PAGES)
def test_no_page_sets_a_cookie(yulis_phone: Client, page: str) -> None:
    assert not yulis_phone.get(page).cookies


@pytest.mark.parametrize("page", PAGES)
def test_the_title_in_the_history_says_nothing_of_her_trouble(yulis_phone: Client, page: str) -> None:
    title = re.search("<title>(.*?)</title>", yulis_phone.get(page).text)
    assert title and title[1] in NEUTRAL_TITLES


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_the_way_out_and_the_other_languages(yulis_phone: Client, page: str) -> None:
    text = yulis_phone.get(page).text
    assert 'href="/salir/"' in text
    assert text.count("hreflang=") >= len(LANGUAGES)
    assert 'hreflang="ht">Kreyòl ayisyen' in text


def test_with_two_countries_she_is_asked_where_she_is(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/").text
    assert 'href="/es/co/"' in text
    assert 'href="/es/cl/"' in text
    assert 'href="/es/temas/salud/"' in text


def test_a_branch_without_a_country_asks_for_it_before_any_rule(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/temas/salud/").text
    assert 'href="/es/cl/temas/salud/"' in text
    assert "Fonasa" not in text


def test_with_one_country_nobody_is_asked(yulis_phone: Client, house: Organisation) -> None:
    house.countries = ["CL"]
    house.save()
    text = yulis_phone.get("/es/").text
    assert "¿Dónde estás?" not in text
    assert "131" in text
    assert "123" not in text
    assert "Fonasa" in yulis_phone.get("/es/temas/salud/").text


def test_danger_shows_the_numbers_of_her_country_or_of_each_one(yulis_phone: Client) -> None:
    everywhere, here = yulis_phone.get("/es/").text, yulis_phone.get("/es/co/").text
    assert 'href="tel:123"' in everywhere
    assert 'href="tel:131"' in everywhere
    assert 'href="tel:123"' in here
    assert 'href="tel:131"' not in here


def test_the_numbers_for_any_danger_come_first_and_those_no_text_would_give_never(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/co/").text
    assert text.index("tel:123") < text.index("Otras líneas") < text.index("tel:155")
    assert "134" not in text


@pytest.mark.parametrize("page", ["/de/", "/es/ar/", "/es/zz/temas/", "/es/co/temas/nada/", "/es/ar/co_sisben/"])
def test_what_we_do_not_have_is_not_there(yulis_phone: Client, page: str) -> None:
    assert yulis_phone.get(page).status_code == 404


def test_in_production_nothing_unapproved_is_shown_and_no_number_unverified(
    yulis_phone: Client, settings: Settings
) -> None:
    settings.IS_DEMO = False
    text = yulis_phone.get("/es/co/").text
    assert "DEMO" not in text
    assert "todavía no ha aprobado ningún texto" in text
    assert "tel:123" not in text
    assert "número de emergencias del lugar donde estás" in text


def test_the_quick_exit_leads_away_and_forgets_the_conversation_on_this_phone(yulis_phone: Client) -> None:
    yulis_phone.post("/es/chat/say/", {"text": "menú", "client_id": "a" * 24})
    assert yulis_phone.cookies["chat"].value
    response = yulis_phone.get("/salir/")
    assert response.url == "https://es.wikipedia.org/"  # type: ignore[attr-defined]
    assert response.cookies["chat"]["max-age"] == 0
    assert "menú" not in yulis_phone.get("/es/chat/").text


def test_the_page_lets_nothing_in_from_elsewhere(yulis_phone: Client) -> None:
    response = yulis_phone.get("/es/")
    assert response["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', response.text)


def test_a_page_costs_few_queries_once_its_picture_is_in_memory(
    yulis_phone: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    yulis_phone.get("/es/co/")
    with django_assert_max_num_queries(30):
        yulis_phone.get("/es/co/")


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/pt/nada/mais/", "Esta página não está aqui"),
        ("/ht/nada/", "Paj sa a pa la"),
        ("/nada", "Esta página no está aquí"),
    ],
)
def test_a_missing_page_says_so_in_the_language_of_its_address(yulis_phone: Client, page: str, words: str) -> None:
    response = yulis_phone.get(page)
    assert response.status_code == 404
    assert words in response.text


def test_the_small_files_are_there(yulis_phone: Client) -> None:
    assert "Disallow: /workspace/" in yulis_phone.get("/robots.txt").text
    assert yulis_phone.get("/manifest.webmanifest").json()["icons"][0]["type"] == "image/svg+xml"
    assert yulis_phone.get("/favicon.ico").url.endswith("/ui/icon.svg")  # type: ignore[attr-defined]


def test_what_is_promised_about_keeping_is_what_the_models_say(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/acerca/").text
    assert "180 días" in text
    assert "14 días" in text
    assert "3 días" in text
