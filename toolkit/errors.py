"""The toolkit's errors: one small family, so that ``except ToolkitError`` catches them all.

Each message says which input, what came, what is allowed, and what to do.
"""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["CorpusError", "InputError", "MissingColumnsError", "MissingExtraError", "ToolkitError"]


class ToolkitError(Exception):
    """Base class of every error that the toolkit raises on purpose."""


class InputError(ToolkitError, ValueError):
    """An argument or a path is not what the function can work with."""


class CorpusError(ToolkitError, ValueError):
    """A folder is not a corpus of ours, or its content does not match its manifest."""


class MissingExtraError(ToolkitError, ImportError):
    """An optional package is needed; the message names the ``pip install`` that brings it."""


class MissingColumnsError(ToolkitError, ValueError):
    r"""A table lacks columns that a measure needs.

    Parameters
    ----------
    table : str
        Name of the table, as the user knows it (``"placements"``).
    missing, found : iterable of str
        Columns that are needed but absent; columns that are there.
    hint : str, optional
        What to do. By default: load the pages with ``toolkit.load()``.

    Examples
    --------
    >>> print(MissingColumnsError("placements", ["rank"], ["headline", "seen"]))
    placements: missing column 'rank'; found 'headline', 'seen'. Rename the column that holds it, or load the
    pages with toolkit.load().
    """

    def __init__(
        self, table: str, missing: Iterable[str], found: Iterable[object], hint: str | None = None
    ) -> None:
        self.table = table
        self.missing = list(missing)
        self.found = [str(name) for name in found]
        noun = "column" if len(self.missing) == 1 else "columns"
        have = ", ".join(map(repr, self.found)) if self.found else "no columns"
        hint = hint or "Rename the column that holds it, or load the pages with toolkit.load()."
        super().__init__(
            f"{table}: missing {noun} {', '.join(map(repr, self.missing))}; found {have}. {hint}"
        )
