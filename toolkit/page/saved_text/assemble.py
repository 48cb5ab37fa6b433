"""From the role of each line to modules: which headlines stand together, under which label, with what around."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from toolkit.page.model import Item, Module
from toolkit.page.modules.lexicon import look_up, plain_label
from toolkit.page.saved_text.body import Region
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.headings import Stretch, find_stretches
from toolkit.page.saved_text.lines import Line
from toolkit.page.saved_text.split import label_claim
from toolkit.page.saved_text.tabs import find_panes
from toolkit.page.saved_text.trim import shared_endings, trim_headline, trim_module

__all__ = ["assemble_modules"]

Matrix = npt.NDArray[np.float32]

#: A label stands at most so many lines above the first headline it heads.
LABEL_REACH = 8
#: Two headlines stand in two modules where that is likelier than this.
PARTED = 0.5
#: Above a module's first headline, a line scoring this much is its label.
LABEL_ENOUGH = 0.08
#: A label claims a module without a headline only where it names its kind so surely, and scores as much as a label.
EMPTY_SURE, EMPTY_ENOUGH = 0.75, 0.05
#: A name of a section has at most so many words.
NAME_WORDS = 4
#: Where kickers stand, in lines from the headline; that of the last headline is less than so many lines below it. A
#: kicker has at most so many words.
KICKER_STEPS, LAST_KICKER, KICKER_WORDS = (-1, 1, -2, 2), 4, 6
#: Lines that score at least the first and are worth more than the second are kickers; what their names, their number
#: and those missing are worth was chosen in cross-validation.
KICKER_LEAST, KICKER_ENOUGH = 0.02, 0.1
NAMED_WORTH, SEVERAL_WORTH, MISSING_WORTH = 0.3, 0.2, 0.3
SEVERAL = 3
#: A label so sure to tease ("read more") heads related stories.
TEASES = 0.6


@dataclass(slots=True)
class _Draft:
    label: int | None = None
    heads: list[int] = field(default_factory=list)
    #: the lines among which kickers may stand, the last excluded
    room: tuple[int, int] = (0, 0)
    decks: dict[int, list[int]] = field(default_factory=dict)


def assemble_modules(
    lines: list[Line],
    facts: list[Facts],
    roles: Sequence[str],
    scores: Matrix,
    parted: npt.NDArray[np.floating],
    region: Region,
    total: int,
    choose: Callable[[Sequence[Stretch]], list[int | None]] | None = None,
) -> tuple[list[Module], list[int | None], list[str]]:
    """The page's modules in order; for each line the index of the module it belongs to, and its role there.

    Parameters
    ----------
    roles : sequence of str
        Each line's role.
    scores : array
        One row per line; its columns: anything else, headline, label, kicker.
    parted : array
        For each two headlines in a row, how likely they stand in two modules (0 to 1).
    region : Region
        Where the article's text stands.
    total : int
        Characters of the page, of which each position is a share.
    choose : callable, optional
        Gives for the headlines of each module the line that heads it; without it that is the line above them
        that scores most as a label.

    Notes
    -----
    A label that heads nothing is a module without items where it names a kind of module for sure. The roles that
    come back are ``roles`` as the modules have settled them: what heads one is a label, what stands where its
    kickers do is a kicker.
    """
    settled = list(roles)
    modules: list[Module] = []
    owner: list[int | None] = [None] * len(lines)
    size = max(1, total)
    endings = shared_endings(
        [line.text for line, role in zip(lines, roles, strict=True) if role == "headline"]
    )
    if choose is None:
        choose = partial(_by_score, facts, roles, scores)
    short = Counter(
        plain_label(line.text) for line, fact in zip(lines, facts, strict=True) if fact.words <= NAME_WORDS
    )
    named = {name for name, count in short.items() if count > 1}
    for draft in _draft(lines, facts, roles, scores, parted, choose):
        first = draft.label if draft.label is not None else draft.heads[0]
        label = lines[draft.label].text if draft.label is not None else None
        headlines = trim_module([_without(endings, lines[i].text) for i in draft.heads])
        items = [
            Item(text, lines[i].url, position=lines[i].start / size)
            for text, i in zip(headlines, draft.heads, strict=True)
        ]
        for item, i in zip(items, draft.heads, strict=True):
            item.deck = " ".join(lines[j].text for j in draft.decks.get(i, [])) or None
        kickers = _find_kickers(draft, lines, facts, roles, scores, named)
        placed = {at: i for at, i in kickers.items() if owner[i] is None}  # not those of the module above
        for at, kicker in placed.items():
            items[at].kicker = lines[kicker].text
            settled[kicker] = "kicker"
        if draft.label is not None:
            settled[draft.label] = "label"
        modules.append(Module(label, _kind(label, draft, region, named), items, lines[first].start / size))
        for i in [first, *draft.heads, *placed.values(), *(j for js in draft.decks.values() for j in js)]:
            owner[i] = len(modules) - 1
    return modules, owner, settled


def _without(endings: frozenset[str], headline: str) -> str:
    if not endings:
        return headline
    headline = trim_headline(headline)
    for ending in endings:
        if headline.endswith(ending):
            return headline[: -len(ending)].rstrip()
    return headline


def _draft(
    lines: list[Line],
    facts: list[Facts],
    roles: Sequence[str],
    scores: Matrix,
    parted: npt.NDArray[np.floating],
    choose: Callable[[Sequence[Stretch]], list[int | None]],
) -> list[_Draft]:
    heads = [i for i, role in enumerate(roles) if role == "headline"]
    panes = {pane.start: pane for pane in find_panes(lines, facts, roles) if roles[pane.name] == "label"}
    inside = {i for pane in panes.values() for i in range(pane.start + 1, pane.stop)}
    starts = [
        k
        for k, head in enumerate(heads)
        if head in panes
        or (head not in inside and (k == 0 or parted[k - 1] > PARTED or heads[k - 1] in inside))
    ]
    stretches = find_stretches(heads, starts)
    drafts = [
        _Draft(panes[members[0]].name if members[0] in panes else label, list(members))
        for (_, members), label in zip(stretches, choose(stretches), strict=True)
    ]
    used = {draft.label for draft in drafts if draft.label is not None}
    for k, draft in enumerate(drafts):
        stop = drafts[k + 1].heads[0] if k + 1 < len(drafts) else len(lines)
        after = drafts[k + 1].label if k + 1 < len(drafts) else None
        stop = after if after is not None else stop
        start = draft.label + 1 if draft.label is not None else max(0, draft.heads[0] - 2)
        draft.room = start, stop
        for i in range(draft.heads[0], stop):
            if roles[i] == "deck":
                head = max(h for h in draft.heads if h < i)
                if all(roles[j] in ("deck", "headline") for j in range(head, i)):
                    draft.decks.setdefault(head, []).append(i)
    for i, role in enumerate(roles):
        maybe = role == "label" or (not role and scores[i, 2] >= EMPTY_ENOUGH)
        if maybe and i not in used and label_claim(lines[i].text, EMPTY_SURE):
            following = next((j for j in range(i + 1, len(roles)) if roles[j] in ("headline", "label")), None)
            if following is None or following - i > LABEL_REACH:
                drafts.append(_Draft(i))
    return sorted(drafts, key=lambda draft: draft.label if draft.label is not None else draft.heads[0])


def _by_score(
    facts: list[Facts], roles: Sequence[str], scores: Matrix, stretches: Sequence[Stretch]
) -> list[int | None]:
    """For each module the line above its first headline that scores most as a label, the nearer one of two."""
    chosen: list[int | None] = []
    for floor, heads in stretches:
        best, found = LABEL_ENOUGH, None
        for i in range(heads[0] - 1, max(floor, heads[0] - LABEL_REACH) - 1, -1):
            fact = facts[i]
            if roles[i] in ("title", "body", "deck", "byline") or fact.date or fact.count or fact.words > 14:
                continue
            score = float(scores[i, 2]) - 0.01 * (heads[0] - i)
            if score > best:
                best, found = score, i
        chosen.append(found)
    return chosen


def _find_kickers(
    draft: _Draft,
    lines: list[Line],
    facts: list[Facts],
    roles: Sequence[str],
    scores: Matrix,
    named: Container[str],
) -> dict[int, int]:
    """Item -> its kicker's line: those of one module stand as many lines above their headlines, or below them.

    A line is worth its score as a kicker, more if the page names it elsewhere, too (as sections are), if several
    items have one in that place, and the more of them have one.
    """
    start, stop = draft.room
    heads = draft.heads
    best, found = KICKER_ENOUGH, dict[int, int]()
    for step in KICKER_STEPS:
        held: dict[int, int] = {}
        for at, head in enumerate(heads):
            above = heads[at - 1] if at else start - 1
            below = heads[at + 1] if at + 1 < len(heads) else min(stop, head + LAST_KICKER)
            i = head + step
            if above < i < below and roles[i] in ("", "kicker") and _may_be_kicker(facts[i]):
                held[at] = i
        if not held:
            continue
        count = len(held)
        worth = sum(float(scores[i, 3]) for i in held.values()) / count
        if worth < KICKER_LEAST:
            continue
        worth += NAMED_WORTH * sum(plain_label(lines[i].text) in named for i in held.values()) / count
        worth += SEVERAL_WORTH * (count >= SEVERAL) - MISSING_WORTH * (1 - count / len(heads))
        if worth > best:
            best, found = worth, held
    return found


def _may_be_kicker(fact: Facts) -> bool:
    told = fact.date or fact.count or fact.furniture or fact.byline or fact.email or fact.sign
    return not told and fact.words <= KICKER_WORDS


def _kind(label: str | None, draft: _Draft, region: Region, named: Container[str]) -> str:
    """What the label claims; one that claims nothing heads a section if the page names it elsewhere, too."""
    claims = {kind: sure for kind, sure in look_up(label).items() if kind != "none"} if label else {}
    inside = bool(region) and bool(draft.heads) and region.start < draft.heads[0] < region.stop
    if claims.get("sponsored", 0.0) > 0.6:
        return "sponsored"
    if inside and len(draft.heads) <= 2:
        return "inline"
    teases = 0.0 if inside else claims.pop("inline", 0.0)
    if claims:
        return max(claims, key=lambda kind: (claims[kind], kind))
    if teases > TEASES:
        return "related"  # "read more" over a box of stories
    if teases:
        return "section"  # "more blog posts"
    return "section" if label and plain_label(label) in named else "other"
