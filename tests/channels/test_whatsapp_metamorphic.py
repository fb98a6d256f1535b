"""However Meta delivers the same things, the same stands here in the end: shuffled, twice, cut into bodies, put together, with keys nobody knows,
with the sender written one way or the other. Whole bodies, through the webhook's row and the database.
"""

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.channels.actions import keep_raw
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel, RawWebhook
from baquiano.channels.protocol import OutMessage
from baquiano.conversations.models import Conversation, Message
from baquiano.conversations.receiving import take_in
from baquiano.people import identity
from baquiano.people.models import Alias
from baquiano.post import actions as post
from baquiano.post import settling
from baquiano.post.models import Letter, ParkedStatus
from tests.fakes.graph import Sent, button_reply, picture, status_of, text_message, voice_note, webhook

pytestmark = pytest.mark.django_db

Json = dict[str, Any]
AT = 1_790_000_000
PEOPLE = (("573000000001", "CO.a1"), ("573000000002", "CO.b1"))

said = st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["text", "tap", "voice", "photo"]))
fates = st.sampled_from(["sent", "delivered", "read", "failed"])


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Json], list[Json]]:
    """Messages of two people, and what became of one letter to each."""
    messages = [
        _message(kind, f"wamid.{number}", who, AT + number)
        for number, (who, kind) in enumerate(draw(st.lists(said, min_size=1, max_size=6)))
    ]
    told = draw(st.lists(st.tuples(st.sampled_from([0, 1]), fates), max_size=5))
    return messages, [_status(which, fate) for which, fate in told]


def _message(kind: str, id: str, who: tuple[str, str], at: int) -> Json:
    phone, user_id = who
    if kind == "tap":
        return button_reply(f"3:menu:{id}", "Permiso", id=id, phone=phone, user_id=user_id, at=at)
    if kind == "voice":
        return voice_note(f"media-{id}", id=id, phone=phone, user_id=user_id, at=at)
    if kind == "photo":
        return picture(f"media-{id}", id=id, caption="mire", phone=phone, user_id=user_id, at=at)
    return text_message(f"hola {id}", id=id, phone=phone, user_id=user_id, at=at)


def _status(which: int, fate: str) -> Json:
    sent = Sent(f"wamid.out{which}", "100000000000001", PEOPLE[which][0], "", {})
    return status_of(sent, fate, at=AT, code=131026 if fate == "failed" else None)


def _begin(channel: Channel) -> None:
    """Both wrote once, with number and user id; each has a letter that Meta took."""
    for number, (phone, user_id) in enumerate(PEOPLE):
        first = text_message("buenas", id=f"wamid.first{number}", phone=phone, user_id=user_id, at=AT - 60)
        keep_raw(channel, json.dumps(webhook(messages=[first])).encode())
    take_in()
    for number, conversation in enumerate(Conversation.objects.order_by("id")):
        letter = post.send(conversation.address, OutMessage("hola"), cause=f"t:{number}")
        Letter.objects.filter(pk=letter.pk).update(state="accepted", settled_at=timezone.now())
        settling.dispatched(letter, channel, 0, f"wamid.out{number}")


def _end(channel: Channel, bodies: Sequence[Json]) -> object:
    """What stands here after these bodies: who said what, in whose conversation, and how far each letter got."""
    with transaction.atomic():
        _begin(channel)
        for body in bodies:
            keep_raw(channel, json.dumps(body).encode())
        while RawWebhook.objects.waiting().exists():
            take_in(limit=3)
        owners = dict(Alias.objects.filter(valid_to=None).values_list("value_hash", "address"))
        first = {owners[identity.value_hash(alias)]: n for n, who in enumerate(PEOPLE) for alias in _aliases(who)}
        rows = Message.objects.inbound().values_list(
            "conversation__address", "conversation__closed_at", "provider_hash", "kind", "text", "choice_id", "sent_at"
        )
        state = (
            sorted((first[address], *map(str, rest)) for address, *rest in rows),
            Conversation.objects.count(),
            list(Letter.objects.order_by("cause").values_list("cause", "state")),
            list(Letter.objects.filter(state="failed").order_by("cause").values_list("cause", "error_code", "error")),
            ParkedStatus.objects.count(),
            RawWebhook.objects.filter(unparsed__gt=0).count(),
        )
        transaction.set_rollback(True)
    return state


def _aliases(who: tuple[str, str]) -> tuple[SeenAlias, ...]:
    return SeenAlias(Scheme.WHATSAPP_PHONE, who[0]), SeenAlias(Scheme.WHATSAPP_USER, who[1])


def _told_otherwise(draw: st.DrawFn, messages: list[Json], statuses: list[Json]) -> list[Json]:
    """The same story as Meta may tell it."""
    parts: list[tuple[str, Json]] = [("messages", one) for one in messages] + [("statuses", one) for one in statuses]
    parts += draw(st.lists(st.sampled_from(parts), max_size=4))  # duplicates
    parts = [(key, _with_less(draw, key, deepcopy(part))) for key, part in draw(st.permutations(parts))]
    cuts = sorted(draw(st.lists(st.integers(0, len(parts)), max_size=4)))
    bodies = []
    for start, stop in zip([0, *cuts], [*cuts, len(parts)], strict=True):
        here = parts[start:stop]
        if here:
            whole = webhook(
                messages=[part for key, part in here if key == "messages"],
                statuses=[part for key, part in here if key == "statuses"],
            )
            bodies.append(_with_more(draw, whole))
    return [_merged(bodies)] if draw(st.booleans()) else bodies


def _with_less(draw: st.DrawFn, key: str, part: Json) -> Json:
    """The sender by one of the two ids only; which person it is was learned with the first message."""
    if key == "messages":
        less = draw(st.sampled_from(["", "from", "from_user_id"]))
        part.pop(less, None)
    return part


def _with_more(draw: st.DrawFn, body: Json) -> Json:
    """Keys that nobody knows, at every depth."""
    body[draw(st.sampled_from(["future", "x"]))] = draw(st.sampled_from([1, None, {"a": []}]))
    value = body["entry"][0]["changes"][0]["value"]
    value["future"] = {"messages": 7}
    for message in value.get("messages", []):
        message["future"] = draw(st.sampled_from([True, "x", [1]]))
    return body


def _merged(bodies: list[Json]) -> Json:
    return {"object": "whatsapp_business_account", "entry": [entry for body in bodies for entry in body["entry"]]}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
@given(stories(), st.data())
def test_however_it_is_told_the_same_stands_here_in_the_end(
    whatsapp: Channel, story: tuple[list[Json], list[Json]], data: st.DataObject
) -> None:
    messages, statuses = story
    plainly = [webhook(messages=[one]) for one in messages] + [webhook(statuses=[one]) for one in statuses]
    otherwise = data.draw(st.composite(_told_otherwise)(messages, statuses))
    assert _end(whatsapp, plainly) == _end(whatsapp, otherwise)
