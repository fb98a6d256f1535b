"""Who may see a person: given with a reason and an end, taken at once, and broken open when it cannot wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.accounts.policy import may, posts_of
from baquiano.lib.turnstile import writing
from baquiano.people.actions import CannotChange
from baquiano.people.categories import Data
from baquiano.people.models import Access, BrokenGlass, Caregiver, Fact, FamilyMember, GlassNotice, Person
from baquiano.people.models.person import Why

AT_THE_DESK = timedelta(hours=12)
LONGEST = timedelta(days=365)
GLASS_LASTS = timedelta(hours=1)


def grant(person: Person, to: User, *, area: str, until: datetime, reason: str, by: User) -> Access:
    """A coordinator lets a colleague see somebody, for a reason and a time. Raises `CannotChange`."""
    now = timezone.now()
    if to.pk == by.pk:
        raise CannotChange(_("Nobody gives access to themselves. Ask another coordinator."))
    if not may(to, "person.read"):
        raise CannotChange(_("The role of this colleague does not see people."))
    if area and area not in {post.area for post in posts_of(to)}:
        raise CannotChange(_("This colleague does not work in that area."))
    if not now < until <= now + LONGEST:
        raise CannotChange(_("Choose a day between tomorrow and a year from now."))
    if not reason.strip():
        raise CannotChange(_("Say why this colleague needs to see this person."))
    with writing():
        access = Access.objects.create(
            person=person, user=to, area=area, why=Why.GRANTED, since=now, until=until, by=by, reason=reason.strip()
        )
        audit(by, "access.granted", access, about=person.pk, reason=reason.strip())
    return access


def end(access: Access, *, by: User) -> None:
    """From this second on. What they did stays written."""
    with writing():
        access.until = timezone.now()
        access.save(update_fields=["until"])
        audit(by, "access.ended", access, about=access.person_id)


def receive(person: Person, *, by: User) -> Access:
    """They stand at the desk: whoever attends them sees them for the rest of the day."""
    now = timezone.now()
    with writing():
        access = Access.objects.create(
            person=person, user=by, area="", why=Why.AT_THE_DESK, since=now, until=now + AT_THE_DESK, by=by
        )
        audit(by, "person.received", access, about=person.pk)
    return access


def owners(person: Person) -> list[User]:
    """Whoever has access now and still works here, each once."""
    now = timezone.now()
    ids = Access.objects.current(now).filter(person=person).values("user")
    return list(User.objects.working(now).filter(pk__in=ids).order_by("pk"))


# Breaking the glass -----------------------------------------------------------------------------------------------------


def break_glass(person: Person, *, reason: str, by: User) -> BrokenGlass:
    """Open the safety summary of somebody one has no access to. Ends by itself within the hour; whoever has access is told;
    somebody else reviews it. Raises `CannotChange`.
    """
    if len(reason.strip()) < 10:
        raise CannotChange(_("Say in a sentence why it cannot wait: somebody else will read it."))
    now = timezone.now()
    with writing():
        glass = BrokenGlass.objects.create(
            person=person, user=by, reason=reason.strip(), since=now, until=now + GLASS_LASTS
        )
        GlassNotice.objects.bulk_create(
            GlassNotice(glass=glass, user=owner) for owner in owners(person) if owner.pk != by.pk
        )
        audit(by, "glass.broken", glass, about=person.pk, reason=reason.strip())
    return glass


def review_glass(glass: BrokenGlass, *, was_right: bool, review: str, by: User) -> None:
    if glass.user_id == by.pk:
        raise CannotChange(_("Somebody else must review what you opened."))
    if glass.reviewed_at is not None:
        raise CannotChange(_("This was reviewed already."))
    if not was_right and not review.strip():
        raise CannotChange(_("Say what was wrong, so that it can be put right."))
    with writing():
        glass.reviewed_by, glass.reviewed_at = by, timezone.now()
        glass.was_right, glass.review = was_right, review.strip()
        glass.save(update_fields=["reviewed_by", "reviewed_at", "was_right", "review"])
        audit(by, "glass.reviewed", glass, about=glass.person_id)


def told_to(user: User) -> list[GlassNotice]:
    """What this colleague has not seen yet: somebody opened the summary of a person they work with."""
    return list(GlassNotice.objects.filter(user=user, seen_at=None).select_related("glass__user").order_by("pk"))


def seen(notice: GlassNotice) -> None:
    notice.seen_at = timezone.now()
    notice.save(update_fields=["seen_at"])


@dataclass(frozen=True)
class SafetySummary:
    """What may save somebody tonight, and no more: never a note, never a fact."""

    person: Person
    caregivers: tuple[Caregiver, ...]
    family_size: int
    children: int
    has_risk_on_file: bool
    owners: tuple[User, ...]


def safety_summary(glass: BrokenGlass) -> SafetySummary:
    """Raises `CannotChange` once the hour is over."""
    now = timezone.now()
    if not glass.since <= now < glass.until:
        raise CannotChange(_("The hour is over. Open it again with a reason, or ask for access."))
    person = glass.person
    family = FamilyMember.objects.current(now).filter(
        group__in=FamilyMember.objects.current(now).filter(person=person).values("group")
    )
    members = family.count()
    return SafetySummary(
        person=person,
        caregivers=tuple(Caregiver.objects.filter(cared_for=person, until=None).order_by("pk")),
        family_size=members or 1,
        children=family.filter(person__birth_year__gt=timezone.localdate().year - 18).count(),
        has_risk_on_file=Fact.objects.filter(
            person=person, category=Data.RISK, until__gte=timezone.localdate()
        ).exists(),
        owners=tuple(owners(person)),
    )
