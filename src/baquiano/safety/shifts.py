"""The roster: who answers alerts, from when to when, and whether a test alert reached them.

A shift covers its hours only once its test was answered: before that it counts as nobody. Planning, beginning and ending are audited.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import Role, User
from baquiano.accounts.policy import holders, may
from baquiano.channels.registry import sender_of
from baquiano.lib.turnstile import ring, writing
from baquiano.people.models import Address
from baquiano.safety import calling
from baquiano.safety.actions import acknowledge
from baquiano.safety.models import Call, DutyContact, Rung, Shift
from baquiano.safety.watch import ACKNOWLEDGES

LONGEST = timedelta(hours=24)
TEST_LASTS = timedelta(minutes=10)
"""A test alert not answered within this time counts as not heard: nobody would come either."""
BEGINS_BEFORE = timedelta(minutes=30)
"""So early a shift may be begun: who comes before the hour tests the way there and then."""
LOOKED_AHEAD = timedelta(days=7)
LINK_LASTS = timedelta(hours=24)
_ROSTER_IS_KEPT = timedelta(days=7)


class CannotPlan(Exception):
    """Shown to staff as it is written: why this shift cannot be, and what to do."""


# Planning ----------------------------------------------------------------------------------------------------------------


def plan(user: User, rung: Rung, starts_at: datetime, ends_at: datetime, *, by: User | None) -> Shift:
    """Raises `CannotPlan`: hours already past, longer than a day, over another shift of the same person, or not theirs to answer."""
    _check_hours(starts_at, ends_at)
    if user.pk not in holders(ACKNOWLEDGES, timezone.now()):
        raise CannotPlan(_("Their role does not answer alerts. Give them one that does, or choose somebody else."))
    with writing():
        User.objects.select_for_update().get(pk=user.pk)  # two people planning the same colleague wait for each other
        if _planned_between(starts_at, ends_at).filter(user=user).exists():
            raise CannotPlan(_("They already have a shift in those hours."))
        shift = Shift.objects.create(user=user, rung=rung, starts_at=starts_at, ends_at=ends_at, planned_by=by)
        audit(by, "shift.planned", shift)
    return shift


def _check_hours(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise CannotPlan(_("A shift ends after it begins."))
    if ends_at <= timezone.now():
        raise CannotPlan(_("Those hours have passed."))
    if ends_at - starts_at > LONGEST:
        raise CannotPlan(_("Nobody stays awake so long: plan at most 24 hours, then somebody else."))


def unplan(shift: Shift, *, by: User) -> None:
    """Takes out a shift that nobody has begun. One that was begun is ended, and stays."""
    with writing():
        row = Shift.objects.select_for_update().get(pk=shift.pk)
        if row.begun_at:
            raise CannotPlan(_("This shift has begun: end it instead."))
        audit(by, "shift.unplanned", row)
        row.delete()


# Beginning, the test, ending ---------------------------------------------------------------------------------------------


def begin(shift: Shift, *, by: User) -> None:
    """ "Empezar turno", by whoever has it. The test alert leaves at once; until it is answered the shift covers nothing."""
    now = timezone.now()
    if shift.user_id != by.pk:
        raise CannotPlan(_("Only the person on this shift begins it: the test must reach them."))
    if shift.ended_at or shift.ends_at <= now:
        raise CannotPlan(_("This shift is over. Plan another one."))
    if shift.starts_at - now > BEGINS_BEFORE:
        raise CannotPlan(_("It is too early: begin at most half an hour before."))
    with writing():
        row = Shift.objects.select_for_update().get(pk=shift.pk)
        if row.begun_at is None:
            row.begun_at = now
            row.save(update_fields=["begun_at"])
            audit(by, "shift.begun", row)
        send_test(row)
    shift.refresh_from_db()


def send_test(shift: Shift) -> None:
    """To the screen, the mail and the duty phone, as an alert would come. From now on only an answer to this test counts."""
    now = timezone.now()
    with writing():
        Shift.objects.filter(pk=shift.pk).update(test_sent_at=now, tested_at=None)
        Call.objects.create(shift=shift, user_id=shift.user_id, rung=shift.rung, way=Call.Way.SCREEN, at=now)
        calling.write_test(shift, now)
        ring()
    shift.refresh_from_db()


def answer_test(shift: Shift, *, by: User) -> None:
    """The test was heard, in time and by the person on the shift: from now on it covers its hours."""
    now = timezone.now()
    with writing():
        row = Shift.objects.select_for_update().get(pk=shift.pk)
        if row.user_id != by.pk:
            raise CannotPlan(_("Only the person on this shift answers its test."))
        if row.tested_at:
            return
        if row.test_sent_at is None or now - row.test_sent_at > TEST_LASTS:
            raise CannotPlan(_("This test came too long ago: send another one."))
        row.tested_at = now
        row.save(update_fields=["tested_at"])
        Call.objects.filter(shift=row, user=by, answered_at=None).update(answered_at=now)
        audit(by, "shift.tested", row)
        ring()
    shift.refresh_from_db()


def end(shift: Shift, *, by: User) -> None:
    """Before its time. Twice is once."""
    with writing():
        row = Shift.objects.select_for_update().get(pk=shift.pk)
        if row.ended_at is None:
            row.ended_at = timezone.now()
            row.save(update_fields=["ended_at"])
            audit(by, "shift.ended", row)
            ring()
    shift.refresh_from_db()


def call_of(token: str) -> Call | None:
    """The call that this link was written for, while it can still be answered. Shows nothing and changes nothing."""
    call = Call.objects.filter(token_hash=calling.token_hash(token)).select_related("alert", "shift", "user").first()
    if call is None or timezone.now() - call.at > LINK_LASTS or not may(call.user, ACKNOWLEDGES):
        return None
    return call


def answer_by_token(token: str) -> Call | None:
    """The link in a mail or on the duty phone: acknowledges the alert, or answers the test. None: it is unknown, too old,
    or its colleague no longer answers alerts. Answering twice is answering once."""
    call = call_of(token)
    if call is None:
        return None
    if call.alert:
        acknowledge(call.alert, by=call.user)
    elif call.shift:
        try:
            answer_test(call.shift, by=call.user)
        except CannotPlan:  # too late
            return None
    call.refresh_from_db()
    return call


# Questions ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gap:
    """Hours for which nobody is planned."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Uncovered:
    """`is_now`: no shift covers this moment. `unanswered`: shifts of now whose test was not answered, begun or not.
    `gaps`: of the next seven days, in order. `has_roster`: somebody plans shifts here at all.
    """

    is_now: bool
    unanswered: tuple[Shift, ...]
    gaps: tuple[Gap, ...]
    has_roster: bool


def on_duty(now: datetime) -> list[Shift]:
    """The shifts that cover this moment, the first rung first: their test was answered."""
    return list(Shift.objects.covered(now).select_related("user").order_by("rung", "starts_at", "pk"))


def uncovered(now: datetime) -> Uncovered:
    """Where nobody would come: now, and as planned in the next seven days."""
    current = list(Shift.objects.now(now).select_related("user").order_by("rung", "starts_at", "pk"))
    waits = tuple(shift for shift in current if shift.tested_at is None)
    return Uncovered(
        is_now=len(waits) == len(current),
        unanswered=tuple(shift for shift in waits if not _may_still_answer(shift, now)),
        gaps=tuple(_gaps(_planned_between(now, now + LOOKED_AHEAD), now, now + LOOKED_AHEAD)),
        has_roster=has_roster(now),
    )


def _may_still_answer(shift: Shift, now: datetime) -> bool:
    """Its test is under way, or it began less than ten minutes ago."""
    return now - max(shift.starts_at, shift.test_sent_at or shift.starts_at) <= TEST_LASTS


def has_roster(now: datetime) -> bool:
    """Somebody had a shift in the last seven days, or will have one. Without a roster whoever looks at a screen is the first."""
    return Shift.objects.filter(ends_at__gt=now - _ROSTER_IS_KEPT).exists()


def _planned_between(since: datetime, until: datetime) -> "models.QuerySet[Shift]":
    return Shift.objects.filter(starts_at__lt=until, ends_at__gt=since, ended_at=None)


def _gaps(planned: Iterable[Shift], since: datetime, until: datetime) -> list[Gap]:
    found, free_from = [], since
    for shift in sorted(planned, key=lambda one: one.starts_at):
        if shift.starts_at > free_from:
            found.append(Gap(free_from, shift.starts_at))
        free_from = max(free_from, shift.ends_at)
    if free_from < until:
        found.append(Gap(free_from, until))
    return found


def of_rung(rung: int, now: datetime) -> set[int]:
    """Ids of who is called on this rung. Without any roster: everybody who may answer on the first, coordinators on the last."""
    on_shift = set(Shift.objects.covered(now).filter(rung=rung).values_list("user", flat=True))
    if on_shift or has_roster(now):
        return on_shift
    allowed = holders(ACKNOWLEDGES, now)
    if rung == Rung.FIRST:
        return set(allowed)
    return {user for user, roles in allowed.items() if rung == Rung.LAST and Role.COORDINATOR in roles}


# How a colleague is called -----------------------------------------------------------------------------------------------


class CannotCall(Exception):
    """Shown to staff as it is written: why this way of calling somebody does not work."""


def set_mail(user: User, mail: str, *, by: User) -> DutyContact:
    """Each colleague gives their own. Empty takes it back."""
    if user.pk != by.pk:
        raise CannotCall(_("Each person gives their own mail: it must reach them."))
    mail = mail.strip()
    if mail:
        try:
            validate_email(mail)
        except ValidationError:
            raise CannotCall(_("This is not a mail address. Write it as name@place.org.")) from None
    with writing():
        contact, _is_new = DutyContact.objects.update_or_create(user=user, defaults={"mail": mail})
        audit(by, "duty_contact.changed", contact)
    return contact


def set_phone(user: User, address: Address | None, *, by: User) -> DutyContact:
    """The duty phone is an address that wrote to us first: a colleague writes from it, and a conversation is chosen. None takes it back."""
    if address and sender_of(address.channel.kind) is None:
        raise CannotCall(_("Nothing can be sent there. Choose a conversation of a telephone."))
    if address and DutyContact.objects.filter(phone=address).exclude(user=user).exists():
        raise CannotCall(_("This telephone already calls somebody else."))
    with writing():
        since = timezone.now() if address else None
        contact, _is_new = DutyContact.objects.update_or_create(
            user=user, defaults={"phone": address, "phone_since": since}
        )
        audit(by, "duty_contact.changed", contact)
    return contact


def without_contact(now: datetime) -> list[Shift]:
    """Shifts of now and of the next seven days of people who can only be called on a screen."""
    planned = list(_planned_between(now, now + LOOKED_AHEAD).select_related("user").order_by("starts_at", "pk"))
    contacts = DutyContact.objects.filter(user__in={shift.user_id for shift in planned})
    reachable = {contact.user_id for contact in contacts if contact.mail or contact.phone_id}
    return [shift for shift in planned if shift.user_id not in reachable]
