"""Levels and kinds of danger: the words every room uses for them."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How soon a person must come (domain: protection taxonomy): P0 now, P1 minutes, P2 hours, P3 today, P4 complaint."""

    P0 = "P0"
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"

    @property
    def is_crisis(self) -> bool:
        """P0 and P1: the danger text goes first, whatever else was found."""
        return self in (Level.P0, Level.P1)


class Danger(StrEnum):
    """What kind of danger, so that the right number comes first."""

    MEDICAL = "medical"
    SELF_HARM = "self_harm"
    VIOLENCE = "violence"
    CAPTIVITY = "captivity"
    CHILD = "child"
    DETENTION = "detention"
    SEXUAL = "sexual"
    STAFF_ABUSE = "staff_abuse"
    UNKNOWN = "unknown"  # the person says so and has not said what
    NEED = "need"  # P2: no food, no roof tonight, medicine running out, a deadline, a refused service
    DISTRESS = "distress"  # P3
    COMPLAINT = "complaint"  # P4


HELD_AT_ANY_LEVEL = (Danger.VIOLENCE, Danger.CAPTIVITY, Danger.SEXUAL, Danger.STAFF_ABUSE, Danger.CHILD)


HEARD = "heard:"


@dataclass(frozen=True)
class Finding:
    """One danger seen in a text: `rule` is the id of the phrase rule, never the words themselves."""

    level: Level
    kind: Danger
    rule: str

    @property
    def is_only_heard(self) -> bool:
        """No phrase rule says so: a learned ear thinks that it sounds like one."""
        return self.rule.startswith(HEARD)

    @property
    def holds(self) -> bool:
        """After it nothing unasked leaves for whoever wrote, until a person has set how it is safe to write: somebody else may read."""
        return self.level.is_crisis or self.kind in HELD_AT_ANY_LEVEL

    @property
    def calls(self) -> bool:
        """Somebody on duty is called; a complaint has its own way."""
        return self.level is not Level.P4
