"""The JSON Schemas of HSDS 3.1, as published, in one small file: tests/data/hsds/schemas.json (Open Referral, CC BY-SA 4.0)."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

SCHEMAS = Path(__file__).parent / "data" / "hsds" / "schemas.json"
KINDS = (
    "service",
    "organization",
    "service_at_location",
    "location",
    "taxonomy",
    "taxonomy_term",
    "service_list",
    "organization_list",
    "service_at_location_list",
)


def faults(kind: str, found: Any) -> list[str]:
    """What is wrong with one object, formats too: where, and what. Null is wrong anywhere."""
    wrong = [f"{error.json_path}: {error.message}" for error in _validator(kind).iter_errors(found)]
    return wrong + [f"{place}: null" for place in _nulls(found, "$")]


@cache
def _validator(kind: str) -> Draft202012Validator:
    published = json.loads(SCHEMAS.read_text(encoding="utf-8"))
    checker = Draft202012Validator.FORMAT_CHECKER
    missing = {"uuid", "uri", "email", "date-time"} - set(checker.checkers)
    assert not missing, f"formats that would not be checked: {missing}; install jsonschema[format-nongpl]"
    assert isinstance(checker, FormatChecker)
    return Draft202012Validator({**published["roots"][kind], "$defs": published["$defs"]}, format_checker=checker)


def _nulls(found: Any, place: str) -> Iterator[str]:
    if found is None:
        yield place
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _nulls(value, f"{place}.{key}")
    if isinstance(found, list):
        for number, value in enumerate(found):
            yield from _nulls(value, f"{place}[{number}]")
