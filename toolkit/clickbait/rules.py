"""The rules behind the cues: read from CSV files, one per language, and made ready for matching.

Columns of a file: ``rule`` (a lasting id), ``cue`` (what it shows), ``use`` (``cue``: printed and scored;
``score``: too often literal to be printed, it only feeds the score), ``kind``, ``pattern``, ``trigger``,
``source``, ``note``.

Kinds
    words      words and phrases parted by ``|``; whole words, hyphen and blank alike, ``*`` at the end of a word
               for any ending; matched on tokens
    parts      pieces of text parted by ``|``, anywhere, also inside words (Korean, Japanese)
    at         a regular expression tried where a trigger word stands (and nowhere else), on the lower-cased plain
               text; its first group, else the match, is the span. ``<START>`` stands for the start of a clause
    regex      the same, tried everywhere; its trigger is optional
    caps       ordinary words; a hit where one stands in capitals in a line that is not; ``-word`` takes one out,
               ``@name`` adds the word list ``name.csv``
    quote      words of speech: a hit where a quotation stands and none of them, nor a named speaker, is near

``trigger`` holds words of which one must stand in the line before a regex is tried (``<num>``: a number; a mark
such as ``?``: itself; ``...``: three dots).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from toolkit.clickbait.lexicon import read_rows, read_word_list
from toolkit.clickbait.text import find_tokens
from toolkit.errors import InputError

__all__ = ["LANGUAGES", "Rule", "RuleSet", "load_rules"]

#: Languages that have rules.
LANGUAGES = ("de", "en", "es", "fr", "ja", "ko")

KINDS = ("words", "parts", "at", "regex", "caps", "quote")
_START = r"""(?:^|(?<=^['"(])|(?<=[.:;!?|] )|(?<=- )|(?<=[.:;!?|] ['"(])|(?<=- ['"(]))"""


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


class Start(NamedTuple):
    """What to try where a token stands."""

    #: rules that the token alone fulfils
    alone: tuple[int, ...]
    #: second tokens of the phrases that begin with it, None where one of them is a beginning of words
    seconds: frozenset[str] | None
    #: those phrases, one-word ones too: the tokens behind the first and the index of the rule, longest first
    phrases: tuple[tuple[tuple[str, ...], int], ...]
    #: rules tried from here on: index, pattern
    at: tuple[tuple[int, re.Pattern[str]], ...]
    #: indices of rules that are tried on the whole line
    triggers: tuple[int, ...]


class RuleSet(NamedTuple):
    """The rules of one language, sorted for matching."""

    language: str
    rules: tuple[Rule, ...]
    #: what to try where a token stands; ``<num>`` stands for numbers that no phrase begins with
    starts: Mapping[str, Start]
    #: beginnings of words (``shock*``) -> indices of rules
    stems: tuple[tuple[str, int], ...]
    #: trigger mark -> the same
    marks: tuple[tuple[str, tuple[int, ...]], ...]
    #: indices of rules that are always tried
    always: tuple[int, ...]
    #: index of the caps rule and its words, of the quote rule and its pattern
    caps: tuple[int, frozenset[str]] | None
    quote: tuple[int, re.Pattern[str]] | None


def _compile(row: Mapping[str, str]) -> re.Pattern[str] | None:
    if row["kind"] in ("at", "regex"):
        return re.compile(row["pattern"].replace("<START>", _START))
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
    marks: dict[str, list[int]] = {}
    placed: dict[str, list[tuple[int, re.Pattern[str]]]] = {}
    always: list[int] = []
    caps: tuple[int, frozenset[str]] | None = None
    quote: tuple[int, re.Pattern[str]] | None = None
    for at, row in enumerate(read_rows(language)):
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
        elif row["kind"] == "at":
            regex = rules[-1].regex
            assert regex is not None
            for token in trigger:
                placed.setdefault(token, []).append((at, regex))
        elif trigger:
            for token in trigger:
                (triggers if token[0].isalpha() or token == "<num>" else marks).setdefault(token, []).append(
                    at
                )
        else:
            always.append(at)
    return RuleSet(
        language,
        tuple(rules),
        _starts(phrases, placed, triggers),
        tuple(stems),
        tuple(sorted((mark, tuple(indices)) for mark, indices in marks.items())),
        tuple(always),
        caps,
        quote,
    )


def _starts(
    phrases: Mapping[str, list[tuple[tuple[str, ...], int]]],
    placed: Mapping[str, list[tuple[int, re.Pattern[str]]]],
    triggers: Mapping[str, list[int]],
) -> dict[str, Start]:
    """All that hangs on a token in one place, so that a line's token is looked up once."""
    found: dict[str, Start] = {}
    for token in sorted({*phrases, *placed, *triggers}):
        longest = tuple(sorted(phrases.get(token, []), key=lambda item: -len(item[0])))
        seconds = {tail[0] for tail, _ in longest if tail}
        name = "<num>" if token[0].isdigit() else token
        found[token] = Start(
            tuple(dict.fromkeys(rule for tail, rule in longest if not tail)),
            None if any(second.endswith("*") for second in seconds) else frozenset(seconds),
            longest,
            tuple(sorted(placed.get(name, []), key=lambda pair: pair[0])),
            tuple(triggers.get(name, [])),
        )
    return found


def _caps_words(pattern: str) -> frozenset[str]:
    words: set[str] = set()
    without: set[str] = set()
    for item in pattern.split("|"):
        if item.startswith("@"):
            words.update(read_word_list(item[1:]))
        elif item.startswith("-"):
            without.add(item[1:])
        else:
            words.add(item)
    return frozenset(words - without)
