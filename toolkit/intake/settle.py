"""The rules that hold over all inputs of a load, applied at its end on ids alone: copies, one a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.readers.model import Tally, make_day_key
from toolkit.words import plural

__all__ = ["IDS", "Settled", "settle_parts"]

#: The columns of ``articles`` that the rules look at.
IDS = ["snapshot_id", "source", "url", "captured_at"]

Ints = npt.NDArray[np.int64]


@dataclass(slots=True)
class Settled:
    """Sources to leave out, by part; what the table of problems says about it; distinct articles are counted."""

    left_out: dict[int, list[str]] = field(default_factory=dict)
    problems: list[dict[str, Any]] = field(default_factory=list)

    def drop(self, frame: pd.DataFrame, part: int) -> pd.DataFrame:
        """``frame`` of a part without the rows left out."""
        sources = self.left_out.get(part)
        if not sources or frame.empty:
            return frame
        return frame[~frame["source"].isin(sources)].reset_index(drop=True)


def settle_parts(n_parts: int, read: Callable[[int], pd.DataFrame], *, once_a_day: bool = False) -> Settled:
    """Find the pages that stand twice and, where asked for, those beyond the first of an address and day.

    Parameters
    ----------
    n_parts : int
        How many parts there are.
    read : callable
        Gives a part's ``snapshot_id``, ``source``, ``url``, ``captured_at``. Only 24 bytes a page are kept; the
        sources of the few that matter are read again.
    once_a_day : bool
        Keep of one address and day (UTC) the earliest capture, ties by source.
    """
    ids: list[npt.NDArray[np.uint64]] = []
    days: list[npt.NDArray[np.uint64]] = []
    times: list[Ints] = []
    for part in range(n_parts):
        frame = read(part)
        ids.append(np.array([int(value, 16) for value in frame["snapshot_id"]], np.uint64))
        if once_a_day:
            keys = [
                _hash_day(url, time) for url, time in zip(frame["url"], frame["captured_at"], strict=True)
            ]
            days.append(np.array(keys, np.uint64))
            naive = frame["captured_at"].dt.tz_localize(None)
            times.append(naive.to_numpy("datetime64[us]").astype(np.int64))
    starts = np.cumsum([0, *(len(part) for part in ids)])
    names = _Sources(read, starts)
    every = np.concatenate([*ids, np.zeros(0, np.uint64)])
    settled = Settled()
    gone = np.zeros(len(every), bool)
    copies, originals = _find_copies(every)
    texts = names.look_up(np.concatenate([copies, originals]))
    for copy, original in zip(copies.tolist(), originals.tolist(), strict=True):
        gone[copy] = True
        settled.problems.append(
            {
                "source": texts[copy],
                "stage": "table",
                "reason": "duplicate_file",
                "detail": f"the same bytes and capture time as {texts[original]!r}; kept once. "
                "If it was saved at another time, say so in metadata (captured_at).",
            }
        )
    if once_a_day:
        _thin(np.concatenate([*days, np.zeros(0, np.uint64)]), times, gone, names, settled)
    rows = np.flatnonzero(gone)
    texts = names.look_up(rows)
    for row in rows.tolist():
        settled.left_out.setdefault(names.part_of(row), []).append(texts[row])
    return settled


class _Sources:
    """The sources of rows numbered over all parts, read on demand."""

    def __init__(self, read: Callable[[int], pd.DataFrame], starts: Ints) -> None:
        self.read, self.starts = read, starts

    def part_of(self, row: int) -> int:
        return int(np.searchsorted(self.starts, row, side="right")) - 1

    def look_up(self, rows: Ints) -> dict[int, str]:
        found: dict[int, str] = {}
        wanted = np.unique(rows)
        parts = np.searchsorted(self.starts, wanted, side="right") - 1
        for part in np.unique(parts).tolist():
            sources = self.read(part)["source"].tolist()
            for row in wanted[parts == part].tolist():
                found[row] = sources[row - int(self.starts[part])]
        return found


def _find_copies(ids: npt.NDArray[np.uint64]) -> tuple[Ints, Ints]:
    """Rows whose id stood before, in order, and for each the row where it stood first."""
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    again = np.append(False, ordered[1:] == ordered[:-1]) if len(ordered) else np.zeros(0, bool)
    first = order[np.flatnonzero(~again)][np.cumsum(~again) - 1] if len(ordered) else order
    copies, originals = order[again], first[again]
    by_row = np.argsort(copies, kind="stable")
    return copies[by_row], originals[by_row]


def _thin(
    days: npt.NDArray[np.uint64],
    times: Sequence[Ints],
    gone: npt.NDArray[np.bool_],
    names: _Sources,
    settled: Settled,
) -> None:
    when = np.concatenate([*times, np.zeros(0, np.int64)])
    rows = np.flatnonzero((days != 0) & ~gone)
    rows = rows[np.argsort(days[rows], kind="stable")]
    runs = np.split(rows, np.flatnonzero(np.diff(days[rows]) != 0) + 1) if len(rows) else []
    several = [run for run in runs if len(run) > 1]
    texts = names.look_up(np.concatenate([*several, np.zeros(0, np.int64)]))
    tallies: dict[str, int] = {}
    for run in several:
        keep = min(run.tolist(), key=lambda row: (when[row], texts[row]))
        for row in run.tolist():
            if row != keep:
                gone[row] = True
                file = texts[row].partition("#")[0].partition("!")[0]
                tallies[file] = tallies.get(file, 0) + 1
    for file in sorted(tallies):
        n = tallies[file]
        settled.problems.append(
            {
                "source": file,
                "stage": "table",
                "reason": "thinned",
                "detail": f"{plural(n, 'snapshot')} of an address that was captured earlier on "
                "the same day (UTC); left out, as asked (once_a_day).",
            }
        )


def _hash_day(url: Any, time: Any) -> int:
    key = make_day_key(url if isinstance(url, str) else None, None if pd.isna(time) else time.to_pydatetime())
    if key is None:
        return 0
    return int.from_bytes(hashlib.blake2b("\x00".join(key).encode(), digest_size=8).digest()) or 1


def finish_problems(passed: Sequence[Tally], unused: Sequence[str], settled: Settled) -> list[dict[str, Any]]:
    """The rows of ``problems`` that close a load: what is no page, metadata that fits nothing, copies, thinned."""
    total: dict[str, Tally] = {}
    for tally in passed:
        total[tally.source] = total[tally.source].add(tally) if tally.source in total else tally
    rows = []
    for tally in total.values():
        found = tally.to_problem()
        rows.append(
            {"source": found.source, "stage": found.stage, "reason": found.reason, "detail": found.detail}
        )
    for key in unused:
        detail = "this row of the metadata fits no input; check its path or glob."
        rows.append({"source": key, "stage": "metadata", "reason": "unused", "detail": detail})
    return rows + settled.problems
