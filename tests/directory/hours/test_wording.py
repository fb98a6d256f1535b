"""Hours told in words. English here: that the other languages have every word is checked with the catalogues."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from baquiano.directory.hours import Closure, Timetable, at, in_words, now_in_words

ZONE = ZoneInfo("America/Santiago")
SANTIAGO = Timetable("Mo-Fr 08:00-17:00", "America/Santiago", "CL")

WEEKS = {
    "": "",
    "24/7": "Every day around the clock",
    "Mo-Fr 08:00-17:00": "Monday to Friday from 8:00 to 17:00",
    "Mo-Fr 08:00-12:00,14:00-17:00; Sa 09:00-13:00; PH off": (
        "Monday to Friday from 8:00 to 12:00 and from 14:00 to 17:00; Saturday from 9:00 to 13:00; public holidays: closed"
    ),
    "Mo,We,Fr 09:00-13:00": "Monday, Wednesday and Friday from 9:00 to 13:00",
    'Mo-Fr 08:00-17:00 "con cita"': "Monday to Friday from 8:00 to 17:00 (con cita)",
    'Mo-Fr 08:00-17:00 unknown "llamar antes"': "Monday to Friday from 8:00 to 17:00, to be confirmed (llamar antes)",
    '24/7 unknown "con cita"': "Con cita",
    "Mo-Su 20:00-06:00": "Every day from 20:00 to 6:00",
    "Sa[1,3] 09:00-13:00": "First Saturday of the month and third Saturday of the month from 9:00 to 13:00",
    "Mar-Dec Mo-Fr 09:00-17:00": "March to December, Monday to Friday from 9:00 to 17:00",
    "Mo-Fr 09:00-17:00; Feb Mo-Su off": "Monday to Friday from 9:00 to 17:00; February: closed",
    "Mo-Fr 09:00-17:00; 2026 Dec 24-2026 Dec 26 off": "Monday to Friday from 9:00 to 17:00; 24-12-2026 to 26-12-2026: closed",
    "Dec 25 off": "25 December: closed",
    "cuando haya luz": "cuando haya luz",
}

NOW = [
    ("Mo-Fr 08:00-17:00", "2026-11-24 10:00", "Open until 17:00"),
    ("Mo-Fr 08:00-17:00", "2026-11-24 07:00", "Closed. Opens at 8:00"),
    ("Mo-Fr 08:00-17:00", "2026-11-24 18:00", "Closed. Opens tomorrow at 8:00"),
    ("Mo-Fr 08:00-17:00", "2026-11-27 18:00", "Closed. Opens on Monday at 8:00"),
    ("Sa[1] 09:00-13:00", "2026-11-25 10:00", "Closed. Opens on 05-12-2026 at 9:00"),
    ("Mo-Su 20:00-06:00", "2026-11-24 23:00", "Open until 6:00"),
    ("Mo-Fr 08:00-24:00", "2026-11-24 10:00", "Open until midnight"),
    ("Mo-Fr 00:00-24:00", "2026-11-24 10:00", "Open until 0:00 on Saturday"),
    ("24/7; PH open", "2026-11-24 10:00", "Open now"),
    ("24/7", "2026-12-24 10:00", "Open now. We do not know whether it opens tomorrow: it is a public holiday"),
    ('Mo-Fr 08:00-17:00 "con cita"', "2026-11-24 10:00", "Open until 17:00 (con cita)"),
    ("Mo-Fr 08:00-17:00", "2026-09-18 10:00", "Public holiday: we do not know whether it is open"),
    (
        "Mo-Fr 08:00-17:00",
        "2026-09-17 18:00",
        "Closed. We do not know whether it opens tomorrow: it is a public holiday",
    ),
    ("", "2026-11-24 10:00", "We do not know the hours"),
    ('"llamar antes"', "2026-11-24 10:00", "We do not know the hours (llamar antes)"),
    ("24/7 off", "2026-11-24 10:00", "Closed"),
]


@pytest.mark.parametrize("hours", WEEKS)
def test_a_week_in_words(hours: str) -> None:
    assert in_words(hours, "en") == WEEKS[hours]


@pytest.mark.parametrize(("hours", "when", "said"), NOW)
def test_now_in_words(hours: str, when: str, said: str) -> None:
    moment = datetime.fromisoformat(when).replace(tzinfo=ZONE)
    now = at(replace(SANTIAGO, hours=hours), moment)
    assert now_in_words(now, SANTIAGO.zone, moment, "en") == said


def test_closed_for_a_while_says_why_and_until_when() -> None:
    begins, ends = datetime(2026, 11, 24, tzinfo=ZONE), datetime(2026, 11, 26, tzinfo=ZONE)
    moment = datetime(2026, 11, 24, 10, tzinfo=ZONE)
    now = at(replace(SANTIAGO, closures=(Closure(begins, ends, None, "inventario"),)), moment)
    assert now_in_words(now, SANTIAGO.zone, moment, "en") == "Closed for now (inventario). Opens on Thursday at 8:00"


@pytest.mark.parametrize("language", [code for code, _ in settings.LANGUAGES])
def test_every_language_has_a_sentence_for_every_case(language: str) -> None:
    """A translation that forgot or renamed a name between brackets would raise here."""
    for hours, when, _ in NOW:
        moment = datetime.fromisoformat(when).replace(tzinfo=ZONE)
        assert now_in_words(at(replace(SANTIAGO, hours=hours), moment), SANTIAGO.zone, moment, language)
    for hours in WEEKS:
        assert bool(in_words(hours, language)) == bool(hours)
