"""Which of a card's texts is the headline."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from toolkit.page.modules.cards import STORY_CHARS, STORY_WORDS, Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.marks import BIT
from toolkit.page.modules.texts import overlap, stems, weigh

_TITLE, _KICKER, _DECK = BIT["title"], BIT["kicker"], BIT["deck"]
_NOT = BIT["author"] | BIT["time"] | BIT["more"] | BIT["tag"] | BIT["ad"]


def near_marks(page: Page, node: int, steps: int) -> int:
    """The hints that ``node`` and ``steps`` elements around it give."""
    own, parent = page.own, page.tree.parent
    bits = own[node]
    while steps and node > 0:
        node = parent[node]
        bits |= own[node]
        steps -= 1
    return bits


def headline_score(page: Page, piece: int, card: Card) -> float:
    """How well a piece of a link's text would do as the headline; higher is better."""
    pieces = page.pieces
    text = pieces.text[piece]
    words, chars = pieces.size(piece)
    if not chars:
        return -9.0
    width = (
        chars if text.isascii() or chars < words * 3 else chars * 2
    )  # a Han character is as good as two letters
    score = min(width, 40) / 40 * 3 + min(words, 6) / 6
    if width > 130:
        score -= (width - 130) / 40
    bits = near_marks(page, pieces.owner[piece], 2)
    if pieces.heading[piece]:
        score += 2.0
    if bits & _TITLE:
        score += 1.5
    else:
        if bits & _KICKER:
            score -= 1.5
        if bits & _DECK:
            score -= 1.0
    if bits & _NOT:
        score -= 1.5
    if words > 1:  # one word is never spelled out
        score += 2.5 * overlap(text, card.slug)
    if pieces.spoken[piece]:
        score -= 2.5
    return score


def choose_headlines(page: Page) -> None:
    """Set each card's headline and the pieces it is made of, from the words inside its links."""
    pieces = page.pieces
    link, owner, text, spoken = pieces.link, pieces.owner, pieces.text, pieces.spoken
    parent = page.tree.parent
    for card in page.cards:
        inside = card.own_pieces
        if len(inside) == 1:  # nine of ten cards
            best = inside[0]
            before = best - 1
            if best == 0 or link[before] >= 0 or owner[before] != parent[link[best]]:
                card.parts, card.headline = inside, text[best]
                if spoken[best]:
                    card.words, card.chars = pieces.size(best)
                continue
        if inside:
            _choose_headline(page, card)


def _choose_headline(page: Page, card: Card) -> None:
    """Set the headline of a card with several texts, or with one that the text before it may begin."""
    inside, pieces = card.own_pieces, page.pieces
    best = inside[0]
    if len(inside) > 1:
        best, best_score = -1, -5.0
        for piece in inside:
            score = headline_score(page, piece, card)
            if score > best_score + 0.3:  # of two that are as good, the first
                best, best_score = piece, score
    if best >= 0:
        _join(page, card, best)
        card.words, card.chars = pieces.size(best) if len(card.parts) == 1 else weigh(card.headline)
        card.storylike = card.words >= STORY_WORDS and card.chars >= STORY_CHARS


def borrow_headlines(page: Page, cards: Iterable[Card]) -> None:
    """Give each card whose links say nothing the heading that they are laid over, if there is one."""
    pieces, end = page.pieces, page.tree.end
    free = [p for p, level in enumerate(pieces.heading) if level and pieces.link[p] < 0]
    if not free:
        return
    nodes = [*(pieces.first[p] for p in free), len(end)]
    for card in cards:
        if card.storylike:
            continue
        first, stop = bisect_left(nodes, card.zone), end[card.zone]
        if nodes[first] >= stop:  # nearly always
            continue
        for piece in free[first : bisect_left(nodes, stop)]:
            words, chars = pieces.size(piece)
            if words >= STORY_WORDS and chars > max(STORY_CHARS, card.chars):
                card.parts, card.headline = [piece], pieces.text[piece]
                card.words, card.chars, card.storylike = words, chars, True
                break


def _goes_on(text: str, linked: str) -> bool:
    """Whether ``linked`` goes on with the sentence that ``text`` begins."""
    return linked[:1].islower() and text[-1:].isalpha() and " " in text and any(c.isupper() for c in text)


def _join(page: Page, card: Card, best: int) -> None:
    """Give the card ``best`` as headline, with the pieces beside it that only a line break or a span cuts off."""
    pieces, tree = page.pieces, page.tree
    parts = [best]
    for step in (-1, 1):
        piece = best + step
        while piece in card.own_pieces and pieces.link[piece] == pieces.link[best]:
            if pieces.spoken[piece] or not pieces.size(piece)[1]:
                break
            same_owner = pieces.owner[piece] == pieces.owner[best]
            together = bool(pieces.heading[piece]) and pieces.heading[piece] == pieces.heading[best]
            if together and not same_owner:
                # spans of one heading: one headline, unless one of them is called a kicker and the other is not
                mine, its = (page.own[pieces.owner[p]] & (_KICKER | _DECK | _NOT) for p in (best, piece))
                together = mine == its and tree.parent[pieces.owner[piece]] == tree.parent[pieces.owner[best]]
            elif not same_owner and not together:
                # a link that is a list of its own: its lines are the headline
                mine, its = pieces.owner[best], pieces.owner[piece]
                together = tree.tag[mine] == tree.tag[its] == "li" and tree.parent[mine] == tree.parent[its]
                together = together and pieces.size(piece)[0] >= STORY_WORDS
            elif same_owner and not together:
                together = bool(stems(pieces.text[piece]) & stems(card.slug))
            if not together:
                break
            parts.append(piece)
            piece += step
    # "How to opt out of the sites <a>that sell your data</a>": the link holds the end of its own line only
    piece = best - 1
    link = pieces.link[best]
    if link >= 0 and len(parts) == 1 and piece >= 0 and pieces.link[piece] < 0:
        block = tree.parent[link]
        if (
            pieces.owner[piece] == block
            and tree.parent[pieces.first[piece]] == block
            and len(pieces.text[piece]) < 70
            and card.slug
        ):
            words = stems(pieces.text[piece])
            if words and not pieces.text[piece].endswith(":"):
                spelt = len(words & stems(card.slug)) * 2 >= len(words)
                if spelt or (tree.tag[block] == "li" and _goes_on(pieces.text[piece], pieces.text[best])):
                    parts.append(piece)
    parts.sort()
    card.parts = parts
    card.headline = " ".join(pieces.text[p] for p in parts) if len(parts) > 1 else pieces.text[best]
