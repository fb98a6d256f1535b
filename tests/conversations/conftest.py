"""A phone in somebody's hand, a fake Meta behind it, and a house with the shipped packs."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.safety import presence
from tests import house_full
from tests.fakes.graph import BEGAN, LINE, PHONE, Graph, Sent, text_message, voice_note, webhook

Json = dict[str, object]


@pytest.fixture(autouse=True)
def the_day_they_write() -> Iterator[None]:
    """The clock runs from where `now` stands still: whoever writes at `BEGAN` wrote today, and may be answered."""
    with time_machine.travel(datetime(2026, 11, 24, 15, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server


@pytest.fixture
def house(organisation: Organisation, packs_kept: None) -> Organisation:
    """Everything the packs bring, in an organisation that serves both countries."""
    house_full.fill()
    return organisation


@pytest.fixture
def line(graph: Graph) -> Channel:
    settings = {**graph.settings, "app_secret": graph.secret, "verify_token": "verificar"}
    return Channel.objects.create(kind="whatsapp", line=LINE, name="WhatsApp", settings=settings)


@dataclass
class Phone:
    """Somebody's WhatsApp: what it says goes through Meta's webhook, what it hears came through Meta's API."""

    graph: Graph
    channel: Channel
    number: str = PHONE
    user_id: str = ""
    clock: itertools.count = field(default_factory=lambda: itertools.count(BEGAN, 10))  # type: ignore[type-arg]
    ids: itertools.count = field(default_factory=lambda: itertools.count(1))  # type: ignore[type-arg]

    def says(self, *texts: str, id: str = "", at: int = 0) -> int:
        """All of them in one webhook; the status of our answer to Meta."""
        messages = [self.message(text, id=id, at=at) for text in texts]
        return self.posts(webhook(messages=messages))

    def message(self, text: str, *, id: str = "", at: int = 0) -> Json:
        return text_message(
            text,
            id=id or f"wamid.in{self.number}.{next(self.ids)}",
            phone=self.number,
            user_id=self.user_id,
            at=at or next(self.clock),
        )

    def says_aloud(self, media: str = "media-1", *, sha256: str = "", at: int = 0) -> int:
        return self.posts(webhook(messages=[self.voice(media, sha256=sha256, at=at)]))

    def voice(self, media: str, *, id: str = "", sha256: str = "", at: int = 0) -> Json:
        return voice_note(
            media,
            id=id or f"wamid.in{self.number}.{next(self.ids)}",
            phone=self.number,
            at=at or next(self.clock),
            sha256=sha256,
        )

    def posts(self, body: Json) -> int:
        raw = json.dumps(body).encode()
        headers = self.graph.headers(raw)
        response = Client().post(
            f"/webhooks/whatsapp/{self.channel.pk}/",
            raw,
            content_type="application/json",
            headers={"x-hub-signature-256": headers["X-Hub-Signature-256"]},
        )
        return response.status_code

    @property
    def letters(self) -> list[Sent]:
        return [sent for sent in self.graph.sent if sent.to in (self.number, self.user_id)]

    @property
    def heard(self) -> list[str]:
        return [sent.words for sent in self.letters]


@pytest.fixture
def phone(graph: Graph, line: Channel, house: Organisation) -> Phone:
    return Phone(graph, line)


def looks(user: User) -> None:
    """A screen of this colleague asks for alerts now."""
    presence.polled(user, f"the screen of {user.pk}", has_sound=True, now=timezone.now())


def work() -> None:
    """Everything due, as the loops would do it."""
    call_command("work", once=True)
