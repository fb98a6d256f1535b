"""Inviting, joining, leaving. Staff are invited; nobody signs up."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import AREA_OF, Invitation, LoginAttempts, Membership, Role, User
from baquiano.accounts.sessions import close_all
from baquiano.lib import crypto
from baquiano.lib.turnstile import writing
from baquiano.territory.models import Division

INVITATION_LASTS = timedelta(days=3)
ATTEMPTS_KEPT = timedelta(days=1)


class CannotDoThat(Exception):
    """Shown to staff as it is written."""


@dataclass(frozen=True)
class Bounds:
    """What the membership that an invitation opens is bound to. `area` "": none, or the one of the role; `territory` None: everywhere;
    `until` None: until somebody ends it. A volunteer is a membership with an end.
    """

    area: str = ""
    territory: Division | None = None
    until: datetime | None = None


UNBOUND = Bounds()


def invite(role: Role, *, by: User | None, bounds: Bounds = UNBOUND) -> str:
    """A one-time token for a link. `by` None: from the terminal, by whoever holds the machine."""
    if bounds.until is not None and bounds.until <= timezone.now():
        raise CannotDoThat(_("This day has passed. Choose one to come."))
    if role in AREA_OF and bounds.area not in ("", AREA_OF[role]):
        raise CannotDoThat(_("This role works in its own area. Leave the area empty."))
    token = secrets.token_urlsafe(24)
    with writing():
        invitation = Invitation.objects.create(
            token_hash=crypto.keyed_hash(token, "invitation"),
            role=role,
            area=bounds.area,
            territory=bounds.territory,
            until=bounds.until,
            invited_by=by,
            expires_at=timezone.now() + INVITATION_LASTS,
        )
        audit(by, "invitation.made", invitation)
    return token


def open_invitation(token: str) -> Invitation | None:
    """The invitation of this token while it can still be used."""
    return Invitation.objects.filter(
        Q(until=None) | Q(until__gt=timezone.now()),  # a volunteer whose time ended before they joined
        token_hash=crypto.keyed_hash(token, "invitation"),
        used_at=None,
        expires_at__gt=timezone.now(),
    ).first()


def accept(token: str, *, username: str, display_name: str, password: str) -> User:
    """Join with a password of one's own. Raises `CannotDoThat` with what to do."""
    with writing():
        invitation = open_invitation(token)
        if invitation is None:
            raise CannotDoThat(_("This invitation has expired or was already used. Ask for a new one."))
        if User.objects.filter(username=username).exists():
            raise CannotDoThat(_("This user name is taken. Choose another one."))
        try:
            validate_password(password, User(username=username))
        except ValidationError as problem:
            raise CannotDoThat(" ".join(problem.messages)) from None
        user = User.objects.create_user(username, password, display_name=display_name)
        Membership.objects.create(
            user=user,
            role=invitation.role,
            area=invitation.area,
            territory=invitation.territory,
            until=invitation.until,
            granted_by=invitation.invited_by,
        )
        invitation.used_at, invitation.user = timezone.now(), user
        invitation.save(update_fields=["used_at", "user"])
        audit(user, "invitation.accepted", invitation)
    return user


def end_membership(membership: Membership, *, by: User) -> None:
    """They may do nothing more from this second on, wherever they are signed in. Everything they did stays written."""
    if membership.user_id == by.pk and membership.role == Role.COORDINATOR:
        raise CannotDoThat(_("Another coordinator must end your membership, so that somebody remains."))
    with writing():
        membership.until = timezone.now()
        membership.save(update_fields=["until"])
        close_all(membership.user)
        audit(by, "membership.ended", membership, about=membership.user_id)


def forget_attempts(now: datetime) -> int:
    """Wrong passwords older than a day say nothing any more."""
    deleted, _rows = LoginAttempts.objects.filter(last_at__lt=now - ATTEMPTS_KEPT).delete()
    return deleted
