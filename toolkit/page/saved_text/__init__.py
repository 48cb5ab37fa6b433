"""Saved text pages: the article and the sidebar modules, with no tags to lean on."""

from __future__ import annotations

from toolkit.page.model import Article, Reading
from toolkit.page.saved_text.account import account_lines, share_of_residue
from toolkit.page.saved_text.assemble import assemble_modules, flag_duplicates
from toolkit.page.saved_text.body import find_body, find_byline, find_lists, find_running_date, find_title
from toolkit.page.saved_text.facts import find_facts
from toolkit.page.saved_text.guess import guess_roles
from toolkit.page.saved_text.lines import find_lines
from toolkit.page.saved_text.split import label_claim, split_labels
from toolkit.page.saved_text.tongue import find_language

__all__ = ["read_text"]

#: A module's label has at most so many words.
LABEL_WORDS = 8


def read_text(text: str, *, url: str | None = None, ledger: bool = False) -> Reading:
    """Read one page that was saved as plain text.

    Parameters
    ----------
    text : str
        The page as a converter or a browser saved it.
    url : str, optional
        The page's address, where known.
    ledger : bool, default False
        Also account for each line with its one role.

    Returns
    -------
    Reading
        ``article`` (``captured_at`` is the page's running date where it prints one), ``modules`` in page
        order, empty ones too, ``ledger`` (empty unless asked for), ``problems`` as (reason, detail) pairs, and
        ``quality``: ``title_from`` ("page" or missing), ``body_share`` and ``residue_share`` (of the page's
        characters, 0 to 1).

    Notes
    -----
    Text keeps no links, so what is a headline is told by its form and its company alone: expect two or three
    in ten to be missed or invented on an unknown layout.

    Examples
    --------
    >>> page = "\\n\\n".join(["Bridge to close for a year", "The old bridge will close in May. " * 8,
    ...     "The council voted for it on Monday. " * 8, "Most Read", "  • Ten ways to cook an egg at home"])
    >>> reading = read_text(page)
    >>> reading.article.title, reading.modules[0].label, reading.modules[0].items[0].headline
    ('Bridge to close for a year', 'Most Read', 'Ten ways to cook an egg at home')
    """
    lines = split_labels(find_lines(text))
    facts = [find_facts(line) for line in lines]
    labels = [
        label_claim(line.text) if fact.words <= LABEL_WORDS else None
        for line, fact in zip(lines, facts, strict=True)
    ]
    region = find_body(lines, facts, find_lists(lines, facts), labels)
    title = find_title(lines, facts, region, labels) if region else None
    authors, bylines = find_byline(lines, facts, region, title) if region else ([], set())
    roles = guess_roles(lines, facts, region, title, labels)
    for i in bylines:
        roles[i] = "byline"
    total = sum(len(line.text) for line in lines)
    modules, owner = assemble_modules(lines, facts, roles, label_claim, total)
    flag_duplicates(modules)

    article = Article(url=url, authors=authors)
    reading = Reading(article, modules)
    if title is not None:
        article.title = lines[title].text
        roles[title] = "title"
    article.body = "\n\n".join(lines[i].text for i in region.lines)
    article.language = find_language(article.body or text)
    date = find_running_date(lines, facts, title)
    if date is not None:
        article.captured_at, article.captured_from, article.captured_precision = date[0], "page", "day"
        roles[date[1]] = "date"
    if not region:
        reading.problems.append(("no_article", f"no run of sentences among the page's {len(lines)} lines"))
    accounts = account_lines(
        lines,
        facts,
        ["module label" if role == "label" else role for role in roles],
        [f"read as {role}" if role else "" for role in roles],
        owner,
    )
    reading.quality = {
        "title_from": "page" if title is not None else None,
        "body_share": len(article.body) / total if total else 0.0,
        "residue_share": share_of_residue(accounts),
    }
    if ledger:
        reading.ledger = accounts
    return reading
