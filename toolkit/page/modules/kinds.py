"""What kind of module it is: what its label claims, and what its place and its links suggest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.labels import says_site
from toolkit.page.modules.lexicon import look_up, plain_label
from toolkit.page.modules.marks import BIT
from toolkit.page.urls import registered_domain

_HINTED = (("popular", BIT["popular"]), ("related", BIT["related"]), ("latest", BIT["latest"]),
           ("recommended", BIT["recommend"]), ("next", BIT["next"]))  # fmt: skip
_STEP = frozenset(("prev", "previous", "next"))
#: Hosts and marks of addresses by which the networks that sell filled boxes count their clicks.
_PAID = re.compile(
    r"(?:^|\.)(?:taboola|outbrain|zemanta|revcontent|mgid|dianomi|plista|adnow|engageya|content\.ad|ligatus|yahoo-"
    r"native|strossle|doubleclick|googleadservices|adform|adnxs|criteo|teads|sharethrough|triplelift|nativo|popin|"
    r"logly|recreativ|smi2|relap|infox|marketgid|lentainform|tds\.lol|geozo|kiosked|speakol"
    r")\.\w+$"
)
_PAID_MARK = re.compile(
    r"utm_(?:source|medium)=(?:taboola|outbrain|revcontent|mgid|dianomi|native|display)|tblci=|obOrigUrl=",
    re.I,
)


def section_names(page: Page) -> frozenset[str]:
    """The names in the page's navigation, as :func:`plain_label` gives them: a label among them heads a section."""
    nav = BIT["nav"] | BIT["header"] | BIT["footer"]
    down = page.down
    names = {card.headline for card in page.cards if not card.storylike and down[card.links[0]] & nav}
    return frozenset(map(plain_label, names - {""}))  # menus are often printed twice


def is_external(page: Page, card: Card) -> bool:
    """Whether a card leads to another owner's site."""
    return bool(card.host) and bool(page.site) and registered_domain(card.host) != page.site


def _hints(page: Page, card: Card) -> tuple[int, int]:
    """Hints of the elements near a card's zone, and of all around it."""
    near, node = 0, card.zone
    for _ in range(4):
        near |= page.own[node]
        node = page.tree.parent[node]
        if node < 0:
            break
    return near, page.down[card.links[0]]


def is_paid(page: Page, card: Card) -> bool:
    """Whether a card's address is one by which a network for paid boxes counts clicks."""
    if card.host and is_external(page, card) and _PAID.search(card.host):
        return True
    return bool(card.query) and _PAID_MARK.search(card.query) is not None


def names_person(page: Page, label: str) -> bool:
    """Whether a label ends in a name that the page also prints as an author's ("More from Ana Dias")."""
    said = plain_label(label)
    if page.authors is None:
        author, own, parent = BIT["author"], page.own, page.tree.parent
        pieces = page.pieces
        page.authors = frozenset(
            name
            for text, owner in zip(pieces.text, pieces.owner, strict=True)
            if (own[owner] | own[parent[owner]]) & author
            and 5 < len(text) < 40
            and 1 < (name := plain_label(text)).count(" ") + 1 < 6
        )
    return any(name in said and len(name) < len(said) for name in page.authors)


def _ends_in(text: str, names: frozenset[str]) -> bool:
    """Whether the last words of ``text``, but not all of them, are one of ``names``."""
    words = text.split(" ")
    return any(" ".join(words[n:]) in names for n in range(1, len(words)))


def is_step(page: Page, card: Card) -> bool:
    """Whether a card's link says that it leads to the article before or after this one."""
    rel = page.tree.attrs[card.links[0]].get("rel")
    return rel is not None and not _STEP.isdisjoint(rel.lower().split())


def rule_kind(page: Page, label: str | None, cards: Sequence[Card]) -> str:
    """By rule: one of ``toolkit.tables.KINDS``."""
    first = cards[0].links[0]
    in_body = page.body_first < first < page.body_last
    near, around = _hints(page, cards[0])
    claims = dict(look_up(label)) if label else {}
    external = sum(is_external(page, card) for card in cards) / len(cards)
    if around & BIT["nav"] and first < page.body_first:
        return "menu"
    if claims.get("sponsored", 0) > 0.6 or sum(is_paid(page, card) for card in cards) * 2 > len(cards):
        return "sponsored"
    if len(cards) <= 2 and all(is_step(page, card) for card in cards):
        return "next"
    if in_body and len(cards) <= 2:
        return "inline"
    teases = claims.pop("inline", 0.0)
    claims.pop("none", None)
    if external < 0.5:
        claims.pop("sponsored", None)
    elif "sponsored" in claims:
        return "sponsored"
    if teases > 0.6 and not claims:  # "read more" over one line, or over a box of them
        return "inline" if len(cards) <= 2 else "related"
    if label and says_site(page, label) and claims.get("section", 0.0) >= max(claims.values(), default=1.0):
        return "recommended"
    weak = all(kind in ("section", "related") for kind in claims)
    if label and weak and names_person(page, label):
        return "other"
    if label and weak and claims and _ends_in(plain_label(label), page.sections):
        return "section"  # "more on Sport", where Sport is a name of the navigation
    strongest = max((sure for kind, sure in claims.items() if kind != "section"), default=0.0)
    if label and plain_label(label) in page.sections and strongest < 0.55:
        return "section"
    if len(claims) > 1 and "section" in claims:
        claims["section"] -= 0.25  # "latest sports news" is the latest first, sports second
    if claims:
        return max(claims, key=lambda kind: (claims[kind], kind))
    if external > 0.6:
        return "sponsored" if near & BIT["ad"] else "other"  # the stories of another site
    if teases:
        return "section"  # "more blog posts"
    for kind, bit in _HINTED:
        if near & bit and (kind != "next" or len(cards) <= 2):
            return kind
    return "section" if label else "other"
