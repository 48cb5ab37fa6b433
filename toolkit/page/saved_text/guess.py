"""Which role a line plays, guessed from rules of layout alone: label lines, lists under them, summaries, kickers."""

from __future__ import annotations

from toolkit.page.saved_text.body import Region, find_lists
from toolkit.page.saved_text.facts import Facts
from toolkit.page.saved_text.lines import Line

__all__ = ["guess_roles"]


def guess_roles(
    lines: list[Line], facts: list[Facts], region: Region, title: int | None, labels: list[str | None]
) -> list[str]:
    """For each line "headline", "label", "kicker", "deck", "body" or "" (anything else).

    A line that names a kind of module heads what stands below it; below it, lines of a headline's length are
    headlines, a summary is a sentence under a headline, and a kicker a few words that come back in the same
    place under or above its neighbours.
    """
    roles = [""] * len(lines)
    teasers = find_lists(lines, facts, strict=False)
    for i in region.lines:
        roles[i] = "body"
    heading = False  # are we below a label?
    misses = 0
    for i, (line, fact) in enumerate(zip(lines, facts, strict=True)):
        if roles[i] == "body" or i == title:
            heading, misses = False, 0
            continue
        if region and region.start <= i < region.stop and not labels[i] and not heading:
            continue
        if labels[i] and fact.words <= 8:
            roles[i] = "label"
            heading, misses = True, 0
            continue
        if (
            fact.furniture == "comment"
            or fact.sign
            or fact.email
            or (fact.loose == "footer" and fact.words <= 5)
        ):
            heading = False
            continue
        if not heading or not _may_be_headline(fact):
            if heading and _may_be_kicker(lines, facts, roles, i):
                roles[i] = "kicker"
            misses += heading and not fact.date and roles[i] != "kicker"
            heading = heading and misses < 6
            continue
        above = roles[i - 1] if i else ""
        if (
            above == "headline"
            and fact.ends == "."
            and fact.words >= 8
            and not line.bullet
            and line.rank is None
        ) or (above == "headline" and i in teasers and i - 1 in teasers and fact.words > 8 and fact.ends):
            roles[i] = "deck"
        else:
            roles[i] = "headline"
            misses = 0
    _title_copies(lines, roles, title)
    return roles


def _may_be_headline(fact: Facts) -> bool:
    return (
        4 <= fact.words <= 40
        and not (fact.furniture or fact.date or fact.count or fact.byline or fact.credit or fact.url)
        and fact.ends not in (":", ",")
    )


def _may_be_kicker(lines: list[Line], facts: list[Facts], roles: list[str], i: int) -> bool:
    fact = facts[i]
    if (
        fact.words > 3
        or fact.date
        or fact.count
        or fact.furniture in ("more", "ad", "share", "comment", "account")
    ):
        return False
    above = roles[i - 1] if i else ""
    return above in ("headline", "deck") and (lines[i].indent > lines[i - 1].indent or fact.upper > 0.9)


def _title_copies(lines: list[Line], roles: list[str], title: int | None) -> None:
    if title is None:
        return
    for i, line in enumerate(lines):
        if i != title and line.text.casefold() == lines[title].text.casefold() and roles[i] == "headline":
            roles[i] = ""
