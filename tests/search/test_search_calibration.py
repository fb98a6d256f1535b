import json

import numpy as np
import pytest

from baquiano.knowledge.search.calibration import Logistic, fit, logistic_from


def _drawn(count: int, seed: int) -> tuple[list[dict[str, float]], list[bool]]:
    """Messages whose truth is drawn from a known logistic: 1.5·score − 2·length − 0.5."""
    chance = np.random.default_rng(seed)
    score, length = chance.normal(size=count), chance.normal(size=count)
    probability = 1 / (1 + np.exp(-(1.5 * score - 2 * length - 0.5)))
    truths = chance.random(count) < probability
    return [{"score": float(s), "length": float(n)} for s, n in zip(score, length, strict=True)], [
        bool(t) for t in truths
    ]


def test_a_known_logistic_is_recovered() -> None:
    rows, truths = _drawn(20_000, seed=7)
    fitted = fit(rows, truths)
    slope = dict(zip(fitted.names, np.array(fitted.weights) / np.array(fitted.spreads), strict=True))
    assert slope["score"] == pytest.approx(1.5, abs=0.1)
    assert slope["length"] == pytest.approx(-2.0, abs=0.1)
    assert fitted.probability({"score": 0.0, "length": 0.0}) == pytest.approx(1 / (1 + np.exp(0.5)), abs=0.02)


def test_probabilities_are_what_happens() -> None:
    fitted = fit(*_drawn(20_000, seed=1))
    rows, truths = _drawn(20_000, seed=2)
    told = np.array([fitted.probability(row) for row in rows])
    for low in np.arange(0, 1, 0.2):
        part = (told >= low) & (told < low + 0.2)
        assert np.mean(np.array(truths)[part]) == pytest.approx(told[part].mean(), abs=0.03)


def test_fitting_twice_gives_the_same_numbers() -> None:
    rows, truths = _drawn(500, seed=3)
    assert fit(rows, truths) == fit(rows, truths)


def test_rows_that_separate_perfectly_and_columns_that_never_change_are_no_trouble() -> None:
    rows = [{"a": float(i), "same": 3.0} for i in range(10)]
    fitted = fit(rows, [i > 4 for i in range(10)])
    assert fitted.probability({"a": 9.0, "same": 3.0}) > 0.8
    assert fitted.probability({"a": 0.0, "same": 3.0}) < 0.2


def test_importance_is_like_repeating_the_row() -> None:
    rows, truths = _drawn(60, seed=4)
    repeated = fit([*rows, rows[0], rows[0]], [*truths, truths[0], truths[0]])
    weighed = fit(rows, truths, importance=[3.0, *[1.0] * 59])
    row = {"score": 0.4, "length": -0.2}
    assert weighed.probability(row) == pytest.approx(repeated.probability(row), abs=0.005)


def test_a_regression_survives_json() -> None:
    rows, truths = _drawn(300, seed=5)
    fitted = fit(rows, truths)
    again = logistic_from(json.loads(json.dumps(fitted.as_json())))
    assert again.probability(rows[0]) == pytest.approx(fitted.probability(rows[0]), abs=1e-3)


def test_broken_json_and_a_missing_feature_are_refused() -> None:
    with pytest.raises(ValueError, match="one mean"):
        logistic_from({"names": ["a"], "means": [], "spreads": [1], "weights": [1], "bias": 0})
    with pytest.raises(KeyError):
        Logistic(("a",), (0.0,), (1.0,), (1.0,), 0.0).probability({"b": 1.0})
    with pytest.raises(ValueError, match="nothing"):
        fit([], [])
