"""Other extractors, asked on request about the body: a quick one for agreement, a thorough one in case of doubt."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import count

import numpy as np

from toolkit.errors import MissingExtraError

__all__ = ["BETTER_BY", "MIN_AGREEMENT", "SURE_BODY", "ask_quick", "ask_thorough", "measure_agreement"]

#: Below this agreement with the quick extractor the thorough one is asked ...
MIN_AGREEMENT = 0.8
#: ... unless our own reading is as sure of its body as this: where it is, the quick one is wrong, mostly.
SURE_BODY = 0.9
#: The thorough one's body stands instead of ours where it agrees with the quick one so much better. All three were
#: chosen in cross-validation by outlet (benchmarks/train_body.py).
BETTER_BY = 0.1
#: Words; Kana and Han one by one, wherever a word begins with one.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
#: More pairs of words are numbered anew: two of them must fit into one number.
_MOST_PAIRS = 1 << 31
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_ASCII = bytes(range(128))
_MARKS_TO_SPACE = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))


def ask_quick(html: str) -> str:
    """The main text by resiliparse: a few milliseconds, high recall, some boilerplate.

    Raises
    ------
    MissingExtraError
        If the extra ``second-opinion`` is not installed.
    """
    try:
        from resiliparse.extract.html2text import extract_plain_text
    except ImportError as error:
        raise MissingExtraError(_missing("resiliparse")) from error
    return str(
        extract_plain_text(
            html, main_content=True, alt_texts=False, comments=False, post_meta=False, list_bullets=False
        )
    )


def ask_thorough(html: str) -> str:
    """The main text by trafilatura, in its precise setting; paragraphs parted by a blank line.

    Raises
    ------
    MissingExtraError
        If the extra ``second-opinion`` is not installed.
    """
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError(_missing("trafilatura")) from error
    text = trafilatura.extract(html, favor_precision=True, include_comments=False, include_tables=True)
    return "\n\n".join(line for line in (text or "").split("\n") if line.strip())


def _missing(name: str) -> str:
    return (
        f"second_opinion: {name} is not installed. Install it with pip install 'sidebar-toolkit[second-opinion]', "
        "or load the pages without second_opinion."
    )


def measure_agreement(one: str, other: str) -> float:
    """F1 of the word 4-grams of two texts, 0 to 1; 1 where both are empty.

    Examples
    --------
    >>> measure_agreement("the river rose again", "The river rose again!")
    1.0
    >>> measure_agreement("the river rose again", "")
    0.0
    """
    words = _find_words(one.casefold(), other.casefold())
    if not all(words):
        return 0.0 if any(words) else 1.0
    # words are numbered, then pairs, then runs of four; a text of fewer words is one run, filled with noughts
    numbers: dict[str | bytes, int] = defaultdict(count(1).__next__)
    of = [np.array([*map(numbers.__getitem__, some), *[0] * (4 - len(some))], np.int64) for some in words]
    base = len(numbers) + 1
    pairs = [some[:-1] * base + some[1:] for some in of]
    base *= base
    if base > _MOST_PAIRS:
        distinct, renumbered = np.unique(np.concatenate(pairs), return_inverse=True)
        pairs, base = np.split(renumbered, [len(pairs[0])]), len(distinct)
    runs = [np.unique(some[:-2] * base + some[2:], return_counts=True) for some in pairs]
    (a, count_a), (b, count_b) = runs
    place = np.minimum(np.searchsorted(b, a), len(b) - 1)
    shared = np.where(b[place] == a, np.minimum(count_a, count_b[place]), 0)
    return round(2 * int(shared.sum()) / int(count_a.sum() + count_b.sum()), 4)


def _find_words(*texts: str) -> list[list[str]] | list[list[bytes]]:
    """The words of each text; where none has Kana or Han, in UTF-8, which cuts long texts several times faster."""
    data = [text.encode("utf-8", "surrogatepass") for text in texts]
    rare = set(b"".join(data).translate(None, _ASCII).decode("utf-8", "surrogatepass"))
    if any(map(_WIDE.match, rare)):
        return [_TOKEN.findall(text) for text in texts]
    for mark in rare:
        if not mark.isalnum():
            code = mark.encode("utf-8", "surrogatepass")
            data = [some.replace(code, b" ") for some in data]
    return [some.translate(_MARKS_TO_SPACE).split() for some in data]
