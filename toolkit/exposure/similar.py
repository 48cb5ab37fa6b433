"""Near-duplicates: pairs of headlines whose words are almost the same, found without comparing all with all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.errors import InputError
from toolkit.exposure.identity import headline_key

__all__ = ["measure_similarity", "similar_headlines"]

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

#: A block of the product takes at most about this many steps: small enough for a processor's cache.
_BLOCK = 1_000_000
#: Bands of headlines of like length; more of them part finer, fewer make fewer products.
_BANDS = 20
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
    threshold, nor can two of very different length (prefix and length filtering: Chaudhuri et al. 2006; Bayardo
    et al. 2007). Likeness of letters says nothing
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
    seen = np.zeros(int(points.max(initial=0)) + 1, np.int64)
    seen[points] = 1
    codes = (np.cumsum(seen) - 1)[points]
    width = int(seen.sum())
    apart = points == 10
    whole = ~(apart[:-2] | apart[1:-1] | apart[2:]) if len(points) > 2 else np.zeros(0, bool)
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

    Each row gets a cut: the frequency of grams beyond which what is left of it is shorter than ``lowest``. In a
    pair, grams up to the smaller cut are multiplied out; what lies beyond cannot add more than the product of the
    two remaining lengths. Rows are parted into bands by their number of grams, and bands too far apart in length
    are not compared: what a row shares with one of k grams is at most its k largest counts.
    """
    from scipy.sparse import csr_array

    used = np.diff(grams.indptr).astype(np.int64)
    row = np.repeat(np.arange(len(used)), used)
    squared = np.bincount(row, weights=grams.data.astype(float) ** 2, minlength=len(used)).astype(float)
    frequency = np.bincount(grams.indices, minlength=grams.shape[1])
    cuts = np.unique((1.15 ** np.arange(12, 120)).astype(np.int64))
    cuts = np.append(cuts[cuts < frequency.max(initial=0)], frequency.max(initial=0))
    level = np.searchsorted(cuts, frequency)[grams.indices]  # the first cut that takes the gram in
    unit = (grams.data / np.sqrt(squared[row])).astype(np.float32)
    beyond = _beyond(row, level, unit, len(used), len(cuts))
    cut = (beyond < lowest).argmax(axis=1)  # beyond the last cut there is nothing, so there always is one
    band = _part_by_length(used, squared)
    order = np.lexsort((cut, band))
    order = order[squared[order] > 0]
    place = np.full(len(used), -1, np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    inside = np.flatnonzero(level <= cut[row])
    inside = inside[np.argsort(place[row[inside]], kind="stable")]
    starts = np.append(0, np.cumsum(np.bincount(place[row[inside]], minlength=len(order))))
    # 32-bit numbers halve what the product has to move
    rare = csr_array(
        (unit[inside], grams.indices[inside].astype(np.int32), starts.astype(np.int32)),
        shape=(len(order), grams.shape[1]),
    )
    # fewer grams than this cannot hold enough of the row
    fewest = used - (1 - lowest**2) * squared - 1e-6
    rows = _Rows(rare, cut[order], band[order], beyond[order], used[order], fewest[order])
    first, second = _multiply(rows, lowest)
    first, second = order[first], order[second]
    return np.minimum(first, second), np.maximum(first, second)


def _part_by_length(used: Ints, squared: npt.NDArray[np.float64]) -> Ints:
    """Bands of about as many rows each, by number of grams; rows that repeat themselves have bands of their own.

    A few rows such as "ha ha ha ha" would else make their band a neighbour of all others.
    """
    band = np.zeros(len(used), np.int64)
    repeating = squared > 1.3 * used
    for chosen, base, n_bands in ((~repeating, 0, _BANDS), (repeating, _BANDS, _BANDS // 4)):
        lengths = np.sort(used[chosen])
        if len(lengths):
            limits = np.unique(lengths[np.arange(1, n_bands) * len(lengths) // n_bands])
            band[chosen] = base + np.searchsorted(limits, used[chosen], side="right")
    return band


def _beyond(row: Ints, level: Ints, unit: Floats, n: int, n_cuts: int) -> Floats:
    """Per row and cut: the length of what lies beyond the cut."""
    squared = np.bincount(row * n_cuts + level, weights=unit.astype(float) ** 2, minlength=n * n_cuts)
    inside = np.cumsum(squared.reshape(n, n_cuts), axis=1)
    return np.sqrt(np.maximum(inside[:, -1:] - inside, 0)).astype(np.float32)


class _Rows(NamedTuple):
    """Rows sorted by band, then cut: their rare grams, and what bounds need to know of each."""

    rare: Any
    cut: Ints
    band: Ints
    beyond: Floats
    used: Ints
    fewest: npt.NDArray[np.float64]


def _multiply(rows: _Rows, lowest: float) -> tuple[Ints, Ints]:
    """Pairs that may reach ``lowest``: of each, the row of the smaller cut looks for the other one."""
    edges = np.append(np.flatnonzero(np.diff(rows.band, prepend=-1)), len(rows.band))
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    if len(rows.band):
        least = np.minimum.reduceat(rows.fewest, edges[:-1])
        most = np.maximum.reduceat(rows.used, edges[:-1])
    for here in range(len(edges) - 1):
        start, end = int(edges[here]), int(edges[here + 1])
        near = [
            (int(edges[other]), int(edges[other + 1]), other > here)
            for other in range(len(edges) - 1)
            if most[other] >= least[here] and most[here] >= least[other]
        ]
        for cut in np.unique(np.concatenate([rows.cut[a:b] for a, b, _ in near])):
            # of two bands with the same cut, the earlier one looks for the later
            for after in (False, True):
                base = start + int(
                    np.searchsorted(rows.cut[start:end], cut, side="right" if after else "left")
                )
                asking = np.concatenate(
                    [a + _with_cut(rows.cut[a:b], cut) for a, b, is_after in near if is_after == after]
                    or [np.zeros(0, np.int64)]
                )
                if base < end and len(asking):
                    first, second = _look_up(rows, asking, base, end, lowest)
                    firsts.append(first)
                    seconds.append(second)
    return np.concatenate(firsts), np.concatenate(seconds)


def _with_cut(sorted_cuts: Ints, cut: int) -> Ints:
    return np.arange(
        np.searchsorted(sorted_cuts, cut), np.searchsorted(sorted_cuts, cut, side="right"), dtype=np.int64
    )


def _look_up(rows: _Rows, asking: Ints, base: int, end: int, lowest: float) -> tuple[Ints, Ints]:
    """Rows ``asking``, all of one cut, against rows ``base`` to ``end``."""
    turned, cut = rows.rare[base:end].T.tocsr(), rows.cut[asking[0]]
    rare, mine, left_over = rows.rare[asking], rows.beyond[asking, cut], rows.beyond[base:end, cut]
    work = np.append(0, np.cumsum(np.diff(turned.indptr)[rare.indices]))[rare.indptr]
    found_first, found_second = [], []
    start = 0
    while start < len(asking):
        full = int(np.searchsorted(work, work[start] + _BLOCK, side="right")) - 1
        stop = min(max(full, start + 1), len(asking))
        product = rare[start:stop] @ turned
        reach = left_over[product.indices]
        reach *= np.repeat(mine[start:stop], np.diff(product.indptr))
        reach += product.data
        hit = np.flatnonzero(reach >= lowest)
        a = asking[start + np.searchsorted(product.indptr, hit, side="right") - 1]
        b = base + product.indices[hit].astype(np.int64)
        once = (rows.cut[b] > cut) | (rows.band[b] != rows.band[a]) | (b > a)
        shorter = np.minimum(rows.used[a], rows.used[b])
        keep = once & (shorter >= np.maximum(rows.fewest[a], rows.fewest[b]))
        found_first.append(a[keep])
        found_second.append(b[keep])
        start = stop
    return np.concatenate(found_first), np.concatenate(found_second)
