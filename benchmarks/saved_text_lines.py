"""The annotated pages as lines with roles, in several converters' forms: what train_saved_text.py learns from."""

from __future__ import annotations

import collections
import gzip
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from toolkit.page.html import read_html
from toolkit.page.model import Module
from toolkit.page.saved_text import TextPage, read_lines
from toolkit.page.saved_text.features import describe_lines

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
GOLD = SHARED / "gold"
ARTICLES = SHARED / "articles"
sys.path.insert(0, str(GOLD))

#: Forms that the trees are trained on, and forms only tested.
SEEN = ("resiliparse", "inscriptis", "browser", "html2text", "html_text", "markdownify")
UNSEEN = ("lines", "w3m", "lynx")
#: Forms of each article page that are trained on; the gold pages are in all of them.
FORMS_A_PAGE = 2
#: What a page weighs in training, all its forms together.
SHARES = {"gold": 4.0, "annotated": 3.0, "silver": 1.0}


#: Text browsers: only tested, and only where they are installed.
TEXT_BROWSERS = {
    "w3m": ["w3m", "-dump", "-T", "text/html", "-I", "utf-8", "-O", "utf-8", "-cols", "80"],
    "lynx": [
        "lynx", "-dump", "-stdin", "-force_html", "-assume_charset=utf-8", "-display_charset=utf-8", "-width=100",
        "-nomargins",
    ],
}  # fmt: skip


@dataclass
class Sample:
    """One page in one form, with what each line is."""

    page: str
    form: str
    host: str
    read: TextPage
    gold: dict[str, Any]
    rows: np.ndarray
    role: np.ndarray
    weight: np.ndarray
    module: np.ndarray
    plain: np.ndarray
    silver: bool = False
    share: float = 1.0
    stacked: np.ndarray | None = None
    scores: np.ndarray | None = None
    parted: np.ndarray | None = None


def decode(raw: bytes) -> str:
    """The page's text by the charset it declares, else UTF-8."""
    declared = re.search(rb"charset=[\"']?([\w-]+)", raw[:4000])
    for name in (declared[1].decode() if declared else "utf-8", "utf-8"):
        try:
            return raw.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")


def as_browser(html: str) -> str:
    """The page as a browser copies it: blocks on lines of their own, empty lines around paragraphs, no indents."""
    from selectolax.lexbor import LexborHTMLParser

    from toolkit.page.tree import INLINE

    parser = LexborHTMLParser(html)
    for node in parser.css("script,style,noscript,template,svg,head"):
        node.decompose()
    if parser.body is None:
        return ""
    apart = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
    pieces: list[str] = []
    waiting: list[tuple[Any, bool]] = [(parser.body, False)]
    while waiting:
        node, closing = waiting.pop()
        if closing:
            pieces.append("\n\n" if node.tag in apart else "\n")
        elif node.tag == "-text":
            pieces.append(re.sub(r"\s+", " ", node.text_content or ""))
        elif node.tag == "br":
            pieces.append("\n")
        elif node.tag and not node.tag.startswith("-"):
            if node.tag in ("td", "th"):
                pieces.append("\t")
            elif node.tag not in INLINE:
                pieces.append("\n\n" if node.tag in apart else "\n")
                waiting.append((node, True))
            children, child = [], node.child
            while child is not None:
                children.append((child, False))
                child = child.next
            waiting += reversed(children)
    text = re.sub(r" *\n *", "\n", "".join(pieces))
    return re.sub(r"\n{3,}", "\n\n", text)


def convert(html: str, form: str) -> str:
    """One page in one form."""
    if form == "resiliparse":
        from resiliparse.extract.html2text import extract_plain_text

        return str(extract_plain_text(html, main_content=False, alt_texts=False))
    if form == "inscriptis":
        import inscriptis

        return str(inscriptis.get_text(html))
    if form == "html2text":
        import html2text

        return str(html2text.HTML2Text().handle(html))
    if form == "markdownify":
        import bs4
        import markdownify

        soup = bs4.BeautifulSoup(html, "lxml")
        for tag in soup(["script", "style", "noscript", "template", "svg", "head"]):
            tag.decompose()
        return str(markdownify.MarkdownConverter(strip=["img"]).convert_soup(soup))
    if form in TEXT_BROWSERS:
        done = subprocess.run(
            TEXT_BROWSERS[form], input=html.encode(), capture_output=True, timeout=60, check=False
        )
        return done.stdout.decode("utf-8", "replace")
    if form == "html_text":
        import html_text

        return str(html_text.extract_text(html))
    if form == "lines":  # every text node on a line of its own, nothing else
        from selectolax.lexbor import LexborHTMLParser

        parser = LexborHTMLParser(html)
        for node in parser.css("script,style,noscript,template"):
            node.decompose()
        return parser.body.text(separator="\n", strip=True) if parser.body is not None else ""
    return as_browser(html)


def without_absent(page: dict[str, Any], text: str) -> dict[str, Any]:
    """The annotation as gold/score.py asks it of a text form: what the text does not print is skipped."""
    from score import norm

    words = f" {norm(text)} "
    left: dict[str, int] = {}
    modules = [dict(module, items=[dict(item) for item in module["items"]]) for module in page["modules"]]
    for module in sorted(modules, key=lambda m: m["kind"] == "menu" or m.get("duplicate_of") is not None):
        for item in module["items"]:
            key = f" {norm(item['headline'])} "
            left.setdefault(key, words.count(key))
            left[key] -= 1
            item.update(url=None, skip=left[key] < 0)
    return dict(page, modules=modules)


def host_of(url: str | None) -> str:
    return urlsplit(url or "").netloc.removeprefix("www.")


def make_sample(page: dict[str, Any], form: str, text: str, share: float, *, silver: bool) -> Sample:
    """The lines of one page in one form; ``share`` is its weight in training."""
    read = read_lines(text)
    rows = describe_lines(
        read.lines, read.facts, read.labels, read.region, read.title, read.guesses, read.words
    )
    gold = without_absent(page, text)
    role, weight, module = align(read, gold)
    mark_body(read, page.get("body") or "", role)
    leave_out(read, page.get("ignored", ()), weight)
    weight = weight * share
    return Sample(
        page["page"], form, host_of(page["url"]), read, gold, rows, role, weight, module, rows, silver, share
    )


def load_gold(forms: tuple[str, ...]) -> list[Sample]:
    """The gold pages in each form; their running text as the toolkit's HTML reader finds it."""
    samples = []
    for line in (GOLD / "pages.jsonl").open(encoding="utf-8"):
        page = json.loads(line)
        html = decode(gzip.decompress((GOLD / "pages" / page["file"]).read_bytes()))
        page["body"] = read_html(html, url=page["url"]).article.body
        for form in forms:
            if form in TEXT_BROWSERS and shutil.which(form) is None:
                continue
            ready = GOLD / "text" / form / f"{page['page']}.txt"
            text = ready.read_text(encoding="utf-8") if ready.exists() else convert(html, form)
            if text.strip():
                samples.append(make_sample(page, form, text, SHARES["gold"] / len(SEEN), silver=False))
    return samples


def load_articles() -> list[Sample]:
    """Each article page in some of the seen forms, annotated by hand or else by the toolkit's HTML reader."""
    by_hand = read_annotations()
    samples = []
    for line in (ARTICLES / "articles.jsonl").open(encoding="utf-8"):
        entry = json.loads(line)
        html = decode(gzip.decompress((ARTICLES / "pages" / entry["file"]).read_bytes()))
        reading = read_html(html, url=entry["url"])
        page = {"page": entry["page"], "url": entry["url"], "body": reading.article.body}
        silver = entry["page"] not in by_hand
        found = [as_gold(module) for module in reading.modules]
        page |= {"modules": found} if silver else with_kickers(by_hand[entry["page"]], found)
        chosen = np.random.RandomState(sum(map(ord, entry["page"]))).permutation(len(SEEN))[:FORMS_A_PAGE]
        share = SHARES["silver" if silver else "annotated"] / FORMS_A_PAGE
        for form in (SEEN[i] for i in sorted(chosen)):
            text = convert(html, form)
            if text.strip():
                samples.append(make_sample(page, form, text, share, silver=silver))
    return samples


def read_annotations() -> dict[str, dict[str, Any]]:
    """Page -> its modules as module_annotations.jsonl has them, with headlines and labels found again in the HTML."""
    import train_modules as by_hand

    names = {}
    for line in (ARTICLES / "articles.jsonl").open(encoding="utf-8"):
        name = json.loads(line)["page"]
        names[by_hand.hashed(name)] = name
    pages = {}
    for sample in by_hand.load_samples():
        if sample.gold is not None:
            continue
        cards, texts = sample.page.cards, sample.page.pieces.text
        modules = []
        for label, kind, members in sample.modules:
            run = [cards[n] for n in members]
            said = [texts[p] for p in by_hand.labels.label_candidates(sample.page, run, 0)]
            text = next((t for t in said if label and by_hand.hashed(by_hand.score.norm(t)) == label), None)
            items = [{"headline": card.headline, "kicker": None} for card in run]
            modules.append({"label": text, "kind": kind or "other", "items": items})
        ignored = [cards[n].headline for n in sorted(sample.ignored)]
        pages[names[sample.name]] = {"modules": modules, "ignored": ignored}
    return pages


def with_kickers(page: dict[str, Any], found: list[dict[str, Any]]) -> dict[str, Any]:
    """The annotated page with the kickers that the HTML reader found: nobody annotated these."""
    known = {item["headline"]: item["kicker"] for module in found for item in module["items"]}
    for module in page["modules"]:
        for item in module["items"]:
            item["kicker"] = known.get(item["headline"])
    return page


def leave_out(read: TextPage, headlines: Sequence[str], weight: np.ndarray) -> None:
    """No weight for the lines with one of ``headlines``, of which the annotator could not tell what they are."""
    from score import norm

    unsure = {norm(headline) for headline in headlines}
    for i, line in enumerate(read.lines):
        if unsure and norm(line.text) in unsure:
            weight[i] = 0.0


def as_gold(module: Module) -> dict[str, Any]:
    items = [{"headline": item.headline, "kicker": item.kicker} for item in module.items]
    return {"label": module.label, "kind": module.kind, "duplicate_of": module.duplicate_of, "items": items}


def align(read: TextPage, gold: dict[str, Any]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Role (0 anything else, 1 headline, 2 label, 3 kicker), weight and module of each line.

    Headlines are matched to lines of the same words in page order: the chain of lines that rises and stays close
    wins. Copies within three lines are the same headline at half the weight; menus weigh nothing; other lines with
    a headline's words are left nearly out, as nobody can say which print the annotation means.
    """
    from score import norm

    keys = [norm(line.text) for line in read.lines]
    size = len(keys)
    role, weight, module = np.zeros(size, int), np.ones(size), np.full(size, -1)
    where: dict[str, list[int]] = collections.defaultdict(list)
    for i, key in enumerate(keys):
        where[key].append(i)
    items = [
        (m, norm(item["headline"]), item) for m, mod in enumerate(gold["modules"]) for item in mod["items"]
    ]
    places = [where.get(key) or _part_matches(keys, key) for _, key, _ in items]
    chosen = _rising_chain(items, places, keys, gold)
    used = set(chosen.values())
    for k, lines in enumerate(places):
        if k not in chosen:
            free = next((i for i in lines if i not in used), None)
            if free is not None:
                chosen[k] = free
                used.add(free)
    first: dict[int, int] = {}
    for k, i in chosen.items():
        m, _, item = items[k]
        role[i], module[i] = 1, m
        weight[i] = 0.0 if gold["modules"][m]["kind"] == "menu" else 1.0
        first[m] = min(first.get(m, size), i)
        kicker = norm(item.get("kicker"))
        for step in (1, -1, 2, -2, 3, -3, 4, -4) if kicker else ():
            if 0 <= i + step < size and keys[i + step] == kicker and role[i + step] == 0:
                role[i + step] = 3
                break
    for i in used:
        for j in range(max(0, i - 3), min(size, i + 4)):
            if j != i and keys[j] == keys[i] and role[j] == 0:
                role[j], module[j], weight[j] = 1, module[i], 0.5 * weight[i]
    for m, i in first.items():
        label = norm(gold["modules"][m]["label"])
        for j in range(i - 1, max(-1, i - 60), -1) if label else ():
            if role[j] == 1 and module[j] != m and keys[j] != label:
                break
            if keys[j] == label:
                role[j] = 2
                break
    known = {key for _, key, _ in items}
    for i, key in enumerate(keys):
        if role[i] == 0 and key in known:
            weight[i] = 0.3
    return role, weight, module


def mark_body(read: TextPage, body: str, role: np.ndarray) -> None:
    """Role 4 for the lines of running text, as the toolkit's HTML reader found them on the same page."""
    from score import norm

    paragraphs = [norm(paragraph) for paragraph in re.split(r"\n+", body)]
    known, whole = set(paragraphs), f" {' '.join(paragraphs)} "
    for i, line in enumerate(read.lines):
        key = norm(line.text)
        if role[i] == 0 and key and (key in known or (len(key) > 40 and f" {key} " in whole)):
            role[i] = 4


def _part_matches(keys: list[str], key: str) -> list[int]:
    """Lines that hold the headline and a little more at one end."""
    if len(key) < 8:
        return []
    return [
        i
        for i, line in enumerate(keys)
        if (line.endswith(f" {key}") or line.startswith(f"{key} ")) and len(key) >= 0.5 * len(line)
    ]


def _rising_chain(
    items: list[tuple[int, str, Any]], places: list[list[int]], keys: list[str], gold: dict[str, Any]
) -> dict[int, int]:
    from score import norm

    states: list[tuple[int, float, int, int]] = []  # line, score, state before, item
    for k, lines in enumerate(places):
        label = norm(gold["modules"][items[k][0]]["label"])
        new = []
        for i in lines:
            best, before = 0.0, -1
            for state, (line, score, _, other) in enumerate(states):
                if line >= i:
                    continue
                score -= min(i - line, 60) * 0.004
                score -= 0.3 if items[other][0] == items[k][0] and i - line > 25 else 0.0
                if score > best:
                    best, before = score, state
            headed = bool(label) and label in keys[max(0, i - 60) : i]
            new.append((i, best + 1.0 + 0.2 * headed, before, k))
        states += new
    chosen: dict[int, int] = {}
    state = max(range(len(states)), key=lambda n: states[n][1]) if states else -1
    while state >= 0:
        line, _, before, k = states[state]
        chosen[k] = line
        state = before
    return chosen
