"""One text to many people who agreed to such news: written, tried dry, approved, sent in small portions, paused, stopped.

The writer alone may begin it for a few people; for more, somebody else who saw the same dry run must. From then on its lines are frozen
and each has its turn: a portion is written only when nothing else waits to leave, so an answer never waits behind a broadcast. It stops
by itself when people mind. Nobody gets it twice: one line for an address, one letter for a line, one person looked up again at each turn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.lib.prepared import Prepared
from baquiano.lib.turnstile import For, bell, ring, writing
from baquiano.people.models import Joining
from baquiano.people.models.consent import Purpose
from baquiano.post import audience, pace, unasked, window
from baquiano.post.audience import Audience, DryRun, Judge, Verdict
from baquiano.post.body import to_json
from baquiano.post.models import Aim, Broadcast, BroadcastLine, Letter, OptOut, State, Template
from baquiano.post.unasked import CannotWrite, Unasked

LONGEST = 600
"""Characters of a text: on a bad line a long one does not arrive whole, and an SMS of more than four parts is not read."""
ALONE_AT_MOST = 50
"""So many people may get it by the word of its writer alone."""
PORTION = 16  # letters on their way at a time through one line, at most: as many as leave in one go
SOON = timedelta(minutes=1)
NEWS_LASTS = timedelta(days=5)  # later nobody who writes to us waits for it
ARRIVED = (State.ACCEPTED, State.SENT, State.DELIVERED, State.READ)
STOPS_AT = 0.02  # of those it reached: so many blocked us, complained or want nothing more
NOT_BEFORE = 20  # reached: of fewer, one alone would be too much
COMPLAINS_OF_IT = timedelta(days=3)
"""So long after the news a complaint may be about them."""
MINDED_CODES = (131048, 131049, 131050)
"""What WhatsApp answers when people call it spam, get too much of such, or want none."""
MINDED_WORDS = ("blocked", "opt-out", "ecosystem")
"""Our own words for the same, on any channel (`channels.*.send`): Telegram's 403, an SMS to whoever wrote STOP to the carrier."""

Stage = Broadcast.Stage


class CannotBroadcast(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


@dataclass(frozen=True)
class Draft:
    """`title`: for the team. `texts` by language; a language without words is left out."""

    title: str
    texts: Mapping[str, str]
    audience: Audience = field(default_factory=Audience)
    falls_to_spanish: bool = False


# Writing it -----------------------------------------------------------------------------------------------------------------


def write(draft: Draft, *, by: User) -> Broadcast:
    """A new one, of whoever writes it. Raises `CannotBroadcast`."""
    _check(draft)
    with writing():
        broadcast = Broadcast.objects.create(written_by=by, **_stored(draft))
        audit(by, "broadcast.written", broadcast)
    return broadcast


def change(broadcast: Broadcast, draft: Draft, *, by: User) -> None:
    """Other words or another audience. Only its writer: whoever approves it later is somebody else. Raises `CannotBroadcast`."""
    _check(draft)
    with writing():
        own = _mine(broadcast, by)
        for name, value in _stored(draft).items():
            setattr(own, name, value)
        own.save()
        audit(by, "broadcast.changed", own)


def throw_away(broadcast: Broadcast, *, by: User) -> None:
    """What never left. Only its writer. Raises `CannotBroadcast`."""
    with writing():
        own = _mine(broadcast, by)
        audit(by, "broadcast.thrown_away", own)
        own.delete()


def hand_in(broadcast: Broadcast, *, by: User) -> None:
    """To somebody else, who approves it. Raises `CannotBroadcast`."""
    with writing():
        own = _mine(broadcast, by)
        own.state = Stage.WAITING
        own.save(update_fields=["state"])
        audit(by, "broadcast.handed_in", own)


def reopen(broadcast: Broadcast, *, by: User) -> None:
    """Back to its writer, who thought again or was asked to. Raises `CannotBroadcast`."""
    with writing():
        waiting = _locked(broadcast)
        if waiting.state != Stage.WAITING:
            raise CannotBroadcast(_("It no longer waits: somebody else decided a moment ago."))
        waiting.state = Stage.DRAFT
        waiting.save(update_fields=["state"])
        audit(by, "broadcast.reopened", waiting)


def _check(draft: Draft) -> None:
    if not draft.title.strip():
        raise CannotBroadcast(_("Give it a title. Only the team reads it."))
    texts = _texts(draft)
    if not texts:
        raise CannotBroadcast(_("Write the words in one language at least."))
    if any(len(text) > LONGEST for text in texts.values()):
        raise CannotBroadcast(_("A text has %(most)d characters at most.") % {"most": LONGEST})
    if draft.falls_to_spanish and "es" not in texts:
        raise CannotBroadcast(_("There are no Spanish words to fall back on. Write them first."))


def _texts(draft: Draft) -> dict[str, str]:
    written = {language: text.replace("\r\n", "\n").strip() for language, text in draft.texts.items()}
    return {language: text for language, text in written.items() if text and language in audience.LANGUAGES}


def _stored(draft: Draft) -> dict[str, object]:
    return {
        "title": draft.title.strip()[:80],
        "texts": _texts(draft),
        "audience": draft.audience.stored(),
        "falls_to_spanish": draft.falls_to_spanish,
    }


def _locked(broadcast: Broadcast) -> Broadcast:
    """As it is now, and nobody else changes it before this transaction ends."""
    found = Broadcast.objects.select_for_update().filter(pk=broadcast.pk).first()
    if found is None:
        raise CannotBroadcast(_("It was thrown away."))
    return found


def _mine(broadcast: Broadcast, by: User) -> Broadcast:
    own = _locked(broadcast)
    if own.written_by_id != by.pk:
        raise CannotBroadcast(_("Somebody else wrote it: only they change it. You can write another one."))
    if own.state != Stage.DRAFT:
        raise CannotBroadcast(_("It is no longer a draft. Take it back first, or write another one."))
    return own


# Letting it begin -------------------------------------------------------------------------------------------------------------


def begin_alone(broadcast: Broadcast, *, seen: str, by: User) -> None:
    """Its writer, for few people. `seen`: the digest of the dry run on their screen. Raises `CannotBroadcast`."""
    if broadcast.written_by_id != by.pk:
        raise CannotBroadcast(_("Somebody else wrote it: only they may begin it alone."))
    run = audience.dry_run(broadcast, timezone.now())
    if len(run) > ALONE_AT_MOST:
        raise CannotBroadcast(
            _("It goes to more than %(most)d people: hand it in, and a second person approves it.")
            % {"most": ALONE_AT_MOST}
        )
    _begin(broadcast, run, Stage.DRAFT, seen=seen, by=by)


def approve(broadcast: Broadcast, *, seen: str, by: User) -> None:
    """A second person, never its writer, who saw the same dry run (`seen`: its digest). Raises `CannotBroadcast`."""
    if broadcast.written_by_id == by.pk:
        raise CannotBroadcast(_("You wrote it. Somebody else must approve it."))
    _begin(broadcast, audience.dry_run(broadcast, timezone.now()), Stage.WAITING, seen=seen, by=by)


def _begin(broadcast: Broadcast, run: DryRun, stage: str, *, seen: str, by: User) -> None:
    """From now on its lines are frozen: who gets it can only become fewer."""
    if not run.recipients:
        raise CannotBroadcast(_("Nobody would get it. Look at the reasons below."))
    now = timezone.now()
    with writing():
        begun = _locked(broadcast)
        if begun.state != stage:
            raise CannotBroadcast(_("Somebody else decided about it a moment ago. Look again."))
        if run.digest != seen or audience.digest(begun, len(run)) != seen:
            raise CannotBroadcast(
                _("The words or the people have changed since you looked. Look again before you say yes.")
            )
        begun.state, begun.approved_by, begun.approved_at, begun.began_at = Stage.SENDING, by, now, now
        begun.save()
        BroadcastLine.objects.bulk_create(
            [
                BroadcastLine(
                    broadcast=begun,
                    channel_id=one.channel,
                    address_id=one.address,
                    language=one.language,
                    not_before=one.at,
                )
                for one in run.recipients
            ],
            batch_size=500,
        )
        audit(by, "broadcast.approved", begun)
        ring()


# Holding it ---------------------------------------------------------------------------------------------------------------------


def pause(broadcast: Broadcast, *, by: User) -> None:
    """At once: what was written and has not been tried yet is taken back, and has its turn later. Raises `CannotBroadcast`."""
    with writing():
        running = _in(broadcast, Stage.SENDING)
        running.state, running.paused_at = Stage.PAUSED, timezone.now()
        running.save(update_fields=["state", "paused_at"])
        _take_back(running)
        audit(by, "broadcast.paused", running)


def go_on(broadcast: Broadcast, *, by: User) -> None:
    """Raises `CannotBroadcast`."""
    with writing():
        paused = _in(broadcast, Stage.PAUSED)
        paused.state, paused.paused_at = Stage.SENDING, None
        paused.save(update_fields=["state", "paused_at"])
        audit(by, "broadcast.resumed", paused)
        ring()


def stop(broadcast: Broadcast, *, by: User) -> None:
    """For good: whoever has not got it yet does not get it. Raises `CannotBroadcast`."""
    with writing():
        _stop(_in(broadcast, Stage.SENDING, Stage.PAUSED), BY_A_PERSON, by=by)


BY_A_PERSON, BY_ITSELF = "person", "minded"
STOPPED = "stopped"


def _in(broadcast: Broadcast, *stages: str) -> Broadcast:
    found = _locked(broadcast)
    if found.state not in stages:
        raise CannotBroadcast(_("It is no longer on its way like that. Look again."))
    return found


def _stop(broadcast: Broadcast, why: str, *, by: User | None) -> None:
    now = timezone.now()
    _take_back(broadcast)
    Letter.objects.waiting_for_her().filter(pk__in=broadcast.lines.exclude(words=None).values("words")).delete()
    broadcast.lines.filter(at=None).update(at=now, why_not=STOPPED)
    broadcast.state, broadcast.stopped_why, broadcast.ended_at = Stage.STOPPED, why, now
    broadcast.save(update_fields=["state", "stopped_why", "ended_at"])
    audit(by, "broadcast.stopped", broadcast)


def _take_back(broadcast: Broadcast) -> None:
    """Letters that nobody has tried to send yet. One that was tried may be there already: it is left to the post."""
    untried = Letter.objects.filter(
        pk__in=broadcast.lines.exclude(letter=None).values("letter"),
        state=State.QUEUED, attempts=0, parts_sent=0, possibly_doubled=False, error_code=None,
    )  # fmt: skip
    if connection.vendor == "postgresql":
        untried = untried.select_for_update(skip_locked=True, of=("self",))
    letters = [letter.pk for letter in untried]
    broadcast.lines.filter(letter__in=letters).update(letter=None, at=None)
    Letter.objects.filter(pk__in=letters).delete()


# Leaving --------------------------------------------------------------------------------------------------------------------------


def due(now: datetime) -> int:
    """For the loop of the letters, when nothing else is left to send: the next portion of each. Returns how many lines had their turn."""
    written = sum(_portion(broadcast, now) for broadcast in _running())
    if written:
        bell.strike(For.LETTERS)
    return written


_running = Prepared(lambda: Broadcast.objects.filter(state=Stage.SENDING).order_by("approved_at", "pk"))


def _portion(broadcast: Broadcast, now: datetime) -> int:
    with writing():
        running = _locked(broadcast)
        if running.state != Stage.SENDING:
            return 0
        if _too_many_mind(running):
            _stop(running, BY_ITSELF, by=None)
            return 1
        lines = _whose_turn_it_is(running, now)
        _write(running, lines, now)
        told = _tell_the_words(running)
        if not lines and not told and not _goes_on(running):
            running.state, running.ended_at = Stage.DONE, now
            running.save(update_fields=["state", "ended_at"])
            audit(None, "broadcast.finished", running)
        return len(lines) + told


def _whose_turn_it_is(broadcast: Broadcast, now: datetime) -> list[BroadcastLine]:
    """Of each telephone line of ours no more than it sends in a moment: what is written later finds the way free."""
    able = pace.with_room(Channel.objects.able_to_send(now), now)
    waiting = (
        broadcast.lines.filter(at=None, not_before__lte=now)
        .select_related("address__channel")
        .order_by("not_before", "pk")
    )
    return [line for channel in able.values() for line in waiting.filter(channel=channel)[: _room(channel, now)]]


def _room(channel: Channel, now: datetime) -> int:
    limit = pace.limit_of_line(channel)
    about_to = Q(state=State.SENDING) | Q(state=State.QUEUED, not_before__lte=now + SOON)
    on_their_way = Letter.objects.filter(about_to, purpose=Aim.NEWS, address__channel=channel).count()
    return max(0, min(PORTION, limit.burst if limit else PORTION) - on_their_way)


def _goes_on(broadcast: Broadcast) -> bool:
    unfinished = Q(letter__state__in=(State.QUEUED, State.SENDING, State.UNCERTAIN))
    return broadcast.lines.filter(Q(at=None) | unfinished).exists()


def _tell_the_words(broadcast: Broadcast) -> int:
    """Whoever was told by a template that there is news: the words wait, and leave when they write (`post.waiting`)."""
    told = broadcast.lines.filter(needs_template=True, letter__state__in=ARRIVED, words=None)
    lines = list(told.select_related("address", "letter")[:PORTION])
    for line in lines:
        if _had_written(line):
            line.needs_template = False
        else:
            line.words = Letter.objects.create(
                address=line.address,
                cause=f"{_cause(line)}:words",
                body=to_json(OutMessage(broadcast.texts[line.language])),
                purpose=Aim.NEWS,
                state=State.WINDOW,
                error=window.CLOSED,
            )
        line.save(update_fields=["needs_template", "words"])
    return len(lines)


def _had_written(line: BroadcastLine) -> bool:
    """Between their turn and the moment it left: the words themselves left, not the template."""
    if line.letter is None or line.letter.error == window.CLOSED or line.at is None or line.address.heard_at is None:
        return False
    left_at = line.letter.dispatches.aggregate(first=Min("at"))["first"] or line.letter.settled_at
    return line.at <= line.address.heard_at and (left_at is None or line.address.heard_at <= left_at)


def forget_unread(now: datetime) -> int:
    """Words that waited so long are no news any more. For the background."""
    old = Letter.objects.waiting_for_her().filter(purpose=Aim.NEWS, created_at__lt=now - NEWS_LASTS)
    deleted, _by_model = old.delete() if old.exists() else (0, {})
    return deleted


def _write(broadcast: Broadcast, lines: Sequence[BroadcastLine], now: datetime) -> None:
    if not lines:
        return
    people = _people_behind(lines, now)
    verdicts = {one.person: one for one in Judge(broadcast, now).judge(sorted(set(people.values())))}
    served = _served(broadcast, set(people.values()), now)
    for line in lines:
        person = people.get(line.address_id)
        _write_one(broadcast, line, verdicts.get(person) if person else None, now, is_second=person in served)
        if person and line.letter:
            served.add(person)


def _write_one(
    broadcast: Broadcast, line: BroadcastLine, verdict: Verdict | None, now: datetime, *, is_second: bool
) -> None:
    why_not = "same_person" if is_second else _why_not(line, verdict)
    door = (
        None
        if why_not or not verdict
        else next(one for one in verdict.doors if one.recipient.address == line.address_id)
    )
    if door and door.recipient.at > now:
        line.not_before = door.recipient.at
        line.save(update_fields=["not_before"])
        return
    line.at, line.why_not, line.needs_template = now, why_not, bool(door and door.recipient.needs_template)
    if not why_not:
        try:
            line.letter = unasked.write(_letter(broadcast, line))
        except CannotWrite:
            line.why_not = "refused"
    line.save(update_fields=["at", "why_not", "needs_template", "letter"])


def _why_not(line: BroadcastLine, verdict: Verdict | None) -> str:
    """ "": it may leave through this door."""
    if verdict is None:
        return "unknown"
    if any(one.recipient.address == line.address_id for one in verdict.doors):
        return ""
    return verdict.why_not or verdict.closed.get(line.address_id, "unknown")


def _letter(broadcast: Broadcast, line: BroadcastLine) -> Unasked:
    return Unasked(
        line.address,
        OutMessage(broadcast.texts[line.language]),
        _cause(line),
        Purpose.NEWS,
        template_use=Template.Use.NEWS,
        language=line.language,
    )


def _cause(line: BroadcastLine) -> str:
    return f"news:{line.broadcast_id}:{line.address_id}"


def _people_behind(lines: Sequence[BroadcastLine], now: datetime) -> dict[int, int]:
    rows = Joining.objects.current(now).filter(address__in=[line.address_id for line in lines])
    return {
        address: root or person for address, person, root in rows.values_list("address", "person", "person__same_as")
    }


def _served(broadcast: Broadcast, people: set[int], now: datetime) -> set[int]:
    """Who of these had it through another door of theirs: two records may have been found to be one person meanwhile."""
    had = broadcast.lines.filter(at__isnull=False, why_not="").values("address")
    doors = Joining.objects.current(now).filter(Q(person__in=people) | Q(person__same_as__in=people), address__in=had)
    return {root or person for person, root in doors.values_list("person", "person__same_as")}


# When people mind --------------------------------------------------------------------------------------------------------------


def complained(address: int, now: datetime) -> None:
    """They complain of us: who got news a moment ago may mean the news. Inside the caller's transaction."""
    lately = BroadcastLine.objects.filter(address=address, why_not="", at__gt=now - COMPLAINS_OF_IT)
    lately.update(has_complained=True)


def _reached(broadcast: Broadcast) -> QuerySet[BroadcastLine]:
    """Lines whose letter has left, or will not arrive."""
    left = broadcast.lines.filter(at__isnull=False, why_not="", letter__settled_at__isnull=False)
    return left.exclude(letter__error=unasked.WITHHELD)


def _minded(broadcast: Broadcast) -> QuerySet[BroadcastLine]:
    since = OptOut.objects.filter(address=OuterRef("address"), since__gte=OuterRef("at"))
    said_so = (
        Q(letter__error_code__in=MINDED_CODES)
        | Q(letter__error__in=MINDED_WORDS)
        | Q(has_complained=True)
        | Exists(since)
    )
    return broadcast.lines.filter(said_so, at__isnull=False, why_not="")


def _too_many_mind(broadcast: Broadcast) -> bool:
    minded = _minded(broadcast).count()
    if not minded:
        return False
    reached = max(_reached(broadcast).count(), minded)
    return reached >= NOT_BEFORE and minded >= STOPS_AT * reached


# How it goes -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """In people. `left`: sent or further, of whom `told` only that there is news, and `read_on` wrote and got the words; `failed`: tried
    and did not arrive; `doubled`: they may have it twice; `minded`: who blocked us, complained or wants nothing more since; `why_not`:
    nothing was written to them after all.
    """

    total: int
    waiting: int
    on_their_way: int
    left: int
    told: int
    read_on: int
    failed: int
    why_not: Mapping[str, int]
    doubled: int
    minded: int
    next_at: datetime | None

    @property
    def done(self) -> int:
        return self.total - self.waiting - self.on_their_way

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def progress(broadcast: Broadcast) -> Progress:
    states: Counter[str] = Counter()
    why_not: Counter[str] = Counter()
    waiting = doubled = told = read_on = 0
    rows = broadcast.lines.values_list(
        "at", "why_not", "letter", "letter__state", "letter__possibly_doubled", "needs_template", "words__state"
    )
    for at, reason, letter, state, is_doubled, needs_template, words in rows.iterator():
        told += state in ARRIVED and bool(needs_template)
        read_on += words in ARRIVED
        waiting += at is None
        doubled += bool(is_doubled)
        if reason:
            why_not[reason] += 1
        elif at is not None:  # a letter that was kept long enough is erased: it had left
            states[state if letter else State.ACCEPTED] += 1
    on_their_way = sum(states[one] for one in (State.QUEUED, State.SENDING, State.UNCERTAIN))
    next_line = broadcast.lines.filter(at=None).order_by("not_before").values_list("not_before", flat=True).first()
    return Progress(
        total=waiting + sum(states.values()) + sum(why_not.values()),
        waiting=waiting,
        on_their_way=on_their_way,
        left=sum(states.values()) - on_their_way - states[State.FAILED],
        told=told,
        read_on=read_on,
        failed=states[State.FAILED],
        why_not=dict(why_not),
        doubled=doubled,
        minded=_minded(broadcast).count(),
        next_at=next_line,
    )
