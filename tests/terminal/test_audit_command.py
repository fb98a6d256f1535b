"""`baquiano audit`: plain words for whoever keeps the machines, an exit code for what watches it at night."""

import dataclasses
import json
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from baquiano.accounts import anchor
from baquiano.accounts.audit import audit
from baquiano.accounts.models import AuditEntry, AuditSeal, User
from baquiano.accounts.sealing import keep_up
from baquiano.terminal import examination, loops
from tests.accounts.trail_of_entries import without_triggers


@pytest.fixture(autouse=True)
def beside_the_keys(tmp_path: Path, settings: Any) -> Path:
    settings.ENVIRONMENT = dataclasses.replace(settings.ENVIRONMENT, keys_file=tmp_path / "keys" / "baquiano.keys")
    return anchor.file()


@pytest.fixture
def sealed(rosa: User) -> Iterator[AuditEntry]:
    """Three sealed entries, in a database whose owner has taken off the triggers; the second."""
    entries = [audit(rosa, "login", rosa, reason="CANARY-reason") for _ in range(3)]
    keep_up(timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    without_triggers()
    yield entries[1]


def typed(*words: str) -> tuple[str, int]:
    out, code = StringIO(), 0
    try:
        call_command("audit", *words, stdout=out)
    except SystemExit as ended:
        code = int(str(ended.code))
    return out.getvalue(), code


def test_a_whole_trail_ends_well_and_prints_an_anchor(sealed: AuditEntry) -> None:
    head = AuditSeal.objects.get(number=3)
    text, code = typed("verify")
    assert (code, f"3:{head.mac[:16]}" in text) == (0, True)
    assert "3 entries" in text


def test_that_somebody_looked_is_an_entry_and_sealed_too(sealed: AuditEntry) -> None:
    typed("verify")
    entry = AuditEntry.objects.get(verb="audit.verified")
    assert (entry.about, AuditSeal.objects.filter(entry=entry.pk).exists()) == ("findings:0", True)
    assert typed("verify")[1] == 0


def test_an_altered_entry_is_named_and_ends_with_1(sealed: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=sealed.pk).update(verb="logout")
    text, code = typed("verify")
    assert (code, f"Entry {sealed.pk} is not as it was written" in text) == (1, True)
    assert "CANARY" not in text


def test_a_removed_entry_is_named(sealed: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=sealed.pk).delete()
    text, code = typed("verify")
    assert (code, f"Entry {sealed.pk} is gone" in text) == (1, True)


def test_the_same_for_a_machine(sealed: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=sealed.pk).delete()
    text, code = typed("verify", "--json")
    told = json.loads(text)
    assert (code, told["ok"], told["seals"]) == (1, False, 3)
    assert [(row["fault"], row["entry"], row["seal"]) for row in told["findings"]] == [("removed", sealed.pk, 2)]


def test_an_end_cut_off_is_told_by_an_anchor_that_was_noted(sealed: AuditEntry, beside_the_keys: Path) -> None:
    noted = typed("anchor")[0].strip()
    link = AuditSeal.objects.get(number=3)
    AuditEntry.objects.filter(pk=link.entry).delete()
    link.delete()
    assert "cut off" in typed("verify")[0]
    beside_the_keys.unlink()
    text, code = typed("verify")
    assert (code, "would look whole" in text) == (0, True)
    beside_the_keys.unlink()
    text, code = typed("verify", "--since", noted)
    assert code == 1


def test_after_a_restore_this_machine_remembers_the_shorter_trail(sealed: AuditEntry) -> None:
    link = AuditSeal.objects.get(number=3)
    AuditEntry.objects.filter(pk=link.entry).delete()
    link.delete()
    assert typed("verify")[1] == 1
    typed("anchor", "--after-restore")
    assert typed("verify")[1] == 0
    assert AuditEntry.objects.filter(verb="audit.begun_again").count() == 1


def test_many_findings_are_counted_and_not_all_printed(rosa: User) -> None:
    for _ in range(60):
        audit(rosa, "login", rosa)
    without_triggers() if connection.vendor == "sqlite" else None
    keep_up(timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        without_triggers()
    AuditEntry.objects.all().delete()
    text, _code = typed("verify")
    assert (text.count("is gone"), "and 10 more" in text) == (50, True)


def test_what_is_no_anchor_is_refused() -> None:
    with pytest.raises(CommandError, match="anchor"):
        call_command("audit", "verify", "--since", "abc")


def test_before_anything_is_sealed_there_is_nothing_to_note(db: None) -> None:
    with pytest.raises(CommandError, match="Nothing is sealed yet"):
        call_command("audit", "anchor")
    assert typed("verify")[1] == 0


def test_on_a_screen_it_says_how_far_it_is(sealed: AuditEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = StringIO()
    monkeypatch.setattr(screen, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", screen)
    call_command("audit", "verify", stdout=StringIO(), stderr=screen)
    assert "3 of 3 seals" in screen.getvalue()


def test_the_clock_seals(rosa: User) -> None:
    audit(rosa, "login", rosa)
    loops.clock()
    assert AuditSeal.objects.count() == 1


def said_by_doctor() -> str:
    return " ".join(finding.what for finding in examination._audit())


def test_doctor_says_whether_anybody_verified_and_whether_the_end_was_cut_off(
    sealed: AuditEntry, beside_the_keys: Path
) -> None:
    assert "never verified" in said_by_doctor()
    typed("verify")
    assert "last verified on" in said_by_doctor()
    AuditSeal.objects.filter(number__gt=1).delete()
    assert "not the one this machine remembers" in said_by_doctor()
    beside_the_keys.unlink()
    assert "cannot be noted" in said_by_doctor()
