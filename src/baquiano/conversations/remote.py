"""Why somebody is served from afar and not at a point: said once beside the conversation, changed at will, counted, and gone with her words."""

from collections import Counter
from datetime import datetime

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation
from baquiano.conversations.models.talk import Remote
from baquiano.conversations.owning import CannotDoThat
from baquiano.lib.turnstile import writing
from baquiano.people import joining


def say_why(conversation: Conversation, why: str, *, by: User) -> None:
    """Empty: it is not known, or should not stand there. Raises `CannotDoThat`."""
    if why and why not in Remote.values:
        raise CannotDoThat(_("Choose one of the reasons."))
    with writing():
        row = Conversation.objects.select_for_update(of=("self",)).select_related("address").get(pk=conversation.pk)
        if row.remote_why == why:
            return
        row.remote_why = why
        row.remote_by, row.remote_at = (by, timezone.now()) if why else (None, None)
        row.save(update_fields=["remote_why", "remote_by", "remote_at"])
        behind = joining.person_behind(row.address)
        audit(by, "conversation.remote_why", row, about=behind.pk if behind else "")


def reasons(since: datetime, until: datetime) -> Counter[str]:
    """How often each was given for conversations opened in that time. Raw: whoever shows it leaves small cells out (`reports`)."""
    rows = Conversation.objects.filter(opened_at__gte=since, opened_at__lt=until).exclude(remote_why="")
    return Counter(dict(rows.values_list("remote_why").annotate(Count("pk")).order_by()))
