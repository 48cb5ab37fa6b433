"""When a page was saved, and from where, as far as the page itself says so."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_right

from toolkit.page.dates import PageDate, find_date, parse_date
from toolkit.page.model import Article
from toolkit.page.times import make_aware
from toolkit.page.tree import Tree

__all__ = ["read_capture"]

_SAVING = ("url", "saved date", "archived")  # one of these stands in all that is looked for below
_SAVED = (
    re.compile(r"saved date:\s*(?P<date>[^\n]{10,60})", re.I),  # SingleFile
    re.compile(r"FILE ARCHIVED ON\s+(?P<date>\d\d:\d\d:\d\d \w{3} \d\d?, \d{4})", re.I),  # Wayback Machine
    re.compile(r"\bArchived(?: on| at)?:?\s+(?P<date>\d{4}-\d\d-\d\d[^\n]{0,30})", re.I),
    re.compile(r"Page saved with SingleFile[^\n]*\n[^\n]*\n?\s*saved date:\s*(?P<date>[^\n]+)", re.I),
)
_WAYBACK = re.compile(r"(?P<clock>\d\d:\d\d:\d\d) (?P<month>\w{3}) (?P<day>\d\d?), (?P<year>\d{4})")
_BROWSER_DATE = re.compile(
    r"(?P<month>\w{3}) (?P<day>\d\d?) (?P<year>\d{4}) (?P<clock>\d\d:\d\d:\d\d)(?: (?:GMT|"
    r"UTC)?(?P<zone>[+-]\d{4})?)?"
)
_SAVED_FROM = re.compile(r"saved from url=\(\d+\)(?P<url>https?://\S+)", re.I)
_SINGLEFILE_URL = re.compile(r"^\s*url:\s*(?P<url>https?://\S+)", re.I | re.M)


def read_capture(tree: Tree, article: Article) -> None:
    """Set when the page was saved: by the comments that savers leave, else by the running date in its head."""
    for comment in tree.comments:
        folded = comment.lower()
        if not any(map(folded.__contains__, _SAVING)):
            continue
        source = _SAVED_FROM.search(comment) or _SINGLEFILE_URL.search(comment)
        if source and article.url is None:
            article.url = source["url"]
        if article.captured_at is not None:
            continue
        for pattern in _SAVED:
            match = pattern.search(comment)
            date = _saved_date(match["date"]) if match else None
            if date:
                article.captured_at, article.captured_from = date, "comment"
                article.captured_precision = "second"
                break
    if article.captured_at is None:
        running = _running_date(tree)
        if running:
            article.captured_at, article.captured_from = make_aware(running.moment), "page"
            article.captured_precision = running.precision


def _saved_date(text: str) -> dt.datetime | None:
    for pattern in (_WAYBACK, _BROWSER_DATE):
        match = pattern.search(text)
        if match:
            part = match.groupdict()
            zone = part.get("zone") or "Z"
            date = parse_date(f"{part['day']} {part['month']} {part['year']} {part['clock']} {zone}")
            if date:
                return make_aware(date.moment).astimezone(dt.UTC)
    date = parse_date(text.strip())
    return make_aware(date.moment).astimezone(dt.UTC) if date else None


_DIGIT = re.compile(r"\d")
_WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b|^(?:montag|dienstag|mittwoch|"
    r"donnerstag|freitag|samstag|"
    r"sonnabend|sonntag|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|"
    r"viernes|sábado|domingo|"
    r"lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|segunda|terça|quarta|quinta|sexta|maandag|"
    r"dinsdag|woensdag|"
    r"donderdag|vrijdag|zaterdag|zondag|poniedziałek|wtorek|środa|czwartek|piątek|sobota|niedziela|"
    r"pazartesi|salı|çarşamba|"
    r"perşembe|cuma|cumartesi|pazar|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье)\b",
    re.I,
)  # fmt: skip


def _running_date(tree: Tree) -> PageDate | None:
    """A line of the page's head that is nothing but weekday and date, before the title."""
    first = next((node for node in tree.find("h1") if tree.chars_in(node)), len(tree))
    stop = min(first, bisect_right(tree.chars, tree.chars[-1] * 0.3))
    for node in tree.texts:
        if node >= stop:
            break
        line = tree.text[node]
        if len(line) < 8 or not _DIGIT.search(line):
            continue
        line = line.strip()
        if 8 <= len(line) <= 60 and _WEEKDAY.match(line):
            if tree.tag[tree.parent[node]] == "time" and tree.attrs[tree.parent[node]].get("datetime"):
                continue
            date = find_date(line)
            if date and len(line) < 45:
                return date
    return None
