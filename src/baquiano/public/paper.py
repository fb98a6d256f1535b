"""A copy on paper: the same places and answers as in the file, in one column of letter, with the day of the copy at the foot of each page.

Drawn like the sheet of an answer (slip.py). The file's own properties name no place and no need.
"""

from collections.abc import Callable, Iterator
from html import escape
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib.colors import black
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

from baquiano.conversations.pages import AnswerPage
from baquiano.directory.card import Card
from baquiano.public.carried import Copy, Stamp
from baquiano.public.slip import (
    BODY,
    BOLD,
    BRAND,
    HEIGHT,
    MARGIN,
    QR,
    SOFT,
    WARN,
    WIDTH,
    Whose,
    foot,
    know_the_fonts,
    printable,
)
from baquiano.ui.templatetags.ui import day

Around = Callable[[Canvas, Any], None]
LARGE = 1.5
"""The letters of a sheet that is shown to somebody on the way."""
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"fontName": BOLD, "fontSize": 18, "leading": 22, "textColor": BRAND, "spaceAfter": 12},
    "part": {
        "fontName": BOLD,
        "fontSize": 13,
        "leading": 17,
        "textColor": BRAND,
        "spaceBefore": 12,
        "spaceAfter": 4,
        "keepWithNext": 1,
    },
    "name": {"fontName": BOLD, "fontSize": 10, "leading": 13, "textColor": black, "spaceBefore": 7},
    "text": {"fontName": BODY, "fontSize": 9, "leading": 12.5},
    "soft": {"fontName": BODY, "fontSize": 7.5, "leading": 10, "textColor": SOFT},
    "marked": {
        "fontName": BOLD,
        "fontSize": 9.5,
        "leading": 13,
        "backColor": WARN,
        "borderPadding": 6,
        "spaceBefore": 6,
        "spaceAfter": 10,
    },
}


def as_paper(copy: Copy) -> bytes:
    """The whole copy; of each answer its short form."""
    story: list[Flowable] = [
        _p("title", _("Help in %(place)s") % {"place": copy.place}),
        _p("marked", _stamp(copy.stamp)),
    ]
    if copy.demo_mark:
        story.append(_p("text", copy.demo_mark))
    if copy.lines:
        story.append(_p("part", _("If you are in danger, call")))
        story += [_p("name", f"{call.number}  {call.name}") for call in copy.lines]
    for group in copy.groups:
        story.append(_p("part", group.title))
        story += [_together(_place(card)) for card in group.cards]
    if copy.answers:
        story.append(_p("part", _("Answers to frequent questions")))
        story += [_together(_answer(carried.answer)) for carried in copy.answers]
    return _printed(story, copy.stamp, _at_the_foot(copy.stamp), 16 * mm)


def place_on_paper(card: Card, stamp: Stamp) -> bytes:
    """One place, to show on the way: large letters, and the way back to its page."""
    link = f"{stamp.address.partition('/lugar/')[0]}/lugares/"  # its own is too long to be typed: the square has it
    whose = Whose(stamp.organisation, stamp.phone, link, f"{stamp.scheme}://{stamp.address}", stamp.language)

    def around(canvas: Canvas, _document: Any) -> None:
        foot(canvas, whose)

    story = [*_place(card, LARGE), Spacer(1, 14), _p("marked", f"{_made_on(stamp)} {_ask()}", LARGE)]
    return _printed(story, stamp, around, MARGIN + QR + 24)


def _at_the_foot(stamp: Stamp) -> Around:
    """Of each page: from when it is, whose, and which page."""
    whose = " · ".join(part for part in (stamp.organisation, stamp.phone, stamp.address) if part)

    def around(canvas: Canvas, document: Any) -> None:
        canvas.setFont(BODY, 7.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(MARGIN, 30, printable(f"{_made_on(stamp)} {_ask()}"))
        canvas.drawString(MARGIN, 19, printable(whose))
        canvas.drawRightString(WIDTH - MARGIN, 30, str(document.page))

    return around


def _printed(story: list[Flowable], stamp: Stamp, around: Around, below: float) -> bytes:
    know_the_fonts()
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=(WIDTH, HEIGHT),
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=14 * mm,
        bottomMargin=below,
        title=pgettext("site", "Information"),
        author=printable(stamp.organisation),
        lang=stamp.language,
        initialFontName=BODY,
    )
    document.build(story, onFirstPage=around, onLaterPages=around)
    return out.getvalue()


def _ask() -> str:
    return _("Ask whether it has changed before you go.")


def _made_on(stamp: Stamp) -> str:
    return _("Copy made on %(day)s.") % {"day": day(stamp.made_at)}


def _stamp(stamp: Stamp) -> str:
    return f"{_made_on(stamp)} {_ask()} {_('Up to date at:')} {stamp.address}"


def _p(style: str, text: str, scale: float = 1.0) -> Paragraph:
    know_the_fonts()
    words = escape(printable(text), quote=False).replace("\n", "<br/>")
    look = dict(_STYLES[style])
    look |= {"fontSize": look["fontSize"] * scale, "leading": look["leading"] * scale}
    return Paragraph(words, ParagraphStyle(style, **look))


def _together(parts: list[Flowable]) -> KeepTogether:
    return KeepTogether(parts)


def _place(card: Card, scale: float = 1.0) -> list[Flowable]:
    return [_p("name", card.name, scale), *(_p(style, line, scale) for style, line in lines_of(card) if line)]


def lines_of(card: Card) -> Iterator[tuple[str, str]]:
    """Everything a place is told by, line by line, and how important it is."""
    yield "soft", f"{card.organization} · {pgettext('site', 'fictional')}" if card.is_demo else card.organization
    yield "text", ", ".join(part for part in (*card.place, card.distance_line) if part)
    yield "text", " · ".join(f"{phone.number} {phone.text}".strip() for phone in card.phones)
    yield "text", card.hours_line or _("Hours not known: call before you go.")
    yield "text", card.hours_note
    yield "text", card.what
    conditions = (
        card.to_bring,
        card.documents_line,
        card.status_line,
        card.cost_line,
        card.appointment_line,
        *card.for_whom,
    )
    yield "text", ". ".join(part.rstrip(".") for part in conditions if part)
    yield "text", ", ".join(card.languages)
    for line in (*card.notices, card.warning, card.alert, card.caution):
        yield "text", line
    yield "soft", ". ".join(part for part in (card.badge, card.parts_line) if part)


def _answer(answer: AnswerPage) -> list[Flowable]:
    lines = [
        ("name", answer.title),
        ("text", answer.closed_line),
        ("text", answer.first_sentence),
        ("text", answer.short_answer),
        ("text", answer.caution),
        (
            "soft",
            " ".join(part for part in (answer.date_line, *(source.title for source in answer.sources[:1])) if part),
        ),
    ]
    return [_p(style, text) for style, text in lines if text]
