"""What changed in the modules around an article: entered, left, moved, relabelled, emptied, other headlines."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from toolkit.revisions.align import keep_order, measure_similarity
from toolkit.revisions.wording import describe_edits, diff_words
from toolkit.tables import require_columns
from toolkit.words import count_words, normalise_headline

__all__ = ["Box", "compare_boxes", "read_boxes"]

#: A module under another label is the same one where this share of its headlines (Jaccard) is.
RENAMED_SHARE = 0.5

Snapshot = tuple[str, str]

_ITEM_COLUMNS = (
    "snapshot_id", "source", "module_index", "rank", "headline", "url", "module", "kind", "position",
)  # fmt: skip


@dataclass(slots=True)
class Box:
    """One distinct module of one snapshot; ``printings`` counts its renderings, ``items`` its headlines."""

    label: str | None
    kind: str
    position: float
    printings: int = 1
    n_items: int = 0
    items: list[tuple[str, str | None]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The label as printed, or a stand-in."""
        return self.label if self.label is not None else "(no label)"

    def describe(self) -> str:
        """Kind, number of headlines and of printings, for people."""
        size = {0: "empty", 1: "1 headline"}.get(self.n_items, f"{self.n_items} headlines")
        times = {1: "", 2: ", printed twice"}.get(self.printings, f", printed {self.printings} times")
        return f"{self.kind}, {size}{times}"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def read_boxes(
    wanted: Iterable[Snapshot], placements: pd.DataFrame | None, modules: pd.DataFrame | None
) -> dict[Snapshot, list[Box]]:
    """The distinct modules of the ``wanted`` snapshots, in page order.

    From ``modules`` with the headlines of ``placements`` where both are given; from ``placements`` alone, where
    an empty module cannot be seen; from ``modules`` alone, without headlines.
    """
    chosen = set(wanted)
    found: dict[Snapshot, dict[int, Box]] = {snapshot: {} for snapshot in chosen}
    second: dict[tuple[Snapshot, int], int | None] = {}
    if modules is not None:
        columns = [
            "snapshot_id",
            "source",
            "module_index",
            "module",
            "kind",
            "n_items",
            "duplicate_of",
            "position",
        ]
        require_columns(modules, "modules", columns)
        table = _keep(modules, chosen)
        for sid, source, index, label, kind, n_items, original, position in sorted(
            _iterate(table, columns), key=lambda row: row[:3]
        ):
            snapshot = (sid, source)
            if pd.notna(original):
                second[snapshot, index] = int(original)
                continue
            found[snapshot][index] = Box(_text(label), str(kind), float(position), n_items=int(n_items))
        for (snapshot, _), original in second.items():
            seen: set[int] = set()
            while original is not None and (snapshot, original) in second and original not in seen:
                seen.add(original)
                original = second[snapshot, original]
            if original in found[snapshot]:
                found[snapshot][original].printings += 1
    if placements is not None:
        require_columns(placements, "placements", _ITEM_COLUMNS)
        _read_items(_keep(placements, chosen), found, second, modules is None)
    return {snapshot: [boxes[index] for index in sorted(boxes)] for snapshot, boxes in found.items()}


def _keep(table: pd.DataFrame, chosen: set[Snapshot]) -> pd.DataFrame:
    near = table[table["snapshot_id"].isin({snapshot for snapshot, _ in chosen})]
    both = [pair in chosen for pair in _iterate(near, ("snapshot_id", "source"))]
    return near[np.array(both, dtype=bool)]


def _iterate(table: pd.DataFrame, columns: Iterable[str]) -> Iterator[tuple[Any, ...]]:
    # Arrow-backed columns are slow to walk one by one
    return zip(*(table[column].to_numpy(dtype=object) for column in columns), strict=True)


def _read_items(
    table: pd.DataFrame,
    found: dict[Snapshot, dict[int, Box]],
    second: Mapping[tuple[Snapshot, int], int | None],
    alone: bool,
) -> None:
    if "duplicate" not in table:
        table = table.assign(duplicate=False)
    keys_of = functools.cache(normalise_headline)  # the same headlines stand on many pages
    repeats: defaultdict[tuple[Snapshot, int], list[str]] = defaultdict(list)
    labels: dict[tuple[Snapshot, int], str | None] = {}
    for sid, source, index, _, headline, url, label, kind, position, is_second in sorted(
        _iterate(table, (*_ITEM_COLUMNS, "duplicate")), key=lambda row: row[:4]
    ):
        snapshot, text = (sid, source), _text(headline) or ""
        if (snapshot, index) in second:
            continue
        if is_second and alone:
            repeats[snapshot, index].append(keys_of(text))
            labels[snapshot, index] = _text(label)
            continue
        box = found[snapshot].get(index)
        if box is None:
            box = found[snapshot][index] = Box(_text(label), str(kind), float(position))
        box.items.append((text, _text(url)))
        box.keys.append(keys_of(text))
        box.n_items = max(box.n_items, len(box.items))
    for (snapshot, index), keys in repeats.items():
        for place, box in sorted(found[snapshot].items()):
            if place < index and box.label == labels[snapshot, index] and box.keys == keys:
                box.printings += 1
                break


def _jaccard(one: Sequence[str], other: Sequence[str]) -> float:
    left, right = set(one), set(other)
    return len(left & right) / len(left | right) if left | right else 0.0


def _match(before: Sequence[Box], after: Sequence[Box]) -> list[tuple[int, int]]:
    """Pairs of modules that are one module: by label, then by the headlines they share."""
    by_label: defaultdict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, boxes in enumerate((before, after)):
        for index, box in enumerate(boxes):
            key = ("label", normalise_headline(box.label)) if box.label else ("kind", box.kind)
            by_label[key][side].append(index)
    pairs: list[tuple[int, int]] = []
    used_before: set[int] = set()
    used_after: set[int] = set()

    def take(candidates: Iterable[tuple[float, int, int]]) -> None:
        for _, i, j in sorted(
            candidates, key=lambda one: (-one[0], abs(one[1] - one[2]), one[1] + one[2], one[1])
        ):
            if i not in used_before and j not in used_after:
                pairs.append((i, j))
                used_before.add(i)
                used_after.add(j)

    for (rule, _), (left, right) in by_label.items():
        alone = len(left) == len(right) == 1
        take(
            (share, i, j)
            for i in left
            for j in right
            if (share := _jaccard(before[i].keys, after[j].keys)) > 0 or rule == "label" or alone
        )
    take(
        (share, i, j)
        for i, one in enumerate(before)
        if i not in used_before
        for j, other in enumerate(after)
        if j not in used_after
        and (share := _jaccard(one.keys, other.keys)) >= RENAMED_SHARE
        and (share == 1 or len(set(one.keys) & set(other.keys)) > 1)
    )
    return sorted(pairs)


def compare_boxes(
    before: Sequence[Box], after: Sequence[Box], language: str | None = None
) -> list[dict[str, Any]]:
    """Rows for modules added, removed, renamed, emptied, filled, moved, and for headlines inside those that stay.

    Order: modules of the later page as printed, with those that left at the place where they had stood.
    """
    pairs = _match(before, after)
    stays_before = dict(pairs)
    stays_after = {j: i for i, j in pairs}
    kept = keep_order([(i, j, len(before[i].items)) for i, j in pairs])
    in_place = {pairs[index] for index in kept}
    n = len(pairs) + len(before) - len(stays_before) + len(after) - len(stays_after)
    rows: list[dict[str, Any]] = []
    left = [i for i in range(len(before)) if i not in stays_before]

    def leave(stop: int) -> None:
        while left and left[0] < stop:
            rows.append(_row(before[left.pop(0)], None, "removed", n))

    for j, box in enumerate(after):
        i = stays_after.get(j)
        if i is None:
            rows.append(_row(None, box, "added", n))
            continue
        if (i, j) in in_place:
            leave(i)
        rows += _compare_pair(before[i], box, (i, j) not in in_place, n, language)
    leave(len(before))
    return rows


def _row(
    before: Box | None, after: Box | None, change: str, n: int, detail: str | None = None
) -> dict[str, Any]:
    box = after or before
    assert box is not None
    row: dict[str, Any] = {
        "field": "modules",
        "change": change,
        "kind": "module",
        "kinds": "module",
        "before": before.name if before else None,
        "after": after.name if after else None,
        "module": box.label,
        "module_kind": box.kind,
        "printings_before": before.printings if before else 0,
        "printings_after": after.printings if after else 0,
        "headlines_before": before.n_items if before else 0,
        "headlines_after": after.n_items if after else 0,
        "position": box.position,
        "detail": detail or box.describe(),
        "n": n,
    }
    if before:
        row["position_before"] = before.position
    if after:
        row["position_after"] = after.position
    return row


def _compare_pair(before: Box, after: Box, moved: bool, n: int, language: str | None) -> list[dict[str, Any]]:
    rows = []
    if before.label != after.label:
        row = _row(
            before, after, "renamed", n, f'label "{before.name}" -> "{after.name}"; {after.describe()}'
        )
        row["kind"] = row["kinds"] = "label"
        row["similarity"] = _jaccard(before.keys, after.keys) if before.keys or after.keys else None
        rows.append(row)
    if moved:
        detail = f"from {before.position:.2f} to {after.position:.2f} of the page, past other modules"
        rows.append(_row(before, after, "moved", n, detail))
    if before.n_items and not after.n_items:
        rows.append(_row(before, after, "emptied", n, f"had {before.describe()}"))
    elif after.n_items and not before.n_items:
        rows.append(_row(before, after, "filled", n, f"now {after.describe()}"))
    if before.printings != after.printings:
        row = _row(before, after, "changed", n, f"printed {before.printings} -> {after.printings} times")
        row["kind"] = row["kinds"] = "printings"
        rows.append(row)
    if before.items and after.items and before.items != after.items:
        rows += _compare_items(before, after, language)
    return rows


def _compare_items(before: Box, after: Box, language: str | None) -> list[dict[str, Any]]:
    """One row for the list (entered, left, moved), one for each headline rewritten under the same url."""
    pairs = _pair_items(before, after)
    rewritten = [(i, j) for i, j in pairs if before.keys[i] != after.keys[j]]
    gone = sorted(set(range(len(before.items))) - {i for i, _ in pairs})
    come = sorted(set(range(len(after.items))) - {j for _, j in pairs})
    moved = len(pairs) - len(keep_order([(i, j, 1) for i, j in pairs]))
    n = len(pairs) + len(gone) + len(come)
    common: dict[str, Any] = {
        "field": "headlines",
        "module": after.label,
        "module_kind": after.kind,
        "printings_before": before.printings,
        "printings_after": after.printings,
        "headlines_before": before.n_items,
        "headlines_after": after.n_items,
        "position": after.position,
        "position_before": before.position,
        "position_after": after.position,
        "n": n,
    }
    rows: list[dict[str, Any]] = []
    if gone or come or moved:
        left = [before.items[i][0] for i in gone]
        entered = [after.items[j][0] for j in come]
        change = "changed" if gone and come else "added" if come else "removed" if gone else "moved"
        rows.append(
            common
            | {
                "change": change,
                "kind": "list",
                "kinds": "list",
                "before": " | ".join(left) or None,
                "after": " | ".join(entered) or None,
                "words_before": sum(map(count_words, left)),
                "words_after": sum(map(count_words, entered)),
                "words_removed": sum(map(count_words, left)),
                "words_added": sum(map(count_words, entered)),
                "size_chars": sum(map(len, left)) + sum(map(len, entered)),
                "similarity": len(pairs) / n,
                "detail": f"{len(come)} entered, {len(gone)} left, {moved} changed places, {len(pairs)} stayed",
            }
        )
    for i, j in rewritten:
        old, new = before.items[i][0], after.items[j][0]
        wording = diff_words(old, new, language=language, title_case=True)
        rows.append(
            common
            | {
                "change": "reworded",
                "kind": wording.kind or "wording",
                "kinds": ", ".join(wording.kinds) or "wording",
                "before": old,
                "after": new,
                "words_before": count_words(old),
                "words_after": count_words(new),
                "words_removed": wording.words_removed,
                "words_added": wording.words_added,
                "size_chars": wording.chars,
                "similarity": measure_similarity(old, new),
                "detail": describe_edits(wording.edits),
            }
        )
    return rows


def _pair_items(before: Box, after: Box) -> list[tuple[int, int]]:
    """Items that stayed: same words first, then the same url under other words; each at most once."""
    pairs: list[tuple[int, int]] = []
    free = list(range(len(before.items)))
    open_ = list(range(len(after.items)))
    keys: list[tuple[list[str | None], list[str | None]]] = [
        (list(before.keys), list(after.keys)),
        ([url for _, url in before.items], [url for _, url in after.items]),
    ]
    for left, right in keys:
        places: defaultdict[str, list[int]] = defaultdict(list)
        for j in open_:
            key = right[j]
            if key:
                places[key].append(j)
        for i in list(free):
            key = left[i]
            if key and places[key]:
                j = places[key].pop(0)
                pairs.append((i, j))
                free.remove(i)
                open_.remove(j)
    return sorted(pairs)
