"""The time zone of a place: that of its country, but for the corners of Chile that keep another time."""

from baquiano.territory.loading import COUNTRIES

_CORNERS = {"CL052": "Pacific/Easter", "CL11": "America/Coyhaique", "CL12": "America/Punta_Arenas"}


def zone_of(country: str, pcode: str = "") -> str:
    """An IANA name; `pcode` of any division, "" where only the country is known. "" for a country we know nothing of."""
    return corner_of(pcode) or COUNTRIES.get(country, ("", ""))[1]


def corner_of(pcode: str) -> str:
    """The zone of a division that does not keep the time of its country; "" for all others."""
    return next((zone for start, zone in _CORNERS.items() if pcode.startswith(start)), "")
