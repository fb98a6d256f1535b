"""What can be offered without knowing what is meant: the menu, lists of topics, languages, countries, a person."""

from dataclasses import replace

from baquiano.engine.danger import Danger, Level
from baquiano.engine.picks import Pick
from baquiano.engine.said import CallPerson, Leave, Outcome, Part, Reply, Say, Turn
from baquiano.engine.state import State
from baquiano.engine.tools import Tools

LANGUAGES = ("es", "ht", "en", "pt", "fr")


PAGE = 7  # topics on one page of a menu; with "more" and "person" at most 9 rows


MAIN = ("regularizacion", "salud", "ninez_educacion", "vivienda_ayuda", "trabajo_dinero")


def offer(state: State, parts: tuple[Part, ...], offered: tuple[Pick, ...], *, step: str) -> Turn:
    state = state.offering(tuple(pick.id for pick in offered), step)
    return Turn(state, (Reply(parts, offered),))


def topic_picks(topics: tuple[str, ...] | list[str]) -> tuple[Pick, ...]:
    return tuple(Pick(f"topic:{topic}", f"topic.{topic}") for topic in topics)


def not_open(state: State, before: tuple[Part, ...] = ()) -> Turn:
    """Nobody has opened the automatic answers here yet: said so, with a person one tap away."""
    offered = (Pick("danger", "danger"), Pick("person", "person"))
    return offer(replace(state.understood(), asked=""), (*before, Say("not_open_yet")), offered, step="not_open")


def main_menu(state: State, tools: Tools, before: Part | None = None) -> Turn:
    if not tools.is_open(state.country):
        return not_open(state, (before,) if before else ())
    present = tools.branches(country=state.country)
    first = tuple(branch for branch in MAIN if branch in present)
    others = (Pick("branch:other", "branch.other"),) if set(present) - set(first) else ()
    offered = (
        Pick("danger", "danger"),
        Pick("person", "person"),
        *(Pick(f"branch:{branch}", f"branch.{branch}") for branch in first),
        *others,
        *(() if state.danger else (Pick("near", "services"),)),
    )
    parts = (before, Say("menu")) if before else (Say("menu"),)
    return offer(replace(state.understood(), asked=""), parts, offered, step="menu")


def branch(state: State, branch: str, tools: Tools) -> Turn:
    if branch == "other":
        rest = [b for b in tools.branches(country=state.country) if b not in MAIN]
        offered = (*(Pick(f"branch:{b}", f"branch.{b}") for b in rest), Pick("menu", "menu"))
        return offer(state, (Say("choose_topic"),), offered, step="branch")
    return _page(state, branch, 0, tools)


def _page(state: State, branch: str, page: int, tools: Tools) -> Turn:
    topics = tools.topics(branch, country=state.country)
    shown = topics[page * PAGE : (page + 1) * PAGE]
    if not shown:
        return main_menu(state, tools)
    more = (Pick(f"page:{branch}:{page + 1}", "more"),) if len(topics) > (page + 1) * PAGE else ()
    offered = (*topic_picks(shown), *more, Pick("person", "person"), Pick("menu", "menu"))
    return offer(replace(state, asked=""), (Say("choose_topic"),), offered, step="branch")


def page_picked(state: State, rest: str, tools: Tools) -> Turn:
    branch, _, page = rest.partition(":")
    return _page(state, branch, int(page) if page.isdecimal() else 0, tools)


def back(state: State, tools: Tools) -> Turn:
    return main_menu(state, tools)


def ask_language(state: State) -> Turn:
    offered = tuple(Pick(f"language:{code}", f"language.{code}") for code in LANGUAGES)
    return offer(state, (Say("which_language"),), offered, step="language")


def speak(state: State, language: str, tools: Tools) -> Turn:
    if language not in LANGUAGES:
        return ask_language(state)
    state = replace(state, language=language, language_chosen=True)
    return main_menu(state, tools, before=Say("language_changed"))


def ask_country(state: State, *, pending: str, before: tuple[Part, ...]) -> Turn:
    state = replace(state, country_asked=True, pending=pending)
    offered = (Pick("country:CO", "country.CO"), Pick("country:CL", "country.CL"), Pick("country:", "country.other"))
    return offer(state, (*before, Say("which_country")), offered, step="country")


def person(state: State, tools: Tools, *, reason: str = "asked", level: Level | None = None) -> Turn:
    key = "person_coming" if tools.is_staffed() else "person_later"
    state = replace(state.understood(), offered=(), step="person", greeted=True)
    return Turn(state, (Reply((Say(key),)),), (CallPerson(reason, level),), Outcome.PERSON, level=level)


def complaint(state: State, tools: Tools) -> Turn:
    turn = person(state, tools)
    called = CallPerson("complaint", Level.P4, Danger.COMPLAINT)
    replies = (Reply((Say("complaint"), *turn.replies[0].parts)),)
    return replace(turn, replies=replies, wishes=(called,), level=Level.P4)


def a_machine(state: State, tools: Tools) -> Turn:
    """What she asked, answered truthfully; a person is one tap away."""
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    return offer(state.understood(), (Say("a_machine"),), offered, step="a_machine")


def leave(state: State, tools: Tools) -> Turn:
    return Turn(replace(state, offered=(), step=""), (Reply((Say("goodbye"),)),), (Leave(),))
