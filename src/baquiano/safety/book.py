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

from django.conf import settings
from django.db import models
from django.utils import timezone

from baquiano.engine import language
from baquiano.engine.danger import Danger, Finding
from baquiano.engine.safety import RuleBook, compile_rules, scan
from baquiano.knowledge import finding
from baquiano.knowledge.models import shelf_number
from baquiano.knowledge.search import reading
from baquiano.safety.listening import Heard, Listener, heard_from
from baquiano.safety.models import CrisisText, EmergencyNumber, NumberVerification, PhraseRules

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

    def scan(self, text: str) -> Finding | None:
        """What the phrase rules find; else, or when it is graver, what the listener hears. It never takes one back."""
        found = scan(text, self.rules)
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

    def given(self, ids: Sequence[str]) -> list[NumberShown]:
        """The numbers that may be said now: in production only those that somebody here has verified."""
        known = [self.numbers[i] for i in ids if i in self.numbers]
        return [number for number in known if settings.IS_DEMO or number.confirmed_on]


@dataclass(frozen=True)
class _Listening:
    """`listener` None: the messages cannot be read, and the phrase rules are alone."""

    changed_at: int  # of the file, ns
    listener: Listener | None


_lock = threading.Lock()
_current: list[Book] = []
_listening: list[_Listening] = []
_rules: list[tuple[str, RuleBook]] = []  # what they were made of, and the rules


def current() -> Book:
    number = shelf_number()
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
    changed_at = _messages_file().stat().st_mtime_ns
    messages = messages_heard()
    embedder = finding.embedder_with([message.text for message in messages])
    deeper = Listener(messages, reading.read_slang(settings.PACKS), embedder)
    with _lock:
        _listening[:] = [_Listening(changed_at, deeper)]
        _current[:] = [replace(book, listener=deeper) for book in _current]
    return 1


def _listener() -> Listener | None:
    """The one of this process, made again only when its file has changed."""
    file = _messages_file()
    if not file.exists():
        return None
    changed_at = file.stat().st_mtime_ns
    if not _listening or _listening[0].changed_at != changed_at:
        _listening[:] = [_Listening(changed_at, _make_listener())]
    return _listening[0].listener


def _make_listener() -> Listener | None:
    try:
        messages = messages_heard()
        embedder = finding.ready_embedder([message.text for message in messages])
        return Listener(messages, reading.read_slang(settings.PACKS), embedder)
    except (OSError, ValueError, KeyError) as problem:
        # A broken file costs the second ear, never the first.
        log.error("the listener could not be made: %s", type(problem).__name__)
        return None


def messages_heard() -> tuple[Heard, ...]:
    lines = _messages_file().read_text(encoding="utf-8").splitlines()
    return heard_from(json.loads(line) for line in lines if line.strip())


def _messages_file() -> Path:
    return Path(settings.PACKS) / "comun" / "safety" / "heard.jsonl"


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
            n.pk: NumberShown(n.pk, n.country, n.number, n.names, n.whose, n.note, tuple(n.kinds), confirmed.get(n.pk))
            for n in EmergencyNumber.objects.all()
        },
        _listener(),
    )


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


def unverified(countries: Sequence[str]) -> list[str]:
    """Ids of the numbers that nobody here has verified: they close the go-live gate."""
    return [n.id for n in current().numbers.values() if n.country in countries and n.confirmed_on is None]


def stale(countries: Sequence[str], days: int = 30) -> list[str]:
    today = timezone.localdate()
    shown = (n for n in current().numbers.values() if n.country in countries and n.confirmed_on)
    return [n.id for n in shown if n.confirmed_on and (today - n.confirmed_on).days > days]
