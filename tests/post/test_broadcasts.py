"""A broadcast from its draft to its end: who may begin it, what freezes, what holds it, and what stops it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, User
from baquiano.lib.turnstile import writing
from baquiano.people import consenting, joining
from baquiano.people.models import Address, Consent, Person
from baquiano.post import allowed, audience, broadcasting, leaving
from baquiano.post.audience import Audience
from baquiano.post.broadcasting import CannotBroadcast, Draft
from baquiano.post.models import Broadcast, BroadcastLine, Letter, OptOut, State
from tests.post.broadcast_world import Door, Somebody, Town, lines, organise, settle, the_post_sends_everything

pytestmark = pytest.mark.django_db

DRAFT = Draft("Jornada", {"es": "Hay una jornada el sábado."})
AGREED = Somebody("yes", (Door("telegram", heard=1),))
Stage = Broadcast.Stage


@pytest.fixture(autouse=True)
def midday(now: time_machine.Traveller) -> None:
    """10:00 in Bogotá: everybody's hours are open."""


def town_of(*people: Somebody) -> Town:
    organise()
    return settle(people, lines(), timezone.now())


def crowd(count: int) -> Town:
    return town_of(*[AGREED] * count)


def seen(broadcast: Broadcast) -> str:
    return audience.dry_run(broadcast, timezone.now()).digest


def begun(edu: User) -> Broadcast:
    broadcast = broadcasting.write(DRAFT, by=edu)
    broadcasting.begin_alone(broadcast, seen=seen(broadcast), by=edu)
    return broadcast


def fresh(broadcast: Broadcast) -> Broadcast:
    return Broadcast.objects.get(pk=broadcast.pk)


def one_portion() -> int:
    """Letters are written, and the provider takes them."""
    written = broadcasting.due(timezone.now())
    the_post_sends_everything(timezone.now())
    return written


def to_the_end() -> None:
    while one_portion():
        continue


# Writing, and letting it begin ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "word"),
    [
        (Draft("", {"es": "Hola."}), "título"),
        (Draft("Jornada", {"es": "  "}), "las palabras"),
        (Draft("Jornada", {"es": "a" * 601}), "600"),
        (Draft("Jornada", {"fr": "Bonjour."}, falls_to_spanish=True), "en español"),
    ],
)
def test_what_is_not_whole_is_not_kept(edu: User, draft: Draft, word: str) -> None:
    with pytest.raises(CannotBroadcast, match=word):
        broadcasting.write(draft, by=edu)


def test_a_language_without_words_gets_nothing_unless_its_author_says_so(edu: User) -> None:
    town_of(AGREED, Somebody("yes", (Door("telegram", heard=1),), language="pt"))
    now = timezone.now()
    alone = broadcasting.write(DRAFT, by=edu)
    assert [one.language for one in audience.dry_run(alone, now).recipients] == ["es"]
    assert audience.dry_run(alone, now).why_not == {"no_words": 1}
    falling = broadcasting.write(Draft("Jornada", DRAFT.texts, falls_to_spanish=True), by=edu)
    assert [one.language for one in audience.dry_run(falling, now).recipients] == ["es", "es"]


def test_up_to_fifty_its_writer_begins_it_alone(edu: User, rita: User) -> None:
    crowd(50)
    broadcast = broadcasting.write(DRAFT, by=edu)
    with pytest.raises(CannotBroadcast, match="otra persona"):
        broadcasting.begin_alone(broadcast, seen=seen(broadcast), by=rita)
    broadcasting.begin_alone(broadcast, seen=seen(broadcast), by=edu)
    to_the_end()
    assert fresh(broadcast).state == Stage.DONE
    assert Letter.objects.count() == 50


def test_above_fifty_a_second_person_is_needed_and_never_its_writer(edu: User, rita: User) -> None:
    crowd(51)
    broadcast = broadcasting.write(DRAFT, by=edu)
    with pytest.raises(CannotBroadcast, match="más de 50"):
        broadcasting.begin_alone(broadcast, seen=seen(broadcast), by=edu)
    broadcasting.hand_in(broadcast, by=edu)
    with pytest.raises(CannotBroadcast, match="Lo escribiste tú"):
        broadcasting.approve(broadcast, seen=seen(broadcast), by=edu)
    broadcasting.approve(broadcast, seen=seen(broadcast), by=rita)
    assert (fresh(broadcast).approved_by, fresh(broadcast).lines.count()) == (rita, 51)
    verbs = AuditEntry.objects.filter(row=f"broadcast:{broadcast.pk}").values_list("verb", flat=True)
    assert list(verbs) == ["broadcast.written", "broadcast.handed_in", "broadcast.approved"]


def test_whoever_approves_has_seen_this_very_dry_run(edu: User, rita: User) -> None:
    town = crowd(3)
    broadcast = broadcasting.write(DRAFT, by=edu)
    before = seen(broadcast)
    broadcasting.change(broadcast, Draft("Jornada", {"es": "Otra cosa."}), by=edu)
    broadcasting.hand_in(broadcast, by=edu)
    with pytest.raises(CannotBroadcast, match="Mira otra vez"):
        broadcasting.approve(broadcast, seen=before, by=rita)
    looked = seen(broadcast)
    OptOut.objects.create(address_id=town.addresses[0][0], how="word")
    with pytest.raises(CannotBroadcast, match="Mira otra vez"):
        broadcasting.approve(broadcast, seen=looked, by=rita)
    assert not BroadcastLine.objects.exists()


def test_nobody_changes_the_words_of_somebody_else_or_of_what_was_handed_in(edu: User, rita: User) -> None:
    crowd(1)
    broadcast = broadcasting.write(DRAFT, by=edu)
    with pytest.raises(CannotBroadcast, match="otra persona"):
        broadcasting.change(broadcast, DRAFT, by=rita)
    broadcasting.hand_in(broadcast, by=edu)
    with pytest.raises(CannotBroadcast, match="Ya no es un borrador"):
        broadcasting.change(broadcast, DRAFT, by=edu)
    broadcasting.reopen(broadcast, by=rita)
    broadcasting.throw_away(broadcast, by=edu)
    assert not Broadcast.objects.exists()


# Leaving ---------------------------------------------------------------------------------------------------------------------------


def test_it_leaves_in_portions_and_only_when_nothing_else_waits_to_leave(edu: User) -> None:
    crowd(40)
    begun(edu)
    written = broadcasting.due(timezone.now())
    assert 0 < written == Letter.objects.count() <= broadcasting.PORTION
    assert broadcasting.due(timezone.now()) == 0, "what was written has not left yet"
    assert Letter.objects.count() == written


def test_one_person_with_three_doors_gets_one_letter_through_the_one_last_heard_from_that_is_no_sms(edu: User) -> None:
    doors = (Door("sms", heard=1), Door("whatsapp", heard=5), Door("telegram", heard=20))
    town = town_of(Somebody("yes", doors, second_record=True))
    begun(edu)
    to_the_end()
    assert Letter.objects.get().address_id == town.addresses[0][1]


def test_one_telephone_that_two_people_share_gets_one_letter(edu: User) -> None:
    town = town_of(Somebody("yes", (Door("whatsapp", heard=1),)), Somebody("yes", (Door("sms", heard=1, shares=1),)))
    broadcast = begun(edu)
    to_the_end()
    assert Letter.objects.get().address_id == town.addresses[0][0]
    assert audience.dry_run(broadcast, timezone.now()).why_not == {"shared": 1}


def test_nothing_is_said_on_a_telephone_on_which_somebody_else_told_of_danger(edu: User) -> None:
    town_of(
        Somebody("", (Door("whatsapp", heard=1, is_held=True),)), Somebody("yes", (Door("sms", heard=1, shares=1),))
    )
    run = audience.dry_run(broadcasting.write(DRAFT, by=edu), timezone.now())
    assert (len(run), run.why_not) == (0, {"no_consent": 1, "telephone": 1})


def test_whoever_took_it_back_before_their_turn_gets_nothing(edu: User) -> None:
    town = crowd(4)
    broadcast = begun(edu)
    with writing():
        allowed.stop(Address.objects.get(pk=town.addresses[0][0]), "word")
    consenting.withdraw(Consent.objects.get(person=town.people[1]), by=None)
    Address.objects.filter(pk=town.addresses[2][0]).update(held_since=timezone.now())
    to_the_end()
    reasons = {line.address_id: line.why_not for line in broadcast.lines.all()}
    assert reasons == dict(
        zip([row[0] for row in town.addresses], ["opted_out", "no_consent", "held", ""], strict=True)
    )
    assert Letter.objects.get().address_id == town.addresses[3][0]


def test_whoever_took_it_back_after_it_was_written_gets_nothing_either(edu: User) -> None:
    town = crowd(1)
    begun(edu)
    broadcasting.due(timezone.now())
    with writing():
        allowed.stop(Address.objects.get(pk=town.addresses[0][0]), "word")
    assert leaving.lease(timezone.now(), 9) == []
    assert Letter.objects.get().state == State.FAILED


def test_who_asked_for_news_again_is_written_to_again(edu: User) -> None:
    town = crowd(1)
    address = Address.objects.get(pk=town.addresses[0][0])
    broadcast = broadcasting.write(DRAFT, by=edu)
    with writing():
        allowed.stop(address, "word")
    assert len(audience.dry_run(broadcast, timezone.now())) == 0
    with writing():
        allowed.allow_again(address, "word")
    assert len(audience.dry_run(broadcast, timezone.now())) == 1


def test_two_records_found_to_be_one_person_meanwhile_get_one_letter(edu: User) -> None:
    town = crowd(2)
    broadcast = begun(edu)
    Person.objects.filter(pk=town.people[1]).update(same_as=town.people[0])
    to_the_end()
    assert Letter.objects.count() == 1
    assert sorted(line.why_not for line in broadcast.lines.all()) == ["", "same_person"]


def test_a_door_that_is_nobodys_any_more_gets_nothing(edu: User) -> None:
    town = crowd(1)
    broadcast = begun(edu)
    joining.end_at([Address.objects.get(pk=town.addresses[0][0])], by=None)
    to_the_end()
    assert broadcast.lines.get().why_not == "unknown"
    assert not Letter.objects.exists()


def test_the_same_address_cannot_stand_in_it_twice(edu: User) -> None:
    crowd(1)
    line = begun(edu).lines.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        BroadcastLine.objects.create(
            broadcast=line.broadcast, channel=line.channel, address=line.address, language="es"
        )


def test_hours_that_begin_later_are_waited_for(edu: User, now: time_machine.Traveller) -> None:
    town_of(Somebody("yes", (Door("telegram", heard=1),), safe="evening"))
    broadcast = begun(edu)
    assert one_portion() == 0
    assert fresh(broadcast).state == Stage.SENDING
    now.shift(timedelta(hours=8))
    to_the_end()
    assert fresh(broadcast).state == Stage.DONE
    assert Letter.objects.get().state == State.ACCEPTED


# Once the window is closed ----------------------------------------------------------------------------------------------------------


def test_after_a_day_a_template_leaves_and_the_words_follow_when_they_write(
    edu: User, now: time_machine.Traveller
) -> None:
    town = town_of(Somebody("yes", (Door("whatsapp", heard=48),)))
    broadcast = begun(edu)
    broadcasting.due(timezone.now())
    (leased,) = leaving.lease(timezone.now(), 9)
    assert leased.template and leased.template.name == "noticia"
    Letter.objects.update(state=State.ACCEPTED, settled_at=timezone.now())
    to_the_end()
    assert fresh(broadcast).state == Stage.DONE
    words = Letter.objects.get(state=State.WINDOW)
    assert leaving.lease(timezone.now(), 9) == [], "they have not written"
    now.shift(timedelta(hours=1))
    Address.objects.filter(pk=town.addresses[0][0]).update(heard_at=timezone.now())
    (leased,) = leaving.lease(timezone.now(), 9)
    assert (leased.letter.pk, leased.template, leased.letter.body["text"]) == (words.pk, None, DRAFT.texts["es"])
    how = broadcasting.progress(fresh(broadcast))
    assert (how.total, how.left, how.told) == (1, 1, 1)


def test_words_that_nobody_came_for_are_forgotten(edu: User, now: time_machine.Traveller) -> None:
    town_of(Somebody("yes", (Door("whatsapp", heard=48),)))
    begun(edu)
    broadcasting.due(timezone.now())
    leaving.lease(timezone.now(), 9)
    Letter.objects.update(state=State.ACCEPTED, settled_at=timezone.now())
    to_the_end()
    now.shift(timedelta(days=6))
    assert broadcasting.forget_unread(timezone.now()) == 1
    assert not Letter.objects.waiting_for_her().exists()


# Holding it -----------------------------------------------------------------------------------------------------------------------------


def test_a_pause_takes_back_what_nobody_tried_and_going_on_writes_it_once(edu: User) -> None:
    crowd(3)
    broadcast = begun(edu)
    broadcasting.due(timezone.now())
    assert Letter.objects.exists()
    broadcasting.pause(broadcast, by=edu)
    assert not Letter.objects.exists()
    assert broadcasting.due(timezone.now()) == 0
    broadcasting.go_on(broadcast, by=edu)
    to_the_end()
    assert Letter.objects.filter(state=State.ACCEPTED).count() == 3


def test_a_pause_leaves_alone_what_may_be_there_already(edu: User) -> None:
    crowd(2)
    broadcast = begun(edu)
    while Letter.objects.count() < 2:
        broadcasting.due(timezone.now())
        Letter.objects.filter(possibly_doubled=False).update(
            state=State.QUEUED, possibly_doubled=True, not_before=timezone.now() + timedelta(hours=1)
        )
    broadcasting.pause(broadcast, by=edu)
    assert Letter.objects.filter(possibly_doubled=True).count() == 2


def test_stopped_for_good_the_rest_gets_nothing(edu: User) -> None:
    crowd(3)
    broadcast = begun(edu)
    broadcasting.stop(broadcast, by=edu)
    to_the_end()
    assert {line.why_not for line in broadcast.lines.all()} == {"stopped"}
    assert not Letter.objects.exists()
    with pytest.raises(CannotBroadcast):
        broadcasting.go_on(broadcast, by=edu)


def after(count: int, edu: User) -> tuple[Broadcast, list[BroadcastLine]]:
    """So many of forty have it."""
    crowd(40)
    broadcast = begun(edu)
    while broadcast.lines.filter(letter__isnull=False).count() < count:
        assert one_portion()
    return broadcast, list(broadcast.lines.exclude(letter=None))


@pytest.mark.parametrize(("code", "error"), [(131048, ""), (131049, "failed"), (131050, "failed"), (403, "blocked")])
def test_it_stops_by_itself_when_people_block_us(edu: User, code: int, error: str) -> None:
    broadcast, reached = after(20, edu)
    Letter.objects.filter(pk=reached[0].letter_id).update(state=State.FAILED, error_code=code, error=error)
    one_portion()
    assert (fresh(broadcast).state, fresh(broadcast).stopped_why) == (Stage.STOPPED, "minded")
    assert broadcast.lines.filter(why_not="stopped").count() == 40 - len(reached)
    assert AuditEntry.objects.get(verb="broadcast.stopped").actor is None


def test_it_stops_by_itself_when_somebody_writes_stop_after_it(edu: User) -> None:
    broadcast, reached = after(20, edu)
    with writing():
        allowed.stop(reached[0].address, "word")
    one_portion()
    assert fresh(broadcast).state == Stage.STOPPED


def test_it_stops_by_itself_when_somebody_complains_after_it(edu: User) -> None:
    broadcast, reached = after(20, edu)
    broadcasting.complained(reached[0].address_id, timezone.now())
    one_portion()
    assert (fresh(broadcast).state, fresh(broadcast).stopped_why) == (Stage.STOPPED, "minded")


def test_a_complaint_long_after_the_news_is_about_something_else(edu: User) -> None:
    broadcast, reached = after(20, edu)
    broadcasting.complained(reached[0].address_id, timezone.now() + timedelta(days=4))
    to_the_end()
    assert fresh(broadcast).state == Stage.DONE


def test_of_fewer_than_twenty_one_alone_does_not_stop_it(edu: User) -> None:
    crowd(19)
    broadcast = begun(edu)
    one_portion()
    first = broadcast.lines.exclude(letter=None)[0]
    with writing():
        allowed.stop(first.address, "word")
    to_the_end()
    assert fresh(broadcast).state == Stage.DONE
    assert broadcasting.progress(fresh(broadcast)).minded == 1


def test_a_letter_that_failed_for_another_reason_stops_nothing(edu: User) -> None:
    broadcast, reached = after(20, edu)
    Letter.objects.filter(pk=reached[0].letter_id).update(state=State.FAILED, error_code=403, error="undeliverable")
    to_the_end()
    assert fresh(broadcast).state == Stage.DONE
    how = broadcasting.progress(fresh(broadcast))
    assert (how.total, how.left, how.failed, how.minded, how.percent) == (40, 39, 1, 0, 100)


def test_an_audience_narrows_it(edu: User) -> None:
    town_of(
        AGREED,
        Somebody("yes", (Door("telegram", heard=1),), country="CL"),
        Somebody("yes", (Door("telegram", heard=1),), country=""),
    )
    draft = Draft("Jornada", DRAFT.texts, Audience(countries=frozenset({"CL"})))
    run = audience.dry_run(broadcasting.write(draft, by=edu), timezone.now())
    assert (len(run), run.why_not) == (1, {"elsewhere": 2})
