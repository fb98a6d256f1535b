"""Everything stored has an end date, and the loops keep it."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.channels.models import RawWebhook
from baquiano.conversations.models import Conversation, Message
from baquiano.people.models import Address, Alias
from baquiano.post.models import Dispatch, Letter
from tests.conversations.conftest import Phone, work

pytestmark = pytest.mark.django_db


def test_raw_bodies_live_fourteen_days(phone: Phone) -> None:
    phone.says("menu")
    work()
    with time_machine.travel(timezone.now() + timedelta(days=13)):
        work()
        assert RawWebhook.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        work()
        assert RawWebhook.objects.count() == 0


def test_a_body_nobody_has_read_yet_is_never_erased(phone: Phone) -> None:
    phone.says("menu")
    with time_machine.travel(timezone.now() + timedelta(days=60)):
        assert RawWebhook.objects.past_keeping(timezone.now()).count() == 0


def test_after_180_days_without_a_word_nothing_is_left_of_a_conversation(phone: Phone) -> None:
    phone.says("persona", "menu")
    work()
    with time_machine.travel(timezone.now() + timedelta(days=179)):
        work()
        assert Conversation.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=181)):
        work()
    for model in (Conversation, Message, Letter, Dispatch, Alias, Address):
        assert model._default_manager.count() == 0, model
