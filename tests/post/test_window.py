"""After a day only what was approved leaves: looked at when a letter leaves, and words that came too late wait for her."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Delivery, Scheme, StatusChanged, TemplateChanged
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.people import consenting, identity, joining
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Asked
from baquiano.people.contact import SafeContact, dump
from baquiano.people.models import Address
from baquiano.people.models.consent import Evidence, Purpose
from baquiano.people.portrait import Spell
from baquiano.post import actions as post
from baquiano.post import allowed, fate, portrait, settling, templates, unasked, waiting, window
from baquiano.post.models import Aim, Letter, State, Template
from baquiano.post.unasked import CannotWrite, Unasked
from tests.fakes.graph import LINE, PHONE, Graph

pytestmark = pytest.mark.django_db
Use = Template.Use
NEUTRAL = OutMessage("Tienes un recordatorio.")


@pytest.fixture(autouse=True)
def daytime(now: time_machine.Traveller, organisation: Organisation) -> None:
    """10:00 in Bogotá, where nobody sleeps."""


@pytest.fixture
def graph() -> Iterator[Graph]:
    """Meta knows all our texts; whether one is approved is told to us."""
    with Graph() as server:
        for use in Use:
            for language in ("es", "en", "fr", "pt_BR"):
                server.approve(f"baquiano_{use}", "Te respondimos. Escribe aquí.", language)
        yield server


@pytest.fixture
def line(graph: Graph) -> Channel:
    return Channel.objects.create(kind="whatsapp", line=LINE, name="WhatsApp", settings=graph.settings)


@pytest.fixture
def yuli(line: Channel) -> Address:
    """She wrote a moment ago."""
    address = identity.recognise(line, [SeenAlias(Scheme.WHATSAPP_PHONE, PHONE)]).address
    heard(address)
    return address


@pytest.fixture
def agreed(yuli: Address, rosa: User) -> Address:
    """She wants reminders."""
    person = register(Described(called="Yuli"), by=rosa)
    joining.join_orally(person, yuli, by=rosa)
    consenting.give(person, Asked(Purpose.REMINDERS, (Data.CONTACT,), "es", Evidence.SPOKEN), by=rosa)
    return yuli


def heard(address: Address) -> None:
    identity.heard({address.pk: timezone.now()})
    address.refresh_from_db()


def approved(line: Channel, use: str, language: str = "es", text: str = "Te respondimos. Escribe aquí.") -> Template:
    return Template.objects.create(
        channel=line, name=f"baquiano_{use}", language=language, text=text, use=use, state=Template.Status.APPROVED
    )


def answer(address: Address, text: str = "respuesta", cause: str = "staff:1") -> Letter:
    return post.send(address, OutMessage(text), cause=cause)


def remind(address: Address, **more: object) -> Letter:
    return unasked.write(
        Unasked(address, NEUTRAL, "reminder:1", Purpose.REMINDERS, template_use=Use.REMINDER, **more)  # type: ignore[arg-type]
    )


def deliver_all() -> None:
    while post.deliver():
        continue


def left(graph: Graph) -> list[str]:
    """What left: words, or the name of a template with its language."""
    kinds = (sent.body.get("template") for sent in graph.sent)
    return [
        f"{named['name']}/{named['language']['code']}" if named else sent.words
        for named, sent in zip(kinds, graph.sent, strict=True)
    ]


def became(letter: Letter) -> tuple[str, str]:
    letter.refresh_from_db()
    return letter.state, letter.error


# What nobody asked for ---------------------------------------------------------------------------------------------------


def test_while_she_is_listening_a_reminder_leaves_in_our_words(agreed: Address, line: Channel, graph: Graph) -> None:
    approved(line, Use.REMINDER)
    remind(agreed)
    deliver_all()
    assert left(graph) == [NEUTRAL.text]


def test_a_window_that_closed_after_it_was_written_is_noticed_when_it_leaves(
    agreed: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    approved(line, Use.REMINDER)
    remind(agreed)
    now.move_to(timezone.now() + timedelta(hours=24))
    deliver_all()
    assert left(graph) == ["baquiano_reminder/es"]


def test_a_template_that_was_paused_meanwhile_does_not_leave(
    agreed: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    template = approved(line, Use.REMINDER)
    letter = remind(agreed)
    Template.objects.filter(pk=template.pk).update(state=Template.Status.PAUSED)
    now.move_to(timezone.now() + timedelta(hours=24))
    deliver_all()
    assert (left(graph), became(letter)) == ([], (State.FAILED, window.CLOSED))


def test_without_an_approved_text_nothing_is_written_to_a_closed_window(
    agreed: Address, now: time_machine.Traveller
) -> None:
    now.move_to(timezone.now() + timedelta(hours=24))
    with pytest.raises(CannotWrite):
        remind(agreed)
    assert unasked.ways([agreed], Purpose.REMINDERS, timezone.now())[agreed.pk].why_not == "no_template"


def test_the_provider_knows_better_and_then_the_template_leaves_once(
    agreed: Address, line: Channel, graph: Graph
) -> None:
    approved(line, Use.REMINDER)
    letter = remind(agreed)
    graph.refuse(131047)
    deliver_all()
    assert (left(graph), became(letter)[0]) == (["baquiano_reminder/es"], State.ACCEPTED)


def test_a_template_refused_for_the_window_too_is_the_end(agreed: Address, line: Channel, graph: Graph) -> None:
    approved(line, Use.REMINDER)
    letter = remind(agreed)
    graph.refuse(131047, times=2)
    deliver_all()
    assert (left(graph), became(letter)) == ([], (State.FAILED, window.CLOSED))


@pytest.mark.parametrize(
    ("hers", "have", "leaves"),
    [("fr", ("es", "fr"), "fr"), ("pt", ("es", "pt_BR"), "pt_BR"), ("ht", ("es", "en"), "es"), ("ht", ("en",), None)],
)
def test_a_template_speaks_her_language_or_the_organisations_own(
    hers: str, have: tuple[str, ...], leaves: str | None, line: Channel
) -> None:
    for language in have:
        approved(line, Use.NEWS, language)
    found = templates.usable(line, Use.NEWS, hers)
    assert (found.language if found else None) == leaves


def test_a_proposed_text_leaves_once_it_is_approved_and_is_not_changed_after_it_was_sent(line: Channel) -> None:
    templates.propose(line, Use.ANSWERED, "es", "Te respondimos.")
    mine = templates.propose(line, Use.ANSWERED, "es", "Te respondimos. Escribe aquí.")
    assert (mine.text, templates.usable(line, Use.ANSWERED, "es")) == ("Te respondimos. Escribe aquí.", None)
    news = TemplateChanged(LINE, "", "baquiano_answered", "es", "approved")
    allowed.template_changed(line, news)
    assert templates.usable(line, Use.ANSWERED, "es") == mine
    assert templates.propose(line, Use.ANSWERED, "es", "Otra cosa").text == "Te respondimos. Escribe aquí."


def test_a_template_that_says_who_writes_leaves_only_where_she_allowed_it(line: Channel) -> None:
    approved(line, Use.NEWS, text="{{1}} tiene un aviso. Responde 1.")
    assert templates.usable(line, Use.NEWS, "es") is None
    naming = templates.usable(line, Use.NEWS, "es", may_say_who=True)
    assert naming and templates.as_message(naming).values == ("Organización de prueba",)


# Answers -----------------------------------------------------------------------------------------------------------------


def test_an_answer_within_the_day_leaves_as_it_is(yuli: Address, graph: Graph, now: time_machine.Traveller) -> None:
    now.move_to(timezone.now() + timedelta(hours=23, minutes=59))
    answer(yuli)
    deliver_all()
    assert left(graph) == ["respuesta"]


def test_an_answer_that_comes_too_late_waits_and_she_is_told_once(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    approved(line, Use.ANSWERED)
    now.move_to(timezone.now() + timedelta(hours=25))
    first, second = answer(yuli, "uno", "staff:1"), answer(yuli, "dos", "staff:2")
    deliver_all()
    assert left(graph) == ["baquiano_answered/es"]
    assert became(first)[0] == became(second)[0] == State.WINDOW


def test_what_waited_leaves_before_the_new_answer_when_she_writes_again(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    approved(line, Use.ANSWERED)
    now.move_to(timezone.now() + timedelta(days=2))
    answer(yuli, "uno", "staff:1")
    answer(yuli, "dos", "staff:2")
    deliver_all()
    now.move_to(timezone.now() + timedelta(days=2))
    heard(yuli)
    answer(yuli, "nuevo", "turn:9:0")
    deliver_all()
    assert left(graph)[1:] == ["uno", "dos", "nuevo"]


def test_whoever_writes_before_she_was_told_is_not_told_any_more(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    """At 23:00 the answer is written, the notice waits for the morning, and she writes at 23:10."""
    approved(line, Use.ANSWERED)
    now.move_to(timezone.now() + timedelta(hours=37))
    answer(yuli)
    deliver_all()
    assert left(graph) == []
    now.move_to(timezone.now() + timedelta(minutes=10))
    heard(yuli)
    deliver_all()
    assert left(graph) == ["respuesta"]
    now.move_to(timezone.now() + timedelta(days=3))
    deliver_all()
    assert left(graph) == ["respuesta"]


def test_whoever_is_forgotten_gets_no_answer_that_still_waited(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    approved(line, Use.ANSWERED)
    now.move_to(timezone.now() + timedelta(hours=25))
    letter = answer(yuli)
    deliver_all()
    portrait.stop([Spell(yuli.pk, yuli.created_at, None, True)])
    heard(yuli)
    deliver_all()
    assert (left(graph)[1:], became(letter)) == ([], (State.FAILED, "stopped"))


def test_after_a_week_a_person_is_told_instead(yuli: Address, line: Channel, now: time_machine.Traveller) -> None:
    approved(line, Use.ANSWERED)
    now.move_to(timezone.now() + timedelta(hours=25))
    letter = answer(yuli)
    deliver_all()
    now.move_to(timezone.now() + waiting.WAITS + timedelta(minutes=1))
    fate.settle_cut(timezone.now())
    assert became(letter) == (State.FAILED, window.CLOSED)


@pytest.mark.parametrize("closed_by", ["no_template", "held", "safe_contact"])
def test_where_she_cannot_be_told_the_answer_fails(
    closed_by: str, yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    if closed_by != "no_template":
        approved(line, Use.ANSWERED)
    changes = {
        "held": {"held_since": timezone.now()},
        "safe_contact": {"safe_contact": dump(SafeContact(may_write=False))},
    }
    Address.objects.filter(pk=yuli.pk).update(**changes.get(closed_by, {"held_since": None}))
    now.move_to(timezone.now() + timedelta(hours=25))
    letter = answer(yuli)
    deliver_all()
    assert (left(graph), became(letter)) == ([], (State.FAILED, window.CLOSED))


def test_an_answer_refused_for_the_window_waits_until_she_writes_anew(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    """By our count it was open: Meta knows better, and it is not tried again and again on our count."""
    approved(line, Use.ANSWERED)
    letter = answer(yuli)
    graph.refuse(131047)
    deliver_all()
    assert (left(graph), became(letter)[0]) == (["baquiano_answered/es"], State.WINDOW)
    now.move_to(timezone.now() + timedelta(minutes=5))
    heard(yuli)
    deliver_all()
    assert left(graph)[1:] == ["respuesta"]


def refused_by_status(line: Channel, graph: Graph, copies: int = 1) -> None:
    """The first that left was accepted, and only later we hear that it could not go."""
    refused = graph.sent[0]
    for _copy in range(copies):
        settling.settle(
            line,
            StatusChanged(refused.provider_id, LINE, Delivery.FAILED, timezone.now(), refused.echo, 131047, "window"),
        )


def test_a_refusal_that_comes_as_news_sends_the_template_once(agreed: Address, line: Channel, graph: Graph) -> None:
    approved(line, Use.REMINDER)
    letter = remind(agreed)
    deliver_all()
    refused_by_status(line, graph, copies=2)
    deliver_all()
    assert (left(graph), became(letter)[0]) == ([NEUTRAL.text, "baquiano_reminder/es"], State.ACCEPTED)
    refused_by_status(line, graph)
    deliver_all()
    assert (len(graph.sent), became(letter)[0]) == (2, State.ACCEPTED)


def test_an_answer_whose_refusal_comes_as_news_waits_for_her(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    approved(line, Use.ANSWERED)
    letter = answer(yuli)
    deliver_all()
    refused_by_status(line, graph, copies=2)
    assert became(letter)[0] == State.WINDOW
    now.move_to(timezone.now() + timedelta(minutes=5))
    heard(yuli)
    deliver_all()
    assert left(graph) == ["respuesta", "respuesta"]
    assert became(letter)[0] == State.ACCEPTED


def test_a_refusal_after_it_was_delivered_changes_nothing(agreed: Address, line: Channel, graph: Graph) -> None:
    approved(line, Use.REMINDER)
    letter = remind(agreed)
    deliver_all()
    settling.settle(line, StatusChanged(graph.sent[0].provider_id, LINE, Delivery.DELIVERED, timezone.now()))
    refused_by_status(line, graph)
    deliver_all()
    assert (len(graph.sent), became(letter)[0]) == (1, State.DELIVERED)


def test_a_call_to_a_colleague_past_the_day_fails_and_tells_nobody_that_there_is_an_answer(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    approved(line, Use.ANSWERED)
    now.move_to(timezone.now() + timedelta(hours=25))
    letter = post.tell_colleague(yuli, "Hay una alerta.", cause="call:1")
    deliver_all()
    assert (left(graph), became(letter)) == ([], (State.FAILED, window.CLOSED))


def test_a_correction_needs_no_consent_and_nobody_known(yuli: Address, line: Channel, graph: Graph) -> None:
    """She asked; what she was told has changed."""
    unasked.write(Unasked(yuli, NEUTRAL, "recall:1", Aim.CORRECTION, template_use=Use.CORRECTION))
    deliver_all()
    assert left(graph) == [NEUTRAL.text]


def test_nothing_unasked_leaves_at_night(
    agreed: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    """Written at 20:00 in Bogotá and not sent until 21:30: it waits for 08:00."""
    now.move_to(timezone.now() + timedelta(hours=10))
    heard(agreed)
    letter = remind(agreed)
    now.move_to(timezone.now() + timedelta(hours=1, minutes=30))
    deliver_all()
    letter.refresh_from_db()
    assert left(graph) == []
    assert letter.not_before.isoformat() == "2026-11-25T13:00:00+00:00"


def test_her_own_hours_may_be_at_night(
    agreed: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    Address.objects.filter(pk=agreed.pk).update(safe_contact=dump(SafeContact(hours="Mo-Su 22:00-24:00")))
    now.move_to(timezone.now() + timedelta(hours=12, minutes=30))
    heard(agreed)
    remind(agreed)
    deliver_all()
    assert left(graph) == [NEUTRAL.text]
