"""Who waits for a person, the gravest first, and the alerts nobody has answered yet."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from baquiano.accounts.models import User
from baquiano.accounts.policy import StaffRequest
from baquiano.conversations.models import Conversation
from baquiano.conversations.thread import inbox as rows_of
from baquiano.conversations.thread import inbox_counts
from baquiano.engine.danger import Level
from baquiano.safety.actions import acknowledge as have_seen
from baquiano.safety.models import Alert
from baquiano.workspace.duties import duties_of
from baquiano.workspace.inbox.fragment import Fragment, fragment, unchanged, whole


@dataclass(frozen=True)
class OpenAlert:
    """`conversation`: its number, 0 when the alert is about something else."""

    alert: Alert
    conversation: int


@dataclass(frozen=True)
class Queue:
    """The list and what stands above it."""

    rows: Fragment
    alerts: Fragment

    @property
    def seen(self) -> str:
        return f"{self.rows.seen}-{self.alerts.seen}"


def inbox(request: StaffRequest) -> HttpResponse:
    page = {"queue": queue(request.user, showing=0), "showing": 0, "duties": duties_of(request.user)}
    return render(request, "workspace/inbox.html", page)


def inbox_rows(request: StaffRequest) -> HttpResponse:
    """Polled: the rows when they have changed, else nothing."""
    showing = whole(request.GET.get("showing", ""))
    now = queue(request.user, showing=showing)
    if now.seen == request.GET.get("seen"):
        return unchanged()
    return render(request, "workspace/inbox/poll_rows.html", {"queue": now})


@require_POST
def acknowledge(request: StaffRequest, alert_id: int) -> HttpResponse:
    """ "I have seen it and I am going": the alert stops calling the others."""
    found = next((one for one in open_alerts(request.user) if one.alert.pk == alert_id), None)
    if found is None:
        messages.info(request, _("Somebody else has already answered this alert."))
        return redirect("workspace:inbox")
    have_seen(found.alert, by=request.user)
    messages.success(request, _("You have taken this alert: now look after the person."))
    if not found.conversation:
        return redirect("workspace:inbox")
    return redirect("workspace:conversation", found.conversation)


def queue(user: User, *, showing: int) -> Queue:
    """`showing`: the conversation on the right, marked in the list; 0 for none."""
    return Queue(
        fragment(
            "workspace/inbox/rows.html", {"rows": rows_of(user), "counts": inbox_counts(user), "showing": showing}
        ),
        fragment("workspace/inbox/alerts.html", {"alerts": open_alerts(user)}),
    )


def open_alerts(user: User) -> list[OpenAlert]:
    """Danger only (P0 and P1), the gravest first; about a conversation only when this person may read it."""
    alerts = [
        OpenAlert(alert, _conversation_of(alert))
        for alert in Alert.objects.open().order_by("level", "due_at")
        if Level(alert.level).is_crisis
    ]
    readable = Conversation.objects.visible_to(user).in_bulk([open_alert.conversation for open_alert in alerts])
    return [alert for alert in alerts if not alert.conversation or alert.conversation in readable]


def _conversation_of(alert: Alert) -> int:
    kind, _colon, number = alert.about.partition(":")
    return whole(number) if kind == "conversation" else 0
