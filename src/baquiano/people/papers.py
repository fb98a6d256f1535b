"""Keeping a file of somebody, opening it and letting it go. Checking, cleaning and encrypting is done by `files`."""

from collections.abc import Iterator
from typing import IO

from baquiano.accounts.audit import audit, exported
from baquiano.accounts.models import User
from baquiano.files import actions as files
from baquiano.files.actions import Served, Term
from baquiano.files.erasing import erase
from baquiano.lib.turnstile import writing
from baquiano.people.models import KeptPaper, Person


def keep(person: Person, upload: IO[bytes], term: Term, *, name: str, area: str, by: User) -> KeptPaper:
    """Raises `files.refusal.AttachmentRefused`; then nothing is kept."""
    attachment = files.keep(upload, term, name=name)
    with writing():
        paper = KeptPaper.objects.create(person=person, attachment=attachment, area=area, added_by=by)
        audit(by, "paper.kept", paper, about=person.pk)
    return paper


def open_paper(paper: KeptPaper, *, by: User) -> tuple[Served, Iterator[bytes]]:
    """What a door hands out. That it was opened is written down first. Raises `AttachmentRefused`."""
    pieces = files.open_attachment(paper.attachment)
    with writing():
        exported(by, paper, about=paper.person_id)
    return files.served(paper.attachment), pieces


def let_go(paper: KeptPaper, *, by: User) -> None:
    """The bytes are erased at once; that there was a file stays."""
    with writing():
        erase([paper.attachment])
        audit(by, "paper.erased", paper, about=paper.person_id)
