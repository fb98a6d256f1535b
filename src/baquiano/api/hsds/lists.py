"""The lists of the standard and their rows, one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from baquiano.api.hsds import narrowing
from baquiano.api.hsds.answering import Asked, Json, Missing, as_json, door, page
from baquiano.api.hsds.question import Question
from baquiano.api.hsds.shown import WHO
from baquiano.directory import duplicates, exporting
from baquiano.directory.models import Service, ServiceAtLocation
from baquiano.lib.text import fold


@door("services", takes_posts=True)
def services(asked: Asked) -> HttpResponseBase:
    found = narrowing.services(asked.question, asked.today)
    if asked.question.minimal:
        return page(asked, found.ids, _minimal)
    return page(asked, found.ids, lambda ids: _with_metres(_services(asked, ids), found.metres))


@door("")
def service(asked: Asked, id: str) -> HttpResponseBase:
    pk = _among(asked.today.shown.services, id)
    if pk is None:
        return _moved("service", id, asked.today.shown.services)
    return as_json(_only(_fresh(asked, exporting.services([pk], reach=WHO, on=asked.today.on, full=True))))


@door("service_at_locations", takes_posts=True)
def service_at_locations(asked: Asked) -> HttpResponseBase:
    found = narrowing.service_at_locations(asked.question, asked.today)
    full, on = asked.question.full, asked.today.on

    def show(ids: Sequence[UUID]) -> list[Json]:
        rows = exporting.service_at_locations(ids, reach=WHO, on=on, full=full)
        return _with_metres(_fresh(asked, rows), found.metres)

    return page(asked, found.ids, show)


@door("")
def service_at_location(asked: Asked, id: str) -> HttpResponseBase:
    """The schema that HSDS 3.1 gives this answer is that of a service: the name and the state of the service stand beside the rest."""
    pk = _among(asked.today.shown.at, id)
    if pk is None:
        return _moved("service_at_location", id, asked.today.shown.at)
    row = _only(_fresh(asked, exporting.service_at_locations([pk], reach=WHO, on=asked.today.on, full=True)))
    return as_json({**row, "name": row["service"]["name"], "status": row["service"]["status"]})


@door("organizations", takes_posts=True)
def organizations(asked: Asked) -> HttpResponseBase:
    found = narrowing.organizations(asked.question, asked.today)
    return page(asked, found.ids, lambda ids: _organizations(asked, ids))


@door("organization")
def organization(asked: Asked, id: str) -> HttpResponseBase:
    pk = _among(asked.today.shown.organizations, id)
    if pk is None:
        return _moved("organization", id, asked.today.shown.organizations)
    rows = exporting.organizations(
        [pk], reach=WHO, on=asked.today.on, full=True, full_service=asked.question.full_service
    )
    row = _shown_only(asked, _only(_fresh(asked, rows)), _hidden_places(asked, rows))
    if asked.question.full_service:
        return as_json(row)
    offered = Service.objects.filter(organization=pk).order_by("pk").values_list("pk", flat=True)
    listed = _services(asked, [one for one in offered if one in asked.today.shown.services])
    return as_json({**row, "services": [_without_owner(one) for one in listed]})


@door("taxonomies", takes_posts=True)
def taxonomies(asked: Asked) -> HttpResponseBase:
    found = [row for row in exporting.taxonomies() if _says(row, asked.question)]
    return page(asked, found, list)


@door("")
def taxonomy(asked: Asked, id: str) -> HttpResponseBase:
    return as_json(_by_id(exporting.taxonomies(), id))


@door("taxonomy_terms", takes_posts=True)
def taxonomy_terms(asked: Asked) -> HttpResponseBase:
    question = asked.question
    found = [row for row in exporting.terms() if _says(row, question) and _stands(row, question)]
    return page(asked, found, list)


@door("")
def taxonomy_term(asked: Asked, id: str) -> HttpResponseBase:
    return as_json(_by_id(exporting.terms(), id))


# -- rows ----------------------------------------------------------------------------------------------------------------


def _services(asked: Asked, ids: Sequence[UUID]) -> list[Json]:
    rows = exporting.services(ids, reach=WHO, on=asked.today.on, full=asked.question.full)
    return _fresh(asked, rows)


def _minimal(ids: Sequence[UUID]) -> list[Json]:
    """What the API of the standard calls `modified_date` is `last_modified` in its schemas: whoever reads either finds it."""
    modified = dict(Service.objects.within(WHO).values_list("pk", "modified_at"))
    moments = ((pk, exporting.instant(modified[pk])) for pk in ids if pk in modified)
    return [{"id": str(pk), "last_modified": moment, "modified_date": moment} for pk, moment in moments]


def _organizations(asked: Asked, ids: Sequence[UUID]) -> list[Json]:
    question = asked.question
    rows = exporting.organizations(
        ids, reach=WHO, on=asked.today.on, full=question.full, full_service=question.full_service
    )
    hidden = _hidden_places(asked, rows)
    return [_shown_only(asked, row, hidden) for row in _fresh(asked, rows)]


def _shown_only(asked: Asked, row: Json, hidden: set[str]) -> Json:
    """Without the services that an organisation has and we do not send anybody to at the moment, and without their places."""
    kept: Json = {}
    if "services" in row:
        kept["services"] = [one for one in row["services"] if UUID(one["id"]) in asked.today.shown.services]
    if "locations" in row:
        kept["locations"] = [one for one in row["locations"] if one["id"] not in hidden]
    return {name: value for name, value in {**row, **kept}.items() if value != []}


def _hidden_places(asked: Asked, rows: list[Json]) -> set[str]:
    """Places at which everything that is offered is hidden: an open address of a hidden service tells that there is something."""
    places = {place["id"] for row in rows for place in row.get("locations", ())}
    offers = ServiceAtLocation.objects.filter(location__in=places).values_list("pk", "location")
    used = {str(place) for _, place in offers}
    return used - {str(place) for pk, place in offers if pk in asked.today.shown.at}


def _without_owner(row: Json) -> Json:
    return {name: value for name, value in row.items() if name != "organization"}


def _with_metres(rows: list[Json], metres: Mapping[UUID, int]) -> list[Json]:
    if not metres:
        return rows
    far = {str(pk): distance for pk, distance in metres.items()}
    return [{**row, "distance": far[row["id"]]} if row["id"] in far else row for row in rows]


def _fresh(asked: Asked, rows: list[Json]) -> list[Json]:
    """Without the capacities that nobody should believe any more at this moment."""
    return [_believed(row, asked.today.now) for row in rows]


def _believed(row: Json, now: datetime) -> Json:
    for holder in (row, row.get("service"), *row.get("services", ())):
        if isinstance(holder, dict) and "capacities" in holder:
            holder["capacities"] = [one for one in holder["capacities"] if _is_believed(one, now)]
            if not holder["capacities"]:
                del holder["capacities"]
    return row


def _is_believed(capacity: Json, now: datetime) -> bool:
    until = parse_datetime(capacity.get("good_until", ""))
    return until is None or until > now


# -- ids -----------------------------------------------------------------------------------------------------------------


def _read(id: str) -> UUID | None:
    try:
        return UUID(id)
    except ValueError:
        return None


def _among(shown: Mapping[UUID, None], id: str) -> UUID | None:
    pk = _read(id)
    return pk if pk in shown else None


def _moved(entity: str, id: str, shown: Mapping[UUID, None]) -> HttpResponse:
    """To the row that this id means since two were merged. Raises Missing."""
    pk = _read(id)
    now = duplicates.current(entity, pk) if pk is not None else None
    if now is None or now not in shown:
        raise Missing
    return HttpResponse(status=301, headers={"Location": reverse(f"api:hsds_{entity}", args=[now])})


def _only(rows: list[Json]) -> Json:
    if not rows:
        raise Missing
    return rows[0]


def _by_id(rows: list[Json], id: str) -> Json:
    pk = _read(id)
    return _only([row for row in rows if pk is not None and row["id"] == str(pk)])


def _says(row: Json, question: Question) -> bool:
    text = fold(" ".join(str(row.get(name, "")) for name in ("name", "description", "code")))
    return all(word in text for word in question.search)


def _stands(row: Json, question: Question) -> bool:
    parent = row.get("parent_id")
    taxonomies = {str(one) for one in question.taxonomy_id}
    return (
        (not question.top_only or parent is None)
        and (question.parent_id is None or parent == str(question.parent_id))
        and taxonomies <= {row.get("taxonomy_id")}
    )
