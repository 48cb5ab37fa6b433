"""Names of authors, cleaned as a reader would quote them: no "By", no role, no agency stamp, no address."""

from __future__ import annotations

import html
import re

from toolkit.words import squeeze

__all__ = ["clean_names", "is_name"]

_BY = re.compile(
    r"^(?:written by|posted by|published by|reported by|story by|words by|by|von|vom|par|por|di|door|av|af|"
    r"przez|oleh|autor(?:in|a|es)?|author|writer|text|texte|texto|redaktion|yazan|автор|écrit par)\b\s*:?\s+"
    r"(?=\S)|^(?:text|autor(?:in)?|authors?|作者|記者|记者|文|撰文)\s*[:：]\s*",
    re.I,
)
_ROLE = re.compile(r"\s*(?:[,|/(–—]|\s-\s|(?:기자|특파원|인턴기자|記者|记者)$).*$")
_AND = re.compile(r"\s+(?:and|und|et|y|en|ve|og|och|e|i|и|및)\s+|\s*&\s*")
_SPLIT = re.compile(r"\s*[,;|•·/\n]\s*(?:(?:and|und|et|y|e)\s+)?")
_ADDRESS = re.compile(r"https?://|www\.|@\w|\.(?:com|org|net|html?)\b", re.I)
_EMAIL = re.compile(r"\s*[(<\[]?[\w.+-]+@[\w-]+\.[\w.-]+[)>\]]?")
_PARTICLES = frozenset(
    "de da di del della van von der den la le el bin al dos das du zu ter ten af av y i".split()
)
_NOT_NAME = re.compile(
    r"\b(?:twitter|facebook|instagram|linkedin|whatsapp|e-?mail|name|powered|follow|share|comments?|"
    r"kommentare?|login|"
    r"subscribe|read|more|updated|published|news|redaktion|minutes?|min|min\.|uhr|editor|reporter|"
    r"correspondent|staff)\b|[*:?!=]",
    re.I,
)
_WIDE_NAME = re.compile(r"^[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3·\s]{2,8}$")


def is_name(part: str) -> bool:
    """Whether ``part`` has the look of a person's name: two to five capital words, or two to eight wide letters.

    Examples
    --------
    >>> is_name("Ana de la Ruiz"), is_name("Twitter Facebook"), is_name("three small words"), is_name("渡辺洋介")
    (True, False, False, True)
    """
    if _WIDE_NAME.match(part):
        return True
    words = part.split()
    if not 2 <= len(words) <= 5 or any(c.isdigit() for c in part) or _NOT_NAME.search(part):
        return False
    return all(not word[0].islower() or word.casefold() in _PARTICLES for word in words)


def clean_names(raw: str) -> list[str]:
    """The names in one byline or author field, in order.

    Examples
    --------
    >>> clean_names("By Ana Ruiz and Tom O'Neil"), clean_names("https://site.example/author/x")
    (['Ana Ruiz', "Tom O'Neil"], [])
    >>> clean_names("Lee Park, Science Editor")
    ['Lee Park']
    """
    if len(raw) > 1000:
        return []
    text = squeeze(html.unescape(raw)) if "&" in raw else squeeze(raw)
    text = _EMAIL.sub("", text)
    text = _BY.sub("", text, count=1).strip(" :,;|-–—•·")
    if not text or len(text) > 300 or _ADDRESS.search(text):
        return []
    parts = [part for part in _SPLIT.split(text) if part]
    parts = [name for part in parts for name in _people_in(part)]
    if len(parts) > 1:
        people = [part for part in parts if is_name(part)]
        if len(people) == len(parts):
            return [_trim(part) for part in parts]
        if people and people[0] == parts[0]:
            return [_trim(part) for part in people]
    name = _trim(text)
    return [name] if 1 < len(name) <= 80 else []


def _people_in(part: str) -> list[str]:
    """``part`` cut at its "and" where each side is a name ("Dow and Sons" is left whole)."""
    halves = _AND.split(part)
    return halves if len(halves) > 1 and all(map(is_name, halves)) else [part]


def _trim(name: str) -> str:
    return _ROLE.sub("", name).strip(" :,;|-–—•·.") if not name.endswith(("Jr.", "Sr.")) else name
