"""What a colleague puts into an answer with two keys: ready answers of the team, approved articles as the assistant says them, and services.

An article goes in whole, with its date and its source. In production only what two people approved can be found here. Whatever stays in
the answer is noted beside the message, so that a recall finds whom it was told to.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.conversations import changed, services_near
from baquiano.conversations.asking import state_of
from baquiano.conversations.models import CannedReply, Conversation
from baquiano.conversations.owning import CannotDoThat
from baquiano.conversations.wording import Pictures, Speaker, answer, date_line, pictures, said_in
from baquiano.directory.card import Card
from baquiano.engine import language
from baquiano.knowledge import finding
from baquiano.knowledge.models import ArticleVersion
from baquiano.knowledge.shelf import Text
from baquiano.lib.dates import written
from baquiano.lib.text import fold

MOST = 8
SHORTEST_SEARCH = 2
MOST_IN_ONE_ANSWER = 20


@dataclass(frozen=True)
class Insertable:
    """One thing to put in. `version`: of the article, 0 for a ready answer. `language`: of `text`. `detail`: the date line, or its first words."""

    title: str
    detail: str
    text: str
    language: str
    country: str
    version: int = 0


# Looking for one ----------------------------------------------------------------------------------------------------------


def ready_answers(typed: str, conversation: Conversation) -> list[Insertable]:
    """By what begins like its shortcut, then by its words. In the person's language, else in Spanish; their country's before everybody's."""
    rows = CannedReply.objects.in_force().filter(
        language__in={conversation.language, "es"}, country__in={conversation.country, ""}
    )
    best: dict[str, CannedReply] = {}
    for row in sorted(rows, key=lambda one: _nearness(one, conversation)):
        best.setdefault(row.shortcut, row)
    wanted = fold(typed).strip()
    found = [row for row in best.values() if wanted in fold(row.shortcut) or wanted in fold(row.text)]
    found.sort(key=lambda row: (not fold(row.shortcut).startswith(wanted), row.shortcut))
    ready = [Insertable(f"/{row.shortcut}", _beginning(row.text), row.text, row.language, row.country) for row in found]
    return [*_what_changed(wanted, conversation), *ready][:MOST]


def _what_changed(wanted: str, conversation: Conversation) -> Iterator[Insertable]:
    """What she asked for by answering our notice, first of all: it is put in with "/" and Enter."""
    versions = changed.asked_for(conversation)
    ready = pictures() if versions else None
    for version in versions:
        if ready is None or wanted not in fold(_("What changed")):
            return
        yield _change_as_said(version, conversation, ready)


def _change_as_said(version: int, conversation: Conversation, ready: Pictures) -> Insertable:
    voice = Speaker(conversation.language, conversation.country, ready)
    now = ready.shelf.now_of(ArticleVersion.objects.values_list("article_id", flat=True).get(pk=version))
    if now is None or now.is_expired(timezone.localdate()):
        gone = voice.say("changed_gone")
        return Insertable(_("What changed"), _beginning(gone), gone, conversation.language, "")
    one = _as_said(now, conversation, ready)
    told_at = changed.told_at(version, conversation.address)
    then = voice.say("changed_then", date=written(timezone.localdate(told_at))) if told_at else ""
    title = f"{_('What changed')}: {one.title}"
    return replace(one, title=title, text="\n\n".join(part for part in (then, one.text) if part))


def _nearness(row: CannedReply, conversation: Conversation) -> tuple[bool, bool]:
    return row.language != conversation.language, row.country != conversation.country


def _beginning(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 100 else f"{line[:99].rstrip()}…"


def articles(typed: str, conversation: Conversation) -> list[Insertable]:
    """By its title, then by what the search understands. Nothing of another country once we know where the person is."""
    if len(typed.strip()) < SHORTEST_SEARCH:
        return []
    ready = pictures()
    found = dict.fromkeys((*_titled(typed, conversation, ready), *_meant(typed, conversation, ready)))
    return [_as_said(ready.shelf.texts[version], conversation, ready) for version in list(found)[:MOST]]


def _titled(typed: str, conversation: Conversation, ready: Pictures) -> Iterator[int]:
    words = fold(typed).split()
    for text in ready.shelf.texts.values():
        titles = fold(f"{text.title} {said_in(text, conversation.language).title}")
        if _may_be_said(text, conversation) and all(word in titles for word in words):
            yield text.version


def _meant(typed: str, conversation: Conversation, ready: Pictures) -> Iterator[int]:
    spoken = language.detect(typed, "es")
    understood = finding.index().find(typed, country=conversation.country or None, language=spoken)
    for topic in understood.choices:
        for text in ready.shelf.of_topic.get(topic, ()):
            if _may_be_said(text, conversation):
                yield text.version


def _may_be_said(text: Text, conversation: Conversation) -> bool:
    is_here = not conversation.country or text.country in ("", conversation.country)
    return is_here and not text.is_expired(timezone.localdate())


def _as_said(text: Text, conversation: Conversation, ready: Pictures) -> Insertable:
    voice = Speaker(conversation.language, conversation.country or text.country, ready)
    spoken = conversation.language if text.words(conversation.language) else "es"
    title = said_in(text, conversation.language).title
    return Insertable(title, date_line(text, voice), answer(text, voice), spoken, text.country, text.version)


def services(typed: str, conversation: Conversation, link: Callable[[Card], str]) -> list[Insertable]:
    """Places and services, by what is needed and where ("comida viña") or by name: one line as the assistant says it, and `link` to its page.

    Only what anybody may know of; nothing is noted of it, and no more than the municipality where the person looked is used.
    """
    if len(typed.strip()) < SHORTEST_SEARCH:
        return []
    spoken = conversation.language
    found = services_near.looked_up(
        typed,
        place=state_of(conversation).nearby.place,
        country=conversation.country,
        language=spoken,
        most=MOST,
    )
    return [_as_told(card, link(card), spoken) for card in found]


def _as_told(card: Card, link: str, language: str) -> Insertable:
    line = services_near.whole_line(card, language)
    detail = " · ".join(part for part in (card.near_by, card.now_line, card.badge) if part)
    return Insertable(card.name, detail, f"{line}\n{link}", language, "")


# What stayed in the answer ------------------------------------------------------------------------------------------------


def still_said(text: str, versions: Collection[int]) -> Sequence[int]:
    """Those whose first sentence, in any language, still stands in the answer. Raises `CannotDoThat` if one was withdrawn meanwhile."""
    body = " ".join(text.split())
    rows = ArticleVersion.objects.filter(pk__in=list(versions)[:MOST_IN_ONE_ANSWER]).prefetch_related("translations")
    said = [row for row in rows if any(first in body for first in _firsts(row))]
    if any(row.withdrawn_at for row in said):
        raise CannotDoThat(
            _("A text that you put in was taken back a moment ago: take it out, and look for what is said now.")
        )
    return tuple(row.pk for row in said if row.published_at or settings.IS_DEMO)


def _firsts(row: ArticleVersion) -> list[str]:
    told = (row.first_sentence, *(one.first_sentence for one in row.translations.all()))
    return [" ".join(first.split()) for first in told if first.strip()]
