"""Danger heard in a message: plain phrase rules, read in all five languages at once, before anything else is decided.

A rule is a row that a social worker can read and correct:

    - {id: es-self-harm-01, level: P0, kind: self_harm,
       any: ["me (quiero|voy a) (matar|morir)"], unless: ["de (risa|hambre|calor)"]}

The language of a row is the beginning of its id. Its keys:

    any          one of these phrases is the danger
    near         if given, one of these must stand within twelve words of it
    unless       one of these within six words, in the same sentence, takes the alarm back
    never_with   one of these anywhere in the message takes it back (a course, a piece of homework)
    negatable    false: "no" just before the phrase changes nothing (default: it takes the alarm back)

A phrase is made of plain words, without caring for accents, capitals or spelling:

    (matar|quitar la vida)   one of these         hijo?  (a mi)?   may be missing
    herid(o|a)  puerta(s)?   endings of one word: herido or herida; puerta or puertas
    …   …6                   up to three (six) other words, never across the end of a sentence
    viol*                    any word that begins so
    <child>                  a list of words named in the same language, in a row {words: es-child, any: [...]}
    ^ $                      a sentence ends here ($); the message, or what follows a pause, begins here (^)

`{words: es-not, any: [...]}` are the words of denial; `{plain: es, any: [...]}` are ordinary words that must never be taken
for a typing error of a dangerous one ("pagando" is not "pegando"). A word of six letters or more that is in no rule stands
also for the rule word it misses by one letter.

A finding carries the id of the rule, never the words. Nothing here raises because of what a person wrote.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import product
from typing import Any

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.spelling import LANGUAGES, Pause, Words, spell, tidy

KIND_ORDER = (
    Danger.MEDICAL,
    Danger.SELF_HARM,
    Danger.CHILD,
    Danger.SEXUAL,
    Danger.CAPTIVITY,
    Danger.VIOLENCE,
    Danger.STAFF_ABUSE,
    Danger.DETENTION,
    Danger.UNKNOWN,
    Danger.NEED,
    Danger.DISTRESS,
    Danger.COMPLAINT,
)
"""Of two dangers of one level, the one whose number must come first: a body before a threat, a child before an adult."""

_NEAR = 12
_UNLESS = 6
_LONG_WORD = 6
_LONGEST_WORD = 20
_SHORTEST_PREFIX = 3
_DEEPEST_LIST = 3
_NOTHING: frozenset[str] = frozenset()
_GAP = 3
_MOST_BRANCHES = 4000
_START, _END = "^", "$"
_MARKS = ((_START,), (_END,))
_ROW_KEYS = frozenset({"id", "level", "kind", "any", "near", "unless", "never_with", "negatable"})
_SYNTAX = re.compile(
    r"\s*(?:(?P<gap>…|\.\.\.)(?P<size>\d*)|(?P<mark>[()|?^$])|<(?P<list>[\w-]+)>|(?P<word>[^\s()|?<>^$…]+))"
)

_ENDINGS = re.compile(r"([^\W_]+)\(([^()|\s?]*(?:\|[^()|\s?]*)*)\)(\??)")
_GLUED = re.compile(r"[^\W_]\(")


class BadRule(ValueError):
    """A row that cannot be read; says which row and why. Raised while loading, never while scanning."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Step:
    """One place of a phrase: the words that may stand there, how many others may come before it, and whether it may be missing.

    The words are sorted, each once: a tuple of one word takes a quarter of the room of a set of one, and there are 20,000.
    A mark (^ or $) stands alone.
    """

    words: tuple[str, ...]
    gap: int = 0
    is_optional: bool = False

    @property
    def is_mark(self) -> bool:
        return self.words[:1] in _MARKS


Phrase = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Some phrases, found by the words they may begin with. `anywhere`: those that may begin with a gap."""

    all: tuple[Phrase, ...]
    by_word: Mapping[str, tuple[Phrase, ...]]
    anywhere: tuple[Phrase, ...]

    def __bool__(self) -> bool:
        return bool(self.all)

    @classmethod
    def of(cls, phrases: tuple[Phrase, ...]) -> Phrases:
        by_word: dict[str, list[Phrase]] = defaultdict(list)
        anywhere = []
        for phrase in phrases:
            words = _first_words(phrase)
            if words is None:
                anywhere.append(phrase)
            for word in words or ():
                by_word[word].append(phrase)
        return cls(phrases, {word: tuple(found) for word, found in by_word.items()}, tuple(anywhere))


def _first_words(phrase: Phrase) -> set[str] | None:
    """What may stand where the phrase begins; None: it may begin with a gap, that is, with any word."""
    words: set[str] = set()
    for number, step in enumerate(phrase):
        if number and step.gap:
            return None
        if not step.is_mark:
            words.update(step.words)
            if not step.is_optional:
                break
    return words


_NO_PHRASES = Phrases.of(())


@dataclass(frozen=True, slots=True)
class Rule:
    """One danger in one language: the phrases that show it and those that take it back."""

    id: str
    language: str
    level: Level
    kind: Danger
    patterns: tuple[Phrase, ...]
    near: Phrases
    unless: Phrases
    never_with: Phrases
    negatable: bool

    @property
    def seriousness(self) -> tuple[Level, int, str]:
        """The smaller, the more serious; the id settles what nothing else settles, so that the order never changes."""
        return self.level, KIND_ORDER.index(self.kind), self.id


@dataclass(frozen=True, slots=True)
class _Entries:
    """The phrases of the rules, each found from the rarest of its words.

    Rows of numbers, not an object a phrase: there are fifty thousand. Phrase `n` belongs to the rule `ranks[n]`, and its
    rarest word stands at its step `at[n]`. `of_word`: the phrases found from a word, those of the gravest rule first.
    """

    phrases: tuple[Phrase, ...]
    ranks: array[int]
    at: array[int]
    of_word: Mapping[str, array[int]]


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """What one language needs while scanning; built once."""

    language: str
    entries: _Entries
    known: frozenset[str]
    prefixes: Mapping[str, tuple[str, ...]]
    plain: frozenset[str]
    one_letter_off: _Near
    negators: frozenset[str]


@dataclass(frozen=True)
class RuleBook:
    """All rules of one version, the most serious first."""

    version: str
    rules: tuple[Rule, ...]
    _lexicons: tuple[_Lexicon, ...] = field(repr=False, compare=False, default=())


# ------------------------------------------------------------------------------------------------ reading the rows


def compile_rules(rows: Sequence[Mapping[str, Any]], *, version: str = "") -> RuleBook:
    """The rows of every language in one book. Raises BadRule naming the row that is wrong."""
    lists = _word_lists(rows)
    rules = sorted((_rule(row, lists) for row in rows if "id" in row), key=lambda rule: rule.seriousness)
    for rule_id, times in Counter(rule.id for rule in rules).items():
        if times > 1:
            raise BadRule(rule_id, "this id is used twice")
    for row in rows:
        if not {"id", "words", "plain"} & set(row):
            raise BadRule("?", "a row is a rule (id), a list (words) or ordinary words (plain)")
    lexicons = tuple(_lexicon(language, rules, rows, lists) for language in LANGUAGES)
    return RuleBook(version, tuple(rules), lexicons)


@dataclass(frozen=True, slots=True)
class _Lists:
    """The named word lists, and what was read already: a list is used by many rules, a word by hundreds."""

    texts: Mapping[str, tuple[str, ...]]
    phrases: dict[str, list[Phrase]] = field(default_factory=dict)
    spelled: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    words: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    steps: dict[Step, Step] = field(default_factory=dict)
    whole: dict[Phrase, Phrase] = field(default_factory=dict)
    rows: dict[tuple[str, tuple[str, ...]], tuple[Phrase, ...]] = field(default_factory=dict)
    by_beginning: dict[tuple[str, tuple[str, ...]], Phrases] = field(default_factory=dict)

    def read(self, rule: str, language: str, texts: tuple[str, ...]) -> tuple[Phrase, ...]:
        """Every phrase that some texts stand for, once. Many rules are taken back by the same words."""
        if (language, texts) not in self.rows:
            found = (phrase for text in texts for phrase in _Reader(rule, language, text, self).phrases())
            self.rows[language, texts] = tuple(dict.fromkeys(map(self._one_of_each, found)))
        return self.rows[language, texts]

    def read_around(self, rule: str, language: str, texts: tuple[str, ...]) -> Phrases:
        if (language, texts) not in self.by_beginning:
            self.by_beginning[language, texts] = Phrases.of(self.read(rule, language, texts))
        return self.by_beginning[language, texts]

    def _one_of_each(self, phrase: Phrase) -> Phrase:
        """The same phrase, sharing with the others what is equal: a book of equal copies would hold 40 MB."""
        steps = tuple(self._step(step) for step in phrase)
        return self.whole.setdefault(steps, steps)

    def _step(self, step: Step) -> Step:
        words = self.words.setdefault(step.words, step.words)
        shared = Step(words, step.gap, step.is_optional)
        return self.steps.setdefault(shared, shared)

    def spell(self, word: str, language: str) -> tuple[str, ...]:
        if (language, word) not in self.spelled:
            self.spelled[language, word] = spell(tidy(word), language).words
        return self.spelled[language, word]


def _word_lists(rows: Iterable[Mapping[str, Any]]) -> _Lists:
    lists: dict[str, tuple[str, ...]] = {}
    for row in rows:
        if "words" in row:
            name = str(row["words"])
            _language(name)
            lists[name] = _texts(name, row, "any")
    return _Lists(lists)


def _rule(row: Mapping[str, Any], lists: _Lists) -> Rule:
    rule_id = str(row["id"])
    language = _language(rule_id)
    if unknown := set(row) - _ROW_KEYS:
        raise BadRule(rule_id, f"unknown key {sorted(unknown)[0]}")
    try:
        level, kind = Level(row["level"]), Danger(row["kind"])
    except (KeyError, ValueError) as reason:
        raise BadRule(rule_id, f"level or kind: {reason}") from reason
    negatable = row.get("negatable", True)
    if not isinstance(negatable, bool):
        raise BadRule(rule_id, "negatable is true or false")

    def around(key: str) -> Phrases:
        return lists.read_around(rule_id, language, _texts(rule_id, row, key)) if key in row else _NO_PHRASES

    if "any" not in row:
        raise BadRule(rule_id, "any is missing")
    return Rule(
        id=rule_id,
        language=language,
        level=level,
        kind=kind,
        patterns=lists.read(rule_id, language, _texts(rule_id, row, "any")),
        near=around("near"),
        unless=around("unless"),
        never_with=around("never_with"),
        negatable=negatable,
    )


def _language(name: str) -> str:
    language = name.split("-", 1)[0]
    if language not in LANGUAGES or "-" not in name:
        raise BadRule(name, "a name begins with its language, as in es-self-harm-01")
    return language


def _texts(name: str, row: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = row.get(key)
    if not isinstance(value, Sequence) or isinstance(value, str) or not value:
        raise BadRule(name, f"{key} is a list of phrases")
    if bad := [text for text in value if not isinstance(text, str) or not text.strip()]:
        raise BadRule(name, f"{key} has something that is not a phrase: {bad[0]!r} (write it in quotes)")
    return tuple(value)


class _Reader:
    """Reads one phrase into the plain sequences it stands for: `(a|b c) d` is `a d` and `b c d`."""

    def __init__(self, rule: str, language: str, text: str, lists: _Lists, depth: int = 0) -> None:
        self.rule, self.language, self.text, self.lists, self.depth = rule, language, text, lists, depth
        self.tokens = self._tokens()
        self.position = 0

    def phrases(self) -> list[Phrase]:
        found = self._alternatives()
        if self.position != len(self.tokens):
            raise BadRule(self.rule, f"a ')' too many in {self.text!r}")
        if "gap" in (self.tokens[0][0], self.tokens[-1][0]):
            raise BadRule(self.rule, f"a gap at the beginning or the end of {self.text!r}")
        whole = list(dict.fromkeys(_without_loose_gaps(phrase) for phrase in found))
        for phrase in whole:
            if all(step.is_optional or step.is_mark for step in phrase):
                raise BadRule(self.rule, f"a phrase without a word in {self.text!r}")
        return whole

    def _tokens(self) -> list[tuple[str, str]]:
        tokens, position = [], 0
        text = _ENDINGS.sub(_with_endings, self.text.strip())
        if _GLUED.search(text):
            raise BadRule(
                self.rule, f"endings are plain letters: a(b|c), or write a space before the '(': {self.text!r}"
            )
        while position < len(text):
            found = _SYNTAX.match(text, position)
            if found is None:
                raise BadRule(self.rule, f"cannot read {self.text!r}")
            position = found.end()
            if found["gap"]:
                tokens.append(("gap", found["size"] or str(_GAP)))
            else:
                name = found.lastgroup or ""
                tokens.append((name, found[name]))
        return tokens

    def _next_is(self, mark: str) -> bool:
        return self.position < len(self.tokens) and self.tokens[self.position] == ("mark", mark)

    def _alternatives(self) -> list[Phrase]:
        branches = self._sequence()
        while self._next_is("|"):
            self.position += 1
            branches += self._sequence()
        return _merge_single_words(branches)

    def _sequence(self) -> list[Phrase]:
        parts: list[list[Phrase]] = []
        gap = 0
        while self.position < len(self.tokens) and not (self._next_is("|") or self._next_is(")")):
            name, value = self.tokens[self.position]
            self.position += 1
            if name == "gap":
                gap += int(value)
                continue
            part = self._part(name, value)
            if self._next_is("?"):
                self.position += 1
                part = _optional(part)
            if gap:
                parts.append([(Step((), gap),)])
            parts.append(part)
            gap = 0
        if gap:
            parts.append([(Step((), gap),)])
        if not parts:
            raise BadRule(self.rule, f"an empty alternative in {self.text!r}")
        size = 1
        for part in parts:
            size *= len(part)
        if size > _MOST_BRANCHES:
            raise BadRule(self.rule, f"too many alternatives in {self.text!r}")
        return [_joined(step for phrase in chosen for step in phrase) for chosen in product(*parts)]

    def _part(self, name: str, value: str) -> list[Phrase]:
        if name == "list":
            return self._list(value)
        if name == "word":
            return [self._word(value)]
        if value in (_START, _END):
            return [(Step((value,)),)]
        if value != "(":
            raise BadRule(self.rule, f"{value!r} out of place in {self.text!r}")
        inside = self._alternatives()
        if not self._next_is(")"):
            raise BadRule(self.rule, f"a ')' is missing in {self.text!r}")
        self.position += 1
        return inside

    def _list(self, name: str) -> list[Phrase]:
        key = f"{self.language}-{name}"
        if key not in self.lists.phrases:
            texts = self.lists.texts.get(key)
            if texts is None or self.depth > _DEEPEST_LIST:
                raise BadRule(self.rule, f"no list <{name}>, or a list inside itself")
            readers = (_Reader(self.rule, self.language, text, self.lists, self.depth + 1) for text in texts)
            found = [phrase for reader in readers for phrase in reader.phrases()]
            self.lists.phrases[key] = _merge_single_words(found)
        return self.lists.phrases[key]

    def _word(self, value: str) -> Phrase:
        words = self.lists.spell(value.rstrip("*"), self.language)
        if not words:
            raise BadRule(self.rule, f"no word in {value!r}")
        if value.endswith("*") and len(words[-1]) < _SHORTEST_PREFIX:
            raise BadRule(self.rule, f"too short to begin a word: {value!r}")
        spelled = [*words[:-1], words[-1] + "*" * value.endswith("*")]
        return tuple(Step((word,)) for word in spelled)


def _with_endings(found: re.Match[str]) -> str:
    stem, endings, optional = found.groups()
    return "(" + "|".join(stem + ending for ending in [*[""] * bool(optional), *endings.split("|")]) + ")"


def _merge_single_words(branches: list[Phrase]) -> list[Phrase]:
    """Alternatives of one word each share one step: fewer phrases to try."""
    singles = [phrase[0].words for phrase in branches if _is_one_word(phrase)]
    merged: list[Phrase] = [(Step(tuple(sorted(set().union(*singles)))),)] if singles else []
    return list(dict.fromkeys([*merged, *(phrase for phrase in branches if not _is_one_word(phrase))]))


def _is_one_word(phrase: Phrase) -> bool:
    return len(phrase) == 1 and not phrase[0].gap and not phrase[0].is_optional and not phrase[0].is_mark


def _optional(part: list[Phrase]) -> list[Phrase]:
    """One word that may be missing is one step; several are read with and without them."""
    if len(part) == 1 and _is_one_word(part[0]):
        return [(Step(part[0][0].words, is_optional=True),)]
    return [*part, ()]


def _joined(steps: Iterable[Step]) -> Phrase:
    """A gap is read as a step without words; here it becomes room before the word that follows it."""
    joined: list[Step] = []
    gap = 0
    for step in steps:
        if step.words:
            joined.append(Step(step.words, step.gap + gap, step.is_optional))
            gap = 0
        else:
            gap += step.gap
    if gap:
        joined.append(Step((), gap))
    return tuple(joined)


def _without_loose_gaps(phrase: Phrase) -> Phrase:
    """A gap before a word that may be missing, and is, means nothing."""
    kept = phrase if not phrase or phrase[-1].words else phrase[:-1]
    return (Step(kept[0].words, is_optional=kept[0].is_optional), *kept[1:]) if kept else ()


def _lexicon(language: str, rules: Sequence[Rule], rows: Sequence[Mapping[str, Any]], lists: _Lists) -> _Lexicon:
    own = [(rank, rule) for rank, rule in enumerate(rules) if rule.language == language]
    everything = [p for _, rule in own for p in (*rule.patterns, *_around(rule))]
    used = Counter(word for phrase in everything for step in phrase for word in step.words)
    exact = frozenset(word for word in used if not word.endswith("*")) - {_START, _END}
    prefixes = _by_start(sorted(word[:-1] for word in used if word.endswith("*")))
    plain = frozenset(
        word
        for row in rows
        if row.get("plain") == language
        for text in _texts(f"plain {language}", row, "any")
        for word in spell(tidy(text), language).words
    )
    denial = lists.texts.get(f"{language}-not", ())
    return _Lexicon(
        language=language,
        entries=_entries(own, used),
        known=exact,
        prefixes=prefixes,
        plain=plain,
        one_letter_off=_Near(exact),
        negators=frozenset(word for text in denial for word in spell(tidy(text), language).words),
    )


def _around(rule: Rule) -> tuple[Phrase, ...]:
    return (*rule.near.all, *rule.unless.all, *rule.never_with.all)


def _entries(own: Sequence[tuple[int, Rule]], used: Counter[str]) -> _Entries:
    phrases = [phrase for _, rule in own for phrase in rule.patterns]
    common = {step: _commonness(step, used) for step in {step for phrase in phrases for step in phrase}}
    at = array("B", (min(range(len(phrase)), key=lambda i: (common[phrase[i]], i)) for phrase in phrases))
    of_word: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for number, phrase in enumerate(phrases):
        for word in phrase[at[number]].words:
            of_word[word].append(number)
    ranks = array("I", (rank for rank, rule in own for _ in rule.patterns))
    return _Entries(tuple(phrases), ranks, at, dict(of_word))


def _by_start(prefixes: Iterable[str]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for prefix in prefixes:
        groups[prefix[:_SHORTEST_PREFIX]].append(prefix)
    return {start: tuple(group) for start, group in groups.items()}


def _beginnings(word: str, prefixes: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The rule words ("viol*") that begin a word."""
    return (prefix + "*" for prefix in prefixes.get(word[:_SHORTEST_PREFIX], ()) if word.startswith(prefix))


def _commonness(step: Step, used: Counter[str]) -> int:
    return 10**6 if step.is_optional or step.is_mark else sum(used[word] for word in step.words)


def _without_one_letter(word: str) -> list[str]:
    """The word, and the word without each of its letters but the first: people rarely miss the first."""
    return [word, *(word[:i] + word[i + 1 :] for i in range(1, len(word)))]


class _Near:
    """Words that share a form with one letter taken out: a wrong, missing, extra or swapped letter.

    The forms are kept as hashes in one sorted row, each with the place of its word: 90,000 strings would hold 12 MB.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = tuple(sorted(word for word in words if len(word) >= _LONG_WORD))
        forms = sorted((_form(f), place) for place, word in enumerate(self._words) for f in _without_one_letter(word))
        self._forms = array("Q", (form for form, _ in forms))
        self._places = array("L", (place for _, place in forms))

    def to(self, word: str) -> frozenset[str]:
        return frozenset(self._words[place] for form in _without_one_letter(word) for place in self._with(_form(form)))

    def _with(self, form: int) -> array[int]:
        return self._places[bisect_left(self._forms, form) : bisect_right(self._forms, form)]


def _form(word: str) -> int:
    """64 bits that are the same in every process."""
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


# ------------------------------------------------------------------------------------------------ reading a message


@dataclass(frozen=True, slots=True)
class _Heard:
    """A message in one language: for each place the rule words it may stand for, and the pauses."""

    said: Words
    means: tuple[frozenset[str], ...]

    def matches(self, phrase: Phrase, at: int, place: int) -> tuple[int, int] | None:
        """Where the phrase begins and ends (not included) if its step `at` stands at `place`."""
        end = self._rightwards(phrase, at + 1, place + 1)
        if end is None:
            return None
        start = self._leftwards(phrase, at, place)
        return None if start is None else (start, end)

    def _rightwards(self, phrase: Phrase, step: int, place: int, room: int = 0) -> int | None:
        """Where the phrase ends if `step` and those after it stand from `place` on. `room`: left by a step that was missing."""
        if step == len(phrase):
            return place
        words, gap = phrase[step].words, phrase[step].gap + room
        if words[0] == _END:
            return place if place == len(self.means) or self.said.pauses[place] is Pause.HARD else None
        for there in range(place, min(place + gap + 1, len(self.means))):
            if gap and self.said.pauses[there] is Pause.HARD:
                break
            if self._may_be(words, there):
                end = self._rightwards(phrase, step + 1, there + 1)
                if end is not None:
                    return end
        return self._rightwards(phrase, step + 1, place, gap) if phrase[step].is_optional else None

    def _leftwards(self, phrase: Phrase, step: int, place: int, room: int = 0) -> int | None:
        """`place` is where `step` stands; finds the steps before it."""
        if step == 0:
            return place
        before, gap = phrase[step - 1], phrase[step].gap + room
        if before.words[0] == _START:
            return place if self._starts(place) else None
        for there in range(place - 1, max(place - 2 - gap, -1), -1):
            if gap and self.said.pauses[there + 1] is Pause.HARD:
                break
            if self._may_be(before.words, there):
                start = self._leftwards(phrase, step - 1, there)
                if start is not None:
                    return start
        return self._leftwards(phrase, step - 1, place, gap) if before.is_optional else None

    def has(self, phrases: Phrases, first: int, last: int) -> bool:
        """One of the phrases begins at a place from `first` to before `last`."""
        return any(
            self._begins(phrase, place)
            for place in range(max(first, 0), min(last, len(self.means)))
            for phrase in self._that_may_begin(phrases, place)
        )

    def _that_may_begin(self, phrases: Phrases, place: int) -> Iterator[Phrase]:
        for word in self.means[place]:
            yield from phrases.by_word.get(word, ())
        yield from phrases.anywhere

    def _may_be(self, words: tuple[str, ...], place: int) -> bool:
        means = self.means[place]
        return bool(means) and not means.isdisjoint(words)

    def _starts(self, place: int) -> bool:
        return place == 0 or self.said.pauses[place] is not Pause.NONE

    def _begins(self, phrase: Phrase, place: int, step: int = 0) -> bool:
        first = phrase[step]
        if first.words[0] == _START:
            return self._starts(place) and self._rightwards(phrase, step + 1, place) is not None
        if self._may_be(first.words, place) and self._rightwards(phrase, step + 1, place + 1) is not None:
            return True
        return first.is_optional and self._begins(phrase, place, step + 1)

    def sentence_around(self, start: int, end: int, reach: int) -> tuple[int, int]:
        """At most `reach` words to each side, and never out of the sentence."""
        pauses = self.said.pauses
        first = start
        while first > 0 and start - first < reach and pauses[first] is not Pause.HARD:
            first -= 1
        last = end
        while last < len(pauses) and last - end < reach and pauses[last] is not Pause.HARD:
            last += 1
        return first, last


def scan(text: str, book: RuleBook, languages: Collection[str] = LANGUAGES) -> Finding | None:
    """The most serious danger in a message, or None. Never raises because of the text.

    `languages`: those it may be in. A phrase of one tongue can be an everyday word of another.
    """
    best: int | None = None
    tidied = tidy(text)
    for lexicon in book._lexicons:
        if lexicon.language not in languages:
            continue
        for rank in _hits(tidied, lexicon, book.rules, best, only_worse=True):
            best = rank
    return None if best is None else _finding(book.rules[best])


def scan_all(text: str, book: RuleBook) -> tuple[Finding, ...]:
    """Every danger in a message, one for each rule, the most serious first: for the people who write the rules."""
    tidied = tidy(text)
    ranks = {rank for lex in book._lexicons for rank in _hits(tidied, lex, book.rules, None, only_worse=False)}
    return tuple(_finding(book.rules[rank]) for rank in sorted(ranks))


def _finding(rule: Rule) -> Finding:
    return Finding(rule.level, rule.kind, rule.id)


def _hits(
    tidied: str, lexicon: _Lexicon, rules: Sequence[Rule], best: int | None, *, only_worse: bool
) -> Iterator[int]:
    """Ranks of the rules that hold. With `only_worse`, each is more serious than all before it (and than `best`)."""
    entries = lexicon.entries
    if not entries.phrases:
        return
    heard = _hear(tidied, lexicon)
    limit = len(rules) if best is None else best
    settled: set[int] = set()
    for place, meanings in enumerate(heard.means):
        for word in meanings:
            for number in entries.of_word.get(word, ()):
                rank = entries.ranks[number]
                if rank >= limit:
                    break  # a word's phrases stand in order of rank
                if rank in settled:
                    continue
                span = heard.matches(entries.phrases[number], entries.at[number], place)
                if span is None or not _stands(rules[rank], heard, span, lexicon.negators):
                    continue
                settled.add(rank)
                if only_worse:
                    limit = rank
                yield rank


def _stands(rule: Rule, heard: _Heard, span: tuple[int, int], negators: frozenset[str]) -> bool:
    """What was found is not denied, not an idiom, not a piece of homework."""
    start, end = span
    denied = start > 0 and heard.said.pauses[start] is Pause.NONE and heard.said.words[start - 1] in negators
    if rule.negatable and denied:
        return False
    if rule.near and not heard.has(rule.near, start - _NEAR, end + _NEAR):
        return False
    if rule.unless and heard.has(rule.unless, *heard.sentence_around(start, end, _UNLESS)):
        return False
    return not (rule.never_with and heard.has(rule.never_with, 0, len(heard.means)))


def _hear(tidied: str, lexicon: _Lexicon) -> _Heard:
    said = spell(tidied, lexicon.language)
    known: dict[str, frozenset[str]] = {}
    for word in said.words:
        if word not in known:
            known[word] = _meanings(word, lexicon)
    return _Heard(said, tuple(known[word] for word in said.words))


def _meanings(word: str, lexicon: _Lexicon) -> frozenset[str]:
    """The rule words a typed word may stand for: itself, a beginning, or (long and unknown) one letter off."""
    if word in lexicon.known:
        return frozenset((word, *_beginnings(word, lexicon.prefixes)))
    if begins := frozenset(_beginnings(word, lexicon.prefixes)):
        return begins
    if not _LONG_WORD <= len(word) <= _LONGEST_WORD or word in lexicon.plain:
        return _NOTHING
    return lexicon.one_letter_off.to(word)
