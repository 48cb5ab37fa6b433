"""The documentation: every public name, table column and option is in it; what it calls exists."""

from __future__ import annotations

import argparse
import ast
import importlib.util
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from pages import ROOT

import toolkit
from toolkit import charts
from toolkit.cli import make_parser
from toolkit.tables import TABLES


def load_maker() -> Any:
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "tools" / "make_docs.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    made: dict[str, str] = load_maker().make_pages()
    return made


def list_commands() -> dict[str, argparse.ArgumentParser]:
    actions = make_parser()._actions
    found = next(action for action in actions if isinstance(action, argparse._SubParsersAction))
    return dict(found.choices)


WRITTEN = sorted(path for path in (ROOT / "docs").rglob("*.md") if "_build" not in path.parts)
WRITTEN = [path for path in WRITTEN if "gallery" not in path.parts]


def test_every_public_name_has_a_page_and_stands_in_the_index(pages):
    for name in toolkit.__all__:
        assert f":: {name}\n" in pages[f"reference/{name}.md"]
        assert f"[`{name}`]({name}.md)" in pages["reference/index.md"]
    for name in charts.__all__:
        if name.startswith(("draw_", "export_", "check_")):
            assert f".. autofunction:: {name}\n" in pages["reference/charts.md"]


def test_every_room_of_a_public_name_has_a_chapter():
    rooms = {room for chapter in load_maker().CHAPTERS.values() for room in chapter}
    assert {home.split(".")[1] for home in toolkit._HOME.values()} <= rooms


def test_every_column_is_in_the_data_dictionary(pages):
    for name, columns in TABLES.items():
        part = pages["data.md"].split(f"## {name}\n", 1)[1].split("\n## ", 1)[0]
        for key in columns:
            assert f"| `{key}` |" in part, f"{name}.{key}"


def test_every_command_and_option_is_in_the_reference(pages):
    for name, command in list_commands().items():
        part = pages["cli.md"].split(f"## toolkit {name}\n", 1)[1].split("\n## ", 1)[0]
        for action in command._actions:
            for option in action.option_strings:
                assert option in part, f"{name} {option}"


@pytest.mark.parametrize("name", sorted(toolkit.__all__))
def test_public_measure_has_a_worked_example(name):
    """Formula and source stand in Notes or beside the column; the example is run as a doctest."""
    thing = getattr(toolkit, name)
    if re.match(r"measure_|compare_|score_|count_|find_|rank_|topics_", name) and not inspect.isclass(thing):
        text = inspect.getdoc(thing) or ""
        for section in ("Parameters", "Returns", "Examples"):
            assert re.search(rf"^{section}\n-+$", text, re.M), f"{name} lacks {section}"
        assert ">>> " in text


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(ROOT / "docs").as_posix())
def test_written_page_names_only_what_exists(path: Path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# ") and max(map(len, text.splitlines())) <= 160
    for name in re.findall(r"\b(?<!/)toolkit\.([a-z]\w+|[A-Z]\w+)\(", text):
        assert name in toolkit.__all__, name
    for name in re.findall(r"\bcharts\.(\w+)\(", text):
        assert name in charts.__all__, name
    commands = list_commands()
    for line in re.findall(r"^(?:\$ )?toolkit (\w+.*)$", text, re.M):
        command = commands[line.split()[0]]
        known = {option for action in command._actions for option in action.option_strings}
        assert set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= known, line
    for code in re.findall(r"^```python\n(.*?)^```", text, re.M | re.S):
        ast.parse(code)


def test_every_how_to_is_in_the_table_of_contents():
    howto = (ROOT / "docs" / "howto" / "index.md").read_text(encoding="utf-8")
    for path in WRITTEN:
        if path.parent.name == "howto" and path.name != "index.md":
            assert re.search(rf"^{path.stem}$", howto, re.M), f"{path.name} is in no table of contents"
