"""The newsroom: what stood in each list of the site at every moment, from one month before the first capture.

Lists belong to the whole site, so that every page shows the same ones. They change at known instants:

- ``latest``: a headline enters on top when it is published and sinks as others follow;
- ``popular``: recomputed once a day; interest fades with age, and chance reorders the list;
- ``weekly``: chosen on Mondays; ``recommended`` and ``topics``: editors swap one or two headlines at a time;
- ``sponsored``: advertisements rotate and come back; ``menu``: two fixed sets, one for each design.

A headline that left a list, or the site, comes back only after an HTML page and a text page, both dated to the
second, were saved in between: so every absence is visible in the saved pages, in those of either format alone too,
and the bounds of a dwell time can hold the truth.
"""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sitegen.captures import REDESIGN
from sitegen.dice import UTC, Dice
from sitegen.source import Source, Wording

OPENING = dt.datetime(2024, 8, 1, tzinfo=UTC)
CLOSING = dt.datetime(2025, 7, 20, tzinfo=UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

#: Number of headlines in each list, before and after the redesign.
SIZES = {
    "latest": (6, 6), "weekly": (6, 5), "popular": (5, 5), "recommended": (5, 5), "topics": (0, 6),
    "sponsored": (4, 4), "menu": (3, 3),
}  # fmt: skip
APPEAL = {"sober": 1.0, "teasing": 1.6, "shameless": 2.2}


@dataclass
class ListHistory:
    """One list's states, each standing from its instant to the next one's."""

    times: list[dt.datetime] = field(default_factory=list)
    states: list[tuple[str, ...]] = field(default_factory=list)

    def at(self, time: dt.datetime) -> tuple[str, ...]:
        """The slugs in the list at ``time``, top first."""
        place = bisect_right(self.times, time)
        return self.states[place - 1] if place else ()


@dataclass(frozen=True)
class Stay:
    """A headline's unbroken stand in one list; ``end`` is None where it still stood when the record ends."""

    list_name: str
    slug: str
    start: dt.datetime
    end: dt.datetime | None
    ranks: tuple[int, ...]


class Newsroom:
    """Runs the site's lists from ``OPENING`` to ``CLOSING``."""

    def __init__(
        self,
        source: Source,
        guards: Sequence[Sequence[dt.datetime]],
        with_addresses: Sequence[dt.datetime],
    ) -> None:
        self.source = source
        self.guards = [sorted(times) for times in guards]
        self.pool = {**source.items, **source.sponsored, **source.menu}
        self.lists = {name: ListHistory() for name in SIZES}
        self._left_list: dict[tuple[str, str], dt.datetime] = {}
        self._left_site: dict[str, dt.datetime] = {}
        self._dice = Dice("newsroom")
        self._noise: dict[str, float] = {}
        self._plan_rewrites(with_addresses)
        self._run()

    # -- what others ask -------------------------------------------------------------------------------

    def on_site(self, time: dt.datetime) -> set[str]:
        """Slugs that stand in any list at ``time``."""
        return {slug for history in self.lists.values() for slug in history.at(time)}

    def stays(self) -> list[Stay]:
        """Every unbroken stand of every headline in every list, in order of list, start and rank."""
        found = []
        for name, history in self.lists.items():
            standing: dict[str, tuple[dt.datetime, list[int]]] = {}
            for time, state in zip(history.times, history.states, strict=True):
                for slug in [slug for slug in standing if slug not in state]:
                    start, ranks = standing.pop(slug)
                    found.append(Stay(name, slug, start, time, tuple(ranks)))
                for rank, slug in enumerate(state, 1):
                    standing.setdefault(slug, (time, []))[1].append(rank)
            for slug, (start, ranks) in standing.items():
                found.append(Stay(name, slug, start, None, tuple(ranks)))
        order = list(SIZES)
        return sorted(found, key=lambda s: (order.index(s.list_name), s.start, s.ranks[0], s.slug))

    # -- running the site ------------------------------------------------------------------------------

    def _plan_rewrites(self, with_addresses: Sequence[dt.datetime]) -> None:
        """A rewrite falls between two HTML captures that found the headline among the latest, where there are two."""
        published = [item.published for item in self.source.items.values() if item.promoted]
        dice = Dice("rewrites")
        for slug, (text, intent) in self.source.rewrites.items():
            item = self.source.items[slug]
            place = published.index(item.published) + SIZES["latest"][0]
            gone = published[place] if place < len(published) else CLOSING
            seen = [time for time in with_addresses if item.published < time < gone]
            if len(seen) >= 2:
                first = dice.between(0, len(seen) - 2)
                since = seen[first] + (seen[first + 1] - seen[first]) * 0.4
            else:
                since = item.published + DAY
            item.wordings.append(Wording(since.replace(second=0, microsecond=0), text, intent))

    def _run(self) -> None:
        events: list[tuple[dt.datetime, int, Callable[[dt.datetime], None]]] = []

        def add(time: dt.datetime, action: Callable[[dt.datetime], None]) -> None:
            if OPENING <= time < CLOSING:
                events.append((time, len(events), action))

        for item in self.source.items.values():
            if item.promoted:
                add(item.published, lambda time, slug=item.slug: self._publish(slug, time))  # type: ignore[misc]
        dice = Dice("calendar")
        add(OPENING, self._turn_menu)
        add(OPENING, self._rotate_sponsors)
        add(REDESIGN, self._redesign)
        day = OPENING + DAY
        editors = adverts = topics = day
        while day < CLOSING:
            add(day + dt.timedelta(hours=dice.between(6, 20), minutes=dice.between(0, 59)), self._recount)
            if day.weekday() == 0:
                add(day + 6 * HOUR, self._choose_week)
            if day >= editors:
                add(day + dice.between(7, 11) * HOUR, self._recommend)
                editors = day + dice.between(2, 4) * DAY
            if day >= adverts:
                add(day + dice.between(0, 23) * HOUR, self._rotate_sponsors)
                adverts = day + dice.between(1, 3) * DAY
            if day >= topics and day > REDESIGN:
                add(day + dice.between(12, 17) * HOUR, self._turn_topics)
                topics = day + dice.between(1, 3) * DAY
            day += DAY
        for time, _, action in sorted(events, key=lambda event: event[:2]):
            action(time)

    def _set(self, name: str, slugs: Sequence[str], time: dt.datetime) -> None:
        """Put ``slugs`` in list ``name``; unchanged lists leave no trace."""
        history, new = self.lists[name], tuple(slugs)
        old = history.at(time)
        if new == old:
            return
        before = self.on_site(time)
        if history.times and history.times[-1] == time:
            history.states[-1] = new
        else:
            history.times.append(time)
            history.states.append(new)
        for slug in set(old) - set(new):
            self._left_list[name, slug] = time
        for slug in before - self.on_site(time):
            self._left_site[slug] = time

    def _guarded(self, since: dt.datetime | None, time: dt.datetime) -> bool:
        """Whether an absence from ``since`` to ``time`` was seen in a saved page (or there was none)."""
        return since is None or all(
            bisect_right(times, time) > bisect_right(times, since) for times in self.guards
        )

    def _may_enter(self, name: str, slug: str, time: dt.datetime) -> bool:
        if slug in self.lists[name].at(time):
            return True
        if not self._guarded(self._left_list.get((name, slug)), time):
            return False
        return slug in self.on_site(time) or self._guarded(self._left_site.get(slug), time)

    def _size(self, name: str, time: dt.datetime) -> int:
        return SIZES[name][time >= REDESIGN]

    def _candidates(
        self, name: str, time: dt.datetime, youngest: dt.timedelta, oldest: dt.timedelta
    ) -> list[str]:
        return [
            slug
            for slug, item in self.source.items.items()
            if item.promoted
            and youngest <= time - item.published < oldest
            and self._may_enter(name, slug, time)
        ]

    # -- one method for each thing that happens ---------------------------------------------------------

    def _publish(self, slug: str, time: dt.datetime) -> None:
        self._set("latest", [slug, *self.lists["latest"].at(time)][: self._size("latest", time)], time)

    def _interest(self, slug: str, time: dt.datetime, standing: Sequence[str]) -> float:
        item = self.source.items[slug]
        age = (time - item.published) / DAY
        noise = self._noise[slug] = 0.7 * self._noise.get(slug, 0.0) + 0.45 * self._dice.bell()
        bonus = 0.2 if slug in standing else 0.0
        # rounded, so that the last digit of a machine's exp() cannot change an order
        return round(APPEAL[item.at(time).intent] * math.exp(noise + bonus - age / 6), 9)

    def _rank(self, slugs: Sequence[str], time: dt.datetime, standing: Sequence[str]) -> list[str]:
        scored = [(-self._interest(slug, time, standing), slug) for slug in slugs]
        return [slug for _, slug in sorted(scored)]

    def _recount(self, time: dt.datetime) -> None:
        standing = self.lists["popular"].at(time)
        ranked = self._rank(self._candidates("popular", time, 3 * HOUR, 24 * DAY), time, standing)
        self._set("popular", ranked[: self._size("popular", time)], time)

    def _choose_week(self, time: dt.datetime) -> None:
        slugs = self._candidates("weekly", time, DAY, (21 if time < REDESIGN else 60) * DAY)
        if time >= REDESIGN:
            slugs = [slug for slug in slugs if self.source.items[slug].deck]
        self._set("weekly", self._rank(slugs, time, ())[: self._size("weekly", time)], time)

    def _recommend(self, time: dt.datetime) -> None:
        standing = list(self.lists["recommended"].at(time))
        fresh = [s for s in self._candidates("recommended", time, DAY, 110 * DAY) if s not in standing]
        missing = self._size("recommended", time) - len(standing)
        for _ in range(min(max(missing, self._dice.between(1, 2)), len(fresh))):
            slug = self._dice.weighted(fresh, [APPEAL[self.source.items[s].at(time).intent] for s in fresh])
            fresh.remove(slug)
            if len(standing) < self._size("recommended", time):
                standing.append(slug)
            else:
                standing[self._dice.between(0, len(standing) - 1)] = slug
        if self._dice.chance(0.25):
            standing = self._dice.shuffled(standing)
        self._set("recommended", standing, time)

    def _turn_topics(self, time: dt.datetime) -> None:
        standing = list(self.lists["topics"].at(time))
        size = self._size("topics", time)
        fresh = [s for s in self._candidates("topics", time, DAY, 90 * DAY) if s not in standing]
        fresh = [s for s in fresh if self.source.items[s].deck]
        for _ in range(min(max(1, size - len(standing)), len(fresh))):
            slug = self._dice.pick(fresh)
            fresh.remove(slug)
            standing.insert(0, slug)
        self._set("topics", standing[:size], time)

    def _rotate_sponsors(self, time: dt.datetime) -> None:
        standing = list(self.lists["sponsored"].at(time))
        fresh = [
            s for s in self.source.sponsored if s not in standing and self._may_enter("sponsored", s, time)
        ]
        while len(standing) < self._size("sponsored", time):
            standing.append(fresh.pop(self._dice.between(0, len(fresh) - 1)))
        for _ in range(min(self._dice.between(1, 2), len(fresh))):
            slug = self._dice.pick(fresh)
            fresh.remove(slug)
            standing[self._dice.between(0, len(standing) - 1)] = slug
        self._set("sponsored", standing, time)

    def _turn_menu(self, time: dt.datetime) -> None:
        new = [
            slug
            for slug, item in self.source.menu.items()
            if (item.published >= REDESIGN) == (time >= REDESIGN)
        ]
        self._set("menu", new, time)

    def _redesign(self, time: dt.datetime) -> None:
        self._turn_menu(time)
        self._choose_week(time)
        self._turn_topics(time)
