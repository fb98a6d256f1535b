"""`baquiano seed-load`: people who do not exist, many and always the same, and never where somebody real is."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import override_settings

from baquiano.accounts.models import User
from baquiano.people.actions import Described, register
from baquiano.people.models import NameWord, Person, PersonWord
from baquiano.people.naming import words_of
from baquiano.people.searching import find
from baquiano.terminal import main, seeding
from baquiano.territory.models import Division
from tests.people.conftest import cucuta

__all__ = ("cucuta",)


def load(people: int, **options: object) -> None:
    call_command("seed_load", people=people, **options)


def names() -> list[str]:
    return list(Person.objects.order_by("number").values_list("name", flat=True))


def test_it_makes_as_many_as_asked_marked_and_findable(cucuta: Division, capsys: pytest.CaptureFixture[str]) -> None:
    load(60)
    assert Person.objects.count() == Person.objects.filter(is_demo=True).count() == 60
    assert "60 people were added" in capsys.readouterr().out
    for person in Person.objects.order_by("pk")[:10]:
        assert person.pk in {hit.person for hit in find(Person.objects.all(), text=person.name)}


def test_what_it_writes_is_what_registering_writes(cucuta: Division, rosa: User) -> None:
    load(5)
    person = Person.objects.order_by("pk")[0]
    seeded = set(person.words.values_list("word_hash", flat=True))
    again = register(Described(name=person.name, called=person.called), by=rosa)
    assert set(again.words.values_list("word_hash", flat=True)) == seeded
    assert (again.pronoun, again.born_on, again.safe_contact) == (person.pronoun, person.born_on, person.safe_contact)


def test_the_same_seed_makes_the_same_people_and_another_one_others(cucuta: Division) -> None:
    load(30)
    first = names()
    PersonWord.objects.all().delete()
    Person.objects.all().delete()
    load(30, seed=2)
    others = names()
    load(30)
    assert sorted(names()) == sorted([*first, *others])
    assert first != others


def test_it_goes_on_where_it_stopped_and_a_second_time_adds_nothing(
    cucuta: Division, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(seeding, "AT_ONCE", 7)
    load(20)
    before = names()
    load(33)
    after = names()
    load(33)
    assert "\n0 people were added" in capsys.readouterr().out
    assert (after[:20], len(after), names()) == (before, 33, after)


def test_every_word_of_every_name_is_in_the_vocabulary_once(cucuta: Division) -> None:
    load(40)
    said = {word for person in Person.objects.all() for word in words_of(person.name, person.called)}
    assert sorted(NameWord.objects.values_list("word", flat=True), key=str) == sorted(said)


@override_settings(IS_DEMO=False)
@pytest.mark.django_db
def test_it_is_refused_in_production() -> None:
    with pytest.raises(CommandError, match="production"):
        load(1)


def test_it_is_refused_where_somebody_real_is_written_down(cucuta: Division, rosa: User) -> None:
    register(Described(name="Ana Ruiz"), by=rosa)
    with pytest.raises(CommandError, match=r"real|reales"):
        load(10)
    assert Person.objects.count() == 1


@pytest.mark.django_db
def test_without_municipalities_it_says_what_to_do_first() -> None:
    with pytest.raises(CommandError, match="baquiano demo"):
        load(1)


@pytest.mark.django_db
def test_attentions_come_later() -> None:
    with pytest.raises(CommandError, match="--attentions 0"):
        load(1, attentions=5)


def test_it_is_typed_with_a_hyphen(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["baquiano", "seed-load", "--help"])
    with pytest.raises(SystemExit) as left:
        main.main()
    assert left.value.code == 0
    assert "--attentions" in capsys.readouterr().out
