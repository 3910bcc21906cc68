"""A planner's day in a real browser: from the uploaded files to the certificate."""

from __future__ import annotations

import pytest
from browsing import OLD_PC, PHONE, Desk, start_chromium
from campaign_world import LAT, LON, STEP, write_grid
from conftest import PASSWORD, let_in
from desk_world import STATION, make_county
from listening import listening
from pypdf import PdfReader

from optimizer.desk import Campaign

BEFORE = "2027-01-02"
"""The campaign has not begun."""


@pytest.fixture
def county(tmp_path, monkeypatch):
    """Six households; the plan that stands knows nothing of the seventh."""
    monkeypatch.setenv("ZOUFANG_TODAY", BEFORE)
    return let_in(make_county(tmp_path / "county"))


@pytest.fixture
def desk(county, tmp_path):
    """The planner's browser."""
    with listening(county) as url:
        window = Desk(start_chromium(tmp_path), url)
        window.size(*OLD_PC)
        try:
            window.sign_in("planner", PASSWORD)
            yield window
            assert window.faults() == []
        finally:
            window.driver.quit()


def customers(path, number, lon=LON):
    """A file of so many households, as the company's system exports it."""
    rows = ["account_no,name,kind,station,area,lon,lat"]
    for k in range(number):
        place = f"{lon + STEP * k / 2:.5f},{LAT:.5f}"
        rows.append(f"{k:010d},户{k},household,{STATION},TA1,{place}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def press(desk, form, into):
    """Press a form's button, and wait for its answer."""
    before = desk.one(into).get_attribute("innerHTML")
    desk.one(f"form[hx-post='{form}'] > button").click()
    desk.until(lambda: desk.one(into).get_attribute("innerHTML") not in {before, ""})


def cut(desk, parts):
    """Parts of the page that reach beyond the window, or whose text reaches beyond them."""
    return desk.run(
        "return [...document.querySelectorAll(arguments[0])].filter(one =>"
        " one.getBoundingClientRect().right > innerWidth || one.scrollWidth > one.clientWidth + 1)"
        ".map(one => one.outerHTML)",
        parts,
    )


@pytest.mark.parametrize("size", [OLD_PC, PHONE])
def test_faults_and_changes_are_read_without_scrolling_sideways(desk, tmp_path, size):
    """What to do about a fault stands in its last column: cut off, nobody would find it."""
    desk.size(*size)
    desk.open("/county")
    bad = customers(tmp_path / f"{'a long name ' * 4}bad.csv", 6, lon=113.4)
    text = (
        bad.read_text(encoding="utf-8").replace("户3", "改名").replace("113.40000,", "113.4 east,")
    )
    bad.write_text(text, encoding="utf-8")
    desk.one("[name=customers]").send_keys(str(bad))
    desk.click("[name=skip_bad_rows]")
    press(desk, "/county/import", "#import")
    assert "113.4" in desk.text("#import .faults")
    assert "→" in desk.text("#import .changes")
    assert cut(desk, "#import *, #import") == []
    assert desk.run("return document.documentElement.scrollWidth") <= size[0]
    if size == OLD_PC:
        assert desk.one("#import .faults td:last-child").size["width"] > 300


def test_from_upload_to_certificate(desk, county, tmp_path):
    """A fault leads to its cell; what would change is seen; plan, progress, certificate."""
    desk.open("/county")
    field = desk.one("[name=customers]")
    field.send_keys(str(customers(tmp_path / "bad.csv", 7, lon=999)))
    press(desk, "/county/import", "#import")
    assert "999" in desk.text("#import table")
    assert not desk.all("#import .go")
    desk.open("/county")
    desk.one("[name=customers]").send_keys(str(customers(tmp_path / "good.csv", 7)))
    press(desk, "/county/import", "#import")
    cells = [cell.text for cell in desk.all("#import td.number")]
    assert cells[0] == "1"
    desk.click("#import .go")
    desk.until(lambda: "✓" in desk.text("#import"))
    desk.one("[name=roads]").send_keys(str(write_grid(tmp_path / "county.osm")))
    press(desk, "/county/roads", "#roads")
    desk.click("#roads .go")
    desk.until(lambda: "✓" in desk.text("#roads"))
    press(desk, "/county/campaign", "#renew")
    desk.until(lambda: "排好了" in desk.text("#renew"), seconds=300)
    assert desk.barriers() == []
    desk.click("a[href='/county/certificate.pdf']")
    file = tmp_path / "certificate.pdf"
    desk.until(file.is_file)
    assert "7" in PdfReader(file).pages[0].extract_text()
    with Campaign(county) as campaign:
        assert campaign.register.agenda.planned_visit(f"{6:010d}") is not None
