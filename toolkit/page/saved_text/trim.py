"""A headline as a reader would quote it: without the age, the count or the button that shares its line."""

from __future__ import annotations

import re

from toolkit.page.saved_text.facts import fold_phrase, read_furniture

__all__ = ["shared_endings", "trim_headline", "trim_module"]

_AGE = re.compile(
    r"^\W*(?:\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?\b|\d+\s?(?:分|時間|日|小时|分钟|小時|分鐘|天|시간|분|일)\s?[前전]"
    r"|\d+\s?(?:min|mins|minutes?|hours?|hrs?|h|days?)\.?\s(?:ago)\b"
    r"|(?:hace|il y a|vor|há)\s\d+\s\w+)\s*[-–—|:·•]?\s*(?=\S)",
    re.I,
)
_AGE_END = re.compile(
    r"\s*[-–—|·•(]?\s*(?:\d+\s?(?:min|mins|minutes?|hours?|hrs?|h|d|days?|weeks?|months?)\.?\sago\)?"
    r"|\d+\s?(?:分|時間|日|小时|分钟|天|시간|분|일)\s?[前전]|\d{1,2}:\d{2}(?:\s?[ap]\.?m\.?)?)$",
    re.I,
)
_MARK = re.compile(
    r"^(?:video|watch|listen|audio|podcast|photos?|pictures?|gallery|in pictures|vídeo|vidéo|galería|fotos?)"
    r"\s*(?::|\||–|—|\s-)\s+(?=\S)",
    re.I,
)
_COUNT_END = re.compile(r"(?<=\S)\s*[(\[]?\d{1,4}[)\]]?$")
_ARROWS = re.compile(r"^[«‹<>›»→←▶►⟶➔\s]+|[«‹<›»→←▶►⟶➔\s]+$")
_TAIL = re.compile(r"\s?[,–—|·-]\s?[^\W\d]\w+(?:\s\w+){1,3}$")
_NEW_TAB = re.compile(r"\s*\(?(?:opens? in (?:a )?new (?:tab|window)|external link)\)?\.?$", re.I)


def trim_headline(text: str) -> str:
    """``text`` without an age, a media mark or a "read more" at its ends.

    Examples
    --------
    >>> trim_headline("10:45 Storm closes the harbour road Read more")
    'Storm closes the harbour road'
    >>> trim_headline("Video: A goat on the tracks »")
    'A goat on the tracks'
    """
    text = _ARROWS.sub("", _NEW_TAB.sub("", text)) or text
    for pattern in (_AGE, _AGE_END, _MARK):
        shorter = pattern.sub("", text, count=1).strip()
        if len(shorter) >= 8:
            text = shorter
    words = text.split()
    table = read_furniture()
    for size in (3, 2):
        if len(words) > size + 3 and table.get(fold_phrase(" ".join(words[-size:]))) == "more":
            return " ".join(words[:-size]).rstrip(" |·•-–—")
    return text


def shared_endings(texts: list[str]) -> frozenset[str]:
    """The last two to four words that three or more different lines have in common, cut at a comma or a dash.

    Such an ending is the site's own word about its pages ("..., article with image"), not part of a headline.

    Examples
    --------
    >>> sorted(shared_endings([f"{a} in the harbour, story with film" for a in ("Goats", "Rain", "A vote")]))
    [', story with film']
    """
    seen: dict[str, set[str]] = {}
    for text in texts:
        match = _TAIL.search(text)
        if match:
            seen.setdefault(match.group().strip(), set()).add(text)
    return frozenset(tail for tail, whole in seen.items() if len(whole) >= 3)


def trim_module(headlines: list[str]) -> list[str]:
    """The headlines of one module, without the count of comments that each of them ends with.

    Examples
    --------
    >>> trim_module(["Rain at last 12", "Goats on the tracks 5", "A quiet vote 101"])
    ['Rain at last', 'Goats on the tracks', 'A quiet vote']
    """
    trimmed = [trim_headline(headline) for headline in headlines]
    counted = [_COUNT_END.sub("", headline) for headline in trimmed]
    ended = sum(short != headline for short, headline in zip(counted, trimmed, strict=True))
    if len(trimmed) >= 3 and ended >= 0.7 * len(trimmed):
        return [short or headline for short, headline in zip(counted, trimmed, strict=True)]
    return trimmed
