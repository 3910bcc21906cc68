"""Many lives of the rest of a campaign, day by day in crew-minutes, without routes.

A lane is one station in one life; everything is an array over lanes, and days follow each other. On
each day the crews go out that `records.crews_out` sends, work off what presses, the season's list,
the day's own blocks and the backlog in that order until visits or minutes are used up, and what
comes of each call is drawn. What follows from it stands in the `Chain`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from optimizer.forecast.chain_rows import chain_rows
from optimizer.forecast.drawn_field import DrawnField
from optimizer.forecast.revisit_deadlines import Deadlines
from optimizer.records.crews_out import DayLoad, crews_going
from optimizer.records.due import DOUBLED_DAYS
from optimizer.records.season_days import room_on_better_days, still_at_home

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from optimizer.forecast.opening import Opening

    Ints = NDArray[np.int64]
    Floats = NDArray[np.floating]


HOME_AT_ITS_END: Final = (0.1, 0.9)
"""How many of those who are home for Spring Festival are when its season ends: nobody knows."""


@dataclass(frozen=True, slots=True)
class Lives:
    """What came of the lives.

    Attributes
    ----------
    visited, crew_days
        int32 (days, stations, lives): visited, and crew-days sent out (also those that came to
        nothing), until the end of each day.
    waiting
        int64 (steps, stations, lives): who waits at the campaign's end, by step.
    refused, gone
        int64 (stations, lives): at the campaign's end, who is with the office after a second
        refusal, and who turned out not to be there to visit.
    unfinished
        int64 (stations, lives): who could still be called on when the last day is over.
    """

    visited: NDArray[np.int32]
    crew_days: NDArray[np.int32]
    waiting: Ints
    refused: Ints
    gone: Ints
    unfinished: Ints


def play(opening: Opening, lives: int, seed: int) -> Lives:
    """Play the rest of a campaign so many times; the same seed plays the same lives."""
    return _Lanes(opening, lives, seed).play()


class _Lanes:
    """All lanes, on one day after another.

    Attributes
    ----------
    ready, due
        int64 (steps, lanes) and (days, steps, lanes): who can be called on, and who will be; the
        days of `due` go round.
    uncalled, offered
        int64 (season steps, lanes): who has not been called on in this season, and whom the
        season's list has for today.
    age
        Days that all of the backlog together have waited.
    pressed
        int64 (days, lanes): of the revisits in `due`, those that can wait no more.
    """

    def __init__(self, opening: Opening, lives: int, seed: int) -> None:
        self.opening, self.lives, self.rng = opening, lives, np.random.default_rng(seed)
        self.rows = chain_rows(opening.chain)
        self.field = DrawnField(opening, lives, self.rng)
        chain, lanes = opening.chain, len(opening.stations) * lives
        steps, days = len(chain.steps), len(opening.dates)
        self.wait = [step.wait_days for step in chain.steps]
        self.round = max(*self.wait, chain.revisit_from_days) + 2
        self.due = np.zeros((self.round, steps, lanes), dtype=np.int64)
        self.pressed = np.zeros((self.round, lanes), dtype=np.int64)
        self.ready = np.zeros((steps, lanes), dtype=np.int64)
        self.uncalled = np.zeros((len(self.rows.season), lanes), dtype=np.int64)
        self.offered = self.uncalled
        self.age = np.zeros(lanes)
        self.visited, self.refused, self.gone = (
            self._each(of) for of in (opening.visited, opening.refused, opening.gone)
        )
        self.crew_days = np.zeros(lanes, dtype=np.int64)
        spans = chain.revisit_span_days, chain.revisit_span_days // 2
        self.checks = Deadlines(spans, days, lanes)
        self.next_out = _next_out(opening.duty)
        in_season = opening.duty * opening.season[:, None]
        at_its_end = self.rng.uniform(*HOME_AT_ITS_END, lives)
        self.at_home = still_at_home(opening.dates, opening.settings.follow, at_its_end)
        self.season_room = room_on_better_days(opening.dates, in_season, opening.settings)
        self.later: dict[int, list[tuple[int, int, int]]] = {}
        self._begin()

    def _each(self, by_station: Ints) -> Ints:
        """A figure of each station for each of its lanes."""
        return np.repeat(by_station, self.lives, axis=-1)

    def _lanes_of(self, station: int) -> slice:
        return slice(station * self.lives, (station + 1) * self.lives)

    def _begin(self) -> None:
        """The queues of the first day."""
        opening, rows = self.opening, self.rows
        span = opening.chain.revisit_span_days
        for step, station, day, by_day, accounts in opening.due.itertuples(index=False):
            self.later.setdefault(day, []).append((step, station, accounts))
            if step in rows.revisits:
                came = min(max(0, by_day - span), len(opening.dates) - 1)
                self.checks.came[0, came, self._lanes_of(station)] += accounts
        self.ready[rows.stops] = self._each(opening.listed[rows.stops])
        self._telephone(self.ready[rows.stops].copy(), 0)

    def play(self) -> Lives:
        """All days, one after the other."""
        opening = self.opening
        days, shape = len(opening.dates), (len(opening.stations), self.lives)
        visited = np.zeros((days, len(self.visited)), dtype=np.int32)
        worked = np.zeros_like(visited)
        months = opening.dates.astype("datetime64[M]")
        at_end = (self.ready, self.refused, self.gone)
        for day in range(days):
            if day and months[day] != months[day - 1]:
                self.field.new_month()
            self._day(day)
            visited[day], worked[day] = self.visited, self.crew_days
            if day == opening.horizon - 1:
                at_end = (self.ready + self._to_come(day), self.refused, self.gone)
            if day >= opening.horizon - 1 and not day % 7 and not self._left(day).any():
                visited[day:], worked[day:] = self.visited, self.crew_days
                break
        steps = (-1, *shape)
        waiting, refused, gone = at_end
        return Lives(
            visited=visited.reshape(steps),
            crew_days=worked.reshape(steps),
            waiting=waiting.reshape(steps),
            refused=refused.reshape(shape),
            gone=gone.reshape(shape),
            unfinished=self._left(days).reshape(shape),
        )

    def _to_come(self, day: int) -> Ints:
        """Who waits from a later day on, by step."""
        waits: Ints = self.due.sum(axis=0)
        waits[self.rows.own] += self._each(self.opening.own[day + 1 :].sum(axis=0))
        for later, came in self.later.items():
            for step, station, accounts in came if later > day else ():
                waits[step, self._lanes_of(station)] += accounts
        return waits

    def _left(self, day: int) -> Ints:
        """Who can still be called on without waiting for another campaign's season."""
        open_to = np.setdiff1d(self.rows.counts, self.rows.season)
        left: Ints = (self.ready + self._to_come(day))[open_to].sum(axis=0)
        return left

    # ---- a day --------------------------------------------------------------------------------

    def _day(self, day: int) -> None:
        """One day: who waits, who goes out, who is called on, and what comes of it."""
        self._arrive(day)
        self._offer_season(day)
        opening, rows = self.opening, self.rows
        if not opening.duty[day].any():
            return
        self.ready[rows.own] = self._each(opening.own[day])
        overdue = np.minimum(
            self.checks.overdue(day, self._each(self.next_out[day])),
            self.ready[rows.revisits].sum(axis=0),
        )
        going = self._going(day, overdue)
        lost = self.rng.binomial(going, self.field.lost)
        self.crew_days += going
        self._put_off_blocks(lost, going)
        made = self._calls(going - lost, overdue)
        self._come_back(day, made, overdue)

    def _arrive(self, day: int) -> None:
        """Who waits from today on."""
        rows, slot = self.rows, day % self.round
        came, pressed = self.due[slot], self.pressed[slot]
        found = came[rows.found].sum(axis=0)
        self.checks.arrive(day, found, came[rows.further].sum(axis=0) - pressed, pressed)
        for step, station, accounts in self.later.pop(day, ()):
            came[step, self._lanes_of(station)] += accounts
        self.ready += came
        came[:] = pressed[:] = 0
        self.age += self.ready[rows.backlog].sum(axis=0)
        if self.opening.working[day]:
            self.due[(day + 1) % self.round, rows.request] += self.rng.poisson(self.field.asks)

    def _offer_season(self, day: int) -> None:
        """Whom the season's list offers: everybody of a station once, and only then again.

        So many wait as better days have room for.
        """
        season, waiting = self.opening.season, self.ready[self.rows.season]
        if season[day] and not (day and season[day - 1]):
            for listed, phoned in self.rows.called_in_season:
                self.ready[listed] += self.ready[phoned]
                self.ready[phoned] = 0
            waiting = self.ready[self.rows.season]
            self.uncalled = waiting.copy()
        self.uncalled = np.minimum(self.uncalled, waiting)
        again = self.uncalled.sum(axis=0) == 0
        offered = np.where(again, waiting, self.uncalled) * int(season[day])
        left = np.maximum(offered.sum(axis=0) - self._each(self.season_room[day]), 0)
        before = np.cumsum(offered, axis=0) - offered
        self.offered = np.clip(left - before, 0, offered)

    def _going(self, day: int, overdue: Ints) -> Ints:
        """How many crews go out."""
        opening, rows, ready = self.opening, self.rows, self.ready
        backlog = ready[rows.backlog].sum(axis=0)
        load = DayLoad(
            duty=self._each(opening.duty[day]),
            with_block=self._each(opening.blocks[day]),
            pressing=ready[rows.promised].sum(axis=0) + overdue,
            own=ready[rows.own],
            season=self.offered.sum(axis=0),
            backlog=backlog - overdue,
            worth=1 + self.age / np.maximum(backlog, 1) / DOUBLED_DAYS,
        )
        return crews_going(load, opening.settings)

    def _put_off_blocks(self, lost: Ints, going: Ints) -> None:
        """The blocks of crews that came to nothing are made up for later."""
        own = self.ready[self.rows.own]
        left = np.rint(own * lost / np.maximum(going, 1)).astype(np.int64)
        self.ready[self.rows.own] = own - left
        self.ready[self.rows.missed] += left

    def _calls(self, out: Ints, overdue: Ints) -> Ints:
        """Calls by step: what presses, the season, own blocks, the backlog, while time lasts."""
        rows, ready, settings = self.rows, self.ready, self.opening.settings
        shift, made = settings.shift, np.zeros_like(ready)
        left: Floats = out * float((shift.end - shift.start) / 60 - shift.lunch_min)
        for step in rows.promised:
            left = self._take(made, step, ready[step], left)
        for step in rows.revisits:
            must = np.minimum(overdue - made[rows.revisits].sum(axis=0), ready[step])
            left = self._take(made, step, must, left)
        for step, offered in zip(rows.season, self.offered, strict=True):
            left = self._take(made, step, offered, left)
        self.uncalled = np.maximum(self.uncalled - made[rows.season], 0)
        usual = out * settings.blocks.max_visits
        left = self._take(made, rows.own, np.minimum(ready[rows.own], usual), left)
        self._take_backlog(made, usual - made[rows.own], left)
        return made

    def _take(self, made: Ints, step: int, wanted: Ints, left: Floats) -> Floats:
        """Make as many calls of a step as are wanted and the minutes left allow."""
        minutes = self.field.minutes[step]
        some = np.minimum(wanted, np.maximum(left / minutes, 0).astype(np.int64))
        made[step] += some
        rest: Floats = left - some * minutes
        return rest

    def _take_backlog(self, made: Ints, room: Ints, left: Floats) -> None:
        """Share the room that is left out to those who wait, by how many wait for what."""
        backlog = self.rows.backlog
        waits = self.ready[backlog] - made[backlog]
        whole = np.maximum(waits.sum(axis=0), 1)
        minutes = (waits * self.field.minutes[backlog]).sum(axis=0) / whole
        fits = np.maximum(left / np.maximum(minutes, 1e-9), 0).astype(np.int64)
        room = np.minimum(np.minimum(room, waits.sum(axis=0)), fits)
        some = np.floor(waits * (room / whole)).astype(np.int64)
        rest = room - some.sum(axis=0)
        for row, waiting in enumerate(waits):
            more = np.minimum(rest, waiting - some[row])
            some[row] += more
            rest = rest - more
        self.age -= self.age * room / whole
        made[backlog] += some

    # ---- what comes of it ---------------------------------------------------------------------

    def _come_back(self, day: int, made: Ints, overdue: Ints) -> None:
        """What comes of the calls, and what follows from it."""
        rows, rng, field = self.rows, self.rng, self.field
        share = field.done
        if self.opening.season[day]:
            share = share.copy()
            share[rows.season] *= np.tile(self.at_home[day], len(self.opening.stations))
        done = rng.binomial(made, share)
        nobody = rng.binomial(made - done, field.nobody)
        met = made - done - nobody
        refused = rng.binomial(met, field.refused)
        self.ready -= made
        self.ready[rows.missed] += self.ready[rows.own]
        self.ready[rows.own] = 0
        self.visited += done[rows.counts].sum(axis=0)
        self.gone = self.gone + (met - refused)[rows.counts].sum(axis=0)
        self._ask_again(day, refused)
        self._call_again(day, nobody)
        self._check(day, done, made, nobody, overdue)

    def _ask_again(self, day: int, refused: Ints) -> None:
        """Who refused is asked once more, then the office has him."""
        rows = self.rows
        self.refused = self.refused + refused[rows.asked]
        once = refused[rows.counts].sum(axis=0) - refused[rows.asked]
        self.due[(day + self.wait[rows.asked]) % self.round, rows.asked] += once

    def _call_again(self, day: int, nobody: Ints) -> None:
        """Who was not home is called again, or comes onto a list."""
        rows = self.rows
        self.due[(day + self.wait[rows.request]) % self.round, rows.request] += nobody[rows.request]
        stopped = np.zeros_like(self.ready[rows.stops])
        for step, shares in enumerate(self.opening.chain.after_nobody):
            left = nobody[step]
            for after in np.flatnonzero(shares):
                share = min(1.0, shares[after] / shares[after:].sum())
                some = left if share == 1 else self.rng.binomial(left, share)
                left = left - some
                if after in rows.stops:
                    stopped[np.flatnonzero(rows.stops == after)[0]] += some
                else:
                    self.due[(day + self.wait[after]) % self.round, after] += some
        self.ready[rows.stops] += stopped
        self._telephone(stopped, day)

    def _telephone(self, came: Ints, day: int) -> None:
        """Some of those who came onto the telephone list agree on an appointment."""
        rows = self.rows
        slot = (day + self.wait[rows.appointed]) % self.round
        for step, some in zip(rows.stops, came, strict=True):
            if step in rows.telephone:
                agreed = self.rng.binomial(some, self.field.telephoned)
                self.ready[step] -= agreed
                self.due[slot, rows.appointed] += agreed

    def _check(self, day: int, done: Ints, made: Ints, nobody: Ints, overdue: Ints) -> None:
        """Findings that are to be checked, and checks at which nobody was home."""
        rows, rng = self.rows, self.rng
        in_season = done[rows.season].sum(axis=0)
        visits = done[rows.counts].sum(axis=0)
        slot = (day + self.opening.chain.revisit_from_days) % self.round
        for step, seen in zip(rows.found, (visits - in_season, in_season), strict=True):
            self.due[slot, step] += rng.binomial(seen, self.field.checked)
        calls = made[rows.revisits].sum(axis=0)
        pressing = np.minimum(overdue, calls) / np.maximum(calls, 1)
        back = (day + max(self.wait[step] for step in rows.revisits)) % self.round
        again = nobody[rows.called_again].sum(axis=0)
        self.pressed[back] += rng.binomial(again, pressing)
        self.checks.leave(made[rows.found].sum(axis=0), made[rows.further].sum(axis=0))


def _next_out(duty: Ints) -> Ints:
    """The next day after each on which a crew of each station is on duty."""
    day = np.arange(1, len(duty) + 1)[:, None]
    out = np.where(np.roll(duty, -1, axis=0) > 0, day, len(duty))
    later: Ints = np.minimum.accumulate(out[::-1], axis=0)[::-1]
    return later
