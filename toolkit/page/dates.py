"""Dates as pages write them: ISO stamps of metadata, running dates in many languages, Unix times.

Nothing is guessed. A time without a zone is kept as it stands and flagged by its missing ``tzinfo``; an
impossible date, or a year outside 1980 to 2100, is no date at all.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from email.utils import parsedate_to_datetime
from typing import NamedTuple

__all__ = ["PageDate", "find_date", "parse_date"]

#: Years that a news page can state.
FIRST_YEAR, LAST_YEAR = 1980, 2100
#: No stamp is longer; what is longer is text, and is searched with ``find_date`` instead.
MAX_STAMP = 80

_MONTH_NAMES = """
1 january jan januar janvier janv enero ene gennaio gen janeiro januari januarie styczen stycznia sty ocak oca
1 январь января янв januari tammikuu ianuarie ian leden ledna siječnja jänner يناير كانون-الثاني जनवरी
1 januar tháng-1 มกราคม ม.ค
2 february feb februar fevrier fevr febrero febbraio fevereiro fev februari februarie luty lutego lut subat şub
2 февраль февраля фев helmikuu februarie unor unora veljače feber فبراير شباط फरवरी กุมภาพันธ์ ก.พ
3 march mar marz maerz mrz mars marzo março marco maart maart marzec marca mart март марта мар maaliskuu martie
3 brezen brezna ožujka مارس آذار मार्च มีนาคม มี.ค
4 april apr avril avr abril abr aprile april kwiecien kwietnia kwi nisan nis апрель апреля апр huhtikuu aprilie
4 duben dubna travnja أبريل نيسان अप्रैल เมษายน เม.ย
5 may mai mayo maggio mag maio mei maj maja mayis май мая toukokuu kveten kvetna svibnja مايو أيار मई พฤษภาคม พ.ค
6 june jun juni juin junio giugno giu junho juni czerwiec czerwca cze haziran haz июнь июня июн kesakuu iunie
6 cerven cervna lipnja يونيو حزيران जून มิถุนายน มิ.ย
7 july jul juli juillet juil julio luglio lug julho juli lipiec lipca lip temmuz tem июль июля июл heinakuu iulie
7 cervenec cervence srpnja يوليو تموز जुलाई กรกฎาคม ก.ค
8 august aug aout agosto ago augustus augusti sierpien sierpnia sie agustos ağu август августа авг elokuu srpen
8 srpna kolovoza agustus أغسطس آب अगस्त สิงหาคม ส.ค
9 september sep sept septembre septiembre set settembre setembro wrzesien wrzesnia wrz eylul eyl сентябрь сентября
9 сен syyskuu septembrie zari rujna أيلول سبتمبر सितंबर กันยายน ก.ย
10 october oct oktober okt octobre octubre ottobre ott outubro out pazdziernik pazdziernika paz ekim eki октябрь
10 октября окт lokakuu octombrie rijen rijna listopada أكتوبر अक्टूबर ตุลาคม ต.ค
11 november nov novembre noviembre novembro listopad kasim kas ноябрь ноября ноя marraskuu noiembrie
11 listopadu studenoga نوفمبر नवंबर พฤศจิกายน พ.ย
12 december dec dezember dez decembre diciembre dic dicembre dezembro grudzien grudnia gru aralik ara декабрь
12 декабря дек joulukuu decembrie prosinec prosince prosinca desember des ديسمبر दिसंबर ธันวาคม ธ.ค
"""


def _fold(word: str) -> str:
    """Case and accents dropped, for Latin scripts only: elsewhere a mark can be half the letter."""
    word = word.casefold().replace("ı", "i")
    if word.isascii():
        return word
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return plain if plain.isascii() else unicodedata.normalize("NFC", word)


MONTHS: dict[str, int] = {}
for _line in _MONTH_NAMES.strip().splitlines():
    _number, *_names = _line.split()
    for _name in _names:
        MONTHS.setdefault(_fold(_name), int(_number))

_ISO = re.compile(
    r"(?P<y>\d{4})-?(?P<m>\d{2})-?(?P<d>\d{2})"
    r"(?:[T\s_]*(?P<H>\d{1,2}):?(?P<M>\d{2})(?::?(?P<S>\d{2}))?(?:[.,:]\d{1,9})?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d{1,2}:?(?:\d{2})?)?(?:\[[\w/+-]*\])?",
    re.I | re.A,
)
_YEAR = re.compile(r"\d{4}")
_LOOSE_DAY = re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)", re.A)
_EAST_ASIAN = re.compile(r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]", re.A)
# "2 April 2025", "2. April 2025", "2 de abril de 2025", "April 2, 2025", "2-Apr-2025"
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|º|°)?[.\s,-]{0,3}(?:de\s|d[’']|of\s)?"
    r"(?P<month>[^\W\d_]{3,14}(?:\.[^\W\d_])?)\.?[\s,.-]{0,3}(?:de[l]?\s)?(?P<y>\d{4})(?!\d)"
)
_MONTH_FIRST = re.compile(
    r"(?<!\w)(?P<month>[^\W\d_]{3,14})\.?\s{0,2}(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s{1,2}(?P<y>\d{4})(?!\d)"
)
_NUMERIC = re.compile(
    r"(?<![\d./-])(?P<d>\d{1,2})(?P<sep>[./])(?P<m>\d{1,2})(?P=sep)(?P<y>\d{4})(?!\d)", re.A
)
_CLOCK = re.compile(
    r"(?<!\d)(?P<H>[01]?\d|2[0-3])[:.h](?P<M>[0-5]\d)(?::(?P<S>[0-5]\d))?(?!\d)"
    r"\s?(?:(?P<half>[ap]\.?m\b)\.?|uhr\b)?\s?(?P<zone>Z\b|[A-Z]{2,4}\b|[+-]\d{2}:?\d{2})?",
    re.A | re.I,
)

#: Zone names that mean one offset only; "IST" or "CST" name several places and are not in it.
ZONES = {
    "Z": 0, "UTC": 0, "GMT": 0, "WET": 0, "BST": 60, "CET": 60, "MEZ": 60, "CEST": 120, "MESZ": 120, "EET": 120,
    "EEST": 180, "MSK": 180, "EST": -300, "EDT": -240, "CDT": -300, "MST": -420, "MDT": -360, "PST": -480,
    "PDT": -420, "JST": 540, "KST": 540, "AEST": 600, "AEDT": 660, "NZST": 720, "NZDT": 780, "SAST": 120,
    "WIB": 420, "TRT": 180,
}  # fmt: skip


class PageDate(NamedTuple):
    """A date read from a page: the moment, and how exact it was stated ("second", "minute" or "day")."""

    moment: dt.datetime
    precision: str

    @property
    def zone_known(self) -> bool:
        """True where the page stated the zone; a day alone has none."""
        return self.moment.tzinfo is not None


def _zone(text: str | None) -> dt.tzinfo | None:
    if not text:
        return None
    text = text.upper()
    if text in ZONES:
        return dt.UTC if not ZONES[text] else dt.timezone(dt.timedelta(minutes=ZONES[text]))
    if text[0] in "+-":
        digits = text[1:].replace(":", "")
        hours, minutes = int(digits[:2]), int(digits[2:4] or 0)
        if len(digits) == 3:  # "+530"
            hours, minutes = int(digits[0]), int(digits[1:])
        if hours > 14 or minutes > 59:
            return None
        return dt.timezone(dt.timedelta(minutes=(hours * 60 + minutes) * (1 if text[0] == "+" else -1)))
    return None


def _build(
    year: int, month: int, day: int, clock: tuple[int, int, int] | None, zone: dt.tzinfo | None
) -> PageDate | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    hour, minute, second = clock or (0, 0, 0)
    try:
        moment = dt.datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None
    return PageDate(moment, "second" if clock else "day")


def parse_date(stamp: object) -> PageDate | None:
    """Read a stamp of a page's metadata: ISO 8601 in its many spellings, RFC 2822, Unix seconds or milliseconds.

    Parameters
    ----------
    stamp : object
        A string, or a number where the page's JSON holds one.

    Returns
    -------
    PageDate or None
        None where it is no date, or one that cannot be. Without a stated zone ``moment`` has no ``tzinfo``.

    Examples
    --------
    >>> parse_date("2025-04-02T10:15:00+0530").moment.isoformat()
    '2025-04-02T10:15:00+05:30'
    >>> parse_date("Wed, 02 Apr 2025 10:15:00 GMT").moment.isoformat()
    '2025-04-02T10:15:00+00:00'
    >>> parse_date(1743588900000).moment.isoformat()
    '2025-04-02T10:15:00+00:00'
    >>> parse_date("2025-02-30") is None, parse_date("99999-01-01") is None
    (True, True)
    """
    if isinstance(stamp, bool) or stamp is None:
        return None
    if isinstance(stamp, int | float):
        return _from_unix(stamp)
    if not isinstance(stamp, str):
        return None
    text = stamp.strip()
    if not text or len(text) > MAX_STAMP:
        return None
    match = _ISO.match(text)
    if match and not text[match.end() : match.end() + 1].isdigit():
        part = match.groupdict()
        clock = None if part["H"] is None else (int(part["H"]), int(part["M"]), int(part["S"] or 0))
        zone = _zone(part["zone"]) if clock else None
        if clock and not part["zone"]:
            tail = _CLOCK.match(text[match.start("H") :])
            if tail and tail["half"]:
                clock = (clock[0] % 12 + (12 if tail["half"][0] in "pP" else 0), clock[1], clock[2])
            if tail and tail["zone"]:
                zone = _zone(tail["zone"])
        found = _build(int(part["y"]), int(part["m"]), int(part["d"]), clock, zone)
        if found:
            return found
    if text.isdigit() and text.isascii():
        return _from_unix(int(text)) if len(text) in (9, 10, 13) else None
    if "," in text[:5] or text[:1].isdigit():
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            pass
        else:
            if FIRST_YEAR <= moment.year <= LAST_YEAR and ":" in text:
                return PageDate(moment, "second")
    return find_date(text)


def _from_unix(number: float) -> PageDate | None:
    if number != number or abs(number) > 1e14:
        return None
    if number > 1e11:  # milliseconds
        number /= 1000
    if number < 3e8:
        return None
    return PageDate(dt.datetime.fromtimestamp(int(number), dt.UTC), "second") if number < 4.2e9 else None


def find_date(text: str, *, day_first: bool | None = None) -> PageDate | None:
    """The first date written out in ``text``, with the clock time that stands beside it.

    Parameters
    ----------
    text : str
        A line such as "Wednesday, April 2, 2025 10:15 CET"; only its first 300 characters are looked at.
    day_first : bool, optional
        How "03/04/2025" is meant. Not given, such a date is read only where one reading is possible (with
        dots the day always stands first).

    Returns
    -------
    PageDate or None
        Without a clock time the precision is "day".

    Examples
    --------
    >>> find_date("Wednesday, April 2, 2025").moment.date().isoformat()
    '2025-04-02'
    >>> find_date("Stand: 2. März 2025, 18:05 Uhr").moment.isoformat()
    '2025-03-02T18:05:00'
    >>> find_date("2025년 4월 2일").precision
    'day'
    >>> find_date("03/04/2025") is None
    True
    """
    text = text[:300]
    if not _YEAR.search(text):  # every pattern has one
        return None
    best: tuple[int, int, tuple[int, int, int]] | None = None  # start, end, (year, month, day)
    for pattern in (_LOOSE_DAY, _EAST_ASIAN, _DAY_FIRST, _MONTH_FIRST, _NUMERIC):
        for match in pattern.finditer(text):
            day = _day_of(match, day_first)
            if day and (best is None or match.start() < best[0]):
                best = (match.start(), match.end(), day)
            if day:
                break
    if best is None:
        return None
    start, end, (year, month, number) = best
    clock, zone = None, None
    beside = _CLOCK.search(text, end, end + 30) or _CLOCK.search(text, max(0, start - 20), start)
    if beside and _build(year, month, number, None, None):
        hour = int(beside["H"])
        if beside["half"]:
            hour = hour % 12 + (12 if beside["half"][0] in "pP" else 0)
        clock, zone = (hour, int(beside["M"]), int(beside["S"] or 0)), _zone(beside["zone"])
    return _build(year, month, number, clock, zone)


def _day_of(match: re.Match[str], day_first: bool | None) -> tuple[int, int, int] | None:
    part = match.groupdict()
    year, day = int(part["y"]), int(part["d"])
    if "month" in part:
        month = MONTHS.get(_fold(part["month"]), 0)
    else:
        month = int(part["m"])
        if "sep" in part and part["sep"] == "/":
            if day > 12 >= month:
                pass
            elif month > 12 >= day or (day_first is False and day <= 12):
                day, month = month, day
            elif day_first is None and day != month:
                return None
    return (year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else None
