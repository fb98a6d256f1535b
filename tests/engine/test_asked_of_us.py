"""Two questions about us that get a true answer: whether it is a person, and how to cross where it is not allowed."""

import pytest

from baquiano.engine.asked_of_us import asks_for_a_route, asks_who_answers
from baquiano.engine.danger import Level
from baquiano.engine.said import Outcome
from tests.engine.world import Talk, World

WHO = [
    "¿Eres una persona?", "eres un robot", "hablo con alguien de verdad?", "¿es usted humano?", "estoy hablando con una máquina", "sos un bot?",
    "quién eres", "hay alguien ahí?", "are you a person", "am I talking to a real person?", "r u a bot?", "is anyone there",
    "você é uma pessoa?", "estou falando com um robô?", "tem alguém aí?", "êtes-vous une personne ?", "est-ce que je parle à un robot",
    "il y a quelqu'un ?", "èske ou se yon moun?", "m ap pale ak yon robo?",
]  # fmt: skip
NOT_WHO = [
    "una persona me pidió plata",
    "soy una persona mayor y quiero fonasa",
    "es una estafa",
    "papa m se moun Kolonbi",
]
ROUTE = [
    "cómo cruzo por la trocha", "por dónde paso la trocha", "conocen un coyote", "necesito un coyote que me pase", "cuanto cobran por pasar el darien",
    "quien me pasa la frontera", "donde compro papeles falsos", "quiero pasar a chile por paso no habilitado", "necesito una cédula falsa",
    "cómo paso a chile sin que me agarren", "cómo entro a chile sin papeles", "how do I cross the border illegally", "I need a smuggler to cross",
    "where can I buy fake papers", "como atravesso a fronteira pela mata", "preciso de um coiote", "comment traverser la frontière sans papiers",
    "je cherche un passeur", "où acheter de faux papiers", "kijan pou m travèse fwontyè a an kachèt", "mwen bezwen yon pasè",
    "no quiero pasar por trocha",
]  # fmt: skip
NOT_ROUTE = [
    "entré por trocha y no tengo papeles qué hago", "quien le paga a un coyote comete delito", "el pasador nos dejó botados y me pide más plata",
    "quiero cruzar la selva del darién con mis carajitos, q riesgos hay??", "¿puedo trabajar sin papeles?", "cómo entro al colegio sin papeles",
    "¿puedo entrar al hospital sin papeles?", "me vendieron papeles falsos qué hago", "is it a crime for me if I paid a smuggler to cross",
    "paguei um coiote, posso ser punido por isso?", "m te peye yon pasè, eske lapolis ka pini m pou sa",
]  # fmt: skip


@pytest.mark.parametrize("words", WHO)
def test_whoever_asks_is_told_that_it_is_a_machine_and_a_person_is_one_tap_away(words: str) -> None:
    talk = Talk()
    talk.say(words)
    assert talk.keys == ["a_machine"]
    assert [pick.id for pick in talk.turn.replies[0].picks] == ["person", "menu"]


@pytest.mark.parametrize("words", NOT_WHO)
def test_who_speaks_of_persons_asks_something_else(words: str) -> None:
    assert not asks_who_answers(words)


@pytest.mark.parametrize("words", ROUTE)
def test_ways_and_people_to_cross_are_not_named_and_what_helps_is_offered(words: str) -> None:
    talk = Talk(World(approved_topics=frozenset({"gen_trata_trafico"})), country="CO")
    turn = talk.say(words)
    assert (talk.keys, turn.outcome, talk.state.misses) == (["dangerous_route"], Outcome.BOUNDARY, 0)
    assert [pick.id for pick in turn.replies[0].picks] == ["topic:gen_trata_trafico", "person", "menu"]


@pytest.mark.parametrize("words", NOT_ROUTE)
def test_what_may_happen_and_what_was_done_to_them_is_looked_for_as_any_question(words: str) -> None:
    assert not asks_for_a_route(words)


def test_danger_on_the_way_stays_danger() -> None:
    talk = Talk(country="CO")
    talk.say("el coyote tiene un cuchillo y quiero saber por dónde paso la trocha")
    assert talk.keys[0] == "warn:violence"
    turn = talk.say("estamos sin techo, conocen un coyote")
    assert (talk.keys, turn.level) == (["warn:need", "dangerous_route"], Level.P2)
