"""The second ear in the book that every turn asks: made once, deepened later, and never in the way of the phrase rules."""

import logging
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.conf import settings as ours
from pytest_django import Settings

from baquiano.engine.danger import Level
from baquiano.knowledge import finding
from baquiano.knowledge.search import vectors
from baquiano.knowledge.search.vectors import Remembered
from baquiano.safety import book
from baquiano.safety.learning import learn
from tests import house_full
from tests.fakes.letters import Letters

pytestmark = pytest.mark.django_db

A_FEW = """
{"text": "me pega mi marido", "lang": "es", "kind": "violence", "level": "P1"}
{"text": "mi marido me pego otra vez", "lang": "es", "kind": "violence", "level": "P1"}
{"text": "quiero sacar el permiso", "lang": "es", "kind": null, "level": null}
{"text": "cuando abre la oficina", "lang": "es", "kind": null, "level": null}
"""


@pytest.fixture
def heard(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Packs with a few messages of their own; what is in memory is put back afterwards."""
    search = tmp_path / "comun" / "search"
    shutil.copytree(Path(ours.PACKS) / "comun" / "search", search)
    file = tmp_path / "comun" / "safety" / "heard.jsonl"
    file.parent.mkdir()
    file.write_text(A_FEW, encoding="utf-8")
    before = book._listening[:], finding._embedder[:]
    book._listening.clear()
    house_full.forget_pictures()
    settings.PACKS = tmp_path
    yield file
    book._listening[:], finding._embedder[:] = before
    house_full.forget_pictures()
    finding._vectors_file().unlink(missing_ok=True)


def test_it_listens_where_no_rule_does(heard: Path) -> None:
    found = book.current().scan("otra vez mi marido me pego")
    assert found is not None
    assert found.rule == "heard:violence"
    assert found.level >= Level.P1


def test_it_is_made_again_only_when_its_messages_change(heard: Path) -> None:
    first = book.current().listener
    house_full.forget_pictures()
    assert book.current().listener is first
    os.utime(heard, ns=(1, 1))
    house_full.forget_pictures()
    assert book.current().listener is not first


def test_an_ear_that_is_behind_its_messages_still_hears_and_says_so(
    heard: Path, caplog: pytest.LogCaptureFixture
) -> None:
    learn(book.messages_heard()).save(book.ear_file())
    heard.write_text(A_FEW + A_FEW.replace("permiso", "pasaporte"), encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        found = book.current().scan("otra vez mi marido me pego")
    assert found is not None
    assert found.rule == "heard:violence"
    assert "baquiano learn" in caplog.text
    assert book.deepen() == 0


def test_a_broken_ear_costs_the_second_ear_and_never_the_first(heard: Path) -> None:
    book.ear_file().write_bytes(b"not numbers")
    assert book.current().listener is None
    assert book.current().scan("otra vez mi marido me pego") is None


@pytest.mark.parametrize(
    "spoilt", ["{not json", '{"text": "secreto", "lang": "es", "kind": "rain", "level": "P1"}', ""]
)
def test_a_spoilt_file_costs_the_second_ear_and_never_the_first(
    heard: Path, spoilt: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard.write_text(spoilt, encoding="utf-8")
    with caplog.at_level(logging.ERROR):
        assert book.current().listener is None
    assert "listener" in caplog.text
    assert "secreto" not in caplog.text
    assert book.current().scan("otra vez mi marido me pego") is None


def test_without_the_file_the_rules_are_alone(heard: Path) -> None:
    heard.unlink()
    assert book.current().listener is None
    assert book.deepen() == 0


@pytest.mark.skipif(not vectors.available(), reason="search by meaning cannot run here")
def test_the_background_loop_lets_it_hear_by_meaning_once(heard: Path, settings: Settings) -> None:
    settings.ENVIRONMENT = replace(ours.ENVIRONMENT, semantic=True)
    letters = Letters()
    finding._embedder[:] = [Remembered(letters)]
    by_words = book.current().listener
    assert by_words is not None
    assert not by_words.has_meaning
    assert not letters.asked
    assert book.deepen() == 1
    by_meaning = book.current().listener
    assert by_meaning is not None
    assert by_meaning.has_meaning
    assert len(letters.asked) == 4
    assert book.deepen() == 0
    book._listening.clear()
    house_full.forget_pictures()
    again = book.current().listener  # the vectors are in the data folder: at once by meaning
    assert again is not None
    assert again.has_meaning
    assert len(letters.asked) == 4
