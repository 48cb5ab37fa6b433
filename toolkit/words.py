"""Words, sentences and headline identity: the small text rules that several rooms share.

A *word* is a run of letters and digits, with inner apostrophes, hyphens and digit marks kept ("don't",
"well-known", "3.5"). Han, Kana, Thai, Lao, Khmer and Burmese put no spaces between words: there, two
characters count as one word (a run of odd length is rounded up), close to the mean word length of Chinese and
Japanese news.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["count_words", "find_words", "normalise_headline", "plural", "split_sentences", "squeeze"]

#: Scripts that put no spaces between words, as the inside of a regular-expression class.
UNSPACED = (
    "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"  # Kana, Han
    "\U00020000-\U0003134f"
)
_UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")
_WORD = re.compile(r"[^\W_]+(?:['\u2019.,\u00b7\u2011-](?=[^\W_])[^\W_]+)*")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_SPACES = re.compile(r"\s+")


def squeeze(text: str) -> str:
    """Collapse every run of white space to one space, drop invisible characters, strip the ends.

    Examples
    --------
    >>> squeeze("  Two\\u00a0 words\\u200b ")
    'Two words'
    """
    if "  " not in text and text.isprintable():  # then its only spaces are single blanks, and all is visible
        return text.strip()
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return _SPACES.sub(" ", text).strip()


def plural(n: int, noun: str, many: str | None = None) -> str:
    """A count and its noun, in the form that fits.

    Examples
    --------
    >>> plural(1, "text"), plural(1200, "text"), plural(0, "story", "stories")
    ('1 text', '1,200 texts', '0 stories')
    """
    return f"{n:,} {noun if n == 1 else many or noun + 's'}"


def find_words(text: str) -> list[str]:
    """The words of ``text`` as written, in order; a run of an unspaced script comes as one piece.

    Examples
    --------
    >>> find_words("Don't pay $3.50 for well-known tricks!")
    ["Don't", 'pay', '3.50', 'for', 'well-known', 'tricks']
    """
    pieces: list[str] = []
    for match in _WORD.finditer(text):
        piece = match.group()
        if piece.isascii() or not _UNSPACED_RUN.search(piece):
            pieces.append(piece)
            continue
        end = 0
        for run in _UNSPACED_RUN.finditer(piece):
            pieces += [piece[end : run.start()], run.group()]
            end = run.end()
        pieces.append(piece[end:])
    return [piece for piece in pieces if piece]


def count_words(text: str) -> int:
    """How many words ``text`` has; in unspaced scripts two characters count as one word.

    Examples
    --------
    >>> count_words("Two words"), count_words("東京都知事"), count_words("")
    (2, 3, 0)
    """
    if text.isascii() or not _UNSPACED_RUN.search(text):
        return len(_WORD.findall(text))
    total = 0
    for piece in find_words(text):
        total += (len(piece) + 1) // 2 if _UNSPACED_RUN.fullmatch(piece) else 1
    return total


_ABBREVIATIONS = frozenset(
    """
    mr mrs ms dr prof sen rep gov gen col lt sgt capt st jr sr vs etc inc ltd co corp no nos u.s u.k u.n e.g i.e
    a.m p.m jan feb mar apr jun jul aug sept sep oct nov dec ph.d bzw ca z.b d.h usw sra srta dra mme mlle art
    """.split()
)
_SENTENCE_END = re.compile(
    r"[.!?\u2026]+[\"'\u2019\u201d\u00bb)\]]*(?=\s+[\"'\u2018\u201c\u00ab(\[\u00bf\u00a1]*[^\Wa-z_])"
    r"|[\u3002\uff01\uff1f]+[\u300d\u300f\u201d\u2019]*|\n+"
)


def split_sentences(text: str) -> list[str]:
    """The sentences of ``text``, in order, each stripped; a line break always ends one.

    A full stop after a title, an initial or a common abbreviation ("Dr.", "U.S.", "J.") ends none.

    Examples
    --------
    >>> split_sentences("Dr. Kim spoke in the U.S. Senate. Then she left! Why?")
    ['Dr. Kim spoke in the U.S. Senate.', 'Then she left!', 'Why?']
    """
    sentences, start = [], 0
    for match in _SENTENCE_END.finditer(text):
        if match.group()[0] == ".":
            word = text[start : match.start()].rsplit(None, 1)[-1:] or [""]
            last = word[0].lstrip("\"'\u2018\u201c(").casefold()
            if last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
                continue
        sentences.append(text[start : match.end()].strip())
        start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


_MARK = re.compile(
    r"^(?:video|watch|listen|audio|podcast|photos?|pictures?|gallery|in pictures|live|v\u00eddeo|vid\u00e9o"
    r"|\u52d5\u753b|\uc601\uc0c1)\s*[:|\u2013\u2014-]\s+"
)
_NOT_WORD = re.compile(r"[\W_]+")
_SUFFIX_MARK = re.compile(r"\s[|\u2013\u2014\u00b7\u2022-]\s")
_INNER_APOSTROPHE = re.compile(r"(?<=\w)['\u2018\u2019\u02bc](?=\w)")


def normalise_headline(headline: str, site: str | None = None) -> str:
    """The key under which two printings of one headline are the same.

    NFKC, case folded, quotes, dashes, punctuation and spaces made equal, a leading mark such as "Video:" and
    a trailing " - Site name" (where ``site`` is given) dropped. The key is for matching; quote the printed
    form.

    Examples
    --------
    >>> normalise_headline("Video: \\u2018Big\\u2019 News \\u2014 now | The Daily", site="The Daily")
    'big news now'
    """
    if not headline.isascii():
        headline = unicodedata.normalize("NFKC", _INVISIBLE.sub("", headline))
    text = _MARK.sub("", headline.casefold().strip())
    if site:
        parts = _SUFFIX_MARK.split(text)
        key = _NOT_WORD.sub(" ", unicodedata.normalize("NFKC", site).casefold()).strip()
        if len(parts) > 1 and _NOT_WORD.sub(" ", parts[-1]).strip() == key:
            text = text[: text.rindex(parts[-1])]
    # an apostrophe inside a word is dropped, so that "don't" in either spelling is one word
    text = _INNER_APOSTROPHE.sub("", text)
    return _NOT_WORD.sub(" ", text).strip()
