"""The danger alerts about one person's conversations. They hold no words; when she is forgotten nothing leads from them to her."""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from baquiano.lib.portrait import Section, entry, section, value
from baquiano.safety.models import Alert

MODELS = ("safety.Alert",)


def alerts_about(conversations: Iterable[int]) -> "QuerySet[Alert]":
    return Alert.objects.filter(about__in=[f"conversation:{pk}" for pk in conversations])


def portray(conversations: Sequence[int]) -> list[Section]:
    names = (("level", _("How grave")), ("kind", _("What it looked like")), ("acknowledged_at", _("Somebody saw it")))
    rows = alerts_about(conversations).order_by("raised_at", "pk")
    entries = (entry(alert.raised_at, [value(alert, name, label) for name, label in names]) for alert in rows)
    who = [_("whoever was on duty")]
    title = _("Danger noticed in what you wrote")
    return [section("alerts", title, origin=_("noticed by the assistant"), recipients=who, entries=entries)]
