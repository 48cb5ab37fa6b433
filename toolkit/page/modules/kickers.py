"""Kickers: the section or topic printed with an item. The items of a module agree on where it stands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.lexicon import is_chrome
from toolkit.page.modules.marks import BIT

_WRONG = (
    BIT["author"] | BIT["time"] | BIT["share"] | BIT["more"] | BIT["comment"] | BIT["ad"] | BIT["account"]
)
_VIDEO = re.compile(r"^(?:video|vídeo|vidéo|watch|listen|photos?|gallery|podcast)\s*[:|]\s+", re.I)
_RANK = re.compile(r"^\s*(?:\d{1,2}[.)]|#\d{1,2})\s+(?=\S)")
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af|от)\s", re.I)


def trim_headline(text: str) -> str:
    """``text`` without a leading "Video:" or rank mark."""
    return _VIDEO.sub("", text)


def find_kickers(page: Page, cards: Sequence[Card], label_piece: int) -> list[int]:
    """For each card the piece that is its kicker, or -1."""
    pieces, tree = page.pieces, page.tree
    candidates: list[list[tuple[int, tuple[str, ...]]]] = []
    for card in cards:
        rows: list[tuple[int, tuple[str, ...]]] = []
        inside = pieces.within(card.zone, tree.end[card.zone])
        if len(inside) <= 15 or len(cards) > 1:
            for p in inside:
                if p in card.parts or p == label_piece or pieces.spoken[p] or p > card.parts[-1] + 4:
                    continue
                if p < card.parts[0] - 5:
                    continue
                words, chars = pieces.size(p)
                text = pieces.text[p]
                if not chars or words > 6 or len(text) > 45 or is_chrome(text) or _BY.match(text):
                    continue
                owner = pieces.owner[p]
                near = page.own[owner] | page.own[tree.parent[owner]]
                if near & _WRONG and not near & BIT["kicker"]:
                    continue
                side = "before" if p < card.parts[0] else "after"
                slot = (side, tree.tag[owner], tree.attrs[owner].get("class") or "",
                        tree.tag[tree.parent[owner]], "k" if near & BIT["kicker"] else "")  # fmt: skip
                rows.append((p, slot))
        candidates.append(rows)
    votes: Counter[tuple[str, ...]] = Counter()
    for rows in candidates:
        for slot in {slot for _, slot in rows}:
            votes[slot] += 1

    def worth(slot: tuple[str, ...]) -> float:
        return votes[slot] / len(cards) + (1.0 if slot[-1] else 0.0) + (0.5 if slot[0] == "before" else 0.0)

    good = [slot for slot in votes if worth(slot) >= 1.0 and (slot[-1] or slot[0] == "before")]
    if not good:
        return [-1] * len(cards)
    best = max(good, key=lambda slot: (worth(slot), slot))
    return [next((p for p, slot in rows if slot == best), -1) for rows in candidates]
