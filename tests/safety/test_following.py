"""Asking how the person is, within a day, is a state of the alert: without it nothing is closed, and nothing closes by itself."""

from datetime import timedelta

import pytest

from baquiano.accounts.models import AuditEntry, User
from baquiano.engine.danger import Level
from baquiano.safety import following
from baquiano.safety.actions import acknowledge
from baquiano.safety.following import CannotClose
from baquiano.safety.models import Alert, FollowUp, Incident
from tests.safety.conftest import Night

pytestmark = pytest.mark.django_db

SAFE, NO_ANSWER, LOST = FollowUp.Outcome.SAFE, FollowUp.Outcome.NO_ANSWER, FollowUp.Outcome.LOST


@pytest.fixture
def alert(night: Night, rosa: User) -> Alert:
    """Rosa is on it."""
    found = night.rises(Level.P1)
    acknowledge(found, by=rosa)
    return found


def test_an_alert_is_closed_only_after_somebody_asked_how_the_person_is(alert: Alert, rosa: User) -> None:
    with pytest.raises(CannotClose):
        following.close(alert, by=rosa)
    following.follow_up(alert, SAFE, "Está con su hermana.", by=rosa)
    following.close(alert, by=rosa)
    assert (alert.closed_by, alert.closed_at) == (rosa, alert.followed_up_at)
    verbs = list(AuditEntry.objects.filter(about="conversation:1").values_list("verb", flat=True).order_by("pk"))
    assert verbs == ["alert.acknowledged", "alert.followed_up", "alert.closed"]


def test_that_nobody_answered_is_kept_and_does_not_let_it_be_closed(alert: Alert, rosa: User) -> None:
    following.follow_up(alert, NO_ANSWER, "", by=rosa)
    with pytest.raises(CannotClose):
        following.close(alert, by=rosa)
    assert alert.follow_ups.get().outcome == NO_ANSWER


def test_the_follow_up_is_due_within_a_day_and_again_four_hours_after_nobody_answered(
    night: Night, alert: Alert, rosa: User
) -> None:
    assert not following.due(night.now + timedelta(hours=24)).exists()
    assert list(following.due(night.now + timedelta(hours=25))) == [alert]
    following.follow_up(alert, NO_ANSWER, "", by=rosa)
    assert list(following.due(night.now + timedelta(hours=25))) == [alert]
    night.clock.shift(timedelta(hours=23))
    following.follow_up(alert, NO_ANSWER, "", by=rosa)
    assert not following.due(night.now + timedelta(hours=3)).exists()
    assert list(following.due(night.now + timedelta(hours=5))) == [alert]


def test_whoever_was_not_found_and_what_was_no_danger_need_a_reason(alert: Alert, rosa: User) -> None:
    for outcome in (LOST, FollowUp.Outcome.FALSE_ALARM):
        with pytest.raises(CannotClose):
            following.follow_up(alert, outcome, "  ", by=rosa)
    following.follow_up(alert, LOST, "Tres llamadas a la hora segura.", by=rosa)
    following.close(alert, by=rosa)


def test_nobody_follows_up_what_nobody_is_on_or_what_is_closed(night: Night, alert: Alert, rosa: User) -> None:
    with pytest.raises(CannotClose):
        following.follow_up(night.rises(Level.P0, "conversation:2"), SAFE, "", by=rosa)
    following.follow_up(alert, SAFE, "", by=rosa)
    following.close(alert, by=rosa)
    following.close(alert, by=rosa)
    with pytest.raises(CannotClose):
        following.follow_up(alert, SAFE, "", by=rosa)


def test_words_go_after_180_days_and_never_while_the_alert_is_open(night: Night, alert: Alert, rosa: User) -> None:
    made = following.follow_up(alert, SAFE, "Está con su hermana.", by=rosa)
    night.clock.shift(timedelta(days=181))
    assert following.erase_past_keeping(night.now) == 0
    following.close(alert, by=rosa)
    assert following.erase_past_keeping(night.now, besides={1}) == 0
    assert following.erase_past_keeping(night.now) == 1
    made.refresh_from_db()
    assert (made.words, made.outcome) == (None, SAFE)
    assert following.erase_past_keeping(night.now) == 0


def test_the_line_of_an_incident_goes_after_180_days_unless_its_alert_is_open(night: Night, rosa: User) -> None:
    over = Incident.objects.create(client_id="a", line="En la puerta.", by=rosa, at=night.now)
    open_one = Incident.objects.create(client_id="b", line="En la puerta.", by=rosa, at=night.now)
    night.rises(Level.P0, f"incident:{open_one.pk}")
    night.clock.shift(timedelta(days=179))
    assert following.erase_past_keeping(night.now) == 0
    night.clock.shift(timedelta(days=2))
    assert following.erase_past_keeping(night.now) == 1
    over.refresh_from_db(), open_one.refresh_from_db()
    assert (over.line, open_one.line) == (None, "En la puerta.")
