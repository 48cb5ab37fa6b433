"""Charts as a reader sees them: no overlaps, nothing cut, nothing faint; over 5 corpora, 3 sizes, 2 themes."""

from __future__ import annotations

import os

import pytest
from chart_tables import CORPORA, SOURCE, make_charts
from matplotlib import pyplot

from toolkit import charts
from toolkit.charts.checks import find_drawn_texts
from toolkit.charts.parts import contrast
from toolkit.charts.style import PALETTES
from toolkit.errors import InputError, MissingColumnsError

SIZES = (6.4, 8.0, 12.0)
NAMES = sorted(make_charts("ordinary"))
THEMES = ("light", "dark")
#: Each chart meets each corpus, each size and both themes; all 600 combinations with TOOLKIT_ALL_CHARTS=1.
CASES = [
    (name, corpus, size, theme)
    for i, name in enumerate(NAMES)
    for j, corpus in enumerate(CORPORA)
    for k, size in enumerate(SIZES)
    for m, theme in enumerate(THEMES)
    if "TOOLKIT_ALL_CHARTS" in os.environ or ((i + j) % 3 == k and (i + j) % 2 == m)
]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


@pytest.mark.filterwarnings("ignore:charts. no installed font covers")
@pytest.mark.parametrize(("name", "corpus", "width", "theme"), CASES)
def test_draw_keeps_texts_apart_whole_and_readable(name, corpus, width, theme):
    function, table, arguments = make_charts(corpus)[name]
    axes = function(table, subtitle=SOURCE, width=width, theme=theme, **arguments)
    found = charts.check_chart(axes)
    assert found.overlaps == []
    assert found.cut == []
    assert found.faint == []
    assert axes.figure.get_figwidth() == width
    assert axes.figure.get_figheight() < 14


@pytest.mark.parametrize("name", NAMES)
def test_draw_says_so_when_table_is_empty(name):
    function, table, arguments = make_charts("ordinary")[name]
    empty = table.head(0)
    axes = function(empty, subtitle=SOURCE, **arguments)
    texts = [line.text for line in find_drawn_texts(axes)]
    assert texts[0].startswith(("No", "Too few", "All", "Nothing"))
    assert not axes.axison
    assert not charts.check_chart(axes)


@pytest.mark.parametrize("name", NAMES)
def test_draw_names_the_column_when_it_is_missing(name):
    function, table, arguments = make_charts("ordinary")[name]
    needed = (
        "topic" if name.startswith("topics_") else str(table.reset_index(drop=name != "contrast").columns[0])
    )
    needed = {
        "exposure": "share",
        "clickbait_by_module": "mean_score",
        "presence": "headline",
        "ranks": "headline",
    }.get(name, needed)
    if name in ("topics", "topic_map"):
        needed = "size"
    bare = table.reset_index(drop=name != "contrast").drop(columns=needed)
    with pytest.raises(MissingColumnsError, match=f"missing column '{needed}'"):
        function(bare, **arguments)


@pytest.mark.parametrize("name", NAMES)
def test_draw_uses_the_axes_given_and_leaves_table_and_settings_alone(name):
    function, table, arguments = make_charts("ordinary")[name]
    before, settings = table.copy(), dict(pyplot.rcParams)
    figure, axes = pyplot.subplots(figsize=(8, 5))
    assert function(table, ax=axes, **arguments) is axes
    assert figure.axes == [axes]
    assert axes.get_title(loc="left")
    assert table.equals(before)
    assert dict(pyplot.rcParams) == settings


def test_draw_refuses_unknown_theme_and_too_small_width():
    function, table, _ = make_charts("ordinary")["exposure"]
    with pytest.raises(InputError, match="theme: got 'sepia'; allowed are 'light', 'dark'"):
        function(table, theme="sepia")
    with pytest.raises(InputError, match="width: got 2; inches are needed"):
        function(table, width=2)


def test_row_order_of_the_table_does_not_move_edits():
    function, table, _ = make_charts("ordinary")["edits"]
    pages = []
    for part in (table, table.sample(frac=1, random_state=3)):
        axes = function(part)
        pages.append(
            sorted((line.text, round(line.left), round(line.low)) for line in find_drawn_texts(axes))
        )
    assert pages[0] == pages[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_palette_can_be_read_as_text(theme):
    palette = PALETTES[theme]
    for colour in (palette.ink, palette.soft, palette.accent, *palette.series):
        assert contrast(colour, palette.paper) >= 4.5, colour
    assert contrast(palette.muted, palette.paper) >= 3, "marks need 3:1"


def test_check_chart_finds_what_is_wrong():
    figure, axes = pyplot.subplots(figsize=(4, 3))
    axes.set_axis_off()
    axes.text(0.3, 0.5, "one text")
    axes.text(0.31, 0.5, "another text")
    axes.text(0.3, 0.8, "pale", color="#dddddd")
    axes.text(0.99, 0.1, "beyond the edge")
    found = charts.check_chart(figure)
    assert found.overlaps == [("one text", "another text")] == charts.find_overlaps(figure)
    assert found.cut == ["beyond the edge"] == charts.find_cut(axes)
    assert [text for text, _ in found.faint] == ["pale"] == [text for text, _ in charts.find_faint(axes)]
    assert found


def test_check_chart_is_content_when_slanting_texts_pass_each_other():
    figure, axes = pyplot.subplots(figsize=(4, 3))
    axes.set_axis_off()
    for place in (0.2, 0.35, 0.5):  # level boxes around these would overlap
        axes.text(place, 0.2, "a slanting label", rotation=45, rotation_mode="anchor")
    assert not charts.check_chart(figure)
    axes.text(0.22, 0.3, "a level one across all of them")
    assert len(charts.find_overlaps(figure)) == 3


def test_check_chart_ignores_tick_labels_that_are_not_drawn():
    figure, axes = pyplot.subplots(figsize=(4, 3))
    axes.set_xticks([0, 0.5, 0.51], ["a", "mmmmmm", "mmmmmm"])
    axes.set_xlim(0, 0.4)
    assert charts.find_overlaps(figure) == []
    axes.set_xlim(0, 1)
    assert charts.find_overlaps(figure) == [("mmmmmm", "mmmmmm")]


@pytest.mark.parametrize("corpus", ["ordinary", "crowded"])
@pytest.mark.parametrize("theme", THEMES)
def test_draw_ranks_can_be_read_in_grey(corpus, theme):
    """Printed without colour the lines still differ, by mark, fill or dash."""
    function, table, arguments = make_charts(corpus)["ranks"]
    axes = function(table, theme=theme, **arguments)
    paper = PALETTES[theme].paper
    looks = [
        (line.get_marker(), line.get_linestyle(), line.get_markerfacecolor() == paper)
        for line in axes.lines
        if len(line.get_xdata()) > 1
    ]
    assert len(looks) >= 5
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("theme", THEMES)
def test_draw_edits_can_be_read_in_grey(theme):
    function, table, arguments = make_charts("crowded")["edits"]
    axes = function(table, theme=theme, **arguments)
    marks = [
        part.get_paths()[0].vertices.tobytes() for part in axes.collections if part.get_label()[:1] != "_"
    ]
    assert len(marks) == 6
    assert len(set(marks)) == 6
