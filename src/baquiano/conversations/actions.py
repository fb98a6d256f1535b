"""What the person does with a conversation: writes in it, rates, forgets; and what time does to it. The team's side: owning.py."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from baquiano.channels.events import Alias, Kind, Received
from baquiano.channels.models import Channel
from baquiano.conversations import arrivals, enclosures, turns, wishes
from baquiano.conversations.models import KEEP_DAYS, Conversation
from baquiano.engine import state as engine_state
from baquiano.lib import faults
from baquiano.lib.turnstile import writing
from baquiano.people import identity, joining
from baquiano.people.models import Alias as StoredAlias
from baquiano.post import actions as post
from baquiano.post.models import Letter

# The person's side, for doors that answer in the same request -----------------------------------------------------------


def living(channel: Channel, alias: Alias) -> Conversation | None:
    """The conversation this alias is in now."""
    stored = StoredAlias.objects.filter(
        channel=channel, scheme=alias.scheme, value_hash=identity.value_hash(alias), valid_to=None
    ).first()
    if stored is None:
        return None
    return Conversation.objects.alive().filter(address_id=stored.address_id).first()


def start(channel: Channel, alias: Alias, *, language: str, country: str) -> Conversation:
    """The conversation of this alias, knowing what the page already asked. A begun one keeps what it knows."""
    with writing():
        conversation = arrivals.living_of(identity.recognise(channel, [alias]).address)
        if conversation.state_number == 0 and not conversation.messages.exists():
            fresh = engine_state.State(
                language=language, language_chosen=True, country=country, country_asked=bool(country)
            )
            conversation.state = engine_state.to_json(fresh)
            conversation.language, conversation.country = language, country
            conversation.save(update_fields=["state", "language", "country"])
    return conversation


def say(channel: Channel, alias: Alias, *, text: str, choice_id: str = "", client_id: str) -> Conversation:
    """Stores what was written, takes the turn and replies. The same client id twice is one message."""
    event = Received(
        provider_id=client_id,
        line=channel.line,
        aliases=(alias,),
        sent_at=timezone.now(),
        kind=Kind.CHOICE if choice_id else Kind.TEXT,
        text=text,
        choice_id=choice_id,
    )
    faults.point("before_receive")
    try:
        with writing():
            known = arrivals.receive(channel, event)
    except IntegrityError:  # the same message came through another thread first
        known = None
    faults.point("after_receive")
    conversation = Conversation.objects.filter(pk=known).first() if known else living(channel, alias)
    conversation = conversation or start(channel, alias, language="es", country="")
    turns.take_turn_now(conversation)
    return Conversation.objects.filter(pk=conversation.pk).first() or conversation


def forget(conversation: Conversation) -> None:
    """BORRAR, from a button: the words go, and what the assistant remembered with them."""
    fresh = engine_state.State(language=conversation.language, language_chosen=True)
    with writing():
        wishes.forget_words(conversation)
        Conversation.objects.filter(pk=conversation.pk).update(
            state=engine_state.to_json(fresh), country="", state_number=F("state_number") + 1
        )


def rate(conversation: Conversation, version_id: int, is_useful: bool) -> None:
    with writing():
        wishes.rate(conversation, version_id, is_useful)


# What time does ----------------------------------------------------------------------------------------------------------


def erase_past_keeping(now: datetime, limit: int = 200, *, besides: Collection[int] = ()) -> int:
    """After 180 days without a word the conversation, its letters and its address are gone; a door that somebody joined stays hers.

    `besides`: addresses whose conversations the law obliges us to keep for now.
    """
    old = list(Conversation.objects.past_keeping(now).exclude(address__in=list(besides))[:limit])
    for conversation in old:
        with writing():
            letters = list(conversation.messages.exclude(letter=None).values_list("letter_id", flat=True))
            address = conversation.address
            enclosures.forget_all_of(conversation)
            conversation.delete()
            Letter.objects.filter(pk__in=letters).delete()
            if not Conversation.objects.filter(address=address).exists():
                post.erase_all_to(address)
                if joining.person_behind(address) is None:
                    address.delete()
    return len(old) + _erase_left_doors(now, besides)


def _erase_left_doors(now: datetime, besides: Collection[int]) -> int:
    """Addresses that outlived their conversations because somebody had joined them, the same days after she left them."""
    left = joining.left_before(now - timedelta(days=KEEP_DAYS)).exclude(pk__in=list(besides))
    doors = list(left.exclude(Exists(Conversation.objects.filter(address=OuterRef("pk")))))
    for address in doors:
        with writing():
            post.erase_all_to(address)
            address.delete()
    return len(doors)
