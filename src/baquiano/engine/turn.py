"""One turn of the conversation, as arithmetic: `take_turn(state, said, tools) -> Turn`.

The order never changes: danger → universal words → the thing in progress → a choice by id or number → search → three choices →
a person. Replies are keys and references to approved texts; wishes are what should happen besides
(tell a person, remember a language, forget). Nothing here writes, waits or knows the time.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from baquiano.engine import picks
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.picks import Pick
from baquiano.engine.state import State
from baquiano.engine.tools import Approved, Decision, Fit, Found, Tools
from baquiano.engine.universal import Universal, country_named, number, universal, yes_or_no
from baquiano.lib import codes

LANGUAGES = ("es", "ht", "en", "pt", "fr")
MISSES_BEFORE_A_PERSON = 2
ASKED_MOST = 1000  # characters kept of a question until it is known whether it was answered
ALERTS_MOST = 2
PAGE = 7  # topics on one page of a menu; with "more" and "person" at most 9 rows


class Outcome(StrEnum):
    """What the turn came to, for `ask`, for figures and for tests."""

    ANSWER = "answer"
    CHOICES = "choices"
    PERSON = "person"
    CRISIS = "crisis"
    MENU = "menu"
    BOUNDARY = "boundary"


class Reading(StrEnum):
    """What kind of thing came in, as far as a turn cares."""

    TEXT = "text"
    CHOICE = "choice"
    UNREADABLE = "unreadable"  # voice, picture, file: nobody has seen it yet
    IGNORED = "ignored"  # a reaction: stored, not answered


@dataclass(frozen=True)
class Said:
    text: str
    choice_id: str = ""
    reading: Reading = Reading.TEXT


@dataclass(frozen=True)
class Say:
    """A fixed sentence, by its wording key."""

    key: str


@dataclass(frozen=True)
class Tell:
    """An approved text: a version and which part of it ("answer", "details", or "expired": only where to ask)."""

    approved: Approved
    part: str = "answer"


@dataclass(frozen=True)
class Warn:
    """The danger text of a kind, the right number first."""

    finding: Finding


@dataclass(frozen=True)
class Heed:
    """An alert about a swindle, by its id."""

    alert: int


@dataclass(frozen=True)
class Dispel:
    """What is true of a rumour, by its id."""

    rumour: int


@dataclass(frozen=True)
class Code:
    """A code to type on another door."""

    code: str


Part = Say | Tell | Warn | Heed | Dispel | Code


@dataclass(frozen=True)
class Reply:
    """One message. `language` and `country` are those of the state after it was understood."""

    parts: tuple[Part, ...]
    picks: tuple[Pick, ...] = ()


@dataclass(frozen=True)
class CallPerson:
    """Put the conversation before a person. `reason` is one of conversations' own."""

    reason: str
    level: Level | None = None
    kind: Danger | None = None


@dataclass(frozen=True)
class Raise:
    """An alert for whoever is on duty."""

    finding: Finding


@dataclass(frozen=True)
class Rate:
    version: int
    is_useful: bool


@dataclass(frozen=True)
class Learn:
    """Keep what was asked: nothing fitted, or (`was_answered`) what was said did not help. `topic`: the nearest, or that answered."""

    asked: str
    was_answered: bool
    topic: str


@dataclass(frozen=True)
class Forget:
    """Erase what was said, on our side."""


@dataclass(frozen=True)
class Leave:
    """Close the conversation; the next message opens a new one."""


@dataclass(frozen=True)
class Agree:
    """The person behind agrees to what was asked: for what, and in which version of the text."""

    purpose: str
    version: str


@dataclass(frozen=True)
class Withdraw:
    """She takes back what she agreed to, by its id: one that `Tools.behind` named."""

    consent: int


@dataclass(frozen=True)
class KeepCode:
    """What was shown may be typed on another door from now on."""

    code: str


@dataclass(frozen=True)
class Join:
    """This door belongs to whoever the code leads to."""

    code: str


@dataclass(frozen=True)
class MissedCode:
    """A code that does not fit was typed: count it."""


@dataclass(frozen=True)
class Unjoin:
    """This door belongs to nobody known any more."""


Wish = CallPerson | Raise | Rate | Learn | Forget | Leave | Agree | Withdraw | KeepCode | Join | MissedCode | Unjoin


@dataclass(frozen=True)
class Turn:
    state: State
    replies: tuple[Reply, ...] = ()
    wishes: tuple[Wish, ...] = ()
    outcome: Outcome = Outcome.MENU
    article: str = ""
    choices: tuple[str, ...] = ()
    level: Level | None = None


def take_turn(state: State, said: Said, tools: Tools) -> Turn:
    """Pure: the same state, message and tools give the same turn. Never raises on anything a person can send."""
    if said.reading is Reading.IGNORED:
        return Turn(state)
    state = _in_her_language(state, said, tools)
    finding = tools.danger(said.text) if said.text else None
    if finding and finding.level.is_crisis:
        return _crisis(state, said, finding, tools)
    turn = _without_crisis(state, said, tools, finding)
    return _greeted(state, _alerted(turn, tools))


def take_right(state: State, said: Said, tools: Tools) -> Turn:
    """A turn while a colleague owns the conversation: nothing is said, unless she takes back, takes apart or erases what is hers.

    Nobody stands between her and that. Menus are left out, and a question of ours is open for her next message only.
    """
    word = None if said.choice_id else universal(said.text)
    pick = _pick_of(state, said)
    if word in _RIGHTS:
        turn = _ON_WORD[word](state, tools)
    elif pick.startswith(_TAKE_BACK):
        turn = _picked(state, pick, tools)
    else:
        return Turn(replace(state, offered=(), step="") if state.step == "withdraw" else state)
    kept = tuple(replace(one, picks=tuple(p for p in one.picks if p.id.startswith(_TAKE_BACK))) for one in turn.replies)
    offered = tuple(p for p in turn.state.offered if p.startswith(_TAKE_BACK))
    return replace(turn, state=replace(turn.state, offered=offered), replies=kept)


_RIGHTS = (Universal.FORGET, Universal.WITHDRAW, Universal.UNJOIN)
_TAKE_BACK = "withdraw:"


def _pick_of(state: State, said: Said) -> str:
    """What she chose of what stands open, by tapping or by its number; empty when nothing."""
    if said.choice_id:
        tapped = picks.read(said.choice_id, state)
        return tapped.pick if tapped and not tapped.is_stale else ""
    which = number(said.text)
    return state.offered[which - 1] if which and which <= len(state.offered) else ""


def _without_crisis(state: State, said: Said, tools: Tools, finding: Finding | None) -> Turn:
    if said.reading is Reading.UNREADABLE and not said.text.strip():
        return _unreadable(state)
    if said.choice_id:
        tapped = picks.read(said.choice_id, state)
        if tapped and not tapped.is_stale:
            return _picked(state, tapped.pick, tools)
        if tapped:
            return _main_menu(state, tools, before=Say("stale"))
    for understand in (_universal, _named_language, _named_country, _in_progress, _numbered):
        turn = understand(state, said, tools)
        if turn is not None:
            return turn
    return _search(state, said.text, tools, finding)


# Languages -----------------------------------------------------------------------------------------------------------


def _in_her_language(state: State, said: Said, tools: Tools) -> State:
    """A long enough message shows its language; one chosen by name stays until another is chosen."""
    if state.language_chosen or said.choice_id or len(said.text.split()) < 3:
        return state
    return replace(state, language=tools.detect(said.text, state.language))


def _named_language(state: State, said: Said, tools: Tools) -> Turn | None:
    language = tools.language_named(said.text)
    return _speak(state, language, tools) if language else None


def _speak(state: State, language: str, tools: Tools) -> Turn:
    if language not in LANGUAGES:
        return _ask_language(state)
    state = replace(state, language=language, language_chosen=True)
    return _main_menu(state, tools, before=Say("language_changed"))


def _ask_language(state: State) -> Turn:
    offered = tuple(Pick(f"language:{code}", f"language.{code}") for code in LANGUAGES)
    return _offer(state, (Say("which_language"),), offered, step="language")


# Danger --------------------------------------------------------------------------------------------------------------


def _crisis(state: State, said: Said, finding: Finding, tools: Tools) -> Turn:
    """The danger text alone, first. What was found besides, and the country, come after it, in a second message."""
    found = tools.find(said.text, country=state.country, language=state.language)
    choices = _within_reach(found)
    state = replace(state.understood(), greeted=True, in_danger=True, alerted=True, asked="")
    wishes: tuple[Wish, ...] = (Raise(finding), CallPerson("danger", finding.level, finding.kind))
    state, replies = _warned(state, finding, choices, tools)
    return Turn(
        state,
        replies,
        wishes,
        Outcome.CRISIS,
        article=choices[0] if found.decision is Decision.ANSWER and choices else "",
        choices=choices,
        level=finding.level,
    )


def _warned(state: State, finding: Finding, choices: tuple[str, ...], tools: Tools) -> tuple[State, tuple[Reply, ...]]:
    """The danger text alone; then, in a second message, that nobody of the team is there, and what may help."""
    second = _after_danger(state, finding, choices, tools)
    state = second.state if second else replace(state, offered=(), step="danger")
    after = second.replies[0] if second else Reply(())
    if not tools.is_staffed():
        after = replace(after, parts=(Say("not_told"), *after.parts))
    return state, (Reply((Warn(finding),)), *((after,) if after.parts else ()))


def _after_danger(state: State, finding: Finding, choices: tuple[str, ...], tools: Tools) -> Turn | None:
    if not state.country and len(tools.countries) > 1 and not state.country_asked:
        return _ask_country(state, pending="", before=())
    servable = [topic for topic in choices[:1] if tools.approved(topic, country=state.country)]
    if not servable or finding.kind is Danger.CHILD:
        return None
    offered = (*_topic_picks(servable), Pick("person", "person"))
    return _offer(state, (Say("when_safe"),), offered, step="danger")


def _unreadable(state: State) -> Turn:
    """Nobody has heard or seen it: it may be a danger, and a person must look."""
    offered = (Pick("danger", "danger"), Pick("person", "person"), Pick("menu", "menu"))
    turn = _offer(state, (Say("cannot_read"),), offered, step="unreadable")
    return replace(turn, wishes=(CallPerson("voice", Level.P2),), outcome=Outcome.PERSON)


def _says_danger(state: State, tools: Tools) -> Turn:
    """The person says so by tapping: no search, no question before the number."""
    finding = Finding(Level.P1, Danger.UNKNOWN, "said-so")
    wishes: tuple[Wish, ...] = (Raise(finding), CallPerson("danger", finding.level, finding.kind))
    state = replace(state.understood(), greeted=True, in_danger=True, alerted=True, asked="")
    state, replies = _warned(state, finding, (), tools)
    return Turn(state, replies, wishes, Outcome.CRISIS, level=finding.level)


# Universal words -----------------------------------------------------------------------------------------------------


def _universal(state: State, said: Said, tools: Tools) -> Turn | None:
    word = universal(said.text)
    if word is None:
        return _word_with_code(state, said, tools)
    return _ON_WORD[word](state, tools)


def _person(state: State, tools: Tools, *, reason: str = "asked", level: Level | None = None) -> Turn:
    key = "person_coming" if tools.is_staffed() else "person_later"
    state = replace(state.understood(), offered=(), step="person", greeted=True)
    return Turn(state, (Reply((Say(key),)),), (CallPerson(reason, level),), Outcome.PERSON, level=level)


def _complaint(state: State, tools: Tools) -> Turn:
    turn = _person(state, tools, reason="complaint", level=Level.P4)
    return replace(turn, replies=(Reply((Say("complaint"), *turn.replies[0].parts)),))


def _ask_danger(state: State, tools: Tools) -> Turn:
    return _offer(state, (Say("are_you_in_danger"),), (Pick("yes", "yes"), Pick("no", "no_menu")), step="ask_danger")


def _forget(state: State, tools: Tools) -> Turn:
    kept = State(language=state.language, language_chosen=state.language_chosen)
    return Turn(kept, (Reply((Say("forgotten"),)),), (Forget(),))


def _leave(state: State, tools: Tools) -> Turn:
    return Turn(replace(state, offered=(), step=""), (Reply((Say("goodbye"),)),), (Leave(),))


def _back(state: State, tools: Tools) -> Turn:
    return _main_menu(state, tools)


# Her record: what she agreed to, and her other doors --------------------------------------------------------------------

AGREEMENTS_SHOWN = 7  # with "all" and the menu 9 rows


def _withdraw(state: State, tools: Tools) -> Turn:
    """Lists what she agreed to, by kind and day, so that a locked screen names nobody and nothing."""
    behind = tools.behind()
    if behind is None:
        return _after_her_record(state, Say("withdraw_unknown"))
    if not behind.agreed:
        return _after_her_record(state, Say("withdraw_nothing"))
    listed = tuple(
        Pick(f"withdraw:{one.id}", f"agreed.{one.purpose}.{one.on}") for one in behind.agreed[:AGREEMENTS_SHOWN]
    )
    everything = (Pick("withdraw:all", "agreed.all"),) if len(behind.agreed) > 1 else ()
    offered = (*listed, *everything, Pick("menu", "menu"))
    return _offer(state.understood(), (Say("withdraw_which"),), offered, step="withdraw")


def _withdrawn(state: State, which: str, tools: Tools) -> Turn:
    behind = tools.behind()
    hers = [one.id for one in behind.agreed] if behind else []
    chosen = [one for one in hers if which in ("all", str(one))]
    if not chosen:  # taken back at a desk meanwhile
        return _withdraw(state, tools)
    return replace(_after_her_record(state, Say("withdrawn")), wishes=tuple(map(Withdraw, chosen)))


def _reminders(state: State, tools: Tools) -> Turn:
    behind = tools.behind()
    if behind is None:
        return _after_her_record(state, Say("not_joined"))
    if any(one.purpose == "reminders" for one in behind.agreed):
        return _after_her_record(state, Say("reminders_already"))
    if not behind.decides:
        return _after_her_record(state, Say("adult_needed"))
    offered = (Pick("agree:reminders.v1", "yes"), Pick("decline", "no"))
    return _offer(state.understood(), (Say("consent.reminders.v1"),), offered, step="consent")


def _agreed(state: State, asked: str, tools: Tools) -> Turn:
    """She said yes to what stood on the screen: the purpose and the version of that text come back with the choice."""
    behind = tools.behind()
    if behind is None:
        return _after_her_record(state, Say("not_joined"))
    if not behind.decides:
        return _after_her_record(state, Say("adult_needed"))
    purpose, _, version = asked.partition(".")
    return replace(_after_her_record(state, Say("agreed")), wishes=(Agree(purpose, version),))


def _declined(state: State, tools: Tools) -> Turn:
    return _after_her_record(state, Say("declined"))


def _join(state: State, tools: Tools) -> Turn:
    offered = (Pick("join:have", "join_have"), Pick("join:give", "join_give"), Pick("menu", "menu"))
    return _offer(state.understood(), (Say("join_how"),), offered, step="join")


def _join_picked(state: State, which: str, tools: Tools) -> Turn:
    if which != "give":
        return Turn(replace(state, offered=(), step="join"), (Reply((Say("join_type"),)),))
    code = tools.new_code()
    return Turn(replace(state, offered=(), step=""), (Reply((Code(code),)),), (KeepCode(code),))


def _word_with_code(state: State, said: Said, tools: Tools) -> Turn | None:
    """ "JUNTAR K7RT4D", in one message."""
    word, _, rest = said.text.strip().partition(" ")
    code = codes.read(rest) if rest and universal(word) is Universal.JOIN else None
    return _code_typed(state, code, tools) if code else None


def _code_typed(state: State, code: str, tools: Tools) -> Turn:
    fit = tools.code_fits(code)
    if fit is Fit.FITS:
        return replace(_after_her_record(state, Say("joined")), wishes=(Join(code),))
    if fit is Fit.TWO_RECORDS:
        return _after_her_record(state, Say("join_two"))
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    turn = _offer(state.understood(), (Say("join_wrong"),), offered, step="join")
    return replace(turn, wishes=(MissedCode(),))


def _unjoin(state: State, tools: Tools) -> Turn:
    if tools.behind() is None:
        return _after_her_record(state, Say("not_joined"))
    return replace(_after_her_record(state, Say("unjoined")), wishes=(Unjoin(),))


def _after_her_record(state: State, said: Say) -> Turn:
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    return _offer(state.understood(), (said,), offered, step="her_record")


# Menus ---------------------------------------------------------------------------------------------------------------

MAIN = ("regularizacion", "salud", "ninez_educacion", "vivienda_ayuda", "trabajo_dinero")


def _main_menu(state: State, tools: Tools, before: Part | None = None) -> Turn:
    present = tools.branches(country=state.country)
    first = tuple(branch for branch in MAIN if branch in present)
    others = (Pick("branch:other", "branch.other"),) if set(present) - set(first) else ()
    offered = (
        Pick("danger", "danger"),
        Pick("person", "person"),
        *(Pick(f"branch:{branch}", f"branch.{branch}") for branch in first),
        *others,
    )
    parts = (before, Say("menu")) if before else (Say("menu"),)
    return _offer(replace(state.understood(), asked=""), parts, offered, step="menu")


def _branch(state: State, branch: str, tools: Tools) -> Turn:
    if branch == "other":
        rest = [b for b in tools.branches(country=state.country) if b not in MAIN]
        offered = (*(Pick(f"branch:{b}", f"branch.{b}") for b in rest), Pick("menu", "menu"))
        return _offer(state, (Say("choose_topic"),), offered, step="branch")
    return _page(state, branch, 0, tools)


def _page(state: State, branch: str, page: int, tools: Tools) -> Turn:
    topics = tools.topics(branch, country=state.country)
    shown = topics[page * PAGE : (page + 1) * PAGE]
    if not shown:
        return _main_menu(state, tools)
    more = (Pick(f"page:{branch}:{page + 1}", "more"),) if len(topics) > (page + 1) * PAGE else ()
    offered = (*_topic_picks(shown), *more, Pick("person", "person"), Pick("menu", "menu"))
    return _offer(replace(state, asked=""), (Say("choose_topic"),), offered, step="branch")


def _topic_picks(topics: tuple[str, ...] | list[str]) -> tuple[Pick, ...]:
    return tuple(Pick(f"topic:{topic}", f"topic.{topic}") for topic in topics)


# The thing in progress, and picking -----------------------------------------------------------------------------------


def _in_progress(state: State, said: Said, tools: Tools) -> Turn | None:
    """What the last thing we asked makes of this message; None: nothing."""
    code = codes.read(said.text) if state.step == "join" else None
    if code:
        return _code_typed(state, code, tools)
    answer = yes_or_no(said.text)
    if answer is None:
        return None
    pick = _pick_of_answer(state, yes=answer)
    if pick:
        return _picked(state, pick, tools)
    return _safe_or_not(state, safe=answer) if state.in_danger else None


def _pick_of_answer(state: State, *, yes: bool) -> str:
    """The pick that a yes or a no in words stands for; empty: none of those offered."""
    if state.step == "ask_danger":
        return "yes" if yes else "no"
    if state.step == "consent":
        return next((pick for pick in state.offered if pick.startswith("agree:")), "") if yes else "decline"
    useful = [pick for pick in state.offered if pick.startswith(("useful:", "useless:"))]
    if state.step == "answered" and useful:
        return useful[0 if yes else -1]
    return ""


def _safe_or_not(state: State, *, safe: bool) -> Turn:
    """The answer to "are you in a safe place?": it is read by the person who comes. What was asked beside it stays asked."""
    key = "safe_place" if safe else "not_safe_place"
    return Turn(replace(state, in_danger=False), (Reply((Say(key),)),), (), Outcome.PERSON)


def _numbered(state: State, said: Said, tools: Tools) -> Turn | None:
    which = number(said.text)
    if which is None or not state.offered:
        return None
    if which > len(state.offered):
        return _missed(state, Say("no_such_number"), tools)
    return _picked(state, state.offered[which - 1], tools)


def _picked(state: State, pick: str, tools: Tools) -> Turn:
    kind, _, rest = pick.partition(":")
    state = state.understood()
    simple = _ON_PICK.get(kind)
    if simple:
        return simple(state, tools)
    return _picked_with(state, kind, rest, tools)


def _picked_with(state: State, kind: str, rest: str, tools: Tools) -> Turn:
    act = _ON_PICK_OF.get(kind)
    return act(state, rest, tools) if act else _main_menu(state, tools)


def _page_picked(state: State, rest: str, tools: Tools) -> Turn:
    branch, _, page = rest.partition(":")
    return _page(state, branch, int(page) if page.isdecimal() else 0, tools)


def _topic_picked(state: State, topic: str, tools: Tools) -> Turn:
    """One of the three that were offered answers what was asked; any other topic is a new subject."""
    return _answer(state if state.step == "choices" else replace(state, asked=""), topic, tools)


def _person_picked(state: State, tools: Tools) -> Turn:
    """ "None of these" is said with this pick too."""
    turn = _person(state, tools)
    return _unanswered(state, turn, state.offered[0].removeprefix("topic:")) if state.step == "choices" else turn


def _useful(state: State, version: str, tools: Tools) -> Turn:
    return _rated(state, version, is_useful=True)


def _useless(state: State, version: str, tools: Tools) -> Turn:
    return _rated(state, version, is_useful=False)


def _rated(state: State, version: str, *, is_useful: bool) -> Turn:
    rated = (Rate(int(version), is_useful),) if version.isdecimal() else ()
    is_of_this = f"useless:{version}" in state.offered
    asked, state = state.asked if is_of_this else "", replace(state, asked="")
    if is_useful:
        return Turn(replace(state, offered=(), step=""), (Reply((Say("glad"),)),), rated, Outcome.MENU)
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    turn = _offer(state, (Say("sorry_not_useful"),), offered, step="useless")
    learn = (Learn(asked, was_answered=True, topic=state.article),) if asked else ()
    return replace(turn, wishes=(*rated, *learn))


# Country -------------------------------------------------------------------------------------------------------------


def _ask_country(state: State, *, pending: str, before: tuple[Part, ...]) -> Turn:
    state = replace(state, country_asked=True, pending=pending)
    offered = (Pick("country:CO", "country.CO"), Pick("country:CL", "country.CL"), Pick("country:", "country.other"))
    return _offer(state, (*before, Say("which_country")), offered, step="country")


def _country_told(state: State, country: str, tools: Tools) -> Turn:
    pending, state = state.pending, replace(state, country=country, pending="", country_asked=True)
    if country and country not in tools.countries:
        country, state = "", replace(state, country="")
    if not pending:
        return _main_menu(state, tools, before=None if country else Say("other_country"))
    if pending.startswith("topic:"):
        return _answer(state, pending.removeprefix("topic:"), tools)
    return _search(state, pending, tools, tools.danger(pending))


# Answers and search --------------------------------------------------------------------------------------------------


def _answer(state: State, topic: str, tools: Tools, before: tuple[Part, ...] = (), about: str = "") -> Turn:
    approved = tools.approved(topic, country=state.country, about=about)
    if approved:
        return _told(state, approved, before)
    if not state.country and len(tools.countries) > 1 and not state.country_asked:
        return replace(_ask_country(state, pending=f"topic:{topic}", before=before), article=topic)
    gone = tools.expired(topic, country=state.country)
    where_to_ask = (Tell(gone, "expired"),) if gone else ()
    turn = _nothing_approved(state, tools, (*before, *where_to_ask))
    return _unanswered(state, replace(turn, article=topic), topic)


def _told(state: State, approved: Approved, before: tuple[Part, ...] = ()) -> Turn:
    details = (Pick(f"detail:{approved.version}", "details"),) if approved.has_details else ()
    offered = (
        *details,
        Pick(f"useful:{approved.version}", "useful_yes"),
        Pick(f"useless:{approved.version}", "useful_no"),
        *(Pick(f"version:{version}", f"version.{version}") for version in approved.siblings[:2]),
        *_topic_picks(approved.next_topics[: 2 - len(approved.siblings[:2])]),
        Pick("person", "person"),
        Pick("menu", "menu"),
    )
    state = replace(state.understood(), article=approved.topic)
    turn = _offer(state, (*before, Tell(approved), Say("was_it_useful")), offered, step="answered")
    return replace(turn, outcome=Outcome.ANSWER, article=approved.topic)


def _details(state: State, version: str, tools: Tools) -> Turn:
    approved = tools.again(int(version)) if version.isdecimal() else None
    if approved is None:
        return _main_menu(state, tools, before=Say("stale"))
    offered = (*_topic_picks(approved.next_topics[:2]), Pick("person", "person"), Pick("menu", "menu"))
    turn = _offer(state, (Tell(approved, "details"),), offered, step="details")
    return replace(turn, outcome=Outcome.ANSWER, article=approved.topic)


def _another_text(state: State, version: str, tools: Tools) -> Turn:
    approved = tools.again(int(version)) if version.isdecimal() else None
    return _told(state, approved) if approved else _main_menu(state, tools, before=Say("stale"))


def _nothing_approved(state: State, tools: Tools, before: tuple[Part, ...] = ()) -> Turn:
    """We know what it is about, but nobody here has approved a text: say so and bring a person."""
    turn = _person(state, tools, reason="unanswered")
    return replace(turn, replies=(Reply((*before, Say("no_approved_answer"), *turn.replies[0].parts)),))


def _search(state: State, text: str, tools: Tools, finding: Finding | None) -> Turn:
    if not text.strip():
        return _missed(state, Say("empty"), tools)
    rumour = tools.rumour(text, country=state.country) if finding is None else None
    if rumour is not None:
        return _dispelled(state, rumour)
    found = tools.find(text, country=state.country, language=state.language)
    state = replace(_with_country_of(found, state), asked="" if finding else text[:ASKED_MOST])
    if _must_ask_country(state, found, tools):
        turn = _ask_country(state, pending=text, before=_before(finding))
        asked = replace(turn, outcome=Outcome.CHOICES, article=found.article, choices=_within_reach(found))
        return _with_finding(asked, finding)
    turn = _on_found(state, found, tools, _before(finding), text)
    return _with_finding(replace(turn, choices=_within_reach(found)), finding)


def _dispelled(state: State, rumour: int) -> Turn:
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    turn = _offer(replace(state.understood(), asked=""), (Dispel(rumour),), offered, step="rumour")
    return replace(turn, outcome=Outcome.ANSWER)


def _on_found(state: State, found: Found, tools: Tools, before: tuple[Part, ...], about: str) -> Turn:
    if found.decision is Decision.ANSWER:
        return _answer(state, found.article, tools, before, about)
    if found.decision is Decision.CHOICES:
        return _choose(state, found.choices, before)
    if before:  # an urgent need that no article answers: what to do now, and a person or an honest time
        when = "person_asked" if tools.is_staffed() else "person_later"
        return replace(_person(state, tools), replies=(Reply((*before, Say(when))),))
    if found.decision is Decision.SMALL_TALK:
        return _small_talk(state, tools)
    return _unanswered(state, _not_found(state, found, tools), next(iter(_within_reach(found)), ""))


def _not_found(state: State, found: Found, tools: Tools) -> Turn:
    if found.decision is Decision.OUTSIDE:
        return _missed(state, Say("outside"), tools, outcome=Outcome.BOUNDARY)
    if found.choices:
        turn = _missed(state, None, tools, choices=found.choices)
        return replace(turn, choices=found.choices)
    return _missed(state, Say("not_understood"), tools)


def _unanswered(state: State, turn: Turn, nearest: str) -> Turn:
    """What was asked before this turn's reply goes to those who write; once."""
    if not state.asked:
        return turn
    learn = Learn(state.asked, was_answered=False, topic=nearest)
    return replace(turn, state=replace(turn.state, asked=""), wishes=(*turn.wishes, learn))


def _choose(state: State, choices: tuple[str, ...], before: tuple[Part, ...] = ()) -> Turn:
    offered = (*_topic_picks(choices[:3]), Pick("person", "none_person"))
    turn = _offer(state.understood(), (*before, Say("did_you_mean")), offered, step="choices")
    return replace(turn, outcome=Outcome.CHOICES, choices=choices[:3])


def _small_talk(state: State, tools: Tools) -> Turn:
    if state.greeted:
        offered = (Pick("menu", "menu"), Pick("person", "person"))
        return _offer(state.understood(), (Say("kind_words"),), offered, step="small_talk")
    return _main_menu(state, tools)


def _missed(
    state: State, why: Say | None, tools: Tools, choices: tuple[str, ...] = (), outcome: Outcome = Outcome.MENU
) -> Turn:
    """A misunderstanding: the first offers the nearest topics or the menu, the second in a row brings a person."""
    misses = state.misses + 1
    if misses >= MISSES_BEFORE_A_PERSON:
        turn = _person(state, tools, reason="lost")
        return replace(turn, replies=(Reply((Say("let_a_person"), *turn.replies[0].parts)),))
    if choices:
        turn = _choose(state, choices)
    elif outcome is Outcome.BOUNDARY:
        offered = (Pick("menu", "menu"), Pick("person", "person"))
        turn = _offer(state, (why or Say("outside"),), offered, step="outside")
    else:
        turn = _main_menu(state, tools, before=why)
    outcome = turn.outcome if choices else outcome
    return replace(turn, state=replace(turn.state, misses=misses), outcome=outcome)


def _with_country_of(found: Found, state: State) -> State:
    return replace(state, country=found.country) if found.country and not state.country else state


def _named_country(state: State, said: Said, tools: Tools) -> Turn | None:
    """The name of a country as the whole message: the answer to our question, or a change of mind."""
    country = country_named(said.text)
    return _country_told(state, country, tools) if country else None


def _must_ask_country(state: State, found: Found, tools: Tools) -> bool:
    if state.country or state.country_asked or len(tools.countries) < 2:
        return False
    return found.decision in (Decision.ANSWER, Decision.CHOICES)


def _within_reach(found: Found) -> tuple[str, ...]:
    first = (found.article,) if found.article else ()
    return (*first, *(choice for choice in found.choices if choice != found.article))[:3]


def _before(finding: Finding | None) -> tuple[Part, ...]:
    """What goes before an answer when somebody is in need or in distress."""
    if finding is None or finding.level is Level.P4:
        return ()
    return (Warn(finding),)


def _with_finding(turn: Turn, finding: Finding | None) -> Turn:
    if finding is None:
        return turn
    wishes = turn.wishes
    if finding.level in (Level.P2, Level.P4):
        reason = "complaint" if finding.level is Level.P4 else "danger"
        called = CallPerson(reason, finding.level, finding.kind)
        wishes = (*(wish for wish in wishes if not isinstance(wish, CallPerson)), called)
    return replace(turn, wishes=wishes, level=finding.level)


# Shaping -------------------------------------------------------------------------------------------------------------


def _offer(state: State, parts: tuple[Part, ...], offered: tuple[Pick, ...], *, step: str) -> Turn:
    state = state.offering(tuple(pick.id for pick in offered), step)
    return Turn(state, (Reply(parts, offered),))


def _alerted(turn: Turn, tools: Tools) -> Turn:
    """Once in a conversation, before the rest, when the country is known: what swindle goes round there. Never beside danger."""
    state = turn.state
    if state.alerted or not turn.replies:
        return turn
    if _tells_danger(turn) or state.in_danger:
        return replace(turn, state=replace(state, alerted=True))
    if turn.outcome not in (Outcome.MENU, Outcome.ANSWER, Outcome.CHOICES) or not turn.replies[0].picks:
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
    Universal.MENU: _main_menu,
    Universal.PERSON: _person,
    Universal.LANGUAGE: lambda state, tools: _ask_language(state),
    Universal.BACK: _back,
    Universal.FORGET: _forget,
    Universal.LEAVE: _leave,
    Universal.COMPLAINT: _complaint,
    Universal.HELP: _ask_danger,
    Universal.WITHDRAW: _withdraw,
    Universal.REMINDERS: _reminders,
    Universal.JOIN: _join,
    Universal.UNJOIN: _unjoin,
}
_ON_PICK: dict[str, Callable[[State, Tools], Turn]] = {
    "menu": _main_menu,
    "person": _person_picked,
    "danger": _says_danger,
    "yes": _says_danger,
    "no": _main_menu,
    "decline": _declined,
}
_ON_PICK_OF: dict[str, Callable[[State, str, Tools], Turn]] = {
    "topic": _topic_picked,
    "branch": _branch,
    "page": _page_picked,
    "country": _country_told,
    "language": _speak,
    "detail": _details,
    "version": _another_text,
    "useful": _useful,
    "useless": _useless,
    "withdraw": _withdrawn,
    "agree": _agreed,
    "join": _join_picked,
}
