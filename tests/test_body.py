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
from toolkit.page.body import Trees, find_body
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


# ---------------------------------------------------------------- tree


def test_read_tree_is_the_same_when_page_comes_as_bytes() -> None:
    html = "<p>caf\u00e9 <a href=x>link</a></p><my-box hidden>x<your-box>y</your-box></my-box>"
    assert read_tree(html.encode()) == read_tree(html)
    assert [name for name in read_tree(html).tag if "-" in name] == ["my-box", "your-box"]


def test_read_tree_marks_all_inside_links_and_hidden_elements_when_they_nest() -> None:
    tree = read_tree(
        "<title>t</title><p>a<a href=x>bc<marquee><a href=y>d</a></marquee>e</a></p><p hidden>f<b hidden>g</b></p>h"
    )
    assert [tree.text[link] or tree.attrs[link].get("href") for link in tree.anchors] == ["x", "y"]
    inside = {tree.text[node]: tree.link[node] for node in tree.texts[1:]}
    first, second = tree.anchors
    assert inside == {"a": -1, "bc": first, "d": second, "e": first, "f": -1, "g": -1, "h": -1}
    assert [tree.text[node] for node in tree.texts if tree.hidden[node]] == ["f", "g"]
    assert (tree.chars[-1], tree.links[-1], tree.link_chars_in(first)) == (8, 4, 4)


def test_read_tree_counts_characters_when_head_is_empty() -> None:
    assert read_tree("<p>seven c").chars[-1] == read_tree("<title>t</title><p>seven c").chars[-1] == 7


def test_find_gives_nodes_in_page_order_when_several_elements_are_asked_for() -> None:
    tree = read_tree("<h2>a</h2><p>b</p><h3>c</h3><h2>d</h2>")
    found = tree.find("h2", "h3")
    assert [tree.text[node + 1] for node in found] == ["a", "c", "d"]
    assert tree.find("h2", "h3", start=found[0] + 1, stop=found[2]) == [found[1]]
    assert tree.find("h4") == []


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


def test_predict_takes_each_row_to_its_leaf_when_trees_have_many_splits() -> None:
    # two trees: three leaves by features 0 and 1, and a leaf alone
    trees = Trees(
        roots=np.array([0, 5]),
        feature=np.array([0, 0, 1, 0, 0, 0]),
        threshold=np.array([0.5, 0, 2, 0, 0, 0], dtype=np.float32),
        children=np.array([1, 2, 1, 1, 3, 4, 3, 3, 4, 4, 5, 5]),
        value=np.array([0, -1.0, 0, 2.0, 3.0, 0.5]),
        group=np.array([0, 1], dtype=np.int32),
        base=np.array([0.0, 1.0]),
    )
    rows = np.array([[0.5, 9], [0.6, 2], [0.6, 2.1]] * 500, dtype=np.float32)
    first = 1 / (1 + np.exp(-np.array([-1.0, 2.0, 3.0] * 500)))
    assert np.allclose(trees.predict(rows), (first + 1 / (1 + np.exp(-1.5))) / 2)
    assert trees.predict(rows[:0]).shape == (0,)


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
