"""What an organisation wrote itself goes out beside its packs and comes back in an empty house; no load takes it away."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from baquiano.accounts.models import AuditEntry, User
from baquiano.knowledge.actions import publish
from baquiano.knowledge.editing import (
    SourceWritten,
    WordsWritten,
    Written,
    publish_translation,
    submit,
    submit_translation,
)
from baquiano.knowledge.examples import add_example
from baquiano.knowledge.models import Article, ArticleVersion, Example, Topic, Translation
from baquiano.knowledge.opening import ArticlePlanned, TopicPlanned, open_article
from baquiano.packs import actions, exporting, reading, rendering
from tests.packs.conftest import Edit
from tests.packs.small_pack import another_article

pytestmark = pytest.mark.django_db
BUS = TopicPlanned("La tarjeta del bus", "Tarjeta del bus", "derechos", "CL")
ASKED = ("es", "dónde consigo la tarjeta"), ("ht", "ki kote mwen jwenn kat la")


def words(title: str) -> Written:
    """Longer than a pack may be, with figures that no FACTS.md gives, and a word that packs may only warn with."""
    return Written(
        title=title,
        first_sentence="La tarjeta cuesta $1.550.",
        short_answer="No le pagues a un coyote.\n\n# Nada empieza así.",
        sections={"steps": [f"Paso {n}." for n in range(1, 10)], "long": ["- Ojo", "Otro párrafo"]},
        caution="c" * 500,
        window_closes_on=None,
        figures_until=None,
        sources=(
            SourceWritten("El metro", "http://metro.example/tarjeta", None, says="Cuesta $1.550."),
            SourceWritten("La oficina", "", None, says="Cuesta $1.500."),
        ),
        change_note="lo pidió Yuli",
        is_material=True,
    )


def written(planned: ArticlePlanned, edu: User, rita: User) -> Article:
    """Opened, asked about, written, translated and published by two."""
    article = open_article(planned, by=edu)
    for language, text in ASKED:
        add_example(article, f"{text} {article.pk}", language, by=edu)
    version = submit(article, words(planned.title), by=edu)
    publish(version, reviewed_by=rita)
    translation = submit_translation(
        version, "en", WordsWritten("The bus card", "It costs $1,550.", "Do not pay."), by=edu
    )
    publish_translation(translation, reviewed_by=rita)
    return article


@pytest.fixture
def ours(pack: Path, edu: User, rita: User) -> Article:
    """One article in a topic of its own, one in a topic of the pack, and one that nobody has published."""
    actions.load([pack])
    article = written(ArticlePlanned("La tarjeta del bus", BUS, "CL05", is_life_saving=True), edu, rita)
    permit = Topic.objects.get(pk="permiso")
    written(ArticlePlanned("El permiso en la frontera", permit, "", is_life_saving=False), edu, rita)
    open_article(ArticlePlanned("Sin publicar", permit, "", is_life_saving=False), by=edu)
    return article


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tables() -> list[object]:
    """What was made here, as it is held."""
    return [
        list(Topic.objects.filter(pack="").values()),
        list(Article.objects.filter(pack="").order_by("pk").values()),
        list(Example.objects.filter(pack="").order_by("pk").values()),
        list(ArticleVersion.objects.filter(article__pack="").order_by("pk").values()),
    ]


@pytest.fixture
def out(ours: Article, tmp_path: Path) -> Path:
    exporting.export(tmp_path / "out", [], progress=lambda line: None)
    return tmp_path / "out"


def test_loading_the_packs_again_leaves_what_was_made_here(ours: Article, pack: Path) -> None:
    before = tables()
    assert not actions.load([pack]).is_new
    (pack / "pack.yaml").write_text((pack / "pack.yaml").read_text().replace('version: "1"', 'version: "2"'))
    assert actions.load([pack]).is_new
    assert tables() == before


def test_only_what_two_people_published_goes_out_and_nobody_s_name(out: Path) -> None:
    own = out / "propio"
    assert sorted(files(own)) == [
        "articles/cl_tarjeta_bus.md", "articles/co_permiso_frontera.md", "pack.yaml", "topics/cl_tarjeta_bus.yaml",
        "translations/cl_tarjeta_bus.yaml", "translations/co_permiso_frontera.yaml",
    ]  # fmt: skip
    everything = b"".join(files(own).values()).decode()
    assert "Sin publicar" not in everything
    assert "Yuli" not in everything
    assert "ki kote mwen jwenn kat la cl_tarjeta_bus" in everything
    assert set(AuditEntry.objects.filter(verb="article.exported").values_list("row", flat=True)) == {
        "article:cl_tarjeta_bus", "article:co_permiso_frontera",
    }  # fmt: skip


def test_a_written_out_text_is_read_as_it_was(out: Path) -> None:
    found = reading.read(out / "propio")
    assert [str(problem) for problem in found.problems] == []
    assert found.pack is not None
    assert found.pack.requires == ("norte",)
    bus = found.pack.articles[0]
    assert (bus.title, bus.territory, bus.is_life_saving, bus.country) == ("La tarjeta del bus", "CL05", True, "CL")
    assert bus.sections == {key: tuple(lines) for key, lines in words("x").sections.items()}
    assert [source.url for source in bus.sources] == ["http://metro.example/tarjeta", ""]
    assert {(example.language, example.text) for example in bus.examples} == {
        (language, f"{text} cl_tarjeta_bus") for language, text in ASKED
    }
    for name, text in rendering.files_of(found.pack).items():
        assert (out / "propio" / name).read_text() == text


def test_checking_it_finds_nothing_broken(out: Path) -> None:
    found = [str(problem) for problem in actions.check([out / "propio", out / "norte"])]
    assert [line for line in found if line.startswith("propio") and "lead" not in line] == []


def test_loaded_over_the_house_it_came_from_it_changes_nothing(out: Path) -> None:
    before = tables()
    assert not actions.load([out / "norte", out / "propio"]).is_new
    assert tables() == before


@pytest.fixture
def kept(pack: Path, tmp_path: Path, edu: User, rita: User) -> Path:
    """Written out by a house that is no more: its rows are rolled back, since published words cannot be deleted."""
    with transaction.atomic():
        actions.load([pack])
        written(ArticlePlanned("La tarjeta del bus", BUS, "CL05", is_life_saving=True), edu, rita)
        permit = Topic.objects.get(pk="permiso")
        written(ArticlePlanned("El permiso en la frontera", permit, "", is_life_saving=False), edu, rita)
        exporting.export(tmp_path / "kept", [], progress=lambda line: None)
        transaction.set_rollback(True)
    return tmp_path / "kept"


def test_in_an_empty_house_it_is_there_again_as_a_proposal(kept: Path, tmp_path: Path) -> None:
    assert not Article.objects.exists()
    with pytest.raises(actions.CannotLoad, match="needs the pack norte"):
        actions.load([kept / "propio"])
    actions.load([kept / "norte", kept / "propio"])
    topic, article = Topic.objects.get(pk="cl_tarjeta_bus"), Article.objects.get(pk="cl_tarjeta_bus")
    assert (topic.titles, topic.labels, topic.country) == ({"es": BUS.title}, {"es": BUS.label}, "CL")
    assert topic.position > Topic.objects.get(pk="permiso").position
    assert (article.topic, article.territory, article.is_life_saving) == (topic, "CL05", True)
    version = ArticleVersion.objects.get(article=article)
    assert (version.first_sentence, version.published_at, version.origin) == (
        "La tarjeta cuesta $1.550.",
        None,
        "propio",
    )
    assert Example.objects.filter(article=article).count() == 2
    assert Translation.objects.filter(version=version).count() == 1
    assert not actions.load([kept / "norte", kept / "propio"]).is_new
    exporting.export(tmp_path / "again", [], progress=lambda line: None)
    assert files(tmp_path / "again/propio") == files(kept / "propio")


def test_it_can_be_left_out_or_asked_for_alone(ours: Article, tmp_path: Path) -> None:
    call_command("pack", "export", str(tmp_path / "one"), "--pack", "norte")
    assert [path.name for path in (tmp_path / "one").iterdir() if path.is_dir()] == ["norte"]
    call_command("pack", "export", str(tmp_path / "two"), "--pack", "propio")
    assert [path.name for path in (tmp_path / "two").iterdir() if path.is_dir()] == ["propio"]
    with pytest.raises(CommandError, match="is there already"):
        call_command("pack", "export", str(tmp_path / "two"))


def test_a_pack_that_brings_a_name_of_ours_is_refused(ours: Article, pack: Path) -> None:
    (pack / "articles/co_permiso_frontera.md").write_text(another_article("co_permiso_frontera"), encoding="utf-8")
    with pytest.raises(actions.CannotLoad, match="co_permiso_frontera belongs to this installation"):
        actions.load([pack])


def test_a_pack_that_drops_an_article_leaves_the_questions_added_to_it_here(pack: Path, edit: Edit, edu: User) -> None:
    (pack / "articles/otro.md").write_text(another_article("otro"), encoding="utf-8")
    actions.load([pack])
    add_example(Article.objects.get(pk="otro"), "una pregunta nuestra", "es", by=edu)
    (pack / "articles/otro.md").unlink()
    actions.load([pack])
    assert Example.objects.get(pack="").article_id == "otro"


def test_own_texts_bring_no_danger_texts_past_the_checks(kept: Path, pack: Path) -> None:
    shutil.copytree(pack / "safety", kept / "propio" / "safety")
    with pytest.raises(actions.CannotLoad, match="and nothing else"):
        actions.load([kept / "norte", kept / "propio"])


def test_what_a_source_says_is_refused_when_it_is_longer_than_the_house_can_keep(kept: Path) -> None:
    article = kept / "propio/articles/cl_tarjeta_bus.md"
    article.write_text(article.read_text().replace("says: Cuesta $1.550.", f"says: {'x' * 201}"))
    with pytest.raises(actions.CannotLoad, match="says has 201 characters; at most 200"):
        actions.load([kept / "norte", kept / "propio"])


def test_an_article_of_a_pack_cannot_be_called_new(pack: Path) -> None:
    (pack / "articles/new.md").write_text(another_article("new"), encoding="utf-8")
    with pytest.raises(actions.CannotLoad, match="new is the name of a page"):
        actions.load([pack])
