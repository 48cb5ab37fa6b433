"""When two prints show the same headline."""

from __future__ import annotations

import pandas as pd
import pytest
from exposure_tables import make_articles, make_placements

from toolkit.errors import InputError, MissingColumnsError
from toolkit.exposure import find_headline_ids, normalise_url


@pytest.mark.parametrize(
    "other",
    [
        "Harbour 'reopens' – at last",
        "HARBOUR “REOPENS” - AT LAST",
        "Video: Harbour ‘reopens’ — at last!",
        "Harbour\u00a0reopens at last",
    ],
)
def test_find_headline_ids_agrees_when_only_signs_case_or_marks_differ(other):
    rows = pd.DataFrame({"headline": ["Harbour 'reopens' - at last", other]})
    assert find_headline_ids(rows).nunique() == 1


def test_find_headline_ids_drops_site_name_when_articles_name_the_site():
    rows = make_placements([("a", "Latest", ["Harbour reopens | Paper", "Harbour reopens"])])
    pages = make_articles({"a": 0})
    assert find_headline_ids(rows, pages).tolist() == ["harbour reopens"] * 2
    assert find_headline_ids(rows).nunique() == 2
    assert find_headline_ids(rows, pages.assign(site="Gazette")).nunique() == 2


def test_find_headline_ids_keeps_signs_when_there_are_no_words():
    assert find_headline_ids(pd.DataFrame({"headline": ["?!", "...", "?!"]})).tolist() == ["?!", "...", "?!"]


def test_find_headline_ids_chains_words_and_links_when_identity_is_story():
    rows = pd.DataFrame(
        {
            "headline": ["Dyke breaks", "Dyke breaks again", "Dyke breaks again!", "Zoo opens"],
            "url": ["https://p.example/1", "https://p.example/1?utm_medium=x", None, "https://p.example/2"],
        }
    )
    assert find_headline_ids(rows, identity="story").tolist() == ["dyke breaks"] * 3 + ["zoo opens"]
    assert find_headline_ids(rows).nunique() == 3


def test_find_headline_ids_ignores_links_when_they_name_no_page():
    rows = pd.DataFrame({"headline": ["One", "Two"], "url": ["https://p.example/", "https://p.example/#top"]})
    assert find_headline_ids(rows, identity="story").nunique() == 2


def test_find_headline_ids_is_empty_when_there_are_no_rows():
    assert find_headline_ids(make_placements([]), identity="story").tolist() == []


def test_find_headline_ids_refuses_when_headline_is_missing_or_identity_unknown():
    with pytest.raises(InputError, match="missing in 1 rows"):
        find_headline_ids(pd.DataFrame({"headline": ["a", None]}))
    with pytest.raises(InputError, match="'words', 'story'"):
        find_headline_ids(pd.DataFrame({"headline": ["a"]}), identity="url")
    with pytest.raises(MissingColumnsError, match="'url'"):
        find_headline_ids(pd.DataFrame({"headline": ["a"]}), identity="story")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://www.P.example/A/b/?b=2&a=1&fbclid=x#f", "p.example/A/b?a=1&b=2"),
        ("//p.example/x", "p.example/x"),
        ("/x/", "/x"),
        ("https://p.example:443/x", "p.example/x"),
        ("https://p.example/?p=7", "p.example?p=7"),
        ("https://p.example", ""),
        ("mailto:a@p.example", ""),
        ("#", ""),
        ("", ""),
    ],
)
def test_normalise_url_keeps_what_names_the_page(url, key):
    assert normalise_url(url) == key
