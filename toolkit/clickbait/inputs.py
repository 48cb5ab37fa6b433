"""What people pass as headlines, brought to one form: position, text or the reason there is none, language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.clickbait.language import guess_languages, primary_language
from toolkit.clickbait.text import MAX_LENGTH
from toolkit.errors import InputError
from toolkit.tables import require_columns

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

__all__ = ["Headlines", "read_headlines"]


class Headlines(NamedTuple):
    """Headlines as given, and what is known of them before any rule or model."""

    index: pd.Index
    #: the string as given, or "" where there is none
    texts: list[str]
    #: "" or why there is nothing to read or score
    reasons: list[str]
    #: primary language subtag ("en"), "und" where it cannot be told
    languages: list[str]
    #: "given", "table" or "guessed"
    language_from: list[str]


def read_headlines(headlines: Any, language: str | None = None, *, name: str = "headlines") -> Headlines:
    """Bring headlines to one form; see ``score_clickbait`` for what may be passed."""
    column: Any = None
    if isinstance(headlines, pd.DataFrame):
        require_columns(headlines, name, ["headline"])
        index, values = headlines.index, headlines["headline"].tolist()
        column = headlines["language"].tolist() if "language" in headlines.columns else None
    elif isinstance(headlines, pd.Series):
        index, values = headlines.index, headlines.tolist()
    elif isinstance(headlines, (str, bytes)):
        raise InputError(
            f"{name}: expected a list, a Series or a table of headlines, got one {type(headlines).__name__}. "
            "Put it into a list: [headline]."
        )
    elif isinstance(headlines, Iterable):
        values = list(headlines)
        index = pd.RangeIndex(len(values))
    else:
        raise InputError(
            f"{name}: expected a list, a Series or a table of headlines, got {type(headlines).__name__}."
        )
    texts: list[str] = []
    reasons: list[str] = []
    for value in values:
        if isinstance(value, str):
            # half a surrogate pair is no character: it cannot be stored, printed or encoded
            texts.append(value if value.isascii() else _LONE_SURROGATE.sub("\ufffd", value))
            if not value or value.isspace():
                reasons.append("empty")
            elif len(value) > MAX_LENGTH:
                reasons.append(f"too long for a headline (over {MAX_LENGTH} characters)")
            else:
                reasons.append("")
        else:
            texts.append("")
            reasons.append("missing" if _is_missing(value) else f"not text ({type(value).__name__})")
    languages, language_from = _languages(texts, reasons, language, column)
    return Headlines(index, texts, reasons, languages, language_from)


def _is_missing(value: object) -> bool:
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, (float, np.floating)) and value != value)
    )


def _languages(
    texts: list[str], reasons: list[str], language: str | None, column: list[Any] | None
) -> tuple[list[str], list[str]]:
    if language is not None:
        if not isinstance(language, str) or not language.strip():
            raise InputError(
                f"language: expected a language tag such as 'en' or 'de-AT', or None, got {language!r}."
            )
        return [primary_language(language)] * len(texts), ["given"] * len(texts)
    found = [""] * len(texts)
    origin = [""] * len(texts)
    if column is not None:
        for at, value in enumerate(column):
            if isinstance(value, str) and value.strip():
                found[at], origin[at] = primary_language(value), "table"
    open_ = [at for at, value in enumerate(found) if not value]
    for at, guess in zip(open_, guess_languages([texts[at][:MAX_LENGTH] for at in open_]), strict=True):
        found[at], origin[at] = guess, "guessed"
    return found, origin
