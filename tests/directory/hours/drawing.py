"""Weeks as somebody could draw them in the grid, for the tests that must hold for every one."""

from datetime import date, timedelta

from hypothesis import strategies as st

from baquiano.directory.hours import Shift, Special, Week


@st.composite
def shifts_of_a_day(draw: st.DrawFn, comments: bool = True) -> tuple[Shift, ...]:
    """Up to three, none overlapping; the last may go past midnight."""
    edges = sorted(draw(st.sets(st.integers(0, 95), max_size=6)))
    said = st.sampled_from(["", "", "con cita", "sólo urgencias"]) if comments else st.just("")
    found = [Shift(15 * one, 15 * other, draw(said)) for one, other in zip(edges[::2], edges[1::2], strict=False)]
    if found and draw(st.booleans()):
        found[-1] = Shift(
            found[-1].opens,
            1440 + draw(st.integers(0, found[-1].opens - 1)) if found[-1].opens else 1440,
            found[-1].comment,
        )
    return tuple(found)


@st.composite
def weeks(draw: st.DrawFn, comments: bool = True) -> Week:
    days = draw(st.tuples(*(shifts_of_a_day(comments) for _ in range(7))).filter(any))
    specials, day = [], date(2026, 11, 24)
    for _ in range(draw(st.integers(0, 3))):
        first = day + timedelta(days=draw(st.integers(0, 10)))
        day = first + timedelta(days=draw(st.integers(0, 5)))
        shifts = draw(shifts_of_a_day(comments))
        specials.append(Special(first, day, shifts, "" if shifts else draw(st.sampled_from(["", "inventario"]))))
        day += timedelta(days=1)
    return Week(days, draw(st.none() | shifts_of_a_day(comments)), tuple(specials))
