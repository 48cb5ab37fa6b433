"""What a print counts for: its headline, module, section, topic, or the site it links to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.prints import Prints
from toolkit.tables import require_columns
from toolkit.words import squeeze

__all__ = ["GROUPINGS", "find_hosts", "group_prints"]

Ints = npt.NDArray[np.int64]

#: What prints can be grouped by, besides a column of the table.
GROUPINGS = ("headline", "module", "kind", "section", "site", "topic")


def group_prints(
    prints: Prints, by: str, topics: Mapping[str, Any] | pd.Series | None = None
) -> tuple[Ints, list[str]]:
    """Code of each print's group (-1 where it has none), and the groups' names, in alphabetical order.

    Examples
    --------
    >>> from toolkit.exposure.prints import read_prints
    >>> from toolkit.tables import empty_table
    >>> group_prints(read_prints(empty_table("placements"), empty_table("articles")), "module")[1]
    []
    """
    if by == "headline":
        used, codes = np.unique(prints.headline, return_inverse=True)
        return codes.astype(np.int64), prints.keys[used].tolist()
    if by == "module":
        used, codes = np.unique(prints.label, return_inverse=True)
        return codes.astype(np.int64), [prints.labels[i] for i in used]
    if by == "topic":
        if topics is None:
            raise InputError('topics: by="topic" needs them: a mapping from headline id to topic.')
        values = pd.Series(prints.keys, dtype=object).map(dict(topics)).to_numpy()[prints.headline]
        return _named(pd.Series(values, dtype=object))
    if by == "site":
        require_columns(prints.placements, "placements", ["url"])
        return _named(find_hosts(prints.placements["url"]).iloc[prints.row])
    column = "kicker" if by == "section" else by
    if column not in prints.placements.columns and by not in GROUPINGS:
        raise InputError(
            f"by: got {by!r}; allowed are {', '.join(map(repr, GROUPINGS))} or a column of placements "
            f"({', '.join(map(repr, prints.placements.columns))})."
        )
    require_columns(prints.placements, "placements", [column])
    values = prints.placements[column].iloc[prints.row]
    if by == "section":
        return _named(fold_sections(values))
    return _named(values)


def _named(values: pd.Series) -> tuple[Ints, list[str]]:
    codes, names = pd.factorize(values, sort=True)
    return codes.astype(np.int64), [str(name) for name in names]


def fold_sections(kickers: pd.Series) -> pd.Series:
    """Kickers with spaces collapsed and case ignored: the first spelling in the alphabet stands for all.

    Examples
    --------
    >>> fold_sections(pd.Series(["WORLD", "World ", None])).tolist()
    ['WORLD', 'WORLD', nan]
    """
    codes, names = pd.factorize(kickers)
    texts = [squeeze(str(name)) for name in names]
    shown: dict[str, str] = {}
    for text in sorted(texts):
        shown.setdefault(text.casefold(), text)
    folded = np.array([shown[text.casefold()] or None for text in texts] + [None], dtype=object)
    return pd.Series(pd.array(folded[codes], dtype="str"), index=kickers.index)


def find_hosts(urls: pd.Series) -> pd.Series:
    """The host each link leads to, without ``www.``; missing where there is no link or no host in it.

    Examples
    --------
    >>> find_hosts(pd.Series(["https://www.Paper.example/a", "/b", None])).tolist()
    ['paper.example', nan, nan]
    """
    codes, values = pd.factorize(urls)
    hosts = pd.Series(np.asarray(values, dtype=object), dtype="str").str.extract(
        r"^(?:https?:)?//(?:[^/?#@]*@)?([^/?#:]+)", flags=2, expand=False
    )
    names = np.array([*hosts.str.lower().str.removeprefix("www."), None], dtype=object)
    return pd.Series(pd.array(names[codes], dtype="str"), index=urls.index)
