"""Photographs on a crew's page against the server: without a network, twice, on two phones."""

from __future__ import annotations

import pytest
from browsing import DELIVER, Pocket
from desk_world import STATION
from evening_world import FIRST, SECOND, TODAY, day_plan
from listening import listening
from pictures_taken import camera_file

from optimizer.desk import Campaign
from optimizer.desk.photographs import jpeg_size

NO_STORAGE = "Object.defineProperty(window, 'indexedDB', {value: undefined});"
KEPT = (
    "const done = arguments[0];"
    "caches.open('zoufang').then(kept => kept.keys()).then(keys => done(keys.length));"
)
METER = 4
"""The place of the meter among the categories."""


@pytest.fixture
def pocket(tmp_path):
    """Phones, which are switched off in the end."""
    phones = []

    def take_out(url):
        phones.append(Pocket(url, tmp_path))
        return phones[-1]

    yield take_out
    for phone in phones:
        phone.driver.quit()


def find(phone, file, shots=1):
    """At the open door the meter is wrong: photographs are taken, then it is done."""
    phone.tap(".stop.open .body > .row:last-child button")
    phone.tap(f".chips button:nth-child({METER})")
    for number in range(1, shots + 1):
        before = len(phone.all(".shot img, .shot .sent"))
        phone.one(".camera input").send_keys(str(file(number)))
        phone.until(lambda before=before: len(phone.all(".shot img, .shot .sent")) > before)


def deliver(phone):
    phone.run(DELIVER)
    phone.until(
        lambda: "已全部交到" in phone.says("#handed") and "照片" not in phone.says("#handed")
    )


def taken(county):
    with Campaign(county) as campaign:
        return [
            (one.account_no, one.category, campaign.photograph_path(one.digest).read_bytes())
            for one in campaign.photographs()
        ]


def test_photographs_of_a_day(county, links, pocket, tmp_path):
    """Taken without a network, kept over a closed page, small, once, by a new link too."""

    def file(number):
        return camera_file(tmp_path / f"{number}.png", seed=number)

    with listening(county) as url:
        phone = pocket(url)
        phone.open("/p/" + links.make(STATION, TODAY, FIRST, 1))
        phone.until(lambda: phone.driver.execute_async_script(KEPT))
        assert phone.says("#unphotographed") == ""
        phone.connect(on=False)
        find(phone, file, shots=2)
        assert "照片" not in phone.says("#handed"), "a door that is not done hands nothing in"
        phone.tap(".stop.open .yes")
        assert "2 张照片还没有交到" in phone.says("#handed")
        phone.tap("#count")
        assert "二维码里没有照片" in phone.text("#hand-in")
        phone.driver.refresh()
        phone.until(lambda: "2 张照片还没有交到" in phone.says("#handed"))
        phone.connect(on=True)
        deliver(phone)
        deliver(phone)
        first = taken(county)
        assert len(first) == 2
        assert {category for _, category, _ in first} == {"meter"}
        assert all(len(content) <= 200_000 for *_, content in first)
        assert min(max(jpeg_size(content)) for *_, content in first) >= 600
        _from_another_phone(county, links, pocket(url), file)
        _over_a_new_version(county, links, phone, file)
        assert [
            text for text in phone.faults() if "DISCONNECTED" not in text and "410" not in text
        ] == []


def _from_another_phone(county, links, phone, file) -> None:
    """The second phone of the crew stands at another door."""
    phone.open("/p/" + links.make(STATION, TODAY, FIRST, 1))
    phone.until(lambda: phone.all(".stop"))
    phone.run("document.querySelectorAll('.stop')[5].querySelector('.head').click()")
    find(phone, file)
    phone.tap(".stop.open .yes")
    deliver(phone)
    assert len({account for account, *_ in taken(county)}) == 2


def _over_a_new_version(county, links, phone, file) -> None:
    """What was photographed on the old page goes with the new link."""
    find(phone, file)
    with Campaign(county) as campaign:
        plan = day_plan(TODAY, {FIRST: [0, 1, 2, 5], SECOND: list(range(25, 50))})
        campaign.register.save_day_plan(plan)
    phone.tap(".stop.open .yes")
    phone.run(DELIVER)
    phone.until(lambda: "第 2 版" in phone.says("#renewed"))
    assert "1 张照片还没有交到" in phone.says("#handed")
    phone.open("/p/" + links.make(STATION, TODAY, FIRST, 2))
    deliver(phone)
    assert len(taken(county)) == 4


def test_a_browser_that_keeps_no_photographs_says_so_before_the_first_door(
    county, links, pocket, tmp_path
):
    """A crew must know it before the picture is gone; while the page is open it is handed in."""
    with listening(county) as url:
        phone = pocket(url)
        phone.driver.execute_cdp_cmd(
            "Page.addScriptToEvaluateOnNewDocument", {"source": NO_STORAGE}
        )
        phone.open("/p/" + links.make(STATION, TODAY, FIRST, 1))
        phone.until(lambda: "存不住照片" in phone.says("#unphotographed"))
        find(phone, lambda number: camera_file(tmp_path / f"{number}.png"))
        phone.tap(".stop.open .yes")
        deliver(phone)
        assert len(taken(county)) == 1
