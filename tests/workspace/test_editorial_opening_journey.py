"""From an idea to an answer: a new article among all the texts of the packs, in production."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import Organisation
from baquiano.channels.models import Channel
from baquiano.conversations.thread import thread
from baquiano.conversations.tools import tools
from baquiano.engine.tools import Decision
from baquiano.safety.models import GoLive
from tests import house_full
from tests.workspace.new_articles import ASKED, BUS, NEW, PUBLIC, TITLE, ask, plan, publish
from tests.workspace.visitors import comes_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(organisation: Organisation, packs_kept: None, settings: Any) -> None:
    settings.IS_DEMO = False
    house_full.fill()
    GoLive.objects.bulk_create(GoLive(country=country) for country in organisation.countries)
    house_full.forget_pictures()


@pytest.fixture
def speaks(webchat: Channel) -> Callable[[str], str]:
    """All that was said to a visitor in Chile, after she says something."""
    visitor = comes_in(webchat, "yulis-token", country="CL")
    return lambda text: "\n".join(line.text for line in thread(visitor.says(text)) if line.author != "person")


def test_an_article_of_a_new_topic_goes_from_an_idea_to_an_answer(
    edus_browser: Client, ritas_browser: Client, client: Client
) -> None:
    opened = edus_browser.post(NEW, plan())
    assert opened["Location"] == f"{BUS}edit/"
    page = edus_browser.get(f"{BUS}edit/")
    assert page.context["form"]["title"].value() == TITLE
    assert ask(edus_browser).status_code == 302
    assert ask(edus_browser, "ki kote mwen jwenn kat bis la", "ht").status_code == 302
    publish(edus_browser, ritas_browser)

    found = tools().find(ASKED, country="CL", language="es")
    assert (found.decision, found.article) == (Decision.ANSWER, "cl_tarjeta_bus")
    by_its_title = tools().find("la tarjeta del bus", country="CL", language="es")
    assert "cl_tarjeta_bus" in (by_its_title.article, *by_its_title.choices[:1])
    approved = tools().approved("cl_tarjeta_bus", country="CL")
    assert approved and approved.topic == "cl_tarjeta_bus"
    assert "cl_tarjeta_bus" in tools().topics("derechos", country="CL")
    assert "cl_tarjeta_bus" not in tools().topics("derechos", country="CO")
    assert TITLE in client.get("/es/cl/temas/derechos/").text
    assert "se compra en el metro" in client.get(PUBLIC).text


def test_the_chat_shows_the_new_topic_in_its_menu_and_answers_it(
    edus_browser: Client, ritas_browser: Client, speaks: Callable[[str], str]
) -> None:
    edus_browser.post(NEW, plan())
    ask(edus_browser)
    speaks("hola")
    assert "Tarjeta del bus" not in speaks("menú")
    assert "en el metro" not in speaks(ASKED)
    publish(edus_browser, ritas_browser)
    assert "en el metro" in speaks(ASKED)
