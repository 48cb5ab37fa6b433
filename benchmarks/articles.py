"""Article figures of the toolkit and of other extractors on pages with known title, authors, date and body.

    python benchmarks/articles.py [--second-opinion]

Reads ../shared/articles and counts as its score.py does: body F1 of word 4-grams per collection, title, authors, day
and minute. The blocks model was trained on these pages: its figure on outlets it never saw is the one that
``python benchmarks/train_body.py --cv`` prints and ``toolkit/models/body.json`` keeps, quoted here as well.
"""

from __future__ import annotations

import argparse
import collections
import datetime as dt
import gzip
import importlib.metadata
import json
import pathlib
import statistics as st
import sys
from collections.abc import Callable
from typing import Any

from toolkit.page.html import read_html
from toolkit.readers.decode import decode_page

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "articles"
sys.path.insert(0, str(SHARED))
from score import body_prf, name, plain, when  # type: ignore[import-not-found]  # noqa: E402


def read_toolkit(html: str, second_opinion: bool = False) -> dict[str, Any]:
    article = read_html(html, second_opinion=second_opinion).article
    return {
        "title": article.title, "authors": article.authors, "published_at": article.published_at,
        "body": article.body,
    }  # fmt: skip


def read_trafilatura(html: str) -> dict[str, Any]:
    import trafilatura

    found = trafilatura.bare_extraction(html, with_metadata=True, favor_precision=True)
    if found is None:
        return {}
    authors = [part.strip() for part in (found.author or "").split(";") if part.strip()]
    return {"title": found.title, "authors": authors, "published_at": found.date, "body": found.text}


def score(read: Callable[[str], dict[str, Any]], pages: list[tuple[dict[str, Any], str]]) -> dict[str, float]:
    rows: dict[str, list[Any]] = collections.defaultdict(list)
    bodies = collections.defaultdict(list)
    for gold, html in pages:
        got = read(html)
        bodies[gold["from"]].append(body_prf(gold["body"], got.get("body") or ""))
        if gold.get("title"):
            rows["title"].append(plain(gold["title"]) == plain(got.get("title")))
        if gold.get("authors"):
            known = {name(x) for x in gold["authors"]} - {""}
            found = {name(x) for x in got.get("authors") or []} - {""}
            rows["authors"].append(2 * len(known & found) / max(1, len(known) + len(found)))
        if gold.get("published_at"):
            true, said = when(gold["published_at"]), when(got.get("published_at"))
            same = said is not None and (
                said.date() in {true.date(), true.astimezone(dt.UTC).date()}
                or said.astimezone(true.tzinfo).date() == true.date()
            )
            rows["day"].append(same)
            rows["minute"].append(said is not None and abs((said - true).total_seconds()) < 60)
    f1 = []
    for pairs in bodies.values():
        precision = st.fmean(p for p, _ in pairs if p is not None)
        recall = st.fmean(r or 0.0 for _, r in pairs)
        f1.append(2 * precision * recall / (precision + recall))
    return {"body f1": st.fmean(f1), **{key: st.fmean(values) for key, values in rows.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--second-opinion", action="store_true", help="also with the second opinion")
    options = parser.parse_args()
    pages = []
    for line in (SHARED / "articles.jsonl").open(encoding="utf-8"):
        gold = json.loads(line)
        pages.append(
            (gold, decode_page(gzip.decompress((SHARED / "pages" / gold["file"]).read_bytes())).text)
        )
    readers: dict[str, Callable[[str], dict[str, Any]]] = {"toolkit": read_toolkit}
    if options.second_opinion:
        readers["toolkit, second opinion"] = lambda html: read_toolkit(html, True)
    try:
        readers[f"trafilatura {importlib.metadata.version('trafilatura')}"] = read_trafilatura
    except importlib.metadata.PackageNotFoundError:
        print("left out: trafilatura is not installed", file=sys.stderr)
    print(f"{dt.date.today()}, {len(pages)} pages")
    heads = ("body f1", "title", "authors", "day", "minute")
    print(f"{'reader':26}" + "".join(f"{head:>9}" for head in heads))
    for label, read in readers.items():
        figures = score(read, pages)
        print(f"{label:26}" + "".join(f"{figures[head]:9.3f}" for head in heads))
    notes = json.loads((ROOT / "toolkit" / "models" / "body.json").read_text(encoding="utf-8"))
    print("toolkit's body on outlets kept out of training:", notes["cross_validated"])


if __name__ == "__main__":
    main()
