"""What is counted about each card, to tell headlines of other stories from all other links."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from toolkit.page.modules.context import Page
from toolkit.page.modules.labels import ENOUGH, MARKS_LABEL, label_score
from toolkit.page.modules.lexicon import look_up
from toolkit.page.modules.marks import BIT, HINTS
from toolkit.page.modules.texts import stems
from toolkit.page.urls import registered_domain

_NEAR = (
    "nav", "header", "share", "tag", "author", "comment", "ad", "related", "popular", "recommend", "latest",
    "card", "title", "kicker", "deck", "account", "sidebar", "body", "gallery", "next", "shop", "inline", "more",
)  # fmt: skip
_AROUND = ("nav", "footer", "header", "aside", "article", "main", "form", "list", "comment", "breadcrumb", "body",
           "related", "popular", "recommend", "latest", "sidebar", "account", "tag", "share", "author")  # fmt: skip

_CLAIMS = ("related", "recommended", "latest", "popular", "section", "sponsored", "inline", "none")
#: More links that look like stories than any page has on which modules are looked for.
MOST_CANDIDATES = 10_000

#: Path pieces of pages that hold no story: sections, tags, authors, accounts, services.
_SERVICE = frozenset(
    """
    tag tags topic topics category categories author authors autor profile user users login signin register subscribe
    subscription abo account newsletter newsletters about contact kontakt privacy terms impressum imprint datenschutz
    help faq job jobs careers advertise advertising advertisers shop store search suche rss feed sitemap cookie
    cookies policy legal event events coupon coupons gutschein gutscheine weather wetter horoscope horoscopes app apps
    schlagwort thema tema temas keyword staff team people company companies quote quotes market markets index archive
    archives
    """.split()
)
_LONG_NUMBER = re.compile(r"\d{5}")
_DATE_PATH = re.compile(r"(?:19|20)\d\d[/-]?(?:0?[1-9]|1[0-2])(?:[/-]?\d\d)?(?:/|-|$)|(?:19|20)\d{6}")
_DIGITS = re.compile(r"\d+")
_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|ece|article|cms)$", re.I)
_WORD = re.compile(r"[^\W\d_]+")
_MIXED = re.compile(r"[a-zA-Z]\d[a-zA-Z\d]{3,}")
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
    "heading", "zone_heading", "images", "dates", "hidden", "zone_chars", "line_chars", "links", "zone_pieces",
    "inside_pieces", "depth", "place", "before_body", "in_body", "after_body", "from_body", "in_paragraph",
    "unspaced", "same_path", "tracked", "mixed_id", "subdomain",
    *("near_" + name for name in _NEAR), *("in_" + name for name in _AROUND),
    "group", "group_words", "group_overlap", "group_story", "group_segments",
    "left_words", "right_words", "stories_near", "stories_left_run", "page_stories", "indexed",
    "head", "head_heading", "head_age", *("head_" + kind for kind in _CLAIMS),
)  # fmt: skip
_FIT, _SEGMENTS = NAMES.index("overlap"), NAMES.index("segments")
_WRAPPERS = frozenset(("span", "b", "strong", "em", "i", "font"))
_POSITIONS_NEAR = np.array([HINTS.index(name) for name in _NEAR])
_POSITIONS_AROUND = np.array([HINTS.index(name) for name in _AROUND])


def _shape(path: str) -> tuple[int, int, int, bool]:
    """Number of path pieces, longest run of digits, number of such runs, and whether a file's ending is there."""
    longest = runs = 0
    for run in _DIGITS.findall(path):
        runs += 1
        if len(run) > longest:
            longest = len(run)
    pieces = sum(1 for piece in path.split("/") if piece)
    return pieces, longest, runs, "." in path[-9:] and bool(_EXTENSION.search(path))


def candidates(page: Page) -> list[int]:
    """The cards worth a look.

    A headline has two words at least; one of two words only counts where the address holds a slug of several
    words or an article's number. Four of the 1,944 annotated items are lost so, and half of all other links spared.
    """
    found = []
    for n, card in enumerate(page.cards):
        if card.words < 2 or not card.headline:
            continue
        if card.words == 2:
            hyphens = card.slug.count("-") + card.slug.count("_")
            if hyphens < 3 and not _LONG_NUMBER.search(card.path) and not _LONG_NUMBER.search(card.query):
                continue
        found.append(n)
        if len(found) == MOST_CANDIDATES:
            break
    return found


def describe_cards(page: Page, chosen: Sequence[int]) -> np.ndarray:
    """One row per card of ``page`` whose index is in ``chosen``, one column per name in ``NAMES``."""
    tree, pieces, cards = page.tree, page.pieces, page.cards
    tag, parent, end, attrs, depth = tree.tag, tree.parent, tree.end, tree.attrs, tree.depth
    own, down, chars, linked = page.own, page.down, tree.chars, tree.links
    size = len(tag)
    images = tree.find("img")
    own_shape = _shape(page.path)
    own_section = page.path.strip("/").split("/")[0]
    title_stems = stems(page.title)
    keys: dict[str, int] = {}
    order = []  # the how manieth card of its address each is
    for card in cards:
        keys[card.key] = count = keys.get(card.key, 0) + 1
        order.append(count)
    texts = Counter([card.headline for card in cards])
    page_chars = max(1, chars[-1])
    body_end = chars[min(page.body_last, size - 1)]
    rows: list[list[float]] = []
    near_bits: list[int] = []
    around_bits: list[int] = []
    groups: dict[tuple[str, ...], int] = {}
    group_of: list[int] = []
    for n in chosen:
        card = cards[n]
        text, path, slug = card.headline, card.path, card.slug
        segments, digit_run, digit_runs, extension = _shape(path)
        words = _WORD.findall(text)
        mine = stems(text)
        spelled = stems(slug) if len(slug) >= 6 else set()
        fit = (
            len(mine & spelled) / min(len(mine), len(spelled)) if len(mine) > 1 and len(spelled) > 1 else 0.0
        )
        letters = sum(map(len, words))
        upper = capital = 0
        for word in words:
            if word[0].isupper():
                capital += 1
                upper += len(word) if word.isupper() else 1
        unspaced = card.chars > 3 and card.words * 2 >= card.chars - 1
        link = card.links[0]
        parts = card.parts
        inside = pieces.link[parts[-1]]
        if inside >= 0:
            link = inside
        values = attrs[link]
        css = values.get("class") or ""
        rel = values.get("rel") or ""
        near = 0
        node = pieces.owner[parts[-1]]
        for _ in range(5):
            near |= own[node]
            node = parent[node]
            if node < 0:
                break
        near_bits.append(near)
        around_bits.append(down[link])
        zone = card.zone
        line = parent[link]
        while tag[line] in _WRAPPERS and parent[line] >= 0:
            line = parent[line]
        line_chars = chars[end[line]] - chars[line] - linked[end[line]] + linked[line]
        zone_pieces = pieces.within(zone, end[zone])
        count = len(zone_pieces)
        dates = 0
        heading = 0
        zone_heading = 0
        if count <= 14:
            for p in zone_pieces:
                if pieces.heading[p]:
                    zone_heading = 1
                if not dates and p not in parts and len(pieces.text[p]) < 50 and not pieces.size(p)[1]:
                    dates = 1
        for p in parts:
            if pieces.heading[p]:
                heading = 1
        external = card.host and registered_domain(card.host) != page.site
        rows.append([
            card.words, card.chars * (2 if unspaced else 1), upper / max(1, letters), capital / max(1, len(words)),
            (card.chars - letters) / max(1, len(text)), "?" in text or "!" in text or "？" in text,
            text.endswith(("…", "...", "..")), ":" in text or "|" in text or "：" in text, text[0].islower(),
            text.endswith((".", "。")), 0.0,
            len(mine & title_stems) / max(1, min(len(mine), len(title_stems))) if mine else 0.0,
            texts[text], keys[card.key],
            segments, len(path.rstrip("/").rpartition("/")[2]), slug.count("-") + slug.count("_"), len(spelled),
            digit_run, digit_runs, extension,
            bool(card.query), bool(external), card.host == page.host or not card.host, fit,
            bool(own_section) and path.strip("/").startswith(own_section),
            not _SERVICE.isdisjoint(path.lower().replace("_", "/").replace(".", "/").replace("-", "/").split("/")),
            digit_run > 1 and bool(_DATE_PATH.search(path)),
            (segments == own_shape[0]) + (abs(digit_run - own_shape[1]) <= 1) + (extension == own_shape[3]),
            path.endswith("/"), bool(card.host) and bool(external) and bool(_SOCIAL.search(card.host)),
            values.get("target") == "_blank", "nofollow" in rel or "sponsored" in rel,
            heading, zone_heading,
            min(3, bisect_left(images, end[zone]) - bisect_left(images, zone)), dates, tree.hidden[link],
            min(900, chars[end[zone]] - chars[zone] - linked[end[zone]] + linked[zone]), min(500, line_chars),
            len(card.links), min(40, count), len(card.own_pieces), depth[link], link / size,
            link < page.body_first, page.body_first <= link < page.body_last, link >= page.body_last,
            min(1.0, max(-1.0, (chars[link] - body_end) / page_chars)), page.in_paragraph(link), unspaced,
            len(path) > 4 and path == page.path, "utm_" in card.query,
            digit_run > 0 and bool(_MIXED.search(path)), not external and bool(card.host) and card.host != page.host,
        ])  # fmt: skip
        above = parent[link]
        higher = parent[above] if above >= 0 else above
        sig = (
            css,
            tag[above],
            attrs[above].get("class") or "",
            tag[higher],
            attrs[higher].get("class") or "",
        )
        group_of.append(groups.setdefault(sig, len(groups)))
    if not rows:
        return np.zeros((0, len(NAMES)), np.float32)
    table = np.fromiter(chain.from_iterable(rows), dtype=np.float32).reshape(len(rows), -1)
    near_flags = (np.array(near_bits)[:, None] >> _POSITIONS_NEAR) & 1
    around_flags = (np.array(around_bits)[:, None] >> _POSITIONS_AROUND) & 1
    group = np.array(group_of)
    number = np.bincount(group)
    story = np.array([cards[n].storylike for n in chosen], np.float32)

    def averaged(values: np.ndarray) -> np.ndarray:
        return np.asarray((np.bincount(group, weights=values) / number)[group])

    all_stories = np.array([card.storylike for card in cards], np.float32)
    counts = np.array([card.words for card in cards], np.float32)
    total = np.concatenate([[0.0], np.cumsum(all_stories)])
    at = np.array(chosen)
    last = len(cards) - 1
    around = total[np.minimum(at + 4, last + 1)] - total[np.maximum(at - 3, 0)] - all_stories[at]
    run = [0]
    for card in cards[:-1]:
        run.append(run[-1] + 1 if card.storylike else 0)
    extra = np.column_stack([
        number[group], averaged(table[:, 0]), averaged(table[:, _FIT]), averaged(story),
        averaged(table[:, _SEGMENTS]),
        np.where(at > 0, counts[np.maximum(at - 1, 0)], 0), np.where(at < last, counts[np.minimum(at + 1, last)], 0),
        around, np.array(run)[at], np.full(len(at), all_stories.sum()), np.array(order)[at],
    ])  # fmt: skip
    full = np.concatenate([table, near_flags, around_flags, extra, _heads(page, chosen)], axis=1)
    return full.astype(np.float32)


_CHROME = BIT["nav"] | BIT["footer"] | BIT["share"] | BIT["breadcrumb"]


#: A text of more characters heads nothing.
_NO_HEAD = 300


def _heads(page: Page, chosen: Sequence[int]) -> np.ndarray:
    """For each chosen card the text above it that looks most like a label: its score, level, distance and claims."""
    pieces, cards = page.pieces, page.cards
    wanted = set(chosen)
    rows: list[tuple[float, ...]] = []
    stories = {p for card in cards if card.storylike for p in card.parts}
    head, strength, age, at = -1, 0.0, 0, 0
    none = (0.0,) * len(_CLAIMS)
    claimed: tuple[float, ...] = none
    for n, card in enumerate(cards):
        stop = card.parts[0] if card.parts else pieces.before[card.links[0]]
        for piece in range(at, stop):
            if piece in stories:
                continue
            link = pieces.link[piece]
            if link >= 0 and page.down[link] & _CHROME:
                continue
            text = pieces.text[piece]
            heading = pieces.heading[piece]
            if len(text) > _NO_HEAD or not (heading or pieces.size(piece)[0] <= 5):
                continue
            claims = look_up(text)
            if not (heading or claims or text.endswith(MARKS_LABEL)):
                continue  # no such text scores enough
            score = label_score(page, piece)
            if score < ENOUGH and claims.get("none", 0.0) > 0.7:
                score = ENOUGH
            if score >= ENOUGH and (score >= strength - 1.0 or age > 2):
                head, strength, age = piece, score, 0
                claimed = tuple([claims.get(kind, 0.0) for kind in _CLAIMS]) if claims else none
        at = max(at, stop)
        if n in wanted:
            level = pieces.heading[head] if head >= 0 else 0
            rows.append((strength, level, min(age, 30) if head >= 0 else 0, *claimed))
        age += 1
    return np.fromiter(chain.from_iterable(rows), np.float32).reshape(len(chosen), 3 + len(_CLAIMS))
