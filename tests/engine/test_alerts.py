"""What swindle goes round: said once in a conversation, when the country is known, and never beside a danger."""

import pytest

from baquiano.engine.said import Dispel, Heed, Outcome, Say
from baquiano.engine.state import State, from_json, to_json
from tests.engine.world import Talk, World


def heard(talk: Talk) -> list[int]:
    return [part.alert for reply in talk.turn.replies for part in reply.parts if isinstance(part, Heed)]


def yuli(*swindles: int, **state: object) -> Talk:
    return Talk(World(swindles=swindles), **{"country": "CO", "greeted": False, **state})


def test_it_comes_after_the_greeting_and_once() -> None:
    talk = yuli(7)
    talk.say("menú")
    assert talk.turn.replies[0].parts[:3] == (Say("greeting"), Heed(7), Say("menu"))
    talk.say("menú")
    assert heard(talk) == []


def test_it_waits_until_the_country_is_known() -> None:
    talk = yuli(7, country="")
    talk.say("sisben")
    assert heard(talk) == []
    talk.say("Colombia")
    assert heard(talk) == [7]


def test_when_nothing_goes_round_it_is_asked_again_next_time() -> None:
    talk = yuli()
    talk.say("menú")
    talk.world.swindles = (8,)
    talk.say("menú")
    assert heard(talk) == [8]


def test_two_at_most() -> None:
    talk = yuli(3, 2, 1)
    talk.say("menú")
    assert heard(talk) == [3, 2]


@pytest.mark.parametrize("danger", ["me amenaza con un cuchillo", "estamos sin techo", "estoy triste"])
def test_never_beside_a_danger_nor_after_it(danger: str) -> None:
    talk = yuli(7)
    for said in (danger, "sí", "menú", "sisben"):
        talk.say(said)
        assert heard(talk) == []


def test_never_beside_the_question_whether_there_is_danger() -> None:
    talk = yuli(7)
    talk.say("ayuda")
    assert heard(talk) == []


@pytest.mark.parametrize("word", ["persona", "borrar", "salir"])
def test_not_when_somebody_asks_for_a_person_or_leaves(word: str) -> None:
    talk = yuli(7, greeted=True)
    talk.say(word)
    assert heard(talk) == []


def test_the_state_remembers_it() -> None:
    assert from_json(to_json(State(alerted=True))).alerted
    assert not from_json({"v": 1}).alerted


def test_a_rumour_we_have_checked_is_answered_before_any_search() -> None:
    talk = Talk(country="CO")
    talk.say("es verdad que hay una multa")
    assert talk.turn.replies[0].parts == (Dispel(4),)
    assert (talk.turn.outcome, talk.world.asked) == (Outcome.ANSWER, [])


def test_beside_a_danger_or_a_need_no_rumour_is_answered() -> None:
    talk = Talk(country="CO")
    talk.say("es verdad que hay una multa, estamos sin techo")
    assert Dispel(4) not in talk.turn.replies[0].parts
