"""Saved text pages: the article and the sidebar modules, with no tags to lean on.

One page goes through: its lines, freed of layout marks (``lines``, ``split``); facts of each line (``facts``);
title, byline and running text (``body``); a first guess at each line's role by rule (``guess``); how likely
each line is a headline, a label, a kicker (``features``, ``score``); one role a line (``roles``); modules
(``pairs``, ``assemble``); the ledger (``account``).
"""

from __future__ import annotations

from dataclasses import dataclass

from toolkit.page.language import find_language
from toolkit.page.model import Article, Reading
from toolkit.page.modules.duplicates import mark_duplicates
from toolkit.page.saved_text.account import account_lines, share_of_residue
from toolkit.page.saved_text.assemble import assemble_modules
from toolkit.page.saved_text.body import (
    MIN_WORDS,
    Region,
    find_body,
    find_byline,
    find_lists,
    find_running_date,
    find_title,
    settle_article,
)
from toolkit.page.saved_text.facts import Facts, find_facts
from toolkit.page.saved_text.guess import guess_roles
from toolkit.page.saved_text.lines import MAX_LINES, Line, find_lines
from toolkit.page.saved_text.roles import decide_roles
from toolkit.page.saved_text.score import BODY, heading_chooser, score_lines, score_parting
from toolkit.page.saved_text.split import label_claim, split_labels
from toolkit.page.saved_text.wording import words_of

__all__ = ["TextPage", "read_lines", "read_text"]

#: A label that claims a kind of module has at most so many words.
LABEL_WORDS = 8
#: More characters than any page's text has; what stands behind them is left out and reported.
MAX_TEXT = 2_000_000


@dataclass(slots=True)
class TextPage:
    """A saved text page before any line is scored: what rules alone make of it."""

    lines: list[Line]
    facts: list[Facts]
    labels: list[str | None]
    region: Region
    title: int | None
    guesses: list[str]
    words: list[tuple[str, ...]]  # folded


def read_lines(text: str) -> TextPage:
    """Cut a page into lines, find its running text and its title, and guess each line's role by rule."""
    lines = split_labels(find_lines(text))
    facts = [find_facts(line) for line in lines]
    labels = [
        label_claim(line.text) if fact.words <= LABEL_WORDS else None
        for line, fact in zip(lines, facts, strict=True)
    ]
    region = find_body(lines, facts, find_lists(lines, facts), labels)
    title = find_title(lines, facts, region, labels) if region else None
    if title is not None and title >= region.start:  # it was taken for the first paragraph
        kept = [i for i in region.lines if i > title]
        region = Region(kept[0], region.stop, kept) if kept else Region()
    guesses = guess_roles(lines, facts, region, title, labels)
    return TextPage(lines, facts, labels, region, title, guesses, [words_of(line) for line in lines])


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
        ``quality``: ``title_from`` and ``body_from`` ("page" or missing), ``language_from`` ("text"),
        ``n_paragraphs``, ``body_share`` and ``residue_share`` (of the page's characters, 0 to 1).

    Notes
    -----
    Text keeps no links, so what is a headline is told by its form and its company alone: expect about two in
    ten to be missed or invented on an unknown layout.

    Examples
    --------
    >>> page = "\\n\\n".join(["Bridge to close for a year", "The old bridge will close in May. " * 8,
    ...     "The council voted for it on Monday. " * 8, "Most Read", "  • Ten ways to cook an egg at home",
    ...     "  • Why the river is brown this week"])
    >>> reading = read_text(page)
    >>> reading.article.title, reading.modules[0].label, reading.modules[0].items[0].headline
    ('Bridge to close for a year', 'Most Read', 'Ten ways to cook an egg at home')
    """
    problems: list[tuple[str, str]] = []
    if len(text) > MAX_TEXT:
        problems.append(("too_large", f"{len(text):,} characters; the first {MAX_TEXT:,} were read."))
        text = text[:MAX_TEXT]
    page = read_lines(text)
    if len(page.lines) >= MAX_LINES:
        problems.append(("too_many_lines", f"the first {MAX_LINES:,} lines were read."))
    lines, facts, region, title = page.lines, page.facts, page.region, page.title
    scores = score_lines(lines, facts, page.labels, region, title, page.guesses, page.words)
    if scores[:, BODY].any():
        region, title = settle_article(lines, facts, page.labels, scores[:, BODY], region, title)
    authors, bylines = find_byline(lines, facts, region, title) if region else ([], set())
    roles = decide_roles(lines, facts, scores, region, title, bylines)
    heads = [i for i, role in enumerate(roles) if role == "headline"]
    parted = score_parting(lines, facts, scores, region, heads)
    total = sum(len(line.text) for line in lines)
    choose = heading_chooser(lines, facts, roles, scores, region)
    modules, owner, roles = assemble_modules(lines, facts, roles, scores, parted, region, total, choose)
    mark_duplicates(modules)

    article = Article(url=url, authors=authors)
    reading = Reading(article, modules, problems=problems)
    if title is not None:
        article.title = lines[title].text
    article.body = "\n\n".join(line.text for line, role in zip(lines, roles, strict=True) if role == "body")
    article.language = find_language(article.body or text)
    date = find_running_date(lines, facts, title)
    if date is not None:
        article.captured_at, article.captured_from, article.captured_precision = date[0], "page", "day"
        roles[date[1]] = "date"
    if not article.body:
        reading.problems.append(("no_article", f"no run of sentences among the page's {len(lines)} lines."))
    elif sum(page.facts[i].words for i in region.lines) < MIN_WORDS:
        detail = f"{len(article.body)} characters of body on a page of {total:,}; look at the page."
        reading.problems.append(("short_article", detail))
    if article.body and title is None:
        reading.problems.append(("no_title", "no line above the text is made of its words."))
    accounts = account_lines(lines, facts, roles, owner)
    reading.quality = {
        "title_from": "page" if title is not None else None,
        "language_from": "text" if article.language else None,
        "body_from": "page" if article.body else None,
        "n_paragraphs": article.body.count("\n\n") + 1 if article.body else 0,
        "body_share": len(article.body) / total if total else 0.0,
        "residue_share": share_of_residue(accounts),
    }
    if ledger:
        reading.ledger = accounts
    return reading
