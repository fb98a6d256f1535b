"""`baquiano evaluate`: how good finding is on a file of one's own, and fitting anew without changing anything unless told."""

import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from baquiano.accounts.models import Organisation
from baquiano.conversations.models import Wording
from baquiano.engine.tools import Decision
from baquiano.knowledge import finding, own_calibration
from baquiano.knowledge.models import Example, Topic, shelf_number
from baquiano.knowledge.search.entries import Message
from baquiano.knowledge.search.evaluation import evaluation
from baquiano.knowledge.search.index import Found
from baquiano.terminal.examination import examine
from tests import house_full

ROWS: list[dict[str, object]] = [
    {"id": "1", "text": "cómo inscribo a mi hija sin RUN en el colegio", "country": "CL", "lang": "es", "expected": "cl_educacion_ipe"},
    {"id": "2", "text": "receta de arepas rellenas", "country": "CO", "lang": "es", "expected": "out_of_scope"},
    {"id": "3", "text": "el colegio me pide el IPE", "country": "cl", "lang": None, "topic": "cl_educacion_ipe", "tags": ["short"]},
]  # fmt: skip


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


def evaluated(*arguments: str) -> Any:
    out = StringIO()
    call_command("evaluate", *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_it_counts_by_language_country_and_tag_with_intervals(house: None, rows: str) -> None:
    told = evaluated(rows)
    assert told["messages"] == 3
    own = told["lexical"]
    assert own["all"]["messages"] == 2
    assert own["all"]["three"] == {"right": 2, "of": 2, "share": 1.0, "from": 0.3424, "to": 1.0}
    assert set(own["all"]) == {"messages", "first", "three", "coverage_at_95", "coverage_at_97"}
    assert set(own["language"]) == {"es"}
    assert set(own["country"]) == {"CL"}
    assert own["tag"]["short"]["messages"] == 1
    assert own["outside_answered_plainly"]["of"] == 1


def test_in_a_terminal_it_is_a_table(house: None, rows: str) -> None:
    out = StringIO()
    call_command("evaluate", rows, "--lexical", stdout=out, stderr=StringIO())
    assert "at 97% precision" in out.getvalue()
    assert "language es" in out.getvalue()
    assert "asking for nothing of ours, answered plainly: 0.000 [0.00–0.79] of 1" in out.getvalue()


def found(topic: str, sure: float) -> Found:
    return Found(Decision.ANSWER, topic, (topic, "z"), sure, 1.0)


def test_whoever_asks_for_nothing_of_ours_counts_against_the_precision() -> None:
    right = [(Message(str(n), "es", "CO", ("a",), "in_scope"), found("a", 0.9)) for n in range(19)]
    wrong = (Message("arepas", "es", "CO", (), "out_of_scope"), found("a", 0.95))
    scored = evaluation([*right, wrong], by="lexical")
    assert [share.right for share in scored.whole.covered] == [19, 0]
    assert (scored.outside.right, scored.wrong.right) == (1, 0)


def test_vague_messages_and_dangers_are_in_no_share() -> None:
    vague = (Message("ppt", "es", "CO", ("a", "b"), "ambiguous"), found("z", 0.9))
    assert evaluation([vague], by="lexical").whole.first.total == 0
    danger = (Message("me quiere matar", "es", "CO", (), "crisis"), found("z", 0.9))
    assert evaluation([vague, danger], by="lexical").outside.total == 0


@pytest.mark.parametrize(
    ("arguments", "says"), [(("/nowhere.jsonl",), "There is no file"), (("{rows}", "--save"), "--refit")]
)
def test_bad_input_says_what_to_do(house: None, rows: str, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(CommandError, match=says):
        evaluated(*(argument.format(rows=rows) for argument in arguments))


def test_a_line_that_says_nothing_is_named(house: None, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"id": "1", "text": "hola", "expected": null}\n{"id": "2"}\n', encoding="utf-8")
    with pytest.raises(CommandError, match="line 2"):
        evaluated(str(file))


@pytest.fixture
def small_house(db: None, organisation: Organisation, settings: Any, tmp_path: Path) -> None:
    """Three topics: fitting on all of the packs' examples takes minutes."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data=tmp_path)
    Wording.objects.create(key="menu", language="es", text="¿Sobre qué?")
    for thing in ("colegio", "permiso", "arriendo"):
        topic = Topic.objects.create(pk=f"cl_{thing}", country="CL", branch="derechos", titles={"es": thing})
        for verb in ("quiero", "busco", "perdí", "necesito", "cuesta"):
            Example.objects.create(topic=topic, language="es", text=f"{verb} {thing}")


def test_fitting_anew_shows_before_and_after_and_changes_nothing_unless_told(small_house: None, rows: str) -> None:
    before = shelf_number()
    told = evaluated(rows, "--refit")
    assert {"lexical, before", "lexical, after"} <= set(told)
    assert not own_calibration.file().exists()
    assert shelf_number() == before
    evaluated(rows, "--refit", "--save")
    fitted = own_calibration.ours()
    assert fitted is not None
    assert fitted["counts"]["examples"] == 15
    assert shelf_number() > before


def test_what_is_saved_is_used_from_the_next_turn_and_doctor_says_so(house: None, rows: str) -> None:
    fitted = own_calibration.of_packs()
    assert fitted is not None
    limits = {**fitted["lexical"]["thresholds"], "answer_right": 1.1}
    never = {**fitted, "fitted_on": "2099-01-01", "lexical": {**fitted["lexical"], "thresholds": limits}}
    question = "¿Dónde saco el RUN provisorio o IPE para inscribir a mi hija en el colegio?"
    assert finding.index().find(question, country="CL", language="es").p_right > 0
    own_calibration.save(never)
    assert finding.index().find(question, country="CL", language="es").decision is not Decision.ANSWER
    assert any("fitted here on 2099-01-01" in one.what for one in examine())


def test_one_of_another_program_is_not_used_and_doctor_says_so(house: None) -> None:
    own_calibration.save({"version": -1, "fitted_on": "2026-01-01"})
    assert own_calibration.in_force() == own_calibration.of_packs()
    assert any("another version" in one.what for one in examine())


def test_a_later_one_of_the_packs_is_noticed(house: None) -> None:
    own_calibration.save({**(own_calibration.of_packs() or {}), "fitted_on": "2001-01-01"})
    assert any("the packs brought a later one" in one.what for one in examine())
