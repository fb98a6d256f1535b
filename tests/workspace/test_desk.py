"""The desk: what stands beside a conversation, the hour at which WhatsApp closes, and nobody answering past what they have read."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Role, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation, Handoff, Message, Note, Quote, Rating, Wording
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.knowledge.actions import publish, withdraw
from baquiano.knowledge.models import ArticleVersion
from baquiano.people import holding, identity
from baquiano.post.models import Letter, State, Template
from baquiano.safety.actions import raise_alert
from tests.conftest import Joins
from tests.public.house import furnish
from tests.workspace.inbox_pages import answer, desk_of, said_by_staff, writes_by_whatsapp
from tests.workspace.visitors import Visitor


def published(version: ArticleVersion, edu: User, rita: User) -> ArticleVersion:
    version.written_by = edu
    version.save()
    return publish(version, reviewed_by=rita)


@pytest.fixture
def told(rosas: Conversation, edu: User, rita: User) -> ArticleVersion:
    """The assistant answered her from the first version of a text."""
    furnish_articles()
    version = published(ArticleVersion.objects.get(article="co_sisben"), edu, rita)
    message = rosas.messages.filter(author="machine").order_by("pk").first()
    assert message
    Quote.objects.create(message=message, version=version)
    return version


def furnish_articles() -> None:
    Wording.objects.all().delete()
    furnish()


def test_what_was_answered_stands_there_with_its_version_and_whether_it_helped(
    rosas_browser: Client, rosas: Conversation, told: ArticleVersion
) -> None:
    Rating.objects.create(conversation=rosas, version=told, is_useful=False)
    page = rosas_browser.get(desk_of(rosas)).content.decode()
    for words in ("Inscribirse en el Sisbén", "versión 1", "el asistente", "se dice ahora", "no le sirvió"):
        assert words in page


def test_a_version_that_is_no_longer_said_is_marked(
    rosas_browser: Client, rosas: Conversation, told: ArticleVersion, edu: User, rita: User
) -> None:
    newer = ArticleVersion.objects.create(
        article=told.article, number=2, title=told.title, first_sentence="Ahora es distinto.", short_answer="Sí."
    )
    newer.sources.create(position=1, title="La autoridad", url="https://autoridad.example/")
    published(newer, edu, rita)
    assert "hay una versión más nueva" in rosas_browser.get(desk_of(rosas)).content.decode()
    told.refresh_from_db()
    withdraw(told, by=rita, reason="estaba mal")
    assert "retirado desde entonces" in rosas_browser.get(desk_of(rosas)).content.decode()


def test_alerts_about_them_say_who_is_on_it(rosas_browser: Client, rosas: Conversation) -> None:
    alert = raise_alert(Finding(Level.P1, Danger.CAPTIVITY, "a-rule"), about=f"conversation:{rosas.pk}")
    page = rosas_browser.get(desk_of(rosas)).content.decode()
    assert "Nadie ha dicho que se hace cargo" in page
    rosas_browser.post(f"/workspace/alerts/{alert.pk}/acknowledge/")
    assert "Rosa se hace cargo" in rosas_browser.get(desk_of(rosas)).content.decode()


def test_after_a_danger_it_says_that_nothing_automatic_leaves_and_leads_to_the_rule(
    rosas_browser: Client, rosas: Conversation
) -> None:
    assert "nada automático sale" not in rosas_browser.get(desk_of(rosas)).content.decode()
    holding.hold(rosas.address, Finding(Level.P0, Danger.VIOLENCE, "a-rule"))
    page = rosas_browser.get(desk_of(rosas)).content.decode()
    assert "nada automático sale" in page
    assert desk_of(rosas, "safe-contact/") in page


# -- the hour at which WhatsApp closes --------------------------------------------------------------------------------


def test_it_says_how_long_the_window_stays_open_by_the_persons_own_clock(
    now: Any, rosas_browser: Client, rosa: User, whatsapp: Channel, organisation: object
) -> None:
    chat = writes_by_whatsapp(whatsapp, "hola", at=timezone.now() - timedelta(hours=22), by=rosa)
    Message.objects.update(received_at=timezone.now())  # it came to us late: her clock counts
    page = rosas_browser.get(desk_of(chat)).content.decode()
    assert "La ventana de WhatsApp se cierra en 2 h" in page


def test_past_the_window_nothing_is_sent_and_the_words_stay(
    now: Any, rosas_browser: Client, rosa: User, whatsapp: Channel, organisation: object
) -> None:
    chat = writes_by_whatsapp(whatsapp, "hola", at=timezone.now() - timedelta(hours=25), by=rosa)
    assert "La ventana de WhatsApp está cerrada" in rosas_browser.get(desk_of(chat)).content.decode()
    told = answer(rosas_browser, chat, "¿Sigues ahí?")
    assert told.status_code == 409
    assert "solo una plantilla aprobada" in told.content.decode()
    assert said_by_staff(chat) == []
    whole = rosas_browser.post(desk_of(chat, "answer/"), {"text": "¿Sigues ahí?", "client_id": "one"})
    assert "¿Sigues ahí?</textarea>" in whole.content.decode()
    Message.objects.create(conversation=chat, channel=whatsapp, author="person", text="sí", state="owned")
    identity.heard({chat.address_id: timezone.now()})
    assert answer(rosas_browser, chat, "¡Qué bueno!").status_code == 204


def test_past_the_window_the_words_wait_where_they_can_be_told_that_there_is_an_answer(
    now: Any, rosas_browser: Client, rosa: User, whatsapp: Channel, organisation: object
) -> None:
    chat = writes_by_whatsapp(whatsapp, "hola", at=timezone.now() - timedelta(hours=25), by=rosa)
    identity.heard({chat.address_id: timezone.now() - timedelta(hours=25)})
    Template.objects.create(
        channel=whatsapp, name="aviso", language="es", text="Te respondimos.", use="answered", state="approved"
    )
    assert "tus palabras salen cuando escriba" in rosas_browser.get(desk_of(chat)).content.decode()
    assert answer(rosas_browser, chat, "Ya está tu cita").status_code == 204
    assert said_by_staff(chat) == ["Ya está tu cita"]


def test_the_web_chat_has_no_window(rosas_browser: Client, rosas: Conversation) -> None:
    assert "ventana de WhatsApp" not in rosas_browser.get(desk_of(rosas)).content.decode()


# -- nobody answers past what they have read ---------------------------------------------------------------------------


def test_what_came_while_one_wrote_is_read_before_the_answer_leaves(
    rosas_browser: Client, rosas: Conversation, yuli: Visitor
) -> None:
    before = rosas.messages.order_by("pk").last()
    assert before
    yuli.says("¿Y si no tengo pasaporte?")
    told = answer(rosas_browser, rosas, "Ven con tu pasaporte", shown=before.pk)
    assert (told.status_code, told["HX-Trigger"]) == (409, '{"newer": {}}')
    assert "Escribió algo nuevo" in told.content.decode()
    assert said_by_staff(rosas) == []
    last = rosas.messages.order_by("pk").last()
    assert last
    assert answer(rosas_browser, rosas, "Ven igual", shown=last.pk).status_code == 204
    assert said_by_staff(rosas) == ["Ven igual"]


@pytest.mark.parametrize("shown", ["", "x", "-1", "9" * 30])
def test_a_page_that_does_not_say_what_it_shows_can_still_answer(
    rosas_browser: Client, rosas: Conversation, yuli: Visitor, shown: str
) -> None:
    yuli.says("¿hola?")
    answer(rosas_browser, rosas, "Hola", shown=shown)
    assert said_by_staff(rosas) in (["Hola"], [])  # too long a number is no number: the form says so


# -- passing on, putting aside -----------------------------------------------------------------------------------------


@pytest.fixture
def marta(joins: Joins) -> User:
    return joins("marta", "Marta", Role.OPERATOR)


def test_rosa_passes_it_on_with_a_note(rosas_browser: Client, rosas: Conversation, marta: User) -> None:
    assert "Marta" in rosas_browser.get(desk_of(rosas)).content.decode()
    response = rosas_browser.post(
        desk_of(rosas, "transfer/"), {"to": marta.pk, "note": "Necesita a alguien que hable creole"}
    )
    assert response["Location"] == "/workspace/inbox/"
    rosas.refresh_from_db()
    assert rosas.owner is None
    assert Handoff.objects.get(closed_at=None).meant_for == marta
    page = rosas_browser.get(desk_of(rosas)).content.decode()
    assert "Pasada a Marta" in page
    assert "Necesita a alguien que hable creole" in page


def test_a_transfer_without_a_note_stays_open_with_its_reason(
    rosas_browser: Client, rosas: Conversation, marta: User
) -> None:
    page = rosas_browser.post(desk_of(rosas, "transfer/"), {"to": marta.pk, "note": " "})
    assert page.status_code == 409
    assert "Escribe lo que tu colega necesita saber" in page.content.decode()
    assert not Note.objects.exists()


def test_it_cannot_be_passed_on_to_somebody_who_answers_nobody(
    rosas_browser: Client, rosas: Conversation, bruno: User
) -> None:
    page = rosas_browser.post(desk_of(rosas, "transfer/"), {"to": bruno.pk, "note": "para ti"})
    assert page.status_code == 409
    rosas.refresh_from_db()
    assert rosas.owner is not None


def test_rosa_puts_it_aside_until_tomorrow(now: Any, rosas_browser: Client, rosas: Conversation) -> None:
    assert rosas_browser.post(desk_of(rosas, "snooze/"), {"until": "tomorrow"})["Location"] == "/workspace/inbox/"
    until = Handoff.objects.get(closed_at=None).snoozed_until
    assert until
    assert timezone.localtime(until).strftime("%d %H:%M") == "25 13:00"  # 8:00 in Bogotá, said in UTC
    assert "Pospuesta hasta" in rosas_browser.get(desk_of(rosas)).content.decode()


def test_nobody_puts_a_danger_aside(rosas_browser: Client, rosas: Conversation) -> None:
    raise_alert(Finding(Level.P1, Danger.CAPTIVITY, "a-rule"), about=f"conversation:{rosas.pk}")
    page = rosas_browser.post(desk_of(rosas, "snooze/"), {"until": "hour"}, follow=True).content.decode()
    assert "no se puede" in page
    rosas.refresh_from_db()
    assert rosas.owner is not None


@pytest.mark.parametrize("until", ["", "siempre", "2030-01-01"])
def test_a_time_nobody_offered_is_refused(rosas_browser: Client, rosas: Conversation, until: str) -> None:
    rosas_browser.post(desk_of(rosas, "snooze/"), {"until": until})
    rosas.refresh_from_db()
    assert rosas.owner is not None


# -- what became of it -------------------------------------------------------------------------------------------------


def test_what_did_not_arrive_says_why_and_what_to_try(rosas_browser: Client, rosas: Conversation) -> None:
    answer(rosas_browser, rosas, "Hola")
    Letter.objects.filter(cause__startswith="staff:").update(state=State.FAILED, error="failed", error_code=131026)
    page = rosas_browser.get(desk_of(rosas)).content.decode()
    assert "no llegó" in page
    assert "Ese número no puede recibirlo" in page
    assert "Busca otro camino seguro" in page


def test_what_may_have_arrived_twice_says_so(rosas_browser: Client, rosas: Conversation) -> None:
    answer(rosas_browser, rosas, "Hola")
    Letter.objects.filter(cause__startswith="staff:").update(state=State.DELIVERED, possibly_doubled=True)
    assert "puede haberle llegado dos veces" in rosas_browser.get(desk_of(rosas)).content.decode()


def test_deeds_beside_the_answer_are_posts_and_leave_one_entry_each(
    rosas_browser: Client, rosas: Conversation, rosa: User, marta: User
) -> None:
    for deed in ("note/", "transfer/", "snooze/"):
        assert rosas_browser.get(desk_of(rosas, deed)).status_code == 405
    rosas_browser.post(desk_of(rosas, "transfer/"), {"to": marta.pk, "note": "sigue tú"})
    assert AuditEntry.objects.filter(actor=rosa, verb="conversation.transferred").count() == 1
