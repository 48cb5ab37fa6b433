"""Headlines that people rated, read from a table of theirs: what to train and to test a clickbait model on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.errors import InputError

__all__ = ["read_ratings"]

#: Names that a column may have when none is given, the first that is there.
RATING_NAMES = ("rating", "score", "label")
GROUP_NAMES = ("group", "page", "outlet", "site")


def read_ratings(
    table: pd.DataFrame | str | os.PathLike[str],
    *,
    headline: str = "headline",
    rating: str | None = None,
    group: str | None = None,
    highest: float | None = None,
) -> pd.DataFrame:
    """Read headlines with their ratings from a CSV or TSV, and say what was left out.

    Parameters
    ----------
    table : path or DataFrame
        One row per headline and rater, or per headline.
    headline : str
        Column of the headlines.
    rating : str, optional
        Column of the ratings, 0 (not at all clickbait) to ``highest``. By default the first there is of ``rating``,
        ``score``, ``label``.
    group : str, optional
        Column of what was chosen together (page, outlet) and is held out together. By default the first there is
        of ``group``, ``page``, ``outlet``, ``site``; else each headline is a group of its own.
    highest : float, optional
        The highest rating of the scale. By default 1 where no rating is above 1, and 3, the scale of
        `coding_sheet`, where all are whole numbers and none is above 3.

    Returns
    -------
    DataFrame
        One row per headline, by group, then headline: ``headline``, ``rating`` (0 to 1, mean where rated several
        times), ``group``, ``n_ratings``. ``attrs["left_out"]``: rows without headline or rating;
        ``attrs["columns"]``: the columns used; ``attrs["highest"]``: the top of the scale.

    Raises
    ------
    InputError
        If the file cannot be read, a column is missing, or a rating is no number within 0 and ``highest``.

    Examples
    --------
    >>> sheet = pd.DataFrame({"headline": ["Bank keeps rate", "You won't believe this", None], "rating": [0, 3, 1]})
    >>> read_ratings(sheet)[["headline", "rating"]].values.tolist()
    [['Bank keeps rate', 0.0], ["You won't believe this", 1.0]]
    """
    if highest is not None and not highest > 0:
        raise InputError(
            f"highest: got {highest!r}; the highest rating of the scale is needed, such as 1 or 3."
        )
    rows, name = _read(table)
    if headline not in rows.columns:
        raise InputError(f"{name}: no column {headline!r}; found {_list(rows)}. Name it with headline=...")
    rating = _pick(rows, rating, RATING_NAMES, name, "rating")
    if rating is None:
        raise InputError(
            f"{name}: no column of ratings ({', '.join(RATING_NAMES)}); found {_list(rows)}. Name it with rating=..."
        )
    group = _pick(rows, group, GROUP_NAMES, name, "group")
    texts = rows[headline].astype("str").str.strip()
    there = rows[headline].notna() & texts.ne("") & rows[rating].notna()
    numbers = pd.to_numeric(rows.loc[there, rating], errors="coerce")
    if highest is None:
        sheet = len(numbers) > 0 and bool((numbers > 1).any() and numbers.isin([0, 1, 2, 3]).all())
        highest = 3.0 if sheet else 1.0
    wrong = numbers[~numbers.between(0, highest)]
    if len(wrong):
        found = rows[rating].astype(object)[wrong.index[0]]
        raise InputError(
            f"{name}: rating {found!r} in row {wrong.index[0]!r} ({len(wrong)} such rows); allowed are numbers from "
            f"0 to {highest:g}. Give the top of the scale with highest=..., or mend the rows."
        )
    frame = pd.DataFrame({"headline": texts[there], "rating": numbers.astype("float64") / highest})
    frame["group"] = (
        rows.loc[there, group].astype("str").where(rows.loc[there, group].notna()) if group else None
    )
    frame["group"] = frame["group"].astype("str").fillna(frame["headline"])
    tidy = (
        frame.sort_values(["headline", "group", "rating"])
        .groupby("headline", sort=True)
        .agg(rating=("rating", "mean"), group=("group", "first"), n_ratings=("rating", "size"))
        .reset_index()
        .sort_values(["group", "headline"], ignore_index=True)[["headline", "rating", "group", "n_ratings"]]
    )
    tidy.attrs["left_out"] = int((~there).sum())
    tidy.attrs["highest"] = float(highest)
    tidy.attrs["columns"] = {"headline": headline, "rating": rating, "group": group}
    return tidy


def _read(table: Any) -> tuple[pd.DataFrame, str]:
    if isinstance(table, pd.DataFrame):
        return table, "ratings"
    path = Path(table)
    try:
        with path.open(encoding="utf-8-sig") as lines:
            mark = "\t" if "\t" in lines.readline() else ","
        rows = pd.read_csv(path, sep=mark, encoding="utf-8-sig", keep_default_na=False, na_values=[""])
    except FileNotFoundError as error:
        raise InputError(
            f"ratings: {path.as_posix()!r} does not exist. Give the path of a CSV or TSV with the columns "
            "'headline' and 'rating'."
        ) from error
    except (OSError, ValueError) as error:
        raise InputError(
            f"ratings: {path.as_posix()!r} is no readable CSV or TSV in UTF-8: {error}"
        ) from error
    return rows, path.name


def _pick(rows: pd.DataFrame, given: str | None, names: tuple[str, ...], name: str, what: str) -> str | None:
    if given is not None:
        if given not in rows.columns:
            raise InputError(f"{name}: no column {given!r} for {what}=; found {_list(rows)}.")
        return given
    return next((column for column in names if column in rows.columns), None)


def _list(rows: pd.DataFrame) -> str:
    return ", ".join(map(repr, map(str, rows.columns)))
