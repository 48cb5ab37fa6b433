"""The ledger of a saved text page: each line with exactly one role, and the rule that gave it."""

from __future__ import annotations

from toolkit.page.model import LedgerLine
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line

__all__ = ["account_lines", "share_of_residue"]

_BY_FURNITURE = {
    "share": ("navigation", "share and follow buttons"),
    "account": ("navigation", "login, subscription or newsletter"),
    "menu": ("navigation", "menu words"),
    "more": ("navigation", "a link to more"),
    "footer": ("boilerplate", "the site's own pages"),
    "ad": ("boilerplate", "an ad mark"),
    "comment": ("comment", "comment words"),
    "meta": ("boilerplate", "the site's words about an article"),
    "credit": ("boilerplate", "a credit"),
}
_RULES = {
    "title": ("title", "above the text, and made of its words"),
    "byline": ("byline", "a name where bylines stand"),
    "date": ("date", "the page's running date"),
    "body": ("body", "a sentence in the longest run of sentences"),
    "headline": ("headline", "reads and stands like the headlines of a module"),
    "label": ("module label", "heads a module"),
    "kicker": ("kicker", "a few words in the same place beside each headline"),
    "deck": ("deck", "a sentence right below a headline"),
}
_MODULE_ROLES = frozenset(("headline", "label", "kicker", "deck"))
#: Lines of at most so many words, four or more in a row, are a menu.
MENU_WORDS = 4
MENU_RUN = 4


def account_lines(
    lines: list[Line],
    facts: list[Facts],
    roles: list[str],
    owner: list[int | None],
) -> list[LedgerLine]:
    """One ledger line for each line of the page, in page order.

    Parameters
    ----------
    lines, facts : list
        The page's lines and their facts.
    roles : list of str
        The role that reading the page gave each line, ``""`` where it gave none; those are told apart here,
        and what no rule knows is ``residue``.
    owner : list of int or None
        The module that each line belongs to.
    """
    menu = _menu_runs(facts, roles)
    ledger = []
    for i, (line, fact, role) in enumerate(zip(lines, facts, roles, strict=True)):
        if role in _RULES and (owner[i] is not None or role not in _MODULE_ROLES):
            role, rule = _RULES[role]
        else:
            role, rule = _role_alone(fact, menu[i])
        ledger.append(LedgerLine(role, rule, line.text, owner[i]))
    return ledger


def share_of_residue(ledger: list[LedgerLine]) -> float:
    """Share of the page's characters in lines that no rule accounts for; 0 for an empty page."""
    total = sum(len(line.text) for line in ledger)
    return sum(len(line.text) for line in ledger if line.role == "residue") / total if total else 0.0


def _role_alone(fact: Facts, menu: bool) -> tuple[str, str]:
    if fact.date:
        return "date", "a date, a time or an age alone"
    if fact.furniture:
        return _BY_FURNITURE[fact.furniture]
    if fact.sign:
        return "boilerplate", "a copyright sign"
    if fact.credit:
        return "boilerplate", "a photo credit"
    if fact.byline:
        return "byline", "begins like a byline"
    if fact.count:
        return "boilerplate", "a number alone"
    if fact.email or fact.url:
        return "boilerplate", "an address"
    if menu:
        return "navigation", "one of several short lines in a row"
    if fact.loose and fact.words <= 25:
        return _BY_FURNITURE[fact.loose]
    return "residue", "no rule knows it"


def _menu_runs(facts: list[Facts], roles: list[str]) -> list[bool]:
    marked = [False] * len(facts)
    start = 0
    for i in range(len(facts) + 1):
        if i < len(facts) and not roles[i] and facts[i].words <= MENU_WORDS:
            continue
        if i - start >= MENU_RUN:
            marked[start:i] = [True] * (i - start)
        start = i + 1
    return marked
