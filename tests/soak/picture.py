"""The picture of a rush: how many messages were here and how many answers had been read, second by second."""

from collections.abc import Sequence
from pathlib import Path

WIDTH, HEIGHT, MARGIN = 720, 300, 48


def draw(seen: Sequence[tuple[float, int, int]], messages: int, path: Path) -> None:
    """An SVG that needs nothing to be seen. `seen`: seconds, messages taken in, answers read."""
    end = max(seconds for seconds, *_ in seen)

    def points(column: int) -> str:
        return " ".join(f"{_x(row[0], end):.1f},{_y(row[column], messages):.1f}" for row in seen)

    lines = "".join(
        f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{points(column)}"/>'
        for column, colour in ((1, "#1a5f4a"), (2, "#b3541e"))
    )
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" font-size="13">'
        f"<title>{messages} messages in {end:.0f} seconds</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
        f'<path d="M{MARGIN} {MARGIN / 2} V{HEIGHT - MARGIN} H{WIDTH - MARGIN / 2}" fill="none" stroke="#555555"/>'
        f"{lines}"
        f'<text x="{MARGIN}" y="{HEIGHT - 20}">0 s</text>'
        f'<text x="{WIDTH - MARGIN / 2}" y="{HEIGHT - 20}" text-anchor="end">{end:.0f} s</text>'
        f'<text x="{MARGIN - 6}" y="{MARGIN / 2 + 10}" text-anchor="end">{messages // 1000}k</text>'
        f'<text x="{MARGIN + 12}" y="{MARGIN / 2 + 6}" fill="#1a5f4a">messages on disk</text>'
        f'<text x="{MARGIN + 152}" y="{MARGIN / 2 + 6}" fill="#b3541e">answers read</text>'
        "</svg>\n",
        encoding="utf-8",
    )


def _x(seconds: float, end: float) -> float:
    return MARGIN + (WIDTH - 1.5 * MARGIN) * seconds / max(end, 1e-9)


def _y(number: int, most: int) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 1.5 * MARGIN) * number / max(most, 1)
