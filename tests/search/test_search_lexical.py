import math
from collections import Counter

import numpy as np
import pytest

from baquiano.knowledge.search.lexical import (
    LENGTH,
    MANY_VOICES,
    PLAIN_TEXT,
    Bm25,
    Nearest,
    add,
    inverse_frequency,
    saturation_of,
    with_pairs,
)


@pytest.mark.parametrize("k1", [PLAIN_TEXT, 3.0])
def test_bm25_is_the_formula_worked_by_hand(k1: float) -> None:
    """Two documents of 3 and 1 words, 2 on average; "a" twice in the first only, "b" in both."""
    ranker = Bm25([{"a": 2.0, "b": 1.0}, {"b": 1.0}], saturation=k1)
    rarity_a = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    rarity_b = math.log(1 + (2 - 2 + 0.5) / (2 + 0.5))
    long, short = 1 - LENGTH + LENGTH * 1.5, 1 - LENGTH + LENGTH * 0.5
    a_first = rarity_a * 2 * (k1 + 1) / (2 + k1 * long)
    b_first = rarity_b * (k1 + 1) / (1 + k1 * long)
    b_second = rarity_b * (k1 + 1) / (1 + k1 * short)
    assert ranker.scores(["a"]) == pytest.approx([a_first, 0.0], rel=1e-3)
    assert ranker.scores(["a", "b"]) == pytest.approx([a_first + b_first, b_second], rel=1e-3)


def test_a_word_said_again_counts_longer_where_many_people_speak() -> None:
    assert saturation_of([]) == saturation_of([5, 6]) == PLAIN_TEXT
    assert saturation_of([20, 40]) == 3.0
    assert saturation_of([60, 100]) == MANY_VOICES


def test_a_word_said_twice_counts_twice_and_an_unknown_one_nothing() -> None:
    ranker = Bm25([{"a": 2.0}, {"b": 1.0}])
    assert ranker.scores(["a", "a"]) == pytest.approx(2 * ranker.scores(["a"]))
    assert ranker.scores(["z"]) == pytest.approx([0.0, 0.0])
    assert ranker.scores([]) == pytest.approx([0.0, 0.0])


def test_no_document_scores_more_than_the_most() -> None:
    ranker = Bm25([{"a": 500.0, "b": 1.0}, {"b": 1.0}])
    assert ranker.scores(["a", "b"]).max() < ranker.most(["a", "b"])
    assert ranker.most(["a", "never seen"]) > ranker.most(["a"])


def test_terms_too_rare_to_keep_are_left_out() -> None:
    ranker = Bm25([{"once": 1.0, "often": 5.0}, {"often": 1.0}], least=1.0)
    assert ranker.scores(["once"]).sum() == 0
    assert ranker.scores(["often"])[0] > 0


def test_rarity_falls_with_every_document_and_is_never_negative() -> None:
    rarities = [inverse_frequency(spread, 50) for spread in range(51)]
    assert rarities == sorted(rarities, reverse=True)
    assert rarities[-1] > 0


def test_nearest_adds_up_a_groups_messages_and_a_copy_is_at_one() -> None:
    ranker = Nearest([["a", "b"], ["a", "c"], ["d"]], [0, 0, 1], count=3)
    cosines = ranker.cosines(["a", "b"])
    assert cosines == pytest.approx([1.0, cosines[1], 0.0], abs=2e-3)
    assert 0 < cosines[1] < 1
    assert ranker.scores(["a", "b"]) == pytest.approx([1 + cosines[1] ** 3, 0, 0], abs=2e-3)
    assert ranker.nearest(cosines) == pytest.approx([1.0, 0.0, 0.0], abs=2e-3)


def test_what_nobody_ever_said_makes_everything_farther() -> None:
    ranker = Nearest([["a", "b"], ["c"]], [0, 1], count=2)
    assert ranker.cosines(["a", "b", "z"])[0] < ranker.cosines(["a", "b"])[0]
    assert not ranker.cosines(["z"]).any()


def test_a_ranker_of_nothing_says_nothing() -> None:
    assert not Nearest([], [], count=2).scores(["a"]).any()
    assert Bm25([{}, {}]).scores(["a"]).tolist() == [0.0, 0.0]


def test_pairs_and_weighted_fields() -> None:
    assert with_pairs(["sin", "papel", "hoy"]) == ["sin", "papel", "hoy", "sin papel", "papel hoy"]
    document: dict[str, float] = {}
    add(document, Counter(["a", "a", "b"]), 3.0)
    add(document, Counter(["a"]))
    assert document == {"a": 7.0, "b": 3.0}
    assert np.isfinite(Bm25([document]).scores(["a"])).all()
