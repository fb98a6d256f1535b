"""What is kept and what is not, decided by the bytes alone."""

import base64
import io
import zlib
from collections.abc import Callable
from contextlib import suppress

import pypdf
import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf.generic import DictionaryObject

from baquiano.files import pictures, sounds
from baquiano.files.content import FILMS, MOST_BYTES, MOST_BYTES_SENT, PAPERS, PICTURES, SOUNDS, Accepted, Content
from baquiano.files.recognising import TRIAL_VIRUS, recognise, recognise_sent
from baquiano.files.refusal import AttachmentRefused, Why
from tests.files import samples
from tests.files.samples import CANARY, CANARY_BYTES, leaks

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PHP = b"<?php system($_GET['c']); ?>"
JS = samples.action("JavaScript", JS="app.alert(1)")


def _picture(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(recognise(data).data))


def _refusal(data: bytes) -> str:
    with pytest.raises(AttachmentRefused) as refusal:
        recognise(data)
    return str(refusal.value)


def _is_red(image: Image.Image, x: int, y: int) -> bool:
    pixel = image.convert("RGB").getpixel((x, y))
    assert isinstance(pixel, tuple)
    return pixel[0] > 200 and pixel[2] < 60


# -- what is kept ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (samples.jpeg(), Content.JPEG),
        (samples.png(), Content.PNG),
        (samples.webp(), Content.JPEG),
        (samples.pdf(), Content.PDF),
        (samples.pdf_with_packed_objects(), Content.PDF),
        (samples.opus(), Content.OPUS),
        (samples.mp3(), Content.MP3),
        (samples.MP3_FRAME * 5, Content.MP3),
        (samples.m4a(), Content.M4A),
        (samples.m4a(wide=True), Content.M4A),
        ("Ñandú, 3 de mayo\r\n\t<Multimedia omitido>\n".encode(), Content.TEXT),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind_on_the_list_is_known_by_its_bytes(data: bytes, content: Content) -> None:
    assert recognise(data).content == content


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.webp, samples.opus, samples.mp3, samples.m4a])
def test_what_was_written_about_a_picture_or_a_sound_does_not_come_out(make: Callable[[], bytes]) -> None:
    data = make()
    assert leaks(data)
    assert not leaks(recognise(data).data)


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.webp])
def test_a_picture_comes_out_without_any_notes(make: Callable[[], bytes]) -> None:
    picture = _picture(make())
    assert not picture.getexif()
    assert not {"comment", "icc_profile", "xmp", "exif", "Comment"} & set(picture.info)


@given(
    notes=st.binary(min_size=12, max_size=200),
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    form=st.sampled_from(["JPEG", "PNG", "WEBP"]),
    behind=st.binary(min_size=12, max_size=100),
)
@settings(max_examples=60)
def test_nothing_but_the_pixels_of_a_picture_comes_out(
    notes: bytes, size: tuple[int, int], form: str, behind: bytes
) -> None:
    notes, behind = b"note" + notes, b"behind" + behind
    out = io.BytesIO()
    samples.drawing(*size).save(out, form, exif=b"Exif\0\0" + notes, comment=notes, xmp=notes)
    raw = out.getvalue() + (behind if form != "WEBP" else b"")
    kept = recognise(raw).data
    assert kept != raw
    assert notes not in kept
    assert behind not in kept
    assert Image.open(io.BytesIO(kept)).size == size


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_taken_sideways_comes_out_upright(orientation: int) -> None:
    """Held so that the red half of the drawing belongs on the left: each of the eight ways of noting it gives the same picture."""
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]
    image = samples.drawing() if back is None else samples.drawing().transpose(Image.Transpose(back))
    upright = _picture(samples.jpeg(orientation=orientation, image=image))
    assert upright.size == (60, 40)
    assert _is_red(upright, 5, 20)
    assert not _is_red(upright, 55, 20)


def test_a_huge_photo_comes_out_smaller() -> None:
    assert _picture(samples.jpeg(image=samples.drawing(6000, 200))).size == (3000, 100)


def test_what_is_seen_through_stays_so_in_a_png_and_is_white_elsewhere() -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert _picture(samples.png(image=image)).getpixel((3, 3)) == (0, 0, 0, 0)
    assert _picture(samples.webp(image=image)).getpixel((3, 3)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_pictures_of_scanners_and_presses_come_out_as_they_look(mode: str) -> None:
    grey = Image.new("L", (8, 8), 255)
    image = Image.new("I;16", (8, 8), 65535) if mode == "I;16" else grey.convert("RGB").convert(mode)
    data = samples.jpeg(image=image) if mode == "CMYK" else samples.png(image=image)
    assert _picture(data).convert("L").getpixel((3, 3)) == 255


def test_a_text_is_kept_in_utf_8_without_a_mark() -> None:
    assert recognise("Año".encode("utf-16")).data == "Año".encode()
    assert recognise("Año".encode("utf-8-sig")).data == "Año".encode()


def test_a_voice_note_keeps_its_sound_and_a_true_check_sum() -> None:
    kept = recognise(samples.opus()).data
    assert len(kept) == len(samples.opus())
    assert b"sound" * 40 in kept
    tags = kept[kept.index(b"OpusTags") - 29 - len(CANARY) * 30 // 255 :]
    page = tags[tags.index(b"OggS") :]
    page = page[: page.index(b"OggS", 4)]
    assert int.from_bytes(page[22:26], "little") == samples.ogg_sum(page[:22] + bytes(4) + page[26:])


def test_a_recording_keeps_its_sound_in_its_place_and_loses_its_dates() -> None:
    raw, kept = samples.m4a(), recognise(samples.m4a()).data
    assert kept.index(b"the sound of it") == raw.index(b"the sound of it")
    assert b"tables" in kept
    assert b"\xda\xda" in raw
    assert b"\xda\xda" not in kept


def test_an_mp3_is_its_frames_and_nothing_else() -> None:
    assert recognise(samples.mp3()).data == samples.MP3_FRAME * 6
    assert recognise(samples.MP3_FRAME * 6 + samples.MP3_FRAME[:99]).data == samples.MP3_FRAME * 6


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02",
        b"MZ\x90\x00" + bytes(60),
        b"\x7fELF" + bytes(60),
        b"GIF89a" + bytes(30),
        b"BM" + bytes(60),
        b"II*\x00" + bytes(60),
        samples.m4a(handler=b"vide"),
        "Año".encode("latin-1"),
        b"\x1b[31m escape codes of a terminal",
    ],
)
def test_what_is_not_on_the_list_is_refused_with_the_list(data: bytes) -> None:
    assert any(word in _refusal(data) for word in ("JPEG, PNG, WebP", "not only sound"))


@pytest.mark.parametrize(
    "data",
    [
        HTML,
        SVG,
        PHP,
        b"  \n" + SVG,
        b"\xef\xbb\xbf" + HTML,
        HTML.decode().encode("utf-16"),
        b"hi <script src=x>",
        b"#!/bin/sh\n",
        b"<?xml version='1.0'?><a/>",
    ],
)
def test_pages_drawings_and_programs_are_not_texts(data: bytes) -> None:
    assert "web page" in _refusal(data)


def test_office_documents_and_archives_are_refused_with_what_to_do() -> None:
    for data in (
        samples.archive(),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        b"{\\rtf1 hello}",
        b"\x1f\x8b\x08" + bytes(9),
    ):
        assert "Save it as PDF" in _refusal(data)


def test_an_iphone_photo_is_told_how_to_come_back() -> None:
    assert "Most compatible" in _refusal(b"\0\0\0\x18ftypheic" + bytes(40))


@pytest.mark.parametrize(
    "data", [TRIAL_VIRUS, b"hello " + TRIAL_VIRUS, samples.jpeg(behind=TRIAL_VIRUS), samples.pdf() + TRIAL_VIRUS]
)
def test_the_trial_virus_is_refused_wherever_it_stands(data: bytes) -> None:
    assert "virus" in _refusal(data)


def test_the_trial_virus_is_the_one_that_scanners_know() -> None:
    assert len(TRIAL_VIRUS + b"$H+H*") == 68


def test_an_empty_file_and_a_large_one_are_refused() -> None:
    assert "empty" in _refusal(b"")
    assert "10 MB" in _refusal(b"a" * (MOST_BYTES + 1))
    assert recognise(b"a" * MOST_BYTES).content == Content.TEXT


@pytest.mark.parametrize(
    "data",
    [
        samples.png_that_claims(60_000, 60_000),
        samples.png_that_claims(10_000, 10_000),
        samples.png_that_claims(2_000_000_000, 1),
    ],
)
def test_a_picture_that_would_fill_the_memory_is_never_decoded(data: bytes) -> None:
    assert "too many pixels" in _refusal(data)


@pytest.mark.parametrize("side", [3_001, 16_384])
def test_a_webp_that_would_fill_the_memory_is_never_opened(side: int) -> None:
    small = samples.webp()
    assert small[12:16] == b"VP8X"
    assert "too many pixels" in _refusal(small[:24] + (side - 1).to_bytes(3, "little") * 2 + small[30:])


def test_every_way_of_writing_a_webp_is_measured() -> None:
    for lossless in (True, False):
        out = io.BytesIO()
        samples.drawing(3_100, 3_000).save(out, "WEBP", lossless=lossless, method=0)
        assert out.getvalue()[12:16] == (b"VP8L" if lossless else b"VP8 ")
        assert "too many pixels" in _refusal(out.getvalue())


def test_a_photo_of_very_many_scans_is_refused() -> None:
    assert "JPEG" in _refusal(samples.jpeg(behind=b"\xff\xda" * 101))


def test_a_broken_photo_is_refused() -> None:
    for make in (samples.jpeg, samples.png, samples.webp):
        assert "damaged" in _refusal(make()[:-80])


def test_a_png_whose_notes_unpack_without_end_is_refused_or_loses_them() -> None:
    bomb = b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9)
    raw = samples.png()
    data = raw[:33] + samples.png_chunk(b"zTXt", bomb) + raw[33:]
    with suppress(AttachmentRefused):
        assert len(recognise(data).data) < 10_000


# -- two things at once ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("behind", [samples.archive(), PHP, HTML])
def test_what_hangs_on_the_end_of_a_photo_stays_outside(behind: bytes) -> None:
    kept = recognise(samples.jpeg(behind=behind)).data
    assert behind[:20] not in kept
    assert not leaks(kept)


@pytest.mark.parametrize("behind", [samples.archive(), PHP, HTML, b"x"])
def test_what_hangs_on_the_end_of_a_pdf_is_refused(behind: bytes) -> None:
    assert "hangs on its end" in _refusal(samples.pdf() + behind)


@pytest.mark.parametrize("before", [samples.archive(), HTML, b"MZ", b"\n"])
def test_a_pdf_that_does_not_begin_as_one_is_not_taken_for_one(before: bytes) -> None:
    assert _refusal(before + samples.pdf())


@pytest.mark.parametrize("inside", [samples.archive(), HTML, PHP, b"Rar!\x1a\x07\x00", samples.archive()[-22:]])
def test_an_archive_or_a_page_inside_a_pdf_is_refused(inside: bytes) -> None:
    data = b"%PDF-1.7\n5 0 obj\n<</Length 9>>\nstream\n" + inside + b"\nendstream\nendobj\nstartxref\n0\n%%EOF\n"
    assert "two things at once" in _refusal(data)


@pytest.mark.parametrize("inside", [samples.archive(), HTML])
def test_an_archive_or_a_page_inside_a_recording_is_refused(inside: bytes) -> None:
    assert "two things at once" in _refusal(samples.m4a() + samples.box(b"mdat", inside))
    assert _refusal(samples.m4a() + inside)
    assert _refusal(samples.opus() + inside)
    assert _refusal(samples.mp3() + inside)
    assert "two things at once" in _refusal(samples.opus() + samples.ogg_page(4, inside))


def test_a_recording_with_a_second_stream_or_a_cover_is_refused() -> None:
    assert "not only sound" in _refusal(samples.opus() + samples.ogg_page(0, b"\x80theora", stream=8))
    long = samples.opus(notes=b"")
    cover = long.replace(samples.ogg_page(2, b"sound" * 40), samples.ogg_page(2, b"rest of a cover", flags=1))
    assert "not only sound" in _refusal(cover)


# -- a PDF that acts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deed",
    [
        JS,
        samples.action("Launch", F="calc.exe"),
        samples.action("SubmitForm", F="https://example.org"),
        samples.action("ImportData", F="x.fdf"),
        samples.action("GoToE"),
        samples.action("Rendition", JS="app.alert(1)"),
    ],
    ids=lambda deed: str(deed["/S"]),
)
def test_a_pdf_that_acts_when_it_is_opened_is_refused(deed: DictionaryObject) -> None:
    assert "acts by itself" in _refusal(samples.pdf_that_opens_with(deed))


def test_a_pdf_that_only_turns_to_a_page_or_has_a_link_is_kept() -> None:
    assert recognise(samples.pdf_that_opens_with(samples.action("GoTo"))).content == Content.PDF
    assert (
        recognise(samples.pdf_that_opens_with(samples.action("URI", URI="https://example.org"))).content == Content.PDF
    )


def test_a_pdf_with_a_file_inside_is_refused() -> None:
    document = samples.writer()
    document.add_attachment("a.exe", b"MZ")
    assert "acts by itself" in _refusal(samples.written(document))


def test_a_locked_pdf_is_refused() -> None:
    document = samples.writer()
    document.encrypt("")
    assert "locked" in _refusal(samples.written(document))


PROGRAM = b"<</S/JavaScript/JS(app.alert\\(1\\))>>"


@pytest.mark.parametrize(
    "data",
    [
        samples.pdf_that_packs(PROGRAM),
        samples.pdf_that_packs(b"<</S/Java#53cript>>"),
        samples.pdf_that_packs(b"<</J#53(app.alert)>>"),
        samples.pdf_that_packs(b" " * 700_000 + PROGRAM),
        samples.pdf_that_packs(b" " * (512 * 1024 - 4 - 10) + b"<</S/JavaScript>>"),  # across two windows
        samples.pdf_that_packs(PROGRAM, dictionary=b"/Filter/FlateDecode"),
        samples.pdf_that_packs(PROGRAM, dictionary=b"/Type/ObjStm", coded=b"9 0 " + PROGRAM),
        samples.pdf_that_packs(
            PROGRAM,
            dictionary=b"/Type/ObjStm/Filter[/ASCII85Decode/FlateDecode]",
            coded=base64.a85encode(zlib.compress(b"9 0 " + PROGRAM)) + b"~>",
        ),
        samples.pdf_that_packs(
            PROGRAM, dictionary=b"/Filter[/AHx/Fl]", coded=zlib.compress(b"9 0 " + PROGRAM).hex().encode() + b">"
        ),
        samples.pdf_that_packs(PROGRAM).replace(b"5 0 obj", b"% stream\n5 0 obj"),
        samples.pdf_that_packs(b"1").replace(b"5 0 obj", b"<</S/#4aava#53#63ript>>\n5 0 obj"),
        samples.pdf_that_packs(b"1").replace(b"5 0 obj", b"<</JS 7 0 R>>\n5 0 obj"),
    ],
)
def test_a_program_is_found_however_it_is_packed_or_spelt(data: bytes) -> None:
    assert "acts by itself" in _refusal(data)


@pytest.mark.parametrize(
    "data",
    [
        samples.pdf_that_packs(b"", dictionary=b"/Type/ObjStm/Filter/LZWDecode", coded=b"\x80\x0b\x60"),
        samples.pdf_that_packs(b"", dictionary=b"/Type/Obj#53tm/Filter/FlateDecode", coded=b"no"),
        samples.pdf_that_packs(b"", dictionary=b"/Type/ObjStm/Filter 7 0 R"),
        samples.pdf_that_packs(b"", dictionary=b"/Type/ObjStm/Filter/FlateDecode/DecodeParms<</Predictor 12>>"),
        samples.pdf_that_packs(b"", coded=b"x\x9cnot packed at all"),
        samples.pdf_that_packs(b"", coded=zlib.compress(b"9 0 " + bytes(200_000_000), 9)),
        b"%PDF-1.7\n" + b"stream\n" * 20_001 + b"startxref\n0\n%%EOF\n",
    ],
)
def test_what_cannot_be_looked_into_is_refused(data: bytes) -> None:
    assert "cannot be checked" in _refusal(data)


def test_a_picture_whose_bytes_happen_to_spell_a_short_name_is_kept() -> None:
    body = b"/JS /EF /3D " + bytes(range(256))
    data = (
        b"%PDF-1.4\n5 0 obj\n<</Subtype/Image/Filter/DCTDecode>>\nstream\n"
        + body
        + b"\nendstream\nendobj\nstartxref\n0\n%%EOF"
    )
    assert recognise(data).data == data


def test_a_kept_pdf_opens() -> None:
    kept = recognise(samples.pdf_with_packed_objects())
    assert len(pypdf.PdfReader(io.BytesIO(kept.data)).pages) == 1


# -- anything at all ---------------------------------------------------------------------------------------------------

_HEADS = [make()[:40] for make in samples.EVERY_KIND.values()] + [
    b"RIFF\0\0\0\0WEBPVP8 ",
    b"ID3",
    b"OggS\0",
    b"\xff\xfb\x90\0",
    b"%PDF-1.7 stream\n",
]


def _ends_well(data: bytes) -> None:
    try:
        kept = recognise(data)
    except AttachmentRefused as refusal:
        assert CANARY not in str(refusal)
    else:
        assert isinstance(kept, Accepted)


@given(st.builds(bytes.__add__, st.sampled_from([b"", *_HEADS]), st.binary(max_size=400)))
@settings(max_examples=300)
def test_no_bytes_make_it_fall(data: bytes) -> None:
    _ends_well(data)


@given(
    kind=st.sampled_from(sorted(samples.EVERY_KIND)),
    wounds=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.integers(0, 10_000),
)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_no_damage_makes_it_fall(kind: str, wounds: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(_WHOLE[kind])
    for place, value in wounds:
        data[place % len(data)] = value
    _ends_well(bytes(data[: cut % (2 * len(data)) or 1]))


_WHOLE = {kind: make() for kind, make in samples.EVERY_KIND.items()}


@given(st.text(max_size=200))
def test_any_words_come_out_as_they_went_in_or_are_refused(words: str) -> None:
    data = words.encode("utf-8", "surrogatepass")
    try:
        kept = recognise(data)
    except AttachmentRefused:
        return
    if kept.content == Content.TEXT:
        assert kept.data.decode() == words.removeprefix("\ufeff")


def test_a_refusal_never_quotes_the_file() -> None:
    for data in (CANARY_BYTES + b"\0", b"<html>" + CANARY_BYTES, samples.pdf() + CANARY_BYTES):
        assert not leaks(_refusal(data).encode())


def test_staff_are_told_in_their_language() -> None:
    with translation.override("es"):
        assert _refusal(b"") == "Este archivo está vacío."


# -- what somebody said ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [samples.opus, samples.mp3, samples.m4a])
def test_a_sound_is_recognised_and_cleaned_as_any_file(make: Callable[[], bytes]) -> None:
    assert recognise_sent(make(), SOUNDS) == recognise(make())


@pytest.mark.parametrize("make", [samples.jpeg, samples.png, samples.webp, samples.pdf, lambda: b"words"])
def test_only_a_sound_passes_for_one(make: Callable[[], bytes]) -> None:
    with pytest.raises(AttachmentRefused, match="not a sound"):
        recognise_sent(make(), SOUNDS)


def test_a_sound_may_be_as_long_as_whatsapp_carries_and_no_longer() -> None:
    frames = MOST_BYTES_SENT // len(samples.MP3_FRAME)
    assert len(recognise_sent(samples.MP3_FRAME * frames, SOUNDS).data) > MOST_BYTES
    with pytest.raises(AttachmentRefused):
        recognise_sent(samples.MP3_FRAME * (frames + 1), SOUNDS)


def test_a_sound_says_how_long_it_lasts() -> None:
    ten = samples.opus()[:-1] + b"\0"
    last = ten.rindex(b"OggS")
    ten = ten[: last + 6] + (480_312).to_bytes(8, "little") + ten[last + 14 :]
    header = bytes(12) + (1000).to_bytes(4, "big") + (65_400).to_bytes(4, "big") + bytes(80)
    m4a = samples.box(b"moov", samples.box(b"mvhd", header))
    assert sounds.seconds(Content.OPUS, ten) == 10
    assert sounds.seconds(Content.MP3, samples.MP3_FRAME * 383) == 10
    assert sounds.seconds(Content.M4A, m4a) == 65


@pytest.mark.parametrize(
    ("content", "data"),
    [
        (Content.M4A, samples.m4a()),
        (Content.M4A, samples.box(b"moov", samples.box(b"mvhd", bytes(12) + b"\0\0\0\1" + b"\xff" * 4 + bytes(80)))),
        (Content.OPUS, samples.opus()[:6] + b"\xff\xff\xff\xff\xff\xff\xff\x7f" + samples.opus()[14:]),
        (Content.MP3, b""),
    ],
)
def test_a_length_that_nobody_can_believe_is_none(content: Content, data: bytes) -> None:
    assert sounds.seconds(content, data) is None


# -- what somebody filmed, and what a message may hold -----------------------------------------------------------------


def test_a_film_is_kept_as_it_is_without_place_dates_and_authors() -> None:
    film = recognise_sent(samples.mp4(), FILMS)
    assert film.content is Content.MP4
    assert len(film.data) == len(samples.mp4())
    assert film.data.endswith(b"the film" * 40)
    assert not leaks(film.data)
    assert b"\xda\xda" not in film.data
    assert sounds.seconds(film.content, film.data) == 7


@pytest.mark.parametrize(
    "data",
    [samples.mp4(b"text"), samples.mp4() + b"<html>", samples.mp4() + samples.archive(), samples.mp4()[:-9],
     samples.mp4().replace(b"mdat", b"moof"), b"\x1aE\xdf\xa3webm", b"RIFF\x10\0\0\0AVI LIST", samples.m4a(), samples.jpeg()],
    ids=["another track", "page behind", "archive behind", "cut", "in fragments", "webm", "avi", "sound", "picture"],
)  # fmt: skip
def test_a_film_that_is_anything_else_too_is_refused(data: bytes) -> None:
    with pytest.raises(AttachmentRefused):
        recognise_sent(data, FILMS)


def test_a_page_hidden_in_a_film_is_two_things_at_once() -> None:
    film = samples.mp4().replace(b"the film" * 3, b"<script>alert(1)</scrip>")
    with pytest.raises(AttachmentRefused) as refused:
        recognise_sent(film, FILMS)
    assert refused.value.why is Why.TWO


def test_a_film_is_not_a_paper_that_somebody_shows_at_the_desk() -> None:
    assert "Only photos" in _refusal(samples.mp4())


@pytest.mark.parametrize(
    ("data", "why"),
    [(samples.jpeg()[:200], Why.DAMAGED), (samples.png_that_claims(9000, 9000), Why.LARGE), (b"", Why.DAMAGED),
     (TRIAL_VIRUS, Why.HARM), (samples.archive(), Why.KIND), (samples.pdf() + samples.archive(), Why.DAMAGED),
     (samples.pdf_that_opens_with(samples.action("JavaScript", JS="1")), Why.ACTS)],
    ids=["damaged", "bomb", "empty", "virus", "office", "two", "acts"],
)  # fmt: skip
def test_why_something_was_refused_can_be_said_in_one_word(data: bytes, why: Why) -> None:
    with pytest.raises(AttachmentRefused) as refused:
        recognise_sent(data, (*PAPERS, *FILMS))
    assert refused.value.why is why


def test_by_a_glimpse_nobody_can_tell_what_is_on_a_picture() -> None:
    for make in (samples.jpeg, samples.png):
        seen = Image.open(io.BytesIO(pictures.glimpse(recognise_sent(make(), PICTURES).data)))
        assert max(seen.size) <= pictures.GLIMPSE
        assert seen.format == "JPEG"
