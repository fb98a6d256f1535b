"""The words of staff screens for what the house keeps as codes. Only words: nothing here asks the database but `permitted`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext
from django.utils.translation import gettext_lazy as _

from baquiano.accounts.policy import permissions
from baquiano.directory import hours as opening
from baquiano.ui.templatetags.ui import in_words
from baquiano.workspace.codes import COUNTRIES, DANGERS, LANGUAGES, LEVELS, REASONS, TROUBLES

register = template.Library()

# A shape of its own for each level: colour alone says nothing to whoever does not see it.
SHAPES = {
    "P0": '<path d="M7 1h6l6 6v6l-6 6H7l-6-6V7z"/>',
    "P1": '<path d="M10 1 19.5 18.5H.5z"/>',
    "P2": '<path d="M10 0 20 10 10 20 0 10z"/>',
    "P3": '<circle cx="10" cy="10" r="8"/>',
    "P4": '<circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor" stroke-width="3"/>',
    "": '<path d="M3 8.5h14v3H3z"/>',
}
DELIVERIES = {
    "queued": ("◷", _("waiting to be sent")),
    "sending": ("◷", _("being sent")),
    "window": ("◷", _("leaves when they write again")),
    "uncertain": ("?", _("not known whether it was sent")),
    "accepted": ("✓", _("sent")),
    "sent": ("✓", _("sent")),
    "delivered": ("✓✓", _("delivered")),
    "read": ("✓✓", _("read")),
    "failed": ("✕", _("did not arrive")),
}
TRY_ELSEWHERE = _("Look for another safe way in their record")
MAYBE_TWICE = _("they may have it twice")
REACHES = {
    "free": _("may be written to now"),
    "template": _("only with a template"),
    "closed": _("chat that has ended"),
    "moved": _("number changed hands"),
}
RECALL_STAGES = {
    "written": _("notice written"),
    "seen": _("read the new words"),
    "task": _("to be told by a person"),
    "done": _("seen to by a person"),
    "left_out": _("left out"),
}
PEOPLE = {
    "people", "new_person", "ownerless", "person", "edit_person", "safe_contact", "family", "add_caregiver", "add_document",
    "join_code", "grant_access", "add_fact", "give_consent", "consent_reviews", "break_glass", "glass", "glass_reviews",
}  # fmt: skip
EDITORIAL = frozenset(
    ["editorial", "board", "proposals", "batch", "adopt", "approve_several", "articles", "article", "new_article", "edit", "translate", "version",
     "approve", "send_back", "withdraw", "languages", "withdraw_translation", "danger_texts", "danger_texts_in", "guide",
     "same_as_before", "broadcasts", "new_broadcast", "broadcast", "edit_broadcast", "recalls", "recall", "recall_tasks", "recall_task", "questions", "question", "settle_questions", "question_weeks",
     "frauds", "new_fraud", "rumours", "rumour", "new_rumour", "answer_rumour", "propose_danger_text"]
)  # fmt: skip
SETUP = frozenset(
    ["setup", "hours", "team", "member", "invite", "end_membership", "recover", "confirm_recovery", "may_of", "may_on", "matrix",
     "change_matrix", "channels", "test_channel", "roster", "plan_shift", "numbers", "number", "golive", "replies", "new_reply", "wording", "wording_of", "propose_wording", "sites", "new_site", "site"]
)  # fmt: skip
"""Names of the pages behind "Setup"."""
DIRECTORY = frozenset(
    ["services", "new_service", "service", "edit_service", "service_hours", "service_history", "service_notice", "service_capacity", "edit_offer", "offer_hours",
     "locations", "new_location", "location", "location_hours", "location_history", "location_notice", "sealed_locations", "new_sealed_location",
     "sealed_location", "organizations", "organization", "new_organization", "organization_notice", "calls", "problems", "problem", "drafts", "draft", "campaigns",
     "campaign", "new_campaign", "duplicates"]
)  # fmt: skip
"""Names of the pages of the directory."""
DUTY = frozenset(["duty", "alerts", "alert", "past_alerts", "follow_up", "duty_mail", "duty_phone"])
CHANNELS = {
    "whatsapp": "WhatsApp",
    "telegram": "Telegram",
    "sms": "SMS",
    "webchat": _("Web chat"),
    "console": _("Terminal"),
}


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
def bar(share: int) -> SafeString:
    """A line as long as its number, beside the number that says it."""
    return format_html(
        '<svg class="bar__line" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="{}" height="8"/></svg>',
        max(1, share),
    )


@register.simple_tag
def columns(hours: Iterable[Any]) -> SafeString:
    """A day in columns: `share` of the highest each. The numbers stand below it in words."""
    drawn = "".join(
        f'<rect x="{number * 10 + 1}" y="{100 - hour.share}" width="8" height="{hour.share}"/>'
        for number, hour in enumerate(hours)
    )
    return format_html(
        '<svg class="columns" viewBox="0 0 240 100" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        gettext("One column for each of the last 24 hours"),
        mark_safe(drawn),
    )


@register.filter
def level_word(code: str) -> str:
    """ "P1 Danger, within minutes": its shape is drawn by the style sheet, for lists of hundreds."""
    return f"{code} {LEVELS.get(code, LEVELS[''])}".strip()


@register.simple_tag
def tick(delivery: str, trouble: str = "", is_doubled: bool = False) -> SafeString:
    """How far what we sent has got, as a mark with its word; why it did not arrive and what to try; whether they may have it twice."""
    mark, words = DELIVERIES.get(delivery, ("", ""))
    if not mark:
        return SafeString("")
    why = [TROUBLES.get(trouble, TROUBLES[""]), TRY_ELSEWHERE] if delivery == "failed" else []
    if is_doubled:
        why.append(MAYBE_TWICE)
    return format_html(
        '<span class="tick tick--{}"><span aria-hidden="true">{}</span> {}{}</span>',
        delivery,
        mark,
        words,
        "".join(f". {one}" for one in why),
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
def is_directory(here: str) -> bool:
    """Whether a page of this name belongs to the services and places people are sent to."""
    return here in DIRECTORY


@register.filter
def is_duty(here: str) -> bool:
    """Whether a page of this name belongs to who answers danger."""
    return here in DUTY


@register.filter
def is_setup(here: str) -> bool:
    """Whether a page of this name belongs to what is set up."""
    return here in SETUP


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
def recall_stage(code: str) -> Any:
    return RECALL_STAGES.get(code, code)


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
def ago_in_words(at: datetime) -> str:
    """How long ago, and nothing else."""
    return in_words(timezone.now() - at)


@register.filter
def due(at: datetime | None) -> str:
    """What is left, or how long it is past, in words."""
    if at is None:
        return ""
    left = at - timezone.now()
    if left < timedelta(0):
        return gettext("%(time)s past its time") % {"time": _spell(-left)}
    return gettext("time left: %(time)s") % {"time": _spell(left)}


@register.filter
def left(at: datetime | None) -> str:
    """ "2 h", "35 min": how long until then; nothing once it has passed."""
    if at is None or at < timezone.now():
        return ""
    return _spell(at - timezone.now())


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


@register.filter
def hours_in_words(hours: str) -> str:
    """As somebody reads them, not as OpenStreetMap writes them."""
    return opening.in_words(hours, get_language() or "es")
