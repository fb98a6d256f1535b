"""How good finding is on a file of labelled messages, by language, country and tag, each share with its interval.

`measure.py` is the short report of the bench; this is what somebody reads who decides. Prints and stores no message.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from baquiano.engine.tools import Decision
from baquiano.knowledge.search.entries import Message
from baquiano.knowledge.search.index import Found, Index
from baquiano.knowledge.search.measure import Share, coverage

PRECISIONS = (0.95, 0.97)

DANGER = "crisis"
"""The kind of a message that is answered with a danger text before anything is searched."""

Pair = tuple[Message, Found]


@dataclass(frozen=True)
class Scored:
    """Of the messages of one slice that ask for one of our topics.

    `first`: the first topic found is right; `three`: a right one is among three. `covered`: for each of `PRECISIONS`, how many could be
    answered plainly, going down the surest of the slice, before a larger share of the answers is wrong; a message that asks
    for nothing of ours is a wrong answer.
    """

    first: Share
    three: Share
    covered: tuple[Share, ...]

    def as_json(self) -> dict[str, Any]:
        shares = {"first": self.first, "three": self.three}
        shares |= {
            f"coverage_at_{precision:.0%}".rstrip("%"): own
            for precision, own in zip(PRECISIONS, self.covered, strict=True)
        }
        return {"messages": self.first.total, **{name: _json(share) for name, share in shares.items()}}


@dataclass(frozen=True)
class Evaluation:
    """`slices`: by what ("language") → which ("ht") → how good. `outside`: asking nothing of ours, and answered plainly all the same.
    `wrong`: plain answers of another topic than the right one."""

    by: str
    whole: Scored
    slices: Mapping[str, Mapping[str, Scored]]
    outside: Share
    wrong: Share

    def as_json(self) -> dict[str, Any]:
        return {
            "by": self.by,
            "all": self.whole.as_json(),
            **{what: {which: own.as_json() for which, own in rows.items()} for what, rows in self.slices.items()},
            "outside_answered_plainly": _json(self.outside),
            "plain_answers_wrong": _json(self.wrong),
        }


def evaluate(index: Index, messages: Iterable[Message]) -> Evaluation:
    """Each message found with its own country and language, as the assistant would."""
    return evaluation(
        [(one, index.find(one.text, country=one.country, language=one.language)) for one in messages], by=index.by
    )


def evaluation(pairs: Sequence[Pair], *, by: str) -> Evaluation:
    """Messages with several right topics because they are vague, and those of danger, are in neither share."""
    counted = [pair for pair in pairs if pair[0].kind == "in_scope" or not (pair[0].topics or pair[0].kind == DANGER)]
    plain = [pair for pair in counted if pair[0].topics and pair[1].decision is Decision.ANSWER]
    outside = [found for message, found in counted if not message.topics]
    return Evaluation(
        by=by,
        whole=_scored(counted),
        slices={
            "language": _sliced(counted, lambda message: (message.language,)),
            "country": _sliced(counted, lambda message: (message.country or "unknown",)),
            "tag": _sliced(counted, lambda message: message.tags),
        },
        outside=Share(sum(found.decision is Decision.ANSWER for found in outside), len(outside)),
        wrong=Share(sum(found.article not in message.topics for message, found in plain), len(plain)),
    )


def _sliced(pairs: Sequence[Pair], keys: Callable[[Message], Sequence[str]]) -> dict[str, Scored]:
    slices: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        for key in keys(pair[0]):
            slices[key].append(pair)
    asked = {key: own for key, own in slices.items() if any(message.topics for message, _ in own)}
    return {key: _scored(asked[key]) for key in sorted(asked, key=lambda key: (-len(asked[key]), key))}


def _scored(pairs: Sequence[Pair]) -> Scored:
    asking = [(message, found) for message, found in pairs if message.topics]
    first = sum(_is_first(*pair) for pair in asking)
    three = sum(not set(message.topics).isdisjoint(found.choices) for message, found in asking)
    ranked = [(found.p_right * found.p_scope, _is_first(message, found)) for message, found in pairs]
    total = len(asking)
    covered = (round(coverage(ranked, total, precision=precision) * total) for precision in PRECISIONS)
    return Scored(Share(first, total), Share(three, total), tuple(Share(taken, total) for taken in covered))


def _is_first(message: Message, found: Found) -> bool:
    return bool(found.choices) and found.choices[0] in message.topics


def _json(share: Share) -> dict[str, Any]:
    low, high = share.interval
    return {
        "right": share.right,
        "of": share.total,
        "share": round(share.value, 4),
        "from": round(low, 4),
        "to": round(high, 4),
    }
