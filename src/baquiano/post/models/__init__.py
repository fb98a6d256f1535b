"""Every word that leaves, and what must be allowed before it does."""

from baquiano.post.models.allowed import OptOut, Template
from baquiano.post.models.broadcast import Broadcast, BroadcastLine
from baquiano.post.models.letter import (
    KEEP_DAYS,
    PARKED_DAYS,
    Aim,
    Dispatch,
    Letter,
    LetterQuerySet,
    ParkedStatus,
    State,
)
from baquiano.post.models.mail import Mail

__all__ = [
    "KEEP_DAYS",
    "PARKED_DAYS",
    "Aim",
    "Broadcast",
    "BroadcastLine",
    "Dispatch",
    "Letter",
    "LetterQuerySet",
    "Mail",
    "OptOut",
    "ParkedStatus",
    "State",
    "Template",
]
