"""How well a model trained on one's own ratings does on headlines it was not trained on, beside the shipped one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.clickbait.calibration import fit_calibration, fit_logistic
from toolkit.clickbait.inputs import read_headlines
from toolkit.clickbait.model import MODEL_LANGUAGES, ClickbaitModel, _hash
from toolkit.clickbait.score import score_clickbait
from toolkit.errors import InputError
from toolkit.stats import MIN_CLUSTERS
from toolkit.tables import require_columns

__all__ = ["measure_calibration", "measure_held_out", "score_held_out"]

Floats = npt.NDArray[np.float64]
_MODELS = ("own", "shipped")


def score_held_out(model: ClickbaitModel, ratings: pd.DataFrame) -> pd.DataFrame:
    """Score each rated headline by a model that was trained without it, and by the shipped model.

    Parameters
    ----------
    model : ClickbaitModel
        Just fitted on these very rows: ``model.fit(ratings, ratings["rating"], groups=ratings["group"])``.
    ratings : DataFrame
        As `read_ratings` gives it: headline, rating (0 to 1), group.

    Returns
    -------
    DataFrame
        One row per headline, index and order as given: ``headline``, ``rating``, ``group``, ``fold`` (0, 1 ...:
        what was held out together), ``own`` and ``shipped`` (scores, 0 to 1; ``shipped`` is missing where the
        toolkit has no model for the language).

    Raises
    ------
    InputError
        If the model was loaded, or fitted on other headlines.
    MissingColumnsError
        If a column is absent.

    Notes
    -----
    Groups are dealt into five folds; the parts of a headline's score come from models trained on the other four,
    and so do the weights of the parts and the calibration. The model itself is trained on all rows, so these
    scores say how well such a model does on groups it has not met. The shipped model may have met headlines of
    public collections when it was trained; on those its figures flatter it.

    Examples
    --------
    >>> lines = [f"{n} reasons why you should try this" for n in range(3, 33)]
    >>> lines += [f"Council approves budget of {n} million" for n in range(3, 33)]
    >>> rated = pd.DataFrame({"headline": lines, "rating": [1.0] * 30 + [0.0] * 30, "group": lines})
    >>> model = ClickbaitModel(n_trees=20).fit(rated, rated["rating"], groups=rated["group"])
    >>> found = score_held_out(model, rated)
    >>> bool(found["own"].head(30).mean() > found["own"].tail(30).mean() + 0.5)
    True
    """
    require_columns(ratings, "ratings", ["headline", "rating", "group"], "Read them with read_ratings().")
    if not hasattr(model, "held_out_parts_"):
        raise InputError("model: it was loaded, or never fitted; fit it on these ratings first.")
    given = read_headlines(ratings["headline"], model.language)
    if model.info["headlines_sha256"] != _hash(given.texts):
        raise InputError(
            "model: it was fitted on other headlines, or in another order; fit it on these rows."
        )
    y = ratings["rating"].to_numpy(np.float64)
    parts, fold = model.held_out_parts_, model._fold
    own = np.zeros(len(y))
    for number in np.unique(fold):
        rest = fold != number
        weight = np.ones(int(rest.sum()))
        beta = fit_logistic(parts[rest], y[rest], weight)
        z = beta[0] + parts @ beta[1:]
        own[~rest] = fit_calibration(z[rest], y[rest]).apply(z[~rest])
    shipped = np.full(len(y), np.nan)
    if model.language in MODEL_LANGUAGES:
        shipped = score_clickbait(given.texts, model.language)["score"].to_numpy(np.float64)
    return pd.DataFrame(
        {
            "headline": ratings["headline"].astype("str"), "rating": y, "group": ratings["group"].astype("str"),
            "fold": fold, "own": own, "shipped": shipped,
        },
        index=ratings.index,
    )  # fmt: skip


def measure_held_out(
    held_out: pd.DataFrame,
    *,
    at_least: float = 0.5,
    level: float = 0.95,
    n_resamples: int = 999,
    random_state: int = 0,
) -> pd.DataFrame:
    """How well the own and the shipped model order and place headlines they were not trained on.

    Parameters
    ----------
    held_out : DataFrame
        As `score_held_out` gives it.
    at_least : float
        Rating from which a headline counts as clickbait for ``auc``, above 0 to 1.
    level, n_resamples, random_state
        Level of the intervals, bootstrap samples of groups, seed.

    Returns
    -------
    DataFrame
        One row per measure and model (``own``, ``shipped``, ``difference`` = own minus shipped), in this order:
        ``spearman`` (rank correlation of score and rating, -1 to 1), ``auc`` (share of pairs of a clickbait and
        another headline that are in the right order, ties half; 0.5 is chance), ``error`` (mean distance of score
        and rating, 0 to 1), ``bias`` (mean score minus mean rating). Columns ``measure``, ``model``, ``value``,
        ``low``, ``high``, ``n`` (headlines), ``n_groups``, ``reason`` (missing, or why there is no value or
        interval). Empty in, same rows without values.

    Raises
    ------
    InputError
        If an option is out of range.
    MissingColumnsError
        If a column is absent.

    Notes
    -----
    Percentile bootstrap of groups: headlines of one page or outlet were chosen together. Fewer than five groups
    bear no interval. Both models meet the same resamples, so the difference is paired.

    Examples
    --------
    >>> table = pd.DataFrame({"headline": list("abcdef"), "rating": [0, 0, 0, 1, 1, 1], "group": list("abcdef"),
    ...     "own": [0.1, 0.2, 0.3, 0.6, 0.7, 0.9], "shipped": [0.1, 0.8, 0.2, 0.3, 0.7, 0.1]})
    >>> measure_held_out(table, n_resamples=99).set_index(["measure", "model"])["value"].round(2)["auc"].to_dict()
    {'own': 1.0, 'shipped': 0.5, 'difference': 0.5}
    """
    columns = ["headline", "rating", "group", "own", "shipped"]
    require_columns(held_out, "held_out", columns, "Make it with score_held_out().")
    if not 0 < at_least <= 1:
        raise InputError(f"at_least: got {at_least!r}; allowed is a rating above 0, up to 1.")
    if not 0 < level < 1 or n_resamples < 1:
        raise InputError(
            f"level, n_resamples: got {level!r}, {n_resamples!r}; a share and 1 or more are needed."
        )
    # by name, so that the order of rows cannot decide which group a draw hits
    table = held_out.sort_values(["group", "headline"], kind="stable")
    y = table["rating"].to_numpy(np.float64)
    scores = {name: table[name].to_numpy(np.float64) for name in _MODELS}
    codes = pd.factorize(table["group"], sort=True)[0]
    n_groups = int(codes.max()) + 1 if len(codes) else 0
    rows_of = [np.flatnonzero(codes == code) for code in range(n_groups)]
    rng = np.random.default_rng(random_state)
    draws = [
        np.concatenate([rows_of[code] for code in rng.integers(0, n_groups, n_groups)])
        for _ in range(n_resamples if n_groups >= MIN_CLUSTERS else 0)
    ]
    rows = []
    for measure, statistic in _statistics(at_least).items():
        values, many = {}, {}
        for name, score in scores.items():
            there = len(y) > 0 and not np.isnan(score).any()
            values[name] = statistic(score, y) if there else np.nan
            many[name] = np.array([statistic(score[at], y[at]) for at in draws]) if there else np.array([])
        values["difference"] = values["own"] - values["shipped"]
        both = len(many["own"]) == len(many["shipped"])
        many["difference"] = many["own"] - many["shipped"] if both else np.array([])
        for name in (*_MODELS, "difference"):
            rows.append(
                {
                    "measure": measure, "model": name, "value": values[name],
                    **_interval(values[name], many[name], level, n_groups, len(y)),
                    "n": len(y), "n_groups": n_groups,
                }
            )  # fmt: skip
    order = ["measure", "model", "value", "low", "high", "n", "n_groups", "reason"]
    return pd.DataFrame(rows, columns=order).astype(dict.fromkeys(("measure", "model", "reason"), "str"))


def measure_calibration(held_out: pd.DataFrame, *, model: str = "own", n_bins: int = 5) -> pd.DataFrame:
    """Mean rating beside mean score, in bins of the score: does a score of 0.6 mean a rating of 0.6?

    Parameters
    ----------
    held_out : DataFrame
        As `score_held_out` gives it.
    model : {"own", "shipped"}
        Whose scores.
    n_bins : int
        Bins of about equal count, 1 or more; fewer where headlines are few (ten a bin at least).

    Returns
    -------
    DataFrame
        One row per bin, ascending: ``score_from``, ``score_to``, ``mean_score``, ``mean_rating``, ``rating_low``,
        ``rating_high`` (95 % t-interval of the mean rating, within 0 and 1), ``n``. Empty in, empty out.

    Raises
    ------
    InputError
        If ``model`` is unknown or ``n_bins`` below 1.
    MissingColumnsError
        If a column is absent.

    Examples
    --------
    >>> table = pd.DataFrame({"headline": [f"h{i:02}" for i in range(40)], "rating": [0.0] * 20 + [1.0] * 20,
    ...     "own": [0.1] * 20 + [0.8] * 20})
    >>> measure_calibration(table, n_bins=2)[["mean_score", "mean_rating", "n"]].round(3).values.tolist()
    [[0.1, 0.0, 20.0], [0.8, 1.0, 20.0]]
    """
    if model not in _MODELS:
        raise InputError(f"model: got {model!r}; allowed are {', '.join(map(repr, _MODELS))}.")
    if n_bins < 1:
        raise InputError(f"n_bins: got {n_bins!r}; 1 or more are needed.")
    require_columns(held_out, "held_out", ["headline", "rating", model], "Make it with score_held_out().")
    from scipy.stats import t

    known = held_out[held_out[model].notna()].sort_values([model, "headline"], kind="stable")
    score, rating = known[model].to_numpy(np.float64), known["rating"].to_numpy(np.float64)
    rows = []
    for piece in np.array_split(np.arange(len(score)), max(1, min(n_bins, len(score) // 10))):
        n = len(piece)
        if not n:
            continue
        mean = float(rating[piece].mean())
        reach = float(t.ppf(0.975, n - 1) * rating[piece].std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
        rows.append(
            {
                "score_from": score[piece[0]], "score_to": score[piece[-1]], "mean_score": score[piece].mean(),
                "mean_rating": mean, "rating_low": max(0.0, mean - reach), "rating_high": min(1.0, mean + reach),
                "n": n,
            }
        )  # fmt: skip
    names = ["score_from", "score_to", "mean_score", "mean_rating", "rating_low", "rating_high"]
    frame = pd.DataFrame(rows, columns=[*names, "n"])
    return frame.astype({**dict.fromkeys(names, "float64"), "n": "int64"})


def _rank(values: Floats) -> Floats:
    from scipy.stats import rankdata

    ranks: Floats = rankdata(values)
    return ranks


def _statistics(at_least: float) -> dict[str, Callable[[Floats, Floats], float]]:
    def spearman(score: Floats, rating: Floats) -> float:
        a, b = _rank(score), _rank(rating)
        if len(a) < 3 or np.ptp(a) == 0 or np.ptp(b) == 0:
            return float("nan")
        return float(np.corrcoef(a, b)[0, 1])

    def auc(score: Floats, rating: Floats) -> float:
        high = rating >= at_least
        n, m = int(high.sum()), int((~high).sum())
        if not n or not m:
            return float("nan")
        return float((_rank(score)[high].sum() - n * (n + 1) / 2) / (n * m))

    return {
        "spearman": spearman,
        "auc": auc,
        "error": lambda score, rating: float(np.abs(score - rating).mean()),
        "bias": lambda score, rating: float((score - rating).mean()),
    }


def _interval(value: float, draws: Floats, level: float, n_groups: int, n: int) -> dict[str, Any]:
    none = {"low": np.nan, "high": np.nan}
    if np.isnan(value):
        return {**none, "reason": "no headline" if not n else "no score by this model, or ratings all alike"}
    if n_groups < MIN_CLUSTERS:
        return {**none, "reason": f"{n_groups} groups; at least {MIN_CLUSTERS} are needed for an interval"}
    known = draws[~np.isnan(draws)]
    if len(known) < 0.9 * len(draws):
        return {**none, "reason": "too few headlines of one sort for an interval"}
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return {"low": float(low), "high": float(high), "reason": np.nan}
