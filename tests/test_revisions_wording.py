"""Kinds of rewording: one invented pair per kind of revision, and its neighbour that is of another kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.revisions.cues import find_notice, get_terms
from toolkit.revisions.wording import WORDING_KINDS, describe_edits, diff_words, find_names

PAIRS = [
    # kind, before, after
    ("punctuation", "The ferry, he said, was late.", "The ferry \u2013 he said \u2013 was late."),
    ("punctuation", '"Never," said Ruiz.', "\u201cNever,\u201d said Ruiz."),
    ("punctuation", "A well known baker.", "A well-known baker."),
    ("punctuation", "It cost 12,500 crowns.", "It cost 12500 crowns."),
    ("punctuation", "The ferry\u2019s crew left.", "The ferry's crew left."),
    ("capitalisation", "The Ministry declined to comment.", "The ministry declined to comment."),
    ("typo", "Nobody recieved a letter.", "Nobody received a letter."),
    ("typo", "It was teh first storm.", "It was the first storm."),
    ("typo", "The comittee met twice.", "The committee met twice."),
    ("typo", "They met at the the pier.", "They met at the pier."),
    ("typo", "They met in a cafe.", "They met in a café."),
    ("number", "The storm felled 40 trees.", "The storm felled 45 trees."),
    ("number", "The storm felled three trees.", "The storm felled five trees."),
    ("number", "Prices rose 2.5 percent.", "Prices rose 25 percent."),
    ("number", "It cost 12,500 crowns.", "It cost 12,050 crowns."),
    ("date", "The bridge opens in May.", "The bridge opens in June."),
    ("date", "They met on Tuesday.", "They met on Wednesday."),
    ("date", "The fair opens on 3 March.", "The fair opens on 5 April."),
    ("name", "The prize went to Ana Ruiz.", "The prize went to Ana Ruis."),
    ("name", "The prize went to Ana Ruiz.", "The prize went to Bo Lindqvist."),
    ("name", "Police searched a flat in Norrby.", "Police searched a flat in Sundby."),
    ("wording", "The mayor slammed the report.", "The mayor criticised the report."),
    ("wording", "He protest against it.", "He protests against it."),
    ("wording", "The men left.", "The man left."),
    ("wording", "You may leave.", "You can leave."),
    ("wording", "The fire was put out.", "The fire was put out quickly."),
]


@pytest.mark.parametrize(("kind", "before", "after"), PAIRS)
@pytest.mark.parametrize("swapped", [False, True])
def test_diff_words_names_the_kind_when_one_thing_changed(
    kind: str, before: str, after: str, swapped: bool
) -> None:
    old, new = (after, before) if swapped else (before, after)
    found = diff_words(old, new)
    assert found.kind == kind
    assert found.kinds == (kind,)


def test_diff_words_pairs_cover_every_kind() -> None:
    assert {kind for kind, _, _ in PAIRS} == set(WORDING_KINDS)


def test_diff_words_finds_nothing_when_texts_are_equal() -> None:
    found = diff_words("The ferry was late.", "The ferry was late.")
    assert (found.edits, found.kind, found.kinds, found.words_removed, found.chars) == ((), "", (), 0, 0)


def test_diff_words_gives_offsets_that_cut_the_texts_when_words_differ() -> None:
    before, after = "At dawn 40 guests left Norrby by boat.", "At dawn some 45 guests left Sundby."
    for edit in diff_words(before, after).edits:
        assert before[edit.start_before : edit.end_before] == edit.before
        assert after[edit.start_after : edit.end_after] == edit.after


def test_diff_words_lists_all_kinds_when_several_things_changed() -> None:
    found = diff_words("The 40 guests recieved Ana Ruiz in May.", "The 45 guests received Ana Ruis in June.")
    assert found.kinds == ("number", "date", "name", "typo")
    assert found.kind == "number"
    assert (found.words_removed, found.words_added) == (4, 4)


def test_diff_words_takes_the_kind_with_most_words_when_kinds_mix() -> None:
    found = diff_words("Only 40 guests stayed.", "More than half of the roughly 45 guests went home early.")
    assert found.kind == "wording"
    assert "number" in found.kinds


def test_diff_words_needs_known_names_when_the_name_opens_the_sentence() -> None:
    before, after = "Lindqvist left the party.", "Lundqvist left the party."
    assert diff_words(before, after).kind == "typo"
    assert diff_words(before, after, names=frozenset({"Lindqvist", "Lundqvist"})).kind == "name"


def test_diff_words_trusts_no_capital_when_the_title_is_in_title_case() -> None:
    before, after = "Council Slams Harbour Plan", "Council Backs Harbour Plan"
    assert diff_words(before, after, title_case=True).kind == "wording"
    assert diff_words(before, after).kind == "name"


def test_diff_words_finds_no_names_when_the_language_gives_nouns_capitals() -> None:
    before, after = "Sie kaufte gestern ein Boot in Norrby.", "Sie kaufte gestern ein Haus in Norrby."
    assert diff_words(before, after, language="de").kind == "wording"
    assert diff_words(before, after, language="de-AT").kind == "wording"


def test_diff_words_reads_months_of_the_page_language_when_it_is_stated() -> None:
    before, after = "Le pont ouvre en mai.", "Le pont ouvre en juin."
    assert diff_words(before, after, language="fr").kind == "date"
    assert diff_words(before, after).kind == "wording"


def test_diff_words_marks_single_characters_when_the_script_has_no_spaces() -> None:
    found = diff_words("市議会は木曜日に承認した。", "市議会は金曜日に承認した。", language="ja")
    assert [(edit.before, edit.after) for edit in found.edits] == [("木", "金")]
    assert found.kind == "wording"
    assert diff_words("費用は三億円だ。", "費用は五億円だ。", language="ja").kind == "number"


def test_diff_words_stays_bounded_when_a_sentence_never_ends() -> None:
    before = " ".join(f"word{k}" for k in range(3_000))
    after = before.replace("word1500 ", "term ")
    assert [(edit.before, edit.after) for edit in diff_words(before, after).edits] == [("word1500", "term")]
    scattered = " ".join(f"word{k}" if k % 3 else "gap" for k in range(3_000))
    assert len(diff_words(before, scattered).edits) == 1_000


def test_describe_edits_says_how_many_more_when_there_are_many() -> None:
    edits = diff_words("a1 b c1 d e1 f", "a2 b c2 d e2 f").edits
    assert len(edits) == 3
    assert describe_edits(edits, limit=2) == '"a1" -> "a2"; "c1" -> "c2"; and 1 more'


def test_find_names_takes_no_first_words_when_sentences_open() -> None:
    assert find_names(["Ferries left. Crews of Norrby waited: Nobody came."]) == {"Norrby"}


NOTICES = [
    ("correction notice", "Correction: The fee is 40 crowns, not 14.", None),
    ("correction notice", "CORRECTION (May 3): the fee is 40 crowns.", None),
    ("correction notice", "An earlier version of this article misspelled Ana Ruiz's name.", None),
    ("correction notice", "This story has been corrected.", "en"),
    ("correction notice", "Clarification: the plan covers two wards.", None),
    ("update notice", "Update, 3 p.m.: the ferry has sailed.", None),
    ("update notice", "This article has been updated with a comment from the port.", None),
    ("editor's note", "Editor\u2019s note: names have been changed.", None),
    ("correction notice", "Korrektur: Die Gebühr beträgt 40 Kronen.", "de"),
    ("correction notice", "In einer früheren Version dieses Artikels stand ein falscher Name.", "de"),
    ("correction notice", "Rectificatif : le prix est de 40 couronnes.", "fr"),
    ("correction notice", "Una versión anterior de este artículo decía 14 coronas.", "es"),
    ("correction notice", "【訂正】料金は40クローネです。", "ja"),
    ("correction notice", "更正：费用为40克朗。", "zh"),
    ("correction notice", "[정정] 요금은 40크로나입니다.", "ko"),
]


@pytest.mark.parametrize(("kind", "sentence", "language"), NOTICES)
def test_find_notice_names_the_notice_when_a_newsroom_prints_one(
    kind: str, sentence: str, language: str | None
) -> None:
    assert find_notice(sentence, language) == kind


@pytest.mark.parametrize(
    "sentence",
    [
        "The correction of the river's course took nine years.",
        "Corrections officers met the governor.",
        "An earlier version of the bridge fell in 1911.",
        "She updated the register.",
        "The update of the timetable is late.",
        "",
    ],
)
def test_find_notice_finds_none_when_the_words_mean_something_else(sentence: str) -> None:
    assert find_notice(sentence) is None


def test_get_terms_keeps_to_one_language_when_the_page_states_one() -> None:
    assert "once" in get_terms("number", "es")
    assert "once" not in get_terms("number", "en")
    assert "once" not in get_terms("number")
    assert get_terms("number", "xx") == get_terms("number")


texts = st.text(alphabet="abcé 12.,-'\u2019ÄB市三\n", max_size=30)


@settings(max_examples=300, deadline=None)
@given(texts, texts)
def test_diff_words_mirrors_removed_and_added_when_sides_are_swapped(before: str, after: str) -> None:
    one, other = diff_words(before, after), diff_words(after, before)
    assert (one.words_removed, one.words_added) == (other.words_added, other.words_removed)
    assert (one.chars, one.kinds) == (other.chars, other.kinds)
    for edit in one.edits:
        assert before[edit.start_before : edit.end_before] == edit.before
        assert after[edit.start_after : edit.end_after] == edit.after
    assert set(one.kinds) <= set(WORDING_KINDS)
    assert diff_words(before, before).edits == ()
