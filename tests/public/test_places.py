"""Places with help: found by need and town, with nothing kept of whoever looks; one page each; and what is wrong with it."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from baquiano.accounts.models import User
from baquiano.directory import trust
from baquiano.directory.models import Notice, Problem, Service
from baquiano.public import reporters
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


@pytest.mark.parametrize("typed", ["A" * 5000, "🏠🏠", "' OR 1=1 --", "<b>x</b>", "\x00?", "مدينة"])
def test_what_is_no_town_is_answered_so_and_never_dropped(yulis_phone: Client, typed: str) -> None:
    text = yulis_phone.post(NEAR, {"need": "food", "where": typed}).text
    assert 'role="status" id="found"' in text
    assert "<b>x" not in text


def test_a_town_of_the_other_country_is_offered_with_its_country(yulis_phone: Client) -> None:
    text = yulis_phone.post(NEAR, {"need": "food", "where": "Pasto"}).text
    assert 'href="/es/co/lugares/?need=food&amp;place=CO52001#found"' in text
    assert "· Colombia" in text


@pytest.mark.parametrize("point", [("nan", "nan"), ("inf", "1"), ("95", "0"), ("-33", "")])
def test_a_point_that_is_none_is_left_out(yulis_phone: Client, point: tuple[str, str]) -> None:
    response = yulis_phone.post(NEAR, {"need": "food", "lat": point[0], "lon": point[1]})
    assert response["Location"] == "/es/cl/lugares/?need=food"


def test_past_the_end_of_the_list_are_its_last_ones(yulis_phone: Client) -> None:
    assert names(yulis_phone.get(f"{VALPARAISO}&need=food&first=400").text) == names(
        yulis_phone.get(f"{VALPARAISO}&need=food").text
    )


def test_a_language_that_nobody_speaks_here_filters_nothing(yulis_phone: Client) -> None:
    assert "place__number" in yulis_phone.get(f"{VALPARAISO}&need=food&tongue=xxx").text
    assert "tongue=xxx" not in yulis_phone.get(f"{VALPARAISO}&need=food&tongue=xxx").text


# -- in another language --------------------------------------------------------------------------------------------------------


def in_english(text: str) -> str:
    """Where the page leads whoever reads English."""
    return unescape(re.findall(r'href="([^"]*)" lang="en" hreflang="en"', text)[0])


def test_another_language_keeps_what_is_looked_for(yulis_phone: Client) -> None:
    text = yulis_phone.get(f"{VALPARAISO}&need=food&papers=1&tongue=ht&lat=-33.0246&nonsense=1").text
    assert in_english(text) == "/en/cl/lugares/?need=food&place=CL05101&tongue=ht&papers=1"
    assert names(yulis_phone.get(in_english(text)).text)[0] == "Comedor Ficticio El Puerto"


def test_another_language_keeps_no_more_of_a_shared_point_than_its_municipality(yulis_phone: Client) -> None:
    text = yulis_phone.post(NEAR, {"need": "food", "lat": "-33.0246", "lon": "-71.5518"}).text
    assert in_english(text) == "/en/cl/lugares/?need=food&place=CL05109"


def test_another_language_of_the_chat_keeps_the_country(yulis_phone: Client) -> None:
    text = yulis_phone.get("/es/chat/?country=cl").text
    assert 'href="/fr/chat/?country=cl"' in text
    assert 'href="/fr/chat/"' in yulis_phone.get("/es/chat/").text


def test_another_language_keeps_the_need_while_a_town_is_asked_back(yulis_phone: Client) -> None:
    text = yulis_phone.post(NEAR, {"need": "food", "where": "Balparaíso", "open": "1"}).text
    assert in_english(text) == "/en/cl/lugares/?need=food&open=1"


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


def test_what_else_there_is_for_the_same_need_is_looked_for_near_it(
    yulis_phone: Client, directory: dict[str, Service]
) -> None:
    near_it = yulis_phone.get(pages_of(directory["kitchen"])).text
    assert 'href="/es/cl/lugares/?need=food&amp;place=CL05101"' in near_it
    by_line = yulis_phone.get(f"/es/lugar/{directory['line'].pk}/").text
    assert 'href="/es/cl/lugares/?need=food"' in by_line


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


@pytest.fixture
def hotel(yulis_phone: Client) -> Iterator[Callable[..., Client]]:
    """`hotel()`: one more telephone on the same line, as behind one router."""
    cache.clear()
    yield lambda address="203.0.113.7": Client(REMOTE_ADDR=address)
    cache.clear()


def reports(phone: Client, what: Service, reason: str = "closed", name: str = "a") -> HttpResponse:
    return phone.post(f"/es/lugar/{what.pk}/problema/", {"reason": reason, "client_id": name * 24})  # type: ignore[return-value]


def is_warned(what: Service) -> bool:
    return trust.standing(what, timezone.localdate()).warned


def test_one_line_without_its_cookies_is_heard_and_warns_nobody(
    hotel: Callable[..., Client], directory: dict[str, Service]
) -> None:
    kitchen = directory["kitchen"]
    for name, reason in (("a", "closed"), ("b", "money"), ("c", "closed")):
        assert reports(hotel(), kitchen, reason, name)["Location"].endswith("?gracias#gracias")
    assert sorted(Problem.objects.values_list("reason", flat=True)) == ["closed", "closed", "money"]
    assert not is_warned(kitchen)
    reports(hotel("203.0.113.8"), kitchen, "closed", "d")
    assert is_warned(kitchen)


def test_a_telephone_that_changes_the_end_of_its_address_is_one(
    hotel: Callable[..., Client], directory: dict[str, Service]
) -> None:
    for end in ("1", "abcd"):
        reports(hotel(f"2001:db8::{end}"), directory["kitchen"], "closed", end[0])
    assert not is_warned(directory["kitchen"])
    reports(hotel("2001:db8:0:1::1"), directory["kitchen"], "closed", "z")
    assert is_warned(directory["kitchen"])


def test_at_the_speed_of_a_robot_nothing_more_is_noted_and_the_page_keeps_it(
    hotel: Callable[..., Client], directory: dict[str, Service], now: time_machine.Traveller
) -> None:
    whose = directory["kitchen"].organization
    many = [service(f"Comedor {number}", whose) for number in range(reporters.MOST_OF_A_LINE)]
    told()
    for one in many:
        assert reports(hotel(), one).status_code == 302
    kitchen = directory["kitchen"]
    refused = reports(hotel(), kitchen, "money", "n")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert 'name="reason" value="money"' in refused.text
    assert in_english(refused.text) == f"/en/lugar/{kitchen.pk}/"
    assert not Problem.objects.filter(service=kitchen).exists()
    assert reports(hotel("203.0.113.8"), kitchen).status_code == 302  # nobody else is held up
    now.shift(timedelta(hours=1, minutes=1))
    assert reports(hotel(), kitchen, "money", "n").status_code == 302
    assert Problem.objects.filter(service=kitchen, reason="money").exists()


def test_of_one_place_only_so_many_are_noted_in_an_hour(
    hotel: Callable[..., Client], directory: dict[str, Service]
) -> None:
    answers = [
        reports(hotel(f"203.0.113.{number}"), directory["kitchen"], "closed", chr(300 + number)).status_code
        for number in range(reporters.MOST_OF_A_SERVICE + 2)
    ]
    assert answers == [302] * reporters.MOST_OF_A_SERVICE + [429] * 2
    assert Problem.objects.count() == reporters.MOST_OF_A_SERVICE


def test_behind_a_proxy_its_own_word_counts_and_not_what_a_robot_wrote(
    hotel: Callable[..., Client], directory: dict[str, Service], settings: Settings
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, proxy_tls=True)
    for name, forged in (("a", "198.51.100.1"), ("b", "198.51.100.2")):
        phone = Client(REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": f"{forged}, 203.0.113.7"})
        reports(phone, directory["kitchen"], "closed", name)
    assert not is_warned(directory["kitchen"])


def test_where_the_line_is_not_known_cookies_tell_people_apart(
    hotel: Callable[..., Client], directory: dict[str, Service], settings: Settings
) -> None:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, proxy_tls=True)
    for name in "ab":
        reports(hotel(), directory["kitchen"], "closed", name)  # a proxy that says nothing
    assert is_warned(directory["kitchen"])


def test_of_the_line_nothing_stays_in_any_table(hotel: Callable[..., Client], directory: dict[str, Service]) -> None:
    reports(hotel(), directory["kitchen"])
    reports(hotel(), directory["kitchen"], "money", "b")
    assert "203.0.113" not in str(list(Problem.objects.values()))
    assert Problem.objects.get(reason="money").door_hash == ""


def test_the_address_of_a_report_leads_to_its_place(yulis_phone: Client, directory: dict[str, Service]) -> None:
    kitchen = directory["kitchen"]
    assert yulis_phone.get(f"/es/lugar/{kitchen.pk}/problema/")["Location"] == f"/es/lugar/{kitchen.pk}/"
    assert yulis_phone.get(f"/es/lugar/{uuid4()}/problema/").status_code == 404


# -- when something fails ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/fr/lugares/nada/", "/fr/pe/lugares/", "/fr/lugar/nada/", "/fr/cl/copia/nada.html", "/fr/sitemap.xml"]
)
def test_an_address_of_nothing_is_a_page_of_ours_in_its_language(yulis_phone: Client, address: str) -> None:
    response = yulis_phone.get(address)
    assert response.status_code == 404
    assert "Cette page n'est pas ici" in unescape(response.text)


def test_an_address_that_only_takes_a_form_is_a_page_of_ours(yulis_phone: Client) -> None:
    response = yulis_phone.put("/fr/lugares/")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "Cette page n'est pas ici" in unescape(response.text)


def test_a_fault_of_ours_is_a_page_of_ours_and_says_nothing_of_itself(yulis_phone: Client) -> None:
    yulis_phone.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE directory_service RENAME TO directory_service_gone")
    response = yulis_phone.get(f"/fr/lugar/{uuid4()}/")
    assert response.status_code == 500
    assert "directory_service" not in response.text
    assert 'lang="fr"' in response.text


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
