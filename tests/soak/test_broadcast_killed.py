"""A broadcast to five thousand fictional people, while its process is killed again and again: who gets what is what the rules say,
nobody gets it twice but for letters that say so themselves.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.bench._load import granian
from tests.fakes.graph import Graph
from tests.soak.house import House
from tests.soak.test_killed_at_every_point import _kill_family

pytestmark = [pytest.mark.soak, pytest.mark.own_server]

PEOPLE, SEED, KILLS = 5_000, 42, 4
FOUND = """
import json
from dataclasses import replace
from datetime import UTC, datetime
from django.utils import timezone
from baquiano.accounts.models import User, organisation
from baquiano.channels.models import Channel
from baquiano.post import audience, broadcasting
from tests.post.broadcast_world import *

now = timezone.now()
organise()
ours = organisation()
ours.letter_hours, ours.countries, ours.language = "24/7", ["CO", "CL"], "es"
ours.save()
Channel.objects.filter(kind="whatsapp").delete()
made = lines({"whatsapp": json.loads(%(settings)r)})
Channel.objects.filter(pk=made["whatsapp"].pk).update(line=%(line)r)
town = [replace(one, safe="" if one.safe == "evening" else one.safe) for one in many(%(people)d, %(seed)d)]
settle(town, made, now)
plan = Plan(channels=frozenset({"whatsapp"}), falls_to_spanish=True)
edu, rita = (User.objects.create_user(name, None, display_name=name) for name in ("edu7", "rita7"))
broadcast = store(plan, edu)
broadcasting.hand_in(broadcast, by=edu)
broadcasting.approve(broadcast, seen=audience.dry_run(broadcast, now).digest, by=rita)
noon = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
numbers = numbers_of(town)
expected = {
    numbers[who][one.door]: "" if one.needs_template else TEXTS[one.language]
    for who, one in opinion(town, plan, noon).items()
}
print(json.dumps([broadcast.pk, expected]))
"""


def test_five_thousand_people_and_a_process_that_is_killed(tmp_path: Path, graph: Graph, database: str) -> None:
    for language in ("es", "ht"):
        graph.approve("noticia", "Hay noticias.", language=language)
    house = House(tmp_path, database, graph)
    found = FOUND % {
        "settings": json.dumps({**graph.settings, "app_secret": graph.secret}), "line": graph.settings["phone_number_id"],
        "people": PEOPLE, "seed": SEED,
    }  # fmt: skip
    house.surroundings["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    number, expected = json.loads(house._run("shell", "-v0", "-c", found).splitlines()[-1])
    assert len(expected) > 500
    _run_while_it_is_killed(house, graph, len(expected))
    with granian("baquiano.config.serving:application", house.port, house.surroundings):
        house.wait(
            lambda: house.rows(f"SELECT state FROM post_broadcast WHERE id = {number}") == [("done",)], "it ends"
        )
        house.wait(house.all_settled, "every letter is settled")
    _check(house, graph, expected)


def _run_while_it_is_killed(house: House, graph: Graph, count: int) -> None:
    """Twice just after sending, when it hurts most; then wherever it is."""
    for turn in range(KILLS):
        once = house.home / f"killed{turn}"
        knife = {"BAQUIANO_KILL_AT": "after_send", "BAQUIANO_KILL_ONCE": str(once)} if turn < 2 else {}
        goal = len(graph.sent) + count // (KILLS + 2)
        with granian("baquiano.config.serving:application", house.port, {**house.surroundings, **knife}) as server:
            house.wait(lambda goal=goal: len(graph.sent) >= goal, "some have left")  # type: ignore[misc]
            _kill_family(server.pid)


def _check(house: House, graph: Graph, expected: dict[str, str]) -> None:
    said = {sent.to.lstrip("+"): "" if "template" in sent.body else sent.words for sent in graph.sent}
    assert said == expected
    letters_of: dict[str, set[str]] = {}
    for sent in graph.sent:
        letters_of.setdefault(sent.to, set()).add(sent.echo)
    assert all(len(echoes) == 1 for echoes in letters_of.values()), "nobody has two letters"
    times = Counter(sent.echo for sent in graph.sent)
    doubled = {echo for echo, count in times.items() if count > 1}
    marked = {f"{pk}:0" for (pk,) in house.rows("SELECT id FROM post_letter WHERE possibly_doubled")}
    assert doubled <= marked, "what left twice says so itself"
    assert max(times.values()) <= 2
