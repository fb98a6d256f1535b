"""A small HSDS server of somebody else, right in everything until a test makes it wrong in one thing.

    server.spoil("/services", lambda page, asked: page | {"total_items": 31})

Its directory is invented: places of example.org, numbers with 555.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID, uuid5

from tests.fakes.provider import Asked, Json, Provider, Said, as_json

SPACE = UUID("11111111-2222-4333-8444-555555555555")
Spoil = Callable[[Any, dict[str, str]], Any]


def an_id(kind: str, number: int) -> str:
    return str(uuid5(SPACE, f"{kind} {number}"))


def a_service(number: int) -> Json:
    return {
        "id": an_id("service", number),
        "name": f"Servicio ficticio {number}",
        "status": "active",
        "url": "https://example.org/servicio",
        "last_modified": "2026-11-01T10:00:00Z",
        "organization": {"id": an_id("organization", 1), "name": "Centro Ficticio", "description": "No existe."},
    }


@dataclass(frozen=True)
class _Page:
    rows: list[Json]
    number: int
    size: int

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.rows) // self.size))

    def body(self) -> Json:
        contents = self.rows[(self.number - 1) * self.size : self.number * self.size]
        return {
            "total_items": len(self.rows),
            "total_pages": self.pages,
            "page_number": self.number,
            "size": len(contents),
            "first_page": self.number == 1,
            "last_page": self.number >= self.pages,
            "empty": not contents,
            "contents": contents,
        }


class HsdsServer(Provider):
    """`lists`: rows by the name of their list. `describes`: what its OpenAPI document lists; None leaves the document out."""

    def __init__(self, services: int = 25, per_page: int = 10) -> None:
        super().__init__()
        self.per_page = per_page
        self.lists: dict[str, list[Json]] = {"services": [a_service(number) for number in range(services)]}
        self.described: list[str] | None = ["services"]
        self.paging = ("page", "per_page")
        self.row_schema: Json = {"$ref": "schemas/service.json"}
        self._spoils: dict[str, Spoil] = {}
        self._answers: dict[str, Said] = {}

    def spoil(self, path: str, change: Spoil) -> None:
        """What this path answers is changed before it leaves: `change(body, parameters)`. "/services/{id}": every single one."""
        self._spoils[path] = change

    def answers(self, path: str, said: Said) -> None:
        self._answers[path] = said

    def judge(self, asked: Asked) -> Said:
        parts = urlsplit(asked.path)
        path, given = parts.path, dict(parse_qsl(parts.query))
        if path in self._answers:
            return self._answers[path]
        body, pattern = self._found(path, given)
        if body is None:
            return as_json({"detail": "not found"}, 404)
        if pattern in self._spoils:
            body = self._spoils[pattern](body, given)
        return body if isinstance(body, Said) else as_json(body)

    def _found(self, path: str, given: dict[str, str]) -> tuple[Any, str]:
        if path == "/":
            return {"version": "3.1", "profile": f"{self.url}/profile", "openapi_url": f"{self.url}/openapi.json"}, path
        if path == "/profile":
            return {"name": "a profile"}, path
        if path == "/openapi.json":
            return self._document(), path
        if path == "/schemas/service.json":
            return {"type": "object", "required": ["id", "name"], "properties": {"name": {"type": "string"}}}, path
        _, name, *one = path.split("/")
        rows = self.lists.get(name)
        if rows is None:
            return None, path
        if not one:
            size = int(given.get("per_page", self.per_page))
            return json.loads(json.dumps(_Page(rows, int(given.get("page", 1)), size).body())), path
        return next((dict(row) for row in rows if row["id"] == one[0]), None), f"/{name}/{{id}}"

    def _document(self) -> Json | None:
        if self.described is None:
            return None
        paths: Json = {"/": {"get": {"responses": {"200": {"description": "it"}}}}}
        for name in self.described:
            tags = [] if name == "services" else ["Optional"]
            page = {"properties": {"contents": {"type": "array", "items": self.row_schema}}}
            parameters = [{"name": one, "in": "query", "schema": {"type": "integer"}} for one in self.paging]
            paths[f"/{name}"] = {"get": {"tags": tags, "parameters": parameters, "responses": _ok(page)}}
            paths[f"/{name}/{{id}}"] = {
                "get": {"tags": tags, "responses": {"200": {"$ref": "#/components/responses/Row"}}}
            }
        row = _ok(self.row_schema)["200"]
        return {"openapi": "3.1.0", "paths": paths, "components": {"responses": {"Row": row}}}


def _ok(schema: Json) -> Json:
    return {"200": {"description": "it", "content": {"application/json": {"schema": schema}}}}
