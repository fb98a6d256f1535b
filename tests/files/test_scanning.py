"""The virus scanner: asked before anything is kept, and never taken to have said yes."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from baquiano.files import scanning
from baquiano.files.refusal import AttachmentRefused
from tests.fakes.clamd import ANSWERS, VIRUS, Clamd


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with Clamd() as running:
        yield running


def _refusal(data: bytes, address: str) -> str:
    with pytest.raises(AttachmentRefused) as refusal:
        scanning.scan(data, address)
    return str(refusal.value)


def test_a_file_in_which_nothing_is_found_passes_and_was_seen_whole(clamd: Clamd) -> None:
    data = bytes(range(256)) * 1000  # several pieces
    scanning.scan(data, clamd.address)
    assert clamd.heard == [data]


def test_a_file_in_which_something_is_found_is_refused(clamd: Clamd) -> None:
    assert "found something" in _refusal(b"before " + VIRUS, clamd.address)


@pytest.mark.parametrize("way", sorted(ANSWERS))
def test_a_scanner_that_fails_refuses_the_file(clamd: Clamd, way: str) -> None:
    clamd.fails = way
    assert "could not be checked" in _refusal(b"harmless", clamd.address)


def _nobodys_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.mark.parametrize("address", ["/nowhere/clamd.ctl", "127.0.0.1:notaport", "nothing"])
def test_a_scanner_that_is_not_there_refuses_the_file(address: str) -> None:
    assert "could not be checked" in _refusal(b"harmless", address)
    assert not scanning.answers(address)


def test_a_port_where_nobody_listens_refuses_the_file() -> None:
    assert "could not be checked" in _refusal(b"harmless", f"127.0.0.1:{_nobodys_port()}")


def test_it_speaks_over_a_socket_file_too(tmp_path: Path) -> None:
    with Clamd(tmp_path / "clamd.ctl") as running:
        scanning.scan(b"harmless", running.address)
        assert running.heard == [b"harmless"]
        assert scanning.answers(running.address)


def test_a_scanner_that_is_there_says_so(clamd: Clamd) -> None:
    assert scanning.answers(clamd.address)
