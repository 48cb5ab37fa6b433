"""The data files beside the rules: word lists, and words by language and role."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

__all__ = ["read_languages", "read_rows", "read_word_list", "read_words"]


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV file of ``lexicon/cues``."""
    text = resources.files("toolkit").joinpath("lexicon", "cues", f"{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def read_word_list(name: str) -> frozenset[str]:
    """The words of a list, such as ``en_words``: common English words."""
    return frozenset(row["word"] for row in read_rows(name))


@cache
def read_words(language: str, role: str) -> frozenset[str]:
    """Words of a language by role.

    ``stop``: function words that tell the language; ``weak``: words that hold any sentence together; ``frame``:
    words that make a headline's frame; ``tail``: words that stay in a frame; ``article``: words that belong to what
    follows them. Empty where the language has none.

    Examples
    --------
    >>> "the" in read_words("en", "article"), read_words("ja", "stop")
    (True, frozenset())
    """
    for row in read_rows("function_words"):
        if row["language"] == language and row["role"] == role:
            return frozenset(row["words"].split())
    return frozenset()


def read_languages(role: str) -> list[str]:
    """Languages that have words of a role, in the order of the file."""
    return [row["language"] for row in read_rows("function_words") if row["role"] == role]
