"""Other words for a danger text: what is said stays until a second person approves, and then both have signed."""

from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.conversations.wording import Speaker, danger_text, pictures
from baquiano.engine.danger import Danger
from baquiano.safety.actions import sign
from baquiano.safety.models import CrisisProposal, CrisisText, EmergencyNumber
from tests import house_full
from tests.public.house import furnish

IN_SPANISH = "/workspace/editorial/danger/es/"
PROPOSALS = "/workspace/setup/danger/proposals/"
BETTER = "Gracias por escribirnos. Si puedes, ve a un lugar con gente. Si pasa ahora mismo, llama al {numbers}."


@pytest.fixture(autouse=True)
def house(organisation: Organisation) -> None:
    furnish()
    EmergencyNumber.objects.update(kinds=["violence", "unknown"])


@pytest.fixture
def text() -> CrisisText:
    return CrisisText.objects.get(kind="violence")


def proposes(browser: Client, text: CrisisText, words: str = BETTER, do: str = "submit") -> Any:
    return browser.post(f"/workspace/setup/danger/{text.pk}/", {"words": words, "do": do})


def said() -> str:
    return danger_text(Danger.VIOLENCE, Speaker("es", "CO", pictures()))


def test_two_people_change_it_and_both_have_signed(
    edus_browser: Client, ritas_browser: Client, edu: User, rita: User, text: CrisisText
) -> None:
    assert proposes(edus_browser, text)["Location"] == IN_SPANISH
    assert "Llama ya" in said()
    page = ritas_browser.get(IN_SPANISH).text
    assert (
        "Gracias por escribirnos. Si puedes, ve a un lugar con gente. Si pasa ahora mismo, llama al 123 (emergencias)"
        in page
    )
    ritas_browser.post(f"{PROPOSALS}{CrisisProposal.objects.get().pk}/approve/")
    assert said().startswith("Gracias por escribirnos.")
    text.refresh_from_db()
    assert text.is_signed()
    assert {row.by for row in text.signatures.all()} == {edu, rita}
    verbs = set(AuditEntry.objects.filter(verb__startswith="danger_text.").values_list("verb", flat=True))
    assert verbs == {"danger_text.proposed", "danger_text.approved"}


def test_in_production_there_is_no_moment_without_signed_words(
    edus_browser: Client, ritas_browser: Client, edu: User, rita: User, carla: User, text: CrisisText, settings: Any
) -> None:
    sign([text], by=edu)
    sign([text], by=carla)
    proposes(edus_browser, text)
    ritas_browser.post(f"{PROPOSALS}{CrisisProposal.objects.get().pk}/approve/")
    settings.IS_DEMO = False
    house_full.forget_pictures()
    assert said().startswith("Gracias por escribirnos.")


def test_who_wrote_it_cannot_approve_it(ritas_browser: Client, rita: User, text: CrisisText) -> None:
    proposal = CrisisProposal.objects.create(text=text, words=BETTER, numbers=text.numbers, by=rita)
    page = ritas_browser.post(f"{PROPOSALS}{proposal.pk}/approve/", follow=True)
    assert "Otra persona debe aprobarlas" in page.text
    assert "Llama ya" in said()


def test_what_was_refused_is_not_said(edus_browser: Client, ritas_browser: Client, text: CrisisText) -> None:
    proposes(edus_browser, text)
    proposal = CrisisProposal.objects.get()
    ritas_browser.post(f"{PROPOSALS}{proposal.pk}/refuse/")
    page = ritas_browser.post(f"{PROPOSALS}{proposal.pk}/approve/", follow=True)
    assert "Alguien decidió" in page.text
    assert "Llama ya" in said()


def test_numbers_that_changed_meanwhile_are_noticed(
    edus_browser: Client, ritas_browser: Client, text: CrisisText
) -> None:
    proposes(edus_browser, text)
    CrisisText.objects.update(numbers=["co-123"])
    page = ritas_browser.post(f"{PROPOSALS}{CrisisProposal.objects.get().pk}/approve/", follow=True)
    assert "cambiaron entretanto" in page.text


@pytest.mark.parametrize(
    "wrong",
    [
        "Gracias por escribirnos. Si puedes, ve a un lugar con gente.",  # no number
        BETTER + " O al {numbers}.",
        BETTER.replace("Gracias por escribirnos", "Tu marido es un violento"),  # the lock screen
        BETTER + " Mira https://ayuda.example/",
        BETTER + " O llama al 155.",  # by hand
        BETTER + " Ya avisé a una persona.",
        BETTER + " ¿Dónde vives?",
        BETTER + " Elige en el menú.",
        BETTER + " palabras" * 40,
        BETTER + " Te daremos dinero.",
    ],
)
@pytest.mark.parametrize("do", ["submit", "preview"])
def test_what_a_danger_text_may_not_be_is_given_back_with_the_reason(
    edus_browser: Client, text: CrisisText, wrong: str, do: str
) -> None:
    page = proposes(edus_browser, text, wrong, do)
    assert page.status_code == 200
    assert 'role="alert"' in page.text or "field__error" in page.text
    assert not CrisisProposal.objects.exists()


def test_it_is_seen_first_with_its_numbers(edus_browser: Client, text: CrisisText) -> None:
    page = proposes(edus_browser, text, do="preview").text
    assert "llama al 123 (emergencias)" in page
    assert not CrisisProposal.objects.exists()


def test_carla_signs_and_proposes_nothing(carlas_browser: Client, rosas_browser: Client, text: CrisisText) -> None:
    assert "Proponer otras palabras" not in carlas_browser.get(IN_SPANISH).text
    assert proposes(carlas_browser, text).status_code == 404
    assert proposes(rosas_browser, text).status_code == 404
