"""What a topic is about: terms, a label, typical texts, and what sets one topic apart from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toolkit.topics.steady import steady_dot, steady_eigh
from toolkit.topics.vectorise import stem_word

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from toolkit.topics.vectorise import WordCounter

__all__ = ["TermCounts", "count_terms", "find_exemplars", "lay_out", "pick_terms", "write_labels"]

#: Words looked at for two-word phrases, at most: enough to be sure of every phrase worth printing.
_PHRASE_WORDS = 4_000_000
#: A phrase counts as one term where this share of its rarer word's texts have the phrase.
_STICKY = 0.2


@dataclass(frozen=True)
class TermCounts:
    """In how many texts of each topic (column) each term (row) stands."""

    terms: list[str]
    counts: np.ndarray


def _is_gram(word: str) -> bool:
    return len(word) == 2 and ord(word[0]) > 0x1100 and not word.isascii()


def _join(first: str, second: str) -> str | None:
    """The phrase of two neighbours; overlapping character pairs become one longer piece."""
    if _is_gram(first) and _is_gram(second):
        return first + second[1] if first[1] == second[0] else None
    return f"{first} {second}" if first != second else None


def count_terms(
    counter: WordCounter,
    word_counts: csr_matrix,
    texts: Sequence[str],
    labels: np.ndarray,
    n_topics: int,
) -> TermCounts:
    """Count words and two-word phrases by topic, each at most once a text.

    Parameters
    ----------
    counter : WordCounter
        Counts the vocabulary; gives the words of a text in order.
    word_counts : csr_matrix
        Counts of its words in ``texts``.
    texts : sequence of str
        In canonical order.
    labels : array of int
        Topic of each text; texts with -1 are left out.
    n_topics : int
        Number of topics.
    """
    from scipy.sparse import csr_matrix

    n = len(labels)
    real = labels >= 0
    member = csr_matrix((np.ones(int(real.sum())), (labels[real], np.flatnonzero(real))), shape=(n_topics, n))
    present = word_counts.astype(np.float64)
    present.data[:] = 1.0
    by_word = np.asarray((member @ present).todense())
    terms = list(counter.words)
    phrases, by_phrase = _count_phrases(counter, texts, labels, n_topics, by_word)
    return TermCounts(terms + phrases, np.hstack((by_word, by_phrase)).T)


def _count_phrases(
    counter: WordCounter, texts: Sequence[str], labels: np.ndarray, n_topics: int, by_word: np.ndarray
) -> tuple[list[str], np.ndarray]:
    none: tuple[list[str], np.ndarray] = ([], np.zeros((n_topics, 0)))
    flats, lengths, seen = [], [], 0
    for flat, per_text in counter.read(texts):
        flats.append(flat)
        lengths.append(per_text)
        seen += len(flat)
        if seen >= _PHRASE_WORDS:
            break
    if not seen:
        return none
    flat = np.concatenate(flats).astype(np.int64)
    text_of = np.repeat(np.arange(sum(map(len, lengths))), np.concatenate(lengths))
    pair = (flat[:-1] >= 0) & (flat[1:] >= 0) & (text_of[:-1] == text_of[1:])
    keys = flat[:-1][pair] * len(counter.words) + flat[1:][pair]
    unique, inverse = np.unique(keys, return_inverse=True)
    once = np.unique(text_of[:-1][pair] * len(unique) + inverse)
    where, which = once // max(1, len(unique)), once % max(1, len(unique))
    texts_with = np.bincount(which, minlength=len(unique))
    first, second = unique // len(counter.words), unique % len(counter.words)
    total = by_word.sum(axis=0) * (len(np.unique(text_of)) / max(1, len(texts)))
    rarer = np.minimum(total[first], total[second])
    good = (texts_with >= 3) & (texts_with >= _STICKY * rarer)
    names = {
        int(at): _join(counter.words[first[at]], counter.words[second[at]]) for at in np.flatnonzero(good)
    }
    chosen = [at for at, name in names.items() if name]
    if not chosen:
        return none
    column = np.full(len(unique), -1)
    column[chosen] = np.arange(len(chosen))
    hit = (column[which] >= 0) & (labels[where] >= 0)
    counts = np.zeros((n_topics, len(chosen)))
    np.add.at(counts, (labels[where[hit]], column[which[hit]]), 1.0)
    # counted in a part of the texts only, if they are many: scaled up, so that words and phrases compare
    return [str(names[at]) for at in chosen], np.rint(
        counts * max(1.0, len(texts) / max(1, sum(map(len, lengths))))
    )


def pick_terms(found: TermCounts, sizes: np.ndarray, n_terms: int) -> list[list[tuple[str, float]]]:
    """The ``n_terms`` best terms of each topic with their class-based TF-IDF weights, best first.

    The weight of a term in a topic is the share of the topic's texts that have it, times
    ``log(1 + mean / everywhere)`` (the mean topic's number of terms over the term's number of texts:
    Grootendorst 2022), times the share of the term's occurrences that fall to the topic when all topics are
    given the same size, so that terms differ between topics.
    """
    counts = found.counts
    everywhere = counts.sum(axis=1)
    share = counts / np.maximum(sizes, 1.0)
    own = share / np.maximum(share.sum(axis=1, keepdims=True), 1e-300)
    mean = counts.sum() / max(1, counts.shape[1])
    weights = share * np.log1p(mean / np.maximum(everywhere, 1.0))[:, None] * own
    picked: list[list[tuple[str, float]]] = []
    for topic in range(counts.shape[1]):
        column = np.round(weights[:, topic], 12)
        top = np.argsort(-column, kind="stable")[: 40 * n_terms]
        ranked = sorted((at for at in top if column[at] > 0), key=lambda at: (-column[at], found.terms[at]))
        picked.append(_without_repeats(found, topic, ranked, column, n_terms))
    return picked


def _without_repeats(
    found: TermCounts, topic: int, ranked: Sequence[int], weights: np.ndarray, n_terms: int
) -> list[tuple[str, float]]:
    """Drop words that a better or nearly as frequent phrase holds, and second forms of one word."""
    counts = found.counts[:, topic]
    weight = {int(at): float(weights[at]) for at in ranked}
    holders: dict[str, list[int]] = {}
    for at in ranked:
        parts = found.terms[at].split() if " " in found.terms[at] else _grams_of(found.terms[at])
        if len(parts) > 1:
            for part in parts:
                holders.setdefault(part, []).append(int(at))
    for at in ranked:  # a phrase takes the place of a word that is hardly met without it
        for holder in holders.get(found.terms[at], ()):
            if counts[holder] >= 0.5 * counts[at]:
                weight[holder] = max(weight[holder], weight[int(at)])
                weight[int(at)] = 0.0
    chosen: list[tuple[str, float]] = []
    used: set[str] = set()
    for at in sorted(weight, key=lambda at: (-weight[at], found.terms[at])):
        term = found.terms[at]
        parts = term.split() if " " in term else _grams_of(term)
        stems = {stem_word(part) for part in parts}
        if weight[at] <= 0.0 or stems & used:
            continue
        used |= stems
        chosen.append((term, weight[at]))
        if len(chosen) == n_terms:
            break
    return chosen


def _grams_of(term: str) -> list[str]:
    if len(term) > 2 and ord(term[0]) > 0x1100:
        return [term[at : at + 2] for at in range(len(term) - 1)]
    return [term]


def write_labels(terms: list[list[tuple[str, float]]], n_words: int = 3) -> list[str]:
    """A label per topic: its best terms that no other topic has a better claim to, joined by commas."""
    claim: dict[str, tuple[float, int]] = {}
    for topic, ranked in enumerate(terms):
        for term, weight in ranked:
            if term not in claim or weight > claim[term][0]:
                claim[term] = (weight, topic)
    labels: list[str] = []
    for topic, ranked in enumerate(terms):
        own = [term for term, _ in ranked if claim[term][1] == topic]
        chosen = (own + [term for term, _ in ranked if term not in own])[:n_words]
        label = ", ".join(chosen) or "(no words)"
        labels.append(label if label not in labels else f"{label} ({topic})")
    return labels


def find_exemplars(
    weights: csr_matrix, labels: np.ndarray, n_topics: int, n_exemplars: int, texts: Sequence[str]
) -> tuple[list[list[int]], np.ndarray]:
    """Rows nearest to the mean of each topic (no text twice), and those means as unit rows."""
    from scipy.sparse import csr_matrix

    from toolkit.topics.mixture import unit_rows

    real = np.flatnonzero(labels >= 0)
    member = csr_matrix((np.ones(len(real)), (labels[real], real)), shape=(n_topics, len(labels)))
    means = unit_rows(np.asarray((member @ weights).todense()))
    rows: list[list[int]] = []
    for topic in range(n_topics):
        own = np.flatnonzero(labels == topic)
        closeness = np.round(weights[own] @ means[topic], 10)
        chosen: list[int] = []
        seen: set[str] = set()
        for at in np.argsort(-closeness, kind="stable").tolist():
            text = texts[own[at]]
            if text not in seen:
                seen.add(text)
                chosen.append(int(own[at]))
            if len(chosen) == n_exemplars:
                break
        rows.append(chosen)
    return rows, means


def lay_out(means: np.ndarray) -> np.ndarray:
    """Two coordinates per topic, alike topics close: classical scaling of one minus cosine."""
    k = len(means)
    if k < 2:
        return np.zeros((k, 2))
    alike = np.round(steady_dot(means, means.T), 10)
    squared = 2.0 * (1.0 - alike)
    centred = squared - squared.mean(axis=0) - squared.mean(axis=1)[:, None] + squared.mean()
    values, vectors = steady_eigh(-0.5 * centred)
    places = vectors[:, :2] * np.sqrt(np.maximum(values[:2], 0.0))
    return np.hstack((places, np.zeros((k, 2 - places.shape[1])))) if places.shape[1] < 2 else places
