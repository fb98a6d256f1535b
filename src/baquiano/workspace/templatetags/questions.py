"""Words and parts of the screens of questions without an answer. They show; they never ask the database."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.forms import BoundField
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from baquiano.knowledge.models import Question

register = template.Library()

WHY = {
    Question.Reason.UNANSWERED: _("nothing fitted"),
    Question.Reason.USELESS: _("answered, and it did not help"),
}


@register.filter
def why_kept(reason: str) -> Any:
    return WHY.get(Question.Reason(reason), reason)


@register.filter
def at(titles: Mapping[str, str], topic: str) -> str:
    return titles.get(topic, topic)


@register.filter
def control(bound: BoundField) -> SafeString:
    """The bare control of a field whose label stands around it."""
    return bound.as_widget(attrs={"class": "control"})
