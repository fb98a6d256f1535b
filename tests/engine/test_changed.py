"""Her answer to the notice: by "1", by a tap, by a word; and what it must never do."""

from baquiano.engine.said import Say, ShowChange, Tell, ToldThen
from baquiano.engine.tools import Approved, Change
from tests.engine.world import Talk, World

NEW = Approved(9, "t1")


def standing(*versions: int, **state: object) -> Talk:
    """The notice of these versions is the last thing that was said to her."""
    world = World(changes={12: Change("2026-11-20", NEW), 13: Change("2026-11-21", None)})
    offered = f"changed:{'.'.join(map(str, versions))}"
    return Talk(world, **{"country": "CO", "offered": (offered,), "step": "changed", **state})


def parts(talk: Talk) -> list[object]:
    return [part for reply in talk.turn.replies for part in reply.parts]


def test_1_brings_what_is_said_now_and_that_it_changed() -> None:
    talk = standing(12)
    talk.say("1")
    assert ToldThen("2026-11-20") in parts(talk)
    assert Tell(NEW) in parts(talk)
    assert talk.turn.wishes == (ShowChange(12),)


def test_a_yes_is_as_good() -> None:
    talk = standing(12)
    talk.say("sí")
    assert talk.turn.wishes == (ShowChange(12),)


def test_a_tap_is_its_own_whatever_stands_open() -> None:
    talk = Talk(World(changes={12: Change("2026-11-20", NEW)}), country="CO", offered=("menu",), step="menu", serial=7)
    talk.say(choice="1:0:changed:12")
    assert Tell(NEW) in parts(talk)


def test_taken_back_it_says_so_and_offers_a_person() -> None:
    talk = standing(13)
    talk.say("1")
    assert Say("changed_gone") in parts(talk)
    assert talk.turn.state.offered == ("person", "menu")


def test_two_notices_are_answered_together() -> None:
    talk = standing(13, 12)
    talk.say("1")
    assert Say("changed_gone") in parts(talk)
    assert Tell(NEW) in parts(talk)
    assert set(talk.turn.wishes) == {ShowChange(12), ShowChange(13)}


def test_what_she_was_never_told_is_not_shown() -> None:
    talk = standing(12)
    talk.say(choice="1:0:changed:99")
    assert not any(isinstance(part, Tell | ToldThen) for part in parts(talk))
    assert Say("stale") in parts(talk)


def test_danger_comes_first() -> None:
    talk = standing(12)
    talk.say("tiene un cuchillo")
    assert not any(isinstance(part, Tell) for part in parts(talk))


def test_a_question_of_hers_is_a_question() -> None:
    talk = standing(12)
    talk.say("fonasa aquí")
    assert not talk.turn.wishes
