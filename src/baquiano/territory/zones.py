"""The time zone of a place: that of its country, but for the corners of Chile that keep another time."""

from baquiano.territory.loading import COUNTRIES

_CORNERS = {"CL052": "Pacific/Easter", "CL11": "America/Coyhaique", "CL12": "America/Punta_Arenas"}


def zone_of(country: str, pcode: str = "") -> str:
    """An IANA name; `pcode` of any division, "" where only the country is known. "" for a country we know nothing of."""
    corner = next((zone for start, zone in _CORNERS.items() if pcode.startswith(start)), "")
    return corner or COUNTRIES.get(country, ("", ""))[1]
