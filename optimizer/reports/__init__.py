"""What is reported: the bulletin of a week or month, the ledgers behind it, the certificate.

`bulletin` counts (every figure is a sum of evidence), `write_bulletin` makes a page, a workbook
and JSON of it; `write_ledgers` and `write_geopackage` hand the register over to spreadsheets and
to QGIS; `certificate_page` prints the account of a campaign.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.atomic_files import whole_file
from optimizer.catalogue import Texts
from optimizer.reports.bulletin_page import bulletin_pdf
from optimizer.reports.evidence import FIGURES
from optimizer.reports.geopackage import LAYERS, write_geopackage
from optimizer.reports.ledger_workbooks import LEDGERS, write_ledgers
from optimizer.reports.period import Period
from optimizer.reports.statistics import Bulletin, bulletin
from optimizer.reports.workbook import figures, write_json, write_workbook

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
        new.write_bytes(bulletin_pdf(counted, settings, register.stations(), said, roads))
    return [
        pdf,
        write_workbook(counted, out_dir / f"{stem}.xlsx", said),
        write_json(counted, out_dir / f"{stem}.json"),
    ]
