"""The same crisis text in every state of the engine gives the same: the danger text alone first, the same alert, the same level.

States are not made up: they are walked to, by saying and tapping what a person may say and tap.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.picks import choice_id
from baquiano.engine.said import CallPerson, Outcome, Raise, Reading, Warn
from baquiano.engine.tools import Agreement, Approved, Behind
from tests.engine.world import Talk, World

CRISES = [
    ("tiene un cuchillo", Finding(Level.P0, Danger.VIOLENCE, "cuchillo")),
    ("estoy encerrada", Finding(Level.P1, Danger.CAPTIVITY, "encerrada")),
    ("mi hija está perdida", Finding(Level.P0, Danger.CHILD, "perdida")),
]
SAID = [
    "hola gracias", "menú", "persona", "idioma", "kreyòl", "english", "Chile", "Colombia", "atrás", "borrar", "queja", "ayuda", "retirar",
    "recordatorios", "juntar", "JUNTAR K7RT4D", "K7RT4D", "separar", "sí", "no", "1", "2", "3", "9", "cómo me inscribo en fonasa", "sisben",
    "lo del ppt", "escribe un poema", "asdf", "", "estamos sin techo", "estoy triste", "me pidieron coima", "¿eres una persona?",
    "cómo paso por la trocha", "no quiero pasar por trocha", "estoy a salvo", "no estoy a salvo", "después de las 8", "tiene un cuchillo", "está perdida",
]  # fmt: skip
TAPS = [
    "danger", "person", "menu", "yes", "no", "branch:regularizacion", "branch:other", "page:regularizacion:1", "topic:cl_fonasa",
    "country:CO", "country:", "language:fr", "useful:1", "useless:1", "withdraw:all", "agree:reminders.v1", "decline", "join:have",
    "join:give", "forget:yes", "forget:no", "contact:yes", "contact:hour", "contact:no",
]  # fmt: skip
STEPS = st.one_of(
    st.sampled_from(SAID).map(lambda text: ("says", text)),
    st.sampled_from(TAPS).map(lambda pick: ("taps", pick)),
    st.integers(0, 8).map(lambda which: ("takes", which)),
    st.just(("sends", "a voice note")),
)
WORLDS = st.builds(
    World,
    countries=st.sampled_from([("CO", "CL"), ("CO",)]),
    approved_topics=st.sampled_from([World().approved_topics, frozenset()]),
    staffed=st.booleans(),
    swindles=st.sampled_from([(), (7,)]),
    gone=st.just({"t2": Approved(1, "t2")}),
    person=st.sampled_from(
        [None, Behind(), Behind((Agreement(1, "reminders", "2026-11-01"),)), Behind((), decides=False)]
    ),
)


def walk(talk: Talk, steps: list[tuple[str, object]]) -> None:
    for how, what in steps:
        if how == "says":
            talk.say(str(what))
        elif how == "sends":
            talk.say(reading=Reading.UNREADABLE)
        elif how == "takes" and isinstance(what, int) and what < len(talk.state.offered):
            talk.say(choice=choice_id(talk.state, talk.state.offered[what]))
        elif how == "taps":
            talk.say(choice=choice_id(talk.state, str(what)))


@given(WORLDS, st.lists(STEPS, max_size=8), st.sampled_from(CRISES), st.sampled_from(["es", "en", "pt", "fr", "ht"]))
def test_the_same_crisis_gives_the_same_result_wherever_she_is(
    world: World, steps: list[tuple[str, object]], crisis: tuple[str, Finding], language: str
) -> None:
    words, finding = crisis
    talk = Talk(world, language=language, language_chosen=True, greeted=False)
    walk(talk, steps)
    talk.state = replace(talk.state, language=language)
    turn = talk.say(words)
    assert turn.replies[0].parts == (Warn(finding),)
    assert turn.replies[0].picks == ()
    assert turn.wishes == (Raise(finding), CallPerson("danger", finding.level, finding.kind))
    assert (turn.outcome, turn.level) == (Outcome.CRISIS, finding.level)
    assert talk.state.language == language
    assert talk.state.in_danger and talk.state.danger in (finding.kind, Danger.CHILD)


@given(WORLDS, st.lists(STEPS, max_size=8), st.sampled_from(CRISES), st.lists(STEPS, max_size=5))
def test_after_it_nothing_is_rated_and_nothing_is_added(
    world: World, before: list[tuple[str, object]], crisis: tuple[str, Finding], after: list[tuple[str, object]]
) -> None:
    """Until a person has set how it is safe to write; not even after BORRAR."""
    talk = Talk(world, country="CO", greeted=False)
    walk(talk, before)
    talk.say(crisis[0])
    for step in after:
        walk(talk, [step])
        kinds = {type(part).__name__ for reply in talk.turn.replies for part in reply.parts}
        offered = {pick.id.partition(":")[0] for reply in talk.turn.replies for pick in reply.picks}
        assert "Heed" not in kinds
        assert not {"useful", "useless"} & offered
        assert not {"was_it_useful", "not_understood", "let_a_person"} & set(talk.keys)
        assert talk.state.danger


@pytest.mark.parametrize("caption", [True, False])
def test_words_under_a_picture_and_under_a_tap_are_scanned_too(caption: bool) -> None:
    talk = Talk(country="CO")
    said = {"reading": Reading.UNREADABLE} if caption else {"choice": "1:0:menu", "reading": Reading.CHOICE}
    turn = talk.say("tiene un cuchillo", **said)  # type: ignore[arg-type]
    assert turn.replies[0].parts == (Warn(CRISES[0][1]),)
