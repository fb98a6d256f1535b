"""What a page says as time passes: checked, under review, expired; in her language only when somebody approved it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from baquiano.accounts.models import User
from baquiano.knowledge import actions
from baquiano.knowledge.models import Article, ArticleVersion, Example, Translation
from baquiano.knowledge.shelf import EXPIRES_AFTER
from tests.public.house import FIRST_SENTENCE

PAGE = "/es/co/co_sisben/"
Clock = Callable[[date], None]


@pytest.fixture
def version(edu: User, rita: User) -> ArticleVersion:
    """Approved by two people, checked today, trusted for thirty days."""
    version = ArticleVersion.objects.get(article="co_sisben")
    version.written_by = edu
    version.save()
    actions.publish(version, reviewed_by=rita)
    today = timezone.localdate()
    actions.verify(version, by=rita, how="Leí la página oficial.", good_until=today + timedelta(days=30))
    return version


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    def show(day: date) -> None:
        monkeypatch.setattr(timezone, "now", lambda: datetime(day.year, day.month, day.day, 15, tzinfo=UTC))

    return show


def good_until(version: ArticleVersion) -> date:
    return version.verifications.get().good_until


def translate(version: ArticleVersion, *, first: str, published: bool, edu: User, rita: User) -> Translation:
    return Translation.objects.create(
        version=version,
        language="ht",
        number=Translation.objects.count() + 1,
        title="Enskripsyon nan Sisbén",
        first_sentence=first,
        short_answer="Sa a se yon tradiksyon.",
        written_by=edu,
        reviewed_by=rita,
        published_at=timezone.now() if published else None,
    )


def test_while_it_is_trusted_it_says_who_checked_it_and_when(yulis_phone: Client, version: ArticleVersion) -> None:
    text = yulis_phone.get(PAGE).text
    assert "Verificada el" in text
    assert "badge--warn" not in text


def test_past_its_trust_it_is_served_with_its_date_and_a_caution(
    yulis_phone: Client, version: ArticleVersion, clock: Clock
) -> None:
    clock(good_until(version) + timedelta(days=1))
    text = yulis_phone.get(PAGE).text
    assert FIRST_SENTENCE in text
    assert "Esta información está en revisión (última verificación:" in text


def test_expired_it_is_never_served(yulis_phone: Client, version: ArticleVersion, clock: Clock) -> None:
    clock(good_until(version) + EXPIRES_AFTER)
    assert FIRST_SENTENCE in yulis_phone.get(PAGE).text
    clock(good_until(version) + EXPIRES_AFTER + timedelta(days=1))
    response = yulis_phone.get(PAGE)
    assert response.status_code == 404
    assert FIRST_SENTENCE not in response.text


def test_what_may_save_a_life_never_expires_but_says_it_is_not_confirmed(
    yulis_phone: Client, version: ArticleVersion, clock: Clock
) -> None:
    Article.objects.filter(pk="co_sisben").update(is_life_saving=True)
    actions.shelf_changed()
    clock(good_until(version) + EXPIRES_AFTER + timedelta(days=400))
    text = yulis_phone.get(PAGE).text
    assert FIRST_SENTENCE in text
    assert "Sin confirmar: la última verificación es del" in text


def test_figures_past_their_day_are_said_to_be_past(yulis_phone: Client, clock: Clock) -> None:
    ArticleVersion.objects.filter(article="co_sisben").update(figures_until=date(2026, 12, 31))
    clock(date(2026, 12, 31))
    assert "Las cifras valían" not in yulis_phone.get(PAGE).text
    clock(date(2027, 1, 1))
    assert "Las cifras valían hasta el 31-12-2026" in yulis_phone.get(PAGE).text


def test_a_translation_is_read_in_her_language_and_says_that_the_rest_is_in_spanish(
    yulis_phone: Client, version: ArticleVersion, edu: User, rita: User
) -> None:
    translate(version, first="Ankèt la gratis.", published=True, edu=edu, rita=rita)
    actions.shelf_changed()
    text = yulis_phone.get("/ht/co/co_sisben/").text
    assert '<article class="card sheet" lang="ht">' in text
    assert "Ankèt la gratis." in text
    assert FIRST_SENTENCE not in text
    assert "Rès la an panyòl." in text
    assert '<section class="sheet__part" lang="es">' in text


def test_in_production_an_unapproved_creole_text_is_never_served(
    yulis_phone: Client, version: ArticleVersion, settings: Settings, edu: User, rita: User
) -> None:
    settings.IS_DEMO = False
    translate(version, first="Pèsonn pa apwouve sa.", published=False, edu=edu, rita=rita)
    actions.shelf_changed()
    text = yulis_phone.get("/ht/co/co_sisben/").text
    assert "Pèsonn pa apwouve sa." not in text
    assert FIRST_SENTENCE in text
    assert "Nou gen repons sa a an panyòl sèlman." in text


def test_a_published_translation_wins_over_a_later_proposal(
    yulis_phone: Client, version: ArticleVersion, edu: User, rita: User
) -> None:
    translate(version, first="Sa a apwouve.", published=True, edu=edu, rita=rita)
    translate(version, first="Yon lòt pwopozisyon.", published=False, edu=edu, rita=rita)
    actions.shelf_changed()
    text = yulis_phone.get("/ht/co/co_sisben/").text
    assert "Sa a apwouve." in text
    assert "Yon lòt pwopozisyon." not in text


def test_a_page_without_a_topic_is_in_no_menu_and_answers_no_question(yulis_phone: Client) -> None:
    page = Article.objects.create(id="pagina_documentos", topic=None, country=None)
    ArticleVersion.objects.create(
        article=page, number=1, title="Cuidar los papeles", first_sentence="Una foto.", short_answer="Nada más."
    )
    Example.objects.create(topic_id="co_sisben", article_id="co_sisben", language="es", text="mi grupo del sisben")
    actions.shelf_changed()
    assert "Cuidar los papeles" not in yulis_phone.get("/es/co/temas/").text
    assert yulis_phone.get(PAGE).status_code == 200
