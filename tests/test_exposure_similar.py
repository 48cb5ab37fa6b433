"""Near-duplicate search: against brute force, around the threshold, and the edges."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from toolkit.errors import InputError
from toolkit.exposure import measure_similarity, similar_headlines
from toolkit.words import normalise_headline

WORDS = """harbour ferry council storm budget school river bridge mayor strike vote museum library hospital train
rain festival market police court union farm forest island airport dam tunnel orchestra vaccine wage""".split()


def _headlines(n=400, seed=0):
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n):
        words = list(rng.choice(WORDS, rng.integers(4, 10)))
        found.append(" ".join(words).capitalize())
        found.append(" ".join(words).title() + "s")
        for _ in range(rng.integers(0, 3)):
            changed = words.copy()
            changed[rng.integers(len(words))] = str(rng.choice(WORDS))
            found.append(" ".join(changed).capitalize())
    return sorted(set(found))


def _cosine(a: str, b: str) -> float:
    one, two = (Counter(k[i : i + 3] for i in range(len(k) - 2)) for k in map(normalise_headline, (a, b)))
    dot = sum(one[g] * two[g] for g in one)
    norm = np.sqrt(sum(v * v for v in one.values()) * sum(v * v for v in two.values()))
    return dot / norm if norm else 0.0


@pytest.mark.parametrize(("threshold", "margin"), [(0.85, 0.0), (0.85, 0.15), (0.5, 0.0), (0.97, 0.0)])
def test_similar_headlines_finds_all_pairs_of_brute_force_when_random(threshold, margin):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.preprocessing import normalize

    headlines = _headlines()
    counts = CountVectorizer(analyzer="char", ngram_range=(3, 3)).fit_transform(
        map(normalise_headline, headlines)
    )
    unit = normalize(counts.astype(float))
    cosine = (unit @ unit.T).toarray()
    expected = {
        (headlines[i], headlines[j]) for i, j in np.argwhere(np.triu(cosine, 1) >= threshold - margin - 1e-9)
    }
    table = similar_headlines(headlines, threshold=threshold, margin=margin)
    assert len(expected) > (20 if threshold < 0.9 else -1)
    assert set(zip(table["first"], table["second"], strict=True)) == expected
    assert len(table) == len(expected)
    assert (table["duplicate"] == (table["similarity"] >= threshold - 1e-9)).all()
    assert table["similarity"].is_monotonic_decreasing


def test_similar_headlines_gives_the_cosine_when_letters_repeat():
    a, b = "Banana bandana ban", "Bandana banana can"
    table = similar_headlines([a, b], threshold=0.3)
    assert table.loc[0, "similarity"] == pytest.approx(_cosine(a, b), abs=1e-6)
    assert measure_similarity([a], [b]).tolist() == pytest.approx([_cosine(a, b)], abs=1e-6)


def test_similar_headlines_marks_same_words_when_only_signs_differ():
    table = similar_headlines(["Dyke ‘breaks’ at Vell", "Dyke 'Breaks' at Vell", "Zoo opens"])
    assert table[["similarity", "same_words", "duplicate"]].to_numpy().tolist() == [[1.0, True, True]]


def test_similar_headlines_counts_repeated_once_and_ignores_order():
    headlines = _headlines(60)
    expected = similar_headlines(headlines, threshold=0.6)
    pd.testing.assert_frame_equal(
        expected, similar_headlines([*headlines[::-1], *headlines[:9]], threshold=0.6)
    )


@pytest.mark.parametrize("headlines", [[], ["One"], ["ab", "cd"], ["?", "!"]])
def test_similar_headlines_is_empty_with_columns_when_there_are_no_pairs(headlines):
    table = similar_headlines(headlines)
    assert len(table) == 0
    assert table.columns.tolist() == ["first", "second", "similarity", "same_words", "duplicate"]


@pytest.mark.parametrize(
    "kwargs", [{"threshold": 0}, {"threshold": 1.1}, {"margin": -0.1}, {"threshold": 0.5, "margin": 0.5}]
)
def test_similar_headlines_refuses_when_threshold_is_out_of_range(kwargs):
    with pytest.raises(InputError, match=r"threshold|margin"):
        similar_headlines(["a", "b"], **kwargs)


def test_similar_headlines_refuses_when_a_headline_is_missing():
    with pytest.raises(InputError, match="1 are missing"):
        similar_headlines(["a", None])
    with pytest.raises(InputError, match="2 and 1"):
        measure_similarity(["a", "b"], ["a"])
