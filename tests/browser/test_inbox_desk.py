"""Rosa's desk by keyboard only: finding who waits, taking over, putting words in, noting, passing on; and no draft lost on the way."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from baquiano.accounts.models import Organisation, Role, User
from baquiano.channels.models import Channel
from baquiano.conversations import replies
from baquiano.conversations.models import Conversation, Handoff, Message, Note, Quote
from baquiano.conversations.owning import release_deserted, take_over
from baquiano.conversations.replies import ReplyWords
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.knowledge.actions import publish
from baquiano.knowledge.models import ArticleVersion
from baquiano.people import holding
from baquiano.safety.actions import raise_alert
from tests.browser.conftest import DESK, PHONE, PHONE_FIRST, Opens, has_read_all
from tests.browser.test_workspace import HTMX_IS_QUIET
from tests.conftest import Joins
from tests.public.house import FIRST_SENTENCE, furnish
from tests.workspace.visitors import Visitor, comes_in

Check = Callable[[Page], None]
TWICE = {"width": 640, "height": 400}
"""What is left of a desk at 200 % zoom."""


@pytest.fixture
def yuli(webchat: Channel, organisation: Organisation) -> Visitor:
    furnish()
    return comes_in(webchat, "yulis-token")


@pytest.fixture
def waiting(yuli: Visitor) -> Conversation:
    return yuli.says("persona")


@pytest.fixture
def ready(edu: User, rita: User, waiting: Conversation) -> ArticleVersion:
    """Two ready answers and one approved article."""
    for shortcut, text in (("espera", "Dame un momento."), ("horario", "De lunes a viernes.")):
        replies.approve(replies.propose(ReplyWords(shortcut, "es", "", text), by=edu), by=rita)
    version = ArticleVersion.objects.get(article="co_sisben")
    version.written_by = edu
    version.save()
    return publish(version, reviewed_by=rita)


@pytest.fixture
def marta(joins: Joins) -> User:
    return joins("marta", "Marta", Role.OPERATOR)


def said_by_staff() -> list[str]:
    return [message.text for message in Message.objects.filter(author=Message.Author.STAFF)]


def hers(opens: Opens, rosa: User, waiting: Conversation, viewport: dict[str, int] = DESK, **options: Any) -> Page:
    """At the desk of a conversation that is already Rosa's."""
    take_over(waiting, by=rosa)
    page = opens(viewport, signed_in=rosa, **options)
    page.goto(f"/workspace/inbox/{waiting.pk}/")
    return page


def test_the_whole_desk_by_keyboard_only(
    opens: Opens, rosa: User, marta: User, waiting: Conversation, ready: ArticleVersion
) -> None:
    page = opens(DESK, signed_in=rosa)
    press, write = page.keyboard.press, page.keyboard.type
    box, asked = page.locator("#reply"), page.locator("#pick")
    page.goto("/workspace/inbox/")
    expect(page.get_by_text("Teclas:")).to_be_visible()
    press("j")
    expect(page.locator(f"#row-{waiting.pk}")).to_be_focused()
    press("Enter")
    page.wait_for_url(f"**/{waiting.pk}/**")
    expect(page.get_by_text("Teclas:")).to_be_visible()
    press("t")
    expect(box).to_be_focused()
    press("/")
    expect(asked).to_be_focused()
    write("hor")
    expect(page.locator("#pick-list [role=option]")).to_have_count(1)
    expect(page.locator("#pick-list [aria-selected=true]")).to_contain_text("/horario")
    press("Enter")
    expect(box).to_be_focused()
    expect(box).to_have_value("De lunes a viernes.")
    write(" ")
    press("#")
    write("sisben")
    expect(page.locator("#pick-list [aria-selected=true]")).to_contain_text("Inscribirse en el Sisbén")
    press("Enter")
    expect(box).to_be_focused()
    assert FIRST_SENTENCE in box.input_value()
    assert "La autoridad" in box.input_value()
    press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text(FIRST_SENTENCE)
    assert Quote.objects.filter(version=ready, message__author="staff").count() == 1
    press("Escape")
    press("n")
    expect(page.locator("#note")).to_be_focused()
    write("Prefiere la tarde")
    press("Control+Enter")
    expect(page.locator(".note")).to_contain_text("Prefiere la tarde")
    expect(page.locator("#note")).to_have_value("")
    press("Escape")
    press("p")
    expect(page.locator("#pass-to")).to_be_focused()
    write("Marta")
    press("Tab")
    write("Sigue tú, por favor")
    press("Control+Enter")
    page.wait_for_url("**/inbox/")
    expect(page.get_by_text("La pasaste a Marta")).to_be_visible()
    assert Handoff.objects.get(closed_at=None).meant_for == marta
    assert Note.objects.count() == 2
    assert len(said_by_staff()) == 1


def test_putting_aside_by_keyboard_only(opens: Opens, rosa: User, waiting: Conversation) -> None:
    page = hers(opens, rosa, waiting)
    expect(page.get_by_text("Teclas:")).to_be_visible()
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="En una hora")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="En una hora")).to_be_hidden()
    expect(page.locator("#snoozing > summary")).to_be_focused()
    page.keyboard.press("z")
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/")
    assert Handoff.objects.get(closed_at=None).snoozed_until is not None


def test_handing_back_and_closing_wait_for_enter(opens: Opens, rosa: User, waiting: Conversation) -> None:
    page = hers(opens, rosa, waiting)
    expect(page.get_by_text("Teclas:")).to_be_visible()
    page.keyboard.press("x")
    expect(page.locator("#close")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    expect(page.locator("#hand-back")).to_be_focused()
    assert Conversation.objects.get().owner == rosa
    page.keyboard.press("Enter")
    page.wait_for_url("**/inbox/")
    assert Conversation.objects.get().owner is None


def test_a_slash_that_was_meant_as_one_stays(
    opens: Opens, rosa: User, waiting: Conversation, ready: ArticleVersion
) -> None:
    page = hers(opens, rosa, waiting)
    box = page.locator("#reply")
    box.focus()
    page.keyboard.type("Abrimos 24/7 y ")
    expect(page.locator("#picker")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#pick")).to_be_focused()
    page.keyboard.type("nada")
    page.keyboard.press("Escape")
    expect(box).to_be_focused()
    expect(box).to_have_value("Abrimos 24/7 y /nada")
    page.keyboard.press("Control+k")
    expect(page.locator("#picker-label")).to_have_text("Artículos")
    page.keyboard.press("Backspace")
    expect(box).to_be_focused()
    expect(box).to_have_value("Abrimos 24/7 y /nada")


def test_enter_in_a_hurry_puts_in_what_was_asked_for(
    opens: Opens, rosa: User, waiting: Conversation, ready: ArticleVersion
) -> None:
    """The answer to the letters comes after Enter; the list of before would put in something else."""
    page = hers(opens, rosa, waiting)
    held: list[Route] = []
    page.route(
        "**/insertables/**", lambda route: held.append(route) if "q=sisben" in route.request.url else route.continue_()
    )
    page.locator("#reply").focus()
    page.keyboard.press("/")
    expect(page.locator("#pick-list [role=option]").first).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#reply").fill("")
    page.keyboard.press("#")
    with page.expect_request("**q=sisben**"):
        page.keyboard.insert_text("sisben")
        page.keyboard.press("Enter")
    expect(page.locator("#reply")).to_have_value("")
    held.pop().continue_()
    expect(page.locator("#picker")).to_be_hidden()
    expect(page.locator("#reply")).to_have_value(re.compile(re.escape(FIRST_SENTENCE)))


def test_nothing_is_replaced_under_a_finger(opens: Opens, rosa: User, waiting: Conversation) -> None:
    page = opens(DESK, signed_in=rosa)
    page.goto(f"/workspace/inbox/{waiting.pk}/")
    take = page.get_by_role("button", name="Tomar la conversación")
    expect(
        page.locator("#watch-clock")
    ).to_be_visible()  # in the house of tests nobody winds it: it pushes the page down
    take.hover()
    page.mouse.down()
    with page.expect_response("**/thread/**") as told:
        Conversation.objects.update(language="en")
    assert 'id="standing"' in told.value.text()
    page.mouse.up()
    expect(page.locator("#reply")).to_be_visible()


def test_by_touch_on_a_telephone(opens: Opens, rosa: User, waiting: Conversation, ready: ArticleVersion) -> None:
    page = hers(opens, rosa, waiting, PHONE, has_touch=True, is_mobile=True)
    page.get_by_role("button", name="Artículo").tap()
    page.locator("#pick").fill("sisben")
    page.locator("#pick-list [role=option]").first.tap()
    assert FIRST_SENTENCE in page.locator("#reply").input_value()
    page.get_by_role("button", name="Respuesta lista").tap()
    page.locator("#pick-list [role=option]", has_text="/espera").tap()
    assert "Dame un momento." in page.locator("#reply").input_value()
    page.get_by_role("button", name="Enviar").tap()
    expect(page.get_by_role("log")).to_contain_text("Dame un momento.")
    assert Quote.objects.filter(version=ready, message__author="staff").count() == 1


def test_no_draft_is_lost(opens: Opens, rosa: User, marta: User, waiting: Conversation, ready: ArticleVersion) -> None:
    page = hers(opens, rosa, waiting)
    page.locator("#reply").focus()
    page.keyboard.press("#")
    page.keyboard.type("sisben")
    page.keyboard.press("Enter")
    expect(page.locator("#picker")).to_be_hidden()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.keyboard.type("A medias")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    page.keyboard.press("Tab")
    page.keyboard.type("Le falta")
    page.reload()
    assert FIRST_SENTENCE in page.locator("#reply").input_value()
    expect(page.locator("#note")).to_have_value("A medias")
    expect(page.locator("#pass-note")).to_have_value("Le falta")
    Conversation.objects.update(owner_until=timezone.now())
    assert release_deserted(timezone.now()) == 1
    expect(page.locator("#kept")).to_be_visible()
    expect(page.locator("#handing")).to_be_hidden()
    page.get_by_role("button", name="Tomar la conversación").click()
    expect(page.locator("#kept")).to_be_hidden()
    page.get_by_role("button", name="Enviar").click()
    expect(page.get_by_role("log")).to_contain_text(FIRST_SENTENCE)
    assert Quote.objects.filter(version=ready, message__author="staff").count() == 1


def test_what_came_meanwhile_is_read_before_the_answer_leaves(
    opens: Opens, rosa: User, waiting: Conversation, yuli: Visitor
) -> None:
    """Her words have come and the page does not show them yet."""
    page = hers(opens, rosa, waiting)
    page.add_init_script(HTMX_IS_QUIET)
    page.reload()
    page.route("**/thread/**", lambda route: route.abort())
    page.locator("#reply").fill("Ven con tu pasaporte")
    yuli.says("No tengo pasaporte")
    page.locator("#reply").press("Control+Enter")
    expect(page.locator("#told")).to_contain_text("Escribió algo nuevo")
    expect(page.locator("#reply")).to_have_value("Ven con tu pasaporte")
    page.unroute_all()
    expect(page.get_by_role("log")).to_contain_text("No tengo pasaporte")
    has_read_all(page)
    page.locator("#reply").fill("Ven igual, sin pasaporte")
    page.locator("#reply").press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("Ven igual, sin pasaporte")
    assert said_by_staff() == ["Ven igual, sin pasaporte"]


@pytest.mark.parametrize("viewport", [PHONE, TWICE, DESK], ids=["360", "200 %", "1280"])
def test_the_desk_with_all_it_has_is_accessible_at_every_width(
    opens: Opens,
    rosa: User,
    marta: User,
    waiting: Conversation,
    ready: ArticleVersion,
    viewport: dict[str, int],
    axe_is_clean: Check,
    fits: Check,
) -> None:
    holding.hold(waiting.address, Finding(Level.P1, Danger.CHILD, "a-rule"))
    raise_alert(Finding(Level.P1, Danger.CHILD, "a-rule"), about=f"conversation:{waiting.pk}")
    message = waiting.messages.filter(author="machine").first()
    assert message
    Quote.objects.create(message=message, version=ready)
    Note.objects.create(conversation=waiting, text="Solo para el equipo", by=marta)
    page = hers(opens, rosa, waiting, viewport)
    if not page.locator("#beside-panel[open]").count():
        page.locator("#beside-panel > summary").click()
    expect(page.get_by_text("Solo para el equipo")).to_be_visible()
    axe_is_clean(page)
    fits(page)
    page.locator("#passing > summary").click()
    axe_is_clean(page)
    fits(page)
    page.keyboard.press("Escape")
    page.locator("#reply").focus()
    page.keyboard.press("/")
    expect(page.locator("#pick-list [role=option]").first).to_be_visible()
    axe_is_clean(page)
    fits(page)


def test_what_has_the_focus_can_be_seen(opens: Opens, rosa: User, waiting: Conversation) -> None:
    """Every stop of the Tab key in the desk draws a ring."""
    page = hers(opens, rosa, waiting)
    page.locator("#main").focus()
    unseen = []
    for _stop in range(40):
        page.keyboard.press("Tab")
        bare = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return e !== document.body && s.outlineStyle === 'none' && s.boxShadow === 'none' ? e.outerHTML.slice(0, 80) : '' }"
        )
        unseen += [bare] if bare else []
    assert not unseen


@pytest.mark.parametrize("viewport", PHONE_FIRST)
@pytest.mark.parametrize(
    "address",
    [
        "setup/",
        "setup/replies/",
        "setup/replies/new/",
        "setup/wording/?q=menu",
        "setup/wording/person_later/",
        "setup/wording/person_later/es/",
    ],
)
def test_every_screen_of_the_setup_of_words_is_accessible(
    opens: Opens,
    edu: User,
    ready: ArticleVersion,
    viewport: dict[str, int],
    address: str,
    axe_is_clean: Check,
    fits: Check,
) -> None:
    page = opens(viewport, signed_in=edu)
    page.goto(f"/workspace/{address}")
    axe_is_clean(page)
    fits(page)
