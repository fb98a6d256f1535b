"""What was said before a silence, or before the number changed hands, is folded: it is not even in the page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Message
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.people.contact import SafeContact, dump
from baquiano.people.models import Address, Alias, Joining, Person
from baquiano.safety.actions import raise_alert
from baquiano.safety.models import Alert
from tests.workspace.visitors import Visitor

SECRET = "él no sabe que escribo"
FOLDED = "mensajes anteriores están plegados"


@pytest.fixture
def silent(now: Any, waiting: Conversation, yuli: Visitor, rosa: User, rosas_browser: Client) -> Conversation:
    """Yuli told something, was silent for more than a day, and somebody writes again."""
    yuli.says(SECRET)
    now.shift(timedelta(hours=25))
    yuli.says("hola otra vez")
    Alert.objects.all().delete()  # whatever the ears heard in it: here nobody is in danger
    rosas_browser.force_login(rosa)
    return waiting


def page_of(browser: Client, conversation: Conversation, part: str = "") -> str:
    return browser.get(f"/workspace/inbox/{conversation.pk}/{part}").content.decode()


def agreed(conversation: Conversation, word: str) -> None:
    Address.objects.filter(pk=conversation.address_id).update(safe_contact=dump(SafeContact(word=word)))


def test_what_was_said_before_the_silence_is_nowhere_in_the_page(rosas_browser: Client, silent: Conversation) -> None:
    page = page_of(rosas_browser, silent)
    assert FOLDED in page
    assert "hola otra vez" in page
    assert SECRET not in page
    assert SECRET not in page_of(rosas_browser, silent, "thread/")


def test_within_a_day_nothing_is_folded(
    now: Any, rosas_browser: Client, rosa: User, waiting: Conversation, yuli: Visitor
) -> None:
    yuli.says(SECRET)
    now.shift(timedelta(hours=23))
    yuli.says("hola otra vez")
    Alert.objects.all().delete()
    rosas_browser.force_login(rosa)
    assert SECRET in page_of(rosas_browser, waiting)


def test_it_opens_with_a_reason_for_half_an_hour_and_in_this_session_only(
    now: Any, rosas_browser: Client, rosa: User, silent: Conversation
) -> None:
    address = f"/workspace/inbox/{silent.pk}/unfold/"
    rosas_browser.post(address, {"reason": "   "})
    assert SECRET not in page_of(rosas_browser, silent)
    rosas_browser.post(address, {"reason": "pregunta por la cita de ayer"})
    assert SECRET in page_of(rosas_browser, silent)
    entry = AuditEntry.objects.get(verb="conversation.unfolded")
    assert (entry.actor, entry.reason) == (rosa, "pregunta por la cita de ayer")
    other = Client()
    other.force_login(rosa)
    assert SECRET not in page_of(other, silent)
    now.shift(timedelta(minutes=20))
    page_of(rosas_browser, silent)
    now.shift(timedelta(minutes=11))
    assert SECRET not in page_of(rosas_browser, silent)


def test_her_word_opens_it_and_is_shown_to_nobody(rosas_browser: Client, rosa: User, silent: Conversation) -> None:
    agreed(silent, "Araguaney")
    owning.take_over(silent, by=rosa)
    assert "raguaney" not in page_of(rosas_browser, silent)
    address = f"/workspace/inbox/{silent.pk}/known/"
    assert "No es la palabra" in rosas_browser.post(address, {"word": "roble"}, follow=True).content.decode()
    assert SECRET not in page_of(rosas_browser, silent)
    rosas_browser.post(address, {"word": " araguaney "})
    assert SECRET in page_of(rosas_browser, silent)
    assert AuditEntry.objects.filter(verb="conversation.known", actor=rosa).count() == 1


def test_after_another_silence_her_word_is_asked_again(
    now: Any, rosas_browser: Client, rosa: User, silent: Conversation, yuli: Visitor
) -> None:
    Conversation.objects.filter(pk=silent.pk).update(known_since=timezone.now())
    assert SECRET in page_of(rosas_browser, silent)
    now.shift(timedelta(hours=30))
    yuli.says("buenas")
    Alert.objects.all().delete()
    rosas_browser.force_login(rosa)
    assert SECRET not in page_of(rosas_browser, silent)


def test_only_whoever_answers_her_says_that_she_gave_her_word_and_not_by_guessing(
    rosas_browser: Client, rosa: User, silent: Conversation
) -> None:
    agreed(silent, "Araguaney")
    address = f"/workspace/inbox/{silent.pk}/known/"
    rosas_browser.post(address, {"word": "Araguaney"})
    assert SECRET not in page_of(rosas_browser, silent)
    owning.take_over(silent, by=rosa)
    for word in ("a", "b", "c", "d", "e"):
        rosas_browser.post(address, {"word": word})
    rosas_browser.post(address, {"word": "Araguaney"})
    assert SECRET not in page_of(rosas_browser, silent)


def test_a_code_she_typed_opens_it(rosas_browser: Client, silent: Conversation) -> None:
    Joining.objects.create(person=Person.objects.create(name="Yuli"), address=silent.address, how="code")
    assert SECRET in page_of(rosas_browser, silent)


def test_that_somebody_of_the_team_joined_her_opens_nothing(rosas_browser: Client, silent: Conversation) -> None:
    Joining.objects.create(person=Person.objects.create(name="Yuli"), address=silent.address, how="oral")
    assert SECRET not in page_of(rosas_browser, silent)


def test_from_whoever_answers_an_open_alert_nothing_of_it_is_folded(
    now: Any, rosas_browser: Client, carlas_browser: Client, carla: User, silent: Conversation
) -> None:
    alert = raise_alert(Finding(Level.P1, Danger.VIOLENCE, "a-rule"), about=f"conversation:{silent.pk}")
    Alert.objects.update(raised_at=timezone.now() - timedelta(hours=20))
    assert SECRET in page_of(rosas_browser, silent)
    Alert.objects.update(acknowledged_at=timezone.now(), acknowledged_by=carla)
    assert SECRET not in page_of(rosas_browser, silent)
    carlas_browser.force_login(carla)
    assert SECRET in page_of(carlas_browser, silent)
    Alert.objects.filter(pk=alert.pk).update(followed_up_at=timezone.now(), closed_at=timezone.now())
    assert SECRET not in page_of(carlas_browser, silent)


def test_what_was_said_before_the_number_changed_hands_is_folded(
    now: Any, rosas_browser: Client, rosa: User, waiting: Conversation, yuli: Visitor
) -> None:
    yuli.says(SECRET)
    Alert.objects.all().delete()
    now.shift(timedelta(minutes=5))
    old = Alias.objects.get(address=waiting.address_id)
    Alias.objects.filter(pk=old.pk).update(valid_to=timezone.now())
    Alias.objects.create(
        address=waiting.address, channel=old.channel, scheme=old.scheme, value="otro", value_hash="o" * 64
    )
    Message.objects.create(conversation=waiting, channel=old.channel, author="person", text="soy yo", state="handled")
    page = page_of(rosas_browser, waiting)
    assert "el número cambió de manos" in page
    assert SECRET not in page
    assert "soy yo" in page


def test_whoever_may_not_read_it_opens_nothing(silent: Conversation, brunos_browser: Client) -> None:
    assert brunos_browser.post(f"/workspace/inbox/{silent.pk}/unfold/", {"reason": "porque sí"}).status_code == 404
    assert not AuditEntry.objects.filter(verb="conversation.unfolded").exists()
