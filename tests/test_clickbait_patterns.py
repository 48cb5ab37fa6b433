"""Recurring templates, comparisons of groups, coding sheets and agreement. All headlines are invented."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from toolkit.clickbait import agreement, coding_sheet, compare_clickbait, find_patterns, headline_id
from toolkit.errors import InputError, MissingColumnsError
from toolkit.stats import newcombe_interval, wilson_interval

FOODS = ["Kale", "Figs", "Leeks", "Plums", "Beets", "Dates"]
LINES = (
    [f"Why You Should Never Boil {food}" for food in FOODS]
    + [f"Could {food} Be the Key to Longer Sleep?" for food in FOODS[:4]]
    + [f"{number} Things Every Owner of {food} Knows" for number, food in enumerate(FOODS[:3], 5)]
    + [f"Council approves road {letter}" for letter in "ABCDEFG"]
)


def test_find_patterns_names_templates_with_exact_counts_when_lines_recur() -> None:
    found = find_patterns(LINES, "en").set_index("pattern")
    assert found["n"].to_dict() == {
        "Why You Should Never <...>": 6,
        "Could <...> Be The Key To <...>?": 4,
        "<number> Things Every <...>": 3,
    }
    assert (found["n_headlines"] == 20).all()
    low, high = wilson_interval(6, 20)
    row = found.loc["Why You Should Never <...>"]
    assert (row["share"], row["share_low"], row["share_high"]) == (0.3, low, high)
    assert row["examples"] == sorted(line for line in LINES if line.startswith("Why"))[:3]


def test_find_patterns_counts_prints_and_contexts_when_given_placements() -> None:
    table = pd.DataFrame(
        {"headline": [*LINES, LINES[0].upper(), LINES[0]], "kind": "popular", "site": "Oststrand Post"}
    )
    table.loc[0, "kind"] = "latest"
    row = find_patterns(table, "en").set_index("pattern").loc["Why You Should Never <...>"]
    assert (row["n"], row["prints"]) == (6, 8)
    assert row["kinds"] == ["popular", "latest"]
    assert row["sites"] == ["Oststrand Post"]
    assert row["modules"] == []


def test_find_patterns_gives_same_table_when_rows_are_shuffled() -> None:
    shuffled = pd.Series(LINES).sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(find_patterns(LINES, "en"), find_patterns(shuffled, "en"))


def test_find_patterns_gives_empty_table_when_nothing_recurs() -> None:
    empty = find_patterns([])
    assert empty.columns.tolist() == find_patterns(LINES, "en").columns.tolist()
    assert len(find_patterns(["Rain", None, "Council meets", 3])) == 0
    assert len(find_patterns(["\u041f\u043e\u0447\u0435\u043c\u0443 \u0442\u0430\u043a"] * 5)) == 0


@pytest.mark.parametrize("count", [3, 4])
def test_find_patterns_keeps_template_only_when_frequent_enough(count: int) -> None:
    found = find_patterns(LINES, "en", min_count=count)["pattern"].tolist()
    assert ("<number> Things Every <...>" in found) == (count <= 3)


def test_find_patterns_works_in_other_languages_when_lines_recur() -> None:
    lines = [f"Warum du nie mehr {food} kochen solltest" for food in ("Kohl", "Lauch", "Feigen", "Birnen")]
    assert find_patterns(lines, "de")["pattern"].tolist()[0].startswith("Warum du nie mehr")
    korean = [f"당신이 몰랐던 {food} 비법" for food in ("김치", "라면", "커피", "두부")]
    assert find_patterns(korean)["n"].tolist() == [4]


def test_find_patterns_refuses_when_an_option_is_out_of_range() -> None:
    for options, message in (
        ({"min_count": 1}, "at least 2"), ({"max_patterns": 0}, "max_patterns"), ({"level": 1.0}, "level"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=message):
            find_patterns(LINES, **options)  # type: ignore[arg-type]
    assert len(find_patterns(LINES, "en", max_patterns=1)) == 1


def groups() -> pd.DataFrame:
    bait = [f"{number} things you won't believe about {food}" for number, food in enumerate(FOODS, 5)]
    sober = [f"Council approves road {letter}" for letter in "ABCDEF"]
    rows = [
        {"snapshot_id": f"s{page}", "kind": kind, "headline": headline}
        for page in range(6)
        for kind, headline in (
            ("popular", bait[page]),
            ("latest", sober[page]),
            ("latest", sober[page] + " again"),
        )
    ]
    return pd.DataFrame(rows)


def test_compare_clickbait_gives_difference_with_interval_when_groups_differ() -> None:
    found = compare_clickbait(groups(), by="kind", reference="latest", n_resamples=99).set_index("measure")
    score, listed = found.loc["mean score"], found.loc["list_number"]
    assert (score["group"], score["reference"], score["n"], score["n_reference"]) == (
        "popular",
        "latest",
        6,
        12,
    )
    assert score["n_clusters"] == 6
    assert 0 < score["difference_low"] <= score["difference"] <= score["difference_high"]
    assert score["difference"] == pytest.approx(score["value"] - score["value_reference"], abs=1e-12)
    assert (listed["value"], listed["value_reference"]) == (1.0, 0.0)
    low, high = newcombe_interval(6, 6, 0, 12)
    assert (listed["difference_low"], listed["difference_high"]) == (low, high)


def test_compare_clickbait_compares_with_all_others_when_no_reference_is_named() -> None:
    found = compare_clickbait(groups(), by="kind", n_resamples=19)
    means = found[found["measure"] == "mean score"]
    assert means["group"].tolist() == ["latest", "popular"]
    assert means["reference"].tolist() == ["all others"] * 2
    assert means["difference"].iloc[0] == pytest.approx(-means["difference"].iloc[1])


def test_compare_clickbait_gives_no_interval_and_the_reason_when_pages_are_few() -> None:
    few = groups().query("snapshot_id in ['s0', 's1']")
    row = compare_clickbait(few, by="kind", reference="latest", n_resamples=19).iloc[0]
    assert np.isnan(row["difference_low"])
    assert "clusters" in row["reason"]


def test_compare_clickbait_takes_groups_by_name_when_given_a_mapping() -> None:
    table = groups()
    sides = {
        "sidebar": table[["headline"]],
        "articles": ["Council meets in May", "Bridge reopens after repairs"],
    }
    found = compare_clickbait(sides, reference="articles", n_resamples=19)
    assert found["group"].unique().tolist() == ["sidebar"]
    assert (found["n_reference"] == 2).all()


def test_compare_clickbait_gives_same_table_when_rows_are_shuffled() -> None:
    table = groups()
    first = compare_clickbait(table, by="kind", n_resamples=19)
    second = compare_clickbait(table.sample(frac=1, random_state=2), by="kind", n_resamples=19)
    pd.testing.assert_frame_equal(first, second)


def test_compare_clickbait_refuses_when_groups_are_missing() -> None:
    table = groups()
    with pytest.raises(InputError, match="by: name the column"):
        compare_clickbait(table)
    with pytest.raises(MissingColumnsError):
        compare_clickbait(table, by="site")
    with pytest.raises(InputError, match="no group 'x'"):
        compare_clickbait(table, by="kind", reference="x")
    with pytest.raises(InputError, match="at least two"):
        compare_clickbait(table[table["kind"] == "latest"], by="kind")
    with pytest.raises(InputError, match="threshold"):
        compare_clickbait(table, by="kind", threshold=2)
    with pytest.raises(InputError, match="no groups given"):
        compare_clickbait({})
    with pytest.raises(InputError, match="mapping"):
        compare_clickbait(["x"])  # type: ignore[arg-type]


def test_coding_sheet_is_blind_and_the_same_when_drawn_again() -> None:
    table = groups()
    sheet = coding_sheet(table, n=5, cues=("hyperbole",), random_state=4)
    assert sheet.columns.tolist() == ["id", "headline", "rating", "hyperbole", "comment"]
    assert sheet[["rating", "hyperbole", "comment"]].isna().all(axis=None)
    assert sheet["id"].tolist() == [headline_id(text) for text in sheet["headline"]]
    assert len(sheet) == sheet["id"].nunique() == 5
    again = coding_sheet(table.sample(frac=1, random_state=1), n=5, cues=("hyperbole",), random_state=4)
    pd.testing.assert_frame_equal(sheet, again)
    assert len(coding_sheet([], n=5)) == 0
    with pytest.raises(InputError, match="n: got 0"):
        coding_sheet(table, n=0)
    with pytest.raises(InputError, match="unknown cue 'x'"):
        coding_sheet(table, cues=("x",))


def test_agreement_is_full_when_coders_and_tool_agree() -> None:
    sheet = coding_sheet(groups(), n=50, cues=("list_number",))
    bait = sheet["headline"].str.contains("believe")
    sheet["rating"] = np.where(bait, 3.0, 0.0)
    sheet["list_number"] = bait.astype(float)
    found = agreement({"a": sheet, "b": sheet}, "en", n_resamples=99)
    values = found.set_index(["measure", "of"])["value"]
    assert values["alpha", "rating"] == 1.0
    assert values["auc", "score"] == 1.0
    assert values["precision", "list_number"] == values["recall", "list_number"] == 1.0
    assert found.loc[found["of"] == "list_number", "n"].tolist() == [18, 6, 6]
    assert values["spearman", "score"] > 0.7
    assert found.loc[found["measure"] == "precision", "low"].iloc[0] == wilson_interval(6, 6)[0]


def test_agreement_says_why_when_there_is_no_variation() -> None:
    sheet = coding_sheet(groups(), n=10)
    sheet["rating"] = 0.0
    found = agreement({"a": sheet}, "en", n_resamples=19).set_index(["measure", "of"])
    assert np.isnan(found.loc[("auc", "score"), "value"])
    assert "variation" in found.loc[("auc", "score"), "reason"]


def test_agreement_joins_sheets_by_id_when_orders_differ() -> None:
    sheet = coding_sheet(groups(), n=12)
    sheet["rating"] = np.arange(12) % 4.0
    other = sheet.sample(frac=1, random_state=5)
    assert agreement({"a": sheet, "b": other}, "en", n_resamples=19)["value"].iloc[0] == 1.0


def test_agreement_refuses_when_sheets_are_wrong() -> None:
    sheet = coding_sheet(groups(), n=6)
    with pytest.raises(InputError, match="no filled sheet"):
        agreement({})
    with pytest.raises(MissingColumnsError, match="coding_sheet"):
        agreement({"a": sheet.drop(columns="rating")})
    sheet["rating"] = 4.0
    with pytest.raises(InputError, match="allowed are 0 to 3"):
        agreement({"a": sheet})
