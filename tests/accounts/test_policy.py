"""The door: who may do what is read from matrix.yaml, a refusal looks like an empty place and is written down."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from baquiano.accounts.audit import audit, refused, seal
from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import AuditEntry, Membership, Role, User
from baquiano.accounts.policy import StaffRequest, find_or_refuse, guarded, may, permissions, roles_of
from baquiano.accounts.sessions import SessionStore
from tests.conftest import Joins


class OwnRows(models.QuerySet[User]):
    """Each one sees herself only."""

    def visible_to(self, user: User) -> models.QuerySet[User]:
        return self.filter(pk=user.pk)


def _asked_by(user: Any, **headers: str) -> StaffRequest:
    request: Any = RequestFactory().get("/somewhere/", headers=headers)
    request.user = user
    request.session = SessionStore()
    return request  # type: ignore[no-any-return]


def _page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("here")


def test_the_matrix_knows_every_role_and_only_those() -> None:
    assert {cell.role for cell in shipped().cells} == set(Role) - {Role.DONOR}


def test_a_donor_signs_in_and_may_do_nothing_yet(joins: Joins) -> None:
    dora = joins("dora", "Dora", Role.DONOR)
    assert guarded("workspace:home", _page)(_asked_by(dora)).status_code == 200
    assert permissions(dora) == frozenset()


def test_the_systems_person_sees_nobody_who_is_served(bruno: User) -> None:
    assert not {
        permission for permission in permissions(bruno) if permission.startswith(("conversation", "alert", "article"))
    }


def test_who_writes_an_article_does_not_approve_it(edu: User, rita: User, carla: User, rosa: User) -> None:
    writers = {user.username for user in (edu, rita, carla, rosa) if may(user, "article.write")}
    approvers = {user.username for user in (edu, rita, carla, rosa) if may(user, "article.approve")}
    assert (writers, approvers) == ({"edu"}, {"rita"})


def test_two_roles_add_up(joins: Joins) -> None:
    ana = joins("ana", "Ana", Role.EDITOR)
    Membership.objects.create(user=ana, role=Role.OPERATOR)
    assert sorted(roles_of(ana)) == [Role.EDITOR, Role.OPERATOR]
    assert may(ana, "article.write")
    assert may(ana, "conversation.answer")


def test_a_membership_counts_from_its_first_day_to_its_last(rosa: User, now: time_machine.Traveller) -> None:
    begins = timezone.now() + timedelta(days=1)
    Membership.objects.filter(user=rosa).update(since=begins, until=begins + timedelta(days=1))
    seen = []
    for _ in range(3):
        seen.append(roles_of(rosa))
        now.shift(timedelta(days=1))
    assert seen == [[], [Role.OPERATOR], []]


def test_an_account_that_was_switched_off_has_no_role(rosa: User) -> None:
    User.objects.filter(pk=rosa.pk).update(is_active=False)
    assert roles_of(rosa) == []


def test_a_permission_that_does_not_exist_is_nobodys(carla: User) -> None:
    assert not may(carla, "conversation.erase_everything")
    assert not may(carla, "")


def test_who_may_comes_in(rosa: User) -> None:
    assert guarded("workspace:inbox", _page)(_asked_by(rosa)).status_code == 200
    assert not AuditEntry.objects.exists()


def test_who_may_not_finds_no_page_and_it_is_written_down(bruno: User) -> None:
    with pytest.raises(Http404):
        guarded("workspace:inbox", _page)(_asked_by(bruno))
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.row, entry.about) == (
        bruno,
        "refused",
        "workspace:inbox",
        "conversation.list",
    )


@pytest.mark.django_db
def test_a_half_page_asked_without_a_session_is_told_to_reload() -> None:
    answer = guarded("workspace:inbox", _page)(_asked_by(AnonymousUser(), **{"HX-Request": "true"}))
    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


def test_staff_means_a_member_and_not_only_an_account(rosa: User) -> None:
    Membership.objects.all().delete()
    with pytest.raises(Http404):
        guarded("workspace:home", _page)(_asked_by(rosa))


def test_a_row_that_is_hers_is_found(rosa: User) -> None:
    assert find_or_refuse(_asked_by(rosa), OwnRows(User), pk=rosa.pk) == rosa
    assert not AuditEntry.objects.exists()


def test_a_row_of_somebody_else_does_not_exist_and_it_is_written_down(rosa: User, bruno: User) -> None:
    with pytest.raises(Http404):
        find_or_refuse(_asked_by(bruno), OwnRows(User), pk=rosa.pk)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.row, entry.about) == (bruno, "refused", f"accounts.user:{rosa.pk}", "find")


def test_a_row_that_never_was_looks_the_same_as_one_that_is_hidden(rosa: User, bruno: User) -> None:
    refusals = []
    for pk in (rosa.pk, 999_999):
        with pytest.raises(Http404) as refusal:
            find_or_refuse(_asked_by(bruno), OwnRows(User), pk=pk)
        refusals.append(str(refusal.value))
    assert refusals[0] == refusals[1]


def test_an_entry_that_was_altered_no_longer_fits_its_seal(rosa: User) -> None:
    audit(rosa, "conversation.taken", rosa, about="conversation:17", reason="estaba sola")
    entry = AuditEntry.objects.get()
    assert entry.mac == seal(entry)
    for field, value in [
        ("verb", "conversation.read"),
        ("about", "conversation:18"),
        ("reason", "otra"),
        ("actor_id", None),
    ]:
        altered = AuditEntry.objects.get()
        setattr(altered, field, value)
        assert altered.mac != seal(altered), field


def test_a_refusal_is_sealed_too(bruno: User) -> None:
    refused(bruno, "conversation.read", "workspace:conversation")
    entry = AuditEntry.objects.get()
    assert entry.mac == seal(entry)
