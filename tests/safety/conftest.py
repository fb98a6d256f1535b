"""Rosa and Carla answer alerts, and so does Ana; the clock of a working Tuesday stands still; mails are written and not sent."""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace as other
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import Organisation, Role, User
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.lib.mail_server import MailServer
from baquiano.lib.turnstile import writing
from baquiano.safety import chain, presence, shifts
from baquiano.safety.actions import raise_alert
from baquiano.safety.models import Alert, Call, Rung, Shift
from tests.conftest import Joins

NOBODYS = MailServer("127.0.0.1", 9, "none", "avisos@example.org")


@pytest.fixture
def mails_are_written(settings: Any) -> None:
    settings.ENVIRONMENT = other(settings.ENVIRONMENT, mail=NOBODYS)


@pytest.fixture
def ana(joins: Joins) -> User:
    """Operator, like Rosa."""
    return joins("ana", "Ana", Role.OPERATOR)


@dataclass
class Night:
    """Time goes by as the clock of the house makes it go: second by second, calling whoever is next."""

    clock: time_machine.Traveller

    @property
    def now(self) -> datetime:
        return timezone.now()

    def goes_by(self, seconds: int, *looking: User) -> None:
        """The screens of these colleagues ask every second."""
        for _second in range(seconds):
            self.clock.shift(timedelta(seconds=1))
            self.look(*looking)
            chain.climb(self.now)

    def look(self, *users: User) -> None:
        for user in users:
            presence.polled(user, f"screen of {user.pk}", has_sound=True, now=self.now)
            chain.show(Alert.objects.open(), user, self.now)

    def stands_still(self, seconds: int) -> None:
        """The process hangs: nobody is called meanwhile."""
        self.clock.shift(timedelta(seconds=seconds))
        chain.climb(self.now)

    def rises(self, level: Level, about: str = "conversation:1") -> Alert:
        return rises(level, about)

    def called(self, alert: Alert, *ways: Call.Way) -> list[str]:
        """Who was called, in the order of the calls."""
        calls = Call.objects.filter(alert=alert, way__in=ways or tuple(Call.Way)).order_by("pk")
        return [call.user.username for call in calls.select_related("user")]


def rises(level: Level, about: str = "conversation:1") -> Alert:
    with writing():
        return raise_alert(Finding(level, Danger.VIOLENCE, "a-rule"), about=about)


@pytest.fixture
def night(now: time_machine.Traveller, organisation: Organisation, mails_are_written: None) -> Night:
    return Night(now)


@pytest.fixture
def on_duty(night: Night) -> Callable[[User, Rung], Shift]:
    """A colleague with a mail, on a shift of eight hours whose test was answered."""

    def begin(user: User, rung: Rung = Rung.FIRST) -> Shift:
        shifts.set_mail(user, f"{user.username}@example.org", by=user)
        shift = shifts.plan(user, rung, night.now, night.now + timedelta(hours=8), by=None)
        shifts.begin(shift, by=user)
        shifts.answer_test(shift, by=user)
        return shift

    return begin
