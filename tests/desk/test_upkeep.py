"""A campaign's folder after interruptions: what was begun is finished, what was left is told."""

from __future__ import annotations

import datetime as dt
import os

import pandas as pd
import pytest

from optimizer.desk import Campaign
from optimizer.errors import CampaignError, RegisterError
from optimizer.settings import Settings

DAYS = dt.date(2027, 3, 1), dt.date(2029, 6, 30)


@pytest.fixture
def folder(tmp_path):
    """An empty campaign."""
    return Campaign.create(tmp_path / "county", Settings())


def horizon(folder):
    """The days of the settings, read anew."""
    days = Campaign(folder.path).settings.campaign
    return days.start, days.finish


def promise(folder):
    """The register as a campaign leaves it that is killed before campaign.toml is written."""
    with folder, folder.register as register, register.store.writing():
        register.promise_horizon(*DAYS)


def test_a_killed_campaign_s_days_come_into_the_settings(folder):
    """An old finish beside a new calendar would make every forecast wrong, unseen."""
    promise(folder)
    assert horizon(folder) == DAYS
    assert "2029-06-30" in folder.settings_path.read_text(encoding="utf-8")
    with folder, folder.register as register:
        assert register.promised_horizon() is None


def test_days_that_a_human_sets_afterwards_stay(folder):
    """Only what was never written is written; the planner's own hand comes last."""
    promise(folder)
    assert horizon(folder) == DAYS
    Campaign(folder.path).keep_horizon(DAYS[0], dt.date(2030, 1, 31))
    assert horizon(folder) == (DAYS[0], dt.date(2030, 1, 31))


def test_promised_days_count_where_they_cannot_be_written(folder, monkeypatch):
    """A full disk must not bring the old days back."""

    def refuse(path, _):
        raise CampaignError("file.full", path=path, error="full")

    promise(folder)
    monkeypatch.setattr("optimizer.desk.opened.write_whole", refuse)
    assert horizon(folder) == DAYS
    monkeypatch.undo()
    assert horizon(folder) == DAYS


def test_a_killed_creation_can_be_done_again(folder):
    """A register without campaign.toml that nobody has used is taken; one that has is not."""
    folder.settings_path.unlink()
    Campaign.create(folder.path, Settings())
    assert folder.settings_path.is_file()
    with folder, folder.register as register:
        customer = pd.DataFrame({"account_no": ["1"], "kind": "household"})
        register.take_in({"customers": customer}, "a", "wgs84")
    folder.settings_path.unlink()
    with pytest.raises(RegisterError, match="is already there"):
        Campaign.create(folder.path, Settings())


@pytest.mark.skipif(os.name == "nt", reason="rights are POSIX's")
def test_doctor_tells_what_lies_about(folder, zoufang):
    """Left copies and open files hold names and telephones; somebody has to know of them."""
    assert zoufang("backup", folder.path / "copy.sqlite", "-C", folder.path)[0] == 0
    assert zoufang("restore", folder.path / "copy.sqlite", "-C", folder.path)[0] == 0
    left = folder.path / "out" / f".new-{2**22 + 1}-a.pdf"
    left.parent.mkdir()
    left.write_text("x", encoding="utf-8")
    (folder.path / "customers.csv").touch(0o644)
    folder.path.chmod(0o755)
    code, said, _ = zoufang("doctor", "-C", folder.path)
    assert code == 0
    assert not left.exists()
    for part in (left.name, "before-restore", "chmod o-rwx", "台账完好"):
        assert part in said
    folder.path.chmod(0o700)
    with Campaign(folder.path) as campaign:
        assert [note.code for note in campaign.tidy()] == ["doctor.kept"]
