"""Headlines with their cues marked, as HTML for notebooks."""

from __future__ import annotations

from html import escape
from itertools import pairwise
from typing import Any

from toolkit.clickbait.cues import CUES, find_cues
from toolkit.clickbait.inputs import read_headlines
from toolkit.errors import InputError

__all__ = ["Highlighted", "highlight_cues"]

_STYLE = (
    "<style>.cues li{margin:.35em 0;line-height:1.7}"
    ".cues mark{background:rgba(224,168,0,.22);color:inherit;border-bottom:2px solid #a87b00;padding:0 .1em}"
    ".cues sub{font-size:.65em;color:inherit;margin-left:.15em;text-transform:none}"
    ".cues .none{font-style:italic}</style>"
)


class Highlighted:
    """Headlines with their cues marked; shows itself in a notebook, ``html`` is the same as text.

    Attributes
    ----------
    html : str
        A list in HTML. Everything that came from a headline is escaped.
    """

    def __init__(self, html: str) -> None:
        self.html = html

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Highlighted({len(self.html)} characters of HTML; show it in a notebook, or take .html)"


def highlight_cues(headlines: Any, language: str | None = None, *, max_headlines: int = 200) -> Highlighted:
    """Mark the cues of headlines in HTML.

    Parameters
    ----------
    headlines, language
        As for ``find_cues``.
    max_headlines : int
        Headlines to show, >= 1; the note below the list says how many were left out.

    Returns
    -------
    Highlighted
        One list item per headline, in order. Each marked stretch names its cues below the line and in a tooltip,
        so that nothing hangs on colour; headlines that are missing or whose language has no rules say so.

    Raises
    ------
    InputError
        If ``headlines`` is a single string or ``max_headlines`` below 1.
    MissingColumnsError
        If a table has no column ``headline``.

    Examples
    --------
    >>> shown = highlight_cues(["Is <b> bold?"]).html
    >>> "&lt;b&gt;" in shown, "question_polar" in shown
    (True, True)
    """
    if max_headlines < 1:
        raise InputError(f"max_headlines: got {max_headlines!r}; allowed are 1 and more.")
    given = read_headlines(headlines, language)
    n = len(given.texts)
    shown = given.texts[:max_headlines]
    # by position: labels of an index may repeat
    cues = (
        find_cues(shown, language) if language else _find_by_language(shown, given.languages[:max_headlines])
    )
    spans: dict[int, list[tuple[int, int, str]]] = {}
    for at, start, end, cue in zip(
        cues["headline_index"], cues["start"], cues["end"], cues["cue"], strict=True
    ):
        spans.setdefault(int(at), []).append((int(start), int(end), cue))
    without = set(cues.attrs["without_rules"])
    items = []
    for at, text in enumerate(shown):
        reason = given.reasons[at]
        if not text.strip():
            items.append(f'<li class="none">({escape(reason)})</li>')
            continue
        body = _mark(text, spans.get(at, []))
        tag = given.languages[at]
        note = (
            f' <span class="none">(no cue rules for language {escape(tag)})</span>' if tag in without else ""
        )
        items.append(f'<li dir="auto">{body}{note}</li>')
    rest = f"<p>{n - len(shown)} more headlines not shown.</p>" if n > len(shown) else ""
    return Highlighted(f'{_STYLE}<ol class="cues">{"".join(items)}</ol>{rest}')


def _find_by_language(texts: list[str], languages: list[str]) -> Any:
    import pandas as pd

    return find_cues(pd.DataFrame({"headline": texts, "language": languages}))


def _mark(text: str, spans: list[tuple[int, int, str]]) -> str:
    """The text cut where a span starts or ends; each piece marked with all cues that cover it."""
    cuts = sorted({0, len(text), *(at for start, end, _ in spans for at in (start, end))})
    parts = []
    for start, end in pairwise(cuts):
        covering = list(dict.fromkeys(cue for first, last, cue in spans if first <= start and end <= last))
        piece = escape(text[start:end])
        if not covering:
            parts.append(piece)
            continue
        ending = [cue for first, last, cue in spans if last == end and cue in covering]
        label = f"<sub>{escape(', '.join(dict.fromkeys(ending)))}</sub>" if ending else ""
        tip = escape("; ".join(f"{cue}: {CUES.get(cue, '')}" for cue in covering), quote=True)
        parts.append(f'<mark title="{tip}">{piece}{label}</mark>')
    return "".join(parts)
