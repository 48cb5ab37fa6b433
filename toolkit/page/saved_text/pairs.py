"""Where one module ends and the next begins: what stands between two headlines, as numbers."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from toolkit.page.modules.lexicon import look_up
from toolkit.page.saved_text.body import Region
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.tabs import count_strip

__all__ = ["PAIR_NAMES", "describe_pairs", "part_by_rule", "part_for_sure"]

Matrix = npt.NDArray[np.float32]

PAIR_NAMES = (
    "gap", "best_label", "label_at", "label_words", "label_claim", "label_heading", "label_deeper", "label_blank",
    "label_copies", "rank_starts", "rank_goes_on", "rank_above", "same_bullet", "same_indent", "same_heading",
    "same_linked", "indent_step", "blank_above", "blank_below", "more_between", "dates_between", "body_between",
    "furniture_between", "short_between", "long_between", "kicker_best", "usual_gap", "gap_over_usual", "usual_share",
    "words_above", "words_below", "words_ratio", "score_above", "score_below", "since_start", "region", "position",
    "gap_above", "gap_below", "second_label", "same_between", "first_is_label", "label_as_kicker",
    "label_blank_more", "blank_more", "label_strip",
)  # fmt: skip


def describe_pairs(
    lines: list[Line], facts: list[Facts], scores: Matrix, region: Region, heads: Sequence[int]
) -> Matrix:
    """One row for each two headlines in a row of ``heads``; columns as :data:`PAIR_NAMES`."""
    if len(heads) < 2:
        return np.zeros((0, len(PAIR_NAMES)), np.float32)
    gaps = [b - a - 1 for a, b in pairwise(heads)]
    copies = Counter(line.text for line in lines)
    shapes = [tuple(_shape(facts[i]) for i in range(a + 1, b)) for a, b in pairwise(heads)]
    rows = []
    for k, (a, b) in enumerate(pairwise(heads)):
        near = gaps[max(0, k - 4) : k] + gaps[k + 1 : k + 5]
        usual, times = Counter(near).most_common(1)[0] if near else (gaps[k], 0)
        between = range(a + 1, b)
        order = sorted(between, key=lambda i: (-scores[i, 2], -i))
        best = order[0] if order else -1
        label = lines[best] if order else None
        claims = look_up(label.text) if label is not None and facts[best].words <= 12 else {}
        above, below = lines[a], lines[b]
        usual_blank = statistics.median(lines[i].blank for i in heads[max(0, k - 3) : k + 5] if i != b)
        same = [shapes[j] for j in range(max(0, k - 4), min(len(shapes), k + 5)) if j != k]
        rows.append(
            (
                min(gaps[k], 80),
                scores[best, 2] if order else -1.0,
                b - best if order else -1,
                facts[best].words if order else -1,
                max(claims.values(), default=0.0),
                label.heading if label is not None else -1,
                label.indent - below.indent if label is not None else -50,
                label.blank if label is not None else -1,
                copies[label.text] if label is not None else -1,
                below.rank == 1,
                below.rank is not None and above.rank is not None and below.rank == above.rank + 1,
                above.rank or 0,
                above.bullet == below.bullet,
                above.indent == below.indent,
                above.heading == below.heading,
                abs(above.linked - below.linked) < 0.3,
                below.indent - above.indent,
                lines[a + 1].blank if b > a + 1 else below.blank,
                below.blank,
                sum(facts[i].furniture == "more" for i in between),
                sum(facts[i].date for i in between),
                sum(region.start <= i < region.stop and facts[i].words > 20 for i in between)
                if region
                else 0,
                sum(bool(facts[i].furniture) for i in between),
                sum(facts[i].words <= 4 for i in between),
                sum(facts[i].words >= 12 for i in between),
                max((scores[i, 3] for i in between), default=0.0),
                usual,
                gaps[k] - usual,
                times / max(1, len(near)),
                facts[a].words,
                facts[b].words,
                facts[a].words / max(1, facts[b].words),
                scores[a, 1],
                scores[b, 1],
                min(k, 40),
                (0 if b < region.start else 1 if a < region.stop else 2) if region else 3,
                b / len(lines),
                gaps[k - 1] if k else -1,
                gaps[k + 1] if k + 1 < len(gaps) else -1,
                scores[order[1], 2] if len(order) > 1 else -1.0,
                same.count(shapes[k]) / max(1, len(same)),
                scores[a + 1, 2] if b > a + 1 else -1.0,
                scores[best, 3] if order else -1.0,
                label.blank - usual_blank if label is not None else -1,
                below.blank - usual_blank,
                count_strip(lines, facts, best) if order else -1,
            )
        )
    return np.array(rows, np.float32)


def _shape(fact: Facts) -> int:
    if fact.date:
        return 1
    if fact.furniture:
        return 2
    return 3 if fact.words <= 4 else 4 if fact.words <= 15 else 5


def part_by_rule(rows: Matrix) -> npt.NDArray[np.float32]:
    """How likely two headlines stand in two modules, by rule: a label between them, a gap, running text."""
    column = {name: i for i, name in enumerate(PAIR_NAMES)}
    found = np.zeros(len(rows), np.float32)
    label, kicker = rows[:, column["best_label"]], rows[:, column["label_as_kicker"]]
    found[(label > 0.4) & (label > kicker)] = 0.9
    found[rows[:, column["gap"]] > 9] = 0.8
    found[rows[:, column["body_between"]] > 0] = 0.9
    return np.maximum(found, part_for_sure(rows))


def part_for_sure(rows: Matrix) -> npt.NDArray[np.float32]:
    """0.9 where a label stands between, or a lone short line set further out breaks a list without lines between."""
    column = {name: i for i, name in enumerate(PAIR_NAMES)}
    label, kicker = rows[:, column["best_label"]], rows[:, column["label_as_kicker"]]
    headed = (label >= 0.5) & (label > kicker)  # what is likelier a kicker stands beside one headline
    lone = (rows[:, column["gap"]] <= 2) & (rows[:, column["usual_gap"]] == 0) & (rows[:, column["gap"]] >= 1)
    short = (rows[:, column["label_words"]] <= 6) & (rows[:, column["label_deeper"]] < 0)
    plain = (rows[:, column["dates_between"]] == 0) & (rows[:, column["furniture_between"]] == 0)
    often = rows[:, column["same_between"]] < 0.3
    return np.where(headed | (lone & short & plain & often), np.float32(0.9), np.float32(0.0))
