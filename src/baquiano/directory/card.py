"""What every door shows of a service: one card in one language, the same on the web, in a chat, at the desk and on the telephone.

It says nothing that whoever asks may not know: rows are looked up within their reach only, and the seal of a confidential place is not
opened here. What is not known is left out or called not known, never a no.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from baquiano.directory import hours as opening
from baquiano.directory import timetables, trust, words
from baquiano.directory.hours import State
from baquiano.directory.models import (
    Answer,
    Capacity,
    Confirmation,
    Location,
    Notice,
    Reach,
    Service,
    ServiceAtLocation,
    Visibility,
)
from baquiano.directory.near import Hit
from baquiano.directory.trust import Standing, Status
from baquiano.lib.dates import written
from baquiano.territory.models import Division

_PHONES = 4
_BATCH = 400  # ids in one question: SQLite has a limit


@dataclass(frozen=True)
class Phone:
    """`text` says what it is for ("WhatsApp", "only at night"); "" when nobody said."""

    number: str
    text: str


@dataclass(frozen=True)
class Card:
    """Lines are whole sentences or "" for nothing to say. `service` and `at` are its ids, `at` None for a service without a place.

    `place` are the lines of the address; `near_by` the municipality alone. `hours` are as OpenStreetMap writes them. `latitude` and `longitude`
    are None where there is no point that the reader may know. `status` and `on` are those of `trust`; `badge` says them. `parts_line` names what
    was not confirmed for longer than it is believed.
    """

    service: UUID
    at: UUID | None
    organization_id: UUID
    name: str
    organization: str
    what: str
    needs: tuple[str, ...]
    needs_line: str
    place_name: str
    place: tuple[str, ...]
    near_by: str
    how_to_get_there: str
    latitude: float | None
    longitude: float | None
    is_approximate: bool
    zone: str
    distance_km: float | None
    distance_line: str
    phones: tuple[Phone, ...]
    email: str
    url: str
    hours: str
    hours_line: str
    hours_note: str
    now_line: str
    state: State
    to_bring: str
    asks_documents: Answer
    documents_line: str
    asks_status: Answer
    status_line: str
    cost_line: str
    for_whom: tuple[str, ...]
    languages: tuple[str, ...]
    interpretation: str
    appointment_line: str
    how_to_ask: str
    access: tuple[str, ...]
    capacity_line: str
    notices: tuple[str, ...]
    alert: str
    status: Status
    on: date | None
    badge: str
    parts_line: str
    warning: str
    caution: str
    source: str
    is_emergency: bool
    is_demo: bool
    is_sure: bool


def cards(hits: Sequence[Hit], *, reach: Reach, language: str, now: datetime) -> list[Card]:
    """In the order of the hits. Those that whoever reads so far may not know of are left out, whatever the hit says."""
    with translation.override(language):
        known = _Known([hit.service for hit in hits], [hit.at for hit in hits if hit.at], reach=reach, now=now)
        return [made for hit in hits if (made := known.card(hit))]


def shown(
    pairs: Sequence[tuple[UUID, UUID | None]], *, reach: Reach, language: str, now: datetime
) -> dict[tuple[UUID, UUID | None], Card]:
    """Services at places (None: the service itself) as they are at `now`, without asking who is near."""
    with translation.override(language):
        known = _Known([service for service, _at in pairs], [at for _service, at in pairs if at], reach=reach, now=now)
        hits = (Hit(service, at, None, state) for service, at in pairs if (state := known.now_of(service, at)))
        return {(hit.service, hit.at): made for hit in hits if (made := known.card(hit))}


def card(service: UUID, at: UUID | None, *, reach: Reach, language: str, now: datetime) -> Card | None:
    """One service at one of its places; None when whoever reads so far may not know of it.

    Whether it may be served at all is asked of `trust.is_served`, with `status` and `is_emergency` of the card.
    """
    return shown([(service, at)], reach=reach, language=language, now=now).get((service, at))


def places_of(service: UUID, *, reach: Reach) -> list[UUID]:
    """Where it is offered, as far as whoever asks may know, by id of ServiceAtLocation."""
    rows = ServiceAtLocation.objects.within(reach).filter(service=service)
    return list(rows.order_by("location__division__name_folded", "pk").values_list("pk", flat=True))


def line(card: Card) -> str:
    """One line for a chat or a short message: name, distance, hours now, what to bring, telephone. In the language now active."""
    phone = _("Tel. %(number)s") % {"number": card.phones[0].number} if card.phones else ""
    where = card.distance_line or card.near_by
    bring = card.to_bring or card.documents_line
    mark = {Status.EXPIRED: card.badge, Status.UNVERIFIED: pgettext("service", "Not verified")}.get(card.status, "")
    warned = _("People said that something is wrong") if card.warning else ""
    told = (card.name, where, card.now_line, bring, phone, warned, mark)
    return ". ".join(part.rstrip(".") for part in told if part)


def spoken(card: Card) -> str:
    """To be read aloud, in the language now active: whole sentences, the digits of the telephone apart."""
    phone = _("Telephone: %(number)s") % {"number": _digits(card.phones[0].number)} if card.phones else ""
    place = ", ".join(card.place)
    said = (card.name, card.distance_line, place, card.now_line, card.to_bring or card.documents_line, phone)
    return " ".join(f"{part.rstrip('.')}." for part in (*said, *card.notices, card.warning, card.badge) if part)


def _digits(number: str) -> str:
    return " ".join(character for character in number if character.isalnum() or character == "+")


def distance(km: float | None) -> str:
    """In the language now active. Never closer than a kilometre: where somebody is was rounded to that."""
    if km is None:
        return ""
    if km < 1:
        return _("less than 1 km away")
    return _("about %(n)d km away") % {"n": round(km)}


class _Known:
    """The rows behind some cards, looked up once: about nine queries, however many cards."""

    def __init__(self, services: Sequence[UUID], at: Sequence[UUID], *, reach: Reach, now: datetime) -> None:
        self._now = now
        offers = ServiceAtLocation.objects.within(reach)
        rows = Service.objects.within(reach).select_related("organization")
        self._services = {row.pk: row for some in _batches(services) for row in rows.filter(pk__in=some)}
        there = offers.filter(service__in=list(self._services)).select_related("location__division__parent__parent")
        self._at = {row.pk: row for some in _batches(at) for row in there.filter(pk__in=some)}
        self._zones = timetables.zones_of_countries()
        self._today = now.astimezone(ZoneInfo(self._zones[""])).date()
        self._standings = trust.standings(list(self._services), self._today)
        self._notices = timetables.Notices(now, *self._about())
        self._capacities: dict[UUID, list[Capacity]] = defaultdict(list)
        for some in _batches(list(self._services)):
            for capacity in Capacity.objects.filter(service__in=some, good_until__gt=now).order_by("-updated_at"):
                self._capacities[capacity.service_id].append(capacity)

    def _about(self) -> list[Q]:
        return [
            Q(service__in=[*self._services]),
            Q(organization__in={row.organization_id for row in self._services.values()}),
            Q(at__in=[*self._at]),
            Q(location__in={row.location_id for row in self._at.values()}),
        ]

    def now_of(self, service_id: UUID, at_id: UUID | None) -> opening.Now | None:
        """None when there is no such service at that place for whoever asks."""
        service, at = self._services.get(service_id), self._at.get(at_id) if at_id else None
        if service is None or (at_id and (at is None or at.service_id != service_id)):
            return None
        notices = self._notices.of(service, at)
        return opening.at(timetables.timetable(service, at, notices, self._zones), self._now)

    def card(self, hit: Hit) -> Card | None:
        service, at = self._services.get(hit.service), self._at.get(hit.at) if hit.at else None
        if service is None or (hit.at and (at is None or at.service_id != service.pk)):
            return None
        notices = self._notices.of(service, at)
        table = timetables.timetable(service, at, notices, self._zones)
        standing = self._standings.get(service.pk, trust.UNKNOWN)
        made = _basis(service, at, hit, table.zone)
        return replace(
            made,
            hours=table.hours,
            hours_line=opening.in_words(table.hours, _language()) if table.hours else "",
            hours_note=timetables.note_of(service, at),
            now_line=self._now_line(hit, table.zone, trust.ended(standing.parts_at(hit.at), self._today)),
            capacity_line=_capacity(self._capacities[service.pk], at, ZoneInfo(table.zone)),
            notices=tuple(_notice(one, ZoneInfo(table.zone)) for one in notices if one.begins_at <= self._now),
            **_standing_lines(service, standing, hit.at, self._today),
        )

    def _now_line(self, hit: Hit, zone: str, old: Sequence[str]) -> str:
        """With a word beside it where nobody has confirmed the hours for too long."""
        said = opening.now_in_words(hit.now, zone, self._now, _language())
        if not said or "hours" not in old:
            return said
        return _("%(hours)s (hours not confirmed for a long time)") % {"hours": said.rstrip(".")}


def _basis(service: Service, at: ServiceAtLocation | None, hit: Hit, zone: str) -> Card:
    """What the rows say, without the clock and without trust."""
    place = at.location if at and at.location.visibility != Visibility.CONFIDENTIAL else None
    return Card(
        service=service.pk,
        at=at.pk if at else None,
        organization_id=service.organization_id,
        name=service.name,
        organization=service.organization.name,
        what=service.description,
        needs=service.needs,
        needs_line=", ".join(words.labels(words.NEEDS, service.needs)),
        place_name=_place_name(at),
        place=_address(place) if place else (),
        near_by=place.division.name if place and place.division else "",
        how_to_get_there=place.transportation if place else "",
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        is_approximate=place.is_approximate if place else False,
        zone=zone,
        distance_km=hit.distance_km,
        distance_line=distance(hit.distance_km),
        phones=_phones(service, at, place),
        email=service.email or service.organization.email,
        url=service.url or service.organization.website,
        hours="",
        hours_line="",
        hours_note="",
        now_line="",
        state=hit.now.state,
        to_bring=_to_bring(service),
        asks_documents=Answer(service.asks_documents),
        documents_line=_documents(service),
        asks_status=Answer(service.asks_status),
        status_line=_asks_status(service),
        cost_line=_cost(service),
        for_whom=tuple(_for_whom(service)),
        languages=tuple(words.labels(words.LANGUAGES, service.languages or (place.languages if place else ()))),
        interpretation=service.interpretation,
        appointment_line=_appointment(service),
        how_to_ask=service.how_to_ask,
        access=tuple(_access(place)) if place else (),
        capacity_line="",
        notices=(),
        alert=service.alert,
        status=Status.UNVERIFIED,
        on=None,
        badge="",
        parts_line="",
        warning="",
        caution=service.caution,
        source=service.source,
        is_emergency=service.is_emergency,
        is_demo=service.is_demo or service.organization.is_demo,
        is_sure=hit.is_sure,
    )


# -- where ---------------------------------------------------------------------------------------------------------------


def _place_name(at: ServiceAtLocation | None) -> str:
    if at is None:
        return ""
    if at.location.visibility == Visibility.CONFIDENTIAL:
        return _("Confidential place")
    return at.location.name


def _address(place: Location) -> tuple[str, ...]:
    municipality = place.division.name if place.division else place.city
    region = _region(place.division) if place.division else place.state_province
    lines = (place.address_1, place.address_2, ", ".join(part for part in (municipality, region) if part))
    return tuple(text for text in lines if text)


def _region(division: Division) -> str:
    """The division of the first level it lies in; "" when it is one itself."""
    above, found = division.parent, ""
    while above is not None:
        found, above = above.name, above.parent
    return found


def _phones(service: Service, at: ServiceAtLocation | None, place: Location | None) -> tuple[Phone, ...]:
    """The nearest to what somebody wants first: of the service there, of the service, of the place; else that of the organisation."""
    written_down: list[Any] = [*(at.phones if at and place else ()), *service.phones, *(place.phones if place else ())]
    found = {str(one["number"]): _phone(one) for one in reversed(written_down) if one.get("number")}
    own = list(reversed(found.values()))
    if not own and service.organization.phone:
        own = [Phone(service.organization.phone, service.organization.name)]
    return tuple(own[:_PHONES])


def _phone(one: Mapping[str, Any]) -> Phone:
    extension = _("ext. %(number)s") % {"number": one["extension"]} if one.get("extension") else ""
    kind = {"whatsapp": "WhatsApp", "sms": "SMS", "fax": "Fax"}.get(str(one.get("type", "")).lower(), "")
    return Phone(str(one["number"]), ", ".join(t for t in (extension, kind, str(one.get("description", ""))) if t))


def _access(place: Location) -> Iterable[str]:
    if place.step_free == Answer.YES:
        yield _("Without steps")
    if place.step_free == Answer.NO:
        yield _("There are steps")
    yield from words.labels(words.ACCESSIBILITY, place.accessibility)


# -- on which conditions -------------------------------------------------------------------------------------------------


def _documents(service: Service) -> str:
    if service.asks_documents == Answer.NO:
        return _("Asks for no documents")
    if service.asks_documents == Answer.YES:
        return _("Asks for a document")
    return ""


def _to_bring(service: Service) -> str:
    """What to bring; "" when nothing is asked or nobody told us."""
    if service.asks_documents == Answer.NO:
        return ""
    papers = [words.label(words.PAPERS, code) for code in service.accepts if code != "none"]
    named = [str(one["document"]) for one in service.required_documents if one.get("document")]
    wanted = " / ".join(papers)
    things = ", ".join(part for part in (wanted, *named) if part)
    return _("Bring: %(things)s") % {"things": things} if things else ""


def _asks_status(service: Service) -> str:
    if service.asks_status == Answer.NO:
        return _("Does not ask about your migratory situation")
    if service.asks_status == Answer.YES:
        return _("Asks about your migratory situation")
    return ""


def _cost(service: Service) -> str:
    said = {
        Service.Cost.FREE: _("Free of charge"),
        Service.Cost.SOME: _("Some things cost money"),
        Service.Cost.PAID: _("Costs money"),
    }
    known = said.get(Service.Cost(service.cost), "")
    return ". ".join(part.rstrip(".") for part in (known, service.cost_text) if part)


def _appointment(service: Service) -> str:
    if service.appointment == Answer.YES:
        return _("By appointment")
    if service.appointment == Answer.NO:
        return _("Without an appointment")
    return ""


def _for_whom(service: Service) -> Iterable[str]:
    if service.populations:
        yield ", ".join(words.labels(words.POPULATIONS, service.populations))
    if service.sex:
        yield str(Service.Sex(service.sex).label)
    if ages := _ages(service.minimum_age, service.maximum_age):
        yield ages
    if service.family:
        yield ", ".join(words.labels(words.FAMILIES, service.family))
    if service.eligibility_text:
        yield service.eligibility_text


def _ages(youngest: int | None, oldest: int | None) -> str:
    if youngest and oldest is not None:
        return _("From %(youngest)d to %(oldest)d years of age") % {"youngest": youngest, "oldest": oldest}
    if youngest:
        return ngettext("From %(n)d year of age", "From %(n)d years of age", youngest) % {"n": youngest}
    if oldest is not None:
        return ngettext("Up to %(n)d year of age", "Up to %(n)d years of age", oldest) % {"n": oldest}
    return ""


# -- now -----------------------------------------------------------------------------------------------------------------


def _capacity(said: Sequence[Capacity], at: ServiceAtLocation | None, zone: ZoneInfo) -> str:
    """What somebody said lately, with the hour; of this place, or of the service as a whole."""
    here = [one for one in said if one.at_id is None or (at and one.at_id == at.pk)]
    if not here:
        return ""
    one = here[0]
    left = {
        "n": f"{one.available:g}",
        "unit": one.unit,
        "at": f"{timezone.localtime(one.updated_at, zone):%d-%m %H:%M}",
    }
    if one.available == 0:
        return _("No %(unit)s left (told on %(at)s)") % left
    return _("%(unit)s left: %(n)s (told on %(at)s)") % left


def _notice(notice: Notice, zone: ZoneInfo) -> str:
    until = written(timezone.localtime(notice.ends_at, zone).date())
    if notice.kind == Notice.Kind.CLOSED:
        said = _("Closed until %(day)s") % {"day": until}
    elif notice.kind == Notice.Kind.HOURS:
        hours = opening.in_words(notice.hours, _language())
        said = _("Other hours until %(day)s: %(hours)s") % {"day": until, "hours": hours}
    else:
        return notice.text
    return f"{said}. {notice.text}".rstrip(". ") if notice.text else said


# -- trust ---------------------------------------------------------------------------------------------------------------


def _standing_lines(service: Service, standing: Standing, at: UUID | None, today: date) -> dict[str, Any]:
    old = trust.ended(standing.parts_at(at), today)
    return {
        "status": standing.status,
        "on": standing.on,
        "badge": badge(service, standing),
        "parts_line": _old_parts(old) if standing.status is not Status.EXPIRED else "",
        "warning": _("People say that something here may be wrong. Call before you go.") if standing.warned else "",
    }


def badge(service: Service, standing: Standing) -> str:
    """Who said so and when, in the language now active; of one that nobody confirmed, where we have it from."""
    if standing.on and standing.status in (Status.VERIFIED, Status.AGING):
        said = {"day": written(standing.on), "how": Confirmation.How(standing.how).label}
        return _("Verified on %(day)s, %(how)s") % said
    if standing.on:
        return _("Not confirmed since %(day)s") % {"day": written(standing.on)}
    if service.source and service.source_on:
        said = {"source": service.source, "day": written(service.source_on)}
        return _("Not verified; according to %(source)s, %(day)s") % said
    if service.source:
        return _("Not verified; according to %(source)s") % {"source": service.source}
    return pgettext("service", "Not verified")


def _old_parts(parts: Iterable[str]) -> str:
    named = ", ".join(str(trust.NAMES[part]) for part in parts)
    return _("Not confirmed for a long time: %(parts)s") % {"parts": named} if named else ""


def _language() -> str:
    return translation.get_language() or "es"


def _batches(ids: Sequence[UUID]) -> Iterable[list[UUID]]:
    listed = list(dict.fromkeys(ids))
    for start in range(0, len(listed), _BATCH):
        yield listed[start : start + _BATCH]
