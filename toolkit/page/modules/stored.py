"""Boxes that a page prints empty, filled from the JSON from which its scripts would have filled them.

A list of objects that each have a headline and an address is a list of teasers, whatever framework wrote it. It
belongs to an empty box if it carries the box's label, or if its name claims the box's kind and no other does.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from toolkit.page.modules.lexicon import look_up, plain_label
from toolkit.page.modules.texts import weigh
from toolkit.page.tree import Script

#: The rule of a module whose items the page does not print but holds in its own data.
STORED_RULE = "items from the page's own data"
#: More characters of JSON and more values than these are not looked through.
MAX_CHARS, MAX_VALUES = 5_000_000, 200_000
_HEADLINES = ("headline", "title", "heading", "name", "text")
_ADDRESSES = ("url", "href", "link", "permalink", "path", "canonicalUrl", "canonical_url", "webUrl", "uri")
_LABELS = ("label", "title", "heading", "name", "headline", "header")
_HUMP = re.compile(r"(?<=[a-z\d])(?=[A-Z])|[_\-.]")
_TAG = re.compile(r"<[^<>]{0,300}>")
_SURE = 0.75


@dataclass(frozen=True, slots=True)
class Stored:
    """A list of teasers in the page's data: what is written over it, its names from the inside out, its items."""

    label: str
    names: tuple[str, ...]
    items: tuple[tuple[str, str], ...]  # headline, address


def match_stored(
    boxes: Sequence[tuple[str, str]], scripts: Sequence[Script]
) -> Iterator[tuple[int, tuple[tuple[str, str], ...]]]:
    """For each box (label, kind) whose list the scripts hold: its place among ``boxes`` and (headline, address)s."""
    if not boxes or not scripts:
        return
    lists = list(dict.fromkeys(find_stored(scripts)))
    for number, (label, kind) in enumerate(boxes):
        named = [held for held in lists if plain_label(held.label) == plain_label(label)]
        if not named and sum(other == kind for _, other in boxes) == 1:
            named = [held for held in lists if not held.label and kind in _claimed(held.names)]
        if len({held.items for held in named}) == 1:
            yield number, named[0].items


def find_stored(scripts: Sequence[Script]) -> Iterator[Stored]:
    """All lists of teasers in the JSON of ``scripts``, in page order."""
    left, values = MAX_CHARS, 0
    for script in scripts:
        left -= len(script.text)
        if left < 0:
            return
        if "ld+json" in script.type:  # tells machines what the page is, not what its boxes hold
            continue
        try:
            whole = json.loads(script.text)
        except (ValueError, RecursionError):
            continue
        waiting: list[tuple[Any, str, tuple[str, ...]]] = [(whole, "", ())]
        while waiting:
            value, label, names = waiting.pop()
            values += 1
            if values > MAX_VALUES:
                return
            if isinstance(value, dict):
                above = next((value[key] for key in _LABELS if isinstance(value.get(key), str)), "")
                inner = [(child, above, (name, *names)[:3]) for name, child in value.items()
                         if isinstance(child, dict | list)]  # fmt: skip
                waiting += reversed(inner)
            elif isinstance(value, list):
                items = [item for item in map(_read_item, value) if item]
                if len(items) >= 2 and len(items) * 4 >= len(value) * 3:
                    yield Stored(label, names, tuple(dict.fromkeys(items)))
                else:
                    waiting += [(child, label, names) for child in reversed(value)]


def _read_item(value: Any) -> tuple[str, str] | None:
    """Headline and address of one teaser, or None where ``value`` is none."""
    if not isinstance(value, dict):
        return None
    address = next((value[key] for key in _ADDRESSES if isinstance(value.get(key), str) and value[key]), "")
    headline = ""
    for key in _HEADLINES:
        said = value.get(key)
        if isinstance(said, dict):  # {"title": {"rendered": "..."}}
            said = next((inner for inner in said.values() if isinstance(inner, str)), None)
        if isinstance(said, str) and said.strip():
            headline = " ".join(html.unescape(_TAG.sub("", said)).split())
            break
    words, chars = weigh(headline)
    return (headline, address) if address and words >= 3 and chars >= 13 else None


def _claimed(names: Sequence[str]) -> set[str]:
    """The kinds that the names of a list claim: "mostReadArticles" says popular."""
    return {
        kind
        for name in names
        for kind, sure in look_up(_HUMP.sub(" ", name)).items()
        if sure >= _SURE or (sure >= 0.6 and len(name) > 8)
    }
