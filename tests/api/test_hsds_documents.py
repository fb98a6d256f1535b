"""What the API says of itself is so: its OpenAPI document is one, stands alone, and describes every answer; other servers' checker passes."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from baquiano.accounts.models import Organisation, User
from baquiano.api.hsds.question import PARAMETERS, TAKEN
from baquiano.directory.checking import check
from baquiano.directory.described import faults_in_words, standard_faults
from baquiano.directory.models import Attribute, Capacity, Taxonomy, Term, Visibility
from baquiano.territory.codes import NEEDS, PAPERS
from tests.api.hsds_house import OFFICE, SANTIAGO, VALPARAISO, VINA, Cast
from tests.house.stairs import PROJECT
from tests.hsds_schemas import faults as published
from tests.matrix.walking import routes_of

Json = dict[str, Any]
OPENAPI = json.loads((PROJECT / "tests" / "data" / "openapi" / "schema-3.1.json").read_text(encoding="utf-8"))
DOCS = (PROJECT / "docs" / "reference" / "hsds-api.md").read_text(encoding="utf-8")
OBJECTS = {
    "services": "Service",
    "service_at_locations": "ServiceAtLocation",
    "organizations": "Organization",
    "taxonomies": "Taxonomy",
    "taxonomy_terms": "TaxonomyTerm",
}
KIND_OF = {
    "/services": "service_list",
    "/services/{id}": "service",
    "/service_at_locations": "service_at_location_list",
    "/service_at_locations/{id}": "service_at_location",
    "/organizations": "organization_list",
    "/organizations/{id}": "organization",
    "/taxonomies": "taxonomy",
    "/taxonomies/{id}": "taxonomy",
    "/taxonomy_terms": "taxonomy_term",
    "/taxonomy_terms/{id}": "taxonomy_term",
}


@pytest.fixture
def cast(carla: User, organisation: Organisation) -> Cast:
    return Cast(carla)


@pytest.fixture
def rich(cast: Cast) -> Cast:
    """Two services of which everything is said, and many of which little is."""
    service = cast.service(
        "Comedor", needs=("food", "clothing"), populations=("migrants",), asks_documents="no", asks_status="no", sex="women",
        accepts=("none",), family=("pregnant",), minimum_age=18, maximum_age=60, cost="free", appointment="no", holidays="closed",
        languages=("es", "ht"), interpretation="Kreyòl los lunes", hours=f"{OFFICE}; PH off", hours_note="Con cita", areas=("CL05",),
        phones=[{"number": "+56 555 0100", "extension": 12, "type": "voice", "languages": [{"code": "ht"}]}],
        required_documents=[{"document": "Ninguno"}], cost_options=[{"option": "Gratis", "amount": 0, "currency": "CLP"}],
        url="https://example.org/comedor", email="comedor@example.org", caution="Lleva agua.", source="Una lista inventada",
        source_on=date(2026, 10, 1), alert="Otra entrada", eligibility_text="Para mujeres", how_to_ask="Llama", cost_text="Gratis",
    )  # fmt: skip
    cast.at(
        service, VALPARAISO, address_1="Calle Inventada 1", city="Ciudad Ficticia", state_province="Región Ficticia", step_free="yes",
        hours="Mo-Sa 08:00-20:00; We[1] off", accessibility=("ramp", "wifi"), languages=("es",), postal_code="2340000",
        phones=[{"number": "+56 555 0101"}],
    )  # fmt: skip
    cast.at(service, VINA, hours="24/7")
    cast.at(
        cast.service("Línea", is_emergency=True, hours="24/7", areas=("CL",), of="Otro Ficticio"),
        SANTIAGO,
        hours="Mo-Fr 22:00-02:00",
    )
    now = datetime(2026, 11, 24, 14, tzinfo=UTC)
    Capacity.objects.create(
        service=service, unit="cupos", available=3.5, maximum=10, updated_at=now, good_until=now + timedelta(days=900)
    )
    term = Term.objects.create(taxonomy=Taxonomy.objects.create(name="Otra"), name="Comida", code="C-1")
    Attribute.objects.create(entity="service", row=service.pk, term=term, value="algo")
    cast.service("Casa", visibility=Visibility.CONFIDENTIAL)
    cast.confirm(service, date(2026, 11, 20))
    cast.many(120)
    return cast


def get(path: str, **given: Any) -> Any:
    answer = Client().get(f"/hsds/{path}", given)
    assert answer.status_code == 200, answer.content
    return answer.json()


def _nulls(node: Any, way: str = "") -> list[str]:
    if isinstance(node, dict):
        return [fault for name, value in node.items() for fault in _nulls(value, f"{way}.{name}")]
    if isinstance(node, list):
        return [fault for place, value in enumerate(node) for fault in _nulls(value, f"{way}[{place}]")]
    return [way] if node is None else []


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from _references(value)
    if isinstance(node, list):
        for value in node:
            yield from _references(value)


def _every_body(rich: Cast) -> Iterator[tuple[str, str, Any]]:
    """(path as described, address, body)"""
    yield "/", "", get("")
    for name in OBJECTS:
        for given in (
            {"per_page": 500},
            {"full": "true", "per_page": 500},
            {"full_service": "true"},
            {"minimal": "true"},
        ):
            if set(given) <= set(TAKEN[name]):
                yield f"/{name}", f"{name} {given}", get(name, **given)
        for row in get(name)["contents"]:
            yield f"/{name}/{{id}}", f"{name}/{row['id']}", get(f"{name}/{row['id']}")
    for row in get("organizations")["contents"]:
        yield "/organizations/{id}", row["id"], get(f"organizations/{row['id']}", full_service="true")


# -- the document ----------------------------------------------------------------------------------------------------------


def test_the_document_is_openapi_and_its_schemas_are_schemas(db: None) -> None:
    document = get("openapi.json")
    faults = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(OPENAPI).iter_errors(document)]
    assert faults == []
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for parameter in document["components"]["parameters"].values():
        Draft202012Validator.check_schema(parameter["schema"])


def test_the_document_needs_no_other(db: None) -> None:
    document = get("openapi.json")
    resolver = Registry().with_resource("", Resource(document, DRAFT202012)).resolver()
    references = set(_references(document))
    assert {reference[0] for reference in references} == {"#"}
    for reference in references:
        assert resolver.lookup(reference).contents


def test_every_address_is_described_and_every_description_is_an_address(db: None) -> None:
    routes = [route for route in routes_of(get_resolver()) if route.name.startswith("api:hsds_")]
    described = get("openapi.json")["paths"]
    addresses = {
        route.sample_address.removeprefix("/hsds").replace(f"/{sample}", "/{id}") if route.parameters else route.sample_address.removeprefix("/hsds")
        for route in routes
        for sample in [route.sample_address.rpartition("/")[2]]
    }  # fmt: skip
    assert addresses - {"/openapi.json", "/profile"} == set(described)


def test_what_the_parameters_say_they_take_is_taken(db: None) -> None:
    paths = get("openapi.json")["paths"]
    for name in OBJECTS:
        told = [parameter["$ref"].rpartition("/")[2] for parameter in paths[f"/{name}"]["get"]["parameters"]]
        assert tuple(told) == TAKEN[name]


def test_every_body_is_as_described_and_as_the_standard_says(rich: Cast) -> None:
    document = get("openapi.json")
    registry = Registry().with_resource("urn:it", Resource(document, DRAFT202012))
    faults: list[str] = []
    for path, address, body in _every_body(rich):
        pointer = f"/paths/{path.replace('~', '~0').replace('/', '~1').replace('{', '%7B').replace('}', '%7D')}"
        schema = {"$ref": f"urn:it#{pointer}/get/responses/200/content/application~1json/schema"}
        validator = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        faults += [f"{address}: {error.json_path} {error.message}"[:300] for error in validator.iter_errors(body)]
        faults += [f"{address}: {way} is null" for way in _nulls(body)]
        name = OBJECTS.get(path.strip("/").partition("/")[0])
        rows = [] if name is None or "minimal" in address else body.get("contents", [body])
        for row in rows:
            faults += [f"{address}: {fault}" for fault in published(KIND_OF[path], row)]
            faults += [
                f"{address}: {fault}"
                for fault in (*standard_faults(name or "", row), *faults_in_words(name or "", row))
            ]
    assert faults[:20] == []


def test_a_service_at_a_place_is_a_service_too(rich: Cast) -> None:
    for row in get("service_at_locations", per_page=5)["contents"]:
        body = get(f"service_at_locations/{row['id']}")
        assert published("service", body) == published("service_at_location", body) == []


# -- the base and the profile ------------------------------------------------------------------------------------------------


def test_the_base_leads_to_the_document_and_the_profile(organisation: Organisation) -> None:
    about = get("")
    assert about["version"] == "3.1"
    assert about["publisher"]["name"] == organisation.name
    for address in (about["openapi_url"], about["profile"]):
        assert address.startswith("http://testserver/hsds/")
        assert Client().get(address.removeprefix("http://testserver")).status_code == 200


def test_the_profile_declares_what_is_ours(db: None) -> None:
    profile = get("profile")
    parameters = {one["name"]: one for one in profile["parameters"]}
    assert set(parameters) == {"near", "radius", "open_at", "need", "accepts", "language"}
    assert parameters["near"]["on"] == ["/services", "/service_at_locations"]
    assert parameters["need"]["schema"]["items"]["enum"] == list(NEEDS)
    assert parameters["accepts"]["schema"]["items"]["enum"] == list(PAPERS)
    assert {row["id"] for row in profile["taxonomies"]} <= {row["id"] for row in get("taxonomies")["contents"]}


def test_every_field_of_ours_is_declared(rich: Cast) -> None:
    """Whatever a row holds beyond HSDS stands in the profile."""
    ours = {name for fields in get("profile")["fields"].values() for name in fields}
    known = {
        name
        for schema in get("openapi.json")["components"]["schemas"].values()
        for name in schema.get("properties", ())
    } - ours  # fmt: skip
    found: set[str] = set()

    def look(node: Any) -> None:
        if isinstance(node, dict):
            found.update(node)
            for value in node.values():
                look(value)
        if isinstance(node, list):
            for value in node:
                look(value)

    look(get("services", full="true", near="-33.04,-71.6", per_page=500))
    look(get("service_at_locations", full="true", near="-33.04,-71.6", per_page=500))
    look(get("organizations", full="true", full_service="true"))
    assert found - known - ours == set()


def test_the_reference_names_every_parameter() -> None:
    assert [name for name in PARAMETERS if f"`{name}`" not in DOCS] == []


# -- checked as others check -------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_our_own_server_passes_the_check(rich: Cast, live_server: Any) -> None:
    said: list[str] = []
    outcome = check(f"{live_server.url}/hsds", said.append)
    assert (outcome.errors, outcome.warnings) == ([], [])
    for name in ("services", "service_at_locations"):
        pages = [line.partition("?")[2] for line in said if f"/{name}?" in line]
        assert pages == ["page=1", "page=2", "page=3"], name
    for name in OBJECTS:
        assert sum(f"/{name}/" in line for line in said) >= 2, name
