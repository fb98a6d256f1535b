"""One document by photo, if she wants to send it: asked for in approved words, filed only after a colleague says that this is it.

What arrives stays an ordinary enclosure of the conversation, with its shorter life, until then. Once filed, the enclosure's own copy is erased
at once: the paper is read by its area only, and goes on the day that was promised.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.models import User
from baquiano.channels.protocol import OutMessage
from baquiano.conversations import asking, wishes
from baquiano.conversations.models import Conversation, Enclosure
from baquiano.conversations.owning import CannotDoThat
from baquiano.conversations.wording import Composed, Speaker, pictures
from baquiano.files.actions import open_attachment
from baquiano.files.content import EXTENSIONS, PICTURES, Content
from baquiano.files.erasing import erase
from baquiano.files.models import Attachment
from baquiano.files.refusal import AttachmentRefused
from baquiano.lib.dates import written
from baquiano.lib.turnstile import ring, writing
from baquiano.people import from_afar
from baquiano.people.from_afar import CannotAsk, Wanted
from baquiano.people.models import KeptPaper, PaperRequest
from baquiano.people.models.particulars import DocumentKind

TEXT = "document_asked"
IN_EVERY_LANGUAGE = {
    DocumentKind.CO_CC: "cédula de ciudadanía",
    DocumentKind.CO_CE: "cédula de extranjería",
    DocumentKind.CO_PPT: "PPT",
    DocumentKind.CO_RUMV: "RUMV",
    DocumentKind.CO_SC2: "SC-2",
    DocumentKind.CL_RUN: "RUN",
    DocumentKind.CL_IPA: "IPA",
    DocumentKind.CL_IPE: "IPE",
    DocumentKind.CL_NIP: "NIP",
}
"""Proper names, as they stand on the paper itself."""
FITTING = (*PICTURES, Content.PDF)


def ask(conversation: Conversation, wanted: Wanted, *, by: User) -> PaperRequest:
    """Sends the approved sentence. Raises `CannotDoThat`."""
    ready = pictures()
    with writing():
        row, state, person = asking.may_be_asked(conversation, by=by)
        asking.check_words(TEXT, state, ready)
        try:
            request = from_afar.paper_asked(person, row.address, wanted, language=state.language, by=by)
        except CannotAsk as reason:
            raise CannotDoThat(str(reason)) from None
        text = words_of(request, Speaker(state.language, state.country, ready))
        wishes.say(row, Composed(OutMessage(text)), cause=f"document:{request.pk}")
        ring()
    return request


def words_of(request: PaperRequest, voice: Speaker) -> str:
    kind = DocumentKind(request.kind)
    return voice.say(
        TEXT,
        document=IN_EVERY_LANGUAGE.get(kind) or voice.say(f"document.{kind}"),
        purpose=voice.say(f"document_for.{request.kept_for}"),
        until=written(request.erase_on),
    )


def request_of(conversation: Conversation) -> PaperRequest | None:
    """The one that is open here. Its time for sending may be over: what came within it can still be filed."""
    return PaperRequest.objects.filter(
        address=conversation.address_id, ended_at=None, erase_on__gt=timezone.localdate()
    ).first()


def filed_in(conversation: Conversation) -> list[PaperRequest]:
    rows = PaperRequest.objects.filter(address=conversation.address_id, paper__isnull=False)
    return list(rows.filter(at__gte=conversation.opened_at).select_related("paper__attachment").order_by("-pk"))


def candidates(conversation: Conversation, request: PaperRequest) -> list[Enclosure]:
    """Pictures and PDFs that she sent here within the time of the request, the first one first."""
    rows = Enclosure.objects.filter(
        message__conversation=conversation,
        message__sent_at__gte=request.at.replace(microsecond=0),
        message__sent_at__lte=request.until,
        state=Enclosure.State.KEPT,
        attachment__in=Attachment.objects.open(timezone.now()),
        attachment__content__in=FITTING,
    )
    return list(rows.select_related("message", "attachment", "seen_by").order_by("message__sent_at", "pk"))


def file(conversation: Conversation, request: PaperRequest, enclosure: Enclosure, *, by: User) -> KeptPaper:
    """A colleague has looked at it: this is the document. Raises `CannotDoThat`."""
    found = next((one for one in candidates(conversation, request) if one.pk == enclosure.pk), None)
    if found is None or found.attachment is None:
        raise CannotDoThat(
            _("This did not arrive in time, or is not kept any more. Ask again if they still want to send it.")
        )
    if found.seen_at is None:
        raise CannotDoThat(_("Open it first, and say that you have seen it."))
    try:
        data = b"".join(open_attachment(found.attachment))
        name = f"{request.kind}{EXTENSIONS[Content(found.attachment.content)]}"
        paper = from_afar.file(request, data, name=name, by=by)
    except (AttachmentRefused, CannotAsk) as reason:
        raise CannotDoThat(str(reason)) from None
    with writing():
        erase([found.attachment])
    return paper
