"""How a line is, as its provider tells us: its quality, how many people it may write to first, whether its account is restricted."""

from django.db.models import Q

from baquiano.channels.events import LineChanged, LineFact
from baquiano.channels.models import Channel
from baquiano.channels.registry import sender_of

# The column of each, and how long its words may be.
_FIELDS = {LineFact.QUALITY: ("quality", 20), LineFact.LIMIT: ("limit", 20), LineFact.ACCOUNT: ("account_state", 40)}


def changed(channel: Channel, news: LineChanged) -> None:
    """Written down as it was said. Inside the caller's transaction. News of an account concern all its lines."""
    field, longest = _FIELDS[news.fact]
    for line in _concerned(channel, news):
        setattr(line, field, news.value[:longest])
        line.save(update_fields=[field])


def _concerned(channel: Channel, news: LineChanged) -> list[Channel]:
    """The line it names; the one with that telephone number, when we know whose it is; otherwise all of the account."""
    if news.line:
        return [channel]
    lines = lines_of(channel, news.account)
    return [line for line in lines if news.number and line.setting("display_number") == news.number] or lines


def down() -> list[str]:
    """The names of the lines by which nothing leaves now: somebody stopped them, or they cannot send."""
    rows = Channel.objects.filter(Q(stopped_at__isnull=False) | ~Q(trouble=""), is_open=True).order_by("id")
    return [name for kind, name in rows.values_list("kind", "name") if sender_of(kind)]


def lines_of(channel: Channel, account: str) -> list[Channel]:
    """The lines of one account of the provider's (`settings["account_id"]`); the line it was told to, when none of them says its account."""
    same_kind = Channel.objects.filter(kind=channel.kind)
    return [line for line in same_kind if account and line.setting("account_id") == account] or [channel]
