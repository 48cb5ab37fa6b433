"""Items of one list stand or fall together, and labels that are none. All pages are made up."""

from __future__ import annotations

import numpy as np
import pages
import pytest
from pages import BODY

from toolkit.page.modules import find_modules, siblings
from toolkit.page.modules.assemble import is_doubtful, prepare
from toolkit.page.modules.features import candidates, describe_cards
from toolkit.page.modules.kickers import kicker_slots
from toolkit.page.modules.labels import label_candidates
from toolkit.page.modules.siblings import agree
from toolkit.page.modules.split import LEAST, NAMES, agree_pairs, describe_pairs
from toolkit.page.tree import read_tree

STORIES = pages.STORIES[:6]


def whole(side: str) -> str:
    return (
        "<html><body><nav><a href='/politics/'>Politics</a><a href='/sport/'>Sport</a></nav>"
        f"<article><h1>Dam holds</h1>{BODY}</article><aside>{side}</aside></body></html>"
    )


def read(html: str, url: str = "https://www.daily.example/news/dam-holds-48200"):
    tree = read_tree(html)
    body = [i for i in tree.find("p") if tree.chars_in(i) > 80]
    return find_modules(tree, url, title="Dam holds", body=body)


def prepared(html: str, url: str | None = "https://www.daily.example/news/dam-holds-48200"):
    tree = read_tree(html)
    body = [i for i in tree.find("p") if tree.chars_in(i) > 80]
    return prepare(tree, url, "Dam holds", body, None)


def items(stories: list[str], kicker: str = "") -> str:
    return "".join(
        f"<div class='item'>{kicker}<h4><a href='/news/{'-'.join(s.lower().split())}-{48210 + n}'>{s}</a></h4></div>"
        for n, s in enumerate(stories)
    )


# -- a list without a break ---------------------------------------------------------------------------------------


def cards_of(page):
    return [card for card in page.cards if card.headline in STORIES]


def test_describe_pairs_sees_kickers_when_every_item_has_the_text_between():
    page = prepared(whole(f"<div>{items(STORIES, '<h5>In the city</h5>')}</div>"))
    rows = describe_pairs(page, cards_of(page))
    assert (rows[:, NAMES.index("label_kicks")] > 0.7).all()


def test_describe_pairs_sees_no_kicker_when_a_heading_parts_two_lists():
    page = prepared(whole(items(STORIES[:3]) + "<h3>Latest news</h3>" + items(STORIES[3:])))
    rows = describe_pairs(page, cards_of(page))
    assert rows[2, NAMES.index("label")] > 0
    assert rows[2, NAMES.index("label_kicks")] == 0


def test_agree_pairs_joins_a_doubtful_pair_when_the_rest_of_its_list_is_sure():
    page = prepared(whole(f"<div>{items(STORIES)}</div>"))
    cards = cards_of(page)
    rows = describe_pairs(page, cards)
    sure = np.array([0.99, 0.99, 0.2, 0.99, 0.99])
    assert (agree_pairs(page, cards, rows, sure) > 0.5).all()


def test_agree_pairs_changes_nothing_when_the_list_is_too_short_or_a_pair_leaves_it():
    short = prepared(whole(f"<div>{items(STORIES[:LEAST])}</div>"))
    sure = np.full(LEAST - 1, 0.2)
    assert agree_pairs(short, cards_of(short), describe_pairs(short, cards_of(short)), sure) == pytest.approx(
        sure
    )
    two = prepared(whole(f"<div>{items(STORIES[:3])}</div><div>{items(STORIES[3:])}</div>"))
    sure = np.array([0.9, 0.9, 0.01, 0.9, 0.9])
    assert agree_pairs(two, cards_of(two), describe_pairs(two, cards_of(two)), sure)[2] == pytest.approx(0.01)


# -- what a label, or the links' make, says of a whole list ---------------------------------------------------------


def test_find_modules_finds_stories_when_links_differ_from_the_page_in_a_number_only():
    links = "".join(f"<li><a href='/news/view.php?idx={900 + n}'>{s}</a></li>" for n, s in enumerate(STORIES))
    (module,) = read(
        whole(f"<h3>Most Read</h3><ul>{links}</ul>"), "https://www.daily.example/news/view.php?idx=88"
    )
    assert [item.headline for item in module.items] == STORIES


def test_agree_draws_a_list_up_when_it_leads_to_the_page_s_own_address_with_other_numbers():
    links = "".join(f"<li><a href='/news/view.php?idx={900 + n}'>{s}</a></li>" for n, s in enumerate(STORIES))
    links = links.replace("view.php", "item.php")
    raised = {}
    for url in (
        "https://www.daily.example/news/item.php?idx=88",
        "https://www.daily.example/news/dam-holds-48200",
    ):
        page = prepared(whole(f"<ul>{links}</ul>"), url)
        chosen = candidates(page)
        sure = np.full(len(chosen), 0.2)
        after = agree(page, chosen, describe_cards(page, chosen), sure)
        raised[url] = max(p for n, p in zip(chosen, after, strict=True) if page.cards[n].headline in STORIES)
    low, high = sorted(raised.values())
    assert low == pytest.approx(0.2) and high > 0.6


@pytest.mark.parametrize(
    ("path", "raised"),
    [
        ("/bbs/articleView.html?idxno=", True),
        ("/bbs/board.html?idxno=", False),
        ("/bbs/viewtopic.php?t=", False),
    ],
)
def test_agree_draws_a_list_up_when_its_links_are_called_views_of_numbered_articles(path, raised):
    links = "".join(f"<li><a href='{path}{900 + n}'>{s}</a></li>" for n, s in enumerate(STORIES))
    page = prepared(whole(f"<ul>{links}</ul>"), None)
    chosen = candidates(page)
    after = agree(page, chosen, describe_cards(page, chosen), np.full(len(chosen), 0.2))
    found = [p for n, p in zip(chosen, after, strict=True) if page.cards[n].headline in STORIES]
    assert len(found) == len(STORIES)
    assert bool(min(found) > 0.6) is raised


def test_agree_draws_a_list_down_when_its_label_says_jobs():
    found = {}
    for label in ("Jobs", "Wood and stone"):
        page = prepared(whole(f"<section><h3>{label}</h3>{items(STORIES)}</section>"))
        chosen = candidates(page)
        after = agree(page, chosen, describe_cards(page, chosen), np.full(len(chosen), 0.5))
        found[label] = [p for n, p in zip(chosen, after, strict=True) if page.cards[n].headline in STORIES]
    assert found["Wood and stone"] == pytest.approx([0.5] * len(STORIES))
    lower = 1 / (1 + np.exp(-siblings.HEADED_ELSE))
    assert found["Jobs"] == pytest.approx([lower] * len(STORIES))


# -- labels that are none -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "offered"),
    [
        ("<form><p><label for='q'>Search for:</label> <input id='q'></p></form>", False),
        ("<div><label>Search for:</label></div>", True),
    ],
)
def test_label_candidates_leave_a_text_out_when_it_names_a_field_of_a_form(field, offered):
    page = prepared(whole(f"{field}<div>{items(STORIES)}</div>"))
    texts = [page.pieces.text[p] for p in label_candidates(page, cards_of(page), 0)]
    assert ("Search for:" in texts) is offered


# -- steps, boxes with one label, names of drawings -----------------------------------------------------------------


def step(story: str, number: int, rel: str, words: str = "") -> str:
    slug = "-".join(story.lower().split())
    return f"<div class='btn'><a rel='{rel}' href='/news/{slug}-{number}'>{words or story}</a></div>"


@pytest.mark.parametrize(
    ("rel", "words", "raised"),
    [("next", "", True), ("nofollow", "", False), ("next", "Forward to what was printed after this", False)],
)
def test_agree_raises_a_single_card_when_its_link_is_a_step_and_its_address_spells_the_headline(
    rel, words, raised
):
    page = prepared(whole(step(STORIES[0], 48210, rel, words)))
    chosen = candidates(page)
    after = agree(page, chosen, describe_cards(page, chosen), np.full(len(chosen), 0.2))
    of = {page.cards[n].headline: p for n, p in zip(chosen, after, strict=True)}
    assert bool(of[words or STORIES[0]] > 0.9) is raised


def test_describe_pairs_says_how_far_the_box_around_two_cards_is_headed():
    column = NAMES.index("box_headed")
    headed = prepared(whole(f"<div><h3>Most read</h3>{items(STORIES[:3])}</div>"))
    bare = prepared(whole(f"<div>{items(STORIES[:3])}</div>"))
    assert (describe_pairs(headed, cards_of(headed))[:, column] > 0).all()
    assert (describe_pairs(bare, cards_of(bare))[:, column] == 0).all()


@pytest.mark.parametrize(("made", "offered"), [("material-icons", False), ("silicon", True)])
def test_kicker_slots_leave_a_text_out_when_its_class_says_icon(made, offered):
    page = prepared(whole(f"<div>{items(STORIES, f'<span class={made}>square</span>')}</div>"))
    slots = kicker_slots(page, cards_of(page), -1)
    assert any(slot[2] == made for slot in slots) is offered


@pytest.mark.parametrize(("mark", "offered"), [("PR", False), ("Anzeige", False), ("Politics", True)])
def test_kicker_slots_leave_a_text_out_when_it_says_that_an_item_is_paid_for(mark, offered):
    page = prepared(whole(f"<div>{items(STORIES, f'<span class=mark>{mark}</span>')}</div>"))
    slots = kicker_slots(page, cards_of(page), -1)
    assert any(slot[2] == "mark" for slot in slots) is offered


@pytest.mark.parametrize(
    ("sure", "label", "doubtful"),
    [
        ([0.4], None, True),
        ([0.6], None, False),
        ([0.4], "Most read", False),
        ([0.4, 0.4], None, False),
        ([0.6, 0.7], "Jobs", True),
        ([0.9, 0.9], "Jobs", False),
        ([0.6, 0.7], "Latest news", False),
    ],
)
def test_is_doubtful_when_one_stands_alone_or_the_label_announces_something_else(sure, label, doubtful):
    assert is_doubtful(sure, label) is doubtful


def test_candidates_leave_out_what_buttons_say():
    page = prepared(whole(f"<div>{items(['Sign up for our newsletter', 'Read more', STORIES[0]])}</div>"))
    said = [page.cards[n].headline for n in candidates(page)]
    assert (STORIES[0] in said, "Read more" in said) == (True, False)


# -- headlines of more than one piece -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "headline"),
    [
        (
            "Why the old harbour bridge <a href='{}'>stays open all winter</a>",
            "Why the old harbour bridge stays open all winter",
        ),
        ("See our page on this: <a href='{}'>stays open all winter</a>", "stays open all winter"),
        ("Why the old harbour bridge <a href='{}'>Stays open all winter</a>", "Stays open all winter"),
        (
            "<a href='{}'><p>10 January</p><ul><li>Bridge stays open</li><li>Bakery wins a prize</li></ul></a>",
            "Bridge stays open Bakery wins a prize",
        ),
    ],
)
def test_prepare_joins_what_is_one_headline_when_a_link_holds_a_part_of_its_line_or_a_list(line, headline):
    page = prepared(whole(f"<ul><li>{line.format('/news/a-long-winter-48300')}</li></ul>"))
    assert headline in [card.headline for card in page.cards]
