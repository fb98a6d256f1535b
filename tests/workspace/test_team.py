"""Inviting, joining, leaving; what each may do; and the hours."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.actions import invite
from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import AuditEntry, Invitation, Membership, Organisation, Role, User
from baquiano.workspace.setup.hours import week
from baquiano.workspace.setup.words import WORDS
from tests.workspace.visitors import PASSWORD


def joining(**other: str) -> dict[str, str]:
    return {"username": "marta", "display_name": "Marta", "password": PASSWORD, "again": PASSWORD, **other}


def test_carla_invites_marta_and_marta_signs_in(
    carlas_browser: Client, carla: User, organisation: Organisation
) -> None:
    page = carlas_browser.post("/workspace/team/invite/", {"role": "operator"}).content.decode()
    link = re.search(r'value="(http://testserver/workspace/invitation/[^"]+)"', page)
    assert link
    marta = Client()
    assert marta.get(link[1]).status_code == 200
    assert marta.post(link[1], joining())["Location"] == "/workspace/login/"
    assert marta.post("/workspace/login/", {"username": "marta", "password": PASSWORD}).status_code == 302
    assert marta.get("/workspace/inbox/").status_code == 200
    membership = Membership.objects.get(user__username="marta")
    assert (membership.role, membership.granted_by) == (Role.OPERATOR, carla)


def test_the_link_is_shown_once_and_only_its_hash_is_kept(carlas_browser: Client) -> None:
    page = carlas_browser.post("/workspace/team/invite/", {"role": "it"}).content.decode()
    token = re.search(r"/workspace/invitation/([^/]+)/", page)
    assert token
    assert token[1] not in repr(Invitation.objects.values())
    assert token[1] not in carlas_browser.get("/workspace/team/").content.decode()


def test_a_link_works_once(client: Client, carla: User) -> None:
    link = f"/workspace/invitation/{invite(Role.OPERATOR, by=carla)}/"
    client.post(link, joining())
    assert client.get(link).status_code == 410
    client.post(link, joining(username="otra"))
    assert not User.objects.filter(username="otra").exists()


def test_a_link_ends_after_three_days(client: Client, carla: User, now: Any) -> None:
    link = f"/workspace/invitation/{invite(Role.OPERATOR, by=carla)}/"
    now.shift(timedelta(days=3, seconds=1))
    assert client.get(link).status_code == 410


def test_an_invented_link_opens_nothing(client: Client, db: None) -> None:
    assert client.post("/workspace/invitation/invented/", joining()).status_code == 410
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"again": "something else entirely"}, {"password": "short", "again": "short"}, {"username": "carla"}]
)
def test_what_cannot_be_used_says_so_and_spends_nothing(client: Client, carla: User, wrong: dict[str, str]) -> None:
    link = f"/workspace/invitation/{invite(Role.OPERATOR, by=carla)}/"
    assert client.post(link, joining(**wrong)).status_code == 200
    assert client.get(link).status_code == 200
    assert not User.objects.filter(username="marta").exists()


def test_an_invitation_without_a_role_is_asked_again(carlas_browser: Client) -> None:
    assert carlas_browser.post("/workspace/team/invite/", {"role": "queen"}).context["form"].errors
    assert not Invitation.objects.exists()


def test_ending_a_role_asks_once_and_takes_effect_at_once(
    carlas_browser: Client, rosas_browser: Client, rosa: User, organisation: Organisation
) -> None:
    membership = Membership.objects.get(user=rosa)
    asked = carlas_browser.get(f"/workspace/team/{membership.pk}/end/").content.decode()
    assert "Rosa" in asked
    assert rosas_browser.get("/workspace/inbox/").status_code == 200
    carlas_browser.post(f"/workspace/team/{membership.pk}/end/")
    assert rosas_browser.get("/workspace/inbox/")["Location"] == "/workspace/login/"
    rosas_browser.force_login(rosa)
    assert rosas_browser.get("/workspace/inbox/").status_code == 404
    assert AuditEntry.objects.filter(verb="membership.ended", about=str(rosa.pk)).exists()


def test_the_last_coordinator_does_not_lock_herself_out(carlas_browser: Client, carla: User) -> None:
    own = Membership.objects.get(user=carla)
    carlas_browser.post(f"/workspace/team/{own.pk}/end/")
    own.refresh_from_db()
    assert own.until is None


def test_systems_sees_the_team_and_no_button(brunos_browser: Client, rosa: User) -> None:
    page = brunos_browser.get("/workspace/team/").content.decode()
    assert "Rosa" in page
    assert "/end/" not in page
    assert "/invite/" not in page


def test_every_permission_of_the_matrix_is_said_in_words() -> None:
    assert {cell.permission for cell in shipped().cells} == WORDS.keys()


def test_the_page_of_rosa_says_what_rosa_may(rosas_browser: Client) -> None:
    page = rosas_browser.get("/workspace/may/")
    assert WORDS["conversation.answer"] in [deed.words for deed in page.context["mine"]]
    assert WORDS["team.invite"] in page.context["not_mine"]


# -- hours ------------------------------------------------------------------------------------------------------------


def test_carla_changes_the_hours(carlas_browser: Client, carla: User, organisation: Organisation) -> None:
    said = {"name": "Casa de prueba", "staffed_hours": "Mo-Fr 08:00-12:30,14:00-17:00; Sa 09:00-12:00"}
    assert carlas_browser.post("/workspace/hours/", said).status_code == 302
    organisation.refresh_from_db()
    assert (organisation.name, organisation.staffed_hours) == (said["name"], said["staffed_hours"])
    assert AuditEntry.objects.get(verb="organisation.changed").actor == carla


def test_hours_that_cannot_be_read_change_nothing(carlas_browser: Client, organisation: Organisation) -> None:
    before = organisation.staffed_hours
    page = carlas_browser.post("/workspace/hours/", {"name": "X", "staffed_hours": "de lunes a viernes"})
    assert "staffed_hours" in page.context["form"].errors
    assert "de lunes a viernes" in page.content.decode()
    organisation.refresh_from_db()
    assert organisation.staffed_hours == before


def test_before_anything_is_set_up_the_page_still_opens(brunos_browser: Client) -> None:
    assert brunos_browser.get("/workspace/hours/").status_code == 200
    brunos_browser.post("/workspace/hours/", {"name": "Casa", "staffed_hours": "Mo-Fr 09:00-13:00"})
    assert Organisation.objects.get().name == "Casa"


@pytest.mark.parametrize(
    ("hours", "tuesday", "saturday"),
    [
        ("Mo-Fr 08:00-12:30,14:00-17:00; Sa 09:00-12:00", ["08:00–12:30", "14:00–17:00"], ["09:00–12:00"]),
        ("24/7; PH open", ["todo el día"], ["todo el día"]),
        ("Mo-Fr 22:00-02:00", ["00:00–02:00", "22:00–24:00"], ["00:00–02:00"]),
        ("Su 10:00-11:00", [], []),
    ],
)
def test_the_week_is_read_back_in_days(
    organisation: Organisation, now: Any, hours: str, tuesday: list[str], saturday: list[str]
) -> None:
    """The clock stands on Tuesday 24 November 2026."""
    organisation.staffed_hours = hours
    days = week(organisation, timezone.now())
    assert [day.date.day for day in days] == [24, 25, 26, 27, 28, 29, 30]
    assert days[0].in_words == tuesday
    assert days[4].in_words == saturday


def test_a_holiday_counts_as_closed(organisation: Organisation, now: Any) -> None:
    """8 December is a holiday in Colombia."""
    now.move_to("2026-12-07T15:00:00+00:00")
    organisation.staffed_hours = "Mo-Fr 08:00-17:00"
    days = week(organisation, timezone.now())
    assert [day.in_words for day in days[:3]] == [["08:00–17:00"], [], ["08:00–17:00"]]
