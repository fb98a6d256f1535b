"""What a locked telephone will show, word for word, in every language: our own words, and the texts that providers approved."""

from dataclasses import dataclass

from baquiano.accounts.models import organisation
from baquiano.channels.models import Channel
from baquiano.conversations import changed
from baquiano.post import templates, window
from baquiano.post.models import Template

LANGUAGES = ("es", "en", "pt", "fr", "ht")


@dataclass(frozen=True)
class Look:
    """`country` empty: everywhere; else where it is said in other words. `templates`: line → its text when a day has passed; "" when none
    is approved and a person tells instead.
    """

    language: str
    country: str
    words: str
    templates: tuple[tuple[str, str], ...]


def looks() -> list[Look]:
    lines = [line for line in Channel.objects.filter(is_open=True).order_by("pk") if window.has_window(line.kind)]
    found = [_look(language, "", lines) for language in LANGUAGES]
    spanish = found[0].words
    elsewhere = (_look("es", country, lines) for country in organisation().countries)
    return [found[0], *(look for look in elsewhere if look.words != spanish), *found[1:]]


def _look(language: str, country: str, lines: list[Channel]) -> Look:
    approved = ((line, templates.usable(line, Template.Use.CORRECTION, language)) for line in lines)
    shown = tuple((line.name, templates.words(template) if template else "") for line, template in approved)
    return Look(language, country, changed.notice(0, language, country).text, shown)
