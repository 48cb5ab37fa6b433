"""From paths, folders and globs to the files to read, each once, in a stable order."""

from __future__ import annotations

import difflib
import glob
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from toolkit.errors import InputError
from toolkit.files.folders import MANIFEST
from toolkit.files.store import file_system, is_remote

_IGNORED = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", MANIFEST})

PathLike = str | os.PathLike[str]
#: A path of this machine, or an address for fsspec.
InputPath = Path | str


@dataclass(frozen=True, slots=True)
class Inputs:
    """Files to read, as (path, source) in load order; what was passed over, as (source, reason, detail)."""

    files: list[tuple[InputPath, str]]
    passed_over: list[tuple[str, str, str]]


def find_inputs(paths: PathLike | Iterable[PathLike], *, exclude: Iterable[Path] = ()) -> Inputs:
    """The files behind ``paths``: files as they are, folders with all below them, globs spelt out.

    Parameters
    ----------
    paths : str, path, or iterable of them
        Files, folders or globs (``pages/**/*.html``).
    exclude : iterable of Path
        Files that are no input even where a folder holds them (the metadata table).

    Returns
    -------
    Inputs
        Folders and globs in sorted order; ``source`` is the path as given, with forward slashes.

    Raises
    ------
    InputError
        If a path does not exist, a glob matches nothing, or nothing at all is left to read.
    """
    given = _as_list(paths)
    left_out = {path.resolve() for path in exclude}
    files: list[tuple[InputPath, str]] = []
    passed_over: list[tuple[str, str, str]] = []
    seen: set[InputPath] = set()
    for entry in given:
        if is_remote(entry):
            addresses = [address for address in _expand_address(str(entry)) if address not in seen]
            seen.update(addresses)
            files += [(address, address) for address in addresses]
            continue
        found = _expand(Path(entry), os.fspath(entry), passed_over)
        for path in found:
            real = path.resolve()
            if real in left_out:
                continue
            if real in seen:
                if path.as_posix() not in {source for _, source in files}:
                    detail = "the same file was already given under another path; it is read once."
                    passed_over.append((path.as_posix(), "same_file", detail))
                continue
            seen.add(real)
            files.append((path, path.as_posix()))
    if not files and not passed_over:
        raise InputError(
            f"{', '.join(repr(os.fspath(entry)) for entry in given)}: no files in it. "
            "Give a folder that holds saved pages (text, HTML, or those gzipped), or files, or a glob."
        )
    return Inputs(files, passed_over)


def _as_list(paths: PathLike | Iterable[PathLike]) -> list[PathLike]:
    if isinstance(paths, str | os.PathLike):
        return [paths]
    if isinstance(paths, bytes) or not isinstance(paths, Iterable):
        raise InputError(
            f"paths: got {type(paths).__name__}; a path, or a list of paths, folders or globs, is needed."
        )
    given = list(paths)
    wrong = [entry for entry in given if not isinstance(entry, str | os.PathLike)]
    if wrong:
        raise InputError(f"paths: got {wrong[0]!r} in the list; each entry is a str or a path.")
    if not given:
        raise InputError("paths: an empty list. Give files, folders or globs of saved pages.")
    return given


def _expand(path: Path, text: str, passed_over: list[tuple[str, str, str]]) -> list[Path]:
    if path.is_dir():
        return _walk(path, passed_over)
    if path.exists():
        return [path]
    if glob.has_magic(text):
        matches = sorted(Path(match) for match in glob.glob(text, recursive=True))  # noqa: PTH207 - absolute globs, too
        if not matches:
            raise InputError(f"{text!r}: this glob matches no file. Check the folder, or quote the glob.")
        files = [match for match in matches if match.is_file() and not _is_ignored(match)]
        for match in matches:
            if match.is_dir() and "**" not in text:
                files += _walk(match, passed_over)
        return files
    raise InputError(f"{text!r}: no such file or folder.{_suggest(path)}")


def _expand_address(address: str) -> list[str]:
    """The files behind an address: itself, all below it, or those that its glob fits; in sorted order."""
    fs, inside = file_system(address)
    if glob.has_magic(inside):
        found = [path for path in fs.glob(inside) if fs.isfile(path)]
    elif fs.isdir(inside):
        found = list(fs.find(inside))
    elif fs.exists(inside):
        return [address]
    else:
        raise InputError(
            f"{address!r}: nothing is there, or it may not be read. Check the address and your rights."
        )
    if not found:
        raise InputError(f"{address!r}: no file is there. Check the address.")
    kept = [path for path in sorted(found) if not _is_ignored(Path(path))]
    return [str(fs.unstrip_protocol(path)) for path in kept]


def _suggest(path: Path) -> str:
    parent = path.parent
    if not parent.is_dir():
        return f" The folder {parent.as_posix()!r} does not exist either; check where you started from."
    near = difflib.get_close_matches(path.name, [entry.name for entry in parent.iterdir()], n=1)
    if near:
        return f" Did you mean {(parent / near[0]).as_posix()!r}?"
    return f" Look into {parent.as_posix()!r}."


def _is_ignored(path: Path) -> bool:
    return path.name in _IGNORED or path.name.startswith("._")


def _walk(folder: Path, passed_over: list[tuple[str, str, str]]) -> list[Path]:
    """All files below ``folder``; the assets that browsers save beside a page are counted, not read."""
    files: list[Path] = []
    for where, folders, names in os.walk(folder, followlinks=False):
        here = Path(where)
        pages = {Path(name).stem for name in names if name.lower().endswith((".html", ".htm", ".xhtml"))}
        for name in sorted(folders):
            base = name.removesuffix("_files").removesuffix("-Dateien").removesuffix("_fichiers")
            if base != name and base in pages:
                folders.remove(name)
                count = sum(len(entries) for _, _, entries in os.walk(here / name))
                detail = f"{count} files that a browser saved with the page {base!r}; they are no pages."
                passed_over.append(((here / name).as_posix(), "page_assets", detail))
            elif name.startswith(".") or name == "__MACOSX":
                folders.remove(name)
        folders.sort()
        files += [here / name for name in names if not _is_ignored(Path(name)) and not name.startswith(".")]
    return sorted(files, key=lambda path: path.as_posix())
