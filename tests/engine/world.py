"""A small world for the engine: tools that answer from tables, no database, no search."""

from dataclasses import dataclass, field

from baquiano.engine.danger import Danger, Finding, Level
from baquiano.engine.said import Code, Details, Near, Outcome, Reading, Reply, Said, Say, Tell, Turn, Warn
from baquiano.engine.state import State
from baquiano.engine.tools import (
    Agreement,
    Approved,
    Behind,
    Change,
    Decision,
    Fit,
    Found,
    Offer,
    Places,
    Sought,
    Spot,
)
from baquiano.engine.turn import take_turn

TOWNS = {"viña": 1, "temuco": 2, "santiago": 3}
"""Municipalities by name; "san" may be two of them."""
NEEDED = {"comida": "food", "albergue": "shelter", "abogado": "legal_aid"}
PLACES = {"fonasa": ("cl_fonasa", "CL"), "sisben": ("co_sisben", "CO"), "trata": ("gen_trata", "")}


@dataclass
class World:
    """`countries`: served. `approved_topics`: what may be said (production before approval: nothing)."""

    countries: tuple[str, ...] = ("CO", "CL")
    approved_topics: frozenset[str] = frozenset({"cl_fonasa", "co_sisben", "gen_trata", *(f"t{n}" for n in range(12))})
    staffed: bool = True
    asked: list[str] = field(default_factory=list)
    swindles: tuple[int, ...] = ()
    gone: dict[str, Approved] = field(default_factory=dict)  # topics whose text nobody has checked for too long
    changes: dict[int, Change] = field(default_factory=dict)  # by the version that was told
    questions: frozenset[int] = frozenset()  # of ours that still stand
    stopped: bool = False
    person: Behind | None = None  # who joined this conversation to her record
    offers: dict[tuple[str, int], int] = field(
        default_factory=lambda: {("food", 1): 5, ("food", 2): 1, ("shelter", 1): 2}
    )
    looked: list[tuple[str, int, Spot | None]] = field(default_factory=list)

    def danger(self, text: str) -> Finding | None:
        for word, level, kind in (
            ("cuchillo", Level.P0, Danger.VIOLENCE),
            ("encerrada", Level.P1, Danger.CAPTIVITY),
            ("perdida", Level.P0, Danger.CHILD),
            ("sin techo", Level.P2, Danger.NEED),
            ("triste", Level.P3, Danger.DISTRESS),
            ("coima", Level.P4, Danger.COMPLAINT),
        ):
            if word in text:
                return Finding(level, kind, word)
        return None

    def find(self, text: str, *, country: str, language: str) -> Found:
        self.asked.append(text)
        for word, (topic, belongs) in PLACES.items():
            if word in text:
                return Found(Decision.ANSWER, topic, (topic,), "" if not belongs else belongs if "aquí" in text else "")
        if "ppt" in text:
            return Found(Decision.CHOICES, "", ("t1", "t2", "t3"))
        if "poema" in text:
            return Found(Decision.OUTSIDE)
        if "gracias" in text:
            return Found(Decision.SMALL_TALK)
        return Found(Decision.UNSURE)

    def approved(self, topic: str, *, country: str, about: str = "") -> Approved | None:
        if topic not in self.approved_topics:
            return None
        if topic == "gen_trata" and not country:
            return None
        need = {"cl_fonasa": "health"}.get(topic, "")
        return Approved(sum(map(ord, topic)), topic, next_topics=("t5",), has_details=True, need=need)

    def expired(self, topic: str, *, country: str) -> Approved | None:
        return self.gone.get(topic)

    def again(self, version: int) -> Approved | None:
        by_version = {sum(map(ord, topic)): topic for topic in self.approved_topics}
        return Approved(version, by_version[version]) if version in by_version else None

    def changed(self, version: int) -> Change | None:
        return self.changes.get(version)

    def branches(self, *, country: str) -> tuple[str, ...]:
        return ("regularizacion", "salud", "derechos") if self.approved_topics else ()

    def topics(self, branch: str, *, country: str) -> tuple[str, ...]:
        return tuple(f"t{n}" for n in range(12)) if branch == "regularizacion" else ("cl_fonasa",)

    def alerts(self, *, country: str) -> tuple[int, ...]:
        return self.swindles if country else ()

    def rumour(self, text: str, *, country: str) -> int | None:
        return 4 if "es verdad" in text and "multa" in text else None

    def is_staffed(self) -> bool:
        return self.staffed

    def is_open(self, country: str) -> bool:
        return True

    def is_watched(self) -> bool:
        return self.staffed

    def detect(self, text: str, current: str) -> str:
        return "ht" if "mwen" in text else current

    def language_named(self, text: str) -> str | None:
        return {"kreyòl": "ht", "english": "en"}.get(text.strip().lower())

    def behind(self) -> Behind | None:
        return self.person

    def is_asked(self, question: int) -> bool:
        return question in self.questions

    def is_stopped(self) -> bool:
        return self.stopped

    def code_fits(self, code: str) -> Fit:
        return {"K7RT4D": Fit.FITS, "M3RT4D": Fit.TWO_RECORDS}.get(code, Fit.UNKNOWN)

    def new_code(self) -> str:
        return "W9RT4D"

    def sought(self, text: str) -> Sought:
        """Words of a table: a need, a town, "cerca", "dónde"; anything else is left over."""
        words = [word.strip("¿?.,") for word in text.lower().split()]
        if "acogida" in words:
            return Sought(is_of_survivors=True, is_needed="existe" not in words)
        need = next((NEEDED[word] for word in words if word in NEEDED), "")
        left = [word for word in words if word not in {*NEEDED, "cerca", "dónde", "en", "necesito", "hay", "algo"}]
        return Sought(
            need=need,
            place=" ".join(left),
            is_in="en" in words,
            asks_where="dónde" in words,
            is_near="cerca" in words,
            is_kind_of_place="albergue" in words,
            is_all=len(left) < 3,
        )

    def places(self, typed: str, *, country: str) -> Places:
        word = typed.lower()
        if word == "san":
            return Places(exact=(3, 4))
        if word in TOWNS:
            return Places(exact=(TOWNS[word],))
        return Places(close=(2,)) if word == "temucco" else Places()

    def place_at(self, spot: Spot) -> int:
        return 1 if spot.lat < 0 else 0

    def departments(self, country: str) -> tuple[int, ...]:
        return tuple(range(100, 116)) if country == "CL" else tuple(range(200, 233))

    def services(self, need: str, *, place: int, spot: Spot | None, most: int) -> tuple[Offer, ...]:
        self.looked.append((need, place, spot))
        there = self.place_at(spot) if spot else place
        count = self.offers.get((need, there), 0)
        return tuple(Offer(f"{need}{n}.p{n}", n + 0.5) for n in range(min(count, most)))


class Talk:
    """A conversation with the engine: say something, look at the last turn."""

    def __init__(self, world: World | None = None, **state: object) -> None:
        self.world = world or World()
        self.state = State(**{"greeted": True, **state})  # type: ignore[arg-type]
        self.turn = Turn(self.state)

    def say(
        self, text: str = "", *, choice: str = "", reading: Reading = Reading.TEXT, spot: Spot | None = None
    ) -> Turn:
        reading = Reading.PLACE if spot else reading
        self.turn = take_turn(self.state, Said(text, choice, reading, spot), self.world)
        self.state = self.turn.state
        return self.turn

    @property
    def keys(self) -> list[str]:
        """The sentences of the last turn, in order: wording keys, "answer:topic", "warn:kind"."""
        return [key for reply in self.turn.replies for key in keys(reply)]

    @property
    def wishes(self) -> list[str]:
        return [type(wish).__name__ for wish in self.turn.wishes]


def keys(reply: Reply) -> list[str]:
    named = []
    for part in reply.parts:
        match part:
            case Say(key):
                named.append(key)
            case Tell(approved, what):
                named.append(f"{what}:{approved.topic}")
            case Warn(finding):
                named.append(f"warn:{finding.kind}")
            case Code(code):
                named.append(f"code:{code}")
            case Near(key):
                named.append(key)
            case Details(offer):
                named.append(f"details:{offer}")
    return named


__all__ = ["Agreement", "Behind", "Outcome", "Talk", "World", "keys"]
