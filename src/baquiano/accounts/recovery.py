"""Letting a colleague in again who lost the password or the second factor. Nobody does it alone, and nobody for themselves.

One opens it with a reason and gets a number; another confirms it and gets a link. Both halves are told to the person by those two,
and both are asked for: neither of the two can come in as somebody else. Everything stays written.
"""

import secrets
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import Recovery, User
from baquiano.accounts.policy import may
from baquiano.accounts.sessions import close_all
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing

LASTS = timedelta(hours=24)
"""To be confirmed; then again as long to be used."""

RECOVER = "team.recover"


class CannotRecover(Exception):
    """Shown to staff as it is written."""


def open_recovery(user: User, *, reason: str, by: User | None) -> str:
    """The number that the person will be asked for, shown once. `by` None: from the terminal, when nobody here could."""
    now = timezone.now()
    if by == user:
        raise CannotRecover(_("Nobody recovers their own account: ask two colleagues."))
    if by is None and _others_who_may(user):
        raise CannotRecover(_("Somebody who works here can open it: ask them first."))
    if not reason.strip():
        raise CannotRecover(_("Write what happened: whoever confirms it must know."))
    if not _works_here(user, now):
        raise CannotRecover(_("They have no role here now. Invite them instead."))
    number = f"{secrets.randbelow(10**8):08d}"
    with writing():
        if Recovery.objects.open(now).filter(user=user).exists():
            raise CannotRecover(_("There is one open for them already. Confirm it, or call it off."))
        Recovery.objects.filter(user=user, used_at=None, called_off_at=None).update(
            called_off_at=now
        )  # too late for it
        recovery = Recovery.objects.create(
            user=user,
            opened_by=by,
            opened_at=now,
            reason=reason,
            number_hash=_number_hash(number),
            expires_at=now + LASTS,
        )
        audit(by, "recovery.opened", recovery, about=user.pk, reason=reason)
    return f"{number[:4]} {number[4:]}"


def confirm(recovery: Recovery, *, by: User | None) -> str:
    """The token of the link, shown once. `by` None: from the terminal, when there is no second colleague who may."""
    if by is None and _others_who_may(recovery.user, recovery.opened_by):
        raise CannotRecover(_("A second person who works here can confirm it: ask them."))
    if by is not None and by == recovery.user:
        raise CannotRecover(_("Nobody recovers their own account: ask two colleagues."))
    if by is not None and by == recovery.opened_by:
        raise CannotRecover(_("You opened it yourself: another colleague must confirm it."))
    token, now = secrets.token_urlsafe(24), timezone.now()
    with writing():
        confirmed = Recovery.objects.waiting(now).filter(pk=recovery.pk)
        if not confirmed.update(
            confirmed_by=by, confirmed_at=now, token_hash=_token_hash(token), expires_at=now + LASTS
        ):
            raise CannotRecover(_("It is over, or somebody else has confirmed it already."))
        audit(by, "recovery.confirmed", recovery, about=recovery.user_id)
    return token


def call_off(recovery: Recovery, *, by: User) -> None:
    now = timezone.now()
    with writing():
        if not Recovery.objects.open(now).filter(pk=recovery.pk).update(called_off_at=now):
            raise CannotRecover(_("It is over already."))
        audit(by, "recovery.called_off", recovery, about=recovery.user_id)


def with_token(token: str) -> Recovery | None:
    """The recovery of this link while it can still be used."""
    found = Recovery.objects.open(timezone.now()).filter(token_hash=_token_hash(token)).select_related("user").first()
    return found if found is not None and _works_here(found.user, timezone.now()) else None


def is_number_of(recovery: Recovery, number: str) -> bool:
    return secrets.compare_digest(recovery.number_hash, _number_hash("".join(number.split())))


def recover(recovery: Recovery, *, password: str) -> User:
    """With both halves of the key: a new password, no second factor any more, and every session of theirs is over."""
    user = recovery.user
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise CannotRecover(" ".join(problem.messages)) from None
    user.set_password(password)
    now = timezone.now()
    with writing():
        if not Recovery.objects.open(now).filter(pk=recovery.pk, confirmed_at__isnull=False).update(used_at=now):
            raise CannotRecover(_("This link is over. Ask your colleagues again."))
        user.save(update_fields=["password"])
        Authenticator.objects.filter(user_id=user.pk).delete()
        close_all(user)
        audit(user, "recovery.used", recovery, about=user.pk)
    return user


def waiting() -> list[Recovery]:
    """What a second colleague is asked to confirm."""
    return list(Recovery.objects.waiting(timezone.now()).select_related("user", "opened_by").order_by("pk"))


def _works_here(user: User, now: datetime) -> bool:
    return User.objects.working(now).filter(pk=user.pk).exists()


def _others_who_may(*but: User | None) -> bool:
    """Whether somebody else could do this half by hand, on screen."""
    known = [user.pk for user in but if user is not None]
    return any(may(user, RECOVER) for user in User.objects.working(timezone.now()).exclude(pk__in=known))


def _number_hash(number: str) -> str:
    return crypto.keyed_hash(number, "recovery number")


def _token_hash(token: str) -> str:
    return crypto.keyed_hash(token, "recovery")
