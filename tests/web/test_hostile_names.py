"""Names that somebody has chosen with care: on every page they are names and nothing else."""

from __future__ import annotations

import pytest
from browsing import OLD_PC, Desk, start_chromium
from conftest import PASSWORD, let_in
from desk_world import MONDAY, STATION, make_county

from optimizer.desk import Campaign

HOSTILE = (
    "<script>window.hit=1</script>",
    "</script><img src=x onerror=window.hit=1>",
    "\"'`><svg onload=window.hit=1>",
    "{{7*7}} {% x %} ${1}",
    "Endless" * 30,
    "\u202eabc",
)
NOTE = "<img src=x onerror=window.hit=1>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve households with such names; the day is planned, one has a note."""
    path = make_county(tmp_path_factory.mktemp("hostile") / "county", households=12, names=HOSTILE)
    with Campaign(path, today="2027-01-03") as campaign:
        campaign.plan_day(STATION, MONDAY, iterations=50)
        campaign.add_note("0000000001", NOTE)
    return let_in(path)


@pytest.fixture(scope="module")
def desk(server, tmp_path_factory):
    """The chief at an old PC."""
    driver = start_chromium(tmp_path_factory.mktemp("downloads"))
    browser = Desk(driver, server)
    browser.size(*OLD_PC)
    browser.sign_in("chief", PASSWORD)
    yield browser
    driver.quit()


@pytest.mark.parametrize(
    "path",
    [
        f"/s/{STATION}/morning?date={MONDAY}",
        f"/s/{STATION}/{MONDAY}/board",
        f"/s/{STATION}/{MONDAY}/difference",
        f"/s/{STATION}/{MONDAY}/handouts",
        f"/s/{STATION}/matters?which=findings",
        *(f"/s/{STATION}/customers/000000000{k}" for k in range(len(HOSTILE))),
    ],
)
def test_a_name_runs_nothing_and_breaks_no_page(desk, path):
    """A customer's name is the one thing on the page that strangers write."""
    desk.open(path)
    desk.until(lambda: desk.run("return document.readyState") == "complete")
    desk.run("return new Promise(done => setTimeout(done, 300))")
    assert desk.run("return window.hit") is None
    assert desk.run("return document.documentElement.scrollWidth") <= OLD_PC[0]
    assert [fault for fault in desk.faults() if "favicon" not in fault] == []
