"""What nobody could answer, on the editor's screen: put together, attached, drafted, set aside; nothing typed is lost."""

import pytest
from django.test import Client

from baquiano.accounts.models import Organisation, User
from baquiano.knowledge import questions, shelf
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import Article, ArticleVersion, Draft, Example, Question, Topic

pytestmark = pytest.mark.django_db
LIST = "/workspace/questions/"


@pytest.fixture
def bus(organisation: Organisation) -> Article:
    """One topic, one article."""
    topic = Topic.objects.create(pk="cl_bus", country="CL", branch="derechos", titles={"es": "La tarjeta del bus"})
    article = Article.objects.create(pk="cl_bus", topic=topic, country="CL")
    ArticleVersion.objects.create(article=article, number=1, title="Cómo se pide", first_sentence="Se pide en línea.")
    shelf_changed()
    return article


def asked(text: str, *, topic: str = "") -> Question:
    kept = questions.masked(
        text,
        shelf=shelf.current(),
        language="es",
        country="CL",
        reason=Question.Reason.UNANSWERED,
        topic=topic,
    )
    assert kept
    questions.keep([kept])
    return Question.objects.latest("pk")


def sent(
    *chosen: Question, deed: str, article: str = "cl_bus", words: str = "dónde pido la tarjeta del bus"
) -> dict[str, object]:
    form: dict[str, object] = {"deed": deed, "article": article, "question": [one.pk for one in chosen]}
    for one in chosen:
        form |= {f"q{one.pk}-chosen": "on", f"q{one.pk}-words": words}
    return form


def test_the_list_shows_groups_with_how_many_and_what_came_near(edus_browser: Client, bus: Article) -> None:
    for text in ("la tarjeta bip donde la pido", "donde pido la tarjeta bip", "cuanto vale adoptar un gato"):
        asked(text, topic="cl_bus" if "bip" in text else "")
    page = edus_browser.get(LIST).text
    assert page.index("2 preguntas") < page.index("1 pregunta<")
    assert "La tarjeta del bus" in page
    assert "nada se parecía" in page


def test_an_empty_list_says_so(edus_browser: Client, organisation: Organisation) -> None:
    assert "Nada espera" in edus_browser.get(LIST).text
    assert "no se guardó ninguna" in edus_browser.get(f"{LIST}weeks/").text


def test_a_group_becomes_examples_in_the_editors_words(edus_browser: Client, bus: Article) -> None:
    one, two = asked("la tarjeta bip donde la pido"), asked("Me llamo Ana Pérez, donde pido la tarjeta bip")
    page = edus_browser.get(f"{LIST}{two.pk}/").text
    assert "Me llamo […], donde pido la tarjeta bip" in page
    assert "Ana" not in page
    form = sent(one, two, deed="attach") | {f"q{two.pk}-words": "cómo consigo la tarjeta del bus"}
    answer = edus_browser.post(f"{LIST}{one.pk}/settle/", form, follow=True)
    assert "2 ejemplos nuevos" in answer.text
    assert set(Example.objects.values_list("text", "article", "pack")) == {
        ("dónde pido la tarjeta del bus", "cl_bus", ""),
        ("cómo consigo la tarjeta del bus", "cl_bus", ""),
    }
    assert not Question.objects.open().exists()


def test_one_that_is_not_ticked_goes_on_waiting(edus_browser: Client, bus: Article) -> None:
    one, two = asked("la tarjeta bip donde la pido"), asked("donde pido la tarjeta bip")
    form = sent(one, two, deed="aside")
    del form[f"q{two.pk}-chosen"]
    edus_browser.post(f"{LIST}{one.pk}/settle/", form)
    assert list(Question.objects.open()) == [two]


def test_what_was_typed_comes_back_with_what_is_missing(edus_browser: Client, bus: Article) -> None:
    one = asked("la tarjeta bip donde la pido")
    answer = edus_browser.post(f"{LIST}{one.pk}/settle/", sent(one, deed="attach", words="mi cédula es 12345678"))
    assert answer.status_code == 422
    assert 'value="mi cédula es 12345678"' in answer.text
    assert "Quita marcas, números" in answer.text
    assert Question.objects.open().exists()


def test_without_an_article_nothing_is_attached(edus_browser: Client, bus: Article) -> None:
    one = asked("la tarjeta bip donde la pido")
    answer = edus_browser.post(f"{LIST}{one.pk}/settle/", sent(one, deed="attach", article=""))
    assert answer.status_code == 422
    assert "Elige el artículo" in answer.text


def test_a_forged_deed_does_nothing(edus_browser: Client, bus: Article) -> None:
    one = asked("la tarjeta bip donde la pido")
    assert edus_browser.post(f"{LIST}{one.pk}/settle/", sent(one, deed="burn")).status_code == 422
    assert Question.objects.open().exists()


def test_a_draft_opens_where_it_is_written(edus_browser: Client, bus: Article, edu: User) -> None:
    one = asked("la tarjeta bip donde la pido")
    answer = edus_browser.post(f"{LIST}{one.pk}/settle/", sent(one, deed="draft"))
    assert answer["Location"].endswith("/cl_bus/edit/")
    assert Draft.objects.get(author=edu).article == bus


def test_what_somebody_has_dealt_with_leads_back_to_the_list(edus_browser: Client, bus: Article, edu: User) -> None:
    one = asked("la tarjeta bip donde la pido")
    questions.set_aside([one], by=edu)
    assert "Alguien ya atendió" in edus_browser.get(f"{LIST}{one.pk}/", follow=True).text


def test_a_reviewer_reads_and_settles_nothing(ritas_browser: Client, bus: Article) -> None:
    one = asked("la tarjeta bip donde la pido")
    page = ritas_browser.get(f"{LIST}{one.pk}/").text
    assert "Quien edita decide" in page
    assert 'name="deed"' not in page
    assert ritas_browser.post(f"{LIST}{one.pk}/settle/", sent(one, deed="aside")).status_code == 404


def test_an_operator_sees_none_of_it(rosas_browser: Client, bus: Article) -> None:
    assert rosas_browser.get(LIST).status_code == 404
    assert rosas_browser.get(f"{LIST}{asked('la tarjeta bip').pk}/").status_code == 404


def test_the_report_counts_by_topic_and_week(carlas_browser: Client, bus: Article) -> None:
    for _ in range(2):
        asked("la tarjeta bip donde la pido", topic="cl_bus")
    page = carlas_browser.get(f"{LIST}weeks/").text
    assert "La tarjeta del bus" in page
    assert '<meter min="0" max="2" value="2"' in page


def test_the_list_asks_the_database_no_more_for_more_questions(
    edus_browser: Client, bus: Article, django_assert_max_num_queries: object
) -> None:
    asked("la tarjeta bip donde la pido")
    edus_browser.get(LIST)
    for number in range(12):
        asked(f"la tarjeta bip {'abcdefghijkl'[number] * 4}")
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        edus_browser.get(LIST)
