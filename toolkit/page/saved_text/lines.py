"""Saved text as lines: what a converter left of the page's layout, in one form whichever converter it was.

Bullets, list numbers, indents, blank lines, Markdown marks, link numbers of a text browser and its hard-wrapped
lines all say something about the page; they are read here and taken off the text, so that a headline stands
alone, as a reader would quote it.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from toolkit.words import squeeze

#: Characters that fill two columns of a screen, as a regular expression.
WIDE = "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff01-\uff60]"

__all__ = ["Line", "find_lines"]

#: More lines than any news page has; what stands behind them is left out and reported.
MAX_LINES = 20_000
#: Longest line that is looked at in full; a longer one is text of its own kind, never a headline.
MAX_CHARS = 20_000
#: Columns between which text is broken into lines by those who do so, and how many breaks tell of it.
WIDTHS = (50, 140)
MIN_BROKEN = 5
#: So many addresses behind words tell that a page prints the address of each link.
MIN_ANGLED = 5
#: Longer words are none, or addresses.
MAX_WORD = 20

_BULLET = re.compile(r"(?:[•·▪►»›◦■●○□▫‣⁃◆▶▸∙➤]|[*+o–-](?=\s))\s*")
_NUMBER = re.compile(r"(?:#\s?)?(\d{1,3})\s?(?:[.)\]、．:]\s*|$)")
_NUMBERS = re.compile(r"\d{1,2}(?:\s\d{1,2})+$")
_RANK = re.compile(r"(\d{1,2})\.?(?:\s+|(?=[^\W\d_])|(?=[\u2018\u201c\"'«「]))(?=\S)")
_HASHES = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
_UNDERLINE = re.compile(r"(?:={3,}|-{3,}|~{3,})$")
_RULER = re.compile(r"[\W_]{3,}$")
_MD_IMAGE = re.compile(r"!\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*(?:\s+\"[^\"]*\")?\)")
_MD_LINK = re.compile(
    r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*<?((?:[^()\s]|\([^()]*\))*?)>?(?:\s+\"[^\"]*\")?\s*\)"
)
_MD_EMPHASIS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=[^\s*_])(.+?)(?<=[^\s*_])\1(?![\w*_])")
_MD_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])")
_MD_BLOCK = re.compile(r"\s*(?:#{1,6} |[*+-] |\d{1,3}\. |>|\||\* \* \*|-{3,}|={3,})")
_MD_OPEN = re.compile(r"^\[\s*(?!.*\])")
_MD_CLOSE = re.compile(r"\]\(\s*(\S*?)\s*\)\s*$")
_LINK_NUMBER = re.compile(r"\[(\d{1,4})\]\s?(?=\S)")
_ANGLED = re.compile(r"\s*<((?:https?|ftp|file|mailto):[^\s<>]*)>")
_REFERENCE = re.compile(r"\s*(\d{1,4})\.\s+(\w+:\S.*?)\s*$")
_FURNITURE = re.compile(
    r"\((?:BUTTON|IMAGE|INLINE|IFRAME|EMBED)\)|\[(?:INLINE|IMAGE|EMBED|USEMAP|ISMAP)\]|_{4,}"
)
_MARKS = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[.!?]\s*$")
_WIDE = re.compile(WIDE)
_BOX = re.compile(r"[│┃|]\s")
_BOX_RULE = re.compile(r"[─━┌┐└┘├┤┬┴┼╭╮╰╯═╔╗╚╝╠╣╦╩╬]+")


@dataclass(slots=True)
class Line:
    """One line of text as a reader would quote it, with what the converter showed of the page's layout.

    ``start`` counts the visible characters before the line. ``bullet`` is the list mark, ``""`` where there is
    none; ``rank`` the number printed before the text; ``blank`` the number of empty lines above; ``heading`` 1
    to 6 where it was marked as a heading; ``linked`` the share of its characters inside links, -1 where the
    converter keeps no links; ``part`` is how the line came to be: ``""`` printed like that, ``"label"`` and
    ``"rest"`` the halves of a line such as "Read also: A headline".
    """

    text: str
    number: int
    start: int = 0
    indent: int = 0
    bullet: str = ""
    rank: int | None = None
    blank: int = 0
    heading: int = 0
    linked: float = -1.0
    url: str | None = None
    bold: bool = False
    part: str = ""


@dataclass(slots=True)
class _Page:
    wrapped: int  # width at which lines were broken, 0 where they were not
    wide: int  # columns that a wide character fills
    markdown: bool
    numbers: dict[str, str]  # link number -> address, of a text browser's list at the end
    angled: bool  # whether each link's address stands behind its words: "Weather <https://...>"


def find_lines(text: str) -> list[Line]:
    """The lines of a saved text page that hold something, in order, layout marks taken off and kept aside.

    Parameters
    ----------
    text : str
        The page as a converter or a browser saved it.

    Returns
    -------
    list of Line
        In page order; empty lines only counted, list numbers and bullets that stand alone given to the line
        they belong to; at most ``MAX_LINES``.

    Examples
    --------
    >>> [(line.text, line.bullet, line.rank) for line in find_lines("Popular\\n\\n  • 1\\n    A fine day&nbsp")]
    [('Popular', '', None), ('A fine day', '•', 1)]
    """
    raw = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    raw, numbers = _take_references(raw)
    page = _Page(0, 2, _is_markdown(text), numbers, False)
    page.angled = not page.markdown and len(_ANGLED.findall(text)) >= MIN_ANGLED
    if page.markdown and _is_wrapped_markdown(raw):
        raw = _unwrap_markdown(raw)
    else:
        page.wrapped, page.wide = _find_wrap(raw, text)
        raw = _unwrap(raw, page)
    if page.markdown or page.numbers or page.angled:
        raw = [part for line in raw for part in _split_links(line, page)]
    lines = _read_lines(raw, page)
    return _number_rows(lines)


def _is_markdown(text: str) -> bool:
    head = text[:60_000]
    return len(_MD_LINK.findall(head)) >= 3 or len(re.findall(r"(?m)^#{1,6} \S", head)) >= 2


def _take_references(raw: list[str]) -> tuple[list[str], dict[str, str]]:
    """A text browser's numbered list of addresses at the end: taken off, and kept by number."""
    tail = len(raw)
    numbers: dict[str, str] = {}
    for i in range(len(raw) - 1, -1, -1):
        line = raw[i]
        if not line.strip():
            continue
        match = _REFERENCE.match(line)
        if match:
            numbers[match[1]] = match[2]
            tail = i
        elif numbers and len(line.split()) <= 3 and not numbers.keys() & {line.strip()}:
            more = any(_REFERENCE.match(other) for other in raw[max(0, i - 4) : i])
            tail = i if more or len(numbers) >= 3 else tail  # "References", "Visible links:", "Hidden links:"
            if not more and not line.rstrip().endswith(":"):  # "Visible links:" stands below "References"
                break
        else:
            break
    if len(numbers) < 3:
        return raw, _count_marks(raw)
    return raw[:tail], numbers


def _count_marks(raw: list[str]) -> dict[str, str]:
    """The link numbers of a page without their list: marks that count on from link to link, and no addresses."""
    marks = [int(mark) for line in raw for mark in _LINK_NUMBER.findall(line)]
    on = sum(below == above + 1 for above, below in pairwise(marks))
    return {str(mark): "" for mark in marks} if len(marks) >= 20 and on >= 0.8 * len(marks) else {}


def _find_wrap(raw: list[str], text: str) -> tuple[int, int]:
    """The column at which lines were broken, 0 where they were not, and the columns of a wide character there."""
    wrapped, worth = _wrap_width(raw, 2)
    if _WIDE.search(text):
        counted, other = _wrap_width(raw, 1)
        if other > worth:
            return counted, 1
    return wrapped, 2


def _wrap_width(raw: list[str], wide: int) -> tuple[int, float]:
    """The column at which lines were broken and how much speaks for it; 0 where they were not.

    At that column many lines end because the next word would not fit; next to no line that could be broken is
    longer, and few end before it that the next line could go on. ``wide`` is the columns that a wide character
    fills for the program that broke the lines: 2 on a screen, 1 for one that only counts characters.
    """
    widths = [_columns(line.rstrip(), wide) for line in raw]
    ends: list[tuple[int, int]] = []  # where a line stops, and where it would have stopped with the next word
    over: list[int] = []
    for (above, below), width in zip(pairwise(raw), widths, strict=False):
        line = above.rstrip()
        if width > WIDTHS[0] and (" " in line.strip() or _WIDE.search(line)):
            over.append(width)
        if width < 0.6 * WIDTHS[0] or not below.strip() or not _may_go_on(line, below):
            continue
        if _LINK_NUMBER.match(below.lstrip()):  # as like a link on a line of its own
            continue
        word = below.split(None, 1)[0]
        if wide == 1 and len(word) > MAX_WORD:  # a script without spaces: it would fit nowhere
            continue
        ends.append((width, width + _needed(line, word, wide)))
    columns = np.arange(WIDTHS[0], WIDTHS[1] + 1)
    stops, wanted = np.sort(np.array(ends, np.int64).reshape(-1, 2), axis=0).T
    reached, fitted = (np.searchsorted(table, columns, "right") for table in (stops, wanted))
    broken = reached - fitted
    fits = np.maximum(fitted - np.searchsorted(stops, 0.6 * columns), 0)
    longer = len(over) - np.searchsorted(np.sort(over), columns, "right")
    worth = np.where(
        (broken >= MIN_BROKEN) & (broken >= 4 * longer) & (broken >= 1.5 * fits),
        broken - fits / 2 - 2 * longer,
        0.0,
    )
    best = int(np.argmax(worth))
    return (int(columns[best]), float(worth[best])) if worth[best] > 0 else (0, 0.0)


def _may_go_on(above: str, below: str) -> bool:
    """Whether ``below`` is set so that it could go on the paragraph or the list item of ``above``."""
    stripped = below.strip()
    if _BULLET.match(stripped) or stripped[0] == "#":
        return False
    if _RULER.match(stripped) or _UNDERLINE.match(stripped):
        return False
    # a list item's further lines hang under its text, a paragraph's under its beginning
    above_indent = len(above) - len(above.lstrip())
    below_indent = len(below) - len(below.lstrip())
    return below_indent == above_indent or 0 < below_indent - above_indent <= 5 or below_indent == 0


def _split_links(line: str, page: _Page) -> list[str]:
    """A line that is nothing but several links, one line for each; any other line as it is."""
    if page.markdown and line.count("](") > 1:
        bare = _MD_IMAGE.sub(" ", line)
        links = [match for match in _MD_LINK.finditer(bare) if any(map(str.isalnum, match[1]))]
        inside = sum(len(match[1]) for match in links)
        rest = len(_MARKS.sub("", _MD_LINK.sub("", bare)))
        if len(links) > 1 and rest <= 0.25 * inside:
            cuts = [0, *(match.start() for match in links[1:]), len(bare)]
            return _parts(bare, cuts)
    if page.numbers:
        starts = [match.start() for match in _LINK_NUMBER.finditer(line)]
        if len(starts) > 1 and not _SENTENCE.search(line) and not line[: starts[0]].strip("*+o-• "):
            parts = _parts(line, [0, *starts[1:], len(line)])
            if not any(_LINK_NUMBER.sub("", part).strip()[:1].islower() for part in parts):
                return parts
    if page.angled:
        ends = [match.end() for match in _ANGLED.finditer(line)]
        if len(ends) > 1 and not line[ends[-1] :].strip():
            parts = _parts(line, [0, *ends])
            if not any(part.strip()[0].islower() for part in parts):
                return parts
    return [line]


def _parts(line: str, cuts: list[int]) -> list[str]:
    indent = line[: len(line) - len(line.lstrip())]
    parts = [line[start:stop] for start, stop in pairwise(cuts)]
    return [parts[0], *(indent + part.strip() for part in parts[1:] if part.strip())]


def _is_wrapped_markdown(raw: list[str]) -> bool:
    """Whether a converter broke the paragraphs of its Markdown into lines of some eighty characters."""
    lines = [line.rstrip() for line in raw if line.strip()]
    kept = sum(1 for line in lines if len(line) <= 82 or max(map(len, line.split())) > 40)
    broken = 0
    for above, below in pairwise(raw):
        if 55 < len(above.rstrip()) <= 82 and not above.endswith("  ") and below.strip():
            broken += not _MD_BLOCK.match(below)
    return broken >= 5 and kept >= 0.9 * len(lines)


def _unwrap_markdown(raw: list[str]) -> list[str]:
    """Join the lines of a paragraph, as Markdown itself does; two spaces at a line's end keep the break."""
    joined: list[str] = []
    for line in raw:
        above = joined[-1] if joined else ""
        if not above.strip() or not line.strip() or above.endswith("  ") or _MD_BLOCK.match(line):
            joined.append(line)
            continue
        # an address broken at a hyphen goes on without a space
        glue = "" if above.rfind("](") > above.rfind(")") and above.rstrip().endswith("-") else " "
        tail = "  " if line.endswith("  ") else ""
        joined[-1] = f"{above.rstrip()}{glue}{line.strip()}{tail}"
    return joined


def _unwrap(raw: list[str], page: _Page) -> list[str]:
    if not page.wrapped:
        return raw
    joined: list[str] = []
    last = 0  # printed width of the last piece
    for line in raw:
        stripped = line.strip()
        if joined and stripped and joined[-1].strip() and _continues(joined[-1], last, line, page):
            above = joined[-1].rstrip()
            # a screen is full in the middle of a word; who counts characters breaks at spaces
            glue = "" if page.wide == 2 and _WIDE.match(above[-1]) and _WIDE.match(stripped) else " "
            joined[-1] = f"{above}{glue}{stripped}"
        else:
            joined.append(line)
        last = _columns(line.rstrip(), page.wide)
    return joined


def _columns(line: str, wide: int) -> int:
    """Columns that a line fills on a screen, or its characters."""
    return len(line) if wide == 1 or line.isascii() else len(line) + len(_WIDE.findall(line))


def _needed(above: str, word: str, wide: int) -> int:
    """Columns that the next word would have needed; in scripts without spaces a line can break at any character."""
    if wide == 2 and _WIDE.match(word):
        return 2 if _WIDE.match(above[-1:]) else 3
    return 1 + len(word)


def _continues(above: str, width: int, below: str, page: _Page) -> bool:
    """Whether the line below would not have fitted behind the one above, and is set as if it went on with it."""
    word = below.split(None, 1)[0]
    return width + _needed(above.rstrip(), word, page.wide) > page.wrapped and _may_go_on(above, below)


def _read_lines(raw: list[str], page: _Page) -> list[Line]:
    lines: list[Line] = []
    blank = start = 0
    bullet, rank, indent = "", None, -1  # of a mark that stands alone, for the line below it
    for number, line in enumerate(raw):
        if len(lines) >= MAX_LINES:
            break
        body = line[:MAX_CHARS].strip()
        if not body:
            blank += 1
            continue
        if lines and _UNDERLINE.match(body):
            if blank == 0 and body[0] in "=-" and len(lines[-1].text) < 200 and page.markdown:
                lines[-1].heading = 1 if body[0] == "=" else 2
            blank += 1
            continue
        made = Line("", number, start, len(line) - len(line.lstrip()), blank=blank)
        _strip_marks(body, made, page)
        if not made.text:
            if page.angled and made.url and not made.bullet and lines and not blank and not lines[-1].url:
                lines[-1].url, lines[-1].linked = made.url, 1.0  # no room was left for it behind its words
                continue
            if made.bullet or made.rank is not None:
                bullet, rank = made.bullet or bullet, made.rank if made.rank is not None else rank
                indent = made.indent
            blank += 1
            continue
        if bullet or rank is not None:
            if (not made.bullet and made.rank is None) or (made.rank is None and rank is not None):
                made.bullet, made.rank = made.bullet or bullet, rank
                made.blank = max(0, made.blank - 1)
                made.indent = max(indent, 0)
            bullet, rank, indent = "", None, -1
        start += len(made.text)
        lines.append(made)
        blank = 0
    return lines


def _strip_marks(body: str, made: Line, page: _Page) -> None:
    """Fill ``made`` with the text of ``body`` and the marks that were around it."""
    if body[0] == ">" and page.markdown:
        body = body.lstrip("> ")
    match = _BULLET.match(body)
    while match and (match.end() == len(body) or match.end() > 1 or body[0] not in "*+o–-"):
        made.bullet = made.bullet or match.group()[0]
        body = body[match.end() :]
        match = _BULLET.match(body) if body else None
    if page.markdown:
        body = _strip_markdown(body, made)
    if page.numbers:
        urls = _LINK_NUMBER.findall(body)
        if urls:
            made.url = page.numbers.get(urls[-1]) or None
            made.linked = 1.0 if body.startswith("[") or (len(urls) == 1 and body.index("[") < 3) else 0.5
        else:
            made.linked = 0.0
        body = _LINK_NUMBER.sub("", body)
    if page.angled:
        found = _ANGLED.findall(body)
        made.url = found[-1] if found else None
        made.linked = (1.0 if len(found) == 1 and body[-1] == ">" else 0.5) if found else 0.0
        body = _ANGLED.sub("", body)
    if "(" in body or "[" in body or "___" in body:
        body = _FURNITURE.sub(" ", body)
    if _BOX_RULE.search(body):
        body = _BOX_RULE.sub(" ", body)
    if body[:1] in "│┃|":
        body = _BOX.sub(" ", body).strip("│┃| ")
    if "&" in body:
        body = html.unescape(body)
    body = squeeze(body)
    match = _NUMBER.match(body)
    if match and int(match[1]) <= 100 and (match.end() == len(body) or made.rank is None):
        rest = body[match.end() :]
        if not rest or (match.group()[-1] not in ":" and not rest[0].isdigit()):
            made.rank = int(match[1])
            body = rest.strip()
    elif _NUMBERS.match(body):  # "1 1": a rank printed twice
        made.rank = int(body.split()[0])
        body = ""
    if body and not any(map(str.isalnum, body)):
        body = ""
    half = len(body) // 2
    if half > 8 and body[half:].strip() == body[:half].strip():  # a picture's text, then the headline
        body = body[:half].strip()
    made.text = body


def _strip_markdown(body: str, made: Line) -> str:
    match = _HASHES.match(body)
    if match:
        made.heading, body = len(match[1]), match[2]
    images = _MD_IMAGE.findall(body)
    if images:
        body = _MD_IMAGE.sub(" ", body)
        if not re.sub(r"\[\s*\]\([^)]*\)|[\W_]+", "", body):
            body = images[-1]
            return body
    total = inside = 0
    urls: list[str] = []

    def open_link(match: re.Match[str]) -> str:
        nonlocal inside
        inside += len(match[1].strip())
        urls.append(match[2])
        return f" {match[1]} " if match[1][:1].isspace() else match[1]

    body = _MD_LINK.sub(open_link, body)
    if "[" in body or "](" in body:  # a link around several blocks opens in one line and closes in another
        body = _MD_OPEN.sub("", body)
        match = _MD_CLOSE.search(body)
        if match and "[" not in body[: match.start()]:
            urls.append(match[1])
            body = body[: match.start()]
            inside = len(body)
    body = _MD_ESCAPE.sub(r"\1", body)
    if "*" in body or "_" in body:
        plain = _MD_EMPHASIS.sub(r"\2", body)
        plain = _MD_EMPHASIS.sub(r"\2", plain)
        made.bold = body.startswith("**") and plain != body
        body = plain
    total = len(body.strip())
    made.linked = min(1.0, inside / total) if total else 0.0
    if urls:
        made.url = urls[-1]
    match = _HASHES.match(body.strip())
    if match:
        made.heading, body = len(match[1]), match[2]
    return body


def _number_rows(lines: list[Line]) -> list[Line]:
    """Take off a number glued before the text ("3 A headline") where the lines nearby count on: 1, 2, 3."""
    found: dict[int, tuple[int, int]] = {}
    for i, line in enumerate(lines):
        if line.rank is None:
            match = _RANK.match(line.text)
            if match and 1 <= int(match[1]) <= 30:
                found[i] = (int(match[1]), match.end())
    rows = sorted(found)
    chains: dict[int, list[int]] = {}
    for at, i in enumerate(rows):
        n = found[i][0]
        for j in reversed(rows[max(0, at - 8) : at]):
            if i - j <= 8 and found[j][0] == n - 1 and j in chains:
                chains[i] = chains.pop(j)
                chains[i].append(i)
                break
        else:
            if n == 1:
                chains[i] = [i]
    for chain in chains.values():
        if len(chain) >= 3:
            for i in chain:
                lines[i].rank, end = found[i]
                lines[i].text = lines[i].text[end:].strip()
    return lines
