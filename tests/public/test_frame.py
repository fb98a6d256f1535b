"""The chat on somebody else's page: who may hold it, and that nothing happens in it without the token that its page carries."""

import re
from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import User
from baquiano.channels.models import Site
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Message

THEIRS = "https://municipio.example"
OURS = {"sec-fetch-site": "same-origin"}


@pytest.fixture
def site(db: None) -> Site:
    return Site.objects.create(token="municipio-1", name="Municipio", origins=[THEIRS, "https://www.municipio.example"])


@pytest.fixture
def frame(site: Site) -> Client:
    """A browser that keeps no cookie of ours in a frame."""
    return Client(enforce_csrf_checks=True, headers=OURS)


def page(frame: Client, site: Site) -> str:
    return frame.get(f"/w/{site.token}/es/").text


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found
    return found[1]


def says(frame: Client, site: Site, text: str, token: str, id: str = "c" * 24, **more: Any) -> Any:
    headers = more.pop("headers", {})
    return frame.post(
        f"/w/{site.token}/es/say/", {"text": text, "client_id": id, "token": token, **more}, headers=headers
    )


def test_only_its_own_pages_and_our_trial_may_hold_it(frame: Client, site: Site) -> None:
    response = frame.get(f"/w/{site.token}/es/")
    rule = response["Content-Security-Policy"]
    assert f"frame-ancestors 'self' {THEIRS} https://www.municipio.example;" in rule + ";"
    assert "script-src 'self'" in rule
    assert "X-Frame-Options" not in response
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/es/", "/es/chat/", "/es/chat/messages/", "/es/acerca/", "/workspace/login/", "/w.js"]
)
def test_every_other_page_stays_where_it_is(frame: Client, site: Site, path: str) -> None:
    response = frame.get(path)
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def test_a_conversation_needs_no_cookie_and_sets_none(frame: Client, site: Site) -> None:
    token = token_of(page(frame, site))
    response = says(frame, site, "menú", token)
    assert response.status_code == 200  # a page, not an address: the token stays out of it
    assert "Hola, soy un asistente automático" in response.text
    assert token_of(response.text) == token
    assert "menú" in says(frame, site, "persona", token, id="d" * 24).text
    assert not frame.cookies
    assert Conversation.objects.count() == 1


def test_a_reload_sends_the_same_message_once(frame: Client, site: Site) -> None:
    token = token_of(page(frame, site))
    says(frame, site, "persona", token)
    says(frame, site, "persona", token, headers={"sec-fetch-site": "none"})
    assert Message.objects.inbound().count() == 1


def test_the_cookie_of_our_own_site_is_not_looked_at(frame: Client, site: Site) -> None:
    own = Client()
    own.post("/es/chat/say/", {"text": "mi secreto", "client_id": "c" * 24})
    frame.cookies["chat"] = own.cookies["chat"].value
    assert "mi secreto" not in page(frame, site)
    assert "mi secreto" not in says(frame, site, "", token_of(page(frame, site)), look="1").text
    as_header = frame.get(f"/w/{site.token}/es/messages/", headers={"x-chat-token": own.cookies["chat"].value})
    assert as_header.status_code == 204


def test_a_token_opens_nothing_on_another_site_nor_on_ours(frame: Client, site: Site) -> None:
    other = Site.objects.create(token="otro-1", name="Otro", origins=["https://otro.example"])
    token = token_of(page(frame, site))
    says(frame, site, "mi secreto", token)
    assert frame.get(f"/w/{other.token}/es/messages/", headers={"x-chat-token": token}).status_code == 204
    assert token_of(says(frame, other, "", token, look="1").text) != token
    frame.cookies["chat"] = token
    assert "mi secreto" not in frame.get("/es/chat/").text


@pytest.mark.parametrize("token", ["", "x", "y" * 48, "ñ" * 48, "z" * 5000])
def test_a_token_that_we_did_not_give_out_is_replaced(frame: Client, site: Site, token: str) -> None:
    response = says(frame, site, "menú", token)
    assert response.status_code == 200
    assert token_of(response.text) != token


FOREIGN: list[dict[str, str]] = [
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "", "origin": "https://otro.example"},
    {"sec-fetch-site": "", "origin": "null"},
    {"sec-fetch-site": ""},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("what", ["say", "forget"])
def test_a_form_that_does_not_prove_it_is_ours_is_refused(site: Site, headers: dict[str, str], what: str) -> None:
    """Somebody who puts their own token into a form on their page would read along."""
    browser = Client(enforce_csrf_checks=True)
    token = token_of(page(browser, site))
    response = browser.post(
        f"/w/{site.token}/es/{what}/", {"text": "hola", "client_id": "c" * 24, "token": token}, headers=headers
    )
    assert response.status_code == 403
    assert not Conversation.objects.exists()


def test_an_older_browser_proves_it_by_its_origin(site: Site) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
    response = says(browser, site, "menú", token_of(page(browser, site)))
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "same-origin"


def test_our_script_looks_with_the_token_in_a_header(frame: Client, site: Site, rosa: User) -> None:
    token = token_of(page(frame, site))
    says(frame, site, "persona", token)
    last = Message.objects.latest("id").pk
    look = {"x-chat-token": token, "x-fragment": "1"}
    address = f"/w/{site.token}/es/messages/?after={last}"
    assert frame.get(address, headers=look).status_code == 204
    conversation = Conversation.objects.get()
    owning.take_over(conversation, by=rosa)
    owning.answer(conversation, "Hola, te leo.", client_id="1", by=rosa)
    line = frame.get(address, headers=look).json()[-1]
    assert (line[1], line[3]) == ("s", "Hola, te leo.")
    assert token not in frame.get(address, headers=look).text


def test_leaving_gives_the_next_conversation_another_token(frame: Client, site: Site) -> None:
    token = token_of(page(frame, site))
    says(frame, site, "menú", token)
    response = says(frame, site, "salir", token, id="d" * 24)
    assert "Cerré esta conversación" in response.text
    assert token_of(response.text) not in ("", token)
    by_script = says(frame, site, "salir", token, id="e" * 24, headers={"x-fragment": "1"})
    assert by_script["X-Chat-Token"] != token


def test_deleting_needs_the_token_too(frame: Client, site: Site) -> None:
    token = token_of(page(frame, site))
    says(frame, site, "vivo con miedo", token)
    frame.post(f"/w/{site.token}/es/forget/", {"token": token_of(page(frame, site))})
    assert [message for message in Message.objects.all() if "miedo" in message.text]
    response = frame.post(f"/w/{site.token}/es/forget/", {"token": token})
    assert "se borraron de nuestro lado" in response.text
    assert not [message for message in Message.objects.all() if "miedo" in message.text]


def test_a_language_typed_by_its_name_answers_in_it_without_leaving_the_frame(frame: Client, site: Site) -> None:
    token = token_of(page(frame, site))
    response = says(frame, site, "kreyòl", token)
    assert '<html lang="ht"' in response.text
    assert f'action="/w/{site.token}/ht/say/#new"' in response.text


@pytest.mark.parametrize("path", ["", "say/", "forget/", "messages/"])
def test_a_closed_site_says_so_and_leads_to_our_own_chat(frame: Client, site: Site, path: str) -> None:
    Site.objects.update(is_open=False)
    token = "t" * 48
    send = frame.post if path in ("say/", "forget/") else frame.get
    response: Any = send(f"/w/{site.token}/es/{path}", {"text": "hola", "token": token})
    assert response.status_code == 410
    assert 'href="/es/chat/" target="_blank"' in response.text
    assert f"frame-ancestors 'self' {THEIRS}" in response["Content-Security-Policy"]
    assert not Conversation.objects.exists()


def test_an_unknown_site_is_told_wherever_it_is_asked_for(frame: Client) -> None:
    response = frame.get("/w/nadie/pt/")
    assert response.status_code == 404
    assert "O chat não abre aqui" in response.text
    assert "<form" not in response.text
    assert "frame-ancestors *" in response["Content-Security-Policy"]


@pytest.mark.parametrize(("own", "leads_to"), [("", "/fr/"), ("pt", "/pt/")])
def test_without_a_language_it_is_that_of_the_site_or_of_the_reader(
    frame: Client, site: Site, own: str, leads_to: str
) -> None:
    Site.objects.update(language=own)
    response: Any = frame.get(f"/w/{site.token}/", headers={"accept-language": "fr"})
    assert response.url == f"/w/{site.token}{leads_to}"


def test_the_script_is_small_the_same_for_everybody_and_kept_by_browsers(frame: Client) -> None:
    response = frame.get("/w.js", headers={"accept-encoding": "gzip"})
    assert len(response.content) <= 3 * 1024
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "public, max-age=" in response["Cache-Control"]
    assert not response.cookies
    again = frame.get("/w.js", headers={"if-none-match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert "Ekri nou" in frame.get("/w.js").text


def test_nothing_of_a_conversation_stands_in_an_address(frame: Client, site: Site) -> None:
    html = says(frame, site, "mi secreto", token_of(page(frame, site))).text
    addresses = re.findall(r'(?:href|action|src|data-messages|data-chat)="([^"]*)"', html)
    assert addresses
    assert not [address for address in addresses if token_of(html) in address or "secreto" in address]
