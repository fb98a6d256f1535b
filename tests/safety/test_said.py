"""Every danger text of the packs as somebody hears it: in each language, country and age of its numbers; whole, short, with the right day."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from hypothesis import given
from hypothesis import strategies as some

from baquiano.engine.danger import Danger
from baquiano.packs import danger_texts, reading
from baquiano.packs.contents import CrisisFile
from baquiano.safety.faults import Offered, Rule, faults
from baquiano.safety.said import MOST, Age, Around, Line, age, is_police, numbers_said, said

TODAY = date(2026, 11, 24)
LANGUAGES = ("es", "en", "pt", "fr", "ht")


def _shelf() -> danger_texts._Shelf:
    found = [reading.read(Path(django_settings.PACKS) / name).pack for name in ("comun", "colombia", "chile")]
    return danger_texts._Shelf.of([pack for pack in found if pack])


SHELF = _shelf()
TEXTS = SHELF.crisis


def _as_said(text: CrisisFile, called: dict[str, int]) -> str:
    """`called`: how many days ago each number was called; one that is not named was called today."""
    lines: list[Line] = []
    olds: list[str] = []
    for line in SHELF.offered(text).lines:
        days = called.get(line.number, 0)
        lines.append(_dated(line, days))
        if age(days) is Age.OLD:
            olds.append(line.country)
    generals = SHELF.generals(text.language)
    for country in dict.fromkeys(olds):
        if generals[country].number not in {line.number for line in lines}:
            lines.append(_dated(generals[country], called.get(generals[country].number, 0)))
    return said(text.text, lines, SHELF.around(text))


def _dated(line: Line, days: int) -> Line:
    on = TODAY - timedelta(days=days) if age(days) is not Age.FRESH else None
    return Line(line.number, line.name, line.country, line.is_police, on)


ANY_AGE = some.dictionaries(
    some.sampled_from(sorted({number.number for number in SHELF.numbers.values()})), some.integers(0, 400), max_size=12
)


@given(text=some.sampled_from(TEXTS), called=ANY_AGE)
def test_whatever_the_ages_a_text_is_whole_fits_and_gives_every_number(
    text: CrisisFile, called: dict[str, int]
) -> None:
    whole = _as_said(text, called)
    assert len(whole) <= MOST
    before, after = text.text.split("{numbers}")
    assert whole.startswith(before)
    assert whole.endswith(after)
    for line in SHELF.offered(text).lines:
        assert line.number in whole
        assert line.name in whole


@given(text=some.sampled_from(TEXTS), called=ANY_AGE)
def test_a_number_keeps_its_place_and_the_general_one_comes_after_those_of_its_country(
    text: CrisisFile, called: dict[str, int]
) -> None:
    middle = _as_said(text, called)[len(text.text.split("{numbers}")[0]) :]
    places = [middle.index(line.number) for line in SHELF.offered(text).lines]
    assert places == sorted(places)


@pytest.mark.parametrize("language", LANGUAGES)
def test_with_the_mark_of_an_automatic_message_it_still_fits(language: str) -> None:
    for text in TEXTS:
        if text.language == language:
            around = SHELF.around(text)
            worst = _as_said(text, {number.number: 90 for number in SHELF.numbers.values()})
            assert len(f"{worst}\n\n{around.automatic}") <= MOST, (text.kind, text.country)


def test_a_number_is_fresh_for_thirty_days_dated_until_sixty_and_old_after() -> None:
    assert [age(days) for days in (0, 30, 31, 60, 61)] == [Age.FRESH, Age.FRESH, Age.DATED, Age.DATED, Age.OLD]


def _text(kind: str, language: str, country: str) -> CrisisFile:
    return next(text for text in TEXTS if (text.kind, text.language, text.country) == (kind, language, country))


def test_past_thirty_days_the_day_is_said_and_past_sixty_the_general_number_too() -> None:
    child = _text("child", "es", "CL")
    assert "147 (Fono Niños, policía)." in _as_said(child, {"147": 30})
    assert "147 (Fono Niños, policía; confirmado el 20-10)" in _as_said(child, {"147": 35})
    old = _as_said(child, {"147": 70})
    assert "147 (Fono Niños, policía; confirmado el 15-09) o 131 (ambulancia)" in old


def test_the_general_number_is_not_said_twice() -> None:
    assert _as_said(_text("medical", "es", "CO"), {"123": 70}).count("123") == 1


def test_without_a_country_each_number_says_where_it_is() -> None:
    assert "123 (emergencias) en Colombia o 133 (Carabineros, policía) en Chile" in _as_said(
        _text("violence", "es", ""), {}
    )


def test_days_that_do_not_fit_are_said_once_for_each_country_and_it_is_the_oldest() -> None:
    said_of_child = _as_said(_text("child", "es", ""), {"141": 80, "123": 65, "147": 62, "131": 40})
    assert "141 (niñez, ICBF) o 123 (emergencias; confirmado el 05-09) en Colombia" in said_of_child
    assert "147 (Fono Niños, policía) o 131 (ambulancia; confirmado el 23-09) en Chile" in said_of_child


def test_without_any_number_the_number_of_the_place_is_named() -> None:
    text = _text("medical", "es", "CO")
    assert "marque el número de emergencias del lugar donde está ahora" in said(text.text, [], SHELF.around(text))


def test_words_too_long_for_anything_are_said_whole_with_the_police_still_named() -> None:
    around = Around(" o ", "confirmado el {date}", "el de allí", "(Mensaje automático)")
    line = Line("133", "Carabineros, policía", "CL", True, None)
    assert said("a" * 400 + " {numbers}", [line], around) == "a" * 400 + " 133 (Carabineros, policía)"


def test_a_line_of_the_police_is_known_by_whose_it_is() -> None:
    assert is_police("Carabineros de Chile (policía)")
    assert is_police("Policía de Investigaciones (PDI)")
    assert not is_police("línea pública; coordina con SAMU 131 y con Carabineros")


# -- what the checker finds ------------------------------------------------------------------------------------------------

AROUND = Around(" o ", "confirmado el {date}", "el número de allí", "(Mensaje automático)")
HOSPITAL = Line("131", "ambulancia", "CL", False, None)
POLICE = Line("133", "Carabineros, policía", "CL", True, None)
GOOD = "Gracias por escribirnos. Ve donde haya gente. Si hay peligro, marca {numbers}."


def _found(text: str, lines: tuple[Line, ...] = (HOSPITAL,), kind: str = Danger.UNKNOWN, **other: Any) -> set[Rule]:
    kinds = other.pop("kinds", tuple((kind,) for _ in lines))
    offered = Offered(kind, "es", other.pop("country", "CL"), text, lines, kinds)
    return {fault.rule for fault in faults(offered, other.pop("around", AROUND), {})}


def _bad() -> Iterator[tuple[str, Rule]]:
    yield GOOD + " x" * 130, Rule.LONG
    yield "Hay violencia en tu casa. Ve donde haya gente y marca {numbers}.", Rule.GLANCE
    yield "Marca ya {numbers}. Ve donde haya gente y quédate ahí todo el rato.", Rule.GLANCE
    yield GOOD + " Mira https://ejemplo.org", Rule.LINK
    yield GOOD + " 1 Sí 2 No", Rule.MENU
    yield GOOD + "\nSegundo párrafo.", Rule.MENU
    yield GOOD + " ¿Dónde estás?", Rule.ASKS
    yield GOOD + " ¿Tienes una foto?", Rule.ASKS
    yield GOOD + " Manda una foto de tu pasaporte.", Rule.ASKS
    yield GOOD.replace(" {numbers}", " a alguien"), Rule.NO_NUMBER
    yield GOOD + " Ya avisé a una persona.", Rule.TOLD


@pytest.mark.parametrize(("text", "rule"), list(_bad()), ids=[f"{rule.name}-{n}" for n, (_, rule) in enumerate(_bad())])
def test_each_fault_is_found(text: str, rule: Rule) -> None:
    assert not _found(GOOD)
    assert rule in _found(text)


def test_a_child_is_asked_nothing_and_others_only_whether_they_are_safe() -> None:
    asking = GOOD + " ¿Estás a salvo?"
    assert not _found(asking)
    assert _found(asking, kind=Danger.CHILD) == {Rule.CHILD_ASKED}


def test_a_number_of_another_danger_or_country_is_found() -> None:
    assert _found(GOOD, kinds=(("medical",),)) == {Rule.OTHER_KIND}
    assert _found(GOOD, country="CO") == {Rule.ABROAD}


def test_the_police_says_what_it_is_and_never_comes_first() -> None:
    assert not _found(GOOD, lines=(POLICE,))
    assert _found(GOOD, lines=(Line("133", "Carabineros", "CL", True, None),)) == {Rule.POLICE_UNNAMED}
    assert _found("Gracias por escribirnos. Esto es urgente: marca {numbers}.", lines=(POLICE,)) == {Rule.POLICE_FIRST}


def test_without_a_country_each_one_is_named_and_any_other_thought_of() -> None:
    around = Around(" o ", "", "", "", "{numbers} en {country}", {"CO": "Colombia", "CL": "Chile"})
    assert _found(GOOD, country="", around=around) == {Rule.COUNTRIES, Rule.ELSEWHERE}


def test_every_way_of_saying_numbers_gives_all_of_them() -> None:
    for numbers in numbers_said([HOSPITAL, POLICE], AROUND):
        assert numbers.index("131") < numbers.index("133")
