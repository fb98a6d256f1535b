"""Voice notes and recordings: the sound is kept, what was written about it is not (place, name of the recorder, title, date, cover).

Walked from the first byte to the last: bytes that belong to no page, frame or box are refused, so nothing hangs on the end.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.utils.translation import gettext as _

from baquiano.files import boxes
from baquiano.files.content import Content
from baquiano.files.refusal import AttachmentRefused, Why


def _broken() -> AttachmentRefused:
    return AttachmentRefused(
        _("This recording is damaged, or is not only sound. Record it again, or send it by WhatsApp."), Why.DAMAGED
    )


# -- Opus in Ogg (RFC 3533, RFC 7845) ------------------------------------------------------------------------------------

_CONTINUES = 1


def clean_opus(data: bytes) -> bytes:
    """The same pages; the comments become blanks."""
    pages = list(islice(_pages(data), 3))
    if len(pages) < 3 or len({page.stream for page in _pages(data)}) != 1:
        raise _broken()
    head, notes, sound = pages
    if not data.startswith(b"OpusHead", head.body) or not data.startswith(b"OpusTags", notes.body):
        raise _broken()
    length = _one_packet(data, notes)
    if length < 16 or data[sound.start + 5] & _CONTINUES:  # longer than a page: a cover, not a voice note
        raise _broken()
    kept = bytearray(data)
    kept[notes.body : notes.end] = b"OpusTags" + struct.pack("<I", length - 16) + b" " * (length - 16) + bytes(4)
    kept[notes.start + 22 : notes.start + 26] = bytes(4)
    kept[notes.start + 22 : notes.start + 26] = struct.pack("<I", _ogg_sum(kept[notes.start : notes.end]))
    return bytes(kept)


@dataclass(frozen=True)
class _Page:
    """Where a page begins, where what it holds begins, where it ends, and the number of its stream."""

    start: int
    body: int
    end: int
    stream: bytes


def _pages(data: bytes) -> Iterator[_Page]:
    at = 0
    while at < len(data):
        if data[at : at + 5] != b"OggS\0" or at + 27 > len(data):
            raise _broken()
        body = at + 27 + data[at + 26]
        end = body + sum(data[at + 27 : body])
        if end > len(data):
            raise _broken()
        yield _Page(at, body, end, data[at + 14 : at + 18])
        at = end


def _one_packet(data: bytes, page: _Page) -> int:
    """The length of the one packet of this page."""
    table = data[page.start + 27 : page.body]
    if not table or table[-1] == 255 or any(size != 255 for size in table[:-1]):
        raise _broken()
    return sum(table)


def _ogg_sum(page: bytes | bytearray) -> int:
    """The check sum of Ogg: CRC-32 with the polynomial 0x04C11DB7, not reflected, beginning at 0."""
    found = 0
    for byte in page:
        found = (found << 8 & 0xFFFFFFFF) ^ _OGG_TABLE[found >> 24 ^ byte]
    return found


def _ogg_row(index: int) -> int:
    row = index << 24
    for _step in range(8):
        row = (row << 1 ^ (0x04C11DB7 if row & 0x80000000 else 0)) & 0xFFFFFFFF
    return row


_OGG_TABLE = tuple(_ogg_row(index) for index in range(256))


# -- MP3 (ISO 11172-3, ISO 13818-3) --------------------------------------------------------------------------------------

_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_FEWEST_FRAMES = 4


def begins_as_mp3(data: bytes) -> bool:
    return data[:3] == b"ID3" or _frame(data, 0) > 0


def clean_mp3(data: bytes) -> bytes:
    """The frames alone, without the notes before and behind them."""
    start = at = _behind_notes(data)
    end = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    count = 0
    while at < end and (length := _frame(data, at)):
        if at + length > end:
            break  # the last frame was cut short
        at, count = at + length, count + 1
    if count < _FEWEST_FRAMES or not _is_padding(data[at:end], _frame(data, at)):
        raise _broken()
    return data[start:at]


def _is_padding(rest: bytes, cut: int) -> bool:
    """Nothing, zeros, notes in the APE way, or a last frame cut short."""
    return not rest.strip(b"\0") or rest.startswith(b"APETAGEX") or len(rest) < cut


def _behind_notes(data: bytes) -> int:
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte & 0x7F
    at = 10 + size + (10 if data[5] & 0x10 else 0)
    while at < len(data) and data[at] == 0:
        at += 1
    return at


def _frame(data: bytes, at: int) -> int:
    """The length of the frame of layer III that begins here, in bytes; 0: none does."""
    if at + 4 > len(data):
        return 0
    head = int.from_bytes(data[at : at + 4], "big")
    version, layer, bits, rate, padding = head >> 19 & 3, head >> 17 & 3, head >> 12 & 15, head >> 10 & 3, head >> 9 & 1
    if head >> 21 != 0x7FF or version == 1 or layer != 1 or bits in (0, 15) or rate == 3:
        return 0
    kbits = (_KBITS_1 if version == 3 else _KBITS_2)[bits]
    return (144 if version == 3 else 72) * kbits * 1000 // _RATES[version][rate] + padding


# -- M4A -----------------------------------------------------------------------------------------------------------------


def clean_m4a(data: bytes) -> bytes:
    """The same boxes at the same places; notes and dates become zeros."""
    try:
        cleaned, tracks = boxes.cleaned(data)
    except boxes.Broken:
        raise _broken() from None
    if tracks != {boxes.SOUND}:
        raise _broken()  # a video, or nothing to hear
    return cleaned


# -- how long it lasts ---------------------------------------------------------------------------------------------------

_LONGEST = 24 * 3600  # seconds: more is not a length but a lie


def seconds(content: Content, data: bytes) -> int | None:
    """Of a cleaned sound or film, rounded, one at least. None: it does not say."""
    lasts = {Content.OPUS: _lasts_opus, Content.MP3: _lasts_mp3}.get(content, boxes.seconds)(data)
    return max(1, round(lasts)) if 0 < lasts <= _LONGEST else None


def _lasts_opus(data: bytes) -> float:
    """The last page says how many samples have been played by its end, at 48 kHz whatever was recorded (RFC 7845, section 4)."""
    pages = list(_pages(data))
    ahead = int.from_bytes(data[pages[0].body + 10 : pages[0].body + 12], "little")
    ends = [int.from_bytes(data[page.start + 6 : page.start + 14], "little", signed=True) for page in pages]
    return (max(ends) - ahead) / 48000


def _lasts_mp3(data: bytes) -> float:
    at, lasts = 0, 0.0
    while length := _frame(data, at):
        version, rate = data[at + 1] >> 3 & 3, data[at + 2] >> 2 & 3
        lasts += (1152 if version == 3 else 576) / _RATES[version][rate]
        at += length
    return lasts
