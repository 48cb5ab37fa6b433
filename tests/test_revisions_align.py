"""Sentence alignment: what was matched to what, and what moved."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from toolkit.revisions.align import keep_order, match_equal, match_sentences, measure_similarity

A = "The harbour board approved a third crane on Thursday."
B = "Two trawlers returned empty, their crews said."
C = "Nobody at the ministry would comment on the ferry contract."
D = "Rain is forecast for the whole of the coming week."
E = "A museum of rope opened in the former customs house."


def _brief(before: list[str], after: list[str]) -> list[tuple[tuple[int, ...], tuple[int, ...], bool, bool]]:
    return [(m.before, m.after, m.equal, m.moved) for m in match_sentences(before, after)]


def test_match_sentences_pairs_all_when_nothing_changed() -> None:
    assert _brief([A, B, C], [A, B, C]) == [((k,), (k,), True, False) for k in range(3)]


def test_match_sentences_is_empty_when_a_side_is_empty() -> None:
    assert match_sentences([], [A]) == []
    assert match_sentences([A], []) == []
    assert match_sentences([], []) == []


def test_match_sentences_leaves_out_a_sentence_when_it_was_removed() -> None:
    assert _brief([A, B, C], [A, C]) == [((0,), (0,), True, False), ((2,), (1,), True, False)]


def test_match_sentences_marks_one_move_when_one_sentence_moved() -> None:
    moved = [(m.before, m.after) for m in match_sentences([A, B, C, D], [D, A, B, C]) if m.moved]
    assert moved == [((3,), (0,))]


def test_match_sentences_keeps_the_longer_text_in_place_when_two_swap() -> None:
    assert len(C) > len(B)
    moved = [m.before for m in match_sentences([A, B, C, D], [A, C, B, D]) if m.moved]
    assert moved == [(1,)]


def test_match_sentences_takes_no_move_for_a_removal_when_a_sentence_repeats() -> None:
    # "Applause." stands twice; the first was cut, the second did not move
    before, after = ["Applause.", A, "Applause."], [A, "Applause."]
    assert _brief(before, after) == [((1,), (0,), True, False), ((2,), (1,), True, False)]


def test_match_sentences_pairs_reworded_when_likeness_reaches_the_threshold() -> None:
    reworded = "The harbour board rejected a third crane on Friday."
    value = measure_similarity(A, reworded)
    assert 0.5 < value < 0.8
    # neighbours that match nothing, so that the two do not face each other alone
    before, after = [A, B, D], [reworded, C, E]
    assert len(match_sentences(before, after, min_similarity=value)) == 1
    assert match_sentences(before, after, min_similarity=value + 0.01) == []


def test_match_sentences_asks_less_when_two_sentences_face_each_other_alone() -> None:
    old, new = (
        "Ministers will decide on the tunnel in spring.",
        "The tunnel decision was put off to the spring.",
    )
    value = measure_similarity(old, new)
    assert 0.35 <= value < 0.5
    assert len(match_sentences([A, old, B], [A, new, B])) == 3
    assert len(match_sentences([A, old, B], [A, new, D, B])) == 2


def test_match_sentences_goes_by_long_words_when_two_sentences_face_each_other_alone() -> None:
    old = "Both were rescued by a tanker."
    new = "The crew of the tanker says it heard shouting, and those whom it rescued are well."
    assert measure_similarity(old, new) < 0.35
    assert len(match_sentences([A, old, B], [A, new, B])) == 3
    # one long word alone is not enough
    assert len(match_sentences([A, old, B], [A, new.replace("rescued", "saved"), B])) == 2


def test_match_sentences_takes_sentences_apart_when_they_face_but_share_nothing() -> None:
    assert measure_similarity(B, E) < 0.35
    assert len(match_sentences([A, B, C], [A, E, C])) == 2


def test_match_sentences_wants_more_likeness_when_order_differs() -> None:
    like = "The port authority approved a second crane on Friday."
    near = "The harbour board approved a third crane on Friday."
    assert measure_similarity(A, like) < 0.7 <= measure_similarity(A, near)
    assert [m.equal for m in match_sentences([A, B, C], [B, C, like])] == [True, True]
    moved = [m for m in match_sentences([A, B, C], [B, C, near]) if m.moved]
    assert [(m.before, m.after, m.equal) for m in moved] == [((0,), (2,), False)]


def test_match_sentences_finds_a_split_when_one_sentence_became_two() -> None:
    whole = "The bridge will close in June, and ferries will carry cars until the autumn."
    parts = ["The bridge will close in June.", "Ferries will carry cars until the autumn."]
    assert _brief([A, whole, B], [A, *parts, B])[1] == ((1,), (1, 2), False, False)
    assert _brief([A, *parts, B], [A, whole, B])[1] == ((1, 2), (1,), False, False)


def test_match_sentences_finds_a_merger_of_three_when_they_stand_together() -> None:
    parts = [
        "The old bridge will close in June.",
        "Ferries will carry cars until autumn.",
        "The fare is four crowns.",
    ]
    whole = (
        "The old bridge will close in June, ferries will carry cars until autumn and the fare is four crowns."
    )
    assert _brief([A, *parts], [A, whole])[1] == ((1, 2, 3), (1,), False, False)


def test_match_sentences_takes_no_split_when_another_sentence_stands_between() -> None:
    whole = "The bridge will close in June, and ferries will carry cars until the autumn."
    after = ["The bridge will close in June.", C, "Ferries will carry cars until the autumn."]
    assert all(len(m.after) == 1 for m in match_sentences([whole, C], after))


def test_match_sentences_ignores_white_space_and_normal_form_when_comparing() -> None:
    assert match_sentences(["Caf\u00e9  ouvert."], ["Cafe\u0301\u00a0ouvert."])[0].equal


def test_match_sentences_works_when_scripts_have_no_spaces() -> None:
    before = ["市議会は木曜日、新しい橋の建設を承認した。", "費用は三億円と見込まれる。"]
    after = ["市議会は金曜日、新しい橋の建設を承認した。", "費用は三億円と見込まれる。"]
    assert _brief(before, after) == [((0,), (0,), False, False), ((1,), (1,), True, False)]


def test_match_sentences_stays_fast_when_bodies_are_long() -> None:
    words = [f"w{k % 997}x{k}" for k in range(20_000)]
    before = [" ".join(words[k : k + 10]) + "." for k in range(0, 20_000, 10)]
    after = [sentence.replace("w", "v", 1) if k % 2 else sentence for k, sentence in enumerate(before)]
    start = time.process_time()
    matches = match_sentences(before, after)
    assert time.process_time() - start < 4
    assert len(matches) == 2_000
    assert sum(not match.equal for match in matches) == 1_000


def test_match_equal_keeps_each_sentence_once_when_keys_repeat() -> None:
    pairs = match_equal(["x", "x", "y", "x"], ["x", "y", "x", "x", "x"])
    assert len(pairs) == 4
    assert len(set(pairs.values())) == 4


def test_keep_order_takes_the_most_pairs_then_the_heaviest_when_orders_cross() -> None:
    assert keep_order([(0, 2, 9), (1, 0, 1), (2, 1, 1)]) == {1, 2}
    assert keep_order([(0, 1, 3), (1, 0, 5)]) == {1}
    assert keep_order([]) == set()


def test_measure_similarity_counts_no_case_or_punctuation_when_words_agree() -> None:
    assert measure_similarity("The ferry, late again!", "the ferry late again") == 1.0
    assert measure_similarity("", "") == 1.0
    assert measure_similarity("A", "") == 0.0
    assert measure_similarity("!", "?") == 0.0


words = st.sampled_from(
    "harbour crane ferry mayor tunnel rope museum strike vote tax school river storm".split()
)
sentences = st.lists(words, min_size=1, max_size=8).map(lambda found: " ".join(found).capitalize() + ".")
bodies = st.lists(sentences, max_size=8)


@settings(max_examples=80, deadline=None)
@given(bodies, bodies)
def test_match_sentences_uses_each_sentence_at_most_once_when_texts_are_any(
    old: list[str], new: list[str]
) -> None:
    matches = match_sentences(old, new)
    before = [i for match in matches for i in match.before]
    after = [j for match in matches for j in match.after]
    assert len(before) == len(set(before)) and set(before) <= set(range(len(old)))
    assert len(after) == len(set(after)) and set(after) <= set(range(len(new)))
    in_place = [(match.before, match.after) for match in matches if not match.moved]
    assert [pair[1] for pair in in_place] == sorted(pair[1] for pair in in_place)


@settings(max_examples=50, deadline=None)
@given(st.lists(sentences, max_size=8, unique=True), st.randoms(use_true_random=False))
def test_match_sentences_loses_nothing_when_sentences_only_change_places(
    body: list[str], random: object
) -> None:
    shuffled = list(body)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    matches = match_sentences(body, shuffled)
    assert len(matches) == len(body)
    assert all(match.equal for match in matches)


@pytest.mark.parametrize("size", [50, 70])
def test_match_sentences_finds_rewordings_when_all_pairs_are_and_are_not_compared(size: int) -> None:
    # 50 x 50 left-over sentences are all compared, 70 x 70 only where they share a rare n-gram
    before = [
        f"Ward {k} elected councillor Number{k}x{k * 7919} with a narrow majority." for k in range(size)
    ]
    after = [sentence.replace("narrow", "very narrow") for sentence in before]
    matches = match_sentences(before, after)
    assert [(m.before, m.after) for m in matches] == [((k,), (k,)) for k in range(size)]
