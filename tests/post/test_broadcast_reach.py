"""Who gets a broadcast: exactly who a second opinion, written from the rules, says; and nobody twice, whatever happens meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given as for_all
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from baquiano.accounts.models import User
from baquiano.post import audience, broadcasting
from baquiano.post.models import Broadcast, BroadcastLine, Letter
from tests.post.broadcast_world import (
    TEXTS,
    Opinion,
    Plan,
    Somebody,
    Town,
    lines,
    many,
    opinion,
    organise,
    plans,
    settle,
    somebodies,
    store,
    the_post_sends_everything,
)

NOON = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)  # 10:00 in Bogotá, 12:00 in Santiago
NIGHT = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


def as_opinion(run: audience.DryRun, town: Town) -> Opinion:
    return {
        who: (door, one.language, one.at, one.needs_template)  # type: ignore[misc]
        for one in run.recipients
        for who, door in [town.where(one.address)]
    }


def plain(found: Opinion) -> dict[int, object]:
    return {who: (one.door, one.language, one.at, one.needs_template) for who, one in found.items()}


def runs_to_its_end(broadcast: Broadcast, traveller: time_machine.Traveller) -> None:
    """Hour by hour, until nobody's turn is left."""
    for _hour in range(48):
        while broadcasting.due(timezone.now()):
            the_post_sends_everything(timezone.now())
        if Broadcast.objects.get(pk=broadcast.pk).state == Broadcast.Stage.DONE:
            return
        traveller.shift(timedelta(hours=1))
    raise AssertionError("it never came to an end")


class ReachTest(TestCase):
    """Every example begins with an empty town."""

    @for_all(st.lists(somebodies, max_size=6), plans, st.sampled_from([NOON, NIGHT]))
    def test_the_dry_run_is_the_second_opinion(self, town: list[Somebody], plan: Plan, now: datetime) -> None:
        with time_machine.travel(now, tick=False):
            organise()
            rows = settle(town, lines(), now)
            broadcast = store(plan, User.objects.create_user("eva", None, display_name="Eva"))
            run = audience.dry_run(broadcast, now)
            expected = opinion(town, plan, now)
            assert as_opinion(run, rows) == plain(expected)
            assert len(run) + sum(run.why_not.values()) == len(town), "everybody is counted once"
            assert run.strangers == 0


def test_what_is_sent_is_what_was_tried_dry(db: None, edu: User, rita: User, now: time_machine.Traveller) -> None:
    town = many(120, seed=7)
    organise()
    rows = settle(town, lines(), NOON)
    broadcast = store(Plan(falls_to_spanish=True), edu)
    expected = opinion(town, Plan(falls_to_spanish=True), NOON)
    assert len(expected) > 30
    broadcasting.hand_in(broadcast, by=edu)
    broadcasting.approve(broadcast, seen=audience.dry_run(broadcast, NOON).digest, by=rita)
    runs_to_its_end(broadcast, now)
    sent = {
        rows.where(line.address_id): line
        for line in BroadcastLine.objects.exclude(letter=None).select_related("letter")
    }
    assert set(sent) == {(who, one.door) for who, one in expected.items()}
    for (who, _door), line in sent.items():
        assert line.letter and line.letter.body["text"] == TEXTS[expected[who].language]
        assert line.letter.cause == f"news:{broadcast.pk}:{line.address_id}"
        assert (line.words_id is not None) == expected[who].needs_template
    assert Letter.objects.exclude(cause__endswith=":words").count() == len(expected)


@pytest.mark.soak
def test_five_thousand_people_at_night_and_at_noon(db: None, edu: User) -> None:
    organise()
    town = many(5_000, seed=2026)
    rows = settle(town, lines(), NOON)
    for now in (NOON, NIGHT):
        with time_machine.travel(now, tick=False):
            for plan in (
                Plan(falls_to_spanish=True),
                Plan(countries=frozenset({"CL"})),
                Plan(channels=frozenset({"sms"})),
            ):
                expected = opinion(town, plan, now, settled=NOON)
                assert as_opinion(audience.dry_run(store(plan, edu), now), rows) == plain(expected)
