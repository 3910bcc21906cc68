"""A backup every hour while the server runs, opened to see that it is whole, old ones thinned."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from optimizer.desk import Campaign
from optimizer.errors import ZoufangError

if TYPE_CHECKING:
    from optimizer.web.served import Served

LONGEST_DAYS: Final = 60
"""One a day is kept so long."""
_NAME: Final = re.compile(r"register-(\d{8})-(\d{6})\.sqlite$")
_LOG = logging.getLogger("zoufang.backup")


class Backups:
    """The thread that writes them."""

    def __init__(self, served: Served) -> None:
        self._folder, self._settings = served.folder, served.settings.serve
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin; the first backup comes after the first interval."""
        self._thread.start()

    def stop(self) -> None:
        """End after the backup that is being written."""
        self._over.set()

    def _run(self) -> None:
        while not self._over.wait(self._settings.backup_hours * 3600):
            try:
                self.write(dt.datetime.now().astimezone())
            except (ZoufangError, OSError):
                _LOG.exception("no backup could be written")

    def write(self, now: dt.datetime) -> Path:
        """Write a backup, open it to see that it is whole, and remove what is old."""
        folder = self._folder / self._settings.backup_folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"register-{now:%Y%m%d-%H%M%S}.sqlite"
        with Campaign(self._folder) as campaign:
            campaign.backup(path)
            campaign.check_backup(path)
        for old in too_old(list(folder.iterdir()), self._settings.backups_kept, now.date()):
            old.unlink()
        return path


def too_old(paths: list[Path], kept: int, today: dt.date) -> list[Path]:
    """Backups that are neither among the latest nor the last of their day."""
    named = sorted(path for path in paths if _NAME.search(path.name))
    latest = set(named[-kept:])
    last_of_day = {path.name[9:17]: path for path in named}
    since = f"{today - dt.timedelta(days=LONGEST_DAYS):%Y%m%d}"
    days = {path for day, path in last_of_day.items() if day >= since}
    return [path for path in named if path not in latest | days]
