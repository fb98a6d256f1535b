"""One article as it stands in its file: a front matter between two lines of dashes, then sections under headings."""

import re
from dataclasses import dataclass

from baquiano.packs.contents import SECTIONS
from baquiano.packs.strict import Report

FIRST_SENTENCE, SHORT_ANSWER, UNKNOWN = "Primera frase", "Respuesta corta", "Lo que no sabemos"
ALWAYS = (FIRST_SENTENCE, SHORT_ANSWER, UNKNOWN)
MOST = {FIRST_SENTENCE: 160, SHORT_ANSWER: 700}
MOST_STEPS = 6
MOST_LINES = 12
MOST_LINE = 400
_FENCE = "---"
_MARKER = re.compile(r"^(?:\d+[.)]|[-*•])\s+")


@dataclass(frozen=True)
class Pages:
    """`front`: YAML, which begins in line 2. `sections`: heading → its text and the line of the heading."""

    front: str
    body: str
    body_line: int
    sections: dict[str, tuple[str, int]]

    def text(self, heading: str) -> str:
        return self.sections.get(heading, ("", 0))[0]

    def lines(self, heading: str) -> tuple[str, ...]:
        """Its lines and paragraphs, without the marker of a list."""
        return tuple(_MARKER.sub("", line.strip()) for line in self.text(heading).splitlines() if line.strip())


NO_PAGES = Pages("", "", 0, {})
"""Of a file that is YAML from its first line to its last."""


def pages(text: str, report: Report) -> Pages | None:
    """None (and a problem) when there is no front matter; everything else that is wrong is written down."""
    found = unmeasured(text, report)
    if found:
        _measure(found, report)
    return found


def unmeasured(text: str, report: Report) -> Pages | None:
    """The same, however long its sections are."""
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        report.add(1, "an article begins with a line of three dashes and its front matter")
        return None
    end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE), None)
    if end is None:
        report.add(1, "the front matter has no closing line of three dashes")
        return None
    return Pages("\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2, _sections(lines, end + 1, report))


def _sections(lines: list[str], start: int, report: Report) -> dict[str, tuple[str, int]]:
    found: dict[str, tuple[str, int]] = {}
    heading, at, gathered = "", start + 1, list[str]()

    def close() -> None:
        text = "\n".join(gathered).strip()
        if not heading:
            if text:
                report.add(at, "there is text before the first heading")
            return
        if heading not in found:
            found[heading] = (text, at)
        if not text:
            report.add(at, f"“{heading}” is empty: leave the heading out")

    for number, line in enumerate(lines[start:], start=start + 1):
        if not line.startswith("#"):
            gathered.append(line)
            continue
        close()
        heading, at, gathered = line.lstrip("#").strip(), number, []
        if not line.startswith("# ") or heading not in (*SECTIONS, *ALWAYS):
            report.add(
                number,
                f"“{line.strip()[:60]}” is not a heading of an article; they are {', '.join((*ALWAYS[:2], *SECTIONS))}",
            )
        elif heading in found:
            report.add(number, f"“{heading}” stands here twice")
    close()
    return found


def _measure(found: Pages, report: Report) -> None:
    for heading in ALWAYS:
        if heading not in found.sections:
            report.add(found.body_line, f"“{heading}” is missing")
    for heading, (text, line) in found.sections.items():
        most = MOST.get(heading)
        if most and len(text) > most:
            report.add(line, f"“{heading}” has {len(text)} characters; at most {most}")
        if heading in MOST:
            continue
        items = found.lines(heading)
        most_items = MOST_STEPS if heading == "Pasos" else MOST_LINES
        if len(items) > most_items:
            report.add(line, f"“{heading}” has {len(items)} lines; at most {most_items}")
        if any(len(item) > MOST_LINE for item in items):
            report.add(line, f"“{heading}” has a line of more than {MOST_LINE} characters")
    if "\n" in found.text(FIRST_SENTENCE):
        report.add(found.sections[FIRST_SENTENCE][1], "“Primera frase” is one line")
