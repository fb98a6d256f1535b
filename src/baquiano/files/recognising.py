"""What the bytes are, whatever their name says: accepted and cleaned, or refused. Pure: no database, no network, no disk.

A name, an extension and the type a browser claims are never read. What is not on the list is refused, so a new kind of danger needs no rule.
"""

from collections.abc import Callable, Collection

from django.utils.translation import gettext as _

from baquiano.files import films, pdfs, pictures, sounds, texts
from baquiano.files.content import FILMS, MOST_BYTES, MOST_BYTES_SENT, PAPERS, PICTURES, SOUNDS, Accepted, Content
from baquiano.files.polyglots import is_also_something_else
from baquiano.files.refusal import AttachmentRefused, Why

# The harmless file with which virus scanners are tried out. In two halves, so that no scanner takes this program for it.
TRIAL_VIRUS = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"

_OFFICE_OR_ARCHIVE = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)
_HEIF = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis")


def recognise(data: bytes) -> Accepted:
    """What somebody shows at the desk. Raises `AttachmentRefused` for everything that is not on the list, is damaged, is too large or is
    two things at once.
    """
    return _recognised(data, PAPERS, MOST_BYTES)


def recognise_sent(data: bytes, among: Collection[Content]) -> Accepted:
    """What came with a message, and only of these kinds: up to `MOST_BYTES_SENT`. Raises `AttachmentRefused` for everything else."""
    return _recognised(data, among, MOST_BYTES_SENT)


def _recognised(data: bytes, among: Collection[Content], most: int) -> Accepted:
    _check(data, most)
    content, clean = _reader(data)
    if content not in among:
        raise AttachmentRefused(_other_than(among))
    cleaned = clean(data)
    if not isinstance(cleaned, Accepted):
        cleaned = Accepted(content, cleaned)
    if len(cleaned.data) > most:
        raise _too_large(most)
    if cleaned.content not in PICTURES and is_also_something_else(cleaned.data):
        raise AttachmentRefused(
            _("This file is two things at once, as if another one were hidden in it. Take a photo of it instead."),
            Why.TWO,
        )
    return cleaned


def _other_than(among: Collection[Content]) -> str:
    if set(among) <= set(SOUNDS):
        return _("This is not a sound that can be played: only voice notes, MP3 and M4A are.")
    if set(among) <= {*PICTURES, *FILMS}:
        return _("This is not a picture or a video that can be shown: only JPEG, PNG, WebP and MP4 are.")
    return texts.not_on_the_list()


def _check(data: bytes, most: int) -> None:
    if not data:
        raise AttachmentRefused(_("This file is empty."), Why.DAMAGED)
    if len(data) > most:
        raise _too_large(most)
    if TRIAL_VIRUS in data:
        raise AttachmentRefused(_("This file carries a virus signature and is not kept. Do not open it."), Why.HARM)


def _too_large(most: int) -> AttachmentRefused:
    if most > MOST_BYTES:
        return AttachmentRefused(_("This file is larger than 16 MB."), Why.LARGE)
    return AttachmentRefused(_("This file is larger than 10 MB. Send fewer pages, or a smaller photo."), Why.LARGE)


def _reader(data: bytes) -> tuple[Content, Callable[[bytes], bytes | Accepted]]:
    head = data[:16]
    for mark, content, clean in _MARKS:
        if head.startswith(mark):
            return content, clean
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Content.JPEG, pictures.clean
    if head[4:8] == b"ftyp":
        return _sound_or_film(data)
    if sounds.begins_as_mp3(data):
        return Content.MP3, sounds.clean_mp3
    if head.startswith(_OFFICE_OR_ARCHIVE):
        raise AttachmentRefused(
            _("Office documents and compressed folders are not kept. Save it as PDF, or take a photo, and try again.")
        )
    return Content.TEXT, texts.clean


def _sound_or_film(data: bytes) -> tuple[Content, Callable[[bytes], bytes | Accepted]]:
    """By its tracks: what it calls itself says nothing."""
    if data[8:12] in _HEIF:
        raise AttachmentRefused(
            _(
                "This photo is in a format of iPhone (HEIC) that cannot be checked here. Send it by WhatsApp to yourself and keep that one, "
                "or choose “Most compatible” in the settings of the camera."
            )
        )
    return (Content.MP4, films.clean) if films.is_one(data) else (Content.M4A, sounds.clean_m4a)


_MARKS: tuple[tuple[bytes, Content, Callable[[bytes], bytes | Accepted]], ...] = (
    (b"\xff\xd8\xff", Content.JPEG, pictures.clean),
    (b"\x89PNG\r\n\x1a\n", Content.PNG, pictures.clean),
    (b"%PDF-", Content.PDF, pdfs.check),
    (b"OggS", Content.OPUS, sounds.clean_opus),
)
