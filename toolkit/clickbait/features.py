"""What the model reads of a headline: words, its skeleton, and the cues with some simple counts.

*Words* are lower-cased tokens and pairs of them. The *skeleton* is the line with its content words masked: words
of a short list (function words, words of address, cue words) stay, all others become their ending or their kind
(number, year), so that it shows the turn of a phrase and not its subject. N-grams have no vocabulary; they are
known by a hash of 32 bits, the same on every machine. Nothing here reads the case of the line, except that a cue
``emphasis`` may have been found.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from toolkit.clickbait.match import Hit
from toolkit.clickbait.rules import RuleSet

__all__ = ["Grams", "Lexer", "Tokens", "count_features", "cue_names", "find_grams"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint32]

_TOKEN = re.compile(
    r"(?:[^\W\d_]\.){2,}|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*|\.(?:\s?\.){2,}|\u2026"
    r"|[?!:;,\"'$\u00a3\u20ac\u20b9%#@&()|/-]"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDINGS = (
    ("'s", "<'s>"), ("ing", "<ing>"), ("ed", "<ed>"), ("ly", "<ly>"), ("est", "<est>"), ("ers", "<ers>"),
    ("tion", "<tion>"), ("s", "<s>"),
)  # fmt: skip
_LINE_START, _LINE_END = "<b>", "<e>"
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64
)


class Grams(NamedTuple):
    """N-grams of a batch, repeated ones too: ``row`` says which headline, ``key`` is the hash."""

    row: Ints
    key: Hashes
    n_rows: int


class Tokens(NamedTuple):
    """Words of a batch: ``row`` says which headline, ``number`` is the token's number in the lexer."""

    row: Ints
    number: Ints
    n_rows: int

    def take(self, rows: npt.NDArray[np.bool_]) -> Tokens:
        """Only the headlines that ``rows`` says, numbered anew."""
        use = rows[self.row]
        return Tokens((np.cumsum(rows) - 1)[self.row[use]], self.number[use], int(rows.sum()))


class Lexer:
    """Turns lines into numbered tokens; remembers the tokens it has seen, with their hashes.

    Parameters
    ----------
    kept : iterable of str
        Words that stay in the skeleton.
    """

    #: tokens remembered before the memory is emptied
    LIMIT = 200_000

    def __init__(self, kept: Sequence[str]) -> None:
        self.kept = frozenset(kept)
        self._reset()

    def _reset(self) -> None:
        self.ids: dict[str, int] = {}
        self._hashes: list[tuple[int, int, int]] = []
        self._table = np.zeros((0, 3), np.uint64)
        for mark in (_LINE_START, _LINE_END):
            self._add(mark)

    def _add(self, token: str) -> int:
        number = len(self.ids)
        self.ids[token] = number
        mask = token if token[0] == "<" else self.mask(token)
        is_mark = 0 if token[0].isalnum() else 1
        self._hashes.append((zlib.crc32(token.encode()), zlib.crc32(mask.encode()), is_mark))
        return number

    def mask(self, token: str) -> str:
        """The token as the skeleton shows it."""
        if token in self.kept or not token[0].isalnum():
            return token
        if token[0].isdigit():
            if token.isdigit():
                return "<year>" if _YEAR.fullmatch(token) else f"<n{min(len(token), 4)}>"
            return "<figure>"
        for ending, name in _ENDINGS:
            if token.endswith(ending) and len(token) > len(ending) + 2:
                return name
        return "<word>"

    def read(self, lines: Sequence[str]) -> tuple[Ints, Ints]:
        """Token numbers of all lines, one after the other, and how many each line has."""
        if len(self.ids) > self.LIMIT:
            self._reset()
        ids, add = self.ids, self._add
        flat: list[int] = []
        sizes: list[int] = []
        for line in lines:
            tokens = _TOKEN.findall(line)
            try:
                flat += [ids[token] for token in tokens]
            except KeyError:
                flat += [ids[token] if token in ids else add(token) for token in tokens]
            sizes.append(len(tokens))
        return np.array(flat, np.int64), np.array(sizes, np.int64)

    def pieces(self, first: int = 0) -> Grams:
        """Runs of 2 to 5 characters of the tokens from number ``first``, word ends included, as hashes."""
        tokens = list(self.ids)[first:]
        rows: list[int] = []
        keys: list[int] = []
        for row, token in enumerate(tokens):
            if not token[0].isalnum():
                continue
            framed = f" {token[:30]} ".encode()
            found = [
                zlib.crc32(framed[at : at + size])
                for size in (2, 3, 4, 5)
                for at in range(len(framed) - size + 1)
            ]
            keys += found
            rows += [row] * len(found)
        return Grams(np.array(rows, np.int64), np.array(keys, np.uint32), len(tokens))

    def hashes(self) -> npt.NDArray[np.uint64]:
        """Columns: hash of the token, hash of its mask, 1 where it is a mark; one row per token number."""
        if len(self._table) < len(self._hashes):
            new = np.array(self._hashes[len(self._table) :], np.uint64)
            self._table = np.concatenate([self._table, new])
        return self._table


def _ngrams(codes: npt.NDArray[np.uint64], rows: Ints, longest: int, n_rows: int) -> Grams:
    """Hashes of all runs of 1 to ``longest`` codes within a row."""
    keys: list[Hashes] = []
    owners: list[Ints] = []
    with np.errstate(over="ignore"):
        running = np.zeros(len(codes), np.uint64)
        for length in range(1, longest + 1):
            if length > len(codes):
                break
            inside = rows[length - 1 :] == rows[: len(rows) - length + 1]
            running = (
                running[: len(codes) - length + 1] * _MULTIPLIERS[1] + codes[length - 1 :] * _MULTIPLIERS[0]
            )
            mixed = (running ^ (running >> np.uint64(29))) * _MULTIPLIERS[2] + np.uint64(length)
            keys.append((mixed >> np.uint64(32))[inside].astype(np.uint32))
            owners.append(rows[: len(rows) - length + 1][inside])
    if not keys:
        return Grams(np.zeros(0, np.int64), np.zeros(0, np.uint32), n_rows)
    return Grams(np.concatenate(owners), np.concatenate(keys), n_rows)


def find_grams(lexer: Lexer, lines: Sequence[str]) -> tuple[Grams, Grams, Tokens, Tokens]:
    """N-grams of words (1 to 2, without marks) and of the skeleton (1 to 3, with marks, start and end).

    Third come the words themselves by their numbers, for ``Lexer.pieces``; fourth all tokens, marks too.
    """
    flat, sizes = lexer.read(lines)
    table = lexer.hashes()
    n_rows = len(lines)
    rows = np.repeat(np.arange(n_rows), sizes)
    is_word = table[flat, 2] == 0 if len(flat) else np.zeros(0, bool)
    words = _ngrams(table[flat[is_word], 0], rows[is_word], 2, n_rows)
    # every line gets a start and an end
    ends = np.cumsum(sizes)
    starts = ends - sizes
    framed = np.empty(len(flat) + 2 * n_rows, np.int64)
    shift = np.repeat(2 * np.arange(n_rows) + 1, sizes)
    framed[np.arange(len(flat)) + shift] = flat
    framed[starts + 2 * np.arange(n_rows)] = 0
    framed[ends + 2 * np.arange(n_rows) + 1] = 1
    skeleton = _ngrams(table[framed, 1], np.repeat(np.arange(n_rows), sizes + 2), 3, n_rows)
    return words, skeleton, Tokens(rows[is_word], flat[is_word], n_rows), Tokens(rows, flat, n_rows)


_COUNTS = (
    "n_tokens", "n_characters", "mean_word", "longest_word", "n_long_words", "n_short_words", "n_numbers",
    "n_commas", "n_colons", "n_quotes", "n_dashes", "n_money", "n_contractions", "n_possessives", "n_hyphens",
    "n_marks", "n_sentences", "starts_with_number", "n_abbreviations",
)  # fmt: skip


def cue_names(rules: RuleSet) -> list[str]:
    """Names of the features that ``count_features`` gives, in order: rules first, then simple counts."""
    return [rule.rule for rule in rules.rules] + list(_COUNTS)


def count_features(
    rules: RuleSet,
    lines: Sequence[str],
    hits: Sequence[Sequence[Hit]],
    sizes: Ints,
    lengths: Ints,
    is_number: npt.NDArray[np.bool_],
) -> Floats:
    """One row per line: hits of each rule (at most 3), then simple counts of the line.

    ``lines`` are plain and lower-cased. Of their tokens (``find_tokens``) it takes how many each line has, and one
    after the other how long each is and whether it is a number.
    """
    n_rules = len(rules.rules)
    table: Any = np.zeros((len(lines), n_rules + len(_COUNTS)), np.float64)
    pairs = [(at, hit[0]) for at, found in enumerate(hits) for hit in found]
    if pairs:
        where = np.array(pairs, np.int64)
        np.add.at(table, (where[:, 0], where[:, 1]), 1.0)
        np.minimum(table[:, :n_rules], 3.0, out=table[:, :n_rules])
    # lengths of words by numpy: all tokens of the batch at once
    row = np.repeat(np.arange(len(lines)), sizes)
    n = len(lines)
    counts = table[:, n_rules:]
    counts[:, 0] = sizes
    # coarse steps: fewer different splits in the trees, the same figures
    counts[:, 2] = np.round(4 * np.bincount(row, lengths, n) / np.maximum(sizes, 1)) / 4
    if len(lengths):
        np.maximum.at(counts[:, 3], row, lengths)
        counts[:, 4] = np.bincount(row[lengths > 7], minlength=n)
        counts[:, 5] = np.bincount(row[lengths < 4], minlength=n)
        counts[:, 6] = np.bincount(row[is_number], minlength=n)
    marks: list[tuple[int, ...]] = []
    for line in lines:
        if line.replace(" ", "").isalnum():
            marks.append((len(line) // 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, line[:1].isdigit(), 0))
            continue
        count = line.count
        dashes = count(" - ")
        marks.append(
            (
                len(line) // 8, count(","), count(":"), count('"') + count(" '") + count("' "), dashes,
                count("$") + count("\u00a3") + count("\u20ac"),
                count("n't") + count("'re") + count("'ll") + count("'ve"), count("'s"), count("-") - dashes,
                count("!") + count("?") + count("..."), count(". ") + count("? ") + count("! "),
                line[:1].isdigit(), count("u.s.") + count("u.k.") + count("u.n."),
            )
        )  # fmt: skip
    if marks:
        counts[:, [1, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18]] = marks
    return table
