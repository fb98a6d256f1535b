"""A PDF is kept as it came, so it may hold nothing that acts: no program, no other file, no form that sends itself.

It is read as bytes, not by its table of contents: what a table hides, a search still finds. Seen: every name in clear, also written with
`#` escapes; every object packed in a Flate stream, also inside ASCII85 or ASCIIHex. A file that says it packs objects in any other way
is refused, and so is one that is locked: nobody can look into it.
Not seen: what is drawn; where a link leads (a reader asks before it follows one); a fault aimed at the reader's fonts or pictures; objects
packed in a way that only a reader ignoring the rules of the format would unpack. Hence the virus scanner, and hence never shown in the page.
"""

import base64
import re
import zlib
from bisect import bisect_left
from collections.abc import Iterator

from django.utils.translation import gettext as _

from baquiano.files.refusal import AttachmentRefused, Why

MOST_UNPACKED = 128 * 1024 * 1024
"""Of all packed objects together, looked at window by window: a book of 1,000 pages needs a tenth of it."""

MOST_LETTERS = 2 * 1024 * 1024  # packed objects inside ASCII85: rare, and slow to read
MOST_STREAMS = 20_000
_WINDOW = 512 * 1024
_OVERLAP = 128  # longer than any name looked for, escapes included
_TASTE = 192  # bytes of a stream that show whether it packs objects
_DICTIONARY = 4096  # bytes before a stream in which it is described


def _spelt(name: str) -> bytes:
    """A pattern for a name, each letter plain or as `#4A`."""
    return b"".join(b"(?:%b|#%b)" % (letter.encode(), _hex(ord(letter))) for letter in name)


def _hex(code: int) -> bytes:
    return b"".join(b"[%b%b]" % (digit.encode(), digit.upper().encode()) for digit in f"{code:02x}")


def _names(*names: str) -> re.Pattern[bytes]:
    """Any of these names, whole."""
    return re.compile(rb"/(?:" + b"|".join(map(_spelt, names)) + rb")(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)")


# Long enough not to turn up by chance in the bytes of a picture: looked for everywhere.
_ACTS = _names(
    "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "FileAttachment", "RichMedia", "Rendition", "SubmitForm", "ImportData", "GoToE",
    "GoToR", "Movie", "Sound", "XFA",
)  # fmt: skip
_ACTS_SHORT = _names("JS", "EF", "RF", "3D")  # looked for between the streams and in packed objects
_LOCKED = _names("Encrypt")
_PACKS_OBJECTS = _names("ObjStm")

_STREAM = re.compile(rb"\bstream[ \t]*(?:\r\n|\n|\r)")
_END = re.compile(rb"endstream")
_FILTER = re.compile(rb"/F(?:ilter)?\s*(\[[^\]]*\]|/[^\s/<>\[\]()]+)")
_FLATE = frozenset((b"FlateDecode", b"Fl"))
_ASCII85 = frozenset((b"ASCII85Decode", b"A85"))
_ASCIIHEX = frozenset((b"ASCIIHexDecode", b"AHx"))
_LOOKS_PACKED = re.compile(rb"\s*\d+\s+\d+\s+(?:\d+\s+\d+\s+)*(?:<<|\[|\(|/|\d|\Z)")


def check(data: bytes) -> bytes:
    """The same bytes. Raises `AttachmentRefused`."""
    _check_frame(data)
    if _LOCKED.search(data):
        raise AttachmentRefused(
            _("This PDF is locked, so it cannot be checked. Print it to a new PDF, or take a photo of it."), Why.ACTS
        )
    if _ACTS.search(data) or any(_ACTS_SHORT.search(part) for part in _between_streams(data)):
        raise _acts()
    _look_into_streams(data)
    return data


def _check_frame(data: bytes) -> None:
    """It begins and ends as a PDF: nothing before it, nothing behind it."""
    ends = re.search(rb"startxref\s+\d+\s+%%EOF\s*\Z", data[-1024:])
    if not re.match(rb"%PDF-[12]\.\d", data) or not ends:
        raise AttachmentRefused(
            _("This PDF is damaged, or something hangs on its end. Print it to a new PDF, or take a photo of it."),
            Why.DAMAGED,
        )


def _acts() -> AttachmentRefused:
    return AttachmentRefused(
        _(
            "This PDF holds a program, another file or a form that acts by itself. Print it to a new PDF, or take a photo of it."
        ),
        Why.ACTS,
    )


def _cannot_look() -> AttachmentRefused:
    return AttachmentRefused(
        _("This PDF is packed in a way that cannot be checked. Print it to a new PDF, or take a photo of it."), Why.ACTS
    )


def _between_streams(data: bytes) -> Iterator[bytes]:
    after = 0
    for start in _STREAM.finditer(data):
        if start.start() < after:
            continue  # the word inside a stream
        yield data[after : start.start()]
        end = _END.search(data, start.end())
        after = end.start() if end else len(data)
    yield data[after:]


def _look_into_streams(data: bytes) -> None:
    """Wherever the word stands, also inside what looks like another stream: a comment could pretend to begin one."""
    left, left_letters = MOST_UNPACKED, MOST_LETTERS
    ends = [end.start() for end in _END.finditer(data)]
    for count, start in enumerate(_STREAM.finditer(data)):
        if count == MOST_STREAMS:
            raise _cannot_look()
        number = bisect_left(ends, start.end())
        end = ends[number] if number < len(ends) else len(data)
        before = data[max(0, start.start() - _DICTIONARY) : start.start()]
        dictionary = before[before.rfind(b"obj") + 1 :]
        said = bool(_PACKS_OBJECTS.search(dictionary))
        filters = _filters(dictionary, strictly=said)
        if not said and not _tastes_packed(data[start.end() : min(end, start.end() + _TASTE)], filters):
            continue
        body = data[start.end() : end]
        if filters - _FLATE:
            left_letters -= len(body)
        left -= _look_into(body, filters, min(left, MOST_UNPACKED if left_letters >= 0 else -1), said=said)


def _filters(dictionary: bytes, *, strictly: bool) -> frozenset[bytes]:
    """`strictly`: of packed objects, where anything we cannot undo is refused."""
    found = _FILTER.search(dictionary)
    names = frozenset(re.findall(rb"/([^\s/\[\]]+)", found[1])) if found else frozenset[bytes]()
    hides = (
        b"Predictor" in dictionary or (not found and b"ilter" in dictionary) or names - _FLATE - _ASCII85 - _ASCIIHEX
    )
    if strictly and (hides or b"#" in dictionary):
        raise _cannot_look()
    return names


def _tastes_packed(beginning: bytes, filters: frozenset[bytes]) -> bool:
    try:
        unpacked = next(_windows(_without_letters(beginning, filters)), b"")
    except (zlib.error, ValueError):
        return False
    return bool(_LOOKS_PACKED.match(unpacked[:_TASTE]))


def _look_into(body: bytes, filters: frozenset[bytes], most: int, *, said: bool) -> int:
    """How much it unpacked. Raises `AttachmentRefused` for what acts, for more than `most`, and for what was `said` to pack objects and does not."""
    looked, tail = 0, b""
    try:
        for window in _windows(_without_letters(body, filters)) if most >= 0 else ():
            looked += len(window)
            part = tail + window
            if looked > most:
                raise _cannot_look()
            if _ACTS.search(part) or _ACTS_SHORT.search(part):
                raise _acts()
            tail = part[-_OVERLAP:]
    except (zlib.error, ValueError):
        if said:
            raise _cannot_look() from None
    if most < 0:
        raise _cannot_look()
    return looked


def _without_letters(body: bytes, filters: frozenset[bytes]) -> bytes:
    """Out of the envelope of letters that may lie around a packed stream. Raises ValueError."""
    if filters & _ASCII85:
        letters = b"".join(body.split()).removeprefix(b"<~").partition(b"~")[0]
        body = base64.a85decode(letters)
    if filters & _ASCIIHEX:
        letters = b"".join(body.split()).partition(b">")[0]
        body = bytes.fromhex((letters + b"0" * (len(letters) % 2)).decode("ascii"))
    return body


def _windows(body: bytes) -> Iterator[bytes]:
    """The unpacked stream, a window at a time; one that is not packed comes as it is. Raises zlib.error."""
    if not body or body[0] & 0x0F != zlib.DEFLATED:
        yield body
        return
    machine = zlib.decompressobj()
    while body and not machine.eof:
        window = machine.decompress(body, _WINDOW)
        body = machine.unconsumed_tail
        yield window
