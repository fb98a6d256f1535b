"""Published words do not change: not by save, not by update, not by hand in the database; what was checked stays written."""

from datetime import date
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from baquiano.accounts.models import AuditEntry, User
from baquiano.knowledge import triggers
from baquiano.knowledge.actions import CannotPublish, publish, verify, withdraw
from baquiano.knowledge.models import Article, ArticleVersion, Source, Topic, Translation, Verification

WORDS: dict[str, Any] = {
    "title": "Otro título",
    "first_sentence": "Otra frase.",
    "short_answer": "Otra respuesta.",
    "sections": {"steps": ["otro paso"]},
    "caution": "Otro cuidado.",
    "known_on": date(2020, 1, 1),
    "window_closes_on": date(2020, 1, 1),
    "language": "en",
    "number": 7,
    "published_at": None,
}


def _write(author: User | None, number: int = 1) -> ArticleVersion:
    topic, _ = Topic.objects.get_or_create(id="co_ppt", defaults={"branch": "regularizacion"})
    article, _ = Article.objects.get_or_create(id="co_ppt_obtener", defaults={"topic": topic, "country": "CO"})
    version = ArticleVersion.objects.create(
        article=article,
        number=number,
        title="Permiso por Protección Temporal",
        first_sentence="El PPT es un documento.",
        short_answer="El PPT es un documento de identificación.",
        sections={"steps": ["Entra a la página."]},
        written_by=author,
    )
    Source.objects.create(version=version, position=1, title="Autoridad", url="https://example.org/")
    return version


@pytest.fixture
def draft(edu: User) -> ArticleVersion:
    return _write(edu)


@pytest.fixture
def published(draft: ArticleVersion, rita: User) -> ArticleVersion:
    return publish(draft, reviewed_by=rita)


def _by_hand(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def _triggers() -> set[str]:
    names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        names = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with connection.cursor() as cursor:
        cursor.execute(names)
        return {name for (name,) in cursor.fetchall()}


# -- two people -------------------------------------------------------------------------------------------------------


def test_publishing_takes_an_author_and_somebody_else(draft: ArticleVersion, edu: User, rita: User) -> None:
    publish(draft, reviewed_by=rita)
    version = ArticleVersion.objects.published().get()
    assert (version.written_by, version.reviewed_by) == (edu, rita)
    assert AuditEntry.objects.get(verb="article.published").actor == rita


def test_the_author_cannot_approve_her_own_words(draft: ArticleVersion, edu: User) -> None:
    with pytest.raises(CannotPublish):
        publish(draft, reviewed_by=edu)
    assert not ArticleVersion.objects.published().exists()


def test_words_nobody_answers_for_cannot_be_published(rita: User) -> None:
    with pytest.raises(CannotPublish):
        publish(_write(None), reviewed_by=rita)


def test_words_without_a_source_cannot_be_published(draft: ArticleVersion, rita: User) -> None:
    draft.sources.all().delete()
    with pytest.raises(CannotPublish):
        publish(draft, reviewed_by=rita)


@pytest.mark.parametrize("people", ["nobody", "author only", "the same person twice"])
def test_the_database_itself_wants_two_people(draft: ArticleVersion, edu: User, people: str) -> None:
    written_by, reviewed_by = {"nobody": (None, None), "author only": (edu, None), "the same person twice": (edu, edu)}[
        people
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        ArticleVersion.objects.update(
            written_by=written_by, reviewed_by=reviewed_by, published_at="2026-11-24T15:00:00Z"
        )


# -- words ------------------------------------------------------------------------------------------------------------


def test_a_draft_may_be_rewritten(draft: ArticleVersion) -> None:
    draft.title = "Otro título"
    draft.save()
    ArticleVersion.objects.update(short_answer="Otra respuesta.")
    draft.refresh_from_db()
    assert (draft.title, draft.short_answer) == ("Otro título", "Otra respuesta.")


@pytest.mark.parametrize("field", WORDS)
def test_published_words_do_not_change_by_save(published: ArticleVersion, field: str) -> None:
    setattr(published, field, WORDS[field])
    with pytest.raises(IntegrityError, match="published words do not change"), transaction.atomic():
        published.save()


@pytest.mark.parametrize("field", WORDS)
def test_published_words_do_not_change_by_update(published: ArticleVersion, field: str) -> None:
    with pytest.raises(IntegrityError, match="published words do not change"), transaction.atomic():
        ArticleVersion.objects.update(**{field: WORDS[field]})


@pytest.mark.parametrize("column", ["title", "first_sentence", "short_answer", "caution"])
def test_published_words_do_not_change_by_hand(published: ArticleVersion, column: str) -> None:
    with pytest.raises(IntegrityError):
        _by_hand(f"UPDATE knowledge_articleversion SET {column} = %s", "x")
    published.refresh_from_db()
    assert published.title == "Permiso por Protección Temporal"


def test_who_answers_for_published_words_does_not_change(published: ArticleVersion, rita: User, carla: User) -> None:
    for change in ({"written_by": carla}, {"reviewed_by": carla}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ArticleVersion.objects.update(**change)


def test_published_words_are_not_deleted(published: ArticleVersion) -> None:
    published.sources.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        published.delete()
    with pytest.raises(IntegrityError):
        _by_hand("DELETE FROM knowledge_articleversion")
    assert ArticleVersion.objects.count() == 1


def test_saving_without_a_change_is_no_change(published: ArticleVersion) -> None:
    published.refresh_from_db()
    published.save()


def test_one_person_takes_published_words_back(published: ArticleVersion, carla: User) -> None:
    withdraw(published, by=carla, reason="La página cambió.")
    assert not ArticleVersion.objects.published().exists()
    entry = AuditEntry.objects.get(verb="article.withdrawn")
    assert (entry.actor, entry.reason) == (carla, "La página cambió.")


def test_a_new_version_is_written_beside_the_old_one(published: ArticleVersion, edu: User, rita: User) -> None:
    newer = publish(_write(edu, number=2), reviewed_by=rita)
    assert ArticleVersion.objects.servable(with_proposals=False).get() == newer
    assert ArticleVersion.objects.published().count() == 2


def test_published_words_of_a_translation_do_not_change(published: ArticleVersion, edu: User, rita: User) -> None:
    translation = Translation.objects.create(
        version=published,
        language="ht",
        number=1,
        title="Pèmi",
        first_sentence="PPT a se yon dokiman.",
        short_answer="PPT a se yon dokiman.",
        written_by=edu,
        reviewed_by=rita,
        published_at=published.published_at,
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        Translation.objects.update(short_answer="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        translation.delete()


# -- what was checked -------------------------------------------------------------------------------------------------


def test_what_was_checked_stays_written(published: ArticleVersion, rita: User) -> None:
    row = verify(published, by=rita, how="Llamé a la oficina.", good_until=date(2099, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Verification.objects.update(good_until=date(2100, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError):
        _by_hand("DELETE FROM knowledge_verification")
    assert Verification.objects.get().how == "Llamé a la oficina."


def test_checking_again_adds_a_row_and_the_last_one_is_first(published: ArticleVersion, rita: User) -> None:
    verify(published, by=rita, how="Leí el decreto.", good_until=date(2099, 1, 1))
    verify(published, by=rita, how="Llamé a la oficina.", good_until=date(2099, 2, 1))
    assert [row.how for row in published.verifications.all()] == ["Llamé a la oficina.", "Leí el decreto."]


@pytest.mark.parametrize(("how", "good_until"), [("  ", date(2099, 1, 1)), ("Llamé.", date(2020, 1, 1))])
def test_a_check_says_how_and_ends_in_the_future(
    published: ArticleVersion, rita: User, how: str, good_until: date
) -> None:
    with pytest.raises(CannotPublish):
        verify(published, by=rita, how=how, good_until=good_until)
    assert not Verification.objects.exists()


# -- the triggers -----------------------------------------------------------------------------------------------------

EXPECTED = {
    f"{table}_{name}"
    for table in (*triggers.IMMUTABLE_WORDS, *triggers.APPEND_ONLY)
    for name in ("no_update", "no_delete")
}


@pytest.mark.django_db
def test_every_protected_table_has_its_triggers_after_a_migration() -> None:
    assert _triggers() >= EXPECTED


@pytest.mark.django_db
def test_laying_them_twice_changes_nothing() -> None:
    before = _triggers()
    triggers.lay("default")
    triggers.lay("default")
    assert _triggers() == before


def test_every_word_a_person_reads_is_protected() -> None:
    """A field added to the models and forgotten here could be changed after two people approved the words."""
    after = {"id", "withdrawn_at", "withdrawn_by", "created_at"}  # what may still happen, or never does
    not_words = {"confidence", "next_topics", "origin", "digest"}  # where it came from, and what to offer next
    fields = {field.attname for field in ArticleVersion._meta.concrete_fields} - not_words
    assert fields - {"withdrawn_by_id"} - after == set(triggers.IMMUTABLE_WORDS["knowledge_articleversion"])


@pytest.mark.django_db(transaction=True)
def test_a_table_that_a_migration_remade_keeps_its_triggers(joins: Any) -> None:
    """SQLite drops them in silence when a table is remade; `migrate` lays them again."""
    author, reviewer = joins("edu", "Edu", "editor"), joins("rita", "Rita", "reviewer")
    version = publish(_write(author), reviewed_by=reviewer)
    if connection.vendor == "sqlite":
        before, after = models.CharField(max_length=120), models.CharField(max_length=130)
        for field in (before, after):
            field.set_attributes_from_name("title")
            field.model = ArticleVersion
        with connection.schema_editor() as editor:
            editor.alter_field(ArticleVersion, before, after)
    else:
        _by_hand("DROP TRIGGER knowledge_articleversion_no_update ON knowledge_articleversion")
    assert "knowledge_articleversion_no_update" not in _triggers()

    call_command("migrate", verbosity=0)

    assert _triggers() >= EXPECTED
    with pytest.raises(IntegrityError), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(title="Otro título")
