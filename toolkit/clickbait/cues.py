"""The cues one can see: words and turns of a headline that withhold, point, address or overstate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from toolkit.clickbait.inputs import Headlines, read_headlines
from toolkit.clickbait.match import match_rules
from toolkit.clickbait.rules import LANGUAGES, load_rules
from toolkit.clickbait.text import plain_text

__all__ = ["CUES", "find_cues", "list_rules"]

#: What each cue shows.
CUES = {
    "forward_deixis": "points at something that only the page behind the link shows (this trick, here's why)",
    "forward_cataphora": "names somebody or something only by a pronoun or a definite phrase (she, the one thing)",
    "withheld_outcome": "promises an answer or an outcome and keeps it back (how ..., what happened next)",
    "question_wh": "a question with a question word",
    "question_polar": "a question that yes or no would answer",
    "question_other": "any other clause with a question mark",
    "list_number": "a number that announces a list",
    "second_person": "speaks to the reader",
    "imperative": "tells the reader what to do, or what must be done",
    "hyperbole": "overstatement, strong evaluation",
    "superlative": "the most, the best, ever",
    "emphasis": "an ordinary word in capitals in a line that is not",
    "bait_phrase": "a stock phrase of clickbait",
    "teased_quote": "a quotation without its speaker",
    "emotion": "a feeling or its display",
    "exclamation": "an exclamation mark",
    "ellipsis": "three dots: the line breaks off",
    "informal": "slang",
}

_COLUMNS = ("headline_index", "headline", "cue", "start", "end", "text", "rule", "source", "language")


def find_cues(headlines: Any, language: str | None = None) -> pd.DataFrame:
    """Find the clickbait cues of headlines, each with its place and the rule that found it.

    Parameters
    ----------
    headlines : list or Series of str, or DataFrame
        A table (placements, articles renamed) needs a column ``headline``; a column ``language`` is used where
        it is filled.
    language : str, optional
        BCP 47 tag for all headlines. Default: the table's, else a light test of script and function words.

    Returns
    -------
    DataFrame
        One row per cue found, in the order of the headlines, then of ``start``.

        ``headline_index`` (label of the headline in the input: its index, or its position in a list),
        ``headline`` (as given), ``cue`` (see ``CUES``), ``start`` and ``end`` (characters, half open:
        ``headline[start:end] == text``), ``text``, ``rule`` (id of the rule), ``source`` (literature behind the
        rule), ``language``.

        ``attrs["without_rules"]`` counts headlines per language that has no rules, ``attrs["unread"]`` those that
        are missing, empty or not text. No cue found: no row.

    Raises
    ------
    InputError
        If ``headlines`` is a single string, or ``language`` is no tag.
    MissingColumnsError
        If a table has no column ``headline``.

    Notes
    -----
    Cues show style. They say nothing about truth, intent or clicks. Matching ignores the case of the line; only
    ``emphasis`` reads it. Of a line the first 500 characters are read; markup counts as blanks. Where two hits of
    one cue overlap the longer one is kept.

    Examples
    --------
    >>> cues = find_cues(["Here's why your cat ignores you", "Council approves budget"])
    >>> cues[["headline_index", "cue", "start", "end", "text"]]
       headline_index               cue  start  end        text
    0               0    forward_deixis      0   10  Here's why
    1               0       bait_phrase      0   10  Here's why
    2               0  withheld_outcome      7   10         why
    3               0     second_person     11   15        your
    4               0     second_person     28   31         you
    """
    given = read_headlines(headlines, language)
    rows = _find(given)
    at = np.array([row[0] for row in rows], dtype=np.int64)
    texts = given.texts
    table = pd.DataFrame(
        {
            "headline_index": given.index.take(at),
            "headline": pd.Series([texts[row[0]] for row in rows], dtype="str"),
            "cue": pd.Series([row[3].cue for row in rows], dtype="str"),
            "start": np.array([row[1] for row in rows], dtype=np.int64),
            "end": np.array([row[2] for row in rows], dtype=np.int64),
            "text": pd.Series([texts[row[0]][row[1] : row[2]] for row in rows], dtype="str"),
            "rule": pd.Series([row[3].rule for row in rows], dtype="str"),
            "source": pd.Series([row[3].source for row in rows], dtype="str"),
            "language": pd.Series([given.languages[row[0]] for row in rows], dtype="str"),
        },
        columns=list(_COLUMNS),
    )
    without: dict[str, int] = {}
    unread = 0
    for text_language, reason in zip(given.languages, given.reasons, strict=True):
        if reason and not reason.startswith("too long"):
            unread += 1
        elif text_language not in LANGUAGES:
            without[text_language] = without.get(text_language, 0) + 1
    table.attrs["without_rules"] = without
    table.attrs["unread"] = unread
    return table


def _find(given: Headlines) -> list[tuple[int, int, int, Any]]:
    rows: list[tuple[int, int, int, Any]] = []
    for at, (text, text_language) in enumerate(zip(given.texts, given.languages, strict=True)):
        if not text or text_language not in LANGUAGES:
            continue
        rules = load_rules(text_language)
        plain = plain_text(text)
        for index, start, end in match_rules(rules, plain):
            rule = rules.rules[index]
            if rule.use == "cue":
                rows.append((at, *plain.span(start, end), rule))
    return rows


def list_rules(language: str | None = None) -> pd.DataFrame:
    """The rules behind ``find_cues``, with their sources.

    Parameters
    ----------
    language : str, optional
        One of the languages that have rules; default: all.

    Returns
    -------
    DataFrame
        One row per rule in the order of the files: language, rule, cue, use, kind, pattern, trigger, source, note.

    Raises
    ------
    InputError
        If there are no rules for ``language``.

    Examples
    --------
    >>> list_rules("en")["cue"].nunique() >= 17
    True
    """
    languages = LANGUAGES if language is None else (language,)
    rows = [
        {
            "language": name,
            **{key: value for key, value in rule._asdict().items() if key not in ("regex", "trigger")},
            "trigger": " ".join(sorted(rule.trigger)),
        }
        for name in languages
        for rule in load_rules(name).rules
    ]
    order = ["language", "rule", "cue", "use", "kind", "pattern", "trigger", "source", "note"]
    return pd.DataFrame(rows, columns=order).astype("str")
