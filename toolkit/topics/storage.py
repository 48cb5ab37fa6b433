"""A fitted model on disk: one JSON file to read, one npz file of arrays, nothing that could run code."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from toolkit.errors import InputError

if TYPE_CHECKING:
    from toolkit.topics.model import TopicModel

__all__ = ["FORMAT", "VERSION", "load_model", "save_model"]

FORMAT = "sidebar-toolkit topic model"
#: Raised whenever a saved model would be read differently.
VERSION = 1
_JSON, _NPZ = "model.json", "arrays.npz"
_HOOKS = ("tokenizer", "embed")


def save_model(model: TopicModel, path: str | Path) -> Path:
    """Write a fitted model to the folder ``path`` (made if need be): ``model.json`` and ``arrays.npz``.

    Parameters
    ----------
    model : TopicModel
        Fitted.
    path : str or Path
        A folder: new, empty, or holding a saved model, which is replaced.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        If ``path`` is a file, or a folder that holds anything else.

    Notes
    -----
    Callables (``tokenizer=``, ``embed=``) cannot be saved; the file says that there were some, and
    ``load_model`` asks for them. Typical texts are saved as ``topics_`` shows them, all others are not.
    Saving the same model twice gives the same bytes.
    """
    from sklearn.utils.validation import check_is_fitted

    check_is_fitted(model, "mixture_")
    folder = Path(path)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"path: {str(path)!r} is a file; a model is saved as a folder. Choose another name.")
    if folder.is_dir():
        foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in (_JSON, _NPZ))
        if foreign or ((folder / _JSON).exists() and not _is_ours(folder / _JSON)):
            raise InputError(
                f"path: the folder {str(path)!r} holds {', '.join(foreign[:3]) or _JSON}, which no saved model "
                "wrote. Choose a new or an empty folder."
            )
    arrays = {
        "log_words": model.mixture_.log_words,
        "log_prior": model.mixture_.log_prior,
        "feature_of_word": model.features_.feature_of_word,
        "idf": model.features_.idf,
        "labels": model.labels_,
        "doc_topics": model.doc_topics_,
        "margins": model.margins_,
        "term_counts": model.term_counts_,
    }
    if model.mixture_.centres is not None:
        arrays["centres"] = model.mixture_.centres
    packed = _pack(arrays)
    parameters = model.get_params(deep=False)
    state = {
        "format": FORMAT,
        "version": VERSION,
        "arrays_sha256": hashlib.sha256(packed).hexdigest(),
        "parameters": {name: _plain(value) for name, value in parameters.items() if name not in _HOOKS},
        "hooks": [name for name in _HOOKS if parameters[name] is not None],
        "n_topics": model.n_topics_,
        "reason": model.reason_,
        "notes": model.notes_,
        "likelihood": model.mixture_.likelihood,
        "pull": model.mixture_.pull,
        "topics": _table_to_json(model.topics_),
        "curve": None if model.curve_ is None else _table_to_json(model.curve_),
        "languages": list(model.features_.languages),
        "stop_words": sorted(model.features_.stop_words),
        "features": model.features_.names,
        "words": model.features_.words,
        "terms": model.terms_,
    }
    text = json.dumps(state, ensure_ascii=False, indent=1, allow_nan=False)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _NPZ).write_bytes(packed)
    (folder / _JSON).write_text(text + "\n", encoding="utf-8", errors="surrogatepass")
    return folder


def load_model(
    path: str | Path,
    *,
    tokenizer: Callable[[str], Any] | None = None,
    embed: Callable[[list[str]], Any] | None = None,
) -> TopicModel:
    """Read a model that ``save_model`` wrote; it predicts exactly as before.

    Parameters
    ----------
    path : str or Path
        The folder.
    tokenizer, embed : callable, optional
        The same callables as at the fit, if there were any.

    Raises
    ------
    InputError
        If the folder is missing or not ours, is of a newer version, was changed, or a callable is missing.
    """
    from toolkit.topics.features import Features
    from toolkit.topics.mixture import Mixture
    from toolkit.topics.model import TopicModel

    folder = Path(path)
    state, arrays = _read(folder)
    given: dict[str, Any] = {"tokenizer": tokenizer, "embed": embed}
    lacking = [name for name in state["hooks"] if given[name] is None]
    if lacking:
        raise InputError(
            f"path: the model in {str(path)!r} was fitted with {' and '.join(f'{name}=' for name in lacking)}, which "
            f"cannot be saved. Pass the same callable again: load(path, {lacking[0]}=...)."
        )
    model = TopicModel(**state["parameters"], **{name: given[name] for name in state["hooks"]})
    model.features_ = Features(
        state["words"],
        arrays["feature_of_word"],
        state["features"],
        arrays["idf"],
        frozenset(state["stop_words"]),
        tuple(state["languages"]),
        model.tokenizer,
    )
    model.mixture_ = Mixture(
        arrays["log_words"], arrays["log_prior"], state["likelihood"], arrays.get("centres"), state["pull"]
    )
    model.vocabulary_ = model.features_.names
    model.n_topics_ = state["n_topics"]
    model.reason_ = state["reason"]
    model.notes_ = state["notes"]
    model.topics_ = _table_from_json(state["topics"])
    model.curve_ = None if state["curve"] is None else _table_from_json(state["curve"])
    model.terms_ = state["terms"]
    model.term_counts_ = arrays["term_counts"]
    model.labels_ = arrays["labels"]
    model.doc_topics_ = arrays["doc_topics"]
    model.margins_ = arrays["margins"]
    return model


def _pack(arrays: dict[str, np.ndarray]) -> bytes:
    """An npz archive whose bytes depend on the arrays alone: entries carry no time of day."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            entry = BytesIO()
            np.lib.format.write_array(entry, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, entry.getvalue())
    return buffer.getvalue()


def _is_ours(path: Path) -> bool:
    try:
        state = json.loads(path.read_text(encoding="utf-8", errors="surrogatepass"))
    except (OSError, ValueError):
        return False
    return isinstance(state, dict) and state.get("format") == FORMAT


def _read(folder: Path) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    what = f"path: {str(folder)!r}"
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing there"
        raise InputError(f"{what} is {found}; a folder that TopicModel.save wrote is needed.")
    missing = [name for name in (_JSON, _NPZ) if not (folder / name).is_file()]
    if missing or not _is_ours(folder / _JSON):
        lack = f"lacks {', '.join(missing)}" if missing else f"has a {_JSON} of something else"
        raise InputError(f"{what} {lack}; it is not a topic model of this toolkit.")
    state = json.loads((folder / _JSON).read_text(encoding="utf-8", errors="surrogatepass"))
    if state.get("version") != VERSION:
        raise InputError(
            f"{what} has version {state.get('version')!r} of the format; this toolkit reads version {VERSION}. "
            "Install the toolkit that wrote it, or fit the model again."
        )
    packed = (folder / _NPZ).read_bytes()
    if hashlib.sha256(packed).hexdigest() != state.get("arrays_sha256"):
        raise InputError(
            f"{what}: {_NPZ} is not the file that was saved with {_JSON} (its SHA-256 differs). "
            "Save the model again, or restore both files together."
        )
    with np.load(BytesIO(packed), allow_pickle=False) as loaded:
        arrays = {name: loaded[name] for name in loaded.files}
    return state, arrays


def _plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, (np.integer, np.floating)):
        return value.item()
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return [_plain(item) for item in value]


def _scalar(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_scalar(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _table_to_json(table: pd.DataFrame) -> dict[str, Any]:
    return {
        "columns": {
            str(name): {"dtype": str(column.dtype), "values": [_scalar(value) for value in column.tolist()]}
            for name, column in table.items()
        }
    }


def _table_from_json(state: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            name: pd.Series(column["values"], dtype=column["dtype"])
            for name, column in state["columns"].items()
        }
    )
