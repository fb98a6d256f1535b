"""What the bytes are, whatever their name says: accepted and cleaned, or refused. Pure: no database, no network, no disk.

A name, an extension and the type a browser claims are never read. What is not on the list is refused, so a new kind of danger needs no rule.
"""

from collections.abc import Callable

from django.utils.translation import gettext as _

from baquiano.files import pdfs, pictures, sounds, texts
from baquiano.files.content import MOST_BYTES, Accepted, Content
from baquiano.files.polyglots import is_also_something_else
from baquiano.files.refusal import AttachmentRefused

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
    """Raises `AttachmentRefused` for everything that is not on the list, is damaged, is too large or is two things at once."""
    _check_size(data)
    if TRIAL_VIRUS in data:
        raise AttachmentRefused(_("This file carries a virus signature and is not kept. Do not open it."))
    content, clean = _reader(data)
    cleaned = clean(data)
    if not isinstance(cleaned, Accepted):
        cleaned = Accepted(content, cleaned)
    if len(cleaned.data) > MOST_BYTES:
        raise _too_large()
    if cleaned.content not in (Content.JPEG, Content.PNG) and is_also_something_else(cleaned.data):
        raise AttachmentRefused(
            _("This file is two things at once, as if another one were hidden in it. Take a photo of it instead.")
        )
    return cleaned


def _check_size(data: bytes) -> None:
    if not data:
        raise AttachmentRefused(_("This file is empty."))
    if len(data) > MOST_BYTES:
        raise _too_large()


def _too_large() -> AttachmentRefused:
    return AttachmentRefused(_("This file is larger than 10 MB. Send fewer pages, or a smaller photo."))


def _reader(data: bytes) -> tuple[Content, Callable[[bytes], bytes | Accepted]]:
    head = data[:16]
    for mark, content, clean in _MARKS:
        if head.startswith(mark):
            return content, clean
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Content.JPEG, pictures.clean
    if head[4:8] == b"ftyp":
        return Content.M4A, _m4a_unless_a_picture
    if sounds.begins_as_mp3(data):
        return Content.MP3, sounds.clean_mp3
    if head.startswith(_OFFICE_OR_ARCHIVE):
        raise AttachmentRefused(
            _("Office documents and compressed folders are not kept. Save it as PDF, or take a photo, and try again.")
        )
    return Content.TEXT, texts.clean


def _m4a_unless_a_picture(data: bytes) -> bytes:
    if data[8:12] in _HEIF:
        raise AttachmentRefused(
            _(
                "This photo is in a format of iPhone (HEIC) that cannot be checked here. Send it by WhatsApp to yourself and keep that one, "
                "or choose “Most compatible” in the settings of the camera."
            )
        )
    return sounds.clean_m4a(data)


_MARKS: tuple[tuple[bytes, Content, Callable[[bytes], bytes | Accepted]], ...] = (
    (b"\xff\xd8\xff", Content.JPEG, pictures.clean),
    (b"\x89PNG\r\n\x1a\n", Content.PNG, pictures.clean),
    (b"%PDF-", Content.PDF, pdfs.check),
    (b"OggS", Content.OPUS, sounds.clean_opus),
)
