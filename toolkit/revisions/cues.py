"""The lists that tell numbers, dates and notices, read once from ``cues.csv``."""

from __future__ import annotations

import csv
import functools
import importlib.resources
import re
import unicodedata

from toolkit.words import squeeze

__all__ = ["find_notice", "get_terms"]

#: Languages whose lists also hold where the page states no language: English, and scripts of their own.
_ALWAYS = ("en", "ja", "zh", "ko")


@functools.cache
def _read_rows() -> tuple[tuple[str, str, str], ...]:
    text = importlib.resources.files("toolkit.revisions").joinpath("cues.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple((row["language"], row["kind"], row["text"]) for row in rows)


def _pick_languages(language: str | None) -> tuple[str, ...]:
    base = (language or "").replace("_", "-").split("-")[0].casefold()
    known = {row[0] for row in _read_rows()}
    return (base,) if base in known else _ALWAYS


@functools.cache
def get_terms(kind: str, language: str | None = None) -> frozenset[str]:
    """The number words (``"number"``) or the months and days (``"date"``) of a language, as it writes them.

    Where the language is not known: English, Japanese, Chinese and Korean, whose lists cannot be mistaken for
    another's. Number words come case folded; dates keep their case ("May" is one, "may" is none).

    Examples
    --------
    >>> "three" in get_terms("number", "en-GB"), "May" in get_terms("date"), "may" in get_terms("date")
    (True, True, False)
    """
    picked = _pick_languages(language)
    words = {word for row in _read_rows() if row[0] in picked and row[1] == kind for word in row[2].split()}
    return frozenset(word.casefold() for word in words) if kind == "number" else frozenset(words)


@functools.cache
def _get_patterns(language: str | None) -> tuple[tuple[str, re.Pattern[str]], ...]:
    picked = {*_pick_languages(language), "en"}
    return tuple(
        (kind, re.compile(text, re.IGNORECASE))
        for row_language, kind, text in _read_rows()
        if row_language in picked and kind not in ("number", "date")
    )


def find_notice(sentence: str, language: str | None = None) -> str | None:
    """Which notice of the newsroom ``sentence`` is or opens, or None.

    Parameters
    ----------
    sentence : str
        One sentence.
    language : str, optional
        BCP 47 tag; the English rules always hold, since many sites keep English notices.

    Returns
    -------
    str or None
        ``"correction notice"``, ``"update notice"``, ``"editor's note"``, or None.

    Examples
    --------
    >>> find_notice("Correction: the fee is $40, not $14.")
    'correction notice'
    >>> find_notice("The correction of the river's course took nine years.") is None
    True
    """
    text = unicodedata.normalize("NFC", squeeze(sentence)).lstrip("*•–—-[(\"'“‘ ")
    for kind, pattern in _get_patterns(language):
        if pattern.search(text):
            return kind
    return None
