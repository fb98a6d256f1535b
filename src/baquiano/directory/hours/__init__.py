"""When a place is open: read from OpenStreetMap's notation or Spanish words, asked of a moment, told in words, drawn as a week, exchanged.

Pure: no table is read. Whatever is not known stays unknown.
"""

from baquiano.directory.hours.grid import Special, Week, shift, week, write
from baquiano.directory.hours.notation import HoursNotUnderstood, Shift
from baquiano.directory.hours.schedules import Read, from_schedules, to_schedules
from baquiano.directory.hours.timetable import Closure, Now, Span, State, Timetable, at, spans, state, zone_of
from baquiano.directory.hours.understanding import understand
from baquiano.directory.hours.wording import in_words, now_in_words

__all__ = [
    "Closure",
    "HoursNotUnderstood",
    "Now",
    "Read",
    "Shift",
    "Span",
    "Special",
    "State",
    "Timetable",
    "Week",
    "at",
    "from_schedules",
    "in_words",
    "now_in_words",
    "shift",
    "spans",
    "state",
    "to_schedules",
    "understand",
    "week",
    "write",
    "zone_of",
]
