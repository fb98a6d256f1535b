"""What the bar of alerts needs on every page. No query."""

from dataclasses import dataclass
from datetime import timedelta

from django import template
from django.utils.translation import gettext

from baquiano.engine.danger import Level
from baquiano.workspace.duty import watching as watched

register = template.Library()


@dataclass(frozen=True)
class Asking:
    """How often a page asks, in seconds, and the levels that can be shown on it."""

    answering: int = watched.EVERY
    others: int = watched.EVERY_OF_OTHERS
    levels: tuple[str, ...] = tuple(level.value for level in Level if level is not Level.P4)


@register.simple_tag
def watching() -> Asking:
    return Asking()


@register.filter
def span(length: timedelta | None) -> str:
    """ "3 min", "2 h": how long something took. Empty: it did not happen."""
    if length is None:
        return ""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return gettext("%(n)d s") % {"n": int(length.total_seconds())}
    if minutes < 120:
        return gettext("%(n)d min") % {"n": minutes}
    return gettext("%(n)d h") % {"n": minutes // 60}
