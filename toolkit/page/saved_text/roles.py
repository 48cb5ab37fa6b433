"""From scores to roles: one role a line, as the page's modules agree on it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Set

import numpy as np
import numpy.typing as npt

from toolkit.page.saved_text.body import Region
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.tabs import find_panes

__all__ = ["decide_roles"]

Matrix = npt.NDArray[np.float32]

#: Columns of the score table.
HEADLINE, LABEL, KICKER = 1, 2, 3
#: A line scoring this much is a headline, a label, a kicker.
ENOUGH = {HEADLINE: 0.4, LABEL: 0.32, KICKER: 0.3}
#: Among three or more headlines set alike within so many lines, so low a score is enough ...
NEAR, WITH_FELLOWS = 10, 0.3
#: ... and among headlines set otherwise, so high a one is needed.
ALONE = 0.6
#: Copies of a headline (a picture's text, then the headline) stand at most so many lines apart.
COPY_REACH = 3


def decide_roles(
    lines: list[Line],
    facts: list[Facts],
    scores: Matrix,
    region: Region,
    title: int | None,
    bylines: Set[int] = frozenset(),
) -> list[str]:
    """For each line "title", "byline", "headline", "label", "kicker", "deck", "body" or "" (anything else).

    Parameters
    ----------
    scores : array
        One row per line; columns: anything else, headline, label, kicker, running text.
    bylines : set of int
        Lines that state the article's authors.
    """
    roles = [""] * len(lines)
    for i in region.lines:
        roles[i] = "body"
    own = lines[title].text.casefold() if title is not None else None
    taken: dict[str, int] = {}
    for i, (line, fact) in enumerate(zip(lines, facts, strict=True)):
        if i in bylines:
            roles[i] = "byline"
            continue
        if i == title:
            roles[i] = "title"
            continue
        if line.text.casefold() == own:
            continue
        best = int(np.argmax(scores[i, 1:4])) + 1
        if scores[i, best] < ENOUGH[best]:
            continue
        if best == HEADLINE:
            if fact.date or fact.count or fact.furniture or fact.email or fact.sign:
                continue
            key = line.text.casefold()
            if key in taken and i - taken[key] <= COPY_REACH:
                continue  # its picture's text said the same
            taken[key] = i
            roles[i] = "headline"
        elif best == LABEL:
            roles[i] = "label"
            taken.clear()  # below another label the same headline is another print of it
        else:
            roles[i] = "kicker"
    _agree(lines, facts, scores, roles)
    _fill_panes(lines, facts, roles)
    _find_decks(lines, facts, roles, scores)
    return roles


def _agree(lines: list[Line], facts: list[Facts], scores: Matrix, roles: list[str]) -> None:
    """Let neighbours agree: among headlines set alike, a line set like them needs less; an odd one out more."""
    heads = [i for i, role in enumerate(roles) if role == "headline"]
    shape = [(line.bullet, line.indent, line.heading, line.rank is not None) for line in lines]
    counts: dict[tuple[str, int, int, bool], list[int]] = {}
    for i in heads:
        counts.setdefault(shape[i], []).append(i)
    for i, role in enumerate(roles):
        alike = counts.get(shape[i], [])
        near = [j for j in alike[bisect_left(alike, i - NEAR) : bisect_left(alike, i + NEAR + 1)] if j != i]
        fact = facts[i]
        if not role and scores[i, HEADLINE] >= WITH_FELLOWS:
            between = [j for j in near if j < i], [j for j in near if j > i]
            if (
                len(near) >= 3
                and between[0]
                and between[1]
                and not (fact.date or fact.furniture or fact.count)
            ):
                roles[i] = "headline"
        elif role == "headline" and not near and scores[i, HEADLINE] < ALONE:
            crowd = bisect_left(heads, i + NEAR + 1) - bisect_left(heads, i - NEAR) - 1
            if crowd >= 4:
                roles[i] = ""


def _fill_panes(lines: list[Line], facts: list[Facts], roles: list[str]) -> None:
    """Where most lines under a tab strip are headlines all are, and the strip's names are their labels."""
    panes = find_panes(lines, facts, roles)
    if sum(roles[i] == "headline" for pane in panes for i in range(pane.start, pane.stop)) < 0.6 * sum(
        pane.stop - pane.start for pane in panes
    ):
        return
    for pane in panes:
        roles[pane.name] = "label"
        roles[pane.start : pane.stop] = ["headline"] * (pane.stop - pane.start)


def _find_decks(lines: list[Line], facts: list[Facts], roles: list[str], scores: Matrix) -> None:
    """A summary is a sentence right below a headline, where no running text begins."""
    for i in range(1, len(lines)):
        if (
            roles[i] not in ("", "body")
            or roles[i - 1] not in ("headline", "deck")
            or scores[i, HEADLINE] > 0.3
        ):
            continue
        fact = facts[i]
        if lines[i].bullet or lines[i].rank is not None or fact.words < 7 or fact.words > 70:
            continue
        if fact.furniture or fact.date or fact.credit or fact.sign or fact.byline:
            continue
        if roles[i] == "body":
            # between headlines a sentence is a summary; before more running text it is the article's own
            following = roles[i + 1] if i + 1 < len(roles) else ""
            if following == "body" or roles[i - 1] == "deck":
                continue
        elif not fact.ends and fact.words < 10:
            continue
        roles[i] = "deck"
