"""The rules behind the cues: read from CSV files, one per language, and made ready for matching.

Columns of a file: ``rule`` (a lasting id), ``cue`` (what it shows), ``use`` (``cue``: printed and scored;
``score``: too often literal to be printed, it only feeds the score), ``kind``, ``pattern``, ``trigger``,
``source``, ``note``.

Kinds
    words      words and phrases parted by ``|``; whole words, hyphen and blank alike, ``*`` at the end of a word
               for any ending; matched on tokens
    parts      pieces of text parted by ``|``, anywhere, also inside words (Korean, Japanese)
    regex      a regular expression on the lower-cased plain text; its first group, else the match, is the span
    caps       ordinary words; a hit where one stands in capitals in a line that is not; ``-word`` takes one out,
               ``@name`` adds the word list ``name.csv``
    quote      words of speech: a hit where a quotation stands and none of them, nor a named speaker, is near

``trigger`` holds words of which one must stand in the line before a regex is tried (``<num>``: a number; ``?``,
``!`` and ``...``: themselves); it changes speed, never results.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from toolkit.clickbait.text import find_tokens
from toolkit.errors import InputError

__all__ = ["LANGUAGES", "Rule", "RuleSet", "load_rules", "read_words"]

#: Languages that have rules.
LANGUAGES = ("de", "en", "es", "fr", "ja", "ko")

KINDS = ("words", "parts", "regex", "caps", "quote")
_MARKS = frozenset({"?", "!", "..."})


class Rule(NamedTuple):
    """One rule, as its file has it, with its compiled pattern where it has one."""

    rule: str
    cue: str
    use: str
    kind: str
    pattern: str
    trigger: frozenset[str]
    source: str
    note: str
    regex: re.Pattern[str] | None


class RuleSet(NamedTuple):
    """The rules of one language, sorted for matching."""

    language: str
    rules: tuple[Rule, ...]
    #: first token of a phrase -> (the tokens behind it, index of the rule), longest first
    phrases: Mapping[str, tuple[tuple[tuple[str, ...], int], ...]]
    #: beginnings of words (``shock*``) -> indices of rules
    stems: tuple[tuple[str, int], ...]
    #: trigger token or mark -> indices of regex rules
    triggers: Mapping[str, tuple[int, ...]]
    #: indices of rules that are always tried
    always: tuple[int, ...]
    #: index of the caps rule and its words, of the quote rule and its pattern
    caps: tuple[int, frozenset[str]] | None
    quote: tuple[int, re.Pattern[str]] | None


def _read(name: str) -> list[dict[str, str]]:
    text = resources.files("toolkit").joinpath("lexicon", "cues", f"{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _compile(row: Mapping[str, str]) -> re.Pattern[str] | None:
    if row["kind"] == "regex":
        return re.compile(row["pattern"])
    if row["kind"] == "parts":
        parts = sorted(set(row["pattern"].split("|")), key=lambda part: (-len(part), part))
        return re.compile("|".join(map(re.escape, parts)))
    return None


def _tokens(phrase: str) -> tuple[str, ...]:
    tokens = tuple(token for token, _, _ in find_tokens(phrase.rstrip("*")))
    return (*tokens[:-1], tokens[-1] + "*") if phrase.endswith("*") else tokens


@cache
def load_rules(language: str) -> RuleSet:
    """The rules of a language, each with its source.

    Parameters
    ----------
    language : str
        One of ``LANGUAGES``.

    Returns
    -------
    RuleSet
        ``rules`` holds them in the order of the file.

    Raises
    ------
    InputError
        If there are no rules for the language.

    Examples
    --------
    >>> load_rules("en").rules[0].cue
    'forward_deixis'
    """
    if language not in LANGUAGES:
        raise InputError(
            f"language: no cue rules for {language!r}; there are rules for {', '.join(LANGUAGES)}."
        )
    rules: list[Rule] = []
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = {}
    stems: list[tuple[str, int]] = []
    triggers: dict[str, list[int]] = {}
    always: list[int] = []
    caps: tuple[int, frozenset[str]] | None = None
    quote: tuple[int, re.Pattern[str]] | None = None
    for at, row in enumerate(_read(language)):
        trigger = frozenset(row["trigger"].split())
        rules.append(
            Rule(
                row["rule"], row["cue"], row["use"], row["kind"], row["pattern"], trigger, row["source"],
                row["note"], _compile(row),
            )
        )  # fmt: skip
        if row["kind"] == "words":
            for phrase in row["pattern"].split("|"):
                first, *rest = _tokens(phrase)
                if first.endswith("*"):
                    stems.append((first[:-1], at))
                else:
                    phrases.setdefault(first, []).append((tuple(rest), at))
        elif row["kind"] == "caps":
            caps = at, _caps_words(row["pattern"])
        elif row["kind"] == "quote":
            speech = "|".join(re.escape(word) for word in row["pattern"].split("|"))
            quote = at, re.compile(rf"(?<!\w)(?:{speech})(?!\w)")
        elif trigger:
            for token in trigger:
                triggers.setdefault(token, []).append(at)
        else:
            always.append(at)
    return RuleSet(
        language,
        tuple(rules),
        {first: tuple(sorted(rest, key=lambda item: -len(item[0]))) for first, rest in phrases.items()},
        tuple(stems),
        {token: tuple(indices) for token, indices in triggers.items()},
        tuple(always),
        caps,
        quote,
    )


@cache
def read_words(name: str) -> frozenset[str]:
    """The words of a word list beside the rules."""
    return frozenset(row["word"] for row in _read(name))


def _caps_words(pattern: str) -> frozenset[str]:
    words: set[str] = set()
    without: set[str] = set()
    for item in pattern.split("|"):
        if item.startswith("@"):
            words.update(read_words(item[1:]))
        elif item.startswith("-"):
            without.add(item[1:])
        else:
            words.add(item)
    return frozenset(words - without)
