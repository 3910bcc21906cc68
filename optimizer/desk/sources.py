"""What a campaign is made from: customer files and the street network, or a made-up county."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.atomic_files import write_whole
from optimizer.desk.opened import OpenCampaign
from optimizer.errors import CampaignError, IntakeError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping

    import pandas as pd

    from optimizer.datum import DatumDoubt
    from optimizer.example import ExampleSummary
    from optimizer.intake import Intake
    from optimizer.register import ImportSummary
    from optimizer.roads import Roads

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
        Share of the customers that are far from any road.
    """

    doubt: DatumDoubt | None
    far_share: float


class Sources(OpenCampaign):
    """The planner's files."""

    def import_files(
        self,
        files: Mapping[str, str | os.PathLike[str]],
        datum: str = "wgs84",
        *,
        skip_bad_rows: bool = False,
        part: bool = False,
        yes: bool = False,
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
        yes
            What the files leave empty is to be emptied, of however many customers.
        reading, storing
            Called with what is done and all there is to do.

        Raises
        ------
        CampaignError
            No file is named, or so many customers would be gone, or lose what is known of them,
            that it is rather a mistake.
        IntakeError
            Something in the files cannot be read.
        """
        named = {name: Path(path) for name, path in files.items()}
        if not named:
            raise CampaignError("import.no_file")
        try:
            intake = self._read(named, datum, reading, skip_bad_rows=skip_bad_rows)
        except IntakeError as error:
            raise self._shortened(error) from None
        self._refuse_mistakes(intake, part=part, yes=yes)
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
        return read_tables(
            **files, datum=datum, skip_bad_rows=skip_bad_rows, known=known, progress=progress
        )

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

    def _refuse_mistakes(self, intake: Intake, *, part: bool, yes: bool) -> None:
        """Ask before so much goes that it is rather a mistake."""
        if not part:
            self._refuse_exodus(intake)
        if not yes:
            self._refuse_emptying(intake)

    def _refuse_exodus(self, intake: Intake) -> None:
        """Ask before a file that lists a part of the customers makes all others go."""
        if "customers" not in intake.tables or intake.rejected:
            return
        known = set(self.register.customers()["account_no"])
        gone = len(known - set(intake.tables["customers"]["account_no"]))
        if gone > MANY * len(known):
            file = intake.files["customers"]
            raise CampaignError("import.exodus", gone=gone, total=len(known), file=file)

    def _refuse_emptying(self, intake: Intake) -> None:
        """Ask before a file takes away what is known of many customers."""
        if "customers" not in intake.tables:
            return
        from optimizer.intake import COLUMNS

        known = self.register.customers().set_index("account_no")
        given = intake.tables["customers"].set_index("account_no")
        both = known.index.intersection(given.index)
        emptied = []
        for column in COLUMNS["customers"]:
            if column.name not in known:
                continue
            before = _is_told(known[column.name])
            lost = int((before.loc[both] & ~_is_told(given.loc[both, column.name])).sum())
            if lost > MANY * int(before.sum()):
                emptied.append(f"{column.heading}/{column.name} {lost}")
        if emptied:
            file = intake.files["customers"]
            raise CampaignError("import.emptied", columns=emptied, file=file)

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
        network.save(self.roads_path)
        self.__dict__.pop("roads", None)
        return network

    def placement(self, datum: str | None = None) -> Placement | None:
        """Whether customers lie near the roads; None where there are no roads or customers.

        Parameters
        ----------
        datum
            Of the customers' file; that of the last import without it.
        """
        from optimizer.datum import Datum, from_wgs84, likelier_datum
        from optimizer.intake.places import is_coarse

        if datum is None:
            datums = self.register.imports()["datum"]
            datum = str(datums.iloc[-1]) if len(datums) else None
        located = self.register.customers().dropna(subset=["lon", "lat"])
        if datum is None or located.empty or not self.has_roads:
            return None
        sample = located.sample(min(len(located), SAMPLE), random_state=0)
        roads = self.roads
        lon, lat = sample["lon"].to_numpy(), sample["lat"].to_numpy()
        given = Datum.parse(datum)
        # places that are good to a kilometre only fit any datum as badly
        coarse = not given.projected and is_coarse(*from_wgs84(lon, lat, given))
        doubt = (
            None
            if coarse
            else likelier_datum(lon, lat, given, lambda lon, lat: roads.attach(lon, lat).walk_m)
        )
        far = float(roads.attach(sample["lon"], sample["lat"]).far.mean())
        return Placement(doubt, far)


def _is_told(column: pd.Series) -> pd.Series[bool]:
    """Where a column of customers says something; that one is a household goes without saying."""
    return column.notna() & ~column.isin(["", "household"])


def make_example(
    path: str | os.PathLike[str],
    *,
    customers: int = 20_000,
    seed: int = 1,
    progress: Progress | None = None,
) -> ExampleSummary:
    """Make a campaign with the input files of a made-up county beside it.

    The campaign comes last: one that was killed before is made again.

    Raises
    ------
    CampaignError
        There is a campaign already, or the county would have too few customers.
    """
    from optimizer import example
    from optimizer.settings import CampaignSettings, PhoneSettings, Settings

    if customers < example.FEWEST_CUSTOMERS:
        least = example.FEWEST_CUSTOMERS
        raise CampaignError("init.too_few", customers=customers, least=least)
    horizon = CampaignSettings(note=example.NOTE, seed=seed)
    if OpenCampaign(path).settings_path.exists():
        raise CampaignError("folder.is_campaign", path=path)
    made = example.write_example(Path(path), customers=customers, seed=seed, progress=progress)
    OpenCampaign.create(path, Settings(campaign=horizon, phone=PhoneSettings(credit="")))
    return made
