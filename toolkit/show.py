"""How a corpus and its tables show themselves in a notebook: escaped, captioned, with counts and problems."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from toolkit.corpus import Corpus

# currentColor and transparent borders follow the notebook's theme, dark or light
_STYLE = (
    "<style>.tk-box{border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:6px;"
    "padding:.6em .9em;max-width:60em}.tk-box table{border-collapse:collapse;margin:.4em 0}"
    ".tk-box th,.tk-box td{text-align:left;padding:.15em .9em .15em 0;vertical-align:top}"
    ".tk-box caption{text-align:left;font-weight:600;padding:.2em 0}.tk-scroll{overflow-x:auto}"
    ".tk-num{font-variant-numeric:tabular-nums}</style>"
)


def _cells(values: list[object], tag: str = "td") -> str:
    return "".join(f"<{tag}>{html.escape(str(value))}</{tag}>" for value in values)


def show_corpus(corpus: Corpus) -> str:
    """HTML that sums a corpus up: counts, window, formats, languages, module kinds, problems by reason."""
    counts = corpus.count()
    rows = [
        ("snapshots (saved pages)", f"{counts['snapshots']:,} of {counts['articles']:,} articles"),
        ("placements (printed headlines)", f"{counts['placements']:,} in {counts['modules']:,} modules"),
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
        problems = (
            f"<table><caption>{len(corpus.problems):,} problems</caption><tr>{head}</tr>{lines}</table>"
        )
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
