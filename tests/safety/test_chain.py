"""Who is called about an alert: first whoever is on duty and looking, then whoever comes next, until somebody is on it or everybody knows."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from baquiano.accounts.models import AuditEntry, Membership, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.engine.danger import Level
from baquiano.lib.turnstile import writing
from baquiano.people import identity
from baquiano.post import actions as post
from baquiano.post import leaving
from baquiano.post.models import Letter, Mail
from baquiano.safety import calling, chain, following, shifts
from baquiano.safety.actions import acknowledge, unclosed_about
from baquiano.safety.models import Alert, Call, FollowUp, Rung, Shift
from tests.safety.conftest import Night

pytestmark = pytest.mark.django_db

OnDuty = Callable[..., Shift]
LINK = re.compile(r"/workspace/\S*?/([\w-]{32})/")


def at_rung(alert: Alert) -> int:
    alert.refresh_from_db()
    return alert.rung


def token_in(words: str) -> str:
    found = LINK.search(words)
    assert found
    return found[1]


# Raising -----------------------------------------------------------------------------------------------------------------


def test_the_same_danger_again_is_one_alert(night: Night) -> None:
    first = night.rises(Level.P1)
    night.goes_by(60)
    again = night.rises(Level.P1)
    assert again == first
    assert again.due_at == first.due_at


def test_a_graver_one_sharpens_the_alert_and_calls_again_from_the_first_rung(night: Night) -> None:
    first = night.rises(Level.P2)
    night.goes_by(60)
    again = night.rises(Level.P0)
    assert again == first
    assert (again.level, again.rung) == (Level.P0, 0)
    assert again.due_at == night.now + timedelta(minutes=2)


def test_a_less_grave_one_changes_nothing(night: Night) -> None:
    first = night.rises(Level.P0)
    assert night.rises(Level.P3).level == first.level == Level.P0


def test_once_somebody_is_on_it_a_new_danger_rings_again_and_a_smaller_worry_does_not(night: Night, rosa: User) -> None:
    first = night.rises(Level.P1)
    acknowledge(first, by=rosa)
    assert night.rises(Level.P3) == first
    second = night.rises(Level.P1)
    assert second != first
    assert second.acknowledged_at is None


def test_a_complaint_raises_no_alert(night: Night) -> None:
    with pytest.raises(ValueError, match="complaint"):
        night.rises(Level.P4)


def test_the_same_day_ends_at_midnight_of_the_organisation(night: Night) -> None:
    """It is ten in the morning in Bogotá: eight hours come before midnight. At nine in the evening midnight comes first."""
    assert night.rises(Level.P3, "conversation:1").due_at == night.now + timedelta(hours=8)
    night.clock.shift(timedelta(hours=11))
    assert night.rises(Level.P3, "conversation:2").due_at == night.now + timedelta(hours=3)
    night.clock.shift(timedelta(hours=2, minutes=50))
    assert night.rises(Level.P3, "conversation:3").due_at == night.now + timedelta(hours=1)


# Climbing ----------------------------------------------------------------------------------------------------------------


def test_whoever_is_on_duty_and_looking_has_it_on_the_screen_and_nobody_else_is_called(
    night: Night, on_duty: OnDuty, rosa: User, carla: User
) -> None:
    on_duty(rosa), on_duty(carla, Rung.SECOND)
    night.look(rosa)
    alert = night.rises(Level.P0)
    night.goes_by(20, rosa)
    assert night.called(alert) == ["rosa"]
    assert night.called(alert, Call.Way.SCREEN) == ["rosa"]
    alert.refresh_from_db()
    assert alert.reached_at


def test_each_rung_has_its_share_and_after_a_minute_and_a_half_everybody_knows(
    night: Night, on_duty: OnDuty, rosa: User, carla: User, ana: User
) -> None:
    on_duty(rosa), on_duty(ana, Rung.SECOND), on_duty(carla, Rung.LAST)
    night.look(rosa, ana, carla)
    alert = night.rises(Level.P0)
    rungs = []
    for _ in range(6):
        night.goes_by(20, rosa, ana, carla)
        rungs.append(at_rung(alert))
    assert rungs == [1, 2, 3, 3, chain.EVERYBODY, chain.EVERYBODY]
    assert night.called(alert, Call.Way.MAIL) == ["rosa", "ana", "carla"]


def test_a_screen_that_stops_asking_counts_as_absent_within_ten_seconds_and_the_alert_climbs(
    night: Night, on_duty: OnDuty, rosa: User, carla: User
) -> None:
    on_duty(rosa), on_duty(carla, Rung.SECOND)
    night.look(rosa, carla)
    alert = night.rises(Level.P1)
    night.goes_by(15, rosa, carla)
    assert (at_rung(alert), night.called(alert, Call.Way.MAIL)) == (Rung.FIRST, [])
    night.goes_by(10, carla)
    assert (at_rung(alert), night.called(alert, Call.Way.MAIL)) == (Rung.SECOND, ["rosa"])


def test_with_nobody_looking_everybody_is_called_in_the_first_second(
    night: Night, on_duty: OnDuty, rosa: User, carla: User
) -> None:
    on_duty(rosa), on_duty(carla, Rung.LAST)
    alert = night.rises(Level.P0)
    night.goes_by(1)
    assert at_rung(alert) == chain.EVERYBODY
    assert night.called(alert) == ["rosa", "carla"]
    night.goes_by(300)
    assert night.called(alert) == ["rosa", "carla"]
    alert.refresh_from_db()
    assert (alert.reached_at, alert.climbs_at) == (None, None)


def test_a_shift_whose_test_was_not_answered_counts_as_nobody(
    night: Night, on_duty: OnDuty, rosa: User, carla: User
) -> None:
    shift = on_duty(rosa)
    on_duty(carla, Rung.SECOND)
    Shift.objects.filter(pk=shift.pk).update(tested_at=None)
    night.look(rosa, carla)
    alert = night.rises(Level.P0)
    night.goes_by(1, rosa, carla)
    assert at_rung(alert) == Rung.SECOND


def test_nobody_is_called_once_somebody_is_on_it(night: Night, on_duty: OnDuty, rosa: User, carla: User) -> None:
    on_duty(rosa), on_duty(carla, Rung.SECOND)
    night.look(rosa)
    alert = night.rises(Level.P0)
    night.goes_by(5, rosa)
    acknowledge(alert, by=rosa)
    night.goes_by(300)
    assert night.called(alert) == ["rosa"]
    assert alert.follow_up_due_at == alert.acknowledged_at + timedelta(hours=24)  # type: ignore[operator]
    assert AuditEntry.objects.filter(verb="alert.acknowledged", actor=rosa).count() == 1


def test_a_second_colleague_who_says_so_changes_nothing(night: Night, rosa: User, carla: User) -> None:
    alert = night.rises(Level.P0)
    acknowledge(alert, by=rosa)
    acknowledge(alert, by=carla)
    assert alert.acknowledged_by == rosa


def test_without_any_roster_whoever_looks_is_the_first_and_coordinators_are_the_last(
    night: Night, rosa: User, carla: User
) -> None:
    for user in (rosa, carla):
        shifts.set_mail(user, f"{user.username}@example.org", by=user)
    night.look(rosa)
    alert = night.rises(Level.P1)
    night.goes_by(4 * 60 - 1, rosa)
    assert (at_rung(alert), night.called(alert, Call.Way.SCREEN)) == (Rung.FIRST, ["rosa"])
    assert night.called(alert, Call.Way.MAIL) == ["carla"]  # may answer, and is not looking
    night.goes_by(1, rosa)
    assert at_rung(alert) == chain.EVERYBODY
    assert night.called(alert, Call.Way.MAIL) == ["carla", "rosa"]


def test_what_does_not_ring_calls_nobody_until_an_hour_before_its_time(
    night: Night, on_duty: OnDuty, rosa: User, carla: User
) -> None:
    on_duty(rosa), on_duty(carla, Rung.SECOND)
    alert = night.rises(Level.P2)
    night.stands_still(3 * 3600 - 1)
    assert (at_rung(alert), night.called(alert)) == (0, [])
    night.stands_still(1)
    assert (at_rung(alert), night.called(alert)) == (Rung.FIRST, ["rosa"])
    night.stands_still(19 * 60)
    assert night.called(alert) == ["rosa"]
    night.stands_still(60)
    assert (at_rung(alert), night.called(alert)) == (Rung.SECOND, ["rosa", "carla"])
    night.stands_still(40 * 60)
    assert at_rung(alert) == chain.EVERYBODY
    assert alert.due_at == night.now


def test_after_a_standstill_everybody_who_was_due_is_called_at_once(
    night: Night, on_duty: OnDuty, rosa: User, carla: User
) -> None:
    on_duty(rosa), on_duty(carla, Rung.SECOND)
    alert = night.rises(Level.P1)
    night.clock.shift(timedelta(minutes=9))
    night.look(rosa, carla)
    chain.climb(night.now)
    assert at_rung(alert) == chain.EVERYBODY
    assert sorted(night.called(alert, Call.Way.MAIL)) == ["carla", "rosa"]


def test_a_sharpened_alert_calls_again_those_it_called_before(night: Night, on_duty: OnDuty, rosa: User) -> None:
    on_duty(rosa)
    alert = night.rises(Level.P1)
    night.goes_by(1)
    night.rises(Level.P0)
    night.goes_by(1)
    assert night.called(alert, Call.Way.MAIL) == ["rosa", "rosa"]
    assert [mail.body.split(".")[0] for mail in Mail.objects.filter(cause__startswith="call:").order_by("pk")][-2:] == [
        "Nivel P1",
        "Nivel P0",
    ]


def test_whoever_no_longer_works_here_is_not_called(night: Night, on_duty: OnDuty, rosa: User, carla: User) -> None:
    on_duty(rosa), on_duty(carla)
    Membership.objects.filter(user=rosa).update(until=night.now + timedelta(seconds=1))
    night.clock.shift(timedelta(seconds=5))
    alert = night.rises(Level.P0)
    night.goes_by(1)
    assert night.called(alert) == ["carla"]


def test_nothing_of_what_was_said_stands_in_a_mail(night: Night, on_duty: OnDuty, rosa: User) -> None:
    on_duty(rosa)
    alert = night.rises(Level.P0)
    night.goes_by(1)
    mail = Mail.objects.get(cause=f"call:{Call.objects.get(alert=alert).pk}")
    assert mail.subject == "Hay una alerta sin atender"
    words = LINK.sub("", mail.body)
    assert "P0" in words
    assert "violen" not in words.lower() and "conversation" not in words
    assert str(alert.pk) not in re.sub("P0|http://localhost:8000", "", words)


def test_the_link_says_that_one_is_on_it_once_and_only_while_one_may(night: Night, on_duty: OnDuty, rosa: User) -> None:
    on_duty(rosa)
    alert = night.rises(Level.P0)
    night.goes_by(1)
    token = token_in(Mail.objects.order_by("-pk")[0].body)
    assert shifts.answer_by_token("x" * 32) is None
    call = shifts.answer_by_token(token)
    assert call and call.answered_at == night.now
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.reached_at) == (rosa, night.now)
    assert shifts.answer_by_token(token) == call
    Membership.objects.filter(user=rosa).update(until=night.now + timedelta(seconds=1))
    night.clock.shift(timedelta(seconds=2))
    assert shifts.answer_by_token(token) is None


def test_a_link_of_yesterday_opens_nothing(night: Night, on_duty: OnDuty, rosa: User) -> None:
    on_duty(rosa)
    night.rises(Level.P0)
    night.goes_by(1)
    token = token_in(Mail.objects.order_by("-pk")[0].body)
    night.clock.shift(timedelta(hours=25))
    assert shifts.answer_by_token(token) is None


# The duty phone ------------------------------------------------------------------------------------------------------------


def test_a_duty_phone_is_written_to_besides_the_mail_and_before_what_waits_for_others(
    night: Night, on_duty: OnDuty, rosa: User, whatsapp: Channel
) -> None:
    """WhatsApp takes a message only within 24 hours: the mail goes in any case."""
    on_duty(rosa)
    hers = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550001111")]).address
    yulis = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550002222")]).address
    shifts.set_phone(rosa, hers, by=rosa)
    with writing():
        post.send(yulis, post.OutMessage("Hola."), cause="turn:1:0")
    alert = night.rises(Level.P0)
    night.goes_by(1)
    assert night.called(alert, Call.Way.MAIL) == night.called(alert, Call.Way.MESSAGE) == ["rosa"]
    (first,) = leaving.lease(night.now, 1)
    assert first.letter.address == hers
    assert "P0" in str(first.letter.body["text"])
    assert Letter.objects.filter(address=hers).count() == 1


def test_a_phone_that_only_looks_at_a_web_page_cannot_be_a_duty_phone(
    night: Night, rosa: User, webchat: Channel
) -> None:
    browser = identity.recognise(webchat, [SeenAlias(Scheme.WEB, "a-token")]).address
    with pytest.raises(shifts.CannotCall):
        shifts.set_phone(rosa, browser, by=rosa)


def test_only_a_call_to_a_colleague_goes_without_asking_for_consent(night: Night, whatsapp: Channel) -> None:
    address = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550001111")]).address
    with pytest.raises(ValueError, match="colleague"), writing():
        post.tell_colleague(address, "Hola.", cause="reminder:1")


# What it costs, and what never happens -----------------------------------------------------------------------------------


def test_the_clock_asks_one_question_when_nothing_waits(night: Night, rosa: User) -> None:
    acknowledge(night.rises(Level.P0), by=rosa)
    night.rises(Level.P2, "conversation:2")
    with CaptureQueriesContext(connection) as asked:
        assert chain.climb(night.now) == 0
    assert len(asked) == 1


def test_a_screen_that_asks_again_writes_nothing(night: Night, on_duty: OnDuty, rosa: User) -> None:
    on_duty(rosa)
    night.rises(Level.P0)
    night.look(rosa)
    alerts = list(Alert.objects.open())
    with CaptureQueriesContext(connection) as asked:
        chain.show(alerts, rosa, night.now)
    assert len(asked) == 1


def test_a_call_cut_half_way_leaves_nothing_and_is_made_whole_by_the_next_round(
    night: Night, on_duty: OnDuty, rosa: User
) -> None:
    on_duty(rosa)
    alert = night.rises(Level.P0)
    Mail.objects.create(to="x@example.org", cause="broken", subject="", body="")

    class Cut(Exception):
        pass

    with pytest.raises(Cut), writing():
        night.goes_by(1)
        assert night.called(alert)
        raise Cut
    assert (at_rung(alert), night.called(alert)) == (0, [])
    night.goes_by(1)
    assert night.called(alert) == ["rosa"]


def test_what_may_be_a_danger_is_named_until_a_person_has_closed_it(night: Night, rosa: User) -> None:
    alert = night.rises(Level.P2, "conversation:7")
    night.rises(Level.P3, "conversation:8")
    night.rises(Level.P0, "incident:9")
    assert unclosed_about("conversation") == {7}
    assert unclosed_about("incident") == {9}
    acknowledge(alert, by=rosa)
    following.follow_up(alert, FollowUp.Outcome.SAFE, "", by=rosa)
    assert unclosed_about("conversation") == {7}
    following.close(alert, by=rosa)
    assert unclosed_about("conversation") == set()


def test_the_link_of_a_call_is_an_address_of_this_house(night: Night) -> None:
    assert calling.link("a" * 32).startswith("http://localhost:8000/workspace/")
