"""Corpus: the tables of one load; save, open, select, join, export."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import pandas as pd

from toolkit.errors import InputError
from toolkit.files import storage
from toolkit.tables import KINDS, TableName, empty_table, require_columns, validate
from toolkit.words import plural

PathLike = str | os.PathLike[str]
Time: TypeAlias = str | dt.datetime | pd.Timestamp


@dataclass(eq=False)
class Corpus:
    """The tables of one load, which belong together.

    Attributes
    ----------
    articles : DataFrame
        One row per snapshot (saved page).
    modules : DataFrame
        One row per printed module (box), empty ones too.
    placements : DataFrame
        One row per printed headline.
    problems : DataFrame
        One row per thing that could not be read as it stands: source, stage, reason, detail.
    ledger : DataFrame or None
        One row per line or block of each page with its one role; only where asked for.
    parameters : dict
        What the load was asked to do; kept in the manifest.

    Examples
    --------
    >>> Corpus()
    <Corpus: 0 snapshots of 0 articles, 0 placements in 0 modules, 0 problems>
    """

    articles: pd.DataFrame = field(default_factory=lambda: empty_table("articles"))
    modules: pd.DataFrame = field(default_factory=lambda: empty_table("modules"))
    placements: pd.DataFrame = field(default_factory=lambda: empty_table("placements"))
    problems: pd.DataFrame = field(default_factory=lambda: empty_table("problems"))
    # a factory, so that the class has no attribute of this name: a corpus of many parts reads it when asked
    ledger: pd.DataFrame | None = field(default_factory=lambda: None)
    parameters: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        counts = self.count()
        return (
            f"<Corpus: {plural(counts['snapshots'], 'snapshot')} of {plural(counts['articles'], 'article')}, "
            f"{plural(counts['placements'], 'placement')} in {plural(counts['modules'], 'module')}, "
            f"{plural(counts['problems'], 'problem')}>"
        )

    def _repr_html_(self) -> str:
        from toolkit.show import show_corpus

        return show_corpus(self)

    def tables(self) -> dict[TableName, pd.DataFrame]:
        """The tables by name; without ``ledger`` where there is none."""
        found: dict[TableName, pd.DataFrame] = {
            "articles": self.articles,
            "modules": self.modules,
            "placements": self.placements,
            "problems": self.problems,
        }
        if self.ledger is not None:
            found["ledger"] = self.ledger
        return found

    def count(self) -> dict[str, int]:
        """How many snapshots, articles, modules, placements and problems there are."""
        return {
            "snapshots": len(self.articles),
            "articles": int(self.articles["article_id"].nunique()),
            "modules": len(self.modules),
            "placements": len(self.placements),
            "problems": len(self.problems),
        }

    def validate(self) -> Corpus:
        """Check every table and that they fit together; return self.

        Raises
        ------
        InputError
            If a table breaks its schema, or a module or placement belongs to no snapshot.
        """
        for name, table in self.tables().items():
            validate(table, name)
        known = set(self.articles["source"])
        for name in ("modules", "placements"):
            table = self.tables()[name]
            lost = ~table["source"].isin(known)
            if lost.any():
                raise InputError(
                    f"{name}: {int(lost.sum())} rows belong to no snapshot in articles, the first to "
                    f"{table.loc[lost, 'source'].iloc[0]!r}. Corpus.select() cuts all tables alike."
                )
        return self

    def select(
        self,
        snapshots: pd.Series | None = None,
        *,
        site: str | Iterable[str] | None = None,
        language: str | Iterable[str] | None = None,
        group: str | Iterable[str] | None = None,
        article_id: str | Iterable[str] | None = None,
        since: Time | None = None,
        until: Time | None = None,
        kind: str | Iterable[str] | None = None,
        duplicates: bool = True,
    ) -> Corpus:
        """The part of the corpus that fits all conditions; every table is cut alike.

        Parameters
        ----------
        snapshots : boolean Series, optional
            True for the rows of ``articles`` to keep (same index).
        site, language, group, article_id : str or iterable of str, optional
            Allowed values of that column of ``articles``. A language fits its regional forms (``"en"``: en-GB).
        since, until : time, optional
            Captured at or after ``since`` and before ``until``; snapshots without a capture time are left out.
        kind : str or iterable of str, optional
            Module kinds to keep; snapshots stay, so that "none printed" remains countable.
        duplicates : bool
            False leaves out second renderings of a module.

        Returns
        -------
        Corpus
            Rows in their old order, index renumbered; problems of inputs that gave no snapshot are kept only
            where nothing about snapshots was asked.

        Raises
        ------
        InputError
            If a condition names a value no row has (the message lists those there are), or a mask that does not fit.
        """
        articles = self.articles
        keep = pd.Series(True, index=articles.index)
        if snapshots is not None:
            if not isinstance(snapshots, pd.Series) or not snapshots.index.equals(articles.index):
                raise InputError(
                    "select: snapshots must be a boolean Series with the index of corpus.articles."
                )
            keep &= snapshots.astype(bool)
        for name, wanted in (
            ("site", site),
            ("language", language),
            ("group", group),
            ("article_id", article_id),
        ):
            if wanted is not None:
                keep &= matches(articles, name, wanted)
        for name, limit in (("since", since), ("until", until)):
            if limit is not None:
                moment = as_utc(limit, name)
                time = articles["captured_at"]
                keep &= time.notna() & ((time >= moment) if name == "since" else (time < moment))
        return self._cut(keep, kind, duplicates)

    def _cut(self, keep: pd.Series, kind: str | Iterable[str] | None, duplicates: bool) -> Corpus:
        articles = self.articles[keep].reset_index(drop=True)
        known = set(articles["source"])
        cut: dict[str, pd.DataFrame | None] = {"articles": articles}
        for name in ("modules", "placements", "ledger"):
            table = getattr(self, name)
            if table is not None and not keep.all():
                table = table[table["source"].isin(known)]
            cut[name] = table
        for name in ("modules", "placements"):
            table = cut[name]
            assert table is not None
            if kind is not None:
                table = table[matches(table, "kind", kind, every=self.modules)]
            if not duplicates:
                table = table[table["duplicate_of"].isna() if name == "modules" else ~table["duplicate"]]
            cut[name] = table
        problems = self.problems if keep.all() else self.problems[self.problems["source"].isin(known)]
        cut["problems"] = problems
        ready = {name: None if table is None else table.reset_index(drop=True) for name, table in cut.items()}
        return Corpus(**ready, parameters=dict(self.parameters))

    def join(self, *others: Corpus) -> Corpus:
        """This corpus and ``others`` as one; a snapshot that several hold is kept once, the first.

        Raises
        ------
        InputError
            If two corpora hold different pages under one source.
        """
        parts = [self, *others]
        articles = pd.concat([part.articles for part in parts], ignore_index=True)
        articles = articles.drop_duplicates(["source", "snapshot_id"], ignore_index=True)
        twice = articles["source"].duplicated()
        if twice.any():
            raise InputError(
                f"join: {articles.loc[twice, 'source'].iloc[0]!r} stands for different pages in two corpora. "
                "Load them from folders of different names."
            )
        joined: dict[str, pd.DataFrame | None] = {"articles": articles}
        for name in ("modules", "placements", "problems", "ledger"):
            tables = [getattr(part, name) for part in parts if getattr(part, name) is not None]
            keys = None if name == "problems" else _key_of(name)
            joined[name] = (
                pd.concat(tables, ignore_index=True).drop_duplicates(keys, ignore_index=True)
                if tables
                else None
            )
        return Corpus(**joined)  # type: ignore[arg-type]

    def last_snapshots(self, *, with_body: bool = True) -> pd.DataFrame:
        """One row per article: its snapshot captured last (undated ones count as first, ties by source).

        Parameters
        ----------
        with_body : bool
            Leave out snapshots without a body, so that an article counts with its last readable snapshot.

        Returns
        -------
        DataFrame
            Rows of ``articles`` in their old order, index kept.
        """
        rows = self.articles
        if with_body:
            rows = rows[rows["body"].notna() & (rows["words"] > 0)]
        order = rows.sort_values(["captured_at", "source"], na_position="first", kind="stable")
        last = order.drop_duplicates("article_id", keep="last").index
        return rows.loc[rows.index.isin(last)]

    def with_articles(self, table: TableName = "placements", columns: Sequence[str] = ()) -> pd.DataFrame:
        """``placements`` (or ``modules``, ``ledger``) with columns of ``articles`` beside each row.

        Parameters
        ----------
        table : {"placements", "modules", "ledger"}
        columns : sequence of str
            Columns of ``articles``; by default article_id, site, title, language, captured_at.

        Returns
        -------
        DataFrame
            As many rows as ``table``, in its order.
        """
        wanted = list(columns) or ["article_id", "site", "title", "language", "captured_at"]
        require_columns(self.articles, "articles", wanted)
        left = self.tables().get(table)
        if left is None or table in ("articles", "problems"):
            raise InputError(
                f"with_articles: no table {table!r}; allowed are placements, modules, and ledger if loaded."
            )
        right = self.articles[["source", *wanted]]
        return left.merge(
            right, on="source", how="left", validate="many_to_one", suffixes=("", "_of_article")
        )

    def save(self, folder: PathLike, *, force: bool = False) -> None:
        """Write the tables as Parquet into ``folder``, with a manifest that holds their hashes.

        A folder that the toolkit made is replaced; any other that is not empty is refused unless ``force``.

        Raises
        ------
        CorpusError
            If ``folder`` is not empty and not ours.
        """
        storage.write_corpus(self.tables(), folder, parameters=self.parameters, force=force)

    def export(
        self,
        folder: PathLike,
        format: Literal["csv", "xlsx", "jsonl"] = "csv",
        *,
        raw: bool = False,
        force: bool = False,
    ) -> None:
        """Write the tables for people without Parquet.

        Parameters
        ----------
        folder : path
            Made if absent; a folder of ours is replaced, any other that is not empty is refused unless ``force``.
        format : {"csv", "xlsx", "jsonl"}
            One file a table, or (xlsx) one workbook with a sheet a table.
        raw : bool
            In CSV and Excel a text that begins with = + - @ or a tab gets an apostrophe in front, so that no
            spreadsheet runs it as a formula; True leaves it as it is. The manifest says which was done.

        Raises
        ------
        InputError
            If the format is none of these, or a table is too long for Excel.
        CorpusError
            If ``folder`` is not empty and not ours.
        """
        storage.export_tables(self.tables(), folder, format, raw=raw, force=force, parameters=self.parameters)


def _key_of(name: str) -> list[str]:
    last = {"modules": ["module_index"], "placements": ["module_index", "rank"], "ledger": ["line"]}[name]
    return ["source", "snapshot_id", *last]


def matches(
    table: pd.DataFrame,
    name: str,
    wanted: str | Iterable[str],
    every: pd.DataFrame | None = None,
    *,
    check: bool = True,
) -> pd.Series:
    """True where the column ``name`` has a wanted value; refuses values that ``every`` (else ``table``) lacks."""
    require_columns(table, "articles" if name != "kind" else "placements", [name])
    values = [wanted] if isinstance(wanted, str) else list(wanted)
    column = table[name]
    if name == "language":
        fits = column.isin(values) | column.str.split("-").str[0].isin(values)
    else:
        fits = column.isin(values)
    if not check:
        return fits
    there = sorted(set((table if every is None else every)[name].dropna()))
    unknown = [
        value
        for value in values
        if value not in there and not (name == "language" and any(t.split("-")[0] == value for t in there))
    ]
    if unknown and not (name == "kind" and set(unknown) <= set(KINDS)):
        shown = ", ".join(map(repr, there[:20])) + (" ..." if len(there) > 20 else "")
        raise InputError(f"select: no row has {name} {unknown[0]!r}; there are: {shown or 'none'}.")
    return fits


def as_utc(value: Time, name: str) -> pd.Timestamp:
    """A time that a user gave, in UTC; without a zone it is taken as UTC."""
    try:
        time = pd.Timestamp(value)
    except (ValueError, TypeError) as error:
        raise InputError(
            f"select: {name}={value!r} is no time; write it as 2025-04-02 or with a zone."
        ) from error
    return time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")
