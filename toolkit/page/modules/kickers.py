"""Kickers and decks: the section or topic, and the summary, printed with an item.

What kind of text a kicker is shows only over a whole module: a slot (an element of one make at one side of the
headline) is judged by all that the module's items hold in it, so that the items agree.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.lexicon import is_chrome, look_up, plain_label
from toolkit.page.modules.marks import BIT

_VIDEO = re.compile(r"^(?:video|vídeo|vidéo|watch|listen|photos?|gallery|podcast)\s*[:|]\s+", re.I)
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af|от|text|foto|photo)\s", re.I)
_NAME = re.compile(r"^[^\W\d_a-z][\w'’.-]*(?:\s[^\W\d_a-z][\w'’.-]*){1,2}$")
#: The class of an element whose text names a drawing ("arrow_forward") for a font of drawings.
_DRAWING = re.compile(r"(?:^|[-_\s])icons?(?:$|[-_\s])", re.I)
#: A text that is so sure to say "advertisement" is a mark of paid content, not of a section.
_PAID = 0.9
#: How many pieces before and after the headline are looked at.
_BEFORE, _AFTER = 5, 4

_KICKER, _AUTHOR = BIT["kicker"], BIT["author"]

Slot = tuple[str, str, str, str]


def trim_headline(text: str) -> str:
    """``text`` without a leading mark such as "Video:".

    Examples
    --------
    >>> trim_headline("Video: The dam that held"), trim_headline("Videos that held")
    ('The dam that held', 'Videos that held')
    """
    return _VIDEO.sub("", text)


def kicker_slots(page: Page, cards: Sequence[Card], label_piece: int) -> dict[Slot, dict[int, int]]:
    """Slots of short texts beside the headlines: slot -> index of the card -> piece."""
    pieces, tree = page.pieces, page.tree
    slots: dict[Slot, dict[int, int]] = {}
    for n, card in enumerate(cards):
        first, last = card.parts[0], card.parts[-1]
        inside = pieces.within(card.zone, tree.end[card.zone])
        for p in range(max(inside.start, first - _BEFORE), min(inside.stop, last + _AFTER + 1)):
            if first <= p <= last or p == label_piece or pieces.spoken[p]:
                continue
            words, chars = pieces.size(p)
            text = pieces.text[p]
            if chars < 2 or words > 7 or len(text) > 48 or is_chrome(text):
                continue
            owner = pieces.owner[p]
            if (
                _DRAWING.search(tree.attrs[owner].get("class") or "")
                or look_up(text).get("sponsored", 0.0) > _PAID
            ):
                continue
            slot = (
                "before" if p < first else "after",
                tree.tag[owner],
                tree.attrs[owner].get("class") or "",
                tree.tag[tree.parent[owner]],
            )
            held = slots.setdefault(slot, {})
            if n not in held or p < first:  # of two, the one next to the headline
                held[n] = p
    return slots


def rate_slots(page: Page, cards: Sequence[Card], slots: dict[Slot, dict[int, int]]) -> list[float]:
    """By rule: how likely each slot holds kickers."""
    pieces, tree = page.pieces, page.tree
    rated: list[float] = []
    for slot, held in slots.items():
        count = len(held)
        bits = sections = person = by = digits = 0
        for piece in held.values():
            text, owner = pieces.text[piece], pieces.owner[piece]
            bits |= page.own[owner] | page.own[tree.parent[owner]]
            sections += plain_label(text) in page.sections
            person += _NAME.match(text) is not None
            by += _BY.match(text) is not None
            digits += any(map(str.isdigit, text))
        # a name of the navigation, a few names over many items: sections; figures, persons and "by": bylines
        score = count / len(cards) + 0.5 * (slot[0] == "before")
        score += bool(bits & _KICKER) - bool(bits & _AUTHOR) - by
        score += (0.9 * sections - 0.8 * digits - 0.3 * max(0, person - sections)) / count
        if count >= 3 and len({pieces.text[piece] for piece in held.values()}) * 2 < count:
            score += 0.4
        rated.append(1.0 / (1.0 + math.exp(-4.0 * (score - 1.4))))
    return rated


def find_deck(page: Page, card: Card) -> int:
    """The piece that is the item's summary: the first long text after its headline in its zone, or -1."""
    pieces = page.pieces
    inside = pieces.within(card.zone, page.tree.end[card.zone])
    for p in range(card.parts[-1] + 1, min(inside.stop, card.parts[-1] + 6)):
        words, chars = pieces.size(p)
        if (words >= 8 or chars >= 40) and not pieces.spoken[p] and not pieces.heading[p]:
            return p if pieces.text[p] != card.headline else -1
    return -1
