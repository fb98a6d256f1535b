"""What this installation wrote itself, as a pack of its own beside those it loaded; and what of such a pack is still to be loaded here.

A text goes out once two people published it. Examples go with the articles opened here: an editor worded each of them. Those added to
articles of packs stay here, and so does everybody's name.
"""

from dataclasses import replace

from baquiano.knowledge.models import Article, ArticleVersion, Topic
from baquiano.packs.contents import ArticleFile, PackFile, TopicFile
from baquiano.packs.held import NOWHERE, UNCODED, article_file, examples_of, said_of, translations_of, versions_of

NAME = "propio"
"""The folder they are written to. A pack of this name that was loaded here goes out with them: they are of one house."""

_NAMES = ("", NAME)
_NOTHING_ASIDE: dict[str, list[list[str]]] = {"fichas": [], "warning_words": []}


def own_texts() -> PackFile | None:
    """None: nothing was published here that did not come with a pack."""
    said = _said()
    if not said:
        return None
    articles = tuple(article for article, _version in said)
    topics = _topics({article.topic for article in articles})
    translations = translations_of(NAME, {version.pk: article.id for article, version in said})
    spoken = {row.language for row in translations}
    needed = Topic.objects.filter(pk__in=[article.topic for article in articles]).exclude(pack__in=_NAMES)
    return PackFile(
        origin=NOWHERE,
        folder="",
        name=NAME,
        title="Textos propios",
        version="1",
        country=None,
        languages=("es", *sorted(spoken)),
        requires=tuple(sorted(set(needed.values_list("pack", flat=True)))),
        order=tuple(topic.id for topic in topics),
        is_demo=False,
        topics=topics,
        articles=articles,
        translations=translations,
        numbers=(),
        crisis=(),
        crisis_versions={},
        wordings=(),
        rules=(),
        organisation=None,
        members=(),
        divisions=(),
        digest="",
        is_own=True,
    )


def _said() -> list[tuple[ArticleFile, ArticleVersion]]:
    """Each article with the version it is said from; one that nobody has published has none."""
    rows = Article.objects.filter(pack__in=_NAMES, topic__isnull=False).order_by("id")
    versions = versions_of(rows)
    asked = examples_of(rows, _NAMES)
    found = []
    for article in rows:
        said = said_of(versions.get(article.pk, []), NAME)
        if said:
            file = article_file(article, said, _NOTHING_ASIDE, asked.get(article.pk, ()), UNCODED)
            found.append((file, said))
    return found


def _topics(answered: set[str]) -> tuple[TopicFile, ...]:
    """Those opened here that one of these articles answers."""
    rows = Topic.objects.filter(pack__in=_NAMES, pk__in=answered).order_by("position", "id")
    return tuple(
        TopicFile(
            origin=NOWHERE,
            id=row.pk,
            country=row.country,
            branch=row.branch,
            is_sensitive=row.is_sensitive,
            fichas=(),
            titles=row.titles,
            labels=row.labels,
            words={},
            unlike=(),
            examples=(),
        )
        for row in rows
    )


def still_to_come(pack: PackFile) -> PackFile | None:
    """Without what was made in this very installation: that is newer, and is not loaded over. None: nothing is left."""
    if not pack.is_own:
        return pack
    topics = frozenset(Topic.objects.filter(pack="").values_list("pk", flat=True))
    articles = frozenset(Article.objects.filter(pack="").values_list("pk", flat=True))
    left = replace(
        pack,
        topics=tuple(topic for topic in pack.topics if topic.id not in topics),
        order=tuple(topic for topic in pack.order if topic not in topics),
        articles=tuple(article for article in pack.articles if article.id not in articles),
        translations=tuple(row for row in pack.translations if row.article not in articles),
    )
    return left if left.topics or left.articles else None
