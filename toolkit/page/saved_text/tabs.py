"""Tab strips in text: the tabs' names in a row, then the lists of all of them without a word between."""

from __future__ import annotations

from dataclasses import dataclass

from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line

__all__ = ["Pane", "find_panes"]

#: A tab's name is at most so wide, a headline wider (columns of a screen).
NAME_WIDTH = 16
#: A pane holds at least so many headlines.
MIN_ITEMS = 3


@dataclass(frozen=True, slots=True)
class Pane:
    """One tab: the line with its name, and its lines from ``start`` to ``stop`` (excluded)."""

    name: int
    start: int
    stop: int


def find_panes(lines: list[Line], facts: list[Facts]) -> list[Pane]:
    """Strips of short lines right above a list, set like it, whose length they divide: one pane for each name.

    Examples
    --------
    >>> from toolkit.page.saved_text.facts import find_facts
    >>> rows = ["City", "Sport", *(f"The {word} headline of the list" for word in "abcdef")]
    >>> lines = [Line(row, n, bullet="*") for n, row in enumerate(rows)]
    >>> [(pane.name, pane.start, pane.stop) for pane in find_panes(lines, [find_facts(line) for line in lines])]
    [(0, 2, 5), (1, 5, 8)]
    """
    panes: list[Pane] = []
    start = 0
    while start < len(lines):
        stop = start + 1
        while stop < len(lines) and _alike(lines[start], lines[stop]):
            stop += 1
        if lines[start].bullet and stop - start >= 2 * (1 + MIN_ITEMS):
            panes += _panes_of(facts, start, stop)
        start = stop
    return panes


def _alike(above: Line, line: Line) -> bool:
    return (above.bullet, above.indent, above.heading) == (line.bullet, line.indent, line.heading)


def _panes_of(facts: list[Facts], start: int, stop: int) -> list[Pane]:
    first = next((i for i in range(start, stop) if facts[i].width > NAME_WIDTH), stop)
    names = range(start, first)
    if len(names) > 3 and (stop - first) % len(names):
        names = names[1:]  # a keyword above the strip can be set like it
    count = len(names)
    if count < 2 or (stop - first) % count or (stop - first) // count < MIN_ITEMS:
        return []
    wide = sum(facts[i].width > NAME_WIDTH for i in range(first, stop))
    if wide < 0.8 * (stop - first) or any(facts[i].furniture for i in names):
        return []
    size = (stop - first) // count
    return [Pane(name, first + n * size, first + (n + 1) * size) for n, name in enumerate(names)]
