"""Small questions asked of a piece of text: is it a date, a button, a number; does an address spell it out?"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from toolkit.words import UNSPACED

_UNSPACED_CHAR = re.compile(f"[{UNSPACED}]")
_WORD = re.compile(r"[^\W_]+")
_SIGN = re.compile(r"[^\w ]")
MONTHS = (
    "jan|feb|mar|mär|maa|apr|may|mai|maj|jun|jul|aug|ago|aoû|sep|oct|okt|out|nov|dec|dez|dic|déc|ene|abr|fév|avr|"
    "juin|juil|gen|mag|giu|lug|set|ott|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara|янв|фев|мар|апр|мая|июн|июл|авг|"
    "сен|окт|ноя|дек"
)
_UNITS = (
    "s|sec|secs|min|mins|minutes?|minuten?|minutos?|minuti|h|hr|hrs|hours?|heures?|horas?|ore|std|stunden?|timer|"
    "days?|tagen?|jours?|días?|dias?|giorni|weeks?|months?|years?|dk|saat|gün|uur|dagen|perc|мин|час\\w*|дн\\w*"
)
_DATE = re.compile(
    rf"^\W*(?:(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)[a-z]*[,.]?\s+)?"
    rf"(?:(?:on|am|le|el|il|den|updated|published|posted|stand|actualizado|mis à jour|publié|vor|hace|há|il y a)\W+)*"
    rf"(?:\d{{1,4}}[./\-年월]\s?\d{{1,2}}(?:[./\-月월]\s?\d{{0,4}}日?)?|\d{{1,2}}\.?\s(?:de\s)?(?:{MONTHS})\w*|"
    rf"(?:{MONTHS})\w*\.?\s\d{{1,2}}\b|\d{{1,2}}[:.h]\d{{2}}(?::\d\d)?(?:\s?[ap]\.?m)?|"
    rf"(?:an?|one|\d+)\s?(?:{_UNITS})\b(?:\s(?:ago|read|sitten|siden|önce|fa|назад|geleden|atrás|read time))?|"
    rf"\d+\s?(?:分|時間|日|小时|分钟|天|시간|분|일)\s?[前전]?)",
    re.I,
)
#: How texts begin that _DATE fits, apart from digits, signs, what begins with an "a", and letters beyond ASCII.
_BEGINS_DATE = frozenset(
    {month[:2] for month in MONTHS.split("|")}
    | set("mo tu we th fr sa su di mi do so on le el il de up pu po st vo ha".split())
)
_DIGIT = re.compile(r"\d")
_SPELLED = re.compile(
    r"^(?:(?:an?|one) (?:minute|hour|day|week|month|year) ago|yesterday|today|just now|heute|gestern|ayer|hoy|hier|"
    r"aujourd|昨日|今日)\W?.{0,12}$",
    re.I,
)
_LONGEST_SPELLED = 30  # no text that _SPELLED fits is longer, and none begins otherwise
_BEGINS_SPELLED = frozenset("a |an|on|ye|to|ju|he|ge|ay|ho|hi|au|昨日|今日".split("|"))
_COUNT = re.compile(r"^\W*[\d.,]+\s?[kKmM]?\W*$")
_CLOCK = re.compile(r"^\W*\d{1,2}:\d{2}(?::\d{2})?\W*$")
_CLEAN = str.maketrans({"ß": "s", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "a", "œ": "o"})


def is_date(text: str) -> bool:
    """Whether ``text`` is a date, a time or an age, and little else.

    Examples
    --------
    >>> [is_date(t) for t in ("3 hours ago", "12. Mai 2024", "2025年1月13日", "12 ways to sleep better tonight")]
    [True, True, True, False]
    """
    if len(text) > 60:
        return False
    if not _DIGIT.search(text):
        return _is_spelled(text)
    begin = text[:2].lower()
    if begin.isalpha() and begin.isascii() and begin[0] != "a" and begin not in _BEGINS_DATE:
        return False  # spares most headlines with a number
    match = _DATE.match(text)
    if match is None:
        return bool(_CLOCK.match(text))
    rest = _WORD.findall(text[match.end() :])
    return sum(1 for word in rest if not word[0].isdigit()) <= 3 and len(text) - match.end() <= 30


def _is_spelled(text: str) -> bool:
    """Whether a text without digits is a date or an age."""
    return (
        text[:2].lower() in _BEGINS_SPELLED
        and len(text) <= _LONGEST_SPELLED
        and _SPELLED.match(text) is not None
    )


def is_count(text: str) -> bool:
    """Whether ``text`` is only a number: a rank, a count of comments.

    Examples
    --------
    >>> is_count("12"), is_count("1.2k"), is_count("12 men")
    (True, True, False)
    """
    return not text[:1].isalpha() and _COUNT.match(text) is not None


def measure(text: str) -> tuple[int, int]:
    """Number of words and of word characters, as :func:`weigh` has them; dates and counts have none.

    Examples
    --------
    >>> measure("Two words"), measure("3 hours ago"), measure("1.2k")
    ((2, 8), (0, 0), (0, 0))
    """
    bare = text.replace(" ", "")
    if bare.isalpha():  # most texts are words and spaces
        if text[:2].lower() in _BEGINS_SPELLED and _is_spelled(text):
            return 0, 0
        return (len(text.split()), len(bare)) if bare.isascii() else _count(text, text, bare)
    words = _leave_words(text)
    bare = words.replace(" ", "")
    if _is_spelled(text) if bare.isalpha() else is_count(text) or (len(text) < 50 and is_date(text)):
        return 0, 0
    return _count(text, words, bare)


def weigh(text: str) -> tuple[int, int]:
    """Number of words (two characters to one word in scripts without spaces) and of characters that are words.

    Examples
    --------
    >>> weigh("Two words"), weigh("東京都知事")
    ((2, 8), (3, 5))
    """
    words = _leave_words(text)
    return _count(text, words, words.replace(" ", ""))


def _leave_words(text: str) -> str:
    """``text`` with a space for every sign that is no letter or digit."""
    return _SIGN.sub(" ", text.replace("_", " "))  # several times faster than finding the words


def _count(text: str, words: str, bare: str) -> tuple[int, int]:
    """:func:`weigh` for a text of which ``words`` and spaces are left, and ``bare`` without the spaces."""
    if bare.isascii():
        return len(words.split()), len(bare)
    run = len(_UNSPACED_CHAR.findall(text))
    return max(len(words.split()), (run + 1) // 2), len(bare)


def fold(text: str) -> str:
    """``text`` in small plain letters, accents dropped, so that a headline can be met in an address.

    Examples
    --------
    >>> fold("Größe"), fold("groesse")
    ('grose', 'grose')
    """
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace("ss", "s").translate(_CLEAN))
        text = "".join(c for c in text if not unicodedata.combining(c))
    return text.replace("ae", "a").replace("oe", "o").replace("ue", "u").replace("ss", "s")


@lru_cache(maxsize=8192)
def stems(text: str) -> frozenset[str]:
    """The folded words of ``text`` with three letters or more, cut to five.

    Examples
    --------
    >>> sorted(stems("The Elections of 2024"))
    ['2024', 'elect', 'the']
    """
    folded = fold(text)
    spaced = folded.replace("-", " ")
    if spaced.isascii() and spaced.replace(" ", "").isalnum():  # most headlines and nearly all addresses
        words = spaced.split()
    else:
        words = _WORD.findall(folded)
    return frozenset([word[:5] for word in words if len(word) > 2])


def overlap(text: str, slug: str) -> float:
    """How much of the shorter of ``text`` and ``slug`` the other spells out, 0 to 1; 0 for short slugs.

    Examples
    --------
    >>> overlap("Rain stops play at last", "rain-stops-play-1234")
    0.75
    """
    if len(slug) < 6:
        return 0.0
    left, right = stems(text), stems(slug)
    if len(left) < 2 or len(right) < 2:
        return 0.0
    return len(left & right) / min(len(left), len(right))
