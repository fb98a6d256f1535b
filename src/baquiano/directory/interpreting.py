"""What a feed says, as the columns of our rows. Nothing is written here and nothing is guessed: what cannot be read is told, with its row and
its column; what has no column is kept in `more`. No person who works somewhere is taken over, and no date of verification of anybody else.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from baquiano.directory import own_terms, values
from baquiano.directory.cells import Cells
from baquiano.directory.documents import Document, Feed, Json, dicts, where_of
from baquiano.directory.exporting import LISTS_OF_ORGANIZATION
from baquiano.directory.links import Links, texts_of
from baquiano.directory.models import Location, Organization, Service
from baquiano.directory.parts import Cleaner, Ids, Notes
from baquiano.directory.places import Places
from baquiano.directory.schedules_read import HoursOf, weekdays_in
from baquiano.directory.understanding import Brought, Understood, join
from baquiano.lib.text import clip, fold

LISTS_OF_SERVICE = (
    "phones", "schedules", "service_at_locations", "languages", "cost_options", "required_documents", "service_areas", "attributes",
)  # fmt: skip
"""A service that says none of these was taken from a list of short ones: what we know of its lists is left alone."""
_PLACE_LISTS = ("phones", "schedules", "languages", "accessibility", "attributes", "addresses")
_OWNER_LISTS = (*LISTS_OF_ORGANIZATION, "phones", "locations", "attributes")
_NOBODY = UUID(int=0)
_AREA = re.compile(r"[A-Z]{2}\w*", re.ASCII)  # a country or a p-code


def understood(feed: Feed, *, origin: str) -> tuple[Understood, Notes]:
    reader = _Reader(feed, origin)
    reader.read()
    return reader.found, reader.notes


class _Reader:
    def __init__(self, feed: Feed, origin: str) -> None:
        self.feed = feed
        self.origin = origin
        self.found = Understood()
        self.notes = Notes(feed.is_current, list(feed.errors), list(feed.remarks))
        self.ids = Ids(origin)
        documents = (*feed.services, *feed.locations, *feed.organizations)
        self.order = values.order_of(_days_in(document.data for document in documents))
        self.clean = Cleaner(self.notes, self.ids, self.order)
        self.places = Places(self.notes)
        self.hours = HoursOf(self.clean, values.weekdays(weekdays_in(document.data for document in documents)))
        self.awaited: list[tuple[str, UUID, str]] = []  # organisations that services name and that were not read yet
        self.pairs: dict[tuple[UUID, UUID], UUID] = {}
        self.seen: dict[int, tuple[Json, UUID | None]] = {}  # rows of tables stand in several documents: read once
        self.contacts = 0
        self.assured = 0
        self.without_status = 0
        self.cells = Cells(self.notes, self.ids, _kinds_with_uuids(feed))
        self.links = Links(self.cells, self.found)

    def read(self) -> None:
        for document in self.feed.taxonomies:
            self.links.taxonomy(document.data, document.where)
        for document in self.feed.terms:
            self.links.term(document.data, document.where)
        for document in self.feed.organizations:
            self._organization(document.data, document.where)
        for document in self.feed.locations:
            self._location(document.data, document.where)
        for document in self._once_each(self.feed.services):
            self._service(document.data, document.where)
        self._loose_ends()
        self._tell_totals()
        self.notes.errors = list(dict.fromkeys(self.notes.errors))
        self.notes.remarks = list(dict.fromkeys(self.notes.remarks))

    # -- one id, one service

    def _once_each(self, documents: Iterable[Document]) -> list[Document]:
        """A server that gives one service a hundred times, or a file with one row twice: the fullest of them counts, and that is told."""
        groups: dict[str, list[Document]] = {}
        loose = 0
        for document in documents:
            said = values.text(document.data.get("id"))
            loose += not said
            groups.setdefault(said or f"\0{loose}", []).append(document)
        taken = []
        for said, group in groups.items():
            fullest = max(group, key=lambda document: _fullness(document.data))
            taken.append(fullest)
            if len(group) > 1:
                owners = (row.data["organization"] for row in group if isinstance(row.data.get("organization"), dict))
                fullest.data.setdefault("organization", next(owners, None))
                versions = len({repr(document.data) for document in group})
                text = _(
                    "%(count)s items carry this one id, in %(versions)s different versions; one service was taken, the fullest."
                )
                self.notes.remark(group[0].where, f"id {said}", text % {"count": len(group), "versions": versions})
        return taken

    # -- organisations

    def _organization(self, data: Json, where: str) -> UUID | None:
        if id(data) not in self.seen:
            self.seen[id(data)] = (
                data,
                self._organization_anew(data, where),
            )  # held, so that no other takes its number
        return self.seen[id(data)][1]

    def _organization_anew(self, data: Json, where: str) -> UUID | None:
        name = self.cells.text(data, "name", where, 200)
        raw = values.text(data.get("id"))
        pk = self.cells.pk("organization", raw, where)
        if pk is None and not raw and name:
            pk = self.ids.from_parts("organization", fold(name))
        if pk is None or not name:
            if pk in self.found.organizations:
                return pk
            self.notes.grave(where, "id" if name else "name", _("an organisation needs a name and an id"))
            return None
        more = self._rest_of_organization(data, where)
        said: dict[str, Any] = {
            "name": name,
            "alternate_name": self.cells.text(data, "alternate_name", where, 200),
            "description": self.cells.text(data, "description", where),
            "website": self.cells.web(data, "website", where),
            "email": self.cells.email(data, "email", where),
            "more": more,
            "parent": self.ids.of("organization", data.get("parent_organization_id")),
            **self.links.own("organization", data, where),
        }
        if any(name in data for name in _OWNER_LISTS):
            self.found.whole.add(pk)
            said["phone"] = clip(more["phones"][0]["number"], 39) if more.get("phones") else ""
            self.links.of(data, "organization", pk, where)
        self._count_contacts(data)
        join(self.found.organizations, Brought(where, pk, said))
        for place, row in enumerate(dicts(data.get("locations"))):
            self._location({"organization_id": str(pk), **row}, where_of(row, where, "locations", place))
        return pk

    def _rest_of_organization(self, data: Json, where: str) -> Json:
        """What has no column."""
        more = self._own_id(data) | self.cells.texts(data, ("tax_status", "tax_id", "legal_status"), where)
        more |= self.cells.webs(data, ("logo", "uri"), where)
        year = values.number(values.text(data.get("year_incorporated"))[:4])
        if year:
            more["year_incorporated"] = int(year)
        for part, kind in {**LISTS_OF_ORGANIZATION, "phones": "phone"}.items():
            rows = self.clean.rows(kind, data.get(part), where, part)
            if rows:
                more[part] = rows
        return more

    def _own_id(self, data: Json) -> Json:
        """What it was called there, where that is no UUID."""
        raw = values.text(data.get("id"))
        return {"id": raw} if raw and not values.uuid_of(raw) else {}

    def _nameless_owner(self, where: str, raw: str = "") -> UUID:
        """A service that does not say whose it is, or (in older layouts) names one that the file lacks, stays with one that is called so,
        for somebody to put right. Those of one number stay together.
        """
        pk = self.ids.of("organization", raw) or self.ids.from_parts("organization", "")
        name = " ".join(filter(None, (_("Organisation not named"), clip(raw, 60))))
        self.notes.remark(
            where, "organization", _("no organisation is named: it stays with “%(name)s”") % {"name": name}
        )
        self.found.organizations.setdefault(
            pk, Brought(where, pk, {"name": name, "description": self.origin, "more": {}})
        )
        return pk

    # -- services

    def _service(self, data: Json, where: str) -> None:
        """Everything of it is read even where it cannot come in: whoever mends the file wants to know all that is wrong."""
        owner = self._owner(data, where)
        name = self.cells.text(data, "name", where, 200)
        if not name:
            self.notes.grave(where, "name", _("a service needs a name"))
        known = self._pk_of_service(data, owner, name, where)
        pk = known or _NOBODY
        said = self._columns_of_service(data, where)
        more = self._rest_of_service(data, where)
        is_whole = any(part in data for part in LISTS_OF_SERVICE)
        if is_whole:
            said |= self._lists_of_service(data, pk, more, where)
        said |= {"organization_id": owner, "name": name, "more": more} | self.links.own("service", data, where)
        self.assured += bool(values.text(data.get("assured_date")))
        self._count_contacts(data)
        if is_whole:
            self.found.whole.add(pk)
            if "service_at_locations" in data:
                self.found.placed.add(pk)
            for place, row in enumerate(dicts(data.get("service_at_locations"))):
                self._at(row, pk, where_of(row, where, "service_at_locations", place))
            self._capacities(data, pk, where)
        if known and name and owner:
            self.found.services[known] = Brought(where, known, said)

    def _pk_of_service(self, data: Json, owner: UUID | None, name: str, where: str) -> UUID | None:
        raw = values.text(data.get("id"))
        if raw:
            return self.cells.pk("service", raw, where)
        if self.feed.is_current:
            self.notes.grave(where, "id", _("a service needs an id"))
        return self.ids.from_parts("service", owner, fold(name))

    def _columns_of_service(self, data: Json, where: str) -> dict[str, Any]:
        text = self.cells.text
        said = {
            "alternate_name": text(data, "alternate_name", where, 200),
            "description": text(data, "description", where),
            "url": self.cells.web(data, "url", where),
            "email": self.cells.email(data, "email", where),
            "status": self._status(data, where),
            "interpretation": text(data, "interpretation_services", where),
            "how_to_ask": text(data, "application_process", where),
            "cost_text": text(data, "fees_description", where) or text(data, "fees", where),
            "eligibility_text": self._eligibility(data, where),
            **self._ages(data, where),
            "alert": text(data, "alert", where),
            "caution": text(data, "caution", where),
            "source": text(data, "source", where, 300),
            "source_on": values.day(values.text(data.get("source_date")), self.order),
        }
        modified = values.moment(values.text(data.get("last_modified")))
        if modified:
            said["modified_at"] = modified
        elif values.text(data.get("last_modified")):
            self.notes.small(where, "last_modified", _("is not a moment"))
        return said

    def _rest_of_service(self, data: Json, where: str) -> Json:
        """What has no column."""
        more = self._own_id(data) | self.cells.texts(data, ("wait_time", "accreditations", "licenses"), where)
        if data.get("fees") and data.get("fees_description"):
            more["fees"] = self.cells.text(data, "fees", where)
        program = data.get("program")
        row = self.clean.row("program", program, where) if isinstance(program, dict) else None
        return more | ({"program": row} if row else {})

    def _owner(self, data: Json, where: str) -> UUID | None:
        given = data.get("organization")
        if isinstance(given, dict) and given:
            return self._organization(given, where_of(given, where, "organization", 0))
        said = self.ids.of("organization", data.get("organization_id"))
        if said is None:
            return self._nameless_owner(where)
        if said not in self.found.organizations:
            self.awaited.append((where, said, values.text(data.get("organization_id"))))
        return said

    def _lists_of_service(self, data: Json, pk: UUID, more: Json, where: str) -> dict[str, Any]:
        for part, kind in (("additional_urls", "url"), ("funding", "funding")):
            rows = self.clean.rows(kind, data.get(part), where, part)
            if rows:
                more[part] = rows
        paid = [values.text(row.get("payment")) for row in dicts(data.get("payments_accepted"))]
        if any(paid):
            more["payments_accepted"] = [text for text in paid if text]
        said = {
            "phones": self.clean.rows("phone", data.get("phones"), where, "phones"),
            "required_documents": self.clean.rows(
                "required_document", data.get("required_documents"), where, "required_documents"
            ),
            "cost_options": self.clean.rows("cost_option", data.get("cost_options"), where, "cost_options"),
            "languages": self._languages(data, "service", pk, more, where),
            "areas": self._areas(data, pk, more, where),
            **self.hours.of(data, "service", pk, more, where),
        }
        self.links.of(data, "service", pk, where)
        return said

    def _status(self, data: Json, where: str) -> str:
        said = values.text(data.get("status")).lower().replace("_", " ")
        if said in Service.Status.values:
            return said
        if said:
            allowed = ", ".join(Service.Status.values)
            text = _("“%(value)s” is not one of %(allowed)s") % {"value": clip(said, 40), "allowed": allowed}
            self.notes.grave(where, "status", text)
        elif self.feed.is_current:
            self.notes.grave(where, "status", _("a service needs a status"))
        else:
            self.without_status += 1
        return Service.Status.ACTIVE

    def _eligibility(self, data: Json, where: str) -> str:
        """Older layouts have a table of it: its words go together, in the order of the rows."""
        said = [self.cells.text(data, "eligibility_description", where), self.cells.text(data, "audience", where)]
        rows = data.get("eligibility")
        for row in dicts(rows):
            said.append(values.text(row.get("eligibility") or row.get("eligibility_description")))
        return "\n".join(dict.fromkeys(text for text in said if text))

    def _ages(self, data: Json, where: str) -> dict[str, int | None]:
        rows = dicts(data.get("eligibility"))
        only = rows[0] if len(rows) == 1 else {}
        found: dict[str, int | None] = {}
        for column in ("minimum_age", "maximum_age"):
            given = data.get(column) if data.get(column) not in (None, "") else only.get(column)
            found[column] = None
            if given in (None, ""):
                continue
            age = values.number(given)
            if age is None or not 0 <= age <= 150:
                self.notes.small(
                    where, column, _("“%(value)s” is not an age") % {"value": clip(values.text(given), 40)}
                )
            else:
                found[column] = int(age)
        if None not in found.values() and found["minimum_age"] > found["maximum_age"]:  # type: ignore[operator]
            self.notes.small(where, "maximum_age", _("is lower than the minimum age"))
            return dict.fromkeys(found)
        return found

    def _areas(self, data: Json, pk: UUID, more: Json, where: str) -> tuple[str, ...]:
        """P-codes of divisions as our own exports write them; any other area is kept as it came."""
        codes = [code for code in texts_of(data.get("areas")) if _AREA.fullmatch(code)]
        others = []
        for row in self.clean.rows("service_area", data.get("service_areas"), where, "service_areas"):
            code = row.get("extent", "")
            is_ours = row.get("id") == own_terms.made("service_area", pk, code)
            if row.get("extent_type") == "text" and _AREA.fullmatch(code) and (is_ours or self.places.is_area(code)):
                codes.append(code)
            else:
                others.append(row)
        if others:
            more["service_areas"] = others
        return tuple(dict.fromkeys(codes))

    def _capacities(self, data: Json, pk: UUID, where: str) -> None:
        for place, row in enumerate(dicts(data.get("capacities"))):
            own = where_of(row, where, "capacities", place)
            unit = self.clean.row("unit", row["unit"], own) if isinstance(row.get("unit"), dict) else None
            available = values.number(row.get("available"))
            updated = values.moment(values.text(row.get("updated")))
            if unit is None or available is None or updated is None:
                self.notes.small(
                    own, "capacities", _("a capacity needs its unit, how much is left, and when that was said")
                )
                continue
            at = self.ids.of("service_at_location", row.get("service_at_location_id"))
            own_id = self.ids.of("capacity", row.get("id")) or self.ids.from_parts("capacity", pk, place)
            self.found.capacities[own_id] = Brought(
                own,
                own_id,
                {
                    "service_id": pk,
                    "at_id": at,
                    "unit": clip(unit["name"], 59),
                    "available": available,
                    "maximum": values.number(row.get("maximum")),
                    "description": self.cells.text(row, "description", own),
                    "updated_at": updated,
                    "good_until": values.moment(values.text(row.get("good_until"))),
                    "more": {"unit": unit, "updated": values.text(row.get("updated"))},
                },
            )

    # -- services at places

    def _at(self, data: Json, service: UUID, where: str) -> None:
        given = data.get("location")
        if isinstance(given, dict) and given:
            place = self._location(given, where_of(given, where, "location", 0))
        else:
            place = self.ids.of("location", data.get("location_id"))
            if place is not None and place not in self.found.locations:
                self.notes.grave(where, "location_id", _("there is no such place"))
                return
        if place is None:
            self.notes.small(where, "location", _("a service at a place needs the place"))
            return
        pk = self.cells.pk("service_at_location", data.get("id"), where) or self.ids.from_parts(
            "service_at_location", service, place
        )
        if self.pairs.setdefault((service, place), pk) != pk:
            self.notes.remark(where, "id", _("this service is at this place already: taken once"))
            return
        more = self._own_id(data)
        areas = self.clean.rows("service_area", data.get("service_areas"), where, "service_areas")
        if areas:
            more["service_areas"] = areas
        self._count_contacts(data)
        self.links.of(data, "service_at_location", pk, where)
        said = {
            "service_id": service,
            "location_id": place,
            "description": self.cells.text(data, "description", where),
            "phones": self.clean.rows("phone", data.get("phones"), where, "phones"),
            **self.hours.of(data, "service_at_location", pk, more, where),
            **self.links.own("service_at_location", data, where),
            "more": more,
            "is_active": True,
        }
        self.found.at[pk] = Brought(where, pk, said)

    # -- places

    def _location(self, data: Json, where: str) -> UUID | None:
        if id(data) not in self.seen:
            self.seen[id(data)] = (data, self._location_anew(data, where))  # held, so that no other takes its number
        return self.seen[id(data)][1]

    def _location_anew(self, data: Json, where: str) -> UUID | None:
        pk = self._pk_of_location(data, where)
        if pk is None:
            return None
        more = self._own_id(data) | self.cells.webs(data, ("url",), where)
        more |= self.cells.texts(data, ("external_identifier", "external_identifier_type"), where)
        addresses = self.clean.rows("address", data.get("addresses"), where, "addresses")
        said: dict[str, Any] = {
            "organization": self.ids.of("organization", data.get("organization_id")),
            "kind": self._kind(data, where),
            "name": self.cells.text(data, "name", where, 200),
            "alternate_name": self.cells.text(data, "alternate_name", where, 200),
            "description": self.cells.text(data, "description", where) or self.cells.text(data, "short_desc", where),
            "transportation": self.cells.text(data, "transportation", where),
            **self.places.address(addresses, more, where),
        }
        said |= self.places.division(said, more)
        said |= self.places.point(data, said, where)
        said["zone"] = self._zone(data, where) or self.places.zone(said)
        if any(name in data for name in _PLACE_LISTS):
            said |= {
                "phones": self.clean.rows("phone", data.get("phones"), where, "phones"),
                "languages": self._languages(data, "location", pk, more, where),
                **self.hours.of(data, "location", pk, more, where),
            }
            self.links.of(data, "location", pk, where)
            self.found.whole.add(pk)
        own = self.links.own("location", data, where)
        codes = tuple(code for code in texts_of(data.get("accessibility_codes")) if code in own_terms.ACCESSIBILITY)
        if codes:
            own["accessibility"] = codes
        kept = [
            row
            for row in self.clean.rows("accessibility", data.get("accessibility"), where, "accessibility")
            if row.get("id") not in {own_terms.made("accessibility", pk, code) for code in own_terms.ACCESSIBILITY}
        ]
        if kept:
            more["accessibility"] = kept
        self._count_contacts(data)
        join(self.found.locations, Brought(where, pk, {**said, **own, "more": more}))
        return pk

    def _pk_of_location(self, data: Json, where: str) -> UUID | None:
        raw = values.text(data.get("id"))
        if raw:
            return self.cells.pk("location", raw, where)
        if self.feed.is_current:
            self.notes.grave(where, "id", _("a place needs an id"))
            return None
        first = next(iter(dicts(data.get("addresses"))), {})
        known = [values.text(part) for part in (data.get("name"), first.get("address_1"), first.get("city"))]
        return self.ids.from_parts("location", *map(fold, known)) if any(known) else None

    def _kind(self, data: Json, where: str) -> str:
        said = values.text(data.get("location_type")).lower()
        if said in Location.Type.values:
            return said
        if self.feed.is_current:
            self.notes.small(
                where, "location_type", _("is not one of %(allowed)s") % {"allowed": ", ".join(Location.Type.values)}
            )
        return Location.Type.PHYSICAL

    def _zone(self, data: Json, where: str) -> str:
        said = values.text(data.get("timezone_name"))
        if said and said not in available_timezones():
            self.notes.remark(where, "timezone_name", _("is no time zone: left out"))
            return ""
        return said

    def _languages(self, data: Json, entity: str, pk: UUID, more: Json, where: str) -> tuple[str, ...]:
        codes, kept = [], []
        for row in self.clean.rows("language", data.get("languages"), where, "languages"):
            code = values.language(row.get("code", ""), row.get("name", ""))
            if code:
                codes.append(code)
            if row.get("id") != own_terms.made("language", entity, pk, code) and set(row) - {"name", "code"}:
                kept.append({**row, "_code": code})
            elif not code:
                kept.append({"id": own_terms.made("language", entity, pk, row.get("name", "")), **row, "_code": ""})
        if kept:
            more["languages"] = kept
        return tuple(dict.fromkeys(codes))

    # -- at the end

    def _loose_ends(self) -> None:
        """What is named and was nowhere: an owner, a parent, a taxonomy. `importing` looks for it among the rows that are here."""
        for where, owner, raw in self.awaited:
            if owner in self.found.organizations or Organization.objects.filter(pk=owner).exists():
                continue
            if self.feed.is_current:
                self.notes.grave(where, "organization_id", _("there is no such organisation"))
            else:
                self._nameless_owner(where, raw)
        _without_lost(self.found.organizations, "parent", Organization)
        _without_lost(self.found.locations, "organization", Organization, among=self.found.organizations)
        for row in self.found.terms.values():
            parent = row.values.get("parent_id")
            if parent not in self.found.terms:
                row.values["more"] |= {"parent_id": str(parent)} if parent else {}
                row.values["parent_id"] = None
            if row.values.get("taxonomy_id") not in self.found.taxonomies:
                row.values["taxonomy_id"] = None
        for capacity in self.found.capacities.values():
            if capacity.values["at_id"] not in self.found.at:
                capacity.values["at_id"] = None

    def _tell_totals(self) -> None:
        if self.contacts:
            text = ngettext(
                "%(count)s contact is a person who works there: not taken over.",
                "%(count)s contacts are people who work there: not taken over.",
                self.contacts,
            )
            self.notes.remark("", "contacts", text % {"count": self.contacts})
        if self.assured:
            text = _("%(count)s services say when somebody else checked them: no date of verification is taken over.")
            self.notes.remark("", "assured_date", text % {"count": self.assured})
        if self.without_status:
            text = _("%(count)s services say no status: taken as in service.")
            self.notes.remark("", "status", text % {"count": self.without_status})
        if self.ids.derived:
            text = _("ids that are no UUID (%(kinds)s): ours are made from them and stay the same each time.")
            self.notes.remark("", "id", text % {"kinds": ", ".join(sorted(self.ids.derived))})

    def _count_contacts(self, data: Json) -> None:
        self.contacts += len(dicts(data.get("contacts")))


def _without_lost(
    found: dict[UUID, Brought], name: str, kind: type[Organization], among: Mapping[UUID, Any] | None = None
) -> None:
    known = found if among is None else among
    wanted = {row.values[name] for row in found.values() if row.values.get(name) and row.values[name] not in known}
    here = set(kind.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    for row in found.values():
        said = row.values.pop(name, None)
        row.values[f"{name}_id"] = said if said in known or said in here else None


def _kinds_with_uuids(feed: Feed) -> set[str]:
    rows = {"service": feed.services, "organization": feed.organizations, "location": feed.locations}
    return {kind for kind, documents in rows.items() if any(values.uuid_of(row.data.get("id")) for row in documents)}


def _fullness(data: Any) -> int:
    if isinstance(data, dict):
        return sum(_fullness(value) for key, value in data.items() if not str(key).startswith("_"))
    if isinstance(data, list):
        return sum(map(_fullness, data))
    return int(data not in (None, ""))


def _days_in(documents: Iterable[Json]) -> Iterable[str]:
    """Every day that is written anywhere, to see which of two numbers comes first."""
    for data in documents:
        for key, value in data.items():
            if isinstance(value, dict):
                yield from _days_in([value])
            elif isinstance(value, list):
                yield from _days_in(row for row in value if isinstance(row, dict))
            elif isinstance(value, str) and re.search(r"_from$|_to$|date$|dtstart|until|updated", str(key)):
                yield value
