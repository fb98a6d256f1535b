"""The hours of a document: from our own notation where it brings it, else from its schedules, those of older layouts too."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from baquiano.directory import own_terms, values
from baquiano.directory.documents import Json, dicts, where_of
from baquiano.directory.hours import HoursNotUnderstood, from_schedules, understand
from baquiano.directory.hours.schedules import CLOSED, OTHER_HOURS
from baquiano.directory.models import Holidays
from baquiano.directory.parts import Cleaner
from baquiano.lib.text import clip

_EVERY_YEAR = 1  # Ohana writes "January 01, 0001"


@dataclass
class HoursOf:
    """`days`: what each spelling of a weekday means in this file."""

    clean: Cleaner
    days: dict[str, str]

    def of(self, data: Json, entity: str, pk: UUID, more: Json, where: str) -> dict[str, Any]:
        """From our own notation where it is there, else from the schedules, which are kept as they came for whoever exports them."""
        rows = self._schedules(data, where)
        exact, note = values.text(data.get("opening_hours")), values.text(data.get("opening_hours_note"))
        hours = self._understood(exact, where) if exact else ""
        told: dict[str, Any] = {}
        if hours:
            rows = [] if _are_ours(rows, entity, pk) else rows
        elif exact:
            note = _lines(exact, note)
        elif rows and not any(map(_is_regular, rows)):
            # Days that are different from hours that nobody told: by themselves they would say "closed" of every other day.
            note = _lines(*map(_in_words, rows), note)
        elif rows:
            # A weekday without hours does not say "closed": such rows are kept, and say nothing.
            hours, note, told = self._from_rows([row for row in rows if _says_anything(row)], note, where)
        if rows:
            more["schedules"] = rows
            more["schedules_say"] = [hours, note]
        return {"hours": hours, "hours_note": note, **told}

    def _from_rows(self, rows: list[Json], note: str, where: str) -> tuple[str, str, dict[str, Any]]:
        for row in rows:
            self._notice_nights(row, where)
        read = from_schedules(rows, timezone.localdate())
        for reason in read.left:
            self.clean.notes.remark(where, "schedules", reason)
        told = {"holidays": read.holidays} if read.holidays != Holidays.UNKNOWN else {}
        return read.hours, _lines(read.note, note), told

    def _notice_nights(self, row: Json, where: str) -> None:
        """ "10:00" to "4:00" may be a night, or somebody's afternoon."""
        opens, closes = str(row.get("opens_at", "")), str(row.get("closes_at", ""))
        if "00:00" < closes < opens < "12:00":
            told = {"opens": opens, "closes": closes}
            text = _("%(opens)s to %(closes)s: read as through the night; look whether an afternoon is meant")
            self.clean.notes.remark(where, "closes_at", text % told)

    def _schedules(self, data: Json, where: str) -> list[Json]:
        given = []
        for place, row in enumerate(dicts(data.get("schedules"))):
            own = where_of(row, where, "schedules", place)
            given.append(self._weekly(row, own))
        rows = self.clean.rows("schedule", [row for row in given if row], where, "schedules")
        closed = [self._holiday(row) for row in dicts(data.get("holiday_schedules"))]
        return rows + self.clean.rows("schedule", closed, where, "holiday_schedules")

    def _weekly(self, row: Json, where: str) -> Json:
        """`weekday` of HSDS 1 and 2 as `byday`."""
        said = values.text(row.get("weekday"))
        new = dict(row)
        if said:
            code = self.days.get(said)
            if code is None:
                self.clean.notes.remark(
                    where, "weekday", _("“%(value)s”: nobody can say which day that is") % {"value": clip(said, 40)}
                )
                new["description"] = " ".join(part for part in (values.text(row.get("description")), said) if part)
            else:
                new |= {"freq": "WEEKLY", "byday": code}
        if values.text(new.get("byday")):
            days = values.days_of(values.text(new["byday"]))
            new["byday"] = ",".join(days) if days else values.text(new["byday"])
        return new

    def _holiday(self, row: Json) -> Json:
        """A day that is different: HSDS 3 writes it as a schedule with its first and last day, and "closed" in words."""
        is_closed = values.truth(row.get("closed")) or not (row.get("opens_at") or row.get("closes_at"))
        told = CLOSED if is_closed else OTHER_HOURS
        new = (
            {**row, "description": told, "opens_at": "", "closes_at": ""} if is_closed else {**row, "description": told}
        )
        first, last = (values.day(values.text(row.get(name)), self.clean.order) for name in ("start_date", "end_date"))
        if first and first.year == _EVERY_YEAR:
            days = f"{first:%m-%d} – {last or first:%m-%d}"
            text = _("Every year on %(days)s (month-day): %(told)s") % {"days": days, "told": told}
            return {
                "id": row.get("id"),
                "description": " ".join(filter(None, (text, values.text(row.get("opens_at"))))),
            }
        return {**new, "valid_from": row.get("start_date"), "valid_to": row.get("end_date") or row.get("start_date")}

    def _understood(self, exact: str, where: str) -> str:
        try:
            return understand(exact)
        except HoursNotUnderstood as reason:
            self.clean.notes.small(where, "opening_hours", str(reason))
            return ""


def _are_ours(rows: list[Json], entity: str, pk: UUID) -> bool:
    """Made by our own export from the hours, which make them again."""
    return [row.get("id") for row in rows] == [
        own_terms.made("schedule", entity, pk, place) for place in range(len(rows))
    ]


def _lines(*texts: str) -> str:
    """Each line once: what an export says in words comes back with the rows that say it."""
    return "\n".join(dict.fromkeys(line for text in texts for line in text.splitlines() if line.strip()))


def _says_anything(row: Json) -> bool:
    return any(row.get(name) for name in ("opens_at", "closes_at", "description", "notes", "valid_from"))


def _is_regular(row: Json) -> bool:
    return bool(row.get("byday") or row.get("bymonthday") or row.get("freq") or not row.get("valid_from"))


def _in_words(row: Json) -> str:
    days = " – ".join(dict.fromkeys((str(row["valid_from"]), str(row.get("valid_to") or row["valid_from"]))))
    hours = "–".join(filter(None, (row.get("opens_at"), row.get("closes_at"))))
    return " ".join(filter(None, (f"{days}:", row.get("description"), hours)))


def weekdays_in(documents: Iterable[Json]) -> Iterable[str]:
    """Every spelling of a weekday that stands anywhere."""
    for data in documents:
        for key, value in data.items():
            if isinstance(value, dict):
                yield from weekdays_in([value])
            elif isinstance(value, list):
                yield from weekdays_in(row for row in value if isinstance(row, dict))
            elif key == "weekday" and values.text(value):
                yield values.text(value)
