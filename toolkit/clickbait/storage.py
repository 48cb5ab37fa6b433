"""A model on disk: ``model.json`` and ``model.npz``, without pickle; the same model gives the same bytes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from toolkit.errors import CorpusError

__all__ = ["read_model", "write_model"]

#: as written; the other number it reads has no net
FORMAT, OLDER_FORMAT = 2, 1


def write_model(folder: str | Path, head: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write both files; the folder is made where it is absent."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"format": FORMAT, **head}, indent=1, ensure_ascii=False) + "\n"
    (folder / "model.json").write_text(text, "utf-8")
    # as numpy.savez_compressed, with a fixed time in the archive
    with zipfile.ZipFile(folder / "model.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), buffer.getvalue(), zipfile.ZIP_DEFLATED
            )


def read_model(folder: str | Path) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """What ``write_model`` wrote.

    Raises
    ------
    CorpusError
        If the folder holds no model, or one of another format.
    """
    folder = Path(folder)
    try:
        head = json.loads((folder / "model.json").read_text("utf-8"))
        with np.load(folder / "model.npz", allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except (OSError, ValueError) as error:
        raise CorpusError(
            f"{folder}: no clickbait model there ({error}). Give a folder that save() wrote."
        ) from error
    if head.get("format") not in (FORMAT, OLDER_FORMAT):
        raise CorpusError(
            f"{folder}: model format {head.get('format')!r}; this version reads {OLDER_FORMAT} and {FORMAT}. "
            "Train it again."
        )
    return head, arrays
