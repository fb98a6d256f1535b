"""Our short hand of HSDS says what the published schemas say: the same fields, the same kinds, the same that must be there."""

import json
from typing import Any

import pytest

from baquiano.directory import shapes
from baquiano.directory.described import faults_in_words, standard_faults
from tests.hsds_schemas import SCHEMAS

Json = dict[str, Any]
PUBLISHED = json.loads(SCHEMAS.read_text(encoding="utf-8"))
ROOTS = {
    "organization": "Organization",
    "service": "Service",
    "service_at_location": "ServiceAtLocation",
    "location": "Location",
    "taxonomy": "Taxonomy",
    "taxonomy_term": "TaxonomyTerm",
}
OURS = shapes.schemas("")
KINDS = ("type", "format", "enum")


def _followed(node: Json) -> Json:
    while "$ref" in node:
        node = PUBLISHED["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _differences() -> list[str]:
    """Walks both trees together from each root, each pair once."""
    waiting = [(PUBLISHED["roots"][root], name) for root, name in ROOTS.items()]
    seen: set[tuple[str, str]] = set()
    found = []
    while waiting:
        node, name = waiting.pop()
        theirs, ours = _followed(node), OURS[name]
        key = (json.dumps(theirs, sort_keys=True), name)
        if key in seen:
            continue
        seen.add(key)
        if sorted(theirs.get("required", ())) != sorted(ours["required"]):
            found.append(f"{name}: required {theirs.get('required')}")
        for field, said in theirs["properties"].items():
            mine = ours["properties"].get(field)
            if mine is None:
                found.append(f"{name}.{field} is not ours")
                continue
            said = _followed(said)
            if said.get("type") == "array" and "items" in said and "properties" in _followed(said["items"]):
                waiting.append((said["items"], mine["items"]["$ref"]))
            elif "properties" in said:
                waiting.append((said, mine["$ref"]))
            elif {key: said[key] for key in KINDS if key in said} != {key: mine[key] for key in KINDS if key in mine}:
                found.append(f"{name}.{field}: {said} and {mine}")
    return found


def test_every_published_field_is_ours_and_of_the_same_kind() -> None:
    assert sorted(set(_differences())) == []


def test_no_field_is_made_up() -> None:
    """Each of ours is in one of the published schemas of that object."""
    published = json.dumps(PUBLISHED)
    assert [
        field
        for one in OURS.values()
        for field in one["properties"]
        if f'"{field}"' not in published and one is not OURS["Page"]
    ] == []


@pytest.mark.parametrize("name", shapes.OBJECTS)
def test_an_empty_object_lacks_what_must_be_there(name: str) -> None:
    lacking = {fault.partition("«")[2].rstrip("»") for fault in standard_faults(name, {})}
    assert lacking == set(OURS[name]["required"])


def test_what_the_standard_says_in_words_is_asked_apart() -> None:
    schedule = {"id": "6b0d4f6e-5a83-4b0e-9d1f-2f2f7a6f0c11", "opens_at": "9am", "valid_from": "ayer"}
    assert standard_faults("Schedule", schedule) == []
    assert len(faults_in_words("Schedule", schedule)) == 2
    assert faults_in_words("Schedule", schedule | {"opens_at": "09:00-03:00", "valid_from": "2026-11-24"}) == []
