"""A pack as the tables hold it now: what it brought, and what this installation published instead. The other way round from `arriving`.

No person is in it: not who wrote or approved a text, not what somebody asked (an example or a text without a pack's name stays here; see `own_texts`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from baquiano.conversations.models import Wording
from baquiano.knowledge.models import Article, ArticleVersion, Example, Topic, Translation
from baquiano.packs.contents import (
    ArticleFile,
    CrisisFile,
    ExampleFile,
    NumberFile,
    Origin,
    PackFile,
    RulesFile,
    SourceFile,
    TopicFile,
    TranslationFile,
    Unlike,
    WarningWord,
    WordingFile,
)
from baquiano.packs.models import PackLoad
from baquiano.safety.models import CrisisText, EmergencyNumber, PhraseRules
from baquiano.territory.loading import Row
from baquiano.territory.models import Division

NOWHERE = Origin("", 0, {})
UNCODED = "M"
"""What this installation wrote itself carries no code of how sure it is; a file must have one, and this claims least."""


def held(load: PackLoad) -> PackFile:
    aside = load.aside
    articles = _articles(load)
    return PackFile(
        origin=NOWHERE,
        folder=aside["folder"],
        name=load.name,
        title=aside["title"],
        version=load.version,
        country=aside["country"],
        languages=tuple(aside["languages"]),
        requires=tuple(aside["requires"]),
        order=tuple(Topic.objects.filter(pack=load.name).order_by("position", "id").values_list("id", flat=True)),
        is_demo=aside["is_demo"],
        topics=_topics(load),
        articles=tuple(article for article, _ in articles),
        translations=translations_of(load.name, {version.pk: article.id for article, version in articles}),
        numbers=_numbers(aside["country"]),
        crisis=_crisis(load),
        crisis_versions=aside["crisis"],
        wordings=_wordings(load),
        rules=_rules(aside["phrases"]),
        organisation=None,
        members=(),
        divisions=_divisions() if aside["divisions"] else (),
        digest="",
    )


def aside_of(pack: PackFile) -> dict[str, Any]:
    """What a pack says of itself and of its texts, and no other table holds; and where it was read, for the files that none holds."""
    return {
        "folder": pack.folder,
        "title": pack.title,
        "country": pack.country,
        "languages": list(pack.languages),
        "requires": list(pack.requires),
        "is_demo": pack.is_demo,
        "topics": {
            topic.id: {"fichas": list(topic.fichas), "unlike": [[row.said, row.topic] for row in topic.unlike]}
            for topic in pack.topics
        },
        "articles": {
            article.id: {
                "fichas": list(article.fichas),
                "warning_words": [[row.word, row.reason] for row in article.warning_words],
                "examples": [] if article.topic else [example.text for example in article.examples],
            }
            for article in pack.articles
        },
        "crisis": dict(pack.crisis_versions),
        "phrases": {rules.language: rules.version for rules in pack.rules},
        "divisions": bool(pack.divisions),
    }


def _topics(load: PackLoad) -> tuple[TopicFile, ...]:
    asked: dict[str, list[ExampleFile]] = {}
    for example in Example.objects.filter(pack=load.name, article=None).order_by("id"):
        asked.setdefault(example.topic_id, []).append(ExampleFile(example.language, example.text, 0))
    aside = load.aside["topics"]
    return tuple(
        TopicFile(
            origin=NOWHERE,
            id=topic.pk,
            country=topic.country,
            branch=topic.branch,
            is_sensitive=topic.is_sensitive,
            fichas=tuple(aside[topic.pk]["fichas"]),
            titles=topic.titles,
            labels=topic.labels,
            words={language: tuple(words) for language, words in topic.words.items()},
            unlike=tuple(Unlike(*row) for row in aside[topic.pk]["unlike"]),
            examples=tuple(asked.get(topic.pk, ())),
        )
        for topic in Topic.objects.filter(pack=load.name, pk__in=aside).order_by("id")
    )


def _articles(load: PackLoad) -> list[tuple[ArticleFile, ArticleVersion]]:
    """Each with the version it is said from. One that has none any more (somebody took it back) is left out."""
    aside = load.aside["articles"]
    rows = Article.objects.filter(pack=load.name, pk__in=aside).order_by("id")
    versions = versions_of(rows)
    asked = examples_of(rows, (load.name,))
    found = []
    for article in rows:
        own = versions.get(article.pk, [])
        said = said_of(own, load.name)
        if said:
            if not article.topic_id:  # nothing searches them: no row of theirs is kept
                asked[article.pk] = [ExampleFile("es", text, 0) for text in aside[article.pk]["examples"]]
            sure = next((v.confidence for v in reversed(own) if v.confidence), UNCODED)
            file = article_file(article, said, aside[article.pk], asked.get(article.pk, ()), sure)
            found.append((file, said))
    return found


def versions_of(articles: Iterable[Article]) -> dict[str, list[ArticleVersion]]:
    """By article, the first one first."""
    found: dict[str, list[ArticleVersion]] = {}
    for version in ArticleVersion.objects.filter(article__in=articles).prefetch_related("sources").order_by("number"):
        found.setdefault(version.article_id, []).append(version)
    return found


def examples_of(articles: Iterable[Article], packs: Sequence[str]) -> dict[str, list[ExampleFile]]:
    """By article, the questions that came with one of these packs."""
    found: dict[str, list[ExampleFile]] = {}
    for row in Example.objects.filter(article__in=articles, pack__in=packs).order_by("id"):
        found.setdefault(str(row.article_id), []).append(ExampleFile(row.language, row.text, 0))
    return found


def said_of(versions: Sequence[ArticleVersion], pack: str) -> ArticleVersion | None:
    """The last one published here, else the last one that the pack proposed; never a draft."""
    alive = [version for version in versions if version.withdrawn_at is None]
    published = [version for version in alive if version.published_at]
    proposed = [version for version in alive if version.origin == pack]
    if published:
        return max(published, key=lambda version: (version.published_at, version.number))
    return proposed[-1] if proposed else None


def article_file(
    article: Article, said: ArticleVersion, aside: Mapping[str, Any], asked: Iterable[ExampleFile], sure: str
) -> ArticleFile:
    return ArticleFile(
        origin=NOWHERE,
        id=article.pk,
        topic=article.topic_id or "",
        country=article.country,
        title=said.title,
        fichas=tuple(aside["fichas"]),
        known_on=said.known_on,
        window_closes_on=said.window_closes_on,
        good_until=said.figures_until,
        confidence=said.confidence or sure,
        is_life_saving=article.is_life_saving,
        populations=tuple(article.populations),
        stages=tuple(article.stages),
        sdg=tuple(article.sdg),
        territory=article.territory,
        warning_words=tuple(WarningWord(*row) for row in aside["warning_words"]),
        examples=tuple(asked),
        sources=tuple(
            SourceFile(
                title=source.title,
                url=source.url,
                dated_on=source.dated_on,
                confidence=source.confidence or UNCODED,
                line=0,
                says=source.says,
                says_line=0,
            )
            for source in said.sources.all()
        ),
        caution=said.caution,
        next_topics=tuple(said.next_topics),
        first_sentence=said.first_sentence,
        short_answer=said.short_answer,
        sections={key: tuple(lines) for key, lines in said.sections.items()},
        body="",
        body_line=0,
    )


def translations_of(pack: str, articles: Mapping[int, str]) -> tuple[TranslationFile, ...]:
    """Of the versions that are said: the last one published here, else the last one the pack proposed."""
    best: dict[tuple[int, str], Translation] = {}
    for row in Translation.objects.filter(version__in=articles, withdrawn_at=None).order_by("number"):
        key = (row.version_id, row.language)
        is_published = row.published_at is not None
        has_better = key in best and best[key].published_at is not None and not is_published
        if (is_published or row.origin == pack) and not has_better:
            best[key] = row
    return tuple(
        TranslationFile(NOWHERE, articles[version], language, row.title, row.first_sentence, row.short_answer)
        for (version, language), row in sorted(best.items())
    )


def _numbers(country: str | None) -> tuple[NumberFile, ...]:
    return tuple(
        NumberFile(
            origin=NOWHERE,
            id=number.pk,
            country=number.country,
            number=number.number,
            names=number.names,
            kinds=tuple(number.kinds),
            whose=number.whose,
            is_free=number.is_free,
            hours=number.hours,
            ficha=number.source,
            confidence=number.confidence,
            known_on=number.known_on,
            note=number.note,
            territory=number.territory,
        )
        for number in EmergencyNumber.objects.filter(country=country or "").order_by("id")
    )


def _crisis(load: PackLoad) -> tuple[CrisisFile, ...]:
    """Its own, and where this installation worded one of its country itself, that one."""
    country = load.aside["country"] or ""
    rows = CrisisText.objects.filter(pack__in=("", load.name), country=country).order_by("language", "kind")
    return tuple(
        CrisisFile(NOWHERE, row.kind, row.language, row.country, row.text, tuple(row.numbers))
        for row in rows
        if row.language in load.aside["crisis"]
    )


def _wordings(load: PackLoad) -> tuple[WordingFile, ...]:
    """Its own, and where this installation worded one of its country itself, that one."""
    rows = list(Wording.objects.filter(pack__in=("", load.name), country=load.aside["country"] or "").order_by("id"))
    if not any(row.pack for row in rows):
        return ()
    return tuple(WordingFile("", 0, row.key, row.language, row.country, row.text) for row in rows)


def _rules(versions: Mapping[str, str]) -> tuple[RulesFile, ...]:
    """The ones in force; the version in the table names its content too, that of a file does not."""
    found = []
    for language, version in versions.items():
        row = PhraseRules.objects.filter(language=language).order_by("loaded_at", "id").last()
        if row:
            found.append(RulesFile("", language, version, tuple(row.rows), ()))
    return tuple(found)


def _divisions() -> tuple[Row, ...]:
    return tuple(
        Row(
            country=row.country_id,
            level=row.level,
            code=row.code,
            parent_code=row.parent.code if row.parent else "",
            pcode=row.pcode,
            name=row.name,
            latitude=row.latitude,
            longitude=row.longitude,
        )
        for row in Division.objects.select_related("parent").order_by("country", "level", "code")
    )
