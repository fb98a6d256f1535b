"""Several rankers into one order: each one's scores stretched to 0–1 over the candidates, then weighed and added."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def min_max(scores: NDArray[np.floating], allowed: NDArray[np.bool_]) -> Numbers:
    """0 for the worst allowed candidate, 1 for the best, all 0 when they are equal; −1 for those not allowed."""
    stretched = np.full(len(scores), -1.0)
    if not allowed.any():
        return stretched
    candidates = np.nan_to_num(scores[allowed].astype(np.float64))
    lowest, highest = candidates.min(), candidates.max()
    width = highest - lowest
    stretched[allowed] = (candidates - lowest) / width if width > 1e-12 else 0.0
    return stretched


def fuse(
    rankings: Mapping[str, NDArray[np.floating]], weights: Mapping[str, float], allowed: NDArray[np.bool_]
) -> Numbers:
    """The weighed mean of the stretched scores: 0–1 for allowed candidates, −1 for the others. A ranker without weight is left out."""
    used = {name: weights[name] for name in rankings if weights.get(name, 0.0) > 0}
    total = sum(used.values())
    fused = np.where(allowed, 0.0, -1.0)
    for name, weight in used.items():
        fused[allowed] += min_max(rankings[name], allowed)[allowed] * weight / total
    return fused
