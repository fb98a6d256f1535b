"""Answer, offer three, be polite, say it is not our subject, or say that nothing was understood."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baquiano.engine.tools import Decision
from baquiano.knowledge.search.calibration import Logistic, logistic_from

MOST_CHOICES = 3
LEAST_WORDS = 2
"""Different words without which there is no question yet."""


@dataclass(frozen=True)
class Probabilities:
    """`right`: the best topic is the right one. `scope`: it asks about something we know. `smalltalk`: it asks nothing."""

    right: float
    scope: float
    smalltalk: float


@dataclass(frozen=True)
class Thresholds:
    """Least probabilities for each decision; from the calibration file, chosen on messages that were held back."""

    answer_right: float
    answer_scope: float
    choices_scope: float
    outside_scope: float


@dataclass(frozen=True)
class Judge:
    """The three regressions of one way of searching (words alone, or words and vectors), with their thresholds."""

    right: Logistic
    scope: Logistic
    smalltalk: Logistic
    thresholds: Thresholds

    def probabilities(self, features: Mapping[str, float]) -> Probabilities:
        return Probabilities(
            self.right.probability(features), self.scope.probability(features), self.smalltalk.probability(features)
        )


def judge_from(section: Mapping[str, Any]) -> Judge:
    """A judge from the `lexical` or `semantic` section of calibration.json. Raises KeyError when a part is missing."""
    return Judge(
        logistic_from(section["right"]),
        logistic_from(section["scope"]),
        logistic_from(section["smalltalk"]),
        Thresholds(**section["thresholds"]),
    )


def is_open(*, length: int, is_country_open: bool) -> bool:
    """Whether a message leaves too much unsaid for one plain answer: one word ("permiso"), or a topic of one country when
    nobody said which."""
    return is_country_open or length < LEAST_WORDS


def decide(chances: Probabilities, thresholds: Thresholds, *, is_open: bool) -> Decision:
    """What to do with a message. `is_open`: something was left unsaid (see `is_open`), so nothing is answered plainly.

    Only being sure of both, the topic and that it is our subject, gives a plain answer.
    """
    if chances.smalltalk > chances.scope and chances.smalltalk >= (1 - chances.scope) / 2:
        return Decision.SMALL_TALK
    if chances.scope < thresholds.outside_scope:
        return Decision.OUTSIDE
    is_sure = chances.right >= thresholds.answer_right and chances.scope >= thresholds.answer_scope
    if is_sure and not is_open:
        return Decision.ANSWER
    return Decision.CHOICES if chances.scope >= thresholds.choices_scope else Decision.UNSURE


def choices(order: Sequence[int], countries: Sequence[str | None], *, is_country_open: bool) -> tuple[int, ...]:
    """The topics to offer, best first. While the country is open, the best topic of each country is among them.

    `order`: topics best first; `countries[topic]`: where it holds. Twins ("rent" here and there) thus come together.
    """
    if not is_country_open:
        return tuple(order[:MOST_CHOICES])
    best = order[0]
    twin = next((topic for topic in order if countries[topic] not in (None, countries[best])), None)
    offered = [best] if twin is None else [best, twin]
    return tuple((offered + [topic for topic in order if topic not in offered])[:MOST_CHOICES])
