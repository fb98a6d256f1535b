"""Channels that lose nothing: thousands of webhooks at once while workers are killed and Meta fails, on PostgreSQL with several processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from baquiano.accounts.models import Organisation
from baquiano.channels.models import Channel
from tests.bench._load import free_port, granian
from tests.fakes.graph import LINE
from tests.public.house import furnish
from tests.soak.house import House
from tests.soak.picture import draw
from tests.soak.rush import Meta, Size, check, rush, told

SMALL = Size(messages=640, phones=160, kills=10, kill_every=1.0, patience=180, batches=(1,))
LARGE = Size(messages=25_000, phones=5_000, kills=20, kill_every=5.0, patience=2_400)
HASTE = {"SEMANTIC": "0", "BAQUIANO_TEST_BUILD": "1", "BAQUIANO_HASTE": "20"}


@contextmanager
def two_web_processes(surroundings: dict[str, str]) -> Iterator[tuple[int, int]]:
    ports = free_port(), free_port()
    target = "baquiano.config.serving:application"
    with granian(target, ports[0], surroundings), granian(target, ports[1], surroundings):
        yield ports


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_thousand_webhooks_and_ten_kills(organisation: Organisation) -> None:
    furnish()
    url = os.environ["DATABASE_URL"].replace("/postgres?", f"/{connection.settings_dict['NAME']}?")
    surroundings = {**HASTE, "DATABASE_URL": url}
    with Meta(failing=SMALL.failing) as meta, two_web_processes(surroundings) as ports:
        settings = {**meta.settings, "app_secret": meta.secret}
        channel = Channel.objects.create(kind="whatsapp", line=LINE, name="Prueba", settings=settings)
        with rush(SMALL, url, ports, channel.pk, meta, surroundings) as running:
            running.run()
            check(running)
            assert len(running.couriers.waits) >= 2_000


@pytest.mark.soak
@pytest.mark.own_server
@pytest.mark.postgresql
def test_a_hundred_thousand_events(tmp_path: Path, database: str) -> None:
    """Figures and a picture are left beside the reports: docs/reference/figures.md is written from them."""
    with Meta(failing=LARGE.failing) as meta:
        house = House(tmp_path, database, meta)
        surroundings = {**house.surroundings, **HASTE}
        with (
            two_web_processes(surroundings) as ports,
            rush(LARGE, database, ports, house.channel, meta, surroundings) as running,
        ):
            running.run()
            check(running)
            print(told(running))
            draw(running.seen, LARGE.messages, Path(os.environ.get("PICTURE", tmp_path / "rush.svg")))
            assert running.couriers.events >= 100_000
