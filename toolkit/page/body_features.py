"""What is measured of each block to tell the article's own text from all else; ``FEATURES`` names the "
"columns."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import lru_cache
from itertools import compress

import numpy as np
import numpy.typing as npt

from toolkit.page.blocks import Blocks
from toolkit.page.hints import HINTS, OWN_TAGS, bits_of, find_hints
from toolkit.page.tree import Tree

__all__ = ["FEATURES", "REACH", "measure_blocks"]

Floats = npt.NDArray[np.float32]

#: Blocks farther than this from every long block are no candidates: chrome, mostly, and most of a page.
REACH = 5
#: So many characters at the start of a block are read for what they cue and for what they share with the title.
_HEAD = 100

#: A table or list of more rows than this is looked at only near long text.
MAX_ROWS = 1_000
#: Share of a page's long text that its main element holds.
MAIN_SHARE = 0.7
#: Characters that one block counts at most in choosing the main element: one endless line is not an article.
MAX_WEIGHT = 3_000
#: A hint that more than this share of the long text has is left out of account.
MOST = 0.5

#: Elements by what they usually hold; the number is the column's value.
_GROUP = {
    "p": 1, "li": 2, "blockquote": 3, "div": 4, "section": 4, "article": 4, "main": 4, "body": 4, "td": 5, "th": 5,
    "tr": 5,
    "h1": 6, "h2": 7, "h3": 8, "h4": 9, "h5": 9, "h6": 9, "figcaption": 10, "figure": 10, "pre": 11, "dd": 12,
    "dt": 12, "header": 13, "footer": 13, "nav": 14, "aside": 14, "label": 15, "form": 15, "option": 15,
    "address": 16, "noscript": 17,
}  # fmt: skip

# Words of short lines that are no part of the story, in the languages of many news sites; a word that ends with a dot
# must be met whole, others begin a word.
_CUES = {
    "follow": "subscri newsletter. sign. follow. log. download app. abonn anmeld inscri suscr regist free. "
    "cookie privacy whatsapp telegram email. mail. push. "
    "registr boletín bülten join. account. login. 구독 登録 会員 アプリ",
    "credit": "photo photograph foto image picture getty reuters. afp. ap. imago dpa. credit illustration "
    "copyright bild. quelle source sources. rights. pool. "
    "shutterstock alamy epa. 사진 写真 저작권 無断 fotó zdjęcie görsel",
    "more": "read. also. see. related more. recommended zum. thema. lesen. auch. interessant lire. aussi. "
    "leggi. anche. lee. también. lees. läs. också. czytaj "
    "weiterlesen watch. listen. ver. más. relacionad advertis anzeige publicidad reklam sponsor click. "
    "tap. here. mehr. mais. leia. 関連 관련 ilgili devamı",
    "report": "reporting. edited. contributed. editing. mitarbeit material. correction correspondent. "
    "reporter. writer. editor. contact. tips. views. opinions. "
    "expressed. agentur transparenz feedback. fehler 무단 기자 author. author's. note. disclaimer originally. "
    "appeared. published. version.",
    "when": "ago. updated. published. posted. aktualisiert. stand. publié. publicado. hace. vor. min. "
    "mins. minutes. lesezeit. read. uhr. minuten. 입력 수정 更新 "
    "yayınlanma güncelleme last. pm. am. est. gmt. et.",
    "share": "share. facebook twitter tweet teilen. compart partag condivid comment kommentar coment "
    "print. drucken. copy. link. merken. save. bookmark report. "
    "instagram linkedin pinterest reddit 공유 댓글 シェア paylaş",
}  # fmt: skip
_CUE_WHOLE: dict[str, int] = {}
_CUE_STEM: dict[str, int] = {}
for _bit, _words in enumerate(_CUES.values()):
    for _word in _words.split():
        _table, _key = (_CUE_WHOLE, _word[:-1]) if _word.endswith(".") else (_CUE_STEM, _word)
        _table[_key] = _table.get(_key, 0) | 1 << _bit
_CUE_BY_START: dict[str, list[tuple[str, int]]] = {}  # no stem is shorter than two letters
for _stem, _bits in _CUE_STEM.items():
    _CUE_BY_START.setdefault(_stem[:2], []).append((_stem, _bits))
_WORD = re.compile(r"\w+")
#: For words of ASCII text, several times faster: all but letters and digits becomes space, letters lower case.
_ASCII_WORDS = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
_WIDE = re.compile("[\u2e80-\uffdc]")
_ENDS = {**dict.fromkeys(".!?…。！？", 2), ":": 1}
_CLOSERS = "\"'”’»“)]」』"

_BASE = (
    "chars", "words", "link_share", "commas", "ends", "repeat", "title_share", "deck_share", "stated",
    *(f"cue_{name}" for name in _CUES), "cue_share_of_words",
    "group", "hidden", "depth", "place", "chars_before", "after_title",
    "sig_share", "sig_count", "parent_share", "grand_share", "great_share", "levels", "span",
    "parent_links", "parent_chars", "grand_links", "parent_count", "page_long", "apart_levels", "title_levels",
)  # fmt: skip
_BITS = (*(f"in_{name}" for name in HINTS), *(f"within_{name}" for name in OWN_TAGS))
_NEAR_HINTS = ("text", "article", "related", "caption", "share", "deck", "title")
_NEAR = tuple(f"near_{name}" for name in _NEAR_HINTS)
_CONTEXT = ("chars", "link_share", "group")
_STEPS = (-2, -1, 1, 2)
_SHIFTED = tuple(f"{name}{shift:+d}" for shift in _STEPS for name in _CONTEXT)
_RUNS = ("since_long", "until_long", "long_around", "same_parent_before", "same_parent_after")
#: Names of the columns, in order.
FEATURES = (*_BASE, *_BITS, *_NEAR, *_SHIFTED, *_RUNS)
_NEAR_PLACES = np.array([HINTS.index(name) for name in _NEAR_HINTS])[:, None]
#: Where no block is article text, however it reads, unless most of the page's text stands there.
_NEVER = [_BITS.index(name) for name in ("in_comment", "within_nav", "within_footer", "within_form")]
_FIRST_CUE, _FIRST_PLACE, _FIRST_BIT = _BASE.index("cue_follow"), _BASE.index("group"), len(_BASE)
_BIT_PLACES = np.arange(len(_BITS))[:, None]
_CUE_PLACES = np.arange(len(_CUES))[:, None]
_FIRST_NEAR = _FIRST_BIT + len(_BITS)
_FIRST_SHIFTED = _FIRST_NEAR + len(_NEAR)
_FIRST_RUN = _FIRST_SHIFTED + len(_SHIFTED)


class _Cues(dict[str, int]):
    """What words cue, kept between pages."""

    def __missing__(self, word: str) -> int:
        found = _CUE_WHOLE.get(word, 0)
        for stem, bits in _CUE_BY_START.get(word[:2], ()):
            if word.startswith(stem):
                found |= bits
        if len(self) >= _MOST_KNOWN:
            self.clear()
        self[word] = found
        return found


_MOST_KNOWN = 100_000
_cue_of = _Cues().__getitem__


def measure_blocks(
    tree: Tree,
    blocks: Blocks,
    *,
    title: str | None = None,
    title_node: int = -1,
    description: str | None = None,
    article_body: str | None = None,
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Measure the blocks that can be article text: the long ones, and those within ``REACH`` blocks of one.

    Left out are those in comments, navigation, footers and forms, unless most of the page's long text stands there.

    Parameters
    ----------
    tree, blocks
        The page and its blocks.
    title, description, article_body : str, optional
        What the page's metadata states; a block is compared with each.
    title_node : int
        The ``<h1>`` that holds the title, or -1.

    Returns
    -------
    candidates : ndarray of int, shape (n,)
        Which blocks were measured, in page order.
    features : ndarray of float32, shape (n, number of features)
        One row per candidate, one column per name in ``FEATURES``.
    """
    size = len(blocks)
    tag, parent, end, depth, attrs = tree.tag, tree.parent, tree.end, tree.depth, tree.attrs
    tags = [tag[owner] for owner in blocks.owner]
    parents = [parent[owner] for owner in blocks.owner]
    chars = np.array(blocks.chars, dtype=np.float32)
    links = np.array(blocks.linked, dtype=np.float32) / chars
    is_long = links < 0.35
    is_long &= (chars > 80) | _wide_mask(blocks, chars, is_long) | _table_mask(tree, tags, parents)
    before, after, around = _runs(np.where(is_long, chars, 0))
    reached = (before <= REACH) | (after <= REACH) | is_long
    _reach_tables(tags, parents, reached)
    candidates = np.flatnonzero(reached)
    if not len(candidates):
        return candidates, np.zeros((0, len(FEATURES)), dtype=np.float32)
    chosen = candidates.tolist()
    owners = [blocks.owner[k] for k in chosen]
    hidden = np.array([tree.hidden[blocks.start[k]] for k in chosen])
    title_parent = [parent[title_node]] if title_node >= 0 else []
    _, inherited = find_hints(tree, owners, title_parent)
    worth = np.where(is_long[candidates] & ~hidden, chars[candidates], 0)
    worth = _of_the_story(worth, np.array([inherited[owner] for owner in owners]))
    low = _main_element(tree, owners, np.minimum(worth, MAX_WEIGHT).tolist())
    high = end[low]
    own, inherited = find_hints(tree, owners, [*title_parent, low])
    bits = np.array([inherited[owner] for owner in owners]) >> _BIT_PLACES & 1
    bits[bits @ worth > MOST * (worth.sum() or 1)] = 0  # what most of the text has tells nothing
    left = ~bits[_NEVER].any(axis=0)
    candidates, bits, worth = candidates[left], bits[:, left], worth[left]
    if not len(candidates):
        return candidates, np.zeros((0, len(FEATURES)), dtype=np.float32)
    chosen = candidates.tolist()
    owners = [blocks.owner[k] for k in chosen]
    starts = [blocks.start[k] for k in chosen]
    above = [parents[k] for k in chosen]
    two = [parent[node] if node > 0 else node for node in above]
    three = [parent[node] if node > 0 else node for node in two]
    total = sum(worth.tolist()) or 1.0
    node_at = np.array(starts)
    within = (node_at > low) & (node_at < high)
    among = np.flatnonzero(within & (worth > 0))
    span = np.ones(len(chosen), dtype=np.float32)
    if len(among):
        span[: among[0]], span[among[-1] + 1 :] = 0, 2
    else:
        span[:] = 3
    depths = np.array([depth[owner] for owner in owners], dtype=np.float32)
    names = [(tag[owner], attrs[owner].get("class")) for owner in owners]
    names_above = [(tag[node], attrs[node].get("class")) if node >= 0 else None for node in above]
    numbers: dict[object, int] = defaultdict(lambda: len(numbers))
    signature = np.array([numbers[key] for key in zip(names, names_above, strict=True)])
    at_parent, at_grand, at_great = (np.array(nodes) + 1 for nodes in (above, two, three))  # none is below 0
    held, linked = _measure_elements(tree, [*above, *two])
    density = linked / np.maximum(held, 1)
    title_block = _title_block(blocks, title, title_node)
    shared = np.array(_shared_depth(tree, owners, title_node))
    place = candidates.astype(np.float32)
    context = np.full((len(_CONTEXT), size + 4), -1, dtype=np.float32)
    context[0, 2:-2], context[1, 2:-2] = chars, links
    context[2, 2:-2] = [_GROUP.get(name, 0) for name in tags]
    # one row per feature until the end: whole rows are filled several times faster than columns
    table = np.empty((len(FEATURES), len(chosen)), dtype=np.float32)
    table[0] = chars[candidates]
    table[2] = links[candidates]
    _measure_texts(table, [blocks.text[k] for k in chosen], title, description, article_body)
    table[_FIRST_PLACE:_FIRST_BIT] = (
        context[2, candidates + 2], hidden[left], depths, place / size,
        np.array([tree.chars[node] for node in starts], dtype=np.float32) / (tree.chars[-1] or 1),
        np.clip(place - title_block, -20, 60) if title_block >= 0 else np.full(len(chosen), -30),
        np.bincount(signature, worth)[signature] / total, np.minimum(np.bincount(signature), 50)[signature],
        *(np.bincount(nodes, worth)[nodes] / total for nodes in (at_parent, at_grand, at_great)),
        np.where(within, depths - depth[low], -5), span,
        density[: len(chosen)], held[: len(chosen)], density[len(chosen) :],
        np.minimum(np.bincount(at_parent), 50)[at_parent], np.full(len(chosen), total),
        depths - shared,
        depth[title_node] - shared if title_node >= 0 else np.full(len(chosen), -1),
    )  # fmt: skip
    table[_FIRST_BIT:_FIRST_NEAR] = bits
    near = np.array([own[a] | own[b] for a, b in zip(owners, above, strict=True)])
    table[_FIRST_NEAR:_FIRST_SHIFTED] = near >> _NEAR_PLACES & 1
    for number, step in enumerate(_STEPS):
        row = _FIRST_SHIFTED + number * len(_CONTEXT)
        table[row : row + len(_CONTEXT)] = context[:, candidates + 2 + step]
    same = np.array([-2, *parents, -2])
    same = same[1:] == same[:-1]
    table[_FIRST_RUN:] = [column[candidates] for column in (before, after, around, same[:-1], same[1:])]
    return candidates, table.T


def _of_the_story(worth: Floats, bits: npt.NDArray[np.int64]) -> Floats:
    """``worth`` without what stands in comments, and without page furniture, unless that is most of the "
    "text."""
    told = bits & _COMMENT == 0
    if not worth[told].any():
        told[:] = True
    clean = told & (bits & _APART == 0)
    return np.where(clean if worth[clean].sum() > 0.3 * worth[told].sum() else told, worth, 0)


def _main_element(tree: Tree, owners: Sequence[int], weights: Sequence[float]) -> int:
    """The innermost element that holds ``MAIN_SHARE`` of the page's long text."""
    held: dict[int, float] = defaultdict(float)
    for node, weight in zip(owners, weights, strict=True):
        while weight and node >= 0:
            held[node] += weight
            node = tree.parent[node]
    enough = MAIN_SHARE * sum(weights)
    return max(
        (node for node in held if held[node] >= enough), key=lambda node: (tree.depth[node], -node), default=0
    )


def _table_mask(tree: Tree, tags: Sequence[str], parents: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Rows of a table of figures count as long text, however short, where the table as a whole is."""
    mask = np.zeros(len(tags), dtype=bool)
    if "tr" in tags:
        for k, (tag, table) in enumerate(zip(tags, parents, strict=True)):
            if tag == "tr":
                held = tree.chars_in(table)
                mask[k] = held > 400 and tree.link_chars_in(table) < 0.3 * held
    return mask


def _reach_tables(tags: Sequence[str], parents: Sequence[int], reached: npt.NDArray[np.bool_]) -> None:
    """Reach the other rows of a table, or items of a list, some of which are reached already."""
    rows = [k for k, tag in enumerate(tags) if tag in _ROWS]
    holders = [parents[k] for k in rows]
    held = set(compress(holders, reached[rows].tolist()))
    if len(rows) > MAX_ROWS:
        held -= {node for node, count in Counter(holders).items() if count > MAX_ROWS}
    reached[[k for k, node in zip(rows, holders, strict=True) if node in held]] = True


#: What stands in such elements is not the story, however long it is.
_APART = bits_of(
    "comment", "chrome", "byline", "date", "nav", "footer", "aside", "form", "figcaption", "noscript"
)
_COMMENT = bits_of("comment")
_ROWS = frozenset(("tr", "li", "dt", "dd"))


def _wide_mask(blocks: Blocks, chars: Floats, unlinked: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Shorter blocks count as long in scripts that put no spaces between words."""
    mask = np.zeros(len(chars), dtype=bool)
    for k in np.flatnonzero((chars > 30) & (chars <= 80) & unlinked).tolist():
        text = blocks.text[k]
        mask[k] = not text.isascii() and _is_wide(text)
    return mask


def _shared_depth(tree: Tree, owners: Sequence[int], title_node: int) -> list[int]:
    """Depth of the innermost element that holds both a block and the title; -1 where there is no title."""
    if title_node < 0:
        return [-1] * len(owners)
    line = {node: tree.depth[node] for node in tree.ancestors(title_node)}
    found = []
    for node in owners:
        while node not in line and node > 0:
            node = tree.parent[node]
        found.append(line.get(node, 0))
    return found


def _title_block(blocks: Blocks, title: str | None, title_node: int) -> int:
    if title_node >= 0:
        k = bisect_right(blocks.start, title_node)
        return k if k < len(blocks) else -1
    if title:
        folded = title.casefold()
        return next((k for k, text in enumerate(blocks.text) if text.casefold() == folded), -1)
    return -1


def _measure_texts(
    table: Floats, texts: Sequence[str], title: str | None, description: str | None, article_body: str | None
) -> None:
    """Fill the rows ``words`` and ``commas`` ... ``cue_share_of_words`` of ``table``."""
    title_words = set(_find_words(title)) if title else set()
    deck_words = set(_find_words(description)) if description else set()
    stated = " ".join(_find_words(article_body)) if article_body and len(article_body) > 200 else ""
    seen: set[str] = set()
    rows: list[float] = []
    for text in texts:
        mine = _find_words(text[:_HEAD])
        words = text.count(" ") + 1
        commas = text.count(",")
        cue_of = _cue_of
        if not text.isascii():
            commas += text.count("、") + text.count("，")
            if _is_wide(text):
                words = max(words, len(text) // 3)
                cue_of = _cue_wide
        cues = hits = 0
        title_share = deck_share = 0.0
        if mine and (title_words or deck_words or len(text) < 300):
            for bits in filter(None, map(cue_of, mine)):
                cues |= bits
                hits += 1
            unique = set(mine)
            title_share = len(unique & title_words) / len(unique)
            deck_share = len(unique & deck_words) / len(unique)
        held = -1
        if stated:
            held = 1 if mine and " ".join(mine[:-1] or mine) in stated else 0
        repeat = text in seen
        seen.add(text)
        last = text[-1]
        if last in _CLOSERS:
            last = text.rstrip(_CLOSERS)[-1:]
        rows += (
            words, commas, _ENDS.get(last, 0), repeat, title_share, deck_share, held, cues,
            hits / (len(mine) or 1),
        )  # fmt: skip
    told = np.array(rows, dtype=np.float32).reshape(len(texts), -1).T
    table[1] = told[0]
    table[3:_FIRST_CUE] = told[1:7]
    table[_FIRST_CUE : _FIRST_PLACE - 1] = told[7].astype(np.int32) >> _CUE_PLACES & 1
    table[_FIRST_PLACE - 1] = told[8]


def _find_words(text: str) -> list[str]:
    if text.isascii():
        return text.translate(_ASCII_WORDS).split()
    return _WORD.findall(text.casefold().replace("_", " "))


@lru_cache(maxsize=10_000)
def _cue_wide(run: str) -> int:
    found = 0
    for stem, bits in _CUE_STEM.items():
        if stem in run:
            found |= bits
    return found


def _is_wide(text: str) -> bool:
    sample = text[:40]
    return not sample.isascii() and len(_WIDE.findall(sample)) * 3 > len(sample)


def _measure_elements(
    tree: Tree, nodes: Sequence[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The characters inside each element, and those of them inside links; none where there is no element (-1)."""
    chars, links, end = tree.chars, tree.links, tree.end
    held = [chars[end[node]] - chars[node] if node >= 0 else 0 for node in nodes]
    linked = [links[end[node]] - links[node] if node >= 0 else 0 for node in nodes]
    return np.array(held), np.array(linked)


def _runs(long_: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """For each block: blocks since the last long one, until the next, and the long text within four "
    "blocks."""
    size = len(long_)
    order = np.arange(size)
    is_long = long_ > 0
    places = np.concatenate([[-100], np.flatnonzero(is_long), [size + 100]])
    number = np.cumsum(is_long)  # of long ones so far
    before, after = order - places[number - is_long], places[number + 1] - order
    sums = np.concatenate([[0], np.cumsum(long_)])
    around = sums[np.minimum(order + 5, size)] - sums[np.maximum(order - 4, 0)]
    return np.minimum(before, 30), np.minimum(after, 30), around
