"""A folder of one's own: ready to run, and nobody else's files in danger."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from toolkit.cli import main
from toolkit.errors import InputError
from toolkit.new import find_notebooks_folder, find_sample, make_project


def read_parameters(path: Path) -> dict[str, object]:
    book = json.loads(path.read_text(encoding="utf-8"))
    cell = next(c for c in book["cells"] if "parameters" in c["metadata"].get("tags", []))
    found: dict[str, object] = {}
    exec("".join(cell["source"]), {}, found)
    return found


def list_books(folder: Path) -> list[Path]:
    return sorted((folder / "notebooks").glob("*.ipynb"))


def test_make_project_copies_every_notebook_and_the_sample(tmp_path):
    made = make_project(tmp_path / "study")
    shipped = sorted(path.name for path in find_notebooks_folder().glob("[0-9]*.ipynb"))
    assert [path.name for path in list_books(made)] == shipped
    names = {path.name for path in (find_sample() / "pages").iterdir()}
    assert {path.name for path in (made / "sample" / "pages").iterdir()} == names
    assert (made / "README.md").read_text(encoding="utf-8").startswith("# study\n")


def test_make_project_points_every_notebook_at_files_that_are_there(tmp_path):
    made = make_project(tmp_path / "study")
    for path in list_books(made):
        values = read_parameters(path)
        assert values["pages"] == "../sample/pages" and values["output"] == "../output"
        for name in ("pages", "metadata", "labels"):
            if name in values:
                assert (path.parent / str(values[name])).exists(), (path.name, name)


def test_make_project_points_the_notebooks_at_own_pages_when_given(tmp_path):
    mine = tmp_path / "my 'pages' \"2\""
    mine.mkdir()
    (tmp_path / "known.csv").write_text("source,site\n", encoding="utf-8")
    made = make_project(tmp_path / "a" / "study", pages=mine, metadata=tmp_path / "known.csv")
    values = read_parameters(list_books(made)[1])
    assert values["pages"] == "../../../my 'pages' \"2\""
    assert values["metadata"] == "../../../known.csv"


def test_make_project_leaves_the_rest_of_each_notebook_as_shipped(tmp_path):
    made = make_project(tmp_path / "study")
    for path in list_books(made):
        ours = json.loads(path.read_text(encoding="utf-8"))
        shipped = json.loads((find_notebooks_folder() / path.name).read_text(encoding="utf-8"))
        for one, two in zip(ours["cells"], shipped["cells"], strict=True):
            if "parameters" not in one["metadata"].get("tags", []):
                assert "".join(one.pop("source")) == "".join(two.pop("source"))
                assert one == two


def test_make_project_refuses_a_folder_with_content_and_touches_nothing(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match=r"is not empty; give a new folder, or .*--force"):
        make_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_make_project_keeps_other_files_and_the_users_notes_when_forced(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "metadata.csv").write_text("source,site\na,b\n", encoding="utf-8")
    make_project(tmp_path, force=True)
    make_project(tmp_path, force=True)
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "metadata.csv").read_text(encoding="utf-8") == "source,site\na,b\n"


def test_make_project_refuses_a_file_and_pages_that_are_not_there(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        make_project(tmp_path / "file")
    with pytest.raises(InputError, match="pages: no such file or folder"):
        make_project(tmp_path / "study", pages=tmp_path / "absent")
    assert not (tmp_path / "study").exists()


def test_new_says_where_to_go_on_and_exits_2_when_refused(tmp_path, capsys):
    assert main(["new", str(tmp_path / "study")]) == 0
    shown = capsys.readouterr()
    assert Path(shown.out.strip()) == tmp_path / "study"
    assert "jupyter lab" in shown.err
    assert main(["new", str(tmp_path / "study")]) == 2
    assert "is not empty" in capsys.readouterr().err


def test_first_notebook_of_a_new_folder_runs(tmp_path):
    made = make_project(tmp_path / "study", pages=find_sample() / "pages" / "arson-mill.html")
    command = [sys.executable, "-m", "papermill", "00_start_here.ipynb", "done.ipynb", "--log-level", "ERROR"]
    done = subprocess.run(
        command, cwd=made / "notebooks", capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert (made / "output" / "charts" / "00_exposure.svg").is_file()
