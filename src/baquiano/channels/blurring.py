"""Where a person shared to be, made coarse before anything is written down, and taken out once it was read.

Two decimals of a degree are about a kilometre. Everything else in a body stays byte by byte as the provider sent it; the street that a
telephone writes beside a place goes with it.
"""

import re

_DEGREES = re.compile(
    rb'("(?:latitude|longitude|horizontal_accuracy)"\s*:\s*"?)(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\d.eE])'
)
_STREET = re.compile(rb'("(?:address|google_place_id|foursquare_id)"\s*:\s*)"(?:[^"\\]|\\.)*"')
_MARK = b'"location"'
_MOST = 1e7  # more is no number of degrees nor of metres; "null" is read as a place that nobody can read


def blurred(body: bytes) -> bytes:
    """Every place in it to two decimals, without its street. A body without a place is returned as it is."""
    if _MARK not in body:
        return body
    return _STREET.sub(rb'\1""', _DEGREES.sub(_rounded, body))


def without_places(body: bytes) -> bytes:
    """For a body that was read: what it says of where somebody was is nowhere any more."""
    if _MARK not in body:
        return body
    return _STREET.sub(rb'\1""', _DEGREES.sub(rb"\g<1>0", body))


def _rounded(found: re.Match[bytes]) -> bytes:
    degrees = float(found[2])
    return found[1] + (f"{degrees:.2f}".encode() if abs(degrees) < _MOST else b"null")
