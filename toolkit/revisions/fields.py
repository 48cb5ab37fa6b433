"""What changed in an article's title, deck, byline, times and section."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import Any

import pandas as pd

from toolkit.revisions.align import measure_similarity, sentence_key
from toolkit.revisions.cues import find_notice
from toolkit.revisions.wording import describe_edits, diff_words
from toolkit.words import count_words, find_words

__all__ = ["compare_lists", "compare_texts", "compare_times", "is_title_case"]


def is_title_case(text: str) -> bool:
    """Whether most words of a title have a capital, so that a capital is no sign of a name.

    Examples
    --------
    >>> is_title_case("Council Votes Down the New Bridge"), is_title_case("Council votes down Ruiz's bridge")
    (True, False)
    """
    words = [word for word in find_words(text) if word[0].isalpha() and len(word) > 3]
    return bool(words) and sum(word[0].isupper() for word in words) * 10 >= 6 * len(words)


def _row(field: str, change: str, kind: str, before: str | None, after: str | None) -> dict[str, Any]:
    old, new = count_words(before or ""), count_words(after or "")
    return {
        "field": field,
        "change": change,
        "kind": kind,
        "kinds": kind,
        "before": before,
        "after": after,
        "words_before": old,
        "words_after": new,
        "words_removed": old,
        "words_added": new,
        "size_chars": len(before or "") + len(after or ""),
        "n": 1,
    }


def compare_texts(
    field: str,
    before: str | None,
    after: str | None,
    *,
    language: str | None = None,
    names: Container[str] = frozenset(),
) -> list[dict[str, Any]]:
    """One row where a title, a deck or a section differs; none where both are missing or the same."""
    if not before and not after:
        return []
    if not before or not after:
        return [_row(field, "added" if after else "removed", field, before or None, after or None)]
    if sentence_key(before) == sentence_key(after):
        return []
    wording = diff_words(
        before,
        after,
        language=language,
        names=names,
        title_case=is_title_case(before) or is_title_case(after),
    )
    row = _row(field, "reworded", wording.kind, before, after)
    notice = find_notice(after, language)
    if notice and not find_notice(before, language):
        row["kind"] = notice
    row |= {
        "kinds": ", ".join(dict.fromkeys([row["kind"], *wording.kinds])),
        "words_removed": wording.words_removed,
        "words_added": wording.words_added,
        "size_chars": wording.chars,
        "similarity": measure_similarity(before, after),
        "detail": describe_edits(wording.edits),
    }
    return [row]


def compare_lists(field: str, kind: str, before: Iterable[str], after: Iterable[str]) -> list[dict[str, Any]]:
    """One row where a list of names (authors, keywords) differs: added, removed, moved (order) or changed."""
    old, new = list(before), list(after)
    keys_old = [sentence_key(name).casefold() for name in old]
    keys_new = [sentence_key(name).casefold() for name in new]
    if keys_old == keys_new:
        return []
    text_old, text_new = "; ".join(old) or None, "; ".join(new) or None
    came = [name for name, key in zip(new, keys_new, strict=True) if key not in keys_old]
    went = [name for name, key in zip(old, keys_old, strict=True) if key not in keys_new]
    if not old or not new:
        row = _row(field, "added" if new else "removed", kind, text_old, text_new)
    elif not came and not went:
        row = _row(field, "moved", kind, text_old, text_new)
    else:
        row = _row(field, "changed", kind, text_old, text_new)
    parts = [f"added {', '.join(came)}"] if came else []
    parts += [f"removed {', '.join(went)}"] if went else []
    row["detail"] = "; ".join(parts) or "the same names in another order"
    row["words_removed"] = sum(map(count_words, went))
    row["words_added"] = sum(map(count_words, came))
    row["size_chars"] = sum(map(len, went)) + sum(map(len, came))
    union = set(keys_old) | set(keys_new)
    row["similarity"] = len(set(keys_old) & set(keys_new)) / len(union)
    row["n"] = len(union)
    return [row]


def compare_times(
    field: str, before: pd.Timestamp | None, after: pd.Timestamp | None
) -> list[dict[str, Any]]:
    """One row where a time differs; ``detail`` gives the shift in hours."""
    if (before is None and after is None) or before == after:
        return []
    old = None if before is None else before.isoformat()
    new = None if after is None else after.isoformat()
    row = _row(field, "changed" if old and new else "added" if new else "removed", "time", old, new)
    row |= {"words_before": 0, "words_after": 0, "words_removed": 0, "words_added": 0, "size_chars": 0}
    if before is not None and after is not None:
        row["detail"] = f"{(after - before).total_seconds() / 3600:+.2f} hours"
    return [row]
