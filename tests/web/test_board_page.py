"""The chief's board in a real browser: every kind of move, by mouse, keys and menu."""

from __future__ import annotations

import random
import subprocess
from dataclasses import replace
from importlib import resources
from itertools import chain
from pathlib import Path

import pytest
from board_hands import Caller, Hands
from browsing import OLD_PC, PHONE, Desk, start_chromium
from conftest import PASSWORD
from desk_world import CREWS, MONDAY, STATION
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select
from tools import need

from optimizer.desk import Campaign

DAY = f"/s/{STATION}/{MONDAY}"
FIRST, SECOND = CREWS


@pytest.fixture(scope="module")
def caller(server):
    """The planner, who works on the same day; it is planned first."""
    planner = Caller(server, "planner", PASSWORD, DAY)
    if planner.client.get(f"{DAY}/board.json").status_code != 200:
        planner.plan(STATION, CREWS)
    yield planner
    planner.client.close()


@pytest.fixture(scope="module")
def browser(server, tmp_path_factory):
    """A browser in which the chief is signed in."""
    driver = start_chromium(tmp_path_factory.mktemp("board"))
    desk = Desk(driver, server)
    desk.size(*OLD_PC)
    desk.sign_in("chief", PASSWORD)
    yield desk
    driver.quit()


@pytest.fixture
def hands(browser, caller):
    """The board as it is printed but for one thing: the second crew has three of the stops."""
    caller.drop()
    browser.size(*OLD_PC)
    own = [visit for stops in caller.stops().values() for visit in stops]
    caller.edit(what="move", visits=own[:3], crew=SECOND, after=0)
    caller.edit(what="move", visits=own[3:], crew=FIRST, after=0)
    browser.faults()
    browser.strangers()
    made = Hands(browser, caller)
    made.open()
    yield made
    assert [fault for fault in browser.faults() if " 409 " not in fault] == []
    assert browser.strangers() == []


def test_a_stop_is_dragged_within_its_crew(hands):
    """The commonest change: this one first, then that one."""
    before = hands.shown(FIRST)
    hands.drag(hands.row(before[0]), hands.row(before[2]), 12)
    after = hands.shown(FIRST)
    assert after != before
    assert sorted(after) == sorted(before)
    assert after.index(before[0]) in {1, 2}


def test_while_it_is_dragged_its_price_is_told_and_nothing_is_changed(hands):
    """A chief sees minutes, kilometres and broken rules before letting go."""
    before = hands.caller.board()
    stop = hands.shown(FIRST)[0]
    target = hands.row(hands.shown(SECOND)[0])
    hands.drag(hands.row(stop), target, release=False)
    note = hands.desk.until(lambda: "分" in hands.desk.text("#float") and hands.desk.text("#float"))
    assert "公里" in note
    assert SECOND in note
    assert hands.caller.board()["revision"] == before["revision"]
    hands.mouse().release().perform()
    hands.settle()
    assert stop in hands.shown(SECOND)


def test_a_stop_is_dragged_to_the_tray_and_back(hands):
    """What is taken off stays in sight and comes back the same way."""
    stop = hands.shown(FIRST)[1]
    hands.drag(hands.row(stop), hands.desk.one("#tray .chips"))
    assert stop in hands.shown()
    hands.drag(hands.row(stop), hands.row(hands.shown(SECOND)[1]))
    assert stop in hands.shown(SECOND)
    assert stop not in hands.shown()


def test_a_stop_of_the_time_line_is_dragged_to_another_crew(hands):
    """The time line is where a chief sees who has room."""
    stop = hands.shown(FIRST)[0]
    bar = hands.desk.one(f"#time [data-visit='{stop}'] rect")
    hands.drag(bar, hands.desk.one(f"#time [data-drop='{SECOND}'] svg"), 4)
    assert stop in hands.shown(SECOND)


def test_a_whole_route_is_dragged_to_another_crew_and_given_back_by_the_menu(hands):
    """A crew that cannot go: one hold of the hand, not twenty."""
    everybody = sorted(hands.shown(FIRST) + hands.shown(SECOND))
    hands.drag(
        hands.desk.one(f"[data-grip='{FIRST}'] h2"), hands.desk.one(f"ol[data-list='{SECOND}']")
    )
    assert hands.shown(FIRST) == []
    assert sorted(hands.shown(SECOND)) == everybody
    hands.desk.click(f"[data-menu='{SECOND}']")
    hands.desk.click("#crew-items button:nth-child(2)")
    hands.desk.until(lambda: sorted(hands.shown(FIRST)) == everybody)


def test_several_are_chosen_with_ctrl_and_shift_and_moved_together(hands):
    """A hamlet is moved, not a household."""
    stops = hands.shown(FIRST)
    hands.row(stops[0]).click()
    hands.mouse().key_down(Keys.SHIFT).click(hands.row(stops[2])).key_up(Keys.SHIFT).perform()
    assert hands.chosen() == set(stops[:3])
    hands.mouse().key_down(Keys.CONTROL).click(hands.row(stops[1])).key_up(Keys.CONTROL).perform()
    assert hands.chosen() == {stops[0], stops[2]}
    hands.drag(hands.row(stops[0]), hands.row(hands.shown(SECOND)[1]))
    assert {stops[0], stops[2]} <= set(hands.shown(SECOND))
    assert stops[1] in hands.shown(FIRST)


def test_a_lasso_on_the_map_chooses_doors(hands):
    """Who knows the village draws round it."""
    hands.desk.click("#lasso")
    area = hands.desk.one("#map")
    wide, high = area.size["width"] // 2 - 4, area.size["height"] // 2 - 4
    hand = hands.mouse().move_to_element_with_offset(area, -wide, high).click_and_hold()
    for x, y in ((-wide, -high + 90), (-60, -high + 90), (wide - 50, -high + 90), (wide, high)):
        hand.move_to_element_with_offset(area, x, y)
    hand.release().perform()
    everybody = set(hands.shown(FIRST) + hands.shown(SECOND))
    hands.desk.until(lambda: len(hands.chosen() & everybody) > 1)
    hands.keys(Keys.ESCAPE)
    assert hands.chosen() == set()


def test_list_map_time_line_and_card_show_one_choice(hands):
    """Which bar is which house is never a riddle."""
    stop = hands.shown(FIRST)[1]
    hands.mouse().click(hands.desk.one(f"#time [data-visit='{stop}'] rect")).perform()
    assert hands.chosen() == {stop}
    assert "chosen" in hands.desk.one(f"#map [data-visit='{stop}']").get_attribute("class")
    other = hands.shown(FIRST)[2]
    hands.desk.run(
        "document.querySelector(`#map [data-visit='${arguments[0]}'] span`).click()", other
    )
    assert hands.chosen() == {other}
    assert "A3" in hands.desk.text("#card")


def test_all_is_done_by_keys(hands):
    """Who has no mouse, or a bad hand, changes a day as well."""
    stops = hands.shown(FIRST)
    hands.row(stops[0]).click()
    hands.keys(Keys.ARROW_DOWN)
    assert hands.chosen() == {stops[1]}
    hands.keys(Keys.ARROW_DOWN, alt=True)
    hands.desk.until(lambda: hands.shown(FIRST)[2] == stops[1])
    hands.keys(Keys.ARROW_UP, alt=True)
    hands.desk.until(lambda: hands.shown(FIRST)[1] == stops[1])
    hands.keys(Keys.ARROW_RIGHT, alt=True)
    hands.desk.until(lambda: stops[1] in hands.shown(SECOND))
    hands.keys(Keys.DELETE)
    hands.desk.until(lambda: stops[1] in hands.shown())
    hands.keys("z", ctrl=True)
    hands.desk.until(lambda: stops[1] in hands.shown(SECOND))
    hands.keys("y", ctrl=True)
    hands.desk.until(lambda: stops[1] in hands.shown())
    hands.settle()


def test_the_move_menu_puts_a_stop_at_a_position(hands):
    """M, a crew, a position, Enter; the price is told before."""
    stop = hands.shown(FIRST)[0]
    hands.row(stop).click()
    hands.keys("m")
    hands.desk.until(lambda: hands.desk.one("#move").is_displayed())
    Select(hands.desk.one("#move-crew")).select_by_value(SECOND)
    Select(hands.desk.one("#move-after")).select_by_value("1")
    hands.desk.until(lambda: "公里" in hands.desk.text("#move-costs"))
    hands.desk.click("#move button[value=go]")
    hands.desk.until(lambda: hands.shown(SECOND)[1:2] == [stop])


def test_visit_time_and_crew_are_locked_and_freed(hands):
    """What a chief has promised by telephone is not moved by the next plan."""
    stop = hands.shown(FIRST)[0]
    visit = lambda: hands.caller.board()["visits"][stop]  # noqa: E731
    hands.row(stop).click()
    was = visit()["pinned_crew"]
    hands.keys("l")
    hands.desk.until(lambda: (visit()["pinned_crew"] is None) != (was is None))
    hands.settle()
    hands.desk.click("#card .act button:nth-child(3)")
    hands.desk.until(lambda: visit()["pinned_s"] is not None)
    hands.desk.until(lambda: "锁定在" in hands.row(stop).get_attribute("textContent"))
    hands.desk.click(f"[data-menu='{FIRST}']")
    hands.desk.click("#crew-items button:first-child")
    hands.desk.until(lambda: hands.desk.all(f"[data-drop='{FIRST}'] .head .lock"))
    assert hands.caller.board()["crews"][0]["locked"]


def test_an_ill_crew_gives_up_its_stops_and_comes_back(hands):
    """At 7:40 the telephone rings: he is ill; at 7:55 he comes after all."""
    stops = set(hands.shown(SECOND))
    hands.desk.click(f"[data-menu='{SECOND}']")
    hands.desk.click("#crew-items button:last-child")
    hands.desk.until(lambda: stops <= set(hands.shown()))
    assert "不能去" in hands.desk.text(f"#columns [data-drop='{SECOND}'] .head")
    hands.desk.click(f"[data-menu='{SECOND}']")
    hands.desk.click("#crew-items button:last-child")
    hands.desk.until(lambda: not hands.caller.board()["crews"][1]["absent"])
    hands.settle()


def test_steps_are_undone_by_name_after_a_reload(hands):
    """A browser that is closed by mistake has forgotten nothing."""
    before = hands.shown(SECOND)
    hands.row(hands.shown(FIRST)[0]).click()
    hands.keys(Keys.ARROW_RIGHT, alt=True)
    hands.desk.until(lambda: len(hands.shown(SECOND)) == len(before) + 1)
    hands.open()
    assert SECOND in hands.desk.text("#undo")
    hands.desk.click("#undo")
    hands.desk.until(lambda: hands.shown(SECOND) == before)
    assert SECOND in hands.desk.text("#redo")
    hands.settle()


@pytest.mark.parametrize("mine", [True, False])
def test_of_two_chiefs_the_later_sees_both_and_chooses(hands, mine):
    """Nobody's work is lost to a slower click."""
    a, b = hands.shown(FIRST)[:2]
    hands.caller.edit(what="move", visits=[a], crew=SECOND, after=0)
    hands.row(b).click()
    hands.keys(Keys.ARROW_RIGHT, alt=True)
    hands.desk.until(lambda: hands.desk.one("#stale").is_displayed())
    assert "planner" in hands.desk.text("#stale-they")
    assert a in hands.shown(SECOND)
    hands.desk.click(f"#stale button[value={'mine' if mine else 'theirs'}]")
    hands.settle()
    assert a in hands.shown(SECOND)
    assert (b in hands.shown(SECOND)) == mine


def test_the_rest_is_planned_around_what_was_done(hands):
    """The chief says three things, the program the other twenty."""
    moved = hands.shown(SECOND)[0]
    off = hands.shown(FIRST)[0]
    hands.caller.edit(what="move", visits=[off], crew=None)
    hands.open()
    hands.desk.click("#complete")
    hands.desk.until(lambda: "重排好了" in hands.desk.text("#told"))
    assert moved in hands.shown(SECOND)
    assert off in hands.shown()
    hands.settle()


def test_no_random_edit_loses_a_visit_and_undoing_all_gives_the_first_board_back(hands):
    """Whatever keys are hit: each visit is in one place, what breaks is told, undo undoes all."""
    chance = random.Random(14)
    hands.caller.drop()
    hands.open()
    printed = hands.caller.stops()
    everybody = sorted(hands.caller.board()["visits"])
    for _ in range(20):
        step = chance.choice(["move", "move", "move", "off", "lock", "undo", "redo", "menu"])
        row = chance.choice(hands.desk.all("li[data-visit]"))
        row.click()
        match step:
            case "move":
                way = [Keys.ARROW_UP, Keys.ARROW_DOWN, Keys.ARROW_LEFT, Keys.ARROW_RIGHT]
                hands.keys(chance.choice(way), alt=True)
            case "off":
                hands.keys(Keys.DELETE)
            case "lock":
                hands.keys("l")
            case "undo" | "redo":
                hands.keys("z" if step == "undo" else "y", ctrl=True)
            case "menu":
                hands.desk.click(f"[data-menu='{FIRST}']")
                hands.desk.click(f"#crew-items button:nth-child({chance.choice([1, 2])})")
        hands.settle()
        shown = [hands.shown(crew) for crew in (FIRST, SECOND, "")]
        assert sorted(chain(*shown)) == everybody
        hard = sum(one["hard"] for one in hands.caller.board()["broken"])
        assert ("■" in hands.desk.text("#verdict")) == (hard > 0)
    while hands.desk.one("#undo").is_enabled():
        hands.desk.click("#undo")
        hands.settle()
    assert hands.caller.stops() == printed


def test_a_customer_is_added_at_one_of_the_best_places(hands):
    """Who calls in the morning is visited the same day."""
    hands.desk.one("#add").send_keys("0000000011")
    hands.desk.until(lambda: "0000000011" in hands.desk.text("#adding"))
    hands.desk.click("#adding button")
    hands.desk.until(lambda: "多骑" in hands.desk.text("#adding"))
    assert 1 <= len(hands.desk.all("#adding button")) <= 3
    hands.desk.click("#adding button")
    added = "call:0000000011"
    hands.desk.until(lambda: added in hands.shown(FIRST) + hands.shown(SECOND))
    hands.settle()


def test_a_lost_network_is_told_and_leaves_nothing_half_done(hands):
    """What the page shows is what the server has, or the page says that it does not know."""
    before = hands.shown(FIRST)
    hands.row(before[0]).click()
    lost = {"offline": True, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    chrome = hands.desk.driver.execute_cdp_cmd
    chrome("Network.enable", {})
    try:
        chrome("Network.emulateNetworkConditions", lost)
        hands.keys(Keys.DELETE)
        hands.desk.until(lambda: hands.desk.one("#offline").is_displayed())
        assert hands.shown(FIRST) == before
    finally:
        chrome("Network.emulateNetworkConditions", {**lost, "offline": False})
    hands.desk.until(lambda: not hands.desk.one("#offline").is_displayed())
    hands.keys(Keys.DELETE)
    hands.desk.until(lambda: before[0] in hands.shown())
    hands.desk.faults()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("size", [OLD_PC, PHONE])
def test_the_board_keeps_nobody_out(hands, lang, size):
    """Both languages, an old PC and a phone: no barrier, nothing beyond the edge."""
    hands.desk.open(f"/lang/{lang}")
    try:
        hands.desk.size(*size)
        hands.open()
        hands.row(hands.shown(FIRST)[0]).click()
        assert hands.desk.barriers() == []
        assert hands.desk.run("return document.documentElement.scrollWidth") <= size[0]
        assert ("Unassigned" if lang == "en" else "未安排") in hands.desk.text(".traybox")
    finally:
        hands.desk.open("/lang/zh")


def test_a_version_that_was_made_in_between_is_told(hands, folder):
    """A draft upon an older version must not pass for today's."""
    with Campaign(folder) as campaign:
        plan = campaign.day_plan(STATION, MONDAY)
        campaign.register.save_day_plan(replace(plan, speed_factor=plan.speed_factor * 0.99))
    hands.open()
    assert hands.desk.one("#outdated").is_displayed()
    hands.desk.click("#changes")
    hands.desk.until(lambda: hands.desk.path.endswith("/difference"))
    assert hands.desk.all("form.take")


def test_a_clerk_looks_and_changes_nothing(hands):
    """What the server would refuse is not offered."""
    try:
        hands.desk.sign_in("clerk", PASSWORD)
        hands.open()
        hands.row(hands.shown(FIRST)[0]).click()
        assert not hands.desk.all("#undo, #add, #complete, [data-menu], #card button")
        hands.keys(Keys.DELETE)
        assert hands.desk.barriers() == []
    finally:
        hands.desk.sign_in("chief", PASSWORD)


def test_the_scripts_keep_their_types():
    """A misspelt field is found before a chief finds it."""
    (tsc,) = need("tsc")
    static = Path(str(resources.files("optimizer.web") / "static"))
    own = [str(path) for path in sorted(static.glob("*.js")) if ".min." not in path.name]
    switches = [
        "--checkJs",
        "--allowJs",
        "--strict",
        "--noEmit",
        "--target",
        "es2022",
        "--module",
        "es2022",
    ]
    libraries = ["--moduleResolution", "node", "--lib", "es2022,dom,dom.iterable"]
    done = subprocess.run(
        [tsc, *switches, *libraries, *own], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
