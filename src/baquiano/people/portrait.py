"""What this room holds of one person, and how it goes. Third persons appear by what they are to her, not by name, unless they are
children in her care.

The row of a forgotten person stays with what is counted (year, gender, municipality, nationalities, groups): figures do not change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.accounts.models import Membership, Role
from baquiano.directory.models import Organization
from baquiano.files.erasing import erase
from baquiano.lib.portrait import Entry, Erased, Section, entry, said, section, value
from baquiano.people import contact, searching
from baquiano.people.models import (
    Access,
    Address,
    Alias,
    BrokenGlass,
    Caregiver,
    Consent,
    ConsentQuestion,
    Distinct,
    Document,
    Fact,
    FamilyMember,
    JoinCode,
    Joining,
    KeptPaper,
    Nationality,
    PaperRequest,
    Person,
    PersonWord,
    Population,
)

MODELS = (
    "people.Access",
    "people.Address",
    "people.Alias",
    "people.BrokenGlass",
    "people.Caregiver",
    "people.Consent",
    "people.Document",
    "people.Fact",
    "people.JoinCode",
    "people.NameWord",
    "people.Nationality",
    "people.Person",
    "people.PersonWord",
    "people.Population",
)
ADULT = 18


@dataclass(frozen=True)
class Spell:
    """An address was hers from a moment to a moment. `until` None: it still is.

    `is_whole`: nobody else was ever joined to it, so what was written from it earlier goes with her too, as with BORRAR.
    """

    address: int
    since: datetime
    until: datetime | None
    is_whole: bool

    @property
    def is_current(self) -> bool:
        return self.until is None


def rows_of(person: Person) -> list[Person]:
    """Every row that is this person, the one she is seen under first: merging is a pointer, and custody looks behind it."""
    root = Person.objects.select_related("municipality").get(pk=person.same_as_id or person.pk)
    return [root, *Person.objects.filter(same_as=root).select_related("municipality").order_by("pk")]


def spells_of(people: Sequence[Person]) -> list[Spell]:
    joinings = list(Joining.objects.filter(person__in=people).order_by("since", "pk"))
    strangers = set(
        Joining.objects.filter(address__in=[joining.address_id for joining in joinings])
        .exclude(person__in=people)
        .values_list("address", flat=True)
    )
    now = timezone.now()
    return [
        Spell(
            joining.address_id,
            joining.since,
            joining.until if joining.until and joining.until <= now else None,
            is_whole=joining.address_id not in strangers and (joining.until is None or joining.until > now),
        )
        for joining in joinings
    ]


def receivers_of(people: Sequence[Person], at: datetime) -> list[Organization]:
    """Whoever may receive something of her now: they are told when it is corrected, blocked or forgotten."""
    shared = Consent.objects.active(at).filter(person__in=people, receiver__isnull=False)
    return list(Organization.objects.filter(pk__in=shared.values("receiver")).order_by("pk"))


# Showing ----------------------------------------------------------------------------------------------------------------


def portray(people: Sequence[Person]) -> list[Section]:
    team = [_("those of the team who work with you")]
    told = _("what you told us")
    ours = _("written down by the team")
    receivers = [one.name for one in receivers_of(people, timezone.now())]
    return [
        section("person", _("Who you are"), origin=told, recipients=[*team, *receivers], entries=_who(people)),
        section("belonging", _("Nationalities and groups"), origin=told, recipients=team, entries=_belonging(people)),
        section("documents", _("Documents"), origin=told, recipients=team, entries=_documents(people)),
        section("papers", _("Files kept for a time"), origin=told, recipients=team, entries=_papers(people)),
        section("facts", _("Sensitive things you told"), origin=told, recipients=[_("the area you told it to")], entries=_facts(people)),
        section("consents", _("What you agreed to"), origin=told, recipients=[*team, *receivers], entries=_consents(people)),
        section("asked", _("What we asked you in a chat"), origin=ours, recipients=team, entries=_asked(people)),
        section("family", _("Family and care"), origin=told, recipients=team, entries=_family(people)),
        section("doors", _("Ways you write to us"), origin=told, recipients=team, entries=_doors(people)),
        section("access", _("Who of the team may see you"), origin=ours, recipients=team, entries=_accesses(people)),
        section("glass", _("Openings of your safety summary"), origin=ours, recipients=team, entries=_glass(people)),
    ]  # fmt: skip


def _who(people: Sequence[Person]) -> Iterator[Entry]:
    for person in people:
        place = person.municipality
        yield entry(
            person.registered_at,
            [
                value(person, "name", _("Name")),
                value(person, "called", _("Called")),
                value(person, "pronoun", _("Pronoun")),
                value(person, "gender", _("Gender")),
                value(person, "birth_year", _("Year of birth")),
                value(person, "born_on", _("Day of birth")),
                value(person, "language", _("Language")),
                said(person, "municipality", _("Municipality"), place.name if place else ""),
                value(person, "child_status", _("Without their parents")),
                value(person, "safe_contact", _("How to reach you safely")),
                value(person, "registered_at", _("Registered")),
                value(person, "last_seen_on", _("Last contact")),
                value(person, "number", _("Number")),
            ],
        )


def _belonging(people: Sequence[Person]) -> Iterator[Entry]:
    for nationality in Nationality.objects.filter(person__in=people).order_by("pk"):
        yield entry(None, [value(nationality, "country", _("Nationality"))])
    for population in Population.objects.filter(person__in=people).order_by("pk"):
        yield entry(None, [value(population, "group", _("Population group"))])


def _documents(people: Sequence[Person]) -> Iterator[Entry]:
    for paper in Document.objects.filter(person__in=people).order_by("pk"):
        names = (
            ("kind", _("Document")),
            ("country", _("Country")),
            ("number", _("Number")),
            ("expires_on", _("Expires")),
        )
        yield entry(paper.added_at, [value(paper, name, label) for name, label in names])


def _papers(people: Sequence[Person]) -> Iterator[Entry]:
    """That there is a file, for what and until when. The file itself is handed over by the desk."""
    for paper in KeptPaper.objects.filter(person__in=people).select_related("attachment").order_by("pk"):
        names = (("purpose", _("For what")), ("name", _("Name of the file")), ("expires_at", _("Kept until")))
        yield entry(paper.added_at, [value(paper.attachment, name, label) for name, label in names])


def _facts(people: Sequence[Person]) -> Iterator[Entry]:
    for fact in Fact.objects.filter(person__in=people).order_by("told_at", "pk"):
        names = (("category", _("About")), ("area", _("Area")), ("text", _("What you told")), ("basis", _("Why we may keep it")),
                 ("why", _("In words")), ("until", _("Kept until")))  # fmt: skip
        yield entry(fact.told_at, [value(fact, name, label) for name, label in names])


def _consents(people: Sequence[Person]) -> Iterator[Entry]:
    for consent in Consent.objects.filter(person__in=people).select_related("receiver").order_by("given_at", "pk"):
        receiver = consent.receiver.name if consent.receiver else _("nobody else")
        limits = consent.restrictions
        names = (("data", _("Which data")), ("basis", _("On what ground")), ("reason", _("In words")),
                 ("text_version", _("Version of the text")), ("language", _("Language")), ("evidence", _("How it is shown")),
                 ("proof", _("Proof")), ("given_by", _("Given by")), ("expires_at", _("Ends")), ("withdrawn_at", _("Withdrawn")),
                 ("withdrawn_why", _("Why you withdrew it")))  # fmt: skip
        yield entry(
            consent.given_at,
            [
                value(consent, "purpose", _("For what")),
                said(consent, "receiver", _("Receiver"), receiver),
                said(consent, "restrictions", _("What we may not do"), str(limits) if limits else ""),
                *(value(consent, name, label) for name, label in names),
            ],
        )


def _asked(people: Sequence[Person]) -> Iterator[Entry]:
    """Questions and the documents asked for; what she agreed to stands by itself."""
    for question in ConsentQuestion.objects.filter(person__in=people).select_related("receiver").order_by("pk"):
        receiver = question.receiver.name if question.receiver else _("nobody else")
        names = (("data", _("Which data")), ("text_version", _("Version of the text")), ("language", _("Language")),
                 ("ends_at", _("Would end")), ("is_yes", _("You said yes")))  # fmt: skip
        yield entry(
            question.at,
            [
                value(question, "purpose", _("For what")),
                said(question, "receiver", _("Receiver"), receiver),
                *(value(question, name, label) for name, label in names),
            ],
        )
    for request in PaperRequest.objects.filter(person__in=people).order_by("pk"):
        yield entry(
            request.at,
            [
                value(request, "kind", _("Document")),
                value(request, "kept_for", _("For what")),
                value(request, "erase_on", _("Erased on")),
            ],
        )


def _family(people: Sequence[Person]) -> Iterator[Entry]:
    """The others by relation; by name only a child that she looks after."""
    own = FamilyMember.objects.filter(person__in=people).order_by("since", "pk")
    in_her_care = set(Caregiver.objects.filter(person__in=people, until=None).values_list("cared_for", flat=True))
    now = timezone.now()
    for member in own:
        yield entry(member.since, [value(member, "relation", _("You are there")), value(member, "until", _("Until"))])
        others = FamilyMember.objects.current(now).filter(group=member.group_id).exclude(person__in=people)
        for other in others.select_related("person") if member.until is None else ():
            named = other.person_id in in_her_care and is_child(other.person, timezone.localdate())
            words = other.person.called or other.person.name if named else ""
            yield entry(
                other.since, [value(other, "relation", _("A relative")), said(other, "person", _("Name"), words)]
            )
    for carer in Caregiver.objects.filter(cared_for__in=people).order_by("since", "pk"):
        yield entry(
            carer.since,
            [
                said(carer, "person", _("Looks after you"), _("guardian") if carer.is_guardian else _("caregiver")),
                value(carer, "until", _("Until")),
            ],
        )
    for care in Caregiver.objects.filter(person__in=people).select_related("cared_for").order_by("since", "pk"):
        child = is_child(care.cared_for, timezone.localdate())
        words = (care.cared_for.called or care.cared_for.name) if child else ""
        yield entry(
            care.since,
            [
                said(care, "cared_for", _("You look after"), words or _("somebody")),
                value(care, "contact", _("Your contact there")),
                value(care, "paper", _("What shows that you may decide")),
            ],
        )


def _doors(people: Sequence[Person]) -> Iterator[Entry]:
    for joining in Joining.objects.filter(person__in=people).select_related("address__channel").order_by("since", "pk"):
        alias = Alias.objects.filter(address=joining.address_id, valid_to=None).order_by("-pk").first()
        is_hers = joining.until is None or joining.until > timezone.now()
        yield entry(
            joining.since,
            [
                said(joining, "address", _("Channel"), joining.address.channel.get_kind_display()),
                *([value(alias, "value", _("Number or name there"))] if alias and is_hers else []),
                *(
                    [said(joining.address, "safe_contact", _("How it is safe to write there"), _rule(joining.address))]
                    if is_hers
                    else []
                ),
                value(joining, "how", _("How we knew it was you")),
                value(joining, "until", _("Until")),
            ],
        )


def _rule(address: Address) -> str:
    """As it was set for this door alone; empty when it was not."""
    rule = contact.parse(address.safe_contact)
    if not address.safe_contact:
        return ""
    words = [_("we may write") if rule.may_write else _("we do not write"), rule.hours, rule.word, rule.never_tell]
    return "; ".join(word for word in words if word)


def _accesses(people: Sequence[Person]) -> Iterator[Entry]:
    """By role, never by the name of a colleague."""
    for access in Access.objects.filter(person__in=people).order_by("since", "pk"):
        yield entry(
            access.since,
            [
                said(access, "user", _("Who"), ", ".join(_roles(access.user_id, access.since)) or _("the team")),
                value(access, "area", _("Area")),
                value(access, "why", _("Why")),
                value(access, "reason", _("In words")),
                value(access, "until", _("Until")),
            ],
        )


def _roles(user: int, at: datetime) -> list[str]:
    held = Membership.objects.filter(Q(until=None) | Q(until__gt=at), user=user, since__lte=at + timedelta(seconds=1))
    return [str(Role(role).label) for role in sorted(set(held.values_list("role", flat=True)))]


def _glass(people: Sequence[Person]) -> Iterator[Entry]:
    for glass in BrokenGlass.objects.filter(person__in=people).order_by("since", "pk"):
        yield entry(
            glass.since,
            [
                said(glass, "user", _("Who"), ", ".join(_roles(glass.user_id, glass.since)) or _("the team")),
                value(glass, "reason", _("Why it could not wait")),
                value(glass, "reviewed_at", _("Reviewed")),
                value(glass, "was_right", _("It was right")),
                value(glass, "review", _("What the review found")),
            ],
        )


def is_child(person: Person, on: date) -> bool:
    """Under 18 for certain: an unknown age is not a child's. In the year of the birthday, still one."""
    return person.birth_year is not None and on.year - person.birth_year <= ADULT


# Forgetting -------------------------------------------------------------------------------------------------------------


def forget(people: Sequence[Person], spells: Sequence[Spell], *, at: datetime) -> list[Erased]:
    """Inside the caller's transaction, after every room that finds its rows through the joinings."""
    hers = {"person__in": people}
    addresses = [spell.address for spell in spells if spell.is_current]
    papers = KeptPaper.objects.filter(**hers).select_related("attachment")
    erased = [
        Erased("people.KeptPaper", erase(paper.attachment for paper in papers)),
        _deleted(ConsentQuestion.objects.filter(**hers)),
        _deleted(PaperRequest.objects.filter(**hers)),
        _deleted(Fact.objects.filter(**hers)),
        _emptied(Consent.objects.filter(**hers), restrictions=None, proof="", reason="", withdrawn_why=""),
        _deleted(Document.objects.filter(**hers)),
        _deleted(Caregiver.objects.filter(cared_for__in=people)),
        _emptied(Caregiver.objects.filter(**hers), name="", contact="", paper=""),
        _emptied(Access.objects.filter(**hers), reason=""),
        _emptied(BrokenGlass.objects.filter(**hers), reason="", review=""),
        _deleted(JoinCode.objects.filter(Q(**hers) | Q(address__in=addresses))),
        _forget_rules(addresses),
        _deleted(Joining.objects.filter(**hers)),
        _deleted(Alias.objects.filter(address__in=addresses)),
        _deleted(Distinct.objects.filter(Q(one__in=people) | Q(other__in=people))),
        _emptied(
            Person.objects.filter(pk__in=[person.pk for person in people]),
            name="", called="", pronoun="", born_on="", safe_contact="", forgotten_at=at,
        ),
        _forget_words(people),
    ]  # fmt: skip
    Consent.objects.active(at).filter(**hers).update(withdrawn_at=at)
    Access.objects.current(at).filter(**hers).update(until=at)
    FamilyMember.objects.current(at).filter(**hers).update(until=at)
    return [one for one in erased if one.rows]


def _forget_rules(addresses: Sequence[int]) -> Erased:
    """How it was safe to write. That nothing unasked may leave is no word of hers, and stays."""
    with_rule = [row.pk for row in Address.objects.filter(pk__in=addresses) if row.safe_contact]
    return _emptied(Address.objects.filter(pk__in=with_rule), safe_contact="")


def _forget_words(people: Sequence[Person]) -> Erased:
    """Her words, and those of the vocabulary that were nobody else's. After the names themselves."""
    hers = PersonWord.objects.filter(person__in=people).count()
    for person in Person.objects.filter(pk__in=[person.pk for person in people]).select_related("same_as"):
        searching.index(person)
    return Erased("people.PersonWord", hers)


def _deleted(rows: "QuerySet[Any]") -> Erased:
    _all, by_model = rows.delete()
    return Erased(rows.model._meta.label, by_model.get(rows.model._meta.label, 0))


def _emptied(rows: "QuerySet[Any]", **empty: object) -> Erased:
    return Erased(rows.model._meta.label, rows.update(**empty))
