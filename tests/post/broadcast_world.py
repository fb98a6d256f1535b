"""A town of fictional people for broadcasts, and a second opinion of who gets one, written from the rules and not from the code.

Everything about somebody is in a `Somebody`; `settle` writes the rows, `opinion` says what must come of it. Numbers are impossible ones.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from baquiano.accounts.models import Organisation
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.lib.turnstile import writing
from baquiano.people import contact, identity
from baquiano.people.contact import SafeContact
from baquiano.people.models import Address, Alias, Consent, Joining, Person
from baquiano.post import unasked
from baquiano.post.models import Broadcast, Letter, OptOut, State, Template
from baquiano.territory.models import Country, Division

KINDS = ("whatsapp", "telegram", "sms", "webchat")
SCHEMES = {
    "whatsapp": Scheme.WHATSAPP_PHONE,
    "telegram": Scheme.TELEGRAM,
    "sms": Scheme.SMS,
    "webchat": Scheme.WEB,
}
COUNTRIES = {"CO": "America/Bogota", "CL": "America/Santiago"}
EVENING = "Mo-Su 18:00-20:00"
HOURS_OF_OURS = "Mo-Su 09:00-19:00"
SAFE = {
    "": SafeContact(),
    "evening": SafeContact(hours=EVENING),
    "free_words": SafeContact(hours="cuando él no está"),
    "no_writing": SafeContact(may_write=False),
    "may_say_who": SafeContact(may_say_who=True),
}
TEXTS = {"es": "Hay una jornada el sábado.", "ht": "Gen yon jounen samdi.", "fr": "Une journée samedi."}
TEMPLATES = ("es", "ht")


@dataclass(frozen=True)
class Door:
    """`heard`: hours ago; None: never. `shares`: the telephone of the person so many places before, if they have such a one."""

    kind: str
    heard: int | None = None
    is_held: bool = False
    out: str = ""  # "", "word", "blocked"
    has_moved: bool = False
    shares: int = 0


@dataclass(frozen=True)
class Somebody:
    """`second_record`: all doors but the first were joined to another record of the same person. `consent`: "", "yes", "no_messages",
    "withdrawn", "name_only" (agreed to news, not to being written to), "reminders" (agreed to something else).
    """

    consent: str
    doors: tuple[Door, ...]
    language: str = "es"
    country: str = "CO"
    safe: str = ""
    second_record: bool = False


@dataclass(frozen=True)
class Plan:
    """What the broadcast is for."""

    countries: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    falls_to_spanish: bool = False


@dataclass(frozen=True)
class Gets:
    """What one person gets."""

    door: int
    language: str
    at: datetime
    needs_template: bool


Opinion = dict[int, Gets]
"""Place of the person in the town → what they get. Whoever is not in it gets nothing."""


# The strategies ---------------------------------------------------------------------------------------------------------------

doors = st.builds(
    Door,
    kind=st.sampled_from(KINDS),
    heard=st.sampled_from([None, 1, 5, 23, 25, 100]),
    is_held=st.sampled_from([False] * 6 + [True]),
    out=st.sampled_from([""] * 6 + ["word", "blocked"]),
    has_moved=st.sampled_from([False] * 6 + [True]),
    shares=st.sampled_from([0, 0, 0, 1, 2]),
)
somebodies = st.builds(
    Somebody,
    consent=st.sampled_from(["yes"] * 6 + ["", "no_messages", "withdrawn", "name_only", "reminders"]),
    doors=st.lists(doors, min_size=1, max_size=3).map(tuple),
    language=st.sampled_from(["es", "ht", "fr", "en", ""]),
    country=st.sampled_from(["CO", "CO", "CL", ""]),
    safe=st.sampled_from(["", "", "", *SAFE]),
    second_record=st.booleans(),
)
plans = st.builds(
    Plan,
    countries=st.sampled_from([frozenset(), frozenset({"CO"}), frozenset({"CL"})]),
    languages=st.sampled_from([frozenset(), frozenset({"es", "ht"})]),
    channels=st.sampled_from([frozenset(), frozenset({"whatsapp"}), frozenset({"telegram", "sms"})]),
    falls_to_spanish=st.booleans(),
)


def many(count: int, seed: int) -> list[Somebody]:
    """A town of a thousand or more, always the same for a seed: one in three can be written to."""
    chance = random.Random(seed)

    def one_of(*weighted: tuple[object, int]) -> object:
        return chance.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]

    def door() -> Door:
        return Door(
            kind=str(one_of(("whatsapp", 6), ("telegram", 2), ("sms", 3), ("webchat", 1))),
            heard=one_of((None, 1), (1, 4), (23, 2), (25, 2), (300, 2)),  # type: ignore[arg-type]
            is_held=bool(one_of((False, 20), (True, 1))),
            out=str(one_of(("", 20), ("word", 1), ("blocked", 1))),
            has_moved=bool(one_of((False, 20), (True, 1))),
            shares=int(str(one_of((0, 8), (1, 1), (2, 1)))),
        )

    return [
        Somebody(
            consent=str(
                one_of(("yes", 12), ("", 3), ("no_messages", 1), ("withdrawn", 1), ("name_only", 1), ("reminders", 1))
            ),
            doors=tuple(door() for _ in range(int(str(one_of((1, 6), (2, 3), (3, 1)))))),
            language=str(one_of(("es", 6), ("ht", 2), ("fr", 1), ("en", 1), ("", 1))),
            country=str(one_of(("CO", 4), ("CL", 3), ("", 1))),
            safe=str(one_of(("", 12), ("evening", 2), ("free_words", 1), ("no_writing", 1), ("may_say_who", 1))),
            second_record=bool(one_of((False, 5), (True, 1))),
        )
        for _ in range(count)
    ]


# The rows ---------------------------------------------------------------------------------------------------------------------


@dataclass
class Town:
    """The rows of it. `addresses[person][door]`, `people[person]`: ids, by their places."""

    people: list[int] = field(default_factory=list)
    addresses: list[list[int]] = field(default_factory=list)
    lines: dict[str, Channel] = field(default_factory=dict)

    def where(self, address: int) -> tuple[int, int]:
        if not self._places:
            self._places = {pk: (who, door) for who, row in enumerate(self.addresses) for door, pk in enumerate(row)}
        return self._places[address]

    _places: dict[int, tuple[int, int]] = field(default_factory=dict)


def organise() -> Organisation:
    """Serves Colombia and Chile, and writes by day."""
    ours, _ = Organisation.objects.get_or_create(
        name="Organización de prueba",
        countries=["CO", "CL"],
        language="es",
        timezone="America/Bogota",
        staffed_hours="24/7",
    )
    ours.letter_hours = HOURS_OF_OURS
    ours.save()
    for code, clock in COUNTRIES.items():
        country, _ = Country.objects.get_or_create(code=code, defaults={"name": code, "timezone": clock})
        if not Division.objects.filter(country=country, level=3).exists():
            Division.objects.create(
                country=country, level=3, code="00001", pcode=f"{code}00001", name="Prueba", name_folded="prueba"
            )
    return ours


def lines(settings: dict[str, dict[str, str]] | None = None) -> dict[str, Channel]:
    """One line of each kind, and the templates of WhatsApp."""
    made = {
        kind: Channel.objects.create(
            kind=kind, line=f"town-{kind}", name="Town", settings=(settings or {}).get(kind, {})
        )
        for kind in KINDS
    }
    for language in TEMPLATES:
        Template.objects.create(
            channel=made["whatsapp"], name="noticia", language=language, use=Template.Use.NEWS, text="Hay noticias.",
            state=Template.Status.APPROVED,
        )  # fmt: skip
    return made


def number(who: int, door: int) -> str:
    """Of the telephone; whoever shares one has the number of its owner."""
    return f"1555{who:06}{door}"


def numbers_of(town: Sequence[Somebody]) -> list[list[str]]:
    """What stands on each door. Nobody has two doors of one kind on the same telephone: a provider gives each number once."""
    found: list[list[str]] = []
    used: set[tuple[str, str]] = set()
    for who, one in enumerate(town):
        row = []
        for place, door in enumerate(one.doors):
            own = number(who, place)
            owner = who - door.shares
            theirs = found[owner][0] if door.shares and 0 <= owner < who else own
            value = theirs if door.kind in ("whatsapp", "sms") and (door.kind, theirs) not in used else own
            used.add((door.kind, value))
            row.append(value)
        found.append(row)
    return found


def settle(town: Sequence[Somebody], made: dict[str, Channel], now: datetime) -> Town:
    """All the rows, in a few statements."""
    places = {one.country_id: one for one in Division.objects.filter(level=3)}
    people = Person.objects.bulk_create(
        Person(
            language=one.language,
            municipality=places.get(one.country),
            safe_contact=contact.dump(SAFE[one.safe]),
            is_demo=True,
        )
        for one in town
    )
    seconds = Person.objects.bulk_create(
        Person(same_as=people[who], is_demo=True) for who, one in enumerate(town) if one.second_record
    )
    second_of = {one.same_as_id: one for one in seconds}
    flat = [(who, place, door) for who, one in enumerate(town) for place, door in enumerate(one.doors)]
    addresses = Address.objects.bulk_create(
        Address(
            channel=made[door.kind],
            created_at=now - timedelta(days=400),
            heard_at=None if door.heard is None else now - timedelta(hours=door.heard),
            held_since=now if door.is_held else None,
        )
        for _, _, door in flat
    )
    values = numbers_of(town)
    Alias.objects.bulk_create(
        Alias(
            address=address, channel=made[door.kind], scheme=SCHEMES[door.kind], value=values[who][place],
            value_hash=identity.value_hash(SeenAlias(SCHEMES[door.kind], values[who][place])),
            valid_to=now if door.has_moved else None,
        )
        for (who, place, door), address in zip(flat, addresses, strict=True)
    )  # fmt: skip
    Joining.objects.bulk_create(
        Joining(
            person=second_of.get(people[who].pk, people[who]) if place else people[who], address=address, how="oral",
            since=now - timedelta(days=30),
        )
        for (who, place, _), address in zip(flat, addresses, strict=True)
    )  # fmt: skip
    OptOut.objects.bulk_create(
        OptOut(
            address=address, how="word" if door.out == "word" else "provider", is_all=door.out == "blocked",
            since=now - timedelta(days=1),
        )
        for (_, _, door), address in zip(flat, addresses, strict=True)
        if door.out
    )  # fmt: skip
    Consent.objects.bulk_create(_consent(people[who], one.consent, now) for who, one in enumerate(town) if one.consent)
    rows: list[list[int]] = [[] for _ in town]
    for (who, _, _), address in zip(flat, addresses, strict=True):
        rows[who].append(address.pk)
    return Town([one.pk for one in people], rows, made)


def _consent(person: Person, kind: str, now: datetime) -> Consent:
    return Consent(
        person=person,
        purpose="reminders" if kind == "reminders" else "news",
        data=["name"] if kind == "name_only" else ["contact"],
        restrictions={"no_messages": True} if kind == "no_messages" else None,
        basis="consent",
        text_version="news.v1",
        language="es",
        evidence="spoken",
        given_at=now - timedelta(days=30),
        withdrawn_at=now - timedelta(days=1) if kind == "withdrawn" else None,
    )


# The second opinion -----------------------------------------------------------------------------------------------------------------


def opinion(town: Sequence[Somebody], plan: Plan, now: datetime, *, settled: datetime | None = None) -> Opinion:
    """Person by person, in the order of their records: the first of a telephone gets it. `settled`: when the hours of `heard` were counted."""
    settled = settled or now
    values = numbers_of(town)
    shut = {
        values[who][place]
        for who, one in enumerate(town)
        for place, door in enumerate(one.doors)
        if door.kind in ("whatsapp", "sms") and not door.has_moved and says_no(door)
    }
    taken: set[str] = set()
    found: Opinion = {}
    for who, one in enumerate(town):
        for gets in _possible(one, values[who], plan, shut, now, settled):
            telephone = values[who][gets.door] if one.doors[gets.door].kind in ("whatsapp", "sms") else ""
            if telephone not in taken:
                taken |= {telephone} - {""}
                found[who] = gets
                break
    return found


def says_no(door: Door) -> bool:
    """Told of danger, wrote that they want nothing, or blocked us a day ago and has not written since."""
    has_come_back = door.heard is not None and door.heard < 24
    return door.is_held or door.out == "word" or (door.out == "blocked" and not has_come_back)


def _possible(
    one: Somebody, values: Sequence[str], plan: Plan, shut: set[str], now: datetime, settled: datetime
) -> list[Gets]:
    speaks = one.language or "es"  # the organisation's own
    if plan.countries and one.country not in plan.countries:
        return []
    if plan.languages and speaks not in plan.languages:
        return []
    words = speaks if speaks in TEXTS else "es" if plan.falls_to_spanish else ""
    if not words or one.consent != "yes" or one.safe in ("free_words", "no_writing"):
        return []
    # Whoever said no on one door, or told of danger there, gets nothing on any, also when that door is a page or a number that is gone.
    if any(says_no(door) for door in one.doors):
        return []
    at = _hour(one, now)
    possible = []
    for place, door in enumerate(one.doors):
        if door.kind == "webchat" or door.has_moved or (plan.channels and door.kind not in plan.channels):
            continue
        if door.kind in ("whatsapp", "sms") and values[place] in shut:
            continue
        is_open = door.kind != "whatsapp" or (
            door.heard is not None and at < settled - timedelta(hours=door.heard) + timedelta(hours=24)
        )
        if not is_open and not ({words, "es"} & set(TEMPLATES)):
            continue
        heard = settled - timedelta(days=400) if door.heard is None else settled - timedelta(hours=door.heard)
        possible.append((door.kind == "sms", -heard.timestamp(), place, Gets(place, words, at, not is_open)))
    return [gets for *_, gets in sorted(possible, key=lambda row: row[:3])]


def _hour(one: Somebody, now: datetime) -> datetime:
    """When a letter may leave: her own hours, else ours; on the clock of her country, and on both where we do not know hers."""
    opens, closes = (18, 20) if one.safe == "evening" else (9, 19)
    if one.country:
        clocks = [COUNTRIES[one.country]]
    elif one.safe == "evening":
        clocks = ["America/Bogota"]
    else:
        clocks = list(COUNTRIES.values())
    moment = now
    while not all(opens <= moment.astimezone(ZoneInfo(clock)).hour < closes for clock in clocks):
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moment


def store(plan: Plan, by: object) -> Broadcast:
    audience = {name: sorted(getattr(plan, name)) for name in ("countries", "languages", "channels")}
    return Broadcast.objects.create(
        title="Jornada", texts=TEXTS, audience=audience, falls_to_spanish=plan.falls_to_spanish, written_by=by
    )


def the_post_sends_everything(now: datetime) -> None:
    """As if the provider took at once every letter that may still leave."""
    with writing():
        waiting = Letter.objects.filter(state=State.QUEUED, not_before__lte=now).select_related(
            "address__channel", "template"
        )
        leaving = [letter.pk for letter in unasked.released(waiting, now)]
        Letter.objects.filter(pk__in=leaving).update(state=State.ACCEPTED, settled_at=now)
