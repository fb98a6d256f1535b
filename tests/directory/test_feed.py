"""Reading another server: every page, each service whole, and no lie unnoticed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baquiano.directory.models import Service
from tests.fakes.hsds import HsdsServer, a_service, an_id
from tests.fakes.provider import Said, as_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def server() -> Iterator[HsdsServer]:
    with HsdsServer() as running:
        yield running


def test_every_page_of_a_server_comes_in(server: HsdsServer, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hsds", "import", server.url)
    assert Service.objects.filter(pk=an_id("service", 0)).exists()
    assert Service.objects.count() == len({path for path in _asked(server) if "/services/" in path})


def test_reading_it_again_changes_nothing(server: HsdsServer, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hsds", "import", server.url, "--origin", "vecinos")
    rows = list(Service.objects.order_by("pk").values())
    call_command("hsds", "import", f"{server.url}/services", "--origin", "vecinos")
    assert list(Service.objects.order_by("pk").values()) == rows


def test_a_server_that_counts_wrong_is_told(server: HsdsServer, capsys: pytest.CaptureFixture[str]) -> None:
    server.spoil("/services", lambda page, asked: page | {"total_items": 31})
    call_command("hsds", "import", server.url)
    said = capsys.readouterr().out
    assert "total_items" in said
    assert "31" in said


def test_a_server_that_gives_its_first_page_for_ever_has_an_end(
    server: HsdsServer, capsys: pytest.CaptureFixture[str]
) -> None:
    first: dict[str, Any] = {}
    server.spoil("/services", lambda page, asked: first.setdefault("page", page) | {"total_pages": 1000})
    call_command("hsds", "import", server.url)
    said = capsys.readouterr().out
    assert "/services: page: " in said
    assert "total_items" in said
    assert len([path for path in _asked(server) if "page=" in path]) < 5


def test_one_id_on_every_row_is_one_service(server: HsdsServer, capsys: pytest.CaptureFixture[str]) -> None:
    row = a_service(0)
    server.spoil("/services", lambda page, asked: page | {"contents": [row] * 128, "total_items": 31, "total_pages": 1})
    call_command("hsds", "import", server.url)
    said = capsys.readouterr().out
    assert Service.objects.count() == 1
    assert "128" in said


def test_a_server_without_services_is_refused(server: HsdsServer) -> None:
    server.answers("/services", as_json({"detail": "no"}, 404))
    with pytest.raises(CommandError):
        call_command("hsds", "import", server.url)
    assert not Service.objects.exists()


def test_nobody_there_is_refused() -> None:
    with HsdsServer() as server:
        url = server.url
    with pytest.raises(CommandError):
        call_command("hsds", "import", url)


def _asked(server: HsdsServer) -> list[str]:
    return [f"{asked.path}?{asked.query}" if getattr(asked, "query", "") else asked.path for asked in server.asked]


# -- servers that are not as they should be ------------------------------------------------------------------------------


def _html(said: str = "<html>Hola</html>", status: int = 200) -> Said:
    return Said(status, said.encode(), {"Content-Type": "text/html"})


@pytest.mark.parametrize("base", [_html(), _html(status=404), _html(status=500)])
def test_a_base_that_is_a_web_page_does_not_hide_its_services(server: HsdsServer, base: Said) -> None:
    server.answers("/", base)
    call_command("hsds", "import", server.url)
    assert Service.objects.count() == 25


def _as_other_frameworks(page: dict[str, Any], asked: dict[str, str]) -> Any:
    if page["empty"]:
        return as_json({"detail": "Invalid page."}, 404)
    return {"count": page["total_items"], "next": "http://…", "results": page["contents"]}


@pytest.mark.parametrize(
    "change",
    [
        _as_other_frameworks,
        lambda page, asked: page["contents"],
        lambda page, asked: page | {"total_pages": "3", "total_items": "25"},
        lambda page, asked: {"contents": page["contents"]},
    ],
)
def test_pages_that_nobody_counted_are_read_to_the_last(server: HsdsServer, change: Any) -> None:
    server.spoil("/services", change)
    call_command("hsds", "import", server.url)
    assert Service.objects.count() == 25


def test_a_list_that_knows_no_pages_is_read_once(server: HsdsServer, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [a_service(number) for number in range(4)]
    server.spoil("/services", lambda page, asked: rows)
    call_command("hsds", "import", server.url)
    assert Service.objects.count() == 4
    assert "ya la habíamos visto" not in capsys.readouterr().out


def test_an_uncounted_page_that_breaks_is_not_taken_for_the_last(server: HsdsServer) -> None:
    def breaking(page: dict[str, Any], asked: dict[str, str]) -> Any:
        return as_json({}, 500) if asked.get("page") == "3" else page["contents"]

    server.spoil("/services", breaking)
    with pytest.raises(CommandError, match="HTTP 500"):
        call_command("hsds", "import", server.url)
    assert not Service.objects.exists()


def test_what_the_address_asks_for_is_asked_on_every_page(server: HsdsServer) -> None:
    call_command("hsds", "import", f"{server.url}/services?per_page=4&key=k1")
    assert Service.objects.count() == 25
    assert all("key=k1" in asked for asked in _asked(server))
    assert any("per_page=4" in asked and "page=7" in asked for asked in _asked(server))


def test_pages_of_rows_without_ids_are_not_taken_for_one(server: HsdsServer) -> None:
    def without(page: dict[str, Any], asked: dict[str, str]) -> Any:
        return page | {"contents": [{**row, "id": ""} for row in page["contents"]]}

    server.spoil("/services", without)
    call_command("hsds", "import", server.url, "--layout", "older")
    assert Service.objects.count() == 25


def test_half_a_character_is_stored_as_unreadable(server: HsdsServer) -> None:
    server.lists["services"] = [{**a_service(0), "name": "Comedor \ud83d", "description": "sin\x00nulos"}]
    call_command("hsds", "import", server.url)
    assert Service.objects.get().name == "Comedor \ufffd"


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("http://[::bad/", "no es una dirección web"),
        ("http://", "no es una dirección web"),
        ("", "Diga qué archivo, carpeta o dirección"),
    ],
)
def test_what_is_no_address_is_told(address: str, told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("hsds", "import", address)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (_html(), "no es JSON"),
        (Said(302, b"", {"Location": "/"}), "manda de una dirección a otra sin fin"),
        (Said(200, b"nada", {"Content-Encoding": "gzip"}), "la respuesta está dañada"),
        (Said(200, b"{", promises=50), "la conexión se cortó"),
        (Said(200, b"[" * 100_000), "no es JSON"),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_in_the_words_of_whoever_reads(
    server: HsdsServer, answer: Said, told: str
) -> None:
    server.answers("/", answer)
    server.answers("/services", answer)
    with pytest.raises(CommandError, match=told):
        call_command("hsds", "import", server.url)
    assert not Service.objects.exists()
