"""How a pack is written: easy to read, asked in enough ways, said in all its languages, placed on the map. Said by `check`; loading does not wait for it.

Pure: values in, problems out.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from baquiano.packs.contents import LANGUAGES, ArticleFile, PackFile
from baquiano.packs.readable import reading_ease, words_a_sentence
from baquiano.packs.strict import Problem

LEAST_EASE = 60
MOST_WORDS_A_SENTENCE = 15
FEWEST_EXAMPLES, FEWEST_OF_A_TOPIC, FEWEST_IN_ANOTHER_LANGUAGE = 8, 8, 6


def of_packs(packs: Sequence[PackFile], beside: Sequence[PackFile]) -> Iterator[Problem]:
    """`beside`: what they require; the map of divisions may be there."""
    divisions = frozenset(row.pcode for pack in (*packs, *beside) for row in pack.divisions)
    for pack in packs:
        yield from _placed(pack, divisions)
        yield from _reading(pack)
        yield from _asked(pack)
        yield from _untranslated(pack)


def _reading(pack: PackFile) -> Iterator[Problem]:
    for article in pack.articles:
        ease = reading_ease(spoken(article))
        if ease < LEAST_EASE:
            said = f"is hard to read: INFLESZ {ease:.0f}, at least {LEAST_EASE}; shorter words and sentences"
            yield Problem(article.origin.file, article.body_line, said)
    for translation in pack.translations:
        mean = words_a_sentence((translation.first_sentence, translation.short_answer))
        if mean > MOST_WORDS_A_SENTENCE:
            said = f"{translation.language}: {mean:.1f} words a sentence; at most {MOST_WORDS_A_SENTENCE}"
            yield translation.origin.problem("short", said)


def spoken(article: ArticleFile) -> list[str]:
    """Its first sentence, its short answer and its sections, line by line."""
    short = article.short_answer.splitlines()
    return [article.first_sentence, *short, *(line for lines in article.sections.values() for line in lines)]


def _asked(pack: PackFile) -> Iterator[Problem]:
    for article in pack.articles:
        if article.topic and len(article.examples) < FEWEST_EXAMPLES:
            said = f"has {len(article.examples)} examples; at least {FEWEST_EXAMPLES}"
            yield article.origin.problem("examples", said)
    for topic in pack.topics:
        counts = Counter(example.language for example in topic.examples)
        for language in LANGUAGES:
            fewest = FEWEST_OF_A_TOPIC if language == "es" else FEWEST_IN_ANOTHER_LANGUAGE
            if counts[language] < fewest:
                said = f"has {counts[language]} examples in {language}; at least {fewest}"
                yield topic.origin.problem("examples", said)


def _placed(pack: PackFile, divisions: frozenset[str]) -> Iterator[Problem]:
    for article in pack.articles:
        if not article.territory:
            continue
        if article.territory not in divisions:
            said = f"territory: divisions.csv has no pcode {article.territory} (they look like CO88, CL05, CL05101)"
            yield article.origin.problem("territory", said)
        elif article.country and not article.territory.startswith(article.country):
            yield article.origin.problem("territory", f"territory: {article.territory} is not in {article.country}")


def _untranslated(pack: PackFile) -> Iterator[Problem]:
    wanted = [language for language in pack.languages if language != "es"]
    there = {(translation.article, translation.language) for translation in pack.translations}
    for article in pack.articles:
        missing = [language for language in wanted if (article.id, language) not in there]
        if missing:
            yield article.origin.problem("id", f"{article.id} is not translated: {', '.join(missing)}")
