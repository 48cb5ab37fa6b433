"""How firmly topics stand: what two half samples of the texts find again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from toolkit.topics.mixture import Mixture, fit_mixture
from toolkit.topics.neighbours import keep_neighbours

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["halves", "measure_topic_stability"]

#: With fewer texts a topic than this, half a sample says nothing.
MIN_TEXTS = 5


def halves(n: int, repeat: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two halves of the rows, drawn at random, each in rising order."""
    rng = np.random.Generator(np.random.PCG64([seed, repeat]))
    mixed = rng.permutation(n)
    return np.sort(mixed[: n // 2]), np.sort(mixed[n // 2 :])


def measure_topic_stability(
    weights: csr_matrix,
    places: np.ndarray,
    near: csr_matrix,
    mixture: Mixture,
    *,
    n_starts: int = 3,
    seed: int = 0,
) -> np.ndarray:
    """For each topic, how much of it models of two random halves find again.

    Each half gives a model with as many topics, which labels all texts; a topic's figure is its largest
    Jaccard overlap with one of theirs, the mean of both halves. NaN for one topic, or fewer than 5 texts a
    topic.
    """
    k, n = mixture.n_topics, weights.shape[0]
    if k < 2 or n < MIN_TEXTS * k * 2:
        return np.full(k, np.nan)
    labels = np.argmax(mixture.score(weights, places), axis=1)
    sizes = np.bincount(labels, minlength=k)
    found = np.zeros(k)
    for rows in halves(n, 0, seed):
        half, _ = fit_mixture(
            weights[rows],
            places[rows],
            k,
            n_starts=n_starts,
            seed=seed,
            pull=mixture.pull,
            near=keep_neighbours(near, rows),
        )
        other = np.argmax(half.score(weights, places), axis=1)
        shared = np.zeros((k, k))
        np.add.at(shared, (labels, other), 1.0)
        either = sizes[:, None] + np.bincount(other, minlength=k)[None, :] - shared
        found += (shared / np.maximum(either, 1.0)).max(axis=1) / 2.0
    return found
