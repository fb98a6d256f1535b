"""The fast door against the plain one: the same answers and the same rows, together or alone, and nothing acknowledged is lost."""

import hashlib
import hmac
import io
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import DatabaseError, close_old_connections, connection, connections
from django.test.utils import CaptureQueriesContext

from baquiano.api.fast_door import SECRETS_LAST, FastDoor, GroupCommit, NotKept, Row, insert
from baquiano.channels.models import Channel, RawWebhook
from baquiano.lib.turnstile import bell

PATIENCE = 20  # seconds after which a test that hangs says so; nothing waits for it when all is well
SECRET = "an app secret of the tests"
BODY = b'{"object": "whatsapp_business_account", "entry": []}'


@dataclass(frozen=True)
class Answer:
    status: str
    kind: str
    length: str
    text: bytes


@dataclass
class Next:
    """What stands behind the fast door: lets through to Django, and counts."""

    passed: int = 0
    plain: Any = field(default_factory=WSGIHandler)

    def __call__(self, environ: Any, start_response: Any) -> Any:
        self.passed += 1
        assert environ["wsgi.input"].tell() == 0, "the input was touched"
        return self.plain(environ, start_response)


@dataclass(frozen=True)
class Knock:
    """One request. `signature`: None leaves the header out, "right" signs. `length`: None is the true one, "" leaves it out."""

    body: bytes = BODY
    signature: str | None = "right"
    method: str = "POST"
    path: str = "/webhooks/whatsapp/{channel}/"
    query: str = ""
    length: str | None = None
    is_taken: bool = True  # by the fast door itself

    def environ(self, channel: int) -> dict[str, Any]:
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": self.path.format(channel=channel),
            "QUERY_STRING": self.query,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(self.body)) if self.length is None else self.length,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        if not environ["CONTENT_LENGTH"]:
            del environ["CONTENT_LENGTH"]
        if self.signature is not None:
            environ["HTTP_X_HUB_SIGNATURE_256"] = signed(self.body) if self.signature == "right" else self.signature
        return environ


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def ask(application: Any, environ: dict[str, Any]) -> Answer:
    heard: list[tuple[str, dict[str, str]]] = []
    given = application(environ, lambda status, headers: heard.append((status, dict(headers))))
    with closing(given) if hasattr(given, "close") else _nothing():
        text = b"".join(given)
    ((status, headers),) = heard
    return Answer(status, headers["Content-Type"], headers.get("Content-Length", ""), text)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def rows() -> list[object]:
    """As they are stored, except the body, which is never encrypted twice to the same bytes: that one as it is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT channel_id, digest, received_at, parsed_at, events, unparsed FROM channels_rawwebhook")
        stored = sorted(map(tuple, cursor.fetchall()))
    return [*stored, *sorted(bytes(raw.body) for raw in RawWebhook.objects.all())]


KNOCKS = {
    "right": Knock(),
    "signed with the secret before": Knock(signature=signed(BODY, "the secret before")),
    "wrong": Knock(signature="sha256=" + "0" * 64),
    "too short": Knock(signature="sha256=00"),
    "no signature": Knock(signature=None),
    "empty signature": Knock(signature=""),
    "uppercase": Knock(signature="sha256=" + signed(BODY)[7:].upper()),
    "other bytes": Knock(BODY + b" ", signature=signed(BODY)),
    "not ASCII in the signature": Knock(signature="sha256=ñ"),
    "empty": Knock(b""),
    "empty and unsigned": Knock(b"", signature=None),
    "truncated": Knock(BODY[:20]),
    "not UTF-8": Knock(b"\xff\xfe\x00"),
    "3 MB": Knock(json.dumps({"entry": "x" * 3_000_000}).encode()),
    "the longest": Knock(b"x" * 4 * 1024 * 1024),
    "too long": Knock(b"x" * (4 * 1024 * 1024 + 1), is_taken=False),
    "shorter than it says": Knock(length="400"),
    "longer than it says": Knock(length="10"),
    "zeros before": Knock(path="/webhooks/whatsapp/000{channel}/"),
    "with a query": Knock(query="a=1"),
    "no length": Knock(length="", is_taken=False),
    "length in words": Knock(length="many", signature=None, is_taken=False),
    "length below zero": Knock(length="-1", is_taken=False),
    "a length of 4,000 digits": Knock(length="9" * 4_000, is_taken=False),
    "unknown channel": Knock(path="/webhooks/whatsapp/999999/", is_taken=False),
    "an absurd channel": Knock(path="/webhooks/whatsapp/" + "9" * 30 + "/", is_taken=False),
    "a channel in other digits": Knock(path="/webhooks/whatsapp/\u0661/".encode().decode("latin-1"), is_taken=False),
    "no slash": Knock(path="/webhooks/whatsapp/{channel}", is_taken=False),
    "a line feed": Knock(path="/webhooks/whatsapp/{channel}/\n", is_taken=False),
    "another page": Knock(b"", method="GET", path="/health/", is_taken=False),
    "PUT": Knock(method="PUT", is_taken=False),
    "post in small letters": Knock(method="post", is_taken=False),
    "handshake": Knock(
        b"", method="GET", query="hub.mode=subscribe&hub.verify_token=a+verify+token+of+the+tests&hub.challenge=77",
        is_taken=False,
    ),
    "handshake with another token": Knock(
        b"", method="GET", query="hub.mode=subscribe&hub.verify_token=x&hub.challenge=77", is_taken=False
    ),
}  # fmt: skip


@pytest.fixture(autouse=True)
def requests_leave_the_connection_alone() -> Iterator[None]:
    """As Django's own test client does: the transaction around a test is not the mistake that the plain door looks for."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def line(whatsapp: Channel) -> Channel:
    whatsapp.settings = {**whatsapp.settings, "previous_app_secret": "the secret before"}
    whatsapp.save()
    return whatsapp


@pytest.mark.parametrize("knock", KNOCKS.values(), ids=KNOCKS)
def test_both_doors_say_and_keep_the_same(knock: Knock, line: Channel, now: time_machine.Traveller) -> None:
    plain = WSGIHandler()
    answered, stored = [ask(plain, knock.environ(line.pk)) for _ in range(2)], rows()  # twice: the second is a copy
    RawWebhook.objects.all().delete()
    behind = Next()
    door = FastDoor(behind)
    assert [ask(door, knock.environ(line.pk)) for _ in range(2)] == answered
    assert rows() == stored
    assert behind.passed == (0 if knock.is_taken else 2)


def test_the_web_chat_has_no_webhook(webchat: Channel) -> None:
    behind = Next()
    assert ask(FastDoor(behind), Knock().environ(webchat.pk)).status == "404 Not Found"
    assert behind.passed == 1


def test_a_channel_without_a_secret_lets_nobody_in(whatsapp: Channel) -> None:
    whatsapp.settings = {}
    whatsapp.save()
    knock = Knock(signature=signed(BODY, ""))
    assert ask(FastDoor(Next()), knock.environ(whatsapp.pk)).status == "403 Forbidden"
    assert not RawWebhook.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_for_a_new_body_and_not_for_a_copy(line: Channel) -> None:
    door = FastDoor(Next())
    silent = bell.wait(-1, 0)
    ask(door, Knock().environ(line.pk))
    assert bell.wait(-1, 0) == silent + 1
    ask(door, Knock().environ(line.pk))
    assert bell.wait(-1, 0) == silent + 1


def test_a_rotated_secret_is_seen_once_the_old_one_is_no_longer_believed(whatsapp: Channel) -> None:
    seconds = [1000.0]
    door = FastDoor(Next(), clock=lambda: seconds[0])

    def statuses() -> list[str]:
        knocks = [Knock(), Knock(signature=signed(BODY, "another secret"))]
        return [ask(door, knock.environ(whatsapp.pk)).status[:3] for knock in knocks]

    assert statuses() == ["200", "403"]
    whatsapp.settings = {"app_secret": "another secret"}
    whatsapp.save()
    seconds[0] += SECRETS_LAST - 0.01
    assert statuses() == ["200", "403"]
    seconds[0] += 0.01
    assert statuses() == ["403", "200"]


def test_the_secrets_are_read_once_for_many_bodies(line: Channel) -> None:
    door = FastDoor(Next())
    with CaptureQueriesContext(connection) as asked:
        for number in range(3):
            ask(door, Knock(b"%d" % number).environ(line.pk))
    assert len([query for query in asked if "channels_channel" in query["sql"]]) == 1


# -- together --------------------------------------------------------------------------------------------------------


def _together(*tasks: Callable[[], None]) -> None:
    """All of them at once, each with a connection of its own; what one raises fails the test."""
    start, faults = threading.Barrier(len(tasks)), list[BaseException]()

    def run(task: Callable[[], None]) -> None:
        try:
            start.wait(PATIENCE)
            task()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert faults == []


def _bodies() -> set[bytes]:
    return {bytes(raw.body) for raw in RawWebhook.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_sixteen_threads_at_once_have_a_row_for_every_200(line: Channel) -> None:
    door, acknowledged = FastDoor(Next()), list[bytes]()

    def knock(thread: int) -> None:
        for number in range(20):
            body = b"%d.%d" % (thread // 2, number)  # every body from two threads: half of them are copies
            if ask(door, Knock(body).environ(line.pk)).status == "200 OK":
                acknowledged.append(body)

    _together(*[lambda thread=thread: knock(thread) for thread in range(16)])
    assert len(acknowledged) == 320
    assert _bodies() == set(acknowledged)
    assert RawWebhook.objects.count() == 160


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_database_is_503_for_all_and_nothing_acknowledged_is_lost(line: Channel) -> None:
    door, statuses = FastDoor(Next()), list[str]()
    assert ask(door, Knock(b"before").environ(line.pk)).status == "200 OK"

    def knock(number: int) -> None:
        statuses.append(ask(door, Knock(b"%d" % number).environ(line.pk)).status)

    tasks = [lambda number=number: knock(number) for number in range(8)]
    with _table_away():
        _together(*tasks)
    assert statuses == ["503 Service Unavailable"] * 8
    assert _bodies() == {b"before"}
    _together(*tasks)
    assert statuses[8:] == ["200 OK"] * 8
    assert _bodies() == {b"before", *(b"%d" % number for number in range(8))}


@contextmanager
def _table_away() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE channels_rawwebhook RENAME TO elsewhere")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO channels_rawwebhook")


@pytest.mark.django_db(transaction=True)
def test_a_503_says_what_the_plain_door_says(line: Channel, caplog: pytest.LogCaptureFixture) -> None:
    with _table_away():
        fast, plain = (ask(door, Knock().environ(line.pk)) for door in (FastDoor(Next()), WSGIHandler()))
    assert fast == plain
    assert BODY.decode() not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_channel_that_has_gone_is_refused_at_once_and_not_known_afterwards(line: Channel) -> None:
    """Its foreign key is checked by the commit itself: the last thing that can fail."""
    behind = Next()
    door = FastDoor(behind)
    assert ask(door, Knock(signature=None).environ(line.pk)).status == "403 Forbidden"  # known from now on
    gone = line.pk
    line.delete()
    assert ask(door, Knock().environ(gone)).status == "503 Service Unavailable"
    assert behind.passed == 0
    assert ask(door, Knock().environ(gone)).status == "404 Not Found"
    assert not RawWebhook.objects.exists()


class Pen:
    """Writes like the real one. The first group is not done until the next one has gathered."""

    def __init__(self, gathered: int, falls: bool) -> None:
        self.sizes: list[int] = []
        self.is_inside, self._gathered, self._falls = threading.Event(), gathered, falls
        self.commits = GroupCommit(self)

    def __call__(self, rows: Any) -> None:
        self.sizes.append(len(rows))
        if len(self.sizes) > 1 and self._falls:
            raise DatabaseError
        insert(rows)
        if len(self.sizes) == 1:
            self.is_inside.set()
            self._until_gathered()

    def _until_gathered(self) -> None:
        late = threading.Event()
        timer = threading.Timer(PATIENCE, late.set)
        timer.daemon = True
        timer.start()
        while not late.is_set():
            group = self.commits._open
            if group is not None and len(group.rows) == self._gathered:
                break
        timer.cancel()


@pytest.mark.parametrize("falls", [False, True])
@pytest.mark.django_db(transaction=True)
def test_who_arrives_during_a_commit_shares_the_next_one_and_its_fate(line: Channel, falls: bool) -> None:
    pen, kept, refused = Pen(5, falls), list[str](), list[str]()

    def keep(number: int) -> None:
        if number:
            assert pen.is_inside.wait(PATIENCE)
        received_at = connection.ops.adapt_datetimefield_value(line.created_at)
        try:
            pen.commits.keep(Row(line.pk, str(number), b"", received_at))
            kept.append(str(number))
        except NotKept:
            refused.append(str(number))

    _together(*[lambda number=number: keep(number) for number in range(6)])
    assert pen.sizes == [1, 5]
    stored = set(RawWebhook.objects.values_list("digest", flat=True))
    assert stored == set(kept)
    assert sorted(kept) == (["0"] if falls else ["0", "1", "2", "3", "4", "5"])
    assert sorted(kept + refused) == ["0", "1", "2", "3", "4", "5"]


@pytest.mark.django_db(transaction=True)
def test_a_fall_that_is_not_the_databases_keeps_nothing_and_leaves_the_way_open(line: Channel) -> None:
    falls = [True]

    def write(rows: Any) -> None:
        if falls.pop():
            raise ZeroDivisionError
        insert(rows)

    commits = GroupCommit(write)
    row = Row(line.pk, "one", b"", connection.ops.adapt_datetimefield_value(line.created_at))
    with pytest.raises(ZeroDivisionError):
        commits.keep(row)
    assert not RawWebhook.objects.exists()
    falls.append(False)
    commits.keep(row)
    assert RawWebhook.objects.count() == 1
