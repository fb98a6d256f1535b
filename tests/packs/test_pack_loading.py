"""Loading: all or nothing, twice is once, and nothing that the installation did itself is overwritten."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import override_settings
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Membership, Organisation, User
from baquiano.conversations.models import Wording
from baquiano.knowledge.actions import publish, withdraw
from baquiano.knowledge.models import (
    Article,
    ArticleVersion,
    Example,
    Source,
    Topic,
    Translation,
    Verification,
    shelf_number,
)  # fmt: skip
from baquiano.packs import actions
from baquiano.packs.actions import CannotLoad
from baquiano.packs.models import PackLoad
from baquiano.safety.models import CrisisText, EmergencyNumber, NumberVerification, PhraseRules
from baquiano.territory.models import Division
from tests.packs.small_pack import another_article, another_topic

pytestmark = pytest.mark.django_db

Edit = Callable[[str, str, str], None]
DIGEST_OF_PERMISO = "8cbcad536905da4ef2a5821a53a17aaac4418d5678c27ea28457dd3c8b5f1de1"
"""As it was before sources could say anything."""
EVERYTHING: tuple[type[models.Model], ...] = (
    Topic, Example, Article, ArticleVersion, Source, Translation, CrisisText, EmergencyNumber, PhraseRules, Wording, PackLoad,
    Organisation, User, Membership, Division, AuditEntry,
)  # fmt: skip


def _all_rows() -> dict[str, list[tuple[Any, ...]]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values_list()) for model in EVERYTHING}


def _texts(article: str = "permiso") -> list[str]:
    return list(
        ArticleVersion.objects.filter(article=article).order_by("number").values_list("first_sentence", flat=True)
    )


def test_the_first_load_brings_everything_and_moves_the_shelf_once(pack: Path) -> None:
    before = shelf_number()
    report = actions.load([pack])
    assert report.is_new
    assert shelf_number() == before + 1
    assert Topic.objects.get().labels["ht"] == "Pèmi"
    assert Topic.objects.get().position == 10
    version = ArticleVersion.objects.get()
    assert (version.number, version.origin, version.known_on) == (1, "norte", date(2025, 10, 1))
    assert version.sections["steps"] == ["Llama al 01 8000 42 37 01.", "Pide una cita."]
    assert [s.url for s in version.sources.all()] == ["https://www.migracioncolombia.gov.co"]
    assert EmergencyNumber.objects.get().names["fr"] == "urgences"
    assert CrisisText.objects.get().numbers == ["co_emergencias"]
    assert Wording.objects.get(key="told").country == "CO"
    assert PhraseRules.objects.get().rows[0]["id"] == "es-medical-01"


def test_the_second_load_changes_nothing(pack: Path) -> None:
    actions.load([pack])
    before, shelf = _all_rows(), shelf_number()
    report = actions.load([pack])
    assert not report.is_new
    assert report.lines() == []
    assert _all_rows() == before
    assert shelf_number() == shelf


def test_nothing_a_pack_brings_is_approved_or_verified(pack: Path) -> None:
    actions.load([pack])
    version = ArticleVersion.objects.get()
    assert (version.written_by, version.reviewed_by, version.published_at) == (None, None, None)
    assert not Verification.objects.exists()
    assert not NumberVerification.objects.exists()


def test_a_changed_article_comes_as_a_new_version_beside_the_old(pack: Path, edit: Edit) -> None:
    actions.load([pack])
    shelf = shelf_number()
    edit("articles/permiso.md", "El permiso cuesta $20.000.", "Hay que pagar $20.000.")
    report = actions.load([pack])
    assert _texts() == ["El permiso cuesta $20.000.", "Hay que pagar $20.000."]
    assert [v.sources.count() for v in ArticleVersion.objects.all()] == [1, 1]
    assert report.added["versions"] == 1
    assert shelf_number() == shelf + 1


def test_an_article_that_changes_back_is_proposed_again(pack: Path, edit: Edit) -> None:
    actions.load([pack])
    edit("articles/permiso.md", "El permiso cuesta", "Hoy cuesta")
    actions.load([pack])
    edit("articles/permiso.md", "Hoy cuesta", "El permiso cuesta")
    actions.load([pack])
    assert _texts() == ["El permiso cuesta $20.000.", "Hoy cuesta $20.000.", "El permiso cuesta $20.000."]


def test_another_date_or_source_is_a_new_version_and_a_comment_is_not(pack: Path, edit: Edit) -> None:
    actions.load([pack])
    edit("articles/permiso.md", "confidence: B", "confidence: B  # dos notas de prensa")
    assert actions.load([pack]).added["versions"] == 0
    edit("articles/permiso.md", "known_on: 2025-10-01", "known_on: 2021-03-01")
    assert actions.load([pack]).added["versions"] == 1
    edit("articles/permiso.md", "code: M}", "code: C}")
    assert actions.load([pack]).added["versions"] == 1


def test_a_text_whose_sources_say_nothing_counts_as_it_always_did(pack: Path) -> None:
    actions.load([pack])
    assert ArticleVersion.objects.get().digest == DIGEST_OF_PERMISO


def test_what_sources_say_is_a_new_version_once(pack: Path, edit: Edit) -> None:
    actions.load([pack])
    differing = "code: M, says: Cuesta $20.000.}\n  - {title: La prensa, code: B, says: Es gratis.}"
    edit("articles/permiso.md", "code: M}", differing)
    assert actions.load([pack]).added["versions"] == 1
    last = ArticleVersion.objects.get(number=2)
    assert [(s.title, s.says) for s in last.sources.all()] == [
        ("Migración Colombia", "Cuesta $20.000."),
        ("La prensa", "Es gratis."),
    ]
    assert not actions.load([pack]).is_new
    edit("articles/permiso.md", "says: Es gratis.", "says: No se paga.")
    assert actions.load([pack]).added["versions"] == 1


def test_checking_a_source_that_contradicts_nobody_names_file_and_line(
    pack: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    edit("articles/permiso.md", "code: M}", "code: M,\n     says: Es gratis.}")
    with pytest.raises(CommandError, match="1 to mend"):
        call_command("pack", "check", str(pack))
    assert "norte/articles/permiso.md:12: says: no other source says anything" in capsys.readouterr().out


def test_published_words_are_left_as_they_are(pack: Path, edit: Edit, edu: User, rita: User) -> None:
    actions.load([pack])
    version = ArticleVersion.objects.get()
    version.written_by = edu
    version.save(update_fields=["written_by"])
    publish(version, reviewed_by=rita)
    edit("articles/permiso.md", "El permiso cuesta", "Hoy cuesta")
    actions.load([pack])
    version.refresh_from_db()
    assert version.first_sentence == "El permiso cuesta $20.000."
    assert version.published_at is not None
    assert list(ArticleVersion.objects.servable(with_proposals=True)) == [version]


def test_a_local_version_keeps_its_words_and_its_number(pack: Path, edit: Edit, edu: User) -> None:
    actions.load([pack])
    ours = ArticleVersion.objects.create(
        article_id="permiso", number=2, title="Nuestro", first_sentence="Lo nuestro.", short_answer="x", written_by=edu
    )
    edit("articles/permiso.md", "El permiso cuesta", "Hoy cuesta")
    actions.load([pack])
    assert _texts() == ["El permiso cuesta $20.000.", "Lo nuestro.", "Hoy cuesta $20.000."]
    ours.refresh_from_db()
    assert ours.number == 2


def test_what_somebody_withdrew_is_not_proposed_again(pack: Path, carla: User) -> None:
    actions.load([pack])
    withdraw(ArticleVersion.objects.get(), by=carla, reason="no es cierto")
    assert not actions.load([pack]).is_new
    assert not ArticleVersion.objects.servable(with_proposals=True).exists()


def test_changed_words_of_a_topic_are_updated_and_its_examples_replaced(pack: Path, edit: Edit) -> None:
    actions.load([pack])
    kept = Example.objects.get(text="cuánto vale el permiso").pk
    edit("topics/permiso.yaml", "es: El permiso", "es: El permiso de antes")
    edit("topics/permiso.yaml", "como saco el permiso", "como hago para el permiso")
    report = actions.load([pack])
    assert Topic.objects.get().titles["es"] == "El permiso de antes"
    texts = set(Example.objects.filter(language="es", article=None).values_list("text", flat=True))
    assert len(texts) == 8
    assert "como hago para el permiso" in texts
    assert "como saco el permiso" not in texts
    assert Example.objects.get(text="cuánto vale el permiso").pk == kept
    assert (report.added["examples"], report.removed["examples"], report.changed["topics"]) == (1, 1, 1)


def test_sentences_and_danger_texts_follow_the_pack(pack: Path, edit: Edit) -> None:
    actions.load([pack])
    edit("wording/es.yaml", "greeting: Hola\n", "")
    edit("wording/es.yaml", "menu: Elige un número", "menu: Escribe un número")
    edit("safety/crisis.es.yaml", "Esto es urgente", "Es urgente")
    report = actions.load([pack])
    assert dict(Wording.objects.filter(key__in=("greeting", "menu", "told")).values_list("key", "text")) == {
        "menu": "Escribe un número",
        "told": "Ya avisé a una persona del equipo.",
    }
    assert "Es urgente" in CrisisText.objects.get().text
    assert (report.removed["sentences"], report.changed["sentences"], report.changed["danger texts"]) == (1, 1, 1)


def test_a_sentence_the_installation_worded_itself_stays(pack: Path) -> None:
    Wording.objects.create(key="menu", language="es", country="CO", text="Lo nuestro", pack="")
    actions.load([pack])
    assert Wording.objects.get(key="menu").text == "Lo nuestro"


def test_phrase_rules_that_changed_are_in_force_even_under_the_same_version(pack: Path, edit: Edit) -> None:
    actions.load([pack])
    edit("safety/phrases.es.yaml", "no respira", "no puede respirar")
    actions.load([pack])
    edit("safety/phrases.es.yaml", "no puede respirar", "no respira")
    actions.load([pack])
    last = PhraseRules.objects.order_by("loaded_at", "id").last()
    assert last is not None
    assert last.rows[0]["any"] == ["no respira"]
    assert PhraseRules.objects.count() == 2


def test_an_article_gone_from_the_pack_is_removed_with_its_topic(pack: Path, edit: Edit) -> None:
    (pack / "articles/otro.md").write_text(another_article("otro"), encoding="utf-8")
    actions.load([pack])
    (pack / "articles/otro.md").unlink()
    report = actions.load([pack])
    assert list(Article.objects.values_list("pk", flat=True)) == ["permiso"]
    assert report.removed["articles"] == 1


def test_an_article_somebody_verified_is_kept_and_taken_back(pack: Path, carla: User) -> None:
    (pack / "articles/otro.md").write_text(another_article("otro"), encoding="utf-8")
    actions.load([pack])
    today = timezone.localdate()
    version = ArticleVersion.objects.get(article="otro")
    Verification.objects.create(version=version, on=today, by=carla, how="llamé", good_until=today + timedelta(days=9))
    (pack / "articles/otro.md").unlink()
    report = actions.load([pack])
    assert Article.objects.filter(pk="otro").exists()
    assert report.kept["articles"] == 1
    served = ArticleVersion.objects.servable(with_proposals=True).values_list("article", flat=True)
    assert list(served) == ["permiso"]
    assert not actions.load([pack]).is_new
    (pack / "articles/otro.md").write_text(another_article("otro"), encoding="utf-8")
    actions.load([pack])
    assert ArticleVersion.objects.servable(with_proposals=True).filter(article="otro").exists()


def test_a_topic_with_an_article_of_the_installation_is_kept(pack: Path, edit: Edit) -> None:
    (pack / "topics/otro.yaml").write_text(another_topic("otro"), encoding="utf-8")
    (pack / "articles/otro.md").write_text(another_article("otro", "otro"), encoding="utf-8")
    edit("pack.yaml", "  - permiso\n", "  - permiso\n  - otro\n")
    actions.load([pack])
    Article.objects.create(pk="nuestro", topic_id="otro")
    (pack / "topics/otro.yaml").unlink()
    (pack / "articles/otro.md").unlink()
    edit("pack.yaml", "  - otro\n", "")
    report = actions.load([pack])
    assert Topic.objects.filter(pk="otro").exists()
    assert (report.removed["articles"], report.kept["topics"]) == (1, 1)
    Article.objects.get(pk="nuestro").delete()
    assert actions.load([pack]).removed["topics"] == 1


def test_a_link_to_a_topic_the_pack_dropped_is_refused_although_the_table_still_has_it(pack: Path, edit: Edit) -> None:
    (pack / "topics/papel.yaml").write_text(another_topic("papel"), encoding="utf-8")
    (pack / "articles/papel.md").write_text(another_article("papel", "papel"), encoding="utf-8")
    edit("pack.yaml", "  - permiso\n", "  - permiso\n  - papel\n")
    edit("articles/permiso.md", "next: [permiso]", "next: [papel]")
    actions.load([pack])
    for gone in ("topics/papel.yaml", "articles/papel.md"):
        (pack / gone).unlink()
    edit("pack.yaml", "  - papel\n", "")
    with pytest.raises(CannotLoad, match=r"articles/permiso\.md:13: next: there is no topic papel"):
        actions.load([pack])
    assert Topic.objects.count() == 2


def test_a_number_gone_from_the_pack_is_removed_unless_somebody_called_it(pack: Path, carla: User) -> None:
    second = "  - {id: co_otro, country: CO, number: 01 8000 42 37 01, name: {es: a, en: b, pt: c, fr: d, ht: e},"
    second += (
        " kinds: [need], whose: x, free: null, hours: '', source_ficha: CO-01, confidence: C, last_known_on: null}\n"
    )
    numbers = pack / "safety/numbers.yaml"
    first = numbers.read_text(encoding="utf-8")
    numbers.write_text(first + second, encoding="utf-8")
    actions.load([pack])
    numbers.write_text(first, encoding="utf-8")
    assert actions.load([pack]).removed["numbers"] == 1
    assert EmergencyNumber.objects.get().pk == "co_emergencias"
    numbers.write_text(first + second, encoding="utf-8")
    actions.load([pack])
    NumberVerification.objects.create(number_id="co_otro", on=timezone.localdate(), by=carla, how="llamé a las 9")
    numbers.write_text(first, encoding="utf-8")
    assert actions.load([pack]).kept["numbers"] == 1
    assert EmergencyNumber.objects.count() == 2


def test_other_digits_under_a_verified_id_are_refused(pack: Path, edit: Edit, carla: User) -> None:
    actions.load([pack])
    NumberVerification.objects.create(number_id="co_emergencias", on=timezone.localdate(), by=carla, how="llamé")
    edit("safety/numbers.yaml", "number: 123", "number: 01 8000 42 37 01")
    with pytest.raises(CannotLoad, match=r"numbers\.yaml:2: co_emergencias was verified with other digits"):
        actions.load([pack])
    assert EmergencyNumber.objects.get().number == "123"


def test_one_mistake_anywhere_loads_nothing_anywhere(pack: Path, edit: Edit) -> None:
    edit("articles/permiso.md", "confidence: B", "confidence: Z")
    before, shelf = _all_rows(), shelf_number()
    with pytest.raises(CannotLoad, match=r"norte/articles/permiso\.md:8: confidence"):
        actions.load([settings.PACKS / "comun", pack])
    assert _all_rows() == before
    assert shelf_number() == shelf


def test_a_topic_of_another_pack_is_not_taken_over(pack: Path) -> None:
    Topic.objects.create(pk="permiso", branch="salud", pack="sur")
    with pytest.raises(CannotLoad, match=r"topics/permiso\.yaml:1: permiso belongs to sur"):
        actions.load([pack])
    assert Topic.objects.get().branch == "salud"
    assert not PackLoad.objects.exists()


def test_the_files_are_read_before_the_transaction_begins(pack: Path) -> None:
    seen: list[tuple[str, bool]] = []
    depth = len(connection.savepoint_ids)
    actions.load([pack], progress=lambda line: seen.append((line, len(connection.savepoint_ids) > depth)))
    assert [inside for line, inside in seen if ": read " in line] == [False]


# The packs of this repository ---------------------------------------------------------------------------------------


@pytest.fixture
def folders() -> list[Path]:
    return [settings.PACKS / name for name in ("chile", "demo_mision", "colombia", "comun")]


@pytest.mark.soak
def test_the_repository_s_packs_load_together_in_any_order_and_twice(folders: list[Path]) -> None:
    actions.load(folders)
    before, shelf = _all_rows(), shelf_number()
    assert not actions.load(list(reversed(folders))).is_new
    assert _all_rows() == before
    assert shelf_number() == shelf
    assert Topic.objects.count() == 70
    assert not Verification.objects.exists()
    assert not NumberVerification.objects.exists()
    assert not ArticleVersion.objects.filter(published_at__isnull=False).exists()


def test_a_country_waits_for_what_it_requires() -> None:
    with pytest.raises(CannotLoad, match="needs the pack comun"):
        actions.load([settings.PACKS / "colombia"])


def test_demo_people_are_marked_and_cannot_sign_in_yet() -> None:
    actions.load([settings.PACKS / "demo_mision"])
    assert {m.role for m in Membership.objects.all()} >= {
        "operator",
        "editor",
        "reviewer",
        "coordinator",
        "it",
        "director",
    }
    for user in User.objects.all():
        assert user.is_demo
        assert "(demo)" in user.display_name
        assert not user.has_usable_password()
    assert Organisation.objects.get().countries == ["CO", "CL"]
    assert Organisation.objects.get().is_demo


def test_a_password_given_to_a_demo_person_survives_the_next_load() -> None:
    actions.load([settings.PACKS / "demo_mision"])
    rosa = User.objects.get(username="rosa")
    rosa.set_password("una clave larga de prueba")
    rosa.save()
    actions.load([settings.PACKS / "demo_centro"])
    rosa.refresh_from_db()
    assert rosa.check_password("una clave larga de prueba")
    assert Organisation.objects.get().name == "Centro Puente del Valle (demo)"


def test_two_organisations_at_once_are_refused() -> None:
    with pytest.raises(CannotLoad, match="one organisation at a time"):
        actions.load([settings.PACKS / "demo_mision", settings.PACKS / "demo_centro"])


def test_a_demo_never_replaces_a_real_organisation() -> None:
    Organisation.objects.create(name="La nuestra", countries=["CL"])
    with pytest.raises(CannotLoad, match="organisation of its own"):
        actions.load([settings.PACKS / "demo_mision"])
    assert Organisation.objects.get().name == "La nuestra"


@override_settings(IS_DEMO=False)
def test_production_takes_no_demo_pack() -> None:
    with pytest.raises(CannotLoad, match="never loaded in production"):
        actions.load([settings.PACKS / "demo_mision"])
    assert not User.objects.exists()


def test_the_command_says_what_it_does_and_refuses_with_file_and_line(
    pack: Path, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("pack", "check", str(pack))
    call_command("pack", "load", str(pack))
    assert "Nothing to mend in 1 packs." in (said := capsys.readouterr().out)
    assert "norte: read 1 topics, 1 articles" in said
    assert "versions: 1 added" in said
    call_command("pack", "load", str(pack))
    assert "Nothing new" in capsys.readouterr().out
    edit("articles/permiso.md", "confidence: B", "confidence: Z")
    for verb in ("check", "load"):
        with pytest.raises(CommandError) as reason:
            call_command("pack", verb, str(pack))
        assert "norte/articles/permiso.md:8: confidence" in str(reason.value) + capsys.readouterr().out
    with pytest.raises(CommandError, match="There is no pack nowhere"):
        call_command("pack", "check", "nowhere")
