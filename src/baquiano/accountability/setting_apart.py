"""Whom a complaint is about does not see it: not its words, not that there is one, in no list and under no number.

Whoever answered the person before she complained is apart by that alone (`conversations` looks at it); here a colleague is named besides.
"""

from baquiano.accountability.models import SetApart
from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.lib.turnstile import writing


def set_apart(conversation: int, user: User, *, by: User | None) -> None:
    """From now on this colleague does not see that conversation. `by` None: they owned it when she complained."""
    with writing():
        row, is_new = SetApart.objects.get_or_create(conversation=conversation, user=user, defaults={"by": by})
        if is_new:
            audit(by, "colleague.set_apart", row, about=f"conversation:{conversation}")


def let_back(row: SetApart, *, by: User) -> None:
    """It was a mistake. What the audit says stays."""
    with writing():
        audit(by, "colleague.let_back", row, about=f"conversation:{row.conversation}")
        row.delete()
