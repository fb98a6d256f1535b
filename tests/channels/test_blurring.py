"""Where somebody shared to be: two decimals before anything is written down, nothing once it was read, and no other byte is touched."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.channels.blurring import blurred, without_places
from baquiano.channels.events import Received
from baquiano.channels.registry import kinds_with_sender
from baquiano.channels.telegram.parse import parse as telegram
from baquiano.channels.whatsapp.parse import parse as whatsapp

BODIES = Path(__file__).parent / "bodies"
ALL = sorted(path for kind in kinds_with_sender() for path in (BODIES / kind).iterdir())
PARSE = {"whatsapp": whatsapp, "telegram": telegram}


def position_of(kind: str, body: bytes) -> tuple[float, float] | None:
    (event,) = PARSE[kind](body)
    assert isinstance(event, Received)
    return (event.position.latitude, event.position.longitude) if event.position else None


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_body_without_a_place_stays_byte_by_byte(path: Path) -> None:
    body = path.read_bytes()
    assert (blurred(body) == body) is not (b'"latitude"' in body and blurred(body) != body)
    if b'"location"' not in body:
        assert blurred(body) == without_places(body) == body


@pytest.mark.parametrize(
    ("path", "there"),
    [("whatsapp/location.json", (-33.45, -70.67)), ("telegram/location.json", None), ("telegram/venue.json", None)],
)
def test_a_place_is_rounded_and_its_street_is_gone(path: str, there: tuple[float, float] | None) -> None:
    kind = path.split("/")[0]
    body = (BODIES / path).read_bytes()
    exact, coarse = position_of(kind, body), position_of(kind, blurred(body))
    assert exact and coarse
    assert coarse == (there or (round(exact[0], 2), round(exact[1], 2)))
    assert b"Calle de prueba" not in blurred(body)
    gone = without_places(blurred(body))
    assert position_of(kind, gone) == (0.0, 0.0)
    assert blurred(blurred(body)) == blurred(body)


@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(-180, 180))
def test_any_number_leaves_a_body_that_can_be_read(lat: float, lon: float) -> None:
    body = json.dumps({"location": {"latitude": lat, "longitude": lon, "address": 'a "b" \\ c', "name": "x"}}).encode()
    for made in (blurred(body), without_places(body)):
        read = json.loads(made)["location"]
        assert read["name"] == "x"
        assert read["address"] == ""


def test_what_somebody_writes_about_a_place_is_theirs() -> None:
    said = json.dumps({"location": {}, "text": {"body": 'mira: "latitude": -33.02456 "address": "mi casa"'}}).encode()
    assert json.loads(blurred(said))["text"]["body"] == 'mira: "latitude": -33.02456 "address": "mi casa"'
