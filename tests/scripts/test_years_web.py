"""Three weeks lived by calls and by the pages of a server ends in the same register."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import pytest

import optimizer

SCRIPTS = Path(optimizer.__file__).parent.parent / "scripts"
DAYS = 16
OWN = {"closed_by", "appointment", "request", "subject"}
"""What has the names of records in it, which are those of their sources."""


@pytest.fixture
def lived(tmp_path, monkeypatch):
    """A county lived for some days through some hands."""
    sys.path.insert(0, str(SCRIPTS))
    monkeypatch.setenv("ZOUFANG_TODAY", "2026-12-01")
    from lived.field import Habits  # noqa: PLC0415
    from lived.hands import Calls  # noqa: PLC0415
    from lived.life import begin  # noqa: PLC0415
    from lived.web_hands import WebHands  # noqa: PLC0415

    habits = Habits.read(SCRIPTS / "lived" / "field.toml")
    habits.office["urban_requests_a_day"] = 0.5

    def live(through):
        made = begin(tmp_path / through, 600, habits, 1, dt.date(2027, 3, 5))
        made.days = made.days[:DAYS]
        crews = sorted(made.register.crews()["crew"])
        hands = {"calls": Calls, "web": WebHands}[through]
        made.hands = hands(made.folder, frozenset(crews[::2]))
        try:
            made.run()
        finally:
            made.hands.close()
        return made

    return live


def rows(life, ledger):
    """A ledger without what tells where its records came from."""
    frame = life.register.ledgers.frame(ledger)
    kept = frame[[name for name in frame.columns if name not in OWN]]
    return sorted(map(tuple, kept.astype(str).to_numpy().tolist()))


def test_the_server_ends_in_the_same_register_as_the_calls(lived):
    """A rule that stood in a page would show here: the faces only ask the desk."""
    by_calls, by_web = lived("calls"), lived("web")
    assert by_web.people.calls == by_calls.people.calls
    assert len(by_web.diary.printed) > 5
    for ledger in ("findings", "opinions", "tasks", "requests", "appointments"):
        assert rows(by_web, ledger) == rows(by_calls, ledger), ledger
    assert rows(by_web, "findings")
    states = [life.register.agenda.accounts().astype(str) for life in (by_calls, by_web)]
    assert states[0].equals(states[1])
    assert (states[0]["state"] == "visited").sum() > 20
