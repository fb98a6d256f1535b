"""Opening an article that nobody has written yet and, if no topic fits, its topic. Nobody is led to either before a text is published."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.knowledge.models import Article, ArticleVersion, Draft, Question, Shelf, Topic
from baquiano.knowledge.questions import open_draft
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing

TITLE, TOPIC_TITLE, LABEL = 120, 60, 24
LONGEST_ID = 32  # an entry of the audit names its row in forty characters: "article:" and the id
EVERYWHERE = "gen"  # begins the id of what holds in every country, as in the packs
AFTER_THE_PACKS = 1000  # where a topic of ours stands in its branch

_SMALL_WORDS = frozenset("a al con de del el en la las lo los o para por que se si sin su sus un una y".split())


class CannotOpen(Exception):
    """Shown to staff as it is written. `about`: what is wrong, "title", "topic" or "territory". `article`: the one there is already."""

    def __init__(self, words: str, *, about: str, article: str = "") -> None:
        super().__init__(words)
        self.about = about
        self.article = article


@dataclass(frozen=True)
class TopicPlanned:
    """A topic that does not exist yet. `label`: for a row of a list. `country` empty: everywhere."""

    title: str
    label: str
    branch: str
    country: str


@dataclass(frozen=True)
class ArticlePlanned:
    """`topic`: one there is, or one to open with it. `territory`: the official code of a division (CL05); empty: the whole country."""

    title: str
    topic: Topic | TopicPlanned
    territory: str
    is_life_saving: bool

    @property
    def country(self) -> str | None:
        """That of its topic; of a topic that holds everywhere, that of the place it speaks of."""
        return self.topic.country or self.territory[:2] or None


def open_article(planned: ArticlePlanned, *, by: User, asked: Sequence[Question] = ()) -> Article:
    """The article, its topic if that is new, and a draft of it with the title. `asked`: the questions it is to answer; they wait no longer.

    Raises `CannotOpen`, or `CannotSettle` when somebody dealt with one of the questions meanwhile; then nothing has changed.
    """
    if planned.territory and planned.territory[:2] != planned.country:
        raise CannotOpen(
            _("That place is in another country than the topic. Choose one of its country."), about="territory"
        )
    with writing():
        Shelf.objects.select_for_update().first()  # one opening at a time: two could take the same id
        _check_title(planned)
        article = Article.objects.create(
            id=_free_id(planned.title, planned.country, Article.objects.values_list("pk", flat=True)),
            topic=_topic(planned.topic, by),
            country=planned.country,
            territory=planned.territory,
            is_life_saving=planned.is_life_saving,
            pack="",
        )
        audit(by, "article.opened", article)
        Draft.objects.create(author=by, article=article, body={"fields": {"title": planned.title, "is_material": "on"}})
        if asked:
            open_draft(asked, article, by=by)
    return article


def _topic(topic: Topic | TopicPlanned, by: User) -> Topic:
    """The one there is, or the new one, worded in Spanish only: other languages show these words."""
    if isinstance(topic, Topic):
        return topic
    alike = Topic.objects.filter(Q(country=topic.country or None) | Q(country=None))
    if any(fold(other.title("es")) == fold(topic.title) for other in alike):
        raise CannotOpen(_("There is a topic of this name already. Choose it in the list of topics."), about="topic")
    opened = Topic.objects.create(
        id=_free_id(topic.title, topic.country, Topic.objects.values_list("pk", flat=True)),
        country=topic.country or None,
        branch=topic.branch,
        titles={"es": topic.title},
        labels={"es": topic.label},
        position=AFTER_THE_PACKS,
        pack="",
    )
    audit(by, "topic.opened", opened)
    return opened


def _check_title(planned: ArticlePlanned) -> None:
    """The newest title of each article, and of those without a version what their drafts say."""
    here = Q(article__country=planned.country) | Q(article__country=None)
    titles: dict[str, str] = {}
    for draft in Draft.objects.filter(here, article__versions=None):
        titles[draft.article_id] = str(draft.body.get("fields", {}).get("title", ""))
    titles |= ArticleVersion.objects.filter(here).order_by("number").values_list("article_id", "title")
    same = next((article for article, title in titles.items() if fold(title) == fold(planned.title)), "")
    if same:
        said = _("There is an article of this title already. Open it and write there, or choose a title of its own.")
        raise CannotOpen(said, about="title", article=same)


def _free_id(title: str, country: str | None, taken: Collection[str]) -> str:
    """The country, then the words of the title that say something: `cl_tarjeta_bus`, `cl_tarjeta_bus_2`. It never changes."""
    begun = country.lower() if country else EVERYWHERE
    words = re.findall(r"[a-z0-9]+", fold(title))
    name = begun
    for word in [word for word in words if word not in _SMALL_WORDS] or words or ["texto"]:
        longer = f"{name}_{word[:16]}"
        if len(longer) > LONGEST_ID - len("_999"):
            break
        name = longer
    known, number, free = frozenset(taken), 1, name
    while free in known:
        number += 1
        free = f"{name}_{number}"
    return free
