"""Reproducible chance, and the few date formats that the pages print.

Only ``Random.random`` is used underneath: its sequence is guaranteed never to change between Python versions,
which is not so for ``choice``, ``shuffle`` or ``sample``.
"""

from __future__ import annotations

import datetime as dt
import random
import zlib
from collections.abc import Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")

UTC = dt.UTC
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip


class Dice:
    """A seeded source of chance whose results are the same in every Python version."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(zlib.crc32(seed.encode()))

    def chance(self, share: float) -> bool:
        """True in ``share`` of all calls."""
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of ``options``."""
        return options[self.between(0, len(options) - 1)]

    def weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        """One of ``options``, in proportion to ``weights``."""
        mark = self._random.random() * sum(weights)
        for option, weight in zip(options, weights, strict=True):
            mark -= weight
            if mark < 0:
                return option
        return options[-1]

    def shuffled(self, options: Iterable[T]) -> list[T]:
        """``options`` in a new order."""
        return [
            option for _, option in sorted(((self._random.random(), o) for o in options), key=lambda p: p[0])
        ]

    def bell(self) -> float:
        """Roughly normal: mean 0, standard deviation 1."""
        return sum(self._random.random() for _ in range(12)) - 6

    def bytes(self, count: int) -> bytes:
        """``count`` bytes of noise."""
        return bytes(self.between(0, 255) for _ in range(count))


def one_in(key: str, share: float) -> bool:
    """A lasting yes or no for ``key``: True for about ``share`` of all keys, the same in every run."""
    return zlib.crc32(key.encode()) % 1000 < share * 1000


def parse_time(text: str) -> dt.datetime:
    """Read ``2025-04-02T10:15`` as a time in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=UTC)


def iso(time: dt.datetime | None) -> str:
    """``2025-04-02T10:15:00Z``, or nothing."""
    return "" if time is None else time.strftime("%Y-%m-%dT%H:%M:%SZ")


def running_date(time: dt.datetime) -> str:
    """``Wednesday, April 2, 2025``: English, whatever the machine's locale."""
    return f"{WEEKDAYS[time.weekday()]}, {MONTHS[time.month - 1]} {time.day}, {time.year}"


def dateline(time: dt.datetime) -> str:
    """``2 April 2025, 10:15``: as printed under a title."""
    return f"{time.day} {MONTHS[time.month - 1]} {time.year}, {time:%H:%M}"


def browser_date(time: dt.datetime) -> str:
    """``Wed Apr 02 2025 10:15:00 GMT+0000 (Coordinated Universal Time)``: as a browser writes it."""
    day, month = WEEKDAYS[time.weekday()][:3], MONTHS[time.month - 1][:3]
    return f"{day} {month} {time:%d %Y %H:%M:%S} GMT+0000 (Coordinated Universal Time)"
