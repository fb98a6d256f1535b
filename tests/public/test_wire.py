"""What the chat costs over the wire, counted on a real connection: everything the server sends and everything our script writes.

What a browser adds by itself to each request (its name, the languages it takes) is not ours to make smaller and is not counted.
"""

import gzip
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

import pytest

SCRIPTS = 15 * 1024
TURN = 1024
LOOK = 200
OURS = {"X-Fragment": "1"}


@dataclass
class Phone:
    """Yuli's, counting: it sends what chat.js sends and keeps what a browser keeps."""

    host: str
    port: int
    cookie: str = ""
    last: int = 0
    number: int = 0

    def asks(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> tuple[Any, bytes, int]:
        """The response, its content, and how many bytes went both ways."""
        ours = {**OURS, **({"Cookie": self.cookie} if self.cookie else {}), **(headers or {})}
        form = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
        with closing(HTTPConnection(self.host, self.port)) as line:
            line.request(method, path, body or None, {**ours, **form, "Accept-Encoding": "gzip"})
            response = line.getresponse()
            content = response.read()
            head = f"HTTP/1.1 {response.status} {response.reason}\r\n" + "".join(
                f"{name}: {value}\r\n" for name, value in response.getheaders()
            )
        sent = len(f"{method} {path} HTTP/1.1\r\n") + sum(len(f"{n}: {v}\r\n") for n, v in {**ours, **form}.items())
        for value in response.headers.get_all("Set-Cookie") or []:
            self.cookie = value.split(";")[0]
        cost = sent + len(body) + len(head) + 2 + len(content)
        if response.getheader("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        self.last = max([int(found) for found in re.findall(rb'(?:data-id="|\[)(\d+)[",]', content)], default=self.last)
        return response, content, cost

    def says(self, text: str = "", choice: str = "") -> tuple[bytes, int]:
        self.number += 1
        said = {"client_id": f"{self.number:024}", "after": self.last, "text": text, "choice": choice, "country": "CO"}
        if self.number > 1:
            said = {name: value for name, value in said.items() if value and name != "country"}  # as chat.js does
        response, content, cost = self.asks("POST", "/es/chat/say/", urlencode(said))
        assert response.status == 200
        return content, cost


@pytest.fixture
def phone(live_server: Any) -> Iterator[Phone]:
    return Phone(live_server.thread.host, live_server.thread.port)


def test_the_scripts_of_the_chat_are_within_their_budget(phone: Phone) -> None:
    """All of them, compressed as they are served; the style has the budget of the first page (test_weight.py)."""
    _, html, _ = phone.asks("GET", "/es/chat/", headers={})
    scripts = re.findall(r'<script src="([^"]+)"', html.decode())
    assert len(scripts) == 2
    total = 0
    for address in scripts:
        _, content, _ = phone.asks("GET", address)
        total += len(gzip.compress(content, 9))  # whitenoise packs them once, when they are collected
    assert total <= SCRIPTS


def test_a_turn_after_the_first_costs_less_than_a_thousand_bytes(phone: Phone) -> None:
    costs = {}
    phone.says("menú")
    for text in (
        "Sisbén",
        "no sé qué hacer con los papeles de mi hija que nació aquí",
        "persona",
        "gracias",
        "mi marido me pega",
    ):
        content, costs[text] = phone.says(text)
        assert b',"m' in content
    assert max(costs.values()) <= TURN, costs


def test_a_look_that_finds_nothing_costs_next_to_nothing(phone: Phone) -> None:
    phone.says("persona")
    response, content, cost = phone.asks("GET", f"/es/chat/messages/?after={phone.last}")
    assert (response.status, content) == (204, b"")
    answer = (
        cost
        - len(phone.cookie)
        - len(f"Cookie: \r\nX-Fragment: 1\r\nGET /es/chat/messages/?after={phone.last} HTTP/1.1\r\n")
    )
    assert answer <= LOOK
    assert cost <= 2 * LOOK
