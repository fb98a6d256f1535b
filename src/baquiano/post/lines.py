"""How each line is doing, as counts and times: what came in, what waits to leave, what was refused. Never a word of it.

And what the company that carries it says when it is asked: the line itself is written by `channels.checking`, its templates here.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q, Sum

from baquiano.channels import checking
from baquiano.channels.asked import Condition
from baquiano.channels.models import Channel, RawWebhook
from baquiano.channels.registry import sender_of
from baquiano.lib.turnstile import writing
from baquiano.post import allowed
from baquiano.post.models import Dispatch, Letter, State, Template

LOOKED_BACK = timedelta(days=14)
WINDOW_CLOSED = 131047


@dataclass(frozen=True)
class CameIn:
    """`waiting_since`: the oldest body nobody has read yet. `unparsed`: parts of bodies that nobody here could read, in fourteen days."""

    waiting: int = 0
    waiting_since: datetime | None = None
    unparsed: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True)
class Leaves:
    """`owed`: letters that still have to leave, the oldest since `owed_since`. `refused_by_window`: in fourteen days."""

    owed: int = 0
    owed_since: datetime | None = None
    refused_by_window: int = 0


@dataclass(frozen=True)
class LineState:
    channel: Channel
    came_in: CameIn
    leaves: Leaves
    last_accepted: datetime | None
    templates: tuple[Template, ...]


def check_due(now: datetime) -> int:
    """For the loop of the lines. Returns how many were asked about."""
    checked = checking.check_due(now)
    for one in checked:
        _learn(one.channel, one.condition)
    return len(checked)


def check(channel: Channel) -> Condition:
    """Now, for whoever tests a line."""
    condition = checking.check(channel)
    _learn(channel, condition)
    return condition


def _learn(channel: Channel, told: Condition) -> None:
    if told.templates:
        with writing():
            for template in told.templates:
                allowed.template_changed(channel, template)


def states(now: datetime) -> list[LineState]:
    """Every line that sends, in five queries."""
    lines = [line for line in Channel.objects.select_related("stopped_by").order_by("id") if sender_of(line.kind)]
    pks, since = [line.pk for line in lines], now - LOOKED_BACK
    came_in, leaves = _came_in(pks, since), _leaves(pks, since)
    accepted = dict(Dispatch.objects.filter(channel__in=pks).values_list("channel").annotate(at=Max("at")))
    templates: dict[int, list[Template]] = defaultdict(list)
    for template in Template.objects.filter(channel__in=pks).order_by("name", "language"):
        templates[template.channel_id].append(template)
    return [
        LineState(
            channel=line,
            came_in=came_in.get(line.pk, CameIn()),
            leaves=leaves.get(line.pk, Leaves()),
            last_accepted=accepted.get(line.pk),
            templates=tuple(templates[line.pk]),
        )
        for line in lines
    ]


def _came_in(lines: list[int], since: datetime) -> dict[int, CameIn]:
    waits = Q(parsed_at=None)
    rows = RawWebhook.objects.filter(channel__in=lines).filter(waits | Q(received_at__gt=since)).values("channel")
    counted = rows.annotate(
        waiting=Count("pk", filter=waits),
        waiting_since=Min("received_at", filter=waits),
        odd=Sum("unparsed"),
        last_at=Max("received_at"),
    )
    return {
        row["channel"]: CameIn(row["waiting"], row["waiting_since"], row["odd"] or 0, row["last_at"]) for row in counted
    }


def _leaves(lines: list[int], since: datetime) -> dict[int, Leaves]:
    owed = Q(state__in=(State.QUEUED, State.SENDING, State.UNCERTAIN))
    refused = Q(state=State.FAILED, error_code=WINDOW_CLOSED, created_at__gt=since)
    rows = Letter.objects.filter(owed | refused, address__channel__in=lines).values("address__channel")
    counted = rows.annotate(
        owed=Count("pk", filter=owed), owed_since=Min("created_at", filter=owed), refused=Count("pk", filter=refused)
    )
    return {row["address__channel"]: Leaves(row["owed"], row["owed_since"], row["refused"]) for row in counted}
