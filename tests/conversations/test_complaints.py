"""Whom a complaint is about never sees it: in no list, under no number, in no alert, in no count; and somebody else always can."""

from collections.abc import Callable

import pytest
from django.test import Client

from baquiano.accountability.models import SetApart
from baquiano.accounts.models import Role, User
from baquiano.conversations import owning
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.conversations.queue import inbox
from baquiano.people import joining
from baquiano.people.actions import Described, register
from baquiano.safety.models import Alert
from tests.conftest import Joins, browser_of
from tests.conversations.conftest import Phone, work

pytestmark = pytest.mark.django_db

ABUSE = "un señor de la fundación me pidió favores para darme el kit"


@pytest.fixture
def rocio(joins: Joins) -> User:
    """Another coordinator."""
    return joins("rocio", "Rocío", Role.COORDINATOR)


@pytest.fixture
def paz(joins: Joins) -> User:
    """Focal point for abuse by staff."""
    return joins("paz", "Paz", Role.PSEA)


@pytest.fixture
def prudencia(joins: Joins) -> User:
    return joins("prudencia", "Prudencia", Role.PROTECTION)


@pytest.fixture
def luz(joins: Joins) -> User:
    return joins("luz", "Luz", Role.DIRECTOR)


def says(phone: Phone, *words: str) -> Conversation:
    phone.says(*words)
    work()
    return Conversation.objects.latest("pk")


def sees(user: User, conversation: Conversation) -> bool:
    """In the list, under its number, and in what is counted: all of them or none."""
    listed = any(row.conversation == conversation.pk for row in inbox(user).rows)
    by_number = Conversation.objects.visible_to(user).filter(pk=conversation.pk).exists()
    page = browser_of(user).get(f"/workspace/inbox/{conversation.pk}/").status_code == 200
    assert listed == by_number == page
    return by_number


def answered_before(phone: Phone, by: User) -> Conversation:
    conversation = says(phone, "persona")
    owning.take_over(conversation, by=by)
    owning.answer(conversation, "Dígame.", client_id="a" * 12, by=by)
    owning.hand_back(conversation, by=by)
    return conversation


def test_a_complaint_is_read_by_coordinators_and_by_nobody_who_answers(
    phone: Phone, rosa: User, carla: User, paz: User, luz: User
) -> None:
    complaint = says(phone, "QUEJA")
    assert [sees(user, complaint) for user in (carla, rosa, paz, luz)] == [True, False, False, False]


def test_a_coordinator_who_answered_her_before_does_not_see_it_and_another_does(
    phone: Phone, carla: User, rocio: User
) -> None:
    answered_before(phone, carla)
    complaint = says(phone, "QUEJA")
    assert [sees(user, complaint) for user in (carla, rocio)] == [False, True]


def test_whoever_answers_the_complaint_itself_goes_on_seeing_it(phone: Phone, carla: User) -> None:
    complaint = says(phone, "QUEJA")
    owning.take_over(complaint, by=carla)
    owning.answer(complaint, "La leo yo.", client_id="b" * 12, by=carla)
    says(phone, "me trataron mal y me pidieron plata")
    assert sees(carla, complaint)


def test_with_nobody_left_it_goes_to_the_director(phone: Phone, carla: User, luz: User) -> None:
    answered_before(phone, carla)
    complaint = says(phone, "QUEJA")
    assert [sees(user, complaint) for user in (carla, luz)] == [False, True]


def test_abuse_by_staff_goes_to_its_focal_points_only(
    phone: Phone, rosa: User, carla: User, paz: User, prudencia: User
) -> None:
    told = says(phone, ABUSE)
    assert Alert.objects.get().kind == "staff_abuse"
    assert [sees(user, told) for user in (rosa, carla, paz, prudencia)] == [False, True, True, True]


def test_the_focal_point_sees_no_other_conversation(phone: Phone, paz: User) -> None:
    assert not sees(paz, says(phone, "persona"))


def test_complaining_while_a_colleague_answers_takes_it_from_them(phone: Phone, rosa: User, carla: User) -> None:
    conversation = says(phone, "persona")
    owning.take_over(conversation, by=rosa)
    before = len(phone.letters)
    says(phone, "QUEJA")
    assert "Quejarse es gratis" in "".join(phone.heard[before:])
    conversation.refresh_from_db()
    assert conversation.owner is None
    assert [sees(user, conversation) for user in (rosa, carla)] == [False, True]


def test_a_coordinator_who_only_took_it_and_said_nothing_is_concerned_too(
    phone: Phone, carla: User, rocio: User
) -> None:
    conversation = says(phone, "persona")
    owning.take_over(conversation, by=carla)
    says(phone, "QUEJA")
    assert [sees(user, conversation) for user in (carla, rocio)] == [False, True]


def test_abuse_told_to_the_one_who_answers_is_out_of_their_sight_at_once(phone: Phone, rosa: User, paz: User) -> None:
    conversation = says(phone, "persona")
    owning.take_over(conversation, by=rosa)
    says(phone, ABUSE)
    conversation.refresh_from_db()
    assert conversation.owner is None
    assert [sees(user, conversation) for user in (rosa, paz)] == [False, True]


def test_what_she_tells_a_colleague_of_others_is_no_complaint_about_that_colleague(phone: Phone, rosa: User) -> None:
    conversation = says(phone, "persona")
    owning.take_over(conversation, by=rosa)
    says(phone, "en el hospital me trataron mal")
    assert sees(rosa, conversation)


def test_a_colleague_named_as_concerned_does_not_see_it(phone: Phone, carla: User, rocio: User) -> None:
    complaint = says(phone, "QUEJA")
    screen = f"/workspace/inbox/{complaint.pk}/concerned/"
    browser = browser_of(rocio)
    browser.post(screen, {"who": carla.pk})
    assert [sees(user, complaint) for user in (carla, rocio)] == [False, True]
    page = browser.get(screen).text
    assert "Carla" in page
    browser.post(screen, {"back": SetApart.objects.get().pk})
    assert sees(carla, complaint)


def test_the_accused_sees_it_in_no_alert_and_no_count(
    phone: Phone, rosa: User, carla: User, rosas_browser: Client, carlas_browser: Client
) -> None:
    told = says(phone, ABUSE)
    for browser, finds in ((rosas_browser, False), (carlas_browser, True)):
        page = browser.get("/workspace/alerts/").text
        assert (f"/workspace/alerts/{Alert.objects.get().pk}/" in page) is finds
        assert (browser.get(f"/workspace/alerts/{Alert.objects.get().pk}/").status_code == 200) is finds
    assert inbox(rosa).counts["waiting"] == 0
    assert inbox(carla).counts["waiting"] == 1
    assert Handoff.objects.open().get(conversation=told).level == "P1"


def test_whom_it_was_joined_to_through_another_door_counts_too(
    phone: Phone, carla: User, rocio: User, rosa: User, joined: Callable[[Phone, Phone], None]
) -> None:
    other = Phone(phone.graph, phone.channel, number="15550007777")
    answered_before(other, carla)
    says(phone, "hola")
    joined(phone, other)
    complaint = says(phone, "QUEJA")
    assert Message.objects.complaining().filter(conversation=complaint).exists()
    assert [sees(user, complaint) for user in (carla, rocio)] == [False, True]


@pytest.fixture
def joined(rosa: User) -> Callable[[Phone, Phone], None]:
    """Both telephones belong to one person from now on."""
    person = register(Described(birth_year=1990), by=rosa)

    def join(*_phones: Phone) -> None:
        for conversation in Conversation.objects.all():
            joining.join_orally(person, conversation.address, by=rosa)

    return join
