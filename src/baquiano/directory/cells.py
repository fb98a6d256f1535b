"""Single cells of a document, and the id of a row: read, checked, and told with their row and column where they cannot be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from baquiano.directory import values
from baquiano.directory.documents import Json
from baquiano.directory.parts import Ids, Notes
from baquiano.lib.text import clip

LONGEST_ADDRESS = 300


@dataclass
class Cells:
    """`with_uuids`: the kinds of rows of this file that are known by UUIDs; one that is not is an error there."""

    notes: Notes
    ids: Ids
    with_uuids: set[str] = field(default_factory=set)

    def pk(self, kind: str, raw: Any, where: str) -> UUID | None:
        said = values.text(raw)
        if said and self.notes.is_current and kind in self.with_uuids and not values.uuid_of(said):
            self.notes.grave(where, "id", _("“%(value)s” is no UUID, and the others are") % {"value": clip(said, 40)})
            return None
        return self.ids.of(kind, said)

    def text(self, data: Json, name: str, where: str, longest: int = 0) -> str:
        said = data.get(name)
        text = (
            ", ".join(map(values.text, said))
            if isinstance(said, list) and not any(map(_is_row, said))
            else values.text(said)
        )
        if longest and len(text) > longest:
            self.notes.remark(where, name, _("longer than %(longest)s characters: cut") % {"longest": longest})
            return clip(text, longest - 1)
        return text

    def email(self, data: Json, name: str, where: str) -> str:
        said = values.text(data.get(name))
        if not said:
            return ""
        found = values.email(said)
        if found is None:
            self.notes.small(where, name, _("“%(value)s” is not an e-mail address") % {"value": clip(said, 60)})
        return found or ""

    def web(self, data: Json, name: str, where: str) -> str:
        said = values.text(data.get(name))
        if not said:
            return ""
        found = values.web(said, is_current=self.notes.is_current)
        if found is None or len(found) > LONGEST_ADDRESS:
            self.notes.small(where, name, _("“%(value)s” is not a web address") % {"value": clip(said, 60)})
            return ""
        return found

    def texts(self, data: Json, names: Iterable[str], where: str) -> Json:
        return {name: text for name in names if (text := self.text(data, name, where))}

    def webs(self, data: Json, names: Iterable[str], where: str) -> Json:
        return {name: text for name in names if (text := self.web(data, name, where))}


def _is_row(value: Any) -> bool:
    return isinstance(value, (dict, list))
