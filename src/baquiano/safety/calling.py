"""A call to a colleague who is not looking at a screen: a row, and the mail or message that goes with it. Without content: that something
waits, how grave it is, and a link that says "I am on it" and shows nothing.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from baquiano.accounts.models import organisation
from baquiano.lib import crypto
from baquiano.post import actions as post
from baquiano.post import mail
from baquiano.safety.models import Alert, Call, DutyContact, Shift

ANSWER_AT = "/workspace/called/{token}/"
"""Where the link leads. Opening it changes nothing (mail programs open links by themselves): its one button does."""


def token_hash(token: str) -> str:
    return crypto.keyed_hash(token, "call")


def write_for(alert: Alert, users: Iterable[int], now: datetime) -> int:
    """Mail and message to those who have not been called so about this alert at this level. Inside the caller's transaction."""
    known = set(Call.objects.filter(alert=alert, level=alert.level).values_list("user", "way"))
    written = 0
    for contact in _contacts(users):
        for way in _ways(contact):
            if (contact.user_id, way) in known:
                continue
            call, token = _call(way, contact, now, alert=alert, rung=alert.rung, level=alert.level)
            _write(call, contact, *_words_of_alert(alert.level, link(token)))
            written += 1
    return written


def write_test(shift: Shift, now: datetime) -> int:
    """The test of a shift, on the same ways. Inside the caller's transaction."""
    written = 0
    for contact in _contacts([shift.user_id]):
        for way in _ways(contact):
            call, token = _call(way, contact, now, shift=shift, rung=shift.rung)
            _write(call, contact, *_words_of_test(link(token)))
            written += 1
    return written


def _words_of_alert(level: str, link: str) -> tuple[str, str]:
    with translation.override(organisation().language):
        body = _("Level %(level)s. To say that you are on it, and to see what to do: %(link)s")
        return _("An alert waits for somebody"), body % {"level": level, "link": link}


def _words_of_test(link: str) -> tuple[str, str]:
    with translation.override(organisation().language):
        body = _("This is a test: nothing has happened. To say that it reached you: %(link)s")
        return _("Test of your shift"), body % {"link": link}


def link(token: str) -> str:
    return f"{settings.ENVIRONMENT.url}{ANSWER_AT.format(token=token)}"


def _contacts(users: Iterable[int]) -> list[DutyContact]:
    found = DutyContact.objects.filter(user__in=list(users), user__is_active=True)
    return list(found.select_related("phone__channel").order_by("user"))


def _ways(contact: DutyContact) -> list[Call.Way]:
    """Both, where there are both: WhatsApp takes no message outside its 24 hours, and a mail may lie unread."""
    by_mail = [Call.Way.MAIL] if contact.mail and mail.is_set_up() else []
    return by_mail + ([Call.Way.MESSAGE] if contact.phone_id else [])


def _call(way: Call.Way, contact: DutyContact, now: datetime, **about: object) -> tuple[Call, str]:
    token = secrets.token_urlsafe(24)
    made = Call.objects.create(user_id=contact.user_id, way=way, at=now, token_hash=token_hash(token), **about)
    return made, token


def _write(call: Call, contact: DutyContact, subject: str, body: str) -> None:
    if call.way == Call.Way.MAIL:
        mail.write(contact.mail, subject, body, cause=f"call:{call.pk}")
    elif contact.phone:
        post.tell_colleague(contact.phone, f"{subject}. {body}", cause=f"call:{call.pk}")
