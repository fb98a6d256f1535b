"""Asking somebody for a consent in the chat she is in. Never out of the blue, never while a person answers there, never beside a danger."""

from datetime import timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations import wishes
from baquiano.conversations.actions import CannotDoThat
from baquiano.conversations.models import Conversation, Message
from baquiano.conversations.wording import compose, pictures
from baquiano.engine import state as engine_state
from baquiano.engine.picks import Pick
from baquiano.engine.state import State
from baquiano.engine.turn import Reply, Say
from baquiano.lib.turnstile import ring, writing
from baquiano.people import age, consenting, joining
from baquiano.people.models import Person
from baquiano.people.models.consent import Purpose

OPEN_FOR = timedelta(hours=24)
"""After her last message. Later the chat is asleep: a question would come out of nowhere, perhaps to somebody else's eyes."""


def ask(conversation: Conversation, purpose: Purpose, *, by: User) -> None:
    """Sends the short text of this purpose with yes and no. Her yes is the evidence. Raises `CannotDoThat`."""
    ready = pictures()
    version = consenting.text_version(purpose)
    with writing():
        row = (
            Conversation.objects.select_for_update(of=("self",))
            .select_related("address__channel")
            .get(pk=conversation.pk)
        )
        state = _state(row)
        person = _who_may_be_asked(row, state, purpose)
        offered = (Pick(f"agree:{version}", "yes"), Pick("decline", "no"))
        state = state.offering(tuple(pick.id for pick in offered), "consent")
        Conversation.objects.filter(pk=row.pk).update(
            state=engine_state.to_json(state), state_number=F("state_number") + 1
        )
        question = compose(Reply((Say(consenting.text_key(version)),), offered), state, ready)
        wishes.say(row, question, cause=f"consent:{row.pk}:{state.serial}:{timezone.now():%Y%m%d%H%M%S%f}"[:60])
        audit(by, "consent.asked", row, about=person.pk)
        ring()


def _state(row: Conversation) -> State:
    return engine_state.from_json(row.state or {"language": row.language, "country": row.country})


def _who_may_be_asked(row: Conversation, state: State, purpose: Purpose) -> Person:
    if purpose not in wishes.ASKED_BY_MESSAGE:
        raise CannotDoThat(_("This is asked face to face or in a call: a chat may be read by somebody else."))
    if row.closed_at or not _wrote_lately(row):
        raise CannotDoThat(_("They have not written here for a day. Ask when they write again, or at the desk."))
    if row.owner_id:
        raise CannotDoThat(
            _("Somebody is answering here: ask in your own words and write down their message as evidence.")
        )
    if state.in_danger or state.step in ("danger", "ask_danger"):
        raise CannotDoThat(_("They told of a danger here. Help first; papers can wait."))
    person = joining.person_behind(row.address)
    if person is None:
        raise CannotDoThat(_("We do not know who writes here. The person joins the chat to their record first."))
    if not age.decides_alone(person):
        raise CannotDoThat(_("They are too young to decide this alone: ask their guardian."))
    return person


def _wrote_lately(row: Conversation) -> bool:
    since = timezone.now() - OPEN_FOR
    return Message.objects.inbound().filter(conversation=row, received_at__gt=since).exists()
