"""What did not get through, in either direction, counted by reason: letters, webhooks nobody could read, files, mails. Never a word of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Max, OuterRef, Q, Sum

from baquiano.accounts.models import User
from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations import handoffs
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message
from baquiano.lib.turnstile import ring, writing
from baquiano.post import repeating
from baquiano.post.fate import IN_DOUBT
from baquiano.post.models import Letter, Mail, State
from baquiano.post.window import CLOSED

LOOKED_BACK = timedelta(days=14)
LOOKED_AT_ONCE = timedelta(hours=24)
CONVERSATIONS_SHOWN = 20
STUCK_AFTER = timedelta(minutes=5)
"""A webhook is read within a second; one that waits longer waits for somebody."""


@dataclass(frozen=True)
class Pile:
    """All that failed for one reason. `kind`: letter, webhook, enclosure, mail or line. `error` and `code`: as they lie in the table.
    `repeatable`: how many may be tried again. `conversations`: the newest ones that whoever looks may open.
    """

    kind: str
    reason: str
    code: int | None
    count: int
    last_at: datetime | None
    repeatable: int = 0
    conversations: tuple[int, ...] = ()
    error: str = ""


TO_A_PERSON = (CLOSED, IN_DOUBT, "uncertain_twice")
"""Why words of a conversation did not arrive, where somebody must find another way."""


def tell_the_team(now: datetime) -> int:
    """For the clock: conversations whose words did not arrive are put before a person, once. What is open there already, or was looked
    at since, is not put there again.
    """
    failed = Letter.objects.filter(state=State.FAILED, error__in=TO_A_PERSON, settled_at__gt=now - LOOKED_AT_ONCE)
    seen = Handoff.objects.filter(conversation=OuterRef("conversation")).filter(
        Q(closed_at=None) | Q(closed_at__gte=OuterRef("letter__settled_at"))
    )
    lost = Message.objects.filter(letter__in=failed, conversation__closed_at=None).exclude(Exists(seen))
    numbers = set(lost.values_list("conversation", flat=True))
    if not numbers:
        return 0
    with writing():
        # Held, so that the clock of another process waits and then finds what this one opened.
        for conversation in Conversation.objects.select_for_update().filter(pk__in=numbers).order_by("pk"):
            handoffs.open_or_sharpen(conversation, Handoff.Reason.UNDELIVERED)
        ring()
    return len(numbers)


def undelivered(now: datetime, *, by: User) -> list[Pile]:
    since = now - LOOKED_BACK
    return [*_lines(), *_letters(since, now, by), *_enclosures(since, by), *_webhooks(since, now), *_mails(since)]


def _lines() -> Iterable[Pile]:
    """A line that cannot send holds up everything that waits for it."""
    for channel in Channel.objects.exclude(trouble=""):
        owed = Letter.objects.unfinished().filter(address__channel=channel).count()
        yield Pile("line", channel.trouble, None, owed, None)


def _letters(since: datetime, now: datetime, by: User) -> Iterable[Pile]:
    failed = Letter.objects.filter(Q(state=State.FAILED) | Q(state=State.UNCERTAIN), created_at__gt=since)
    again: dict[tuple[str, int | None], int] = {
        (error, code): n
        for error, code, n in repeating.repeatable(now).values_list("error", "error_code").annotate(n=Count("pk"))
    }
    where = _conversations(failed, by)
    rows = failed.values_list("error", "error_code", "state").annotate(n=Count("pk"), last=Max("created_at"))
    for error, code, state, count, last in rows.order_by("-last"):
        is_over = state == State.FAILED
        yield Pile(
            kind="letter",
            reason=_reason(error, code) if is_over else "uncertain",
            error=error,
            code=code,
            count=count,
            last_at=last,
            repeatable=again.get((error, code), 0) if is_over else 0,
            conversations=tuple(where[error, code, state]),
        )


def _reason(error: str, code: int | None) -> str:
    """Our own short word; the provider's number when it was told only later."""
    return error if error and error != "failed" else str(code or "")


def _conversations(letters: Iterable[Letter], by: User) -> dict[tuple[str, int | None, str], list[int]]:
    """By reason. Whoever may see no conversation gets none."""
    found: dict[tuple[str, int | None, str], list[int]] = defaultdict(list)
    visible = Conversation.objects.visible_to(by)
    rows = Message.objects.filter(letter__in=letters, conversation__in=visible).order_by("-pk")
    for conversation, error, code, state in rows.values_list(
        "conversation", "letter__error", "letter__error_code", "letter__state"
    ):
        pile = found[error, code, state]
        if conversation not in pile and len(pile) < CONVERSATIONS_SHOWN:
            pile.append(conversation)
    return found


def _enclosures(since: datetime, by: User) -> Iterable[Pile]:
    lost = Enclosure.objects.filter(state__in=(Enclosure.State.REFUSED, Enclosure.State.GONE), due_at__gt=since)
    visible = Conversation.objects.visible_to(by)
    for state, count, last in lost.values_list("state").annotate(n=Count("pk"), last=Max("message__received_at")):
        unseen = lost.filter(state=state, seen_at=None, message__conversation__in=visible).order_by("-pk")
        where = dict.fromkeys(unseen.values_list("message__conversation", flat=True)[:CONVERSATIONS_SHOWN])
        yield Pile("enclosure", state, None, count, last, conversations=tuple(where))


def _webhooks(since: datetime, now: datetime) -> Iterable[Pile]:
    unread = RawWebhook.objects.filter(received_at__gt=since, unparsed__gt=0)
    total = unread.aggregate(n=Sum("unparsed"), last=Max("received_at"))
    if total["n"]:
        yield Pile("webhook", "unparsed", None, total["n"], total["last"])
    waiting = RawWebhook.objects.filter(parsed_at=None, received_at__lt=now - STUCK_AFTER)
    if stuck := waiting.count():
        yield Pile("webhook", "waiting", None, stuck, None)


def _mails(since: datetime) -> Iterable[Pile]:
    failed = Mail.objects.filter(state=State.FAILED, created_at__gt=since)
    for error, count, last in failed.values_list("error").annotate(n=Count("pk"), last=Max("created_at")):
        yield Pile("mail", error, None, count, last)
