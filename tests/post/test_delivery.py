"""Letters leave once, in order, and what became of them is settled the same whatever the order of the news."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.channels.events import LATER, Delivery, Scheme, StatusChanged
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.lib.turnstile import For, bell
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import actions as post
from baquiano.post import fate, leaving, settling
from baquiano.post.models import Dispatch, Letter, ParkedStatus, State
from tests.fakes.graph import LINE, PHONE, Graph

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server


@pytest.fixture
def line(graph: Graph) -> Channel:
    return Channel.objects.create(kind="whatsapp", line=LINE, name="WhatsApp", settings=graph.settings)


@pytest.fixture
def yuli(line: Channel) -> Address:
    return identity.recognise(line, [SeenAlias(Scheme.WHATSAPP_PHONE, PHONE)]).address


def write(to: Address, text: str, cause: str) -> Letter:
    return post.send(to, OutMessage(text), cause=cause)


def later(minutes: int) -> None:
    """So many minutes from now the clock looks for letters that were cut, and the loop delivers."""
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        fate.settle_cut(timezone.now())
        post.deliver()


def status(letter: Letter, delivery: Delivery, *, echo: str = "") -> StatusChanged:
    dispatch = "wamid.out000001"
    return StatusChanged(dispatch, LINE, delivery, timezone.now(), echo=echo)


def test_a_letter_is_sent_and_its_provider_id_is_kept_only_as_a_hash(yuli: Address, graph: Graph) -> None:
    letter = write(yuli, "hola", "turn:1:0")
    assert post.deliver() == 1
    letter.refresh_from_db()
    assert letter.state == State.ACCEPTED
    assert [sent.words for sent in graph.sent] == ["hola"]
    assert "wamid" not in Dispatch.objects.get().provider_hash


def test_letters_to_one_address_leave_one_at_a_time_in_their_order(yuli: Address, graph: Graph) -> None:
    for number in range(4):
        write(yuli, f"{number}", f"turn:{number}:0")
    rounds = [post.deliver() for _ in range(5)]
    assert rounds == [1, 1, 1, 1, 0]
    assert [sent.words for sent in graph.sent] == ["0", "1", "2", "3"]


def test_after_a_letter_the_bell_rings_only_where_another_may_follow_at_once(yuli: Address, graph: Graph) -> None:
    """The loop rests after a small round: whoever waits behind must not wait for it to look by itself."""
    for number in range(2):
        write(yuli, f"{number}", f"turn:{number}:0")
    strokes = []
    for first in (False, False, True):
        if first:
            write(yuli, "peligro", "danger:1")
            Letter.objects.filter(state=State.QUEUED).update(goes_first=True)
        before = bell.strokes(For.LETTERS)
        assert post.deliver() == 1
        strokes.append(bell.strokes(For.LETTERS) - before)
    assert strokes == [1, 0, 1]


def test_the_same_cause_is_one_letter(yuli: Address) -> None:
    write(yuli, "hola", "turn:1:0")
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        write(yuli, "hola", "turn:1:0")


def test_a_throttled_letter_waits_and_the_later_one_does_not_overtake_it(yuli: Address, graph: Graph) -> None:
    first, second = write(yuli, "1", "turn:1:0"), write(yuli, "2", "turn:2:0")
    graph.refuse(131056)
    post.deliver()
    assert post.deliver() == 0
    first.refresh_from_db()
    assert first.state == State.QUEUED
    assert first.not_before > timezone.now()
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        post.deliver()
        post.deliver()
    assert [sent.words for sent in graph.sent] == ["1", "2"]
    second.refresh_from_db()
    assert second.state == State.ACCEPTED


def test_a_line_that_is_throttled_rests_as_a_whole(yuli: Address, line: Channel, graph: Graph) -> None:
    other = identity.recognise(line, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550009999")]).address
    graph.refuse(130429)
    write(yuli, "1", "turn:1:0")
    post.deliver()
    write(other, "2", "turn:2:0")
    assert post.deliver() == 0
    line.refresh_from_db()
    assert line.paused_until is not None


def test_a_dead_token_stops_the_line_and_loses_nothing(yuli: Address, line: Channel, graph: Graph) -> None:
    letter = write(yuli, "1", "turn:1:0")
    graph.refuse(190, status=401)
    post.deliver()
    letter.refresh_from_db()
    line.refresh_from_db()
    assert (letter.state, line.trouble) == (State.QUEUED, "token")
    assert post.deliver() == 0
    Channel.objects.filter(pk=line.pk).update(trouble="")
    post.deliver()
    assert [sent.words for sent in graph.sent] == ["1"]


def test_a_closed_window_is_a_failure_a_person_can_see(yuli: Address, graph: Graph) -> None:
    letter = write(yuli, "1", "turn:1:0")
    graph.refuse(131047)
    post.deliver()
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (State.FAILED, "window")


def test_a_cut_connection_waits_for_news_before_it_repeats_once(yuli: Address, graph: Graph) -> None:
    letter = write(yuli, "1", "turn:1:0")
    graph.cut()
    post.deliver()
    letter.refresh_from_db()
    assert letter.state == State.UNCERTAIN
    assert fate.settle_cut(timezone.now()) == 0
    later(2)
    letter.refresh_from_db()
    assert (letter.state, letter.possibly_doubled) == (State.ACCEPTED, True)
    assert len(graph.sent) == 2


def test_news_that_carries_our_echo_settles_a_doubtful_letter_without_repeating_it(
    yuli: Address, line: Channel, graph: Graph
) -> None:
    letter = write(yuli, "1", "turn:1:0")
    graph.cut()
    post.deliver()
    settling.settle(line, status(letter, Delivery.SENT, echo=graph.sent[0].echo))
    later(2)
    letter.refresh_from_db()
    assert (letter.state, letter.possibly_doubled) == (State.SENT, False)
    assert len(graph.sent) == 1


def sent_and_not_yet_written_down() -> post.Sent:
    """The moment between the answer of the provider and our own row: what the loop does in one breath."""
    (leased,) = leaving.lease(timezone.now(), 1)
    return post._attempt(leased)


def news(line: Channel, graph: Graph, which: int, delivery: Delivery) -> None:
    sent = graph.sent[which]
    settling.settle(line, StatusChanged(sent.provider_id, line.line, delivery, timezone.now(), echo=sent.echo))


LONG = "palabra " * 900
"""Two messages of WhatsApp."""


def test_news_before_an_answer_that_is_lost_leaves_no_doubt(yuli: Address, line: Channel, graph: Graph) -> None:
    letter = write(yuli, "1", "turn:1:0")
    graph.cut()
    cut = sent_and_not_yet_written_down()
    news(line, graph, 0, Delivery.READ)
    post._record(cut)
    later(5)
    letter.refresh_from_db()
    assert (letter.state, letter.possibly_doubled, len(graph.sent)) == (State.READ, False, 1)


@pytest.mark.parametrize("is_told_early", [True, False])
def test_news_of_the_first_part_does_not_end_a_letter_whose_second_was_refused(
    yuli: Address, line: Channel, graph: Graph, is_told_early: bool
) -> None:
    letter = write(yuli, LONG, "turn:1:0")
    graph.take()
    graph.refuse(131056)
    throttled = sent_and_not_yet_written_down()
    if is_told_early:
        news(line, graph, 0, Delivery.READ)
    post._record(throttled)
    if not is_told_early:
        news(line, graph, 0, Delivery.READ)
    letter.refresh_from_db()
    assert (letter.state, letter.parts_sent) == (State.QUEUED, 1)
    later(60)
    assert " ".join(sent.words for sent in graph.sent).split() == LONG.split()
    news(line, graph, 1, Delivery.DELIVERED)
    letter.refresh_from_db()
    assert (letter.state, letter.parts_sent) == (State.DELIVERED, 2)


@pytest.mark.parametrize("is_told_early", [True, False])
def test_a_doubt_about_the_first_part_that_news_settle_lets_the_second_leave_at_once(
    yuli: Address, line: Channel, graph: Graph, is_told_early: bool
) -> None:
    letter = write(yuli, LONG, "turn:1:0")
    graph.cut()
    cut = sent_and_not_yet_written_down()
    if is_told_early:
        news(line, graph, 0, Delivery.SENT)
    post._record(cut)
    if not is_told_early:
        news(line, graph, 0, Delivery.SENT)
    assert post.deliver() == 1
    letter.refresh_from_db()
    assert (letter.state, letter.possibly_doubled) == (State.ACCEPTED, False)
    assert " ".join(sent.words for sent in graph.sent).split() == LONG.split()


def test_whoever_dies_after_news_of_the_first_part_leaves_the_second_to_another(
    yuli: Address, line: Channel, graph: Graph
) -> None:
    write(yuli, LONG, "turn:1:0")
    graph.take()
    graph.refuse(131056)
    sent_and_not_yet_written_down()  # and then it is killed
    news(line, graph, 0, Delivery.READ)
    later(2)
    later(4)
    assert " ".join(sent.words for sent in graph.sent).split() == LONG.split()


def refused(graph: Graph, which: int = -1, reason: str = LATER) -> StatusChanged:
    sent = graph.sent[which]
    return StatusChanged(sent.provider_id, LINE, Delivery.FAILED, timezone.now(), sent.echo, 131000, reason)


def test_what_was_accepted_and_could_not_go_at_that_moment_goes_again_once_however_often_we_are_told(
    yuli: Address, line: Channel, graph: Graph
) -> None:
    letter = write(yuli, "1", "turn:1:0")
    post.deliver()
    news = refused(graph)
    settling.settle(line, news)
    settling.settle(line, news)
    settling.settle(line, replace(news, delivery=Delivery.SENT, reason="", error_code=None))
    letter.refresh_from_db()
    assert (letter.state, letter.attempts, letter.parts_sent) == (State.QUEUED, 1, 0)
    later(2)
    settling.settle(line, news)
    letter.refresh_from_db()
    assert (letter.state, letter.possibly_doubled, len(graph.sent)) == (State.ACCEPTED, False, 2)


def test_what_never_can_go_is_given_up(yuli: Address, line: Channel, graph: Graph) -> None:
    letter = write(yuli, "1", "turn:1:0")
    for minutes in range(2, 300, 30):
        later(minutes)
        if letter.state != State.FAILED:
            settling.settle(line, refused(graph))
        letter.refresh_from_db()
    assert (letter.state, letter.error, len(graph.sent)) == (State.FAILED, "gave_up", fate.TRIES)


def test_doubt_a_second_time_ends_it(yuli: Address, graph: Graph) -> None:
    letter = write(yuli, "1", "turn:1:0")
    graph.cut()
    graph.cut()
    post.deliver()
    for minutes in (2, 4, 6):
        later(minutes)
    letter.refresh_from_db()
    assert letter.state == State.FAILED
    assert len(graph.sent) == 2


def test_a_sender_that_died_leaves_a_lease_that_runs_out(yuli: Address, graph: Graph) -> None:
    write(yuli, "1", "turn:1:0")
    assert len(leaving.lease(timezone.now(), 5)) == 1  # and then it is killed
    assert post.deliver() == 0
    later(2)
    assert graph.sent == []
    later(4)
    assert len(graph.sent) == 1
    assert Letter.objects.get().possibly_doubled


NEWS = (Delivery.SENT, Delivery.DELIVERED, Delivery.READ, Delivery.FAILED)


@pytest.mark.parametrize("order", list(itertools.permutations(NEWS)))
def test_whatever_the_order_of_the_news_the_result_is_one(
    order: tuple[Delivery, ...], yuli: Address, line: Channel
) -> None:
    letter = write(yuli, "1", "turn:1:0")
    post.deliver()
    for delivery in (*order, *order):
        settling.settle(line, status(letter, delivery))
    letter.refresh_from_db()
    assert letter.state == State.READ


def test_a_failure_wins_over_sent_and_loses_to_delivered(yuli: Address, line: Channel) -> None:
    letter = write(yuli, "1", "turn:1:0")
    post.deliver()
    settling.settle(line, status(letter, Delivery.FAILED))
    settling.settle(line, status(letter, Delivery.SENT))
    letter.refresh_from_db()
    assert letter.state == State.FAILED
    settling.settle(line, status(letter, Delivery.DELIVERED))
    letter.refresh_from_db()
    assert letter.state == State.DELIVERED


def test_news_before_the_answer_is_parked_and_applied_when_the_answer_comes(yuli: Address, line: Channel) -> None:
    letter = write(yuli, "1", "turn:1:0")
    settling.settle(line, StatusChanged("wamid.out000001", LINE, Delivery.DELIVERED, timezone.now()))
    assert ParkedStatus.objects.count() == 1
    post.deliver()
    letter.refresh_from_db()
    assert letter.state == State.DELIVERED
    assert ParkedStatus.objects.count() == 0


def test_news_parked_while_the_answer_was_being_written_down_elsewhere_is_settled_by_the_clock(
    yuli: Address, line: Channel
) -> None:
    """Two processes at once: the one did not see the other's row yet."""
    letter = write(yuli, "1", "turn:1:0")
    post.deliver()
    ParkedStatus.objects.create(
        channel=line, provider_hash=Dispatch.objects.get().provider_hash, delivery=Delivery.READ
    )
    assert settling.settle_parked() == 1
    letter.refresh_from_db()
    assert letter.state == State.READ
    assert (ParkedStatus.objects.count(), settling.settle_parked()) == (0, 0)


def test_parked_news_is_forgotten_after_seven_days(line: Channel) -> None:
    settling.settle(line, StatusChanged("wamid.other", LINE, Delivery.READ, timezone.now()))
    assert settling.forget_parked(timezone.now() + timedelta(days=6)) == 0
    assert settling.forget_parked(timezone.now() + timedelta(days=8)) == 1
