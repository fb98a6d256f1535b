"""A mail to a colleague says that something waits, once; whatever the mail server does, no mail is lost and none waits for ever."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from baquiano.lib.mail_server import BadMailServer, MailServer, parse
from baquiano.post import mail
from baquiano.post.models import Mail, State
from tests.fakes.smtp import MailBox

HOURS = 3
"""More than all waits together."""


@pytest.fixture
def box() -> Iterator[MailBox]:
    with MailBox() as server:
        yield server


@pytest.fixture
def handed_in(db: None, box: MailBox, settings: Any) -> Iterator[MailBox]:
    """The house hands its mail in here."""
    with given(settings, box.server()):
        yield box


def given(settings: Any, server: MailServer | None) -> Any:
    return override_settings(ENVIRONMENT=replace(settings.ENVIRONMENT, mail=server))


def write(cause: str = "call:1", to: str = "rosa@example.org") -> Mail:
    return mail.write(to, "An alert waits", "Level P0.", cause=cause)


def state_of(row: Mail) -> tuple[str, str]:
    row.refresh_from_db()
    return row.state, row.error


def test_a_mail_leaves_with_the_next_round_and_says_that_a_machine_wrote_it(handed_in: MailBox) -> None:
    row = write()
    assert mail.deliver_mails() == 1
    (taken,) = handed_in.mails
    assert (taken["To"], taken["Subject"], taken.get_content().strip()) == (
        "rosa@example.org",
        "An alert waits",
        "Level P0.",
    )
    assert taken["Auto-Submitted"] == "auto-generated"
    assert state_of(row) == (State.SENT, "")
    assert mail.deliver_mails() == 0


def test_the_same_cause_never_makes_a_second_mail(handed_in: MailBox) -> None:
    assert write() == write()
    mail.deliver_mails()
    assert write().state == State.SENT
    mail.deliver_mails()
    assert len(handed_in.mails) == 1


def test_a_mail_waits_for_its_hour(handed_in: MailBox) -> None:
    later = timezone.now() + timedelta(hours=1)
    mail.write("rosa@example.org", "Daily", "Numbers", cause="daily:1", not_before=later)
    assert mail.deliver_mails() == 0
    with time_machine.travel(later + timedelta(seconds=1), tick=False):
        assert mail.deliver_mails() == 1


def test_several_mails_go_over_one_connection(handed_in: MailBox) -> None:
    for number in range(3):
        write(f"call:{number}")
    mail.deliver_mails()
    assert (len(handed_in.mails), handed_in.connections) == (3, 1)


def test_what_must_leave_leaves_with_the_work_of_the_house(handed_in: MailBox) -> None:
    write()
    call_command("work", once=True)
    assert handed_in.subjects == ["An alert waits"]


@pytest.mark.parametrize("way", ["hangs up", "later", "hangs", "password"])
def test_after_a_failure_it_is_tried_again_ever_later_and_arrives_once(
    handed_in: MailBox, settings: Any, way: str
) -> None:
    named = replace(settings.ENVIRONMENT.mail, user="rosa", password="secreta")
    with given(settings, named):
        row = write()
        handed_in.fails = way
        mail.deliver_mails()
        row.refresh_from_db()
        assert (row.state, row.attempts) == (State.QUEUED, 1)
        assert "@" not in row.error and row.error
        assert mail.deliver_mails() == 0
        handed_in.fails = ""
        with time_machine.travel(row.not_before + timedelta(seconds=1), tick=False):
            assert mail.deliver_mails() == 1
    assert state_of(row) == (State.SENT, "")
    assert len(handed_in.mails) == 1


def test_a_mailbox_that_does_not_exist_is_not_tried_again_and_holds_up_no_other(handed_in: MailBox) -> None:
    row = write()
    handed_in.fails = "refuses"
    mail.deliver_mails()
    assert state_of(row) == (State.FAILED, "recipient_refused")
    handed_in.fails = ""
    write("call:2", "carla@example.org")
    mail.deliver_mails()
    assert [taken["To"] for taken in handed_in.mails] == ["carla@example.org"]


def test_it_is_given_up_after_the_last_try_and_doctor_can_know(handed_in: MailBox) -> None:
    row = write()
    handed_in.fails = "hangs up"
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _try in range(len(mail.WAITS) + 1):
            assert mail.deliver_mails() == 1
            clock.shift(timedelta(hours=HOURS))
        assert mail.deliver_mails() == 0
        assert state_of(row)[0] == State.FAILED
        assert mail.trouble(timezone.now()).failed == 1


def test_a_connection_cut_after_the_mail_sends_it_again_under_the_same_message_id(handed_in: MailBox) -> None:
    """Better twice than never; a mailbox can tell that it is the same one."""
    row = write()
    handed_in.fails = "hangs up after the mail"
    mail.deliver_mails()
    handed_in.fails = ""
    row.refresh_from_db()
    with time_machine.travel(row.not_before + timedelta(seconds=1), tick=False):
        mail.deliver_mails()
    first, second = handed_in.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_the_mail_of_a_process_that_died_leaves_when_its_lease_ends(handed_in: MailBox) -> None:
    row = write()
    now = timezone.now()
    Mail.objects.filter(pk=row.pk).update(state=State.SENDING, lease_until=now + timedelta(seconds=90))
    assert mail.deliver_mails() == 0
    with time_machine.travel(now + timedelta(seconds=91), tick=False):
        assert mail.deliver_mails() == 1
    assert len(handed_in.mails) == 1


def test_the_only_process_there_is_takes_up_what_it_left_at_once(handed_in: MailBox) -> None:
    row = write()
    Mail.objects.filter(pk=row.pk).update(state=State.SENDING, lease_until=timezone.now() + timedelta(seconds=90))
    mail.release_all_leases()
    assert mail.deliver_mails() == 1


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_server_that_does_not_encrypt_gets_neither_mail_nor_password(
    handed_in: MailBox, settings: Any, tls: str
) -> None:
    with given(settings, handed_in.server(tls=tls, user="rosa", password="secreta")):
        row = write()
        mail.deliver_mails()
    assert state_of(row)[0] == State.QUEUED
    assert handed_in.mails == []
    assert not any(b"AUTH" in heard for heard in handed_in.heard)


def test_an_address_that_is_none_is_given_up(handed_in: MailBox) -> None:
    row = write(to="rosa@example.org\nBcc: todo@example.org")
    mail.deliver_mails()
    assert state_of(row) == (State.FAILED, "not_a_mail")
    assert handed_in.mails == []


def test_without_a_mail_server_a_mail_never_leaves_not_even_when_there_is_one(
    db: None, box: MailBox, settings: Any
) -> None:
    with given(settings, None):
        row = write()
        assert mail.deliver_mails() == 0
    with given(settings, box.server()):
        assert mail.deliver_mails() == 0
        assert mail.trouble(timezone.now()).failed == 0
    assert state_of(row) == (State.FAILED, mail.NOT_SET_UP)
    assert box.mails == []


def test_a_mail_is_forgotten_a_month_after_it_left_and_not_while_it_waits(handed_in: MailBox) -> None:
    write()
    mail.deliver_mails()
    waits = write("call:2")
    assert mail.forget(timezone.now() + timedelta(days=29)) == 0
    assert mail.forget(timezone.now() + timedelta(days=31)) == 1
    assert list(Mail.objects.all()) == [waits]


# The setting ---------------------------------------------------------------------------------------------------------------


def test_the_setting_says_where_mail_is_handed_in() -> None:
    read = parse("smtp://avisos%40example.org:a%3Ab@mail.example.org", "avisos@example.org")
    assert (read.host, read.port, read.tls) == ("mail.example.org", 587, "starttls")
    assert (read.user, read.password) == ("avisos@example.org", "a:b")
    assert "a:b" not in repr(read)
    assert parse("smtps://mail.example.org", "a@example.org").port == 465
    assert parse("smtp://localhost:2525?tls=none", "a@example.org").tls == "none"


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("mail.example.org", "a@example.org"),
        ("http://mail.example.org", "a@example.org"),
        ("smtp://mail.example.org?tls=maybe", "a@example.org"),
        ("smtp://mail.example.org", ""),
        ("smtp://mail.example.org:many", "a@example.org"),
        ("smtp://[mail", "a@example.org"),
        ("smtp://rosa:secreta@mail.example.org?tls=none", "a@example.org"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_without_its_password(url: str, sender: str) -> None:
    with pytest.raises(BadMailServer) as refusal:
        parse(url, sender)
    assert "secreta" not in str(refusal.value)
