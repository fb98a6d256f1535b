"""Setup → our chat on other pages, through the front door."""

import re
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from baquiano.accounts.models import Organisation
from baquiano.channels.models import Channel, Site

FILLED = {"name": "Municipio", "origins": "https://Municipio.example/\nhttps://www.municipio.example", "language": "es"}


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel) -> None:
    """Somebody's."""


@pytest.fixture
def site(db: None) -> Site:
    return Site.objects.create(
        token="municipio-1", name="Municipio", origins=["https://municipio.example"], language="es"
    )


def test_carla_adds_a_site_and_gets_the_code(carlas_browser: Client) -> None:
    response: Any = carlas_browser.post("/workspace/setup/sites/new/", FILLED)
    site = Site.objects.get()
    assert response.url == f"/workspace/setup/sites/{site.pk}/"
    assert site.origins == ["https://municipio.example", "https://www.municipio.example"]
    html = carlas_browser.get(response.url).text
    assert f"data-site=&quot;{site.token}&quot; data-lang=&quot;es&quot; async" in html
    assert "/es/chat/&quot; data-baquiano=" in html
    assert site.name in carlas_browser.get("/workspace/setup/sites/").text
    assert "/workspace/setup/sites/" in carlas_browser.get("/workspace/setup/").text


@pytest.mark.parametrize("origins", ["https://*.example.org", "http://example.org", "https://example.org/page", ""])
def test_an_address_that_would_let_in_others_is_given_back(carlas_browser: Client, origins: str) -> None:
    response = carlas_browser.post("/workspace/setup/sites/new/", {**FILLED, "origins": origins})
    assert response.status_code == 409
    assert 'value="Municipio"' in response.text
    assert not Site.objects.exists()


def test_other_addresses_hold_in_the_frame_at_once(carlas_browser: Client, site: Site) -> None:
    carlas_browser.post(f"/workspace/setup/sites/{site.pk}/", {**FILLED, "origins": "https://nuevo.example"})
    assert (
        "frame-ancestors 'self' https://nuevo.example"
        in Client().get(f"/w/{site.token}/es/")["Content-Security-Policy"]
    )


def test_closing_and_opening_again(carlas_browser: Client, site: Site) -> None:
    carlas_browser.post(f"/workspace/setup/sites/{site.pk}/close/")
    assert Client().get(f"/w/{site.token}/es/").status_code == 410
    carlas_browser.post(f"/workspace/setup/sites/{site.pk}/open/")
    assert Client().get(f"/w/{site.token}/es/").status_code == 200


def test_the_page_to_try_it_holds_the_code_of_a_stranger_and_nothing_of_ours(
    carlas_browser: Client, site: Site
) -> None:
    response = carlas_browser.get(f"/workspace/setup/sites/{site.pk}/try/")
    assert re.search(rf'<script src="/w.js" data-site="{site.token}"', response.text)
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert "staff-bar" not in response.text


@pytest.mark.parametrize("path", ["", "new/", "{pk}/", "{pk}/try/"])
def test_rosa_who_answers_people_may_not(rosas_browser: Client, site: Site, path: str, settings: Settings) -> None:
    assert rosas_browser.get(f"/workspace/setup/sites/{path.format(pk=site.pk)}").status_code == 404
