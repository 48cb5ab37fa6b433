"""One HTML page in, one ``Reading`` out: article, modules and, on request, the ledger, from one tree."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Literal

from toolkit.page.blocks import Blocks, find_blocks
from toolkit.page.body import Body, find_body
from toolkit.page.guard import guard_page
from toolkit.page.head import Stated
from toolkit.page.language import find_language
from toolkit.page.ledger import account_page, claim_nodes, measure_residue
from toolkit.page.metadata import read_metadata
from toolkit.page.model import Reading
from toolkit.page.modules import STORED_RULE, FoundItem, FoundModule, find_modules
from toolkit.page.second_opinion import (
    BETTER_BY,
    MIN_AGREEMENT,
    SURE_BODY,
    ask_quick,
    ask_thorough,
    measure_agreement,
)
from toolkit.page.state import find_stored_text
from toolkit.page.tree import MAX_NODES, Tree, read_tree
from toolkit.tables import HONESTY
from toolkit.words import squeeze

__all__ = ["QUALITY", "read_html"]

#: The honesty columns of a page read from HTML; ``toolkit.tables.HONESTY`` says what they mean.
QUALITY = tuple(key for key in HONESTY if key not in ("encoding", "body_share"))

#: Fewer characters than this are no body, if the page's own data hold a longer one.
SHORT_BODY = 250
#: A page with more links is a site map or an attack: its modules are not looked for, and a problem says so.
MAX_LINKS = 10_000
#: A block of the body that a module claims as well is left to the module from this share of linked characters on.
MOSTLY_LINK = 0.5


def read_html(
    html: str,
    *,
    url: str | None = None,
    ledger: bool = False,
    second_opinion: bool | Literal["auto"] = False,
) -> Reading:
    """Read one page: what it states about its article, the article's body, and the modules around it.

    Parameters
    ----------
    html : str
        The page, decoded.
    url : str, optional
        The address it was saved from, where known; the page's own canonical address is preferred for the table.
    ledger : bool
        Account for every block of the page with one role and the rule that gave it.
    second_opinion : bool or "auto"
        Ask a quick second extractor for the body, and a thorough third where the two disagree and our own reading
        is not sure (``body_confidence``); ``agreement`` then is with the second. "auto" does so where the extra
        ``second-opinion`` is installed.

    Returns
    -------
    Reading
        Article, modules, ledger, problems, and the honesty columns that ``QUALITY`` names.

    Raises
    ------
    MissingExtraError
        If a second opinion is asked for and the extra ``second-opinion`` is not installed.

    Examples
    --------
    >>> text = "<p>The old bridge will close in May, the council said on Monday after a long debate.</p>"
    >>> reading = read_html(f"<title>Bridge to close | The Daily</title><article><h1>Bridge to close</h1>{text}")
    >>> reading.article.title, reading.quality["title_from"], reading.quality["n_paragraphs"]
    ('Bridge to close', 'h1', 1)
    """
    # a page becomes tens of thousands of small objects, none of them cyclic: looking for cycles meanwhile takes
    # an eighth of the time and finds nothing
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _read(html, url, ledger, second_opinion)
    finally:
        if collecting:
            gc.enable()


def _read(html: str, url: str | None, ledger: bool, second_opinion: bool | Literal["auto"]) -> Reading:
    guarded = guard_page(html)
    reading = Reading(problems=list(guarded.problems))
    tree = read_tree(guarded.data)
    if tree.cut and not any(reason == "too_many_elements" for reason, _ in reading.problems):
        reading.problems.append(("too_many_elements", f"the first {MAX_NODES:,} nodes were read."))
    blocks = find_blocks(tree)
    stated = read_metadata(tree, url, blocks=blocks)
    article = reading.article = stated.article
    body = find_body(
        tree,
        blocks,
        title=article.title,
        title_node=stated.title_node,
        description=stated.description,
        article_body=stated.article_body,
    )
    modules: list[FoundModule] = []
    links = len(tree.anchors)
    if links > MAX_LINKS:
        reading.problems.append(
            ("too_many_links", f"{links:,} links; modules are looked for up to {MAX_LINKS:,}.")
        )
    else:
        modules = find_modules(
            tree,
            article.url or url,
            title=article.title,
            body=[blocks.owner[k] for k in body.blocks],
            language=article.language,
        )
    reading.modules = list(modules)
    filled = any(module.rule == STORED_RULE for module in modules)
    reading.quality["modules_from"] = "page and script" if filled else "page" if modules else None
    own = _leave_to_modules(tree, blocks, body, modules)
    reading.quality.update(stated.quality)
    reading.quality["body_confidence"] = body.confidence
    reading.quality["agreement"] = body.agreement
    article.body = _join(blocks, own)
    if body.deck in own:
        article.deck = blocks.text[body.deck]
    source: str | None = "page" if own else None
    if len(article.body) < SHORT_BODY:
        stored = _read_stored(guarded.html, stated)
        if stored and len(stored[1]) > 2 * len(article.body):
            source, article.body = stored
            own = []
    claims = claim_nodes(tree, blocks, stated, own, body.deck, modules, dates=ledger)
    reading.quality["residue_share"] = measure_residue(tree, blocks, claims, stated)
    if ledger:
        reading.ledger = account_page(tree, blocks, claims, stated)
    if second_opinion:
        source = _ask_others(guarded.html, reading, source, required=second_opinion is True)
    reading.quality["body_from"] = source
    reading.quality["language_from"] = "stated" if article.language else None
    if article.language is None and article.body:
        article.language = find_language(article.body)
        reading.quality["language_from"] = "text" if article.language else None
    reading.quality["n_paragraphs"] = article.body.count("\n\n") + 1 if article.body else 0
    if not article.body:
        reading.problems.append(("no_article", f"no run of sentences among the page's {len(blocks)} blocks."))
    elif len(article.body) < SHORT_BODY and tree.chars[-1] > 4 * SHORT_BODY:
        detail = f"{len(article.body)} characters of body on a page of {tree.chars[-1]:,}; look at the page."
        reading.problems.append(("short_article", detail))
    if article.title is None:
        reading.problems.append(("no_title", "neither the page nor its metadata name a headline."))
    return reading


def _join(blocks: Blocks, chosen: Sequence[int]) -> str:
    return "\n\n".join(blocks.text[k] for k in chosen)


def _leave_to_modules(tree: Tree, blocks: Blocks, body: Body, modules: Sequence[FoundModule]) -> list[int]:
    """The body's blocks without those that a module prints as its label, or as an item that is mostly a link.

    A sentence of the body that links to another story stays in the body, whatever the module finder saw in it.
    """
    labels = {module.label_node for module in modules} - {-1}
    linked: set[int] = set()
    for module in modules:
        for item in module.items:
            if isinstance(item, FoundItem):
                linked.update(range(item.start, item.stop))
    return [
        k
        for k in body.blocks
        if labels.isdisjoint(range(blocks.start[k], blocks.stop[k]))
        and (
            blocks.linked[k] < MOSTLY_LINK * blocks.chars[k]
            or linked.isdisjoint(range(blocks.start[k], blocks.stop[k]))
        )
    ]


def _read_stored(html: str, stated: Stated) -> tuple[str, str] | None:
    """The body as the page's own data hold it: in JSON-LD, or in the scripts that would print it."""
    held = find_stored_text(html)
    if held and "<" in held:
        blocks = find_blocks(read_tree(guard_page(held).data))
        held = _join(blocks, range(len(blocks)))
    told = stated.article_body
    if told and "<" in told:
        blocks = find_blocks(read_tree(guard_page(told).data))
        told = _join(blocks, range(len(blocks)))
    elif told:
        told = "\n\n".join(line for line in map(squeeze, told.split("\n")) if line)
    if held and len(held) >= len(told or ""):
        return "script", held
    return ("json-ld", told) if told else None


def _ask_others(html: str, reading: Reading, source: str | None, *, required: bool) -> str | None:
    """Set ``agreement`` by the quick extractor; in doubt a thorough one's body may stand instead of ours."""
    try:
        other = ask_quick(html)
    except ImportError:
        if required:
            raise
        return source
    agreement = measure_agreement(reading.article.body, other)
    reading.quality["agreement"] = agreement
    sure = reading.quality["body_confidence"] or 0.0
    if agreement >= MIN_AGREEMENT or not other or (source == "page" and sure >= SURE_BODY):
        return source
    third = ask_thorough(html)
    if third and measure_agreement(third, other) > agreement + BETTER_BY:
        reading.article.body = third
        return "second opinion"
    return source
