"""A calibrated score of clickbait style, with what it is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.clickbait.inputs import Headlines, read_headlines
from toolkit.clickbait.match import Hit
from toolkit.clickbait.model import MODEL_LANGUAGES, ClickbaitModel, load_model
from toolkit.clickbait.rules import load_rules
from toolkit.errors import InputError

__all__ = ["score_clickbait"]

_FLOATS = (
    "score",
    "score_low",
    "score_high",
    "logit",
    "base_part",
    "words_part",
    "skeleton_part",
    "cues_part",
)
_BATCH = 8192


def score_clickbait(
    headlines: Any,
    language: str | None = None,
    *,
    model: ClickbaitModel | None = None,
    scale: str | None = None,
) -> pd.DataFrame:
    """Score headlines by how much they read like clickbait to readers.

    Parameters
    ----------
    headlines : list or Series of str, or DataFrame
        A table (placements) needs a column ``headline``; a column ``language`` is used where it is filled.
    language : str, optional
        BCP 47 tag for all headlines. Default: the table's, else a light test of script and function words.
    model : ClickbaitModel, optional
        One's own model; it scores headlines of its language. Default: the one that comes with the toolkit.
    scale : str, optional
        Whose ratings the score is calibrated to: ``"readers"`` (default), the five paid readers per post of
        Webis-Clickbait-17; ``"sidebar"``, the raters of real sidebar headlines, who are stricter and give nothing
        at all to half of them. The order of headlines is the same on both; on sidebar headlines the first is about
        .12 above the second. Choose ``"sidebar"`` where scores stand beside people's ratings of such headlines.

    Returns
    -------
    DataFrame
        One row per headline, in order, with the index of the input.

        ``headline`` (as given; missing where it was no text), ``score`` (0 to 1: the mean rating readers would
        give on a scale from "not" to "heavily" clickbait), ``score_low``, ``score_high`` (conformal interval,
        made to cover the mean rating of 90 % of new headlines), ``scale`` (whose ratings these three stand for),
        ``logit`` = ``base_part`` + ``words_part`` + ``skeleton_part`` + ``cues_part`` (the average line, and what
        speaks for or against it here, on the logit scale, before calibration),
        ``cues`` (names of the cues found, in order), ``n_cues`` (how many hits), ``language``,
        ``language_from`` (given, table or guessed), ``abstained``, ``reason`` (why there is no score, else
        missing).

        Where the score abstains the numbers are missing: no text, a line over 500 characters, or a language
        without a model.

    Raises
    ------
    InputError
        If ``headlines`` is a single string, ``language`` is no tag, or the model has no such ``scale``.
    MissingColumnsError
        If a table has no column ``headline``.

    Notes
    -----
    The score is about style. It does not tell whether a headline is true, meant to deceive, or clicked. Learnt
    from ratings of English posts and headlines; see the model card for its data, its figures and its limits. The
    case of the whole line plays no part; an ordinary word in capitals does.

    Examples
    --------
    >>> lines = ["You won't believe what this dog did next", "Council approves budget for harbour bridge", None]
    >>> table = score_clickbait(lines)
    >>> (table["score"] > 0.5).tolist(), table["reason"].tolist()
    ([True, False, False], [nan, nan, 'missing'])
    """
    if model is not None and not isinstance(model, ClickbaitModel):
        raise InputError(f"model: expected a ClickbaitModel or None, got {type(model).__name__}.")
    if model is not None and language is None and not _has_language(headlines):
        # who brings a model says with it what the headlines are
        language = model.language
    given = read_headlines(headlines, language)
    known = MODEL_LANGUAGES if model is None else (model.language,)
    n = len(given.texts)
    numbers = {name: np.full(n, np.nan) for name in _FLOATS}
    scales: list[str | float] = [np.nan] * n
    cues: list[str | float] = [np.nan] * n
    n_cues = np.zeros(n, np.int64)
    reasons = [
        reason or ("" if tag in known else _no_model(tag, known))
        for reason, tag in zip(given.reasons, given.languages, strict=True)
    ]
    for tag in known:
        at = [row for row in range(n) if not reasons[row] and given.languages[row] == tag]
        if not at:
            continue
        used = model or load_model(tag)
        for row in at:
            scales[row] = used.scales[0] if scale is None else scale
        for first in range(0, len(at), _BATCH):
            rows = at[first : first + _BATCH]
            _score_batch(used, given, rows, numbers, cues, n_cues, scale)
    abstained = np.array([bool(reason) for reason in reasons], bool)
    return pd.DataFrame(
        {
            "headline": pd.Series(
                [
                    np.nan if _no_text(reason) else text
                    for text, reason in zip(given.texts, given.reasons, strict=True)
                ],
                dtype="str", index=given.index,
            ),
            **{name: pd.Series(values, index=given.index) for name, values in numbers.items()},
            "scale": pd.Series(scales, dtype="str", index=given.index),
            "cues": pd.Series(cues, dtype="str", index=given.index),
            "n_cues": pd.Series(n_cues, index=given.index),
            "language": pd.Series(given.languages, dtype="str", index=given.index),
            "language_from": pd.Series(given.language_from, dtype="str", index=given.index),
            "abstained": pd.Series(abstained, index=given.index),
            "reason": pd.Series([reason or np.nan for reason in reasons], dtype="str", index=given.index),
        }
    )  # fmt: skip


def _has_language(headlines: Any) -> bool:
    return isinstance(headlines, pd.DataFrame) and "language" in headlines.columns


def _no_text(reason: str) -> bool:
    return reason == "missing" or reason.startswith("not text")


def _no_model(tag: str, known: tuple[str, ...]) -> str:
    if tag == "und":
        return f"language not told: pass language= (there is a model for {', '.join(known)})"
    return f"no model for language {tag!r} (there is one for {', '.join(known)})"


def _score_batch(
    model: ClickbaitModel,
    given: Headlines,
    rows: list[int],
    numbers: dict[str, np.ndarray],
    cues: list[str | float],
    n_cues: np.ndarray,
    scale: str | None,
) -> None:
    result = model.score([given.texts[row] for row in rows], scale)
    numbers["score"][rows] = result.score
    numbers["score_low"][rows] = result.low
    numbers["score_high"][rows] = result.high
    numbers["base_part"][rows] = result.base
    numbers["words_part"][rows] = result.words
    numbers["skeleton_part"][rows] = result.skeleton
    numbers["cues_part"][rows] = result.cues
    numbers["logit"][rows] = result.base + result.words + result.skeleton + result.cues
    rules = load_rules(model.language).rules
    shown = [rule.cue if rule.use == "cue" else "" for rule in rules]
    for row, hits in zip(rows, result.hits, strict=True):
        cues[row], n_cues[row] = _list_cues(shown, hits)


def _list_cues(shown: list[str], hits: list[Hit]) -> tuple[str, int]:
    if not hits:
        return "", 0
    names = [name for rule, _, _ in hits if (name := shown[rule])]
    return ", ".join(dict.fromkeys(names)), len(names)
