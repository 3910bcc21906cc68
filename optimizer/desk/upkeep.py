"""Reports, ledgers, and the care of the register."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from optimizer.catalogue import Message
from optimizer.desk.photographs import Photographs

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from optimizer.register import BackupContent, Salvaged
    from optimizer.reports import Period


class Upkeep(Photographs):
    """What is written for others, and what keeps the register whole."""

    def write_bulletin(
        self, period: Period, out: str | os.PathLike[str] | None = None
    ) -> list[Path]:
        """Write the bulletin of some days: PDF, XLSX and JSON."""
        from optimizer.reports import write_bulletin

        target, roads = self._target(out), self.known_roads
        return write_bulletin(self.register, self.settings, period, target, self.lang, roads=roads)

    def cycle_period(self, cycle: int) -> Period:
        """The days of a cycle; of the running one until today.

        Raises
        ------
        CampaignError
            The running cycle has not begun.
        RecordError
            There is no such cycle.
        """
        from optimizer.records.next_cycle import former_cycle
        from optimizer.reports import Period

        start, last = self.settings.campaign.start, self.today
        if cycle != self.register.cycles.running:
            former = former_cycle(self.register, cycle)
            start = dt.date.fromisoformat(former.start)
            last = dt.date.fromisoformat(former.until) - dt.timedelta(days=1)
        return Period.days(start, last)

    def write_ledgers(
        self,
        out: str | os.PathLike[str] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Path]:
        """Write the ledgers as workbooks and the register as a GeoPackage."""
        from optimizer.reports import write_geopackage, write_ledgers

        target, days = self._target(out), self.settings.campaign
        written = write_ledgers(self.register, target, self.lang, progress=progress)
        layers = write_geopackage(
            self.register,
            target / "register.gpkg",
            days.start,
            days.finish,
            roads=self.known_roads,
            settings=self.settings,
        )
        return [*written, layers]

    def _target(self, out: str | os.PathLike[str] | None) -> Path:
        return self.path / "out" if out is None else Path(out)

    def damage(self) -> list[Message]:
        """What is wrong with the register as a file, a sentence each; empty when it is whole."""
        return self.register.doctor()

    def tidy(self) -> list[Message]:
        """Remove what killed commands left behind; tell it, and what else a keeper should know."""
        from optimizer.atomic_files import open_to_all, remove_leftovers
        from optimizer.register import kept_copies

        removed = remove_leftovers(self.path, deep=True)
        kept = kept_copies(self.register_path)
        exposed = open_to_all(self.path)
        said = [Message("doctor.removed", files=removed)] if removed else []
        if kept:
            said.append(Message("doctor.kept", files=kept))
        if exposed:
            said.append(Message("doctor.open", count=len(exposed), folder=self.path))
        return said

    @property
    def sqlite_is_sound(self) -> bool:
        """Whether several processes may write with the SQLite that is in use."""
        from optimizer.register.sqlite import VERSION, is_sound

        return is_sound(VERSION)

    @property
    def sqlite_version(self) -> str:
        """Of the SQLite that keeps the register."""
        from optimizer.register.sqlite import VERSION

        return VERSION

    def follow_up_all(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Derive anew what follows from all records."""
        from optimizer.records import derive_all

        derive_all(self.register, self.settings, progress=progress)

    def follow_up_stale(self) -> None:
        """Derive anew what changed rules, or customers in other areas, have made stale.

        Every record that is taken does so too; whoever calls it first waits.
        """
        from optimizer.records import derive_stale

        with self.register.store.writing():
            derive_stale(self.register, self.settings)

    def disagreements(self) -> list[Message]:
        """Where the ledgers are not what the records say, and what to do; lost photographs."""
        from optimizer.records import verify

        lost = self.missing_photographs()
        said = [Message("doctor.photographs", count=len(lost), file=lost[0])] if lost else []
        wrong = verify(self.register, self.settings)
        return [*said, *wrong, Message("doctor.reckon", folder=self.path)] if wrong else said

    def backup(
        self,
        file: str | os.PathLike[str],
        passphrase_file: str | os.PathLike[str] | None = None,
    ) -> Path:
        """Write a consistent copy of the register while others work on.

        With a file whose first line is a passphrase, only that opens the copy.
        """
        self.register.backup(Path(file), _passphrase(passphrase_file))
        return Path(file)

    def check_backup(
        self,
        file: str | os.PathLike[str],
        passphrase_file: str | os.PathLike[str] | None = None,
    ) -> BackupContent:
        """What a backup would bring back; nothing is changed."""
        from optimizer.register import Register

        phrase = _passphrase(passphrase_file)
        return Register.check_backup(Path(file), self.register_path, phrase)

    def restore(
        self,
        file: str | os.PathLike[str],
        passphrase_file: str | os.PathLike[str] | None = None,
    ) -> Path | None:
        """Put a backup in the register's place; tell where the former one is kept."""
        from optimizer.register import Register

        phrase = _passphrase(passphrase_file)
        self.close()
        return Register.restore(Path(file), self.register_path, passphrase=phrase)

    def salvage(self, former: Path) -> Salvaged:
        """Add what a former register holds beyond the present one, and all that follows from it."""
        salvaged = self.register.salvage(former)
        self.follow_up_all()
        return salvaged


def _passphrase(file: str | os.PathLike[str] | None) -> bytes | None:
    from optimizer.register import read_passphrase

    return None if file is None else read_passphrase(Path(file))
