"""Rows for the second opinion: makes them in the database and tells `oracle.Facts` the same in plain words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from baquiano.accounts.models import Area, Membership, User
from baquiano.files.models import Attachment, Content, Purpose
from baquiano.people.categories import Data
from baquiano.people.models import Access, BrokenGlass, Fact, KeptPaper, Person
from baquiano.people.models.person import Why
from baquiano.territory.models import Country, Division
from tests.matrix.oracle import SHIPPED, About, Facts, Given, Holding, Permission

PLACES = {"MEDELLIN": "CO05001", "BOGOTA": "CO11001"}
MODELS: dict[str, type[models.Model]] = {"person": Person, "fact": Fact, "attachment": KeptPaper, "glass": BrokenGlass}
"""Every model with relations. tests/accounts/test_matrix.py fails if one is missing."""


def places() -> dict[str, Division]:
    """Two departments with one municipality each, by code."""
    country, _ = Country.objects.get_or_create(code="CO", defaults={"name": "Colombia", "timezone": "America/Bogota"})
    found: dict[str, Division] = {}
    for code in ("CO05", "CO11", *PLACES.values()):
        found[code], _ = Division.objects.get_or_create(
            country=country,
            level=1 if len(code) == 4 else 2,
            code=code[2:],
            defaults={"pcode": code, "name": code, "name_folded": code.lower()},
        )
    return found


@dataclass
class Crowd:
    """What was made so far, twice: as rows, and as the second opinion knows it."""

    now: datetime = field(default_factory=timezone.now)
    places: dict[str, Division] = field(default_factory=places)
    posts: dict[int, tuple[Holding, ...]] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    rows: dict[str, dict[int, About]] = field(default_factory=lambda: {name: {} for name in MODELS})
    users: list[User] = field(default_factory=list)

    def at(self, days: float | None) -> datetime | None:
        return None if days is None else self.now + timedelta(days=days)

    def joins(self, name: str, *held: Holding, is_active: bool = True) -> User:
        user = User(username=name, display_name=name, is_active=is_active, password="!")
        user.save()
        Membership.objects.bulk_create(
            Membership(
                user=user,
                role=post.role,
                area=post.area,
                territory=self.places[post.territory] if post.territory else None,
                since=post.since or self.now - timedelta(days=900),
                until=post.until,
            )
            for post in held
        )
        self.posts[user.pk] = held if is_active else ()
        self.users.append(user)
        return user

    def arrives(self, *, place: str = "", is_restricted: bool = False, put_away: str = "") -> Person:
        person = Person.objects.create(
            municipality=self.places[place] if place else None,
            is_restricted=is_restricted,
            blocked_at=self.now if put_away == "blocked" else None,
            forgotten_at=self.now if put_away == "forgotten" else None,
        )
        self.rows["person"][person.pk] = About(person.pk, place, is_restricted, bool(put_away))
        return person

    def gives(
        self, user: User, people: Iterable[Person], area: str = "", since: float = -1, until: float | None = None
    ) -> None:
        rows = [
            Access(person=person, user=user, area=area, why=Why.CASE, since=self.at(since), until=self.at(until))
            for person in people
        ]
        Access.objects.bulk_create(rows)
        self.given += [Given(user.pk, row.person_id, area, row.since, row.until) for row in rows]

    def tells(
        self, person: Person, area: str, teller: User, category: str = Data.NEED, *, until: date = date(2099, 1, 1)
    ) -> Fact:
        fact = Fact.objects.create(
            person=person,
            category=category,
            area=area,
            text="x",
            basis="legal_duty",
            told_to=teller,
            until=until,
        )
        about = self.rows["person"][person.pk]
        self.rows["fact"][fact.pk] = replace(
            about,
            area=area,
            is_risk=category == Data.RISK,
            is_over=until < timezone.localdate(self.now),
            done_by=teller.pk,
        )
        return fact

    def shows(self, person: Person, area: str, taker: User) -> KeptPaper:
        now = timezone.now()
        file = Attachment.objects.create(
            content=Content.values[0],
            size=1,
            purpose=Purpose.values[0],
            key=b"x",
            kept_at=now,
            expires_at=now + timedelta(days=30),
        )
        paper = KeptPaper.objects.create(person=person, attachment=file, area=area, added_by=taker)
        self.rows["attachment"][paper.pk] = replace(self.rows["person"][person.pk], area=area)
        return paper

    def breaks(self, person: Person, user: User) -> BrokenGlass:
        glass = BrokenGlass.objects.create(person=person, user=user, reason="x", until=self.now + timedelta(hours=1))
        self.rows["glass"][glass.pk] = About(person.pk, done_by=user.pk)
        return glass

    def facts(self, permissions: frozenset[Permission] = SHIPPED, **other: Any) -> Facts:
        return Facts(self.now, self.posts, tuple(self.given), permissions, **other)


def expected(facts: Facts, crowd: Crowd, user: User, resource: str, action: str) -> set[int]:
    return {pk for pk, about in crowd.rows[resource].items() if facts.may_on(user.pk, resource, action, about)}


def people_of_every_kind(crowd: Crowd, users: Sequence[User]) -> None:
    """Every colleague stands in every way to somebody of every kind: (own area, another one, none, ended, to come, no access)."""
    stands: list[tuple[str, dict[str, Any]]] = [
        ("own", {}), ("other", {}), ("none", {}), ("own", {"until": -0.5}), ("own", {"since": 1}), ("", {}),
    ]  # fmt: skip
    kinds: list[dict[str, Any]] = [
        {"place": "CO05001"}, {}, {"place": "CO11001", "is_restricted": True}, {"put_away": "blocked"}, {"put_away": "forgotten"},
    ]  # fmt: skip
    for area, times in stands:
        people = [crowd.arrives(**kind) for kind in kinds]
        for user in users if area else ():
            crowd.gives(user, people, _area(crowd, user, area), **{"since": -1, **times})
        for person in people:
            crowd.breaks(person, users[len(person.safe_contact + area) % len(users)])
            crowd.tells(person, "social", users[0], Data.RISK)
            for each in Area.values:
                crowd.tells(person, each, users[0])
                crowd.shows(person, each, users[0])
            crowd.shows(person, "", users[0])
            crowd.tells(person, "legal", users[0], until=timezone.localdate(crowd.now) - timedelta(days=1))


def _area(crowd: Crowd, user: User, which: str) -> str:
    own = next((post.works_in for post in crowd.posts[user.pk] if post.works_in), "social")
    other = next(area for area in Area.values if area != own)
    return {"own": own, "other": other, "none": ""}[which]
