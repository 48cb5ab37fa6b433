"""The five steps put together: from a page's tree to its modules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from toolkit.page.model import Item, Module
from toolkit.page.modules.cards import Card, common, find_zones
from toolkit.page.modules.context import Page, read_page
from toolkit.page.modules.duplicates import mark_duplicates
from toolkit.page.modules.empties import find_empty
from toolkit.page.modules.ensemble import Models
from toolkit.page.modules.features import candidates, describe_cards
from toolkit.page.modules.headline import borrow_headlines, choose_headlines
from toolkit.page.modules.kickers import find_deck, kicker_slots, rate_slots, trim_headline
from toolkit.page.modules.kinds import is_step, rule_kind, section_names
from toolkit.page.modules.labels import (
    count_labels,
    find_label,
    label_candidates,
    label_text,
    tabulate_labels,
)
from toolkit.page.modules.lexicon import look_up
from toolkit.page.modules.siblings import agree
from toolkit.page.modules.split import agree_pairs, describe_pairs, pair_rules
from toolkit.page.modules.stored import STORED_RULE, match_stored
from toolkit.page.modules.tabs import find_tabs
from toolkit.page.modules.texts import stems
from toolkit.page.tree import Tree
from toolkit.page.urls import base_of, make_absolute
from toolkit.words import normalise_headline

#: From this probability on a card is a headline of a module, two neighbours are of one module, a text is its label.
CARD_LIMIT = 0.36
PAIR_LIMIT = 0.4
LABEL_LIMIT = 0.3
KICKER_LIMIT = 0.25
#: A headline that stands alone and under no label must be surer than one of a list.
ALONE_LIMIT = 0.5
#: A label that announces something else than stories (jobs, events), as surely as the first number says, must head
#: items that are as sure as the second.
DENIED, DENIED_LIMIT = 0.75, 0.8
#: Marks that lead from a label to what it heads and are no part of it.
_LABEL_ENDS = " :：|"


@dataclass(slots=True)
class FoundItem(Item):
    """An item that says where it stands: ``start ... stop - 1`` are its nodes; the others are text nodes."""

    start: int = -1
    stop: int = -1
    headline_nodes: list[int] = field(default_factory=list)
    kicker_node: int = -1
    deck_node: int = -1
    confidence: float = 1.0


@dataclass(slots=True)
class FoundModule(Module):
    """A module that says where it stands: its lowest common node, and the text node of its label or -1."""

    node: int = -1
    label_node: int = -1
    rule: str = ""


def prepare(
    tree: Tree, url: str | None, title: str | None, body: Sequence[int], language: str | None
) -> Page:
    """The page with its cards, each with a headline and a zone; nothing judged yet."""
    page = read_page(tree, url, title, body, language)
    choose_headlines(page)
    find_zones(tree, page.cards)
    borrow_headlines(page, page.cards)
    page.sections = section_names(page)
    return page


def card_rules(page: Page, looked_at: Sequence[int]) -> np.ndarray:
    """By rule: how likely each card is an item of a module."""
    out = []
    for n in looked_at:
        card = page.cards[n]
        score = -4.0 + 0.7 * min(card.words, 8) + (1.0 if card.chars > 25 else 0.0)
        out.append(1.0 / (1.0 + np.exp(-score)) if card.storylike else 0.0)
    return np.array(out)


def find_modules_in(
    tree: Tree,
    url: str | None,
    title: str | None,
    body: Sequence[int],
    language: str | None,
    models: Models | None,
) -> list[FoundModule]:
    """See :func:`toolkit.page.modules.find_modules`."""
    if not len(tree):
        return []
    page = prepare(tree, url, title, body, language)
    looked_at = candidates(page)
    if models is not None and models.has("card"):
        table = describe_cards(page, looked_at)
        sure = agree(page, looked_at, table, models.predict("card", table))
    else:
        sure = card_rules(page, looked_at)
    chosen: list[tuple[Card, float]] = []
    title_stems = stems(page.title)
    for n, p in zip(looked_at, sure.tolist(), strict=True):
        card = page.cards[n]
        if p < CARD_LIMIT:
            continue
        alike = page.title_key and len(stems(card.headline) & title_stems) * 2 >= len(title_stems)
        if alike and normalise_headline(card.headline) == page.title_key:
            continue
        chosen.append((card, p))
    cards = [card for card, _ in chosen]
    tabs = find_tabs(page, cards)
    pairs = describe_pairs(page, cards, tabs)
    if models is not None and models.has("pair"):
        together = models.predict("pair", pairs)
    else:
        together = pair_rules(pairs)
    together = agree_pairs(page, cards, pairs, together)
    runs: list[list[tuple[Card, float]]] = []
    names: list[int] = []
    for n, entry in enumerate(chosen):
        joined = n and (n in tabs.joined or (together[n - 1] >= PAIR_LIMIT and n not in tabs.named))
        if joined and is_step(page, cards[n - 1]) == is_step(page, cards[n]):
            runs[-1].append(entry)
        else:
            runs.append([entry])
            names.append(tabs.named.get(n, tabs.headed.get(n, -1)))
    base = base_of(tree.base, url)
    modules = _describe(page, runs, names, base, models)
    taken = {node for module in modules for item in module.items if isinstance(item, FoundItem)
             for node in (*item.headline_nodes, item.kicker_node, item.deck_node)}  # fmt: skip
    taken.update(module.label_node for module in modules)
    empty: list[FoundModule] = []
    for piece, kind in find_empty(page, taken):
        node = page.pieces.first[piece]
        position = tree.chars[node] / max(1, tree.chars[-1])
        label = page.pieces.text[piece].rstrip(_LABEL_ENDS)
        empty.append(FoundModule(label, kind, [], position, node=node, label_node=node, rule="label alone"))
    for number, stored in match_stored([(module.label or "", module.kind) for module in empty], tree.scripts):
        module = empty[number]
        module.rule = STORED_RULE
        module.items = [
            FoundItem(headline, make_absolute(href, base), position=module.position)
            for headline, href in stored
        ]
    modules += empty
    modules.sort(key=lambda module: module.position)
    mark_duplicates(modules)
    return modules


def _describe(
    page: Page,
    runs: list[list[tuple[Card, float]]],
    names: list[int],
    base: str | None,
    models: Models | None,
) -> list[FoundModule]:
    """Label, kind, items and places of each run of cards; relative addresses start from ``base``."""
    tree, pieces = page.tree, page.pieces
    chars = max(1, tree.chars[-1])
    pieces_chosen = choose_labels(page, [[card for card, _ in run] for run in runs], names, models)
    labels = [(piece, label_text(page, piece) if piece >= 0 else None) for piece in pieces_chosen]
    described = [(label, [card for card, _ in run]) for (_, label), run in zip(labels, runs, strict=True)]
    kinds = [rule_kind(page, label, cards) for label, cards in described]
    modules: list[FoundModule] = []
    kickers = [
        choose_kickers(page, piece, cards) for (piece, _), (_, cards) in zip(labels, described, strict=True)
    ]
    for run, (label_piece, label), kind, found in zip(runs, labels, kinds, kickers, strict=True):
        cards = [card for card, _ in run]
        if label and kind == "next" and look_up(label).get("next", 0.0) > 0.6:
            # "Previous article" stands beside one of two links and heads neither
            label_piece, label = -1, None
        if is_doubtful([p for _, p in run], label):
            continue
        items: list[Item] = []
        for (card, p), kicker in zip(run, found, strict=True):
            deck = find_deck(page, card)
            items.append(
                FoundItem(
                    headline=trim_headline(card.headline),
                    url=make_absolute(_address(page, card), base),
                    kicker=pieces.text[kicker] if kicker >= 0 else None,
                    deck=pieces.text[deck] if deck >= 0 else None,
                    position=tree.chars[card.links[0]] / chars,
                    start=card.zone,
                    stop=tree.end[card.zone],
                    headline_nodes=[pieces.first[q] for q in card.parts],
                    kicker_node=pieces.first[kicker] if kicker >= 0 else -1,
                    deck_node=pieces.first[deck] if deck >= 0 else -1,
                    confidence=p,
                )
            )
        modules.append(
            FoundModule(
                label=label.rstrip(_LABEL_ENDS) if label else None,
                kind=kind,
                items=items,
                position=items[0].position,
                node=common(tree, cards[0].links[0], cards[-1].links[0]),
                label_node=pieces.first[label_piece] if label_piece >= 0 else -1,
                rule="cards",
            )
        )
    return modules


def is_doubtful(sure: Sequence[float], label: str | None) -> bool:
    """Whether items, as sure as ``sure`` says, are no module after all: one alone, or a list of something else."""
    if label is None:
        return len(sure) == 1 and sure[0] < ALONE_LIMIT
    claims = look_up(label)
    denied = claims.get("none", 0.0)
    return denied >= DENIED and denied == max(claims.values()) and sum(sure) < DENIED_LIMIT * len(sure)


def _address(page: Page, card: Card) -> str:
    """The address of the headline itself: links of one card may differ in what they say of where they stand."""
    link = page.pieces.link[card.parts[0]]
    return (page.tree.attrs[link].get("href") or "") if link in card.links else card.href


def choose_kickers(page: Page, label: int, cards: Sequence[Card]) -> list[int]:
    """For each of a module's cards the piece that is its kicker, or -1; ``label`` is the module's."""
    slots = kicker_slots(page, cards, label)
    kickers = [-1] * len(cards)
    # the surest slot first; items that lack it may take the next one
    sure = rate_slots(page, cards, slots)
    for worth, slot in sorted(zip(sure, slots, strict=True), key=lambda pair: (-pair[0], pair[1])):
        if worth < KICKER_LIMIT:
            break
        for n, piece in slots[slot].items():
            if kickers[n] < 0:
                kickers[n] = piece
    return kickers


def choose_labels(
    page: Page, runs: Sequence[Sequence[Card]], names: Sequence[int], models: Models | None
) -> list[int]:
    """For each run of cards the piece that is its label, or -1; ``names`` holds what tabs have said already."""
    chosen = list(names)
    rows: list[list[float]] = []
    asked: list[tuple[int, list[int]]] = []
    floor = 0  # no piece before this one can be the next module's label
    for n, cards in enumerate(runs):
        if chosen[n] < 0:
            if models is None or not models.has("label"):
                first = cards[0]
                item_floor = page.pieces.before[first.zone] if len(cards) > 1 else first.parts[0]
                chosen[n] = find_label(page, first.parts[0], floor, item_floor)[0]
            else:
                found = label_candidates(page, cards, floor)
                if found:
                    asked.append((n, found))
                    rows += count_labels(page, cards, found)
        floor = cards[-1].parts[-1] + 1
    if models is not None and asked:
        sure = models.predict("label", tabulate_labels(rows)).tolist()
        at = 0
        for n, found in asked:
            mine = sure[at : at + len(found)]
            at += len(found)
            best = mine.index(max(mine))
            if mine[best] >= LABEL_LIMIT:
                chosen[n] = found[best]
    return chosen
