"""What labels claim: phrase lists per language (``toolkit/lexicon/labels``), looked up in a label.

All lists are searched at once: pages in one language often carry labels in another, and the language that a
page states is often wrong.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from toolkit.words import UNSPACED, squeeze

#: Vowel signs and other marks that spell a word: Devanagari to Sinhala, Thai, Lao, Burmese, Khmer.
_MARKS = "".join(mark for mark in map(chr, range(0x900, 0x1800)) if unicodedata.category(mark)[0] == "M")
_BETWEEN = re.compile(f"[^\\w{_MARKS}]+")
#: The same for ASCII text, several times faster: all but letters and digits becomes space, letters lower case.
_ASCII = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
#: Letters that sites print in two ways: Greek capitals without accents, the i of Turkish, apostrophes of Uzbek,
#: letters that Arabic, Persian and Urdu share, old and new ones of Malayalam; and marks that many sites leave out.
_ALIKE = str.maketrans(
    dict(zip("άέήίόύώϊϋёıșțʻʼ", "αεηιουωιυеişţ''", strict=True))
    | dict.fromkeys("\u0622\u0623\u0625\u0671", "\u0627")  # alef
    | dict.fromkeys("\u0649\u064a", "\u06cc") | dict.fromkeys("\u0643", "\u06a9")  # yeh, kaf
    | dict.fromkeys("\u0629\u06c0\u06c1\u06c2\u06c3", "\u0647")  # heh
    | {"ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്", "ൺ": "ണ്", "ൿ": "ക്"}
    | dict.fromkeys(map(chr, (*range(0x300, 0x370), 0x640, *range(0x64B, 0x656), 0x670, 0x93C, 0xA3C)))
)  # fmt: skip
_UNSPACED = re.compile(f"[{UNSPACED}\uac00-\ud7af]")  # Hangul too: its labels are often written in one word
_HOW_SURE = {"whole": 1.0, "start": 0.8, "inside": 0.8}
#: Longest phrase of the lists, in words.
_LONGEST = 6


class _Lexicon(NamedTuple):
    whole: dict[str, list[str]]
    start: dict[str, list[str]]
    inside: dict[str, list[str]]
    unspaced: list[tuple[str, str, str]]  # phrase, where, kind: in scripts without spaces, longest first
    chrome: frozenset[str]
    #: first words of the phrases of ``start`` and ``inside``, each with the words that may come next: "" where the
    #: word alone is a phrase
    starts: dict[str, frozenset[str]]


def _read(path: str) -> list[dict[str, str]]:
    with files("toolkit").joinpath(f"lexicon/{path}").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=8192)
def plain_label(text: str) -> str:
    """``text`` as labels are compared: small letters, single spaces, no punctuation, one spelling of what has two.

    Examples
    --------
    >>> plain_label("  \\u25a0 Editor\\u2019s Picks: ")
    'editor s picks'
    >>> plain_label("ΤΕΛΕΥΤΑΙΑ ΝΕΑ") == plain_label("Τελευταία νέα")
    True
    """
    if text.isascii():
        return " ".join(text.translate(_ASCII).split())
    text = unicodedata.normalize("NFKC", squeeze(text)).casefold().translate(_ALIKE)
    return _BETWEEN.sub(" ", text.casefold().replace("_", " ")).strip()


def _forms(phrase: str) -> set[str]:
    """A phrase as labels are compared; Persian sites print a space or nothing where it has a non-joiner."""
    spellings = {phrase, phrase.replace("\u200c", " ")}
    return {plain_label(spelling) for spelling in spellings}


@lru_cache(maxsize=1)
def _lexicon() -> _Lexicon:
    lists: dict[str, dict[str, list[str]]] = {"whole": {}, "start": {}, "inside": {}}
    unspaced: list[tuple[str, str, str]] = []
    folder = files("toolkit").joinpath("lexicon/labels")
    for name in sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".csv")):
        for row in _read(f"labels/{name}"):
            for phrase in _forms(row["phrase"]):
                if _UNSPACED.search(phrase):
                    unspaced.append((phrase, row["where"], row["kind"]))
                else:
                    kinds = lists[row["where"]].setdefault(phrase, [])
                    if row["kind"] not in kinds:
                        kinds.append(row["kind"])
    unspaced.sort(key=lambda entry: (-len(entry[0]), entry))
    chrome = frozenset(form for row in _read("chrome.csv") for form in _forms(row["phrase"]))
    starts: dict[str, set[str]] = {}
    for where in ("start", "inside"):
        for phrase in lists[where]:
            first, _, rest = phrase.partition(" ")
            starts.setdefault(first, set()).add(rest.partition(" ")[0])
    following = {word: frozenset(after) for word, after in starts.items()}
    return _Lexicon(lists["whole"], lists["start"], lists["inside"], unspaced, chrome, following)


def is_chrome(text: str) -> bool:
    """Whether ``text`` is a button or a mark ("read more", "see all", "advertisement"), in any language known.

    Examples
    --------
    >>> is_chrome("Read more »"), is_chrome("Read more about the dam")
    (True, False)
    """
    return plain_label(text) in _lexicon().chrome


def how_sure(label: str) -> float:
    """How sure the surest claim is that a label makes; that it heads something else than stories is none.

    Examples
    --------
    >>> how_sure("Most Popular"), how_sure("The rain in Spain")
    (0.8, 0.0)
    """
    claims = look_up(label)
    return max([sure for kind, sure in claims.items() if kind != "none"], default=0.0) if claims else 0.0


@lru_cache(maxsize=8192)
def look_up(label: str) -> dict[str, float]:
    """The kinds that a label claims, each with how sure the claim is (0 to 1); empty where no phrase fits.

    The longer the part of the label that a phrase covers, the surer.

    Examples
    --------
    >>> sorted(look_up("Most Popular"))
    ['popular']
    >>> look_up("The rain in Spain")
    {}
    """
    text = plain_label(label)
    if not text or len(text) > 80:
        return {}
    lexicon = _lexicon()
    found = dict.fromkeys(lexicon.whole.get(text, ()), 1.0)
    words = text.split(" ")
    count = len(words)
    for first, (word, after) in enumerate(zip(words, [*words[1:], ""], strict=True)):
        following = lexicon.starts.get(word)
        if following is None or (after not in following and "" not in following):
            continue
        for size in range(min(_LONGEST, count - first), 0, -1):
            phrase = " ".join(words[first : first + size])
            share = 0.5 + 0.5 * len(phrase) / len(text)
            if first == 0 and phrase in lexicon.start:
                for kind in lexicon.start[phrase]:
                    found[kind] = max(found.get(kind, 0.0), _HOW_SURE["start"] * share)
            if phrase in lexicon.inside:
                for kind in lexicon.inside[phrase]:
                    found[kind] = max(found.get(kind, 0.0), _HOW_SURE["inside"] * share)
    if not text.isascii() and _UNSPACED.search(text):
        for phrase, where, kind in lexicon.unspaced:
            if phrase in text and (
                where == "inside" or text == phrase or (where == "start" and text.startswith(phrase))
            ):
                share = 0.5 + 0.5 * len(phrase) / len(text)
                found[kind] = max(found.get(kind, 0.0), _HOW_SURE["inside"] * share)
    return found
