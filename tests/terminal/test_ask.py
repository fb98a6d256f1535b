"""`baquiano ask`: one question, what would be answered; a file of them, one JSON object a line."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baquiano.accounts.models import Organisation
from tests import house_full

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def everything(organisation: Organisation, packs_kept: None) -> None:
    house_full.fill()


def asked(*arguments: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("ask", *arguments, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_answer_names_its_topic_and_carries_its_date_and_its_source() -> None:
    (answer,) = asked("¿Cómo inscribo a mi hija sin RUN en el colegio?", "--country", "CL", "--json")
    assert answer["article"] == "cl_educacion_ipe" or answer["choices"][0] == "cl_educacion_ipe"
    if answer["decision"] == "answer":
        assert "sin verificar" in answer["text"]
        assert "Fuente:" in answer["text"]


def test_danger_has_its_level_whatever_else_was_asked() -> None:
    (answer,) = asked("me voy a matar, y quería saber del sisben", "--country", "CO", "--json")
    assert (answer["decision"], answer["level"]) == ("crisis", "P0")


def test_a_file_gives_one_object_for_each_line_with_null_country_and_language(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    rows = [
        {"id": "a", "text": "hola", "country": None, "lang": None},
        {"id": "b", "text": "escríbeme un poema sobre el mar por favor", "country": "CO", "lang": "es"},
    ]
    questions.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    answers = asked("--jsonl", str(questions))
    assert [answer["id"] for answer in answers] == ["a", "b"]
    assert set(answers[0]) == {"id", "decision", "article", "choices", "level", "lang", "text", "ms"}
    assert answers[1]["decision"] != "answer"


def test_choices_are_topic_ids_and_stand_numbered_in_the_text() -> None:
    (answer,) = asked("ppt", "--country", "CO", "--json")
    assert answer["decision"] == "choices"
    assert all(topic.startswith(("co_", "gen_")) for topic in answer["choices"])
    assert "1. " in answer["text"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Write a question"),
        (("hola", "--lang", "zz"), "--lang is one of"),
        (("--jsonl", "/nowhere.jsonl"), "There is no file"),
    ],
)
def test_bad_input_says_what_to_do(arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("ask", *arguments)


def test_a_line_that_is_no_object_is_named(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "a", "text": "hola"}\n[1]\n', encoding="utf-8")
    with pytest.raises(CommandError, match="line 2"):
        asked("--jsonl", str(questions))


def test_the_dev_questions_reach_their_bars_by_words_alone(tmp_path: Path) -> None:
    """The figures stand in `make bench`; this floor only notices a fall. Nothing is fitted on these messages."""
    file = Path("tests/data/dev_questions.jsonl")
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    answers = {answer["id"]: answer for answer in asked("--jsonl", str(file))}
    in_scope = [row for row in rows if row["kind"] == "in_scope"]
    first = sum((a := answers[r["id"]])["article"] in r["acceptable"] or (not a["article"] and a["choices"][:1] and a["choices"][0] in r["acceptable"]) for r in in_scope)  # fmt: skip
    assert first / len(in_scope) >= 0.80
    assert not [r["id"] for r in rows if r["kind"] == "out_of_scope" and answers[r["id"]]["decision"] == "answer"]
    assert not [r["id"] for r in rows if r["kind"] == "crisis" and answers[r["id"]]["level"] not in ("P0", "P1", "P2")]
