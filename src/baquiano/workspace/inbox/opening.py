"""That a colleague reads a conversation is written down once for each time it is opened, not for each time the screen asks what is new.

Whether a screen is open is remembered here, by session and not in the page: a poll that nobody opened a screen for, or one that comes
back after the laptop slept, is an opening. Losing the memory (a restart) only means one entry more.
"""

from django.core.cache import cache
from django.utils import timezone

from baquiano.accounts.audit import read
from baquiano.accounts.policy import StaffRequest
from baquiano.conversations.models import Conversation
from baquiano.lib import crypto
from baquiano.people.models import Joining

OPEN_FOR = 5 * 60  # seconds without a poll: browsers let a hidden page ask only once a minute
REMEMBERED_AGAIN = 60  # not with every poll: on PostgreSQL it is a write


def opened(request: StaffRequest, found: Conversation) -> None:
    """Somebody opens it now."""
    read(request.user, found, about=_person_of(found))
    _remember(request, found)


def still_open(request: StaffRequest, found: Conversation) -> None:
    """A screen that shows it asks again. Call it before looking at what it may be told."""
    since = cache.get(_key(request, found))
    if since is None:
        opened(request, found)
    elif timezone.now().timestamp() - since > REMEMBERED_AGAIN:
        _remember(request, found)


def _remember(request: StaffRequest, found: Conversation) -> None:
    cache.set(_key(request, found), timezone.now().timestamp(), OPEN_FOR)


def _key(request: StaffRequest, found: Conversation) -> str:
    """The key of the session opens the door: a table of the database holds only its hash."""
    who = crypto.keyed_hash(f"{request.user.pk} {request.session.session_key}", "open conversation")
    return f"open:{found.pk}:{who[:32]}"


def _person_of(found: Conversation) -> int | None:
    """Who it is, if they have joined this door to their file."""
    joined = Joining.objects.current(timezone.now()).filter(address=found.address_id)
    return joined.values_list("person", flat=True).first()
