"""Lines of saved text: what converters leave of the layout is read and taken off, whichever converter it was."""

from __future__ import annotations

import pytest

from toolkit.page.saved_text.facts import find_facts
from toolkit.page.saved_text.lines import MAX_LINES, Line, find_lines
from toolkit.page.saved_text.split import label_claim, split_labels
from toolkit.page.saved_text.trim import trim_headline, trim_module


def seen(text):
    return [(line.text, line.bullet, line.rank) for line in find_lines(text)]


@pytest.mark.parametrize("bullet", ["•", "*", "+", "o", "-", "–", "▪", "►", "□"])
def test_find_lines_takes_bullets_off_when_text_follows(bullet):
    assert seen(f"  {bullet} A goat on the tracks") == [("A goat on the tracks", bullet, None)]


def test_find_lines_keeps_a_dash_when_it_belongs_to_the_text():
    assert seen("-5 degrees in the valley\n+1 for the home side") == [
        ("-5 degrees in the valley", "", None), ("+1 for the home side", "", None),
    ]  # fmt: skip


def test_find_lines_gives_a_lone_number_to_the_line_below():
    assert seen("  • 2\n    A goat on the tracks") == [("A goat on the tracks", "•", 2)]
    assert seen("1 1\nA goat on the tracks") == [("A goat on the tracks", "", 1)]


def test_find_lines_takes_glued_numbers_off_when_three_lines_count_on():
    rows = ["Rain at last", "Goats on the tracks", "A quiet vote"]
    page = "\n".join(f"{n} {row}" for n, row in enumerate(rows, 1))
    assert [line.rank for line in find_lines(page)] == [1, 2, 3]
    assert [line.text for line in find_lines(page)] == rows
    two = "\n".join(f"{n} {row}" for n, row in enumerate(rows[:2], 1))
    assert [line.rank for line in find_lines(two)] == [None, None]


def test_find_lines_keeps_a_number_when_a_headline_begins_with_it():
    assert seen("10 ways to cook an egg") == [("10 ways to cook an egg", "", None)]


def test_find_lines_unescapes_entities_when_a_converter_left_them():
    assert [line.text for line in find_lines("MONEY&nbsp\nSalt &amp; pepper&nbsp;")] == [
        "MONEY",
        "Salt & pepper",
    ]


def test_find_lines_counts_empty_lines_above():
    assert [(line.text, line.blank) for line in find_lines("One\n\n\nTwo\nThree")] == [
        ("One", 0), ("Two", 2), ("Three", 0),
    ]  # fmt: skip


def test_find_lines_reads_markdown_when_headings_and_links_are_marked():
    page = "\n\n".join(
        ["# The pier is closed", "### [Rain at last](https://harbour-post.example/rain-at-last)",
         "  * [**Goats** on the _tracks_](/goats-on-the-tracks)", "![A wet dog](/dog.jpg)", "Said on Monday \\- late"]
    )  # fmt: skip
    lines = find_lines(page)
    assert [line.text for line in lines] == [
        "The pier is closed", "Rain at last", "Goats on the tracks", "A wet dog", "Said on Monday - late",
    ]  # fmt: skip
    assert [line.heading for line in lines] == [1, 3, 0, 0, 0]
    assert [line.url for line in lines[:3]] == [
        None,
        "https://harbour-post.example/rain-at-last",
        "/goats-on-the-tracks",
    ]
    assert [line.linked for line in lines[:3]] == [0.0, 1.0, 1.0]


def test_find_lines_joins_markdown_paragraphs_when_they_were_wrapped():
    words = "the council said on Monday that the old bridge would have to close for many months".split()
    wrapped = "\n".join(" ".join(words[i : i + 12]) for i in (0,))
    paragraph = "\n".join([" ".join(words[:13]), " ".join(words[3:15]), "for many months."])
    page = "# Bridge\n\n## Closed\n\n" + "\n\n".join([paragraph] * 4 + [wrapped])
    lines = find_lines(page)
    assert len(lines) == 7
    assert lines[2].text.endswith("for many months.")


def test_find_lines_reads_numbered_links_when_a_text_browser_lists_them():
    page = "\n".join(
        ["   [1]Home", "     * [2]Goats on the tracks", "", "   No link here", "", "References", "",
         "   1. https://harbour-post.example/", "   2. https://harbour-post.example/goats",
         "   3. https://harbour-post.example/x"]
    )  # fmt: skip
    lines = find_lines(page)
    assert [(line.text, line.url, line.linked) for line in lines] == [
        ("Home", "https://harbour-post.example/", 1.0),
        ("Goats on the tracks", "https://harbour-post.example/goats", 1.0),
        ("No link here", None, 0.0),
    ]


def test_find_lines_joins_hard_wrapped_lines_when_the_next_word_would_not_fit():
    sentence = (
        "Engineers found that two of the oldest beams of the northern pier had rotted through below the water "
        "line and would have to be replaced before the winter storms begin in earnest again "
    )
    words = sentence.split() * 3
    rows, row = [], ""
    for word in words:
        if len(row) + 1 + len(word) > 72:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    page = "\n".join([*rows, row, "", "Short one", "Short two", "", "Sports", "", "Weather", "", *rows, row])
    assert [line.text for line in find_lines(page)] == [
        " ".join(words), "Short one", "Short two", "Sports", "Weather", " ".join(words),
    ]  # fmt: skip


def broken_at(words, columns):
    rows, row = [], ""
    for word in words:
        if row and len(row) + 1 + len(word) > columns:
            rows.append(row)
            row = word
        else:
            row = f"{row} {word}".strip()
    return [*rows, row]


SENTENCE = (
    "Engineers found that two of the oldest beams of the northern pier had rotted through below the water line "
    "and would have to be replaced before the winter storms begin in earnest again"
).split()


def test_find_lines_joins_hard_wrapped_lines_when_a_dump_is_mostly_links_of_their_own_length():
    links = [f"  * [{n}]The council votes on the harbour road and the ferry, part {n}" for n in range(1, 41)]
    page = "\n".join([*broken_at(SENTENCE * 3, 72), "", *links, "", *broken_at(SENTENCE * 3, 72)])
    texts = [line.text for line in find_lines(page)]
    assert texts[0] == texts[-1] == " ".join(SENTENCE * 3)
    assert len(texts) == 42


def test_find_lines_leaves_lines_apart_when_other_lines_are_longer_than_any_column():
    rows = [
        f"Rain is expected on the coast for the rest of the week, says office number {n}" for n in range(9)
    ]
    page = "\n".join([*rows, *[" ".join(SENTENCE)] * 4])
    assert len(find_lines(page)) == 13


def test_find_lines_joins_hard_wrapped_lines_when_wide_characters_counted_as_one():
    words = "항구 도로가 폭풍으로 닫혔다고 시의회가 밝혔다 다리는 오월까지 닫힌다".split() * 15
    page = "\n".join(["제목", "", *broken_at(words, 60), "", "날씨"])
    assert [line.text for line in find_lines(page)] == ["제목", " ".join(words), "날씨"]


def test_find_lines_takes_the_list_of_addresses_off_when_one_holds_spaces_and_the_hidden_ones_are_few():
    dump = ["[1]Storm closes road", "[2]Goats on tracks", "[3]Jobs", "", "References", ""]
    dump += [
        "   Visible links:",
        "   1. https://harbour-post.example/storm",
        "   2. https://harbour-post.example/goats",
    ]
    dump += ["   3. https://harbour-post.example/search?q=News Jobs", "   Hidden links:"]
    page = "\n".join([*dump, "   4. https://harbour-post.example/top"])
    assert [(line.text, line.url) for line in find_lines(page)] == [
        ("Storm closes road", "https://harbour-post.example/storm"),
        ("Goats on tracks", "https://harbour-post.example/goats"),
        ("Jobs", "https://harbour-post.example/search?q=News Jobs"),
    ]


@pytest.mark.parametrize(("count", "text"), [(25, "Story about the ferry"), (5, "[1]Story about the ferry")])
def test_find_lines_takes_link_numbers_off_when_many_count_on_though_their_addresses_are_missing(count, text):
    lines = find_lines("\n".join(f"[{n}]Story about the ferry" for n in range(1, count + 1)))
    assert (lines[0].text, lines[0].url) == (text, None)


def test_find_lines_takes_addresses_behind_words_off_when_a_page_prints_them():
    rows = [
        "  * Home <https://harbour-post.example/>  News <https://harbour-post.example/news>",
        "Storm closes the harbour road <https://harbour-post.example/storm>",
        "Goats on the tracks again, says the railway",
        "<https://harbour-post.example/goats>",
        "The mayor said <https://harbour-post.example/mayor> that it was fine.",
        "No link here",
    ]
    assert [(line.text, line.url, line.linked, line.blank) for line in find_lines("\n".join(rows))] == [
        ("Home", "https://harbour-post.example/", 1.0, 0),
        ("News", "https://harbour-post.example/news", 1.0, 0),
        ("Storm closes the harbour road", "https://harbour-post.example/storm", 1.0, 0),
        ("Goats on the tracks again, says the railway", "https://harbour-post.example/goats", 1.0, 0),
        ("The mayor said that it was fine.", "https://harbour-post.example/mayor", 0.5, 0),
        ("No link here", None, 0.0, 0),
    ]
    assert find_lines(rows[1])[0].url is None  # one address is no habit


def test_find_lines_stops_when_a_page_has_too_many():
    assert len(find_lines("line of text\n" * (MAX_LINES + 5))) == MAX_LINES


def test_find_lines_gives_nothing_when_nothing_is_there():
    assert find_lines("") == find_lines("\n \n\t\n") == find_lines("• \n---\n***") == []


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("Read also: Storm closes the harbour road", ["Read also", "Storm closes the harbour road"]),
        ("READ MORE | Storm closes the harbour road", ["READ MORE", "Storm closes the harbour road"]),
        ("Mayor: We will not close the school", ["Mayor: We will not close the school"]),
    ],
)
def test_split_labels_cuts_only_when_the_first_part_is_a_label(line, parts):
    assert [found.text for found in split_labels([Line(line, 0)])] == parts


def test_label_claim_leaves_a_section_name_when_it_stands_alone():
    assert label_claim("Lifestyle") is None
    assert label_claim("Most Read") == "popular"


@pytest.mark.parametrize(
    ("printed", "headline"),
    [
        ("10:45 Storm closes the harbour road", "Storm closes the harbour road"),
        ("2 hours ago Storm closes the harbour road", "Storm closes the harbour road"),
        ("Storm closes the harbour road 3 hours ago", "Storm closes the harbour road"),
        ("« Storm closes the harbour road", "Storm closes the harbour road"),
        ("Video: Storm closes the harbour road", "Storm closes the harbour road"),
        ("Storm of 1953 remembered", "Storm of 1953 remembered"),
        ("911 calls rise for a third year", "911 calls rise for a third year"),
    ],
)
def test_trim_headline_leaves_the_headline_alone(printed, headline):
    assert trim_headline(printed) == headline


def test_trim_module_takes_counts_off_only_when_most_headlines_end_with_one():
    assert trim_module(["Rain at last 12", "Goats on the tracks 5", "A quiet vote 101"])[2] == "A quiet vote"
    assert (
        trim_module(["Best films of 2024", "Goats on the tracks", "A quiet vote"])[0] == "Best films of 2024"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("By Ana Ruiz", True),
        ("VON ANA RUIZ", True),
        ("Text: Élise Dubois", True),
        ("by the end of May", False),
        ("By and large it held", False),
    ],
)
def test_find_facts_takes_a_line_for_a_byline_when_a_name_follows(text, expected):
    assert find_facts(Line(text, 0)).byline is expected
