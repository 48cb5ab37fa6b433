"""Charts as files: same bytes again, nothing runs, everyone can read what is in them."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import pandas as pd
import pytest
from chart_tables import SOURCE, make_charts
from matplotlib import pyplot
from PIL import Image

from toolkit import charts
from toolkit.errors import InputError

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    pyplot.close("all")


def draw(name: str, corpus: str = "ordinary", **options):
    function, table, arguments = make_charts(corpus)[name]
    return function(table, subtitle=SOURCE, **arguments, **options), table


@pytest.mark.parametrize(("name", "formats"), [("timeline", ("pdf", "csv")), ("dwell", ("png", "svg"))])
def test_export_chart_gives_the_same_bytes_when_drawn_again(tmp_path, name, formats):
    written = []
    for run in ("one", "two"):
        axes, table = draw(name)
        charts.export_chart(axes, table, tmp_path / run, name, formats=formats)
        written.append({path.name: path.read_bytes() for path in sorted((tmp_path / run).iterdir())})
    assert sorted(written[0]) == sorted(f"{name}.{form}" for form in (*formats, "txt"))
    assert written[0] == written[1]


def test_export_chart_writes_title_description_and_role_into_svg(tmp_path):
    axes, table = draw("exposure")
    chart = charts.export_chart(axes, table, tmp_path, "03_exposure")
    root = ElementTree.parse(tmp_path / "03_exposure.svg").getroot()
    assert root.get("role") == "img"
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert (
        title.text
        == "\u201cHarbour bridge closes for the winter\u201d stood out most, with 6.0\u00a0% of all exposure."
    )
    assert description.text == chart.alt
    assert (
        root.get("aria-labelledby").split()
        == [title.get("id"), description.get("id")]
        == [
            "03_exposure-title",
            "03_exposure-desc",
        ]
    )


def test_export_chart_writes_alt_text_into_png_and_beside_the_files(tmp_path):
    axes, table = draw("exposure")
    chart = charts.export_chart(axes, table, tmp_path, "exposure")
    picture = Image.open(io.BytesIO(chart.png))
    assert picture.info["Description"] == chart.alt
    assert (tmp_path / "exposure.txt").read_text(encoding="utf-8") == chart.alt + "\n"
    assert chart.alt.startswith(
        "Dot chart with intervals. \u201cHarbour bridge closes for the winter\u201d stood out most"
    )
    assert "From the top: Harbour bridge closes for the winter: 6.0 % (3.6 % to 10 %)" in chart.alt.replace(
        "\u00a0", " "
    )
    assert chart.alt.endswith(
        "Data: 10 rows (share, share low, share high, n, total, prints and 3 more columns), in the CSV beside it."
    )


@pytest.mark.parametrize("name", ["coverage", "edits", "exposure", "patterns", "ranks", "topics_by_kind"])
def test_export_chart_holds_hostile_headlines_as_text(tmp_path, name):
    axes, table = draw(name, "hostile")
    chart = charts.export_chart(axes, table, tmp_path, "hostile", formats=("svg", "csv"))
    svg = (tmp_path / "hostile.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(svg)  # not well-formed: an error
    assert {element.tag for element in root.iter()} & {f"{SVG}script", f"{SVG}img", f"{SVG}image"} <= {
        f"{SVG}image"
    }
    for element in root.iter():
        assert not [key for key in element.attrib if key.startswith("on")], element.tag
    page = chart._repr_html_()
    assert page.count("<") == 5 and "<script" not in page  # figure, img, figcaption and their ends
    assert "\x00" not in chart.alt and "\x07" not in svg


def test_export_chart_defuses_formulas_when_cells_begin_like_one(tmp_path):
    table = pd.DataFrame(
        {"text": ["=1+1", "+1 reason", "-1", "@SUM(A1)", "\tx", "plain"], "number": [-1.5] * 6}
    )
    _, axes = pyplot.subplots()
    charts.export_chart(axes, table, tmp_path, "formulas", formats=("csv",))
    lines = (tmp_path / "formulas.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines == [
        "text,number",
        "'=1+1,-1.5",
        "'+1 reason,-1.5",
        "'-1,-1.5",
        "'@SUM(A1),-1.5",
        "'\tx,-1.5",
        "plain,-1.5",
    ]


def test_export_chart_shows_itself_with_its_alt_text_and_files(tmp_path):
    axes, table = draw("timeline")
    chart = charts.export_chart(axes, table, tmp_path / "charts", "timeline")
    page = chart._repr_html_()
    assert "<img src='data:image/png;base64," in page
    assert f"alt='{chart.alt}'" in page.replace("&#x27;", "'")
    assert "charts/timeline.png, charts/timeline.svg, charts/timeline.csv" in page
    assert repr(chart) == "<chart: timeline.png, timeline.svg, timeline.csv>"
    assert not pyplot.get_fignums()  # a notebook would show it a second time


def test_export_chart_names_the_index_when_it_has_a_name(tmp_path):
    axes, table = draw("contrast")
    charts.export_chart(axes, table, tmp_path, "contrast", formats=("csv",))
    first = (tmp_path / "contrast.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert first == "term,count_a,count_b,log_odds,z,p_adjusted"


def test_export_chart_takes_the_alt_text_given(tmp_path):
    axes, table = draw("timeline")
    assert charts.export_chart(axes, table, tmp_path, "x", alt="My own words.").alt == "My own words."


def test_export_chart_leaves_the_table_as_it_was(tmp_path):
    axes, table = draw("exposure", "hostile")
    before = table.copy()
    charts.export_chart(axes, table, tmp_path, "x")
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "sp ace", "<b>"])
def test_export_chart_refuses_names_that_are_no_file_names(tmp_path, name):
    axes, table = draw("timeline")
    with pytest.raises(InputError, match=r"letters, digits and _ \. - are allowed"):
        charts.export_chart(axes, table, tmp_path, name)


def test_export_chart_refuses_unknown_formats(tmp_path):
    axes, table = draw("timeline")
    with pytest.raises(InputError, match="format 'gif'; allowed are 'png', 'svg', 'pdf', 'csv'"):
        charts.export_chart(axes, table, tmp_path, "x", formats=("png", "gif"))


def test_export_chart_works_on_a_figure_of_someone_else(tmp_path):
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    chart = charts.export_chart(figure, pd.DataFrame({"y": [1, 2]}), tmp_path, "plain")
    assert chart.alt == "Chart. plain Data: 2 rows (y), in the CSV beside it."
