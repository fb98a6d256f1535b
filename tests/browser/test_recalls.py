"""Telling people again, on screen: approve, the notice leaves, she answers 1 and reads the new words; and a colleague tells whom no machine may."""

from collections.abc import Callable, Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from baquiano.accounts.models import Organisation, User
from baquiano.channels.events import Alias, Kind, Received, Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import arrivals, turns
from baquiano.conversations.models import Message, Quote
from baquiano.knowledge.actions import publish
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib.turnstile import writing
from baquiano.people.models import Address
from baquiano.post import actions as post
from baquiano.recalls import actions as recalls
from baquiano.safety import book
from baquiano.safety.models import GoLive
from tests.browser.conftest import DESK_FIRST, Opens
from tests.fakes.graph import LINE, Graph
from tests.public.house import FIRST_SENTENCE, furnish
from tests.workspace.newsroom import proposed

Check = Callable[[Page], None]
NOTICE = "Cambió una información que"
NEW_SENTENCE = "Desde ahora se pide por internet."


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server


@pytest.fixture
def line(organisation: Organisation, graph: Graph) -> Channel:
    furnish()
    GoLive.objects.bulk_create(GoLive(country=country) for country in organisation.countries)
    book.current()  # the first picture of a process takes seconds: not while a browser waits
    return Channel.objects.create(kind="whatsapp", line=LINE, name="WhatsApp", settings=graph.settings)


def says(line: Channel, number: str, text: str) -> None:
    event = Received(
        f"wamid.{number}.{text}", line.line, (Alias(Scheme.WHATSAPP_PHONE, number),), timezone.now(), Kind.TEXT, text
    )
    with writing():
        arrivals.receive(line, event)
    while turns.work() + post.deliver():
        continue


@pytest.fixture
def new(line: Channel, edu: User, rita: User) -> ArticleVersion:
    """Two people were told the first text; one of them has told of a danger since."""
    old = proposed()
    old.written_by = edu
    old.save()
    publish(old, reviewed_by=rita)
    for number in ("573001110001", "573001110002"):
        says(line, number, "hola")
        answer = Message.objects.filter(author="machine").latest("pk")
        Quote.objects.create(message=answer, version=old)
    Address.objects.filter(pk=Address.objects.latest("pk").pk).update(held_since=timezone.now())
    version = ArticleVersion.objects.create(
        article=old.article,
        number=90,
        title=old.title,
        first_sentence=NEW_SENTENCE,
        short_answer="En la página.",
        written_by=edu,
    )
    version.sources.create(position=1, title="La página", url="https://www.gov.co")
    publish(version, reviewed_by=rita)
    assert recalls.due() == 1
    return version


@pytest.mark.parametrize("width", DESK_FIRST)
def test_approved_the_notice_leaves_and_1_brings_the_new_words_and_a_colleague_tells_the_other_one(
    opens: Opens,
    width: dict[str, int],
    carla: User,
    rosa: User,
    line: Channel,
    new: ArticleVersion,
    graph: Graph,
    axe_is_clean: Check,
    fits: Check,
) -> None:
    carlas, rosas = opens(width, signed_in=carla), opens(width, signed_in=rosa)
    carlas.goto("/workspace/recalls/")
    carlas.get_by_role("link", name=new.title).click()
    expect(carlas.get_by_text("reciben el aviso").first).to_be_visible()
    expect(carlas.get_by_text(NOTICE).first).to_be_visible()
    fits(carlas)
    axe_is_clean(carlas)
    carlas.get_by_role("button", name="Sí, avisar").focus()
    carlas.keyboard.press("Enter")
    expect(carlas.get_by_role("button", name="Pausa")).to_be_visible()
    recalls.due()
    post.deliver()
    assert graph.sent[-1].words.startswith(NOTICE)
    assert FIRST_SENTENCE not in graph.sent[-1].words

    says(line, "573001110001", "1")
    assert NEW_SENTENCE in graph.sent[-1].words
    recalls.due()
    expect(carlas.locator("#now dd").nth(2)).to_have_text("1", timeout=15_000)  # the page asks by itself
    fits(carlas)
    axe_is_clean(carlas)

    rosas.goto("/workspace/recalls/tasks/")
    fits(rosas)
    axe_is_clean(rosas)
    rosas.get_by_role("link", name=new.title).click()
    rosas.get_by_role("button", name="Yo le aviso").click()
    expect(rosas.get_by_role("link", name="Abrir la conversación")).to_be_visible()
    fits(rosas)
    axe_is_clean(rosas)
    rosas.get_by_label("Le avisé").check()
    rosas.get_by_role("button", name="Listo").click()
    expect(rosas.get_by_text("No queda nadie por avisar en persona.")).to_be_visible()
    assert len(graph.sent) == 4  # two greetings, one notice, one answer: nothing to whoever is held
