"""Forgetting one person through every room. The row stays without anything of her, so that figures stay."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.custody import free_pages, rooms, tombstones
from baquiano.custody.models import Hold
from baquiano.lib.portrait import Erased
from baquiano.lib.turnstile import writing
from baquiano.people.models import BrokenGlass, Person


class CannotForget(Exception):
    """Shown to staff as it is written: what stands in the way and what to do."""


class Why(models.TextChoices):
    """A code and no words: the reason stays in the trail of somebody of whom nothing else does."""

    ASKED = "asked", gettext_lazy("They asked for it")
    MISTAKE = "mistake", gettext_lazy("They were written down by mistake")
    TIME = "time", gettext_lazy("The time for keeping it is over")
    RESTORED = "restored", gettext_lazy("They had been forgotten before a backup was restored")


def forget(person: Person, *, why: Why, by: User | None) -> tuple[Erased, ...]:
    """`by` None: the keeping times. Raises `CannotForget`; then nothing has changed."""
    whose = rooms.subject(person)
    _refuse(whose)
    return _forget(whose, why, by)


def forget_again(person: Person) -> tuple[Erased, ...]:
    """Somebody who was forgotten already stands here again, out of an older backup. Nothing holds this up: it was decided."""
    return _forget(rooms.subject(person), Why.RESTORED, None)


def in_the_way(person: Person) -> str:
    """Why this person cannot be forgotten now, in words; empty: she can."""
    try:
        _refuse(rooms.subject(person))
    except CannotForget as reason:
        return str(reason)
    return ""


def _refuse(whose: rooms.Subject) -> None:
    if Person.objects.filter(pk=whose.root.pk, forgotten_at__isnull=False).exists():
        raise CannotForget(_("This person was forgotten already."))
    if Hold.objects.current(timezone.now()).filter(person__in=whose.rows).exists():
        raise CannotForget(_("The law obliges us to keep this for now: see who put it on hold, and until when."))
    if rooms.waits(whose):
        raise CannotForget(_("There is a danger alert about this person that nobody has seen. See to it first."))
    if BrokenGlass.objects.unreviewed().filter(person__in=whose.rows).exists():
        raise CannotForget(
            _("Somebody opened this person's safety summary and nobody has reviewed it. Review it first.")
        )


def _forget(whose: rooms.Subject, why: Why, by: User | None) -> tuple[Erased, ...]:
    """The list beside the keys first, then the tables: see custody.forgotten for what a crash between the two leaves."""
    numbers = [row.number for row in whose.rows]
    try:
        tombstones.write_down(numbers)
    except tombstones.CannotWriteList:
        raise CannotForget(
            _("The list of forgotten people beside the keys cannot be written. Tell whoever keeps the machines.")
        ) from None
    try:
        erased = _through_every_room(whose, why, by)
    except Exception:
        if not Person.objects.filter(pk=whose.root.pk, forgotten_at__isnull=False).exists():
            tombstones.take_back(numbers)
        raise
    free_pages.empty()
    return erased


def _through_every_room(whose: rooms.Subject, why: Why, by: User | None) -> tuple[Erased, ...]:
    with writing():
        list(
            Person.objects.select_for_update().filter(pk__in=whose.ids)
        )  # a hold that is being put waits, or came first
        if why != Why.RESTORED:
            _refuse(whose)
        erased = rooms.forget(whose, at=timezone.now(), by=by)
        audit(by, "person.forgotten", whose.root, about=whose.root.pk, reason=str(why.value))
    return tuple(erased)
