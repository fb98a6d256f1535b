"""Notes among colleagues: beside the conversation, never in it."""

from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations import portrait
from baquiano.conversations.actions import forget
from baquiano.conversations.models import Conversation, Message, Note
from baquiano.people import joining
from baquiano.people.actions import Described, register
from baquiano.people.portrait import rows_of, spells_of
from baquiano.post.models import Letter
from tests.workspace.inbox_pages import PART, desk_of
from tests.workspace.visitors import Visitor

WORDS = "Habla mejor por la tarde; su hija traduce"


def note(browser: Client, conversation: Conversation, text: str = WORDS, **extra: Any) -> Any:
    return browser.post(desk_of(conversation, "note/"), {"text": text}, **extra)


def test_a_note_is_kept_beside_the_conversation_with_who_wrote_it(
    rosas_browser: Client, carlas_browser: Client, rosas: Conversation, rosa: User
) -> None:
    assert note(rosas_browser, rosas)["Location"] == desk_of(rosas) + "#notes"
    page = carlas_browser.get(desk_of(rosas)).content.decode()
    assert WORDS in page
    assert "Notas del equipo" in page
    assert Note.objects.get().by == rosa
    assert AuditEntry.objects.filter(actor=rosa, verb="note.written").count() == 1


def test_nobody_is_sent_a_note(rosas_browser: Client, rosas: Conversation) -> None:
    letters = Letter.objects.count()
    note(rosas_browser, rosas)
    assert Letter.objects.count() == letters
    assert not any(WORDS in message.text for message in Message.objects.all())


def test_whoever_does_not_own_it_may_note_too(carlas_browser: Client, rosas: Conversation) -> None:
    note(carlas_browser, rosas, "Ya llamé a la comisaría de familia")
    assert Note.objects.get().by.username == "carla"


def test_a_part_of_a_page_is_told_that_it_was_kept(rosas_browser: Client, rosas: Conversation) -> None:
    response = note(rosas_browser, rosas, headers=PART)
    assert (response.status_code, response["HX-Trigger"]) == (204, '{"noted": {}}')


@pytest.mark.parametrize("text", ["", "  \n ", "a" * 2001])
def test_what_cannot_be_kept_stays_in_the_box(rosas_browser: Client, rosas: Conversation, text: str) -> None:
    page = note(rosas_browser, rosas, text)
    assert page.status_code == 409
    assert text.strip() in page.content.decode()
    assert note(rosas_browser, rosas, text, headers=PART).status_code == 409
    assert not Note.objects.exists()


def test_bruno_reads_none(brunos_browser: Client, rosas_browser: Client, rosas: Conversation) -> None:
    note(rosas_browser, rosas)
    assert note(brunos_browser, rosas).status_code == 404
    assert Note.objects.count() == 1


def test_the_poll_brings_a_note_of_somebody_else(
    rosas_browser: Client, carlas_browser: Client, rosas: Conversation
) -> None:
    rosas_browser.get(desk_of(rosas))
    note(carlas_browser, rosas)
    assert WORDS in rosas_browser.get(desk_of(rosas, "thread/"), headers=PART).content.decode()


def test_a_note_is_not_erased_when_the_person_erases_her_words(
    rosas_browser: Client, rosas: Conversation, yuli: Visitor
) -> None:
    note(rosas_browser, rosas)
    forget(rosas)
    assert Note.objects.get().text == WORDS


def test_her_copy_has_it_and_forgetting_her_empties_it(
    rosas_browser: Client, rosas: Conversation, rosa: User, carla: User
) -> None:
    person = register(Described(name="Yuli de Prueba"), by=carla)
    joining.join_orally(person, rosas.address, by=carla)
    note(rosas_browser, rosas)
    spells = spells_of(rows_of(person))
    shown = [value.text for section in portrait.portray(spells) for entry in section.entries for value in entry.values]
    assert WORDS in shown
    portrait.forget(spells, at=rosas.opened_at)
    assert Note.objects.get().text == ""
