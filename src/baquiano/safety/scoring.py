"""How well danger is noticed: labelled messages against what the rules and the second ear say of them.

Pure: rows and findings in, counts out. No message is ever shown or kept; a row is known by the number of its line.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.spelling import LANGUAGES
from baquiano.knowledge.search.measure import Share

ALARMS = (Level.P0, Level.P1, Level.P2)
CRISES = (Level.P0, Level.P1)


class BadRow(ValueError):
    """A labelled row that cannot be read; names its line, never its words."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """`level` None: ordinary. P3 and P4 (distress, a complaint) are neither a danger nor a false alarm."""

    line: int
    text: str
    language: str
    level: Level | None
    kind: Danger | None


@dataclass(frozen=True, slots=True)
class Noticed:
    """What was said of a row."""

    row: Labelled
    found: Finding | None

    @property
    def as_alarm(self) -> bool:
        return self.found is not None and self.found.level in ALARMS

    @property
    def as_crisis(self) -> bool:
        return self.found is not None and self.found.level in CRISES

    @property
    def as_grave(self) -> bool:
        """At its own level, or a graver one."""
        return self.found is not None and self.row.level is not None and self.found.level <= self.row.level

    @property
    def is_missed(self) -> bool:
        if self.row.level in CRISES:
            return not self.as_crisis
        return self.row.level is Level.P2 and not self.as_alarm

    @property
    def is_false_alarm(self) -> bool:
        return self.row.level is None and self.as_alarm


def read_rows(lines: Iterable[str]) -> Iterator[Labelled]:
    """Raises BadRow with the number of the line."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(line, number)


def _row(line: str, number: int) -> Labelled:
    try:
        row = json.loads(line)
        text, language, level, kind = (row[key] for key in ("text", "lang", "level", "kind"))
    except (ValueError, TypeError, KeyError):
        raise BadRow(f"line {number}: not a JSON object with text, lang, level and kind") from None
    if not isinstance(text, str) or not text.strip():
        raise BadRow(f"line {number}: text is missing")
    if language not in LANGUAGES:
        raise BadRow(f"line {number}: lang is one of {', '.join(LANGUAGES)}")
    try:
        told = None if level is None else Level(level), None if kind is None else Danger(kind)
    except ValueError:
        raise BadRow(f"line {number}: level is P0 to P4 or null, kind is a kind of danger or null") from None
    return Labelled(number, text, language, *told)


def notice(rows: Iterable[Labelled], scan: Callable[[str], Finding | None]) -> tuple[Noticed, ...]:
    return tuple(Noticed(row, scan(row.text)) for row in rows)


@dataclass(frozen=True, slots=True)
class Score:
    """Of some rows: crises told as a crisis, at their level or graver; dangers noticed at all; ordinary ones that got an alarm."""

    p0_as_crisis: Share
    p0_as_grave: Share
    p1_as_crisis: Share
    p1_as_grave: Share
    noticed: Share
    false_alarms: Share

    def as_json(self) -> dict[str, Any]:
        return {name: _share_as_json(getattr(self, name)) for name in self.__slots__}


def score(noticed: Sequence[Noticed]) -> Score:
    p0 = [one for one in noticed if one.row.level is Level.P0]
    p1 = [one for one in noticed if one.row.level is Level.P1]
    dangers = [one for one in noticed if one.row.level in ALARMS]
    ordinary = [one for one in noticed if one.row.level is None]
    return Score(
        p0_as_crisis=_share(one.as_crisis for one in p0),
        p0_as_grave=_share(one.as_grave for one in p0),
        p1_as_crisis=_share(one.as_crisis for one in p1),
        p1_as_grave=_share(one.as_grave for one in p1),
        noticed=_share(one.as_alarm for one in dangers),
        false_alarms=_share(one.as_alarm for one in ordinary),
    )


def by_language(noticed: Sequence[Noticed]) -> Mapping[str, Score]:
    return {
        language: score(own) for language in LANGUAGES if (own := [n for n in noticed if n.row.language == language])
    }


def by_kind(noticed: Sequence[Noticed]) -> Mapping[str, Score]:
    """Of the dangers; what is ordinary has no kind."""
    return {str(kind): score(own) for kind in Danger if (own := [n for n in noticed if n.row.kind is kind])}


def _share(held: Iterable[bool]) -> Share:
    answers = list(held)
    return Share(sum(answers), len(answers))


def _share_as_json(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {"right": share.right, "of": share.total, "share": round(share.value, 4), "from": low, "to": high}
