"""Kickers and decks: the section or topic, and the summary, printed with an item.

What kind of text a kicker is shows only over a whole module: a slot (an element of one make at one side of the
headline) is judged by all that the module's items hold in it, so that the items agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.ensemble import to_table
from toolkit.page.modules.lexicon import is_chrome, look_up, plain_label
from toolkit.page.modules.marks import BIT

_BITS = (
    "kicker",
    "tag",
    "author",
    "time",
    "title",
    "deck",
    "more",
    "ad",
    "comment",
    "share",
    "card",
    "header",
)
_VIDEO = re.compile(r"^(?:video|vídeo|vidéo|watch|listen|photos?|gallery|podcast)\s*[:|]\s+", re.I)
_BY = re.compile(r"^(?:by|von|par|por|di|door|av|af|от|text|foto|photo)\s", re.I)
_NAME = re.compile(r"^[^\W\d_a-z][\w'’.-]*(?:\s[^\W\d_a-z][\w'’.-]*){1,2}$")
#: The class of an element whose text names a drawing ("arrow_forward") for a font of drawings.
_DRAWING = re.compile(r"(?:^|[-_\s])icons?(?:$|[-_\s])", re.I)
#: A text that is so sure to say "advertisement" is a mark of paid content, not of a section.
_PAID = 0.9
#: How many pieces before and after the headline are looked at.
_BEFORE, _AFTER = 5, 4

Slot = tuple[str, str, str, str]

NAMES: tuple[str, ...] = (
    "share", "items", "before", "distance", "words", "chars", "sections", "upper", "distinct", "linked", "own_link",
    "prefix", "person", "by", "touching", "colon", "digits", "rule", *("near_" + name for name in _BITS),
)  # fmt: skip


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


def describe_slots(page: Page, cards: Sequence[Card], slots: dict[Slot, dict[int, int]]) -> np.ndarray:
    """One row per slot, one column per name in ``NAMES``."""
    pieces, tree = page.pieces, page.tree
    rows: list[list[float]] = []
    for slot, held in slots.items():
        count = len(held)
        bits = 0
        distance = words = chars = sections = upper = linked = own_link = prefix = person = by = touching = 0
        colon = digits = 0
        for n, p in held.items():
            card = cards[n]
            text = pieces.text[p]
            owner = pieces.owner[p]
            bits |= page.own[owner] | page.own[tree.parent[owner]]
            gap = card.parts[0] - p if slot[0] == "before" else p - card.parts[-1]
            distance += gap
            touching += gap == 1
            size = pieces.size(p)
            words += size[0]
            chars += size[1]
            sections += plain_label(text) in page.sections
            upper += text.isupper()
            link = pieces.link[p]
            if link >= 0:
                if link in card.links:
                    own_link += 1
                else:
                    linked += 1
                    path = (tree.attrs[link].get("href") or "").split("?")[0].rstrip("/").rpartition("/")[2]
                    prefix += len(path) > 2 and f"/{path}/" in card.path
            person += _NAME.match(text) is not None
            by += _BY.match(text) is not None
            colon += text.endswith((":", "|"))
            digits += any(c.isdigit() for c in text)
        distinct = len({pieces.text[p] for p in held.values()})
        share = count / len(cards)
        # a name of the navigation, a few names over many items: sections; figures, persons and "by": bylines
        rule = (
            share + 0.5 * (slot[0] == "before") + bool(bits & BIT["kicker"]) - bool(bits & BIT["author"]) - by
        )
        rule += (0.9 * sections - 0.8 * digits - 0.3 * max(0, person - sections)) / count
        rule += 0.4 if distinct * 2 < count and count >= 3 else 0.0
        rows.append([
            share, len(cards), slot[0] == "before", distance / count, words / count, chars / count, sections / count,
            upper / count, distinct / count, linked / count, own_link / count, prefix / count, person / count,
            by / count, touching / count, colon / count, digits / count, rule,
            *[bool(bits & BIT[name]) for name in _BITS],
        ])  # fmt: skip
    return to_table(rows, NAMES)


def slot_rules(rows: np.ndarray) -> np.ndarray:
    """By rule: how likely each slot holds kickers."""
    return np.asarray(1.0 / (1.0 + np.exp(-4.0 * (rows[:, NAMES.index("rule")] - 1.4))))


def find_deck(page: Page, card: Card) -> int:
    """The piece that is the item's summary: the first long text after its headline in its zone, or -1."""
    pieces = page.pieces
    inside = pieces.within(card.zone, page.tree.end[card.zone])
    for p in range(card.parts[-1] + 1, min(inside.stop, card.parts[-1] + 6)):
        words, chars = pieces.size(p)
        if (words >= 8 or chars >= 40) and not pieces.spoken[p] and not pieces.heading[p]:
            return p if pieces.text[p] != card.headline else -1
    return -1
