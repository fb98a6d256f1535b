"""After the danger text: that a person of the team was told, once somebody was; or, when nobody was, that nobody is there.

Said by the clock, about what stands in the rows: while the clock stands still nothing is claimed. Each at most once per alert.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from baquiano.channels.protocol import OutMessage
from baquiano.conversations import wishes
from baquiano.conversations.models import Conversation, Message
from baquiano.conversations.wording import Composed, wording
from baquiano.lib.turnstile import ring, writing
from baquiano.post.models import Letter
from baquiano.safety.actions import RINGING
from baquiano.safety.models import Alert

WAITED = timedelta(seconds=30)
"""So long somebody at a screen may take before the person is told that nobody is there."""

STILL_READING = timedelta(minutes=15)
"""Only while what is said answers what she just wrote. Hours later it would be a message out of nothing, on a telephone that somebody
else may be holding; then a person decides how to write to her."""

_ABOUT = "conversation:"


def tell(now: datetime) -> int:
    """For the clock, each second: one query when nobody is in danger. Returns how many were told something."""
    reached = Q(reached_at__gt=now - STILL_READING)
    nobody_came = Q(reached_at=None, level_at__lte=now - WAITED)
    alerts = Alert.objects.unclosed().filter(reached | nobody_came, level__in=RINGING, about__startswith=_ABOUT)
    waiting = {_cause(alert): alert for alert in alerts}
    if not waiting:
        return 0
    said = set(Letter.objects.filter(cause__in=waiting).values_list("cause", flat=True))
    fresh = [alert for cause, alert in waiting.items() if cause not in said]
    reading = Conversation.objects.alive().filter(
        pk__in=[_conversation_of(alert) for alert in fresh], last_at__gt=now - STILL_READING
    )
    here = set(reading.values_list("pk", flat=True))
    return sum(_tell(alert) for alert in fresh if _conversation_of(alert) in here)


def _cause(alert: Alert) -> str:
    return f"told:{alert.pk}" if alert.reached_at else f"not_told:{alert.pk}"


def _conversation_of(alert: Alert) -> int:
    number = alert.about.removeprefix(_ABOUT)
    return int(number) if number.isdecimal() else 0


def _tell(alert: Alert) -> int:
    """Asked again inside the transaction: she may have erased everything, or somebody may have answered, a moment ago."""
    with writing():
        row = Alert.objects.select_for_update().get(pk=alert.pk)
        conversation = (
            Conversation.objects.alive().select_related("address__channel").filter(pk=_conversation_of(row)).first()
        )
        cause, key = _cause(row), "told" if row.reached_at else "not_told"
        if conversation is None or row.closed_at or Letter.objects.filter(cause=cause).exists():
            return 0
        words = wording(key, conversation.language, conversation.country)
        if not words or _is_needless(row, conversation, words):
            return 0
        wishes.say(conversation, Composed(OutMessage(words)), cause=cause)
        if conversation.owner_id:
            Message.objects.filter(letter__cause=cause).update(is_automatic=True)
        ring()
    return 1


def _is_needless(alert: Alert, conversation: Conversation, words: str) -> bool:
    """A colleague has written, the same was said with the danger text, or she erased what she wrote."""
    since = list(conversation.messages.filter(sent_at__gte=alert.level_at).exclude(author=Message.Author.PERSON))
    if any(one.author == Message.Author.STAFF or words in one.text for one in since):
        return True
    danger = conversation.messages.inbound().filter(level__in=RINGING).order_by("-id").first()
    return danger is not None and danger.kind == "text" and not danger.text
