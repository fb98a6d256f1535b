"""Two keys put a ready answer or an approved article into an answer; what stays in it is noted, so that a recall finds it."""

from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.conversations import inserting, replies
from baquiano.conversations.models import Conversation, Quote
from baquiano.conversations.owning import take_over
from baquiano.conversations.replies import ReplyWords
from baquiano.conversations.wording import Speaker, pictures
from baquiano.conversations.wording import answer as as_said
from baquiano.directory import version
from baquiano.directory.models import Service, Visibility
from baquiano.engine.state import Nearby, State, to_json
from baquiano.knowledge.actions import publish, withdraw
from baquiano.knowledge.models import ArticleVersion
from tests import house_full
from tests.directory import offers
from tests.public.house import FIRST_SENTENCE, furnish
from tests.workspace.inbox_pages import PART, answer, desk_of, said_by_staff
from tests.workspace.visitors import comes_in


@pytest.fixture(autouse=True)
def house(organisation: object) -> None:
    furnish()


@pytest.fixture
def rosas(webchat: Channel, rosa: User) -> Conversation:
    conversation = comes_in(webchat, "anas-token").says("persona")
    take_over(conversation, by=rosa)
    return conversation


@pytest.fixture
def sisben(edu: User, rita: User) -> ArticleVersion:
    version = ArticleVersion.objects.get(article="co_sisben")
    version.written_by = edu
    version.save()
    return publish(version, reviewed_by=rita)


def kept_ready(shortcut: str, text: str, edu: User, rita: User, *, language: str = "es", country: str = "") -> None:
    replies.approve(replies.propose(ReplyWords(shortcut, language, country, text), by=edu), by=rita)


def ask(browser: Client, conversation: Conversation, kind: str, q: str) -> str:
    page = browser.get(desk_of(conversation, "insertables/"), {"kind": kind, "q": q}, headers=PART)
    assert page.status_code == 200
    return str(page.content.decode())


def test_a_slash_and_letters_find_a_ready_answer(
    rosas_browser: Client, rosas: Conversation, edu: User, rita: User
) -> None:
    kept_ready("horario", "Atendemos de lunes a viernes.", edu, rita)
    kept_ready("espera", "Dame un momento, lo averiguo.", edu, rita)
    found = ask(rosas_browser, rosas, "reply", "hor")
    assert "/horario" in found
    assert 'data-text="Atendemos de lunes a viernes."' in found
    assert "/espera" not in found
    assert "/espera" in ask(rosas_browser, rosas, "reply", "averig")
    assert "No hay una respuesta lista así" in ask(rosas_browser, rosas, "reply", "zzz")


def test_the_persons_language_comes_first_and_spanish_is_marked(
    rosas_browser: Client, rosas: Conversation, edu: User, rita: User
) -> None:
    kept_ready("horario", "Atendemos de lunes a viernes.", edu, rita)
    kept_ready("horario", "Nou la lendi rive vandredi.", edu, rita, language="ht")
    kept_ready("espera", "Dame un momento.", edu, rita)
    Conversation.objects.update(language="ht")
    found = ask(rosas_browser, rosas, "reply", "")
    assert "Nou la lendi" in found
    assert "Atendemos de lunes" not in found
    assert "Español" in found[found.index("/espera") :]


def test_a_country_says_it_its_own_way(rosas_browser: Client, rosas: Conversation, edu: User, rita: User) -> None:
    kept_ready("horario", "De ocho a cinco.", edu, rita)
    kept_ready("horario", "Hora de Bogotá: de ocho a cinco.", edu, rita, country="CO")
    kept_ready("horario", "Hora de Santiago: de nueve a seis.", edu, rita, country="CL")
    found = ask(rosas_browser, rosas, "reply", "horario")
    assert "Hora de Bogotá" in found
    assert "Santiago" not in found


def test_what_nobody_approved_cannot_be_inserted(rosas_browser: Client, rosas: Conversation, edu: User) -> None:
    replies.propose(ReplyWords("horario", "es", "", "Sin aprobar"), by=edu)
    assert "Sin aprobar" not in ask(rosas_browser, rosas, "reply", "hor")


def test_an_article_goes_in_exactly_as_the_assistant_says_it(
    rosas_browser: Client, rosas: Conversation, sisben: ArticleVersion
) -> None:
    found = ask(rosas_browser, rosas, "article", "sisben")
    ready = pictures()
    said = as_said(ready.shelf.texts[sisben.pk], Speaker("es", "CO", ready))
    for line in said.splitlines():
        assert line.replace("&", "&amp;") in found
    assert "La autoridad" in said
    assert f'data-version="{sisben.pk}"' in found


def test_nothing_of_another_country_is_offered(rosas_browser: Client, rosas: Conversation) -> None:
    assert "Fonasa" not in ask(rosas_browser, rosas, "article", "fonasa")
    Conversation.objects.update(country="")
    found = ask(rosas_browser, rosas, "article", "fonasa")
    assert "Fonasa" in found
    assert "Chile" in found


def test_one_letter_is_not_searched(rosas_browser: Client, rosas: Conversation) -> None:
    assert "Escribe de qué se trata" in ask(rosas_browser, rosas, "article", "s")


def test_in_production_only_what_two_people_approved_is_offered(
    rosas_browser: Client, rosas: Conversation, settings: Any, edu: User, rita: User
) -> None:
    settings.IS_DEMO = False
    house_full.forget_pictures()

    assert inserting.articles("sisben", rosas) == []
    version = ArticleVersion.objects.get(article="co_sisben")
    version.written_by = edu
    version.save()
    publish(version, reviewed_by=rita)
    assert [one.version for one in inserting.articles("sisben", rosas)] == [version.pk]


def test_what_stays_in_the_answer_is_noted_beside_it(
    rosas_browser: Client, rosas: Conversation, sisben: ArticleVersion
) -> None:
    assert (
        answer(rosas_browser, rosas, f"Mira:\n\n{FIRST_SENTENCE} Ven mañana.", inserted=f"{sisben.pk}").status_code
        == 204
    )
    quote = Quote.objects.get(version=sisben)
    assert quote.message.conversation == rosas
    assert quote.message.author == "staff"


@pytest.mark.parametrize("inserted", ["{pk}", "", "x,,{pk}0,-1", "999999999"])
def test_what_was_taken_out_again_or_made_up_is_not(
    rosas_browser: Client, rosas: Conversation, sisben: ArticleVersion, inserted: str
) -> None:
    answer(rosas_browser, rosas, "Ven mañana con tu cédula", inserted=inserted.format(pk=sisben.pk))
    assert said_by_staff(rosas) == ["Ven mañana con tu cédula"]
    assert not Quote.objects.filter(message__author="staff").exists()


def test_a_text_that_was_taken_back_meanwhile_is_not_sent(
    rosas_browser: Client, rosas: Conversation, sisben: ArticleVersion, rita: User
) -> None:
    withdraw(sisben, by=rita, reason="cambió")
    told = answer(rosas_browser, rosas, FIRST_SENTENCE, inserted=str(sisben.pk))
    assert told.status_code == 409
    assert "se retiró hace un momento" in told.content.decode()
    assert said_by_staff(rosas) == []


def test_who_answers_nobody_is_offered_nothing(
    brunos_browser: Client, edus_browser: Client, rosas: Conversation
) -> None:
    for browser in (brunos_browser, edus_browser):
        assert browser.get(desk_of(rosas, "insertables/"), {"kind": "reply"}).status_code == 404


def test_words_with_signs_of_html_are_words(rosas_browser: Client, rosas: Conversation, edu: User, rita: User) -> None:
    kept_ready("raro", 'Usa "comillas" & <b>signos</b>', edu, rita)
    found = ask(rosas_browser, rosas, "reply", "raro")
    assert "<b>signos" not in found
    assert "&quot;comillas&quot;" in found


# -- places and services --------------------------------------------------------------------------------------------------


@pytest.fixture
def dining_room() -> Service:
    owner = offers.organization()
    row = offers.service(owner, "Comedor Ficticio Uno", needs=("food",))
    offers.at(row, offers.place(owner, "Casa Ficticia"))
    hidden = offers.service(owner, "Comedor CANARIO", needs=("food",))
    offers.at(hidden, offers.shelter())
    offers.service(owner, "Comedor CANARIO del equipo", needs=("food",), areas=("CL",), visibility=Visibility.ORIENTERS)
    version.bump()
    return row


@pytest.mark.parametrize("typed", ["comida valparaíso", "comida en Valparaiso", "comedor ficticio"])
def test_a_service_is_found_by_need_and_place_or_by_name_and_goes_in_as_one_line_with_its_page(
    rosas_browser: Client, rosas: Conversation, dining_room: Service, typed: str
) -> None:
    Conversation.objects.update(country="CL")
    found = ask(rosas_browser, rosas, "service", typed)
    assert "Comedor Ficticio Uno" in found
    assert "555 0101" in found
    assert f"/es/lugar/{dining_room.pk}/{dining_room.at.get().pk}/" in found
    assert 'data-version="0"' in found
    assert "CANARIO" not in found


def test_what_the_person_looked_for_last_says_where(
    rosas_browser: Client, rosas: Conversation, dining_room: Service
) -> None:
    where = dining_room.at.get().location.division_id
    Conversation.objects.update(country="CL", state=to_json(State(nearby=Nearby("food", where or 0))))
    assert "Comedor Ficticio Uno" in ask(rosas_browser, rosas, "service", "comida")


def test_a_service_nobody_has_is_said_so(rosas_browser: Client, rosas: Conversation, dining_room: Service) -> None:
    assert "Comedor" not in ask(rosas_browser, rosas, "service", "zzzz")
    assert "pick-0" not in ask(rosas_browser, rosas, "service", "z")
