"""The second factor: six digits from a telephone, or one of ten codes on paper. allauth keeps them, we ask for them."""

import base64
from dataclasses import dataclass
from hmac import compare_digest

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    validate_totp_code,
    yield_hotp_counters_from_time,
)
from django.contrib.sessions.backends.base import SessionBase

from baquiano.accounts import sessions
from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.lib.turnstile import writing

LAST_USED = "last_used"  # in the row of the telephone: the half minute whose code came last


@dataclass(frozen=True)
class Offer:
    """A secret that is not in force until one code of it was typed. `sealed` travels in the session, encrypted."""

    secret: str
    sealed: str
    picture: str


def is_on(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists())


def codes_left(user: User) -> int:
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(kept).get_unused_codes()) if kept else 0


def offer(user: User, sealed: str | None) -> Offer:
    """The same secret while the page is reloaded; a new one when there is none yet."""
    adapter = get_adapter()
    secret = adapter.decrypt(sealed) if sealed else generate_totp_secret()
    drawing = adapter.build_totp_svg(adapter.build_totp_url(user, secret))
    picture = "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()
    return Offer(secret, sealed or adapter.encrypt(secret), picture)


def turn_on(user: User, sealed: str, code: str) -> list[str] | None:
    """Ten recovery codes, shown once; None when the code does not fit the offered secret."""
    secret = get_adapter().decrypt(sealed)
    if not validate_totp_code(secret, code):
        return None
    with writing():
        if not is_on(user):
            row = TOTP.activate(user, secret).instance
            _is_new(row, code)  # used up: it does not open the door as well
            audit(user, "second_factor.on", row)
        return list(RecoveryCodes.activate(user).get_unused_codes())


def turn_off(user: User, *, here: SessionBase) -> None:
    """Every session but this one ends: it may not be theirs."""
    with writing():
        for row in Authenticator.objects.filter(user=user):
            audit(user, "second_factor.off", row)
            row.delete()
        sessions.close_all(user, but=here)


def new_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones stop working."""
    with writing():
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(user)
        audit(user, "recovery_codes.new", codes.instance)
        return list(codes.get_unused_codes())


def keep_codes(user: User) -> None:
    """They say that they have the codes on paper."""
    with writing():
        row = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
        if row is not None and not RecoveryCodes(row).did_view:
            RecoveryCodes(row).mark_as_viewed()
            audit(user, "recovery_codes.kept", row)


def owes_codes(user: User) -> bool:
    """It is on, and nobody has said that the codes were kept: losing the telephone would lock them out."""
    kept = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    return kept is not None and not RecoveryCodes(kept).did_view


def fits(user: User, code: str) -> bool:
    """A code of the telephone (each once), or a recovery code (each once)."""
    with writing():
        rows = {row.type: row for row in Authenticator.objects.select_for_update().filter(user=user)}
        by_phone = rows.get(Authenticator.Type.TOTP)
        if by_phone is not None and _is_new(by_phone, code):
            return True
        on_paper = rows.get(Authenticator.Type.RECOVERY_CODES)
        return on_paper is not None and bool(RecoveryCodes(on_paper).validate_code(code))


def _is_new(row: Authenticator, code: str) -> bool:
    """The code of now, later than the last one that was used. Remembered in the row: a restart forgets nothing."""
    secret = get_adapter().decrypt(row.data["secret"])
    counters = [
        counter
        for counter in yield_hotp_counters_from_time()
        if counter > row.data.get(LAST_USED, 0) and compare_digest(format_hotp_value(hotp_value(secret, counter)), code)
    ]
    if not counters:
        return False
    row.data[LAST_USED] = counters[0]
    row.save(update_fields=["data"])
    return True
