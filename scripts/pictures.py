"""Make the pictures of README and docs anew: a sheet, a phone page, and the desk in a browser.

    python scripts/pictures.py

Needs `pdftoppm` (poppler), Chromium with its driver, and the packages of the tests. The example
county is made and planned in a temporary folder; the same program makes the same pictures.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pylopdf_fonts_zh_cn
from environment import ROOT
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from optimizer import Campaign, make_example

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES = ROOT / "docs" / "pictures"
CUSTOMERS = 3000
TODAY = "2026-12-01"
ITERATIONS = 20_000
SHEET_DPI = 90
PASSWORD = "Zoufang-2027"  # noqa: S105  (of made-up people)
OLD_PC = {"width": 1366, "height": 768, "deviceScaleFactor": 1, "mobile": False}
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1.5, "mobile": True}
MOST_BYTES = 300_000


def main() -> None:
    """Plan a day of the example and photograph its fullest crew."""
    missing = [name for name in ("pdftoppm", "chromium", "chromedriver") if not shutil.which(name)]
    if missing:
        sys.exit(f"{', '.join(missing)} must be installed to make the pictures")
    with TemporaryDirectory() as folder:
        county = Path(folder) / "county"
        sheet, page = planned_day(county)
        photograph_sheet(sheet, PICTURES / "sheet.png")
        lend_fonts(Path(folder))
        with browser() as driver:
            photograph_page(driver, page, PICTURES / "phone.png")
            photograph_desk(driver, county)
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


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """Chromium without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for switch in ("headless=new", "no-sandbox", "disable-gpu", "hide-scrollbars"):
        options.add_argument(f"--{switch}")
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.implicitly_wait(20)
    try:
        yield driver
    finally:
        driver.quit()


def photograph_page(driver: webdriver.Chrome, page: Path, picture: Path) -> None:
    """The page as a phone shows it when it is opened."""
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    driver.get(page.as_uri())
    driver.save_screenshot(str(picture))


def photograph_desk(driver: webdriver.Chrome, county: Path) -> None:
    """Morning, board, difference and a customer's page, as an old PC shows them to a chief."""
    with Campaign(county, today=TODAY) as campaign:
        date = campaign.next_day().isoformat()
        (station, *_) = campaign.stations_on(date)
        plan = campaign.day_plan(station, date)
        first, second = plan.routes[0].stops[:2]
        account = next(v.account_no for v in plan.visits if v.visit_id == first.visit_id)
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", OLD_PC)
    with serving(county, date) as url:
        driver.get(f"{url}/sign-in")
        for name, value in (("name", "chief"), ("password", PASSWORD)):
            driver.find_element("name", name).send_keys(value)
        driver.find_element("css selector", "button.go").click()
        day = f"{url}/s/{station}/{date}"
        driver.get(f"{url}/s/{station}/morning?date={date}")
        driver.find_element("css selector", "#outlook .crews")
        driver.save_screenshot(str(PICTURES / "morning.png"))
        driver.get(f"{day}/board")
        driver.find_element("css selector", "#board svg")
        time.sleep(2)  # the map's last lines
        driver.save_screenshot(str(PICTURES / "board.png"))
        move_to_tray(driver, day, second.visit_id)
        driver.get(f"{day}/difference")
        driver.save_screenshot(str(PICTURES / "difference.png"))
        driver.get(f"{url}/s/{station}/customers/{account}")
        driver.save_screenshot(str(PICTURES / "customer.png"))


def move_to_tray(driver: webdriver.Chrome, day: str, visit: str) -> None:
    """Take one visit off, so that there is a difference to be shown."""
    wish = {"what": "move", "visits": [visit], "crew": None, "revision": -1}
    driver.execute_async_script(
        "const [path, wish, done] = arguments;"
        "fetch(path, {method: 'POST', body: JSON.stringify(wish),"
        " headers: {'Content-Type': 'application/json'}}).then(done);",
        f"{day}/board/edit",
        wish,
    )


@contextmanager
def serving(county: Path, today: str) -> Iterator[str]:
    """The server over the county with made-up people, as the README starts it."""
    port = "8765"
    command = [sys.executable, "-m", "optimizer", "serve", "-C", str(county), "--demo"]
    environment = os.environ | {"ZOUFANG_TODAY": today}
    with subprocess.Popen([*command, "--port", port], env=environment) as server:
        url = f"http://127.0.0.1:{port}"
        try:
            for _ in range(600):
                with suppress(OSError):
                    urlopen(f"{url}/healthz").close()  # noqa: S310  (our own)
                    break
                time.sleep(0.1)
            yield url
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
