"""Yuli writes in the web chat and waits; Rosa takes her conversation over."""

from collections.abc import Callable
from typing import Any

import pytest

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation
from baquiano.conversations.owning import take_over
from tests.workspace.visitors import PASSWORD, Visitor, comes_in, learn_to_speak


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """argon2 takes 100 MB and a tenth of a second on purpose; what is tested here is the door, not the hash."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def yuli(webchat: Channel, organisation: Organisation) -> Visitor:
    learn_to_speak()
    return comes_in(webchat, "yulis-token")


@pytest.fixture
def waiting(yuli: Visitor) -> Conversation:
    """Yuli asked for a person: her conversation is in the queue."""
    return yuli.says("persona")


@pytest.fixture
def rosas(waiting: Conversation, rosa: User) -> Conversation:
    """Rosa has taken it over."""
    take_over(waiting, by=rosa)
    waiting.refresh_from_db()
    return waiting


@pytest.fixture
def with_password() -> Callable[[User], User]:
    """The same colleague, able to sign in by hand."""

    def give(user: User) -> User:
        user.set_password(PASSWORD)
        user.save()
        return user

    return give
