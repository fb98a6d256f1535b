import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baquiano.knowledge.search.fusion import fuse, min_max

ALL = np.ones(3, bool)
numbers = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(lambda values: np.array(values))


def test_scores_are_stretched_over_the_allowed_ones_only() -> None:
    assert min_max(np.array([5.0, 1.0, 100.0]), np.array([True, True, False])) == pytest.approx([1.0, 0.0, -1.0])


def test_equal_scores_and_nobody_allowed() -> None:
    assert min_max(np.array([2.0, 2.0, 2.0]), ALL) == pytest.approx([0, 0, 0])
    assert min_max(np.array([2.0, 1.0, 0.0]), ~ALL) == pytest.approx([-1, -1, -1])


def test_fusion_is_the_weighted_mean() -> None:
    rankings = {"a": np.array([1.0, 0.0, 0.5]), "b": np.array([0.0, 10.0, 5.0]), "ignored": np.array([9.0, 0, 0])}
    assert fuse(rankings, {"a": 1.0, "b": 3.0}, ALL) == pytest.approx([0.25, 0.75, 0.5])


@given(numbers, numbers, st.floats(0.01, 10), st.floats(0.01, 10))
def test_fused_scores_stay_between_nought_and_one(a: np.ndarray, b: np.ndarray, first: float, second: float) -> None:
    fused = fuse({"a": a, "b": b}, {"a": first, "b": second}, ALL)
    assert ((fused >= 0) & (fused <= 1 + 1e-9)).all()


@given(numbers, st.floats(0.1, 100), st.floats(-100, 100))
def test_scale_and_offset_of_a_ranker_do_not_matter(scores: np.ndarray, scale: float, offset: float) -> None:
    if np.ptp(scores) < 1e-3:
        return
    other = np.array([0.3, 0.1, 0.9])
    once = fuse({"a": scores, "b": other}, {"a": 1.0, "b": 1.0}, ALL)
    assert fuse({"a": scores * scale + offset, "b": other}, {"a": 1.0, "b": 1.0}, ALL) == pytest.approx(once, abs=1e-4)
