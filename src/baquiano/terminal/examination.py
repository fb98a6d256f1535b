"""What `doctor` looks at, in plain words. It changes nothing and never says a name, a number of a person or a text."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone, translation

from baquiano.accounts import sealing
from baquiano.accounts.models import Membership, Role, Tick, organisation
from baquiano.channels import checking
from baquiano.channels.asked import NO_CONNECTION
from baquiano.channels.models import Channel, RawWebhook
from baquiano.conversations.models import Message
from baquiano.files import scanning
from baquiano.knowledge import finding, own_calibration, standing
from baquiano.knowledge.models import ArticleVersion
from baquiano.lib import crypto
from baquiano.packs.models import PackLoad
from baquiano.post import mail
from baquiano.post.models import Letter, State
from baquiano.safety import book, following, golive, numbers, shifts, watch
from baquiano.safety.models import Alert
from baquiano.safety.said import Age
from baquiano.terminal import backing_up, production

VERIFY_EVERY = timedelta(days=31)
BACKUP_IS_OLD = timedelta(days=2)
TESTED = "In the workspace: Setup, Channels, Test it: says what to click (docs/how-to/whatsapp.md)"


class Mark(StrEnum):
    WELL = "well"
    NOTE = "note"
    ILL = "ill"


@dataclass(frozen=True)
class Finding:
    mark: Mark
    what: str
    what_to_do: str = ""


def examine() -> list[Finding]:
    """Every examination, in the order somebody would mend things."""
    findings: list[Finding] = []
    for look in EXAMINATIONS:
        try:
            findings.extend(look())
        except (DatabaseError, CommandError) as problem:
            findings.append(Finding(Mark.ILL, f"could not look ({type(problem).__name__})", "baquiano migrate"))
            break
    return findings


def well(what: str) -> Finding:
    return Finding(Mark.WELL, what)


def _mode() -> Iterator[Finding]:
    if settings.IS_DEMO:
        yield Finding(Mark.NOTE, "Mode: demo. Texts of the packs are served under a visible mark; nobody approved them.",
                      "For real people: BAQUIANO_MODE=production (see docs/how-to/production.md)")  # fmt: skip
    else:
        yield well("Mode: production")
    for reason in production.reasons_not_to_start():
        yield Finding(Mark.ILL, reason)


def _keys() -> Iterator[Finding]:
    file = settings.ENVIRONMENT.keys_file
    if file.is_relative_to(settings.ENVIRONMENT.data):
        yield Finding(Mark.ILL, "The keys lie inside the data folder", "Move them: a stolen backup would open itself")
    elif file.exists() and file.stat().st_mode & 0o077:
        yield Finding(Mark.ILL, "Others on this machine can read the key file", f"chmod 600 {file}")
    else:
        yield well("Keys: outside the data folder, readable by one user")
    if not os.access(file.parent, os.W_OK):
        yield Finding(
            Mark.ILL,
            "The program cannot write beside the keys: neither who was forgotten nor the end of the audit trail is noted there",
            f"Let the user that runs Baquiano write in {file.parent}",
        )
    if len(crypto.fingerprints()) > 1:
        yield Finding(
            Mark.NOTE,
            f"{len(crypto.fingerprints())} encryption keys: a rotation has been begun and not ended",
            "After a restart: baquiano keys reencrypt, then baquiano keys drop-old",
        )
    printed = organisation().key_sheet_printed_on
    if printed:
        yield well(f"Key sheet printed on {printed:%d-%m-%Y}")
    else:
        yield Finding(
            Mark.NOTE if settings.IS_DEMO else Mark.ILL,
            "The key sheet has not been printed: if this machine breaks, nothing can be read again",
            "baquiano keys sheet, print it twice, then: baquiano doctor --key-sheet-printed",
        )


def _backups() -> Iterator[Finding]:
    """Only those of `baquiano backup` are known here."""
    last = backing_up.last_file()
    made_at = datetime.fromisoformat(last.read_text(encoding="ascii")) if last.exists() else None
    if made_at and timezone.now() - made_at < BACKUP_IS_OLD:
        yield well(f"Last backup: {made_at:%d-%m-%Y}")
    else:
        what = f"The last backup is of {made_at:%d-%m-%Y}" if made_at else "No backup has been made here"
        yield Finding(Mark.NOTE, what, "baquiano backup FOLDER --keep 14, each night, to another machine")


def _database() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if missing:
        yield Finding(Mark.ILL, f"The database lacks {missing} migrations", "baquiano migrate")
        raise CommandError("migrations are missing")
    if connection.vendor == "sqlite":
        yield from _sqlite()
    else:
        with connection.cursor() as cursor:
            cursor.execute("SHOW max_connections")
            most = int(cursor.fetchone()[0])
        yield well(f"Database: PostgreSQL, {most} connections (keep processes × (threads + 8) below that)")


def _sqlite() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
        synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    if (mode, synchronous) == ("wal", 2):
        yield well("Database: SQLite, WAL, every acknowledged message on disk (synchronous=FULL); one process")
    else:
        yield Finding(
            Mark.ILL, f"SQLite runs with journal {mode}, synchronous {synchronous}", "It must be wal and 2 (FULL)"
        )


def _loops() -> Iterator[Finding]:
    ticks = list(Tick.objects.order_by("name"))
    if not ticks:
        yield Finding(Mark.NOTE, "The loops have never run here", "baquiano serve")
    now = timezone.now()
    for tick in ticks:
        seconds = int((now - tick.at).total_seconds())
        if tick.is_silent(now):
            yield Finding(Mark.ILL, f"Loop {tick.name}: silent for {seconds} s", "Is it running? baquiano serve")
        else:
            yield well(f"Loop {tick.name}: last round {seconds} s ago")


def _organisation() -> Iterator[Finding]:
    who = organisation()
    if not who.pk:
        yield Finding(Mark.ILL, "No organisation has been set up", "make demo, or baquiano pack load and /workspace/")
        return
    yield well(f"Organisation: {who.name}; orients in {', '.join(who.countries) or 'no country yet'}")
    yield well(f"People answer: {who.staffed_hours} ({who.timezone}), holidays excepted")
    coordinators = Membership.objects.current(timezone.now()).filter(role=Role.COORDINATOR).count()
    if not coordinators:
        yield Finding(Mark.ILL, "There is no coordinator", "baquiano invite coordinator")


def _words() -> Iterator[Finding]:
    packs = ", ".join(PackLoad.objects.order_by("name").values_list("name", flat=True))
    yield (
        well(f"Packs: {packs}")
        if packs
        else Finding(Mark.ILL, "No pack is loaded", "baquiano pack load comun colombia chile")
    )
    published = ArticleVersion.objects.published().count()
    proposed = ArticleVersion.objects.filter(published_at=None, withdrawn_at=None).count()
    if settings.IS_DEMO:
        yield Finding(Mark.NOTE, f"{proposed} texts proposed by packs are served as DEMO; {published} approved here")
    elif not published:
        yield Finding(
            Mark.NOTE,
            "No answer has been approved by two people of this organisation: the assistant gives the menu, danger texts and a person, nothing else",
            "In the workspace: Texts, To approve. One person answers for each text, another approves it",
        )
    else:
        yield well(f"{published} approved texts are served")
    yield from _currency()


def _currency() -> Iterator[Finding]:
    """What is past its trust, and what nobody has ever checked."""
    texts = standing.in_force(timezone.localdate())
    counted = Counter(text.state for text in texts)
    late, gone = counted[standing.State.NEEDS_REVIEW], counted[standing.State.EXPIRED]
    if late or gone:
        yield Finding(
            Mark.NOTE if not gone else Mark.ILL,
            f"Texts past their trust: {late} said with a caution, {gone} no longer said",
            "Check them and say so: in the workspace, Texts",
        )
    unchecked = sum(text.checked is None for text in texts)
    if unchecked:
        yield Finding(
            Mark.NOTE, f"{unchecked} approved texts were never checked against their source", "In the workspace, Texts"
        )


def _danger_texts() -> Iterator[Finding]:
    """Without two signatures only the number is said."""
    countries = organisation().countries
    unsigned = Counter(text.language for text in book.unsigned(countries))
    if unsigned:
        each = ", ".join(f"{language} {n}" for language, n in sorted(unsigned.items()))
        yield Finding(
            Mark.NOTE if settings.IS_DEMO else Mark.ILL,
            f"Danger texts that two people have not signed: {each}",
            "In the workspace: Texts, Danger texts. In production only the number is said until then",
        )
    elif countries:
        yield well("Danger texts: signed by two people in every language")


def _numbers() -> Iterator[Finding]:
    countries = organisation().countries
    unverified = book.unverified(countries)
    if unverified:
        yield Finding(
            Mark.NOTE if settings.IS_DEMO else Mark.ILL,
            f"Emergency numbers of the danger texts that nobody here has verified: {len(unverified)} ({_some(unverified)})",
            "Call each one, then: baquiano number verify ID --by USER --how …, or in the workspace, Emergency numbers. "
            "In production an unverified number is not given",
        )
    stale = numbers.stale(timezone.localdate())
    dated = [number.id for number in stale if number.age(timezone.localdate()) is Age.DATED]
    old = [number.id for number in stale if number.id not in dated]
    if dated:
        what = f"Emergency numbers verified more than 30 days ago: {_some(dated)}. They are said with that day"
        yield Finding(Mark.ILL, what, "Call them again")
    if old:
        what = f"… more than 60 days ago: {_some(old)}. The general number of the country is said besides"
        yield Finding(Mark.ILL, what, "Call them again, these first")
    if not unverified and not stale and countries:
        yield well("Emergency numbers verified within 30 days")


def _some(ids: list[str]) -> str:
    return ", ".join(ids[:6]) + ("…" if len(ids) > 6 else "")


def _open_to_the_public() -> Iterator[Finding]:
    """A country is opened once, by name; what was opened never closes by itself."""
    with translation.override("en"):
        for country in organisation().countries:
            row = golive.opened(country)
            missing = [] if row else golive.missing(country)
            if row:
                yield well(f"{country}: the public is answered since {row.at:%d-%m-%Y}")
            elif settings.IS_DEMO:
                yield Finding(Mark.NOTE, f"{country}: open because this is a demo. In production {len(missing)} things are missing",
                              "baquiano golive shows them")  # fmt: skip
            else:
                what = "it may be opened" if not missing else " ".join(missing)
                yield Finding(
                    Mark.ILL,
                    f"{country}: not open. People get the danger texts, a person and one honest sentence. {what}",
                    f"baquiano golive {country} --by USER, or in the workspace, Opening",
                )


def _on_call() -> Iterator[Finding]:
    """Whether somebody would come: the clock, the roster, and the ways of calling."""
    now = timezone.now()
    if Tick.objects.exists() and not watch.is_ticking(now):
        yield Finding(
            Mark.ILL,
            "The clock stands still: no alert climbs, and people in danger are told that nobody is there",
            "baquiano serve, or baquiano work",
        )
    waiting = Alert.objects.overdue(now).count()
    if waiting:
        yield Finding(Mark.ILL, f"Alerts that nobody is on, past their time: {waiting}", "In the workspace, now")
    late = following.due(now).count()
    if late:
        yield Finding(Mark.ILL, f"Alerts whose follow-up is late: {late}", "In the workspace: ask how the person is")
    yield from _roster(now)
    yield from _mails(now)


def _roster(now: datetime) -> Iterator[Finding]:
    found = shifts.uncovered(now)
    if not found.has_roster:
        yield Finding(
            Mark.NOTE,
            "Nobody plans shifts: an alert goes to whoever has a screen open, and by mail to everybody who may answer",
            "In the workspace: Roster",
        )
        return
    if found.is_now:
        yield Finding(Mark.ILL, "Nobody is on duty now: no shift covers this hour", "In the workspace: Roster")
    else:
        yield well(f"On duty now: {len(shifts.on_duty(now))}, each with an answered test")
    if found.unanswered:
        yield Finding(
            Mark.ILL,
            f"Shifts of now whose test alert was not answered: {len(found.unanswered)}. They count as nobody",
            "Whoever is on the shift begins it and answers the test within ten minutes",
        )
    if found.gaps:
        hours = sum((gap.ends_at - gap.starts_at for gap in found.gaps), timedelta()) / timedelta(hours=1)
        first = timezone.localtime(found.gaps[0].starts_at, ZoneInfo(organisation().timezone))
        yield Finding(
            Mark.NOTE,
            f"Hours of the next seven days with nobody planned: {hours:.0f}, the first from {first:%d-%m %H:%M}",
            "In the workspace: Roster",
        )
    without = {shift.user_id for shift in shifts.without_contact(now)}
    if without:
        yield Finding(
            Mark.NOTE,
            f"People on the roster who can be called on a screen only: {len(without)}",
            "Each gives a mail or a duty phone: in the workspace, My shift",
        )


def _mails(now: datetime) -> Iterator[Finding]:
    if not mail.is_set_up():
        yield Finding(
            Mark.NOTE if settings.IS_DEMO else Mark.ILL,
            "No mail server: whoever is not at a screen is called on a duty phone or not at all",
            "BAQUIANO_MAIL_URL and BAQUIANO_MAIL_FROM (docs/how-to/on-call.md)",
        )
        return
    trouble = mail.trouble(now)
    if trouble.failed or trouble.waiting:
        yield Finding(
            Mark.ILL,
            f"Mails to colleagues: {trouble.failed} given up today, {trouble.waiting} refused and tried again ({trouble.error})",
            "Is BAQUIANO_MAIL_URL right, and does the server answer?",
        )
    else:
        yield well("Mail server: takes what it is given")


def _channels() -> Iterator[Finding]:
    for channel in Channel.objects.order_by("id"):
        if channel.stopped_at:
            yield Finding(
                Mark.ILL,
                f"Channel {channel.name}: stopped on {channel.stopped_at:%d-%m-%Y}, nothing leaves by it",
                "In the workspace: Setup, Channels says who stopped it and why, and starts it again",
            )
        elif channel.trouble:
            yield Finding(
                Mark.ILL,
                f"Channel {channel.name}: cannot send ({channel.trouble})",
                "Mend it, then: baquiano channel whatsapp --line …",
            )
        else:
            yield well(f"Channel {channel.name} ({channel.kind}): {'open' if channel.is_open else 'closed'}")
        yield from _tested(channel)
    unread = RawWebhook.objects.waiting().count()
    odd = RawWebhook.objects.filter(unparsed__gt=0).count()
    waiting = Message.objects.waiting().count()
    failed = Letter.objects.filter(state=State.FAILED).count()
    yield Finding(
        Mark.ILL if odd or failed else Mark.WELL,
        f"Waiting: {unread} webhooks, {waiting} messages; not understood: {odd} webhooks; not delivered: {failed} letters",
    )


def _tested(channel: Channel) -> Iterator[Finding]:
    """The same questions as the test in the workspace. Asked over the network, so only of a line that is open."""
    if channel.kind not in checking.CAN_BE_ASKED or not channel.is_open:
        return
    told = checking.look(channel)
    for one in told.asked:
        if not one.is_well:
            mark = Mark.NOTE if one.why_not == NO_CONNECTION else Mark.ILL
            yield Finding(mark, f"Channel {channel.name}, {one.asking}: {one.why_not}", TESTED)
    if told.token_until and told.token_until - timezone.now() < timedelta(days=14):
        yield Finding(
            Mark.ILL,
            f"Channel {channel.name}: the access token ends on {told.token_until:%d-%m-%Y}",
            "Generate one that never expires (docs/how-to/whatsapp.md), then: baquiano channel whatsapp --line …",
        )


def _search() -> Iterator[Finding]:
    why_not = finding.why_not_by_meaning()
    if why_not:
        yield Finding(
            Mark.NOTE, f"Search by words only ({why_not})", "make semantic adds search by meaning on Linux with AVX2"
        )
    else:
        yield well("Search: by words and by meaning")
    yield from _calibration()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        yield Finding(Mark.NOTE, "OMP_NUM_THREADS is not 1", "Unset it: two threads are slower on a busy machine")


def _calibration() -> Iterator[Finding]:
    ours = own_calibration.ours()
    if ours is None and own_calibration.file().exists():
        yield Finding(
            Mark.NOTE,
            "The calibration fitted here is of another version of the program: that of the packs is used",
            f"baquiano evaluate FILE --refit --save, or delete {own_calibration.file()}",
        )
    elif ours and own_calibration.is_older_than_the_packs():
        yield Finding(
            Mark.NOTE,
            f"Search: decides with the calibration fitted here on {ours['fitted_on']}; the packs brought a later one",
            f"baquiano evaluate FILE --refit --save, or delete {own_calibration.file()}",
        )
    elif ours:
        yield well(f"Search: decides with the calibration fitted here on {ours['fitted_on']}, instead of the packs'")


def _audit() -> Iterator[Finding]:
    verified = sealing.verified_last()
    if not sealing.is_as_remembered():
        yield Finding(
            Mark.ILL,
            "The audit trail is not the one this machine remembers",
            "baquiano audit verify; after restoring a backup: baquiano audit anchor --after-restore",
        )
    elif sealing.remembers_nothing():
        yield Finding(
            Mark.NOTE,
            "The newest seal of the audit trail cannot be noted beside the keys: an end that was cut off would go unnoticed",
            "Let the program write in the folder of the keys (docs/explanation/audit.md)",
        )
    elif verified is None or timezone.now() - verified > VERIFY_EVERY:
        when = f"last verified on {verified:%d-%m-%Y}" if verified else "never verified"
        yield Finding(Mark.NOTE, f"The audit trail: {when}", "baquiano audit verify, once a month at least")
    else:
        yield well(f"The audit trail: last verified on {verified:%d-%m-%Y}")


def _scanner() -> Iterator[Finding]:
    """Files that people show are cleaned and encrypted in any case; a scanner knows what is new this week."""
    clamd = settings.ENVIRONMENT.clamd
    if not clamd:
        yield Finding(
            Mark.NOTE, "No virus scanner looks at attachments", "apt-get install clamav-daemon, and BAQUIANO_CLAMD"
        )
    elif scanning.answers(clamd):
        yield well("Virus scanner: answers")
    else:
        yield Finding(
            Mark.ILL, "The virus scanner does not answer: no file can be kept", "systemctl status clamav-daemon"
        )


EXAMINATIONS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _mode, _database, _keys, _backups, _organisation, _words, _danger_texts, _numbers, _open_to_the_public, _channels, _search, _loops, _on_call, _audit, _scanner,
)  # fmt: skip
