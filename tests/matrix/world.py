"""One colleague of every role, and three people: one whom they work with in their area, one in another area, one they have nothing to do with.

Each protected field of each of the three holds a canary: a word that occurs nowhere else. `World.visible` says which of them a
colleague may find in an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.db.models import Max
from django.test import Client
from django.utils import timezone

from baquiano.accountability.models import DataRequest, RequestKind
from baquiano.accounts.models import Area, AuditEntry, Membership, Role, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.custody.models import Hold
from baquiano.files import models as files
from baquiano.files.actions import Term, keep
from baquiano.people.categories import Data
from baquiano.people.models import (
    Access,
    Address,
    Alias,
    BrokenGlass,
    Caregiver,
    Consent,
    Document,
    Fact,
    FamilyGroup,
    FamilyMember,
    GlassNotice,
    Joining,
    KeptPaper,
    Person,
)
from tests.matrix.oracle import AREAS, About, Facts, Given, Holding

RELATIONS = ("own", "other", "none")
"""Access in one's own area; access in another area; none, and to be found by nobody else."""

NAMED = ("read", "list", "grant", "receive")
"""Whoever may do one of these finds the few words that tell a person apart."""


class Browser(Client):
    """Asks without keeping which templates were filled with what: half of the time of the walk."""

    def request(self, **request: Any) -> Any:
        response = self.handler(self._base_environ(**request))  # type: ignore[attr-defined]
        self.cookies.update(response.cookies)
        return response


@dataclass
class Served:
    """A person with everything that hangs on her. `canaries`: word → what of her it is."""

    relation: str
    person: Person
    rows: dict[str, Any] = field(default_factory=dict)
    papers: dict[str, KeptPaper] = field(default_factory=dict)
    facts: dict[str, Fact] = field(default_factory=dict)
    glasses: dict[int, BrokenGlass] = field(default_factory=dict)
    notices: dict[int, GlassNotice] = field(default_factory=dict)
    canaries: dict[str, str] = field(default_factory=dict)
    fact_areas: dict[str, str] = field(default_factory=dict)

    def plant(self, what: str) -> str:
        word = f"zq{what}{self.relation}zq"
        self.canaries[word] = what.rstrip("0123456789")
        return word


class World:
    def __init__(self, roles: tuple[Role, ...] = tuple(Role)) -> None:
        self.now = timezone.now()
        self.keeper = self._joins("keeper", Role.OPERATOR)
        self.users = {role: self._joins(role, role) for role in roles}
        self.browsers = {role: self._browser(user) for role, user in self.users.items()}
        self.channel = Channel.objects.create(kind="webchat", line="web", name="Web")
        self.served = {relation: self._arrives(relation) for relation in RELATIONS}
        self.twins = {relation: self._twin(relation, "twin") for relation in RELATIONS}
        self.merged = {
            relation: self._twin(relation, "merged", same_as=self.served[relation].person) for relation in RELATIONS
        }
        self.conversation = self._conversation("zqmessagezq")
        self.message_canary = "zqmessagezq"
        self.unasked = self._conversation("zqnothandedoverzq", is_handed_over=False)
        for role in roles:
            self._opens(role)
        self.facts = self._facts()
        self.every = self._every()
        self._visible: dict[Role, frozenset[str]] = {}
        self.last_entry = AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0

    # -- making it ---------------------------------------------------------------------------------------------------

    def _joins(self, name: str, role: Role) -> User:
        user = User.objects.create(username=name, display_name=name, password="!")
        Membership.objects.create(user=user, role=role, since=self.now - timedelta(days=9))
        return user

    def _browser(self, user: User) -> Client:
        browser = Browser()
        browser.force_login(user)
        return browser

    def _arrives(self, relation: str) -> Served:
        served = Served(relation, Person())
        person = Person.objects.create(
            name=f"{served.plant('name')} {served.plant('name2')}",
            called=served.plant("called"),
            pronoun=served.plant("pronoun"),
            birth_year=1990,
            language="es",
            is_restricted=relation == "none",
            safe_contact=f'{{"word": "{served.plant("word")}", "never_tell": "{served.plant("nevertell")}"}}',
            registered_by=self.keeper,
        )
        served.person = person
        self._showed(served)
        self._told(served)
        self._agreed(served)
        self._belongs(served)
        self._kept(served)
        return served

    def _told(self, served: Served) -> None:
        for number, (area, category) in enumerate(
            [*((area, Data.NEED) for area in Area.values), ("social", Data.RISK)]
        ):
            key = "risk" if category is Data.RISK else area
            text, why = served.plant(f"fact{number}"), served.plant(f"factwhy{number}")
            served.facts[key] = Fact.objects.create(
                person=served.person, area=area, category=category, text=text, why=why, basis="legal_duty", told_to=self.keeper,
                until=date(2099, 1, 1),
            )  # fmt: skip
            served.fact_areas |= {text: key, why: key}

    def _showed(self, served: Served) -> None:
        """A file for each area, with a canary in its name and one in its bytes."""
        for number, area in enumerate(Area.values):
            name, words = served.plant(f"paper{number}"), served.plant(f"paperbytes{number}")
            file = keep(BytesIO(f"Constancia: {words}\n".encode()), Term(files.Purpose.values[0]), name=f"{name}.txt")
            served.papers[area] = KeptPaper.objects.create(
                person=served.person, attachment=file, area=area, added_by=self.keeper
            )
            served.fact_areas |= {name: area, words: area}

    def _agreed(self, served: Served) -> None:
        shared = {
            "person": served.person,
            "text_version": "1",
            "language": "es",
            "evidence": "spoken",
            "asked_by": self.keeper,
        }
        served.rows["consent"] = Consent.objects.create(
            purpose="contact", data=["name"], basis="consent", proof=served.plant("proof"),
            restrictions={"words": served.plant("restrictions")}, **shared,
        )  # fmt: skip
        served.rows["vital"] = Consent.objects.create(
            purpose="sensitive", data=["risk"], basis="vital_interest", reason=served.plant("vital"), **shared
        )

    def _belongs(self, served: Served) -> None:
        kin = Person.objects.create(name=served.plant("kin"), is_restricted=True)
        group = FamilyGroup.objects.create()
        served.rows["member"] = FamilyMember.objects.create(group=group, person=served.person, relation="head")
        FamilyMember.objects.create(group=group, person=kin, relation="child")
        Access.objects.create(person=kin, user=self.keeper, why="case")
        served.rows["caregiver"] = Caregiver.objects.create(
            cared_for=served.person,
            name=served.plant("caregiver"),
            contact=served.plant("reach"),
            paper=served.plant("shows"),
        )

    def _kept(self, served: Served) -> None:
        served.rows["document"] = Document.objects.create(
            person=served.person, kind="passport", number=served.plant("document")
        )
        served.rows["access"] = Access.objects.create(
            person=served.person, user=self.keeper, why="granted", reason=served.plant("accessreason"),
            until=self.now + timedelta(days=30),
        )  # fmt: skip
        address = Address.objects.create(channel=self.channel)
        Alias.objects.create(
            address=address,
            channel=self.channel,
            scheme="token",
            value=served.plant("alias"),
            value_hash=served.relation,
        )
        served.rows["joining"] = Joining.objects.create(person=served.person, address=address, how="oral")
        served.rows["request"] = DataRequest.objects.create(
            kind=RequestKind.values[0], door="desk", country="CO", person=served.person, asked=served.plant("asked"),
            contact=served.plant("requestcontact"), identified_how="seen", opened_by=self.keeper, due_on=date(2099, 1, 1),
        )  # fmt: skip
        served.rows["hold"] = Hold.objects.create(
            person=served.person, reason=served.plant("holdreason"), by=self.keeper, until=self.now + timedelta(days=30)
        )
        served.rows["their_glass"] = self._breaks(served, self.keeper, served.plant("glassreason"))

    def _breaks(self, served: Served, user: User, reason: str) -> BrokenGlass:
        return BrokenGlass.objects.create(
            person=served.person, user=user, reason=reason, until=self.now + timedelta(hours=1)
        )

    def _twin(self, relation: str, what: str, same_as: Person | None = None) -> Person:
        person = Person.objects.create(name=f"zq{what}{relation}zq", is_restricted=relation == "none", same_as=same_as)
        Access.objects.create(person=person, user=self.keeper, why="case")
        return person

    def _conversation(self, said: str, *, is_handed_over: bool = True) -> Conversation:
        conversation = Conversation.objects.create(address=Address.objects.create(channel=self.channel))
        Message.objects.create(
            conversation=conversation, channel=self.channel, author="person", text=said, state="handled"
        )
        if is_handed_over:
            Handoff.objects.create(conversation=conversation, reason="asked", priority=3, due_at=self.now)
        return conversation

    def _opens(self, role: Role) -> None:
        """How this colleague stands to the three."""
        user = self.users[role]
        for relation in ("own", "other"):
            for person in (self.served[relation].person, self.twins[relation], self.merged[relation]):
                Access.objects.create(person=person, user=user, why="case", area=self.area(role, relation))
        for served in self.served.values():
            served.notices[user.pk] = GlassNotice.objects.create(glass=served.rows["their_glass"], user=user)
        own = self.served["own"]
        own.glasses[user.pk] = self._breaks(own, user, f"zqmyglass{role}zq")

    def area(self, role: Role, relation: str) -> str:
        own = AREAS.get(role.value, "social")
        return own if relation == "own" else next(area for area in Area.values if area != own)

    def _facts(self) -> Facts:
        posts = {user.pk: (Holding(role.value),) for role, user in self.users.items()}
        posts[self.keeper.pk] = (Holding("operator"),)
        rows = Access.objects.values_list("user", "person", "area")
        return Facts(timezone.now(), posts, tuple(Given(*row) for row in rows))

    # -- who may find what -------------------------------------------------------------------------------------------

    def about(self, relation: str) -> About:
        return About(self.served[relation].person.pk, is_restricted=relation == "none")

    def on_fact(self, relation: str, key: str) -> About:
        area = "social" if key == "risk" else key
        return About(self.served[relation].person.pk, area=area, is_risk=key == "risk")

    def fact_key(self, role: Role) -> str:
        """The fact that an address names: of the colleague's own area."""
        return AREAS.get(role.value, "social")

    def may_read(self, user: User, relation: str) -> bool:
        return self.facts.may_on(user.pk, "person", "read", self.about(relation))

    def visible(self, role: Role) -> frozenset[str]:
        """Every canary this colleague may find somewhere. Whatever is not here, no answer may hold."""
        if role not in self._visible:
            self._visible[role] = frozenset(self._found(role))
        return self._visible[role]

    def _found(self, role: Role) -> set[str]:
        user = self.users[role]
        found = {
            word
            for served in self.served.values()
            for word, what in served.canaries.items()
            if self._shows(user, served, word, what)
        }
        found |= {
            f"zq{what}{relation}zq"
            for what in ("twin", "merged")
            for relation in RELATIONS
            if self._is_named(user, relation)
        }
        if self.facts.may(user.pk, "custody", "show"):  # of each record that is the same person
            found |= {f"zqmerged{relation}zq" for relation in RELATIONS}
        if self.facts.may_on(user.pk, "conversation", "read", About()):
            found.add(self.message_canary)
        found |= {
            f"zqmyglass{other}zq" for other in self.users if other == role or self._reviews(user, self.users[other])
        }
        return found

    def _every(self) -> frozenset[str]:
        words = {word for served in self.served.values() for word in served.canaries}
        words |= {f"zq{what}{relation}zq" for what in ("twin", "merged") for relation in RELATIONS}
        return frozenset(
            words | {self.message_canary, "zqnothandedoverzq"} | {f"zqmyglass{role}zq" for role in self.users}
        )

    def _reviews(self, user: User, breaker: User) -> bool:
        return self.facts.may_on(user.pk, "glass", "review", About(1, done_by=breaker.pk))

    def _is_named(self, user: User, relation: str) -> bool:
        row = self.about(relation)
        return any(self.facts.may_on(user.pk, "person", action, row) for action in NAMED) or self._broke(user, relation)

    def _broke(self, user: User, relation: str) -> bool:
        return user.pk in self.served[relation].glasses and self.facts.may(user.pk, "glass", "break")

    def _shows(self, user: User, served: Served, word: str, what: str) -> bool:
        relation = served.relation
        if what == "kin":
            return False
        if self.facts.may(user.pk, "custody", "show"):
            return True
        if what.startswith("paper") and word in served.fact_areas:
            return self.facts.may_on(user.pk, "attachment", "read", self.on_fact(relation, served.fact_areas[word]))
        if what.startswith("fact"):
            return self.facts.may_on(user.pk, "fact", "read", self.on_fact(relation, served.fact_areas[word]))
        return SHOWN[what](self, user, relation)


def _with(permission: str) -> Callable[[World, User, str], bool]:
    resource, _, action = permission.partition(".")
    return lambda world, user, relation: world.may_read(user, relation) and world.facts.may(user.pk, resource, action)


def _read(world: World, user: User, relation: str) -> bool:
    return world.may_read(user, relation)


def _summary(world: World, user: User, relation: str) -> bool:
    return world.may_read(user, relation) or world._broke(user, relation)


def _granting(world: World, user: User, relation: str) -> bool:
    row = world.about(relation)
    return world.may_read(user, relation) or world.facts.may_on(user.pk, "person", "grant", row)


def _vital(world: World, user: User, relation: str) -> bool:
    return world.facts.may(user.pk, "consent", "review") or _with("consent.read")(world, user, relation)


SHOWN: dict[str, Callable[[World, User, str], bool]] = {
    "name": World._is_named,
    "called": World._is_named,
    "pronoun": _summary,
    "word": _summary,
    "nevertell": _summary,
    "caregiver": _summary,
    "reach": _summary,
    "shows": _read,
    "document": _read,
    "alias": _read,
    "proof": _with("consent.read"),
    "restrictions": _with("consent.read"),
    "vital": _vital,
    "accessreason": _granting,
    "asked": lambda world, user, relation: world.facts.may(user.pk, "request", "list"),
    "requestcontact": lambda world, user, relation: world.facts.may(user.pk, "request", "list"),
    "holdreason": lambda world, user, relation: world.facts.may(user.pk, "keeping", "hold"),
    "glassreason": lambda world, user, relation: world._reviews(user, world.keeper),
}
"""What of a person → who may find it."""
