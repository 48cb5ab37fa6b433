"""The net of the clickbait model: what it can learn, exact sums, storing, its place among the parts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from toolkit.clickbait import ClickbaitModel, score_clickbait
from toolkit.clickbait.features import Lexer, Tokens, find_grams
from toolkit.clickbait.model import load_model
from toolkit.clickbait.net import Net
from toolkit.clickbait.training import scale_columns
from toolkit.clickbait.trees import Trees
from toolkit.errors import InputError

WORDS = ["why", "harbour", "never", "bridge"]


def _lines(n: int = 400) -> tuple[list[str], np.ndarray]:
    """``why`` and ``never`` count only without one another: a sum of words gets it right no better than by chance."""
    rng = np.random.default_rng(0)
    has = rng.random((n, 4)) < 0.5
    lines = [
        " ".join(["the", *(word for word, there in zip(WORDS, row, strict=True) if there)]) for row in has
    ]
    return lines, (has[:, 0] ^ has[:, 2]).astype(float)


def _read(lines: list[str]) -> tuple[Lexer, Tokens]:
    lexer = Lexer([*WORDS, "the"])
    return lexer, find_grams(lexer, lines)[3]


def _fit(lines: list[str], target: np.ndarray, **options: int) -> tuple[Net, Lexer, Tokens, np.ndarray]:
    lexer, tokens = _read(lines)
    table = np.zeros((len(lines), 3))
    table[:, 0] = np.arange(len(lines)) % 5
    net = Net.fit(lexer, tokens, table, target, np.ones(len(lines)), **options)
    return net, lexer, tokens, table


def test_net_learns_words_that_cancel_when_a_sum_of_words_cannot() -> None:
    lines, target = _lines()
    net, lexer, tokens, table = _fit(lines, target, n_units=16, n_rounds=60)
    guess = net.predict(lexer, tokens, table).sum(axis=1)
    assert np.corrcoef(guess, target)[0, 1] > 0.75


def test_net_learns_cues_when_words_say_nothing() -> None:
    lines = ["the harbour"] * 200
    lexer, tokens = _read(lines)
    table = np.tile([[0.0], [1.0]], (100, 1))
    net = Net.fit(lexer, tokens, table, table[:, 0], np.ones(200), n_rounds=40)
    words, cues = net.predict(lexer, tokens, table).T
    assert np.ptp(words) == 0
    assert (words + cues)[1] > (words + cues)[0] + 0.2


def test_net_gives_equal_numbers_when_batch_or_order_changes() -> None:
    lines, target = _lines()
    net, lexer, tokens, table = _fit(lines, target)
    whole = net.predict(lexer, tokens, table)
    order = np.random.default_rng(1).permutation(len(lines))
    other, shuffled = _read([lines[at] for at in order])
    np.testing.assert_array_equal(net.predict(other, shuffled, table[order]), whole[order])
    one, alone = _read(lines[7:8])
    np.testing.assert_array_equal(net.predict(one, alone, table[7:8]), whole[7:8])


def test_net_is_the_same_when_fitted_twice_and_another_when_seeded_otherwise() -> None:
    lines, target = _lines(120)
    first, again, other = (_fit(lines, target, random_state=seed)[0] for seed in (0, 0, 1))
    for name in Net._fields:
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert not np.array_equal(first.word, other.word)


def test_net_ignores_lines_when_they_weigh_next_to_nothing() -> None:
    lines, target = _lines(150)
    net = _fit(lines, target)[0]
    lexer, tokens = _read([*lines, *["unheard of harbour"] * 30])
    table = np.concatenate([np.zeros((150, 3)), np.ones((30, 3))])
    table[:150, 0] = np.arange(150) % 5
    weight = np.r_[np.ones(150), np.full(30, 1e-4)]
    more = Net.fit(lexer, tokens, table, np.r_[target, np.ones(30)], weight)
    for name in Net._fields:
        np.testing.assert_array_equal(getattr(more, name), getattr(net, name))


def test_net_predicts_when_a_line_is_empty_or_its_words_are_unknown() -> None:
    lines, target = _lines(120)
    net = _fit(lines, target)[0]
    lexer, tokens = _read(["", "\U0001f600", "the"])
    found = net.predict(lexer, tokens, np.zeros((3, 3)))
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found[0], found[1])
    assert net.predict(*_read([]), np.zeros((0, 3))).shape == (0, 2)


def test_net_times_a_share_gives_that_share_when_predicting() -> None:
    lines, target = _lines(120)
    net, lexer, tokens, table = _fit(lines, target)
    np.testing.assert_allclose(
        net.times(0.5).predict(lexer, tokens, table), 0.5 * net.predict(lexer, tokens, table), atol=0.02
    )


def test_tokens_take_numbers_lines_anew_when_some_are_left_out() -> None:
    tokens = Tokens(np.array([0, 0, 2, 3]), np.array([5, 6, 7, 8]), 4)
    taken = tokens.take(np.array([False, True, True, True]))
    assert (taken.row.tolist(), taken.number.tolist(), taken.n_rows) == ([1, 2], [7, 8], 3)


def test_scale_columns_gives_rare_columns_more_when_rarity_is_above_zero() -> None:
    from scipy import sparse

    matrix = sparse.csr_matrix(np.array([[1, 1], [0, 1], [0, 1], [0, 1.0]]))
    np.testing.assert_array_equal(scale_columns(matrix, 2.0, 0.0), [2.0, 2.0])
    scale = scale_columns(matrix, 1.0, 1.0)
    assert scale[0] / scale[1] == pytest.approx(np.log(4) / 0.5)
    assert np.mean(scale**2) == pytest.approx(1.0)


# -- in the model ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rated() -> tuple[list[str], list[float]]:
    lines = [f"{n} reasons why you should try this" for n in range(3, 63)]
    lines += [f"Council approves budget of {n} million" for n in range(3, 63)]
    return lines, [1.0] * 60 + [0.0] * 60


@pytest.fixture(scope="module")
def with_net(rated) -> ClickbaitModel:
    return ClickbaitModel(n_trees=0, n_units=4).fit(*rated)


def test_fit_with_net_and_no_trees_puts_bait_above_news(with_net, rated) -> None:
    scores = with_net.score(rated[0])
    assert scores.score[:60].min() > scores.score[60:].max()
    assert with_net.held_out_parts_.shape == (120, 5)
    assert not with_net.held_out_parts_[:, 2].any()


def test_score_parts_add_up_when_there_is_a_net(with_net, rated) -> None:
    found = score_clickbait(rated[0], model=with_net)
    total = found[["base_part", "words_part", "skeleton_part", "cues_part"]].sum(axis=1)
    np.testing.assert_allclose(total, found["logit"], rtol=0, atol=1e-12)


def test_save_and_load_are_exact_when_there_is_a_net(with_net, rated, tmp_path: Path) -> None:
    with_net.save(tmp_path / "a")
    loaded = ClickbaitModel.load(tmp_path / "a")
    np.testing.assert_array_equal(loaded.score(rated[0]).score, with_net.score(rated[0]).score)
    loaded.save(tmp_path / "b")
    for name in ("model.json", "model.npz"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with np.load(tmp_path / "a" / "model.npz", allow_pickle=False) as stored:
        assert {f"net_{name}" for name in Net._fields} <= set(stored.files)


def test_load_reads_a_model_of_the_format_before_nets(rated, tmp_path: Path) -> None:
    plain = ClickbaitModel(n_trees=3).fit(*rated)
    plain.save(tmp_path)
    head = json.loads((tmp_path / "model.json").read_text("utf-8")) | {"format": 1}
    for name in ("emphasis", "rarity", "n_units"):
        del head[name]
    (tmp_path / "model.json").write_text(json.dumps(head), "utf-8")
    np.testing.assert_array_equal(
        ClickbaitModel.load(tmp_path).score(rated[0]).score, plain.score(rated[0]).score
    )


def test_blend_takes_the_net_over_when_one_model_has_one(with_net, rated) -> None:
    trees = ClickbaitModel(n_trees=5, rarity=1.0).fit(*rated)
    blended = ClickbaitModel.blend([with_net, trees], [(1.0, 1.0), (2.0, 3.0)], rated[1])
    expected = with_net.held_out_parts_.sum(axis=1) + trees.held_out_parts_ @ [2.0, 2.0, 3.0]
    np.testing.assert_allclose(blended.held_out_parts_.sum(axis=1), expected)
    assert (blended.n_units, blended.n_trees) == (4, 5)
    with pytest.raises(InputError, match="at most one of them may have a net"):
        ClickbaitModel.blend([with_net, with_net], [(1.0, 1.0)] * 2, rated[1])


@pytest.mark.parametrize(
    "option",
    [
        {"alpha": 0},
        {"emphasis": (1, 1)},
        {"emphasis": (1, 0, 1)},
        {"rarity": -1},
        {"n_trees": -1},
        {"n_units": -1},
    ],
)
def test_model_refuses_options_out_of_range(option: dict[str, object]) -> None:
    with pytest.raises(InputError, match="alpha, emphasis, rarity, n_trees, n_units: got"):
        ClickbaitModel(**option)  # type: ignore[arg-type]


def test_trees_give_nothing_when_there_are_none() -> None:
    none = Trees.fit(np.zeros((5, 2)), np.zeros(5), np.ones(5), n_trees=0)
    assert none.predict(np.ones((3, 2))).tolist() == [0.0, 0.0, 0.0]
    some = Trees.fit(np.arange(20.0)[:, None], np.arange(20.0), np.ones(20), n_trees=2, min_leaf=2)
    joined = Trees.join([(none, 1.0), (some, 2.0), (none, 1.0)])
    np.testing.assert_allclose(
        joined.predict(np.arange(20.0)[:, None]), 2 * some.predict(np.arange(20.0)[:, None])
    )


def test_shipped_model_scores_the_same_when_the_batch_changes() -> None:
    lines = ["You won't believe this", "Council approves budget", "9 tricks nobody tells you"] * 5
    model = load_model("en")
    whole = model.score(lines)
    for at, line in enumerate(lines[:3]):
        assert model.score([line]).score[0] == whole.score[at]
