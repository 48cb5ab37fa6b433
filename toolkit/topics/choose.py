"""How many topics: the whole curve, a reason, and the courage to say that there is no clear number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.topics.mixture import Mixture, fit_mixture, unit_rows
from toolkit.topics.neighbours import keep_neighbours
from toolkit.topics.stability import halves

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["CANDIDATES", "TopicChoice", "choose_number", "choose_topics"]

#: Numbers of topics that are tried: all small ones, then in steps of a fifth at most.
CANDIDATES = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32, 38)
#: Texts the curve is computed on, at most.
_MOST = 20_000
#: Up to here the texts are halved twice and each model has six starts; beyond, chance matters less: once, four.
_FEW = 8_000
#: Scores this close to the best count as equal to it: where halves agree on the best, and where they do not.
_CLOSE, _VAGUE = 0.95, 0.85
#: The curve ends after this many candidates in a row whose score is below this share of the best.
_POOR, _IN_A_ROW = 0.8, 3
#: A number is clear only where halves of the texts agree on it at least so well.
_AGREED = 0.78
#: A number is only tried where each topic could have this many texts in each half.
_LEAST = 10
#: In collections this small halves are too thin for that, and a few texts a topic must do.
_SMALL, _LEAST_IN_SMALL = 400, 3
_COLUMNS = (
    "n_topics", "stability", "stability_low", "stability_high", "likelihood", "gain", "silhouette", "coherence",
    "score", "chosen",
)  # fmt: skip


class TopicChoice(NamedTuple):
    """A number of topics, and what it rests on.

    Attributes
    ----------
    n_topics : int
        The number to use.
    clear : bool
        Whether the number stands out; False is "no clear number".
    reason : str
        Why this number, in a sentence.
    curve : DataFrame
        See `choose_topics`.
    """

    n_topics: int
    clear: bool
    reason: str
    curve: pd.DataFrame


def choose_topics(
    texts: Any,
    *,
    candidates: Sequence[int] | None = None,
    repeats: int | None = None,
    n_starts: int | None = None,
    random_state: int = 0,
    **settings: Any,
) -> TopicChoice:
    """Compute how firmly each number of topics stands, and pick one.

    Parameters
    ----------
    texts : list, array or Series of str, or DataFrame
        As `TopicModel.fit` takes them.
    candidates : sequence of int, optional
        Numbers to try, 2 or more; by default 2 to 38 in growing steps, as far as there are 10 texts a topic in
        each half; the default ends early after three numbers in a row with a score below 80 % of the best.
    repeats : int, optional
        How often the texts are split in halves; by default twice, once for more than 8,000 texts.
    n_starts : int, optional
        Starts of each half's model; by default 6, or 4 for more than 8,000 texts.
    random_state : int, default 0
        Seed.
    **settings
        Settings of `TopicModel` that decide about words (``stop_words``, ``min_df``, ``tokenizer`` ...).

    Returns
    -------
    TopicChoice
        ``n_topics``, ``clear``, ``reason`` and ``curve``, a DataFrame with a row per candidate, in order:
        ``n_topics``; ``stability`` (adjusted Rand index of two models of random halves, each labelling all
        texts; mean over the repeats, with ``stability_low`` and ``stability_high``, the smallest and largest);
        ``likelihood`` (mean log likelihood of a text under the model of the half it is not in); ``gain`` (the
        share of the best candidate's gain in likelihood over one topic); ``silhouette`` (simplified, -1 to 1);
        ``coherence`` (mean NPMI of the ten strongest words of each topic, -1 to 1); ``score`` (stability times
        gain; 0 where some of the topics stayed empty); ``chosen``.

    Raises
    ------
    InputError

    Notes
    -----
    No number is the true one: topics have subtopics. Stability asks which number another sample of the same
    news would give again, and alone favours few topics; likelihood of unseen texts asks how many the texts can
    carry, and alone favours many; the score is their product. The largest number whose score is within 5 % of
    the best is taken, and called clear where no other is that close. Where the best itself has a stability below
    .78, no number is clear, and the largest within 15 % is taken: topics can be read together later, not apart.
    These three limits were set on three labelled collections; on others they are a convention.
    Coherence and silhouette are shown, not used: both go up with ever smaller topics. At most 20,000 texts are
    used, chosen by their hashes.

    Measured: 5 on BBC news (5 classes, clear), 4 on AG News (4, clear), 18 on 20 Newsgroups (20; no clear number:
    7 to 18 do about as well).

    Examples
    --------
    >>> weather = ["rain storm wind", "storm wind flood", "flood rain storm", "wind rain flood"]
    >>> sport = ["goal match team", "team coach goal", "match coach team", "goal coach match"]
    >>> choice = choose_topics(weather * 10 + sport * 10, candidates=[2, 3])
    >>> choice.n_topics, choice.curve["n_topics"].tolist()
    (2, [2, 3])
    """
    from toolkit.topics.model import TopicModel

    if candidates is not None and (not len(candidates) or min(candidates) < 2):
        raise InputError(f"candidates: got {list(candidates)!r}; whole numbers from 2 are needed.")
    model = TopicModel(random_state=random_state, **settings)
    weights, places, near, pull = model._read_for_choice(texts)
    return choose_number(
        weights,
        places,
        near,
        pull=pull,
        seed=random_state,
        candidates=candidates,
        repeats=repeats,
        n_starts=n_starts,
    )


def choose_number(
    weights: csr_matrix,
    places: np.ndarray,
    near: csr_matrix,
    *,
    pull: float = 0.0,
    seed: int = 0,
    candidates: Sequence[int] | None = None,
    repeats: int | None = None,
    n_starts: int | None = None,
) -> TopicChoice:
    """`choose_topics` on texts already weighed and placed, in canonical order."""
    n = weights.shape[0]
    if n > _MOST:
        first = np.arange(_MOST)
        weights, places, near, n = weights[first], places[first], keep_neighbours(near, first), _MOST
    repeats = repeats or (2 if n <= _FEW else 1)
    n_starts = n_starts or (6 if n <= _FEW else 4)
    most = n // (2 * (_LEAST if n >= _SMALL else _LEAST_IN_SMALL))
    tried = [k for k in (CANDIDATES if candidates is None else sorted(set(candidates))) if k <= max(most, 0)]
    if not tried:
        curve = pd.DataFrame({name: pd.Series([], dtype=_dtype(name)) for name in _COLUMNS})
        number = 1 if n < 6 else 2
        reason = f"no clear number: {n} texts are too few to compare halves of them; {number} by rule"
        return TopicChoice(number, False, reason, curve)
    splits = [halves(n, repeat, seed) for repeat in range(repeats)]
    alone = np.mean([_held_out(weights, places, near, 1, split, 1, seed, pull)[1] for split in splits])
    rows: list[dict[str, float]] = []
    for k in tried:
        figures = [_held_out(weights, places, near, k, split, n_starts, seed, pull) for split in splits]
        agreements = [agreement for agreement, _, _ in figures]
        labels = figures[0][2]
        rows.append(
            {
                "n_topics": k,
                "stability": float(np.mean(agreements)),
                "stability_low": min(agreements),
                "stability_high": max(agreements),
                "likelihood": float(np.mean([likelihood for _, likelihood, _ in figures])),
                "silhouette": _silhouette(places, labels),
                "coherence": _coherence(weights, labels, k),
                "full": float(all(len(np.unique(found)) == k for _, _, found in figures)),
            }
        )
        curve = _rate(pd.DataFrame(rows), float(alone))
        poor = curve["score"] < _POOR * curve["score"].max()
        if candidates is None and len(poor) > _IN_A_ROW and poor.tail(_IN_A_ROW).all():
            break
    return _decide(curve)


def _rate(curve: pd.DataFrame, alone: float) -> pd.DataFrame:
    """Add gain and score to the figures of the candidates."""
    best = max(float(curve["likelihood"].max()) - alone, 1e-12)
    curve["gain"] = ((curve["likelihood"] - alone) / best).clip(lower=0.0)
    # where texts are few, no model foretells the other half better than one topic does: agreement must decide
    gain = curve["gain"] if (curve["gain"] > 0).any() else 1.0
    curve["score"] = (curve["stability"] * gain * curve["full"]).clip(lower=0.0)
    curve["chosen"] = False
    return curve[list(_COLUMNS)].astype({name: _dtype(name) for name in _COLUMNS})


def _dtype(name: str) -> str:
    return {"n_topics": "int64", "chosen": "bool"}.get(name, "float64")


def _held_out(
    weights: csr_matrix,
    places: np.ndarray,
    near: csr_matrix,
    k: int,
    split: tuple[np.ndarray, np.ndarray],
    n_starts: int,
    seed: int,
    pull: float,
) -> tuple[float, float, np.ndarray]:
    """Agreement of the models of two halves, their likelihood on the other half, labels by the first."""
    from sklearn.metrics import adjusted_rand_score

    labels, likelihoods = [], []
    for mine, other in (split, split[::-1]):
        mixture, _ = fit_mixture(
            weights[mine],
            places[mine],
            k,
            n_starts=n_starts,
            seed=seed,
            pull=pull,
            near=keep_neighbours(near, mine),
        )
        scores = mixture.score(weights, places)
        labels.append(scores.argmax(axis=1))
        likelihoods.append(_mean_likelihood(mixture, scores[other]))
    return float(adjusted_rand_score(*labels)), float(np.mean(likelihoods)), labels[0]


def _mean_likelihood(mixture: Mixture, scores: np.ndarray) -> float:
    top = scores.max(axis=1)
    return float((top + np.log(np.exp(scores - top[:, None]).sum(axis=1))).mean())


def _silhouette(places: np.ndarray, labels: np.ndarray) -> float:
    """Simplified silhouette: distance to the own topic's mean against that to the next topic's."""
    used = np.unique(labels)
    if len(used) < 2:
        return float("nan")
    means = unit_rows(np.stack([places[labels == topic].mean(axis=0) for topic in used]))
    far = 1.0 - np.clip((places @ means.T), -1.0, 1.0)
    at = np.searchsorted(used, labels)
    own = far[np.arange(len(far)), at]
    far[np.arange(len(far)), at] = np.inf
    other = far.min(axis=1)
    return round(float(np.mean((other - own) / np.maximum(np.maximum(own, other), 1e-12))), 10)


def _coherence(weights: csr_matrix, labels: np.ndarray, k: int, n_words: int = 10) -> float:
    """Mean NPMI of the pairs among each topic's strongest words, over texts."""
    from scipy.sparse import csr_matrix

    n = len(labels)
    member = csr_matrix((np.ones(n), (labels, np.arange(n))), shape=(k, n))
    present = weights.copy()
    present.data = np.ones_like(present.data)
    mass = np.asarray((member @ weights).todense())
    total = np.maximum(mass.sum(axis=0), 1e-12)
    strength = np.round(mass * np.log1p(mass * k / total), 9)
    df = np.maximum(np.asarray(present.sum(axis=0)).ravel(), 1.0)
    values = []
    for topic in range(k):
        top = np.argsort(-strength[topic], kind="stable")[:n_words]
        both = np.asarray((present[:, top].T @ present[:, top]).todense()) / n
        single = df[top] / n
        upper = np.triu_indices(len(top), 1)
        joint = both[upper]
        with np.errstate(divide="ignore", invalid="ignore"):
            npmi = np.log(joint / (single[upper[0]] * single[upper[1]])) / -np.log(joint)
        values.append(
            np.where(joint > 0, np.where(joint < 1, npmi, 1.0), -1.0).mean() if len(joint) else np.nan
        )
    return round(float(np.nanmean(values)), 10) if not np.isnan(values).all() else float("nan")


def _decide(curve: pd.DataFrame) -> TopicChoice:
    """The largest number close to the best score, and whether it stands out."""
    score = curve["score"].round(9)
    firm = float(curve.loc[score.idxmax(), "stability"]) >= _AGREED
    share = _CLOSE if firm else _VAGUE
    close = curve.loc[score >= share * score.max(), "n_topics"]
    number = int(close.max()) if score.max() > 0 else int(curve["n_topics"].min())
    curve["chosen"] = curve["n_topics"] == number
    stability = float(curve.loc[curve["chosen"], "stability"].iloc[0])
    clear = firm and len(close) == 1
    agree = f"two halves of the texts agree on {number} topics with an adjusted Rand index of {stability:.2f}"
    if clear:
        reason = f"{number} stands out: {agree}, and no other number comes within 5 % of its score."
    elif len(close) == 1:
        reason = f"no clear number: {number} has the best score, but {agree} only."
    elif score.max() <= 0:
        reason = f"no clear number: halves of the texts agree on none; {number} is the smallest tried."
    else:
        others = ", ".join(str(k) for k in close if k != number)
        reason = f"no clear number: {others} do about as well as {number}, the largest of them; {agree}."
    return TopicChoice(number, clear, reason, curve)
