"""What changed inside one sentence, title or line: the words that went and came, and the kind of change."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from toolkit.revisions.align import keep_order, match_equal, sentence_key
from toolkit.revisions.cues import get_terms
from toolkit.words import UNSPACED, count_words

__all__ = ["WORDING_KINDS", "Edit", "LazyNames", "Wording", "describe_edits", "diff_words", "find_names"]

#: Kinds of a reworded text, from the one that matters most for the facts to the one that matters least.
WORDING_KINDS = ("number", "date", "name", "wording", "typo", "capitalisation", "punctuation")

#: Texts whose changed middles have at most this many token pairs are compared by a full table.
FULL_TABLE = 40_000

_TOKEN = re.compile(
    rf"[{UNSPACED}]|[^\W_{UNSPACED}]+(?:['\u2019.,\u00b7\u2011-][^\W_{UNSPACED}]+)*|\S", re.UNICODE
)
_NOT_ALNUM = re.compile(r"[\W_]+")
_DENSE_CHARACTER = re.compile(f"[{UNSPACED}]")
_DAY = re.compile(r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th|er|\u00ba)?")
_YEAR = re.compile(r"(?:1[5-9]|2[01])\d\d")
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,'\u2019\u00a0 ]\d{3})+")
#: Endings whose coming or going changes number or tense, not spelling.
_ENDINGS = frozenset(["", "s", "es", "d", "ed", "r", "er", "ing", "ly", "n", "en", "e", "y", "ies", "al"])
#: Languages that write every noun with a capital: there a capital is no sign of a name.
_CAPITAL_NOUNS = frozenset(["de", "lb", "nds"])


class Edit(NamedTuple):
    """One run of words replaced, removed (``after`` empty) or added (``before`` empty).

    ``start_before`` .. ``end_after`` are character offsets in the two texts.
    """

    kind: str
    before: str
    after: str
    start_before: int
    end_before: int
    start_after: int
    end_after: int


@dataclass(frozen=True, slots=True)
class Wording:
    """The edits between two texts, and what they come to."""

    edits: tuple[Edit, ...]
    kind: str
    kinds: tuple[str, ...]
    words_removed: int
    words_added: int
    chars: int


class _Token(NamedTuple):
    text: str
    start: int
    end: int
    opens: bool  # first word of a sentence, where a capital says nothing
    dated: bool = False  # a day or a year beside the name of a month

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


def _tokenise(text: str) -> list[_Token]:
    tokens, opens = [], True
    for match in _TOKEN.finditer(text):
        piece = match.group()
        tokens.append(_Token(piece, match.start(), match.end(), opens))
        if piece[0].isalnum():
            opens = False
        elif piece in '.!?:\u2026\u201c\u201e\u00ab"\u2018\u2013\u2014':
            opens = True
    return tokens


def find_names(texts: Iterable[str]) -> frozenset[str]:
    """Words that stand with a capital inside a sentence: names, in languages where only names do.

    Examples
    --------
    >>> sorted(find_names(["Yesterday Ana Ruiz spoke. She left."]))
    ['Ana', 'Ruiz']
    """
    return frozenset(
        token.text
        for text in texts
        for token in _tokenise(text)
        if not token.opens and _is_capital(token.text)
    )


class LazyNames:
    """The names in some texts, found when one is first asked for: most changes never ask."""

    def __init__(self, read: Callable[[], Iterable[str]]) -> None:
        self._read = read
        self._names: frozenset[str] | None = None

    def __contains__(self, word: object) -> bool:
        if self._names is None:
            self._names = find_names(self._read())
        return word in self._names


def _is_capital(word: str) -> bool:
    return len(word) > 1 and word[0].isupper()


def _align(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of equal tokens in order, by the heaviest common subsequence: long words weigh more."""
    if list(after) < list(before):
        # one fixed side first, so that swapped texts give mirrored edits
        return [(i, j) for j, i in _align(after, before)]
    if len(before) * len(after) > FULL_TABLE:
        pairs = sorted(match_equal(before, after).items())
        kept = keep_order([(i, j, len(before[i])) for i, j in pairs])
        return [pair for index, pair in enumerate(pairs) if index in kept]
    weights = [4 + min(len(text), 12) if text[0].isalnum() else 1 for text in before]
    rows = [[0] * (len(after) + 1)]
    for i, text in enumerate(before):
        last, row, weight = rows[-1], [0], weights[i]
        for j, other in enumerate(after):
            value = max(last[j + 1], row[j])
            if text == other and last[j] + weight > value:
                value = last[j] + weight
            row.append(value)
        rows.append(row)
    found, i, j = [], len(before), len(after)
    while i and j:
        if rows[i][j] == rows[i - 1][j]:
            i -= 1
        elif rows[i][j] == rows[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            found.append((i, j))
    return found[::-1]


def diff_words(
    before: str,
    after: str,
    *,
    language: str | None = None,
    names: Container[str] = frozenset(),
    title_case: bool = False,
) -> Wording:
    """The words that differ between two texts, and the kind of each difference.

    Parameters
    ----------
    before, after : str
        The two texts.
    language : str, optional
        BCP 47 tag, for number words and dates; where missing, English (and Japanese, Chinese, Korean) lists.
    names : set of str
        Words known to be names, such as :func:`find_names` gives; used for the first word of a sentence and in
        titles, where a capital says nothing.
    title_case : bool
        The texts are titles with a capital on most words: only ``names`` tells a name.

    Returns
    -------
    Wording
        ``edits`` (one per run of differing words, in order), ``kind`` (the kind that covers most words, ties in
        the order of ``WORDING_KINDS``), ``kinds`` (all of them, in that order), ``words_removed``,
        ``words_added`` and ``chars``, the number of characters removed and added.

    Notes
    -----
    Kinds: *punctuation* (the same letters and digits; marks, quotes, dashes or spaces differ),
    *capitalisation*, *typo* (one word a letter or two apart, two letters swapped, a word doubled), *number*,
    *date* (months, days, "yesterday"), *name* (words with a capital inside a sentence) and *wording*. The rules
    read letters, not meaning: "major" for "mayor" counts as a typo, and in German, where all nouns have
    capitals, and in scripts without capitals a changed name counts as wording.

    Examples
    --------
    >>> found = diff_words("The 40 guests met Ana Ruiz.", "The 45 guests met Ana Ruis.")
    >>> [(edit.kind, edit.before, edit.after) for edit in found.edits]
    [('number', '40', '45'), ('name', 'Ruiz', 'Ruis')]
    >>> found.kind, found.kinds
    ('number', ('number', 'name'))
    """
    base = (language or "").replace("_", "-").split("-")[0].casefold()
    judge = _Judge(language, names, title_case, base in _CAPITAL_NOUNS)
    left, right = judge.mark_dates(_tokenise(before)), judge.mark_dates(_tokenise(after))
    texts_left = [unicodedata.normalize("NFC", token.text) for token in left]
    texts_right = [unicodedata.normalize("NFC", token.text) for token in right]
    shorter, start, end = min(len(left), len(right)), 0, 0
    while start < shorter and texts_left[start] == texts_right[start]:
        start += 1
    while end < shorter - start and texts_left[-1 - end] == texts_right[-1 - end]:
        end += 1
    middle = _align(texts_left[start : len(left) - end], texts_right[start : len(right) - end])
    anchors = [(i + start, j + start) for i, j in middle] + [(len(left) - end, len(right) - end)]

    edits: list[Edit] = []
    sizes: Counter[str] = Counter()
    removed = added = chars = 0
    i, j = start, start
    for next_i, next_j in anchors:
        if i < next_i or j < next_j:
            gone, come = left[i:next_i], right[j:next_j]
            text_gone, text_come = _cut(before, gone), _cut(after, come)
            around = {texts_left[k] for k in (i - 1, next_i) if 0 <= k < len(left)}
            found = judge.judge(gone, come, around)
            kind = min(found, key=lambda one: (-found[one], WORDING_KINDS.index(one)))
            sizes.update(found)
            edits.append(
                Edit(
                    kind,
                    text_gone,
                    text_come,
                    *_span(gone, left, i, len(before)),
                    *_span(come, right, j, len(after)),
                )
            )
            removed += count_words(text_gone)
            added += count_words(text_come)
            chars += len(text_gone) + len(text_come)
        i, j = next_i + 1, next_j + 1
    if not edits and sentence_key(before) != sentence_key(after):
        # only spaces between words differ in a way that white space rules keep ("3 %" and "3%")
        sizes["punctuation"] = 0
        chars = abs(len(before) - len(after)) or 1
    if not sizes:
        return Wording((), "", (), 0, 0, 0)
    kind = min(sizes, key=lambda one: (-sizes[one], WORDING_KINDS.index(one)))
    kinds = tuple(one for one in WORDING_KINDS if one in sizes)
    return Wording(tuple(edits), kind, kinds, removed, added, chars)


def _cut(text: str, tokens: Sequence[_Token]) -> str:
    return text[tokens[0].start : tokens[-1].end] if tokens else ""


def _span(tokens: Sequence[_Token], all_tokens: Sequence[_Token], place: int, length: int) -> tuple[int, int]:
    if tokens:
        return tokens[0].start, tokens[-1].end
    here = all_tokens[place].start if place < len(all_tokens) else length
    return here, here


class _Judge:
    """The rules that give a run of differing words its kinds."""

    def __init__(
        self, language: str | None, names: Container[str], title_case: bool, capital_nouns: bool
    ) -> None:
        self.numbers = get_terms("number", language)
        self.dates = get_terms("date", language)
        self.names = names
        self.blind = title_case or capital_nouns
        self.capital_nouns = capital_nouns

    def is_number(self, token: _Token) -> bool:
        return any(c.isdigit() for c in token.text) or token.text.casefold() in self.numbers

    def is_date(self, token: _Token) -> bool:
        return token.dated or self._is_date_word(token.text)

    def _is_date_word(self, text: str) -> bool:
        return text in self.dates or re.sub("['\u2019]s$", "", text) in self.dates

    def mark_dates(self, tokens: list[_Token]) -> list[_Token]:
        """The tokens, with days ("3 March", "March 3rd") and years ("March 2031") marked."""
        for place, token in enumerate(tokens):
            day, year = _DAY.fullmatch(token.text), _YEAR.fullmatch(token.text)
            near = [place - 1, place + 1] if day else [place - 1] if year else []
            if any(0 <= k < len(tokens) and self._is_date_word(tokens[k].text) for k in near):
                tokens[place] = token._replace(dated=True)
        return tokens

    def is_name(self, token: _Token) -> bool:
        if not _is_capital(token.text) or self.capital_nouns:
            return False
        return not (token.opens or self.blind) or token.text in self.names

    def judge(self, gone: Sequence[_Token], come: Sequence[_Token], around: set[str]) -> Counter[str]:
        """Kinds of one run, each with the number of words it covers (0 for marks)."""
        left = [token for token in gone if token.is_word]
        right = [token for token in come if token.is_word]
        if not left and not right:
            return Counter({"punctuation": 0})
        joined_left, joined_right = _join(left), _join(right)
        if joined_left == joined_right and not any(map(self.is_number, left + right)):
            return Counter({"punctuation": 0})
        if joined_left.casefold() == joined_right.casefold() and not any(map(self.is_number, left + right)):
            return Counter({"capitalisation": len(left)})
        if len(left) == len(right) and not _is_dense(left + right):
            kinds = Counter[str]()
            for one, other in zip(left, right, strict=True):
                if one.text != other.text:
                    kind = self._judge_pair(one, other)
                    kinds[kind] += kind != "punctuation"
            return kinds or Counter({"punctuation": 0})
        size = max(len(left), len(right))
        everything = left + right
        if all(map(self.is_number, everything)):
            return Counter({"number": size})
        if any(map(self.is_date, everything)) and all(
            self.is_date(token) or self.is_number(token) for token in everything
        ):
            return Counter({"date": size})
        if all(map(self.is_name, everything)):
            return Counter({"name": size})
        if not (left and right) and all(token.text in around for token in everything):
            return Counter({"typo": size})
        kinds = Counter({"wording": size})
        numbers = [[token.text for token in side if self.is_number(token)] for side in (left, right)]
        if numbers[0] and numbers[1] and numbers[0] != numbers[1]:
            # a figure that changed inside a passage that was written anew
            kinds["number"] = 0
        return kinds

    def _judge_pair(self, one: _Token, other: _Token) -> str:
        if self.is_date(one) and self.is_date(other):
            return "date"
        if self.is_number(one) and self.is_number(other):
            return "punctuation" if _plain_number(one.text) == _plain_number(other.text) else "number"
        if _join([one]) == _join([other]):
            return "punctuation"
        if one.text.casefold() == other.text.casefold():
            return "capitalisation"
        if self.is_name(one) and self.is_name(other):
            return "name"
        if _is_typo(one.text.casefold(), other.text.casefold()):
            return "typo"
        return "wording"


def _join(tokens: Sequence[_Token]) -> str:
    return _NOT_ALNUM.sub("", unicodedata.normalize("NFKC", "".join(token.text for token in tokens)))


def _is_dense(tokens: Sequence[_Token]) -> bool:
    return any(_DENSE_CHARACTER.match(token.text) for token in tokens)


def _plain_number(text: str) -> str:
    return re.sub(r"\D", "", text) if _THOUSANDS.fullmatch(text) else text


def _strip_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


def _is_typo(one: str, other: str) -> bool:
    """Whether two different words are a slip of the keyboard apart."""
    if _strip_marks(one) == _strip_marks(other):
        return True
    if any(c.isdigit() for c in one + other):
        return False
    if len(one) == len(other) >= 3:
        differing = [k for k in range(len(one)) if one[k] != other[k]]
        if (
            len(differing) == 2
            and differing[1] == differing[0] + 1
            and one[differing[0]] == other[differing[1]]
            and one[differing[1]] == other[differing[0]]
        ):
            return True
    longer = max(len(one), len(other))
    if longer < 4 or one[0] != other[0]:
        return False
    common = 0
    while common < min(len(one), len(other)) and one[common] == other[common]:
        common += 1
    if one[common:] in _ENDINGS and other[common:] in _ENDINGS:
        return False
    limit = 1 if longer < 8 else 2
    return abs(len(one) - len(other)) <= limit and _distance(one, other) <= limit


def _distance(one: str, other: str) -> int:
    """Letters to change, add, drop or swap (optimal string alignment)."""
    older: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            value = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                value = min(value, older[j - 2] + 1)
            row.append(value)
        older, last = last, row
    return last[-1]


def describe_edits(edits: Sequence[Edit], limit: int = 6) -> str:
    """One line that says what changed, at most ``limit`` edits long.

    Examples
    --------
    >>> describe_edits(diff_words("It cost 40 euros then.", "It cost 45 euros.").edits)
    '"40" -> "45"; removed "then"'
    """
    parts = []
    for edit in edits[:limit]:
        if edit.before and edit.after:
            parts.append(f'"{edit.before}" -> "{edit.after}"')
        elif edit.before:
            parts.append(f'removed "{edit.before}"')
        else:
            parts.append(f'added "{edit.after}"')
    if len(edits) > limit:
        parts.append(f"and {len(edits) - limit} more")
    return "; ".join(parts)
