"""Edu writes a broadcast and sees what a locked telephone shows; Rita approves it; and nobody reads a name or a small number there."""

from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.post import broadcasting
from baquiano.post.models import Broadcast, Letter, Template
from tests.post.broadcast_world import Door, Somebody, Town, lines, organise, settle, the_post_sends_everything

HERE = "/workspace/broadcasts/"
WORDS = "Hay una jornada el sábado."
AGREED = Somebody("yes", (Door("telegram", heard=1),))
NOT_ASKED = Somebody("", (Door("telegram", heard=1),))
IN_DANGER = Somebody("yes", (Door("telegram", heard=1, is_held=True),))


@pytest.fixture(autouse=True)
def midday(now: time_machine.Traveller) -> None:
    """10:00 in Bogotá."""


def town_of(*people: Somebody) -> Town:
    organise()
    return settle(people, lines(), timezone.now())


def writes(browser: Client, **other: Any) -> Any:
    return browser.post(f"{HERE}new/", {"title": "Jornada", "text_es": WORDS, **other})


def one() -> Broadcast:
    return Broadcast.objects.get()


def digest(browser: Client) -> str:
    return str(browser.get(f"{HERE}{one().pk}/").context["run"].digest)


def test_from_the_words_to_the_last_letter_with_two_people(
    edus_browser: Client, ritas_browser: Client, db: None
) -> None:
    town_of(*[AGREED] * 51)
    assert writes(edus_browser)["Location"] == f"{HERE}{one().pk}/"
    page = edus_browser.get(f"{HERE}{one().pk}/").text
    assert "begin/" not in page, "more than fifty: not alone"
    edus_browser.post(f"{HERE}{one().pk}/hand-in/")
    page = ritas_browser.get(f"{HERE}{one().pk}/").text
    assert WORDS in page
    ritas_browser.post(f"{HERE}{one().pk}/approve/", {"seen": digest(ritas_browser)})
    while broadcasting.due(timezone.now()):
        the_post_sends_everything(timezone.now())
    assert "51 / 51" in edus_browser.get(f"{HERE}{one().pk}/").text
    assert Letter.objects.count() == 51


def test_a_few_may_be_written_to_by_its_writer_alone(edus_browser: Client, db: None) -> None:
    town_of(AGREED, AGREED)
    writes(edus_browser)
    edus_browser.post(f"{HERE}{one().pk}/begin/", {"seen": digest(edus_browser)})
    assert one().state == Broadcast.Stage.SENDING


def test_an_old_dry_run_is_not_a_yes(edus_browser: Client, db: None) -> None:
    town_of(AGREED, AGREED)
    writes(edus_browser)
    page = edus_browser.post(f"{HERE}{one().pk}/begin/", {"seen": "0123456789abcdef"}, follow=True)
    assert "Mira otra vez" in page.text
    assert one().state == Broadcast.Stage.DRAFT


def test_the_dry_run_says_why_the_others_do_not_get_it_and_betrays_nobody(edus_browser: Client, db: None) -> None:
    town_of(*[AGREED] * 6, *[NOT_ASKED] * 7, *[IN_DANGER] * 2)
    writes(edus_browser)
    page = edus_browser.get(f"{HERE}{one().pk}/")
    rows = {str(row.word): row.count for row in page.context["why_not"]}
    assert list(rows.values()) == [7, None], "two people in danger are fewer than five, whoever they are"
    assert "1555" not in page.text
    assert not AuditEntry.objects.filter(verb__endswith=".read").exists(), "nobody's data were opened"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("Charla sobre violencia el sábado.", "violencia"),
        ("Te garantizamos una casa.", "promete"),
    ],
)
def test_words_that_may_not_be_said_are_not_kept(edus_browser: Client, db: None, words: str, fault: str) -> None:
    town_of(AGREED)
    page = writes(edus_browser, text_es=words)
    assert page.status_code == 422
    assert fault in page.text
    assert not Broadcast.objects.exists()


def test_what_a_locked_telephone_shows_is_seen_while_it_is_written(edus_browser: Client, db: None) -> None:
    town_of(AGREED)
    Template.objects.filter(language="ht").update(text="Gen nouvèl pou ou.")
    told = {
        "text_es": "Mañana hay una jornada en la plaza, de nueve a cinco. Llama al 601 000 0000.",
        "text_ht": "Demen.",
    }
    page = edus_browser.post(f"{HERE}preview/", told).text
    assert "Mañana hay una jornada en la plaza, de n…" in page
    assert "Gen nouvèl pou ou." in page
    assert "1 SMS" in page
    assert "Hay un número" in page
    assert not Broadcast.objects.exists()


def test_it_is_paused_goes_on_and_is_stopped(edus_browser: Client, ritas_browser: Client, db: None) -> None:
    town_of(AGREED, AGREED)
    writes(edus_browser)
    edus_browser.post(f"{HERE}{one().pk}/begin/", {"seen": digest(edus_browser)})
    for deed, stage in (("pause", "paused"), ("go-on", "sending"), ("stop", "stopped")):
        ritas_browser.post(f"{HERE}{one().pk}/{deed}/")
        assert one().state == stage
    page = ritas_browser.post(f"{HERE}{one().pk}/go-on/", follow=True).text
    assert "Mira otra vez" in page


def test_the_poll_says_nothing_while_nothing_has_changed(edus_browser: Client, db: None) -> None:
    town_of(AGREED, AGREED)
    writes(edus_browser)
    edus_browser.post(f"{HERE}{one().pk}/begin/", {"seen": digest(edus_browser)})
    first = edus_browser.get(f"{HERE}{one().pk}/progress/")
    again = edus_browser.get(f"{HERE}{one().pk}/progress/", {"seen": first.context["progress"].seen})
    assert (first.status_code, again.status_code) == (200, 204)
    broadcasting.due(timezone.now())
    the_post_sends_everything(timezone.now())
    assert edus_browser.get(f"{HERE}{one().pk}/progress/", {"seen": first.context["progress"].seen}).status_code == 200


def test_a_draft_is_changed_thrown_away_and_sent_back(edus_browser: Client, ritas_browser: Client, db: None) -> None:
    town_of(AGREED)
    writes(edus_browser)
    assert WORDS in edus_browser.get(f"{HERE}{one().pk}/edit/").text
    edus_browser.post(
        f"{HERE}{one().pk}/edit/", {"title": "Jornada", "text_es": "Otra cosa.", "channels": ["telegram"]}
    )
    assert (one().texts, one().audience["channels"]) == ({"es": "Otra cosa."}, ["telegram"])
    edus_browser.post(f"{HERE}{one().pk}/hand-in/")
    ritas_browser.post(f"{HERE}{one().pk}/reopen/")
    assert "Otra cosa." in edus_browser.get(f"{HERE}{one().pk}/").text
    edus_browser.post(f"{HERE}{one().pk}/throw-away/")
    assert not Broadcast.objects.exists()


def test_whoever_answers_people_neither_sees_nor_writes_them(rosas_browser: Client, rosa: User, db: None) -> None:
    town_of(AGREED)
    for address in (HERE, f"{HERE}new/"):
        assert rosas_browser.get(address).status_code == 404
