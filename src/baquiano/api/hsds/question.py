"""What may be asked of a list: each parameter once, for the reader, the OpenAPI document and the profile. Several narrow together (AND).

A name or a value that nobody knows is refused and not passed over: a filter with a typing error would answer the whole directory.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.dateparse import parse_date, parse_datetime

from baquiano.directory.near import Point
from baquiano.lib.text import fold
from baquiano.territory.codes import NEEDS, PAPERS

PER_PAGE = 50
MOST_PER_PAGE = 500
FARTHEST = 1_000_000.0  # metres
_NUMBER = re.compile(r"[0-9]{1,7}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,12})?", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}", re.ASCII)


class BadQuestion(Exception):
    """Shown to whoever asked, with the name of the parameter. Never with a value: it may say where somebody is."""

    def __init__(self, parameter: str, text: str) -> None:
        super().__init__(text)
        self.parameter = parameter


@dataclass(frozen=True)
class Question:
    """What was asked, read. `near` is where somebody may be: it is in no repr and goes no farther than the search."""

    search: tuple[str, ...] = ()
    page: int = 0  # 0: not said
    per_page: int = 0
    format: str = "json"
    taxonomy_term_id: tuple[UUID, ...] = ()
    taxonomy_id: tuple[UUID, ...] = ()
    organization_id: UUID | None = None
    modified_after: datetime | None = None
    minimal: bool = False
    full: bool = False
    full_service: bool = False
    postcode: str = ""
    proximity: float | None = None  # metres
    near: Point | None = field(default=None, repr=False)
    radius: float | None = None  # metres
    open_at: datetime | None = None
    need: tuple[str, ...] = ()
    accepts: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    top_only: bool = False
    parent_id: UUID | None = None

    @property
    def is_about_a_place(self) -> bool:
        """Its address says where somebody may be: nobody on the way may keep the answer."""
        return self.near is not None


@dataclass(frozen=True)
class Parameter:
    """`read` raises ValueError. `is_many`: it may be given several times, and each narrows. `is_ours`: HSDS does not know it."""

    text: str
    schema: Mapping[str, Any]
    read: Callable[[str], Any]
    is_many: bool = False
    is_ours: bool = False


# -- reading one value -----------------------------------------------------------------------------------------------------


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) < 1:
        raise ValueError("a whole number from 1 on")
    return int(text)


def _per_page(text: str) -> int:
    if _number(text) > MOST_PER_PAGE:
        raise ValueError(f"at most {MOST_PER_PAGE}")
    return int(text)


def _truth(text: str) -> bool:
    if text.lower() not in ("true", "false", "1", "0"):
        raise ValueError("true or false")
    return text.lower() in ("true", "1")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("a UUID") from None


YEARS = range(1970, 2200)
"""Of moments that can be asked about: beyond them no clock of ours can count."""


def _moment(text: str) -> datetime:
    """With its offset: one moment is another hour in Santiago and in Bogotá. A "+" that an address turned into a blank is put back."""
    try:
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("a date and hour with its offset, 2026-11-24T10:00:00-05:00")
    return moment


def _since(text: str) -> datetime:
    """A date alone, or an hour without offset, is in UTC."""
    try:
        day = parse_date(text)
        moment = datetime(day.year, day.month, day.day) if day else parse_datetime(text.replace(" ", "+"))  # noqa: DTZ001
    except ValueError:
        moment = None
    if moment is None or moment.year not in YEARS:
        raise ValueError("a date (2026-11-24) or a date and hour (2026-11-24T10:00:00Z)")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _point(text: str) -> Point:
    lat, _, lon = (part.strip() for part in text.partition(","))
    if not _DECIMAL.fullmatch(lat) or not _DECIMAL.fullmatch(lon):
        raise ValueError("latitude and longitude in degrees, with a comma between: -33.05,-71.61")
    try:
        return Point(float(lat), float(lon))
    except ValueError:
        raise ValueError("a point on the globe: latitude first") from None


def _metres(text: str) -> float:
    if not _DECIMAL.fullmatch(text) or not 0 < float(text) <= FARTHEST:
        raise ValueError(f"metres, more than 0 and at most {FARTHEST:.0f}")
    return float(text)


def _words(text: str) -> tuple[str, ...]:
    if not text.strip() or len(text) > 200:
        raise ValueError("between 1 and 200 letters")
    return tuple(fold(text).split())


def _postcode(text: str) -> str:
    if not re.sub(r"\W", "", text) or len(text) > 20:
        raise ValueError("a postal code")
    return re.sub(r"\W", "", text).upper()


def _among(codes: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in codes:
            raise ValueError(f"one of {', '.join(codes)}")
        return text

    return read


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text.lower()):
        raise ValueError("a code of ISO 639: es, ht, sgn")
    return text.lower()


# -- what there is -----------------------------------------------------------------------------------------------------------

_TEXT = {"type": "string"}
_ID = {"type": "string", "format": "uuid"}
_FLAG = {"type": "boolean", "default": False}
_DISTANCE = {"type": "number", "exclusiveMinimum": 0, "maximum": FARTHEST}
_FORMATS = ("json", "ndjson")


def _many(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"type": "array", "items": schema}


PARAMETERS: Mapping[str, Parameter] = {
    "search": Parameter("Every one of these words, with or without accents, in its names and its description.", _TEXT, _words),
    "page": Parameter("The page; the first one is 1.", {"type": "integer", "minimum": 1, "default": 1}, _number),
    "per_page": Parameter(
        "Rows in a page.", {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE}, _per_page
    ),
    "format": Parameter(
        "`ndjson`: every row of the list, one in a line, without pages.",
        {"type": "string", "enum": list(_FORMATS), "default": "json"},
        _among(_FORMATS),
    ),
    "taxonomy_term_id": Parameter("Bears this term; given twice, both.", _many(_ID), _id, is_many=True),
    "taxonomy_id": Parameter("Bears a term of this taxonomy; given twice, of both.", _many(_ID), _id, is_many=True),
    "organization_id": Parameter("Offered by this organisation.", _ID, _id),
    "modified_after": Parameter(
        "Changed at this moment or later: itself, its places, its organisation, or somebody confirmed it.",
        {"type": "string", "format": "date-time"},
        _since,
    ),
    "minimal": Parameter("Only the id of each row and when it was modified; all of them in one page.", _FLAG, _truth),
    "full": Parameter("Each row with everything inside it, as by its id.", _FLAG, _truth),
    "full_service": Parameter("The services of the organisation with everything inside them.", _FLAG, _truth),
    "postcode": Parameter("At a place with this postal code; with `proximity`, around such places.", _TEXT, _postcode),
    "proximity": Parameter("Metres around `postcode` or `near`, in a straight line.", _DISTANCE, _metres),
    "near": Parameter(
        "Latitude and longitude in degrees, with a comma between. The nearest comes first. It is kept nowhere; "
        "in a POST it stands in no address either.",
        {"type": "string", "pattern": r"^-?\d+(\.\d+)?, ?-?\d+(\.\d+)?$", "examples": ["-33.05,-71.61"]},
        _point,
        is_ours=True,
    ),
    "radius": Parameter("Metres around `near`, in a straight line.", _DISTANCE, _metres, is_ours=True),
    "open_at": Parameter(
        "Known to be open at this moment, also if on terms (\"with an appointment\"). What is not known to be open is left out.",
        {"type": "string", "format": "date-time"},
        _moment,
        is_ours=True,
    ),
    "need": Parameter(
        "Answers this need; given twice, both.",
        _many({"type": "string", "enum": list(NEEDS)}),
        _among(NEEDS),
        is_many=True,
        is_ours=True,
    ),
    "accepts": Parameter(
        "Known to accept this document, or to ask for none. `none`: known to serve people without any document.",
        _many({"type": "string", "enum": list(PAPERS)}),
        _among(PAPERS),
        is_many=True,
        is_ours=True,
    ),
    "language": Parameter(
        "Attends in this language (ISO 639); given twice, in both.",
        _many({"type": "string", "pattern": "^[A-Za-z]{2,3}$"}),
        _language,
        is_many=True,
        is_ours=True,
    ),
    "top_only": Parameter("Only terms that stand under no other term.", _FLAG, _truth),
    "parent_id": Parameter("Only terms right under this term.", _ID, _id),
}  # fmt: skip

_PAGES = ("page", "per_page", "format")
_OF_SERVICES = (
    "search", *_PAGES, "taxonomy_term_id", "taxonomy_id", "organization_id", "modified_after", "minimal", "full",
    "postcode", "proximity", "near", "radius", "open_at", "need", "accepts", "language",
)  # fmt: skip
TAKEN: Mapping[str, tuple[str, ...]] = {
    "services": _OF_SERVICES,
    "service_at_locations": _OF_SERVICES,
    "organizations": ("search", *_PAGES, "taxonomy_term_id", "taxonomy_id", "modified_after", "full", "full_service"),
    "organization": ("full_service",),
    "taxonomies": ("search", *_PAGES),
    "taxonomy_terms": ("search", *_PAGES, "taxonomy_id", "top_only", "parent_id"),
    "": (),
}
"""The parameters of each list, and of what else takes some."""


def read(given: QueryDict, of: str) -> Question:
    """Raises BadQuestion. `of`: a name of `TAKEN`."""
    taken, values = TAKEN[of], {}
    for name in given:
        if name not in taken:
            known = f": {', '.join(taken)}" if taken else ""
            raise BadQuestion(_shown(name), f"is not a parameter of this address{known}")
        values[name] = _read(name, given.getlist(name))
    question = Question(**values)
    _check(question)
    return question


def _read(name: str, texts: list[str]) -> Any:
    parameter = PARAMETERS[name]
    if len(texts) > 1 and not parameter.is_many and name != "search":
        raise BadQuestion(name, "is given more than once")
    try:
        values = [parameter.read(text) for text in texts]
    except ValueError as fault:
        raise BadQuestion(name, f"must be {fault}") from None
    if name == "search":
        return tuple(word for words in values for word in words)
    return tuple(dict.fromkeys(values)) if parameter.is_many else values[0]


def _check(question: Question) -> None:
    """What only means something together."""
    if question.radius is not None and question.near is None:
        raise BadQuestion("radius", "needs `near`: around what?")
    if question.proximity is not None and question.near is None and not question.postcode:
        raise BadQuestion("proximity", "needs `postcode` or `near`: around what?")
    if question.format == "ndjson" and (question.page or question.per_page):
        raise BadQuestion("format", "ndjson is the whole list: leave `page` and `per_page` out")
    if question.minimal and question.full:
        raise BadQuestion("minimal", "and `full` cannot both be")


def _shown(name: str) -> str:
    """A name that nobody knows may hold anything."""
    return name if re.fullmatch(r"[A-Za-z_]{1,40}", name) else "a name"


assert {one.name for one in fields(Question)} == set(PARAMETERS)
