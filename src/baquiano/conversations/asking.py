"""Asking somebody in the chat she is in whether she agrees to something, or writing down what she said aloud in it.

Never out of the blue, never beside a danger, and never while another colleague answers there. Her plain yes or no, to this question and
within its time, is taken by the assistant also while a colleague answers; anything else agrees to nothing.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.events import Kind
from baquiano.conversations import wishes
from baquiano.conversations.models import Conversation, Enclosure, Message
from baquiano.conversations.owning import CannotDoThat
from baquiano.conversations.wording import Composed, Pictures, Speaker, compose, pictures
from baquiano.engine import state as engine_state
from baquiano.engine.picks import Pick
from baquiano.engine.said import Reply
from baquiano.engine.state import State
from baquiano.engine.turn import AGREEMENT
from baquiano.lib.dates import written
from baquiano.lib.turnstile import ring, writing
from baquiano.people import consenting, from_afar, holding, joining
from baquiano.people.consenting import CannotConsent
from baquiano.people.from_afar import CannotAsk, Question
from baquiano.people.models import Consent, ConsentQuestion, Person
from baquiano.people.models.consent import Evidence
from baquiano.safety.models import Alert

OPEN_FOR = timedelta(hours=24)
"""After her last message. Later the chat is asleep: a question would come out of nowhere, perhaps to somebody else's eyes."""
WORDS_MOST = 300


@dataclass(frozen=True)
class QuestionShown:
    """`answer`: "waiting", "yes", "no", or "nothing" (she said something else, or its time is over)."""

    row: ConsentQuestion
    answer: str


def ask(conversation: Conversation, question: Question, *, by: User) -> ConsentQuestion:
    """Sends the approved text with yes and no. Raises `CannotDoThat`."""
    ready = pictures()
    with writing():
        row, state, person = may_be_asked(conversation, by=by)
        if state.step == AGREEMENT and from_afar.open_questions(row.address, timezone.now()):
            raise CannotDoThat(_("One question is open already. Wait for its answer, or take it back."))
        check_words(consenting.text_key(consenting.text_version(question.purpose)), state, ready)
        from_afar.end_questions(row.address)
        try:
            asked = from_afar.question_asked(person, row.address, question, language=state.language, by=by)
        except (CannotAsk, CannotConsent) as reason:
            raise CannotDoThat(str(reason)) from None
        offered = (Pick(f"answer:{asked.pk}:yes", "yes"), Pick(f"answer:{asked.pk}:no", "no"))
        state = state.offering(tuple(pick.id for pick in offered), AGREEMENT)
        _remember(row, state)
        composed = compose(Reply((), offered), state, ready)
        text = words_of(asked, Speaker(state.language, state.country, ready))
        said = Composed(replace(composed.message, text=text))
        wishes.say(row, said, cause=f"consent:{asked.pk}")
        ring()
    return asked


def take_back(conversation: Conversation, *, by: User) -> None:
    """The open question: an answer to it counts no more."""
    with writing():
        row = Conversation.objects.select_for_update(of=("self",)).select_related("address").get(pk=conversation.pk)
        state = state_of(row)
        if state.step == AGREEMENT:
            _remember(row, replace(state, offered=(), step=""))
        if from_afar.end_questions(row.address):
            audit(by, "consent.taken_back", row)


def may_be_asked(conversation: Conversation, *, by: User) -> tuple[Conversation, State, Person]:
    """The row, locked, what the assistant knows there, and whose chat it is. Inside the caller's transaction. Raises `CannotDoThat`."""
    row = (
        Conversation.objects.select_for_update(of=("self",)).select_related("address__channel").get(pk=conversation.pk)
    )
    state, person = state_of(row), _whose(row)
    if row.closed_at or not _wrote_lately(row):
        raise CannotDoThat(_("They have not written here for a day. Ask when they write again, or at the desk."))
    if row.owner_id and row.owner_id != by.pk:
        raise CannotDoThat(_("Somebody else is already answering here."))
    if is_in_danger(row, state):
        raise CannotDoThat(_("They told of a danger here. Help first; papers can wait."))
    if Message.objects.waiting().filter(conversation=row).exists():
        raise CannotDoThat(_("They have just written something. Read it first, then ask."))
    return row, state, person


def is_in_danger(row: Conversation, state: State) -> bool:
    """In any chat of hers: told, asked about, held, or an alert that nobody has closed."""
    if state.in_danger or state.danger or state.step in ("danger", "ask_danger") or holding.is_held(row.address):
        return True
    person = joining.person_behind(row.address)
    doors = [one.address_id for one in joining.doors_of(person, timezone.now())] if person else [row.address_id]
    hers = Conversation.objects.filter(address__in=doors).values_list("pk", flat=True)
    return Alert.objects.unclosed().filter(about__in=[f"conversation:{pk}" for pk in hers]).exists()


def state_of(row: Conversation) -> State:
    return engine_state.from_json(row.state or {"language": row.language, "country": row.country})


def _whose(row: Conversation) -> Person:
    person = joining.person_behind(row.address)
    if person is None:
        raise CannotDoThat(_("We do not know who writes here. The person joins the chat to their record first."))
    return person


def _wrote_lately(row: Conversation) -> bool:
    since = timezone.now() - OPEN_FOR
    return Message.objects.inbound().filter(conversation=row, received_at__gt=since).exists()


def _remember(row: Conversation, state: State) -> None:
    Conversation.objects.filter(pk=row.pk).update(state=engine_state.to_json(state), state_number=F("state_number") + 1)


# Words -----------------------------------------------------------------------------------------------------------------


def words_of(asked: ConsentQuestion, voice: Speaker) -> str:
    """Exactly what is asked: what, for whom, until when, that no changes nothing and how to take it back."""
    return voice.say(
        consenting.text_key(asked.text_version),
        data=", ".join(voice.say(f"data.{one}") for one in asked.data),
        area=voice.say(f"area.{asked.area}") if asked.area else "",
        receiver=asked.receiver.name if asked.receiver else "",
        purpose=voice.say(f"share_for.{asked.share_for}") if asked.share_for else "",
        until=written(timezone.localdate(asked.ends_at)) if asked.ends_at else "",
    )


def preview(conversation: Conversation, question: Question) -> str:
    """What she would read, in her language, before anything is sent."""
    state = state_of(conversation)
    row = ConsentQuestion(
        purpose=question.purpose,
        receiver=question.receiver,
        data=sorted(question.data),
        area=question.area or "",
        share_for=question.share_for,
        ends_at=question.ends_at,
        text_version=consenting.text_version(question.purpose),
    )
    return words_of(row, Speaker(state.language, state.country, pictures()))


def check_words(key: str, state: State, ready: Pictures) -> None:
    """That they are written in her own language: agreeing to what she cannot read is no agreement. Raises `CannotDoThat`."""
    texts = ready.sentences.texts
    if not (texts.get((key, state.language, state.country)) or texts.get((key, state.language, ""))):
        raise CannotDoThat(_("This text is not written in their language. Ask in a call, with somebody who speaks it."))


def questions_of(conversation: Conversation) -> list[QuestionShown]:
    """Those of this conversation, the newest first."""
    rows = ConsentQuestion.objects.filter(address=conversation.address_id, at__gte=conversation.opened_at)
    state, now = state_of(conversation), timezone.now()
    return [
        QuestionShown(row, _answer(row, state, now)) for row in rows.select_related("receiver", "by").order_by("-pk")
    ]


def _answer(row: ConsentQuestion, state: State, now: datetime) -> str:
    if row.is_yes is not None:
        return "yes" if row.is_yes else "no"
    is_open = state.step == AGREEMENT and f"answer:{row.pk}:yes" in state.offered and row.until > now
    return "waiting" if is_open else "nothing"


# Said aloud ------------------------------------------------------------------------------------------------------------


def voices_heard(conversation: Conversation) -> list[Enclosure]:
    """Voice notes of this conversation that a colleague has heard and that can still be heard, the newest first."""
    rows = Enclosure.objects.filter(
        message__conversation=conversation, message__kind=Kind.AUDIO, seen_at__isnull=False, state=Enclosure.State.KEPT
    ).select_related("message", "attachment", "seen_by")
    now = timezone.now()
    return [
        row
        for row in rows.order_by("-message")
        if row.attachment and row.attachment.erased_at is None and row.attachment.expires_at > now
    ]


def agreed_aloud(conversation: Conversation, question: Question, voice: Enclosure, words: str, *, by: User) -> Consent:
    """Her voice note says yes to what a colleague asked. What is kept as proof: which message, who heard it, and her words of agreement;
    the sound goes on its day (docs/decisions/0016-a-voice-proves-by-words.md). Raises `CannotDoThat`.
    """
    said = words.strip()
    with writing():
        row, state, person = may_be_asked(conversation, by=by)
        heard = {one.pk: one for one in voices_heard(row)}.get(voice.pk)
        if heard is None or heard.seen_by is None:
            raise CannotDoThat(_("Hear this voice note first, and say that you have heard it."))
        if heard.message.level:
            raise CannotDoThat(_("They told of a danger here. Help first; papers can wait."))
        if not said or len(said) > WORDS_MOST:
            raise CannotDoThat(_("Write the words with which they agree, as they say them."))
        try:
            from_afar.check_question(person, question)
            proof = f"voice message {heard.message_id}, heard by {heard.seen_by_id}, confirmed by {by.pk}: “{said}”"
            asked = replace(question.asked(state.language, Evidence.VOICE, proof), was_read_aloud=True)
            return consenting.give(person, asked, by=by)
        except (CannotAsk, CannotConsent) as reason:
            raise CannotDoThat(str(reason)) from None
