"""The API described in OpenAPI 3.1, in one document that needs no other; and what is ours in it, apart, for the profile."""

from collections.abc import Mapping
from typing import Any

from baquiano.api.hsds.question import PARAMETERS, TAKEN
from baquiano.directory import shapes
from baquiano.directory.shapes import Schema

PLACE = "#/components/schemas/"
_TEXT: Schema = {"type": "string"}
_HOURS: Mapping[str, Schema] = {
    "opening_hours": {**_TEXT, "description": "As OpenStreetMap writes them; the schedules are made from it."},
    "opening_hours_note": {**_TEXT, "description": "What is said of the hours in words."},
}
_DISTANCE: Schema = {"type": "integer", "minimum": 0, "description": "Metres from `near`, in a straight line."}
OURS: Mapping[str, Mapping[str, Schema]] = {
    "Service": {
        **_HOURS,
        "caution": {**_TEXT, "description": "What whoever goes there should know first."},
        "source": {**_TEXT, "description": "Where we have it from."},
        "source_date": {**_TEXT, "format": "date", "description": "The day that source was read. No verification."},
        "distance": _DISTANCE,
    },
    "ServiceAtLocation": {**_HOURS, "distance": _DISTANCE},
    "Location": {
        **_HOURS,
        "timezone_name": {**_TEXT, "description": "Of the IANA list: the offset of a schedule changes."},
    },
    "ServiceCapacity": {
        "good_until": {**_TEXT, "format": "date-time", "description": "Until when it is believed."},
        "service_at_location_id": {**_TEXT, "format": "uuid", "description": "The one place it is about."},
    },
}
"""Fields that HSDS does not have, by its objects. It allows them; none says what one of its own says."""

_LISTS = (
    ("services", "service", "Service", "Services"),
    ("service_at_locations", "service_at_location", "ServiceAtLocation", "Services at one of their places"),
    ("organizations", "organization", "Organization", "Organisations"),
    ("taxonomies", "taxonomy", "Taxonomy", "Taxonomies: ours, and those of imported directories"),
    ("taxonomy_terms", "taxonomy_term", "TaxonomyTerm", "Terms"),
)
_MINIMAL: Schema = {
    "type": "object",
    "description": "With `minimal`.",
    "required": ["id", "last_modified", "modified_date"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "last_modified": {"type": "string", "format": "date-time"},
        "modified_date": {"type": "string", "format": "date-time"},
    },
    "additionalProperties": False,
}
_ABOUT: Schema = {
    "type": "object",
    "required": ["version", "profile", "openapi_url"],
    "properties": {
        "version": {"type": "string", "description": "Of HSDS."},
        "profile": {"type": "string", "format": "uri"},
        "openapi_url": {"type": "string", "format": "uri"},
        "description": _TEXT,
        "publisher": {"type": "object", "required": ["name"], "properties": {"name": _TEXT, "website": {**_TEXT, "format": "uri"}}},
    },
}  # fmt: skip
_PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "parameter": {"type": "string", "description": "The one that cannot be read."},
    },
}


def document(base: str) -> Schema:
    """`base`: the address of the API, with a stroke at its end."""
    paths: dict[str, Schema] = {
        "/": _get("about", "What this API is.", ("Required",), _json({"$ref": f"{PLACE}About"}))
    }
    for name, one, kind, title in _LISTS:
        tags = ("Required",) if name == "services" else ("Optional",)
        paths[f"/{name}"] = _listed(name, kind, title, tags)
        paths[f"/{name}/{{id}}"] = _detailed(one, kind, tags)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Directory of services (HSDS)",
            "version": shapes.VERSION,
            "summary": "The read API of Open Referral's Human Services Data Specification, with a profile of its own.",
            "description": f"Parameters narrow together: everything that is asked holds. What is ours is declared at {base}profile",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "servers": [{"url": base.rstrip("/")}],
        "tags": [
            {"name": "Required", "description": "Every HSDS API has it."},
            {"name": "Optional", "description": "HSDS leaves it open."},
        ],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "parameters": {name: _parameter(name) for name in PARAMETERS},
            "responses": {
                "BadQuestion": {
                    "description": "A parameter that is not known or cannot be read.",
                    "content": _problem(),
                },
                "Missing": {"description": "No row of this id that anybody may read.", "content": _problem()},
                "Moved": {"description": "Two rows were merged: this id means another one now."},
                "Unchanged": {"description": "Nothing has changed since the ETag that was sent."},
            },
        },
    }


def ours() -> dict[str, Any]:
    """What the profile declares: parameters with the lists that take them, and fields by their objects."""
    return {
        "parameters": [
            {
                "name": name,
                "description": one.text,
                "schema": one.schema,
                "on": [f"/{of}" for of, taken in TAKEN.items() if name in taken],
            }
            for name, one in PARAMETERS.items()
            if one.is_ours
        ],
        "fields": {kind: dict(fields) for kind, fields in OURS.items()},
    }


def _schemas() -> dict[str, Schema]:
    made = shapes.schemas(PLACE, also_in_words=True)
    for kind, fields in OURS.items():
        made[kind] = {**made[kind], "properties": {**made[kind]["properties"], **fields}}
    return {**made, "About": _ABOUT, "ServiceModified": _MINIMAL, "Problem": _PROBLEM}


def _listed(name: str, kind: str, title: str, tags: tuple[str, ...]) -> Schema:
    row: Schema = {"$ref": PLACE + kind}
    rows: Schema = {"anyOf": [row, {"$ref": f"{PLACE}ServiceModified"}]} if "minimal" in TAKEN[name] else row
    paged: Schema = {
        "allOf": [{"$ref": f"{PLACE}Page"}],
        "properties": {"contents": {"type": "array", "items": rows}},
    }
    content = {**_json(paged), "application/x-ndjson": {"schema": rows}}
    get = _get(f"list_{name}", f"{title}, in pages.", tags, content)
    parameters = [{"$ref": f"#/components/parameters/{parameter}"} for parameter in TAKEN[name]]
    bad = {"400": {"$ref": "#/components/responses/BadQuestion"}}
    get["get"] |= {"parameters": parameters, "responses": get["get"]["responses"] | bad}
    asked = {"type": "object", "properties": {parameter: PARAMETERS[parameter].schema for parameter in TAKEN[name]}}
    post = {
        **{key: value for key, value in get["get"].items() if key != "parameters"},
        "operationId": f"ask_{name}",
        "summary": f"{title}, asked for without writing the question into an address.",
        "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": asked}}},
        "responses": {status: said for status, said in get["get"]["responses"].items() if status != "304"},
    }
    return {**get, "post": post}


def _detailed(one: str, kind: str, tags: tuple[str, ...]) -> Schema:
    row: Schema = {"$ref": PLACE + kind}
    if one == "service_at_location":
        state = shapes.schemas(PLACE)["Service"]["properties"]["status"]
        row = {"allOf": [row], "required": ["name", "status"], "properties": {"name": _TEXT, "status": state}}
    get = _get(f"get_{one}", "One of them, with everything inside it.", tags, _json(row))
    get["get"]["responses"] |= {
        "301": {"$ref": "#/components/responses/Moved"},
        "404": {"$ref": "#/components/responses/Missing"},
    }
    if one in TAKEN:
        get["get"]["parameters"] = [{"$ref": f"#/components/parameters/{name}"} for name in TAKEN[one]]
    at = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    return {"parameters": [at], **get}


def _get(id: str, summary: str, tags: tuple[str, ...], content: Schema) -> Schema:
    return {
        "get": {
            "operationId": id,
            "summary": summary,
            "tags": list(tags),
            "responses": {
                "200": {"description": "As asked.", "content": content},
                "304": {"$ref": "#/components/responses/Unchanged"},
            },
        }
    }


def _parameter(name: str) -> Schema:
    one = PARAMETERS[name]
    return {"name": name, "in": "query", "required": False, "description": one.text, "schema": dict(one.schema)}


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}


def _problem() -> Schema:
    return {"application/problem+json": {"schema": {"$ref": f"{PLACE}Problem"}}}
