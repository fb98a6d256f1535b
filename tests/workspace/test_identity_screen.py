"""A number that changed hands, at the desk: nothing of the older conversation is shown; a colleague says whether it is the same person."""

import pytest
from django.test import Client

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Kind, Received, Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import arrivals
from baquiano.conversations.models import Conversation
from baquiano.lib.turnstile import writing
from baquiano.people.models import Collision

pytestmark = pytest.mark.django_db

NUMBER = SeenAlias(Scheme.WHATSAPP_PHONE, "573000000001")


@pytest.fixture(autouse=True)
def newer(whatsapp: Channel, organisation: Organisation) -> Conversation:
    """Two people wrote from one number; the second one waits for a person."""
    for user_id, text in (("CO.a1", "algo muy suyo"), ("CO.b1", "hola")):
        aliases = (SeenAlias(Scheme.WHATSAPP_USER, user_id), NUMBER)
        with writing():
            arrivals.receive(whatsapp, Received(f"wamid.{user_id}", whatsapp.line, aliases, None, Kind.TEXT, text))
    return Conversation.objects.latest("pk")


def page(browser: Client, conversation: Conversation) -> str:
    return " ".join(browser.get(f"/workspace/inbox/{conversation.pk}/").content.decode().split())


def decide(browser: Client, conversation: Conversation, said: str) -> int:
    address = f"/workspace/inbox/{conversation.pk}/identity/{Collision.objects.get().pk}/"
    return browser.post(address, {"is_same": said}).status_code


def test_the_desk_asks_and_shows_nothing_of_the_older_conversation(rosas_browser: Client, newer: Conversation) -> None:
    body = page(rosas_browser, newer)
    assert "¿Este número era de otra persona?" in body
    assert "Es la misma persona" in body
    assert "algo muy suyo" not in body


def test_whoever_says_that_it_is_the_same_person_finds_the_way_there_and_it_is_written_down(
    rosas_browser: Client, rosa: User, newer: Conversation
) -> None:
    older = Conversation.objects.earliest("pk")
    assert decide(rosas_browser, newer, "yes") == 302
    assert Collision.objects.get().is_same is True
    assert AuditEntry.objects.get(verb="identity.same").actor == rosa
    body = page(rosas_browser, newer)
    readable = Conversation.objects.visible_to(rosa).filter(pk=older.pk).exists()
    assert (f">C{older.pk}</a>" in body) == readable
    assert "algo muy suyo" not in body, "nothing is merged"
    assert newer.messages.inbound().count() == 1


def test_another_person_stays_another_person_and_it_may_be_said_anew(
    rosas_browser: Client, newer: Conversation
) -> None:
    decide(rosas_browser, newer, "no")
    assert "otra persona</span>" in page(rosas_browser, newer)
    decide(rosas_browser, newer, "yes")
    assert Collision.objects.get().is_same is True
    assert decide(rosas_browser, newer, "nada") == 302
    assert Collision.objects.get().is_same is True


def test_whoever_may_not_read_it_decides_nothing(brunos_browser: Client, newer: Conversation) -> None:
    assert decide(brunos_browser, newer, "yes") == 404
    assert Collision.objects.get().is_same is None
