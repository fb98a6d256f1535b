"""Her answer to a notice that named no topic: what is said now, in place of what she was told."""

from collections.abc import Iterable
from dataclasses import replace

from baquiano.engine.answering import told
from baquiano.engine.menu import main_menu, offer
from baquiano.engine.picks import Pick
from baquiano.engine.said import Say, ShowChange, ToldThen, Turn
from baquiano.engine.state import State
from baquiano.engine.tools import Change, Tools

AT_ONCE = 3
"""What changed and is shown with one answer; the rest waits for a tap on its own notice."""


def changed(state: State, versions: str, tools: Tools) -> Turn:
    """`versions`: those she was told, the last notice first: "12.9". What she was never told here is not shown."""
    numbers = [int(version) for version in versions.split(".")[:AT_ONCE] if version.isdecimal()]
    found = {version: change for version in numbers if (change := tools.changed(version))}
    if not found:
        return main_menu(state, tools, before=Say("stale"))
    turns = []
    for change in _each_once(found.values()):
        turns.append(_one(state, change))
        state = turns[-1].state
    *before, last = turns
    silent = (replace(reply, picks=()) for turn in before for reply in turn.replies)
    return replace(last, replies=(*silent, *last.replies), wishes=tuple(ShowChange(version) for version in found))


def _each_once(changes: Iterable[Change]) -> list[Change]:
    """Two texts that she was told may have become the same one."""
    by_text = {change.now.version if change.now else 0: change for change in changes}
    return list(by_text.values())


def _one(state: State, change: Change) -> Turn:
    if change.now:
        return told(state, change.now, before=(ToldThen(change.told_on),))
    offered = (Pick("person", "person"), Pick("menu", "menu"))
    return offer(state.understood(), (Say("changed_gone"),), offered, step="changed_gone")
