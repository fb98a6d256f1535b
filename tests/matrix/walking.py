"""The walk: every route of the house × every role × three relations to a person, and what each answer must be.

Nothing here names a screen: the routes come from the URL conf, the rules from matrix.yaml, the ids from `ARGUMENTS`.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.urls import URLPattern, URLResolver, reverse
from pypdf import PdfReader

from baquiano.accounts.matrix import shipped
from baquiano.accounts.models import AuditEntry, Membership, Role, User
from baquiano.people.models import Consent, Fact, Person
from tests.matrix.oracle import About
from tests.matrix.world import RELATIONS, World

METHODS = ("get", "post")
SAMPLES = (
    "nada",
    "999999999",
    "6b0d4f6e-5a83-4b0e-9d1f-2f2f7a6f0c11",
    "es",
    "nada/nada",
)  # each converter takes one of these


@dataclass(frozen=True)
class Route:
    """One URL pattern by its full name, the converters of its address, and where its view lies."""

    name: str
    converters: tuple[tuple[str, Any], ...]
    module: str

    @property
    def rule(self) -> str:
        return shipped().routes[self.name]

    @property
    def parameters(self) -> list[str]:
        return [name for name, _ in self.converters]

    @property
    def is_about_somebody(self) -> bool:
        return any(name in PERSONAL for name in self.parameters)

    @property
    def relations(self) -> tuple[str, ...]:
        return RELATIONS if self.is_about_somebody else ("",)

    @property
    def sample_address(self) -> str:
        """Of nobody and nothing."""
        return reverse(self.name, kwargs={name: sample(converter) for name, converter in self.converters})

    def address(self, world: World, role: Role, relation: str) -> str:
        values = {}
        for name, converter in self.converters:
            if name in PERSONAL:
                values[name] = PERSONAL[name](Asked(world, role, relation, self.name))
            elif name in HOUSE:
                values[name] = HOUSE[name](world)
            else:
                values[name] = sample(converter)
        return reverse(self.name, kwargs=values)


@dataclass(frozen=True)
class Asked:
    """Who asks, for whom, through which route."""

    world: World
    role: Role
    relation: str
    route: str

    @property
    def user(self) -> User:
        return self.world.users[self.role]

    def row(self, name: str) -> int:
        return int(self.world.served[self.relation].rows[name].pk)


def _other(asked: Asked) -> int:
    """The second person of an address: one who is the same already, or one who looks alike."""
    rows = asked.world.merged if asked.route == "workspace:unmerge_person" else asked.world.twins
    return rows[asked.relation].pk


def _glass(asked: Asked) -> int:
    """Her own glass where she has access, somebody else's elsewhere."""
    served = asked.world.served[asked.relation]
    mine = served.glasses.get(asked.user.pk)
    return mine.pk if mine else served.rows["their_glass"].pk


# What fills an address, by the name of its parameter. About a person:
PERSONAL: dict[str, Callable[[Asked], Any]] = {
    "person_id": lambda asked: asked.world.served[asked.relation].person.pk,
    "other_id": _other,
    "member_id": lambda asked: asked.row("member"),
    "caregiver_id": lambda asked: asked.row("caregiver"),
    "document_id": lambda asked: asked.row("document"),
    "joining_id": lambda asked: asked.row("joining"),
    "access_id": lambda asked: asked.row("access"),
    "consent_id": lambda asked: asked.row("vital" if asked.route.endswith("review_consent") else "consent"),
    "fact_id": lambda asked: asked.world.served[asked.relation].facts[asked.world.fact_key(asked.role)].pk,
    "glass_id": _glass,
    "paper_id": lambda asked: asked.world.served[asked.relation].papers[asked.world.fact_key(asked.role)].pk,
    "request_id": lambda asked: asked.row("request"),
    "hold_id": lambda asked: asked.row("hold"),
    "notice_id": lambda asked: asked.world.served[asked.relation].notices[asked.user.pk].pk,
}
# … about the house, with a row that exists:
HOUSE: dict[str, Callable[[World], Any]] = {
    "conversation_id": lambda world: world.conversation.pk,
    "user_id": lambda world: world.keeper.pk,
    "membership_id": lambda world: world.keeper.memberships.get().pk,
}
# … and those for which nothing is made: an id that does not exist is enough, the door refuses before.
PLAIN = frozenset(
    ["number_id", "incident_id", "reply_id", "proposal_id", "text_id", "key", "token", "number", "alert_id", "message_id", "shift_id", "topic", "article_id", "language", "example_id", "version_id", "translation_id", "name",
     "organization_id", "service_id", "at_id", "location_id", "announcement_id", "campaign_id", "asking_id", "draft_id", "entity", "one_id", "twin_id", "question_id", "rumour_id", "recall_id", "line_id", "broadcast_id", "channel_id", "collision_id", "recovery_id", "country", "branch", "slug", "article", "code", "channel", "path", "site_id", "site"]
)  # fmt: skip


def routes_of(resolver: URLResolver, space: str = "", outer: tuple[tuple[str, Any], ...] = ()) -> list[Route]:
    found: list[Route] = []
    for entry in resolver.url_patterns:
        converters = (*outer, *entry.pattern.converters.items())
        if isinstance(entry, URLPattern):
            found.append(Route(f"{space}{entry.name}", converters, entry.callback.__module__))
        else:
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            found += routes_of(entry, inner, converters)
    return found


def sample(converter: Any) -> Any:
    return converter.to_python(next(one for one in SAMPLES if re.fullmatch(converter.regex, one)))


def guarded_among(routes: list[Route]) -> list[Route]:
    return [route for route in routes if shipped().routes.get(route.name, "anyone") != "anyone"]


# -- what the answer must be -----------------------------------------------------------------------------------------------

Reach = Callable[[World, Role, str], bool]


def _on_person(action: str) -> Reach:
    return lambda world, role, relation: world.facts.may_on(
        world.users[role].pk, "person", action, world.about(relation)
    )


def _on_fact(action: str) -> Reach:
    return lambda world, role, relation: world.facts.may_on(
        world.users[role].pk, "fact", action, world.on_fact(relation, world.fact_key(role))
    )


def _on_paper(action: str) -> Reach:
    return lambda world, role, relation: world.facts.may_on(
        world.users[role].pk, "attachment", action, world.on_fact(relation, world.fact_key(role))
    )


def _own_glass(world: World, role: Role, relation: str) -> bool:
    return relation == "own"


def _others_glass(world: World, role: Role, relation: str) -> bool:
    user = world.users[role]
    breaker = user.pk if relation == "own" else world.keeper.pk
    return world.facts.may_on(user.pk, "glass", "review", About(1, done_by=breaker))


def _anybody(world: World, role: Role, relation: str) -> bool:
    return True


REACHED: dict[str, Reach] = {
    "consent.read": _on_person("read"),
    "consent.give": _on_person("read"),
    "consent.withdraw": _on_person("read"),
    "consent.review": _anybody,
    "attachment.read": _on_person("read"),
    "attachment.add": _on_person("read"),
    "attachment.erase": _on_person("read"),
    "glass.break": _own_glass,
    "glass.review": _others_glass,
    "fact.write": _on_person("read"),  # with a fact in the address: `_on_fact`
    "fact.read": _on_person("read"),
    "staff": _anybody,
    "access.trail": _anybody,
}
"""By the rule of a route about somebody: whom its address must lead to, besides having the permission. `person.…` says it itself."""


def allowed(world: World, route: Route, role: Role, relation: str) -> bool:
    """As the second opinion has it."""
    if route.rule == "staff":
        return True
    resource, _, action = route.rule.partition(".")
    if not world.facts.may(world.users[role].pk, resource, action):
        return False
    return not route.is_about_somebody or _reached(route)(world, role, relation)


def _reached(route: Route) -> Reach:
    resource, _, action = route.rule.partition(".")
    if resource == "person":
        return _on_person(action)
    if resource in ("custody", "request", "keeping"):  # custody looks at anybody, also at whom nobody else may see
        return _anybody
    if "paper_id" in route.parameters:
        return _on_paper(action)
    if resource == "fact" and "fact_id" in route.parameters:
        return _on_fact(action)
    return REACHED[route.rule]


# -- one step --------------------------------------------------------------------------------------------------------------

HIJACK = {
    "owner": "1", "user": "1", "role": "coordinator", "person": "1", "status": "open", "registered_by": "1", "same_as": "1",
    "blocked_at": "2030-01-01", "forgotten_at": "2030-01-01", "is_demo": "on", "granted_by": "1", "is_active": "", "asked_by": "1",
    "told_to": "1", "by": "1", "since": "2001-01-01", "reviewed_by": "1", "why": "granted", "area": "medical", "data": "health",
}  # fmt: skip
"""Fields that no form asks for, with which somebody would give themselves more, beside some that forms do ask for."""
FILLED = {
    "name": "Intrusa Intrusa", "called": "Intrusa", "reason": "porque no puede esperar", "until": "2027-01-01", "relation": "child",
    "kind": "passport", "text": "intrusa", "category": "risk", "basis": "legal_duty", "evidence": "spoken", "given_by": "self",
    "language": "es", "purpose": "contact", "kinds": "name", "was_right": "yes", "review": "intrusa", "who": "1", "record": "999999999",
}  # fmt: skip

_WRITES = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', re.IGNORECASE)
_ALWAYS_WRITTEN = (
    "accounts_auditentry",
    "accounts_auditseal",
    "accounts_staffsession",
    "django_session",
    "accounts_tick",
)


@dataclass(frozen=True)
class Step:
    """What came of one request. `written`: tables that were changed, but the trail and the sessions. `verbs`: new entries of the trail.
    `stolen`: what a field that no form asks for has changed.
    """

    status: int
    body: str
    written: frozenset[str]
    verbs: tuple[str, ...]
    stolen: str

    @property
    def refusals(self) -> int:
        return self.verbs.count("refused")

    @property
    def deeds(self) -> int:
        return len(self.verbs) - self.refusals


def step(world: World, route: Route, role: Role, relation: str, method: str, *, is_kept: bool) -> Step:
    """One request. `is_kept`: what it did stays (somebody who is refused does nothing); otherwise it is taken back."""
    browser, user = world.browsers[role], world.users[role]
    address = route.address(world, role, relation)
    cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
    written: set[str] = set()
    data = {**HIJACK, **FILLED, "to": str(world.keeper.pk)} if method == "post" else {}
    with transaction.atomic():
        with connection.execute_wrapper(noting(written)):
            answer = getattr(browser, method)(address, data)
        entries = list(
            AuditEntry.objects.filter(pk__gt=world.last_entry, actor=user).order_by("pk").values_list("pk", "verb")
        )
        body, stolen = _text(answer), _stolen(world, user) if written else ""
        transaction.set_rollback(not is_kept)
    if is_kept and entries:
        world.last_entry = entries[-1][0]
    verbs = tuple(verb for _, verb in entries)
    browser.cookies.clear()
    browser.cookies.load(cookies)
    return Step(answer.status_code, body, frozenset(written), verbs, stolen)


def _stolen(world: World, user: User) -> str:
    """Whether one of the fields of `HIJACK` was believed."""
    people = Person.objects.filter(Q(blocked_at__isnull=False) | Q(forgotten_at__isnull=False) | Q(is_demo=True))
    if (
        people.exists()
        or Person.objects.exclude(registered_by__in=[user, world.keeper]).exclude(registered_by=None).exists()
    ):
        return "a person"
    if Fact.objects.exclude(told_to__in=[user, world.keeper]).exists():
        return "who was told"
    if Consent.objects.exclude(asked_by__in=[user, world.keeper]).exists():
        return "who asked"
    return "whoever works here" if Membership.objects.filter(since__lt=world.now - timedelta(days=20)).exists() else ""


def _text(answer: Any) -> str:
    """Everything that left the house: pages, files, headers. A file that arrives in pieces is put together."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.headers.get("Content-Type") == "application/pdf":
        content += "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).encode()
    return content.decode("utf-8", "replace") + repr(sorted(answer.headers.items()))


def noting(written: set[str]) -> Callable[..., Any]:
    """Around every statement: the table it writes to, also if it is taken back later."""

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = _WRITES.match(sql)
        if found and found[2] not in _ALWAYS_WRITTEN:
            written.add(found[2])
        return execute(sql, params, many, context)

    return note


# -- the faults of one step ------------------------------------------------------------------------------------------------

NAMES = ("name", "called")


def faults_of(world: World, route: Route, role: Role, relation: str, method: str) -> list[str]:
    """In words; empty: everything is as it should be."""
    may = allowed(world, route, role, relation)
    done = step(world, route, role, relation, method, is_kept=not may)
    here = f"{role} {method} {route.name}{f' ({relation})' if relation else ''}"
    if not may:
        return [f"{here}: {fault}" for fault in _when_denied(world, done)]
    return [f"{here}: {fault}" for fault in _when_allowed(world, route, role, done, method)]


def _when_denied(world: World, done: Step) -> Iterator[str]:
    if done.status == 405:  # the role may, and this page takes no such method: nobody was looked for
        if done.written or leaks(world, set(), done.body):
            yield "a refused method did or showed something"
        return
    if (done.status, done.verbs) != (404, ("refused",)):
        yield f"should be no such page, written down once; is {done.status}, {done.verbs}"
    if done.written:
        yield f"was refused and changed {sorted(done.written)}"
    if found := leaks(world, set(), done.body):
        yield f"was refused and shows {sorted(found)}"


def _when_allowed(world: World, route: Route, role: Role, done: Step, method: str) -> Iterator[str]:
    if done.status >= 500 or (done.status == 404 and route.is_about_somebody):
        yield f"should answer; is {done.status}, {done.verbs}"
    if done.refusals and done.status != 404:
        yield "is let in and written down as refused"
    if found := leaks(world, world.visible(role), done.body):
        yield f"shows what it may not: {sorted(found)}"
    yield from _trail_of(world, route, done, method)
    if done.stolen and not route.rule.startswith("custody."):
        yield f"believed a field that it does not ask for: {done.stolen}"
    if stolen := done.written & CROWN and route.name not in MAY_CHANGE_THE_CROWN:
        yield f"changes who may do what: {stolen}"


def _trail_of(world: World, route: Route, done: Step, method: str) -> Iterator[str]:
    if method == "post" and done.written and done.deeds != 1 and route.name not in DEEDS_OTHERWISE:
        yield f"changed {sorted(done.written)} and left {done.deeds} entries: {done.verbs}"
    if method == "get" and _opens_something(world, done.body) and done.deeds != 1 and route.name not in READS_OTHERWISE:
        yield f"shows a protected thing and leaves {done.deeds} entries: {done.verbs}"


def _opens_something(world: World, body: str) -> bool:
    """More than the few words that tell people apart."""
    named = {word for served in world.served.values() for word, what in served.canaries.items() if what in NAMES}
    few = named | {word for word in world.every if word.startswith(("zqtwin", "zqmerged", "zqmyglass"))}
    return bool(leaks(world, few, body))


def leaks(world: World, visible: AbstractSet[str], body: str) -> set[str]:
    return {word for word in world.every - visible if word in body} if "zq" in body else set()


CROWN = frozenset(["accounts_membership", "accounts_user", "accounts_matrixchange", "people_access"])
"""Where it stands who may see whom."""
MAY_CHANGE_THE_CROWN = frozenset(
    f"workspace:{name}"
    for name in (
        "receive_person", "new_person", "grant_access", "end_access", "merge_person", "unmerge_person", "end_membership",
        "change_matrix", "recover", "confirm_recovery", "take", "unjoin", "password",
    )
)  # fmt: skip
DEEDS_OTHERWISE = {
    "workspace:writing": "a lease is made longer while somebody types: no deed",
    "workspace:stay": "the session goes on: no deed",
    "workspace:take_code": "a wrong code: the try is counted, and nothing is joined",
    "workspace:leave_family": "two people part: one entry about each of them",
    "workspace:glass_seen": "“I have seen it” on one's own screen: the breaking and its review are the deeds",
    "workspace:add_fact": "what lets us keep it is written first, if it was not there: a deed of its own",
}
"""Routes whose deeds leave another number of entries, and why."""
READS_OTHERWISE = {
    "workspace:inbox": "the last words of each conversation that waits, as a queue: opening one is the read",
    "workspace:inbox_rows": "the same queue",
    "workspace:consent_reviews": "what waits for a review, without names: the review is the deed",
    "workspace:glass_reviews": "what waits for a review, without names: the review is the deed",
    "workspace:thread": "the poll of a screen that was opened a moment before: tests/workspace/test_inbox_reads.py has the other one",
    "workspace:grant_access": "who has access and why, beside the name: giving and ending are the deeds",
}
"""Pages that show something protected and leave another number of entries, and why."""


def fingerprint() -> dict[str, str]:
    """A hash of every table but the trail and the sessions: two that are equal hold the same."""
    found = {}
    tables = sorted(set(connection.introspection.table_names()) - set(_ALWAYS_WRITTEN))
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = hashlib.sha256(repr(sorted(map(repr, cursor.fetchall()))).encode()).hexdigest()
    return found


def walk(world: World, routes: list[Route], role: Role) -> tuple[list[str], int]:
    """The faults of one role on all these routes, and how many cells (route × relation) were walked."""
    faults: list[str] = []
    cells = 0
    for route in routes:
        for relation in route.relations:
            for method in methods_for(world, route, role, relation):
                faults += faults_of(world, route, role, relation, method)
            cells += 1
    return faults, cells


def methods_for(world: World, route: Route, role: Role, relation: str) -> tuple[str, ...]:
    """Both. Where the door refuses the role whoever it is about, both for one relation and one each for the others: it saves a third."""
    resource, _, action = route.rule.partition(".")
    may = route.rule == "staff" or world.facts.may(world.users[role].pk, resource, action)
    return METHODS if may or relation in ("", "own") else {"other": ("post",), "none": ("get",)}[relation]
