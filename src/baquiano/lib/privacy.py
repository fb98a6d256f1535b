"""What each stored field is, why it is kept and for how long. Every model declares it in `PRIVACY`; a house test reads it.

PRIVACY = {**plain("id", "created_at"), "text": Keeping(Kind.SENSITIVE, "to answer the person", days=180)}
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """NONE: says nothing of a person served. PERSONAL: could lead to one. SENSITIVE: could harm one. Both are encrypted or hashed.

    COUNTED: says a little of one (a year of birth, a municipality). Readable, so that it can be counted and searched; with the names
    encrypted it leads to nobody alone, and to somebody rare together: that is why reports suppress small cells.
    """

    NONE = "none"
    COUNTED = "counted"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


@dataclass(frozen=True)
class Keeping:
    """`days` None: as long as the row it belongs to is of use (staff accounts, published words, settings)."""

    kind: Kind
    purpose: str
    days: int | None = None


Privacy = dict[str, Keeping]


def plain(*fields: str, purpose: str = "running the service") -> Privacy:
    """Fields that say nothing of a person."""
    return {field: Keeping(Kind.NONE, purpose) for field in fields}


def counted(*fields: str, purpose: str, days: int) -> Privacy:
    """Fields that stay readable because people are counted and found again by them."""
    return {field: Keeping(Kind.COUNTED, purpose, days) for field in fields}
