"""Opt-outs, what is said once, what a backup brings back, and asking for thousands at once."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baquiano.accounts.models import Organisation
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Delivery, Scheme, StatusChanged
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post import actions as post
from baquiano.post import allowed, fate, leaving, settling, unasked
from baquiano.post.models import Aim, Letter, OptOut, State
from baquiano.post.unasked import CannotWrite, Unasked
from tests.fakes.graph import LINE, PHONE, Graph

pytestmark = pytest.mark.django_db
How = OptOut.How
NEWS = OutMessage("Cambió una información que te dimos. Responde 1 para verla.")


@pytest.fixture(autouse=True)
def daytime(now: time_machine.Traveller, organisation: Organisation) -> None:
    """10:00 in Bogotá, where nobody sleeps."""


@pytest.fixture
def graph() -> Iterator[Graph]:
    with Graph() as server:
        yield server


@pytest.fixture
def line(graph: Graph) -> Channel:
    return Channel.objects.create(kind="whatsapp", line=LINE, name="WhatsApp", settings=graph.settings)


def somebody(line: Channel, number: str = PHONE) -> Address:
    address = identity.recognise(line, [SeenAlias(Scheme.WHATSAPP_PHONE, number)]).address
    identity.heard({address.pk: timezone.now()})
    return address


@pytest.fixture
def yuli(line: Channel) -> Address:
    return somebody(line)


def correct(address: Address, *, once: bool = False) -> Letter:
    return unasked.write(Unasked(address, NEWS, f"recall:{address.pk}", Aim.CORRECTION, is_said_once=once))


def became(letter: Letter) -> tuple[str, str]:
    letter.refresh_from_db()
    return letter.state, letter.error


def later(now: time_machine.Traveller, **more: float) -> None:
    """The clock goes on, looks for what was cut, and everything that may leave leaves."""
    now.move_to(timezone.now() + timedelta(**more))
    fate.settle_cut(timezone.now())
    while post.deliver():
        continue


# Nothing more ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [How.WORD, How.PROVIDER, How.STAFF])
def test_whoever_wants_nothing_more_gets_nothing_unasked_and_every_answer(
    how: str, yuli: Address, graph: Graph
) -> None:
    waiting = correct(yuli)
    allowed.stop(yuli, how)
    post.send(yuli, OutMessage("respuesta"), cause="turn:1:0")
    while post.deliver():
        continue
    assert [sent.words for sent in graph.sent] == ["respuesta"]
    assert became(waiting) == (State.FAILED, unasked.WITHHELD)
    with pytest.raises(CannotWrite):
        unasked.write(Unasked(yuli, NEWS, "recall:again", Aim.CORRECTION))


def test_one_kind_taken_back_does_not_take_back_another(yuli: Address) -> None:
    allowed.stop(yuli, How.WORD)
    allowed.stop(yuli, How.PROVIDER)
    allowed.allow_again_by_her(yuli)
    assert unasked.ways([yuli], Aim.CORRECTION, timezone.now())[yuli.pk].why_not == "opted_out"
    allowed.allow_again(yuli, How.PROVIDER)
    assert unasked.ways([yuli], Aim.CORRECTION, timezone.now())[yuli.pk].may


def test_whoever_blocked_us_and_writes_again_has_taken_it_back(yuli: Address, now: time_machine.Traveller) -> None:
    allowed.stop(yuli, How.PROVIDER, is_all=True)
    now.move_to(timezone.now() + timedelta(minutes=1))
    assert unasked.ways([yuli], Aim.CORRECTION, timezone.now())[yuli.pk].why_not == "blocked"
    identity.heard({yuli.pk: timezone.now()})
    assert unasked.ways([yuli], Aim.CORRECTION, timezone.now())[yuli.pk].may
    now.move_to(timezone.now() + timedelta(minutes=1))
    allowed.stop(yuli, How.PROVIDER, is_all=True)
    assert unasked.ways([yuli], Aim.CORRECTION, timezone.now())[yuli.pk].why_not == "blocked"


def test_a_refusal_that_says_she_wants_no_more_is_kept_as_her_word(yuli: Address, graph: Graph) -> None:
    correct(yuli)
    graph.refuse(131050)
    post.deliver()
    assert OptOut.objects.in_force().get(address=yuli).how == How.PROVIDER


# Said once ---------------------------------------------------------------------------------------------------------------


def test_what_is_sensitive_is_not_repeated_when_nobody_knows_whether_it_arrived(
    yuli: Address, graph: Graph, now: time_machine.Traveller
) -> None:
    letter = correct(yuli, once=True)
    graph.cut()
    later(now, seconds=1)
    later(now, minutes=2)
    assert (len(graph.sent), became(letter)) == (1, (State.FAILED, fate.IN_DOUBT))


def test_news_of_it_that_comes_later_ends_the_doubt(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    letter = correct(yuli, once=True)
    graph.cut()
    later(now, seconds=1)
    later(now, minutes=2)
    settling.settle(line, StatusChanged("wamid.late", LINE, Delivery.SENT, timezone.now(), echo=graph.sent[0].echo))
    assert became(letter) == (State.SENT, "")


def test_a_danger_text_is_repeated_once(yuli: Address, graph: Graph, now: time_machine.Traveller) -> None:
    post.send_all([post.Outgoing(yuli, OutMessage("Llama al 123."), "turn:1:0", goes_first=True)])
    graph.cut()
    later(now, seconds=1)
    later(now, minutes=2)
    assert [sent.words for sent in graph.sent] == ["Llama al 123."] * 2


def test_killed_between_the_request_and_the_row_it_is_one_letter_once_the_status_came(
    yuli: Address, line: Channel, graph: Graph, now: time_machine.Traveller
) -> None:
    """Nobody lived to write down that Meta took it: the status carries our own id."""
    letter = post.send(yuli, OutMessage("hola"), cause="turn:1:0")
    (leased,) = leaving.lease(timezone.now(), 9)
    post._attempt(leased)  # and then the process is killed
    settling.settle(
        line, StatusChanged("wamid.out000001", LINE, Delivery.SENT, timezone.now(), echo=graph.sent[0].echo)
    )
    later(now, minutes=2)
    later(now, minutes=2)
    assert (len(graph.sent), became(letter)[0]) == (1, State.SENT)
    assert not letter.possibly_doubled


# After a backup ----------------------------------------------------------------------------------------------------------


def test_what_waited_in_a_backup_is_marked_or_does_not_leave(yuli: Address, line: Channel, graph: Graph) -> None:
    answer = post.send(yuli, OutMessage("respuesta"), cause="turn:1:0")
    correction = correct(yuli)
    read = post.send(somebody(line, "15550007777"), OutMessage("leída"), cause="turn:2:0")
    Letter.objects.filter(pk=read.pk).update(state=State.READ)
    fate.mark_restored(timezone.now())
    assert became(correction) == (State.FAILED, fate.RESTORED)
    assert (became(answer)[0], answer.possibly_doubled) == (State.QUEUED, True)
    assert (became(read)[0], read.possibly_doubled) == (State.READ, False)


# Many at once ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("aim", [Aim.NEWS, Aim.CORRECTION])
def test_asking_for_many_takes_as_many_queries_as_for_few(aim: Aim, line: Channel) -> None:
    counted = []
    for count in (2, 30):
        doors = [somebody(line, f"1555{count:03}{n:04}") for n in range(count)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(unasked.ways(doors, aim, timezone.now())) == count
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 14
