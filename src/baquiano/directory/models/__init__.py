"""The directory in the words of HSDS 3.1 (Open Referral): who offers what, where, when and to whom, and why we may believe it."""

from baquiano.directory.models.asking import Asking, Campaign, Draft
from baquiano.directory.models.history import Change, Different, OldId
from baquiano.directory.models.offered import Capacity, Notice, Service, ServiceAtLocation
from baquiano.directory.models.organization import Organization
from baquiano.directory.models.place import Location
from baquiano.directory.models.reading import Answer, Holidays, Reach, Visibility
from baquiano.directory.models.taxonomy import Attribute, Taxonomy, Term
from baquiano.directory.models.trust import Confirmation, Experience, Problem
from baquiano.directory.models.version import Version

__all__ = [
    "Answer",
    "Asking",
    "Attribute",
    "Campaign",
    "Capacity",
    "Change",
    "Confirmation",
    "Different",
    "Draft",
    "Experience",
    "Holidays",
    "Location",
    "Notice",
    "OldId",
    "Organization",
    "Problem",
    "Reach",
    "Service",
    "ServiceAtLocation",
    "Taxonomy",
    "Term",
    "Version",
    "Visibility",
]
