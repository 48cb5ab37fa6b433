"""Texts to a sparse matrix of TF-IDF weights: one pass, whole numbers for words, any script.

The rule for words, the same for every text:

1. A *chunk* is a run of characters none of which is an ASCII character other than a letter.
2. A chunk of ASCII letters is one word, lower-cased.
3. Any other chunk is NFKC-normalised and lower-cased; its words are its runs of letters (with their marks).
   A run of Han and Kana, of Hangul, or of a South-East Asian script without spaces gives its character
   n-grams instead, none of them wholly Hiragana.
4. Words of one letter and stop words are dropped.

The fast road takes a chunk, not a text: ``bytes.translate`` cuts the text into chunks, a table turns each into a
number, thousands at a time, and only chunks never met before are looked at. A curly quote costs nothing the
second time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["WordCounter", "find_terms", "stem_word"]

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
#: Every ASCII character but letters becomes a space, capitals become small; bytes of other scripts stay.
_TABLE = bytes(
    code
    if code >= 0x80 or bytes([code]) in (b"\x00", *(bytes([c]) for c in _LETTERS))
    else code + 32
    if 65 <= code <= 90
    else 32
    for code in range(256)
)
_BREAK = b"\x00"
#: Texts joined for one pass, in characters: large enough to make the overhead small, small enough for memory.
_BATCH = 300_000
#: Batches of fewer bytes are not worth a table.
_SMALL = 20_000

_HAN_KANA = (
    "\u3005-\u3007\u3041-\u3096\u30a1-\u30fa\u30fc\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_HANGUL = "\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3"
_SOUTH_EAST = "\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u109f\u1780-\u17d3"
_RUNS = re.compile(f"([{_HAN_KANA}]+)|([{_HANGUL}]+)|([{_SOUTH_EAST}]+)|(.)", re.DOTALL)
_HIRAGANA = re.compile("[\u3041-\u3096\u30fc]+")


def stem_word(word: str) -> str:
    """The word without a plural ending; nothing else is cut, so that readers still know it.

    Examples
    --------
    >>> [stem_word(word) for word in ("shares", "parties", "matches", "boss", "crisis", "virus", "gas")]
    ['share', 'party', 'match', 'boss', 'crisis', 'virus', 'gas']
    """
    if len(word) < 4 or word[-1] != "s" or word[-2] in "sui":
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def _grams(run: str, sizes: Sequence[int]) -> list[str]:
    if len(run) <= sizes[0]:
        return [] if _HIRAGANA.fullmatch(run) else [run]
    grams = [
        run[start : start + size]
        for size in sizes
        for start in range(len(run) - size + 1)
        if size <= len(run)
    ]
    return [gram for gram in grams if not _HIRAGANA.fullmatch(gram)]


def _split_chunk(chunk: str, sizes: Sequence[int] = (2,)) -> list[str]:
    """The words of one chunk that is not plain ASCII (rule 3)."""
    words: list[str] = []
    letters: list[str] = []
    for match in _RUNS.finditer(unicodedata.normalize("NFKC", chunk).lower()):
        character = match.group(4)
        if character is not None and unicodedata.category(character)[0] in "LM":
            letters.append(character)
            continue
        if letters:
            words.append("".join(letters))
            letters = []
        if character is None:
            run = match.group()
            three = (3,) if match.group(3) else sizes
            words += _grams(run, three)
    if letters:
        words.append("".join(letters))
    return words


def find_terms(text: str, *, stop_words: Iterable[str] = (), sizes: Sequence[int] = (2,)) -> list[str]:
    """The words of one text under the module's rule, in order: the slow, plain statement of the fast road.

    Parameters
    ----------
    text : str
        Any text.
    stop_words : iterable of str
        Words to leave out, lower-cased.
    sizes : sequence of int
        Lengths of the character n-grams in Han, Kana and Hangul runs.

    Returns
    -------
    list of str
        Words as written but lower-cased, unstemmed; repeated as often as they occur.

    Examples
    --------
    >>> find_terms("Don\u2019t miss the Café’s 3 NEW e-bikes", stop_words={"the"})
    ['don', 'miss', 'café', 'new', 'bikes']
    >>> find_terms("東京都の知事"), find_terms("대통령이")
    (['東京', '京都', '都の', 'の知', '知事'], ['대통', '통령', '령이'])
    """
    stop = frozenset(stop_words)
    words: list[str] = []
    for chunk in re.findall("[A-Za-z\u0080-\U0010ffff]+", text):
        words += [chunk.lower()] if chunk.isascii() else _split_chunk(chunk, sizes)
    return [word for word in words if len(word) > 1 and word not in stop]


class _Numbers(dict[bytes, int]):
    """Chunk -> number of its word; -1: no word kept; -2 and below: an entry of ``many`` (several words)."""

    def __init__(self, owner: WordCounter) -> None:
        super().__init__()
        self.owner = owner
        self.many: list[list[int]] = []

    def __missing__(self, chunk: bytes) -> int:
        owner = self.owner
        if chunk.isascii():
            value = self[chunk] = owner.number(chunk.decode())
            return value
        words = _split_chunk(chunk.decode("utf-8", "surrogatepass"), owner.sizes)
        ids = [owner.number(word) for word in words]
        ids = [number for number in ids if number >= 0]
        if len(ids) == 1:
            value = ids[0]
        elif not ids:
            value = -1
        else:
            self.many.append(ids)
            value = -1 - len(self.many)
        self[chunk] = value
        return value


_NONE = np.iinfo(np.int32).min
_BREAK_NUMBER = np.iinfo(np.int32).max
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(8)] + [2**64 - 1], dtype=np.uint64)
_MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_SLOT_BITS = 18


class _Table:
    """Chunk -> number for a whole batch at once; chunks of up to 16 bytes, compared byte for byte.

    A slot holds the two 8-byte words of a chunk and its number. What is not there, or longer, or shares its slot
    with another chunk, takes the way through the dictionary.
    """

    def __init__(self, numbers: _Numbers) -> None:
        self.numbers = numbers
        self.first = np.zeros(1 << _SLOT_BITS, dtype=np.uint64)
        self.second = np.zeros(1 << _SLOT_BITS, dtype=np.uint64)
        self.number = np.full(1 << _SLOT_BITS, _NONE, dtype=np.int32)

    def look_up(self, cut: bytes) -> np.ndarray:
        """Numbers of the chunks of ``cut``, in which spaces stand between chunks."""
        padded = b" " + cut + b" " * 16
        space = (np.frombuffer(padded, dtype=np.uint8) == 32).view(np.int8)
        edges = np.flatnonzero(space[1:] != space[:-1]) + 1
        starts, sizes = edges[0::2], edges[1::2] - edges[0::2]
        words = np.ndarray((len(padded) - 7,), dtype="<u8", buffer=padded, strides=(1,))
        first = words[starts] & _MASKS[np.minimum(sizes, 8)]
        second = np.zeros(len(starts), dtype=np.uint64)
        long = np.flatnonzero(sizes > 8)
        second[long] = words[starts[long] + 8] & _MASKS[np.minimum(sizes[long] - 8, 8)]
        mixed = (first ^ (second * _MIX[1])) * _MIX[0]
        slots = ((mixed ^ (mixed >> np.uint64(29))) * _MIX[1] >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
        found = self.number[slots]
        fresh = found == _NONE
        other = fresh | (self.first[slots] != first) | (self.second[slots] != second) | (sizes > 16)
        slow = np.flatnonzero(other)
        numbers = self.numbers
        found[slow] = [
            numbers[padded[start : start + size]]
            for start, size in zip(starts[slow].tolist(), sizes[slow].tolist(), strict=True)
        ]
        new = slow[fresh[slow] & (sizes[slow] <= 16)]
        self.first[slots[new]] = first[new]
        self.second[slots[new]] = second[new]
        self.number[slots[new]] = found[new]
        return found


class WordCounter:
    """Counts words: texts in, a sparse matrix of whole numbers out; remembers every chunk it has met.

    Parameters
    ----------
    stop_words : iterable of str
        Words that are not counted, lower-cased.
    sizes : sequence of int
        Lengths of the character n-grams in Han, Kana and Hangul runs.
    tokenizer : callable, optional
        Takes a text, gives its words; replaces the rule for words (stop words and one-letter words of it are
        kept: they are the caller's choice).
    vocabulary : sequence of str, optional
        Count these words only, in this order.

    Attributes
    ----------
    words : list of str
        The word of each column, in the order first met (or the vocabulary's).

    Examples
    --------
    >>> counter = WordCounter(stop_words={"the"})
    >>> counter.count(["The rain, the rain", "Rain or snow"]).toarray().tolist(), counter.words
    ([[2, 0, 0], [1, 1, 1]], ['rain', 'or', 'snow'])
    """

    def __init__(
        self,
        *,
        stop_words: Iterable[str] = (),
        sizes: Sequence[int] = (2,),
        tokenizer: Callable[[str], Iterable[str]] | None = None,
        vocabulary: Sequence[str] | None = None,
    ) -> None:
        self.stop_words = frozenset(stop_words)
        self.sizes = tuple(sizes)
        self.tokenizer = tokenizer
        self.words: list[str] = list(vocabulary) if vocabulary is not None else []
        self.frozen = vocabulary is not None
        self._index: dict[str, int] = {word: number for number, word in enumerate(self.words)}
        self._numbers = _Numbers(self)
        self._numbers[_BREAK] = _BREAK_NUMBER
        self._table: _Table | None = None

    def number(self, word: str) -> int:
        """The column of a word, a new one if it is new and may be counted, else -1."""
        known = self._index.get(word)
        if known is not None:
            return known
        if self.frozen or (self.tokenizer is None and (len(word) < 2 or word in self.stop_words)):
            return -1
        self._index[word] = number = len(self.words)
        self.words.append(word)
        return number

    def _read(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of the words of all texts in order (-1: a word left out), and how many each text has."""
        if self.tokenizer is not None:
            lists = [[self.number(word) for word in self.tokenizer(text)] for text in texts]
            lengths = np.fromiter(map(len, lists), dtype=np.int64, count=len(lists))
            flat = np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=int(lengths.sum()))
            return flat, lengths
        joined = " \x00 ".join(texts).encode("utf-8", "surrogatepass")
        if joined.count(_BREAK) != len(texts) - 1:  # a text holds the break itself
            joined = " \x00 ".join(text.replace("\x00", " ") for text in texts).encode(
                "utf-8", "surrogatepass"
            )
        cut = joined.translate(_TABLE)
        if len(cut) < _SMALL and self._table is None:
            flat = np.array([self._numbers[chunk] for chunk in cut.split()], dtype=np.int32)
        else:
            if self._table is None:
                self._table = _Table(self._numbers)
            flat = self._table.look_up(cut)
        if len(flat) and flat.min() < -1:
            flat = self._expand(flat)
        ends = np.flatnonzero(flat == _BREAK_NUMBER)
        lengths = np.diff(np.concatenate(([-1], ends, [len(flat)]))) - 1
        return np.delete(flat, ends), lengths

    def _expand(self, flat: np.ndarray) -> np.ndarray:
        """Put the words of chunks with several in the place of their one number."""
        places = np.flatnonzero(flat < -1)
        many = [self._numbers.many[-2 - value] for value in flat[places].tolist()]
        sizes = np.ones(len(flat), dtype=np.int64)
        sizes[places] = [len(ids) for ids in many]
        wide = np.repeat(flat, sizes)
        starts = np.cumsum(sizes) - sizes
        at = np.concatenate(
            [np.arange(start, start + len(ids)) for start, ids in zip(starts[places], many, strict=True)]
        )
        wide[at] = np.fromiter(chain.from_iterable(many), dtype=np.int32)
        return wide

    def read(self, texts: Iterable[str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Batches of texts as (numbers of their words in order, words per text); -1 marks a word left out."""
        batch: list[str] = []
        size = 0
        for text in texts:
            batch.append(text)
            size += len(text) + 3
            if size >= _BATCH:
                yield self._read(batch)
                batch, size = [], 0
        if batch:
            yield self._read(batch)

    def count(self, texts: Iterable[str]) -> csr_matrix:
        """How often each word stands in each text.

        Returns
        -------
        csr_matrix of int32
            One row per text, in order; one column per entry of ``words``, which grows with every call
            unless a vocabulary was given.
        """
        from scipy.sparse import csr_matrix

        data, columns, rows = [], [], [np.zeros(1, dtype=np.int64)]
        for flat, lengths in self.read(texts):
            counts, ids, per_text = _count_batch(flat, lengths)
            data.append(counts)
            columns.append(ids)
            rows.append(per_text)
        if not data:
            return csr_matrix((0, len(self.words)), dtype=np.int32)
        indptr = np.cumsum(np.concatenate(rows))
        if indptr[-1] < np.iinfo(np.int32).max:
            indptr = indptr.astype(np.int32)
        matrix = csr_matrix(
            (np.concatenate(data), np.concatenate(columns), indptr), shape=(len(indptr) - 1, len(self.words))
        )
        matrix.has_sorted_indices = True
        return matrix


def _count_batch(flat: np.ndarray, lengths: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, columns and number of different words per text, from the words of a batch in order."""
    keys = np.repeat(np.arange(len(lengths), dtype=np.int64) << 32, lengths) | flat
    keys = np.sort(keys[flat >= 0])
    if not len(keys):
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(len(lengths), np.int64)
    starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    counts = np.diff(np.append(starts, len(keys))).astype(np.int32)
    keys = keys[starts]
    per_text = np.bincount(keys >> 32, minlength=len(lengths))
    return counts, (keys & 0xFFFFFFFF).astype(np.int32), per_text


def weigh(counts: csr_matrix, idf: np.ndarray) -> Any:
    """Sublinear TF-IDF with rows of length 1; a text without known words has a row of zeros."""
    matrix = counts.astype(np.float64)
    matrix.data = (1.0 + np.log(matrix.data)) * idf[matrix.indices]
    squares = np.zeros(matrix.shape[0])
    filled = np.diff(matrix.indptr) > 0
    squares[filled] = np.add.reduceat(matrix.data**2, matrix.indptr[:-1][filled])
    norms = np.sqrt(squares)
    norms[norms == 0.0] = 1.0
    matrix.data /= np.repeat(norms, np.diff(matrix.indptr))
    return matrix
