"""A picture at the desk, on a telephone: nothing of it is in the browser before somebody opens it."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.events import Alias, Kind, Media, Received, Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import arrivals, enclosures
from baquiano.conversations.models import Conversation, Enclosure, Message
from baquiano.conversations.owning import take_over
from baquiano.lib.turnstile import writing
from baquiano.safety.models import Alert
from tests.browser.conftest import PHONE, Opens
from tests.fakes.graph import LINE, Graph
from tests.fakes.graph import PHONE as NUMBER
from tests.files import samples

Check = Callable[[Page], None]


@pytest.fixture
def picture(organisation: Organisation) -> Enclosure:
    """Somebody has sent one, and it has come."""
    with Graph() as graph:
        line = Channel.objects.create(kind="whatsapp", line=LINE, name="WhatsApp", settings=graph.settings)
        graph.stores("media-1", samples.jpeg(image=samples.drawing(1200, 800)))
        alias = Alias(Scheme.WHATSAPP_PHONE, NUMBER)
        media = Media("media-1", "image/jpeg")
        event = Received("wamid.1", LINE, (alias,), timezone.now(), Kind.IMAGE, "mi cédula", media=media)
        with writing():
            arrivals.receive(line, event)
        enclosures.fetch_due(timezone.now())
    Message.objects.update(state=Message.State.OWNED)
    return Enclosure.objects.get(state=Enclosure.State.KEPT)


def test_a_picture_is_blurred_until_it_is_opened_and_then_it_is_settled(
    opens: Opens, rosa: User, picture: Enclosure, axe_is_clean: Check, fits: Check
) -> None:
    take_over(picture.message.conversation, by=rosa)
    page = opens(PHONE, signed_in=rosa)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/workspace/inbox/{picture.message.conversation_id}/")
    address = f"/enclosures/{picture.message_id}/"
    veil, whole = page.locator(".sight__veil"), page.locator(".sight__whole")
    expect(veil).to_be_visible()
    expect(page.locator(".enclosed__caption")).to_be_visible()
    expect(veil).to_have_js_property("naturalWidth", 12)
    expect(whole).to_be_hidden()
    assert not [url for url in asked if url.endswith(address)]
    axe_is_clean(page)
    fits(page)
    page.locator(".sight > summary").focus()
    page.keyboard.press("Enter")
    expect(whole).to_be_visible()
    expect(whole).to_have_js_property("naturalWidth", 1200)
    assert AuditEntry.objects.filter(verb="enclosure.read", actor=rosa).count() == 1
    axe_is_clean(page)
    fits(page)
    page.get_by_role("button", name="Ya lo vi: no hay peligro").click()
    expect(page.get_by_text("Lo vio Rosa")).to_be_focused()
    assert enclosures.unseen(Conversation.objects.get()) == 0
    assert Alert.objects.get().closed_by == rosa
