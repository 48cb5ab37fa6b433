"""A progress bar for notebooks that needs no widgets: one HTML element, drawn again while the work goes on."""

from __future__ import annotations

import html
import sys
import time
from typing import Any

__all__ = ["NotebookBar", "find_bar", "in_notebook"]

#: Seconds between two drawings.
_PAUSE = 0.2


def in_notebook() -> bool:
    """Whether a notebook's kernel runs this."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and getattr(shell, "kernel", None) is not None


def find_bar() -> Any:
    """The class of the bar that fits: `NotebookBar` in a notebook, else tqdm's.

    Examples
    --------
    >>> find_bar().__name__
    'tqdm'
    """
    if in_notebook():
        return NotebookBar
    from tqdm import tqdm

    return tqdm


class NotebookBar:
    """As much of tqdm's interface as the toolkit uses, shown as an HTML ``<progress>`` with its count in words.

    Parameters
    ----------
    total : int
        What is to be done.
    desc, unit : str
        What is done, and the name of one of it.
    unit_scale : bool
        Show bytes as megabytes.
    disable : bool, optional
        True shows nothing; None shows it, as a notebook is always watched.

    Examples
    --------
    >>> bar = NotebookBar(total=4, unit="page", disable=True)
    >>> bar.update(3)
    >>> bar.describe()
    '3 of 4 pages'
    """

    def __init__(
        self,
        total: int = 0,
        desc: str = "",
        unit: str = "it",
        unit_scale: bool = False,
        disable: bool | None = None,
    ) -> None:
        self.total, self.desc, self.unit, self.unit_scale = total, desc, unit, unit_scale
        self.n = self.initial = 0
        self.disable = disable is True
        self.postfix: dict[str, Any] = {}
        self._handle: Any = None
        self._drawn = 0.0
        self._draw()

    def describe(self) -> str:
        """Count and total in words, with what else is known."""
        count = f"{self.n:,} of {self.total:,} {self.unit}s"
        if self.unit_scale:
            count = f"{self.n / 1e6:,.1f} of {self.total / 1e6:,.1f} MB"
        # rates differ from run to run, so that they are not said in the end
        rest = {
            key: value for key, value in self.postfix.items() if not key.endswith("/s") or self.n < self.total
        }
        return ", ".join([count, *(f"{value} {key}" for key, value in rest.items())])

    def set_postfix(self, refresh: bool = True, **values: Any) -> None:
        """What is said behind the count."""
        self.postfix = values
        if refresh:
            self.refresh()

    def update(self, n: float = 1) -> None:
        """So much more is done."""
        self.n += int(n)
        if time.monotonic() - self._drawn > _PAUSE:
            self._draw()

    def refresh(self) -> None:
        """Draw it now."""
        self._draw()

    def close(self) -> None:
        """Draw it a last time; it stays."""
        self._draw()

    def _draw(self) -> None:
        if self.disable:
            return
        from IPython.display import HTML, display

        done = " data-done='yes'" if self.n >= self.total else ""
        label = html.escape(self.desc or "progress", quote=True)
        markup = HTML(
            f"<div class='tk-progress'{done}><progress aria-label='{label}' max='{max(1, self.total)}' "
            f"value='{self.n}'></progress> {html.escape(f'{self.desc}: {self.describe()}')}</div>"
        )
        if self._handle is None:
            self._handle = display(markup, display_id=True)
        else:
            self._handle.update(markup)
        self._drawn = time.monotonic()
