"""Staff are invited, join once with a password of their own, and leave without anything they did being unwritten."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.utils import timezone

from baquiano.accounts.actions import INVITATION_LASTS, CannotDoThat, accept, end_membership, invite, open_invitation
from baquiano.accounts.models import AuditEntry, Invitation, Membership, Role, User
from baquiano.accounts.policy import may, roles_of

PASSWORD = "caminos que se cruzan 27"


def _join(token: str, username: str = "ana", password: str = PASSWORD) -> User:
    return accept(token, username=username, display_name="Ana", password=password)


def _verbs() -> list[str]:
    return list(AuditEntry.objects.order_by("id").values_list("verb", flat=True))


def test_whoever_was_invited_joins_with_the_role_of_the_invitation_and_no_other(carla: User) -> None:
    ana = _join(invite(Role.EDITOR, by=carla))
    assert roles_of(ana) == [Role.EDITOR]
    assert may(ana, "article.write")
    assert not may(ana, "conversation.read")
    assert ana.memberships.get().granted_by == carla


@pytest.mark.django_db
def test_the_first_coordinator_is_invited_from_the_terminal() -> None:
    assert roles_of(_join(invite(Role.COORDINATOR, by=None))) == [Role.COORDINATOR]


def test_the_password_is_kept_as_argon2_and_signs_in(carla: User) -> None:
    ana = _join(invite(Role.OPERATOR, by=carla))
    assert ana.password.startswith("argon2")
    assert PASSWORD not in ana.password
    assert authenticate(username="ana", password=PASSWORD) == ana
    assert authenticate(username="ana", password="otra cosa") is None


def test_a_link_works_once(carla: User) -> None:
    token = invite(Role.OPERATOR, by=carla)
    _join(token)
    assert open_invitation(token) is None
    with pytest.raises(CannotDoThat):
        _join(token, username="berta")
    assert not User.objects.filter(username="berta").exists()


def test_a_link_ends_after_three_days(carla: User, now: time_machine.Traveller) -> None:
    token = invite(Role.OPERATOR, by=carla)
    now.shift(INVITATION_LASTS - timedelta(seconds=1))
    assert open_invitation(token) is not None
    now.shift(timedelta(seconds=1))
    assert open_invitation(token) is None
    with pytest.raises(CannotDoThat):
        _join(token)
    assert not User.objects.filter(username="ana").exists()


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "inventado", "a" * 5000, "' OR 1=1 --", "\x00"])
def test_a_link_that_nobody_made_opens_nothing(token: str) -> None:
    invite(Role.COORDINATOR, by=None)
    assert open_invitation(token) is None
    with pytest.raises(CannotDoThat):
        _join(token)
    assert not User.objects.exists()


def test_who_reads_the_database_cannot_use_an_invitation(carla: User) -> None:
    token = invite(Role.COORDINATOR, by=carla)
    row = Invitation.objects.get()
    assert token not in repr(Invitation.objects.values_list())
    assert open_invitation(row.token_hash) is None


def test_a_name_that_is_taken_is_refused_and_the_link_still_works(carla: User, rosa: User) -> None:
    token = invite(Role.OPERATOR, by=carla)
    with pytest.raises(CannotDoThat):
        _join(token, username=rosa.username)
    assert _join(token, username="ana").username == "ana"
    assert rosa.memberships.count() == 1


@pytest.mark.parametrize("password", ["Caminos27", "", "password1234", "ana-maria-lopez"])
def test_a_weak_password_is_refused_with_what_to_do_and_the_link_still_works(carla: User, password: str) -> None:
    token = invite(Role.OPERATOR, by=carla)
    with pytest.raises(CannotDoThat) as refusal:
        _join(token, username="ana-maria-lopez", password=password)
    assert str(refusal.value).strip()
    assert not password or password not in str(refusal.value)
    assert not User.objects.filter(username="ana-maria-lopez").exists()
    assert _join(token, username="ana").is_active


def test_inviting_joining_and_leaving_are_written_down(carla: User) -> None:
    ana = _join(invite(Role.OPERATOR, by=carla))
    end_membership(ana.memberships.get(), by=carla)
    assert _verbs() == ["invitation.made", "invitation.accepted", "membership.ended"]
    assert list(AuditEntry.objects.order_by("id").values_list("actor", flat=True)) == [carla.pk, ana.pk, carla.pk]
    assert AuditEntry.objects.last().about == str(ana.pk)  # type: ignore[union-attr]


def test_a_refused_join_writes_nothing(carla: User) -> None:
    token = invite(Role.OPERATOR, by=carla)
    with pytest.raises(CannotDoThat):
        _join(token, password="Caminos27")
    assert _verbs() == ["invitation.made"]
    assert Membership.objects.filter(role=Role.OPERATOR).count() == 0


def test_who_left_may_do_nothing_from_that_second_on(carla: User, rosa: User) -> None:
    assert may(rosa, "conversation.read")
    end_membership(rosa.memberships.get(), by=carla)
    assert roles_of(rosa) == []
    assert not may(rosa, "conversation.read")
    assert Membership.objects.get(user=rosa).until is not None


def test_a_coordinator_cannot_leave_the_house_empty(carla: User) -> None:
    with pytest.raises(CannotDoThat):
        end_membership(carla.memberships.get(), by=carla)
    assert roles_of(carla) == [Role.COORDINATOR]


def test_another_coordinator_can_end_it(carla: User, bruno: User) -> None:
    other = _join(invite(Role.COORDINATOR, by=carla))
    end_membership(carla.memberships.get(), by=other)
    assert roles_of(carla) == []
    assert Membership.objects.current(timezone.now()).filter(role=Role.COORDINATOR).get().user == other
