"""What a page costs somebody who buys data by the day."""

import gzip
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client

PHONE = {"accept-encoding": "gzip"}
FIRST_PAGE = 15 * 1024
SCRIPT = 6 * 1024
TURN = 2 * 1024
STATIC = ("ui/baquiano.css", "public/public.css", "public/public.js", "ui/icon.svg")


def packed(name: str) -> int:
    """As whitenoise keeps it."""
    found = finders.find(name)
    assert isinstance(found, str)
    return len(gzip.compress(Path(found).read_bytes(), 9))


def test_the_first_page_with_its_style_and_script_is_small(yulis_phone: Client) -> None:
    for page in ("/es/", "/ht/co/", "/es/chat/"):
        html = yulis_phone.get(page, headers=PHONE)
        assert html["Content-Encoding"] == "gzip"
        assert len(html.content) + sum(packed(name) for name in STATIC) <= FIRST_PAGE


def test_the_site_s_own_script_is_small() -> None:
    assert packed("public/public.js") <= SCRIPT


def test_a_turn_is_small(yulis_phone: Client) -> None:
    """Sent and received, compressed, with the answer's own headers."""
    headers = {**PHONE, "x-fragment": "1"}
    for number, text in enumerate(("menú", "no sé qué hacer con los papeles de mi hija que nació aquí", "persona")):
        sent = {"text": text, "client_id": f"{number:024}", "country": "CO"}
        response = yulis_phone.post("/es/chat/say/", sent, headers=headers)
        assert len(response.content) + len(response.serialize_headers()) + len(str(sent)) <= TURN


def test_a_look_that_finds_nothing_has_no_body(yulis_phone: Client) -> None:
    yulis_phone.post("/es/chat/say/", {"text": "persona", "client_id": "c" * 24})
    response = yulis_phone.get("/es/chat/messages/?after=999999", headers=PHONE)
    assert (response.status_code, response.content) == (204, b"")
    assert len(response.serialize_headers()) < 1024
