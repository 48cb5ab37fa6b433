"""Modules of saved text: parting, tab strips, kickers; one page from several converters; the model file."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from toolkit.page.language import find_language
from toolkit.page.modules.duplicates import mark_duplicates
from toolkit.page.saved_text import read_lines, read_text
from toolkit.page.saved_text.assemble import assemble_modules
from toolkit.page.saved_text.body import Region
from toolkit.page.saved_text.facts import find_facts
from toolkit.page.saved_text.features import describe_lines, feature_names, spread_scores
from toolkit.page.saved_text.headings import HEADING_NAMES, choose_headings, describe_headings, find_stretches
from toolkit.page.saved_text.lines import Line, find_lines
from toolkit.page.saved_text.pairs import PAIR_NAMES, describe_pairs, part_by_rule, part_for_sure
from toolkit.page.saved_text.roles import decide_roles
from toolkit.page.saved_text.score import ROLES, heading_chooser, load_ensembles, score_lines
from toolkit.page.saved_text.tabs import find_panes
from toolkit.page.saved_text.wording import HASHES, VOTE_NAMES

TITLE = "Old Tannery Becomes a School for Bell Founders"
BODY = [
    " ".join(paragraph.split())
    for paragraph in """
The old tannery by the river, empty for twenty years, will reopen in March as the only school for bell founders in
the country, the foundation that bought it announced on Thursday morning.

Twelve pupils a year will learn to mould, cast and tune bells there, and the first of them have already moved into
the tanners' cottages behind the main hall with their families.

“Nobody under sixty knows how to do this any more,” said the director, who learned the craft from an uncle and has
cast some forty bells in a shed beside her house since then.

The city paid for the new roof and will own the first bell that the school casts, which is to hang in the market
tower from the autumn of next year.
""".strip().split("\n\n")
]
HEADLINES = [
    "Ferry Captain Refuses to Leave a Stranded Choir Behind",
    "Bakers Warn That the Cheap Loaf Is Gone for Good",
    "Two Villages Swap Mayors for a Month and Like It",
    "Winter Market Moves Indoors After a Stormy Vote",
    "A Library Opens in the Belly of a Grounded Ship",
]


def as_bullets() -> str:
    rows = "\n".join(f"  • {headline}" for headline in HEADLINES)
    return "\n\n".join(["Menu", TITLE, *BODY, "Most Read", rows])


def as_markdown() -> str:
    rows = "\n".join(f"  * [{headline}](/{headline.lower().replace(' ', '-')})" for headline in HEADLINES)
    return "\n\n".join(["Menu", f"# {TITLE}", *BODY, "## Most Read", rows])


def as_indented() -> str:
    rows = "\n".join(f"        * {headline}" for headline in HEADLINES)
    return "\n\n".join(["  Menu", f"    {TITLE}", *(f"    {part}" for part in BODY), "      Most Read", rows])


def as_ranked() -> str:
    rows = "\n".join(f"{n}. {headline}" for n, headline in enumerate(HEADLINES, 1))
    return "\n\n".join(["Menu", TITLE, *BODY, "Most Read", rows])


def as_browser_copy() -> str:
    return "\n\n".join(["Menu", TITLE, *BODY, "Most Read", *HEADLINES])


@pytest.mark.parametrize("form", [as_bullets, as_markdown, as_indented, as_ranked, as_browser_copy])
def test_read_text_reads_the_same_page_when_converters_differ(form):
    reading = read_text(form())
    assert [(module.label, module.kind) for module in reading.modules] == [("Most Read", "popular")]
    assert [item.headline for item in reading.modules[0].items] == HEADLINES
    assert reading.article.title == TITLE
    assert reading.article.body.split("\n\n") == BODY


def test_read_text_keeps_addresses_when_the_converter_does():
    items = read_text(as_markdown()).modules[0].items
    assert items[0].url == "/ferry-captain-refuses-to-leave-a-stranded-choir-behind"
    assert all(item.url is None for item in read_text(as_bullets()).modules[0].items)


def facts_of(lines):
    return [find_facts(line) for line in lines]


def scored(rows):
    """Lines and scores from (text, role) pairs."""
    lines = [Line(text, n) for n, (text, _) in enumerate(rows)]
    scores = np.zeros((len(rows), 4), np.float32)
    for i, (_, role) in enumerate(rows):
        scores[i, ("", "headline", "label", "kicker").index(role)] = 0.9
    return lines, scores


def modules_of(rows, region=None):
    lines, scores = scored(rows)
    facts, region = facts_of(lines), region or Region()
    roles = decide_roles(lines, facts, scores, region, None)
    heads = [i for i, role in enumerate(roles) if role == "headline"]
    parted = part_by_rule(describe_pairs(lines, facts, scores, region, heads))
    modules, owner, _ = assemble_modules(lines, facts, roles, scores, parted, region, 1000)
    mark_duplicates(modules)
    return modules, owner


def test_assemble_modules_parts_at_a_label():
    modules, owner = modules_of(
        [("Most Read", "label"), (HEADLINES[0], "headline"), (HEADLINES[1], "headline"),
         ("Latest News", "label"), (HEADLINES[2], "headline")]
    )  # fmt: skip
    assert [(module.label, len(module.items)) for module in modules] == [("Most Read", 2), ("Latest News", 1)]
    assert owner == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("below", [True, False])
def test_assemble_modules_gives_kickers_to_the_headline_that_the_module_gives_them_to(below):
    pairs = [(HEADLINES[0], "CITY"), (HEADLINES[1], "MONEY"), (HEADLINES[2], "SPORT")]
    rows = [("Most Read", "label")]
    for headline, kicker in pairs:
        both = [(headline, "headline"), (kicker, "kicker")]
        rows += both if below else both[::-1]
    modules, _ = modules_of(rows)
    assert [(item.headline, item.kicker) for item in modules[0].items] == pairs


def test_mark_duplicates_flags_only_the_same_list_under_the_same_label():
    lists = [("Most Read", 3), ("Latest News", 3), ("Most Read", 3), ("Most Read", 2)]
    rows = [
        row
        for label, size in lists
        for row in [(label, "label"), *((text, "headline") for text in HEADLINES[:size])]
    ]
    modules, _ = modules_of(rows)
    assert [module.duplicate_of for module in modules] == [None, None, 0, None]


def test_assemble_modules_keeps_an_empty_module_when_its_label_names_a_kind():
    modules, _ = modules_of([(HEADLINES[0], "headline"), ("Related Articles", "label"), ("", "")][:2])
    assert [(module.label, len(module.items)) for module in modules] == [(None, 1), ("Related Articles", 0)]


def test_decide_roles_counts_a_picture_text_and_its_headline_once():
    lines, scores = scored(
        [(HEADLINES[0], "headline"), (HEADLINES[0], "headline"), (HEADLINES[1], "headline")]
    )
    assert decide_roles(lines, facts_of(lines), scores, Region(), None) == ["headline", "", "headline"]


def test_decide_roles_never_takes_the_title_for_a_headline():
    lines, scores = scored([(TITLE, "headline"), (HEADLINES[0], "headline"), (TITLE.upper(), "headline")])
    assert decide_roles(lines, facts_of(lines), scores, Region(), 0) == ["title", "headline", ""]


def headings_of(rows, starts, likely):
    """The labels chosen when each line is ``likely`` to be one; starts are places among the headlines."""
    lines = [Line(text, n) for n, (text, _) in enumerate(rows)]
    roles = [role for _, role in rows]
    heads = [i for i, role in enumerate(roles) if role == "headline"]
    scores = np.zeros((len(rows), 5), np.float32)
    facts, stretches = facts_of(lines), find_stretches(heads, starts)
    members, table = describe_headings(lines, facts, roles, scores, Region(), stretches)
    order = [i for each in members for i in each]

    def predict(rows):
        assert rows.shape == (len(order), len(HEADING_NAMES)) == table.shape
        return np.array([likely.get(i, 0.0) for i in order])

    return choose_headings(lines, facts, roles, scores, Region(), stretches, predict)


def test_choose_headings_takes_the_likeliest_line_above_each_module_and_none_when_none_is_likely():
    rows = [("Most Read", "label"), ("16 rows", ""), (HEADLINES[0], "headline"), ("5 rows", ""),
            (HEADLINES[1], "headline"), ("Weather", ""), (HEADLINES[2], "headline")]  # fmt: skip
    assert headings_of(rows, [0, 2], {0: 0.6, 1: 0.4, 3: 0.9}) == [0, None]
    assert headings_of(rows, [0, 2], {0: 0.3, 1: 0.4, 5: 0.21}) == [1, 5]


def test_choose_headings_passes_over_running_text_and_lines_out_of_reach():
    far = [("Most Read", ""), *[("Goat", "")] * 14, (HEADLINES[0], "headline")]
    assert headings_of(far, [0], {0: 0.9}) == [None]
    assert headings_of(far[1:], [0], {0: 0.9}) == [0]
    body = [("Most Read", ""), ("So it ends", "body"), (HEADLINES[0], "headline")]
    assert headings_of(body, [0], {0: 0.5, 1: 0.9}) == [0]


def test_describe_headings_counts_lines_with_other_numbers_as_copies():
    rows = [("16 rows", ""), (HEADLINES[0], "headline"), ("5 rows", ""), (HEADLINES[1], "headline")]
    lines = [Line(text, n) for n, (text, _) in enumerate(rows)]
    scores = np.zeros((len(rows), 5), np.float32)
    roles = [role for _, role in rows]
    _, table = describe_headings(lines, facts_of(lines), roles, scores, Region(), [(0, [1, 3])])
    named = dict(zip(HEADING_NAMES, table[0].tolist(), strict=True))
    assert (named["copies"], named["near_headlines"], named["like_others"]) == (2, 2, 1)
    assert (named["lead_digit"], named["headlines"], named["above"]) == (1, 2, 1)


def test_find_stretches_is_empty_when_no_headline_is_there():
    assert find_stretches([], []) == []
    table = describe_headings([], [], [], np.zeros((0, 5), np.float32), Region(), [])[1]
    assert table.shape == (0, len(HEADING_NAMES))


def test_heading_chooser_is_missing_when_no_trees_are_given():
    assert heading_chooser([], [], [], np.zeros((0, 5), np.float32), Region(), {}) is None


def panes_of(lines: list[Line], roles: list[str] | None = None) -> list[tuple[int, int, int]]:
    found = find_panes(lines, facts_of(lines), roles or [""] * len(lines))
    return [(pane.name, pane.start, pane.stop) for pane in found]


def test_find_panes_needs_a_list_that_the_names_divide():
    names = [Line(name, 0, bullet="*") for name in ("City", "Sport")]
    rows = [Line(f"A long enough headline about thing {n}", 0, bullet="*") for n in range(7)]
    assert panes_of(names + rows[:6]) == [(0, 2, 5), (1, 5, 8)]
    assert panes_of(names + rows) == []


def test_find_panes_tells_names_that_choose_from_one_list_by_their_spacing():
    names = [Line(name, 0, bullet="*") for name in ("City", "Sport")]
    apart = [Line(f"A long enough headline about thing {n}", 0, bullet="*", blank=1) for n in range(6)]
    assert panes_of(names + apart) == []
    # but the first of each pane may stand further off
    close = [replace(line, blank=int(n % 3 == 0)) for n, line in enumerate(apart)]
    assert panes_of(names + close) == [(0, 2, 5), (1, 5, 8)]


def test_find_panes_without_bullets_needs_a_long_run_of_headlines():
    names = [Line(name, 0) for name in ("City", "Sport", "Arts")]
    rows = [Line(f"A long enough headline about thing {n}", 0) for n in range(15)]
    rest = [Line("This ends the list of headlines", 0), Line("Imprint", 0)]
    roles = [*[""] * 3, *["headline"] * 15, "", ""]
    assert panes_of(names + rows + rest, roles) == [(0, 3, 8), (1, 8, 13), (2, 13, 18)]
    assert panes_of(names + rows[:12] + rest, [*roles[:15], "", ""]) == []  # too few for panes
    assert panes_of(names + rows + rest) == []  # nothing says that these are headlines
    labelled = [*roles[:10], "label", *roles[11:]]
    assert panes_of(names + rows + rest, labelled) == []


def test_describe_headings_leaves_out_form_words_and_items_of_a_menu():
    menu = [Line(name, 0, bullet="*") for name in ("City", "Sport", "Arts", "Food", "Cars")]
    head = Line("A long enough headline about the harbour road", 0)
    for above, expected in (
        ([Line("Latest news", 0), *menu], [0]),
        ([*menu, Line("Most Read", 0, bullet="*")], [5]),  # it says what it heads
        ([Line("Harbour", 0), Line("Click here to cancel reply.", 0), Line("Search for:", 0)], [0]),
    ):
        lines = [*above, head]
        scores = np.zeros((len(lines), 5), np.float32)
        stretch = [(0, [len(above)])]
        roles = [""] * len(lines)
        candidates, table = describe_headings(lines, facts_of(lines), roles, scores, Region(), stretch)
        assert candidates == [expected]
        assert table.shape == (len(expected), len(HEADING_NAMES))


def kickers_of(between, scores_of, menu=()):
    """Kickers of three headlines, each below one of the lines ``between``; and the roles that come back."""
    rows = [*menu, "Most Read", *(text for pair in zip(between, HEADLINES, strict=False) for text in pair)]
    lines = [Line(text, n) for n, text in enumerate(rows)]
    facts = facts_of(lines)
    first = len(menu) + 1
    roles = [""] * len(menu) + ["label", *["", "headline"] * len(between)]
    scores = np.zeros((len(rows), 5), np.float32)
    scores[first::2, 3] = scores_of
    heads = list(range(first + 1, len(rows), 2))
    parted = np.zeros(len(heads) - 1)
    (module,), owner, settled = assemble_modules(lines, facts, roles, scores, parted, Region(), 1000)
    assert [role for role in settled if role == "kicker"] == ["kicker"] * sum(
        item.kicker is not None for item in module.items
    )
    assert all(owner[i] == 0 for i, role in enumerate(settled) if role == "kicker")
    return [item.kicker for item in module.items]


def test_assemble_modules_finds_kickers_by_their_company():
    names = ["Travel", "Money", "Health"]
    assert kickers_of(names, 0.05) == names  # each alone scores far too little
    assert kickers_of(names, 0.01) == [None] * 3  # nothing speaks for them
    assert kickers_of(["Travel", "3 hours ago", "12"], 0.05) == [None] * 3  # one of three is no habit
    assert kickers_of(["Travel", "3 hours ago", "Health"], 0.2) == ["Travel", None, "Health"]
    assert kickers_of(["3 hours ago", "5 hours ago", "12"], 0.9) == [None] * 3


def test_assemble_modules_trusts_kickers_that_the_page_names_elsewhere():
    names = ["Travel", "Money"]
    assert kickers_of(names, 0.05) == [None, None]
    assert kickers_of(names, 0.05, menu=("Travel", "Money", "Sport")) == names


def test_assemble_modules_gives_a_kicker_to_one_of_two_modules():
    rows = [HEADLINES[0], "Travel", HEADLINES[1]]
    lines = [Line(text, n) for n, text in enumerate(rows)]
    scores = np.zeros((3, 5), np.float32)
    scores[1, 3] = 0.9
    roles = ["headline", "", "headline"]
    found, owner, _ = assemble_modules(lines, facts_of(lines), roles, scores, np.ones(1), Region(), 1000)
    assert [[item.kicker for item in module.items] for module in found] == [["Travel"], [None]]
    assert owner == [0, 0, 1]


@pytest.mark.parametrize(
    ("label", "elsewhere", "expected"),
    [
        ("Most Read", False, "popular"),
        ("Read more", False, "related"),  # over a box of stories
        ("More Blog Stories", False, "section"),
        ("Photostories", True, "section"),  # the menu names it, too
        ("Photostories", False, "other"),
        (None, False, "other"),
    ],
)
def test_assemble_modules_names_a_kind_by_the_label_and_the_menu(label, elsewhere, expected):
    rows = [*([("Photostories", "")] if elsewhere else []), *([(label, "label")] if label else [])]
    rows += [(headline, "headline") for headline in HEADLINES[:3]]
    (module,), _ = modules_of(rows)
    assert (module.label, module.kind, len(module.items)) == (label, expected, 3)


def test_describe_lines_has_a_row_a_line_and_a_column_a_name():
    page = read_lines(as_bullets())
    table = describe_lines(
        page.lines, page.facts, page.labels, page.region, page.title, page.guesses, page.words
    )
    assert table.shape == (len(page.lines), len(feature_names()))
    assert np.isfinite(table).all()
    assert len(set(feature_names())) == len(feature_names())
    assert describe_lines([], [], [], Region(), None, [], []).shape == (0, len(feature_names()))


@pytest.mark.parametrize("size", [1, 2, 5, 40])
def test_spread_scores_keeps_its_width_when_pages_are_short(size):
    lines = [Line(f"Line {n}", n) for n in range(size)]
    table = spread_scores(lines, np.full((size, 3), 0.5, np.float32))
    assert table.shape == (size, 3 + 12 * 3 + 3 * 3 + 6)


@pytest.mark.parametrize(("kicker", "parted"), [(0.4, True), (0.7, False)])
def test_part_for_sure_parts_at_a_label_unless_it_is_likelier_a_kicker(kicker, parted):
    lines, scores = scored([(HEADLINES[0], "headline"), ("City", "label"), (HEADLINES[1], "headline")])
    scores[1] = (0.0, 0.0, 0.6, kicker)
    rows = describe_pairs(lines, facts_of(lines), scores, Region(), [0, 2])
    assert (part_for_sure(rows)[0] > 0.5) == (part_by_rule(rows)[0] > 0.5) == parted


def test_describe_pairs_is_empty_when_fewer_than_two_headlines_are_there():
    lines, scores = scored([(HEADLINES[0], "headline")])
    assert describe_pairs(lines, facts_of(lines), scores, Region(), [0]).shape == (0, len(PAIR_NAMES))


def test_score_lines_goes_by_the_guesses_when_no_trees_are_given():
    page = read_lines(as_bullets())
    scores = score_lines(
        page.lines, page.facts, page.labels, page.region, page.title, page.guesses, page.words, {}
    )
    assert scores[:, 1].tolist() == [
        pytest.approx(0.9) if guess == "headline" else 0.0 for guess in page.guesses
    ]


def test_model_card_says_what_it_was_trained_on_and_fits_the_columns():
    folder = files("toolkit").joinpath("models")
    card = json.loads(folder.joinpath("saved_text.json").read_text(encoding="utf-8"))
    columns, roles = len(feature_names()) + len(VOTE_NAMES), len(ROLES)
    assert (card["columns"], card["hashed_words"]) == (columns, HASHES)
    assert card["pair_columns"] == list(PAIR_NAMES)
    assert card["heading_columns"] == list(HEADING_NAMES)
    assert {"resiliparse", "inscriptis"} <= set(card["cross_validated"]["forms_trained_on"])
    assert len(card["data_sha256"]) == 64
    ensembles = load_ensembles()
    assert set(ensembles) == {f"{stage}_{role}" for stage in ("first", "second") for role in ROLES} | {
        "part",
        "heading",
    }
    for name, ensemble in ensembles.items():
        width = {"f": columns, "s": columns + roles * 18, "p": len(PAIR_NAMES), "h": len(HEADING_NAMES)}[
            name[0]
        ]
        assert ensemble.feature.min() >= 0 and ensemble.feature.max() < width
        assert len(ensemble.predict(np.zeros((0, width), np.float32))) == 0


def test_find_language_tells_languages_and_leaves_short_text():
    pytest.importorskip("resiliparse")
    assert find_language(" ".join(BODY)) == "en"
    assert (
        find_language("Der Rat hat am Montag beschlossen, die alte Brücke für ein Jahr zu sperren. " * 3)
        == "de"
    )
    assert find_language("市議会は月曜日に古い橋を閉鎖することを決めた。") == "ja"
    assert find_language("Too short") is None


def test_read_text_does_not_slow_down_out_of_proportion_when_pages_are_long():
    page = "\n\n".join(
        [TITLE, *BODY, "Most Read", *(f"• Headline number {n} about the river" for n in range(1200))]
    )
    assert len(find_lines(page)) == 1206
    assert read_text(page).article.title == TITLE
