"""What is answered: an approved text, three to choose from, a polite limit, or a person. Never words of our own."""

from dataclasses import replace

from baquiano.engine.asked_of_us import asks_for_a_route
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.danger_turn import (
    ABOUT_VIOLENCE,
    in_danger_of,
    stay,
    told_country,
    what_to_do_now,
    with_finding,
    within_reach,
)
from baquiano.engine.menu import ask_country, main_menu, not_open, offer, person, topic_picks
from baquiano.engine.picks import Pick
from baquiano.engine.said import Dispel, Learn, Outcome, Part, Rate, Reply, Say, Tell, Turn
from baquiano.engine.state import State
from baquiano.engine.tools import Approved, Decision, Found, Tools

MISSES_BEFORE_A_PERSON = 2


ABOUT_CROSSING = ("gen_trata_trafico", "gen_derechos_deberes")
ASKED_MOST = 1000  # characters kept of a question until it is known whether it was answered


def _answer(state: State, topic: str, tools: Tools, before: tuple[Part, ...] = (), about: str = "") -> Turn:
    if not tools.is_open(state.country):
        return not_open(state, before)
    approved = tools.approved(topic, country=state.country, about=about)
    if approved:
        return told(state, approved, before)
    if not state.country and len(tools.countries) > 1 and not state.country_asked:
        return replace(ask_country(state, pending=f"topic:{topic}", before=before), article=topic)
    gone = tools.expired(topic, country=state.country)
    where_to_ask = (Tell(gone, "expired"),) if gone else ()
    turn = _nothing_approved(state, tools, (*before, *where_to_ask))
    return _unanswered(state, replace(turn, article=topic), topic)


def told(state: State, approved: Approved, before: tuple[Part, ...] = ()) -> Turn:
    """An approved text, and what can be done after it."""
    details = (Pick(f"detail:{approved.version}", "details"),) if approved.has_details else ()
    near = (Pick(f"services:{approved.need}", "near"),) if approved.need and not state.danger else ()
    rating = (Pick(f"useful:{approved.version}", "useful_yes"), Pick(f"useless:{approved.version}", "useful_no"))
    offered = (
        *details,
        *(() if state.danger else rating),
        *(Pick(f"version:{version}", f"version.{version}") for version in approved.siblings[:2]),
        *topic_picks(approved.next_topics[: 2 - len(approved.siblings[:2])]),
        *near,
        Pick("person", "person"),
        Pick("menu", "menu"),
    )
    if state.danger == Danger.CHILD:
        offered = (Pick("person", "person"),)
    state = replace(state.understood(), article=approved.topic)
    asks = () if state.danger else (Say("was_it_useful"),)
    turn = offer(state, (*before, Tell(approved), *asks), offered, step="answered")
    return replace(turn, outcome=Outcome.ANSWER, article=approved.topic)


def details(state: State, version: str, tools: Tools) -> Turn:
    approved = tools.again(int(version)) if version.isdecimal() else None
    if approved is None:
        return main_menu(state, tools, before=Say("stale"))
    offered = (*topic_picks(approved.next_topics[:2]), Pick("person", "person"), Pick("menu", "menu"))
    turn = offer(state, (Tell(approved, "details"),), offered, step="details")
    return replace(turn, outcome=Outcome.ANSWER, article=approved.topic)


def asks_for_a_refuge(state: State, tools: Tools) -> Turn:
    """Whether there are houses for survivors, asked without saying for whom: the danger text, the approved text on the way there, a person."""
    finding = Finding(Level.P2, Danger.VIOLENCE, "asks-for-a-refuge")
    state = replace(in_danger_of(state.understood(), finding), asked="")
    return with_finding(_answer(state, ABOUT_VIOLENCE, tools, what_to_do_now(finding)), finding)


def another_text(state: State, version: str, tools: Tools) -> Turn:
    approved = tools.again(int(version)) if version.isdecimal() else None
    return told(state, approved) if approved else main_menu(state, tools, before=Say("stale"))


def _nothing_approved(state: State, tools: Tools, before: tuple[Part, ...] = ()) -> Turn:
    """We know what it is about, but nobody here has approved a text: say so and bring a person."""
    turn = person(state, tools, reason="unanswered")
    return replace(turn, replies=(Reply((*before, Say("no_approved_answer"), *turn.replies[0].parts)),))


def country_told(state: State, country: str, tools: Tools) -> Turn:
    pending, state = state.pending, replace(state, country=country, pending="", country_asked=True)
    if country and country not in tools.countries:
        country, state = "", replace(state, country="")
    if state.in_danger and not pending:
        return told_country(state, country)
    if not pending:
        return main_menu(state, tools, before=None if country else Say("other_country"))
    if pending.startswith("topic:"):
        return _answer(state, pending.removeprefix("topic:"), tools)
    return search(state, pending, tools, tools.danger(pending))


def _with_country_of(found: Found, state: State) -> State:
    return replace(state, country=found.country) if found.country and not state.country else state


def _must_ask_country(state: State, found: Found, tools: Tools) -> bool:
    if state.country or state.country_asked or len(tools.countries) < 2 or state.danger == Danger.CHILD:
        return False
    return found.decision in (Decision.ANSWER, Decision.CHOICES)


def search(state: State, text: str, tools: Tools, finding: Finding | None) -> Turn:
    if not text.strip():
        return missed(state, Say("empty"), tools)
    if asks_for_a_route(text):
        return with_finding(_no_route(state, tools, what_to_do_now(finding)), finding)
    if not tools.is_open(state.country):
        return with_finding(not_open(state, what_to_do_now(finding)), finding)
    rumour = tools.rumour(text, country=state.country) if finding is None else None
    if rumour is not None:
        return _dispelled(state, rumour)
    found = tools.find(text, country=state.country, language=state.language)
    state = replace(_with_country_of(found, state), asked="" if finding else text[:ASKED_MOST])
    if _stays(state, found, tools):
        return with_finding(_unanswered(state, stay(state), next(iter(within_reach(found)), "")), finding)
    if _must_ask_country(state, found, tools):
        turn = ask_country(state, pending=text, before=what_to_do_now(finding))
        asked = replace(turn, outcome=Outcome.CHOICES, article=found.article, choices=within_reach(found))
        return with_finding(asked, finding)
    turn = _on_found(state, found, tools, what_to_do_now(finding), text)
    return with_finding(replace(turn, choices=within_reach(found)), finding)


def _stays(state: State, found: Found, tools: Tools) -> bool:
    """After danger nobody is told that they were not understood, and whoever may be a child is asked nothing to find out."""
    if state.danger == Danger.CHILD:
        return found.decision is not Decision.ANSWER or tools.approved(found.article, country=state.country) is None
    return bool(state.danger) and found.decision in (Decision.UNSURE, Decision.OUTSIDE, Decision.SMALL_TALK)


def _no_route(state: State, tools: Tools, before: tuple[Part, ...]) -> Turn:
    """Ways to cross and people who lead across are never named: the risks, the rights and where help is on the way are."""
    known = tuple(topic for topic in ABOUT_CROSSING if tools.approved(topic, country=state.country))
    offered = (*topic_picks(known), Pick("person", "person"), Pick("menu", "menu"))
    turn = offer(replace(state.understood(), asked=""), (*before, Say("dangerous_route")), offered, step="route")
    return replace(turn, outcome=Outcome.BOUNDARY)


def _dispelled(state: State, rumour: int) -> Turn:
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    turn = offer(replace(state.understood(), asked=""), (Dispel(rumour),), offered, step="rumour")
    return replace(turn, outcome=Outcome.ANSWER)


def _on_found(state: State, found: Found, tools: Tools, before: tuple[Part, ...], about: str) -> Turn:
    if found.decision is Decision.ANSWER:
        return _answer(state, found.article, tools, before, about)
    if found.decision is Decision.CHOICES:
        return _choose(state, found.choices, before)
    if before:  # an urgent need that no article answers: what to do now, and a person or an honest time
        when = "person_asked" if tools.is_staffed() else "person_later"
        return replace(person(state, tools), replies=(Reply((*before, Say(when))),))
    if found.decision is Decision.SMALL_TALK:
        return _small_talk(state, tools)
    return _unanswered(state, _not_found(state, found, tools), next(iter(within_reach(found)), ""))


def _not_found(state: State, found: Found, tools: Tools) -> Turn:
    if found.decision is Decision.OUTSIDE:
        return _outside(state)
    if found.choices:
        turn = missed(state, None, tools, choices=found.choices)
        return replace(turn, choices=found.choices)
    return missed(state, Say("not_understood"), tools)


def _outside(state: State) -> Turn:
    """Understood, and not what this is for: a polite limit, and never a misunderstanding."""
    offered = (Pick("menu", "menu"), Pick("person", "person"))
    turn = offer(state.understood(), (Say("outside"),), offered, step="outside")
    return replace(turn, outcome=Outcome.BOUNDARY)


def _unanswered(state: State, turn: Turn, nearest: str) -> Turn:
    """What was asked before this turn's reply goes to those who write; once."""
    if not state.asked:
        return turn
    learn = Learn(state.asked, was_answered=False, topic=nearest)
    return replace(turn, state=replace(turn.state, asked=""), wishes=(*turn.wishes, learn))


def _choose(state: State, choices: tuple[str, ...], before: tuple[Part, ...] = ()) -> Turn:
    offered = (*topic_picks(choices[:3]), Pick("person", "none_person"))
    turn = offer(state.understood(), (*before, Say("did_you_mean")), offered, step="choices")
    return replace(turn, outcome=Outcome.CHOICES, choices=choices[:3])


def _small_talk(state: State, tools: Tools) -> Turn:
    if state.greeted:
        offered = (Pick("menu", "menu"), Pick("person", "person"))
        return offer(state.understood(), (Say("kind_words"),), offered, step="small_talk")
    return main_menu(state, tools)


def missed(state: State, why: Say | None, tools: Tools, choices: tuple[str, ...] = ()) -> Turn:
    """A misunderstanding: the first offers the nearest topics or the menu, the second in a row brings a person."""
    if state.danger:
        return stay(state)
    misses = state.misses + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        turn = person(state, tools, reason="lost")
        return replace(turn, replies=(Reply((Say("let_a_person"), *turn.replies[0].parts)),))
    turn = _choose(state, choices) if choices else main_menu(state, tools, before=why)
    return replace(turn, state=replace(turn.state, misses=misses))


def topic_picked(state: State, topic: str, tools: Tools) -> Turn:
    """One of the three that were offered answers what was asked; any other topic is a new subject."""
    return _answer(state if state.step == "choices" else replace(state, asked=""), topic, tools)


def person_picked(state: State, tools: Tools) -> Turn:
    """ "None of these" is said with this pick too."""
    turn = person(state, tools)
    return _unanswered(state, turn, state.offered[0].removeprefix("topic:")) if state.step == "choices" else turn


def useful(state: State, version: str, tools: Tools) -> Turn:
    return _rated(state, version, is_useful=True)


def useless(state: State, version: str, tools: Tools) -> Turn:
    return _rated(state, version, is_useful=False)


def _rated(state: State, version: str, *, is_useful: bool) -> Turn:
    rated = (Rate(int(version), is_useful),) if version.isdecimal() else ()
    is_of_this = f"useless:{version}" in state.offered
    asked, state = state.asked if is_of_this else "", replace(state, asked="")
    if is_useful:
        return Turn(replace(state, offered=(), step=""), (Reply((Say("glad"),)),), rated, Outcome.MENU)
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    turn = offer(state, (Say("sorry_not_useful"),), offered, step="useless")
    learn = (Learn(asked, was_answered=True, topic=state.article),) if asked else ()
    return replace(turn, wishes=(*rated, *learn))
