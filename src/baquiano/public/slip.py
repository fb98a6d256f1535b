"""An answer on one sheet of paper, to keep or to show: the same words and dates as on its page, and the way back to it.

Drawn with the fonts that come with reportlab (Bitstream Vera: every accent of our five languages), of which only the letters used go into
the file. Whoever finds the sheet reads no title that tells of violence, and the file's own properties name nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from io import BytesIO

import segno
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.colors import Color, HexColor, black
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph

from baquiano.conversations.pages import AnswerPage, Section

# Points (1/72 inch). Letter is the paper of offices in Colombia and Chile.
WIDTH, HEIGHT = letter
MARGIN = 48.0
QR = 92.0
FOOT = QR + 24.0
LARGEST, SMALLEST, SMALLER = 12.0, 8.5, 0.5

DISCREET = ("proteccion",)  # branches whose titles nobody should read over a shoulder
BRAND, SOFT, WARN, RULE = HexColor("#1e5b47"), HexColor("#4a4a4a"), HexColor("#fdf0d2"), HexColor("#b9b9b9")

BODY, BOLD = "Vera", "VeraBd"


@dataclass(frozen=True)
class Whose:
    """Who gives it, and where it is read up to date. `link`: short, without its scheme; `address`: whole, for the QR."""

    organisation: str
    phone: str
    link: str
    address: str
    language: str


def is_discreet(answer: AnswerPage) -> bool:
    return answer.branch in DISCREET


def slip(answer: AnswerPage, whose: Whose) -> bytes:
    """The PDF: always one page. Small print before fewer steps; steps left out are said to be on the page."""
    know_the_fonts()
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter, pageCompression=1, lang=whose.language, initialFontName=BODY)
    canvas.setTitle(pgettext("site", "Information"))
    canvas.setAuthor(printable(whose.organisation))
    _draw(canvas, _fitting(answer))
    foot(canvas, whose)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def know_the_fonts() -> None:
    if BOLD not in pdfmetrics.getRegisteredFontNames():
        for name in (BODY, BOLD):
            pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def printable(text: str) -> str:
    """Without what the fonts cannot draw: a picture letter would be an empty box."""
    drawn = pdfmetrics.getFont(BODY).face.charToGlyph
    return "".join(c for c in text if c == "\n" or ord(c) in drawn).strip()


# What stands on it -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """A paragraph. `size` and `before` (the gap above it) are shares of the basic size of letters."""

    text: str
    size: float = 1.0
    before: float = 0.6
    is_bold: bool = False
    colour: Color = black
    on: Color | None = None  # the colour of a box behind it
    number: str = ""


def _pieces(answer: AnswerPage, steps_left_out: int) -> Iterator[Piece]:
    title = pgettext("site", "Information") if is_discreet(answer) else answer.title
    if answer.demo_mark:
        yield Piece(answer.demo_mark, 0.85, 0, is_bold=True, on=WARN)
    yield Piece(title, 1.15, is_bold=True, colour=BRAND)
    if answer.closed_line:
        yield Piece(answer.closed_line, 1.15, is_bold=True, on=WARN)
    yield Piece(answer.first_sentence, 1.35, is_bold=True)
    if answer.in_spanish_notice:
        yield Piece(answer.in_spanish_notice, 0.85, colour=SOFT)
    for paragraph in answer.short_answer.split("\n\n"):
        yield Piece(paragraph)
    yield from _steps(answer.sections, steps_left_out)
    if answer.caution:
        yield Piece(answer.caution, 0.9, 1.0, on=WARN)
    yield Piece(answer.date_line, 0.9, 1.0, is_bold=True)
    for source in answer.sources[:1]:
        yield Piece(f"{_('Where this comes from')}: {source.title} {source.url}", 0.9, 0.3, colour=SOFT)


def _steps(sections: tuple[Section, ...], left_out: int) -> Iterator[Piece]:
    for section in sections:
        if section.is_ordered:
            yield Piece(section.heading, 1.0, 1.0, is_bold=True, colour=BRAND)
            shown = section.lines[: len(section.lines) - left_out]
            for number, line in enumerate(shown, 1):
                yield Piece(line, before=0.35, number=f"{number}.")
            if left_out:
                yield Piece(_("The other steps are on that page."), 0.9, 0.35, colour=SOFT)


# Where it stands ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A piece and the room it takes, in points."""

    piece: Piece
    paragraph: Paragraph
    height: float
    gap: float
    pad: float


def _fitting(answer: AnswerPage) -> list[Placed]:
    """The largest letters with which everything fits; with the smallest, fewer and fewer steps."""
    size = LARGEST
    steps = max((len(section.lines) for section in answer.sections if section.is_ordered), default=0)
    left_out = 0
    placed = _placed(answer, size, left_out)
    while _height(placed) > HEIGHT - 2 * MARGIN - FOOT and (size > SMALLEST or left_out < steps):
        size, left_out = (size - SMALLER, 0) if size > SMALLEST else (size, left_out + 1)
        placed = _placed(answer, size, left_out)
    return placed


def _height(placed: list[Placed]) -> float:
    return sum(one.gap + one.height + 2 * one.pad for one in placed)


def _placed(answer: AnswerPage, size: float, left_out: int) -> list[Placed]:
    return [_place(piece, size) for piece in _pieces(answer, left_out)]


def _place(piece: Piece, basic: float) -> Placed:
    size, pad = basic * piece.size, basic * 0.6 if piece.on else 0.0
    indent = basic * 1.8 if piece.number else 0.0
    style = ParagraphStyle(
        "slip",
        fontName=BOLD if piece.is_bold else BODY,
        fontSize=size,
        leading=size * 1.35,
        textColor=piece.colour,
        leftIndent=indent,
        bulletFontName=BOLD,
        bulletFontSize=size,
        splitLongWords=1,
    )
    words = escape(printable(piece.text), quote=False).replace("\n", "<br/>")
    paragraph = Paragraph(words, style, bulletText=piece.number or None)
    height = paragraph.wrap(WIDTH - 2 * MARGIN - 2 * pad, HEIGHT)[1]
    return Placed(piece, paragraph, height, basic * piece.before, pad)


# Drawing -----------------------------------------------------------------------------------------------------------------


def _draw(canvas: Canvas, placed: list[Placed]) -> None:
    top = HEIGHT - MARGIN
    for one in placed:
        top -= one.gap
        if one.piece.on:
            canvas.setFillColor(one.piece.on)
            box = one.height + 2 * one.pad
            canvas.roundRect(MARGIN, top - box, WIDTH - 2 * MARGIN, box, 4, stroke=0, fill=1)
        top -= one.pad
        one.paragraph.drawOn(canvas, MARGIN + one.pad, top - one.height)
        top -= one.height + one.pad


def foot(canvas: Canvas, whose: Whose) -> None:
    """The QR, its address for whoever has no camera, and who gives this."""
    line = MARGIN + QR + 12
    canvas.setStrokeColor(RULE)
    canvas.line(MARGIN, line, WIDTH - MARGIN, line)
    _qr(canvas, whose.address)
    told = (
        Piece(_("To see it up to date, point the camera of a phone at the square, or write this address:"), 0.9),
        Piece(whose.link, 1.25, 0.3, is_bold=True),
        Piece(" · ".join(part for part in (whose.organisation, whose.phone) if part), 0.9, 0.6, colour=SOFT),
    )
    left, top = MARGIN + QR + 16, MARGIN + QR
    for piece in told:
        one = _place(piece, 11)
        height = one.paragraph.wrap(WIDTH - MARGIN - left, HEIGHT)[1]
        top -= one.gap + height
        one.paragraph.drawOn(canvas, left, top)


def _qr(canvas: Canvas, address: str) -> None:
    rows = list(segno.make(address, error="m", micro=False).matrix_iter(border=0))
    module = QR / len(rows)
    canvas.setFillColor(black)
    path = canvas.beginPath()
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                path.rect(MARGIN + x * module, MARGIN + QR - (y + 1) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)
