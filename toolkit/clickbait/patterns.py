"""Recurring patterns: clusters of headlines by the TF-IDF of their skeletons, named as templates."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from toolkit.clickbait.inputs import read_headlines
from toolkit.clickbait.language import stop_words
from toolkit.clickbait.lexicon import read_words
from toolkit.clickbait.match import match_rules
from toolkit.clickbait.rules import LANGUAGES, load_rules
from toolkit.clickbait.text import find_tokens, plain_text
from toolkit.errors import InputError
from toolkit.stats import wilson_interval
from toolkit.words import normalise_headline

__all__ = ["GAP", "find_patterns"]

#: Stands for words that change from headline to headline.
GAP = "<...>"
NUMBER = "<number>"
_UNSPACED = ("ja", "ko")
#: skeletons that are clustered at most, the commonest first
_CLUSTER_LIMIT = 2500
#: cosine distances at which the tree of clusters is cut
_CUTS = (0.45, 0.6, 0.75, 0.9)
_COLUMNS = (
    "pattern", "n", "n_headlines", "share", "share_low", "share_high", "prints", "examples", "kinds", "modules",
    "sites", "language",
)  # fmt: skip


class _Line(NamedTuple):
    """One distinct headline."""

    headline: str
    pieces: tuple[str, ...]
    rows: list[int]
    language: str


def find_patterns(
    headlines: Any,
    language: str | None = None,
    *,
    min_count: int | None = None,
    max_patterns: int | None = 50,
    n_examples: int = 3,
    level: float = 0.95,
) -> pd.DataFrame:
    """Find the templates that headlines are made from.

    Parameters
    ----------
    headlines : list or Series of str, or DataFrame
        A table (placements) needs a column ``headline``; ``kind``, ``module``, ``site`` and ``language`` are used
        where it has them.
    language : str, optional
        BCP 47 tag for all headlines. Default: the table's, else a light test.
    min_count : int, optional
        Distinct headlines a pattern must have, >= 2. Default: 3, in large collections one in a thousand.
    max_patterns : int, optional
        How many patterns at most, the most frequent first; None: all.
    n_examples : int
        Examples per pattern.
    level : float
        Level of the interval, within 0 and 1.

    Returns
    -------
    DataFrame
        One row per pattern, most frequent first, ties by pattern.

        ``pattern`` (``<...>`` stands for changing words, ``<number>`` for a number), ``n`` (distinct headlines
        that fit it), ``n_headlines`` (distinct headlines of the language), ``share`` with ``share_low`` and
        ``share_high`` (Wilson), ``prints`` (rows of the input that hold them), ``examples`` (list, as printed),
        ``kinds``, ``modules``, ``sites`` (lists, most frequent first; empty where the input does not tell),
        ``language``.

    Raises
    ------
    InputError
        If an argument is out of range or ``headlines`` is a single string.
    MissingColumnsError
        If a table has no column ``headline``.

    Notes
    -----
    The same headline in another case, with other quotes or dashes, counts once. Skeletons (function words, words
    of address and words that make frames stay, runs of other words become a gap) are clustered by the cosine of
    the TF-IDF of their n-grams (average linkage, cut at several widths, of the 2,500 commonest skeletons). A
    cluster's template is what most of its members share with its most central one; what lines open with is tried
    too. All headlines are held against the templates, the most specific first: a headline counts for the one with
    the most fixed words that it fits and that is frequent enough, so shares of patterns do not overlap. A pattern
    is a frame, no proof of bait.

    Examples
    --------
    >>> lines = ["Why You Should Eat Kale", "Why You Should Sell Shoes", "Why You Should Visit Ulm", "Rain Today"]
    >>> find_patterns(lines)[["pattern", "n", "n_headlines"]].values.tolist()
    [['Why You Should <...>', 3, 4]]
    """
    if min_count is not None and min_count < 2:
        raise InputError(f"min_count: got {min_count!r}; a pattern needs at least 2 headlines.")
    if max_patterns is not None and max_patterns < 1:
        raise InputError(f"max_patterns: got {max_patterns!r}; allowed are 1 and more, or None for all.")
    if not 0 < level < 1:
        raise InputError(f"level: got {level!r}; allowed is a number within 0 and 1, such as 0.95.")
    given = read_headlines(headlines, language)
    lines = _distinct_lines(given.texts, given.reasons, given.languages)
    table = headlines if isinstance(headlines, pd.DataFrame) else pd.DataFrame(index=given.index)
    context = {
        name: table[name].tolist() if name in table.columns else None for name in ("kind", "module", "site")
    }
    rows: list[dict[str, Any]] = []
    for tag in sorted({line.language for line in lines}):
        if tag not in LANGUAGES:
            continue
        own = [line for line in lines if line.language == tag]
        for pattern, members in _patterns(own, min_count or max(3, len(own) // 1000), tag).items():
            low, high = wilson_interval(len(members), len(own), level)
            where = [row for line in members for row in line.rows]
            rows.append(
                {
                    "pattern": pattern, "n": len(members), "n_headlines": len(own),
                    "share": len(members) / len(own), "share_low": float(low), "share_high": float(high),
                    "prints": len(where), "examples": [line.headline for line in members[:n_examples]],
                    "kinds": _most(context["kind"], where), "modules": _most(context["module"], where),
                    "sites": _most(context["site"], where), "language": tag,
                }
            )  # fmt: skip
    rows.sort(key=lambda row: (-row["n"], row["pattern"], row["language"]))
    return _typed(rows[:max_patterns])


def _typed(rows: list[dict[str, Any]]) -> pd.DataFrame:
    result = pd.DataFrame(rows, columns=list(_COLUMNS))
    kinds = {
        **dict.fromkeys(("pattern", "language"), "str"),
        **dict.fromkeys(("n", "n_headlines", "prints"), "int64"),
        **dict.fromkeys(("share", "share_low", "share_high"), "float64"),
    }
    return result.astype(kinds)


def _most(values: list[Any] | None, rows: list[int]) -> list[str]:
    if values is None:
        return []
    counts = Counter(value for row in rows if isinstance(value := values[row], str))
    return [name for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _distinct_lines(texts: list[str], reasons: list[str], languages: list[str]) -> list[_Line]:
    found: dict[tuple[str, str], list[int]] = {}
    for row, (text, reason, tag) in enumerate(zip(texts, reasons, languages, strict=True)):
        if not reason:
            found.setdefault((tag, normalise_headline(text)), []).append(row)
    lines = []
    for (tag, _), rows in sorted(found.items()):
        # the commonest printing, whatever the order of the rows
        printed = sorted(Counter(texts[row] for row in rows).items(), key=lambda item: (-item[1], item[0]))
        headline = printed[0][0]
        pieces = _skeleton(headline, tag) if tag in LANGUAGES else ()
        lines.append(_Line(headline, pieces, rows, tag))
    return lines


@cache
def _frame_words(tag: str) -> frozenset[str]:
    """Words that stay in the skeleton."""
    strong, at_start = _strong_words(tag)
    return frozenset({*stop_words(tag), *strong, *at_start, *read_words(tag, "tail")})


def _skeleton(headline: str, tag: str) -> tuple[str, ...]:
    plain = plain_text(headline)
    if tag in _UNSPACED:
        return _skeleton_of_cues(plain.lower, tag)
    kept = _frame_words(tag)
    pieces: list[str] = []
    end = 0
    for token, start, stop in find_tokens(plain.lower):
        between = plain.lower[end:start]
        pieces += [mark for mark in between if mark in "?!:"]
        if token[0].isdigit():
            pieces.append(NUMBER)
        elif token in kept:
            pieces.append(token)
        elif not pieces or pieces[-1] != GAP:
            pieces.append(GAP)
        end = stop
    pieces += [mark for mark in plain.lower[end:] if mark in "?!:"]
    return _without_weak_runs(pieces, tag)


def _without_weak_runs(pieces: list[str], tag: str) -> tuple[str, ...]:
    """The skeleton with runs of weak words between gaps made part of the gap."""
    weak, articles = _weak_words(tag), read_words(tag, "article")
    result: list[str] = []
    at = 0
    while at < len(pieces):
        end = at
        while end < len(pieces) and pieces[end] not in (GAP, ":", "?", "!"):
            end += 1
        run = pieces[at:end]
        if run:
            while len(run) > 1 and run[-1] in articles and end < len(pieces) and pieces[end] == GAP:
                run.pop()
            # the verb that opens a yes/no question is part of its frame
            asks = at == 0 and "?" in pieces
            result += run if asks or any(piece not in weak for piece in run) else [GAP]
        if end < len(pieces):
            result.append(pieces[end])
        at = end + 1
    return tuple(
        piece
        for number, piece in enumerate(result)
        if piece != GAP or not number or result[number - 1] != GAP
    )


def _skeleton_of_cues(lower: str, tag: str) -> tuple[str, ...]:
    rules = load_rules(tag)
    pieces: list[str] = []
    end = 0
    for rule, start, stop in match_rules(rules, plain_text(lower)):
        if start < end or stop - start > 8:
            continue
        if start > end:
            pieces.append(GAP)
        pieces.append(lower[start:stop] if rules.rules[rule].cue != "list_number" else NUMBER)
        end = stop
    if end < len(lower):
        pieces.append(GAP)
    return tuple(pieces)


def _patterns(lines: Sequence[_Line], min_count: int, tag: str) -> dict[str, list[_Line]]:
    counts = Counter(line.pieces for line in lines)
    skeletons = sorted(pieces for pieces in counts if _is_frame(pieces, tag))
    if not skeletons:
        return {}
    templates: set[tuple[str, ...]] = set()
    # the commonest skeletons show the templates; all are held against them below
    common = sorted(sorted(skeletons, key=lambda pieces: -counts[pieces])[:_CLUSTER_LIMIT])
    for members in _clusters(common):
        template = _template([common[at] for at in members], counts)
        if _is_frame(template, tag):
            templates.add(template)
    for pieces in skeletons:
        templates.update(opening for opening in _openings(pieces) if _is_frame(opening, tag))
    # the most specific template first; what it does not get often enough is left to the more general ones
    order = sorted(templates, key=lambda template: (-_n_fixed(template), len(template), template))
    joined = {pieces: _SEPARATOR.join(pieces) + _SEPARATOR for pieces in skeletons}
    dealt: dict[tuple[str, ...], tuple[str, ...]] = {}
    for template in order:
        regex = _template_regex(template)
        fits = [pieces for pieces, text in joined.items() if regex.fullmatch(text)]
        if sum(counts[pieces] for pieces in fits) >= min_count:
            for pieces in fits:
                dealt[pieces] = template
                del joined[pieces]
    members_of: dict[tuple[str, ...], list[_Line]] = {}
    for line in lines:
        if line.pieces in dealt:
            members_of.setdefault(dealt[line.pieces], []).append(line)
    named: dict[str, list[_Line]] = {}
    for template in sorted(members_of):
        named.setdefault(_name(template, members_of[template]), []).extend(members_of[template])
    return named


_SEPARATOR = "\x1f"


def _openings(pieces: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What a line opens with, as templates: clusters of few lines may not show it."""
    found = []
    tail = (GAP, "?") if pieces[-1] == "?" else (GAP,)
    for size in range(1, min(6, len(pieces))):
        opening = pieces[:size]
        if opening[-1] not in (GAP, ":"):
            found.append((*opening, *tail))
    return found


def _template_regex(template: Sequence[str]) -> re.Pattern[str]:
    """Whether a template covers a whole line: a gap takes one piece and more."""
    return re.compile(
        "".join(
            f"(?:[^{_SEPARATOR}]*{_SEPARATOR})+" if piece == GAP else re.escape(piece + _SEPARATOR)
            for piece in template
        )
    )


def _is_frame(pieces: Sequence[str], tag: str) -> bool:
    """Whether the fixed pieces are a frame and not just what any sentence has.

    Two of them at least, and among them a word of address, a pointing or question word, a superlative, a word of a
    stock phrase; or a number or a call at the start of a clause; or a start and a question mark.
    """
    if tag in _UNSPACED:
        return _n_fixed(pieces) >= 1
    if _n_fixed(pieces) < 2 and pieces[0] in (GAP, NUMBER):
        return False
    strong, at_start = _strong_words(tag)
    if pieces[0] != GAP and pieces[-1] == "?":
        return True
    for at, piece in enumerate(pieces):
        opens = at == 0 or pieces[at - 1] == ":"
        if piece in strong and (
            opens or pieces[at - 1] != GAP or (at + 1 < len(pieces) and pieces[at + 1] not in (GAP, ":"))
        ):
            return True
        if opens and piece in at_start and _n_fixed(pieces) >= 2 and pieces.count(NUMBER) < 2:
            return True
        if piece == NUMBER and at == 1 and pieces[0] != GAP and _n_fixed(pieces) >= 3:
            return True
    return False


#: cues whose single words make a frame wherever they stand
_STRONG_CUES = frozenset({"forward_deixis"})


@cache
def _strong_words(tag: str) -> tuple[frozenset[str], frozenset[str]]:
    """Words that make a frame anywhere, and those that do at the start of a clause."""
    weak = _weak_words(tag)
    strong: set[str] = set(read_words(tag, "frame"))
    at_start = {NUMBER}
    for rule in load_rules(tag).rules:
        if rule.use != "cue":
            continue
        if rule.cue in ("second_person", "superlative") and rule.kind == "words":
            strong.update(phrase for phrase in rule.pattern.split("|") if " " not in phrase)
        elif rule.cue in _STRONG_CUES:
            strong.update(token for token in rule.trigger if token[0].isalpha())
        elif rule.cue == "imperative":
            at_start.update(token for token in rule.trigger if token[0].isalpha())
    return frozenset(strong - weak), frozenset(at_start - weak)


@cache
def _weak_words(tag: str) -> frozenset[str]:
    return frozenset({GAP, ":", "!", *read_words(tag, "weak")})


def _n_fixed(pieces: Sequence[str]) -> int:
    return sum(piece not in (GAP, ":") for piece in pieces)


def _clusters(skeletons: list[tuple[str, ...]]) -> list[list[int]]:
    """Groups of skeletons alike, at several widths: a broad frame and a narrow one inside it both come up."""
    if len(skeletons) == 1:
        return [[0]]
    from scipy.cluster.hierarchy import fcluster, linkage

    similarity = _cosine([_skeleton_grams(pieces) for pieces in skeletons])
    distance = np.clip(1 - similarity, 0, 1)
    tree = linkage(distance[np.triu_indices(len(skeletons), 1)], "average")
    groups: set[tuple[int, ...]] = set()
    for cut in _CUTS:
        by_label: dict[int, list[int]] = {}
        for at, number in enumerate(fcluster(tree, cut, "distance")):
            by_label.setdefault(int(number), []).append(at)
        groups.update(map(tuple, by_label.values()))
    return [list(group) for group in sorted(groups)]


def _cosine(grams: list[list[str]]) -> npt.NDArray[np.float64]:
    """Cosines of the TF-IDF vectors (term frequency damped, smoothed idf)."""
    from scipy import sparse

    columns: dict[str, int] = {}
    rows, ids = [], []
    for row, found in enumerate(grams):
        for gram in found:
            rows.append(row)
            ids.append(columns.setdefault(gram, len(columns)))
    matrix = sparse.coo_matrix((np.ones(len(ids)), (rows, ids)), shape=(len(grams), len(columns))).tocsr()
    matrix.data = 1 + np.log(matrix.data)
    df = np.bincount(matrix.indices, minlength=len(columns))
    matrix = matrix @ sparse.diags(1 + np.log((1 + len(grams)) / (1 + df)))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix = sparse.diags(1 / np.maximum(norms, 1e-12)) @ matrix
    cosine: npt.NDArray[np.float64] = (matrix @ matrix.T).toarray()
    return cosine


def _skeleton_grams(pieces: tuple[str, ...]) -> list[str]:
    framed = ("<b>", *pieces, "<e>")
    return [
        " ".join(framed[at : at + size])
        for size in (1, 2, 3)
        for at in range(len(framed) - size + 1)
        if any(piece not in (GAP, "<b>", "<e>") for piece in framed[at : at + size])
    ]


def _template(members: list[tuple[str, ...]], counts: Counter[tuple[str, ...]]) -> tuple[str, ...]:
    """What at least 60 % of the members share, in order, with the member that shares most."""
    members = sorted(members, key=lambda pieces: (-counts[pieces], len(pieces), pieces))[:30]
    total = sum(counts[pieces] for pieces in members)
    best: tuple[float, tuple[str, ...]] = (-1.0, ())
    for centre in members[:6]:
        votes = np.zeros(len(centre))
        for other in members:
            for at in _common(centre, other):
                votes[at] += counts[other]
        kept = [
            piece if piece != GAP and vote >= 0.6 * total else GAP
            for piece, vote in zip(centre, votes, strict=True)
        ]
        pieces: list[str] = []
        for piece in kept:
            if piece != GAP or not pieces or pieces[-1] != GAP:
                pieces.append(piece)
        best = max(best, (float(votes.sum()) if _n_fixed(pieces) else -1.0, tuple(pieces)))
    return best[1]


def _common(first: Sequence[str], second: Sequence[str]) -> list[int]:
    """Positions in ``first`` of a longest common subsequence; gaps do not count."""
    n, m = len(first), len(second)
    table = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            if first[i] == second[j] and first[i] != GAP:
                table[i][j] = table[i + 1][j + 1] + 1
            else:
                table[i][j] = max(table[i + 1][j], table[i][j + 1])
    at, i, j = [], 0, 0
    while i < n and j < m:
        if first[i] == second[j] and first[i] != GAP:
            at.append(i)
            i, j = i + 1, j + 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return at


def _name(template: tuple[str, ...], members: list[_Line]) -> str:
    """The template as a reader would write it, in the case most of its headlines use."""
    titled = sum(_is_titled(line.headline) for line in members) * 2 >= len(members)
    words: list[str] = []
    for at, piece in enumerate(template):
        if piece in ("?", "!", ":"):
            words.append(piece)
        elif piece in (GAP, NUMBER):
            words.append(" " + piece)
        else:
            upper = titled or at == 0 or piece == "i"
            words.append(" " + (piece[:1].upper() + piece[1:] if upper else piece))
    return "".join(words).strip()


def _is_titled(headline: str) -> bool:
    words = [word for word in headline.split() if word[:1].isalpha()][1:]
    return bool(words) and sum(word[:1].isupper() for word in words) * 3 >= 2 * len(words)
