"""The report: every notebook runs top to bottom on the sample, and what comes out is whole, safe and repeatable."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from pages import HTML_PAGE, ROOT, TEXT_PAGE

import toolkit
from toolkit.errors import InputError
from toolkit.report import find_notebooks, write_report

SAMPLE = ROOT / "data" / "sample"


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("report") / "out"
    result = write_report(
        SAMPLE / "pages",
        folder,
        metadata=SAMPLE / "metadata.csv",
        labels=SAMPLE / "labels.csv",
        progress=False,
    )
    assert result.failures == []
    return folder


def test_report_runs_every_notebook_on_the_sample_without_a_warning(report):
    for path in find_notebooks():
        book = json.loads((report / "notebooks" / path.name).read_text(encoding="utf-8"))
        outputs = [output for cell in book["cells"] for output in cell.get("outputs", [])]
        assert outputs, path.name
        streams = ["".join(o["text"]) for o in outputs if o["output_type"] == "stream"]
        # a machine without a font for one of the sample's scripts says so, and should
        streams = [text for text in streams if "no installed font covers" not in text]
        assert streams == [], f"{path.name} printed: {streams}"


def test_report_leaves_charts_with_data_and_alt_text_and_tables(report):
    charts = {path.stem for path in (report / "charts").glob("*.png")}
    assert len(charts) >= 8
    for name in charts:
        for ending in ("svg", "csv", "txt"):
            assert (report / "charts" / f"{name}.{ending}").stat().st_size > 0
    numbers = {path.name[:2] for path in (report / "tables").glob("*.csv")}
    assert numbers >= {"01", "02", "03", "04", "05", "06"}


def test_report_is_one_page_that_fetches_nothing(report):
    page = (report / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "Content-Security-Policy" in page
    assert page.count("<h1") == 1
    assert len((report / "index.html").read_bytes()) < 5_000_000
    images = re.findall(r"<img [^>]*>", page)
    assert images and all("alt='" in image and "alt=''" not in image for image in images)


def test_report_links_only_to_files_that_are_there(report):
    page = (report / "index.html").read_text(encoding="utf-8")
    for target in re.findall(r'href="([^"#]+)"', page):
        assert (report / target).is_file(), target
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors


def test_report_holds_a_corpus_that_opens_and_a_manifest_that_fits(report):
    corpus = toolkit.open_corpus(report / "corpus")
    manifest = json.loads((report / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"] == corpus.count()
    assert manifest["failures"] == []
    for name, entry in manifest["files"].items():
        assert hashlib.sha256((report / name).read_bytes()).hexdigest() == entry["sha256"]


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    folder.mkdir()
    hostile = HTML_PAGE.replace(
        "Ten bridges you must cross once", "Ten &lt;img src=x onerror=alert(1)&gt; bridges to cross"
    )
    (folder / "a-20250401.html").write_text(hostile, encoding="utf-8")
    (folder / "b-20250402.txt").write_text(TEXT_PAGE, encoding="utf-8")
    return folder


def test_report_gives_the_same_bytes_twice(pages, tmp_path):
    for name in ("one", "two"):
        write_report(pages, tmp_path / name, notebooks=["03"], progress=False)
    files = sorted(
        path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()
    )
    assert files == sorted(
        p.relative_to(tmp_path / "two") for p in (tmp_path / "two").rglob("*") if p.is_file()
    )
    for path in files:
        assert (tmp_path / "one" / path).read_bytes() == (tmp_path / "two" / path).read_bytes(), path


def test_report_escapes_what_pages_say(pages, tmp_path):
    write_report(pages, tmp_path / "out", notebooks=["03"], progress=False)
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img src=x" not in page
    assert "<img src=x" not in (tmp_path / "out" / "charts" / "03_exposure.svg").read_text(encoding="utf-8")


def test_report_leaves_texts_out_when_asked(pages, tmp_path):
    write_report(pages, tmp_path / "out", notebooks=["01"], text=False, progress=False)
    assert toolkit.open_corpus(tmp_path / "out" / "corpus").articles["body"].isna().all()


def test_report_names_the_cell_and_error_when_a_notebook_fails_and_keeps_the_rest(
    pages, tmp_path, monkeypatch
):
    broken = tmp_path / "06_broken.ipynb"
    book = json.loads((ROOT / "notebooks" / "01_corpus.ipynb").read_text(encoding="utf-8"))
    book["cells"] = [cell for cell in book["cells"] if "parameters" in cell["metadata"].get("tags", [])]
    book["cells"].append(
        {
            "cell_type": "code",
            "id": "x",
            "metadata": {},
            "source": ["1 / 0"],
            "outputs": [],
            "execution_count": None,
        }
    )
    broken.write_text(json.dumps(book), encoding="utf-8")
    monkeypatch.setattr("toolkit.report.find_notebooks", lambda names=None: [*find_notebooks(["01"]), broken])
    result = write_report(pages, tmp_path / "out", progress=False)
    assert len(result.failures) == 1
    assert re.fullmatch(r"06_broken: cell \d: ZeroDivisionError: division by zero", result.failures[0])
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert 'role="alert"' in page and "ZeroDivisionError" in page
    assert (tmp_path / "out" / "charts" / "01_timeline.png").is_file()


def test_report_refuses_to_train_without_labels_before_any_work(pages, tmp_path):
    with pytest.raises(
        InputError, match=r"06_own_clickbait_labels trains on headlines that you rated; .*--labels"
    ):
        write_report(pages, tmp_path / "out", notebooks=["06"], progress=False)
    with pytest.raises(InputError, match=r"ratings: .* does not exist"):
        write_report(pages, tmp_path / "out", labels=tmp_path / "absent.csv", progress=False)
    assert not (tmp_path / "out").exists()


def test_report_names_the_first_reason_when_no_page_could_be_read(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "story.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(
        InputError, match=r"1 x unsupported_format\). First, .*story\.pdf: .* save the page as HTML"
    ):
        write_report(tmp_path / "in", tmp_path / "out", progress=False)
