"""Mail to colleagues: that something waits, never what. Written inside somebody's transaction, sent by a loop of its own, because a mail
server may keep us waiting and no letter to a person should wait with it.

A mail is leased in one short transaction, sent with none open, and settled in another. A process that dies in between leaves its
lease; when it runs out the mail is sent again, under the same Message-ID, so that a mailbox can tell that it is the same one.
"""

import logging
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from baquiano.lib import faults
from baquiano.lib.mail_server import MailServer
from baquiano.lib.turnstile import ring, writing
from baquiano.post.models import Mail, State

log = logging.getLogger(__name__)

AT_ONCE = 4
LEASE_SECONDS = 90  # a server that answers each question at the last moment
WAITS = (
    5,
    15,
    60,
    300,
    1800,
)  # seconds after each failure: the first calls are about minutes, the last about a broken server
KEPT = timedelta(days=30)
NOT_SET_UP = "no_mail_server"


def _server() -> MailServer | None:
    return settings.ENVIRONMENT.mail


def is_set_up() -> bool:
    return _server() is not None


def write(to: str, subject: str, body: str, *, cause: str, not_before: datetime | None = None) -> Mail:
    """Inside the caller's transaction. The same cause never makes a second mail. `subject` and `body` name nobody and nothing that
    somebody said. Without a mail server it is kept as failed, and never leaves.
    """
    state, settled = (State.QUEUED, None) if is_set_up() else (State.FAILED, timezone.now())
    mail, is_new = Mail.objects.get_or_create(
        cause=cause,
        defaults={
            "to": to,
            "subject": " ".join(subject.split())[:160],
            "body": body,
            "not_before": not_before or timezone.now(),
            "state": state,
            "settled_at": settled,
            "error": "" if is_set_up() else NOT_SET_UP,
        },
    )
    if is_new:
        ring()
    return mail


# Sending -----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sent:
    """What one attempt came to. `error` "": the server took it. `is_final`: it will never take it."""

    mail: Mail
    error: str = ""
    is_final: bool = False


def deliver_mails(limit: int = AT_ONCE) -> int:
    """Sends what is due. Returns how many it tried."""
    ours = _server()
    leased = _lease(timezone.now(), limit) if ours else []
    if ours is None or not leased:
        return 0
    outcomes = _send_all(leased, ours)
    with writing():
        for outcome in outcomes:
            _record(outcome)
    return len(outcomes)


def _lease(now: datetime, limit: int) -> list[Mail]:
    free = Q(state=State.QUEUED, not_before__lte=now) | Q(state=State.SENDING, lease_until__lt=now)
    due = Mail.objects.filter(free).order_by("not_before", "id")
    if not due.exists():  # the usual case: no write lock for nothing
        return []
    with writing():
        if connection.vendor == "postgresql":
            due = due.select_for_update(skip_locked=True)
        mails = list(due[:limit])
        ids = [mail.pk for mail in mails]
        Mail.objects.filter(pk__in=ids).update(state=State.SENDING, lease_until=now + faults.lasting(LEASE_SECONDS))
    return mails


def _send_all(mails: Sequence[Mail], ours: MailServer) -> list[_Sent]:
    """Only the network: no row is read or written here. One connection for all; when it breaks, the rest is tried again later."""
    try:
        server = _connect(ours)
    except (OSError, smtplib.SMTPException) as problem:
        return [_Sent(mail, _why(problem)) for mail in mails]
    outcomes = [_send(mail, server, ours.sender) for mail in mails]
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()  # what it took, it took
    return outcomes


def _connect(ours: MailServer) -> smtplib.SMTP:
    secure = ssl.create_default_context()
    server: smtplib.SMTP
    if ours.tls == "implicit":
        server = smtplib.SMTP_SSL(ours.host, ours.port, timeout=ours.answer_within, context=secure)
    else:
        server = smtplib.SMTP(ours.host, ours.port, timeout=ours.answer_within)
    try:
        if ours.tls == "starttls":
            server.starttls(context=secure)
        if ours.user:
            server.login(ours.user, ours.password)
    except BaseException:
        server.close()
        raise
    return server


def _send(mail: Mail, server: smtplib.SMTP, sender: str) -> _Sent:
    try:
        server.send_message(_message(mail, sender))
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _words in refusal.recipients.values()]
        return _Sent(mail, "recipient_refused", is_final=all(code >= 500 for code in codes))
    except ValueError:  # an address or a subject that no header can hold
        return _Sent(mail, "not_a_mail", is_final=True)
    except (OSError, smtplib.SMTPException) as problem:
        return _Sent(mail, _why(problem))
    return _Sent(mail)


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.to, mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<baquiano.{mail.pk}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: a holiday answer is not sent back
    message.set_content(mail.body)
    return message


def _why(problem: Exception) -> str:
    """One of our own short words: what a server says may hold an address."""
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return "password_refused"
    if isinstance(problem, TimeoutError):
        return "no_answer"
    if isinstance(problem, smtplib.SMTPResponseException):
        return f"refused_{problem.smtp_code}"
    return type(problem).__name__[:60]


def _record(outcome: _Sent) -> None:
    mail, now = Mail.objects.get(pk=outcome.mail.pk), timezone.now()
    mail.lease_until = None
    if not outcome.error:
        mail.state, mail.settled_at, mail.error = State.SENT, now, ""
    elif outcome.is_final or mail.attempts >= len(WAITS):
        mail.state, mail.settled_at, mail.error = State.FAILED, now, outcome.error
        log.warning("mail %s was given up: %s", mail.pk, outcome.error)
    else:
        mail.state, mail.error = State.QUEUED, outcome.error
        mail.not_before = now + timedelta(seconds=WAITS[mail.attempts])
        mail.attempts += 1
    mail.save()


def release_all_leases() -> None:
    """At the start of the only process there is (SQLite): nobody else can hold a lease."""
    Mail.objects.filter(state=State.SENDING).update(state=State.QUEUED, lease_until=None)


# What time does, and what doctor asks ------------------------------------------------------------------------------------


def forget(now: datetime) -> int:
    """Mails that were settled a month ago. For the background loop."""
    old = Mail.objects.filter(settled_at__lt=now - KEPT)
    if not old.exists():
        return 0
    with writing():
        deleted, _rows = old.delete()
    return deleted


@dataclass(frozen=True)
class Trouble:
    """`failed`: given up within a day. `waiting`: not taken by the server at the first try, and still tried. `error`: the last one's."""

    failed: int
    waiting: int
    error: str


def trouble(now: datetime) -> Trouble:
    failed = Mail.objects.filter(state=State.FAILED, settled_at__gt=now - timedelta(days=1)).exclude(error=NOT_SET_UP)
    waiting = Mail.objects.filter(state__in=(State.QUEUED, State.SENDING), attempts__gt=0)
    last = waiting.order_by("-id").first() or failed.order_by("-id").first()
    return Trouble(failed.count(), waiting.count(), last.error if last else "")
