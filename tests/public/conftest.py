"""Yuli's phone: a browser without an account, in front of a small house."""

import pytest
from django.test import Client

from baquiano.accounts.models import Organisation
from baquiano.channels.models import Channel
from tests.public.house import furnish


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel) -> Organisation:
    furnish()
    return organisation


@pytest.fixture
def yulis_phone() -> Client:
    return Client(headers={"accept-language": "es-CO,es;q=0.9"})
