"""What is counted about each card, to tell headlines of other stories from all other links."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

import numpy as np

from toolkit.page.modules.cards import Card
from toolkit.page.modules.context import Page
from toolkit.page.modules.ensemble import to_table
from toolkit.page.modules.labels import ENOUGH, MARKS_LABEL, label_score
from toolkit.page.modules.lexicon import is_chrome, look_up
from toolkit.page.modules.marks import BIT
from toolkit.page.modules.texts import stems

#: What a label over a list claims that counts for the list; ``siblings`` asks for all of these.
_CLAIMS = ("related", "recommended", "latest", "popular", "sponsored", "none")
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
_DIGITS, _ANY_DIGITS = re.compile(r"[0-9]+"), re.compile(r"\d+")
_EXTENSIONS = frozenset("html htm shtml shtm php asp aspx jsp ece article cms".split())
_WRAPPERS = frozenset(("span", "b", "strong", "em", "i", "font"))
_TITLE, _NAV, _FOOTER = BIT["title"], BIT["nav"], BIT["footer"]
#: Where sections and services are linked by name.
_DIRECTORY = _NAV | _FOOTER | BIT["header"] | BIT["breadcrumb"] | BIT["share"]

#: What is counted for each card by itself, and what for all cards of its make.
_OWN: tuple[str, ...] = (
    "words", "width", "small_start", "cut", "title_overlap",
    "slug_hyphens", "slug_words", "digit_run", "same_host", "overlap", "same_section", "shape", "same_path",
    "heading", "zone_heading", "images", "line_chars", "from_body", "in_body", "after_body", "in_paragraph",
    "near_title", "in_nav", "in_footer", "story", "left_words", "right_words", "stories_near",
    "head", "head_age", *("head_" + kind for kind in _CLAIMS),
)  # fmt: skip
_AVERAGED = ("words", "overlap", "story")
#: More than this in a column counts as this.
_MOST = np.array([{"images": 3, "line_chars": 500}.get(name, np.inf) for name in _OWN], np.float32)
NAMES: tuple[str, ...] = (*_OWN, "group", *("group_" + name for name in _AVERAGED))


def _shape(path: str) -> tuple[int, int, bool]:
    """Number of path pieces, longest run of digits, and whether a file's ending is there."""
    numbers = (_DIGITS if path.isascii() else _ANY_DIGITS).findall(path)
    longest = len(max(numbers, key=len)) if numbers else 0
    names = path.split("/")
    _, dot, ending = path.rpartition(".")
    return len(names) - names.count(""), longest, bool(dot) and ending.lower() in _EXTENSIONS


def candidates(page: Page) -> list[int]:
    """The cards worth a look.

    A headline has two words at least. One of two words only counts where the address holds a slug of several words
    or an article's number, and so does one of up to four in the navigation or with an address like a service's. What
    buttons say never does.
    Ten of the 3,147 annotated items are lost so, and nine of ten other links spared.
    """
    found = []
    down = page.down
    for n, card in enumerate(page.cards):
        words = card.words
        if words < 2 or not card.headline:
            continue
        if words <= 4:
            named = words == 2 or down[card.links[0]] & _DIRECTORY or _is_service(card.path)
            if (named and not _names_article(card)) or is_chrome(card.headline):
                continue
        found.append(n)
        if len(found) == MOST_CANDIDATES:
            break
    return found


def _names_article(card: Card) -> bool:
    """Whether a card's address holds a slug of several words or the number of an article."""
    path, query = card.path, card.query
    if path.count("-") + path.count("_") >= 3:
        slug = card.slug
        if slug.count("-") + slug.count("_") >= 3:
            return True
    return _LONG_NUMBER.search(path) is not None or (bool(query) and _LONG_NUMBER.search(query) is not None)


def _is_service(path: str) -> bool:
    names = path.lower().replace("_", "/").replace(".", "/").replace("-", "/").split("/")
    return not _SERVICE.isdisjoint(names)


def describe_cards(page: Page, chosen: Sequence[int]) -> np.ndarray:
    """One row per card of ``page`` whose index is in ``chosen``, one column per name in ``NAMES``."""
    if not chosen:
        return np.zeros((0, len(NAMES)), np.float32)
    tree, pieces, cards = page.tree, page.pieces, page.cards
    tag, parent, end, attrs = tree.tag, tree.parent, tree.end, tree.attrs
    own, down, chars, linked = page.own, page.down, tree.chars, tree.links
    before, headings = pieces.before, pieces.heading
    images = tree.find("img")
    own_segments, own_run, own_extension = _shape(page.path)
    own_section = page.path.strip("/").split("/")[0]
    title_stems, title_words = stems(page.title), len(stems(page.title))
    page_chars = max(1, chars[-1])
    body_first, body_last = page.body_first, page.body_last
    body_end = chars[min(body_last, len(tag) - 1)]
    last = len(cards) - 1
    # how many stories there are up to a card; at the ends as if three cards that are none were added
    told = list(accumulate([0, 0, 0, *[card.storylike for card in cards], 0, 0, 0], initial=0))
    paragraphs = page.body
    rows: list[tuple[float, ...]] = []
    groups: dict[tuple[str, ...], int] = {}
    group_of: list[int] = []
    for n, head in zip(chosen, _heads(page, chosen), strict=True):
        card = cards[n]
        text, path, slug, parts, zone = card.headline, card.path, card.slug, card.parts, card.zone
        segments, digit_run, extension = _shape(path)
        mine = stems(text)
        spelled = stems(slug) if len(slug) >= 6 else frozenset()
        words = len(mine)
        shortest = min(words, len(spelled))
        titled = len(mine & title_stems)
        unspaced = card.chars > 3 and card.words * 2 >= card.chars - 1
        inside = pieces.link[parts[-1]]
        link = inside if inside >= 0 else card.links[0]
        line = above = parent[link]
        while tag[line] in _WRAPPERS and parent[line] >= 0:
            line = parent[line]
        line_stop = end[line]
        node = pieces.owner[parts[-1]]
        near = own[node]
        for _ in range(4):
            node = parent[node]
            if node < 0:
                break
            near |= own[node]
        around = down[link]
        paragraph = bisect_right(paragraphs, link) - 1
        zone_stop = end[zone]
        inside_zone = headings[before[zone] : before[zone_stop]]
        rows.append((
            card.words, card.chars * 2 if unspaced else card.chars, text[0].islower(),
            text.endswith(("…", "..")),
            titled / min(words, title_words) if titled else 0.0,
            slug.count("-") + slug.count("_"), len(spelled), digit_run, card.host == page.host or not card.host,
            len(mine & spelled) / shortest if shortest > 1 else 0.0,
            bool(own_section) and path.strip("/").startswith(own_section),
            (segments == own_segments) + (abs(digit_run - own_run) <= 1) + (extension == own_extension),
            len(path) > 4 and path == page.path,
            any(headings[parts[0] : parts[-1] + 1]), len(inside_zone) <= 14 and any(inside_zone),
            bisect_left(images, zone_stop) - bisect_left(images, zone) if images else 0,
            chars[line_stop] - chars[line] - linked[line_stop] + linked[line],
            (chars[link] - body_end) / page_chars,
            body_first <= link < body_last, link >= body_last,
            paragraph >= 0 and link < end[paragraphs[paragraph]],
            near & _TITLE > 0, around & _NAV > 0, around & _FOOTER > 0, card.storylike,
            cards[n - 1].words if n else 0, cards[n + 1].words if n < last else 0,
            told[n + 7] - told[n] - card.storylike, *head,
        ))  # fmt: skip
        higher = parent[above] if above >= 0 else above
        make = (
            attrs[link].get("class") or "",
            tag[above],
            attrs[above].get("class") or "",
            tag[higher],
            attrs[higher].get("class") or "",
        )
        group_of.append(groups.setdefault(make, len(groups)))
    count = len(_OWN)
    table = np.empty((len(rows), len(NAMES)), np.float32)
    np.minimum(to_table(rows, _OWN), _MOST, out=table[:, :count])
    group = np.array(group_of)
    number = np.bincount(group)
    table[:, count] = number[group]
    for column, name in enumerate(_AVERAGED, count + 1):
        total = np.bincount(group, weights=table[:, _OWN.index(name)])
        table[:, column] = (total / number)[group]
    return table


#: What is linked there heads nothing.
_CHROME = BIT["nav"] | BIT["footer"] | BIT["share"] | BIT["breadcrumb"]
#: A text of more characters heads nothing: a heading, any other text.
_LONGEST_HEADING, _LONGEST_LINE = 300, 60


def _heads(page: Page, chosen: Sequence[int]) -> Iterator[tuple[float, ...]]:
    """For each chosen card the text above it that looks most like a label: score, distance in cards, claims."""
    pieces, cards = page.pieces, page.cards
    # the pieces above each card
    stops = [card.parts[0] if card.parts else pieces.before[card.links[0]] for card in cards]
    stops = list(accumulate(stops, max))
    found = _find_heads(page, stops[chosen[-1]])
    strength, headed, claimed = 0.0, -1, (0.0,) * len(_CLAIMS)
    piece, score = next(found, (-1, 0.0))
    for n in chosen:
        while 0 <= piece < stops[n]:
            first = bisect_right(stops, piece)  # the card right below it
            if score >= strength - 1.0 or first - headed > 2:
                claims = look_up(pieces.text[piece])
                strength, headed = score, first
                claimed = tuple([claims.get(kind, 0.0) for kind in _CLAIMS])
            piece, score = next(found, (-1, 0.0))
        yield strength, min(n - headed, 30) if headed >= 0 else 0, *claimed


def _find_heads(page: Page, stop: int) -> Iterator[tuple[int, float]]:
    """The pieces before ``stop`` that may head something, each with its score as a label."""
    pieces, down = page.pieces, page.down
    stories = {p for card in page.cards if card.storylike for p in card.parts}
    for piece, text, link, heading in zip(
        range(stop), pieces.text, pieces.link, pieces.heading, strict=False
    ):
        if piece in stories or (link >= 0 and down[link] & _CHROME):
            continue
        if len(text) > (_LONGEST_HEADING if heading else _LONGEST_LINE):
            continue
        claims = look_up(text)
        if not heading:
            if not (claims or text.endswith(MARKS_LABEL)):
                continue  # no such text scores enough
            if pieces.size(piece)[0] > 5:
                continue
        score = label_score(page, piece)
        if score >= ENOUGH:
            yield piece, score
        elif claims.get("none", 0.0) > 0.7:
            yield piece, ENOUGH
