"""Texts on charts: cleaned, fitted to their room, drawn in fonts that have their letters; or a warning, by name."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest
from chart_tables import make_charts
from matplotlib import pyplot

from toolkit import charts
from toolkit.charts import fonts
from toolkit.charts.checks import find_drawn_texts
from toolkit.charts.frame import get_note
from toolkit.charts.parts import spread
from toolkit.charts.text import clean_text, fit_lines, measure_width, name_text, percent, shorten
from toolkit.errors import InputError

KOREAN = "\ub4f1\ub300\ub97c \uc0b0 \uc0ac\ub78c"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


@pytest.fixture
def bare_machine(monkeypatch):
    """A machine with no font but the one that comes with matplotlib, on which nothing was warned of yet."""
    monkeypatch.setattr(fonts, "_installed_fonts", lambda: frozenset({fonts.BASE_FONT}))
    monkeypatch.setattr(fonts, "_take_new_fonts", lambda: None)
    monkeypatch.setattr(fonts, "_warned", set())


def test_choose_fonts_warns_once_by_name_when_no_font_covers_the_script(bare_machine):
    with pytest.warns(UserWarning, match=r"no installed font covers Korean; .* Noto Sans CJK KR") as caught:
        assert fonts.choose_fonts([KOREAN]) == [fonts.BASE_FONT]
    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fonts.choose_fonts([KOREAN, "more \ud55c\uad6d\uc5b4"])
    with pytest.warns(UserWarning, match="covers Japanese"):
        fonts.choose_fonts(["\u6e2f\u306e\u6a4b"[1:2]])


@pytest.mark.parametrize("where", ["headline", "subtitle"])
def test_draw_warns_of_the_script_only_and_not_of_each_letter(bare_machine, tmp_path, where):
    _, table, _ = make_charts("ordinary")["exposure"]
    table = table.head(2)
    if where == "headline":
        table = table.assign(headline=[KOREAN, "plain"])
    with pytest.warns(UserWarning) as caught:
        axes = charts.draw_exposure(table, subtitle=KOREAN if where == "subtitle" else "")
        charts.export_chart(axes, table, tmp_path, "x")
    assert [str(one.message).split(";")[0] for one in caught] == ["charts: no installed font covers Korean"]


def test_find_scripts_names_what_the_base_font_lacks():
    assert (
        fonts.find_scripts(["Plain \u2014 \u201cquoted\u201d \u20ac \u0416 \u03a9 \u0627\u0644 \u05d0"]) == []
    )
    assert fonts.find_scripts(["\u0e02\u0e48\u0e32\u0e27", KOREAN, "\u6771", "\u0bb5"]) == [
        "Korean",
        "Chinese",
        "Thai",
        "Tamil",
    ]


def test_draw_uses_a_font_that_has_the_letters_where_one_is_installed():
    if not [name for name in fonts.SCRIPT_FONTS["Korean"] if name in fonts._installed_fonts()]:
        fonts._take_new_fonts()
    if not [name for name in fonts.SCRIPT_FONTS["Korean"] if name in fonts._installed_fonts()]:
        pytest.skip("no Korean font on this machine (on Debian: fonts-noto-cjk)")
    function, table, _ = make_charts("east")["ranks"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a letter that no font has is a warning of matplotlib
        axes = function(table)
        axes.figure.canvas.draw()


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("two\n lines\tand\x0bmore", "two lines and more"),
        ("\u202eback\u202c wards", "back wards"),
        ("half \ud83d pair", "half pair"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("fire \U0001f525 and heart \u2764\ufe0f", "fire and heart \u2764"),
        ("\u00a0 spaces \u3000 ", "spaces"),
        ("\u0915\u094d\u0937\u093f", "\u0915\u094d\u0937\u093f"),
        (12, "12"),
    ],
)
def test_clean_text_keeps_what_can_be_drawn(text, clean):
    assert clean_text(text) == clean


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "(no label)"),
        (float("nan"), "(no label)"),
        ("\U0001f525", "(symbols only)"),
        ("  ", "(no text)"),
    ],
)
def test_name_text_says_so_when_nothing_can_be_drawn(text, name):
    assert name_text(text) == name


def test_shorten_cuts_at_a_word_and_counts_wide_letters_twice():
    assert shorten("short", 5) == "short"
    assert shorten("Council votes to keep the night ferry", 20) == "Council votes to\u2026"
    assert shorten("\u6e2f\u306e\u6a4b\u304c\u51ac", 10) == "\u6e2f\u306e\u6a4b\u304c\u51ac"
    assert shorten("\u6e2f\u306e\u6a4b\u304c\u51ac\u306e", 10) == "\u6e2f\u306e\u6a4b\u304c\u2026"


def test_fit_lines_never_exceeds_the_room():
    text = "Harbour bridge closes for the winter, and the ferry with it"
    for inches in (0.8, 1.5, 3.0):
        for lines in (1, 2, 3):
            found = fit_lines(text, inches, 10, lines=lines).split("\n")
            assert len(found) <= lines
            assert all(measure_width(line, 10) <= inches for line in found)
    assert fit_lines(text, 20, 10) == text
    assert fit_lines(text, 1.5, 10).replace("\n", " ") == text
    assert fit_lines("a" * 60, 1.0, 10).count("\n") > 2, "a word wider than the room is broken"
    assert fit_lines("3\u00a0% of all", 0.3, 10).startswith("3\u00a0%"), "a number keeps its unit"


def test_percent_and_spread_hold_at_their_boundaries():
    told = [percent(share).replace("\u00a0", " ") for share in (0, 0.0004, 0.0994, 0.0996, 1)]
    assert told == ["0 %", "0.0 %", "9.9 %", "10 %", "100 %"]
    assert spread([], 1, 0, 5) == []
    assert spread([9, 9], 1, 0, 5) == [4.0, 5.0]
    assert spread([2, 2, 2], 10, 0, 4) == [0.0, 2.0, 4.0]


def test_mathematics_in_headlines_stays_text():
    table = pd.DataFrame({"headline": ["$x^2$ is $5", "a_b"], "prints": 1, "snapshots": 1, "n_snapshots": 1})
    table = table.assign(share=[0.6, 0.4], share_low=0.1, share_high=0.9)
    texts = [line.text for line in find_drawn_texts(charts.draw_exposure(table))]
    assert "$x^2$ is $5" in texts


def test_finding_is_computed_and_admits_what_it_cannot_tell():
    groups = pd.DataFrame({"kind": ["popular", "latest"], "n": 50, "mean_score": [0.5, 0.2]})
    apart = groups.assign(mean_low=[0.45, 0.15], mean_high=[0.55, 0.25])
    close = groups.assign(mean_low=[0.1, 0.1], mean_high=[0.9, 0.9])
    bare = groups.assign(mean_low=float("nan"), mean_high=float("nan"))
    findings = [
        get_note(charts.draw_clickbait_by_module(table).figure).finding for table in (apart, close, bare)
    ]
    assert findings == [
        "\u201cpopular\u201d headlines read most like clickbait (0.50), \u201clatest\u201d least (0.20).",
        "Clickbait scores do not tell the groups apart: even the outermost intervals overlap.",
        (
            "\u201cpopular\u201d headlines read most like clickbait (0.50), \u201clatest\u201d least (0.20); "
            "too few captures to say how surely."
        ),
    ]


def test_notes_of_two_charts_on_one_figure_are_joined():
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(14, 5))
    tables = make_charts("ordinary")
    charts.draw_cues(tables["cues"][1], ax=left)
    charts.draw_timeline(tables["timeline"][1], ax=right)
    note = get_note(figure)
    assert note.kind == "Dot chart with intervals and Bar chart"
    assert "most frequent cue" in note.finding and "no capture" in note.finding
    assert get_note(pyplot.figure()) is None


def say(axes) -> str:
    note = get_note(axes.figure)
    assert note is not None
    return note.finding.replace("\u00a0", " ")


def test_draw_survival_names_the_half_life_and_refuses_unknown_modules():
    table = pd.DataFrame(
        {
            "site": "s", "module": ["A", "A", "B"], "hours": [5.0, 30.0, 9.0], "survival_low": [0.5, 0.2, 0.9],
            "survival_high": [0.8, 0.5, 1.0], "survival": float("nan"), "stays": [9, 9, 4],
        }
    )  # fmt: skip
    assert (
        say(charts.draw_survival(table))
        == "Half of the headlines of \u201cA\u201d were gone after 5 hours to 30 hours."
    )
    assert say(charts.draw_survival(table, module="B")).startswith("At least 90 % of the headlines")
    with pytest.raises(InputError, match="module: no module 'C' in the table; there are 'A', 'B'"):
        charts.draw_survival(table, module="C")


def test_draw_rewrites_counts_both_ways_and_those_without_a_score():
    table = pd.DataFrame(
        {
            "before": ["a", "b", "c"], "after": ["d", "e", "f"], "score_before": [0.1, 0.9, None],
            "score_after": [0.6, 0.8, None], "score_change": [0.5, -0.1, None],
        }
    )  # fmt: skip
    found = say(charts.draw_rewrites(table))
    assert found == "1 of 2 rewrites read more like clickbait than before, 1 less."
    assert say(charts.draw_rewrites(table.tail(1))).startswith("None of 1 rewrite has a clickbait score")


def test_draw_comparison_names_the_farthest_group_only_when_its_interval_leaves_zero():
    table = pd.DataFrame(
        {
            "measure": "hyperbole", "group": ["x", "y"], "reference": "all others", "n": 9,
            "difference": [0.2, -0.1], "difference_low": [0.1, -0.3], "difference_high": [0.3, 0.1],
        }
    )  # fmt: skip
    drawn = say(charts.draw_comparison(table, measure="hyperbole"))
    assert drawn == "\u201cx\u201d lies 20 points above all others in hyperbole."
    nothing = say(charts.draw_comparison(table.tail(1), measure="hyperbole"))
    assert nothing == "No group can be told from all others in hyperbole."
    with pytest.raises(InputError, match="measure: no measure 'mean score'; there are 'hyperbole'"):
        charts.draw_comparison(table)
