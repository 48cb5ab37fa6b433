"""The address that keeps an older headline: a hint, never a finding."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from urllib.parse import unquote, urlsplit

import pandas as pd

from toolkit.errors import InputError
from toolkit.tables import require_columns
from toolkit.words import find_words

__all__ = ["SLUG_COLUMNS", "find_slug_hints"]

SLUG_COLUMNS: dict[str, str] = {
    "article_id": "str",
    "snapshot_id": "str",
    "source": "str",
    "captured_at": "datetime64[us, UTC]",
    "url": "str",
    "slug": "str",
    "title": "str",
    "n": "int64",
    "words_in_title": "int64",
    "share": "float64",
    "words_missing": "str",
    "other_title": "str",
    "other_share": "float64",
    "hint": "str",
}

_EXTENSION = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cms|story|ece)$", re.IGNORECASE)
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa"})


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _read_slug(url: str) -> tuple[str, list[str]]:
    """The part of a path with the most words, and these words, numbers and ids left out."""
    best: tuple[str, list[str]] = ("", [])
    for part in unquote(urlsplit(url).path).split("/"):
        part = _EXTENSION.sub("", part)
        words = [
            word for word in re.split(r"[-_+.\s,]+", part) if word and not any(c.isdigit() for c in word)
        ]
        if len(words) >= max(len(best[1]), 1):
            best = (part, words)
    return best


def _read_title(title: str) -> frozenset[str]:
    words = [re.sub("['\u2019]", "", word) for word in find_words(title)]
    words += [piece for word in words for piece in re.split(r"[-\u2011.,\u00b7]", word) if piece]
    return frozenset(
        form for word in words for form in (_fold(word), _fold(word.casefold().translate(_GERMAN)))
    )


def _is_in(word: str, title: frozenset[str]) -> bool:
    """Whether a title has a word, or one that differs in its ending only ("votes", "voted")."""
    if word in title:
        return True
    stem = len(word) - 2
    return stem >= 4 and any(
        other[:stem] == word[:stem] and abs(len(other) - len(word)) <= 2 for other in title
    )


def find_slug_hints(articles: pd.DataFrame, *, max_share: float = 0.5, min_words: int = 3) -> pd.DataFrame:
    """Addresses whose words do not fit the title: the slug may keep an earlier headline.

    Parameters
    ----------
    articles : DataFrame
        One row per snapshot; needs ``article_id``, ``snapshot_id``, ``source``, ``captured_at``, ``url``,
        ``title``.
    max_share : float, default 0.5
        A row is given where at most this share of the slug's words is in the title, 0 to 1, or where the title
        of another snapshot of the article fits the slug better.
    min_words : int, default 3
        Slugs of fewer words, numbers left out, say too little and are passed over.

    Returns
    -------
    DataFrame
        One row per snapshot with a hint (index 0, 1, 2 ...), ordered by ``article_id``, ``captured_at``
        (missing first), ``source``: ``slug``; ``n``, the words of the slug; ``words_in_title`` of them, and
        their ``share``; ``words_missing``, parted by spaces; ``other_title``: the title of another snapshot
        that fits better, with its ``other_share``, NaN where there is none; ``hint``, a sentence for people.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If ``max_share`` is not between 0 and 1, or ``min_words`` is under 1.

    Notes
    -----
    A hint only. Many sites write slugs for search engines, or cut them short; a slug that fits shows nothing
    either, since many sites change slug and headline together. Titles and slugs without a letter of one
    common script (a Korean title, a Latin slug) are not compared. Accents are left out, umlauts also read as
    two letters, endings of up to two letters may differ.

    Examples
    --------
    >>> rows = pd.DataFrame({"article_id": ["x"], "snapshot_id": ["a"], "source": ["1.html"],
    ...     "captured_at": pd.to_datetime(["2031-05-01"], utc=True), "title": ["Bridge to stay open, mayor says"],
    ...     "url": ["https://news.example/2031/05/council-shuts-bridge-forever-81723.html"]})
    >>> find_slug_hints(rows).loc[0, "hint"]
    '3 of 4 words of the address are not in the title (council, shuts, forever): it may keep an earlier headline.'
    """
    columns = ["article_id", "snapshot_id", "source", "captured_at", "url", "title"]
    require_columns(articles, "articles", columns)
    if not 0 <= max_share <= 1:
        raise InputError(f"max_share: expected a share between 0 and 1, got {max_share!r}.")
    if min_words < 1:
        raise InputError(f"min_words: expected 1 or more, got {min_words!r}.")
    table = articles[columns].sort_values(
        ["article_id", "captured_at", "source"], na_position="first", kind="stable"
    )
    titles: defaultdict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for article, title in zip(table["article_id"], table["title"], strict=True):
        if isinstance(title, str) and isinstance(article, str):
            titles[article].setdefault(title, _read_title(title))
    rows = []
    for record in table.to_dict("records"):
        url, title, article = record["url"], record["title"], record["article_id"]
        if not (isinstance(url, str) and isinstance(title, str) and isinstance(article, str)):
            continue
        slug, words = _read_slug(url)
        words = [_fold(word) for word in words]
        if len(words) < min_words or not _share_script(words, titles[article][title]):
            continue
        inside = [_is_in(word, titles[article][title]) for word in words]
        share = sum(inside) / len(words)
        others = [
            (sum(_is_in(word, other) for word in words) / len(words), text)
            for text, other in titles[article].items()
        ]
        best_share, best = max(others, key=lambda one: one[0])
        better = best_share > share
        if share > max_share and not better:
            continue
        missing = [word for word, found in zip(words, inside, strict=True) if not found]
        rows.append(
            record
            | {
                "slug": slug,
                "n": len(words),
                "words_in_title": sum(inside),
                "share": share,
                "words_missing": " ".join(missing),
                "other_title": best if better else None,
                "other_share": best_share if better else None,
                "hint": (
                    f"{len(missing)} of {len(words)} words of the address are not in the title "
                    f"({', '.join(missing)}): it may keep an earlier headline"
                    + (f"; another snapshot's title fits better: {best}" if better else ".")
                ),
            }
        )
    return pd.DataFrame(
        {
            column: pd.Series([row.get(column) for row in rows], dtype=dtype)
            for column, dtype in SLUG_COLUMNS.items()
        }
    )


def _share_script(words: list[str], title: frozenset[str]) -> bool:
    def scripts(texts: list[str]) -> set[str]:
        return {unicodedata.name(c, "?").split()[0] for text in texts for c in text if c.isalpha()}

    return bool(scripts(words) & scripts(sorted(title)))
