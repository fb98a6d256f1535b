"""Ready answers of the team: Edu writes one, Rita approves it, and any of them takes it back."""

from typing import Any

import pytest
from django.test import Client

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.conversations.models import CannedReply

READY = "/workspace/setup/replies/"
TEXT = "Dame un momento: lo averiguo y te escribo hoy."


@pytest.fixture(autouse=True)
def house(organisation: Organisation) -> None:
    """Serves Colombia and Chile."""


def writes(browser: Client, **other: str) -> Any:
    return browser.post(f"{READY}new/", {"shortcut": "espera", "language": "es", "country": "", "text": TEXT, **other})


def one() -> CannedReply:
    return CannedReply.objects.get()


def test_two_people_put_it_in_force_and_one_takes_it_back(
    edus_browser: Client, ritas_browser: Client, edu: User, rita: User
) -> None:
    assert writes(edus_browser)["Location"] == READY
    assert not CannedReply.objects.in_force().exists()
    assert TEXT in ritas_browser.get(READY).text
    ritas_browser.post(f"{READY}{one().pk}/approve/")
    assert (one().by, one().approved_by) == (edu, rita)
    assert CannedReply.objects.in_force().exists()
    edus_browser.post(f"{READY}{one().pk}/take-back/")
    assert not CannedReply.objects.in_force().exists()
    verbs = list(AuditEntry.objects.filter(row=f"cannedreply:{one().pk}").values_list("verb", flat=True))
    assert verbs == ["reply.proposed", "reply.approved", "reply.withdrawn"]


def test_who_wrote_it_cannot_approve_it(ritas_browser: Client, rita: User) -> None:
    reply = CannedReply.objects.create(shortcut="espera", language="es", text=TEXT, by=rita)
    page = ritas_browser.post(f"{READY}{reply.pk}/approve/", follow=True)
    assert "Otra persona debe aprobarlas" in page.text
    assert not CannedReply.objects.in_force().exists()


def test_new_words_stand_for_the_old_ones_once_they_are_approved(edus_browser: Client, ritas_browser: Client) -> None:
    writes(edus_browser)
    ritas_browser.post(f"{READY}{one().pk}/approve/")
    before = one()
    assert TEXT in edus_browser.get(f"{READY}new/?of={before.pk}").text
    writes(edus_browser, text="Ya lo miro.")
    assert list(CannedReply.objects.in_force().values_list("text", flat=True)) == [TEXT]
    fresh = CannedReply.objects.get(text="Ya lo miro.")
    assert TEXT in ritas_browser.get(READY).text
    ritas_browser.post(f"{READY}{fresh.pk}/approve/")
    assert list(CannedReply.objects.in_force().values_list("text", flat=True)) == ["Ya lo miro."]


def test_what_was_refused_is_not_in_force_and_cannot_be_decided_again(
    edus_browser: Client, ritas_browser: Client
) -> None:
    writes(edus_browser)
    ritas_browser.post(f"{READY}{one().pk}/refuse/")
    page = ritas_browser.post(f"{READY}{one().pk}/approve/", follow=True)
    assert "Alguien decidió sobre estas palabras" in page.text
    assert not CannedReply.objects.in_force().exists()


def test_who_thinks_again_writes_it_again(edus_browser: Client) -> None:
    writes(edus_browser)
    writes(edus_browser, text="Mejor así.")
    waiting = CannedReply.objects.filter(approved_at=None, refused_at=None)
    assert [row.text for row in waiting] == ["Mejor así."]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"shortcut": ""}, "obligatorio"),
        ({"shortcut": "dos palabras"}, "slug"),
        ({"text": "a" * 1001}, "1.000"),
        ({"text": " "}, "obligatorio"),
        ({"text": "Te daremos un mercado"}, "promete"),
        ({"text": "Ve por la trocha"}, "frontera"),
        ({"country": "VE"}, "VE"),
        ({"language": "zz"}, "zz"),
    ],
)
def test_what_cannot_be_kept_ready_is_given_back_with_the_reason(
    edus_browser: Client, wrong: dict[str, str], words: str
) -> None:
    page = writes(edus_browser, **wrong)
    assert page.status_code == 200
    assert words in page.text
    assert not CannedReply.objects.exists()


def test_rosa_reads_them_and_decides_nothing(rosas_browser: Client, edus_browser: Client) -> None:
    writes(edus_browser)
    assert TEXT in rosas_browser.get(READY).text
    assert writes(rosas_browser).status_code == 404
    for deed in ("approve", "refuse", "take-back"):
        assert rosas_browser.post(f"{READY}{one().pk}/{deed}/").status_code == 404


def test_bruno_sees_none(brunos_browser: Client) -> None:
    assert brunos_browser.get(READY).status_code == 404


# -- one place for what is set up ---------------------------------------------------------------------------------------


def test_setup_shows_each_one_only_what_they_may_open(
    carlas_browser: Client, edus_browser: Client, brunos_browser: Client
) -> None:
    carla, edu, bruno = (
        browser.get("/workspace/setup/").text for browser in (carlas_browser, edus_browser, brunos_browser)
    )
    assert all(f'href="{address}"' in carla for address in ("/workspace/hours/", "/workspace/team/", READY))
    assert READY in edu
    assert "/workspace/hours/" not in edu
    assert READY not in bruno
    assert "/workspace/hours/" in bruno


def test_every_card_leads_somewhere(carlas_browser: Client) -> None:
    page = carlas_browser.get("/workspace/setup/").text
    addresses = [part.split('"')[0] for part in page.split('setup-card" href="')[1:]]
    assert addresses
    assert all(carlas_browser.get(address).status_code == 200 for address in addresses)
