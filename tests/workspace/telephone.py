"""The telephone of somebody who turned on a second factor."""

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value


def code_of(secret: str) -> str:
    """What it shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"
