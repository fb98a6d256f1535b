"""Marks of the editorial screens: a state as an icon and a word, and a text with what changed in it."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from baquiano.ui.templatetags.ui import icon
from baquiano.workspace.editorial import words
from baquiano.workspace.editorial.difference import Piece

register = template.Library()


@register.simple_tag
def state_badge(state: str) -> SafeString:
    """How a version stands."""
    return _badge(words.STATE_MARKS[state], words.STATES[state])  # type: ignore[index]


@register.simple_tag
def translated_badge(state: str) -> SafeString:
    """How a text stands in a language."""
    return _badge(words.TRANSLATED_MARKS[state], words.TRANSLATED[state])  # type: ignore[index]


def _badge(mark: tuple[str, str], said: words.Words) -> SafeString:
    look, drawing = mark
    return format_html('<span class="badge badge--{}">{}{}</span>', look, icon(drawing), said)


@register.simple_tag
def pieces(side: Iterable[Piece]) -> SafeString:
    """One side of a difference: what goes is crossed out, what is new is underlined, and both are said aloud."""
    marks = {"gone": ("del", _("taken out:")), "new": ("ins", _("new:"))}
    return format_html_join("", "{}", ((_marked(piece, marks),) for piece in side))


def _marked(piece: Piece, marks: dict[str, tuple[str, str]]) -> SafeString:
    if piece.kind == "same" or not piece.text.strip():
        return format_html("{}", piece.text)
    tag, spoken = marks[piece.kind]
    return format_html(
        '<{} class="word word--{}"><span class="visually-hidden"> {} </span>{}</{}>',
        tag,
        piece.kind,
        spoken,
        piece.text,
        tag,
    )


@register.filter
def due_word(what: str) -> words.Words:
    return words.DUES[what]


@register.filter
def branch_word(branch: str) -> words.Words:
    return words.BRANCHES.get(branch, branch)


@register.filter
def translated_word(state: str) -> words.Words:
    return words.TRANSLATED[state]
