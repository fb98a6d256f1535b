"""From Meta's webhook to Meta's API: one answer to each message, in order, whatever Meta does."""

import json
import random

import pytest
from django.db import connection
from django.test import Client

from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations.models import Conversation, Handoff, Message, Quote, Rating
from baquiano.people.models import Address, Alias
from baquiano.post.models import Letter
from baquiano.safety.models import Alert
from tests.conversations.conftest import Phone, work
from tests.fakes.graph import BEGAN, PHONE, Graph, button_reply, text_message, webhook

pytestmark = pytest.mark.django_db


def test_a_question_gets_a_dated_answer_with_its_source_in_three_messages(phone: Phone) -> None:
    assert phone.says("hola") == 200
    work()
    phone.says("cómo inscribo a mi hijo en el colegio si no tiene RUN")
    work()
    assert "¿En qué país" in phone.heard[-1] or "sin verificar" in phone.heard[-1]
    if "¿En qué país" in phone.heard[-1]:
        phone.says("2")
        work()
    answer = "\n".join(phone.heard)
    assert "(sin verificar)" in answer
    assert "Fuente:" in answer
    assert Quote.objects.exists()


def test_the_first_answer_says_that_it_is_a_machine_free_and_confidential(phone: Phone) -> None:
    phone.says("hola")
    work()
    assert "asistente automático" in phone.heard[0]
    assert "gratis" in phone.heard[0]


def test_the_same_message_twice_is_one_row_and_one_letter(phone: Phone) -> None:
    phone.says("hola", id="wamid.1", at=BEGAN + 100)
    phone.says("hola", id="wamid.1", at=BEGAN + 100)
    phone.says("hola", id="wamid.1", at=BEGAN + 101)
    work()
    assert RawWebhook.objects.count() == 2
    assert Message.objects.inbound().count() == 1
    assert Letter.objects.count() == 1


def test_messages_that_wait_together_are_answered_in_the_order_they_were_sent(phone: Phone) -> None:
    second = phone.message("idioma", at=BEGAN + 200)
    first = phone.message("persona", at=BEGAN + 100)
    phone.posts(webhook(messages=[second, first]))
    work()
    assert [m.text for m in Message.objects.inbound().order_by("sent_at")] == ["persona", "idioma"]
    assert "persona del equipo" in phone.heard[0]
    assert "idioma" in phone.heard[1]
    assert Message.objects.filter(state="waiting").count() == 0


@pytest.mark.parametrize("seed", range(5))
def test_duplicates_and_shuffled_batches_give_one_letter_per_message(phone: Phone, seed: int) -> None:
    chance = random.Random(seed)
    messages = [phone.message(text, at=BEGAN + n) for n, text in enumerate(["menu", "idioma", "persona", "menu"])]
    batches = [[message] for message in messages] + [messages[:2], messages[2:]]
    chance.shuffle(batches)
    for batch in batches:
        chance.shuffle(batch)
        phone.posts(webhook(messages=batch))
    work()
    assert Message.objects.inbound().count() == 4
    assert len(phone.letters) == 4


def test_a_late_message_is_scanned_and_seen_by_a_person_but_not_answered(phone: Phone) -> None:
    phone.says("hola", at=BEGAN + 1000)
    work()
    phone.says("menu", at=BEGAN + 500)
    work()
    assert len(phone.letters) == 1
    assert Message.objects.inbound().latest("id").state == Message.State.LATE
    assert Handoff.objects.get().reason == Handoff.Reason.LATE


def test_danger_in_a_late_message_gets_its_text_and_an_alert(phone: Phone) -> None:
    phone.says("hola", at=BEGAN + 1000)
    work()
    phone.says("me kiero matar", at=BEGAN + 500)
    work()
    assert "(Mensaje automático)" in phone.heard[-1]
    assert Alert.objects.get().level == "P0"
    assert Handoff.objects.get().priority == 0


def test_danger_raises_an_alert_and_puts_the_conversation_first_in_the_queue(phone: Phone) -> None:
    phone.says("mi marido me acaba de golpear y está afuera con un cuchillo")
    work()
    assert "123" in phone.heard[0]
    assert len(phone.heard[0]) <= 320 + 20
    assert Alert.objects.get().level == "P0"
    handoff = Handoff.objects.get()
    assert (handoff.reason, handoff.priority) == (Handoff.Reason.DANGER, 0)


def test_a_voice_note_waits_for_a_person_with_danger_one_tap_away(phone: Phone) -> None:
    phone.says_aloud()
    work()
    assert "1. Me siento en peligro" in phone.heard[0]
    assert Handoff.objects.get().priority == 2


def test_a_tap_on_a_button_is_read_by_its_id(phone: Phone) -> None:
    phone.says("ayuda")
    work()
    choice = phone.letters[-1].body["interactive"]["action"]["buttons"][1]["reply"]["id"]
    tapped = button_reply(choice, "cualquier título", id="wamid.tap", phone=PHONE, at=BEGAN + 5000)
    phone.posts(webhook(messages=[tapped]))
    work()
    assert "1. Me siento en peligro" in phone.heard[-1]  # "no": the menu


def test_two_people_never_share_a_conversation(phone: Phone, graph: Graph) -> None:
    other = Phone(graph, phone.channel, number="15550007777")
    phone.says("idioma")
    other.says("persona")
    work()
    assert Conversation.objects.count() == 2
    assert len(phone.letters) == len(other.letters) == 1


def test_a_recycled_number_opens_an_empty_conversation(phone: Phone) -> None:
    phone.user_id = "CO.aaaaaaaa1"
    phone.says("persona")
    work()
    phone.user_id = "CO.bbbbbbbb2"
    phone.says("menu")
    work()
    old, new = Conversation.objects.order_by("id")
    assert old.closed_at is not None
    assert new.messages.inbound().count() == 1
    assert Handoff.objects.open().get().reason == Handoff.Reason.IDENTITY


def test_a_phone_and_its_user_id_are_one_address(phone: Phone) -> None:
    phone.user_id = "CO.aaaaaaaa1"
    phone.says("menu")
    phone.says("menu")
    work()
    assert Address.objects.count() == 1
    assert set(Alias.objects.values_list("scheme", flat=True)) == {"wa_phone", "wa_bsuid"}


def test_borrar_empties_what_was_said_on_our_side(phone: Phone) -> None:
    phone.says("soy venezolana y me llamo de prueba", "BORRAR")
    work()
    assert "¿Borro" in phone.heard[-1]  # asks once
    assert "soy venezolana y me llamo de prueba" in {message.text for message in Message.objects.inbound()}
    phone.says("1")
    work()
    assert {message.text for message in Message.objects.inbound()} == {""}


def test_salir_ends_it_and_the_next_message_begins_anew(phone: Phone) -> None:
    phone.says("salir")
    work()
    phone.says("hola")
    work()
    assert Conversation.objects.count() == 2
    assert "asistente automático" in phone.heard[-1]


def test_saying_that_it_helped_is_kept_by_version(phone: Phone) -> None:
    phone.says("hola")
    work()
    phone.says("cómo saco el NIP para FONASA en Chile sin papeles")
    work()
    if "¿En qué país" in phone.heard[-1]:
        phone.says("2")
        work()
    if not Quote.objects.exists():
        phone.says("1")
        work()
    phone.says("sí")
    work()
    assert Rating.objects.get().is_useful
    assert Rating.objects.get().version_id == Quote.objects.get().version_id


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 403), (b"{", 403), (b"\xff\xfe", 403)],
)
def test_a_wrong_signature_is_refused_whatever_the_body(line: Channel, body: bytes, status: int) -> None:
    response = Client().post(
        f"/webhooks/whatsapp/{line.pk}/",
        body,
        content_type="application/json",
        headers={"x-hub-signature-256": "sha256=00"},
    )
    assert response.status_code == status
    assert RawWebhook.objects.count() == 0


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe\x00", b"[]", b"null", b'{"entry": 7}', b"{" * 4000])
def test_a_signed_body_that_cannot_be_read_is_kept_and_counted(line: Channel, graph: Graph, body: bytes) -> None:
    response = Client().post(
        f"/webhooks/whatsapp/{line.pk}/",
        body,
        content_type="application/json",
        headers={"x-hub-signature-256": graph.headers(body)["X-Hub-Signature-256"]},
    )
    assert response.status_code == 200
    work()
    raw = RawWebhook.objects.get()
    assert raw.parsed_at is not None
    assert raw.unparsed >= 1
    assert bytes(raw.body) == body


def test_an_unknown_channel_is_not_found(db: None) -> None:
    assert Client().post("/webhooks/whatsapp/999/", b"{}", content_type="application/json").status_code == 404


def test_metas_handshake(line: Channel) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verificar", "hub.challenge": "1158201444"}
    right = Client().get(f"/webhooks/whatsapp/{line.pk}/", asked)
    wrong = Client().get(f"/webhooks/whatsapp/{line.pk}/", {**asked, "hub.verify_token": "otra"})
    assert (right.status_code, right.content) == (200, b"1158201444")
    assert wrong.status_code == 403


@pytest.mark.parametrize("text", ["👍👍👍", "x" * 10_000, "\u0000\u0001", "   ", "‮abc"])
def test_odd_texts_get_a_clear_reply_and_nothing_is_lost(phone: Phone, text: str) -> None:
    assert phone.says(text) == 200
    work()
    assert len(phone.letters) >= 1
    assert Message.objects.inbound().count() == 1


def test_nothing_anybody_said_stands_in_clear_in_the_tables(phone: Phone) -> None:
    secret = "xilófono turquesa"
    phone.says(f"hola {secret}", "persona", f"mi nombre es {secret}")
    work()
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            dump = repr(cursor.fetchall())
            assert "turquesa" not in dump, table
            assert PHONE not in dump, table


def test_two_lines_in_one_body_go_each_to_its_own_channel(phone: Phone, graph: Graph) -> None:
    second = Channel.objects.create(kind="whatsapp", line="100000000000002", name="Otra", settings=graph.settings)
    here, there = (
        webhook(messages=[phone.message("menu")]),
        webhook(
            messages=[text_message("menu", id="wamid.b", phone="15550003333", at=BEGAN + 50)], line="100000000000002"
        ),
    )
    entry = json.loads(json.dumps(here))
    entry["entry"] += json.loads(json.dumps(there))["entry"]
    phone.posts(entry)
    work()
    assert set(Address.objects.values_list("channel", flat=True)) == {phone.channel.pk, second.pk}


def test_news_of_our_letters_arrives_by_the_same_door(phone: Phone, graph: Graph) -> None:
    phone.says("menu")
    work()
    graph.report(graph.sent[0], "delivered", "read")
    graph.knock(lambda body, headers: phone.posts(json.loads(body)), copies=2, shuffled_by=random.Random(1))
    work()
    assert Letter.objects.get().state == "read"
