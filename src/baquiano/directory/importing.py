"""Taking a directory in: all of a file or nothing of it. The same file a second time changes nothing.

What was written or edited here is never overwritten, what was hidden here stays hidden, nothing is deleted, and no date of verification moves:
whatever comes in waits until a person has asked.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext as _

from baquiano.accounts.audit import audit
from baquiano.accounts.models import User
from baquiano.directory import confidential, editing, version
from baquiano.directory.documents import Feed, RowError
from baquiano.directory.interpreting import understood
from baquiano.directory.models import (
    Attribute,
    Capacity,
    Change,
    Location,
    OldId,
    Organization,
    Service,
    ServiceAtLocation,
    Taxonomy,
    Term,
    Version,
    Visibility,
)
from baquiano.directory.understanding import Brought, Understood
from baquiano.lib.turnstile import writing

LONGEST_ORIGIN = 70
CAPACITY_IS_GOOD_FOR = timedelta(days=1)
"""HSDS does not say for how long a capacity is to be believed."""
_BATCH = 400

Say = Callable[[str], None]


@dataclass(frozen=True)
class Report:
    """How many rows were added, changed, found as they are, or kept because they were written or edited here. `errors`: nothing was written."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    by_kind: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    errors: tuple[RowError, ...] = ()
    remarks: tuple[RowError, ...] = ()


def check(feed: Feed, *, origin: str) -> Report:
    """What the file says and what is wrong with it; writes nothing."""
    found, notes = understood(feed, origin=origin)
    errors = [*notes.errors, *_emptiness(found, notes.errors)]
    counted = {kind: {"found": count} for kind, count in _counts(found).items()}
    return Report(by_kind=counted, errors=tuple(errors), remarks=tuple(notes.remarks))


def take_in(feed: Feed, *, origin: str, by: User | None, is_demo: bool = False) -> Report:
    """`origin` names where it comes from and stays with each row: "import:<name>" or "pack:<name>"."""
    if len(origin) > LONGEST_ORIGIN:
        raise ValueError("the name of an origin is short")
    found, notes = understood(feed, origin=origin)
    errors = [*notes.errors, *_emptiness(found, notes.errors)]
    if errors:
        return Report(errors=tuple(errors), remarks=tuple(notes.remarks))
    with writing():
        written = _Writing(found, origin, by, is_demo=is_demo)
        written.write()
        if written.is_anything_new:
            version.bump()
            if by is not None:
                audit(by, "directory.imported", Version.objects.get(pk=1), reason=origin)
    totals: Counter[str] = Counter()
    for counts in written.counts.values():
        totals.update(counts)
    return Report(
        added=totals["added"],
        changed=totals["changed"],
        unchanged=totals["unchanged"],
        kept=totals["kept"],
        by_kind={kind: dict(counts) for kind, counts in written.counts.items()},
        remarks=(*notes.remarks, *written.remarks),
    )


def _counts(found: Understood) -> dict[str, int]:
    return {
        "organization": len(found.organizations),
        "service": len(found.services),
        "location": len(found.locations),
        "service_at_location": len(found.at),
        "taxonomy_term": len(found.terms),
    }


def _emptiness(found: Understood, errors: list[RowError]) -> list[RowError]:
    if found.services or found.organizations or found.locations or errors:
        return []
    return [RowError("", "", _("There is no service, organisation or place in it."))]


class _Writing:
    """One import, inside one transaction."""

    def __init__(self, found: Understood, origin: str, by: User | None, *, is_demo: bool) -> None:
        self.found = found
        self.origin = origin
        self.how = origin if origin.startswith("import:") else f"import:{origin}"
        self.by = by
        self.is_demo = is_demo
        self.counts: dict[str, Counter[str]] = {}
        self.remarks: list[RowError] = []
        self.merged = dict(OldId.objects.values_list("old", "row"))
        self.not_ours: set[UUID] = set()
        self.is_anything_new = False
        self._at_ids: dict[UUID, UUID] = {}

    def write(self) -> None:
        self._terms()
        self._kind("organization", Organization, self.found.organizations)
        hidden = self._hidden_ones()
        self._kind("location", Location, self.found.locations)
        self._kind("service", Service, self.found.services)
        self._offers()
        for pk in hidden:
            confidential.seal(Location.objects.get(pk=pk), by=self.by, how=self.how)
        self._left_places()
        self._capacities()
        self._links()

    def _hidden_ones(self) -> list[UUID]:
        """Places that come in as confidential are written and sealed in the same transaction: nobody reads in between."""
        hidden = [
            row for row in self.found.locations.values() if row.values.get("visibility") == Visibility.CONFIDENTIAL
        ]
        here = set(Location.objects.filter(pk__in=[row.id for row in hidden]).values_list("pk", flat=True))
        for row in hidden:
            row.values["visibility"] = Visibility.ORIENTERS
        return [row.id for row in hidden if row.id not in here]

    # -- organisations, places, services

    def _kind(self, entity: str, kind: type[models.Model], rows: Mapping[UUID, Brought]) -> None:
        counts = self.counts.setdefault(entity, Counter())
        here: dict[UUID, Any] = {}
        edited: dict[UUID, set[str]] = {}
        for some in _batches(list(rows)):
            here |= kind._default_manager.in_bulk(some)
            edited = {**edited, **_edited_here(some)}
        new = []
        for pk, row in rows.items():
            if pk in self.merged:
                counts["kept"] += 1
                self.not_ours.add(pk)
                self._remark(row, _("was merged into another row here: left as it is"))
                continue
            values = self._resolved(row.values)
            if pk not in here:
                new.append(
                    kind(
                        id=pk, origin=self.origin, **{**values, "is_demo": self.is_demo or values.get("is_demo", False)}
                    )
                )
                counts["added"] += 1
                continue
            counts[self._update(here[pk], row, values, edited.get(pk, set()))] += 1
        kind._default_manager.bulk_create(new, batch_size=_BATCH)
        self.is_anything_new = self.is_anything_new or bool(new)

    def _resolved(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Ids that were merged away here mean the row they were merged into."""
        return {
            name: self.merged.get(value, value) if name.endswith("_id") else value for name, value in values.items()
        }

    def _update(self, row: Any, brought: Brought, values: dict[str, Any], edited: set[str]) -> str:
        """Returns the word under which it is counted."""
        values.pop("modified_at", None)
        if "more" in values and not self._is_whole(row):
            values["more"] = {**row.more, **values["more"]}
        if row.is_demo and not values.get("is_demo"):
            values.pop("is_demo", None)
        differing = {name: value for name, value in values.items() if getattr(row, name) != value}
        if getattr(row, "visibility", "") == Visibility.CONFIDENTIAL:
            self.not_ours.add(row.pk)
            return "unchanged"
        if row.origin != self.origin:
            self.not_ours.add(row.pk)
            if not differing:
                return "unchanged"
            whose = (
                _("it was written here") if not row.origin else _("it came from %(origin)s") % {"origin": row.origin}
            )
            self._remark(brought, _("%(whose)s: not overwritten") % {"whose": whose})
            return "kept"
        ours = {name for name in differing if name.removesuffix("_id") in edited}
        if ours:
            self._remark(
                brought, _("edited here since, and not overwritten: %(fields)s") % {"fields": ", ".join(sorted(ours))}
            )
        rest = {name: value for name, value in differing.items() if name not in ours}
        if rest:
            editing.change(row, rest, by=self.by, how=self.how)
            self.is_anything_new = True
        if ours:
            return "kept"
        return "changed" if rest else "unchanged"

    def _is_whole(self, row: Any) -> bool:
        return row.pk in self.found.whole

    # -- services at places

    def _offers(self) -> None:
        counts = self.counts.setdefault("service_at_location", Counter())
        services = list(
            {self.merged.get(row.values["service_id"], row.values["service_id"]) for row in self.found.at.values()}
        )
        here: dict[tuple[UUID, UUID], ServiceAtLocation] = {}
        taken: set[UUID] = set()
        edited: dict[UUID, set[str]] = {}
        for some in _batches(services):
            for at in ServiceAtLocation.objects.filter(service__in=some).select_related("service", "location"):
                here[at.service_id, at.location_id] = at
        for some in _batches(list(self.found.at)):
            taken |= set(ServiceAtLocation.objects.filter(pk__in=some).values_list("pk", flat=True))
        for some in _batches([at.pk for at in here.values()]):
            edited |= _edited_here(some)
        new = []
        for pk, row in self.found.at.items():
            values = self._resolved(row.values)
            pair = (values["service_id"], values["location_id"])
            if pair in here:
                self._at_ids[pk] = here[pair].pk
                counts[self._update_offer(here[pair], row, values, edited)] += 1
            elif values["service_id"] in self.not_ours:
                counts["kept"] += 1
                self.not_ours.add(pk)
            elif pk in taken:
                counts["kept"] += 1
                self.not_ours.add(pk)
                self._remark(row, _("this id is of another service at a place here: left out"))
            else:
                new.append(ServiceAtLocation(id=pk, **values))
                counts["added"] += 1
        ServiceAtLocation.objects.bulk_create(new, batch_size=_BATCH)
        self.is_anything_new = self.is_anything_new or bool(new)

    def _update_offer(
        self, at: ServiceAtLocation, row: Brought, values: dict[str, Any], edited: Mapping[UUID, set[str]]
    ) -> str:
        if at.service.origin != self.origin or at.location.visibility == Visibility.CONFIDENTIAL:
            self.not_ours.add(at.pk)
            return "unchanged"
        differing = {name: value for name, value in values.items() if getattr(at, name) != value}
        ours = {name for name in differing if name in edited.get(at.pk, set())}
        rest = {name: value for name, value in differing.items() if name not in ours}
        if rest:
            editing.change(at, rest, by=self.by, how=self.how)
            self.is_anything_new = True
        if ours:
            self._remark(
                row, _("edited here since, and not overwritten: %(fields)s") % {"fields": ", ".join(sorted(ours))}
            )
            return "kept"
        return "changed" if rest else "unchanged"

    def _left_places(self) -> None:
        """A service that tells its places and does not tell one of them any more is not offered there any more."""
        told = {self._at_ids.get(pk, pk) for pk in self.found.at}
        for some in _batches(list(self.found.placed - self.not_ours)):
            rows = ServiceAtLocation.objects.filter(service__in=some, service__origin=self.origin, is_active=True)
            for at in rows.exclude(location__visibility=Visibility.CONFIDENTIAL):
                if at.pk not in told and "is_active" not in _edited_here([at.pk]).get(at.pk, set()):
                    editing.change(at, {"is_active": False}, by=self.by, how=self.how)
                    self.counts["service_at_location"]["changed"] += 1
                    self.is_anything_new = True

    # -- what hangs on them

    def _capacities(self) -> None:
        counts = self.counts.setdefault("capacity", Counter())
        here = Capacity.objects.in_bulk(list(self.found.capacities))
        for pk, row in self.found.capacities.items():
            values = self._resolved(row.values)
            values["at_id"] = self._at_ids.get(values["at_id"], values["at_id"])
            values["good_until"] = values["good_until"] or values["updated_at"] + CAPACITY_IS_GOOD_FOR
            known = here.get(pk)
            if values["service_id"] in self.not_ours or (known and known.by_id):
                counts["kept"] += 1
            elif known is None:
                Capacity.objects.create(id=pk, **values)
                counts["added"] += 1
                self.is_anything_new = True
            elif self._rewritten(known, values):
                counts["changed"] += 1
            else:
                counts["unchanged"] += 1

    def _terms(self) -> None:
        self._words_of_others("taxonomy", Taxonomy, self.found.taxonomies)
        self._words_of_others("taxonomy_term", Term, self.found.terms)

    def _words_of_others(self, entity: str, kind: type[models.Model], rows: Mapping[UUID, Brought]) -> None:
        counts = self.counts.setdefault(entity, Counter())
        here: dict[UUID, Any] = {}
        for some in _batches(list(rows)):
            here |= kind._default_manager.in_bulk(some)
        new = [kind(id=pk, origin=self.origin, **row.values) for pk, row in rows.items() if pk not in here]
        kind._default_manager.bulk_create(new, batch_size=_BATCH)
        counts["added"] += len(new)
        self.is_anything_new = self.is_anything_new or bool(new)
        for pk, known in here.items():
            is_ours = known.origin == self.origin
            counts["changed" if is_ours and self._rewritten(known, rows[pk].values) else "unchanged"] += 1

    def _links(self) -> None:
        """The terms on each row that told its own become what it tells."""
        spoken = [self._at_ids.get(pk, pk) for pk in self.found.spoken_for if pk not in self.not_ours]
        here: dict[UUID, Attribute] = {}
        for some in _batches(spoken):
            here |= {row.pk: row for row in Attribute.objects.filter(row__in=some)}
        new = []
        told = set()
        for pk, link in self.found.links.items():
            if link.row in self.not_ours:
                continue
            told.add(pk)
            values = {
                **link.values,
                "entity": link.entity,
                "row": self._at_ids.get(link.row, link.row),
                "term_id": link.term,
            }
            if pk in here:
                self._rewritten(here[pk], values)
            else:
                new.append(Attribute(id=pk, **values))
        gone = [pk for pk in here if pk not in told]
        for some in _batches(gone):
            Attribute.objects.filter(pk__in=some).delete()
        Attribute.objects.bulk_create(new, batch_size=_BATCH)
        self.is_anything_new = self.is_anything_new or bool(new) or bool(gone)

    def _rewritten(self, row: Any, values: Mapping[str, Any]) -> bool:
        """Rows without a history of their own."""
        differing = [name for name, value in values.items() if getattr(row, name) != value]
        for name in differing:
            setattr(row, name, values[name])
        if differing:
            row.save(update_fields=differing)
            self.is_anything_new = True
        return bool(differing)

    def _remark(self, row: Brought, text: str) -> None:
        self.remarks.append(RowError(row.where, str(row.id), text))


def _edited_here(rows: Iterable[UUID]) -> dict[UUID, set[str]]:
    """By row, the fields that somebody changed here: whatever no import did."""
    found: dict[UUID, set[str]] = {}
    changes = Change.objects.filter(row__in=list(rows)).exclude(how__startswith="import:")
    for row, name in changes.values_list("row", "field"):
        found.setdefault(row, set()).add(name.removesuffix("_id"))
    return found


def _batches(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[start : start + _BATCH] for start in range(0, len(ids), _BATCH))
