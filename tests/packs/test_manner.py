"""How a pack is written: told by `check`, which then ends with 1; loading does not wait for it."""

from pathlib import Path

import pytest

from baquiano.packs import actions
from tests.packs.conftest import Edit
from tests.packs.small_pack import another_article, another_topic


def problems(pack: Path) -> list[str]:
    return [str(problem) for problem in actions.check([pack])]


HARD = (
    "La inadmisibilidad administrativa procederá previa notificación fundamentada a las autoridades correspondientes. "
)
LONG = "This is a very long sentence that goes on and on without any stop and says the same thing again and again. "
DIVISIONS = (
    "country,level,code,parent_code,pcode,name,lat,lon\nCO,1,88,,CO88,San Andrés,,\nCL,1,05,,CL05,Valparaíso,,\n"
)


def test_office_spanish_is_told_with_its_figure(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "Tarda de 3 a 6 meses.", "Tarda de 3 a 6 meses. " + HARD * 3)
    assert any(p.startswith("norte/articles/permiso.md:27: is hard to read: INFLESZ") for p in problems(pack))


def test_long_sentences_of_a_translation_are_told(pack: Path, edit: Edit) -> None:
    edit("translations/permiso.yaml", "The permit costs $20,000.", LONG.strip())
    edit("translations/permiso.yaml", "It began on 1 March 2021. It takes 3 to 6 months.", LONG * 3)
    assert any("en: 22.0 words a sentence; at most 15" in p for p in problems(pack))


def test_too_few_examples_are_told(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "  - es caro sacar eso\n", "")
    edit("topics/permiso.yaml", "    - me negaron el permiso\n", "")
    edit("topics/permiso.yaml", ", mwen pèdi pèmi a]", "]")
    assert problems(pack) == [
        "norte/articles/permiso.md:17: has 7 examples; at least 8",
        "norte/topics/permiso.yaml:10: has 5 examples in ht; at least 6",
        "norte/topics/permiso.yaml:10: has 7 examples in es; at least 8",
    ]


def test_a_language_without_translation_is_told(pack: Path) -> None:
    (pack / "translations/permiso.yaml").unlink()
    assert problems(pack) == ["norte/articles/permiso.md:2: permiso is not translated: en, pt, fr, ht"]


def test_a_translation_says_no_figure_and_no_site_of_its_own(pack: Path, edit: Edit) -> None:
    edit("translations/permiso.yaml", "It takes 3 to 6 months.", "It takes 3 to 7 months, see easy-papers.com.")
    found = problems(pack)
    assert all("translations/permiso.yaml:2: en: the Spanish article does not give" in p for p in found)
    assert [p.split("“")[1].split("”")[0] for p in found] == ["3 to 7 months", "easy-papers.com"]


def test_a_territory_is_a_division_of_the_country(pack: Path, edit: Edit) -> None:
    (pack / "divisions.csv").write_text(DIVISIONS, encoding="utf-8")
    edit("articles/permiso.md", "stage: [settling]", "stage: [settling]\nterritory: CO88")
    assert problems(pack) == []
    edit("articles/permiso.md", "territory: CO88", "territory: CO-SAP")
    assert "divisions.csv has no pcode CO-SAP" in problems(pack)[0]
    edit("articles/permiso.md", "territory: CO-SAP", "territory: CL05")
    assert problems(pack) == ["norte/articles/permiso.md:16: territory: CL05 is not in CO"]


@pytest.mark.parametrize("key", ["population: [migrants]", "stage: [settling]", 'sdg: ["10.7"]'])
def test_whom_it_is_for_and_where_on_the_way_must_be_said(pack: Path, edit: Edit, key: str) -> None:
    edit("articles/permiso.md", f"{key}\n", "")
    assert problems(pack) == [f"norte/articles/permiso.md:2: {key.split(':')[0]} is missing"]


def test_the_same_question_leads_to_one_article_only(pack: Path) -> None:
    other = another_article("otro").replace("  - otro es caro sacar eso\n", "  - Es CARO sacar éso\n")
    (pack / "articles/otro.md").write_text(other, encoding="utf-8")
    assert any("the example es caro sacar eso already stands in norte/articles/otro.md" in p for p in problems(pack))


def test_nearly_the_same_text_twice_is_told(pack: Path) -> None:
    (pack / "articles/otro.md").write_text(another_article("otro"), encoding="utf-8")
    assert any("says nearly the same as" in p for p in problems(pack))


def test_a_question_that_leads_to_another_topic_is_told_with_its_line(pack: Path, edit: Edit) -> None:
    """The other topic has all its words; with a word of its own the question comes home."""
    other = another_topic("colegio").replace("permiso", "colegio").replace("El colegio", "El colegio de los niños")
    (pack / "topics/colegio.yaml").write_text(other, encoding="utf-8")
    article = another_article("colegio", "colegio").replace("permiso", "colegio").replace("CO-01", "CO-02")
    (pack / "articles/colegio.md").write_text(article, encoding="utf-8")
    edit("pack.yaml", "  - permiso\n", "  - permiso\n  - colegio\n")
    edit("articles/permiso.md", "  - es caro sacar eso\n", "  - colegio de los niños donde pido colegio\n")
    found = [p for p in problems(pack) if "leads to" in p]
    assert found == [
        "norte/articles/permiso.md:23: this question leads to colegio before permiso: say what is particular here"
    ]
