"""What she answered about how it is safe to write: shown to whoever answers her. Only a person makes a rule of it."""

from dataclasses import dataclass

from baquiano.conversations.models import Conversation
from baquiano.people.contact import SafeContact


@dataclass(frozen=True)
class Proposal:
    """`words`: when and how, as she wrote it. `contact`: the same as a rule, to begin from."""

    contact: SafeContact
    words: str = ""


def proposal(conversation: Conversation) -> Proposal | None:
    """None: she was not asked, or has not answered."""
    said = str(conversation.state.get("contact") or "") if isinstance(conversation.state, dict) else ""
    kind, _, words = said.partition(":")
    if kind == "yes":
        return Proposal(SafeContact())
    if kind == "hour":
        return Proposal(SafeContact(hours=words), words)
    return Proposal(SafeContact(may_write=False, may_call=False)) if kind == "no" else None
