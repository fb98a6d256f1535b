"""One person through several doors, only if she joins them; a code works once, for minutes; a number alone joins nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given as for_all
from hypothesis import strategies as st

from baquiano.accounts.models import AuditEntry, User
from baquiano.channels.events import Alias as SeenAlias
from baquiano.channels.events import Scheme
from baquiano.channels.models import Channel
from baquiano.engine.tools import Fit
from baquiano.lib import codes
from baquiano.people import identity, joining, same
from baquiano.people.actions import Described, register
from baquiano.people.joining import LASTS, TRIES, TRIES_OF_ALL, CannotJoin
from baquiano.people.models import Address, JoinCode, Joining, Person

pytestmark = pytest.mark.django_db

WRONG = "W9RT4D"


@pytest.fixture
def phone(whatsapp: Channel) -> Address:
    return identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550001111")]).address


@pytest.fixture
def web(webchat: Channel) -> Address:
    return identity.recognise(webchat, [SeenAlias(Scheme.WEB, "a token of the web")]).address


@pytest.fixture
def another(luz: User) -> Person:
    return register(Described(called="Otra"), by=luz)


def refusal(code: str, address: Address) -> str:
    with pytest.raises(CannotJoin) as reason:
        joining.join_by_code(code, address)
    return str(reason.value)


def test_a_code_from_her_record_typed_in_her_chat_joins_them(yuli: Person, phone: Address, luz: User) -> None:
    code = joining.make_code(person=yuli, by=luz)
    assert joining.person_behind(phone) is None
    assert joining.fits(code, phone) is Fit.FITS
    assert joining.join_by_code(code.lower(), phone) == yuli
    assert joining.person_behind(phone) == yuli
    assert AuditEntry.objects.get(verb="joining.made").about == str(yuli.pk)


def test_a_code_from_her_chat_typed_into_her_record_joins_them(yuli: Person, phone: Address, luz: User) -> None:
    made = joining.take_code(joining.make_code(address=phone), yuli, by=luz)
    assert (made.person, made.address, made.how, made.by) == (yuli, phone, "code", luz)


def test_said_before_staff_joins_too(yuli: Person, phone: Address, luz: User) -> None:
    first = joining.join_orally(yuli, phone, by=luz)
    assert joining.join_orally(yuli, phone, by=luz) == first
    assert Joining.objects.count() == 1


def test_two_doors_of_somebody_unknown_get_an_empty_record(phone: Address, web: Address) -> None:
    person = joining.join_by_code(joining.make_code(address=phone), web)
    assert joining.person_behind(phone) == joining.person_behind(web) == person
    assert (person.name, person.called, person.registered_by) == ("", "", None)


def test_a_second_door_joins_the_record_of_the_first_whichever_side_has_it(
    yuli: Person, phone: Address, web: Address, luz: User
) -> None:
    joining.join_orally(yuli, phone, by=luz)
    assert joining.join_by_code(joining.make_code(address=web), phone) == yuli
    assert {joined.address for joined in joining.doors_of(yuli, timezone.now())} == {phone, web}


def test_two_doors_of_two_records_are_not_joined_by_a_code(
    yuli: Person, another: Person, phone: Address, web: Address, luz: User
) -> None:
    joining.join_orally(yuli, phone, by=luz)
    joining.join_orally(another, web, by=luz)
    code = joining.make_code(address=phone)
    assert joining.fits(code, web) is Fit.TWO_RECORDS
    refusal(code, web)
    with pytest.raises(CannotJoin):
        joining.join_orally(another, phone, by=luz)
    assert (joining.person_behind(phone), joining.person_behind(web)) == (yuli, another)


def test_a_wrong_an_expired_a_used_and_an_own_code_say_the_same(
    yuli: Person, phone: Address, web: Address, luz: User
) -> None:
    used, late, own = (
        joining.make_code(person=yuli, by=luz),
        joining.make_code(address=web),
        joining.make_code(address=phone),
    )
    joining.join_by_code(used, web)
    said = {refusal(WRONG, phone), refusal(used, phone), refusal(own, phone)}
    with time_machine.travel(timezone.now() + LASTS + timedelta(seconds=1)):
        said.add(refusal(late, phone))
    assert len(said) == 1
    assert joining.person_behind(phone) is None


def test_a_newer_code_ends_the_earlier_one(yuli: Person, phone: Address, luz: User) -> None:
    first, second = (joining.make_code(person=yuli, by=luz) for _time in range(2))
    assert (joining.fits(first, phone), joining.fits(second, phone)) == (Fit.UNKNOWN, Fit.FITS)


def test_after_five_wrong_codes_on_a_door_the_right_one_is_not_looked_at_for_ten_minutes(
    yuli: Person, phone: Address, web: Address, luz: User
) -> None:
    for _time in range(TRIES):
        refusal(WRONG, phone)
    code = joining.make_code(person=yuli, by=luz)
    assert joining.fits(code, phone) is Fit.UNKNOWN
    assert joining.fits(code, web) is Fit.FITS, "only that door"
    with time_machine.travel(timezone.now() + LASTS + timedelta(seconds=1)):
        assert joining.join_by_code(joining.make_code(person=yuli, by=luz), phone) == yuli


def test_wrong_codes_typed_by_staff_are_counted_too(yuli: Person, phone: Address, luz: User) -> None:
    for _time in range(TRIES):
        with pytest.raises(CannotJoin):
            joining.take_code(WRONG, yuli, by=luz)
    with pytest.raises(CannotJoin):
        joining.take_code(joining.make_code(address=phone), yuli, by=luz)


def test_guessing_on_many_doors_closes_all_of_them(yuli: Person, phone: Address, web: Address, luz: User) -> None:
    JoinCode.objects.create(address=web, code_hash="", expires_at=timezone.now() + LASTS, tries=TRIES_OF_ALL)
    assert joining.fits(joining.make_code(person=yuli, by=luz), phone) is Fit.UNKNOWN


def test_the_code_itself_is_kept_nowhere_and_its_row_a_day(yuli: Person, luz: User) -> None:
    code = joining.make_code(person=yuli, by=luz)
    assert code not in {value for row in JoinCode.objects.values_list() for value in row}
    assert joining.forget_codes(timezone.now() + timedelta(hours=23)) == 0
    assert joining.forget_codes(timezone.now() + timedelta(hours=25)) == 1


def test_undoing_is_one_step_and_leaves_the_rest_as_it_was(
    yuli: Person, phone: Address, web: Address, luz: User
) -> None:
    joined = joining.join_orally(yuli, phone, by=luz)
    joining.join_orally(yuli, web, by=luz)
    joining.unjoin(joined, by=None)
    joining.unjoin(joined, by=None)
    assert joining.person_behind(phone) is None
    assert joining.person_behind(web) == yuli
    assert Person.objects.filter(pk=yuli.pk).exists()
    assert AuditEntry.objects.filter(verb="joining.ended", about=str(yuli.pk)).count() == 1


def test_the_same_number_again_joins_nobody(yuli: Person, luz: User, whatsapp: Channel, phone: Address) -> None:
    """The number of her record, of an earlier joining or of somebody else's family is only a number."""
    joining.unjoin(joining.join_orally(yuli, phone, by=luz), by=luz)
    again = identity.recognise(whatsapp, [SeenAlias(Scheme.WHATSAPP_PHONE, "15550001111")]).address
    assert again == phone
    assert joining.person_behind(again) is None


def test_a_recycled_number_ends_the_joining_and_its_code(
    yuli: Person, luz: User, whatsapp: Channel, web: Address
) -> None:
    number = SeenAlias(Scheme.WHATSAPP_PHONE, "15550002222")
    old = identity.recognise(whatsapp, [number, SeenAlias(Scheme.WHATSAPP_USER, "CO.aaaa")]).address
    joining.join_orally(yuli, old, by=luz)
    code = joining.make_code(address=old)
    new = identity.recognise(whatsapp, [number, SeenAlias(Scheme.WHATSAPP_USER, "CO.bbbb")])
    assert new.retired == (old,)
    assert joining.person_behind(old) is None
    assert joining.person_behind(new.address) is None
    assert joining.fits(code, web) is Fit.UNKNOWN


def test_a_door_of_a_merged_record_leads_to_the_one_she_is_seen_under(
    yuli: Person, another: Person, phone: Address, luz: User
) -> None:
    joining.join_orally(another, phone, by=luz)
    same.merge(another, yuli, by=luz)
    assert joining.person_behind(phone) == yuli
    assert [joined.address for joined in joining.doors_of(yuli, timezone.now())] == [phone]


def test_nobody_is_joined_to_a_record_that_is_blocked(yuli: Person, phone: Address, luz: User) -> None:
    code = joining.make_code(person=yuli, by=luz)
    yuli.blocked_at = timezone.now()
    yuli.save()
    refusal(code, phone)
    with pytest.raises(CannotJoin):
        joining.join_orally(yuli, phone, by=luz)


@for_all(st.integers())
def test_a_code_is_read_back_however_it_was_copied(_number: int) -> None:
    code = joining.new_code()
    assert codes.is_code(code)
    for copied in (code.lower(), f" {code[:3]} {code[3:]}. ", "-".join(code), f"«{code}»".strip("«»")):
        assert codes.read(copied) == code


@for_all(st.text(max_size=12))
def test_reading_a_code_never_fails(text: str) -> None:
    read = codes.read(text)
    assert read is None or len(read) == codes.LENGTH


@pytest.mark.parametrize("text", ["fonasa", "123456", "12", "menu", "K7RT4", "K7RT4DX", "¿dónde queda el punto?", ""])
def test_words_and_numbers_are_no_codes(text: str) -> None:
    assert codes.read(text) is None
