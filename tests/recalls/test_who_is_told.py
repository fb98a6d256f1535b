"""Who gets the notice, whom a person tells and who is left out, among many fictional people: exactly what a plain second opinion says.

The second opinion knows nothing of our tables: it reads the facts of each person as they were made up.
"""

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.channels.events import Alias as Seen
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of
from baquiano.conversations.models import Conversation, Message, Quote, Wording
from baquiano.knowledge.models import Article, ArticleVersion, Topic
from baquiano.people.contact import SafeContact, dump
from baquiano.people.identity import value_hash
from baquiano.people.models import Address, Alias, Joining, Person
from baquiano.post import actions as post
from baquiano.post import fate, leaving
from baquiano.post.body import from_json
from baquiano.post.models import Letter, OptOut, State, Template
from baquiano.recalls import actions
from baquiano.recalls.models import Recall, RecallLine
from baquiano.recalls.plan import dry_run
from tests.conversations.conftest import graph, line  # noqa: F401
from tests.fakes.graph import Graph

pytestmark = pytest.mark.django_db
NOTICE = "Cambió una información que te dimos. Responde 1 para verla."
RULES = {
    "": "",
    "never": dump(SafeContact(may_write=False)),
    "words": dump(SafeContact(hours="cuando él no está")),
    "always": dump(SafeContact(hours="24/7")),
}


@dataclass
class Door:
    """`told`: hours ago, of each conversation that was told here; the last one is the one she is in."""

    kind: str  # "with" or "without" a template, or "web"
    told: list[int]
    is_moved: bool = False
    is_fresh: bool = True
    said: str = ""  # "", "opted_out", "blocked"
    is_held: bool = False
    is_over: bool = False
    is_erased: bool = False
    knows: bool = False
    address: int = 0
    conversations: list[int] = field(default_factory=list)
    number: str = ""

    @property
    def is_hers(self) -> bool:
        return not self.is_moved


@dataclass
class Somebody:
    is_known: bool
    rule: str
    doors: list[Door]


def make_up(chance: random.Random, how_many: int) -> Iterator[Somebody]:
    hours = itertools.count(1)
    for _one in range(how_many):
        is_known = chance.random() < 0.7
        doors = [_door(chance, hours) for _door_ in range(chance.choice((1, 1, 2, 3)) if is_known else 1)]
        yield Somebody(is_known, chance.choice(("", "", "", *RULES)) if is_known else "", doors)


def _door(chance: random.Random, hours: Iterator[int]) -> Door:
    kind = chance.choice(("with", "with", "without", "web"))
    times = chance.choice(
        (0, 1, 1, 1, 2)
    )  # a door of hers through which she was never told, once, or by two who share it
    is_web = kind == "web"
    return Door(
        kind,
        [next(hours) for _time in range(times)],
        is_moved=not is_web and chance.random() < 0.1,
        is_fresh=chance.random() < 0.5,
        said=chance.choice(("opted_out", "blocked")) if chance.random() < 0.1 else "",
        is_held=chance.random() < 0.08,
        is_over=chance.random() < 0.4,
        is_erased=chance.random() < 0.05,
        knows=chance.random() < 0.05,
    )


# The second opinion --------------------------------------------------------------------------------------------------------


def opinion(one: Somebody, *, is_sensitive: bool) -> dict[int, tuple[str, str]]:
    """Conversation → what becomes of it, and why."""
    found: dict[int, tuple[str, str]] = {}
    standing = []
    for door in one.doors:
        for conversation, hours in zip(door.conversations, door.told, strict=True):
            if door.is_erased:
                found[conversation] = ("left_out", "erased")
            else:
                standing.append((hours, conversation, door))
    told = [door for door in one.doors if door.told]
    hers = [door for door in one.doors if door.is_hers] if one.is_known else [door for door in told if door.is_hers]
    if any(door.knows and not door.is_erased for door in told):
        return found | {conversation: ("left_out", "knows") for _hours, conversation, _door in standing}
    is_held = any(door.is_held for door in hers)
    for word in ("blocked", "opted_out"):
        if not is_held and any(door.said == word for door in hers):
            return found | {conversation: ("left_out", word) for _hours, conversation, _door in standing}
    verdicts = []
    for hours, conversation, door in standing:
        stage, why = _alone(one, door, is_held=is_held, is_sensitive=is_sensitive)
        is_template = stage == "written" and door.kind == "with" and not door.is_fresh
        rank = ("written", "task", "left_out").index(stage)
        verdicts.append(((rank, is_template, hours), conversation, stage, why))
    verdicts.sort()
    for place, (_rank, conversation, stage, why) in enumerate(verdicts):
        is_again = place > 0 and stage != "left_out"
        found[conversation] = ("left_out", "other_door") if is_again else (stage, why)
    return found


def _alone(one: Somebody, door: Door, *, is_held: bool, is_sensitive: bool) -> tuple[str, str]:
    if door.is_moved:
        elsewhere = one.is_known and any(other.is_hers for other in one.doors)
        return ("task" if elsewhere else "left_out"), "moved"
    if is_held:
        return "task", "held"
    if is_sensitive:
        return "task", "sensitive"
    if one.rule in ("never", "words"):
        return "task", "safe_contact"
    if door.kind == "web":
        if not door.is_over:
            return "written", ""
        return ("task" if one.is_known else "left_out"), "chat_over"
    if door.is_fresh or door.kind == "with":
        return "written", ""
    return "task", "no_template"


# The world -----------------------------------------------------------------------------------------------------------------


@dataclass
class World:
    graph: Graph
    lines: dict[str, Channel]
    recall: Recall
    old: ArticleVersion
    new: ArticleVersion
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(573_000_000_000))

    def settle(self, somebody: Somebody) -> None:
        now = timezone.now()
        person = (
            Person.objects.create(last_seen_on=timezone.localdate(), safe_contact=RULES[somebody.rule])
            if somebody.is_known
            else None
        )
        for door in somebody.doors:
            self._address(door, person, now)
            for hours in door.told:
                self._told(door, now - timedelta(hours=hours))
            if door.is_erased:
                Message.objects.filter(conversation__in=door.conversations).delete()
                Conversation.objects.filter(pk__in=door.conversations).delete()

    def _address(self, door: Door, person: Person | None, now: datetime) -> None:
        channel = self.lines[door.kind]
        heard = now - timedelta(hours=1 if door.is_fresh else 72)
        address = Address.objects.create(channel=channel, heard_at=heard, held_since=now if door.is_held else None)
        door.address, door.number = address.pk, str(next(self.numbers))
        seen = Seen(Scheme.WEB if door.kind == "web" else Scheme.WHATSAPP_PHONE, door.number)
        Alias.objects.create(
            address=address,
            channel=channel,
            scheme=seen.scheme,
            value=seen.value,
            value_hash=value_hash(seen),
            valid_to=now if door.is_moved else None,
        )
        if door.said:
            OptOut.objects.create(address=address, how=OptOut.How.WORD, is_all=door.said == "blocked")
        if person:
            Joining.objects.create(
                person=person,
                address=address,
                how="oral",
                since=now - timedelta(days=2000),
                until=now if door.is_moved else None,
            )

    def _told(self, door: Door, at: datetime) -> None:
        channel = self.lines[door.kind]
        earlier = Conversation.objects.filter(pk__in=door.conversations, closed_at=None)
        earlier.update(closed_at=at)  # whoever had the telephone before left
        is_closed = door.is_moved or (door.kind == "web" and door.is_over)
        talk = Conversation.objects.create(
            address_id=door.address, language="es", opened_at=at, last_at=at, closed_at=at if is_closed else None
        )
        letter = Letter.objects.create(
            address_id=door.address,
            cause=f"test:{talk.pk}",
            body={"text": "", "choices": []},
            state=State.READ,
            settled_at=at,
        )
        said = Message.objects.create(
            conversation=talk, channel=channel, author="machine", text="", state="said", letter=letter, sent_at=at
        )
        Quote.objects.create(message=said, version=self.old)
        if door.knows:
            Quote.objects.create(message=said, version=self.new)
        door.conversations.append(talk.pk)


@pytest.fixture
def world(graph: Graph, organisation: Organisation, edu: User, rita: User, now: time_machine.Traveller) -> World:  # noqa: F811
    graph.lines = ("100000000000001", "100000000000002")
    with_template = Channel.objects.create(kind="whatsapp", line="100000000000001", name="Uno", settings=graph.settings)
    without = Channel.objects.create(kind="whatsapp", line="100000000000002", name="Dos", settings=graph.settings)
    web = Channel.objects.create(kind="webchat", line="web", name="Web")
    Template.objects.create(
        channel=with_template,
        name="cambio",
        language="es",
        text=NOTICE,
        use=Template.Use.CORRECTION,
        state=Template.Status.APPROVED,
    )
    graph.approve("cambio", NOTICE)
    Wording.objects.create(key="changed_notice", language="es", text=NOTICE)
    Wording.objects.create(key="pick.changed", language="es", text="Ver lo nuevo")
    topic = Topic.objects.create(pk="tramite", branch="regularizacion")
    article = Article.objects.create(pk="tramite", topic=topic)
    words = {"title": "T", "first_sentence": "F", "short_answer": "S", "written_by": edu, "reviewed_by": rita}
    old, new = (
        ArticleVersion.objects.create(article=article, number=number, published_at=timezone.now(), **words)
        for number in (1, 2)
    )
    recall = Recall.objects.create(old=old, new=new)
    lines = {"with": with_template, "without": without, "web": web}
    return World(graph, lines, recall, old, new)


def tell(world: World, people: list[Somebody], carla: User) -> None:
    for one in people:
        world.settle(one)
    erased = [(door, pk) for one in people for door in one.doors if door.is_erased for pk in door.conversations]
    prepared = list(actions._told(world.old, timezone.now()))
    for row in prepared:
        row.recall = world.recall
    RecallLine.objects.bulk_create(prepared)
    RecallLine.objects.bulk_create(
        RecallLine(
            recall=world.recall,
            channel=world.lines[door.kind],
            conversation=pk,
            address=door.address,
            told_at=timezone.now(),
            times=1,
            reach="free",
        )
        for door, pk in erased
    )
    actions.approve(world.recall, by=carla)
    world.recall.refresh_from_db()
    if world.recall.stage == Recall.Stage.SECOND:
        actions.approve(world.recall, by=User.objects.create_user("dora", None, display_name="Dora"))


def carry_out(clock: time_machine.Traveller) -> None:
    """To the end. Letters that wait until their line may send again leave a second later: the clock of the tests stands still."""
    for _round in range(20_000):
        if actions.due() + post.deliver():
            continue
        if not Letter.objects.due(timezone.now()).exists():
            return
        clock.shift(1)
    raise AssertionError("it never comes to an end")


def became() -> dict[int, tuple[str, str]]:
    rows = RecallLine.objects.values_list("conversation", "stage", "why")
    return {conversation: (stage, why) for conversation, stage, why in rows}


def heard(world: World) -> Counter[str]:
    return Counter(sent.to for sent in world.graph.sent)


HOW_MANY = (
    *(pytest.param(60, seed, seed == 3, id=f"{seed}") for seed in (1, 2, 3)),
    *(pytest.param(5000, seed, seed == 12, id=f"many-{seed}", marks=pytest.mark.soak) for seed in (11, 12)),
)


@pytest.mark.parametrize(("how_many", "seed", "is_sensitive"), HOW_MANY)
def test_who_is_told_is_what_the_rules_say(
    world: World, carla: User, now: time_machine.Traveller, how_many: int, seed: int, *, is_sensitive: bool
) -> None:
    Topic.objects.update(is_sensitive=is_sensitive)
    people = list(make_up(random.Random(seed), how_many))
    tell(world, people, carla)
    foreseen = dry_run(world.recall, timezone.now())
    carry_out(now)
    expected = {pk: verdict for one in people for pk, verdict in opinion(one, is_sensitive=is_sensitive).items()}
    assert became() == expected
    counted = Counter(stage for stage, _why in expected.values())
    assert (foreseen.notices, foreseen.all_tasks, foreseen.all_left_out) == tuple(
        counted[stage] for stage in ("written", "task", "left_out")
    )
    doors = {pk: door for one in people for door in one.doors for pk in door.conversations}
    written = {
        doors[pk].number for pk, (stage, _why) in expected.items() if stage == "written" and doors[pk].kind != "web"
    }
    assert heard(world) == Counter(written)
    if is_sensitive:
        assert not world.graph.sent


def test_a_process_killed_half_way_doubles_at_most_what_is_marked(
    world: World, carla: User, now: time_machine.Traveller
) -> None:
    people = list(make_up(random.Random(4), 60))
    tell(world, people, carla)
    actions.due()
    flying = leaving.lease(timezone.now(), 16)
    adapter = sender_of("whatsapp")
    assert adapter is not None and len(flying) > 4
    for one in flying[::2]:  # the killed process had sent these, and nobody wrote it down
        settings = {**one.channel.settings, "phone_number_id": one.channel.line}
        for part, wire in enumerate(
            adapter.render(replace(from_json(one.letter.body), template=one.template), one.to[0])
        ):
            adapter.send(wire, settings, f"{one.letter.pk}:{part}")
    for minutes in range(2, 12, 2):
        now.shift(timedelta(minutes=2))
        fate.settle_cut(timezone.now())
        carry_out(now)
        assert minutes
    marked = set(Letter.objects.filter(possibly_doubled=True).values_list("pk", flat=True))
    assert marked == {one.letter.pk for one in flying}
    twice = {number for number, times in heard(world).items() if times > 1}
    assert twice <= {one.to[0].value for one in flying}
    assert max(heard(world).values()) == 2
    assert (
        RecallLine.objects.filter(stage=RecallLine.Stage.WRITTEN).count()
        == Message.objects.filter(choice_id__startswith="changed:").count()
    )
