"""The same list as points on a sheet without streets: no picture is fetched from anybody, so nobody learns where somebody looks.

Names of municipalities and circles of kilometres give the sense of where things are. What it says the list says too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from baquiano.public.place_shown import Shown
from baquiano.territory.models import Division

NAMES_SHOWN = 40
MARGIN = 0.08  # degrees around the points: about nine kilometres


@dataclass(frozen=True)
class Here:
    """The middle of what was asked. `is_somebody`: where they said they are, and not a municipality."""

    lat: float
    lon: float
    is_somebody: bool


def drawn(pins: Sequence[Shown], here: Here | None) -> dict[str, Any]:
    """What the script draws, or nothing when no line of the list has a point."""
    points = [
        {
            "at": at,
            "number": pin.number,
            "name": pin.card.name,
            "line": pin.card.now_line,
            "to": pin.anchor,
            "vague": pin.card.is_approximate,
        }
        for pin in pins
        if (at := _point(pin))
    ]
    ends = [at for pin in pins if (at := _point(pin))]
    if not ends:
        return {}
    return {
        "points": points,
        "here": [here.lat, here.lon] if here else None,
        "somebody": bool(here and here.is_somebody),
        "names": _names([*ends, (here.lat, here.lon)] if here else ends),
    }


def _point(pin: Shown) -> tuple[float, float] | None:
    lat, lon = pin.card.latitude, pin.card.longitude
    return None if lat is None or lon is None else (lat, lon)


def _names(ends: Iterable[tuple[float, float]]) -> list[list[Any]]:
    """Of the municipalities around: those nearest to the middle when they are many."""
    lats, lons = zip(*ends, strict=True)
    middle = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    around = Division.objects.filter(
        latitude__range=(min(lats) - MARGIN, max(lats) + MARGIN),
        longitude__range=(min(lons) - MARGIN, max(lons) + MARGIN),
    ).values_list("name", "latitude", "longitude")
    nearest = sorted(around, key=lambda row: (row[1] - middle[0]) ** 2 + (row[2] - middle[1]) ** 2)
    return [list(row) for row in nearest[:NAMES_SHOWN]]
