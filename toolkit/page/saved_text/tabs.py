"""Tab strips in text: the tabs' names in a row, then the lists of all of them without a word between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line

__all__ = ["Pane", "count_strip", "find_panes"]

#: A tab's name is at most so wide, a headline wider (columns of a screen).
NAME_WIDTH = 16
#: A pane holds at least so many headlines; where no bullets bind names and headlines together, at least so many, and
#: there are at least so many tabs.
MIN_ITEMS, MIN_BARE_ITEMS, MIN_BARE_NAMES = 3, 5, 3
#: A line of a strip has at most so many words; no more lines are counted than this.
STRIP_WORDS, LONGEST_STRIP = 3, 20


@dataclass(frozen=True, slots=True)
class Pane:
    """One tab: the line with its name, and its lines from ``start`` to ``stop`` (excluded)."""

    name: int
    start: int
    stop: int


def find_panes(lines: list[Line], facts: list[Facts], roles: Sequence[str]) -> list[Pane]:
    """Strips of short lines right above a list, set like it, whose length they divide: one pane for each name.

    Lines without bullets are a list where ``roles`` tells that they are headlines, or leaves open what they are.

    Examples
    --------
    >>> from toolkit.page.saved_text.facts import find_facts
    >>> rows = ["City", "Sport", *(f"The {word} headline of the list" for word in "abcdef")]
    >>> lines = [Line(row, n, bullet="*") for n, row in enumerate(rows)]
    >>> panes = find_panes(lines, [find_facts(line) for line in lines], [""] * len(lines))
    >>> [(pane.name, pane.start, pane.stop) for pane in panes]
    [(0, 2, 5), (1, 5, 8)]
    """
    panes: list[Pane] = []
    start = 0
    while start < len(lines):
        stop = start + 1
        while stop < len(lines) and _alike(lines[start], lines[stop]):
            stop += 1
        if lines[start].bullet:
            panes += _panes_of(lines, facts, start, stop)
        else:
            panes += _bare_panes(lines, facts, roles, start, stop)
        start = stop
    return panes


def _alike(above: Line, line: Line) -> bool:
    return (above.bullet, above.indent, above.heading) == (line.bullet, line.indent, line.heading)


def _panes_of(lines: list[Line], facts: list[Facts], start: int, stop: int) -> list[Pane]:
    """The panes of a list from ``start`` to ``stop``, in which the names stand first."""
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
    # names that stand closer than the headlines choose among them, and their panes are not printed
    if _usual_blank(lines[names[1] : first]) != _usual_blank(lines[first + 1 : stop]):
        return []
    return [Pane(name, first + n * size, first + (n + 1) * size) for n, name in enumerate(names)]


def _usual_blank(lines: Sequence[Line]) -> int:
    """Empty lines above most of ``lines``."""
    return Counter(line.blank for line in lines).most_common(1)[0][0]


def _bare_panes(
    lines: list[Line], facts: list[Facts], roles: Sequence[str], start: int, stop: int
) -> list[Pane]:
    """The panes among lines without bullets: long runs of headlines right below the names."""
    panes: list[Pane] = []
    while start < stop:
        first = start
        while first < stop and facts[first].width <= NAME_WIDTH:
            first += 1
        last = first
        while last < stop and facts[last].width > NAME_WIDTH and roles[last] != "label":
            last += 1
        after = last
        while last > first and roles[last - 1] != "headline":
            last -= 1
        if first - start >= MIN_BARE_NAMES and last - first >= MIN_BARE_NAMES * MIN_BARE_ITEMS:
            found = _panes_of(lines, facts, start, last)
            if found and found[0].stop - found[0].start >= MIN_BARE_ITEMS:
                panes += found
        start = max(after, first + 1)
    return panes


def count_strip(lines: list[Line], facts: list[Facts], i: int) -> int:
    """How many short lines set like line ``i`` stand in an unbroken row with it, itself left out.

    Examples
    --------
    >>> from toolkit.page.saved_text.facts import find_facts
    >>> lines = [Line(row, n) for n, row in enumerate(["City", "Sport", "Arts", "A headline of six words here"])]
    >>> count_strip(lines, [find_facts(line) for line in lines], 1)
    2
    """
    count = 0
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(lines) and count < LONGEST_STRIP:
            if facts[j].words > STRIP_WORDS or not _alike(lines[i], lines[j]):
                break
            count += 1
            j += step
    return count
