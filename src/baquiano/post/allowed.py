"""What must be allowed before a word leaves: who wants nothing more, and which texts a provider approved."""

from django.utils import timezone

from baquiano.channels import condition
from baquiano.channels.events import Stopped, TemplateChanged
from baquiano.channels.models import Channel
from baquiano.people import identity
from baquiano.people.models import Address
from baquiano.post.models import OptOut, Template

How = OptOut.How
_BY_HER = (How.WORD, How.STAFF)


def stopped(channel: Channel, news: Stopped) -> None:
    """The provider says that somebody wants nothing more, or wants it again. Somebody who never wrote to us is nobody we know.

    Inside the caller's transaction.
    """
    address = identity.known(channel, news.aliases)
    if address is None:
        return
    if news.is_stop:
        stop(address, How.PROVIDER, is_all=news.is_all)
    else:
        allow_again(address, How.PROVIDER)


def stop(address: Address, how: str, *, is_all: bool = False) -> OptOut:
    """Twice is once. Inside the caller's transaction."""
    out, is_new = OptOut.objects.get_or_create(address=address, how=how, until=None, defaults={"is_all": is_all})
    if not is_new and is_all:
        out.is_all, out.since = True, timezone.now()  # she may have written since the first time
        out.save(update_fields=["is_all", "since"])
    return out


def is_stopped_by_her(address: Address) -> bool:
    """By her word, here or to a colleague; what she told her provider she takes back there."""
    return OptOut.objects.in_force().filter(address=address, how__in=_BY_HER).exists()


def allow_again(address: Address, *how: str) -> None:
    """Inside the caller's transaction."""
    OptOut.objects.filter(address=address, how__in=how, until=None).update(until=timezone.now())


def allow_again_by_her(address: Address) -> None:
    allow_again(address, *_BY_HER)


_STATES = {
    "approved": Template.Status.APPROVED,
    "reinstated": Template.Status.APPROVED,
    "pending": Template.Status.PENDING,
    "in_appeal": Template.Status.PENDING,
    "rejected": Template.Status.REJECTED,
    "paused": Template.Status.PAUSED,
    "flagged": Template.Status.APPROVED,  # still leaves; the provider warns
    "disabled": Template.Status.DISABLED,
    "pending_deletion": Template.Status.DISABLED,
    "deleted": Template.Status.DISABLED,
}


def template_changed(channel: Channel, news: TemplateChanged) -> None:
    """A state nobody here knows is not an approval. Inside the caller's transaction."""
    lines = condition.lines_of(channel, news.account)
    Template.objects.filter(channel__in=lines, name=news.name, language=news.language).update(
        state=_STATES.get(news.state.lower(), Template.Status.PAUSED),
        reason=news.reason[:80],
        checked_at=timezone.now(),
    )
