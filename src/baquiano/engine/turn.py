"""One turn of the conversation, as arithmetic: `take_turn(state, said, tools) -> Turn`.

The order never changes: danger → universal words → the thing in progress → a choice by id or number → search → three choices →
a person. Replies are keys and references to approved texts; wishes are what should happen besides
(tell a person, remember a language, forget). Nothing here writes, waits or knows the time.
"""

from collections.abc import Callable
from dataclasses import replace

from baquiano.engine import nearby, picks
from baquiano.engine.answering import (
    another_text,
    country_told,
    details,
    missed,
    person_picked,
    search,
    topic_picked,
    useful,
    useless,
)
from baquiano.engine.asked_of_us import asks_for_a_route, asks_who_answers
from baquiano.engine.changed import changed
from baquiano.engine.danger import Finding, Level
from baquiano.engine.danger_turn import (
    ASKED_AFTER_DANGER,
    REFUGE,
    after_danger,
    ask_danger,
    contact_picked,
    crisis,
    says_danger,
    unreadable,
)
from baquiano.engine.her_record import (
    agreed,
    allow_letters,
    answered,
    code_typed,
    declined,
    doubtful,
    forget,
    forgotten,
    join,
    join_picked,
    reminders,
    stop_letters,
    unjoin,
    withdraw,
    withdrawn,
    word_with_code,
)
from baquiano.engine.menu import (
    a_machine,
    ask_language,
    back,
    branch,
    complaint,
    leave,
    main_menu,
    page_picked,
    person,
    speak,
)
from baquiano.engine.safe_words import is_only_a_time
from baquiano.engine.said import Heed, Outcome, Reading, Said, Say, Turn, Warn
from baquiano.engine.state import State
from baquiano.engine.tools import Tools
from baquiano.engine.universal import (
    Universal,
    begins_with_answer,
    country_named,
    plain_answer,
    universal,
    yes_or_no,
)
from baquiano.lib import codes

ALERTS_MOST = 2
AGREEMENT = "agreement"
"""The step in which a plain yes or no answers what a colleague had us ask."""


def take_turn(state: State, said: Said, tools: Tools) -> Turn:
    """Pure: the same state, message and tools give the same turn. Never raises on anything a person can send."""
    if said.reading is Reading.IGNORED:
        return Turn(state)
    state = _in_her_language(state, said, tools)
    finding = tools.danger(said.text) if said.text and not _is_harmless(state, said.text) else None
    if finding and finding.is_only_heard and nearby.is_only_a_search(said.text, tools, state.country):
        finding = None  # no rule sees a danger, and every word of it is known: a need, and a municipality
    if finding and _is_heard_of_a_refuge(said.text, finding, tools):
        finding = REFUGE  # the ear took it for another kind: the numbers of this one help
    if finding and finding.level.is_crisis:
        return crisis(state, said, finding, tools)
    turn = _without_crisis(state, said, tools, finding)
    return _greeted(state, _alerted(turn, tools))


def _is_heard_of_a_refuge(text: str, finding: Finding, tools: Tools) -> bool:
    """No rule says which danger it is, and its words ask for a house for survivors. What was heard as more urgent than that stays."""
    is_as_urgent = finding.level is not Level.P0
    return finding.is_only_heard and is_as_urgent and tools.sought(text).is_of_survivors


def _is_harmless(state: State, text: str) -> bool:
    """ "AYUDA" alone: whether it is a danger is what we ask. And a bare hour, where we have just asked when it is safe to write."""
    if universal(text) is Universal.HELP:
        return True
    return state.step in ASKED_AFTER_DANGER and is_only_a_time(text)


def take_right(state: State, said: Said, tools: Tools) -> Turn:
    """A turn while a colleague owns the conversation: nothing is said, unless she takes back, takes apart or erases what is hers, or
    complains.

    Nobody stands between her and that. Menus are left out, and a question of ours is open for her next message only.
    """
    word = None if said.choice_id else universal(said.text)
    pick = _right_picked(state, said)
    if word in _RIGHTS or (word is Universal.START and tools.is_stopped()):
        turn = _ON_WORD[word](state, tools)
    elif pick:
        turn = _picked(state, pick, tools)
    else:
        return Turn(replace(state, offered=(), step="") if state.step in _ASKED_OF_RIGHTS else state)
    kept = tuple(replace(one, picks=tuple(p for p in one.picks if p.id.startswith(_HERS))) for one in turn.replies)
    offered = tuple(p for p in turn.state.offered if p.startswith(_HERS))
    return replace(turn, state=replace(turn.state, offered=offered), replies=kept)


_RIGHTS = (Universal.FORGET, Universal.WITHDRAW, Universal.UNJOIN, Universal.COMPLAINT, Universal.STOP)
_HERS = ("withdraw:", "forget:", "answer:")
_ASKED_OF_RIGHTS = ("withdraw", "forget", AGREEMENT)


def _right_picked(state: State, said: Said) -> str:
    """What she chose of a question about what is hers; empty: something else, or nothing."""
    chosen = picks.chosen(said.choice_id, said.text, state)
    if chosen:
        return chosen.pick if chosen.pick.startswith(_HERS) else ""
    if state.step == AGREEMENT:
        return _answer_to_ours(state, said)
    answer = yes_or_no(said.text)
    return _pick_of_answer(state, yes=answer) if answer is not None and state.step == "forget" else ""


def _without_crisis(state: State, said: Said, tools: Tools, finding: Finding | None) -> Turn:
    if said.reading is Reading.UNREADABLE and not said.text.strip():
        return unreadable(state)
    if said.reading is Reading.PLACE:
        return nearby.shared(state, said, tools)
    chosen = picks.chosen(said.choice_id, said.text, state)
    if chosen and said.choice_id:
        return _picked(state, chosen.pick, tools) if chosen.pick else main_menu(state, tools, before=Say("stale"))
    for understand in (_universal, _about_us, _named_language, _named_country, _in_progress):
        turn = understand(state, said, tools)
        if turn is not None:
            return turn
    if chosen:
        return _picked(state, chosen.pick, tools) if chosen.pick else missed(state, Say("no_such_number"), tools)
    if asks_for_a_route(said.text):
        return search(state, said.text, tools, finding)
    return nearby.asked(state, said.text, tools, finding) or search(state, said.text, tools, finding)


def _in_her_language(state: State, said: Said, tools: Tools) -> State:
    """A long enough message shows its language; one chosen by name stays until another is chosen."""
    if state.language_chosen or said.choice_id or len(said.text.split()) < 3:
        return state
    return replace(state, language=tools.detect(said.text, state.language))


def _named_language(state: State, said: Said, tools: Tools) -> Turn | None:
    language = tools.language_named(said.text)
    return speak(state, language, tools) if language else None


def _named_country(state: State, said: Said, tools: Tools) -> Turn | None:
    """The name of a country as the whole message: the answer to our question, or a change of mind."""
    country = country_named(said.text)
    if country and state.step == "near_place" and (turn := nearby.country_told(state, country, tools)):
        return turn
    return country_told(state, country, tools) if country else None


def _universal(state: State, said: Said, tools: Tools) -> Turn | None:
    word = universal(said.text)
    if word is None:
        return word_with_code(state, said, tools)
    return _ON_WORD[word](state, tools)


def _about_us(state: State, said: Said, tools: Tools) -> Turn | None:
    return a_machine(state, tools) if asks_who_answers(said.text) else None


def _in_progress(state: State, said: Said, tools: Tools) -> Turn | None:
    """What the last thing we asked makes of this message; None: nothing."""
    if state.step == AGREEMENT:
        pick = _answer_to_ours(state, said)
        return _picked(state, pick, tools) if pick else doubtful(state) if begins_with_answer(said.text) else None
    code = codes.read(said.text) if state.step == "join" else None
    if code:
        return code_typed(state, code, tools)
    answer = yes_or_no(said.text)
    pick = _pick_of_answer(state, yes=answer) if answer is not None else ""
    if pick:
        return _picked(state, pick, tools)
    return after_danger(state, said, tools) or nearby.in_progress(state, said, tools)


def _answer_to_ours(state: State, said: Said) -> str:
    """The pick that a plain yes or no stands for, where a colleague had us ask; empty: it was something else."""
    answer = plain_answer(said.text)
    if answer is None:
        return ""
    wanted = ":yes" if answer else ":no"
    return next((pick for pick in state.offered if pick.startswith("answer:") and pick.endswith(wanted)), "")


def _pick_of_answer(state: State, *, yes: bool) -> str:
    """The pick that a yes or a no in words stands for; empty: none of those offered."""
    if state.step == "ask_danger":
        return "yes" if yes else "no"
    if state.step == "consent":
        return next((pick for pick in state.offered if pick.startswith("agree:")), "") if yes else "decline"
    if state.step == "changed":
        return state.offered[0] if yes and state.offered else "menu"
    if state.step in ("forget", "safe_contact"):
        return f"{'forget' if state.step == 'forget' else 'contact'}:{'yes' if yes else 'no'}"
    useful = [pick for pick in state.offered if pick.startswith(("useful:", "useless:"))]
    if state.step == "answered" and useful:
        return useful[0 if yes else -1]
    return ""


def _picked(state: State, pick: str, tools: Tools) -> Turn:
    kind, _, rest = pick.partition(":")
    state = state.understood()
    simple = _ON_PICK.get(kind)
    if simple:
        return simple(state, tools)
    return _picked_with(state, kind, rest, tools)


def _picked_with(state: State, kind: str, rest: str, tools: Tools) -> Turn:
    act = _ON_PICK_OF.get(kind)
    return act(state, rest, tools) if act else main_menu(state, tools)


def _alerted(turn: Turn, tools: Tools) -> Turn:
    """Once in a conversation, before the rest, when the country is known: what swindle goes round there. Never beside danger."""
    state = turn.state
    if state.alerted or not turn.replies:
        return turn
    if _tells_danger(turn) or state.danger:
        return replace(turn, state=replace(state, alerted=True))
    if turn.outcome not in (Outcome.MENU, Outcome.ANSWER, Outcome.CHOICES) or not turn.replies[0].picks:
        return turn
    if state.step in _ASKED_OF_RIGHTS:  # beside a question about what is hers nothing else is said
        return turn
    alerts = tools.alerts(country=state.country)[:ALERTS_MOST]
    if not alerts:
        return turn
    first = turn.replies[0]
    heeded = replace(first, parts=(*map(Heed, alerts), *first.parts))
    return replace(turn, state=replace(state, alerted=True), replies=(heeded, *turn.replies[1:]))


def _tells_danger(turn: Turn) -> bool:
    """It does, or asks whether there is one."""
    told = any(isinstance(part, Warn) for reply in turn.replies for part in reply.parts)
    return told or turn.outcome is Outcome.CRISIS or turn.state.step in ("ask_danger", "danger")


def _greeted(before: State, turn: Turn) -> Turn:
    """The first words say what this is: a machine, free, confidential, no name needed."""
    if before.greeted or not turn.replies or turn.outcome is Outcome.CRISIS:
        return turn
    first = turn.replies[0]
    hello = replace(first, parts=(Say("greeting"), *first.parts))
    return replace(turn, state=replace(turn.state, greeted=True), replies=(hello, *turn.replies[1:]))


_ON_WORD: dict[Universal, Callable[[State, Tools], Turn]] = {
    Universal.MENU: main_menu,
    Universal.PERSON: person,
    Universal.LANGUAGE: lambda state, tools: ask_language(state),
    Universal.BACK: back,
    Universal.FORGET: forget,
    Universal.LEAVE: leave,
    Universal.COMPLAINT: complaint,
    Universal.HELP: ask_danger,
    Universal.WITHDRAW: withdraw,
    Universal.REMINDERS: reminders,
    Universal.JOIN: join,
    Universal.UNJOIN: unjoin,
    Universal.STOP: stop_letters,
    Universal.START: allow_letters,
}
_ON_PICK: dict[str, Callable[[State, Tools], Turn]] = {
    "menu": main_menu,
    "person": person_picked,
    "danger": says_danger,
    "yes": says_danger,
    "no": main_menu,
    "decline": declined,
    "near": nearby.begin,
    "more_places": nearby.more,
    "elsewhere": nearby.elsewhere,
    "listed": nearby.listed_again,
    "wrong": nearby.wrong,
}
_ON_PICK_OF: dict[str, Callable[[State, str, Tools], Turn]] = {
    "topic": topic_picked,
    "branch": branch,
    "page": page_picked,
    "country": country_told,
    "language": speak,
    "detail": details,
    "version": another_text,
    "useful": useful,
    "useless": useless,
    "withdraw": withdrawn,
    "agree": agreed,
    "answer": answered,
    "join": join_picked,
    "forget": forgotten,
    "contact": contact_picked,
    "changed": changed,
    "services": nearby.need_picked,
    "needs": nearby.needs_page,
    "departments": nearby.departments,
    "in": nearby.in_country,
    "place": nearby.place_picked,
    "service": nearby.service_picked,
    "named": nearby.wrong_picked,
    "why": nearby.reason_picked,
}
