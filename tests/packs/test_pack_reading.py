"""A malformed pack is refused with the file and the line of every mistake; whatever a file says, reading does not fall over."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.packs import actions, markdown, reading
from baquiano.packs.strict import Report, Table, compose
from tests.packs.small_pack import ARTICLE, TOPIC


def problems(pack: Path) -> list[str]:
    return [str(problem) for problem in actions.check([pack])]


def test_a_good_pack_has_nothing_to_mend(pack: Path) -> None:
    assert problems(pack) == []


def test_everything_in_the_files_arrives(pack: Path) -> None:
    found = reading.read(pack).pack
    assert found is not None
    (article,) = found.articles
    assert article.first_sentence == "El permiso cuesta $20.000."
    assert article.short_answer == "Se creó el 1 de marzo de 2021.\nTarda de 3 a 6 meses."
    assert article.sections == {
        "steps": ("Llama al 01 8000 42 37 01.", "Pide una cita."),
        "unknown": ("El horario. Pregúntalo en la línea.",),
    }
    assert Counter(example.language for example in found.topics[0].examples) == {
        "es": 8,
        "en": 6,
        "pt": 6,
        "fr": 6,
        "ht": 6,
    }
    assert [example.line for example in article.examples] == list(range(18, 26))
    assert [row.texts["title"] for row in found.translations][:2] == ["How to get the permit", "Como tirar a licença"]
    assert found.numbers[0].number == "123"
    assert {(w.key, w.country, w.text) for w in found.wordings} == {
        ("greeting", "CO", "Hola"),
        ("menu", "CO", "Elige un número"),
        ("told", "CO", "Ya avisé a una persona del equipo."),
        ("between_numbers", "CO", " o "),
        ("countries.CO", "CO", "Colombia"),
    }


@pytest.mark.parametrize(
    ("file", "before", "after", "line", "said"),
    [
        ("articles/permiso.md", "known_on: 2025-10-01", "known_on: 2025-13-41", 7, "a day that exists"),
        ("articles/permiso.md", "known_on: 2025-10-01", "known_on: ayer", 7, "a day that exists"),
        ("articles/permiso.md", "topic: permiso\n", "topic: nada\n", 3, "there is no topic nada"),
        ("articles/permiso.md", "next: [permiso]", "next: [otro]", 13, "there is no topic otro"),
        ("articles/permiso.md", "country: CO", "country: CL", 4, "country"),
        ("articles/permiso.md", "confidence: B", "confidence: Z", 8, "one of A, B, C, M"),
        ("articles/permiso.md", "life_saving: false", "life_saving: quizás", 9, "true or false"),
        ("articles/permiso.md", "# Pasos", "# Trucos", 32, "not a heading"),
        ("articles/permiso.md", "# Pasos", "## Pasos", 32, "not a heading"),
        ("articles/permiso.md", "# Pasos", "# Primera frase", 32, "twice"),
        ("articles/permiso.md", "# Primera frase\n", "# Costo\n", 27, "“Primera frase” is missing"),
        ("articles/permiso.md", "El permiso cuesta", "x" * 161 + " cuesta", 27, "at most 160"),
        ("articles/permiso.md", "Tarda de", "x" * 700 + " de", 29, "at most 700"),
        ("articles/permiso.md", "caution:", "cautions:", 12, "cautions is not a key"),
        ("articles/permiso.md", "title: Cómo sacar el permiso\n", "", 2, "title is missing"),
        ("articles/permiso.md", "id: permiso\n", "id: otro\n", 2, "the name of its file"),
        ("articles/permiso.md", "fichas: [CO-01]", "fichas: [CO-77]", 6, "no ficha CO-77"),
        ("articles/permiso.md", 'url: "https://www.migracioncolombia.gov.co"', "url: ftp://x", 11, "https://"),
        ("articles/permiso.md", "caution: Confirma", "caution: Confirma\u202e", 12, "nobody can see"),
        ("articles/permiso.md", "Pide una cita", "Te daremos una cita", 34, "promises"),
        ("topics/permiso.yaml", "branch: regularizacion", "branch: cocina", 3, "one of regularizacion"),
        ("topics/permiso.yaml", "es: El permiso", f"es: {'x' * 73}", 5, "at most 72"),
        ("topics/permiso.yaml", "es: Permiso", f"es: {'x' * 25}", 6, "at most 24"),
        ("topics/permiso.yaml", "ht: Pèmi a}", "xx: Pèmi a}", 5, "ht is missing"),
        ("topics/permiso.yaml", "    - como saco el permiso", "    - CUÁNTO vale el permiso", 13, "already stands in"),
        ("topics/permiso.yaml", "country: CO", "country: CO\ncountry: CL", 3, "country stands here twice"),
        ("topics/permiso.yaml", "fichas: [CO-01]", "fichas: &a [CO-01]", 4, "anchors"),
        ("topics/permiso.yaml", "fichas: [CO-01]", "fichas: !!python/object:os.system [CO-01]", 4, "tags"),
        ("topics/permiso.yaml", "fichas: [CO-01]", "fichas: [CO-01", 5, "YAML cannot be read"),
        ("topics/permiso.yaml", "examples:", "examples: x\nother:", 10, "should be a table"),
        ("pack.yaml", "  - permiso", "  - otro", 6, "otro has no file"),
        ("pack.yaml", "country: CO", "country: CO\nrequires: [sur]", 5, "needs the pack sur"),
        ("safety/numbers.yaml", "number: 123", "number: 124", 2, "does not give this number"),
        ("safety/numbers.yaml", "kinds: [medical, violence]", "kinds: [fire]", 6, "not a kind of danger"),
        ("safety/crisis.es.yaml", "[co_emergencias]", "[co_policia]", 5, "no number co_policia"),
        ("safety/crisis.es.yaml", " {numbers}", "", 5, "should hold {numbers}"),
        ("safety/crisis.es.yaml", "kind: medical", "kind: fire", 5, "one of"),
        ("safety/phrases.es.yaml", "level: P0", "level: P9", 3, "es-medical-01"),
        ("wording/es.yaml", "menu: Elige", "me nu: Elige", 2, "not a key"),
        ("wording/es.yaml", "menu: Elige un número", "menu: [a]", 2, "should be a text"),
    ],
)
def test_every_mistake_names_its_file_and_line(
    pack: Path, edit: Callable[[str, str, str], None], file: str, before: str, after: str, line: int, said: str
) -> None:
    edit(file, before, after)
    found = problems(pack)
    assert any(one.startswith(f"norte/{file}:{line}: ") and said in one for one in found), found


def test_all_mistakes_are_told_at_once(pack: Path, edit: Callable[[str, str, str], None]) -> None:
    edit("articles/permiso.md", "confidence: B", "confidence: Z")
    edit("topics/permiso.yaml", "branch: regularizacion", "branch: cocina")
    edit("wording/es.yaml", "menu: Elige", "me nu: Elige")
    assert {problem.split(":")[0] for problem in problems(pack)} == {
        "norte/articles/permiso.md",
        "norte/topics/permiso.yaml",
        "norte/wording/es.yaml",
    }


def test_a_file_that_is_not_text_is_named(pack: Path) -> None:
    (pack / "articles/permiso.md").write_bytes(b"---\nid: \xff\n")
    assert any("articles/permiso.md: is not UTF-8" in problem for problem in problems(pack))


def test_five_megabytes_are_not_read(pack: Path) -> None:
    (pack / "articles/permiso.md").write_text(ARTICLE + "x" * 5_000_000, encoding="utf-8")
    assert any("articles/permiso.md: is larger than" in problem for problem in problems(pack))


def test_a_million_brackets_are_not_a_way_in(pack: Path) -> None:
    (pack / "topics/permiso.yaml").write_text("[" * 200_000, encoding="utf-8")
    assert any("topics/permiso.yaml:1: YAML cannot be read" in problem for problem in problems(pack))


def test_a_link_out_of_the_pack_is_not_followed(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.md").write_text(ARTICLE, encoding="utf-8")
    (pack / "articles/permiso.md").unlink()
    (pack / "articles/permiso.md").symlink_to(tmp_path / "elsewhere.md")
    assert any("articles/permiso.md: is a link" in problem for problem in problems(pack))


def test_a_forgotten_file_is_named(pack: Path) -> None:
    (pack / "articles/permiso.txt").write_text(ARTICLE, encoding="utf-8")
    assert problems(pack) == ["norte/articles/permiso.txt: is not a file that belongs in a pack"]


def test_an_empty_file_and_a_missing_fence_are_named(pack: Path) -> None:
    (pack / "topics/permiso.yaml").write_text("", encoding="utf-8")
    (pack / "articles/permiso.md").write_text("id: permiso\n", encoding="utf-8")
    found = problems(pack)
    assert "norte/topics/permiso.yaml:1: is empty" in found
    assert any(problem.startswith("norte/articles/permiso.md:1: an article begins with") for problem in found)


def test_a_folder_without_pack_yaml_is_not_a_pack(tmp_path: Path) -> None:
    assert [str(p) for p in actions.check([tmp_path])] == [f"{tmp_path.name}/pack.yaml: is missing: this is not a pack"]


def test_words_that_yaml_takes_for_something_else_stay_words() -> None:
    report = Report("x.yaml")
    table = Table(compose("on: no\nnumber: 0131\nnothing: null\nsaid: 'null'\n", report), report)
    assert [table.text(key, most=9, least=0) for key in ("on", "number", "nothing", "said")] == [
        "no",
        "0131",
        "",
        "null",
    ]
    assert report.problems == []


@given(st.text(max_size=300))
def test_no_text_makes_the_reader_of_articles_fall_over(text: str) -> None:
    for body in (text, f"---\n{text}\n---\n{text}", ARTICLE + text, text + ARTICLE):
        markdown.pages(body, Report("x.md"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.one_of(st.text(max_size=200), st.integers(0, len(TOPIC)).map(lambda cut: TOPIC[:cut])))
def test_no_topic_file_makes_the_check_fall_over(pack: Path, text: str) -> None:
    (pack / "topics/permiso.yaml").write_text(text, encoding="utf-8", errors="replace", newline="")
    (pack / "articles/permiso.md").write_text(f"---\n{text}", encoding="utf-8", errors="replace", newline="")
    if text not in (TOPIC, TOPIC.rstrip()):
        assert actions.check([pack])
