"""Other extractors, asked on request about the body: a quick one for agreement, a thorough one in case of doubt."""

from __future__ import annotations

import re

import numpy as np

from toolkit.errors import MissingExtraError

__all__ = ["MIN_AGREEMENT", "ask_quick", "ask_thorough", "measure_agreement"]

#: Below this agreement with the quick extractor the thorough one is asked.
MIN_AGREEMENT = 0.8
#: Words; Kana and Han one by one, wherever a word begins with one.
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_MARK = re.compile(r"[^\w\x00-\x7f]")
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
    one, other = one.casefold(), other.casefold()
    if _WIDE.search(one) or _WIDE.search(other):
        texts = [_TOKEN.findall(one), _TOKEN.findall(other)]
    else:
        texts = [_find_words(one), _find_words(other)]
    numbers = {word: number for number, word in enumerate({*texts[0], *texts[1]}, 1)}
    if not numbers:
        return 1.0
    # words, then pairs, then runs of four are numbered; a text of fewer words is one run, filled with noughts
    runs = [[*map(numbers.__getitem__, words)] + [0] * (4 - len(words) if words else 0) for words in texts]
    of = np.array(runs[0] + runs[1])
    pairs = np.unique(of[:-1] * (len(numbers) + 1) + of[1:], return_inverse=True)[1]
    grams = np.unique(pairs[:-2] * len(pairs) + pairs[2:], return_inverse=True)[1]
    cut = len(runs[0])  # the grams across it belong to neither
    a, b = (np.bincount(some, minlength=len(grams)) for some in (grams[: max(0, cut - 3)], grams[cut:]))
    return round(2 * int(np.minimum(a, b).sum()) / int((a + b).sum()), 4)


def _find_words(text: str) -> list[bytes]:
    """The words of a text without Kana and Han, in UTF-8, which cuts long texts several times faster."""
    for mark in set(_MARK.findall(text)):
        text = text.replace(mark, " ")
    return text.encode("utf-8", "surrogatepass").translate(_MARKS_TO_SPACE).split()
