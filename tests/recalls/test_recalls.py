"""Who was told what is no longer said: found on the tick, frozen, shown as counts, and never in the way of erasing."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation, Message, Quote
from baquiano.knowledge.actions import withdraw
from baquiano.knowledge.models import Article, ArticleVersion
from baquiano.people.models import Address, Alias
from baquiano.recalls import actions
from baquiano.recalls.models import Recall, RecallLine
from baquiano.terminal import loops
from tests.conversations.conftest import work
from tests.recalls.conftest import QUESTION, write

pytestmark = pytest.mark.django_db


def test_nobody_is_listed_while_what_was_told_is_still_said(told: ArticleVersion) -> None:
    work()
    assert not Recall.objects.exists()


def test_a_text_that_changed_lists_whom_it_was_told_to(told: ArticleVersion, edu: User, rita: User) -> None:
    new = write(51, "Desde ahora se llama de otra manera.", edu, rita)
    work()
    work()
    recall = Recall.objects.get()
    assert (recall.old, recall.new) == (told, new)
    line = recall.lines.get()
    assert line.conversation == Conversation.objects.get().pk
    assert (line.times, line.reach) == (1, RecallLine.Reach.FREE)


def test_a_text_taken_back_lists_them_too(told: ArticleVersion, edu: User) -> None:
    Article.objects.get(pk="cl_educacion_ipe").versions.exclude(pk=told.pk).update(withdrawn_at=timezone.now())
    withdraw(told, by=edu, reason="Cambió la norma.")
    work()
    recall = Recall.objects.get()
    assert (recall.old, recall.new) == (told, None)


def test_a_comma_is_no_reason_to_tell_anybody_again(told: ArticleVersion, edu: User, rita: User) -> None:
    write(51, "El IPE es para entrar, al colegio.", edu, rita, is_material=False)
    work()
    assert not Recall.objects.exists()


def test_many_commas_do_not_hide_a_change_that_matters(
    told: ArticleVersion, edu: User, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 1)
    write(51, "El IPE es para entrar, al colegio.", edu, rita, is_material=False)
    elsewhere = Article.objects.exclude(pk=told.article_id).filter(country="CL").order_by("pk")[0]
    other = ArticleVersion.objects.create(  # a later row than the one that waits behind its comma
        article=elsewhere,
        number=60,
        title="Otra",
        first_sentence="Otra.",
        short_answer="Otra.",
        withdrawn_at=timezone.now(),
    )
    Quote.objects.create(message=Message.objects.filter(author="machine").latest("pk"), version=other)
    work()
    assert [recall.old for recall in Recall.objects.all()] == [other]


def test_how_somebody_can_be_reached_is_as_it_was_that_day(told: ArticleVersion, edu: User, rita: User) -> None:
    Address.objects.update(heard_at=timezone.now() - timedelta(days=3))
    write(51, "Otra cosa.", edu, rita)
    work()
    assert RecallLine.objects.get().reach == RecallLine.Reach.TEMPLATE


def test_a_number_that_changed_hands_is_not_written_to(told: ArticleVersion, edu: User, rita: User) -> None:
    Alias.objects.update(valid_to=timezone.now())
    write(51, "Otra cosa.", edu, rita)
    work()
    assert RecallLine.objects.get().reach == RecallLine.Reach.MOVED


def test_erasing_a_conversation_is_not_held_up_by_its_line(told: ArticleVersion, edu: User, rita: User) -> None:
    write(51, "Otra cosa.", edu, rita)
    work()
    Conversation.objects.update(last_at=timezone.now() - timedelta(days=181))
    loops.erase()
    assert not Conversation.objects.exists()
    assert RecallLine.objects.count() == 1


def test_the_screen_counts_and_links_only_what_the_reader_may_open(
    told: ArticleVersion, client: Client, edu: User, rita: User, carla: User
) -> None:
    new = write(51, "Desde ahora se llama de otra manera.", edu, rita)
    work()
    recall = Recall.objects.get()
    client.force_login(edu)
    assert "El IPE" in client.get("/workspace/recalls/").text
    text = client.get(f"/workspace/recalls/{recall.pk}/").text
    assert told.first_sentence.rstrip(".") in text
    assert new.first_sentence.rstrip(".") in text
    conversation = Conversation.objects.get().pk
    assert f"/workspace/inbox/{conversation}/" not in text
    assert QUESTION not in text
    client.force_login(carla)
    assert client.get(f"/workspace/recalls/{recall.pk}/").status_code == 200


def test_an_operator_does_not_see_the_lists(client: Client, rosa: User) -> None:
    client.force_login(rosa)
    assert client.get("/workspace/recalls/").status_code == 404
