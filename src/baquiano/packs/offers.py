"""The services a pack brings: HSDS, as a list in each services/*.json, with our own words beside it (needs, areas, source, caution …).

The directory takes them in like any other file: what was written or edited here is never overwritten, and nobody has confirmed any of them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from baquiano.directory import importing, layouts
from baquiano.packs.contents import PackFile, ServiceFile
from baquiano.packs.strict import Problem, Report
from baquiano.packs.tally import LoadReport

NEEDED = ("id", "name", "description", "status", "organization")
KINDS = {
    "organization": "organisations",
    "service": "services",
    "location": "places",
    "service_at_location": "services at places",
}
"""HSDS's word → ours in the report of a load."""


class NotTakenIn(Exception):
    """The directory refuses them; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


def read(text: str, report: Report) -> tuple[ServiceFile, ...]:
    """The services of one file; whatever it says, nothing raises."""
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as problem:
        report.add(problem.lineno, f"is not JSON: {problem.msg}")
        return ()
    except RecursionError:
        report.add(0, "is nested too deep")
        return ()
    if not isinstance(rows, list):
        report.add(1, "should be a list of services")
        return ()
    found = []
    for place, row in enumerate(rows, 1):
        if isinstance(row, dict):
            found.append(ServiceFile(report.file, place, row))
        else:
            report.add(0, f"service {place} is not a table of fields")
    return tuple(found)


def problems_of(packs: Iterable[PackFile]) -> Iterator[Problem]:
    """What can be seen without the tables: ids, what each must say, and where a fact was read."""
    seen: dict[str, str] = {}
    for pack in packs:
        for service in pack.services:
            where = f"{service.file}, service {service.place}"
            yield from _of_one(service, is_demo=pack.is_demo)
            first = seen.setdefault(str(service.data.get("id")), where)
            if first != where:
                yield _problem(service, f"has the id of {first}")


def bring(pack: PackFile, report: LoadReport) -> None:
    """Inside the transaction of the load. Raises `NotTakenIn`."""
    if not pack.services:
        return
    places = {f"{service.file}, service {service.place}": service for service in pack.services}
    feed = layouts.from_services(((where, dict(service.data)) for where, service in places.items()), is_current=True)
    done = importing.take_in(feed, origin=f"pack:{pack.name}", by=None, is_demo=pack.is_demo)
    if done.errors:
        raise NotTakenIn(_told(row, places) for row in done.errors)
    for kind, counts in done.by_kind.items():
        name = KINDS.get(kind)
        if name:
            report.added[name] += counts.get("added", 0)
            report.changed[name] += counts.get("changed", 0)
            report.kept[name] += counts.get("kept", 0)


def _told(row: Any, places: Mapping[str, ServiceFile]) -> Problem:
    """Errors name the row as we did, perhaps with what is inside it."""
    found = [where for where in places if row.row == where or row.row.startswith(f"{where} ")]
    service = places[found[0]] if found else None
    return _problem(service, str(row)) if service else Problem("services", 0, str(row))


def _of_one(service: ServiceFile, *, is_demo: bool) -> Iterator[Problem]:
    for name in NEEDED:
        if not service.data.get(name):
            yield _problem(service, f"does not say its {name}")
    try:
        UUID(str(service.data.get("id")))
    except ValueError:
        yield _problem(service, "id should be a UUID")
    if not is_demo and not str(service.data.get("source") or "").strip():
        yield _problem(service, "does not say its source")


def _problem(service: ServiceFile, message: str) -> Problem:
    return Problem(service.file, 0, f"service {service.place}: {message}")
