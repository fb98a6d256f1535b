"""Pictures are drawn anew: what comes out has the same pixels (smaller if it was huge) and nothing else that was in the file.

Gone: place, date, camera, thumbnail, author, comments, colour profile, further pictures of the same file, whatever hung on its end. Nothing of
the file is decoded before its dimensions are known, and one picture at a time, so that a small server keeps its memory.
"""

import io
import struct
import threading

from django.utils.translation import gettext as _
from PIL import ExifTags, Image

from baquiano.files.content import MOST_BYTES, Accepted, Content
from baquiano.files.refusal import AttachmentRefused, Why
from baquiano.files.texts import not_on_the_list

LONGEST_SIDE = 3000  # pixels: a page photographed stays readable
MOST_PIXELS = 16_000_000  # decoded whole, at four bytes each
MOST_PIXELS_OF_WEBP = 9_000_000  # its decoder holds the picture several times
MOST_PIXELS_IN_STEPS = 64_000_000  # a JPEG of one scan is read at a half, a quarter or an eighth
MOST_SCANS = 100  # real ones have about ten; each further one costs the whole picture again
QUALITY = 85
GLIMPSE = 12  # pixels on the longest side

# Pillow looks at this before it decodes anything, also in other rooms; our own limits are narrower.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS_IN_STEPS

_one_at_a_time = threading.Lock()

_ORIENTATION = ExifTags.Base.Orientation
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def clean(data: bytes) -> Accepted:
    """JPEG, PNG or WebP → JPEG or PNG. Raises `AttachmentRefused`."""
    if data[:4] == b"RIFF":
        # Its decoder makes room for the whole picture when it is opened: before Pillow looks at it.
        _check_pixels(_webp_size(data), MOST_PIXELS_OF_WEBP)
    with _one_at_a_time:
        return _redrawn(data)


def glimpse(data: bytes) -> bytes:
    """Of one of our own pictures: a few colours, by which nobody can tell what is on it."""
    with _one_at_a_time, Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
        image.draft("RGB", (GLIMPSE * 8, GLIMPSE * 8))
        small = _on_white(_in_our_colours(image)).convert("RGB")
        small.thumbnail((GLIMPSE, GLIMPSE), Image.Resampling.BOX)
        return _saved(small, "JPEG")


def _redrawn(data: bytes) -> Accepted:
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as image:
            return _drawn_anew(image, data)
    except AttachmentRefused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):  # the second where warnings are errors
        raise _too_many_pixels() from None
    except Exception:  # decoders raise anything at all on a broken file: whatever it is, the file is not kept
        raise AttachmentRefused(
            _("This photo is damaged and cannot be opened. Take it again, or send it another way."), Why.DAMAGED
        ) from None


def _drawn_anew(image: Image.Image, data: bytes) -> Accepted:
    is_png = image.format == "PNG"
    _check_pixels(image.size, MOST_PIXELS_IN_STEPS if _comes_in_steps(image, data) else MOST_PIXELS)
    turned = _turn_of(image)
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    pixels = _in_our_colours(image)
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    if turned is not None:
        pixels = pixels.transpose(turned)
    pixels.info.clear()
    if is_png:
        png = _saved(pixels, "PNG")
        if len(png) <= MOST_BYTES:
            return Accepted(Content.PNG, png)
    return Accepted(Content.JPEG, _saved(_on_white(pixels), "JPEG"))


def _comes_in_steps(image: Image.Image, data: bytes) -> bool:
    """A JPEG that is not progressive. One with very many scans is refused: it would take minutes."""
    if image.format not in ("JPEG", "MPO"):
        return False
    if data.count(b"\xff\xda") > MOST_SCANS:
        raise AttachmentRefused(not_on_the_list())
    return not image.info.get("progressive")


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """How the camera was held, if the file says so in a way that can be read."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # see `_redrawn`: a photo is not lost because its notes are broken
        return None


def _in_our_colours(image: Image.Image) -> Image.Image:
    """Grey, colour, or colour with what shows through. The same object if it is one of these already: no copy of a large picture."""
    if image.mode in ("L", "RGB", "RGBA") and "transparency" not in image.info:
        return image
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256, "L")  # scans with 16 bits of grey
    see_through = image.mode in ("LA", "La", "PA", "RGBa") or "transparency" in image.info
    return image.convert("RGBA" if see_through else "L" if image.mode == "1" else "RGB")


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _saved(image: Image.Image, form: str) -> bytes:
    out = io.BytesIO()
    image.save(out, form, quality=QUALITY)
    return out.getvalue()


def _webp_size(data: bytes) -> tuple[int, int]:
    """From the first chunk, without a decoder (RFC 9649)."""
    try:
        if data[12:16] == b"VP8X":
            return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
        if data[12:16] == b"VP8L":
            (bits,) = struct.unpack_from("<I", data, 21)
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        width, height = struct.unpack_from("<HH", data, 26)
    except struct.error:
        raise AttachmentRefused(not_on_the_list()) from None
    return width & 0x3FFF, height & 0x3FFF


def _check_pixels(size: tuple[int, int], most: int) -> None:
    width, height = size
    if width * height > most:
        raise _too_many_pixels()


def _too_many_pixels() -> AttachmentRefused:
    return AttachmentRefused(
        _("This picture has too many pixels to be opened safely. Take a photo of it, or send it smaller."), Why.LARGE
    )
