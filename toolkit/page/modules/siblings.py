"""Items of one list stand or fall together: what is thought of a card's siblings counts for the card."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from toolkit.page.modules.cards import slot_of_piece
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
_CLAIMED = slice(NAMES.index("head_related"), NAMES.index("head_related") + len(_HEADED))
_WORTH = np.array([_HEADED[name.removeprefix("head_")] for name in NAMES[_CLAIMED]])
_SAME_PATH = NAMES.index("same_path")
_OVERLAP = NAMES.index("overlap")
_AGE = NAMES.index("head_age")


def agree(page: Page, chosen: Sequence[int], table: np.ndarray, sure: np.ndarray) -> np.ndarray:
    """Probabilities of the cards in ``chosen``, drawn towards those of their siblings.

    Siblings are cards whose zones have one parent and whose headlines are made up alike. ``table`` is what
    :func:`toolkit.page.modules.features.describe_cards` counted, ``sure`` the cards' own probabilities.
    """
    if not len(chosen):
        return sure
    tree, pieces = page.tree, page.pieces
    groups: dict[tuple[int, tuple[str, str, str, str]], int] = {}
    group_of: list[int] = []
    views: list[bool] = []
    cards = [page.cards[n] for n in chosen]
    for card in cards:
        key = tree.parent[card.zone], slot_of_piece(tree, pieces, card.parts[0])
        group_of.append(groups.setdefault(key, len(groups)))
        href = tree.attrs[card.links[0]].get("href") or "" if "?" in card.href else ""
        views.append(bool(href) and _VIEW.search(href) is not None)
    group = np.array(group_of)
    count = np.bincount(group)
    bounded = np.minimum(np.maximum(sure, 1e-4), 1 - 1e-4)
    odds = np.log(bounded / (1 - bounded))
    mean = np.bincount(group, weights=odds) / count
    claimed = (table[:, _CLAIMED] >= _SURE) & (table[:, _AGE] < 20)[:, None]
    headed = np.where(claimed, _WORTH, -np.inf).max(axis=1)
    headed[np.isneginf(headed)] = 0.0
    same_path = table[:, _SAME_PATH]
    if any(views) or same_path.any():
        twins = np.bincount(group, weights=np.maximum(same_path, views)) / count
        headed += TWINS * (twins > 0.9)[group]
    together = count[group] >= LEAST
    odds = np.where(together, (1 - SHARE) * odds + SHARE * mean[group] + headed, odds)
    for row in np.flatnonzero(table[:, _OVERLAP] >= 0.5).tolist():
        if is_step(page, cards[row]):
            odds[row] += STEP
    return np.asarray(1 / (1 + np.exp(-odds)))
