"""Spreadsheets of anybody's making: a file of ours says which of their columns is what. One row is one service at one place.

sheet: Hoja 1                      # Excel only; else the first
header: 3                          # in which row the names of the columns stand; else 1
id: [Código]                       # what tells one row from all others; else organisation, service and address
columns:
  organization.name: Institución
  service.name: Servicio
  service.needs: Tipo de ayuda
  service.opening_hours: Horario   # Spanish words are read
  location.address_1: [Calle, Número]
  location.city: Comuna
fixed:
  location.country: CL
codes:                             # what their words mean in our lists; a word that is not here is an error of its row
  service.needs: {Alimentación: food, Albergue: shelter}
separator: ","                     # between several values in one cell
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from baquiano.directory import own_terms, reading, values
from baquiano.directory.documents import WHERE, CannotRead, Document, Feed, Json, RowError
from baquiano.directory.hours import HoursNotUnderstood, understand
from baquiano.directory.reading import Row
from baquiano.lib.text import fold

_SERVICE = (
    "name alternate_name description url email status interpretation_services application_process fees_description eligibility_description "
    "minimum_age maximum_age alert caution source source_date opening_hours opening_hours_note phone languages required_documents areas"
)
_LOCATION = (
    "name alternate_name description transportation location_type latitude longitude address_1 address_2 city region state_province "
    "postal_code country opening_hours opening_hours_note phone languages accessibility_codes pcode"
)
TARGETS: Mapping[str, tuple[str, ...]] = {
    "organization": tuple("name alternate_name description website email phone".split()),
    "service": (*_SERVICE.split(), *(own.column for own in own_terms.columns_of("service") if own.column != "is_demo")),
    "location": (*_LOCATION.split(), "step_free", "visibility"),
}
_CODED = {
    f"{entity}.{own.column}": own
    for entity in ("service", "location")
    for own in own_terms.columns_of(entity)
    if own.column not in ("is_demo", "accessibility")
}
_MANY = {
    "service.languages",
    "location.languages",
    "service.required_documents",
    "service.areas",
    "location.accessibility_codes",
} | {target for target, own in _CODED.items() if own.many}
_LIKELY: Mapping[str, str] = {
    "organization.name": "institucion organizacion organizacion responsable entidad organization agency nombre institucion ong",
    "service.name": "servicio nombre servicio nombre del servicio service nombre name programa",
    "service.description": "descripcion description detalle que ofrece",
    "service.needs": "tipo de ayuda necesidad categoria tipo category area",
    "service.url": "web sitio web pagina web url website link",
    "service.email": "correo e mail email correo electronico mail",
    "service.phone": "telefono telefonos fono celular phone contacto telefonico",
    "service.opening_hours": "horario horarios horario de atencion hours hora",
    "service.required_documents": "documentos requisitos documentos requeridos requirements",
    "service.fees_description": "costo precio valor cost fees",
    "service.eligibility_description": "poblacion publico a quien dirigido a eligibility",
    "location.name": "sede lugar nombre sede location punto",
    "location.address_1": "direccion calle address domicilio",
    "location.city": "comuna municipio ciudad city",
    "location.state_province": "region departamento provincia state",
    "location.country": "pais country",
    "location.postal_code": "codigo postal zip postcode",
    "location.latitude": "latitud lat latitude y",
    "location.longitude": "longitud lon lng long longitude x",
}


@dataclass(frozen=True)
class Said:
    """What a mapping file says."""

    columns: Mapping[str, tuple[str, ...]]
    fixed: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    id: tuple[str, ...] = ()
    sheet: str = ""
    header: int = 1
    separator: str = ""
    encoding: str = ""
    cells: str = ""


def read_mapping(path: Path) -> Said:
    """Raises `CannotRead`, naming the key."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise CannotRead(_("There is no file or folder %(path)s.") % {"path": path}) from None
    except (UnicodeDecodeError, yaml.YAMLError) as reason:
        raise CannotRead(
            _("The mapping %(name)s cannot be read: %(reason)s") % {"name": path.name, "reason": reason}
        ) from None
    if not isinstance(found, dict) or not isinstance(found.get("columns"), dict):
        raise CannotRead(_("The mapping needs “columns”: what each of our names is called in the sheet."))
    unknown = set(found) - {"columns", "fixed", "codes", "id", "sheet", "header", "separator", "encoding", "cells"}
    if unknown:
        raise CannotRead(_("The mapping says “%(key)s”, which means nothing to us.") % {"key": min(unknown)})
    columns = {target: _listed(source) for target, source in found["columns"].items()}
    fixed = {target: values.text(value) for target, value in (found.get("fixed") or {}).items()}
    for target in (*columns, *fixed, *(found.get("codes") or {})):
        entity, _dot, name = str(target).partition(".")
        if name not in TARGETS.get(entity, ()):
            raise CannotRead(_("The mapping says “%(key)s”: we have no such column.") % {"key": target})
    for needed in ("organization.name", "service.name"):
        if needed not in columns and needed not in fixed:
            raise CannotRead(_("The mapping does not say which column is %(key)s.") % {"key": needed})
    return Said(
        columns=columns,
        fixed=fixed,
        codes={target: _codes(target, said) for target, said in (found.get("codes") or {}).items()},
        id=_listed(found.get("id")),
        sheet=values.text(found.get("sheet")),
        header=int(values.number(found.get("header")) or 1),
        separator=values.text(found.get("separator")),
        encoding=values.text(found.get("encoding")),
        cells=values.text(found.get("cells")),
    )


def _codes(target: str, said: Any) -> dict[str, tuple[str, ...]]:
    own = _CODED.get(target)
    if not isinstance(said, dict):
        raise CannotRead(_("“codes” of %(key)s: each of their words and our code.") % {"key": target})
    found = {}
    for word, code in said.items():
        codes = tuple(_truthful(part) for part in (code if isinstance(code, list) else [code]))
        allowed = (*own_terms.codes_of(own), str(own.silent)) if own else ()
        wrong = [part for part in codes if own and part not in allowed and part]
        if wrong:
            told = {"key": target, "code": wrong[0], "allowed": ", ".join(own_terms.codes_of(own)) if own else ""}
            raise CannotRead(_("“codes” of %(key)s: %(code)s is not one of %(allowed)s") % told)
        found[fold(values.text(_truthful(word)))] = codes
    return found


def _truthful(value: Any) -> str:
    """YAML reads a bare `yes` as true."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return values.text(value)


def _listed(said: Any) -> tuple[str, ...]:
    if said in (None, ""):
        return ()
    return tuple(" ".join(values.text(part).split()) for part in (said if isinstance(said, list) else [said]))


# -- the sheet ---------------------------------------------------------------------------------------------------------


def rows_of(path: Path, said: Said) -> list[Row]:
    if not path.is_file():
        raise CannotRead(_("There is no file or folder %(path)s.") % {"path": path})
    data = reading.bytes_of(path)
    if data[:4] == b"PK\x03\x04":
        return reading.sheet_rows(data, path.name, sheet=said.sheet, header=said.header)
    lines = data.split(b"\n", said.header - 1)[-1] if said.header > 1 else data
    return reading.rows_of(
        lines, path.name, separator=said.cells, encoding=said.encoding, snake=False, first=said.header
    )


def columns_of(path: Path, *, sheet: str = "", header: int = 1) -> dict[str, list[str]]:
    """The columns of a sheet, each with up to three of the values in it."""
    rows = rows_of(path, Said({}, sheet=sheet, header=header))
    names = [name for name in (rows[0] if rows else {}) if name != WHERE]
    return {name: list(dict.fromkeys(row[name] for row in rows if row[name]))[:3] for name in names}


def likely(names: list[str]) -> dict[str, str]:
    """Which column is probably what: for a first mapping that somebody puts right."""
    found: dict[str, str] = {}
    for name in names:
        bare = re.sub(r"[^a-z0-9]+", " ", fold(name)).strip()
        for target, words in _LIKELY.items():
            is_it = bare and (f" {bare} " in f" {words} ")
            if is_it and target not in found and name not in found.values():
                found[target] = name
                break
    return found


# -- to documents ------------------------------------------------------------------------------------------------------


def from_sheet(path: Path, said: Said) -> Feed:
    rows = rows_of(path, said)
    _check_columns(rows, said, path.name)
    errors: list[RowError] = []
    remarks: list[RowError] = []
    services: dict[str, Json] = {}
    documents: dict[str, Document] = {}
    for row in rows:
        reader = _RowReader(row, said)
        data = reader.document()
        errors += reader.errors
        remarks += reader.remarks
        key = str(data["id"])
        if key in services:
            services[key]["service_at_locations"] += data["service_at_locations"]
            continue
        services[key] = data
        documents[key] = Document(str(row[WHERE]), data)
    return Feed(
        services=tuple(documents.values()),
        is_current=False,
        layout=_("a mapped sheet"),
        errors=tuple(errors),
        remarks=tuple(remarks),
        counted={"row": len(rows)},
    )


def _check_columns(rows: list[Row], said: Said, name: str) -> None:
    if not rows:
        raise CannotRead(_("%(name)s has no rows.") % {"name": name})
    wanted = {source for sources in said.columns.values() for source in sources} | set(said.id)
    missing = sorted(wanted - set(rows[0]))
    if missing:
        known = ", ".join(column for column in rows[0] if column != WHERE)
        text = _("%(name)s has no column “%(column)s”. It has: %(known)s")
        raise CannotRead(text % {"name": name, "column": missing[0], "known": known})


class _RowReader:
    """One row as a service of HSDS, with its organisation and its place."""

    def __init__(self, row: Row, said: Said) -> None:
        self.row = row
        self.said = said
        self.where = str(row[WHERE])
        self.errors: list[RowError] = []
        self.remarks: list[RowError] = []

    def document(self) -> Json:
        owner = {name: text for name in TARGETS["organization"] if (text := self._cell(f"organization.{name}"))}
        place = self._entity("location")
        service = self._entity("service")
        own_id = "|".join(self.row[column] for column in self.said.id)
        by_name = "|".join(fold(part) for part in (owner.get("name", ""), service.get("name", "")))
        service["id"] = f"row {own_id}" if own_id else f"named {by_name}"
        service["organization"] = {
            "id": f"named {fold(owner.get('name', ''))}",
            WHERE: self.where,
            **_with_phones(owner),
        }
        service.setdefault("status", "active")
        if any(place.get(name) for name in ("address_1", "city", "name", "latitude", "pcode")):
            service["service_at_locations"] = [{"location": self._place(place), WHERE: self.where}]
        else:
            service["service_at_locations"] = []
        return {**service, WHERE: self.where}

    def _entity(self, entity: str) -> Json:
        found: Json = {}
        for name in TARGETS[entity]:
            value = self._value(f"{entity}.{name}")
            if value not in ("", [], ()):
                found[name] = value
        if not found.get("opening_hours") and (told := self._cell(f"{entity}.opening_hours")):
            # Words that could not be read stay words beside the place: unknown, not closed.
            found["opening_hours_note"] = "\n".join(filter(None, (told, found.get("opening_hours_note"))))
        found = _with_phones(found)
        if found.get("languages"):
            found["languages"] = [{"name": part} for part in found["languages"]]
        if found.get("required_documents"):
            found["required_documents"] = [{"document": part} for part in found["required_documents"]]
        return found

    def _place(self, place: Json) -> Json:
        names = ("address_1", "address_2", "city", "region", "state_province", "postal_code", "country")
        address = {name: place.pop(name) for name in names if name in place}
        known = [fold(values.text(part)) for part in (place.get("name"), *address.values())]
        pcode = place.pop("pcode", "")
        if pcode:
            place |= {"external_identifier": pcode, "external_identifier_type": "pcode"}
        return {
            **place,
            "id": f"at {'|'.join(known)}",
            "location_type": place.get("location_type", "physical"),
            "addresses": [{**address, WHERE: self.where}] if address else [],
            WHERE: self.where,
        }

    def _value(self, target: str) -> Any:
        text = self._cell(target)
        if not text:
            return [] if target in _MANY else ""
        if target.endswith(".opening_hours"):
            return self._hours(target, text)
        if target in self.said.codes or target in _CODED:
            return self._coded(target, text)
        return self._parts(text) if target in _MANY else text

    def _cell(self, target: str) -> str:
        sources = self.said.columns.get(target, ())
        parts = [self.row.get(source, "") for source in sources]
        return " ".join(part for part in parts if part) or self.said.fixed.get(target, "")

    def _parts(self, text: str) -> list[str]:
        separator = re.escape(self.said.separator) if self.said.separator else r"[;,/\n]"
        return [part.strip() for part in re.split(separator, text) if part.strip()]

    def _coded(self, target: str, text: str) -> Any:
        """Their words as our codes; the whole cell first, then its parts. A word nobody explained is an error: it is not left out in silence."""
        known = self.said.codes.get(target, {})
        own = _CODED.get(target)
        parts = [text] if fold(text) in known or target not in _MANY else self._parts(text)
        found: list[str] = []
        for part in parts:
            if fold(part) in known:
                found += known[fold(part)]
            elif own and part in own_terms.codes_of(own):
                found.append(part)
            elif own and set(own_terms.codes_of(own)) <= {"yes", "no"} and values.truth(part) is not None:
                found.append("yes" if values.truth(part) else "no")
            else:
                fault = _("“%(value)s” is not explained in “codes” of %(key)s") % {"value": part[:60], "key": target}
                self.errors.append(RowError(self.where, self._named(target), fault))
        found = [code for code in dict.fromkeys(found) if code]
        return found if target in _MANY else (found[0] if found else "")

    def _hours(self, target: str, text: str) -> str:
        try:
            return understand(text)
        except HoursNotUnderstood as reason:
            self.remarks.append(RowError(self.where, self._named(target), f"{reason}"))
            return ""

    def _named(self, target: str) -> str:
        return ", ".join(self.said.columns.get(target, ())) or target


def _with_phones(found: Json) -> Json:
    """Several numbers in one cell, as people write them: "22 123 4567 / 9 8765 4321"."""
    text = found.pop("phone", "")
    if text:
        found["phones"] = [
            {"number": part.strip()}
            for part in re.split(r"\s*(?:/|;|,|\n|\by\b|\bo\b)\s*", text)
            if re.search(r"\d", part)
        ]
    return found
