"""What `doctor` says of who would come: a clock that stands still, a roster with holes, tests nobody answered, no way to call anybody."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from baquiano.accounts.models import Tick, User
from baquiano.engine.danger import Level
from baquiano.post import mail
from baquiano.post.models import Mail, State
from baquiano.safety import shifts
from baquiano.safety.actions import acknowledge
from baquiano.safety.models import Rung, Shift
from baquiano.terminal.examination import Mark, examine
from tests.safety.conftest import Night, ana, mails_are_written, night, on_duty

__all__ = ("ana", "mails_are_written", "night", "on_duty")
pytestmark = pytest.mark.django_db

OnDuty = Callable[..., Shift]


@pytest.fixture(autouse=True)
def production(night: Night, settings: Any) -> None:
    settings.IS_DEMO = False


def said(mark: Mark) -> str:
    return "\n".join(finding.what for finding in examine() if finding.mark == mark)


def test_that_the_clock_stands_still(night: Night) -> None:
    Tick.objects.create(name="clock", at=night.now, worker="here")
    assert "The clock stands still" not in said(Mark.ILL)
    night.clock.shift(timedelta(seconds=31))
    assert "The clock stands still" in said(Mark.ILL)


def test_that_nobody_plans_shifts(night: Night) -> None:
    assert "Nobody plans shifts" in said(Mark.NOTE)


def test_that_nobody_is_on_duty_until_a_test_was_answered(night: Night, rosa: User, settings: Any) -> None:
    settings.IS_DEMO = True  # without a second factor she may not be planned
    shift = shifts.plan(rosa, Rung.FIRST, night.now, night.now + timedelta(hours=8), by=None)
    assert "Nobody is on duty now" in said(Mark.ILL)
    night.clock.shift(timedelta(minutes=11))
    assert "Shifts of now whose test alert was not answered: 1" in said(Mark.ILL)
    shifts.begin(shift, by=rosa)
    shifts.answer_test(shift, by=rosa)
    assert "On duty now: 1" in said(Mark.WELL)
    assert "nobody planned: 160, the first from 24-11 18:00" in said(Mark.NOTE)
    assert "can be called on a screen only: 1" in said(Mark.NOTE)


def test_that_an_alert_or_a_follow_up_is_late(night: Night, rosa: User) -> None:
    alert = night.rises(Level.P0)
    night.clock.shift(timedelta(minutes=3))
    assert "Alerts that nobody is on, past their time: 1" in said(Mark.ILL)
    acknowledge(alert, by=rosa)
    assert "past their time" not in said(Mark.ILL)
    night.clock.shift(timedelta(hours=25))
    assert "Alerts whose follow-up is late: 1" in said(Mark.ILL)


def test_that_there_is_no_mail_server(night: Night, settings: Any) -> None:
    assert "Mail server: takes what it is given" in said(Mark.WELL)
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, mail=None)
    assert "No mail server" in said(Mark.ILL)


def test_that_mails_do_not_arrive(night: Night) -> None:
    row = mail.write("rosa@example.org", "Test", "Test", cause="call:1")
    Mail.objects.filter(pk=row.pk).update(state=State.QUEUED, attempts=2, error="password_refused")
    assert "0 given up today, 1 refused and tried again (password_refused)" in said(Mark.ILL)
    assert "rosa@" not in said(Mark.ILL)
