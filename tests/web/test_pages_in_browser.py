"""The desk's pages in a real browser, as a chief with an old PC uses them."""

from __future__ import annotations

import pytest
from browsing import OLD_PC, PHONE, Desk, start_chromium
from conftest import PASSWORD
from desk_world import MONDAY, STATION

DAY = f"/s/{STATION}/{MONDAY}"


@pytest.fixture(scope="module")
def desk(server, tmp_path_factory):
    """A browser; nobody is signed in yet."""
    driver = start_chromium(tmp_path_factory.mktemp("downloads"))
    yield Desk(driver, server)
    driver.quit()


def test_three_clicks_from_signing_in_to_the_printed_sheets(desk):
    """The chief's morning is the measure of everything."""
    desk.size(*OLD_PC)
    desk.sign_in("chief", PASSWORD)
    assert desk.path == f"/s/{STATION}/morning"
    if "2027-01-04" not in desk.text("h1"):
        desk.open(f"/s/{STATION}/morning?date={MONDAY}")
    if not desk.all("#print"):
        desk.until(lambda: desk.all("#outlook .crews li"))
        desk.click("button.go")
    paper = desk.one("#print")
    assert paper.get_attribute("href").endswith("/paper.pdf")
    desk.click("#print")
    assert desk.clicks <= 3
    desk.until(lambda: len(desk.driver.window_handles) == 2)
    desk.driver.switch_to.window(desk.driver.window_handles[1])
    desk.driver.close()
    desk.driver.switch_to.window(desk.driver.window_handles[0])


PAGES = {
    "chief": [
        "/sign-in", f"/s/{STATION}/morning", f"/s/{STATION}/morning?date={MONDAY}",
        f"{DAY}/difference", f"{DAY}/handouts", f"/s/{STATION}/customers/0000000001", "/password",
        f"/s/{STATION}/matters?which=findings", f"/s/{STATION}/matters?which=office",
        f"/s/{STATION}/matters?which=findings",
    ],
    "planner": ["/", "/county", "/county/settings"],
    "admin": ["/people"],
    "auditor": ["/log"],
}  # fmt: skip


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_nobody_is_kept_out_and_nothing_is_asked_of_others(desk, name, lang):
    """Each page at both sizes: no barrier, a quiet console, no other host asked."""
    desk.sign_in(name, PASSWORD)
    desk.faults()
    desk.strangers()
    for path in PAGES[name]:
        desk.open(f"/lang/{lang}")
        for size in (OLD_PC, PHONE):
            desk.size(*size)
            desk.open(path)
            if path == "/county":
                desk.until(lambda: desk.all("#figures table"))
            if "morning" in path:
                desk.until(lambda: desk.all("#outlook .nums"))
            assert desk.barriers() == [], path
            assert desk.run("return document.documentElement.scrollWidth") <= size[0], path
            other = "English" if lang == "zh" else "中文"
            if path != "/sign-in":
                assert other in desk.text("header")
    assert desk.faults() == []
    assert desk.strangers() == []


HEAVIEST_FIRST, HEAVIEST_AFTER = 150_000, 20_000
"""Bytes of a page that is opened for the first time, and of one that is opened again."""


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("chief", f"/s/{STATION}/morning?date={MONDAY}"),
        ("chief", f"{DAY}/board"),
        ("chief", f"/s/{STATION}/evening"),
        ("chief", f"/s/{STATION}/customers/0000000001"),
        ("chief", f"/s/{STATION}/matters?which=findings"),
        ("planner", "/county"),
    ],
)
def test_a_page_is_light_and_soon_seen(desk, name, path):
    """A village's line carries 150 kB in a second or two; what was there is not fetched again."""
    desk.sign_in(name, PASSWORD)
    desk.size(*OLD_PC)
    desk.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    desk.loaded()
    desk.open(path)
    first = desk.loaded()
    painted = []
    for _ in range(3):
        desk.open(path)
        again = desk.loaded()
        painted.append(desk.first_paint_ms())
    assert 0 < first < HEAVIEST_FIRST
    assert 0 < again < HEAVIEST_AFTER
    assert min(painted) < 500


def test_the_search_answers_while_one_types(desk):
    """A customer on the telephone is found before he has spelt his name."""
    desk.size(*OLD_PC)
    desk.sign_in("chief", PASSWORD)
    desk.one(".find input").send_keys("00007")
    desk.until(lambda: "0000000007" in desk.text("#found"))
    desk.click("#found a")
    desk.until(lambda: desk.path.endswith("/customers/0000000007"))
    assert "0000000007" in desk.text("h1")


def test_a_note_and_an_appointment_are_made_on_the_customers_page(desk):
    """What a customer says on the telephone stands in the book at once."""
    desk.sign_in("chief", PASSWORD)
    desk.open(f"/s/{STATION}/customers/0000000009")
    desk.one("form[action$='/note'] input").send_keys("<b>狗很凶</b>")
    desk.click("form[action$='/note'] button")
    desk.until(lambda: "<b>狗很凶</b>" in desk.text())
    field = desk.one("form[action$='/appointment'] [name=date]")
    desk.run("arguments[0].value = '2027-01-05'", field)
    desk.click("form[action$='/appointment'] button")
    desk.until(lambda: "2027-01-05" in desk.text())


def test_a_server_that_is_gone_is_told(desk):
    """A click that did nothing must not look like one that did."""
    desk.sign_in("chief", PASSWORD)
    desk.driver.execute_cdp_cmd("Network.enable", {})
    offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    try:
        desk.driver.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
        desk.one(".find input").send_keys("1")
        desk.until(lambda: desk.one("#offline").is_displayed())
    finally:
        desk.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {**offline, "offline": False, "downloadThroughput": -1, "uploadThroughput": -1},
        )
        desk.faults()
