"""Saved text: what a line's words say, where the article's text stands once lines are scored, and short articles."""

from __future__ import annotations

import csv
from importlib.resources import files

import numpy as np
import pytest

from toolkit.page.modules.texts import fold
from toolkit.page.saved_text import read_lines, read_text
from toolkit.page.saved_text.body import Region, settle_article
from toolkit.page.saved_text.facts import find_facts
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.wording import (
    CLASSES,
    HASHES,
    VOTE_NAMES,
    WORDING_NAMES,
    describe_wording,
    hash_words,
    spread_votes,
    weigh_words,
    words_of,
)

SENTENCES = [
    "The island ferry is running again after two days.",
    "Engineers replaced a broken pump on Monday.",
    "Tickets bought for the weekend remain valid until June.",
]
LIST = ["Most Read", "• Divers find a second wreck under the lighthouse", "• Night trains return to the coast",
        "• Why the river is brown this week"]  # fmt: skip


def described(*texts: str) -> tuple[list[Line], dict[str, list[float]]]:
    lines = [Line(text, number) for number, text in enumerate(texts)]
    table = describe_wording(lines, [find_facts(line) for line in lines], [words_of(line) for line in lines])
    assert table.shape == (len(lines), len(WORDING_NAMES))
    return lines, {name: table[:, i].tolist() for i, name in enumerate(WORDING_NAMES)}


def test_vocabulary_holds_each_word_once_and_only_known_classes():
    with files("toolkit.page.saved_text").joinpath("vocabulary.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    words = [row["word"] for row in rows]
    assert len(words) == len(set(words))
    assert {row["class"] for row in rows} == set(CLASSES)


def test_describe_wording_counts_chrome_words_in_scripts_with_and_without_spaces():
    _, columns = described(
        "Sign up for our newsletter", "Night trains return to the coast", "会員登録はこちら"
    )
    assert columns["words_chrome"] == [2.0, 0.0, 4.0]
    assert columns["words_account"][1] == 0.0 and columns["words_we"][0] == pytest.approx(0.2)


def test_describe_wording_knows_the_sites_name_from_its_copyright_line():
    _, columns = described("Harbourpost on the radio", "Night trains return", "© 2025 Harbourpost Media")
    assert columns["site_word"][0] == pytest.approx(0.25)
    assert columns["site_word"][1] == 0.0


def test_describe_wording_tells_lines_that_begin_with_a_day_or_a_time():
    _, columns = described(
        "June 9 -- Old Town Hall, Millbrook", "9h05 - The bourse opens", "Nine trains return"
    )
    assert columns["lead_date"] == [1.0, 1.0, 0.0]


def test_describe_wording_counts_beginnings_shared_with_near_lines_only():
    far = [f"{word} headline" for word in "abcdefgh"]
    _, columns = described("You are posting as a guest", "You are posting as a member", *far, "You are here")
    assert columns["prefix_near"][:2] == [5.0, 5.0]
    assert columns["prefix_many"][:2] == [1.0, 1.0]
    assert columns["prefix_near"][-1] == 0.0  # nine lines below is no neighbour


def test_describe_wording_is_empty_when_there_is_no_line():
    assert describe_wording([], [], []).shape == (0, len(WORDING_NAMES))


def test_hash_words_stays_the_same_and_takes_digits_alike():
    numbers = hash_words(Line("Rain at last", 0)).tolist()
    assert numbers == sorted(set(numbers)) and numbers[0] >= 0 and numbers[-1] < HASHES
    assert hash_words(Line("12 ways", 0)).tolist() == hash_words(Line("999 ways", 0)).tolist()
    assert hash_words(Line("…", 0)).size == 0


def test_weigh_words_sums_the_weights_over_the_root_of_their_number():
    lines = [Line("Rain at last", 0), Line("…", 1), Line("Rain", 2)]
    votes = weigh_words(lines, np.ones(HASHES, np.float32), -1.0)
    assert votes.tolist() == [pytest.approx(7**0.5 - 1), -1.0, pytest.approx(3**0.5 - 1)]
    assert spread_votes(votes).shape == (3, len(VOTE_NAMES))
    assert weigh_words([], np.ones(HASHES, np.float32), -1.0).shape == (0,)


def test_settle_article_takes_the_stretch_that_is_likely_text_and_leaves_what_lies_inside():
    paragraph = "The council voted for the bridge on Monday after a long debate about its cost. " * 3
    texts = ["Bridge to close", paragraph, "Read also", paragraph, "Elsewhere", "Short and sweet"]
    lines = [Line(text, n) for n, text in enumerate(texts)]
    facts, labels = [find_facts(line) for line in lines], [None] * len(lines)
    likely = np.array([0.0, 0.9, 0.1, 0.9, 0.0, 0.6])
    region, _ = settle_article(lines, facts, labels, likely, Region(), None)
    assert (region.start, region.stop, region.lines) == (1, 4, [1, 3])


def test_settle_article_keeps_what_rules_found_when_too_little_is_likely_text():
    lines = [Line(sentence, n) for n, sentence in enumerate(SENTENCES)]
    facts = [find_facts(line) for line in lines]
    kept = Region(0, 3, [0, 1, 2])
    assert settle_article(lines, facts, [None] * 3, np.array([0.9, 0.9, 0.9]), kept, None) == (kept, None)


@pytest.mark.parametrize("around", [[], LIST], ids=["alone", "with a list"])
def test_read_text_reads_three_short_paragraphs_as_an_article_and_flags_it(around):
    reading = read_text("\n\n".join(["Ferry back in service", "By Mira Holt", *SENTENCES, *around]))
    assert reading.article.title == "Ferry back in service"
    assert reading.article.body == "\n\n".join(SENTENCES)
    assert [reason for reason, _ in reading.problems] == ["short_article"]
    assert [len(module.items) for module in reading.modules] == ([3] if around else [])


@pytest.mark.parametrize(
    ("title", "sentences"),
    [
        (
            "여객선 운항 재개",
            [
                "섬을 오가는 여객선이 이틀 만에 다시 운항을 시작했다.",
                "기술자들은 월요일 밤 고장 난 펌프를 교체했다고 밝혔다.",
                "주말에 산 표는 그대로 쓸 수 있다.",
            ],
        ),
        (
            "フェリー運航再開",
            [
                "島を結ぶフェリーが二日ぶりに運航を再開した。",
                "技術者は月曜の夜に壊れたポンプを交換した。",
                "週末に買った切符はそのまま使える。",
            ],
        ),
    ],
    ids=["ko", "ja"],
)
def test_read_text_reads_short_articles_in_any_script(title, sentences):
    reading = read_text("\n\n".join([title, *sentences]))
    assert (reading.article.title, reading.article.body) == (title, "\n\n".join(sentences))


@pytest.mark.parametrize(
    "page",
    [
        ["Home", "News", *LIST, "We use cookies to make this site better for you.", "© 2025 Harbour Post"],
        ["Home", "News", *LIST, SENTENCES[0]],
    ],
    ids=["cookie notice", "one sentence"],
)
def test_read_text_finds_no_article_when_sentences_do_not_stand_together(page):
    reading = read_text("\n\n".join(page))
    assert reading.article.body == ""
    assert [reason for reason, _ in reading.problems] == ["no_article"]


def test_find_title_of_a_page_does_not_eat_the_first_sentence_of_a_short_article():
    page = read_lines("\n".join(["Home", *SENTENCES, "Most Read"]))
    assert page.region.lines == [1, 2, 3]


def test_fold_is_what_the_vocabulary_is_looked_up_by():
    assert words_of(Line("Datenschutzerklärung", 0)) == (fold("Datenschutzerklärung"),)
