"""Forgetting a person: nothing of her anywhere, and every figure as it was."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils import timezone

from baquiano.accounts import sealing
from baquiano.accounts.models import AuditEntry, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation, Handoff, Message
from baquiano.custody import forgetting, rooms, tombstones
from baquiano.custody.actions import hold
from baquiano.custody.forgetting import CannotForget, Why, forget
from baquiano.directory.models import Organization
from baquiano.lib.fields import EncryptedBytes
from baquiano.people import granting
from baquiano.people.actions import Described, register
from baquiano.people.models import (
    Address,
    Alias,
    Caregiver,
    Consent,
    FamilyMember,
    Joining,
    NameWord,
    Nationality,
    Person,
    Population,
)
from baquiano.people.models.joining import How
from baquiano.people.same import merge
from baquiano.post.models import Letter, State
from baquiano.safety.models import Alert
from baquiano.territory.models import Division
from tests.custody.conftest import PHONE, Served, canary, served

CANARY = "kanarie"


def everything() -> Iterator[tuple[str, str]]:
    """(model.field, what it says) of every row of the house, opened with the keys."""
    for model in apps.get_models():
        if not model.__module__.startswith("baquiano.") or model._meta.proxy:
            continue
        names = [field.attname for field in model._meta.fields]
        for row in model._base_manager.values_list(*names):
            yield from ((f"{model._meta.label}.{name}", str(value)) for name, value in zip(names, row, strict=True))


def where_she_is() -> set[str]:
    return {place for place, said in everything() if CANARY in said or PHONE in said}


def figures() -> dict[str, object]:
    """What reports may count."""
    return {
        "people": Person.objects.count(),
        "by place, year and gender": tuple(
            sorted(
                Person.objects.values_list("municipality__pcode", "birth_year", "gender").annotate(
                    n=models.Count("pk")
                ),
                key=str,
            )
        ),
        "nationalities": tuple(Nationality.objects.values_list("country").annotate(n=models.Count("pk"))),
        "groups": tuple(Population.objects.values_list("group").annotate(n=models.Count("pk"))),
        "family": FamilyMember.objects.count(),
        "consents": Consent.objects.count(),
        "conversations": Conversation.objects.filter(country="CO").count(),
        "messages": tuple(Message.objects.values_list("author", "level", "danger").order_by("pk")),
        "letters": Letter.objects.count(),
        "handoffs": Handoff.objects.count(),
        "alerts": Alert.objects.count(),
    }


def encrypted_fields_of_named_models() -> set[str]:
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.label in {*rooms.MODELS, "files.Attachment"}
        for field in model._meta.fields
        if isinstance(field, EncryptedBytes)
    }


def test_the_fixture_puts_something_in_every_encrypted_field_that_can_hold_her(yuli: Served) -> None:
    """Without this the next test would say less the day somebody adds a field."""
    assert encrypted_fields_of_named_models() <= where_she_is()


def test_nothing_of_her_is_anywhere_and_every_figure_is_as_it_was(yuli: Served, carla: User) -> None:
    before = figures()
    erased = forget(yuli.person, why=Why.ASKED, by=carla)
    assert where_she_is() == set()
    assert figures() == before
    assert {one.model for one in erased} >= {"people.Person", "people.Fact", "conversations.Message", "post.Letter"}
    assert not {one for one in erased if one.rows < 1}


def test_the_row_says_that_she_was_forgotten_and_nothing_leads_to_it(yuli: Served, carla: User) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    yuli.person.refresh_from_db()
    assert yuli.person.forgotten_at is not None
    assert (yuli.person.name, yuli.person.birth_year, yuli.person.gender) == ("", 1994, "woman")
    assert not Joining.objects.filter(person=yuli.person).exists()
    assert not yuli.person.accesses.current(timezone.now()).exists()
    assert not yuli.person.consents.active(timezone.now()).exists()
    assert not Alias.objects.filter(address=yuli.address).exists()


def test_the_trail_says_who_did_it_and_the_chain_holds(yuli: Served, carla: User) -> None:
    sealing.keep_up(timezone.now())
    forget(yuli.person, why=Why.ASKED, by=carla)
    entry = AuditEntry.objects.get(verb="person.forgotten")
    assert (entry.actor, entry.about, entry.reason) == (carla, str(yuli.person.pk), "asked")
    sealing.keep_up(timezone.now())
    assert list(sealing.verify(timezone.now(), tell=lambda *_told: None).findings) == []


def test_a_letter_that_waits_does_not_leave(yuli: Served, carla: User) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    assert not Letter.objects.unfinished().exists()
    assert Letter.objects.get(cause="reminder:1").state == State.FAILED


def test_words_of_names_that_others_bear_stay_for_them(yuli: Served, luz: User, carla: User) -> None:
    other = register(Described(name="Yulimar Soto"), by=luz)
    forget(yuli.person, why=Why.ASKED, by=carla)
    assert sorted(word.word for word in NameWord.objects.all() if word.word in ("yulimar", "soto")) == [
        "soto",
        "yulimar",
    ]
    assert other.words.count() == 3  # two words and the two together


def test_a_child_in_her_care_keeps_that_somebody_cared_without_saying_who(yuli: Served, carla: User) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    (care,) = Caregiver.objects.filter(person=yuli.person)
    assert (care.name, care.contact, care.paper) == ("", "", "")
    assert not Caregiver.objects.filter(cared_for=yuli.person).exists()


def test_records_that_are_the_same_person_go_together(yuli: Served, luz: User, carla: User) -> None:
    other = register(Described(name=f"Yuli {canary('other')}"), by=luz)
    merge(other, yuli.person, by=luz)
    other.refresh_from_db()
    forget(other, why=Why.ASKED, by=carla)
    assert Person.objects.filter(pk__in=[other.pk, yuli.person.pk], forgotten_at__isnull=False).count() == 2
    assert where_she_is() == set()


# -- a number is not a person ------------------------------------------------------------------------------------------


def _earlier(yuli: Served, days: int, text: str) -> Message:
    then = timezone.now() - timedelta(days=days)
    return Message.objects.create(
        conversation=yuli.conversation, channel_id=yuli.address.channel_id, author="person", text=text, state="handled",
        sent_at=then, received_at=then,
    )  # fmt: skip


def test_what_was_written_from_her_door_before_she_joined_it_goes_as_with_borrar(yuli: Served, carla: User) -> None:
    earlier = _earlier(yuli, 9, canary("before joining"))
    forget(yuli.person, why=Why.ASKED, by=carla)
    earlier.refresh_from_db()
    assert earlier.text == ""


def test_what_somebody_else_wrote_from_the_same_telephone_stays_theirs(yuli: Served, luz: User, carla: User) -> None:
    lender = register(Described(called="Prima"), by=luz)
    ended = timezone.now() - timedelta(days=5)
    Joining.objects.create(
        person=lender, address=yuli.address, how=How.ORAL, since=ended - timedelta(days=9), until=ended
    )
    hers = _earlier(yuli, 9, "lo dijo la prima")
    forget(yuli.person, why=Why.ASKED, by=carla)
    hers.refresh_from_db()
    assert hers.text == "lo dijo la prima"
    assert where_she_is() == set()


def test_a_door_that_was_hers_once_keeps_what_its_next_owner_wrote(yuli: Served, carla: User) -> None:
    now = timezone.now()
    Joining.objects.filter(address=yuli.address).update(until=now + timedelta(seconds=1))
    with time_machine.travel(now + timedelta(days=1), tick=False):
        after = _earlier(yuli, 0, "ya es otra persona")
        Conversation.objects.filter(pk=yuli.conversation.pk).update(last_at=timezone.now(), state={"asked": "otra"})
        forget(yuli.person, why=Why.ASKED, by=carla)
        after.refresh_from_db()
        yuli.conversation.refresh_from_db()
    assert (after.text, yuli.conversation.state, yuli.conversation.closed_at) == (
        "ya es otra persona",
        {"asked": "otra"},
        None,
    )
    assert Alias.objects.filter(address=yuli.address).exists()
    assert all(CANARY not in message.text for message in Message.objects.all())


# -- what stands in the way --------------------------------------------------------------------------------------------


def _held(yuli: Served, carla: User) -> None:
    hold(yuli.person, reason="Juzgado 3", until=timezone.now() + timedelta(days=30), by=carla)


def _endangered(yuli: Served, carla: User) -> None:
    Alert.objects.create(
        about=f"conversation:{yuli.conversation.pk}", level="P1", kind="violence", due_at=timezone.now()
    )


def _opened(yuli: Served, carla: User) -> None:
    granting.break_glass(yuli.person, reason="No contesta hace dos días", by=carla)


@pytest.mark.parametrize("in_the_way", [_held, _endangered, _opened])
def test_what_stands_in_the_way_changes_nothing(yuli: Served, carla: User, in_the_way: Any) -> None:
    in_the_way(yuli, carla)
    before = sorted(everything())
    with pytest.raises(CannotForget):
        forget(yuli.person, why=Why.ASKED, by=carla)
    assert sorted(everything()) == before
    assert tombstones.read() == frozenset()
    assert forgetting.in_the_way(yuli.person)


def test_nobody_is_forgotten_twice(yuli: Served, carla: User) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    with pytest.raises(CannotForget):
        forget(Person.objects.get(pk=yuli.person.pk), why=Why.ASKED, by=carla)


# -- on disk -----------------------------------------------------------------------------------------------------------


def _tokens() -> set[bytes]:
    """The stored bytes of every encrypted value, as they lie on disk."""
    found: set[bytes] = set()
    with connection.cursor() as cursor:
        for model in apps.get_models():
            columns = [field.column for field in model._meta.fields if isinstance(field, EncryptedBytes)]
            if columns and model._meta.label in rooms.MODELS:
                listed = ", ".join(f'"{column}"' for column in columns)
                cursor.execute(f'SELECT {listed} FROM "{model._meta.db_table}"')
                found |= {bytes(value) for row in cursor.fetchall() for value in row if value is not None}
    return found


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_not_even_the_ciphertext_stays_in_free_pages_or_the_write_ahead_log(
    luz: User, carla: User, cucuta: Division, clinic: Organization, whatsapp: Channel
) -> None:
    yuli = served(luz, carla, cucuta, clinic, whatsapp)
    before = _tokens()
    forget(yuli.person, why=Why.ASKED, by=carla)
    gone = before - _tokens()
    assert len(gone) > 25
    file = Path(connection.settings_dict["NAME"])
    on_disk = b"".join(
        path.read_bytes() for path in file.parent.glob(f"{file.name}*") if not path.name.endswith("-shm")
    )
    assert len(on_disk) > 100_000
    assert [token for token in gone if token in on_disk] == []


def test_the_logs_say_nothing_of_her(yuli: Served, carla: User, caplog: pytest.LogCaptureFixture) -> None:
    forget(yuli.person, why=Why.ASKED, by=carla)
    assert CANARY not in caplog.text
    assert PHONE not in caplog.text


def test_the_list_lies_beside_the_keys_and_not_in_the_data() -> None:
    assert tombstones.file().parent == Path(settings.ENVIRONMENT.keys_file).parent
    assert not tombstones.file().is_relative_to(settings.ENVIRONMENT.data)


def test_an_address_without_a_name_takes_no_new_letter(yuli: Served, carla: User) -> None:
    """Whoever writes again from that telephone is somebody new."""
    forget(yuli.person, why=Why.ASKED, by=carla)
    assert Address.objects.filter(pk=yuli.address.pk).exists()
    yuli.conversation.refresh_from_db()
    assert yuli.conversation.closed_at is not None
