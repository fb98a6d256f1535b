"""Which division somebody means by what they typed, where its middle is, and which one is nearest to a point. Nothing asked is kept.

What is close is only proposed: whoever asks shows it by its name before taking it for granted.
"""

import math
import re
import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Max
from rapidfuzz import process
from rapidfuzz.distance import OSA

from baquiano.lib.text import fold
from baquiano.territory.models import Division

EARTH_KM = 6371.0088
FARTHEST_KM = 150.0
"""A point farther than this from the middle of every municipality lies in none of them."""
MOST = 5
"""As many close ones are proposed: a list on a telephone."""
LONGEST = 120
"""Characters of a text that are read: nobody's municipality is longer."""


@dataclass(frozen=True)
class Place:
    """One division in memory. `pcode` begins with those of the divisions it lies in, and with its country."""

    pk: int
    country: str
    level: int
    pcode: str
    name: str
    parent: int | None
    lat: float | None
    lon: float | None
    is_deepest: bool

    @property
    def is_capital(self) -> bool:
        """Of its region or department, by the official numbering of either country."""
        return self.is_deepest and self.pcode.endswith({"CL": "101", "CO": "001"}.get(self.country, " "))


@dataclass(frozen=True)
class Found:
    """Primary keys of divisions, the likeliest first. `exact`: so called; several where several are called so. `close`: may be meant."""

    exact: tuple[int, ...] = ()
    close: tuple[int, ...] = ()


# -- how people write them ---------------------------------------------------------------------------------------------

SHORT = {
    "pto": "puerto",
    "pta": "punta",
    "sta": "santa",
    "sto": "santo",
    "stgo": "santiago",
    "sgto": "santiago",
    "gral": "general",
    "vlla": "villa",
    "dpto": "departamento",
    "depto": "departamento",
    "mpio": "municipio",
    "prov": "provincia",
    "reg": "region",
}
ALSO = {
    "CL05101": ("valpo",),
    "CL05109": ("vina",),
    "CL05201": ("rapa nui",),
    "CL13101": ("santiago centro", "santiago de chile"),
    "CL02101": ("antofa",),
    "CL08101": ("conce",),
    "CL11101": ("coyhaique",),
    "CL13": ("metropolitana", "rm"),
    "CL06": ("ohiggins",),
    "CL11": ("aysen", "aisen"),
    "CL12": ("magallanes",),
    "CO05001": ("medallo",),
    "CO05042": ("santafe",),
    "CO08001": ("quilla",),
    "CO11001": ("santafe de bogota",),
    "CO13001": ("cartagena",),
    "CO19698": ("quilichao",),
    "CO25843": ("ubate",),
    "CO27001": ("san francisco de quibdo",),
    "CO52001": ("san juan de pasto",),
    "CO52835": ("tumaco",),
    "CO54001": ("cucuta",),
    "CO68001": ("bga", "buca"),
    "CO68081": ("barranca",),
    "CO70742": ("since",),
    "CO70820": ("tolu",),
    "CO73443": ("mariquita",),
    "CO76": ("valle",),
    "CO76001": ("santiago de cali",),
    "CO76111": ("buga",),
}
"""What people call them beside the official name, folded, by p-code."""
COUNTRIES = {"chile": "CL", "colombia": "CO"}
HIGHEST, DEEPEST = frozenset({"region", "departamento", "departement"}), frozenset({"comuna", "municipio", "ciudad"})
MIDDLE = frozenset({"provincia"})
_ARTICLES = ("la ", "el ", "los ", "las ")
_EMPTY = frozenset(
    "en de del la el los las y a por aqui aca ahora estoy estamos vivo vivimos soy somos ando cerca sector centro lugar "
    "i am we are in live from near here em no na moro estou estamos sou je suis habite a au aux dans mwen nan rete viv".split()
)
_APOSTROPHES = re.compile(r"['’`´]")
_NOT_WORDS = re.compile(r"[^a-z0-9]+")


def plain(text: str) -> str:
    """Folded words with single spaces, short forms written out: "Pto. Montt" → "puerto montt", "Bogotá, D.C." → "bogota"."""
    words = _NOT_WORDS.sub(" ", _APOSTROPHES.sub("", fold(text))).split()
    written = " ".join(SHORT.get(word, word) for word in words)
    return re.sub(r"\b(d c|dc)$", "", written).strip()


def _sound(word: str) -> str:
    """Without spaces, and as it is heard: b and v, c, s and z, ll and y, k and qu are one; no h and no double letters."""
    heard = word.replace(" ", "").replace("ch", "#").replace("h", "").replace("#", "ch")
    for written, said in (("qu", "k"), ("ce", "se"), ("ci", "si"), ("ll", "y"), ("v", "b"), ("z", "s"), ("w", "u")):
        heard = heard.replace(written, said)
    heard = re.sub(r"c(?!h)", "k", heard)
    return re.sub(r"(.)\1+", r"\1", heard)


def _names(place: Place) -> set[str]:
    """All it is called, plain."""
    official = plain(place.name)
    parts = {plain(part) for part in place.name.split(" - ")} if " - " in place.name else set()
    called = {official, *parts, *ALSO.get(place.pcode, ())}
    return called | {name[len(article) :] for name in called for article in _ARTICLES if name.startswith(article)}


class Gazetteer:
    """All divisions, with every name of each."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = {place.pk: place for place in places}
        self._called: dict[str, list[int]] = {}
        for place in self.places.values():
            names = _names(place)
            for name in names | {name.replace(" ", "") for name in names}:
                self._called.setdefault(name, []).append(place.pk)
        self._keys = list(self._called)
        self._letters = [key.replace(" ", "") for key in self._keys]
        self._sounds = [_sound(key) for key in self._keys]
        self._most_words = max((len(key.split()) for key in self._keys), default=0)
        known = [place for place in self.places.values() if place.is_deepest and place.lat is not None]
        self._known = [place.pk for place in known]
        self._middles = np.array([_on_sphere(place.lat or 0.0, place.lon or 0.0) for place in known]).reshape(-1, 3)

    # -- by words ------------------------------------------------------------------------------------------------------

    def find(self, text: str, country: str) -> Found:
        words = plain(text[:LONGEST]).split()
        whole = self._so_called(" ".join(words), country)  # first: "Chile Chico" is in no other country
        if whole:
            return Found(_keys(self._without_their_regions(whole)))
        country, words = _without_country(country, words)
        levels = [kind for kind in (HIGHEST, MIDDLE, DEEPEST) if kind.intersection(words)]
        words = [word for word in words if not any(word in kind for kind in levels)] or words
        spans, rest = self._spans(words, country)
        rest = [word for word in rest if word not in _EMPTY]
        meant = self._meant(spans)
        if levels:
            meant = [place for place in meant if self._is_of(place, levels)] or meant
        else:
            meant = self._without_their_regions(meant)
        named = self._without_their_regions([place for span in spans for place in span])
        if meant and not rest:
            return Found(_keys(meant))
        if rest:
            inside = self._within(spans, self._like(rest, country) or self._one_by_one(rest, country))
            return Found(close=_keys([*inside, *(meant or named)])[:MOST])
        return Found(close=_keys(named)[:MOST])

    def _spans(self, words: Sequence[str], country: str) -> tuple[list[list[Place]], list[str]]:
        """The longest runs of words that name something, each with what it names, and the words that are left."""
        spans: list[list[Place]] = []
        left: list[str] = list(words)
        for length in range(min(self._most_words, len(words)), 0, -1):
            start = 0
            while start + length <= len(left):
                run = left[start : start + length]
                named = self._so_called(" ".join(run), country) if "" not in run else []
                if named and not (length == 1 and run[0] in _EMPTY):
                    spans.append(named)
                    left[start : start + length] = [""] * length  # keeps apart what is left of it and right of it
                start += 1
        return spans, [word for word in left if word]

    def _so_called(self, name: str, country: str) -> list[Place]:
        places = (self.places[pk] for pk in self._called.get(name, ()))
        return sorted((place for place in places if country in ("", place.country)), key=_likeliest)

    def _meant(self, spans: Sequence[list[Place]]) -> list[Place]:
        """Of one name all that are called so; of several ("Quilpué, Valparaíso") what lies in all the others; else nothing."""
        if len(spans) < 2:
            return spans[0] if spans else []
        return [
            place
            for number, span in enumerate(spans)
            for place in span
            if all(
                any(_lies_in(place, other) for other in others)
                for at, others in enumerate(spans)
                if at != number
            )
        ]  # fmt: skip

    def _is_of(self, place: Place, levels: Collection[frozenset[str]]) -> bool:
        kind = HIGHEST if place.level == 1 else DEEPEST if place.is_deepest else MIDDLE
        return kind in levels

    @staticmethod
    def _without_their_regions(places: Sequence[Place]) -> list[Place]:
        """ "Valparaíso" is the capital, and not also the region and the province around it. "Nariño" stays both."""
        return [place for place in places if not any(_stands_for(other, place) for other in places)]

    def _within(self, spans: Sequence[list[Place]], places: Sequence[Place]) -> list[Place]:
        """Those of `places` that lie in what the spans name; all of them where nothing is named."""
        if not spans:
            return list(places)
        around = [place for span in spans for place in span]
        return [place for place in places if any(_lies_in(place, one) for one in around)]

    def _like(self, words: Sequence[str], country: str) -> list[Place]:
        """Those spelled nearly so, and those of whose name these words are a part or a beginning; the nearest first."""
        scores: dict[int, float] = {}
        for score, key in (*self._misspelt("".join(words)), *self._parts(" ".join(words))):
            for place in self._so_called(key, country):
                scores[place.pk] = min(score, scores.get(place.pk, score))
        best = min(scores.values(), default=0.0)
        near = [self.places[pk] for pk, score in scores.items() if score <= best + 1]
        kept = self._without_their_regions(near)
        return sorted(kept, key=lambda place: (scores[place.pk], *_likeliest(place)))

    def _one_by_one(self, words: Sequence[str], country: str) -> list[Place]:
        """ "Kilpue balparaiso": each word is one, and the first lies in the second."""
        spans = [found for word in words if (found := self._like([word], country))]
        return self._meant(spans) or [place for span in spans for place in span]

    def _misspelt(self, wanted: str) -> Iterable[tuple[float, str]]:
        heard = _sound(wanted)
        slips = min(_slips(len(wanted)), _slips(len(heard)))
        if not slips:
            return
        for distance, at in _within_slips(wanted, self._letters, slips):
            yield float(distance), self._keys[at]
        for distance, at in _within_slips(heard, self._sounds, slips - 1):
            yield distance + 0.5, self._keys[at]

    def _parts(self, wanted: str) -> Iterable[tuple[float, str]]:
        if len(wanted) < 4:
            return
        for key in self._keys:
            if f" {wanted} " in f" {key} ":
                yield 1.0, key
            elif key.startswith(wanted):
                yield 1.5, key

    # -- by where ------------------------------------------------------------------------------------------------------

    def nearest(self, lat: float, lon: float) -> int | None:
        if not self._known:
            return None
        there = np.array(_on_sphere(lat, lon))
        best = int(np.argmax(self._middles @ there))
        half_chord = float(np.linalg.norm(self._middles[best] - there)) / 2
        is_there = 2 * EARTH_KM * math.asin(min(1.0, half_chord)) <= FARTHEST_KM
        return self._known[best] if is_there else None


def _on_sphere(lat: float, lon: float) -> tuple[float, float, float]:
    """A point as a direction from the middle of the earth: the nearest is the one that points most the same way."""
    up, across = math.radians(lat), math.radians(lon)
    return math.cos(up) * math.cos(across), math.cos(up) * math.sin(across), math.sin(up)


def _without_country(country: str, words: list[str]) -> tuple[str, list[str]]:
    """Its name beside another one says only where that is. Alone it is left: a municipality may be called so."""
    named = [COUNTRIES[word] for word in words if word in COUNTRIES]
    others = [word for word in words if word not in COUNTRIES]
    if not named or not any(word not in _EMPTY for word in others):
        return country, words
    return country or named[0], others


def _within_slips(word: str, words: Sequence[str], slips: int) -> Iterable[tuple[int, int]]:
    """How far each is, and its place in the list, of those that are not farther than that."""
    for _, distance, at in process.extract(word, words, scorer=OSA.distance, score_cutoff=slips, limit=None):
        yield distance, at


def _slips(letters: int) -> int:
    """How many are forgiven."""
    return 0 if letters < 4 else 1 if letters < 6 else 2 if letters < 10 else 3


def _likeliest(place: Place) -> tuple[int, str, str]:
    """Of several that are called so: the capital of a region, a region, a municipality, a province."""
    order = 0 if place.is_capital else 1 if place.level == 1 else 2 if place.is_deepest else 3
    return order, place.country, place.pcode


def _lies_in(place: Place, other: Place) -> bool:
    return place.pcode != other.pcode and place.pcode.startswith(other.pcode)


def _stands_for(place: Place, other: Place) -> bool:
    return _lies_in(place, other) and (place.is_capital or other.level > 1)


def _keys(places: Iterable[Place]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(place.pk for place in places))


# -- the one of this process -------------------------------------------------------------------------------------------

_lock = threading.Lock()
_current: list[tuple[tuple[int, int], Gazetteer]] = []


def _gazetteer() -> Gazetteer:
    """The divisions as they are now: what is loaded is only ever added to."""
    row = Division.objects.aggregate(count=Count("pk"), newest=Max("pk"))
    number = (row["count"], row["newest"] or 0)
    with _lock:
        if not _current or _current[0][0] != number:
            _current[:] = [(number, Gazetteer(_read()))]
        return _current[0][1]


def _kept() -> Gazetteer:
    """As they were when somebody last looked: without a query."""
    kept = list(_current)
    return kept[0][1] if kept else _gazetteer()


def _read() -> list[Place]:
    rows = list(
        Division.objects.order_by("pk").values_list(
            "pk", "country_id", "level", "pcode", "name", "parent_id", "latitude", "longitude"
        )
    )
    parents = {row[5] for row in rows}
    return [Place(*row, is_deepest=row[0] not in parents) for row in rows]


def find(text: str, country: str = "") -> Found:
    """The divisions called so, slips forgiven; of any level, the municipality before the region of the same name.

    "Quilpué, Valparaíso" is one; "Santiago" without a country is several. Inside a sentence, or misspelt, it is only `close`.
    """
    return _gazetteer().find(text, country)


def place(pk: int) -> Place | None:
    return _kept().places.get(pk) or _gazetteer().places.get(pk)


def middle(pk: int) -> tuple[float, float] | None:
    """Degrees. None: its point is not known (all regions and departments, and some municipalities)."""
    there = place(pk)
    if there is None or there.lat is None or there.lon is None:
        return None
    return there.lat, there.lon


def nearest(lat: float, lon: float) -> int | None:
    """The municipality whose middle is nearest; None: none is within FARTHEST_KM."""
    return _kept().nearest(lat, lon)


def around(pk: int) -> tuple[Place, ...]:
    """The divisions it lies in, the region or department first; itself last."""
    chain: list[Place] = []
    at = place(pk)
    while at is not None:
        chain.insert(0, at)
        at = place(at.parent) if at.parent is not None else None
    return tuple(chain)


def inside(pk: int) -> tuple[int, ...]:
    """It and all that lie in it."""
    top = place(pk)
    return tuple(one.pk for one in _kept().places.values() if top and (one.pk == pk or _lies_in(one, top)))


def label(pk: int) -> str:
    """Its name and that of its region or department: "Santiago, Norte de Santander". "" for one that is not there."""
    chain = around(pk)
    return ", ".join(dict.fromkeys(one.name for one in (chain[-1], chain[0]))) if chain else ""


def departments(country: str) -> list[Place]:
    """The regions or departments of a country, by name."""
    return _sorted(one for one in _gazetteer().places.values() if one.country == country and one.level == 1)


def municipalities(department: int) -> list[Place]:
    """All that lie in it, by name."""
    top = place(department)
    everything = _kept().places.values()
    return _sorted(one for one in everything if top and one.is_deepest and _lies_in(one, top))


def _sorted(places: Iterable[Place]) -> list[Place]:
    return sorted(places, key=lambda one: fold(one.name))
