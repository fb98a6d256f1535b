"""What is hers: what she agreed to, her other doors, and what the assistant remembers. Never whose record it is."""

from dataclasses import replace

from baquiano.engine.menu import main_menu, offer
from baquiano.engine.picks import Pick
from baquiano.engine.said import (
    Agree,
    AllowLetters,
    Answered,
    CallPerson,
    Code,
    Forget,
    Join,
    KeepCode,
    MissedCode,
    Outcome,
    Reply,
    Said,
    Say,
    StopLetters,
    Turn,
    Unjoin,
    Withdraw,
)
from baquiano.engine.state import State
from baquiano.engine.tools import Fit, Tools
from baquiano.engine.universal import Universal, universal
from baquiano.lib import codes

AGREEMENTS_SHOWN = 7  # with "all" and the menu 9 rows


def withdraw(state: State, tools: Tools) -> Turn:
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
    return offer(state.understood(), (Say("withdraw_which"),), offered, step="withdraw")


def withdrawn(state: State, which: str, tools: Tools) -> Turn:
    behind = tools.behind()
    hers = [one.id for one in behind.agreed] if behind else []
    chosen = [one for one in hers if which in ("all", str(one))]
    if not chosen:  # taken back at a desk meanwhile
        return withdraw(state, tools)
    return replace(_after_her_record(state, Say("withdrawn")), wishes=tuple(map(Withdraw, chosen)))


def reminders(state: State, tools: Tools) -> Turn:
    behind = tools.behind()
    if behind is None:
        return _after_her_record(state, Say("not_joined"))
    if any(one.purpose == "reminders" for one in behind.agreed):
        return _after_her_record(state, Say("reminders_already"))
    if not behind.decides:
        return _after_her_record(state, Say("adult_needed"))
    offered = (Pick("agree:reminders.v1", "yes"), Pick("decline", "no"))
    return offer(state.understood(), (Say("consent.reminders.v1"),), offered, step="consent")


def agreed(state: State, asked: str, tools: Tools) -> Turn:
    """She said yes to what stood on the screen: the purpose and the version of that text come back with the choice."""
    behind = tools.behind()
    if behind is None:
        return _after_her_record(state, Say("not_joined"))
    if not behind.decides:
        return _after_her_record(state, Say("adult_needed"))
    purpose, _, version = asked.partition(".")
    return replace(_after_her_record(state, Say("agreed")), wishes=(Agree(purpose, version),))


def answered(state: State, answer: str, tools: Tools) -> Turn:
    """To what a colleague had us ask: its number, and yes or no. A no always holds; a yes only to a question that still stands."""
    number, _, said = answer.partition(":")
    question = int(number) if number.isdecimal() else 0
    if not tools.is_asked(question):
        return _after_her_record(state, Say("declined") if said == "no" else Say("consent_over"))
    told = Say("agreed") if said == "yes" else Say("declined")
    return replace(_after_her_record(state, told), wishes=(Answered(question, said == "yes"),))


def doubtful(state: State) -> Turn:
    """A yes with a "but", or one that is not plain: nothing is written down, and somebody reads what she means."""
    replies = (Reply((Say("consent_unclear"),)),)
    return Turn(replace(state.understood(), offered=(), step=""), replies, (CallPerson("asked"),), Outcome.PERSON)


def declined(state: State, tools: Tools) -> Turn:
    return _after_her_record(state, Say("declined"))


def join(state: State, tools: Tools) -> Turn:
    offered = (Pick("join:have", "join_have"), Pick("join:give", "join_give"), Pick("menu", "menu"))
    return offer(state.understood(), (Say("join_how"),), offered, step="join")


def join_picked(state: State, which: str, tools: Tools) -> Turn:
    if which != "give":
        return Turn(replace(state, offered=(), step="join"), (Reply((Say("join_type"),)),))
    code = tools.new_code()
    return Turn(replace(state, offered=(), step=""), (Reply((Code(code),)),), (KeepCode(code),))


def word_with_code(state: State, said: Said, tools: Tools) -> Turn | None:
    """ "JUNTAR K7RT4D", in one message."""
    word, _, rest = said.text.strip().partition(" ")
    code = codes.read(rest) if rest and universal(word) is Universal.JOIN else None
    return code_typed(state, code, tools) if code else None


def code_typed(state: State, code: str, tools: Tools) -> Turn:
    fit = tools.code_fits(code)
    if fit is Fit.FITS:
        return replace(_after_her_record(state, Say("joined")), wishes=(Join(code),))
    if fit is Fit.TWO_RECORDS:
        return _after_her_record(state, Say("join_two"))
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    turn = offer(state.understood(), (Say("join_wrong"),), offered, step="join")
    return replace(turn, wishes=(MissedCode(),))


def unjoin(state: State, tools: Tools) -> Turn:
    if tools.behind() is None:
        return _after_her_record(state, Say("not_joined"))
    return replace(_after_her_record(state, Say("unjoined")), wishes=(Unjoin(),))


def stop_letters(state: State, tools: Tools) -> Turn:
    """Said once how to come back. What she asks is answered as before."""
    return replace(_after_her_record(state, Say("letters_stopped")), wishes=(StopLetters(),))


def allow_letters(state: State, tools: Tools) -> Turn:
    """Whoever never stopped them and writes START begins."""
    if not tools.is_stopped():
        return main_menu(state, tools)
    return replace(_after_her_record(state, Say("letters_allowed")), wishes=(AllowLetters(),))


def _after_her_record(state: State, said: Say) -> Turn:
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    return offer(state.understood(), (said,), offered, step="her_record")


def forget(state: State, tools: Tools) -> Turn:
    """Asks once. Written again, it is a yes."""
    if state.step == "forget":
        return forgotten(state, "yes", tools)
    offered = (Pick("forget:yes", "forget_yes"), Pick("forget:no", "forget_no"))
    return offer(state.understood(), (Say("forget_sure"),), offered, step="forget")


def forgotten(state: State, which: str, tools: Tools) -> Turn:
    """What the assistant remembers goes. An alert is not the assistant's to forget, nor that nothing unasked may leave."""
    if which != "yes":
        return _after_her_record(state, Say("not_forgotten"))
    kept = State(
        language=state.language,
        language_chosen=state.language_chosen,
        danger=state.danger,
        alerted=bool(state.danger),
    )
    return Turn(kept, (Reply((Say("forgotten"),)),), (Forget(),))
