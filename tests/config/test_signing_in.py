"""Second factors are unreadable in the database, and come back."""

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection

from baquiano.accounts.models import User
from baquiano.config.signing_in import SecondFactorAdapter

SECRET = "JBSWY3DPEHPK3PXP"


def test_the_library_uses_our_adapter() -> None:
    assert isinstance(get_adapter(), SecondFactorAdapter)


def test_a_secret_comes_back_and_cannot_be_read() -> None:
    stored = SecondFactorAdapter().encrypt(SECRET)
    assert SECRET not in stored
    assert SecondFactorAdapter().decrypt(stored) == SECRET


@pytest.mark.django_db
def test_a_second_factor_is_stored_encrypted(rosa: User) -> None:
    TOTP.activate(rosa, SECRET)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        ((stored,),) = cursor.fetchall()
    assert SECRET not in str(stored)
    assert TOTP(Authenticator.objects.get()).instance.user == rosa
