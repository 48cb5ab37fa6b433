"""Lines that hold a label and a headline at once ("Read also: A headline"), cut in two."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from toolkit.page.modules.lexicon import look_up
from toolkit.page.saved_text.lines import Line

__all__ = ["label_claim", "split_labels"]

_CUT = re.compile(r"(?P<label>[^|:：»>]{3,45}?)\s*(?P<mark>\||[:：]|»|>|\s[–—-]\s)\s*(?P<rest>\S.{9,})$")
#: A label beside its headline has at most so many words.
LABEL_WORDS = 6
#: How sure a label's claim must be for a line to count as naming a kind of module.
SURE = 0.6
#: So sure a claim to be a section's list comes from a phrase that covers only part of the label ("More from ...").
SECTION_SURE = (0.5, 0.75)


def label_claim(text: str, sure: float = SURE) -> str | None:
    """The kind of module that ``text`` claims to head, None where it claims none.

    A section's name alone claims none: it stands as often beside a headline, as its kicker. "More from" with a
    name behind it does.

    Examples
    --------
    >>> label_claim("Most Popular"), label_claim("The rain in Spain")
    ('popular', None)
    """
    found = look_up(text)
    claims = {
        kind: value for kind, value in found.items() if kind not in ("section", "none") and value >= sure
    }
    if (
        not claims
        and SECTION_SURE[0] <= found.get("section", 0.0) < SECTION_SURE[1]
        and len(text.split()) > 1
    ):
        return "section"
    return max(claims, key=lambda kind: (claims[kind], kind)) if claims else None


def split_labels(lines: list[Line]) -> list[Line]:
    """Cut lines of the form "label: headline" where the label claims related matter, or comes back on the page.

    Examples
    --------
    >>> [line.text for line in split_labels([Line("Read also: Storm closes the harbour road", 0)])]
    ['Read also', 'Storm closes the harbour road']
    """
    lines = _split_arrowed(lines)
    cuts: dict[int, re.Match[str]] = {}
    seen: Counter[str] = Counter()
    for i, line in enumerate(lines):
        if len(line.text) > 260 or line.heading == 1:
            continue
        match = _CUT.match(line.text)
        if match and len(match["label"].split()) <= LABEL_WORDS:
            cuts[i] = match
            seen[match["label"].casefold()] += 1
    if not cuts:
        return lines
    found: list[Line] = []
    for i, line in enumerate(lines):
        match = cuts.get(i)
        if match is None or not _is_label(match, seen, lines, i):
            found.append(line)
            continue
        label = match["label"].strip()
        found.append(replace(line, text=label, part="label", url=None))
        rest = match["rest"].strip()
        found.append(replace(line, text=rest, part="rest", blank=0, start=line.start + len(label)))
    return found


_ARROWED = re.compile(r"^[«‹←<⟵]\s*(?P<both>\S.+\S)\s*[»›→>⟶]$")


def _split_arrowed(lines: list[Line]) -> list[Line]:
    """Cut "« previous headline next headline »" where one of the two is printed alone elsewhere."""
    known = {line.text for line in lines if len(line.text) > 8}
    found: list[Line] = []
    for line in lines:
        match = _ARROWED.match(line.text) if line.text[0] in "«‹←<⟵" else None
        words = match["both"].split() if match else []
        cut = next(
            (n for n in range(1, len(words)) if " ".join(words[:n]) in known or " ".join(words[n:]) in known),
            0,
        )
        if not cut:
            found.append(line)
            continue
        found.append(replace(line, text=" ".join(words[:cut]), part="rest", url=None))
        found.append(replace(line, text=" ".join(words[cut:]), part="rest", blank=0))
    return found


def _is_label(match: re.Match[str], seen: Counter[str], lines: list[Line], i: int) -> bool:
    label = match["label"]
    claims = look_up(label)
    if max(claims.get("inline", 0.0), claims.get("related", 0.0)) >= 0.75:
        return True
    if seen[label.casefold()] < 2 or match["mark"].strip() in "–—-":
        return False
    # a prefix that comes back far apart heads a teaser each time; in neighbours it is part of the headlines
    key = label.casefold()
    nearby = [line.text.casefold() for line in lines[max(0, i - 3) : i] + lines[i + 1 : i + 4]]
    return label.isupper() and not any(text.startswith(key) for text in nearby)
