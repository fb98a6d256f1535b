"""A turn that tells of danger, or asks whether there is one: the danger text alone first, whatever else was said.

Nobody in danger is asked for a document, a photo or a place; a child is asked nothing at all.
"""

from dataclasses import replace

from baquiano.engine import safe_words
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.menu import ask_country, offer, topic_picks
from baquiano.engine.picks import Pick
from baquiano.engine.said import CallPerson, Outcome, Part, Raise, Reply, Said, Say, Turn, Warn, Wish
from baquiano.engine.state import State
from baquiano.engine.tools import Decision, Found, Tools

HOUR_MOST = 120  # characters kept of when and how it is safe to write
ASKED_AFTER_DANGER = ("safe_contact", "safe_hour")


def crisis(state: State, said: Said, finding: Finding, tools: Tools) -> Turn:
    """The danger text alone, first. What was found besides, and the country, come after it, in a second message."""
    found = tools.find(said.text, country=state.country, language=state.language)
    choices = within_reach(found)
    turn = _told(state, finding, choices, tools)
    article = choices[0] if found.decision is Decision.ANSWER and choices else ""
    return replace(turn, article=article, choices=choices)


def says_danger(state: State, tools: Tools) -> Turn:
    """The person says so by tapping: no search, no question before the number."""
    kind = Danger.CHILD if state.danger == Danger.CHILD else Danger.UNKNOWN
    return _told(state, Finding(Level.P1, kind, "said-so"), (), tools)


ABOUT_VIOLENCE = "gen_violencia_genero"


REFUGE = Finding(Level.P1, Danger.VIOLENCE, "needs-a-refuge")


def needs_a_refuge(state: State, tools: Tools) -> Turn:
    """Where survivors are taken in has no address, and nobody learns here whether there is one: the danger text, its numbers, a person."""
    turn = _told(state, REFUGE, (ABOUT_VIOLENCE,), tools)
    return replace(turn, choices=(ABOUT_VIOLENCE,))


def unreadable_place(state: State) -> Turn:
    """Somebody who told of a danger shares where they are: what is said of any message that a person must look at, and one is called."""
    turn = unreadable(state)
    return replace(turn, wishes=(Raise(Finding(Level.P2, Danger.UNKNOWN, "unread")), *turn.wishes))


def _told(state: State, finding: Finding, choices: tuple[str, ...], tools: Tools) -> Turn:
    state = in_danger_of(
        replace(state.understood(), greeted=True, in_danger=True, asked="", pending="", contact=""), finding
    )
    wishes: tuple[Wish, ...] = (Raise(finding), CallPerson("danger", finding.level, finding.kind))
    state, replies = _warned(state, finding, choices, tools)
    return Turn(state, replies, wishes, Outcome.CRISIS, level=finding.level)


def in_danger_of(state: State, finding: Finding) -> State:
    """What is remembered of a danger. Whoever may be a child stays one, whatever else comes."""
    if not finding.holds:
        return state
    kind = Danger.CHILD if state.danger == Danger.CHILD else finding.kind
    return replace(state, danger=kind, alerted=True)


def _warned(state: State, finding: Finding, choices: tuple[str, ...], tools: Tools) -> tuple[State, tuple[Reply, ...]]:
    """The danger text alone; then, in a second message, that nobody of the team is there, and what may help."""
    second = _after_danger(state, choices, tools)
    state = second.state if second else replace(state, offered=(), step="danger")
    after = second.replies[0] if second else Reply(())
    if not tools.is_watched():
        after = replace(after, parts=(Say("not_told"), *after.parts))
    return state, (Reply((Warn(finding),)), *((after,) if after.parts else ()))


def _after_danger(state: State, choices: tuple[str, ...], tools: Tools) -> Turn | None:
    if state.danger == Danger.CHILD:
        return None
    if not state.country and len(tools.countries) > 1 and not state.country_asked:
        return ask_country(state, pending="", before=())
    servable = [topic for topic in choices[:1] if tools.approved(topic, country=state.country)]
    if not servable:
        return None
    offered = (*topic_picks(servable), Pick("person", "person"))
    return offer(state, (Say("when_safe"),), offered, step="danger")


def told_country(state: State, country: str) -> Turn:
    """She is in danger and says where: the same danger, with the numbers of that country. Nothing new is raised."""
    if country:
        finding = Finding(Level.P1, Danger(state.danger), "country-told")
        return Turn(replace(state, offered=(), step="danger"), (Reply((Warn(finding),)),), (), Outcome.CRISIS)
    return offer(state, (Say("other_country"),), (Pick("person", "person"),), step="danger")


def unreadable(state: State) -> Turn:
    """Nobody has heard or seen it: it may be a danger, and a person must look."""
    offered = (Pick("danger", "danger"), Pick("person", "person"), Pick("menu", "menu"))
    is_child = state.danger == Danger.CHILD
    turn = stay(state) if is_child else offer(state, (Say("cannot_read"),), offered, step="unreadable")
    return replace(turn, wishes=(CallPerson("voice", Level.P2),), outcome=Outcome.PERSON)


def ask_danger(state: State, tools: Tools) -> Turn:
    if state.danger == Danger.CHILD:
        return says_danger(state, tools)
    return offer(state, (Say("are_you_in_danger"),), (Pick("yes", "yes"), Pick("no", "no_menu")), step="ask_danger")


# After the danger text: safe, how, when. Never anything else -------------------------------------------------------------


def after_danger(state: State, said: Said, tools: Tools) -> Turn | None:
    """What she answers, in her own words, to what the danger text and we have asked. None: it is about something else."""
    if state.step == "safe_hour" and "?" not in said.text:
        return _noted(state, f"hour:{said.text.strip()[:HOUR_MOST]}")
    if state.step == "safe_contact" and safe_words.names_a_time(said.text):
        return _noted(state, f"hour:{said.text.strip()[:HOUR_MOST]}")
    if not state.in_danger:
        return None
    safe = safe_words.is_safe(said.text)
    return None if safe is None else safe_or_not(state, safe=safe)


def safe_or_not(state: State, *, safe: bool) -> Turn:
    """The answer to "are you in a safe place?". Only whoever is safe is asked how we may write; a child never is.

    Who is not safe stays in danger: a later yes is still an answer. What was asked beside it stays asked.
    """
    if not safe:
        return Turn(state, (Reply((Say("not_safe_place"),)),), (), Outcome.PERSON)
    state = replace(state, in_danger=False)
    if state.danger == Danger.CHILD or state.contact:
        return Turn(state, (Reply((Say("safe_place"),)),), (), Outcome.PERSON)
    offered = (
        Pick("contact:yes", "contact_yes"),
        Pick("contact:hour", "contact_hour"),
        Pick("contact:no", "contact_no"),
    )
    turn = offer(state, (Say("safe_place"), Say("how_to_write")), offered, step="safe_contact")
    return replace(turn, outcome=Outcome.PERSON)


def contact_picked(state: State, which: str, tools: Tools) -> Turn:
    if which == "hour":
        asked = replace(state, contact="hour", offered=(), step="safe_hour")
        return Turn(asked, (Reply((Say("which_hour"),)),), (), Outcome.PERSON)
    return _noted(state, "no" if which == "no" else "yes")


def _noted(state: State, contact: str) -> Turn:
    said = Say("contact_waits" if contact == "no" else "contact_noted")
    state = replace(state.understood(), contact=contact, offered=(), step="danger")
    return Turn(state, (Reply((said,)),), (), Outcome.PERSON)


def stay(state: State) -> Turn:
    """After danger nothing is "not understood" and no menu is pushed: a person reads it. A child is told that nothing more is needed."""
    key = "child_waits" if state.danger == Danger.CHILD else "person_asked"
    turn = offer(state.understood(), (Say(key),), (Pick("person", "person"),), step="danger")
    return replace(turn, outcome=Outcome.PERSON)


# Beside an answer --------------------------------------------------------------------------------------------------------


def what_to_do_now(finding: Finding | None) -> tuple[Part, ...]:
    """What goes before an answer when somebody is in need or in distress."""
    return (Warn(finding),) if finding and finding.calls else ()


def with_finding(turn: Turn, finding: Finding | None) -> Turn:
    """An answer keeps its place; whoever must come is called besides, once and for the gravest reason."""
    if finding is None:
        return turn
    reason = "danger" if finding.calls else "complaint"
    calling = tuple(wish for wish in turn.wishes if isinstance(wish, CallPerson))
    if (
        finding.level is not Level.P3 or not calling
    ):  # in distress and asking for somebody: they come as soon as they were asked for
        calling = (CallPerson(reason, finding.level, finding.kind),)
    others = tuple(wish for wish in turn.wishes if not isinstance(wish, CallPerson))
    raised: tuple[Wish, ...] = (Raise(finding),) if finding.calls else ()
    state = in_danger_of(turn.state, finding)
    return replace(turn, state=state, wishes=(*others, *raised, *calling), level=finding.level)


def within_reach(found: Found) -> tuple[str, ...]:
    first = (found.article,) if found.article else ()
    return (*first, *(choice for choice in found.choices if choice != found.article))[:3]
