"""The phrase rules, danger texts and numbers in force, in memory; taken again when their number changes."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils import timezone

from baquiano.engine.danger import Danger, Finding
from baquiano.engine.safety import RuleBook, compile_rules, scan
from baquiano.knowledge.models import shelf_number
from baquiano.safety.models import CrisisText, EmergencyNumber, NumberVerification, PhraseRules


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
    """`text` still holds {numbers}."""

    text: str
    numbers: tuple[str, ...]


@dataclass(frozen=True)
class Book:
    number: int
    rules: RuleBook
    texts: dict[tuple[str, str, str], DangerText]  # kind, language, country ("": not known)
    numbers: dict[str, NumberShown]

    def scan(self, text: str) -> Finding | None:
        return scan(text, self.rules)

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


_lock = threading.Lock()
_current: list[Book] = []


def current() -> Book:
    number = shelf_number()
    if _current and _current[0].number == number:
        return _current[0]
    with _lock:
        if not _current or _current[0].number != number:
            _current[:] = [_take(number)]
        return _current[0]


def _take(number: int) -> Book:
    latest: dict[str, PhraseRules] = {}
    for rules in PhraseRules.objects.order_by("loaded_at", "id"):
        latest[rules.language] = rules
    rows = [row for language in sorted(latest) for row in latest[language].rows]
    confirmed = dict(NumberVerification.objects.order_by("on", "id").values_list("number_id", "on"))
    return Book(
        number,
        compile_rules(rows),
        {(t.kind, t.language, t.country): DangerText(t.text, tuple(t.numbers)) for t in CrisisText.objects.all()},
        {
            n.pk: NumberShown(n.pk, n.country, n.number, n.names, n.whose, n.note, tuple(n.kinds), confirmed.get(n.pk))
            for n in EmergencyNumber.objects.all()
        },
    )


def unverified(countries: Sequence[str]) -> list[str]:
    """Ids of the numbers that nobody here has verified: they close the go-live gate."""
    return [n.id for n in current().numbers.values() if n.country in countries and n.confirmed_on is None]


def stale(countries: Sequence[str], days: int = 30) -> list[str]:
    today = timezone.localdate()
    shown = (n for n in current().numbers.values() if n.country in countries and n.confirmed_on)
    return [n.id for n in shown if n.confirmed_on and (today - n.confirmed_on).days > days]
