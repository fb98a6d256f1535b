"""One engine: fills it, then asks for the list both ways in turn. Started by tests.bench.inbox."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone, translation  # noqa: E402

from baquiano.accounts.models import Membership, Organisation, Role, User  # noqa: E402
from baquiano.accounts.policy import guarded  # noqa: E402
from baquiano.channels.models import Channel  # noqa: E402
from baquiano.conversations.models import Conversation, Handoff, Message  # noqa: E402
from baquiano.conversations.queue import Inbox, InboxRow  # noqa: E402
from baquiano.lib import crypto  # noqa: E402
from baquiano.people.models import Address  # noqa: E402
from baquiano.safety import presence  # noqa: E402
from baquiano.workspace.inbox.queue import inbox_rows  # noqa: E402
from baquiano.workspace.place import staff_screen  # noqa: E402

PER_ROUND = 20
LANGUAGES, COUNTRIES = ("es", "ht", "pt", "fr", "en"), ("CO", "CL", "")
LEVELS = ("P0", "P1", "P2", "P3", "", "", "", "P4")
REASONS = ("asked", "lost", "unanswered", "voice")

RAW = """
SELECT h.conversation_id, h.level, h.reason, h.priority, h.opened_at, h.due_at, c.language, c.country, ch.kind,
       (SELECT m.text FROM conversations_message m WHERE m.conversation_id = c.id AND m.author = 'person' ORDER BY m.id DESC LIMIT 1),
       (SELECT COUNT(*) FROM conversations_message m WHERE m.conversation_id = c.id AND m.author = 'person')
FROM conversations_handoff h
JOIN conversations_conversation c ON c.id = h.conversation_id
JOIN people_address a ON a.id = c.address_id
JOIN channels_channel ch ON ch.id = a.channel_id
WHERE h.closed_at IS NULL AND c.closed_at IS NULL
ORDER BY h.priority, h.due_at, h.id LIMIT 200
"""
"""The rows of the list and what they show, by somebody who asks nobody whether they may."""


def main() -> None:
    name, waiting, operators, rounds, bar = sys.argv[1], *map(int, sys.argv[2:5]), float(sys.argv[5])
    settings.ALLOWED_HOSTS = ["testserver"]
    translation.activate("es")
    team = fill(waiting, operators)
    request: Any = RequestFactory().get("/workspace/inbox/rows/")
    request.user = team[0]
    ours = asking(request)
    assert ours().count(b"<a id=row-") == by_hand().count(b"<a id=row-") == min(waiting, 200)
    with screens(team):
        ratios, times = [], []
        for _round in range(rounds):
            floor, full = spent(by_hand), spent(ours)
            ratios.append(full / floor)
            times.append((floor, full))
    floor, full = (median(column) * 1000 for column in zip(*times, strict=True))
    print(
        f"{name}: by hand {floor:.1f} ms, ours {full:.1f} ms: {median(ratios):.2f} times, median of {rounds} (bar {bar:g}); "
        f"{len(ours())} bytes, {waiting} wait, {operators} screens"
    )


def spent(work: Callable[[], bytes]) -> float:
    """Seconds for one, the median of many."""
    times = []
    for _ in range(PER_ROUND):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return median(times)


def asking(request: Any) -> Callable[[], bytes]:
    """Through the screen, with everything it asks about whoever looks; without their session."""
    view = guarded("workspace:inbox_rows", staff_screen(inbox_rows))
    return lambda: bytes(view(request).content)  # type: ignore[attr-defined]


def by_hand() -> bytes:
    with connection.cursor() as cursor:
        cursor.execute(RAW)
        rows = cursor.fetchall()
    now = timezone.now()
    shown = [_row(row, place, now) for place, row in enumerate(rows)]
    waiting = len(shown)
    counts = {"waiting": waiting, "mine": 0, "overdue": sum(row.is_overdue for row in shown)}
    page = Inbox(tuple(shown), counts, {}, 0, (), (), None)
    return render_to_string(
        "workspace/inbox/rows.html", {"inbox": page, "tab": "now", "here": "/workspace/inbox/"}
    ).encode()


def _row(row: Any, place: int, now: datetime) -> InboxRow:
    number, level, reason, priority, opened, due, language, country, channel, text, unread = row
    opened, due = _moment(opened), _moment(due)
    words = crypto.decrypt(bytes(text)).decode()[:60] if place < 30 and text else ""
    return InboxRow(
        conversation=number, level=level, reason=reason, priority=priority, waiting_since=opened, due_at=due,
        is_overdue=due < now, owner="", is_owned=False, is_mine=False, is_for_me=False, is_for_another=False, is_aside=False,
        language=language, country=country, channel=channel, unread=unread, sealed=b"", has_labels=False,
        is_near=place < 30, last_words=words,
    )  # fmt: skip


def _moment(value: Any) -> datetime:
    read = datetime.fromisoformat(value) if isinstance(value, str) else value
    return read if read.tzinfo else timezone.make_aware(read, timezone.get_fixed_timezone(0))


@contextmanager
def screens(team: list[User]) -> Iterator[None]:
    """Everybody's screen goes on asking whether there is an alert, every two seconds."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.1):
            user = team[int(time.monotonic() * 10) % len(team)]
            presence.polled(user, f"screen {user.pk}", has_sound=True, now=timezone.now())
        connection.close()

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        yield
    finally:
        over.set()
        asker.join()


def fill(waiting: int, operators: int) -> list[User]:
    Organisation.objects.create(name="B", countries=["CO", "CL"], timezone="America/Bogota", is_demo=True)
    channel = Channel.objects.create(kind="webchat", line="web", name="Web")
    team = [User.objects.create_user(f"op{n}", None, display_name=f"Operadora {n}") for n in range(operators)]
    Membership.objects.bulk_create(Membership(user=user, role=Role.OPERATOR) for user in team)
    now = timezone.now()
    addresses = Address.objects.bulk_create(Address(channel=channel) for _ in range(waiting))
    talks = Conversation.objects.bulk_create(
        Conversation(address=address, language=LANGUAGES[n % 5], country=COUNTRIES[n % 3])
        for n, address in enumerate(addresses)
    )
    Handoff.objects.bulk_create(
        Handoff(
            conversation=talk,
            reason=REASONS[n % 4],
            level=LEVELS[n % 8],
            priority=int(LEVELS[n % 8][1:] or 3),
            opened_at=now - timedelta(minutes=n),
            due_at=now + timedelta(minutes=30 - n),
        )
        for n, talk in enumerate(talks)
    )
    Message.objects.bulk_create(
        Message(
            conversation=talk,
            channel=channel,
            author="person",
            text=f"Necesito ayuda con mi trámite {n}",
            state="handled",
        )
        for talk in talks
        for n in range(5)
    )
    return team


if __name__ == "__main__":
    main()
