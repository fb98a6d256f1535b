"""What packs bring is a proposal: one person takes it on, another approves it, and until then production says nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.channels.models import Channel
from baquiano.knowledge.models import Article, ArticleVersion, Translation
from baquiano.safety import book
from baquiano.safety.models import CrisisSignature, CrisisText
from tests.conftest import Joins
from tests.public.house import FIRST_SENTENCE, furnish
from tests.workspace.newsroom import BATCH, DESK, PAGE, adopt, approve, in_creole, proposed, value_of


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, settings: Any) -> None:
    """In production: only what two people approved is said."""
    furnish()
    settings.IS_DEMO = False


def test_two_people_are_needed_and_then_it_is_said(
    client: Client, edus_browser: Client, ritas_browser: Client, edu: User, rita: User
) -> None:
    assert client.get(PAGE).status_code == 404
    adopt(edus_browser, proposed())
    assert client.get(PAGE).status_code == 404
    approve(ritas_browser, proposed())
    assert FIRST_SENTENCE in client.get(PAGE).text
    version = proposed()
    assert (version.written_by, version.reviewed_by) == (edu, rita)
    assert {entry.verb for entry in AuditEntry.objects.all()} >= {"article.adopted", "article.published"}


def test_whoever_answers_for_a_text_cannot_approve_it(client: Client, joins: Joins) -> None:
    both = joins("ana", "Ana", Role.EDITOR)
    both.memberships.create(role=Role.REVIEWER)
    client.force_login(both)
    adopt(client, proposed())
    page = client.post(f"{BATCH}approve/", {"version": proposed().pk})
    assert page.status_code == 409
    assert "Debe aprobarlo otra persona." in page.text
    assert proposed().published_at is None


def test_a_text_that_nobody_answers_for_cannot_be_approved(ritas_browser: Client) -> None:
    assert ritas_browser.post(f"{BATCH}approve/", {"version": proposed().pk}).status_code == 409
    assert proposed().published_at is None


def test_approving_is_not_checking(edus_browser: Client, ritas_browser: Client) -> None:
    adopt(edus_browser, proposed())
    approve(ritas_browser, proposed(), until="2030-01-01")
    assert not proposed().verifications.exists()


def test_who_says_how_she_checked_it_writes_a_verification(
    edus_browser: Client, ritas_browser: Client, rita: User
) -> None:
    adopt(edus_browser, proposed())
    until = timezone.localdate() + timedelta(days=20)
    approve(ritas_browser, proposed(), how="Llamé a la oficina.", until=until.isoformat())
    check = proposed().verifications.get()
    assert (check.by, check.how, check.good_until) == (rita, "Llamé a la oficina.", until)


@pytest.mark.parametrize("until", ["", "mañana", "2020-01-01"])
def test_a_check_without_a_day_to_come_approves_nothing_and_loses_nothing(
    edus_browser: Client, ritas_browser: Client, until: str
) -> None:
    adopt(edus_browser, proposed())
    pk = proposed().pk
    page = ritas_browser.post(f"{BATCH}approve/", {"version": pk, f"how_{pk}": "Llamé a Marta.", f"until_{pk}": until})
    assert page.status_code == 409
    assert "Llamé a Marta." in page.text
    assert f'value="{pk}" checked' in page.text
    assert proposed().published_at is None


def test_nothing_ticked_says_so(edus_browser: Client) -> None:
    page = edus_browser.post(f"{BATCH}adopt/", {})
    assert page.status_code == 409
    assert "Marca al menos un texto." in page.text


def test_a_text_decided_about_meanwhile_is_not_approved_unseen(edus_browser: Client, ritas_browser: Client) -> None:
    adopt(edus_browser, proposed())
    version = proposed()
    ArticleVersion.objects.filter(pk=version.pk).update(withdrawn_at=timezone.now())
    page = ritas_browser.post(f"{BATCH}approve/", {"version": version.pk})
    assert page.status_code == 409
    assert "cambió mientras tanto" in page.text


def test_every_text_is_there_to_be_read_whole_before_anything(edus_browser: Client) -> None:
    page = edus_browser.get(BATCH).text
    for words in (
        FIRST_SENTENCE,
        "Busca tu documento.",
        "Cuánto tarda la visita.",
        "Confirma qué se usa hoy.",
        "autoridad.example",
    ):
        assert words in page


def test_the_topics_where_a_life_may_depend_on_it_come_first(edus_browser: Client) -> None:
    Article.objects.filter(pk="cl_fonasa").update(is_life_saving=True)
    rows = edus_browser.get(f"{DESK}proposals/").context["topics"]
    assert {row.id for row in rows[:2]} == {"cl_fonasa", "gen_violencia"}
    assert [row.is_urgent for row in rows] == [True, True, False, False]


def test_the_lists_cost_the_same_for_one_text_and_for_many(
    edus_browser: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(2, 12):
        version = proposed()
        version.pk, version.number, version.article_id = (
            None,
            1,
            Article.objects.create(id=f"co_{n}", topic_id="co_sisben").pk,
        )
        version.save()
        in_creole(version)
    for page in (
        DESK,
        f"{DESK}proposals/",
        BATCH,
        f"{DESK}articles/",
        f"{DESK}languages/",
        f"{DESK}current/",
        f"{DESK}danger/",
    ):
        edus_browser.get(page)
        with django_assert_max_num_queries(26):
            assert edus_browser.get(page).status_code == 200


# -- translations ------------------------------------------------------------------------------------------------------


def test_an_unapproved_creole_text_is_never_said_until_two_people_approve_it(
    client: Client, edus_browser: Client, ritas_browser: Client
) -> None:
    version, creole = proposed(), in_creole(proposed())
    adopt(edus_browser, version)
    approve(ritas_browser, version)
    assert "Ankèt la gratis." not in client.get("/ht/co/co_sisben/").text
    edus_browser.post(f"{BATCH}adopt/", {"translation": creole.pk})
    assert "Ankèt la gratis." not in client.get("/ht/co/co_sisben/").text
    ritas_browser.post(f"{BATCH}approve/", {"translation": creole.pk})
    assert "Ankèt la gratis." in client.get("/ht/co/co_sisben/").text


def test_whoever_answers_for_a_translation_does_not_approve_it(client: Client, joins: Joins) -> None:
    both = joins("ana", "Ana", Role.EDITOR)
    both.memberships.create(role=Role.REVIEWER)
    creole = in_creole(proposed(), written_by=both)
    client.force_login(both)
    assert client.post(f"{BATCH}approve/", {"translation": creole.pk}).status_code == 409
    assert not Translation.objects.filter(published_at__isnull=False).exists()


def test_a_published_translation_is_taken_back_by_one_person(
    client: Client, edus_browser: Client, ritas_browser: Client
) -> None:
    creole = in_creole(proposed())
    adopt(edus_browser, proposed())
    edus_browser.post(f"{BATCH}adopt/", {"translation": creole.pk})
    ritas_browser.post(f"{BATCH}approve/", {"version": proposed().pk, "translation": creole.pk})
    address = f"{DESK}translations/{creole.pk}/withdraw/"
    assert edus_browser.post(address, {"reason": ""}).context["form"].errors
    edus_browser.post(address, {"reason": "Un verbo mal."})
    page = client.get("/ht/co/co_sisben/").text
    assert "Ankèt la gratis." not in page
    assert FIRST_SENTENCE in page


def test_a_translation_is_written_beside_the_spanish_words_and_waits(edus_browser: Client, edu: User) -> None:
    address = f"{DESK}articles/co_sisben/fr/"
    assert FIRST_SENTENCE in edus_browser.get(address).text
    words = {"title": "Sisbén", "first_sentence": "L'enquête est gratuite.", "short_answer": "C'est tout."}
    assert edus_browser.post(address, {**words, "title": ""}).status_code == 409
    assert edus_browser.post(address, words).status_code == 302
    row = Translation.objects.get()
    assert (row.language, row.written_by, row.published_at) == ("fr", edu, None)
    assert "L&#x27;enquête est gratuite." in edus_browser.get(BATCH).text
    assert edus_browser.get(f"{DESK}articles/co_sisben/xx/").status_code == 404


# -- danger texts ------------------------------------------------------------------------------------------------------


def test_a_danger_text_needs_the_signatures_of_two_people(edus_browser: Client, ritas_browser: Client) -> None:
    text = CrisisText.objects.get(kind="violence")
    edus_browser.post(f"{DESK}danger/es/", {"text": value_of(text)})
    assert text.pk in {one.pk for one in book.unsigned(["CO"])}
    edus_browser.post(f"{DESK}danger/es/", {"text": value_of(text)})
    assert CrisisSignature.objects.count() == 1
    ritas_browser.post(f"{DESK}danger/es/", {"text": value_of(text)})
    assert text.pk not in {one.pk for one in book.unsigned(["CO"])}


def test_nobody_signs_words_she_was_not_shown(edus_browser: Client) -> None:
    text = CrisisText.objects.get(kind="violence")
    shown = value_of(text)
    CrisisText.objects.filter(pk=text.pk).update(text="Otras palabras: {numbers}.")
    page = edus_browser.post(f"{DESK}danger/es/", {"text": shown})
    assert page.status_code == 409
    assert not CrisisSignature.objects.exists()


def test_an_operator_reads_the_texts_and_decides_nothing(rosas_browser: Client) -> None:
    page = rosas_browser.get(BATCH).text
    assert "Apruebo" not in page
    assert "Respondo" not in page
    assert rosas_browser.get(f"{DESK}danger/").status_code == 404
    assert rosas_browser.post(f"{BATCH}adopt/", {"version": proposed().pk}).status_code == 404
