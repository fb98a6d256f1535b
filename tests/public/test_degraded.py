"""When WhatsApp does not work the site says so, in the language of the page, with the ways that do."""

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.channels import stopping
from baquiano.channels.models import Channel
from baquiano.workspace.duties import duties_of

pytestmark = pytest.mark.django_db

WORDS = {
    "es": "WhatsApp no funciona ahora.",
    "en": "WhatsApp does not work now.",
    "pt": "WhatsApp não funciona agora.",
    "fr": "WhatsApp ne marche pas maintenant.",
    "ht": "WhatsApp pa mache kounye a.",
}


@pytest.mark.parametrize("language", WORDS)
def test_a_line_in_trouble_is_said_with_the_other_ways(
    language: str, client: Client, organisation: Organisation, whatsapp: Channel, webchat: Channel
) -> None:
    Organisation.objects.update(phone="01 8000 123456")
    for page in ("", "chat/"):
        assert WORDS[language] not in client.get(f"/{language}/{page}").text
    Channel.objects.filter(pk=whatsapp.pk).update(trouble="token")
    for page in ("", "chat/"):
        said = client.get(f"/{language}/{page}").text
        assert WORDS[language] in said
        assert 'href="tel:018000123456"' in said


def test_a_line_somebody_stopped_is_said_too_and_without_a_phone_only_the_chat_is_named(
    client: Client, carla: User, organisation: Organisation, whatsapp: Channel, webchat: Channel
) -> None:
    Organisation.objects.update(phone="")
    stopping.stop(whatsapp, "una prueba secreta", by=carla)
    said = client.get("/es/").text
    assert WORDS["es"] in said
    assert "tel:" not in said.split("</aside>")[1]
    assert "una prueba secreta" not in said
    assert [duty.words for duty in duties_of(carla)] == ["No sale nada por WhatsApp"]


def test_while_another_line_of_the_same_kind_works_nothing_is_said(
    client: Client, organisation: Organisation, whatsapp: Channel
) -> None:
    Channel.objects.create(kind="whatsapp", line="100000000000002", name="WhatsApp 2")
    Channel.objects.filter(pk=whatsapp.pk).update(stopped_at=timezone.now())
    assert WORDS["es"] not in client.get("/es/").text
