"""A desk's browser: Debian's Chromium without a window, at the size of an old PC or a phone."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from importlib import resources
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from tools import need

if TYPE_CHECKING:
    from pathlib import Path

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.common.exceptions import StaleElementReferenceException  # noqa: E402
from selenium.webdriver.chrome.service import Service  # noqa: E402  (after the check)

OLD_PC, PHONE = (1366, 768), (390, 844)
DELIVER = "document.dispatchEvent(new Event('visibilitychange'))"
"""Has a phone's page hand in at once."""


def start_chromium(downloads: Path):
    """A browser that is told where files go and whose console can be read."""
    chromium, chromedriver = need("chromium", "chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
        "disable-background-networking",
        "no-first-run",
    ):
        options.add_argument(f"--{switch}")
    options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(chromedriver))


class Desk:
    """A browser that is signed in to a server."""

    def __init__(self, driver, server: str) -> None:
        self.driver, self.server = driver, server
        self.clicks = 0

    def size(self, width: int, height: int) -> None:
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def open(self, path: str) -> None:
        self.driver.get(self.server + path)

    @property
    def path(self) -> str:
        """Where it is, without the server."""
        return self.driver.current_url.removeprefix(self.server)

    def sign_in(self, name: str, password: str) -> None:
        self.driver.delete_all_cookies()
        self.open("/sign-in")
        self.one("[name=name]").send_keys(name)
        self.one("[name=password]").send_keys(password)
        self.click("button.go")
        self.until(lambda: "/sign-in" not in self.path)

    def run(self, script: str, *values):
        return self.driver.execute_script(script, *values)

    def all(self, selector: str):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str):
        return self.until(lambda: self.all(selector))[0]

    def click(self, selector: str) -> None:
        self.one(selector).click()
        self.clicks += 1

    def text(self, selector: str = "body") -> str:
        return self.one(selector).text

    def until(self, found, seconds: float = 60.0):
        """Wait until something is so, and give it back."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with suppress(StaleElementReferenceException):
                if value := found():
                    return value
            time.sleep(0.03)
        raise AssertionError("nothing happened")

    def faults(self) -> list[str]:
        """What the console complains of."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def strangers(self) -> list[str]:
        """Requests to other hosts than the server."""
        urls = [
            event["params"]["request"]["url"]
            for event in self.events()
            if event["method"] == "Network.requestWillBeSent"
        ]
        own = urlsplit(self.server).netloc
        return [
            url
            for url in urls
            if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != own
        ]

    def loaded(self) -> int:
        """Bytes that came over the network since it was asked last."""
        time.sleep(0.6)
        return sum(
            int(event["params"]["encodedDataLength"])
            for event in self.events()
            if event["method"] == "Network.loadingFinished"
        )

    def first_paint_ms(self) -> float:
        """When the page that is open was first seen, from the wish for it on."""
        return self.until(
            lambda: self.run(
                "const seen = performance.getEntriesByName('first-contentful-paint')[0];"
                "return seen ? seen.startTime : 0"
            )
        )

    def events(self) -> list[dict]:
        """What the browser has to tell of the network since it was asked last."""
        return [
            json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        ]

    def barriers(self) -> list[str]:
        """What axe finds that keeps somebody out, by rule and place."""
        script = (resources.files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8")
        self.run(script)
        found = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations));"
        )
        return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]


class Pocket(Desk):
    """A phone in a pocket: no name, a network that comes and goes."""

    def __init__(self, server, downloads) -> None:
        super().__init__(start_chromium(downloads), server)
        self.size(*PHONE)
        self.driver.execute_cdp_cmd("Network.enable", {})

    def tap(self, selector: str) -> None:
        """Touch a result, and wait until the page takes the next one."""
        node = self.one(selector)
        self.run("arguments[0].scrollIntoView({block:'center'})", node)
        node.click()
        time.sleep(0.6)

    def connect(self, *, on: bool) -> None:
        self.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": not on, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    def says(self, selector: str) -> str:
        return self.run(
            "const one = document.querySelector(arguments[0]);"
            "return one && !one.hidden ? one.textContent : ''",
            selector,
        )
