"""A clerk's evening in a real browser: 25 rows without a mouse, whatever the network does."""

from __future__ import annotations

import time

import pytest
from browsing import OLD_PC, PHONE
from conftest import PASSWORD, let_in, serving
from desk_browser import BACKSPACE, DOWN, ENTER, ESCAPE, TAB, UP, Typist
from desk_world import STATION
from evening_world import FIRST, ROWS, SECOND, TODAY, YESTERDAY, account, make_evening
from field_world import export, record

from optimizer.desk import Campaign

EVENING = f"/s/{STATION}/evening"
SHEET = f"{EVENING}/{TODAY}/{FIRST}"
MOST_KEYS = 40
HUMAN_S = 0.12
"""A hand presses some eight keys a second."""


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """The campaign's folder."""
    folder = make_evening(tmp_path_factory.mktemp("evening") / "county")
    let_in(folder)
    return folder


@pytest.fixture(scope="module")
def served(county):
    """Where it is served."""
    with serving(county, TODAY.isoformat()) as url:
        yield url


@pytest.fixture(scope="module")
def desk(served, tmp_path_factory):
    """The clerk's browser."""
    window = Typist(served, tmp_path_factory.mktemp("downloads"))
    window.sign_in("clerk", PASSWORD)
    yield window
    window.close()


@pytest.fixture(autouse=True)
def _calm(request):
    """No page says anything on the console."""
    yield
    if "desk" in request.fixturenames:
        assert request.getfixturevalue("desk").faults() == []


def reported(county, crew=FIRST, date=TODAY):
    """The results that count, by row."""
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, date, crew)
    return {row.row: [one.result for one in row.records] for row in rows if row.records}


def count(county):
    with Campaign(county) as campaign:
        return len(campaign.register.ledgers.records(undone=True))


def opened(desk, path=SHEET):
    desk.open(path)
    desk.until(lambda: desk.all("#rows tbody tr"))


def settled(desk):
    """All rows have been answered for."""
    desk.until(lambda: not desk.one("#unsent").is_displayed())


def state(desk, row):
    return desk.run("return document.querySelector(arguments[0]).textContent", f"#row-{row} .state")


def test_a_clerk_begins_with_the_crews_that_are_back(desk):
    """Today's and yesterday's crews as tiles, and the balance with one click to what is missing."""
    desk.open("/")
    assert desk.driver.current_url.endswith(EVENING)
    tiles = [node.text for node in desk.all(".crewtiles a")]
    assert len(tiles) == 3
    assert "0/25" in tiles[0]
    assert "还没有回来" in tiles[0]
    assert desk.barriers() == []
    desk.one("#missing").click()
    desk.until(lambda: SHEET in desk.driver.current_url)


def test_25_rows_take_at_most_40_keys_beyond_text(desk, county):
    """Three nobody home, one refused, one finding repaired, an opinion; the rest at one stroke."""
    opened(desk)
    begun, desk.keys = time.monotonic(), 0

    def hand(*keys):
        for key in keys:
            desk.press(key)
            time.sleep(HUMAN_S)

    hand(ENTER, ENTER, "2", ENTER, ENTER, "1", TAB)
    desk.type("3 厨房")
    hand(TAB, " ", ENTER, "2", ENTER, "3", ENTER, "1", TAB, TAB, TAB, TAB, TAB, TAB)
    desk.type("希望晚上来")
    hand(ENTER, ENTER, ENTER, "2", ENTER, "r")
    desk.say_yes()
    settled(desk)
    assert desk.keys <= MOST_KEYS
    assert time.monotonic() - begun < 60
    results = reported(county)
    assert len(results) == ROWS
    failed = {row: some for row, some in results.items() if some != ["done"]}
    nobody = ["nobody_home"]
    assert failed == {3: nobody, 6: nobody, 7: ["refused"], 11: nobody}
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, FIRST)
    assert rows[4].records[0].findings == ({"category": "rcd", "repaired": True, "note": "厨房"},)
    assert rows[7].records[0].opinion == "希望晚上来"
    assert "✓" in desk.text("#missing")


def test_the_form_s_ticks_become_part_of_the_opinion(desk, county):
    """Five digits as they stand on the paper form; what is good asks for nothing."""
    opened(desk)
    desk.press("g", "2", "0", ENTER, *[TAB] * 6)
    desk.type("电压不稳")
    desk.press(TAB)
    desk.type("3112")
    desk.press(ENTER)
    settled(desk)
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, FIRST)
    said = "电压不稳；供电质量：不满意；服务态度：满意；抢修速度：满意；抄表收费：一般"
    assert rows[19].records[0].opinion == said
    opened(desk)
    assert desk.one("#row-20 [name=opinion]").get_attribute("value") == "电压不稳"
    assert desk.one("#row-20 [name=ticks]").get_attribute("value") == "3112"
    desk.press("g", "2", "1", ENTER, *[TAB] * 7)
    desk.type("11113")
    desk.press(ENTER)
    assert "意见表没有“11113”" in state(desk, 21)
    desk.press(BACKSPACE, "1", ENTER)
    settled(desk)
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, FIRST)
        matters = campaign.opinions(None, STATION)["text"].tolist()
    assert rows[20].records[-1].opinion.endswith("抄表收费：满意；安全用电检查：合格")
    assert [text for text in matters if "：" in text] == [
        "电压不稳；供电质量：不满意；抄表收费：一般"
    ]


def test_of_two_findings_one_is_repaired(desk, county):
    """A star behind a number; the tick behind them is for all of them."""
    opened(desk)
    desk.press("g", "2", "2", ENTER, TAB)
    desk.type("2* 3 门口")
    desk.press(ENTER)
    settled(desk)
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, FIRST)
    findings = rows[21].records[-1].findings
    assert [(one["category"], one["repaired"]) for one in findings] == [
        ("wiring", True),
        ("rcd", False),
    ]
    opened(desk)
    assert desk.one("#row-22 [name=codes]").get_attribute("value") == "2* 3 门口"
    assert not desk.one("#row-22 [name=repaired]").is_selected()


@pytest.mark.parametrize("size", [OLD_PC, PHONE], ids=["old PC", "phone"])
def test_nobody_is_kept_from_typing(desk, size):
    """No barrier on a sheet, which is as wide as the window at a desk."""
    desk.size(*size)
    opened(desk)
    assert desk.barriers() == []
    assert desk.run("return document.documentElement.scrollWidth") <= size[0]
    desk.size(*OLD_PC)


def test_a_correction_is_stored_as_a_new_record(desk, county):
    """A clerk goes back by row number, types another digit, and the last one counts."""
    opened(desk)
    before = count(county)
    desk.press("g", "9", ENTER, "2", ENTER)
    settled(desk)
    assert reported(county)[9] == ["nobody_home"]
    assert count(county) == before + 1
    desk.press("g")
    desk.type(account(8))
    desk.press(ENTER, "1", DOWN, UP, ESCAPE)
    settled(desk)
    assert reported(county)[9] == ["done"]


def test_rows_survive_a_lost_connection_and_a_closed_window(desk, county):
    """A power cut at the station: what was typed is sent once, when there is a network again."""
    sheet = f"{EVENING}/{TODAY}/{SECOND}"
    opened(desk, sheet)
    desk.press("1", ENTER)
    settled(desk)
    desk.connect(on=False)
    desk.press("2", ENTER, "1", ENTER, UP, "3", ENTER)
    desk.until(lambda: "没有网络" in state(desk, 2))
    assert reported(county, SECOND) == {1: ["done"]}
    desk.driver.get("about:blank")
    desk.connect(on=True)
    desk.open(EVENING)
    desk.until(lambda: not desk.one("#waiting").is_displayed())
    desk.until(lambda: len(reported(county, SECOND)) == 3)
    assert reported(county, SECOND) == {1: ["done"], 2: ["nobody_home"], 3: ["refused"]}
    opened(desk, sheet)
    assert "已存" in state(desk, 3)


def test_rows_are_never_sent_under_another_s_name(desk, county):
    """Two clerks share a PC: what one has typed waits until she is signed in again."""
    sheet = f"{EVENING}/{TODAY}/{SECOND}"
    opened(desk, sheet)
    own = desk.driver.get_cookie("zoufang")
    desk.driver.execute_script("window.open('about:blank')")
    first, second = desk.driver.window_handles
    desk.driver.switch_to.window(second)
    desk.sign_in("chief", PASSWORD)
    desk.driver.switch_to.window(first)
    before = count(county)
    desk.press("g", "2", "5", ENTER, "4", ENTER)
    desk.until(lambda: "登录的是别人" in state(desk, 25))
    desk.driver.switch_to.window(second)
    desk.open(EVENING)
    assert not desk.one("#waiting").is_displayed()
    assert count(county) == before
    desk.driver.delete_all_cookies()
    desk.driver.add_cookie(own)
    desk.driver.close()
    desk.driver.switch_to.window(first)
    settled(desk)
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, SECOND)
    assert [(one.result, one.who) for one in rows[24].records] == [("moved", "clerk")]
    assert all("409" in text for text in desk.faults())


def test_an_answer_that_was_lost_is_no_second_record(desk, county):
    """The server has stored the row, the page has not heard of it, and sends it again."""
    opened(desk, f"{EVENING}/{TODAY}/{SECOND}")
    before = count(county)
    desk.driver.execute_script(
        "const real = window.fetch; let lost = 1;"
        "window.fetch = async (...all) => { const answer = await real(...all);"
        " if (lost-- > 0) throw new TypeError('cut'); return answer; };"
    )
    desk.press("1", ENTER)
    desk.until(lambda: "没有网络" in state(desk, 4))
    settled(desk)
    assert count(county) == before + 1
    assert "已存" in state(desk, 4)


def test_two_clerks_on_one_sheet_see_each_other(desk, county, served, tmp_path):
    """Who comes second is asked; each answer is one click, and nothing is overwritten unseen."""
    sheet = f"{EVENING}/{TODAY}/{SECOND}"
    opened(desk, sheet)
    other = Typist(served, tmp_path)
    try:
        other.sign_in("chief", PASSWORD)
        opened(other, sheet)
        other.press("g", "6", ENTER, "1", ENTER, "2", ENTER)
        settled(other)
        desk.press("g", "6", ENTER, "2", ENTER, "1", ENTER)
        desk.until(lambda: "chief 已录" in state(desk, 6))
        assert reported(county, SECOND)[6] == ["done"]
        theirs, mine = "#row-6 .state button:nth-of-type(2)", "#row-7 .state button"
        desk.until(lambda: desk.all(mine))
        desk.one(theirs).click()
        desk.one(mine).click()
        settled(desk)
        desk.until(lambda: reported(county, SECOND)[7] == ["done"])
        assert reported(county, SECOND)[6] == ["done"]
        assert desk.one("#row-6 [name=result]").get_attribute("value") == "1"
        assert other.faults() == []
    finally:
        other.close()


def test_rows_in_a_range_get_one_result(desk, county):
    """Rain: nobody came to the door from row 10 to row 14."""
    opened(desk, f"{EVENING}/{TODAY}/{SECOND}")
    before = reported(county, SECOND)
    desk.one("[name=first]").send_keys("10")
    desk.one("[name=last]").send_keys("14", ENTER)
    desk.say_yes()
    settled(desk)
    new = {row: some for row, some in reported(county, SECOND).items() if row not in before}
    assert new == {key: ["nobody_home"] for key in range(10, 15)}


def test_wide_digits_are_digits(desk, county):
    """A clerk whose Chinese input method is on types １ and ２＊ and does not see a difference."""
    opened(desk)
    desk.press("g", "2", "3", ENTER)
    cells = {"result": "１", "codes": "２＊ ３ 门口（左）", "ticks": "１１３"}
    desk.run(
        "for (const [name, text] of Object.entries(arguments[0]))"
        " document.querySelector(`#row-23 [name=${name}]`).value = text",
        cells,
    )
    desk.press(ENTER)
    settled(desk)
    with Campaign(county, today=TODAY) as campaign:
        _, rows = campaign.evening_rows(STATION, TODAY, FIRST)
    record = rows[22].records[-1]
    assert [(one["category"], one["repaired"], one["note"]) for one in record.findings] == [
        ("wiring", True, "门口（左）"),
        ("rcd", False, "门口（左）"),
    ]
    assert record.opinion == "供电质量：满意；服务态度：满意；抢修速度：不满意"


def test_a_row_survives_the_page_and_what_cannot_be_is_asked_about(desk, county):
    """Who goes on by the address bar has left the row, too; a mistyped one is not lost unasked."""
    opened(desk)
    desk.press("g", "2", "4", ENTER, "2")
    opened(desk)
    settled(desk)
    assert reported(county)[24] == ["nobody_home"]
    desk.press("g", "2", "4", ENTER, "9")
    assert "没有结果“9”" in state(desk, 24)
    desk.press(TAB)
    desk.type("77")
    assert desk.run(
        "const leaving = new Event('beforeunload', { cancelable: true });"
        " window.dispatchEvent(leaving); return leaving.defaultPrevented"
    )
    assert "没有问题编号 77" in state(desk, 24)
    desk.press(ESCAPE)


def test_what_cannot_be_is_said_and_stays_in_the_row(desk, county):
    """No finding 12, no opinion without a result: the cursor stays, nothing is stored."""
    opened(desk, f"{EVENING}/{YESTERDAY}/{FIRST}")
    desk.press("1", TAB)
    desk.type("12")
    desk.press(ENTER)
    assert "没有问题编号 12" in state(desk, 1)
    assert reported(county, date=YESTERDAY) == {}
    desk.press(BACKSPACE, ENTER)
    settled(desk)
    assert reported(county, date=YESTERDAY) == {1: ["done"]}


def test_phone_and_paper_that_differ_are_settled_by_the_chief(desk, county, served, tmp_path):
    """Agreement is one line; a contradiction shows both, and who may settle it does so there."""
    with Campaign(county, today=TODAY) as campaign:
        said = [record(account(number), day=YESTERDAY) for number in (51, 52)]
        list(campaign.take_records(campaign.read_records(texts=[export(*said)])))
    sheet = f"{EVENING}/{YESTERDAY}/{FIRST}"
    opened(desk, sheet)
    assert "手机" in state(desk, 2)
    desk.press("g", "3", ENTER, "2", ENTER)
    settled(desk)
    desk.until(lambda: "矛盾" in state(desk, 3))
    assert desk.one("#conflicts").is_displayed()
    chief = Typist(served, tmp_path)
    try:
        chief.sign_in("chief", PASSWORD)
        opened(chief, sheet)
        next(node for node in chief.all("#row-3 .state button") if "纸上" in node.text).click()
        chief.until(lambda: "矛盾" not in state(chief, 3))
        assert reported(county, date=YESTERDAY)[3] == ["nobody_home"]
    finally:
        chief.close()
