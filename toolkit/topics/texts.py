"""What a user may hand in as texts, and the order in which it is read, which is never the user's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError
from toolkit.tables import require_columns

__all__ = ["Texts", "canonical_order", "content_keys", "read_texts", "sample_batches"]

_HELP = (
    "Pass a list of str, a Series of str, or a table with 'title' and 'body' such as corpus.articles "
    "(headlines: placements['headline'])."
)


@dataclass(frozen=True)
class Texts:
    """Texts as read: the strings to count, what to show of each, names of the rows, and what was odd."""

    values: list[str]
    shown: list[str]
    ids: list[Any]
    n_missing: int

    def __len__(self) -> int:
        return len(self.values)


def _is_missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def _strings(values: Iterable[Any], name: str) -> tuple[list[str], int]:
    texts: list[str] = []
    missing = 0
    for position, value in enumerate(values):
        if isinstance(value, str):
            texts.append(value)
        elif _is_missing(value):
            texts.append("")
            missing += 1
        else:
            raise InputError(
                f"{name}: found {type(value).__name__} {str(value)[:40]!r} at position {position}; "
                f"each text must be a str (missing values count as empty). {_HELP}"
            )
    return texts, missing


def read_texts(texts: Any, *, title_weight: int = 2, name: str = "texts") -> Texts:
    """Take a list, array or Series of str, or an articles table; missing values become empty texts.

    Parameters
    ----------
    texts : list, array, Series or DataFrame
        A DataFrame needs the columns ``title`` and ``body``.
    title_weight : int
        How often the words of a DataFrame's title count, 0 or more; those of its body count once.
    name : str
        What error messages call the input.

    Returns
    -------
    Texts
        In the order of the input.

    Raises
    ------
    InputError
        If the input is a single str, holds something that is no str, or is no list of texts at all.
    MissingColumnsError
        If a DataFrame lacks ``title`` or ``body``.
    """
    if isinstance(texts, pd.DataFrame):
        require_columns(texts, name, ["title", "body"], _HELP)
        titles, _ = _strings(texts["title"].tolist(), f"{name}['title']")
        bodies, _ = _strings(texts["body"].tolist(), f"{name}['body']")
        values = [
            "\n".join([title] * title_weight + [body]) for title, body in zip(titles, bodies, strict=True)
        ]
        shown = [title or body[:200] for title, body in zip(titles, bodies, strict=True)]
        ids = texts["snapshot_id"].tolist() if "snapshot_id" in texts.columns else texts.index.tolist()
        missing = sum(not (title or body) for title, body in zip(titles, bodies, strict=True))
        return Texts(values, shown, ids, missing)
    if isinstance(texts, (str, bytes)):
        raise InputError(f"{name}: expected many texts, got one {type(texts).__name__}. {_HELP}")
    if isinstance(texts, (pd.Series, pd.Index)):
        ids = texts.index.tolist() if isinstance(texts, pd.Series) else list(range(len(texts)))
        values, missing = _strings(texts.tolist(), name)
    elif isinstance(texts, np.ndarray):
        if texts.ndim != 1:
            raise InputError(f"{name}: expected one dimension, got an array of shape {texts.shape}. {_HELP}")
        values, missing = _strings(texts.tolist(), name)
        ids = list(range(len(values)))
    elif isinstance(texts, Iterable) and not isinstance(texts, (dict, set, frozenset)):
        values, missing = _strings(texts, name)
        ids = list(range(len(values)))
    else:
        raise InputError(f"{name}: expected many texts in order, got {type(texts).__name__}. {_HELP}")
    return Texts(values, [value[:200] for value in values], ids, missing)


def content_keys(texts: list[str]) -> np.ndarray:
    """A 64-bit number per text, from its content alone."""
    blake = hashlib.blake2b
    return np.array(
        [
            int.from_bytes(blake(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
            for text in texts
        ],
        dtype=np.uint64,
    )


def canonical_order(texts: list[str]) -> np.ndarray:
    """Positions of the texts in an order that depends on their content alone (texts alike are interchangeable).

    The order is that of their hashes, so its first part is also a fair random sample.
    """
    return np.argsort(content_keys(texts), kind="stable")


def sample_batches(
    batches: Iterable[Any], limit: int, *, title_weight: int = 2
) -> tuple[Texts, np.ndarray, int]:
    """Of all texts in a stream of batches, those with the ``limit`` smallest content keys.

    Returns
    -------
    Texts
        The sample, in the order of the stream.
    array of int
        Their positions in the stream.
    int
        Number of texts in the stream.
    """
    kept = Texts([], [], [], 0)
    keys = np.zeros(0, dtype=np.uint64)
    positions = np.zeros(0, dtype=np.int64)
    seen = missing = 0
    for batch in batches:
        read = read_texts(batch, title_weight=title_weight, name="batches")
        missing += read.n_missing
        keys = np.append(keys, content_keys(read.values))
        positions = np.append(positions, np.arange(seen, seen + len(read)))
        seen += len(read)
        chosen = np.sort(np.argsort(keys, kind="stable")[:limit])
        keys, positions = keys[chosen], positions[chosen]
        rows = chosen.tolist()
        values, shown, ids = kept.values + read.values, kept.shown + read.shown, kept.ids + read.ids
        kept = Texts(
            [values[at] for at in rows], [shown[at] for at in rows], [ids[at] for at in rows], missing
        )
    return kept, positions, seen
