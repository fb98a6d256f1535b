"""A new encryption key: nothing is lost on the way, each step refuses to come too early, a cut is gone on from."""

import base64
import fcntl
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from baquiano.accounts.audit import audit
from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.models import Channel, RawWebhook
from baquiano.config.signing_in import SecondFactorAdapter
from baquiano.lib import crypto, key_file, keys_check
from baquiano.people.models import Person
from baquiano.terminal import fitting, production, rotating
from baquiano.workspace.entrance import second_factor
from tests.terminal.homes import Home
from tests.workspace.telephone import code_of

OLD, NEW = settings.KEYS.encryption[0], Fernet.generate_key().decode()
A_TOKEN = re.compile(rb"gAAAA[\w-]{80,}={0,2}")
A_WRAPPED_TOKEN = re.compile(rb"Z0FBQU[\w-]{100,}={0,2}")  # base64 of one: second factors


@pytest.fixture(autouse=True)
def the_keys_of_the_tests() -> Iterator[None]:
    yield
    crypto.hand_over(settings.KEYS.encryption, settings.KEYS.hash)


@pytest.fixture
def lived_in(rosa: User, whatsapp: Channel, organisation: Organisation) -> User:
    """Something encrypted in rooms of every floor, in rows that refuse changes, and in a table of allauth's."""
    people = [Person(name=f"Yuli {n}", called="", safe_contact='{"never": "nights"}') for n in range(250)]
    Person.objects.bulk_create(people)
    RawWebhook.objects.create(channel=whatsapp, digest="d", body=b"\x00\xff")
    audit(rosa, "matrix.changed", organisation, reason="because she asked")
    offered = second_factor.offer(rosa, None)
    assert second_factor.turn_on(rosa, offered.sealed, code_of(offered.secret))
    return rosa


def _everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every encrypted column of every table, opened."""
    found = {}
    for column in rotating.columns():
        with connection.cursor() as cursor:
            table, key, name = column.quoted
            cursor.execute(f"SELECT {key}, {name} FROM {table} ORDER BY {key}")
            rows = cursor.fetchall()
        found[f"{column.table}.{column.name}"] = [
            (key, crypto.decrypt(bytes(token))) for key, token in rows if token is not None
        ]
    found["second factors"] = [
        (one.pk, [SecondFactorAdapter().decrypt(one.data[name]) for name in ("secret", "seed") if name in one.data])
        for one in Authenticator.objects.order_by("pk")
    ]
    assert all(secrets for _, secrets in found["second factors"])
    return found


def _tokens_anywhere() -> Iterator[bytes]:
    """Whatever looks like something we encrypted, in any column of any table: looked for without knowing our models."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    yield from A_TOKEN.findall(raw)
                    yield from (base64.urlsafe_b64decode(wrapped) for wrapped in A_WRAPPED_TOKEN.findall(raw))


def _drain() -> rotating.Step:
    steps = list(rotating.reencrypt())
    return rotating.Step(sum(s.seen for s in steps), sum(s.renewed for s in steps), sum(s.shut for s in steps))


def test_rotation_loses_nothing_and_leaves_nothing_under_the_old_key(lived_in: User) -> None:
    before = _everything()
    assert sum(len(rows) for rows in before.values()) > 1200
    crypto.hand_over([NEW, OLD], settings.KEYS.hash)
    assert _drain().shut == 0
    crypto.hand_over([NEW], settings.KEYS.hash)
    assert _everything() == before
    tokens = list(_tokens_anywhere())
    assert len(tokens) > 1200
    assert [token for token in tokens if crypto.renewed(token) is not None] == []
    assert AuditEntry.objects.filter(reason__isnull=False).get().reason == "because she asked"


def test_a_cut_at_any_batch_loses_nothing_and_the_next_time_goes_on(lived_in: User) -> None:
    before = _everything()
    crypto.hand_over([NEW, OLD], settings.KEYS.hash)
    done = 0
    for stop_after in (1, 3, 8):
        steps = rotating.reencrypt()
        done += sum(next(steps).renewed for _ in range(stop_after))
        steps.close()
        assert _everything() == before
    rest = _drain()
    assert done and rest.renewed
    assert _drain().renewed == 0
    crypto.hand_over([NEW], settings.KEYS.hash)
    assert _everything() == before


def test_what_somebody_writes_meanwhile_is_not_written_over(lived_in: User) -> None:
    person = Person.objects.order_by("pk").first()
    assert person
    column = rotating.Column("people_person", "id", "name")
    stale = next(rotating._batches(column))
    crypto.hand_over([NEW, OLD], settings.KEYS.hash)
    Person.objects.filter(pk=person.pk).update(name="her new name")
    rotating._renew(column, stale)
    assert Person.objects.get(pk=person.pk).name == "her new name"


def test_a_value_that_opens_with_no_key_is_counted_and_left_as_it_is(rosa: User) -> None:
    lost = Fernet(Fernet.generate_key()).encrypt(b"of another installation")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET display_name = %s", [lost])
    crypto.hand_over([NEW, OLD], settings.KEYS.hash)
    assert _drain().shut == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT display_name FROM accounts_user")
        assert bytes(cursor.fetchone()[0]) == lost


# The steps, in their order ------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, lived_in: User) -> Iterator[Home]:
    """The settings of this process, with a data folder and a key file of the test."""
    home = Home(tmp_path)
    home.take_keys()
    here = type(settings.ENVIRONMENT)(
        **{**vars(settings.ENVIRONMENT), "data": home.data, "keys_file": home.keys_file}
    )  # fmt: skip
    keys_check.make(home.data)
    with override_settings(ENVIRONMENT=here):
        yield home


@pytest.fixture
def restarted(house: Home) -> Callable[[], None]:
    """This process, as if it had been started again with the key file as it is now."""

    def restart() -> None:
        lines = key_file.parse(house.keys_file.read_text())
        crypto.hand_over(lines.encryption, lines.hash)
        settings.KEYS = type(settings.KEYS)(lines.encryption, lines.hash, lines.secret, are_demo=False)

    before = settings.KEYS
    yield restart  # type: ignore[misc]
    settings.KEYS = before


def test_the_whole_way_from_the_old_key_to_the_new_one(
    house: Home, restarted: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = _everything()
    call_command("keys", "rotate")
    restarted()
    assert len(crypto.fingerprints()) == 2
    call_command("keys", "reencrypt")
    call_command("keys", "drop-old", "--yes")
    assert "keep the old key sheet" in capsys.readouterr().out
    restarted()
    assert len(crypto.fingerprints()) == 1
    assert crypto.fingerprints()[0] != crypto.fingerprint(OLD)
    assert _everything() == before
    assert keys_check.check(house.data)
    assert list(AuditEntry.objects.filter(verb__startswith="keys.").order_by("pk").values_list("verb", flat=True)) == [
        "keys.added", "keys.reencrypted", "keys.dropped"
    ]  # fmt: skip


def test_a_second_rotation_waits_for_the_end_of_the_first(house: Home, restarted: Callable[[], None]) -> None:
    call_command("keys", "rotate")
    restarted()
    before = house.keys_file.read_text()
    with pytest.raises(CommandError, match="not finished"):
        call_command("keys", "rotate")
    assert house.keys_file.read_text() == before


def test_the_old_key_stays_while_a_value_needs_it(house: Home, restarted: Callable[[], None]) -> None:
    call_command("keys", "rotate")
    restarted()
    before = house.keys_file.read_text()
    with pytest.raises(CommandError, match="still need an older key"):
        call_command("keys", "drop-old", "--yes")
    assert house.keys_file.read_text() == before


def test_without_an_old_key_there_is_nothing_to_drop(house: Home, restarted: Callable[[], None]) -> None:
    restarted()
    with pytest.raises(CommandError, match="only one"):
        call_command("keys", "drop-old", "--yes")


@pytest.mark.sqlite
@pytest.mark.parametrize("verb", ["reencrypt", "drop-old"])
@pytest.mark.parametrize("holds", [crypto.fingerprint(OLD), ""])
def test_a_running_process_that_has_not_been_restarted_stops_the_next_step(
    house: Home, restarted: Callable[[], None], verb: str, holds: str
) -> None:
    call_command("keys", "rotate")
    restarted()
    with (house.data / "loops.lock").open("w") as lock:
        lock.write(holds)
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="Restart Baquiano first"):
            call_command("keys", verb)
        lock.seek(0)
        lock.write(crypto.fingerprints()[0])
        lock.flush()
        call_command("keys", "reencrypt")  # restarted: it goes on while that process runs


@contextmanager
def _another_process(key: str) -> Iterator[None]:
    other = connection.copy()
    other.settings_dict["OPTIONS"] = {"application_name": f"baquiano {key}"}
    with closing(other):
        other.connect()
        yield


@pytest.mark.postgresql
def test_a_connection_that_has_not_the_new_key_stops_the_next_step(house: Home, restarted: Callable[[], None]) -> None:
    call_command("keys", "rotate")
    restarted()
    with _another_process(crypto.fingerprint(OLD)), pytest.raises(CommandError, match="1 running processes"):
        call_command("keys", "reencrypt")


@pytest.mark.postgresql
def test_a_connection_that_has_the_new_key_is_in_nobodys_way(house: Home, restarted: Callable[[], None]) -> None:
    call_command("keys", "rotate")
    restarted()
    with _another_process(crypto.fingerprints()[0]):
        call_command("keys", "reencrypt")
        call_command("keys", "drop-old", "--yes")


def test_keys_that_came_from_the_surroundings_are_not_looked_for_in_a_file(house: Home) -> None:
    house.take_keys(Fernet.generate_key().decode())
    before = house.keys_file.read_text()
    with pytest.raises(CommandError, match="BAQUIANO_KEYS"):
        call_command("keys", "rotate")
    assert house.keys_file.read_text() == before


def test_a_rotation_asks_for_a_new_sheet(house: Home, organisation: Organisation) -> None:
    Organisation.objects.update(key_sheet_printed_on="2026-11-01")
    call_command("keys", "rotate")
    assert Organisation.objects.get().key_sheet_printed_on is None


# A wrong key ----------------------------------------------------------------------------------------------------------------


def test_nothing_is_served_with_the_keys_of_another_database(rosa: User, house: Home) -> None:
    assert production.reasons_not_to_start() == []
    crypto.hand_over([NEW], settings.KEYS.hash)
    assert [reason[:45] for reason in production.reasons_not_to_start()] == [
        "the keys are not those of this database: what"
    ]
    with pytest.raises(CommandError, match="not those of this database"):
        call_command("serve")
    with pytest.raises(CommandError, match="not those of this database"):
        call_command("work", "--once")


def test_a_data_folder_gets_no_check_from_keys_that_do_not_open_the_database(rosa: User, house: Home) -> None:
    check = house.data / keys_check.NAME
    check.unlink()
    crypto.hand_over([NEW], settings.KEYS.hash)
    fitting.make_check()
    assert not check.exists()
    crypto.hand_over(settings.KEYS.encryption, settings.KEYS.hash)
    fitting.make_check()
    assert keys_check.check(house.data)


# From outside ---------------------------------------------------------------------------------------------------------------


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_killed_half_way_everything_still_opens_and_the_rest_is_done_the_next_time(
    tmp_path: Path, lived_in: User
) -> None:
    Person.objects.bulk_create(Person(name=f"Yuli {n}") for n in range(2500))
    home = Home(tmp_path)
    home.take_keys(NEW, OLD)
    home.take_database()
    before = _everything()
    process = home.start("keys", "reencrypt")
    assert process.stderr
    said = [process.stderr.readline(), process.stderr.readline()]  # a quarter is done
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert said[1] == "encrypting again: 25 %\n"
    crypto.hand_over([NEW, OLD], settings.KEYS.hash)
    with closing(connect(home.database)) as database:
        rows = database.execute("SELECT name, called, pronoun, born_on, safe_contact FROM people_person").fetchall()
    by_new = [crypto.renewed(token) is None for row in rows for token in row]
    assert any(by_new), "it was killed before it began"
    assert not all(by_new), "it was killed after it had ended"
    code, said_then = home.run("keys", "reencrypt")
    assert code == 0, said_then
    crypto.hand_over([NEW], settings.KEYS.hash)
    with closing(connect(home.database)) as database:
        names = {row[0]: crypto.decrypt(row[1]) for row in database.execute("SELECT id, name FROM people_person")}
    assert names == dict(before["people_person.name"])


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_no_command_starts_with_a_wrong_key_and_nothing_is_changed(tmp_path: Path, rosa: User) -> None:
    home = Home(tmp_path)
    home.take_keys()
    home.take_database()
    keys_check.make(home.data)
    home.take_keys(NEW)
    before = {path.name: path.read_bytes() for path in home.data.iterdir()}
    code, said = home.run("migrate")
    assert (code, "not those of the data" in said) == (78, True)
    assert {path.name: path.read_bytes() for path in home.data.iterdir()} == before
