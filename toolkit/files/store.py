"""Where parts are written: a local folder, or any place that fsspec knows. A file appears whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol, cast

from toolkit.errors import MissingExtraError

__all__ = ["LocalStore", "RemoteStore", "Store", "file_system", "find_store", "is_remote", "open_file"]


class Store(Protocol):
    """A folder of named files (names with forward slashes), local or not; can be sent to another process."""

    place: str

    def create(self, name: str) -> Any:
        """Context manager: a binary stream; what was written becomes the file at the end, if nothing failed."""

    def open(self, name: str) -> BinaryIO:
        """The file for reading, seekable."""

    def list(self, folder: str = "") -> list[str]:
        """Names of the files right in ``folder``, sorted; empty where there is no such folder."""

    def size(self, name: str) -> int | None:
        """Bytes of the file, None where there is none."""

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all in it; no error where there is none."""

    def sweep(self, folder: str = "") -> None:
        """Remove what writers that were killed left half-written right in ``folder``."""

    def is_empty(self) -> bool:
        """Whether nothing at all is there."""


class LocalStore:
    """A folder on this machine (or a shared drive of a cluster)."""

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.place = str(Path(folder))

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        target = Path(self.place, name)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            with fresh.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
        _sync_folder(target.parent)

    def open(self, name: str) -> BinaryIO:
        return Path(self.place, name).open("rb")

    def list(self, folder: str = "") -> list[str]:
        path = Path(self.place, folder)
        if not path.is_dir():
            return []
        return sorted(
            entry.name for entry in path.iterdir() if entry.is_file() and not entry.name.endswith(".tmp")
        )

    def size(self, name: str) -> int | None:
        path = Path(self.place, name)
        return path.stat().st_size if path.is_file() else None

    def remove(self, name: str) -> None:
        path = Path(self.place, name)
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)

    def sweep(self, folder: str = "") -> None:
        for left in Path(self.place, folder).glob(".*.tmp"):
            left.unlink(missing_ok=True)

    def is_empty(self) -> bool:
        path = Path(self.place)
        return not path.is_dir() or not any(path.iterdir())


class RemoteStore:
    """A place that fsspec knows (``s3://bucket/corpus``): an upload becomes visible only once it is complete."""

    def __init__(self, place: str) -> None:
        self.place = place.rstrip("/")
        file_system(place)

    def _at(self, name: str) -> tuple[Any, str]:
        fs, root = file_system(self.place)
        return fs, f"{root.rstrip('/')}/{name}" if name else root

    @contextmanager
    def create(self, name: str) -> Iterator[BinaryIO]:
        buffer = io.BytesIO()
        yield buffer
        fs, path = self._at(name)
        fs.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        fs.pipe_file(path, buffer.getvalue())

    def open(self, name: str) -> BinaryIO:
        fs, path = self._at(name)
        return cast(BinaryIO, fs.open(path, "rb"))

    def list(self, folder: str = "") -> list[str]:
        fs, path = self._at(folder)
        fs.invalidate_cache()
        if not fs.isdir(path):
            return []
        return sorted(e["name"].rsplit("/", 1)[-1] for e in fs.ls(path, detail=True) if e["type"] == "file")

    def size(self, name: str) -> int | None:
        fs, path = self._at(name)
        fs.invalidate_cache()
        return int(fs.size(path)) if fs.isfile(path) else None

    def remove(self, name: str) -> None:
        fs, path = self._at(name)
        if fs.exists(path):
            fs.rm(path, recursive=True)

    def sweep(self, folder: str = "") -> None:
        """Nothing to do: an upload that was broken off leaves no file."""

    def is_empty(self) -> bool:
        fs, path = self._at("")
        fs.invalidate_cache()
        return not fs.exists(path) or not fs.ls(path)


def is_remote(path: object) -> bool:
    """Whether ``path`` is an address for fsspec (``s3://...``) rather than a path of this machine."""
    return isinstance(path, str) and "://" in path


def find_store(place: str | os.PathLike[str]) -> Store:
    """The store behind a local path or an address."""
    return RemoteStore(str(place)) if is_remote(place) else LocalStore(place)


def file_system(address: str) -> tuple[Any, str]:
    """fsspec's file system for ``address``, and the path in it.

    Raises
    ------
    MissingExtraError
        If fsspec, or the package that this kind of address needs, is not installed.
    """
    try:
        import fsspec

        return cast(tuple[Any, str], fsspec.core.url_to_fs(address))
    except ImportError as error:
        raise MissingExtraError(
            f"{address!r}: {error}. Addresses need pip install 'sidebar-toolkit[cluster]', and the package for this "
            "kind of address (s3fs for s3://, gcsfs for gs://, adlfs for abfs://). Local paths need neither."
        ) from error


def open_file(path: str | Path) -> BinaryIO:
    """A local file or an address, opened for reading, seekable."""
    if is_remote(path):
        fs, inside = file_system(str(path))
        return cast(BinaryIO, fs.open(inside, "rb"))
    return Path(path).open("rb")


def hash_stream(stream: BinaryIO) -> str:
    """SHA-256 of all that ``stream`` holds, in hex.

    Examples
    --------
    >>> hash_stream(io.BytesIO(b""))[:8]
    'e3b0c442'
    """
    digest = hashlib.sha256()
    while block := stream.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def read_json(store: Store, name: str) -> Any:
    """The JSON in a file of the store; None where there is no such file or it is no JSON."""
    if store.size(name) is None:
        return None
    try:
        with store.open(name) as stream:
            return json.loads(stream.read())
    except (ValueError, FileNotFoundError):
        return None


def write_json(store: Store, name: str, content: Any) -> None:
    """Write ``content`` as JSON, the same bytes for the same content."""
    text = json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n"
    with store.create(name) as stream:
        stream.write(text.encode())


def _sync_folder(folder: Path) -> None:
    """A renamed file survives a power cut only once its folder is on the disk; Windows has no such call."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
