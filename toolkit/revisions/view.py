"""Two snapshots of one article side by side, as one HTML page that is safe to open."""

from __future__ import annotations

import html
import importlib.resources
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from toolkit.errors import InputError
from toolkit.revisions.align import Match, match_sentences
from toolkit.revisions.body import Step, Text, read_in_order, read_text
from toolkit.revisions.compare import compare_snapshots, unpack
from toolkit.revisions.pairs import find_pairs
from toolkit.revisions.wording import Edit, diff_words
from toolkit.words import plural

__all__ = ["ChangesView", "view_changes"]

#: Runs of unchanged sentences longer than this are folded; nothing is left out.
FOLD = 6

_NAMES = {
    "title": "Title",
    "deck": "Deck",
    "authors": "Byline",
    "published_at": "Published",
    "modified_at": "Modified",
    "section": "Section",
    "url": "Address",
    "keywords": "Keywords",
    "language": "Language",
}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True)
class ChangesView:
    """Two snapshots side by side; Jupyter shows it, :meth:`save` writes it.

    Attributes
    ----------
    title : str
        What is compared, for the page's title.
    fragment : str
        The HTML without its surrounding page: text is escaped, no scripts, no addresses to load from.
    changes : DataFrame
        The rows of :func:`compare_snapshots` for this pair.
    """

    title: str
    fragment: str
    changes: pd.DataFrame

    def __repr__(self) -> str:
        return f"<ChangesView: {self.title}, {len(self.changes)} changes>"

    def _repr_html_(self) -> str:
        return self.fragment

    def to_html(self) -> str:
        """The whole page, in one piece."""
        return (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n'
            f"<title>{_escape(self.title)}</title>\n</head>\n<body>\n{self.fragment}</body>\n</html>\n"
        )

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the page to ``path`` (UTF-8) and return it; the folder must exist, a file there is replaced.

        Raises
        ------
        InputError
            If the folder does not exist.
        """
        target = Path(path)
        if not target.parent.is_dir():
            raise InputError(
                f"path: the folder {str(target.parent)!r} does not exist. Create it, or save elsewhere."
            )
        target.write_text(self.to_html(), encoding="utf-8", newline="\n")
        return target


def view_changes(
    corpus: Any,
    article_id: str | None = None,
    *,
    before: str | None = None,
    after: str | None = None,
    placements: pd.DataFrame | None = None,
    modules: pd.DataFrame | None = None,
    min_similarity: float = 0.5,
) -> ChangesView:
    """Two snapshots of one article side by side, with what was removed and added marked.

    Parameters
    ----------
    corpus : Corpus or DataFrame
        As for :func:`compare_snapshots`.
    article_id : str, optional
        The article; its first snapshot is put beside its last. May be left out where only one article has two
        snapshots, or where ``before`` and ``after`` are given.
    before, after : str, optional
        ``snapshot_id`` or ``source`` of the two snapshots, in the order in which they are to be read.
    placements, modules : DataFrame, optional
        As for :func:`compare_snapshots`.
    min_similarity : float, default 0.5
        As for :func:`compare_snapshots`.

    Returns
    -------
    ChangesView
        Shown by Jupyter; ``save(path)`` writes one HTML file that needs nothing else. ``changes`` holds the
        same rows that :func:`compare_snapshots` gives for the pair.

    Raises
    ------
    InputError
        If the article or a snapshot is not there, or several articles would fit.

    Notes
    -----
    Everything a page printed is escaped; there are no scripts, links or images, so that nothing of a saved
    page can run or call home. Removed words stand in ``del``, added ones in ``ins`` elements, struck through and
    underlined, and each row says in words what changed, so that nothing hangs on colour. Runs of more than six
    unchanged sentences are folded, not left out.

    Examples
    --------
    >>> from toolkit.tables import make_table
    >>> old = {"snapshot_id": "a", "article_id": "x", "source": "1.html", "captured_at": "2031-05-01",
    ...        "title": "Bridge closed", "body": "The bridge closes in May.", "words": 5}
    >>> new = old | {"snapshot_id": "b", "source": "2.html", "captured_at": "2031-05-02",
    ...              "body": "The bridge closes in June."}
    >>> view = view_changes(make_table("articles", [old, new]))
    >>> view
    <ChangesView: Bridge closed: 1.html, 2.html, 1 changes>
    >>> "<del>May</del>" in view.fragment, "<ins>June</ins>" in view.fragment
    (True, True)
    """
    articles, placements, modules = unpack(corpus, placements, modules)
    pair = _pick_pair(articles, article_id, before, after)
    changes = compare_snapshots(articles, placements, modules, min_similarity=min_similarity, pairs=pair)
    sources = [pair["source_before"].iloc[0], pair["source_after"].iloc[0]]
    old, new = (articles[articles["source"] == source].iloc[0] for source in sources)
    title = next(
        (text for text in (new.get("title"), old.get("title")) if isinstance(text, str)), "(no title)"
    )
    name = f"{title}: {sources[0]}, {sources[1]}"
    language = next((tag for tag in (new.get("language"), old.get("language")) if isinstance(tag, str)), None)
    parts = [
        f"<style>{_read_css()}</style>\n",
        f'<section class="tk-changes" aria-label="{_escape("Changes: " + name)}">\n',
        f'<p role="heading" aria-level="2"><strong{_lang(language)}>{_escape(title)}</strong></p>\n',
        _show_notes(changes),
        _show_fields(changes, pair, language),
        _show_body(old, new, changes, language, min_similarity),
        _show_modules(changes, pair),
        "</section>\n",
    ]
    return ChangesView(name, "".join(parts), changes)


def _pick_pair(
    articles: pd.DataFrame, article_id: str | None, before: str | None, after: str | None
) -> pd.DataFrame:
    if (before is None) != (after is None):
        raise InputError("before, after: give both, or neither and an article_id.")
    if before is not None and after is not None:
        rows = [_pick_snapshot(articles, name, one) for name, one in (("before", before), ("after", after))]
        two = articles.iloc[rows]
        # any two snapshots may be compared, also of two articles that are one story
        ordered = find_pairs(two.assign(article_id="pair"))
        known = bool(len(ordered)) and bool(
            ordered["order_known"].iloc[0] and ordered["source_before"].iloc[0] == two["source"].iloc[0]
        )
        return _make_pair(two, known)
    pairs = find_pairs(articles)
    if article_id is None:
        several = pairs["article_id"].unique()
        if len(several) != 1:
            some = ", ".join(map(repr, several[:5])) or "none"
            raise InputError(
                f"article_id: {len(several)} articles have two snapshots or more ({some}). Name one of them, or "
                "the two snapshots with before= and after=."
            )
        article_id = str(several[0])
    mine = pairs[pairs["article_id"] == article_id]
    if mine.empty:
        count = int((articles["article_id"] == article_id).sum())
        raise InputError(
            f"article_id: {article_id!r} has {count} snapshots; two are needed. "
            "toolkit.revisions.find_pairs(articles) lists what can be compared."
        )
    ends = [mine["source_before"].iloc[0], mine["source_after"].iloc[-1]]
    rows = [int((articles["source"] == source).to_numpy().argmax()) for source in ends]
    return _make_pair(articles.iloc[rows], bool(mine["order_known"].all()))


def _pick_snapshot(articles: pd.DataFrame, argument: str, name: str) -> int:
    found = ((articles["source"] == name) | (articles["snapshot_id"] == name)).to_numpy(dtype=bool)
    if not found.any():
        raise InputError(f"{argument}: no snapshot has the snapshot_id or source {name!r}.")
    return int(found.argmax())


def _make_pair(two: pd.DataFrame, known: bool) -> pd.DataFrame:
    old, new = two.iloc[0], two.iloc[1]
    pair = pd.DataFrame(
        {
            "article_id": [new["article_id"]],
            "snapshot_before": [old["snapshot_id"]],
            "snapshot_after": [new["snapshot_id"]],
            "source_before": [old["source"]],
            "source_after": [new["source"]],
            "captured_before": [old["captured_at"]],
            "captured_after": [new["captured_at"]],
            "order_known": [known],
        }
    )
    if not known:
        pair.attrs["notes"] = ("Which of the two snapshots is the earlier one is not known; it is assumed.",)
    return pair


def _read_css() -> str:
    return importlib.resources.files("toolkit.revisions").joinpath("view.css").read_text(encoding="utf-8")


def _escape(text: object) -> str:
    return html.escape(str(text), quote=True)


def _lang(language: str | None) -> str:
    return f' dir="auto" lang="{_escape(language)}"' if language else ' dir="auto"'


def _show_notes(changes: pd.DataFrame) -> str:
    notes = changes.attrs["notes"]
    if not notes:
        return ""
    return '<div class="tk-notes">' + "".join(f"<p>Note: {_escape(note)}</p>" for note in notes) + "</div>\n"


def _cell(content: str, language: str | None = None) -> str:
    return f"<td{_lang(language)}>{content}</td>" if content else '<td><span class="tk-none">none</span></td>'


def _mark(text: object, tag: str) -> str:
    return f"<{tag}>{_escape(text)}</{tag}>" if isinstance(text, str) else ""


def _head(caption: str, first: str) -> str:
    return (
        f'<table>\n<caption>{_escape(caption)}</caption>\n<thead><tr><th scope="col" class="tk-what">{first}</th>'
        '<th scope="col">Earlier</th><th scope="col">Later</th></tr></thead>\n<tbody>\n'
    )


def _show_fields(changes: pd.DataFrame, pair: pd.DataFrame, language: str | None) -> str:
    first = pair.iloc[0]
    captured = [_time(first["captured_before"]), _time(first["captured_after"])]
    sources = [_escape(first["source_before"]), _escape(first["source_after"])]
    rows = [
        f'<tr><th scope="row">{name}</th>{_cell(left)}{_cell(right)}</tr>\n'
        for name, (left, right) in (("Source", sources), ("Captured", captured))
    ]
    for row in changes[changes["field"].isin(_NAMES)].to_dict("records"):
        before, after = row["before"], row["after"]
        if row["change"] == "reworded":
            left, right = mark_edits(before, after, diff_words(before, after, language=language).edits)
        else:
            if row["kind"] == "time":
                before, after = (
                    _time(pd.Timestamp(text)) if isinstance(text, str) else None for text in (before, after)
                )
            left, right = _mark(before, "del"), _mark(after, "ins")
        what = f"{_NAMES[row['field']]}: {row['change']}"
        if row["change"] == "reworded":
            what += f" ({row['kind']})"
        rows.append(
            f'<tr><th scope="row">{_escape(what)}</th>{_cell(left, language)}{_cell(right, language)}</tr>\n'
        )
    return _head("The two snapshots", "Field") + "".join(rows) + "</tbody></table>\n"


def _time(value: Any) -> str:
    if value is None or pd.isna(value):
        return '<span class="tk-none">not known</span>'
    return _escape(f"{value:%Y-%m-%d %H:%M} UTC")


def mark_edits(before: str, after: str, edits: Sequence[Edit]) -> tuple[str, str]:
    """The two texts as HTML, what went in ``del``, what came in ``ins`` elements.

    Examples
    --------
    >>> mark_edits("It cost < 40.", "It cost < 45.", diff_words("It cost < 40.", "It cost < 45.").edits)
    ('It cost &lt; <del>40</del>.', 'It cost &lt; <ins>45</ins>.')
    """
    left, right = [], []
    end_left = end_right = 0
    for edit in edits:
        left.append(_escape(before[end_left : edit.start_before]))
        right.append(_escape(after[end_right : edit.start_after]))
        if edit.before:
            left.append(f"<del>{_escape(edit.before)}</del>")
        if edit.after:
            right.append(f"<ins>{_escape(edit.after)}</ins>")
        end_left, end_right = edit.end_before, edit.end_after
    left.append(_escape(before[end_left:]))
    right.append(_escape(after[end_right:]))
    return "".join(left), "".join(right)


def _show_body(
    old: pd.Series, new: pd.Series, changes: pd.DataFrame, language: str | None, min_similarity: float
) -> str:
    before, after = (read_text(one["body"] if isinstance(one["body"], str) else "") for one in (old, new))
    matches = match_sentences(before.sentences, after.sentences, min_similarity=min_similarity)
    steps = read_in_order(matches, len(before.sentences), len(after.sentences))
    labels = iter(
        changes.loc[changes["field"] == "body", ["change", "kind"]].itertuples(index=False, name=None)
    )
    whole = not before.sentences or not after.sentences
    rows: list[str] = []
    same: list[Match] = []
    for step in steps:
        match = step.match
        if match is not None and match.equal and not match.moved:
            same.append(match)
            continue
        rows += _show_same(same, before, after, language)
        same = []
        change, kind = (step.change, "whole body") if whole else next(labels)
        label = change if kind in ("sentence", "order") else f"{change}: {kind}"
        left, right = _show_step(step, before, after, language)
        rows.append(
            f'<tr><th scope="row">{_escape(label)}</th>{_cell(left, language)}{_cell(right, language)}</tr>\n'
        )
    rows += _show_same(same, before, after, language)
    if not rows:
        return "<p>Neither snapshot has a body.</p>\n"
    count = int((changes["field"] == "body").sum())
    caption = f"Body: {plural(count, 'change')}, {plural(len(steps), 'sentence')} compared"
    return _head(caption, "Change") + "".join(rows) + "</tbody></table>\n"


def _show_step(step: Step, before: Text, after: Text, language: str | None) -> tuple[str, str]:
    match = step.match
    if match is None:
        if step.change == "removed":
            return _mark(before.sentences[step.place], "del"), ""
        return "", _mark(after.sentences[step.place], "ins")
    left = " ".join(before.sentences[i] for i in match.before)
    right = " ".join(after.sentences[j] for j in match.after)
    return mark_edits(left, right, diff_words(left, right, language=language).edits)


def _show_same(matches: Sequence[Match], before: Text, after: Text, language: str | None) -> Iterable[str]:
    if not matches:
        return []
    old = _escape(" ".join(before.sentences[i] for match in matches for i in match.before))
    new = _escape(" ".join(after.sentences[j] for match in matches for j in match.after))
    count = len(matches)
    label = f"{plural(count, 'sentence')} unchanged"
    if count > FOLD:
        old, new = (f"<details><summary>{label}</summary>{text}</details>" for text in (old, new))
    return [
        f'<tr class="tk-same"><th scope="row">{label}</th>{_cell(old, language)}{_cell(new, language)}</tr>\n'
    ]


def _show_modules(changes: pd.DataFrame, pair: pd.DataFrame) -> str:
    part = changes[changes["field"].isin(["modules", "headlines"])]
    if part.empty:
        return ""
    rows = []
    for row in part.to_dict("records"):
        label = row["module"] if isinstance(row["module"], str) else "(no label)"
        what = f"{row['change']} ({row['kind']})" if row["kind"] not in ("module", "list") else row["change"]
        before, after = row["before"], row["after"]
        if row["field"] == "modules" and row["change"] not in ("added", "removed", "renamed"):
            left, right = _escape(before), _escape(after)
        elif row["change"] == "reworded":
            left, right = mark_edits(before, after, diff_words(before, after).edits)
        elif row["field"] == "headlines" and row["change"] == "moved":
            left = right = "the same headlines in another order"
        else:
            left, right = _mark(before, "del"), _mark(after, "ins")
        detail = row["detail"] if isinstance(row["detail"], str) else ""
        field = "module" if row["field"] == "modules" else "headlines"
        rows.append(
            f'<tr><th scope="row">{_escape(label)}: {field} {_escape(what)}</th>'
            f"{_cell(left)}{_cell(right)}</tr>\n"
            + (f'<tr><td colspan="3">{_escape(detail)}</td></tr>\n' if detail else "")
        )
    caption = f"Modules: {plural(len(part), 'change')}"
    return _head(caption, "Module") + "".join(rows) + "</tbody></table>\n"
