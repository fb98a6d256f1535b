"""Writing: kept on the server, handed in, compared, approved, sent back, taken back, said again as checked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, Role, User
from baquiano.channels.models import Channel
from baquiano.channels.segments import segments, transliterated
from baquiano.knowledge.editing import RHYTHM, forget_drafts, good_until
from baquiano.knowledge.models import DRAFT_DAYS, Article, ArticleVersion, Draft, Topic
from baquiano.knowledge.shelf import EXPIRES_AFTER
from baquiano.packs.contents import BRANCHES, SECTIONS
from baquiano.terminal import loops
from baquiano.workspace.editorial import words
from tests.conftest import Joins
from tests.public.house import FIRST_SENTENCE, furnish
from tests.workspace.newsroom import DESK, NEW_SENTENCE, PAGE, SISBEN, adopt, approve, fields, in_creole, proposed

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, settings: Any) -> None:
    furnish()
    settings.IS_DEMO = False


@pytest.fixture
def published(edus_browser: Client, ritas_browser: Client) -> ArticleVersion:
    """The pack's text, taken on by Edu, approved and checked by Rita today, trusted for thirty days."""
    adopt(edus_browser, proposed())
    until = timezone.localdate() + timedelta(days=30)
    approve(ritas_browser, proposed(), how="Leí la página oficial.", until=until.isoformat())
    return proposed()


def hand_in(browser: Client, **other: str) -> ArticleVersion:
    response = browser.post(f"{SISBEN}edit/", fields(**other))
    assert response.status_code == 302, response.context["form"].errors
    return ArticleVersion.objects.order_by("-pk")[0]


# -- drafts ---------------------------------------------------------------------------------------------------------------


def test_what_is_typed_is_kept_on_the_server_and_is_there_after_signing_in_again(
    edus_browser: Client, edu: User, published: ArticleVersion
) -> None:
    kept = edus_browser.post(f"{SISBEN}edit/", fields(do="", first_sentence="A medias"), headers=HTMX)
    assert "Guardado a las" in kept.text
    another = Client()
    another.force_login(edu)
    assert "A medias" in another.get(f"{SISBEN}edit/").text
    assert "co_sisben" in another.get(DESK).text


def test_a_draft_is_unreadable_in_a_stolen_database(edus_browser: Client) -> None:
    edus_browser.post(f"{SISBEN}edit/", fields(do="", first_sentence="Un secreto"), headers=HTMX)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM knowledge_draft")
        assert b"Un secreto" not in bytes(cursor.fetchone()[0])


def test_a_draft_is_nobody_elses(edus_browser: Client, client: Client, joins: Joins, published: ArticleVersion) -> None:
    edus_browser.post(f"{SISBEN}edit/", fields(do="", first_sentence="Solo mío"))
    client.force_login(joins("ana", "Ana", Role.EDITOR))
    assert "Solo mío" not in client.get(f"{SISBEN}edit/").text
    assert client.post(f"{SISBEN}throw-away/").status_code == 404


def test_what_another_window_saved_is_not_overwritten_unseen(edus_browser: Client) -> None:
    edus_browser.post(f"{SISBEN}edit/", fields(do="", first_sentence="Primera ventana"), headers=HTMX)
    page = edus_browser.post(f"{SISBEN}edit/", fields(do="", first_sentence="Otra ventana"), headers=HTMX)
    assert "otra ventana" in page.text
    assert Draft.objects.get().body["fields"]["first_sentence"] == "Primera ventana"


def test_a_save_that_arrives_after_handing_in_leaves_no_ghost(edus_browser: Client) -> None:
    kept = edus_browser.post(f"{SISBEN}edit/", fields(do=""), headers=HTMX)
    seen = kept.context["seen"]
    hand_in(edus_browser, seen=seen)
    edus_browser.post(f"{SISBEN}edit/", fields(do="", seen=seen), headers=HTMX)
    assert not Draft.objects.exists()


def test_the_script_that_keeps_never_hands_in(edus_browser: Client) -> None:
    edus_browser.post(f"{SISBEN}edit/", fields(do="submit"), headers=HTMX)
    assert not ArticleVersion.objects.filter(written_by__isnull=False).exists()


def test_drafts_go_after_their_days(edus_browser: Client) -> None:
    edus_browser.post(f"{SISBEN}edit/", fields(do=""))
    assert forget_drafts(timezone.now() + timedelta(days=DRAFT_DAYS - 1)) == 0
    assert forget_drafts(timezone.now() + timedelta(days=DRAFT_DAYS + 1)) == 1


# -- handing in -----------------------------------------------------------------------------------------------------------


def test_a_new_text_waits_for_the_second_person_and_the_old_one_is_still_said(
    client: Client, edus_browser: Client, edu: User, published: ArticleVersion
) -> None:
    version = hand_in(edus_browser)
    assert (version.number, version.written_by) == (2, edu)
    assert version.sections == {"steps": ["Entra a la página.", "Pide la encuesta."]}
    assert version.known_on == published.known_on
    assert not Draft.objects.exists()
    assert FIRST_SENTENCE in client.get(PAGE).text


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"first_sentence": "x" * 161}, "first_sentence"),
        ({"short_answer": "x" * 701}, "short_answer"),
        ({"title": ""}, "title"),
        ({"change_note": ""}, "change_note"),
        ({"window_closes_on": "ayer"}, "window_closes_on"),
        ({"source_0_title": ""}, "source_0_title"),
        ({"source_0_title": "", "source_0_url": "", "source_0_dated_on": ""}, "__all__"),
    ],
)
def test_what_cannot_be_handed_in_says_why_and_loses_nothing(
    edus_browser: Client, published: ArticleVersion, wrong: dict[str, str], where: str
) -> None:
    page = edus_browser.post(f"{SISBEN}edit/", fields(caution="Ojo con esto.", **wrong))
    assert page.status_code == 409
    assert where in page.context["form"].errors
    assert "Ojo con esto." in page.text
    assert Draft.objects.get().body["fields"]["caution"] == "Ojo con esto."
    assert ArticleVersion.objects.filter(article="co_sisben").count() == 1


def test_a_line_break_counts_as_one_letter(edus_browser: Client, published: ArticleVersion) -> None:
    version = hand_in(edus_browser, short_answer="a\r\n" * 340 + "b" * 20)
    assert len(version.short_answer) == 700


def test_the_preview_says_what_each_channel_will_say(edus_browser: Client) -> None:
    page = edus_browser.post(
        f"{SISBEN}edit/", fields(do="", window_closes_on="2024-12-31", first_sentence="Niño: ya no."), headers=HTMX
    ).text
    assert "CERRADA" in page
    assert "UCS-2" not in page
    assert "GSM-7" in page


# -- comparing and deciding ------------------------------------------------------------------------------------------------


def test_beside_the_text_stands_how_many_sms_it_is_and_what_accents_cost(edus_browser: Client) -> None:
    long = "Así será más fácil: aquí está el número. " * 8
    kept = edus_browser.post(f"{SISBEN}edit/", fields(do="", short_answer=long), headers=HTMX).text
    counted = kept[kept.index('id="segments"') :]
    whole, plain = segments(f"{FIRST_SENTENCE}\n{long}".strip()), segments(transliterated(long))
    assert "hx-swap-oob" in counted
    assert f"Con la respuesta corta: {whole.count} mensajes" in counted
    assert "Donde la línea quita las tildes" in counted
    assert plain.count < whole.count
    assert 'id="segments"' in edus_browser.get(f"{SISBEN}edit/").text


def test_the_difference_marks_words_without_relying_on_colour(
    edus_browser: Client, ritas_browser: Client, published: ArticleVersion
) -> None:
    version = hand_in(edus_browser)
    page = ritas_browser.get(f"{DESK}versions/{version.pk}/").text
    assert '<ins class="word word--new"><span class="visually-hidden"> nuevo: </span>' in page
    assert '<del class="word word--gone"><span class="visually-hidden"> quitado: </span>' in page


def test_nobody_approves_what_she_wrote(client: Client, joins: Joins, published: ArticleVersion) -> None:
    both = joins("ana", "Ana", Role.EDITOR)
    both.memberships.create(role=Role.REVIEWER)
    client.force_login(both)
    version = hand_in(client)
    assert client.post(f"{DESK}versions/{version.pk}/approve/", {}).status_code == 409
    version.refresh_from_db()
    assert version.published_at is None


def test_an_editor_cannot_approve(edus_browser: Client, published: ArticleVersion) -> None:
    version = hand_in(edus_browser)
    assert edus_browser.post(f"{DESK}versions/{version.pk}/approve/", {}).status_code == 404


def test_approved_it_is_said_at_once_and_the_history_says_by_whom(
    client: Client, edus_browser: Client, ritas_browser: Client, published: ArticleVersion
) -> None:
    version = hand_in(edus_browser)
    ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", {})
    assert NEW_SENTENCE in client.get(PAGE).text
    history = edus_browser.get(SISBEN)
    assert [row.state for row in history.context["rows"]] == ["published", "replaced"]
    assert "Rita" in history.text


def test_a_text_with_a_later_hour_is_published_by_the_clock(
    client: Client, edus_browser: Client, ritas_browser: Client, published: ArticleVersion, monkeypatch: Any
) -> None:
    version = hand_in(edus_browser)
    later = timezone.now() + timedelta(days=2)
    sent = {"publish_on": timezone.localtime(later).strftime("%Y-%m-%dT%H:%M")}
    assert ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", sent).status_code == 302
    loops.clock()
    assert NEW_SENTENCE not in client.get(PAGE).text
    assert edus_browser.get(f"{DESK}versions/{version.pk}/").context["state"] == "scheduled"
    monkeypatch.setattr(timezone, "now", lambda: later + timedelta(days=1))
    loops.clock()
    assert NEW_SENTENCE in client.get(PAGE).text


def test_an_hour_that_has_passed_is_refused(
    edus_browser: Client, ritas_browser: Client, published: ArticleVersion
) -> None:
    version = hand_in(edus_browser)
    page = ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", {"publish_on": "2020-01-01T08:00"})
    assert page.status_code == 409


def test_what_is_sent_back_is_a_draft_again_with_the_reason(
    edus_browser: Client, ritas_browser: Client, published: ArticleVersion
) -> None:
    version = hand_in(edus_browser)
    address = f"{DESK}versions/{version.pk}/send-back/"
    assert ritas_browser.post(address, {"back-reason": ""}).status_code == 409
    ritas_browser.post(address, {"back-reason": "Falta el costo."})
    page = edus_browser.get(f"{SISBEN}edit/").text
    assert "Falta el costo." in page
    assert NEW_SENTENCE in page
    assert ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", {}).status_code == 409


def test_one_person_takes_it_back_at_once_with_a_reason_and_nothing_older_returns(
    client: Client, edus_browser: Client, ritas_browser: Client, carlas_browser: Client, published: ArticleVersion
) -> None:
    version = hand_in(edus_browser)
    ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", {})
    address = f"{DESK}versions/{version.pk}/withdraw/"
    assert carlas_browser.post(address, {"reason": " "}).context["form"].errors
    assert NEW_SENTENCE in client.get(PAGE).text
    assert carlas_browser.post(address, {"reason": "Cambió la norma."}).status_code == 302
    page = client.get(PAGE)
    assert page.status_code == 404
    assert NEW_SENTENCE not in page.text
    assert FIRST_SENTENCE not in page.text
    assert AuditEntry.objects.get(verb="article.withdrawn").reason == "Cambió la norma."


# -- staying current --------------------------------------------------------------------------------------------------------


def test_it_is_still_so_checked_today_in_one_step(edus_browser: Client, edu: User, published: ArticleVersion) -> None:
    until = timezone.localdate() + timedelta(days=45)
    edus_browser.post(f"{SISBEN}same/", {"how": "Llamé a la oficina.", "good_until": until.isoformat()})
    check = published.verifications.first()
    assert check
    assert (check.by, check.good_until, published.verifications.count()) == (edu, until, 2)


@pytest.mark.parametrize(
    "wrong", [{"how": "", "good_until": "2030-01-01"}, {"how": "Llamé.", "good_until": "2020-01-01"}]
)
def test_a_check_without_how_or_with_a_past_day_is_given_back(
    edus_browser: Client, published: ArticleVersion, wrong: dict[str, str]
) -> None:
    page = edus_browser.post(f"{SISBEN}same/", wrong)
    assert page.status_code == 409
    assert published.verifications.count() == 1
    assert wrong["how"] in page.text


@pytest.mark.parametrize("branch", BRANCHES)
def test_the_day_suggested_follows_the_rhythm_of_the_subject(branch: str, now: Any) -> None:
    article = Article(topic=Topic(branch=branch))
    today = timezone.localdate()
    assert good_until(article, today) == today + timedelta(days=RHYTHM[branch])
    assert good_until(article, today, today + timedelta(days=5)) == today + timedelta(days=5)


def shown_in(browser: Client) -> dict[str, Any]:
    context: dict[str, Any] = browser.get(DESK).context
    return context


def test_each_state_has_its_words_and_its_moment(
    client: Client, edu: User, published: ArticleVersion, monkeypatch: Any
) -> None:
    until = published.verifications.get().good_until

    def on(day: Any) -> Any:
        monkeypatch.setattr(timezone, "now", lambda: datetime(day.year, day.month, day.day, 15, tzinfo=UTC))
        browser = Client()  # her session of weeks ago has ended
        browser.force_login(edu)
        return browser.get(SISBEN)

    assert "publicado" in on(until).text
    late = on(until + timedelta(days=1))
    assert late.context["current"].state == "needs_review"
    assert "en revisión" in late.text
    assert "está en revisión" in client.get(PAGE).text
    gone = on(until + EXPIRES_AFTER + timedelta(days=1))
    assert gone.context["current"].state == "expired"
    assert FIRST_SENTENCE not in client.get(PAGE).text
    assert set(words.STATES) == set(words.STATE_MARKS)


def test_what_ends_this_week_is_on_the_desk(edus_browser: Client, published: ArticleVersion) -> None:
    assert not shown_in(edus_browser)["due"]
    until = timezone.localdate() + timedelta(days=6)
    edus_browser.post(f"{SISBEN}same/", {"how": "Llamé.", "good_until": until.isoformat()})
    (row,) = shown_in(edus_browser)["due"]
    assert (row.version, row.what, row.on, row.is_past) == (published, "trust", until, False)


def test_the_board_counts_what_is_in_date_by_country_and_subject(
    edus_browser: Client, ritas_browser: Client, published: ArticleVersion
) -> None:
    adopt(edus_browser, proposed("cl_fonasa"))
    approve(ritas_browser, proposed("cl_fonasa"))
    rows = edus_browser.get(f"{DESK}current/").context["rows"]
    assert [(row.country, row.branch, row.in_date, row.published) for row in rows] == [
        ("CL", "salud", 0, 1),
        ("CO", "vivienda_ayuda", 1, 1),
    ]


def test_a_new_spanish_text_makes_its_translations_older(
    edus_browser: Client, ritas_browser: Client, published: ArticleVersion, edu: User, rita: User
) -> None:
    in_creole(published, written_by=edu, reviewed_by=rita, published_at=timezone.now())
    version = hand_in(edus_browser)
    ritas_browser.post(f"{DESK}versions/{version.pk}/approve/", {})
    row = next(row for row in edus_browser.get(f"{DESK}languages/").context["rows"] if row.version == version)
    assert dict(row.states) == {"en": "none", "pt": "none", "fr": "none", "ht": "older"}
    page = edus_browser.get(f"{SISBEN}ht/").text
    assert "Ankèt la gratis." in page
    edus_browser.post(
        f"{SISBEN}ht/", {"title": "Sisbén", "first_sentence": "Sou entènèt.", "short_answer": "Li gratis."}
    )
    assert version.translations.get().first_sentence == "Sou entènèt."


def test_every_screen_has_its_page_of_help(edus_browser: Client, published: ArticleVersion) -> None:
    pages = ["", "proposals/", "articles/", "articles/co_sisben/", "articles/co_sisben/edit/", f"versions/{published.pk}/",
             "languages/", "danger/", "current/"]  # fmt: skip
    for page in pages:
        text = edus_browser.get(f"{DESK}{page}").text
        address = text.split('class="help" href="')[1].split('"')[0]
        assert edus_browser.get(address).status_code == 200


def test_the_parts_an_editor_writes_are_those_a_pack_brings() -> None:
    assert set(words.SECTION_WORDS) == set(SECTIONS.values())
    assert set(words.BRANCHES) - {""} == set(BRANCHES) == set(RHYTHM)


def test_an_editor_begins_at_the_desk(edus_browser: Client) -> None:
    assert edus_browser.get("/workspace/").headers["Location"] == DESK
