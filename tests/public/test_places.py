"""Places with help: found by need and town, with nothing kept of whoever looks; one page each; and what is wrong with it."""

import json
import re
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from baquiano.accounts.models import User
from baquiano.directory.models import Notice, Problem, Service
from baquiano.public.looking import A_PERSON_FIRST
from tests.public.directory_house import at, confirmed, furnish_directory, organization, place, service, told
from tests.public.test_weight import SCRIPT, packed

pytestmark = pytest.mark.django_db
NEAR = "/es/cl/lugares/cerca/"
VALPARAISO = "/es/cl/lugares/?place=CL05101"


@pytest.fixture(autouse=True)
def directory(house: object, now: time_machine.Traveller) -> dict[str, Service]:
    """Tuesday noon in Chile, ten in Bogotá."""
    return furnish_directory()


def names(text: str) -> list[str]:
    """Of the services, in the order of the list."""
    return [unescape(name) for name in re.findall(r'<h3><a href="[^"]+" lang="es">([^<]+)</a>', text)]


def pages_of(what: Service) -> str:
    there = what.at.get()
    return f"/es/lugar/{what.pk}/{there.pk}/"


# -- looking ------------------------------------------------------------------------------------------------------------------


def test_the_nearest_come_first_and_a_line_after_them(yulis_phone: Client) -> None:
    text = yulis_phone.get(f"{VALPARAISO}&need=food").text
    assert names(text) == [
        "Comedor Ficticio El Puerto",
        "Olla Ficticia de la Tarde",
        "Despensa Ficticia Sin Horario",
        "Línea Ficticia de Alimentos",
    ]
    assert "Calle Inventada 123" in text
    assert 'href="tel:+56325550101"' in text
    assert "Comedor Ficticio de Bogotá" not in text


def test_a_misspelt_town_is_asked_back_and_leads_to_an_address_with_codes_only(yulis_phone: Client) -> None:
    asked = yulis_phone.post(NEAR, {"need": "food", "where": "Balparaíso", "papers": "1"})
    link = unescape(re.findall(r'href="([^"]*place=CL05101[^"]*)"', asked.text)[0])
    assert link == "/es/cl/lugares/?need=food&place=CL05101&papers=1#found"
    assert "Comedor Ficticio El Puerto" in yulis_phone.get(link).text


def test_a_town_written_well_needs_no_question(yulis_phone: Client) -> None:
    response = yulis_phone.post(NEAR, {"need": "food", "where": "viña del mar"})
    assert (response.status_code, response["Location"]) == (302, "/es/cl/lugares/?need=food&place=CL05109")
    assert names(yulis_phone.get(response["Location"]).text)[0] == "Olla Ficticia de la Tarde"


def test_while_the_country_is_not_known_the_town_says_it(yulis_phone: Client) -> None:
    response = yulis_phone.post("/es/lugares/cerca/", {"need": "food", "where": "Viña del Mar"})
    assert response["Location"] == "/es/cl/lugares/?need=food&place=CL05109"


def test_two_towns_of_one_name_are_told_apart(yulis_phone: Client) -> None:
    text = yulis_phone.post("/es/lugares/cerca/", {"where": "La Cruz"}).text
    assert 'La Cruz <span class="soft">(Valparaíso)</span>' in text
    assert 'La Cruz <span class="soft">(Nariño)</span>' in text


def test_an_unknown_town_is_no_dead_end(yulis_phone: Client) -> None:
    text = yulis_phone.post(NEAR, {"need": "food", "where": "Xqzwv"}).text
    assert "Xqzwv" in text
    assert "place=CL13" in text  # the list
    assert "Hablar con una persona" in text


def test_the_list_leads_from_region_to_municipality(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/cl/lugares/?need=food").text
    assert 'href="/es/cl/lugares/?need=food&amp;place=CL05#found"' in text
    text = yulis_phone.get("/es/cl/lugares/?need=food&place=CL05").text
    assert 'href="/es/cl/lugares/?need=food&amp;place=CL05801#found"' in text


def test_where_somebody_is_comes_by_post_and_stays_rough(yulis_phone: Client) -> None:
    response = yulis_phone.post(NEAR, {"need": "food", "lat": "-33.02461234", "lon": "-71.55187654"})
    assert response.status_code == 200
    assert names(response.text)[0] == "Olla Ficticia de la Tarde"
    assert "-33.0246" not in response.text.split('id="map-data"')[0]
    assert 'name="lat" value="-33.02"' in response.text
    assert "Viña del Mar" in response.text
    assert not [name for name in re.findall(r'href="([^"]*)"', response.text) if "33.02" in name]


def test_a_point_in_an_address_is_no_point(yulis_phone: Client) -> None:
    assert names(yulis_phone.get("/es/cl/lugares/?need=food&lat=-33.02&lon=-71.55").text) == [
        "Línea Ficticia de Alimentos"
    ]


def test_nothing_of_a_search_is_written_anywhere(yulis_phone: Client) -> None:
    before = _rows_of_every_table()
    yulis_phone.post(NEAR, {"need": "health", "where": "Quilpué", "open": "1"})
    yulis_phone.post(NEAR, {"need": "health", "where": "no existe"})
    response = yulis_phone.post(NEAR, {"need": "food", "lat": "-33.02", "lon": "-71.55"})
    yulis_phone.get(f"{VALPARAISO}&need=food")
    assert _rows_of_every_table() == before
    assert not response.cookies


def _rows_of_every_table() -> dict[str, int]:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        counts = {}
        for table in tables:
            cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
    return counts


def test_only_these_pages_may_ask_a_browser_where_somebody_is(yulis_phone: Client) -> None:
    assert "geolocation=(self)" in yulis_phone.get("/es/lugares/")["Permissions-Policy"]
    assert "geolocation=()" in yulis_phone.get("/es/")["Permissions-Policy"]


# -- filters ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("open=1", ["Comedor Ficticio El Puerto", "Despensa Ficticia Sin Horario", "Línea Ficticia de Alimentos"]),
        ("papers=1", ["Comedor Ficticio El Puerto", "Olla Ficticia de la Tarde", "Línea Ficticia de Alimentos"]),
        ("tongue=ht", ["Comedor Ficticio El Puerto", "Olla Ficticia de la Tarde", "Despensa Ficticia Sin Horario"]),
    ],
)
def test_a_filter_leaves_out_what_is_known_not_to_fit_and_never_what_is_not_known(
    yulis_phone: Client, asked: str, found: list[str]
) -> None:
    assert names(yulis_phone.get(f"{VALPARAISO}&need=food&{asked}").text)[: len(found)] == found


def test_hours_nobody_told_are_not_closed(yulis_phone: Client, directory: dict[str, Service]) -> None:
    page = yulis_phone.get(pages_of(directory["silent"])).text
    assert "now--unknown" in page
    assert "now--closed" not in page


@pytest.mark.parametrize("need", sorted(A_PERSON_FIRST))
def test_what_needs_a_person_shows_no_list(yulis_phone: Client, directory: dict[str, Service], need: str) -> None:
    at(service("Casa Ficticia", directory["kitchen"].organization, need), place("CL05101"))
    told()
    text = yulis_phone.get(f"{VALPARAISO}&need={need}").text
    assert names(text) == []
    assert "Casa Ficticia" not in text
    assert "Hablar con una persona" in text
    assert "131" in text


def test_nothing_found_says_what_to_do_next(yulis_phone: Client) -> None:
    text = yulis_phone.get(f"{VALPARAISO}&need=sport_leisure&free=1").text
    assert names(text) == []
    assert 'href="/es/cl/lugares/?need=sport_leisure&amp;place=CL05101#found"' in text  # without the filter
    assert 'href="/es/chat/?country=cl"' in text
    assert "Hablar con una persona" in text


def test_a_long_list_goes_on(yulis_phone: Client, directory: dict[str, Service]) -> None:
    for number in range(12):
        at(service(f"Comedor {number:02}", directory["kitchen"].organization), place("CL05101"))
    told()
    first = yulis_phone.get(f"{VALPARAISO}&need=food").text
    more = unescape(re.findall(r'href="(\?[^"]*first=10)#found"', first)[0])
    second = yulis_phone.get(f"/es/cl/lugares/{more}").text
    assert len(names(first)) == 10
    assert not set(names(first)) & set(names(second))
    assert len(names(second)) == 6
    shared = yulis_phone.post(NEAR, {"need": "food", "lat": "-33.04", "lon": "-71.63", "first": "10"}).text
    assert len(names(shared)) == 6


def test_a_service_that_nobody_confirmed_is_shown_in_the_demo_only(
    yulis_phone: Client, directory: dict[str, Service], settings: Settings, rosa: User, now: time_machine.Traveller
) -> None:
    confirmed(directory["evening"], on=date(2026, 11, 24), by=rosa)
    settings.IS_DEMO = False
    told()
    assert names(yulis_phone.get(f"{VALPARAISO}&need=food").text) == ["Olla Ficticia de la Tarde"]
    assert yulis_phone.get(pages_of(directory["kitchen"])).status_code == 404
    assert "24-11-2026" in yulis_phone.get(pages_of(directory["evening"])).text


# -- the page of one ----------------------------------------------------------------------------------------------------------


def test_a_page_says_everything_a_person_needs(yulis_phone: Client, directory: dict[str, Service]) -> None:
    text = yulis_phone.get(pages_of(directory["kitchen"])).text
    for part in ("Comedor Ficticio El Puerto", "Almuerzo caliente.", "Calle Inventada 123", "8:00–17:00", "now--open"):
        assert part in text
    assert 'class="today"' in text
    assert "/hoja.pdf" in text


def test_a_notice_in_force_is_on_the_page(yulis_phone: Client, directory: dict[str, Service], rosa: User) -> None:
    Notice.objects.create(
        kind="message",
        service=directory["kitchen"],
        text="Hoy se entra por atrás.",
        begins_at=timezone.now() - timedelta(hours=1),
        ends_at=timezone.now() + timedelta(hours=5),
        by=rosa,
    )
    told()
    assert "Hoy se entra por atrás." in yulis_phone.get(pages_of(directory["kitchen"])).text


def test_a_service_at_several_places_names_each(yulis_phone: Client, directory: dict[str, Service]) -> None:
    second = at(directory["kitchen"], place("CL05801", address_1="Otra Calle 9"))
    told()
    text = yulis_phone.get(f"/es/lugar/{directory['kitchen'].pk}/").text
    assert "Otra Calle 9" in text
    assert f"/es/lugar/{directory['kitchen'].pk}/{second.pk}/" in text


def test_in_every_language(yulis_phone: Client, directory: dict[str, Service]) -> None:
    for language in ("es", "en", "pt", "fr", "ht"):
        for page in (
            f"/{language}/lugares/",
            f"/{language}/cl/lugares/?place=CL05101&need=food",
            pages_of(directory["kitchen"]).replace("/es/", f"/{language}/"),
        ):
            assert yulis_phone.get(page).status_code == 200


def test_what_is_hidden_and_what_never_was_are_the_same_page(
    yulis_phone: Client, directory: dict[str, Service]
) -> None:
    whose = organization("Otra")
    hidden = [service("Oculto", whose, visibility=v) for v in ("network", "orienters", "confidential")]
    hidden.append(service("Retirado", whose, is_withheld=True))
    told()
    nothing = _without_ids(yulis_phone.get(f"/es/lugar/{uuid4()}/").text)
    for one in hidden:
        response = yulis_phone.get(f"/es/lugar/{one.pk}/")
        assert response.status_code == 404
        assert _without_ids(response.text) == nothing
        told_of = yulis_phone.post(f"/es/lugar/{one.pk}/problema/", {"reason": "closed", "client_id": "c" * 24})
        assert (told_of.status_code, _without_ids(told_of.text)) == (404, nothing)
    assert not Problem.objects.exists()


def _without_ids(text: str) -> str:
    text = re.sub(r'name="client_id" value="[^"]*"', "", text)
    return re.sub(r'href="/[a-z]{2}/(lugar/[^"]*|chat/)"', "", text)


# -- what is wrong ------------------------------------------------------------------------------------------------------------


def test_a_problem_is_reported_with_one_tap_and_thanked(yulis_phone: Client, directory: dict[str, Service]) -> None:
    page = pages_of(directory["kitchen"])
    client_id = re.findall(r'name="client_id" value="([^"]+)p"', yulis_phone.get(page).text)[0]
    report = f"/es/lugar/{directory['kitchen'].pk}/problema/"
    response = yulis_phone.post(
        report, {"reason": "no_answer", "client_id": client_id, "at": directory["kitchen"].at.get().pk}
    )
    assert response["Location"] == f"{page}?gracias#gracias"
    assert 'id="gracias"' in yulis_phone.get(response["Location"]).text
    problem = Problem.objects.get()
    assert (problem.reason, problem.door, problem.service_id) == ("no_answer", "web", directory["kitchen"].pk)
    assert client_id not in problem.door_hash


def test_the_same_browser_does_not_count_as_two_and_another_one_warns(
    yulis_phone: Client, directory: dict[str, Service]
) -> None:
    report = f"/es/lugar/{directory['kitchen'].pk}/problema/"
    for client_id in ("a" * 24, "b" * 24):
        yulis_phone.post(report, {"reason": "closed", "client_id": client_id})
    before = yulis_phone.get(pages_of(directory["kitchen"])).text
    Client().post(report, {"reason": "money", "client_id": "c" * 24})
    after = yulis_phone.get(pages_of(directory["kitchen"])).text
    assert before.count("notice--warn") + 1 == after.count("notice--warn")


def test_another_site_s_form_reports_nothing(yulis_phone: Client, directory: dict[str, Service]) -> None:
    response = yulis_phone.post(
        f"/es/lugar/{directory['kitchen'].pk}/problema/",
        {"reason": "closed", "client_id": "c" * 24},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert response.status_code == 403
    assert not Problem.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"reason": "boring", "client_id": "c" * 24}, {"reason": "closed"}])
def test_a_broken_form_leads_back(yulis_phone: Client, directory: dict[str, Service], sent: dict[str, str]) -> None:
    response = yulis_phone.post(f"/es/lugar/{directory['kitchen'].pk}/problema/", sent)
    assert response["Location"] == f"/es/lugar/{directory['kitchen'].pk}/"
    assert not Problem.objects.exists()


# -- the map ------------------------------------------------------------------------------------------------------------------


def test_the_map_knows_what_the_list_knows(yulis_phone: Client) -> None:
    text = yulis_phone.get(f"{VALPARAISO}&need=food").text
    drawn = json.loads(re.findall(r'<script id="map-data" type="application/json">(.*?)</script>', text)[0])
    assert [point["name"] for point in drawn["points"]] == names(text)[:3]  # the line has no point
    assert [point["vague"] for point in drawn["points"]] == [False, False, True]
    assert "Quilpué" in [name for name, *_ in drawn["names"]]
    assert 'id="map-open" hidden' in text  # the script shows it: without one there is only the list


def test_links_lead_there_from_the_first_pages(yulis_phone: Client) -> None:
    for page in ("/es/", "/es/cl/", "/es/cl/temas/", "/es/cl/temas/salud/", "/es/cl/cl_fonasa/"):
        assert re.search(r'href="/es/(cl/)?lugares/', yulis_phone.get(page).text), page
    assert 'href="/es/cl/lugares/?need=health"' in yulis_phone.get("/es/cl/cl_fonasa/").text


def test_the_pages_stay_small(yulis_phone: Client) -> None:
    """The first look at a list, with everything it loads before the map is opened; the scripts of the site together."""
    page = yulis_phone.get(f"{VALPARAISO}&need=food", headers={"accept-encoding": "gzip"})
    files = ("ui/baquiano.css", "public/public.css", "public/places.css", "public/public.js", "public/places.js")
    assert len(page.content) + sum(packed(name) for name in files) <= 24 * 1024
    assert packed("public/public.js") + packed("public/places.js") <= SCRIPT
