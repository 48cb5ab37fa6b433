"""What is counted about each card, to tell headlines of other stories from all other links."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import numpy as np

from toolkit.page.modules.context import Page
from toolkit.page.modules.marks import BIT
from toolkit.page.modules.texts import is_date, stems
from toolkit.page.urls import registered_domain, slug_of, split_url

_NEAR = (
    "nav", "header", "share", "tag", "author", "comment", "ad", "related", "popular", "recommend", "latest",
    "card", "title", "kicker", "deck", "account", "sidebar", "body", "gallery", "next", "shop", "inline", "more",
)  # fmt: skip
_AROUND = ("nav", "footer", "header", "aside", "article", "main", "form", "list", "comment", "breadcrumb", "body",
           "related", "popular", "recommend", "latest", "sidebar", "account", "tag", "share", "author")  # fmt: skip

#: Path pieces of pages that hold no story: sections, tags, authors, accounts, services.
_SERVICE = re.compile(
    r"(?:^|[/_.-])(?:tags?|topics?|category|categories|authors?|autor|profile|users?|login|signin|sign-in|register|"
    r"subscribe|subscription|abo|account|newsletters?|about|contact|kontakt|privacy|terms|impressum|imprint|"
    r"datenschutz|help|faq|jobs|careers|advertis\w*|shop|store|search|suche|rss|feed|sitemap|cookies?|policy|legal|"
    r"events?|coupons?|gutscheine?|weather|wetter|horoscopes?|apps?|schlagwort|thema|temas?|keyword|staff|team|"
    r"people|companies|quotes?|markets?|index|archives?)(?:$|[/_.?=-])",
    re.I,
)
_DATE_PATH = re.compile(r"(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?\d\d)?(?:/|-|$)|(?:19|20)\d{6}")
_DIGITS = re.compile(r"\d+")
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|ece|article|cms)$", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_SOCIAL = re.compile(
    r"(?:^|\.)(?:facebook|twitter|instagram|linkedin|pinterest|reddit|tumblr|whatsapp|telegram|youtube|youtu|"
    r"vk|tiktok|getpocket|flipboard|threads|bsky|x|t|plus\.google|play\.google|itunes\.apple|apps\.apple)\.\w+$"
)

NAMES: tuple[str, ...] = (
    "words", "width", "upper", "capital", "digits", "asks", "cut", "colon", "small_start", "ends_stop", "no_text",
    "title_overlap", "same_text", "same_key",
    "segments", "last_length", "slug_hyphens", "slug_words", "digit_run", "digit_runs", "extension", "query",
    "external", "same_host", "overlap", "same_section", "service", "date_path", "shape", "trailing", "social",
    "blank", "nofollow",
    *("near_" + name for name in _NEAR), *("in_" + name for name in _AROUND),
    "heading", "in_heading_zone", "images", "dates", "hidden", "zone_chars", "line_chars", "links", "zone_pieces",
    "inside_pieces", "depth", "place", "before_body", "in_body", "after_body", "from_body", "in_paragraph",
    "group", "group_words", "group_overlap", "group_story", "group_segments",
    "left_words", "right_words", "stories_near", "stories_left_run", "page_stories", "unspaced", "indexed",
)  # fmt: skip


def _shape(path: str) -> tuple[int, int, bool]:
    runs = _DIGITS.findall(path)
    return (
        len([s for s in path.split("/") if s]),
        max(map(len, runs), default=0),
        bool(_EXTENSION.search(path)),
    )


def describe_cards(page: Page) -> np.ndarray:
    """One row per card of ``page``, one column per name in ``NAMES``."""
    tree, pieces, cards = page.tree, page.pieces, page.cards
    size = len(tree.tag)
    images = [0] * (size + 1)
    total = 0
    for i, name in enumerate(tree.tag):
        if name == "img" or name == "picture":
            total += 1
        images[i + 1] = total
    own_shape = _shape(page.path)
    own_section = page.path.strip("/").split("/")[0]
    title_stems = stems(page.title)
    keys = Counter(card.key for card in cards)
    texts = Counter(card.headline for card in cards)
    paragraphs = bytearray(size)
    for node in page.body:
        for i in range(node, tree.end[node]):
            paragraphs[i] = 1
    page_chars = max(1, tree.chars[-1])
    rows: list[list[float]] = []
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    shapes: dict[str, tuple[str, str, str, str]] = {}
    for n, card in enumerate(cards):
        href, text = card.href, card.headline
        host, path, query, _ = split_url(href)
        slug = slug_of(path)
        segments, digit_run, extension = _shape(path)
        digit_runs = len(_DIGITS.findall(path))
        external = bool(host) and registered_domain(host) != page.site
        words = _WORD.findall(text)
        mine = stems(text)
        spelled = stems(slug) if len(slug) >= 6 else set()
        fit = (
            len(mine & spelled) / min(len(mine), len(spelled)) if len(mine) > 1 and len(spelled) > 1 else 0.0
        )
        letters = sum(map(len, words))
        upper = sum(1 for c in text if c.isupper())
        capital = sum(1 for w in words if w[0].isupper())
        last = path.rstrip("/").rsplit("/", 1)[-1]
        unspaced = bool(letters) and card.chars > 0 and card.words * 2 >= card.chars - 1
        link = card.links[0]
        if card.parts and pieces.link[card.parts[-1]] >= 0:
            link = pieces.link[card.parts[-1]]
        values = tree.attrs[link]
        rel = values.get("rel") or ""
        near = 0
        node = pieces.owner[card.parts[-1]] if card.parts else link
        for _ in range(5):
            near |= page.own[node]
            node = tree.parent[node]
            if node < 0:
                break
        around = page.down[link]
        zone = card.zone
        line = tree.parent[link]
        while tree.tag[line] in ("span", "b", "strong", "em", "i", "font") and tree.parent[line] >= 0:
            line = tree.parent[line]
        line_chars = tree.chars_in(line) - tree.link_chars_in(line)
        zone_pieces = pieces.within(zone, tree.end[zone])
        heading = any(pieces.heading[p] for p in card.parts)
        dates = 0
        if len(zone_pieces) <= 12:
            for p in zone_pieces:
                if pieces.heading[p]:
                    pass
                if p not in card.parts and len(pieces.text[p]) < 50 and is_date(pieces.text[p]):
                    dates = 1
        first = link
        rows.append([
            card.words, card.chars * (2 if unspaced else 1), upper / max(1, letters), capital / max(1, len(words)),
            sum(c.isdigit() for c in text) / max(1, len(text)), "?" in text or "!" in text or "？" in text,
            text.endswith(("…", "...", "..")), ":" in text or "|" in text or "：" in text, text[:1].islower(),
            text.endswith((".", "。")), not text,
            len(mine & title_stems) / max(1, min(len(mine), len(title_stems))) if mine else 0.0,
            texts[text], keys[card.key],
            segments, len(last), slug.count("-") + slug.count("_"), len(spelled), digit_run, digit_runs, extension,
            bool(query), external, host == page.host or not host, fit, bool(own_section) and path.strip("/").startswith(own_section),
            bool(_SERVICE.search(path)), bool(_DATE_PATH.search(path)),
            (segments == own_shape[0]) + (abs(digit_run - own_shape[1]) <= 1) + (extension == own_shape[2]),
            path.endswith("/"), bool(_SOCIAL.search(host)) if host else False, values.get("target") == "_blank",
            "nofollow" in rel or "sponsored" in rel,
            *[bool(near & BIT[name]) for name in _NEAR], *[bool(around & BIT[name]) for name in _AROUND],
            heading, any(pieces.heading[p] for p in zone_pieces) if len(zone_pieces) <= 30 else False,
            min(3, images[tree.end[zone]] - images[zone]), dates, tree.hidden[link],
            min(900, tree.chars_in(zone) - tree.link_chars_in(zone)), min(500, line_chars), len(card.links),
            min(40, len(zone_pieces)), len(card.own_pieces), tree.depth[link], link / size,
            first < page.body_first, page.body_first <= first < page.body_last, first >= page.body_last,
            min(1.0, max(-1.0, (tree.chars[first] - tree.chars[min(page.body_last, size - 1)]) / page_chars)),
            paragraphs[link],
        ])  # fmt: skip
        above = tree.parent[link]
        higher = tree.parent[above] if above >= 0 else above
        sig = (tree.tag[link], values.get("class") or "", tree.tag[above], tree.attrs[above].get("class") or "",
               tree.tag[higher], tree.attrs[higher].get("class") or "")  # fmt: skip
        groups[sig].append(n)
    table = np.array(rows, dtype=np.float32) if rows else np.zeros((0, len(NAMES) - 12), np.float32)
    extra = np.zeros((len(rows), 12), np.float32)
    col = {name: i for i, name in enumerate(NAMES)}
    for members in groups.values():
        block = table[members]
        extra[members, 0] = len(members)
        extra[members, 1] = np.median(block[:, col["words"]])
        extra[members, 2] = block[:, col["overlap"]].mean()
        extra[members, 3] = np.mean([cards[m].storylike for m in members])
        extra[members, 4] = np.median(block[:, col["segments"]])
    if rows:
        count = table[:, 0]
        story = np.array([card.storylike for card in cards], np.float32)
        extra[1:, 5] = count[:-1]
        extra[:-1, 6] = count[1:]
        padded = np.concatenate([np.zeros(3, np.float32), story, np.zeros(3, np.float32)])
        extra[:, 7] = sum(padded[3 + d : 3 + d + len(story)] for d in (-3, -2, -1, 1, 2, 3))
        run = 0
        for n, is_story in enumerate(story):
            extra[n, 8] = run
            run = run + 1 if is_story else 0
        extra[:, 9] = story.sum()
        extra[:, 10] = [card.words * 2 >= card.chars - 1 and card.chars > 3 for card in cards]
        order = Counter[str]()
        for n, card in enumerate(cards):
            order[card.key] += 1
            extra[n, 11] = order[card.key]
    return np.concatenate([table, extra], axis=1)
