"""First come, first served: the order is fair, the same thread may pass again, a fall leaves the door open, nothing is lost."""

import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections, transaction

from baquiano.knowledge.models import Shelf
from baquiano.lib.turnstile import BELL, Bell, For, Turnstile, bell, ring, writing

PATIENCE = 20  # seconds after which a test that hangs says so; nothing waits for it when all is well


def _started(*tasks: Callable[[], None]) -> list[threading.Thread]:
    threads = [threading.Thread(target=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    return threads


def _ended(threads: list[threading.Thread]) -> bool:
    for thread in threads:
        thread.join(PATIENCE)
    return not any(thread.is_alive() for thread in threads)


def _until_waiting(door: Turnstile, how_many: int) -> None:
    """Spins until that many threads stand in the queue: their order of arrival is then known."""
    deadline = threading.Event()
    timer = threading.Timer(PATIENCE, deadline.set)
    timer.daemon = True
    timer.start()
    while len(door._waiting) < how_many and not deadline.is_set():
        pass
    timer.cancel()
    assert len(door._waiting) == how_many


def test_whoever_came_first_passes_first() -> None:
    door, passed, threads = Turnstile(), [], []
    door.enter()
    for number in range(8):

        def pass_through(number: int = number) -> None:
            door.enter()
            passed.append(number)
            door.leave()

        threads += _started(pass_through)
        _until_waiting(door, number + 1)
    assert passed == []
    door.leave()
    assert _ended(threads)
    assert passed == list(range(8))


def test_only_one_is_inside_at_a_time() -> None:
    door, inside, most = Turnstile(), [], []

    def pass_through() -> None:
        for _ in range(200):
            door.enter()
            inside.append(1)
            most.append(len(inside))
            inside.pop()
            door.leave()

    assert _ended(_started(*[pass_through] * 8))
    assert set(most) == {1}
    assert len(most) == 1600


def test_the_same_thread_may_pass_again_inside() -> None:
    door, order = Turnstile(), []
    door.enter()
    door.enter()

    def outside() -> None:
        door.enter()
        order.append("outside")
        door.leave()

    threads = _started(outside)
    _until_waiting(door, 1)
    door.leave()  # still inside once
    order.append("inside")
    door.leave()
    assert _ended(threads)
    assert order == ["inside", "outside"]


@pytest.mark.django_db(transaction=True)
def test_a_fall_inside_leaves_the_door_open_and_no_row_behind() -> None:
    with pytest.raises(ZeroDivisionError), writing():
        Shelf.objects.create(number=1)
        raise ZeroDivisionError
    assert not Shelf.objects.exists()

    def write() -> None:
        with writing():
            Shelf.objects.create(number=2)
        connection.close()

    assert _ended(_started(write))
    assert Shelf.objects.get().number == 2


@pytest.mark.django_db(transaction=True)
def test_a_fall_deep_inside_undoes_everything() -> None:
    with pytest.raises(ZeroDivisionError), writing():
        Shelf.objects.create(number=1)
        with writing():
            Shelf.objects.create(number=2)
            raise ZeroDivisionError
    assert not Shelf.objects.exists()


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_the_database_of_the_tests_is_the_one_that_people_use() -> None:
    """A file with a write-ahead log: the in-memory database of pytest-django would prove nothing here."""
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_eight_threads_that_write_at_once_lose_nothing() -> None:
    """Each reads the number and writes the next one: an overlap anywhere would lose a step."""
    shelf = Shelf.objects.create(number=0)
    faults: list[str] = []

    def count() -> None:
        try:
            for _ in range(200):
                with writing():
                    row = Shelf.objects.get(pk=shelf.pk)
                    row.number += 1
                    row.save()
        except Exception as fault:
            faults.append(type(fault).__name__)
        finally:
            connections.close_all()

    assert _ended(_started(*[count] * 8))
    assert faults == []
    assert Shelf.objects.get(pk=shelf.pk).number == 1600


def _strokes() -> int:
    return bell.wait(-1, 0)


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit_and_not_before() -> None:
    before = _strokes()
    with writing():
        ring()
        assert _strokes() == before
    assert _strokes() == before + 1


@pytest.mark.django_db(transaction=True)
def test_the_bell_does_not_ring_for_what_was_undone() -> None:
    before = _strokes()
    with pytest.raises(ZeroDivisionError), writing():
        ring()
        raise ZeroDivisionError
    assert _strokes() == before
    assert not transaction.get_connection().in_atomic_block


def test_every_loop_that_waits_hears_the_bell() -> None:
    ours, heard = Bell(), []
    threads = _started(*[lambda: heard.append(ours.wait(0, PATIENCE))] * 3)
    ours.strike()
    assert _ended(threads)
    assert heard == [1, 1, 1]


def test_a_stroke_before_the_waiting_is_not_missed() -> None:
    ours = Bell()
    ours.strike()
    assert ours.wait(0, PATIENCE) == 1
    assert ours.wait(1, 0) == 1


def _until(is_so: Callable[[], bool]) -> None:
    over = threading.Event()
    timer = threading.Timer(PATIENCE, over.set)
    timer.daemon = True
    timer.start()
    while not is_so() and not over.is_set():
        pass
    timer.cancel()
    assert is_so()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_other_processes_are_woken_only_if_nobody_here_is_waiting_for_it() -> None:
    parameters = connection.get_connection_params()
    where = {name: parameters[name] for name in ("dbname", "user", "password", "host", "port") if name in parameters}
    with getattr(connection, "Database").connect(**where, autocommit=True) as another:  # noqa: B009
        another.execute(f"LISTEN {BELL}")
        threads = _started(lambda: bell.wait(bell.strokes(For.LETTERS), PATIENCE, For.LETTERS))
        _until(lambda: bell.is_awaited(For.LETTERS))
        with writing():
            ring(For.LETTERS)
        assert _ended(threads)
        with writing():
            ring(For.MESSAGES)
        told = [stroke.payload.partition(":")[0] for stroke in another.notifies(timeout=PATIENCE, stop_after=1)]
    assert told == ["messages"]
    assert not bell.is_awaited(For.LETTERS)


def _is_on_disk_at_once() -> bool:
    """What the engine of this thread's connection promises of a commit now."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return bool(cursor.execute("PRAGMA synchronous").fetchone()[0] == 2)
        cursor.execute("SHOW synchronous_commit")
        return bool(cursor.fetchone()[0] != "off")


@pytest.fixture
def as_in_production(transactional_db: None) -> Iterator[None]:
    """Tests do without the disk."""
    promise = "PRAGMA synchronous=FULL" if connection.vendor == "sqlite" else "SET synchronous_commit TO on"
    with connection.cursor() as cursor:
        cursor.execute(promise)
    yield
    connection.close()


@pytest.mark.postgresql
@pytest.mark.usefixtures("as_in_production")
class TestWhatMayReachTheDiskLater:
    def test_only_its_own_transaction_waits(self) -> None:
        with writing(on_disk=False):
            Shelf.objects.update_or_create(pk=1, defaults={"number": 41})
            assert not _is_on_disk_at_once()
        assert _is_on_disk_at_once()
        with writing():
            assert _is_on_disk_at_once()
        assert Shelf.objects.get().number == 41

    def test_inside_a_transaction_that_must_be_on_disk_nothing_waits(self) -> None:
        with writing(), writing(on_disk=False):
            assert _is_on_disk_at_once()

    def test_after_a_fall_the_promise_is_back(self) -> None:
        with pytest.raises(ZeroDivisionError), writing(on_disk=False):
            Shelf.objects.update(number=1 // 0)
        assert _is_on_disk_at_once()
