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
