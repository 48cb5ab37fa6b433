"""The article in a saved text page: its title, its byline, its paragraphs."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from toolkit.page.dates import find_date
from toolkit.page.modules.texts import stems
from toolkit.page.names import clean_names
from toolkit.page.saved_text.facts import Facts, fold_phrase, read_furniture
from toolkit.page.saved_text.lines import Line

__all__ = [
    "Region",
    "find_body",
    "find_byline",
    "find_running_date",
    "find_title",
    "is_paragraph",
    "settle_article",
]

#: A title stands at most so many lines above the article's first paragraph.
TITLE_REACH = 60
#: A title scores at least so much.
TITLE_ENOUGH = 1.2
#: A page's running date stands among its first lines.
DATE_REACH = 60
#: Running text has at least so many words; with fewer, short sentences in a row are taken for a short article.
MIN_WORDS = 40
#: A short article has at least so many sentences on lines of their own, one below the other, and so many words.
SHORT_LINES, SHORT_WORDS = 2, 14
#: A line that is so likely running text is a paragraph of the article where it stands among others.
LIKELY_TEXT = 0.5


@dataclass(slots=True)
class Region:
    """Where the article's text stands: the lines ``start`` to ``stop`` (excluded), and which of them are text."""

    start: int = 0
    stop: int = 0
    lines: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lines)


def is_paragraph(line: Line, facts: Facts) -> bool:
    """Whether a line is running text: several words, and ended like a sentence unless it is long."""
    if facts.sign or facts.furniture or line.rank is not None or (facts.credit and facts.words < 40):
        return False
    if line.linked > 0.8:
        return False
    if facts.words >= 28:
        return facts.splits <= max(2, facts.words // 12) and (bool(facts.ends) or facts.titled < 0.6)
    return facts.words >= 8 and facts.ends in (".", "?", "!", "…") and not line.bullet


def find_lists(lines: list[Line], facts: list[Facts], *, strict: bool = True) -> set[int]:
    """Lines that take part in three or more teasers in a row: a headline, then one short summary, and again.

    Unless ``strict``, a summary need not end like a sentence: some are cut, some run into the next kicker.
    """
    found: set[int] = set()
    run: list[int] = []
    i = 0
    while i < len(lines) - 1:
        if _is_teaser(facts, i, strict):
            run += [i, i + 1]
            i += 2
            continue
        if len(run) >= 6:
            found.update(run)
        run = []
        i += 1
    if len(run) >= 6:
        found.update(run)
    return found


def _is_teaser(facts: list[Facts], i: int, strict: bool) -> bool:
    head, below = facts[i], facts[i + 1]
    return (
        4 <= head.words <= 25
        and head.ends in ("", "?", "!", "…")
        and not head.furniture
        and not head.date
        and 8 <= below.words <= 55
        and (below.ends in (".", "?", "!", "…") or (not strict and below.words >= 12))
        and below.words > head.words * 0.8
    )


def find_body(lines: list[Line], facts: list[Facts], barred: set[int], labels: list[str | None]) -> Region:
    """The run of lines that holds most running text for the fewest other lines.

    Parameters
    ----------
    lines, facts : list
        The page's lines and their facts.
    barred : set of int
        Lines known to be something else.
    labels : list
        For each line the kind of module that it would name, None for most.

    Returns
    -------
    Region
        False in a boolean context where the page has no article.
    """
    best = total = 0.0
    start = 0
    span = (0, 0)
    paragraphs = [is_paragraph(line, fact) for line, fact in zip(lines, facts, strict=True)]
    for i, fact in enumerate(facts):
        if paragraphs[i] and i not in barred:
            gain = float(min(fact.words, 60))
            if lines[i].bullet:
                gain *= 0.4
        elif i in barred:
            gain = -12.0
        elif labels[i]:
            gain = -30.0 if labels[i] != "inline" else -10.0
        elif fact.sign:
            gain = -60.0
        elif fact.furniture == "comment":
            gain = -25.0
        elif fact.furniture in ("ad", "more", "credit"):
            gain = -3.0
        else:
            gain = -8.0 if lines[i].bullet else -5.0
        if total <= 0:
            total, start = 0.0, i
        total += gain
        if total > best:
            best, span = total, (start, i + 1)
    inside = [i for i in range(*span) if paragraphs[i] and i not in barred]
    if sum(facts[i].words for i in inside) < MIN_WORDS:
        return _find_short(lines, facts, barred)
    return _widen(lines, facts, barred, Region(inside[0], inside[-1] + 1, inside))


def _find_short(lines: list[Line], facts: list[Facts], barred: set[int]) -> Region:
    """The longest run of sentences that stand on lines of their own, one right below the other."""
    best: list[int] = []
    run: list[int] = []
    for i, (line, fact) in enumerate(zip(lines, facts, strict=True)):
        sentence = (
            fact.words >= 5
            and fact.ends in (".", "?", "!", "…")
            and not (line.bullet or line.rank is not None or i in barred or line.linked > 0.8)
            and not (fact.furniture or fact.loose or fact.sign or fact.credit or fact.byline or fact.date)
        )
        run = [*run, i] if sentence else []
        if sum(facts[j].words for j in run) > sum(facts[j].words for j in best):
            best = run
    if len(best) < SHORT_LINES or sum(facts[i].words for i in best) < SHORT_WORDS:
        return Region()
    if facts[best[-1]].ends not in (".", "…") and facts[best[0]].ends not in (".", "…"):
        return Region()
    return Region(best[0], best[-1] + 1, best)


def _widen(lines: list[Line], facts: list[Facts], barred: set[int], region: Region) -> Region:
    """Take in the short sentences between the paragraphs and right behind the last one."""

    def is_sentence(i: int) -> bool:
        line, fact = lines[i], facts[i]
        plain = not (
            line.bullet or line.rank is not None or fact.furniture or fact.date or fact.credit or fact.sign
        )
        return (
            plain
            and i not in barred
            and fact.words >= 3
            and fact.ends in (".", "?", "!", "…")
            and not fact.url
        )

    stop = region.stop
    while (
        stop < len(lines)
        and is_sentence(stop)
        and facts[stop].ends == "."
        and lines[stop].indent == lines[region.lines[-1]].indent
    ):
        stop += 1
    known = set(region.lines)
    inside = [i for i in range(region.start, stop) if i in known or is_sentence(i)]
    return Region(region.start, stop, inside)


def settle_article(
    lines: list[Line],
    facts: list[Facts],
    labels: list[str | None],
    likely: npt.NDArray[np.floating],
    region: Region,
    title: int | None,
) -> tuple[Region, int | None]:
    """Where the article's text and its title stand, now that each line is known to be running text so likely.

    The stretch of lines is taken that holds most words of running text for the fewest others; ``region`` and
    ``title``, which rules found, stay where no stretch is worth it.
    """
    # what rules know for the site's own lines is no text, however much it reads like one
    chrome = [fact.sign or bool(fact.furniture) for fact in facts]
    likely = np.where(chrome, 0.0, likely)
    best = total = 0.0
    start, span = 0, (0, 0)
    for i, fact in enumerate(facts):
        sure = 2.0 * float(likely[i]) - 1.0
        if total <= 0:
            total, start = 0.0, i
        total += min(fact.words, 60) * sure if sure > 0 else min(max(fact.words, 2), 8) * sure
        if total > best:
            best, span = total, (start, i + 1)
    inside = [i for i in range(*span) if likely[i] >= LIKELY_TEXT]
    if sum(facts[i].words for i in inside) < MIN_WORDS:
        return region, title
    found = Region(inside[0], inside[-1] + 1, inside)
    if region and found.start == region.start:
        return found, title
    title = find_title(lines, facts, found, labels)
    if title is not None and title >= found.start:
        kept = [i for i in found.lines if i > title]
        found = Region(kept[0], found.stop, kept) if kept else found
    return found, title


def find_title(lines: list[Line], facts: list[Facts], region: Region, labels: list[str | None]) -> int | None:
    """Index of the line that is the article's title: above the text, near it, and made of its words.

    Of two good candidates the upper one is taken where the lower one can be its summary. A title that ends like a
    sentence may have been read as the first paragraph; then it is looked for there.
    """
    text = stems(" ".join(lines[i].text for i in region.lines[:12])[:4000])
    copies = Counter(line.text.casefold() for line in lines)
    short = sum(facts[i].words for i in region.lines) < MIN_WORDS
    scores: dict[int, float] = {}
    for i in range(max(0, region.start - TITLE_REACH), min(len(lines), region.start + (0 if short else 3))):
        line, fact = lines[i], facts[i]
        if not 2 <= fact.words <= 40 or fact.furniture or fact.date or fact.email or fact.sign or labels[i]:
            continue
        if fact.byline or fact.url or fact.credit or line.rank is not None:
            continue
        alone = copies[line.text.casefold()] > 1 or line.heading == 1
        if i >= region.start and (fact.words > 30 or not (alone or _is_small(facts, i + 1))):
            continue
        own = stems(line.text)
        shared = len(own & text) / max(3, len(own)) if own else 0.0
        score = 2.5 * shared + min(fact.words, 10) / 10 - max(0, region.start - i) / 40
        score += 1.2 if line.heading == 1 else 0.6 if line.heading else 0.0
        score += 0.3 if line.blank else 0.0
        score += 0.4 if copies[line.text.casefold()] > 1 and fact.words >= 4 else 0.0
        score -= 0.8 if line.bullet else 0.0
        score -= 0.5 if fact.words < 4 else 0.0
        score -= 0.7 if fact.ends in (".", ":", ",") else 0.0
        score -= 0.4 if fact.words > 22 else 0.0
        score -= 0.8 if fact.name and fact.words <= 3 else 0.0
        scores[i] = score
    found = max(scores, key=lambda i: (scores[i], -i), default=None)
    if found is None or scores[found] <= TITLE_ENOUGH:
        return _right_above(facts, region, labels) if short else None
    for i in range(found - 1, max(-1, found - 4), -1):
        good = (
            i in scores and scores[i] > max(TITLE_ENOUGH, scores[found] - 0.8) and 4 <= facts[i].words <= 25
        )
        if good and lines[i].bullet == lines[found].bullet and lines[found].heading != 1:
            found = i
    return found


def _right_above(facts: list[Facts], region: Region, labels: list[str | None]) -> int | None:
    """The line right above a short article, but for what stands between a title and its text."""
    at = region.start - 1
    while at > max(-1, region.start - 5) and _is_small(facts, at):
        at -= 1
    if at < 0 and region.start:  # three short words can look like a name
        at = region.start - 1
        at = at if facts[at].name and not facts[at].byline else -1
    if at < 0 or labels[at] or not 2 <= facts[at].words <= 30 or facts[at].ends in (".", ":", ","):
        return None
    return None if facts[at].furniture or facts[at].sign or facts[at].email else at


def _is_small(facts: list[Facts], i: int) -> bool:
    """Whether the line is such as stand between a title and its text: a name, a date, a button."""
    if i >= len(facts):
        return False
    fact = facts[i]
    return (
        fact.date
        or fact.byline
        or fact.name
        or bool(fact.furniture)
        or (bool(fact.loose) and fact.words <= 9)
    )


def find_byline(
    lines: list[Line], facts: list[Facts], region: Region, title: int | None
) -> tuple[list[str], set[int]]:
    """Names of the authors, and the lines that state them.

    A byline is a line of the form "By Name" near the title, a name there that stands beside a date or comes back
    behind the text, a name followed by the site's own words about an article ("views", "2 minutes read"), or a
    name right above an e-mail address.
    """
    names: list[str] = []
    used: set[int] = set()
    text = set(region.lines)
    first = title + 1 if title is not None else max(0, region.start - 12)
    above = [i for i in range(first, min(len(lines), max(region.start, first + 10))) if i not in text]
    below = range(region.stop, min(len(lines), region.stop + 6))
    later = [line.text for line in lines[region.start :] if len(line.text) <= 90]
    for i in [*above, *below]:
        fact, line = facts[i], lines[i]
        found: list[str] = []
        if i not in below and fact.byline and not line.bullet:
            found = _people(line.text)
        elif fact.name and i + 1 < len(lines) and facts[i + 1].email and facts[i + 1].words <= 8:
            found = [line.text]
            used.add(i + 1)
        elif i in below or line.bullet or fact.loose == "credit":
            continue
        elif fact.loose == "meta" and fact.words <= 9:
            found = _people(_before_meta(line.text))
        elif fact.words <= 8 and _is_near_date(facts, i):
            found = _people(line.text)
        elif (
            fact.name
            and fact.words <= 4
            and sum(other.startswith(line.text) for other in later) > (i >= region.start)
        ):
            found = [line.text]
        if found:
            used.add(i)
            names += [name for name in found if name not in names]
            if len(names) >= 2 and i not in below:
                break
    return names, used


def _is_near_date(facts: list[Facts], i: int) -> bool:
    return any(facts[j].date for j in range(max(0, i - 2), min(len(facts), i + 3)) if j != i)


def _people(text: str) -> list[str]:
    """The names of people in a byline; empty where one part of it is no name."""
    names = clean_names(text)
    return names if names and all(_NAME.match(name) and len(name) <= 40 for name in names) else []


def _before_meta(text: str) -> str:
    """The run of capitalised words at the beginning, without the last one where it is the site's own word."""
    table = read_furniture()
    kept: list[str] = []
    for word in text.split():
        if not word[0].isupper() or any(map(str.isdigit, word)):
            break
        if table.get(fold_phrase(word)) or (kept and table.get(fold_phrase(f"{kept[-1]} {word}"))):
            break
        kept.append(word)
    return " ".join(kept)


_NAME = re.compile(r"[^\W\d_a-z][\w’'.-]*(?:\s[^\W\d_][\w’'.-]*){1,4}$")


def find_running_date(
    lines: list[Line], facts: list[Facts], title: int | None
) -> tuple[dt.datetime, int] | None:
    """The day that the page prints above everything else, and the line it stands in.

    Only a whole date (with its year) that fills a line above the title counts; a date at the title is the
    article's own.
    """
    stop = title if title is not None else min(len(lines), DATE_REACH)
    for i in range(min(stop, DATE_REACH)):
        if facts[i].words > 12 or lines[i].bullet or (title is not None and i >= title):
            continue
        if not facts[i].date:
            continue
        found = find_date(lines[i].text)
        if found is not None:
            return dt.datetime(found.moment.year, found.moment.month, found.moment.day, tzinfo=dt.UTC), i
    return None
