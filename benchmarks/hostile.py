"""Pages that hang readers, crash them, or come back silently empty: what the toolkit makes of each.

    python benchmarks/hostile.py [--limit 15] [--only NAME]

Each page is loaded through ``toolkit.load`` in a process of its own, after a plain page. It fails if it takes more
processor seconds than the limit, if the process dies or raises, if the article is empty or garbled and no row in
``problems`` says so, or if text that a reader would see is lost unflagged. Prints one row per page; exits 1 if any
failed.
"""

from __future__ import annotations

import argparse
import gzip
import multiprocessing as mp
import pathlib
import random
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable
from typing import Any

Page = str | bytes
PAGES: dict[str, Callable[[], Page]] = {}
#: Pages on which the article must come out all the same.
READABLE: set[str] = set()

PARAGRAPH = (
    "The old bridge will close in May for a year, the council decided on Monday after a long debate about its "
    "cracked piers, and buses will take the detour past the mill until the work is done."
)
STORY = "".join(f"<p>{PARAGRAPH} Part {i} of the plan was read out.</p>" for i in range(6))


def article(before: str = "", after: str = "", head: str = "") -> str:
    return (
        f"<!doctype html><html lang=en><head><title>Bridge to close</title>{head}</head><body>{before}"
        f"<article><h1>Bridge to close for a year</h1>{STORY}</article>{after}</body></html>"
    )


def add(name: str, build: Callable[[], Page], *, readable: bool = False) -> None:
    PAGES[name] = build
    if readable:
        READABLE.add(name)


# sizes and nesting
add("50_mb_of_p", lambda: "<p>" * 16_700_000)
add("50_mb_of_text", lambda: "<p>" + "word " * 10_000_000)
add("100000_nested_divs", lambda: "<div>" * 100_000)
add("100000_closed_divs", lambda: article("<div>" * 100_000 + "</div>" * 100_000), readable=True)
add("story_inside_50000_divs", lambda: "<div>" * 50_000 + article())
add("100000_attributes", lambda: "<p " + " ".join(f"a{i}=1" for i in range(100_000)) + ">x" + article())
add(
    "100000_attributes_in_article",
    lambda: article(f"<div {' '.join(f'b{i}' for i in range(100_000))}>"),
    readable=True,
)
add("20_mb_attribute", lambda: article("<img alt='" + "x" * 20_000_000 + "'>"), readable=True)
add(
    "20_mb_data_uri",
    lambda: article("<img src='data:image/png;base64," + "A" * 20_000_000 + "'>"),
    readable=True,
)
add(
    "200000_links",
    lambda: article(after="".join(f"<a href=/n/{i}>Story number {i} of the day</a>" for i in range(200_000))),
)
add(
    "20000_links_in_list",
    lambda: article(
        after="<ul>"
        + "".join(
            f"<li><a href=/n/story-number-{i}-of-day>Story number {i} of the day is long</a>"
            for i in range(20_000)
        )
        + "</ul>"
    ),
    readable=True,
)
add("300000_spans", lambda: article(after="<span>x</span>" * 300_000))
add("100000_list_items", lambda: article(after="<ul>" + "<li>item" * 100_000), readable=True)
add("nested_lists", lambda: article(after="<ul><li>" * 20_000), readable=True)
add("nested_tables", lambda: "<table><tr><td>" * 5_000 + PARAGRAPH)
add("foster_parents", lambda: "<table>" + "<b>x" * 20_000 + STORY)
add("open_formatting", lambda: "<b><i><u>" * 10_000 + "<p>x" * 10_000)
add("font_ladder", lambda: "".join(f"<font size={i}>" for i in range(5_000)) + "<p>x" * 5_000 + article())
add("nested_anchors", lambda: "<a href=x>" * 50_000 + article())
add("nested_buttons_and_forms", lambda: "<form><button>" * 20_000 + article())
add("nested_select", lambda: article("<select><option>" * 20_000), readable=False)
add("nested_templates", lambda: article("<template>" * 3_000))
add("nested_svg", lambda: article("<svg><g>" * 20_000))
add("nested_blockquotes", lambda: article(after="<blockquote>" * 30_000), readable=True)
add("one_word_of_10_mb", lambda: article(after="<p>" + "x" * 10_000_000))
add("one_line_of_sentences", lambda: "<html><body><p>" + (PARAGRAPH + " ") * 40_000)
add("500000_line_breaks", lambda: article(after="<br>" * 500_000))
add("500000_entities", lambda: article(after="<p>" + "&amp;" * 500_000))
add("100000_comments", lambda: article(after="<!-- x -->" * 100_000), readable=True)
add(
    "100000_classes",
    lambda: article("<div class='" + " ".join(f"c{i}" for i in range(100_000)) + "'></div>"),
    readable=True,
)
add("20000_h1", lambda: "<h1>Bridge to close for a year</h1>" * 20_000 + STORY)
add("50000_bylines", lambda: article(after="<span class=byline>By Ana Ruiz</span>" * 50_000), readable=True)
add("50000_times", lambda: article(after="<time datetime=2025-04-02>now</time>" * 50_000), readable=True)

# broken markup
add("unclosed_comment", lambda: article() + "<!-- " + "x" * 100_000, readable=True)
add("unclosed_comment_first", lambda: "<!-- " + article())
add("unclosed_script", lambda: "<html><head><title>T</title><script>var a = 1;" + article())
add("unclosed_title", lambda: "<title>T " + STORY)
add("unclosed_attribute", lambda: article() + '<a href="' + "x" * 100_000, readable=True)
add("only_open_brackets", lambda: "<" * 1_000_000)
add("only_close_brackets", lambda: ">" * 1_000_000)
add("open_tags_cut", lambda: "<a <b <c " * 200_000)
add(
    "doctype_bomb",
    lambda: (
        "<!DOCTYPE x ["
        + "".join(f'<!ENTITY e{i} "&e{i - 1};&e{i - 1};">' for i in range(1, 60))
        + "]>"
        + article()
        + "&e59;"
    ),
    readable=True,
)
add("frameset", lambda: "<html><frameset cols='1,2'><frame src=a><frame src=b></frameset></html>")
add("iframe_only", lambda: "<html><body><iframe src=a></iframe></body></html>")
add("noscript_only", lambda: "<html><body><noscript>Please enable JavaScript.</noscript></body></html>")
add(
    "cookie_wall",
    lambda: "<title>Consent</title><div class=cookie><p>We value your privacy.</p><button>OK</button></div>",
)
add(
    "xml_feed",
    lambda: (
        "<?xml version='1.0'?><rss><channel><item><title>A</title><link>http://a.example</link></item></channel></rss>"
    ),
)
add("xhtml_prolog", lambda: "<?xml version='1.0' encoding='utf-8'?>" + article(), readable=True)
add("duplicate_ids", lambda: article(after="<div id=x>y</div>" * 30_000), readable=True)
add("body_in_head", lambda: "<head>" + STORY + "</head>", readable=True)
add("two_bodies", lambda: article() + article(), readable=True)
add("nothing_but_tags", lambda: "<div></div>" * 1_000)
add("hidden_story", lambda: f"<div style='display:none'>{STORY}</div>")

# bytes and characters
add("empty_file", lambda: b"")
add("white_space", lambda: " \n\t " * 1_000)
add("nul_bytes", lambda: article().replace("bridge", "bri\x00dge"), readable=True)
add("nul_only", lambda: b"\x00" * 100_000)
add("jpeg", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF" + random.Random(1).randbytes(200_000))
add("png_named_html", lambda: b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(50_000))
add("pdf", lambda: b"%PDF-1.7\n" + random.Random(3).randbytes(50_000))
add("gzip_inside", lambda: gzip.compress(gzip.compress(article().encode())))
add("random_bytes", lambda: random.Random(4).randbytes(300_000))
add(
    "euc_kr_called_latin",
    lambda: (
        "<meta charset=iso-8859-1><h1>다리가 닫힌다</h1>"
        + "<p>시는 월요일에 오래된 다리를 오월부터 일 년 동안 닫기로 했다고 밝혔다.</p>" * 12
    ).encode("euc-kr"),
)
add(
    "shift_jis_called_utf8",
    lambda: (
        "<meta charset=utf-8><h1>橋が閉まる</h1>"
        + "<p>市は月曜日、古い橋を五月から一年間閉鎖すると発表した。</p>" * 12
    ).encode("shift_jis"),
)
add("utf16_without_mark", lambda: article().encode("utf-16-le"))
add("utf16_with_mark", lambda: article().encode("utf-16"), readable=True)
add("cp1252_quotes", lambda: article().replace("bridge", "“bridge”").encode("cp1252"), readable=True)
add("right_to_left_marks", lambda: article().replace("bridge", "\u202ebridge\u202c"), readable=True)
add("zero_width_everywhere", lambda: article().replace("e", "e\u200b"), readable=True)
add("combining_marks", lambda: article(after="<p>" + "e" + "\u0301" * 500_000))
add("emoji", lambda: article(after="<p>" + "👩‍👩‍👧" * 100_000))
add("private_use", lambda: article(after="<p>" + "\ue000" * 100_000))
add("control_marks", lambda: "<p>" + "\x01\x02\x03" * 10_000)
add("surrogate_bytes", lambda: article().encode().replace(b"bridge", b"bri\xed\xa0\x80dge"))
add("surrogate_entities", lambda: article().replace("cracked", "cra&#xD800;cked&#55357;"), readable=True)
add("huge_entities", lambda: article().replace("bridge", "bridge&#x110000;&#99999999999;"), readable=True)

# metadata
LD = "<script type='application/ld+json'>{}</script>"
add("deep_json", lambda: article(head=LD.format("[" * 100_000)), readable=True)
add(
    "deep_json_objects", lambda: article(head=LD.format('{"a":' * 50_000 + "1" + "}" * 50_000)), readable=True
)
add(
    "huge_json_list",
    lambda: article(
        head=LD.format(
            '{"@type":"NewsArticle","author":['
            + ",".join('{"name":"Ana Ruiz"}' for _ in range(100_000))
            + "]}"
        )
    ),
    readable=True,
)
add(
    "10_mb_json",
    lambda: article(head=LD.format('{"@type":"NewsArticle","headline":"' + "x" * 10_000_000 + '"}')),
    readable=True,
)
add(
    "json_not_a_number",
    lambda: article(
        head=LD.format('{"@type":"NewsArticle","datePublished":NaN,"dateModified":Infinity,"headline":1e999}')
    ),
    readable=True,
)
add(
    "json_huge_number",
    lambda: article(head=LD.format('{"@type":"NewsArticle","datePublished":' + "9" * 10_000 + "}")),
    readable=True,
)
add(
    "json_wrong_types",
    lambda: article(
        head=LD.format(
            '[[[{"@type":["NewsArticle",7,null],"author":{"name":{"name":[null,{"name":3}]}},"keywords":{"a":[1]},"headline":["x"],"publisher":[],"image":null}]]]'
        )
    ),
    readable=True,
)
add(
    "json_self_reference",
    lambda: article(
        head=LD.format('{"@graph":[{"@type":"NewsArticle","@id":"#a","headline":"B","author":{"@id":"#a"}}]}')
    ),
    readable=True,
)
add(
    "5000_json_scripts",
    lambda: article(head=LD.format('{"@type":"NewsArticle","headline":"Bridge"}') * 5_000),
    readable=True,
)
add(
    "year_99999",
    lambda: article(head="<meta property='article:published_time' content='99999-01-01T00:00:00Z'>"),
    readable=True,
)
add(
    "year_0",
    lambda: article(head="<meta property='article:published_time' content='0000-00-00T99:99:99+99:99'>"),
    readable=True,
)
add("month_13", lambda: article(head="<time datetime='2025-13-45T25:61'>x</time>"), readable=True)
add("date_of_digits", lambda: article(head="<meta name=date content='" + "1" * 10_000 + "'>"), readable=True)
add("50000_metas", lambda: article(head="<meta property='og:title' content='x'>" * 50_000), readable=True)
add(
    "title_of_1_mb",
    lambda: article(head="<meta property='og:title' content='" + "x " * 500_000 + "'>"),
    readable=True,
)
add(
    "keywords_of_1_mb",
    lambda: article(head="<meta name=keywords content='" + "a," * 500_000 + "'>"),
    readable=True,
)
add(
    "canonical_garbage",
    lambda: article(
        head="<link rel=canonical href='http://[::1'><meta property='og:url' content='http://[bad'>"
    ),
    readable=True,
)
add(
    "base_garbage",
    lambda: article(after="<a href='http://[::1/x'>A story of some length is here</a>" * 50),
    readable=True,
)
add(
    "class_regex_bomb",
    lambda: article(f"<div class='{'a-' * 50_000}!' id='{'byline ' * 5_000}'>x</div>"),
    readable=True,
)
add(
    "byline_regex_bomb",
    lambda: article("<p class=byline>By " + "A and " * 20 + "</p>" + "<p>By " + "Aa " * 30_000 + "</p>"),
    readable=True,
)
add(
    "date_regex_bomb",
    lambda: article("<p>" + "1.1.1.1.1 " * 50_000 + "</p>" + "<time>" + "12 de " * 10_000 + "</time>"),
    readable=True,
)
add("style_regex_bomb", lambda: article("<div style='" + "display :" * 5_000 + "'>x</div>"), readable=True)
add(
    "quotes_in_script",
    lambda: article().replace(STORY, "") + "<script>var s='" + '\\"' * 500_000 + "'</script>",
)
add("100000_scripts", lambda: "<script>" * 100_000)
add("unclosed_scripts_of_quotes", lambda: "<script>" + '"' * 500_001)
add("spaces_of_5_mb", lambda: article(after="<p>" + " " * 5_000_000 + "</p>"), readable=True)
add("tabs_between_tags", lambda: article(after="<i>\t</i>\n" * 100_000))
add(
    "title_suffix_bomb",
    lambda: article(head="<meta property='og:title' content='" + " | - " * 80 + "'>"),
    readable=True,
)


def load_page(path: str, answer: Any) -> None:
    try:
        import toolkit

        toolkit.load([str(pathlib.Path(path).with_name("plain.htm"))], n_jobs=1)  # imports and models, once
        start = time.process_time()
        corpus = toolkit.load([path], n_jobs=1)
        seconds = time.process_time() - start
        row = corpus.articles.iloc[0].to_dict() if len(corpus.articles) else {}
        answer.put({
            "seconds": seconds, "body": str(row.get("body") or "") if row.get("body") == row.get("body") else "",
            "title": row.get("title"), "reasons": corpus.problems["reason"].tolist(),
            # a feed states a list and no article
            "listed": row.get("format") == "table" and len(corpus.placements) > 0,
        })  # fmt: skip
    except BaseException as error:
        answer.put({"error": f"{type(error).__name__}: {error}"[:120]})


def judge(name: str, got: dict[str, Any], limit: float) -> str:
    if "error" in got:
        return "FAIL " + got["error"]
    if got["seconds"] > limit:
        return f"FAIL over {limit:g} s"
    reasons, body = set(got["reasons"]), got["body"]
    if "internal_error" in reasons:
        return "FAIL internal error"
    if name in READABLE:
        if "old bridge" not in body.replace("\u200b", "").replace("“", "").replace("”", "").replace(
            "\u202e", ""
        ):
            return "FAIL article lost" if not reasons else "flagged"
        return "read"
    if len(body.split()) < 20 and not reasons and not got["listed"]:
        return "FAIL unflagged empty"
    spoilt = sum(
        (unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") and c not in "\n\t") or c == "\ufffd"
        for c in body
    )
    if spoilt > 5 and not reasons:
        return "FAIL unflagged garbage"
    return "flagged" if reasons else "read"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--limit", type=float, default=15.0, help="seconds a page may take (default 15)")
    parser.add_argument("--only", help="run the pages whose name contains this")
    parser.add_argument("--skip", type=int, default=0, help="leave out the first so many pages")
    options = parser.parse_args()
    failed = 0
    context = mp.get_context("spawn")
    names = [name for name in PAGES if not options.only or options.only in name][options.skip :]
    print(f"{'page':32} {'seconds':>8} {'words':>7}  verdict  reasons")
    for name in names:
        content = PAGES[name]()
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / f"{name}.html"
            path.with_name("plain.htm").write_text(article(), encoding="utf-8")
            path.write_bytes(
                content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
            )
            answer = context.Queue()
            process = context.Process(target=load_page, args=(str(path), answer))
            process.start()
            try:
                got = answer.get(timeout=options.limit * 4 + 20)
            except Exception:
                got = {"error": "hang or crash"}
            process.join(timeout=2)
            if process.is_alive():
                process.kill()
        verdict = judge(name, got, options.limit)
        failed += verdict.startswith("FAIL")
        seconds = f"{got['seconds']:.2f}" if "seconds" in got else "-"
        words = len(got.get("body", "").split())
        print(
            f"{name:32} {seconds:>8} {words:>7}  {verdict}  {', '.join(got.get('reasons', []))}", flush=True
        )
    print(f"{len(names)} pages, {failed} failed (limit {options.limit:g} s)")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
