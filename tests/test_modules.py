"""Modules of HTML pages: cards, splits, labels, kinds, kickers, second renderings. All pages are made up."""

from __future__ import annotations

import numpy as np
import pytest
from pages import BODY, STORIES

from toolkit.page.modules import find_modules
from toolkit.page.modules.cards import find_cards
from toolkit.page.modules.context import read_page
from toolkit.page.modules.ensemble import Ensemble, from_arrays, load_models, to_arrays
from toolkit.page.modules.lexicon import is_chrome, look_up
from toolkit.page.modules.marks import BIT, hints_of
from toolkit.page.modules.pieces import find_pieces
from toolkit.page.modules.texts import is_date, overlap
from toolkit.page.tree import Tree, read_tree
from toolkit.page.urls import make_absolute, registered_domain, split_url, url_key
from toolkit.tables import KINDS


def slug(text: str) -> str:
    return "-".join(word.lower() for word in text.split())


def link(text: str, number: int = 0, inner: str | None = None) -> str:
    return f'<a href="/news/{slug(text)}-{48210 + number}">{inner or text}</a>'


def block(label: str | None, stories: list[str], css: str = "box") -> str:
    head = f"<h3>{label}</h3>" if label else ""
    return f'<div class="{css}">{head}<ul>' + "".join(f"<li>{link(s)}</li>" for s in stories) + "</ul></div>"


def page(*blocks: str, body: str = BODY) -> str:
    nav = "".join(
        f'<li><a href="/{name.lower()}/">{name}</a></li>' for name in ("Politics", "Sport", "Culture")
    )
    return (
        f"<html><head><title>t</title></head><body><nav><ul>{nav}</ul></nav><main><article><h1>Dam holds</h1>{body}"
        f"</article></main><aside>{''.join(blocks)}</aside><footer><ul><li><a href='/about-us'>About us</a></li>"
        "<li><a href='/privacy'>Privacy policy</a></li></ul></footer></body></html>"
    )


def paragraphs(tree: Tree) -> list[int]:
    return [i for i in tree.find("p") if tree.chars_in(i) > 80]


def read(html: str, **given: object):
    tree = read_tree(html)
    return find_modules(
        tree,
        "https://www.daily.example/news/dam-holds-48200",
        title="Dam holds",
        body=paragraphs(tree),
        **given,
    )


def headlines(module) -> list[str]:
    return [item.headline for item in module.items]


# -- whole pages ------------------------------------------------------------------------------------------------


def test_find_modules_returns_nothing_when_page_is_empty():
    assert find_modules(read_tree(""), None) == []
    assert find_modules(read_tree("<p>Only words, no link.</p>"), None) == []


def test_find_modules_reads_label_kind_items_and_order_when_block_is_plain():
    (module,) = read(page(block("Most Read", STORIES[:4])))
    assert module.label == "Most Read"
    assert module.kind == "popular"
    assert headlines(module) == STORIES[:4]
    assert module.items[0].url == f"https://www.daily.example/news/{slug(STORIES[0])}-48210"
    assert [item.position for item in module.items] == sorted(item.position for item in module.items)


def test_find_modules_splits_when_a_label_stands_between_items():
    modules = read(page(block("Most Read", STORIES[:4]), block("Latest news", STORIES[4:])))
    assert [m.label for m in modules] == ["Most Read", "Latest news"]
    assert [m.kind for m in modules] == ["popular", "latest"]
    assert [len(m.items) for m in modules] == [4, 4]


def test_find_modules_says_where_parts_stand_when_it_found_them():
    tree = read_tree(page(block("Most Read", STORIES[:3])))
    (module,) = find_modules(tree, None, title="Dam holds", body=paragraphs(tree))
    assert tree.text[module.label_node] == "Most Read"
    for item in module.items:
        assert "".join(tree.text[n] for n in item.headline_nodes) == item.headline
        assert item.start <= item.headline_nodes[0] < item.stop


def test_find_modules_leaves_out_navigation_and_footer_when_they_hold_short_links():
    modules = read(page(block("Most Read", STORIES[:3])))
    assert {h for m in modules for h in headlines(m)} == set(STORIES[:3])


def test_find_modules_leaves_out_the_page_itself_when_a_module_prints_it():
    own = '<li><a href="/news/dam-holds-48200">Dam holds</a></li>'
    html = page(block("Most Read", STORIES[:3]).replace("<ul>", "<ul>" + own))
    assert headlines(read(html)[0]) == STORIES[:3]


def test_find_modules_leaves_out_links_in_sentences_when_the_body_holds_them():
    sentence = (
        f"<p>It was as when {link('the council kept the bridge')}, which many in town remember well.</p>"
    )
    modules = read(page(block("Most Read", STORIES[:3]), body=BODY + sentence + BODY))
    assert [headlines(m) for m in modules] == [STORIES[:3]]


def test_find_modules_marks_second_rendering_when_label_items_and_order_are_equal():
    first, other, again = read(
        page(
            block("Most Read", STORIES[:3]),
            block("Latest news", STORIES[3:6]),
            block("Most Read", STORIES[:3]),
        )
    )
    assert (first.duplicate_of, other.duplicate_of, again.duplicate_of) == (None, None, 0)


def test_find_modules_marks_no_second_rendering_when_label_or_order_differs():
    modules = read(page(block("Most Read", STORIES[:3]), block("Latest news", STORIES[:3])))
    assert [m.duplicate_of for m in modules] == [None, None]
    modules = read(page(block("Most Read", STORIES[:3]), block("Most Read", STORIES[:3][::-1])))
    assert [m.duplicate_of for m in modules] == [None, None]


def test_find_modules_reads_inline_line_when_it_stands_between_paragraphs():
    line = f"<p><strong>Read also:</strong> {link(STORIES[0])}</p>"
    (module,) = read(page(body=BODY + line + BODY))
    assert module.kind == "inline"
    assert headlines(module) == [STORIES[0]]


def test_find_modules_singles_out_headline_when_kicker_and_summary_share_its_link():
    cards = "".join(
        "<li>"
        + link(
            s,
            inner=f'<span class="kicker">Sport</span><h4>{s}</h4><p class="summary">A summary of the story that says '
            "in one more sentence what it is about.</p>",
        )
        + "</li>"
        for s in STORIES[:4]
    )
    (module,) = read(page(f'<section><h2>More stories</h2><ul class="teasers">{cards}</ul></section>'))
    assert headlines(module) == STORIES[:4]
    assert [item.kicker for item in module.items] == ["Sport"] * 4
    assert all(item.deck and item.deck.startswith("A summary") for item in module.items)


def test_find_modules_merges_picture_and_headline_links_when_their_address_is_one():
    cards = "".join(
        f'<div class="card">{link(s, inner="<img src=x>")}<h3>{link(s)}</h3>{link(s, inner="Read more")}</div>'
        for s in STORIES[:4]
    )
    (module,) = read(page(f"<section><h2>Latest news</h2>{cards}</section>"))
    assert headlines(module) == STORIES[:4]


def test_find_modules_gives_the_headline_link_when_the_picture_link_is_tracked_otherwise():
    cards = "".join(
        f'<div class="card"><a href="/news/{slug(s)}?utm_source=picture"><img src=x></a>'
        f'<h3><a href="/news/{slug(s)}?utm_source=text">{s}</a></h3></div>'
        for s in STORIES[:4]
    )
    (module,) = read(page(f"<section><h2>Latest news</h2>{cards}</section>"))
    assert [item.url.rpartition("=")[2] for item in module.items] == ["text"] * 4


@pytest.mark.parametrize(
    ("base", "start"),
    [("/", "https://www.daily.example/"), ("https://cdn.example/a/b", "https://cdn.example/a/"), ("", "")],
)
def test_find_modules_starts_relative_links_where_the_page_says(base, start):
    html = page(block("Most Read", STORIES[:4])).replace('href="/news/', 'href="news/')
    (module,) = read(html.replace("<head>", f'<head><base target="_top"><base href="{base}">'))
    assert all(
        item.url.startswith((start or "https://www.daily.example/news/") + "news/") for item in module.items
    )


def test_find_modules_drops_screen_reader_text_when_a_headline_carries_it():
    cards = "".join(
        "<li>" + link(s, inner=f'{s}<span class="sr-only">, opens in a new tab</span>') + "</li>"
        for s in STORIES[:3]
    )
    (module,) = read(page(f"<div><h3>Most Read</h3><ul>{cards}</ul></div>"))
    assert headlines(module) == STORIES[:3]


@pytest.mark.parametrize("wrapper", ["noscript", "template", "section"])
def test_find_modules_reads_block_when_it_is_kept_for_scripts(wrapper):
    (module,) = read(page(f"<{wrapper}>{block('Most Read', STORIES[:4])}</{wrapper}>"))
    assert (module.label, headlines(module)) == ("Most Read", STORIES[:4])


def test_find_modules_reads_tabs_as_modules_when_their_names_are_labels():
    panes = "".join(
        '<div class="pane"><ul>' + "".join(f"<li>{link(s)}</li>" for s in part) + "</ul></div>"
        for part in (STORIES[:4], STORIES[4:])
    )
    strip = "<ul><li><button>Most Read</button></li><li><button>Latest</button></li></ul>"
    modules = read(page(f'<div class="tabs">{strip}<div class="panes">{panes}</div></div>'))
    assert [(m.label, m.kind, len(m.items)) for m in modules] == [
        ("Most Read", "popular", 4),
        ("Latest", "latest", 4),
    ]


def test_find_modules_joins_tabs_when_a_heading_stands_over_the_strip():
    panes = "".join(
        '<div class="pane"><ul>' + "".join(f"<li>{link(s)}</li>" for s in part) + "</ul></div>"
        for part in (STORIES[:4], STORIES[4:])
    )
    strip = "<h2>Trending stories</h2><ul><li><button>In town</button></li><li><button>Everywhere</button></li></ul>"
    (module,) = read(page(f'<div class="tabs">{strip}<div class="panes">{panes}</div></div>'))
    assert (module.label, len(module.items)) == ("Trending stories", 8)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Meistgelesen", "popular"),
        ("Últimas noticias", "latest"),
        ("많이 본 뉴스", "popular"),
        ("関連記事", "related"),
    ],
)
def test_find_modules_knows_kind_when_label_is_in_another_language(label, kind):
    (module,) = read(page(block(label, STORIES[:4])))
    assert (module.label, module.kind) == (label, kind)


def test_find_modules_gives_the_same_when_called_twice():
    html = page(block("Most Read", STORIES[:4]), block(None, STORIES[4:]))
    assert read(html) == read(html)


def test_find_modules_survives_when_page_is_broken():
    assert isinstance(read("<a href='/x'><div><a href=''>" * 300 + "text"), list)
    assert isinstance(read("<div>" * 3000 + link(STORIES[0])), list)
    assert all(m.kind in KINDS for m in read(page(block(None, STORIES), block("?", STORIES))))


def test_find_modules_reads_every_item_when_a_list_is_very_long():
    rows = "".join(f"<li>{link(f'Story number {n} is told here at length', n)}</li>" for n in range(1500))
    modules = read(page(f"<div><h3>Latest news</h3><ul>{rows}</ul></div>"))
    assert [(m.label, len(m.items)) for m in modules] == [("Latest news", 1500)]


def test_find_modules_stops_looking_when_a_page_has_more_links_than_any_article():
    from toolkit.page.modules.features import MOST_CANDIDATES

    rows = "".join(link(f"Story number {n} is told here at length", n) for n in range(MOST_CANDIDATES + 50))
    assert sum(len(m.items) for m in read(page(rows))) == MOST_CANDIDATES


def test_find_modules_works_by_rule_when_no_ensemble_is_given():
    from toolkit.page.modules.ensemble import Models

    tree = read_tree(page(block("Most Read", STORIES[:4])))
    (module,) = find_modules(tree, None, title="Dam holds", body=paragraphs(tree), models=Models({}))
    assert (module.label, module.kind, headlines(module)) == ("Most Read", "popular", STORIES[:4])


def test_find_modules_keeps_empty_module_when_a_script_was_to_fill_it():
    empty = '<div class="widget"><h3>Most Read</h3><div id="most-read-list"></div></div>'
    first, second = read(page(empty, block("Latest news", STORIES[:4])))
    assert (first.label, first.kind, first.items, first.rule) == ("Most Read", "popular", [], "label alone")
    assert (second.label, len(second.items)) == ("Latest news", 4)


def test_find_modules_keeps_no_empty_module_when_the_heading_has_text_below_it():
    assert (
        read(page('<div class="widget"><h3>Most Read</h3><div><p>Nothing was read today.</p></div></div>'))
        == []
    )
    assert read(page(body=f"<div><h2>Latest news</h2>{BODY}</div>")) == []


# -- the parts --------------------------------------------------------------------------------------------------


def pieces_of(html: str) -> list[str]:
    return find_pieces(read_tree(html)).text


def test_find_pieces_keeps_headline_whole_when_a_word_is_set_off():
    assert pieces_of("<h3>The <em>old</em> bridge</h3>") == ["The old bridge"]


def test_find_pieces_cuts_when_spans_stand_side_by_side():
    assert pieces_of("<a href=/x><span>Sport</span><span>The old bridge</span></a>") == [
        "Sport",
        "The old bridge",
    ]


def test_find_pieces_cuts_when_a_line_breaks_and_skips_fields():
    assert pieces_of("<p>One<br>Two</p><select><option>No</option></select>") == ["One", "Two"]


def test_find_pieces_takes_a_line_as_one_piece_however_deep_its_spans_nest():
    words = [f"w{n}" for n in range(1_000)]
    nested = "<span>".join(f"{word} " for word in words) + "</span>" * 999
    pieces = find_pieces(read_tree(f"<p>before</p><p>{nested}</p><p><em>Set</em> apart</p>"))
    assert pieces.text == ["before", " ".join(words), "Set apart"]
    assert pieces.owner[1] < pieces.first[1]


def test_find_cards_keeps_items_apart_when_one_address_is_listed_twice():
    html = "<ul>" + "".join(
        f"<li><a href='/s-1'>{t}</a></li>" for t in ("One story told here", "Another told here")
    )
    tree = read_tree(html)
    cards = find_cards(tree, find_pieces(tree), "", "")
    assert [len(card.links) for card in cards] == [1, 1]


def test_find_cards_leaves_out_links_when_they_lead_nowhere():
    tree = read_tree(
        "<a href='#top'>Up</a><a href='mailto:a@b.example'>Mail</a><a href='/own'>Own</a><a href='/x'>X</a>"
    )
    assert [card.key for card in find_cards(tree, find_pieces(tree), "h.example", "h.example/own")] == [
        "h.example/x"
    ]


def test_read_page_knows_paragraph_when_node_stands_in_it():
    tree = read_tree(page())
    here = read_page(tree, None, None, paragraphs(tree), None)
    first = paragraphs(tree)[0]
    assert here.in_paragraph(first) and here.in_paragraph(first + 1)
    assert not here.in_paragraph(first - 1)
    assert not here.in_paragraph(len(tree) - 1)


def test_look_up_prefers_the_longer_claim_when_phrases_overlap():
    claims = look_up("Latest sports news")
    assert claims["latest"] > claims.get("section", 0.0)
    assert look_up("") == {}
    assert look_up("x" * 100) == {}


def test_is_chrome_is_exact_when_words_follow():
    assert is_chrome("See all »")
    assert not is_chrome("See all the bridges of the town")


def test_hints_of_reads_words_when_names_are_joined_in_any_style():
    assert hints_of("mostPopular-list") & BIT["popular"]
    assert hints_of("SIDEBAR") & BIT["sidebar"]
    assert hints_of("") == 0


@pytest.mark.parametrize(
    "text", ["5 min ago", "12:30", "3. Mai 2024", "2024-05-03", "yesterday", "il y a 3 heures"]
)
def test_is_date_says_yes_when_text_is_a_time(text):
    assert is_date(text)


@pytest.mark.parametrize(
    "text", ["", "12 angry men return to the stage tonight", "May we", "A long way home"]
)
def test_is_date_says_no_when_text_is_a_headline(text):
    assert not is_date(text)


def test_overlap_is_zero_when_slug_is_short_and_folds_accents():
    assert overlap("Any text at all", "abc") == 0.0
    assert overlap("Größe der Straße", "groesse-der-strasse") == 1.0


def test_url_key_is_equal_when_only_tracking_differs():
    assert url_key("http://www.a.example/x/?utm_medium=y&id=3#z") == url_key("https://a.example/x?id=3")
    assert url_key("/x?id=3", "a.example") != url_key("/x?id=4", "a.example")
    assert url_key("javascript:void(0)") == ""


def test_split_url_never_raises_when_address_is_odd():
    for odd in ("", "http://[bad", "//host", "a:b//c", "http://", "?q#f", "\x00"):
        assert len(split_url(odd)) == 4
    assert split_url("//Host.example/a") == ("host.example", "/a", "", "")


def test_make_absolute_keeps_address_when_base_is_unknown():
    assert make_absolute("a/b", None) == "a/b"
    assert make_absolute("//c.example/d", "https://a.example/") == "https://c.example/d"


def test_registered_domain_keeps_three_parts_when_second_level_is_shared():
    assert registered_domain("a.b.co.uk") == "b.co.uk"
    assert registered_domain("a.b.com") == "b.com"
    assert registered_domain("localhost") == "localhost"


def stump() -> Ensemble:
    """Column 0 <= 1 gives 0.25, else 0.75."""
    return Ensemble(
        feature=np.array([0, 0, 0]), threshold=np.array([1, 0, 0], np.float32), left=np.array([1, 1, 2]),
        right=np.array([2, 1, 2]), value=np.array([0.0, 0.25, 0.75]), roots=np.array([0]), depth=1, start=0.0,
        link="mean",
    )  # fmt: skip


def test_ensemble_predict_takes_the_left_branch_when_value_equals_threshold():
    rows = np.array([[0.0], [1.0], [1.5]], np.float32)
    assert stump().predict(rows).tolist() == [0.25, 0.25, 0.75]
    assert stump().predict(rows[:0]).tolist() == []


def test_from_arrays_gives_the_same_ensemble_when_it_was_stored():
    stored = from_arrays(to_arrays(stump(), "t"), "t", {"depth": 1, "start": 0.0, "link": "mean"})
    rows = np.array([[0.0], [2.0]], np.float32)
    assert stored.predict(rows).tolist() == stump().predict(rows).tolist()


def test_load_models_fits_the_columns_when_shipped():
    from toolkit.page.modules import features, labels, split

    models = load_models()
    assert models is not None
    for task, names in {"card": features.NAMES, "pair": split.NAMES, "label": labels.NAMES}.items():
        assert models.has(task), task
        assert max(int(e.feature.max()) for e in models.ensembles[task]) < len(names)
        got = models.predict(task, np.zeros((2, len(names)), np.float32))
        assert ((got >= 0) & (got <= 1)).all()
