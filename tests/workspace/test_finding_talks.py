"""Finding a conversation again: by the whole number, a ticket, what was answered, a label, a colleague, a day. Never by words."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Role, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.conversations import labels, owning
from baquiano.conversations.models import Conversation, Handoff, Message, Quote
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.knowledge.models import Article, ArticleVersion, Topic
from baquiano.lib.turnstile import writing
from baquiano.people import identity
from baquiano.safety.actions import raise_alert
from tests.conftest import Joins
from tests.workspace.visitors import Visitor, comes_in

FIND = "/workspace/inbox/find/"
PHONE = "573001112233"


@pytest.fixture
def by_phone(whatsapp: Channel, organisation: object) -> Conversation:
    """Somebody on WhatsApp waits for a person."""
    with writing():
        address = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, PHONE)]).address
    talk = Conversation.objects.create(address=address, country="CO")
    Handoff.objects.create(conversation=talk, reason="asked", priority=3, due_at=timezone.now())
    return talk


def found(browser: Client, **asked: Any) -> list[int]:
    page = browser.post(FIND, asked)
    assert page.status_code == 200
    return [row.number for row in page.context["results"].rows]


@pytest.mark.parametrize("typed", ["573001112233", "+57 300 111 2233", "(57) 300-111-2233", "0057 3001112233"])
def test_by_the_whole_number_and_it_is_written_down_without_it(
    rosas_browser: Client, rosa: User, by_phone: Conversation, typed: str
) -> None:
    assert found(rosas_browser, phone=typed) == [by_phone.pk]
    entry = AuditEntry.objects.get(verb="searched", actor=rosa)
    assert "3001112233" not in f"{entry.about}{entry.row}{entry.reason}"


@pytest.mark.parametrize("typed", ["3001112233", "57300111223", "5730011122333", "573001112234"])
def test_a_part_of_a_number_or_another_one_finds_nobody(
    rosas_browser: Client, by_phone: Conversation, typed: str
) -> None:
    assert found(rosas_browser, phone=typed) == []
    assert AuditEntry.objects.filter(verb="searched").count() == 1


def test_a_number_that_changed_hands_leads_to_nobodys_earlier_history(
    rosas_browser: Client, by_phone: Conversation
) -> None:
    by_phone.address.aliases.update(valid_to=timezone.now())
    assert found(rosas_browser, phone=PHONE) == []


def test_what_the_assistant_answers_alone_is_not_found(rosas_browser: Client, by_phone: Conversation) -> None:
    Handoff.objects.all().delete()
    assert found(rosas_browser, phone=PHONE) == []


def test_a_complaint_is_found_only_by_whoever_may_read_it(
    rosas_browser: Client, carlas_browser: Client, by_phone: Conversation
) -> None:
    Handoff.objects.update(reason=Handoff.Reason.COMPLAINT)
    assert found(rosas_browser, phone=PHONE) == []
    assert found(carlas_browser, phone=PHONE) == [by_phone.pk]


def test_by_a_ticket_of_each_kind(rosas_browser: Client, waiting: Conversation) -> None:
    handoff = Handoff.objects.get()
    alert = raise_alert(Finding(Level.P2, Danger.NEED, "a-rule"), about=f"conversation:{waiting.pk}")
    for ticket in (f"C{waiting.pk}", f"c-{waiting.pk}", str(waiting.pk), f"H{handoff.pk}", f"A {alert.pk}"):
        assert found(rosas_browser, ticket=ticket) == [waiting.pk], ticket
    for ticket in ("C999999", "A999999", "nada", "'; --", "9" * 18):
        assert found(rosas_browser, ticket=ticket) == [], ticket


def test_by_what_was_answered(rosas_browser: Client, waiting: Conversation) -> None:
    topic = Topic.objects.create(id="ppt", branch="regularizacion", titles={"es": "PPT"})
    version = ArticleVersion.objects.create(
        article=Article.objects.create(id="ppt-co", topic=topic),
        number=1,
        title="PPT",
        first_sentence="Se pide en línea.",
    )
    Topic.objects.create(id="otro", branch="regularizacion", titles={"es": "Otro"})
    message = Message.objects.filter(author="machine").first()
    assert message
    Quote.objects.create(message=message, version=version)
    assert found(rosas_browser, topic="ppt") == [waiting.pk]
    assert found(rosas_browser, topic="otro") == []


def test_by_a_label_a_colleague_a_day_and_a_state_together(
    now: Any, rosas_browser: Client, rosa: User, waiting: Conversation, joins: Joins
) -> None:
    marta = joins("marta", "Marta", Role.OPERATOR)
    labels.add(waiting, "sin-cupo", by=rosa)
    owning.take_over(waiting, by=rosa)
    today = timezone.localdate().isoformat()
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    every = {"label": "sin-cupo", "operator": rosa.pk, "since": today, "until": today, "state": "open"}
    assert found(rosas_browser, **every) == [waiting.pk]
    for other in ({"operator": marta.pk}, {"until": yesterday}, {"state": "closed"}):
        assert found(rosas_browser, **{**every, **other}) == []


def test_nothing_that_was_looked_for_stands_in_the_address(rosas_browser: Client, by_phone: Conversation) -> None:
    assert "results" not in rosas_browser.get(FIND, {"phone": PHONE}).context
    page = rosas_browser.post(FIND, {"phone": PHONE}).content.decode()
    assert 'method="post" action="/workspace/inbox/find/"' in page


def test_an_empty_form_finds_nothing_and_says_so(rosas_browser: Client, organisation: object) -> None:
    page = rosas_browser.post(FIND, {})
    assert page.status_code == 422
    assert "Llena al menos uno" in page.content.decode()


def test_many_are_on_pages(rosas_browser: Client, rosa: User, webchat: Channel, yuli: Visitor) -> None:
    for number in range(52):
        labels.add(comes_in(webchat, f"token-{number}").says("persona"), "taller", by=rosa)
    first, second = found(rosas_browser, label="taller"), found(rosas_browser, label="taller", page=2)
    assert (len(first), len(second), set(first) & set(second)) == (50, 2, set())
    assert found(rosas_browser, label="taller", page=99) == second


def test_who_keeps_the_machines_finds_nothing(brunos_browser: Client, by_phone: Conversation) -> None:
    assert brunos_browser.post(FIND, {"phone": PHONE}).status_code == 404
