"""What danger needs: the book of rules, texts and numbers; alerts; and who is on duty. One file per subject."""

from baquiano.safety.models.alert import Alert, Call, FollowUp, Incident
from baquiano.safety.models.book import (
    CrisisProposal,
    CrisisSignature,
    CrisisText,
    EmergencyNumber,
    GoLive,
    NumberVerification,
    PhraseRules,
)
from baquiano.safety.models.duty import DutyContact, Rung, Screen, Shift

__all__ = (
    "Alert",
    "Call",
    "CrisisProposal",
    "CrisisSignature",
    "CrisisText",
    "DutyContact",
    "EmergencyNumber",
    "FollowUp",
    "GoLive",
    "Incident",
    "NumberVerification",
    "PhraseRules",
    "Rung",
    "Screen",
    "Shift",
)
