"""Keeping a file, opening it, and letting it go."""

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.apps import apps
from django.conf import settings as house
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.utils import timezone

from baquiano.files import erasing
from baquiano.files.actions import Served, Term, keep, open_attachment, prolong, served
from baquiano.files.content import MOST_BYTES
from baquiano.files.models import Attachment, Piece, Purpose
from baquiano.files.pieces import PIECE, PieceAltered
from baquiano.files.refusal import AttachmentRefused
from baquiano.terminal import loops
from tests.fakes.clamd import VIRUS, Clamd
from tests.files import samples
from tests.files.samples import CANARY, leaks

pytestmark = pytest.mark.django_db

FOR_HEALTH = Term(Purpose.HEALTH)
LONG_TEXT = (CANARY * 80_000).encode()  # three pieces and a bit


def _kept(data: bytes = LONG_TEXT, term: Term = FOR_HEALTH, name: str = "") -> Attachment:
    return keep(io.BytesIO(data), term, name=name)


def _read(attachment: Attachment) -> bytes:
    return b"".join(open_attachment(attachment))


def _everything_stored() -> bytes:
    """Every value of both tables, as the database holds it."""
    found = b""
    with connection.cursor() as cursor:
        for table in ("files_attachment", "files_piece"):
            cursor.execute(f"SELECT * FROM {table}")
            for row in cursor.fetchall():
                found += b"|".join(
                    v if isinstance(v, bytes) else bytes(v) if isinstance(v, memoryview) else str(v).encode()
                    for v in row
                )
    return found


# -- kept and opened ---------------------------------------------------------------------------------------------------


def test_a_file_comes_out_as_it_was_cleaned() -> None:
    assert _read(_kept()) == LONG_TEXT
    assert _read(_kept(samples.mp3())) == samples.MP3_FRAME * 6


def test_a_file_is_read_a_piece_at_a_time() -> None:
    assert [len(piece) for piece in open_attachment(_kept())] == [PIECE] * 3 + [len(LONG_TEXT) - 3 * PIECE]


def test_an_upload_of_a_form_is_read_whole_wherever_it_stands() -> None:
    upload = SimpleUploadedFile("a.exe", samples.jpeg(), content_type="text/html")
    upload.read(20)
    attachment = keep(upload, FOR_HEALTH, name=upload.name)
    assert (attachment.content, attachment.name) == ("jpeg", "a.jpg")


def test_an_upload_on_disk_is_read_no_further_than_allowed(tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"a" * (MOST_BYTES + 100))
    with (tmp_path / "large").open("rb") as upload:
        with pytest.raises(AttachmentRefused, match="10 MB"):
            keep(upload, FOR_HEALTH)
        assert upload.tell() == MOST_BYTES + 1


def test_nothing_stored_can_be_read_without_the_keys() -> None:
    _kept(name=f"{CANARY}.txt", term=Term(Purpose.OTHER, why=CANARY))
    _kept(samples.jpeg(), name=f"{CANARY}.jpg")
    stored = _everything_stored()
    assert len(stored) > len(LONG_TEXT)
    assert not leaks(stored)
    assert b"JFIF" not in stored


@override_settings(ENVIRONMENT=replace(house.ENVIRONMENT, clamd="127.0.0.1:1"))
def test_nothing_is_kept_of_a_file_that_is_refused() -> None:
    for data, term in ((LONG_TEXT, FOR_HEALTH), (b"MZ\0", FOR_HEALTH), (LONG_TEXT, Term(Purpose.OTHER))):
        with pytest.raises(AttachmentRefused):
            _kept(data, term)
    assert not Attachment.objects.exists()


def test_the_scanner_sees_the_file_as_it_came() -> None:
    raw = samples.jpeg(behind=b"what hangs on its end")
    with Clamd() as clamd, override_settings(ENVIRONMENT=replace(house.ENVIRONMENT, clamd=clamd.address)):
        _kept(raw)
        assert clamd.heard == [raw]
        with pytest.raises(AttachmentRefused, match="found something"):
            _kept(samples.jpeg(behind=VIRUS))


def test_each_file_has_a_key_of_its_own() -> None:
    first, second = _kept(b"the same words"), _kept(b"the same words")
    assert first.key != second.key
    Piece.objects.filter(attachment=second).update(sealed=Piece.objects.get(attachment=first).sealed)
    with pytest.raises(PieceAltered):
        _read(second)


def test_a_file_with_a_piece_missing_or_moved_does_not_open() -> None:
    attachment = _kept()
    first, second = Piece.objects.filter(attachment=attachment, number__lt=2).order_by("number")
    Piece.objects.filter(pk=first.pk).update(sealed=second.sealed)
    with pytest.raises(PieceAltered):
        _read(attachment)
    Piece.objects.filter(attachment=attachment, number=3).delete()
    with pytest.raises(AttachmentRefused, match="missing"):
        open_attachment(attachment)


def test_a_file_that_was_left_half_way_does_not_open() -> None:
    attachment = _kept()
    Attachment.objects.filter(pk=attachment.pk).update(completed_at=None)
    with pytest.raises(AttachmentRefused):
        open_attachment(attachment)


# -- handed out --------------------------------------------------------------------------------------------------------


def test_a_file_is_always_a_download_of_its_own_kind() -> None:
    page = served(_kept(b"not < html", name="cédula.html"))
    assert page.content_type == "text/plain; charset=utf-8"
    assert page.disposition == "attachment; filename*=utf-8''c%C3%A9dula.txt"
    assert page.length == len(b"not < html")
    response = HttpResponse(headers=page.headers())
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


def test_a_file_without_a_name_is_offered_under_its_number() -> None:
    attachment = _kept(samples.pdf())
    assert served(attachment) == Served(
        "application/pdf", f'attachment; filename="attachment-{attachment.pk}.pdf"', len(samples.pdf())
    )


def test_no_printed_row_names_the_file() -> None:
    attachment = _kept(name=CANARY)
    assert CANARY not in f"{attachment!r} {Piece.objects.first()!r}"


# -- for what, and until when ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [30, 90])
def test_a_file_goes_after_thirty_or_ninety_days_without_further_words(days: int) -> None:
    attachment = _kept(term=Term(Purpose.LEGAL, days))
    assert attachment.expires_at - attachment.kept_at <= timedelta(days=days, seconds=60)
    assert attachment.why is None


@pytest.mark.parametrize(
    ("term", "says"),
    [
        (Term(Purpose.LEGAL, 91), "longer than 90 days"),
        (Term(Purpose.LEGAL, 91, why="  "), "longer than 90 days"),
        (Term(Purpose.LEGAL, 366, why="the trial"), "a year at most"),
        (Term(Purpose.LEGAL, 0), "a year at most"),
        (Term(Purpose.LEGAL, -5), "a year at most"),
        (Term(Purpose.OTHER), "Say in words"),
    ],
)
def test_what_is_not_justified_is_not_kept(term: Term, says: str) -> None:
    with pytest.raises(AttachmentRefused, match=says):
        _kept(term=term)
    assert not Attachment.objects.exists()


def test_a_reason_keeps_a_file_for_longer() -> None:
    assert _kept(term=Term(Purpose.LEGAL, 365, why="the trial lasts")).why == "the trial lasts"


def test_the_database_holds_no_file_without_an_end() -> None:
    attachment = _kept()
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(expires_at=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(expires_at=attachment.kept_at)


def test_a_file_can_be_kept_for_longer_by_deciding_again(now: time_machine.Traveller) -> None:
    attachment = _kept()
    now.shift(timedelta(days=20))
    prolong(attachment, Term(Purpose.LEGAL, 90))
    assert (attachment.purpose, attachment.expires_at) == ("legal", timezone.now() + timedelta(days=90))
    with pytest.raises(AttachmentRefused):
        prolong(attachment, Term(Purpose.LEGAL, 91))
    now.shift(timedelta(days=91))
    with pytest.raises(AttachmentRefused, match="no longer kept"):
        prolong(attachment, Term(Purpose.LEGAL, 30))


# -- let go ------------------------------------------------------------------------------------------------------------


def test_an_expired_file_is_shut_at_once_and_erased_by_the_loop(now: time_machine.Traveller) -> None:
    gone, kept = _kept(), _kept(term=Term(Purpose.HEALTH, 90))
    now.shift(timedelta(days=30))
    with pytest.raises(AttachmentRefused, match="no longer kept"):
        open_attachment(gone)
    assert loops.erase() >= 1
    assert list(Piece.objects.values_list("attachment", flat=True).distinct()) == [kept.pk]
    assert _read(kept) == LONG_TEXT


def test_erasing_leaves_an_empty_row_that_says_there_was_a_file() -> None:
    attachment = _kept(name=f"{CANARY}.txt", term=Term(Purpose.OTHER, why=CANARY))
    assert erasing.erase([attachment]) == 1
    assert erasing.erase([attachment]) == 0
    attachment.refresh_from_db()
    assert (attachment.key, attachment.name, attachment.why) == (None, None, None)
    assert attachment.erased_at is not None
    assert not Piece.objects.exists()
    with pytest.raises(AttachmentRefused):
        open_attachment(attachment)


def test_erasing_in_the_middle_of_a_download_ends_it() -> None:
    attachment = _kept()
    reading = open_attachment(attachment)
    next(reading)
    erasing.erase([attachment])
    with pytest.raises(PieceAltered):
        next(reading)


def test_the_database_holds_no_erased_file_with_a_key() -> None:
    attachment = _kept()
    with pytest.raises(IntegrityError), transaction.atomic():
        Attachment.objects.filter(pk=attachment.pk).update(erased_at=timezone.now())


def test_what_was_left_half_way_goes_after_an_hour(now: time_machine.Traveller) -> None:
    attachment = _kept()
    Attachment.objects.filter(pk=attachment.pk).update(completed_at=None)
    assert erasing.erase_past_keeping(timezone.now()) == 0
    now.shift(timedelta(hours=2))
    assert erasing.erase_past_keeping(timezone.now()) == 1
    assert erasing.erase_past_keeping(timezone.now()) == 0


# -- who may open it ---------------------------------------------------------------------------------------------------


def test_whatever_points_to_a_file_says_who_may_reach_it() -> None:
    """This room does not know who may open a file: a model that points to one without saying it would open it to everybody."""
    silent = [
        model._meta.label
        for model in apps.get_models()
        if model is not Piece
        and any(field.related_model is Attachment for field in model._meta.fields)
        and not (hasattr(model, "RESOURCE") and hasattr(model, "RELATIONS"))
    ]
    assert silent == []


def test_a_file_has_no_owner_and_no_address() -> None:
    assert {field.name for field in Attachment._meta.fields if field.is_relation} == set()
    assert not any(hasattr(Attachment, name) for name in ("url", "path", "get_absolute_url"))
