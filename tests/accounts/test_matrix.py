"""The policy over its whole domain, against a second opinion that shares no code with it; and changing the matrix."""

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.accounts import matrix as house
from baquiano.accounts.changing import CannotChange, Change, change_matrix, effects, opposite, proposed
from baquiano.accounts.matrix import Cell, Matrix, at_change, changed, latest_change, shipped
from baquiano.accounts.models import Area, AuditEntry, MatrixChange, Membership, Role, User
from baquiano.accounts.policy import may, reach, reaches
from baquiano.people.categories import Data
from baquiano.people.models import Access, Person
from baquiano.workspace.setup.matrix import subjects
from tests.conftest import Joins
from tests.matrix.crowd import MODELS, Crowd, expected, people_of_every_kind
from tests.matrix.oracle import SHIPPED, TEXT, Holding, Permission

NOT_BY_PERSON = {"conversation"}
"""Their relations are about what was said, not about whose row it is: proved in tests/conversations/test_complaints.py."""
ACTIONS = {name: sorted({p.action for p in SHIPPED if p.resource == name}) for name in MODELS}


def _reached(user: User, resource: str, action: str) -> set[int]:
    rows: Any = MODELS[resource]._default_manager
    return set(reach(rows.all(), user, action).values_list("pk", flat=True))


def _line(cell: Cell) -> Permission:
    return Permission(cell.role, cell.resource, cell.action, cell.relation, frozenset(cell.areas))


# -- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_read_as_it_is_written() -> None:
    assert {_line(cell) for cell in shipped().cells} == SHIPPED


def test_every_role_stands_in_the_file() -> None:
    assert set(TEXT["roles"]) == set(Role.values)


def test_every_model_with_relations_is_in_the_proof_and_on_the_screen() -> None:
    with_relations = {
        model.RESOURCE: model
        for model in apps.get_models()
        if getattr(model, "RELATIONS", None) and model.RESOURCE not in NOT_BY_PERSON
    }
    assert with_relations == MODELS, "add the model to tests/matrix/crowd.py"
    assert set(subjects()) == set(with_relations), "add the model to workspace/setup/matrix.py: subjects()"


def test_a_thing_without_relations_is_given_without_a_condition() -> None:
    conditions = {(p.resource, p.relation) for p in SHIPPED if p.resource not in {*MODELS, *NOT_BY_PERSON}}
    assert {relation for _, relation in conditions} == {"any"}


def test_every_relation_in_the_file_is_known_to_its_model() -> None:
    known = {name: {"any", *model.RELATIONS} for name, model in MODELS.items()}  # type: ignore[attr-defined]
    unknown = {p for p in SHIPPED if p.resource in known and p.relation not in known[p.resource]}
    assert unknown == set()
    assert {p for p in SHIPPED if p.areas and p.resource in MODELS and not hasattr(MODELS[p.resource], "AREA")} == set()


def test_what_is_about_people_is_never_for_systems_nor_for_donors() -> None:
    about_people = {"person", "fact", "consent", "attachment", "glass", "access", "custody", "conversation"}
    assert about_people <= set(TEXT["never"]["it"]) & set(TEXT["never"]["donor"]) & set(TEXT["second_factor"])
    assert not {p for p in SHIPPED if p.role in ("it", "donor") and p.resource in about_people}


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"it": {"person": ["read"]}}, "never"),
        ({"legal": {"fact": [{"read": "granted[cooking]"}]}}, "not areas"),
        ({"queen": {"person": ["read"]}}, "not a role"),
        ({"legal": {"fact": [{"read": "granted [social"}]}}, "not a relation"),
    ],
)
def test_a_file_that_contradicts_itself_does_not_load(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any], fault: str
) -> None:
    wrong = house.yaml.safe_dump({**TEXT, "roles": {**TEXT["roles"], **entry}})
    (tmp_path / "matrix.yaml").write_text(wrong, encoding="utf-8")
    monkeypatch.setattr(house, "FILE", tmp_path / "matrix.yaml")
    with pytest.raises(ValueError, match=fault):
        shipped.__wrapped__()


# -- the policy, over its whole domain -----------------------------------------------------------------------------------


@pytest.fixture
def crowd(db: None, now: time_machine.Traveller) -> Crowd:
    return Crowd()


def _of_every_role(crowd: Crowd) -> list[User]:
    """Each role alone, and those whose place, area or time is special."""
    users = [crowd.joins(role, Holding(role)) for role in Role.values]
    past, soon = crowd.at(-1), crowd.at(1)
    return [
        *users,
        crowd.joins("of_antioquia", Holding("reception", territory="CO05")),
        crowd.joins("coordinates_bogota", Holding("coordinator", territory="CO11")),
        crowd.joins("lawyer_of_another_area", Holding("legal", area="medical")),
        crowd.joins("two_roles", Holding("legal"), Holding("social", territory="CO05")),
        crowd.joins("left", Holding("coordinator", until=past)),
        crowd.joins("comes_tomorrow", Holding("coordinator", since=soon)),
        crowd.joins("volunteer", Holding("orienter", until=soon)),
        crowd.joins("switched_off", Holding("coordinator"), is_active=False),
    ]


def _with_lonely_people(crowd: Crowd) -> None:
    """Whose only colleagues have left: ownerless, here and elsewhere."""
    gone = crowd.joins("gone", Holding("operator", until=crowd.at(-1)))
    crowd.gives(gone, [crowd.arrives(place=place) for place in ("CO05001", "CO11001", "")])
    crowd.gives(gone, [crowd.arrives(put_away="blocked")])


def test_every_role_reaches_what_the_file_says_in_every_relation(crowd: Crowd) -> None:
    users = _of_every_role(crowd)
    people_of_every_kind(crowd, users)
    _with_lonely_people(crowd)
    facts, faults, opened = crowd.facts(), [], 0
    for user, resource in product(users, MODELS):
        for action in ACTIONS[resource]:
            reached, should = _reached(user, resource, action), expected(facts, crowd, user, resource, action)
            opened += len(should)
            if reached != should:
                faults.append(
                    f"{user.username} {resource}.{action}: {len(reached - should)} too many, {len(should - reached)} missing"
                )
    assert faults == []
    assert opened > 1500  # the second opinion does not say no to everything


def _cells(resource: str) -> Iterator[Cell]:
    """Everything a cell of this resource could be."""
    model: Any = MODELS[resource]
    bounds = [(), ("legal",), ("legal", "social")] if hasattr(model, "AREA") else [()]
    for action, relation, areas in product(ACTIONS[resource], ("any", *model.RELATIONS), bounds):
        yield Cell("monitoring", resource, action, relation, areas)


@pytest.mark.parametrize("resource", MODELS)
def test_every_cell_that_could_be_given_opens_exactly_what_it_says(crowd: Crowd, resource: str) -> None:
    """Monitoring has nothing of anybody as shipped: whatever opens, the one cell opened it."""
    ana = crowd.joins("ana", Holding("monitoring", area="legal", territory="CO05"))
    people_of_every_kind(crowd, [ana, crowd.joins("berta", Holding("legal"))])
    _with_lonely_people(crowd)
    for cell in _cells(resource):
        _give(cell, ana)
        facts = crowd.facts(frozenset({_line(cell)}))
        assert _reached(ana, resource, cell.action) == expected(facts, crowd, ana, resource, cell.action), cell
        _give(cell, ana, is_given=False)
        assert _reached(ana, resource, cell.action) == set(), cell


def _give(cell: Cell, by: User, *, is_given: bool = True) -> MatrixChange:
    return MatrixChange.objects.create(
        role=cell.role,
        resource=cell.resource,
        action=cell.action,
        relation=cell.relation,
        areas=list(cell.areas),
        is_given=is_given,
        by=by,
        reason="x",
    )


DAYS = st.sampled_from([-2, -1, 0, 1, 2])
ENDS = st.one_of(st.none(), DAYS)
TERRITORIES = st.sampled_from(["", "CO05", "CO11", "CO05001"])
AREAS = st.sampled_from(["", *Area.values])
MEMBERSHIPS = st.lists(st.tuples(st.sampled_from(Role.values), AREAS, TERRITORIES, DAYS, ENDS), min_size=0, max_size=2)
PEOPLE = st.tuples(
    st.sampled_from(["", "CO05001", "CO11001"]), st.booleans(), st.sampled_from(["", "", "blocked", "forgotten"])
)
ACCESSES = st.tuples(st.integers(0, 2), st.integers(0, 2), AREAS, DAYS, ENDS)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(Role.values),
        st.sampled_from([cell for resource in MODELS for cell in _cells(resource)]),
        st.booleans(),
    ),
    max_size=3,
)


def _changed_by_hand(changes: list[tuple[str, Cell, bool]]) -> frozenset[Permission]:
    """What the second opinion makes of changes: the last of a place holds, and `never` is stronger than all of them."""
    held = {(p.role, p.resource, p.action, p.relation): p for p in SHIPPED}
    for role, cell, is_given in changes:
        line = replace(_line(cell), role=role)
        held.pop((line.role, line.resource, line.action, line.relation), None)
        if is_given and line.resource not in TEXT["never"].get(role, ()):
            held[(line.role, line.resource, line.action, line.relation)] = line
    return frozenset(held.values())


# On the second round the law is the same, and only the dialect of the queries is new.
EXAMPLES = 12 if os.environ.get("DATABASE_URL") else 25


@settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    staff=st.lists(MEMBERSHIPS, min_size=3, max_size=3),
    people=st.lists(PEOPLE, min_size=3, max_size=3),
    accesses=st.lists(ACCESSES, max_size=6),
    changes=CHANGES,
    is_demo=st.booleans(),
)
def test_queryset_check_and_second_opinion_agree_on_anybody(
    db: None,
    now: time_machine.Traveller,
    settings: Any,
    staff: Any,
    people: Any,
    accesses: Any,
    changes: Any,
    is_demo: bool,
) -> None:
    settings.IS_DEMO = is_demo
    with transaction.atomic():
        crowd = Crowd()
        users = [crowd.joins(f"u{number}", *_held(crowd, posts)) for number, posts in enumerate(staff)]
        here = [crowd.arrives(place=p, is_restricted=r, put_away=a) for p, r, a in people]
        for user, person, area, since, until in accesses:
            if until is None or until >= since:
                crowd.gives(users[user], [here[person]], area, since, until)
        for person in here:
            crowd.tells(person, "social", users[0], Data.RISK)
            crowd.tells(person, "legal", users[0])
            crowd.shows(person, "legal", users[0])
        crowd.breaks(here[0], users[0])
        for role, cell, is_given in changes:
            _give(replace(cell, role=role), users[0], is_given=is_given)
        facts = crowd.facts(_changed_by_hand(changes), is_demo=is_demo)
        _agree(crowd, facts, users)
        transaction.set_rollback(True)
    at_change.cache_clear()


def _held(crowd: Crowd, posts: Any) -> list[Holding]:
    return [
        Holding(role, area, territory if territory != "CO05001" else "CO05", crowd.at(since), crowd.at(until))
        for role, area, territory, since, until in posts
        if until is None or until > since
    ]


def _agree(crowd: Crowd, facts: Any, users: list[User]) -> None:
    for user, resource in product(users, MODELS):
        for action in ACTIONS[resource]:
            should = expected(facts, crowd, user, resource, action)
            assert _reached(user, resource, action) == should, (user.username, resource, action)
            assert may(user, f"{resource}.{action}") == facts.may(user.pk, resource, action)
        action = ACTIONS[resource][0]
        for row in MODELS[resource]._default_manager.all():
            in_should = row.pk in expected(facts, crowd, user, resource, action)
            assert reaches(user, action, row) == in_should


# -- time ------------------------------------------------------------------------------------------------------------------


def test_an_access_opens_at_its_first_second_and_is_shut_at_its_last(joins: Joins, now: time_machine.Traveller) -> None:
    ana, person = joins("ana", "Ana", Role.OPERATOR), Person.objects.create()
    begins = timezone.now() + timedelta(seconds=10)
    Access.objects.create(person=person, user=ana, why="case", since=begins, until=begins + timedelta(seconds=10))
    seen = []
    for _second in range(21):
        seen.append(reaches(ana, "read", person))
        now.shift(1)
    assert seen == [False] * 10 + [True] * 10 + [False]


def test_a_volunteer_sees_people_until_the_last_second(joins: Joins, now: time_machine.Traveller) -> None:
    ana, person = joins("ana", "Ana", Role.OPERATOR), Person.objects.create()
    Access.objects.create(person=person, user=ana, why="case")
    Membership.objects.filter(user=ana).update(until=timezone.now() + timedelta(seconds=2))
    seen = []
    for _second in range(3):
        seen.append(reaches(ana, "read", person))
        now.shift(1)
    assert seen == [True, True, False]


# -- changing it -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def diego(joins: Joins) -> User:
    """Director."""
    return joins("diego", "Diego", Role.DIRECTOR)


RISKS_FOR_LEGAL = Change(Cell("legal", "fact", "read", "risk"), is_given=True)


def _change(*changes: Change, by: User) -> list[MatrixChange]:
    return change_matrix(changes, by=by, reason="porque hace falta", seen=latest_change(), subjects=subjects())


def test_a_change_holds_from_the_next_question_on(diego: User, rosa: User) -> None:
    assert not may(rosa, "article.withdraw")
    _change(Change(Cell("operator", "article", "withdraw"), is_given=True), by=diego)
    assert may(rosa, "article.withdraw")
    _change(Change(Cell("operator", "article", "withdraw"), is_given=False), by=diego)
    assert not may(rosa, "article.withdraw")


def test_a_change_is_written_down_once_with_its_reason(diego: User, rosa: User) -> None:
    rows = _change(RISKS_FOR_LEGAL, Change(Cell("operator", "article", "read"), is_given=False), by=diego)
    entry = AuditEntry.objects.get(verb="matrix.changed")
    assert (entry.actor, entry.row, entry.reason) == (diego, f"matrixchange:{rows[-1].pk}", "porque hace falta")
    assert [row.by for row in MatrixChange.objects.all()] == [diego, diego]


def test_the_last_change_of_a_place_holds_and_its_areas_with_it(diego: User) -> None:
    narrow = Cell("orienter", "fact", "read", "granted", ("social",))
    _change(Change(narrow, is_given=True), by=diego)
    _change(Change(replace(narrow, areas=("legal", "social")), is_given=True), by=diego)
    held = [cell for cell in at_change(latest_change()).cells if cell.place == narrow.place]
    assert held == [replace(narrow, areas=("legal", "social"))]


@pytest.mark.parametrize(
    "change",
    [
        Change(Cell("it", "person", "read", "granted"), is_given=True),  # never
        Change(Cell("donor", "team", "list"), is_given=True),  # never
        Change(Cell("legal", "person", "read", "sees"), is_given=True),  # no such relation
        Change(Cell("legal", "person", "read", "risk"), is_given=True),  # a relation of facts
        Change(Cell("legal", "person", "read", "any"), is_given=True),  # nobody reads everybody
        Change(Cell("legal", "fact", "read", "any"), is_given=True),
        Change(Cell("legal", "person", "read", "granted", ("legal",)), is_given=True),  # people have no area
        Change(Cell("legal", "fact", "read", "granted", ("cooking",)), is_given=True),
        Change(Cell("legal", "fact", "erase", "granted"), is_given=True),  # no such deed
        Change(Cell("queen", "fact", "read", "granted"), is_given=True),
        Change(Cell("legal", "fact", "read", "own_area"), is_given=True),  # has it
        Change(Cell("legal", "fact", "read", "risk"), is_given=False),  # does not have it
        Change(Cell("director", "matrix", "change"), is_given=False),  # nobody could give it back
        Change(Cell("director", "fact", "read", "granted", ("legal",)), is_given=True),  # her own role
    ],
    ids=lambda change: f"{change.cell.role} {change.cell.permission} {change.cell.relation}",
)
def test_what_may_not_be_is_refused_and_nothing_changes(diego: User, change: Change) -> None:
    with pytest.raises(CannotChange) as refusal:
        _change(change, by=diego)
    assert str(refusal.value).strip()
    assert not MatrixChange.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_director_cannot_help_herself_but_another_one_with_the_key_can(diego: User, joins: Joins) -> None:
    widening = Change(Cell("director", "article", "withdraw"), is_given=True)
    with pytest.raises(CannotChange):
        _change(widening, by=diego)
    _change(Change(Cell("coordinator", "matrix", "change"), is_given=True), by=diego)
    carla = joins("carla", "Carla", Role.COORDINATOR)
    _change(widening, by=carla)
    assert may(diego, "article.withdraw")


def test_a_director_may_narrow_her_own_role(diego: User) -> None:
    _change(Change(Cell("director", "recall", "read"), is_given=False), by=diego)
    assert not may(diego, "recall.read")


def test_the_key_can_go_once_somebody_else_who_works_here_has_it(diego: User, joins: Joins) -> None:
    away = Change(Cell("director", "matrix", "change"), is_given=False)
    _change(Change(Cell("coordinator", "matrix", "change"), is_given=True), by=diego)
    with pytest.raises(CannotChange):
        _change(away, by=diego)  # no coordinator works here
    joins("carla", "Carla", Role.COORDINATOR)
    _change(away, by=diego)
    assert not may(diego, "matrix.change")


def test_without_a_reason_nothing_changes(diego: User) -> None:
    with pytest.raises(CannotChange):
        change_matrix([RISKS_FOR_LEGAL], by=diego, reason="  ", seen=latest_change(), subjects=subjects())
    assert not MatrixChange.objects.exists()


def test_what_was_looked_at_before_somebody_elses_change_is_looked_at_again(diego: User) -> None:
    seen = latest_change()
    _change(Change(Cell("operator", "article", "withdraw"), is_given=True), by=diego)
    with pytest.raises(CannotChange):
        change_matrix([RISKS_FOR_LEGAL], by=diego, reason="x", seen=seen, subjects=subjects())
    assert MatrixChange.objects.count() == 1


def test_a_change_that_a_later_release_forbids_opens_nothing(diego: User, bruno: User) -> None:
    """Such a row lies here since before `never` said so."""
    _give(Cell("it", "person", "read", "granted"), diego)
    assert not may(bruno, "person.read")


def test_a_relation_that_a_later_release_no_longer_has_opens_nothing(diego: User, rosa: User) -> None:
    person = Person.objects.create()
    Access.objects.create(person=person, user=rosa, why="case")
    _give(Cell("operator", "person", "merge", "befriended"), diego)
    _give(Cell("operator", "person", "grant", "granted", ("legal",)), diego)
    assert not reaches(rosa, "merge", person)
    assert not reaches(rosa, "grant", person)


def test_the_preview_says_who_gains_who_loses_and_how_many_people(diego: User, rosa: User, joins: Joins) -> None:
    lucia = joins("lucia", "Lucía", Role.LEGAL)
    people = [Person.objects.create() for _number in range(3)]
    for person in people:
        Access.objects.create(person=person, user=rosa, why="case")
    Access.objects.create(person=people[0], user=lucia, why="case")
    away = Change(Cell("operator", "person", "read", "granted"), is_given=False)
    given = Change(Cell("legal", "person", "grant", "granted"), is_given=True)
    before, after = proposed([away, given], by=diego, subjects=subjects())
    found = {effect.user: effect for effect in effects(before, after, subjects())}
    assert set(found) == {rosa, lucia}
    assert (found[rosa].gains, found[rosa].loses) == ((), (away.cell,))
    assert [(count.permission, count.before, count.after) for count in found[rosa].counts] == [("person.read", 3, 0)]
    assert (found[lucia].gains, found[lucia].loses) == ((given.cell,), ())
    assert [(count.permission, count.before, count.after) for count in found[lucia].counts] == [("person.grant", 0, 1)]


def test_who_may_do_it_by_another_role_loses_nothing(diego: User, rosa: User) -> None:
    Membership.objects.create(user=rosa, role=Role.COORDINATOR)
    away = Change(Cell("operator", "article", "read"), is_given=False)
    assert effects(*proposed([away], by=diego, subjects=subjects()), subjects()) == []


def test_losing_the_area_of_one_role_is_a_loss_although_another_role_has_the_same_words(
    diego: User, joins: Joins
) -> None:
    ana = joins("ana", "Ana", Role.LEGAL)
    Membership.objects.create(user=ana, role=Role.SOCIAL)
    away = Change(Cell("legal", "fact", "read", "own_area"), is_given=False)
    (effect,) = effects(*proposed([away], by=diego, subjects=subjects()), subjects())
    assert (effect.user, effect.loses) == (ana, (away.cell,))


def test_a_change_and_its_opposite_leave_everything_as_it_was(diego: User) -> None:
    before = at_change(latest_change()).cells
    wider = Change(Cell("case_manager", "fact", "read", "granted", ("legal", "social")), is_given=True)
    (done,) = _change(wider, by=diego)
    back = opposite(done)
    assert back == Change(Cell("case_manager", "fact", "read", "granted", ("social",)), is_given=True)
    _change(back, by=diego)  # type: ignore[arg-type]
    assert at_change(latest_change()).cells == before
    assert opposite(done) is None


GIVEABLE = sorted(cell for resource in MODELS for cell in _cells(resource))


@given(st.lists(st.tuples(st.sampled_from(GIVEABLE), st.booleans()), max_size=6))
def test_no_list_of_changes_gives_what_is_forbidden_or_two_cells_to_one_place(changes: list[tuple[Cell, bool]]) -> None:
    roles = [*Role.values, "queen"]
    spread = [
        (replace(cell, role=roles[number * 7 % len(roles)]), is_given)
        for number, (cell, is_given) in enumerate(changes)
    ]
    after: Matrix = changed(shipped(), spread)
    assert all(after.fault(cell) is None for cell in after.cells)
    assert len({cell.place for cell in after.cells}) == len(after.cells)
