"""Numbers that change hands and ids that change: nobody is merged, nobody's words stand in somebody else's conversation.

Whole bodies, through the door of the webhooks and the database. People and numbers are invented.
"""

import itertools
import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.channels.actions import keep_raw
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.receiving import take_in
from baquiano.people import identity
from baquiano.people.models import Alias, Collision
from tests.fakes.graph import number_changed, text_message, user_id_changed, user_id_update, webhook

pytestmark = pytest.mark.django_db

BEGAN = 1_790_000_000  # before now: what is said later than that is taken for now
OLD, NEW = ("573000000001", "CO.a1"), ("573000000002", "CO.a2")
RECYCLED = (OLD[0], "CO.b1")  # somebody else got the old number


def knocks(channel: Channel, *bodies: dict[str, Any]) -> None:
    """Each body comes alone, and is read before the next one."""
    for body in bodies:
        keep_raw(channel, json.dumps(body).encode())
        take_in()


def says(text: str, who: tuple[str, str], at: int = 0) -> dict[str, Any]:
    phone, user_id = who
    return webhook(messages=[text_message(text, id=f"wamid.{text}", phone=phone, user_id=user_id, at=BEGAN + at)])


def changes(at: int = 0, id: str = "wamid.sys") -> dict[str, Any]:
    told = number_changed(NEW[0], id=id, phone=OLD[0], user_id=OLD[1], new_user_id=NEW[1], at=BEGAN + at)
    return webhook(messages=[told])


def conversations() -> list[tuple[bool, list[str]]]:
    """Each: whether it lives, and what stands in it."""
    return [
        (one.closed_at is None, [message.text for message in one.messages.inbound().order_by("id")])
        for one in Conversation.objects.order_by("id")
    ]


@pytest.mark.parametrize(
    "told",
    [
        changes(5),
        webhook(messages=[user_id_changed(OLD[1], NEW[1], id="wamid.sys", at=BEGAN + 5)]),
        user_id_update(OLD[1], NEW[1], at=BEGAN + 5),
    ],
)
def test_a_change_told_before_the_first_new_message_goes_on_in_the_same_conversation(
    whatsapp: Channel, told: dict[str, Any]
) -> None:
    knocks(whatsapp, says("uno", OLD), told, says("dos", NEW, 10))
    assert conversations() == [(True, ["uno", "dos"])]
    living = Alias.objects.filter(valid_to=None).values_list("scheme", flat=True)
    assert sorted(living) == [Scheme.WHATSAPP_USER, Scheme.WHATSAPP_PHONE], "the old ones are nobody's any more"


def test_a_change_told_by_the_number_alone_is_not_followed_once_there_is_a_user_id(whatsapp: Channel) -> None:
    """It may be of another owner of that number, whose messages have not come yet: nothing is carried over, and nobody's words are shown."""
    told = webhook(messages=[number_changed(NEW[0], id="wamid.sys", phone=OLD[0], at=BEGAN + 5)])
    knocks(whatsapp, says("uno", OLD), told, says("dos", NEW, 10))
    assert conversations() == [(True, ["uno"]), (True, ["dos"])]


def test_before_there_were_user_ids_a_change_of_number_is_followed(whatsapp: Channel) -> None:
    told = webhook(messages=[number_changed(NEW[0], id="wamid.sys", phone=OLD[0], at=BEGAN + 5)])
    knocks(whatsapp, says("uno", (OLD[0], "")), told, says("dos", (NEW[0], ""), 10))
    assert conversations() == [(True, ["uno", "dos"])]


def test_whoever_gets_the_old_number_then_begins_with_nothing(whatsapp: Channel) -> None:
    knocks(whatsapp, says("uno", OLD), changes(5), says("otra", RECYCLED, 10), says("dos", NEW, 11))
    assert conversations() == [(True, ["uno", "dos"]), (True, ["otra"])]
    assert not Handoff.objects.filter(reason=Handoff.Reason.IDENTITY).exists()


def test_a_change_told_after_the_first_new_message_merges_nothing_and_a_person_is_asked(whatsapp: Channel) -> None:
    knocks(whatsapp, says("uno", OLD), says("dos", NEW, 10), changes(5))
    assert conversations() == [(False, ["uno"]), (True, ["dos"])]
    collision = Collision.objects.get()
    assert (collision.is_told, collision.is_same) == (True, None)
    assert Handoff.objects.open().get().reason == Handoff.Reason.IDENTITY
    assert not Alias.objects.filter(valid_to=None, address=collision.older).exists()


def test_a_change_told_twice_is_told_once(whatsapp: Channel) -> None:
    knocks(
        whatsapp, says("uno", OLD), changes(5), changes(5, id="wamid.sys2"), says("dos", NEW, 10), changes(5, "wamid.3")
    )
    assert conversations() == [(True, ["uno", "dos"])]
    assert not Collision.objects.exists()


def test_a_change_of_somebody_we_never_heard_of_changes_nothing(whatsapp: Channel) -> None:
    knocks(whatsapp, changes(5), says("dos", NEW, 10))
    assert conversations() == [(True, ["dos"])]


def test_a_change_told_late_is_not_told_of_whoever_has_the_number_since(whatsapp: Channel) -> None:
    late = webhook(messages=[number_changed(NEW[0], id="wamid.sys", phone=OLD[0], at=BEGAN + 5)])
    knocks(whatsapp, says("otra", RECYCLED, 10), late, says("dos", NEW, 11))
    assert conversations() == [(True, ["otra"]), (True, ["dos"])]


def test_a_recycled_number_opens_an_empty_conversation_that_is_answered_like_any_other(whatsapp: Channel) -> None:
    knocks(whatsapp, says("uno", OLD), says("otra", RECYCLED, 10), says("más", RECYCLED, 11))
    assert conversations() == [(False, ["uno"]), (True, ["otra", "más"])]
    assert set(Message.objects.inbound().values_list("state", flat=True)) == {Message.State.WAITING}
    assert (Collision.objects.get().is_told, Collision.objects.get().newer) == (
        False,
        Conversation.objects.latest("id").address,
    )


def test_in_one_body_a_change_and_messages_of_both_sides_stay_apart(whatsapp: Channel) -> None:
    """What was looked up for the whole batch before the change does not hold after it."""
    for body in (
        says("uno", OLD),
        says("dos", NEW, 10),
        changes(5),
        says("tres", OLD, 3),
        says("cuatro", RECYCLED, 12),
    ):
        keep_raw(whatsapp, json.dumps(body).encode())
    take_in()
    words = [words for _is_alive, words in conversations()]
    assert [[word for word in one if word == "cuatro"] == one for one in words].count(True) == 1
    assert "tres" not in next(one for is_alive, one in conversations() if "dos" in one)


def test_the_id_of_a_parent_company_may_change_alone(whatsapp: Channel) -> None:
    first = text_message("uno", id="wamid.1", phone=OLD[0], user_id=OLD[1]) | {"from_parent_user_id": "CO.ENT.1"}
    second = text_message("dos", id="wamid.2", phone=OLD[0], user_id=OLD[1]) | {"from_parent_user_id": "CO.ENT.2"}
    knocks(whatsapp, webhook(messages=[first]), webhook(messages=[second]))
    assert conversations() == [(True, ["uno", "dos"])]
    assert Alias.objects.filter(valid_to=None, scheme=Scheme.WHATSAPP_PARENT).count() == 1


def test_letters_go_to_the_user_id_first_and_to_a_parent_only_when_nothing_else_is_known(whatsapp: Channel) -> None:
    parent = SeenAlias(Scheme.WHATSAPP_PARENT, "CO.ENT.1")
    all_of_them = [parent, SeenAlias(Scheme.WHATSAPP_PHONE, OLD[0]), SeenAlias(Scheme.WHATSAPP_USER, OLD[1])]
    address = identity.recognise(whatsapp, all_of_them).address
    assert [alias.scheme for alias in identity.living_aliases(address)] == [
        Scheme.WHATSAPP_USER,
        Scheme.WHATSAPP_PHONE,
        Scheme.WHATSAPP_PARENT,
    ]


# In any order


@dataclass(frozen=True)
class Epoch:
    """Somebody with one number and one user id, from a moment on. The user id is new with every number."""

    person: int
    phone: str
    user_id: str
    begins: int


@st.composite
def worlds(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    """(who, body): three people and four numbers that go from hand to hand; what each said, and what Meta told of their changes."""
    phones = [f"57300000000{number}" for number in range(4)]
    held: dict[int, Epoch] = {}
    bodies: list[tuple[str, dict[str, Any]]] = []
    numbers = itertools.count(1)
    for at in range(0, 10 * draw(st.integers(3, 12)), 10):
        person = draw(st.integers(0, 2))
        now = held.get(person)
        if now is None or draw(st.booleans()):
            free = [phone for phone in phones if phone not in {one.phone for one in held.values()}]
            epoch = Epoch(person, draw(st.sampled_from(free)), f"CO.{person}x{next(numbers)}", at)
            if now:
                bodies += [("", body) for body in draw(st.lists(st.sampled_from(_told(now, epoch)), max_size=2))]
            held[person] = now = epoch
        phone = draw(st.sampled_from([now.phone, ""]))  # with a user name the number may be missing
        text = f"{person}.{next(numbers)}"
        said = text_message(text, id=f"wamid.{text}", phone=phone, user_id=now.user_id, at=BEGAN + at + 5)
        bodies.append((str(person), webhook(messages=[said])))
    return draw(st.permutations(bodies))


def _told(before: Epoch, after: Epoch) -> list[dict[str, Any]]:
    """The shapes in which Meta tells that somebody changed, at the moment it happened."""
    at = BEGAN + after.begins
    both = number_changed(
        after.phone, id="wamid.s", phone=before.phone, user_id=before.user_id, new_user_id=after.user_id, at=at
    )
    by_number = number_changed(after.phone, id="wamid.s", phone=before.phone, at=at)
    by_user = user_id_changed(before.user_id, after.user_id, id="wamid.s", at=at)
    told = [webhook(messages=[one]) for one in (both, by_number, by_user)]
    return [*told, user_id_update(before.user_id, after.user_id, at=at)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worlds(), st.lists(st.booleans(), min_size=40, max_size=40))
def test_in_any_order_nobodys_words_stand_in_another_persons_conversation(
    whatsapp: Channel, bodies: list[tuple[str, dict[str, Any]]], reads: list[bool]
) -> None:
    """`reads`: where the bodies are cut into batches."""
    with transaction.atomic():
        for (_who, body), is_read in zip(bodies, reads, strict=False):
            keep_raw(whatsapp, json.dumps(body).encode())
            if is_read:
                take_in()
        take_in()
        said = [text for alive, words in conversations() for text in words]
        assert sorted(said) == sorted(
            body["entry"][0]["changes"][0]["value"]["messages"][0]["text"]["body"] for who, body in bodies if who
        )
        for _is_alive, words in conversations():
            assert len({word.partition(".")[0] for word in words}) <= 1, "two people in one conversation"
        _no_alias_leads_to_two_conversations()
        assert RawWebhook.objects.filter(unparsed__gt=0).count() == 0
        transaction.set_rollback(True)


def _no_alias_leads_to_two_conversations() -> None:
    living = list(Alias.objects.filter(valid_to=None).values_list("value_hash", "address"))
    assert len({value for value, _address in living}) == len(living)
    for address in {address for _value, address in living}:
        assert Conversation.objects.alive().filter(address=address).count() <= 1
    homeless = Conversation.objects.alive().exclude(address__in=[address for _value, address in living])
    assert not homeless.exists(), "a living conversation that nobody can be written to in"
