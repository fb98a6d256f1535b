"""The danger alerts about one person's conversations, and what was found when somebody asked how she is. Alerts hold no words; when she is
forgotten the words of the follow-ups go, and nothing leads from what stays to her.
"""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from baquiano.lib.portrait import Erased, Section, entry, section, value
from baquiano.safety.models import Alert, FollowUp

MODELS = ("safety.Alert", "safety.FollowUp")


def alerts_about(conversations: Iterable[int]) -> "QuerySet[Alert]":
    return Alert.objects.filter(about__in=[f"conversation:{pk}" for pk in conversations])


def portray(conversations: Sequence[int]) -> list[Section]:
    names = (("level", _("How grave")), ("kind", _("What it looked like")), ("acknowledged_at", _("Somebody saw it")))
    rows = alerts_about(conversations).order_by("raised_at", "pk")
    entries = (entry(alert.raised_at, [value(alert, name, label) for name, label in names]) for alert in rows)
    who = [_("whoever was on duty")]
    title = _("Danger noticed in what you wrote")
    return [
        section("alerts", title, origin=_("noticed by the assistant"), recipients=who, entries=entries),
        _follow_ups(conversations),
    ]


def _follow_ups(conversations: Sequence[int]) -> Section:
    names = (("outcome", _("What came of it")), ("words", _("What was found")))
    rows = FollowUp.objects.filter(alert__in=alerts_about(conversations)).order_by("at", "pk")
    entries = (entry(one.at, [value(one, name, label) for name, label in names]) for one in rows)
    title = _("When somebody asked how you were")
    return section("follow_ups", title, origin=_("the team"), recipients=[_("whoever was on duty")], entries=entries)


def forget(conversations: Sequence[int]) -> list[Erased]:
    """Inside the caller's transaction."""
    words = FollowUp.objects.filter(alert__in=alerts_about(conversations)).update(words=None)
    return [Erased("safety.FollowUp", words)] if words else []
