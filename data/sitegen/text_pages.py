"""The two saved-text layouts: what a text converter leaves of a page, before and after the redesign."""

from __future__ import annotations

from collections.abc import Callable

from sitegen.desk import PrintedModule, Snapshot
from sitegen.dice import one_in, running_date
from sitegen.source import FICTION, SITE

NBSP = "\u00a0"
#: How each list looks in text: bullets, numbered items with a kicker below, or headline and summary in turn.
BULLETS, NUMBERED, PAIRS = "bullets", "numbered", "pairs"
STYLES = {
    1: {"recommended": NUMBERED, "popular": NUMBERED, "must_reads": NUMBERED},
    2: {"weekly": PAIRS, "topics": PAIRS, "popular": NUMBERED},
}


def render_text(snapshot: Snapshot) -> bytes:
    """The page as UTF-8 text; as converters do, without a line end after the last line."""
    blocks = (_first_layout if snapshot.capture.design == 1 else _second_layout)(snapshot)
    text = "\n\n".join(blocks)
    if one_in(snapshot.file, 0.04):
        text = text.replace("\n", "\r\n")
    mark = b"\xef\xbb\xbf" if one_in(snapshot.file + "mark", 0.05) else b""
    return mark + text.encode("utf-8")


def straighten(text: str) -> str:
    """Curly quotes made straight, as one list of the old site printed them."""
    return text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


def _first_layout(page: Snapshot) -> list[str]:
    authors = " and ".join(page.version.authors)
    blocks = [running_date(page.capture.time)] if page.capture.naming == "page" else []
    blocks += ["Skip to main content Skip to menu Skip to footer", page.version.title]
    blocks += [f"{authors} Views {NBSP} ", "Lantern Photo"]
    for place, paragraph in enumerate(page.version.paragraphs):
        blocks.append(paragraph)
        if place == 1:
            blocks += [
                f"{module.label}: {module.items[0].headline}"
                for module in page.modules
                if module.list_name == "inline"
            ]
    blocks += [
        f"{page.version.authors[0]}\nnewsroom@lantern.example",
        "Comments0",
        "300",
        "Comments0",
    ]
    blocks.append(f"© {page.capture.time.year} {SITE}. {FICTION} Every name and figure on it is invented.")
    return blocks + _modules(page)


def _second_layout(page: Snapshot) -> list[str]:
    blocks = [running_date(page.capture.time), page.version.title, "Lantern Photo", *page.version.paragraphs]
    blocks.append(f"© {page.capture.time.year} {SITE}. {FICTION} Every name and figure on it is invented.")
    return blocks + _modules(page)


def _modules(page: Snapshot) -> list[str]:
    blocks: list[str] = []
    for index, module in enumerate(page.modules):
        if module.list_name == "inline":
            continue
        style = STYLES[page.capture.design].get(module.list_name, BULLETS)
        blocks.append(module.label)
        blocks += _RENDERERS[style](page, index, module)
    return blocks


def _bullets(page: Snapshot, index: int, module: PrintedModule) -> list[str]:
    lines = [
        f"  • {_headline(page, index, rank, item.headline)}" for rank, item in enumerate(module.items, 1)
    ]
    return ["\n".join(lines)] if lines else []


def _numbered(page: Snapshot, index: int, module: PrintedModule) -> list[str]:
    # on the old site the first printing of "Most Read" leaves an unfinished entity behind, the others a space
    residue = "&nbsp" if module.list_name == "popular" and module.duplicate_of is None else NBSP
    residue = residue if page.capture.design == 1 else ""
    blocks = []
    for rank, item in enumerate(module.items, 1):
        blocks.append(f"  • {rank}\n    {_headline(page, index, rank, item.headline)}")
        blocks.append(f"    {item.kicker}{residue}")
    return blocks


def _pairs(page: Snapshot, index: int, module: PrintedModule) -> list[str]:
    blocks = []
    for rank, item in enumerate(module.items, 1):
        blocks += [_headline(page, index, rank, item.headline), item.deck]
    return blocks


_RENDERERS: dict[str, Callable[[Snapshot, int, PrintedModule], list[str]]] = {
    BULLETS: _bullets,
    NUMBERED: _numbered,
    PAIRS: _pairs,
}


def _headline(page: Snapshot, index: int, rank: int, headline: str) -> str:
    """The headline as printed; where that differs from the newsroom's wording, it is noted for the truth."""
    if page.capture.design == 1 and page.modules[index].list_name == "popular":
        headline = straighten(headline)
        page.printed[index, rank] = headline
    return headline
