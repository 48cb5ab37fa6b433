"""Stage the source of the documentation: what docs/ holds, and what is made from code, notebooks and sample.

    python tools/make_docs.py [--out docs/_build/source] [--pages-only]

``make docs`` runs it and then Sphinx. ``--pages-only`` leaves out what takes minutes: the gallery and the notebooks.
"""

from __future__ import annotations

import argparse
import inspect
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import toolkit
from toolkit import charts
from toolkit.cli import make_parser
from toolkit.new import make_project
from toolkit.tables import HONESTY, TABLES

ROOT = Path(__file__).resolve().parent.parent
#: Rooms as chapters of the reference, in the order in which data passes through them.
CHAPTERS = {
    "Loading": (
        "loading", "corpus", "parts", "verify", "part_measures", "readers", "tables", "quality", "ratings", "errors",
    ),
    "Topics": ("topics",),
    "Sidebar headlines": ("exposure",),
    "Clickbait": ("clickbait",),
    "Revisions": ("revisions",),
    "Showing and reporting": ("show", "report", "new"),
}  # fmt: skip
_TEXTS = {
    "articles": "One row per snapshot, that is per saved page.",
    "modules": "One row per printed module (box), empty ones too.",
    "placements": "One row per printed headline, menus left in and marked by their kind.",
    "problems": "One row per thing that could not be read as it stands; an input is in articles, or here, or both.",
    "ledger": "On request (`load(..., ledger=True)`): one row per line or block of a page, with its role and rule.",
}


def first_line(thing: object) -> str:
    """The summary of a docstring."""
    return (inspect.getdoc(thing) or "").split("\n\n")[0].replace("\n", " ")


def find_chapter(name: str) -> str:
    """The chapter that a public name belongs to."""
    room = toolkit._HOME[name].split(".")[1]
    found = [chapter for chapter, rooms in CHAPTERS.items() if room in rooms]
    return found[0] if found else "Loading"


def make_reference() -> dict[str, str]:
    """A page for each public name, with its formula, source and worked example, and an index by chapter."""
    pages: dict[str, str] = {}
    index = ["# Reference", "", "Every public name, from its docstring; the examples are run as tests.", ""]
    for chapter in CHAPTERS:
        names = sorted((n for n in toolkit.__all__ if find_chapter(n) == chapter), key=str.lower)
        index += [f"## {chapter}", ""]
        index += [f"- [`{name}`]({name}.md): {first_line(getattr(toolkit, name))}" for name in names]
        index += ["", "```{toctree}", ":hidden:", "", *names, "```", ""]
        for name in names:
            thing = getattr(toolkit, name)
            kind = "autoclass" if inspect.isclass(thing) else "autofunction"
            options = ["   :members:"] if kind == "autoclass" and not issubclass(thing, Exception) else []
            body = [f".. currentmodule:: toolkit\n\n.. {kind}:: {name}", *options]
            pages[f"reference/{name}.md"] = "\n".join([f"# {name}", "", "```{eval-rst}", *body, "```", ""])
    names = [name for name in charts.__all__ if name.startswith(("draw_", "export_", "check_"))]
    index += [
        "## Charts",
        "",
        "Each takes a table and gives the Axes; see the [gallery](../gallery/index.md).",
        "",
    ]
    index += [f"- [`charts.{name}`](charts.md): {first_line(getattr(charts, name))}" for name in names]
    index += ["", "```{toctree}", ":hidden:", "", "charts", "```", ""]
    body = [".. currentmodule:: toolkit.charts", ""]
    for name in names:
        body += [f".. autofunction:: {name}", ""]
    pages["reference/charts.md"] = "\n".join(["# Charts", "", "```{eval-rst}", *body, "```", ""])
    pages["reference/index.md"] = "\n".join(index)
    return pages


def make_dictionary() -> str:
    """The data dictionary, from the tables' own schema."""
    lines = [
        "# Data dictionary", "",
        "The tables of a corpus, from `toolkit.tables`. Times are UTC; a missing text is NaN (test with `isna()`).",
        "More columns than these may stand to the right of them.", "",
    ]  # fmt: skip
    for name, columns in TABLES.items():
        lines += [f"## {name}", "", _TEXTS[name], "", "| column | dtype | meaning |", "|---|---|---|"]
        lines += [
            f"| `{key}` | {'list of str' if c.dtype == 'list' else c.dtype} | {c.meaning.replace('|', '/')} |"
            for key, c in [*columns.items(), *(HONESTY.items() if name == "articles" else ())]
        ]
        lines.append("")
    return "\n".join(lines)


def make_cli() -> str:
    """The command line, from its own help."""
    parser = make_parser()
    lines = ["# Command line", "", "```text", parser.format_help().rstrip(), "```", ""]
    commands = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction))
    for name, command in commands.choices.items():
        lines += [f"## toolkit {name}", "", "```text", command.format_help().rstrip(), "```", ""]
    lines += ["`python -m toolkit` is the same. Exit codes: 0 done, 1 something failed, 2 refused.", ""]
    return "\n".join(lines)


def make_pages() -> dict[str, str]:
    """All pages that are made from the code, by their path in the documentation."""
    return {**make_reference(), "data.md": make_dictionary(), "cli.md": make_cli()}


def stage_notebooks(out: Path) -> None:
    """The notebooks as they run on the sample, and the report that they make together."""
    books = out / "notebooks"
    books.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        made = make_project(Path(folder) / "study")
        for path in sorted((made / "notebooks").glob("*.ipynb")):
            sys.stderr.write(f"{path.stem} ...\n")
            command = [
                sys.executable,
                "-m",
                "papermill",
                path.name,
                f"done-{path.name}",
                "--log-level",
                "ERROR",
            ]
            subprocess.run([*command, "--no-progress-bar"], cwd=path.parent, check=True)
            book = json.loads((path.parent / f"done-{path.name}").read_text(encoding="utf-8"))
            for cell in book["cells"]:
                cell["outputs"] = [o for o in cell.get("outputs", []) if o["output_type"] != "stream"]
                if cell["cell_type"] != "code":
                    del cell["outputs"]
            (books / path.name).write_text(json.dumps(book), encoding="utf-8")
    names = sorted(path.stem for path in books.glob("*.ipynb"))
    lines = ["# Notebooks", "", "As they run on the sample site. `toolkit new study/` copies them.", ""]
    (books / "index.md").write_text(
        "\n".join([*lines, "```{toctree}", "", *names, "```", ""]), encoding="utf-8"
    )


def stage_gallery(out: Path) -> None:
    """Every chart, drawn from the sample."""
    command = [sys.executable, str(ROOT / "tools" / "make_gallery.py"), "--out", str(out / "gallery")]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def add_to_contents(out: Path) -> None:
    """Pages of the first level that nobody listed stand at the end of the contents."""
    index = out / "index.md"
    text = index.read_text(encoding="utf-8")
    rest = [path.stem for path in sorted(out.glob("*.md")) if not re.search(rf"^{path.stem}$", text, re.M)]
    rest = [name for name in rest if name != "index"]
    index.write_text(
        text.replace("\nwords\n", "".join(f"\n{name}" for name in rest) + "\nwords\n"), encoding="utf-8"
    )


def check_links(out: Path) -> list[str]:
    """Links between pages of the source that lead nowhere."""
    lost = []
    for path in sorted(out.rglob("*.md")):
        for target in re.findall(r"\]\(([^)#:\s]+\.md)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            if not (path.parent / target).exists():
                lost.append(f"{path.relative_to(out)}: {target}")
    return lost


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "_build" / "source")
    parser.add_argument("--pages-only", action="store_true", help="without the gallery and the notebooks")
    options = parser.parse_args()
    out = options.out
    if out.exists():
        shutil.rmtree(out)
    shutil.copytree(ROOT / "docs", out, ignore=shutil.ignore_patterns("_build", "gallery", "*.txt"))
    for name, text in make_pages().items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    shutil.copyfile(ROOT / "CHANGELOG.md", out / "changes.md")
    add_to_contents(out)
    if options.pages_only:
        for name, title in (("notebooks", "Notebooks"), ("gallery", "Gallery of charts")):
            (out / name).mkdir(exist_ok=True)
            (out / name / "index.md").write_text(f"# {title}\n\nLeft out of this build.\n", encoding="utf-8")
    else:
        stage_gallery(out)
        stage_notebooks(out)
    lost = check_links(out)
    for line in lost:
        sys.stderr.write(f"link to nowhere: {line}\n")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
