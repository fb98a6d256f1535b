"""Films, as telephones send them: MP4 with one kind of picture and perhaps sound. Kept as they are, without what was written about them."""

from django.utils.translation import gettext as _

from baquiano.files import boxes
from baquiano.files.refusal import AttachmentRefused, Why


def clean(data: bytes) -> bytes:
    """The same boxes at the same places; notes, place and dates become zeros. Raises `AttachmentRefused`."""
    try:
        cleaned, tracks = boxes.cleaned(data)
    except boxes.Broken:
        raise AttachmentRefused(_("This video is damaged. Ask for it again, or for a photo."), Why.DAMAGED) from None
    if boxes.PICTURE not in tracks or tracks - {boxes.PICTURE, boxes.SOUND}:
        raise AttachmentRefused(
            _("This video holds more than pictures and sound. Ask for another one, or for a photo.")
        )
    return cleaned


def is_one(data: bytes) -> bool:
    """Whether these boxes hold pictures that move. What is broken is not."""
    try:
        return boxes.PICTURE in boxes.cleaned(data)[1]
    except boxes.Broken:
        return False
