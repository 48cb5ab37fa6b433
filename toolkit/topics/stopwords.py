"""Stop words: which languages a collection is written in, and the words that carry no topic in them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from toolkit.errors import InputError
from toolkit.topics.vectorise import find_terms

__all__ = ["PLURAL_S_LANGUAGES", "guess_languages", "list_stop_word_languages", "read_stop_words"]

#: Languages whose plural ending is -s: only there does the stemmer help.
PLURAL_S_LANGUAGES = frozenset({"en", "es", "fr", "nl", "pt"})

_GROUPS = ("function", "newsroom")


@cache
def _load(language: str) -> tuple[tuple[str, str], ...]:
    path = files("toolkit").joinpath("lexicon", "stopwords", f"{language}.csv")
    with path.open("r", encoding="utf-8") as handle:
        return tuple((row["word"], row["group"]) for row in csv.DictReader(handle))


@cache
def list_stop_word_languages() -> tuple[str, ...]:
    """The languages with a stop word list, as BCP 47 tags in alphabetical order.

    Examples
    --------
    >>> {"de", "en", "ja", "ko"} <= set(list_stop_word_languages())
    True
    """
    folder = files("toolkit").joinpath("lexicon", "stopwords")
    return tuple(sorted(entry.name[:-4] for entry in folder.iterdir() if entry.name.endswith(".csv")))


def read_stop_words(languages: str | Iterable[str], *, groups: Sequence[str] = _GROUPS) -> frozenset[str]:
    """The stop words of one or several languages.

    Parameters
    ----------
    languages : str or iterable of str
        BCP 47 tags; only the part before the first hyphen counts ("en-GB" is "en").
    groups : sequence of {"function", "newsroom"}
        Grammar words, words that every news article has, or both.

    Returns
    -------
    frozenset of str

    Raises
    ------
    InputError
        If there is no list for a language, or a group is unknown.

    Examples
    --------
    >>> "the" in read_stop_words("en-GB"), "spokesman" in read_stop_words("en", groups=["function"])
    (True, False)
    """
    if isinstance(languages, str):
        languages = [languages]
    unknown = [group for group in groups if group not in _GROUPS]
    if unknown:
        raise InputError(f"groups: unknown {unknown[0]!r}; allowed are {', '.join(map(repr, _GROUPS))}.")
    words: set[str] = set()
    for tag in languages:
        language = str(tag).split("-")[0].lower()
        if language not in list_stop_word_languages():
            raise InputError(
                f"languages: no stop words for {tag!r}; there are lists for "
                f"{', '.join(list_stop_word_languages())}. Pass your own words instead, as a list."
            )
        words.update(word for word, group in _load(language) if group in groups)
    return frozenset(words)


@cache
def _function_words() -> dict[str, tuple[str, ...]]:
    by_word: dict[str, list[str]] = {}
    for language in list_stop_word_languages():
        for word, group in _load(language):
            if group == "function":
                by_word.setdefault(word, []).append(language)
    return {word: tuple(languages) for word, languages in by_word.items()}


def guess_languages(texts: Sequence[str], *, sample: int = 300, least_share: float = 0.05) -> tuple[str, ...]:
    """The languages a collection is written in, told by their function words.

    Parameters
    ----------
    texts : sequence of str
        The texts; ``sample`` of them, evenly spread, are looked at (the first 2,000 characters of each).
    sample : int
        Number of texts to look at, > 0.
    least_share : float
        Share of the looked-at texts that a language needs, 0 to 1.

    Returns
    -------
    tuple of str
        Tags in alphabetical order; empty where no list fits.

    Notes
    -----
    A text counts for the language most of whose function words it uses, if those are a tenth of its words;
    a word shared by several languages counts a part for each. Short headlines of close languages (Danish,
    Norwegian, Swedish) are easily taken for one another; the lists overlap, so little is lost.

    Examples
    --------
    >>> guess_languages(["The mayor is not in the town", "Der Bürgermeister ist nicht in der Stadt"])
    ('de', 'en')
    """
    owners = _function_words()
    step = max(1, len(texts) // sample)
    votes: dict[str, int] = {}
    looked = 0
    for text in texts[::step][:sample]:
        words = find_terms(text[:2000])
        if not words:
            continue
        looked += 1
        scores: dict[str, float] = {}
        for word in words:
            languages = owners.get(word, ())
            for language in languages:
                scores[language] = scores.get(language, 0.0) + 1.0 / len(languages)
        if scores:
            best = min(scores, key=lambda language: (-scores[language], language))
            if scores[best] >= 0.05 * len(words):
                votes[best] = votes.get(best, 0) + 1
    return tuple(sorted(language for language, n in votes.items() if n >= max(1.0, least_share * looked)))
