"""The label of a module: the short text above its first item that heads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from toolkit.page.modules.cards import Card, slot_of_piece
from toolkit.page.modules.context import Page
from toolkit.page.modules.ensemble import to_table
from toolkit.page.modules.lexicon import how_sure, is_chrome, plain_label
from toolkit.page.modules.marks import BIT
from toolkit.page.tree import INLINE

_WRONG = BIT["share"] | BIT["breadcrumb"] | BIT["time"] | BIT["author"] | BIT["account"] | BIT["comment"]
_NAMES = BIT["title"] | BIT["kicker"] | BIT["header"]
_BITS = ("card", "title", "nav", "list")
_NEAR = [BIT[name] for name in _BITS]
#: How many pieces above an item are looked at.
REACH = 14
#: No label has more characters or words.
_LONGEST, _MOST_WORDS = 90, 14
#: A text scoring this much by rule is a label.
ENOUGH = 2.0
#: Signs at the end of a text that announces what follows. Neither a heading nor a known phrase, a text without one
#: scores less than ``ENOUGH``.
MARKS_LABEL = (":", "：", "|")

NAMES: tuple[str, ...] = (
    "rule", "heading", "claim", "words", "chars", "linked", "steps", "in_zone", "level", "in_top", "is_first",
    "recurs", "items", "alone", "same_text", "higher", "headings_nearer", "best_rule", "gap_to_first",
    "in_sections", *("near_" + name for name in _BITS),
)  # fmt: skip
#: More than this in a column counts as this.
_MOST = np.array(
    [{"chars": 60, "same_text": 5, "gap_to_first": 40}.get(name, np.inf) for name in NAMES], np.float32
)


def label_score(page: Page, piece: int) -> float:
    """By rule: how much a piece looks like the label of a module, wherever it stands."""
    known = page.label_scores.get(piece)
    if known is not None:
        return known
    score = page.label_scores[piece] = _label_score(page, piece)
    return score


def _label_score(page: Page, piece: int) -> float:
    pieces = page.pieces
    text = pieces.text[piece]
    if len(text) > _LONGEST:
        return -9.0
    words, chars = pieces.size(piece)
    if chars < 2 or words > _MOST_WORDS or _names_field(page, piece):
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
    claim = how_sure(text)
    if claim:
        score += 0.8 + 2.2 * claim
    if _is_button(page, piece):
        score -= 2.5
    if words > 6:
        score -= 0.35 * (words - 6)
    if text.endswith(MARKS_LABEL):
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


def _names_field(page: Page, piece: int) -> bool:
    """Whether a piece names a field of a form ("Search for:")."""
    tag, node = page.tree.tag, page.pieces.owner[piece]
    if tag[node] not in ("label", "legend"):
        return False
    for _ in range(4):
        node = page.tree.parent[node]
        if node < 0 or tag[node] == "form":
            return node >= 0
    return False


def _is_button(page: Page, piece: int) -> bool:
    """Whether a piece says what buttons say; "More" as a heading and "Read more:" head what follows."""
    text = page.pieces.text[piece]
    return is_chrome(text) and not text.endswith((":", "：")) and not page.pieces.heading[piece]


def find_label(page: Page, first_piece: int, floor: int, item_floor: int) -> tuple[int, float]:
    """By rule: the best label among the pieces from ``floor`` to before ``first_piece``: (piece or -1, score).

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


def label_candidates(page: Page, cards: Sequence[Card], floor: int) -> list[int]:
    """The pieces that may be the label of a module made of ``cards``, nearest first."""
    pieces = page.pieces
    first_piece = cards[0].parts[0]
    found: list[int] = []
    for piece in range(first_piece - 1, max(floor, first_piece - 40) - 1, -1):
        size = len(pieces.text[piece])
        if size > _LONGEST:
            if size > 160 and pieces.link[piece] < 0 and found:
                break
            continue
        words, chars = pieces.size(piece)
        if chars < 2 or words > _MOST_WORDS or _names_field(page, piece):
            continue
        found.append(piece)
        if len(found) >= REACH:
            break
    return found


def tabulate_labels(rows: Sequence[Sequence[float]]) -> np.ndarray:
    """What was counted of the candidates of one module or of several, one column per name in ``NAMES``."""
    return np.asarray(np.minimum(to_table(rows, NAMES), _MOST))


def count_labels(page: Page, cards: Sequence[Card], candidates: Sequence[int]) -> list[list[float]]:
    """One row per candidate for the label of ``cards``, one value per name in ``NAMES``."""
    tree, pieces = page.tree, page.pieces
    before, end, parent = pieces.before, tree.end, tree.parent
    first = cards[0]
    first_piece = first.parts[0]
    top = first.links[0]
    while end[top] <= cards[-1].links[0]:
        top = parent[top]
    if len(cards) == 1:
        top = first.top
    zone_floor = before[first.zone]
    if not page.texts:
        page.texts = Counter(pieces.text)
    others = cards[1:8]
    recurring = Counter(
        [slot_of_piece(tree, pieces, p) for c in others for p in range(max(1, c.parts[0] - 4), c.parts[0])]
    )
    rules = [label_score(page, p) for p in candidates]
    best_rule = max(rules, default=0.0)
    rows: list[list[float]] = []
    headings = level = 0
    highest = 9
    count, following = len(cards), max(1, len(cards) - 1)
    node = top  # what is around a candidate is around all nearer ones
    for steps, (piece, rule) in enumerate(zip(candidates, rules, strict=True)):
        owner = pieces.owner[piece]
        text = pieces.text[piece]
        place = pieces.first[piece]
        while not (node <= place < end[node]):
            node = parent[node]
            level += 1
        words, chars = pieces.size(piece)
        above = page.own[owner] | page.own[parent[owner]]
        block = _block(page, owner)
        heading = pieces.heading[piece]
        again = recurring[slot_of_piece(tree, pieces, piece)] / following if others else 0.0
        rows.append([
            rule, heading, how_sure(text), words, chars, pieces.link[piece] >= 0, steps, piece >= zone_floor,
            level, level == 0, piece == before[node], again, count, before[end[block]] - before[block] == 1,
            page.texts[text], 0 < heading < highest, headings, rule >= best_rule, first_piece - piece,
            plain_label(text) in page.sections, *[above & bit > 0 for bit in _NEAR],
        ])  # fmt: skip
        if heading:
            headings += 1
            highest = min(highest, heading)
    return rows


def says_site(page: Page, text: str) -> bool:
    """Whether a label names the page's own site ("More from The Daily Example")."""
    name = page.site.split(".")[0].replace("-", "")
    words = plain_label(text).split(" ")
    if len(name) < 3 or len(text) > 80:
        return False
    return name in "".join(words) or any(
        _spells(name, words, n) for n, word in enumerate(words) if word[:1] == name[0]
    )


def _spells(name: str, words: Sequence[str], first: int) -> bool:
    """Whether beginnings of ``words``, from the one at ``first`` on, spell ``name``: "dailyex" for Daily Examiner."""
    at = 0
    for word in words[first:]:
        same = 0
        while same < len(word) and at + same < len(name) and word[same] == name[at + same]:
            same += 1
        if not same:
            break
        at += same
        if at == len(name):
            return words[first] != words[-1] and at > 2
    return False


def _block(page: Page, node: int) -> int:
    tree = page.tree
    while tree.tag[node] in INLINE and tree.parent[node] >= 0:
        node = tree.parent[node]
    return node


def label_text(page: Page, piece: int) -> str:
    """The whole line a label stands in: "More in <a>Politics</a>" is one label, though a link cuts it."""
    tree, pieces = page.tree, page.pieces
    node = _block(page, pieces.owner[piece])
    inside = pieces.within(node, tree.end[node])
    if len(inside) < 2 or len(inside) > 4 or tree.chars_in(node) > 80:
        return pieces.text[piece]
    for p in inside:
        # a button beside the label is no part of it, nor is text in a block of its own
        if (
            _block(page, pieces.owner[p]) != node
            or is_chrome(pieces.text[p])
            or pieces.spoken[p]
            or not pieces.size(p)[1]
        ):
            return pieces.text[piece]
    direct = any(tree.parent[pieces.first[p]] == node for p in inside)
    return " ".join(pieces.text[p] for p in inside) if direct or pieces.heading[piece] else pieces.text[piece]
