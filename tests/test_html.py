"""Reading one HTML page: article, modules, ledger and doubt, on pages written for these tests."""

from __future__ import annotations

import datetime as dt

import pytest

import toolkit.page.second_opinion as second_opinion
from toolkit.errors import MissingExtraError
from toolkit.page.guard import guard_page
from toolkit.page.html import QUALITY, read_html
from toolkit.page.ledger_view import LedgerView, view_ledger
from toolkit.page.model import LedgerLine, Reading
from toolkit.readers.sniff import is_html
from toolkit.tables import ROLES

PARAGRAPHS = [
    (
        "The old bridge over the Lenne will close in May for a year, the council decided on Monday after a "
        "long debate."
    ),
    (
        "Its piers, built in 1902, have cracked, and every second winter has made the cracks wider, an "
        "engineer said."
    ),
    (
        "Buses will take the detour past the mill, which adds eleven minutes to the way from the station to "
        "the school."
    ),
    (
        "“We have waited long enough,” said Mayor Ines Okafor, who had asked for the money for the first time "
        "in 2019."
    ),
    (
        "A ferry for pedestrians is to run from six in the morning until nine at night, and it is to be free "
        "of charge."
    ),
]
HEADLINES = [
    "School kitchen cooks for the whole street after the storm",
    "Why the river turned brown in the middle of the night",
    "Three bakers share one oven and none of their recipes",
    "Library lends out ladders, drills and a wedding dress",
]


def build(
    *,
    head: str = "",
    top: str = "",
    body: str | None = None,
    after: str = "",
    title: str = "Bridge closes for a year",
) -> str:
    text = "".join(f"<p>{p}</p>" for p in PARAGRAPHS) if body is None else body
    box = "".join(
        f'<li><a href="/news/{i}/{h.lower().replace(" ", "-")}">{h}</a></li>' for i, h in enumerate(HEADLINES)
    )
    return (
        f'<!doctype html><html lang="en-gb"><head><title>{title} | The Lenne Post</title>'
        f'<meta property="og:site_name" content="The Lenne Post">{head}</head><body>{top}'
        '<nav><a href="/">Home</a> <a href="/sport">Sport</a> <a href="/town">Town</a></nav>'
        f"<main><article><h1>{title}</h1>{text}</article></main>"
        f"<aside><h2>Most read</h2><ol>{box}</ol></aside>{after}"
        "<footer>© The Lenne Post. All rights reserved.</footer></body></html>"
    )


def test_read_html_returns_paragraphs_parted_by_blank_lines_when_page_is_plain() -> None:
    reading = read_html(build())
    assert reading.article.body.split("\n\n") == PARAGRAPHS
    assert reading.article.title == "Bridge closes for a year"
    assert reading.article.site == "The Lenne Post"
    assert reading.article.language == "en-GB"
    assert reading.problems == []


def test_read_html_finds_module_and_keeps_it_out_of_body_when_box_stands_beside() -> None:
    reading = read_html(build(), url="https://post.example/town/bridge")
    assert [item.headline for item in reading.modules[-1].items] == HEADLINES
    assert reading.modules[-1].label == "Most read"
    assert not any(headline in reading.article.body for headline in HEADLINES)


def test_read_html_leaves_out_comments_captions_and_newsletter_when_they_stand_around_text() -> None:
    extra = (
        "<figure><img src=a.jpg><figcaption>The bridge in winter. Photo: A. Nkemelu/Lenne Post"
        "</figcaption></figure>"
    )
    text = f"<p>{PARAGRAPHS[0]}</p>{extra}" + "".join(f"<p>{p}</p>" for p in PARAGRAPHS[1:])
    comments = (
        "<div class='comments'>"
        + "<div class='comment'><p>I have crossed it every day of my life and never saw a crack in "
        "it.</p></div>" * 3 + "</div>"
    )
    letter = (
        "<div class='newsletter'><p>Sign up for our morning newsletter and get the news by e-mail.</p></div>"
    )
    body = read_html(build(body=text, after=letter + comments)).article.body
    assert body.split("\n\n") == PARAGRAPHS


def test_read_html_keeps_sentence_in_body_when_it_links_to_another_story() -> None:
    linked = (
        'The council had <a href="/news/7/money-for-bridge">put the money aside</a> in the spring, '
        "against two votes from the left."
    )
    text = "".join(f"<p>{p}</p>" for p in [*PARAGRAPHS, linked])
    assert read_html(build(body=text)).article.body.endswith(
        "The council had put the money aside in the spring, against two votes from the left."
    )


def test_read_html_names_every_honesty_column_when_page_is_read() -> None:
    quality = read_html(build()).quality
    assert set(quality) == set(QUALITY)
    assert quality["title_from"] == "h1"
    assert quality["body_from"] == "page"
    assert quality["n_paragraphs"] == 5
    assert 0 <= quality["residue_share"] < 0.1
    assert 0 < quality["body_confidence"] <= 1
    assert 0 < quality["agreement"] <= 1


def test_read_html_tells_language_by_its_letters_when_page_states_none() -> None:
    silent = read_html(build().replace(' lang="en-gb"', ""))
    assert (silent.article.language, silent.quality["language_from"]) == ("en", "text")
    stated = read_html(build())
    assert (stated.article.language, stated.quality["language_from"]) == ("en-GB", "stated")


def test_read_html_takes_body_from_script_when_page_prints_none() -> None:
    stored = "".join(f"<p>{p}</p>" for p in PARAGRAPHS).replace('"', '\\"').replace("/", "\\/")
    html = (
        '<html><head><title>Bridge closes</title></head><body><div id="app"></div>'
        f'<script>window.state={{"article":{{"html":"{stored}"}}}}</script></body></html>'
    )
    reading = read_html(html)
    assert reading.article.body.split("\n\n") == PARAGRAPHS
    assert reading.quality["body_from"] == "script"


def test_read_html_takes_body_from_jsonld_when_page_prints_none() -> None:
    body = "\\n".join(p.replace('"', '\\"') for p in PARAGRAPHS)
    html = (
        '<title>Bridge</title><script type="application/ld+json">{"@type":"NewsArticle","headline":"Bridge",'
        f'"articleBody":"{body}"}}</script><body><p>Loading</p>'
    )
    reading = read_html(html)
    assert reading.article.body.split("\n\n") == PARAGRAPHS
    assert reading.quality["body_from"] in ("json-ld", "script")


def test_read_html_reports_short_article_when_page_is_large_and_body_is_not() -> None:
    links = "".join(
        f'<p><a href="/n/{i}">{h} and what came of it in the end</a></p>'
        for i, h in enumerate(HEADLINES * 10)
    )
    reading = read_html(f"<h1>All stories of the week</h1><div>{links}</div>")
    assert {"short_article", "no_article"} & {reason for reason, _ in reading.problems}


def test_read_html_gives_same_reading_when_called_twice() -> None:
    assert read_html(build(), ledger=True) == read_html(build(), ledger=True)


def test_read_html_reads_page_when_it_is_empty() -> None:
    reading = read_html("")
    assert reading.article.body == ""
    assert [reason for reason, _ in reading.problems] == ["empty_page", "no_article", "no_title"]


# ---------------------------------------------------------------- second opinion


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 1.0),
        ("One two", "one, TWO!", 1.0),
        ("one two", "one two three four", 0.0),
        ("a b c d e", "a b c d x", 0.5),
        ("a_b\u2019c\u2014d e", "a b c d e", 1.0),
        ("a b c d a b c d", "a b c d", 0.3333),
        ("\u6f22\u5b57\u304b\u306a", "\u6f22 \u5b57 \u304b \u306a", 1.0),
        ("", "a", 0.0),
    ],
)
def test_measure_agreement_counts_runs_of_four_words(one: str, other: str, expected: float) -> None:
    assert second_opinion.measure_agreement(one, other) == expected
    assert second_opinion.measure_agreement(other, one) == expected


def test_measure_agreement_is_the_same_when_words_are_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = "a b c d e f a b c d", "x a b c d e y a b c d"
    few = second_opinion.measure_agreement(one, other)
    monkeypatch.setattr(second_opinion, "_MOST_PAIRS", 10)
    assert second_opinion.measure_agreement(one, other) == few == 0.4


def test_read_html_raises_when_second_opinion_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(html: str) -> str:
        raise MissingExtraError("second_opinion: resiliparse is not installed.")

    monkeypatch.setattr("toolkit.page.html.ask_quick", absent)
    with pytest.raises(MissingExtraError, match="second_opinion"):
        read_html(build(), second_opinion=True)
    assert read_html(build(), second_opinion="auto").article.body.split("\n\n") == PARAGRAPHS


def test_read_html_takes_thorough_body_when_quick_one_disagrees_and_it_is_in_doubt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = "Quite another text was the article here, and both of the other extractors say so. " * 5
    monkeypatch.setattr("toolkit.page.html.ask_quick", lambda html: other)
    monkeypatch.setattr("toolkit.page.html.ask_thorough", lambda html: other)
    monkeypatch.setattr("toolkit.page.html.SURE_BODY", 1.1)
    reading = read_html(build(), second_opinion=True)
    assert reading.article.body == other
    assert reading.quality["body_from"] == "second opinion"
    assert reading.quality["agreement"] == 0.0


def test_read_html_keeps_own_body_when_it_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "toolkit.page.html.ask_quick", lambda html: "Quite another text was the article here."
    )
    monkeypatch.setattr("toolkit.page.html.ask_thorough", lambda html: pytest.fail("asked in vain"))
    reading = read_html(build(), second_opinion=True)
    assert reading.article.body.split("\n\n") == PARAGRAPHS
    assert reading.quality["agreement"] == 0.0  # a reader of the table sees that the two differ


def test_read_html_keeps_own_body_when_thorough_one_is_hardly_nearer(monkeypatch: pytest.MonkeyPatch) -> None:
    words = " ".join(PARAGRAPHS).split()
    quick = " ".join(words[: len(words) // 2])
    monkeypatch.setattr("toolkit.page.html.ask_quick", lambda html: quick)
    monkeypatch.setattr("toolkit.page.html.ask_thorough", lambda html: " ".join(words[:-3]))
    monkeypatch.setattr("toolkit.page.html.SURE_BODY", 1.1)
    reading = read_html(build(), second_opinion=True)
    assert reading.article.body.split("\n\n") == PARAGRAPHS
    assert reading.quality["body_from"] == "page"


def test_read_html_keeps_own_body_when_quick_one_agrees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toolkit.page.html.ask_quick", lambda html: "\n".join(PARAGRAPHS))
    monkeypatch.setattr("toolkit.page.html.ask_thorough", lambda html: pytest.fail("asked in vain"))
    reading = read_html(build(), second_opinion=True)
    assert reading.quality["agreement"] == 1.0
    assert reading.quality["body_from"] == "page"


def test_measure_agreement_is_symmetric_when_texts_differ() -> None:
    one, other = "a b c d e f g", "a b c d x y z"
    assert (
        second_opinion.measure_agreement(one, other) == second_opinion.measure_agreement(other, one) == 0.25
    )


# ---------------------------------------------------------------- ledger


def ledger_of(html: str) -> list[LedgerLine]:
    reading: Reading = read_html(html, ledger=True)
    return reading.ledger


def test_ledger_holds_every_visible_word_once_when_page_is_read() -> None:
    lines = ledger_of(build(top="<p>Wednesday, April 2, 2025</p>"))
    words = " ".join(line.text for line in lines).split()
    expected = [
        "Wednesday,",
        "April",
        "2,",
        "2025",
        "Home",
        "Sport",
        "Town",
        "Bridge",
        "closes",
        "for",
        "a",
        "year",
    ]
    expected += [*" ".join(PARAGRAPHS).split(), "Most", "read", *" ".join(HEADLINES).split()]
    expected += "© The Lenne Post. All rights reserved.".split()
    assert words == expected
    assert {line.role for line in lines} <= set(ROLES)


def test_ledger_names_roles_when_page_has_them() -> None:
    roles = {line.text: line.role for line in ledger_of(build())}
    assert roles["Bridge closes for a year"] == "title"
    assert roles[PARAGRAPHS[2]] == "body"
    assert roles["Most read"] == "module label"
    assert roles[HEADLINES[0]] == "headline"
    assert roles["Home Sport Town"] == "navigation"
    assert roles["© The Lenne Post. All rights reserved."] in ("navigation", "boilerplate")


def test_ledger_is_empty_when_not_asked_for() -> None:
    assert read_html(build()).ledger == []


def test_view_ledger_escapes_text_when_it_holds_markup() -> None:
    drawn = LedgerView([LedgerLine("residue", "no <rule>", "<script>alert(1)</script>")])._repr_html_()
    assert "<script>" not in drawn
    assert "&lt;script&gt;" in drawn
    assert "no &lt;rule&gt;" in drawn
    assert ">residue<" in drawn  # the role is written out, not told by colour alone


def test_ledger_view_shares_sum_to_one_when_there_is_text() -> None:
    view = LedgerView(ledger_of(build()))
    assert view.shares().sum() == pytest.approx(1.0)
    assert view.shares().index.tolist() == list(ROLES)
    assert LedgerView([]).shares().sum() == 0


def test_view_ledger_asks_for_source_when_table_holds_two_pages() -> None:
    import pandas as pd

    table = pd.DataFrame(
        {"source": ["a", "b"], "line": 0, "role": "body", "rule": "r", "module_index": None, "text": "t"}
    )
    with pytest.raises(ValueError, match="holds 2 pages"):
        view_ledger(table)
    with pytest.raises(ValueError, match="no page 'c'"):
        view_ledger(table, "c")
    assert len(view_ledger(table, "b").lines) == 1


# ---------------------------------------------------------------- times stay apart


def test_read_html_keeps_three_times_apart_when_page_states_them() -> None:
    head = (
        '<meta property="article:published_time" content="2025-04-01T08:00:00+02:00">'
        '<meta property="article:modified_time" content="2025-04-02T09:30:00+02:00">'
    )
    comment = "<!-- saved date: Thu Apr 03 2025 10:15:00 GMT+0200 (CEST) -->"
    article = read_html(comment + build(head=head)).article
    assert article.published_at == dt.datetime(2025, 4, 1, 6, tzinfo=dt.UTC)
    assert article.modified_at == dt.datetime(2025, 4, 2, 7, 30, tzinfo=dt.UTC)
    assert article.captured_at == dt.datetime(2025, 4, 3, 8, 15, tzinfo=dt.UTC)
    assert (article.captured_from, article.captured_precision) == ("comment", "second")


def test_read_html_guesses_no_time_from_another_when_only_one_is_stated() -> None:
    head = '<meta property="article:modified_time" content="2025-04-02T09:30:00+02:00">'
    article = read_html(build(head=head)).article
    assert article.published_at is None
    assert article.captured_at is None


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        (("<!-- FILE ARCHIVED ON 10:15:00 Apr 02, 2025 AND RETRIEVED FROM "
            "-->"), dt.datetime(2025, 4, 2, 10, 15, tzinfo=dt.UTC)),
        (("<!--\n Page saved with SingleFile \n url: https://post.example/bridge \n saved date: Wed Apr 02 "
            "2025 10:15:00 GMT+0000 (UTC)\n-->"), dt.datetime(2025, 4, 2, 10, 15, tzinfo=dt.UTC)),
    ],
)  # fmt: skip
def test_read_html_reads_capture_from_comment_when_saver_left_one(
    comment: str, expected: dt.datetime
) -> None:
    article = read_html(build().replace("<body>", f"<body>{comment}")).article
    assert article.captured_at == expected


def test_read_html_reads_capture_from_running_date_when_head_prints_one() -> None:
    article = read_html(build(top="<div>Wednesday, April 2, 2025</div>")).article
    assert article.captured_at == dt.datetime(2025, 4, 2, tzinfo=dt.UTC)
    assert (article.captured_from, article.captured_precision) == ("page", "day")
    assert article.published_at is None


def test_read_html_looks_for_modules_up_to_the_limit_of_links(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(
        f'<li><a href="/n/{n}-day-rain">Story {n} of the long rain is told</a></li>' for n in range(4)
    )
    page = f"<body><aside><h2>Most read</h2><ol>{rows}</ol></aside></body>"
    monkeypatch.setattr("toolkit.page.html.MAX_LINKS", 4)
    inside = read_html(page)
    monkeypatch.setattr("toolkit.page.html.MAX_LINKS", 3)
    outside = read_html(page)
    assert [len(module.items) for module in inside.modules] == [4]
    assert "too_many_links" not in dict(inside.problems)
    assert outside.modules == []
    assert "too_many_links" in dict(outside.problems)


@pytest.mark.parametrize(
    ("text", "is_page"),
    [
        ("<p>" + "The river rose. " * 20_000, True),
        ("<div " + " ".join(f"a{n}=x" for n in range(40_000)) + "><p>The river rose.", True),
        ("The river rose. " * 20_000 + "<p>", False),
        ("<x> marks the spot, wrote <em>Ida", False),
    ],
    ids=["one-tag", "long-tag", "text", "no-tag-of-pages"],
)
def test_is_html_believes_the_first_tag_when_no_other_is_near(text: str, is_page: bool) -> None:
    assert is_html(text) is is_page


def test_guard_finds_a_long_tag_wherever_it_stands() -> None:
    for before in (0, 49_990, 50_001, 120_000):
        filler = "<p>rain</p>" * (before // 11)
        for size, problems in ((49_000, []), (400_000, ["huge_attribute"])):
            page = f'{filler}<img alt="{"x" * size}"><p>{"The river rose. " * 5}</p>'
            assert [reason for reason, _ in guard_page(page).problems] == problems, (before, size)
