"""A forgotten person stays forgotten: the list beside the keys, an older backup, and a machine that dies at the worst moment."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from baquiano.accounts.models import AuditEntry, User
from baquiano.custody import forgetting, forgotten, rooms, tombstones
from baquiano.custody.actions import hold
from baquiano.custody.forgetting import CannotForget, Why, forget
from baquiano.people.actions import Described, register
from baquiano.people.models import Person
from tests.custody.conftest import Served, canary


def _restored(person: Person) -> None:
    """As an older backup has her."""
    Person.objects.filter(pk=person.pk).update(name=canary("back"), forgotten_at=None)


def test_who_was_forgotten_is_forgotten_again_after_a_restore(yuli: Served, luz: User, carla: User) -> None:
    other = register(Described(called="Otra"), by=luz)
    forget(yuli.person, why=Why.ASKED, by=carla)
    _restored(yuli.person)
    assert forgotten.replay() == 1
    yuli.person.refresh_from_db()
    other.refresh_from_db()
    assert (yuli.person.name, other.called) == ("", "Otra")
    assert yuli.person.forgotten_at is not None
    assert forgotten.replay() == 0


def test_what_holds_up_a_request_does_not_hold_up_what_was_decided(yuli: Served, carla: User) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    _restored(yuli.person)
    hold(yuli.person, reason="Un juzgado, entonces", until=timezone.now() + timedelta(days=9), by=carla)
    assert forgotten.replay() == 1


def test_two_records_of_one_person_come_back_and_go_together(yuli: Served, luz: User, carla: User) -> None:
    other = register(Described(called="Yuli otra vez"), by=luz)
    Person.objects.filter(pk=other.pk).update(same_as=yuli.person)
    forget(yuli.person, why=Why.ASKED, by=carla)
    _restored(yuli.person)
    _restored(other)
    assert forgotten.replay() == 1
    assert not Person.objects.filter(pk__in=[other.pk, yuli.person.pk], forgotten_at=None).exists()


def test_nobody_comes_back_who_was_never_forgotten(yuli: Served) -> None:
    assert forgotten.replay() == 0
    assert forgotten.keep_in_step() == 0
    assert not tombstones.file().exists()


# -- between the list and the tables -----------------------------------------------------------------------------------


class Dies(BaseException):
    """The machine, between two instructions: nothing that was to be done afterwards is done."""


def test_a_machine_that_dies_before_the_commit_finishes_later(
    yuli: Served, carla: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_whatever: Any, **_more: Any) -> None:
        raise Dies

    with monkeypatch.context() as patch:
        patch.setattr(rooms, "forget", dies)
        with pytest.raises(Dies):
            forget(yuli.person, why=Why.ASKED, by=carla)
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at=None).exists()
    assert forgotten.replay() == 1
    assert Person.objects.filter(pk=yuli.person.pk, forgotten_at__isnull=False).exists()


def test_what_failed_is_taken_back_from_the_list(yuli: Served, carla: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_whatever: Any, **_more: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(rooms, "forget", fails)
        with pytest.raises(RuntimeError):
            forget(yuli.person, why=Why.ASKED, by=carla)
    assert tombstones.read() == frozenset()
    assert forgotten.replay() == 0
    forget(yuli.person, why=Why.ASKED, by=carla)
    assert tombstones.read() == {tombstones.mark_of(yuli.person.number)}


def test_a_list_that_was_lost_is_written_again_from_the_tables(yuli: Served, carla: User) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    tombstones.file().unlink()
    assert forgotten.keep_in_step() == 1
    _restored(yuli.person)
    assert forgotten.replay() == 1


def test_without_the_list_nobody_is_forgotten(yuli: Served, carla: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_whatever: Any) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(tombstones, "_write", read_only)
        with pytest.raises(CannotForget):
            forget(yuli.person, why=Why.ASKED, by=carla)
    yuli.person.refresh_from_db()
    assert yuli.person.forgotten_at is None
    assert not AuditEntry.objects.filter(verb="person.forgotten").exists()


# -- the list itself ---------------------------------------------------------------------------------------------------


def test_the_list_names_nobody(yuli: Served, carla: User) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    text = tombstones.file().read_text()
    assert str(yuli.person.number) not in text
    assert yuli.person.number.hex not in text
    assert tombstones.file().stat().st_mode & 0o077 == 0


@pytest.fixture
def list_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    monkeypatch.setattr(tombstones, "file", lambda: tmp_path / "keys" / "forgotten.list")
    return tombstones.file


def test_a_line_cut_in_half_spoils_neither_its_neighbours_nor_the_next(list_in: Callable[[], Path]) -> None:
    first, second, third = uuid4(), uuid4(), uuid4()
    tombstones.write_down([first, second])
    file = list_in()
    file.write_bytes(file.read_bytes()[:-20])
    tombstones.write_down([third])
    assert tombstones.read() == {tombstones.mark_of(first), tombstones.mark_of(third)}


_deeds = st.lists(st.tuples(st.booleans(), st.integers(0, 4)), max_size=12)


@given(_deeds, st.integers(0, 3))
def test_the_last_line_about_somebody_holds_however_the_file_was_cut(deeds: list[tuple[bool, int]], cut: int) -> None:
    numbers = [UUID(int=number) for number in range(5)]
    tombstones.file().unlink(missing_ok=True)
    expected: set[str] = set()
    for is_gone, whose in deeds:
        if is_gone:
            tombstones.write_down([numbers[whose]])
            expected.add(tombstones.mark_of(numbers[whose]))
        else:
            tombstones.take_back([numbers[whose]])
            expected.discard(tombstones.mark_of(numbers[whose]))
    if cut and deeds:
        with tombstones.file().open("ab") as file:
            file.write(b"2026-11-24 + 0123456789abcdef"[: 9 * cut])
    assert tombstones.read() == expected


def test_forgetting_again_needs_nobody_to_ask(yuli: Served) -> None:
    assert forgetting.forget_again(yuli.person)
    assert AuditEntry.objects.get(verb="person.forgotten").reason == "restored"
