"""A shift covers its hours once its test alert was answered; a roster says where nobody would come."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.people import identity
from baquiano.post.models import Letter, Mail
from baquiano.safety import shifts
from baquiano.safety.models import Call, DutyContact, Rung, Shift
from baquiano.safety.shifts import CannotCall, CannotPlan
from tests.safety.conftest import Night
from tests.safety.test_chain import token_in

pytestmark = pytest.mark.django_db

OnDuty = Callable[..., Shift]
HOUR = timedelta(hours=1)


def plan(user: User, begins: float = 0, ends: float = 8, rung: Rung = Rung.FIRST) -> Shift:
    """In hours from now."""
    now = timezone.now()
    return shifts.plan(user, rung, now + begins * HOUR, now + ends * HOUR, by=None)


# Planning ----------------------------------------------------------------------------------------------------------------


def test_a_shift_is_planned_and_it_is_written_down_by_whom(night: Night, rosa: User, carla: User) -> None:
    shift = shifts.plan(rosa, Rung.FIRST, night.now + HOUR, night.now + 9 * HOUR, by=carla)
    assert (shift.user, shift.planned_by) == (rosa, carla)
    assert AuditEntry.objects.get(verb="shift.planned").actor == carla


@pytest.mark.parametrize(
    ("begins", "ends"), [(-3, -1), (2, 2), (3, 1), (0, 24.1)], ids=["past", "no time", "backwards", "too long"]
)
def test_hours_that_cannot_be_are_refused(night: Night, rosa: User, begins: float, ends: float) -> None:
    with pytest.raises(CannotPlan):
        plan(rosa, begins, ends)
    assert not Shift.objects.exists()


def test_nobody_has_two_shifts_at_once_but_one_after_the_other(night: Night, rosa: User, carla: User) -> None:
    plan(rosa, 0, 8)
    for begins, ends in ((7, 9), (-1, 1), (2, 3), (-1, 9)):
        with pytest.raises(CannotPlan):
            plan(rosa, begins, ends, Rung.LAST)
    plan(carla, 0, 8)
    plan(rosa, 8, 16)
    assert Shift.objects.count() == 3


def test_hours_after_an_end_before_its_time_are_free_again(night: Night, rosa: User) -> None:
    shifts.end(plan(rosa), by=rosa)
    plan(rosa)


def test_only_whoever_may_answer_alerts_is_planned(night: Night, bruno: User, edu: User) -> None:
    for user in (bruno, edu):
        with pytest.raises(CannotPlan):
            plan(user)


def test_a_shift_that_nobody_has_begun_is_taken_out_and_a_begun_one_is_ended(
    night: Night, rosa: User, carla: User
) -> None:
    shifts.unplan(plan(rosa), by=carla)
    assert not Shift.objects.exists()
    begun = plan(rosa)
    shifts.begin(begun, by=rosa)
    with pytest.raises(CannotPlan):
        shifts.unplan(begun, by=carla)


# The test ----------------------------------------------------------------------------------------------------------------


def test_beginning_sends_a_test_and_only_its_answer_covers_the_hours(night: Night, rosa: User) -> None:
    shifts.set_mail(rosa, "rosa@example.org", by=rosa)
    shift = plan(rosa)
    assert shifts.on_duty(night.now) == []
    shifts.begin(shift, by=rosa)
    assert sorted(shift.calls.values_list("way", flat=True)) == [Call.Way.MAIL, Call.Way.SCREEN]
    assert Mail.objects.get().subject == "Prueba de tu turno"
    assert shifts.on_duty(night.now) == []
    shifts.answer_test(shift, by=rosa)
    assert shifts.on_duty(night.now) == [shift]
    assert not shift.calls.filter(answered_at=None).exists()
    assert list(AuditEntry.objects.values_list("verb", flat=True).order_by("pk"))[-2:] == [
        "shift.begun",
        "shift.tested",
    ]


def test_the_link_in_the_mail_answers_the_test(night: Night, rosa: User) -> None:
    shifts.set_mail(rosa, "rosa@example.org", by=rosa)
    shift = plan(rosa)
    shifts.begin(shift, by=rosa)
    call = shifts.answer_by_token(token_in(Mail.objects.get().body))
    assert call and call.shift == shift and call.answered_at
    assert shifts.on_duty(night.now) == [shift]


def test_an_answer_after_ten_minutes_is_none_and_the_shift_stays_uncovered(night: Night, rosa: User) -> None:
    shifts.set_mail(rosa, "rosa@example.org", by=rosa)
    shift = plan(rosa)
    shifts.begin(shift, by=rosa)
    assert shifts.uncovered(night.now).unanswered == ()
    night.clock.shift(timedelta(minutes=10, seconds=1))
    with pytest.raises(CannotPlan):
        shifts.answer_test(shift, by=rosa)
    assert shifts.answer_by_token(token_in(Mail.objects.get().body)) is None
    found = shifts.uncovered(night.now)
    assert (found.is_now, found.unanswered) == (True, (shift,))
    shifts.send_test(shift)
    shifts.answer_test(shift, by=rosa)
    assert not shifts.uncovered(night.now).is_now


def test_a_new_test_is_a_new_question(night: Night, on_duty: OnDuty, rosa: User) -> None:
    shift = on_duty(rosa)
    shifts.send_test(shift)
    assert shifts.on_duty(night.now) == []


def test_nobody_begins_or_answers_for_somebody_else(night: Night, rosa: User, carla: User) -> None:
    shift = plan(rosa)
    with pytest.raises(CannotPlan):
        shifts.begin(shift, by=carla)
    shifts.begin(shift, by=rosa)
    with pytest.raises(CannotPlan):
        shifts.answer_test(shift, by=carla)


def test_a_shift_begins_half_an_hour_early_and_not_sooner_and_covers_only_its_hours(night: Night, rosa: User) -> None:
    shift = plan(rosa, 1, 9)
    with pytest.raises(CannotPlan):
        shifts.begin(shift, by=rosa)
    night.clock.shift(timedelta(minutes=40))
    shifts.begin(shift, by=rosa)
    shifts.answer_test(shift, by=rosa)
    assert shifts.on_duty(night.now) == []
    night.clock.shift(timedelta(minutes=20))
    assert shifts.on_duty(night.now) == [shift]
    night.clock.shift(8 * HOUR)
    assert shifts.on_duty(night.now) == []
    with pytest.raises(CannotPlan):
        shifts.begin(shift, by=rosa)


def test_beginning_and_ending_twice_is_once(night: Night, rosa: User) -> None:
    shift = plan(rosa)
    shifts.begin(shift, by=rosa)
    shifts.begin(shift, by=rosa)
    shifts.end(shift, by=rosa)
    shifts.end(shift, by=rosa)
    assert AuditEntry.objects.filter(verb__in=("shift.begun", "shift.ended")).count() == 2


# Gaps --------------------------------------------------------------------------------------------------------------------


def test_the_hours_of_the_week_with_nobody_planned_are_named(night: Night, rosa: User, carla: User) -> None:
    plan(rosa, 0, 8)
    plan(carla, 4, 12, Rung.LAST)
    plan(rosa, 24, 48)
    start = night.now
    gaps = [((gap.starts_at - start) / HOUR, (gap.ends_at - start) / HOUR) for gap in shifts.uncovered(start).gaps]
    assert gaps == [(12, 24), (48, 168)]


def test_without_any_shift_there_is_no_roster_and_one_of_last_month_is_none(night: Night, rosa: User) -> None:
    assert not shifts.uncovered(night.now).has_roster
    plan(rosa)
    assert shifts.uncovered(night.now).has_roster
    night.clock.shift(timedelta(days=30))
    assert not shifts.uncovered(night.now).has_roster


def test_whoever_can_only_be_called_on_a_screen_is_known(night: Night, rosa: User, carla: User) -> None:
    hers, carlas = plan(rosa), plan(carla)
    shifts.set_mail(carla, "carla@example.org", by=carla)
    assert shifts.without_contact(night.now) == [hers]
    shifts.set_mail(carla, "", by=carla)
    assert shifts.without_contact(night.now) == [hers, carlas]


# How one is called -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["rosa", "rosa@", "a b@example.org", "rosa@example.org\nBcc: x@example.org"])
def test_a_mail_that_is_none_is_refused(night: Night, rosa: User, wrong: str) -> None:
    with pytest.raises(CannotCall):
        shifts.set_mail(rosa, wrong, by=rosa)
    assert not DutyContact.objects.exists()


def test_nobody_gives_the_mail_of_somebody_else(night: Night, rosa: User, carla: User) -> None:
    with pytest.raises(CannotCall):
        shifts.set_mail(rosa, "carla@example.org", by=carla)


def test_a_duty_phone_gets_the_test_and_its_link_answers_it(night: Night, rosa: User, whatsapp: Channel) -> None:
    phone = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550001111")]).address
    shifts.set_phone(rosa, phone, by=rosa)
    shift = plan(rosa)
    shifts.begin(shift, by=rosa)
    letter = Letter.objects.get(address=phone)
    call = shifts.answer_by_token(token_in(str(letter.body["text"])))
    assert call and call.way == Call.Way.MESSAGE
    assert shifts.on_duty(night.now) == [shift]


def test_one_telephone_calls_one_colleague(night: Night, rosa: User, carla: User, whatsapp: Channel) -> None:
    phone = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550001111")]).address
    shifts.set_phone(rosa, phone, by=rosa)
    with pytest.raises(CannotCall):
        shifts.set_phone(carla, phone, by=carla)
    shifts.set_phone(rosa, None, by=rosa)
    shifts.set_phone(carla, phone, by=carla)
