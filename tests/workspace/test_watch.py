"""What an open screen is told every two seconds: who is in danger, by whom it may be known, in a kilobyte and few queries."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import AuditEntry, Role, Tick, User
from baquiano.conversations.models import Conversation, Handoff
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.safety import following, shifts
from baquiano.safety.actions import acknowledge, raise_alert
from baquiano.safety.models import Alert, Call, Rung, Screen
from baquiano.workspace.duty import watching
from tests.conftest import Joins, browser_of

pytestmark = pytest.mark.django_db

WATCH = "/workspace/duty/watch/"
PART = {"HX-Request": "true"}


@pytest.fixture
def alert(waiting: Conversation) -> Alert:
    return alert_about(waiting)


@pytest.fixture
def bystander(joins: Joins, organisation: object) -> Client:
    """Writes texts: sees no alert."""
    return browser_of(joins("tomas", "Tomás", Role.EDITOR))


def alert_about(conversation: Conversation, level: Level = Level.P0) -> Alert:
    return raise_alert(Finding(level, Danger.VIOLENCE, "a-rule"), about=f"conversation:{conversation.pk}")


def asks(browser: Client, **said: str) -> dict[str, Any]:
    answer = browser.get(WATCH, said, headers=PART)
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def queries_of(browser: Client) -> list[str]:
    """Of the answer itself: what the door asks (session, who, which roles, which matrix, whose clock) is not counted."""
    doors = (
        "accounts_staffsession",
        "accounts_user",
        "accounts_membership",
        "accounts_matrixchange",
        "accounts_organisation",
    )
    with CaptureQueriesContext(connection) as asked:
        browser.get(WATCH, headers=PART)
    statements = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
    return [sql for sql in statements if not any(f'FROM "{table}"' in sql for table in doors)]


# -- what is told ---------------------------------------------------------------------------------------------------------


def test_a_screen_asks_at_least_every_two_seconds() -> None:
    assert 0 < watching.EVERY <= 2


@pytest.mark.usefixtures("organisation")
def test_a_quiet_house_is_told_in_few_bytes(rosas_browser: Client) -> None:
    told = asks(rosas_browser)
    assert (told["alerts"], told["more"], told["shift"], told["test"], told["follow"]) == ([], 0, None, 0, 0)
    assert len(rosas_browser.get(WATCH).content) < 150


def test_danger_is_told_with_its_level_its_kind_and_where_it_is(
    rosas_browser: Client, alert: Alert, waiting: Conversation
) -> None:
    (line,) = asks(rosas_browser)["alerts"]
    assert (line["id"], line["level"], line["kind"]) == (alert.pk, "P0", "Violencia ahora")
    assert line["link"] == f"/workspace/inbox/{waiting.pk}/"
    assert line["due"] - line["since"] == 120


def test_the_answer_never_grows_beyond_a_kilobyte(rosas_browser: Client, waiting: Conversation) -> None:
    for number in range(40):
        raise_alert(Finding(Level.P1, Danger.DETENTION, "a-rule"), about=f"incident:{number}")
    answer = rosas_browser.get(WATCH)
    told = answer.json()
    assert len(answer.content) <= 1024
    assert len(told["alerts"]) + told["more"] == 40


def test_what_does_not_ring_is_told_once_somebody_had_to_be_called(
    rosas_browser: Client, waiting: Conversation
) -> None:
    alert = alert_about(waiting, Level.P2)
    assert asks(rosas_browser)["alerts"] == []
    Alert.objects.filter(pk=alert.pk).update(rung=Rung.SECOND)
    assert [line["level"] for line in asks(rosas_browser)["alerts"]] == ["P2"]


def test_the_gravest_comes_first(rosas_browser: Client, waiting: Conversation, alert: Alert) -> None:
    raise_alert(Finding(Level.P1, Danger.CHILD, "a-rule"), about="incident:1")
    assert [line["level"] for line in asks(rosas_browser)["alerts"]] == ["P0", "P1"]


def test_an_alert_of_the_emergency_key_leads_to_its_own_page(rosas_browser: Client, organisation: object) -> None:
    alert = raise_alert(Finding(Level.P0, Danger.UNKNOWN, "key"), about="incident:7")
    (line,) = asks(rosas_browser)["alerts"]
    assert (line["kind"], line["link"]) == ("Emergencia en una sede", f"/workspace/alerts/{alert.pk}/")


def test_once_somebody_goes_it_is_told_to_nobody(
    rosas_browser: Client, carlas_browser: Client, rosa: User, alert: Alert
) -> None:
    assert asks(carlas_browser)["alerts"]
    acknowledge(alert, by=rosa)
    assert asks(carlas_browser)["alerts"] == asks(rosas_browser)["alerts"] == []


def test_whoever_went_is_reminded_to_ask_how_the_person_is(
    now: Any, rosas_browser: Client, carlas_browser: Client, rosa: User, alert: Alert
) -> None:
    acknowledge(alert, by=rosa)
    told = asks(rosas_browser)
    assert (told["follow"], told["late"]) == (1, 0)
    assert asks(carlas_browser)["follow"] == 0
    now.shift(timedelta(hours=25))
    rosas_browser.force_login(rosa)
    assert asks(rosas_browser)["late"] == 1
    following.follow_up(alert, "safe", "", by=rosa)
    assert asks(rosas_browser)["follow"] == 0


@pytest.mark.usefixtures("organisation")
def test_ones_own_shift_and_its_test_are_told(rosas_browser: Client, rosa: User, carla: User) -> None:
    at = timezone.now()
    shift = shifts.plan(rosa, Rung.FIRST, at, at + timedelta(hours=8), by=carla)
    assert asks(rosas_browser)["shift"]["begun"] is False
    shifts.begin(shift, by=rosa)
    told = asks(rosas_browser)
    assert (told["shift"]["begun"], told["shift"]["tested"], told["test"]) == (True, False, shift.pk)
    shifts.answer_test(shift, by=rosa)
    told = asks(rosas_browser)
    assert (told["shift"]["tested"], told["test"]) == (True, 0)


# -- to whom --------------------------------------------------------------------------------------------------------------


def test_who_may_not_read_the_conversation_never_learns_of_its_alert(
    rosas_browser: Client, carlas_browser: Client, alert: Alert
) -> None:
    Handoff.objects.update(reason=Handoff.Reason.COMPLAINT)
    assert asks(rosas_browser)["alerts"] == []
    assert rosas_browser.get(f"/workspace/alerts/{alert.pk}/").status_code == 404
    assert "Violencia" not in rosas_browser.get("/workspace/alerts/").content.decode()
    assert len(asks(carlas_browser)["alerts"]) == 1
    alert.refresh_from_db()
    assert [call.user.username for call in Call.objects.filter(alert=alert)] == ["carla"]


def test_however_many_alerts_are_others_hers_is_told(rosas_browser: Client, waiting: Conversation) -> None:
    for number in range(60):
        raise_alert(Finding(Level.P0, Danger.MEDICAL, "a-rule"), about=f"conversation:{waiting.pk + 1 + number}")
    hers = alert_about(waiting, Level.P1)
    assert [line["id"] for line in asks(rosas_browser)["alerts"]] == [hers.pk]


def test_who_keeps_the_machines_learns_only_of_the_clock(brunos_browser: Client, alert: Alert) -> None:
    assert asks(brunos_browser).keys() == {"now", "ticking"}
    assert not Screen.objects.exists()
    for address in ("/workspace/alerts/", f"/workspace/alerts/{alert.pk}/", "/workspace/duty/"):
        assert brunos_browser.get(address).status_code == 404


def test_who_writes_texts_learns_only_of_the_clock(bystander: Client, alert: Alert) -> None:
    assert asks(bystander).keys() == {"now", "ticking"}
    assert not Screen.objects.exists()


@pytest.mark.usefixtures("organisation")
def test_nobody_is_told_anything_without_a_session(client: Client) -> None:
    assert client.get(WATCH, headers=PART).status_code == 401


@pytest.mark.usefixtures("organisation")
def test_asking_is_reading_nothing_and_keeps_no_session_open(rosas_browser: Client) -> None:
    assert rosas_browser.post(WATCH).status_code == 405
    assert "workspace:watch" in shipped().by_itself
    assert not AuditEntry.objects.exists()


# -- what asking does -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("organisation")
def test_a_screen_that_asks_is_present_and_says_whether_it_is_heard(rosas_browser: Client, rosa: User) -> None:
    asks(rosas_browser)
    assert [(row.user, row.has_sound) for row in Screen.objects.present(timezone.now())] == [(rosa, False)]
    asks(rosas_browser, sound="1")
    assert Screen.objects.get().has_sound


def test_showing_an_alert_is_reaching_somebody_and_is_noted_once(rosas_browser: Client, alert: Alert) -> None:
    assert alert.reached_at is None
    for _ in range(3):
        asks(rosas_browser)
    alert.refresh_from_db()
    assert alert.reached_at is not None
    assert Call.objects.filter(alert=alert, way=Call.Way.SCREEN).count() == 1


@pytest.mark.usefixtures("organisation")
def test_a_clock_that_stands_still_is_told(now: Any, rosas_browser: Client, brunos_browser: Client) -> None:
    assert asks(rosas_browser)["ticking"] is False
    Tick.objects.create(name="clock", at=timezone.now(), worker="w")
    assert asks(rosas_browser)["ticking"] is asks(brunos_browser)["ticking"] is True
    now.shift(timedelta(seconds=31))
    assert asks(rosas_browser)["ticking"] is asks(brunos_browser)["ticking"] is False


# -- what it costs --------------------------------------------------------------------------------------------------------


def test_a_poll_of_a_quiet_house_asks_four_questions(now: Any, rosas_browser: Client, waiting: Conversation) -> None:
    asks(rosas_browser)
    assert len(queries_of(rosas_browser)) <= 4


def test_a_poll_during_an_alarm_asks_two_more_whatever_the_number_of_alerts(
    now: Any, rosas_browser: Client, alert: Alert
) -> None:
    for number in range(20):
        raise_alert(Finding(Level.P1, Danger.CHILD, "a-rule"), about=f"incident:{number}")
    asks(rosas_browser)
    assert len(queries_of(rosas_browser)) <= 6


def test_a_poll_that_brings_nothing_new_writes_nothing(now: Any, rosas_browser: Client, alert: Alert) -> None:
    asks(rosas_browser)
    with CaptureQueriesContext(connection) as asked:
        asks(rosas_browser)
    assert not [query["sql"] for query in asked.captured_queries if not query["sql"].startswith("SELECT")]


# -- on every page --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["inbox/", "security/", "people/", "duty/", "alerts/", "may/"])
@pytest.mark.usefixtures("organisation")
def test_every_page_of_whoever_answers_carries_the_alarm(rosas_browser: Client, address: str) -> None:
    page = rosas_browser.get(f"/workspace/{address}").content.decode()
    for words in ('id="watch"', 'data-alerts="1"', 'data-every="2"', WATCH, "watch-worker.js", "<noscript>"):
        assert words in page


@pytest.mark.usefixtures("organisation")
def test_the_pages_of_the_others_carry_only_the_clock(brunos_browser: Client) -> None:
    page = brunos_browser.get("/workspace/security/").content.decode()
    assert 'id="watch-clock"' in page
    assert "data-alerts" not in page
    assert "El reloj de alertas está detenido: nadie recibe avisos. Avisa a sistemas." in page


def test_it_says_nothing_of_what_was_said(rosas_browser: Client, yuli: Any) -> None:
    conversation = yuli.says("persona")
    yuli.says("me está pegando zqpalabrazq")
    alert_about(conversation)
    assert "zqpalabrazq" not in json.dumps(asks(rosas_browser))
