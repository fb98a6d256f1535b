"""The switch of a line. Stopped: nothing leaves by it; what comes in is still kept, read, and searched for danger."""

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.channels.models import Channel
from baquiano.lib.turnstile import ring, writing

WHY_MOST = 200


class CannotStop(Exception):
    """Shown to staff as it is written."""


def stop(channel: Channel, why: str, *, by: User) -> None:
    """Raises `CannotStop` when nobody said why."""
    reason = " ".join(why.split())[:WHY_MOST]
    if not reason:
        raise CannotStop(_("Write why. Colleagues read it, and whoever starts the line again needs it."))
    with writing():
        stopped = Channel.objects.filter(pk=channel.pk, stopped_at=None)
        if stopped.update(stopped_at=timezone.now(), stopped_by=by, stopped_why=reason):
            audit(by, "channel.stopped", channel, reason=reason)


def start(channel: Channel, *, by: User) -> None:
    """What waited leaves at once, in its order."""
    with writing():
        stopped = Channel.objects.filter(pk=channel.pk, stopped_at__isnull=False)
        if stopped.update(stopped_at=None, stopped_by=None, stopped_why=""):
            audit(by, "channel.started", channel)
            ring()


def mended(channel: Channel, *, by: User) -> None:
    """A colleague says that what kept the line from sending is mended. If it is not, the next letter says so again."""
    with writing():
        if Channel.objects.filter(pk=channel.pk).exclude(trouble="").update(trouble="", paused_until=None):
            audit(by, "channel.mended", channel)
            ring()
