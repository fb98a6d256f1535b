"""What we know in code lists and HSDS has no field for, said as HSDS says it: attributes with terms of our own taxonomies.

The ids are made from the codes and never change, so two installations mean the same by them. Nothing is said of what is not known.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from baquiano.directory import words
from baquiano.directory.models import Answer, Holidays, Service, Visibility
from baquiano.territory import codes

SPACE = uuid.UUID("6f1d2a52-2b0c-5d0e-9a6e-3b9d7f4c1e10")
"""Where every id that we make ourselves comes from."""
LANGUAGE = "es"
"""Our words go out in one language: an export must not depend on who asks for it."""


@dataclass(frozen=True)
class Own:
    """One column as a taxonomy. `many`: a list of codes; else one of `labels`, where `silent` is what is not worth saying."""

    column: str
    name: Any
    description: Any
    labels: Mapping[str, Any]
    entities: tuple[str, ...] = ("service",)
    many: bool = False
    silent: Any = ""

    @property
    def id(self) -> str:
        return made("taxonomy", self.column)

    def term_id(self, code: str) -> str:
        return made("taxonomy_term", self.column, code)

    def codes_of(self, value: Any) -> tuple[str, ...]:
        if self.many:
            return tuple(code for code in value)
        if isinstance(value, bool):
            return ("yes",) if value else ()
        return () if value == self.silent else (str(value),)

    def value_of(self, said: Iterable[str]) -> Any:
        known = tuple(dict.fromkeys(said))
        if self.many:
            return known
        if isinstance(self.silent, bool):
            return bool(known)
        return known[0] if known else self.silent


ACCESSIBILITY = words.ACCESSIBILITY
_ANSWERS = {Answer.YES.value: _("yes"), Answer.NO.value: _("no")}
_YES = {"yes": _("yes")}
EVERYTHING = ("service", "location")

OWN: tuple[Own, ...] = (
    Own("needs", _("What it helps with"), _("Needs that the service answers."), words.NEEDS, many=True),
    Own("populations", _("Whom it is for"), _("Groups the service is for."), words.POPULATIONS, many=True),
    Own(
        "asks_documents",
        _("Asks for a document"),
        _("Whether a document is needed to be attended."),
        _ANSWERS,
        silent=Answer.UNKNOWN.value,
    ),
    Own(
        "asks_status",
        _("Asks about the migratory situation"),
        _("Whether the service asks about the migratory situation."),
        _ANSWERS,
        silent=Answer.UNKNOWN.value,
    ),
    Own(
        "accepts",
        _("Documents it accepts"),
        _("Documents that are accepted where one is asked for."),
        words.PAPERS,
        many=True,
    ),
    Own("sex", _("Women or men only"), _("Whether the service is for women or men only."), dict(Service.Sex.choices)),
    Own("family", _("Family situation"), _("Family situations the service is for."), words.FAMILIES, many=True),
    Own(
        "cost",
        _("What it costs"),
        _("Whether the service is free of charge."),
        dict(Service.Cost.choices),
        silent=Service.Cost.UNKNOWN.value,
    ),
    Own(
        "appointment",
        _("Appointment needed"),
        _("Whether an appointment is needed."),
        _ANSWERS,
        silent=Answer.UNKNOWN.value,
    ),
    Own(
        "holidays",
        _("On public holidays"),
        _("Whether it is open on public holidays of its country."),
        dict(Holidays.choices),
        entities=("service", "location", "service_at_location"),
        silent=Holidays.UNKNOWN.value,
    ),
    Own("is_emergency", _("For emergencies"), _("The service is for emergencies."), _YES, silent=False),
    Own(
        "accessibility",
        _("Accessibility"),
        _("What makes the place accessible."),
        words.ACCESSIBILITY,
        entities=("location",),
        many=True,
    ),
    Own(
        "step_free",
        _("Without steps"),
        _("Whether the place can be reached without steps."),
        _ANSWERS,
        entities=("location",),
        silent=Answer.UNKNOWN.value,
    ),
    Own(
        "is_approximate",
        _("Point is approximate"),
        _("The point is the middle of the municipality."),
        _YES,
        entities=("location",),
        silent=False,
    ),
    Own(
        "visibility",
        _("Who may read it"),
        _("Circle of readers, where it is not everybody."),
        {code: label for code, label in Visibility.choices if code != Visibility.CONFIDENTIAL},
        entities=EVERYTHING,
        silent=Visibility.PUBLIC.value,
    ),
    Own(
        "is_demo",
        _("Fictional"),
        _("Made up for a demonstration: it does not exist."),
        _YES,
        entities=("organization", "service", "location"),
        silent=False,
    ),
)
KNOWN: Mapping[str, tuple[Own, str]] = {}
"""By the id of a term: which column, which code."""

_FIXED = {
    "needs": codes.NEEDS,
    "populations": codes.POPULATIONS,
    "accepts": codes.PAPERS,
    "family": codes.FAMILIES,
    "accessibility": codes.ACCESSIBILITY,
}


def made(*parts: object) -> str:
    """A stable id from what the thing is."""
    return str(uuid.uuid5(SPACE, "|".join(str(part) for part in parts)))


def columns_of(entity: str) -> tuple[Own, ...]:
    return tuple(own for own in OWN if entity in own.entities)


def codes_of(own: Own) -> tuple[str, ...]:
    """Every code a term is made for, in the order of the list."""
    return tuple(_FIXED.get(own.column) or (code for code in own.labels if code not in ("", own.silent)))


def attributes(entity: str, row: Any) -> list[dict[str, Any]]:
    """What `row` says in code lists, as HSDS attributes with their terms."""
    said = []
    for own in columns_of(entity):
        for code in own.codes_of(getattr(row, own.column)):
            if own.term_id(code) in KNOWN:
                said.append(
                    {
                        "id": made("attribute", entity, row.pk, own.column, code),
                        "link_id": str(row.pk),
                        "link_entity": entity,
                        "taxonomy_term": term(own, code),
                    }
                )
    return said


def read(entity: str, term_ids: Iterable[str]) -> dict[str, Any] | None:
    """The columns that these terms say; None when none of them is ours: then nothing is said of any column."""
    said: dict[str, list[str]] = {}
    for term_id in term_ids:
        if term_id in KNOWN:
            own, code = KNOWN[term_id]
            said.setdefault(own.column, []).append(code)
    if not said:
        return None
    return {own.column: own.value_of(said.get(own.column, ())) for own in columns_of(entity)}


def term(own: Own, code: str) -> dict[str, Any]:
    with translation.override(LANGUAGE):
        label = str(own.labels.get(code, code))
        return {
            "id": own.term_id(code),
            "code": code,
            "name": label,
            "description": f"{own.name}: {label}",
            "taxonomy": str(own.name),
            "language": LANGUAGE,
            "taxonomy_id": own.id,
        }


def taxonomy(own: Own) -> dict[str, Any]:
    with translation.override(LANGUAGE):
        return {"id": own.id, "name": str(own.name), "description": str(own.description), "version": "1"}


def in_spanish(labels: Mapping[str, Any], code: str) -> str:
    with translation.override(LANGUAGE):
        return str(labels.get(code, code))


KNOWN = {own.term_id(code): (own, code) for own in OWN for code in codes_of(own)}
