"""What a provider says of a line of ours when it is asked, in our own words. Adapters fill these; nothing else crosses the room."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from baquiano.channels.events import TemplateChanged

NO_CONNECTION = "no connection"
"""The provider did not answer: nobody knows."""


class Asking(StrEnum):
    """The questions, in the order somebody would mend what they find."""

    SETTINGS = "settings"  # what was typed here can be used at all
    TOKEN = "token"
    NUMBER = "number"  # it is registered and may send
    ACCOUNT = "account"
    WEBHOOK = "webhook"  # the provider calls us
    TEMPLATES = "templates"


@dataclass(frozen=True)
class Asked:
    """What came of one question. `why_not`: one of our own short words, "" when all is well."""

    asking: Asking
    why_not: str = ""

    @property
    def is_well(self) -> bool:
        return not self.why_not


@dataclass(frozen=True)
class Condition:
    """How a line is. What was not told is empty; `templates` None: it was not told. `number`: its telephone number, digits only."""

    asked: tuple[Asked, ...]
    token_until: datetime | None = None
    quality: str = ""
    limit: str = ""
    account_state: str = ""
    number: str = ""
    templates: tuple[TemplateChanged, ...] | None = None

    def is_well(self, asking: Asking) -> bool:
        return any(one.asking is asking and one.is_well for one in self.asked)
