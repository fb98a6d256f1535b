"""The boxes of MP4 and M4A (ISO 14496-12): walked from the first byte to the last, emptied of what is neither sound nor picture.

Place, title, author, cover and dates become zeros at the same places, so that nothing moves. Bytes that belong to no box are refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass

SOUND, PICTURE = b"soun", b"vide"

_BLANKED = (b"udta", b"meta", b"uuid", b"free", b"skip", b"wide")
_INSIDE = (b"moov", b"trak", b"mdia")  # each in the one before: no deeper
_DATED = (b"mvhd", b"tkhd", b"mdhd")
_TOP = (b"ftyp", b"moov", b"mdat", *_BLANKED)
_MOST_BOXES = 200  # side by side


class Broken(Exception):
    """These are not whole boxes, or others than a file of sound and pictures has."""


@dataclass(frozen=True)
class _Box:
    start: int
    kind: bytes
    body: int
    end: int


def cleaned(data: bytes) -> tuple[bytes, set[bytes]]:
    """The same boxes without notes and dates, and of what kinds its tracks are. Raises `Broken`."""
    kept = bytearray(data)
    tops = [box.kind for box in _boxes(kept, 0, len(kept))]
    tracks = set(_blank(kept, 0, len(kept), depth=0))
    if set(tops) - set(_TOP) or b"mdat" not in tops:
        raise Broken
    return bytes(kept), tracks


def _boxes(data: bytearray, at: int, end: int) -> list[_Box]:
    found: list[_Box] = []
    while at < end:
        size, body = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1:
            size, body = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        if size < body - at or at + size > end or len(found) == _MOST_BOXES:
            raise Broken
        found.append(_Box(at, bytes(data[at + 4 : at + 8]), body, at + size))
        at += size
    return found


def _blank(kept: bytearray, at: int, end: int, *, depth: int) -> Iterator[bytes]:
    """Empties what is neither sound nor picture; gives what each track is."""
    for box in _boxes(kept, at, end):
        length = box.end - box.body
        if box.kind in _BLANKED:
            kept[box.start + 4 : box.start + 8] = b"free"
            kept[box.body : box.end] = bytes(length)
        elif depth < len(_INSIDE) and box.kind == _INSIDE[depth]:
            yield from _blank(kept, box.body, box.end, depth=depth + 1)
        elif box.kind in _DATED and length >= 20:
            dates = 16 if kept[box.body] == 1 else 8
            kept[box.body + 4 : box.body + 4 + dates] = bytes(dates)
        elif box.kind == b"hdlr" and length >= 24:
            yield bytes(kept[box.body + 8 : box.body + 12])
            kept[box.body + 24 : box.end] = bytes(length - 24)


def seconds(data: bytes) -> float:
    """How long it lasts, of a cleaned file; 0: it does not say."""
    kept = bytearray(data)
    for outer in _boxes(kept, 0, len(kept)):
        for box in _boxes(kept, outer.body, outer.end) if outer.kind == b"moov" else ():
            if box.kind == b"mvhd" and box.end - box.body >= 20:
                return _of_header(kept, box.body)
    return 0.0


def _of_header(data: bytearray, at: int) -> float:
    """`mvhd`: a version, two dates, how many ticks make a second, how many ticks there are."""
    wide = 8 if data[at] == 1 else 4
    scale_at = at + 4 + 2 * wide
    scale = int.from_bytes(data[scale_at : scale_at + 4], "big")
    ticks = int.from_bytes(data[scale_at + 4 : scale_at + 4 + wide], "big")
    return ticks / scale if scale else 0.0
