"""Sidebar modules of an HTML page: which blocks they are, their labels, kinds and items.

Six steps, each in a file of its own: the links become cards (``cards``), each card is judged (``features``,
``ensemble``), the cards of one list agree (``siblings``), neighbouring cards are joined to modules (``split``),
each module gets its label and kind (``labels``, ``kinds``), and second renderings are marked (``duplicates``).
Boxes that stand empty (``empties``) are filled from the page's own data where these hold their list (``stored``).
"""

from __future__ import annotations

from collections.abc import Sequence

from toolkit.page.modules.assemble import FoundItem, FoundModule, find_modules_in
from toolkit.page.modules.ensemble import Models, load_models
from toolkit.page.modules.stored import STORED_RULE
from toolkit.page.tree import Tree

__all__ = ["STORED_RULE", "FoundItem", "FoundModule", "find_modules"]


def find_modules(
    tree: Tree,
    url: str | None = None,
    *,
    title: str | None = None,
    body: Sequence[int] = (),
    language: str | None = None,
    models: Models | None = None,
) -> list[FoundModule]:
    """Find the modules of a page: blocks of headlines that lead to other stories.

    Parameters
    ----------
    tree : Tree
        The page, from :func:`toolkit.page.tree.read_tree`.
    url : str, optional
        The page's own address; links to it are left out, and relative links are made absolute.
    title : str, optional
        The headline of the page's own article, which is never an item.
    body : sequence of int
        Nodes of the article's own paragraphs; a module between them is of kind ``inline``.
    language : str, optional
        BCP 47 tag of the page.
    models : Models, optional
        Other ensembles than those that ship with the toolkit, for cross-validation.

    Returns
    -------
    list of FoundModule
        In page order; each a :class:`toolkit.page.model.Module` that also says where its parts stand.
    """
    return find_modules_in(tree, url, title, body, language, models or load_models())
