"""The order of a turn: danger, universal words, what is in progress, a choice, search, choices, a person."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baquiano.engine import picks
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.said import CallPerson, Outcome, Raise, Reading, Tell
from baquiano.engine.state import State, from_json, to_json
from baquiano.engine.tools import Approved
from tests.engine.world import Talk, World, keys

STEPS = [
    "",
    "menu",
    "country",
    "language",
    "choices",
    "answered",
    "ask_danger",
    "danger",
    "branch",
    "unreadable",
    "person",
]


def test_the_first_words_say_that_it_is_a_machine() -> None:
    talk = Talk(greeted=False)
    talk.say("hola gracias")
    assert talk.keys[0] == "greeting"
    talk.say("menu")
    assert "greeting" not in talk.keys


@pytest.mark.parametrize("step", STEPS)
def test_danger_comes_before_anything_else_in_every_state(step: str) -> None:
    talk = Talk(step=step, country="CO", offered=("menu", "person"), serial=4, misses=1)
    turn = talk.say("menu tiene un cuchillo")
    assert talk.keys[0] == "warn:violence"
    assert turn.outcome is Outcome.CRISIS
    assert {type(wish) for wish in turn.wishes} == {Raise, CallPerson}
    assert turn.replies[0].picks == ()


def test_the_danger_text_is_not_held_back_to_ask_the_country() -> None:
    talk = Talk()
    talk.say("tiene un cuchillo")
    assert talk.keys == ["warn:violence", "which_country"]
    talk.say("1")
    assert talk.state.country == "CO"


def test_the_answer_to_being_safe_is_understood_even_while_the_country_is_asked() -> None:
    talk = Talk()
    talk.say("tiene un cuchillo")
    talk.say("no")
    assert talk.keys == ["not_safe_place"]
    talk.say("2")
    assert talk.state.country == "CL"


def test_out_of_hours_an_urgent_need_is_told_an_honest_time() -> None:
    talk = Talk(World(staffed=False), country="CO")
    talk.say("quedamos sin techo")
    assert talk.keys == ["warn:need", "person_later"]


def test_with_nobody_on_duty_a_second_message_says_so_and_the_first_stays_the_danger_text() -> None:
    talk = Talk(World(staffed=False), country="CO")
    turn = talk.say("tiene un cuchillo")
    assert [keys(reply) for reply in turn.replies] == [["warn:violence"], ["not_told"]]


def test_what_was_found_is_offered_after_the_danger_text_and_named_in_the_turn() -> None:
    talk = Talk(country="CL")
    turn = talk.say("estoy encerrada y pregunto por fonasa")
    assert talk.keys == ["warn:captivity", "when_safe"]
    assert turn.article == "cl_fonasa"
    assert turn.choices == ("cl_fonasa",)
    assert turn.level is Level.P1


def test_nothing_is_asked_or_offered_to_a_child_in_danger() -> None:
    talk = Talk(country="CL")
    turn = talk.say("mi hija está perdida fonasa")
    assert len(turn.replies) == 1
    assert turn.replies[0].picks == ()


def test_an_urgent_need_gets_its_answer_with_what_to_do_now_before_it_and_a_person() -> None:
    talk = Talk(country="CO")
    turn = talk.say("quedamos sin techo, sisben")
    assert talk.keys[:2] == ["warn:need", "answer:co_sisben"]
    assert turn.outcome is Outcome.ANSWER
    assert turn.level is Level.P2
    finding = Finding(Level.P2, Danger.NEED, "sin techo")
    assert turn.wishes == (Raise(finding), CallPerson("danger", Level.P2, Danger.NEED))


def test_an_urgent_need_that_no_article_answers_goes_to_a_person() -> None:
    talk = Talk(country="CO")
    turn = talk.say("quedamos sin techo")
    assert talk.keys == ["warn:need", "person_asked"]
    assert turn.outcome is Outcome.PERSON


def test_distress_gets_a_kind_line_before_its_answer() -> None:
    talk = Talk(country="CL")
    talk.say("estoy triste, fonasa")
    assert talk.keys[:2] == ["warn:distress", "answer:cl_fonasa"]


def test_a_bribe_told_goes_to_the_complaints_of_a_person() -> None:
    talk = Talk(country="CL")
    turn = talk.say("me pidieron coima, fonasa")
    assert turn.level is Level.P4
    assert [wish.reason for wish in turn.wishes if isinstance(wish, CallPerson)] == ["complaint"]


@pytest.mark.parametrize("word", ["persona", "PERSONA", "¿Persona?", "human", "moun", "pessoa", "une personne"])
@pytest.mark.parametrize("step", STEPS)
def test_a_person_is_one_word_away_in_every_state(word: str, step: str) -> None:
    talk = Talk(step=step, offered=("menu",), serial=2)
    turn = talk.say(word)
    assert turn.outcome is Outcome.PERSON
    assert talk.wishes == ["CallPerson"]


def test_out_of_hours_the_person_is_told_when() -> None:
    talk = Talk(World(staffed=False))
    talk.say("persona")
    assert talk.keys == ["person_later"]


def test_a_universal_word_counts_only_as_the_whole_message() -> None:
    talk = Talk(country="CL")
    talk.say("una persona me pidió papeles en fonasa")
    assert talk.keys[0] == "answer:cl_fonasa"


@pytest.mark.parametrize("nearly", ["borrrrar", "salirr", "quiero salir", "salir del pais"])
def test_leaving_and_forgetting_only_exactly(nearly: str) -> None:
    talk = Talk()
    talk.say(nearly)
    assert "Forget" not in talk.wishes
    assert "Leave" not in talk.wishes


@pytest.mark.parametrize("yes", ["1", "sí", "BORRAR", "wi"])
def test_forgetting_asks_once(yes: str) -> None:
    talk = Talk(language="ht", country="CO")
    assert talk.say("BORRAR").wishes == ()
    assert talk.keys == ["forget_sure"]
    talk.say(yes)
    assert talk.wishes == ["Forget"]
    assert (talk.state.language, talk.state.country) == ("ht", "")


@pytest.mark.parametrize("no", ["2", "no", "non"])
def test_and_a_no_leaves_everything_as_it_was(no: str) -> None:
    talk = Talk(country="CO")
    talk.say("BORRAR")
    talk.say(no)
    assert (talk.keys, talk.wishes, talk.state.country) == (["not_forgotten"], [], "CO")


def test_a_question_about_forgetting_is_open_for_the_next_message_only() -> None:
    talk = Talk(country="CO")
    talk.say("BORRAR")
    talk.say("menú")
    assert talk.say("borrar").wishes == ()
    assert talk.keys == ["forget_sure"]


def test_leaving() -> None:
    talk = Talk()
    talk.say("salir")
    assert talk.wishes == ["Leave"]


def test_what_is_not_our_subject_is_no_misunderstanding() -> None:
    talk = Talk()
    for _ in range(3):
        turn = talk.say("escríbeme un poema")
        assert (talk.keys, turn.outcome, talk.state.misses) == (["outside"], Outcome.BOUNDARY, 0)
    talk.say("asdf")
    assert "let_a_person" not in talk.keys


def test_help_alone_first_asks_whether_there_is_danger() -> None:
    talk = Talk(country="CO")
    talk.say("AYUDA")
    assert talk.keys == ["are_you_in_danger"]
    talk.say("sí")
    assert talk.keys[0] == "warn:unknown"
    assert talk.wishes == ["Raise", "CallPerson"]


def test_help_without_danger_leads_to_the_menu() -> None:
    talk = Talk()
    talk.say("ayuda")
    talk.say("2")
    assert talk.keys == ["menu"]


def test_a_country_is_asked_once_and_the_question_is_not_lost() -> None:
    talk = Talk()
    talk.say("cómo me inscribo en fonasa")
    assert talk.keys == ["which_country"]
    turn = talk.say("2")
    assert talk.state.country == "CL"
    assert turn.article == "cl_fonasa"


@pytest.mark.parametrize("name", ["Chile", "chile.", "en Chile", "Chili"])
def test_the_country_can_be_answered_by_its_name(name: str) -> None:
    talk = Talk()
    talk.say("cómo me inscribo en fonasa")
    assert talk.say(name).article == "cl_fonasa"


def test_a_country_named_later_changes_it() -> None:
    talk = Talk(country="CO", country_asked=True)
    talk.say("Chile")
    assert talk.state.country == "CL"
    assert talk.turn.outcome is Outcome.MENU


def test_danger_as_the_first_words_is_answered_without_a_greeting_before_it() -> None:
    talk = Talk(greeted=False, country="CO")
    talk.say(choice="1:0:danger")
    assert talk.keys[0] == "warn:unknown"


def test_a_forged_language_is_not_spoken() -> None:
    talk = Talk()
    talk.say(choice="1:0:language:zz")
    assert talk.state.language == "es"
    assert talk.keys == ["which_language"]


def test_somebody_who_does_not_say_the_country_is_not_asked_again() -> None:
    talk = Talk()
    talk.say("cómo me inscribo en fonasa")
    talk.say("lo de fonasa pues")
    assert talk.keys[0] == "answer:cl_fonasa"


def test_words_that_name_the_country_answer_the_question_about_it() -> None:
    talk = Talk()
    talk.say("fonasa aquí")
    assert talk.state.country == "CL"
    assert talk.keys[0] == "answer:cl_fonasa"


def test_with_one_country_served_nobody_is_asked() -> None:
    talk = Talk(World(countries=("CL",)))
    talk.say("fonasa")
    assert talk.keys[0] == "answer:cl_fonasa"


@pytest.mark.parametrize("two", ["2", "dos", "2.", "2️⃣", "opción 2", "Dos", "de", "two", "la segunda"])
def test_numbers_and_words_are_the_same_choice(two: str) -> None:
    talk = Talk(country="CO")
    talk.say("ppt")
    assert talk.keys == ["did_you_mean"]
    turn = talk.say(two)
    assert turn.article == "t2"


def test_a_tap_decides_by_its_id() -> None:
    talk = Talk(country="CO")
    talk.say("ppt")
    turn = talk.say("no importa el título", choice=picks.choice_id(talk.state, "topic:t3"))
    assert turn.article == "t3"


def test_a_stale_yes_never_misroutes() -> None:
    talk = Talk(country="CO")
    talk.say("ayuda")
    old_yes = picks.choice_id(talk.state, "yes")
    talk.say("menu")
    talk.say("Sí", choice=old_yes)
    assert talk.keys[0] == "stale"
    assert talk.turn.outcome is Outcome.MENU


def test_a_stale_topic_still_means_that_topic() -> None:
    talk = Talk(country="CO")
    talk.say("ppt")
    old = picks.choice_id(talk.state, "topic:t3")
    talk.say("menu")
    assert talk.say("PPT perdido", choice=old).article == "t3"


def test_somebody_elses_choice_id_is_read_as_words() -> None:
    talk = Talk(country="CL")
    assert talk.say("fonasa", choice="payload-de-otro-bot").article == "cl_fonasa"


def test_two_misunderstandings_in_a_row_lead_to_a_person() -> None:
    talk = Talk(country="CO")
    talk.say("asdf qwer")
    assert talk.keys[0] == "not_understood"
    turn = talk.say("zxcv uiop")
    assert turn.outcome is Outcome.PERSON
    assert "not_understood" not in talk.keys


def test_something_understood_in_between_starts_the_count_again() -> None:
    talk = Talk(country="CL")
    talk.say("asdf qwer")
    talk.say("fonasa")
    assert talk.say("zxcv uiop").outcome is not Outcome.PERSON


def test_what_is_not_our_subject_gets_a_boundary_the_menu_and_a_person() -> None:
    talk = Talk(country="CO")
    turn = talk.say("escríbeme un poema")
    assert turn.outcome is Outcome.BOUNDARY
    assert [pick.id for pick in turn.replies[0].picks] == ["menu", "person"]


def test_an_answer_is_followed_by_whether_it_helped() -> None:
    talk = Talk(country="CL")
    talk.say("fonasa")
    assert talk.keys == ["answer:cl_fonasa", "was_it_useful"]
    talk.say("no")
    assert talk.wishes == ["Rate", "Learn"]
    assert talk.keys == ["sorry_not_useful"]


def test_without_an_approved_text_we_say_so_and_a_person_comes() -> None:
    talk = Talk(World(approved_topics=frozenset()), country="CL")
    turn = talk.say("fonasa")
    assert talk.keys == ["no_approved_answer", "person_coming"]
    assert turn.article == "cl_fonasa"
    assert [wish.reason for wish in turn.wishes if isinstance(wish, CallPerson)] == ["unanswered"]


def test_an_expired_text_is_not_said_again_only_where_to_ask_and_a_person_comes() -> None:
    gone = Approved(7, "cl_fonasa")
    talk = Talk(World(approved_topics=frozenset(), gone={"cl_fonasa": gone}), country="CL")
    turn = talk.say("fonasa")
    assert turn.replies[0].parts[0] == Tell(gone, "expired")
    assert talk.keys[-2:] == ["no_approved_answer", "person_coming"]


def test_a_voice_note_is_an_unread_danger() -> None:
    talk = Talk(country="CO")
    turn = talk.say(reading=Reading.UNREADABLE)
    assert talk.keys == ["cannot_read"]
    assert turn.replies[0].picks[0].id == "danger"
    assert turn.wishes == (CallPerson("voice", Level.P2),)


def test_a_caption_is_read_like_any_text() -> None:
    talk = Talk(country="CO")
    talk.say("tiene un cuchillo", reading=Reading.UNREADABLE)
    assert talk.keys[0] == "warn:violence"


def test_a_reaction_is_not_answered() -> None:
    talk = Talk()
    assert talk.say("👍", reading=Reading.IGNORED).replies == ()


def test_typing_the_name_of_a_language_changes_it_and_it_stays() -> None:
    talk = Talk()
    talk.say("kreyòl")
    assert talk.state.language == "ht"
    talk.say("fonasa en chile por favor")
    assert talk.state.language == "ht"


def test_a_long_message_shows_its_language_and_a_short_one_never_changes_it() -> None:
    talk = Talk()
    talk.say("mwen bonjou")
    assert talk.state.language == "es"
    talk.say("mwen pa gen papye")
    assert talk.state.language == "ht"


def test_a_long_branch_is_paged_and_no_topic_is_lost() -> None:
    talk = Talk(country="CO")
    talk.say(choice="1:0:branch:regularizacion")
    seen = {pick.id for pick in talk.turn.replies[0].picks if pick.id.startswith("topic:")}
    talk.say(str(talk.state.offered.index("page:regularizacion:1") + 1))
    seen |= {pick.id for pick in talk.turn.replies[0].picks if pick.id.startswith("topic:")}
    assert seen == {f"topic:t{n}" for n in range(12)}
    assert max(len(talk.state.offered), 0) <= 10


states = st.builds(
    State,
    language=st.sampled_from(["es", "ht"]),
    country=st.sampled_from(["", "CO", "CL"]),
    country_asked=st.booleans(),
    greeted=st.booleans(),
    step=st.sampled_from(STEPS),
    offered=st.lists(st.sampled_from(["menu", "person", "yes", "no", "topic:t1", "country:CO", "danger", "useful:3", "weird", "page:x:y"]), max_size=9).map(tuple),
    serial=st.integers(0, 9),
    misses=st.integers(0, 1),
    pending=st.sampled_from(["", "fonasa", "topic:t1"]),
)  # fmt: skip


@given(
    states,
    st.text(max_size=60) | st.sampled_from(["1", "persona", "ayuda", "ppt", "fonasa", "sí", "👎"]),
    st.text(max_size=30),
)
@settings(max_examples=400)
def test_anything_said_in_any_state_gets_a_reply_that_can_be_kept(state: State, text: str, choice: str) -> None:
    from_here = Talk()
    from_here.state = state
    turn = from_here.say(text, choice=choice)
    assert turn.replies
    assert all(len(reply.picks) <= 10 for reply in turn.replies)
    assert from_json(json.loads(json.dumps(to_json(turn.state)))) == turn.state
    assert turn.state.misses < 2


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_a_damaged_state_begins_anew(raw: object) -> None:
    assert isinstance(from_json(raw if isinstance(raw, dict) else {"v": 1, "offered": raw, "serial": raw}), State)
