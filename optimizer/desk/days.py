"""The chief's desk: a station's day planned, looked at, changed, printed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.atomic_files import file_name, make_folder
from optimizer.desk.opened import OpenCampaign, day_of, time_of
from optimizer.desk.pins import Pins, is_pinned
from optimizer.errors import CampaignError

if TYPE_CHECKING:
    import os
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd

    from optimizer.checker import Violation
    from optimizer.dayplan import Change, Difference
    from optimizer.model import Crew, DayPlan
    from optimizer.routes import Figures, Fit
    from optimizer.routes.multistart import Watch


@dataclass(frozen=True, slots=True)
class ChangedDay:
    """A day planned anew.

    Attributes
    ----------
    plan
        As it is now stored.
    differences
        Every visit that changed.
    broken
        The rules that the chief's own routes break; they are kept all the same.
    """

    plan: DayPlan
    differences: tuple[Difference, ...]
    broken: tuple[Violation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a station's day has to offer before it is planned.

    Attributes
    ----------
    kinds
        How many visits of each kind could be made.
    bound
        How many cannot wait until the next day on duty.
    late
        How many are past their last day.
    crews
        Who is on duty.
    """

    kinds: dict[str, int]
    bound: int
    late: int
    crews: tuple[Crew, ...]


class Days(OpenCampaign):
    """Wishes of a station's chief."""

    def next_day(self, station: str | None = None) -> dt.date:
        """The next day, today included, on which a station or any station has blocks.

        Raises
        ------
        CampaignError
            None is planned.
        """
        blocks = self.register.blocks(station, first=self.today)
        if blocks.empty:
            raise CampaignError("day.nothing_ahead")
        return dt.date.fromisoformat(str(blocks["date"].min()))

    def stations_on(self, date: dt.date | str, station: str | None = None) -> list[str]:
        """The stations that a day's plan is for: the one that is named, else all that have to.

        These are those with blocks, those with something that cannot wait until a crew is on duty
        again, and those with so much waiting that a crew on duty should go out for it.

        Raises
        ------
        CampaignError
            There is no such station, or none has to go out.
        """
        from optimizer.dayplan import must_go_out

        when = day_of(date)
        known = list(self.register.stations()["station"])
        if station is not None:
            if station not in known:
                raise CampaignError("station.unknown", station=station, known=known)
            return [station]
        busy = set(self.register.blocks(first=when, last=when)["station"])
        names = [n for n in known if n in busy or must_go_out(self.context, n, when, self.today)]
        if not names:
            raise CampaignError("day.nothing_planned", when=when)
        return names

    def outlook(self, station: str, date: dt.date | str) -> Outlook:
        """What could be done on a station's day, and by whom."""
        from collections import Counter

        from optimizer.dayplan.day import candidates, crews_on_duty
        from optimizer.dayplan.register_rows import crew_from_row

        when = day_of(date)
        rows = candidates(self.context, station, when)
        on = when.isoformat()
        return Outlook(
            kinds=dict(Counter(str(row["kind"]) for row in rows)),
            bound=sum(bool(row["mandatory"]) for row in rows),
            late=sum(bool(row["deadline"]) and str(row["deadline"]) < on for row in rows),
            crews=tuple(crew_from_row(row) for row in crews_on_duty(self.context, station, when)),
        )

    def crew_to_send(self, station: str, date: dt.date | str) -> str | None:
        """Which crew to ask on a day on which none is on duty; None if all are on leave."""
        from optimizer.records.duty_days import crew_to_send

        return crew_to_send(self.register, station, day_of(date))

    def missing_sheets(
        self, date: dt.date | str | None = None, station: str | None = None
    ) -> pd.DataFrame:
        """Sheets of past days of which nothing has come back: station, date, crew, visits."""
        from optimizer.records.duty_days import days_held

        today = self.day(date)
        since = days_held(today, self.settings, self.workdays)
        return self.register.sheets.missing(today, since, station)

    def give_up(self, station: str, date: dt.date | str, crew: str) -> None:
        """Say that nothing more will come of a crew's sheet: what has no record is due again.

        Raises
        ------
        CampaignError
            There is no plan of that day, or the crew has no sheet in it.
        """
        plan = self.day_plan(station, date)
        if all(route.crew_id != crew for route in plan.routes):
            raise CampaignError("day.no_route", crew=crew)
        self.register.sheets.give_up(station, plan.date, crew, plan.version)

    def plan_day(
        self,
        station: str,
        date: dt.date | str,
        *,
        seconds: float | None = None,
        iterations: int | None = None,
        absent: Collection[str] = (),
        slower: float = 1.0,
        watch: Watch | None = None,
    ) -> DayPlan:
        """Plan a station's day and store the plan.

        Parameters
        ----------
        absent
            Crews on duty who cannot go.
        slower
            Rides take so many times as long: 1.2 in light rain.
        seconds, iterations
            Time to search, by default that of the settings; or iterations of the search, for
            plans that are the same on every machine.
        watch
            As in `optimizer.solve`.

        Raises
        ------
        CampaignError
            There is no such station.
        """
        from optimizer.dayplan import plan_day

        plan = plan_day(
            self.context,
            station,
            day_of(date),
            seconds=seconds,
            iterations=iterations,
            today=self.today,
            absent=absent,
            slower=slower,
            watch=watch,
        )
        return self.register.save_day_plan(plan)

    def day_plan(self, station: str, date: dt.date | str) -> DayPlan:
        """The latest plan of a station's day.

        Raises
        ------
        CampaignError
            There is none.
        """
        when = day_of(date)
        plan = self.register.day_plan(station, when)
        if plan is None:
            raise CampaignError("day.no_plan", station=station, when=when, folder=self.path)
        return plan

    def change_day(
        self,
        station: str,
        date: dt.date | str,
        *,
        now: str | int | None = None,
        absent: Collection[str] = (),
        back: Collection[str] = (),
        slower: float | None = None,
        pins: Pins | None = None,
        seconds: float = 3.0,
        iterations: int | None = None,
    ) -> ChangedDay:
        """Plan a printed day anew after a change, keep what can be kept, and store it.

        Parameters
        ----------
        now
            HH:MM, or seconds since midnight; what had begun by then stays as it is.
        absent, back
            Crews that cannot go, and crews that can go again.
        slower
            Rides take so many times as long: 1.3 in rain.
        pins
            What the chief fixes, and what he takes off.

        Raises
        ------
        CampaignError
            There is no plan, a crew is not of this day or both ill and well, or a pin cannot be.
        """
        from optimizer.dayplan import Change, read_day, replan, search_end

        old = self.day_plan(station, date)
        change = Change(
            now_s=None if now is None else time_of(now, "now"),
            absent=frozenset(self.crew_id(crew, station) for crew in absent),
            back=frozenset(self.crew_id(crew, station) for crew in back),
            speed_factor=None if slower is None else 1 / slower,
        )
        pins = self._named_pins(pins or Pins(), station)
        pinned = {visit.visit_id for visit in old.visits if is_pinned(visit)}
        known = read_day(
            self.context, station, old.date, old.visits, pins.visits | pinned, today=self.today
        )
        change = pins.on(change, known, old)
        _refuse_contradictions(change, old)
        end = search_end(self.settings, seconds, iterations)
        seed = self.settings.campaign.seed
        new, changed, broken = replan(known, old, change, end, self.settings, seed)
        return ChangedDay(self.register.save_day_plan(new), changed, broken)

    def _named_pins(self, pins: Pins, station: str) -> Pins:
        """Pins to crews by their ids, however they were called."""
        crews = {visit: self.crew_id(crew, station) for visit, crew in pins.crews.items()}
        routes = {self.crew_id(crew, station): visits for crew, visits in pins.routes.items()}
        loose = frozenset(self.crew_id(name, station) for name in pins.loose)
        return replace(pins, crews=crews, routes=routes, loose=loose)

    def say_who_goes(
        self, station: str, date: dt.date | str, crew: str, members: Sequence[str]
    ) -> None:
        """Say who of a crew goes on a day, where one is ill: the other alone, or a substitute.

        Every plan of that day that is made from then on names them.

        Raises
        ------
        CampaignError
            The station has no such crew, or nobody or more than two are named.
        """
        station = self.station_id(station)
        crew = self.crew_id(crew, station)
        names = [name.strip() for name in members if name.strip()]
        if crew not in set(self.register.crews(station)["crew"]):
            raise CampaignError("crew.unknown", crew=crew, station=station)
        if not 1 <= len(names) <= 2:
            raise CampaignError("crew.members", crew=crew)
        self.register.record(
            "members", {"members": names}, station=station, crew=crew, date=day_of(date)
        )

    def change_riders(
        self, station: str, date: dt.date | str, riders: Mapping[str, Sequence[str]]
    ) -> list[str]:
        """Say who of several crews goes on a day; tell the crews for which it is news.

        Raises
        ------
        CampaignError
            As from `say_who_goes`.
        """
        from optimizer.dayplan.day import crews_on_duty
        from optimizer.dayplan.register_rows import crew_from_row

        rows = crews_on_duty(self.context, station, day_of(date))
        now = {crew.crew_id: crew.members for crew in map(crew_from_row, rows)}
        news = [crew for crew, names in riders.items() if now.get(crew) != tuple(names)]
        for crew in news:
            self.say_who_goes(station, date, crew, riders[crew])
        return news

    def fits(self, station: str, date: dt.date | str, account_no: str) -> list[Fit]:
        """Every crew and time at which one more customer could be called on, cheapest first.

        Raises
        ------
        CampaignError
            There is no plan; the customer is not the station's, is planned, or has no place.
        """
        from optimizer.dayplan import where_to_fit

        plan = self.day_plan(station, date)
        return where_to_fit(self.context, plan, account_no)

    def figures(
        self, station: str, date: dt.date | str, *, seconds_per_rule: float | None = None
    ) -> tuple[Figures, dict[str, float]]:
        """What a planned day amounts to and, if asked, what each rule costs.

        Parameters
        ----------
        seconds_per_rule
            How long to look for a plan without each rule; None for not at all.
        """
        from optimizer.dayplan import plan_figures
        from optimizer.routes import StopAfter

        each_rule = None if seconds_per_rule is None else StopAfter(seconds=seconds_per_rule)
        plan = self.day_plan(station, date)
        return plan_figures(self.context, plan, each_rule)

    # ---- paper and phones ---------------------------------------------------------------------

    def write_day(self, plan: DayPlan, out: str | os.PathLike[str] | None = None) -> Path:
        """Write each crew's sheet (PDF) and phone map (HTML); tell the folder."""
        from optimizer.drawing.map_content import draw_day
        from optimizer.maps import write_maps
        from optimizer.sheets import write_sheets

        target = self._out(plan, out)
        drawing = draw_day(plan, self.roads, self.settings)
        write_sheets(plan, drawing, self.settings, target, self.lang)
        write_maps(plan, drawing, self.settings, target, self.lang)
        return target

    def print_station(
        self,
        station: str,
        date: dt.date | str,
        *,
        forms: bool = False,
        mask: bool = False,
        weather: str = "",
        out: str | os.PathLike[str] | None = None,
    ) -> tuple[Path, Path]:
        """Write one file for the whole station, and its map; tell both."""
        from optimizer.drawing.map_content import draw_day
        from optimizer.maps import write_day_map
        from optimizer.sheets import print_station

        plan = self.day_plan(station, date)
        drawing = draw_day(plan, self.roads, self.settings)
        target, name = self._out(plan, out), file_name(station)
        paper = target / f"{name}.pdf"
        print_station(
            plan, drawing, self.settings, paper, self.lang, forms=forms, mask=mask, weather=weather
        )
        page = write_day_map(
            plan, drawing, self.settings, target / f"{name}.html", self.lang, mask=mask
        )
        return paper, page

    def files_for_apps(self, plan: DayPlan) -> dict[str, str]:
        """A day for other programs by file name: GPX, KML and a chat's text a crew, one calendar.

        None of them has a customer's name.
        """
        from optimizer.handouts.other_apps import chat_text, gpx, ics, kml

        files = {"appointments.ics": ics(plan, self.lang, dt.datetime.now(dt.UTC))}
        for route in plan.routes:
            name = file_name(route.crew_id)
            files[f"{name}.gpx"] = gpx(plan, route, self.lang)
            files[f"{name}.kml"] = kml(plan, route, self.lang)
            files[f"{name}.txt"] = chat_text(plan, route, self.lang)
        return files

    def write_typed(
        self,
        station: str,
        date: dt.date | str,
        crew: str | None = None,
        out: str | os.PathLike[str] | None = None,
    ) -> Path:
        """Write the day's table for the clerk to fill in, prefilled as it was printed.

        Parameters
        ----------
        crew
            Only this crew's rows.
        out
            The folder for it; that of the day's paper without.

        Raises
        ------
        CampaignError
            There is no plan, or the crew has no route in it.
        """
        from optimizer.catalogue import Texts
        from optimizer.reports.typed_table import write_typed_table

        plan = self.day_plan(station, date)
        crews = [route.crew_id for route in plan.routes if route.stops]
        if crew not in {None, *crews}:
            raise CampaignError("day.no_such_crew", crew=crew, known=crews)
        folder = self.out(plan.date, station) if out is None else Path(out)
        make_folder(folder)
        name = "typed" if crew is None else f"typed-{file_name(str(crew))}"
        names = self.register.customers(station)[["account_no", "name"]]
        return write_typed_table(plan, names, folder / f"{name}.xlsx", Texts(self.lang), crew)

    def map_areas(self, station: str, out: str | os.PathLike[str] | None = None) -> Path:
        """Write the map of a station's areas: done, due, to come, overdue."""
        from optimizer.maps import write_campaign_map

        folder = self.path / "out" if out is None else Path(out)
        path = folder / f"{file_name(station)}.html"
        write_campaign_map(
            self.register,
            self.roads,
            self.settings,
            station,
            path,
            lang=self.lang,
            today=self.today,
        )
        return path

    def _out(self, plan: DayPlan, out: str | os.PathLike[str] | None) -> Path:
        return self.out(plan.date, plan.station.station_id) if out is None else Path(out)


def _refuse_contradictions(change: Change, plan: DayPlan) -> None:
    """Refuse crews that are not of this day, and contradictions about who can go."""
    known = {crew.crew_id for crew in plan.crews}
    pinned = {*change.crews.values(), *change.routes}
    strangers = sorted((change.absent | change.back | pinned) - known)
    if strangers:
        raise CampaignError("day.not_on_duty", strangers=strangers, known=sorted(known))
    for crew in sorted(change.back & change.absent):
        raise CampaignError("day.back_and_absent", crew=crew)
    if well := sorted(change.back.difference(plan.absent)):
        raise CampaignError("day.not_absent", crews=well)
    if ill := sorted(pinned & (change.absent | {*plan.absent} - change.back)):
        raise CampaignError("day.absent", crews=ill)
