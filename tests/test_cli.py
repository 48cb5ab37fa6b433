"""The command line: refusals with a message and an exit code, data on stdout, messages on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pages import HTML_PAGE, TEXT_PAGE

import toolkit
from toolkit.cli import main, make_parser


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "a.html").write_text(HTML_PAGE, encoding="utf-8")
    (pages / "b.txt").write_text(TEXT_PAGE, encoding="utf-8")
    return pages


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_load_writes_a_corpus_and_prints_counts(folder, tmp_path, capsys):
    code, out, err = run(capsys, "load", folder, "--out", tmp_path / "corpus", "--quiet")
    assert (code, err) == (0, "")
    assert json.loads(out) == toolkit.open_corpus(tmp_path / "corpus").count()


@pytest.mark.parametrize(
    ("form", "file"), [("csv", "articles.csv"), ("xlsx", "corpus.xlsx"), ("jsonl", "articles.jsonl")]
)
def test_load_writes_other_forms_when_asked(folder, tmp_path, capsys, form, file):
    assert run(capsys, "load", folder, "--out", tmp_path / "out", "--format", form)[0] == 0
    assert (tmp_path / "out" / file).is_file()


def test_load_sums_problems_up_on_stderr(folder, tmp_path, capsys):
    (folder / "empty.txt").write_bytes(b"")
    code, _, err = run(capsys, "load", folder, "--out", tmp_path / "corpus")
    assert code == 0
    assert err.startswith("toolkit: 1 x empty, first: ")


def test_load_writes_nothing_when_strict_and_a_page_is_bad(folder, tmp_path, capsys):
    (folder / "empty.txt").write_bytes(b"")
    code, out, err = run(capsys, "load", folder, "--out", tmp_path / "corpus", "--strict")
    assert (code, out) == (1, "")
    assert "--strict: 1 problem" in err
    assert not (tmp_path / "corpus").exists()


def test_load_fails_when_no_page_could_be_read(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "story.pdf").write_bytes(b"%PDF-1.4")
    code, _, err = run(capsys, "load", tmp_path / "in", "--out", tmp_path / "corpus")
    assert code == 1
    assert "no page could be read" in err


@pytest.mark.parametrize("command", ["load", "report"])
def test_commands_refuse_a_foreign_folder_before_any_work(folder, tmp_path, capsys, command):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine", encoding="utf-8")
    code, out, err = run(capsys, command, folder, "--out", tmp_path / "thesis")
    assert (code, out) == (2, "")
    assert "was not made by the toolkit" in err and "--force" in err


@pytest.mark.parametrize("command", ["load", "report"])
def test_commands_refuse_a_path_that_does_not_exist(tmp_path, capsys, command):
    code, _, err = run(capsys, command, tmp_path / "absent", "--out", tmp_path / "out")
    assert code == 2
    assert "no such file or folder" in err


def test_report_refuses_an_unknown_notebook_and_lists_those_there_are(folder, tmp_path, capsys):
    code, _, err = run(capsys, "report", folder, "--out", tmp_path / "out", "--notebooks", "99")
    assert code == 2
    assert "no notebook begins with '99'" in err and "02_topics" in err


def test_report_refuses_when_no_page_could_be_read(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "story.pdf").write_bytes(b"%PDF-1.4")
    code, _, err = run(capsys, "report", tmp_path / "in", "--out", tmp_path / "out", "--quiet")
    assert code == 2
    assert "no page could be read" in err


def test_every_command_shows_a_runnable_example_in_its_help():
    parser = make_parser()
    commands = parser._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    for name, command in commands.items():
        assert command.epilog.startswith(f"example: toolkit {name} ")
        parser.parse_args(command.epilog.removeprefix("example: toolkit ").split())


@pytest.mark.parametrize("arguments", [[], ["load"], ["load", "x"], ["bake", "x"]])
def test_main_exits_2_when_arguments_are_wrong(arguments, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: toolkit" in capsys.readouterr().err


def test_load_goes_on_where_it_was_stopped(folder, tmp_path, capsys, monkeypatch):
    from toolkit import streaming

    out = tmp_path / "corpus"
    with monkeypatch.context() as patch:
        patch.setattr(streaming, "run_task", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        code, shown, err = run(capsys, "load", folder, "--out", out, "--quiet")
    assert (code, shown) == (130, "")
    assert "the same command again goes on" in err
    assert run(capsys, "load", folder, "--out", out, "--quiet")[0] == 0
    assert run(capsys, "load", folder, "--out", out, "--quiet")[0] == 0
    code, _, err = run(capsys, "load", folder, "--out", out, "--quiet", "--ledger")
    assert code == 2
    assert "option ledger: false then, true now" in err and "--force" in err
    assert run(capsys, "load", folder, "--out", out, "--quiet", "--ledger", "--force")[0] == 0


def test_load_adds_new_inputs_when_asked(folder, tmp_path, capsys):
    out = tmp_path / "corpus"
    assert run(capsys, "load", folder / "a.html", "--out", out, "--quiet")[0] == 0
    code, shown, _ = run(capsys, "load", folder, "--out", out, "--add", "--quiet")
    assert (code, json.loads(shown)["snapshots"]) == (0, 2)


def test_load_refuses_doubtful_pages_when_strict_and_names_them(folder, tmp_path, capsys):
    (folder / "short.html").write_text(
        "<title>Bridge</title><h1>Bridge</h1><p>It opened.</p>", encoding="utf-8"
    )
    out = tmp_path / "corpus"
    code, shown, err = run(capsys, "load", folder, "--out", out, "--strict", "--quiet")
    assert (code, shown) == (1, "")
    assert f"doubtful: {(folder / 'short.html').as_posix()}: " in err and "no body" in err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pages"]


def test_load_keeps_the_old_corpus_when_strict_refuses_and_replaces_it_when_not(folder, tmp_path, capsys):
    out = tmp_path / "corpus"
    toolkit.load(folder / "b.txt").save(out)
    (folder / "empty.txt").write_bytes(b"")
    assert run(capsys, "load", folder, "--out", out, "--strict", "--quiet")[0] == 1
    assert toolkit.open_corpus(out).count()["snapshots"] == 1
    (folder / "empty.txt").unlink()
    doubtful = toolkit.find_doubtful(toolkit.load(folder).articles)
    code = run(capsys, "load", folder, "--out", out, "--strict", "--quiet")[0]
    assert (code, toolkit.open_corpus(out).count()["snapshots"]) == ((0, 2) if doubtful.empty else (1, 1))


def test_load_takes_filters(folder, tmp_path, capsys):
    options = (
        "--not-url",
        "*ledger.example*",
        "--mime",
        "text/*",
        "--once-a-day",
        "--part-size",
        1,
        "--n-jobs",
        1,
    )
    code, shown, err = run(capsys, "load", folder, "--out", tmp_path / "corpus", "--quiet", *options)
    assert (code, json.loads(shown)["snapshots"]) == (0, 1)
    assert "1 x not_pages" in err
    code, _, err = run(capsys, "load", folder, "--out", tmp_path / "other", "--url-filter", "re:(")
    assert (code, "is no regular expression" in err) == (2, True)


def test_verify_prints_findings_and_fails_when_a_file_differs(folder, tmp_path, capsys):
    run(capsys, "load", folder, "--out", tmp_path / "corpus", "--quiet")
    assert run(capsys, "verify", tmp_path / "corpus") == (0, "", "toolkit: 0 errors, 0 notes.\n")
    (tmp_path / "corpus" / "modules.parquet").unlink()
    code, shown, err = run(capsys, "verify", tmp_path / "corpus")
    assert (code, err) == (1, "toolkit: 1 error, 0 notes.\n")
    assert shown.startswith("error: modules.parquet: is missing; restore it from a copy")
    code, _, err = run(capsys, "verify", folder)
    assert (code, "no manifest of ours" in err) == (2, True)


def test_strict_refuses_an_address(folder, capsys):
    code, _, err = run(capsys, "load", folder, "--out", "s3://bucket/corpus", "--strict")
    assert (code, "no local folder" in err) == (2, True)
