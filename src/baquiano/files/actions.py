"""Keeping a file, and offering it again. Who may do either is decided by the room that points to it, which also writes the audit entry.

Everything slow (reading, scanning, drawing anew, encrypting) happens before a transaction is opened: never call `keep` inside `writing()`.
"""

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import IO

from django.conf import settings
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from baquiano.files import names, pictures, pieces, scanning, sounds
from baquiano.files.content import (
    CONTENT_TYPES,
    EXTENSIONS,
    FILMS,
    MOST_BYTES,
    PICTURES,
    SOUNDS,
    Accepted,
    Content,
)
from baquiano.files.models import LONG, LONGEST, SHORT, Attachment, Piece, Purpose
from baquiano.files.recognising import recognise, recognise_sent
from baquiano.files.refusal import AttachmentRefused
from baquiano.lib.turnstile import writing

AT_ONCE = 4  # pieces in one transaction: 1 MB
SHOWN = (*PICTURES, *SOUNDS, *FILMS)


@dataclass(frozen=True)
class Term:
    """What a file is kept for, and for how many days: 30 or 90, or up to a year with a reason. `why`: in words."""

    purpose: Purpose
    days: int = SHORT
    why: str = ""


@dataclass(frozen=True)
class Served:
    """What a door needs to hand a file out: as a download, which a browser never shows inside our pages, or as what it only shows or plays."""

    content_type: str
    disposition: str
    length: int

    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": self.content_type,
            "Content-Disposition": self.disposition,
            "Content-Length": str(self.length),
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "no-store",
        }


def keep(upload: IO[bytes], term: Term, *, name: str = "") -> Attachment:
    """Check it, clean it and keep it, encrypted. `name`: what people called it. Raises `AttachmentRefused`; nothing is then kept.

    The attachment belongs to nobody until a row points to it; if that never happens it goes when its time is over.
    """
    _check(term)
    data = _read(upload)
    if settings.ENVIRONMENT.clamd:
        scanning.scan(data, settings.ENVIRONMENT.clamd)
    return _store(recognise(data), term, name)


def keep_sent(data: bytes, term: Term, *, among: Collection[Content], name: str = "") -> Attachment:
    """As `keep`, of what came with a message, and only if it is of one of these kinds. Raises `AttachmentRefused`."""
    _check(term)
    if settings.ENVIRONMENT.clamd:
        scanning.scan(data, settings.ENVIRONMENT.clamd)
    return _store(recognise_sent(data, among), term, name)


def prolong(attachment: Attachment, term: Term) -> None:
    """Keep it for so many days from now, for this purpose. Raises `AttachmentRefused`."""
    _check(term)
    with writing():
        changed = Attachment.objects.open(timezone.now()).filter(pk=attachment.pk)
        if not changed.update(purpose=term.purpose, why=term.why or None, expires_at=_end(term)):
            raise _no_longer_kept()
    attachment.refresh_from_db()


def open_attachment(attachment: Attachment) -> Iterator[bytes]:
    """Its bytes, a piece at a time. Ask first whether this person may. Raises `AttachmentRefused` when it is called, if it was erased,
    has expired or is incomplete; `pieces.PieceAltered` on the way, if somebody changed it.
    """
    kept = _whole(attachment)
    return _pieces_of(kept, range(pieces.count(kept.size)))


def open_part(attachment: Attachment, first: int, last: int) -> Iterator[bytes]:
    """As `open_attachment`, only the bytes from `first` to `last`, both of them included: a player asks for parts. Both lie within the file."""
    kept = _whole(attachment)
    numbers = range(first // pieces.PIECE, last // pieces.PIECE + 1)
    return _cut(_pieces_of(kept, numbers), first - numbers[0] * pieces.PIECE, last - first + 1)


def served(attachment: Attachment) -> Served:
    name = attachment.name or f"attachment-{attachment.pk}{EXTENSIONS[Content(attachment.content)]}"
    return Served(
        content_type=CONTENT_TYPES[Content(attachment.content)],
        disposition=content_disposition_header(as_attachment=True, filename=name) or "attachment",
        length=attachment.size,
    )


def shown(attachment: Attachment) -> Served:
    """A sound or a film for the player of our own page, or a picture that we drew ourselves: nothing that a browser could run. Everything
    else as a download.
    """
    if attachment.content not in SHOWN:
        return served(attachment)
    return Served(CONTENT_TYPES[Content(attachment.content)], "inline", attachment.size)


def glimpse(attachment: Attachment) -> bytes:
    """So little of a picture that nobody can tell what is on it: a JPEG of a few colours. Raises `AttachmentRefused`."""
    if attachment.content not in PICTURES:
        raise AttachmentRefused(_("This is not a picture."))
    return pictures.glimpse(b"".join(open_attachment(attachment)))


# -- the steps -----------------------------------------------------------------------------------------------------------


def _check(term: Term) -> None:
    if not 1 <= term.days <= LONGEST:
        raise AttachmentRefused(_("A file is kept for a year at most. Whoever still needs it then decides again."))
    if term.days > LONG and not term.why.strip():
        raise AttachmentRefused(_("To keep a file for longer than 90 days, say why it is needed for so long."))
    if term.purpose == Purpose.OTHER and not term.why.strip():
        raise AttachmentRefused(
            _("Say in words what this file is kept for. If there is nothing to say, look at it and give it back.")
        )


def _read(upload: IO[bytes]) -> bytes:
    """The whole file, or one byte more than is allowed. What lies in memory already is not copied."""
    inside = getattr(upload, "file", upload)  # Django's uploads wrap the file
    if isinstance(inside, io.BytesIO):
        return inside.getvalue()
    upload.seek(0)
    return upload.read(MOST_BYTES + 1)


def _store(accepted: Accepted, term: Term, name: str) -> Attachment:
    """A few pieces per transaction, so that nobody waits long for the one writer."""
    key = pieces.new_key()
    attachment = Attachment(
        content=accepted.content,
        size=len(accepted.data),
        seconds=sounds.seconds(accepted.content, accepted.data) if accepted.content in (*SOUNDS, *FILMS) else None,
        purpose=term.purpose,
        why=term.why.strip() or None,
        name=names.clean(name, accepted.content) or None,
        key=key,
        expires_at=_end(term),
    )
    with writing():
        attachment.save(force_insert=True)
    numbered = enumerate(pieces.seal(accepted.data, key))
    while batch := [Piece(attachment=attachment, number=n, sealed=sealed) for n, sealed in islice(numbered, AT_ONCE)]:
        with writing():
            Piece.objects.bulk_create(batch)
    with writing():
        attachment.completed_at = timezone.now()
        attachment.save(update_fields=["completed_at"])
    return attachment


def _whole(attachment: Attachment) -> Attachment:
    kept = Attachment.objects.open(timezone.now()).filter(pk=attachment.pk).first()
    if kept is None:
        raise _no_longer_kept()
    if Piece.objects.filter(attachment=kept).count() != pieces.count(kept.size):
        raise AttachmentRefused(
            _("Part of this file is missing, so it cannot be opened. Tell whoever looks after the system.")
        )
    return kept


def _pieces_of(attachment: Attachment, numbers: range) -> Iterator[bytes]:
    """One query each: a slow reader holds no transaction open."""
    key, wanted = bytes(attachment.key), pieces.count(attachment.size)
    for number in numbers:
        sealed = Piece.objects.filter(attachment=attachment, number=number).values_list("sealed", flat=True).first()
        yield pieces.unseal(bytes(sealed or b""), key, number, wanted)


def _cut(opened: Iterator[bytes], skip: int, length: int) -> Iterator[bytes]:
    """So many bytes, after the first `skip`, which all lie in the first piece."""
    for piece in opened:
        part = piece[skip : skip + length]
        skip, length = 0, length - len(part)
        yield part


def _end(term: Term) -> datetime:
    return timezone.now() + timedelta(days=term.days)


def _no_longer_kept() -> AttachmentRefused:
    return AttachmentRefused(_("This file is no longer kept: its time is over, or somebody erased it."))
