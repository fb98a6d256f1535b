"""They are told again: the notice that names nothing, her "1", the new words; and what a person must tell."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.channels.events import Alias as Seen
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.channels.protocol import OutMessage
from baquiano.conversations import inserting, owning
from baquiano.conversations.actions import say
from baquiano.conversations.models import Conversation, Handoff, Message, Quote
from baquiano.knowledge.actions import withdraw
from baquiano.knowledge.models import Article, ArticleVersion, Topic
from baquiano.people.models import Address, Alias, Joining, Person
from baquiano.post import actions as post
from baquiano.post.allowed import stop
from baquiano.post.models import Letter, OptOut, State
from baquiano.recalls import actions, tasks
from baquiano.recalls.actions import CannotDecide
from baquiano.recalls.models import Recall, RecallLine
from baquiano.recalls.plan import dry_run
from baquiano.recalls.tasks import CannotTake
from tests.conversations.conftest import Phone
from tests.conversations.conftest import work as once
from tests.fakes.graph import button_reply, webhook
from tests.recalls.conftest import QUESTION, write

pytestmark = pytest.mark.django_db
NOTICE = "Cambió una información que te dimos. Responde 1 para verla."
NEW = "Desde ahora se llama de otra manera."


@pytest.fixture
def changed(told: ArticleVersion, edu: User, rita: User) -> Recall:
    write(51, NEW, edu, rita)
    work()
    return Recall.objects.get()


def work() -> None:
    """The loops go round: what is written in one round leaves in the next, and is looked after in the one after it."""
    for _round in range(2):
        once()


def line() -> RecallLine:
    return RecallLine.objects.get()


# The notice and her answer -------------------------------------------------------------------------------------------------


def test_nothing_leaves_before_somebody_decided_it(changed: Recall, phone: Phone) -> None:
    work()
    assert NOTICE not in " ".join(phone.heard)
    assert line().stage == RecallLine.Stage.WAITING


def test_the_notice_names_no_topic_and_her_1_brings_the_new_words(changed: Recall, phone: Phone, carla: User) -> None:
    actions.approve(changed, by=carla)
    work()
    assert phone.heard[-1].startswith(NOTICE)
    assert "IPE" not in phone.heard[-1]
    assert line().stage == RecallLine.Stage.WRITTEN
    phone.says("1")
    work()
    assert NEW in phone.heard[-1]
    assert "te dijimos algo sobre esto, y cambió" in phone.heard[-1]
    assert line().stage == RecallLine.Stage.SEEN
    assert Quote.objects.filter(version=changed.new).count() == 1
    changed.refresh_from_db()
    assert changed.stage == Recall.Stage.DONE


def test_it_is_written_once_however_often_the_clock_ticks(changed: Recall, phone: Phone, carla: User) -> None:
    actions.approve(changed, by=carla)
    for _tick in range(4):
        work()
    assert sum(text.startswith(NOTICE) for text in phone.heard) == 1


def test_a_tap_on_the_notice_is_its_own_and_a_1_after_a_later_menu_is_the_menus(
    changed: Recall, phone: Phone, carla: User
) -> None:
    actions.approve(changed, by=carla)
    work()
    phone.says("menú")
    work()
    phone.says("1")  # of the menu: "I feel in danger"
    work()
    assert NEW not in phone.heard[-1]
    assert line().stage == RecallLine.Stage.WRITTEN
    tap = f"1:0:changed:{changed.old_id}"
    phone.posts(
        webhook(messages=[button_reply(tap, "Ver lo nuevo", id="wamid.tap", phone=phone.number, at=next(phone.clock))])
    )
    work()
    assert NEW in " ".join(phone.heard[-2:])


def test_a_telephone_whose_clock_is_hours_behind_still_has_its_menu(changed: Recall, phone: Phone, carla: User) -> None:
    actions.approve(changed, by=carla)
    work()
    phone.clock = itertools.count(next(phone.clock) - 3 * 60 * 60)
    phone.says("menú")
    work()
    phone.says("1")
    work()
    assert NEW not in phone.heard[-1]


def test_a_tap_made_up_by_somebody_who_was_never_told_shows_nothing(changed: Recall, phone: Phone) -> None:
    other = Phone(phone.graph, phone.channel, number="573007770000")
    other.says("hola")
    work()
    say(
        phone.channel,
        Seen(Scheme.WHATSAPP_PHONE, "573007770000"),
        text="",
        choice_id=f"1:0:changed:{changed.old_id}",
        client_id="x1",
    )
    work()
    assert NEW not in " ".join(other.heard)
    assert "Ese menú ya cambió" in other.heard[-1]


def test_if_it_changes_again_before_she_looks_she_gets_the_newest_and_no_second_notice(
    changed: Recall, phone: Phone, carla: User, edu: User, rita: User
) -> None:
    actions.approve(changed, by=carla)
    work()
    write(52, "Y ahora otra vez distinto.", edu, rita)
    work()
    second = Recall.objects.exclude(pk=changed.pk).first()
    if second:  # she was told only the first text, so the second list does not hold her
        actions.approve(second, by=carla)
        work()
    assert sum(text.startswith(NOTICE) for text in phone.heard) == 1
    phone.says("1")
    work()
    assert "Y ahora otra vez distinto." in phone.heard[-1]


def test_whoever_waits_with_a_notice_of_the_same_text_gets_no_second_one(
    changed: Recall, phone: Phone, carla: User, edu: User, rita: User
) -> None:
    actions.approve(changed, by=carla)
    work()
    notice = Message.objects.get(choice_id__startswith="changed:")
    Quote.objects.create(message=notice, version=changed.new)  # as if somebody had told her the second text since
    write(52, "Y ahora otra vez distinto.", edu, rita)
    RecallLine.objects.update(stage=RecallLine.Stage.WRITTEN)
    actions.prepare(changed.new or changed.old, None)
    second = Recall.objects.exclude(pk=changed.pk).get()
    assert dry_run(second, timezone.now()).left_out == {RecallLine.Why.NOTICE_OPEN: 1}


def test_a_text_taken_back_says_so(told: ArticleVersion, phone: Phone, carla: User, edu: User) -> None:
    Article.objects.get(pk="cl_educacion_ipe").versions.exclude(pk=told.pk).update(withdrawn_at=timezone.now())
    withdraw(told, by=edu, reason="Cambió la norma.")
    work()
    actions.approve(Recall.objects.get(), by=carla)
    work()
    phone.says("1")
    work()
    assert "Lo que te dijimos sobre esto ya no es así." in phone.heard[-1]
    assert line().stage == RecallLine.Stage.SEEN


def test_danger_comes_before_the_notice(changed: Recall, phone: Phone, carla: User) -> None:
    actions.approve(changed, by=carla)
    work()
    phone.says("me está pegando ahora")
    work()
    assert NEW not in phone.heard[-1]
    assert Handoff.objects.filter(reason=Handoff.Reason.DANGER).exists()


def test_whoever_read_the_new_words_by_asking_again_is_not_written_to(
    changed: Recall, phone: Phone, carla: User
) -> None:
    phone.says(QUESTION)
    work()
    assert NEW in phone.heard[-1]
    actions.approve(changed, by=carla)
    work()
    assert line().why == RecallLine.Why.KNOWS
    assert NOTICE not in " ".join(phone.heard)


def test_while_a_colleague_answers_the_machine_is_silent_and_the_new_words_are_two_keys_away(
    changed: Recall, phone: Phone, carla: User, rosa: User
) -> None:
    actions.approve(changed, by=carla)
    work()
    conversation = Conversation.objects.get()
    Handoff.objects.create(conversation=conversation, reason="asked", priority=3, due_at=timezone.now())
    owning.take_over(conversation, by=rosa)
    work()
    before = len(phone.heard)
    phone.says("1")
    work()
    assert len(phone.heard) == before
    conversation.refresh_from_db()
    first = inserting.ready_answers("", conversation)[0]
    assert NEW in first.text
    assert "te dijimos algo sobre esto" in first.text
    owning.answer(
        conversation, first.text, client_id="a", by=rosa, quoting=inserting.still_said(first.text, [first.version])
    )
    work()
    assert line().stage == RecallLine.Stage.SEEN
    assert (
        inserting.ready_answers("", conversation) == [] or NEW not in inserting.ready_answers("", conversation)[0].text
    )


def test_in_an_open_web_chat_it_waits_until_she_comes_back(changed: Recall, webchat: Channel, carla: User) -> None:
    her = Seen(Scheme.WEB, "a cookie")
    talk = say(webchat, her, text="hola", client_id="w1")
    letter = post.send(talk.address, OutMessage("antes"), cause="test:1")
    said = Message.objects.create(
        conversation=talk, channel=webchat, author=Message.Author.MACHINE, text="antes", state="said", letter=letter
    )
    Quote.objects.create(message=said, version=changed.old)
    RecallLine.objects.create(
        recall=changed,
        channel=webchat,
        conversation=talk.pk,
        address=talk.address_id,
        told_at=said.sent_at,
        times=1,
        reach="free",
    )
    actions.approve(changed, by=carla)
    work()
    assert talk.messages.latest("pk").text == NOTICE
    say(webchat, her, text="1", client_id="w2")
    assert NEW in talk.messages.latest("pk").text


# Deciding ------------------------------------------------------------------------------------------------------------------


def test_whoever_made_the_change_does_not_decide_whom_it_concerns(changed: Recall, edu: User) -> None:
    with pytest.raises(CannotDecide):
        actions.approve(changed, by=edu)
    with pytest.raises(CannotDecide):
        actions.close(changed, "Nada", by=edu)


def test_above_fifty_a_second_person_decides(changed: Recall, carla: User, rita: User, webchat: Channel) -> None:
    RecallLine.objects.bulk_create(
        RecallLine(
            recall=changed,
            channel=webchat,
            conversation=10_000 + n,
            address=10_000 + n,
            told_at=timezone.now(),
            times=1,
            reach="free",
        )
        for n in range(50)
    )
    actions.approve(changed, by=carla)
    changed.refresh_from_db()
    assert changed.stage == Recall.Stage.SECOND
    with pytest.raises(CannotDecide):
        actions.approve(changed, by=carla)
    actions.approve(changed, by=rita)
    changed.refresh_from_db()
    assert changed.stage == Recall.Stage.LEAVING


def test_nobody_need_be_told_is_closed_with_its_reason(changed: Recall, carla: User, phone: Phone) -> None:
    with pytest.raises(CannotDecide):
        actions.close(changed, "  ", by=carla)
    actions.close(changed, "Solo cambió el nombre.", by=carla)
    work()
    assert line().stage == RecallLine.Stage.WAITING
    assert NOTICE not in " ".join(phone.heard)
    with pytest.raises(CannotDecide):
        actions.approve(changed, by=carla)


def test_paused_nothing_is_written_and_it_goes_on(changed: Recall, carla: User) -> None:
    actions.approve(changed, by=carla)
    actions.pause(changed, by=carla)
    work()
    assert line().stage == RecallLine.Stage.WAITING
    actions.go_on(changed, by=carla)
    work()
    assert line().stage == RecallLine.Stage.WRITTEN


def test_stopped_whoever_was_not_reached_is_left_out(changed: Recall, carla: User, phone: Phone) -> None:
    actions.approve(changed, by=carla)
    actions.stop(changed, by=carla)
    work()
    assert (line().stage, line().why) == (RecallLine.Stage.LEFT_OUT, RecallLine.Why.STOPPED)
    assert NOTICE not in " ".join(phone.heard)
    with pytest.raises(CannotDecide):
        actions.go_on(changed, by=carla)


# Tasks ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def task(changed: Recall, carla: User) -> RecallLine:
    """A sensitive topic: nothing was sent."""
    Topic.objects.filter(pk="cl_educacion_ipe").update(is_sensitive=True)
    actions.approve(changed, by=carla)
    work()
    return line()


def test_of_a_sensitive_topic_nothing_is_sent_and_a_person_tells(task: RecallLine, phone: Phone) -> None:
    assert (task.stage, task.why) == (RecallLine.Stage.TASK, RecallLine.Why.SENSITIVE)
    assert NOTICE not in " ".join(phone.heard)


def test_taking_a_task_puts_the_conversation_before_whoever_takes_it(task: RecallLine, rosa: User, carla: User) -> None:
    conversation = Conversation.objects.get()
    assert not Conversation.objects.visible_to(rosa).exists()
    tasks.take(task, by=rosa)
    assert Conversation.objects.visible_to(rosa).get() == conversation
    reach = tasks.reach(line(), by=rosa)
    assert reach.conversation == conversation.pk
    with pytest.raises(CannotTake):
        tasks.take(task, by=carla)


def test_a_task_is_finished_with_what_became_of_it(task: RecallLine, rosa: User, carla: User) -> None:
    with pytest.raises(CannotTake):
        tasks.finish(task, "told", "", by=rosa)  # not hers yet
    tasks.take(task, by=rosa)
    with pytest.raises(CannotTake):
        tasks.finish(task, "could_not", "", by=rosa)
    tasks.finish(task, "could_not", "no_answer", by=rosa)
    done = line()
    assert (done.stage, done.outcome, done.because, done.done_by) == ("done", "could_not", "no_answer", rosa)
    work()
    assert Recall.objects.get().stage == Recall.Stage.DONE


def test_a_complaint_about_her_is_no_task_of_hers(task: RecallLine, rosa: User) -> None:
    conversation = Conversation.objects.get()
    Handoff.objects.create(conversation=conversation, reason="complaint", priority=4, due_at=timezone.now())
    with pytest.raises(CannotTake):
        tasks.take(task, by=rosa)


def test_held_after_danger_a_person_tells(changed: Recall, carla: User) -> None:
    Address.objects.update(held_since=timezone.now())
    actions.approve(changed, by=carla)
    work()
    assert (line().stage, line().why) == (RecallLine.Stage.TASK, RecallLine.Why.HELD)


def test_whoever_wants_nothing_more_is_left_out(changed: Recall, carla: User) -> None:
    stop(Address.objects.get(), OptOut.How.WORD)
    actions.approve(changed, by=carla)
    work()
    assert (line().stage, line().why) == (RecallLine.Stage.LEFT_OUT, RecallLine.Why.OPTED_OUT)


def test_with_the_window_closed_and_no_template_a_person_tells(changed: Recall, carla: User) -> None:
    Address.objects.update(heard_at=timezone.now() - timedelta(days=3))
    actions.approve(changed, by=carla)
    work()
    assert (line().stage, line().why) == (RecallLine.Stage.TASK, RecallLine.Why.NO_TEMPLATE)


def test_a_number_that_changed_hands_is_never_written_to(changed: Recall, phone: Phone, carla: User) -> None:
    Alias.objects.update(valid_to=timezone.now())
    actions.approve(changed, by=carla)
    work()
    assert (line().stage, line().why) == (RecallLine.Stage.LEFT_OUT, RecallLine.Why.MOVED)
    assert NOTICE not in " ".join(phone.heard)


def test_a_number_that_changed_hands_is_a_task_if_she_is_known_elsewhere(
    changed: Recall, carla: User, webchat: Channel
) -> None:
    person, address = Person.objects.create(last_seen_on=timezone.localdate()), Address.objects.get()
    elsewhere = Address.objects.create(channel=webchat)
    Joining.objects.create(
        person=person, address=address, how="oral", since=line().told_at - timedelta(days=1), until=timezone.now()
    )
    Joining.objects.create(person=person, address=elsewhere, how="oral", since=timezone.now() - timedelta(days=1))
    Alias.objects.filter(address=address).update(valid_to=timezone.now())
    actions.approve(changed, by=carla)
    work()
    assert (line().stage, line().why) == (RecallLine.Stage.TASK, RecallLine.Why.MOVED)


def test_a_notice_that_does_not_arrive_becomes_a_task(changed: Recall, carla: User) -> None:
    actions.approve(changed, by=carla)
    work()
    Letter.objects.filter(pk=line().letter).update(state=State.FAILED, error="undeliverable")
    work()
    assert (line().stage, line().why) == (RecallLine.Stage.TASK, RecallLine.Why.NOT_ARRIVED)
    assert Recall.objects.get().closed_at is None
