"""Keeping times: nothing goes before somebody has seen what, everything goes on its day, and what the law holds stays."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accountability.models import DataRequest
from baquiano.accounts.models import AuditEntry, User
from baquiano.conversations import actions as conversations
from baquiano.conversations.models import Conversation
from baquiano.custody import actions, keeping
from baquiano.custody.actions import CannotKeep
from baquiano.custody.keeping import Due
from baquiano.custody.models import KeepingRun
from baquiano.engine.danger import Danger, Finding, Level
from baquiano.files.models import Attachment
from baquiano.lib.turnstile import writing
from baquiano.people import granting
from baquiano.people.actions import Described, register
from baquiano.people.models import Consent, Fact, KeptPaper, Person
from baquiano.safety import following
from baquiano.safety.actions import acknowledge, raise_alert
from baquiano.safety.models import FollowUp
from baquiano.terminal import loops
from tests.custody.conftest import Served, aged, canary

LONG_AGO = 1825 + 2


def _people(user: User, count: int, **described: object) -> list[Person]:
    people = [register(Described(called=f"p{number}", **described), by=user) for number in range(count)]  # type: ignore[arg-type]
    for person in people:
        aged(person, LONG_AGO)
    return people


def test_the_list_counts_adults_and_children_apart_and_writes_nothing(yuli: Served, luz: User) -> None:
    aged(yuli.person, LONG_AGO)
    _people(luz, 2, birth_year=timezone.localdate().year - 9)
    before = AuditEntry.objects.count()
    preview = keeping.due(timezone.localdate())
    assert (preview.counts[Due.ADULTS], preview.counts[Due.CHILDREN], preview.held) == (1, 2, 0)
    assert AuditEntry.objects.count() == before
    assert not Person.objects.filter(forgotten_at__isnull=False).exists()


@pytest.mark.parametrize(("days", "is_due"), [(1824, False), (1825, False), (1826, True)])
def test_a_person_is_due_the_day_after_her_time_is_over(yuli: Served, days: int, is_due: bool) -> None:
    aged(yuli.person, days)
    assert keeping.people_due(timezone.localdate()).filter(pk=yuli.person.pk).exists() is is_due


def test_whoever_is_in_touch_under_another_record_is_not_due(yuli: Served, luz: User) -> None:
    aged(yuli.person, LONG_AGO)
    other = register(Described(called="Yuli"), by=luz)
    Person.objects.filter(pk=other.pk).update(same_as=yuli.person)
    assert not keeping.people_due(timezone.localdate()).filter(pk=yuli.person.pk).exists()
    aged(other, LONG_AGO)
    assert keeping.people_due(timezone.localdate()).filter(pk=yuli.person.pk).exists()


def test_nothing_goes_by_itself_until_a_director_has_seen_the_list(yuli: Served, dora: User) -> None:
    aged(yuli.person, LONG_AGO)
    now = timezone.now()
    assert keeping.work(now) == 0
    with pytest.raises(CannotKeep):
        keeping.approve(0, by=dora)  # not what is there
    keeping.approve(1, by=dora)
    assert keeping.work(now) == 1
    assert Person.objects.get(pk=yuli.person.pk).forgotten_at is not None
    assert KeepingRun.objects.get().counts == {"adults": 1}


def test_it_runs_once_a_day_and_stops_when_told(yuli: Served, luz: User, dora: User) -> None:
    keeping.approve(0, by=dora)
    now = timezone.now()
    keeping.work(now)
    _people(luz, 1)
    assert keeping.work(now + timedelta(hours=23)) == 0
    keeping.stop(by=dora)
    assert keeping.work(now + timedelta(hours=25)) == 0
    with pytest.raises(CannotKeep):
        keeping.stop(by=dora)
    keeping.approve(1, by=dora)
    assert keeping.work(now + timedelta(hours=25)) == 1


def test_what_the_law_holds_stays_and_is_counted(yuli: Served, carla: User, dora: User) -> None:
    aged(yuli.person, LONG_AGO)
    held = actions.hold(yuli.person, reason="Juzgado 3", until=timezone.now() + timedelta(days=60), by=carla)
    preview = keeping.due(timezone.localdate())
    assert (preview.people, preview.held) == (0, 1)
    keeping.approve(0, by=dora)
    assert keeping.work(timezone.now()) == 0
    actions.lift(held, by=carla)
    assert keeping.work(timezone.now() + timedelta(days=1, minutes=1)) == 1


def test_a_hold_ends_by_itself(yuli: Served, carla: User) -> None:
    aged(yuli.person, LONG_AGO)
    actions.hold(yuli.person, reason="Juzgado 3", until=timezone.now() + timedelta(days=60), by=carla)
    with time_machine.travel(timezone.now() + timedelta(days=61), tick=False):
        assert keeping.due(timezone.localdate()).people == 1


def test_who_is_blocked_is_kept_until_that_is_settled(yuli: Served, carla: User) -> None:
    aged(yuli.person, LONG_AGO)
    actions.block(yuli.person, why="En disputa", by=carla)
    assert keeping.due(timezone.localdate()).people == 0


def test_far_more_than_was_approved_waits_for_somebody_to_look(luz: User, dora: User) -> None:
    keeping.approve(0, by=dora)
    people = _people(luz, keeping.A_FEW + 1)
    keeping.work(timezone.now())
    assert KeepingRun.objects.get().was_stopped
    assert not Person.objects.filter(forgotten_at__isnull=False).exists()
    assert keeping.due(timezone.localdate()).is_too_much
    keeping.approve(len(people), by=dora)
    assert keeping.work(timezone.now()) == len(people)


def test_the_words_that_prove_what_ended_long_ago_go_and_the_rows_stay(yuli: Served, dora: User) -> None:
    then = timezone.now() - timedelta(days=LONG_AGO)
    Consent.objects.update(given_at=then - timedelta(days=1), expires_at=then)
    DataRequest.objects.update(closed_at=then, outcome="done")
    counts = keeping.due(timezone.localdate()).counts
    assert (counts[Due.PROOFS], counts[Due.REQUESTS]) == (1, 1)
    keeping.approve(0, by=dora)
    keeping.work(timezone.now())
    consent, request = Consent.objects.get(), DataRequest.objects.get()
    assert (consent.proof, consent.restrictions, consent.purpose) == ("", None, "share")
    assert (request.asked, request.answer, request.outcome) == ("", "", "done")
    assert Person.objects.get(pk=yuli.person.pk).called == canary("called")


def test_reasons_in_the_trail_go_on_their_day(yuli: Served, dora: User) -> None:
    keeping.approve(0, by=dora)
    words = AuditEntry.objects.filter(reason__isnull=False).count()
    assert words > 0
    later = timezone.now() + timedelta(days=LONG_AGO)
    with time_machine.travel(later, tick=False):
        Person.objects.update(last_seen_on=later.date())
        assert keeping.due(timezone.localdate()).counts[Due.REASONS] == words
        keeping.work(later)
    assert not AuditEntry.objects.filter(reason__isnull=False, at__lt=later - timedelta(days=1)).exists()


def test_the_conversations_of_somebody_the_law_holds_stay_after_their_days(yuli: Served, carla: User) -> None:
    later = timezone.now() + timedelta(days=181)
    actions.hold(yuli.person, reason="Juzgado 3", until=later + timedelta(days=60), by=carla)
    held = keeping.held_addresses(later)
    assert held == {yuli.address.pk}
    assert conversations.erase_past_keeping(later, besides=held) == 0
    assert Conversation.objects.filter(pk=yuli.conversation.pk).exists()


def test_what_was_told_and_shown_stays_unread_while_the_law_holds_it_and_goes_afterwards(
    yuli: Served, luz: User, carla: User
) -> None:
    granting.grant(
        yuli.person, luz, area="psychological", until=timezone.now() + timedelta(days=300), reason="x", by=carla
    )
    later = timezone.now() + timedelta(days=181)
    held = actions.hold(yuli.person, reason="Juzgado 3", until=later + timedelta(days=60), by=carla)
    with time_machine.travel(later, tick=False):
        loops.erase()
        assert Fact.objects.filter(person=yuli.person).exists()
        assert not Fact.objects.visible_to(luz).exists()  # its consent has ended
        assert _file_of(yuli).key
        assert not KeptPaper.objects.kept(timezone.now()).exists()
        actions.lift(held, by=carla)
        loops.erase()
        assert not Fact.objects.filter(person=yuli.person).exists()
        assert _file_of(yuli).key is None


def _file_of(served: Served) -> Attachment:
    return KeptPaper.objects.get(person=served.person).attachment


def test_rows_that_could_be_recognised_are_counted_in_the_report(yuli: Served, luz: User, dora: User) -> None:
    for person in _people(luz, 5, birth_year=1990):
        aged(person, 1)
    keeping.approve(0, by=dora)
    aged(yuli.person, LONG_AGO)
    keeping.work(timezone.now())
    assert KeepingRun.objects.get().rare == 1  # nobody else was born in 1994, a woman, in Cúcuta


def test_a_run_says_counts_and_nobody(yuli: Served, dora: User) -> None:
    aged(yuli.person, LONG_AGO)
    keeping.approve(1, by=dora)
    keeping.work(timezone.now())
    entry = AuditEntry.objects.get(verb="keeping.run")
    assert (entry.actor, entry.about, entry.reason) == (None, "", None)
    assert [one.reason for one in AuditEntry.objects.filter(verb="person.forgotten")] == ["time"]


def test_a_danger_that_nobody_has_closed_is_never_let_go_of_by_time(yuli: Served, luz: User) -> None:
    """Neither her record nor the conversation: only a person closes what may be a danger."""
    now = timezone.now()
    with writing():
        alert = raise_alert(Finding(Level.P2, Danger.NEED, "a-rule"), about=f"conversation:{yuli.conversation.pk}")
    aged(yuli.person, LONG_AGO)
    assert yuli.person not in keeping.people_due(keeping.this_day())
    assert yuli.address.pk in keeping.held_addresses(now)
    acknowledge(alert, by=luz)
    assert yuli.address.pk in keeping.held_addresses(now)
    following.follow_up(alert, FollowUp.Outcome.SAFE, "", by=luz)
    following.close(alert, by=luz)
    assert yuli.person in keeping.people_due(keeping.this_day())
    assert yuli.address.pk not in keeping.held_addresses(now)
