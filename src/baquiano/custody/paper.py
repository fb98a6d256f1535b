"""A copy on paper: everything held, section by section, with where it comes from, who sees it, what for and for how long.

Written with the typeface that reportlab brings, so it looks the same on every machine. Letters it cannot draw (Arabic, Chinese) become
"?", and the last line says how many: the JSON copy has them all.
"""

from collections.abc import Iterator
from io import BytesIO
from xml.sax.saxutils import escape

from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

from baquiano.custody.actions import Copy
from baquiano.lib.portrait import Section, Value

_BODY, _BOLD = "Vera", "VeraBd"
_SOFT = HexColor("#555555")
_STYLES = {
    "title": {"fontName": _BOLD, "fontSize": 16, "leading": 21, "spaceAfter": 6},
    "heading": {"fontName": _BOLD, "fontSize": 12, "leading": 16, "spaceBefore": 14, "spaceAfter": 2},
    "soft": {"fontName": _BODY, "fontSize": 8, "leading": 11, "textColor": _SOFT},
    "text": {"fontName": _BODY, "fontSize": 9.5, "leading": 13.5},
}


class _Drawn:
    """Texts as the typeface can draw them; counts what it cannot."""

    def __init__(self) -> None:
        for name in (_BODY, _BOLD):
            if name not in pdfmetrics.getRegisteredFontNames():
                pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))
        self._glyphs = pdfmetrics.getFont(_BODY).face.charToGlyph
        self._styles = {name: ParagraphStyle(name, **style) for name, style in _STYLES.items()}
        self.lost = 0

    def paragraph(self, text: str, style: str) -> Paragraph:
        drawn = "".join(self._letter(letter) for letter in text)
        return Paragraph(escape(drawn).replace("\n", "<br/>"), self._styles[style])

    def _letter(self, letter: str) -> str:
        if letter in "\n\t " or ord(letter) in self._glyphs:
            return letter
        self.lost += 1
        return "?"


def to_pdf(copy: Copy) -> bytes:
    """In the language of the copy."""
    with translation.override(copy.language):
        pen, out = _Drawn(), BytesIO()
        pages = SimpleDocTemplate(
            out, pagesize=letter, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=18 * mm,
            title=_("What we hold of you"), author=copy.organisation, lang=copy.language, invariant=True,
        )  # fmt: skip
        pages.build(list(_story(copy, pen)))
    return out.getvalue()


def _story(copy: Copy, pen: _Drawn) -> Iterator[Paragraph | Spacer]:
    yield pen.paragraph(_("What we hold of you"), "title")
    yield pen.paragraph(
        f"{copy.organisation} · {timezone.localtime(copy.made_at):%d-%m-%Y %H:%M} · {copy.number}", "soft"
    )
    about = _("You may ask us to correct it, to block it or to forget it, and to take back what you agreed to.")
    yield pen.paragraph(about, "text")
    for section in copy.sections:
        yield from _section(section, pen)
    if pen.lost:
        words = ngettext("%(n)d letter could not be drawn here: the file for programs has it.",
                         "%(n)d letters could not be drawn here: the file for programs has them.", pen.lost)  # fmt: skip
        yield pen.paragraph(words % {"n": pen.lost}, "soft")


def _section(section: Section, pen: _Drawn) -> Iterator[Paragraph | Spacer]:
    yield pen.paragraph(section.title, "heading")
    yield pen.paragraph(_("Where it comes from: %(origin)s.") % {"origin": section.origin}, "soft")
    if section.recipients:
        yield pen.paragraph(_("Who sees it: %(who)s.") % {"who": ", ".join(section.recipients)}, "soft")
    for purpose, days in _purposes(section):
        kept = (
            ngettext("kept %(n)d day", "kept %(n)d days", days) % {"n": days} if days else _("kept while it is of use")
        )
        yield pen.paragraph(_("What for: %(purpose)s (%(kept)s).") % {"purpose": _(purpose), "kept": kept}, "soft")
    for entry in section.entries:
        yield Spacer(1, 3 * mm)
        if entry.at:
            yield pen.paragraph(_day(entry.at), "soft")
        for value in entry.values:
            yield pen.paragraph(f"{value.label}: {_shown(value)}", "text")


def _purposes(section: Section) -> list[tuple[str, int | None]]:
    found = {(value.purpose, value.days): None for entry in section.entries for value in entry.values}
    return list(found)


def _day(at: str) -> str:
    moment = parse_datetime(at) if "T" in at else None
    return f"{timezone.localtime(moment):%d-%m-%Y %H:%M}" if moment else at


def _shown(value: Value) -> str:
    if isinstance(value.value, bool):
        return _("yes") if value.value else _("no")
    return value.text
