"""On a cluster: real worker processes, one of them killed; addresses for input and output; dask.dataframe."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pages import HTML_PAGE
from pandas.testing import assert_frame_equal
from test_streaming import assert_equal, hash_files

import toolkit
from toolkit import streaming
from toolkit.cli import main
from toolkit.errors import InputError, MissingExtraError

# distributed and dask leave sockets and loops to the collector, and one of their own modules is deprecated in another
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:distributed"),
]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster") / "pages"
    folder.mkdir()
    for number in range(16):
        text = HTML_PAGE.replace("Thousands", f"Some {number} thousands")
        (folder / f"{number:02d}.html").write_text(text, encoding="utf-8")
    (folder / "99.html").write_bytes((folder / "03.html").read_bytes())
    return folder


@pytest.fixture(scope="module")
def whole(pages: Path) -> toolkit.Corpus:
    return toolkit.load(pages)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SMALL", {"articles": -1})


def test_load_on_a_cluster_gives_the_tables_and_bytes_of_a_load_here(
    client, pages, whole, tmp_path, many_parts
):
    there = toolkit.load(pages, out=tmp_path / "there", client=client, part_size=1)
    assert_equal(whole, there)
    toolkit.load(pages, out=tmp_path / "here", part_size=1)
    assert hash_files(tmp_path / "here") == hash_files(tmp_path / "there")


def test_load_on_a_cluster_gives_the_same_tables_when_a_worker_is_killed(
    client, pages, whole, tmp_path, many_parts
):
    killed: list[int] = []

    def kill(done: int, total: int, problems: int) -> None:
        if not killed:
            killed.append(next(iter(client.run(os.getpid).values())))
            os.kill(killed[0], getattr(signal, "SIGKILL", signal.SIGTERM))

    there = toolkit.load(pages, out=tmp_path / "there", client=client, part_size=1, progress=kill)
    assert len(killed) == 1
    assert_equal(whole, there)
    assert len(toolkit.verify_corpus(tmp_path / "there")) == 0


def test_measures_on_a_cluster_and_over_dask_dataframes_give_the_results_in_memory(
    client, pages, whole, tmp_path, many_parts
):
    parted = toolkit.load(pages, out=tmp_path / "corpus", part_size=6_000)
    assert parted.n_parts > 3
    here = toolkit.measure_headlines(whole.placements, whole.articles)
    assert_frame_equal(toolkit.measure_parts(parted, toolkit.measure_headlines, client=client), here)
    pair = (parted.to_dask("placements"), parted.to_dask("articles"))
    assert (pair[0].npartitions, len(pair[1])) == (parted.n_parts, 16)
    assert_frame_equal(toolkit.measure_parts(pair, toolkit.measure_headlines), here)
    cues = toolkit.measure_parts(pair, toolkit.find_cues, client=client)
    assert_frame_equal(cues, toolkit.find_cues(whole.placements))
    model = toolkit.TopicModel(n_topics=2).fit_batches(parted.batches())
    texts = whole.articles["body"].tolist()
    found = toolkit.measure_parts(parted, model.predict, client=client)
    assert found.tolist() == model.predict(texts).tolist()


def test_measure_parts_refuses_dask_dataframes_that_do_not_fit_together(client, pages, tmp_path, many_parts):
    parted = toolkit.load(pages, out=tmp_path / "corpus", part_size=6_000)
    pair = (parted.to_dask("placements").repartition(npartitions=1), parted.to_dask("articles"))
    with pytest.raises(InputError, match="placements have 1 partitions"):
        toolkit.measure_parts(pair, toolkit.measure_headlines)


def test_the_command_line_loads_on_the_scheduler_it_is_given(client, pages, whole, tmp_path, capsys):
    address = client.scheduler.address
    arguments = ["load", str(pages), "--out", str(tmp_path / "corpus"), "--scheduler", address, "--quiet"]
    assert main(arguments) == 0
    assert_equal(whole, toolkit.open_corpus(tmp_path / "corpus"))


@pytest.mark.parametrize("size", [1, None])
def test_load_reads_and_writes_addresses(pages, whole, many_parts, size):
    fsspec = pytest.importorskip("fsspec", reason="needs the extra 'cluster'")
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    memory.put(f"{pages.as_posix()}/", "/pages/", recursive=True)
    there = toolkit.load("memory://pages/*.html", out=f"memory://corpus-{size}", part_size=size)
    assert there.articles["source"].iloc[0] == "memory:///pages/00.html"
    columns = ["snapshot_id", "article_id", "title", "body"]
    assert_frame_equal(there.articles[columns], whole.articles[columns])
    again = toolkit.open_corpus(f"memory://corpus-{size}")
    assert_equal(there, again)
    assert len(toolkit.verify_corpus(f"memory://corpus-{size}")) == 0
    assert (
        toolkit.load("memory://pages/*.html", out=f"memory://corpus-{size}", part_size=size).count()
        == again.count()
    )
    with pytest.raises(InputError, match="nothing is there"):
        toolkit.load("memory://absent/page.html")
    with pytest.raises(InputError, match="no file is there"):
        toolkit.load("memory://pages/*.pdf")
    memory.store.clear()


def test_errors_name_the_extra_when_dask_is_not_installed(pages, tmp_path, many_parts, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setitem(sys.modules, "dask.dataframe", None)
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(MissingExtraError, match=r"sidebar-toolkit\[cluster\]"):
        toolkit.load(pages, out=tmp_path / "corpus", client=object())
    with pytest.raises(MissingExtraError, match=r"sidebar-toolkit\[cluster\]"):
        toolkit.load("s3://bucket/pages")
    parted = toolkit.load(pages, out=tmp_path / "other", part_size=6_000)
    with pytest.raises(MissingExtraError, match=r"sidebar-toolkit\[cluster\]"):
        parted.to_dask()
    assert (
        main(["load", str(pages), "--out", str(tmp_path / "third"), "--scheduler", "tcp://localhost:1"]) == 2
    )


def test_load_refuses_what_is_no_client(pages, tmp_path):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with pytest.raises(InputError, match="client: got str"):
        toolkit.load(pages, out=tmp_path / "corpus", client="tcp://localhost:8786")
