"""A new article and a new topic: opened by one, published by two, and nobody is led to them before."""

from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from baquiano.accounts.models import AuditEntry, Organisation, User
from baquiano.channels.models import Channel
from baquiano.conversations.tools import tools
from baquiano.knowledge import finding, questions, shelf
from baquiano.knowledge.models import Article, ArticleVersion, Draft, Example, Question, Topic
from baquiano.knowledge.opening import LONGEST_ID, ArticlePlanned, TopicPlanned, open_article
from baquiano.territory.models import Country, Division
from tests.public.house import furnish
from tests.workspace.new_articles import ARTICLES, ASKED, BUS, NEW, PUBLIC, TITLE, ask, in_a_topic, plan, publish
from tests.workspace.newsroom import DESK, fields

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def house(organisation: Organisation, webchat: Channel, settings: Any) -> None:
    """Nothing is served that two people did not publish."""
    furnish()
    settings.IS_DEMO = False


# Once it is published ----------------------------------------------------------------------------------------------------


def test_in_other_languages_it_is_said_in_spanish_with_the_notice(
    edus_browser: Client, ritas_browser: Client, client: Client
) -> None:
    edus_browser.post(NEW, plan())
    publish(edus_browser, ritas_browser)
    assert TITLE in client.get("/fr/cl/temas/derechos/").text
    page = client.get("/fr/cl/cl_tarjeta_bus/")
    assert "se compra en el metro" in page.text
    assert page.context["answer"].in_spanish_notice
    assert shelf.current().topics["cl_tarjeta_bus"].label("ht") == "Tarjeta del bus"


# Before it is published -------------------------------------------------------------------------------------------------


def test_nothing_of_it_is_said_offered_or_searched_before_two_people_publish_it(
    edus_browser: Client, client: Client
) -> None:
    before = finding.entries(shelf.current())
    edus_browser.post(NEW, plan())
    ask(edus_browser)
    now = shelf.current()
    assert "cl_tarjeta_bus" not in now.topics
    assert "cl_tarjeta_bus" not in now.examples
    assert finding.entries(now) == before
    assert tools().find(ASKED, country="CL", language="es").article != "cl_tarjeta_bus"
    assert client.get(PUBLIC).status_code == 404
    assert TITLE not in client.get("/es/cl/temas/").text


def test_examples_of_an_unsaid_article_do_not_lead_to_the_other_texts_of_its_topic(edus_browser: Client) -> None:
    edus_browser.post(NEW, in_a_topic())
    ask(edus_browser)
    assert "cl_fonasa" in shelf.current().topics
    assert "cl_fonasa" not in shelf.current().examples


def test_what_was_handed_in_and_not_approved_is_still_unsaid(edus_browser: Client, client: Client) -> None:
    edus_browser.post(NEW, plan())
    seen = edus_browser.get(f"{BUS}edit/").context["seen"]
    assert edus_browser.post(f"{BUS}edit/", fields(seen=seen, change_note="")).status_code == 302
    assert "cl_tarjeta_bus" not in shelf.current().topics
    assert client.get(PUBLIC).status_code == 404


def test_once_published_and_taken_back_it_is_still_understood_and_said_no_more(
    edus_browser: Client, ritas_browser: Client, client: Client
) -> None:
    edus_browser.post(NEW, plan())
    version = publish(edus_browser, ritas_browser)
    ritas_browser.post(f"{DESK}versions/{version.pk}/withdraw/", {"reason": "no es cierto"})
    assert "cl_tarjeta_bus" in shelf.current().topics
    assert "cl_tarjeta_bus" not in tools().topics("derechos", country="CL")
    assert client.get(PUBLIC).status_code == 404


def test_an_article_without_a_text_breaks_no_page_of_the_desk(
    edus_browser: Client, ritas_browser: Client, edu: User
) -> None:
    edus_browser.post(NEW, plan())
    for page in (DESK, ARTICLES, BUS, f"{BUS}edit/", f"{DESK}current/", f"{DESK}languages/", f"{DESK}proposals/"):
        assert edus_browser.get(page).status_code == 200, page
    assert TITLE in edus_browser.get(DESK).text
    assert "cl_tarjeta_bus" in ritas_browser.get(DESK).text
    assert "redacción" in ritas_browser.get(BUS).text
    assert (
        TITLE not in ritas_browser.get(BUS).text.partition("<main")[2].partition("</h1>")[0]
    )  # a draft is nobody else's
    assert edus_browser.post(f"{BUS}throw-away/").status_code == 302
    assert "cl_tarjeta_bus" in edus_browser.get(DESK).text


# What is opened -----------------------------------------------------------------------------------------------------------


def test_what_is_opened_is_ours_and_written_down(edus_browser: Client, edu: User) -> None:
    edus_browser.post(NEW, plan(is_life_saving="on"))
    topic, article = Topic.objects.get(pk="cl_tarjeta_bus"), Article.objects.get(pk="cl_tarjeta_bus")
    assert (topic.pack, topic.country, topic.branch, topic.labels) == ("", "CL", "derechos", {"es": "Tarjeta del bus"})
    assert (article.pack, article.country, article.topic, article.is_life_saving) == ("", "CL", topic, True)
    assert Draft.objects.get(author=edu).body["fields"]["title"] == TITLE
    verbs = AuditEntry.objects.filter(actor=edu).values_list("verb", "row")
    assert {("article.opened", "article:cl_tarjeta_bus"), ("topic.opened", "topic:cl_tarjeta_bus")} <= set(verbs)


def test_an_article_in_a_topic_that_is_there_opens_no_other_one(edus_browser: Client) -> None:
    topics = Topic.objects.count()
    assert edus_browser.post(NEW, in_a_topic()).status_code == 302
    article = Article.objects.get(pk="cl_tarjeta_bus")
    assert (article.topic_id, article.country) == ("cl_fonasa", "CL")
    assert Topic.objects.count() == topics


def test_an_article_about_one_region_carries_its_code(edus_browser: Client) -> None:
    country = Country.objects.create(code="CL", name="Chile", timezone="America/Santiago")
    Division.objects.create(
        country=country, level=1, code="05", pcode="CL05", name="Valparaíso", name_folded="valparaiso"
    )
    assert "Valparaíso" in edus_browser.get(NEW).text
    wrong = edus_browser.post(NEW, in_a_topic("co_sisben", territory="CL05"))
    assert "otro país" in wrong.text
    edus_browser.post(NEW, in_a_topic("gen_violencia", territory="CL05"))
    article = Article.objects.get(pk="cl_tarjeta_bus")
    assert (article.territory, article.country) == ("CL05", "CL")


def test_ids_are_of_the_country_without_accents_and_never_twice(edu: User) -> None:
    everywhere = Topic.objects.get(pk="gen_violencia")

    def opened(title: str, topic: Topic | TopicPlanned) -> str:
        return open_article(ArticlePlanned(title, topic, "", is_life_saving=False), by=edu).pk

    assert opened("¿Cómo saco la cédula del niño?", everywhere) == "gen_como_saco_cedula_nino"
    assert opened("Cómo saco la cédula de un niño", everywhere) == "gen_como_saco_cedula_nino_2"
    assert opened("Кириллица", everywhere) == "gen_texto"
    assert opened("New", everywhere) == "gen_new"
    long = opened(
        "Otorrinolaringología y electroencefalografía para mayores", TopicPlanned("Oídos", "Oídos", "salud", "CO")
    )
    assert long.startswith("co_otorrinolaringol")
    assert len(long) <= LONGEST_ID
    assert resolve(NEW).url_name == "new_article"


def test_the_id_stays_when_the_title_changes(edus_browser: Client, ritas_browser: Client) -> None:
    edus_browser.post(NEW, plan(title="Otro título que cambia"))
    publish(edus_browser, ritas_browser, "cl_otro_titulo_cambia")
    assert ArticleVersion.objects.get(article="cl_otro_titulo_cambia").title == TITLE


# What is wrong ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "field", "said"),
    [
        (plan(new_title="", new_label="", new_branch="", new_country=""), "topic", "escribe uno nuevo"),
        (plan(topic="cl_fonasa"), "topic", "no los dos"),
        (plan(topic="no_hay"), "topic", "no_hay"),
        (plan(title=""), "title", "obligatorio"),
        (plan(title="123"), "title", "con palabras"),
        (plan(title="x" * 121), "title", "120"),
        (plan(new_title="x" * 61), "new_title", "60"),
        (plan(new_label="x" * 25), "new_label", "24"),
        (plan(new_label=""), "new_label", "24"),
        (plan(new_branch=""), "new_branch", "menú"),
        (plan(new_branch="cocina"), "new_branch", "cocina"),
        (plan(new_country=""), "new_country", "país"),
        (plan(new_country="PE"), "new_country", "PE"),
        (plan(new_title="inscribirse en fonasa"), "new_title", "Elígelo en la lista"),
    ],
)
def test_what_cannot_be_opened_says_why_and_changes_nothing(
    edus_browser: Client, form: dict[str, str], field: str, said: str
) -> None:
    articles, topics = Article.objects.count(), Topic.objects.count()
    page = edus_browser.post(NEW, form)
    assert page.status_code == 422
    assert said in " ".join(page.context["form"].errors[field])
    assert (Article.objects.count(), Topic.objects.count(), Draft.objects.count()) == (articles, topics, 0)


def test_the_same_title_again_leads_to_the_article_there_is(edus_browser: Client, ritas_browser: Client) -> None:
    edus_browser.post(NEW, plan())
    for _state in ("a draft", "published"):
        again = edus_browser.post(NEW, in_a_topic(title="la TARJETA  del bus"))
        assert again.status_code == 422
        assert f'href="{BUS}"' in again.text
        if _state == "a draft":
            publish(edus_browser, ritas_browser)
    assert Article.objects.filter(pk__startswith="cl_tarjeta").count() == 1
    assert edus_browser.post(NEW, in_a_topic("co_sisben")).status_code == 302  # another country is another text


@pytest.mark.parametrize("who", ["rosas_browser", "ritas_browser", "carlas_browser", "brunos_browser"])
def test_only_who_writes_opens_and_adds_questions(who: str, request: pytest.FixtureRequest, edu: User) -> None:
    browser = request.getfixturevalue(who)
    assert browser.get(NEW).status_code == 404
    assert browser.post(NEW, plan()).status_code == 404
    assert ask(browser, article="cl_fonasa").status_code == 404
    assert not Article.objects.filter(pack="").exists()
    assert not Example.objects.exists()


def test_the_button_is_where_an_editor_looks_for_it_and_nobody_else_sees_it(
    edus_browser: Client, rosas_browser: Client
) -> None:
    for page in (DESK, ARTICLES):
        assert f'href="{NEW}"' in edus_browser.get(page).text
        assert f'href="{NEW}"' not in rosas_browser.get(page).text
    assert edus_browser.get(f"{DESK}help/new_article/").status_code == 200


# From a question that nothing answers -------------------------------------------------------------------------------------


def test_a_question_opens_an_article_and_waits_no_longer(edus_browser: Client, edu: User) -> None:
    kept = questions.masked(
        "donde se carga la tarjeta del bus", shelf=shelf.current(), language="es", country="CL",
        reason=Question.Reason.UNANSWERED, topic="cl_fonasa",
    )  # fmt: skip
    assert kept
    questions.keep([kept])
    question = Question.objects.get()
    group = f"/workspace/questions/{question.pk}/"
    assert "Escribir un texto nuevo" in edus_browser.get(group).text
    sent = {"deed": "new", "article": "", "question": question.pk, f"q{question.pk}-chosen": "on"}
    asked = edus_browser.post(f"{group}settle/", sent)
    assert asked["Location"] == f"{NEW}?question={question.pk}"
    page = edus_browser.get(asked["Location"])
    assert "donde se carga la tarjeta del bus" in page.text
    assert page.context["form"]["topic"].value() == "cl_fonasa"
    assert Question.objects.open().exists()
    assert edus_browser.post(NEW, plan(question=str(question.pk)))["Location"] == f"{BUS}edit/"
    question.refresh_from_db()
    assert (question.outcome, question.settled_by) == (Question.Outcome.NEW_TEXT, edu)
    assert edus_browser.get(f"{BUS}edit/").context["form"]["title"].value() == TITLE


def test_no_question_chosen_opens_nothing(edus_browser: Client) -> None:
    questions.keep([questions.Asked("hay gatos", "x", "es", "CL", Question.Reason.UNANSWERED, "")])
    question = Question.objects.get()
    page = edus_browser.post(f"/workspace/questions/{question.pk}/settle/", {"deed": "new", "question": question.pk})
    assert page.status_code == 422


# Questions people ask -----------------------------------------------------------------------------------------------------


def test_a_question_is_added_and_taken_out_again(edus_browser: Client, edu: User, ritas_browser: Client) -> None:
    edus_browser.post(NEW, plan())
    publish(edus_browser, ritas_browser)
    ask(edus_browser)
    example = Example.objects.get()
    assert (example.topic_id, example.article_id, example.language, example.pack) == (
        "cl_tarjeta_bus",
        "cl_tarjeta_bus",
        "es",
        "",
    )
    assert shelf.current().examples["cl_tarjeta_bus"] == {"es": (ASKED,)}
    assert ASKED in ritas_browser.get(BUS).text
    edus_browser.post(f"{DESK}examples/{example.pk}/remove/")
    assert "cl_tarjeta_bus" not in shelf.current().examples
    verbs = AuditEntry.objects.filter(actor=edu, row=f"example:{example.pk}").values_list("verb", "about")
    assert set(verbs) == {("example.added", "cl_tarjeta_bus"), ("example.removed", "cl_tarjeta_bus")}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mi número es 912345678", "Quita"),
        ("escríbeme a yuli@example.org", "Quita"),
        ("me llamo Yuli y busco bus", "Quita"),
        ("¿?", "alguien la escribiría"),
        ("", "obligatorio"),
        ("x" * 401, "400"),
    ],
)
def test_a_question_that_leads_to_a_person_is_not_kept(edus_browser: Client, text: str, said: str) -> None:
    page = ask(edus_browser, text, article="cl_fonasa")
    assert page.status_code == 422
    assert said in " ".join(page.context["example_form"].errors["text"])
    assert not Example.objects.exists()


def test_the_same_question_is_not_added_twice_nor_to_two_topics(edus_browser: Client) -> None:
    ask(edus_browser, article="cl_fonasa")
    assert "ya tiene" in ask(edus_browser, ASKED.upper(), article="cl_fonasa").text
    assert "Inscribirse en Fonasa" in ask(edus_browser, article="co_sisben").text
    assert Example.objects.count() == 1


def test_a_question_of_a_pack_is_shown_and_not_taken_out(edus_browser: Client) -> None:
    example = Example.objects.create(
        topic_id="cl_fonasa", article_id="cl_fonasa", language="es", text=ASKED, pack="pruebas"
    )
    assert ASKED in edus_browser.get(f"{ARTICLES}cl_fonasa/").text
    assert edus_browser.post(f"{DESK}examples/{example.pk}/remove/").status_code == 404
    assert Example.objects.exists()


def test_in_a_language_we_do_not_speak_nothing_is_added(edus_browser: Client) -> None:
    assert ask(edus_browser, language="de", article="cl_fonasa").status_code == 422
    assert not Example.objects.exists()
