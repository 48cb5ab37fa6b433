"""Which sentence of one body became which sentence of the other.

Three steps, each close to linear in the number of sentences, so that a long body cannot stall a corpus:

1. equal sentences are paired, those that stand once first, repeated ones by their neighbours;
2. what is left is paired by likeness, the most alike first; two or three neighbours may answer to one
   sentence (split, merged);
3. of all pairs, the largest set that keeps its order stays in place (a weighted longest increasing
   subsequence); the others moved.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from toolkit.words import UNSPACED, find_words, squeeze

__all__ = ["Match", "keep_order", "match_equal", "match_sentences", "measure_similarity", "sentence_key"]

#: Up to this many pairs of left-over sentences are all compared; beyond it only pairs that share a rare word.
ALL_PAIRS = 4_000
#: A word is rare when it joins at most this many pairs of left-over sentences.
RARE_PAIRS = 50
#: Sentences alike but out of order count as one sentence, moved and reworded, only above this.
MOVED_SIMILARITY = 0.7
#: Alone between two matched neighbours on both sides, two sentences count as one reworded from this share of the
#: threshold, or where half the long words of the shorter one (two at least) stand in the other. Of 31,510 pairs
#: of different sentences of one article (237 news pages), 0.15 % are alike from 0.5 and 1.3 % from 0.35; with
#: the rule of the long words, 1.7 %.
FACING_SHARE = 0.7
FACING_WORDS = 0.5
LONG_WORD = 4
#: Each part of a split sentence must have this share of its letters' n-grams in the whole.
PART_SHARE = 0.6
#: Likeness that a split must gain over its best single part.
SPLIT_GAIN = 0.05

_DENSE = re.compile(f"[{UNSPACED}\uac00-\ud7a3]")


class Match(NamedTuple):
    """Sentences of the earlier body (``before``) that became sentences of the later one (``after``).

    One index on each side, or several on one side: a split or a merger. ``equal`` tells that the text is the
    same but for white space; ``moved`` that the pair does not stand in the order of the others.
    """

    before: tuple[int, ...]
    after: tuple[int, ...]
    similarity: float
    equal: bool
    moved: bool


def sentence_key(sentence: str) -> str:
    """The form under which two printings of a sentence are the same: NFC, white space collapsed.

    Examples
    --------
    >>> sentence_key("It\\u00a0 rained. ")
    'It rained.'
    """
    return unicodedata.normalize("NFC", squeeze(sentence))


def _units(text: str) -> frozenset[str]:
    """Character 3-grams of the words (2-grams in Han, Kana, Thai, Hangul ...), repeats numbered apart."""
    flat = " ".join(find_words(text)).casefold()
    dense = len(_DENSE.findall(flat))
    size = 2 if dense * 2 > len(flat.replace(" ", "")) else 3
    padded = f" {flat} " if flat else ""
    seen: Counter[str] = Counter()
    units = []
    for start in range(len(padded) - size + 1):
        unit = padded[start : start + size]
        count = seen[unit]
        seen[unit] = count + 1
        # sets are compared much faster than counters; the number keeps the counts
        units.append(f"{unit}\0{count}" if count else unit)
    return frozenset(units)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0.0


def measure_similarity(before: str, after: str) -> float:
    """How alike two texts are: the Dice coefficient of their character n-grams, 0 to 1.

    Parameters
    ----------
    before, after : str
        The two texts; the order does not matter.

    Returns
    -------
    float
        ``2 * shared / (n_before + n_after)`` over counts of 3-grams of the words, spaces between words kept,
        punctuation and case left out; 2-grams where most characters are Han, Kana, Hangul, Thai, Lao, Khmer
        or Burmese. 1 where both are empty, 0 where one is.

    Examples
    --------
    >>> round(measure_similarity("The council met on Monday.", "The council met on Tuesday!"), 3)
    0.784
    """
    if sentence_key(before) == sentence_key(after):
        return 1.0
    return _dice(_units(before), _units(after))


def match_equal(before: Sequence[str], after: Sequence[str]) -> dict[int, int]:
    """Pair equal keys, each at most once; the pairs need not keep the order.

    The common start and end first, then keys that stand once on both sides, then equal neighbours of pairs,
    then the rest in order.
    """
    pairs: dict[int, int] = {}
    taken: set[int] = set()

    def pair(i: int, j: int) -> None:
        pairs[i] = j
        taken.add(j)

    shorter = min(len(before), len(after))
    start = 0
    while start < shorter and before[start] == after[start]:
        pair(start, start)
        start += 1
    end = 0
    while end < shorter - start and before[-1 - end] == after[-1 - end]:
        pair(len(before) - 1 - end, len(after) - 1 - end)
        end += 1

    places_before: defaultdict[str, list[int]] = defaultdict(list)
    places_after: defaultdict[str, list[int]] = defaultdict(list)
    for i in range(start, len(before) - end):
        places_before[before[i]].append(i)
    for j in range(start, len(after) - end):
        places_after[after[j]].append(j)
    for key, places in places_before.items():
        if len(places) == 1 and len(places_after.get(key, ())) == 1:
            pair(places[0], places_after[key][0])

    for step, order in ((1, range(len(before))), (-1, range(len(before) - 1, -1, -1))):
        for i in order:
            if i in pairs or i - step not in pairs:
                continue
            j = pairs[i - step] + step
            if 0 <= j < len(after) and j not in taken and before[i] == after[j]:
                pair(i, j)
    for key, places in places_before.items():
        free_before = [i for i in places if i not in pairs]
        free_after = [j for j in places_after.get(key, ()) if j not in taken]
        for i, j in zip(free_before, free_after, strict=False):
            pair(i, j)
    return pairs


def _find_candidates(
    before: Sequence[frozenset[str]], after: Sequence[frozenset[str]]
) -> list[tuple[int, int]]:
    """Pairs worth comparing: all while they are few, else those that share an n-gram that is rare."""
    if len(before) * len(after) <= ALL_PAIRS:
        return [(i, j) for i in range(len(before)) for j in range(len(after))]
    places: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, texts in enumerate((before, after)):
        for index, units in enumerate(texts):
            for unit in units:
                places[unit][side].append(index)
    found: set[tuple[int, int]] = set()
    for left, right in places.values():
        if 0 < len(left) * len(right) <= RARE_PAIRS:
            found.update((i, j) for i in left for j in right)
    return sorted(found)


class _Candidate(NamedTuple):
    similarity: float
    before: tuple[int, ...]
    after: tuple[int, ...]


def _match_similar(
    before: Sequence[str], after: Sequence[str], free: Sequence[int], open_: Sequence[int], threshold: float
) -> list[_Candidate]:
    """Pair left-over sentences ``free`` of before with ``open_`` of after by likeness, best first."""
    units_before = [_units(before[i]) for i in free]
    units_after = [_units(after[j]) for j in open_]
    shared: dict[tuple[int, int], int] = {}
    for i, j in _find_candidates(units_before, units_after):
        small, large = sorted((len(units_before[i]), len(units_after[j])))
        # a part of a split can be far below the threshold; under a tenth of the whole it is no part
        if small * 10 >= large > 0:
            shared[i, j] = len(units_before[i] & units_after[j])
    found = []
    for (i, j), count in shared.items():
        value = 2 * count / (len(units_before[i]) + len(units_after[j]))
        if value >= threshold:
            found.append(_Candidate(value, (free[i],), (open_[j],)))
    swapped = {(j, i): count for (i, j), count in shared.items()}
    texts_before, texts_after = [before[i] for i in free], [after[j] for j in open_]
    for whole, parts, value in _find_splits(units_before, units_after, texts_after, open_, shared, threshold):
        found.append(_Candidate(value, (free[whole],), tuple(open_[j] for j in parts)))
    for whole, parts, value in _find_splits(
        units_after, units_before, texts_before, free, swapped, threshold
    ):
        found.append(_Candidate(value, tuple(free[i] for i in parts), (open_[whole],)))

    scale_before, scale_after = max(len(before), 1), max(len(after), 1)

    def rank(one: _Candidate) -> tuple[object, ...]:
        i, j = one.before[0], one.after[0]
        # symmetric in the two sides, so that swapping them gives the mirrored pairs
        return (-one.similarity, abs(i / scale_before - j / scale_after), i + j, abs(i - j), min(i, j))

    used_before: set[int] = set()
    used_after: set[int] = set()
    chosen = []
    for one in sorted(found, key=rank):
        if used_before.isdisjoint(one.before) and used_after.isdisjoint(one.after):
            chosen.append(one)
            used_before.update(one.before)
            used_after.update(one.after)
    return chosen


def _find_splits(
    wholes: Sequence[frozenset[str]],
    parts: Sequence[frozenset[str]],
    texts: Sequence[str],
    places: Sequence[int],
    shared: dict[tuple[int, int], int],
    threshold: float,
) -> list[tuple[int, tuple[int, ...], float]]:
    """Runs of two or three neighbouring ``parts`` that together say what one of ``wholes`` says.

    ``texts`` and ``places`` belong to ``parts``; ``shared`` counts the n-grams that a whole and a part share.
    """
    good: defaultdict[int, set[int]] = defaultdict(set)
    for (whole, part), count in shared.items():
        if count >= PART_SHARE * len(parts[part]):
            good[whole].add(part)
    found = []
    for whole, near in good.items():
        size = len(wholes[whole])
        for first in sorted(near):
            for length in (2, 3):
                run = tuple(range(first, first + length))
                # no sentence may stand between them
                if run[-1] not in near or places[run[-1]] - places[first] != length - 1:
                    break
                best = max(2 * shared[whole, part] / (size + len(parts[part])) for part in run)
                joined = sum(len(parts[part]) for part in run)
                if 2 * min(size, joined) / (size + joined) <= best + SPLIT_GAIN:
                    continue  # cannot gain enough, whatever the words
                value = _dice(wholes[whole], _units(" ".join(texts[part] for part in run)))
                if value >= threshold and value > best + SPLIT_GAIN:
                    found.append((whole, run, value))
    return found


def keep_order(pairs: Sequence[tuple[int, int, int]]) -> set[int]:
    """Indices of the heaviest subset of ``(before, after, weight)`` whose order is the same on both sides.

    More pairs win over heavier ones; a Fenwick tree of prefix maxima keeps it at n log n.
    """
    ranked = sorted(range(len(pairs)), key=lambda index: pairs[index][0])
    size = max((pair[1] for pair in pairs), default=-1) + 1
    best: list[tuple[int, int, int]] = [(0, 0, -1)] * (size + 1)  # pairs, weight, last index
    previous: dict[int, int] = {}
    for index in ranked:
        _, place, weight = pairs[index]
        node, top = place, (0, 0, -1)
        while node > 0:
            top = max(top, best[node])
            node -= node & -node
        previous[index] = top[2]
        value = (top[0] + 1, top[1] + weight, index)
        node = place + 1
        while node <= size:
            best[node] = max(best[node], value)
            node += node & -node
    node, top = size, (0, 0, -1)
    while node > 0:
        top = max(top, best[node])
        node -= node & -node
    kept: set[int] = set()
    index = top[2]
    while index >= 0:
        kept.add(index)
        index = previous[index]
    return kept


def _share_long_words(before: str, after: str) -> bool:
    one, other = (
        {word.casefold() for word in find_words(text) if len(word) >= LONG_WORD} for text in (before, after)
    )
    shared = len(one & other)
    return shared >= 2 and shared >= FACING_WORDS * min(len(one), len(other))


def _find_facing(
    found: Sequence[_Candidate], kept: set[int], n_before: int, n_after: int
) -> list[tuple[int, int]]:
    """Unmatched sentences that stand alone, one on each side, between the same pairs in place."""
    used_before = {i for one in found for i in one.before}
    used_after = {j for one in found for j in one.after}
    fixed = sorted((found[index].before, found[index].after) for index in kept)
    gaps = []
    end_before = end_after = -1
    for left, right in [*fixed, ((n_before,), (n_after,))]:
        free = [i for i in range(end_before + 1, left[0]) if i not in used_before]
        open_ = [j for j in range(end_after + 1, right[0]) if j not in used_after]
        if len(free) == len(open_) == 1:
            gaps.append((free[0], open_[0]))
        end_before, end_after = left[-1], right[-1]
    return gaps


def match_sentences(
    before: Sequence[str], after: Sequence[str], *, min_similarity: float = 0.5
) -> list[Match]:
    """Pair the sentences of two texts.

    Parameters
    ----------
    before, after : sequence of str
        The sentences of the earlier and of the later text, in order.
    min_similarity : float
        Likeness, 0 to 1 (:func:`measure_similarity`), from which two unequal sentences count as one that was
        reworded. Where they face each other alone, the sentences before and after them being matched, 0.7 of it
        is enough, or half the longer words of the shorter one. Sentences out of order need at least 0.7.

    Returns
    -------
    list of Match
        In the order of ``before``. A sentence in no match was removed (``before``) or added (``after``).

    Examples
    --------
    >>> old = ["It rained.", "The mayor spoke for an hour.", "Nobody came."]
    >>> new = ["Nobody came.", "It rained.", "The mayor spoke for two hours."]
    >>> for match in match_sentences(old, new):
    ...     print(match.before, match.after, match.equal, match.moved)
    (0,) (1,) True False
    (1,) (2,) False False
    (2,) (0,) True True
    """
    keys_before = [sentence_key(text) for text in before]
    keys_after = [sentence_key(text) for text in after]
    if keys_after < keys_before:
        # ties are broken by order; one fixed side first makes swapped texts give mirrored pairs, always
        mirrored = _match_keys(keys_after, keys_before, min_similarity)
        return sorted(match._replace(before=match.after, after=match.before) for match in mirrored)
    return sorted(_match_keys(keys_before, keys_after, min_similarity))


def _match_keys(keys_before: Sequence[str], keys_after: Sequence[str], min_similarity: float) -> list[Match]:
    equal = match_equal(keys_before, keys_after)
    taken = set(equal.values())
    free = [i for i in range(len(keys_before)) if i not in equal]
    open_ = [j for j in range(len(keys_after)) if j not in taken]
    found = [_Candidate(1.0, (i,), (j,)) for i, j in equal.items()]
    exact = len(found)
    if free and open_:
        found += _match_similar(keys_before, keys_after, free, open_, min_similarity)
    while True:
        kept = keep_order(
            [(one.before[0], one.after[0], sum(len(keys_before[i]) for i in one.before)) for one in found]
        )
        weak = [
            index
            for index, one in enumerate(found)
            if index >= exact and index not in kept and one.similarity < MOVED_SIMILARITY
        ]
        if not weak:
            break
        found = [one for index, one in enumerate(found) if index not in set(weak)]
    facing = _find_facing(found, kept, len(keys_before), len(keys_after))
    for i, j in facing:
        value = measure_similarity(keys_before[i], keys_after[j])
        if value >= FACING_SHARE * min_similarity or _share_long_words(keys_before[i], keys_after[j]):
            kept.add(len(found))
            found.append(_Candidate(value, (i,), (j,)))
    return [
        Match(one.before, one.after, one.similarity, index < exact, index not in kept)
        for index, one in enumerate(found)
    ]
