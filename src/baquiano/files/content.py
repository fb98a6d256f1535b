"""What a kept file may be. Anything else is refused."""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 10 * 1024 * 1024
MOST_BYTES_SENT = 16 * 1024 * 1024
"""What WhatsApp carries of a sound or a film: a danger that was said aloud is not turned away for its length."""
MOST_BYTES_OF_A_PICTURE_SENT = 5 * 1024 * 1024
"""As WhatsApp: whoever sends a larger one sends it as a document."""


class Content(models.TextChoices):
    """As it is kept and served: a WebP picture becomes one of the first two."""

    JPEG = "jpeg", _("Picture")
    PNG = "png", _("Picture (PNG)")
    PDF = "pdf", _("PDF")
    OPUS = "opus", _("Voice note")
    MP3 = "mp3", _("Sound (MP3)")
    M4A = "m4a", _("Sound (M4A)")
    MP4 = "mp4", _("Video")
    TEXT = "text", _("Plain text")


CONTENT_TYPES = {
    Content.JPEG: "image/jpeg",
    Content.PNG: "image/png",
    Content.PDF: "application/pdf",
    Content.OPUS: "audio/ogg",
    Content.MP3: "audio/mpeg",
    Content.M4A: "audio/mp4",
    Content.MP4: "video/mp4",
    Content.TEXT: "text/plain; charset=utf-8",
}
EXTENSIONS = {
    Content.JPEG: ".jpg",
    Content.PNG: ".png",
    Content.PDF: ".pdf",
    Content.OPUS: ".ogg",
    Content.MP3: ".mp3",
    Content.M4A: ".m4a",
    Content.MP4: ".mp4",
    Content.TEXT: ".txt",
}
PICTURES = (Content.JPEG, Content.PNG)
SOUNDS = (Content.OPUS, Content.MP3, Content.M4A)
FILMS = (Content.MP4,)
PAPERS = (*PICTURES, *SOUNDS, Content.PDF, Content.TEXT)
"""What somebody shows at the desk, and is kept by hand."""


@dataclass(frozen=True)
class Accepted:
    """What a file turned out to be, and its bytes as they will be kept: cleaned, at most as many as were allowed."""

    content: Content
    data: bytes
