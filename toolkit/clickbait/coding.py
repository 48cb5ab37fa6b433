"""Checking the tool on one's own headlines: a blinded coding sheet, and the agreement of people and tool."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from toolkit.clickbait.cues import CUES, find_cues
from toolkit.clickbait.inputs import read_headlines
from toolkit.clickbait.model import ClickbaitModel
from toolkit.clickbait.score import score_clickbait
from toolkit.errors import InputError
from toolkit.stats import krippendorff_alpha, wilson_interval
from toolkit.tables import require_columns

__all__ = ["RATINGS", "agreement", "coding_sheet", "headline_id"]

#: The scale of the sheet, that of the Webis Clickbait Challenge 2017.
RATINGS = {0: "not clickbait", 1: "slightly", 2: "considerably", 3: "heavily"}

_COLUMNS = ("measure", "of", "against", "n", "value", "low", "high", "reason")


def headline_id(headline: str) -> str:
    """First 12 hex digits of the SHA-256 of a headline: names it without quoting it.

    Examples
    --------
    >>> headline_id("Council approves budget")
    '4a57b9b05448'
    """
    return hashlib.sha256(headline.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def coding_sheet(
    headlines: Any, n: int = 200, *, cues: tuple[str, ...] = (), random_state: int = 0
) -> pd.DataFrame:
    """Draw a blinded sample of headlines for people to rate.

    Parameters
    ----------
    headlines : list or Series of str, or DataFrame
        See ``score_clickbait``.
    n : int
        Headlines to draw, >= 1; all where there are fewer.
    cues : tuple of str
        Cues (see ``CUES``) that coders judge too, 1 = present, 0 = absent.
    random_state : int
        Seed of the sample and its order.

    Returns
    -------
    DataFrame
        One row per distinct headline, in random order: ``id``, ``headline``, ``rating`` (to be filled, 0 to 3, see
        ``RATINGS``), one column per cue asked for, ``comment``. Nothing in it tells site, module, rank, score or
        cues found. Give each coder a copy: ``sheet.to_csv("coder_a.csv", index=False)``.

    Raises
    ------
    InputError
        If ``n`` is below 1 or a cue is unknown.

    Examples
    --------
    >>> sheet = coding_sheet(["One", "Two", "One", None], n=10, cues=("hyperbole",))
    >>> sheet.columns.tolist(), len(sheet)
    (['id', 'headline', 'rating', 'hyperbole', 'comment'], 2)
    """
    if n < 1:
        raise InputError(f"n: got {n!r}; allowed are 1 and more.")
    _check_cues(cues)
    given = read_headlines(headlines, "en")
    texts = sorted({text for text, reason in zip(given.texts, given.reasons, strict=True) if not reason})
    picked = np.random.default_rng(random_state).permutation(len(texts))[:n]
    drawn = [texts[at] for at in picked]
    empty = [np.nan] * len(drawn)
    return pd.DataFrame(
        {
            "id": pd.Series([headline_id(text) for text in drawn], dtype="str"),
            "headline": pd.Series(drawn, dtype="str"),
            "rating": pd.Series(empty, dtype="float64"),
            **{cue: pd.Series(empty, dtype="float64") for cue in cues},
            "comment": pd.Series(empty, dtype="str"),
        }
    )


def agreement(
    sheets: Mapping[str, pd.DataFrame],
    language: str | None = None,
    *,
    model: ClickbaitModel | None = None,
    scale: str | None = None,
    at_least: float = 1.0,
    level: float = 0.95,
    n_resamples: int = 999,
    random_state: int = 0,
) -> pd.DataFrame:
    """How far coders agree with each other, and the tool with their mean.

    Parameters
    ----------
    sheets : mapping of str to DataFrame
        Filled coding sheets by coder; columns ``id``, ``headline``, ``rating`` (0 to 3, missing where not judged)
        and cues judged 0 or 1.
    language, model, scale
        As for ``score_clickbait``. The scale moves ``bias`` and the alpha of tool and coders, not the order.
    at_least : float
        Mean rating from which a headline counts as clickbait for AUC, 0 to 3.
    level, n_resamples, random_state
        Level of the intervals, bootstrap samples of headlines, seed.

    Returns
    -------
    DataFrame
        ``measure``, ``of``, ``against``, ``n`` (headlines), ``value``, ``low``, ``high``, ``reason`` (why a figure
        or its interval is missing). In this order: ``alpha`` of the coders' ratings (Krippendorff, nominal) and of
        "at least slightly"; of score against mean rating ``spearman``, ``auc``, ``bias`` (mean score minus mean
        rating / 3); ``alpha`` of tool and coders' majority on "at least slightly" (score >= 1/3); per cue judged
        ``alpha`` of the coders, ``precision`` and ``recall`` of the tool against the coders' majority (Wilson).

    Raises
    ------
    InputError
        If there is no sheet, or a rating is not within 0 and 3.
    MissingColumnsError
        If a sheet has no ``id``, ``headline`` or ``rating``.

    Notes
    -----
    Ties in rank share their mean rank. The bootstrap resamples headlines.

    Examples
    --------
    >>> lines = ["9 tricks you need now!", "Bank keeps rate", "You won't believe this", "Vote on Tuesday"] * 2
    >>> sheet = coding_sheet([f"{line} {number}" for number, line in enumerate(lines)])
    >>> sheet["rating"] = [3.0 if "you" in line.lower() else 0.0 for line in sheet["headline"]]
    >>> found = agreement({"a": sheet, "b": sheet}, "en").set_index("measure")
    >>> float(found.loc["auc", "value"])
    1.0
    """
    table, cues = _join(sheets)
    names = list(sheets)
    ratings = table[[f"rating {name}" for name in names]].to_numpy(float)
    options: dict[str, Any] = {"level": level, "n_resamples": n_resamples, "random_state": random_state}
    rows: list[dict[str, Any]] = []

    def add(measure: str, of: str, against: str, found: Any) -> None:
        rows.append(
            {
                "measure": measure, "of": of, "against": against, "n": found.n, "value": found.value,
                "low": found.low, "high": found.high, "reason": found.reason or np.nan,
            }
        )  # fmt: skip

    coders = ", ".join(names)
    add("alpha", "rating", coders, krippendorff_alpha(ratings, **options))
    slight = np.where(np.isnan(ratings), np.nan, (ratings >= 1).astype(float))
    add("alpha", "at least slightly", coders, krippendorff_alpha(slight, **options))
    judged = ~np.isnan(ratings).all(axis=1)
    score = score_clickbait(table, language, model=model, scale=scale)["score"].to_numpy()
    use = judged & ~np.isnan(score)
    mean = np.nanmean(ratings[use], axis=1) if use.any() else np.zeros(0)
    for measure, statistic in (("spearman", _spearman), ("auc", _auc_at(at_least)), ("bias", _bias)):
        add(measure, "score", "mean rating", _bootstrap(score[use], mean, statistic, **options))
    both = np.column_stack([score[use] >= 1 / 3, mean >= at_least]).astype(float)
    add("alpha", "score >= 1/3", "coders' mean", krippendorff_alpha(both.reshape(-1, 2), **options))
    found_cues = find_cues(table, language) if cues else None
    for cue in cues:
        codes = table[[f"{cue} {name}" for name in names]].to_numpy(float)
        add("alpha", cue, coders, krippendorff_alpha(codes, **options))
        known = ~np.isnan(codes).all(axis=1)
        truth = np.zeros(len(table), bool)
        truth[known] = np.nanmean(codes[known], axis=1) > 0.5
        assert found_cues is not None
        hit = table.index.isin(found_cues.loc[found_cues["cue"] == cue, "headline_index"])
        for measure, base in (("precision", hit & known), ("recall", truth & known)):
            n, x = int(base.sum()), int((hit & truth & known).sum())
            low, high = wilson_interval(x, n, level)
            rows.append(
                {
                    "measure": measure, "of": cue, "against": "coders' majority", "n": n,
                    "value": x / n if n else np.nan, "low": float(low), "high": float(high),
                    "reason": np.nan if n else "no headline to judge it by",
                }
            )  # fmt: skip
    texts = dict.fromkeys(("measure", "of", "against", "reason"), "str")
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(texts)


def _check_cues(cues: Any) -> None:
    unknown = [cue for cue in cues if cue not in CUES]
    if unknown:
        raise InputError(f"cues: unknown cue {unknown[0]!r}; allowed are {', '.join(CUES)}.")


def _join(sheets: Mapping[str, pd.DataFrame]) -> tuple[pd.DataFrame, list[str]]:
    if not isinstance(sheets, Mapping) or not sheets:
        raise InputError("sheets: no filled sheet given; pass {'coder a': table, 'coder b': table}.")
    parts, cues = [], []
    for name, sheet in sheets.items():
        require_columns(
            sheet, f"sheets[{name!r}]", ["id", "headline", "rating"], "Use the columns of coding_sheet()."
        )
        wrong = sheet.loc[
            sheet["rating"].notna() & ~pd.to_numeric(sheet["rating"], errors="coerce").between(0, 3), "rating"
        ]
        if len(wrong):
            raise InputError(
                f"sheets[{name!r}]: rating {wrong.iloc[0]!r} in row {wrong.index[0]!r}; allowed are 0 to 3, or empty."
            )
        own = [cue for cue in CUES if cue in sheet.columns]
        cues += [cue for cue in own if cue not in cues]
        part = sheet.drop_duplicates("id").set_index("id")
        parts.append(part["headline"].to_frame())
        parts.append(part[["rating", *own]].add_suffix(f" {name}").astype("float64"))
    texts = pd.concat(parts[::2])["headline"]
    texts = texts[~texts.index.duplicated()]
    table = pd.concat([texts, *parts[1::2]], axis=1).sort_index().reset_index(drop=True)
    for cue in cues:
        for name in sheets:
            if f"{cue} {name}" not in table.columns:
                table[f"{cue} {name}"] = np.nan
    return table, cues


def _ranks(values: Any) -> Any:
    return pd.Series(values).rank().to_numpy()


def _spearman(score: Any, mean: Any) -> float:
    a, b = _ranks(score), _ranks(mean)
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _auc_at(at_least: float) -> Any:
    def auc(score: Any, mean: Any) -> float:
        positive = mean >= at_least
        n, m = int(positive.sum()), int((~positive).sum())
        if not n or not m:
            return float("nan")
        return float((_ranks(score)[positive].sum() - n * (n + 1) / 2) / (n * m))

    return auc


def _bias(score: Any, mean: Any) -> float:
    return float((score - mean / 3).mean()) if len(score) else float("nan")


class _Found:
    def __init__(self, value: float, low: float, high: float, n: int, reason: str) -> None:
        self.value, self.low, self.high, self.n, self.reason = value, low, high, n, reason


def _bootstrap(
    score: Any, mean: Any, statistic: Any, *, level: float, n_resamples: int, random_state: int
) -> _Found:
    n = len(score)
    value = statistic(score, mean) if n else float("nan")
    if np.isnan(value):
        return _Found(np.nan, np.nan, np.nan, n, "too few headlines, or no variation among them")
    rng = np.random.default_rng(random_state)
    draws = []
    for _ in range(n_resamples):
        at = rng.integers(0, n, n)
        draws.append(statistic(score[at], mean[at]))
    low, high = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return _Found(value, float(low), float(high), n, "")
