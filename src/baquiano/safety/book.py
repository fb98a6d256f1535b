"""The phrase rules, the second ear, danger texts and numbers in force, in memory; taken again when their number changes.

The second ear is made from a file of the packs, once per process, at first by words. By meaning it needs a vector of every
message it learns from: the background loop makes them, keeps them in the data folder with those of the search, and puts the
deeper ear in force; until then the one by words listens.
"""

import hashlib
import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from django.conf import settings
from django.db import models
from django.utils import timezone

from baquiano.engine import language
from baquiano.engine.danger import Danger, Finding
from baquiano.engine.safety import RuleBook, compile_rules, scan
from baquiano.knowledge import finding
from baquiano.knowledge.models import shelf_number
from baquiano.knowledge.search import reading
from baquiano.knowledge.search.vectors import Remembered
from baquiano.safety import said
from baquiano.safety.learning import learn
from baquiano.safety.listening import Heard, Learned, Listener, heard_from, mark_of
from baquiano.safety.models import CrisisText, EmergencyNumber, GoLive, NumberVerification, PhraseRules
from baquiano.safety.said import Age, Line, age

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NumberShown:
    """`confirmed_on`: the last time somebody of this installation checked it; None shows in demo only."""

    id: str
    country: str
    number: str
    names: dict[str, str]
    whose: str
    note: str
    kinds: tuple[str, ...]
    confirmed_on: date | None
    territory: str = ""  # the pcode of the part of the country it serves; empty: all of it
    hours: str = ""
    is_free: bool | None = None

    @property
    def is_police(self) -> bool:
        return said.is_police(self.whose)

    def age(self, today: date) -> Age:
        """Of one that may be said. Never called: as good as new, and only in a demo."""
        return age((today - self.confirmed_on).days) if self.confirmed_on else Age.FRESH

    def serves(self, territory: str) -> bool:
        """The part of the country it is for, or all of it. `territory` empty: nothing narrower than the country is known."""
        return not self.territory or (bool(territory) and territory.startswith(self.territory))

    def line(self, language: str, today: date) -> Line:
        dated = self.confirmed_on if self.age(today) is not Age.FRESH else None
        return Line(self.number, self.name(language), self.country, self.is_police, dated)

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names.get("es", "")


@dataclass(frozen=True)
class DangerText:
    """`text` still holds {numbers}. `may_be_said`: two people of this installation signed it (a demo does not ask)."""

    text: str
    numbers: tuple[str, ...]
    may_be_said: bool = True


@dataclass(frozen=True)
class Book:
    number: int
    rules: RuleBook
    texts: dict[tuple[str, str, str], DangerText]  # kind, language, country ("": not known)
    numbers: dict[str, NumberShown]
    listener: Listener | None = None
    live: frozenset[str] = frozenset()  # countries whose public is answered; a demo does not ask

    def scan(self, text: str) -> Finding | None:
        """What the phrase rules find; else, or when it is graver, what the listener hears. It never takes one back."""
        found = scan(text, self.rules, language.possible(text))
        if self.listener is None or (found and found.level.is_crisis):
            return found
        heard = self.listener.hear(text, language.detect(text, "es"))
        if heard is None or (found and found.level <= heard.level):
            return found
        return heard

    def text_for(self, kind: Danger, language: str, country: str) -> DangerText | None:
        """The text of this kind; in Spanish when the language lacks it, for "not known" when the country does."""
        for key in ((kind, language, country), (kind, "es", country), (kind, language, ""), (kind, "es", "")):
            if key in self.texts:
                return self.texts[key]
        return None

    def given(self, ids: Sequence[str], territory: str = "") -> list[NumberShown]:
        """The numbers that may be said now: in production only those that somebody here has verified, and each within its territory."""
        known = [self.numbers[i] for i in ids if i in self.numbers]
        return [n for n in known if (settings.IS_DEMO or n.confirmed_on) and n.serves(territory)]

    def told(self, ids: Sequence[str], today: date) -> list[NumberShown]:
        """Those of a text, and after them the general number of each country whose own nobody has called for two months."""
        numbers = self.given(ids)
        for number in tuple(numbers):
            general = self.general(number.country) if number.age(today) is Age.OLD else None
            if general and general not in numbers:
                numbers.append(general)
        return numbers

    def general(self, country: str) -> NumberShown | None:
        """The first number of the country's text for a danger that nobody has named."""
        text = self.text_for(Danger.UNKNOWN, "es", country)
        here = [number for number in self.given(text.numbers if text else ()) if number.country == country]
        return here[0] if here else None

    def is_live(self, country: str) -> bool:
        """Whether the public of a country is answered. In a demo everybody is."""
        return settings.IS_DEMO or country in self.live


@dataclass(frozen=True)
class _Listening:
    """`listener` None: the messages cannot be read, and the phrase rules are alone."""

    changed_at: int  # of its files, ns
    listener: Listener | None


_lock = threading.Lock()
_current: list[Book] = []
_listening: list[_Listening] = []
_rules: list[tuple[str, RuleBook]] = []  # what they were made of, and the rules


def current(number: int | None = None) -> Book:
    number = shelf_number() if number is None else number
    if _current and _current[0].number == number:
        return _current[0]
    with _lock:
        if not _current or _current[0].number != number:
            _current[:] = [_take(number)]
        return _current[0]


def deepen() -> int:
    """Makes the vectors the listener lacks and lets it hear by meaning. For the background loop; 1 when it did."""
    listener = current().listener
    if listener is None or listener.has_meaning or finding.why_not_by_meaning():
        return 0
    changed_at = _changed_at()
    messages = messages_heard()
    if _is_behind(messages):
        return 0
    embedder = finding.embedder_with([message.text for message in messages])
    deeper = _listener_of(messages, embedder)
    with _lock:
        _listening[:] = [_Listening(changed_at, deeper)]
        _current[:] = [replace(book, listener=deeper) for book in _current]
    return 1


def _listener() -> Listener | None:
    """The one of this process, made again only when its files have changed."""
    if not _messages_file().exists():
        return None
    changed_at = _changed_at()
    if not _listening or _listening[0].changed_at != changed_at:
        _listening[:] = [_Listening(changed_at, _make_listener())]
    return _listening[0].listener


def _make_listener() -> Listener | None:
    try:
        messages = messages_heard()
        if _is_behind(messages):
            log.warning("the second ear has learnt from other messages than there are now: run baquiano learn")
            return Listener(Learned.load(ear_file()), reading.read_slang(settings.PACKS))
        return _listener_of(messages, finding.ready_embedder([message.text for message in messages]))
    except (OSError, ValueError, KeyError, TypeError, BadZipFile) as problem:
        # A broken file costs the second ear, never the first.
        log.error("the listener could not be made: %s", type(problem).__name__)
        return None


def _listener_of(messages: Sequence[Heard], embedder: Remembered | None) -> Listener:
    """With what was learnt beforehand. A pack without that file has few messages: they are learnt from here."""
    slang = reading.read_slang(settings.PACKS)
    learned = Learned.load(ear_file()) if ear_file().exists() else learn(messages, slang, embedder)
    return Listener(learned, slang, messages, embedder)


def _is_behind(messages: Sequence[Heard]) -> bool:
    """The ear has learnt from other messages: it still hears, by words alone, what it knew."""
    return ear_file().exists() and Learned.load(ear_file()).mark != mark_of(messages)


def messages_heard() -> tuple[Heard, ...]:
    lines = _messages_file().read_text(encoding="utf-8").splitlines()
    return heard_from(json.loads(line) for line in lines if line.strip())


def _messages_file() -> Path:
    return Path(settings.PACKS) / "comun" / "safety" / "heard.jsonl"


def ear_file() -> Path:
    """What the second ear has learnt; `baquiano learn` makes it."""
    return _messages_file().with_name("ear.npz")


def _changed_at() -> int:
    return sum(file.stat().st_mtime_ns for file in (_messages_file(), ear_file()) if file.exists())


def _take(number: int) -> Book:
    latest: dict[str, PhraseRules] = {}
    for rules in PhraseRules.objects.order_by("loaded_at", "id"):
        latest[rules.language] = rules
    rows = [row for language in sorted(latest) for row in latest[language].rows]
    confirmed = dict(NumberVerification.objects.order_by("on", "id").values_list("number_id", "on"))
    return Book(
        number,
        compiled(rows),
        {(text.kind, text.language, text.country): _danger_text(text) for text in _crisis_texts()},
        {
            n.pk: NumberShown(
                n.pk, n.country, n.number, n.names, n.whose, n.note, tuple(n.kinds), confirmed.get(n.pk),
                n.territory, n.hours, n.is_free,
            )
            for n in EmergencyNumber.objects.all()
        },
        _listener(),
        frozenset(GoLive.objects.values_list("country", flat=True)),
    )  # fmt: skip


def compiled(rows: list[dict[str, Any]]) -> RuleBook:
    """Those of every language, in the order of their languages. Raises `BadRule`.

    Reading them takes seconds: most changes of the shelf are about something else, and what was checked is put in force next.
    """
    mark = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    if not _rules or _rules[0][0] != mark:
        _rules[:] = [(mark, compile_rules(rows))]
    return _rules[0][1]


def _crisis_texts() -> models.QuerySet[CrisisText]:
    return CrisisText.objects.prefetch_related("signatures")


def _danger_text(text: CrisisText) -> DangerText:
    return DangerText(text.text, tuple(text.numbers), settings.IS_DEMO or text.is_signed())


def unsigned(countries: Sequence[str]) -> list[CrisisText]:
    """What is said without its own words, because two people have not signed them: of these countries, or of none."""
    texts = _crisis_texts().filter(country__in=("", *countries)).order_by("country", "language", "kind")
    return [text for text in texts if not text.is_signed()]


def said_numbers(countries: Sequence[str]) -> list[NumberShown]:
    """Those that the danger texts of these countries give, and the texts for when the country is not known."""
    book = current()
    ids = {i for (_, _, country), text in book.texts.items() if country in ("", *countries) for i in text.numbers}
    return sorted((n for i in ids if (n := book.numbers.get(i)) and n.country in countries), key=lambda n: n.id)


def unverified(countries: Sequence[str]) -> list[str]:
    """Ids of the numbers that texts give and nobody here has verified: they close the go-live gate."""
    return [number.id for number in said_numbers(countries) if number.confirmed_on is None]


def stale(countries: Sequence[str]) -> list[str]:
    """Ids of those that were verified longer ago than a number is trusted."""
    today = timezone.localdate()
    return [number.id for number in said_numbers(countries) if number.age(today) is not Age.FRESH]
