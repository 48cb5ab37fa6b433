"""One input's pages -> rows of the tables: what the page says, what the user knows, and which of the two stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import pandas as pd

from toolkit.files.store import is_remote, open_file
from toolkit.identity import make_article_id, make_snapshot_id
from toolkit.intake.metadata import Metadata
from toolkit.page import read_page
from toolkit.page.model import Reading
from toolkit.readers import read_file
from toolkit.readers.model import Filters, Limits, Part, Problem, SavedPage, StatedSnapshot, Tally
from toolkit.tables import HONESTY, KINDS, TABLES, TableName, list_tables, make_table
from toolkit.words import count_words

__all__ = ["Options", "Rows", "make_frame", "read_input"]


@dataclass(slots=True)
class Rows:
    """The rows that one input (or several) gives, by table; what is no page is counted by source in ``passed``."""

    articles: list[dict[str, Any]] = field(default_factory=list)
    modules: list[dict[str, Any]] = field(default_factory=list)
    placements: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    ledger: list[dict[str, Any]] = field(default_factory=list)
    passed: dict[str, Tally] = field(default_factory=dict)

    def add(self, other: Rows) -> None:
        """Append the rows of ``other``."""
        for name in TABLES:
            getattr(self, name).extend(getattr(other, name))
        for tally in other.passed.values():
            self.pass_over(tally)

    def pass_over(self, tally: Tally) -> None:
        """Count what is no page, by the file it stands in."""
        old = self.passed.get(tally.source)
        self.passed[tally.source] = old.add(tally) if old else tally

    @property
    def is_full(self) -> bool:
        """Whether there are so many rows that they had better be written now."""
        return len(self.articles) >= 256 or len(self.placements) >= 30_000 or len(self.ledger) >= 60_000

    def report(self, source: str, stage: str, reason: str, detail: str) -> None:
        """Append one row of ``problems``."""
        self.problems.append({"source": source, "stage": stage, "reason": reason, "detail": detail})

    def frames(self, options: Options) -> dict[TableName, pd.DataFrame]:
        """The tables, those that ``options`` ask for."""
        names = list_tables(ledger=options.ledger)
        return {name: make_frame(name, getattr(self, name), group=options.has_group) for name in names}


@dataclass(frozen=True, slots=True)
class Options:
    """What every page is read with; sent to the worker processes."""

    metadata: Metadata
    ledger: bool = False
    mtime: bool = False
    second_opinion: bool | Literal["auto"] = False
    filters: Filters = field(default_factory=Filters)
    limits: Limits = field(default_factory=Limits)
    columns: Mapping[str, str] | None = None

    @property
    def has_group(self) -> bool:
        """Whether ``articles`` have the user's column ``group``."""
        return "group" in self.metadata.columns


def make_frame(name: TableName, rows: Sequence[Mapping[str, Any]], *, group: bool = False) -> pd.DataFrame:
    """A table of a load: the fixed columns and, for ``articles``, the honesty columns, whatever the rows hold.

    Examples
    --------
    >>> make_frame("articles", [], group=True).columns.tolist()[-2:]
    ['residue_share', 'group']
    """
    if name != "articles":
        return make_table(name, rows)
    table = make_table(name, [{key: row.get(key) for key in TABLES[name]} for row in rows])
    more = {key: column.dtype for key, column in HONESTY.items()} | ({"group": "str"} if group else {})
    columns = {key: pd.Series([row.get(key) for row in rows], dtype=dtype) for key, dtype in more.items()}
    return pd.concat([table, pd.DataFrame(columns)], axis=1)


def read_input(
    path: Path | str, source: str, options: Options, part: Part | None = None
) -> Iterator[tuple[Rows, bool]]:
    """The rows that one input gives, in bundles, the last with True; what is wrong with it becomes a problem."""
    rows = Rows()
    try:
        for found in read_file(
            path,
            source,
            part=part,
            limits=options.limits,
            filters=options.filters,
            columns=options.columns,
            opener=open_file,
        ):
            if isinstance(found, Problem):
                rows.report(found.source, found.stage, found.reason, found.detail)
            elif isinstance(found, Tally):
                rows.pass_over(found)
            else:
                _add(rows, found, path, source, options)
            if rows.is_full:
                yield rows, False
                rows = Rows()
    except Exception as error:  # a file must not stop the others; the row says what to report
        _report_fault(rows, source, error)
    yield rows, True


def _add(
    rows: Rows, found: SavedPage | StatedSnapshot, path: Path | str, file: str, options: Options
) -> None:
    try:
        if isinstance(found, StatedSnapshot):
            add_stated(rows, found, path, file, options)
        else:
            add_page(rows, found, path, file, options)
    except Exception as error:  # a page must not stop the others of its archive
        _report_fault(rows, found.source, error)


def _report_fault(rows: Rows, source: str, error: Exception) -> None:
    detail = (
        f"{type(error).__name__}: {error}. This is a fault of the toolkit; please report it with the page."
    )
    rows.report(source, "page", "internal_error", detail[:500])


def _is_unwanted(rows: Rows, options: Options, url: str | None, stated: str | None, file: str) -> bool:
    """Where no container states the address, the filter waits for what the user or the page states."""
    if stated is not None or options.filters.allow_url(url):
        return False
    rows.pass_over(Tally(file, {"filtered by url": 1}))
    return True


def add_page(rows: Rows, page: SavedPage, path: Path | str, file: str, options: Options) -> None:
    """Read one saved page and append its rows."""
    known = options.metadata.find(page.source)
    reading = read_page(
        page, url=known.get("url"), ledger=options.ledger, second_opinion=options.second_opinion
    )
    article = reading.article
    url = known.get("url") or article.url or page.url
    if _is_unwanted(rows, options, url, page.url, file):
        return
    captured = _choose_capture(known, page, reading, path if options.mtime else None)
    snapshot_id = make_snapshot_id(page.digest, captured["captured_at"])
    site = known.get("site") or article.site
    key = {"snapshot_id": snapshot_id, "source": page.source}
    row = {
        **key,
        "article_id": known.get("article_id") or make_article_id(url, article.title, site, page.digest),
        "format": page.format,
        "url": url,
        "site": site,
        "title": article.title,
        "deck": article.deck,
        "section": article.section,
        "language": article.language,
        "authors": article.authors,
        "keywords": article.keywords,
        "published_at": article.published_at,
        "modified_at": article.modified_at,
        **captured,
        "body": article.body or None,
        "words": count_words(article.body),
        "encoding": page.encoding,
        **reading.quality,
    }
    if "group" in options.metadata.columns:
        row["group"] = known.get("group")
    rows.articles.append(row)
    for reason, detail in reading.problems:
        rows.report(page.source, "page", reason, detail)
    for index, module in enumerate(reading.modules):
        shared = {**key, "module_index": index, "module": module.label, "kind": module.kind}
        rows.modules.append(
            {
                **shared,
                "n_items": len(module.items),
                "duplicate_of": module.duplicate_of,
                "position": module.position,
            }
        )
        for rank, item in enumerate(module.items, 1):
            rows.placements.append(
                {
                    **shared,
                    "rank": rank,
                    "headline": item.headline,
                    "url": item.url,
                    "kicker": item.kicker,
                    "deck": item.deck,
                    "duplicate": module.duplicate_of is not None,
                    "position": item.position,
                }
            )
    for number, line in enumerate(reading.ledger):
        rows.ledger.append(
            {
                **key,
                "line": number,
                "role": line.role,
                "rule": line.rule,
                "module_index": line.module_index,
                "text": line.text,
            }
        )


def _choose_capture(
    known: dict[str, Any], page: SavedPage, reading: Reading, path: Path | str | None
) -> dict[str, Any]:
    """The capture time and where it comes from: metadata, archive, comment, name, page, mtime, in this order."""
    article = reading.article
    candidates: list[tuple[Any, str | None, str | None]] = [
        (known.get("captured_at"), "metadata", known.get("captured_precision")),
        (page.captured_at if page.captured_from == "archive" else None, "archive", page.captured_precision),
        (
            article.captured_at if article.captured_from == "comment" else None,
            "comment",
            article.captured_precision,
        ),
        (page.captured_at if page.captured_from == "name" else None, "name", page.captured_precision),
        (
            article.captured_at if article.captured_from == "page" else None,
            "page",
            article.captured_precision,
        ),
    ]
    return _first_known(candidates, path)


def _first_known(
    candidates: Sequence[tuple[Any, str | None, str | None]], path: Path | str | None
) -> dict[str, Any]:
    for time, origin, precision in candidates:
        if time is not None:
            return {"captured_at": time, "captured_from": origin, "captured_precision": precision or "second"}
    if path is not None and not is_remote(path):
        time = dt.datetime.fromtimestamp(int(Path(path).stat().st_mtime), tz=dt.UTC)
        return {"captured_at": time, "captured_from": "mtime", "captured_precision": "second"}
    return {"captured_at": None, "captured_from": None, "captured_precision": None}


def add_stated(rows: Rows, stated: StatedSnapshot, path: Path | str, file: str, options: Options) -> None:
    """Append the rows of a snapshot that a table or a feed states; there is no page to read."""
    known = options.metadata.find(stated.source)
    article = stated.article
    url = known.get("url") or article.get("url")
    if _is_unwanted(rows, options, url, None, file):
        return
    captured = _first_known(
        [
            (known.get("captured_at"), "metadata", known.get("captured_precision")),
            (stated.captured_at, stated.captured_from, stated.captured_precision),
        ],
        path if options.mtime else None,
    )
    site = known.get("site") or article.get("site") or _find_host(url)
    body = article.get("body") or ""
    words = article.get("words")
    key = {
        "snapshot_id": make_snapshot_id(stated.digest, captured["captured_at"]),
        "source": stated.source,
    }
    stated_id = known.get("article_id") or article.get("article_id")
    rows.articles.append(
        {
            **{name: article.get(name) for name in (*TABLES["articles"], *HONESTY)},
            **key,
            "article_id": stated_id or make_article_id(url, article.get("title"), site, stated.digest),
            "format": stated.format,
            "url": url,
            "site": site,
            **captured,
            "body": body or None,
            "words": count_words(body) if words is None else words,
            "n_paragraphs": body.count("\n\n") + 1 if body else 0,
            "group": known.get("group"),
        }
    )
    for index, module in enumerate(stated.modules):
        shared = {
            **key,
            "module_index": index,
            "module": module.label,
            "kind": module.kind or _kind_of(module.label),
        }
        rows.modules.append(
            {
                **shared,
                "n_items": len(module.items),
                "duplicate_of": module.duplicate_of,
                "position": module.position,
            }
        )
        for item in module.items:
            rows.placements.append(
                {
                    **shared,
                    "rank": item.rank,
                    "headline": item.headline,
                    "url": urljoin(url, item.url) if url and item.url else item.url,
                    "kicker": item.kicker,
                    "deck": item.deck,
                    "duplicate": module.duplicate_of is not None,
                    "position": item.position,
                }
            )


def _find_host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None


def _kind_of(label: str | None) -> str:
    """What a label claims, as for pages; "other" where it claims nothing that the lists know."""
    from toolkit.page.modules.lexicon import look_up

    claims = {kind: sure for kind, sure in look_up(label).items() if kind in KINDS} if label else {}
    return max(claims, key=lambda kind: (claims[kind], kind)) if claims else "other"
