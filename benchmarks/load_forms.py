"""The same pages as files, WARC, WACZ, MHTML, zip and tar: the tables must be the same but for what differs by right.

Two questions. (1) Loaded as they are: all columns must be equal but ``source``, ``format``, ``captured_at``,
``captured_from``, ``captured_precision``, ``snapshot_id``, and addresses (and what is told by them) that only the
archive can make absolute. (2) With the same address and time given as ``metadata``: all columns must be equal but
``source`` and ``format`` (MHTML: but for ``snapshot_id``, too).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from urllib.parse import urljoin

import pandas as pd
from archive_maker import Page, find_pages, make_mhtml, make_tar, make_wacz, make_warc, make_zip

import toolkit

#: What may differ by right where nothing but the container is known.
BY_RIGHT = ("source", "format", "captured_at", "captured_from", "captured_precision", "snapshot_id")
#: Columns that hold an address or are told from one.
ADDRESSES = ("url", "site", "article_id")


def write_forms(pages: list[Page], folder: Path) -> dict[str, Path]:
    """The pages in every form; for each, what to load."""
    files, mhtml = folder / "files", folder / "mhtml"
    files.mkdir()
    mhtml.mkdir()
    for page in pages:
        (files / page.name).write_bytes(page.data)
        (mhtml / f"{page.name}.mhtml").write_bytes(make_mhtml(page))
    members = [(page.name, page.data) for page in pages]
    archives = {
        "warc": ("a.warc", make_warc(pages, packed=False)),
        "warc.gz": ("a.warc.gz", make_warc(pages)),
        "wacz": ("a.wacz", make_wacz(pages)),
        "zip": ("a.zip", make_zip(members)),
        "tar.gz": ("a.tar.gz", make_tar(members, "w:gz")),
    }
    paths = {"files": files, "mhtml": mhtml}
    for form, (name, data) in archives.items():
        paths[form] = folder / name
        paths[form].write_bytes(data)
    return paths


def _order(corpus: toolkit.Corpus, pages: list[Page], form: str) -> list[str]:
    """The sources of a corpus in the order of the pages: by name where the form keeps it, else by place."""
    sources = corpus.articles["source"].tolist()
    if form in ("warc", "warc.gz", "wacz"):
        return sources
    by_name = {
        Path(source.partition("!")[2] or source).name.removesuffix(".mhtml"): source for source in sources
    }
    return [by_name[page.name] for page in pages]


def compare(
    base: toolkit.Corpus,
    other: toolkit.Corpus,
    orders: tuple[list[str], list[str]],
    allowed: set[str],
    pages: list[Page],
) -> list[str]:
    """What differs between two loads of the same pages beside ``allowed``; addresses may be made absolute."""
    number = [{source: index for index, source in enumerate(order)} for order in orders]
    wrong = []
    for table in ("articles", "modules", "placements"):
        frames = []
        for corpus, numbers in zip((base, other), number, strict=True):
            frame = getattr(corpus, table).copy()
            frame["_page"] = frame["source"].map(numbers)
            keys = [key for key in ("_page", "module_index", "rank") if key in frame]
            frames.append(frame.sort_values(keys).reset_index(drop=True))
        left, right = frames
        if len(left) != len(right):
            wrong.append(f"{table}: {len(left)} rows against {len(right)}")
            continue
        for column in left.columns:
            if column in allowed or column == "_page":
                continue
            for a, b, page in zip(left[column], right[column], left["_page"], strict=True):
                if _same(a, b):
                    continue
                if (
                    "url" in allowed_addresses(allowed)
                    and column in ADDRESSES
                    and _by_right(a, b, column, pages[page])
                ):
                    continue
                wrong.append(f"{table}.{column} of {pages[page].name}: {a!r:.60} against {b!r:.60}")
                break
    return wrong


def allowed_addresses(allowed: set[str]) -> set[str]:
    """Whether addresses may differ by right: only where the archive alone knows the page's address."""
    return {"url"} if "captured_at" in allowed else set()


def _same(a: object, b: object) -> bool:
    if isinstance(a, list) or isinstance(b, list):
        return a == b
    return bool(pd.isna(a) and pd.isna(b)) or a == b  # type: ignore[call-overload]


def _by_right(a: object, b: object, column: str, page: Page) -> bool:
    """Whether the archive's value is the file's made absolute, or there is none without the archive's address."""
    if column in ("site", "article_id"):
        return True  # told from the address where the page states none
    return pd.isna(a) or b == page.url or b == urljoin(page.url, str(a))  # type: ignore[call-overload]


def run_forms(limit: int | None = None) -> bool:
    """Load the pages in every form, without and with metadata; prints, and says whether all are equal."""
    pages = find_pages(limit=limit)
    names = {page.name for page in pages}
    assert len(names) == len(pages)
    good = True
    with tempfile.TemporaryDirectory() as place:
        paths = write_forms(pages, Path(place))
        loads = {form: toolkit.load(path, progress=False, n_jobs=1) for form, path in paths.items()}
        orders = {form: _order(corpus, pages, form) for form, corpus in loads.items()}
        for form, corpus in loads.items():
            if form == "files":
                continue
            exact = form in ("zip", "tar.gz")
            allowed = {"source"} if exact else {*BY_RIGHT}
            wrong = compare(loads["files"], corpus, (orders["files"], orders[form]), allowed, pages)
            good &= _print(f"forms: {form} against files", len(corpus.articles), wrong)
        told = {}
        for form, path in paths.items():
            table = pd.DataFrame(
                {
                    "source": orders[form],
                    "url": [page.url for page in pages],
                    "captured_at": [page.time for page in pages],
                }
            )
            told[form] = toolkit.load(path, metadata=table, progress=False, n_jobs=1)
        for form, corpus in told.items():
            if form == "files":
                continue
            allowed = {"source", "format", *(["snapshot_id"] if form == "mhtml" else [])}
            wrong = compare(told["files"], corpus, (orders["files"], orders[form]), allowed, pages)
            good &= _print(
                f"forms: {form} against files, same url and time told", len(corpus.articles), wrong
            )
    return good


def _print(what: str, count: int, wrong: list[str]) -> bool:
    print(f"{what}: {count} pages, {'equal' if not wrong else f'{len(wrong)} columns differ'}")
    for text in wrong[:6]:
        print("  ", text)
    return not wrong
