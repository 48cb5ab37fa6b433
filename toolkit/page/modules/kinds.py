"""What kind of module it is: what its label claims, else what its place and its links suggest."""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.lexicon import look_up, plain_label
from toolkit.page.modules.marks import BIT
from toolkit.page.urls import registered_domain, split_url

_MENU = BIT["nav"]
_HINTED = (("popular", BIT["popular"]), ("related", BIT["related"]), ("latest", BIT["latest"]),
           ("recommended", BIT["recommend"]), ("next", BIT["next"]))  # fmt: skip


def section_names(page: Page) -> frozenset[str]:
    """The names in the page's navigation, as :func:`plain_label` gives them: a label among them heads a section."""
    nav = BIT["nav"] | BIT["header"] | BIT["footer"]
    return frozenset(
        plain_label(card.headline)
        for card in page.cards
        if not card.storylike and card.headline and page.down[card.links[0]] & nav
    )


def is_external(page: Page, card: Card) -> bool:
    """Whether a card leads to another owner's site."""
    host = split_url(card.href)[0]
    return bool(host) and bool(page.site) and registered_domain(host) != page.site


def find_kind(page: Page, label: str | None, cards: Sequence[Card], sections: frozenset[str]) -> str:
    """One of ``toolkit.tables.KINDS``."""
    first = cards[0].links[0] if cards else -1
    in_body = bool(cards) and page.body_first < first < page.body_last
    around = page.down[first] if cards else 0
    near = 0
    if cards:
        node = cards[0].zone
        for _ in range(4):
            near |= page.own[node]
            node = page.tree.parent[node]
            if node < 0:
                break
    claims = dict(look_up(label)) if label else {}
    external = sum(is_external(page, card) for card in cards) / len(cards) if cards else 0.0
    if cards and around & _MENU and first < page.body_first and not in_body:
        return "menu"
    if claims.get("sponsored", 0) > 0.6:
        return "sponsored"
    if in_body and len(cards) <= 2:
        return "inline"
    if not in_body:
        claims.pop("inline", None)
    claims.pop("sponsored", None) if external < 0.5 else None
    if label and plain_label(label) in sections and claims.get("latest", 0) < 0.9:
        return "section"
    if claims:
        return max(claims, key=lambda kind: (claims[kind], kind))
    if external > 0.6 and near & BIT["ad"]:
        return "sponsored"
    for kind, bit in _HINTED:
        if near & bit:
            return kind
    if label:
        return "section"
    return "other"
