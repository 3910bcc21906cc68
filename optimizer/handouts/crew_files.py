"""Files of an earlier plan: a crew that no longer goes out keeps no sheet and no page.

Several stations and days may share a folder, so each file of a crew carries a mark that says whose
and of which day it is; only what is marked as of this station and day is ever removed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from optimizer.atomic_files import file_name
from optimizer.errors import CampaignError

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.model import DayPlan


def file_mark(plan: DayPlan, crew_id: str) -> str:
    """What a crew's file of a day says of itself, in letters that every format leaves alone."""
    return _day_mark(plan) + _plain(crew_id) + "/"


def remove_outdated(plan: DayPlan, out_dir: Path, suffix: str) -> list[Path]:
    """Remove the files of this station and day of crews that have no route in this plan.

    Parameters
    ----------
    suffix
        ".pdf" or ".html".

    Raises
    ------
    CampaignError
        Such a file cannot be removed.
    """
    kept = {f"{file_name(route.crew_id)}{suffix}" for route in plan.routes}
    mark = re.compile(re.escape(_day_mark(plan)).encode() + rb"[^/\s]+/")
    removed = []
    for path in sorted(out_dir.glob(f"*{suffix}")):
        try:
            if path.name not in kept and path.is_file() and mark.search(path.read_bytes()):
                path.unlink()
                removed.append(path)
        except OSError as error:
            raise CampaignError("sheets.outdated", path=path, error=error) from None
    return removed


def _day_mark(plan: DayPlan) -> str:
    return f"zoufang/{_plain(plan.station.station_id)}/{plan.date.isoformat()}/"


def _plain(text: str) -> str:
    return quote(text, safe="")
