"""The morning page while crews are out, by requests."""

from __future__ import annotations

import httpx
from conftest import PASSWORD, let_in
from desk_world import STATION
from evening_world import FIRST, SECOND, TODAY, YESTERDAY, make_evening
from listening import listening


def test_the_morning_shows_crews_that_are_out_today(tmp_path, monkeypatch):
    """Each crew by its line; the day before yesterday's crews are at home."""
    monkeypatch.setenv("ZOUFANG_TODAY", TODAY.isoformat())
    folder = let_in(make_evening(tmp_path / "county"))
    own = {"Sec-Fetch-Site": "same-origin"}
    with listening(folder) as url, httpx.Client(base_url=url, headers=own, timeout=60) as chief:
        chief.post("/sign-in", data={"name": "chief", "password": PASSWORD})
        piece = f"/s/{STATION}/{TODAY}/live"
        assert piece in chief.get(f"/s/{STATION}/morning?date={TODAY}").text
        assert "/live" not in chief.get(f"/s/{STATION}/morning?date={YESTERDAY}").text
        shown = chief.get(piece).text
        assert FIRST in shown
        assert SECOND in shown
        assert shown.count("0/25") == 2
