"""How many topics: the whole curve, a reason, and the courage to say that there is no clear number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from toolkit.topics.mixture import fit_mixture
from toolkit.topics.stability import halves

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Choice", "choose_number"]


@dataclass(frozen=True)
class Choice:
    """A number of topics, the table it was read from, why, and whether it stands out."""

    n_topics: int
    curve: pd.DataFrame
    reason: str
    clear: bool


def _ari(a: np.ndarray, b: np.ndarray) -> float:
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(a, b))


def choose_number(
    weights: csr_matrix, places: np.ndarray, near: csr_matrix, *, pull: float = 0.0, seed: int = 0
) -> Choice:
    n = weights.shape[0]
    rows = []
    for k in range(2, min(12, n // 4) + 1):
        one, two = (
            np.argmax(
                fit_mixture(weights[half], places[half], k, n_starts=4, seed=seed, pull=pull)[0].score(
                    weights, places
                ),
                axis=1,
            )
            for half in halves(n, 0, seed)
        )
        rows.append((k, _ari(one, two)))
    curve = pd.DataFrame(rows, columns=["n_topics", "stability"])
    if not rows:
        return Choice(1, curve, "too few texts to tell topics apart", False)
    best = curve["stability"].max()
    k = int(curve.loc[curve["stability"] >= 0.9 * best, "n_topics"].max())
    return Choice(k, curve, "largest number within 90 % of the best stability", True)
