"""Which alerts a colleague may see: about a conversation only if they may read it. Nobody else ever learns that there is one."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404
from django.urls import reverse

from baquiano.accounts.audit import refused
from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest, may
from baquiano.conversations.models import Conversation
from baquiano.safety.models import Alert

PERMISSION = "alert.acknowledge"


@dataclass(frozen=True)
class Seen:
    """One alert that this colleague may see. `conversation`: its number, 0 when the alert is about something else."""

    alert: Alert
    conversation: int

    @property
    def kind(self) -> str:
        """Of danger; an alert that a colleague raised with the emergency key has no other."""
        return "incident" if self.alert.about.startswith("incident:") else self.alert.kind

    @property
    def incident(self) -> int:
        """The number of what a colleague reported with the emergency key; 0 when the alert is about something else."""
        return _number(self.alert, "incident")

    @property
    def address(self) -> str:
        """Where somebody who goes finds what it is about."""
        if self.conversation:
            return reverse("workspace:conversation", args=[self.conversation])
        return reverse("workspace:alert", args=[self.alert.pk])


def seen_by(user: User, alerts: Iterable[Alert]) -> list[Seen]:
    """In the order they came. One query, and none if no alert is about a conversation."""
    if not may(user, PERMISSION):
        return []
    both = [Seen(alert, conversation_of(alert)) for alert in alerts]
    numbers = {one.conversation for one in both if one.conversation}
    readable = set(Conversation.objects.visible_to(user).filter(pk__in=numbers).values_list("pk", flat=True))
    return [one for one in both if not one.conversation or one.conversation in readable]


def find(request: StaffRequest, alert_id: int) -> Seen:
    """One that is not closed and that this colleague may see; otherwise the refusal is audited and there is no such page."""
    found = seen_by(request.user, Alert.objects.unclosed().filter(pk=alert_id).select_related("acknowledged_by"))
    if found:
        return found[0]
    refused(request.user, "find", f"safety.alert:{alert_id}")
    raise Http404


def conversation_of(alert: Alert) -> int:
    return _number(alert, "conversation")


def _number(alert: Alert, of: str) -> int:
    kind, _colon, number = alert.about.partition(":")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    return int(number) if kind == of and is_number else 0
