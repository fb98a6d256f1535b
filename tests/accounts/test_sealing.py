"""The chain over the audit trail: nothing is missed, nobody is accused wrongly, and whatever is changed afterwards is found."""

import dataclasses
import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from baquiano.accounts import anchor, sealing
from baquiano.accounts.anchor import Anchor
from baquiano.accounts.audit import audit, empty_reasons, fits, seal
from baquiano.accounts.models import AuditEntry, AuditSeal, User
from baquiano.accounts.sealing import Fault
from tests.accounts.trail_of_entries import (
    ALTERATIONS,
    SEAL_ALTERATIONS,
    Trail,
    alter,
    delete,
    looked_at,
    swap,
    without_triggers,
)

STEPS = ("write", "write", "begin", "commit", "roll_back", "keep_up", "catch_late")


@pytest.fixture(autouse=True)
def beside_the_keys(tmp_path: Path, settings: Any) -> Path:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, keys_file=tmp_path / "keys" / "baquiano.keys")
    return anchor.file()


@pytest.fixture
def trail(rosa: User) -> Trail:
    """Six sealed entries."""
    trail = Trail(rosa)
    for _ in range(6):
        trail.write()
    trail.keep_up()
    return trail


@pytest.fixture
def opened(trail: Trail) -> Iterator[Trail]:
    """The same trail, and a database whose owner has taken off the triggers."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    without_triggers()
    yield trail


def faults(trail: Trail, **options: Any) -> set[Fault]:
    return {finding.fault for finding in looked_at(trail.at, **options).findings}


# -- making the chain --------------------------------------------------------------------------------------------------


def test_entries_are_sealed_in_the_order_in_which_they_are_found(trail: Trail) -> None:
    assert list(AuditSeal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert set(AuditSeal.objects.values_list("entry", flat=True)) == set(
        AuditEntry.objects.values_list("pk", flat=True)
    )
    assert looked_at(trail.at).is_well


def test_a_low_number_that_is_committed_late_is_sealed_and_is_no_gap(trail: Trail) -> None:
    trail.begin()
    trail.write()
    trail.keep_up()
    assert AuditSeal.objects.count() == 7
    trail.commit()
    trail.keep_up()
    assert AuditSeal.objects.count() == 8
    assert looked_at(trail.at).is_well


def test_what_a_very_long_transaction_brings_is_sealed_too(trail: Trail) -> None:
    trail.begin()
    for _ in range(3):  # the seals of an hour ago are settled, for the clock
        trail.at += timedelta(hours=1)
        trail.write()
        trail.keep_up()
    trail.commit()
    trail.keep_up()
    assert sealing.unsealed().count() == 1
    trail.catch_late()
    assert not sealing.unsealed().exists()
    assert looked_at(trail.at).is_well


def test_a_number_that_was_rolled_back_is_no_gap(trail: Trail) -> None:
    trail.begin()
    trail.write()
    trail.roll_back()
    trail.keep_up()
    assert looked_at(trail.at).is_well


def test_two_sealers_at_once_make_one_chain(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slower one read the same head: its whole batch is undone, and nothing is sealed twice."""
    stale = sealing.head()
    trail.write()
    trail.keep_up()
    trail.write()
    with monkeypatch.context() as slower:
        slower.setattr(sealing, "head", lambda: stale)
        trail.keep_up()
    assert AuditSeal.objects.count() == 7
    trail.keep_up()
    assert AuditSeal.objects.count() == 8
    assert looked_at(trail.at).is_well


def test_more_than_a_batch_is_told_to_the_clock_so_that_it_goes_on(rosa: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 3)
    for _ in range(5):
        audit(rosa, "login", rosa)
    assert [sealing.keep_up(timezone.now()) for _ in range(2)] == [3, 0]
    assert AuditSeal.objects.count() == 5
    assert looked_at(timezone.now()).is_well


@pytest.mark.parametrize("event", ["UPDATE", "DELETE"])
@pytest.mark.parametrize("table", ["accounts_auditentry", "accounts_auditseal"])
def test_the_database_refuses_to_change_either(trail: Trail, table: str, event: str) -> None:
    sql = f"DELETE FROM {table}" if event == "DELETE" else f"UPDATE {table} SET mac = 'x'"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# -- a reason may go ---------------------------------------------------------------------------------------------------


def test_a_reason_is_emptied_and_the_trail_still_fits(trail: Trail) -> None:
    entry = AuditEntry.objects.filter(reason__isnull=False).first()
    assert entry is not None
    assert empty_reasons(AuditEntry.objects.filter(pk=entry.pk), by=trail.actor) == 1
    entry.refresh_from_db()
    assert (entry.reason, fits(entry)) == (None, True)
    assert AuditEntry.objects.get(verb="reason.emptied").row == f"auditentry:{entry.pk}"
    assert looked_at(trail.at).is_well  # before the emptying is sealed
    trail.keep_up()
    assert looked_at(trail.at).is_well  # and after
    assert empty_reasons(AuditEntry.objects.filter(pk=entry.pk), by=trail.actor) == 0


def test_a_reason_that_went_without_a_word_is_noticed(trail: Trail) -> None:
    """The database lets the reason alone change: keys are rotated, keeping times end."""
    entry = AuditEntry.objects.filter(reason__isnull=False).first()
    assert entry is not None
    AuditEntry.objects.filter(pk=entry.pk).update(reason=None)
    (finding,) = looked_at(trail.at).findings
    assert (finding.fault, finding.entry) == (Fault.EMPTIED, entry.pk)


def test_nothing_but_the_reason_changes_with_it(trail: Trail) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEntry.objects.update(reason=None, verb="person.read")


def test_an_entry_from_before_there_were_hashes_of_reasons_still_fits(rosa: User) -> None:
    entry = AuditEntry(actor=rosa, verb="x", room="people", row="person:1", reason="antes")
    entry.mac = seal(entry)
    assert fits(entry)
    entry.reason = "después"
    assert not fits(entry)


# -- finding what was changed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ALTERATIONS)
def test_an_altered_entry_is_named(opened: Trail, field: str) -> None:
    entry = AuditEntry.objects.filter(reason__isnull=False).first()
    assert entry is not None
    alter(entry, field)
    (finding,) = looked_at(opened.at).findings
    assert (finding.fault, finding.entry) == (Fault.ALTERED, entry.pk)
    assert str(entry.pk) in finding.what


@pytest.mark.parametrize("field", SEAL_ALTERATIONS)
def test_an_altered_seal_is_noticed(opened: Trail, field: str) -> None:
    alter(AuditSeal.objects.get(number=3), field)
    assert faults(opened) & {Fault.ALTERED, Fault.GAP}


def test_a_removed_entry_is_named_by_its_seal(opened: Trail) -> None:
    entry = AuditEntry.objects.order_by("pk")[2]
    delete(entry)
    (finding,) = looked_at(opened.at).findings
    assert (finding.fault, finding.entry, finding.seal) == (Fault.REMOVED, entry.pk, 3)


def test_an_entry_removed_with_its_seal_is_a_gap(opened: Trail) -> None:
    link = AuditSeal.objects.get(number=3)
    delete(AuditEntry.objects.get(pk=link.entry), link)
    (finding,) = looked_at(opened.at).findings
    assert (finding.fault, finding.seal) == (Fault.GAP, 4)


def test_a_reason_that_no_key_opens_is_an_altered_entry(opened: Trail) -> None:
    entry = AuditEntry.objects.filter(reason__isnull=False).first()
    assert entry is not None
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_auditentry SET reason = %s WHERE id = %s", [b"garbage", entry.pk])
    (finding,) = looked_at(opened.at).findings
    assert (finding.fault, finding.entry) == (Fault.ALTERED, entry.pk)


@pytest.mark.sqlite
def test_a_date_that_is_none_is_an_altered_row_and_not_the_end_of_the_look(opened: Trail) -> None:
    """SQLite takes any text for a date."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_auditentry SET at = 'ayer' WHERE id = (SELECT MIN(id) FROM accounts_auditentry)"
        )
        cursor.execute("UPDATE accounts_auditseal SET at = 'ayer' WHERE number = 6")
    found = looked_at(opened.at).findings
    assert [(finding.fault, bool(finding.entry), finding.seal) for finding in found] == [
        (Fault.ALTERED, True, 1), (Fault.ALTERED, False, 6),
    ]  # fmt: skip
    opened.write()
    opened.keep_up()
    assert AuditSeal.objects.count() == 7


def test_an_entry_that_another_program_wrote_does_not_fit(trail: Trail, bruno: User) -> None:
    AuditEntry.objects.create(actor=bruno, verb="person.read", room="people", row="person:1", mac="0" * 64)
    assert faults(trail) == {Fault.ALTERED}  # before it is sealed
    trail.keep_up()
    assert faults(trail) == {Fault.ALTERED}  # and for ever


def test_an_entry_put_below_all_numbers_is_found_too(trail: Trail) -> None:
    AuditEntry.objects.create(pk=-5, verb="person.read", room="people", row="person:1", mac="0" * 64)
    trail.keep_up()
    assert [(finding.fault, finding.entry) for finding in looked_at(trail.at).findings] == [(Fault.ALTERED, -5)]


def test_after_a_standstill_whole_batches_are_sealed_and_then_what_came_late(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    trail.begin()
    for _ in range(9):
        trail.write()
    trail.commit()
    for _ in range(3):
        trail.keep_up()
    assert AuditSeal.objects.count() == 16
    assert looked_at(trail.at).is_well


def test_entries_that_wait_too_long_for_their_seal_are_told(trail: Trail) -> None:
    trail.write()
    assert looked_at(trail.at + timedelta(seconds=59)).is_well
    (finding,) = looked_at(trail.at + timedelta(seconds=61)).findings
    assert finding.fault == Fault.UNSEALED
    assert "work" in finding.what


def test_a_thousand_findings_are_told_and_the_rest_counted(opened: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_FINDINGS", 2)
    AuditEntry.objects.all().delete()
    verdict = looked_at(opened.at)
    assert (len(verdict.findings), verdict.untold) == (2, 4)


def test_a_long_look_says_how_far_it_is(trail: Trail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 4)
    told: list[tuple[int, int]] = []
    sealing.verify(trail.at, tell=lambda done, of: told.append((done, of)))
    assert told == [(4, 6), (6, 6)]


# -- the end cut off, and what this machine remembers ------------------------------------------------------------------


def cut(newest: int) -> None:
    for link in AuditSeal.objects.order_by("-number")[:newest]:
        delete(AuditEntry.objects.get(pk=link.entry), link)


def test_a_trail_whose_end_was_cut_off_is_noticed_by_this_machine(opened: Trail) -> None:
    cut(2)
    (finding,) = looked_at(opened.at).findings
    assert finding.fault == Fault.CUT
    assert "At least 2 entries" in finding.what


def test_it_is_still_noticed_after_the_trail_has_grown_again(
    opened: Trail, beside_the_keys: Path, caplog: pytest.LogCaptureFixture
) -> None:
    evidence = beside_the_keys.read_text()
    cut(2)
    for _ in range(5):
        opened.write()
    opened.keep_up()
    assert faults(opened) == {Fault.CUT}
    with caplog.at_level(logging.ERROR):
        opened.catch_late()
    assert "audit verify" in caplog.text
    assert beside_the_keys.read_text() == evidence  # it never goes back by itself


def test_everything_gone_is_the_end_cut_off(opened: Trail) -> None:
    cut(6)
    assert faults(opened) == {Fault.CUT}


def test_what_was_noted_on_paper_tells_when_the_file_is_gone_too(opened: Trail, beside_the_keys: Path) -> None:
    paper = anchor.parse(str(sealing.head()))
    cut(2)
    beside_the_keys.unlink()
    verdict = looked_at(opened.at)
    assert (verdict.is_well, verdict.is_remembered) == (True, False)  # nobody can know
    assert faults(opened, since=paper) == {Fault.CUT}


def test_only_what_came_after_an_anchor_is_looked_at(opened: Trail) -> None:
    third = AuditSeal.objects.get(number=3)
    noted = Anchor(3, third.mac[:16])
    alter(AuditEntry.objects.get(pk=third.entry), "verb")
    assert looked_at(opened.at, since=noted).is_well
    alter(AuditEntry.objects.get(pk=AuditSeal.objects.get(number=4).entry), "verb")
    assert faults(opened, since=noted) == {Fault.ALTERED}
    assert faults(opened, since=Anchor(3, "0" * 16)) >= {Fault.CUT}


def test_a_file_that_somebody_changed_is_not_believed(trail: Trail, beside_the_keys: Path) -> None:
    beside_the_keys.write_text(beside_the_keys.read_text().replace('"number": 6', '"number": 2'))
    assert faults(trail) == {Fault.CUT}
    trail.write()
    trail.keep_up()
    assert faults(trail) == {Fault.CUT}


def test_after_a_restore_it_begins_again_and_says_so_in_the_trail(opened: Trail) -> None:
    cut(2)
    sealing.begin_again()
    opened.at = timezone.now()
    opened.keep_up()
    assert looked_at(opened.at).is_well
    assert AuditEntry.objects.get(verb="audit.begun_again").row == "auditseal:4"


def test_a_folder_that_cannot_be_written_stops_nothing(rosa: User, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where the folder should be")
    audit(rosa, "login", rosa)
    sealing.keep_up(timezone.now())
    assert AuditSeal.objects.count() == 1


@pytest.mark.parametrize("text", ["", "12", ":", "12:", "x:9f1c0a77d2e4b853", "12:9f1c", "12:9f1c0a77d2e4b85%"])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(anchor.Unreadable):
        anchor.parse(text)


# -- any order, any hand -----------------------------------------------------------------------------------------------


def entry_of(number: int) -> AuditEntry:
    return AuditEntry.objects.get(pk=AuditSeal.objects.get(number=number).entry)


@trying(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_the_order_nobody_is_accused_and_whatever_is_changed_is_found(
    rosa: User, beside_the_keys: Path, data: st.DataObject
) -> None:
    beside_the_keys.unlink(missing_ok=True)
    with transaction.atomic():
        without_triggers()
        trail = Trail(rosa)
        for step in data.draw(st.lists(st.sampled_from(STEPS), max_size=25)):
            getattr(trail, step)()
            assert looked_at(trail.at).is_well
        for _ in range(2):
            trail.write()
        trail.catch_late()
        assert looked_at(trail.at).is_well
        assert not sealing.unsealed().exists()

        _tamper(data, AuditSeal.objects.count())
        assert not looked_at(trail.at).is_well
        trail.write()  # and life goes on
        trail.keep_up()
        assert not looked_at(trail.at).is_well
        transaction.set_rollback(True)


def _tamper(data: st.DataObject, length: int) -> None:
    number = data.draw(st.integers(1, length))
    other = data.draw(st.integers(1, length).filter(lambda chosen: chosen != number))
    link = AuditSeal.objects.get(number=number)
    match data.draw(st.sampled_from(("entry", "seal", "no entry", "no seal", "neither", "cut", "swap", "swap seals"))):
        case "entry":
            field = data.draw(st.sampled_from(sorted(ALTERATIONS)))
            alter(entry_of(number), field)
        case "seal":
            alter(link, data.draw(st.sampled_from(sorted(SEAL_ALTERATIONS))))
        case "no entry":
            delete(entry_of(number))
        case "no seal":
            delete(link)
        case "neither":
            delete(entry_of(number), link)
        case "cut":
            cut(data.draw(st.integers(1, length)))
        case "swap":
            swap(entry_of(number), entry_of(other))
        case _:
            swap(link, AuditSeal.objects.get(number=other))
