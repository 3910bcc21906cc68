"""The planner's wall: the county at a glance, its plan renewed, an import looked at beforehand."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.desk.foresight import Foresight
from optimizer.desk.planning import Planning
from optimizer.desk.sources import SAMPLE, Sources
from optimizer.errors import CampaignError, IntakeError

if TYPE_CHECKING:
    import datetime as dt
    import os
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from optimizer.catalogue import Lang
    from optimizer.errors import Fault
    from optimizer.forecast import Forecast
    from optimizer.forecast.forecast_sentences import Sentence
    from optimizer.intake import Intake
    from optimizer.records.coverage import Coverage
    from optimizer.register import ImportSummary, Register
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


FAULTS_SHOWN = 200
"""So many faults of an import are shown to who looks at it first."""
MOST_CHANGED = 20
"""So many changed rows of each table are shown."""


@dataclass(frozen=True, kw_only=True)
class ChangedRow:
    """A row that an import would change.

    Attributes
    ----------
    key, name
        Its account number or other key, and the name that it has then.
    columns
        Of each column that changes the heading and its name, the old and the new value.
    """

    key: str
    name: str
    columns: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, kw_only=True)
class ImportPreview:
    """What an import would do.

    Attributes
    ----------
    counts
        By table: added, changed, unchanged, gone, back; empty where nothing can be taken.
    changed
        By table the first rows of those that change.
    faults, fault_count
        The first faults: file, row, column, what, what to do; and how many there are.
    left_out
        How many rows with faults would be left out.
    warnings
        What the planner should know.
    refused
        Why it would rather be a mistake; None where nothing speaks against it.
    """

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    changed: dict[str, tuple[ChangedRow, ...]] = field(default_factory=dict)
    faults: tuple[dict[str, str], ...] = ()
    fault_count: int = 0
    left_out: int = 0
    warnings: tuple[str, ...] = ()
    refused: CampaignError | None = None


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
        self,
        files: Mapping[str, str | os.PathLike[str]],
        datum: str = "wgs84",
        *,
        skip_bad_rows: bool = False,
        part: bool = False,
        yes: bool = False,
    ) -> ImportPreview:
        """What `import_files` would do, tried on a copy of the register; nothing is changed."""
        from optimizer.register import Register

        named = {name: Path(path) for name, path in files.items()}
        try:
            intake = self._read(named, datum, None, skip_bad_rows=skip_bad_rows)
        except IntakeError as error:
            faults = _as_rows(error.faults, self.lang)
            return ImportPreview(faults=faults, fault_count=len(error.faults))
        refused = None
        try:
            self._refuse_mistakes(intake, part=part, yes=yes)
        except CampaignError as error:
            refused = error
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "register.sqlite"
            self.register.backup(copy)
            with Register.open(copy) as register:
                summary = register.take_in(
                    intake.tables,
                    source="",
                    datum=datum,
                    complete=not (part or intake.rejected),
                )
                changed = _changed(register, intake, summary)
        counts: dict[str, dict[str, Any]] = {
            name: {
                what: getattr(table, what)
                for what in ("added", "changed", "unchanged", "gone", "back")
            }
            for name, table in summary.tables.items()
        }
        return ImportPreview(
            counts=counts,
            changed=changed,
            faults=_as_rows(intake.faults, self.lang),
            fault_count=len(intake.faults),
            left_out=sum(len(rejected.rows) for rejected in intake.rejected.values()),
            warnings=tuple(_as_line(warning, self.lang) for warning in intake.warnings),
            refused=refused,
        )

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


def _changed(
    register: Register, intake: Intake, summary: ImportSummary
) -> dict[str, tuple[ChangedRow, ...]]:
    """The first rows of each table that an import has changed."""
    from optimizer.intake import COLUMNS
    from optimizer.intake.columns import KEYS

    found = {}
    for table, counts in summary.tables.items():
        if not counts.changed or summary.import_id is None:
            continue
        headings = {column.name: column.heading for column in COLUMNS[table]}
        rows = intake.tables[table]
        keyed = rows.set_index(KEYS[table][0])
        names = keyed["name"].to_dict() if "name" in keyed else {}
        found[table] = tuple(
            ChangedRow(
                key=key,
                name=names.get(key, ""),
                columns=tuple(
                    (headings.get(column, column), column, _as_cell(old), _as_cell(new))
                    for column, (old, new) in columns.items()
                ),
            )
            for key, columns in register.changed_by(summary.import_id, table, MOST_CHANGED)
        )
    return found


def _as_cell(value: object) -> str:
    """A value of the register as it stands in a file; "" where there is none."""
    if value is None:
        return ""
    return f"{value:.9g}" if isinstance(value, float) else str(value)


def _as_line(warning: Fault, lang: Lang) -> str:
    """A warning with the name of its file alone."""
    return replace(warning, file=Path(warning.file).name).in_words(lang)


def _as_rows(faults: Sequence[Fault], lang: Lang) -> tuple[dict[str, str], ...]:
    return tuple(_as_row(fault, lang) for fault in faults[:FAULTS_SHOWN])


_WITH_OPTIONS = {
    "heading_datum": "county.heading_datum",
    "all_projected": "county.metres",
    "projected": "county.metres",
}
"""What a page says to do about faults for which a command has an option."""


def _as_row(fault: Fault, lang: Lang) -> dict[str, str]:
    """A fault as cells of a table."""
    from optimizer.catalogue import Message, shown

    action = fault.action
    if isinstance(action, Message) and fault.problem_code in _WITH_OPTIONS:
        action = Message(_WITH_OPTIONS[fault.problem_code], **action.facts)
    place = f"{Path(fault.file).name} › {fault.sheet}" if fault.sheet else Path(fault.file).name
    return {
        "file": place,
        "row": "" if fault.row is None else str(fault.row),
        "column": str(shown(fault.column or "", lang)),
        "value": fault.value or "",
        "problem": str(shown(fault.problem, lang)),
        "action": str(shown(action, lang)),
    }
