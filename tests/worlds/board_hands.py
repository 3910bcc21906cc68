"""A chief's hands on the board: dragging, keys, what stands where, as the page and server say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import httpx
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

if TYPE_CHECKING:
    from browsing import Desk

PAUSE = 0.12
"""SortableJS looks every 50 ms where a row is."""


class Caller:
    """Somebody who asks the server without a page."""

    def __init__(self, server: str, name: str, password: str, day: str) -> None:
        self.day = day
        self.client = httpx.Client(
            base_url=server, headers={"Origin": server, "Accept": "application/json"}, timeout=60
        )
        self.client.post("/sign-in", data={"name": name, "password": password})

    def board(self) -> dict[str, Any]:
        return self.client.get(f"{self.day}/board.json").json()

    def edit(self, **wish: Any) -> dict[str, Any]:
        wish["revision"] = self.board()["revision"]
        answer = self.client.post(f"{self.day}/board/edit", json=wish)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def drop(self) -> None:
        """Back to what is printed."""
        revision = self.board()["revision"]
        if revision >= 0:
            self.client.post(f"{self.day}/board/drop", json={"revision": revision})

    def plan(self, station: str, crews: tuple[str, ...]) -> None:
        """Have the day planned."""
        job = self.client.post(f"{self.day}/plan", data={"on_duty": crews, "crew": crews}).json()
        while job["open"]:
            time.sleep(PAUSE)
            job = self.client.get(f"/s/{station}/jobs/{job['number']}").json()
        assert job["state"] == "done", job

    def stops(self) -> dict[str, list[str]]:
        return {crew["id"]: [s["id"] for s in crew["stops"]] for crew in self.board()["crews"]}


class Hands:
    """The board in a browser."""

    def __init__(self, desk: Desk, caller: Caller) -> None:
        self.desk, self.caller = desk, caller

    def open(self) -> None:
        self.desk.open(f"{self.caller.day}/board")
        self.desk.until(lambda: self.desk.all("#columns li") and self.idle())

    def idle(self) -> bool:
        """Whether every change has been answered."""
        busy = self.desk.one("#board").get_attribute("aria-busy")
        return busy == "false" and not self.desk.one("#working").is_displayed()

    def shown(self, crew: str = "") -> list[str]:
        """The visits of a crew's list, or of the tray, as the page has them."""
        where = f"ol[data-list='{crew}'] li[data-visit]"
        return self.desk.run(
            "return [...document.querySelectorAll(arguments[0])].map(one => one.dataset.visit)",
            where,
        )

    def chosen(self) -> set[str]:
        return set(
            self.desk.run(
                "return [...document.querySelectorAll('li[aria-selected=true]')]"
                ".map(one => one.dataset.visit)"
            )
        )

    def row(self, visit: str):
        return self.desk.one(f"li[data-visit='{visit}']")

    def mouse(self) -> ActionChains:
        return ActionChains(self.desk.driver, duration=60)

    def drag(self, what, to, dy: int = 0, dx: int = 0, *, release: bool = True) -> None:
        """Take something, carry it to a place beside the middle of something else."""
        hand = self.mouse().move_to_element(what).click_and_hold().pause(PAUSE)
        hand.move_by_offset(4, 8).pause(PAUSE).move_to_element_with_offset(to, dx, dy)
        hand.pause(PAUSE).move_by_offset(1, 2).pause(PAUSE)
        (hand.release() if release else hand).perform()
        if release:
            self.settle()

    def settle(self) -> None:
        """Until the page shows what the server has."""
        self.desk.until(self.idle)
        self.desk.until(
            lambda: all(self.shown(crew) == own for crew, own in self.caller.stops().items()), 10
        )

    def keys(self, *keys: str, alt: bool = False, ctrl: bool = False, shift: bool = False) -> None:
        held = [k for k, on in ((Keys.ALT, alt), (Keys.CONTROL, ctrl), (Keys.SHIFT, shift)) if on]
        hand = self.mouse()
        for key in held:
            hand.key_down(key)
        hand.send_keys(*keys)
        for key in held:
            hand.key_up(key)
        hand.perform()
