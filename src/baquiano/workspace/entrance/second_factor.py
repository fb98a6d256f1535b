"""The second factor: six digits from a telephone, or one of ten codes on paper. allauth keeps them, we ask for them."""

import base64
from dataclasses import dataclass

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.lib.turnstile import writing


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
            audit(user, "second_factor.on", row)
        return list(RecoveryCodes.activate(user).get_unused_codes())


def turn_off(user: User) -> None:
    with writing():
        for row in Authenticator.objects.filter(user=user):
            audit(user, "second_factor.off", row)
            row.delete()


def new_codes(user: User) -> list[str]:
    """Ten new recovery codes; the old ones stop working."""
    with writing():
        Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()
        codes = RecoveryCodes.activate(user)
        audit(user, "recovery_codes.new", codes.instance)
        return list(codes.get_unused_codes())


def fits(user: User, code: str) -> bool:
    """A code of the telephone (each once), or a recovery code (each once)."""
    rows = {row.type: row for row in Authenticator.objects.filter(user=user)}
    by_phone = rows.get(Authenticator.Type.TOTP)
    on_paper = rows.get(Authenticator.Type.RECOVERY_CODES)
    if by_phone is not None and TOTP(by_phone).validate_code(code):
        return True
    if on_paper is None:
        return False
    with writing():
        return bool(RecoveryCodes(on_paper).validate_code(code))
