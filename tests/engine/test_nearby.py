"""Places and services near: need → where → three → more, something else, or something is wrong. Danger and universal words come first."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from baquiano.directory import near
from baquiano.engine import nearby, picks
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.said import CallPerson, Outcome, Reading, Report
from baquiano.engine.state import Nearby, State, from_json, to_json
from baquiano.engine.tools import Offer, Places, Sought, Spot
from baquiano.engine.universal import universal
from tests.engine.world import Talk, World

STEPS = ("near_need", "near_place", "near_shown", "near_service", "near_wrong", "near_why", "near_reported")
HERE = Spot(-33.02, -71.55)
PACKS = Path(__file__).parents[2] / "packs"


def searching(step: str, **state: object) -> Talk:
    known = Nearby("food", 1, ("food0.p0@0.5", "food1.p1@1.5"), ("food2.p2@2.5",), wrong="food0.p0")
    offered = ("service:food0.p0", "more_places", "near", "wrong", "person")
    return Talk(**{"step": step, "nearby": known, "offered": offered, "serial": 3, "country": "CL", **state})


def test_food_in_a_town_is_answered_with_three_and_what_can_be_done_next() -> None:
    talk = Talk(country="CL")
    turn = talk.say("necesito comida en Viña")
    assert talk.keys == ["near_found"]
    assert turn.outcome is Outcome.ANSWER
    assert [pick.id for pick in turn.replies[0].picks] == [
        "service:food0.p0", "service:food1.p1", "service:food2.p2", "more_places", "near", "wrong", "person",
    ]  # fmt: skip


def test_more_shows_the_next_and_then_says_that_there_are_no_more() -> None:
    talk = Talk(country="CL")
    talk.say("comida en Viña")
    talk.say("más")
    assert talk.keys == ["near_more"]
    assert [pick for pick in talk.state.offered if pick.startswith("service:")] == [
        "service:food3.p3",
        "service:food4.p4",
    ]
    talk.say("mas lugares")
    assert talk.keys == ["near_end"]


def test_a_number_shows_one_and_the_list_comes_back() -> None:
    talk = Talk(country="CL")
    talk.say("comida en Viña")
    talk.say("2")
    assert talk.keys == ["details:food1.p1"]
    talk.say("1")
    assert talk.state.offered[:3] == ("service:food0.p0", "service:food1.p1", "service:food2.p2")


def test_something_else_keeps_the_place() -> None:
    talk = Talk(country="CL")
    talk.say("comida en Viña")
    talk.say("otra cosa")
    assert talk.keys == ["near_what"]
    talk.say(choice=picks.choice_id(talk.state, "services:shelter"))
    assert talk.keys == ["near_found"]
    assert talk.world.looked[-1] == ("shelter", 1, None)


def test_a_shelter_is_asked_for_its_town() -> None:
    talk = Talk(country="CL")
    talk.say("albergue")
    assert talk.keys == ["near_where"]
    talk.say("Viña")
    assert talk.world.looked == [("shelter", 1, None)]


def test_anything_near_is_asked_what_for() -> None:
    talk = Talk(country="CL")
    talk.say("¿hay algo cerca?")
    assert talk.keys == ["near_what"]
    talk.say("abogado")
    assert talk.keys == ["near_where"]
    talk.say("Temuco")
    assert talk.keys == ["near_none"]
    assert "person" in talk.state.offered


def test_where_is_there_food_is_searched_first_and_leads_to_places_only_without_an_answer() -> None:
    talk = Talk(country="CL")
    talk.say("¿dónde hay comida?")
    assert talk.keys == ["near_where"]
    talk = Talk(country="CL")
    talk.say("dónde fonasa")
    assert talk.keys[0] == "answer:cl_fonasa"


def test_an_answer_about_a_need_offers_the_places_for_it() -> None:
    talk = Talk(country="CL")
    talk.say("fonasa")
    assert "services:health" in talk.state.offered
    talk.say("fonasa", choice=picks.choice_id(talk.state, "services:health"))
    assert talk.keys == ["near_where"]


def test_a_question_with_more_in_it_is_no_search_for_a_place() -> None:
    talk = Talk(country="CL")
    talk.say("me negaron comida en el trabajo por no tener papeles")
    assert "near_where" not in talk.keys
    assert talk.world.looked == []


def test_two_towns_of_one_name_and_a_slip_are_asked() -> None:
    talk = Talk(country="CL")
    talk.say("comida en San")
    assert talk.keys == ["near_which"]
    assert talk.state.offered[:2] == ("place:3", "place:4")
    talk = Talk(country="CL")
    talk.say("comida en Temucco")
    assert talk.keys == ["near_which"]
    talk.say("1")
    assert talk.world.looked == [("food", 2, None)]


def test_a_town_nobody_knows_is_asked_once_more_and_then_a_person_comes() -> None:
    talk = searching("near_place")
    talk.say("Macondo")
    assert talk.keys == ["near_unknown"]
    turn = talk.say("Comala")
    assert talk.keys[0] == "let_a_person"
    assert any(isinstance(wish, CallPerson) for wish in turn.wishes)


def test_a_question_instead_of_a_town_is_answered() -> None:
    talk = searching("near_place")
    talk.say("¿cómo me inscribo en fonasa?")
    assert talk.keys[0] == "answer:cl_fonasa"


def test_the_list_of_departments_asks_the_country_where_two_are_served() -> None:
    talk = Talk(step="near_place", nearby=Nearby("food"), offered=("departments", "person"), serial=1)
    talk.say("1")
    assert talk.keys == ["which_country"]
    talk.say("2")
    assert talk.keys == ["near_departments"]
    assert talk.state.country == "CL"
    assert len(talk.state.offered) <= 10
    talk.say("8")
    assert talk.state.offered[0] == "place:107"
    talk.say("1")
    assert talk.world.looked == [("food", 107, None)]


def test_the_name_of_a_country_instead_of_a_town_opens_its_list() -> None:
    talk = Talk(step="near_place", nearby=Nearby("food"))
    talk.say("Chile")
    assert talk.keys == ["near_departments"]
    assert talk.state.nearby.need == "food"


# -- a shared place ------------------------------------------------------------------------------------------------------


def test_a_shared_place_is_searched_from_and_only_its_municipality_stays() -> None:
    talk = Talk(step="near_place", nearby=Nearby("food"), country="CL")
    turn = talk.say(spot=HERE)
    assert talk.keys == ["near_found_here"]
    assert talk.world.looked == [("food", 0, HERE)]
    assert [offer.km for part in turn.replies[0].parts for offer in getattr(part, "offers", ())] == [0.5, 1.5, 2.5]
    kept = json.dumps(to_json(talk.state))
    assert talk.state.nearby.place == 1
    assert not any(part in kept for part in ("33.0", "71.5", "@", "0.5"))
    assert talk.wishes == ["DropWords"]
    assert "33" not in repr(HERE)


def test_a_place_shared_out_of_nothing_is_asked_what_for_with_danger_first() -> None:
    talk = Talk(country="CL")
    talk.say(spot=HERE)
    assert talk.keys == ["near_shared", "near_what"]
    assert talk.state.offered[0] == "danger"
    talk.say("comida")
    assert talk.world.looked == [("food", 1, None)]


def test_a_place_shared_after_danger_is_for_a_person_and_nothing_is_searched() -> None:
    talk = Talk(country="CL", danger=Danger.VIOLENCE, in_danger=True)
    talk.say(spot=HERE)
    assert "Raise" in talk.wishes
    assert "CallPerson" in talk.wishes
    assert talk.world.looked == []


@pytest.mark.parametrize("step", ["", "near_place", "near_shown"])
def test_a_place_shared_where_we_know_none_is_not_searched_and_never_called_near(step: str) -> None:
    talk = searching(step) if step else Talk(country="CL")
    talk.say(spot=Spot(12.0, -77.0))
    assert talk.keys == ["near_unknown"]
    assert talk.world.looked == []
    assert talk.wishes == ["DropWords"]
    assert ("danger" in talk.state.offered) is (not step)
    talk.say("Viña")
    assert talk.keys == (["near_found"] if step else ["near_what"])


# -- far away -------------------------------------------------------------------------------------------------------------


@dataclass
class Remote(World):
    """Of the nearest it is known how far it is; the next ones are each a hundred kilometres farther."""

    nearest: float = 60.0

    def services(self, need: str, *, place: int, spot: Spot | None, most: int) -> tuple[Offer, ...]:
        found = super().services(need, place=place, spot=spot, most=most)
        return tuple(replace(one, km=self.nearest + 100 * n) for n, one in enumerate(found))


def test_what_is_far_is_not_called_near() -> None:
    talk = Talk(Remote(), country="CL")
    talk.say("comida en Viña")
    assert talk.keys == ["near_far"]
    talk.say(spot=HERE)
    assert talk.keys == ["near_far_here"]
    talk = Talk(Remote(nearest=nearby.NEAR_KM), country="CL")
    talk.say("comida en Viña")
    assert talk.keys == ["near_found"]


def test_a_telephone_that_serves_everywhere_does_not_make_a_place_far_away_near() -> None:
    class WithALine(Remote):
        def services(self, need: str, *, place: int, spot: Spot | None, most: int) -> tuple[Offer, ...]:
            return (Offer("line."), *super().services(need, place=place, spot=spot, most=most))

    talk = Talk(WithALine(), country="CL")
    talk.say("comida en Viña")
    assert talk.keys == ["near_far"]


def test_what_is_near_is_what_the_directory_calls_near() -> None:
    assert nearby.NEAR_KM == near.NEAR_KM


# -- a town of the other country ------------------------------------------------------------------------------------------


@dataclass
class Abroad(World):
    """Bogotá lies in the other country, and so does another Santiago."""

    def places(self, typed: str, *, country: str) -> Places:
        elsewhere = {"bogota": (50,), "bogotá": (50,), "santiago": (3, 51)}
        if not country and typed.lower() in elsewhere:
            return Places(exact=elsewhere[typed.lower()])
        return super().places(typed, country=country)


def test_a_town_of_the_other_country_is_asked_and_then_searched() -> None:
    talk = Talk(Abroad(), country="CL")
    talk.say("comida en Bogotá")
    assert talk.keys == ["near_which"]
    assert talk.state.offered[0] == "place:50"
    talk.say("1")
    assert talk.world.looked == [("food", 50, None)]


@pytest.mark.parametrize("step", ["near_place", "near_shown", "near_need"])
def test_a_town_of_the_other_country_is_asked_where_a_town_is_typed(step: str) -> None:
    talk = Talk(Abroad(), step=step, nearby=Nearby("food", 1), country="CL")
    for _ in range(2):
        talk.say("Bogotá")
        assert talk.keys == ["near_which"]
        assert talk.state.offered[0] == "place:50"
        assert talk.wishes == []


def test_a_town_of_her_own_country_needs_no_other() -> None:
    talk = Talk(Abroad(), country="CL")
    talk.say("comida en Santiago")
    assert talk.world.looked == [("food", 3, None)]


def test_a_need_beside_a_word_that_is_a_town_elsewhere_is_a_question_like_any_other() -> None:
    talk = Talk(Abroad(), country="CL")
    talk.say("comida bogota")
    assert "near_which" not in talk.keys


def test_an_ear_alone_makes_no_crisis_of_a_town_of_the_other_country_and_only_after_in() -> None:
    class Ear(Startled, Abroad):
        pass

    talk = Talk(Ear(), country="CL")
    talk.say("comida en Bogotá")
    assert talk.keys == ["near_which"]
    talk = Talk(Ear(), country="CL")
    talk.say("comida Bogotá")
    assert talk.keys[0] == "warn:child"


# -- open now, without papers ---------------------------------------------------------------------------------------------


@dataclass
class Narrow(World):
    """Hears "abierto" and "sin papeles", and knows one place of all that is open."""

    narrow: list[str] = field(default_factory=list)

    def sought(self, text: str) -> Sought:
        rest = text.lower().replace("sin papeles", "")
        words = [word for word in rest.split() if word not in ("abierta", "abierto", "ahora")]
        found = super().sought(" ".join(words))
        return replace(found, is_open="abiert" in text.lower(), without_papers="sin papeles" in text.lower())

    def services(self, need: str, *, place: int, spot: Spot | None, most: int) -> tuple[Offer, ...]:
        self.narrow.append(need)
        search = nearby.Search.of(need)
        found = super().services(search.need, place=place, spot=spot, most=most)
        return found[:1] if search.is_open else found


def test_open_now_is_searched_so_and_it_is_said_that_of_some_it_is_not_known() -> None:
    talk = Talk(Narrow(), country="CL")
    talk.say("hay comida abierta ahora en Viña")
    assert talk.world.narrow == ["food+open"]
    assert talk.keys == ["near_found", "near_is_open"]
    assert from_json(json.loads(json.dumps(to_json(talk.state)))) == talk.state


def test_without_papers_is_searched_so() -> None:
    talk = Talk(Narrow(), country="CL")
    talk.say("comida sin papeles en Viña")
    assert talk.world.narrow == ["food+no_papers"]
    assert talk.keys == ["near_found", "near_without_papers"]


def test_open_now_without_a_town_asks_for_it_and_remembers_what_was_asked() -> None:
    talk = Talk(Narrow(), country="CL")
    talk.say("comida abierta ahora sin papeles")
    assert talk.keys == ["near_where"]
    talk.say("Viña")
    talk.say("otro lugar")
    talk.say("Viña")
    assert talk.world.narrow == ["food+open+no_papers"] * 2
    talk.say("comida")
    assert talk.world.narrow[-1] == "food"


def test_said_under_a_list_it_is_the_same_list_with_only_those() -> None:
    talk = Talk(Narrow(), country="CL")
    talk.say("comida en Viña")
    talk.say("abierto ahora")
    talk.say("sin papeles")
    assert talk.world.narrow == ["food", "food+open", "food+open+no_papers"]
    assert talk.keys == ["near_found", "near_is_open", "near_without_papers"]


def test_when_none_is_open_it_is_said_what_was_looked_for_and_all_of_them_are_one_tap_away() -> None:
    talk = Talk(Narrow(offers={}), country="CL")
    talk.say("comida abierta ahora en Viña")
    assert talk.keys == ["near_is_open", "near_none"]
    talk.say(choice=picks.choice_id(talk.state, "services:food"))
    assert talk.world.narrow == ["food+open", "food"]


def test_health_without_papers_is_a_question_and_no_search_for_a_place() -> None:
    talk = Talk(Narrow(), country="CL")
    talk.say("fonasa sin papeles")
    assert talk.keys[0] == "answer:cl_fonasa"


@given(st.text(max_size=30))
def test_whatever_search_was_kept_is_a_search(kept: str) -> None:
    assert nearby.Search.of(nearby.Search.of(kept).kept) == nearby.Search.of(kept)


# -- somewhere else -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    ["otro lugar", "En otro lugar", "otra comuna", "another place", "outro lugar", "un autre lieu", "yon lòt kote"],
)
@pytest.mark.parametrize("step", ["near_shown", "near_service", "near_place"])
def test_another_place_in_words_keeps_what_is_needed(step: str, typed: str) -> None:
    talk = searching(step)
    talk.say(typed)
    assert talk.keys == ["near_where"]
    talk.say("Viña")
    assert talk.world.looked == [("food", 1, None)]


@pytest.mark.parametrize("language", ["es", "en", "pt", "fr", "ht"])
def test_the_title_of_another_place_typed_means_the_same(language: str) -> None:
    wording = yaml.safe_load((PACKS / f"comun/wording/{language}.yaml").read_text(encoding="utf-8"))
    talk = searching("near_shown")
    talk.say(wording["pick.near_elsewhere"])
    assert talk.keys == ["near_where"]


def test_an_answer_that_speaks_of_several_needs_asks_which() -> None:
    talk = searching("near_shown")
    talk.say(choice=picks.choice_id(talk.state, f"services:{nearby.SEVERAL}"))
    assert talk.keys == ["near_what"]


# -- danger, survivors ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["", "menu", *STEPS])
def test_whoever_asks_for_a_house_for_survivors_gets_the_danger_text_and_a_person_and_no_word_of_places(
    step: str,
) -> None:
    talk = searching(step)
    turn = talk.say("casa de acogida en Viña")
    assert talk.keys[0] == "warn:violence"
    assert {"Raise", "CallPerson"} <= set(talk.wishes)
    assert not [key for key in talk.keys if key.startswith("near")]
    assert not [pick.id for reply in turn.replies for pick in reply.picks if pick.id.startswith(("service", "place"))]
    assert talk.world.looked == []


def test_whoever_asks_whether_there_are_such_houses_reads_the_way_there_after_what_to_do_now_and_a_person_is_called() -> (
    None
):
    talk = Talk(World(approved_topics=frozenset({"gen_violencia_genero"})), country="CL")
    turn = talk.say("existe una casa de acogida para ella")
    assert talk.keys == ["warn:violence", "answer:gen_violencia_genero"]
    assert turn.article == "gen_violencia_genero"
    assert {"Raise", "CallPerson"} <= set(talk.wishes)
    assert talk.state.danger == Danger.VIOLENCE
    assert not [pick.id for pick in turn.replies[0].picks if pick.id.startswith(("service", "near", "useful"))]


@pytest.mark.parametrize("step", STEPS)
def test_danger_comes_first_while_a_search_goes_on(step: str) -> None:
    talk = searching(step)
    turn = talk.say("Viña tiene un cuchillo")
    assert talk.keys[0] == "warn:violence"
    assert turn.outcome is Outcome.CRISIS
    assert talk.world.looked == []


@dataclass
class Startled(World):
    """A learned ear that hears a danger in everything; the rules see only what they see."""

    def danger(self, text: str) -> Finding | None:
        return super().danger(text) or Finding(Level.P1, Danger.CHILD, "heard:child")


@pytest.mark.parametrize(("text", "keys"), [("comida en Viña", "near_found"), ("albergue", "near_where")])
def test_an_ear_alone_does_not_turn_a_plain_search_into_a_crisis(text: str, keys: str) -> None:
    talk = Talk(Startled(), country="CL")
    talk.say(text)
    assert talk.keys == [keys]
    talk = Talk(Startled(), country="CL")
    for other in (f"{text} cuchillo", "comida en Macondo", "casa de acogida", "tengo miedo"):
        talk.say(other)
        assert talk.keys[0].startswith("warn:"), other


def test_after_danger_nobody_is_asked_for_a_place_or_led_to_a_list() -> None:
    talk = Talk(country="CL", danger=Danger.VIOLENCE)
    talk.say("menu")
    assert "near" not in talk.state.offered
    for tapped in ("near", "services:food", "service:food0.p0"):
        talk.say(choice=picks.choice_id(talk.state, tapped))
        assert talk.keys == ["person_asked"]
    assert talk.world.looked == []


def test_an_urgent_need_is_told_what_to_do_now_before_the_places() -> None:
    world = World()
    talk = Talk(world, country="CL")
    turn = talk.say("albergue sin techo")
    assert talk.keys[0] == "warn:need"
    assert any(isinstance(wish, CallPerson) for wish in turn.wishes)


# -- something is wrong --------------------------------------------------------------------------------------------------


def test_one_of_three_is_reported_with_one_of_five_reasons() -> None:
    talk = Talk(country="CL")
    talk.say("comida en Viña")
    talk.say("algo está mal")
    assert talk.keys == ["near_wrong_which"]
    talk.say("3")
    assert talk.keys == ["near_wrong_what"]
    assert len([pick for pick in talk.state.offered if pick.startswith("why:")]) == 5
    turn = talk.say("4")
    assert turn.wishes == (Report("food2.p2", "money"),)
    assert talk.keys == ["near_reported"]
    assert talk.state.nearby.wrong == ""


def test_the_one_that_was_just_read_is_not_asked_again() -> None:
    talk = Talk(country="CL")
    talk.say("comida en Viña")
    talk.say("1")
    talk.say("reportar un problema")
    assert talk.keys == ["near_wrong_what"]
    assert talk.say("1").wishes == (Report("food0.p0", "closed"),)


# -- stale taps, universal words, the state -------------------------------------------------------------------------------

WORDS = [
    "menú",
    "persona",
    "idioma",
    "atrás",
    "borrar",
    "salir",
    "queja",
    "ayuda",
    "retirar",
    "juntar",
    "separar",
    "stop",
    "alta",
]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("word", WORDS)
def test_a_universal_word_means_the_same_while_a_search_goes_on(step: str, word: str) -> None:
    assert universal(word)
    during, outside = searching(step), Talk(country="CL", step="menu")
    during.say(word)
    outside.say(word)
    assert during.keys == outside.keys
    assert during.state.step == outside.state.step
    assert from_json(json.loads(json.dumps(to_json(during.state)))) == during.state


@pytest.mark.parametrize(
    "tapped",
    [
        "more_places",
        "elsewhere",
        "listed",
        "wrong",
        "named:food0.p0",
        "why:closed",
        "place:1",
        "departments",
        "in:CL",
        "needs:1",
    ],
)
def test_what_only_its_question_explains_is_refused_once_it_has_passed(tapped: str) -> None:
    talk = searching("near_shown")
    before = picks.choice_id(talk.state, tapped)
    talk.say("menú")
    turn = talk.say(choice=before)
    assert "stale" in talk.keys
    assert turn.wishes == ()


def test_a_service_of_an_older_list_is_still_that_service() -> None:
    talk = Talk(country="CL")
    talk.say("comida en Viña")
    first = picks.choice_id(talk.state, "service:food1.p1")
    talk.say("más")
    talk.say(choice=first)
    assert talk.keys == ["details:food1.p1"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *WORDS,
                "comida en Viña",
                "más",
                "otra cosa",
                "algo está mal",
                "Temuco",
                "San",
                "1",
                "2",
                "4",
                "7",
                "99",
                "hola",
                "fonasa",
                "albergue",
                "sí",
                "Chile",
                "",
            ]
        )
        | st.text(max_size=12),
        max_size=12,
    ),
    st.sampled_from(["", "CL", "CO"]),
)
def test_any_words_leave_a_state_that_can_be_kept_and_offers_that_are_answered(said: list[str], country: str) -> None:
    talk = Talk(country=country)
    for text in said:
        before = talk.state
        turn = talk.say(text)
        assert from_json(json.loads(json.dumps(to_json(talk.state)))) == talk.state
        assert len(talk.state.offered) <= 10
        for reply in turn.replies[-1:]:
            assert tuple(pick.id for pick in reply.picks) in ((), talk.state.offered)
        for pick in before.offered:
            if pick not in talk.state.offered and not pick.startswith(picks.SELF_CONTAINED):
                stale = Talk(talk.world)
                stale.state = talk.state
                stale.say(choice=picks.choice_id(before, pick))
                assert stale.keys == [] or "stale" in stale.keys


@pytest.mark.parametrize("reading", list(Reading))
@pytest.mark.parametrize("step", STEPS)
def test_nothing_that_comes_in_makes_a_search_fall(step: str, reading: Reading) -> None:
    talk = searching(step)
    talk.say("", reading=reading)
    assert isinstance(talk.state, State)


@pytest.mark.parametrize(
    "damaged", [None, [], "x", {"need": 3, "place": -1, "shown": "ab", "waiting": [1, None]}, {"place": "7"}]
)
def test_a_damaged_search_begins_anew(damaged: object) -> None:
    state = from_json({"v": 1, "step": "near_shown", "nearby": damaged})
    assert state.nearby.place == 0
    talk = Talk()
    talk.state = state
    talk.say("más")
    assert talk.keys


@given(st.text(max_size=30))
def test_whatever_was_kept_is_an_offer(kept: str) -> None:
    assert Offer.of(kept).id == kept.partition("@")[0]


def test_the_needs_shown_page_by_page_are_all_of_them_and_never_those_that_have_a_route() -> None:
    talk = Talk(country="CL")
    talk.say("menu")
    talk.say(choice=picks.choice_id(talk.state, "near"))
    seen: list[str] = []
    while True:
        seen += [pick.removeprefix("services:") for pick in talk.state.offered if pick.startswith("services:")]
        following = [pick for pick in talk.state.offered if pick.startswith("needs:")]
        if not following:
            break
        talk.say(choice=picks.choice_id(talk.state, following[0]))
    assert tuple(seen) == nearby.NEEDS
    assert not {"violence", "trafficking", "child_protection"} & set(seen)
