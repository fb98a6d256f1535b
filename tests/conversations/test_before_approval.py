"""A production installation before anybody has approved a word: menu, danger texts, a person; nothing from packs."""

from typing import Any

import pytest

from baquiano.accounts.models import Organisation, User
from baquiano.conversations.models import Conversation, Handoff, Quote
from baquiano.conversations.pages import answer_page, emergency_numbers
from baquiano.knowledge.actions import CannotPublish, publish, verify, withdraw
from baquiano.knowledge.models import Article, ArticleVersion
from baquiano.safety.models import EmergencyNumber, GoLive
from baquiano.safety.numbers import verify as verify_number
from tests import house_full
from tests.conversations.conftest import Phone, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(phone: Phone, settings: Any) -> Phone:
    settings.IS_DEMO = False
    Organisation.objects.update(is_demo=False)
    for country in ("CO", "CL"):  # opened long ago: a published bot never goes dark
        GoLive.objects.create(country=country)
    house_full.forget_pictures()
    return phone


def asks_for_school(phone: Phone) -> None:
    phone.says("Chile")
    work()
    phone.says("cómo inscribo a mi hija sin RUN en el colegio, me piden el IPE")
    work()


def test_nothing_of_a_pack_is_said_and_a_person_comes(production: Phone) -> None:
    asks_for_school(production)
    assert "No tengo esa respuesta verificada" in production.heard[-1]
    assert Handoff.objects.get().reason == Handoff.Reason.UNANSWERED
    assert not Quote.objects.exists()
    assert answer_page("cl_educacion_ipe", language="es", country="CL") is None


def test_the_menu_and_a_person_are_there(production: Phone) -> None:
    production.says("menu")
    work()
    assert "1. Me siento en peligro" in production.heard[-1]
    assert "2. Hablar con alguien" in production.heard[-1]


def test_a_danger_text_gives_no_number_that_nobody_has_called(production: Phone, carla: User) -> None:
    production.says("Colombia", "mi marido me está pegando ahora")
    work()
    said = next(text for text in production.heard if "pegando" not in text and "emergencias del lugar" in text)
    assert "123" not in said
    assert emergency_numbers("es", "CO") == []
    verify_number(EmergencyNumber.objects.get(pk="co_emergencias"), by=carla, how="Llamé desde un prepago sin saldo.")
    production.says("tiene un cuchillo y me va a matar")
    work()
    assert any("123" in text for text in production.heard)


def test_what_two_people_approved_is_served_with_who_checked_it_and_when(
    production: Phone, edu: User, rita: User
) -> None:
    article = Article.objects.get(pk="cl_educacion_ipe")
    proposed = article.versions.get()
    ours = ArticleVersion.objects.create(
        article=article,
        number=2,
        title=proposed.title,
        first_sentence="Pida el IPE en Ayuda Mineduc.",
        short_answer=proposed.short_answer,
        sections=proposed.sections,
        written_by=edu,
    )
    with pytest.raises(CannotPublish):
        publish(ours, reviewed_by=rita)
    ours.sources.create(position=1, title="Ayuda Mineduc", url="https://www.ayudamineduc.cl")
    with pytest.raises(CannotPublish):
        publish(ours, reviewed_by=edu)
    publish(ours, reviewed_by=rita)
    verify(ours, by=rita, how="Leí la página oficial.", good_until=ours.created_at.date().replace(year=2099))
    asks_for_school(production)
    assert "Pida el IPE en Ayuda Mineduc." in production.heard[-1]
    assert "Verificada el" in production.heard[-1]
    assert "DEMO" not in production.heard[-1]
    assert Quote.objects.get().version == ours

    withdraw(ours, by=edu, reason="Cambió la norma.")
    production.says("cómo inscribo a mi hija sin RUN en el colegio, me piden el IPE")
    work()
    assert "Pida el IPE" not in production.heard[-1]
    assert Conversation.objects.count() == 1


# -- before the first publication ---------------------------------------------------------------------------------------


@pytest.fixture
def unopened(production: Phone) -> Phone:
    GoLive.objects.all().delete()
    house_full.forget_pictures()
    return production


def test_before_a_country_is_opened_one_honest_sentence_and_a_person(unopened: Phone) -> None:
    asks_for_school(unopened)
    assert "todavía no están abiertas aquí" in unopened.heard[-1]
    assert "Hablar con alguien" in unopened.heard[-1]
    assert not Quote.objects.exists()
    unopened.says("menu")
    work()
    assert "todavía no están abiertas aquí" in unopened.heard[-1]
    unopened.says("persona")
    work()
    assert Handoff.objects.get().reason == Handoff.Reason.ASKED


def test_before_a_country_is_opened_danger_is_answered_as_always(unopened: Phone, carla: User) -> None:
    verify_number(EmergencyNumber.objects.get(pk="co_emergencias"), by=carla, how="Llamé desde un prepago sin saldo.")
    unopened.says("mi marido me está pegando ahora")
    work()
    assert any("123 (emergencias) en Colombia" in text for text in unopened.heard)
    assert not any("todavía no están abiertas" in text for text in unopened.heard)


def test_where_it_is_open_people_are_answered_and_next_door_not_yet(unopened: Phone) -> None:
    GoLive.objects.create(country="CO")
    house_full.forget_pictures()
    unopened.says("Chile")
    work()
    assert "todavía no están abiertas aquí" in unopened.heard[-1]
    unopened.says("Colombia")
    work()
    assert "todavía no están abiertas" not in unopened.heard[-1]
    assert "Me siento en peligro" in unopened.heard[-1]
