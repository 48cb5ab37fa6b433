"""A load that writes as it goes: the tables of a load in memory, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from pages import HTML_PAGE, TEXT_PAGE
from pandas.testing import assert_frame_equal

import toolkit
from toolkit import streaming
from toolkit.errors import CorpusError, InputError, MissingExtraError
from toolkit.files.store import LocalStore, find_store
from toolkit.intake.tasks import MIN_PART, choose_part_size, plan_tasks
from toolkit.readers.model import Filters

TABLES = ("articles", "modules", "placements", "problems")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "pages"
    pages.mkdir()
    for number in range(12):
        text = HTML_PAGE.replace("Thousands", f"Some {number} thousands")
        (pages / f"{number:02d}.html").write_text(text, encoding="utf-8")
    (pages / "20-20250403101500.txt").write_text(TEXT_PAGE, encoding="utf-8")
    (pages / "30.html").write_bytes((pages / "03.html").read_bytes())  # a copy
    (pages / "31.html").write_bytes(b"")
    return pages


@pytest.fixture
def many_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the parts of a small corpus apart, as those of a large one are."""
    monkeypatch.setattr(streaming, "SMALL", {"articles": -1})


def assert_equal(one: toolkit.Corpus, two: toolkit.Corpus) -> None:
    for name in TABLES:
        assert_frame_equal(getattr(one, name), getattr(two, name))


def hash_files(folder: Path) -> dict[str, str]:
    """Hash of every file of the corpus; the manifest says no time and no machine, so it counts, too."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("part_size", [1, 3_000, None])
def test_load_into_a_folder_gives_the_tables_of_a_load_in_memory(folder, tmp_path, many_parts, part_size):
    known = pd.DataFrame({"source": ["03.html", "nowhere.html", "*.txt"], "group": ["a", "b", "c"]})
    here = toolkit.load(folder, metadata=known)
    there = toolkit.load(folder, metadata=known, out=tmp_path / "corpus", part_size=part_size)
    assert_equal(here, there)
    assert there.count() == here.count()
    assert there.problems["reason"].tolist() == ["empty", "unused", "duplicate_file"]


def test_load_into_a_folder_keeps_a_small_corpus_as_single_files(folder, tmp_path):
    corpus = toolkit.load(folder, out=tmp_path / "corpus")
    assert type(corpus) is toolkit.Corpus
    assert sorted(path.name for path in (tmp_path / "corpus").iterdir()) == [
        "articles.parquet", "inputs.parquet", "manifest.json", "modules.parquet", "placements.parquet",
        "problems.parquet",
    ]  # fmt: skip
    assert_equal(corpus, toolkit.load(folder))


def test_load_into_a_folder_writes_the_same_bytes_for_any_number_of_processes(folder, tmp_path, many_parts):
    for jobs in (1, 2):
        toolkit.load(folder, out=tmp_path / f"corpus{jobs}", n_jobs=jobs, part_size=4_000)
    assert hash_files(tmp_path / "corpus1") == hash_files(tmp_path / "corpus2")


def test_load_into_a_folder_keeps_the_ledger_when_asked(folder, tmp_path, many_parts):
    there = toolkit.load(folder, out=tmp_path / "corpus", ledger=True, part_size=4_000)
    assert_frame_equal(there.ledger, toolkit.load(folder, ledger=True).ledger)
    assert toolkit.load(folder, out=tmp_path / "other", part_size=4_000).ledger is None


def test_load_into_a_folder_of_bad_pages_only_gives_empty_tables(tmp_path, many_parts):
    (tmp_path / "empty.html").write_bytes(b"")
    there = toolkit.load(tmp_path / "empty.html", out=tmp_path / "corpus")
    assert_equal(there, toolkit.load(tmp_path / "empty.html"))
    assert there.count()["snapshots"] == 0


def stop_after(monkeypatch: pytest.MonkeyPatch, n: int) -> None:
    """Interrupt the load once ``n`` parts are written."""
    run, done = streaming.run_task, []

    def stop(*arguments: object) -> object:
        if len(done) == n:
            raise KeyboardInterrupt
        done.append(1)
        return run(*arguments)

    monkeypatch.setattr(streaming, "run_task", stop)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_load_leaves_a_corpus_that_opens_and_is_resumed_when_stopped(
    folder, tmp_path, many_parts, monkeypatch, n
):
    whole = toolkit.load(folder, out=tmp_path / "whole", part_size=4_000)
    out = tmp_path / "corpus"
    with monkeypatch.context() as patch:
        stop_after(patch, n)
        with pytest.raises(KeyboardInterrupt):
            toolkit.load(folder, out=out, part_size=4_000)
    begun = toolkit.open_corpus(out)
    assert (begun.complete, begun.n_parts) == (False, n)
    assert begun.articles["source"].tolist() == whole.articles["source"].tolist()[: len(begun.articles)]
    assert begun.count()["placements"] == len(begun.placements)
    assert ("incomplete" in repr(begun)) is True
    done: list[int] = []
    toolkit.load(folder, out=out, part_size=4_000, progress=lambda done_, total, _: done.append(done_))
    assert done == list(range(n + 1, whole.n_parts + 1))
    assert hash_files(out) == hash_files(tmp_path / "whole")


def test_load_applies_the_rules_over_all_inputs_when_an_incomplete_corpus_is_opened(
    folder, tmp_path, many_parts, monkeypatch
):
    stop_after(monkeypatch, 15)
    toolkit.load(folder, out=tmp_path / "whole", part_size=1)
    monkeypatch.setattr(streaming, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        monkeypatch.undo()
        monkeypatch.setattr(streaming, "finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        toolkit.load(folder, out=tmp_path / "corpus", part_size=1)
    begun = toolkit.open_corpus(tmp_path / "corpus")
    assert begun.articles["snapshot_id"].is_unique
    assert begun.problems["reason"].tolist() == ["empty", "duplicate_file"]
    assert begun.count()["snapshots"] == len(begun.articles) == 13


@pytest.mark.parametrize("moment", ["settled", "one part", "all parts", "manifest"])
def test_load_finishes_when_it_was_stopped_while_finishing(folder, tmp_path, many_parts, monkeypatch, moment):
    whole = toolkit.load(folder, out=tmp_path / "whole", part_size=1)
    out = tmp_path / "corpus"

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "settled":
            patch.setattr(streaming, "_rewrite", stop)
        elif moment == "one part":
            patch.setattr(streaming, "describe_files", stop)
        elif moment == "all parts":
            patch.setattr(streaming, "_list_parts", stop)
        else:
            patch.setattr(LocalStore, "remove", stop)
        with pytest.raises(KeyboardInterrupt):
            toolkit.load(folder, out=out, part_size=1)
    assert_equal(toolkit.load(folder, out=out, part_size=1), whole)
    assert hash_files(out) == hash_files(tmp_path / "whole")


@pytest.mark.parametrize("moment", ["read", "manifest"])
def test_load_finishes_a_small_corpus_when_it_was_stopped_while_finishing(
    folder, tmp_path, monkeypatch, moment
):
    toolkit.load(folder, out=tmp_path / "whole")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "read":
            patch.setattr(streaming, "write_frame", stop)
        else:
            patch.setattr(LocalStore, "remove", stop)
        with pytest.raises(KeyboardInterrupt):
            toolkit.load(folder, out=tmp_path / "corpus")
    toolkit.load(folder, out=tmp_path / "corpus")
    assert hash_files(tmp_path / "corpus") == hash_files(tmp_path / "whole")


_SCRIPT = """
import sys, toolkit
from toolkit import streaming
streaming.SMALL = {"articles": -1}
toolkit.load(sys.argv[1], out=sys.argv[2], part_size=4000, n_jobs=1, progress=False)
"""


def test_load_resumes_after_kill_9_and_never_doubles_or_skips(folder, tmp_path, many_parts):
    whole = toolkit.load(folder, out=tmp_path / "whole", part_size=4_000)
    out = tmp_path / "corpus"
    worker = subprocess.Popen([sys.executable, "-c", _SCRIPT, str(folder), str(out)])
    deadline = time.monotonic() + 60
    while not list(out.glob(".load/part-*.json")) and time.monotonic() < deadline and worker.poll() is None:
        time.sleep(0.005)
    worker.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
    worker.wait()
    assert_equal(toolkit.load(folder, out=out, part_size=4_000), whole)
    assert hash_files(out) == hash_files(tmp_path / "whole")


def test_load_reads_a_part_again_when_its_file_is_not_whole(folder, tmp_path, many_parts, monkeypatch):
    whole = toolkit.load(folder, out=tmp_path / "whole", part_size=4_000)
    with monkeypatch.context() as patch:
        stop_after(patch, 3)
        with pytest.raises(KeyboardInterrupt):
            toolkit.load(folder, out=tmp_path / "corpus", part_size=4_000)
    damaged = tmp_path / "corpus" / "placements" / "part-00001.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-100])
    (tmp_path / "corpus" / "articles" / "part-00002.parquet").unlink()
    (tmp_path / "corpus" / ".load" / "part-00000.json").write_text("{", encoding="utf-8")
    assert_equal(toolkit.load(folder, out=tmp_path / "corpus", part_size=4_000), whole)


def test_load_into_a_finished_corpus_of_the_same_does_nothing(folder, tmp_path):
    toolkit.load(folder, out=tmp_path / "corpus")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "corpus").iterdir()}
    calls: list[int] = []
    toolkit.load(folder, out=tmp_path / "corpus", progress=lambda *_: calls.append(1))
    assert calls == []
    assert before == {path: path.stat().st_mtime_ns for path in (tmp_path / "corpus").iterdir()}


def test_load_names_what_differs_when_the_folder_holds_another_load(folder, tmp_path):
    out = tmp_path / "corpus"
    toolkit.load(folder, out=out)
    with pytest.raises(
        CorpusError, match=r"a finished corpus of something else: option ledger: false then, true"
    ):
        toolkit.load(folder, out=out, ledger=True)
    (folder / "05.html").write_text(HTML_PAGE.replace("Thousands", "Nobody"), encoding="utf-8")
    (folder / "06.html").unlink()
    (folder / "07b.html").write_text(HTML_PAGE, encoding="utf-8")
    with pytest.raises(
        CorpusError,
        match=r"1 input new \(the first: '.*07b.html'\); 1 input gone \(.*06.html'\); 1 input changed",
    ):
        toolkit.load(folder, out=out)
    assert_equal(toolkit.load(folder, out=out, force=True), toolkit.load(folder))


def test_load_refuses_to_go_on_with_other_versions_or_options(folder, tmp_path, many_parts, monkeypatch):
    out = tmp_path / "corpus"
    with monkeypatch.context() as patch:
        stop_after(patch, 2)
        with pytest.raises(KeyboardInterrupt):
            toolkit.load(folder, out=out, part_size=4_000)
    with pytest.raises(
        CorpusError, match=r"not finished of something else: option part_size: 4000 then, 5000 now"
    ):
        toolkit.load(folder, out=out, part_size=5_000)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    manifest["load"]["versions"]["pandas"] = "2.9"
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(CorpusError, match=r'version of pandas: "2.9" then'):
        toolkit.load(folder, out=out, part_size=4_000)


def test_load_refuses_a_foreign_folder_and_keeps_what_is_in_it_when_forced(folder, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(CorpusError, match="was not made by the toolkit"):
        toolkit.load(folder, out=tmp_path / "thesis")
    corpus = toolkit.load(folder, out=tmp_path / "thesis", force=True)
    assert (tmp_path / "thesis" / "chapter.txt").read_text(encoding="utf-8") == "mine"
    assert_equal(corpus, toolkit.load(folder))


def test_load_replaces_a_saved_corpus_of_ours(folder, tmp_path):
    toolkit.load(folder / "00.html").save(tmp_path / "corpus")
    assert_equal(toolkit.load(folder, out=tmp_path / "corpus"), toolkit.load(folder))


def test_a_load_stops_when_another_has_begun_in_its_folder(folder, tmp_path, many_parts, monkeypatch):
    run = streaming.run_task

    def take_over(task: object, options: object, store: LocalStore, token: str) -> object:
        Path(store.place, ".load", "run.json").write_text('{"token": "another"}', encoding="utf-8")
        return run(task, options, store, token)

    monkeypatch.setattr(streaming, "run_task", take_over)
    with pytest.raises(CorpusError, match="another load has begun in this folder"):
        toolkit.load(folder, out=tmp_path / "corpus")
    assert not list((tmp_path / "corpus").glob("articles/*"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"part_size": 0}, "part_size=0"),
        ({"part_size": "8 MB"}, "part_size='8 MB'"),
        ({"client": object()}, "needs out="),
    ],
)
def test_load_refuses_options_that_make_no_sense(folder, options, message):
    with pytest.raises(InputError, match=message):
        toolkit.load(folder, **options)


def test_load_names_the_extra_when_the_second_opinion_is_not_installed(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    with pytest.raises(MissingExtraError, match=r"sidebar-toolkit\[second-opinion\]"):
        toolkit.load(folder / "00.html", second_opinion=True)
    assert toolkit.load(folder / "00.html").count()["snapshots"] == 1


def test_load_asks_for_a_second_opinion_when_told(folder):
    pytest.importorskip("trafilatura")
    pytest.importorskip("resiliparse.extract.html2text")
    corpus = toolkit.load(folder / "00.html", second_opinion=True)
    assert corpus.parameters["second_opinion"] is True
    assert corpus.articles["agreement"].between(0, 1).all()


def test_once_a_day_keeps_the_earliest_of_an_address_and_day_over_all_parts(folder, tmp_path, many_parts):
    known = pd.DataFrame(
        {
            "source": [f"{n:02d}.html" for n in range(12)],
            "captured_at": [f"2025-04-{2 + n // 6:02d}T{(23 - n) % 24:02d}:00:00Z" for n in range(12)],
        }
    )
    wanted = Filters(once_a_day=True)
    here = toolkit.load(folder, metadata=known, filters=wanted)
    there = toolkit.load(folder, metadata=known, filters=wanted, out=tmp_path / "corpus", part_size=1)
    assert_equal(here, there)
    names = here.articles["source"].map(lambda source: Path(source).name).tolist()
    assert names == ["05.html", "11.html", "20-20250403101500.txt", "30.html"]
    assert here.problems["reason"].tolist() == ["empty", *["thinned"] * 10]


def test_url_filter_leaves_out_pages_and_counts_them(folder):
    corpus = toolkit.load(folder, filters=Filters(not_urls=("*ledger.example*",)))
    assert corpus.articles["format"].tolist() == ["text"]
    assert set(corpus.problems["reason"]) == {"empty", "not_pages"}
    assert corpus.problems["detail"].str.contains("1 filtered by url").sum() == 13


def test_plan_tasks_is_the_same_list_whatever_the_machine_and_keeps_the_order(folder):
    files = [(path, path.name) for path in sorted(folder.iterdir())]
    tasks, size = plan_tasks(files, 4_000)
    assert size == 4_000
    assert [piece.source for task in tasks for piece in task.pieces] == [
        path.name for path in sorted(folder.iterdir())
    ]
    assert [task.number for task in tasks] == list(range(len(tasks)))
    assert all(sum(piece.bytes for piece in task.pieces[:-1]) < 4_000 for task in tasks)
    assert [task.key for task in plan_tasks(files, 4_000)[0]] == [task.key for task in tasks]
    assert choose_part_size([], None) == MIN_PART


@pytest.mark.parametrize("remote", [False, True])
def test_a_store_writes_a_file_whole_or_not_at_all(tmp_path, remote):
    if remote:
        pytest.importorskip("fsspec", reason="addresses need the extra 'cluster'")
    store = find_store(f"file://{(tmp_path / 'far').as_posix()}" if remote else tmp_path / "local")
    with pytest.raises(OSError, match="disk full"), store.create("a/b.bin") as stream:
        stream.write(b"half")
        raise OSError("disk full")
    assert (store.list("a"), store.size("a/b.bin")) == ([], None)
    with store.create("a/b.bin") as stream:
        stream.write(b"whole")
    assert (store.list("a"), store.size("a/b.bin"), store.is_empty()) == (["b.bin"], 5, False)
    store.remove("a")
    store.remove("a")
    assert store.list("a") == []


@pytest.mark.parametrize("single", [True, False])
def test_a_corpus_grows_by_adding_parts(folder, tmp_path, monkeypatch, single):
    if not single:
        monkeypatch.setattr(streaming, "SMALL", {"articles": -1})
    out = tmp_path / "corpus"
    first, second = folder / "0*.html", folder / "[1-3]*"
    toolkit.load(first, out=out, part_size=4_000)
    before = hash_files(out)
    grown = toolkit.load([first, second], out=out, part_size=3_000, add=True)
    whole = toolkit.load([first, second])
    for name in ("articles", "modules", "placements"):
        assert_frame_equal(getattr(grown, name), getattr(whole, name))
    assert sorted(grown.problems["reason"]) == sorted(whole.problems["reason"])
    assert len(toolkit.verify_corpus(out)) == 0
    if not single:  # what was there is as it was
        kept = {name: hash_ for name, hash_ in hash_files(out).items() if name in before}
        changed = {name for name in kept if kept[name] != before[name]}
        assert changed == {"manifest.json", "inputs.parquet"}
    again = hash_files(out)
    toolkit.load([first, second], out=out, add=True)
    assert hash_files(out) == again


@pytest.mark.parametrize("single", [True, False])
def test_adding_is_resumed_when_it_was_stopped(folder, tmp_path, monkeypatch, single):
    if not single:
        monkeypatch.setattr(streaming, "SMALL", {"articles": -1})
    first, second = folder / "0*.html", folder / "[1-3]*"
    for name in ("whole", "corpus"):
        toolkit.load(first, out=tmp_path / name, part_size=4_000)
    toolkit.load(second, out=tmp_path / "whole", part_size=3_000, add=True)
    with monkeypatch.context() as patch:
        stop_after(patch, 1)
        with pytest.raises(KeyboardInterrupt):
            toolkit.load(second, out=tmp_path / "corpus", part_size=3_000, add=True)
    begun = toolkit.open_corpus(tmp_path / "corpus")
    assert begun.complete is False
    assert len(begun.articles) > 10
    found = toolkit.verify_corpus(tmp_path / "corpus")
    assert found["severity"].tolist() == ["note"]
    assert found["finding"].str.startswith("the load is not complete: 1 of ").all()
    toolkit.load(second, out=tmp_path / "corpus", part_size=3_000, add=True)
    assert hash_files(tmp_path / "corpus") == hash_files(tmp_path / "whole")


def test_add_refuses_what_cannot_be_added(folder, tmp_path):
    with pytest.raises(InputError, match="give it as out="):
        toolkit.load(folder, add=True)
    with pytest.raises(CorpusError, match="no such folder"):
        toolkit.load(folder, out=tmp_path / "absent", add=True)
    toolkit.load(folder).save(tmp_path / "saved")
    with pytest.raises(CorpusError, match="was not written by load"):
        toolkit.load(folder, out=tmp_path / "saved", add=True)
    toolkit.load(folder / "00.html", out=tmp_path / "corpus")
    with pytest.raises(CorpusError, match="option ledger: false then, true now"):
        toolkit.load(folder, out=tmp_path / "corpus", ledger=True, add=True)
    (folder / "00.html").write_text(TEXT_PAGE, encoding="utf-8")
    with pytest.raises(InputError, match=r"00.html' has changed since"):
        toolkit.load(folder, out=tmp_path / "corpus", add=True)
