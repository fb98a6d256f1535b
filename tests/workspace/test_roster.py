"""The roster: a week by rung, the hours that nobody has, planning for several weeks, taking out."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.safety import shifts
from baquiano.safety.models import Rung, Shift
from baquiano.workspace.setup.roster import gaps
from tests.conftest import Joins, browser_of

pytestmark = pytest.mark.django_db

ROSTER = "/workspace/roster/"
MONDAY = "2026-11-30"  # of the week after the one in which the clock of the tests stands
NIGHT = {"starts_at": "2026-11-30T20:00", "ends_at": "2026-12-01T08:00"}


@pytest.fixture(autouse=True)
def _house(organisation: Organisation, now: Any) -> None:
    """In Bogotá, on Tuesday 24-11-2026 at ten in the morning."""


def week(browser: Client, day: str = MONDAY) -> str:
    answer = browser.get(ROSTER, {"week": day})
    assert answer.status_code == 200
    return str(answer.content.decode())


def plans(browser: Client, who: User, *, weeks: int = 1, rung: int = 1, **hours: str) -> Any:
    said = {"who": who.pk, "rung": rung, "weeks": weeks, **NIGHT, **hours}
    return browser.post(f"{ROSTER}add/", said)


# -- the week -------------------------------------------------------------------------------------------------------------


def test_an_empty_week_is_one_gap_and_the_house_says_that_nobody_plans(carlas_browser: Client) -> None:
    page = week(carlas_browser)
    assert "Sin nadie: toda la semana" in page
    assert "Todavía nadie planeó turnos" in page
    for rung in Rung:
        assert str(rung.label) in page


def test_the_hours_that_nobody_has_are_said_in_words(carlas_browser: Client, rosa: User, carla: User) -> None:
    plans(carlas_browser, rosa, starts_at="2026-11-30T08:00", ends_at="2026-11-30T18:00")
    plans(carlas_browser, carla, rung=2, starts_at="2026-12-01T08:00", ends_at="2026-12-01T18:00")
    page = week(carlas_browser)
    assert "Sin nadie: lunes 18:00–martes 08:00" in page
    assert "Sin nadie: martes 18:00–domingo 24:00" in page


def test_a_week_that_is_covered_says_so(carlas_browser: Client, rosa: User, carla: User) -> None:
    midnight = datetime(2026, 11, 30, 5, tzinfo=UTC)
    for day in range(7):
        at = midnight + timedelta(days=day)
        shifts.plan(rosa if day % 2 else carla, Rung.FIRST, at, at + timedelta(days=1), by=carla)
    assert "Hay alguien planeado para cada hora de esta semana" in week(carlas_browser)


def test_a_night_lies_on_both_its_days(carlas_browser: Client, rosa: User) -> None:
    plans(carlas_browser, rosa)
    page = week(carlas_browser)
    assert "20:00–00:00" in page
    assert "00:00–08:00" in page


def test_it_says_that_a_planned_shift_is_nobody_until_its_test(carlas_browser: Client, rosa: User) -> None:
    assert "cuenta solo cuando esa persona lo empieza y responde su prueba" in week(carlas_browser)
    at = timezone.now()
    shift = shifts.plan(rosa, Rung.FIRST, at, at + timedelta(hours=4), by=None)
    assert "prueba sin responder" in week(carlas_browser, "2026-11-24")
    shifts.begin(shift, by=rosa)
    shifts.answer_test(shift, by=rosa)
    page = week(carlas_browser, "2026-11-24")
    assert "prueba sin responder" not in page
    assert "Ahora hay alguien de turno" in page


def test_whoever_can_be_called_only_on_a_screen_is_named(carlas_browser: Client, rosa: User) -> None:
    plans(carlas_browser, rosa, starts_at="2026-11-26T08:00", ends_at="2026-11-26T18:00")
    assert "solo se les puede avisar en una pantalla: Rosa" in week(carlas_browser)
    shifts.set_mail(rosa, "rosa@example.org", by=rosa)
    assert "solo se les puede avisar en una pantalla" not in week(carlas_browser)


@pytest.mark.parametrize("day", ["", "x", "2026-13-45", "9999-12-31", "0001-01-01", "2026-12-02"])
def test_any_week_is_a_week(carlas_browser: Client, day: str) -> None:
    assert "Semana del" in week(carlas_browser, day)


# -- planning -------------------------------------------------------------------------------------------------------------


def test_a_shift_is_planned_on_the_clock_of_the_organisation(carlas_browser: Client, rosa: User, carla: User) -> None:
    answer = plans(carlas_browser, rosa)
    assert answer["Location"] == f"{ROSTER}?week={MONDAY}"
    shift = Shift.objects.get()
    assert (shift.user, shift.rung, shift.planned_by) == (rosa, Rung.FIRST, carla)
    assert shift.starts_at == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert AuditEntry.objects.filter(actor=carla, verb="shift.planned").count() == 1


def test_the_same_hours_for_several_weeks(carlas_browser: Client, rosa: User) -> None:
    plans(carlas_browser, rosa, weeks=4)
    starts = list(Shift.objects.order_by("starts_at").values_list("starts_at", flat=True))
    assert [later - sooner for sooner, later in pairwise(starts)] == [timedelta(weeks=1)] * 3


def test_eight_in_the_morning_stays_eight_when_the_clocks_change(
    carlas_browser: Client, organisation: Organisation, rosa: User
) -> None:
    Organisation.objects.update(timezone="America/Santiago")
    plans(carlas_browser, rosa, weeks=20, starts_at="2026-12-01T08:00", ends_at="2026-12-01T16:00")
    page = week(carlas_browser, "2027-04-12")  # summer time ended on 4 April
    assert "08:00–16:00" in page


def test_half_a_plan_is_no_plan(carlas_browser: Client, rosa: User) -> None:
    plans(carlas_browser, rosa, starts_at="2026-12-14T20:00", ends_at="2026-12-15T08:00")
    answer = plans(carlas_browser, rosa, weeks=4)
    assert answer.status_code == 422
    assert Shift.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": "2026-11-30T19:00"},
        {"starts_at": "2026-11-01T08:00", "ends_at": "2026-11-01T16:00"},
        {"ends_at": "2026-12-03T08:00"},
        {"starts_at": ""},
        {"starts_at": "mañana"},
        {"weeks": "0"},
        {"weeks": "200"},
        {"rung": "9"},
        {"who": ""},
        {"who": "999999"},
    ],
    ids=lambda wrong: "-".join(wrong.values()) or "nothing",
)
def test_what_cannot_be_planned_says_why_and_stays(carlas_browser: Client, rosa: User, wrong: dict[str, str]) -> None:
    said = {"who": rosa.pk, "rung": 1, "weeks": 1, **NIGHT, **wrong}
    answer = carlas_browser.post(f"{ROSTER}add/?week={MONDAY}", said)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'class="field__error"' in page or 'role="alert">' in page
    assert not Shift.objects.exists()


def test_only_whoever_may_answer_alerts_can_be_chosen(carlas_browser: Client, edu: User, rosa: User) -> None:
    chosen_from = week(carlas_browser).partition('name="who"')[2].partition("</select>")[0]
    assert f'<option value="{rosa.pk}">Rosa' in chosen_from
    assert "Edu" not in chosen_from
    assert plans(carlas_browser, edu).status_code == 422


# -- taking out -----------------------------------------------------------------------------------------------------------


def test_what_nobody_has_begun_goes(carlas_browser: Client, rosa: User) -> None:
    plans(carlas_browser, rosa)
    shift = Shift.objects.get()
    answer = carlas_browser.post(f"{ROSTER}{shift.pk}/take-out/")
    assert answer["Location"] == f"{ROSTER}?week={MONDAY}"
    assert not Shift.objects.exists()


def test_what_was_begun_is_ended_and_stays(carlas_browser: Client, rosa: User, carla: User) -> None:
    at = timezone.now()
    shift = shifts.plan(rosa, Rung.FIRST, at, at + timedelta(hours=4), by=carla)
    shifts.begin(shift, by=rosa)
    carlas_browser.post(f"{ROSTER}{shift.pk}/take-out/")
    assert Shift.objects.count() == 1
    carlas_browser.post(f"{ROSTER}{shift.pk}/end/")
    shift.refresh_from_db()
    assert shift.ended_at is not None
    assert "terminado" in week(carlas_browser, "2026-11-24")


# -- who may --------------------------------------------------------------------------------------------------------------


def test_an_operator_neither_sees_nor_changes_the_plan(rosas_browser: Client, rosa: User) -> None:
    assert rosas_browser.get(ROSTER).status_code == 404
    assert plans(rosas_browser, rosa).status_code == 404
    assert not Shift.objects.exists()


def test_a_director_plans_too(joins: Joins, rosa: User) -> None:
    assert plans(browser_of(joins("luz", "Luz", Role.DIRECTOR)), rosa).status_code == 302


@pytest.mark.parametrize("deed", ["add/", "1/take-out/", "1/end/"])
def test_deeds_are_posts(carlas_browser: Client, deed: str) -> None:
    assert carlas_browser.get(f"{ROSTER}{deed}").status_code == 405


# -- the arithmetic -------------------------------------------------------------------------------------------------------


def _at(hour: int) -> datetime:
    return datetime(2026, 11, 30, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("planned", "free"),
    [
        ([], [(0, 20)]),
        ([(0, 20)], []),
        ([(5, 10)], [(0, 5), (10, 20)]),
        ([(5, 10), (8, 12)], [(0, 5), (12, 20)]),
        ([(8, 12), (5, 18)], [(0, 5), (18, 20)]),
        ([(0, 23)], []),
    ],
)
def test_gaps_are_what_is_left(planned: list[tuple[int, int]], free: list[tuple[int, int]]) -> None:
    hours = [(_at(start), _at(end)) for start, end in planned]
    assert gaps(hours, _at(0), _at(20)) == [(_at(start), _at(end)) for start, end in free]


def test_what_is_over_has_no_gaps() -> None:
    assert gaps([], _at(20), _at(0)) == []
