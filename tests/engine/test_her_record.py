"""What she agreed to and her other doors, in the conversation: words that always work, danger first, nothing claimed that is not so."""

import json

import pytest

from baquiano.engine.said import Agree, Join, KeepCode, MissedCode, Outcome, Unjoin, Withdraw
from baquiano.engine.state import from_json, to_json
from tests.engine.test_turn import STEPS
from tests.engine.world import Agreement, Behind, Talk, World

TWO = Behind((Agreement(7, "share", "2026-11-20"), Agreement(3, "contact", "2026-10-01")))
WITHDRAW = ["retirar", "RETIRAR", "Retirar.", "withdraw", "retirer", "retire"]
JOIN = ["juntar", "JOIN", "joindre", "konekte"]
UNJOIN = ["separar", "unjoin", "séparer", "separe"]
REMINDERS = ["recordatorios", "reminders", "lembretes", "rappels", "rapèl"]


def known(behind: Behind = TWO) -> Talk:
    return Talk(World(person=behind), country="CO")


@pytest.mark.parametrize("word", WITHDRAW)
@pytest.mark.parametrize("step", STEPS)
def test_taking_back_is_one_word_away_in_every_state(word: str, step: str) -> None:
    talk = Talk(World(person=TWO), step=step, offered=("menu",), serial=2)
    turn = talk.say(word)
    assert talk.keys == ["withdraw_which"]
    assert [pick.id for pick in turn.replies[0].picks] == ["withdraw:7", "withdraw:3", "withdraw:all", "menu"]
    assert not turn.wishes


@pytest.mark.parametrize(("answer", "taken"), [("1", [7]), ("2", [3]), ("3", [7, 3])])
def test_a_number_takes_back_one_or_all(answer: str, taken: list[int]) -> None:
    talk = known()
    talk.say("retirar")
    assert talk.say(answer).wishes == tuple(map(Withdraw, taken))
    assert talk.keys == ["withdrawn"]


def test_the_list_names_kinds_and_days_and_nobody() -> None:
    talk = known()
    labels = [pick.label for pick in talk.say("retirar").replies[0].picks]
    assert labels == ["agreed.share.2026-11-20", "agreed.contact.2026-10-01", "agreed.all", "menu"]


def test_only_her_own_can_be_taken_back_whatever_is_sent() -> None:
    talk = known()
    talk.say("retirar")
    for forged in ("1:1:withdraw:99", "1:9:withdraw:7", "1:1:withdraw:", "1:1:withdraw:all:7"):
        assert not talk.say(choice=forged).wishes
        talk.say("retirar")


def test_what_was_taken_back_at_a_desk_meanwhile_is_not_said_to_be_taken_back_now() -> None:
    talk = known()
    talk.say("retirar")
    talk.world.person = Behind(TWO.agreed[1:])
    assert not talk.say("1").wishes
    assert talk.keys == ["withdraw_which"]


def test_somebody_unknown_is_told_what_is_kept_and_that_no_name_is() -> None:
    talk = Talk(country="CO")
    assert not talk.say("retirar").wishes
    assert talk.keys == ["withdraw_unknown"]


def test_with_nothing_left_it_says_so() -> None:
    talk = known(Behind())
    talk.say("retirar")
    assert talk.keys == ["withdraw_nothing"]


@pytest.mark.parametrize("word", REMINDERS)
def test_reminders_are_asked_for_by_word_and_given_by_yes(word: str) -> None:
    talk = known(Behind())
    talk.say(word)
    assert talk.keys == ["consent.reminders.v1"]
    assert talk.say("Sí").wishes == (Agree("reminders", "v1"),)
    assert talk.keys == ["agreed"]


@pytest.mark.parametrize("answer", ["no", "2", "Nop"])
def test_no_is_as_easy_and_changes_nothing(answer: str) -> None:
    talk = known(Behind())
    talk.say("recordatorios")
    assert not talk.say(answer).wishes
    assert talk.keys == ["declined"]


@pytest.mark.parametrize("answer", ["quizá sí pero no sé", "fonasa", "menu", "persona"])
def test_only_a_yes_is_a_yes(answer: str) -> None:
    talk = known(Behind())
    talk.say("recordatorios")
    turn = talk.say(answer)
    assert not [wish for wish in turn.wishes if isinstance(wish, Agree)]


def test_a_yes_to_an_older_question_agrees_to_nothing() -> None:
    talk = known(Behind())
    talk.say("recordatorios")
    talk.say("menu")
    assert not talk.say(choice="1:1:agree:reminders.v1").wishes
    assert not [wish for wish in talk.say("sí").wishes if isinstance(wish, Agree)]


def test_a_child_is_not_asked_alone() -> None:
    talk = known(Behind(decides=False))
    talk.say("recordatorios")
    assert talk.keys == ["adult_needed"]


def test_whoever_has_reminders_is_told_how_to_end_them() -> None:
    talk = known(Behind((Agreement(1, "reminders", "2026-11-20"),)))
    talk.say("recordatorios")
    assert talk.keys == ["reminders_already"]


@pytest.mark.parametrize("word", JOIN)
def test_a_door_gives_a_code_or_takes_one(word: str) -> None:
    talk = Talk(country="CO")
    talk.say(word)
    assert talk.keys == ["join_how"]
    assert talk.say("2").wishes == (KeepCode("W9RT4D"),)
    assert talk.keys == ["code:W9RT4D"]
    talk.say(word)
    talk.say("1")
    assert talk.keys == ["join_type"]
    assert talk.say("k7r-t4d").wishes == (Join("K7RT4D"),)
    assert talk.keys == ["joined"]


@pytest.mark.parametrize("word", JOIN)
def test_word_and_code_in_one_message_join_too(word: str) -> None:
    assert Talk(country="CO").say(f"{word} K7RT4D").wishes == (Join("K7RT4D"),)


def test_a_code_that_does_not_fit_is_counted_and_can_be_typed_again() -> None:
    talk = Talk(country="CO")
    talk.say("juntar")
    assert talk.say("X7RT4D").wishes == (MissedCode(),)
    assert talk.keys == ["join_wrong"]
    assert talk.say("K7RT4D").wishes == (Join("K7RT4D"),)


def test_two_records_are_left_to_a_person() -> None:
    talk = Talk(country="CO")
    assert not talk.say("juntar M3RT4D").wishes
    assert talk.keys == ["join_two"]


def test_a_code_out_of_the_blue_is_only_a_text() -> None:
    talk = Talk(country="CO")
    assert not [wish for wish in talk.say("K7RT4D").wishes if isinstance(wish, Join)]


def test_a_question_asked_instead_of_a_code_is_answered() -> None:
    talk = Talk(country="CL")
    talk.say("juntar")
    talk.say("mejor dime de fonasa")
    assert talk.keys[0] == "answer:cl_fonasa"


def test_a_code_is_never_in_the_state() -> None:
    talk = Talk(country="CO")
    for said in ("juntar", "2", "juntar", "1", "k7rt4d"):
        talk.say(said)
        assert not {"K7RT4D", "W9RT4D"} & set(json.dumps(to_json(talk.state)).upper().replace('"', " ").split())


@pytest.mark.parametrize("word", UNJOIN)
def test_undoing_is_one_word(word: str) -> None:
    talk = known()
    assert talk.say(word).wishes == (Unjoin(),)
    assert talk.keys == ["unjoined"]


@pytest.mark.parametrize(
    "nearly", ["separarrr", "quiero separar", "me quiero separar de mi marido", "retirar mi carpeta"]
)
def test_these_words_count_only_as_the_whole_message(nearly: str) -> None:
    assert not {"Unjoin", "Withdraw"} & {type(wish).__name__ for wish in known().say(nearly).wishes}


def test_where_nothing_is_joined_there_is_nothing_to_undo() -> None:
    talk = Talk()
    assert not talk.say("separar").wishes
    assert talk.keys == ["not_joined"]


@pytest.mark.parametrize("step", ["consent", "join", "withdraw", "her_record"])
def test_danger_comes_before_papers(step: str) -> None:
    talk = Talk(World(person=TWO), country="CO", step=step, offered=("agree:reminders.v1", "decline"), serial=3)
    turn = talk.say("sí, tiene un cuchillo")
    assert turn.outcome is Outcome.CRISIS
    assert talk.keys[0] == "warn:violence"
    assert not [wish for wish in turn.wishes if isinstance(wish, Agree)]


def test_the_question_outlives_the_way_through_the_table() -> None:
    talk = known(Behind())
    talk.say("recordatorios")
    talk.state = from_json(json.loads(json.dumps(to_json(talk.state))))
    assert talk.say("sí").wishes == (Agree("reminders", "v1"),)
