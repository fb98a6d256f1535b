"""Plain text, as it is kept: UTF-8, nothing that a program could take for a page or for a command of a terminal."""

import codecs
import re

from django.utils.translation import gettext as _

from baquiano.files.polyglots import is_also_a_page
from baquiano.files.refusal import AttachmentRefused

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_BEGINS_AS_CODE = re.compile(r"\s*(?:<\?|<!|<[a-zA-Z]+[\s>/]|#!|%!PS|@echo\b)", re.IGNORECASE)
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def clean(data: bytes) -> bytes:
    """The same words in UTF-8, without a byte order mark."""
    text = _read(data)
    if text is None or _CONTROL.search(text):
        raise AttachmentRefused(not_on_the_list())
    words = text.encode("utf-8")
    if _BEGINS_AS_CODE.match(text) or is_also_a_page(words):
        raise AttachmentRefused(
            _("This is a web page, a drawing (SVG) or a program, not a document. Save it as PDF, or take a photo.")
        )
    return words


def _read(data: bytes) -> str | None:
    encoding = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def not_on_the_list() -> str:
    return _(
        "Only photos (JPEG, PNG, WebP), PDF, voice notes (Opus, MP3, M4A) and plain text (UTF-8) are kept. This is something else, or it is damaged."
    )
