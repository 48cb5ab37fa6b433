"""Near-duplicates: pairs of headlines whose words are almost the same, found without comparing all with all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.identity import headline_key

__all__ = ["measure_similarity", "similar_headlines"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

#: A block of the product holds at most about this many pairs that share a rare gram.
_BLOCK = 5_000_000
# float32 sums of about a hundred products are good to about a millionth; pairs on the line must not be lost
_SLACK = 1e-5


def similar_headlines(
    headlines: Iterable[str], *, threshold: float = 0.85, margin: float = 0.0, site: str | None = None
) -> pd.DataFrame:
    """Pairs of headlines that are nearly the same, and those that just miss: look at them to set the threshold.

    Parameters
    ----------
    headlines : iterable of str
        Repeated ones count once.
    threshold : float, default 0.85
        Similarity from which on two headlines count as near-duplicates, above 0 and up to 1.
    margin : float, default 0.0
        How far below the threshold pairs are still given, so that the pairs around it can be read; the search
        takes longer the lower it reaches.
    site : str, optional
        Name of the site, dropped where it ends a headline.

    Returns
    -------
    DataFrame
        One row per pair: ``first``, ``second`` (as given, the first in the alphabet first), ``similarity`` (0 to
        1), ``same_words`` (True where `find_headline_ids` takes them for one headline), ``duplicate`` (True from
        the threshold on). Most similar first, ties by the two headlines.

    Raises
    ------
    InputError
        If a headline is missing, or ``threshold`` or ``margin`` is out of range.

    Notes
    -----
    The similarity is the cosine of the counts of character 3-grams of the normalised headlines (see
    `toolkit.words.normalise_headline`). No pair is lost: grams are taken from the rarest on, and two headlines that
    share none of the rare ones that make up 1 - threshold**2 of each one's squared length cannot reach the
    threshold (prefix filtering: Chaudhuri et al. 2006; Bayardo et al. 2007). Likeness of letters says nothing
    about likeness of events: two headlines on one event often share little, and a number or a name apart may be
    another event.

    Examples
    --------
    >>> table = similar_headlines([
    ...     "Ferry runs aground off Vell, 40 rescued", "Ferry runs aground off Vell, 46 rescued", "Zoo opens",
    ... ])
    >>> table[["first", "similarity"]].round(2).to_numpy().tolist()
    [['Ferry runs aground off Vell, 40 rescued', 0.92]]
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold: got {threshold!r}; above 0 and up to 1 is needed, such as 0.85.")
    if not 0 <= margin < threshold:
        raise InputError(
            f"margin: got {margin!r}; 0 or more and below the threshold {threshold:g} is needed."
        )
    codes, forms = pd.factorize(pd.Series(list(headlines), dtype=object), sort=True)
    if (codes < 0).any():
        raise InputError(f"headlines: {int((codes < 0).sum())} are missing. Drop them, with their count.")
    texts = np.asarray(forms, dtype=object)
    keys = np.array([headline_key(str(text), site) for text in texts], dtype=object)
    key, names = pd.factorize(keys, sort=True)
    lowest = threshold - margin
    first, second, similarity = _find_pairs(np.asarray(names, dtype=object), lowest)
    table = _spell_out(texts, np.asarray(key, np.int64), first, second, similarity)
    table["duplicate"] = table["similarity"] >= threshold - 1e-9
    order = ["similarity", "first", "second"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def measure_similarity(first: Iterable[str], second: Iterable[str], *, site: str | None = None) -> pd.Series:
    """Similarity of pairs of headlines, as `similar_headlines` measures it.

    Parameters
    ----------
    first, second : iterable of str
        The two headlines of each pair, equally many.
    site : str, optional
        Name of the site, dropped where it ends a headline.

    Returns
    -------
    Series of float
        ``similarity``, 0 to 1, in the order of the pairs; 1 where the normalised words are the same.

    Raises
    ------
    InputError
        If the two differ in length.

    Examples
    --------
    >>> measure_similarity(["Storm hits coast"], ["Storm hits the coast"]).round(2).tolist()
    [0.82]
    """
    left, right = list(first), list(second)
    if len(left) != len(right):
        raise InputError(
            f"first, second: {len(left)} and {len(right)} headlines; pairs need as many of each."
        )
    keys, names = pd.factorize(np.array([headline_key(text, site) for text in (*left, *right)], dtype=object))
    grams = _count_grams(np.asarray(names, dtype=object))
    a, b = keys[: len(left)], keys[len(left) :]
    found = _cosines(grams, a, b)
    return pd.Series(np.where(a == b, 1.0, found), name="similarity", dtype="float64")


def _spell_out(
    texts: npt.NDArray[np.object_], key: Ints, first: Ints, second: Ints, similarity: Any
) -> pd.DataFrame:
    """Pairs of keys as pairs of headlines as given: every form of the one with every form of the other."""
    n_keys = int(key.max(initial=-1)) + 1
    by_key = np.argsort(key, kind="stable")
    size = np.bincount(key, minlength=n_keys)
    start = np.cumsum(size) - size
    several = np.flatnonzero(size > 1)
    first, second = np.append(first, several), np.append(second, several)
    similarity = np.append(similarity, np.ones(len(several)))
    count = size[first] * size[second]
    pair = np.repeat(np.arange(len(first)), count)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    a = by_key[start[first[pair]] + within // np.maximum(size[second[pair]], 1)]
    b = by_key[start[second[pair]] + within % np.maximum(size[second[pair]], 1)]
    same = first[pair] == second[pair]
    keep = ~same | (a < b)
    a, b, same, pair = a[keep], b[keep], same[keep], pair[keep]
    return pd.DataFrame(
        {
            "first": pd.array(texts[np.minimum(a, b)], dtype="str"),
            "second": pd.array(texts[np.maximum(a, b)], dtype="str"),
            "similarity": similarity[pair].astype(float),
            "same_words": same,
        }
    )


def _count_grams(keys: npt.NDArray[np.object_]) -> Any:
    """Counts of character 3-grams, one row per key, as a sparse array."""
    from scipy.sparse import coo_array

    text = "\n".join(keys.tolist()) + "\n"
    points = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    row = np.append(0, np.cumsum(points == 10)[:-1])
    letters, codes = np.unique(points, return_inverse=True)
    width = len(letters)
    apart = points == 10
    whole = ~(apart[:-2] | apart[1:-1] | apart[2:]) if len(points) > 2 else np.zeros(0, bool)
    codes = codes.astype(np.int64)
    grams = ((codes[:-2] * width + codes[1:-1]) * width + codes[2:])[whole]
    gram, known = pd.factorize(grams, sort=True)
    counts = coo_array(
        (np.ones(len(gram), np.float32), (row[:-2][whole], gram)), shape=(len(keys), max(len(known), 1))
    )
    return counts.tocsr()


def _cosines(grams: Any, first: Ints, second: Ints) -> npt.NDArray[np.float64]:
    """Cosines of pairs of rows, exact."""
    length = np.sqrt(np.asarray(grams.multiply(grams).sum(axis=1), dtype=float))
    found = np.zeros(len(first))
    for start in range(0, len(first), 100_000):
        a, b = first[start : start + 100_000], second[start : start + 100_000]
        dot = np.asarray(grams[a].multiply(grams[b]).sum(axis=1), dtype=float)
        found[start : start + 100_000] = dot / np.maximum(length[a] * length[b], 1e-12)
    return np.minimum(found, 1.0)


def _find_pairs(keys: npt.NDArray[np.object_], lowest: float) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """All pairs of keys with a cosine of ``lowest`` or more."""
    none = np.zeros(0, np.int64)
    if len(keys) < 2:
        return none, none, np.zeros(0)
    grams = _count_grams(keys)
    candidates = _find_candidates(grams, lowest - _SLACK)
    first, second = candidates
    cosine = _cosines(grams, first, second)
    keep = cosine >= lowest - 1e-9
    return first[keep], second[keep], cosine[keep]


def _find_candidates(grams: Any, lowest: float) -> tuple[Ints, Ints]:
    """Pairs of rows whose cosine may reach ``lowest``; no pair that does is missing.

    Each row gets a cut: the frequency of grams beyond which what is left of it is shorter than ``lowest``. Rows
    are sorted by cut. In a pair, grams up to the smaller cut are multiplied out; what lies beyond cannot add
    more than the product of the two remaining lengths.
    """
    length = np.sqrt(np.asarray(grams.multiply(grams).sum(axis=1), dtype=float))
    frequency = np.bincount(grams.indices, minlength=grams.shape[1])
    cuts = np.unique((1.15 ** np.arange(12, 120)).astype(np.int64))
    cuts = np.append(cuts[cuts < frequency.max(initial=0)], frequency.max(initial=0))
    row = np.repeat(np.arange(grams.shape[0]), np.diff(grams.indptr))
    level = np.searchsorted(cuts, frequency)[grams.indices]  # the first cut that takes the gram in
    unit = (grams.data / length[row]).astype(np.float32)
    beyond = _beyond(row, level, unit, grams.shape[0], len(cuts))
    cut = (beyond < lowest).argmax(axis=1)  # beyond the last cut there is nothing, so there always is one
    order = np.argsort(cut, kind="stable")
    order = order[length[order] > 0]
    inside = level <= cut[row]
    return _multiply(
        row[inside], grams.indices[inside], unit[inside], cut, beyond, order, grams.shape[1], lowest
    )


def _beyond(row: Ints, level: Ints, unit: Floats, n: int, n_cuts: int) -> Floats:
    """Per row and cut: the length of what lies beyond the cut."""
    squared = np.bincount(row * n_cuts + level, weights=unit.astype(float) ** 2, minlength=n * n_cuts)
    inside = np.cumsum(squared.reshape(n, n_cuts), axis=1)
    return np.sqrt(np.maximum(inside[:, -1:] - inside, 0)).astype(np.float32)


def _multiply(
    row: Ints, gram: Ints, unit: Floats, cut: Ints, beyond: Floats, order: Ints, n_grams: int, lowest: float
) -> tuple[Ints, Ints]:
    from scipy.sparse import coo_array

    place = np.full(len(cut), -1)
    place[order] = np.arange(len(order))
    rare = coo_array((unit, (place[row], gram)), shape=(len(order), n_grams)).tocsr()
    turned, base = rare.T.tocsr(), 0
    cut = cut[order]
    used = np.bincount(rare.indices, minlength=n_grams)
    work = np.append(0, np.cumsum(np.add.reduceat(used[rare.indices], rare.indptr[:-1])))
    firsts, seconds = [], []
    start = 0
    while start < len(order):
        end_of_cut = int(np.searchsorted(cut, cut[start], side="right"))
        full = int(np.searchsorted(work, work[start] + _BLOCK, side="right")) - 1
        stop = min(max(full, start + 1), end_of_cut)
        if start - base > len(order) // 16:
            turned, base = rare[start:].T.tocsr(), start  # columns before were rows of earlier blocks
        product = rare[start:stop] @ turned
        left_over = beyond[order[base:], cut[start]]
        mine = np.repeat(left_over[start - base : stop - base], np.diff(product.indptr))
        reach = product.data + mine * left_over[product.indices]
        hit = np.flatnonzero(reach >= lowest)
        a = np.searchsorted(product.indptr, hit, side="right") - 1
        b = product.indices[hit]
        later = base + b > start + a
        firsts.append(order[start + a[later]])
        seconds.append(order[base + b[later]])
        start = stop
    none = np.zeros(0, np.int64)
    first, second = np.concatenate([none, *firsts]), np.concatenate([none, *seconds])
    return np.minimum(first, second), np.maximum(first, second)
