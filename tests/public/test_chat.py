"""The chat without a script: one form, one answer, and nothing written is ever lost."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from baquiano.accounts.models import User
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Handoff, Message

SAY = "/es/chat/say/"
ID = "c" * 24


def says(phone: Client, text: str = "", *, id: str = ID, fragment: bool = False, **more: object) -> Any:
    headers = {"x-fragment": "1"} if fragment else {}
    return phone.post(SAY, {"text": text, "client_id": id, **more}, headers=headers)


def reads(phone: Client) -> str:
    return phone.get("/es/chat/").text


def test_the_first_message_sets_the_only_cookie_and_is_answered(yulis_phone: Client) -> None:
    response = says(yulis_phone, "menú", country="CO")
    cookie = response.cookies["chat"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert list(yulis_phone.cookies) == ["chat"]
    text = reads(yulis_phone)
    assert "Hola, soy un asistente automático" in text
    assert "Techo, comida y ayuda" in text
    assert Conversation.objects.get().country == "CO"


def test_the_cookie_is_secure_where_the_site_is(yulis_phone: Client, settings: Settings) -> None:
    settings.SESSION_COOKIE_SECURE = True
    assert says(yulis_phone, "menú").cookies["chat"]["secure"]


def test_the_answer_stands_where_she_looks(yulis_phone: Client) -> None:
    first = says(yulis_phone, "menú")
    asked = Message.objects.inbound().get()
    assert first.url == f"/es/chat/#m{asked.pk}"
    assert f'id="m{asked.pk}"' in reads(yulis_phone)


def test_a_double_tap_before_any_cookie_is_one_message_in_one_conversation() -> None:
    first, second = Client(), Client()
    says(first, "persona")
    says(second, "persona")
    assert Message.objects.inbound().count() == 1
    assert first.cookies["chat"].value == second.cookies["chat"].value
    assert "persona" in reads(second)


def test_other_words_under_the_id_of_an_old_page_are_another_message(yulis_phone: Client) -> None:
    says(yulis_phone, "menú")
    says(yulis_phone, "persona")
    assert Message.objects.inbound().count() == 2


def test_a_short_id_never_names_a_conversation() -> None:
    first, second = Client(), Client()
    says(first, "menú", id="1")
    says(second, "menú otra vez", id="1")
    assert Conversation.objects.count() == 2


def test_a_choice_is_tapped_and_what_was_being_written_comes_back(yulis_phone: Client) -> None:
    says(yulis_phone, "menú", country="CO")
    response = says(yulis_phone, "iba a escribir esto", choice="1:0:person|Hablar con alguien")
    assert response.status_code == 200
    assert "iba a escribir esto</textarea>" in response.text
    assert Message.objects.inbound().last().text == "Hablar con alguien"
    assert Handoff.objects.get().reason == "asked"


def test_only_what_was_offered_last_can_still_be_tapped(yulis_phone: Client) -> None:
    says(yulis_phone, "menú", country="CO")
    offered = reads(yulis_phone).count('class="choice')
    says(yulis_phone, "", choice="1:0:topic:co_sisben|Sisbén", id="d" * 24)
    text = reads(yulis_phone)
    assert offered > 4
    assert "Sisbén" in text
    assert 'value="1:1:danger|' not in text


@pytest.mark.parametrize("text", ["", "   \n ", "\x00\x01"])
def test_an_empty_message_gets_a_clear_reply_and_no_row(yulis_phone: Client, text: str) -> None:
    response = says(yulis_phone, text)
    assert response.status_code == 422
    assert "Tu mensaje llegó vacío" in response.text
    assert not Conversation.objects.exists()


def test_a_message_too_long_comes_back_whole(yulis_phone: Client) -> None:
    response = says(yulis_phone, "ñ" * 4001)
    assert response.status_code == 422
    assert "Tu mensaje pasa de 4000 letras" in response.text
    assert "ñ" * 4001 + "</textarea>" in response.text
    assert says(yulis_phone, "ñ" * 4000).status_code == 302


def test_line_breaks_count_once_and_are_kept(yulis_phone: Client) -> None:
    assert says(yulis_phone, "a\r\n" * 2000).status_code == 302
    assert Message.objects.inbound().get().text.count("\n") == 1999


def test_only_emoji_gets_a_reply(yulis_phone: Client) -> None:
    assert says(yulis_phone, "😭😭😭").status_code == 302
    assert Message.objects.exclude(author="person").exists()


def test_what_she_writes_is_shown_as_words_and_never_as_a_page(yulis_phone: Client) -> None:
    says(yulis_phone, "<script>alert(1)</script>", choice="")
    assert "&lt;script&gt;" in reads(yulis_phone)
    assert "<script>alert" not in reads(yulis_phone)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=200), st.text(max_size=60), st.text(max_size=30))
def test_no_form_breaks_the_door(house: object, text: str, choice: str, after: str) -> None:
    sent = {"text": text, "choice": choice, "after": after, "client_id": "d" * 24, "country": text[:3]}
    sent = {key: value.encode("utf-8", "replace").decode() for key, value in sent.items()}
    assert Client().post(SAY, sent).status_code in (200, 302, 422)


@pytest.mark.parametrize("path", ["/es/chat/say/", "/es/persona/", "/es/chat/forget/", "/es/co/co_sisben/servir/"])
def test_another_site_cannot_speak_in_her_name(path: str) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "cross-site"})
    response = strict.post(path, {"text": "hola", "what": "person", "client_id": ID, "version": 1, "useful": "no"})
    assert response.status_code == 403
    assert not Conversation.objects.exists()
    assert not response.cookies


def test_our_own_page_needs_no_token() -> None:
    strict = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"})
    assert says(strict, "menú").status_code == 302


def test_when_the_conversation_is_gone_she_is_told_and_keeps_her_words(yulis_phone: Client) -> None:
    says(yulis_phone, "menú")
    last = Message.objects.last().pk
    Conversation.objects.all().delete()
    response = says(yulis_phone, "sigo aquí", after=last, id="d" * 24)
    assert response.status_code == 410
    assert "La conversación anterior terminó" in response.text
    assert "sigo aquí</textarea>" in response.text
    assert says(yulis_phone, "sigo aquí", after=0, id="e" * 24).status_code == 302
    assert Message.objects.inbound().get().text == "sigo aquí"


def test_leaving_shows_the_goodbye_once_and_the_next_message_begins_anew(yulis_phone: Client) -> None:
    says(yulis_phone, "menú")
    response = says(yulis_phone, "salir", id="d" * 24)
    assert response.status_code == 200
    assert "Cerré esta conversación" in response.text
    assert response.cookies["chat"]["max-age"] == 0
    assert "Cerré esta conversación" not in reads(yulis_phone)
    says(yulis_phone, "hola", after=Message.objects.last().pk, id="e" * 24)
    assert Conversation.objects.count() == 2


def test_deleting_takes_the_words_away_on_both_sides(yulis_phone: Client) -> None:
    says(yulis_phone, "vivo con miedo")
    response = yulis_phone.post("/es/chat/forget/")
    assert "se borraron de nuestro lado" in response.text
    assert response.cookies["chat"]["max-age"] == 0
    assert not [message for message in Message.objects.all() if "miedo" in message.text]
    assert "miedo" not in reads(yulis_phone)


def test_writing_borrar_does_the_same_and_says_so(yulis_phone: Client) -> None:
    says(yulis_phone, "vivo con miedo")
    says(yulis_phone, "BORRAR", id="d" * 24)
    assert "¿Borro de nuestro lado" in reads(yulis_phone)
    response = says(yulis_phone, "sí", id="f" * 24)
    text = response.text if response.status_code == 200 else reads(yulis_phone)
    assert "Borré de nuestro lado" in text
    assert "miedo" not in text


def test_a_language_typed_by_its_name_moves_the_page_too(yulis_phone: Client) -> None:
    says(yulis_phone, "menú")
    assert says(yulis_phone, "kreyòl", id="d" * 24).url.startswith("/ht/chat/")
    assert yulis_phone.get("/es/chat/").url == "/ht/chat/"
    assert '<html lang="ht"' in yulis_phone.get("/ht/chat/").text


def test_danger_is_answered_first_with_numbers_that_can_be_called(yulis_phone: Client) -> None:
    says(yulis_phone, "mi marido me pega", country="CO")
    text = reads(yulis_phone)
    assert "line--danger" in text
    assert "Llama ya al 123" in text
    assert 'class="call" href="tel:123"' in text
    assert 'class="call" href="tel:131"' not in text
    assert Handoff.objects.get().level == "P0"


@pytest.mark.parametrize(("what", "level"), [("person", ""), ("danger", "P1")])
def test_a_person_is_one_tap_away_from_any_page(yulis_phone: Client, what: str, level: str) -> None:
    response = yulis_phone.post("/fr/persona/", {"what": what, "client_id": ID, "country": "CO"})
    assert response.url == "/fr/chat/"  # type: ignore[attr-defined]
    assert (Handoff.objects.get().level or "") == level
    assert Conversation.objects.get().language == "fr"


def test_looking_for_an_answer_keeps_what_is_being_written(yulis_phone: Client) -> None:
    says(yulis_phone, "persona")
    response = says(yulis_phone, "mientras tanto", look="1", id="d" * 24)
    assert response.status_code == 200
    assert "mientras tanto</textarea>" in response.text
    assert Message.objects.inbound().count() == 1


def test_a_person_s_answer_arrives_by_looking_and_in_the_frame(yulis_phone: Client, rosa: User) -> None:
    says(yulis_phone, "persona")
    last = Message.objects.last().pk
    assert yulis_phone.get(f"/es/chat/messages/?after={last}").status_code == 204
    conversation = Conversation.objects.get()
    owning.take_over(conversation, by=rosa)
    owning.answer(conversation, "Hola, soy del equipo.", client_id="1", by=rosa)
    assert "Hola, soy del equipo." in yulis_phone.get(f"/es/chat/waiting/?after={last}").text
    line = yulis_phone.get(f"/es/chat/messages/?after={last}").json()[-1]
    assert (line[1], line[3]) == ("s", "Hola, soy del equipo.")


def test_looking_without_a_conversation_costs_nothing_and_a_lost_one_is_told(yulis_phone: Client) -> None:
    assert yulis_phone.get("/es/chat/messages/?after=5").status_code == 204
    says(yulis_phone, "menú")
    Conversation.objects.all().delete()
    assert yulis_phone.get("/es/chat/messages/?after=5").status_code == 410


@pytest.mark.parametrize("after", ["", "x", "-1", "9" * 40, "٣"])
def test_a_broken_cursor_is_the_beginning(yulis_phone: Client, after: str) -> None:
    says(yulis_phone, "menú")
    assert yulis_phone.get("/es/chat/messages/", {"after": after}).status_code in (200, 204)


def test_the_frame_renews_itself_ever_less_often_and_then_only_by_hand(yulis_phone: Client) -> None:
    says(yulis_phone, "persona")
    assert 'content="20;url=?after=1&amp;looked=1"' in yulis_phone.get("/es/chat/waiting/?after=1").text
    assert 'content="60;' in yulis_phone.get("/es/chat/waiting/?after=1&looked=20").text
    tired = yulis_phone.get("/es/chat/waiting/?after=1&looked=30").text
    assert "http-equiv" not in tired
    assert "Mirar otra vez" in tired


def test_only_our_own_page_may_hold_the_frame(yulis_phone: Client) -> None:
    frame, page = yulis_phone.get("/es/chat/waiting/"), yulis_phone.get("/es/chat/")
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in frame["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_our_script_gets_the_new_lines_alone_and_in_which_language(yulis_phone: Client) -> None:
    """As data for the page's own blueprint: id, kind, time, words, choices."""
    response = says(yulis_phone, "menú", fragment=True, country="CO")
    hers, ours = response.json()
    assert (hers[1], hers[3]) == ("p", "menú")
    assert ours[1] == "m"
    assert len(ours[4]) > 4
    assert all(id.startswith("1:1:") and title for id, title, _note in ours[4])
    assert "X-Chat-Language" not in response
    assert says(yulis_phone, "kreyòl", fragment=True, id="d" * 24)["X-Chat-Language"] == "ht"
    refused = says(yulis_phone, "", fragment=True)
    assert refused.status_code == 422
    assert refused["Content-Type"].startswith("text/plain")


def test_what_she_writes_is_words_for_the_script_too(yulis_phone: Client) -> None:
    hers = says(yulis_phone, "<script>alert(1)</script>", fragment=True).json()[0]
    assert hers[3] == "&lt;script&gt;alert(1)&lt;/script&gt;"


def test_the_script_is_told_when_nothing_may_stay_on_the_phone(yulis_phone: Client) -> None:
    assert "X-Chat-Over" not in says(yulis_phone, "menú", fragment=True)
    assert says(yulis_phone, "salir", fragment=True, id="d" * 24)["X-Chat-Over"] == "1"


def test_what_only_a_script_can_ask_for_carries_no_rules_for_pages(yulis_phone: Client) -> None:
    """A link or a form cannot send that header; opened like a page, the same address has every rule."""
    says(yulis_phone, "menú")
    by_script = yulis_phone.get("/es/chat/messages/", headers={"x-fragment": "1"})
    assert set(by_script.headers) <= {"Content-Type", "Content-Length", "Content-Encoding", "Cache-Control"}
    as_page = yulis_phone.get("/es/chat/messages/")
    assert "frame-ancestors 'none'" in as_page["Content-Security-Policy"]
    assert as_page["Content-Type"] == "application/json"


def test_the_cookie_is_renewed_once_an_hour_and_not_with_each_turn(
    yulis_phone: Client, now: time_machine.Traveller
) -> None:
    assert "chat" in says(yulis_phone, "menú", fragment=True).cookies
    assert "chat" not in says(yulis_phone, "persona", fragment=True, id="d" * 24).cookies
    now.shift(timedelta(hours=2))
    assert "chat" in says(yulis_phone, "gracias", fragment=True, id="e" * 24).cookies


def test_going_to_the_address_of_a_form_leads_to_the_chat(yulis_phone: Client) -> None:
    assert yulis_phone.get(SAY).url == "/es/chat/"  # type: ignore[attr-defined]
    assert yulis_phone.get("/es/persona/").url == "/es/chat/"  # type: ignore[attr-defined]


def test_a_token_nobody_gave_out_opens_nothing(yulis_phone: Client) -> None:
    says(yulis_phone, "mi secreto")
    for token in ("x", "x" * 500, "' OR 1=1"):
        stranger = Client()
        stranger.cookies["chat"] = token
        assert "mi secreto" not in reads(stranger)


@pytest.mark.parametrize(
    "choice", ["1:0:language:zz|zz", "1:0:topic:nada|x", "1:0:detail:99999|x", "9:9:nada|x", "|", "x|", "|x"]
)
def test_a_forged_choice_is_answered_like_any_message(yulis_phone: Client, choice: str) -> None:
    assert says(yulis_phone, "", choice=choice).status_code in (200, 302)
    assert yulis_phone.get("/es/chat/", follow=True).status_code == 200


def test_the_conversation_is_never_stored_on_the_phone(yulis_phone: Client) -> None:
    assert "no-store" in says(yulis_phone, "", choice="")["Cache-Control"]
    says(yulis_phone, "menú")
    for page in ("/es/chat/", "/es/chat/messages/", "/es/chat/waiting/"):
        assert "no-store" in yulis_phone.get(page)["Cache-Control"]
    assert yulis_phone.get("/es/co/")["Cache-Control"] == "private, no-cache"
