"""After the danger text: safe, how, when, and nothing else; and a child is asked nothing at all."""

import pytest

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.said import CallPerson, Outcome, Raise, Reading, Warn
from baquiano.engine.state import from_json, to_json
from tests.engine.world import Talk, World, keys

YES = [
    "sí", "Si estoy a salvo", "ya estoy en casa de mi hermana", "sí, por ahora", "no, estoy bien", "yes I'm safe", "I am safe now",
    "sim, estou em segurança", "oui, je suis à l'abri", "wi mwen an sekirite", "yo ale",
]  # fmt: skip
NO = [
    "no", "no estoy segura aquí", "no, él está aquí", "todavía no", "no sé", "tengo miedo", "sí, pero tengo miedo", "I don't think I'm safe",
    "he is still outside", "não estou em segurança", "ele ainda está aqui", "je ne suis pas en sécurité", "il est là", "mwen pa an sekirite", "poko",
]  # fmt: skip
NEITHER = ["cómo me inscribo en fonasa", "si me deportan qué pasa", "no tengo papeles, sisben"]


def in_danger(**state: object) -> Talk:
    talk = Talk(**{"country": "CO", **state})  # type: ignore[arg-type]
    talk.say("tiene un cuchillo")
    return talk


@pytest.mark.parametrize("words", YES)
def test_who_says_she_is_safe_in_her_own_words_is_asked_how_we_may_write(words: str) -> None:
    talk = in_danger()
    talk.say(words)
    assert talk.keys == ["safe_place", "how_to_write"]
    assert [pick.id for pick in talk.turn.replies[0].picks] == ["contact:yes", "contact:hour", "contact:no"]


@pytest.mark.parametrize("words", NO)
def test_who_is_not_safe_is_asked_nothing_and_a_later_yes_is_still_an_answer(words: str) -> None:
    talk = in_danger()
    turn = talk.say(words)
    assert (talk.keys, turn.replies[0].picks) == (["not_safe_place"], ())
    talk.say("ya estoy a salvo")
    assert talk.keys == ["safe_place", "how_to_write"]


@pytest.mark.parametrize("words", NEITHER)
def test_what_is_about_something_else_is_no_answer_to_it(words: str) -> None:
    talk = in_danger()
    talk.say(words)
    assert not {"safe_place", "not_safe_place"} & set(talk.keys)


@pytest.mark.parametrize(
    ("said", "contact"),
    [("1", "yes"), ("sí", "yes"), ("3", "no"), ("no", "no"), ("solo en la noche", "hour:solo en la noche")],
)
def test_how_we_may_write_is_kept_for_whoever_answers(said: str, contact: str) -> None:
    talk = in_danger()
    talk.say("sí")
    talk.say(said)
    assert talk.state.contact == contact
    assert talk.keys == ["contact_waits" if contact == "no" else "contact_noted"]
    assert from_json(to_json(talk.state)).contact == contact


def test_an_hour_is_told_in_her_own_words() -> None:
    talk = in_danger()
    for said in ("sí", "2"):
        talk.say(said)
    assert talk.keys == ["which_hour"]
    talk.say("cuando él se va al trabajo")
    assert talk.state.contact == "hour:cuando él se va al trabajo"


def test_a_question_is_not_taken_for_an_hour_and_danger_still_comes_first() -> None:
    talk = in_danger()
    for said in ("sí", "2"):
        talk.say(said)
    talk.say("tiene un cuchillo")
    assert keys(talk.turn.replies[0]) == ["warn:violence"]
    for said in ("sí", "2", "¿cómo me inscribo en fonasa?"):
        talk.say(said)
    assert (talk.state.contact, talk.keys[0]) == ("hour", "answer:cl_fonasa")


def test_a_bare_hour_is_taken_for_no_danger_where_we_asked_when_and_everything_else_is() -> None:
    class Jumpy(World):
        def danger(self, text: str) -> Finding | None:
            return super().danger(text) or (Finding(Level.P1, Danger.CHILD, "heard") if "noche" in text else None)

    for answer, taken in (("solo en la noche", "contact_noted"), ("en la noche me busca", "warn:child")):
        talk = Talk(Jumpy(), country="CO")
        for said in ("tiene un cuchillo", "sí", answer):
            talk.say(said)
        assert talk.keys[0] == taken
    talk.say("solo en la noche")
    assert talk.keys[0] == "warn:child", "nobody had asked"


def test_it_is_asked_once() -> None:
    talk = in_danger()
    for said in ("sí", "1", "tiene un cuchillo", "sí"):
        talk.say(said)
    assert talk.keys == ["safe_place", "how_to_write"], "another danger: what was safe may not be any more"
    for said in ("1", "sí"):
        talk.say(said)
    assert "how_to_write" not in talk.keys


def test_the_country_told_in_danger_brings_its_own_numbers_and_no_menu() -> None:
    talk = in_danger(country="")
    assert talk.keys == ["warn:violence", "which_country"]
    turn = talk.say("Chile")
    assert turn.replies[0].parts == (Warn(Finding(Level.P1, Danger.VIOLENCE, "country-told")),)
    assert (talk.state.country, talk.wishes) == ("CL", [])


def test_in_danger_nobody_is_told_that_they_were_not_understood() -> None:
    talk = in_danger()
    for said in ("asdf", "gracias", "escribe un poema", "", "9"):
        talk.say(said)
        assert talk.keys == ["person_asked"], said


def test_a_voice_note_after_danger_is_put_before_a_person() -> None:
    talk = in_danger()
    talk.say(reading=Reading.UNREADABLE)
    assert talk.wishes == ["CallPerson"]


# A child -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said", ["sí", "no", "estoy en la calle", "lo del ppt", "asdf", "9", "gracias", "estoy a salvo", "escribe un poema"]
)
def test_a_child_is_asked_nothing(said: str) -> None:
    """No choice but a person, no question, whatever is said; what is known is still answered."""
    talk = Talk()
    talk.say("mi hermana está perdida")
    assert (talk.keys, talk.turn.replies[0].picks) == (["warn:child"], ())
    talk.say(said)
    assert not {"which_country", "did_you_mean", "how_to_write", "cannot_read", "are_you_in_danger"} & set(talk.keys)
    assert {pick.id for reply in talk.turn.replies for pick in reply.picks} <= {"person"}


def test_a_child_gets_an_answer_that_is_ready_and_only_a_person_beside_it() -> None:
    talk = Talk(country="CL")
    for said in ("está perdida", "fonasa"):
        talk.say(said)
    assert talk.keys == ["answer:cl_fonasa"]
    assert [pick.id for pick in talk.turn.replies[0].picks] == ["person"]


def test_whoever_may_be_a_child_stays_one() -> None:
    talk = Talk(country="CO")
    for said in ("está perdida", "tiene un cuchillo"):
        talk.say(said)
    talk.say("sí")
    assert talk.keys == ["safe_place"]
    talk.say("ayuda")
    assert talk.keys == ["warn:child"]


# What raises an alert ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("words", "level"), [("estamos sin techo", Level.P2), ("estoy triste", Level.P3)])
def test_a_need_and_a_distress_call_somebody_too(words: str, level: Level) -> None:
    talk = Talk(country="CL")
    turn = talk.say(f"{words}, fonasa")
    assert [wish.finding.level for wish in turn.wishes if isinstance(wish, Raise)] == [level]
    assert [wish.level for wish in turn.wishes if isinstance(wish, CallPerson)] == [level]
    assert turn.outcome is Outcome.ANSWER


def test_a_complaint_calls_no_one_on_duty() -> None:
    talk = Talk(country="CL")
    talk.say("me pidieron coima, fonasa")
    assert talk.wishes == ["CallPerson"]
    talk.say("queja")
    assert talk.turn.wishes == (CallPerson("complaint", Level.P4, Danger.COMPLAINT),)


def test_with_nobody_looking_nothing_claims_that_somebody_was_told() -> None:
    talk = Talk(World(staffed=False), country="CO")
    talk.say("tiene un cuchillo")
    assert talk.keys == ["warn:violence", "not_told"]
