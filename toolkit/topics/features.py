"""Which words count as features, and how much: stems, document frequencies, TF-IDF weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from toolkit.errors import InputError
from toolkit.topics.stopwords import PLURAL_S_LANGUAGES, guess_languages, read_stop_words
from toolkit.topics.vectorise import WordCounter, stem_word, weigh

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["Features", "find_features"]

#: A word must stand in this many texts: long texts, short texts (fewer than 60 words in the median).
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
    order = sorted(range(len(counter.words)), key=counter.words.__getitem__)
    words = [counter.words[at] for at in order]
    plural = stem and (not languages or bool(PLURAL_S_LANGUAGES.intersection(languages)))
    stems = [stem_word(word) if plural and word.isascii() else word for word in words]
    names: dict[str, int] = {}
    for name in sorted(set(stems)):
        names[name] = len(names)
    target = np.empty(len(words), dtype=np.int64)
    target[order] = [names[name] for name in stems]
    merged = merge_columns(counts, target, len(names))
    df = np.bincount(merged.indices, minlength=len(names))
    keep = (df >= _least_texts(min_df, n, counts)) & (df <= max(1.0, max_df * n))
    if not keep.any() and len(df):  # all texts alike, or one text: let what there is count
        keep = df > 0
    renumbered = np.where(keep, np.cumsum(keep) - 1, -1)
    by_word = renumbered[target[order]]
    used = np.flatnonzero(by_word >= 0)
    idf = np.log((1.0 + n) / (1.0 + df[keep])) + 1.0
    kept_names = [name for name, kept in zip(names, keep.tolist(), strict=True) if kept]
    features = Features(
        [words[at] for at in used], by_word[used], kept_names, idf, stops, languages, tokenizer
    )
    return features, counts[:, np.array(order, dtype=np.int64)[used]].tocsr()


def settings_of(features: Features) -> dict[str, Any]:
    """What a saved model must remember of its features, apart from arrays."""
    return {
        "words": features.words,
        "names": features.names,
        "stop_words": sorted(features.stop_words),
        "languages": list(features.languages),
    }
