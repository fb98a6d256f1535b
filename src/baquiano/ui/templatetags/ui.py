"""Tags both audiences use: icons, form fields, dates as people say them. They show; they never ask the database."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from baquiano.ui.icons import ICONS

register = template.Library()

_HEADING = re.compile(r"^([^<>\n]{1,40}:)$", re.MULTILINE)
_LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)


@register.simple_tag
def icon(name: str) -> SafeString:
    """One of the house's icons, inline and silent: the word beside it says what it means. An unknown name draws dots."""
    drawing = mark_safe(ICONS.get(name, ICONS["other"]))
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag
def is_demo() -> bool:
    """Demo installations say so on every page."""
    return bool(settings.IS_DEMO)


@register.simple_tag(takes_context=True)
def reader_language(context: template.Context) -> str:
    """The language of the address ("/pt/…"), else the one already active: for pages that no view has prepared."""
    request: HttpRequest | None = context.get("request")
    first = request.path_info.strip("/").split("/", 1)[0] if request else ""
    return first if first in _LANGUAGES else (get_language() or settings.LANGUAGE_CODE)


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField) -> dict[str, Any]:
    """A form field with its label, its help and its errors, tied together for screen readers."""
    described = [
        f"{bound.auto_id}-{part}" for part, shown in (("help", bound.help_text), ("error", bound.errors)) if shown
    ]
    attributes: dict[str, str | bool] = {"class": "control"}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {"field": bound, "widget": bound.as_widget(attrs=attributes)}


@register.filter
def said(text: str) -> SafeString:
    """What was said, escaped: addresses become links, and a short line that ends in a colon stands out as a heading."""
    linked = urlize(text, nofollow=True, autoescape=True)
    return mark_safe(_HEADING.sub(r"<b>\1</b>", linked))


@register.filter
def day(value: date | None) -> str:
    """dd-mm-yyyy: the order people here write, with no word to translate."""
    if value is None:
        return ""
    shown = timezone.localtime(value) if isinstance(value, datetime) else value
    return shown.strftime("%d-%m-%Y")


@register.filter
def ago(at: datetime | None) -> SafeString:
    """How long ago, in words, with the exact time in the title of a <time>."""
    if at is None:
        return SafeString("")
    exact = timezone.localtime(at).strftime("%d-%m-%Y %H:%M")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), exact, in_words(timezone.now() - at))


def in_words(passed: timedelta) -> str:
    """How long ago, as people say it."""
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return gettext("now")
    if minutes < 60:
        return ngettext("%(n)d min ago", "%(n)d min ago", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 24:
        return ngettext("%(n)d h ago", "%(n)d h ago", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d day ago", "%(n)d days ago", days) % {"n": days}
