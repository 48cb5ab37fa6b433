"""How a corpus and its tables show themselves in a notebook: escaped, captioned, with counts and problems."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from toolkit.errors import InputError
from toolkit.files.storage import write_csv
from toolkit.tables import require_columns
from toolkit.words import plural

if TYPE_CHECKING:
    from toolkit.corpus import Corpus

# currentColor and transparent borders follow the notebook's theme, dark or light
_STYLE = (
    "<style>.tk-box{border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:6px;"
    "padding:.6em .9em;max-width:60em}.tk-box table{border-collapse:collapse;margin:.4em 0}"
    ".tk-box th,.tk-box td{text-align:left;padding:.15em .9em .15em 0;vertical-align:top}"
    ".tk-box caption,.tk-sort caption{text-align:left;font-weight:600;padding:.2em 0}.tk-scroll{overflow-x:auto}"
    ".tk-scroll td,.tk-scroll th{text-align:left;vertical-align:top}.tk-scroll td.long{min-width:15em}"
    ".tk-scroll .num{text-align:right}"
    ".tk-num{font-variant-numeric:tabular-nums}</style>"
)


def _cells(values: list[object], tag: str = "td") -> str:
    return "".join(f"<{tag}>{html.escape(str(value))}</{tag}>" for value in values)


def show_corpus(corpus: Corpus) -> str:
    """HTML that sums a corpus up: counts, window, formats, languages, module kinds, problems by reason."""
    counts = corpus.count()
    rows = [
        ("snapshots (saved pages)", f"{counts['snapshots']:,} of {plural(counts['articles'], 'article')}"),
        (
            "placements (printed headlines)",
            f"{counts['placements']:,} in {plural(counts['modules'], 'module')}",
        ),
        ("captured", describe_window(corpus.articles)),
        ("format", _tally(corpus.articles["format"])),
        ("language", _tally(corpus.articles["language"])),
        ("module kinds", _tally(corpus.modules["kind"])),
    ]
    body = "".join(
        f"<tr><th scope='row'>{html.escape(a)}</th><td>{html.escape(b)}</td></tr>" for a, b in rows
    )
    problems = ""
    if len(corpus.problems):
        tally = corpus.problems.groupby(["stage", "reason"], sort=True).agg(
            n=("source", "size"), example=("source", "first")
        )
        lines = "".join(
            f"<tr>{_cells([f'{n:,}', f'{stage}: {reason}', example])}</tr>"
            for (stage, reason), n, example in zip(tally.index, tally["n"], tally["example"], strict=True)
        )
        head = _cells(["n", "problem", "first source"], "th")
        caption = plural(len(corpus.problems), "problem")
        problems = f"<table><caption>{caption}</caption><tr>{head}</tr>{lines}</table>"
    return (
        f"{_STYLE}<div class='tk-box tk-scroll'><table class='tk-num'><caption>Corpus</caption>{body}</table>"
        f"{problems}</div>"
    )


def describe_window(articles: pd.DataFrame) -> str:
    """The capture window in words: first and last day, and how many snapshots bear no capture time."""
    time = articles["captured_at"].dropna()
    undated = len(articles) - len(time)
    if time.empty:
        return "no snapshot bears a capture time" if undated else "no snapshots"
    text = f"{time.min():%Y-%m-%d} to {time.max():%Y-%m-%d} (UTC)"
    return text + (f"; {undated:,} undated" if undated else "")


def _tally(column: pd.Series, most: int = 12) -> str:
    if column.empty:
        return "none"
    counts = column.fillna("not stated").value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    text = ", ".join(f"{name} {n:,}" for name, n in counts.head(most).items())
    return text + (f" and {len(counts) - most} more" if len(counts) > most else "")


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table as HTML with its caption and count; a notebook shows it by itself."""

    html: str
    caption: str

    def _repr_html_(self) -> str:
        return _STYLE + self.html

    def __repr__(self) -> str:
        return f"<table: {self.caption}>"


def show_table(
    table: pd.DataFrame,
    caption: str,
    *,
    columns: Sequence[str] | None = None,
    rows: int = 15,
    save: str | os.PathLike[str] | None = None,
) -> ShownTable:
    """Show the first rows of a table, escaped and readable, and save the whole as CSV on request.

    Parameters
    ----------
    table : DataFrame
        Any table of the toolkit; its index is shown where it has a name.
    caption : str
        What the table says.
    columns : sequence of str, optional
        Which columns, in which order; by default all.
    rows : int
        How many rows to show, > 0; the caption says how many there are.
    save : path, optional
        A CSV to write with all rows and columns (texts that a spreadsheet would run are made safe).

    Returns
    -------
    ShownTable
        Shows itself in a notebook; ``html`` holds the markup.

    Raises
    ------
    MissingColumnsError
        If a column is absent.

    Examples
    --------
    >>> shown = show_table(pd.DataFrame({"headline": ["<b>Big</b> news"], "prints": [12]}), "Printed most")
    >>> "&lt;b&gt;Big&lt;/b&gt; news" in shown.html
    True
    """
    if rows < 1:
        raise InputError(f"show_table: rows={rows}; at least one row is needed.")
    whole = table.reset_index() if table.index.name is not None else table
    if save is not None:
        path = Path(save)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_csv(whole, path)
    if columns is not None:
        require_columns(whole, "table", columns)
        whole = whole[list(columns)]
    part = whole.head(rows)
    note = plural(len(whole), "row") if len(whole) <= rows else f"first {rows:,} of {len(whole):,} rows"
    if save is not None:
        note += f"; all in {Path(save).parent.name}/{Path(save).name}"
    numeric = {
        key: pd.api.types.is_numeric_dtype(part[key].dtype) and part[key].dtype != bool for key in part
    }
    head = "".join(
        f"<th scope='col'{' class=num' if numeric[key] else ''}>{html.escape(_title(str(key)))}</th>"
        for key in part
    )
    lines = []
    for row in part.itertuples(index=False, name=None):
        cells = (_cell(value, numeric[key]) for key, value in zip(part.columns, row, strict=True))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    body = "".join(lines) or f"<tr><td colspan='{max(1, len(part.columns))}'>no rows</td></tr>"
    return ShownTable(
        f"<div class='tk-scroll' role='region' tabindex='0' aria-label='{html.escape(caption, quote=True)}'>"
        f"<table class='tk-sort'><caption>{html.escape(caption)} <span class='tk-note'>({html.escape(note)})"
        f"</span></caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>",
        caption,
    )


def _title(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: Any, numeric: bool) -> str:
    if isinstance(value, list | tuple):
        value = "; ".join(map(str, value))
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return "<td></td>"
    if isinstance(value, pd.Timestamp):
        text = f"{value:%Y-%m-%d %H:%M}".removesuffix(" 00:00")
        return f"<td data-value='{value.isoformat()}'>{text}</td>"
    if numeric:
        return f"<td class='num' data-value='{value}'>{format_number(value)}</td>"
    text = "yes" if value is True else "no" if value is False else str(value)
    room = " class='long'" if len(text) > 28 else ""
    return f"<td{room}>{html.escape(text if len(text) <= 400 else text[:399] + chr(0x2026))}</td>"


def format_number(value: float) -> str:
    """A number as print would have it: whole ones with thousands marks, others to three figures.

    Examples
    --------
    >>> format_number(12345), format_number(0.12345), format_number(12.3456), format_number(1234.5)
    ('12,345', '0.123', '12.3', '1,234')
    """
    if float(value).is_integer():
        return f"{int(value):,}"
    size = abs(value)
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{value:.{1 if size >= 10 else 2 if size >= 1 else 3}f}"
