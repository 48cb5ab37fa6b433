"""A folder of the user's own to work in: the notebooks, a README and the sample, ready to run."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

from toolkit.errors import InputError
from toolkit.intake.find_inputs import PathLike

__all__ = ["find_notebooks_folder", "find_sample", "make_project"]

_PACKAGE = Path(__file__).resolve().parent

_README = """# {name}

Made by sidebar-toolkit {version}. Everything in this folder is yours: change it, rename it, throw parts away.

| path | what |
|---|---|
| `notebooks/` | seven notebooks, to be run in any order; begin with `00_start_here` |
| `pages/` | for your saved pages |
| `metadata.csv` | what you know of your pages and they do not say; one row a page or pattern of pages |
| `sample/` | a fictional news site to try things on |
| `output/` | what the notebooks write: `charts/`, `tables/` |

Run them:

    jupyter lab notebooks/00_start_here.ipynb

They read {what}. To read {other}, change `pages` in the second cell of a notebook. All of them at once,
as one page that works offline:

    toolkit report {pages} --out output/report

`metadata.csv` wins over what the pages say. A capture time is the most useful thing to write down:

    source,captured_at,site
    2024-06-19/*.html,2024-06-19T08:00:00Z,The Daily
"""


def find_notebooks_folder() -> Path:
    """Where the notebooks lie: in the package, or beside it in a source tree.

    Raises
    ------
    InputError
        If they are in neither.

    Examples
    --------
    >>> (find_notebooks_folder() / "00_start_here.ipynb").is_file()
    True
    """
    return _find("notebooks", _PACKAGE / "notebooks", _PACKAGE.parent / "notebooks")


def find_sample() -> Path:
    """Where the sample site lies: ``pages/``, ``metadata.csv`` and ``labels.csv``.

    Raises
    ------
    InputError
        If it is not installed.

    Examples
    --------
    >>> (find_sample() / "metadata.csv").is_file()
    True
    """
    return _find("sample site", _PACKAGE / "sample", _PACKAGE.parent / "data" / "sample")


def _find(what: str, *places: Path) -> Path:
    for place in places:
        if place.is_dir():
            return place
    raise InputError(f"the {what} is not installed with the toolkit. Install it again.")


def make_project(
    folder: PathLike, *, pages: PathLike | None = None, metadata: PathLike | None = None, force: bool = False
) -> Path:
    """Copy the notebooks, a README and the sample site into a folder of your own.

    Parameters
    ----------
    folder : path
        Absent or empty; other content is refused without ``force``.
    pages : path, optional
        Your saved pages, or a corpus; the notebooks then read these instead of the sample.
    metadata : path, optional
        What you know of your pages, a CSV.
    force : bool
        Copy into a folder that is not empty: files of the same name are overwritten, no other is touched.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If the folder is a file or not empty, or ``pages`` or ``metadata`` is not there.

    Examples
    --------
    >>> import tempfile
    >>> made = make_project(Path(tempfile.mkdtemp()) / "study")
    >>> sorted(path.name for path in made.iterdir())
    ['README.md', 'metadata.csv', 'notebooks', 'output', 'pages', 'sample']
    """
    from toolkit.files.folders import find_version

    target = Path(folder)
    if target.exists() and not target.is_dir():
        raise InputError(f"{target.as_posix()!r} is a file; give a new folder.")
    if target.is_dir() and any(target.iterdir()) and not force:
        raise InputError(
            f"{target.as_posix()!r} is not empty; give a new folder, or allow it with force=True (--force): "
            "files of the same name are overwritten, no other is touched."
        )
    for name, path in (("pages", pages), ("metadata", metadata)):
        if path is not None and not Path(path).exists():
            raise InputError(f"{name}: no such file or folder: {Path(path).as_posix()!r}.")
    books = target / "notebooks"
    for name in ("notebooks", "pages", "output", "sample/pages"):
        (target / name).mkdir(parents=True, exist_ok=True)
    sample = find_sample()
    for path in sorted((sample / "pages").iterdir()):
        shutil.copyfile(path, target / "sample" / "pages" / path.name)
    for name in ("metadata.csv", "labels.csv"):
        shutil.copyfile(sample / name, target / "sample" / name)
    values = {"output": "../output"}
    if pages is None:
        values |= {"pages": "../sample/pages", "metadata": "../sample/metadata.csv"}
    else:
        values |= {"pages": _name_from(books, pages), "metadata": ""}
    values["labels"] = "../sample/labels.csv"
    if metadata is not None:
        values["metadata"] = _name_from(books, metadata)
    for path in sorted(find_notebooks_folder().glob("[0-9][0-9]_*.ipynb")):
        _write(books / path.name, _set_parameters(path.read_text(encoding="utf-8"), values))
    own = "pages/" if pages is None else Path(pages).as_posix()
    text = _README.format(
        name=target.resolve().name,
        version=find_version(),
        pages=own,
        what="the sample" if pages is None else f"`{values['pages']}`",
        other="your own pages" if pages is None else "others",
    )
    _write(target / "README.md", text)
    if not (target / "metadata.csv").exists():  # what the user wrote down is never overwritten
        _write(target / "metadata.csv", "source,captured_at,site,url,article_id,group\n")
    return target


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _name_from(folder: Path, path: PathLike) -> str:
    """``path`` as seen from ``folder``; in full where they share no root."""
    whole = Path(path).resolve()
    try:
        return Path(os.path.relpath(whole, folder.resolve())).as_posix()
    except ValueError:  # another drive
        return whole.as_posix()


def _set_parameters(text: str, values: dict[str, str]) -> str:
    """A notebook's text with other literals in its cell of parameters."""
    book = json.loads(text)
    for cell in book["cells"]:
        if "parameters" not in cell["metadata"].get("tags", []):
            continue
        source = "".join(cell["source"])
        for name, value in values.items():
            line = f"{name} = {json.dumps(value, ensure_ascii=False)}"
            source = re.sub(rf"^{name} = .*$", lambda _, line=line: line, source, flags=re.M)  # type: ignore[misc]
        cell["source"] = source.splitlines(keepends=True)
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"
