"""Recurring patterns: clusters of headlines by the TF-IDF of their skeletons, named as templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from toolkit.clickbait.inputs import read_headlines
from toolkit.clickbait.language import stop_words
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
#: cues whose words make the frame of a headline
_FRAME_CUES = frozenset(
    {
        "forward_deixis", "forward_cataphora", "withheld_outcome", "second_person", "first_person", "bait_phrase",
        "list_number", "superlative", "imperative",
    }
)  # fmt: skip
#: more distinct skeletons than this are clustered by k-means, fewer by average linkage
_LINKAGE_LIMIT = 1500
#: words that hold any sentence together; a template needs a piece beyond them
_WEAK = {
    "en": """the a an of and or to in on at by for with from as is are was were be been being has have had it its that
        which who his her their he she they will would can could may might do does did not no after before over under
        about against into out up off new say says said than but us gets get between while during amid through""",
    "de": """der die das den dem des ein eine einen einem einer und oder zu im in an am auf f\u00fcr von vom mit bei aus nach
        ist sind war wird werden hat haben nicht kein sich als \u00fcber vor um zum zur es er gegen unter bis""",
    "es": """el la los las un una de del y o a al en por para con que se su sus es son fue no lo como sobre entre tras
        ha han ser contra desde sin hasta""",
    "fr": """le la les l un une des de du d et ou \u00e0 au aux en pour par sur dans avec que qui se son sa ses est sont a ont
        ne pas il elle ce n s c apr\u00e8s contre sans""",
}
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
    min_count: int = 3,
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
    min_count : int
        Distinct headlines a pattern must have, >= 2.
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
    of address and of the cue rules stay, runs of other words become a gap) are clustered by the cosine of the
    TF-IDF of their n-grams: average linkage, above 1,500 distinct ones k-means. A cluster's template is what most
    of its members share with its most central one. A headline counts for the one template with the most fixed
    words that it fits, so shares of different patterns do not overlap. A pattern is a frame, no proof of bait.

    Examples
    --------
    >>> lines = ["Why You Should Eat Kale", "Why You Should Sell Shoes", "Why You Should Visit Ulm", "Rain Today"]
    >>> find_patterns(lines)[["pattern", "n", "n_headlines"]].values.tolist()
    [['Why You Should <...>', 3, 4]]
    """
    if min_count < 2:
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
        for pattern, members in _patterns(own, min_count).items():
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
    words = set(stop_words(tag))
    for rule in load_rules(tag).rules:
        if rule.kind == "words" and rule.use == "cue" and rule.cue in _FRAME_CUES:
            for phrase in rule.pattern.split("|"):
                words.update(token for token, _, _ in find_tokens(phrase.rstrip("*")))
        words.update(token for token in rule.trigger if rule.cue in _FRAME_CUES and token[0].isalpha())
    return frozenset(words)


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
    return tuple(pieces)


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


def _patterns(lines: Sequence[_Line], min_count: int) -> dict[str, list[_Line]]:
    skeletons = sorted({line.pieces for line in lines if _n_fixed(line.pieces)})
    if len(skeletons) < 1 or len(lines) < min_count:
        return {}
    counts = Counter(line.pieces for line in lines)
    templates: set[tuple[str, ...]] = set()
    for members in _clusters(skeletons):
        template = _template([skeletons[at] for at in members], counts)
        if _n_fixed(template) >= 2:
            templates.add(template)
    # each headline goes to the template with the most fixed words that it fits; templates that end up rare leave
    # their headlines to the others, so the rarest goes first and the rest is dealt out again
    order = sorted(templates, key=lambda template: (-_n_fixed(template), len(template), template))
    fits = {line.headline: [template for template in order if _fits(line.pieces, template)] for line in lines}
    alive = set(order)
    while True:
        dealt: dict[tuple[str, ...], list[_Line]] = {}
        for line in lines:
            for template in fits[line.headline]:
                if template in alive:
                    dealt.setdefault(template, []).append(line)
                    break
        rare = [template for template in alive if len(dealt.get(template, ())) < min_count]
        if not rare:
            return {
                _name(template, dealt[template]): dealt[template] for template in order if template in alive
            }
        fewest = min(len(dealt.get(template, ())) for template in rare)
        alive -= {template for template in rare if len(dealt.get(template, ())) == fewest}


def _n_fixed(pieces: Sequence[str]) -> int:
    return sum(piece not in (GAP, ":") for piece in pieces)


def _clusters(skeletons: list[tuple[str, ...]]) -> list[list[int]]:
    if len(skeletons) == 1:
        return [[0]]
    from sklearn.feature_extraction.text import TfidfVectorizer

    grams = [_skeleton_grams(pieces) for pieces in skeletons]
    matrix = TfidfVectorizer(analyzer=list, sublinear_tf=True, lowercase=False).fit_transform(grams)
    if len(skeletons) <= _LINKAGE_LIMIT:
        from scipy.cluster.hierarchy import fcluster, linkage
        from scipy.spatial.distance import squareform

        similarity = (matrix @ matrix.T).toarray()
        distance = np.clip(1 - similarity, 0, 2)
        np.fill_diagonal(distance, 0)
        tree = linkage(squareform(distance, checks=False), "average")
        # coarse and fine cuts: a broad frame and a narrow one inside it are both candidates
        labels = [fcluster(tree, cut, "distance") for cut in (0.55, 0.7, 0.85)]
    else:
        from sklearn.cluster import KMeans

        labels = [
            KMeans(n_clusters=k, n_init=1, random_state=0).fit_predict(matrix)
            for k in sorted({min(400, len(skeletons) // 10), min(120, len(skeletons) // 30)})
        ]
    groups: list[list[int]] = []
    for label in labels:
        by_label: dict[int, list[int]] = {}
        for at, number in enumerate(label):
            by_label.setdefault(int(number), []).append(at)
        groups += by_label.values()
    return groups


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
    members = sorted(members, key=lambda pieces: (-counts[pieces], len(pieces), pieces))[:60]
    total = sum(counts[pieces] for pieces in members)
    best: tuple[float, tuple[str, ...]] = (-1.0, ())
    for centre in members[:12]:
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


def _fits(pieces: Sequence[str], template: Sequence[str]) -> bool:
    """Whether the template covers the whole line: a gap takes one piece and more, but no fixed start or end."""
    n, m = len(pieces), len(template)
    open_ = {0}
    for want in template:
        if want == GAP:
            low = min(open_, default=n)
            open_ = set(range(low + 1, n + 1))
        else:
            open_ = {at + 1 for at in open_ if at < n and pieces[at] == want}
        if not open_:
            return False
    return n in open_ and m > 0


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
