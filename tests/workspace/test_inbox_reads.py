"""Reading a conversation leaves one entry for each time it is opened, and none for the polls of a screen that shows it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.accounts.trail import who_saw
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation
from baquiano.people.models import Joining, Person
from tests.workspace.visitors import comes_in

PART = {"HX-Request": "true"}


def reads(user: User | None = None) -> int:
    entries = AuditEntry.objects.filter(verb="conversation.read")
    return entries.filter(actor=user).count() if user else entries.count()


def desk_of(conversation: Conversation, part: str = "") -> str:
    return f"/workspace/inbox/{conversation.pk}/{part}"


def polls(browser: Client, conversation: Conversation, **cursor: str) -> Any:
    return browser.get(desk_of(conversation, "thread/"), cursor, headers=PART)


def test_opening_is_one_entry_and_its_polls_are_none(
    now: Any, rosas_browser: Client, rosa: User, waiting: Conversation
) -> None:
    rosas_browser.get(desk_of(waiting))
    for _ in range(20):
        now.shift(timedelta(seconds=50))  # a hidden page asks once a minute, for a quarter of an hour
        assert polls(rosas_browser, waiting).status_code == 200
    entry = AuditEntry.objects.get(verb="conversation.read")
    assert (entry.actor, entry.row, entry.about) == (rosa, f"conversation:{waiting.pk}", "")


def test_opening_it_again_is_another(rosas_browser: Client, waiting: Conversation) -> None:
    for _ in range(2):
        rosas_browser.get(desk_of(waiting))
    assert reads() == 2


def test_asking_only_what_is_new_without_ever_opening_it_is_an_opening(
    rosas_browser: Client, waiting: Conversation
) -> None:
    for _ in range(3):
        polls(rosas_browser, waiting)
    assert reads() == 1


def test_not_even_an_answer_that_says_nothing_is_new_comes_without_an_entry(
    rosas_browser: Client, carlas_browser: Client, carla: User, waiting: Conversation
) -> None:
    page = rosas_browser.get(desk_of(waiting)).content.decode().partition('<div id="cursor">')[2]
    cursor = {name: page.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("seen", "standing")}
    assert polls(carlas_browser, waiting, **cursor).status_code == 204
    assert reads(carla) == 1


def test_another_session_of_the_same_colleague_opens_it_anew(
    rosas_browser: Client, rosa: User, waiting: Conversation
) -> None:
    rosas_browser.get(desk_of(waiting))
    second = Client()
    second.force_login(rosa)
    polls(second, waiting)
    assert reads(rosa) == 2


def test_a_screen_that_comes_back_after_a_while_shows_it_anew(
    now: Any, rosas_browser: Client, waiting: Conversation
) -> None:
    rosas_browser.get(desk_of(waiting))
    now.shift(timedelta(minutes=20))
    for _ in range(2):
        polls(rosas_browser, waiting)
    assert reads() == 2


def test_each_conversation_is_opened_for_itself(rosas_browser: Client, waiting: Conversation, webchat: Channel) -> None:
    other = comes_in(webchat, "marias-token").says("persona")
    rosas_browser.get(desk_of(waiting))
    polls(rosas_browser, other)
    assert set(AuditEntry.objects.filter(verb="conversation.read").values_list("row", flat=True)) == {
        f"conversation:{waiting.pk}", f"conversation:{other.pk}",
    }  # fmt: skip


def test_the_list_opens_nothing(rosas_browser: Client, waiting: Conversation) -> None:
    rosas_browser.get("/workspace/inbox/")
    rosas_browser.get("/workspace/inbox/rows/", headers=PART)
    assert reads() == 0


def test_whoever_is_refused_has_read_nothing(brunos_browser: Client, waiting: Conversation) -> None:
    brunos_browser.get(desk_of(waiting))
    polls(brunos_browser, waiting)
    assert (reads(), AuditEntry.objects.filter(verb="refused").count()) == (0, 2)


def test_an_answer_that_could_not_be_sent_shows_the_same_screen(rosas_browser: Client, rosas: Conversation) -> None:
    rosas_browser.get(desk_of(rosas))
    assert rosas_browser.post(desk_of(rosas, "answer/"), {"text": "", "client_id": "x"}).status_code == 409
    assert reads() == 1


def test_showing_it_by_a_wrong_answer_alone_is_an_opening(rosas_browser: Client, rosas: Conversation) -> None:
    rosas_browser.post(desk_of(rosas, "answer/"), {"text": "", "client_id": "x"})
    assert reads() == 1


@pytest.mark.usefixtures("organisation")
def test_a_person_who_joined_her_door_sees_that_it_was_read(rosas_browser: Client, waiting: Conversation) -> None:
    yuli = Person.objects.create(name="Yuli")
    Joining.objects.create(person=yuli, address=waiting.address, how="oral", since=timezone.now() - timedelta(days=1))
    rosas_browser.get(desk_of(waiting))
    (seen,) = who_saw(yuli.pk)
    assert (seen.deed, seen.roles) == ("leyó tu conversación", ("Operación",))
