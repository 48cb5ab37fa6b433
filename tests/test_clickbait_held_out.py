"""A model trained on one's own ratings, and figures on headlines that it has not seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from toolkit import findings
from toolkit.clickbait import ClickbaitModel, measure_calibration, measure_held_out, score_held_out
from toolkit.errors import InputError, MissingColumnsError
from toolkit.ratings import read_ratings

PLAIN = ["Council approves {} million for roads", "Court fines firm {} crowns", "Ferry carries {} guests"]
BAIT = ["{} reasons why you should try this", "You will not believe number {}", "{} tricks nobody tells you"]


@pytest.fixture(scope="module")
def rated() -> pd.DataFrame:
    rows = [
        (text.format(n), float(text in BAIT), f"page {n % 8}") for n in range(3, 23) for text in PLAIN + BAIT
    ]
    table = pd.DataFrame(rows, columns=["headline", "rating", "group"])
    return read_ratings(table)


@pytest.fixture(scope="module")
def model(rated) -> ClickbaitModel:
    return ClickbaitModel(n_trees=15).fit(rated, rated["rating"], groups=rated["group"])


@pytest.fixture(scope="module")
def held_out(model, rated) -> pd.DataFrame:
    return score_held_out(model, rated)


def test_score_held_out_keeps_rows_and_holds_groups_together(held_out, rated):
    assert held_out.columns.tolist() == ["headline", "rating", "group", "fold", "own", "shipped"]
    assert held_out["headline"].tolist() == rated["headline"].tolist()
    assert (held_out.groupby("group")["fold"].nunique() == 1).all()
    assert held_out[["own", "shipped"]].to_numpy().min() >= 0 and held_out["own"].max() <= 1


def test_score_held_out_refuses_other_rows_and_loaded_models(model, rated, tmp_path):
    with pytest.raises(InputError, match="fitted on other headlines, or in another order"):
        score_held_out(model, rated.iloc[::-1])
    model.save(tmp_path)
    with pytest.raises(InputError, match="loaded, or never fitted"):
        score_held_out(ClickbaitModel.load(tmp_path), rated)
    with pytest.raises(MissingColumnsError, match="missing column 'group'"):
        score_held_out(model, rated.drop(columns="group"))


def test_measure_held_out_gives_three_rows_for_each_measure(held_out):
    found = measure_held_out(held_out, n_resamples=50)
    assert found["measure"].tolist() == [m for m in ("spearman", "auc", "error", "bias") for _ in range(3)]
    assert found["model"].tolist() == ["own", "shipped", "difference"] * 4
    assert (found["n"] == 120).all() and (found["n_groups"] == 8).all()
    assert found["reason"].isna().all()
    own = found.set_index(["measure", "model"])
    assert own.loc[("auc", "own"), "value"] == 1.0
    value = own["value"].unstack()
    assert np.allclose(value["difference"], value["own"] - value["shipped"])


def test_measure_held_out_is_the_same_when_rows_are_shuffled(held_out):
    shuffled = held_out.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(
        measure_held_out(held_out, n_resamples=20), measure_held_out(shuffled, n_resamples=20)
    )


def test_measure_held_out_gives_no_interval_below_five_groups(held_out):
    pages = sorted(held_out["group"].unique())
    few = held_out[held_out["group"].isin(pages[:4])]
    found = measure_held_out(few, n_resamples=20)
    assert found["low"].isna().all() and found["value"].notna().all()
    assert set(found["reason"]) == {"4 groups; at least 5 are needed for an interval"}
    five = measure_held_out(held_out[held_out["group"].isin(pages[:5])], n_resamples=20)
    assert five["low"].notna().all()


def test_measure_held_out_says_why_when_there_is_no_shipped_model(held_out):
    found = measure_held_out(held_out.assign(shipped=np.nan), n_resamples=20).set_index(["measure", "model"])
    assert found.loc[("auc", "shipped"), "reason"] == "no score by this model, or ratings all alike"
    assert np.isnan(found.loc[("auc", "difference"), "value"])
    assert "no model of its own" in findings.say_held_out(found.reset_index()).trust


def test_measure_held_out_has_all_rows_when_empty(held_out):
    found = measure_held_out(held_out.head(0))
    assert len(found) == 12 and found["value"].isna().all() and set(found["n"]) == {0}
    assert "cannot be told" in findings.say_held_out(found).answer


@pytest.mark.parametrize("options", [{"at_least": 0}, {"at_least": 1.1}, {"level": 1}, {"n_resamples": 0}])
def test_measure_held_out_refuses_options_out_of_range(held_out, options):
    with pytest.raises(InputError, match="got"):
        measure_held_out(held_out, **options)


def test_measure_calibration_counts_every_headline_once(held_out):
    bins = measure_calibration(held_out, n_bins=4)
    assert bins["n"].tolist() == [30, 30, 30, 30]
    assert bins["mean_score"].is_monotonic_increasing
    assert (bins["rating_low"] <= bins["mean_rating"]).all()
    assert measure_calibration(held_out.head(0)).columns.tolist() == bins.columns.tolist()
    assert len(measure_calibration(held_out.head(29), n_bins=9)) == 2  # ten a bin at least


def test_measure_calibration_refuses_unknown_models_and_no_bins(held_out):
    with pytest.raises(InputError, match="model: got 'theirs'; allowed are 'own', 'shipped'"):
        measure_calibration(held_out, model="theirs")
    with pytest.raises(InputError, match="n_bins: got 0"):
        measure_calibration(held_out, n_bins=0)


# -- reading ratings -----------------------------------------------------------------------------------


def test_read_ratings_takes_tabs_and_other_names_and_says_what_it_took(tmp_path):
    path = tmp_path / "rated.tsv"
    path.write_text(
        "id\tpage\theadline\tscore\n1\tp1\tOne \t0.5\n2\tp2\tTwo\t\n3\tp1\tOne\t1\n", encoding="utf-8"
    )
    found = read_ratings(path)
    assert found.values.tolist() == [["One", 0.75, "p1", 2]]
    assert found.attrs == {
        "left_out": 1, "highest": 1.0, "columns": {"headline": "headline", "rating": "score", "group": "page"},
    }  # fmt: skip


def test_read_ratings_divides_the_scale_of_a_coding_sheet():
    sheet = pd.DataFrame({"headline": ["a", "b"], "rating": [3, 1]})
    assert read_ratings(sheet)["rating"].tolist() == [1.0, 1 / 3]
    assert read_ratings(sheet, highest=4)["rating"].tolist() == [0.75, 0.25]
    assert "went up to 3" in findings.say_ratings(read_ratings(sheet)).trust


def test_read_ratings_keeps_an_order_of_its_own_when_rows_are_shuffled():
    table = pd.DataFrame({"headline": list("cabd"), "rating": [0, 1, 0.5, 1], "group": [2, 1, None, 1]})
    pd.testing.assert_frame_equal(read_ratings(table), read_ratings(table.iloc[::-1]))


def test_read_ratings_says_so_when_nothing_is_rated():
    found = read_ratings(pd.DataFrame({"headline": ["a"], "rating": [np.nan]}))
    assert found.empty and found.attrs["left_out"] == 1
    assert findings.say_ratings(found).answer == "No rated headline was found."


@pytest.mark.parametrize(
    ("columns", "options", "message"),
    [
        ({"title": ["a"], "rating": [1]}, {}, "no column 'headline'; found 'title', 'rating'"),
        ({"headline": ["a"], "stars": [1]}, {}, r"no column of ratings \(rating, score, label\); found"),
        ({"headline": ["a"], "stars": [1]}, {"rating": "star"}, "no column 'star' for rating="),
        ({"headline": ["a"], "rating": [1]}, {"group": "page"}, "no column 'page' for group="),
        ({"headline": ["a"], "rating": [1.5]}, {}, "rating 1.5 in row 0 .*allowed are numbers from 0 to 1"),
        ({"headline": ["a"], "rating": ["much"]}, {}, "rating 'much' in row 0"),
        ({"headline": ["a"], "rating": [1]}, {"highest": 0}, "highest: got 0"),
    ],
)  # fmt: skip
def test_read_ratings_refuses_with_a_word_on_what_to_do(columns, options, message):
    with pytest.raises(InputError, match=message):
        read_ratings(pd.DataFrame(columns), **options)


def test_read_ratings_refuses_files_that_are_no_table(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_ratings(tmp_path / "absent.csv")
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no readable CSV or TSV"):
        read_ratings(tmp_path / "x.csv")
