"""Output folders: what is ours is replaced, what is not is refused; the manifest tells them apart."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from toolkit.errors import CorpusError
from toolkit.files.store import hash_stream

MANIFEST = "manifest.json"
MAKER = "sidebar-toolkit"

PathLike = str | os.PathLike[str]


def find_version() -> str:
    """The installed version of the toolkit, ``"0"`` where it is not installed."""
    try:
        return version(MAKER)
    except PackageNotFoundError:
        return "0"


def read_manifest(folder: PathLike) -> dict[str, Any] | None:
    """The manifest in ``folder``, None where there is none of ours."""
    path = Path(folder) / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return manifest if isinstance(manifest, dict) and manifest.get("made_by") == MAKER else None


def check_target(folder: PathLike, *, force: bool = False) -> Path:
    """``folder`` as a path, if we may write there: absent, empty, ours, or ``force``.

    Raises
    ------
    CorpusError
        If it is a file, or a folder that is neither empty nor ours.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise CorpusError(f"{path.as_posix()!r} is a file; give a folder.")
    if path.is_dir() and any(path.iterdir()) and read_manifest(path) is None and not force:
        raise CorpusError(
            f"{path.as_posix()!r} is not empty and was not made by the toolkit (no {MANIFEST} of ours). "
            "Give a new folder, or allow it with force=True (--force)."
        )
    return path


@contextmanager
def replace_folder(folder: PathLike, *, force: bool = False) -> Iterator[Path]:
    """A fresh folder to write into, which takes the place of ``folder`` once all went well.

    Until then the old folder stands untouched; of a foreign folder (``force``) only our files are replaced.
    """
    target = check_target(folder, force=force)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f".{target.name}.partial-{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        yield fresh
        move_folder(fresh, target, force=force)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def move_folder(fresh: PathLike, folder: PathLike, *, force: bool = False) -> None:
    """Put the finished folder ``fresh`` in the place of ``folder``, by the rules of `check_target`."""
    target = check_target(folder, force=force)
    if target.is_dir() and read_manifest(target) is None:
        shutil.copytree(fresh, target, dirs_exist_ok=True)
        shutil.rmtree(fresh)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    old = target.with_name(f".{target.name}.old-{os.getpid()}")
    if target.exists():
        target.rename(old)
    Path(fresh).rename(target)
    shutil.rmtree(old, ignore_errors=True)


def remove_ours(folder: PathLike) -> None:
    """Remove a folder that bears our manifest, with all in it; any other stays."""
    if read_manifest(folder) is not None:
        shutil.rmtree(folder)


def hash_file(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hash_stream(stream)


def write_manifest(folder: Path, kind: str, content: Mapping[str, Any]) -> None:
    """Write the manifest: who made the folder, what it is, the hash of every file in it, and ``content``."""
    files = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": hash_file(path)}
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    manifest = {"made_by": MAKER, "version": find_version(), "kind": kind, **content, "files": files}
    text = json.dumps(manifest, indent=1, ensure_ascii=False, default=str)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8", newline="\n")
