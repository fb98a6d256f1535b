"""The packs as the index sees them, and a tiny world of four topics."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from baquiano.knowledge.search.entries import Elsewhere, Entry, Message
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.normalise import Slang, slang_from
from baquiano.knowledge.search.reading import read_elsewhere, read_entries, read_messages, read_slang
from baquiano.knowledge.search.vectors import Packaged, Remembered
from tests.fakes.letters import Letters

ROOT = Path(__file__).parents[2]
PACKS = ROOT / "packs"


@pytest.fixture
def letters() -> Letters:
    return Letters()


def topic(name: str, country: str | None, words: Sequence[str], examples: Sequence[str]) -> Entry:
    return Entry(name, country, {"es": words[0]}, {"es": tuple(words)}, {"es": tuple(examples)})


@pytest.fixture
def few_entries() -> tuple[Entry, ...]:
    return (
        topic("cl_rent", "CL", ["arriendo"], ["me quieren sacar de la pieza", "el arrendador no devuelve la garantia"]),
        topic("co_rent", "CO", ["arriendo"], ["el dueño me saca de la casa", "no tengo fiador para el apartamento"]),
        topic("co_permit", "CO", ["permiso", "ppt"], ["como saco el ppt", "donde pido mi permiso"]),
        topic("gen_violence", None, ["violencia"], ["mi marido me pega", "mi pareja me maltrata"]),
    )


@pytest.fixture
def slang() -> Slang:
    return slang_from(
        {
            "version": 3,
            "short": {"es": {"q": "que", "xfa": "por favor"}},
            "same": {"es": {"carajito": "niño", "la pega": "trabajo"}},
            "countries": {"CL": ["chile", "registro civil de chile"], "CO": ["colombia", "ppt"]},
            "abroad": ["estados unidos"],
        }
    )


@pytest.fixture
def few(few_entries: tuple[Entry, ...], slang: Slang) -> Index:
    return Index.build(
        few_entries, slang, elsewhere=Elsewhere((Message("receta de arepas", "es"),), (Message("hola", "es"),))
    )


@pytest.fixture(scope="session")
def embedder() -> Remembered:
    """With the vectors that the packs ship: what is asked is all that must be embedded."""
    ready = Remembered(Packaged())
    assert ready.load(PACKS / "comun" / "search" / "vectors.npz"), "run: baquiano learn --vectors-only"
    return ready


@pytest.fixture(scope="session")
def entries() -> tuple[Entry, ...]:
    return read_entries(PACKS)


@pytest.fixture(scope="session")
def pack_slang() -> Slang:
    return read_slang(PACKS)


@pytest.fixture(scope="session")
def elsewhere() -> Elsewhere:
    return read_elsewhere(PACKS)


@pytest.fixture(scope="session")
def calibration() -> dict[str, Any]:
    return dict(json.loads((PACKS / "comun" / "search" / "calibration.json").read_text(encoding="utf-8")))


@pytest.fixture(scope="session")
def whole(entries: tuple[Entry, ...], pack_slang: Slang, elsewhere: Elsewhere, calibration: dict[str, Any]) -> Index:
    """Every topic of the packs, by words."""
    return Index.build(entries, pack_slang, elsewhere=elsewhere, calibration=calibration)


@pytest.fixture(scope="session")
def held_out() -> tuple[Message, ...]:
    return read_messages(ROOT / "tests" / "data" / "held_out.jsonl")
