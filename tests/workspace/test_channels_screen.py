"""Our lines on screen: how each is doing, its switch, and the test step by step. Nobody reads there what was said."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.channels import stopping
from baquiano.channels.actions import keep_raw
from baquiano.channels.events import Alias, Scheme
from baquiano.channels.models import Channel, RawWebhook
from baquiano.channels.protocol import OutMessage
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import actions as post
from baquiano.post.models import Letter, State, Template
from baquiano.safety.models import DutyContact
from tests.conftest import Joins, browser_of
from tests.fakes.graph import ACCOUNT, PHONE, Graph

pytestmark = pytest.mark.django_db

CHANNELS = "/workspace/setup/channels/"


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server


@pytest.fixture(autouse=True)
def line(whatsapp: Channel, graph: Graph, organisation: Organisation) -> Channel:
    whatsapp.settings = graph.settings | {"account_id": ACCOUNT}
    whatsapp.save()
    return whatsapp


@pytest.fixture
def yuli(line: Channel) -> Address:
    return identity.recognise(line, [Alias(Scheme.WHATSAPP_PHONE, PHONE)]).address


def page(browser: Client) -> str:
    return " ".join(browser.get(CHANNELS).content.decode().split())


def test_a_line_says_what_comes_in_what_waits_and_what_was_refused(
    carlas_browser: Client, line: Channel, yuli: Address
) -> None:
    keep_raw(line, b"{}")
    RawWebhook.objects.update(received_at=timezone.now() - timedelta(minutes=6), unparsed=2)
    post.send(yuli, OutMessage("secreto"), cause="1")
    Letter.objects.create(address=yuli, cause="2", body={}, state=State.FAILED, error="window", error_code=131047)
    Template.objects.create(channel=line, name="aviso_cambio", language="es", state="paused", reason="FIRST_PAUSE")
    body = page(carlas_browser)
    for words in (
        "Entró algo que aquí nadie pudo leer.",
        "Lo que entró espera desde hace más de cinco minutos a que se lea.",
        "Algunas respuestas llegaron después del día en que WhatsApp nos deja escribir libremente.",
        "aviso_cambio",
        "en pausa, por Meta",
    ):
        assert words in body
    assert "secreto" not in body
    assert PHONE not in body


def test_a_stopped_line_sends_nothing_and_what_waited_leaves_when_it_starts_again(
    carlas_browser: Client, carla: User, line: Channel, yuli: Address, graph: Graph
) -> None:
    post.send(yuli, OutMessage("Hola"), cause="1")
    assert carlas_browser.post(f"{CHANNELS}{line.pk}/stop/", {"why": "Sale dos veces"}).status_code == 302
    assert post.deliver() == 0
    assert "Carla la detuvo" in page(carlas_browser)
    assert "Sale dos veces" in page(carlas_browser)
    carlas_browser.post(f"{CHANNELS}{line.pk}/start/")
    assert post.deliver() == 1
    assert [one.words for one in graph.sent] == ["Hola"]
    verbs = AuditEntry.objects.filter(verb__startswith="channel.").order_by("pk").values_list("verb", "actor", "reason")
    assert list(verbs) == [("channel.stopped", carla.pk, "Sale dos veces"), ("channel.started", carla.pk, None)]


def test_a_line_is_not_stopped_without_saying_why(carlas_browser: Client, line: Channel) -> None:
    carlas_browser.post(f"{CHANNELS}{line.pk}/stop/", {"why": "  "})
    assert "Escribe por qué." in page(carlas_browser)
    line.refresh_from_db()
    assert line.stopped_at is None


def test_what_comes_in_by_a_stopped_line_is_kept(carla: User, line: Channel) -> None:
    stopping.stop(line, "prueba", by=carla)
    assert keep_raw(line, b"{}")


def test_a_line_that_was_mended_is_tried_again(carlas_browser: Client, line: Channel, yuli: Address) -> None:
    Channel.objects.update(trouble="token")
    post.send(yuli, OutMessage("Hola"), cause="1")
    assert post.deliver() == 0
    assert "La clave de acceso de la línea ya no vale" in page(carlas_browser)
    carlas_browser.post(f"{CHANNELS}{line.pk}/mended/")
    assert post.deliver() == 1


def test_the_test_says_what_works_and_what_to_click(brunos_browser: Client, line: Channel, graph: Graph) -> None:
    graph.is_subscribed = False
    body = " ".join(brunos_browser.post(f"{CHANNELS}{line.pk}/test/").content.decode().split())
    assert "La clave de acceso vale" in body
    assert "suscribe el campo «messages»" in body
    assert "Todo funciona." not in body
    assert "Escribe «hola» a la línea" in body
    graph.is_subscribed = True
    keep_raw(line, b"{}")
    assert "Todo funciona." in brunos_browser.post(f"{CHANNELS}{line.pk}/test/").content.decode()


def test_the_test_message_goes_to_ones_own_duty_phone_and_to_nobody_else(
    carlas_browser: Client, carla: User, line: Channel, yuli: Address, graph: Graph
) -> None:
    carlas_browser.post(f"{CHANNELS}{line.pk}/write/")
    assert not Letter.objects.exists()
    DutyContact.objects.create(user=carla, phone=yuli, phone_since=timezone.now())
    carlas_browser.post(f"{CHANNELS}{line.pk}/write/")
    assert post.deliver() == 1
    assert [one.words for one in graph.sent] == ["Prueba: esta línea funciona."]


def test_a_director_stops_a_line_and_does_not_test_it(joins: Joins, line: Channel) -> None:
    dora = browser_of(joins("dora", "Dora", Role.DIRECTOR))
    assert dora.post(f"{CHANNELS}{line.pk}/test/").status_code == 404
    assert dora.post(f"{CHANNELS}{line.pk}/stop/", {"why": "prueba"}).status_code == 302


def test_whoever_answers_people_does_not_stop_lines(rosas_browser: Client, line: Channel) -> None:
    assert rosas_browser.get(CHANNELS).status_code == 404
    assert rosas_browser.post(f"{CHANNELS}{line.pk}/stop/", {"why": "prueba"}).status_code == 404
