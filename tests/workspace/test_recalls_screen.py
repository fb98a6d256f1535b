"""Deciding about a list and telling by hand, on screen: the counts, the words of a locked telephone, progress, and nobody's name."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from baquiano.accounts.models import Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations.models import Conversation, Message, Quote, Wording
from baquiano.knowledge.models import Article, ArticleVersion, Topic
from baquiano.people.models import Address, Alias
from baquiano.post.models import Letter, State
from baquiano.recalls import actions
from baquiano.recalls.models import Recall, RecallLine

pytestmark = pytest.mark.django_db
NOTICE = "Cambió una información que te dimos. Responde 1 para verla."


@pytest.fixture
def recall(organisation: Organisation, whatsapp: Channel, edu: User, rita: User) -> Recall:
    """One conversation was told the first text, and the second one stands in its place."""
    Wording.objects.create(key="changed_notice", language="es", text=NOTICE)
    topic = Topic.objects.create(pk="tramite", branch="regularizacion")
    article = Article.objects.create(pk="tramite", topic=topic)
    old, new = (
        ArticleVersion.objects.create(
            article=article,
            number=number,
            title="El permiso",
            first_sentence=f"Se pide {where}.",
            short_answer="Así.",
            written_by=edu,
            reviewed_by=rita,
            published_at=timezone.now() + timedelta(seconds=number),
        )
        for number, where in ((1, "en la oficina"), (2, "por internet"))
    )
    address = Address.objects.create(channel=whatsapp, heard_at=timezone.now())
    Alias.objects.create(address=address, channel=whatsapp, scheme="wa_phone", value="573001112233", value_hash="x")
    talk = Conversation.objects.create(address=address, country="CO")
    letter = Letter.objects.create(address=address, cause="test:1", body={"text": "", "choices": []}, state=State.READ)
    said = Message.objects.create(
        conversation=talk, channel=whatsapp, author="machine", text="", state="said", letter=letter
    )
    Quote.objects.create(message=said, version=old)
    return actions.prepare(old, new)


def test_before_deciding_one_sees_how_many_why_and_the_exact_words(recall: Recall, carlas_browser: Client) -> None:
    text = carlas_browser.get(f"/workspace/recalls/{recall.pk}/").text
    assert NOTICE in text
    assert "reciben el aviso" in text
    assert "573001112233" not in text


def test_approving_pausing_going_on_and_stopping(recall: Recall, carlas_browser: Client) -> None:
    for deed, stage in (
        ("approve", Recall.Stage.LEAVING),
        ("pause", Recall.Stage.PAUSED),
        ("go-on", Recall.Stage.LEAVING),
        ("stop", Recall.Stage.STOPPED),
    ):
        assert carlas_browser.post(f"/workspace/recalls/{recall.pk}/{deed}/").status_code == 302
        assert Recall.objects.get().stage == stage
    answer = carlas_browser.post(f"/workspace/recalls/{recall.pk}/approve/")
    assert answer.status_code == 409
    assert 'role="alert"' in answer.text


def test_the_progress_is_sent_only_when_it_has_changed(recall: Recall, carla: User, carlas_browser: Client) -> None:
    actions.approve(recall, by=carla)
    first = carlas_browser.get(f"/workspace/recalls/{recall.pk}/now/")
    seen = first.text.partition('name="seen" value="')[2].partition('"')[0]
    assert carlas_browser.get(f"/workspace/recalls/{recall.pk}/now/?seen={seen}").status_code == 204
    RecallLine.objects.update(stage=RecallLine.Stage.WRITTEN)
    assert carlas_browser.get(f"/workspace/recalls/{recall.pk}/now/?seen={seen}").status_code == 200


def test_closing_needs_a_reason(recall: Recall, carlas_browser: Client) -> None:
    assert carlas_browser.post(f"/workspace/recalls/{recall.pk}/close/", {"reason": ""}).status_code == 409
    carlas_browser.post(f"/workspace/recalls/{recall.pk}/close/", {"reason": "Solo un enlace."})
    assert "Solo un enlace." in carlas_browser.get(f"/workspace/recalls/{recall.pk}/").text


def test_a_colleague_takes_a_task_sees_the_difference_and_says_what_became_of_it(
    recall: Recall, carla: User, rosas_browser: Client
) -> None:
    Topic.objects.update(is_sensitive=True)
    actions.approve(recall, by=carla)
    actions.due()
    line = RecallLine.objects.get()
    page = f"/workspace/recalls/tasks/{line.pk}/"
    assert "El permiso" in rosas_browser.get("/workspace/recalls/tasks/").text
    before = rosas_browser.get(page).text
    assert f"/workspace/inbox/{line.conversation}/" not in before
    assert rosas_browser.post(page + "take/").status_code == 302
    mine = rosas_browser.get(page).text
    assert f"/workspace/inbox/{line.conversation}/" in mine
    assert "por internet" in mine
    assert rosas_browser.post(page + "finish/", {"outcome": "could_not"}).status_code == 409
    assert rosas_browser.post(page + "finish/", {"outcome": "told"}).status_code == 302
    line.refresh_from_db()
    assert (line.stage, line.outcome) == ("done", "told")


def test_an_editor_reads_the_list_and_decides_nothing(recall: Recall, edus_browser: Client) -> None:
    assert edus_browser.get(f"/workspace/recalls/{recall.pk}/").status_code == 200
    assert edus_browser.post(f"/workspace/recalls/{recall.pk}/approve/").status_code == 404
    assert edus_browser.get("/workspace/recalls/tasks/").status_code == 404
