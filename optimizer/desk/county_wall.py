"""The planner's wall: the county at a glance, its plan renewed, an import looked at beforehand."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.desk.foresight import Foresight
from optimizer.desk.planning import Planning
from optimizer.desk.sources import SAMPLE, Sources
from optimizer.errors import CampaignError, IntakeError

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Mapping

    import pandas as pd

    from optimizer.catalogue import Lang
    from optimizer.errors import Fault
    from optimizer.forecast import Forecast
    from optimizer.forecast.forecast_sentences import Sentence
    from optimizer.records.coverage import Coverage
    from optimizer.roads import Roads
    from optimizer.routes.multistart import Watch


@dataclass(frozen=True, kw_only=True)
class Wall:
    """The county on one day.

    Attributes
    ----------
    coverage
        Every account in one state, the same figures as `status` has.
    forecast, sentences
        What is to be expected, None and none where nothing is planned.
    """

    coverage: Coverage
    forecast: Forecast | None
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, kw_only=True)
class ImportPreview:
    """What an import would do.

    Attributes
    ----------
    counts
        By table: added, changed, unchanged, gone, back.
    faults
        What is wrong: file, row, column, what, what to do; empty where it can be taken.
    """

    counts: dict[str, dict[str, int]]
    faults: tuple[dict[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class RoadsPreview:
    """What a street network would bring.

    Attributes
    ----------
    km, before_km
        Length of its roads, and of those that are used now; None where there are none.
    cut_km
        Length of what does not reach the rest both ways.
    far, before_far
        Customers that are too far from any road, of `customers` that were tried.
    said
        What had to be mended in the file.
    """

    km: float
    before_km: float | None
    cut_km: float
    far: int
    before_far: int | None
    customers: int
    said: tuple[str, ...]


class StoppedError(CampaignError):
    """Somebody has stopped the work; nothing was stored."""


class County(Planning, Sources, Foresight):
    """Wishes of the planner at his wall."""

    def wall(self) -> Wall:
        """The county at a glance."""
        from optimizer.records.coverage import coverage

        seen = coverage(self.register, self.today, self.workdays, rules=self.settings.follow)
        told = self.forecast()
        said = () if told is None else tuple(self.forecast_sentences(told))
        return Wall(coverage=seen, forecast=told, sentences=said)

    def area_shares(self) -> pd.DataFrame:
        """How much of each area is visited: area, station, lon, lat, share."""
        from optimizer.records.coverage import coverage

        seen = coverage(self.register, self.today, self.workdays).areas
        _, areas = self.register.territories()
        seen = seen.merge(areas[["area", "lon", "lat"]], on="area").dropna(subset=["lon", "lat"])
        whole = (seen["accounts"] - seen["gone"]).clip(lower=1)
        return seen.assign(share=seen["visited"] / whole)[
            ["area", "station", "lon", "lat", "share"]
        ]

    def preview_import(
        self, files: Mapping[str, str | os.PathLike[str]], datum: str = "wgs84"
    ) -> ImportPreview:
        """What an import would do, tried on a copy of the register; nothing is changed."""
        from optimizer.register import Register

        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "register.sqlite"
            self.register.backup(copy)
            try:
                intake = self._read(
                    {name: Path(path) for name, path in files.items()},
                    datum,
                    None,
                    skip_bad_rows=False,
                )
            except IntakeError as error:
                faults = tuple(_as_row(fault, self.lang) for fault in error.faults)
                return ImportPreview(counts={}, faults=faults)
            with Register.open(copy) as register:
                summary = register.take_in(intake.tables, source="", datum=datum)
        counts: dict[str, dict[str, Any]] = {
            name: {
                what: getattr(table, what)
                for what in ("added", "changed", "unchanged", "gone", "back")
            }
            for name, table in summary.tables.items()
        }
        return ImportPreview(counts=counts, faults=())

    def preview_roads(self, file: str | os.PathLike[str]) -> RoadsPreview:
        """What a street network would bring; nothing is stored.

        Raises
        ------
        RoadsError
            The file cannot be read, or has no usable road.
        """
        from optimizer.catalogue import Texts
        from optimizer.roads import read_roads

        network, before = read_roads(Path(file), self.settings.travel), self.known_roads
        located = self.register.customers().dropna(subset=["lon", "lat"])
        sample = located.sample(min(len(located), SAMPLE), random_state=0)

        def far(roads: Roads) -> int:
            return int(roads.attach(sample["lon"], sample["lat"]).far.sum())

        texts, report = Texts(self.lang), network.report
        return RoadsPreview(
            km=report.km,
            before_km=None if before is None else before.report.km,
            cut_km=report.cut_km,
            far=far(network),
            before_far=None if before is None else far(before),
            customers=len(sample),
            said=tuple(
                texts(f"cli.roads_{name}", count=count)
                for name, count in report.repairs._asdict().items()
                if count
            ),
        )

    def take_roads(self, file: str | os.PathLike[str]) -> None:
        """Use the street network of a file from now on."""
        self.read_roads(file)

    def renew_campaign(
        self,
        *,
        replan: bool,
        start: dt.date | str | None = None,
        finish: dt.date | str | None = None,
        watch: Watch | None = None,
    ) -> None:
        """Plan the campaign or its rest, store it, and write its certificate.

        Parameters
        ----------
        watch
            Shown the share that is done; where it says stop, nothing is stored.

        Raises
        ------
        StoppedError
            It was stopped.
        """

        def show(done: int, whole: int) -> None:
            if watch is not None and watch(done / max(1, whole), done):
                raise StoppedError("campaign.stopped")

        planned = self.plan_campaign(start=start, finish=finish, replan=replan, planning=show)
        self.write_certificate(planned)


def _as_row(fault: Fault, lang: Lang) -> dict[str, str]:
    """A fault as cells of a table."""
    from optimizer.catalogue import shown

    place = f"{Path(fault.file).name} › {fault.sheet}" if fault.sheet else Path(fault.file).name
    return {
        "file": place,
        "row": "" if fault.row is None else str(fault.row),
        "column": str(shown(fault.column or "", lang)),
        "value": fault.value or "",
        "problem": str(shown(fault.problem, lang)),
        "action": str(shown(fault.action, lang)),
    }
