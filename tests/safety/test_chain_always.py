"""Whatever happens in whatever order, a grave danger that nobody is on has called everybody in two minutes, nobody is called twice for the
same, and nobody is said to have been told before somebody was.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.conf import settings as house
from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from baquiano.accounts.models import Membership, Organisation, Role, User
from baquiano.channels.models import Channel
from baquiano.conversations import telling
from baquiano.conversations.models import Conversation, Wording
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import writing
from baquiano.people.models import Address
from baquiano.post.models import Letter, Mail
from baquiano.safety import chain, presence, shifts
from baquiano.safety.actions import acknowledge, raise_alert
from baquiano.safety.models import Alert, Call, Rung
from tests.safety.conftest import NOBODYS

NAMES = ("rosa", "ana", "carla")
ROUND = 2
"""Seconds between two rounds of the clock: half as often as it goes in a house."""

PATIENCE = timedelta(minutes=2, seconds=ROUND)
"""The level's time, and a round of the clock."""


class TheNight(RuleBasedStateMachine):
    """Three colleagues, two conversations, and a clock that goes round each time something happened."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = time_machine.travel(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), tick=False)
        self.time = self.clock.start()
        self.mail = override_settings(ENVIRONMENT=replace(house.ENVIRONMENT, mail=NOBODYS))
        self.mail.enable()
        _empty()
        self.users = [_colleague(name) for name in NAMES]
        self.talks = [_conversation() for _ in range(2)]
        self.looking: set[int] = set()

    def teardown(self) -> None:
        self.mail.disable()
        self.clock.stop()

    @initialize(everybody=st.sampled_from([True, True, False]))
    def the_night_begins(self, everybody: bool) -> None:
        """With a full roster and everybody at a screen, or with nothing."""
        for who, rung in enumerate(Rung if everybody else ()):
            self.is_planned(who, rung, is_answered=True)
            self.looking.add(who)

    @rule(level=st.sampled_from([Level.P0, Level.P0, Level.P1, Level.P2, Level.P3]), which=st.integers(0, 1))
    def danger(self, level: Level, which: int) -> None:
        talk = self.talks[which]
        Conversation.objects.filter(pk=talk.pk).update(last_at=timezone.now())
        with writing():
            raise_alert(Finding(level, Danger.VIOLENCE, "a-rule"), about=f"conversation:{talk.pk}")

    @rule(who=st.integers(0, 2))
    def opens_a_screen(self, who: int) -> None:
        self.looking.add(who)

    @rule(who=st.integers(0, 2))
    def closes_the_screen(self, who: int) -> None:
        self.looking.discard(who)

    @rule(who=st.integers(0, 2), rung=st.sampled_from(list(Rung)), is_answered=st.booleans())
    def is_planned(self, who: int, rung: Rung, is_answered: bool) -> None:
        now = timezone.now()
        try:
            shift = shifts.plan(self.users[who], rung, now, now + timedelta(hours=8), by=None)
        except shifts.CannotPlan:
            return  # has a shift
        shifts.begin(shift, by=self.users[who])
        if is_answered:
            shifts.answer_test(shift, by=self.users[who])

    @precondition(lambda self: Alert.objects.open().exists())
    @rule(who=st.integers(0, 2))
    def somebody_goes(self, who: int) -> None:
        acknowledge(Alert.objects.open().order_by("level", "pk")[0], by=self.users[who])

    @rule(seconds=st.sampled_from([1, 10, 31]))
    def time_goes_by(self, seconds: int) -> None:
        for passed in range(0, seconds, ROUND):
            self.time.shift(timedelta(seconds=min(ROUND, seconds - passed)))
            self._screens_ask()
            self._clock_goes_round()

    @rule(which=st.integers(0, 1))
    def nobody_goes_for_two_minutes(self, which: int) -> None:
        self.danger(level=Level.P0, which=which)
        self.time_goes_by(130)

    @rule(seconds=st.sampled_from([40, 300, 4 * 3600]))
    def the_clock_stands_still(self, seconds: int) -> None:
        self.time.shift(timedelta(seconds=seconds))
        self._clock_goes_round()

    def _screens_ask(self) -> None:
        now = timezone.now()
        for who in self.looking:
            presence.polled(self.users[who], f"screen {who}", has_sound=True, now=now)
            chain.show(Alert.objects.open(), self.users[who], now)

    def _clock_goes_round(self) -> None:
        chain.climb(timezone.now())
        telling.tell(timezone.now())

    @invariant()
    def a_p0_that_nobody_is_on_has_called_everybody_in_two_minutes(self) -> None:
        late = Alert.objects.open().filter(level=Level.P0, level_at__lt=timezone.now() - PATIENCE)
        assert not late.exclude(rung=chain.EVERYBODY).exists()
        written = {(call.alert_id, call.user_id) for call in Call.objects.filter(way=Call.Way.MAIL, level=Level.P0)}
        assert all((alert.pk, user.pk) in written for alert in late for user in self.users)

    @invariant()
    def nobody_is_called_twice_for_the_same(self) -> None:
        calls = Counter(Call.objects.filter(alert__isnull=False).values_list("alert", "user", "way", "level"))
        assert not calls or max(calls.values()) == 1
        assert Mail.objects.count() == Call.objects.filter(way=Call.Way.MAIL).count()

    @invariant()
    def nobody_is_called_about_what_somebody_is_on(self) -> None:
        taken = Alert.objects.filter(acknowledged_at__isnull=False)
        assert not any(call.at > alert.acknowledged_at for alert in taken for call in alert.calls.all())

    @invariant()
    def told_is_said_once_and_only_after_somebody_was_reached(self) -> None:
        for letter in Letter.objects.filter(cause__startswith="told:"):
            alert = Alert.objects.get(pk=letter.cause.partition(":")[2])
            was_shown = Call.objects.filter(alert=alert, way=Call.Way.SCREEN, at__lte=letter.created_at).exists()
            was_taken = alert.acknowledged_at is not None and alert.acknowledged_at <= letter.created_at
            assert was_shown or was_taken

    @invariant()
    def every_alert_has_at_most_one_that_nobody_is_on(self) -> None:
        assert all(Alert.objects.open().filter(about=f"conversation:{talk.pk}").count() <= 1 for talk in self.talks)


def _empty() -> None:
    for model in (Call, Mail, Alert):
        model.objects.all().delete()
    shifts.Shift.objects.all().delete()
    presence.Screen.objects.all().delete()
    Conversation.objects.all().delete()
    Letter.objects.all().delete()


def _colleague(name: str) -> User:
    user = User.objects.filter(username=name).first()
    if user is None:
        user = User.objects.create_user(name, None, display_name=name.title())
        role = Role.COORDINATOR if name == "carla" else Role.OPERATOR
        Membership.objects.create(user=user, role=role, since=datetime(2026, 1, 1, tzinfo=UTC))
    shifts.set_mail(user, f"{name}@example.org", by=user)
    return user


def _conversation() -> Conversation:
    channel, _is_new = Channel.objects.get_or_create(kind="webchat", line="web", defaults={"name": "Web"})
    return Conversation.objects.create(address=Address.objects.create(channel=channel))


class Always(TestCase):
    """One database for all nights: each begins with empty tables."""

    def setUp(self) -> None:
        Organisation.objects.create(name="Organización de prueba", countries=["CO"], is_demo=True)
        for key in ("told", "not_told"):
            Wording.objects.create(key=key, language="es", text=key)
        shelf_changed()

    def test_whatever_happens(self) -> None:
        """Each night goes by second by second: fewer nights than other examples, and a failing one is shown as it was found."""
        few: Any = settings(
            max_examples=settings().max_examples // 3,
            stateful_step_count=8,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.reuse, Phase.generate),
        )
        run_state_machine_as_test(TheNight, settings=few)
