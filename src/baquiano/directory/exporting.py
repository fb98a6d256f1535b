"""The directory as HSDS 3.1 says it. Nothing here is null or empty, nothing is said twice in different ways, and every id is the same
each time: an export, brought in elsewhere and exported there, is the same text.

The only date of verification that goes out is that of a confirmation made here. Nobody who works somewhere is named.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from baquiano.directory import own_terms, trust
from baquiano.directory.hours import to_schedules
from baquiano.directory.models import (
    Attribute,
    Capacity,
    Location,
    Organization,
    Reach,
    Service,
    ServiceAtLocation,
    Taxonomy,
    Term,
)
from baquiano.directory.own_terms import made
from baquiano.directory.parts import PARTS
from baquiano.directory.words import LANGUAGES
from baquiano.territory.models import Country, Division
from baquiano.territory.zones import zone_of

Json = dict[str, Any]

SERVICE_EXTRAS = ("opening_hours", "opening_hours_note", "caution", "source", "source_date")
"""Terms of our own beside those of HSDS, which our profile declares. `opening_hours` as OpenStreetMap writes them."""
PLACE_EXTRAS = ("opening_hours", "opening_hours_note", "timezone_name")
CAPACITY_EXTRAS = ("good_until",)
KEPT_OF_ORGANIZATION = (
    "tax_status",
    "tax_id",
    "year_incorporated",
    "legal_status",
    "logo",
    "uri",
)
"""What has no column of ours and waits in `more`."""
LISTS_OF_ORGANIZATION = {
    "additional_websites": "url",
    "funding": "funding",
    "programs": "program",
    "organization_identifiers": "organization_identifier",
}
_BATCH = 400


# -- what there is to export -------------------------------------------------------------------------------------------


def services_within(reach: Reach) -> QuerySet[Service]:
    return Service.objects.within(reach).order_by("pk")


def organizations_within(reach: Reach) -> QuerySet[Organization]:
    """Those that offer something this reader may know of: one that only runs a hidden service is hidden with it."""
    offered = Service.objects.within(reach).filter(organization=OuterRef("pk"))
    return Organization.objects.filter(Exists(offered), is_active=True).order_by("pk")


def at_within(reach: Reach) -> QuerySet[ServiceAtLocation]:
    return ServiceAtLocation.objects.within(reach).order_by("pk")


# -- the objects -------------------------------------------------------------------------------------------------------


def services(ids: Sequence[UUID], *, reach: Reach, on: date, full: bool) -> list[Json]:
    """In the order of `ids`. `full` False: only what is one to one, with the organisation, as lists show it."""
    out: dict[UUID, Json] = {}
    for some in _batches(ids):
        rows = list(services_within(reach).filter(pk__in=some).select_related("organization"))
        around = _Around(reach, on, rows) if full else None
        dates = trust.standings([row.pk for row in rows], on)
        visible = _visible_parents([row.organization for row in rows], reach)
        for row in rows:
            said = _service(row, dates.get(row.pk))
            said |= {"organization": _organization(row.organization, visible)}
            if around:
                said |= around.lists_of(row)
                said["organization"] |= around.lists_of_organization(row.organization)
            else:
                said["program"] = _program(row)
            out[row.pk] = _clean(said)
    return [out[pk] for pk in ids if pk in out]


def organizations(ids: Sequence[UUID], *, reach: Reach, on: date, full: bool, full_service: bool = False) -> list[Json]:
    """In the order of `ids`. `full` adds telephones, places and the like; `full_service` every service whole."""
    out: dict[UUID, Json] = {}
    for some in _batches(ids):
        rows = list(organizations_within(reach).filter(pk__in=some))
        visible = _visible_parents(rows, reach)
        offered: dict[UUID, list[UUID]] = defaultdict(list)
        if full or full_service:
            found = services_within(reach).filter(organization__in=some).values_list("organization", "pk")
            for organization, service in found:
                offered[organization].append(service)
        around = _Around(reach, on, [], rows) if full or full_service else None
        every = [pk for pks in offered.values() for pk in pks] if full_service else []
        whole = dict(zip(every, services(every, reach=reach, on=on, full=True), strict=True))
        for row in rows:
            said = _organization(row, visible)
            if around:
                said |= around.lists_of_organization(row)
                said["locations"] = around.places_of(row)
            if full_service:
                said["services"] = [_without(whole[pk], "organization") for pk in offered[row.pk]]
            out[row.pk] = _clean(said)
    return [out[pk] for pk in ids if pk in out]


def service_at_locations(ids: Sequence[UUID], *, reach: Reach, on: date, full: bool) -> list[Json]:
    out: dict[UUID, Json] = {}
    for some in _batches(ids):
        rows = list(at_within(reach).filter(pk__in=some).select_related("service__organization", "location"))
        of = [row.service for row in rows]
        around = _Around(reach, on, of) if full else None
        dates = trust.standings([service.pk for service in of], on)
        visible = _visible_parents([service.organization for service in of], reach)
        regions = _Regions([row.location for row in rows])
        for row in rows:
            service = _service(row.service, dates.get(row.service_id))
            service["organization"] = _organization(row.service.organization, visible)
            if around:
                said = around.at(row)
                service |= _without(around.lists_of(row.service), "service_at_locations")
            else:
                place = _location(row.location, regions, visible)
                said = {"id": str(row.pk), **_links(row), "description": row.description, "location": place}
            out[row.pk] = _clean({**said, "service": service})
    return [out[pk] for pk in ids if pk in out]


def locations(ids: Sequence[UUID], *, reach: Reach, on: date) -> list[Json]:
    """Places by themselves, whole: for the tables of a data package."""
    out: dict[UUID, Json] = {}
    for some in _batches(ids):
        rows = list(Location.objects.within(reach).filter(pk__in=some, is_active=True).select_related("organization"))
        around = _Around(reach, on, [], places=rows)
        out |= {row.pk: _clean(around.place(row)) for row in rows}
    return [out[pk] for pk in ids if pk in out]


def taxonomies() -> list[Json]:
    """Ours, then those of imported directories."""
    foreign = [_taxonomy(row) for row in Taxonomy.objects.order_by("pk")]
    return [own_terms.taxonomy(own) for own in own_terms.OWN] + foreign


def terms() -> list[Json]:
    ours = [own_terms.term(own, code) for own in own_terms.OWN for code in own_terms.codes_of(own)]
    return ours + [_term(row) for row in Term.objects.select_related("taxonomy").order_by("pk")]


# -- one to one --------------------------------------------------------------------------------------------------------


def _service(row: Service, standing: trust.Standing | None) -> Json:
    return {
        "id": str(row.pk),
        "organization_id": str(row.organization_id),
        "program_id": (_program(row) or {}).get("id", ""),
        "name": row.name,
        "alternate_name": row.alternate_name,
        "description": row.description,
        "url": row.url,
        "email": row.email,
        "status": row.status,
        "interpretation_services": row.interpretation,
        "application_process": row.how_to_ask,
        "fees_description": row.cost_text,
        **{name: row.more.get(name, "") for name in ("wait_time", "fees", "accreditations", "licenses")},
        "eligibility_description": row.eligibility_text,
        "minimum_age": row.minimum_age,
        "maximum_age": row.maximum_age,
        "assured_date": standing.on.isoformat() if standing and standing.on else "",
        "alert": row.alert,
        "last_modified": instant(row.modified_at),
        "opening_hours": row.hours,
        "opening_hours_note": row.hours_note,
        "caution": row.caution,
        "source": row.source,
        "source_date": row.source_on.isoformat() if row.source_on else "",
    }


def _organization(row: Organization, visible: set[UUID]) -> Json:
    parent = row.parent_id if row.parent_id in visible else None
    kept = {name: row.more.get(name, "") for name in KEPT_OF_ORGANIZATION}
    return {
        "id": str(row.pk),
        "name": row.name,
        "alternate_name": row.alternate_name,
        "description": row.description or row.name,
        "email": row.email,
        "website": row.website,
        **kept,
        "parent_organization_id": str(parent) if parent else "",
    }


def _location(row: Location, regions: "_Regions", visible: set[UUID]) -> Json:
    owner = row.organization_id if row.organization_id in visible else None
    return {
        "id": str(row.pk),
        "location_type": row.kind,
        "url": row.more.get("url", ""),
        "organization_id": str(owner) if owner else "",
        "name": row.name,
        "alternate_name": row.alternate_name,
        "description": row.description,
        "transportation": row.transportation,
        "latitude": row.latitude,
        "longitude": row.longitude,
        **_external(row, regions),
        "opening_hours": row.hours,
        "opening_hours_note": row.hours_note,
        "timezone_name": regions.zone(row),
    }


def _external(row: Location, regions: "_Regions") -> Json:
    if row.more.get("external_identifier"):
        return {name: row.more.get(name, "") for name in ("external_identifier", "external_identifier_type")}
    pcode = regions.pcode(row)
    return {"external_identifier": pcode, "external_identifier_type": "pcode"} if pcode else {}


def _links(row: ServiceAtLocation) -> Json:
    return {"service_id": str(row.service_id), "location_id": str(row.location_id)}


def _taxonomy(row: Taxonomy) -> Json:
    said = {
        "id": str(row.pk),
        "name": row.name,
        "description": row.description or row.name,
        "uri": row.uri,
        "version": row.version,
    }
    return _as_json(said)


def _term(row: Term) -> Json:
    said = {
        "id": str(row.pk),
        "code": row.code,
        "name": row.name,
        "description": row.description or row.name,
        "parent_id": str(row.parent_id or row.more.get("parent_id", "")),
        "taxonomy": row.more.get("taxonomy", ""),
        "taxonomy_detail": _taxonomy(row.taxonomy) if row.taxonomy else None,
        "language": row.language,
        "taxonomy_id": str(row.taxonomy_id) if row.taxonomy_id else "",
        "term_uri": row.more.get("term_uri", ""),
    }
    return _as_json(said)


def instant(moment: datetime) -> str:
    return moment.astimezone(timezone.get_fixed_timezone(0)).isoformat().replace("+00:00", "Z")


# -- what hangs on them ------------------------------------------------------------------------------------------------


class _Regions:
    """The divisions of some places, with their parents: one query."""

    def __init__(self, rows: Iterable[Location]) -> None:
        wanted = {row.division_id for row in rows if row.division_id}
        found = {row.pk: row for row in Division.objects.filter(pk__in=wanted).select_related("parent__parent")}
        self._found: Mapping[int, Division] = found

    def pcode(self, row: Location) -> str:
        division = self._found.get(row.division_id or 0)
        return division.pcode if division else ""

    def country(self, row: Location) -> str:
        division = self._found.get(row.division_id or 0)
        return row.country or (division.country_id if division else "") or str(row.more.get("country", ""))

    def city(self, row: Location) -> str:
        division = self._found.get(row.division_id or 0)
        return row.city or (division.name if division and division.parent_id else "")

    def province(self, row: Location) -> str:
        """The region or department, where nobody wrote it."""
        division = self._found.get(row.division_id or 0)
        while division and division.parent:
            division = division.parent
        return row.state_province or (division.name if division else "")

    def zone(self, row: Location) -> str:
        return row.zone or zone_of(self.country(row), self.pcode(row))


class _Around:
    """All the lists of some services, organisations and places, read in few queries."""

    def __init__(
        self,
        reach: Reach,
        on: date,
        of: Sequence[Service],
        owners: Sequence[Organization] = (),
        places: Sequence[Location] = (),
    ) -> None:
        self._on = on
        at = at_within(reach).filter(service__in=[row.pk for row in of]).select_related("location", "service")
        self._at: dict[UUID, list[ServiceAtLocation]] = defaultdict(list)
        for row in at:
            self._at[row.service_id].append(row)
        self._owned: dict[UUID, list[Location]] = defaultdict(list)
        owned = Location.objects.within(reach).filter(organization__in=[row.pk for row in owners], is_active=True)
        for place in owned.order_by("pk"):
            if place.organization_id:
                self._owned[place.organization_id].append(place)
        every = [*places, *(row.location for row in at), *(place for some in self._owned.values() for place in some)]
        self._regions = _Regions(every)
        self._visible = set(
            organizations_within(reach)
            .filter(pk__in={row.organization_id for row in every if row.organization_id})
            .values_list("pk", flat=True)
        )
        organizations = [*owners, *(row.organization for row in of)]
        self._attributes = _foreign_attributes([row.pk for some in (of, at, every, organizations) for row in some])
        self._capacities = _capacities([row.pk for row in of], {row.pk for row in at}, on)
        self._areas = _names_of_areas(of)

    def lists_of(self, row: Service) -> Json:
        places = self._at[row.pk]
        zone = self._regions.zone(places[0].location) if places else ""
        return {
            "phones": _rows("phone", row.pk, row.phones),
            "schedules": self._schedules("service", row, zone),
            "service_areas": self._service_areas(row),
            "service_at_locations": [self.at(at) for at in places],
            "languages": _languages("service", row.pk, row.languages, row.more),
            "funding": _kept(row, "funding", "funding"),
            "cost_options": _rows("cost_option", row.pk, row.cost_options),
            "program": _program(row),
            "additional_urls": _kept(row, "additional_urls", "url"),
            "required_documents": _rows("required_document", row.pk, row.required_documents),
            "capacities": self._capacities.get(row.pk, []),
            "attributes": own_terms.attributes("service", row) + self._attributes.get(row.pk, []),
        }

    def lists_of_organization(self, row: Organization) -> Json:
        phones = row.more.get("phones") or ([{"number": row.phone}] if row.phone else [])
        return {
            **{name: _kept(row, name, kind) for name, kind in LISTS_OF_ORGANIZATION.items()},
            "phones": _rows("phone", row.pk, phones),
            "attributes": own_terms.attributes("organization", row) + self._attributes.get(row.pk, []),
        }

    def places_of(self, row: Organization) -> list[Json]:
        return [self.place(place) for place in self._owned[row.pk]]

    def at(self, row: ServiceAtLocation) -> Json:
        return {
            "id": str(row.pk),
            **_links(row),
            "description": row.description,
            "opening_hours": row.hours,
            "opening_hours_note": row.hours_note,
            "phones": _rows("phone", row.pk, row.phones),
            "schedules": self._schedules("service_at_location", row, self._regions.zone(row.location)),
            "service_areas": _kept(row, "service_areas", "service_area"),
            "location": self.place(row.location),
            "attributes": own_terms.attributes("service_at_location", row) + self._attributes.get(row.pk, []),
        }

    def place(self, row: Location) -> Json:
        return {
            **_location(row, self._regions, self._visible),
            "languages": _languages("location", row.pk, row.languages, row.more),
            "addresses": self._addresses(row),
            "accessibility": _accessibility(row),
            "phones": _rows("phone", row.pk, row.phones),
            "schedules": self._schedules("location", row, self._regions.zone(row)),
            "attributes": own_terms.attributes("location", row) + self._attributes.get(row.pk, []),
        }

    def _addresses(self, row: Location) -> list[Json]:
        """The columns as one address. HSDS wants a postal code even where nobody has one: it is empty then, and not made up."""
        others = _kept(row, "addresses", "address")
        if not (row.address_1 or row.address_2 or row.city or row.postal_code or row.division_id):
            return others
        said = {
            "id": row.more.get("address_id") or made("address", row.pk),
            "address_1": row.address_1,
            "address_2": row.address_2,
            "city": self._regions.city(row),
            "region": row.more.get("region", ""),
            "state_province": self._regions.province(row),
            "postal_code": row.postal_code,
            "country": self._regions.country(row),
            "address_type": row.more.get("address_type") or row.kind,
        }
        needed = ("address_1", "city", "state_province", "postal_code", "country")
        return [{name: text for name, text in said.items() if text or name in needed}, *others]

    def _schedules(self, entity: str, row: Service | Location | ServiceAtLocation, zone: str) -> list[Json]:
        """As they came, while the hours are still those that were read from them; else made from the hours."""
        if row.more.get("schedules") and row.more.get("schedules_say") == [row.hours, row.hours_note]:
            return _kept(row, "schedules", "schedule")
        made_now = to_schedules(row.hours, zone, self._on, row.holidays) if row.hours else []
        return [{"id": made("schedule", entity, row.pk, place), **rest} for place, rest in enumerate(made_now)]

    def _service_areas(self, row: Service) -> list[Json]:
        ours = [
            {
                "id": made("service_area", row.pk, code),
                "name": self._areas.get(code, code),
                "extent": code,
                "extent_type": "text",
            }
            for code in row.areas
        ]
        return ours + _kept(row, "service_areas", "service_area")


def _visible_parents(rows: Sequence[Organization], reach: Reach) -> set[UUID]:
    named = {row.parent_id for row in rows if row.parent_id}
    return set(organizations_within(reach).filter(pk__in=named).values_list("pk", flat=True))


def _foreign_attributes(of: Sequence[UUID]) -> dict[UUID, list[Json]]:
    found: dict[UUID, list[Json]] = defaultdict(list)
    for some in _batches(list(dict.fromkeys(of))):
        for row in Attribute.objects.filter(row__in=some).select_related("term__taxonomy").order_by("pk"):
            found[row.row].append(
                {
                    "id": str(row.pk),
                    "link_id": str(row.row),
                    "link_type": row.link_type,
                    "link_entity": row.more.get("link_entity") or row.entity,
                    "value": row.value,
                    "taxonomy_term": _term(row.term),
                    "label": row.label,
                }
            )
    return found


def _capacities(of: Sequence[UUID], at: set[UUID], on: date) -> dict[UUID, list[Json]]:
    """Those that are still believed on that day; of a place, only where the place may be known."""
    found: dict[UUID, list[Json]] = defaultdict(list)
    rows = Capacity.objects.filter(
        service__in=of, good_until__date__gte=on, updated_at__date__lte=on + timedelta(days=1)
    )
    for row in rows.filter(Q(at=None) | Q(at__in=at)).order_by("pk"):
        unit = _rows("unit", row.unit, [row.more.get("unit") or {"name": row.unit}])[0]
        found[row.service_id].append(
            {
                "id": str(row.pk),
                "service_id": str(row.service_id),
                "unit": unit,
                "available": _number(row.available),
                "maximum": _number(row.maximum) if row.maximum is not None else None,
                "description": row.description,
                "updated": row.more.get("updated") or instant(row.updated_at),
                "good_until": instant(row.good_until),
                "service_at_location_id": str(row.at_id) if row.at_id else "",
            }
        )
    return found


def _names_of_areas(of: Sequence[Service]) -> dict[str, str]:
    wanted = {code for row in of for code in row.areas}
    names: dict[str, str] = dict(Country.objects.filter(code__in=wanted).values_list("code", "name"))
    return names | dict(Division.objects.filter(pcode__in=wanted).order_by("-level").values_list("pcode", "name"))


def _languages(entity: str, pk: UUID, codes: Sequence[str], more: Json) -> list[Json]:
    """The rows that came with it, then one for each code that has none. A row without a code we know stays as it came."""
    kept = [row for row in more.get("languages") or [] if not row.get("_code") or row["_code"] in codes]
    told = {row.get("_code") for row in kept}
    ours = [
        {"id": made("language", entity, pk, code), "name": own_terms.in_spanish(LANGUAGES, code), "code": code}
        for code in codes
        if code not in told
    ]
    return _rows("language", pk, kept) + ours


def _accessibility(row: Location) -> list[Json]:
    ours = [
        {"id": made("accessibility", row.pk, code), "description": own_terms.in_spanish(own_terms.ACCESSIBILITY, code)}
        for code in row.accessibility
    ]
    return ours + _kept(row, "accessibility", "accessibility")


def _program(row: Service) -> Json | None:
    kept = row.more.get("program")
    return _rows("program", row.pk, [kept])[0] if kept else None


def _rows(kind: str, owner: object, rows: Sequence[Json]) -> list[Json]:
    """Rows that live in a list, in the order of HSDS's fields. Their id is the one they came with, else made from owner and place."""
    out = []
    for place, row in enumerate(rows):
        new = {"id": row.get("id") or made(kind, owner, place)}
        new |= {name: row[name] for name in PARTS[kind] if name in row}
        if kind == "phone":
            new["languages"] = _rows("language", new["id"], row.get("languages") or [])
        out.append(new)
    return out


def _kept(row: Organization | Service | Location | ServiceAtLocation, name: str, kind: str) -> list[Json]:
    """What came with the row and has no column."""
    return _rows(kind, row.pk, row.more.get(name) or [])


def _number(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _without(row: Json, name: str) -> Json:
    return {key: value for key, value in row.items() if key != name}


def _clean(value: Any) -> Any:
    """Without null and without what is empty, all the way down; texts that an address must have stay, even empty."""
    if isinstance(value, dict):
        kept = {key: _clean(inner) for key, inner in value.items()}
        bare = "address_type" in value
        return {key: inner for key, inner in kept.items() if not _says_nothing(inner) or (bare and inner == "")}
    if isinstance(value, list):
        return [inner for inner in map(_clean, value) if not _says_nothing(inner)]
    return value


def _as_json(said: Json) -> Json:
    clean: Json = _clean(said)
    return clean


def _says_nothing(value: Any) -> bool:
    return value is None or value == "" or value == [] or value == {}


def _batches(ids: Sequence[UUID]) -> Iterable[list[UUID]]:
    """SQLite has a limit on the numbers in one question."""
    listed = list(ids)
    return (listed[start : start + _BATCH] for start in range(0, len(listed), _BATCH))
