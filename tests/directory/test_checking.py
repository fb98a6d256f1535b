"""`hsds check` against a server that is right, and against ones that are wrong in one thing each."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation

from baquiano.directory.checking import Outcome, check
from tests.fakes.hsds import HsdsServer, a_service, an_id
from tests.fakes.provider import Said, as_json


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def server() -> Iterator[HsdsServer]:
    with HsdsServer() as running:
        yield running


def _outcome(server: HsdsServer) -> Outcome:
    return check(server.url, lambda line: None)


def _says(lines: list[str], *parts: str) -> bool:
    return any(all(part in line for part in parts) for line in lines)


# -- a server that is right ----------------------------------------------------------------------------------------------


def test_a_server_that_is_right_passes(server: HsdsServer) -> None:
    outcome = _outcome(server)
    assert (outcome.errors, outcome.warnings, outcome.is_fine) == ([], [], True)


def test_the_first_the_middle_and_the_last_page_are_read_and_some_rows_by_their_ids(server: HsdsServer) -> None:
    said: list[str] = []
    check(server.url, said.append)
    pages = [line for line in said if "services?page" in line]
    assert pages == [f"GET {server.url}/services?page={number}" for number in (1, 2, 3)]
    rows = [line.rpartition("/")[2] for line in said if "/services/" in line]
    assert rows[0] == an_id("service", 0)
    assert len(rows) == 5  # four of its own and one that nobody has


def test_a_list_that_fits_in_one_page_is_asked_for_in_smaller_ones() -> None:
    with HsdsServer(services=4, per_page=50) as server:
        said: list[str] = []
        assert check(server.url, said.append).errors == []
    assert [line.partition("?")[2] for line in said if "services?" in line] == [
        "page=1", "page=1&per_page=1", "page=2&per_page=1", "page=4&per_page=1",
    ]  # fmt: skip


def test_it_asks_for_a_few_dozen_things_whatever_the_size() -> None:
    with HsdsServer(services=5000, per_page=20) as server:
        assert _outcome(server).errors == []
        assert len(server.asked) < 40


def test_an_empty_directory_is_a_warning() -> None:
    with HsdsServer(services=0) as server:
        outcome = _outcome(server)
    assert outcome.errors == []
    assert _says(outcome.warnings, "no rows")


def test_an_optional_list_that_is_not_there_is_a_warning(server: HsdsServer) -> None:
    server.described = ["services", "organizations"]
    outcome = _outcome(server)
    assert outcome.errors == []
    assert _says(outcome.warnings, "/organizations", "optional", "404")


# -- wrong status --------------------------------------------------------------------------------------------------------


def test_an_optional_list_that_breaks_is_an_error(server: HsdsServer) -> None:
    server.described = ["services", "organizations"]
    server.answers("/organizations", as_json({}, 500))
    assert _says(_outcome(server).errors, "/organizations", "answers 500")


def test_services_must_be_there(server: HsdsServer) -> None:
    server.answers("/services", as_json({}, 404))
    assert _says(_outcome(server).errors, "/services", "answers 404")


def test_services_must_be_described(server: HsdsServer) -> None:
    server.described = ["organizations"]
    server.lists = {"organizations": []}
    errors = _outcome(server).errors
    assert _says(errors, "required GET /services")
    assert _says(errors, "required GET /services/{id}")


def test_a_row_of_the_list_that_cannot_be_asked_for_is_an_error(server: HsdsServer) -> None:
    server.answers(f"/services/{an_id('service', 0)}", as_json({}, 404))
    assert _says(_outcome(server).errors, an_id("service", 0), "answers 404")


def test_an_id_that_nobody_has_is_missing(server: HsdsServer) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    server.answers(f"/services/{nobody}", as_json(a_service(1)))
    assert _says(_outcome(server).warnings, nobody, "404 was expected")


def test_no_server_is_one_error() -> None:
    with HsdsServer() as server:
        gone = server.url
    outcome = check(gone, lambda line: None)
    assert len(outcome.errors) == 1
    assert "nobody answers" in outcome.errors[0]


def test_what_is_no_json_is_an_error(server: HsdsServer) -> None:
    server.answers("/services", Said(200, b"<html>", {"Content-Type": "text/html"}))
    assert _says(_outcome(server).errors, "/services?page=1", "is not JSON")


# -- the base and its description ------------------------------------------------------------------------------------------


def test_without_a_description_the_paths_of_the_standard_are_tried(server: HsdsServer) -> None:
    server.spoil("/", lambda body, _: {"version": "3.0"})
    server.lists["services"][3]["status"] = "closed"
    outcome = _outcome(server)
    assert _says(outcome.errors, "openapi_url")
    assert _says(outcome.errors, "contents[3].status", "'closed'")
    assert _says(outcome.warnings, "/taxonomies", "optional")
    assert _says(outcome.warnings, "profile")


def test_the_base_says_its_version(server: HsdsServer) -> None:
    server.spoil("/", lambda body, _: {"openapi_url": body["openapi_url"]})
    assert _says(_outcome(server).errors, "version")


def test_a_reference_that_leads_nowhere_is_told_and_the_standard_judges(server: HsdsServer) -> None:
    server.row_schema = {"$ref": "schemas/gone.json"}
    server.lists["services"][0]["id"] = "no-uuid"
    outcome = _outcome(server)
    assert _says(outcome.warnings, "schemas/gone.json", "cannot be read")
    assert _says(outcome.errors, "contents[0].id", "not a 'uuid'")


def test_a_reference_to_another_machine_is_followed_only_encrypted(server: HsdsServer) -> None:
    with HsdsServer() as other:
        server.row_schema = {"$ref": f"{other.url}/schemas/service.json"}
        outcome = _outcome(server)
        assert other.asked == []
    assert _says(outcome.warnings, "schemas/service.json", "cannot be read")


def test_what_the_server_itself_promises_must_hold(server: HsdsServer) -> None:
    server.row_schema = {"type": "object", "required": ["id", "phones"]}
    errors = _outcome(server).errors
    assert _says(errors, "services?page=1", "'phones' is missing")
    assert _says(errors, an_id("service", 0), "'phones' is missing")


# -- rows ------------------------------------------------------------------------------------------------------------------


def _spoiled(change: dict[str, Any]) -> list[str]:
    """The errors of a server one of whose services is so."""
    with HsdsServer(services=9) as server:
        server.lists["services"][0] |= change
        return _outcome(server).errors


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"fees": None}, "contents[0].fees: None is not of type 'string'"),
        ({"status": "closed"}, "contents[0].status: 'closed' is not one of"),
        ({"url": "no address"}, "contents[0].url: 'no address' is not a 'uri'"),
        ({"email": "nobody"}, "contents[0].email: 'nobody' is not a 'email'"),
        ({"last_modified": "ayer"}, "contents[0].last_modified: 'ayer' is not a 'date-time'"),
        ({"minimum_age": "18"}, "contents[0].minimum_age: '18' is not of type 'number'"),
        ({"phones": [{"id": an_id("phone", 1)}]}, "contents[0].phones[0]: 'number' is missing"),
        ({"schedules": [{"id": an_id("s", 1), "freq": "DAILY"}]}, "contents[0].schedules[0].freq: 'DAILY' is not one of"),
        (
            {"schedules": [{"id": an_id("s", 1), "timezone": "America/Santiago"}]},
            "contents[0].schedules[0].timezone: 'America/Santiago' is not of type 'number'",
        ),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_is_named_with_its_field(change: dict[str, Any], told: str) -> None:
    assert _says(_spoiled(change), told)


def test_one_fault_of_many_rows_is_one_sentence(server: HsdsServer) -> None:
    for row in server.lists["services"]:
        row["fees"] = None
    errors = [line for line in _outcome(server).errors if "services?page=1" in line]
    assert errors == [f"{server.url}/services?page=1: contents[0].fees: None is not of type 'string' (and 9 rows more)"]


def test_what_the_standard_says_in_words_is_a_warning(server: HsdsServer) -> None:
    server.lists["services"][0]["assured_date"] = "ayer"
    server.lists["services"][1]["schedules"] = [{"id": an_id("s", 1), "opens_at": "9am"}]
    outcome = _outcome(server)
    assert outcome.errors == []
    assert _says(outcome.warnings, "contents[0].assured_date", "'ayer'")
    assert _says(outcome.warnings, "contents[1].schedules[0].opens_at", "'9am'")


def test_another_row_than_the_one_asked_for_is_an_error(server: HsdsServer) -> None:
    server.spoil("/services/{id}", lambda body, _: body | {"id": an_id("service", 24)})
    assert _says(_outcome(server).errors, an_id("service", 0), f"answers the row {an_id('service', 24)}")


# -- pages that lie --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"total_items": 31}, "31 rows in pages of 10 make 4 pages; it promises 3"),
        ({"total_pages": 9}, "make 3 pages; it promises 9"),
        ({"size": 10_000}, "says `size` 10000 and holds"),
        ({"page_number": 1}, "is page 1 where 2 was asked for"),
        ({"empty": True}, "says `empty` true"),
        ({"first_page": True}, "says `first_page` true"),
        ({"last_page": True}, "says `last_page` true on page 1"),
        ({"total_items": "25"}, "`total_items` is \"25\""),
        ({"contents": None}, "`contents` is null"),
    ],
)  # fmt: skip
def test_a_page_that_says_what_is_not_so(server: HsdsServer, change: dict[str, Any], told: str) -> None:
    server.spoil("/services", lambda page, _: page | change)
    assert _says(_outcome(server).errors, told)


@pytest.mark.parametrize("name", ["total_items", "page_number", "first_page", "contents"])
def test_a_page_without_its_envelope(server: HsdsServer, name: str) -> None:
    server.spoil("/services", lambda page, _: {key: value for key, value in page.items() if key != name})
    assert _says(_outcome(server).errors, f"has no `{name}`")


def test_a_server_that_gives_the_same_page_for_ever(server: HsdsServer) -> None:
    first = server.lists["services"][:10]
    server.spoil("/services", lambda page, _: page | {"contents": first, "size": 10})
    errors = _outcome(server).errors
    assert _says(errors, "the same id is on several pages", an_id("service", 0))


def test_a_feed_of_31_services_with_one_id_128_times() -> None:
    """As one was found in the world."""
    with HsdsServer(services=31) as server:
        same = [a_service(7)] * 128
        server.spoil("/services", lambda page, _: page | {"contents": same, "size": 128})
        errors = _outcome(server).errors
    assert _says(errors, "holds 128 rows and says there are 31 in all")
    assert _says(errors, "holds the same id more than once", an_id("service", 7))


def test_numbers_that_change_from_page_to_page(server: HsdsServer) -> None:
    server.spoil("/services", lambda page, asked: page | {"total_items": 25 + int(asked.get("page", 1))})
    assert _says(_outcome(server).errors, "`total_items` changes from page to page: 26, 27, 28")


def test_a_server_that_gives_more_than_it_was_asked_for() -> None:
    with HsdsServer(services=6, per_page=50) as server:
        whole = [a_service(number) for number in range(6)]
        server.spoil("/services", lambda page, _: page | {"contents": whole, "size": 6})
        assert _says(_outcome(server).errors, "holds more rows than the 2 asked for")


def test_a_page_that_should_not_be_empty(server: HsdsServer) -> None:
    server.spoil(
        "/services",
        lambda page, asked: page | ({"contents": [], "size": 0, "empty": True} if asked["page"] == "2" else {}),
    )
    assert _says(_outcome(server).errors, "services?page=2", "is empty, and should not be")


def test_a_list_of_the_standard_without_pages(server: HsdsServer) -> None:
    server.paging = ()
    assert _says(_outcome(server).errors, "/services", "must be paginated")


def test_a_bare_list_is_no_page(server: HsdsServer) -> None:
    server.spoil("/services", lambda page, _: page["contents"])
    assert _says(_outcome(server).errors, "is no page")


# -- whatever a server says ------------------------------------------------------------------------------------------------


def test_it_speaks_the_language_of_whoever_reads(server: HsdsServer) -> None:
    server.spoil("/services", lambda page, _: page | {"total_items": 31})
    server.lists["services"][0] |= {"status": "abierto", "email": None}
    with translation.override("es"):
        errors = _outcome(server).errors
    assert _says(errors, "contents[0].status", "no es uno de active")
    assert _says(errors, "contents[0].email", "no es del tipo «string»")
    assert _says(errors, "31 filas en páginas de 10 son 4 páginas; promete 3")


@pytest.mark.parametrize("url", ["", "http://", "http://[::bad", "ftp://example.org", "example.org/hsds"])
def test_what_is_no_address_is_one_error(url: str) -> None:
    errors = check(url, lambda line: None).errors
    assert len(errors) == 1
    assert "not an address of the web" in errors[0]


def test_links_that_are_no_addresses_are_told(server: HsdsServer) -> None:
    server.spoil("/", lambda about, _: about | {"profile": "http://[bad", "openapi_url": "http://[bad"})
    outcome = _outcome(server)
    assert _says(outcome.errors, "http://[bad", "not an address of the web")
    assert _says(outcome.warnings, "http://[bad", "not an address of the web")


def _get(**said: Any) -> dict[str, Any]:
    return {"get": {"parameters": [{"name": "page", "in": "query"}], **said}}


def _ok_with(schema: Any) -> dict[str, Any]:
    return {"200": {"content": {"application/json": {"schema": schema}}}}


@pytest.mark.parametrize(
    "document",
    [
        {"paths": []},
        {"paths": {"/services": "x", "": {}, "/services/{id}": {"get": 5}}},
        {"servers": 5, "paths": {"/services": {"parameters": 5, "get": {"parameters": "x", "tags": 5, "responses": []}}}},
        {"servers": [{"url": "http://[bad"}], "paths": {"/services": _get(responses={"200": {"content": []}})}},
        {"paths": {"/services": _get(responses=_ok_with({"type": "nonsense"}))}},
        {"paths": {"/services": _get(responses=_ok_with({"$ref": "http://[bad"}))}},
        {"paths": {"/services": _get(responses=_ok_with({"$ref": "#/paths"}))}, "$id": "http://[bad"},
        {"paths": {"/services": _get(responses=_ok_with({"allOf": [{"$ref": "#/components/a"}]}))},
         "components": {"a": {"$ref": "#/components/a"}}},
        {"paths": {"/services": _get(responses=_ok_with({"required": 5, "properties": 7, "items": "x"}))}},
    ],
)  # fmt: skip
def test_a_description_of_any_shape_is_walked_to_the_end(server: HsdsServer, document: Any) -> None:
    server.answers("/openapi.json", as_json(document))
    outcome = _outcome(server)
    assert outcome.errors or outcome.warnings


def test_a_pattern_of_somebody_else_keeps_nobody_waiting(server: HsdsServer) -> None:
    endless = {"properties": {"name": {"type": "string", "pattern": r"^(\w+\s?)*$"}}}
    server.row_schema = {**endless, "patternProperties": {r"^(\w+\s?)*!$": {}}}
    for row in server.lists["services"]:
        row["name"] = "Servicio ficticio de orientaciones y acompañamientos!"
    assert _outcome(server).errors == []


def test_a_key_in_the_address_goes_with_every_request(server: HsdsServer) -> None:
    assert check(f"{server.url}?key=k1", lambda line: None).errors == []
    assert all("key=k1" in asked.path for asked in server.asked)
