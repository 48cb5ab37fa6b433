"""Charts to files: PNG, SVG, PDF, the data as CSV, and an alt text; the same chart gives the same bytes."""

from __future__ import annotations

import base64
import html
import io
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.charts.frame import ChartNote, get_note
from toolkit.charts.style import Theme, make_settings
from toolkit.charts.text import quiet_glyphs
from toolkit.errors import InputError
from toolkit.files.storage import write_csv

FORMATS = ("png", "svg", "pdf", "csv")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
#: What no XML file may hold, and what no file in UTF-8 can.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_DPI = 160

_HALF = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ExportedChart:
    """A chart that was written: its files, its alt text; shows itself in a notebook."""

    files: tuple[Path, ...]
    alt: str
    png: bytes
    width: int

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.png).decode()
        names = ", ".join(html.escape(f"{path.parent.name}/{path.name}") for path in self.files)
        return (
            f"<figure><img src='data:image/png;base64,{data}' width='{self.width}' "
            "style='max-width:100%;height:auto' "
            f"alt='{html.escape(self.alt, quote=True)}'><figcaption>Files: {names}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        return f"<chart: {', '.join(path.name for path in self.files)}>"


def export_chart(
    chart: Any,
    table: pd.DataFrame,
    folder: str | os.PathLike[str],
    name: str,
    *,
    alt: str | None = None,
    formats: Sequence[str] = ("png", "svg", "csv"),
) -> ExportedChart:
    """Write a chart and the data behind it, and close the figure.

    Parameters
    ----------
    chart : Axes or Figure
        What a ``draw_`` function gave.
    table : DataFrame
        The data that the chart shows; written as CSV (texts that a spreadsheet would run are made safe).
    folder : path
        Made if absent.
    name : str
        File name without ending: letters, digits, ``_ . -``.
    alt : str, optional
        Alternative text; by default made from the chart's kind, finding and data.
    formats : sequence of {"png", "svg", "pdf", "csv"}

    Returns
    -------
    ExportedChart
        ``files``, ``alt``; shows the picture, with its alt text, in a notebook.

    Raises
    ------
    InputError
        If a format or the name is not allowed.

    Notes
    -----
    The alt text is written beside the files as ``NAME.txt``, and into the PNG, SVG and PDF. No clock time and no
    random id goes into a file, so that a second run gives the same bytes.
    """
    wrong = [form for form in formats if form not in FORMATS]
    if wrong:
        raise InputError(f"export_chart: format {wrong[0]!r}; allowed are {', '.join(map(repr, FORMATS))}.")
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise InputError(
            f"export_chart: name {name!r}; letters, digits and _ . - are allowed, no folder in it."
        )
    figure = getattr(chart, "figure", chart)
    note = get_note(figure) or ChartNote("Chart", name, "", "light")
    title = _NOT_XML.sub("", note.finding)
    whole = _without_surrogates(table.reset_index() if table.index.name is not None else table)
    alt = _NOT_XML.sub("", alt if alt is not None else note.make_alt(len(whole), whole.columns))
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    files = []
    png = _draw(figure, "png", note.theme, title, alt, name)
    for form in formats:
        path = target / f"{name}.{form}"
        if form == "csv":
            write_csv(whole, path)
        else:
            path.write_bytes(png if form == "png" else _draw(figure, form, note.theme, title, alt, name))
        files.append(path)
    (target / f"{name}.txt").write_text(alt + "\n", encoding="utf-8", newline="\n")
    width = int(figure.get_figwidth() * 100)
    _close(figure)
    return ExportedChart(tuple(files), alt, png, width)


def _draw(figure: Any, form: str, theme: Theme, title: str, alt: str, name: str) -> bytes:
    import matplotlib as mpl

    buffer = io.BytesIO()
    metadata: dict[str, dict[str, str | None]] = {
        "png": {"Software": None, "Title": title, "Description": alt},
        "svg": {"Date": None, "Creator": None},
        "pdf": {
            "CreationDate": None,
            "Producer": None,
            "Creator": None,
            "Title": title,
            "Subject": alt,
        },
    }
    settings: Any = make_settings(theme)
    with mpl.rc_context(settings), quiet_glyphs():
        figure.savefig(buffer, format=form, dpi=_DPI if form == "png" else None, metadata=metadata[form])
    if form != "svg":
        return buffer.getvalue()
    return _describe_svg(buffer.getvalue().decode("utf-8"), title, alt, name).encode("utf-8")


def _describe_svg(svg: str, title: str, alt: str, name: str) -> str:
    """Name and description for screen readers, as the first children of the root element."""
    start = svg.index("<svg")
    head = svg.index(">", start)
    ids = f"{name}-title", f"{name}-desc"  # a page may hold several charts
    words = f'<title id="{ids[0]}">{html.escape(title)}</title><desc id="{ids[1]}">{html.escape(alt)}</desc>'
    return (
        svg[:head]
        + f' role="img" aria-labelledby="{ids[0]} {ids[1]}">'
        + words
        + _NOT_XML.sub("", svg[head + 1 :])
    )


def _without_surrogates(table: pd.DataFrame) -> pd.DataFrame:
    """Half characters, which no file can hold, as question marks."""
    safe = table.copy()
    for key in safe.columns:
        values = safe[key].tolist()
        if any(isinstance(value, str) and _HALF.search(value) for value in values):
            safe[key] = [_HALF.sub("?", value) if isinstance(value, str) else value for value in values]
    return safe


def _close(figure: Any) -> None:
    """Forget the figure, so that a notebook does not show it a second time."""
    import sys

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
