"""The phone page in a real browser of a phone's size, with the network off."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import paper_world
import pytest
import segno
from segno import encoder
from tools import need

from optimizer.datum import from_wgs84
from optimizer.maps import write_day_map, write_maps
from optimizer.model import LonLat
from optimizer.records.parsing import read_records, read_text
from optimizer.settings import PhoneSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.chrome.service import Service  # noqa: E402  (after the check)

PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}
HOSTILE = (
    "<script>window.hit=1</script>",
    "</script><img src=x onerror=window.hit=1>",
    "\"'`><b>x</b>",
    "{{7*7}} {% x %} ${1}",
    "Endless" * 30,
    "李𠮷😀",
    "محمد علي",
    "\u202eabc",
)


class Phone:
    """A browser that shows one page at a time."""

    def __init__(self, driver, downloads: Path) -> None:
        self.driver, self.downloads = driver, downloads

    def open(self, path: Path) -> None:
        """Show a page as a first-time visitor sees it."""
        if self.driver.current_url.startswith("file:"):
            self.leave()
        self.driver.get(path.as_uri())

    def leave(self) -> None:
        """Close a page, whatever it kept forgotten."""
        self.run("try { localStorage.clear() } catch (error) {}")
        self.driver.get("about:blank")

    def run(self, script: str, *values):
        return self.driver.execute_script(script, *values)

    def all(self, selector: str):
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector: str) -> list[str]:
        return [node.text for node in self.all(selector)]

    def tap(self, selector: str, text: str = "") -> None:
        """Touch the first thing that fits, scrolled into view as a thumb would."""
        node = next(node for node in self.all(selector) if text in node.text)
        self.run("arguments[0].scrollIntoView({block:'center'})", node)
        node.click()

    def record(self, selector: str, text: str = "") -> None:
        """Touch a result, and wait until the page takes the next one."""
        self.tap(selector, text)
        time.sleep(0.5)

    def records(self) -> list[dict]:
        stored = self.run(
            "return Object.keys(localStorage).filter(k => k.split('/').length === 4)"
            ".map(k => localStorage.getItem(k))[0]"
        )
        return json.loads(stored)["records"] if stored else []

    def errors(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        events = [
            json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")
        ]
        return [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def until(self, found, seconds: float = 5.0):
        end = time.monotonic() + seconds
        while not (value := found()) and time.monotonic() < end:
            time.sleep(0.02)
        assert value, "nothing happened"
        return value


def start_browser(downloads: Path, *, scripts: bool = True):
    """Debian's Chromium without a window and without a network."""
    chromium, chromedriver = need("chromium", "chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{switch}")
    prefs = {"download.default_directory": str(downloads)}
    if not scripts:
        prefs["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", prefs)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(chromedriver))
    driver.execute_cdp_cmd("Network.enable", {})
    driver.execute_cdp_cmd(
        "Network.emulateNetworkConditions",
        {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0},
    )
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    return driver


@pytest.fixture(scope="module")
def phone(tmp_path_factory):
    """A phone without a network."""
    downloads = tmp_path_factory.mktemp("downloads")
    driver = start_browser(downloads)
    yield Phone(driver, downloads)
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages of a short day, a usual day, a day of strangers, and one over shifted tiles."""
    out = tmp_path_factory.mktemp("pages")
    short, usual = paper_world.valley(stops=4), paper_world.valley(stops=22)
    one, long = paper_world.valley(stops=1), paper_world.valley(stops=40)
    odd = paper_world.valley(stops=len(HOSTILE))
    odd = replace(
        odd,
        visits=tuple(
            replace(visit, name=text, address=text, phone=text, why=text, check=text)
            for visit, text in zip(odd.visits, (*HOSTILE, "x"), strict=True)
        ),
    )
    shifted = Settings(phone=PhoneSettings(tiles="amap"))
    made = {}
    for name, plan, settings in (
        ("short", short, Settings()),
        ("one", one, Settings()),
        ("long", long, Settings()),
        ("usual", usual, Settings()),
        ("odd", odd, Settings()),
        ("shifted", short, shifted),
    ):
        (made[name],) = write_maps(plan, paper_world.drawing(plan), settings, out / name)
    (made["english"],) = write_maps(
        usual, paper_world.drawing(usual), Settings(), out / "english", "en"
    )
    plan = paper_world.valley(stops=6, crews=3)
    made["chief"] = write_day_map(plan, paper_world.drawing(plan), Settings(), out / "day.html")
    return made


def test_the_page_opens_without_asking_anybody(phone, pages):
    """In the village there is no network: whatever the page needs is in it."""
    phone.leave()
    phone.requests()
    phone.errors()
    phone.open(pages["usual"])
    assert set(phone.requests()) <= {pages["usual"].as_uri(), "about:blank"}
    assert phone.errors() == []
    timing = "const t = performance.timing; return t.domContentLoadedEventEnd - t.navigationStart"
    assert phone.run(timing) < 3000
    assert len(phone.all(".stop")) == 22
    assert len(phone.all(".leaflet-overlay-pane path")) >= 5


def test_the_next_stop_stands_first_and_open(phone, pages):
    """Two people in the rain should not have to look for where to go."""
    phone.open(pages["usual"])
    first = phone.all(".stop")[0]
    assert "open" in first.get_attribute("class")
    assert "郭桂兰" in first.text
    assert "13884203556" in first.text
    hrefs = [link.get_attribute("href") for link in phone.all(".stop.open a")]
    assert hrefs[0] == "tel:13884203556"
    assert [href.split(":")[0] for href in hrefs[1:]] == ["https", "https", "https", "geo"]


def test_one_tap_records_and_survives_a_flat_battery(phone, pages):
    """Nobody home is what most doors say: it takes one tap, and is kept at once."""
    phone.open(pages["short"])
    phone.record(".no-one")
    assert phone.texts("#count") == ["1/4 交回"]
    assert phone.texts(".stop.open .no") == ["2"]
    phone.driver.refresh()
    assert phone.texts("#count") == ["1/4 交回"]
    assert phone.texts(".stop.was .outcome") == ["没人"]
    (record,) = phone.records()
    assert (record["row"], record["result"], record["undoes"]) == (1, "nobody_home", None)
    assert len(record["at"]) == len("2027-03-02T09:41:05+08:00")


def resized(phone, width: int, height: int) -> None:
    """Another phone: so wide and so high."""
    size = PHONE | {"width": width, "height": height}
    phone.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


OUTSIDE = """
    return Array.from(document.querySelectorAll('.stop.open a, .stop.open button, .bar button'))
        .filter(function (node) {
            var box = node.getBoundingClientRect();
            return box.left < 0 || box.right > innerWidth || box.width < 44 || box.height < 44;
        }).map(function (node) { return node.textContent; });
"""
LIES_OVER = """
    var toast = document.querySelector('.toast').getBoundingClientRect();
    return Array.from(document.querySelectorAll('.stop.open a, .stop.open button, #count'))
        .filter(function (node) {
            var box = node.getBoundingClientRect();
            return box.top < toast.bottom && box.bottom > toast.top;
        }).map(function (node) { return node.textContent; });
"""


@pytest.mark.parametrize("lang", ["usual", "english"])
def test_a_small_phone_shows_every_button(phone, pages, lang):
    """A cheap phone is 360 wide: no button is cut off, too small, or under what was just said."""
    resized(phone, 360, 640)
    try:
        phone.open(pages[lang])
        assert phone.run(OUTSIDE) == []
        phone.record(".no-one")
        assert phone.run(LIES_OVER) == []
    finally:
        resized(phone, PHONE["width"], PHONE["height"])


def test_handing_in_is_answered(phone, pages):
    """Whoever copies the text must see that it is copied: the word may not lie under the panel."""
    phone.open(pages["short"])
    phone.record(".yes")
    phone.tap("#count")
    phone.tap("#copy")
    phone.until(lambda: phone.all(".toast") and not phone.all(".toast button"))
    assert phone.run(
        "var box = document.querySelector('.toast').getBoundingClientRect();"
        "return !!document.elementFromPoint(box.left + 20, box.top + 20).closest('.toast');"
    )


def test_a_double_tap_records_one_stop(phone, pages):
    """After a tap the next stop stands under the thumb."""
    phone.open(pages["short"])
    phone.run("document.querySelector('.yes').click(); document.querySelector('.yes').click()")
    assert phone.texts("#count") == ["1/4 交回"]


def test_undo_brings_a_stop_back(phone, pages):
    """A wet thumb slips."""
    phone.open(pages["short"])
    phone.record(".yes")
    phone.tap(".toast button")
    assert phone.texts("#count") == ["0/4 交回"]
    assert phone.texts(".stop.open .no") == ["1"]
    assert phone.records() == []
    phone.driver.refresh()
    assert phone.texts("#count") == ["0/4 交回"]


def test_a_record_that_has_left_is_undone_by_another(phone, pages):
    """What the station may have read already is corrected, not forgotten."""
    phone.open(pages["short"])
    phone.record(".yes")
    phone.tap("#count")
    phone.tap("#scan")
    phone.until(lambda: phone.all("#code svg"))
    phone.tap("#hand-in .bar button")
    phone.tap(".stop.was .head")
    phone.tap(".stop.open button", "撤销")
    first, second = phone.records()
    assert (second["undoes"], second["result"]) == (first["id"], "")
    phone.record(".no-one")
    assert [record["result"] for record in phone.records()] == ["done", "", "nobody_home"]


def test_nobody_home_is_a_call_and_no_visit(phone, pages):
    """A crew that met nobody at one of two doors has visited one, and the page says so."""
    phone.open(pages["short"])
    phone.record(".no-one")
    phone.record(".yes")
    assert phone.texts(".group") == ["已上门 2 户，走访到 1 户"]
    phone.tap("#count")
    assert phone.texts("#hand-in h2") == ["共 4 户：已上门 2 户，走访到 1 户"]


def test_a_corrected_result_replaces_the_first(phone, pages):
    """Nobody home in the morning, somebody home at noon: one visit, the later word counts."""
    phone.open(pages["short"])
    phone.record(".no-one")
    phone.tap(".stop.was .head")
    phone.record(".stop.open .yes")
    first, second = phone.records()
    assert (second["undoes"], second["result"]) == (first["id"], "done")
    assert phone.texts("#count") == ["1/4 交回"]


def fill_in(phone: Phone) -> None:
    """A stop with two findings, a repaired breaker and an opinion; then three plain ones."""
    phone.tap(".stop.open .body button", "问题")
    phone.tap(".chips button", "低电压")
    phone.tap(".chips button", "漏保")
    phone.tap(".chips button", "漏保")
    phone.tap(".piece button", "+")
    phone.all("textarea")[0].send_keys('电压低 "晚上" <b>')
    phone.record(".stop.open .yes")
    phone.record(".no-one")
    phone.record(".stop.open .more button", "拒访")
    phone.record(".stop.open .more button", "拆除")


def check_entries(reading) -> None:
    """What `fill_in` recorded, as the station's reader sees it."""
    assert reading.faults == []
    assert reading.remarks == []
    assert [entry.result for entry in reading.entries] == [
        "done", "nobody_home", "refused", "demolished",
    ]  # fmt: skip
    assert [entry.row for entry in reading.entries] == [1, 2, 3, 4]
    first = reading.entries[0]
    assert [(f.category, f.repaired) for f in first.findings] == [
        ("low_voltage", False), ("rcd", True),
    ]  # fmt: skip
    assert first.opinion == '电压低 "晚上" <b>'
    assert first.repaired == {"fuse": 1}
    assert (first.station, first.crew, first.date) == ("ST01", "C001", "2027-03-02")


def test_the_file_of_the_day_is_read_by_the_station(phone, pages):
    """The phone writes what the station reads: the two are tested against each other."""
    phone.open(pages["short"])
    fill_in(phone)
    phone.tap("#count")
    phone.tap("#save")
    path = phone.downloads / "zoufang-ST01-C001-2027-03-02.json"
    phone.until(path.exists)
    check_entries(read_records(path))
    path.unlink()


@pytest.mark.parametrize("squeezes", [True, False])
def test_the_text_of_the_day_is_read_by_the_station(phone, pages, squeezes):
    """Where files cannot be sent, text can; old browsers cannot compress it."""
    phone.open(pages["short"])
    if not squeezes:
        phone.run("window.CompressionStream = undefined")
    phone.run("document.execCommand = () => false")
    fill_in(phone)
    phone.tap("#count")
    phone.tap("#copy")
    text = phone.until(lambda: phone.run("return document.getElementById('packed').value"))
    check_entries(read_text(text))


def test_codes_on_the_screen_hold_the_day(phone, pages):
    """A day that is too long for one code takes several, in any order."""
    phone.open(pages["short"])
    phone.run("window.CompressionStream = undefined")
    fill_in(phone)
    phone.tap("#count")
    phone.tap("#scan")
    phone.until(lambda: phone.all("#code button"))
    count = int(phone.texts("#code p")[0].split("/")[1])
    assert count > 1
    parts = []
    for number in range(1, count + 1):
        wanted = f"{number} / {count}"
        phone.until(lambda wanted=wanted: phone.texts("#code p") == [wanted])
        parts.append(phone.all("#code")[0].get_attribute("data-text"))
        phone.tap("#code button")
    check_entries(read_text("\n".join(reversed(parts))))


def test_codes_are_those_of_another_maker(phone, pages, monkeypatch):
    """Our drawing of QR codes is checked against segno's, dot by dot."""
    # segno adds a needless zero byte where the text ends on a byte; both are valid codes.
    monkeypatch.setattr(
        encoder,
        "write_padding_bits",
        lambda buff, _, length: buff.extend([0] * (-length % 8)),
    )
    phone.open(pages["short"])
    for length in (1, 17, 78, 230, 300, 858):
        text = "ZF1:" + "a-Z_9" * 200
        ours = phone.run(
            "return qrMatrix(arguments[0], 2).map(row => row.map(Number))", text[:length]
        )
        theirs = segno.make(
            text[:length].encode(), error="l", mode="byte", boost_error=False, micro=False, mask=2
        )
        assert ours == [list(row) for row in theirs.matrix], length


def test_records_outlive_a_browser_that_keeps_nothing(phone, pages):
    """Some chat apps show a page but let it keep nothing: then its address does."""
    script = phone.driver.execute_cdp_cmd(
        "Page.addScriptToEvaluateOnNewDocument",
        {
            "source": "Object.defineProperty(window, 'localStorage',"
            "{get() { throw new Error('denied') }})"
        },
    )
    try:
        phone.driver.get("about:blank")
        phone.driver.get(pages["short"].as_uri())
        assert phone.all("#unkept")[0].is_displayed()
        phone.record(".no-one")
        phone.driver.refresh()
        assert phone.texts("#count") == ["1/4 交回"]
    finally:
        phone.driver.execute_cdp_cmd(
            "Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]}
        )


def test_what_strangers_write_stays_text(phone, pages):
    """Names come from files that anybody may have typed."""
    phone.leave()
    phone.errors()
    phone.open(pages["odd"])
    assert phone.errors() == []
    assert phone.run("return window.hit") is None
    names = phone.texts(".stop .name")
    for name, text in zip(names, HOSTILE, strict=True):
        assert name.split("\n")[0].startswith(text.replace("\u202e", "")[:40]), text
    wide = "return document.documentElement.scrollWidth"
    assert phone.run(wide) <= PHONE["width"]
    still = phone.run("return document.querySelector('.still').textContent")
    assert all(text.replace("\u202e", "")[:40] in still for text in HOSTILE)


def test_thumbs_find_every_button(phone, pages):
    """Gloves and rain: nothing to tap is smaller than 44 pixels."""
    phone.open(pages["usual"])
    phone.tap(".stop.open .body button", "问题")
    small = phone.run(
        "return [...document.querySelectorAll('button, a.button')].map(b => [b.textContent,"
        " b.getBoundingClientRect()]).filter(([, r]) => r.height && r.height < 44)"
        ".map(([text, r]) => text + r.height)"
    )
    assert small == []


def stand_at(phone: Phone, place: LonLat) -> None:
    """Let the phone know where it is."""
    phone.driver.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["geolocation"]})
    phone.driver.execute_cdp_cmd(
        "Emulation.setGeolocationOverride",
        {"latitude": place.lat, "longitude": place.lon, "accuracy": 20},
    )


def drawn_at(phone: Phone, selector: str) -> LonLat:
    """Where a mark lies on the live map."""
    lat, lon = phone.run(
        "const found = Object.values(map_day._layers).find(l => l.getElement && l.getLatLng &&"
        " l.getElement() && l.getElement().querySelector(arguments[0]));"
        "const p = found.getLatLng(); return [p.lat, p.lng]",
        selector,
    )
    return LonLat(lon, lat)


def test_records_tell_where_they_were_made(phone, pages):
    """The position is that of the satellites, whatever tiles lie beneath the map."""
    door = paper_world.lonlat(300, 400)
    for name, datum in (("short", "wgs84"), ("shifted", "gcj02")):
        phone.open(pages[name])
        stand_at(phone, door)
        phone.tap("#gps")
        phone.until(lambda: phone.all(".me"))
        drawn = drawn_at(phone, ".me")
        lon, lat = from_wgs84(door.lon, door.lat, datum)
        assert abs(drawn.lon - lon) * 98_600 < 1
        assert abs(drawn.lat - lat) * 110_900 < 1
        phone.record(".yes")
        record = phone.records()[0]
        assert (record["lon"], record["lat"]) == (round(door.lon, 6), round(door.lat, 6))


def test_the_way_begins_at_the_station_and_passes_the_stops(phone, pages):
    """The map's lines are made again from the still picture: they must lie where they lay."""
    for name in ("short", "shifted"):
        phone.open(pages[name])
        home = drawn_at(phone, ".home")
        lat, lon = phone.run(
            "const way = Object.values(map_day._layers).find(l => l.options.className === 'leg');"
            "const p = way.getLatLngs()[0][0]; return [p.lat, p.lng]"
        )
        assert abs(lat - home.lat) * 111_000 < 3
        assert abs(lon - home.lon) * 98_600 < 3


def seen(phone: Phone, selector: str) -> dict[str, float]:
    """Where a mark stands on the map, its rim included, and how much the map holds of it."""
    return phone.run(
        "const box = document.querySelector(arguments[0]).getBoundingClientRect(),"
        " map = document.querySelector('#stage').getBoundingClientRect(),"
        " tools = document.querySelector('#tools').getBoundingClientRect();"
        "return {x: (box.left + box.right) / 2 - map.left, y: (box.top + box.bottom) / 2 - map.top,"
        " whole: box.left > map.left + 5 && box.right < map.right - 5 && box.top > map.top + 5 &&"
        " box.bottom < map.bottom - 5 && !(box.right > tools.left && box.top < tools.bottom)}",
        selector,
    )


WAY_IS_SEEN = (
    "const way = Object.values(map_day._layers).find(l => l.options.className === 'leg');"
    "return map_day.getBounds().contains(way.getBounds())"
)


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", ["one", "short", "usual", "long"])
def test_the_map_opens_on_the_whole_way(phone, pages, name, turned):
    """In the morning a crew asks where it goes: the station, the first door, all of the way."""
    size = {**PHONE, "width": 844, "height": 390} if turned else PHONE
    phone.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        phone.open(pages[name])
        phone.run("localStorage.clear()")
        phone.driver.refresh()
        assert phone.run(WAY_IS_SEEN)
        assert seen(phone, ".home")["whole"]
        assert seen(phone, ".pin.now")["whole"]
    finally:
        phone.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)


def test_at_the_door_the_map_shows_the_next_one(phone, pages):
    """Between two doors the whole way says nothing: the next door and those around it do."""
    phone.open(pages["usual"])
    phone.record(".no-one")
    for _ in ("at once", "opened again"):
        pin = seen(phone, ".pin.now")
        assert pin["whole"]
        assert abs(pin["x"] - 0.45 * PHONE["width"]) < 40
        assert phone.texts(".pin.now") == ["2"]
        assert {"1", "3", "4"} <= {*phone.texts(".pin:not(.far)")}
        phone.driver.refresh()
    phone.tap("#fit")
    assert phone.run(WAY_IS_SEEN)
    phone.tap("#fit")
    assert seen(phone, ".pin.now")["whole"]
    assert not phone.run(WAY_IS_SEEN)


def test_a_map_that_was_moved_stays_where_it_is(phone, pages):
    """A finger knows better than the page; only the next door is brought to the edge."""
    phone.open(pages["usual"])
    phone.run("map_day.getContainer().dispatchEvent(new Event('touchstart'))")
    zoom = phone.run("map_day.setZoom(13, {animate: false}); return map_day.getZoom()")
    phone.record(".no-one")
    assert phone.run("return map_day.getZoom()") == zoom
    assert seen(phone, ".pin.now")["whole"]


def test_the_chiefs_map_shows_and_hides_crews(phone, pages):
    """A chief asks of one crew at a time where it is."""
    phone.leave()
    phone.errors()
    phone.open(pages["chief"])
    assert phone.errors() == []
    assert len(phone.all(".layer")) == 3
    every = len(phone.all(".pin"))
    phone.tap(".about", "C002")
    assert len(phone.all(".pin")) == every / 3
    assert len(phone.all(".layer.off")) == 2
    phone.tap(".about", "C002")
    assert len(phone.all(".pin")) == every


def test_without_scripts_the_route_still_shows(pages, tmp_path):
    """WeChat's preview and iOS show pages without running them."""
    driver = start_browser(tmp_path, scripts=False)
    try:
        driver.get(pages["usual"].as_uri())
        assert driver.find_element("css selector", ".still svg").is_displayed()
        items = driver.find_elements("css selector", ".still li")
        assert len(items) == 22
        assert items[0].is_displayed()
        assert not driver.find_element("id", "wide").is_displayed()
    finally:
        driver.quit()
