"""The team's side: take a conversation over, answer, pass it on, put it aside, hand it back, close it; and losing it to the queue.

Owning is a lease. It ends when nobody wrote for as long as the level allows, when no screen of its owner has asked for a minute, and
with the shift it was taken in. Then the person is told so once, and the assistant answers again. An alert climbs much sooner than that
(safety.chain); it never takes a conversation from anybody.

Every change of owner counts the state on: a turn that was being thought meanwhile is thrown away, so the machine and a person never
both answer the same message, and no message falls between them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.accounts.policy import holders
from baquiano.channels.protocol import OutMessage
from baquiano.conversations import enclosures, handoffs, wishes
from baquiano.conversations.models import Conversation, Handoff, Message, Note, Quote
from baquiano.conversations.wording import Composed, sentences, wording
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib import faults
from baquiano.lib.dates import written
from baquiano.lib.turnstile import ring, writing
from baquiano.people import holding
from baquiano.post import actions as post
from baquiano.safety import presence
from baquiano.safety.models import Alert, Screen, Shift
from baquiano.safety.models.alert import NEVER_BY_POLICY

GONE_AFTER = 60
"""Seconds without a sign of any of the owner's screens: the browser was closed, the lap-top sleeps."""
MEANT_FOR = timedelta(minutes=5)
"""How long a conversation that was passed on waits for that colleague alone; then it is everybody's."""
SNOOZE_MOST = timedelta(days=7)


class CannotDoThat(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Colleague:
    """Somebody to whom a conversation may be passed on."""

    user: User
    is_present: bool


# What a colleague does ----------------------------------------------------------------------------------------------------


def take_over(conversation: Conversation, *, by: User) -> None:
    """From now on the machine is silent here (but still watches for danger)."""
    with writing():
        row = _locked(conversation)
        if row.closed_at:
            raise CannotDoThat(_("This conversation has ended. If the person writes again, a new one appears."))
        if row.owner_id and row.owner_id != by.pk:
            raise CannotDoThat(_("Somebody else is already answering here."))
        if row.owner_id == by.pk:
            return
        now = timezone.now()
        row.owner, row.owner_since = by, now
        _lasts_from(row, now)
        _change_hands(row)
        Handoff.objects.open().filter(conversation=row).update(
            taken_by=by, taken_at=now, meant_for=None, meant_until=None, snoozed_at=None, snoozed_until=None
        )
        _machine_says(row, "taken_over", "taken")
        audit(by, "conversation.taken", row)


def answer(
    conversation: Conversation, text: str, *, client_id: str, by: User, quoting: Collection[int] = ()
) -> Message:
    """A person's own words. The same client id twice is one letter. `quoting`: versions whose words were put into it."""
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
        known = ArticleVersion.objects.filter(pk__in=list(quoting)).values_list("pk", flat=True)
        Quote.objects.bulk_create(Quote(message=message, version_id=version) for version in known)
        _lasts_from(row, timezone.now())
        audit(by, "conversation.answered", row)
        ring()
    return message


def keep_owning(conversation: Conversation, *, by: User) -> None:
    """Its owner is writing: the lease goes on."""
    with writing():
        row = _locked(conversation)
        if row.owner_id == by.pk:
            _lasts_from(row, timezone.now())


def hand_back(conversation: Conversation, *, by: User) -> None:
    """The machine goes on; the person is told so."""
    with writing():
        row = _locked(conversation)
        _refuse_if_not_hers(row, by)
        _refuse_if_unseen(row)
        _let_go(row)
        handoffs.finish(row, by=by)
        _machine_says(row, "handed_back", "back")
        audit(by, "conversation.handed_back", row)


def close(conversation: Conversation, *, by: User) -> None:
    """Finished. The next message of this person opens a new conversation."""
    with writing():
        row = _locked(conversation)
        if row.owner_id and row.owner_id != by.pk:
            raise CannotDoThat(_("Somebody else is already answering here."))
        if grave_alerts(row):
            raise CannotDoThat(
                _("There is an open alert about this person. Follow it up and close it first: then the conversation.")
            )
        _refuse_if_unseen(row)
        _let_go(row)
        handoffs.finish(row, by=by)
        row.closed_at = timezone.now()
        row.save(update_fields=["closed_at"])
        audit(by, "conversation.closed", row)


def transfer(conversation: Conversation, to: User, note: str, *, by: User) -> None:
    """To one colleague, with a note: first in that colleague's list and nobody else's for five minutes, then everybody's.

    Nobody is made an owner who has not said so: until it is taken over the assistant answers, and the person is told once.
    """
    note = note.strip()
    if not note:
        raise CannotDoThat(_("Write what your colleague needs to know, so that the person need not tell it again."))
    with writing():
        row = _locked(conversation)
        _refuse_if_not_hers(row, by)
        if to.pk == by.pk:
            raise CannotDoThat(_("It is already yours."))
        if not Conversation.objects.visible_to(to).filter(pk=row.pk).exists():
            raise CannotDoThat(_("That colleague cannot see this conversation: choose somebody else."))
        now = timezone.now()
        _let_go(row)
        handoff = _waits_again(row)
        Handoff.objects.filter(pk=handoff.pk).update(meant_for=to, meant_until=now + MEANT_FOR)
        Note.objects.create(conversation=row, text=note, by=by, meant_for=to)
        _machine_says(row, "passed_on", "passed")
        audit(by, "conversation.transferred", row, about=f"user:{to.pk}")
        ring()


def snooze(conversation: Conversation, until: datetime, *, by: User) -> None:
    """Put aside until a time, or until the person writes. Never while an alert about her is open."""
    with writing():
        row = _locked(conversation)
        _refuse_if_not_hers(row, by)
        now = timezone.now()
        if until <= now or until > now + SNOOZE_MOST:
            raise CannotDoThat(_("Choose a moment between now and seven days from now."))
        if grave_alerts(row):
            raise CannotDoThat(_("There is an open alert about this person: this cannot be put aside."))
        _let_go(row)
        handoff = _waits_again(row)
        Handoff.objects.filter(pk=handoff.pk).update(snoozed_at=now, snoozed_until=until, due_at=until)
        _machine_says(row, "put_aside", "aside", when=_moment(until))
        audit(by, "conversation.snoozed", row)


def colleagues(by: User) -> list[Colleague]:
    """Who else answers people here, those who are at a screen first. Whether they may see this one is asked when it is passed on."""
    now = timezone.now()
    present = presence.present(now)
    others = User.objects.filter(pk__in=list(holders("conversation.answer", now))).exclude(pk=by.pk)
    found = [Colleague(user, user.pk in present) for user in others]
    return sorted(found, key=lambda one: (not one.is_present, one.user.display_name))


def grave_alerts(conversation: Conversation) -> bool:
    """An alert about this person that somebody must still look after."""
    grave = Alert.objects.unclosed().filter(about=f"conversation:{conversation.pk}", level__in=NEVER_BY_POLICY)
    return grave.exists()


def _locked(conversation: Conversation) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",))
    return rows.select_related("address__channel").get(pk=conversation.pk)


def _refuse_if_not_hers(row: Conversation, by: User) -> None:
    if row.owner_id != by.pk:
        raise CannotDoThat(_("You do not own this conversation."))


def _refuse_if_unseen(row: Conversation) -> None:
    if enclosures.unseen(row):
        raise CannotDoThat(_("Somebody must first hear what the person sent: nobody knows yet what it says."))


def _lasts_from(row: Conversation, now: datetime) -> None:
    row.owner_until = now + handoffs.lease_of(row)
    row.save(update_fields=["owner", "owner_since", "owner_until"])


def _let_go(row: Conversation) -> None:
    row.owner, row.owner_since, row.owner_until = None, None, None
    row.save(update_fields=["owner", "owner_since", "owner_until"])
    _change_hands(row)


def _change_hands(row: Conversation) -> None:
    """A turn that somebody is thinking was for the other side: it is thrown away and its messages are taken anew."""
    row.state_number, row.claimed_until = row.state_number + 1, None
    row.save(update_fields=["state_number", "claimed_until"])
    ring()


def _waits_again(row: Conversation) -> Handoff:
    """Its hand-off, open and nobody's: as grave as it was, or a new one."""
    handoff = Handoff.objects.open().filter(conversation=row).first()
    if handoff is None:
        return handoffs.open_or_sharpen(row, Handoff.Reason.ASKED)
    handoff.taken_by, handoff.taken_at = None, None
    handoff.save(update_fields=["taken_by", "taken_at"])
    return handoff


def _machine_says(row: Conversation, key: str, cause: str, **values: str) -> None:
    """Once for each time it changes hands."""
    somebody = wording("team_person", row.language, row.country)
    words = wording(key, row.language, row.country, name=somebody, **values)
    if words:
        wishes.say(row, Composed(OutMessage(words)), cause=f"{cause}:{row.pk}:{row.state_number}")


def _moment(at: datetime) -> str:
    """In the clock of the organisation, which is the one people here read."""
    local = at.astimezone(ZoneInfo(sentences().organisation.timezone))
    return f"{written(local.date())} {local:%H:%M}"


# What time does -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Owned:
    """One conversation that somebody owns, as the clock looks at it."""

    conversation: int
    owner: int
    since: datetime
    until: datetime


_opened: list[datetime] = []
"""When this process began to be asked by screens: before that nobody could be seen, and nobody was away because of it."""


def house_opened(now: datetime) -> None:
    """The serving process begins. Called once."""
    _opened[:] = [now]


def release_deserted(now: datetime) -> int:
    """Whoever owns a conversation and is not there any more loses it back to the queue, and the person is told."""
    owned = [
        _Owned(pk, owner, since or opened, until or now)
        for pk, owner, since, until, opened in Conversation.objects.filter(owner__isnull=False).values_list(
            "pk", "owner_id", "owner_since", "owner_until", "opened_at"
        )
    ]
    if not owned:
        return 0
    seen = _last_signs({one.owner for one in owned})
    ended = _ended_shifts({one.owner for one in owned}, now)
    gone = [one for one in owned if _is_over(one, now) or _is_away(one, seen, now) or _has_left(one, ended)]
    return sum(_lose(one) for one in gone)


def _is_over(one: _Owned, now: datetime) -> bool:
    return one.until < now


def _is_away(one: _Owned, seen: dict[int, datetime], now: datetime) -> bool:
    """No screen since so long, counted at the earliest from when it was taken."""
    signs = [one.since, *_opened, *([seen[one.owner]] if one.owner in seen else [])]
    return now - max(signs) >= faults.lasting(GONE_AFTER)


def _has_left(one: _Owned, ended: dict[int, datetime]) -> bool:
    """The shift in which it was taken is over. Whoever never had one, or stayed on and took it afterwards, is not sent home."""
    return one.owner in ended and ended[one.owner] > one.since


def _last_signs(owners: set[int]) -> dict[int, datetime]:
    screens = Screen.objects.filter(user__in=owners).values_list("user")
    return dict(screens.annotate(last=Max("polled_at")))


def _ended_shifts(owners: set[int], now: datetime) -> dict[int, datetime]:
    """When the last shift of each ended; nobody who is in another one that is covered."""
    going = set(Shift.objects.covered(now).filter(user__in=owners).values_list("user", flat=True))
    over = Shift.objects.filter(Q(ends_at__lte=now) | Q(ended_at__lte=now), user__in=owners - going)
    ended: dict[int, datetime] = {}
    for user, planned, really in over.values_list("user", "ends_at", "ended_at"):
        end = min(planned, really) if really else planned
        ended[user] = max(end, ended.get(user, end))
    return ended


def _lose(one: _Owned) -> bool:
    with writing():
        row = _locked(Conversation(pk=one.conversation))
        if row.owner_id != one.owner or row.owner_until != one.until or row.closed_at:
            return False  # somebody wrote, or it changed hands, since we looked
        owner = row.owner_id
        _let_go(row)
        _waits_again(row)
        if _person_spoke_last(row) or not holding.is_held(row.address):
            _machine_says(row, "person_left", "left")
        audit(None, "conversation.lost", row, about=f"user:{owner}")
    return True


def _person_spoke_last(row: Conversation) -> bool:
    """Then she waits for an answer; otherwise, after a danger, nothing is sent that she did not just ask for."""
    last = row.messages.order_by("-id").first()
    return last is not None and last.author == Message.Author.PERSON
