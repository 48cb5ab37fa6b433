"""Which line heads a module: the lines above its first headline, as numbers for the trees to choose from."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from toolkit.page.modules.lexicon import is_chrome, look_up
from toolkit.page.saved_text.body import Region
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.split import label_claim
from toolkit.page.saved_text.tabs import count_strip

__all__ = ["HEADING_NAMES", "Stretch", "choose_headings", "describe_headings", "find_stretches"]

Matrix = npt.NDArray[np.float32]
#: The lines that may head a module, between ``floor`` and the first of its headlines.
Stretch = tuple[int, Sequence[int]]

#: A label stands at most so many lines above the first headline, and has at most so many words.
REACH = 14
MAX_WORDS = 14
#: Lines with so low a chance to head the module leave it without a label.
ENOUGH = 0.1

_NUMBERS = re.compile(r"\d+")
_OUT = frozenset(("title", "body", "byline"))
#: Words of comment forms and menus head nothing; nor does one of so many short items of a list, unless it says so.
_NO_LABEL = frozenset(("comment", "menu"))
MENU = 4

HEADING_NAMES = (
    "above", "below_last", "room", "other_score", "headline_score", "label_score", "kicker_score", "body_score",
    "behind_best", "better", "second", "label_between", "headline_between", "kicker_between", "body_between",
    "short_between", "dates_between", "furniture_between", "long_between", "words", "width", "upper", "titled",
    "colon", "sentence", "date", "name", "byline", "furniture", "loose", "count", "small", "credit", "lead_digit",
    "claim", "section_claim", "none_claim", "chrome", "heading", "head_heading", "deeper", "bullet", "head_bullet",
    "same_bullet", "blank", "blank_below", "head_blank", "linked", "head_linked", "rank", "head_rank", "part", "bold",
    "copies", "near_headlines", "like_others", "text_of_others", "headlines", "page_lines", "position", "region",
    "words_above", "date_above", "headline_score_above", "label_score_above", "label_score_below",
    "headline_score_below", "kicker_score_below", "head_words", "first",
    "strip", "blank_more", "head_blank_more",
)  # fmt: skip


@dataclass(slots=True)
class _Around:
    """What the whole page says of a line's words: how often they come, and how often beside a headline."""

    copies: Counter[str]
    near: Counter[str]


def find_stretches(heads: Sequence[int], starts: Sequence[int]) -> list[Stretch]:
    """For each module its headlines, and the first line that may head it; ``starts`` are places in ``heads``.

    Examples
    --------
    >>> find_stretches([4, 5, 9], [0, 2])
    [(0, [4, 5]), (6, [9])]
    """
    return [
        (heads[start - 1] + 1 if start else 0, list(heads[start:stop]))
        for start, stop in pairwise([*starts, len(heads)])
    ]


def choose_headings(
    lines: list[Line],
    facts: list[Facts],
    roles: Sequence[str],
    scores: Matrix,
    region: Region,
    stretches: Sequence[Stretch],
    predict: Callable[[Matrix], npt.NDArray[np.floating]],
) -> list[int | None]:
    """For each module the line that heads it, None where it has no label.

    ``predict`` tells for rows of :func:`describe_headings` how likely each line is the label.
    """
    candidates, rows = describe_headings(lines, facts, roles, scores, region, stretches)
    likely = predict(rows) if len(rows) else np.zeros(0)
    chosen: list[int | None] = []
    at = 0
    for members in candidates:
        own = likely[at : at + len(members)]
        at += len(members)
        best = int(np.argmax(own)) if members else -1
        chosen.append(members[best] if members and own[best] > ENOUGH else None)
    return chosen


def describe_headings(
    lines: list[Line],
    facts: list[Facts],
    roles: Sequence[str],
    scores: Matrix,
    region: Region,
    stretches: Sequence[Stretch],
) -> tuple[list[list[int]], Matrix]:
    """For each module the lines that may head it, nearest first, and one row for each of them, one below another."""
    around = _look_around(lines, [i for _, heads in stretches for i in heads])
    candidates: list[list[int]] = []
    rows: list[tuple[float, ...]] = []
    for floor, heads in stretches:
        members = [
            i
            for i in range(heads[0] - 1, max(floor, heads[0] - REACH) - 1, -1)
            if roles[i] not in _OUT
            and facts[i].words <= MAX_WORDS
            and facts[i].furniture not in _NO_LABEL
            and (not lines[i].bullet or count_strip(lines, facts, i) < MENU or label_claim(lines[i].text))
        ]
        candidates.append(members)
        ranked = sorted((float(scores[i, 2]) for i in members), reverse=True)
        usual = statistics.median(lines[head].blank for head in heads[1:9]) if len(heads) > 1 else 0
        for i in members:
            better = sum(score > scores[i, 2] for score in ranked)
            rivals = (
                ranked[0] - float(scores[i, 2]),
                better,
                ranked[1] if len(ranked) > 1 else -1.0,
            )
            rows.append(
                (
                    heads[0] - i, i - floor, heads[0] - floor, *scores[i, :5].tolist(), *rivals,
                    *_between(facts, scores, i, heads[0]), *_alone(lines[i], facts[i]),
                    *_layout(lines, i, heads[0]), *_company(lines, facts, around, i, heads),
                    min(len(lines), 1000), i / len(lines),
                    (0 if i < region.start else 1 if i < region.stop else 2) if region else 3,
                    facts[i - 1].words if i else -1, facts[i - 1].date if i else -1,
                    scores[i - 1, 1] if i else -1, scores[i - 1, 2] if i else -1,
                    scores[i + 1, 2], scores[i + 1, 1], scores[i + 1, 3], facts[heads[0]].words, i == floor,
                    count_strip(lines, facts, i), lines[i].blank - usual, lines[heads[0]].blank - usual,
                )
            )  # fmt: skip
    return candidates, np.array(rows, np.float32).reshape(-1, len(HEADING_NAMES))


def _look_around(lines: list[Line], heads: Sequence[int]) -> _Around:
    keys = [_masked(line.text) for line in lines]
    inside = set(heads)
    beside = {i + step for i in heads for step in (-2, -1, 1, 2)} - inside
    return _Around(Counter(keys), Counter(keys[i] for i in beside if 0 <= i < len(keys)))


def _masked(text: str) -> str:
    """A line with its numbers all alike: "12 comments" comes as often as such lines do."""
    return _NUMBERS.sub("0", text)


def _between(facts: list[Facts], scores: Matrix, i: int, head: int) -> tuple[float, ...]:
    """What stands between a line and the headline."""
    inside = facts[i + 1 : head]
    highest = scores[i + 1 : head, [2, 1, 3, 4]].max(axis=0).tolist() if inside else [-1.0] * 4
    return (
        *highest,
        sum(fact.words <= 4 for fact in inside),
        sum(fact.date for fact in inside),
        sum(bool(fact.furniture) for fact in inside),
        sum(fact.words >= 8 for fact in inside),
    )


def _alone(line: Line, fact: Facts) -> tuple[float, ...]:
    claims = look_up(line.text) if fact.words <= 12 else {}
    claim = max((sure for kind, sure in claims.items() if kind not in ("none", "section")), default=0.0)
    return (
        fact.words, fact.width, fact.upper, fact.titled, fact.ends == ":", fact.ends in (".", "?", "!", "…"),
        fact.date, fact.name, fact.byline, bool(fact.furniture), bool(fact.loose), fact.count, fact.small,
        fact.credit, line.text[0].isdigit(), claim, claims.get("section", 0.0), claims.get("none", 0.0),
        fact.words <= 6 and is_chrome(line.text),
    )  # fmt: skip


def _layout(lines: list[Line], i: int, at: int) -> tuple[float, ...]:
    """How the line is set, and how the headline is."""
    line, head = lines[i], lines[at]
    return (
        line.heading, head.heading, line.indent - head.indent, bool(line.bullet), bool(head.bullet),
        line.bullet == head.bullet, line.blank, lines[i + 1].blank, head.blank, line.linked, head.linked,
        line.rank is not None, head.rank is not None, len(line.part), line.bold,
    )  # fmt: skip


def _company(
    lines: list[Line], facts: list[Facts], around: _Around, i: int, heads: Sequence[int]
) -> tuple[float, ...]:
    """Whether the module's other headlines have such a line, too, in the same place: then it heads none of them."""
    key = _masked(lines[i].text)
    places = [head - (heads[0] - i) for head in heads[1:6]]
    places = [place for place in places if place > 0]
    shape = _shape(lines[i], facts[i])
    alike = sum(_shape(lines[j], facts[j]) == shape and j not in heads for j in places)
    same = sum(lines[j].text == lines[i].text for j in places)
    return (
        min(around.copies[key], 8),
        around.near[key],
        alike / len(places) if places else -1.0,
        same if places else -1.0,
        len(heads),
    )


def _shape(line: Line, fact: Facts) -> tuple[bool, bool, int, str, int]:
    size = fact.words if fact.words <= 4 else 5 if fact.words <= 15 else 6
    return fact.date, bool(fact.furniture), size, line.bullet, line.heading
