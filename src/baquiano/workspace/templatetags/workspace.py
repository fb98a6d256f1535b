"""The words of staff screens for what the house keeps as codes. Only words: nothing here asks the database but `permitted`."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.policy import permissions

register = template.Library()

LEVELS = {
    "P0": _("Danger now"),
    "P1": _("Danger, within minutes"),
    "P2": _("Urgent, within hours"),
    "P3": _("Today"),
    "P4": _("Complaint"),
    "": _("Question"),
}
# A shape of its own for each level: colour alone says nothing to whoever does not see it.
SHAPES = {
    "P0": '<path d="M7 1h6l6 6v6l-6 6H7l-6-6V7z"/>',
    "P1": '<path d="M10 1 19.5 18.5H.5z"/>',
    "P2": '<path d="M10 0 20 10 10 20 0 10z"/>',
    "P3": '<circle cx="10" cy="10" r="8"/>',
    "P4": '<circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor" stroke-width="3"/>',
    "": '<path d="M3 8.5h14v3H3z"/>',
}
REASONS = {
    "danger": _("May be in danger"),
    "asked": _("Asked for a person"),
    "lost": _("The assistant did not understand"),
    "complaint": _("Has a complaint"),
    "voice": _("Sent something the assistant cannot read"),
    "late": _("A message came late"),
    "identity": _("The number changed hands"),
    "unanswered": _("There is no approved answer"),
}
DANGERS = {
    "medical": _("Health emergency"),
    "self_harm": _("May hurt themselves"),
    "violence": _("Violence now"),
    "captivity": _("Held or trafficked"),
    "child": _("A child alone or lost"),
    "detention": _("Detention or expulsion today"),
    "sexual": _("Sexual violence"),
    "staff_abuse": _("Abuse by staff"),
    "unknown": _("Says they are in danger"),
    "need": _("Urgent need"),
    "distress": _("Distress"),
    "complaint": _("Complaint"),
}
DELIVERIES = {
    "queued": ("◷", _("waiting to be sent")),
    "sending": ("◷", _("being sent")),
    "uncertain": ("?", _("not known whether it was sent")),
    "accepted": ("✓", _("sent")),
    "sent": ("✓", _("sent")),
    "delivered": ("✓✓", _("delivered")),
    "read": ("✓✓", _("read")),
    "failed": ("✕", _("did not arrive")),
}
LANGUAGES = {
    "es": _("Spanish"),
    "en": _("English"),
    "pt": _("Portuguese"),
    "fr": _("French"),
    "ht": _("Haitian Creole"),
}
COUNTRIES = {"CO": "Colombia", "CL": "Chile"}
REACHES = {
    "free": _("may be written to now"),
    "template": _("only with a template"),
    "closed": _("chat that has ended"),
    "moved": _("number changed hands"),
}
PEOPLE = {
    "people", "new_person", "ownerless", "person", "edit_person", "safe_contact", "family", "add_caregiver", "add_document",
    "join_code", "grant_access", "add_fact", "give_consent", "consent_reviews", "break_glass", "glass", "glass_reviews",
}  # fmt: skip
EDITORIAL = frozenset(
    ["editorial", "board", "proposals", "batch", "adopt", "approve_several", "articles", "article", "new_article", "edit", "translate", "version",
     "approve", "send_back", "withdraw", "languages", "withdraw_translation", "danger_texts", "danger_texts_in", "guide",
     "same_as_before", "recalls", "recall", "questions", "question", "settle_questions", "question_weeks",
     "frauds", "new_fraud", "rumours", "rumour", "new_rumour", "answer_rumour"]
)  # fmt: skip
CHANNELS = {"whatsapp": "WhatsApp", "webchat": _("Web chat"), "console": _("Terminal")}


@register.simple_tag(takes_context=True)
def permitted(context: template.Context) -> frozenset[str]:
    """What whoever looks at the page may do: only to show or leave out a link, never to allow anything."""
    request = context.get("request")
    return permissions(request.user) if request and request.user.is_authenticated else frozenset()


@register.simple_tag
def level(code: str) -> SafeString:
    """Shape, code and word of a level."""
    return format_html(
        '<span class="level level--{}"><svg class="level__shape" viewBox="0 0 20 20" aria-hidden="true">{}</svg>{} {}</span>',
        code or "none",
        mark_safe(SHAPES.get(code, SHAPES[""])),
        code,
        LEVELS.get(code, LEVELS[""]),
    )


@register.simple_tag
def tick(delivery: str) -> SafeString:
    """How far what we sent has got, as a mark with its word."""
    mark, words = DELIVERIES.get(delivery, ("", ""))
    if not mark:
        return SafeString("")
    return format_html(
        '<span class="tick tick--{}"><span aria-hidden="true">{}</span> {}</span>', delivery, mark, words
    )


@register.filter
def is_people(here: str) -> bool:
    """Whether a page of this name belongs to the people we serve."""
    return here in PEOPLE


@register.filter
def is_editorial(here: str) -> bool:
    """Whether a page of this name belongs to the texts."""
    return here in EDITORIAL


@register.filter
def reason_word(code: str) -> Any:
    return REASONS.get(code, code)


@register.filter
def danger_word(code: str) -> Any:
    return DANGERS.get(code, code)


@register.filter
def language_word(code: str) -> Any:
    return LANGUAGES.get(code, code)


@register.filter
def country_word(code: str) -> Any:
    return COUNTRIES.get(code, code) or gettext_lazy("country not known")


@register.filter
def reach_word(code: str) -> Any:
    return REACHES.get(code, code)


@register.filter
def channel_word(code: str) -> Any:
    return CHANNELS.get(code, code)


@register.filter
def clock(at: datetime | None) -> SafeString:
    """ "10:32" today, "24-11 10:32" on another day; the whole date in the title."""
    if at is None:
        return SafeString("")
    local = timezone.localtime(at)
    is_today = local.date() == timezone.localdate()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        local.strftime("%d-%m-%Y %H:%M"),
        local.strftime("%H:%M" if is_today else "%d-%m %H:%M"),
    )


@register.filter
def due(at: datetime | None) -> str:
    """What is left, or how long it is past, in words."""
    if at is None:
        return ""
    left = at - timezone.now()
    if left < timedelta(0):
        return gettext("%(time)s past its time") % {"time": _spell(-left)}
    return gettext("time left: %(time)s") % {"time": _spell(left)}


def _spell(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return gettext("less than a minute")
    if minutes < 60:
        return ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d h", "%(n)d h", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
