"""How allauth behaves here: nobody signs up, second factors are stored encrypted."""

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest

from baquiano.lib import crypto


class StaffAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Staff are invited (accounts.actions.invite); there is no public sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """TOTP secrets and recovery seeds: plain by default in allauth, encrypted here."""

    def encrypt(self, text: str) -> str:
        return base64.urlsafe_b64encode(crypto.encrypt(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.decrypt(base64.urlsafe_b64decode(encrypted_text.encode())).decode()
