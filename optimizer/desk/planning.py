"""The planner's desk: territories, the campaign, and what would be if."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.desk.foresight import Foresight
from optimizer.desk.opened import day_of
from optimizer.errors import CampaignError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    import pandas as pd

    from optimizer.campaign import CampaignPlan, Certificate, Executor, Replan, WhatIf
    from optimizer.catalogue import Lang
    from optimizer.forecast import Forecast
    from optimizer.forecast.forecast_sentences import Sentence
    from optimizer.settings import Settings
    from optimizer.territories import Territories

    Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class PlannedCampaign:
    """A campaign that is stored.

    Attributes
    ----------
    plan
        From the day of planning on.
    certificate
        The account of it.
    replan
        What is new, when only the rest was planned.
    forecast
        What is to be expected of it, with all that follows from first visits.
    """

    plan: CampaignPlan
    certificate: Certificate
    replan: Replan | None
    forecast: Forecast | None


class Planning(Foresight):
    """Wishes of the company's planner."""

    def draw_territories(
        self,
        settings: Settings | None = None,
        *,
        anew: bool = False,
        progress: Progress | None = None,
    ) -> Territories:
        """The territories as the register would have them now; nothing is stored.

        Once crews are out, areas that we formed keep their names and their customers, unless they
        are drawn `anew`.
        """
        from optimizer.territories import assign, keep_previous

        register = self.register
        customers, areas = register.customers(), register.areas()
        if self.is_running and not anew:
            customers, areas = keep_previous(customers, areas, register.territories())
        return assign(
            customers,
            areas,
            register.stations(),
            register.crews(),
            self.roads,
            settings or self.settings,
            leave=register.leave(),
            workdays=self.workdays,
            progress=progress,
        )

    def store_territories(self, progress: Progress | None = None) -> Territories:
        """Draw the territories and store them."""
        drawn = self.draw_territories(progress=progress)
        self.register.save_territories(drawn.customers, drawn.areas)
        return drawn

    def better_served(self, drawn: Territories) -> pd.DataFrame:
        """Areas that a neighbouring station would serve better, and what that saves."""
        from optimizer.territories import suggest

        return suggest(
            drawn.customers,
            drawn.areas,
            self.register.customers(),
            self.register.stations(),
            self.roads,
            self.settings,
        )

    def write_outlines(self, drawn: Territories, out: str | os.PathLike[str]) -> Path:
        """Write the outlines of territories to a GeoPackage."""
        from optimizer.territories.outlines import outlines, write_outlines

        write_outlines(outlines(drawn.customers, drawn.areas, self.roads), Path(out))
        return Path(out)

    # ---- the campaign -------------------------------------------------------------------------

    @property
    def is_running(self) -> bool:
        """Whether crews have been sent out already."""
        return not self.register.blocks(last=self.today).empty

    def plan_campaign(
        self,
        *,
        start: dt.date | str | None = None,
        finish: dt.date | str | None = None,
        replan: bool = False,
        anew: bool = False,
        cluster: str | None = None,
        drawing: Progress | None = None,
        planning: Progress | None = None,
    ) -> PlannedCampaign:
        """Give every customer a crew and a day, and store it: territories and calendar together.

        Parameters
        ----------
        start, finish
            Another horizon, kept in campaign.toml; that of the settings without them.
        replan
            Plan the rest from the register as it is: what is printed stays.
        anew
            From the start, though the campaign is running.
        cluster
            Address of a Dask cluster to plan on; local processes without it.
        drawing, planning
            Called with what is done and all there is to do.

        Raises
        ------
        CampaignError
            The campaign is running and neither `replan` nor `anew` was said; the horizon is
            empty or past; there are no territories or roads.
        """
        from optimizer.campaign import Cluster, certificate

        executor = None if cluster is None else Cluster(cluster)
        settings = self._with_horizon(start, finish)
        if not (replan or anew):
            self._refuse_running()
        drawn = self.draw_territories(settings, anew=anew, progress=drawing)
        plan, news = self._planned(settings, drawn, executor, planning, rest=replan)
        with self.register.store.writing():
            self._store_plan(plan, news, drawn)
            if start or finish:
                self.register.promise_horizon(plan.start, plan.finish)
        if start or finish:
            self._keep_promised(plan)
        return PlannedCampaign(plan, certificate(plan), news, self._foretold())

    def _foretold(self) -> Forecast | None:
        """What is to be expected of the calendar that was just stored, and kept."""
        from optimizer.forecast import forecast

        told = forecast(self.register, self.settings, self.today, self.workdays)
        if told is not None:
            self.keep_forecast(told)
        return told

    def open_next_cycle(
        self,
        *,
        start: dt.date | str | None = None,
        finish: dt.date | str | None = None,
        anew: bool = False,
        cluster: str | None = None,
        drawing: Progress | None = None,
        planning: Progress | None = None,
    ) -> PlannedCampaign:
        """End the running cycle and plan the next: everybody again, who waits longest first.

        Where everybody stands in the cycle that ends is kept; histories, findings, requests and
        appointments go on.

        Parameters
        ----------
        start
            The first day of the next cycle; that after the running one's last, or tomorrow.
        finish
            Its last day; without it the cycle is as long as the one that ends.
        anew
            Though the running cycle has visits planned for days to come.
        cluster, drawing, planning
            As in `plan_campaign`.

        Raises
        ------
        CampaignError
            There is no cycle to end, it has visits planned for days to come, the next would
            start before today, or its horizon is empty.
        """
        from optimizer.campaign import Cluster, certificate
        from optimizer.records.next_cycle import open_next_cycle

        ended = self.settings.campaign
        settings = self._next_horizon(start, finish)
        if not anew:
            self._refuse_unfinished()
        drawn = self.draw_territories(settings, progress=drawing)
        executor = None if cluster is None else Cluster(cluster)
        plan, _ = self._planned(settings, drawn, executor, planning, rest=False, next_cycle=True)
        with self.register.store.writing():
            open_next_cycle(self.register, settings, ended.start, ended.finish)
            self._store_plan(plan, None, drawn)
            self.register.promise_horizon(plan.start, plan.finish)
        self._keep_promised(plan)
        return PlannedCampaign(plan, certificate(plan), None, self._foretold())

    def _store_plan(self, plan: CampaignPlan, news: Replan | None, drawn: Territories) -> None:
        dated, register = plan if news is None else news, self.register
        register.save_territories(drawn.customers, drawn.areas)
        missed = None if news is None else news.missed
        register.save_calendar(dated.blocks, dated.visits, plan.unplanned, missed)

    def _keep_promised(self, plan: CampaignPlan) -> None:
        """Have campaign.toml take over the days of a calendar that is stored."""
        self.keep_horizon(plan.start, plan.finish)
        self.register.fulfil_horizon()

    def _next_horizon(self, start: dt.date | str | None, finish: dt.date | str | None) -> Settings:
        """The settings with the days of the next cycle."""
        ended = self.settings.campaign
        since = max(ended.finish, self.today) + dt.timedelta(days=1)
        first = since if start is None else day_of(start, "start")
        if first < self.today or first <= ended.start:
            raise CampaignError("campaign.cycle_past", start=first, ended=ended.start)
        last = first + (ended.finish - ended.start) if finish is None else finish
        return self._with_horizon(first, last)

    def _refuse_unfinished(self) -> None:
        """Keep a planner from ending a cycle whose visits are still to come."""
        blocks = self.register.blocks()
        if blocks.empty:
            raise CampaignError("campaign.no_plan")
        to_come = blocks[blocks["date"] > self.today.isoformat()]
        if len(to_come):
            visits, last = int(to_come["visits"].sum()), to_come["date"].max()
            raise CampaignError("campaign.cycle_runs", visits=visits, last=last)

    def _refuse_running(self) -> None:
        """Keep a planner from throwing away what crews have in their hands."""
        if self.is_running:
            since = self.register.blocks(last=self.today)["date"].min()
            raise CampaignError("campaign.running", since=since, folder=self.path)

    def _planned(
        self,
        settings: Settings,
        drawn: Territories,
        executor: Executor | None,
        progress: Progress | None,
        *,
        rest: bool,
        next_cycle: bool = False,
    ) -> tuple[CampaignPlan, Replan | None]:
        """The campaign from its start or, of one that runs, the rest and what is new in it."""
        from optimizer.campaign import plan_campaign, replan

        if rest:
            made = replan(
                self.register,
                self.roads,
                settings,
                self.today,
                folder=self.path,
                territories=drawn,
                executor=executor,
                progress=progress,
            )
            return made.campaign, made
        plan = plan_campaign(
            self.register,
            self.roads,
            settings,
            folder=self.path,
            today=self.today,
            territories=drawn,
            executor=executor,
            progress=progress,
            next_cycle=next_cycle,
        )
        return plan, None

    def _with_horizon(self, start: dt.date | str | None, finish: dt.date | str | None) -> Settings:
        """The settings with the days that were named."""
        given = {"start": start, "finish": finish}
        days = {name: day_of(day, name) for name, day in given.items() if day is not None}
        horizon = self.settings.campaign.model_copy(update=days)
        return self.settings.model_copy(update={"campaign": horizon})

    def write_certificate(self, planned: PlannedCampaign) -> Path:
        """Write the certificate as a page for printing; each cycle keeps its own."""
        from optimizer.reports.certificate_page import write_certificate

        cycle = self.register.cycles.running
        name = "certificate.pdf" if cycle == 1 else f"certificate-{cycle}.pdf"
        return write_certificate(
            planned.plan,
            planned.certificate,
            self.path / "out" / name,
            told=planned.forecast,
            register=self.register,
            roads=self.roads,
            settings=self.settings,
            today=self.today,
        )

    def what_if(self, changes: Sequence[str]) -> WhatIf:
        """The calendar under other circumstances; nothing is stored.

        Parameters
        ----------
        changes
            Such as lend=S01:S07:2, duty+1 or finish=2029-12-31.

        Raises
        ------
        CampaignError
            A change cannot be read, or there is no plan.
        """
        from optimizer.campaign import what_if

        return what_if(self.register, self.settings, list(changes), self.path, self.today)


def certificate_sentences(
    account: Certificate, lang: Lang, told: Forecast | None = None
) -> list[Sentence]:
    """What a certificate and its forecast say of the county, a sentence each."""
    from optimizer.reports.certificate_sentences import sentences

    return sentences(account, lang, told)
