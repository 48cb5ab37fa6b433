"""A corpus of many parts: the names and results of one in memory; verify; measures part by part."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

import toolkit
from toolkit import streaming
from toolkit.errors import CorpusError, InputError, MissingColumnsError
from toolkit.tables import TABLES, make_table

SITES = ("North", "South", None)


def make_page(n: int) -> str:
    """A page of one of two sites (or of none), with two lists that change from page to page."""
    site = SITES[n % 3]
    named = f'<meta property="og:site_name" content="{site}">' if site else ""
    label = ("Latest", "LATEST", "Most read")[n % 3]
    text = "".join(
        f"<p>The council of the town met on day {n} to speak of the harbour and its {word}, which the members had "
        f"put off for {n + 2} years, and this time they heard the engineers who had seen the {word} in spring.</p>"
        for word in ("bridge", "ferry", "light", "market", "wall")
    )
    items = "".join(
        f'<li><a href="/news/{(n + i) % 7}/story">{subject} of day {(n + i) % 7} surprises the whole town</a></li>'
        for i, subject in enumerate(("Storm", "Here is why the vote", "You will not believe the market"))
    )
    return (
        f"<html lang=en><head><title>Council meets {n}</title>{named}</head><body><h1>Council meets for day {n}</h1>"
        f"{text}<aside><h2>{label}</h2><ul>{items}</ul></aside></body></html>"
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for n in range(10):
        (folder / f"page-2025040{1 + n // 3}{10 + n}0000.html").write_text(make_page(n), encoding="utf-8")
    (folder / "z.html").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def whole(pages: Path) -> toolkit.Corpus:
    return toolkit.load(pages)


@pytest.fixture(scope="module")
def saved(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "corpus"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(streaming, "SMALL", {"articles": -1})
        toolkit.load(pages, out=out, part_size=2_300)
    return out


@pytest.fixture
def parted(saved: Path) -> toolkit.PartedCorpus:
    corpus = toolkit.open_corpus(saved)
    assert isinstance(corpus, toolkit.PartedCorpus)
    assert corpus.n_parts == 6
    return corpus


def assert_equal(one: toolkit.Corpus, two: toolkit.Corpus) -> None:
    for name, table in one.tables().items():
        assert_frame_equal(table, two.tables()[name])


def test_open_corpus_reads_nothing_until_asked(parted, whole, monkeypatch):
    monkeypatch.setattr("toolkit.parts.read_table", lambda *_: pytest.fail("a table was read"))
    assert parted.count() == whole.count()
    assert repr(parted) == (
        "<PartedCorpus: 10 snapshots of 10 articles, 30 placements in 10 modules, 1 problem, 6 parts>"
    )
    assert "articles" not in vars(parted)


def test_a_parted_corpus_has_the_tables_of_one_in_memory(parted, whole):
    assert_equal(whole, parted)
    assert_equal(whole, parted.load())
    assert type(parted.load()) is toolkit.Corpus
    assert parted.ledger is None
    assert parted.articles is parted.articles
    assert_frame_equal(parted.with_articles(), whole.with_articles())


def test_parts_hold_every_row_once_in_order(parted, whole):
    parts = list(parted.parts())
    joined = pd.concat([part.placements for part in parts], ignore_index=True)
    assert_frame_equal(joined, whole.placements)
    assert all(part.validate() is part for part in parts)


def test_read_gives_some_columns_and_names_the_tables_there_are(parted, whole):
    assert_frame_equal(parted.read("articles", ["site", "title"]), whole.articles[["site", "title"]])
    with pytest.raises(InputError, match="no table 'ledger'; there are articles, modules"):
        parted.read("ledger")
    with pytest.raises(AttributeError, match="no attribute 'placement'"):
        _ = parted.placement


@pytest.mark.parametrize(
    "conditions",
    [
        {"site": "North"},
        {"site": ["North", "South"], "kind": "latest"},
        {"since": "2025-04-02", "until": "2025-04-03"},
        {"since": "2030-01-01"},
        {"kind": "popular", "duplicates": False},
        {"language": "en"},
        {},
    ],
)
def test_select_gives_what_it_gives_in_memory(parted, whole, conditions):
    assert_equal(parted.select(**conditions), whole.select(**conditions))


def test_select_opens_only_parts_that_can_fit(parted, monkeypatch):
    read, opened = toolkit.PartedCorpus._read_raw, []

    def count(self, table, part, *rest):
        opened.append(part)
        return read(self, table, part, *rest)

    monkeypatch.setattr(toolkit.PartedCorpus, "_read_raw", count)
    assert len(parted.select(since="2025-04-04").articles) == 1
    assert set(opened) == {4}


def test_select_reads_only_the_columns_asked_for(parted):
    found = parted.select(site="South", columns={"articles": ["title"], "placements": ["headline"]})
    assert found.articles.columns.tolist() == ["source", "title"]
    assert len(found.placements) == 9
    assert len(found.modules) == 0


@pytest.mark.parametrize(
    "conditions", [{"site": "East"}, {"kind": "newest"}, {"language": "de"}, {"since": "spring"}]
)
def test_select_refuses_what_it_refuses_in_memory(parted, whole, conditions):
    with pytest.raises(InputError) as here:
        whole.select(**conditions)
    with pytest.raises(InputError) as there:
        parted.select(**conditions)
    assert str(there.value) == str(here.value)


def test_select_refuses_a_group_where_there_is_none(parted):
    with pytest.raises(MissingColumnsError, match="group"):
        parted.select(group="pilot")


def test_verify_finds_nothing_in_a_sound_corpus(saved, whole, tmp_path):
    assert len(toolkit.verify_corpus(saved)) == 0
    whole.save(tmp_path / "single")
    assert len(toolkit.verify_corpus(tmp_path / "single")) == 0


def copy_corpus(saved: Path, to: Path) -> Path:
    for path in saved.rglob("*"):
        if path.is_file():
            (to / path.relative_to(saved)).parent.mkdir(parents=True, exist_ok=True)
            (to / path.relative_to(saved)).write_bytes(path.read_bytes())
    return to


def test_verify_names_every_file_that_is_not_what_was_written(saved, tmp_path):
    out = copy_corpus(saved, tmp_path / "corpus")
    (out / "articles/part-00000.parquet").unlink()
    short = out / "modules/part-00001.parquet"
    short.write_bytes(short.read_bytes()[:-1])
    flipped = out / "placements/part-00002.parquet"
    data = bytearray(flipped.read_bytes())
    data[40] ^= 1
    flipped.write_bytes(data)
    (out / "placements/part-00009.parquet").write_bytes(b"")
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    manifest["rows"]["modules"] += 1
    manifest["load"]["versions"]["pandas"] = "2.9"
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    found = toolkit.verify_corpus(out)
    assert found[["file", "severity"]].values.tolist() == [
        ["articles/part-00000.parquet", "error"],
        ["manifest.json", "error"],
        ["manifest.json", "note"],
        ["modules/part-00001.parquet", "error"],
        ["placements/part-00002.parquet", "error"],
        ["placements/part-00009.parquet", "note"],
    ]
    assert "SHA-256 differs" in found["finding"].iloc[4]
    with pytest.raises(CorpusError, match=r"articles/part-00000.parquet is missing"):
        _ = toolkit.open_corpus(out).articles


def test_verify_refuses_what_is_no_corpus(tmp_path):
    with pytest.raises(CorpusError, match="no such folder"):
        toolkit.verify_corpus(tmp_path / "absent")


def test_open_or_load_gives_a_parted_corpus_as_it_is(saved, whole):
    assert_equal(toolkit.open_or_load(saved), whole)


@pytest.mark.parametrize("fan_in", [2, 8])
@pytest.mark.parametrize(
    "options", [{}, {"share_of": "uniform", "patience": 0.5, "window": ("2025-04-02", None)}]
)
def test_measure_parts_adds_headlines_up_to_the_result_in_memory(parted, whole, options, fan_in, monkeypatch):
    monkeypatch.setattr("toolkit.part_measures.FAN_IN", fan_in)
    here = toolkit.measure_headlines(whole.placements, whole.articles, **options)
    assert len(here) == 21
    assert_frame_equal(toolkit.measure_parts(parted, toolkit.measure_headlines, **options), here)


@pytest.mark.parametrize("measure", [toolkit.measure_turnover, toolkit.measure_churn])
@pytest.mark.parametrize("at_once", [1, 2_000_000])
def test_measure_parts_measures_sites_apart_with_the_result_in_memory(
    parted, whole, measure, at_once, monkeypatch
):
    monkeypatch.setattr("toolkit.part_measures.MAX_ROWS", at_once)
    here = measure(whole.placements, whole.articles)
    assert len(here) > 2
    assert_frame_equal(toolkit.measure_parts(parted, measure), here)


@pytest.mark.parametrize("measure", [toolkit.find_cues, toolkit.score_clickbait])
def test_measure_parts_judges_headlines_as_in_memory(parted, whole, measure):
    here = measure(whole.placements)
    there = toolkit.measure_parts(parted, measure)
    assert len(here) > 0
    assert_frame_equal(there, here)
    assert there.attrs == here.attrs


def test_measure_parts_takes_predict_and_any_function_of_a_part(parted, whole):
    model = toolkit.TopicModel(n_topics=2).fit(whole.articles["body"].tolist() * 3)
    texts = whole.articles["body"].fillna("").tolist()
    np.testing.assert_array_equal(toolkit.measure_parts(parted, model.predict), model.predict(texts))
    lengths = toolkit.measure_parts(parted, lambda part: part.articles["title"].str.len())
    assert_series_equal(lengths, whole.articles["title"].str.len())


def test_fit_batches_takes_the_batches_of_a_parted_corpus(parted, whole):
    batches = parted.batches()
    assert (len(batches), sum(len(batch) for batch in batches)) == (6, 10)
    here = toolkit.TopicModel(n_topics=2).fit(whole.articles["body"])
    there = toolkit.TopicModel(n_topics=2).fit_batches(batches)
    np.testing.assert_array_equal(there.predict(whole.articles["body"]), here.predict(whole.articles["body"]))


def test_measure_parts_of_nothing_is_the_measure_of_nothing():
    empty = toolkit.Corpus()
    for measure in (toolkit.measure_headlines, toolkit.measure_turnover):
        assert_frame_equal(toolkit.measure_parts([], measure), measure(empty.placements, empty.articles))
    assert len(toolkit.measure_parts([], toolkit.find_cues)) == 0


def test_measure_parts_refuses_what_it_cannot_do(parted):
    with pytest.raises(InputError, match="cannot be found part by part"):
        toolkit.measure_parts(parted, toolkit.measure_headlines, identity="story")
    with pytest.raises(InputError, match="no option 'shares'"):
        toolkit.measure_parts(parted, toolkit.measure_headlines, shares="log2")
    with pytest.raises(InputError, match="got int"):
        toolkit.measure_parts(7, toolkit.measure_headlines)


def test_every_table_of_a_parted_corpus_has_the_columns_it_promises(parted):
    for name in ("articles", "modules", "placements", "problems"):
        assert set(TABLES[name]) <= set(parted.read(name).columns)
    assert make_table("problems", []).columns.tolist() == parted.problems.columns.tolist()
