"""How far a load is: a bar, a callable, or silence, behind one interface."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

__all__ = ["BAR_FROM", "Progress", "Teller"]

#: From so many inputs on a bar is shown where nobody says otherwise.
BAR_FROM = 64

Progress = bool | Callable[[int, int, int], None] | None


class Teller:
    """Tell what is done of ``total``; where ``total_bytes`` is given, the bar counts bytes, so that the time that
    remains is right for inputs of any size.

    A callable gets (done, total, problems).
    """

    def __init__(self, progress: Progress, total: int, total_bytes: int | None = None) -> None:
        self.total, self.done = total, 0
        self.pages = self.problems = 0
        self.by_bytes = total_bytes is not None
        self.start = time.monotonic()
        self.call = progress if callable(progress) else None
        self.bar: Any = None
        if self.call is None and progress is not False and (progress or total >= BAR_FROM or self.by_bytes):
            from toolkit.notebook_bar import find_bar

            shape = (
                {"total": total_bytes, "unit": "B", "unit_scale": True} if self.by_bytes else {"total": total}
            )
            # disable=None: quiet where nobody watches a terminal
            self.bar = find_bar()(
                **{"unit": "page", **shape}, desc="load", disable=None if progress is None else False
            )

    def resume(self, done: int, size: int) -> None:
        """Count what an earlier run has done, which says nothing about this one's rate."""
        self.done += done
        if self.bar is not None:
            self.bar.initial = self.bar.n = size
            self.bar.refresh()

    def step(self, problems: int, *, pages: int = 0, size: int = 1) -> None:
        """One more is done; ``problems`` so far."""
        self.done += 1
        self.pages += pages
        self.problems = problems
        if self.call is not None:
            self.call(self.done, self.total, problems)
        if self.bar is not None:
            shown: dict[str, Any] = {"problems": problems} if problems else {}
            if self.by_bytes:
                rate = self.pages / max(time.monotonic() - self.start, 1e-9)
                shown = {"pages": f"{self.pages:,}", "pages/s": f"{rate:.0f}", "problems": problems}
            if shown:
                self.bar.set_postfix(**shown, refresh=False)
            self.bar.update(size)

    def close(self) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.close()
