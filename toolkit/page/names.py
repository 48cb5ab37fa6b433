"""Names of authors, cleaned as a reader would quote them: no "By", no role, no agency stamp, no address."""

from __future__ import annotations

import html
import re

from toolkit.words import squeeze

__all__ = ["clean_names"]

_BY = re.compile(
    r"^(?:written by|posted by|published by|reported by|story by|words by|by|von|vom|par|por|di|door|av|af|przez|oleh|"
    r"autor(?:in|a|es)?|author|writer|text|texte|texto|redaktion|yazan|автор|ecrit par|écrit par)\b\s*:?\s+"
    r"(?=\S)|^(?:[Tt]ext|[Aa]utor(?:in)?|[Aa]uthors?|作者|記者|记者|文|撰文)\s*[:：]\s*",
    re.I,
)
_ROLE = re.compile(r"\s*(?:[,|/(–—]|\s-\s|(?:기자|특파원|인턴기자|記者|记者)$).*$")
_SPLIT = re.compile(
    r"\s*(?:,|;|\||•|·|/|\n)\s*(?:and\s+|und\s+|et\s+|y\s+|e\s+)?|\s+(?:and|und|et|y|&|en|ve|og|och|i|и|및)\s+"
)
_ADDRESS = re.compile(r"https?://|www\.|@\w|\.(?:com|org|net|html?)\b", re.I)
_EMAIL = re.compile(r"\s*[(<\[]?[\w.+-]+@[\w-]+\.[\w.-]+[)>\]]?")
_PARTICLES = frozenset("de da di del della van von der den la le el bin al dos das du zu".split())


def _is_name(part: str) -> bool:
    """Two to five words, each capital (or a particle), no digits: what a person's name looks like."""
    words = part.split()
    if not 2 <= len(words) <= 5 or any(c.isdigit() for c in part):
        return False
    return all(word[0].isupper() or word.casefold() in _PARTICLES for word in words if word[0].isalpha())


def clean_names(raw: str) -> list[str]:
    """The names in one byline or author field, in order.

    Examples
    --------
    >>> clean_names("By Ana Ruiz and Tom O'Neil"), clean_names("https://site.example/author/x")
    (['Ana Ruiz', "Tom O'Neil"], [])
    >>> clean_names("Lee Park, Science Editor")
    ['Lee Park']
    """
    text = squeeze(html.unescape(raw)) if "&" in raw else squeeze(raw)
    text = _EMAIL.sub("", text)
    text = _BY.sub("", text, count=1).strip(" :,;|-–—•·")
    if not text or len(text) > 300 or _ADDRESS.search(text):
        return []
    parts = [part for part in _SPLIT.split(text) if part]
    if len(parts) > 1:
        people = [part for part in parts if _is_name(part)]
        if len(people) == len(parts):
            return [_trim(part) for part in parts]
        if people and people[0] == parts[0]:
            return [_trim(part) for part in people]
    name = _trim(text)
    return [name] if 1 < len(name) <= 80 else []


def _trim(name: str) -> str:
    return _ROLE.sub("", name).strip(" :,;|-–—•·.") if not name.endswith(("Jr.", "Sr.")) else name
