"""The words of the editorial screens for what the house keeps as codes, and the parts of a text in the order they are read."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from baquiano.knowledge.editing import SECTIONS
from baquiano.knowledge.models import ArticleVersion, Source
from baquiano.knowledge.standing import Due, State, Translated
from baquiano.lib.dates import written
from baquiano.workspace.editorial.difference import Difference, difference

Words = str | Promise

STATES: dict[str, Words] = {
    State.PROPOSED: _("proposed by a pack"),
    State.REVIEW: _("waiting for the second person"),
    State.SCHEDULED: _("approved, for later"),
    State.PUBLISHED: _("published"),
    State.NEEDS_REVIEW: _("in review: check it again"),
    State.EXPIRED: _("expired: no longer said"),
    State.REPLACED: _("replaced by a later one"),
    State.WITHDRAWN: _("withdrawn"),
}
STATE_MARKS = {  # the look of a badge and its icon: colour alone says nothing
    State.PROPOSED: ("info", "inbox"),
    State.REVIEW: ("info", "person"),
    State.SCHEDULED: ("info", "calendar"),
    State.PUBLISHED: ("good", "check"),
    State.NEEDS_REVIEW: ("warn", "clock"),
    State.EXPIRED: ("danger", "danger"),
    State.REPLACED: ("none", "back"),
    State.WITHDRAWN: ("none", "close"),
}
DUES: dict[str, Words] = {
    Due.TRUST: _("our check ends"),
    Due.FIGURES: _("its figures end"),
    Due.WINDOW: _("the window closes"),
}
TRANSLATED: dict[str, Words] = {
    Translated.PUBLISHED: _("approved"),
    Translated.WAITING: _("waits for the second person"),
    Translated.PROPOSED: _("proposed by a pack"),
    Translated.OLDER: _("older than the Spanish"),
    Translated.NONE: _("there is none"),
}
TRANSLATED_MARKS = {
    Translated.PUBLISHED: ("good", "check"),
    Translated.WAITING: ("info", "person"),
    Translated.PROPOSED: ("info", "inbox"),
    Translated.OLDER: ("warn", "clock"),
    Translated.NONE: ("none", "close"),
}
BRANCHES: dict[str, Words] = {
    "regularizacion": _("Papers and permits"),
    "salud": _("Health"),
    "ninez_educacion": _("Childhood and school"),
    "registro_civil": _("Births, names, nationality"),
    "trabajo_dinero": _("Work and money"),
    "vivienda_ayuda": _("Housing and help"),
    "proteccion": _("Protection"),
    "derechos": _("Rights"),
    "movilidad": _("Travel and borders"),
    "": _("Pages without a topic"),
}
SECTION_WORDS: dict[str, Words] = {
    "long": _("Explanation"),
    "steps": _("Steps"),
    "documents": _("Documents"),
    "cost": _("Cost"),
    "time": _("Time"),
    "where": _("Where"),
    "options": _("Options"),
    "who_can": _("Who can"),
    "who_cannot": _("Who cannot"),
    "if_refused": _("If they refuse"),
    "risks": _("Risks"),
    "do_not_sign": _("Do not sign or pay"),
    "unknown": _("What we do not know"),
}


@dataclass(frozen=True)
class Part:
    """One part of a text as it is read: its heading and its lines."""

    heading: Words
    text: str


@dataclass(frozen=True)
class Changed:
    heading: Words
    difference: Difference


def parts(version: ArticleVersion) -> list[Part]:
    """All that somebody who approves it has to read; the empty parts too, so that two versions can be put side by side."""
    sources = "\n".join(
        " · ".join(part for part in (s.title, s.url, written(s.dated_on) if s.dated_on else "") if part)
        for s in version.sources.all()
    )
    return [
        Part(_("Title"), version.title),
        Part(_("First sentence"), version.first_sentence),
        Part(_("Short answer"), version.short_answer),
        *(Part(SECTION_WORDS[name], "\n".join(version.sections.get(name, []))) for name in SECTIONS),
        Part(_("Caution"), version.caution),
        Part(_("The window closes on"), written(version.window_closes_on) if version.window_closes_on else ""),
        Part(_("Its figures are good until"), written(version.figures_until) if version.figures_until else ""),
        Part(_("Sources"), sources),
        Part(_("The sources do not agree"), "\n".join(_told(s) for s in version.sources.all() if s.says)),
    ]


def _told(source: Source) -> str:
    day = f" ({written(source.dated_on)})" if source.dated_on else ""
    return f"{source.title}{day}: {source.says}"


def changes(before: ArticleVersion, after: ArticleVersion) -> list[Changed]:
    """The parts that either of them has, in the order they are read."""
    pairs = zip(parts(before), parts(after), strict=True)
    return [Changed(old.heading, difference(old.text, new.text)) for old, new in pairs if old.text or new.text]
