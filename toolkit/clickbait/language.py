"""A light test of the language of a headline: its script, then its function words.

It is meant for lines whose language nobody stated. It tells the languages that have rules from some that have
not, and says ``und`` (undetermined) rather than a wrong one; an English line without a single common English
word or ending, of four words and more, is undetermined too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from toolkit.clickbait.lexicon import read_languages, read_word_list, read_words

__all__ = ["guess_languages", "primary_language", "stop_words"]

_WORDS = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("ko", re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")),
    ("ja", re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")),
    ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u0590-\u05ff]")),
    ("el", re.compile("[\u0370-\u03ff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("th", re.compile("[\u0e00-\u0e7f]")),
)
_ENGLISH_ENDING = re.compile(
    r"(?:ing|tion|tions|ed|ly|ment|ness|ight|ers|ies|sh|ck|ll|ity|ive|ous|ful|ship)$"
)


def stop_words(language: str) -> frozenset[str]:
    """The function words that tell a language; empty where it is told by its script."""
    return _function_words().get(language, frozenset())


@cache
def _languages_by_word() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for language, words in _function_words().items():
        for word in words:
            found.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in found.items()}


@cache
def _function_words() -> dict[str, frozenset[str]]:
    return {language: read_words(language, "stop") for language in read_languages("stop")}


@cache
def _english_words() -> frozenset[str]:
    return read_word_list("en_words")


def primary_language(tag: str) -> str:
    """The primary subtag of a BCP 47 tag, in lower case.

    Examples
    --------
    >>> primary_language("de-AT"), primary_language("EN_us")
    ('de', 'en')
    """
    return re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]


def guess_languages(texts: Iterable[str]) -> list[str]:
    """The likely language of each line, ``und`` where it cannot be told.

    Examples
    --------
    >>> guess_languages(["Why your dog stares at you", "Warum Ihr Hund Sie anstarrt", "\uac15\uc544\uc9c0", "42"])
    ['en', 'de', 'ko', 'und']
    """
    return [_guess(text) for text in texts]


def _guess(text: str) -> str:
    if not text.isascii():
        letters = sum(map(str.isalpha, text))
        han = len(_SCRIPTS[2][1].findall(text))
        for language, script in _SCRIPTS:
            found = len(script.findall(text))
            # Japanese and Korean lines hold Chinese characters, Latin names and figures: a quarter will do
            if found and (found + (han if language in ("ko", "ja") else 0)) * 4 >= letters:
                return language
    words = _WORDS.findall(text.lower())
    if not words:
        return "und"
    votes: dict[str, int] = {}
    by_word = _languages_by_word()
    for word in set(words):
        for language in by_word.get(word, ()):
            votes[language] = votes.get(language, 0) + 1
    english = votes.pop("en", 0)
    best = max(votes.values(), default=0)
    share = _english_share(words)
    ahead = best > english or (best == english > 0 and share < 0.2 and len(words) >= 4)
    # one word alone tells little: "die" is English too
    if ahead and (best >= 2 or not text.isascii() or (best * 4 >= len(words) and share < 0.3)):
        return _break_tie([language for language, vote in votes.items() if vote == best], text)
    return "en" if english or len(words) < 4 or share > 0 else "und"


def _break_tie(leaders: list[str], text: str) -> str:
    signs = {
        "de": "\u00e4\u00f6\u00fc\u00df",
        "es": "\u00f1\u00bf\u00a1\u00e1\u00ed\u00f3\u00fa",
        "fr": "\u00e9\u00e8\u00ea\u00e0\u00e7\u00f9\u0153",
    }
    for language, special in signs.items():
        if language in leaders and any(sign in special for sign in text.lower()):
            return language
    return min(leaders)


def _english_share(words: list[str]) -> float:
    """Share of the longer words that are common English words or end like English ones."""
    known = _english_words()
    long = [word for word in words if len(word) > 2]
    return sum(word in known or bool(_ENGLISH_ENDING.search(word)) for word in long) / max(len(long), 1)
