"""Opening the automatic answers to the public of a country: once, by name, and not while something that somebody in danger would need is
missing. What is open stays open: an old number is said with its day, and those who answer for it are told until somebody calls.
"""

from collections import Counter

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User, organisation
from baquiano.engine.danger import Danger
from baquiano.knowledge.actions import shelf_changed
from baquiano.lib.turnstile import writing
from baquiano.safety import book, shifts
from baquiano.safety.models import GoLive
from baquiano.territory.calendar import HoursNotUnderstood, check

LANGUAGES: dict[str, str | Promise] = {
    "es": gettext_lazy("Spanish"),
    "en": gettext_lazy("English"),
    "pt": gettext_lazy("Portuguese"),
    "fr": gettext_lazy("French"),
    "ht": gettext_lazy("Haitian Creole"),
}


class CannotGoLive(Exception):
    """Shown to staff as it is written. `missing`: one sentence each."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(" ".join(missing))
        self.missing = missing


def is_live(country: str) -> bool:
    """Whether somebody here has opened it. A demo answers everybody without."""
    return GoLive.objects.filter(country=country).exists()


def opened(country: str) -> GoLive | None:
    return GoLive.objects.select_related("by").filter(country=country).first()


def go_live(country: str, by: User) -> GoLive:
    """From the next turn on. Raises `CannotGoLive` with everything that is missing. A second time changes nothing."""
    missing_now = missing(country)
    with writing():
        row = GoLive.objects.filter(country=country).first()
        if row:
            return row
        if missing_now:
            raise CannotGoLive(missing_now)
        row = GoLive.objects.create(country=country, by=by)
        audit(by, "country.opened", row, about=country)
        shelf_changed()  # what is open is read from the pictures in memory
    return row


def missing(country: str) -> list[str]:
    """What must be done before the first publication, in sentences; nothing: it may be opened."""
    if country not in organisation().countries:
        return [_("This organisation does not orient in that country.")]
    return [*_texts(country), *_numbers(country), *_signatures(country), *_hours()]


def warnings() -> list[str]:
    """What does not stop it, and whoever opens should know."""
    now = timezone.now()
    if not shifts.has_roster(now):
        return [_("Nobody is on the roster: an alert calls whoever looks at a screen, and nobody else.")]
    if shifts.uncovered(now).is_now:
        return [_("Nobody covers this hour: an alert calls whoever looks at a screen, and nobody else.")]
    return []


def _texts(country: str) -> list[str]:
    """Without a text for a danger that nobody has named, nothing of this country is said in danger."""
    if (Danger.UNKNOWN, "es", country) in book.current().texts:
        return []
    return [_("There are no danger texts of this country: load its pack.")]


def _numbers(country: str) -> list[str]:
    unverified = [number for number in book.said_numbers([country]) if number.confirmed_on is None]
    ours = organisation().language
    said = _("Nobody here has called %(number)s (%(name)s). Call it and say what you found.")
    return [said % {"number": number.number, "name": number.name(ours)} for number in unverified]


def _signatures(country: str) -> list[str]:
    counted = Counter(text.language for text in book.unsigned([country]))
    return [
        ngettext(
            "%(language)s: %(n)d danger text is not signed by two people.",
            "%(language)s: %(n)d danger texts are not signed by two people.",
            n,
        )
        % {"language": LANGUAGES.get(language, language), "n": n}
        for language, n in sorted(counted.items())
    ]


def _hours() -> list[str]:
    hours = organisation().staffed_hours
    try:
        check(hours)
    except HoursNotUnderstood:
        return [_("The hours in which somebody answers cannot be read.")]
    return [] if hours.strip() else [_("It has not been said when somebody answers.")]
