"""What editors type, and what is kept. What could mean two things is refused with an example: nothing is guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.directory.hours import HoursNotUnderstood, understand

UNDERSTOOD = """
lunes a viernes de 8 a 17                                              | Mo-Fr 08:00-17:00
L-V 8:00-12:00 y 14:00-17:00                                           | Mo-Fr 08:00-12:00,14:00-17:00
24 horas                                                               | 24/7
24/7                                                                   | 24/7
las 24 horas, los 7 días de la semana                                  | 24/7
24 horas, incluso festivos                                             | 24/7; PH 00:00-24:00
lunes a viernes 24 horas                                               | Mo-Fr 00:00-24:00
sábados 9 a 13                                                         | Sa 09:00-13:00
SABADOS 9 A 13 HRS.                                                    | Sa 09:00-13:00
cerrado festivos                                                       | PH off
Lunes a viernes 8:00 a 17:00; sábados 9 a 13; cerrado festivos         | Mo-Fr 08:00-17:00; Sa 09:00-13:00; PH off
cerrado festivos; lunes a viernes 8:00 a 17:00                         | Mo-Fr 08:00-17:00; PH off
lunes a viernes 08:00-00:00, no festivos                               | Mo-Fr 08:00-24:00; PH off
lunes a domingo 9 a 17 incluidos festivos                              | Mo-Su 09:00-17:00; PH 09:00-17:00
lunes a sábado (excepto feriados) 9 a 18                               | Mo-Sa 09:00-18:00; PH off
domingos y festivos 10 a 14                                            | Su 10:00-14:00; PH 10:00-14:00
Lun-Vie 8.30-17.30 hrs.                                                | Mo-Fr 08:30-17:30
lun. a vie. 8 a 17. Sáb. 9 a 13.                                       | Mo-Fr 08:00-17:00; Sa 09:00-13:00
L M X J V 9-13                                                         | Mo-Fr 09:00-13:00
L M M J V 9-13                                                         | Mo-Fr 09:00-13:00
mar 9-13                                                               | Tu 09:00-13:00
lunes, miércoles y viernes de 9 a 13                                   | Mo,We,Fr 09:00-13:00
viernes a lunes 9 a 13                                                 | Mo,Fr-Su 09:00-13:00
Lunes 8 a 12, martes y jueves 14 a 18                                  | Mo 08:00-12:00; Tu,Th 14:00-18:00
lunes a viernes 8 a 12; lunes a viernes 14 a 17                        | Mo-Fr 08:00-12:00,14:00-17:00
todos los días 8 a 20                                                  | Mo-Su 08:00-20:00
todos los días 8 a 20 excepto domingos y festivos                      | Mo-Sa 08:00-20:00; PH off
todos los días 9 a 17; domingo cerrado                                 | Mo-Su 09:00-17:00; Su off
fines de semana 9 a 13                                                 | Sa-Su 09:00-13:00
entre las 8 y las 12 de lunes a viernes                                | Mo-Fr 08:00-12:00
lunes a viernes 8 am a 5 pm                                            | Mo-Fr 08:00-17:00
lunes a viernes 8 a 5 pm                                               | Mo-Fr 08:00-17:00
lunes a viernes 2 a 5 pm                                               | Mo-Fr 14:00-17:00
lunes a jueves de 8:00 a.m. a 12:00 m. y de 2:00 p.m. a 5:00 p.m.      | Mo-Th 08:00-12:00,14:00-17:00
lunes a viernes de 8 de la mañana a 5 de la tarde                      | Mo-Fr 08:00-17:00
lunes a viernes 8 pm a 6 am                                            | Mo-Fr 20:00-06:00
todos los días de 20:00 a 06:00                                        | Mo-Su 20:00-06:00
viernes 22 a medianoche                                                | Fr 22:00-24:00
lunes a viernes 0800 a 1700                                            | Mo-Fr 08:00-17:00
lunes a viernes 8h30-17h                                               | Mo-Fr 08:30-17:00
lunes a viernes de 8 a 12 y media                                      | Mo-Fr 08:00-12:30
lunes a viernes 8 a 17, con cita previa                                | Mo-Fr 08:00-17:00 "con cita previa"
lunes a viernes 8 a 17 (Sólo con inscripción)                          | Mo-Fr 08:00-17:00 "Sólo con inscripción"
con cita previa                                                        | 24/7 unknown "con cita previa"
primer sábado de cada mes de 9 a 13                                    | Sa[1] 09:00-13:00
1er y 3er sábado del mes 9:00 a 12:00                                  | Sa[1,3] 09:00-12:00
último viernes del mes de 14 a 17                                      | Fr[-1] 14:00-17:00
lunes a viernes 9 a 17; febrero cerrado                                | Mo-Fr 09:00-17:00; Feb Mo-Su off
de marzo a diciembre lunes a viernes 9 a 17                            | Mar-Dec Mo-Fr 09:00-17:00
18 y 19 de septiembre de 2026 cerrado                                  | 2026 Sep 18,2026 Sep 19 off
del 24 al 26 de diciembre de 2026 de 9 a 12                            | 2026 Dec 24-2026 Dec 26 09:00-12:00
del 24 de diciembre al 2 de enero de 2027 cerrado                      | 2026 Dec 24-2027 Jan 2 off
cada 25 de diciembre cerrado                                           | Dec 25 off
lunes a viernes 8 a 17; 24/12/2026 de 8 a 12                           | Mo-Fr 08:00-17:00; 2026 Dec 24 08:00-12:00
Mo-Fr 8:00-17:00                                                       | Mo-Fr 08:00-17:00
mo-fr 8-17                                                             | Mo-Fr 08:00-17:00
Mo-Fr 8:00-17:00, Sa 9:00-13:00                                        | Mo-Fr 08:00-17:00; Sa 09:00-13:00
Mo-Fr 08:00-12:00, 14:00-17:00                                         | Mo-Fr 08:00-12:00,14:00-17:00
Mo-Fr 9:00-17:00 "con cita"                                            | Mo-Fr 09:00-17:00 "con cita"
Sa[1] 09:00-13:00                                                      | Sa[1] 09:00-13:00
08:00-17:00                                                            | Mo-Su 08:00-17:00
"""

REFUSED = {
    "lunes a viernes 8 a 5": "8 – 5",
    "lunes a viernes 2 a 5": "2 – 5",
    "lunes a viernes 7:00 a 11:30 y 1:30 a 4:30": "1:30 – 4:30",
    "lunes a viernes 8 a 9 pm": "8 – 9 pm",
    "lunes a viernes 8 am a 5": "8 am – 5",
    "lunes a viernes 12:00 a 05:00": "12:00 – 05:00",
    "lunes a viernes 8 am a 12 am": "12 am",
    "lunes a viernes 25:00 a 26:00": "25:00",
    "M 9-13": "“M”",
    "L-M 9-13": "“M”",
    "L 8-12 M 14-18": "“12 M”",
    "mar 9:00-13:00": "two ways",
    "Mar Sa 09:00-13:00": "two ways",
    "Mar off": "two ways",
    "lunes a viernes 8 a 17; viernes 8 a 15": "same day",
    "lunes a viernes": "At what time",
    "Mo-Fr": "At what time",
    "8 a 17": "Which days",
    "cerrado": "Which days",
    "lunes a viernes desde las 9": "Only one hour",
    "cada 15 días": "Only one hour",
    "días hábiles de 9 a 14": "habiles",
    "lunes a viernes por la mañana": "por",
    "25 de diciembre cerrado": "Of which year",
    "30 de febrero de 2027 cerrado": "no such day",
    "Feb 30 off": "",
    "9 a 13 lunes, 14 a 18 martes": "not clear",
    "lunes 9 a 13; martes 9 a 13; con cita": "con cita",
    "Mo-Fr 09:00+": "",
    "sunrise-sunset": "sunrise",
    'Mo-Fr 09:00-17:00 || "llamar"': "",
    "cuando haya luz": "cuando",
    ";": "",
}


def _rows() -> list[tuple[str, str]]:
    rows = (line.split(" | ") for line in UNDERSTOOD.strip().splitlines())
    return [(text.strip(), hours) for text, hours in rows]


@pytest.mark.parametrize(("text", "hours"), _rows())
def test_it_is_understood(text: str, hours: str) -> None:
    assert understand(text) == hours
    assert understand(hours) == hours


@pytest.mark.parametrize("text", REFUSED)
def test_it_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(HoursNotUnderstood) as refusal:
        understand(text)
    assert REFUSED[text] in str(refusal.value)
    assert "xample: " in str(refusal.value) or "Write" in str(refusal.value)


def test_nothing_is_nothing() -> None:
    assert understand("") == understand("  \n") == ""


def test_lines_are_sentences() -> None:
    assert understand("Lunes a viernes 8 a 17\nSábado 9 a 13") == "Mo-Fr 08:00-17:00; Sa 09:00-13:00"


_DAYS = st.sampled_from("lunes martes miércoles jueves viernes sábado domingo L X J V Mo Tu mar. mié".split())
_CLOCKS = st.sampled_from("8 8:00 08:00 12:30 17 17:00hrs 20 6 2pm 9am 12m 24:00 00:00".split())
_WORDS = st.sampled_from(
    "a al de - y , ; . cerrado festivos feriados 24 horas con cita primer último mes cada excepto no todos los días febrero 2026 PH off".split()
)


@given(st.lists(st.one_of(_DAYS, _CLOCKS, _WORDS), max_size=14))
def test_whatever_is_understood_is_understood_twice(words: list[str]) -> None:
    try:
        hours = understand(" ".join(words))
    except HoursNotUnderstood:
        return
    assert understand(hours) == hours


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        understand(text)
    except HoursNotUnderstood as refusal:
        assert str(refusal)
