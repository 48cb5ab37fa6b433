"""One HTML page in, one ``Reading`` out: article, modules and, on request, the ledger, from one tree."""

from __future__ import annotations

from toolkit.page.blocks import find_blocks
from toolkit.page.body import find_body
from toolkit.page.metadata import read_metadata
from toolkit.page.model import Reading
from toolkit.page.modules import FoundItem, find_modules
from toolkit.page.tree import read_tree

__all__ = ["read_html"]


def read_html(
    html: str, *, url: str | None = None, ledger: bool = False, second_opinion: bool | None = None
) -> Reading:
    """Read one page.

    Parameters
    ----------
    html : str
        The page, decoded.
    url : str, optional
        The address it was saved from, where known.
    ledger : bool
        Account for every block of the page.
    second_opinion : bool, optional
        Ask another extractor where our own reading of the body is doubtful.

    Returns
    -------
    Reading
        Article, modules, ledger, problems and the honesty columns.
    """
    tree = read_tree(html)
    reading = Reading()
    blocks = find_blocks(tree)
    stated = read_metadata(tree, url, blocks=blocks)
    reading.article = stated.article
    reading.quality.update(stated.quality)
    body = find_body(tree, blocks, title=stated.article.title, title_node=stated.title_node)
    paragraphs = [blocks.owner[k] for k in body.blocks]
    modules = find_modules(
        tree, stated.article.url or url, title=stated.article.title, body=paragraphs, language=stated.article.language
    )
    reading.modules = list(modules)
    items = [item for module in modules for item in module.items if isinstance(item, FoundItem)]
    taken = {node for item in items for node in range(item.start, item.stop)}
    taken.update(module.label_node for module in modules)
    own = [k for k in body.blocks if taken.isdisjoint(range(blocks.start[k], blocks.stop[k]))]
    reading.article.body = "\n\n".join(blocks.text[k] for k in own)
    return reading
