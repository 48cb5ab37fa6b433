"""What a line's words say of it: words that sites use around any page, the site's name, words shared with neighbours.

The words are looked up anywhere in the line, in all languages at once, and each line also gets the sum of the weights
that a linear model learnt for its words (hashed, so that no word of any page is stored).
"""

from __future__ import annotations

import csv
import importlib.resources
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from toolkit.page.modules.texts import MONTHS, fold
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line
from toolkit.words import UNSPACED

__all__ = [
    "HASHES",
    "VOTE_NAMES",
    "WORDING_NAMES",
    "describe_wording",
    "hash_words",
    "spread_votes",
    "weigh_words",
    "words_of",
]

Matrix = npt.NDArray[np.float32]

#: What the listed words are for, in the order of their columns.
CLASSES = ("legal", "account", "commerce", "talk", "media", "you", "we")
#: Classes that stand around a page rather than in its stories.
CHROME_CLASSES = 5
WORDING_NAMES = (
    "lead_digit", "lead_date", "end_date", "lead_mark", "lead_small", "prefix_near", "prefix_many", "suffix_near",
    "suffix_many", "site_word", *(f"words_{name}" for name in CLASSES), "words_chrome", "elsewhere", "frequency",
    "titled_off", "words_off", "distinct", "longest", "hyphens", "last_word", "capitals", "tiny_near", "chrome_in_4",
    "chrome_in_12", "dates_near", "site_near",
)  # fmt: skip
VOTE_NAMES = ("vote", "vote-2", "vote-1", "vote+1", "vote+2", "vote_in_3", "vote_in_8", "vote_in_25")
#: Words are hashed to so many numbers.
HASHES = 1 << 14
#: Lines that begin or end with the same word count as neighbours so many lines apart.
REACH = 8

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(f"[{UNSPACED}\uac00-\ud7af]")
_LEAD_DATE = re.compile(
    rf"^\W*(?:(?:{MONTHS})\w*\.?\s\d{{1,2}}\b|\d{{1,2}}\.?\s(?:de\s)?(?:{MONTHS})\w*"
    rf"|\d{{1,4}}[./-]\d{{1,2}}(?:[./-]\d{{0,4}})?|\d{{1,2}}\s?[:.h]\s?\d{{2}}|\d{{1,2}}月)",
    re.I,
)
_END_DATE = re.compile(
    rf"(?:(?:{MONTHS})\w*\.?,?\s(?:\d{{1,2}},?\s)?\d{{2,4}}|\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{2,4}}|\d\d?:\d\d)\W*$",
    re.I,
)
_QUOTES = "\"'\u2018\u201c\u201e\u00ab\u300c\u300e\u00bf\u00a1"


@cache
def _lists() -> tuple[dict[str, int], dict[str, int], re.Pattern[str]]:
    """Folded word -> class, in scripts with spaces and without, and a pattern for the latter."""
    source = importlib.resources.files(__package__) / "vocabulary.csv"
    spaced: dict[str, int] = {}
    unspaced: dict[str, int] = {}
    with source.open(encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            number = CLASSES.index(row["class"])
            if _UNSPACED.search(row["word"]):
                unspaced.setdefault(row["word"], number)
            else:
                spaced.setdefault(fold(row["word"]), number)
    longest = sorted(unspaced, key=lambda word: (-len(word), word))
    return spaced, unspaced, re.compile("|".join(map(re.escape, longest)))


def words_of(line: Line) -> tuple[str, ...]:
    """The folded words of a line's beginning.

    Examples
    --------
    >>> words_of(Line("Größer than 3 cafés", 0))
    ('groser', 'than', '3', 'cafes')
    """
    return _words_of(line.text[:300])


@lru_cache(maxsize=8192)
def _words_of(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(fold(text)))


def describe_wording(lines: list[Line], facts: list[Facts], words: Sequence[tuple[str, ...]]) -> Matrix:
    """One row per line, one column per name of :data:`WORDING_NAMES`.

    ``words`` are the folded words of each line (:func:`words_of`).
    """
    if not lines:
        return np.zeros((0, len(WORDING_NAMES)), np.float32)
    listed = _lists()[0]
    site = {
        word
        for fact, found in zip(facts, words, strict=True)
        if fact.sign and fact.words <= 30
        for word in found
        if len(word) > 3 and not word.isdigit() and word not in listed
    }
    long = [{word[:6] for word in found if len(word) > 2} for found in words]
    often = Counter(
        word for fact, found in zip(facts, long, strict=True) if fact.words <= 40 for word in found
    )
    middling = [fact for fact in facts if 4 <= fact.words <= 25]
    usual_titled = sum(fact.titled for fact in middling) / len(middling) if middling else 0.0
    usual_words = float(np.median([fact.words for fact in middling])) if middling else 8.0
    near = np.hstack([_shared(words, last=False), _shared(words, last=True)]).tolist()
    rows = []
    for line, fact, found, shared, stems in zip(lines, facts, words, near, long, strict=True):
        begin, classes, end = _alone(line.text[:300], line.text[-30:], fact.words)
        count = len(stems)
        own = fact.words <= 40
        others = [often[stem] - own for stem in stems]
        rows.append(
            (
                *begin, *shared, sum(word in site for word in found) / max(1, len(found)) if site else 0.0,
                *classes, sum(1 for other in others if other > 0) / count if count else 0.0,
                min(20.0, sum(others) / count) if count else 0.0, fact.titled - usual_titled,
                fact.words / usual_words, *end[:2], line.text.count("-") + line.text.count("–"), *end[2:],
                fact.words <= 2, 0.0, 0.0, 0.0, 0.0,
            )
        )  # fmt: skip
    table = np.array(rows, np.float32)
    column = {name: i for i, name in enumerate(WORDING_NAMES)}
    chrome = np.minimum(table[:, column["words_chrome"]], 2)
    dated, sited = table[:, column["lead_date"]].copy(), table[:, column["site_word"]] > 0
    table[:, column["tiny_near"]] = _means(table[:, column["tiny_near"]].copy(), 3)
    table[:, column["chrome_in_4"]] = _means(chrome, 4)
    table[:, column["chrome_in_12"]] = _means(chrome, 12)
    table[:, column["dates_near"]] = _means(dated, 5)
    table[:, column["site_near"]] = _means(sited, 6)
    return table


@lru_cache(maxsize=8192)
def _alone(head: str, tail: str, size: int) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]:
    """What a line of ``size`` words tells by itself: how it begins, the classes of its words, how they look."""
    found = _words_of(head)
    spaced, unspaced, pattern = _lists()
    counts = [0.0] * len(CLASSES)
    for word in found:
        number = spaced.get(word)
        if number is not None:
            counts[number] += 1
    length = len(found)
    if not head.isascii():
        length = size
        for word in pattern.findall(head):
            counts[unspaced[word]] += 2
    length = max(1, min(length, 20))
    begin = (
        head[0].isdigit(),
        size > 3 and _LEAD_DATE.match(head) is not None,
        size > 3 and _END_DATE.search(tail) is not None,
        not head[0].isalnum() and head[0] not in _QUOTES,
        bool(found) and len(found[0]) <= 2,
    )
    many = max(1, len(found))
    end = (
        len(set(found)) / many,
        max(map(len, found), default=0),
        len(found[-1]) if found else 0,
        sum(1 for word in _WORD.findall(head[:200]) if len(word) > 2 and word.isupper()) / many,
    )
    return begin, (*(count / length for count in counts), sum(counts[:CHROME_CLASSES])), end


def _shared(words: Sequence[tuple[str, ...]], *, last: bool) -> Matrix:
    """How many words a line shares with a near one from its beginning (or its end) on, and with how many lines."""
    table = np.zeros((len(words), 2), np.float32)
    places: dict[str, list[int]] = {}
    step = -1 if last else 1
    for i, found in enumerate(words):
        if not found:
            continue
        before = places.setdefault(found[-1 if last else 0], [])
        for j in reversed(before):
            if i - j > REACH:
                break
            if words[j] == found:
                continue
            same = 0
            for one, other in zip(found[::step], words[j][::step], strict=False):
                if one != other or same >= 5:
                    break
                same += 1
            for k in (i, j):
                table[k, 0] = max(table[k, 0], same)
                table[k, 1] += 1
        before.append(i)
    return table


def _means(column: npt.NDArray[np.generic], width: int) -> npt.NDArray[np.float64]:
    sums = np.concatenate([[0.0], np.cumsum(column, dtype=np.float64)])
    at = np.arange(len(column))
    low, high = np.maximum(at - width, 0), np.minimum(at + width + 1, len(column))
    return np.asarray((sums[high] - sums[low]) / (high - low))


def hash_words(line: Line) -> npt.NDArray[np.intp]:
    """Numbers below :data:`HASHES` that stand for a line's words, its pairs of words, its first and its last one.

    Examples
    --------
    >>> len(hash_words(Line("Rain at last", 0)))
    7
    """
    return _hashed(line.text[:300])


@lru_cache(maxsize=8192)
def _hashed(text: str) -> npt.NDArray[np.intp]:
    # the beginnings of words, as endings are grammar; digits are all alike
    short = [("0" if word.isdigit() else word[:6]) for word in _words_of(text)[:30]]
    found = {f"u{word}" for word in short}
    found.update([f"b{one} {other}" for one, other in pairwise(short)])
    if short:
        found.add(f"^{short[0]}")
        found.add(f"${short[-1]}")
    if not text.isascii():
        text = text[:200]
        found.update(
            [f"c{text[match.start() : match.start() + 2]}" for match in _UNSPACED.finditer(text[:-1])]
        )
    numbers = {zlib.crc32(word.encode()) & (HASHES - 1) for word in found}
    return np.array(sorted(numbers), np.intp)


def weigh_words(
    lines: list[Line], weights: npt.NDArray[np.floating], start: float
) -> npt.NDArray[np.float64]:
    """For each line how much its words speak for a headline (log-odds), by the ``weights`` of hashed words."""
    votes = np.full(len(lines), start)
    hashed = [hash_words(line) for line in lines]
    counts = np.array([len(numbers) for numbers in hashed], np.intp)
    held = np.flatnonzero(counts)
    if len(held):
        first = np.concatenate([[0], np.cumsum(counts[held])[:-1]])
        sums = np.add.reduceat(weights[np.concatenate(hashed)], first, dtype=np.float64)
        votes[held] += sums / np.sqrt(counts[held])
    return votes


def spread_votes(votes: npt.NDArray[np.float64]) -> Matrix:
    """Each line's vote and those around it: columns as :data:`VOTE_NAMES`."""
    padded = np.pad(votes, 2)
    size = len(votes)
    shifted = [padded[k : k + size] for k in (0, 1, 3, 4)]
    return np.column_stack([votes, *shifted, *(_means(votes, width) for width in (3, 8, 25))]).astype(
        np.float32
    )
