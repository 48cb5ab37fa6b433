"""When pages were saved, in which form, and what the saved file tells about its own time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sitegen.dice import UTC, Dice
from sitegen.source import Source

FIRST_DAY = dt.datetime(2024, 9, 2, tzinfo=UTC)
LAST_DAY = dt.datetime(2025, 7, 2, tzinfo=UTC)
REDESIGN = dt.datetime(2025, 2, 3, 6, tzinfo=UTC)

#: Days on which nobody saved anything, [first, last).
GAPS = (("2024-10-24", "2024-11-03"), ("2024-12-17", "2024-12-29"), ("2025-03-28", "2025-04-06"))
#: Busy days, with the number of pages saved beyond those of a followed article.
BUSY = {"2024-11-05": 4, "2024-12-30": 3, "2025-01-30": 3, "2025-03-20": 3, "2025-04-28": 3, "2025-06-17": 4}


@dataclass
class Capture:
    """One act of saving a page.

    ``naming`` says where the capture time can be read: ``stamp`` (14 digits in the file's name), ``date`` (a
    day in the name), ``page`` (the running date only), ``comment`` (the saver's comment), ``none``.
    """

    time: dt.datetime
    form: str
    naming: str
    slug: str | None = None

    @property
    def design(self) -> int:
        """1 before the redesign, 2 from then on."""
        return 1 if self.time < REDESIGN else 2

    @property
    def exact(self) -> bool:
        """Whether the file tells its capture time to the second."""
        return self.naming in ("stamp", "comment")


def plan_captures(source: Source) -> list[Capture]:
    """All captures in order of time; those that follow no article have no ``slug`` yet."""
    dice = Dice("captures")
    times: list[tuple[dt.datetime, str, str | None]] = [
        (time + dt.timedelta(seconds=dice.between(0, 59)), form, slug) for slug, form, time in source.followed
    ]
    gaps = [(_day(first), _day(last)) for first, last in GAPS]
    day = FIRST_DAY
    while day <= LAST_DAY:
        closed = any(first <= day < last for first, last in gaps)
        for _ in range(0 if closed else BUSY.get(f"{day:%Y-%m-%d}", 1)):
            times.append((_moment(day, dice), "html" if dice.chance(0.5) else "text", None))
        day += dt.timedelta(days=dice.weighted((2, 3, 4, 6), (3, 4, 4, 3)))
    seen_days = {time.date() for time, _, slug in times if slug is None}
    for name, count in BUSY.items():
        if _day(name).date() not in seen_days:
            times += [(_moment(_day(name), dice), dice.pick(("html", "text")), None) for _ in range(count)]
    times.sort(key=lambda row: row[0])
    per_day: dict[dt.date, int] = {}
    for time, _, _ in times:
        per_day[time.date()] = per_day.get(time.date(), 0) + 1
    return [
        Capture(time, form, _naming(time, form, slug, per_day[time.date()] == 1, dice), slug)
        for time, form, slug in times
    ]


def _day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def _moment(day: dt.datetime, dice: Dice) -> dt.datetime:
    return day + dt.timedelta(
        hours=dice.between(6, 22), minutes=dice.between(0, 59), seconds=dice.between(0, 59)
    )


def _naming(time: dt.datetime, form: str, slug: str | None, alone: bool, dice: Dice) -> str:
    """What tells the time; only where a page is alone on its day may the hour stay unknown."""
    if slug is not None or not alone:
        return dice.pick(("comment", "comment", "stamp")) if form == "html" else "stamp"
    if form == "html":
        return dice.weighted(("comment", "stamp", "page"), (65, 20, 15))
    if time < REDESIGN:
        return dice.weighted(("stamp", "date", "page", "none"), (35, 15, 20, 30))
    return dice.weighted(("stamp", "date", "page"), (45, 15, 40))
