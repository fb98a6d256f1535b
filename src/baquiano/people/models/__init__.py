"""The people we serve: one file per subject."""

from baquiano.people.models.address import Address, Alias, Collision
from baquiano.people.models.asked import ConsentQuestion, PaperRequest
from baquiano.people.models.consent import Consent
from baquiano.people.models.family import Caregiver, FamilyGroup, FamilyMember
from baquiano.people.models.glass import BrokenGlass, GlassNotice
from baquiano.people.models.joining import JoinCode, Joining
from baquiano.people.models.papers import KeptPaper
from baquiano.people.models.particulars import Distinct, Document, Fact, Nationality, Population
from baquiano.people.models.person import Access, Person
from baquiano.people.models.words import NameWord, PersonWord

__all__ = (
    "Access",
    "Address",
    "Alias",
    "BrokenGlass",
    "Caregiver",
    "Collision",
    "Consent",
    "ConsentQuestion",
    "Distinct",
    "Document",
    "Fact",
    "FamilyGroup",
    "FamilyMember",
    "GlassNotice",
    "JoinCode",
    "Joining",
    "KeptPaper",
    "NameWord",
    "Nationality",
    "PaperRequest",
    "Person",
    "PersonWord",
    "Population",
)
