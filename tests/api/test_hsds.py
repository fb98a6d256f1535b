"""The HSDS API through its door: pages, filters, ids, what it never tells, and what others may keep of it."""

import json
import logging
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.http.response import HttpResponseBase
from django.test import Client, override_settings

from baquiano.accounts.models import Organisation, User
from baquiano.directory import editing, version
from baquiano.directory.models import Attribute, Capacity, Location, OldId, Service, Taxonomy, Term, Visibility
from baquiano.directory.own_terms import OWN
from tests.api.hsds_house import LONG_AGO, OFFICE, SANTIAGO, VALPARAISO, VINA, Cast

Json = dict[str, Any]
pytestmark = pytest.mark.usefixtures("organisation", "now")


@pytest.fixture
def cast(carla: User, organisation: Organisation) -> Cast:
    return Cast(carla)


def get(path: str, **given: Any) -> Json:
    answer = Client().get(f"/hsds/{path}", given)
    assert answer.status_code == 200, answer.content
    body: Json = answer.json()
    return body


def names(path: str, **given: Any) -> list[str]:
    rows = get(path, per_page=500, **given)["contents"]
    return [row.get("name") or row["service"]["name"] for row in rows]


def problem(path: str, **given: Any) -> Json:
    answer = Client().get(f"/hsds/{path}", given)
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: Json = answer.json()
    assert body["status"] == answer.status_code
    return body


def streamed(answer: HttpResponseBase) -> list[Json]:
    assert answer.streaming
    return [json.loads(line) for line in answer.getvalue().decode().splitlines()]  # type: ignore[attr-defined]


def term_of(column: str, code: str) -> str:
    return next(own for own in OWN if own.column == column).term_id(code)


# -- pages -----------------------------------------------------------------------------------------------------------------


def test_a_list_comes_in_pages_that_say_the_truth(cast: Cast) -> None:
    cast.many(120)
    pages = [get("services", page=number) for number in (1, 2, 3)]
    told = [{key: value for key, value in page.items() if key != "contents"} for page in pages]
    shared = {"total_items": 120, "total_pages": 3, "empty": False}
    assert told == [
        {**shared, "page_number": 1, "size": 50, "first_page": True, "last_page": False},
        {**shared, "page_number": 2, "size": 50, "first_page": False, "last_page": False},
        {**shared, "page_number": 3, "size": 20, "first_page": False, "last_page": True},
    ]
    ids = [row["id"] for page in pages for row in page["contents"]]
    assert len(set(ids)) == 120
    assert ids == sorted(ids)


def test_an_empty_directory_is_one_empty_page() -> None:
    page = get("services")
    assert (page["total_items"], page["total_pages"], page["empty"], page["contents"]) == (0, 1, True, [])


def test_a_page_past_the_last_one_is_empty(cast: Cast) -> None:
    cast.many(3)
    page = get("services", page=9)
    assert (page["total_items"], page["size"], page["empty"], page["last_page"]) == (3, 0, True, True)


def test_ndjson_is_the_whole_list_one_row_in_a_line(cast: Cast) -> None:
    cast.many(250)
    for path in ("services", "service_at_locations"):
        answer = Client().get(f"/hsds/{path}", {"format": "ndjson"})
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        rows = streamed(answer)
        assert [row["id"] for row in rows] == [row["id"] for row in get(path, per_page=500)["contents"]]
        assert len(rows) == 250


def test_minimal_is_every_id_in_one_page(cast: Cast) -> None:
    cast.many(60)
    page = get("services", minimal="true")
    assert (page["size"], page["total_pages"]) == (60, 1)
    assert set(page["contents"][0]) == {"id", "last_modified", "modified_date"}


# -- rows ------------------------------------------------------------------------------------------------------------------


def test_a_list_is_short_and_a_row_is_whole(cast: Cast) -> None:
    service = cast.service("Comedor", needs=("food",), phones=[{"number": "+56 555 0100"}])
    cast.at(service, VALPARAISO, hours=OFFICE)
    short, whole = get("services")["contents"][0], get(f"services/{service.pk}")
    assert "phones" not in short
    assert short["organization"]["name"] == "Centro Ficticio"
    assert whole["phones"][0]["number"] == "+56 555 0100"
    assert whole["service_at_locations"][0]["location"]["schedules"]
    assert get("services", full="true")["contents"][0] == whole


def test_a_service_at_its_place_is_also_a_service(cast: Cast) -> None:
    at = cast.at(cast.service("Comedor"), VALPARAISO)
    row = get(f"service_at_locations/{at.pk}")
    assert (row["id"], row["name"], row["status"]) == (str(at.pk), "Comedor", "active")
    assert row["location"]["latitude"] == VALPARAISO[0]
    assert row["service"]["id"] == str(at.service_id)


def test_an_organisation_lists_what_it_offers(cast: Cast) -> None:
    service = cast.service("Comedor", phones=[{"number": "+56 555 0100"}])
    short = get(f"organizations/{service.organization_id}")
    whole = get(f"organizations/{service.organization_id}", full_service="true")
    assert [row["name"] for row in short["services"]] == ["Comedor"]
    assert "phones" not in short["services"][0]
    assert whole["services"][0]["phones"][0]["number"] == "+56 555 0100"
    assert "services" not in get("organizations")["contents"][0]
    assert get("organizations", full_service="true")["contents"][0]["services"] == whole["services"]


def test_our_code_lists_are_taxonomies() -> None:
    needs = next(row for row in get("taxonomies")["contents"] if row["id"] == OWN[0].id)
    assert get(f"taxonomies/{needs['id']}") == needs
    terms = get("taxonomy_terms", taxonomy_id=needs["id"], per_page=500)["contents"]
    assert {"food", "shelter"} <= {term["code"] for term in terms}
    assert {term["taxonomy_id"] for term in terms} == {needs["id"]}
    assert get(f"taxonomy_terms/{terms[0]['id']}") == terms[0]


def test_terms_of_another_directory_stand_under_each_other() -> None:
    taxonomy = Taxonomy.objects.create(name="Otra")
    top = Term.objects.create(taxonomy=taxonomy, name="Comida")
    below = Term.objects.create(taxonomy=taxonomy, name="Desayuno", parent=top)
    mine = {"taxonomy_id": str(taxonomy.pk)}
    assert names("taxonomy_terms", top_only="true", **mine) == ["Comida"]
    assert names("taxonomy_terms", parent_id=str(top.pk)) == ["Desayuno"]
    assert names("taxonomy_terms", search="desay", **mine) == ["Desayuno"]
    assert get(f"taxonomy_terms/{below.pk}")["parent_id"] == str(top.pk)


def test_words_do_not_change_with_the_language_of_the_reader(cast: Cast) -> None:
    cast.service("Comedor", needs=("food",))
    spoken = [Client().get("/hsds/taxonomy_terms", headers={"Accept-Language": code}).content for code in ("fr", "ht")]
    assert spoken[0] == spoken[1]


def test_a_capacity_that_is_over_is_not_told(cast: Cast, now: time_machine.Traveller) -> None:
    service = cast.service("Albergue")
    at = datetime(2026, 11, 24, 14, tzinfo=UTC)
    Capacity.objects.create(
        service=service, unit="camas", available=4, updated_at=at, good_until=at + timedelta(hours=4)
    )
    version.bump()
    first = Client().get(f"/hsds/services/{service.pk}")
    assert first.json()["capacities"][0]["available"] == 4
    now.move_to(datetime(2026, 11, 24, 18, 30, tzinfo=UTC))
    later = Client().get(f"/hsds/services/{service.pk}", headers={"If-None-Match": first.headers["ETag"]})
    assert (later.status_code, "capacities" in later.json()) == (200, False)


# -- filters ---------------------------------------------------------------------------------------------------------------


def test_filters_narrow_together(cast: Cast) -> None:
    cast.service("Comedor", needs=("food", "clothing"), languages=("es", "ht"))
    cast.service("Ropero", needs=("clothing",), languages=("es",))
    cast.service("Olla", of="Otro Ficticio", needs=("food",), languages=("ht",))
    assert sorted(names("services", need="food")) == ["Comedor", "Olla"]
    assert names("services", need=["food", "clothing"]) == ["Comedor"]
    assert names("services", need="food", language="es") == ["Comedor"]
    assert names("services", language=["es", "ht"]) == ["Comedor"]
    other = str(cast.organization("Otro Ficticio").pk)
    assert names("services", need="food", organization_id=other) == ["Olla"]
    assert names("services", need="clothing", organization_id=other) == []


@pytest.mark.parametrize(
    ("values", "accepted"),
    [
        ({}, set()),  # not known is not a yes
        ({"asks_documents": "no"}, {"none", "passport", "foreign_id"}),
        ({"asks_documents": "yes", "accepts": ("passport",)}, {"passport"}),
        ({"asks_documents": "yes", "accepts": ("any",)}, {"passport", "foreign_id"}),
        ({"accepts": ("none", "passport")}, {"none", "passport"}),
    ],
)
def test_accepts_is_what_is_known_to_be_accepted(cast: Cast, values: Json, accepted: set[str]) -> None:
    cast.at(cast.service("Salud", **values))
    for paper in ("none", "passport", "foreign_id"):
        expected = ["Salud"] if paper in accepted else []
        assert names("services", accepts=paper) == expected, paper
        assert names("service_at_locations", accepts=paper) == expected, paper


def test_a_language_may_be_that_of_the_place(cast: Cast) -> None:
    service = cast.service("Salud", languages=("es",))
    cast.at(service, VALPARAISO, languages=("ht",))
    cast.at(service, VINA)
    assert names("services", language="ht") == ["Salud"]
    assert len(names("service_at_locations", language="ht")) == 1
    assert len(names("service_at_locations", language="es")) == 2


def test_words_are_found_with_or_without_accents(cast: Cast) -> None:
    cast.service("Atención médica", description="Vacunas para niñas y niños", needs=("health",))
    cast.service("Ropero", needs=("clothing",))
    assert names("services", search="ATENCION vacunas") == ["Atención médica"]
    assert names("services", search="niñas ropa") == []
    assert names("organizations", search="centro") == ["Centro Ficticio"]
    assert names("organizations", search="otro") == []


def test_a_place_is_found_by_its_city(cast: Cast) -> None:
    cast.at(cast.service("Comedor"), city="Otra Ciudad")
    cast.at(cast.service("Ropero"))
    assert names("service_at_locations", search="otra ciudad") == ["Comedor"]


def test_our_terms_filter_as_the_attributes_say(cast: Cast) -> None:
    food = cast.service("Comedor", needs=("food",), cost="free")
    cast.at(food, step_free="yes")
    cast.at(cast.service("Ropero", needs=("clothing",)), step_free="no")
    assert names("services", taxonomy_term_id=term_of("needs", "food")) == ["Comedor"]
    assert names("services", taxonomy_term_id=term_of("step_free", "yes")) == ["Comedor"]
    both = [term_of("cost", "free"), term_of("needs", "clothing")]
    assert names("services", taxonomy_term_id=both) == []
    assert names("service_at_locations", taxonomy_term_id=term_of("step_free", "no")) == ["Ropero"]
    assert names("organizations", taxonomy_term_id=term_of("needs", "food")) == ["Centro Ficticio"]
    cost = next(own.id for own in OWN if own.column == "cost")
    assert names("services", taxonomy_id=cost) == ["Comedor"]
    assert names("services", taxonomy_id=str(uuid4())) == []


def test_terms_of_another_directory_filter_too(cast: Cast) -> None:
    taxonomy = Taxonomy.objects.create(name="Otra")
    term = Term.objects.create(taxonomy=taxonomy, name="Comida")
    food, clothes = cast.service("Comedor"), cast.service("Ropero", of="Otro Ficticio")
    place = cast.at(clothes).location
    for entity, row in (("service", food.pk), ("location", place.pk)):
        Attribute.objects.create(entity=entity, row=row, term=term)
    assert sorted(names("services", taxonomy_term_id=str(term.pk))) == ["Comedor", "Ropero"]
    assert names("services", taxonomy_id=str(taxonomy.pk), organization_id=str(food.organization_id)) == ["Comedor"]
    assert names("service_at_locations", taxonomy_id=str(taxonomy.pk)) == ["Ropero"]


def test_modified_after_tells_of_anything_that_a_reader_would_see(cast: Cast) -> None:
    since = {"modified_after": "2026-11-01"}
    edited, moved, confirmed, still = (cast.service(name) for name in ("Editado", "Mudado", "Confirmado", "Quieto"))
    place = cast.at(moved).location
    assert names("services", **since) == []
    editing.change(edited, {"description": "Nuevo."}, by=cast.by, how="edit")
    editing.change(place, {"address_1": "Calle Inventada 1"}, by=cast.by, how="edit")
    cast.confirm(confirmed, date(2026, 11, 20))
    assert sorted(names("services", **since)) == ["Confirmado", "Editado", "Mudado"]
    assert names("service_at_locations", **since) == ["Mudado"]
    assert names("services", modified_after="2027-01-01T00:00:00Z") == []
    assert "Quieto" in names("services", modified_after=LONG_AGO.isoformat())
    assert still.name not in names("services", **since)


# -- near and open ---------------------------------------------------------------------------------------------------------


def test_the_nearest_comes_first_and_says_how_far(cast: Cast) -> None:
    for name, point in (("Santiago", SANTIAGO), ("Viña", VINA), ("Valparaíso", VALPARAISO), ("Sin punto", None)):
        cast.at(cast.service(name), point)
    here = f"{VALPARAISO[0]},{VALPARAISO[1]}"
    for path in ("services", "service_at_locations"):
        assert names(path, near=here) == ["Valparaíso", "Viña", "Santiago", "Sin punto"]
        assert names(path, near=here, radius=10_000) == ["Valparaíso", "Viña"]
    far = [row.get("distance") for row in get("services", near=here)["contents"]]
    assert far[0] == 0
    assert 6_500 < far[1] < 7_200
    assert far[3] is None


def test_near_goes_with_every_other_filter(cast: Cast) -> None:
    for name, point, need in (
        ("Comedor", VINA, "food"),
        ("Ropero", VALPARAISO, "clothing"),
        ("Olla", SANTIAGO, "food"),
    ):
        cast.at(cast.service(name, needs=(need,)), point)
    assert names("services", near="-33.046,-71.62", need="food") == ["Comedor", "Olla"]
    assert names("services", near="-33.046,-71.62", need="food", radius=20_000) == ["Comedor"]


def test_a_service_counts_from_its_nearest_place(cast: Cast) -> None:
    service = cast.service("Comedor")
    for point in (SANTIAGO, VINA):
        cast.at(service, point)
    row = get("services", near=f"{VINA[0]},{VINA[1]}")["contents"][0]
    assert (row["name"], row["distance"]) == ("Comedor", 0)
    assert [row["distance"] > 0 for row in get("service_at_locations", near=f"{VINA[0]},{VINA[1]}")["contents"]] == [
        False,
        True,
    ]


def test_near_and_open_are_asked_of_the_same_place(cast: Cast) -> None:
    both = cast.service("Dos sedes")
    for point, hours in ((VALPARAISO, OFFICE), (SANTIAGO, "Mo-Su 20:00-06:00")):
        cast.at(both, point, hours=hours)
    night = {"near": f"{VALPARAISO[0]},{VALPARAISO[1]}", "open_at": "2026-11-24T23:00:00-03:00"}
    assert names("services", **night, radius=20_000) == names("service_at_locations", **night, radius=20_000) == []
    assert names("services", **night) == ["Dos sedes"]


def test_open_at_is_what_is_known_to_be_open(cast: Cast) -> None:
    cast.at(cast.service("De día", hours=OFFICE), VALPARAISO)
    cast.at(cast.service("De noche", hours="Mo-Su 20:00-06:00"), VINA)
    cast.at(cast.service("No se sabe"), VINA)
    morning, night = "2026-11-24T10:00:00-03:00", "2026-11-24T23:00:00-03:00"
    assert names("services", open_at=morning) == ["De día"]
    assert names("services", open_at=night) == ["De noche"]
    assert names("service_at_locations", open_at=night, near="-33.046,-71.62") == ["De noche"]
    assert names("services", open_at="2026-11-25T02:00:00Z") == ["De noche"]


def test_by_postal_code_and_around_it(cast: Cast) -> None:
    cast.at(cast.service("Aquí"), VALPARAISO, postal_code="234-0000")
    cast.at(cast.service("Cerca"), VINA, postal_code="2520000")
    cast.at(cast.service("Lejos"), SANTIAGO)
    assert names("services", postcode="2340000") == ["Aquí"]
    assert sorted(names("services", postcode="2340000", proximity=10_000)) == ["Aquí", "Cerca"]
    assert names("services", postcode="9999999", proximity=10_000) == []


def test_the_same_question_can_be_asked_without_an_address(cast: Cast) -> None:
    cast.at(cast.service("Comedor", needs=("food",)), VINA)
    cast.at(cast.service("Ropero"), VALPARAISO)
    answer = Client(enforce_csrf_checks=True).post("/hsds/services", {"near": "-33.024,-71.552", "need": "food"})
    assert [row["name"] for row in answer.json()["contents"]] == ["Comedor"]
    assert answer.headers["Cache-Control"] == "private, no-store"


# -- questions that cannot be read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "parameter"),
    [
        ({"neds": "food"}, "neds"),
        ({"need": "comida"}, "need"),
        ({"accepts": "library_card"}, "accepts"),
        ({"language": "español"}, "language"),
        ({"page": "0"}, "page"),
        ({"page": "dos"}, "page"),
        ({"per_page": "501"}, "per_page"),
        ({"page": ["1", "2"]}, "page"),
        ({"format": "xml"}, "format"),
        ({"format": "ndjson", "page": "1"}, "format"),
        ({"full": "maybe"}, "full"),
        ({"minimal": "1", "full": "1"}, "minimal"),
        ({"taxonomy_term_id": "food"}, "taxonomy_term_id"),
        ({"modified_after": "ayer"}, "modified_after"),
        ({"open_at": "2026-11-24T10:00:00"}, "open_at"),  # in which zone?
        ({"open_at": "2026-13-45T10:00:00Z"}, "open_at"),
        ({"open_at": "9999-12-31T23:59:59-14:00"}, "open_at"),
        ({"open_at": "0001-01-01T00:00:00+14:00"}, "open_at"),
        ({"modified_after": "9999-12-31T23:59:59-14:00"}, "modified_after"),
        ({"modified_after": "0001-01-01"}, "modified_after"),
        ({"near": "91,0"}, "near"),
        ({"near": "here"}, "near"),
        ({"radius": "500"}, "radius"),
        ({"near": "0,0", "radius": "-5"}, "radius"),
        ({"near": "0,0", "radius": "nan"}, "radius"),
        ({"proximity": "500"}, "proximity"),
        ({"search": " "}, "search"),
        ({"top_only": "true"}, "top_only"),  # of terms only
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_read_is_refused_in_words(given: Json, parameter: str) -> None:
    body = problem("services", **given)
    assert (body["status"], body["parameter"]) == (400, parameter)
    assert f"`{parameter}`" in body["detail"]


def test_an_hour_whose_plus_became_a_blank_is_read(cast: Cast) -> None:
    cast.at(cast.service("De día", hours=OFFICE), VALPARAISO)
    assert Client().get("/hsds/services?open_at=2026-11-24T15:00:00+00:00").json()["total_items"] == 1


# -- ids ---------------------------------------------------------------------------------------------------------------------

LISTS = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("id", ["6b0d4f6e-5a83-4b0e-9d1f-2f2f7a6f0c11", "nada", "1"])
def test_an_id_that_nobody_has_is_missing(path: str, id: str) -> None:
    assert problem(f"{path}/{id}")["status"] == 404


def test_an_id_that_was_merged_leads_to_the_one_that_stays(cast: Cast) -> None:
    service, old = cast.service("Comedor"), uuid4()
    OldId.objects.create(old=old, entity="service", row=service.pk, by=cast.by)
    answer = Client().get(f"/hsds/services/{old}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/hsds/services/{service.pk}")
    assert problem(f"organizations/{old}")["status"] == 404
    OldId.objects.create(old=UUID(int=7), entity="organization", row=service.organization_id, by=cast.by)
    assert names("services", organization_id=str(UUID(int=7))) == ["Comedor"]


def test_an_id_that_was_merged_into_something_hidden_is_missing(cast: Cast) -> None:
    service, old = cast.service("Casa", visibility=Visibility.CONFIDENTIAL), uuid4()
    OldId.objects.create(old=old, entity="service", row=service.pk, by=cast.by)
    assert problem(f"services/{old}")["status"] == 404


# -- what is never told --------------------------------------------------------------------------------------------------------


@pytest.fixture
def hidden(cast: Cast) -> list[str]:
    """One of each kind of thing that nobody outside may know of, beside an open service; the ids that must not appear."""
    open_one = cast.service("Abierto", needs=("food",))
    cast.at(open_one, VALPARAISO)
    place = cast.at(open_one, address_1="Canario 1", visibility=Visibility.NETWORK)
    secret = cast.at(open_one, visibility=Visibility.CONFIDENTIAL)
    ids = [place.pk, place.location_id, secret.pk, secret.location_id]
    for number, values in enumerate(
        (
            {"visibility": Visibility.CONFIDENTIAL},
            {"visibility": Visibility.ORIENTERS},
            {"visibility": Visibility.NETWORK},
            {"is_withheld": True, "withheld_because": "Canario"},
            {"unverifiable_since": date(2026, 11, 1)},
        )
    ):
        service = cast.service(f"Canario {number}", of=f"Canario {number}", needs=("food",), hours="24/7", **values)
        ids += [service.pk, service.organization_id, cast.at(service, VALPARAISO, address_1="Canario").pk]
    every_place = cast.service("Canario 9", of="Canario 9", needs=("food",))
    ids += [every_place.pk, every_place.organization_id, cast.at(every_place, visibility=Visibility.CONFIDENTIAL).pk]
    among_others = cast.service("Canario 10", needs=("food",), visibility=Visibility.CONFIDENTIAL)
    open_address = cast.at(among_others, VALPARAISO, address_1="Canario 10")
    ids += [open_address.pk, open_address.location_id]
    return [str(pk) for pk in [*ids, among_others.pk, cast.organization("Canario sin nada").pk]]


QUESTIONS: tuple[Json, ...] = (
    {},
    {"full": "true"},
    {"format": "ndjson"},
    {"search": "canario"},
    {"modified_after": "2000-01-01"},
)
OF_SERVICES: tuple[Json, ...] = (
    {"need": "food"},
    {"near": "-33.046,-71.62", "radius": "100000"},
    {"open_at": "2026-11-24T10:00:00-03:00"},
)


def test_what_is_hidden_is_nowhere(hidden: list[str]) -> None:
    asked = [(path, given) for path in LISTS[:3] for given in QUESTIONS]
    asked += [(path, given) for path in LISTS[:2] for given in OF_SERVICES]
    asked += [("services", {"minimal": "1"}), ("organizations", {"full_service": "1"})]
    bodies = {f"{path} {given}": Client().get(f"/hsds/{path}", given).getvalue().decode() for path, given in asked}
    shown_ids = {row["id"] for path in LISTS[:3] for row in get(path)["contents"]}
    for path in LISTS[:3]:
        for row in get(path)["contents"]:
            bodies[row["id"]] = json.dumps(get(f"{path}/{row['id']}"))
    found = [(where, word) for where, body in bodies.items() for word in ("anario", *hidden) if word in body]
    assert found == []
    assert len(shown_ids) == 3


def test_an_organisation_shows_its_places_but_not_that_of_a_hidden_service(cast: Cast) -> None:
    place = cast.at(cast.service("Abierto"), address_1="Calle Inventada 1").location
    office = Location.objects.create(organization=place.organization, country="CL", name="Oficina ficticia")
    cast.at(cast.service("Casa", visibility=Visibility.CONFIDENTIAL), address_1="Calle Inventada 2")
    for given in ({}, {"full_service": "true"}):
        places = get(f"organizations/{place.organization_id}", **given)["locations"]
        assert {row["id"] for row in places} == {str(place.pk), str(office.pk)}
    listed = get("organizations", full="true")["contents"][0]["locations"]
    assert {row["id"] for row in listed} == {str(place.pk), str(office.pk)}


def test_a_change_of_something_hidden_has_no_date(cast: Cast, now: time_machine.Traveller) -> None:
    cast.at(cast.service("Abierto"), VALPARAISO)
    hidden = cast.service("Casa", visibility=Visibility.CONFIDENTIAL)
    before = Client().get("/hsds/services").headers["Last-Modified"]
    now.shift(timedelta(hours=1))
    editing.change(hidden, {"description": "Otra."}, by=cast.by, how="edit")
    assert Client().get("/hsds/services").headers["Last-Modified"] == before


def test_what_is_hidden_is_counted_nowhere(hidden: list[str]) -> None:
    assert [get(path)["total_items"] for path in LISTS[:3]] == [1, 1, 1]
    assert [
        get(path, **given)["total_items"]
        for path in LISTS[:2]
        for given in ({"need": "food"}, {"near": "-33.046,-71.62"})
    ] == [1] * 4


def test_what_is_hidden_and_what_never_was_answer_the_same(hidden: list[str]) -> None:
    for path in LISTS[:3]:
        never = Client().get(f"/hsds/{path}/{uuid4()}")
        for pk in hidden:
            answer = Client().get(f"/hsds/{path}/{pk}")
            assert (answer.status_code, answer.content, dict(answer.headers)) == (
                404,
                never.content,
                dict(never.headers),
            )


def test_in_production_only_what_somebody_confirmed_lately_is_served(cast: Cast, now: time_machine.Traveller) -> None:
    fresh, old, line, never = (
        cast.service(name, is_emergency=name == "Línea") for name in ("Fresco", "Viejo", "Línea", "Nunca")
    )
    for service, on in ((fresh, date(2026, 11, 20)), (old, date(2026, 1, 20)), (line, date(2026, 1, 20))):
        cast.confirm(service, on)
    with override_settings(IS_DEMO=False):
        assert sorted(names("services")) == ["Fresco", "Línea"]
        assert problem(f"services/{old.pk}")["status"] == problem(f"services/{never.pk}")["status"] == 404
        for given in ({"full_service": "1"}, {}):
            offered = get(f"organizations/{fresh.organization_id}", **given)["services"]
            assert sorted(row["name"] for row in offered) == ["Fresco", "Línea"]
        assert get(f"services/{fresh.pk}")["assured_date"] == "2026-11-20"
        now.move_to(datetime(2027, 11, 20, 15, tzinfo=UTC))
        assert names("services") == ["Línea"]


def test_nothing_but_a_confirmation_gives_a_service_its_date(cast: Cast) -> None:
    service = cast.service("Comedor")
    editing.change(service, {"description": "Nuevo."}, by=cast.by, how="edit")
    assert "assured_date" not in get(f"services/{service.pk}")
    cast.confirm(service, date(2026, 11, 20))
    assert get(f"services/{service.pk}")["assured_date"] == "2026-11-20"


# -- what others may keep, and what nobody keeps ---------------------------------------------------------------------------------


def test_an_answer_that_has_not_changed_is_not_sent_again(cast: Cast) -> None:
    service = cast.service("Comedor")
    for path in ("services", f"services/{service.pk}", "", "openapi.json", "profile", "taxonomies"):
        first = Client().get(f"/hsds/{path}")
        tag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "public, no-cache"
        assert "Last-Modified" in first.headers
        again = Client().get(f"/hsds/{path}", headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag), path


def test_a_change_or_a_new_day_changes_the_tag(cast: Cast, now: time_machine.Traveller) -> None:
    service = cast.service("Comedor")
    tags = [Client().get("/hsds/services").headers["ETag"]]
    editing.change(service, {"description": "Nuevo."}, by=cast.by, how="edit")
    tags.append(Client().get("/hsds/services").headers["ETag"])
    now.shift(timedelta(days=1))
    tags.append(Client().get("/hsds/services").headers["ETag"])
    assert len(set(tags)) == 3


def test_any_site_may_read_and_no_cookie_is_involved(cast: Cast, carlas_browser: Client) -> None:
    cast.service("Comedor")
    for answer in (
        Client().get("/hsds/services"),
        carlas_browser.get("/hsds/services"),
        Client().get("/hsds/services/nada"),
        Client().get("/hsds/services?page=x"),
        Client().options("/hsds/services"),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert not answer.cookies
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_who_is_signed_in_reads_no_more(cast: Cast, hidden: list[str], carlas_browser: Client) -> None:
    assert carlas_browser.get("/hsds/services?full=true").content == Client().get("/hsds/services?full=true").content


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_it_is_only_read(method: str) -> None:
    answer = getattr(Client(), method)("/hsds/services")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, POST, OPTIONS")
    assert Client().post("/hsds/services/nada").status_code == 405


def test_where_somebody_is_is_kept_nowhere(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    cast.at(cast.service("Comedor"), VALPARAISO)
    caplog.set_level(logging.DEBUG)
    for query in ("near=-33.04567,-71.61234", "near=-33.04567,-71.61234&radius=x", "near=-33.04567;-71.61234"):
        answer = Client().get(f"/hsds/services?{query}")
        assert "no-store" in answer.headers["Cache-Control"]
        assert "ETag" not in answer.headers
        assert b"04567" not in answer.content
    told = "\n".join(
        f"{record.getMessage()} {record.args}" for record in caplog.records if record.name != "django.db.backends"
    )
    assert "04567" not in told


def test_where_somebody_is_is_in_no_log_when_the_program_breaks(
    caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    """The zone of the organisation is none: every answer breaks."""
    Organisation.objects.update(timezone="Nowhere/At_all")
    browser = Client(raise_request_exception=False)
    with override_settings(DEBUG_PROPAGATE_EXCEPTIONS=False):
        assert browser.get("/hsds/services?near=-33.04567,-71.61234").status_code == 500
    assert caplog.records
    formatted = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert "/hsds/services" in formatted
    assert "04567" not in formatted


def test_the_number_of_the_directory_is_all_that_a_picture_needs(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    cast.many(120)
    get("services")
    with django_assert_max_num_queries(20):
        get("services")
    assert Service.objects.count() == 120
