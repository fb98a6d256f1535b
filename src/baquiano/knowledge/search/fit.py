"""Fits the calibration: every labelled message is held back from an index, and how that index saw it is what is learnt from.

Deterministic: the folds follow the order of the examples, the regressions have one solution. The held-out messages of the
tests are never read here. `baquiano` calls `calibrate` and stores its result as packs/comun/search/calibration.json.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from baquiano.engine.language import LANGUAGES
from baquiano.engine.tools import Decision
from baquiano.knowledge.search.calibration import fit
from baquiano.knowledge.search.decision import Judge, Thresholds, decide, is_open
from baquiano.knowledge.search.entries import Elsewhere, Entry, Message, examples_of
from baquiano.knowledge.search.features import features_of
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.normalise import Slang
from baquiano.knowledge.search.vectors import Remembered

FOLDS = 5
VERSION = 1

ANSWER_PRECISION = 0.92
"""Plain answers on held-back questions must be right this often. They are harder than people's: each asks something no other does."""

GRID = tuple(step / 100 for step in range(50, 100))
"""Thresholds of p(right) that are tried; under one half the topic is likelier wrong than right."""
AMBIGUOUS_COUNTS_FOR = 4.0
"""Short, vague messages are one in eight of what people send and one in twenty-five here."""

LEAST_SCOPE = 0.9
SPARE = 0.1
"""A plain answer needs a little more certainty of scope than the worst held-back message reached: this share of what is left to 1."""

OUTSIDE_LOST = 0.005
"""The share of real questions that may be called "not our subject"."""
UNSURE_LOST = 0.03
"""The share of real questions that may be sent to a person without choices."""


@dataclass(frozen=True)
class Seen:
    """A held-back message and how it was seen.

    `is_right`: the best topic is acceptable; `place`: the first acceptable one's; `is_open`: it leaves too much unsaid.
    """

    message: Message
    features: Mapping[str, float]
    is_right: bool
    place: int | None
    is_open: bool


def calibrate(
    entries: tuple[Entry, ...],
    slang: Slang,
    elsewhere: Elsewhere,
    ambiguous: Sequence[Message],
    *,
    on: date,
    embedder: Remembered | None = None,
    versions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """calibration.json: a lexical section and, with an embedder, a semantic one. `on` and `versions` are only written down."""
    sections = {"lexical": section(see_all(entries, slang, elsewhere, ambiguous))}
    if embedder is not None:
        sections["semantic"] = section(see_all(entries, slang, elsewhere, ambiguous, embedder))
    return {
        "version": VERSION,
        "fitted_on": on.isoformat(),
        "slang": slang.version,
        "versions": dict(versions or {})
        | ({"model": embedder.model, "dimension": str(embedder.dimension)} if embedder else {}),
        "counts": {
            "topics": len(entries),
            "examples": len(examples_of(entries)),
            "outside": len(elsewhere.outside),
            "smalltalk": len(elsewhere.smalltalk),
            "ambiguous": len(ambiguous),
        },
        **sections,
    }


def see_all(
    entries: tuple[Entry, ...],
    slang: Slang,
    elsewhere: Elsewhere,
    ambiguous: Sequence[Message],
    embedder: Remembered | None = None,
) -> list[Seen]:
    """Every labelled message as an index saw it that had never met it."""
    seen = []
    for fold in range(FOLDS):
        index = Index.build(
            _without(entries, fold), slang, elsewhere=_elsewhere(elsewhere, fold, is_held=False), embedder=embedder
        )
        held = _elsewhere(elsewhere, fold, is_held=True)
        seen += [_see(index, message) for message in (*_held(entries, fold), *held.outside, *held.smalltalk)]
    index = Index.build(entries, slang, elsewhere=elsewhere, embedder=embedder)
    return seen + [_see(index, replace(message, kind="ambiguous")) for message in ambiguous]


def section(seen: Sequence[Seen]) -> dict[str, Any]:
    """One judge as JSON, with what it reached out of fold."""
    features = [one.features for one in seen]
    kinds = [one.message.kind for one in seen]
    right = fit(features, [one.is_right for one in seen])
    importance = [AMBIGUOUS_COUNTS_FOR if kind == "ambiguous" else 1.0 for kind in kinds]
    scope = fit(features, [kind in ("in_scope", "ambiguous") for kind in kinds], importance=importance)
    smalltalk = fit(features, [kind == "chitchat" for kind in kinds])
    judge = Judge(right, scope, smalltalk, _thresholds(seen, Judge(right, scope, smalltalk, NO_THRESHOLDS)))
    return {
        "right": right.as_json(),
        "scope": scope.as_json(),
        "smalltalk": smalltalk.as_json(),
        "thresholds": vars(judge.thresholds),
        "out_of_fold": _summary(seen, judge),
    }


NO_THRESHOLDS = Thresholds(answer_right=1.0, answer_scope=1.0, choices_scope=0.0, outside_scope=0.0)


def _thresholds(seen: Sequence[Seen], judge: Judge) -> Thresholds:
    """The pair that answers most held-back questions plainly, precisely enough, and no held-back message that asks for no topic."""
    chances = [(one, judge.probabilities(one.features)) for one in seen]
    asking = [(one, own) for one, own in chances if one.message.topics]
    elsewhere = [own for one, own in chances if not one.message.topics and not one.is_open]
    by_scope = sorted(own.scope for _, own in asking)
    outside_scope = by_scope[int(len(asking) * OUTSIDE_LOST)]
    choices_scope = max(by_scope[int(len(asking) * UNSURE_LOST)], outside_scope)

    def answered(from_right: float, from_scope: float) -> list[bool]:
        return [
            one.is_right
            for one, own in asking
            if not one.is_open and own.right >= from_right and own.scope >= from_scope
        ]

    best = (-1, GRID[-1], 1.0)
    for from_right in GRID:
        from_scope = max((own.scope for own in elsewhere if own.right >= from_right), default=LEAST_SCOPE)
        from_scope = max(from_scope + (1 - from_scope) * SPARE, LEAST_SCOPE)
        right = answered(from_right, from_scope)
        if sum(right) >= ANSWER_PRECISION * len(right):
            best = max(best, (len(right), -from_right, from_scope))
    return Thresholds(
        answer_right=abs(best[1]),
        answer_scope=round(best[2], 5),
        choices_scope=round(choices_scope, 4),
        outside_scope=round(outside_scope, 4),
    )


def _summary(seen: Sequence[Seen], judge: Judge) -> dict[str, Any]:
    asking = [one for one in seen if one.message.kind == "in_scope"]
    decisions: dict[str, dict[str, int]] = {}
    wrong = 0
    for one in seen:
        decision = decide(judge.probabilities(one.features), judge.thresholds, is_open=one.is_open)
        own = decisions.setdefault(one.message.kind, {})
        own[str(decision)] = own.get(str(decision), 0) + 1
        wrong += decision is Decision.ANSWER and not one.is_right
    return {
        "first": round(sum(one.is_right for one in asking) / len(asking), 4),
        "three": round(sum(one.place is not None and one.place < 3 for one in asking) / len(asking), 4),
        "wrong_answers": wrong,
        "decisions": decisions,
    }


def _see(index: Index, message: Message) -> Seen:
    told = message.country or index.country_told(message.text)
    sight = index.look(message.text, country=told, language=message.language)
    order = [index.topics[topic] for topic in sight.order]
    place = next((place for place, topic in enumerate(order) if topic in message.topics), None)
    is_country_open = told is None and bool(order) and index.countries[sight.order[0]] is not None
    unsaid = is_open(length=sight.length, is_country_open=is_country_open)
    return Seen(message, features_of(sight), place == 0, place, unsaid)


def _held(entries: Sequence[Entry], fold: int) -> Iterator[Message]:
    """The examples of a fold. Questions of topics that hold everywhere are asked from each country in turn."""
    countries = sorted({entry.country for entry in entries if entry.country})
    for entry in entries:
        for language in LANGUAGES:
            for place, text in enumerate(entry.examples.get(language, ())):
                if place % FOLDS == fold:
                    country = entry.country or (countries[(place // FOLDS) % len(countries)] if countries else None)
                    yield Message(text, language, country, (entry.topic,), "in_scope")


def _without(entries: Sequence[Entry], fold: int) -> tuple[Entry, ...]:
    return tuple(
        replace(
            entry,
            examples={
                language: tuple(text for place, text in enumerate(texts) if place % FOLDS != fold)
                for language, texts in entry.examples.items()
            },
        )
        for entry in entries
    )


def _elsewhere(elsewhere: Elsewhere, fold: int, *, is_held: bool) -> Elsewhere:
    """The messages of a fold, or all but those. They go by fives: neighbours in the list share a theme, and a new theme must be new."""

    def part(messages: Sequence[Message], kind: str) -> tuple[Message, ...]:
        return tuple(
            replace(message, kind=kind)
            for place, message in enumerate(messages)
            if (place // THEME % FOLDS == fold) is is_held
        )

    return Elsewhere(part(elsewhere.outside, "out_of_scope"), part(elsewhere.smalltalk, "chitchat"))


THEME = 5
