"""The periodical: what a week or month brought, and the ledgers behind it.

`bulletin` counts (every figure is a sum of evidence), `write_bulletin` makes a page, a workbook
and JSON of it; `write_ledgers` and `write_geopackage` hand the register over to spreadsheets and
to QGIS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.atomic_files import whole_file
from optimizer.catalogue import Texts
from optimizer.reports.bulletin_page import page
from optimizer.reports.ledger_workbooks import LAYERS, LEDGERS, write_geopackage, write_ledgers
from optimizer.reports.period import Period
from optimizer.reports.statistics import FIGURES, Bulletin, bulletin
from optimizer.reports.workbook import figures, write_book, write_json

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.catalogue import Lang
    from optimizer.register import Register
    from optimizer.roads import Roads
    from optimizer.settings import Settings

__all__ = [
    "FIGURES",
    "LAYERS",
    "LEDGERS",
    "Bulletin",
    "Period",
    "bulletin",
    "figures",
    "write_bulletin",
    "write_geopackage",
    "write_ledgers",
]


def write_bulletin(
    register: Register,
    settings: Settings,
    period: Period,
    out_dir: Path,
    lang: Lang = "zh",
    *,
    roads: Roads | None = None,
) -> list[Path]:
    """Write a period's bulletin: ``bulletin-<period>.pdf``, ``.xlsx`` and ``.json``.

    Parameters
    ----------
    roads
        Main roads on its map, for orientation.

    Raises
    ------
    CampaignError
        A file cannot be written.
    """
    counted, said = bulletin(register, settings, period), Texts(lang)
    stem = f"bulletin-{period.name}"
    pdf = out_dir / f"{stem}.pdf"
    with whole_file(pdf) as new:
        new.write_bytes(page(counted, settings, register.stations(), said, roads))
    return [
        pdf,
        write_book(counted, out_dir / f"{stem}.xlsx", said),
        write_json(counted, out_dir / f"{stem}.json"),
    ]
