"""A page's lines as numbers: each line, its neighbours, the lines set like it, and its place on the page."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import numpy.typing as npt

from toolkit.page.modules.lexicon import is_chrome, look_up
from toolkit.page.modules.texts import overlap
from toolkit.page.saved_text.body import Region, is_paragraph
from toolkit.page.saved_text.facts import FURNITURE, Facts
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.wording import WORDING_NAMES, describe_wording

__all__ = ["describe_lines", "feature_names", "spread_scores"]

Matrix = npt.NDArray[np.float32]

#: The kinds that a label can name, in the order of their columns.
KINDS = (
    "related",
    "inline",
    "recommended",
    "latest",
    "popular",
    "section",
    "next",
    "sponsored",
    "menu",
    "other",
    "none",  # heads something that is no news: jobs, listings, events
)
GUESSES = ("headline", "label", "kicker", "deck", "body")
_OWN = (
    "words", "chars", "upper", "titled", "digits", "full_stop", "question", "exclamation", "ellipsis", "colon",
    "comma_end", "date", "count", "name", "byline", "email", "url", "sign", "credit", "time", "price", "quote",
    "splits", "commas", "lower", "blank", "indent", "bullet", "nested", "rank", "heading", "linked", "bold",
    "paragraph", "unspaced", "letters_a_word", "copies", "copy_near", "label", "furniture", "loose", "part",
    "button", "small", "slug_overlap", "slug_words", "slug_digits",
)  # fmt: skip
#: What a line's neighbours are told by, from three lines above to three below.
_SEEN = ("words", "full_stop", "date", "name", "blank", "indent", "bullet", "rank", "heading", "linked", "paragraph",
         "label", "furniture", "upper", "titled", "copy_near", "credit", "time", "byline", "colon")  # fmt: skip
_OFFSETS = (-3, -2, -1, 1, 2, 3)
_WINDOWS = (4, 12)
_MEANS = ("words", "label", "furniture", "paragraph", "date", "titled", "bullet", "name", "short", "medium")
_PLACE = (
    "position", "above_text", "in_text", "below_text", "from_text", "to_text", "title_overlap", "text_overlap",
    "is_title", "label_above", "label_gap", "comment_gap", "footer_gap", "alike_share", "alike_words", "alike_titled",
    "alike_furniture", "alike_label", "alike_here", "run_length", "run_place", "run_words", "run_spread", "period",
    "period_length", "page_lines", "page_text", "page_bullets", "page_linked", "page_headings", "group_length",
    "group_words", "group_place", "head_words", "head_label", "head_furniture",
)  # fmt: skip
_INDEX = {name: i for i, name in enumerate(_OWN)}


def feature_names() -> list[str]:
    """Names of the columns of :func:`describe_lines`, in order."""
    names = list(_OWN)
    names += [f"kind_{kind}" for kind in KINDS] + [f"furniture_{name}" for name in FURNITURE]
    names += [f"loose_{name}" for name in FURNITURE]
    names += [f"guess_{name}" for name in GUESSES]
    names += [f"{name}{offset:+d}" for offset in _OFFSETS for name in _SEEN]
    names += [f"{name}_in_{window}" for window in _WINDOWS for name in _MEANS]
    return [*names, *_PLACE, *WORDING_NAMES]


def describe_lines(
    lines: list[Line],
    facts: list[Facts],
    labels: list[str | None],
    region: Region,
    title: int | None,
    guesses: list[str],
    words: list[tuple[str, ...]],
) -> Matrix:
    """One row per line, one column per name of :func:`feature_names`; an empty page has no row.

    ``guesses`` are the roles by rule: what the rules say is one more thing to go by. ``words`` are each line's
    folded words.
    """
    if not lines:
        return np.zeros((0, len(feature_names())), np.float32)
    own = _describe_alone(lines, facts, labels)
    classes = _claims(lines, facts)
    furniture = _one_hot([fact.furniture for fact in facts], FURNITURE)
    loose = _one_hot([fact.loose for fact in facts], FURNITURE)
    guessed = _one_hot(guesses, GUESSES)
    parts = [own, classes, furniture, loose, guessed, _neighbours(own), _windows(own)]
    parts.append(_place(lines, facts, labels, region, title, own, words))
    parts.append(describe_wording(lines, facts, words))
    return np.hstack(parts).astype(np.float32)


def _describe_alone(lines: list[Line], facts: list[Facts], labels: list[str | None]) -> Matrix:
    copies = Counter(line.text for line in lines)
    last: dict[str, int] = {}
    near = [0.0] * len(lines)
    for i, line in enumerate(lines):
        j = last.get(line.text)
        if j is not None and i - j <= 4:
            near[i], near[j] = -1.0, 1.0
        last[line.text] = i
    margin = min((line.indent for line in lines), default=0)
    rows = []
    for i, (line, fact, label) in enumerate(zip(lines, facts, labels, strict=True)):
        ends = fact.ends
        rows.append(
            (
                min(fact.words, 60), min(fact.width, 400), fact.upper, fact.titled, fact.digits, ends == ".",
                ends == "?", ends == "!", ends == "…", ends == ":", ends == ",", fact.date, fact.count, fact.name,
                fact.byline, fact.email, fact.url, fact.sign, fact.credit, fact.time, fact.price, fact.quote,
                min(fact.splits, 6), min(fact.commas, 8), fact.lower, min(line.blank, 4),
                min(line.indent - margin, 30), bool(line.bullet), line.bullet in "+o-" and bool(line.bullet),
                line.rank is not None, line.heading, line.linked, line.bold, is_paragraph(line, fact),
                fact.unspaced, min(fact.width / max(1, fact.words), 20), min(copies[line.text], 6), near[i],
                label is not None, bool(fact.furniture), bool(fact.loose), len(line.part),
                fact.words <= 6 and is_chrome(line.text), fact.small, *_slug(line),
            )
        )  # fmt: skip
    return np.array(rows, np.float32)


def _slug(line: Line) -> tuple[float, float, float]:
    """How far the link's address spells the line out, its words and digits; -1 where the converter kept none."""
    if not line.url:
        return -1.0, -1.0, -1.0
    path = line.url.split("?")[0].rstrip("/").split("/")
    slug = max(path[3:] or [""], key=len) if "://" in line.url else max(path, key=len)
    return (
        overlap(line.text, slug),
        float(min(20, len(re.split(r"[-_]", slug)))),
        float(any(map(str.isdigit, slug))),
    )


def _claims(lines: list[Line], facts: list[Facts]) -> Matrix:
    """For each kind, how surely the line claims to head such a module."""
    place = {name: i for i, name in enumerate(KINDS)}
    table = np.zeros((len(lines), len(KINDS)), np.float32)
    for row, (line, fact) in enumerate(zip(lines, facts, strict=True)):
        if fact.words <= 12:
            for kind, sure in look_up(line.text).items():
                if kind in place:
                    table[row, place[kind]] = sure
    return table


def _one_hot(values: list[str], names: tuple[str, ...]) -> Matrix:
    place = {name: i for i, name in enumerate(names)}
    table = np.zeros((len(values), len(names)), np.float32)
    for row, value in enumerate(values):
        if value in place:
            table[row, place[value]] = 1.0
    return table


def _shift(table: Matrix, offset: int, fill: float = -2.0) -> Matrix:
    moved = np.full_like(table, fill)
    if offset > 0:
        moved[:-offset] = table[offset:]
    else:
        moved[-offset:] = table[:offset]
    return moved


def _neighbours(own: Matrix) -> Matrix:
    seen = own[:, [_INDEX[name] for name in _SEEN]].copy()
    indent = _SEEN.index("indent")
    parts = []
    for offset in _OFFSETS:
        if abs(offset) >= len(own):
            parts.append(np.full_like(seen, -2.0))
            continue
        moved = _shift(seen, offset)
        outside = moved[:, indent] == -2.0
        moved[:, indent] -= seen[:, indent]  # deeper or less deep than this line
        moved[outside, indent] = -40.0
        parts.append(moved)
    return np.hstack(parts)


def _windows(own: Matrix) -> Matrix:
    words = own[:, 0]
    table = np.column_stack(
        [own[:, [_INDEX[name] for name in _MEANS[:-2]]], words <= 3, (words >= 4) & (words <= 25)]
    )
    return np.hstack([_window_means(table, width) for width in _WINDOWS])


def _window_means(table: npt.NDArray[np.floating], width: int) -> Matrix:
    """Means over the lines from ``width`` above to ``width`` below."""
    size = len(table)
    sums = np.vstack([np.zeros((1, table.shape[1])), np.cumsum(table, axis=0, dtype=np.float64)])
    low = np.maximum(np.arange(size) - width, 0)
    high = np.minimum(np.arange(size) + width + 1, size)
    return ((sums[high] - sums[low]) / (high - low)[:, None]).astype(np.float32)


def _place(
    lines: list[Line],
    facts: list[Facts],
    labels: list[str | None],
    region: Region,
    title: int | None,
    own: Matrix,
    words: list[tuple[str, ...]],
) -> Matrix:
    size = len(lines)
    rows = np.arange(size)
    start, stop = (region.start, region.stop) if region else (size, size)
    title_stems = _stems(words[title]) if title is not None else set()
    text_stems = {stem for i in region.lines[:12] for stem in _stems(words[i])}
    title_overlap, text_overlap = np.zeros(size), np.zeros(size)
    for i in range(size):
        if 3 <= facts[i].words <= 40:
            found = _stems(words[i])
            if len(found) >= 2:
                title_overlap[i] = len(found & title_stems) / len(found)
                text_overlap[i] = len(found & text_stems) / len(found)
    title_key = lines[title].text.casefold() if title is not None else None
    is_title = [line.text.casefold() == title_key for line in lines]
    label_above, label_gap = _above([label is not None for label in labels])
    _, comment_gap = _above([fact.furniture == "comment" for fact in facts])
    _, footer_gap = _above([fact.sign or fact.furniture == "footer" for fact in facts])
    alike = _alike(lines, own)
    runs = _runs(lines, own)
    period, length = _period(lines, facts)
    groups = _groups(lines, own, labels, facts)
    text_chars = sum(len(lines[i].text) for i in region.lines)
    total = max(1, sum(len(line.text) for line in lines))
    page = (
        min(size, 1000), text_chars / total, own[:, _INDEX["bullet"]].mean(), own[:, _INDEX["linked"]].mean(),
        (own[:, _INDEX["heading"]] > 0).mean(),
    )  # fmt: skip
    return np.column_stack(
        [
            rows / size, rows < start, (rows >= start) & (rows < stop), rows >= stop,
            np.clip(rows - start, -200, 200), np.clip(rows - stop, -200, 200), title_overlap, text_overlap, is_title,
            label_above, label_gap, comment_gap, footer_gap, alike, runs, period, length,
            np.tile(page, (size, 1)), groups,
        ]
    ).astype(np.float32)  # fmt: skip


def _stems(words: tuple[str, ...]) -> set[str]:
    return {word[:5] for word in words if len(word) > 2}


def _above(marked: list[bool]) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Whether a marked line stands in the 60 lines above, and how many lines above, 100 where none does."""
    gap, found = 100.0, []
    for mark in marked:
        found.append(gap)
        gap = 1.0 if mark else min(gap + 1.0, 100.0)
    gaps = np.array(found)
    return gaps <= 60, gaps


def _alike(lines: list[Line], own: Matrix) -> Matrix:
    """Of the page's lines with the same bullet, indent and heading mark: how many, how long, how they read."""
    groups: dict[tuple[str, int, int, bool], list[int]] = {}
    for i, line in enumerate(lines):
        groups.setdefault((line.bullet, line.indent, line.heading, line.linked > 0.8), []).append(i)
    table = np.zeros((len(lines), 6), np.float32)
    columns = [0, _INDEX["titled"], _INDEX["furniture"], _INDEX["label"]]
    for members in groups.values():
        at = np.array(members)
        table[at, 0] = len(at) / len(lines)
        table[at, 1:5] = own[at][:, columns].mean(axis=0)
        table[at, 5] = np.searchsorted(at, at + 13) - np.searchsorted(at, at - 12)
    return table


def _runs(lines: list[Line], own: Matrix) -> Matrix:
    """The unbroken run of lines set alike around each line: its length, the place in it, its words' mean, spread."""
    table = np.zeros((len(lines), 4), np.float32)
    words = own[:, 0].astype(np.float64)
    sums, squares = np.concatenate([[0.0], np.cumsum(words)]), np.concatenate([[0.0], np.cumsum(words**2)])
    start = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines):
            above, line = lines[i - 1], lines[i]
            same = (above.bullet, above.indent, above.heading) == (line.bullet, line.indent, line.heading)
            if same and (line.blank > 0) == (lines[start + 1].blank > 0 if i > start + 1 else line.blank > 0):
                continue
        size = i - start
        mean = (sums[i] - sums[start]) / size
        spread = max(0.0, (squares[i] - squares[start]) / size - mean * mean) ** 0.5
        table[start:i, 0] = min(size, 60)
        table[start:i, 1] = np.minimum(np.arange(size), 60)
        table[start:i, 2] = mean
        table[start:i, 3] = spread
        start = i
    return table


def _period(lines: list[Line], facts: list[Facts]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """How well the lines around repeat every one to six lines, and which of these steps fits best."""
    size = len(lines)
    code = np.array(
        [
            hash_free(
                (
                    2 if fact.date else 3 if fact.byline or fact.name else 4 if fact.furniture else 0,
                    0 if fact.words <= 3 else 1 if fact.words <= 18 else 2,
                    bool(line.bullet),
                    line.rank is not None,
                    line.heading > 0,
                    fact.ends == ".",
                )
            )
            for line, fact in zip(lines, facts, strict=True)
        ]
    )
    best, which = np.zeros(size), np.zeros(size)
    for step in range(1, 7):
        if step >= size:
            break
        same = np.zeros(size + 1)
        same[step + 1 :] = np.cumsum(code[step:] == code[:-step])
        low = np.maximum(np.arange(size) - step, 0)
        high = np.minimum(np.arange(size) + 2 * step, size)
        share = (same[high] - same[low]) / np.maximum(high - low, 1)
        better = share > best + 0.05
        best[better], which[better] = share[better], step
    return best, which


def hash_free(parts: tuple[int | bool, ...]) -> int:
    """One number for a few small ones, the same on every machine."""
    number = 0
    for part in parts:
        number = number * 5 + int(part)
    return number


def _groups(lines: list[Line], own: Matrix, labels: list[str | None], facts: list[Facts]) -> Matrix:
    """The stretch that a short unmarked line heads: its length and words, the place in it, what its head is."""
    table = np.zeros((len(lines), 6), np.float32)
    start = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines):
            line, fact, above = lines[i], facts[i], lines[i - 1]
            heads = (
                fact.words <= 6
                and not (line.bullet or line.rank is not None or fact.date or fact.count or fact.byline)
                and (line.heading > 0 or line.blank > 0 or line.indent < above.indent)
                and line.indent <= lines[start].indent
            )
            if not heads and labels[i] is None:
                continue
        table[start:i, 0] = min(i - start, 60)
        table[start:i, 1] = own[start + 1 : i, 0].mean() if i - start > 1 else 0.0
        table[start:i, 2] = np.minimum(np.arange(i - start), 60)
        table[start:i, 3] = own[start, 0]
        table[start:i, 4] = labels[start] is not None
        table[start:i, 5] = bool(facts[start].furniture)
        start = i
    return table


def spread_scores(lines: list[Line], scores: Matrix) -> Matrix:
    """What the lines around were first taken for: columns for a second look at each line.

    ``scores`` has a row per line and a column per role, each 0 to 1. Given are the scores of the six lines
    above and below, their means over wider windows, and their mean over the lines nearby that are set alike.
    """
    size, roles = scores.shape
    parts = [scores]
    for offset in (-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6):
        parts.append(_shift(scores, offset, 0.0) if abs(offset) < size else np.zeros_like(scores))
    parts += [_window_means(scores, width) for width in (3, 8, 25)]
    alike = np.zeros((size, 2 * roles), np.float32)
    groups: dict[tuple[str, int, int], list[int]] = {}
    for i, line in enumerate(lines):
        groups.setdefault((line.bullet, line.indent, line.heading), []).append(i)
    for members in groups.values():
        at = np.array(members)
        sums = np.vstack([np.zeros((1, roles)), np.cumsum(scores[at], axis=0, dtype=np.float64)])
        low, high = np.searchsorted(at, at - 15), np.searchsorted(at, at + 16)
        alike[at, :roles] = (sums[high] - sums[low]) / (high - low)[:, None]
        alike[at, roles:] = scores[at].mean(axis=0)
    parts.append(alike)
    return np.hstack(parts).astype(np.float32)
