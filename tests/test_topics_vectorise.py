from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.errors import InputError
from toolkit.topics.features import find_features
from toolkit.topics.stopwords import guess_languages, list_stop_word_languages, read_stop_words
from toolkit.topics.vectorise import WordCounter, find_terms, stem_word

TEXTS = [
    "Don\u2019t panic: the caf\u00e9\u2019s \u201cnew\u201d e-bikes cost $3.50\u2026",
    "\u6771\u4eac\u90fd\u306e\u77e5\u4e8b\u304c\u8a9e\u3063\u305f NEW \u30cb\u30e5\u30fc\u30b9",
    "\ub300\ud1b5\ub839\uc774 \uc11c\uc6b8\uc5d0\uc11c \ub9d0\ud588\ub2e4",
    # Russian with quotes
    (
        "\u041f\u0440\u0435\u0437\u0438\u0434\u0435\u043d\u0442 "
        "\u0441\u043a\u0430\u0437\u0430\u043b \u2014 \u00ab\u043d\u0435\u0442\u00bb"
    ),
    "a\x00b nul\x00nul  \x00",
    "",
    "   ",
    (
        "\ufb01ne \uff34\uff25\uff33\uff34 e\u0301t\u00e9 \u0939\u093f\u0928\u094d\u0926\u0940 "
        "\u0e01\u0e32\u0e23\u0e40\u0e21\u0e37\u0e2d\u0e07"
    ),
    "co\u00f6peration-of-an-extraordinarilylongwordthatnotableholds x y z",
    "lone \ud800 surrogate",
]


def counts_of(counter: WordCounter, texts: list[str]) -> list[dict[str, int]]:
    matrix = counter.count(texts)
    return [
        {counter.words[at]: int(n) for at, n in zip(row.indices, row.data, strict=True)}
        for row in (matrix[at] for at in range(matrix.shape[0]))
    ]


def test_count_gives_the_words_of_the_rule_when_text_is_any_script() -> None:
    assert counts_of(WordCounter(), TEXTS) == [dict(Counter(find_terms(text))) for text in TEXTS]


def test_count_is_the_same_by_table_and_by_dictionary_when_batches_are_large() -> None:
    texts = TEXTS * 300  # beyond the size at which the table is used
    assert counts_of(WordCounter(), texts) == [dict(Counter(find_terms(text))) for text in TEXTS] * 300


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=40), max_size=6))
def test_count_gives_the_words_of_the_rule_when_text_is_arbitrary(texts: list[str]) -> None:
    counter = WordCounter()
    table = WordCounter()
    table.count(["warm up " * 4000])
    expected = [dict(Counter(find_terms(text))) for text in texts]
    assert counts_of(counter, texts) == expected
    assert counts_of(table, texts) == expected


def test_find_terms_cuts_han_and_hangul_into_pairs_and_drops_hiragana_only_pairs() -> None:
    assert find_terms("\u6771\u4eac\u3067\u3059") == ["\u6771\u4eac", "\u4eac\u3067"]
    assert find_terms("\uc11c\uc6b8\uc2dc") == ["\uc11c\uc6b8", "\uc6b8\uc2dc"]


def test_find_terms_cuts_thai_into_threes() -> None:
    assert find_terms("\u0e01\u0e32\u0e23\u0e40") == ["\u0e01\u0e32\u0e23", "\u0e32\u0e23\u0e40"]


def test_find_terms_drops_digits_and_single_letters() -> None:
    assert find_terms("G20 in 2024: 9/11 a covid19 x") == ["in", "covid"]


def test_tokenizer_replaces_the_rule_but_not_the_callers_words() -> None:
    counter = WordCounter(tokenizer=str.split)
    assert counts_of(counter, ["a B-2 a", ""]) == [{"a": 2, "B-2": 1}, {}]


def test_count_keeps_known_columns_only_when_vocabulary_is_given() -> None:
    counter = WordCounter(vocabulary=["rain", "snow"])
    assert counter.count(["snow rain snow hail"]).toarray().tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("word", "stem"),
    [
        ("shares", "share"),
        ("parties", "party"),
        ("ties", "tie"),
        ("boss", "boss"),
        ("gas", "gas"),
        ("boxes", "box"),
    ],
)
def test_stem_word_takes_plural_endings_only(word: str, stem: str) -> None:
    assert stem_word(word) == stem


def test_find_features_counts_plural_and_singular_as_one_when_stemming() -> None:
    texts = ["the share and the shares", "a share of shares"]
    features, counts = find_features(texts, min_df=1, max_df=1.0)
    assert features.names == ["share"]
    assert features.words == ["share", "shares"]
    assert counts.toarray().tolist() == [[1, 1], [1, 1]]


def test_weights_have_length_one_and_are_zero_where_no_word_is_known() -> None:
    features, counts = find_features(["rain wind", "rain snow", "the"], min_df=1, max_df=1.0)
    weights = features.weigh(counts)
    assert np.sqrt((weights.toarray() ** 2).sum(axis=1)).round(12).tolist() == [1.0, 1.0, 0.0]


def test_every_stop_word_list_is_sorted_lower_case_and_as_the_rule_cuts_it() -> None:
    assert len(list_stop_word_languages()) == 24
    for language in list_stop_word_languages():
        for word in read_stop_words(language):
            if not word.isascii() and language in ("ja", "ko", "zh", "hi", "ar"):
                continue
            assert find_terms(word) == [word], (language, word)


def test_read_stop_words_names_the_languages_there_are_when_one_is_unknown() -> None:
    with pytest.raises(InputError, match=r"no stop words for 'xx'.*de, el, en"):
        read_stop_words("xx")


def test_read_stop_words_refuses_an_unknown_group() -> None:
    with pytest.raises(InputError, match="groups: unknown 'names'"):
        read_stop_words("en", groups=["names"])


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Minister hat das nicht gesagt, und die Partei ist dagegen", "de"),
        ("El ministro no ha dicho nada sobre la ley que se aprueba", "es"),
        ("Le ministre n'a pas encore dit ce qu'il en pense dans les journaux", "fr"),
        ("Menteri itu tidak mengatakan apa yang akan dilakukan dengan dana tersebut", "id"),
        ("Bakan bu konuda daha önce hiçbir şey söylemedi ama şimdi çok ve", "tr"),
    ],
)
def test_guess_languages_tells_by_function_words(text: str, language: str) -> None:
    assert guess_languages([text] * 5) == (language,)


def test_guess_languages_gives_none_when_no_list_fits() -> None:
    assert guess_languages(["qwrt zxcv", "", "123"]) == ()
