"""Small files of every kind that is kept, each full of what must not come out again (`CANARY`)."""

import io
import struct
import zipfile
import zlib

import pypdf
from PIL import Image
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, NumberObject, TextStringObject

CANARY = "CANARY-9c1"
CANARY_BYTES = CANARY.encode()
LATITUDE = (4.0, 35.0, 53.7)


def leaks(data: bytes) -> bool:
    """Also when it is written in two bytes per letter."""
    return any(CANARY.encode(coding) in data for coding in ("utf-8", "utf-16-le", "utf-16-be"))


# -- pictures ----------------------------------------------------------------------------------------------------------


def drawing(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right: which side is up can be seen."""
    image = Image.new(mode, (width, height), "blue")
    image.paste("red", (0, 0, width // 2, height))
    return image


def _notes(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = CANARY  # the maker of the camera
    exif[0x9C9C] = CANARY.encode("utf-16-le")  # a comment, in the way of Windows
    exif.get_ifd(0x8825)[2] = LATITUDE
    return exif


def jpeg(*, orientation: int = 1, behind: bytes = b"", image: Image.Image | None = None) -> bytes:
    out = io.BytesIO()
    (image or drawing()).save(
        out, "JPEG", exif=_notes(orientation), comment=CANARY_BYTES, icc_profile=CANARY_BYTES * 20, xmp=CANARY_BYTES
    )
    return out.getvalue() + behind


def png(*, image: Image.Image | None = None) -> bytes:
    out = io.BytesIO()
    (image or drawing()).save(out, "PNG", exif=_notes(1))
    return _with_png_chunk(out.getvalue(), b"tEXt", b"Comment\0" + CANARY_BYTES)


def webp(*, image: Image.Image | None = None) -> bytes:
    out = io.BytesIO()
    (image or drawing()).save(out, "WEBP", exif=_notes(1), xmp=CANARY_BYTES)
    return out.getvalue()


def _with_png_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    return data[:33] + png_chunk(kind, body) + data[33:]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_that_claims(width: int, height: int) -> bytes:
    """A header, and next to nothing behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", body) + png_chunk(b"IEND", b"")


# -- documents ---------------------------------------------------------------------------------------------------------


def writer() -> pypdf.PdfWriter:
    document = pypdf.PdfWriter()
    document.add_blank_page(200, 200)
    return document


def written(document: pypdf.PdfWriter) -> bytes:
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def pdf() -> bytes:
    return written(writer())


def action(kind: str, **more: str) -> DictionaryObject:
    return DictionaryObject(
        {
            NameObject("/S"): NameObject(f"/{kind}"),
            **{NameObject(f"/{k}"): TextStringObject(v) for k, v in more.items()},
        }
    )


def pdf_that_opens_with(deed: DictionaryObject) -> bytes:
    document = writer()
    document._root_object[NameObject("/OpenAction")] = document._add_object(deed)
    return written(document)


def pdf_that_packs(
    inside: bytes, *, dictionary: bytes = b"/Type/ObjStm/Filter/FlateDecode", coded: bytes | None = None
) -> bytes:
    """One packed object, written by hand: no library would write it so."""
    body = zlib.compress(b"9 0 " + inside) if coded is None else coded
    head = b"%%PDF-1.7\n5 0 obj\n<</N 1/First 4/Length %d%b>>\nstream\n" % (len(body), dictionary)
    return head + body + b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n"


def pdf_with_packed_objects() -> bytes:
    """As programs of today write them."""
    document = writer()
    stream = DecodedStreamObject()
    stream.set_data(b"9 0 <</Type/Catalog>>")
    stream.update(
        {
            NameObject("/Type"): NameObject("/ObjStm"),
            NameObject("/N"): NumberObject(1),
            NameObject("/First"): NumberObject(4),
        }
    )
    document._add_object(stream.flate_encode())
    return written(document)


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as inside:
        inside.writestr("word/vbaProject.bin", CANARY_BYTES)
    return out.getvalue()


# -- sounds ------------------------------------------------------------------------------------------------------------


def ogg_sum(page: bytes) -> int:
    """Bit by bit, as RFC 3533 says it."""
    found = 0
    for byte in page:
        found ^= byte << 24
        for _ in range(8):
            found = (found << 1 ^ 0x04C11DB7 if found & 0x80000000 else found << 1) & 0xFFFFFFFF
    return found


def ogg_page(number: int, body: bytes, *, flags: int = 0, stream: int = 7) -> bytes:
    table = b"\xff" * (len(body) // 255) + bytes([len(body) % 255])
    head = struct.pack("<4sBBQIIIB", b"OggS", 0, flags, number * 960, stream, number, 0, len(table)) + table
    return head[:22] + struct.pack("<I", ogg_sum(head + body)) + head[26:] + body


def opus(*, notes: bytes = CANARY_BYTES * 30) -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 48000, 0, 0)
    comment = b"LOCATION=" + notes
    tags = b"OpusTags" + struct.pack("<I", 4) + b"test" + struct.pack("<II", 1, len(comment)) + comment
    return (
        ogg_page(0, head, flags=2)
        + ogg_page(1, tags)
        + ogg_page(2, b"sound" * 40)
        + ogg_page(3, b"more sound", flags=4)
    )


MP3_FRAME = b"\xff\xfb\x90\x00" + b"\x55" * 413  # MPEG 1, layer III, 128 kbit/s at 44.1 kHz


def mp3() -> bytes:
    note = b"TPE1" + struct.pack(">IH", len(CANARY) + 1, 0) + b"\0" + CANARY_BYTES
    return b"ID3\x03\0\0" + bytes([0, 0, 0, len(note)]) + note + MP3_FRAME * 6 + b"TAG" + CANARY_BYTES.ljust(125, b"\0")


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def _track(handler: bytes) -> bytes:
    dated = bytes(4) + b"\xda\xda\xda\xda" * 2 + bytes(16)
    handled = box(b"hdlr", bytes(8) + handler + bytes(12) + CANARY_BYTES + b"\0")
    return box(b"trak", box(b"tkhd", dated) + box(b"mdia", box(b"mdhd", dated) + handled + box(b"minf", b"tables")))


def mp4(*more: bytes) -> bytes:
    """A film with sound, and perhaps other tracks."""
    dated = bytes(4) + b"\xda\xda\xda\xda" * 2 + (1000).to_bytes(4, "big") + (7000).to_bytes(4, "big") + bytes(80)
    place = box(b"udta", box(b"\xa9xyz", b"+04.5981-074.0758/" + CANARY_BYTES))
    tracks = b"".join(_track(handler) for handler in (b"vide", b"soun", *more))
    brand = box(b"ftyp", b"isom" + bytes(4) + b"isommp42")
    return brand + box(b"moov", box(b"mvhd", dated) + tracks + place) + box(b"mdat", b"the film" * 40)


def m4a(*, handler: bytes = b"soun", brand: bytes = b"M4A ", wide: bool = False) -> bytes:
    dated = bytes(4) + b"\xda\xda\xda\xda" * 2 + bytes(16)
    track = _track(handler)
    place = box(b"udta", box(b"\xa9xyz", b"+04.5981-074.0758/" + CANARY_BYTES))
    sound = struct.pack(">I4sQ", 1, b"mdat", 16 + 15) + b"the sound of it" if wide else box(b"mdat", b"the sound of it")
    return (
        box(b"ftyp", brand + bytes(4) + brand)
        + box(b"moov", box(b"mvhd", dated) + track + place)
        + box(b"free", CANARY_BYTES)
        + sound
    )


EVERY_KIND = {"jpeg": jpeg, "png": png, "webp": webp, "pdf": pdf, "opus": opus, "mp3": mp3, "m4a": m4a}
