"""A page's text as pieces: the runs of words that a reader sees as one line or one cell.

Kicker, headline and summary of a teaser often share one link and differ only by the ``span`` they stand in,
while a headline with one word in italics is still one headline. So a piece is the text of the highest inline
element that mixes words of its own with elements; a line break, a block or a link's edge ends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import compress

from toolkit.page.modules.marks import read_marks
from toolkit.page.modules.texts import measure
from toolkit.page.tree import INLINE, Tree

#: Elements whose text is for the machine or for filling in, never a headline; all but ``head`` only while small.
_LEFT_OUT = frozenset("head select option textarea script title".split())
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_CHANGING = _LEFT_OUT | _HEADINGS.keys()


@dataclass(slots=True)
class Pieces:
    """All pieces of a page in document order, as parallel lists.

    ``first`` and ``last`` are the first and the last text node, ``owner`` is the element that holds the
    words, ``link`` the ``<a href>`` around them or -1, ``heading`` the level of the heading element around
    them or 0, ``spoken`` tells text that only a screen reader speaks.
    """

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    link: list[int] = field(default_factory=list)
    heading: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    spoken: list[bool] = field(default_factory=list)
    sizes: list[tuple[int, int] | None] = field(default_factory=list)
    #: for each node, how many pieces begin before it; one entry more than there are nodes
    before: list[int] = field(default_factory=list)
    #: how the pieces of an owner are made up, as far as it was asked
    slots: dict[int, tuple[str, str, str, str]] = field(default_factory=dict)

    def size(self, piece: int) -> tuple[int, int]:
        """Words and word characters of a piece; dates and counts have none."""
        size = self.sizes[piece]
        if size is None:
            size = self.sizes[piece] = measure(self.text[piece])
        return size

    def within(self, start: int, stop: int) -> range:
        """The pieces whose first text node lies in ``start ... stop - 1``."""
        return range(self.before[start], self.before[stop])


def find_pieces(tree: Tree, spoken_nodes: Sequence[int] | None = None) -> Pieces:
    """Cut the text of ``tree`` into pieces; what stands in ``<head>`` and in forms' fields is left out.

    ``spoken_nodes`` says which nodes only screen readers speak, as :func:`read_marks` found them.
    """
    if spoken_nodes is None:
        spoken_nodes = read_marks(tree)[2]
    tag, parent, link, text, end = tree.tag, tree.parent, tree.link, tree.text, tree.end
    size = len(tag)
    nodes = tree.texts
    direct = bytearray(size + 1)  # does the element hold words of its own?
    for i in nodes:
        direct[parent[i]] = 1
    # what changes how the texts inside it are read: left out, spoken, or a heading; in page order
    changes = list(compress(range(size), map(_CHANGING.__contains__, tag)))
    if 1 in spoken_nodes:
        changes = sorted({*changes, *compress(range(size), spoken_nodes)})
    changes.append(size)
    change, passed = changes[0], 0
    first: list[int] = []
    owners: list[int] = []
    headed: list[tuple[int, int]] = []  # piece and level
    spoken: list[int] = []  # pieces
    longer: dict[int, list[int]] = {}  # the further text nodes of a piece
    holders: dict[int, int] = {}  # element -> the highest one of its line that holds words of its own
    heading_until = level = skip_until = spoken_until = 0
    holder, quiet, last = -1, False, 0  # of the last piece
    for i in nodes:
        while change < i:
            name, stop = tag[change], end[change]
            if spoken_nodes[change] and change >= spoken_until and stop - change < 12:
                spoken_until = stop
            if name in _HEADINGS:
                heading_until, level = stop, _HEADINGS[name]
            elif _is_left_out(name, stop - change):
                skip_until = max(skip_until, stop)
            passed += 1
            change = changes[passed]
        if i < skip_until:
            continue
        owner = parent[i]
        name = tag[owner]
        if name in INLINE and name != "a":
            above = parent[owner]
            name = tag[above]
            if name in INLINE and name != "a":
                owner = _find_holder(tree, owner, direct, holders)
            elif direct[above]:
                owner = above
        same = owner == holder and link[last] == link[i] and quiet == (i < spoken_until)
        if same and all(tag[k] in INLINE or _is_left_out(tag[k], end[k] - k) for k in range(last + 1, i)):
            longer.setdefault(len(first) - 1, []).append(i)
            last = i
            continue
        quiet = i < spoken_until
        if quiet:
            spoken.append(len(first))
        if i < heading_until:
            headed.append((len(first), level))
        first.append(i)
        owners.append(owner)
        holder, last = owner, i
    before: list[int] = []
    for number, i in enumerate(first):
        before += [number] * (i + 1 - len(before))
    before += [len(first)] * (size + 1 - len(before))
    pieces = Pieces(
        first=first,
        last=first.copy(),
        owner=owners,
        link=[link[i] for i in first],
        heading=[0] * len(first),
        text=[text[i].strip() for i in first],
        spoken=[False] * len(first),
        sizes=[None] * len(first),
        before=before,
    )
    for piece, further in longer.items():
        pieces.last[piece] = further[-1]
        pieces.text[piece] = "".join([text[i] for i in (first[piece], *further)]).strip()
    for piece, level in headed:
        pieces.heading[piece] = level
    for piece in spoken:
        pieces.spoken[piece] = True
    return pieces


def _find_holder(tree: Tree, node: int, direct: Sequence[int], holders: dict[int, int]) -> int:
    """The highest inline element around ``node``, or the block or link that ends the line, with ``direct`` words.

    What was found for elements on the way is kept in ``holders``: spans may nest a thousand deep.
    """
    path = []
    while node not in holders:
        path.append(node)
        name = tree.tag[node]
        if name == "a" or name not in INLINE:
            break
        node = tree.parent[node]
    holder = holders.get(node, -1)
    for node in reversed(path):
        if holder < 0 and direct[node]:
            holder = node
        holders[node] = holder
    return holder


def _is_left_out(name: str, size: int) -> bool:
    """Whether the text of an element of ``size`` nodes is no piece."""
    return name in _LEFT_OUT and (name == "head" or size < 20)
