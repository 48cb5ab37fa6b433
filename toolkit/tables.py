"""The tables: their columns, dtypes and meanings, and the checks on them.

Strings have pandas' ``str`` dtype (missing: NaN), times are UTC, ``authors`` and ``keywords`` hold lists.
Every other room takes its column names from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

import pandas as pd

from toolkit.errors import InputError, MissingColumnsError

__all__ = [
    "HONESTY",
    "KINDS",
    "ROLES",
    "TABLES",
    "Column",
    "empty_table",
    "list_tables",
    "make_table",
    "require_columns",
    "validate",
]

UTC_TIME = "datetime64[us, UTC]"

#: What a module's label claims; no proof of how its items were chosen.
KINDS = (
    "latest", "popular", "related", "recommended", "sponsored", "section", "next", "inline", "menu", "other",
)  # fmt: skip

#: The roles of the ledger; each line or block of a page has exactly one.
ROLES = (
    "title", "byline", "date", "body", "module label", "headline", "kicker", "deck", "navigation", "comment",
    "boilerplate", "residue",
)  # fmt: skip


class Column(NamedTuple):
    """One column of a table: its dtype (``"list"`` for lists of str) and its meaning."""

    dtype: str
    meaning: str


TABLES: Mapping[str, Mapping[str, Column]] = {
    "articles": {
        "snapshot_id": Column("str", "16 hex digits, from the page's bytes and its capture time where known"),
        "article_id": Column("str", "the same for every snapshot of one article"),
        "source": Column("str", "the input as given: a path, or archive.warc.gz#OFFSET"),
        "format": Column("str", "text, html, mhtml, warc, wacz, table"),
        "url": Column("str", "canonical address as the page states it"),
        "site": Column("str", "name of the site as the page states it, else its host"),
        "title": Column("str", "the headline of the article itself"),
        "deck": Column("str", "the summary under the title (standfirst)"),
        "section": Column("str", "the section the page states"),
        "language": Column("str", "BCP 47 tag"),
        "authors": Column("list", "names in the byline, in order"),
        "keywords": Column("list", "keywords or tags the page states, in order"),
        "published_at": Column(UTC_TIME, "first publication as the page states it"),
        "modified_at": Column(UTC_TIME, "last change as the page states it"),
        "captured_at": Column(UTC_TIME, "when the page was saved"),
        "captured_from": Column("str", "metadata, archive, comment, name, page or mtime"),
        "captured_precision": Column("str", "second or day"),
        "body": Column("str", "the article's own text, paragraphs parted by a blank line"),
        "words": Column("int64", "number of words in body"),
    },
    "modules": {
        "snapshot_id": Column("str", "snapshot the module was printed in"),
        "source": Column("str", "the input as given"),
        "module_index": Column("int64", "0, 1, 2 ... in page order"),
        "module": Column("str", "the label as printed, missing where there is none"),
        "kind": Column("str", "what the label claims: " + ", ".join(KINDS)),
        "n_items": Column("int64", "number of headlines printed in it"),
        "duplicate_of": Column("Int64", "module_index of the earlier rendering, or missing"),
        "position": Column("float64", "share of the page's visible characters before it, 0 to 1"),
    },
    "placements": {
        "snapshot_id": Column("str", "snapshot the headline was printed in"),
        "source": Column("str", "the input as given"),
        "module_index": Column("int64", "the module of the snapshot, 0, 1, 2 ... in page order"),
        "module": Column("str", "the module's label as printed, missing where there is none"),
        "kind": Column("str", "what the label claims: " + ", ".join(KINDS)),
        "rank": Column("int64", "1 = first in its module"),
        "headline": Column("str", "as a reader would quote it"),
        "url": Column("str", "as linked, absolute where the page's address is known"),
        "kicker": Column("str", "section label printed with the item"),
        "deck": Column("str", "summary printed with the item"),
        "duplicate": Column("bool", "the whole module is a second rendering of an earlier one"),
        "position": Column("float64", "share of the page's visible characters before it, 0 to 1"),
    },
    "problems": {
        "source": Column("str", "the input as given"),
        "stage": Column("str", "find, read, decode, page or table"),
        "reason": Column("str", "a fixed short code"),
        "detail": Column("str", "what came, and what to do"),
    },
    "ledger": {
        "snapshot_id": Column("str", "snapshot the line or block belongs to"),
        "source": Column("str", "the input as given"),
        "line": Column("int64", "0, 1, 2 ... in page order"),
        "role": Column("str", "one of: " + ", ".join(ROLES)),
        "rule": Column("str", "the rule that gave the role"),
        "module_index": Column("Int64", "the module it belongs to, or missing"),
        "text": Column("str", "the line or block as printed, spaces collapsed"),
    },
}

#: The columns of ``articles`` beyond the fixed ones: how sure a page's reading is, so that the doubtful ones can be
#: sorted out. Always there and in this order, so that parts of a corpus fit together.
HONESTY: Mapping[str, Column] = {
    "encoding": Column("str", "the encoding that the page's bytes were read in"),
    "title_from": Column(
        "str", "h1, og, json-ld, twitter, title (the tag), page; missing where there is no title"
    ),
    "authors_from": Column(
        "str", "json-ld, meta, microdata, byline (as printed); missing where there is no author"
    ),
    "published_from": Column(
        "str", "json-ld, meta, microdata, time (the tag), page (as printed); missing: no date"
    ),
    "published_zone": Column("str", "stated, or assumed UTC where the page gives a time without its zone"),
    "language_from": Column("str", "stated; text where the page states none and its letters tell"),
    "body_from": Column("str", "page; json-ld or script where the page prints no body; second opinion"),
    "body_confidence": Column("float64", "how far model and rules are from doubt about the body, 0 to 1"),
    "agreement": Column(
        "float64",
        "how far two readers agree on the body, 0 to 1: our model and our rules, or, where a second opinion was "
        "asked for, our body and the other extractor's",
    ),
    "n_paragraphs": Column("int64", "paragraphs of the body, subheads and list items included"),
    "body_share": Column("float64", "share of a text page's characters that are body, 0 to 1"),
    "modules_from": Column(
        "str", "page; page and script where a box printed empty was filled from the page's own data"
    ),
    "residue_share": Column("float64", "share of the page's characters that no rule could place, 0 to 1"),
}

TableName = Literal["articles", "modules", "placements", "problems", "ledger"]


def list_tables(*, ledger: bool) -> list[TableName]:
    """The names of a corpus's tables, in order; the ledger only where one is kept.

    Examples
    --------
    >>> list_tables(ledger=False)
    ['articles', 'modules', 'placements', 'problems']
    """
    return [name for name in get_args(TableName) if ledger or name != "ledger"]


def make_table(name: TableName, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Build one of the tables from row dicts, with its columns, order and dtypes.

    Keys beyond the table's own columns are kept, to the right of them, with inferred dtypes.

    Examples
    --------
    >>> make_table("problems", [{"source": "a.html", "stage": "read", "reason": "empty"}]).loc[0, "reason"]
    'empty'
    """
    columns = TABLES[name]
    extra = list(dict.fromkeys(key for row in rows for key in row if key not in columns))
    data: dict[str, pd.Series] = {}
    for key in [*columns, *extra]:
        values = [row.get(key) for row in rows]
        data[key] = _typed(values, columns[key].dtype if key in columns else None)
    return pd.DataFrame(data)


def _typed(values: list[Any], dtype: str | None) -> pd.Series:
    if dtype is None:
        series = pd.Series(values)
        return series.astype("str") if series.dtype == object and not series.notna().any() else series
    if dtype == "list":
        return pd.Series([list(value) if value is not None else [] for value in values], dtype=object)
    if dtype == UTC_TIME:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object), utc=True)).astype(UTC_TIME)
    return pd.Series(values, dtype=dtype)


def empty_table(name: TableName) -> pd.DataFrame:
    """One of the tables with no rows, its columns and dtypes in place.

    Examples
    --------
    >>> empty_table("modules").columns.tolist()[:4]
    ['snapshot_id', 'source', 'module_index', 'module']
    """
    return make_table(name, [])


def require_columns(table: pd.DataFrame, name: str, columns: Iterable[str], hint: str | None = None) -> None:
    """Raise ``MissingColumnsError`` unless ``table`` has all ``columns``; ``InputError`` if it is no table.

    Examples
    --------
    >>> require_columns(empty_table("placements"), "placements", ["headline", "rank"])
    """
    if not isinstance(table, pd.DataFrame):
        raise InputError(
            f"{name}: expected a pandas DataFrame, got {type(table).__name__}. "
            f"Pass corpus.{name}, or a table with the columns {', '.join(map(repr, columns))}."
        )
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise MissingColumnsError(name, missing, table.columns, hint)


def validate(table: pd.DataFrame, name: TableName) -> pd.DataFrame:
    """Check that ``table`` is the table ``name``: columns, dtypes, allowed values, keys; return it unchanged.

    Parameters
    ----------
    table : DataFrame
        The table to check. More columns than the schema's are welcome.
    name : {"articles", "modules", "placements", "problems", "ledger"}
        Which table it should be.

    Returns
    -------
    DataFrame
        The same object.

    Raises
    ------
    MissingColumnsError
        If a column is absent.
    InputError
        If a dtype, a value or a key is not allowed; the message names the first offender.

    Examples
    --------
    >>> validate(empty_table("articles"), "articles").shape[0]
    0
    """
    if name not in TABLES:
        raise InputError(f"unknown table {name!r}; allowed are {', '.join(map(repr, TABLES))}.")
    columns = TABLES[name]
    require_columns(table, name, columns)
    for key, column in columns.items():
        have = str(table[key].dtype)
        want = "object" if column.dtype == "list" else column.dtype
        if have != want:
            raise InputError(
                f"{name}: column {key!r} has dtype {have}; {want} is needed ({column.meaning}). "
                f"Convert it with .astype({want!r}), or build the table with toolkit.tables.make_table()."
            )
    _check_values(table, name)
    return table


_ALLOWED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("modules", "kind"): KINDS,
    ("placements", "kind"): KINDS,
    ("ledger", "role"): ROLES,
    ("articles", "captured_from"): ("metadata", "archive", "comment", "name", "page", "mtime"),
    ("articles", "captured_precision"): ("second", "day"),
}

_KEYS: Mapping[str, list[str]] = {
    "articles": ["source"],
    "modules": ["snapshot_id", "source", "module_index"],
    "placements": ["snapshot_id", "source", "module_index", "rank"],
    "ledger": ["snapshot_id", "source", "line"],
}


def _check_values(table: pd.DataFrame, name: str) -> None:
    for (owner, key), allowed in _ALLOWED.items():
        if owner != name:
            continue
        wrong = table.loc[table[key].notna() & ~table[key].isin(allowed), key]
        if len(wrong):
            raise InputError(
                f"{name}: column {key!r} holds {wrong.iloc[0]!r} in row {wrong.index[0]!r}; "
                f"allowed are {', '.join(allowed)}."
            )
    if name == "placements" and (table["rank"] < 1).any():
        raise InputError(
            f"placements: rank starts at 1; found {int(table['rank'].min())}. Add 1 to all ranks."
        )
    key_columns = _KEYS.get(name)
    if key_columns:
        twice = table.duplicated(key_columns)
        if twice.any():
            row = table.loc[twice, key_columns].iloc[0].to_dict()
            raise InputError(
                f"{name}: {int(twice.sum())} rows repeat a key that must be unique, the first {row}. "
                "Drop the second copies, or load each input once."
            )
