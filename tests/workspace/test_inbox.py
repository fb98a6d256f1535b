"""The queue and the desk: who waits, taking over, answering without losing a word, handing back."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Role, User
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.owning import hand_back, release_deserted, take_over
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.post.models import Letter, State
from baquiano.safety import presence
from baquiano.safety.actions import raise_alert
from baquiano.safety.models import Alert
from tests.conftest import Joins
from tests.workspace.visitors import Visitor

PART = {"HX-Request": "true"}
STATIC = Path(__file__).parents[2] / "src/baquiano/workspace/static/workspace"


def desk_of(conversation: Conversation, deed: str = "") -> str:
    return f"/workspace/inbox/{conversation.pk}/{deed}"


def answer(browser: Client, conversation: Conversation, text: str, *, client_id: str = "one", **extra: Any) -> Any:
    return browser.post(desk_of(conversation, "answer/"), {"text": text, "client_id": client_id}, **extra)


def hidden(page: Any, name: str) -> str:
    """The value that the page sends back with its next poll."""
    html = page if isinstance(page, str) else page.content.decode()
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, f"the page keeps no {name}"
    return found[1]


def said_by_staff(conversation: Conversation) -> list[str]:
    return [message.text for message in conversation.messages.filter(author=Message.Author.STAFF)]


# -- the queue --------------------------------------------------------------------------------------------------------


def test_nobody_waiting_is_said_in_words(rosas_browser: Client, organisation: object) -> None:
    assert "Nadie está esperando" in rosas_browser.get("/workspace/inbox/").content.decode()


def test_who_asked_for_a_person_is_in_the_queue(rosas_browser: Client, waiting: Conversation) -> None:
    page = rosas_browser.get("/workspace/inbox/").content.decode()
    for words in ("Pidió hablar con una persona", "Español", "Colombia", "Chat web", "plazo:", f'href="{waiting.pk}/"'):
        assert words in page


@pytest.mark.parametrize(
    ("level", "word"),
    [("P0", "Peligro ahora"), ("P1", "Peligro, en minutos"), ("P2", "Urgente"), ("P3", "Hoy"), ("P4", "Queja")],
)
def test_a_level_is_said_by_shape_and_word_not_only_by_colour(
    rosas_browser: Client, waiting: Conversation, level: str, word: str
) -> None:
    Handoff.objects.update(level=level, priority=int(level[1]))
    page = rosas_browser.get("/workspace/inbox/rows/").content.decode()
    assert f"{level} {word}" in page
    assert f'<li class="{level}"' in page
    style = (STATIC / "workspace.css").read_text(encoding="utf-8")
    assert f".tickets .{level} b::before {{ content: " in style  # the shape before the word


def test_the_title_and_the_address_say_nothing_of_the_person(rosas_browser: Client, waiting: Conversation) -> None:
    page = rosas_browser.get(desk_of(waiting)).content.decode()
    assert "<title>Bandeja</title>" in page


def test_a_queue_that_has_not_changed_is_not_sent_again(
    now: Any, rosas_browser: Client, rosa: User, waiting: Conversation
) -> None:
    seen = hidden(rosas_browser.get("/workspace/inbox/"), "seen")
    rows = "/workspace/inbox/rows/"
    unchanged = rosas_browser.get(rows, {"seen": seen, "showing": 0})
    assert (unchanged.status_code, unchanged.content) == (204, b"")
    now.shift(timedelta(hours=2))
    rosas_browser.force_login(rosa)  # nobody stays in so long without doing anything
    changed = rosas_browser.get(rows, {"seen": seen, "showing": 0})
    assert changed.status_code == 200
    assert "venció hace" in changed.content.decode()


@pytest.mark.parametrize("showing", ["", "x", "9" * 40, "-1", "²"])
def test_a_poll_with_nonsense_is_a_poll(rosas_browser: Client, organisation: object, showing: str) -> None:
    assert rosas_browser.get("/workspace/inbox/rows/", {"showing": showing}).status_code == 200


def test_words_of_people_are_escaped(rosas_browser: Client, yuli: Visitor) -> None:
    conversation = yuli.says("<script>alert(1)</script> persona & más")
    yuli.says("persona")
    for address in (desk_of(conversation), desk_of(conversation, "thread/")):
        assert "<script>alert" not in rosas_browser.get(address).content.decode()


# -- alerts -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def alert(waiting: Conversation) -> Alert:
    return raise_alert(Finding(Level.P0, Danger.VIOLENCE, "a-rule"), about=f"conversation:{waiting.pk}")


def calls(browser: Client) -> str:
    """What a screen of theirs shows above every page: tests/workspace/test_watch.py."""
    return browser.get("/workspace/duty/watch/").content.decode()


def test_an_alert_stands_above_everything_until_somebody_is_on_it(
    rosas_browser: Client, rosa: User, alert: Alert, waiting: Conversation
) -> None:
    assert "Violencia ahora" in calls(rosas_browser)
    response = rosas_browser.post(f"/workspace/alerts/{alert.pk}/acknowledge/")
    assert response["Location"] == desk_of(waiting)
    alert.refresh_from_db()
    assert alert.acknowledged_by == rosa
    assert AuditEntry.objects.filter(actor=rosa, verb="alert.acknowledged").count() == 1
    assert "Violencia ahora" not in calls(rosas_browser)


def test_the_second_to_take_an_alert_is_told(rosas_browser: Client, carlas_browser: Client, alert: Alert) -> None:
    rosas_browser.post(f"/workspace/alerts/{alert.pk}/acknowledge/")
    page = carlas_browser.post(f"/workspace/alerts/{alert.pk}/acknowledge/", follow=True)
    assert "Otra persona ya atendió" in page.content.decode()
    assert AuditEntry.objects.filter(verb="alert.acknowledged").count() == 1


# -- the desk ---------------------------------------------------------------------------------------------------------


def test_rosa_takes_over_answers_and_hands_back(
    rosas_browser: Client, rosa: User, waiting: Conversation, yuli: Visitor
) -> None:
    assert rosas_browser.post(desk_of(waiting, "take/"))["Location"] == desk_of(waiting) + "#reply"
    waiting.refresh_from_db()
    assert waiting.owner == rosa
    yuli.says("¿Cómo corrijo mi nombre?")
    assert answer(rosas_browser, waiting, "Hola, te leo.").status_code == 302
    assert said_by_staff(waiting) == ["Hola, te leo."]
    assert rosas_browser.post(desk_of(waiting, "hand-back/"))["Location"] == "/workspace/inbox/"
    waiting.refresh_from_db()
    assert waiting.owner is None
    assert not Handoff.objects.open().exists()


def test_the_same_answer_sent_twice_is_one_letter(rosas_browser: Client, rosas: Conversation) -> None:
    for _ in range(2):
        assert answer(rosas_browser, rosas, "Una sola vez", headers=PART).status_code == 204
    assert Letter.objects.filter(cause__startswith="staff:").count() == 1


def test_an_answer_that_was_taken_gives_the_id_of_the_next(rosas_browser: Client, rosas: Conversation) -> None:
    response = answer(rosas_browser, rosas, "Hola", headers=PART)
    assert (response.status_code, "client_id" in response["HX-Trigger"]) == (204, True)


def test_what_was_written_when_the_lease_was_lost_is_kept_and_told(
    now: Any, rosas_browser: Client, rosa: User, rosas: Conversation
) -> None:
    now.shift(timedelta(hours=1))
    rosas_browser.force_login(rosa)
    release_deserted(timezone.now())
    told = answer(rosas_browser, rosas, "Esto no se pierde", headers=PART)
    assert told.status_code == 409
    assert "Tu texto sigue aquí" in told.content.decode()
    whole = answer(rosas_browser, rosas, "Esto no se pierde")
    assert whole.status_code == 409
    assert "Esto no se pierde</textarea>" in whole.content.decode()
    assert said_by_staff(rosas) == []


def test_writing_keeps_the_conversation(now: Any, rosas_browser: Client, rosa: User, rosas: Conversation) -> None:
    now.shift(timedelta(minutes=9))
    assert rosas_browser.post(desk_of(rosas, "writing/")).status_code == 204
    now.shift(timedelta(minutes=9))
    presence.polled(rosa, "a screen", has_sound=True, now=timezone.now())
    assert release_deserted(timezone.now()) == 0


@pytest.mark.parametrize(("text", "said"), [("", "escribe algo"), (" \n ", "escribe algo"), ("a" * 4001, "4.000")])
def test_what_cannot_be_sent_says_why_and_stays_in_the_box(
    rosas_browser: Client, rosas: Conversation, text: str, said: str
) -> None:
    page = answer(rosas_browser, rosas, text)
    assert page.status_code == 409
    assert said in page.content.decode()
    assert text.strip() in page.content.decode()


def test_another_colleague_cannot_answer_over_rosa(carlas_browser: Client, rosas: Conversation) -> None:
    page = carlas_browser.get(desk_of(rosas)).content.decode()
    assert "Responde Rosa" in page
    assert 'id="reply"' not in page
    assert answer(carlas_browser, rosas, "Yo también", headers=PART).status_code == 409
    carlas_browser.post(desk_of(rosas, "take/"))
    rosas.refresh_from_db()
    assert rosas.owner is not None
    assert rosas.owner.username == "rosa"


def test_closing_names_what_happens_and_then_closes(rosas_browser: Client, rosas: Conversation) -> None:
    assert "No se borra nada" in rosas_browser.get(desk_of(rosas)).content.decode()
    rosas_browser.post(desk_of(rosas, "close/"))
    rosas.refresh_from_db()
    assert rosas.closed_at is not None
    assert "Tomar la conversación" not in rosas_browser.get(desk_of(rosas)).content.decode()


@pytest.mark.parametrize("deed", ["take/", "answer/", "writing/", "hand-back/", "close/"])
def test_deeds_are_posts(rosas_browser: Client, waiting: Conversation, deed: str) -> None:
    assert rosas_browser.get(desk_of(waiting, deed)).status_code == 405


def test_who_keeps_the_machines_sees_no_conversation(
    brunos_browser: Client, bruno: User, waiting: Conversation
) -> None:
    assert brunos_browser.get(desk_of(waiting)).status_code == 404
    assert AuditEntry.objects.filter(actor=bruno, verb="refused").exists()


def test_what_the_machine_answers_alone_is_not_shown(rosas_browser: Client, rosa: User, yuli: Visitor) -> None:
    private = yuli.says("hola")
    assert rosas_browser.get(desk_of(private)).status_code == 404
    assert AuditEntry.objects.filter(actor=rosa, verb="refused").exists()


# -- the thread is polled ---------------------------------------------------------------------------------------------


def poll(browser: Client, conversation: Conversation, page: Any) -> Any:
    within = page.content.decode().partition('<div id="cursor">')[2]
    cursor = {name: hidden(within, name) for name in ("after", "seen", "standing")}
    return browser.get(desk_of(conversation, "thread/"), cursor, headers=PART)


def test_a_thread_that_has_not_changed_is_not_sent_again(rosas_browser: Client, rosas: Conversation) -> None:
    page = rosas_browser.get(desk_of(rosas))
    assert poll(rosas_browser, rosas, page).status_code == 204


def test_only_what_is_new_is_sent(rosas_browser: Client, rosas: Conversation, yuli: Visitor) -> None:
    page = rosas_browser.get(desk_of(rosas))
    yuli.says("una cosa más")
    part = poll(rosas_browser, rosas, page).content.decode()
    assert part.count("<li ") == 1
    assert "una cosa más" in part
    assert 'id="standing"' not in part
    assert len(part) < 1500


def test_a_delivery_mark_that_changed_is_sent_alone(rosas_browser: Client, rosas: Conversation) -> None:
    answer(rosas_browser, rosas, "Hola")
    page = rosas_browser.get(desk_of(rosas))
    letter = Letter.objects.get(cause__startswith="staff:")
    Letter.objects.filter(pk=letter.pk).update(state=State.DELIVERED)
    part = poll(rosas_browser, rosas, page).content.decode()
    assert "entregado" in part
    assert "<li " not in part


def test_losing_the_conversation_is_sent_with_the_thread(
    rosas_browser: Client, rosas: Conversation, rosa: User
) -> None:
    page = rosas_browser.get(desk_of(rosas))
    hand_back(rosas, by=rosa)
    part = poll(rosas_browser, rosas, page).content.decode()
    assert 'data-mine="0"' in part


@pytest.mark.parametrize("after", ["", "x", "-3", "9" * 30, "²"])
def test_a_cursor_that_is_nonsense_is_the_beginning_or_the_end(
    rosas_browser: Client, rosas: Conversation, after: str
) -> None:
    assert rosas_browser.get(desk_of(rosas, "thread/"), {"after": after}).status_code == 200


def test_late_and_automatic_words_are_marked(rosas_browser: Client, rosas: Conversation) -> None:
    theirs = rosas.messages.filter(author="person").first()
    ours = rosas.messages.filter(author="machine").first()
    assert theirs
    assert ours
    Message.objects.filter(pk=theirs.pk).update(state=Message.State.LATE)
    Message.objects.filter(pk=ours.pk).update(is_automatic=True)
    page = rosas_browser.get(desk_of(rosas)).content.decode()
    assert "Llegó tarde" in page
    assert "Automático" in page


def test_two_colleagues_take_it_over_and_one_is_told(
    joins: Joins, rosas_browser: Client, waiting: Conversation
) -> None:
    take_over(waiting, by=joins("marta", "Marta", Role.OPERATOR))
    page = rosas_browser.post(desk_of(waiting, "take/"), follow=True).content.decode()
    assert "Otra persona ya está respondiendo" in page


def test_a_complaint_and_its_alert_are_not_for_the_team_complained_about(
    rosas_browser: Client, carlas_browser: Client, alert: Alert, waiting: Conversation
) -> None:
    Handoff.objects.update(reason=Handoff.Reason.COMPLAINT)
    assert rosas_browser.get(desk_of(waiting)).status_code == 404
    assert "Violencia ahora" not in calls(rosas_browser)
    rosas_browser.post(f"/workspace/alerts/{alert.pk}/acknowledge/")
    alert.refresh_from_db()
    assert alert.acknowledged_at is None
    assert "Violencia ahora" in calls(carlas_browser)
