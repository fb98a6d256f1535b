"""The topics that must be answered are there, in five languages, within the lengths a telephone shows."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from baquiano.knowledge.models import FIRST_SENTENCE, SHORT_ANSWER
from baquiano.lib.text import fold
from baquiano.packs.contents import LANGUAGES, ArticleFile, TopicFile
from tests.packs.test_facts import articles, packs

WANTED = Path(__file__).parents[1] / "data" / "topics.tsv"
LAST_KNOWN = date(2026, 3, 31)  # FACTS.md: no known fact is later
TODAY_OF_WRITING = date(2026, 11, 21)
KNOWN_FOR = {"gen_docs_otros": {"CL"}}  # FACTS.md has a ficha of one country only
OPEN_WORDS = re.compile(
    r"\b(sigue abiert|esta abiert|estan abiert|todavia puedes (?:inscribirte|postular|pedirlo)|aun puedes)"
)
LOCK_SCREEN = re.compile(
    r"violencia|vih|sida|refugi|abus|suicid|trata\b|violac|golpe|policia|expuls|deport", re.IGNORECASE
)


def topics() -> dict[str, TopicFile]:
    return {topic.id: topic for pack in packs().values() for topic in pack.topics}


def wanted() -> list[str]:
    with WANTED.open(encoding="utf-8", newline="") as file:
        return [row["id"] for row in csv.DictReader(file, delimiter="\t")]


def test_all_topics_are_there() -> None:
    assert len(wanted()) == 70
    assert set(topics()) == set(wanted())


@pytest.mark.parametrize("topic", wanted())
def test_each_topic_has_an_article_for_each_country_it_speaks_of(topic: str) -> None:
    """Of a topic that is common, an article may also speak of both (country null)."""
    countries = {"CO", "CL"} if topic.startswith("gen_") else {topic[:2].upper()}
    answered = {article.country for article in articles() if article.topic == topic}
    assert answered - {None} == KNOWN_FOR.get(topic, countries)


@pytest.mark.parametrize("topic", wanted())
def test_each_topic_has_enough_examples_in_each_language(topic: str) -> None:
    counts = dict.fromkeys(LANGUAGES, 0)
    for example in topics()[topic].examples:
        counts[example.language] += 1
    assert counts["es"] >= 8
    assert min(counts[language] for language in ("ht", "en", "pt", "fr")) >= 6


def test_titles_and_labels_fit_and_labels_are_neutral_on_a_lock_screen() -> None:
    for topic in topics().values():
        assert all(0 < len(title) <= 72 for title in topic.titles.values()), topic.id
        assert all(0 < len(label) <= 24 for label in topic.labels.values()), topic.id
        if topic.branch == "proteccion":
            assert not any(LOCK_SCREEN.search(label) for label in topic.labels.values()), topic.id


def test_no_two_topics_of_a_country_look_alike_in_a_menu() -> None:
    for language in LANGUAGES:
        for country in ("CO", "CL"):
            labels = [t.labels[language].casefold() for t in topics().values() if t.country in (None, country)]
            assert len(labels) == len(set(labels)), (language, country)


def test_articles_fit_an_sms_and_a_screen() -> None:
    for article in articles():
        assert 0 < len(article.first_sentence) <= FIRST_SENTENCE, article.id
        assert 0 < len(article.short_answer) <= SHORT_ANSWER, article.id
        assert article.first_sentence[-1] in ".!?»", article.id
        assert article.sections["unknown"], article.id


def test_the_short_answer_does_not_repeat_the_first_sentence() -> None:
    for article in articles():
        assert fold(article.first_sentence) not in fold(article.short_answer), article.id


def test_every_article_names_a_source_and_the_authority_first() -> None:
    for article in articles():
        assert article.sources[0].url, article.id
        assert sum(not source.says for source in article.sources) <= 6, article.id


def test_dates_are_those_of_the_facts_and_never_those_of_writing() -> None:
    for article in articles():
        assert article.known_on is None or article.known_on <= LAST_KNOWN, article.id


def closed() -> list[ArticleFile]:
    return [a for a in articles() if a.window_closes_on and a.window_closes_on < TODAY_OF_WRITING]


def test_a_closed_window_is_said_first_and_nothing_reads_as_open() -> None:
    assert {article.id for article in closed()} == {
        "co_ppt_obtener",
        "co_pep_tutor",
        "cl_paso_no_habilitado",
        "cl_arriendo_vivienda_2",
        "cl_universidad",
    }
    for article in closed():
        assert "CERRAD" in article.first_sentence, article.id
        for line in article.body.splitlines():
            assert not OPEN_WORDS.search(fold(line)), (article.id, line)


def test_an_open_window_is_not_said_to_be_closed() -> None:
    for article in articles():
        if article.window_closes_on and article.window_closes_on >= TODAY_OF_WRITING:
            assert "CERRAD" not in article.body, article.id


def test_what_is_never_shown_as_open_is_said_to_be_closed_wherever_it_is_named() -> None:
    """FACTS.md, Corrections: calls and windows that have ended."""
    ended = {"subsidio de arriendo": "cl_arriendo_vivienda_2", "aporte familiar": "cl_rsh_ayudas_2"}
    by_id = {article.id: article for article in articles()}
    for name, article in ended.items():
        assert name in fold(by_id[article].first_sentence)
        assert "CERRAD" in by_id[article].first_sentence


def test_what_is_weakly_known_is_worded_so() -> None:
    """An article whose facts are general knowledge says so somewhere, in words a reader understands."""
    unsure = re.compile(r"confirm|no sabemos|segun|hasta donde sabemos|puede[n]? (?:haber )?cambia")
    for article in articles():
        if article.confidence in ("C", "M"):
            assert unsure.search(fold(article.body + article.caution)), article.id


def test_emergencies_are_marked_as_life_saving() -> None:
    saving = {article.topic for article in articles() if article.is_life_saving}
    assert saving >= {
        "gen_trata_trafico",
        "gen_violencia_genero",
        "gen_ninez_sola",
        "gen_salud_mental",
        "co_salud_urgencias",
    }
