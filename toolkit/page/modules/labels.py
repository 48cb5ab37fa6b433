"""The label of a module: the short text above its first item that heads it."""

from __future__ import annotations

from toolkit.page.modules.context import Page
from toolkit.page.modules.lexicon import is_chrome, look_up
from toolkit.page.modules.marks import BIT

_WRONG = BIT["share"] | BIT["breadcrumb"] | BIT["time"] | BIT["author"] | BIT["account"] | BIT["comment"]
_NAMES = BIT["title"] | BIT["kicker"] | BIT["header"]
#: How many pieces above an item are looked at.
REACH = 14
#: A text scoring this much is a label.
ENOUGH = 2.0


def label_score(page: Page, piece: int) -> float:
    """How much a piece looks like the label of a module, wherever it stands."""
    pieces = page.pieces
    text = pieces.text[piece]
    words, chars = pieces.size(piece)
    if not chars or chars < 2 or len(text) > 90 or words > 14:
        return -9.0
    score = 0.0
    if pieces.heading[piece]:
        score += 2.0
    owner = pieces.owner[piece]
    near = page.own[owner] | page.own[page.tree.parent[owner]]
    if near & _NAMES:
        score += 0.7
    if near & _WRONG:
        score -= 2.0
    claims = look_up(text)
    if claims:
        score += 0.8 + 2.2 * max(claims.values())
    if is_chrome(text):
        score -= 2.5
    if words > 6:
        score -= 0.35 * (words - 6)
    if text.endswith((":", "：", "|")):
        score += 0.8
    elif text.endswith((".", "!", "?", "…", "。", ",")):
        score -= 1.0
    if text.isupper():
        score += 0.5
    if pieces.spoken[piece]:
        score -= 0.7
    if page.tree.tag[owner] in ("strong", "b"):
        score += 0.7
    if page.tree.hidden[owner]:
        score -= 1.0
    return score


def find_label(page: Page, first_piece: int, floor: int, item_floor: int) -> tuple[int, float]:
    """The best label among the pieces from ``floor`` to before ``first_piece``: (piece or -1, score).

    Pieces from ``item_floor`` on stand inside the first item's own zone and may be its kicker instead; they count
    only where they look like a label without doubt.
    """
    pieces = page.pieces
    best, best_score = -1, ENOUGH - 0.01
    piece = first_piece - 1
    steps = 0
    while piece >= floor and steps < REACH:
        text = pieces.text[piece]
        if len(text) > 160:
            break
        score = label_score(page, piece)
        if piece >= item_floor:
            score -= 1.0
        score -= 0.25 * steps
        if score > best_score:
            best, best_score = piece, score
        if pieces.size(piece)[1]:
            steps += 1
        piece -= 1
    return best, best_score
