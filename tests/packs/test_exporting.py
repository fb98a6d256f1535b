"""From the tables back to folders: the same packs again, with what was published here, and without anybody who works or asked here."""

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations.models import Wording
from baquiano.knowledge.actions import publish, withdraw
from baquiano.knowledge.models import Article, ArticleVersion, Example, Source, Topic, Translation
from baquiano.packs import actions, exporting, reading, rendering
from baquiano.packs.contents import SECTIONS, PackFile
from baquiano.packs.models import PackLoad
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules
from baquiano.territory.models import Division
from tests.packs.conftest import Edit
from tests.packs.small_pack import FILES

DIVISIONS = (
    "country,level,code,parent_code,pcode,name,lat,lon\n"
    "CO,1,88,,CO88,San Andrés y Providencia,,\nCO,2,88001,88,CO88001,San Andrés,12.5,-81.7\n"
)
FULL_FRONT = """good_until: 2021-03-01
territory: CO88
warning_words:
  - {word: coyote, reason: avisa del engaño y no da contactos}
"""
ANOTHER_SOURCE = '  - {title: La prensa, on: 2021-03-01, code: B,\n     says: "Cuesta $20.000: ojo"}\n'
FULL_SECTIONS = "".join(
    f"# {heading}\nAlgo corto.\nOtra cosa.\n" for heading in SECTIONS if heading not in ("Pasos", "Lo que no sabemos")
)


@pytest.fixture
def full(pack: Path, edit: Edit) -> Path:
    """The small pack with every key, every section, comments, and files that no table holds."""
    edit("articles/permiso.md", "stage: [settling]\n", f"stage: [settling]\n{FULL_FRONT}")
    edit("articles/permiso.md", "# Pasos\n", f"{FULL_SECTIONS}# Pasos\n")
    edit("articles/permiso.md", "code: M}\n", f"code: M, says: Es gratis.}}\n{ANOTHER_SOURCE}")
    edit("articles/permiso.md", "2. Pide una cita.", "2. Pide una cita; un coyote engaña.")
    edit("topics/permiso.yaml", "id: permiso\n", "# how people speak of it\nid: permiso\n")
    (pack / "divisions.csv").write_text(DIVISIONS, encoding="utf-8")
    (pack / "search").mkdir()
    (pack / "search" / "outside.jsonl").write_text('{"text": "el clima", "lang": "es"}\n', encoding="utf-8")
    return pack


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _emptied() -> None:
    """An installation that never loaded anything. Published words refuse to go: tests that publish do not come here."""
    for model in (
        Translation, Source, Example, ArticleVersion, Article, Topic, CrisisText, EmergencyNumber, PhraseRules, Wording,
        PackLoad,
    ):  # fmt: skip
        model._default_manager.all().delete()
    Division.objects.filter(level=2).delete()
    Division.objects.all().delete()


def _published_edit(edu: User, rita: User, **words: object) -> ArticleVersion:
    first = ArticleVersion.objects.get(number=1)
    fields = {"title": first.title, "first_sentence": "Hoy cuesta $20.000.", "short_answer": "Lo nuestro.", **words}
    version = ArticleVersion.objects.create(
        article_id="permiso", number=2, written_by=edu, sections=first.sections, **fields
    )
    Source.objects.create(version=version, position=1, title="La oficina", url="https://www.migracioncolombia.gov.co")
    return publish(version, reviewed_by=rita)


# The whole way round ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_untouched_export_is_the_pack_byte_by_byte_with_its_comments(full: Path, tmp_path: Path) -> None:
    call_command("pack", "load", str(full))
    call_command("pack", "export", str(tmp_path / "out"))
    assert _files(tmp_path / "out" / "norte") == _files(full)
    assert (tmp_path / "out" / "FACTS.md").read_text() == (full.parent / "FACTS.md").read_text()


@pytest.mark.django_db
def test_loading_an_untouched_export_over_the_original_has_nothing_to_do(
    full: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("pack", "load", str(full))
    call_command("pack", "export", str(tmp_path / "out"))
    capsys.readouterr()
    call_command("pack", "load", str(tmp_path / "out" / "norte"))
    assert "Nothing new" in capsys.readouterr().out


@pytest.mark.django_db
def test_what_is_written_from_the_tables_says_the_same_as_what_people_wrote(full: Path, tmp_path: Path) -> None:
    """The pack's own folder is gone: everything comes from the tables, and still nothing is new."""
    actions.load([full])
    shutil.move(full, tmp_path / "elsewhere")
    exporting.export(tmp_path / "out", [], progress=lambda line: None)
    again = tmp_path / "out" / "norte"
    assert set(_files(tmp_path / "elsewhere")) - set(_files(again)) == {"search/outside.jsonl"}
    (again / "search").mkdir()
    shutil.copyfile(tmp_path / "elsewhere/search/outside.jsonl", again / "search/outside.jsonl")
    shutil.copyfile(tmp_path / "FACTS.md", tmp_path / "out" / "FACTS.md")
    assert not actions.load([again]).is_new


@pytest.mark.django_db
def test_an_export_loaded_into_an_empty_house_and_exported_again_is_the_same(full: Path, tmp_path: Path) -> None:
    actions.load([full])
    Wording.objects.filter(key="menu").update(text="Lo nuestro", pack="")
    Topic.objects.update(labels={"ht": "Pèmi", "fr": "Le nôtre", "pt": "Licença", "en": "Permit", "es": "Permiso"})
    call_command("pack", "export", str(tmp_path / "first"))
    assert "Lo nuestro" in (tmp_path / "first/norte/wording/es.yaml").read_text()
    _emptied()
    call_command("pack", "load", str(tmp_path / "first/norte"))
    assert Topic.objects.get().labels["fr"] == "Le nôtre"
    call_command("pack", "export", str(tmp_path / "second"))
    assert _files(tmp_path / "second") == _files(tmp_path / "first")


@pytest.mark.django_db
@pytest.mark.soak
def test_the_packs_of_this_repository_come_back_byte_by_byte(tmp_path: Path) -> None:
    for name in ("comun", "colombia", "chile", "demo_mision"):
        shutil.copytree(settings.PACKS / name, tmp_path / "in" / name)
    shutil.copyfile(settings.PACKS / "FACTS.md", tmp_path / "in/FACTS.md")
    actions.load(sorted(path for path in (tmp_path / "in").iterdir() if path.is_dir()))
    exporting.export(tmp_path / "out", [], progress=lambda line: None)
    assert _files(tmp_path / "out") == _files(tmp_path / "in") | {
        name: (tmp_path / "out" / name).read_bytes() for name in exporting.BESIDE if (tmp_path / "out" / name).exists()
    }


@pytest.mark.parametrize("name", ["comun", "colombia", "chile"])
def test_every_file_of_this_repository_can_be_written_again_from_its_values(name: str, tmp_path: Path) -> None:
    pack = reading.read(settings.PACKS / name).pack
    assert pack is not None
    for file, text in rendering.files_of(pack).items():
        (tmp_path / name / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / file).write_text(text, encoding="utf-8")
    again = reading.read(tmp_path / name)
    assert [str(problem) for problem in again.problems] == []
    assert again.pack is not None
    assert rendering.said_in(again.pack) == rendering.said_in(pack)


# What was done here ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_published_edit_goes_out_as_the_article_and_loads_elsewhere(
    pack: Path, tmp_path: Path, edu: User, rita: User
) -> None:
    actions.load([pack])
    _published_edit(edu, rita)
    call_command("pack", "export", str(tmp_path / "out"))
    out = tmp_path / "out" / "norte"
    text = (out / "articles/permiso.md").read_text()
    assert "Hoy cuesta $20.000." in text
    assert "El permiso cuesta" not in text
    assert "fichas: [CO-01]" in text
    assert "confidence: B" in text
    assert not (out / "translations/permiso.yaml").exists()  # nobody has translated the new words
    assert (out / "topics/permiso.yaml").read_bytes() == (pack / "topics/permiso.yaml").read_bytes()
    found = reading.read(out)
    assert found.problems == ()


@pytest.mark.django_db
def test_what_the_sources_of_a_published_text_say_goes_out_with_it(
    pack: Path, tmp_path: Path, edu: User, rita: User
) -> None:
    actions.load([pack])
    version = ArticleVersion.objects.create(
        article_id="permiso", number=2, written_by=edu, title="x", first_sentence="x", short_answer="x",
        sections=ArticleVersion.objects.get(number=1).sections,
    )  # fmt: skip
    for position, says in enumerate(("Cuesta $20.000.", 'Dice "null": #no, {nada}'), start=1):
        Source.objects.create(version=version, position=position, title=f"Fuente {position}", says=says)
    publish(version, reviewed_by=rita)
    call_command("pack", "export", str(tmp_path / "out"))
    found = reading.read(tmp_path / "out" / "norte")
    assert found.problems == ()
    assert found.pack is not None
    said = [(source.title, source.says) for source in found.pack.articles[0].sources]
    assert said == [("Fuente 1", "Cuesta $20.000."), ("Fuente 2", 'Dice "null": #no, {nada}')]


@pytest.mark.django_db
def test_a_published_edit_stays_and_the_changed_pack_is_offered_beside_it(
    pack: Path, edit: Edit, edu: User, rita: User
) -> None:
    call_command("pack", "load", str(pack))
    ours = _published_edit(edu, rita)
    edit("articles/permiso.md", "Tarda de 3 a 6 meses.", "Se tarda de 3 a 6 meses.")
    call_command("pack", "load", str(pack))
    ours.refresh_from_db()
    assert ours.short_answer == "Lo nuestro."
    offered = ArticleVersion.objects.get(number=3)
    assert (offered.origin, offered.published_at, offered.written_by) == ("norte", None, None)
    assert list(ArticleVersion.objects.servable(with_proposals=True)) == [ours]


@pytest.mark.django_db
def test_drafts_local_questions_and_names_stay_here(pack: Path, tmp_path: Path, edu: User, rita: User) -> None:
    actions.load([pack])
    ArticleVersion.objects.create(
        article_id="permiso", number=2, title="x", first_sentence="Un borrador.", short_answer="x", written_by=edu,
        submitted_at=timezone.now(), change_note="lo pidió Yuli",
    )  # fmt: skip
    Example.objects.create(topic_id="permiso", language="es", text="algo que preguntó alguien", pack="")
    edu.display_name, rita.display_name = "Eduardo Secreto", "Rita Secreta"
    edu.save()
    rita.save()
    call_command("pack", "export", str(tmp_path / "out"))
    everything = b"".join(_files(tmp_path / "out").values()).decode()
    for hidden in ("Un borrador", "algo que preguntó", "Secret", "Yuli", "lo pidió"):
        assert hidden not in everything


@pytest.mark.django_db
def test_what_was_taken_back_does_not_go_out(pack: Path, tmp_path: Path, carla: User) -> None:
    actions.load([pack])
    withdraw(ArticleVersion.objects.get(), by=carla, reason="no es cierto")
    call_command("pack", "export", str(tmp_path / "out"))
    assert not (tmp_path / "out/norte/articles").exists()


@pytest.mark.django_db
def test_words_taken_back_here_do_not_stop_the_next_load(pack: Path, carla: User) -> None:
    actions.load([pack])
    withdraw(ArticleVersion.objects.get(), by=carla, reason="no es cierto")
    assert not actions.load([pack]).is_new
    assert Translation.objects.count() == 4


@pytest.mark.django_db
def test_translations_follow_their_own_article_even_when_two_say_the_same(pack: Path) -> None:
    article = (pack / "articles/permiso.md").read_text().replace("id: permiso\n", "id: otro\n", 1)
    (pack / "articles/otro.md").write_text(
        article.replace("  - ", "  - otro ").replace("otro {", "{"), encoding="utf-8"
    )
    other = (pack / "translations/permiso.yaml").read_text().replace("article: permiso", "article: otro")
    (pack / "translations/otro.yaml").write_text(other, encoding="utf-8")
    actions.load([pack])
    assert sorted(Translation.objects.values_list("version__article", flat=True)) == ["otro"] * 4 + ["permiso"] * 4


@pytest.mark.django_db
def test_an_export_is_written_down(pack: Path, tmp_path: Path) -> None:
    actions.load([pack])
    call_command("pack", "export", str(tmp_path / "out"), "--pack", "norte")
    assert AuditEntry.objects.filter(verb="pack.exported").count() == 1


@pytest.mark.django_db
def test_an_export_never_writes_over_anything_and_says_what_is_wrong(pack: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No pack was loaded here"):
        call_command("pack", "export", str(tmp_path / "out"))
    actions.load([pack])
    with pytest.raises(CommandError, match=r"sur was never loaded here\. There are: norte"):
        call_command("pack", "export", str(tmp_path / "out"), "--pack", "sur")
    (tmp_path / "out/norte").mkdir(parents=True)
    with pytest.raises(CommandError, match="is there already: name an empty folder"):
        call_command("pack", "export", str(tmp_path / "out"))
    PackLoad.objects.update(aside={})
    with pytest.raises(CommandError, match="loaded by an older program"):
        call_command("pack", "export", str(tmp_path / "other"))


# Any words at all -----------------------------------------------------------------------------------------------------

LINE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60).map(
    lambda text: " ".join(text.split())
).filter(bool)  # fmt: skip


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> PackFile:
    folder = tmp_path_factory.mktemp("packs") / "norte"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    found = reading.read(folder).pack
    assert found is not None
    return found


@given(
    title=LINE,
    first=LINE,
    says=LINE,
    lines=st.lists(LINE, min_size=1, max_size=5),
    key=st.sampled_from(list(SECTIONS.values())),
)
def test_whatever_an_editor_wrote_is_read_back_as_it_was(
    small: PackFile, title: str, first: str, says: str, lines: list[str], key: str
) -> None:
    sources = tuple(replace(small.articles[0].sources[0], title=name, says=says) for name in ("Una", "Otra"))
    words = {"title": title, "first_sentence": first, "sections": {key: tuple(lines)}, "sources": sources}
    with TemporaryDirectory() as parent:
        folder = Path(parent) / "norte"
        for name, text in rendering.files_of(replace(small, articles=(replace(small.articles[0], **words),))).items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        again = reading.read(folder).pack
    assert again is not None
    assert again.articles[0].title == title
    assert again.articles[0].first_sentence == first
    assert again.articles[0].sections == {key: tuple(lines)}
    assert [source.says for source in again.articles[0].sources] == [says, says]
