"""Every guarded route × every role × three relations to a person, over HTTP: the answer, what it shows, what it changes, what is written down.

What must come is said by tests/matrix/oracle.py, which reads matrix.yaml as text and shares no code with the house.
"""

import ast
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Q
from django.urls import get_resolver, reverse

from baquiano.accounts import audit, policy
from baquiano.accounts.matrix import Cell, shipped
from baquiano.accounts.models import Organisation, Role
from baquiano.people.models import Fact, Person
from tests.matrix.walking import (
    DEEDS_OTHERWISE,
    HOUSE,
    METHODS,
    PERSONAL,
    PLAIN,
    REACHED,
    READS_OTHERWISE,
    RELATIONS,
    Route,
    Step,
    allowed,
    faults_of,
    fingerprint,
    guarded_among,
    leaks,
    routes_of,
    step,
    walk,
)
from tests.matrix.world import World

# HTTP and permissions are the same on both engines; tests/accounts/test_matrix.py asks PostgreSQL.
pytestmark = pytest.mark.sqlite

ROUTES = guarded_among(routes_of(get_resolver()))
BY_NAME = {route.name: route for route in ROUTES}


# -- nothing is left out ------------------------------------------------------------------------------------------------------


def test_every_parameter_of_an_address_is_known_to_the_walk() -> None:
    unknown = {(route.name, name) for route in ROUTES for name in route.parameters} - {
        (route.name, name) for route in ROUTES for name in (*PERSONAL, *HOUSE, *PLAIN)
    }
    assert unknown == set(), (
        "say in tests/matrix/walking.py what fills this parameter: PERSONAL, if it leads to somebody we serve (and plant the row, "
        "with its canary, in tests/matrix/world.py), HOUSE or PLAIN if not"
    )


def test_of_every_rule_about_somebody_it_is_known_whom_it_must_lead_to() -> None:
    own_word = ("person", "custody", "request", "keeping")
    rules = {route.rule for route in ROUTES if route.is_about_somebody and route.rule.partition(".")[0] not in own_word}
    assert rules - set(REACHED) == set(), "say in tests/matrix/walking.py, REACHED, which people this rule leads to"


def test_the_walk_takes_every_relation_and_both_methods() -> None:
    assert (len(RELATIONS), METHODS) == (3, ("get", "post"))
    about_people = [route for route in ROUTES if route.is_about_somebody]
    assert len(about_people) >= 25
    assert all(route.relations == RELATIONS for route in about_people)


def test_no_proof_is_skipped_or_expected_to_fail(request: pytest.FixtureRequest) -> None:
    """In CI a skipped test fails anyway (tests/conftest.py); here nobody can even mark one."""
    mine = [item for item in request.session.items if Path(str(item.path)).parent == Path(__file__).parent]
    assert not [item.name for item in mine if _is_put_aside(item)]
    for file in (*Path(__file__).parent.glob("*.py"), *(Path(__file__).parents[1] / "accounts").glob("test_*.py")):
        names = {
            node.attr
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
        }
        assert not names & {"skip", "skipif", "xfail", "importorskip"}, file.name


def _is_put_aside(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("skip", "skipif", "xfail"))


def test_every_exception_of_the_walk_names_a_route_that_exists() -> None:
    assert {*DEEDS_OTHERWISE, *READS_OTHERWISE} <= set(BY_NAME)


# -- the walk -----------------------------------------------------------------------------------------------------------------


PARTS = 6
"""Every day each role walks a sixth of the routes, another sixth for the next role; `make soak` walks the rest: no cell is left out."""


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role), ids=str)
@pytest.mark.parametrize(
    "part",
    [pytest.param(part, id=f"part {part}", marks=[pytest.mark.soak] if part else []) for part in range(PARTS)],
)
def test_every_route_answers_as_the_matrix_says(organisation: Organisation, part: int, role: Role) -> None:
    world = World((role,))
    before = fingerprint()
    mine = part_of(ROUTES, role, part)
    faults, cells = walk(world, mine, role)
    assert not faults, "\n".join(faults)
    assert cells == sum(len(route.relations) for route in mine) > 0
    after = fingerprint()
    assert [table for table in before if before[table] != after[table]] == [], "a refused request changed something"


def part_of(routes: list[Route], role: Role, part: int) -> list[Route]:
    return routes[(list(Role).index(role) + part) % PARTS :: PARTS]


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_the_parts_of_the_walk_leave_no_route_out_and_the_roles_share_the_first(role: Role) -> None:
    walked = [route.name for part in range(PARTS) for route in part_of(ROUTES, role, part)]
    assert sorted(walked) == sorted(route.name for route in ROUTES)
    daily = {route.name for one in Role for route in part_of(ROUTES, one, 0)}
    assert daily == {route.name for route in ROUTES}


@pytest.mark.django_db
def test_the_canaries_sing_where_they_may(organisation: Organisation) -> None:
    """Otherwise silence would prove nothing: whoever works with a person finds almost every one of them on her pages."""
    world = World((Role.PSYCHOLOGICAL, Role.CASE_MANAGER, Role.COORDINATOR))
    heard: set[str] = set()
    for role, name in (
        (Role.PSYCHOLOGICAL, "person"),
        (Role.CASE_MANAGER, "person"),
        (Role.PSYCHOLOGICAL, "glass"),
        (Role.COORDINATOR, "conversation"),
        (Role.COORDINATOR, "glass_reviews"),
        (Role.COORDINATOR, "consent_reviews"),
        (Role.COORDINATOR, "grant_access"),
    ):
        route = BY_NAME[f"workspace:{name}"]
        body = step(world, route, role, route.relations[0], "get", is_kept=False).body
        heard |= leaks(world, set(), body)
    own = {what for word, what in world.served["own"].canaries.items() if word in heard}
    assert {
        "name",
        "called",
        "pronoun",
        "word",
        "nevertell",
        "fact",
        "document",
        "caregiver",
        "reach",
        "accessreason",
    } <= own
    assert {"glassreason", "vital"} <= own
    assert world.message_canary in heard


# -- parent of one, child of another ---------------------------------------------------------------------------------------------


WITH_TWO = [route for route in ROUTES if len([name for name in route.parameters if name in PERSONAL]) > 1]
CHILDREN = {
    "member_id": "member", "caregiver_id": "caregiver", "document_id": "document", "joining_id": "joining", "access_id": "access",
    "consent_id": "consent",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.ORIENTER, Role.LEGAL, Role.COORDINATOR], ids=str)
def test_the_address_of_one_person_never_opens_what_belongs_to_another(organisation: Organisation, role: Role) -> None:
    """Also when both may be seen. Either there is no such page, or it says that it changed meanwhile; nothing does."""
    assert len(WITH_TWO) >= 8
    world = World((role,))
    for route in WITH_TWO:
        for parent, child in (("own", "none"), ("other", "own"), ("own", "other")):
            answer = _crossed(world, route, role, parent, child)
            if answer is not None:
                assert answer.status in (302, 404, 405), (route.name, answer.status)
                assert not answer.written, (route.name, parent, child, answer.written)
                assert not leaks(world, world.visible(role), answer.body), route.name


def _crossed(world: World, route: Route, role: Role, parent: str, child: str) -> Step | None:
    """The person of one relation with the row of another. None: its second id is a person, who is nobody's child."""
    name = next(name for name in route.parameters if name in PERSONAL and name != "person_id")
    if name == "other_id":
        return None
    other = world.served[child]
    pk = other.facts[world.fact_key(role)].pk if name == "fact_id" else other.rows[CHILDREN[name]].pk
    aimed = _Aimed(route.name, route.converters, route.module, {"person_id": world.served[parent].person.pk, name: pk})
    return step(world, aimed, role, parent, "post", is_kept=False)


class _Aimed(Route):
    """The same route with an address of our own."""

    def __init__(self, name: str, converters: Any, module: str, values: dict[str, int]) -> None:
        super().__init__(name, converters, module)
        object.__setattr__(self, "values", values)

    def address(self, world: World, role: Role, relation: str) -> str:
        return reverse(self.name, kwargs=self.values)  # type: ignore[attr-defined]


# -- the walk notices ------------------------------------------------------------------------------------------------------------

Break = Callable[[pytest.MonkeyPatch], None]


def _everybody_is_granted(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(Person.RELATIONS, "granted", lambda post: Q())  # type: ignore[arg-type]


def _access_to_her_opens_every_area(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(Fact.RELATIONS, "own_area", Fact.RELATIONS["granted"])  # type: ignore[arg-type]


def _never_is_off(patch: pytest.MonkeyPatch) -> None:
    more = {Cell("it", "person", "list", "territory"), Cell("it", "person", "read", "territory")}
    patch.setattr(policy, "matrix", lambda: replace(shipped(), cells=shipped().cells | more, never={}))


def _the_door_stands_open(patch: pytest.MonkeyPatch) -> None:
    everything = {cell.permission for cell in shipped().cells}
    more = {Cell("donor", *permission.split(".")) for permission in everything}
    patch.setattr(policy, "_open", lambda user, cells: cells | more)


def _refusals_are_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "refused", lambda *args: None)


def _reads_are_not_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(audit, "_write", lambda entry: entry)


def _whoever_is_found_is_seen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(policy, "reach", lambda rows, user, action: rows)


MUTATIONS: list[tuple[Break, Role, str]] = [
    (_everybody_is_granted, Role.ORIENTER, "workspace:person"),
    (_access_to_her_opens_every_area, Role.LEGAL, "workspace:person"),
    (_never_is_off, Role.IT, "workspace:people"),
    (_the_door_stands_open, Role.DONOR, "workspace:glass_reviews"),
    (_refusals_are_not_written, Role.EDITOR, "workspace:person"),
    (_reads_are_not_written, Role.ORIENTER, "workspace:person"),
    (_whoever_is_found_is_seen, Role.ORIENTER, "workspace:edit_person"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("breaks", "role", "name"), MUTATIONS, ids=lambda one: getattr(one, "__name__", str(one)).strip("_")
)
def test_one_rule_broken_on_purpose_is_noticed(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, breaks: Break, role: Role, name: str
) -> None:
    world, route = World((role,)), BY_NAME[name]
    sound = [fault for relation in route.relations for fault in faults_of(world, route, role, relation, "get")]
    breaks(monkeypatch)
    broken = [fault for relation in route.relations for fault in faults_of(world, route, role, relation, "get")]
    assert (sound, bool(broken)) == ([], True)


@pytest.mark.django_db
def test_the_second_opinion_is_no_echo(organisation: Organisation) -> None:
    """It says yes and no about the same routes: to legal in her area, not in another, nor of nobody."""
    world = World((Role.LEGAL,))
    said = [allowed(world, BY_NAME["workspace:erase_fact"], Role.LEGAL, relation) for relation in RELATIONS]
    assert said == [True, False, False]
