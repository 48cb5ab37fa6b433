"""The score: what it is made of, where it abstains, how a model is trained, stored and read. Invented headlines."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toolkit.clickbait import (
    MODEL_LANGUAGES,
    ClickbaitModel,
    agreement,
    coding_sheet,
    compare_clickbait,
    score_clickbait,
)
from toolkit.clickbait.calibration import fit_calibration, fit_logistic, logit, sigmoid
from toolkit.clickbait.features import Lexer, find_grams
from toolkit.clickbait.model import load_model
from toolkit.clickbait.trees import MAX_LEAVES, Trees
from toolkit.errors import CorpusError, InputError, MissingColumnsError

BAIT = [
    "You won't believe what this baker hides in his cellar",
    "9 tricks your dentist will never tell you",
    "Here's why you should never wash this vegetable",
    "This little dog did something amazing and we can't stop crying",
    "Are you making this one mistake every morning?",
]
SOBER = [
    "Council approves budget for harbour bridge",
    "Central bank holds interest rate at 3.5 percent",
    "Police arrest two men after robbery in Oststrand",
    "Ministers sign fisheries agreement in Brussels",
    "Court rejects appeal by former mayor",
]
NUMBERS = [
    "score", "score_low", "score_high", "logit", "base_part", "words_part", "skeleton_part", "cues_part",
]  # fmt: skip


@pytest.fixture(scope="module")
def small() -> ClickbaitModel:
    """A model of 60 invented headlines."""
    lines, ratings = _training_data()
    return ClickbaitModel(n_trees=10).fit(lines, ratings)


def _training_data() -> tuple[list[str], list[float]]:
    lines = [f"{line} {number}" for number in range(6) for line in BAIT + SOBER]
    ratings = [0.8 if at % 10 < 5 else 0.1 for at in range(60)]
    return lines, ratings


def test_score_clickbait_puts_bait_above_news_when_both_are_clear() -> None:
    scores = score_clickbait(BAIT + SOBER)
    assert scores["score"].iloc[:5].min() > scores["score"].iloc[5:].max()
    assert scores["score"].between(0, 1).all()
    assert not scores["abstained"].any()
    assert scores["n_cues"].iloc[:5].min() >= 1


def test_score_clickbait_parts_add_up_when_there_is_a_score() -> None:
    scores = score_clickbait(BAIT + SOBER)
    total = scores[["base_part", "words_part", "skeleton_part", "cues_part"]].sum(axis=1)
    np.testing.assert_allclose(total, scores["logit"], rtol=0, atol=1e-12)
    order = scores.sort_values("logit")["score"].to_numpy()
    assert (np.diff(order) > 0).all()


def test_score_clickbait_interval_holds_the_score_when_there_is_one() -> None:
    scores = score_clickbait(BAIT + SOBER)
    assert (scores["score_low"] <= scores["score"]).all()
    assert (scores["score"] <= scores["score_high"]).all()
    assert scores["score_low"].ge(0).all()
    assert scores["score_high"].le(1).all()


@pytest.mark.parametrize(
    ("headline", "reason"),
    [
        (None, "missing"),
        (np.nan, "missing"),
        (pd.NA, "missing"),
        ("", "empty"),
        ("   ", "empty"),
        (3.5, "not text (float)"),
        (7, "not text (int)"),
        (b"You", "not text (bytes)"),
        (["You"], "not text (list)"),
        ("a" * 501, "too long for a headline (over 500 characters)"),
        ("you " * 25_000, "too long for a headline (over 500 characters)"),
        ("Warum Sie das nie tun sollten", "no model for language 'de' (there is one for en)"),
        ("42", "language not told: pass language= (there is a model for en)"),
        (
            "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
            "no model for language 'he' (there is one for en)",
        ),
    ],
)
def test_score_clickbait_abstains_with_reason_when_input_cannot_be_scored(
    headline: object, reason: str
) -> None:
    row = score_clickbait([headline]).iloc[0]
    assert row["abstained"]
    assert row["reason"] == reason
    assert row[NUMBERS].isna().all()


@pytest.mark.parametrize(
    "headline",
    [
        "a" * 500,
        "!!!",
        "<b>You</b> &amp; me",
        "\U0001f600\U0001f600",
        "you\u200b \u202eknow",
        "7",
        "\ud800 you",
        "''\"\"",
    ],
)
def test_score_clickbait_scores_without_crash_when_text_is_odd(headline: str) -> None:
    row = score_clickbait([headline], "en").iloc[0]
    assert not row["abstained"]
    assert 0 <= row["score"] <= 1


def test_score_clickbait_ignores_case_when_the_whole_line_changes() -> None:
    lines = BAIT + SOBER
    base = score_clickbait(lines, "en")["score"].to_numpy()
    for other in (str.lower, str.upper, str.title):
        changed = score_clickbait([other(line) for line in lines], "en")["score"].to_numpy()
        np.testing.assert_array_equal(changed, base)


@pytest.mark.parametrize("mark", ["\u200b", "\u200e", "\u200f", "\u202e", "\u2067", "\u00ad", "\ufeff"])
def test_score_clickbait_gives_the_same_score_when_invisible_marks_are_strewn_in(mark: str) -> None:
    lines = BAIT + SOBER
    base = score_clickbait(lines, "en")
    strewn = score_clickbait([mark.join(line) for line in lines], "en")
    np.testing.assert_array_equal(strewn["score"], base["score"])
    assert strewn["cues"].tolist() == base["cues"].tolist()


def test_score_clickbait_sees_emphasis_when_one_word_is_in_capitals() -> None:
    scores = score_clickbait(["Never do this at home again", "Never do THIS at home again"], "en")
    assert scores["cues"].str.contains("emphasis").tolist() == [False, True]
    assert scores["cues_part"].iloc[0] != scores["cues_part"].iloc[1]


def test_score_clickbait_does_not_take_us_for_a_pronoun_when_it_is_the_country() -> None:
    scores = score_clickbait(["U.S. Senate passes the farm bill"], "en")
    assert "second_person" not in scores["cues"].iloc[0]
    assert scores["score"].iloc[0] < 0.3


def test_score_clickbait_says_which_scale_when_it_scores() -> None:
    lines = [*BAIT, *SOBER, None]
    readers, sidebar = score_clickbait(lines), score_clickbait(lines, scale="sidebar")
    assert readers["scale"].tolist()[:-1] == ["readers"] * 10
    assert sidebar["scale"].tolist()[:-1] == ["sidebar"] * 10
    assert readers["scale"].isna().tolist() == [False] * 10 + [True]
    np.testing.assert_array_equal(readers["logit"], sidebar["logit"])
    assert sidebar["score"].iloc[5:10].max() < readers["score"].iloc[5:10].min()
    with pytest.raises(InputError, match="scale: no scale 'mine'; this model has 'readers', 'sidebar'"):
        score_clickbait(lines, scale="mine")


def test_compare_clickbait_and_agreement_use_the_scale_when_it_is_given() -> None:
    groups = {"bait": BAIT, "sober": SOBER}
    for scale in ("readers", "sidebar"):
        found = compare_clickbait(groups, reference="sober", scale=scale).set_index("measure")
        expected = score_clickbait(SOBER, scale=scale)["score"].mean()
        assert found.loc["mean score", "value_reference"] == pytest.approx(expected, abs=1e-12)
    sheet = coding_sheet(BAIT + SOBER).assign(rating=0.0)
    bias = [
        agreement({"a": sheet, "b": sheet}, "en", scale=scale).set_index("measure").loc["bias", "value"]
        for scale in ("readers", "sidebar")
    ]
    assert bias[1] < bias[0]


def test_score_clickbait_keeps_index_and_gives_same_rows_when_input_is_shuffled() -> None:
    lines = pd.Series([*BAIT, *SOBER, None], index=list("abcdefghijk"))
    first = score_clickbait(lines)
    second = score_clickbait(lines.sample(frac=1, random_state=1))
    assert first.index.tolist() == list("abcdefghijk")
    pd.testing.assert_frame_equal(first, second.loc[first.index])


def test_score_clickbait_takes_language_from_the_table_when_it_has_one() -> None:
    table = pd.DataFrame(
        {"headline": ["Council meets", "Council meets", "Council meets"], "language": ["en-GB", "de", None]}
    )
    scores = score_clickbait(table)
    assert scores["language"].tolist() == ["en", "de", "en"]
    assert scores["language_from"].tolist() == ["table", "table", "guessed"]
    assert scores["abstained"].tolist() == [False, True, False]
    assert score_clickbait(table, "en")["language_from"].tolist() == ["given"] * 3


def test_score_clickbait_returns_empty_table_with_columns_when_nothing_is_given() -> None:
    filled, empty = score_clickbait(["You"]), score_clickbait([])
    assert empty.columns.tolist() == filled.columns.tolist()
    assert empty.dtypes.equals(filled.dtypes)


def test_score_clickbait_refuses_when_input_is_of_the_wrong_kind() -> None:
    with pytest.raises(InputError, match="Put it into a list"):
        score_clickbait("You")
    with pytest.raises(MissingColumnsError):
        score_clickbait(pd.DataFrame({"title": ["x"]}))
    with pytest.raises(InputError, match="model: expected a ClickbaitModel"):
        score_clickbait(["x"], model="mine")  # type: ignore[arg-type]


def test_shipped_model_is_small_and_tells_its_data_when_loaded() -> None:
    folder = Path(__file__).resolve().parents[1] / "toolkit" / "models" / "clickbait"
    assert sum(path.stat().st_size for path in folder.glob("model.*")) < 1_000_000
    head = json.loads((folder / "model.json").read_text("utf-8"))
    assert set(head["info"]["data_sha256"]) == {"webis17.tsv.gz", "sidebar_rated.tsv", "style_ratings.csv"}
    assert all(word.replace("'", "").replace(".", "").isalnum() for word in head["skeleton_words"])
    assert "Webis-Clickbait-17" in (folder / "MODEL_CARD.md").read_text("utf-8")
    with pytest.raises(InputError, match="no model for 'de'"):
        load_model("de")
    assert MODEL_LANGUAGES == ("en",)


def test_fit_separates_classes_when_labels_are_clear(small: ClickbaitModel) -> None:
    scores = small.score([*BAIT, *SOBER])
    assert scores.score[:5].min() > scores.score[5:].max()
    assert small.info["n_headlines"] == 60


def test_save_and_load_give_equal_scores_and_bytes_when_repeated(
    small: ClickbaitModel, tmp_path: Path
) -> None:
    small.save(tmp_path / "a")
    loaded = ClickbaitModel.load(tmp_path / "a")
    first, second = small.score(BAIT + SOBER), loaded.score(BAIT + SOBER)
    for name in ("score", "low", "high", "words", "skeleton", "cues"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
    loaded.save(tmp_path / "b")
    for name in ("model.json", "model.npz"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    with np.load(tmp_path / "a" / "model.npz", allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


def test_fit_gives_same_model_when_run_twice(small: ClickbaitModel) -> None:
    again = ClickbaitModel(n_trees=10).fit(*_training_data())
    np.testing.assert_array_equal(again.score(BAIT).score, small.score(BAIT).score)


def test_blend_adds_parts_when_models_share_headlines(small: ClickbaitModel) -> None:
    lines, ratings = _training_data()
    blended = ClickbaitModel.blend([small, small], [(1.0, 1.0)] * 2, ratings)
    np.testing.assert_allclose(blended.held_out_parts_, 2 * small.held_out_parts_)
    np.testing.assert_allclose(blended.score(lines).score, small.score(lines).score, atol=0.02)
    other = ClickbaitModel(n_trees=5).fit(lines[::-1], ratings[::-1])
    with pytest.raises(InputError, match="same headlines"):
        ClickbaitModel.blend([small, other], [(1.0, 1.0)] * 2, ratings)
    with pytest.raises(InputError, match="shares"):
        ClickbaitModel.blend([small, small], [(1.0, 1.0), (1.0, 0.0)], ratings)


def test_load_refuses_when_folder_is_no_model_or_another_format(
    small: ClickbaitModel, tmp_path: Path
) -> None:
    with pytest.raises(CorpusError, match="no clickbait model there"):
        ClickbaitModel.load(tmp_path)
    for key, value, message in (("format", 99, "model format 99"), ("cue_features", [], "other cue rules")):
        small.save(tmp_path)
        head = json.loads((tmp_path / "model.json").read_text("utf-8"))
        head[key] = value
        (tmp_path / "model.json").write_text(json.dumps(head), "utf-8")
        with pytest.raises(CorpusError, match=message):
            ClickbaitModel.load(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"headlines": ["x"] * 49, "ratings": [0.5] * 49}, "at least 50"),
        ({"ratings": [0.5] * 59}, "one number from 0 to 1 per headline"),
        ({"ratings": [0.5] * 59 + [1.5]}, "one number from 0 to 1 per headline"),
        ({"ratings": [0.5] * 59 + [np.nan]}, "one number from 0 to 1 per headline"),
        ({"headlines": ["x"] * 59 + [None]}, "number 59 is missing"),
        ({"weights": [1.0] * 59 + [0.0]}, "weights"),
        ({"groups": ["one"] * 60}, "two groups or more"),
        ({"calibrate_on": [True] * 19 + [False] * 41}, "calibrate_on"),
    ],
)
def test_fit_refuses_when_an_argument_is_wrong(change: dict[str, object], message: str) -> None:
    lines, ratings = _training_data()
    arguments = {"headlines": lines, "ratings": ratings, **change}
    with pytest.raises(InputError, match=message):
        ClickbaitModel(n_trees=2).fit(**arguments)  # type: ignore[arg-type]


def test_empty_model_refuses_to_score_and_to_be_saved(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="call fit"):
        ClickbaitModel().score(["x"])
    with pytest.raises(InputError, match="call fit"):
        ClickbaitModel().save(tmp_path)
    with pytest.raises(InputError, match="no cue rules"):
        ClickbaitModel("xx")


def test_own_model_scores_its_language_when_passed(small: ClickbaitModel) -> None:
    scores = score_clickbait(["42"], model=small)
    assert not scores["abstained"].iloc[0]
    assert scores["language_from"].iloc[0] == "given"


def test_trees_predict_as_scikit_learn_when_taken_over() -> None:
    from sklearn.ensemble import GradientBoostingRegressor

    rng = np.random.default_rng(0)
    table = rng.integers(0, 6, (300, 8)).astype(float)
    target = table[:, 0] * (table[:, 1] > 2) + 0.1 * rng.normal(size=300)
    trees = Trees.fit(table, target, np.ones(300), n_trees=25, min_leaf=5)
    own = GradientBoostingRegressor(
        n_estimators=25, learning_rate=0.06, max_leaf_nodes=12, max_depth=None, min_samples_leaf=5, subsample=0.7,
        max_features=0.3, init="zero", random_state=0,
    ).fit(table.astype(np.float32), target)  # fmt: skip
    np.testing.assert_allclose(trees.predict(table), own.predict(table.astype(np.float32)), atol=1e-5)
    assert trees.value.shape == (25, MAX_LEAVES)
    assert len(trees.predict(table[:0])) == 0


def test_calibration_rises_and_covers_when_fitted() -> None:
    rng = np.random.default_rng(0)
    z = rng.normal(size=4000) * 1.5
    y = np.clip(sigmoid(z) ** 2 + 0.1 * rng.normal(size=4000), 0, 1)
    fitted = fit_calibration(z[:2000], y[:2000])
    grid = np.linspace(-10, 10, 500)
    assert (np.diff(fitted.apply(grid)) >= 0).all()
    assert fitted.apply(grid).min() >= 0
    assert fitted.apply(grid).max() <= 1
    score = fitted.apply(z[2000:])
    low, high = fitted.interval(z[2000:], score)
    assert 0.87 <= np.mean((low <= y[2000:]) & (y[2000:] <= high)) <= 0.94
    assert abs(score.mean() - y[2000:].mean()) < 0.01


def test_fit_logistic_finds_coefficients_when_data_follow_them() -> None:
    rng = np.random.default_rng(0)
    parts = rng.normal(size=(5000, 2))
    y = sigmoid(0.5 + parts @ np.array([1.0, -2.0]))
    np.testing.assert_allclose(fit_logistic(parts, y, np.ones(5000)), [0.5, 1.0, -2.0], atol=0.02)
    np.testing.assert_allclose(sigmoid(logit(np.array([0.2, 0.9]))), [0.2, 0.9])


def test_lexer_masks_content_words_when_making_the_skeleton() -> None:
    lexer = Lexer(["why", "your"])
    masks = [
        lexer.mask(token) for token in ("why", "harbour", "sinking", "2024", "17", "3.5", "?", "mayor's")
    ]
    assert masks == ["why", "<word>", "<ing>", "<year>", "<n2>", "<figure>", "?", "<'s>"]


def test_find_grams_gives_same_hashes_when_batch_changes() -> None:
    lexer = Lexer(["why"])
    both = find_grams(lexer, ["why harbours sink", "", "rain"])[0]
    alone = find_grams(Lexer(["why"]), ["why harbours sink"])[0]
    assert sorted(both.key[both.row == 0].tolist()) == sorted(alone.key.tolist())
    assert len(alone.key) == 5
    assert both.n_rows == 3
