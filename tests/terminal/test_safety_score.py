"""`baquiano safety score`: counts, never a message; a bad file ends with 2."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baquiano.accounts.models import Organisation
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.safety.scoring import BadRow, by_kind, by_language, notice, read_rows, score
from tests import house_full

ROWS: list[dict[str, object]] = [
    {"text": "me quiero matar esta noche", "lang": "es", "level": "P0", "kind": "self_harm"},
    {"text": "el jardín botánico es azul", "lang": "es", "level": "P1", "kind": "violence"},
    {"text": "what time do you open on saturday", "lang": "en", "level": None, "kind": None},
]


@pytest.fixture
def house(packs_kept: None, db: None, organisation: Organisation, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    house_full.fill()
    yield


@pytest.fixture
def rows(tmp_path: Path) -> str:
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)) + "\n\n", encoding="utf-8")
    return str(file)


def _told(*arguments: str) -> str:
    out = StringIO()
    call_command("safety", "score", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_counts_and_shows_no_message(house: None, rows: str) -> None:
    told = _told(rows, "--lines")
    assert "3 messages" in told
    assert "hears by words" in told
    assert "1.000 [0.21–1.00] of 1" in told
    assert "missed 2; false alarms none" in told
    assert not [row["text"] for row in ROWS if str(row["text"]) in told]


def test_json(house: None, rows: str) -> None:
    told = json.loads(_told(rows, "--json"))
    assert told["ear"] == "words"
    assert told["all"]["p0_as_crisis"]["right"] == told["all"]["p0_as_crisis"]["of"] == 1
    assert told["languages"]["en"]["false_alarms"]["right"] == 0
    assert told["kinds"]["violence"]["p1_as_crisis"]["of"] == 1
    assert "lines" not in told


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("{", "line 1"),
        ('{"text": "secreto", "lang": "es"}', "line 1"),
        ('{"text": "secreto", "lang": "xx", "level": null, "kind": null}', "lang"),
        ('{"text": "secreto", "lang": "es", "level": "P9", "kind": null}', "level"),
        ("", "no rows"),
    ],
)
def test_a_bad_file_ends_with_two_and_is_not_quoted(house: None, tmp_path: Path, written: str, why: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(written, encoding="utf-8")
    with pytest.raises(CommandError, match=why) as refused:
        _told(str(file))
    assert refused.value.returncode == 2
    assert "secreto" not in str(refused.value)


def test_a_file_that_is_not_there_and_a_file_beside_a_half_end_with_two(house: None, rows: str) -> None:
    for arguments in (("nowhere.jsonl",), (rows, "--half", "dev")):
        with pytest.raises(CommandError) as refused:
            _told(*arguments)
        assert refused.value.returncode == 2


def test_shares() -> None:
    found = {"a": Finding(Level.P1, Danger.VIOLENCE, "x"), "b": Finding(Level.P2, Danger.NEED, "x"), "c": None}
    labels = [
        ("a", "P0", "violence"),
        ("b", "P1", "violence"),
        ("b", "P2", "need"),
        ("c", None, None),
        ("a", None, None),
    ]
    lines = [json.dumps({"text": text, "lang": "es", "level": level, "kind": kind}) for text, level, kind in labels]
    noticed = notice(read_rows(lines), found.__getitem__)
    told = score(noticed)
    assert (told.p0_as_crisis.right, told.p0_as_grave.right, told.p0_as_crisis.total) == (1, 0, 1)
    assert (told.p1_as_crisis.right, told.p1_as_crisis.total) == (0, 1)
    assert (told.noticed.right, told.noticed.total) == (3, 3)
    assert (told.false_alarms.right, told.false_alarms.total) == (1, 2)
    assert set(by_language(noticed)) == {"es"}
    assert set(by_kind(noticed)) == {"violence", "need"}
    assert [one.row.line for one in noticed if one.is_missed] == [2]
    with pytest.raises(BadRow, match="line 2"):
        list(read_rows([lines[0], "[]"]))
