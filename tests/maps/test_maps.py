"""What goes to the phones, as text: complete, closed, small."""

from __future__ import annotations

import datetime as dt
import json
import math
import random
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import paper_world
import pytest
from golden import lines_of

from optimizer.drawing.map_content import Rank, RoadLine
from optimizer.errors import CampaignError
from optimizer.handouts.navigation_links import navigation_link
from optimizer.maps import write_campaign_map, write_day_map, write_maps
from optimizer.model import LonLat
from optimizer.records import CATEGORIES, RESULTS
from optimizer.settings import PhoneSettings, Settings

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture(scope="module")
def usual(tmp_path_factory):
    """The page of a usual day: twenty-two stops."""
    plan = paper_world.valley(stops=22)
    out = tmp_path_factory.mktemp("maps")
    (path,) = write_maps(plan, paper_world.drawing(plan), Settings(), out)
    return plan, path.read_text(encoding="utf-8")


def data_of(page: str) -> dict:
    """What the page's script works on."""
    return json.loads(data_text(page))


def data_text(page: str) -> str:
    """The same as it stands in the page."""
    return re.search(r'id="day">(.*?)</script>', page, re.DOTALL)[1]


def test_every_stop_is_on_the_page_with_and_without_scripts(usual):
    """Some chat apps show a page but run none of its scripts."""
    plan, page = usual
    still = unescape(page.split('<section class="still">')[1].split("</section>")[0])
    stops = data_of(page)["stops"]
    visits = {visit.visit_id: visit for visit in plan.visits}
    assert [stop["id"] for stop in stops] == [stop.visit_id for stop in plan.routes[0].stops]
    for stop in stops:
        visit = visits[stop["id"]]
        assert (stop["name"], stop["phone"]) == (visit.name, visit.phone)
        for part in (visit.name, visit.address, visit.phone, visit.account_no, visit.why):
            assert part in still


def test_a_page_names_every_result_and_category(usual):
    """A button without a word would be pressed by nobody, or for anything."""
    words = data_of(usual[1])["words"]
    results = set(RESULTS) - {"duplicate"}  # which the office finds out
    named = {f"result_{name}" for name in results} | {f"finding_{name}" for name in CATEGORIES}
    assert named <= words.keys()


def test_a_page_asks_nobody_for_anything(usual):
    """A page that waits for a server far away stays white in the village."""
    page = usual[1]
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", page)
    assert not re.search(r"url\((?!#|data:)", page)
    assert "default-src 'none'" in page


def test_a_page_is_small_enough_to_send(usual):
    """Chat apps and old phones take small files gladly."""
    assert len(usual[1].encode()) < 300_000


def test_the_same_plan_makes_the_same_page(usual, tmp_path):
    """Whoever sends a page again must not send another one."""
    plan, page = usual
    (path,) = write_maps(plan, paper_world.drawing(plan), Settings(), tmp_path)
    assert path.read_text(encoding="utf-8") == page


# ---- an independent implementation of the shifts, in plain arithmetic ----------------------------
# After the formulas as they circulate since 2010: written from them alone, to check `datum`.


def _wobble(x: float) -> float:
    return 20 * (math.sin(6 * math.pi * x) + math.sin(2 * math.pi * x)) * 2 / 3


def gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Mars coordinates of WGS-84 ones."""
    x, y = lon - 105, lat - 35
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += _wobble(x)
    north += (20 * math.sin(math.pi * y) + 40 * math.sin(math.pi * y / 3)) * 2 / 3
    north += (160 * math.sin(math.pi * y / 12) + 320 * math.sin(math.pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += _wobble(x)
    east += (20 * math.sin(math.pi * x) + 40 * math.sin(math.pi * x / 3)) * 2 / 3
    east += (150 * math.sin(math.pi * x / 12) + 300 * math.sin(math.pi * x / 30)) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    phi = math.radians(lat)
    w = 1 - ee * math.sin(phi) ** 2
    lat_per_m = 180 * w * math.sqrt(w) / (a * (1 - ee) * math.pi)
    lon_per_m = 180 * math.sqrt(w) / (a * math.cos(phi) * math.pi)
    return lon + east * lon_per_m, lat + north * lat_per_m


def bd09(lon: float, lat: float) -> tuple[float, float]:
    """Baidu's coordinates of WGS-84 ones."""
    x, y = gcj02(lon, lat)
    k = math.pi * 3000 / 180
    r = math.hypot(x, y) + 0.00002 * math.sin(y * k)
    angle = math.atan2(y, x) + 0.000003 * math.cos(x * k)
    return r * math.cos(angle) + 0.0065, r * math.sin(angle) + 0.006


@pytest.mark.parametrize("place", [(113.4941, 27.6601), (116.3912, 39.9075), (87.6, 43.8)])
def test_navigation_leads_to_the_door(place):
    """Half a kilometre off is another village: each app gets the datum that it thinks in."""
    wanted = {"amap": gcj02(*place), "tencent": gcj02(*place), "baidu": bd09(*place), "geo": place}
    for app, (lon, lat) in wanted.items():
        link = navigation_link(app, LonLat(*place), "7")
        first, second = (float(x) for x in re.search(r"(\d+\.\d{6}),(\d+\.\d{6})", link).groups())
        found = (first, second) if app == "amap" else (second, first)
        assert abs(found[0] - lon) < 2e-6, link
        assert abs(found[1] - lat) < 2e-6, link


def test_links_carry_no_name(usual):
    """Whose door it is, is nobody's business at a map maker's."""
    plan, page = usual
    for stop in data_of(page)["stops"]:
        for link in stop["links"].values():
            assert link.isascii()
            assert stop["account"] not in link
    assert len(plan.visits) > 20


def test_masked_pages_keep_secrets(tmp_path):
    """A page that is shown around must not carry everybody's phone."""
    plan = paper_world.valley(stops=3)
    visits = tuple(replace(visit, name="李建国", phone="13812345678") for visit in plan.visits)
    plan = replace(plan, visits=visits)
    drawing = paper_world.drawing(plan)
    (path,) = write_maps(plan, drawing, Settings(), tmp_path, mask=True)
    chief = write_day_map(plan, drawing, Settings(), tmp_path / "day.html", mask=True)
    for page in (path.read_text(encoding="utf-8"), chief.read_text(encoding="utf-8")):
        assert "李**" in page
        assert "建国" not in page
        assert "13812345678" not in page
        assert "tel:" not in data_text(page)


def test_a_page_carries_its_own_crew_only(tmp_path):
    """A lost phone should lose one day of one crew, not the county."""
    plan = paper_world.valley(stops=3, crews=2)
    first, second = write_maps(plan, paper_world.drawing(plan), Settings(), tmp_path)
    page, other = first.read_text(encoding="utf-8"), data_of(second.read_text(encoding="utf-8"))
    assert all(stop["account"] not in page for stop in other["stops"])


@pytest.mark.parametrize("tiles", ["amap", "tianditu", "osm"])
def test_tiles_are_asked_for_by_a_setting_alone(tmp_path, usual, tiles):
    """The policy of a page names whom it may ask for pictures: nobody, or one maker."""
    assert 'img-src data: blob:">' in usual[1]
    settings = Settings(phone=PhoneSettings(tiles=tiles, tianditu_key="abc"))
    plan = paper_world.valley(stops=2)
    (path,) = write_maps(plan, paper_world.drawing(plan), settings, tmp_path)
    page = path.read_text(encoding="utf-8")
    host = {"amap": "autonavi.com", "tianditu": "tianditu.gov.cn", "osm": "openstreetmap.org"}
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    assert host[tiles] in policy
    assert (data_of(page)["shift"] is not None) == (tiles == "amap")


def test_a_page_reads_as_it_did(tmp_path):
    """The golden data of a day of four stops; a wanted change is copied over it."""
    plan = paper_world.valley(stops=4)
    (path,) = write_maps(plan, paper_world.drawing(plan), Settings(), tmp_path)
    data = data_of(path.read_text(encoding="utf-8"))
    assert {key: value for key, value in data.items() if key != "words"} == json.loads(
        (GOLDEN / "phone.json").read_text(encoding="utf-8")
    )


def readable(page: str) -> str:
    """What a page's script works on but its words, on many lines."""
    data = {key: value for key, value in data_of(page).items() if key != "words"}
    return json.dumps(data, ensure_ascii=False, indent=1)


def test_a_days_map_reads_as_it_did(tmp_path):
    """The golden data of a station's day of two crews."""
    plan = paper_world.valley(stops=3, crews=2)
    path = write_day_map(plan, paper_world.drawing(plan), Settings(), tmp_path / "ST01.html")
    got, kept = lines_of(GOLDEN / "day.json", readable(path.read_text(encoding="utf-8")))
    assert got == kept


def test_a_dense_town_still_fits(tmp_path):
    """In a town the streets are drawn coarser and fewer, until the page can be sent."""
    plan = paper_world.valley(stops=40)
    drawing = paper_world.drawing(plan)
    dice = random.Random(1)
    streets = []
    for _ in range(30_000):
        x, y = dice.uniform(-4000, 4000), dice.uniform(-4000, 4000)
        points = [paper_world.lonlat(x + dx * 20, y + dice.uniform(-30, 30)) for dx in range(5)]
        streets.append(RoadLine(Rank.VILLAGE, "", np.array(points)))
    drawing = replace(drawing, lines=(*drawing.lines, *streets))
    (path,) = write_maps(plan, drawing, Settings(), tmp_path)
    assert path.stat().st_size < 300_000


class Book:
    """A register as small as the campaign's map needs: one station, four areas."""

    def stations(self):
        return pd.DataFrame({"station": ["S1"], "name": ["泗汾供电所"], "lon": 113.5, "lat": 27.66})

    def areas(self):
        return pd.DataFrame({"area": list("ABCD"), "name": ["甲台区", "乙台区", "丙台区", ""]})

    def customers(self, station):  # noqa: ARG002
        rows = [
            (f"{area}{number}", area, "visited" if area == "A" or number == 0 else "open",
             113.5 + 0.01 * column + 0.001 * number, 27.66 + 0.0005 * number * (number % 2))
            for column, area in enumerate("ABCD") for number in range(4)
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=["account_no", "area", "status", "lon", "lat"])

    def territories(self):
        return pd.DataFrame(), pd.DataFrame()

    def block_visits(self, station):  # noqa: ARG002
        # B was due in February, C in March (and once more in May), D is in no block.
        return pd.DataFrame(
            {
                "account_no": ["B1", "B2", "B3", "C1", "C2"],
                "date": ["2027-02-10", "2027-02-10", "2027-04-01", "2027-03-20", "2027-05-01"],
                "crew": ["C001", "C001", "C002", "C002", "C002"],
            }
        )


class NoRoads:
    """A network without a road."""

    places = ()

    def named_lines(self, bbox):  # noqa: ARG002
        return iter(())


def test_the_campaigns_map_tells_the_state_of_each_area(tmp_path):
    """A chief sees in a second which villages are late: A is done, B late, C due, D forgotten."""
    path = write_campaign_map(
        Book(), NoRoads(), Settings(), "S1", tmp_path / "c.html", today=dt.date(2027, 3, 2)
    )
    data = data_of(path.read_text(encoding="utf-8"))
    states = {
        layer["label"]: [area["title"] for area in layer["areas"]] for layer in data["layers"]
    }
    assert states == {"逾期": ["乙台区"], "本月": ["丙台区"], "未安排": ["D"], "完成": ["甲台区"]}
    late = data["layers"][0]["areas"][0]
    assert late["text"] == "4 户，已走访 1 户 · 下次 2027年2月10日 星期三，C001 组"
    with pytest.raises(CampaignError, match="no station S9"):
        write_campaign_map(
            Book(), NoRoads(), Settings(), "S9", tmp_path / "c.html", today=dt.date(2027, 3, 2)
        )


def test_the_campaigns_map_reads_as_it_did(tmp_path):
    """The golden data of a campaign's map: shapes, sentences, colours."""
    path = write_campaign_map(
        Book(), NoRoads(), Settings(), "S1", tmp_path / "c.html", today=dt.date(2027, 3, 2)
    )
    got, kept = lines_of(GOLDEN / "campaign.json", readable(path.read_text(encoding="utf-8")))
    assert got == kept


def test_a_page_that_cannot_be_written_is_told_in_a_sentence(tmp_path):
    """A full disk or a folder of somebody else: the chief is told which file, and what to do."""
    plan = paper_world.valley(stops=2)
    drawing = paper_world.drawing(plan)
    blocked = tmp_path / "C001.html"
    blocked.mkdir()
    with pytest.raises(CampaignError, match=r"C001\.html cannot be written: close it"):
        write_maps(plan, drawing, Settings(), tmp_path)
    with pytest.raises(CampaignError, match="cannot be written"):
        write_day_map(plan, drawing, Settings(), blocked)


@pytest.mark.parametrize("on_duty", [True, False])
def test_a_crew_taken_off_the_day_keeps_no_page(tmp_path, on_duty):
    """Else two crews go to one door, each led there by a phone."""
    plan = paper_world.valley(stops=2, crews=2)
    drawing = paper_world.drawing(plan)
    _, second = write_maps(plan, drawing, Settings(), tmp_path)
    write_day_map(plan, drawing, Settings(), tmp_path / "ST01.html")
    (tmp_path / "C009.html").write_text("<p>of somebody else</p>", encoding="utf-8")
    before = {path.name for path in tmp_path.iterdir()}
    crews = plan.crews if on_duty else plan.crews[:1]
    changed = replace(plan, crews=crews, routes=plan.routes[:1], version=2)
    write_maps(changed, drawing, Settings(), tmp_path)
    assert before - {path.name for path in tmp_path.iterdir()} == {second.name}
