"""Items that a page holds but does not print as usual: in its data, in noscript and template, in filled ad boxes."""

from __future__ import annotations

import json

from toolkit.page.html import read_html
from toolkit.page.modules.stored import find_stored, match_stored
from toolkit.page.tree import Script

URL = "https://daily.example/news/harbour-ferry-delayed-4711"
BODY = "".join(
    f"<p>The ferry left the harbour {n} minutes late on Monday, the company said, because its crew had to wait for a "
    f"part that had been sent to the wrong town in the night before number {n} was due.</p>"
    for n in range(5, 11)
)
STORIES = [
    ("Old mill on the river to become a school of music", "/culture/old-mill-school-of-music-4698"),
    ("Bakers ask the council for cheaper power at night", "/business/bakers-ask-for-cheaper-power-4702"),
    ("Goalkeeper who saved nine penalties retires at forty", "/sport/goalkeeper-retires-at-forty-4655"),
    ("Why the lake turned green twice in one short summer", "/science/why-the-lake-turned-green-4640"),
]
PAID = [
    ("Doctors are stunned by this simple morning habit", "https://trc.taboola.com/daily/click?id=9931"),
    (
        "The hearing aid that everybody in town talks about",
        "https://hearwell.example/lp?utm_source=taboola&tblci=x",
    ),
    ("Owners of old roofs get this grant and few know it", "https://roofgrant.example/a?utm_source=taboola"),
]


def page(aside: str, scripts: str = "") -> str:
    return (
        f"<html lang=en><head><title>Ferry delayed</title><link rel=canonical href='{URL}'></head><body>"
        f"<main><article><h1>Harbour ferry delayed by an hour</h1>{BODY}</article></main><aside>{aside}</aside>"
        f"{scripts}</body></html>"
    )


def rows(stories: list[tuple[str, str]]) -> str:
    return (
        "<ul>" + "".join(f"<li><h3><a href='{href}'>{text}</a></h3></li>" for text, href in stories) + "</ul>"
    )


def state(data: object) -> str:
    return f"<script id=__NEXT_DATA__ type=application/json>{json.dumps(data)}</script>"


EMPTY = "<div class=widget><h2 class=widget-title>Most read</h2><div class=widget-items></div></div>"


def test_read_html_fills_an_empty_box_when_the_state_holds_a_list_under_its_label() -> None:
    teasers = [{"title": text, "url": href} for text, href in STORIES]
    data = {
        "props": {
            "rail": {"heading": "Most Read", "items": teasers},
            "other": {"heading": "Latest", "items": []},
        }
    }
    reading = read_html(page(EMPTY, state(data)), url=URL, ledger=True)
    (module,) = reading.modules
    assert (module.label, module.kind) == ("Most read", "popular")
    assert [item.headline for item in module.items] == [text for text, _ in STORIES]
    assert module.items[0].url == "https://daily.example/culture/old-mill-school-of-music-4698"
    assert reading.quality["modules_from"] == "page and script"
    rules = {line.rule for line in reading.ledger if line.role == "module label"}
    assert rules == {"label of a module; items from the page's own data"}


def test_read_html_fills_an_empty_box_when_only_the_lists_name_claims_its_kind() -> None:
    teasers = [{"headline": {"rendered": f"<b>{text}</b>"}, "link": href} for text, href in STORIES]
    data = {"pageProps": {"mostReadArticles": teasers, "navigation": [{"title": "Home", "url": "/"}] * 3}}
    (module,) = read_html(page(EMPTY, state(data)), url=URL).modules
    assert [item.headline for item in module.items] == [text for text, _ in STORIES]


def test_read_html_leaves_a_box_empty_when_two_lists_could_be_its() -> None:
    one = [{"title": text, "url": href} for text, href in STORIES[:2]]
    two = [{"title": text, "url": href} for text, href in STORIES[2:]]
    reading = read_html(page(EMPTY, state({"mostRead": one, "popular": two})), url=URL)
    assert [(module.label, len(module.items)) for module in reading.modules] == [("Most read", 0)]
    assert reading.quality["modules_from"] == "page"


def test_read_html_leaves_a_box_empty_when_the_state_is_broken_json() -> None:
    script = "<script type=application/json>{broken</script>"
    assert [len(module.items) for module in read_html(page(EMPTY, script), url=URL).modules] == [0]


def test_find_stored_skips_lists_that_are_no_teasers() -> None:
    menu = [{"title": "Home", "url": "/"}, {"title": "Sport", "url": "/sport"}]
    pictures = [{"url": "/a.jpg", "width": 4}, {"url": "/b.jpg", "width": 5}]
    script = Script("application/json", "", json.dumps({"menu": menu, "pictures": pictures}), 0)
    assert list(find_stored([script])) == []
    assert list(match_stored([("Most read", "popular")], [script])) == []
    assert list(match_stored([], [script])) == []


def test_read_html_reads_a_list_in_noscript_and_in_template() -> None:
    for shell in ("noscript", "template"):
        aside = f"<section class=popular><h2>Most read</h2><{shell}>{rows(STORIES)}</{shell}></section>"
        (module,) = read_html(page(aside), url=URL).modules
        assert (module.label, module.kind) == ("Most read", "popular"), shell
        assert [item.headline for item in module.items] == [text for text, _ in STORIES], shell


def test_read_html_calls_a_filled_box_sponsored_when_most_of_its_addresses_are_an_ad_networks() -> None:
    box = f"<div class=rec-box><h2>You may like</h2>{rows([PAID[0], STORIES[0], *PAID[1:]])}</div>"
    (module,) = read_html(page(box), url=URL).modules
    # one box under one label is one module, as a reader sees it; the addresses tell whose each item is
    assert (module.label, module.kind) == ("You may like", "sponsored")
    assert [item.headline for item in module.items] == [PAID[0][0], STORIES[0][0], PAID[1][0], PAID[2][0]]


def test_read_html_keeps_a_box_recommended_when_most_of_its_addresses_are_the_sites_own() -> None:
    box = f"<div class=rec-box><h2>You may like</h2>{rows([*STORIES, PAID[1]])}</div>"
    (module,) = read_html(page(box), url=URL).modules
    assert (module.label, module.kind, len(module.items)) == ("You may like", "recommended", 5)


def test_read_html_parts_a_sponsored_box_from_the_recommended_one_beside_it() -> None:
    picks = f"<div class=box><h2>Editor's picks</h2>{rows(STORIES)}</div>"
    boxes = f"{picks}<div class=box><h2>From the web</h2>{rows(PAID)}</div>"
    found = [
        (module.label, module.kind, len(module.items)) for module in read_html(page(boxes), url=URL).modules
    ]
    assert found == [("Editor's picks", "recommended", 4), ("From the web", "sponsored", 3)]
