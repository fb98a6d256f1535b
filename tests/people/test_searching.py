"""Finding one person among many: what is forgiven, who may be found, and what the tables say of a name."""

from collections.abc import Callable

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from baquiano.accounts.models import User
from baquiano.people import actions, searching
from baquiano.people.actions import Described, Paper, register
from baquiano.people.models import Distinct, NameWord, Person, PersonWord
from baquiano.people.models.particulars import DocumentKind
from baquiano.people.naming import words_of
from baquiano.people.searching import alike, find
from baquiano.territory.models import Division
from tests.people.conftest import works_in

Named = Callable[..., Person]


@pytest.fixture
def named(rosa: User) -> Named:
    """Somebody of this name: `named("Ana Ruiz", birth_year=1990)`."""

    def make(name: str, **known: object) -> Person:
        return register(Described(name=name, **known), by=rosa)  # type: ignore[arg-type]

    return make


def found(text: str, **known: int | None) -> list[int]:
    return [hit.person for hit in find(Person.objects.all(), text=text, **known)]  # type: ignore[arg-type]


# -- what is forgiven -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("José Antonio Pérez Muñoz", "jose perez"),
        ("José Antonio Pérez Muñoz", "MUNOZ JOSE"),
        ("José Antonio Pérez Muñoz", "Jose Peres"),
        ("José Antonio Pérez Muñoz", "Jsoe Perez"),
        ("José Antonio Pérez Muñoz", "Jose Prez"),
        ("José Antonio Pérez Muñoz", "Pepe Muñoz"),
        ("José Antonio Pérez Muñoz", "José Antonio Pérez Villalobos"),
        ("Pepe Pérez", "José Pérez"),
        ("Yulimar Rojas", "Yuli Rojas"),
        ("Guadalupe Quispe", "Lupe Quispe"),
        ("Ana de la Cruz", "ana cruz"),
        ("Ana Cruz", "Ana de la Cruz"),
        ("Yessica Villegas", "jesica biyegas"),
        ("Wilmer Chávez", "Vilmer Chabes"),
        ("Jean-Baptiste Pierre-Louis", "jean pierre"),
        ("João dos Santos", "joao santos"),
        ("Yulimar", "yulima"),
        ("محمد علي", "محمد علي"),
        ("Иван Петров", "иван петров"),
        ("王小明", "王小明"),
    ],
)
@pytest.mark.django_db
def test_a_person_is_found_by(named: Named, name: str, text: str) -> None:
    named("Carmen Rosa Salazar")
    person = named(name)
    assert found(text)[:1] == [person.pk]


@pytest.mark.django_db
def test_who_is_called_otherwise_is_found_by_that(rosa: User) -> None:
    person = register(Described(name="Carlos Ruiz", called="Luna"), by=rosa)
    assert found("luna ruiz") == [person.pk]


@pytest.mark.parametrize("text", ["", "   ", "...", "🙂", "\ud800", "xyzw qwrt", "de la"])
@pytest.mark.django_db
def test_what_names_nobody_finds_nobody(named: Named, text: str) -> None:
    named("Ana Ruiz")
    assert found(text) == []


@pytest.mark.django_db
def test_one_more_letter_wrong_in_both_words_finds_nobody(named: Named) -> None:
    named("Fernanda Villalobos")
    assert found("Frnnda Vilalbs") == []


# -- in which order -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_exact_name_comes_before_one_that_is_only_like_it(named: Named) -> None:
    like, exact = named("Mario Peres"), named("Maria Perez")
    assert found("Maria Perez") == [exact.pk, like.pk]


@pytest.mark.django_db
def test_the_year_of_birth_decides_among_equals_and_may_be_off_by_one(named: Named) -> None:
    old, near, right = (named("Ana Ruiz", birth_year=year) for year in (1960, 1991, 1990))
    assert found("Ana Ruiz", birth_year=1990) == [right.pk, near.pk, old.pk]


@pytest.mark.django_db
def test_an_unknown_year_is_better_than_another_one(named: Named) -> None:
    other, unknown = named("Ana Ruiz", birth_year=1960), named("Ana Ruiz")
    assert found("Ana Ruiz", birth_year=1990) == [unknown.pk, other.pk]


@pytest.mark.django_db
def test_the_municipality_decides_among_equals(named: Named, cucuta: Division, medellin: Division) -> None:
    there, here = named("Ana Ruiz", municipality=medellin), named("Ana Ruiz", municipality=cucuta)
    assert found("Ana Ruiz", municipality=cucuta.pk) == [here.pk, there.pk]


@pytest.mark.django_db
def test_a_wrong_year_does_not_hide_the_right_name(named: Named) -> None:
    person = named("Ana Ruiz", birth_year=1990)
    assert found("Ana Ruiz", birth_year=1950) == [person.pk]


@pytest.mark.django_db
def test_who_bears_all_three_words_comes_first(named: Named) -> None:
    two, three = named("María Rojas"), named("María Rojas Zerpa")
    assert found("maria rojas zerpa") == [three.pk, two.pk]


@pytest.mark.django_db
def test_of_two_words_of_three_the_rare_one_says_more(named: Named) -> None:
    for _ in range(6):
        named("María Rojas")
    rare = named("Ana Rojas Zerpa")
    assert found("María Rojas Zerpa")[0] == rare.pk


@pytest.mark.django_db
def test_no_more_than_asked_for(named: Named) -> None:
    for _ in range(5):
        named("Ana Ruiz")
    assert len(find(Person.objects.all(), text="Ana Ruiz", limit=3)) == 3


@pytest.mark.django_db
def test_a_year_finds_its_person_among_many_of_the_same_name(named: Named, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a year all are looked at, also where there are more than are looked at without."""
    monkeypatch.setattr(searching, "ROWS", 5)
    people = [named("Ana Ruiz", birth_year=1940 + number) for number in range(30)]
    assert found("Ana Ruiz", birth_year=1965)[0] == people[25].pk


@pytest.mark.django_db
def test_a_hit_says_how_much_of_the_name_is_there(named: Named) -> None:
    named("Ana Ruiz")
    (whole,) = find(Person.objects.all(), text="Ana Ruiz")
    (half,) = find(Person.objects.all(), text="Ana Zzyzx")
    assert (whole.likeness, half.likeness) == (1.0, 0.5)


# -- who may be found -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nobody_is_found_whom_one_may_not_see(yuli: Person, luz: User, abel: User, bruno: User) -> None:
    def sees(user: User) -> list[int]:
        return [hit.person for hit in find(Person.objects.listed_to(user), text="Yulimar Rojas")]

    assert (sees(luz), sees(abel), sees(bruno)) == ([yuli.pk], [], [])


@pytest.mark.django_db
def test_those_one_may_not_see_take_nobodys_place(
    named: Named, nora: User, cucuta: Division, medellin: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit counts only whom one may see: the filter is in the query, not after it."""
    monkeypatch.setattr(searching, "ROWS", 10)
    for _ in range(12):
        named("Ana Ruiz", municipality=medellin)
    mine = named("Ana Ruiz", municipality=cucuta)
    works_in(nora, cucuta)
    assert [hit.person for hit in find(Person.objects.listed_to(nora), text="Ana Ruiz")] == [mine.pk]


@pytest.mark.django_db
def test_who_is_the_same_as_another_record_is_found_under_that_one_by_either_name(named: Named) -> None:
    kept, joined = named("Yulimar Rojas"), named("Andreína Peña")
    joined.same_as = kept
    joined.save(update_fields=["same_as"])
    searching.index(joined)
    assert [hit.person for hit in find(Person.objects.here(), text="andreina pena")] == [kept.pk]
    joined.same_as = None
    joined.save(update_fields=["same_as"])
    searching.index(kept)
    searching.index(joined)
    assert [hit.person for hit in find(Person.objects.here(), text="andreina pena")] == [joined.pk]


# -- what the tables say --------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_name_can_be_read_in_the_tables(named: Named) -> None:
    named("Canarina Zwölfzig")
    with connection.cursor() as cursor:
        for table in ("people_person", "people_personword", "people_nameword"):
            cursor.execute(f"SELECT * FROM {table}")
            for value in [value for row in cursor.fetchall() for value in row]:
                raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                assert b"canarina" not in raw.lower()
                assert b"lfzig" not in raw.lower()


@pytest.mark.django_db
def test_a_corrected_name_is_found_and_the_old_one_no_longer(named: Named, rosa: User) -> None:
    named("Ana Ruiz")
    person = named("Yulimar Rojas")
    actions.correct(person, Described(name="Yulimar Ruiz"), by=rosa)
    assert found("yulimar ruiz")[0] == person.pk
    assert [hit for hit in find(Person.objects.all(), text="yulimar rojas") if hit.likeness == 1.0] == []


@pytest.mark.django_db
def test_a_word_that_nobody_bears_any_more_leaves_the_vocabulary(named: Named, rosa: User) -> None:
    named("Ana Ruiz")
    person = named("Yulimar Ruiz")
    assert NameWord.objects.count() == 3
    actions.correct(person, Described(), by=rosa)
    assert sorted(NameWord.objects.values_list("word", flat=True), key=str) == ["ana", "ruiz"]
    assert not PersonWord.objects.filter(person=person).exists()


@pytest.mark.django_db
def test_indexing_twice_changes_nothing(named: Named) -> None:
    person = named("Ana María Ruiz")
    before = list(PersonWord.objects.order_by("pk").values_list("pk", "word_hash"))
    searching.index(person)
    assert list(PersonWord.objects.order_by("pk").values_list("pk", "word_hash")) == before
    assert len(before) == 3 + 3  # each word, and each two


@pytest.mark.django_db
def test_a_person_without_a_name_is_nobody_to_be_found(named: Named) -> None:
    person = named("")
    assert not PersonWord.objects.filter(person=person).exists()


class Anybody(TestCase):
    @settings(max_examples=25)
    @given(st.text(max_size=40), st.text(max_size=40))
    def test_any_name_is_found_by_itself_and_none_falls_over(self, name: str, called: str) -> None:
        person = Person.objects.create(name=name, called=called)
        searching.index(person)
        hits = find(Person.objects.all(), text=name)
        assert {hit.person for hit in hits} == ({person.pk} if words_of(name) else set())
        find(Person.objects.all(), text=called)


# -- maybe the same -------------------------------------------------------------------------------------------------------


def proposed(person: Person) -> list[int]:
    return [hit.person for hit in alike(Person.objects.here(), person)]


@pytest.mark.django_db
def test_the_same_document_is_proposed_whatever_the_name(named: Named, rosa: User) -> None:
    one, other = named("Ana Ruiz"), named("Carmen Salazar")
    for person, number in ((one, "12.345.678-K"), (other, "12345678k")):
        actions.add_document(person, Paper(DocumentKind.CL_RUN, number=number), by=rosa)
    actions.add_document(named("Luz Mora"), Paper(DocumentKind.CL_RUN), by=rosa)  # without a number
    assert proposed(one) == [other.pk]


@pytest.mark.parametrize(
    ("name", "year", "is_proposed"),
    [
        ("Ana Ruiz", 1990, True),
        ("Ana Ruis", 1991, True),
        ("Ruiz Ana", 1990, True),
        ("Ana Lucía Ruiz Mora", 1990, True),
        ("Ana Ruiz", 1980, False),
        ("Ana Ruiz", None, False),
        ("Ana Salazar", 1990, False),
        ("Ana", 1990, False),
    ],
)
@pytest.mark.django_db
def test_much_the_same_name_and_year_is_proposed(named: Named, name: str, year: int | None, is_proposed: bool) -> None:
    one, other = named("Ana Ruiz", birth_year=1990), named(name, birth_year=year)
    assert (proposed(one), proposed(other)) == (([other.pk], [one.pk]) if is_proposed else ([], []))


@pytest.mark.django_db
def test_with_the_place_alone_three_words_are_needed(named: Named, cucuta: Division) -> None:
    short, whole = named("Ana Ruiz", municipality=cucuta), named("Ana Lucía Ruiz", municipality=cucuta)
    again = named("Ana Lucia Ruis", municipality=cucuta)
    assert proposed(whole) == [again.pk]
    assert proposed(short) == []


@pytest.mark.django_db
def test_somebody_not_stored_yet_is_compared_too(named: Named) -> None:
    person = named("Ana Ruiz", birth_year=1990)
    assert proposed(Person(name="Anna Ruiz", birth_year=1990)) == [person.pk]


@pytest.mark.django_db
def test_who_prefers_not_to_be_joined_is_never_proposed(named: Named) -> None:
    one = named("Ana Ruiz", birth_year=1990)
    other = named("Ana Ruiz", birth_year=1990, may_be_merged=False)
    assert (proposed(one), proposed(other)) == ([], [])


@pytest.mark.django_db
def test_two_who_were_said_to_be_two_are_not_proposed_again(named: Named, rosa: User) -> None:
    one, other = named("Ana Ruiz", birth_year=1990), named("Ana Ruiz", birth_year=1990)
    third = named("Ana Ruiz", birth_year=1990)
    Distinct.objects.create(one=one, other=other, by=rosa)
    assert (proposed(one), proposed(other)) == ([third.pk], [third.pk])


@pytest.mark.django_db
def test_a_joined_record_is_not_proposed_again(named: Named) -> None:
    one, other = named("Ana Ruiz", birth_year=1990), named("Ana Ruiz", birth_year=1990)
    other.same_as = one
    other.save(update_fields=["same_as"])
    assert [hit.person for hit in alike(Person.objects.all(), one)] == []
    assert [hit.person for hit in alike(Person.objects.all(), other)] == []


@pytest.mark.django_db
def test_nobody_is_proposed_whom_one_may_not_see(yuli: Person, abel: User) -> None:
    again = register(Described(name="Yulimar Rojas", birth_year=1994), by=abel)
    assert [hit.person for hit in alike(Person.objects.listed_to(abel), again)] == []
    assert [hit.person for hit in alike(Person.objects.all(), again)] == [yuli.pk]
