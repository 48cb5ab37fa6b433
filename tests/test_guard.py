"""The guard before the parser: real pages pass untouched, hostile ones are trimmed, named, and read in time."""

from __future__ import annotations

import pytest

from toolkit.page.guard import MAX_ATTRIBUTES, MAX_DEPTH, MAX_MARKS, MAX_VALUE, REASONS, guard_page
from toolkit.page.html import read_html

PAGE = "<html><head><title>T</title></head><body><h1>Bridge to close</h1><p>It will close in May.</p></body></html>"


def reasons(html: str) -> list[str]:
    return [reason for reason, _ in guard_page(html).problems]


def test_guard_page_returns_same_object_when_page_is_plain() -> None:
    guarded = guard_page(PAGE)
    assert guarded.html is PAGE
    assert guarded.problems == []


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("", "empty_page"),
        (" \n\ufeff\x00 ", "empty_page"),
        ("just a line of text", "not_html"),
        ("%PDF-1.7 <binary>", "not_html"),
        ("<p>" + "\ufffd" * 300 + "</p>", "garbled"),
        ("<p>" + "\udc80 text</p>", "garbled"),
        ("<p>" + "À®¿£¸Ç ´ºÐÎ " * 60 + "</p>", "garbled"),
        ("<div>" * 20_000 + "x", "too_deep"),
        ("<font size=1>" * 3_000 + "<p>x" * 3_000, "unclosed_formatting"),
        ("<p " + " ".join(f"a{i}=1" for i in range(20_000)) + ">x</p>", "too_many_attributes"),
        ('<p title="' + "x" * (MAX_VALUE + 10) + '">y</p>', "huge_attribute"),
        ("<p>" * (MAX_MARKS + 1), "too_many_elements"),
    ],
)
def test_guard_page_names_reason_when_page_is_hostile(html: str, reason: str) -> None:
    assert reason in reasons(html)
    assert reason in REASONS


def test_guard_page_keeps_text_when_tags_are_too_deep() -> None:
    guarded = guard_page("<div>" * 20_000 + "inner" + "</div>" * 20_000 + "<p>after</p>")
    assert guarded.html.count("<div>") == MAX_DEPTH == guarded.html.count("</div>")
    assert "inner" in guarded.html
    assert guarded.html.endswith("<p>after</p>")


def test_guard_page_leaves_depth_alone_when_at_the_limit() -> None:
    html = "<div>" * MAX_DEPTH + "x" + "</div>" * MAX_DEPTH + "<p>y</p>" * 6_000
    assert guard_page(html).problems == []


def test_guard_page_keeps_long_tag_when_at_the_limit() -> None:
    html = '<p title="' + "x" * (MAX_VALUE - 20) + '">y</p>'
    assert guard_page(html).html == html


def test_guard_page_keeps_tag_without_attributes_when_they_are_too_many() -> None:
    assert MAX_ATTRIBUTES < 20_000
    html = "<p>a</p><h1 " + " ".join(f"a{i}=1" for i in range(20_000)) + ">Title</h1>"
    assert guard_page(html).html == "<p>a</p><h1>Title</h1>"


def test_guard_page_is_silent_when_letters_are_korean_or_accented() -> None:
    assert guard_page("<p>" + "다리가 오월에 닫힌다고 시가 밝혔다. " * 60 + "</p>").problems == []
    assert (
        guard_page("<p>" + "Það kom fram á fundi í gær að brúin verður lokuð. " * 60 + "</p>").problems == []
    )


def test_guard_page_drops_embedded_data_when_page_is_large() -> None:
    html = "<p>a</p><img src='data:image/png;base64," + "A" * 1_200_000 + "'><p>b</p>"
    guarded = guard_page(html)
    assert guarded.html == "<p>a</p><img src='data:,'><p>b</p>" == guarded.data.decode()
    assert guarded.problems == []


def test_read_html_reports_no_article_when_page_has_no_text() -> None:
    reading = read_html("<html><body><div></div></body></html>")
    assert {reason for reason, _ in reading.problems} == {"no_article", "no_title"}
    assert reading.article.body == ""


def test_read_html_keeps_half_characters_out_when_they_stand_in_text() -> None:
    reading = read_html(PAGE.replace("May", "M\ud800y"))
    reading.article.body.encode()
    assert reading.problems[0][0] == "garbled"


@pytest.mark.parametrize(
    "html",
    [
        PAGE,
        "",
        "<p>caf\u00e9 \ud800</p>",
        "<p>a\x00b</p>",
        "<div>" * 20_000 + "\u6f22",
        f"<p {'a=1 ' * 20_000}>\u6f22</p>",
        "<p>" * (MAX_MARKS + 5),
    ],
    ids=["plain", "empty", "half character", "nought", "deep", "attributes", "many"],
)
def test_guard_page_gives_the_same_page_in_bytes_when_it_trims(html: str) -> None:
    guarded = guard_page(html)
    assert guarded.data == guarded.html.encode()
