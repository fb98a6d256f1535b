"""The editorial desk in a real browser: two people to publish, one to take back, the difference, what is kept while writing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation
from baquiano.knowledge.actions import publish, shelf_changed, verify
from baquiano.knowledge.models import Article, ArticleVersion, Draft
from baquiano.knowledge.shelf import EXPIRES_AFTER
from baquiano.recalls import actions as recalls
from baquiano.recalls.models import RecallLine
from baquiano.safety import book
from baquiano.safety.models import GoLive
from tests.browser.conftest import DESK, DESK_FIRST, PHONE, PHONE_FIRST, Opens
from tests.public.house import FIRST_SENTENCE, furnish
from tests.workspace.newsroom import NEW_SENTENCE, PAGE, in_creole, proposed

EDITORIAL = "/workspace/editorial/"
WHO_WAS_TOLD = "/workspace/recalls/"
SISBEN = f"{EDITORIAL}articles/co_sisben/"
WIDTHS = pytest.mark.parametrize("width", PHONE_FIRST)

Check = Callable[[Page], None]


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, settings: Any) -> None:
    furnish()
    settings.IS_DEMO = False
    GoLive.objects.bulk_create(GoLive(country=country) for country in organisation.countries)
    book.current()  # the first picture of a process takes seconds: not while a browser waits


@pytest.fixture
def published(edu: User, rita: User) -> ArticleVersion:
    version = proposed()
    version.written_by = edu
    version.save()
    publish(version, reviewed_by=rita)
    return version


@pytest.mark.parametrize("width", DESK_FIRST)
def test_two_people_publish_and_one_takes_it_back(
    opens: Opens, width: dict[str, int], edu: User, rita: User, carla: User
) -> None:
    reader, edus, ritas, carlas = (opens(width, signed_in=who) for who in (None, edu, rita, carla))
    edus.goto(f"{EDITORIAL}proposals/")
    edus.get_by_role("link", name="Inscribirse en el Sisbén").click()
    edus.get_by_label("Leí «Inscribirse en el Sisbén»").check()
    edus.get_by_role("button", name="Respondo por los que marqué").click()
    expect(edus.get_by_role("status").first).to_contain_text("Ahora otra persona puede aprobarlo")
    reader.goto(PAGE)
    expect(reader.get_by_text(FIRST_SENTENCE)).to_have_count(0)

    ritas.goto(f"{EDITORIAL}proposals/co_sisben/")
    ritas.get_by_label("Leí «Inscribirse en el Sisbén»").check()
    ritas.get_by_role("button", name="Apruebo los que marqué").click()
    expect(ritas.get_by_role("status").first).to_contain_text("1 texto aprobado")
    reader.goto(PAGE)
    expect(reader.get_by_text(FIRST_SENTENCE)).to_be_visible()

    carlas.goto(SISBEN)
    carlas.get_by_role("link", name="Retirar…").first.click()
    carlas.get_by_role("button", name="Retirar ahora").click()
    expect(carlas.get_by_text("Di por qué: el equipo querrá saberlo.")).to_be_visible()
    carlas.get_by_label("¿Por qué?").fill("Cambió la norma.")
    carlas.get_by_role("button", name="Retirar ahora").click()
    expect(carlas.get_by_role("status").first).to_contain_text("nadie lo recibe")
    reader.goto(PAGE)
    expect(reader.get_by_text(FIRST_SENTENCE)).to_have_count(0)


@WIDTHS
def test_who_was_told_is_listed_when_a_text_is_taken_back(
    opens: Opens, width: dict[str, int], carla: User, published: ArticleVersion, axe_is_clean: Check, fits: Check
) -> None:
    reader, carlas = opens(PHONE), opens(width, signed_in=carla)
    reader.goto("/es/co/")
    reader.fill("#ask", "menú")
    for button in ("Preguntar", "Techo, comida y ayuda", "Inscribirse en el Sisbén"):
        reader.get_by_role("button", name=button).click()
    expect(reader.locator(".line--machine").last).to_contain_text(FIRST_SENTENCE)
    carlas.goto(WHO_WAS_TOLD)
    expect(carlas.get_by_text("A nadie se le ha dicho algo que ya no se diga")).to_be_visible()

    carlas.goto(f"{EDITORIAL}versions/{published.pk}/withdraw/")
    carlas.get_by_label("¿Por qué?").fill("Cambió la norma.")
    carlas.get_by_role("button", name="Retirar ahora").click()
    expect(carlas.get_by_role("status").first).to_contain_text("nadie lo recibe")
    assert recalls.due() == 1  # what the clock does every minute

    carlas.goto(WHO_WAS_TOLD)
    fits(carlas)
    axe_is_clean(carlas)
    carlas.get_by_role("link", name="Inscribirse en el Sisbén").click()
    expect(carlas.get_by_role("heading", name="1 conversación")).to_be_visible()
    expect(carlas.get_by_text(FIRST_SENTENCE)).to_be_visible()
    fits(carlas)
    axe_is_clean(carlas)
    assert [line.conversation for line in RecallLine.objects.all()] == [Conversation.objects.get().pk]


def test_what_is_typed_is_kept_and_is_there_after_signing_in_again(
    opens: Opens, edu: User, published: ArticleVersion
) -> None:
    page = opens(DESK, signed_in=edu)
    page.goto(f"{SISBEN}edit/")
    page.get_by_label("Primera frase").fill(NEW_SENTENCE)
    expect(page.locator("#saved")).to_contain_text("Guardado a las")
    expect(page.locator("#preview .said").first).to_contain_text(NEW_SENTENCE)
    page.get_by_label("Advertencia").fill("Pregunta antes.")
    page.keyboard.press("Tab")
    expect(page.locator("#preview .said").first).to_contain_text("Pregunta antes.")
    page.goto("about:blank")
    again = opens(DESK, signed_in=edu)
    again.goto(EDITORIAL)
    again.get_by_role("link", name="guardado").click()
    expect(again.get_by_label("Primera frase")).to_have_value(NEW_SENTENCE)
    expect(again.get_by_label("Advertencia")).to_have_value("Pregunta antes.")


def test_the_counter_says_when_it_is_too_long(opens: Opens, edu: User, published: ArticleVersion) -> None:
    page = opens(PHONE, signed_in=edu)
    page.goto(f"{SISBEN}edit/")
    page.get_by_label("Primera frase").fill("ñ" * 161)
    expect(page.get_by_text("161 / 160")).to_have_class("counter counter--over")


def test_writing_by_keyboard_only_then_the_difference_then_approval(
    opens: Opens, edu: User, rita: User, published: ArticleVersion
) -> None:
    edus, ritas, reader = opens(DESK, signed_in=edu), opens(DESK, signed_in=rita), opens(PHONE)
    edus.goto(f"{SISBEN}edit/")
    edus.get_by_label("Primera frase").focus()
    edus.keyboard.press("Control+a")
    edus.keyboard.type(NEW_SENTENCE)
    edus.get_by_label("Qué cambia").focus()
    edus.keyboard.type("Ahora es por internet.")
    edus.get_by_role("button", name="Entregar").focus()
    edus.keyboard.press("Enter")
    edus.wait_for_url("**/versions/*/")
    expect(edus.get_by_text("Tiene que aprobarlo otra persona")).to_be_visible()
    expect(edus.get_by_role("button", name="Aprobar")).to_have_count(0)
    assert not Draft.objects.exists()

    ritas.goto(EDITORIAL)
    ritas.get_by_role("link", name="Ahora es por internet.").click()
    expect(ritas.locator("ins.word").first).to_be_visible()
    assert ritas.locator("del.word").first.evaluate("e => getComputedStyle(e).textDecorationLine") == "line-through"
    ritas.get_by_role("button", name="Aprobar").click()
    reader.goto(PAGE)
    expect(reader.get_by_text(NEW_SENTENCE)).to_be_visible()


def test_without_a_script_a_button_keeps_the_draft(opens: Opens, edu: User, published: ArticleVersion) -> None:
    page = opens(PHONE, signed_in=edu, java_script_enabled=False)
    page.goto(f"{SISBEN}edit/")
    page.get_by_label("Primera frase").fill("Sin programa también.")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_label("Primera frase")).to_have_value("Sin programa también.")
    expect(page.locator("#preview")).to_contain_text("Sin programa también.")


def test_closed_is_not_the_same_as_in_review(
    opens: Opens, edu: User, rita: User, published: ArticleVersion, monkeypatch: Any
) -> None:
    """A window that closed is a fact that we checked; “in review” says that we have not checked in time."""
    tutor = ArticleVersion.objects.get(article="co_pep_tutor")
    tutor.written_by = edu
    tutor.save()
    publish(tutor, reviewed_by=rita)
    today = timezone.localdate()
    for version in (tutor, published):
        verify(version, by=rita, how="Leí la página.", good_until=today + timedelta(days=30))
    page = opens(PHONE)
    page.goto("/es/co/co_pep_tutor/")
    expect(page.get_by_text("CERRADA")).to_be_visible()
    expect(page.get_by_text("en revisión")).to_have_count(0)
    later = timezone.now() + timedelta(days=33)  # far enough in every time zone
    monkeypatch.setattr(timezone, "now", lambda: later)
    page.goto(PAGE)
    expect(page.get_by_text("en revisión")).to_be_visible()
    expect(page.get_by_text("CERRADA")).to_have_count(0)
    gone = later + EXPIRES_AFTER
    monkeypatch.setattr(timezone, "now", lambda: gone)
    page.goto(PAGE)
    expect(page.get_by_text(FIRST_SENTENCE)).to_have_count(0)


def test_an_unapproved_creole_text_is_never_served(opens: Opens, published: ArticleVersion) -> None:
    in_creole(published)
    shelf_changed()
    page = opens(PHONE)
    page.goto("/ht/co/co_sisben/")
    expect(page.get_by_text("Ankèt la gratis.")).to_have_count(0)
    expect(page.get_by_text(FIRST_SENTENCE)).to_be_visible()


@WIDTHS
def test_every_screen_fits_and_can_be_read_by_everybody(
    opens: Opens, width: dict[str, int], edu: User, rita: User, published: ArticleVersion,
    axe_is_clean: Check, fits: Check,
) -> None:  # fmt: skip
    Article.objects.filter(pk="cl_fonasa").update(is_life_saving=True)
    waiting = proposed("cl_fonasa")
    ArticleVersion.objects.filter(pk=waiting.pk).update(written_by=edu, submitted_at=timezone.now())
    in_creole(published)
    new = ArticleVersion.objects.get(pk=published.pk)
    new.pk, new.number, new.published_at, new.reviewed_by = None, 2, None, None
    new.first_sentence, new.submitted_at = NEW_SENTENCE, timezone.now()
    new.save()
    edus, ritas = opens(width, signed_in=edu), opens(width, signed_in=rita)
    pages = ("", "current/", "proposals/", "proposals/co_sisben/", "proposals/cl_fonasa/", "articles/", "articles/co_sisben/",
             f"versions/{new.pk}/", f"versions/{new.pk}/withdraw/", "languages/", "danger/", "danger/es/", "help/desk/")  # fmt: skip
    for browser, extra in ((ritas, ()), (edus, ("articles/co_sisben/edit/", "articles/co_sisben/ht/"))):
        for address in (*pages, *extra):
            browser.goto(f"{EDITORIAL}{address}")
            fits(browser)
            axe_is_clean(browser)
