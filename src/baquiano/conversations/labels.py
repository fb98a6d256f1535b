"""The team's own words on a conversation, by which it is found again: "salud", "sin-cupo". They name nobody."""

import re

from django.utils.text import slugify
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.conversations.models import Conversation, Label
from baquiano.conversations.owning import CannotDoThat
from baquiano.lib.turnstile import writing

MOST = 10
LONGEST = 30
_NUMBER = re.compile(r"\d[\d-]{4,}")


def add(conversation: Conversation, word: str, *, by: User) -> None:
    """Twice is once."""
    word = slugify(word, allow_unicode=True)[:LONGEST].strip("-")
    if not word:
        raise CannotDoThat(_("Write the label: letters and figures."))
    if _NUMBER.search(word):
        raise CannotDoThat(_("A label is readable by everybody here: no telephone or document number."))
    with writing():
        there = set(Label.objects.filter(conversation=conversation).values_list("word", flat=True))
        if word in there:
            return
        if len(there) >= MOST:
            raise CannotDoThat(_("There are ten labels here already: take one off first."))
        Label.objects.create(conversation=conversation, word=word, by=by)
        audit(by, "conversation.labelled", conversation)


def remove(conversation: Conversation, word: str, *, by: User) -> None:
    with writing():
        there = Label.objects.filter(conversation=conversation, word=word).first()
        if there:
            there.delete()
            audit(by, "conversation.unlabelled", conversation)


def words_of(conversation: Conversation) -> list[str]:
    return list(Label.objects.filter(conversation=conversation).order_by("word").values_list("word", flat=True))


def in_use() -> list[str]:
    """Every label there is, for whoever looks for one."""
    return list(Label.objects.order_by("word").values_list("word", flat=True).distinct())
