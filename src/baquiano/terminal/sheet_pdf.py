"""The key sheet as a page to print: each line of the key file as a square for a camera, as letters and as words.

In Spanish and English, without gettext: it is drawn before the program has settings. The file itself is as secret as the keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO

import segno
from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = letter
MARGIN = 48.0
QR = 118.0
ROW = 12.5  # points between two rows of words
ACROSS = 4
TITLE = "Hoja de claves · Key sheet"
WARNINGS = (
    "Quien tenga esta hoja y la base de datos puede leer todo. Si se pierde, se pierde todo.",
    "Imprímala dos veces, guárdela bajo llave en dos lugares, nunca junto a un respaldo.",
    "Whoever holds this sheet and the database can read everything. To type it again: baquiano keys type",
)
NAMES = {
    "key": "Clave de cifrado {number} · Encryption key {number} · {fingerprint}",
    "hash": "Clave de búsqueda · Look-up key",
    "secret": "Clave de sesiones · Session key",
}


@dataclass(frozen=True)
class Entry:
    """One line of the key file. `kind`: key, hash or secret. Never shown in a trace: the secret is not part of its repr."""

    number: str
    kind: str
    line: str = field(repr=False)
    words: tuple[str, ...] = field(repr=False)
    fingerprint: str

    def rows(self, across: int) -> Iterator[tuple[str, ...]]:
        return (self.words[at : at + across] for at in range(0, len(self.words), across))


def draw(entries: list[Entry]) -> bytes:
    """The PDF: one page as long as they fit."""
    out = BytesIO()
    canvas = Canvas(out, pagesize=letter, pageCompression=1, lang="es")
    canvas.setTitle(TITLE)
    top = _head(canvas)
    for entry in entries:
        if top - _height(entry) < MARGIN:
            canvas.showPage()
            top = HEIGHT - MARGIN
        top = _entry(canvas, entry, top)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def _head(canvas: Canvas) -> float:
    top = float(HEIGHT) - MARGIN
    canvas.setFont("Helvetica-Bold", 17)
    canvas.drawString(MARGIN, top - 12, TITLE)
    canvas.setFont("Helvetica", 9)
    canvas.drawRightString(WIDTH - MARGIN, top - 12, f"{datetime.now(UTC):%d-%m-%Y}")
    for number, warning in enumerate(WARNINGS):
        canvas.drawString(MARGIN, top - 32 - 12 * number, warning)
    return top - 44 - 12 * len(WARNINGS)


def _height(entry: Entry) -> float:
    return max(QR, 16 + ROW * len(list(entry.rows(ACROSS)))) + 46


def _entry(canvas: Canvas, entry: Entry, top: float) -> float:
    left = MARGIN + QR + 22
    canvas.line(MARGIN, top, WIDTH - MARGIN, top)
    canvas.setFont("Helvetica-Bold", 11)
    canvas.drawString(MARGIN, top - 16, NAMES[entry.kind].format(number=entry.number, fingerprint=entry.fingerprint))
    _square(canvas, entry.line, top - 28)
    canvas.setFont("Courier", 8.5)
    canvas.drawString(left, top - 34, entry.line)
    for number, row in enumerate(entry.rows(ACROSS)):
        height = top - 52 - ROW * number
        canvas.setFont("Helvetica", 7)
        canvas.drawRightString(left + 14, height, str(number * ACROSS + 1))
        canvas.setFont("Courier", 11)
        for column, word in enumerate(row):
            canvas.drawString(left + 24 + 84 * column, height, word)
    return top - _height(entry)


def _square(canvas: Canvas, line: str, top: float) -> None:
    rows = list(segno.make(line, error="m", micro=False).matrix_iter(border=0))
    module = QR / len(rows)
    path = canvas.beginPath()
    for y, row in enumerate(rows):
        for x, is_dark in enumerate(row):
            if is_dark:
                path.rect(MARGIN + x * module, top - (y + 1) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)
