"""Encrypted columns: they come back as they went in through every way of writing, and the stored row tells nothing."""

from typing import Any

import pytest
from django.core import serializers
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baquiano.accounts.models import User
from baquiano.channels.models import Channel, RawWebhook
from baquiano.lib.fields import NotSearchable
from baquiano.lib.privacy import Kind

SECRET = "Yuli, +57 300 000 0001: «¿dónde saco el PPT?» 🇻🇪"
SETTINGS = {"token": SECRET, "nested": {"list": [1, None, True, "ñ"]}}


def _stored(table: str, column: str) -> bytes:
    """The one value of a column, as somebody with the file and without the keys would read it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        ((value,),) = cursor.fetchall()
    return bytes(value)


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create(username="ana", display_name=SECRET)


@pytest.mark.django_db
def test_a_text_comes_back_after_create(user: User) -> None:
    assert User.objects.get(pk=user.pk).display_name == SECRET


@pytest.mark.django_db
def test_a_text_comes_back_after_save(user: User) -> None:
    user.display_name = "Ana María"
    user.save(update_fields=["display_name"])
    assert User.objects.get(pk=user.pk).display_name == "Ana María"


@pytest.mark.django_db
def test_a_text_comes_back_after_update(user: User) -> None:
    User.objects.update(display_name="Ana María")
    assert User.objects.get(pk=user.pk).display_name == "Ana María"
    assert b"Ana" not in _stored("accounts_user", "display_name")


@pytest.mark.django_db
def test_texts_come_back_after_writing_many_at_once() -> None:
    User.objects.bulk_create(User(username=f"u{n}", display_name=f"{SECRET} {n}") for n in range(3))
    assert sorted(User.objects.values_list("display_name", flat=True)) == [f"{SECRET} {n}" for n in range(3)]
    rows = list(User.objects.order_by("username"))
    for row in rows:
        row.display_name = f"otra {row.username}"
    User.objects.bulk_update(rows, ["display_name"])
    assert sorted(User.objects.values_list("display_name", flat=True)) == ["otra u0", "otra u1", "otra u2"]


@pytest.mark.django_db
def test_a_text_comes_back_through_values(user: User) -> None:
    assert User.objects.values("display_name").get() == {"display_name": SECRET}
    assert User.objects.values_list("display_name", flat=True).get() == SECRET


@pytest.mark.django_db
def test_bytes_and_json_come_back(webchat: Channel) -> None:
    Channel.objects.update(settings=SETTINGS)
    RawWebhook.objects.create(channel=webchat, digest="d", body=b"\x00\xff" + SECRET.encode())
    assert Channel.objects.get().settings == SETTINGS
    assert RawWebhook.objects.get().body == b"\x00\xff" + SECRET.encode()


@pytest.mark.django_db
def test_nothing_stays_nothing(user: User) -> None:
    row = RawWebhook._meta.get_field("body")
    assert row.get_db_prep_value(None, connection) is None
    assert row.from_db_value(None, None, connection) is None


@pytest.mark.django_db
def test_the_stored_row_has_no_clear_text(user: User, webchat: Channel) -> None:
    Channel.objects.update(settings=SETTINGS)
    RawWebhook.objects.create(channel=webchat, digest="d", body=SECRET.encode())
    for table, column in [
        ("accounts_user", "display_name"),
        ("channels_channel", "settings"),
        ("channels_rawwebhook", "body"),
    ]:
        stored = _stored(table, column)
        # With signs that no cipher holds: any three letters it says some day.
        for word in ("Yuli,", "+57 300", "el PPT", '"token"'):
            assert word.encode() not in stored, f"{table}.{column} holds {word!r}"


@pytest.mark.django_db
@pytest.mark.parametrize("look_up", ["", "__exact", "__in", "__contains", "__startswith", "__gt"])
def test_looking_for_an_encrypted_value_is_an_error_and_not_an_empty_answer(look_up: str) -> None:
    wanted: Any = [SECRET] if look_up == "__in" else SECRET
    for question in (User.objects.filter, User.objects.exclude):
        with pytest.raises(NotSearchable) as refusal:
            list(question(**{f"display_name{look_up}": wanted}))
        assert "Yuli" not in str(refusal.value)


@pytest.mark.django_db
def test_whether_there_is_a_value_may_be_asked(user: User) -> None:
    assert User.objects.filter(display_name__isnull=False).count() == 1


@pytest.mark.django_db
def test_an_encrypted_value_is_never_serialised_in_clear(user: User) -> None:
    with pytest.raises(NotSearchable):
        serializers.serialize("json", [user])


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None)))
def test_any_text_comes_back_even_half_an_emoji(user: User, text: str) -> None:
    User.objects.update(display_name=text)
    assert User.objects.get().display_name == text


@pytest.mark.django_db
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    )
)
def test_any_json_comes_back(webchat: Channel, value: Any) -> None:
    Channel.objects.update(settings={"value": value})
    assert Channel.objects.get().settings == {"value": value}


def test_the_kinds_that_are_unreadable_are_two() -> None:
    assert set(Kind) - {Kind.NONE, Kind.COUNTED} == {Kind.PERSONAL, Kind.SENSITIVE}
