"""Rows of a table of articles or of headlines -> snapshots as the table states them.

A table with a column ``headline`` holds headlines: rows with the same ``snapshot_id`` or ``source``, else with
the same ``page_url``, ``site`` and ``captured_at``, are one snapshot. A table with ``title`` or ``body`` holds
articles, one a row. Columns have the tables' own names, or ``columns`` says which stand for which.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import IO, TYPE_CHECKING, Any

from toolkit.errors import InputError
from toolkit.readers.model import Counter, Problem, StatedItem, StatedModule, StatedSnapshot
from toolkit.readers.name import find_capture_time
from toolkit.readers.stream import Broken
from toolkit.readers.tabular import find_delimiter, read_rows
from toolkit.tables import KINDS, TABLES, UTC_TIME

if TYPE_CHECKING:
    from toolkit.readers.containers import Context

#: Columns of an article that a table may state; what the toolkit works out itself is not among them.
ARTICLE_COLUMNS = (
    "article_id", "url", "site", "title", "deck", "section", "language", "authors", "keywords", "published_at",
    "modified_at", "captured_at", "body", "words",
)  # fmt: skip
#: Columns of a headline and of the page it was printed on.
HEADLINE_COLUMNS = (
    "headline", "url", "rank", "module", "module_index", "kind", "kicker", "deck", "position", "captured_at",
    "site", "page_url", "article_id", "section", "language",
)  # fmt: skip
#: Columns that say which rows are one snapshot.
KEY_COLUMNS = ("snapshot_id", "source")
TARGETS = tuple(dict.fromkeys((*ARTICLE_COLUMNS, *HEADLINE_COLUMNS, *KEY_COLUMNS)))

#: A table with these columns alone says something about pages that lie elsewhere.
_METADATA = frozenset({"source", "captured_at", "site", "url", "article_id", "group"})

#: Names that other tools and people give these columns; offered, never taken for granted.
SYNONYMS: Mapping[str, str] = {
    **dict.fromkeys(("headline_text", "headlines", "hed", "item_title", "link_text", "anchor_text"), "headline"),
    **dict.fromkeys(("link", "href", "uri", "web_url", "article_url", "link_url", "permalink"), "url"),
    **dict.fromkeys(("article_title", "name", "heading", "titre", "titel", "titulo"), "title"),
    **dict.fromkeys(("text", "content", "article_text", "full_text", "fulltext", "maintext", "article"), "body"),
    **dict.fromkeys(
        ("date", "pub_date", "pubdate", "publish_date", "published", "date_publish", "publication_date",
         "date_published", "publishdate"), "published_at"),
    **dict.fromkeys(("updated", "date_modify", "modified", "last_modified", "date_modified"), "modified_at"),
    **dict.fromkeys(
        ("timestamp", "captured", "crawl_date", "date_download", "scraped_at", "crawled_at", "seen_at", "seen",
         "snapshot_time", "retrieved_at", "fetched_at", "datetime"), "captured_at"),
    **dict.fromkeys(("author", "byline", "writers"), "authors"),
    **dict.fromkeys(("tags", "topics"), "keywords"),
    **dict.fromkeys(("summary", "description", "standfirst", "lead", "subtitle", "abstract", "dek"), "deck"),
    **dict.fromkeys(
        ("publisher", "outlet", "source_domain", "domain", "publication", "site_name", "host", "newspaper"), "site"),
    **dict.fromkeys(("lang", "language_code"), "language"),
    **dict.fromkeys(("category", "desk"), "section"),
    **dict.fromkeys(("box", "widget", "module_name", "module_label", "label", "list"), "module"),
    **dict.fromkeys(("pos", "order", "slot", "place"), "rank"),
    **dict.fromkeys(("page", "page_link", "front_url", "referrer"), "page_url"),
}  # fmt: skip


def check_columns(columns: Mapping[str, str] | None) -> None:
    """Raise ``InputError`` unless ``columns`` maps names of the user's to names of ours, each at most once.

    Examples
    --------
    >>> check_columns({"hed": "headline", "link": "url"})
    """
    if columns is None:
        return
    if not isinstance(columns, Mapping):
        raise InputError(
            f"columns: got {type(columns).__name__}; a dict such as {{'hed': 'headline'}} is needed, "
            "your column's name first."
        )
    for theirs, ours in columns.items():
        if ours not in TARGETS:
            raise InputError(
                f"columns: {theirs!r} is to be {ours!r}, which is no column; allowed are {', '.join(TARGETS)}."
            )
    twice = sorted({ours for ours in columns.values() if list(columns.values()).count(ours) > 1})
    if twice:
        raise InputError(f"columns: two columns are to be {twice[0]!r}. Name one.")


def has_known_header(text: str) -> bool:
    """Whether the first line of ``text`` is a header with names that a table of news has."""
    line = text.lstrip("\ufeff\r\n").split("\n", 1)[0].strip("\r")
    names = [name.strip(' "').lower() for name in line.split(find_delimiter(line))]
    return len(names) > 1 and sum(name in TARGETS or name in SYNONYMS for name in names) >= 2


@dataclass(slots=True)
class _Faults:
    """What is wrong with a table's rows: one problem for each sort, with the first rows that have it."""

    source: str
    found: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def add(self, reason: str, what: str, number: int, value: object = None) -> None:
        entry = self.found.setdefault((reason, what), [0, []])
        entry[0] += 1
        if len(entry[1]) < 3:
            entry[1].append(f"row {number:,}" + (f" ({str(value)[:60]!r})" if value is not None else ""))

    def report(self) -> Iterator[Problem]:
        for (reason, what), (count, rows) in self.found.items():
            noun = "row" if count == 1 else "rows"
            more = " and others" if count > len(rows) else ""
            yield Problem(self.source, "table", reason, f"{count:,} {noun} {what}: {', '.join(rows)}{more}.")


def read_table(
    file: IO[bytes], source: str, form: str, context: Context
) -> Iterator[StatedSnapshot | Problem]:
    """The snapshots that a table of articles or of headlines states.

    Articles are given as they are read; headlines when all have been, as rows of one snapshot may stand apart.

    Parameters
    ----------
    file : binary file
        Seekable, at its start.
    source : str
        What the tables call it; a snapshot's source is ``source#ROW``, 1 being the first row below the header.
    form : str
        ``"csv"``, ``"json"`` or ``"parquet"``.
    context : Context
        Limits, filters and the user's ``columns``.
    """
    faults = _Faults(source)
    passed = Counter()
    kind: str | None = None
    groups: dict[Any, list[tuple[int, dict[str, Any]]]] = {}
    names: dict[str, None] = {}
    count = 0
    try:
        for number, row in read_rows(file, form, context.budget.limits):
            context.budget.count_member()
            count += 1
            if isinstance(row, str):
                faults.add("bad_row", f"cannot be read ({row.split('(')[0].strip()})", number)
                continue
            row = _rename(row, context.columns)
            if kind is None:
                names.update(dict.fromkeys(row))
                kind = (
                    "headlines"
                    if "headline" in row
                    else "articles"
                    if row.keys() & {"title", "body"}
                    else None
                )
                if kind is None:
                    if count >= 1000:
                        break
                    continue
            if kind == "headlines":
                if not str(row.get("headline") or "").strip():
                    faults.add("bad_row", "without a headline", number)
                    continue
                groups.setdefault(_find_key(row), []).append((number, row))
                if len(groups) + number > 20_000_000:
                    raise Broken("too_large", "more than 20 million headlines; split the table by snapshots.")
            else:
                snapshot = _make_article(row, source, number, faults)
                if context.filters.allow_url(snapshot.article.get("url")):
                    yield snapshot
                else:
                    passed.add("filtered by url")
    except Broken as broken:
        yield Problem(source, "table", broken.reason, broken.detail)
    if kind is None:
        yield _explain(source, names, count)
    for group in groups.values():
        snapshot = _make_snapshot(group, source, faults)
        if context.filters.allow_url(snapshot.article.get("url")):
            yield snapshot
        else:
            passed.add("filtered by url")
    yield from faults.report()
    for tally in passed.tally(source):
        yield tally.to_problem()


def _rename(row: dict[str, Any], columns: Mapping[str, str] | None) -> dict[str, Any]:
    renamed: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or (isinstance(value, float) and math.isnan(value)):
            continue
        ours = (columns or {}).get(name)
        if ours is not None:
            renamed[ours] = value
        else:
            renamed.setdefault(name.strip().lower(), value)
    return renamed


def _explain(source: str, names: Mapping[str, None], count: int) -> Problem:
    if not count:
        return Problem(source, "table", "empty", "a table without rows.")
    if "source" in names and names.keys() <= _METADATA:
        detail = "a table about the pages, not a page; it goes into load(..., metadata=...)."
        return Problem(source, "read", "unsupported_format", detail)
    guesses = {name: SYNONYMS[name] for name in names if name in SYNONYMS}
    found = ", ".join(repr(name) for name in list(names)[:30]) or "none"
    detail = (
        "a table, but of what? Headlines need a column 'headline', articles a column 'title' or 'body'; "
        f"found {found}. "
    )
    if guesses:
        detail += f"Say which stand for which: load(..., columns={guesses!r})."
    else:
        detail += (
            "Say which stand for which with load(..., columns={'yours': 'ours'}); "
            "a table about the pages goes into load(..., metadata=...)."
        )
    return Problem(source, "table", "missing_columns", detail)


def _find_key(row: Mapping[str, Any]) -> tuple[str, ...]:
    for name in KEY_COLUMNS:
        if row.get(name):
            return (name, str(row[name]))
    return tuple(str(row.get(name) or "") for name in ("page_url", "site", "captured_at"))


def _make_digest(values: object) -> str:
    text = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _make_article(row: Mapping[str, Any], source: str, number: int, faults: _Faults) -> StatedSnapshot:
    article = _read_values(row, ARTICLE_COLUMNS, "articles", number, faults)
    captured, origin, precision = _read_capture(row, source, number, faults)
    return StatedSnapshot(
        source=f"{source}#{number}",
        digest=_make_digest({name: row[name] for name in sorted(row) if name in TARGETS}),
        article=article,
        captured_at=captured,
        captured_from=origin,
        captured_precision=precision,
    )


def _read_values(
    row: Mapping[str, Any], columns: tuple[str, ...], table: str, number: int, faults: _Faults
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in columns:
        if name not in row or name == "captured_at":
            continue
        dtype = TABLES["articles"][name].dtype if name in TABLES["articles"] else "str"
        value = row[name]
        if dtype == "list":
            values[name] = _read_list(value)
        elif dtype == UTC_TIME:
            time = read_time(value)
            if time is None:
                faults.add("bad_time", f"with a {name!r} that is no time (it was left empty)", number, value)
            else:
                values[name] = time[0]
        elif dtype == "int64":
            whole = _read_whole(value)
            if whole is None or whole < 0:
                faults.add(
                    "bad_number", f"with a {name!r} that is no number (it was left empty)", number, value
                )
            else:
                values[name] = whole
        elif text := _read_text(value):
            values[name] = text
    return values


def _read_text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(str(entry) for entry in value if entry is not None)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value).replace("\x00", "").strip()


def _read_list(value: object) -> list[str]:
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("["):
            try:
                found = json.loads(text)
            except (ValueError, RecursionError):
                found = None
            if isinstance(found, list):
                return [_read_text(entry) for entry in found if entry is not None]
        parts = text.split(";") if ";" in text else text.split("|")
        return [part.strip() for part in parts if part.strip()]
    if isinstance(value, list | tuple):
        return [text for entry in value if entry is not None and (text := _read_text(entry))]
    return [_read_text(value)]


def _read_whole(value: object) -> int | None:
    try:
        number = float(str(value).replace(",", "").strip())
    except ValueError:
        return None
    return int(number) if math.isfinite(number) and number == int(number) and abs(number) < 2**53 else None


def read_time(value: object) -> tuple[dt.datetime, str] | None:
    """A time in UTC and its precision, from a datetime, ISO 8601, RFC 822 or seconds since 1970; else None.

    Examples
    --------
    >>> read_time("2025-04-02")
    (datetime.datetime(2025, 4, 2, 0, 0, tzinfo=datetime.timezone.utc), 'day')
    >>> read_time("Wed, 02 Apr 2025 10:15:00 +0200")[0].isoformat()
    '2025-04-02T08:15:00+00:00'
    """
    if isinstance(value, dt.datetime):
        return _to_utc(value), "second"
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day, tzinfo=dt.UTC), "day"
    text = str(value).strip()
    try:
        return _to_utc(dt.datetime.fromisoformat(text)), "day" if len(text) <= 10 else "second"
    except (ValueError, OverflowError):
        pass
    try:
        return _to_utc(parsedate_to_datetime(text)), "second"
    except (ValueError, TypeError, IndexError, OverflowError):
        pass
    if len(text) == 14 and text.isdigit():
        return find_capture_time(text)
    seconds = _read_whole(value)
    if seconds is not None and 10**8 < seconds < 10**14:
        unit = 1000 if seconds > 10**11 else 1
        return dt.datetime.fromtimestamp(seconds // unit, tz=dt.UTC), "second"
    return None


def _to_utc(time: dt.datetime) -> dt.datetime:
    time = time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)
    time = dt.datetime(*time.timetuple()[:6], microsecond=time.microsecond, tzinfo=dt.UTC)
    return time


def _read_capture(
    row: Mapping[str, Any], source: str, number: int, faults: _Faults
) -> tuple[dt.datetime | None, str | None, str | None]:
    if "captured_at" in row:
        time = read_time(row["captured_at"])
        if time is not None:
            return time[0], "metadata", time[1]
        faults.add(
            "bad_time", "with a 'captured_at' that is no time (it was left empty)", number, row["captured_at"]
        )
    named = find_capture_time(source.rpartition("/")[2])
    return (named[0], "name", named[1]) if named else (None, None, None)


def _make_snapshot(group: list[tuple[int, dict[str, Any]]], source: str, faults: _Faults) -> StatedSnapshot:
    number, first = group[0]
    modules: dict[Any, list[tuple[int, dict[str, Any]]]] = {}
    for entry in group:
        row = entry[1]
        index = _read_whole(row["module_index"]) if "module_index" in row else None
        key = (
            (index, "") if index is not None else (None, f"{row.get('module', '')}\x00{row.get('kind', '')}")
        )
        modules.setdefault(key, []).append(entry)
    if all(key[0] is not None for key in modules):
        modules = dict(sorted(modules.items(), key=lambda pair: pair[0][0]))
    page: dict[str, Any] = {
        name: first[name] for name in ("article_id", "site", "section", "language") if name in first
    }
    article = _read_values(page, ARTICLE_COLUMNS, "headlines", number, faults)
    if "page_url" in first:
        article["url"] = _read_text(first["page_url"])
    captured, origin, precision = _read_capture(first, source, number, faults)
    stated = [{name: row[name] for name in row if name in TARGETS} for _, row in group]
    return StatedSnapshot(
        source=f"{source}#{number}",
        digest=_make_digest(sorted(json.dumps(row, sort_keys=True, default=str) for row in stated)),
        article=article,
        modules=tuple(_make_module(rows, faults) for rows in modules.values()),
        captured_at=captured,
        captured_from=origin,
        captured_precision=precision,
    )


def _make_module(rows: list[tuple[int, dict[str, Any]]], faults: _Faults) -> StatedModule:
    ranks = [_read_whole(row["rank"]) if "rank" in row else None for _, row in rows]
    given = [rank for rank in ranks if rank is not None]
    if len(given) == len(rows) and len(set(given)) == len(given) and min(given) >= 1:
        ordered = sorted(zip(given, rows, strict=True), key=lambda pair: pair[0])
    else:
        if given:
            what = "in a module whose ranks are no 1, 2, 3 ... (they were ranked as they stand)"
            faults.add("bad_rank", what, rows[0][0], rows[0][1].get("rank"))
        ordered = list(enumerate(rows, 1))
    number, first = rows[0]
    kind = _read_text(first["kind"]).lower() if "kind" in first else None
    if kind is not None and kind not in KINDS:
        faults.add(
            "bad_kind", f"with a kind that is none of {', '.join(KINDS)} (its label decides)", number, kind
        )
        kind = None
    return StatedModule(
        label=_read_text(first["module"]) or None if "module" in first else None,
        kind=kind,
        items=tuple(_make_item(row, rank) for rank, (_, row) in ordered),
    )


def _make_item(row: Mapping[str, Any], rank: int) -> StatedItem:
    texts = {name: _read_text(row[name]) or None for name in ("url", "kicker", "deck") if name in row}
    position: float | None
    try:
        position = float(row["position"])
        position = position if 0 <= position <= 1 else None
    except (KeyError, TypeError, ValueError):
        position = None
    return StatedItem(headline=_read_text(row["headline"]), rank=rank, position=position, **texts)
