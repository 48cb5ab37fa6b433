"""Cues: what is found, where, and what bad input gives. All headlines are invented."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from toolkit.clickbait import CUES, LANGUAGES, find_cues, highlight_cues, list_rules
from toolkit.clickbait.language import guess_languages
from toolkit.clickbait.lexicon import read_rows
from toolkit.clickbait.rules import KINDS, load_rules
from toolkit.clickbait.text import MAX_LENGTH, plain_text
from toolkit.errors import InputError, MissingColumnsError


def cues_of(headline: str, language: str = "en") -> set[tuple[str, str]]:
    found = find_cues([headline], language)
    return set(zip(found["cue"], found["text"], strict=True))


def names_of(headline: str, language: str = "en") -> set[str]:
    return {cue for cue, _ in cues_of(headline, language)}


@pytest.mark.parametrize(
    ("headline", "cue", "text"),
    [
        ("This trick saves your roof", "forward_deixis", "This trick"),
        ("Here's why the bridge hums at night", "forward_deixis", "Here's why"),
        ("He opened the old chest in the attic", "forward_cataphora", "He"),
        ("The one thing every gardener forgets", "forward_cataphora", "The one thing"),
        ("How a baker fooled the harbour town", "withheld_outcome", "How a baker fooled the harbour town"),
        ("Mayor reveals why the fountain is dry", "withheld_outcome", "why"),
        ("Why does bread rise?", "question_wh", "Why does bread rise?"),
        ("Could tea be the answer?", "question_polar", "Could tea be the answer?"),
        ("Tired of rain?", "question_other", "Tired of rain?"),
        ("7 ways to fold a map", "list_number", "7"),
        ("Seven easy ways to fold a map", "list_number", "Seven"),
        ("What you said at the fair", "second_person", "you"),
        ("Avoid these bridges on Sunday", "imperative", "Avoid"),
        ("Councillors should repaint the quay", "imperative", "should"),
        ("An amazing harvest in the valley", "hyperbole", "amazing"),
        ("The cheapest market in the region", "superlative", "cheapest"),
        ("Never brush a cat THIS way", "emphasis", "THIS"),
        ("You won't believe what the ferry did", "bait_phrase", "You won't believe"),
        (
            "'I will never swim there again': a summer in Oststrand",
            "teased_quote",
            "'I will never swim there again'",
        ),
        ("Skipper in tears at the quay", "emotion", "in tears"),
        ("Snow in June!", "exclamation", "!"),
        ("And then the lights went out...", "ellipsis", "..."),
        ("Hubby builds a boat from crates", "informal", "Hubby"),
    ],
)
def test_find_cues_finds_cue_with_its_text_when_rule_fits(headline: str, cue: str, text: str) -> None:
    assert (cue, text) in cues_of(headline)


@pytest.mark.parametrize(
    ("headline", "cue"),
    [
        ("U.S. and U.K. sign a treaty on eels", "second_person"),
        ("U.S. and U.K. sign a treaty on eels", "emphasis"),
        ("17-Year-Old wins the regatta", "list_number"),
        ("12 people hurt in a tram crash", "list_number"),
        ("2024 budget passes the council", "list_number"),
        ("3 million euros for the harbour", "list_number"),
        ("NATO ships leave the bay", "emphasis"),
        ("COUNCIL APPROVES THE BUDGET FOR ALL", "emphasis"),
        ("This week in the council", "forward_deixis"),
        ("'We will build the lock,' says the mayor of Oststrand", "teased_quote"),
        ("Mayor: 'We will build the lock by May'", "teased_quote"),
        ("Most of the harbour is closed", "superlative"),
        ("Council approves budget for the harbour", "hyperbole"),
    ],
)
def test_find_cues_finds_nothing_when_words_are_literal(headline: str, cue: str) -> None:
    assert cue not in names_of(headline)


def test_find_cues_spans_point_into_the_string_as_given_when_text_is_hostile() -> None:
    headlines = [
        "You won\u2019t believe <b>this</b> &amp; that\u200b!",
        "Why\u00a0your\u200bdog \U0001f436 barks \u2014 at YOU\u2026",
        "\u202b\u05dc\u05de\u05d4 you\u202c",
        "\u0130stanbul: 7 ways to see it, and YOU can too",
        "  \tHere's   why  ",
        "`10 tricks` you need",
    ]
    found = find_cues(headlines, "en")
    assert len(found) > 10
    for row in found.itertuples():
        assert headlines[row.headline_index][row.start : row.end] == row.text
        assert row.text.strip() == row.text != ""


#: characters that a reader does not see: marks of direction, joiners, soft hyphen, byte order mark, variation
INVISIBLE = [
    "\u00ad", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
    "\u2060", "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff", "\ufe0f",
]  # fmt: skip


@pytest.mark.parametrize("mark", INVISIBLE, ids=lambda mark: f"U+{ord(mark):04X}")
def test_find_cues_gives_the_same_cues_and_true_spans_when_invisible_marks_stand_anywhere(mark: str) -> None:
    plain = "You won't believe why THIS mayor cried!"
    expected = [(row.cue, row.rule, row.text) for row in find_cues([plain], "en").itertuples()]
    assert len(expected) >= 4
    strewn = [
        mark + plain,
        plain + mark,
        mark.join(plain),
        mark * 3 + plain.replace(" ", f"{mark} {mark}"),
    ]
    for headline in strewn:
        found = find_cues([headline], "en")
        assert [(r.cue, r.rule, r.text.replace(mark, "")) for r in found.itertuples()] == expected
        for row in found.itertuples():
            assert headline[row.start : row.end] == row.text
            assert mark not in (row.text[0], row.text[-1])


@pytest.mark.parametrize(
    "headline",
    [
        "\u05d4\u05d0\u05dd you \u05dc\u05d0 \u05ea\u05d0\u05de\u05d9\u05df?",
        "\u0644\u0645\u0627\u0630\u0627 You won't believe \u0647\u0630\u0627\u061f",
        "\u202eYou won't believe\u202c \u05e9\u05dc\u05d5\u05dd",
        "\u2067\u0647\u0630\u0627 7 reasons why you\u2069 \U0001f469\u200d\U0001f680!",
    ],
)
def test_find_cues_spans_follow_the_order_of_storage_when_a_line_runs_from_right_to_left(
    headline: str,
) -> None:
    found = find_cues([headline], "en")
    assert len(found) >= 1
    for row in found.itertuples():
        assert headline[row.start : row.end] == row.text


def test_find_cues_matches_word_split_by_zero_width_space_when_reader_sees_one_word() -> None:
    assert ("hyperbole", "ama\u200bzing") in cues_of("An ama\u200bzing harvest")


def test_find_cues_ignores_markup_when_tags_hold_cue_words() -> None:
    assert names_of('<a href="you-wont-believe.html" title="amazing">Council meets</a>') == set()


def test_find_cues_gives_same_cues_when_whole_line_changes_case() -> None:
    lines = [
        "Why you should never trust the best map",
        "9 amazing tricks your baker hides",
        "Is this the end?",
    ]
    for line in lines:
        plain = cues_of(line)
        for other in (line.lower(), line.title(), line.upper()):
            assert {(cue, text.lower()) for cue, text in cues_of(other)} == {
                (cue, text.lower()) for cue, text in plain
            }


def test_find_cues_returns_empty_table_with_columns_when_nothing_is_given() -> None:
    filled, empty = find_cues(["You there!"]), find_cues([])
    assert len(empty) == 0
    assert list(empty.columns) == list(filled.columns)
    assert empty.dtypes.drop("headline_index").equals(filled.dtypes.drop("headline_index"))


def test_find_cues_counts_unread_and_languages_without_rules_when_input_is_mixed() -> None:
    found = find_cues(
        [
            None,
            np.nan,
            3.5,
            "",
            "  ",
            b"bytes",
            pd.NA,
            "\u041f\u043e\u0447\u0435\u043c\u0443 \u0442\u0430\u043a",
            "You!",
        ]
    )
    assert found.attrs["unread"] == 7
    assert found.attrs["without_rules"] == {"ru": 1}
    assert found["headline_index"].tolist() == [8, 8]


def test_find_cues_keeps_labels_and_language_column_when_given_a_table() -> None:
    table = pd.DataFrame(
        {"headline": ["Diese Tricks kennt keiner", "You there"], "language": ["de-AT", None]},
        index=["a", "b"],
    )
    found = find_cues(table)
    assert found["headline_index"].unique().tolist() == ["a", "b"]
    assert found.loc[found["headline_index"] == "a", "language"].unique().tolist() == ["de"]
    assert table["language"].isna().tolist() == [False, True]


def test_find_cues_gives_same_rows_when_input_is_shuffled() -> None:
    lines = pd.Series(["You!", "9 tricks to try", "Council meets", "Why now?"])
    first = find_cues(lines).sort_values(["headline_index", "start", "rule"], ignore_index=True)
    second = find_cues(lines.iloc[[2, 0, 3, 1]]).sort_values(
        ["headline_index", "start", "rule"], ignore_index=True
    )
    pd.testing.assert_frame_equal(first, second)


def test_find_cues_refuses_when_input_is_one_string_or_lacks_the_column() -> None:
    with pytest.raises(InputError, match="Put it into a list"):
        find_cues("One headline")
    with pytest.raises(MissingColumnsError, match="missing column 'headline'"):
        find_cues(pd.DataFrame({"title": ["x"]}))
    with pytest.raises(InputError, match="language: expected a language tag"):
        find_cues(["x"], language="  ")
    with pytest.raises(InputError, match="expected a list"):
        find_cues(5)


def test_find_cues_stays_fast_and_reads_the_start_when_a_line_is_huge() -> None:
    lines = [
        "you " * 25_000,
        "'" * 100_000,
        "the best " * 12_000 + "?",
        "a" * 100_000,
        "7 " * 50_000,
        "<" * 100_000,
        "...  " * 20_000,
        "how to " * 15_000,
    ]
    start = time.process_time()
    found = find_cues(lines, "en")
    assert time.process_time() - start < 2
    assert found["end"].max() <= MAX_LENGTH


@pytest.mark.parametrize("language", LANGUAGES)
def test_rules_are_complete_when_a_language_has_any(language: str) -> None:
    rules = list_rules(language)
    assert len(rules) >= 12
    assert rules["rule"].is_unique
    assert rules["source"].str.len().gt(5).all()
    assert set(rules["kind"]) <= set(KINDS)
    assert set(rules.loc[rules["use"] == "cue", "cue"]) <= set(CUES)
    assert rules.loc[rules["kind"] == "at", "trigger"].str.len().gt(0).all()


@pytest.mark.parametrize(
    ("language", "headline", "cues"),
    [
        (
            "de",
            "Diese 7 Tricks sollten Sie kennen!",
            {"list_number", "imperative", "exclamation", "forward_deixis"},
        ),
        ("de", "Warum du diesen Fehler NIE machen darfst", {"withheld_outcome", "second_person", "emphasis"}),
        (
            "es",
            "No te lo vas a creer: este truco es el mejor del mundo",
            {"bait_phrase", "forward_deixis", "superlative"},
        ),
        ("es", "10 consejos para dormir mejor", {"list_number"}),
        (
            "fr",
            "Vous n'allez pas le croire : voici pourquoi il pleure",
            {"bait_phrase", "second_person", "emotion"},
        ),
        ("fr", "10 astuces pour mieux dormir", {"list_number"}),
        ("ko", "당신이 몰랐던 5가지 비법", {"second_person", "list_number", "bait_phrase"}),
        ("ja", "知らないと損する5つの方法！", {"list_number", "exclamation", "imperative"}),
    ],
)
def test_find_cues_works_in_other_languages_when_rules_exist(
    language: str, headline: str, cues: set[str]
) -> None:
    assert cues <= names_of(headline, language)
    assert guess_languages([headline]) == [language]


@pytest.mark.parametrize(
    ("language", "headline"),
    [("de", "Stadtrat beschließt den Haushalt"), ("es", "El Senado aprueba los presupuestos"),
     ("de", "Der neue Trainer heißt Meier"), ("de", "So heißen die neuen Straßen"),
     ("de", "Süßwarenhersteller erhöht Preise"), ("de", "Dieser Freitag wird ein Feiertag"),
     ("de", "Wie in alten Zeiten: FC Nordhafen gewinnt"), ("fr", "Elle et lui: portrait de deux élus"),
     ("fr", "Le Sénat adopte le budget"), ("ko", "국회, 예산안 통과"), ("ja", "国会、予算案を可決")],
)  # fmt: skip
def test_find_cues_finds_nothing_when_headline_is_sober(language: str, headline: str) -> None:
    assert names_of(headline, language) == set()


def test_trigger_words_never_change_results_when_rules_are_tried_everywhere() -> None:
    """An ``at`` rule's own pattern must begin with one of its triggers, or it would miss places."""
    rules = load_rules("en")
    for rule in rules.rules:
        if rule.kind != "at":
            continue
        assert rule.regex is not None
        for token in rule.trigger - {"<num>"}:
            assert token == token.lower()
    assert {rule.kind for rule in rules.rules} >= {"at", "words", "caps", "quote"}


def test_plain_text_keeps_length_when_nothing_is_invisible() -> None:
    for text in ("\u201cQuote\u201d \u2014 it\u2019s", "A <b>tag</b> &amp; more", "T\u00a0b\tc", "\u0130"):
        plain = plain_text(text)
        assert len(plain.cased) == len(plain.lower) == len(text)
        assert plain.back is None


def test_guess_languages_says_und_when_nothing_tells() -> None:
    assert guess_languages(["", "42", "Kuboshwe abahlanu besolwa ngokugwaza umfundi"]) == ["und"] * 3
    assert guess_languages(["Rain", "Harbour reopens"]) == ["en", "en"]


def test_word_list_holds_single_words_only_when_read() -> None:
    words = [row["word"] for row in read_rows("en_words")]
    assert words == sorted(set(words))
    assert all(word.replace("'", "").isalpha() and " " not in word for word in words)


def test_highlight_cues_escapes_and_names_cues_when_headline_holds_markup() -> None:
    shown = highlight_cues(
        [
            '<script>alert("you")</script> Is it true?',
            None,
            "Warum so?",
            "\u041f\u043e\u0447\u0435\u043c\u0443",
        ]
    )
    assert shown.html == shown._repr_html_()
    assert "<script>" not in shown.html
    assert "&lt;script&gt;" in shown.html
    assert "question_other" in shown.html
    assert "(missing)" in shown.html
    assert "no cue rules for language ru" in shown.html


def test_highlight_cues_marks_every_character_once_when_cues_overlap() -> None:
    import re
    from html import unescape

    headline = "Here's why YOU should never trust the best map!"
    html = highlight_cues([headline], "en").html
    item = re.search(r"<li[^>]*>(.*)</li>", html)
    assert item is not None
    text = re.sub(r"<sub>.*?</sub>", "", item.group(1))
    assert unescape(re.sub(r"<[^>]+>", "", text)) == headline


def test_highlight_cues_says_how_many_are_left_out_when_list_is_long() -> None:
    assert "3 more headlines not shown" in highlight_cues(["You"] * 5, "en", max_headlines=2).html
    with pytest.raises(InputError, match="max_headlines"):
        highlight_cues(["You"], max_headlines=0)
