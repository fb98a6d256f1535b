"""Publishing, withdrawing, verifying. Publishing needs two people, withdrawing one, verifying says how it was checked."""

from datetime import date
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.knowledge.models import ArticleVersion, Shelf, Verification
from baquiano.lib.turnstile import writing


class CannotPublish(Exception):
    """Shown to staff as it is written: what is missing and what to do."""


def publish(version: ArticleVersion, *, reviewed_by: User) -> ArticleVersion:
    """The second person's yes. The author is already on the version; the reviewer must be somebody else."""
    check_second_person(version, reviewed_by)
    now = timezone.now()
    with writing():
        decide(version, reviewed_by=reviewed_by, published_at=now)
        audit(reviewed_by, "article.published", version)
        shelf_changed()
    return version


def check_second_person(version: ArticleVersion, reviewer: User) -> None:
    """Raises `CannotPublish` unless somebody else wrote the text and it says where it comes from."""
    if version.written_by_id is None:
        raise CannotPublish(_("Nobody has taken responsibility for this text yet. An editor must adopt it first."))
    if version.written_by_id == reviewer.pk:
        raise CannotPublish(_("You wrote this text. Somebody else must approve it."))
    if not version.sources.exists():
        raise CannotPublish(_("This text names no source. Add where it comes from."))


def decide(version: ArticleVersion, **fields: Any) -> None:
    """Writes a decision on a text that nobody has decided about meanwhile. Inside the caller's transaction."""
    still_open = ArticleVersion.objects.undecided().filter(pk=version.pk, written_by=version.written_by_id)
    if not still_open.update(**fields):
        raise CannotPublish(_("Somebody has decided about this text meanwhile. Look at it again."))
    for name, value in fields.items():
        setattr(version, name, value)


def withdraw(version: ArticleVersion, *, by: User, reason: str) -> None:
    """Taken back at once: from the next turn on nobody receives it, nor what it had replaced."""
    if not reason.strip():
        raise CannotPublish(_("Say why it is taken back: colleagues will want to know."))
    now = timezone.now()
    with writing():
        if version.published_at:
            earlier = ArticleVersion.objects.filter(article=version.article_id, withdrawn_at=None)
            earlier.filter(Q(published_at__lt=version.published_at) | Q(number__lt=version.number)).update(
                withdrawn_at=now, withdrawn_by=by
            )
        version.withdrawn_at, version.withdrawn_by = now, by
        version.save(update_fields=["withdrawn_at", "withdrawn_by"])
        audit(by, "article.withdrawn", version, reason=reason.strip())
        shelf_changed()


def verify(version: ArticleVersion, *, by: User, how: str, good_until: date) -> Verification:
    """Somebody checked it today and says how ("called the office", "read the decree on the official page")."""
    if not how.strip():
        raise CannotPublish(_("Say how you checked it: whom you called or which page you read."))
    if good_until <= timezone.localdate():
        raise CannotPublish(_("Trust must end on a later day than today."))
    with writing():
        row = Verification.objects.create(
            version=version, on=timezone.localdate(), by=by, how=how.strip(), good_until=good_until
        )
        audit(by, "article.verified", version)
        shelf_changed()
    return row


def shelf_changed() -> None:
    """Whatever is in memory was built from an older shelf: every process notices within one turn."""
    if not Shelf.objects.update(number=F("number") + 1):
        Shelf.objects.create(number=1)
