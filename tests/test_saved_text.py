"""Saved text pages: two invented pages in common converters' layouts, and the promises of each step."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from toolkit.page.saved_text import read_text
from toolkit.page.saved_text.lines import find_lines
from toolkit.tables import KINDS

SHARED = Path(__file__).resolve().parents[2] / "shared"

PARAGRAPHS = [
    " ".join(paragraph.split())
    for paragraph in """
The harbour council voted on Tuesday night to close the northern pier until the spring, after engineers found
that two of its oldest beams had rotted through below the water line.

Fishing boats will be moved to the southern basin by the end of the month, the harbour master said, and the small
ferry to the islands will leave from the coal wharf instead.

“We would rather lose a winter than a crew,” said the mayor, who had asked for the inspection in May.

Repairs are expected to cost nearly four million crowns, about a third of which the region has promised.

Shop owners on the quay fear a quiet season. Several of them told the council that they had already ordered goods
for the winter market, which is held on the pier each year.

The council will decide in January whether the market can be held on the square instead.
""".strip().split("\n\n")
]
LATEST = [
    "Night Trains Return to the Coast After Nine Years of Silence",
    "School Kitchens Told to Halve Their Waste by Next Summer",
    "Rare Owls Nest in the Old Observatory Again",
]
RANKED = [
    ("A Bakery, a Bear and a Very Long Night in the Mountains", "NATURE"),
    ("Why Your Heating Bill Will Not Fall This Winter After All", "MONEY"),
    ("Town Hall Clock Runs Backwards for a Whole Week", "CITY"),
]
TEASERS = [
    ("Divers Find a Second Wreck Under the Lighthouse Rocks",
     "Archaeologists say the ship carried roof tiles and may have sunk two centuries before the first one."),
    ("Hospital Opens a Ward Where Patients Can Keep Their Dogs",
     "The trial will run for six months, and nurses report calmer nights since it began in early autumn."),
    ("The Last Typewriter Mender in Town Is Looking for an Heir",
     "He has repaired machines for fifty years, and he still answers letters on one that he built himself."),
]  # fmt: skip
TITLE = "Northern Pier Will Stay Closed Until the Spring"


def list_page() -> str:
    """Bulleted and numbered lists behind the article, each copied once more; marks of careless markup left in."""
    bullets = "\n".join(f"  • {headline}" for headline in LATEST)
    ranked = "\n\n".join(
        f"  • {n}\n    {headline}\n\n    {kicker}&nbsp" for n, (headline, kicker) in enumerate(RANKED, 1)
    )
    parts = [
        "Skip to main contents Skip to footer", TITLE, "Mira Holt Views  ", "Agency7", *PARAGRAPHS,
        "Mira Holt\nnewsroom@harbour-post.example", "Comments0", "300", "Comments0",
        "[LATEST] Latest Stories", bullets, "You May Also Like", ranked, "Latest Stories", bullets,
        "Popular Now", ranked, "You May Also Like", ranked,
    ]  # fmt: skip
    return "\n\n".join(parts)


def teaser_page() -> str:
    """A running date on top, teasers with summaries behind the article, and a last label that heads nothing."""
    teasers = [line for pair in TEASERS for line in pair]
    parts = ["Friday, November 7, 2025", TITLE, "Agency7", *PARAGRAPHS, "Hot this week", *teasers, "Topics", *teasers,
             *TEASERS[0], "Related Articles"]  # fmt: skip
    return "\n\n".join(parts)


def items(module):
    return [(item.headline, item.kicker, item.deck) for item in module.items]


def test_read_text_finds_each_list_when_bullets_and_ranks_follow_the_article():
    reading = read_text(list_page())
    bulleted = [(headline, None, None) for headline in LATEST]
    ranked = [(headline, kicker, None) for headline, kicker in RANKED]
    assert [(m.label, m.kind, m.duplicate_of) for m in reading.modules] == [
        ("[LATEST] Latest Stories", "latest", None),
        ("You May Also Like", "recommended", None),
        ("Latest Stories", "latest", None),
        ("Popular Now", "popular", None),
        ("You May Also Like", "recommended", 1),
    ]
    assert [items(module) for module in reading.modules] == [bulleted, ranked, bulleted, ranked, ranked]


def test_read_text_reads_title_author_and_paragraphs_when_residue_stands_around_them():
    article = read_text(list_page()).article
    assert article.title == TITLE
    assert article.authors == ["Mira Holt"]
    assert article.body.split("\n\n") == PARAGRAPHS
    assert article.captured_at is None
    assert article.language in ("en", None)


def test_read_text_keeps_residue_out_of_every_field_when_pages_carry_it():
    reading = read_text(list_page())
    fields = [reading.article.title, reading.article.body, *reading.article.authors]
    fields += [
        text
        for m in reading.modules
        for i in m.items
        for text in (m.label, i.headline, i.kicker, i.deck)
        if text
    ]
    for residue in ("&nbsp", "Agency7", "newsroom@", "Comments0"):
        assert not any(residue in field for field in fields)


def test_read_text_pairs_headlines_with_summaries_when_teasers_follow_the_article():
    reading = read_text(teaser_page())
    teasers = [(headline, None, deck) for headline, deck in TEASERS]
    assert [(m.label, m.kind) for m in reading.modules] == [
        ("Hot this week", "popular"), ("Topics", "other"), ("Related Articles", "related"),
    ]  # fmt: skip
    assert items(reading.modules[0]) == teasers
    assert items(reading.modules[1]) == [*teasers, teasers[0]]
    assert items(reading.modules[2]) == []
    assert reading.article.body.split("\n\n") == PARAGRAPHS


def test_read_text_takes_the_running_date_as_captured_at_when_it_stands_on_top():
    article = read_text(teaser_page()).article
    assert article.captured_at == dt.datetime(2025, 11, 7, tzinfo=dt.UTC)
    assert (article.captured_from, article.captured_precision) == ("page", "day")
    assert article.published_at is None


@pytest.mark.parametrize("page", [list_page(), teaser_page(), "Home\nNews\nSport\nLog in\n", "", " \n \n"])
def test_read_text_accounts_for_every_line_once_when_the_ledger_is_asked_for(page):
    reading = read_text(page, ledger=True)
    roles = {"title", "byline", "date", "body", "module label", "headline", "kicker", "deck", "navigation", "comment",
             "boilerplate", "residue"}  # fmt: skip
    assert {line.role for line in reading.ledger} <= roles
    assert all(line.rule for line in reading.ledger)
    printed = " ".join(line.text for line in find_lines(page))
    assert sorted(" ".join(line.text for line in reading.ledger).split()) == sorted(printed.split())
    assert sum(line.role == "headline" for line in reading.ledger) == sum(
        len(m.items) for m in reading.modules
    )
    assert read_text(page).ledger == []


def test_read_text_reports_no_article_when_the_page_is_a_menu():
    reading = read_text("Home\n\nNews\n\nSport\n\nLog in\n")
    assert [reason for reason, _ in reading.problems] == ["no_article"]
    assert reading.article.title is None and reading.article.body == ""
    assert reading.quality["title_from"] is None


def test_read_text_survives_when_nothing_or_garbage_is_given():
    for page in (
        "",
        "\x00\x01\x02" * 500,
        "a" * 300_000,
        "\n" * 50_000,
        "- " * 40_000,
        "[" * 20_000,
        "*_" * 20_000,
    ):
        reading = read_text(page)
        assert reading.modules == [] and reading.article.title is None
        assert [reason for reason, _ in reading.problems] == ["no_article"]


def test_read_text_names_only_known_kinds_and_rising_positions():
    for page in (list_page(), teaser_page()):
        reading = read_text(page)
        assert {module.kind for module in reading.modules} <= set(KINDS)
        positions = [item.position for module in reading.modules for item in module.items]
        assert positions == sorted(positions)
        assert all(0 <= position <= 1 for position in positions)


def test_read_text_gives_the_same_result_twice():
    assert read_text(list_page(), ledger=True) == read_text(list_page(), ledger=True)


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the annotated pages of ../shared are not here")
def test_read_text_reads_the_two_seed_pages_without_a_fault():
    for line in (SHARED / "seeds/pages.jsonl").read_text(encoding="utf-8").splitlines():
        truth = json.loads(line)
        reading = read_text((SHARED / "seeds" / truth["file"]).read_text(encoding="utf-8"), ledger=True)
        article, wanted = reading.article, truth["article"]
        assert (article.title, article.authors) == (wanted["title"], wanted["authors"])
        paragraphs = article.body.split("\n\n")
        assert len(paragraphs) == wanted["paragraphs"]
        assert paragraphs[0].startswith(wanted["body_starts"]) and paragraphs[-1].endswith(
            wanted["body_ends"]
        )
        captured = article.captured_at.date().isoformat() if article.captured_at else None
        assert captured == truth.get("captured_at")
        assert [(m.label, m.kind, m.duplicate_of, items(m)) for m in reading.modules] == [
            (m["label"], m["kind"], m.get("duplicate_of"),
             [(i["headline"], i.get("kicker"), i.get("deck")) for i in m["items"]])
            for m in truth["modules"]
        ]  # fmt: skip


def test_read_text_reports_what_it_left_out_when_a_page_is_too_large(monkeypatch):
    monkeypatch.setattr("toolkit.page.saved_text.MAX_TEXT", 400)
    reading = read_text(list_page())
    assert reading.problems[0][0] == "too_large" and reading.modules == []
    monkeypatch.undo()
    monkeypatch.setattr("toolkit.page.saved_text.MAX_LINES", 5)
    monkeypatch.setattr("toolkit.page.saved_text.lines.MAX_LINES", 5)
    reading = read_text(list_page(), ledger=True)
    assert reading.problems[0][0] == "too_many_lines" and len(reading.ledger) == 5
