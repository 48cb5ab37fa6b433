"""Items of one list stand or fall together: what is thought of a card's siblings counts for the card."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from toolkit.page.modules.cards import Card, slot_of_piece
from toolkit.page.modules.context import Page
from toolkit.page.modules.features import NAMES
from toolkit.page.modules.kinds import is_step

#: How much the mean of a list counts beside the card's own probability (both as log odds).
SHARE = 0.7
#: From this many siblings on.
LEAST = 3
#: What a label that claims a kind of module is worth for the list it heads, in log odds; more where the label owns
#: up to paid content, whose headlines and addresses are unlike those of stories.
HEADED, HEADED_PAID = 0.7, 2.0
#: What a label is worth that claims something else than stories (jobs, events, coupons), and what it is worth that a
#: list's links lead to the page's own address with another number (``view.php?id=7`` on ``view.php?id=9``), or to
#: what is called a view of a numbered article where the page's own address is unknown.
HEADED_ELSE, TWINS = -2.0, 2.5
#: What it is worth for a single card that its link says it leads to the article before or after this one, and its
#: address spells its headline: such links stand among buttons.
STEP = 4.5
_VIEW = re.compile(r"(?:article|story|view|read)(?:\.\w{2,5})?\?(?:[^#]*&)?\w+=\d{2,}(?:&|#|$)", re.I)
#: How sure the label lists must be of the claim.
_SURE = 0.75
_HEADED = {"related": HEADED, "recommended": HEADED, "latest": HEADED, "popular": HEADED,
           "sponsored": HEADED_PAID, "none": HEADED_ELSE}  # fmt: skip
_WORTH = [_HEADED[name.removeprefix("head_")] for name in NAMES if name.removeprefix("head_") in _HEADED]
_AGE = NAMES.index("head_age")
_CLAIMED = slice(
    _AGE, NAMES.index("head_related") + len(_HEADED)
)  # how far away the label is, and what it claims
_SAME_PATH = NAMES.index("same_path")
_OVERLAP = NAMES.index("overlap")


def agree(page: Page, chosen: Sequence[int], table: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Probabilities of the cards in ``chosen``, drawn towards those of their siblings.

    Siblings are cards whose zones have one parent and whose headlines are made up alike. ``table`` is what
    :func:`toolkit.page.modules.features.describe_cards` counted, ``sure`` the cards' own probabilities.
    """
    if not len(chosen):
        return sure
    # few enough for plain loops: NumPy takes longer to start
    tree, pieces = page.tree, page.pieces
    cards = [page.cards[n] for n in chosen]
    odds = [math.log(p / (1 - p)) for p in (min(max(p, 1e-4), 1 - 1e-4) for p in sure.tolist())]
    groups: dict[tuple[int, tuple[str, str, str, str]], list[int]] = {}
    for row, card in enumerate(cards):
        key = tree.parent[card.zone], slot_of_piece(tree, pieces, card.parts[0])
        groups.setdefault(key, []).append(row)
    same_path, claims = table[:, _SAME_PATH].tolist(), table[:, _CLAIMED].tolist()
    drawn = odds.copy()
    for rows in groups.values():
        count = len(rows)
        if count < LEAST:
            continue
        mean = sum([odds[row] for row in rows]) / count
        twins = sum([same_path[row] or _is_view(page, cards[row]) for row in rows]) / count
        for row in rows:
            age, *claimed = claims[row]
            headed = 0.0
            if age < 20 and max(claimed) >= _SURE:
                headed = max([worth for worth, claim in zip(_WORTH, claimed, strict=True) if claim >= _SURE])
            if twins > 0.9:
                headed += TWINS
            drawn[row] = (1 - SHARE) * odds[row] + SHARE * mean + headed
    for row, overlap in enumerate(table[:, _OVERLAP].tolist()):
        if overlap >= 0.5 and is_step(page, cards[row]):
            drawn[row] += STEP
    return np.array([1 / (1 + math.exp(-value)) for value in drawn])


def _is_view(page: Page, card: Card) -> bool:
    """Whether a card's link leads to what is called a view of a numbered article."""
    href = page.tree.attrs[card.links[0]].get("href") or "" if "?" in card.href else ""
    return bool(href) and _VIEW.search(href) is not None
