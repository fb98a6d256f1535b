"""When a turn asks to keep what was asked: once, with what came near, and never where danger was noticed."""

from baquiano.engine.said import Learn
from baquiano.engine.state import from_json, to_json
from tests.engine.world import Talk


def learnt(talk: Talk) -> list[Learn]:
    return [wish for wish in talk.turn.wishes if isinstance(wish, Learn)]


def test_what_nothing_fitted_is_learnt_once() -> None:
    talk = Talk(country="CL")
    talk.say("algo de lo que nadie sabe")
    assert learnt(talk) == [Learn("algo de lo que nadie sabe", was_answered=False, topic="")]
    talk.say("persona")
    assert learnt(talk) == []


def test_what_is_not_our_subject_is_learnt_too() -> None:
    talk = Talk(country="CL")
    talk.say("escribe un poema")
    assert [one.asked for one in learnt(talk)] == ["escribe un poema"]


def test_none_of_the_three_is_learnt_with_the_nearest() -> None:
    talk = Talk(country="CO")
    talk.say("lo del ppt")
    assert learnt(talk) == []
    talk.say("4")
    assert learnt(talk) == [Learn("lo del ppt", was_answered=False, topic="t1")]


def test_an_answer_chosen_of_three_that_did_not_help_belongs_to_the_question() -> None:
    talk = Talk(country="CO")
    talk.say("lo del ppt")
    talk.say("2")
    talk.say("no")
    assert learnt(talk) == [Learn("lo del ppt", was_answered=True, topic="t2")]


def test_an_answer_from_the_menu_that_did_not_help_belongs_to_no_question() -> None:
    talk = Talk(country="CL")
    talk.say("fonasa")
    talk.say("menú")
    talk.say(choice=f"1:{talk.state.serial}:topic:cl_fonasa")
    talk.say("no")
    assert talk.wishes == ["Rate"]


def test_the_topic_that_comes_next_is_another_subject() -> None:
    talk = Talk(country="CL")
    talk.say("fonasa")
    talk.say(choice=f"1:{talk.state.serial}:topic:t5")
    talk.say("no")
    assert talk.wishes == ["Rate"]


def test_a_late_tap_on_an_old_answer_is_not_about_the_new_question() -> None:
    talk = Talk(country="CO")
    talk.say("lo del ppt")
    talk.say(choice="1:1:useless:999")
    assert talk.wishes == ["Rate"]


def test_where_a_danger_of_any_level_was_noticed_nothing_is_learnt() -> None:
    for words in ("tiene un cuchillo", "estoy sin techo hoy", "estoy triste y no sé qué", "me piden una coima rara"):
        talk = Talk(country="CL")
        talk.say("algo de lo que nadie sabe")
        talk.say(words)
        assert learnt(talk) == []
        assert talk.state.asked == ""


def test_small_talk_and_nothing_at_all_are_no_questions() -> None:
    for words in ("gracias", "   "):
        talk = Talk(country="CL")
        talk.say(words)
        assert learnt(talk) == []


def test_the_question_waits_through_the_one_for_the_country() -> None:
    talk = Talk()
    talk.say("fonasa")
    assert talk.keys == ["which_country"]
    talk.say("chile")
    talk.say("no")
    assert learnt(talk) == [Learn("fonasa", was_answered=True, topic="cl_fonasa")]


def test_erasing_forgets_what_was_asked_and_the_state_keeps_it_otherwise() -> None:
    talk = Talk(country="CL")
    talk.say("fonasa")
    assert from_json(to_json(talk.state)).asked == "fonasa"
    for said in ("borrar", "sí"):
        talk.say(said)
    assert talk.state.asked == ""
