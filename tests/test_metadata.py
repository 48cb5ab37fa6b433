"""What a page states about its article: each field from the right source, no field guessed from another."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from toolkit.page.blocks import find_blocks
from toolkit.page.dates import find_date, parse_date
from toolkit.page.head import Stated
from toolkit.page.jsonld import find_article, read_jsonld, string_of
from toolkit.page.metadata import read_metadata
from toolkit.page.names import clean_names, is_name
from toolkit.page.title import strip_site
from toolkit.page.tree import read_tree


def stated(head: str = "", body: str = "", url: str | None = None) -> Stated:
    return read_metadata(read_tree(f"<html><head>{head}</head><body>{body}</body></html>"), url)


def ld(**values: object) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **values})}</script>'


# ---------------------------------------------------------------- title


def test_read_metadata_takes_h1_when_it_agrees_with_metadata() -> None:
    found = stated("<title>Bridge closes | Post</title>", "<h1>Bridge closes</h1>")
    assert (found.article.title, found.quality["title_from"]) == ("Bridge closes", "h1")


def test_read_metadata_takes_stated_headline_when_page_prints_it_below_h1() -> None:
    head = '<meta property="og:title" content="Piers cracked: bridge shuts for a year">'
    body = "<h1>Lenne bridge: all about the closure</h1><h2>Piers cracked: bridge shuts for a year</h2><p>Text.</p>"
    assert stated(head, body).article.title == "Piers cracked: bridge shuts for a year"


def test_read_metadata_keeps_h1_when_stated_headline_is_not_printed() -> None:
    head = '<meta property="og:title" content="Piers cracked: bridge shuts for a year">'
    assert stated(head, "<h1>Lenne bridge shuts after cracked piers</h1>").article.title == (
        "Lenne bridge shuts after cracked piers"
    )


def test_read_metadata_passes_over_logo_when_site_name_is_h1() -> None:
    found = stated(
        "<title>Bridge closes for a year | Post</title>", "<h1>Post</h1><h1>Bridge closes for a year</h1>"
    )
    assert found.article.title == "Bridge closes for a year"


def test_read_metadata_strips_site_when_only_title_tag_is_there() -> None:
    head = (
        '<title>Bridge closes for a year - The Post</title><meta property="og:site_name" content="The Post">'
    )
    assert stated(head).article.title == "Bridge closes for a year"


def test_read_metadata_returns_none_when_there_is_no_title() -> None:
    found = stated()
    assert found.article.title is None
    assert found.quality["title_from"] is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Rain - Post", "Rain"),
        ("Rain | POST.EXAMPLE", "Rain"),
        ("Rain – what now?", "Rain – what now?"),
        ("Post", "Post"),
    ],
)
def test_strip_site_cuts_only_the_site_when_it_ends_the_title(title: str, expected: str) -> None:
    assert strip_site(title, "Post", "post.example") == expected


# ---------------------------------------------------------------- authors


def test_read_metadata_prefers_persons_when_jsonld_names_the_house_too() -> None:
    head = ld(
        author=[{"@type": "Organization", "name": "The Post"}, {"@type": "Person", "name": "By Ana Ruiz"}]
    )
    assert stated(head).article.authors == ["Ana Ruiz"]


def test_read_metadata_takes_printed_byline_when_metadata_name_the_site_only() -> None:
    head = (
        ld(author={"@type": "Organization", "name": "The Post"})
        + '<meta property="og:site_name" content="The Post">'
    )
    found = stated(
        head, "<h1>Bridge closes</h1><p class='byline'>By <a href='/author/ana-ruiz'>Ana Ruiz</a></p>"
    )
    assert (found.article.authors, found.quality["authors_from"]) == (["Ana Ruiz"], "byline")


@pytest.mark.parametrize(
    ("line", "authors"),
    [
        ("By Ana Ruiz", ["Ana Ruiz"]),  # a plain line: neither class nor link says what it is
        ("VON ANA RUIZ", ["Ana Ruiz"]),
        ("Par Élise Dubois", ["Élise Dubois"]),
        ("by the end of May", []),
    ],
)
def test_read_metadata_takes_a_plain_line_for_the_byline_when_a_name_follows(
    line: str, authors: list[str]
) -> None:
    found = stated("", f"<h1>Bridge closes</h1><p>{line}</p><p>{'The bridge closes in May. ' * 9}</p>")
    assert [name.title() for name in found.article.authors] == authors


def test_read_metadata_keeps_the_house_when_no_person_is_named() -> None:
    head = (
        ld(author={"@type": "Organization", "name": "The Post"})
        + '<meta property="og:site_name" content="The Post">'
    )
    assert stated(head).article.authors == ["The Post"]


def test_read_metadata_keeps_order_and_drops_repeats_when_there_are_several() -> None:
    head = ld(author=[{"name": "Tom O'Neil"}, {"name": "Ana Ruiz"}, {"name": "Tom O'Neil"}])
    assert stated(head).article.authors == ["Tom O'Neil", "Ana Ruiz"]


def test_read_metadata_leaves_out_addresses_when_author_is_a_link() -> None:
    assert (
        stated('<meta property="article:author" content="https://social.example/ana">').article.authors == []
    )


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Von Birgit Baumann und Jan Marchart", ["Birgit Baumann", "Jan Marchart"]),
        ("Ana Ruiz, Tom O'Neil and Lee Park", ["Ana Ruiz", "Tom O'Neil", "Lee Park"]),
        ("Ana Ruiz | ana@post.example", ["Ana Ruiz"]),
        ("渡辺洋介", ["渡辺洋介"]),
        ("x" * 2_000, []),
        ("", []),
    ],
)
def test_clean_names_returns_names_when_byline_has_more(raw: str, expected: list[str]) -> None:
    assert clean_names(raw) == expected


def test_is_name_refuses_button_words_when_they_are_capital() -> None:
    assert not is_name("Powered By")
    assert not is_name("Share Facebook")
    assert is_name("Ludwig van Beethoven")


# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2025-04-02T10:15:00Z", "2025-04-02T10:15:00+00:00"),
        ("2025-04-02 10:15", "2025-04-02T10:15:00"),
        ("20250402T101500+0200", "2025-04-02T10:15:00+02:00"),
        ("2025-04-02T10:15:00.123456789-05:00", "2025-04-02T10:15:00-05:00"),
        ("2025-04-02T10:15:00+01:00[Europe/Berlin]", "2025-04-02T10:15:00+01:00"),
        ("Wed, 02 Apr 2025 10:15:00 +0530", "2025-04-02T10:15:00+05:30"),
        ("April 2, 2025 3:05 pm EST", "2025-04-02T15:05:00-05:00"),
        ("2. April 2025, 18:05 Uhr MESZ", "2025-04-02T18:05:00+02:00"),
        ("2 de abril de 2025", "2025-04-02T00:00:00"),
        ("2 avril 2025 à 10h15", "2025-04-02T10:15:00"),
        ("2 апреля 2025", "2025-04-02T00:00:00"),
        ("2025年4月2日", "2025-04-02T00:00:00"),
        (1743588900, "2025-04-02T10:15:00+00:00"),
    ],
)
def test_parse_date_reads_stamp_when_pages_write_it(stamp: object, expected: str) -> None:
    found = parse_date(stamp)
    assert found is not None
    assert found.moment.isoformat() == expected


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "soon",
        "2025-02-30",
        "99999-01-01",
        "0000-00-00",
        "1843-01-01",
        None,
        True,
        float("nan"),
        "9" * 5_000,
        [],
    ],
)
def test_parse_date_returns_none_when_stamp_cannot_be(stamp: object) -> None:
    assert parse_date(stamp) is None


def test_find_date_reads_slashes_only_when_one_reading_is_possible() -> None:
    assert find_date("03/04/2025") is None
    assert find_date("13/04/2025").moment.day == 13  # type: ignore[union-attr]
    assert find_date("04/13/2025").moment.day == 13  # type: ignore[union-attr]
    assert find_date("03/04/2025", day_first=True).moment.month == 4  # type: ignore[union-attr]
    assert find_date("03.04.2025").moment.month == 4  # type: ignore[union-attr]


def test_read_metadata_prefers_time_with_zone_when_sources_differ_in_precision() -> None:
    head = (
        ld(datePublished="2025-04-02")
        + '<meta property="article:published_time" content="2025-04-02T08:30:00+02:00">'
    )
    found = stated(head)
    assert found.article.published_at == dt.datetime(2025, 4, 2, 6, 30, tzinfo=dt.UTC)
    assert found.quality["published_zone"] == "stated"


def test_read_metadata_says_so_when_zone_is_assumed() -> None:
    found = stated(ld(datePublished="2025-04-02T08:30:00"))
    assert found.article.published_at == dt.datetime(2025, 4, 2, 8, 30, tzinfo=dt.UTC)
    assert found.quality["published_zone"] == "assumed UTC"


def test_read_metadata_takes_printed_date_when_metadata_have_none() -> None:
    found = stated("", "<h1>Bridge closes for a year</h1><p>Published 2 April 2025</p><p>Text of it.</p>")
    assert found.article.published_at == dt.datetime(2025, 4, 2, tzinfo=dt.UTC)
    assert found.quality["published_from"] == "page"


# ---------------------------------------------------------------- the rest


def test_read_metadata_makes_canonical_absolute_when_address_is_known() -> None:
    assert stated('<link rel="canonical" href="/a/b">', url="https://post.example/x?y=1").article.url == (
        "https://post.example/a/b"
    )


def test_read_metadata_starts_canonical_at_the_base_when_the_page_states_one() -> None:
    html = '<base href="https://post.example/en/"><link rel="canonical" href="a/b">'
    assert stated(html, url="https://mirror.example/x").article.url == "https://post.example/en/a/b"


def test_read_metadata_keeps_given_address_when_page_states_none() -> None:
    assert stated(url="https://post.example/x").article.url == "https://post.example/x"


@pytest.mark.parametrize(
    ("lang", "expected"), [("en_us", "en-US"), ("DE", "de"), ("zh-hant-tw", "zh-Hant-TW"), ("??", None)]
)
def test_read_metadata_writes_language_tag_when_page_states_one(lang: str, expected: str | None) -> None:
    tree = read_tree(f'<html lang="{lang}"><body><p>x</p></body></html>')
    assert read_metadata(tree).article.language == expected


def test_read_metadata_splits_keywords_when_they_are_one_string() -> None:
    assert stated(ld(keywords="Bridge, Town ,bridge,")).article.keywords == ["Bridge", "Town"]
    assert stated(ld(keywords=["Bridge, old", "Town"])).article.keywords == ["Bridge, old", "Town"]


def test_read_metadata_takes_section_when_jsonld_lists_it() -> None:
    assert stated(ld(articleSection=["Town", "Traffic"])).article.section == "Town"


def test_find_article_prefers_own_object_when_page_lists_others() -> None:
    other = json.dumps(
        {"@type": "NewsArticle", "headline": "Other", "url": "https://p.example/o", "datePublished": "2025"}
    )
    own = json.dumps({"@type": "NewsArticle", "headline": "Own", "url": "https://p.example/own"})
    found = find_article([other, own], frozenset(["https://p.example/own"]))
    assert found["headline"] == "Own"


def test_find_article_fills_references_when_graph_parts_them() -> None:
    graph = {
        "@graph": [
            {"@type": "Article", "headline": "Own", "author": {"@id": "#a"}},
            {"@type": "Person", "@id": "#a", "name": "Ana Ruiz"},
        ]
    }
    assert find_article([json.dumps(graph)])["author"]["name"] == "Ana Ruiz"


@pytest.mark.parametrize("text", ["", "{", "[" * 200_000, '{"a":' * 50_000, "null x", "9" * 10_000])
def test_read_jsonld_returns_none_when_text_is_no_json(text: str) -> None:
    assert read_jsonld(text) is None


def test_string_of_gives_up_when_value_is_nested_too_deep() -> None:
    assert string_of([[[[[["x"]]]]]]) is None
    assert string_of({"name": {"name": "x"}}) == "x"


def test_read_metadata_accepts_blocks_when_they_are_known() -> None:
    tree = read_tree("<body><h1>Bridge closes for a year</h1><p>Text.</p></body>")
    assert read_metadata(tree, blocks=find_blocks(tree)) == read_metadata(tree)
