"""Bytes to text: what the page declares, checked against the bytes, with a second opinion on conflict.

Order: a byte-order mark; valid UTF-8 (text that is valid UTF-8 beyond ASCII is hardly ever anything else,
whatever it declares); the declaration, if the bytes bear it out; the East Asian encoding whose characters
look most like writing; charset-normalizer's opinion; windows-1252.
"""

from __future__ import annotations

import codecs
import itertools
import logging
import re
from dataclasses import dataclass

_DECLARED = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})|<\?xml[^>]{0,100}encoding\s*=\s*[\"']([\w.:-]{2,40})",
    re.I,
)
# what browsers read under these names (WHATWG Encoding Standard), as Python calls it
_BROWSER_NAMES = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "ascii": "cp1252",
    "us-ascii": "cp1252", "windows-1252": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874",
    "tis-620": "cp874", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "ksc5601": "cp949", "korean": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs", "x-euc-jp": "euc_jp",
    "utf8": "utf-8", "unicode": "utf-8", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8",
}  # fmt: skip
_EAST_ASIAN = ("cp949", "cp932", "euc_jp", "gb18030", "big5hkscs")
_LATIN = ("cp1252", "cp1250", "cp1254", "cp1257")
_MARKS = "\u2018\u2019\u201a\u201c\u201d\u201e\u2013\u2014\u2026\u2022\u20ac\u00a0«»·°£©"


def _letters(low: str, first: int = 1, last: int = 0) -> frozenset[str]:
    return frozenset(low + low.upper() + _MARKS) | {chr(code) for code in range(first, last + 1)}


# the letters beyond ASCII in daily use, most widespread encoding first: ties go to the earlier one
_USUAL = {
    "cp1252": _letters("àáâãäåæçèéêëìíîïñòóôõöøùúûüßœ¿¡"),
    "cp1250": _letters("ąćęłńóśźżčďěňřšťůýžáéíúôäöüőűăâîşţđ"),
    "cp1251": _letters("ёіїєґўђјљњћџ", 0x0410, 0x044F),
    "cp1253": _letters("άέήίόύώϊϋΐΰ", 0x0391, 0x03C9),
    "cp1254": _letters("ğışçöüâîûİ"),
    "cp1255": _letters("", 0x05D0, 0x05EA),
    "cp1256": _letters("پچژگ،؛؟", 0x0621, 0x0652),
    "cp1257": _letters("āčēģīķļņšūžąęėįųõäöü"),
    "cp874": _letters("", 0x0E01, 0x0E5B),
    "koi8_r": _letters("ё", 0x0410, 0x044F),
}
_TAGS = re.compile(rb"<script\b.*?</script>|<style\b.*?</style>|<[^>]*>", re.I | re.S)
_SAMPLE = 60_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text, the encoding it was read with, the one declared, and how many bytes could not be read."""

    text: str
    encoding: str
    declared: str | None
    bad: int


def decode_page(data: bytes, declared: str | None = None) -> Decoded:
    """Decode the bytes of a page; never fails (bytes that fit nothing become U+FFFD and are counted).

    Parameters
    ----------
    data : bytes
        The page as saved.
    declared : str, optional
        The encoding named outside the page (an HTTP header in an archive); else the page's own is looked for.

    Examples
    --------
    >>> decode_page("<meta charset=utf-8>서울 소식".encode("cp949")).text[-5:]
    '서울 소식'
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
                       (codecs.BOM_UTF16_BE, "utf-16-be")):  # fmt: skip
        if data.startswith(mark):
            text = data[len(mark) :].decode(name, "replace")
            return Decoded(text, name, name, text.count("\ufffd"))
    stated = _find_declaration(data, declared)
    if b"\x1b$" in data[:_SAMPLE] and stated in (None, "iso2022_jp", "utf-8"):
        text = data.decode("iso2022_jp", "replace")
        return Decoded(text, "iso2022_jp", stated, text.count("\ufffd"))
    try:
        return Decoded(data.decode("utf-8"), "utf-8", stated, 0)
    except UnicodeDecodeError:
        pass
    text = data.decode("utf-8", "replace")
    bad, good = text.count("\ufffd"), sum(1 for char in text[:_SAMPLE] if char > "\x7f")
    if (bad <= 3 and good > 20 * bad) or bad * 50 < good:  # a stray or cut character in honest UTF-8
        return Decoded(text, "utf-8", stated, bad)
    name = _choose(data, stated)
    text = data.decode(name, "replace")
    return Decoded(text, name, stated, text.count("\ufffd"))


def _find_declaration(data: bytes, declared: str | None) -> str | None:
    names = [declared] if declared else []
    match = _DECLARED.search(data[:8192])
    if match:
        names.append((match.group(1) or match.group(2)).decode("ascii", "replace"))
    for name in names:
        name = name.strip().lower()
        name = _BROWSER_NAMES.get(name, name)
        try:
            return codecs.lookup(name).name
        except LookupError:
            continue
    return None


def _choose(data: bytes, stated: str | None) -> str:
    sample = _TAGS.sub(b" ", data[: _SAMPLE * 4])
    plain = sample if len(sample) > 200 else data
    sample = b" ".join(word for word in plain.split() if not word.isascii())[:_SAMPLE]
    scores = {name: _looks_written(sample, name) for name in _EAST_ASIAN}
    best = max(_EAST_ASIAN, key=lambda name: scores[name])
    if stated in scores and scores[stated] >= 0.6 and scores[stated] >= scores[best] - 0.15:
        return stated
    if scores[best] >= 0.6:
        return best
    if stated and stated != "utf-8" and stated not in scores and _bears_out(sample, stated):
        return stated
    return _best_single_byte(sample) or _second_opinion(plain[:_SAMPLE]) or "cp1252"


def _looks_written(sample: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that such languages really use; 0 where bytes do not fit."""
    text = sample.decode(encoding, "replace")
    high = [char for char in text if char > "\x7f"]
    if not high or text.count("\ufffd") > len(high) * 0.02 + 1:
        return 0.0
    kana = sum("\u3040" <= char <= "\u30ff" for char in high) / len(high)
    if encoding in ("cp932", "euc_jp"):
        half = sum("\uff61" <= char <= "\uff9f" for char in high) / len(high)
        rest = sum("\u4e00" <= char <= "\u9fff" or "\u3000" <= char <= "\u303f" for char in high) / len(high)
        return max(0.0, min(1.0, kana + rest) - 2 * half) if kana > 0.15 else 0.0
    # of each national set the part in daily use: Hangul of KS X 1001, the first level of GB 2312 and of Big5
    plain, last = {"cp949": ("euc_kr", 0xC8), "gb18030": ("gb2312", 0xD7)}.get(encoding, ("big5", 0xC6))
    common = 0
    for char in high:
        try:
            code = char.encode(plain)
        except UnicodeEncodeError:
            continue
        common += code[0] <= last and len(code) == 2  # rarer Hangul is spelt out in eight bytes
    return max(0.0, common / len(high) - kana)


def _bears_out(sample: bytes, encoding: str) -> bool:
    """Whether a single-byte declaration fits: no undefined bytes, letters placed as in such writing."""
    try:
        text = sample.decode(encoding)
    except UnicodeDecodeError:
        return False
    high = [i for i, char in enumerate(text) if char > "\x7f" and char.isalpha()]
    if encoding not in ("cp1252", "iso8859-15", "cp1250", "iso8859-2", "cp1254", "cp1257"):
        return True
    # in Latin scripts accented letters stand between plain ones; runs of them are another script misread
    pairs = sum(b - a == 1 for a, b in itertools.pairwise(high))
    return not high or pairs <= 0.4 * len(high)


def _best_single_byte(sample: bytes) -> str | None:
    """The single-byte encoding in which most characters beyond ASCII are letters that its languages use."""
    best, best_share = None, 0.5
    for name, usual in _USUAL.items():
        text = sample.decode(name, "replace")
        high = [char for char in text if char > "\x7f"]
        share = sum(char in usual for char in high) / max(1, len(high))
        if share > best_share + 0.02 and (name not in _LATIN or _bears_out(sample, name)):
            best, best_share = name, share
    return best


def _second_opinion(text: bytes) -> str | None:
    from charset_normalizer import from_bytes

    logging.getLogger("charset_normalizer").setLevel(logging.ERROR)
    best = from_bytes(text, cp_isolation=list(_USUAL)).best()
    return None if best is None else best.encoding
