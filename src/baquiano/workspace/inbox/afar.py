"""What stands beside a conversation of somebody who is served from afar: why, what was asked of them, and what was answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from baquiano.accounts.policy import StaffRequest, permissions
from baquiano.conversations import asking, documents
from baquiano.conversations.asking import QuestionShown
from baquiano.conversations.models import Conversation, Enclosure
from baquiano.conversations.models.talk import Remote
from baquiano.people.models import PaperRequest, Person


@dataclass(frozen=True)
class Afar:
    """`may_ask`: somebody is known behind this chat whom this colleague sees. `arrived`: what may be the document."""

    number: int
    why: str
    whys: Sequence[tuple[str, str]]
    questions: Sequence[QuestionShown]
    request: PaperRequest | None
    arrived: Sequence[Enclosure]
    filed: Sequence[PaperRequest]
    may_consent: bool
    may_ask_document: bool
    may_register: bool

    @property
    def is_waiting(self) -> bool:
        return any(one.answer == "waiting" for one in self.questions)

    @property
    def is_busy(self) -> bool:
        """Something is open here: the panel is shown open."""
        return self.is_waiting or self.request is not None


def afar(request: StaffRequest, found: Conversation, who: Person | None, *, is_known: bool) -> Afar:
    """`who`: whose chat it is, if this colleague may see them; `is_known`: it is somebody's."""
    may = permissions(request.user)
    asks_documents = who is not None and "attachment.add" in may
    open_request = documents.request_of(found) if asks_documents else None
    return Afar(
        number=found.pk,
        why=found.remote_why,
        whys=[(one.value, str(one.label)) for one in Remote],
        questions=asking.questions_of(found) if who and "consent.read" in may else (),
        request=open_request,
        arrived=documents.candidates(found, open_request) if open_request else (),
        filed=documents.filed_in(found) if asks_documents else (),
        may_consent=who is not None and "consent.give" in may,
        may_ask_document=asks_documents,
        may_register=not is_known and found.owner_id == request.user.pk and {"person.create", "person.join"} <= may,
    )
