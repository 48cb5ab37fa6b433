"""What one line of text tells by itself: its length, its end, whether it is a date, a name, a button."""

from __future__ import annotations

import csv
import importlib.resources
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from toolkit.page.modules.texts import is_count, is_date, weigh
from toolkit.page.saved_text.lines import WIDE, Line
from toolkit.words import UNSPACED

__all__ = ["Facts", "find_facts", "fold_phrase", "read_furniture"]

#: What a site's own words around the page can be for, in the order of the columns they become.
FURNITURE = ("share", "account", "footer", "menu", "ad", "comment", "more", "meta", "credit")

#: Facts of lines up to this length are kept for when the line comes again.
KEPT_CHARS = 160

_EMAIL = re.compile(r"\S+@\S+\.\w{2,}")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.I)
_SIGN = re.compile(r"[©®℠]|\(c\)\s?\d{4}|copyright", re.I)
_NAME = re.compile(
    r"(?:(?:dr|prof|sir|mr|mrs|ms)\.?\s)?[^\W\d_a-z][\w’'.-]*(?:\s(?:[^\W\d_a-z][\w’'.-]*|(?:de|van|von|der|da|del|di|la|"
    r"le|den|bin|al|el|y|dos|du|ter|ten|zu))){1,4}$",
)
_BY = re.compile(
    r"(?:by|von|par|por|di|da|door|av|af|oleh|redigert av|text|texte|texto|testo|autor|auteur|author|автор|"
    r"yazan|haber|escrito por|written by|posted by|reported by|story by|words by|reporting by|skrevet av|przez)"
    r"\s*[:：]?\s+(?=(?-i:[^\W\d_a-z])|[\"“])",  # a capital, or a letter of a script that has none
    re.I,
)
_CREDIT = re.compile(
    r"^\(?(?:photos?|image|images|foto|fotos|bild|crédit|credit|credits|picture|pictured|illustration|photograph"
    r"|写真|사진|source|quelle|fuente|fonte|фото|图片来源|archivfoto|symbolbild|file photo|getty images)\s?[:：/©(]"
    r"|/\s?(?:getty|reuters|afp|dpa|ap|epa|shutterstock|imago|efe|istock|ansa|tt|ntb|scanpix|nurphoto)\b"
    r"|\b(?:getty images|via getty|ap photo|reuters/|afp/|shutterstock|photo (?:by|courtesy))",
    re.I,
)
_END = re.compile(r"[.!?…。！？]+[\"'’”»)\]」』]*$")
_STOP = re.compile(r"[.。]+[\"'’”»)\]」』]*$|다\.?$")
_SPLIT_MARK = re.compile(r"\s[|·•–—/»›>]\s|\s-\s|[|•·›»]")
_TIME_INSIDE = re.compile(
    r"\d{1,2}:\d{2}|\d\s?(?:min|hours?|hrs?|days?|分|時間|日|시간|분|часов|часа|минут|Std|Uhr|saat|dk)\b|\b(?:19|20)\d\d\b"
)
_PRICE = re.compile(r"[$€£¥₹]\s?\d|\d\s?[€₽₩%円]|\d+% off|\bRs\.?\s?\d", re.I)
_SPEECH = re.compile(r"[\"“”„«»「」‘]")
_UNSPACED = re.compile(f"[{UNSPACED}]")
_WIDE = re.compile(WIDE)
_TOKEN = re.compile(r"[^\W_]+")
_KEY = re.compile(r"[\W_\d]+")


@dataclass(slots=True)
class Facts:
    """Facts of one line, none of them a matter of its neighbours."""

    key: str  # folded text without digits and marks, under which the same button is met again
    words: int
    chars: int
    upper: float  # share of letters that are capitals
    titled: float  # share of words that begin with a capital
    digits: float  # share of characters that are digits
    ends: str  # "", or the kind of mark the line ends with: . ? ! : … ,
    date: bool
    count: bool
    name: bool
    byline: bool
    email: bool
    url: bool
    sign: bool  # a copyright sign
    credit: bool
    time: bool  # a clock time, an age or a year somewhere
    price: bool
    quote: bool
    splits: int  # how often a separator stands between words
    commas: int
    lower: bool  # begins with a small letter
    furniture: str  # class of the site's own words that the whole line is, else ""
    small: float  # share of words of one to three small letters: articles, prepositions, forms of "be"
    width: int  # characters as a screen counts them: a Chinese, Japanese or Korean one stands for two
    unspaced: float  # share of characters of scripts without spaces between words
    loose: str  # class of such words at its beginning or end


def fold_phrase(text: str) -> str:
    """Case, digits and marks dropped: the form in which lines are met in word lists.

    Examples
    --------
    >>> fold_phrase("Comments (12)"), fold_phrase("S'abonner »")
    ('comments', 's abonner')
    """
    return _KEY.sub(" ", text.casefold()).strip()


@cache
def read_furniture() -> dict[str, str]:
    """Folded phrase -> class, from the package's list of words that sites print around any page."""
    source = importlib.resources.files(__package__) / "furniture.csv"
    with source.open(encoding="utf-8") as handle:
        return {fold_phrase(row["phrase"]): row["class"] for row in csv.DictReader(handle)}


def find_facts(line: Line) -> Facts:
    """The facts of ``line``.

    Examples
    --------
    >>> facts = find_facts(Line("Storm over the coast: what we know", 0))
    >>> facts.words, facts.ends, facts.name, facts.furniture
    (7, '', False, '')
    """
    # a page prints the same short lines over and over, and the pages of a site do so even more
    return _facts_of(line.text) if len(line.text) <= KEPT_CHARS else _read_facts(line.text)


def _read_facts(text: str) -> Facts:
    words, _ = weigh(text[:2000])
    chars = len(text)
    head = text[:240]
    capitals = sum(map(str.isupper, head))
    cased = capitals + sum(map(str.islower, head))
    tokens = _TOKEN.findall(head)
    alphabetic = [token for token in tokens if token[0].isalpha()]
    digits = sum(map(str.isdigit, head))
    key = fold_phrase(head)
    table = read_furniture()
    short = words <= 12
    last = text[-1]
    ends = ""
    if _END.search(text[-12:]):
        ends = "." if _STOP.search(text[-12:]) else "?" if "?" in text[-4:] or "？" in text[-4:] else "!"
        if text.endswith(("..", "…")):
            ends = "…"
    elif last in ":：,;":
        ends = ":" if last in ":：" else ","
    return Facts(
        key=key,
        words=words,
        chars=chars,
        upper=capitals / cased if cased else 0.0,
        titled=sum(map(str.isupper, [token[0] for token in alphabetic])) / len(alphabetic)
        if alphabetic
        else 0.0,
        digits=digits / len(head),
        ends=ends,
        date=short and is_date(text),
        count=chars <= 12 and is_count(text),
        name=chars <= 45 and _NAME.match(text) is not None,
        byline=1 < words <= 14 and _BY.match(text) is not None,
        email="@" in head and chars <= 200 and _EMAIL.search(text) is not None,
        url=("://" in head or "www." in head) and _URL.search(head) is not None,
        sign=_SIGN.search(head) is not None,
        credit=_CREDIT.search(head[:160]) is not None,
        time=digits > 0 and _TIME_INSIDE.search(head) is not None,
        price=digits > 0 and _PRICE.search(head) is not None,
        quote=_SPEECH.search(head) is not None,
        splits=len(_SPLIT_MARK.findall(head)),
        commas=head.count(",") + head.count("、"),
        lower=text[0].islower(),
        furniture=table.get(key, "") if chars <= 60 else "",
        small=sum(len(token) <= 3 and token.islower() for token in alphabetic) / len(alphabetic)
        if alphabetic
        else 0.0,
        width=chars + (0 if text.isascii() else len(_WIDE.findall(text[:2000]))),
        unspaced=0.0 if text.isascii() else len(_UNSPACED.findall(head)) / len(head),
        loose=_loose_class(key, table) if chars <= 160 else "",
    )


_facts_of = lru_cache(maxsize=8192)(_read_facts)


def _loose_class(key: str, table: dict[str, str]) -> str:
    """Class of the longest listed phrase that the line begins or ends with, looking at up to four words."""
    tokens = key.split()
    for size in range(min(4, len(tokens)), 0, -1):
        for part in (tokens[:size], tokens[-size:]):
            found = table.get(" ".join(part))
            if found:
                return found
    return ""
