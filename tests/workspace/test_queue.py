"""The list of who waits: its parts, what it costs, and that the address keeps which part is looked at."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from baquiano.accounts.models import Role, User
from baquiano.channels.models import Channel
from baquiano.conversations import labels, owning
from baquiano.conversations.models import Conversation, Handoff, Label, Message, Surge
from baquiano.people.models import Address
from baquiano.safety import presence
from tests.conftest import Joins
from tests.workspace.visitors import Visitor, comes_in

ROWS = "/workspace/inbox/rows/"
MOST_BYTES, MOST_QUERIES = 60_000, 8

Part = Callable[..., list[int]]


@pytest.fixture
def part(rosas_browser: Client) -> Part:
    """The numbers in one part of Rosa's list, in their order."""

    def look(browser: Client = rosas_browser, **wanted: str) -> list[int]:
        page = browser.get(ROWS, wanted).content.decode()
        return [int(number) for number in re.findall(r"id=row-(\d+) ", page)]

    return look


@pytest.fixture
def ana(webchat: Channel, yuli: Visitor) -> Conversation:
    """She also waits, in Creole and in Chile."""
    return comes_in(webchat, "anas-token", language="ht", country="CL").says("persona")


def level(conversation: Conversation, code: str) -> None:
    Handoff.objects.filter(conversation=conversation).update(level=code, priority=int(code[1]))


# -- its parts ----------------------------------------------------------------------------------------------------------


def test_danger_comes_first_then_whoever_is_latest(waiting: Conversation, ana: Conversation, part: Part) -> None:
    assert part() == [waiting.pk, ana.pk]
    level(ana, "P1")
    assert part() == [ana.pk, waiting.pk]


def test_what_is_mine_stays_and_what_is_a_colleagues_is_only_among_all(
    waiting: Conversation, ana: Conversation, rosa: User, carla: User, part: Part
) -> None:
    owning.take_over(waiting, by=rosa)
    owning.take_over(ana, by=carla)
    assert part() == [waiting.pk]
    assert part(tab="mine") == [waiting.pk]
    assert set(part(tab="all")) == {waiting.pk, ana.pk}


def test_what_was_passed_on_is_for_one_colleague_and_after_five_minutes_for_everybody(
    now: Any, waiting: Conversation, ana: Conversation, rosa: User, carlas_browser: Client, carla: User, part: Part
) -> None:
    owning.take_over(ana, by=rosa)
    owning.transfer(ana, carla, "sabe creole", by=rosa)
    assert part() == [waiting.pk]
    assert part(carlas_browser) == [ana.pk, waiting.pk]
    assert part(carlas_browser, tab="for_me") == [ana.pk]
    now.shift(timedelta(minutes=5, seconds=1))
    assert set(part()) == {waiting.pk, ana.pk}


def test_a_danger_that_was_passed_on_is_everybodys_at_once(
    waiting: Conversation, rosa: User, carla: User, part: Part
) -> None:
    owning.take_over(waiting, by=rosa)
    owning.transfer(waiting, carla, "nota", by=rosa)
    level(waiting, "P1")
    assert part() == [waiting.pk]


def test_put_aside_it_sleeps_until_its_time_or_until_she_writes(
    now: Any, waiting: Conversation, rosa: User, yuli: Visitor, part: Part
) -> None:
    owning.take_over(waiting, by=rosa)
    owning.snooze(waiting, timezone.now() + timedelta(minutes=20), by=rosa)
    assert (part(), part(tab="aside")) == ([], [waiting.pk])
    now.shift(timedelta(minutes=10))
    yuli.says("ya tengo el papel")
    assert (part(), part(tab="aside")) == ([waiting.pk], [])


def test_its_time_has_come(now: Any, waiting: Conversation, rosa: User, part: Part) -> None:
    owning.take_over(waiting, by=rosa)
    owning.snooze(waiting, timezone.now() + timedelta(minutes=20), by=rosa)
    now.shift(timedelta(minutes=21))
    assert part() == [waiting.pk]


def test_something_graver_wakes_it(now: Any, waiting: Conversation, rosa: User, part: Part) -> None:
    owning.take_over(waiting, by=rosa)
    owning.snooze(waiting, timezone.now() + timedelta(minutes=20), by=rosa)
    level(waiting, "P0")
    assert part() == [waiting.pk]


@pytest.mark.parametrize(
    ("wanted", "which"),
    [
        ({"language": "ht"}, "ana"),
        ({"language": "es"}, "yuli"),
        ({"country": "CL"}, "ana"),
        ({"country": "none"}, ""),
        ({"level": "P1"}, "ana"),
        ({"level": "none"}, "yuli"),
        ({"level": "P1", "language": "es"}, ""),
    ],
)
def test_it_is_narrowed_by_level_language_and_country(
    waiting: Conversation, ana: Conversation, part: Part, wanted: dict[str, str], which: str
) -> None:
    level(ana, "P1")
    assert part(**wanted) == {"ana": [ana.pk], "yuli": [waiting.pk], "": []}[which]


@pytest.mark.parametrize("wanted", [{"tab": "x"}, {"level": "P9"}, {"language": "'"}, {"country": "<"}])
def test_nonsense_in_the_address_is_the_whole_list(waiting: Conversation, part: Part, wanted: dict[str, str]) -> None:
    assert part(**wanted) == [waiting.pk]


def test_the_address_keeps_the_part_and_what_the_page_asks_for_by_itself_too(
    rosas_browser: Client, ana: Conversation
) -> None:
    page = rosas_browser.get("/workspace/inbox/", {"tab": "all", "language": "ht"}).content.decode()
    assert f'href="{ana.pk}/?tab=all&amp;language=ht"' in page
    assert 'hx-get="/workspace/inbox/rows/?showing=0&amp;tab=all&amp;language=ht"' in page
    opened = rosas_browser.get(f"/workspace/inbox/{ana.pk}/", {"tab": "all", "language": "ht"}).content.decode()
    assert f"showing={ana.pk}&amp;tab=all&amp;language=ht" in opened
    assert f'href="/workspace/inbox/{ana.pk}/?tab=all&amp;language=ht"' in opened


def test_labels_are_shown_in_the_list(rosas_browser: Client, rosa: User, waiting: Conversation) -> None:
    labels.add(waiting, "Sin cupo", by=rosa)
    assert "#sin-cupo" in rosas_browser.get(ROWS).content.decode()


# -- labels -------------------------------------------------------------------------------------------------------------


def test_rosa_puts_a_label_on_and_takes_it_off(rosas_browser: Client, waiting: Conversation) -> None:
    for word in ("Salud", "salud", "Niñez"):
        rosas_browser.post(f"/workspace/inbox/{waiting.pk}/label/", {"word": word})
    assert labels.words_of(waiting) == ["niñez", "salud"]
    rosas_browser.post(f"/workspace/inbox/{waiting.pk}/unlabel/", {"word": "salud"})
    assert labels.words_of(waiting) == ["niñez"]


@pytest.mark.parametrize("word", ["", "  ", "!!!", "573001234567", "cc 10203040"])
def test_a_label_is_a_word_and_no_number_of_anybody(rosas_browser: Client, waiting: Conversation, word: str) -> None:
    rosas_browser.post(f"/workspace/inbox/{waiting.pk}/label/", {"word": word})
    assert not Label.objects.exists()


def test_ten_labels_are_enough(rosa: User, waiting: Conversation) -> None:
    for number in range(10):
        labels.add(waiting, f"tema-{number}", by=rosa)
    with pytest.raises(owning.CannotDoThat):
        labels.add(waiting, "otro", by=rosa)


# -- a rush -------------------------------------------------------------------------------------------------------------


def test_a_day_of_many_people_is_said_above_the_list(rosas_browser: Client, waiting: Conversation) -> None:
    Surge.objects.create(until=timezone.now() + timedelta(hours=1), wait_minutes=40)
    assert "unos 40 minutos" in rosas_browser.get(ROWS).content.decode()
    Surge.objects.update(ended_at=timezone.now())
    assert "Escribe mucha gente" not in rosas_browser.get(ROWS).content.decode()


# -- what it costs ------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(joins: Joins, webchat: Channel, organisation: object) -> list[User]:
    """200 people wait, of every level and language, and 20 colleagues are at their screens."""
    operators = [joins(f"op{n}", f"Operadora {n}", Role.OPERATOR) for n in range(20)]
    for user in operators:
        presence.polled(user, f"screen {user.pk}", has_sound=True, now=timezone.now())
    addresses = Address.objects.bulk_create(Address(channel=webchat) for _ in range(200))
    talks = Conversation.objects.bulk_create(
        Conversation(address=address, language=("es", "ht", "pt", "fr", "en")[n % 5], country=("CO", "CL", "")[n % 3])
        for n, address in enumerate(addresses)
    )
    levels = ("P0", "P1", "P2", "P3", "", "", "", "P4")
    now = timezone.now()
    Handoff.objects.bulk_create(
        Handoff(
            conversation=talk,
            reason=("asked", "lost", "unanswered", "voice")[n % 4],
            priority=int(levels[n % 8][1:] or 3),
            level=levels[n % 8],
            opened_at=now - timedelta(minutes=n),
            due_at=now + timedelta(minutes=30 - n),
        )
        for n, talk in enumerate(talks)
    )
    Message.objects.bulk_create(
        Message(
            conversation=talk,
            channel=webchat,
            author="person",
            text=f"Necesito ayuda con mi trámite, por favor {n}",
            state="handled",
        )
        for talk in talks
        for n in range(4)
    )
    return operators


def _questions(asked: CaptureQueriesContext) -> list[str]:
    """But who it is that asks: their session."""
    every = [one["sql"][:60] for one in asked.captured_queries]
    return [sql for sql in every if not sql.startswith(('SELECT "accounts_staffsession"', 'SELECT "accounts_user"'))]


@pytest.mark.parametrize("address", ["/workspace/inbox/", ROWS])
def test_two_hundred_who_wait_are_one_small_page_and_few_questions(
    client: Client, crowd: list[User], address: str
) -> None:
    client.force_login(crowd[0])
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(address)
    assert page.content.count(b"<a id=row-") == 200
    assert len(page.content) <= MOST_BYTES
    assert len(_questions(asked)) <= MOST_QUERIES, _questions(asked)


def test_the_questions_do_not_grow_with_the_list(client: Client, crowd: list[User], rosa: User) -> None:
    client.force_login(rosa)
    for talk in Conversation.objects.all()[:40]:
        owning.take_over(talk, by=crowd[talk.pk % 20])
    for talk in Conversation.objects.all()[40:50]:
        labels.add(talk, "salud", by=rosa)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(ROWS, {"tab": "all"})
    assert b"Operadora" in page.content
    assert len(asked) <= MOST_QUERIES
