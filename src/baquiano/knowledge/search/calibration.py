"""Scores into probabilities: small logistic regressions, fitted from reviewed messages and kept as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

STEPS = 60


@dataclass(frozen=True)
class Logistic:
    """A probability from named features: standardised by the mean and spread of the messages it was fitted on."""

    names: tuple[str, ...]
    means: tuple[float, ...]
    spreads: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Mapping[str, float]) -> float:
        """0–1. Raises KeyError when a feature it was fitted on is missing."""
        terms = zip(self.names, self.means, self.spreads, self.weights, strict=True)
        logit = self.bias + sum(w * (features[name] - mean) / spread for name, mean, spread, w in terms)
        return float(_sigmoid(np.array(logit)))

    def as_json(self) -> dict[str, Any]:
        rounded = [[round(v, 5) for v in values] for values in (self.means, self.spreads, self.weights)]
        return {
            "names": list(self.names),
            "means": rounded[0],
            "spreads": rounded[1],
            "weights": rounded[2],
            "bias": round(self.bias, 5),
        }


def logistic_from(data: Mapping[str, Any]) -> Logistic:
    """A regression from its JSON. Raises KeyError or ValueError when a part is missing or of another length."""
    columns = [tuple(data[key]) for key in ("names", "means", "spreads", "weights")]
    if len({len(column) for column in columns}) != 1:
        raise ValueError("a calibration needs one mean, one spread and one weight for each feature")
    names, means, spreads, weights = columns
    return Logistic(names, means, spreads, weights, float(data["bias"]))


def fit(
    rows: Sequence[Mapping[str, float]],
    truths: Sequence[bool],
    *,
    importance: Sequence[float] | None = None,
    penalty: float = 1.0,
) -> Logistic:
    """The regression most likely to have given `truths`, by Newton's method with an L2 penalty on all but the bias.

    `importance`: how many messages each row stands for. Deterministic. Raises ValueError without rows.
    """
    if not rows:
        raise ValueError("nothing to fit on")
    names = tuple(sorted(rows[0]))
    raw = np.array([[row[name] for name in names] for row in rows], np.float64)
    truth = np.array(truths, np.float64)
    counts = np.ones(len(rows)) if importance is None else np.array(importance, np.float64)
    means, spreads = raw.mean(0), raw.std(0)
    spreads[spreads < 1e-9] = 1.0
    design = np.hstack([(raw - means) / spreads, np.ones((len(rows), 1))])
    ridge = np.full(design.shape[1], penalty)
    ridge[-1] = 1e-6
    solution = np.zeros(design.shape[1])
    for _ in range(STEPS):
        probability = _sigmoid(design @ solution)
        slope = design.T @ (counts * (probability - truth)) + ridge * solution
        curve = (design * (counts * probability * (1 - probability))[:, None]).T @ design + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        solution -= step
        if float(np.abs(step).max()) < 1e-8:
            break
    return Logistic(
        names,
        tuple(map(float, means)),
        tuple(map(float, spreads)),
        tuple(map(float, solution[:-1])),
        float(solution[-1]),
    )


def _sigmoid(values: Numbers) -> Numbers:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(values, -35.0, 35.0))), np.float64)
