"""The words of staff screens for what a person sent that is not written words."""

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from baquiano.channels.events import Kind
from baquiano.conversations.enclosures import Enclosed
from baquiano.files.refusal import Why

register = template.Library()

NAMES: dict[str, Promise] = {
    "sound": _("Voice note"),
    "picture": _("Picture"),
    "film": _("Video"),
    "paper": _("Document"),
}
STICKER = _("Sticker")

NOT_HERE = _("it cannot be opened. Whoever carries the messages did not hand it over, or the person erased it")
KINDS: dict[str, Promise | tuple[Promise, Promise]] = {
    "image": (NAMES["picture"], NOT_HERE),
    "video": (NAMES["film"], NOT_HERE),
    "document": (NAMES["paper"], NOT_HERE),
    "audio": (NAMES["sound"], NOT_HERE),
    "sticker": (STICKER, NOT_HERE),
    "location": _("A place: not kept yet"),
    "contacts": _("A contact"),
    "form": _("A form"),
    "unsupported": _("Something that is not handed over to us: ask them to write it"),
}
"""What came, where only a person can look and nothing of it is kept."""

WHYS: dict[str, Promise] = {
    Why.KIND: _("It is not of a kind that is kept. Ask for a PDF, a photo or a voice note."),
    Why.LARGE: _("It is too large. Ask for it smaller or in parts."),
    Why.DAMAGED: _("It is damaged. Ask them to send it again."),
    Why.TWO: _("It is two things at once, as if something were hidden in it. Ask for a photo of it."),
    Why.ACTS: _("It is locked, or holds a program. Ask for a photo of it."),
    Why.HARM: _("It may harm the computer. Ask for a photo of it."),
}


@register.filter
def kind_words(kind: str) -> Promise | str:
    """Empty for what is written words."""
    words = KINDS.get(kind, "")
    return f"{words[0]}: {words[1]}" if isinstance(words, tuple) else words


@register.filter
def called(enclosed: Enclosed) -> Promise:
    """What it is, in one word."""
    return STICKER if enclosed.kind == Kind.STICKER and enclosed.look == "picture" else NAMES[enclosed.look]


@register.filter
def why_not(enclosed: Enclosed) -> Promise:
    """Why it was not kept, and what to ask for."""
    return WHYS.get(enclosed.why, WHYS[Why.KIND])


@register.filter
def clocked(seconds: int) -> str:
    """ "1:05", as a player writes it."""
    return f"{seconds // 60}:{seconds % 60:02}"


@register.filter
def spelt(seconds: int) -> str:
    """The same, to be read aloud."""
    minutes, rest = divmod(seconds, 60)
    words = [ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}] if minutes else []
    if rest or not minutes:
        words.append(ngettext("%(n)d second", "%(n)d seconds", rest) % {"n": rest})
    return gettext(" and ").join(words)
