"""The notebooks as they are stored: words and calls, one cell of literal parameters, no outputs, nothing local."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FIRST = {"pages", "metadata", "output"}


def read(path: Path) -> dict[str, Any]:
    book: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return book


def code_cells(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in read(path)["cells"] if cell["cell_type"] == "code"]


def test_there_are_notebooks_and_their_numbers_differ():
    assert len(NOTEBOOKS) >= 5
    assert len({path.name[:2] for path in NOTEBOOKS}) == len(NOTEBOOKS)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request) -> Path:
    path: Path = request.param
    return path


def test_notebook_is_stored_without_outputs_or_counts_but_with_a_kernel(notebook):
    book = read(notebook)
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    for cell in code_cells(notebook):
        assert cell["outputs"] == [] and cell["execution_count"] is None


def test_notebook_has_one_cell_of_literal_parameters(notebook):
    tagged = [cell for cell in code_cells(notebook) if "parameters" in cell["metadata"].get("tags", [])]
    assert len(tagged) == 1
    names = set()
    for statement in ast.parse("".join(tagged[0]["source"])).body:
        assert isinstance(statement, ast.Assign), "only NAME = literal belongs into the parameters"
        ast.literal_eval(statement.value)
        names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    assert names >= FIRST


def test_notebook_holds_calls_and_no_logic(notebook):
    for cell in code_cells(notebook):
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            assert not isinstance(
                node,
                ast.FunctionDef
                | ast.Lambda
                | ast.ClassDef
                | ast.For
                | ast.While
                | ast.If
                | ast.Try
                | ast.With,
            ), f"logic belongs into the toolkit: {ast.unparse(node)}"


def test_notebook_begins_with_a_title_and_a_question_and_ends_with_its_files(notebook):
    cells = read(notebook)["cells"]
    first, last = "".join(cells[0]["source"]), "".join(cells[-1]["source"])
    assert first.startswith("# ") and "?" in first
    assert "## Files" in last


def test_notebook_names_no_path_of_a_machine(notebook):
    text = notebook.read_text(encoding="utf-8")
    assert not re.search(r"(?<![\w.])/(?:home|root|Users|work|tmp|mnt)/|[A-Z]:\\\\", text)


def test_notebook_writes_a_chart_or_table_under_its_own_number(notebook):
    source = "".join("".join(cell["source"]) for cell in code_cells(notebook))
    written = re.findall(r"(?:tables/|charts\", \")(\d\d)_", source)
    assert written and set(written) == {notebook.name[:2]}
