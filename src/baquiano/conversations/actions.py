"""What people do with a conversation: write in it, take it over, answer, hand it back; and what time does to it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.events import Alias, Kind, Received
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.conversations import arrivals, handoffs, turns, wishes
from baquiano.conversations.models import KEEP_DAYS, Conversation, Handoff, Message
from baquiano.conversations.wording import Composed, wording
from baquiano.engine import state as engine_state
from baquiano.lib import faults
from baquiano.lib.turnstile import ring, writing
from baquiano.people import identity, joining
from baquiano.people.models import Alias as StoredAlias
from baquiano.post import actions as post
from baquiano.post.models import Letter

OWNING_SECONDS = 15 * 60


class CannotDoThat(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


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


# The team's side ---------------------------------------------------------------------------------------------------------


def take_over(conversation: Conversation, *, by: User) -> None:
    """From now on the machine is silent here (but still watches for danger). Owning is a lease."""
    with writing():
        row = _locked(conversation)
        if row.closed_at:
            raise CannotDoThat(_("This conversation has ended. If the person writes again, a new one appears."))
        if row.owner_id and row.owner_id != by.pk:
            raise CannotDoThat(_("Somebody else is already answering here."))
        if row.owner_id == by.pk:
            return
        _own(row, by)
        Handoff.objects.open().filter(conversation=row).update(taken_by=by, taken_at=timezone.now())
        _machine_says(row, "taken_over", f"taken:{row.pk}:{timezone.now():%Y%m%d%H%M%S%f}")
        audit(by, "conversation.taken", row)


def answer(conversation: Conversation, text: str, *, client_id: str, by: User) -> Message:
    """A person's own words. The same client id twice is one letter."""
    text = text.strip()
    if not text:
        raise CannotDoThat(_("Write something before sending."))
    cause = f"staff:{conversation.pk}:{client_id}"[:60]
    with writing():
        row = _locked(conversation)
        already = Message.objects.filter(letter__cause=cause).first()
        if already:
            return already
        if row.owner_id != by.pk:
            raise CannotDoThat(_("You no longer own this conversation: take it over again. Your text is still here."))
        letter = post.send(row.address, OutMessage(text), cause=cause)
        message = Message.objects.create(
            conversation=row,
            channel_id=row.address.channel_id,
            author=Message.Author.STAFF,
            staff=by,
            text=text,
            state=Message.State.SAID,
            letter=letter,
        )
        _own(row, by)
        audit(by, "conversation.answered", row)
        ring()
    return message


def keep_owning(conversation: Conversation, *, by: User) -> None:
    """Its owner is writing: the lease goes on."""
    Conversation.objects.filter(pk=conversation.pk, owner=by).update(
        owner_until=timezone.now() + faults.lasting(OWNING_SECONDS)
    )


def hand_back(conversation: Conversation, *, by: User) -> None:
    """The machine goes on; the person is told so."""
    with writing():
        row = _locked(conversation)
        if row.owner_id != by.pk:
            raise CannotDoThat(_("You do not own this conversation."))
        _release(row)
        handoffs.finish(row, by=by)
        _machine_says(row, "handed_back", f"back:{row.pk}:{timezone.now():%Y%m%d%H%M%S%f}")
        audit(by, "conversation.handed_back", row)


def close(conversation: Conversation, *, by: User) -> None:
    """Finished. The next message of this person opens a new conversation."""
    with writing():
        row = _locked(conversation)
        if row.owner_id and row.owner_id != by.pk:
            raise CannotDoThat(_("Somebody else is already answering here."))
        _release(row)
        handoffs.finish(row, by=by)
        row.closed_at = timezone.now()
        row.save(update_fields=["closed_at"])
        audit(by, "conversation.closed", row)


def _locked(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_for_update().select_related("address__channel").get(pk=conversation.pk)


def _own(row: Conversation, by: User) -> None:
    row.owner, row.owner_until = by, timezone.now() + faults.lasting(OWNING_SECONDS)
    row.save(update_fields=["owner", "owner_until"])


def _release(row: Conversation) -> None:
    row.owner, row.owner_until = None, None
    row.save(update_fields=["owner", "owner_until"])


def _machine_says(row: Conversation, key: str, cause: str) -> None:
    somebody = wording("team_person", row.language, row.country)
    words = wording(key, row.language, row.country, name=somebody)
    wishes.say(row, Composed(OutMessage(words)), cause=cause[:60])


# What time does ----------------------------------------------------------------------------------------------------------


def release_deserted(now: datetime) -> int:
    """Whoever owns a conversation and does not answer loses it back to the queue, and the person is told."""
    deserted = list(Conversation.objects.deserted(now).select_related("address__channel"))
    for conversation in deserted:
        with writing():
            row = _locked(conversation)
            if row.owner_until is None or row.owner_until >= now:
                continue
            _release(row)
            reopened = Handoff.objects.open().filter(conversation=row)
            if not reopened.update(taken_by=None, taken_at=None):
                handoffs.open_or_sharpen(row, Handoff.Reason.ASKED)
            if _person_spoke_last(row):
                _machine_says(row, "person_left", f"left:{row.pk}:{now:%Y%m%d%H%M%S%f}")
            ring()
    return len(deserted)


def _person_spoke_last(row: Conversation) -> bool:
    last = row.messages.order_by("-id").first()
    return last is not None and last.author == Message.Author.PERSON


def erase_past_keeping(now: datetime, limit: int = 200, *, besides: Collection[int] = ()) -> int:
    """After 180 days without a word the conversation, its letters and its address are gone; a door that somebody joined stays hers.

    `besides`: addresses whose conversations the law obliges us to keep for now.
    """
    old = list(Conversation.objects.past_keeping(now).exclude(address__in=list(besides))[:limit])
    for conversation in old:
        with writing():
            letters = list(conversation.messages.exclude(letter=None).values_list("letter_id", flat=True))
            address = conversation.address
            conversation.delete()
            Letter.objects.filter(pk__in=letters).delete()
            if not Conversation.objects.filter(address=address).exists():
                Letter.objects.filter(address=address).delete()
                if joining.person_behind(address) is None:
                    address.delete()
    return len(old) + _erase_left_doors(now, besides)


def _erase_left_doors(now: datetime, besides: Collection[int]) -> int:
    """Addresses that outlived their conversations because somebody had joined them, the same days after she left them."""
    left = joining.left_before(now - timedelta(days=KEEP_DAYS)).exclude(pk__in=list(besides))
    doors = list(left.exclude(Exists(Conversation.objects.filter(address=OuterRef("pk")))))
    for address in doors:
        with writing():
            Letter.objects.filter(address=address).delete()
            address.delete()
    return len(doors)
