"""The planner's desk: from files to a campaign, and what would be if."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.atomic_files import write_whole
from optimizer.desk.opened import OpenCampaign, day_of
from optimizer.errors import CampaignError, IntakeError

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from optimizer.campaign import CampaignPlan, Certificate, Executor, Replan, WhatIf
    from optimizer.catalogue import Lang
    from optimizer.datum import DatumDoubt
    from optimizer.example import ExampleSummary
    from optimizer.intake import Intake
    from optimizer.register import ImportSummary
    from optimizer.reports.certificate_sentences import Sentence
    from optimizer.roads import Roads
    from optimizer.settings import Settings
    from optimizer.territories import Territories

    Progress = Callable[[int, int], None]

MOST_FAULTS = 100
"""So many faults of an import are told; all of them stand in a file."""
MANY = 0.2
"""More than such a share of customers gone, or far from any road, is rather a mistake."""
SAMPLE = 2000
"""So many customers are held against the roads."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of an import.

    Attributes
    ----------
    intake
        What was read, with its warnings.
    summary
        What the register made of it.
    rejected
        Files of the rows that were left out.
    """

    intake: Intake
    summary: ImportSummary
    rejected: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Placement:
    """Whether customers lie near the roads.

    Attributes
    ----------
    doubt
        What speaks for another datum, None where nothing does.
    far_share
        DistrictingProblem of the customers that are far from any road.
    """

    doubt: DatumDoubt | None
    far_share: float


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
    """

    plan: CampaignPlan
    certificate: Certificate
    replan: Replan | None


class Planning(OpenCampaign):
    """Wishes of the company's planner."""

    def import_files(
        self,
        files: Mapping[str, str | os.PathLike[str]],
        datum: str = "wgs84",
        *,
        skip_bad_rows: bool = False,
        part: bool = False,
        reading: Progress | None = None,
        storing: Progress | None = None,
    ) -> Imported:
        """Take customer files into the register: all rows, or a report of every fault.

        Parameters
        ----------
        files
            By table: stations, areas, customers, crews, leave.
        skip_bad_rows
            Take the good rows and write the others apart.
        part
            The files list only a part: nobody else is gone.
        reading, storing
            Called with what is done and all there is to do.

        Raises
        ------
        CampaignError
            No file is named, or so many customers would be gone that it is rather a mistake.
        IntakeError
            Something in the files cannot be read.
        """
        named = {name: Path(path) for name, path in files.items()}
        if not named:
            raise CampaignError("import.no_file")
        intake = self._read(named, datum, reading, skip_bad_rows=skip_bad_rows)
        if not part:
            self._refuse_exodus(intake)
        summary = self.register.take_in(
            intake.tables,
            source=", ".join(str(path) for path in intake.files.values()),
            datum=datum,
            complete=not (part or intake.rejected),
            progress=storing,
        )
        from optimizer.intake import write_rejected

        return Imported(intake, summary, tuple(write_rejected(intake, self.lang)))

    def _read(
        self,
        files: Mapping[str, Path],
        datum: str,
        progress: Progress | None,
        *,
        skip_bad_rows: bool,
    ) -> Intake:
        from optimizer.intake import read_tables

        stations, areas = self.register.stations(), self.register.areas()
        known = {
            "stations": dict(zip(stations["station"], stations["name"], strict=True)),
            "areas": dict(zip(areas["area"], areas["name"], strict=True)),
            "crews": dict.fromkeys(self.register.crews()["crew"], ""),
        }
        try:
            return read_tables(
                **files,
                datum=datum,
                skip_bad_rows=skip_bad_rows,
                known=known,
                progress=progress,
            )
        except IntakeError as error:
            raise self._shortened(error) from None

    def _shortened(self, error: IntakeError) -> IntakeError:
        """The error with so many faults as a screen holds, all of them in a file."""
        from optimizer.catalogue import Message

        if len(error.faults) <= MOST_FAULTS:
            return error
        path = write_whole(
            self.path.resolve() / "import-faults.txt", f"{error.in_words(self.lang)}\n"
        )
        return IntakeError(
            "intake.many_faults",
            error.faults[:MOST_FAULTS],
            headline=Message(error.code, **error.facts),
            count=len(error.faults) - MOST_FAULTS,
            path=path,
        )

    def _refuse_exodus(self, intake: Intake) -> None:
        """Ask before a file that lists a part of the customers makes all others go."""
        if "customers" not in intake.tables or intake.rejected:
            return
        known = set(self.register.customers()["account_no"])
        gone = len(known - set(intake.tables["customers"]["account_no"]))
        if gone > MANY * len(known):
            file = intake.files["customers"]
            raise CampaignError("import.exodus", gone=gone, total=len(known), file=file)

    # ---- roads --------------------------------------------------------------------------------

    def read_roads(
        self,
        file: str | os.PathLike[str] | None = None,
        place: str | None = None,
        progress: Progress | None = None,
    ) -> Roads:
        """Read the street network from a file, or download it by the name of a place.

        Raises
        ------
        CampaignError
            Neither or both are named.
        RoadsError
            The file cannot be read, or the download fails.
        """
        from optimizer.roads import download_roads, read_roads

        if (file is None) == (place is None):
            raise CampaignError("option.roads")
        travel = self.settings.travel
        if file is not None:
            network = read_roads(Path(file), travel, progress=progress)
        else:
            network = download_roads(str(place), travel, progress=progress)
        network.save(self.folder.roads_path)
        self.folder.__dict__.pop("roads", None)
        self.__dict__.pop("roads", None)
        return network

    def placement(self, datum: str | None = None) -> Placement | None:
        """Whether customers lie near the roads; None where there are no roads or customers.

        Parameters
        ----------
        datum
            Of the customers' file; that of the last import without it.
        """
        from optimizer.datum import Datum, likelier_datum

        if datum is None:
            datums = self.register.imports()["datum"]
            datum = str(datums.iloc[-1]) if len(datums) else None
        located = self.register.customers().dropna(subset=["lon", "lat"])
        if datum is None or located.empty or not self.folder.has_roads:
            return None
        sample = located.sample(min(len(located), SAMPLE), random_state=0)
        roads = self.roads
        doubt = likelier_datum(
            sample["lon"].to_numpy(),
            sample["lat"].to_numpy(),
            Datum.parse(datum),
            lambda lon, lat: roads.attach(lon, lat).walk_m,
        )
        far = float(roads.attach(sample["lon"], sample["lat"]).far.mean())
        return Placement(doubt, far)

    # ---- territories --------------------------------------------------------------------------

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
        dated, register = plan if news is None else news, self.register
        with register.store.writing():
            register.save_territories(drawn.customers, drawn.areas)
            missed = None if news is None else news.missed
            register.save_calendar(dated.blocks, dated.visits, plan.unplanned, missed)
            if start or finish:
                register.promise_horizon(settings.campaign.start, settings.campaign.finish)
        if start or finish:
            self.folder.keep_horizon(settings.campaign.start, settings.campaign.finish)
            register.fulfil_horizon()
        return PlannedCampaign(plan, certificate(plan), news)

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
        )
        return plan, None

    def _with_horizon(self, start: dt.date | str | None, finish: dt.date | str | None) -> Settings:
        """The settings with the days that were named."""
        given = {"start": start, "finish": finish}
        days = {name: day_of(day, f"--{name}") for name, day in given.items() if day is not None}
        horizon = self.settings.campaign.model_copy(update=days)
        return self.settings.model_copy(update={"campaign": horizon})

    def write_certificate(self, planned: PlannedCampaign) -> Path:
        """Write the certificate as a page for printing."""
        from optimizer.reports.certificate_page import write_certificate

        return write_certificate(
            planned.plan,
            planned.certificate,
            self.path / "out" / "certificate.pdf",
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


def make_example(
    path: str | os.PathLike[str],
    *,
    customers: int = 20_000,
    seed: int = 1,
    progress: Progress | None = None,
) -> ExampleSummary:
    """Make a campaign with the input files of a made-up county beside it.

    Raises
    ------
    CampaignError
        There is a campaign already, or the county would have too few customers.
    """
    from optimizer import example
    from optimizer.folder import CampaignFolder
    from optimizer.settings import CampaignSettings, PhoneSettings, Settings

    if customers < example.FEWEST_CUSTOMERS:
        least = example.FEWEST_CUSTOMERS
        raise CampaignError("init.too_few", customers=customers, least=least)
    horizon = CampaignSettings(note=example.NOTE, seed=seed)
    CampaignFolder.create(Path(path), Settings(campaign=horizon, phone=PhoneSettings(credit="")))
    return example.write_example(Path(path), customers=customers, seed=seed, progress=progress)


def certificate_sentences(account: Certificate, lang: Lang) -> list[Sentence]:
    """What a certificate says of the county, a sentence each."""
    from optimizer.reports.certificate_sentences import sentences

    return sentences(account, lang)
