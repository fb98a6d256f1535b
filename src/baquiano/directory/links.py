"""By which words a document is classified: terms of ours become columns, terms of others are kept with their taxonomies."""

import re
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baquiano.directory import own_terms, values
from baquiano.directory.cells import Cells
from baquiano.directory.documents import Json, dicts, where_of
from baquiano.directory.understanding import Brought, Link, Understood, join
from baquiano.lib.text import clip


@dataclass
class Links:
    cells: Cells
    found: Understood

    def of(self, data: Json, entity: str, pk: UUID, where: str) -> None:
        self.found.spoken_for.add(pk)
        for place, row in enumerate(dicts(data.get("attributes"))):
            own = where_of(row, where, "attributes", place)
            given = row.get("taxonomy_term")
            raw = values.text(given.get("id") if isinstance(given, dict) else row.get("taxonomy_term_id"))
            if raw.lower() in own_terms.KNOWN:
                continue
            term = (
                self.term(given, own) if isinstance(given, dict) and given else self.cells.ids.of("taxonomy_term", raw)
            )
            if term is None or term not in self.found.terms:
                self.cells.notes.remark(
                    own, "taxonomy_term_id", _("there is no term %(id)s: left out") % {"id": clip(raw, 60)}
                )
                continue
            link = self.cells.pk("attribute", row.get("id"), own) or self.cells.ids.from_parts(
                "attribute", pk, term, place
            )
            said = {name: values.text(row.get(name)) for name in ("value", "label", "link_type")}
            entity_said = values.text(row.get("link_entity"))
            more = {"link_entity": entity_said} if entity_said and entity_said != entity else {}
            limits = {"label": clip(said["label"], 199), "link_type": clip(said["link_type"], 119)}
            self.found.links[link] = Link(link, entity, pk, term, {**said, **limits, "more": more})

    def own(self, entity: str, data: Json, where: str) -> dict[str, Any]:
        """Our own code lists: from attributes with our terms, or from plain keys as packs and mapped sheets write them."""
        ids = []
        for row in dicts(data.get("attributes")):
            given = row.get("taxonomy_term")
            ids.append(values.text(given.get("id") if isinstance(given, dict) else row.get("taxonomy_term_id")).lower())
        said = own_terms.read(entity, ids) or {}
        for own in own_terms.columns_of(entity):
            given = data.get(own.column)
            if given in (None, "", [], {}) or (entity == "location" and own.column == "accessibility"):
                continue
            codes = texts_of(given)
            if isinstance(own.silent, bool):
                said[own.column] = values.truth(given) is True
                continue
            unknown = [code for code in codes if code not in own_terms.codes_of(own) and code != own.silent]
            if own.column == "visibility" and codes == ["confidential"]:
                said[own.column] = "confidential"
            elif unknown:
                allowed = ", ".join(own_terms.codes_of(own))
                fault = _("“%(value)s” is not one of %(allowed)s") % {"value": clip(unknown[0], 40), "allowed": allowed}
                self.cells.notes.grave(where, own.column, fault)
            else:
                said[own.column] = own.value_of(codes)
        return said

    def taxonomy(self, data: Json, where: str) -> UUID | None:
        pk = self.cells.pk("taxonomy", data.get("id"), where)
        name = self.cells.text(data, "name", where, 200)
        if pk is None or str(pk) in {own.id for own in own_terms.OWN}:
            return None
        said = {
            "name": name or str(pk),
            "description": self.cells.text(data, "description", where),
            "uri": self.cells.web(data, "uri", where),
            "version": clip(values.text(data.get("version")), 59),
        }
        join(self.found.taxonomies, Brought(where, pk, said))
        return pk

    def term(self, data: Json, where: str) -> UUID | None:
        raw = values.text(data.get("id"))
        if raw.lower() in own_terms.KNOWN:
            return None
        pk = self.cells.pk("taxonomy_term", raw, where)
        if pk is None:
            return None
        detail = data.get("taxonomy_detail")
        taxonomy = (
            self.taxonomy(detail, where)
            if isinstance(detail, dict)
            else self.cells.ids.of("taxonomy", data.get("taxonomy_id"))
        )
        more = self.cells.texts(data, ("taxonomy",), where) | self.cells.webs(data, ("term_uri",), where)
        if not more.get("taxonomy") and values.text(data.get("vocabulary")):
            more["taxonomy"] = values.text(data.get("vocabulary"))
        name = self.cells.text(data, "name", where, 200)
        said = {
            "name": name or values.text(data.get("code")) or raw,
            "code": clip(values.text(data.get("code")) or ("" if values.uuid_of(raw) else raw), 119),
            "description": self.cells.text(data, "description", where),
            "language": clip(values.text(data.get("language")), 19),
            "parent_id": self.cells.ids.of("taxonomy_term", data.get("parent_id")),
            "taxonomy_id": taxonomy,
            "more": more,
        }
        join(self.found.terms, Brought(where, pk, said))
        return pk


def texts_of(given: Any) -> list[str]:
    """Codes in a list, or in one cell."""
    if isinstance(given, str):
        return [part for part in re.split(r"[,;\s]+", given) if part]
    if isinstance(given, (list, tuple)):
        return [values.text(part) for part in given if values.text(part)]
    return [values.text(given)] if given not in (None, "") else []
