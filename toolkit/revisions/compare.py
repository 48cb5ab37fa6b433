"""``compare_snapshots``: one row per change between each snapshot of an article and the next."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from toolkit.errors import InputError
from toolkit.revisions.body import Text, compare_bodies, read_text
from toolkit.revisions.boxes import compare_boxes, read_boxes
from toolkit.revisions.fields import compare_lists, compare_texts, compare_times
from toolkit.revisions.pairs import PAIR_COLUMNS, find_pairs
from toolkit.revisions.wording import LazyNames
from toolkit.tables import require_columns

__all__ = ["CHANGES", "CHANGE_COLUMNS", "FIELDS", "MORE_FIELDS", "compare_snapshots", "unpack"]

#: What is compared, in the order of the rows.
FIELDS = (
    "title", "deck", "authors", "published_at", "modified_at", "section", "body", "modules", "headlines",
)  # fmt: skip
#: What is compared on request only: addresses and keywords change with a site's layout.
MORE_FIELDS = ("url", "keywords", "language")

#: What can have happened to a field, a sentence, a module or a headline.
CHANGES = (
    "added", "removed", "reworded", "split", "merged", "moved", "changed", "renamed", "emptied", "filled",
)  # fmt: skip

CHANGE_COLUMNS: dict[str, str] = {
    **{column: dtype for column, dtype in PAIR_COLUMNS.items() if column != "gap_hours"},
    "field": "str",
    "change": "str",
    "kind": "str",
    "kinds": "str",
    "before": "str",
    "after": "str",
    "words_before": "int64",
    "words_after": "int64",
    "words_removed": "int64",
    "words_added": "int64",
    "size_words": "int64",
    "size_chars": "int64",
    "position": "float64",
    "position_before": "float64",
    "position_after": "float64",
    "similarity": "float64",
    "block": "Int64",
    "module": "str",
    "module_kind": "str",
    "printings_before": "Int64",
    "printings_after": "Int64",
    "headlines_before": "Int64",
    "headlines_after": "Int64",
    "detail": "str",
    "n": "int64",
}

_COUNTS = ("words_before", "words_after", "words_removed", "words_added", "size_chars")
_TEXTS = ("title", "deck", "section", "url", "language")
_LISTS = {"authors": "byline", "keywords": "keywords"}
_TIMES = ("published_at", "modified_at")


def compare_snapshots(
    corpus: Any,
    placements: pd.DataFrame | None = None,
    modules: pd.DataFrame | None = None,
    *,
    fields: Iterable[str] | None = None,
    min_similarity: float = 0.5,
    pairs: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What changed between each snapshot of an article and the next: one row per change.

    Parameters
    ----------
    corpus : Corpus or DataFrame
        A loaded corpus, or its ``articles``: one row per snapshot, with ``snapshot_id``, ``article_id``,
        ``source``, ``captured_at`` and the columns of the ``fields`` that are compared.
    placements, modules : DataFrame, optional
        One row per printed headline; one row per printed module. Taken from a corpus; without both, changes of
        modules and their headlines are left out, and ``attrs["notes"]`` says so. With ``placements`` alone an
        empty module cannot be seen; with ``modules`` alone headlines are not compared.
    fields : iterable of str, optional
        What to compare, of ``FIELDS`` (all by default: title, deck, authors, published_at, modified_at,
        section, body, modules, headlines) and ``MORE_FIELDS`` (url, keywords, language; on request).
    min_similarity : float, default 0.5
        Likeness, 0 to 1, from which two sentences count as one that was reworded, not as one removed and one
        added (Dice coefficient of character 3-grams, see :func:`measure_similarity`); less is asked
        where one sentence alone faces one between matched neighbours, see :func:`match_sentences`.
    pairs : DataFrame, optional
        Which snapshots to compare, such as rows of :func:`find_pairs` (the default), or other pairs in its
        columns: the first against the last, say.

    Returns
    -------
    DataFrame
        One row per change (index 0, 1, 2 ...), ordered by ``article_id``, pair (by capture), field (in the
        order of ``FIELDS``, then ``MORE_FIELDS``), then as one reads: sentences and modules in the order of
        the later page, each that left at the place where it had stood.

        ``article_id``, ``snapshot_before``, ``snapshot_after``, ``source_before``, ``source_after``,
        ``captured_before``, ``captured_after``, ``order_known`` (bool): the pair, see :func:`find_pairs`.

        ``field``; ``change``, one of ``CHANGES``; ``kind``: of a reworded text the kind that covers most words
        (number, date, name, wording, typo, capitalisation, punctuation, or correction notice, update notice,
        editor's note), of sentences added or removed ``sentence`` or the notice it is, ``order`` for a
        sentence that only moved, ``whole body`` where one of the two bodies is empty, ``byline``, ``time``,
        ``module``, ``label``, ``printings``, ``list``, or the field's own name; ``kinds``: all of them, parted
        by commas.

        ``before``, ``after``: the texts (a module's label; the headlines that left and entered, parted by
        " | "), NaN on the side that has none. ``words_before``, ``words_after``: words of the two texts;
        ``words_removed``, ``words_added``: words that differ; ``size_words``: their sum, for a sentence that
        only moved the words moved; ``size_chars``: characters removed and added. 0 for times and modules.

        ``position``: share of the body's characters (of the page's, for modules) that stand before it, in the
        later snapshot, for what was removed in the earlier, 0 to 1, NaN for the other fields;
        ``position_before``, ``position_after``: the same by side. ``similarity``: 0 to 1, NaN where there is
        nothing to compare. ``block``: number of the run of neighbouring sentences with the same change, from
        0 in each pair; NA outside the body.

        ``module``, ``module_kind``, ``printings_before``, ``printings_after`` (a module printed twice is one
        module with two printings), ``headlines_before``, ``headlines_after``: for modules and headlines only.
        ``detail``: what changed, for people. ``n``: how many things were compared: sentences of both bodies
        (a pair counts once), names, distinct modules, headlines of the module; 1 for single texts and times.

        ``attrs["notes"]``: what the corpus could not bear: snapshots left out, assumed orders, modules not
        compared. ``attrs["fields"]``: the fields that were compared.

    Raises
    ------
    MissingColumnsError
        If a table lacks a column that a field needs.
    InputError
        If a field is not known, ``captured_at`` has no time zone, or tables are given beside a corpus.

    Notes
    -----
    Sentences are paired in three steps (equal ones, then the most alike, then the order decides which of them
    moved), each close to linear in their number. The actions follow NewsEdits (Spangher et al., NAACL 2022):
    addition, deletion, edit, refactor; split and merged sentences are told apart from them here. Paragraph
    breaks alone are no change, nor are white space and invisible characters. Kinds come from letters, not from
    meaning (:func:`diff_words`).

    A change lies somewhere between two captures; what was changed and changed back between them left no trace,
    so counts are lower bounds. Where one snapshot was read from another format or layout than the other, a
    deck or byline that only one layout prints counts as added or removed.

    Examples
    --------
    >>> from toolkit.tables import make_table
    >>> old = {"snapshot_id": "a", "article_id": "x", "source": "1.html", "captured_at": "2031-05-01",
    ...        "title": "Bridge to close", "authors": ["Ana Ruiz"], "body": "The bridge closes in May.", "words": 5}
    >>> new = old | {"snapshot_id": "b", "source": "2.html", "captured_at": "2031-05-02", "authors": [],
    ...              "body": "The bridge closes in June. Ferries run.", "words": 7}
    >>> changes = compare_snapshots(make_table("articles", [old, new]))
    >>> changes[["field", "change", "kind", "detail"]]
         field    change      kind             detail
    0  authors   removed    byline   removed Ana Ruiz
    1     body  reworded      date  "May" -> "June"
    2     body     added  sentence                NaN
    >>> changes.attrs["notes"]
    ('Changes of modules and their headlines were left out: neither placements nor modules were given.',)
    """
    articles, placements, modules = unpack(corpus, placements, modules)
    chosen = _check_fields(fields)
    if not 0 < min_similarity <= 1:
        raise InputError(f"min_similarity: expected a number above 0 and up to 1, got {min_similarity!r}.")
    require_columns(articles, "articles", [name for name in chosen if name not in ("modules", "headlines")])
    if pairs is None:
        pairs = find_pairs(articles)
    else:
        require_columns(pairs, "pairs", _PAIR, hint="Take rows of toolkit.revisions.find_pairs(articles).")
    notes = list(pairs.attrs.get("notes", ()))
    with_boxes = bool({"modules", "headlines"} & set(chosen))
    if with_boxes and placements is None and modules is None:
        notes.append(
            "Changes of modules and their headlines were left out: neither placements nor modules were given."
        )
        with_boxes = False
    elif with_boxes and modules is None:
        notes.append("Modules were read from placements alone: a module without headlines cannot be seen.")
    elif with_boxes and placements is None:
        notes.append("Headlines were not compared: placements were not given.")

    snapshots = _read_snapshots(articles, pairs, chosen)
    boxes = read_boxes(((one.key) for one in snapshots.values()), placements, modules) if with_boxes else {}
    found: dict[str, list[Any]] = {column: [] for column in CHANGE_COLUMNS}
    for values in zip(*(pairs[column] for column in _PAIR), strict=True):
        pair = dict(zip(_PAIR, values, strict=True))
        before = snapshots[pair["snapshot_before"], pair["source_before"]]
        after = snapshots[pair["snapshot_after"], pair["source_after"]]
        rows = _compare_fields(before, after, chosen, min_similarity)
        if with_boxes:
            part = compare_boxes(boxes[before.key], boxes[after.key], after.language)
            # all changes of modules, then those of headlines, each in page order
            rows += [
                row for name in ("modules", "headlines") for row in part if row["field"] == name in chosen
            ]
        rows.sort(key=lambda row: _ORDER[row["field"]])
        for row in rows:
            _complete(row)
            for column, values_ in found.items():
                values_.append(pair[column] if column in pair else row.get(column))
    changes = pd.DataFrame(
        {column: pd.Series(found[column], dtype=dtype) for column, dtype in CHANGE_COLUMNS.items()}
    )
    changes.attrs["notes"] = tuple(notes)
    changes.attrs["fields"] = tuple(
        name
        for name in chosen
        if (name != "modules" or with_boxes)
        and (name != "headlines" or (with_boxes and placements is not None))
    )
    return changes


_PAIR = [column for column in PAIR_COLUMNS if column != "gap_hours"]
_ORDER = {name: place for place, name in enumerate((*FIELDS, *MORE_FIELDS))}


def unpack(
    corpus: Any, placements: pd.DataFrame | None, modules: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame | None, pd.DataFrame | None]:
    """Articles, placements and modules, from a corpus or as given."""
    if isinstance(corpus, pd.DataFrame):
        return corpus, placements, modules
    if not hasattr(corpus, "articles"):
        raise InputError(
            f"corpus: expected a Corpus or its articles (a DataFrame), got {type(corpus).__name__}. "
            "Load pages with toolkit.load()."
        )
    if placements is not None or modules is not None:
        raise InputError(
            "placements, modules: a corpus brings its own. Pass corpus.articles with other tables instead."
        )
    return corpus.articles, corpus.placements, corpus.modules


def _check_fields(fields: Iterable[str] | None) -> tuple[str, ...]:
    if fields is None:
        return FIELDS
    wanted = [fields] if isinstance(fields, str) else list(fields)
    for name in wanted:
        if name not in _ORDER:
            raise InputError(f"fields: unknown field {name!r}; allowed are {', '.join(map(repr, _ORDER))}.")
    return tuple(sorted(set(wanted), key=_ORDER.__getitem__))


class _Snapshot:
    """One snapshot as it is compared; its body is cut into sentences when first needed."""

    def __init__(self, key: tuple[str, str], values: dict[str, Any]) -> None:
        self.key = key
        self.values = values
        language = values.get("language")
        self.language = language if isinstance(language, str) else None
        self._text: Text | None = None

    def get_text(self, field: str) -> str:
        value = self.values.get(field)
        return value if isinstance(value, str) else ""

    def get_list(self, field: str) -> list[str]:
        value = self.values.get(field)
        if value is None or isinstance(value, float):
            return []
        if isinstance(value, str):
            return [value]
        # Parquet gives list columns back as NumPy arrays
        return [str(name) for name in value if name is not None and name == name]

    def get_time(self, field: str) -> pd.Timestamp | None:
        value = self.values.get(field)
        return None if value is None or pd.isna(value) else value

    def read_body(self) -> Text:
        if self._text is None:
            self._text = read_text(self.get_text("body"))
        return self._text


def _read_snapshots(
    articles: pd.DataFrame, pairs: pd.DataFrame, fields: tuple[str, ...]
) -> dict[tuple[str, str], _Snapshot]:
    columns = [name for name in dict.fromkeys([*fields, "language", "title", "body"]) if name in articles]
    wanted = set(zip(pairs["snapshot_before"], pairs["source_before"], strict=True))
    wanted |= set(zip(pairs["snapshot_after"], pairs["source_after"], strict=True))
    snapshots = {}
    keys = zip(articles["snapshot_id"], articles["source"], strict=True)
    for key, *values in zip(keys, *(articles[name] for name in columns), strict=True):
        if key in wanted:
            snapshots[key] = _Snapshot(key, dict(zip(columns, values, strict=True)))
    absent = sorted(wanted - set(snapshots))
    if absent:
        raise InputError(
            f"pairs: {len(absent)} snapshots are not in articles, the first {absent[0]!r}. "
            "Pass the articles that the pairs were made from."
        )
    return snapshots


def _compare_fields(
    before: _Snapshot, after: _Snapshot, fields: tuple[str, ...], min_similarity: float
) -> list[dict[str, Any]]:
    language = after.language or before.language
    rows: list[dict[str, Any]] = []
    for field in fields:
        if field in _TEXTS:
            old, new = before.get_text(field), after.get_text(field)
            names = LazyNames(lambda: (*before.read_body().sentences, *after.read_body().sentences))
            rows += compare_texts(field, old, new, language=language, names=names)
        elif field in _LISTS:
            rows += compare_lists(field, _LISTS[field], before.get_list(field), after.get_list(field))
        elif field in _TIMES:
            rows += compare_times(field, before.get_time(field), after.get_time(field))
        elif field == "body" and before.get_text("body") != after.get_text("body"):
            rows += compare_bodies(
                before.read_body(), after.read_body(), language=language, min_similarity=min_similarity
            )
    return rows


def _complete(row: dict[str, Any]) -> None:
    for column in _COUNTS:
        row.setdefault(column, 0)
    row.setdefault("kinds", row["kind"])
    row["size_words"] = row["words_removed"] + row["words_added"]
    if row["kind"] == "order":
        row["size_words"] = row["words_after"]
    for column in ("position", "position_before", "position_after", "similarity"):
        if row.get(column) is None:
            row[column] = math.nan
    if not row.get("detail"):
        row["detail"] = None
