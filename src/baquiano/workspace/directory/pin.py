"""What the map of a place draws: no tiles and nobody else's server, only points of our own divisions."""

import json
from dataclasses import dataclass

from baquiano.accounts.models import organisation
from baquiano.territory.models import Division

MOST = 150  # names on one map


@dataclass(frozen=True)
class Canvas:
    """`points`: [[latitude, longitude, name, is this its municipality]] as JSON, for the script."""

    points: str

    @property
    def is_empty(self) -> bool:
        return self.points == "[]"


def around(division: Division | None) -> Canvas:
    """The municipality and those of the same region; without one, the middle of each country's municipalities."""
    known = Division.objects.filter(latitude__isnull=False)
    if division is None:
        rows = known.filter(country__in=organisation().countries, children=None).order_by("pk")
        step = max(1, rows.count() // MOST)
        chosen = list(rows)[::step]
    else:
        top = division
        while top.parent is not None:
            top = top.parent
        below = known.filter(country=division.country_id, pcode__startswith=top.pcode, children=None)
        chosen = list(below.order_by("pk")[:MOST])
    points = [
        [round(row.latitude or 0, 4), round(row.longitude or 0, 4), row.name, bool(division and row.pk == division.pk)]
        for row in chosen
    ]
    return Canvas(json.dumps(points, ensure_ascii=False))
