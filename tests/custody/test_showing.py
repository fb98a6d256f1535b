"""A person is shown everything that is held of her, and nothing of anybody else."""

import json
from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import pytest
from django.apps import apps
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from baquiano.accounts.models import AuditEntry, User
from baquiano.custody import actions, copies, correcting, paper, rooms
from baquiano.custody.actions import CannotKeep, Copy
from baquiano.custody.copies import NotACopy
from baquiano.custody.words import PURPOSES
from baquiano.directory.models import Organization
from baquiano.lib.portrait import Entry, Section, Value
from baquiano.lib.privacy import Kind
from baquiano.people.actions import Described, register
from baquiano.people.categories import Data
from baquiano.people.consenting import Purpose, may
from baquiano.people.models import Person
from baquiano.post.models import Letter, State
from tests.custody.conftest import Served, canary

HERS = (
    "file",
    "name", "called", "pronoun", "born", "safe", "passport", "restriction", "proof", "reason", "withdrawn", "fact", "why", "access",
    "glass-reason", "glass-review", "hold", "carer-contact", "paper", "message", "answer", "reminder", "transcript", "asked", "longer", "answered",
)  # fmt: skip
OTHERS = ("Hermana-Ajena", "Vecina-Ajena", "3110000000", "Luz", "Carla")


def _words(copy: Copy) -> str:
    return copies.to_json(copy)


def test_everything_of_hers_is_there(yuli: Served, carla: User) -> None:
    said = _words(actions.show(yuli.person, by=carla))
    assert [name for name in HERS if canary(name) not in said] == []


def test_others_appear_by_what_they_are_to_her_and_a_child_in_her_care_by_name(yuli: Served, carla: User) -> None:
    said = _words(actions.show(yuli.person, by=carla))
    assert [name for name in OTHERS if name in said] == []
    assert "Sofi" in said


def test_what_was_said_before_the_door_was_hers_is_not_shown(yuli: Served, carla: User) -> None:
    earlier = yuli.conversation.messages.inbound().get(kind="text")
    earlier.pk, earlier.text = None, "lo dijo otra persona"
    earlier.received_at = earlier.sent_at = timezone.make_aware(datetime(2026, 1, 1))  # noqa: DTZ001
    earlier.save(force_insert=True)
    assert "lo dijo otra persona" not in _words(actions.show(yuli.person, by=carla))


def test_each_thing_says_where_it_comes_from_what_for_who_sees_it_and_how_long(yuli: Served, carla: User) -> None:
    copy = actions.show(yuli.person, by=carla)
    assert all(section.origin for section in copy.sections)
    values = [value for section in copy.sections for entry in section.entries for value in entry.values]
    assert all(value.purpose for value in values)
    name = next(value for value in values if value.field == "people.Person.name")
    assert (name.days, name.value) == (1825, f"Yulimar {canary('name')}")
    who = next(section for section in copy.sections if section.key == "person")
    assert "Clínica del Río" in who.recipients


def test_who_saw_her_data_is_told_by_role(yuli: Served, carla: User) -> None:
    copy = actions.show(yuli.person, by=carla)
    trail = next(section for section in copy.sections if section.key == "trail")
    assert any("emergencia" in entry.values[0].text or "emergency" in entry.values[0].text for entry in trail.entries)


def test_a_copy_is_an_export_and_leaves_exactly_one_entry(yuli: Served, carla: User) -> None:
    before = AuditEntry.objects.count()
    actions.show(yuli.person, by=carla)
    assert AuditEntry.objects.count() == before + 1
    assert AuditEntry.objects.filter(verb="person.exported", about=str(yuli.person.pk), actor=carla).exists()


def test_somebody_of_whom_nearly_nothing_is_held_gets_a_short_copy(luz: User, carla: User) -> None:
    somebody = register(Described(), by=luz)
    assert [section.key for section in actions.show(somebody, by=carla).sections] == ["person", "access", "trail"]


def test_the_page_of_staff_says_how_much_and_not_what(yuli: Served) -> None:
    amounts = actions.amounts(yuli.person)
    assert {one.key: one.rows for one in amounts}["messages"] == 3
    assert "kanarie" not in repr(amounts)


# -- as a file ---------------------------------------------------------------------------------------------------------

_texts = st.text(max_size=30)
_values = st.builds(
    Value,
    field=_texts,
    label=_texts,
    value=st.one_of(_texts, st.integers(), st.booleans(), st.none(), st.lists(_texts, max_size=3)),
    text=_texts,
    purpose=_texts,
    days=st.none() | st.integers(1, 9999),
)
_entries = st.builds(Entry, at=_texts, values=st.lists(_values, max_size=3).map(tuple))
_sections = st.builds(
    Section,
    key=_texts,
    title=_texts,
    origin=_texts,
    recipients=st.lists(_texts, max_size=2).map(tuple),
    entries=st.lists(_entries, max_size=2).map(tuple),
)
_copies = st.builds(
    Copy,
    number=_texts,
    organisation=_texts,
    made_at=st.datetimes(timezones=st.timezones()).map(lambda at: datetime.fromisoformat(at.isoformat())),
    language=st.sampled_from(["es", "en"]),
    sections=st.lists(_sections, max_size=2).map(tuple),
)


@given(_copies)
def test_a_copy_read_back_is_the_same_copy(copy: Copy) -> None:
    assert copies.from_json(copies.to_json(copy)) == copy


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | _texts,
        lambda inner: st.lists(inner) | st.dictionaries(_texts, inner),
    )
)
def test_what_is_not_a_copy_is_refused_and_nothing_else_happens(raw: object) -> None:
    with pytest.raises(NotACopy):
        copies.from_json(json.dumps(raw))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda raw: raw | {"version": 2},
        lambda raw: raw | {"format": "other"},
        lambda raw: raw | {"sections": [{"key": "x"}]},
        lambda raw: {key: value for key, value in raw.items() if key != "made_at"},
    ],
)
def test_another_version_is_refused(yuli: Served, carla: User, spoil: Callable[[dict[str, object]], object]) -> None:
    raw = json.loads(copies.to_json(actions.show(yuli.person, by=carla)))
    with pytest.raises(NotACopy):
        copies.from_json(json.dumps(spoil(raw)))


def test_the_copy_of_a_real_person_is_the_same_when_read_back(yuli: Served, carla: User) -> None:
    copy = actions.show(yuli.person, by=carla)
    assert copies.from_json(copies.to_json(copy)) == copy


def _printed(copy: Copy) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper.to_pdf(copy))).pages)


def test_the_paper_says_the_same_in_her_language(yuli: Served, carla: User) -> None:
    text = _printed(actions.show(yuli.person, by=carla))
    assert canary("fact") in text
    assert canary("message") in text
    assert "Lo que guardamos de ti" in text
    assert "What for" not in text
    assert "Para qué" in text


def test_a_language_without_words_gets_spanish_and_english_gets_english(yuli: Served, carla: User) -> None:
    Person.objects.filter(pk=yuli.person.pk).update(language="ht")
    assert "Lo que guardamos de ti" in _printed(actions.show(yuli.person, by=carla))
    Person.objects.filter(pk=yuli.person.pk).update(language="en")
    assert "What we hold of you" in _printed(actions.show(yuli.person, by=carla))


@pytest.mark.parametrize("name", ["محمد", "王小明", "Jean-Bédel Ñuñoz", "<b>&amp;", "\u202e\U0001f600"])
def test_no_name_breaks_the_paper(yuli: Served, carla: User, name: str) -> None:
    Person.objects.filter(pk=yuli.person.pk).update(name=name)
    assert _printed(actions.show(yuli.person, by=carla))


def test_every_purpose_that_can_be_printed_has_words() -> None:
    declared = {
        keeping.purpose
        for model in apps.get_models()
        if model._meta.label in {*rooms.MODELS, "people.FamilyMember", "people.Joining", "files.Attachment"}
        for keeping in model.PRIVACY.values()  # type: ignore[attr-defined]
        if keeping.kind is not Kind.NONE or keeping.purpose
    }
    assert declared - set(PURPOSES) == set()


# -- blocking and correcting -------------------------------------------------------------------------------------------


def test_who_is_blocked_is_used_for_nothing_and_seen_by_custody_alone(
    yuli: Served, luz: User, carla: User, clinic: Organization
) -> None:
    assert Person.objects.visible_to(luz).filter(pk=yuli.person.pk).exists()
    told = actions.block(yuli.person, why="Dice que no es suyo", by=carla)
    assert told == (clinic,)
    assert not Person.objects.visible_to(luz).filter(pk=yuli.person.pk).exists()
    assert not Person.objects.listed_to(carla).filter(pk=yuli.person.pk).exists()
    assert Letter.objects.get(cause="reminder:1").state == State.FAILED
    yuli.person.refresh_from_db()
    assert not may(yuli.person, Purpose.SHARE, data=[Data.NAME], receiver=clinic, at=timezone.now()).is_yes
    assert canary("name") in _words(actions.show(yuli.person, by=carla))
    actions.unblock(yuli.person, why="Era suyo", by=carla)
    assert Person.objects.visible_to(luz).filter(pk=yuli.person.pk).exists()


def test_blocking_needs_a_reason_and_is_done_once(yuli: Served, carla: User) -> None:
    with pytest.raises(CannotKeep):
        actions.block(yuli.person, why=" ", by=carla)
    actions.block(yuli.person, why="En disputa", by=carla)
    with pytest.raises(CannotKeep):
        actions.block(yuli.person, why="En disputa", by=carla)


def test_a_correction_says_what_was_wrong_and_names_who_must_be_told(
    yuli: Served, carla: User, clinic: Organization
) -> None:
    Person.objects.filter(pk=yuli.person.pk).update(born_on="1994-05-01")
    yuli.person.refresh_from_db()
    right = correcting.Right(name="Yulimar Peña", birth_year=1995)
    told = correcting.correct(yuli.person, right, what_was_wrong="El año", by=carla)
    assert told == (clinic,)
    person = Person.objects.get(pk=yuli.person.pk)
    assert (person.name, person.birth_year, person.born_on, person.called) == (
        "Yulimar Peña",
        1995,
        "",
        canary("called"),
    )
    assert person.nationalities.count() == person.populations.count() == 1
    assert AuditEntry.objects.get(verb="person.corrected").reason == "El año"
