"""Data goes one way: each room imports only rooms before it. And importing the toolkit is light and quiet."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "toolkit"

#: Rooms in the order in which data passes through them; a room may import itself and what stands above it.
ORDER = [
    ["errors", "notebook_bar"],
    ["tables", "words"],
    ["files"],
    ["stats", "identity", "quality"],
    ["readers"],
    ["page"],
    ["ratings"],
    ["intake"],
    ["show"],
    ["corpus"],
    ["parts"],
    ["streaming", "verify"],
    ["loading"],
    ["topics", "clickbait"],
    ["exposure", "revisions"],
    ["part_measures"],
    ["charts"],
    ["findings"],
    ["report_page"],
    ["new"],
    ["report"],
    ["cli"],
    ["__main__", "__init__"],
]
LEVEL = {room: level for level, rooms in enumerate(ORDER) for room in rooms}
#: Measures take tables, so they know neither files nor pages; charts draw what they are given.
_FILES_AND_PAGES = {"readers", "page", "corpus", "loading", "intake"}
_MEASURES = ["topics", "clickbait", "exposure", "revisions"]
FORBIDDEN = {
    **{room: _FILES_AND_PAGES | {"files"} for room in _MEASURES},
    "charts": _FILES_AND_PAGES | {"stats", *_MEASURES},
    "page": {"stats"},
}


def find_room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def find_imports(path: Path) -> set[str]:
    """The rooms of the toolkit that a file imports, also inside functions; not those for type checkers only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
    rooms = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "toolkit":
            parts = node.module.split(".")
            rooms |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            rooms |= {a.name.split(".")[1] for a in node.names if a.name.startswith("toolkit.")}
    return rooms


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_run_one_way(path):
    room = find_room(path)
    assert room in LEVEL, f"{room}: a new room; give it a place in ORDER"
    for other in find_imports(path) - {room}:
        assert other in LEVEL, f"{path.name} imports {other}, which is no room"
        assert LEVEL[other] < LEVEL[room], f"{room} imports {other}, which comes after it or stands beside it"
        assert other not in FORBIDDEN.get(room, set()), f"{room} must not know {other}"


def test_import_is_light_and_quiet():
    code = (
        "import sys, toolkit; print(sorted({'pandas', 'sklearn', 'matplotlib', 'scipy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_every_public_name_is_there_and_documented():
    import toolkit

    for name in toolkit.__all__:
        assert (getattr(toolkit, name).__doc__ or "").strip(), f"{name} has no docstring"
    assert set(toolkit.__all__) <= set(dir(toolkit))
    with pytest.raises(AttributeError, match="has no attribute 'lode'; it has"):
        toolkit.lode  # noqa: B018
