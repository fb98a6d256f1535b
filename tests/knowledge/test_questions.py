"""What nobody could answer: kept masked and without a trace, put together, made into something that answers."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.knowledge import finding, questions, shelf
from baquiano.knowledge.models import Article, Draft, Example, Question, Topic, shelf_number
from baquiano.knowledge.questions import CannotSettle, Edited
from baquiano.terminal import loops
from tests import house_full

pytestmark = pytest.mark.django_db
TEXT = "me dijeron del bingo comunal de los mayores ¿dónde me anoto?"


@pytest.fixture
def house(organisation: Organisation, packs_kept: None) -> Organisation:
    house_full.fill()
    return organisation


def asked(text: str = TEXT, *, language: str = "es", country: str = "CL", topic: str = "") -> Question:
    kept = questions.masked(
        text,
        shelf=shelf.current(),
        language=language,
        country=country,
        reason=Question.Reason.UNANSWERED,
        topic=topic,
    )
    assert kept is not None
    questions.keep([kept])
    return Question.objects.latest("pk")


def article() -> Article:
    return Article.objects.filter(topic__isnull=False, country="CL").order_by("pk")[0]


@pytest.fixture
def late_in_the_evening(now: time_machine.Traveller) -> None:
    """In Bogotá; by UTC it is the next day already."""
    now.move_to(datetime(2026, 11, 25, 3, 41, tzinfo=UTC))


def test_what_is_kept_is_masked_and_has_no_hour(house: Organisation, late_in_the_evening: None) -> None:
    kept = asked("Me llamo Yulimar Peña, mi cédula es 12345678, ¿dónde me anoto en el bingo?")
    assert kept.text == "Me llamo […], mi cédula es [#], ¿dónde me anoto en el bingo?"
    assert kept.asked_at == datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_places_and_offices_are_no_names(house: Organisation) -> None:
    text = "quiero ir al Registro Civil con el PPT o al Sisbén"
    assert asked(text).text == text


def test_nothing_is_kept_of_a_message_that_was_only_a_number(house: Organisation) -> None:
    only_a_number = questions.masked(
        "12.345.678-9", shelf=shelf.current(), language="es", country="", reason=Question.Reason.UNANSWERED, topic=""
    )
    assert only_a_number is None


def test_a_topic_that_is_gone_is_not_pointed_to(house: Organisation) -> None:
    assert asked(topic="never_was").topic is None
    assert asked(topic=str(article().topic_id)).topic_id == article().topic_id


def test_those_alike_come_together_the_most_asked_first(house: Organisation) -> None:
    for text in ("donde queda el bingo comunal", "DONDE es el bingo comunal", "el bingo comunal donde esta"):
        asked(text)
    asked("cuanto vale la visa de inversionista")
    groups = questions.grouped(list(Question.objects.open().order_by("-pk")), shelf.current())
    assert [len(group.questions) for group in groups] == [3, 1]
    assert groups[0].languages == ["es"]
    assert groups[0].countries == ["CL"]


def test_how_people_begin_to_ask_does_not_make_two_questions_alike(house: Organisation) -> None:
    texts = (
        "como saco la licencia de conducir",
        "como saco la visa para eeuu",
        "donde saco la licencia de maternidad",
        "como hago para vender un carro",
    )
    for text in texts:
        asked(text)
    assert len(questions.grouped(list(Question.objects.open()), shelf.current())) == len(texts)


def test_no_questions_are_no_groups(house: Organisation) -> None:
    assert questions.grouped([], shelf.current()) == []


def test_an_example_takes_effect_at_the_next_turn(house: Organisation, edu: User) -> None:
    one, target = asked(), article()
    before = shelf_number()
    added = questions.attach([Edited(one, "dónde me anoto en el bingo comunal de los mayores")], target, by=edu)
    example = Example.objects.latest("pk")
    assert (added, example.article, example.topic, example.pack) == (1, target, target.topic, "")
    assert shelf_number() > before
    one.refresh_from_db()
    assert (one.outcome, one.example, one.settled_by) == (Question.Outcome.EXAMPLE, example, edu)
    assert AuditEntry.objects.get(verb="question.attached").about == target.pk
    assert (
        finding.index().find("en donde me anoto en el bingo comunal", country="CL", language="es").choices[0]
        == target.topic_id
    )


@pytest.mark.parametrize("words", ["", "  ", "¿?", "x" * 401, "me llamo Ana", "mi cédula 12345678", "soy […] y busco"])
def test_words_that_teach_nothing_or_tell_too_much_are_refused(house: Organisation, edu: User, words: str) -> None:
    one = asked()
    with pytest.raises(CannotSettle):
        questions.attach([Edited(one, words)], article(), by=edu)
    one.refresh_from_db()
    assert not one.outcome


def test_a_question_that_another_topic_has_already_is_refused(house: Organisation, edu: User) -> None:
    taken = Example.objects.filter(language="es").exclude(topic=article().topic).order_by("pk")[0]
    with pytest.raises(CannotSettle, match="ya tiene"):
        questions.attach([Edited(asked(), taken.text.upper())], article(), by=edu)


def test_the_same_words_twice_are_one_example(house: Organisation, edu: User) -> None:
    edited = [Edited(asked(), "dónde queda el bingo") for _ in range(2)]
    assert questions.attach(edited, article(), by=edu) == 1
    assert Question.objects.filter(outcome=Question.Outcome.EXAMPLE).count() == 2


def test_a_page_no_question_leads_to_takes_none(house: Organisation, edu: User) -> None:
    page = Article.objects.create(pk="a_page", topic=None)
    with pytest.raises(CannotSettle, match="no tiene tema"):
        questions.attach([Edited(asked(), "dónde queda el bingo")], page, by=edu)


def test_what_somebody_else_has_dealt_with_is_not_dealt_with_twice(house: Organisation, edu: User) -> None:
    one = asked()
    questions.set_aside([one], by=edu)
    with pytest.raises(CannotSettle, match="mientras tanto"):
        questions.attach([Edited(one, "dónde queda el bingo")], article(), by=edu)
    assert not Example.objects.filter(pack="").exists()


def test_a_draft_begins_with_what_the_article_says(house: Organisation, edu: User) -> None:
    one, target = asked(), article()
    draft = questions.open_draft([one], target, by=edu)
    version = target.versions.order_by("-number")[0]
    assert draft.body["fields"]["title"] == version.title
    draft.body = {"fields": {"title": "Empezado"}}
    draft.save()
    questions.open_draft([asked("otra del bingo")], target, by=edu)
    assert Draft.objects.get().body["fields"]["title"] == "Empezado"


def test_after_ninety_days_they_are_gone_whatever_became_of_them(house: Organisation, edu: User) -> None:
    one, other = asked(), asked("otra cosa del bingo")
    questions.set_aside([other], by=edu)
    Question.objects.update(asked_at=timezone.now() - timedelta(days=89))
    loops.erase()
    assert Question.objects.count() == 2
    Question.objects.filter(pk__in=[one.pk, other.pk]).update(asked_at=timezone.now() - timedelta(days=91))
    loops.erase()
    assert not Question.objects.exists()


def test_they_are_counted_by_topic_and_week(house: Organisation, now: time_machine.Traveller) -> None:
    topic = str(article().topic_id)
    for days in (0, 0, 8):
        one = asked(topic=topic)
        Question.objects.filter(pk=one.pk).update(asked_at=timezone.now() - timedelta(days=days))
    asked()
    mondays = questions.last_weeks(timezone.localdate(), 3)
    assert [day.weekday() for day in mondays] == [0, 0, 0]
    rows = {row.topic_id: row.counts for row in questions.by_week(mondays)}
    assert rows == {topic: (0, 1, 2), "": (0, 0, 1)}


def test_a_topic_that_goes_leaves_its_questions(house: Organisation) -> None:
    topic = Topic.objects.create(pk="short_lived", branch="derechos", titles={"es": "x"})
    one = asked()
    Question.objects.filter(pk=one.pk).update(topic=topic)
    topic.delete()
    one.refresh_from_db()
    assert one.topic is None
