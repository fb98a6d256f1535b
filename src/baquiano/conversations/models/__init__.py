"""What was said and what became of it; the words we have ready; what the team keeps beside. One file per subject."""

from baquiano.conversations.models.beside import Enclosure, Label, Note, Surge
from baquiano.conversations.models.talk import (
    KEEP_DAYS,
    Conversation,
    Handoff,
    Message,
    Quote,
    Rating,
)
from baquiano.conversations.models.words import CannedReply, Wording, WordingProposal

__all__ = (
    "KEEP_DAYS",
    "CannedReply",
    "Conversation",
    "Enclosure",
    "Handoff",
    "Label",
    "Message",
    "Note",
    "Quote",
    "Rating",
    "Surge",
    "Wording",
    "WordingProposal",
)
