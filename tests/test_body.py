"""The body among the blocks of a page: blocks, features, rules, model."""

from __future__ import annotations

import gzip
import json
import statistics
import sys
from pathlib import Path

import numpy as np
import pytest

from toolkit.page.blocks import find_blocks
from toolkit.page.body import find_body
from toolkit.page.body_features import FEATURES, measure_blocks
from toolkit.page.body_rules import vote_by_rules
from toolkit.page.hints import bits_of, find_hints
from toolkit.page.html import read_html
from toolkit.page.state import find_stored_text
from toolkit.page.tree import read_tree

SHARED = Path(__file__).resolve().parents[2] / "shared" / "articles"
LONG = "The council decided on Monday that the bridge will close in May for a year, after a long debate about it."


def texts(html: str) -> list[str]:
    return find_blocks(read_tree(html)).text


# ---------------------------------------------------------------- blocks


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>One <b>two</b> three</p><p>four</p>", ["One two three", "four"]),
        ("<div>before<p>in</p>after</div>", ["before", "in", "after"]),
        ("<p>a<br>b</p>", ["a b"]),
        ("<p>a<br><br>b</p>", ["a", "b"]),
        ("<table><tr><td>1</td><td>Ana</td></tr><tr><td>2</td><td>Tom</td></tr></table>", ["1 Ana", "2 Tom"]),
        ("<table><tr><td><p>a</p><p>b</p></td></tr></table>", ["a", "b"]),
        ("<head><title>t</title></head><body>x</body>", ["x"]),
        ("", []),
    ],
)
def test_find_blocks_cuts_at_line_ends_when_elements_make_them(html: str, expected: list[str]) -> None:
    assert texts(html) == expected


def test_find_blocks_holds_every_text_node_once_when_page_is_nested() -> None:
    tree = read_tree("<div>a<ul><li>b<span>c</span><li><a href=x>d</a> e</ul>f</div>")
    blocks = find_blocks(tree)
    held = [n for k in range(len(blocks)) for n in range(blocks.start[k], blocks.stop[k]) if not tree.tag[n]]
    assert held == [n for n in range(len(tree)) if not tree.tag[n]]


def test_find_blocks_counts_linked_characters_when_block_has_a_link() -> None:
    blocks = find_blocks(read_tree("<p><a href=/x>link</a> and text</p>"))
    assert blocks.linked == [4]
    assert blocks.chars == [len("link and text")]


# ---------------------------------------------------------------- hints and features


def test_find_hints_passes_over_elements_that_hold_the_title_when_asked() -> None:
    tree = read_tree("<body><div class=comment><h1>T</h1><p class=caption>x</p></div></body>")
    node = tree.find("p")[0]
    _, everything = find_hints(tree, [node])
    _, below = find_hints(tree, [node], [tree.parent[tree.find("h1")[0]]])
    assert everything[node] & bits_of("comment") and everything[node] & bits_of("caption")
    assert not below[node] & bits_of("comment")
    assert below[node] & bits_of("caption")


def test_measure_blocks_names_every_column_when_page_has_text() -> None:
    tree = read_tree(f"<article><h1>T</h1><p>{LONG}</p><p>short</p></article>")
    candidates, features = measure_blocks(tree, find_blocks(tree))
    assert features.shape == (len(candidates), len(FEATURES))
    assert features.dtype == np.float32
    assert not np.isnan(features).any()


def test_measure_blocks_leaves_out_blocks_far_from_text_when_page_is_long() -> None:
    tree = read_tree("<p>nav</p>" * 20 + f"<p>{LONG}</p>")
    candidates, _ = measure_blocks(tree, find_blocks(tree))
    assert candidates.tolist() == [15, 16, 17, 18, 19, 20]


def test_measure_blocks_is_empty_when_page_is() -> None:
    tree = read_tree("")
    candidates, features = measure_blocks(tree, find_blocks(tree))
    assert len(candidates) == 0
    assert features.shape == (0, len(FEATURES))
    assert vote_by_rules(features).shape == (0,)


# ---------------------------------------------------------------- body


def body_of(html: str) -> list[str]:
    tree = read_tree(html)
    blocks = find_blocks(tree)
    return [blocks.text[k] for k in find_body(tree, blocks).blocks]


def test_find_body_keeps_lists_quotes_and_subheads_when_they_stand_in_text() -> None:
    inner = f"<p>{LONG}</p><h2>What now</h2><p>{LONG[:90]}!</p><blockquote>{LONG[4:]}</blockquote>"
    assert len(body_of(f"<main><article><h1>Bridge</h1>{inner}<p>{LONG[:99]}?</p></article></main>")) == 5


def test_find_body_is_empty_when_page_has_links_only() -> None:
    assert (
        body_of(
            "<ul>"
            + "<li><a href=/x>A story of the day with a long line of words in it</a></li>" * 30
            + "</ul>"
        )
        == []
    )


def test_find_body_is_empty_when_page_is() -> None:
    tree = read_tree("")
    found = find_body(tree, find_blocks(tree))
    assert (found.blocks, found.score, found.confidence) == ([], {}, 0.0)


def test_find_stored_text_passes_over_code_when_it_is_long() -> None:
    code = "function(a,b){if(a){return b}}" * 40
    assert find_stored_text(f'<script>var x="{code}"</script>') is None


def test_find_stored_text_ends_when_quotes_are_never_closed() -> None:
    assert find_stored_text("<script>" + '\\"' * 200_000 + "</script>") is None


# ---------------------------------------------------------------- on real pages


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/articles, which is not part of the project")
def test_read_html_reaches_body_figure_when_pages_are_real() -> None:
    sys.path.insert(0, str(SHARED))
    try:
        from score import body_prf
    finally:
        sys.path.remove(str(SHARED))
    from toolkit.readers.decode import decode_page

    rows = [json.loads(line) for line in (SHARED / "articles.jsonl").read_text("utf-8").splitlines()][::8]
    f1 = []
    for row in rows:
        html = decode_page(gzip.decompress((SHARED / "pages" / row["file"]).read_bytes())).text
        precision, recall = body_prf(row["body"], read_html(html).article.body)
        f1.append(2 * precision * recall / (precision + recall) if precision and recall else 0.0)
    assert len(f1) == 30
    assert statistics.fmean(f1) > 0.95
