"""The questions that lead to an article, as an editor writes them: added and taken out by hand. Those of a pack stay as they are."""

from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.knowledge.actions import shelf_changed
from baquiano.knowledge.models import Article, Example
from baquiano.knowledge.questions import CannotSettle, check_words, known_examples
from baquiano.lib.text import fold
from baquiano.lib.turnstile import writing


def add_example(article: Article, text: str, language: str, *, by: User) -> Example:
    """From the next turn on it leads to the article, if that has been published. Raises `CannotSettle`."""
    topic, words = article.topic, " ".join(text.split())
    if topic is None:
        raise CannotSettle(_("No question leads to this page: it has no topic. Choose an article with one."))
    check_words(words)
    with writing():
        known = known_examples({language}).get((language, fold(words)))
        if known and known.topic_id != topic.pk:
            raise CannotSettle(
                _("“%(topic)s” has this very question already. Words that tell the two apart are needed.")
                % {"topic": known.topic.title("es")}
            )
        if known:
            raise CannotSettle(_("This topic has this very question already."))
        example = Example.objects.create(topic=topic, article=article, language=language, text=words, pack="")
        audit(by, "example.added", example, about=article.pk)
        shelf_changed()
    return example


def remove_example(example: Example, *, by: User) -> None:
    """One that was added here; from the next turn on nobody is led by it. Raises `CannotSettle` for a pack's."""
    if example.pack:
        raise CannotSettle(_("This question came with a pack: it changes there."))
    with writing():
        audit(by, "example.removed", example, about=example.article_id or "")
        example.delete()
        shelf_changed()
