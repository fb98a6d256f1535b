"""The assistant's fixed sentences: worded another way by two people, said at once, and never written over by a pack."""

from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Wording, WordingProposal
from baquiano.conversations.wording import wording
from tests.public.house import furnish
from tests.workspace.visitors import comes_in

WORDING = "/workspace/setup/wording/"
LATER = "person_later"
TEXT = "Ahora no hay nadie. Te leemos {when}. Si hay peligro, llama al número de emergencias de donde estás."


@pytest.fixture(autouse=True)
def house(organisation: Organisation) -> None:
    furnish()


def proposes(browser: Client, text: str, *, key: str = LATER, language: str = "es", **other: str) -> Any:
    given = {"text": text, "country": "", "do": "submit", **other}
    return browser.post(f"{WORDING}{key}/{language}/", given)


def one() -> WordingProposal:
    return WordingProposal.objects.get()


def approves(browser: Client, proposal: WordingProposal, deed: str = "approve") -> Any:
    return browser.post(f"{WORDING}proposals/{proposal.pk}/{deed}/", follow=True)


def test_sentences_are_found_by_their_words_and_by_their_name(edus_browser: Client) -> None:
    assert "person_later" in edus_browser.get(WORDING, {"q": "no hay personas"}).text
    assert "person_later" in edus_browser.get(WORDING, {"q": "PERSON_LATER"}).text
    assert "person_later" in edus_browser.get(WORDING, {"q": "pa gen moun"}).text  # Creole
    assert "Ninguna frase tiene esas palabras" in edus_browser.get(WORDING, {"q": "zzz"}).text


def test_one_sentence_is_shown_in_every_language_with_what_is_filled_in(edus_browser: Client) -> None:
    page = edus_browser.get(f"{WORDING}{LATER}/").text
    for words in ("Español", "Criollo haitiano", "{when}"):
        assert words in page


def test_two_people_change_it_and_it_is_said_at_once(edus_browser: Client, ritas_browser: Client, rita: User) -> None:
    before = wording(LATER, "es", "CO", when="hoy")
    assert proposes(edus_browser, TEXT)["Location"] == f"{WORDING}{LATER}/"
    assert wording(LATER, "es", "CO", when="hoy") == before
    assert "Te leemos mañana desde las 08:00" in ritas_browser.get(WORDING).text  # as somebody would read it
    approves(ritas_browser, one())
    assert wording(LATER, "es", "CO", when="hoy").startswith("Ahora no hay nadie. Te leemos hoy.")
    assert one().approved_by == rita
    verbs = list(AuditEntry.objects.filter(row=f"wordingproposal:{one().pk}").values_list("verb", flat=True))
    assert verbs == ["wording.proposed", "wording.approved"]


def test_a_country_can_say_it_its_own_way(edus_browser: Client, ritas_browser: Client) -> None:
    proposes(edus_browser, TEXT, country="CL")
    approves(ritas_browser, one())
    assert wording(LATER, "es", "CL", when="hoy").startswith("Ahora no hay nadie.")
    assert not wording(LATER, "es", "CO", when="hoy").startswith("Ahora no hay nadie.")


def test_who_wrote_it_cannot_approve_it(ritas_browser: Client, rita: User) -> None:
    proposal = WordingProposal.objects.create(key=LATER, language="es", text=TEXT, by=rita)
    assert "Otra persona debe aprobarlas" in approves(ritas_browser, proposal).text
    assert Wording.objects.filter(key=LATER, text=TEXT).count() == 0


def test_what_was_refused_stays_unsaid(edus_browser: Client, ritas_browser: Client) -> None:
    proposes(edus_browser, TEXT)
    approves(ritas_browser, one(), "refuse")
    assert "Alguien decidió" in approves(ritas_browser, one()).text
    assert not Wording.objects.filter(text=TEXT).exists()


def test_while_one_waits_somebody_elses_waits_too_and_the_same_person_thinks_again(
    edus_browser: Client, rita: User
) -> None:
    WordingProposal.objects.create(key=LATER, language="es", text="De Rita: {when}", by=rita)
    assert "esperan aprobación" in proposes(edus_browser, TEXT).text
    WordingProposal.objects.all().delete()
    proposes(edus_browser, TEXT)
    proposes(edus_browser, TEXT.replace("nadie", "gente"))
    assert [row.text for row in WordingProposal.objects.filter(refused_at=None)] == [TEXT.replace("nadie", "gente")]


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        (LATER, "No hay nadie ahora.", "{when}"),
        (LATER, "No hay nadie ahora: {when}. Somos {name}.", "{name}"),
        (LATER, "No hay nadie {when", "llave"),
        (LATER, "a {when} " + "b" * 320, "300"),
        (LATER, "", "Escribe lo que debe decir"),
        (LATER, "Te daremos algo {when}", "promete"),
        (LATER, "Por la violencia, {when}", "teléfono bloqueado"),
        ("free_note", "Todo es gratis.", "QUEJA"),
        ("free_note", "Todo es gratis. Escribe QUEJA o RAPIDO.", "RAPIDO"),
        ("pick.menu", "Volver ya mismo al menú de inicio", "20"),
        ("consent.contact.v1", "¿Sí o no?", "no se cambian"),
    ],
)
def test_what_a_sentence_must_keep_is_checked(edus_browser: Client, key: str, text: str, words: str) -> None:
    page = proposes(edus_browser, text, key=key)
    assert page.status_code == 200
    assert words in page.text
    assert not WordingProposal.objects.exists()


def test_it_is_seen_first_as_they_would_read_it(edus_browser: Client) -> None:
    page = proposes(edus_browser, TEXT, do="preview")
    assert "Te leemos mañana desde las 08:00" in page.text
    assert not WordingProposal.objects.exists()


def test_a_sentence_that_does_not_exist_is_no_page(edus_browser: Client) -> None:
    assert edus_browser.get(f"{WORDING}nada/").status_code == 404
    assert edus_browser.get(f"{WORDING}nada/es/").status_code == 404
    assert edus_browser.get(f"{WORDING}{LATER}/zz/").status_code == 404


def test_the_assistant_says_it_in_the_next_message(
    edus_browser: Client, ritas_browser: Client, webchat: Channel
) -> None:
    proposes(edus_browser, "Elige un número o cuéntame.", key="menu")
    approves(ritas_browser, one())
    conversation = comes_in(webchat, "anas-token").says("menú")
    said = [message.text for message in conversation.messages.filter(author="machine")]
    assert any("Elige un número o cuéntame." in text for text in said)


def test_carla_reads_them_and_proposes_nothing(carlas_browser: Client, rosas_browser: Client) -> None:
    assert carlas_browser.get(WORDING).status_code == 200
    assert proposes(carlas_browser, TEXT).status_code == 404
    assert rosas_browser.get(WORDING).status_code == 404
