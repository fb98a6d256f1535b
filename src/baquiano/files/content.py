"""What a kept file may be. Anything else is refused."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 10 * 1024 * 1024


class Content(models.TextChoices):
    """As it is kept and served: a WebP picture becomes one of the first two."""

    JPEG = "jpeg", _("Picture")
    PNG = "png", _("Picture (PNG)")
    PDF = "pdf", _("PDF")
    OPUS = "opus", _("Voice note")
    MP3 = "mp3", _("Sound (MP3)")
    M4A = "m4a", _("Sound (M4A)")
    TEXT = "text", _("Plain text")


CONTENT_TYPES = {
    Content.JPEG: "image/jpeg",
    Content.PNG: "image/png",
    Content.PDF: "application/pdf",
    Content.OPUS: "audio/ogg",
    Content.MP3: "audio/mpeg",
    Content.M4A: "audio/mp4",
    Content.TEXT: "text/plain; charset=utf-8",
}
EXTENSIONS = {
    Content.JPEG: ".jpg",
    Content.PNG: ".png",
    Content.PDF: ".pdf",
    Content.OPUS: ".ogg",
    Content.MP3: ".mp3",
    Content.M4A: ".m4a",
    Content.TEXT: ".txt",
}


@dataclass(frozen=True)
class Accepted:
    """What a file turned out to be, and its bytes as they will be kept: cleaned, at most `MOST_BYTES`."""

    content: Content
    data: bytes
