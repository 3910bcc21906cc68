"""Make the pictures of README and docs anew: a crew's sheet, and its map on a phone.

    python scripts/pictures.py

Needs `pdftoppm` (poppler), Chromium with its driver, and the packages of the tests. The example
county is made and planned in a temporary folder; the same program makes the same pictures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pylopdf_fonts_zh_cn
from environment import ROOT
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from optimizer import Campaign, make_example

PICTURES = ROOT / "docs" / "pictures"
CUSTOMERS = 3000
TODAY = "2026-12-01"
ITERATIONS = 20_000
SHEET_DPI = 90
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1.5, "mobile": True}
MOST_BYTES = 300_000


def main() -> None:
    """Plan a day of the example and photograph its fullest crew."""
    missing = [name for name in ("pdftoppm", "chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        sys.exit(f"{', '.join(missing)} must be installed to make the pictures")
    with TemporaryDirectory() as folder:
        sheet, page = planned_day(Path(folder) / "county")
        photograph_sheet(sheet, PICTURES / "sheet.png")
        lend_fonts(Path(folder))
        photograph_page(page, PICTURES / "phone.png")
    for picture in sorted(PICTURES.glob("*.png")):
        size = picture.stat().st_size
        print(f"{picture.relative_to(ROOT)}: {size:,} bytes")
        if size > MOST_BYTES:
            sys.exit(f"{picture.name} is larger than {MOST_BYTES:,} bytes")


def planned_day(folder: Path) -> tuple[Path, Path]:
    """Sheet and phone page of the crew with the most stops on the example's first day."""
    make_example(folder, customers=CUSTOMERS)
    with Campaign(folder, today=TODAY) as county:
        names = ("stations", "areas", "customers", "crews", "leave")
        county.import_files({name: folder / "input" / f"{name}.csv" for name in names})
        county.read_roads(folder / "input" / "roads.osm.pbf")
        county.plan_campaign()
        date = county.next_day()
        (station, *_) = county.stations_on(date)
        plan = county.plan_day(station, date, iterations=ITERATIONS)
        out = county.write_day(plan)
        crew = max(plan.routes, key=lambda route: len(route.stops)).crew_id
    return _only(out, crew, ".pdf"), _only(out, crew, ".html")


def _only(folder: Path, crew: str, suffix: str) -> Path:
    (found,) = [path for path in folder.glob(f"*{suffix}") if crew in path.name]
    return found


def photograph_sheet(sheet: Path, picture: Path) -> None:
    """The sheet's first page."""
    target = ["-singlefile", str(sheet), str(picture.with_suffix(""))]
    subprocess.run(["pdftoppm", "-png", "-r", str(SHEET_DPI), "-l", "1", *target], check=True)


def lend_fonts(folder: Path) -> None:
    """Let the browser find the sheet's font: phones have Chinese ones, this machine need not."""
    font = pylopdf_fonts_zh_cn.sans_path()
    (folder / "fonts").mkdir()
    shutil.copy(font, folder / "fonts")
    os.environ["XDG_DATA_HOME"] = str(folder)


def photograph_page(page: Path, picture: Path) -> None:
    """The page as a phone shows it when it is opened."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for switch in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars"):
        options.add_argument(f"--{switch}")
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    try:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        driver.get(page.as_uri())
        driver.implicitly_wait(5)
        driver.save_screenshot(str(picture))
    finally:
        driver.quit()


if __name__ == "__main__":
    main()
