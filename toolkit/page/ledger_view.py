"""A page as the machine saw it: its ledger drawn with every role named and coloured."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

import pandas as pd

from toolkit.errors import InputError
from toolkit.page.model import LedgerLine
from toolkit.tables import ROLES, require_columns

__all__ = ["LedgerView", "view_ledger"]

#: Hue of each role, in degrees; lightness comes from the theme, so that text stays readable on light and dark.
_HUES = {
    "title": 265, "byline": 300, "date": 325, "body": 145, "module label": 25, "headline": 40, "kicker": 55,
    "deck": 75, "navigation": 215, "comment": 185, "boilerplate": None, "residue": 0,
}  # fmt: skip
_STYLE = """
.tk-ledger{font:14px/1.45 system-ui,sans-serif;max-width:60rem;color-scheme:light dark}
.tk-ledger ol{list-style:none;margin:0;padding:0}
.tk-ledger li{display:grid;grid-template-columns:8.5rem 1fr;gap:.75rem;padding:.15rem .5rem;margin:1px 0;
 border-left:4px solid var(--edge);background:var(--fill);overflow-wrap:anywhere}
.tk-ledger b{font-weight:600;font-size:.85em}
.tk-ledger small{opacity:.8}
.tk-ledger p{margin:.3rem 0}
.tk-ledger span.tk-key{display:inline-block;border-left:4px solid var(--edge);background:var(--fill);
 padding:0 .4rem;margin:.1rem .2rem .1rem 0}
"""


def _colour(role: str) -> str:
    hue = _HUES[role]
    if hue is None:
        return "--edge:hsl(0 0% 50%);--fill:hsl(0 0% 50%/.08)"
    return f"--edge:hsl({hue} 60% 45%);--fill:hsl({hue} 70% 50%/.14)"


@dataclass(slots=True)
class LedgerView:
    """One page's ledger; a notebook draws it, ``print`` lists it.

    Parameters
    ----------
    lines : list of LedgerLine
        In page order.
    title : str
        What stands above the drawing.

    Examples
    --------
    >>> print(LedgerView([LedgerLine("title", "the h1", "Bridge to close"), LedgerLine("residue", "no rule", "?")]))
    title         Bridge to close
    residue       ?
    """

    lines: list[LedgerLine] = field(default_factory=list)
    title: str = ""

    def __str__(self) -> str:
        return "\n".join(f"{line.role:<13} {line.text}" for line in self.lines)

    def shares(self) -> pd.Series:
        """Share of the page's visible characters in each role (index: role; every role; sums to 1 or is all 0)."""
        sizes = pd.Series(0, index=pd.Index(ROLES, name="role"), dtype="int64", name="share")
        for line in self.lines:
            sizes[line.role] += len(line.text)
        total = int(sizes.sum())
        return sizes / total if total else sizes.astype("float64")

    def _repr_html_(self) -> str:
        shares = self.shares()
        key = "".join(
            f'<span class="tk-key" style="{_colour(role)}">{html.escape(role)} {share:.0%}</span>'
            for role, share in shares.items()
            if share > 0
        )
        rows = "".join(
            f'<li style="{_colour(line.role)}"><b>{html.escape(line.role)}{_number(line.module_index)}'
            f"<br><small>{html.escape(line.rule)}</small></b>"
            f'<span dir="auto">{html.escape(line.text)}</span></li>'
            for line in self.lines
        )
        heading = f"<p><strong>{html.escape(self.title)}</strong></p>" if self.title else ""
        label = html.escape(f"Ledger: {len(self.lines)} pieces of text, each with its role")
        return (
            f'<div class="tk-ledger" role="group" aria-label="{label}"><style>{_STYLE}</style>{heading}'
            f"<p>{key}</p><ol>{rows}</ol></div>"
        )


def _number(index: int | None) -> str:
    return "" if index is None else f" (module {index})"


def view_ledger(ledger: pd.DataFrame, source: str | None = None) -> LedgerView:
    """Draw the ledger of one page.

    Parameters
    ----------
    ledger : DataFrame
        Needs source, line, role, rule, module_index, text, as in ``toolkit.load(..., ledger=True).ledger``.
    source : str, optional
        Which page; may be left out where the table holds one.

    Returns
    -------
    LedgerView
        Lines in page order, whatever the order of the rows.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If ``source`` is not in the table, or is left out where there are several.

    Examples
    --------
    >>> table = pd.DataFrame({"source": "a.html", "line": [1, 0], "role": ["body", "title"], "rule": ["r", "r"],
    ...                       "module_index": [None, None], "text": ["It closes in May.", "Bridge"]})
    >>> print(view_ledger(table))
    title         Bridge
    body          It closes in May.
    """
    columns = ["source", "line", "role", "rule", "module_index", "text"]
    require_columns(ledger, "ledger", columns, "Load the pages with toolkit.load(..., ledger=True).")
    sources = ledger["source"].drop_duplicates().tolist()
    if source is None and len(sources) > 1:
        raise InputError(
            f"ledger: holds {len(sources)} pages, the first {sources[0]!r}. Say which one with source=..."
        )
    source = sources[0] if source is None and sources else source
    if source not in sources:
        shown = ", ".join(map(repr, sources[:5])) or "none"
        raise InputError(
            f"ledger: no page {source!r}; there are {shown}. Use a value of the column 'source'."
        )
    rows = ledger[ledger["source"] == source].sort_values("line", kind="stable")
    lines = [
        LedgerLine(role, rule, text, None if pd.isna(index) else int(index))
        for role, rule, text, index in zip(
            rows["role"], rows["rule"], rows["text"], rows["module_index"], strict=True
        )
    ]
    return LedgerView(lines, str(source))
