"""Other extractors, asked on request about the body: a quick one for agreement, a thorough one in case of doubt."""

from __future__ import annotations

import re
from collections import Counter

from toolkit.errors import MissingExtraError

__all__ = ["MIN_AGREEMENT", "ask_quick", "ask_thorough", "measure_agreement"]

#: Below this agreement with the quick extractor the thorough one is asked.
MIN_AGREEMENT = 0.8
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")


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
    a, b = _grams(one), _grams(other)
    if not a and not b:
        return 1.0
    both = sum(min(count, b[gram]) for gram, count in a.items() if gram in b)
    return round(2 * both / (a.total() + b.total()), 4)


def _grams(text: str) -> Counter[tuple[str, ...]]:
    words = _TOKEN.findall(text.casefold())
    if len(words) < 4:
        return Counter([tuple(words)] if words else ())
    return Counter(zip(words, words[1:], words[2:], words[3:], strict=False))
