"""Reading another server: every page, each service whole, and no lie unnoticed."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baquiano.directory.models import Service
from tests.fakes.hsds import HsdsServer, a_service, an_id
from tests.fakes.provider import as_json

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
