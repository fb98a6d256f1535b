"""What a colleague may do and why; and a director who changes it without a release."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.actions import Bounds, CannotDoThat, accept, invite, open_invitation
from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import Area, AuditEntry, Invitation, MatrixChange, Membership, Organisation, Role, User
from baquiano.accounts.policy import may
from baquiano.people.models import Access, Person
from baquiano.territory.models import Country, Division
from baquiano.workspace.setup.words import RESOURCES, WORDS
from tests.conftest import Joins
from tests.workspace.visitors import PASSWORD


def _browser(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def diego(joins: Joins) -> User:
    """Director."""
    return joins("diego", "Diego", Role.DIRECTOR)


@pytest.fixture
def diegos_browser(diego: User, organisation: Organisation) -> Client:
    return _browser(diego)


@pytest.fixture
def yuli(db: None) -> Person:
    return Person.objects.create(name="Yuliana Canaria")


# -- inviting: where, and until when --------------------------------------------------------------------------------------


@pytest.fixture
def antioquia(db: None) -> Division:
    country = Country.objects.create(code="CO", name="Colombia", timezone="America/Bogota")
    return Division.objects.create(
        country=country, level=1, code="05", pcode="CO05", name="Antioquia", name_folded="antioquia"
    )


def test_an_invitation_carries_area_territory_and_end_into_the_membership(
    carlas_browser: Client, organisation: Organisation, antioquia: Division
) -> None:
    last_day = timezone.localdate() + timedelta(days=20)
    said = {"role": "protection", "area": "social", "territory": antioquia.pk, "until": last_day.isoformat()}
    page = carlas_browser.post("/workspace/team/invite/", said)
    token = page.context["link"].rstrip("/").rpartition("/")[2]
    accept(token, username="marta", display_name="Marta", password=PASSWORD)
    marta = Membership.objects.get(user__username="marta")
    assert (marta.role, marta.area, marta.territory) == (Role.PROTECTION, "social", antioquia)
    assert marta.until
    assert timezone.localtime(marta.until).date() == last_day or marta.until.date() == last_day + timedelta(days=1)


@pytest.mark.parametrize(
    "wrong",
    [{"until": "2001-01-01"}, {"area": "legal"}, {"area": "cooking"}, {"territory": "999999"}, {"until": "mañana"}],
)
def test_an_invitation_that_cannot_be_says_so_and_makes_no_link(
    carlas_browser: Client, organisation: Organisation, wrong: dict[str, str]
) -> None:
    page = carlas_browser.post("/workspace/team/invite/", {"role": "medical", **wrong})
    assert page.context["form"].errors
    assert not Invitation.objects.exists()


def test_each_role_is_offered_once_in_one_sentence(carlas_browser: Client, organisation: Organisation) -> None:
    page = carlas_browser.get("/workspace/team/invite/")
    offered = [value for _title, roles in page.context["groups"] for value, _label, _sentence in roles]
    assert sorted(offered) == sorted(Role.values)
    assert page.content.decode().count('name="role"') == len(Role)


def test_a_volunteer_whose_time_ended_before_joining_cannot_join(carla: User, now: Any) -> None:
    token = invite(Role.OPERATOR, by=carla, bounds=Bounds(until=timezone.now() + timedelta(days=1)))
    assert open_invitation(token)
    now.shift(timedelta(days=1))
    assert open_invitation(token) is None
    with pytest.raises(CannotDoThat):
        accept(token, username="ana", display_name="Ana", password=PASSWORD)


# -- what a colleague may do, and why ---------------------------------------------------------------------------------------


def test_the_page_of_a_colleague_says_each_permission_by_which_role_and_until_when(
    carlas_browser: Client, organisation: Organisation, joins: Joins
) -> None:
    lucia = joins("lucia", "Lucía", Role.LEGAL)
    Membership.objects.filter(user=lucia).update(until=timezone.now() + timedelta(days=3))
    page = carlas_browser.get(f"/workspace/may/{lucia.pk}/")
    ways = page.context["ways"]
    assert len(ways) == len(shipped().of([Role.LEGAL]))
    assert {way.role for way in ways} == {str(Role.LEGAL.label)}
    assert all(way.until for way in ways)
    assert {way.area for way in ways} == {str(Area.LEGAL.label)}


def test_what_waits_for_a_second_factor_stands_apart(
    organisation: Organisation, carla: User, rosa: User, settings: Any
) -> None:
    browser = _browser(carla)
    assert browser.get(f"/workspace/may/{rosa.pk}/").context["shut"] == []
    settings.IS_DEMO = False
    from_terminal = browser.get("/workspace/may/")  # hers, which every member may see
    assert from_terminal.context["shut"]
    assert browser.get(f"/workspace/may/{rosa.pk}/").status_code == 302  # the team is behind the second factor too


def _ask(browser: Client, colleague: User, person: Person, deed: str = "person.read") -> Any:
    return browser.get(f"/workspace/may/{colleague.pk}/on/", {"deed": deed, "person": person.pk})


def test_why_rosa_may_see_yuli_is_answered_with_the_access_and_without_yuli(
    carlas_browser: Client, organisation: Organisation, rosa: User, yuli: Person
) -> None:
    access = Access.objects.create(person=yuli, user=rosa, why="conversation", until=timezone.now() + timedelta(days=1))
    page = _ask(carlas_browser, rosa, yuli)
    assert page.context["yes"]
    assert list(page.context["accesses"]) == [access]
    assert [(way.role, way.holds, way.missing) for way in page.context["because"]] == [
        (str(Role.OPERATOR.label), True, "")
    ]
    assert "Yuliana" not in page.content.decode()


def test_why_rosa_may_not_names_the_missing_relation(
    carlas_browser: Client, organisation: Organisation, rosa: User, yuli: Person
) -> None:
    since, until = timezone.now() - timedelta(days=2), timezone.now() - timedelta(days=1)
    Access.objects.create(person=yuli, user=rosa, why="conversation", since=since, until=until)
    page = _ask(carlas_browser, rosa, yuli)
    assert not page.context["yes"]
    assert [(way.holds, bool(way.missing)) for way in page.context["because"]] == [(False, True)]
    assert not page.context["accesses"]
    assert _ask(carlas_browser, rosa, yuli, "person.merge").context["because"] == []


def test_asking_is_written_in_the_trail_of_the_person_once(
    carlas_browser: Client, organisation: Organisation, carla: User, rosa: User, yuli: Person
) -> None:
    _ask(carlas_browser, rosa, yuli)
    entry = AuditEntry.objects.get(verb="access.explained")
    assert (entry.actor, entry.about) == (carla, str(yuli.pk))


def test_a_blocked_person_is_nobodys_to_see_and_the_answer_says_so(
    carlas_browser: Client, organisation: Organisation, rosa: User, yuli: Person
) -> None:
    Access.objects.create(person=yuli, user=rosa, why="conversation")
    Person.objects.update(blocked_at=timezone.now())
    page = _ask(carlas_browser, rosa, yuli)
    assert (page.context["yes"], page.context["is_put_away"]) == (False, True)


def test_systems_sees_what_colleagues_may_and_cannot_ask_about_a_person(
    brunos_browser: Client, organisation: Organisation, rosa: User, yuli: Person
) -> None:
    page = brunos_browser.get(f"/workspace/may/{rosa.pk}/")
    assert page.status_code == 200
    assert "/on/" not in page.content.decode()
    assert _ask(brunos_browser, rosa, yuli).status_code == 404


# -- changing the matrix ------------------------------------------------------------------------------------------------------


def test_every_resource_has_a_title_on_the_form() -> None:
    """One without would be missing from the form, and sending it would take everything of it away."""
    assert {cell.resource for cell in shipped().cells} == set(RESOURCES)


def _ticked(browser: Client, role: str) -> dict[str, list[str]]:
    """What a browser would send if nothing was touched."""
    page = browser.get("/workspace/matrix/change/", {"role": role})
    sent: dict[str, list[str]] = {"role": [role], "given": []}
    for _title, places in page.context["resources"]:
        for place in places:
            sent["given"] += [place.key] if place.is_given else []
            sent[f"areas.{place.key}"] = [code for code, _label, ticked in place.areas if ticked]
    return sent


def _confirm(browser: Client, preview: Any, reason: str = "hace falta") -> Any:
    sent = {"change": preview.context["written"], "edition": preview.context["edition"], "reason": reason}
    return browser.post("/workspace/matrix/change/", sent)


@pytest.mark.parametrize("role", [role.value for role in Role if role is not Role.DIRECTOR])
def test_a_form_that_nobody_touched_changes_nothing(diegos_browser: Client, role: str) -> None:
    page = diegos_browser.post("/workspace/matrix/change/", _ticked(diegos_browser, role))
    assert page.context["wrong"]
    assert not MatrixChange.objects.exists()


def test_a_director_ticks_looks_confirms_and_it_holds_at_once(
    diegos_browser: Client, diego: User, rosa: User, yuli: Person
) -> None:
    Access.objects.create(person=yuli, user=rosa, why="conversation")
    sent = _ticked(diegos_browser, "operator")
    sent["given"].remove("person.read.granted")
    sent["given"].append("fact.read.granted")
    sent["areas.fact.read.granted"] = ["legal", "social"]
    preview = diegos_browser.post("/workspace/matrix/change/", sent)
    (effect,) = preview.context["effects"]
    assert (effect.name, len(effect.gains), len(effect.loses)) == ("Rosa", 1, 1)
    assert [(count.before, count.after) for count in effect.counts] == [(0, 0), (1, 0)]
    assert not MatrixChange.objects.exists()  # looking changes nothing
    assert _confirm(diegos_browser, preview).status_code == 302
    assert not may(rosa, "person.read")
    assert may(rosa, "fact.read")
    given = MatrixChange.objects.get(is_given=True)
    assert (given.areas, given.by, given.reason) == (["legal", "social"], diego, "hace falta")
    assert AuditEntry.objects.filter(verb="matrix.changed").count() == 1


def test_a_change_is_undone_by_its_opposite_and_both_stay_written(diegos_browser: Client, rosa: User) -> None:
    sent = _ticked(diegos_browser, "operator")
    sent["given"].remove("article.read.any")
    _confirm(diegos_browser, diegos_browser.post("/workspace/matrix/change/", sent))
    (done,) = diegos_browser.get("/workspace/matrix/").context["done"]
    assert done.can_undo
    assert not may(rosa, "article.read")
    _confirm(diegos_browser, diegos_browser.get("/workspace/matrix/change/", {"undo": done.number}))
    assert may(rosa, "article.read")
    assert [done.can_undo for done in diegos_browser.get("/workspace/matrix/").context["done"]] == [True, False]
    assert MatrixChange.objects.count() == 2


def test_without_a_reason_the_preview_comes_back(diegos_browser: Client) -> None:
    sent = _ticked(diegos_browser, "operator")
    sent["given"].remove("article.read.any")
    page = _confirm(diegos_browser, diegos_browser.post("/workspace/matrix/change/", sent), reason="")
    assert page.context["form"].errors["reason"]
    assert not MatrixChange.objects.exists()


def test_a_preview_that_is_old_is_shown_again_with_what_would_happen_now(
    diegos_browser: Client, diego: User, rosa: User
) -> None:
    sent = _ticked(diegos_browser, "operator")
    sent["given"].remove("article.read.any")
    old = diegos_browser.post("/workspace/matrix/change/", sent)
    MatrixChange.objects.create(
        role="editor", resource="article", action="read", relation="any", is_given=False, by=diego, reason="x"
    )
    page = _confirm(diegos_browser, old)
    assert page.context["form"].errors
    assert page.context["edition"] != old.context["edition"]
    assert MatrixChange.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        "give|it|person|read|granted|",
        "give|legal|person|read|any|",
        "give|director|article|write|any|",
        "take|director|matrix|change|any|",
    ],
)
def test_what_is_made_up_by_hand_is_checked_like_what_was_ticked(diegos_browser: Client, change: str) -> None:
    edition = diegos_browser.get("/workspace/matrix/change/")
    assert edition.status_code == 200
    sent = {"change": change, "edition": "0.0", "reason": "x"}
    assert diegos_browser.post("/workspace/matrix/change/", sent).context["wrong"]
    assert not MatrixChange.objects.exists()


@pytest.mark.parametrize(
    "change", ["", "give|legal", "give|queen|person|read|granted|", "swap|legal|person|read|granted|"]
)
def test_what_is_not_a_change_finds_no_page(diegos_browser: Client, change: str) -> None:
    sent = {"change": change, "edition": "0.0", "reason": "x"}
    assert diegos_browser.post("/workspace/matrix/change/", sent).status_code == 404


def test_a_coordinator_neither_sees_nor_changes_the_matrix(carlas_browser: Client, organisation: Organisation) -> None:
    assert carlas_browser.get("/workspace/matrix/").status_code == 404
    assert carlas_browser.get("/workspace/matrix/change/").status_code == 404


def test_two_roles_that_may_the_same_say_it_once_and_without_a_condition_if_one_has_none(
    organisation: Organisation, carla: User
) -> None:
    Membership.objects.create(user=carla, role=Role.DIRECTOR)
    deeds = {deed.words: deed.condition for deed in _browser(carla).get("/workspace/may/").context["mine"]}
    assert deeds[str(WORDS["access.trail"])] == ""
    assert " · " not in deeds[str(WORDS["glass.review"])]
