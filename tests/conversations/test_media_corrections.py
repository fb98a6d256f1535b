"""What is about another message: corrections, what somebody takes back, and reactions."""

import itertools

import pytest
from django.test import Client

from baquiano.channels.events import Kind
from baquiano.conversations import taking_back
from baquiano.conversations.models import Conversation, Enclosure, Handoff, Message
from baquiano.conversations.thread import Line, thread
from baquiano.files.models import Piece
from baquiano.people.models import Address
from baquiano.safety.models import Alert
from baquiano.terminal import loops
from tests.conversations.conftest import Phone, work
from tests.fakes.graph import Graph, picture, webhook
from tests.files import samples

pytestmark = pytest.mark.django_db

_ids = itertools.count(1)


def _about(phone: Phone, kind: str, part: dict[str, object]) -> None:
    message = {
        "id": f"wamid.about{next(_ids)}", "from": phone.number, "timestamp": str(next(phone.clock)), "type": kind, kind: part
    }  # fmt: skip
    phone.posts(webhook(messages=[message]))
    work()


def _corrects(phone: Phone, original: str, text: str) -> None:
    inner = {"type": "text", "text": {"body": text}}
    _about(phone, "edit", {"original_message_id": original, "message": inner})


def _takes_back(phone: Phone, original: str) -> None:
    _about(phone, "revoke", {"original_message_id": original})


def _reacts(phone: Phone, original: str, sign: str) -> None:
    _about(phone, "reaction", {"message_id": original} | ({"emoji": sign} if sign else {}))


def _lines() -> list[Line]:
    return thread(Conversation.objects.get())


def _line(text: str) -> Line:
    return next(line for line in _lines() if line.text == text)


def _page(browser: Client) -> str:
    return browser.get(f"/workspace/inbox/{Conversation.objects.get().pk}/").content.decode()


def _settles_all_alerts() -> None:
    Alert.objects.all().delete()


# -- corrections ---------------------------------------------------------------------------------------------------------


def test_a_correction_stands_with_the_words_it_corrects(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona", id="wamid.a")
    work()
    _corrects(phone, "wamid.a", "quiero hablar con una persona de salud")
    said, corrected = _line("persona"), _line("quiero hablar con una persona de salud")
    assert (corrected.corrects, corrected.about, said.is_corrected) == ("persona", said.id, True)
    page = _page(rosas_browser)
    assert "Corrigió: <q>persona</q>" in page
    assert "Corregido más abajo" in page


def test_a_corrected_question_is_answered_like_a_new_one(phone: Phone) -> None:
    phone.says("hola", id="wamid.a")
    work()
    before = len(phone.heard)
    _corrects(phone, "wamid.a", "cómo me inscribo en el sisbén")
    assert len(phone.heard) > before


@pytest.mark.parametrize("text", ["1", "sí", "BORRAR", "2 "])
def test_a_corrected_choice_chooses_nothing_now(phone: Phone, text: str) -> None:
    phone.says("hola", id="wamid.a")
    phone.says("BORRAR", id="wamid.b")
    work()
    inbound = Message.objects.inbound().order_by("pk")
    words = [message.text for message in inbound]
    _corrects(phone, "wamid.a", text)
    assert "cambió" in phone.heard[-1]
    assert [message.text for message in inbound.all()][: len(words)] == words


def test_danger_in_a_correction_is_danger(phone: Phone) -> None:
    phone.says("hola", id="wamid.a")
    work()
    _corrects(phone, "wamid.a", "me quiero matar")
    assert Alert.objects.get().level == "P0"
    assert Message.objects.get(kind=Kind.EDIT).level == "P0"


def test_a_correction_of_something_that_is_not_here_is_read_all_the_same(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona")
    work()
    _corrects(phone, "wamid.of-long-ago", "es mañana a las diez")
    assert "Corrigió un mensaje anterior" in _page(rosas_browser)
    assert "es mañana a las diez" in _page(rosas_browser)


def test_a_page_that_is_open_learns_that_something_above_was_corrected(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona", id="wamid.a")
    work()
    above = _line("persona").id
    last = _lines()[-1].id
    _corrects(phone, "wamid.a", "quiero hablar con una persona de salud")
    address = f"/workspace/inbox/{Conversation.objects.get().pk}/thread/"
    news = rosas_browser.get(address, {"after": str(last), "seen": "old", "standing": ""}).content.decode()
    assert f'id="line-{above}" hx-swap-oob="true"' in news
    assert "Corrigió: <q>persona</q>" in news


def test_what_is_folded_is_not_shown_by_its_correction(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona, lo que dije antes", id="wamid.a", at=next(phone.clock) - 3 * 24 * 3600)
    work()
    _corrects(phone, "wamid.a", "quiero hablar con una persona")
    page = _page(rosas_browser)
    assert "quiero hablar con una persona" in page
    assert "lo que dije antes" not in page


# -- taking back ---------------------------------------------------------------------------------------------------------


def test_what_is_taken_back_is_not_shown_and_then_erased(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona")
    work()
    phone.says("mi dirección secreta es otra", id="wamid.s")
    work()
    _settles_all_alerts()
    before = len(phone.heard)
    _takes_back(phone, "wamid.s")
    assert len(phone.heard) == before  # nobody answers it
    page = _page(rosas_browser)
    assert "mi dirección secreta" not in page
    assert "Borró un mensaje" in page
    loops.erase()
    assert not any("secreta" in message.text for message in Message.objects.all())
    assert taking_back.erase_taken_back() == 0


def test_also_its_corrections_go(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona", id="wamid.a")
    work()
    _corrects(phone, "wamid.a", "quiero hablar con una persona secreta")
    _takes_back(phone, "wamid.a")
    assert "secreta" not in _page(rosas_browser)
    loops.erase()
    assert not any("secreta" in message.text for message in Message.objects.all())


def test_while_an_alert_is_open_what_led_to_it_stays_and_goes_with_it(phone: Phone, rosas_browser: Client) -> None:
    phone.says("mi marido me está pegando ahora", id="wamid.d")
    work()
    _takes_back(phone, "wamid.d")
    loops.erase()
    assert "me está pegando" in _page(rosas_browser)
    assert "Se muestra mientras haya una alerta abierta" in _page(rosas_browser)
    _settles_all_alerts()
    assert "me está pegando" not in _page(rosas_browser)
    loops.erase()
    assert not any("pegando" in message.text for message in Message.objects.inbound())
    assert Message.objects.exclude(level="").exists()  # the mark stays


def test_a_danger_that_is_taken_back_before_anybody_read_it_is_noticed(phone: Phone) -> None:
    message = phone.message("me quiero matar", id="wamid.d")
    revoke = {
        "id": "wamid.r", "from": phone.number, "timestamp": str(next(phone.clock)), "type": "revoke",
        "revoke": {"original_message_id": "wamid.d"},
    }  # fmt: skip
    phone.posts(webhook(messages=[message, revoke]))
    loops.receiving.take_in()
    taking_back.erase_taken_back()
    assert Message.objects.get(kind="text").text
    work()
    assert Alert.objects.get().level == "P0"


def test_in_the_wrong_order_it_is_taken_back_all_the_same(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona")
    work()
    _takes_back(phone, "wamid.s")
    phone.says("esto es secreto", id="wamid.s")
    work()
    assert "esto es secreto" not in _page(rosas_browser)
    loops.erase()
    assert not any("secreto" in message.text for message in Message.objects.all())


def test_a_picture_that_is_taken_back_is_seen_while_it_is_an_unread_danger_and_then_gone(
    phone: Phone, graph: Graph, rosas_browser: Client
) -> None:
    graph.stores("media-1", samples.jpeg())
    phone.posts(webhook(messages=[picture("media-1", id="wamid.p", sha256="")]))
    work()
    one = Enclosure.objects.get()
    address = f"/workspace/inbox/{one.message.conversation_id}/enclosures/{one.message_id}/"
    _takes_back(phone, "wamid.p")
    loops.erase()
    assert rosas_browser.get(address).status_code == 200
    rosas_browser.post(f"{address}seen/", {"calm": "1"})
    assert rosas_browser.get(address).status_code == 404
    loops.erase()
    assert not Enclosure.objects.exists()
    assert not Piece.objects.exists()


def test_nobody_takes_back_what_somebody_else_said(phone: Phone, graph: Graph) -> None:
    phone.says("persona", id="wamid.hers")
    other = Phone(graph, phone.channel, number="15550007777")
    other.says("persona")
    work()
    _takes_back(other, "wamid.hers")
    loops.erase()
    mine = Message.objects.get(
        conversation__address=Address.objects.order_by("pk").first(), kind="text", author="person"
    )
    assert mine.text == "persona"


# -- reactions -----------------------------------------------------------------------------------------------------------


def test_a_reaction_stands_under_our_words_and_goes_when_it_is_taken_back(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona")
    work()
    ours, before = phone.letters[0].provider_id, len(phone.heard)
    handoffs = Handoff.objects.count()
    _reacts(phone, ours, "👍")
    assert "👍" in _page(rosas_browser)
    reacted = [line for line in _lines() if line.reaction is not None]
    assert [(line.author, line.reaction) for line in reacted] == [("machine", "👍")]
    _reacts(phone, ours, "")
    assert "👍" not in _page(rosas_browser)
    assert (len(phone.heard), Handoff.objects.count()) == (before, handoffs)


def test_a_reaction_to_her_own_words_stands_under_them(phone: Phone) -> None:
    phone.says("persona", id="wamid.a")
    work()
    _reacts(phone, "wamid.a", "❤️")
    assert _line("persona").reaction == "❤️"


def test_an_open_page_gets_the_reaction_and_nothing_else_of_that_line(phone: Phone, rosas_browser: Client) -> None:
    phone.says("persona", id="wamid.a")
    work()
    address = f"/workspace/inbox/{Conversation.objects.get().pk}/thread/"
    _reacts(phone, "wamid.a", "❤️")
    news = rosas_browser.get(address, {"after": str(_lines()[-1].id), "seen": "old", "standing": ""}).content.decode()
    assert f'<span id="sign-{_line("persona").id}" hx-swap-oob="innerHTML">' in news
    assert "❤️" in news
    assert f'id="line-{_line("persona").id}"' not in news


@pytest.mark.parametrize("kind", ["reaction", "revoke", "edit"])
def test_what_is_about_another_message_opens_no_window(phone: Phone, kind: str) -> None:
    phone.says("persona", id="wamid.a")
    work()
    heard = Address.objects.get().heard_at
    if kind == "reaction":
        _reacts(phone, "wamid.a", "👍")
    elif kind == "revoke":
        _takes_back(phone, "wamid.a")
    else:
        _corrects(phone, "wamid.a", "quiero hablar con una persona")
    assert Address.objects.get().heard_at == heard


def test_what_we_cannot_read_is_kept_with_its_kind_and_answered(phone: Phone, rosas_browser: Client) -> None:
    _about(phone, "order", {"catalog_id": "1", "product_items": []})
    assert Message.objects.inbound().get().kind == Kind.UNSUPPORTED
    assert "1. Me siento en peligro" in phone.heard[0]
    assert "Algo que no nos entregan" in _page(rosas_browser)
