"""Which words count as features, and how much: stems, document frequencies, TF-IDF weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from toolkit.errors import InputError
from toolkit.topics.stopwords import PLURAL_S_LANGUAGES, guess_languages, read_stop_words
from toolkit.topics.vectorise import WordCounter, stem_word, weigh

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Features", "find_features"]

#: A word must stand in this many texts: long texts, short texts (median below 60 words, stop words aside).
_MIN_DF_LONG, _MIN_DF_SHORT, _SHORT = 5, 3, 60


@dataclass
class Features:
    """The vocabulary of a model: words as written, the feature (stem) each counts for, its IDF weight."""

    words: list[str]
    feature_of_word: np.ndarray
    names: list[str]
    idf: np.ndarray
    stop_words: frozenset[str]
    languages: tuple[str, ...]
    tokenizer: Callable[[str], Iterable[str]] | None = None
    _counter: WordCounter | None = field(default=None, repr=False, compare=False)

    def counter(self) -> WordCounter:
        """A counter of exactly these words; it is kept, because it remembers what it has read."""
        if self._counter is None:
            self._counter = WordCounter(
                stop_words=self.stop_words, tokenizer=self.tokenizer, vocabulary=self.words
            )
        return self._counter

    def count(self, texts: Sequence[str]) -> csr_matrix:
        """Counts of the words as written."""
        return self.counter().count(texts)

    def weigh(self, word_counts: csr_matrix) -> csr_matrix:
        """TF-IDF weights of the features, from counts of the words as written."""
        if len(self.words) == len(self.names) and np.array_equal(
            self.feature_of_word, np.arange(len(self.names))
        ):
            return weigh(word_counts, self.idf)  # every word its own feature
        return weigh(merge_columns(word_counts, self.feature_of_word, len(self.names)), self.idf)


def merge_columns(counts: csr_matrix, target: np.ndarray, width: int) -> csr_matrix:
    """Add up columns that share a target; columns with target -1 are dropped."""
    from scipy.sparse import csr_matrix

    keep = target >= 0
    ones = np.ones(int(keep.sum()), dtype=np.int32)
    mapping = csr_matrix((ones, (np.flatnonzero(keep), target[keep])), shape=(len(target), width))
    merged = counts @ mapping
    merged.sort_indices()
    return merged


def _least_texts(min_df: int | float | str, n: int, counts: csr_matrix) -> int:
    if min_df == "auto":
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        base = _MIN_DF_LONG if len(lengths) and np.median(lengths) >= _SHORT else _MIN_DF_SHORT
        return int(min(base, max(1, n // 100)))
    if isinstance(min_df, str) or min_df < 0:
        raise InputError(
            f"min_df: got {min_df!r}; allowed are 'auto', a number of texts, or a share from 0 to 1."
        )
    return int(np.ceil(min_df * n)) if isinstance(min_df, float) and min_df <= 1 else int(min_df)


def find_features(
    texts: Sequence[str],
    *,
    stop_words: str | Iterable[str] | None = "auto",
    stem: bool = True,
    min_df: int | float | str = "auto",
    max_df: float = 0.5,
    tokenizer: Callable[[str], Iterable[str]] | None = None,
) -> tuple[Features, csr_matrix]:
    """Choose the vocabulary of a collection and weigh its texts.

    Parameters
    ----------
    texts : sequence of str
        In canonical order (the languages are guessed from a sample).
    stop_words : "auto", language tag, iterable of str or None
        "auto": the lists of the languages that the texts are written in.
    stem : bool
        Count plural and singular as one feature, where a language with plural -s is used.
    min_df : "auto", int or float
        Fewest texts a feature must stand in; a float up to 1 is a share.
    max_df : float
        Largest share of texts a feature may stand in.
    tokenizer : callable, optional
        Text -> words, in place of the built-in rule.

    Returns
    -------
    Features
    csr_matrix
        Counts of the words as written (columns: ``Features.words``), a row per text.
    """
    languages: tuple[str, ...] = ()
    if stop_words is None:
        stops: frozenset[str] = frozenset()
    elif isinstance(stop_words, str):
        languages = guess_languages(texts) if stop_words == "auto" else (stop_words,)
        stops = read_stop_words(languages)
    else:
        stops = frozenset(stop_words)
    counter = WordCounter(stop_words=stops, tokenizer=tokenizer)
    counts = counter.count(texts)
    n = counts.shape[0]
    plural = stem and (not languages or bool(PLURAL_S_LANGUAGES.intersection(languages)))
    stems = [stem_word(word) for word in counter.words] if plural else counter.words
    first_met: dict[str, int] = {}
    target = np.fromiter(
        (first_met.setdefault(name, len(first_met)) for name in stems), dtype=np.int64, count=len(stems)
    )
    merged = merge_columns(counts, target, len(first_met)) if len(first_met) < len(stems) else counts
    df = np.bincount(merged.indices, minlength=len(first_met))
    keep = (df >= _least_texts(min_df, n, counts)) & (df <= max(1.0, max_df * n))
    if not keep.any() and len(df):  # all texts alike, or one text: let what there is count
        keep = df > 0
    # only what is kept is put in alphabetical order: most words are rare
    names = list(first_met)
    ranked = sorted(np.flatnonzero(keep).tolist(), key=names.__getitem__)
    renumbered = np.full(len(names), -1, dtype=np.int64)
    renumbered[ranked] = np.arange(len(ranked))
    used = sorted(np.flatnonzero(keep[target]).tolist(), key=counter.words.__getitem__)
    by_word = renumbered[target[used]]
    kept_names = [names[at] for at in ranked]
    idf = np.log((1.0 + n) / (1.0 + df[ranked])) + 1.0
    words = [counter.words[at] for at in used]
    features = Features(words, by_word, kept_names, idf, stops, languages, tokenizer)
    return features, pick_columns(counts, np.array(used, dtype=np.int64))


def pick_columns(counts: csr_matrix, columns: np.ndarray) -> csr_matrix:
    """Some columns in a new order, indices sorted in each row: by remapping, without a product."""
    from scipy.sparse import csr_matrix

    place = np.full(counts.shape[1], -1, dtype=np.int32)
    place[columns] = np.arange(len(columns), dtype=np.int32)
    moved = place[counts.indices]
    keep = moved >= 0
    ends = np.concatenate(([0], np.cumsum(keep)))[counts.indptr].astype(counts.indptr.dtype)
    picked = csr_matrix((counts.data[keep], moved[keep], ends), shape=(counts.shape[0], len(columns)))
    picked.sort_indices()
    return picked
