"""A crew's page against the server: without a network, with one, renewed, opened as a file."""

from __future__ import annotations

import datetime as dt

import pytest
from browsing import DELIVER, Pocket
from conftest import let_in
from desk_world import STATION
from evening_world import FIRST, SECOND, TODAY, day_plan, make_evening
from listening import listening

from optimizer.desk import Campaign, PhoneLinks

KEPT = (
    "const done = arguments[0];"
    "caches.open('zoufang').then(kept => kept.keys()).then(keys => done(keys.length));"
)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    """The server's day is that of the crews."""
    monkeypatch.setenv("ZOUFANG_TODAY", TODAY.isoformat())


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """Two crews are out."""
    folder = make_evening(tmp_path_factory.mktemp("phones") / "county")
    let_in(folder)
    return folder


@pytest.fixture(scope="module")
def links(county):
    """The server's links."""
    book = PhoneLinks(county / "phones.sqlite")
    yield book
    book.close()


def results(county, crew=FIRST):
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, crew, 1)
    return [one.result for row in rows for one in row.records]


def test_a_day_of_a_phone(county, links, tmp_path):
    """Handed in after the door, kept while there is no network, told when the day is renewed."""
    with listening(county) as url:
        phone = Pocket(url, tmp_path)
        try:
            phone.open("/p/" + links.make(STATION, TODAY, FIRST, 1))
            phone.until(lambda: phone.all(".stop"))
            phone.tap(".stop.open .yes")
            assert "1" in phone.says("#handed")
            phone.run(DELIVER)
            phone.until(lambda: "已全部交到" in phone.says("#handed"))
            assert results(county) == ["done"]
            phone.connect(on=False)
            phone.tap(".stop.open .no-one")
            phone.run(DELIVER)
            assert "1 条还没有" in phone.says("#handed")
            phone.connect(on=True)
            phone.run(DELIVER)
            phone.until(lambda: "已全部交到" in phone.says("#handed"))
            assert results(county) == ["done", "nobody_home"]
            phone.tap("#count")
            week = dt.date.today() + dt.timedelta(days=7)  # noqa: DTZ011  (the phone's own clock)
            assert f"请在 {week} 前交回" in phone.text("#hand-in")
            phone.tap("#hand-in .bar button")
            complaints = [text for text in phone.faults() if "DISCONNECTED" not in text]
            assert complaints == []
            _is_renewed(phone, county, links)
        finally:
            phone.driver.quit()


def _is_renewed(phone, county, links) -> None:
    """The chief plans anew while the page is open; the next link carries what was recorded."""
    with Campaign(county) as campaign:
        plan = day_plan(TODAY, {FIRST: [0, 1, 2, 3], SECOND: list(range(25, 50))})
        campaign.register.save_day_plan(plan)
    phone.tap(".stop.open .yes")
    phone.run(DELIVER)
    phone.until(lambda: "第 2 版" in phone.says("#renewed"))
    assert "1 条还没有" in phone.says("#handed")
    phone.open("/p/" + links.make(STATION, TODAY, FIRST, 2))
    phone.until(lambda: "已全部交到" in phone.says("#handed"))
    assert phone.says("#renewed") == ""
    assert results(county) == ["done", "nobody_home", "done"]


def test_a_page_opened_as_a_file_hands_in_too(county, links, tmp_path):
    """The file that came by WeChat: its origin is null, and the server takes its records."""
    with listening(county) as url:
        version = Campaign(county).latest_version(STATION, TODAY.isoformat())
        token = links.make(STATION, TODAY, SECOND, version)
        where = {SECOND: f"{url}/hand-in/{token}"}
        with Campaign(county) as campaign:
            html = campaign.phone_pages(STATION, TODAY.isoformat(), where)[SECOND]
        file = tmp_path / campaign.page_name(SECOND)
        file.write_text(html, encoding="utf-8")
        phone = Pocket(url, tmp_path)
        try:
            phone.driver.get(file.as_uri())
            phone.tap(".stop.open .yes")
            phone.run(DELIVER)
            phone.until(lambda: "已全部交到" in phone.says("#handed"))
            assert results(county, SECOND) == ["done"]
            assert phone.faults() == []
        finally:
            phone.driver.quit()


def test_a_served_page_opens_again_without_a_server(county, links, tmp_path):
    """In the village the browser was closed: the page comes from the phone itself."""
    version = Campaign(county).latest_version(STATION, TODAY.isoformat())
    token = links.make(STATION, TODAY, SECOND, version)
    phone = Pocket("", tmp_path)
    try:
        with listening(county) as url:
            phone.driver.get(f"{url}/p/{token}")
            phone.until(lambda: phone.all(".stop"))
            phone.until(lambda: phone.driver.execute_async_script(KEPT))
        phone.driver.get(f"{url}/p/{token}")
        assert len(phone.all(".stop")) == 25
    finally:
        phone.driver.quit()
